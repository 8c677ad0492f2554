//! Models and fields that are records: what `ir.model`, `ir.model.fields` and their selections do to the registry.

mod fields;
mod removal;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::odoo::env::Env;
use crate::odoo::error::{OdooError, Outcome};
use crate::odoo::schema::{Field, Model, Ttype};
use crate::odoo::value::Vals;

/// What a manual model has of `mail.thread` (or else of `mail.activity.mixin`), as far as views name it.
const INHERITED: [(bool, &str, &str); 3] = [
    (true, "message_follower_ids", "res.partner"),
    (true, "message_ids", "mail.message"),
    (false, "activity_ids", "mail.activity"),
];

const MAGIC: [&str; 6] = [
    "id",
    "display_name",
    "create_uid",
    "create_date",
    "write_uid",
    "write_date",
];

impl Env<'_> {
    /// Defaults and checks of a new model.
    pub(crate) fn prepare_model(&mut self, vals: &mut Vals) -> Outcome<()> {
        let name = vals
            .get("model")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let manual = vals.get("state").is_none_or(|state| state == "manual");
        if manual && !name.is_empty() && !name.starts_with("x_") {
            return Err(OdooError::validation(
                "The model name must start with 'x_'.",
            ));
        }
        let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._".contains(c);
        if !name.chars().all(valid) {
            let text = "The model name can only contain lowercase characters, digits, underscores and dots.";
            return Err(OdooError::validation(text));
        }
        if !vals.contains_key("field_id") && self.context.installing.is_none() && manual {
            vals.insert("field_id".to_owned(), json!([[0, 0, {"name": "x_name", "field_description": "Name", "ttype": "char", "copied": true}]]));
        }
        Ok(())
    }

    /// Makes the model of a new record: table, log fields and their records.
    pub(crate) fn register_model(&mut self, id: i64) -> Outcome<()> {
        let text = |field: &str| {
            self.stored("ir.model", id, field)
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let (name, state) = (text("model"), text("state"));
        if state != "manual" {
            return Ok(());
        }
        let mut model = Model::new(&name, &text("name"));
        model.manual = true;
        model.rec_name = "id".to_owned();
        let fields: Vec<Arc<Field>> = model.fields.values().cloned().collect();
        self.tx.registry_mut().put(model);
        self.tx.ddl(&name);
        for field in fields {
            self.record_field(id, &name, &field)?;
        }
        self.refresh_model(id);
        Ok(())
    }

    /// Writes the `ir.model.fields` record of a field that the server itself defines.
    pub(crate) fn record_field(
        &mut self,
        model_id: i64,
        model: &str,
        field: &Field,
    ) -> Outcome<i64> {
        let mut vals = Vals::new();
        let mut set = |key: &str, value: Value| {
            vals.insert(key.to_owned(), value);
        };
        set("name", json!(field.name));
        set("model_id", json!(model_id));
        set("model", json!(model));
        set("field_description", json!(field.label));
        set("ttype", json!(field.ttype.name()));
        set("relation", json!(field.relation));
        set("relation_field", json!(field.relation_field));
        set("required", json!(field.required));
        set("readonly", json!(field.readonly));
        set("store", json!(field.store));
        set("index", json!(field.index));
        set("copied", json!(field.copied));
        set("translate", json!(field.translate));
        set("state", json!("base"));
        let id = self.sudo(|env| env.create("ir.model.fields", vec![vals]))?[0];
        for (sequence, (value, label)) in field.selection.iter().enumerate() {
            let line = json!({"field_id": id, "value": value, "name": label, "sequence": sequence});
            let line = line.as_object().cloned().unwrap_or_default();
            self.sudo(|env| env.create("ir.model.fields.selection", vec![line]))?;
        }
        Ok(id)
    }

    /// Label, order and record name of a manual model from its record.
    pub(crate) fn refresh_model(&mut self, id: i64) {
        let name = self.stored("ir.model", id, "model");
        let label = self.stored("ir.model", id, "name");
        let order = self.stored("ir.model", id, "order");
        let manual = self.stored("ir.model", id, "state") == json!("manual");
        let has = |flag: &str| self.stored("ir.model", id, flag) == json!(true);
        let (thread, activity) = (has("is_mail_thread"), has("is_mail_activity"));
        let Some(model) = name
            .as_str()
            .and_then(|name| self.tx.registry_mut().change(name))
        else {
            return;
        };
        if !manual {
            return;
        }
        for (_, name, relation) in INHERITED
            .iter()
            .filter(|(from_thread, ..)| if *from_thread { thread } else { activity })
        {
            if model.field(name).is_none() {
                let mut field = Field::new(name, Ttype::One2many, name);
                field.relation = Some((*relation).to_owned());
                field.store = false;
                model.put(field);
            }
        }
        model.label = label.as_str().unwrap_or_default().to_owned();
        model.order = order.as_str().unwrap_or("id").to_owned();
        model.rec_name = if model.field("x_name").is_some() {
            "x_name"
        } else {
            "id"
        }
        .to_owned();
    }

    pub(crate) fn check_model_write(&self, ids: &[i64], vals: &Vals) -> Outcome<()> {
        for id in ids {
            for (key, what) in [("model", "Model"), ("state", "Type")] {
                let changed = vals
                    .get(key)
                    .is_some_and(|value| *value != self.stored("ir.model", *id, key));
                if changed {
                    return Err(OdooError::user(format!(
                        "Field \"{what}\" cannot be modified on models."
                    )));
                }
            }
        }
        Ok(())
    }
}

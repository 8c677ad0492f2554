//! Fields that are records: defaults, checks, and the field that a record describes.

use serde_json::{Value, json};

use crate::odoo::env::Env;
use crate::odoo::error::{OdooError, Outcome};
use crate::odoo::python::{NoNames, evaluate};
use crate::odoo::schema::{Compute, Field, OnDelete, Ttype};
use crate::odoo::value::{Vals, truthy};

impl Env<'_> {
    /// Fills model and name of a new field, and checks its relation.
    pub(crate) fn prepare_field(&mut self, vals: &mut Vals) -> Outcome<()> {
        if let Some(model_id) = vals.get("model_id").and_then(Value::as_i64) {
            let name = self.stored("ir.model", model_id, "model");
            vals.insert("model".to_owned(), name);
        }
        vals.entry("name").or_insert(json!("x_"));
        let state = vals
            .get("state")
            .and_then(Value::as_str)
            .unwrap_or("manual");
        let relation = vals.get("relation").and_then(Value::as_str);
        if let (true, Some(relation)) = (state == "manual", relation)
            && self.tx.db.registry.model(relation).is_none()
        {
            return Err(OdooError::validation(format!(
                "Unknown model name '{relation}' in Related Model"
            )));
        }
        self.expand_selection(vals)
    }

    /// The old way: `selection` as the text of a list of pairs.
    fn expand_selection(&self, vals: &mut Vals) -> Outcome<()> {
        let Some(text) = vals.remove("selection").filter(truthy) else {
            return Ok(());
        };
        let pairs = text
            .as_str()
            .and_then(|text| evaluate(text, &mut NoNames).ok());
        let pairs = pairs.as_ref().and_then(Value::as_array).cloned();
        let invalid = || {
            OdooError::validation(
                "The Selection Options expression is not a valid Pythonic expression. Please provide an expression in the [('key','Label'), ...] format.",
            )
        };
        let lines = pairs.ok_or_else(invalid)?;
        let commands: Vec<Value> = lines
            .iter()
            .enumerate()
            .map(|(sequence, pair)| json!([0, 0, {"value": pair[0], "name": pair[1], "sequence": sequence}]))
            .collect();
        vals.insert("selection_ids".to_owned(), Value::Array(commands));
        Ok(())
    }

    /// Makes, or changes, the field that a record describes.
    pub(crate) fn register_field(&mut self, id: i64) -> Outcome<()> {
        let get = |name: &str| self.stored("ir.model.fields", id, name);
        if get("state") != json!("manual") {
            return Ok(());
        }
        let model = get("model").as_str().unwrap_or_default().to_owned();
        let field = self.field_of_record(id);
        let name = field.name.clone();
        self.check_dependencies(&model, &field)?;
        // A relation to nowhere is kept as a record, and never becomes a field.
        if field.ttype.is_relational() && field.relation.is_none() {
            return Ok(());
        }
        let has_lookup = field.has_lookup();
        let Some(changed) = self.tx.registry_mut().change(&model) else {
            return Ok(());
        };
        changed.put(field);
        if changed.manual && name == "x_name" {
            changed.rec_name = name.clone();
        }
        let slot = changed.field(&name).map_or(0, |field| field.slot);
        if has_lookup {
            self.tx.ddl(&model).add_lookup(&name, slot);
        }
        Ok(())
    }

    fn field_of_record(&self, id: i64) -> Field {
        let get = |name: &str| self.stored("ir.model.fields", id, name);
        let text = |name: &str| {
            get(name)
                .as_str()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let ttype = text("ttype")
            .and_then(|name| Ttype::parse(&name))
            .unwrap_or(Ttype::Char);
        let mut field = Field::new(
            &text("name").unwrap_or_default(),
            ttype,
            &text("field_description").unwrap_or_default(),
        );
        field.manual = true;
        field.required = truthy(&get("required"));
        field.readonly = truthy(&get("readonly"));
        field.store = truthy(&get("store"));
        field.index = truthy(&get("index"));
        field.copied = truthy(&get("copied"));
        field.translate = truthy(&get("translate"));
        field.size = get("size")
            .as_u64()
            .and_then(|size| usize::try_from(size).ok())
            .unwrap_or(0);
        field.relation = text("relation");
        field.relation_field = text("relation_field");
        field.depends = text("depends").unwrap_or_default();
        field.help = text("help");
        field.on_delete = match text("on_delete").as_deref() {
            Some("cascade") => OnDelete::Cascade,
            Some("restrict") => OnDelete::Restrict,
            _ => OnDelete::SetNull,
        };
        field.compute = text("compute")
            .map(Compute::Python)
            .or_else(|| text("related").map(Compute::Related));
        // `groups` is a column that Odoo fills for nobody: a custom field is for everybody who may read the model (17, 18 and 19).
        field.selection = self.selection_of(id);
        field
    }

    fn selection_of(&self, field: i64) -> Vec<(String, String)> {
        let mut lines: Vec<(i64, i64)> = self
            .find("ir.model.fields.selection", "field_id", &json!(field))
            .into_iter()
            .map(|line| {
                (
                    self.stored_id("ir.model.fields.selection", line, "sequence")
                        .unwrap_or_default(),
                    line,
                )
            })
            .collect();
        lines.sort_unstable();
        let text = |line: i64, name: &str| {
            self.stored("ir.model.fields.selection", line, name)
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        lines
            .into_iter()
            .map(|(_, line)| (text(line, "value"), text(line, "name")))
            .collect()
    }

    pub(crate) fn refresh_selection_of(&mut self, line: i64) -> Outcome<()> {
        match self.stored_id("ir.model.fields.selection", line, "field_id") {
            Some(field) => self.register_field(field),
            None => Ok(()),
        }
    }

    fn check_dependencies(&self, model: &str, field: &Field) -> Outcome<()> {
        if !matches!(field.compute, Some(Compute::Python(_))) {
            return Ok(());
        }
        for path in field
            .depends
            .split(',')
            .map(str::trim)
            .filter(|path| !path.is_empty())
        {
            if path != "id" && self.tx.db.registry.resolve(model, path).is_none() {
                return Err(OdooError::user(format!(
                    "Unknown field “{path}” in dependency “{path}”"
                )));
            }
        }
        Ok(())
    }

    pub(crate) fn check_field_write(&self, ids: &[i64], vals: &Vals) -> Outcome<()> {
        for id in ids {
            let state = self.stored("ir.model.fields", *id, "state");
            if state != json!("manual")
                && vals
                    .keys()
                    .any(|key| key != "field_description" && key != "help")
            {
                return Err(OdooError::user(
                    "Properties of base fields cannot be altered in this manner! Please modify them through Python code, preferably through a custom addon!",
                ));
            }
            let new_type = vals
                .get("ttype")
                .filter(|ttype| **ttype != self.stored("ir.model.fields", *id, "ttype"));
            if new_type.is_some() {
                return Err(OdooError::user(
                    "Changing the type of a field is not yet supported. Please drop it and create it again!",
                ));
            }
            if vals
                .get("model_id")
                .is_some_and(|model| *model != self.stored("ir.model.fields", *id, "model_id"))
            {
                return Err(OdooError::user(
                    "Changing the model of a field is forbidden!",
                ));
            }
        }
        Ok(())
    }
}

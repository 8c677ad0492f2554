//! Models and fields that are records: what `ir.model`, `ir.model.fields` and their selections do to the registry.

use std::sync::Arc;

use serde_json::{Value, json};

use super::env::Env;
use super::error::{OdooError, Outcome};
use super::python::{NoNames, evaluate};
use super::schema::{Compute, Field, Model, OnDelete, Ttype};
use super::value::{Vals, truthy};

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
        let Some(model) = name
            .as_str()
            .and_then(|name| self.tx.registry_mut().change(name))
        else {
            return;
        };
        if !manual {
            return;
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
        field.groups = self.group_xmlids(id);
        field.selection = self.selection_of(id);
        field
    }

    fn group_xmlids(&self, id: i64) -> Option<String> {
        let groups = super::env::ids_of(&self.stored("ir.model.fields", id, "groups"));
        let xmlid = |group: i64| {
            let rows = self.find("ir.model.data", "res_id", &json!(group));
            rows.into_iter()
                .find(|row| self.stored("ir.model.data", *row, "model") == json!("res.groups"))
                .map(|row| self.full_xmlid(row))
        };
        let names: Vec<String> = groups
            .into_iter()
            .filter_map(xmlid)
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
        if names.is_empty() {
            None
        } else {
            Some(names.join(","))
        }
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

    /// Takes models out: their fields, rows, rights and views go with them.
    pub(crate) fn unregister_models(&mut self, ids: &[i64]) -> Outcome<()> {
        for id in ids {
            let name = self
                .stored("ir.model", *id, "model")
                .as_str()
                .unwrap_or_default()
                .to_owned();
            if self.stored("ir.model", *id, "state") != json!("manual") {
                return Err(OdooError::user(format!(
                    "Model “{}” contains module data and cannot be removed.",
                    self.stored("ir.model", *id, "name")
                        .as_str()
                        .unwrap_or_default()
                )));
            }
            let fields = self.find("ir.model.fields", "model_id", &json!(id));
            self.refuse_if_depended_on(&name, &fields)?;
            self.refuse_if_fields_depend(&name, &fields)?;
            let views = self.find("ir.ui.view", "model", &json!(name));
            self.sudo(|env| env.unlink("ir.ui.view", &views))?;
            for field in &fields {
                for line in self.find("ir.model.fields.selection", "field_id", &json!(field)) {
                    self.tx.remove("ir.model.fields.selection", line);
                }
                self.tx.remove("ir.model.fields", *field);
            }
            self.drop_data_of("ir.model.fields", &fields);
            self.tx.registry_mut().remove(&name);
            self.tx.drop_table(&name);
            self.forget_records_of(&name);
        }
        Ok(())
    }

    /// Another model's field that points here must go first.
    fn refuse_if_depended_on(&self, model: &str, fields: &[i64]) -> Outcome<()> {
        for field in self.find("ir.model.fields", "relation", &json!(model)) {
            let manual = self.stored("ir.model.fields", field, "state") == json!("manual");
            if manual
                && !fields.contains(&field)
                && self.stored("ir.model.fields", field, "ttype") == json!("one2many")
            {
                let name = self.stored("ir.model.fields", field, "name");
                let owner = self.stored("ir.model.fields", field, "model");
                return Err(OdooError::user(format!(
                    "The field '{model}' cannot be removed because the field '{}.{}' depends on it.",
                    owner.as_str().unwrap_or_default(),
                    name.as_str().unwrap_or_default()
                )));
            }
        }
        Ok(())
    }

    /// A computed field of the model itself must go before the fields that it reads.
    fn refuse_if_fields_depend(&self, model: &str, fields: &[i64]) -> Outcome<()> {
        if self.context.installing.is_some() {
            return Ok(());
        }
        let text = |field: i64, key: &str| {
            let stored = self.stored("ir.model.fields", field, key);
            stored.as_str().unwrap_or_default().to_owned()
        };
        let names: Vec<String> = fields.iter().map(|field| text(*field, "name")).collect();
        for field in fields {
            let depends = text(*field, "depends");
            let mut roots = depends
                .split(',')
                .filter_map(|path| path.trim().split('.').next());
            if let Some(root) = roots.find(|root| names.iter().any(|name| name == root)) {
                let dependent = text(*field, "name");
                return Err(OdooError::user(format!(
                    "The field '{model}.{root}' cannot be removed because the field '{model}.{dependent}' depends on it."
                )));
            }
        }
        Ok(())
    }

    fn drop_data_of(&mut self, model: &str, ids: &[i64]) {
        for id in ids {
            for row in self.find("ir.model.data", "res_id", &json!(id)) {
                if self.stored("ir.model.data", row, "model") == json!(model) {
                    self.tx.remove("ir.model.data", row);
                }
            }
        }
    }

    /// External ids of a dropped model's records (17 and 18 leave them behind).
    fn forget_records_of(&mut self, model: &str) {
        if self.version() < super::version::Version::V19 && self.context.installing.is_none() {
            return;
        }
        for row in self.find("ir.model.data", "model", &json!(model)) {
            self.tx.remove("ir.model.data", row);
        }
    }

    pub(crate) fn unregister_fields(&mut self, ids: &[i64]) -> Outcome<()> {
        for id in ids {
            let text = |name: &str| {
                self.stored("ir.model.fields", *id, name)
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            };
            let (model, name) = (text("model"), text("name"));
            if text("state") != "manual" || MAGIC.contains(&name.as_str()) {
                return Err(OdooError::user(
                    "This column contains module data and cannot be removed!",
                ));
            }
            self.refuse_if_used(&model, &name, ids)?;
            if let Some(changed) = self.tx.registry_mut().change(&model) {
                changed.fields.remove(&name);
            }
            self.tx.ddl(&model).drop_column(&name);
            for line in self.find("ir.model.fields.selection", "field_id", &json!(id)) {
                self.tx.remove("ir.model.fields.selection", line);
            }
        }
        Ok(())
    }

    fn refuse_if_used(&self, model: &str, name: &str, going: &[i64]) -> Outcome<()> {
        if self.context.installing.is_none()
            && let Some(view) = self.view_with_field(model, name)
        {
            return Err(OdooError::user(format!(
                "Cannot rename/delete fields that are still present in views:\nFields: {model}.{name}\nView: {view}"
            )));
        }
        let manual = self
            .find("ir.model.fields", "model", &json!(model))
            .into_iter()
            .filter(|id| !going.contains(id));
        for field in manual {
            let text = |key: &str| {
                self.stored("ir.model.fields", field, key)
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            };
            let depends = text("depends");
            if depends
                .split(',')
                .any(|path| path.trim().split('.').next() == Some(name))
            {
                return Err(OdooError::user(format!(
                    "The field '{model}.{name}' cannot be removed because the field '{model}.{}' depends on it.",
                    text("name")
                )));
            }
        }
        Ok(())
    }

    pub(crate) fn unregister_selections(&mut self, ids: &[i64]) -> Outcome<()> {
        for id in ids {
            let Some(field) = self.stored_id("ir.model.fields.selection", *id, "field_id") else {
                continue;
            };
            let value = self.stored("ir.model.fields.selection", *id, "value");
            let text = |key: &str| {
                self.stored("ir.model.fields", field, key)
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            };
            let (model, name) = (text("model"), text("name"));
            let Some(changed) = self.tx.registry_mut().change(&model) else {
                continue;
            };
            if let Some(known) = changed.field(&name).cloned() {
                let mut known = Field::clone(&known);
                known.selection.retain(|(option, _)| json!(option) != value);
                changed.put(known);
            }
        }
        Ok(())
    }
}

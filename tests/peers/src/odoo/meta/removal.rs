//! Models, fields and options that are taken out.

use serde_json::json;

use super::MAGIC;
use crate::odoo::env::Env;
use crate::odoo::error::{OdooError, Outcome};
use crate::odoo::schema::Field;

impl Env<'_> {
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
        if self.version() < crate::odoo::version::Version::V19 && self.context.installing.is_none()
        {
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

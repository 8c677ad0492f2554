//! `unlink`: references are cleared, followed or in the way; external ids go too.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::odoo::env::{Env, Right, ids_of};
use crate::odoo::error::{OdooError, Outcome};
use crate::odoo::schema::{Field, Model, OnDelete, Ttype};
use crate::odoo::store::foreign_key;
use crate::odoo::version::Version;

impl Env<'_> {
    /// Deletes records.
    ///
    /// # Errors
    ///
    /// `MissingError` for a record that is not there, `ValidationError` when another record needs it.
    pub(crate) fn unlink(&mut self, model: &str, ids: &[i64]) -> Outcome<()> {
        self.check(model, Right::Unlink)?;
        let model = self.model(model)?;
        self.check_rules(&model, ids, Right::Unlink)?;
        self.check_exists(&model.name, ids)?;
        self.before_unlink(&model, ids)?;
        self.sudo(|env| env.delete_rows(&model, ids))
    }

    fn delete_rows(&mut self, model: &Arc<Model>, ids: &[i64]) -> Outcome<()> {
        for (owner, field) in self.pointing_to(&model.name) {
            for id in ids {
                self.release(&owner, &field, *id)?;
            }
        }
        for id in ids {
            self.tx.remove(&model.name, *id);
        }
        self.forget_names();
        self.drop_xmlids(&model.name, ids)
    }

    /// Every stored relation of any model to this one.
    pub(crate) fn pointing_to(&self, model: &str) -> Vec<(Arc<Model>, Arc<Field>)> {
        let points = |field: &&Arc<Field>| {
            field.has_column()
                && field.relation.as_deref() == Some(model)
                && matches!(field.ttype, Ttype::Many2one | Ttype::Many2many)
        };
        let owners = self.tx.db.registry.models();
        owners
            .flat_map(|owner| {
                owner
                    .fields
                    .values()
                    .filter(points)
                    .map(|field| (Arc::clone(owner), Arc::clone(field)))
            })
            .collect()
    }

    fn release(&mut self, owner: &Arc<Model>, field: &Field, id: i64) -> Outcome<()> {
        let holders = match self.table(&owner.name) {
            Some(table) => table.lookup(&field.name, &json!(id)).unwrap_or_default(),
            None => return Ok(()),
        };
        for holder in holders {
            if owner.name == field.relation.as_deref().unwrap_or_default() && holder == id {
                continue;
            }
            match (field.ttype, field.on_delete) {
                (Ttype::Many2many, _) => {
                    let mut held = ids_of(&self.stored(&owner.name, holder, &field.name));
                    held.retain(|held| *held != id);
                    self.poke(owner, holder, &field.name, json!(held))?;
                }
                (_, OnDelete::SetNull) => self.poke(owner, holder, &field.name, Value::Null)?,
                (_, OnDelete::Cascade) => {
                    if self.tx.db.row(&owner.name, holder).is_some() {
                        self.unlink(&owner.name, &[holder])?;
                    }
                }
                (_, OnDelete::Restrict) => return Err(self.needed(owner, field)),
            }
        }
        Ok(())
    }

    fn needed(&self, owner: &Model, field: &Field) -> OdooError {
        if self.version() >= Version::V19 {
            return foreign_key(owner, &field.label, &field.name);
        }
        OdooError::validation(format!(
            "The operation cannot be completed: another model requires the record being deleted. If possible, archive it instead.\n\n\
             Model: {} ({})\nConstraint: {}_{}_fkey\n",
            owner.label,
            owner.name,
            owner.table(),
            field.name
        ))
    }

    fn drop_xmlids(&mut self, model: &str, ids: &[i64]) -> Outcome<()> {
        if model == "ir.model.data" {
            return Ok(());
        }
        for id in ids {
            for row in self.find("ir.model.data", "res_id", &json!(id)) {
                if self.stored("ir.model.data", row, "model") == json!(model) {
                    self.tx.remove("ir.model.data", row);
                }
            }
        }
        Ok(())
    }
}

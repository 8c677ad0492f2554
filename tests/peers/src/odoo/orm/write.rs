//! `write`: only what is named, on every record, all or none.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::odoo::env::{Env, Right, ids_of};
use crate::odoo::error::{Kind, OdooError, Outcome};
use crate::odoo::schema::{Model, Ttype};
use crate::odoo::store::Row;
use crate::odoo::value::{Vals, to_column};
use crate::odoo::version::Version;

impl Env<'_> {
    /// Writes the values on the records.
    ///
    /// # Errors
    ///
    /// `MissingError` for a record that is not there, else as `create`.
    pub(crate) fn write(&mut self, model: &str, ids: &[i64], vals: &Vals) -> Outcome<()> {
        self.check_write(model, ids)?;
        let model = self.model(model)?;
        self.check_rules(&model, ids, Right::Write)?;
        self.check_exists(&model.name, ids)?;
        for name in vals.keys() {
            match model.field(name) {
                None => return Err(self.unknown_in_write(&model, name)),
                Some(field) if !self.may_see(field) => return Err(self.hidden_field(&model, field)),
                Some(_) => {}
            }
        }
        self.before_write(&model, ids, vals)?;
        for id in ids {
            self.write_one(&model, *id, vals)?;
        }
        self.forget_names();
        self.after_write(&model, ids, vals)
    }

    /// A user may write some preferences on their own record.
    fn check_write(&self, model: &str, ids: &[i64]) -> Outcome<()> {
        if model == "res.users" && ids == [self.uid] {
            Ok(())
        } else {
            self.check(model, Right::Write)
        }
    }

    pub(crate) fn check_exists(&self, model: &str, ids: &[i64]) -> Outcome<()> {
        let gone: Vec<i64> = ids
            .iter()
            .copied()
            .filter(|id| self.tx.db.row(model, *id).is_none())
            .collect();
        if gone.is_empty() {
            Ok(())
        } else {
            Err(OdooError::missing(model, &gone, self.uid))
        }
    }

    fn unknown_in_write(&self, model: &Model, name: &str) -> OdooError {
        if self.version() >= Version::V19 {
            return OdooError::new(Kind::Key, name);
        }
        OdooError::value(format!("Invalid field '{name}' on model '{}'", model.name))
    }

    fn write_one(&mut self, model: &Arc<Model>, id: i64, vals: &Vals) -> Outcome<()> {
        let Some(before) = self.row(&model.name, id) else {
            return Ok(());
        };
        let mut row = Row::clone(&before);
        for (name, value) in vals {
            let Some(field) = model.field(name).filter(|field| field.name != "id") else {
                continue;
            };
            match field.ttype {
                Ttype::One2many => self.one2many_commands(model, field, id, value)?,
                Ttype::Many2many if field.has_column() => {
                    let held = ids_of(row.get(field.slot));
                    let ids = self.many2many_commands(model, field, &held, value)?;
                    row.set(field.slot, json!(ids));
                }
                _ if field.translate && self.translates() => {
                    self.write_translation(model, id, name, value)?
                }
                _ if field.has_column() => row.set(
                    field.slot,
                    to_column(self.version(), &model.name, field, value)?,
                ),
                _ => {}
            }
        }
        self.log_fields(model, &mut row, false);
        self.compute_stored(model, id, &mut row);
        self.store_row(model, id, row)
    }

    fn translates(&self) -> bool {
        self.context
            .lang
            .as_deref()
            .is_some_and(|lang| lang != "en_US" && self.installed_lang(lang))
    }

    pub(crate) fn installed_lang(&self, lang: &str) -> bool {
        self.find("res.lang", "code", &json!(lang))
            .iter()
            .any(|id| self.stored("res.lang", *id, "active") == json!(true))
    }

    fn write_translation(
        &mut self,
        model: &Model,
        id: i64,
        field: &str,
        value: &Value,
    ) -> Outcome<()> {
        let lang = self.context.lang.clone().unwrap_or_default();
        self.tx
            .set_translation(&model.name, (id, field.to_owned(), lang), value.clone());
        Ok(())
    }

    /// Writes one stored value without rights, hooks or log fields: for what the server itself keeps.
    pub(crate) fn poke(
        &mut self,
        model: &Model,
        id: i64,
        field: &str,
        value: Value,
    ) -> Outcome<()> {
        let (Some(before), Some(field)) = (self.row(&model.name, id), model.field(field)) else {
            return Ok(());
        };
        let mut row = Row::clone(&before);
        row.set(field.slot, value);
        self.tx
            .put(&model.name, id, Arc::new(row))
            .map_err(|refused| refused.to_error())
    }
}

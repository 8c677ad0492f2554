//! `create`: defaults, conversion, required values, references, unique keys.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::odoo::env::{Env, Right};
use crate::odoo::error::{OdooError, Outcome};
use crate::odoo::schema::{Compute, Field, Model, Ttype};
use crate::odoo::store::{Row, foreign_key};
use crate::odoo::value::{Vals, to_column};
use crate::odoo::version::Version;

/// The relation whose first id a stored field keeps: `row['x'] = row['x'] or row['relation'].id`.
fn kept_from<'c>(field: &Field, code: &'c str) -> Option<&'c str> {
    let (target, value) = code.trim().lines().last()?.trim().split_once(" = ")?;
    let (kept, source) = value.split_once(" or ")?;
    let is_itself = target == kept && target.ends_with(&format!("['{}']", field.name));
    let source = source.strip_suffix("'].id")?;
    source
        .split_once("['")
        .map(|(_, name)| name)
        .filter(|_| is_itself)
}

/// Fields that the server sets itself, whatever the client sends.
const LOG_FIELDS: [&str; 5] = ["id", "create_uid", "create_date", "write_uid", "write_date"];

impl Env<'_> {
    /// Creates records; all or none.
    ///
    /// # Errors
    ///
    /// As Odoo raises them for unknown fields, wrong values, missing values, bad references and duplicate keys.
    pub(crate) fn create(&mut self, model: &str, records: Vec<Vals>) -> Outcome<Vec<i64>> {
        self.check(model, Right::Create)?;
        let model = self.model(model)?;
        for vals in &records {
            self.check_known(&model, vals)?;
        }
        let mut ids = Vec::with_capacity(records.len());
        for vals in records {
            ids.push(self.create_one(&model, vals)?);
        }
        self.check_rules(&model, &ids, Right::Create)?;
        Ok(ids)
    }

    fn check_known(&self, model: &Model, vals: &Vals) -> Outcome<()> {
        for name in vals.keys() {
            let Some(field) = model.field(name) else {
                return Err(self.unknown_in_create(model, name));
            };
            if !self.may_see(field) {
                return Err(self.hidden_field(model, field));
            }
        }
        Ok(())
    }

    fn unknown_in_create(&self, model: &Model, name: &str) -> OdooError {
        let place = if self.version() >= Version::V19 {
            "in"
        } else {
            "on model"
        };
        OdooError::value(format!("Invalid field '{name}' {place} '{}'", model.name))
    }

    fn create_one(&mut self, model: &Arc<Model>, mut vals: Vals) -> Outcome<i64> {
        self.before_create(model, &mut vals)?;
        let mut row = Row::with_capacity(model.slots());
        let mut later = Vec::new();
        for field in model.fields.values() {
            let Some(value) = vals.remove(&field.name).or_else(|| field.default.clone()) else {
                continue;
            };
            if LOG_FIELDS.contains(&field.name.as_str()) {
                continue;
            }
            match field.ttype {
                Ttype::One2many => later.push((Arc::clone(field), value)),
                Ttype::Many2many if field.has_column() => {
                    let ids = self.many2many_commands(model, field, &[], &value)?;
                    row.set(field.slot, json!(ids));
                }
                _ if field.has_column() => row.set(
                    field.slot,
                    to_column(self.version(), &model.name, field, &value)?,
                ),
                _ => {}
            }
        }
        self.log_fields(model, &mut row, true);
        let id = self.tx.next_id(&model.name);
        self.compute_stored(model, id, &mut row);
        self.store_row(model, id, row)?;
        // A model is registered before its fields, a field before its options.
        self.after_create(model, id)?;
        for (field, value) in later {
            self.one2many_commands(model, &field, id, &value)?;
        }
        Ok(id)
    }

    /// Who wrote and when.
    pub(super) fn log_fields(&self, model: &Model, row: &mut Row, created: bool) {
        let mut set = |name: &str, value: Value| {
            if let Some(field) = model.field(name) {
                row.set(field.slot, value);
            }
        };
        if created {
            set("create_uid", json!(self.uid));
            set("create_date", json!(self.now));
        }
        set("write_uid", json!(self.uid));
        set("write_date", json!(self.now));
    }

    /// Checks a row as the database does, then keeps it.
    pub(super) fn store_row(&mut self, model: &Model, id: i64, row: Row) -> Outcome<()> {
        for field in model.fields.values().filter(|field| field.has_column()) {
            if !LOG_FIELDS.contains(&field.name.as_str()) {
                self.check_column(model, field, id, row.get(field.slot))?;
            }
        }
        self.check_row(model, &row)?;
        self.tx
            .put(&model.name, id, Arc::new(row))
            .map_err(|refused| refused.to_error())
    }

    fn check_column(&self, model: &Model, field: &Field, id: i64, value: &Value) -> Outcome<()> {
        if field.required && value.is_null() && field.compute.is_none() {
            return Err(self.required(model, field));
        }
        let (Ttype::Many2one, Some(target), Some(relation)) =
            (field.ttype, value.as_i64(), &field.relation)
        else {
            return Ok(());
        };
        if (relation == &model.name && target == id) || self.tx.db.row(relation, target).is_some() {
            return Ok(());
        }
        Err(self.bad_reference(model, field, target))
    }

    fn required(&self, model: &Model, field: &Field) -> OdooError {
        if self.version() >= Version::V19 {
            return OdooError::constraint(format!(
                "Missing required value for the field '{}' ({}).\nModel: '{}' ({})\n- create/update: a mandatory field is not set\n\
                 - delete: another model requires the record being deleted, you can archive it instead\n",
                field.label, field.name, model.label, model.name
            ));
        }
        OdooError::validation(format!(
            "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n- Delete: another model requires the \
             record being deleted. If possible, archive it instead.\n\nModel: {} ({})\nField: {} ({})\n",
            model.label, model.name, field.label, field.name
        ))
    }

    /// A parent is read before it is stored (MissingError); any other reference fails in the database.
    fn bad_reference(&self, model: &Model, field: &Field, target: i64) -> OdooError {
        if field.name == "parent_id" {
            return OdooError::missing(
                field.relation.as_deref().unwrap_or_default(),
                &[target],
                self.uid,
            );
        }
        if self.version() >= Version::V19 {
            return foreign_key(model, &field.label, &field.name);
        }
        OdooError::validation(format!(
            "The operation cannot be completed: another model requires the record being deleted. If possible, archive it instead.\n\n\
             Model: {} ({})\nConstraint: {}_{}_fkey\n",
            model.label,
            model.name,
            model.table(),
            field.name
        ))
    }

    /// Stored fields that the server computes from the row.
    pub(super) fn compute_stored(&mut self, model: &Model, id: i64, row: &mut Row) {
        for field in model.fields.values().filter(|field| field.store) {
            match &field.compute {
                Some(Compute::PhoneSanitized) => {
                    row.set(field.slot, self.sanitized_phone(model, row))
                }
                Some(Compute::CompleteName) => row.set(field.slot, self.complete_name(model, row)),
                Some(Compute::CommercialPartner) => {
                    row.set(field.slot, self.commercial_of(model, id, row))
                }
                Some(Compute::GroupFullName) => row.set(
                    field.slot,
                    row.get(model.field("name").map_or(0, |f| f.slot)).clone(),
                ),
                Some(Compute::Python(code)) => {
                    if let Some(source) = kept_from(field, code).and_then(|name| model.field(name))
                        && row.get(field.slot).is_null()
                    {
                        row.set(field.slot, row.get(source.slot).clone());
                    }
                }
                _ => {}
            }
        }
    }

    fn commercial_of(&self, model: &Model, id: i64, row: &Row) -> Value {
        let get = |name: &str| {
            model
                .field(name)
                .map_or(&Value::Null, |field| row.get(field.slot))
        };
        match get("parent_id").as_i64() {
            Some(parent) if get("is_company") != &json!(true) => {
                self.stored("res.partner", parent, "commercial_partner_id")
            }
            _ => json!(id),
        }
    }

    /// `Company, Name` of a contact below a company.
    fn complete_name(&mut self, model: &Model, row: &Row) -> Value {
        let get = |name: &str| {
            model
                .field(name)
                .map_or(Value::Null, |field| row.get(field.slot).clone())
        };
        let name = get("name");
        match get("parent_id").as_i64() {
            Some(parent) if get("is_company") != json!(true) => {
                let above = self.stored("res.partner", parent, "name");
                json!(format!(
                    "{}, {}",
                    above.as_str().unwrap_or_default(),
                    name.as_str().unwrap_or_default()
                ))
            }
            _ => name,
        }
    }
}

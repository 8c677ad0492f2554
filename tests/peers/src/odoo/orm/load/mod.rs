//! `load`: rows of text with external ids, all or nothing, every bad row told.

mod cell;

use serde_json::{Value, json};

use crate::odoo::env::Env;
use crate::odoo::error::{Kind, OdooError, Outcome};
use crate::odoo::schema::{Field, Model};
use crate::odoo::value::{Vals, to_str, truthy};

/// So many rows that the database refuses are told; if they are more than one in ten, the rest is not tried.
pub(crate) const MAX_TOLD_ERRORS: usize = 10;

/// One column of the import.
#[derive(Clone, Debug)]
struct Column {
    /// `id`, `.id`, or a field's name.
    name: String,
    field: Option<Field>,
    /// How a relation is given: by `.id`, by `id` (external), or by name.
    key: RelationKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RelationKey {
    Database,
    External,
    Name,
}

/// What became of one row: values, and the record that it names.
#[derive(Debug, Default)]
struct Record {
    xmlid: Option<(String, String)>,
    database_id: Option<i64>,
    vals: Vals,
}

impl Env<'_> {
    /// Imports rows.
    ///
    /// # Errors
    ///
    /// `ValueError` for an unknown column, `AttributeError` for a boolean that is no text; everything else is told in `messages`.
    pub(crate) fn load(&mut self, model: &str, fields: &[String], data: &Value) -> Outcome<Value> {
        let model = self.model(model)?;
        let columns: Vec<Column> = fields
            .iter()
            .map(|name| self.load_column(&model, name))
            .collect::<Outcome<_>>()?;
        let savepoint = self.tx.savepoint();
        let rows = data.as_array().cloned().unwrap_or_default();
        let (mut ids, mut messages, mut refused) = (Vec::new(), Vec::new(), 0);
        for (number, row) in rows.iter().enumerate() {
            let (record, failures) = self.load_row(&model, &columns, row)?;
            let failed = !failures.is_empty();
            messages.extend(failures.into_iter().map(|failure| at_row(failure, number)));
            // Rows after a bad one are still tried, so that every bad row is told at once.
            match self.load_record_or_roll_back(&model, record) {
                Ok(id) if !failed => ids.push(id),
                Ok(_) => {}
                Err(error) if error.kind == Kind::AccessError => return Err(error),
                Err(error) => {
                    messages.push(at_row(database_message(&error), number));
                    refused += 1;
                    if refused >= MAX_TOLD_ERRORS && refused * 10 > number {
                        messages.push(interrupted());
                        break;
                    }
                }
            }
        }
        if messages.is_empty() {
            return Ok(json!({"ids": ids, "messages": [], "nextrow": 0}));
        }
        self.tx.rollback_to(savepoint);
        Ok(json!({"ids": false, "messages": messages, "nextrow": 0}))
    }

    fn load_column(&self, model: &Model, path: &str) -> Outcome<Column> {
        let (name, key) = match path.split_once('/').or_else(|| path.split_once(':')) {
            None => (path, RelationKey::Name),
            Some((name, ".id")) => (name, RelationKey::Database),
            Some((name, "id")) => (name, RelationKey::External),
            Some((_, other)) => {
                return Err(OdooError::value(format!("Invalid field name '{other}'")));
            }
        };
        if name == "id" || name == ".id" {
            return Ok(Column {
                name: name.to_owned(),
                field: None,
                key,
            });
        }
        let field = model
            .field(name)
            .ok_or_else(|| OdooError::value(format!("Invalid field name '{name}'")))?;
        Ok(Column {
            name: name.to_owned(),
            field: Some(Field::clone(field)),
            key,
        })
    }

    /// Converts a row; what does not convert is left out and told.
    fn load_row(
        &mut self,
        model: &Model,
        columns: &[Column],
        row: &Value,
    ) -> Outcome<(Record, Vec<Value>)> {
        let mut record = Record::default();
        let mut failures = Vec::new();
        for (column, cell) in columns.iter().zip(row.as_array().into_iter().flatten()) {
            match &column.field {
                None => self.load_identity(model, column, cell, &mut record, &mut failures)?,
                Some(field) => match self.load_cell(field, column.key, cell)? {
                    Ok(value) => {
                        record.vals.insert(column.name.clone(), value);
                    }
                    Err(failure) => failures.push(failure),
                },
            }
        }
        // Odoo converts relations after everything else, and so tells them last.
        failures.sort_by_key(|failure| failure.get("moreinfo").is_some_and(Value::is_object));
        Ok((record, failures))
    }

    fn load_identity(
        &self,
        model: &Model,
        column: &Column,
        cell: &Value,
        record: &mut Record,
        failures: &mut Vec<Value>,
    ) -> Outcome<()> {
        if !truthy(cell) {
            return Ok(());
        }
        let text = to_str(cell);
        if column.name == "id" {
            let module = self
                .context
                .installing
                .clone()
                .unwrap_or_else(|| "__import__".to_owned());
            let (module, name) = text
                .split_once('.')
                .map_or((module, text.clone()), |(module, name)| {
                    (module.to_owned(), name.to_owned())
                });
            record.xmlid = Some((module, name));
            return Ok(());
        }
        let invalid = || {
            OdooError::new(
                Kind::InvalidText,
                format!("invalid input syntax for type integer: \"{text}\"\n"),
            )
        };
        let id: i64 = text.parse().map_err(|_| invalid())?;
        if self.tx.db.row(&model.name, id).is_some() {
            record.database_id = Some(id);
        } else {
            failures.push(json!({"type": "error", "field": ".id", "message": format!("Unknown database identifier '{id}'")}));
        }
        Ok(())
    }

    fn load_record_or_roll_back(&mut self, model: &Model, record: Record) -> Outcome<i64> {
        let before = self.tx.savepoint();
        self.load_record(model, record)
            .inspect_err(|_| self.tx.rollback_to(before))
    }

    /// Updates the record that the row names, or creates it.
    fn load_record(&mut self, model: &Model, record: Record) -> Outcome<i64> {
        if let Some(id) = record.database_id {
            self.write(&model.name, &[id], &record.vals)?;
            return Ok(id);
        }
        let Some((module, name)) = &record.xmlid else {
            return Ok(self.create(&model.name, vec![record.vals])?[0]);
        };
        match self.sudo(|env| env.xmlid(module, name)) {
            Some((other, _)) if other != model.name => {
                let row = self.xmlid_row(module, name).unwrap_or_default();
                Err(OdooError::validation(format!(
                    "For external id {module}.{name} when trying to create/update a record of model {} found record of different model {other} ({row})",
                    model.name
                )))
            }
            Some((_, id)) if self.tx.db.row(&model.name, id).is_some() => {
                self.write(&model.name, &[id], &record.vals)?;
                Ok(id)
            }
            _ => {
                let id = self.create(&model.name, vec![record.vals])?[0];
                self.put_xmlid(module, name, &model.name, id, false)?;
                Ok(id)
            }
        }
    }
}

pub(crate) fn at_row(mut message: Value, row: usize) -> Value {
    if let Value::Object(map) = &mut message {
        map.insert("record".to_owned(), json!(row));
        map.insert("rows".to_owned(), json!({"from": row, "to": row}));
    }
    message
}

/// What the database refused, without the words that a request puts around it.
pub(crate) fn database_message(error: &OdooError) -> Value {
    let text = error
        .message
        .strip_prefix("The operation cannot be completed: ")
        .unwrap_or(&error.message);
    let mut out = json!({"type": "error", "message": text});
    let field = text
        .strip_prefix("Missing required value")
        .and_then(|rest| rest.split_once(" ("))
        .and_then(|(_, rest)| rest.split_once(')'));
    if let (Some((field, _)), Value::Object(map)) = (field, &mut out) {
        map.insert("field".to_owned(), json!(field));
    }
    out
}

/// The last message when too many rows were refused.
pub(crate) fn interrupted() -> Value {
    let text = "Found more than 10 errors and more than one error per 10 records, interrupted to avoid showing too many errors.";
    json!({"type": "warning", "message": text})
}

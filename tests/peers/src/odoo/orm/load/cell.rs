//! One cell of an import: text to value, or what is wrong with it.

use std::str::FromStr;

use chrono::TimeZone;
use serde_json::{Value, json};

use super::RelationKey;
use crate::odoo::env::Env;
use crate::odoo::error::{Kind, OdooError, Outcome};
use crate::odoo::schema::{Field, Ttype};
use crate::odoo::value::{DATE, DATETIME, parse_datetime, python_type, to_str, truthy};

impl Env<'_> {
    pub(super) fn load_cell(
        &mut self,
        field: &Field,
        key: RelationKey,
        cell: &Value,
    ) -> Outcome<Result<Value, Value>> {
        let is_zero = field.ttype.is_number() && cell.is_number();
        if !truthy(cell) && !is_zero {
            return Ok(Ok(json!(false)));
        }
        let text = to_str(cell);
        Ok(match field.ttype {
            Ttype::Boolean => return boolean(field, cell),
            Ttype::Integer => match text.trim().parse::<i64>() {
                Ok(number) => Ok(json!(number)),
                Err(_) => Err(failure(
                    field,
                    &format!(
                        "'{text}' does not seem to be an integer for field '{}'",
                        field.label
                    ),
                    None,
                )),
            },
            Ttype::Float | Ttype::Monetary => match text.trim().parse::<f64>() {
                Ok(number) => Ok(json!(number)),
                Err(_) => Err(failure(
                    field,
                    &format!(
                        "'{text}' does not seem to be a number for field '{}'",
                        field.label
                    ),
                    None,
                )),
            },
            Ttype::Date => date(field, &text),
            Ttype::Datetime => self.load_datetime(field, &text),
            Ttype::Selection => selection(field, &text),
            Ttype::Many2one => self.load_reference(field, key, &text),
            Ttype::Many2many | Ttype::One2many => self.load_references(field, key, &text),
            _ => Ok(json!(text)),
        })
    }

    /// A datetime is in the user's zone unless the context says another.
    fn load_datetime(&self, field: &Field, text: &str) -> Result<Value, Value> {
        let Some(local) = parse_datetime(text) else {
            let message = format!(
                "'{text}' does not seem to be a valid datetime for field '{}'",
                field.label
            );
            return Err(failure(
                field,
                &message,
                Some(json!("Use the format '2012-12-31 23:59:59'")),
            ));
        };
        let user_zone = self
            .stored_id("res.users", self.uid, "partner_id")
            .map(|partner| self.stored("res.partner", partner, "tz"));
        let zone = self
            .context
            .tz
            .clone()
            .or_else(|| user_zone.and_then(|zone| zone.as_str().map(str::to_owned)));
        let zone = zone
            .and_then(|zone| chrono_tz::Tz::from_str(&zone).ok())
            .unwrap_or(chrono_tz::UTC);
        let utc = zone
            .from_local_datetime(&local)
            .earliest()
            .map_or(local, |moment| moment.naive_utc());
        Ok(json!(utc.format(DATETIME).to_string()))
    }

    fn load_reference(
        &mut self,
        field: &Field,
        key: RelationKey,
        text: &str,
    ) -> Result<Value, Value> {
        self.find_reference(field, key, text)
            .map(|id| json!(id))
            .ok_or_else(|| no_match(field, key, text))
    }

    fn load_references(
        &mut self,
        field: &Field,
        key: RelationKey,
        text: &str,
    ) -> Result<Value, Value> {
        let mut ids = Vec::new();
        for part in text.split(',').map(str::trim) {
            ids.push(
                self.find_reference(field, key, part)
                    .ok_or_else(|| no_match(field, key, part))?,
            );
        }
        Ok(json!([[6, 0, ids]]))
    }

    fn find_reference(&mut self, field: &Field, key: RelationKey, text: &str) -> Option<i64> {
        let relation = field.relation.as_deref().unwrap_or_default();
        match key {
            RelationKey::Database => text
                .parse()
                .ok()
                .filter(|id| self.tx.db.row(relation, *id).is_some()),
            RelationKey::External => {
                let module = self
                    .context
                    .installing
                    .clone()
                    .unwrap_or_else(|| "__import__".to_owned());
                let (module, name) = text.split_once('.').unwrap_or((&module, text));
                self.xmlid(module, name)
                    .filter(|(model, _)| model == relation)
                    .map(|(_, id)| id)
            }
            RelationKey::Name => {
                let found = self.name_search(relation, text, &json!([]), "=", 1).ok()?;
                found.get(0)?.get(0)?.as_i64()
            }
        }
    }
}

fn boolean(field: &Field, cell: &Value) -> Outcome<Result<Value, Value>> {
    let Some(text) = cell.as_str() else {
        let text = format!("'{}' object has no attribute 'lower'", python_type(cell));
        return Err(OdooError::new(Kind::Attribute, text));
    };
    Ok(match text.to_lowercase().as_str() {
        "1" | "true" | "yes" => Ok(json!(true)),
        "0" | "false" | "no" => Ok(json!(false)),
        _ => Err(failure(
            field,
            &format!("Unknown value '{text}' for boolean field '{}'", field.label),
            Some(json!("Use '1' for yes and '0' for no")),
        )),
    })
}

fn date(field: &Field, text: &str) -> Result<Value, Value> {
    let parsed = chrono::NaiveDate::parse_from_str(text, DATE);
    parsed.map(|_| json!(text)).map_err(|_| {
        let message = format!(
            "'{text}' does not seem to be a valid date for field '{}'",
            field.label
        );
        failure(field, &message, Some(json!("Use the format '2012-12-31'")))
    })
}

/// By value or by label.
fn selection(field: &Field, text: &str) -> Result<Value, Value> {
    let found = field
        .selection
        .iter()
        .find(|(value, label)| value == text || label == text);
    found.map(|(value, _)| json!(value)).ok_or_else(|| {
        let labels: Vec<&str> = field
            .selection
            .iter()
            .map(|(_, label)| label.as_str())
            .collect();
        failure(
            field,
            &format!(
                "Value '{text}' not found in selection field '{}'",
                field.label
            ),
            Some(json!(labels)),
        )
    })
}

fn no_match(field: &Field, key: RelationKey, text: &str) -> Value {
    let kind = match key {
        RelationKey::Database => "database id",
        RelationKey::External => "external id",
        RelationKey::Name => "name",
    };
    let possible = json!({"name": "Possible Values", "type": "ir.actions.act_window", "target": "new", "view_mode": "list,form"});
    failure(
        field,
        &format!(
            "No matching record found for {kind} '{text}' in field '{}'",
            field.label
        ),
        Some(possible),
    )
}

fn failure(field: &Field, message: &str, more: Option<Value>) -> Value {
    let mut out = json!({"type": "error", "field": field.name, "message": message, "field_name": field.label});
    if let (Some(more), Value::Object(map)) = (more, &mut out) {
        map.insert("moreinfo".to_owned(), more);
    }
    out
}

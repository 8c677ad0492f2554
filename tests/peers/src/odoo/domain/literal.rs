//! Values in conditions: what they are compared as.

use std::collections::HashSet;

use chrono::{Duration, Months, Utc};
use serde_json::{Value, json};

use super::pattern::Pattern;
use super::refusal::bad_date;
use super::{Order, Test};
use crate::odoo::env::Env;
use crate::odoo::error::{Kind, OdooError, Outcome};
use crate::odoo::schema::{Field, Ttype};
use crate::odoo::store::Key;
use crate::odoo::value::{self, is_unset, to_str};
use crate::odoo::version::Version;

impl Env<'_> {
    pub(super) fn scalar(&self, field: &Field, op: &str, value: &Value) -> Outcome<Test> {
        match op {
            "=" | "in" => {
                let list = match value {
                    Value::Array(items) => items.clone(),
                    one => vec![one.clone()],
                };
                self.equals(field, list)
            }
            "like" | "ilike" | "=like" | "=ilike" => {
                let text = if is_unset(value) {
                    String::new()
                } else {
                    to_str(value)
                };
                let text = if op.starts_with('=') {
                    text
                } else {
                    format!("%{text}%")
                };
                Ok(Test::Like {
                    pattern: Pattern::new(&text, op.ends_with("ilike")),
                })
            }
            _ => {
                let value = self.comparable(field, value)?;
                let op = match op {
                    "<" => Order::Less,
                    "<=" => Order::LessEqual,
                    ">" => Order::Greater,
                    _ => Order::GreaterEqual,
                };
                Ok(Test::Compare { op, value })
            }
        }
    }

    fn equals(&self, field: &Field, list: Vec<Value>) -> Outcome<Test> {
        let mut keys = HashSet::new();
        let mut null = false;
        for item in list {
            if is_unset(&item) && field.ttype != Ttype::Boolean {
                null = true;
                continue;
            }
            let item = self.comparable(field, &item)?;
            null |= self.falsy_equals_null(field, &item);
            keys.extend(Key::of(&item));
        }
        if null && self.version() >= Version::V18 && field.ttype.is_text() {
            keys.insert(Key::Text("".into()));
        }
        if null && field.ttype.is_number() {
            keys.insert(Key::Int(0));
        }
        Ok(Test::In { keys, null })
    }

    /// An unset boolean is false; from 18 on an unset number is zero, and an unset text is empty.
    fn falsy_equals_null(&self, field: &Field, value: &Value) -> bool {
        match field.ttype {
            Ttype::Boolean => !value::truthy(value),
            Ttype::Integer | Ttype::Float | Ttype::Monetary => {
                field.name != "id" && self.version() >= Version::V18 && value.as_f64() == Some(0.0)
            }
            Ttype::Char | Ttype::Text | Ttype::Html => {
                self.version() >= Version::V18 && value == ""
            }
            _ => false,
        }
    }

    fn comparable(&self, field: &Field, value: &Value) -> Outcome<Value> {
        match field.ttype {
            Ttype::Datetime | Ttype::Date => self.comparable_date(field, value),
            Ttype::Selection | Ttype::Json => Ok(if is_unset(value) {
                Value::Null
            } else {
                json!(to_str(value))
            }),
            _ if field.name == "id" => id_literal(value),
            _ => value::to_column(self.version(), "", field, value),
        }
    }

    fn comparable_date(&self, field: &Field, given: &Value) -> Outcome<Value> {
        let Some(text) = given.as_str() else {
            return Ok(if value::truthy(given) {
                given.clone()
            } else {
                Value::Null
            });
        };
        let moment = value::parse_datetime(text).or_else(|| relative_date(self.version(), text));
        let Some(moment) = moment else {
            return Err(bad_date(self.version(), field, text));
        };
        let format = if field.ttype == Ttype::Date {
            value::DATE
        } else {
            value::DATETIME
        };
        Ok(json!(moment.format(format).to_string()))
    }
}

fn id_literal(value: &Value) -> Outcome<Value> {
    match value {
        Value::String(text) => match text.parse::<i64>() {
            Ok(id) => Ok(json!(id)),
            Err(_) => Err(OdooError::new(
                Kind::InvalidText,
                format!("invalid input syntax for type integer: \"{text}\"\n"),
            )),
        },
        other => Ok(other.clone()),
    }
}

/// `today`, `now`, `-7d`, `+1m`: words that 19 understands (17 and 18 know `today` and `now` from PostgreSQL).
fn relative_date(version: Version, text: &str) -> Option<chrono::NaiveDateTime> {
    let now = Utc::now().naive_utc();
    match text {
        "now" => return Some(now),
        "today" => return now.date().and_hms_opt(0, 0, 0),
        _ if version < Version::V19 => return None,
        _ => {}
    }
    let unit = text.chars().last()?;
    let number = text.get(..text.len() - unit.len_utf8())?;
    let count: i64 = number
        .strip_prefix(['+', '-'])
        .and_then(|_| number.parse().ok())?;
    let midnight = now.date().and_hms_opt(0, 0, 0)?;
    let months = |factor: i64| {
        let months = Months::new(u32::try_from((count * factor).abs()).ok()?);
        if count < 0 {
            midnight.checked_sub_months(months)
        } else {
            midnight.checked_add_months(months)
        }
    };
    match unit {
        'd' => Some(midnight + Duration::days(count)),
        'w' => Some(midnight + Duration::weeks(count)),
        'm' => months(1),
        'y' => months(12),
        'H' => Some(now + Duration::hours(count)),
        'M' => Some(now + Duration::minutes(count)),
        'S' => Some(now + Duration::seconds(count)),
        _ => None,
    }
}

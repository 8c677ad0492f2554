//! Values as Python sees them: truth, `repr`, and the conversions that a column makes.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::{Map, Value, json};

use super::error::{Kind, OdooError, Outcome};
use super::schema::{Field, Ttype};
use super::version::Version;

/// The object of field names and values that `create` and `write` take.
pub(crate) type Vals = Map<String, Value>;

/// Format of a datetime on the wire and in storage (UTC).
pub(crate) const DATETIME: &str = "%Y-%m-%d %H:%M:%S";
/// Format of a date.
pub(crate) const DATE: &str = "%Y-%m-%d";

pub(crate) fn now() -> String {
    let now: DateTime<Utc> = Utc::now();
    now.format(DATETIME).to_string()
}

/// Python's truth.
pub(crate) fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64().is_some_and(|n| n != 0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

/// `false` and `null` are "no value" on the wire.
pub(crate) fn is_unset(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(false))
}

/// Python's `repr`.
pub(crate) fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => repr_str(text),
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(repr).collect::<Vec<_>>().join(", ")
        ),
        Value::Object(map) => {
            let items: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", repr_str(key), repr(value)))
                .collect();
            format!("{{{}}}", items.join(", "))
        }
    }
}

pub(crate) fn repr_str(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\n', "\\n");
    if escaped.contains('\'') && !escaped.contains('"') {
        format!("\"{escaped}\"")
    } else {
        format!("'{}'", escaped.replace('\'', "\\'"))
    }
}

/// Python's `str`.
pub(crate) fn to_str(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => repr(other),
    }
}

/// What a column stores for a value off the wire; `Null` is SQL's NULL. Relations to many are not columns.
pub(crate) fn to_column(
    version: Version,
    model: &str,
    field: &Field,
    value: &Value,
) -> Outcome<Value> {
    match field.ttype {
        Ttype::Char | Ttype::Text | Ttype::Html | Ttype::Reference => text_column(field, value),
        Ttype::Binary => Ok(if truthy(value) {
            json!(to_str(value))
        } else {
            Value::Null
        }),
        Ttype::Integer => integer_column(value),
        Ttype::Float | Ttype::Monetary => float_column(value),
        Ttype::Boolean => Ok(if value.is_null() {
            Value::Null
        } else {
            json!(truthy(value))
        }),
        Ttype::Date => date_column(version, value),
        Ttype::Datetime => datetime_column(version, value),
        Ttype::Selection => selection_column(model, field, value),
        Ttype::Json => Ok(value.clone()),
        Ttype::Many2one => many2one_column(model, field, value),
        Ttype::One2many | Ttype::Many2many => Err(wrong_value(model, field, value)),
    }
}

/// `Wrong value for model.field: 'x'`.
pub(crate) fn wrong_value(model: &str, field: &Field, value: &Value) -> OdooError {
    let shown = if field.ttype.is_relational() {
        to_str(value)
    } else {
        repr(value)
    };
    OdooError::value(format!("Wrong value for {model}.{}: {shown}", field.name))
}

fn text_column(field: &Field, value: &Value) -> Outcome<Value> {
    if is_unset(value) {
        return Ok(Value::Null);
    }
    let text = to_str(value);
    if text.contains('\0') {
        return Err(OdooError::value(
            "A string literal cannot contain NUL (0x00) characters.",
        ));
    }
    if field.ttype == Ttype::Html && !text.is_empty() {
        let text = text.replace('\u{a0}', "&nbsp;");
        return Ok(match text.contains('<') {
            true => json!(text),
            false => json!(format!("<p>{text}</p>")),
        });
    }
    if field.size > 0 {
        return Ok(json!(text.chars().take(field.size).collect::<String>()));
    }
    Ok(json!(text))
}

fn integer_column(value: &Value) -> Outcome<Value> {
    let number = match value {
        Value::Null => return Ok(Value::Null),
        Value::Bool(flag) => i64::from(*flag),
        Value::Number(number) => integer_part(number),
        Value::String(text) if text.is_empty() => 0,
        Value::String(text) => parse_int(text)?,
        other if !truthy(other) => 0,
        other => {
            let kind = if other.is_array() { "list" } else { "dict" };
            let text = format!(
                "int() argument must be a string, a bytes-like object or a real number, not '{kind}'"
            );
            return Err(OdooError::type_error(text));
        }
    };
    if i32::try_from(number).is_err() {
        return Err(OdooError::new(Kind::OutOfRange, "integer out of range\n"));
    }
    Ok(json!(number))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "Python's int() truncates a float towards zero, and so does this"
)]
fn integer_part(number: &serde_json::Number) -> i64 {
    number
        .as_i64()
        .unwrap_or_else(|| number.as_f64().map_or(i64::MAX, |float| float as i64))
}

pub(crate) fn parse_int(text: &str) -> Outcome<i64> {
    text.trim().parse().map_err(|_| {
        OdooError::value(format!(
            "invalid literal for int() with base 10: {}",
            repr_str(text)
        ))
    })
}

fn float_column(value: &Value) -> Outcome<Value> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::Number(_) => Ok(value.clone()),
        Value::Bool(flag) => Ok(json!(f64::from(u8::from(*flag)))),
        Value::String(text) if text.is_empty() => Ok(json!(0.0)),
        Value::String(text) => match text.trim().parse::<f64>() {
            Ok(number) => Ok(json!(number)),
            Err(_) => Err(OdooError::value(format!(
                "could not convert string to float: {}",
                repr_str(text)
            ))),
        },
        other => Err(OdooError::type_error(format!(
            "float() argument must be a string or a real number, not '{}'",
            python_type(other)
        ))),
    }
}

pub(crate) fn python_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

fn date_column(version: Version, value: &Value) -> Outcome<Value> {
    let Value::String(text) = value else {
        return unset_or_type_error(value);
    };
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let date: String = text.chars().take(10).collect();
    match NaiveDate::parse_from_str(&date, DATE) {
        Ok(parsed) => Ok(json!(parsed.format(DATE).to_string())),
        Err(_) => {
            Err(refused_by_sql(version, Ttype::Date, text).unwrap_or_else(|| no_match(&date, DATE)))
        }
    }
}

/// Odoo cuts the format to the length of the value: `hello` is compared with `%Y-`.
fn datetime_column(version: Version, value: &Value) -> Outcome<Value> {
    let Value::String(text) = value else {
        return unset_or_type_error(value);
    };
    if text.is_empty() {
        return Ok(Value::Null);
    }
    match parse_datetime(text) {
        Some(moment) => Ok(json!(moment.format(DATETIME).to_string())),
        None => Err(
            refused_by_sql(version, Ttype::Datetime, text).unwrap_or_else(|| {
                let format = &DATETIME[..text.len().saturating_sub(2).min(DATETIME.len())];
                no_match(text, format)
            }),
        ),
    }
}

/// Before 19 a date goes to PostgreSQL as it is, and only what PostgreSQL takes is read by Odoo afterwards.
fn refused_by_sql(version: Version, ttype: Ttype, text: &str) -> Option<OdooError> {
    let begins_with_a_year = text.len() >= 8 && text.bytes().take(4).all(|c| c.is_ascii_digit());
    let is_iso = text.contains('T') || !text.contains('-');
    match (begins_with_a_year, is_iso) {
        _ if version >= Version::V19 => None,
        (true, true) => None,
        (true, false) => Some(OdooError::new(
            Kind::NoSuchDate,
            format!("date/time field value out of range: \"{text}\"\n"),
        )),
        (false, _) => Some(invalid_date(ttype, text)),
    }
}

/// PostgreSQL's word for what is no date.
pub(crate) fn invalid_date(ttype: Ttype, text: &str) -> OdooError {
    let kind = if ttype == Ttype::Date {
        "date"
    } else {
        "timestamp"
    };
    let text = format!("invalid input syntax for type {kind}: \"{text}\"\n");
    OdooError::new(Kind::InvalidDate, text)
}

/// A datetime, or a date at midnight; fractions of a second are cut.
pub(crate) fn parse_datetime(text: &str) -> Option<NaiveDateTime> {
    let text = text.split_once('.').map_or(text, |(whole, _)| whole);
    NaiveDateTime::parse_from_str(text, DATETIME)
        .ok()
        .or_else(|| {
            NaiveDate::parse_from_str(text, DATE)
                .ok()
                .and_then(|day| day.and_hms_opt(0, 0, 0))
        })
}

fn no_match(text: &str, format: &str) -> OdooError {
    OdooError::value(format!(
        "time data {} does not match format '{format}'",
        repr_str(text)
    ))
}

fn unset_or_type_error(value: &Value) -> Outcome<Value> {
    if truthy(value) {
        return Err(OdooError::type_error(format!(
            "strptime() argument 1 must be str, not {}",
            python_type(value)
        )));
    }
    Ok(Value::Null)
}

fn selection_column(model: &str, field: &Field, value: &Value) -> Outcome<Value> {
    if !truthy(value) {
        return Ok(Value::Null);
    }
    let text = to_str(value);
    if field.selection.iter().any(|(known, _)| *known == text) {
        Ok(json!(text))
    } else {
        Err(wrong_value(model, field, value))
    }
}

fn many2one_column(model: &str, field: &Field, value: &Value) -> Outcome<Value> {
    match value {
        _ if !truthy(value) => Ok(Value::Null),
        Value::Number(number) if number.is_i64() => Ok(value.clone()),
        // `[id, name]` and `(id,)`, as a read gave it.
        Value::Array(pair) => pair
            .first()
            .filter(|id| id.is_i64())
            .cloned()
            .ok_or_else(|| wrong_value(model, field, value)),
        Value::String(text) => {
            let text = format!("invalid input syntax for type integer: \"{text}\"\nLINE 1: ...\n");
            Err(OdooError::new(Kind::InvalidText, text))
        }
        _ => Err(wrong_value(model, field, value)),
    }
}

/// What a read gives for a stored scalar.
pub(crate) fn to_wire(field: &Field, stored: &Value) -> Value {
    match (field.ttype, stored) {
        (Ttype::Integer, Value::Null) => json!(0),
        (Ttype::Float | Ttype::Monetary, Value::Null) => json!(0.0),
        (_, Value::Null) => json!(false),
        (_, stored) => stored.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(ttype: Ttype, value: Value) -> Result<Value, String> {
        let mut field = Field::new("x_f", ttype, "F");
        field.selection = vec![("in".into(), "In".into())];
        to_column(Version::V19, "x_m", &field, &value).map_err(|error| error.message)
    }

    #[test]
    fn values_off_the_wire_become_columns() {
        assert_eq!(column(Ttype::Integer, json!("5")), Ok(json!(5)));
        assert_eq!(column(Ttype::Integer, json!(5.7)), Ok(json!(5)));
        assert_eq!(column(Ttype::Char, json!(true)), Ok(json!("True")));
        assert_eq!(column(Ttype::Char, json!("")), Ok(json!("")));
        assert_eq!(column(Ttype::Char, json!(false)), Ok(Value::Null));
        assert_eq!(
            column(Ttype::Datetime, json!("2024-01-02")),
            Ok(json!("2024-01-02 00:00:00"))
        );
        assert_eq!(
            column(Ttype::Date, json!("2024-01-02 10:00:00")),
            Ok(json!("2024-01-02"))
        );
        assert_eq!(column(Ttype::Selection, json!("")), Ok(Value::Null));
    }

    #[test]
    fn refused_values_say_what_python_says() {
        assert_eq!(
            column(Ttype::Integer, json!("abc")),
            Err("invalid literal for int() with base 10: 'abc'".into())
        );
        assert_eq!(
            column(Ttype::Selection, json!("In")),
            Err("Wrong value for x_m.x_f: 'In'".into())
        );
        let iso = column(Ttype::Datetime, json!("2024-01-02T03:04:05Z"));
        assert_eq!(
            iso,
            Err(
                "time data '2024-01-02T03:04:05Z' does not match format '%Y-%m-%d %H:%M:%S'".into()
            )
        );
        assert_eq!(
            column(Ttype::Datetime, json!("hello")),
            Err("time data 'hello' does not match format '%Y-'".into())
        );
    }
}

//! Letters as a person may see them in a list: enough to know what is wrong, nothing to know who called.

use serde_json::{Map, Value};

use crate::flows::recordings::masked;

/// The payload: of a record its fields, of anything else only how long it is.
pub(super) fn payload(payload: &str) -> Value {
    match serde_json::from_str(payload) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => mask("", value),
        _ => Value::from(format!("({} bytes of text)", payload.len())),
    }
}

/// The text with the middle of every number in it hidden.
pub(super) fn numbers(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = &rest[start..];
        let end = digits
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(digits.len());
        shown.push_str(&rest[..start]);
        shown.push_str(&masked(&digits[..end]));
        rest = &digits[end..];
    }
    shown.push_str(rest);
    shown
}

/// A field outside [`PLAIN`] shows its text only where that is a number.
fn mask(name: &str, value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let value = mask(&name, value);
                (name, value)
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.into_iter().map(|item| mask(name, item)).collect(),
        Value::String(text) if PLAIN.contains(&name) => Value::String(text),
        Value::String(text) if is_number(&text) => Value::String(masked(&text)),
        Value::String(_) => Value::from("\u{2022}\u{2022}\u{2022}"),
        Value::Number(number) if !PLAIN.contains(&name) => {
            let text = number.to_string();
            let shown = masked(&text);
            if shown == text {
                Value::Number(number)
            } else {
                Value::String(shown)
            }
        }
        other => other,
    }
}

fn is_number(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || b"+ -".contains(&byte))
}

/// Fields that say nothing of a person: times, lengths, and the UCM's own words. In stored legs and in rows of the journal as in records.
const PLAIN: [&str; 24] = [
    "AcctId",
    "start",
    "answer",
    "end",
    "duration",
    "billsec",
    "disposition",
    "amaflags",
    "userfield",
    "service",
    "lastapp",
    "action_type",
    "dcontext",
    "x_server",
    "x_started_at",
    "x_answered_at",
    "x_ended_at",
    "x_direction",
    "x_outcome",
    "x_disposition",
    "x_match",
    "t",
    "w",
    "e",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{numbers, payload};

    #[test]
    fn a_record_shows_its_shape_and_nobody() {
        let record = json!({ "AcctId": "73", "src": "+33199000042", "dst": "1001", "caller_name": "Ana", "clid": "\"Ana\" <1001>",
            "start": "2024-05-30", "new": { "caller_name": ["Ana"] }, "duration": 3,
            "callee": 33199000042_u64 });
        let shown = payload(&record.to_string());
        assert!(!shown.to_string().contains("Ana"));
        assert_eq!(shown["start"], "2024-05-30");
        assert_eq!(shown["dst"], "1001");
        assert_eq!(shown["duration"], 3);
        assert!(!shown.to_string().contains("199000"));
        let src = shown["src"].as_str().unwrap();
        assert!(src.starts_with("+33") && src.ends_with("42"));
    }

    #[test]
    fn what_is_no_record_shows_only_its_length() {
        assert_eq!(payload("call Ana"), "(8 bytes of text)");
        assert_eq!(payload("\"Ana\""), "(5 bytes of text)");
    }

    #[test]
    fn a_reason_shows_no_whole_number() {
        assert_eq!(
            numbers("field `start` is missing"),
            "field `start` is missing"
        );
        let shown = numbers("1717090900484188-0199000042: not in 2024");
        assert!(!shown.contains("199000042") && shown.ends_with("42: not in 2024"));
    }
}

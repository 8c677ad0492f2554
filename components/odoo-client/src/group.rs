//! Counting by Odoo's own aggregation, of whatever model: `read_group` on 17 and 18, `formatted_read_group` from 19 on.
//!
//! Both count and add up in the database and answer a row per group. They name things differently; [`Keys`] read either.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{Call, Transport, Version};

/// What a group says of itself: what its records have in common, and what was added up of them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Keys(Map<String, Value>);

/// Odoo has not grouped by this, or answers in a form that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread;

/// Counts the records of `model` in `domain` by each of `by`: fields, or spans of time. `aggregates` are what is added up besides, such as
/// `x_talk_seconds:sum`.
pub fn count<T: DeserializeOwned>(
    version: Version,
    model: &'static str,
    domain: Value,
    by: &[&str],
    aggregates: &[&str],
) -> Call<Vec<T>> {
    let domain = ("domain", domain);
    let by = ("groupby", json!(by));
    match version.transport() {
        Transport::Json2 => {
            let all: Vec<&str> = std::iter::once(COUNT)
                .chain(aggregates.iter().copied())
                .collect();
            let args = vec![domain, by, ("aggregates", json!(all))];
            Call::method(model, "formatted_read_group", None, args)
        }
        Transport::JsonRpc => {
            let args = vec![domain, ("fields", json!(aggregates)), by];
            Call::method(model, "read_group", None, args).option("lazy", json!(false))
        }
    }
}

impl Keys {
    /// A text that the records have in common.
    ///
    /// # Errors
    /// [`Unread`].
    pub fn text(&self, by: &str) -> Result<Option<&str>, Unread> {
        match self.value(by)? {
            Value::Bool(false) => Ok(None),
            Value::String(text) => Ok(Some(text)),
            _ => Err(Unread),
        }
    }

    /// Whether they have something, or have it not.
    ///
    /// # Errors
    /// [`Unread`].
    pub fn flag(&self, by: &str) -> Result<bool, Unread> {
        self.value(by)?.as_bool().ok_or(Unread)
    }

    /// A whole number that they have in common; parts of a date come as fractions.
    ///
    /// # Errors
    /// [`Unread`].
    pub fn number(&self, by: &str) -> Result<Option<u32>, Unread> {
        let whole = |number: f64| number >= 0.0 && number.fract() == 0.0 && number <= MOST;
        match self.value(by)? {
            Value::Bool(false) => Ok(None),
            Value::Number(number) => match number.as_f64() {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "checked to be whole and in range"
                )]
                Some(number) if whole(number) => Ok(Some(number as u32)),
                _ => Err(Unread),
            },
            _ => Err(Unread),
        }
    }

    /// The record that they have in common, with its name.
    ///
    /// # Errors
    /// [`Unread`].
    pub fn record(&self, by: &str) -> Result<Option<(i64, &str)>, Unread> {
        match self.value(by)? {
            Value::Bool(false) => Ok(None),
            pair => match (pair[0].as_i64(), pair[1].as_str()) {
                (Some(id), Some(name)) => Ok(Some((id, name))),
                _ => Err(Unread),
            },
        }
    }

    /// What was added up of a field by `function`, such as `sum`; nothing to add is zero. 17 and 18 leave the function out of the name.
    ///
    /// # Errors
    /// [`Unread`].
    pub fn aggregate(&self, field: &str, function: &str) -> Result<u64, Unread> {
        let named = self.0.get(&format!("{field}:{function}"));
        match named.or_else(|| self.0.get(field)).ok_or(Unread)? {
            Value::Bool(false) => Ok(0),
            number => number.as_u64().ok_or(Unread),
        }
    }

    /// What stands under a name.
    ///
    /// # Errors
    /// [`Unread`] when nothing does.
    pub(super) fn value(&self, by: &str) -> Result<&Value, Unread> {
        self.0.get(by).ok_or(Unread)
    }
}

/// How many records a group has.
pub(super) const COUNT: &str = "__count";

/// The largest number that is read: Odoo's integers have 32 bits with a sign.
const MOST: f64 = 2_147_483_647.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(row: Value) -> Keys {
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn both_names_of_what_was_added_up_are_read() {
        let of_19 = keys(json!({"x_talk_seconds:sum": 30, "x_slot:count_distinct": 2}));
        let of_17 = keys(json!({"x_talk_seconds": 30, "x_slot": 2}));
        for keys in [of_19, of_17] {
            assert_eq!(keys.aggregate("x_talk_seconds", "sum"), Ok(30));
            assert_eq!(keys.aggregate("x_slot", "count_distinct"), Ok(2));
            assert_eq!(keys.aggregate("x_answered", "sum"), Err(Unread));
        }
        assert_eq!(keys(json!({"x": false})).aggregate("x", "sum"), Ok(0));
    }

    #[test]
    fn what_is_of_another_kind_is_not_taken_for_nothing() {
        let keys = keys(json!({"x_text": "a", "x_flag": true, "x_none": false}));
        assert_eq!(keys.text("x_text"), Ok(Some("a")));
        assert_eq!(keys.text("x_none"), Ok(None));
        assert_eq!(keys.text("x_flag"), Err(Unread));
        assert_eq!(keys.flag("x_flag"), Ok(true));
        assert_eq!(keys.flag("x_text"), Err(Unread));
        assert_eq!(keys.record("x_text"), Err(Unread));
        assert_eq!(keys.number("x_other"), Err(Unread));
    }
}

//! One method call on one model, said once for every transport.

use std::sync::Arc;

use chrono::NaiveDateTime;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::CHANGES;

/// A call of `method` on `model`, whose answer is read as a `T`.
///
/// Build it with one of the constructors, refine it with `order`, `limit` or `context`, and let [`Rpc`](super::Rpc) render it.
#[derive(Debug)]
pub struct Call<T> {
    /// Technical name of the model, such as `res.partner`.
    pub(super) model: &'static str,
    /// Public method.
    pub(super) method: &'static str,
    /// The records called upon; none for a method of the model itself.
    pub(super) ids: Option<Vec<i64>>,
    /// Arguments that JSON-RPC takes by position, with the names that JSON-2 takes them by.
    pub(super) args: Vec<(&'static str, Arg)>,
    /// Arguments that both take by name.
    pub(super) options: Map<String, Value>,
    /// The context, empty if nothing differs from the server's own.
    pub(super) context: Map<String, Value>,
    /// Reads the answer.
    pub(super) read: fn(Value) -> Result<T, serde_json::Error>,
}

/// An argument.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Arg {
    /// Any value.
    Value(Value),
    /// Rows that whoever calls keeps as well, in case Odoo refuses them.
    #[serde(serialize_with = "shared")]
    Rows(Vec<Arc<Value>>),
}

impl Arg {
    /// The value, if it is one.
    pub(super) fn value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => Some(value),
            Self::Rows(_) => None,
        }
    }
}

fn shared<S: Serializer>(rows: &[Arc<Value>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(rows.iter().map(Arc::as_ref))
}

/// What `load` did: all rows, or none and the reasons.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Loaded {
    /// Database ids in the order of the rows; `None` when nothing was stored.
    #[serde(deserialize_with = "super::call::false_as_none")]
    pub ids: Option<Vec<i64>>,
    /// Complaints, a row each.
    #[serde(default)]
    pub messages: Vec<LoadMessage>,
}

/// One complaint of `load`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LoadMessage {
    /// Index of the row complained of, where one is to blame.
    #[serde(default)]
    pub record: Option<usize>,
    /// Column complained of.
    #[serde(default)]
    pub field: Option<String>,
    /// Odoo's words: they may quote the row.
    #[serde(default)]
    pub message: String,
}

impl<T: DeserializeOwned> Call<T> {
    /// Any public method. `ids` are the records it is called upon; `args` its arguments, named, in the order of its signature.
    pub fn method(
        model: &'static str,
        method: &'static str,
        ids: Option<Vec<i64>>,
        args: Vec<(&'static str, Value)>,
    ) -> Self {
        Self {
            model,
            method,
            ids,
            args: args
                .into_iter()
                .map(|(name, value)| (name, Arg::Value(value)))
                .collect(),
            options: Map::new(),
            context: Map::new(),
            read: serde_json::from_value,
        }
    }

    /// Reads the records that match `domain`, each as one element of `T` (a `Vec`).
    pub fn search_read(model: &'static str, domain: Value, fields: &[&str]) -> Self {
        Self::method(
            model,
            "search_read",
            None,
            vec![("domain", domain), ("fields", json!(fields))],
        )
    }

    /// Reads the records of `ids`; ids that are gone are left out of the answer.
    pub fn read(model: &'static str, ids: Vec<i64>, fields: &[&str]) -> Self {
        Self::method(model, "read", Some(ids), vec![("fields", json!(fields))])
    }
}

impl<R: DeserializeOwned> Call<Vec<R>> {
    /// The same, with each record of the answer as what it means.
    #[must_use]
    pub(super) fn meaning<T: From<R>>(self) -> Call<Vec<T>> {
        Call {
            model: self.model,
            method: self.method,
            ids: self.ids,
            args: self.args,
            options: self.options,
            context: self.context,
            read: |answer| {
                let rows: Vec<R> = serde_json::from_value(answer)?;
                Ok(rows.into_iter().map(T::from).collect())
            },
        }
    }
}

impl<T> Call<T> {
    /// Sorts by `order`, such as `id desc`.
    #[must_use]
    pub fn order(self, order: &str) -> Self {
        self.option("order", json!(order))
    }

    /// Takes at most `limit` records.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        self.option("limit", json!(limit))
    }

    /// Passes over the first `records`.
    #[must_use]
    pub fn offset(self, records: usize) -> Self {
        match records {
            0 => self,
            records => self.option("offset", json!(records)),
        }
    }

    /// Adds a key to the context.
    #[must_use]
    pub fn context(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.context.insert(key.to_owned(), value.into());
        self
    }

    /// Technical name of the model called.
    pub fn model(&self) -> &'static str {
        self.model
    }

    /// What the call does to records, in the words of Odoo's access rights.
    pub fn operation(&self) -> &'static str {
        match self.method {
            "create" | "load" => "create",
            "write" => "write",
            "unlink" => "unlink",
            "search_read" | "search_count" | "read" | "read_group" | "formatted_read_group" => {
                "read"
            }
            other => other,
        }
    }

    /// Adds an argument that both transports take by name.
    #[must_use]
    pub(super) fn option(mut self, name: &str, value: Value) -> Self {
        self.options.insert(name.to_owned(), value);
        self
    }
}

impl Call<Vec<i64>> {
    /// Creates all records of `rows`, or none; the answer has their ids in the same order.
    pub fn create(model: &'static str, rows: Vec<Value>) -> Self {
        Self::create_shared(model, rows.into_iter().map(Arc::new).collect())
    }

    /// The same, of rows that are needed again if Odoo refuses them.
    pub(super) fn create_shared(model: &'static str, rows: Vec<Arc<Value>>) -> Self {
        let mut call = Self::method(model, "create", None, Vec::new());
        call.args.push(("vals_list", Arg::Rows(rows)));
        call
    }
}

impl Call<bool> {
    /// Writes the same values to all records of `ids`.
    pub fn write(model: &'static str, ids: Vec<i64>, values: Value) -> Self {
        Self::method(model, "write", Some(ids), vec![("vals", values)])
    }

    /// Deletes the records of `ids`.
    pub fn unlink(model: &'static str, ids: Vec<i64>) -> Self {
        Self::method(model, "unlink", Some(ids), Vec::new())
    }
}

impl Call<u64> {
    /// Counts the records that match `domain`.
    pub fn search_count(model: &'static str, domain: Value) -> Self {
        Self::method(model, "search_count", None, vec![("domain", domain)])
    }
}

impl Call<Loaded> {
    /// Imports `rows` under the columns `fields`: all or none, with a complaint for every bad row.
    ///
    /// Datetimes are read in the user's time zone unless the context says otherwise: it says UTC.
    pub fn load(model: &'static str, fields: &[&str], rows: Vec<Value>) -> Self {
        Self::method(
            model,
            "load",
            None,
            vec![("fields", json!(fields)), ("data", Value::Array(rows))],
        )
        .context("tz", "UTC")
    }
}

impl<T> Clone for Call<T> {
    fn clone(&self) -> Self {
        Self {
            model: self.model,
            method: self.method,
            ids: self.ids.clone(),
            args: self.args.clone(),
            options: self.options.clone(),
            context: self.context.clone(),
            read: self.read,
        }
    }
}

/// Odoo's `False` for "nothing here", whatever the type of the field.
pub fn false_as_none<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OrFalse<T> {
        Value(T),
        Nothing(#[expect(dead_code, reason = "only its shape counts")] bool),
    }
    Ok(match Option::<OrFalse<T>>::deserialize(deserializer)? {
        Some(OrFalse::Value(value)) => Some(value),
        Some(OrFalse::Nothing(_)) | None => None,
    })
}

/// A many2one as `read` gives it: `[id, "name"]`, or `False`.
pub fn many2one<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<i64>, D::Error> {
    Ok(false_as_none::<D, (i64, String)>(deserializer)?.map(|(id, _)| id))
}

/// A many2one with its name, or `False`.
pub fn named<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<(i64, String)>, D::Error> {
    false_as_none(deserializer)
}

/// An instant in UTC; the fractions of a second that Odoo keeps of its own dates are left out of its answers.
pub fn datetime<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<NaiveDateTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    NaiveDateTime::parse_from_str(&text, DATETIME).map_err(serde::de::Error::custom)
}

/// How Odoo writes an instant, in UTC.
pub const DATETIME: &str = "%Y-%m-%d %H:%M:%S";

/// A text field: `False` is the empty text.
pub fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(false_as_none(deserializer)?.unwrap_or_default())
}

/// The named arguments of a call, for finding which of them an error speaks of.
pub(super) fn field_names<T>(call: &Call<T>) -> Vec<String> {
    let names = |row: &Value| {
        row.as_object()
            .into_iter()
            .flat_map(Map::keys)
            .cloned()
            .collect::<Vec<_>>()
    };
    let mut found = Vec::new();
    for (name, value) in &call.args {
        match (*name, value) {
            ("vals", Arg::Value(row)) => found.extend(names(row)),
            ("vals_list", Arg::Rows(rows)) => {
                found.extend(rows.first().into_iter().flat_map(|row| names(row)))
            }
            ("fields", Arg::Value(Value::Array(fields))) => {
                found.extend(fields.iter().filter_map(Value::as_str).map(str::to_owned))
            }
            ("domain", Arg::Value(domain)) => domain_fields(domain, &mut found),
            _ => {}
        }
    }
    let changes = call.context.get(CHANGES).and_then(Value::as_array);
    let values = changes
        .into_iter()
        .flatten()
        .map(|change| &change["values"]);
    found.extend(values.flat_map(names));
    found
}

fn domain_fields(domain: &Value, found: &mut Vec<String>) {
    for term in domain.as_array().into_iter().flatten() {
        if let Some(name) = term.get(0).and_then(Value::as_str) {
            found.push(name.to_owned());
        }
    }
}

//! The rows as they are in Odoo, field by field: what somebody has changed there shows although the fingerprint beside it has not.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::MODEL;
use super::entry::Entry;
use super::stored::Kept;
use crate::{Call, call};

/// A row with every field that the bridge owns.
#[derive(Debug, Clone, Deserialize)]
pub struct Held {
    /// Database id.
    pub id: i64,
    /// Key.
    #[serde(rename = "x_uid", deserialize_with = "call::text")]
    pub key: String,
    #[serde(flatten)]
    values: Map<String, Value>,
}

/// The key of a row.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HeldKey {
    /// Database id.
    pub id: i64,
    /// Key.
    #[serde(rename = "x_uid", deserialize_with = "call::text")]
    pub key: String,
}

/// Asks for the rows of `entries` with all that the bridge owns of them: at most [`HELD_BATCH`].
pub fn read_held(entries: &[Entry]) -> Call<Vec<Held>> {
    let fields: BTreeSet<&str> = entries
        .iter()
        .flat_map(|entry| entry.proven().map(|(name, _)| name))
        .collect();
    let fields: Vec<&str> = fields.into_iter().collect();
    of_entries(entries, &fields)
}

/// Asks for their keys alone, where a row is too large to be read: then nothing in it is as the bridge has written it.
pub fn find_held(entries: &[Entry]) -> Call<Vec<Held>> {
    of_entries(entries, &["x_uid"])
}

fn of_entries(entries: &[Entry], fields: &[&str]) -> Call<Vec<Held>> {
    let keys: Vec<&str> = entries.iter().map(Entry::key).collect();
    Call::search_read(MODEL, json!([["x_uid", "in", keys]]), fields)
}

/// Asks for the keys of a server's calls that began in a period, in the order of their ids after `after`; [`KEYS_BATCH`] at most.
pub fn keys_between(
    server: &str,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    after: i64,
) -> Call<Vec<HeldKey>> {
    let text = |instant: DateTime<Utc>| instant.format("%Y-%m-%d %H:%M:%S").to_string();
    let domain = json!([
        ["x_server", "=", server],
        ["x_started_at", ">=", text(from)],
        ["x_started_at", "<", text(until)],
        ["id", ">", after],
    ]);
    Call::search_read(MODEL, domain, &["x_uid"])
        .order("id")
        .limit(KEYS_BATCH)
}

/// Makes the next writer see that these rows are not as it left them.
pub fn mark_altered(ids: Vec<i64>) -> Call<bool> {
    Call::write(MODEL, ids, json!({ "x_fingerprint": false }))
}

impl Held {
    /// The legs as they are stored.
    pub fn kept(&self) -> Kept {
        let text = self.values.get("x_legs").and_then(Value::as_str);
        Kept::of(text.unwrap_or_default())
    }

    /// Names of the fields that are not as `entry` has them.
    pub fn altered(&self, entry: &Entry) -> BTreeSet<String> {
        entry
            .proven()
            .filter(|(name, _)| *name != "x_uid")
            .filter(|(name, value)| !is_same(value, self.values.get(*name)))
            .map(|(name, _)| name.to_owned())
            .collect()
    }
}

/// Whether Odoo has the value that was written: a many2one comes back with its name.
fn is_same(written: &Value, held: Option<&Value>) -> bool {
    match held {
        Some(Value::Array(pair)) if written.is_number() => pair.first() == Some(written),
        Some(Value::Null) | None => *written == Value::Bool(false),
        Some(held) => held == written,
    }
}

/// Rows of one [`read_held`]: two megabytes with the legs of ordinary calls.
pub const HELD_BATCH: usize = 500;
/// Keys of one [`keys_between`].
pub const KEYS_BATCH: usize = 5_000;

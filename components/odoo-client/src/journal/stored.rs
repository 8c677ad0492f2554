//! The legs stored with a call, so that it can be completed later by whoever sees the rest.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::Call;
use super::MODEL;
use calls::cdr::Leg;

/// The legs of one row, as read back.
#[derive(Debug, Clone, Deserialize)]
pub struct StoredLegs {
    /// Database id of the row.
    pub id: i64,
    /// Key of the row, where it was asked for.
    #[serde(
        rename = "x_uid",
        default,
        deserialize_with = "super::super::call::text"
    )]
    pub key: String,
    /// The outside party's number in E.164, where it was asked for and there is one.
    #[serde(
        rename = "x_number",
        default,
        deserialize_with = "super::super::call::text"
    )]
    pub number: String,
    #[serde(deserialize_with = "super::super::call::text")]
    x_legs: String,
}

/// What is in a row's `x_legs`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Legs {
    /// Legs of this version.
    Known(Vec<Leg>),
    /// Written by a later version of the bridge, which knows more: not to be overwritten.
    Newer,
    /// Nothing, or nothing readable: somebody has edited it. What was just seen replaces it.
    Unreadable,
}

/// Asks for the legs stored with rows, by their ids, and for their numbers.
pub fn read_legs(rows: Vec<i64>) -> Call<Vec<StoredLegs>> {
    Call::read(MODEL, rows, &["x_legs", "x_number"])
}

/// Asks for the legs stored with the rows of `keys`. At most [`super::HELD_BATCH`] keys a call.
pub fn find_legs(keys: &[&str]) -> Vec<Call<Vec<StoredLegs>>> {
    let of_keys = |keys| json!([["x_uid", "in", keys]]);
    keys.chunks(super::HELD_BATCH)
        .map(|keys| Call::search_read(MODEL, of_keys(keys), &["x_uid", "x_legs"]))
        .collect()
}

impl StoredLegs {
    /// The legs of a row that was read with other fields.
    pub(super) fn of(id: i64, text: &str) -> Self {
        Self {
            id,
            key: String::new(),
            number: String::new(),
            x_legs: text.to_owned(),
        }
    }

    /// The legs, if this version of the bridge can read them.
    pub fn known(&self) -> Option<Vec<Leg>> {
        known(&self.x_legs)
    }

    pub(super) fn read(&self) -> Legs {
        read(&self.x_legs)
    }
}

/// The legs that the text of an `x_legs` holds, if this version can read them.
pub fn known(text: &str) -> Option<Vec<Leg>> {
    match read(text) {
        Legs::Known(legs) => Some(legs),
        Legs::Newer | Legs::Unreadable => None,
    }
}

fn read(text: &str) -> Legs {
    let Ok(Envelope { v, legs }) = serde_json::from_str(text) else {
        return Legs::Unreadable;
    };
    if v > VERSION {
        return Legs::Newer;
    }
    serde_json::from_value(legs).map_or(Legs::Unreadable, Legs::Known)
}

/// The text of `x_legs`.
pub(super) fn write(legs: &[Leg]) -> String {
    // A NUL inside a JSON text is written as an escape that PostgreSQL takes in a text column.
    json!({ "v": VERSION, "legs": legs }).to_string()
}

#[derive(Serialize, Deserialize)]
struct Envelope {
    v: u32,
    #[serde(default)]
    legs: Value,
}

/// Version of the stored form; raise it when a leg's form changes, and keep reading the one before.
const VERSION: u32 = 1;

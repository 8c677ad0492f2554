//! The legs stored with a call, so that it can be completed later by whoever sees the rest.
//!
//! Odoo has no rights on single fields of a data module: whoever may change a call can write these as well. What the bridge itself has stored
//! carries a seal, which is made elsewhere; what people see of the call does not need it, what opens a recording does.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::Call;
use super::MODEL;
use crate::markup;
use calls::cdr::Leg;
use calls::followup;

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
    /// In which direction the call went, where it was asked for.
    #[serde(
        rename = "x_direction",
        default,
        deserialize_with = "super::super::call::text"
    )]
    direction: String,
    /// What came of the call, where it was asked for.
    #[serde(
        rename = "x_outcome",
        default,
        deserialize_with = "super::super::call::text"
    )]
    outcome: String,
    /// The legs as they are stored.
    #[serde(flatten)]
    pub kept: Kept,
}

impl StoredLegs {
    /// Whether the row says that nobody was reached by its call.
    pub fn is_in_vain(&self) -> bool {
        followup::is_in_vain(&self.direction, &self.outcome)
    }
}

/// The legs of a row, and what says that the bridge has stored them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Kept {
    #[serde(deserialize_with = "super::super::call::text")]
    x_legs: String,
    #[serde(default, deserialize_with = "super::super::call::text")]
    x_recording_links: String,
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

/// The fields of a [`Kept`].
pub const KEPT: [&str; 2] = ["x_legs", "x_recording_links"];

/// Asks for the legs stored with rows, by their ids, for their numbers, and for what the rows say of their calls.
pub fn read_legs(rows: &[i64]) -> Call<Vec<StoredLegs>> {
    let fields = ["x_legs", "x_number", "x_direction", "x_outcome"];
    Call::read(MODEL, rows.to_vec(), &fields)
}

/// Asks for the legs stored with the rows of `keys`: at most [`super::HELD_BATCH`].
pub fn find_legs(keys: &[&str]) -> Call<Vec<StoredLegs>> {
    Call::search_read(MODEL, json!([["x_uid", "in", keys]]), &["x_uid", "x_legs"])
}

impl Kept {
    /// The text of an `x_legs`.
    pub fn of(legs: &str) -> Self {
        Self {
            x_legs: legs.to_owned(),
            x_recording_links: String::new(),
        }
    }

    /// The legs, if this version of the bridge can read them.
    pub fn legs(&self) -> Option<Vec<Leg>> {
        known(&self.x_legs)
    }

    /// The seal on the legs, and what it is made of.
    pub fn seal(&self) -> Option<Sealed<'_>> {
        sealed(&self.x_legs)
    }

    /// The field and its value with the seal that `seal` makes of the legs; nothing where they are in another form than this version writes.
    pub(crate) fn resealed(
        &self,
        seal: impl FnOnce(&str) -> Option<String>,
    ) -> Option<(String, Value)> {
        let legs = write(&self.legs()?);
        Some(("x_legs".to_owned(), json!(with_seal(&legs, seal)?)))
    }

    /// The addresses of the pages that the row has for the recordings.
    pub fn pages(&self) -> Vec<String> {
        let parts = self.x_recording_links.split("href=\"").skip(1);
        let addresses = parts.filter_map(|part| part.split_once('"'));
        addresses
            .map(|(address, _)| markup::unescape(address))
            .collect()
    }

    /// The legs that the bridge has stored, where these `are_own`; `None` where a later version of it has, which knows more.
    pub fn own(&self, are_own: bool) -> Option<Vec<Leg>> {
        match self.read(are_own) {
            Legs::Known(legs) if are_own => Some(legs),
            Legs::Newer => None,
            Legs::Known(_) | Legs::Unreadable => Some(Vec::new()),
        }
    }

    /// What is there; `is_own` where the bridge has stored it. That a later version has can be said by anybody.
    pub(super) fn read(&self, is_own: bool) -> Legs {
        match read(&self.x_legs) {
            Legs::Newer if !is_own => Legs::Unreadable,
            legs => legs,
        }
    }
}

/// A seal, and what it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed<'t> {
    /// The legs as they are written, and the version of their form.
    pub text: String,
    /// The seal.
    pub seal: &'t str,
}

/// The legs that the text of an `x_legs` holds, if this version can read them.
pub fn known(text: &str) -> Option<Vec<Leg>> {
    match read(text) {
        Legs::Known(legs) => Some(legs),
        Legs::Newer | Legs::Unreadable => None,
    }
}

/// The seal that the text of an `x_legs` carries, where it is exactly in the form in which the bridge writes it.
fn sealed(text: &str) -> Option<Sealed<'_>> {
    // Whichever version it is: a later one seals in the same way.
    let (body, version) = text.strip_prefix(HEAD)?.rsplit_once(V)?;
    let digits = version.strip_suffix('}')?;
    let is_version = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
    let (legs, seal) = body.rsplit_once(SEAL)?;
    let seal = seal.strip_suffix('"').filter(|seal| is_plain(seal))?;
    is_version.then(|| Sealed {
        text: format!("{legs}{V}{version}"),
        seal,
    })
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
    // A NUL inside a JSON text is written as an escape that PostgreSQL takes in a text column. Legs have text keys: nothing of it can fail.
    let legs = serde_json::to_string(legs).unwrap_or_default();
    format!("{HEAD}{legs}{V}{VERSION}}}")
}

/// The text that [`write()`] gave, with the seal that `seal` makes of it.
pub(super) fn with_seal(text: &str, seal: impl FnOnce(&str) -> Option<String>) -> Option<String> {
    let text = text.strip_prefix(HEAD)?;
    let seal = seal(text).filter(|seal| is_plain(seal))?;
    let (legs, version) = text.rsplit_once(V)?;
    Some(format!("{HEAD}{legs}{SEAL}{seal}\"{V}{version}"))
}

/// Of characters that stand for themselves in a JSON text.
fn is_plain(seal: &str) -> bool {
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
    !seal.is_empty() && seal.bytes().all(is_plain)
}

#[derive(Deserialize)]
struct Envelope {
    v: u32,
    #[serde(default)]
    legs: Value,
}

/// Version of the stored form; raise it when a leg's form changes, and keep reading the one before.
const VERSION: u32 = 1;

const HEAD: &str = "{\"legs\":";
const SEAL: &str = ",\"seal\":\"";
const V: &str = ",\"v\":";

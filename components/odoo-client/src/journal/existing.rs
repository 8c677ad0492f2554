//! What is there already.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::MODEL;
use super::entry::Entry;
use crate::{Call, call};
use calls::contacts::Standing;

/// A row that is there, as far as needed to decide about it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Existing {
    /// Database id.
    pub id: i64,
    /// Key.
    #[serde(rename = "x_uid", deserialize_with = "call::text")]
    pub key: String,
    /// Fingerprint of what the bridge last wrote; empty if unknown.
    #[serde(rename = "x_fingerprint", deserialize_with = "call::text")]
    pub fingerprint: String,
    /// The contact linked, by the bridge or by a person.
    #[serde(rename = "x_partner_id", deserialize_with = "call::many2one")]
    pub contact: Option<i64>,
    /// Value of `x_match`.
    #[serde(rename = "x_match", deserialize_with = "call::text")]
    pub standing: String,
    /// What the bridge has found the contact by, where that is a number which is not the call's any more.
    #[serde(skip)]
    pub mistaken: Option<Standing>,
    /// Whether it says of its call that nobody was reached by it, where that was asked for.
    #[serde(skip)]
    pub was_in_vain: Option<bool>,
}

/// An entry and the row that differs from it.
#[derive(Debug, Clone)]
pub struct Differing {
    /// The row.
    pub existing: Existing,
    /// What was just seen of the call.
    pub entry: Entry,
}

impl Existing {
    /// The row as Odoo has it, as long as nobody changes it: by its fingerprint what the bridge writes, and what a person decides.
    pub(super) fn guard(&self) -> Value {
        let text = |text: &str| match text {
            "" => Value::Bool(false),
            text => text.into(),
        };
        json!({
            "id": self.id,
            "x_fingerprint": text(&self.fingerprint),
            "x_partner_id": self.contact.map_or(Value::Bool(false), Value::from),
            "x_match": text(&self.standing),
        })
    }

    /// Whether the bridge says that it has found the contact: a person may have chosen another one since.
    pub(super) fn has_found(&self) -> bool {
        self.contact.is_some() && FOUND.contains(&self.standing.as_str())
    }

    /// Whether the bridge still has to find the contact. A contact in the field although none was certain is a person's choice.
    pub(super) fn awaits_contact(&self) -> bool {
        self.contact.is_none() && UNDECIDED.contains(&self.standing.as_str())
    }
}

/// When a call began, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Begun {
    /// The start.
    #[serde(rename = "x_started_at", deserialize_with = "call::datetime")]
    pub at: NaiveDateTime,
}

/// Asks for the last call of a server that began before an instant, if there is one.
pub fn last_before(server: &str, instant: DateTime<Utc>) -> Call<Vec<Begun>> {
    let instant = instant.format(call::DATETIME).to_string();
    let domain = json!([["x_server", "=", server], ["x_started_at", "<", instant]]);
    Call::search_read(MODEL, domain, &["x_started_at"])
        .order("x_started_at desc")
        .limit(1)
}

/// The fields of an [`Existing`].
pub const EXISTING: [&str; 4] = ["x_uid", "x_fingerprint", "x_partner_id", "x_match"];

/// Values of `x_match` of contacts that the bridge has found.
const FOUND: [&str; 2] = ["matched", "created"];

/// Values of `x_match` under which the bridge may still link a contact: all those without one that is certain.
pub(super) const UNDECIDED: [&str; 8] = [
    "ambiguous",
    "key_taken",
    "unknown",
    "excluded",
    "internal",
    "withheld",
    "short",
    "unreadable",
];

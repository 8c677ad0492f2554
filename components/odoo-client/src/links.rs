//! The links to recordings that calls have in Odoo, and how they are replaced.

use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::journal::change::Change;
use super::journal::{self, Existing, MODEL, UNTRACKED};
use super::{Call, call};
use calls::cdr::Leg;

/// A call that has a recording or a link.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Linked {
    /// Database id of the row.
    pub id: i64,
    /// Key of the call.
    #[serde(rename = "x_uid", deserialize_with = "call::text")]
    pub key: String,
    /// The first of its links; empty where it has none.
    #[serde(rename = "x_recording_url", deserialize_with = "call::text")]
    pub url: String,
}

/// A call whose links are to be made anew.
#[derive(Debug, Clone, Deserialize)]
pub struct Stored {
    #[serde(flatten)]
    row: Existing,
    #[serde(deserialize_with = "call::text")]
    x_legs: String,
}

impl Stored {
    /// The legs stored with the call; nothing if this bridge cannot read them.
    pub fn legs(&self) -> Option<Vec<Leg>> {
        journal::known_legs(&self.x_legs)
    }

    /// The call with links to `pages`. Its fingerprint stays: nothing else of the row was looked at.
    pub fn with_links(self, pages: &[Url]) -> Change {
        Change {
            row: self.row,
            values: Value::Object(journal::player_values(pages)),
        }
    }
}

/// The calls of `server` that have recordings and began since `since`, in the order of their ids after `after`; [`LINKS_BATCH`] at most.
pub fn recorded(server: &str, since: Option<&str>, after: i64) -> Call<Vec<Linked>> {
    let mut domain = vec![json!(["x_recording_count", ">", 0])];
    domain.extend(since.map(|since| json!(["x_started_at", ">=", since])));
    batch(server, domain, after)
}

/// The calls of `server` that have links, likewise.
pub fn linked(server: &str, after: i64) -> Call<Vec<Linked>> {
    batch(server, vec![json!(["x_recording_url", "!=", false])], after)
}

fn batch(server: &str, mut domain: Vec<Value>, after: i64) -> Call<Vec<Linked>> {
    domain.extend([json!(["x_server", "=", server]), json!(["id", ">", after])]);
    Call::search_read(MODEL, Value::Array(domain), &["x_uid", "x_recording_url"])
        .order("id")
        .limit(LINKS_BATCH)
}

/// Asks for the legs that are stored with calls.
pub fn stored(ids: &[i64]) -> Call<Vec<Stored>> {
    let fields = [&journal::EXISTING[..], &["x_legs"]].concat();
    Call::read(MODEL, ids.to_vec(), &fields)
}

/// Takes the links of calls away.
pub fn take_away(ids: Vec<i64>) -> Call<bool> {
    let values = journal::player_values(&[]);
    Call::write(MODEL, ids, Value::Object(values)).context(UNTRACKED, true)
}

/// Calls whose links are looked at at once: half a megabyte.
pub const LINKS_BATCH: usize = 1_000;

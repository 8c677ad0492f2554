//! The links to recordings that calls have in Odoo, and how they are replaced.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::journal::change::Change;
use super::journal::{self, Existing, KEPT, Kept, MODEL, UNTRACKED};
use super::{Call, call};

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
    /// The row as it was read.
    #[serde(flatten)]
    pub row: Existing,
    /// The legs as they are stored.
    #[serde(flatten)]
    pub kept: Kept,
}

impl Stored {
    /// The call with links to `pages`, and with the seal that `seal` makes of its legs. Its fingerprint stays: nothing else of the row was looked at.
    pub fn with_links(self, pages: &[Url], seal: impl FnOnce(&str) -> Option<String>) -> Change {
        let mut values = journal::player_values(pages);
        values.extend(self.kept.resealed(seal));
        Change {
            row: self.row,
            values: Value::Object(values),
        }
    }

    /// The call with the seal that `seal` makes of its legs, whose recordings are looked at again where there `are_copies`; nothing where the legs
    /// are in another form than this version writes.
    pub fn with_seal(
        self,
        are_copies: bool,
        seal: impl FnOnce(&str) -> Option<String>,
    ) -> Option<Change> {
        let legs = self.kept.resealed(seal)?;
        let again = are_copies.then(|| ("x_copy_state".to_owned(), json!(false)));
        Some(Change {
            row: self.row,
            values: Value::Object(Map::from_iter([legs].into_iter().chain(again))),
        })
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

/// The calls of `server` that have recordings and legs without a seal, in the order of their ids after `after`; [`LEGS_BATCH`] at most.
pub fn unsealed(server: &str, after: i64) -> Call<Vec<Linked>> {
    let domain = vec![
        json!(["x_recording_count", ">", 0]),
        // Neither stands inside a text of JSON: before the end is the last of the legs, or the seal.
        json!(["x_legs", "like", "],\"v\":1}"]),
    ];
    batch(server, domain, after).limit(LEGS_BATCH)
}

/// Asks for the legs that are stored with calls. At most [`LEGS_BATCH`] a call.
pub fn stored(ids: &[i64]) -> Call<Vec<Stored>> {
    let fields = [&journal::EXISTING[..], &KEPT[..]].concat();
    Call::read(MODEL, ids.to_vec(), &fields)
}

/// Takes the links of calls away.
pub fn take_away(ids: Vec<i64>) -> Call<bool> {
    let values = journal::player_values(&[]);
    Call::write(MODEL, ids, Value::Object(values)).context(UNTRACKED, true)
}

/// Calls whose legs are read at once: some 200 kB.
pub const LEGS_BATCH: usize = 100;

/// Calls whose links are looked at at once: half a megabyte.
pub const LINKS_BATCH: usize = 1_000;

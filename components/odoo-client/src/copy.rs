//! Copies of recordings: attachments of their calls, each under a key that it is found by.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::journal::change::Change;
use super::journal::{self, Existing, MODEL as CALLS};
use super::{Call, Said, call};

/// Model of the attachments.
const ATTACHMENTS: &str = "ir.attachment";

/// Tries are counted so far: no pause between two changes any more.
const MOST_TRIES: u32 = 1_000;

/// What stands for the file in a call that is rendered: whoever sends it puts the file there.
pub const CONTENT: &str = "\u{1f}content\u{1f}";

/// A call whose recordings are to be copied.
#[derive(Debug, Clone, Deserialize)]
pub struct Due {
    /// The row as it was read.
    #[serde(flatten)]
    pub row: Existing,
    /// How often it was tried.
    #[serde(rename = "x_copy_tries")]
    tries: i64,
}

impl Due {
    /// How often it was tried. Somebody may have written any number.
    pub fn tries(&self) -> u32 {
        u32::try_from(self.tries.max(0)).unwrap_or(u32::MAX)
    }
}

/// A copy that is there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Copy {
    /// Database id of the attachment.
    pub id: i64,
    /// Its key.
    #[serde(rename = "x_ucm_key", deserialize_with = "call::text")]
    pub key: String,
}

/// What became of the copies of a call, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// All are in Odoo.
    Copied,
    /// The UCM has one no more.
    Gone,
    /// Odoo does not take one, or the device gives it a name that is not asked for.
    Refused,
    /// One is larger than is allowed.
    TooLarge,
    /// One is to be tried again.
    Waiting,
    /// They were removed after their time.
    Removed,
}

impl State {
    /// The value in Odoo.
    pub fn value(self) -> &'static str {
        match self {
            Self::Copied => "copied",
            Self::Gone => "gone",
            Self::Refused => "refused",
            Self::TooLarge => "too_large",
            Self::Waiting => "waiting",
            Self::Removed => "removed",
        }
    }
}

/// The calls of `server` that began since `since` and whose recordings are to be copied at `now`, the oldest first: the UCM deletes those first.
/// Without the first `passed` of them.
pub fn due(
    server: &str,
    since: Option<&str>,
    now: &str,
    passed: usize,
    most: usize,
) -> Call<Vec<Due>> {
    let mut domain = vec![
        json!(["x_server", "=", server]),
        json!(["x_recording_count", ">", 0]),
        json!("|"),
        json!(["x_copy_state", "=", false]),
        json!("&"),
        json!(["x_copy_state", "=", State::Waiting.value()]),
        json!(["x_copy_at", "<=", now]),
    ];
    domain.extend(since.map(|since| json!(["x_started_at", ">=", since])));
    let fields = [&journal::EXISTING[..], &["x_copy_tries"]].concat();
    Call::search_read(CALLS, Value::Array(domain), &fields)
        .order("x_started_at, id")
        .offset(passed)
        .limit(most)
}

/// The calls of `server` that began between `from` and `until` and whose recordings are not copied and not tried any more; those behind the row
/// `after`.
pub fn given_up(server: &str, from: &str, until: &str, after: i64, most: usize) -> Call<Vec<Row>> {
    let states = [State::Gone, State::Refused, State::TooLarge].map(State::value);
    let domain = json!([
        ["x_server", "=", server],
        ["x_started_at", ">=", from],
        ["x_started_at", "<=", until],
        ["x_copy_state", "in", states],
        ["id", ">", after],
    ]);
    Call::search_read(CALLS, domain, &["id"])
        .order("id")
        .limit(most)
}

/// Notes that the recordings of `calls` are to be tried as if for the first time.
pub fn try_again(calls: &[Row]) -> Call<bool> {
    let ids = calls.iter().map(|call| call.id).collect();
    let values = json!({ "x_copy_state": false, "x_copy_tries": 0 });
    Call::write(CALLS, ids, values)
}

/// The copies of the call `id` that are there under `keys`.
pub fn find(id: i64, keys: &[String]) -> Call<Vec<Copy>> {
    let domain = json!([
        ["x_ucm_key", "in", keys],
        ["res_model", "=", CALLS],
        ["res_id", "=", id],
    ]);
    Call::search_read(ATTACHMENTS, domain, &["x_ucm_key"])
}

/// Makes a copy of a recording of the call `id`, which is of this media type; its content is streamed in the place of [`CONTENT`].
pub fn create(id: i64, key: &str, name: &str, media_type: &str) -> Call<Vec<i64>> {
    let row = json!({
        "name": name, "type": "binary", "mimetype": media_type, "res_model": CALLS, "res_id": id, "x_ucm_key": key, "datas": CONTENT,
    });
    Call::create(ATTACHMENTS, vec![row])
}

/// Notes that a try begins: if this is the last that is heard of it, it is tried again at `next`.
pub fn begin(due: &Due, next: &str) -> Call<bool> {
    let values = json!({ "x_copy_state": State::Waiting.value(), "x_copy_tries": due.tries().saturating_add(1).min(MOST_TRIES), "x_copy_at": next });
    Call::write(CALLS, vec![due.row.id], values)
}

/// What became of it: `copies` are there, if they were looked for.
pub fn end(
    due: &Due,
    state: State,
    why: Option<&Said>,
    copies: Option<&[i64]>,
    at: Option<&str>,
) -> Change {
    let mut values = Map::new();
    let mut set = |name: &str, value: Value| values.insert(name.to_owned(), value);
    set("x_copy_state", json!(state.value()));
    if let Some(copies) = copies {
        // Command 6 replaces the whole list.
        set("x_copy_ids", json!([[6, 0, copies]]));
    }
    if let Some(at) = at {
        set("x_copy_at", json!(at));
    }
    values.extend(Said::values(why, "x_copy"));
    Change {
        row: due.row.clone(),
        values: Value::Object(values),
    }
}

/// The calls of `server` from before `before` of which copies were made or tried, and not removed; those behind the row `after`.
pub fn outdated(server: &str, before: &str, after: i64, most: usize) -> Call<Vec<Existing>> {
    let domain = json!([
        ["x_server", "=", server],
        ["x_started_at", "<", before],
        ["id", ">", after],
        // Every try leaves it, also that of a run that died before it could say what is there.
        ["x_copy_at", "!=", false],
        // Nothing in the place of a state says that they were to be looked at again.
        ["x_copy_state", "!=", State::Removed.value()],
    ]);
    Call::search_read(CALLS, domain, &journal::EXISTING)
        .order("id")
        .limit(most)
}

/// A row of which only the id counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// Database id.
    pub id: i64,
}

/// The copies that belong to `calls`.
pub fn of_calls(calls: &[i64]) -> Call<Vec<Row>> {
    let domain = json!([
        ["res_model", "=", CALLS],
        ["res_id", "in", calls],
        ["x_ucm_key", "!=", false],
    ]);
    Call::search_read(ATTACHMENTS, domain, &["id"])
}

/// At most `most` of all the copies that were ever made.
pub fn all(most: usize) -> Call<Vec<Row>> {
    let domain = json!([["res_model", "=", CALLS], ["x_ucm_key", "!=", false]]);
    Call::search_read(ATTACHMENTS, domain, &["id"]).limit(most)
}

/// Removes copies.
pub fn remove(copies: &[Row]) -> Call<bool> {
    Call::unlink(ATTACHMENTS, copies.iter().map(|copy| copy.id).collect())
}

/// Notes that the copies of `calls` were removed.
pub fn note_removed(calls: &[i64]) -> Call<bool> {
    let values = json!({ "x_copy_state": State::Removed.value(), "x_copy_detail": false, "x_copy_words": false, "x_copy_ids": [[6, 0, []]] });
    Call::write(CALLS, calls.to_vec(), values)
}

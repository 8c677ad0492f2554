//! Calls of the journal, as far as following them up goes: which still wait for it, and what went before.

use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::{Value, json};

use super::journal::Existing;
use super::journal::change::Change;
use super::{Call, call, journal};
use calls::followup::{FROM_OUTSIDE, NOT_IN_VAIN, Past};

/// A [`Past`] as Odoo has it.
#[derive(Deserialize)]
struct Row {
    id: i64,
    #[serde(rename = "x_uid", deserialize_with = "call::text")]
    key: String,
    #[serde(rename = "x_number", deserialize_with = "call::text")]
    number: String,
    #[serde(rename = "x_caller_name", deserialize_with = "call::text")]
    caller_name: String,
    #[serde(rename = "x_started_at", deserialize_with = "call::datetime")]
    started_at: NaiveDateTime,
    #[serde(rename = "x_direction", deserialize_with = "call::text")]
    direction: String,
    #[serde(rename = "x_outcome", deserialize_with = "call::text")]
    outcome: String,
    #[serde(rename = "x_company_id", deserialize_with = "call::many2one")]
    company: Option<i64>,
    #[serde(rename = "x_user_id", deserialize_with = "call::many2one")]
    user: Option<i64>,
    #[serde(rename = "x_partner_id", deserialize_with = "call::named")]
    contact: Option<(i64, String)>,
    #[serde(rename = "x_match", deserialize_with = "call::text")]
    standing: String,
    #[serde(rename = "x_fingerprint", deserialize_with = "call::text")]
    fingerprint: String,
}

impl From<Row> for Past {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            key: row.key,
            number: row.number,
            caller_name: row.caller_name,
            started_at: row.started_at,
            direction: row.direction,
            outcome: row.outcome,
            company: row.company,
            user: row.user,
            contact: row.contact,
            standing: row.standing,
            fingerprint: row.fingerprint,
        }
    }
}

/// The calls of a server whose to-dos have not been seen to, oldest first: those that were not in vain since `reached`, and the others since
/// `missed`, where they count.
pub fn waiting(
    server: &str,
    reached: NaiveDateTime,
    missed: Option<NaiveDateTime>,
) -> Call<Vec<Past>> {
    let mut domain = vec![
        json!(["x_server", "=", server]),
        json!(["x_followed_up", "=", false]),
        json!(["x_number", "!=", false]),
        json!(["x_started_at", ">=", text(reached)]),
    ];
    if let Some(missed) = missed {
        domain.extend([json!("|"), json!(["x_started_at", ">=", text(missed)])]);
    }
    domain.extend(not_in_vain());
    oldest(Value::Array(domain))
}

/// See [`Past::was_missed`].
fn not_in_vain() -> [Value; 3] {
    [
        json!("|"),
        json!(["x_outcome", "in", NOT_IN_VAIN]),
        json!(["x_direction", "not in", FROM_OUTSIDE]),
    ]
}

/// The missed calls of a server that began `since`, ended after `ended`, and have not been told to anybody, oldest first.
pub fn untold(server: &str, since: NaiveDateTime, ended: NaiveDateTime) -> Call<Vec<Past>> {
    oldest(json!([
        ["x_server", "=", server],
        ["x_notified", "=", false],
        ["x_number", "!=", false],
        ["x_direction", "in", FROM_OUTSIDE],
        ["x_outcome", "not in", NOT_IN_VAIN],
        ["x_started_at", ">=", text(since)],
        "|",
        ["x_started_at", ">=", text(ended)],
        ["x_ended_at", ">=", text(ended)]
    ]))
}

/// The inbound calls of a server that began `since`, whose number nobody had, or which somebody has only because a contact was made of it;
/// oldest first. Without those whose lead has been seen to, and those for a machine: a fax is nobody's lead.
pub fn strange(server: &str, since: NaiveDateTime) -> Call<Vec<Past>> {
    let waiting = [
        json!(["x_server", "=", server]),
        json!(["x_lead_decided", "=", false]),
        json!(["x_started_at", ">=", text(since)]),
    ];
    let domain = waiting.into_iter().chain(of_strangers());
    oldest(domain.collect())
}

/// Those of the calls that [`strange`] would give, however long ago they were and whether their lead has been seen to.
pub fn strange_among(calls: &[i64]) -> Call<Vec<Past>> {
    let domain = std::iter::once(json!(["id", "in", calls])).chain(of_strangers());
    oldest(domain.collect())
}

fn of_strangers() -> [Value; 8] {
    [
        json!(["x_number", "!=", false]),
        json!(["x_direction", "=", "inbound"]),
        json!(["x_outcome", "!=", "service"]),
        json!("|"),
        json!(["x_match", "=", "unknown"]),
        json!("&"),
        json!(["x_match", "in", ["created", "matched"]]),
        json!(["x_partner_id.x_ucm_contact_ids", "!=", false]),
    ]
}

/// Those of the calls that are somebody's, oldest first: whatever is said of them, which a replica of Odoo's database may not have heard yet.
pub fn among(calls: &[i64]) -> Call<Vec<Past>> {
    oldest(json!([["id", "in", calls], ["x_number", "!=", false]]))
}

fn oldest(domain: Value) -> Call<Vec<Past>> {
    Call::<Vec<Row>>::search_read(journal::MODEL, domain, &FIELDS)
        .order("x_started_at")
        .limit(WAITING)
        .meaning()
}

/// The latest calls with `numbers` that began `since`, whichever server they were made on, latest first. [`HISTORY`] of them may not be all.
pub fn history(numbers: &[&str], since: NaiveDateTime) -> Call<Vec<Past>> {
    let domain = json!([
        ["x_number", "in", numbers],
        ["x_started_at", ">=", text(since)]
    ]);
    Call::<Vec<Row>>::search_read(journal::MODEL, domain, &FIELDS)
        .order("x_started_at desc")
        .limit(HISTORY)
        .meaning()
}

/// The calls of these keys.
pub fn of_keys(keys: &[&str]) -> Call<Vec<Past>> {
    let domain = json!([["x_uid", "in", keys]]);
    Call::<Vec<Row>>::search_read(journal::MODEL, domain, &FIELDS).meaning()
}

/// Says of a call that its to-do has been seen to, as long as nobody learns more of it.
pub fn followed_up(call: &Past) -> Change {
    let row = Existing {
        id: call.id,
        key: call.key.clone(),
        fingerprint: call.fingerprint.clone(),
        contact: call.contact.as_ref().map(|(id, _)| *id),
        standing: call.standing.clone(),
        mistaken: None,
        was_in_vain: None,
    };
    let values = json!({ "x_followed_up": true });
    Change { row, values }
}

/// Says of calls that their to-dos are still to be seen to.
pub fn to_follow_up(calls: Vec<i64>) -> Call<bool> {
    mark(calls, "x_followed_up", false)
}

/// Says of calls that their lead has been seen to.
pub fn lead_decided(calls: Vec<i64>) -> Call<bool> {
    mark(calls, "x_lead_decided", true)
}

fn mark(calls: Vec<i64>, field: &str, done: bool) -> Call<bool> {
    let values = json!({ field: done });
    Call::write(journal::MODEL, calls, values).context(journal::UNTRACKED, true)
}

fn text(instant: NaiveDateTime) -> String {
    instant.format(call::DATETIME).to_string()
}

/// Most calls followed up at once, and marked in one change; the rest is left to the next round.
pub const WAITING: usize = journal::CREATE_BATCH;

/// Most calls looked back on at once: the latest ten of each number, if all numbers differ.
pub const HISTORY: usize = 5_000;

const FIELDS: [&str; 11] = [
    "x_uid",
    "x_number",
    "x_caller_name",
    "x_started_at",
    "x_direction",
    "x_outcome",
    "x_company_id",
    "x_user_id",
    "x_partner_id",
    "x_match",
    "x_fingerprint",
];

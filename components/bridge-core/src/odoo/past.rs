//! Calls of the journal, as far as following them up goes: which still wait for it, and what went before.

use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, call, journal};
use crate::cdr;

/// A call of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Past {
    /// Database id.
    pub id: i64,
    /// Key.
    #[serde(rename = "x_uid", deserialize_with = "call::text")]
    pub key: String,
    /// The outside party's number in E.164.
    #[serde(rename = "x_number", deserialize_with = "call::text")]
    pub number: String,
    /// The name that the caller showed.
    #[serde(rename = "x_caller_name", deserialize_with = "call::text")]
    pub caller_name: String,
    /// Start, in UTC.
    #[serde(rename = "x_started_at", deserialize_with = "call::datetime")]
    pub started_at: NaiveDateTime,
    /// Value of `x_direction`.
    #[serde(rename = "x_direction", deserialize_with = "call::text")]
    pub direction: String,
    /// Value of `x_outcome`.
    #[serde(rename = "x_outcome", deserialize_with = "call::text")]
    pub outcome: String,
    /// Whom the extension belongs to.
    #[serde(rename = "x_user_id", deserialize_with = "call::many2one")]
    pub user: Option<i64>,
    /// The contact.
    #[serde(rename = "x_partner_id", deserialize_with = "call::named")]
    pub contact: Option<(i64, String)>,
}

impl Past {
    /// Whether a human spoke to a human.
    pub fn was_answered(&self) -> bool {
        self.outcome == "answered"
    }

    /// Whether somebody called in vain: also who left a message, or found everybody engaged, or was led on to a number outside.
    pub fn was_missed(&self) -> bool {
        FROM_OUTSIDE.contains(&self.direction.as_str())
            && !NOT_IN_VAIN.contains(&self.outcome.as_str())
    }

    /// Id of the contact.
    pub fn contact_id(&self) -> Option<i64> {
        self.contact.as_ref().map(|(id, _)| *id)
    }

    /// Who it was, as far as it is known: the contact, or else the name that the caller showed.
    pub fn who(&self) -> Option<&str> {
        let contact = self.contact.as_ref().map(|(_, name)| name.as_str());
        contact
            .filter(|name| name.contains(char::is_alphabetic))
            .or_else(|| self.shown_name())
    }

    /// The name that the caller showed: a number is none, nor is what a network shows in its place.
    pub fn shown_name(&self) -> Option<&str> {
        Some(self.caller_name.as_str()).filter(|name| cdr::is_name(name))
    }
}

/// The calls of a server whose to-dos have not been seen to, oldest first: those answered since `answered`, and the others since `missed`,
/// where they count.
pub fn waiting(
    server: &str,
    answered: NaiveDateTime,
    missed: Option<NaiveDateTime>,
) -> Call<Vec<Past>> {
    let was_answered = json!(["x_outcome", "=", "answered"]);
    let counts = match missed {
        Some(missed) => vec![
            json!("|"),
            was_answered,
            json!(["x_started_at", ">=", text(missed)]),
        ],
        None => vec![was_answered],
    };
    let mut domain = vec![
        json!(["x_server", "=", server]),
        json!(["x_followed_up", "=", false]),
        json!(["x_number", "!=", false]),
        json!(["x_started_at", ">=", text(answered)]),
    ];
    domain.extend(counts);
    oldest(Value::Array(domain))
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
    oldest(json!([
        ["x_server", "=", server],
        ["x_lead_decided", "=", false],
        ["x_number", "!=", false],
        ["x_direction", "=", "inbound"],
        ["x_outcome", "!=", "service"],
        ["x_started_at", ">=", text(since)],
        "|",
        ["x_match", "=", "unknown"],
        "&",
        ["x_match", "in", ["created", "matched"]],
        ["x_partner_id.x_ucm_contact_ids", "!=", false]
    ]))
}

fn oldest(domain: Value) -> Call<Vec<Past>> {
    Call::search_read(journal::MODEL, domain, &FIELDS)
        .order("x_started_at")
        .limit(WAITING)
}

/// The latest calls with `numbers` that began `since`, whichever server they were made on, latest first. [`HISTORY`] of them may not be all.
pub fn history(numbers: &[&str], since: NaiveDateTime) -> Call<Vec<Past>> {
    let domain = json!([
        ["x_number", "in", numbers],
        ["x_started_at", ">=", text(since)]
    ]);
    Call::search_read(journal::MODEL, domain, &FIELDS)
        .order("x_started_at desc")
        .limit(HISTORY)
}

/// The ids of the calls of these keys.
pub fn of_keys(keys: &[String]) -> Call<Vec<i64>> {
    let domain = json!([["x_uid", "in", keys]]);
    Call::method(journal::MODEL, "search", None, vec![("domain", domain)])
}

/// Says of calls that their to-dos have been seen to.
pub fn followed_up(calls: Vec<i64>) -> Call<bool> {
    mark(calls, "x_followed_up", true)
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

/// Directions of calls that somebody outside made to the office, or through it.
pub(super) const FROM_OUTSIDE: [&str; 2] = ["inbound", "external"];

/// Outcomes of calls that were not in vain: somebody answered, or nobody was to answer.
pub(super) const NOT_IN_VAIN: [&str; 2] = ["answered", "service"];

/// Most calls followed up at once; the rest is left to the next round.
pub const WAITING: usize = 500;

/// Most calls looked back on at once: the latest ten of each number, if all numbers differ.
pub const HISTORY: usize = 5_000;

const FIELDS: [&str; 8] = [
    "x_uid",
    "x_number",
    "x_caller_name",
    "x_started_at",
    "x_direction",
    "x_outcome",
    "x_user_id",
    "x_partner_id",
];

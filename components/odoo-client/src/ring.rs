//! Phones that ring (`x_ucm_ring`): what a phone says is noted by an action of the data module, which shows the card to whose phone it is.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::journal::{self, Kept};
use super::{Call, DATETIME, action, call};
use calls::contacts::Standing;
use calls::ring::{Came, Link, Rung, Said};

/// Model of the rings.
pub const MODEL: &str = "x_ucm_ring";

/// The action that notes what a phone says.
pub const TELL: &str = "ucm_odoo.action_ring";
/// The action that links rings with calls.
pub const LINK: &str = "ucm_odoo.action_ring_link";

/// Who calls, as far as that is known; nobody, where the phone itself calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caller {
    /// The number in E.164, if it is one.
    pub number: Option<String>,
    /// The number, or what the phone shows in its place; nothing where the caller is withheld. Phones that ring for the same ring for one call.
    pub shown: Option<String>,
    /// The name that the phone shows, where it is one.
    pub name: Option<String>,
}

/// Of which server a phone is, and what of its calls is shown to whom.
#[derive(Debug, Clone, Copy)]
pub struct Office<'a> {
    /// The server's id.
    pub server: &'a str,
    /// Id of the company that its calls belong to.
    pub company: Option<i64>,
    /// Whether a notice tells who calls, in the place of a card.
    pub notice: bool,
    /// Whether colleagues see who is on the phone.
    pub presence: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Told {
    /// Whether this call was not known at this phone.
    pub is_new: bool,
    /// Whether other phones ring for the call.
    pub others_ring: bool,
}

/// Notes what a phone of `office` says. `standing` is what is known of the caller, where the call has just come in.
pub fn tell(
    action_id: i64,
    office: Office<'_>,
    said: &Said,
    caller: &Caller,
    standing: Option<&Standing>,
) -> Call<Told> {
    let text = |text: &Option<String>| text.clone().map_or(Value::Bool(false), Value::from);
    let id = |id: Option<i64>| id.map_or(Value::Bool(false), Value::from);
    let ring = json!({
        "event": said.event.name(),
        "own": said.is_own,
        "server": office.server,
        "company": id(office.company),
        "call": said.call,
        "extension": said.extension,
        "mac": if said.mac.is_empty() { Value::Bool(false) } else { json!(said.mac) },
        "caller": text(&caller.shown),
        "number": text(&caller.number),
        "name": text(&caller.name),
        "match": standing.map_or(Value::Bool(false), |standing| json!(standing.value())),
        "partner": id(standing.and_then(Standing::contact)),
        "candidates": standing.map(Standing::candidates).unwrap_or_default(),
        "notice": office.notice,
        "presence": office.presence,
    });
    run(action_id, ring)
}

/// Looks once more whether anybody has taken the call that a phone has rung for: phones that stop at the same moment do not see each other.
pub fn settle(action_id: i64, office: Office<'_>, said: &Said, caller: &Caller) -> Call<Told> {
    let mut call = tell(action_id, office, said, caller, None);
    if let Some(ring) = call.context.get_mut(KEY) {
        ring["event"] = json!("settled");
    }
    call
}

/// Rings that still wait for their calls.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Waiting {
    waiting: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Row {
    id: i64,
    #[serde(default, deserialize_with = "call::text")]
    extension: String,
    #[serde(default, deserialize_with = "call::text")]
    caller: String,
    #[serde(deserialize_with = "call::datetime")]
    started_at: NaiveDateTime,
}

impl Waiting {
    /// The rings, as far as they can be told by their callers.
    pub fn rings(self) -> Vec<Rung> {
        let rung = |row: Row| Rung {
            id: row.id,
            extension: row.extension,
            caller: row.caller,
            at: row.started_at.and_utc(),
        };
        self.waiting.into_iter().map(rung).collect()
    }
}

/// Links rings of `server` with calls, each only where it has none yet, and asks which still wait.
pub fn link(action_id: i64, server: &str, links: &[Link]) -> Call<Waiting> {
    let links: Vec<Value> = links
        .iter()
        .map(|link| json!({ "ring": link.ring, "call": link.call }))
        .collect();
    run(action_id, json!({ "server": server, "links": links }))
}

fn run<T: serde::de::DeserializeOwned>(action_id: i64, value: Value) -> Call<T> {
    Call::method(action::MODEL, "run", Some(vec![action_id]), vec![]).context(KEY, value)
}

/// A call in the journal, as far as a phone may have rung for it.
#[derive(Debug, Clone, Deserialize)]
pub struct Candidate {
    /// Database id.
    pub id: i64,
    /// Key of the call.
    #[serde(rename = "x_uid", deserialize_with = "call::text")]
    pub key: String,
    /// The legs as they are stored.
    #[serde(flatten)]
    pub kept: Kept,
    #[serde(rename = "x_started_at", deserialize_with = "call::datetime")]
    began_at: NaiveDateTime,
    #[serde(rename = "x_ended_at", deserialize_with = "call::datetime")]
    ended_at: NaiveDateTime,
    #[serde(rename = "x_number", default, deserialize_with = "call::text")]
    number: String,
    #[serde(rename = "x_caller_number", default, deserialize_with = "call::text")]
    caller: String,
    #[serde(rename = "x_extension", default, deserialize_with = "call::text")]
    extension: String,
}

impl From<Candidate> for Came {
    fn from(row: Candidate) -> Self {
        let legs = row.kept.legs().unwrap_or_default();
        let called = legs
            .iter()
            .flat_map(|leg| [&leg.dst, &leg.dst_channel_ext, &leg.dst_answer]);
        let callers = legs.iter().map(|leg| leg.src.clone());
        Self {
            id: row.id,
            callers: [row.number, row.caller]
                .into_iter()
                .chain(callers)
                .collect(),
            extensions: called.cloned().chain([row.extension]).collect(),
            began_at: row.began_at.and_utc(),
            ended_at: row.ended_at.and_utc(),
        }
    }
}

/// Calls of `server` that began in this span of time and have ended, in the order of their ids after `after`; [`MOST_CANDIDATES`] at most.
pub fn candidates(
    server: &str,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    after: i64,
) -> Call<Vec<Candidate>> {
    let at = |instant: DateTime<Utc>| instant.format(DATETIME).to_string();
    let domain = json!([
        ["x_server", "=", server],
        ["x_started_at", ">=", at(from)],
        ["x_started_at", "<=", at(until)],
        ["x_ended_at", "!=", false],
        ["x_direction", "in", ["inbound", "internal"]],
        ["id", ">", after],
    ]);
    let fields = [
        "x_uid",
        "x_started_at",
        "x_ended_at",
        "x_number",
        "x_caller_number",
        "x_extension",
        "x_legs",
    ];
    Call::search_read(journal::MODEL, domain, &fields)
        .order("id")
        .limit(MOST_CANDIDATES)
}

/// Key of the context under which the actions find what they are told.
const KEY: &str = "x_ucm_ring";

/// Calls of one [`candidates`]: what an office of some hundred people takes in half a day.
pub const MOST_CANDIDATES: usize = 2_000;

#[cfg(test)]
mod tests {
    use super::*;

    /// Odoo refuses a value that a selection does not have, and nobody would see a card.
    #[test]
    fn every_standing_of_a_caller_is_one_that_a_ring_can_have() {
        let module = include_str!("../../odoo-setup/ucm_odoo/data/x_ucm_ring.xml");
        let standings = [
            Standing::Matched(1),
            Standing::Assigned {
                contact: 1,
                number: 1,
            },
            Standing::Ambiguous(vec![1, 2]),
            Standing::KeyTaken {
                id: 1,
                reason: calls::contacts::KeyTaken::Archived,
            },
            Standing::Unknown,
            Standing::Internal,
            Standing::Withheld,
            Standing::Short,
            Standing::Unreadable(calls::phone::Unreadable::Text),
        ];
        for standing in standings {
            let name = standing.value();
            let record = format!("selection__x_ucm_ring__x_match__{name}\"");
            assert!(module.contains(&record), "{name}");
        }
    }
}

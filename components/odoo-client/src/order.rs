//! Orders to dial (`x_ucm_order`): a click in Odoo makes one, the bridge claims it, dials, and says what came of it.
//!
//! What must not happen twice happens within one transaction of Odoo: the data module has an action for each step.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::notice::Answer;
use super::{Call, DATETIME, action, call, journal};
use calls::cdr::Leg;
use calls::order::{Made, Ordered, State};

/// Model of the orders.
pub const MODEL: &str = "x_ucm_order";

/// The action that claims orders.
pub const CLAIM: &str = "ucm_odoo.action_order_claim";
/// The action that is told what came of them.
pub const TELL: &str = "ucm_odoo.action_order_told";
/// The action that links them with calls.
pub const LINK: &str = "ucm_odoo.action_order_link";
/// The action that makes one for a program.
pub const MAKE: &str = "ucm_odoo.action_order_make";

/// An order that nobody but the one who claimed it carries out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Order {
    /// Database id.
    pub id: i64,
    /// Who asked: id of the user.
    pub user: i64,
    /// Their language, such as `fr_FR`.
    #[serde(default, deserialize_with = "call::text")]
    pub lang: String,
    /// The server's short name.
    #[serde(default, deserialize_with = "call::text")]
    pub server: String,
    /// The extension that is to ring.
    #[serde(default, deserialize_with = "call::text")]
    pub extension: String,
    /// The number as it was clicked.
    #[serde(default, deserialize_with = "call::text")]
    pub number: String,
    /// Why no call comes of it, or none is certain, as its record has it.
    #[serde(default, deserialize_with = "call::text")]
    pub reason: String,
}

/// What the action that claims gives.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Claimed {
    /// The order that is to be carried out now, if there is one.
    pub claimed: Vec<Order>,
    /// Orders that nobody came for in time, since they were last asked about.
    #[serde(default)]
    pub expired: Vec<Order>,
    /// Orders of which it is no longer to be found out what came.
    #[serde(default)]
    pub unknown: Vec<Order>,
    /// Orders that a call may still come of.
    #[serde(default)]
    pub open: Vec<Open>,
    /// Whether the order that was asked for is not there: where its transaction goes on, it may be in a moment.
    #[serde(default)]
    pub missing: bool,
    /// Whether there are call campaigns to look after.
    #[serde(default)]
    pub campaigns: bool,
}

/// An order that a call may still come of, or that was linked with one not long ago.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Open {
    /// Database id.
    pub id: i64,
    /// The server's short name.
    #[serde(default, deserialize_with = "call::text")]
    pub server: String,
    #[serde(default, deserialize_with = "call::text")]
    extension: String,
    /// The number as it was clicked.
    #[serde(default, deserialize_with = "call::text")]
    pub number: String,
    #[serde(default, deserialize_with = "call::text")]
    e164: String,
    #[serde(default, deserialize_with = "call::text")]
    dialled: String,
    #[serde(deserialize_with = "call::datetime")]
    asked_at: NaiveDateTime,
    /// The call that it is linked with.
    #[serde(default, deserialize_with = "call::false_as_none")]
    pub call: Option<i64>,
}

impl Open {
    /// When it was asked for.
    pub fn asked_at(&self) -> DateTime<Utc> {
        self.asked_at.and_utc()
    }

    /// Whom it was connected with, where that was noted: the number in E.164, or else what was dialled.
    pub fn callee(&self) -> Option<&str> {
        [self.e164.as_str(), self.dialled.as_str()]
            .into_iter()
            .find(|text| !text.is_empty())
    }

    /// The order of somebody who was to be connected with `callee`.
    pub fn ordered(&self, callee: String) -> Ordered {
        Ordered {
            id: self.id,
            extension: self.extension.clone(),
            callee,
            asked_at: self.asked_at(),
            call: self.call,
        }
    }
}

/// Which order is claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// The one that has waited longest.
    Longest,
    /// This one.
    This(i64),
    /// None: only to see what there is.
    None,
}

/// Claims an order for `servers`, one at most: what is claimed and not dialled is never dialled.
///
/// Who claims one alone carries it out: a transaction that meets another one on the same order is undone by PostgreSQL, begun anew by Odoo, and
/// then finds nothing to claim.
pub fn claim(action_id: i64, token: &str, servers: &[&str], sought: Sought) -> Call<Claimed> {
    let order = match sought {
        Sought::Longest => json!(false),
        Sought::This(order) => json!(order),
        Sought::None => json!(NO_ORDER),
    };
    let claim = json!({ "claim": token, "servers": servers, "order": order, "limit": 1 });
    run(action_id, "x_ucm_claim", claim)
}

/// What came of an order, for its record and for who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What is known of it now.
    pub state: State,
    /// The number in E.164, if it is one.
    pub e164: Option<String>,
    /// The digits that the PBX was given, if it was asked.
    pub dialled: Option<String>,
    /// The PBX's status, where that says why.
    pub code: Option<i64>,
}

/// Notes what came of an order that was claimed with `token`, and says it to who asked: both, or neither where somebody has noted it before.
pub fn told(
    action_id: i64,
    token: &str,
    order: i64,
    outcome: &Outcome,
    answer: &Answer,
) -> Call<Value> {
    let (state, reason) = match outcome.state {
        State::Ringing => ("ringing", None),
        State::Refused(reason) => ("refused", Some(reason)),
        State::Unknown(reason) => ("unknown", Some(reason)),
    };
    let text = |text: &Option<String>| text.clone().map_or(Value::Bool(false), Value::from);
    let told = json!({
        "order": order,
        "claim": token,
        "state": state,
        "reason": reason.map_or(Value::Bool(false), |reason| Value::from(reason.name())),
        "code": outcome.code.unwrap_or_default(),
        "dialled": text(&outcome.dialled),
        "e164": text(&outcome.e164),
        "title": answer.title,
        "message": answer.message,
        "type": answer.kind(),
    });
    run(action_id, "x_ucm_told", json!([told]))
}

/// Changes which calls some orders are linked with, each only where it is still as it was.
pub fn link(action_id: i64, links: &[calls::order::Link]) -> Call<Value> {
    let id = |id: Option<i64>| id.map_or(Value::Bool(false), Value::from);
    let links: Vec<Value> = links
        .iter()
        .map(|link| json!({ "order": link.order, "call": id(link.call), "was": id(link.was) }))
        .collect();
    run(action_id, "x_ucm_links", json!(links))
}

/// What a program asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What the order is known by: the same key makes no second one.
    pub key: String,
    /// Whether the program knows the key too, and so can ask again. Then the order is the key's alone; else it can be that of a moment ago.
    pub is_named: bool,
    /// Login of the user whose phone rings.
    pub login: String,
    /// Which of their extensions, if it is said.
    pub extension: Option<String>,
    /// On which server, if it is said.
    pub server: Option<String>,
    /// The number to dial.
    pub number: String,
}

/// What becomes of a [`Wish`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Wished {
    /// It is an order.
    Order {
        /// Database id.
        order: i64,
        /// State of the order, as its record has it: another one than `asked` where the key was known.
        state: String,
    },
    /// It is none.
    Refused {
        /// Why, as an order's record has it.
        reason: String,
    },
}

/// Makes an order for a program.
pub fn make(action_id: i64, wish: &Wish) -> Call<Wished> {
    let text = |text: &Option<String>| text.clone().map_or(Value::Bool(false), Value::from);
    let order = json!({
        "key": wish.key,
        "named": wish.is_named,
        "login": wish.login,
        "extension": text(&wish.extension),
        "server": text(&wish.server),
        "number": wish.number,
    });
    run(action_id, "x_ucm_order", order)
}

fn run<T: serde::de::DeserializeOwned>(action_id: i64, key: &str, value: Value) -> Call<T> {
    Call::method(action::MODEL, "run", Some(vec![action_id]), vec![]).context(key, value)
}

/// A call in the journal, as far as it may have come of an order.
#[derive(Debug, Clone, Deserialize)]
pub struct Candidate {
    id: i64,
    #[serde(rename = "x_started_at", deserialize_with = "call::datetime")]
    began_at: NaiveDateTime,
    #[serde(rename = "x_number", default, deserialize_with = "call::text")]
    number: String,
    #[serde(rename = "x_called_number", default, deserialize_with = "call::text")]
    called: String,
    #[serde(rename = "x_extension", default, deserialize_with = "call::text")]
    extension: String,
    #[serde(rename = "x_caller_number", default, deserialize_with = "call::text")]
    caller: String,
    #[serde(rename = "x_legs", default, deserialize_with = "call::text")]
    legs: String,
}

impl From<Candidate> for Made {
    fn from(row: Candidate) -> Self {
        let legs = journal::known_legs(&row.legs).unwrap_or_default();
        let of_legs = legs.iter().flat_map(|leg| parties(leg).map(str::to_owned));
        let extensions = [row.extension, row.caller].into_iter().chain(of_legs);
        let called = legs.iter().map(|leg| leg.dst.clone());
        Self {
            id: row.id,
            extensions: extensions.collect(),
            callees: [row.number, row.called].into_iter().chain(called).collect(),
            began_at: row.began_at.and_utc(),
        }
    }
}

/// Who has a part in a leg.
fn parties(leg: &Leg) -> impl Iterator<Item = &str> {
    [
        &leg.src,
        &leg.new_src,
        &leg.owner,
        &leg.channel_ext,
        &leg.dst_channel_ext,
        &leg.dst_answer,
    ]
    .into_iter()
    .map(String::as_str)
}

/// Calls of `server` that the office made in this span of time, in the order of their ids after `after`; [`MOST_CANDIDATES`] at most.
pub fn candidates(
    server: &str,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    after: i64,
) -> Call<Vec<Made>> {
    let at = |instant: DateTime<Utc>| instant.format(DATETIME).to_string();
    let domain = json!([
        ["x_server", "=", server],
        ["x_started_at", ">=", at(from)],
        ["x_started_at", "<=", at(until)],
        ["x_direction", "in", ["outbound", "internal"]],
        ["id", ">", after],
    ]);
    let fields = [
        "x_started_at",
        "x_number",
        "x_called_number",
        "x_extension",
        "x_caller_number",
        "x_legs",
    ];
    Call::<Vec<Candidate>>::search_read(journal::MODEL, domain, &fields)
        .order("id")
        .limit(MOST_CANDIDATES)
        .meaning()
}

/// Counts the orders since `since` that were refused, or of which it is not known what came.
pub fn count(state: &str, since: DateTime<Utc>) -> Call<u64> {
    let since = since.format(DATETIME).to_string();
    Call::search_count(
        MODEL,
        json!([["x_state", "=", state], ["x_asked_at", ">=", since]]),
    )
}

/// An order that there is not.
const NO_ORDER: i64 = -1;
/// Calls of one [`candidates`]: what an office of some hundred people dials in an hour, some four megabytes with their legs.
pub const MOST_CANDIDATES: usize = 2_000;

#[cfg(test)]
mod tests {
    use calls::order::Reason;

    /// Odoo refuses a value that a selection does not have, and the order would be unknown for it.
    #[test]
    fn every_reason_is_one_that_an_order_can_have() {
        let module = include_str!("../../odoo-setup/ucm_odoo/data/x_ucm_order.xml");
        for reason in Reason::ALL {
            let name = reason.name();
            let record = format!("selection__x_ucm_order__x_reason__{name}\"");
            assert!(module.contains(&record), "{name}");
            assert!(module.contains(&format!("<field name=\"value\">{name}</field>")));
        }
    }
}

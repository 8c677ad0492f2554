//! A call: all legs of one session, and what they say together.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Leg;

/// What a call is known by, in the bridge and in Odoo.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId {
    /// The configured server that the call was made on.
    pub server: String,
    /// The UCM's session, or the record's own id where the dialect has no sessions.
    pub session: String,
}

/// Where the call came from and where it went, as seen from the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From a trunk to the office.
    Inbound,
    /// From the office to a trunk.
    Outbound,
    /// Between extensions.
    Internal,
    /// From trunk to trunk.
    External,
}

/// How the call ended for the people on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A human answered.
    Answered,
    /// No human answered, and no message could be left.
    Missed,
    /// No human answered; the caller reached a voice mailbox.
    Voicemail,
    /// Everybody was engaged or rejected the call.
    Busy,
    /// The call could not be put through.
    Failed,
}

/// One side of the call, as the UCM writes it: the number is not yet understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Side {
    /// Number, extension, or text; empty when withheld.
    pub number: String,
    /// Name shown, or empty.
    pub name: String,
}

/// A call, from all the legs known so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its identity.
    pub id: CallId,
    /// The instant of the first leg.
    pub started_at: DateTime<Utc>,
    /// The instant a human picked up, if one did.
    pub answered_at: Option<DateTime<Utc>>,
    /// The instant of the last leg's end, as far as known.
    pub ended_at: Option<DateTime<Utc>>,
    /// Direction.
    pub direction: Direction,
    /// Outcome.
    pub outcome: Outcome,
    /// The UCM's own words of the deciding leg, for people who know them: `ANSWERED`, `NO ANSWER` ...
    pub disposition: String,
    /// Who called.
    pub caller: Side,
    /// Who was called (the number dialled, and the name where one is known).
    pub called: Side,
    /// The side outside the office: the caller of an inbound call, the called of an outbound one; none for internal calls.
    pub remote: Option<Side>,
    /// Extension of the person who took or made the call, or who should have taken it; empty if none.
    pub extension: String,
    /// Display name of the trunk, or empty.
    pub trunk: String,
    /// From the first ring to the end, in seconds.
    pub duration_secs: u32,
    /// Time that a human talked, in seconds.
    pub talk_secs: u32,
    /// Time until a human picked up, or until the caller gave up, in seconds.
    pub ring_secs: u32,
    /// The recordings of all legs, as the UCM names them, in the order of the legs.
    pub recordings: Vec<String>,
    /// The way through the PBX, a line a station (IVR, queue, ring group, extension, transfer, voice mail).
    pub journey: Vec<String>,
    /// The legs, in order.
    pub legs: Vec<Leg>,
}

/// Regroups legs into calls by their session, whatever grouping they came in.
pub fn calls_from_legs(_legs: impl IntoIterator<Item = Leg>) -> Vec<Call> {
    Vec::new() // to be completed
}

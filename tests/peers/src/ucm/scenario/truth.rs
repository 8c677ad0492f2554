//! What really happened, told by the call itself and not worked out from the device's legs.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Scenario;

/// Which way a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From an outsider to the office.
    Inbound,
    /// From the office to an outsider.
    Outbound,
    /// Between two extensions.
    Internal,
    /// From one trunk to another.
    External,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Two people talked.
    Answered,
    /// Somebody called from outside, and nobody answered.
    Missed,
    /// Somebody in the office called, and nobody answered.
    NoAnswer,
    /// The other side was busy, and nothing more came of it.
    Busy,
    /// Nobody answered, and a message was left.
    Voicemail,
    /// The call could not be set up.
    Failed,
    /// A machine of the office was called, and took the call.
    Service,
}

/// What really happened in one session.
#[derive(Debug, Clone, Serialize)]
pub struct Truth {
    /// The device's name for the session.
    pub session: String,
    /// The course the call took.
    #[serde(skip)]
    pub scenario: Scenario,
    /// Which way it went.
    pub direction: Direction,
    /// How it ended.
    pub outcome: Outcome,
    /// The outsider in E.164; `None` for an internal call and when the number was not shown.
    pub external: Option<String>,
    /// The outsider exactly as the device shows the number, `None` for an internal call.
    pub shown: Option<String>,
    /// The outsider's name as shown, empty when unknown.
    pub name: String,
    /// The first extension that talked.
    pub answered_by: Option<String>,
    /// Every extension that talked, in order.
    pub talked: Vec<String>,
    /// When the call began.
    pub start: DateTime<Utc>,
    /// When the last of it ended: from then on all its rows are there.
    pub end: DateTime<Utc>,
    /// Seconds that people talked with each other (not ringing, menus, waiting or messages).
    ///
    /// Stamps are cut to the second, so what follows from two of them may be one off. The `billsec` of a ring group's
    /// winner holds the ringing too: only the losers' `end` tells when that call was picked up.
    pub talk_secs: u32,
    /// Names of the recordings, without the sub-directory.
    pub recordings: Vec<String>,
    /// For a parked call that was fetched: the session in which it was parked.
    pub continues: Option<String>,
}

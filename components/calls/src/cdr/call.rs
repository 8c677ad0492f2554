//! A call: all legs of one session, and what they say together.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::view::{View, covered_secs};
use super::{Device, Journey, Leg, TimeDoubt, base_name, calls_from_legs, merge_legs};

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
    /// Somebody outside called in vain: no human answered, and no message could be left.
    Missed,
    /// The same of a call that the office made, within or to the outside: nobody was waiting to be served.
    NoAnswer,
    /// No human answered; the caller reached a voice mailbox.
    Voicemail,
    /// Everybody was engaged or rejected the call.
    Busy,
    /// The call could not be put through.
    Failed,
    /// The call was for a machine of the office: a fax, the own mailbox, a feature code. Nobody was to answer it.
    Service,
}

impl Outcome {
    /// Only who calls from outside can be missed.
    fn of_call(self, direction: Direction) -> Self {
        match self {
            Self::Missed if matches!(direction, Direction::Outbound | Direction::Internal) => {
                Self::NoAnswer
            }
            outcome => outcome,
        }
    }
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
    /// The instant the call began: the session's epoch where it has one, or else the first leg's start.
    pub started_at: DateTime<Utc>,
    /// The instant a human picked up, if one did and the instant is known.
    pub answered_at: Option<DateTime<Utc>>,
    /// The instant of the last leg's end, as far as known.
    pub ended_at: Option<DateTime<Utc>>,
    /// What could not be decided about these instants.
    pub time_doubt: Option<TimeDoubt>,
    /// How far the device's wall clock was east of UTC when the call began, in seconds; not known where only later legs are.
    pub utc_offset_secs: Option<i32>,
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
    /// The side outside the office: the caller of an inbound or external call, the called of an outbound one; none for internal calls.
    pub remote: Option<Side>,
    /// Extension of the person who took or made the call, or who should have taken it; empty if none.
    pub extension: String,
    /// Display name of the trunk, or empty.
    pub trunk: String,
    /// From the first ring to the end, in seconds.
    pub duration_secs: u32,
    /// Time that a human talked, in seconds.
    pub talk_secs: u32,
    /// Time until a human picked up, until voice mail took over, or until the caller gave up, in seconds.
    pub ring_secs: u32,
    /// The recordings of all legs, as the UCM names them, in the order of the legs.
    pub recordings: Vec<String>,
    /// The way through the PBX (IVR, queue, ring group, extension, transfer, voice mail), a line a station.
    pub journey: Journey,
    /// The zone that the device's wall clock was read in, if one is configured.
    pub zone: Option<Tz>,
    /// The legs, in order.
    pub legs: Vec<Leg>,
}

impl Call {
    /// The call that `legs` make up: one session's, in order, each of which can be placed.
    pub(super) fn of(legs: Vec<Leg>, device: &Device<'_>) -> Option<Self> {
        let view = View::of(&legs, device.zone)?;
        let direction = view.direction();
        let (outcome, deciding) = view.outcome();
        let picked_up = view.talks().map(|talk| talk.from).min();
        let (caller, called) = (view.caller(direction), view.called());
        let origin = view.times.origin;
        Some(Self {
            id: CallId {
                server: device.server.to_owned(),
                session: legs.first()?.session.clone(),
            },
            started_at: view.times.started_at,
            answered_at: picked_up.and_then(|second| view.times.instant(second)),
            ended_at: view.times.instant(view.end()),
            time_doubt: view.times.doubt,
            utc_offset_secs: view.times.utc_offset_secs(&view.legs),
            direction,
            outcome: outcome.of_call(direction),
            disposition: deciding.disposition.to_string(),
            remote: match direction {
                Direction::Inbound | Direction::External => Some(caller.clone()),
                Direction::Outbound => Some(called.clone()),
                Direction::Internal => None,
            },
            caller,
            called,
            extension: view.extension(direction, outcome),
            trunk: view.trunk(direction, deciding),
            duration_secs: seconds(view.end() - origin),
            talk_secs: seconds(covered_secs(view.talks())),
            ring_secs: seconds(picked_up.or(view.taken_over()).unwrap_or(view.end()) - origin),
            recordings: recordings(view.legs.iter().copied().chain(&legs)),
            journey: view.journey(),
            zone: device.zone,
            legs,
        })
    }

    /// The call as it is with the legs of an earlier or later sighting as well. Legs of another session change nothing.
    #[must_use]
    pub fn with_legs(self, more: impl IntoIterator<Item = Leg>) -> Self {
        let more = more
            .into_iter()
            .filter(|leg| leg.session == self.id.session);
        let legs = merge_legs(self.legs.clone(), more);
        let device = Device {
            server: &self.id.server,
            zone: self.zone,
        };
        let calls = calls_from_legs(legs, &device).calls;
        calls.into_iter().next().unwrap_or(self)
    }
}

/// The files of all legs, each once.
fn recordings<'a>(legs: impl Iterator<Item = &'a Leg>) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for recording in legs.flat_map(|leg| &leg.recordings) {
        let is_known = |known: &String| base_name(known) == recording.base_name();
        if !files.iter().any(is_known) {
            files.push(recording.file.clone());
        }
    }
    files
}

/// A difference in seconds as a length of time; what clocks set back would make negative is none.
pub(super) fn seconds(difference: i64) -> u32 {
    u32::try_from(difference.max(0)).unwrap_or(u32::MAX)
}

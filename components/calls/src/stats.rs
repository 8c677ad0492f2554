//! What happened on the phones in a period: how many calls, how they were answered, who still waits.
//!
//! Odoo counts: the journal is asked by its own aggregation, a bounded number of times whatever the number of calls. Here the question is
//! put and the answers are joined; what they look like as a page or a file is decided elsewhere.

mod address;
pub mod campaign;
mod period;
mod ratio;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

pub use address::{Address, Subject, liked_best};
pub use period::{Asked, QuestionError, Span, begin_of};
pub use ratio::{Hundredths, per_mille};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The first day.
    pub from: NaiveDate,
    /// The last day, included.
    pub to: NaiveDate,
    /// Whose days those are: the reader's time zone.
    pub zone: Tz,
    /// Which calls count.
    pub filter: Filter,
}

/// Which calls count; what is not named is not asked about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Filter {
    /// Those of one server, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Those of one extension.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// Those of one contact, by its id in Odoo; of a company, with those of its people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<i64>,
    /// `inbound`, `outbound`, `internal` or `external`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statistics {
    /// The first day.
    pub from: NaiveDate,
    /// The last day, included.
    pub to: NaiveDate,
    /// Whose days those are, as an IANA name.
    pub zone: String,
    /// Which calls count.
    pub filter: Filter,
    /// What servers are called, by their ids; for people.
    #[serde(skip)]
    pub server_names: BTreeMap<String, String>,
    /// Name of the contact asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// When it was counted.
    pub counted_at: DateTime<Utc>,
    /// The seven figures of the Calls tab.
    pub figures: Figures,
    /// Inbound calls that a human answered, in a thousand inbound calls; nothing without inbound calls. Those for a machine do not count.
    pub answered_per_mille: Option<u32>,
    /// How long it rang before somebody answered; nothing where nobody did.
    pub ring: Option<Ring>,
    /// Every day of the period, those without calls too.
    pub by_day: Vec<Slice<NaiveDate>>,
    /// The 24 hours of the day.
    pub by_hour: Vec<Slice<u8>>,
    /// The seven days of the week, Monday first: 1 to 7 (ISO 8601).
    pub by_weekday: Vec<Slice<u8>>,
    /// Extensions, the busiest first; without a text those calls that no extension took part in.
    pub by_extension: Vec<OfServer>,
    /// Trunks, the busiest first; without a text those calls that went over none.
    pub by_trunk: Vec<OfServer>,
    /// Values of `x_outcome` in the journal's order, those without calls too.
    pub by_outcome: Vec<Slice<String>>,
    /// The calls that waited longest for an answer, or until the caller gave up; the longest first.
    pub longest_waits: Vec<Wait>,
    /// Callers who called in vain and whom nobody has spoken to since; who has waited longest first.
    pub not_called_back: Vec<Caller>,
    /// How many of them there are in all: the list above may end before.
    pub not_called_back_total: u64,
    /// The numbers with most calls.
    pub top_callers: Vec<Caller>,
}

/// The seven figures, as the Calls tab of a contact has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Figures {
    /// All calls.
    pub total: u64,
    /// Inbound ones.
    pub inbound: u64,
    /// Outbound ones.
    pub outbound: u64,
    /// Those with the outcome `missed`.
    pub missed: u64,
    /// Those with the outcome `answered`.
    pub answered: u64,
    /// Seconds talked.
    pub talk_secs: u64,
    /// When the last one began.
    pub last_call_at: Option<DateTime<Utc>>,
}

/// How long it rang before an inbound call was answered, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ring {
    /// Half of the calls were answered sooner.
    pub median_secs: u32,
    /// Nine in ten were.
    pub p90_secs: u32,
}

/// The calls of one day, hour, extension, and so on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Slice<K> {
    /// What they have in common.
    pub key: K,
    /// How many.
    #[serde(flatten)]
    pub figures: Figures,
}

/// The calls of one extension or trunk of one server: what another server calls by the same name is another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfServer {
    /// The id of the server; none of calls that the bridge has not written.
    pub server: Option<String>,
    /// The extension or trunk.
    #[serde(flatten)]
    pub slice: Slice<Option<String>>,
}

/// One call that waited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wait {
    /// Id of the call in Odoo.
    pub call: i64,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Seconds it rang.
    pub ring_secs: u32,
    /// Value of `x_outcome`.
    pub outcome: String,
    /// The other party: the contact's name, or else the number.
    pub party: String,
    /// Number in E.164, where it is one.
    pub number: Option<String>,
    /// The extension that was called or answered.
    pub extension: Option<String>,
    /// The id of its server.
    pub server: Option<String>,
}

/// Somebody outside, by their number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Caller {
    /// Number in E.164.
    pub number: String,
    /// The contact's name, where the number has one.
    pub name: Option<String>,
    /// Id of the contact in Odoo.
    pub contact: Option<i64>,
    /// How many calls: for those who wait, since somebody last spoke to them.
    pub calls: u64,
    /// When the last of them began.
    pub last_call_at: DateTime<Utc>,
}

impl Statistics {
    /// Whether these are the calls of more than one server, so that an extension or trunk says little without it.
    pub fn are_of_several_servers(&self) -> bool {
        let mut slices = self.by_extension.iter();
        let first = slices.next();
        slices.any(|slice| first.is_some_and(|first| first.server != slice.server))
    }
}

impl Figures {
    /// Adds other calls.
    pub fn join(&mut self, other: &Self) {
        self.total += other.total;
        self.inbound += other.inbound;
        self.outbound += other.outbound;
        self.missed += other.missed;
        self.answered += other.answered;
        self.talk_secs += other.talk_secs;
        self.last_call_at = self.last_call_at.max(other.last_call_at);
    }
}

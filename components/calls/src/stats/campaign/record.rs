//! What is on record of a number: when it was called, by whom, and on what ground.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::Campaign;

/// All that is on record of the number of one member.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Record {
    /// The campaign that it is a member of.
    pub campaign: Campaign,
    /// When it was looked up.
    pub looked_up_at: DateTime<Utc>,
    /// Who it is.
    pub member: Member,
    /// The consent, where there is one.
    pub consent: Option<Consent>,
    /// The rules of the campaign, as they are set now.
    pub rules: Rules,
    /// Since when calls are listed: thirty days before the member was added, which the rules looked back to.
    pub calls_since: DateTime<Utc>,
    /// Every call with that number in the journal since then, on whatever phone, the last first.
    pub calls: Vec<CallOnRecord>,
    /// Whether there are earlier ones since then that are not listed.
    pub more_calls: bool,
    /// Every call to that number that a rule has refused, in whatever campaign, the last first.
    pub refusals: Vec<Refusal>,
    /// Whether there are earlier ones that are not listed.
    pub more_refusals: bool,
}

/// A member of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Id in Odoo.
    pub id: i64,
    /// Name.
    pub name: String,
    /// The number in E.164, where it was read.
    pub number: Option<String>,
    /// The number as somebody has entered it.
    pub entered: String,
    /// When it was added to the campaign.
    pub added_at: DateTime<Utc>,
    /// Value of `x_state`.
    pub state: String,
    /// Value of `x_why`, of who is excluded.
    pub why: Option<String>,
    /// Value of `x_kind`: what came of it.
    pub kind: Option<String>,
    /// Whether the number is on Odoo's blacklist now.
    pub is_blacklisted: bool,
}

/// That somebody has agreed to be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Consent {
    /// When it was given.
    pub given_on: NaiveDate,
    /// Where.
    pub source: Option<String>,
    /// What shows it.
    pub proof: Option<String>,
}

/// What a campaign keeps to. Zero is no limit, or no rest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rules {
    /// Whose law they were filled in by, a value of `x_law`.
    pub law: Option<String>,
    /// Most calls to a number in thirty days.
    pub most_calls: u32,
    /// Most attempts of a member.
    pub most_attempts: u32,
    /// Days of rest after a refusal.
    pub rest_days: u32,
    /// Whether consent comes first.
    pub needs_consent: bool,
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub until: Option<NaiveDate>,
    /// When people are called, in the campaign's time zone.
    pub hours: Vec<Hours>,
    /// Days on which nobody is called.
    pub closed: Vec<NaiveDate>,
}

/// Hours of a day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Hours {
    /// The day, Monday as 1 (ISO 8601).
    pub weekday: u8,
    /// Their beginning, in minutes after midnight.
    pub from_minute: u32,
    /// Their end.
    pub until_minute: u32,
}

/// A call in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallOnRecord {
    /// Id in Odoo.
    pub id: i64,
    /// When it began.
    pub at: DateTime<Utc>,
    /// Value of `x_direction`.
    pub direction: String,
    /// Value of `x_outcome`.
    pub outcome: String,
    /// Who was on the phone, where the extension belongs to somebody.
    pub agent: Option<String>,
    /// The extension, where there is one.
    pub extension: Option<String>,
    /// Seconds talked.
    pub talk_secs: u64,
}

/// A call that a rule has refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// When.
    pub at: DateTime<Utc>,
    /// Value of `x_rule`.
    pub rule: String,
    /// Name of the campaign.
    pub campaign: Option<String>,
    /// For whom it was to be made.
    pub agent: Option<String>,
    /// What the rule has found, as Odoo has noted it.
    pub detail: Option<String>,
}

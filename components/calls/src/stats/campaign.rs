//! Figures of call campaigns: who is in one, what came of whom, and what its calls took.
//!
//! Members are counted as they stand when it is counted, calls by when they began. No ratio is said where nothing stands below the line.

pub mod record;
#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::ratio::{Hundredths, per, per_mille, whole};

/// Which campaign it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Campaign {
    /// Id in Odoo.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Value of `x_state`; empty where there is none.
    pub state: String,
    /// The time zone of its hours and days, an IANA name; `UTC` where it has none yet.
    pub zone: String,
    /// How many successes are wanted, where somebody has said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<u64>,
}

/// A campaign among others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CampaignLine {
    /// Which one.
    #[serde(flatten)]
    pub campaign: Campaign,
    /// Who is in it.
    pub members: Members,
}

/// The campaigns that there are, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Campaigns {
    /// When it was counted.
    pub counted_at: DateTime<Utc>,
    /// The campaigns.
    pub campaigns: Vec<CampaignLine>,
    /// Whether there are older ones, which are not here.
    pub more: bool,
}

/// The figures of one campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CampaignFigures {
    /// Which one.
    pub campaign: Campaign,
    /// When it was counted.
    pub counted_at: DateTime<Utc>,
    /// The first day whose calls count, in the campaign's time zone; nothing where all do.
    pub from: Option<NaiveDate>,
    /// The last day, included.
    pub to: Option<NaiveDate>,
    /// Its members, as they stand now.
    pub members: Members,
    /// They by what came of them, most first; without a result those who have none yet.
    pub by_result: Vec<Resulted>,
    /// Those who are excluded, by value of `x_why`, most first.
    pub by_reason: Vec<Counted>,
    /// Its calls.
    pub calls: Calls,
    /// The calls to members by the hour at which they began, every hour of the week.
    pub by_hour: Vec<HourOfWeek>,
    /// All calls by who was on the phone, the busiest first.
    pub by_agent: Vec<Agent>,
    /// How many calls a rule has refused.
    pub refused: u64,
    /// They by value of `x_rule`, most first.
    pub by_rule: Vec<Counted>,
}

/// Who is in a campaign. The states, from `unread` to `excluded`, are apart from each other, and `total` is their sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Members {
    /// All.
    pub total: u64,
    /// Their number is still being read.
    pub unread: u64,
    /// To be called, now or later.
    pub ready: u64,
    /// Those of them who may be called now; the rules are looked at when they are.
    pub callable: u64,
    /// Kept for an agent.
    pub reserved: u64,
    /// A call is under way.
    pub calling: u64,
    /// They were talked to, and nobody has said yet what came of it.
    pub talked: u64,
    /// Nobody calls them again.
    pub done: u64,
    /// They are not called, by a rule or because of their number.
    pub excluded: u64,
    /// They were called, or were reached because they called back.
    pub tried: u64,
    /// A person was talked to, who was the right one.
    pub reached: u64,
    /// What came of it is a success or an appointment.
    pub success: u64,
    /// Those reached, in a thousand of those tried; nothing where nobody was tried.
    pub contact_per_mille: Option<u32>,
    /// Successes, in a thousand of those reached; nothing where nobody was reached.
    pub conversion_per_mille: Option<u32>,
}

/// Members of whom the same came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resulted {
    /// Value of `x_kind`; nothing without a result.
    pub kind: Option<String>,
    /// Name of the result in Odoo, where it has one.
    pub name: Option<String>,
    /// How many.
    pub count: u64,
}

/// How often something was so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// The value in Odoo; empty where there is none.
    pub key: String,
    /// How often.
    pub count: u64,
}

/// Calls with members' numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Calls {
    /// Calls to them: attempts.
    pub attempts: u64,
    /// Those of the attempts that somebody, or a machine, answered.
    pub answered: u64,
    /// Calls from them.
    pub call_backs: u64,
    /// Those of the calls from them that were answered.
    pub call_backs_answered: u64,
    /// Calls in or out that were answered, and of which nobody has said that it was a mailbox or a wrong number.
    pub contacts: u64,
    /// Calls in or out that ended in a success or an appointment.
    pub successes: u64,
    /// Seconds talked.
    pub talk_secs: u64,
    /// Hours of the clock in which an agent had a call, each agent's own.
    pub agent_hours: u64,
    /// Attempts for each success.
    pub attempts_per_success: Option<Hundredths>,
    /// Seconds talked for each success, rounded.
    pub talk_secs_per_success: Option<u64>,
    /// Contacts for each agent and hour.
    pub contacts_per_agent_hour: Option<Hundredths>,
}

/// The calls of one agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Agent {
    /// The user's id in Odoo; nothing where nobody knows who was on the phone.
    pub id: Option<i64>,
    /// Their name.
    pub name: Option<String>,
    /// Their calls.
    #[serde(flatten)]
    pub calls: Calls,
}

/// Calls to members that began at one hour of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HourOfWeek {
    /// The day of the week, Monday as 1 (ISO 8601).
    pub weekday: u8,
    /// The hour of the day.
    pub hour: u8,
    /// How many.
    pub attempts: u64,
    /// Those that were answered.
    pub answered: u64,
}

impl Members {
    /// Adds `count` members who have a state, a kind of result, and whether they were reached in common. A state that is not known here counts
    /// in the total alone.
    pub fn add(&mut self, state: Option<&str>, kind: Option<&str>, is_reached: bool, count: u64) {
        self.total += count;
        let place = match state {
            Some("new") => Some(&mut self.unread),
            Some("ready") => Some(&mut self.ready),
            Some("reserved") => Some(&mut self.reserved),
            Some("calling") => Some(&mut self.calling),
            Some("talked") => Some(&mut self.talked),
            Some("done") => Some(&mut self.done),
            Some("excluded") => Some(&mut self.excluded),
            _ => None,
        };
        if let Some(place) = place {
            *place += count;
        }
        self.reached += if is_reached { count } else { 0 };
        self.success += if is_success(kind) { count } else { 0 };
    }

    /// The same with who can be called now and who was tried, which are counted by themselves, and the ratios.
    #[must_use]
    pub fn rated(self, callable: u64, tried: u64) -> Self {
        Self {
            callable,
            tried,
            contact_per_mille: per_mille(self.reached, tried),
            conversion_per_mille: per_mille(self.success, self.reached),
            ..self
        }
    }
}

impl Calls {
    /// Adds `count` calls with `talk_secs` of talk that have a direction, an outcome and a kind of result in common.
    pub fn add(
        &mut self,
        direction: Option<&str>,
        outcome: Option<&str>,
        kind: Option<&str>,
        (count, talk_secs): (u64, u64),
    ) {
        let is_answered = outcome == Some("answered");
        let (all, answered) = match direction {
            Some("outbound") => (&mut self.attempts, &mut self.answered),
            _ => (&mut self.call_backs, &mut self.call_backs_answered),
        };
        *all += count;
        if is_answered {
            *answered += count;
        }
        if is_answered && !matches!(kind, Some("voicemail" | "wrong_number")) {
            self.contacts += count;
        }
        if is_success(kind) {
            self.successes += count;
        }
        self.talk_secs += talk_secs;
    }

    /// The same with the hours of work, and the ratios. `contacts` are those that were had in these hours.
    #[must_use]
    pub fn rated(self, agent_hours: u64, contacts: u64) -> Self {
        Self {
            agent_hours,
            attempts_per_success: per(self.attempts, self.successes),
            talk_secs_per_success: whole(self.talk_secs, self.successes),
            contacts_per_agent_hour: per(contacts, agent_hours),
            ..self
        }
    }

    /// Those of several agents together. Whose calls nobody knows has no hours, so their contacts count in no ratio to hours.
    pub fn of(agents: &[Agent]) -> Self {
        let mut all = Self::default();
        let (mut agent_hours, mut contacts) = (0, 0);
        for agent in agents {
            all.join(&agent.calls);
            if agent.id.is_some() {
                agent_hours += agent.calls.agent_hours;
                contacts += agent.calls.contacts;
            }
        }
        all.rated(agent_hours, contacts)
    }

    fn join(&mut self, other: &Self) {
        self.attempts += other.attempts;
        self.answered += other.answered;
        self.call_backs += other.call_backs;
        self.call_backs_answered += other.call_backs_answered;
        self.contacts += other.contacts;
        self.successes += other.successes;
        self.talk_secs += other.talk_secs;
    }
}

/// Every hour of the week, without calls.
pub fn week() -> Vec<HourOfWeek> {
    let hours = (1..=7).flat_map(|weekday| (0..24).map(move |hour| (weekday, hour)));
    hours
        .map(|(weekday, hour)| HourOfWeek {
            weekday,
            hour,
            attempts: 0,
            answered: 0,
        })
        .collect()
}

/// Whether a kind of result is what the campaign is for.
fn is_success(kind: Option<&str>) -> bool {
    matches!(kind, Some("success" | "appointment"))
}

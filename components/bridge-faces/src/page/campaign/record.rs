//! What is on record of a number, as a page to show to whoever asks for it.

mod words;

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::List;
use crate::page::{Language, render};
use crate::report::{self, Cell, Fact, Table, Term};
use crate::words::Say as _;
use calls::stats::campaign::record::{CallOnRecord, Hours, Record, Refusal};
use words::Word;

/// When a number was called, by whom and on what ground.
pub fn record(language: Language, record: &Record) -> String {
    let shown = Shown {
        language,
        record,
        // A zone that is not known is shown as what it is taken for.
        zone: record.campaign.zone.parse().unwrap_or(Tz::UTC),
    };
    render(&Page {
        language,
        title: language.say(Word::Title),
        number: record.member.number.as_deref().unwrap_or_default(),
        zone: shown.zone.name(),
        member: shown.member(),
        rules: shown.rules(),
        calls: List::new(language, &shown.calls()),
        more_calls: record.more_calls,
        refusals: List::new(language, &shown.refusals()),
        more_refusals: record.more_refusals,
        calls_since: shown.moment(record.calls_since),
        looked_up_at: shown.moment(record.looked_up_at),
    })
}

/// Something that is known, by its name.
type Known = (&'static str, String);

struct Shown<'a> {
    language: Language,
    record: &'a Record,
    zone: Tz,
}

impl Shown<'_> {
    fn moment(&self, at: DateTime<Utc>) -> String {
        self.language.moment(&at.with_timezone(&self.zone))
    }

    fn yes(&self, is_so: bool) -> String {
        self.language
            .say(if is_so { Word::Yes } else { Word::No })
            .to_owned()
    }

    /// Who it is, how they stand, and whether they have agreed.
    fn member(&self) -> Vec<Known> {
        let (say, member) = (|word| self.language.say(word), &self.record.member);
        let nothing = || Cell::Nothing.text(self.language);
        let text = |text: &Option<String>| text.clone().unwrap_or_else(nothing);
        let consent = self.record.consent.as_ref();
        let why = member.why.as_deref();
        let kind = member.kind.as_deref();
        vec![
            (say(Word::Number), text(&member.number)),
            (say(Word::Entered), member.entered.clone()),
            (say(Word::Member), member.name.clone()),
            (
                self.language.say(Fact::Campaign),
                self.record.campaign.name.clone(),
            ),
            (say(Word::Added), self.moment(member.added_at)),
            (
                self.language.say(Fact::Result),
                kind.map_or_else(nothing, |kind| report::kind(self.language, kind).to_owned()),
            ),
            (
                say(Word::WhyExcluded),
                why.map_or_else(nothing, |why| report::reason(self.language, why).to_owned()),
            ),
            (say(Word::Blacklisted), self.yes(member.is_blacklisted)),
            (
                say(Word::ConsentGiven),
                match consent {
                    Some(consent) => self.language.day(consent.given_on),
                    None => say(Word::NoConsent).to_owned(),
                },
            ),
            (
                say(Word::ConsentSource),
                consent.map_or_else(nothing, |consent| text(&consent.source)),
            ),
            (
                say(Word::ConsentProof),
                consent.map_or_else(nothing, |consent| text(&consent.proof)),
            ),
        ]
    }

    /// What the campaign keeps to.
    fn rules(&self) -> Vec<Known> {
        let (say, rules) = (|word| self.language.say(word), &self.record.rules);
        let limit = |limit: u32| match limit {
            0 => say(Word::None).to_owned(),
            limit => self.language.count(limit.into()),
        };
        let day = |day| self.language.day(day);
        let days = |days: Option<_>| days.map_or_else(|| say(Word::None).to_owned(), day);
        let hours = rules.hours.iter().map(|hours| self.hours(hours));
        let closed = rules.closed.iter().copied().map(day);
        let listed = |all: Vec<String>| match all.is_empty() {
            true => say(Word::None).to_owned(),
            false => all.join(" · "),
        };
        let mut known = vec![
            (say(Word::MostCalls), limit(rules.most_calls)),
            (say(Word::RestDays), limit(rules.rest_days)),
            (say(Word::NeedsConsent), self.yes(rules.needs_consent)),
            (say(Word::MostAttempts), limit(rules.most_attempts)),
            (self.language.say(Term::From), days(rules.from)),
            (self.language.say(Term::To), days(rules.until)),
            (say(Word::Hours), listed(hours.collect())),
            (say(Word::Closed), listed(closed.collect())),
        ];
        if let Some(law) = &rules.law {
            let law = match law.as_str() {
                "fr" => say(Word::FrenchConsumers).to_owned(),
                law => law.to_owned(),
            };
            known.insert(0, (say(Word::RulesOf), law));
        }
        known
    }

    fn hours(&self, hours: &Hours) -> String {
        let time = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
        let weekday = report::weekday(hours.weekday);
        format!(
            "{} {}–{}",
            self.language.short_weekday(weekday),
            time(hours.from_minute),
            time(hours.until_minute)
        )
    }

    /// Which way one call went; the statistics name all calls of a direction. One that is not known is called as the journal calls it.
    fn direction<'a>(&self, value: &'a str) -> &'a str {
        match value {
            "inbound" => self.language.say(Word::Inbound),
            "outbound" => self.language.say(Word::Outbound),
            "internal" => self.language.say(Word::Internal),
            "external" => self.language.say(Word::External),
            value => value,
        }
    }

    fn calls(&self) -> Table {
        let text = |text: &Option<String>| text.clone().map_or(Cell::Nothing, Cell::Text);
        let row = |call: &CallOnRecord| {
            vec![
                Cell::Moment(call.at.with_timezone(&self.zone)),
                Cell::Text(self.direction(&call.direction).to_owned()),
                text(&call.agent),
                text(&call.extension),
                Cell::Text(report::outcome(self.language, &call.outcome).to_owned()),
                Cell::Secs(call.talk_secs),
            ]
        };
        Table {
            title: Term::Calls,
            columns: vec![
                Term::Began,
                Term::Direction,
                Term::Campaign(Fact::Agent),
                Term::Extension,
                Term::Outcome,
                Term::TalkTime,
            ],
            rows: self.record.calls.iter().map(row).collect(),
        }
    }

    fn refusals(&self) -> Table {
        let text = |text: &Option<String>| text.clone().map_or(Cell::Nothing, Cell::Text);
        let row = |refusal: &Refusal| {
            vec![
                Cell::Moment(refusal.at.with_timezone(&self.zone)),
                Cell::Text(report::reason(self.language, &refusal.rule).to_owned()),
                text(&refusal.campaign),
                text(&refusal.agent),
                text(&refusal.detail),
            ]
        };
        Table {
            title: Term::Campaign(Fact::Refused),
            columns: [
                Fact::RefusedAt,
                Fact::Rule,
                Fact::Campaign,
                Fact::Agent,
                Fact::Detail,
            ]
            .map(Term::Campaign)
            .to_vec(),
            rows: self.record.refusals.iter().map(row).collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "record.html")]
struct Page<'a> {
    language: Language,
    title: &'static str,
    number: &'a str,
    zone: &'static str,
    member: Vec<Known>,
    rules: Vec<Known>,
    calls: List,
    more_calls: bool,
    refusals: List,
    more_refusals: bool,
    calls_since: String,
    looked_up_at: String,
}

//! Figures of campaigns in the reader's words: what their pages and files have in common.

mod words;

use calls::language::Language;
use calls::stats::Hundredths;
use calls::stats::campaign::{Agent, Calls, CampaignFigures, Counted, Resulted};
use chrono::DateTime;
use chrono_tz::Tz;

use super::{Book, Cell, Table, Term, Tile, hour_name, weekday};
use crate::words::{Say as _, Words};

pub use words::Fact;

/// Figures of one campaign for one reader.
#[derive(Debug, Clone, Copy)]
pub struct CampaignReport<'a> {
    /// The reader's language.
    pub language: Language,
    /// What was counted.
    pub figures: &'a CampaignFigures,
}

impl<'a> CampaignReport<'a> {
    /// For a reader of `language`.
    pub fn new(language: Language, figures: &'a CampaignFigures) -> Self {
        Self { language, figures }
    }

    /// What it is called in the reader's language.
    pub fn say(&self, words: impl Words) -> &'static str {
        self.language.say(words)
    }

    /// The days whose calls count.
    pub fn period(&self) -> String {
        match (self.figures.from, self.figures.to) {
            (Some(from), Some(to)) => self.language.days(from, to),
            _ => self.say(Fact::AllTime).to_owned(),
        }
    }

    /// Its state.
    pub fn state(&self) -> &'a str {
        state(self.language, &self.figures.campaign.state)
    }

    /// Name of a day of the week, counted from Monday as 1.
    pub fn weekday(&self, number: u8) -> &'static str {
        self.language.weekday(weekday(number))
    }

    /// When it was counted, in the campaign's time zone.
    pub fn counted_at(&self) -> DateTime<Tz> {
        // A zone that is not known could not have been counted in.
        let zone = self.figures.campaign.zone.parse().unwrap_or(Tz::UTC);
        self.figures.counted_at.with_timezone(&zone)
    }

    /// The figures of the whole campaign.
    pub fn tiles(&self) -> Vec<Tile> {
        let (members, calls) = (&self.figures.members, &self.figures.calls);
        let tile = |fact: Fact, cell: Cell| Tile::of(self.language, self.say(fact), &cell);
        let answered = |count| {
            let colon = self.language.choose([":", "\u{a0}:", ":", ":"]);
            let (word, count) = (self.say(Term::Answered), self.language.count(count));
            format!("{word}{colon} {count}")
        };
        vec![
            tile(Fact::Members, Cell::Count(members.total)),
            tile(Fact::Callable, Cell::Count(members.callable)),
            tile(Fact::Tried, Cell::Count(members.tried)),
            tile(Fact::Reached, Cell::Count(members.reached)),
            tile(Fact::Successes, Cell::Count(members.success)).of_kind("answered"),
            tile(Fact::ContactRate, share(members.contact_per_mille))
                .noting(self.say(Fact::OfTried)),
            tile(Fact::Conversion, share(members.conversion_per_mille))
                .noting(self.say(Fact::OfReached)),
            tile(Fact::AttemptsPerSuccess, ratio(calls.attempts_per_success)),
            tile(Fact::TalkPerSuccess, secs(calls.talk_secs_per_success)),
            tile(
                Fact::ContactsPerAgentHour,
                ratio(calls.contacts_per_agent_hour),
            ),
            tile(Fact::Attempts, Cell::Count(calls.attempts)).noting(&answered(calls.answered)),
            tile(Fact::Contacts, Cell::Count(calls.contacts)),
            tile(Fact::CallBacks, Cell::Count(calls.call_backs))
                .noting(&answered(calls.call_backs_answered)),
            tile(Fact::Excluded, Cell::Count(members.excluded)),
            tile(Fact::Refused, Cell::Count(self.figures.refused)).of_kind("missed"),
        ]
    }

    /// What was asked for, and the figures of the whole campaign.
    pub fn summary(&self) -> Vec<(Term, Cell)> {
        let (figures, members) = (self.figures, &self.figures.members);
        let day = |day: Option<_>| day.map_or(Cell::Nothing, Cell::Day);
        let text = |text: &str| Cell::Text(text.to_owned());
        let asked = [
            (Term::Campaign(Fact::Campaign), text(&figures.campaign.name)),
            (Term::Campaign(Fact::State), text(self.state())),
            (Term::From, day(figures.from)),
            (Term::To, day(figures.to)),
            (Term::TimeZone, text(&figures.campaign.zone)),
            (Term::CountedAt, Cell::Moment(self.counted_at())),
        ];
        let counted = [
            (
                Fact::Goal,
                figures.campaign.goal.map_or(Cell::Nothing, Cell::Count),
            ),
            (Fact::Members, Cell::Count(members.total)),
            (Fact::Callable, Cell::Count(members.callable)),
            (Fact::Excluded, Cell::Count(members.excluded)),
            (Fact::Tried, Cell::Count(members.tried)),
            (Fact::Reached, Cell::Count(members.reached)),
            (Fact::ContactRate, share(members.contact_per_mille)),
            (Fact::Conversion, share(members.conversion_per_mille)),
            (
                Fact::AttemptsPerSuccess,
                ratio(figures.calls.attempts_per_success),
            ),
            (
                Fact::TalkPerSuccess,
                secs(figures.calls.talk_secs_per_success),
            ),
            (Fact::Refused, Cell::Count(figures.refused)),
        ];
        let counted = counted.map(|(fact, cell)| (Term::Campaign(fact), cell));
        let calls = CALLS.into_iter().zip(cells(&figures.calls));
        asked.into_iter().chain(counted).chain(calls).collect()
    }

    /// Every table.
    pub fn tables(&self) -> Vec<Table> {
        vec![
            self.results(),
            self.reasons(),
            self.agents(),
            self.hours(),
            self.rules(),
        ]
    }

    /// Members by result.
    pub fn results(&self) -> Table {
        let row = |result: &Resulted| {
            let kind = result
                .kind
                .as_deref()
                .map(|kind| known(self.language, kind, words::kind));
            vec![
                Cell::Text(kind.unwrap_or(self.say(Fact::NoResult)).to_owned()),
                result.name.clone().map_or(Cell::Nothing, Cell::Text),
                Cell::Count(result.count),
            ]
        };
        let columns = [Fact::Result, Fact::Name, Fact::Members].map(Term::Campaign);
        Table {
            title: Term::Campaign(Fact::ByResult),
            columns: columns.to_vec(),
            rows: self.figures.by_result.iter().map(row).collect(),
        }
    }

    /// Excluded members by reason.
    pub fn reasons(&self) -> Table {
        let columns = [Fact::Reason, Fact::Members];
        self.counted(Fact::ByReason, columns, &self.figures.by_reason)
    }

    /// Refused calls by rule.
    pub fn rules(&self) -> Table {
        let columns = [Fact::Rule, Fact::Refused];
        self.counted(Fact::ByRule, columns, &self.figures.by_rule)
    }

    /// Calls by agent.
    pub fn agents(&self) -> Table {
        let row = |agent: &Agent| {
            let name = agent.name.as_deref().unwrap_or(self.say(Fact::NoAgent));
            let name = Cell::Text(name.to_owned());
            std::iter::once(name).chain(cells(&agent.calls)).collect()
        };
        let name = Term::Campaign(Fact::Agent);
        Table {
            title: Term::Campaign(Fact::ByAgent),
            columns: std::iter::once(name).chain(CALLS).collect(),
            rows: self.figures.by_agent.iter().map(row).collect(),
        }
    }

    /// Calls to members by the hours of the week that had any.
    pub fn hours(&self) -> Table {
        let called = self.figures.by_hour.iter().filter(|hour| hour.attempts > 0);
        let rows = called.map(|hour| {
            vec![
                Cell::Text(self.weekday(hour.weekday).to_owned()),
                Cell::Text(hour_name(hour.hour)),
                Cell::Count(hour.attempts),
                Cell::Count(hour.answered),
            ]
        });
        Table {
            title: Term::Campaign(Fact::ByHourOfWeek),
            columns: vec![
                Term::Weekday,
                Term::Hour,
                Term::Campaign(Fact::Attempts),
                Term::Campaign(Fact::AttemptsAnswered),
            ],
            rows: rows.collect(),
        }
    }

    /// What a file has.
    pub fn book(&self) -> Book {
        let name = &self.figures.campaign.name;
        Book {
            language: self.language,
            title: format!("{}: {name}", self.say(Fact::Campaign)),
            period: self.period(),
            counted_at: self.figures.counted_at,
            summary: self.summary(),
            tables: self.tables(),
        }
    }

    fn counted(&self, title: Fact, columns: [Fact; 2], counted: &[Counted]) -> Table {
        let name = |key: &str| match key {
            "" => self.say(Fact::NoReason).to_owned(),
            key => known(self.language, key, words::reason).to_owned(),
        };
        let row = |one: &Counted| vec![Cell::Text(name(&one.key)), Cell::Count(one.count)];
        Table {
            title: Term::Campaign(title),
            columns: columns.map(Term::Campaign).to_vec(),
            rows: counted.iter().map(row).collect(),
        }
    }
}

/// The name of a campaign's state; one that is not known is called as Odoo calls it.
pub fn state(language: Language, value: &str) -> &str {
    known(language, value, words::state)
}

/// The name of a reason or rule, likewise.
pub fn reason(language: Language, value: &str) -> &str {
    known(language, value, words::reason)
}

/// The name of a kind of result, likewise.
pub fn kind(language: Language, value: &str) -> &str {
    known(language, value, words::kind)
}

fn known(language: Language, value: &str, words: fn(&str) -> Option<[&'static str; 4]>) -> &str {
    words(value).map_or(value, |texts| language.choose(texts))
}

/// A share that may be of nothing.
pub(crate) fn share(per_mille: Option<u32>) -> Cell {
    per_mille.map_or(Cell::Nothing, Cell::Share)
}

fn ratio(ratio: Option<Hundredths>) -> Cell {
    ratio.map_or(Cell::Nothing, Cell::Ratio)
}

fn secs(secs: Option<u64>) -> Cell {
    secs.map_or(Cell::Nothing, Cell::Secs)
}

fn cells(calls: &Calls) -> [Cell; CALLS.len()] {
    [
        Cell::Count(calls.attempts),
        Cell::Count(calls.answered),
        Cell::Count(calls.contacts),
        Cell::Count(calls.successes),
        Cell::Count(calls.call_backs),
        Cell::Count(calls.call_backs_answered),
        Cell::Secs(calls.talk_secs),
        Cell::Count(calls.agent_hours),
        ratio(calls.contacts_per_agent_hour),
    ]
}

/// What is known of calls, of an agent and of all.
const CALLS: [Term; 9] = [
    Term::Campaign(Fact::Attempts),
    Term::Campaign(Fact::AttemptsAnswered),
    Term::Campaign(Fact::Contacts),
    Term::Campaign(Fact::Successes),
    Term::Campaign(Fact::CallBacks),
    Term::Campaign(Fact::CallBacksAnswered),
    Term::TalkTime,
    Term::Campaign(Fact::AgentHours),
    Term::Campaign(Fact::ContactsPerAgentHour),
];

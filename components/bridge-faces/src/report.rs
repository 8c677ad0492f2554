//! Statistics in the reader's words: what the page and every file have in common.
//!
//! What is shown is named, ordered and typed here, once; how it looks is for the page or the file to say.

mod book;
mod campaign;
mod series;
mod tables;
mod tiles;
mod words;

use chrono::{DateTime, Utc, Weekday};
use chrono_tz::Tz;

use crate::words::{Say as _, Words};
use calls::language::Language;
use calls::stats::Statistics;

pub(crate) use campaign::share;

pub use book::Book;
pub use campaign::{CampaignReport, Fact, kind, reason, state};
pub use series::{Counts, Point, Scale, Series};
pub use tables::{Cell, Table};
pub use tiles::Tile;
pub use words::Term;

/// Statistics for one reader.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The reader's language.
    pub language: Language,
    /// What was counted.
    pub statistics: &'a Statistics,
    zone: Tz,
}

impl<'a> Report<'a> {
    /// For a reader of `language`, in the time zone that was asked for.
    pub fn new(language: Language, statistics: &'a Statistics) -> Self {
        Self {
            language,
            statistics,
            // The name is that of a zone, or nothing could have been counted; UTC would be shown as what it is.
            zone: statistics.zone.parse().unwrap_or(Tz::UTC),
        }
    }

    /// What it is called in the reader's language.
    pub fn say(&self, words: impl Words) -> &'static str {
        self.language.say(words)
    }

    /// The name of the reader's time zone.
    pub fn zone_name(&self) -> &'static str {
        self.zone.name()
    }

    /// A moment, as the reader's clocks show it.
    pub fn local(&self, at: DateTime<Utc>) -> DateTime<Tz> {
        at.with_timezone(&self.zone)
    }

    /// The days counted.
    pub fn period(&self) -> String {
        self.language.days(self.statistics.from, self.statistics.to)
    }

    /// When it was counted.
    pub fn counted_at(&self) -> String {
        self.language
            .moment(&self.local(self.statistics.counted_at))
    }

    /// Name of an extension.
    pub fn extension<'k>(&self, key: Option<&'k str>) -> &'k str {
        key.unwrap_or(self.say(Term::NoExtension))
    }

    /// Name of a trunk.
    pub fn trunk<'k>(&self, key: Option<&'k str>) -> &'k str {
        key.unwrap_or(self.say(Term::NoTrunk))
    }

    /// Name of a server; one that has none, or shares it with another, goes by its id.
    pub fn server<'k>(&'k self, id: &'k str) -> &'k str {
        let names = &self.statistics.server_names;
        let is_its_own = |name: &&String| names.values().filter(|other| other == name).count() == 1;
        names.get(id).filter(is_its_own).map_or(id, String::as_str)
    }

    /// Name of a day of the week, counted from Monday as 1.
    pub fn weekday(&self, number: u8) -> &'static str {
        self.language.weekday(weekday(number))
    }

    /// Its short name.
    pub fn short_weekday(&self, number: u8) -> &'static str {
        self.language.short_weekday(weekday(number))
    }

    /// Name of an outcome; one that is not known is called as the journal calls it.
    pub fn outcome<'k>(&self, value: &'k str) -> &'k str {
        outcome(self.language, value)
    }

    /// Name of a direction, likewise.
    pub fn direction<'k>(&self, value: &'k str) -> &'k str {
        direction(self.language, value)
    }
}

/// Name of an outcome; one that is not known is called as the journal calls it.
pub(crate) fn outcome(language: Language, value: &str) -> &str {
    match value {
        "answered" => language.say(Term::WasAnswered),
        "missed" => language.say(Term::WasMissed),
        "no_answer" => language.say(Term::NoAnswer),
        "voicemail" => language.say(Term::Voicemail),
        "busy" => language.say(Term::Busy),
        "failed" => language.say(Term::Failed),
        "service" => language.say(Term::Service),
        value => value,
    }
}

/// Name of a direction, likewise.
pub(crate) fn direction(language: Language, value: &str) -> &str {
    match value {
        "inbound" => language.say(Term::Inbound),
        "outbound" => language.say(Term::Outbound),
        "internal" => language.say(Term::Internal),
        "external" => language.say(Term::External),
        value => value,
    }
}

/// An hour of the day, by its beginning: `09:00`.
fn hour_name(hour: u8) -> String {
    format!("{hour:02}:00")
}

/// The day of the week that ISO 8601 gives this number, Monday as 1.
pub(crate) fn weekday(number: u8) -> Weekday {
    Weekday::try_from(number.wrapping_sub(1)).unwrap_or(Weekday::Sun)
}

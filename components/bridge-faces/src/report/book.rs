//! What every file of statistics has, whatever they are of.

use calls::language::Language;
use chrono::{DateTime, Utc};

use super::{Cell, Report, Table, Term};

/// Statistics as a file has them: named, ordered and typed.
#[derive(Debug, Clone)]
pub struct Book {
    /// The reader's language.
    pub language: Language,
    /// What it is.
    pub title: String,
    /// The days counted.
    pub period: String,
    /// When it was counted.
    pub counted_at: DateTime<Utc>,
    /// What was asked for, and the figures of the whole. What was not asked for is nothing.
    pub summary: Vec<(Term, Cell)>,
    /// Every table.
    pub tables: Vec<Table>,
}

impl Report<'_> {
    /// What a file has.
    pub fn book(&self) -> Book {
        Book {
            language: self.language,
            title: self.say(Term::Title).to_owned(),
            period: self.period(),
            counted_at: self.statistics.counted_at,
            summary: self.summary(),
            tables: self.tables(),
        }
    }
}

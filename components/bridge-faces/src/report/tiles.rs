//! The figures of the whole period, each by itself.

use chrono::Timelike as _;

use super::{Cell, Report, Term};
use calls::language::{Language, duration_parts};

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// What it is.
    pub label: &'static str,
    /// Numbers, each with its unit; none where nothing is known.
    pub parts: Vec<(String, &'static str)>,
    /// What belongs to it; may be empty.
    pub note: String,
    /// The kind of calls that it counts, as charts call it; empty for others.
    pub kind: &'static str,
}

impl Report<'_> {
    /// The seven figures, and how well calls are answered.
    pub fn tiles(&self) -> Vec<Tile> {
        let figures = &self.statistics.figures;
        let ring = self.statistics.ring;
        let rate = self
            .statistics
            .answered_per_mille
            .map(|share| (self.language.share(share), ""));
        let within = self.say(Term::AnsweredWithin);
        vec![
            self.count(Term::Calls, figures.total),
            self.count(Term::Inbound, figures.inbound),
            self.count(Term::Outbound, figures.outbound),
            Tile {
                kind: "answered",
                ..self.count(Term::Answered, figures.answered)
            },
            Tile {
                kind: "missed",
                ..self.count(Term::Missed, figures.missed)
            },
            Tile::new(self.say(Term::AnswerRate), rate.into_iter().collect())
                .noting(self.say(Term::OfInbound)),
            secs(within, ring.map(|ring| ring.median_secs.into()))
                .noting(self.say(Term::HalfOfCalls)),
            secs(within, ring.map(|ring| ring.p90_secs.into())).noting(self.say(Term::NineInTen)),
            secs(self.say(Term::TalkTime), Some(figures.talk_secs)),
            self.last_call(),
        ]
    }

    fn count(&self, term: Term, count: u64) -> Tile {
        Tile::new(self.say(term), vec![(self.language.count(count), "")])
    }

    fn last_call(&self) -> Tile {
        let label = self.say(Term::LastCall);
        let Some(at) = self
            .statistics
            .figures
            .last_call_at
            .map(|at| self.local(at))
        else {
            return Tile::new(label, Vec::new());
        };
        let day = self.language.short_day(at.date_naive());
        Tile::new(label, vec![(day, "")]).noting(&format!("{:02}:{:02}", at.hour(), at.minute()))
    }
}

fn secs(label: &'static str, secs: Option<u64>) -> Tile {
    let parts = secs.map_or_else(Vec::new, duration_parts);
    Tile::new(
        label,
        parts
            .into_iter()
            .map(|(number, unit)| (number.to_string(), unit))
            .collect(),
    )
}

impl Tile {
    fn new(label: &'static str, parts: Vec<(String, &'static str)>) -> Self {
        Self {
            label,
            parts,
            note: String::new(),
            kind: "",
        }
    }

    /// What a cell has, as a figure; lengths of time have their units apart.
    pub(super) fn of(language: Language, label: &'static str, cell: &Cell) -> Self {
        match cell {
            Cell::Nothing => Self::new(label, Vec::new()),
            Cell::Secs(length) => secs(label, Some(*length)),
            cell => Self::new(label, vec![(cell.text(language), "")]),
        }
    }

    pub(super) fn of_kind(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }

    pub(super) fn noting(self, note: &str) -> Self {
        Self {
            note: note.to_owned(),
            ..self
        }
    }
}

//! Tables with a bar in each row: who or what had most calls.

use super::words::Word;
use crate::report::{Counts, Report, Term};
use calls::language::duration;
use calls::stats::{Figures, Slice, per_mille};

/// A table with bars.
pub(super) struct Bars {
    pub(super) title: &'static str,
    pub(super) key: &'static str,
    /// What the columns of numbers are.
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Row>,
    /// What comes after the first ones.
    pub(super) more: Vec<Row>,
}

/// A row with its bar.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) parts: Vec<Part>,
    pub(super) numbers: Vec<String>,
}

/// The calls of one kind in a bar; in percent of the longest one.
pub(super) struct Part {
    pub(super) class: &'static str,
    pub(super) x: String,
    pub(super) width: String,
}

/// Extensions or trunks.
pub(super) fn ranking(report: &Report<'_>, title: Term) -> Bars {
    let (key, table, slices) = match title {
        Term::ByTrunk => (Term::Trunk, report.trunks(), &report.statistics.by_trunk),
        _ => (
            Term::Extension,
            report.extensions(),
            &report.statistics.by_extension,
        ),
    };
    let most = slices.iter().map(|one| one.slice.figures.total).max();
    let named = table.narrow().rows.into_iter().zip(slices);
    let rows = named
        .map(|(cells, one)| {
            let name = cells
                .first()
                .map_or_else(String::new, |cell| report.text(cell));
            row(report, name, &one.slice.figures, most.unwrap_or_default())
        })
        .collect();
    let columns = [Term::Calls, Term::Missed, Term::TalkTime].map(|term| report.say(term));
    Bars::new(report.say(title), report.say(key), columns.to_vec(), rows)
}

/// How calls ended, with their part of the whole.
pub(super) fn outcomes(report: &Report<'_>) -> Bars {
    let slices = &report.statistics.by_outcome;
    let whole: u64 = slices.iter().map(|slice| slice.figures.total).sum();
    let most = slices
        .iter()
        .map(|slice| slice.figures.total)
        .max()
        .unwrap_or_default();
    let row = |slice: &Slice<String>| {
        let total = slice.figures.total;
        let class = match slice.key.as_str() {
            "answered" => "answered",
            "missed" => "missed",
            _ => "other",
        };
        let share = report
            .language
            .share(per_mille(total, whole).unwrap_or_default());
        Row {
            name: report.outcome(&slice.key).to_owned(),
            parts: parts([(class, total)], most),
            numbers: vec![report.language.count(total), share],
        }
    };
    let columns = vec![report.say(Term::Calls), report.say(Word::Share)];
    let rows = slices.iter().map(row).collect();
    Bars::new(
        report.say(Term::ByOutcome),
        report.say(Term::Outcome),
        columns,
        rows,
    )
}

impl Bars {
    fn new(
        title: &'static str,
        key: &'static str,
        columns: Vec<&'static str>,
        mut rows: Vec<Row>,
    ) -> Self {
        let more = rows.split_off(rows.len().min(FIRST));
        Self {
            title,
            key,
            columns,
            rows,
            more,
        }
    }
}

fn row(report: &Report<'_>, name: String, figures: &Figures, most: u64) -> Row {
    let counts = Counts::of(figures);
    let (count, talk) = (
        |count| report.language.count(count),
        duration(figures.talk_secs),
    );
    Row {
        name,
        parts: parts(counts.kinds(), most),
        numbers: vec![count(counts.total), count(counts.missed), talk],
    }
}

fn parts<const N: usize>(kinds: [(&'static str, u64); N], most: u64) -> Vec<Part> {
    let mut x = 0.0;
    let mut parts = Vec::new();
    for (class, count) in kinds.into_iter().filter(|(_, count)| *count > 0) {
        let width = 100.0 * count as f64 / most.max(1) as f64;
        parts.push(Part {
            class,
            x: format!("{x:.2}"),
            width: format!("{width:.2}"),
        });
        x += width;
    }
    parts
}

/// Rows that are shown at once.
const FIRST: usize = 10;

//! The hours of the week, each darker the more of its attempts were answered.

use crate::report::CampaignReport;

/// Those of the hours that had attempts, and what lies between them.
pub(super) struct Week {
    pub(super) hours: Vec<String>,
    pub(super) days: Vec<Day>,
}

/// A day of the week.
pub(super) struct Day {
    pub(super) name: &'static str,
    pub(super) cells: Vec<Hour>,
}

/// An hour of it; without attempts it is empty.
pub(super) struct Hour {
    pub(super) text: String,
    pub(super) class: &'static str,
}

impl Week {
    /// Nothing where nobody was called.
    pub(super) fn new(report: &CampaignReport<'_>) -> Option<Self> {
        let hours = &report.figures.by_hour;
        let called = || hours.iter().filter(|hour| hour.attempts > 0);
        let (first, last) = (
            called().map(|hour| hour.hour).min()?,
            called().map(|hour| hour.hour).max()?,
        );
        let cell = |weekday: u8, hour: u8| {
            let found = called().find(|one| (one.weekday, one.hour) == (weekday, hour));
            found.map_or(Hour::EMPTY, |one| Hour {
                text: format!(
                    "{}/{}",
                    report.language.count(one.answered),
                    report.language.count(one.attempts)
                ),
                class: class(one.answered, one.attempts),
            })
        };
        let day = |weekday: u8| Day {
            name: report.weekday(weekday),
            cells: (first..=last).map(|hour| cell(weekday, hour)).collect(),
        };
        Some(Self {
            hours: (first..=last).map(|hour| format!("{hour:02}")).collect(),
            days: (1..=7).map(day).collect(),
        })
    }
}

impl Hour {
    const EMPTY: Self = Self {
        text: String::new(),
        class: "",
    };
}

/// Five depths, a fifth of the attempts each.
fn class(answered: u64, attempts: u64) -> &'static str {
    match (answered * 5).div_ceil(attempts.max(1)) {
        0 => "h0",
        1 => "h1",
        2 => "h2",
        3 => "h3",
        4 => "h4",
        _ => "h5",
    }
}

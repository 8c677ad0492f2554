//! Calls as time goes on: what a chart has as columns.

use chrono::{Datelike, NaiveDate, Weekday};

use super::{Report, Term, hour_name};
use calls::stats::{Figures, Slice};

/// Counts in the order of time, for a chart.
#[derive(Debug, Clone)]
pub struct Series {
    /// What it shows.
    pub title: Term,
    /// What a point is.
    pub key: Term,
    /// The points; those without calls too.
    pub points: Vec<Point>,
}

/// The calls of a day, an hour, and so on.
#[derive(Debug, Clone)]
pub struct Point {
    /// Its name in full.
    pub name: String,
    /// What is written below, where there is room for it.
    pub tick: Option<String>,
    /// Its calls.
    pub counts: Counts,
}

/// Calls by how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All calls.
    pub total: u64,
    /// Those that were answered.
    pub answered: u64,
    /// Those that were missed.
    pub missed: u64,
}

/// Which height means how many: marks at round numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// The highest mark, never zero.
    pub top: u64,
    /// From one mark to the next.
    pub step: u64,
}

impl Report<'_> {
    /// Day by day; over a longer time week by week, and month by month.
    pub fn by_time(&self) -> Series {
        let days = &self.statistics.by_day;
        let week = |day: NaiveDate| day.week(Weekday::Mon).checked_first_day().unwrap_or(day);
        let month = |day: NaiveDate| day.with_day(1).unwrap_or(day);
        let (title, points) = match days.len() {
            0..=MOST_DAYS => (Term::ByDay, self.days(days)),
            count if count <= MOST_WEEKS * 7 => (Term::ByWeek, self.spans(days, week)),
            _ => (Term::ByMonth, self.spans(days, month)),
        };
        Series {
            title,
            key: Term::Day,
            points,
        }
    }

    /// Hour by hour.
    pub fn by_hour(&self) -> Series {
        let points = self.statistics.by_hour.iter().map(|slice| Point {
            name: hour_name(slice.key),
            tick: slice.key.is_multiple_of(6).then(|| hour_name(slice.key)),
            counts: Counts::of(&slice.figures),
        });
        Series {
            title: Term::ByHour,
            key: Term::Hour,
            points: points.collect(),
        }
    }

    /// By the day of the week.
    pub fn by_weekday(&self) -> Series {
        let points = self.statistics.by_weekday.iter().map(|slice| Point {
            name: self.weekday(slice.key).to_owned(),
            tick: Some(self.short_weekday(slice.key).to_owned()),
            counts: Counts::of(&slice.figures),
        });
        Series {
            title: Term::ByWeekday,
            key: Term::Weekday,
            points: points.collect(),
        }
    }

    fn days(&self, days: &[Slice<NaiveDate>]) -> Vec<Point> {
        let step = match days.len() {
            0..=8 => 1,
            9..=14 => 3,
            15..=35 => 7,
            _ => 14,
        };
        let tick = |index: usize, day: NaiveDate| match step {
            1 => Some(self.language.weekday_and_number(day)),
            _ => index
                .is_multiple_of(step)
                .then(|| self.language.short_day(day)),
        };
        let points = days.iter().enumerate().map(|(index, slice)| Point {
            name: self.language.weekday_and_day(slice.key),
            tick: tick(index, slice.key),
            counts: Counts::of(&slice.figures),
        });
        points.collect()
    }

    /// The days gathered by what `begin` says that they belong to.
    fn spans(
        &self,
        days: &[Slice<NaiveDate>],
        begin: impl Fn(NaiveDate) -> NaiveDate,
    ) -> Vec<Point> {
        let spans: Vec<&[Slice<NaiveDate>]> =
            days.chunk_by(|a, b| begin(a.key) == begin(b.key)).collect();
        let step = spans.len().div_ceil(MOST_TICKS).max(1);
        let point = |(index, span): (usize, &&[Slice<NaiveDate>])| {
            let (first, last) = (span.first()?.key, span.last()?.key);
            Some(Point {
                name: self.language.days(first, last),
                tick: index
                    .is_multiple_of(step)
                    .then(|| self.language.short_day(first)),
                counts: span
                    .iter()
                    .map(|slice| Counts::of(&slice.figures))
                    .fold(Counts::default(), Counts::plus),
            })
        };
        spans.iter().enumerate().filter_map(point).collect()
    }
}

impl Series {
    /// The calls of the busiest point.
    pub fn most(&self) -> u64 {
        self.points
            .iter()
            .map(|point| point.counts.total)
            .max()
            .unwrap_or_default()
    }

    /// The busiest point in words, for those who do not see the chart; empty without calls.
    pub fn description(&self, report: &Report<'_>) -> String {
        let most = self.most();
        let busiest = self
            .points
            .iter()
            .find(|point| point.counts.total == most && most > 0);
        busiest.map_or_else(String::new, |point| {
            format!(
                "{} ({}): {}",
                report.say(Term::Maximum),
                point.name,
                report.language.count(most)
            )
        })
    }
}

impl Counts {
    /// Those of a slice.
    pub fn of(figures: &Figures) -> Self {
        Self {
            total: figures.total,
            answered: figures.answered,
            missed: figures.missed,
        }
    }

    /// Those that were neither answered nor missed.
    pub fn other(self) -> u64 {
        self.total.saturating_sub(self.answered + self.missed)
    }

    /// Answered, missed and other calls, by what charts call them.
    pub fn kinds(self) -> [(&'static str, u64); 3] {
        [
            ("answered", self.answered),
            ("missed", self.missed),
            ("other", self.other()),
        ]
    }

    fn plus(self, other: Self) -> Self {
        Self {
            total: self.total + other.total,
            answered: self.answered + other.answered,
            missed: self.missed + other.missed,
        }
    }
}

impl Scale {
    /// Four marks at most above zero, the highest at or above `most`.
    pub fn up_to(most: u64) -> Self {
        let mut magnitude: u64 = 1;
        loop {
            for factor in [1, 2, 5] {
                let step = magnitude.saturating_mul(factor);
                if step.saturating_mul(4) >= most {
                    return Self {
                        top: most.div_ceil(step).max(1).saturating_mul(step),
                        step,
                    };
                }
            }
            magnitude = magnitude.saturating_mul(10);
        }
    }

    /// The marks, from zero up.
    pub fn marks(self) -> impl Iterator<Item = u64> {
        (0..=self.top / self.step).map(move |index| index * self.step)
    }

    /// A count as a part of the whole height.
    pub fn part(self, count: u64) -> f64 {
        count as f64 / self.top as f64
    }
}

/// Most points of a day each: more would be thinner than a finger.
const MOST_DAYS: usize = 62;

/// Most points of a week each.
const MOST_WEEKS: usize = 62;

/// Most names below: so many fit side by side on a phone.
const MOST_TICKS: usize = 5;

#[cfg(test)]
mod tests {
    use super::Scale;

    #[test]
    fn a_scale_ends_at_or_above_what_it_shows() {
        let check = |most, top, step| assert_eq!(Scale::up_to(most), Scale { top, step }, "{most}");
        check(0, 1, 1);
        check(1, 1, 1);
        check(4, 4, 1);
        check(5, 6, 2);
        check(82, 100, 50);
        check(250, 300, 100);
        for most in [3, 17, 999, 1_000, 1_001, u64::from(u32::MAX), u64::MAX / 8] {
            let scale = Scale::up_to(most);
            assert!(
                scale.top >= most && scale.marks().count() <= 5,
                "{most}: {scale:?}"
            );
        }
    }
}

//! When calls began: by day and by hour of the reader's clock.
//!
//! From 18 on Odoo counts by the hour of the day; 17 knows hours of a date only, and is asked for them a month at a time.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

use super::tally::Slices;
use super::{Counter, StatisticsError};
use calls::stats::{Slice, begin_of};
use odoo_client::OdooError;
use odoo_client::statistics::{Domain, Group};
use ports::World;

/// When calls began.
pub(super) struct Times {
    /// All of them, by direction and outcome among others.
    pub(super) groups: Vec<Group>,
    /// Every day.
    pub(super) by_day: Vec<Slice<NaiveDate>>,
    /// The 24 hours.
    pub(super) by_hour: Vec<Slice<u8>>,
    /// The last day of the period: a UCM's clock may run ahead.
    pub(super) last_day: NaiveDate,
}

impl<W: World> Counter<'_, '_, W> {
    pub(super) async fn times(&self) -> Result<Times, StatisticsError> {
        let mut days = Slices::of(self.question.days());
        let mut hours = Slices::of(0..24);
        let groups = if self.version.groups_by_hour_of_day() {
            for group in self.count(&self.domain, &by(HOUR_OF_DAY)).await? {
                if let Some(hour) = group.number(HOUR_OF_DAY)? {
                    hours.add(hour_of_day(hour)?, &group)?;
                }
            }
            let groups = self.count(&self.domain, &by(DAY)).await?;
            for group in &groups {
                if let Some(begin) = group.begin(DAY)? {
                    days.add(self.day(begin)?, group)?;
                }
            }
            groups
        } else {
            let groups = self.hours_by_month().await?;
            for group in &groups {
                if let Some(begin) = group.begin(HOUR)? {
                    let (day, hour) = self.hour(begin)?;
                    days.add(day, group)?;
                    hours.add(hour, group)?;
                }
            }
            groups
        };
        let last_day = days.last_key().unwrap_or(self.question.to);
        days.fill(
            self.question
                .from
                .iter_days()
                .take_while(|day| *day <= last_day),
        );
        Ok(Times {
            groups,
            by_day: days.in_order(),
            by_hour: hours.in_order(),
            last_day,
        })
    }

    /// Of a month, the groups are at most 31 x 24 hours in 4 directions and 6 outcomes. One contact has few calls, but perhaps of many years.
    async fn hours_by_month(&self) -> Result<Vec<Group>, OdooError> {
        if self.question.filter.contact.is_some() {
            return self.count(&self.domain, &by(HOUR)).await;
        }
        let mut groups = Vec::new();
        for domain in self.months() {
            groups.extend(self.count(&domain, &by(HOUR)).await?);
        }
        Ok(groups)
    }

    fn months(&self) -> Vec<Domain> {
        let days: Vec<NaiveDate> = self.question.days().collect();
        let month = |days: &[NaiveDate]| {
            let (first, last) = (days.first()?, days.last()?);
            let (from, until) = self.question.bounds_of(*first, *last);
            Some(self.filtered.between(from, until))
        };
        days.chunks(MONTH).filter_map(month).collect()
    }

    /// The day that begins at `begin`. Where Odoo does not know the zone it silently counts days of UTC, which begin elsewhere.
    fn day(&self, begin: DateTime<Utc>) -> Result<NaiveDate, StatisticsError> {
        let zone = self.question.zone;
        let local = begin.with_timezone(&zone);
        let day = local.date_naive();
        let begins = local.time() == NaiveTime::MIN || begin == begin_of(zone, day);
        self.checked(begins, day).map(|()| day)
    }

    /// The hour that begins at `begin`, and its day. A whole hour off Odoo's idea of the zone makes no difference here.
    fn hour(&self, begin: DateTime<Utc>) -> Result<(NaiveDate, u8), StatisticsError> {
        let zone = self.question.zone;
        let local = begin.with_timezone(&zone);
        let (day, hour) = (local.date_naive(), local.hour());
        let begins = local.minute() == 0 || follows_gap(zone, day, hour);
        self.checked(begins, day)?;
        Ok((day, hour_of_day(hour)?))
    }

    fn checked(&self, begins: bool, day: NaiveDate) -> Result<(), StatisticsError> {
        let is_asked = self.is_all || (self.question.from..=self.question.to).contains(&day);
        if begins && is_asked {
            Ok(())
        } else {
            Err(StatisticsError::OtherDays(self.question.zone))
        }
    }
}

/// Whether an hour has no beginning, because clocks were set forward into the middle of it.
fn follows_gap(zone: Tz, day: NaiveDate, hour: u32) -> bool {
    let begin = day.and_hms_opt(hour, 0, 0);
    begin.is_none_or(|begin| zone.from_local_datetime(&begin).earliest().is_none())
}

fn hour_of_day(hour: u32) -> Result<u8, OdooError> {
    let not_understood = OdooError::NotUnderstood {
        model: odoo_client::journal::MODEL,
        method: "read_group",
    };
    u8::try_from(hour)
        .ok()
        .filter(|hour| *hour < 24)
        .ok_or(not_understood)
}

fn by(span: &str) -> [&str; 3] {
    [span, "x_direction", "x_outcome"]
}

const DAY: &str = "x_started_at:day";
const HOUR: &str = "x_started_at:hour";
const HOUR_OF_DAY: &str = "x_started_at:hour_number";

/// Days of one request on 17.
const MONTH: usize = 31;

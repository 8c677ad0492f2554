//! A day of one server: which instants belong to it, and which part of the UCM's records shows all of its calls.

use chrono::{
    DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

use crate::config::Server;
use crate::flows::period::Period;

/// A calendar day in the server's time zone; in UTC where none is configured, for no zone is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) date: NaiveDate,
    zone: Option<Tz>,
}

impl Day {
    pub(super) fn of(server: &Server, date: NaiveDate) -> Self {
        Self {
            date,
            zone: server.time_zone,
        }
    }

    /// The day at `instant`.
    pub(super) fn at(server: &Server, instant: DateTime<Utc>) -> Self {
        let zone = server.time_zone;
        let date = zone.map_or_else(
            || instant.date_naive(),
            |zone| instant.with_timezone(&zone).date_naive(),
        );
        Self { date, zone }
    }

    pub(super) fn next(self) -> Option<Self> {
        let date = self.date.succ_opt()?;
        Some(Self { date, ..self })
    }

    /// The `count` days before this one, the latest first.
    pub(super) fn before(self, count: u64) -> impl Iterator<Item = NaiveDate> {
        (1..=count).filter_map(move |back| self.date.checked_sub_days(Days::new(back)))
    }

    /// The first instant, and the first one after: 23 to 25 hours apart.
    pub(super) fn instants(self) -> (DateTime<Utc>, DateTime<Utc>) {
        let next = self.next().unwrap_or(self);
        (self.begin(), next.begin())
    }

    fn begin(self) -> DateTime<Utc> {
        let midnight = self.date.and_time(NaiveTime::MIN);
        let Some(zone) = self.zone else {
            return midnight.and_utc();
        };
        // Where the clocks go forward at midnight, the day begins with the first time that exists.
        (0..=2)
            .filter_map(|hours| midnight.checked_add_signed(TimeDelta::hours(hours)))
            .find_map(|local| zone.from_local_datetime(&local).earliest())
            .map_or_else(|| midnight.and_utc(), |instant| instant.to_utc())
    }

    /// The name of its zone.
    pub(super) fn zone_name(self) -> &'static str {
        self.zone.map_or("UTC", |zone| zone.name())
    }

    /// What to read of the UCM so that no call of the day is cut in two: calls are listed by when they began, and a device whose zone is not
    /// known may be anywhere. Where it has another zone by now than its server, its latest calls tell, by local time less UTC in seconds.
    pub(super) fn window(self, server: &Server, seen: Option<i32>) -> Period {
        let margin = TimeDelta::from_std(server.look_back).unwrap_or_default();
        let (west, east) = match self.zone {
            Some(zone) => {
                let own = zone.offset_from_utc_datetime(&self.begin().naive_utc());
                let own = own.fix().local_minus_utc();
                let ahead = TimeDelta::seconds(seen.map_or(0, |seen| i64::from(seen - own)));
                // Summer time may have come or gone since.
                let more = match ahead.is_zero() {
                    true => TimeDelta::zero(),
                    false => TimeDelta::hours(1),
                };
                let zero = TimeDelta::zero();
                ((-ahead).max(zero) + more, ahead.max(zero) + more)
            }
            None => (TimeDelta::hours(12), TimeDelta::hours(14)),
        };
        let begin = self.date.and_time(NaiveTime::MIN);
        let end = self.next().unwrap_or(self).date.and_time(NaiveTime::MIN);
        let moved =
            |time: NaiveDateTime, by: TimeDelta| time.checked_add_signed(by).unwrap_or(time);
        Period {
            from: moved(begin, -(west + margin)),
            until: moved(end, east + margin),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::flows::field;

    /// The day is shown whole whatever the device's clock says.
    #[test]
    fn a_device_with_another_clock_shows_the_whole_day() {
        let zones = [
            ("Europe/Paris", [None, Some(7_200), Some(3_600)].as_slice()),
            ("Europe/Paris", &[Some(-25_200), Some(0), Some(50_400)]),
            ("America/New_York", &[Some(0), Some(-28_800)]),
        ];
        for (zone, offsets) in zones {
            let entry = json!({ "country": "FR", "time_zone": zone, "look_back_hours": 1 });
            let server = field::server(&entry);
            for date in ["2026-06-12", "2026-01-12", "2026-10-25", "2026-03-29"] {
                let day = Day::of(&server, date.parse().unwrap());
                let (begin, end) = day.instants();
                for seen in offsets {
                    let window = day.window(&server, *seen);
                    let Some(seen) = seen else { continue };
                    let own = TimeDelta::seconds((*seen).into());
                    let (first, last) = (begin.naive_utc() + own, end.naive_utc() + own);
                    let is_whole = window.from <= first && last <= window.until;
                    assert!(is_whole, "{zone} {date} {seen}: {window:?}");
                }
            }
        }
        // One that has the zone of its server is asked for no more than before.
        let server = field::server(&json!({ "country": "FR", "time_zone": "Europe/Paris" }));
        let day = Day::of(&server, "2026-06-12".parse().unwrap());
        assert_eq!(day.window(&server, Some(7_200)), day.window(&server, None));
    }
}

//! What dates are grouped by: spans of time on the reader's clock, and from 18 on parts of a date.

use chrono::{
    Datelike, Duration, LocalResult, Months, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike,
};
use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::odoo::schema::Ttype;
use crate::odoo::value::{DATE, DATETIME, parse_datetime};
use crate::odoo::version::Version;

/// How a date or datetime is grouped.
#[derive(Clone, Debug)]
pub(super) struct Granularity {
    name: String,
    ttype: Ttype,
    /// The context's zone, where the server knows it: dates have none.
    zone: Option<Tz>,
    /// Whether a part of a date is a floating-point number.
    is_double: bool,
}

impl Granularity {
    /// Reads the name of a span or part; `None` where this version has no such.
    pub(super) fn of(
        name: &str,
        ttype: Ttype,
        zone: Option<&str>,
        version: Version,
    ) -> Option<Self> {
        let is_known = SPANS.contains(&name) || version >= Version::V18 && PARTS.contains(&name);
        let zone = zone.filter(|_| ttype == Ttype::Datetime);
        is_known.then(|| Self {
            name: name.to_owned(),
            ttype,
            is_double: version >= Version::V19,
            // A zone that the server does not know is as none: UTC, with a warning in its log.
            zone: zone.and_then(|zone| zone.parse().ok()),
        })
    }

    /// What `stored` has in common with the others of its group: the span's begin on the reader's clock, or a number.
    pub(super) fn key(&self, stored: &Value) -> Value {
        let Some(moment) = stored.as_str().and_then(parse_datetime) else {
            return Value::Null;
        };
        let local = match self.zone {
            Some(zone) => zone.from_utc_datetime(&moment).naive_local(),
            None => moment,
        };
        match self.part(local) {
            // PostgreSQL's `date_part` is a double; 18 casts it.
            Some(part) if self.is_double => json!(f64::from(part)),
            Some(part) => json!(part),
            None => json!(self.begin(local).format(DATETIME).to_string()),
        }
    }

    fn part(&self, local: NaiveDateTime) -> Option<u32> {
        Some(match self.name.as_str() {
            "year_number" => u32::try_from(local.year()).unwrap_or_default(),
            "quarter_number" => local.month0() / 3 + 1,
            "month_number" => local.month(),
            "iso_week_number" => local.iso_week().week(),
            "day_of_year" => local.ordinal(),
            "day_of_month" => local.day(),
            "day_of_week" => local.weekday().num_days_from_sunday(),
            "hour_number" => local.hour(),
            "minute_number" => local.minute(),
            "second_number" => local.second(),
            _ => return None,
        })
    }

    fn begin(&self, local: NaiveDateTime) -> NaiveDateTime {
        let day = local.date();
        let begin = match self.name.as_str() {
            "hour" => return day.and_hms_opt(local.hour(), 0, 0).unwrap_or(local),
            "week" => day - Duration::days(i64::from(day.weekday().num_days_from_monday())),
            "month" => day.with_day(1).unwrap_or(day),
            "quarter" => day
                .with_day(1)
                .and_then(|first| first.checked_sub_months(Months::new(first.month0() % 3)))
                .unwrap_or(day),
            "year" => day.with_ordinal(1).unwrap_or(day),
            _ => day,
        };
        begin.and_time(NaiveTime::MIN)
    }

    fn end(&self, begin: NaiveDateTime) -> NaiveDateTime {
        let months = |count| {
            begin
                .checked_add_months(Months::new(count))
                .unwrap_or(begin)
        };
        match self.name.as_str() {
            "hour" => begin + Duration::hours(1),
            "day" => begin + Duration::days(1),
            "week" => begin + Duration::weeks(1),
            "month" => months(1),
            "quarter" => months(3),
            _ => months(12),
        }
    }

    /// Begin and end of the span with this key, as they are told: in UTC.
    pub(super) fn range(&self, key: &Value) -> Option<(String, String)> {
        let begin = parse_datetime(key.as_str()?)?;
        let told = |local: NaiveDateTime| {
            let utc = self.zone.map_or(local, |zone| localized(zone, local));
            let format = match self.ttype {
                Ttype::Date => DATE,
                _ => DATETIME,
            };
            utc.format(format).to_string()
        };
        Some((told(begin), told(self.end(begin))))
    }

    /// What people are shown.
    pub(super) fn label(&self, key: &Value) -> String {
        let Some(begin) = key.as_str().and_then(parse_datetime) else {
            return String::new();
        };
        let format = match self.name.as_str() {
            "hour" => "%I:00 %d %b",
            "day" => "%d %b %Y",
            "week" => "W%V %G",
            "month" => "%B %Y",
            "quarter" => return format!("Q{} {}", begin.month0() / 3 + 1, begin.year()),
            _ => "%Y",
        };
        begin.format(format).to_string()
    }

    /// The terms of a domain that finds the group with this key again, by the field's name.
    pub(super) fn domain(&self, field: &str, key: &Value) -> Value {
        let key = if key.is_null() { &json!(false) } else { key };
        match self.range(key) {
            Some((begin, end)) => json!(["&", [field, ">=", begin], [field, "<", end]]),
            None if self.is_span() => json!([[field, "=", key]]),
            None => json!([[format!("{field}.{}", self.name), "=", key]]),
        }
    }

    /// Whether it is a span of time, not a part of a date.
    pub(super) fn is_span(&self) -> bool {
        SPANS.contains(&self.name.as_str())
    }
}

/// As `pytz` reads a wall clock (`localize` with `is_dst=False`): the second of two hours of one name, and an hour that was left out as if the
/// clocks had not been set forward yet.
fn localized(zone: Tz, local: NaiveDateTime) -> NaiveDateTime {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(one) => one.naive_utc(),
        LocalResult::Ambiguous(_, second) => second.naive_utc(),
        LocalResult::None => {
            let before = local - Duration::days(1);
            let offset = zone.offset_from_local_datetime(&before).earliest();
            let secs = offset.map_or(0, |offset| offset.fix().local_minus_utc());
            local - Duration::seconds(i64::from(secs))
        }
    }
}

const SPANS: [&str; 6] = ["hour", "day", "week", "month", "quarter", "year"];

const PARTS: [&str; 10] = [
    "year_number",
    "quarter_number",
    "month_number",
    "iso_week_number",
    "day_of_year",
    "day_of_month",
    "day_of_week",
    "hour_number",
    "minute_number",
    "second_number",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, zone: &str, stored: &str, expected: (&str, &str)) {
        let granularity = Granularity::of(name, Ttype::Datetime, Some(zone), Version::V19).unwrap();
        let (begin, end) = granularity.range(&granularity.key(&json!(stored))).unwrap();
        assert_eq!((begin.as_str(), end.as_str()), expected, "{name} {zone}");
    }

    #[test]
    fn spans_are_those_of_the_readers_clock_as_the_real_one_tells_them() {
        // As Odoo 19 answered.
        let second_hour = ("2026-10-25 01:00:00", "2026-10-25 02:00:00");
        check("hour", "Europe/Paris", "2026-10-25 00:30:00", second_hour);
        check("hour", "Europe/Paris", "2026-10-25 01:30:00", second_hour);
        let after_gap = ("2026-03-29 01:00:00", "2026-03-29 02:00:00");
        check("hour", "Europe/Paris", "2026-03-29 01:10:00", after_gap);
        let long_day = ("2026-10-24 22:00:00", "2026-10-25 23:00:00");
        check("day", "Europe/Paris", "2026-10-25 01:30:00", long_day);
        let half_hours = ("2026-03-29 00:30:00", "2026-03-29 01:30:00");
        check("hour", "Asia/Kolkata", "2026-03-29 01:10:00", half_hours);
        let utc = ("2026-03-29 00:00:00", "2026-03-30 00:00:00");
        check("day", "Nope/Zone", "2026-03-29 01:10:00", utc);
    }

    #[test]
    fn parts_are_numbers_and_unknown_to_17() {
        let hour = |version| {
            Granularity::of(
                "hour_number",
                Ttype::Datetime,
                Some("Europe/Paris"),
                version,
            )
        };
        assert!(hour(Version::V17).is_none());
        for (version, expected) in [(Version::V18, "2"), (Version::V19, "2.0")] {
            let key = hour(version).unwrap().key(&json!("2026-10-25 01:30:00"));
            assert_eq!(key.to_string(), expected);
        }
    }
}

//! The forms in which a client may write a moment.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use super::leg::local;
use super::switches::TimeSeparator;

/// A border of a time window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Border {
    /// By the device's wall clock.
    Local(NaiveDateTime),
    /// An instant, written with a zone or as an epoch.
    Instant(DateTime<Utc>),
}

impl Border {
    /// The border by the device's wall clock.
    pub(crate) fn stamp(self, zone: Tz) -> NaiveDateTime {
        match self {
            Self::Local(border) => border,
            Self::Instant(border) => local(border, zone),
        }
    }

    /// Whether the device's stamp of `at` is at or after the border.
    pub(crate) fn is_reached(self, at: DateTime<Utc>, stamp: NaiveDateTime) -> bool {
        match self {
            Self::Local(border) => stamp >= border,
            Self::Instant(border) => at.timestamp() >= border.timestamp(),
        }
    }

    /// Whether the device's stamp of `at` is past the border.
    pub(crate) fn is_passed(self, at: DateTime<Utc>, stamp: NaiveDateTime) -> bool {
        match self {
            Self::Local(border) => stamp > border,
            Self::Instant(border) => at.timestamp() > border.timestamp(),
        }
    }
}

/// Reads a moment as the manual lists the forms: `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM[:SS[.SSS]]`, `HH:MM[:SS]` (on
/// 2000-01-01), `now`, an epoch of ten digits; a zone such as `-06:00` may follow a time.
pub(crate) fn parse(
    text: &str,
    now: DateTime<Utc>,
    zone: Tz,
    separator: TimeSeparator,
) -> Option<Border> {
    if text == "now" {
        return Some(Border::Local(local(now, zone)));
    }
    if text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit()) {
        return DateTime::from_timestamp(text.parse().ok()?, 0).map(Border::Instant);
    }
    let (date, rest) = match text.get(..10).and_then(|d| d.parse::<NaiveDate>().ok()) {
        Some(date) => (date, &text[10..]),
        None => return with_zone(NaiveDate::from_ymd_opt(2000, 1, 1)?, text),
    };
    let mut rest = rest.chars();
    match (rest.next(), separator) {
        (None, _) => Some(Border::Local(date.and_time(NaiveTime::MIN))),
        (Some('T'), TimeSeparator::OnlyT | TimeSeparator::Either)
        | (Some(' '), TimeSeparator::OnlySpace | TimeSeparator::Either) => {
            with_zone(date, rest.as_str())
        }
        _ => None,
    }
}

fn with_zone(date: NaiveDate, time: &str) -> Option<Border> {
    let zone_at = time.find(['+', '-', 'Z']).unwrap_or(time.len());
    let (time, zone) = time.split_at(zone_at);
    let time = ["%H:%M:%S%.f", "%H:%M"]
        .iter()
        .find_map(|format| NaiveTime::parse_from_str(time, format).ok())?;
    let at = date.and_time(time);
    if zone.is_empty() {
        return Some(Border::Local(at));
    }
    let offset: FixedOffset = if zone == "Z" {
        FixedOffset::east_opt(0)?
    } else {
        zone.parse().ok()?
    };
    let instant = at.and_local_timezone(offset).single()?;
    Some(Border::Instant(instant.with_timezone(&Utc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let now = DateTime::from_timestamp(1_717_090_900, 0).expect("a valid epoch");
        let border = parse(text, now, chrono_tz::Europe::Paris, TimeSeparator::OnlyT);
        let shown = border.map(|border| match border {
            Border::Local(at) => at.to_string(),
            Border::Instant(at) => at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        });
        assert_eq!(shown.as_deref(), expected, "{text}");
    }

    #[test]
    fn every_official_form_is_understood() {
        check("2024-05-30", Some("2024-05-30 00:00:00"));
        check("2024-05-30T14:41", Some("2024-05-30 14:41:00"));
        check("2024-05-30T14:41:40", Some("2024-05-30 14:41:40"));
        check("2024-05-30T14:41:40.250", Some("2024-05-30 14:41:40.250"));
        check("14:41", Some("2000-01-01 14:41:00"));
        check("14:41:40", Some("2000-01-01 14:41:40"));
        check("now", Some("2024-05-30 19:41:40"));
        check("1717090900", Some("2024-05-30T17:41:40Z"));
        check("2024-05-30T14:41:40-03:00", Some("2024-05-30T17:41:40Z"));
        check("2024-05-30T19:41:40+02:00", Some("2024-05-30T17:41:40Z"));
    }

    #[test]
    fn other_forms_are_not() {
        for text in [
            "",
            "yesterday",
            "2024-05-30 14:41:40",
            "2024-05-30T",
            "30/05/2024",
            "2024-13-01",
        ] {
            check(text, None);
        }
    }
}

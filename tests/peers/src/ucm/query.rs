//! The arguments of `cdrapi`.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::leg::{Leg, local};
use super::stamp::{self, Border};
use super::switches::TimeSeparator;

/// Most items that one call returns, which is also the default.
pub(crate) const MAX_RECORDS: usize = 1_000;

/// No change of the clocks is longer: so much may lie between two instants by the clock on the wall more or less than there does.
const CLOCK_CHANGE: TimeDelta = TimeDelta::days(1);

/// Names and values as a client sent them.
pub(crate) type Params = Vec<(String, String)>;

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Format {
    #[default]
    Csv,
    Json,
    Xml,
}

impl Format {
    /// `format`'s value; a wrong one gives CSV.
    pub(crate) fn of(params: &Params) -> Self {
        match value(params, "format")
            .map(str::to_ascii_lowercase)
            .as_deref()
        {
            Some("json") => Self::Json,
            Some("xml") => Self::Xml,
            _ => Self::Csv,
        }
    }
}

/// What `cdrapi` is asked for.
#[derive(Debug, Default)]
pub(crate) struct CdrQuery {
    pub(crate) limit: usize,
    pub(crate) offset: usize,
    start: Option<Border>,
    end: Option<Border>,
    filters_on_end: bool,
    caller: Option<Numbers>,
    callee: Option<Numbers>,
    answered_by: Option<Numbers>,
    min_secs: Option<i64>,
    max_secs: Option<i64>,
}

/// What the reading of arguments depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) now: DateTime<Utc>,
    pub(crate) zone: Tz,
    pub(crate) separator: TimeSeparator,
    /// The legacy API refuses unknown, empty and repeated arguments; the new one ignores them.
    pub(crate) is_strict: bool,
}

/// The arguments make no sense; the device then answers with nothing at all, and without an error.
#[derive(Debug)]
pub(crate) struct BadArguments;

const KNOWN: [&str; 11] = [
    "format",
    "numRecords",
    "offset",
    "startTime",
    "endTime",
    "caller",
    "callee",
    "answeredby",
    "minDur",
    "maxDur",
    "timeFilterType",
];

impl CdrQuery {
    pub(crate) fn parse(params: &Params, reading: Reading) -> Result<Self, BadArguments> {
        if reading.is_strict {
            check_strictly(params)?;
        }
        let number = |name| optional(params, name, |text| text.parse::<usize>().ok());
        let secs = |name| optional(params, name, |text| text.parse::<i64>().ok());
        let numbers = |name| optional(params, name, Numbers::parse);
        let border = |name| {
            optional(params, name, |text| {
                stamp::parse(text, reading.now, reading.zone, reading.separator)
            })
        };
        Ok(Self {
            limit: number("numRecords")?
                .unwrap_or(MAX_RECORDS)
                .min(MAX_RECORDS),
            offset: number("offset")?.unwrap_or(0),
            start: border("startTime")?,
            end: border("endTime")?,
            filters_on_end: value(params, "timeFilterType")
                .is_some_and(|kind| kind.eq_ignore_ascii_case("end")),
            caller: numbers("caller")?,
            callee: numbers("callee")?,
            answered_by: numbers("answeredby")?,
            min_secs: secs("minDur")?,
            max_secs: secs("maxDur")?,
        })
    }

    /// Whether the window has no end.
    pub(crate) fn is_open(&self) -> bool {
        self.end.is_none()
    }

    /// Between which stamps everything in the window is, generously.
    pub(crate) fn stamps(&self, zone: Tz) -> RangeInclusive<NaiveDateTime> {
        let begin = self.start.map(|border| border.stamp(zone));
        let begin = begin.and_then(|stamp| stamp.checked_sub_signed(CLOCK_CHANGE));
        let end = self.end.map(|border| border.stamp(zone));
        let end = end.and_then(|stamp| stamp.checked_add_signed(CLOCK_CHANGE));
        begin.unwrap_or(NaiveDateTime::MIN)..=end.unwrap_or(NaiveDateTime::MAX)
    }

    /// Whether a session of these legs is in the window, going by its first leg's start or its last leg's end.
    pub(crate) fn holds_session(&self, legs: &[Leg], start: NaiveDateTime, zone: Tz) -> bool {
        if self.start.is_none() && self.end.is_none() {
            return true;
        }
        let Some(first) = legs.first() else {
            return false;
        };
        if !self.filters_on_end {
            return self.is_inside(first.start, start);
        }
        let end = legs.iter().map(Leg::ended).max().unwrap_or(first.start);
        self.is_inside(end, local(end, zone))
    }

    /// Whether one leg alone is in the window.
    pub(crate) fn holds_leg(&self, leg: &Leg, zone: Tz) -> bool {
        let at = if self.filters_on_end {
            leg.ended()
        } else {
            leg.start
        };
        self.is_inside(at, local(at, zone))
    }

    fn is_inside(&self, at: DateTime<Utc>, stamp: NaiveDateTime) -> bool {
        self.start.is_none_or(|border| border.is_reached(at, stamp))
            && self.end.is_none_or(|border| !border.is_passed(at, stamp))
    }

    /// Whether the people and durations of a session are those asked for.
    pub(crate) fn wants(&self, legs: &[Leg]) -> bool {
        let any = |numbers: &Option<Numbers>, of: fn(&Leg) -> &str| {
            numbers
                .as_ref()
                .is_none_or(|numbers| legs.iter().any(|leg| numbers.holds(of(leg))))
        };
        let billed: i64 = legs.iter().map(|leg| leg.billsec_secs).sum();
        any(&self.caller, |leg| &leg.src)
            && any(&self.callee, |leg| &leg.dst)
            && any(&self.answered_by, |leg| &leg.dstanswer)
            && self.min_secs.is_none_or(|min| billed >= min)
            && self.max_secs.is_none_or(|max| billed <= max)
    }
}

fn check_strictly(params: &Params) -> Result<(), BadArguments> {
    for (n, (name, value)) in params.iter().enumerate() {
        let is_repeated = params[..n].iter().any(|(earlier, _)| earlier == name);
        if !KNOWN.contains(&name.as_str()) || value.is_empty() || is_repeated {
            return Err(BadArguments);
        }
    }
    Ok(())
}

/// The value of `name`, if there is one.
pub(crate) fn value<'a>(params: &'a Params, name: &str) -> Option<&'a str> {
    let found = params.iter().find(|(n, _)| n == name);
    found.map(|(_, value)| value.as_str())
}

fn optional<T>(
    params: &Params,
    name: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, BadArguments> {
    match value(params, name) {
        None | Some("") => Ok(None),
        Some(text) => parse(text).map(Some).ok_or(BadArguments),
    }
}

/// A list such as `5300,5302-5304,_4@`.
#[derive(Debug)]
struct Numbers(Vec<Pattern>);

#[derive(Debug)]
enum Pattern {
    /// `@` is any run of characters, `_` is one.
    Text(Vec<char>),
    Range(u64, u64),
    /// `0-0`: whatever is no number, or empty.
    NotANumber,
}

impl Numbers {
    fn parse(text: &str) -> Option<Self> {
        text.split(',')
            .map(Pattern::parse)
            .collect::<Option<_>>()
            .map(Self)
    }

    fn holds(&self, number: &str) -> bool {
        self.0.iter().any(|pattern| pattern.holds(number))
    }
}

impl Pattern {
    fn parse(text: &str) -> Option<Self> {
        if text == "0-0" {
            return Some(Self::NotANumber);
        }
        match text.split('-').collect::<Vec<_>>()[..] {
            [_] => Some(Self::Text(text.chars().collect())),
            [low, high] => Some(Self::Range(low.parse().ok()?, high.parse().ok()?)),
            _ => None,
        }
    }

    fn holds(&self, number: &str) -> bool {
        match self {
            Self::Text(pattern) => matches(pattern, &number.chars().collect::<Vec<_>>()),
            Self::Range(low, high) => number
                .parse::<u64>()
                .is_ok_and(|number| (*low..=*high).contains(&number)),
            Self::NotANumber => number.parse::<u64>().is_err(),
        }
    }
}

fn matches(pattern: &[char], text: &[char]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some('@'), _) => {
            matches(&pattern[1..], text) || (!text.is_empty() && matches(pattern, &text[1..]))
        }
        (Some('_'), Some(_)) => matches(&pattern[1..], &text[1..]),
        (Some(p), Some(t)) if p == t => matches(&pattern[1..], &text[1..]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(list: &str, number: &str, expected: bool) {
        let numbers = Numbers::parse(list).expect("a good list");
        assert_eq!(numbers.holds(number), expected, "{list} {number}");
    }

    #[test]
    fn lists_ranges_and_wildcards() {
        check("5300,5302-5304,_4@", "5300", true);
        check("5300,5302-5304,_4@", "5301", false);
        check("5300,5302-5304,_4@", "5303", true);
        check("5300,5302-5304,_4@", "24999", true);
        check("_4@", "4", false);
        check("@", "", true);
        check("0-0", "anonymous", true);
        check("0-0", "", true);
        check("0-0", "1001", false);
    }

    #[test]
    fn several_hyphens_are_no_range() {
        assert!(Numbers::parse("1-2-3").is_none());
        assert!(Numbers::parse("a-b").is_none());
    }

    #[test]
    fn strict_reading_refuses_what_the_other_ignores() {
        let reading = |is_strict| Reading {
            now: DateTime::UNIX_EPOCH,
            zone: Tz::UTC,
            separator: TimeSeparator::OnlyT,
            is_strict,
        };
        let params = |list: &[(&str, &str)]| -> Params {
            list.iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect()
        };
        for list in [
            &[("startdate", "2024-05-30")][..],
            &[("caller", "")],
            &[("offset", "1"), ("offset", "2")],
        ] {
            assert!(
                CdrQuery::parse(&params(list), reading(true)).is_err(),
                "{list:?}"
            );
            assert!(
                CdrQuery::parse(&params(list), reading(false)).is_ok(),
                "{list:?}"
            );
        }
        let bad = params(&[("numRecords", "ten")]);
        assert!(CdrQuery::parse(&bad, reading(false)).is_err());
    }
}

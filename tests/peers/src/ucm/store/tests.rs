use std::sync::LazyLock;

use chrono_tz::Europe::Paris;
use proptest::prelude::*;

use super::*;
use crate::ucm::query::Reading;
use crate::ucm::scenario::{Ids, play};
use crate::ucm::{Country, Office, TimeSeparator, Traffic, catalogue};

/// The clocks change in the night to the fourth day.
const BEGIN: &str = "2026-03-26T00:00:00Z";
const HOURS: i64 = 8 * 24;

/// A week of an office, and each thing that people do once.
static WEEK: LazyLock<Store> = LazyLock::new(|| {
    let office = Office::new(Country::Fr, Paris);
    let end = at(60 * HOURS);
    let traffic = Traffic {
        seed: 1,
        days: 8,
        calls: 300,
    };
    let mut calls = traffic.calls(&office, end);
    calls.extend(catalogue(&office, at(0)).into_iter().map(|(_, call)| call));
    let (mut store, mut ids) = (Store::new(Paris, 1), Ids::default());
    for call in calls {
        let played = play(&call, &office, &mut ids, TimeDelta::zero());
        played.into_iter().for_each(|played| store.add(played));
    }
    store.advance(end + TimeDelta::days(1), false);
    store
});

fn at(minutes: i64) -> DateTime<Utc> {
    BEGIN.parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

/// A border by the clock on the wall, by the same with a zone, or as an epoch.
fn border() -> impl Strategy<Value = String> {
    (0..60 * HOURS, 0..3).prop_map(|(minutes, form)| {
        let (utc, stamp) = (at(minutes), local(at(minutes), Paris));
        match form {
            0 => stamp.format("%Y-%m-%dT%H:%M:%S").to_string(),
            1 => utc.format("%Y-%m-%dT%H:%M:%S+00:00").to_string(),
            _ => utc.timestamp().to_string(),
        }
    })
}

proptest! {
    #[test]
    fn a_window_is_answered_as_if_all_sessions_were_looked_through(
        begin in proptest::option::of(border()),
        end in proptest::option::of(border()),
        by_end: bool,
        window_cut: bool,
        shifted_groups: bool,
    ) {
        let kind = by_end.then(|| "End".to_owned());
        let params = [("startTime", begin), ("endTime", end), ("timeFilterType", kind)];
        let params = params.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let reading = Reading {
            now: at(60 * HOURS),
            zone: Paris,
            separator: TimeSeparator::OnlyT,
            is_strict: true,
        };
        let query = CdrQuery::parse(&params.collect(), reading).unwrap();
        let switches = Switches { window_cut, shifted_groups, ..Switches::default() };
        let all = WEEK.select_of(WEEK.timeline.all(), &query, &switches);
        prop_assert_eq!(WEEK.select(&query, &switches), all);
    }
}

#[test]
fn of_a_short_window_few_sessions_are_looked_at() {
    let (from, to) = (local(at(60 * 100), Paris), local(at(60 * 101), Paris));
    let near = WEEK.timeline.near(&(from..=to)).len();
    assert!(near * 4 < WEEK.timeline.all().len(), "{near}");
}

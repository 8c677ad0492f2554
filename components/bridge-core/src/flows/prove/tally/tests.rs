use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use proptest::prelude::*;
use serde_json::json;

use super::by_windows;
use crate::config::Server;
use crate::flows::deliver::reading::Reading;
use crate::flows::field;
use crate::flows::period::Period;
use calls::cdr::Row;
use ucm_client::{Page, PageRequest};

/// A call of one day, in seconds since midnight.
#[derive(Debug, Clone, Copy)]
struct Held {
    /// Tells it from others of the same second.
    line: u32,
    start: u32,
    end: u32,
    /// In windows that are longer, it is left out.
    longest_window: u32,
}

impl Held {
    fn at(start: u32) -> Self {
        Self {
            line: 0,
            start,
            end: start + 90,
            longest_window: u32::MAX,
        }
    }
}

/// In which order a device gives calls, and so which it leaves out where its answer breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Earliest,
    Latest,
    /// As their last record was written.
    Written,
}

#[derive(Debug, Clone)]
struct Device {
    calls: Vec<Held>,
    order: Order,
    /// Most calls of an answer, one answer after the other.
    caps: Vec<usize>,
    /// Legs of a call, twenty seconds apart.
    legs: u32,
    /// Only legs that begin in the window are shown.
    window_cut: bool,
    /// Whatever is asked for, it gives all.
    heeds_none: bool,
    requests: usize,
}

impl Device {
    fn of(calls: impl IntoIterator<Item = Held>, order: Order, caps: &[usize]) -> Self {
        Self {
            calls: calls.into_iter().collect(),
            order,
            caps: caps.to_vec(),
            legs: 1,
            window_cut: false,
            heeds_none: false,
            requests: 0,
        }
    }

    fn answer(&mut self, request: &PageRequest) -> Page {
        let cap = self.caps[self.requests % self.caps.len()];
        self.requests += 1;
        let (from, until) = match self.heeds_none {
            true => (at(0), at(86_399)),
            false => (request.start.unwrap(), request.end.unwrap()),
        };
        let mut shown: Vec<Held> = self.calls.clone();
        shown.retain(|call| until - from <= TimeDelta::seconds(call.longest_window.into()));
        shown.retain(|call| !self.legs(*call, from, until).is_empty());
        shown.sort_by_key(|call| match self.order {
            Order::Earliest => call.start,
            Order::Latest => u32::MAX - call.start,
            Order::Written => call.end,
        });
        shown.truncate(cap);
        let items = shown.iter().map(|call| self.legs(*call, from, until));
        let items: Vec<Vec<Row>> = items.collect();
        let begins = |legs: &Vec<Row>| {
            NaiveDateTime::parse_from_str(&legs[0]["start"], "%Y-%m-%d %H:%M:%S").unwrap()
        };
        let mark = |legs: &Vec<Row>| {
            let mut hasher = DefaultHasher::new();
            format!("{legs:?}").hash(&mut hasher);
            hasher.finish()
        };
        Page {
            marks: items.iter().map(mark).collect(),
            starts: items.iter().map(begins).collect(),
            rows: items.into_iter().flatten().collect(),
            items: u32::try_from(shown.len()).unwrap(),
            ..Page::default()
        }
    }

    fn legs(&self, call: Held, from: NaiveDateTime, until: NaiveDateTime) -> Vec<Row> {
        let is_within = |start: u32| (from..=until).contains(&at(start));
        let starts = (0..self.legs).map(|leg| call.start + 20 * leg);
        let shows = |start: &u32| is_within(if self.window_cut { *start } else { call.start });
        starts.filter(shows).map(|start| row(call, start)).collect()
    }
}

fn at(second: u32) -> NaiveDateTime {
    let midnight: NaiveDateTime = NaiveDate::from_ymd_opt(2024, 5, 30).unwrap().into();
    midnight + TimeDelta::seconds(second.into())
}

fn row(call: Held, start: u32) -> Row {
    [
        (
            "session",
            format!("{}-{}", at(call.start).and_utc().timestamp(), call.line),
        ),
        ("AcctId", format!("{start}{}", call.line)),
        ("start", at(start).to_string()),
        ("end", at(call.end).to_string()),
        ("disposition", "NO ANSWER".to_owned()),
        ("src", "0142667700".to_owned()),
        ("dst", "1001".to_owned()),
    ]
    .map(|(field, value)| (field.to_owned(), value))
    .into()
}

/// As many calls as there are in `gaps`, so many seconds one after the other.
fn calls(gaps: impl IntoIterator<Item = u32>) -> Vec<Held> {
    let mut start = 0;
    let next = |(line, gap)| {
        start += gap;
        Held {
            line,
            ..Held::at(start)
        }
    };
    (0..).zip(gaps).map(next).collect()
}

fn server() -> Server {
    field::server(&json!({ "country": "FR", "time_zone": "UTC" }))
}

/// How many calls the day is counted to have.
fn count(device: &mut Device) -> usize {
    counted(device).expect("windows are heeded")
}

/// The same; nothing where no window is heeded.
fn counted(device: &mut Device) -> Option<usize> {
    let (server, day) = (
        server(),
        Period {
            from: at(0),
            until: at(86_399),
        },
    );
    let ask = async |request| {
        let page = device.answer(&request);
        let reading = Reading::of(&page, &server);
        Ok((page, reading))
    };
    let counted = pin!(by_windows(day, false, ask)).poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(Ok(shown)) = counted else {
        panic!("there is nothing to wait for");
    };
    shown.map(|shown| shown.calls.len())
}

/// It has some of the day asked for, so that its first answer looks like one to the question.
#[test]
fn a_device_that_heeds_no_window_is_not_counted_by_windows() {
    for order in [Order::Earliest, Order::Latest, Order::Written] {
        for held in [1, 2, 200] {
            let mut device = Device {
                heeds_none: true,
                ..Device::of(calls(vec![300; held]), order, &[1_000])
            };
            assert_eq!(
                (counted(&mut device), device.requests),
                (None, 3),
                "{order:?} {held}"
            );
        }
    }
}

#[test]
fn a_day_that_fits_into_an_answer_takes_four() {
    for order in [Order::Earliest, Order::Latest, Order::Written] {
        for (legs, window_cut) in [(1, false), (4, false), (4, true)] {
            // Where it is cut, the middle is that of a call.
            let all = calls([60; 301]);
            let mut device = Device {
                legs,
                window_cut,
                ..Device::of(all, order, &[1_000])
            };
            assert_eq!(
                (count(&mut device), device.requests),
                (301, 4),
                "{order:?} {legs}"
            );
        }
    }
}

#[test]
fn behind_a_limit_two_answers_bring_the_half_of_one() {
    for order in [Order::Earliest, Order::Latest] {
        let mut device = Device::of(calls([120; 300]), order, &[30]);
        assert_eq!(count(&mut device), 300, "{order:?}");
        assert!(device.requests <= 1 + 2 * 300 / 15, "{}", device.requests);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    /// Whichever come first, and however much less than before an answer may hold, down to half.
    #[test]
    fn nothing_is_lost_behind_a_limit(
        gaps in prop::collection::vec(prop_oneof![2 => 100_u32..500, 1 => Just(0)], 1..200),
        caps in prop::collection::vec(20_usize..40, 1..5),
        latest_first: bool,
        legs in 1_u32..4,
        window_cut: bool,
    ) {
        let order = if latest_first { Order::Latest } else { Order::Earliest };
        let all = calls(gaps);
        let held = all.len();
        let mut device = Device { legs, window_cut, ..Device::of(all, order, &caps) };
        prop_assert_eq!(count(&mut device), held);
    }

    /// A device that gives calls as they were written leaves out long ones among those that it shows.
    #[test]
    fn a_long_call_that_is_left_out_of_the_whole_day_is_found_in_a_part_of_it(
        gaps in prop::collection::vec(100_u32..500, 60..150),
        long in prop::collection::vec((0_usize..60, 3_000_u32..20_000), 1..5),
        cap in 26_usize..40,
    ) {
        let mut all = calls(gaps);
        let held = all.len();
        for (nth, length) in long {
            all[nth].end = all[nth].start + length;
        }
        prop_assert_eq!(count(&mut Device::of(all, Order::Written, &[cap])), held);
    }
}

/// Many calls of one second, as an alarm makes them, or one call with many legs.
#[test]
fn calls_of_one_second_hide_none() {
    for order in [Order::Earliest, Order::Latest] {
        for of_one_second in [1, 14, 26, 40] {
            for before in [0, 1, 30] {
                let mut all = calls([300; 60]);
                let second = all[before].start;
                let burst = (100..100 + of_one_second).map(|line| Held {
                    line,
                    ..Held::at(second)
                });
                all.extend(burst);
                // Where a second holds more than an answer does, nobody can ask for less.
                let cap = 26.max(of_one_second as usize + 1);
                let held = all.len();
                let mut device = Device::of(all, order, &[cap]);
                assert_eq!(
                    count(&mut device),
                    held,
                    "{order:?} {of_one_second} {before}"
                );
            }
        }
    }
}

/// A device that gives one call at a time hides the others.
#[test]
fn one_call_is_not_taken_for_all() {
    for order in [Order::Earliest, Order::Latest] {
        for (legs, window_cut) in [(1, false), (4, false), (4, true)] {
            let mut device = Device {
                legs,
                window_cut,
                ..Device::of(calls([300; 20]), order, &[1])
            };
            assert_eq!(count(&mut device), 20, "{order:?} {legs} {window_cut}");
        }
    }
}

#[test]
fn a_half_that_ends_before_the_window_did_proves_nothing() {
    for order in [Order::Earliest, Order::Latest] {
        // The whole day shows 40; the half in which it breaks off shows 12 of them, or breaks off at the same call.
        for cap in [12, 20] {
            let caps = if order == Order::Earliest {
                [40, 40, cap, 40]
            } else {
                [40, cap, 40, 40]
            };
            let mut device = Device::of(calls([300; 100]), order, &caps);
            assert_eq!(count(&mut device), 100, "{order:?} {cap}");
        }
    }
}

#[test]
fn calls_that_come_up_among_others_make_both_halves_doubtful() {
    let (less_than_half, half) = (8 * 3_600, 13 * 3_600);
    for (hidden_long, hidden_less) in [(20, 80), (80, 20)] {
        for order in [Order::Earliest, Order::Latest] {
            let mut all = calls([800; 100]);
            // The one is seen in neither half, the other in its half, which so tells that the device hides some.
            all[hidden_long].longest_window = less_than_half;
            all[hidden_less].longest_window = half;
            assert_eq!(
                count(&mut Device::of(all, order, &[1_000])),
                100,
                "{order:?}"
            );
        }
    }
}

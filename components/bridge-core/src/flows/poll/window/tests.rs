mod device;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::{Next, Walk};
use crate::config::{Config, Server};
use crate::state::{Left, Progress, Resume};
use calls::cdr::Row;
use ucm_client::{MAX_PAGE_ITEMS, Page, PageRequest};

use device::{Device, Polling, in_runs, names, poll_again, since_midnight, start, walk};

fn server(extra: &str) -> Server {
    let entry = format!(r#"[{{"id":"a","host":"h","password":"p","country":"FR"{extra}}}]"#);
    let variable = |name: &str| match name {
        "odoo_url" => Some("https://odoo.example.com".to_owned()),
        "ucm_servers" => Some(entry.clone()),
        "odoo_db" | "odoo_login" | "odoo_api_key" => Some("x".to_owned()),
        _ => None,
    };
    Config::read(variable).unwrap().servers.remove(0)
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn day(hour: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2024, 5, 30)
        .unwrap()
        .and_hms_opt(hour, 0, 0)
        .unwrap()
}

const NOW: &str = "2024-05-30T12:00:00Z";

#[test]
fn a_poll_reads_from_the_cursor_less_the_look_back_on_the_devices_clock() {
    let cursor = Progress {
        cursor: Some(at("2024-05-30T10:00:00Z")),
        since: Some(at("2024-04-30T00:00:00Z")),
        ..Progress::default()
    };
    let start = |server: &Server, progress: &Progress| {
        Walk::plan(server, progress, at(NOW)).request().start
    };
    assert_eq!(
        start(&server(r#","time_zone":"Europe/Paris""#), &cursor),
        Some(day(6))
    );
    // Without a zone the offset seen last counts, an hour early.
    assert_eq!(
        start(
            &server(""),
            &Progress {
                utc_offset_secs: Some(7_200),
                ..cursor.clone()
            }
        ),
        Some(day(5))
    );
    // Where nothing is known, the westernmost clock on earth.
    assert_eq!(
        start(&server(""), &cursor),
        Some(day(16) - TimeDelta::days(1))
    );
}

#[test]
fn a_device_that_was_given_another_zone_is_asked_by_its_own_clock() {
    let paris = server(r#","time_zone":"Europe/Paris""#);
    for (seen, start) in [
        (None, "2024-05-30 06:00:00"),
        (Some(7_200), "2024-05-30 06:00:00"),
        // Seven hours behind Greenwich by now.
        (Some(-25_200), "2024-05-29 21:00:00"),
    ] {
        let progress = Progress {
            cursor: Some(at("2024-05-30T10:00:00Z")),
            utc_offset_secs: seen,
            ..Progress::default()
        };
        let walk = Walk::plan(&paris, &progress, at(NOW));
        assert_eq!(walk.request().start.unwrap().to_string(), start);
    }
}

#[test]
fn what_a_run_has_left_is_read_next_and_for_a_while_only() {
    let resume = Resume {
        left: Left {
            start: day(20),
            end: None,
            reached: None,
        },
        latest: Some(at("2023-11-20T08:00:00Z")),
        at: at(NOW),
    };
    let progress = Progress {
        cursor: Some(at("2023-11-20T08:00:00Z")),
        since: Some(at("2023-10-01T00:00:00Z")),
        resume: Some(resume),
        ..Progress::default()
    };
    let start = |minutes: i64| {
        let now = at(NOW) + TimeDelta::minutes(minutes);
        let mut progress = progress.clone();
        progress.prepare(now - TimeDelta::days(30), now);
        let walk = Walk::plan(&server(r#","time_zone":"UTC""#), &progress, now);
        walk.request().start.unwrap()
    };
    assert_eq!(start(1), day(20));
    assert_eq!(start(180).to_string(), "2023-11-20 02:00:00");
}

#[test]
fn a_bridge_that_was_off_for_long_goes_on_where_it_stopped() {
    let progress = Progress {
        cursor: Some(at("2023-11-02T08:00:00Z")),
        since: Some(at("2023-10-01T00:00:00Z")),
        ..Progress::default()
    };
    let mut prepared = progress.clone();
    prepared.prepare(at(NOW) - TimeDelta::days(30), at(NOW));
    assert_eq!(prepared, progress);
    let start = Walk::plan(&server(r#","time_zone":"UTC""#), &prepared, at(NOW))
        .request()
        .start
        .unwrap();
    assert_eq!(start.to_string(), "2023-11-02 02:00:00");
}

#[test]
fn more_history_configured_begins_a_new_import() {
    let mut progress = Progress {
        cursor: Some(at("2024-05-30T10:00:00Z")),
        since: Some(at("2024-05-01T00:00:00Z")),
        ..Progress::default()
    };
    progress.prepare(at("2023-08-01T00:00:00Z"), at(NOW));
    assert_eq!(
        (progress.cursor, progress.since, progress.importing),
        (None, Some(at("2023-08-01T00:00:00Z")), Some(0))
    );
}

#[test]
fn the_dialect_without_pages_is_read_day_by_day_beyond_now() {
    let server = server(r#","dialect":"rest","time_zone":"UTC","days":3"#);
    let mut walk = Walk::plan(&server, &Progress::default(), at(NOW));
    let mut ends = Vec::new();
    loop {
        let PageRequest { start, end, .. } = walk.request();
        let length = end.unwrap() - start.unwrap();
        assert!(length == TimeDelta::days(1) || length == TimeDelta::days(2));
        ends.push(end.unwrap());
        if walk.advance(
            &Page {
                items: 5_000,
                ..Page::default()
            },
            false,
            false,
        ) == Next::Finished
        {
            break;
        }
    }
    assert_eq!(ends.len(), 3);
    assert!(*ends.last().unwrap() >= at(NOW).naive_utc() + TimeDelta::days(1));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    /// Whatever is inserted or deleted between two pages, however few items the device gives at a time, whichever come first, and whether
    /// `offset` works or not: every item that was there from beginning to end is read.
    #[test]
    fn no_page_boundary_loses_an_item(
        starts in prop::collection::vec(0_u32..80_000, 900..4_200),
        caps in prop::collection::vec(90_usize..700, 0..4),
        latest_first: bool,
        inserted in prop::collection::vec((0_u32..80_000, 0_usize..4), 0..60),
        deleted in prop::collection::vec((0_usize..1_000, 0_usize..4), 0..60),
        offset_ignored: bool,
    ) {
        let items = starts.iter().zip(0..).map(|(start, name)| (*start, name)).collect();
        let mut device = Device { items, offset_ignored, latest_first, ..Device::default() }.capped(&caps);
        let mut stable = names(&device);
        let read = walk(&mut device, |device, turn| {
            for (index, when) in &deleted {
                if *when == turn && *index < device.items.len() {
                    let item = *device.items.iter().nth(*index).unwrap();
                    device.items.remove(&item);
                }
            }
            for (at, (start, when)) in inserted.iter().enumerate() {
                if *when == turn {
                    device.items.insert((*start, 1_000_000 + u32::try_from(at).unwrap()));
                }
            }
        });
        let left = names(&device);
        stable.retain(|name| left.contains(name));
        let read = read.expect("the walk reaches the end");
        prop_assert!(stable.is_subset(&read), "lost {:?}", stable.difference(&read).take(5).collect::<Vec<_>>());
    }
}

#[test]
fn a_device_that_can_show_only_one_page_is_reported() {
    let full = usize::try_from(MAX_PAGE_ITEMS).unwrap();
    let mut device = Device {
        offset_ignored: true,
        ..Device::of(std::iter::repeat_n(7, full + 1))
    };
    assert_eq!(walk(&mut device, |_, _| {}), None);
    // The same records are read where `offset` works.
    device.offset_ignored = false;
    assert_eq!(walk(&mut device, |_, _| {}), Some(names(&device)));
}

#[test]
fn a_short_page_is_not_the_last_one() {
    let calls = || Device::of((0..2_506).map(|call| call * 30));
    for caps in [&[300][..], &[25], &[299, 120, 7, 250], &[2_506], &[1_253]] {
        for (offset_ignored, latest_first) in
            [(false, false), (false, true), (true, false), (true, true)]
        {
            let mut device = Device {
                offset_ignored,
                latest_first,
                ..calls().capped(caps)
            };
            let read = walk(&mut device, |_, _| {});
            assert_eq!(
                read.map(|read| read.len()),
                Some(2_506),
                "{caps:?} {offset_ignored} {latest_first}"
            );
        }
    }
}

#[test]
fn many_calls_in_the_second_at_the_border_are_neither_lost_nor_read_for_ever() {
    // Five in one second, two before, two after, and pages of three.
    let mut device = Device::of([5, 6, 7, 7, 7, 7, 7, 8, 9]).capped(&[3]);
    assert_eq!(walk(&mut device, |_, _| {}), Some(names(&device)));
    // Without `offset` there is no way to them: that is said.
    device.offset_ignored = true;
    assert_eq!(walk(&mut device, |_, _| {}), None);
}

#[test]
fn a_device_that_shows_the_first_part_of_a_long_window_is_asked_for_the_rest() {
    let server = server(r#","time_zone":"UTC","days":30"#);
    let hours = (0..30 * 24).map(|hour| hour * 3_600);
    let mut device = Device {
        longest: Some(TimeDelta::days(7)),
        ..Device::of(hours)
    };
    let now = day(0).and_utc() + TimeDelta::days(30);
    let mut polling = Polling::of(Walk::plan(&server, &since_midnight(), now));
    assert_eq!(polling.run(&mut device, |_, _| {}), Next::Finished);
    assert_eq!(polling.read, names(&device));
}

#[test]
fn the_cursor_may_not_pass_what_is_still_to_be_read() {
    for (latest_first, offset_ignored, dialect, gap) in [
        (false, false, "action", 60),
        (false, true, "action", 60),
        (false, false, "rest", 60),
        (true, false, "action", 60),
        (true, true, "action", 60),
        // A page spans less than an hour, so that the next one is asked for with the same end.
        (true, true, "action", 3),
        (true, false, "rest", 3),
    ] {
        let mut device = Device {
            latest_first,
            offset_ignored,
            ..Device::of((0..900).map(|call| call * gap)).capped(&[200])
        };
        let settings = format!(r#","time_zone":"UTC","dialect":"{dialect}""#);
        let walk = Walk::plan(&server(&settings), &since_midnight(), day(23).and_utc());
        let mut polling = Polling::of(walk);
        polling.run(&mut device, |_, _| {});
        let is_seen = !polling.safe.is_empty();
        assert!(is_seen || latest_first || dialect == "rest");
        for (latest, read) in &polling.safe {
            let earlier = device.items.iter().filter(|item| start(**item) <= *latest);
            let all = earlier.map(|item| item.1).all(|name| read.contains(&name));
            assert!(all, "{latest_first} {offset_ignored} {dialect} {gap}");
        }
    }
}

#[test]
fn what_a_run_does_not_get_through_the_next_ones_do() {
    for (latest_first, offset_ignored, heeds_none, dialect) in [
        (false, false, false, "action"),
        (false, true, false, "action"),
        (true, true, false, "action"),
        (false, false, true, "action"),
        (true, false, true, "action"),
        (true, false, false, "rest"),
        (false, false, false, "rest"),
    ] {
        let mut device = Device {
            latest_first,
            offset_ignored,
            heeds_none,
            ..Device::of((0..2_400).map(|call| call * 30)).capped(&[100])
        };
        let settings = format!(r#","time_zone":"UTC","dialect":"{dialect}""#);
        let read = in_runs(&settings, &mut device, 8);
        assert_eq!(
            read.len(),
            2_400,
            "{latest_first} {offset_ignored} {heeds_none} {dialect}"
        );
    }
}

#[test]
fn a_device_that_heeds_no_window_is_read_whole_by_a_replay_as_well() {
    let mut device = Device {
        heeds_none: true,
        ..Device::of((0..300).map(|call| call * 60)).capped(&[100])
    };
    let server = server(r#","time_zone":"UTC""#);
    let walk = Walk::through(&server, day(0), day(5), day(23).and_utc());
    let mut polling = Polling::of(walk);
    assert_eq!(polling.run(&mut device, |_, _| {}), Next::Finished);
    assert_eq!(polling.read.len(), 300);
}

/// Where records were deleted meanwhile, what was behind them has moved.
#[test]
fn what_was_reached_and_is_not_found_again_is_looked_for_from_the_beginning() {
    let mut device = Device {
        heeds_none: true,
        ..Device::of((0..300).map(|call| call * 60)).capped(&[100])
    };
    let server = server(r#","time_zone":"UTC""#);
    let mut first = Polling::of(Walk::plan(&server, &since_midnight(), day(23).and_utc()));
    let mut page = device.answer(&first.walk.request());
    for _ in 0..2 {
        assert_eq!(first.walk.advance(&page, true, false), Next::More);
        page = device.answer(&first.walk.request());
    }
    let left = first.walk.left(&page).unwrap();
    assert_eq!(left.reached.map(|it| it.offset), Some(99));
    device.items = device.items.split_off(&(3_000, 0));
    let resume = Resume {
        left,
        latest: None,
        at: day(23).and_utc(),
    };
    let progress = Progress {
        resume: Some(resume),
        ..since_midnight()
    };
    let mut second = Polling::of(Walk::plan(&server, &progress, day(23).and_utc()));
    assert_eq!(second.run(&mut device, |_, _| {}), Next::Finished);
    assert_eq!(second.read, names(&device));
}

#[test]
fn a_poll_with_nothing_new_is_one_request_and_one_with_news_two() {
    for settings in [
        r#","time_zone":"UTC""#,
        r#","time_zone":"UTC","dialect":"rest""#,
    ] {
        for caps in [&[][..], &[300]] {
            let device = || Device::of((0..600).map(|call| call * 120)).capped(caps);
            let idle = poll_again(settings, &mut device(), |_| {});
            assert_eq!(idle, (1, true), "{settings} {caps:?}");
            let news = poll_again(settings, &mut device(), |device| {
                device.items.insert((72_100, 9_999));
            });
            assert_eq!(news, (2, true), "{settings} {caps:?}");
        }
    }
}

#[test]
fn what_a_wavering_limit_hides_behind_known_records_is_read() {
    // From 14:00 on the poll reads 180 known records; the new one comes after them.
    for caps in [
        &[150][..],
        &[181],
        &[180],
        &[400, 170, 160, 300],
        &[250, 90],
    ] {
        let mut device = Device::of((0..600).map(|call| call * 120)).capped(caps);
        let (_, complete) = poll_again(r#","time_zone":"UTC""#, &mut device, |device| {
            device.items.insert((72_100, 9_999));
        });
        assert!(complete, "{caps:?}");
    }
}

/// Fewer than ever before, so that nothing is known of such a limit: what is known to follow has not come.
#[test]
fn a_page_that_ends_before_what_is_known_is_not_the_end() {
    let mut device = Device::of((0..600).map(|call| call * 120)).capped(&[300]);
    let (_, complete) = poll_again(r#","time_zone":"UTC""#, &mut device, |device| {
        device.caps = vec![90];
        device.items.insert((72_100, 9_999));
    });
    assert!(complete);
}

#[test]
fn a_period_is_read_within_its_ends() {
    let now = at(NOW);
    let request = Walk::through(&server(""), day(8), day(12), now).request();
    assert_eq!((request.start, request.end), (Some(day(8)), Some(day(12))));
    let rest = server(r#","dialect":"rest","time_zone":"Europe/Paris""#);
    let request = Walk::through(&rest, day(8), day(12), now).request();
    assert_eq!((request.start, request.end), (Some(day(8)), Some(day(12))));
}

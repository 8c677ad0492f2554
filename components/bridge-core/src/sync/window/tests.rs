use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::{Next, Walk};
use crate::cdr::Row;
use crate::config::{Config, Server};
use crate::state::Progress;
use crate::ucm::{MAX_PAGE_ITEMS, Page, PageRequest};

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
fn a_bridge_that_was_off_for_long_goes_on_where_it_stopped() {
    let progress = Progress {
        cursor: Some(at("2023-11-02T08:00:00Z")),
        since: Some(at("2023-10-01T00:00:00Z")),
        ..Progress::default()
    };
    let mut prepared = progress.clone();
    prepared.prepare(at(NOW) - TimeDelta::days(30));
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
    progress.prepare(at("2023-08-01T00:00:00Z"));
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
        assert_eq!(
            end,
            start.and_then(|start| start.checked_add_signed(TimeDelta::days(1)))
        );
        ends.push(end.unwrap());
        if walk.advance(
            &Page {
                items: 5_000,
                ..Page::default()
            },
            false,
        ) == Next::Finished
        {
            break;
        }
    }
    assert_eq!(ends.len(), 4);
    assert!(*ends.last().unwrap() >= at(NOW).naive_utc() + TimeDelta::days(1));
}

/// A device as far as paging goes: items sorted by start, which come and go while they are read.
struct Device {
    /// Start in seconds since the window's start, and a name.
    items: BTreeSet<(u32, u32)>,
    offset_works: bool,
}

impl Device {
    fn answer(&self, request: &PageRequest) -> Page {
        let offset = if self.offset_works { request.offset } else { 0 };
        let from = request
            .start
            .map_or(i64::MIN, |start| (start - day(0)).num_seconds());
        let items: Vec<_> = self
            .items
            .iter()
            .filter(|(start, _)| i64::from(*start) >= from)
            .skip(usize::try_from(offset).unwrap())
            .take(usize::try_from(request.limit).unwrap())
            .collect();
        let time = |item: &&(u32, u32)| day(0) + TimeDelta::seconds(i64::from(item.0));
        let mut digest = [0; 16];
        for item in [items.first(), items.last()].into_iter().flatten() {
            digest.rotate_left(8);
            digest[..8]
                .copy_from_slice(&(u64::from(item.0) << 32 | u64::from(item.1)).to_be_bytes());
        }
        Page {
            rows: items.iter().map(row).collect(),
            items: u32::try_from(items.len()).unwrap(),
            first_start: items.first().map(time),
            last_start: items.last().map(time),
            digest,
            ..Page::default()
        }
    }
}

fn row(item: &&(u32, u32)) -> Row {
    [
        ("session".to_owned(), item.1.to_string()),
        ("start".to_owned(), item.0.to_string()),
    ]
    .into()
}

/// Walks to the end, changing the device between the pages, and gives the names of the items that were read.
fn walk(device: &mut Device, mut change: impl FnMut(&mut Device, usize)) -> Option<BTreeSet<u32>> {
    let server = server(r#","time_zone":"UTC""#);
    let since = day(0).and_utc();
    let progress = Progress {
        since: Some(since),
        ..Progress::default()
    };
    let mut walk = Walk::plan(&server, &progress, day(23).and_utc());
    let mut read = BTreeSet::new();
    for turn in 0..100 {
        let page = device.answer(&walk.request());
        read.extend(
            page.rows
                .iter()
                .map(|row| row["session"].parse::<u32>().unwrap()),
        );
        match walk.advance(&page, true) {
            Next::Finished => return Some(read),
            Next::Stuck => return None,
            Next::More => change(device, turn),
        }
    }
    panic!("the walk does not end");
}

fn names(device: &Device) -> BTreeSet<u32> {
    device.items.iter().map(|item| item.1).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    /// Whatever is inserted or deleted between two pages, and whether `offset` works or not: every item that was there from
    /// beginning to end is read.
    #[test]
    fn no_page_boundary_loses_an_item(
        starts in prop::collection::vec(0_u32..80_000, 900..4_200),
        inserted in prop::collection::vec((0_u32..80_000, 0_usize..4), 0..60),
        deleted in prop::collection::vec((0_usize..1_000, 0_usize..4), 0..60),
        offset_works: bool,
    ) {
        let items = starts.iter().zip(0..).map(|(start, name)| (*start, name)).collect();
        let mut device = Device { items, offset_works };
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
    let full = 0..=MAX_PAGE_ITEMS;
    let mut device = Device {
        items: full.map(|name| (7, name)).collect(),
        offset_works: false,
    };
    assert_eq!(walk(&mut device, |_, _| {}), None);
    // The same records are read where `offset` works.
    device.offset_works = true;
    assert_eq!(walk(&mut device, |_, _| {}), Some(names(&device)));
}

#[test]
fn a_period_is_read_within_its_ends() {
    let request = Walk::through(&server(""), day(8), day(12)).request();
    assert_eq!((request.start, request.end), (Some(day(8)), Some(day(12))));
    let rest = server(r#","dialect":"rest","time_zone":"Europe/Paris""#);
    let request = Walk::through(&rest, day(8), day(12)).request();
    assert_eq!((request.start, request.end), (Some(day(8)), Some(day(12))));
}

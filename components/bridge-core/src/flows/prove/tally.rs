//! What the UCM holds of a period, counted by windows that are halved, and never from page to page: a poll that ends too early is not
//! repeated here.
//!
//! A window is believed where its two halves, asked for by themselves, show nothing that the window did not. It is halved where half of its
//! records are on either side, so that a device which leaves records out has room for them in one of the halves.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use crate::config::Server;
use crate::flows::deliver::reading::Reading;
use crate::flows::period::Period;
use crate::flows::poll::reader::Reader;
use crate::flows::poll::window::{Next, Walk};
use crate::flows::reach::failure::Failure;
use crate::flows::report::count as number;
use calls::cdr::Call;
use ports::World;
use ucm_client::{MAX_PAGE_ITEMS, Page, PageRequest};

/// What the UCM shows of a period.
pub(super) struct Shown {
    pub(super) calls: Vec<Call>,
    pub(super) unreadable: u32,
}

/// Counts what the UCM holds of `period`.
pub(super) async fn count<W: World>(
    reader: &mut Reader<'_, W>,
    server: &Server,
    period: Period,
    now: DateTime<Utc>,
) -> Result<Shown, Failure> {
    let mut tally = Tally::default();
    let whole = read(reader, &mut tally, period).await?.0;
    if whole.window_fails {
        return walk(reader, server, period, now).await;
    }
    let mut doubtful = vec![(period, whole)];
    while let Some((window, page)) = doubtful.pop() {
        let Some((earlier, later)) = halves(window, &page) else {
            if page.items >= MAX_PAGE_ITEMS {
                return Err(Failure::Stuck(page.items));
            }
            continue;
        };
        let (first, first_news) = read(reader, &mut tally, earlier).await?;
        let (second, second_news) = read(reader, &mut tally, later).await?;
        if first_news || second_news {
            doubtful.extend([(earlier, first), (later, second)]);
        }
    }
    Ok(tally.shown())
}

/// A device that does not heed a window cannot be counted by windows.
async fn walk<W: World>(
    reader: &mut Reader<'_, W>,
    server: &Server,
    period: Period,
    now: DateTime<Utc>,
) -> Result<Shown, Failure> {
    let mut tally = Tally::default();
    let mut walk = Walk::through(server, period.from, period.until, now);
    loop {
        let (page, reading) = reader.page(walk.request()).await?;
        tally.take(&page, reading);
        match walk.advance(&page, reader.pages_by_offset(), false) {
            Next::More => {}
            Next::Finished => return Ok(tally.shown()),
            Next::Stuck => return Err(Failure::Stuck(page.items)),
        }
    }
}

/// One window, and whether it holds anything that was not seen before.
async fn read<W: World>(
    reader: &mut Reader<'_, W>,
    tally: &mut Tally,
    window: Period,
) -> Result<(Page, bool), Failure> {
    let request = PageRequest {
        start: Some(window.from),
        end: Some(window.until),
        offset: 0,
        limit: MAX_PAGE_ITEMS,
        expect_rows: false,
    };
    let (page, reading) = reader.page(request).await?;
    let news = tally.take(&page, reading);
    Ok((page, news))
}

/// The two halves of a window by what it holds: what began before the middle one of its records, and the rest. Nothing where there is no
/// record, or no shorter window to ask for.
fn halves(window: Period, page: &Page) -> Option<(Period, Period)> {
    let first_possible = window.from + TimeDelta::seconds(1);
    if page.items == 0 || first_possible > window.until {
        return None;
    }
    let mut starts: Vec<NaiveDateTime> = page.starts().collect();
    starts.sort_unstable();
    let middle = starts.get(starts.len() / 2).copied();
    let middle = middle
        .unwrap_or(window.from + (window.until - window.from) / 2)
        .clamp(first_possible, window.until);
    let earlier = Period {
        until: middle - TimeDelta::seconds(1),
        ..window
    };
    let later = Period {
        from: middle,
        ..window
    };
    Some((earlier, later))
}

/// What was seen so far: each call from all of its legs, for a page may end in the middle of one.
#[derive(Default)]
struct Tally {
    seen: HashSet<u64>,
    calls: HashMap<String, Call>,
    unreadable: HashSet<String>,
}

impl Tally {
    /// Takes a page, and says whether anything in it is new.
    fn take(&mut self, page: &Page, reading: Reading) -> bool {
        let payloads = reading.set_aside.into_iter().map(|record| record.payload);
        self.unreadable.extend(payloads);
        for seen in reading.calls {
            let call = match self.calls.remove(&seen.call.id.session) {
                Some(known) => known.with_legs(seen.call.legs),
                None => seen.call,
            };
            self.calls.insert(call.id.session.clone(), call);
        }
        let seen = &mut self.seen;
        page.marks.iter().filter(|mark| seen.insert(**mark)).count() > 0
    }

    fn shown(self) -> Shown {
        Shown {
            calls: self.calls.into_values().collect(),
            unreadable: number(self.unreadable.len()),
        }
    }
}

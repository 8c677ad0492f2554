//! What the UCM holds of a period, counted by windows that are halved, and never from page to page: a poll that ends too early is not
//! repeated here.
//!
//! A window is believed where its two halves, asked for by themselves, show nothing that the window did not. It is halved where half of its
//! records are on either side, so that a device which leaves records out has room for them in one of the halves.
//!
//! A device that breaks off may do so in the half as it did in the window: what begins with the last call of the window is asked for by itself.
//!
//! Where a half shows more, and all of it lies behind the last call of the window, the device has broken off there. Up to that call the
//! window and its halves agree, which is what every window is believed on: only the half that the break is in is halved again. Calls that come
//! up among those of the window are nothing that a break explains: then both halves are doubtful.

use chrono::{DateTime, TimeDelta, Utc};

use super::seen::{Look, Shown, Tally};
use crate::config::Server;
use crate::flows::deliver::reading::Reading;
use crate::flows::period::Period;
use crate::flows::poll::reader::Reader;
use crate::flows::poll::window::{Next, Walk};
use crate::flows::reach::failure::Failure;
use ports::World;
use ucm_client::{MAX_PAGE_ITEMS, Page, PageRequest};

/// Counts what the UCM holds of `period`; `expect_rows` says that there should be something.
pub(super) async fn count<W: World>(
    reader: &mut Reader<'_, W>,
    server: &Server,
    period: Period,
    now: DateTime<Utc>,
    expect_rows: bool,
) -> Result<Shown, Failure> {
    let ask = async |request| reader.page(request).await;
    let counted = by_windows(period, expect_rows, ask).await?;
    match counted {
        Some(shown) => Ok(shown),
        None => {
            let through = Walk::through(server, period.from, period.until, now);
            walk(reader, through.expecting(expect_rows)).await
        }
    }
}

/// Counts by what `ask` answers to windows; nothing where it does not heed them.
async fn by_windows(
    period: Period,
    expect_rows: bool,
    mut ask: impl AsyncFnMut(PageRequest) -> Result<(Page, Reading), Failure>,
) -> Result<Option<Shown>, Failure> {
    let mut tally = Tally::default();
    let first = PageRequest {
        expect_rows,
        ..request(period)
    };
    let (page, reading) = ask(first).await?;
    if page.window_fails {
        return Ok(None);
    }
    let mut doubtful = vec![(period, tally.take(&page, reading))];
    while let Some((window, look)) = doubtful.pop() {
        let Some((earlier, later)) = halves(window, &look) else {
            if look.items >= MAX_PAGE_ITEMS {
                return Err(Failure::Stuck(look.items));
            }
            continue;
        };
        let (page, reading) = ask(request(earlier)).await?;
        let first = tally.take(&page, reading);
        let (page, reading) = ask(request(later)).await?;
        let second = tally.take(&page, reading);
        if first.is_same_as(&second) {
            return Ok(None);
        }
        let (mut believes_first, mut believes_second) = look.believes(&first, &second);
        // A half may have broken off at the very call at which its window did.
        if let Some((edge, is_later)) = look.edge(window) {
            let believed = match is_later {
                true => &mut believes_second,
                false => &mut believes_first,
            };
            if *believed {
                let (page, reading) = ask(request(edge)).await?;
                *believed = tally.take(&page, reading).is_silent();
            }
        }
        if !believes_first {
            doubtful.push((earlier, first));
        }
        if !believes_second {
            doubtful.push((later, second));
        }
    }
    Ok(Some(tally.shown()))
}

/// A device that does not heed a window cannot be counted by windows.
async fn walk<W: World>(reader: &mut Reader<'_, W>, mut walk: Walk) -> Result<Shown, Failure> {
    let mut tally = Tally::default();
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

/// All that a window holds.
fn request(window: Period) -> PageRequest {
    PageRequest {
        start: Some(window.from),
        end: Some(window.until),
        offset: 0,
        limit: MAX_PAGE_ITEMS,
        expect_rows: false,
    }
}

/// The two halves of a window by what it holds: what began before some of its records, and the rest. Nothing where there is no record, or no
/// shorter window to ask for.
fn halves(window: Period, look: &Look) -> Option<(Period, Period)> {
    let first_possible = window.from + TimeDelta::seconds(1);
    if look.items == 0 || first_possible > window.until {
        return None;
    }
    let middle = look
        .cut(window)
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

#[cfg(test)]
mod tests;

//! Which part of a UCM's records is read, and how page follows page without losing or missing a record.

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};

use crate::cdr::Row;
use crate::config::{Dialect, Server};
use crate::state::Progress;
use crate::ucm::{MAX_PAGE_ITEMS, Page, PageRequest};

/// A walk through the records of one window, page by page.
///
/// Records appear when a call ends, sorted by when it began: they shift under the walk. Each page therefore overlaps the one before by one
/// item; where that item is not found again, or where the device ignores `offset`, the walk goes on by time instead.
#[derive(Debug, Clone)]
pub struct Walk {
    start: Option<NaiveDateTime>,
    /// Where the window ends; open for a poll, which reads up to what the device has just written.
    end: Option<NaiveDateTime>,
    slices: Option<Slices>,
    offset: u32,
    before: Option<Before>,
    expect_rows: bool,
}

/// Windows of fixed length, for a dialect that gives a whole window in one answer.
#[derive(Debug, Clone, Copy)]
struct Slices {
    until: NaiveDateTime,
}

/// What the page before ended with.
#[derive(Debug, Clone)]
struct Before {
    digest: [u8; 16],
    last: Option<RowId>,
    last_start: Option<NaiveDateTime>,
}

type RowId = [String; 3];

impl Before {
    fn overlaps(&self, page: &Page) -> bool {
        self.last
            .as_ref()
            .is_none_or(|last| page.rows.iter().any(|row| row_id(row) == *last))
    }
}

/// Whether the walk goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Another page is to be read.
    More,
    /// The window is read to its end.
    Finished,
    /// The device gives the same page for everything that can be asked: what lies behind it cannot be read.
    Stuck,
}

impl Walk {
    /// The walk that a poll makes at `now`: from the cursor less the look-back, however long ago, so that whatever the UCM still holds is
    /// fetched after an interruption of any length; without a cursor, from where the first import begins.
    pub fn plan(server: &Server, progress: &Progress, now: DateTime<Utc>) -> Self {
        let from = match progress {
            Progress {
                cursor: Some(cursor),
                ..
            } => *cursor - server.look_back,
            Progress { since, .. } => since.unwrap_or(now - server.history),
        };
        let start = local(server, progress, from);
        // A clock that runs ahead of ours by up to a day still has all its records read.
        let until = local(server, progress, now)
            .checked_add_signed(SLICE)
            .unwrap_or(start);
        Self {
            start: Some(start),
            end: None,
            slices: (server.dialect == Dialect::Rest).then_some(Slices { until }),
            offset: 0,
            before: None,
            expect_rows: progress.cursor.is_some(),
        }
    }

    /// The walk through a period on the device's clock.
    pub fn through(server: &Server, from: NaiveDateTime, until: NaiveDateTime) -> Self {
        Self {
            start: Some(from),
            end: Some(until),
            slices: (server.dialect == Dialect::Rest).then_some(Slices { until }),
            offset: 0,
            before: None,
            expect_rows: false,
        }
    }

    /// Where a walk that was interrupted after `page` can be taken up again.
    pub fn resume_from(&self, page: &Page) -> Option<NaiveDateTime> {
        // A walk that has just turned to a later time, or to the next day, is there already.
        if self.offset == 0 {
            return self.start;
        }
        self.behind(page.last_start?)
    }

    /// The next request.
    pub fn request(&self) -> PageRequest {
        let end = self
            .slices
            .and_then(|_| self.start?.checked_add_signed(SLICE))
            .map(|end| self.end.map_or(end, |last| end.min(last)))
            .or(self.end);
        let limit = MAX_PAGE_ITEMS;
        PageRequest {
            start: self.start,
            end,
            offset: self.offset,
            limit,
            expect_rows: self.expect_rows,
        }
    }

    /// Takes note of a page, and says whether another one follows.
    pub fn advance(&mut self, page: &Page, by_offset: bool) -> Next {
        if page.window_fails && self.start.is_some() {
            return self.begin_again(None);
        }
        if let Some(slices) = self.slices {
            return self.next_slice(slices);
        }
        let is_last = page.items < MAX_PAGE_ITEMS;
        match &self.before {
            Some(before) if before.digest == page.digest => self.narrow(page.last_start),
            // Records were deleted while they were read: what has moved forward past this page is still to be read.
            Some(before) if !before.overlaps(page) => self.narrow(before.last_start),
            _ if is_last => Next::Finished,
            _ => self.next_page(page, by_offset),
        }
    }

    fn next_page(&mut self, page: &Page, by_offset: bool) -> Next {
        if !by_offset {
            return self.narrow(page.last_start);
        }
        self.offset += page.items - 1;
        let last = page.rows.last().map(row_id);
        self.before = Some(Before {
            digest: page.digest,
            last,
            last_start: page.last_start,
        });
        Next::More
    }

    /// Goes on by time: an hour back where that is progress, since a local time may occur twice in autumn.
    fn narrow(&mut self, last_start: Option<NaiveDateTime>) -> Next {
        let Some(last) = last_start else {
            return Next::Stuck;
        };
        match self.behind(last) {
            Some(start) => self.begin_again(Some(start)),
            None => Next::Stuck,
        }
    }

    fn behind(&self, last: NaiveDateTime) -> Option<NaiveDateTime> {
        let careful = last.checked_sub_signed(TimeDelta::hours(1)).unwrap_or(last);
        let ahead = |time: &NaiveDateTime| self.start.is_none_or(|start| *time > start);
        [careful, last].into_iter().find(ahead)
    }

    fn begin_again(&mut self, start: Option<NaiveDateTime>) -> Next {
        self.start = start;
        self.offset = 0;
        self.before = None;
        self.expect_rows = false;
        Next::More
    }

    fn next_slice(&mut self, slices: Slices) -> Next {
        match self.start.and_then(|start| start.checked_add_signed(SLICE)) {
            Some(start) if start < slices.until => self.begin_again(Some(start)),
            _ => Next::Finished,
        }
    }
}

/// An instant on the device's clock; where its zone is not known, an hour or more early rather than late.
fn local(server: &Server, progress: &Progress, instant: DateTime<Utc>) -> NaiveDateTime {
    let offset_secs = match (server.time_zone, progress.utc_offset_secs) {
        (Some(zone), _) => zone
            .offset_from_utc_datetime(&instant.naive_utc())
            .fix()
            .local_minus_utc(),
        // Summer time may have ended since the offset was seen.
        (None, Some(secs)) => secs - 3_600,
        (None, None) => WESTERNMOST_SECS,
    };
    instant.naive_utc() + TimeDelta::seconds(i64::from(offset_secs))
}

fn row_id(row: &Row) -> RowId {
    ["session", "AcctId", "start"].map(|name| row.get(name).cloned().unwrap_or_default())
}

/// The time zone furthest behind UTC, in seconds.
const WESTERNMOST_SECS: i32 = -12 * 3_600;
/// Length of a window in the dialect that has no pages: a day of a busy office is a few thousand records.
const SLICE: TimeDelta = TimeDelta::days(1);

#[cfg(test)]
mod tests;

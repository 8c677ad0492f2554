//! Which part of a UCM's records is read, and how page follows page without losing or missing a record.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};

use crate::config::Server;
use crate::state::{Left, Progress, Reached};
use ucm_client::Dialect;
use ucm_client::{MAX_PAGE_ITEMS, Page, PageRequest, Room};

/// A walk through the records of one window, page by page, until the device has been asked for what follows and had nothing.
///
/// A short page is no proof of the end: a device may give fewer records than it is asked for. Only what is known already needs no second
/// look, in a page smaller than the device's [`Room`].
///
/// Records appear when a call ends, sorted by when it began: they shift under the walk. Each page therefore overlaps the one before by one
/// item; where that item is not found again, or where the device ignores `offset`, the walk goes on by time instead.
#[derive(Debug, Clone)]
pub(crate) struct Walk {
    start: Option<NaiveDateTime>,
    /// Where the window ends; open for a poll, which reads up to what the device has just written.
    end: Option<NaiveDateTime>,
    slices: Option<Slices>,
    offset: u32,
    before: Option<Before>,
    expect_rows: bool,
    /// When this is, on our clock.
    now: DateTime<Utc>,
    room: Room,
    /// Marks of the items that were seen.
    seen: HashSet<u64>,
    /// The latest start that was seen.
    latest: Option<NaiveDateTime>,
    /// When the latest record began that is known from before, or somewhat earlier.
    newest: Option<NaiveDateTime>,
    /// Whether the device gives the latest first.
    descends: bool,
    /// How many items this page held, and the one before it, of the same window.
    last_items: Option<u32>,
    followed: Option<u32>,
    ending: Ending,
}

/// Windows of fixed length, for a dialect that gives a whole window in one answer.
#[derive(Debug, Clone, Copy)]
struct Slices {
    /// Where the present one ends.
    end: NaiveDateTime,
    until: NaiveDateTime,
}

/// Where the records should end, so that a device which shows only the first part of a long window is noticed.
#[derive(Debug, Clone, Copy)]
struct Ending {
    expected: NaiveDateTime,
    end: Option<NaiveDateTime>,
    /// Whether anything was new since the rest of the window was asked for by itself.
    news: bool,
    /// Whether that is being done.
    looking: bool,
}

/// What the page before ended with.
#[derive(Debug, Clone)]
struct Before {
    /// The item that came first; where it does so again, the device has not heeded the offset.
    first: Option<u64>,
    /// The item that is to come first now; none where the page had no more than one.
    overlap: Option<u64>,
    edge: Edge,
}

impl Before {
    fn overlaps(&self, page: &Page) -> bool {
        self.overlap.is_none_or(|mark| page.marks.contains(&mark))
    }

    /// Items that come again where nothing follows.
    fn repeated(&self) -> u32 {
        u32::from(self.overlap.is_some())
    }
}

/// How far a page reached.
#[derive(Debug, Clone, Copy)]
struct Edge {
    items: u32,
    first_start: Option<NaiveDateTime>,
    last_start: Option<NaiveDateTime>,
}

impl Edge {
    fn of(page: &Page) -> Self {
        Self {
            items: page.items,
            first_start: page.first_start(),
            last_start: page.last_start(),
        }
    }
}

/// Whether the walk goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Another page is to be read.
    More,
    /// The window is read to its end.
    Finished,
    /// The device gives the same page for everything that can be asked: what lies behind it cannot be read.
    Stuck,
}

impl Walk {
    /// The walk that a poll makes at `now`: from the cursor less the look-back, however long ago, so that whatever the UCM still holds is
    /// fetched after an interruption of any length; without a cursor, from where the first import begins. Where the run before did not get through that,
    /// it is what that one has left.
    pub(crate) fn plan(server: &Server, progress: &Progress, now: DateTime<Utc>) -> Self {
        let from = match progress {
            Progress {
                cursor: Some(cursor),
                ..
            } => *cursor - server.look_back,
            Progress { since, .. } => since.unwrap_or(now - server.history),
        };
        let resume = progress.resume;
        let start =
            resume.map_or_else(|| local(server, progress, from), |resume| resume.left.start);
        let today = local(server, progress, now);
        // A clock that runs ahead of ours by up to a day still has all its records read.
        let until = today.checked_add_signed(SLICE).unwrap_or(start);
        let walk = Self::between(server, start, None, until, today, now);
        let end = resume.and_then(|resume| resume.left.end);
        let latest = resume.and_then(|resume| resume.latest);
        if let Some((left, reached)) = resume.and_then(|it| Some((it.left, it.left.reached?))) {
            return walk.of_all(left.start, reached);
        }
        // A window with an end may end before it.
        let newest = progress
            .cursor
            .filter(|_| walk.slices.is_none() && end.is_none());
        Self {
            expect_rows: progress.cursor.is_some(),
            newest: newest.map(|cursor| local(server, progress, cursor)),
            latest: latest.map(|latest| local(server, progress, latest)),
            end: end.or(walk.end),
            ..walk
        }
    }

    /// The walk at `now` through a period on the device's clock.
    pub(crate) fn through(
        server: &Server,
        from: NaiveDateTime,
        until: NaiveDateTime,
        now: DateTime<Utc>,
    ) -> Self {
        Self::between(server, from, Some(until), until, until, now)
    }

    fn between(
        server: &Server,
        start: NaiveDateTime,
        end: Option<NaiveDateTime>,
        until: NaiveDateTime,
        expected: NaiveDateTime,
        now: DateTime<Utc>,
    ) -> Self {
        let slices = (server.dialect == Dialect::Rest).then(|| Slices {
            end: slice_end(start, until),
            until,
        });
        Self {
            start: Some(start),
            end: slices.map(|slices| slices.end).or(end),
            slices,
            offset: 0,
            before: None,
            expect_rows: false,
            now,
            room: Room::default(),
            seen: HashSet::new(),
            latest: None,
            newest: None,
            descends: false,
            last_items: None,
            followed: None,
            ending: Ending {
                expected,
                end,
                news: false,
                looking: false,
            },
        }
    }

    /// The same walk through all that the device has, behind what was `reached`. Where that is not found again, it begins anew at `start`.
    fn of_all(self, start: NaiveDateTime, reached: Reached) -> Self {
        let edge = Edge {
            items: 0,
            first_start: Some(start),
            last_start: Some(start),
        };
        Self {
            start: None,
            end: None,
            offset: reached.offset,
            before: Some(Before {
                first: None,
                overlap: Some(reached.mark),
                edge,
            }),
            ..self
        }
    }

    /// The same walk, with what is known of the device's pages.
    #[must_use]
    pub(crate) fn knowing(self, room: Room) -> Self {
        Self { room, ..self }
    }

    /// What is known of the device's pages now.
    pub(crate) fn room(&self) -> &Room {
        &self.room
    }

    /// What of the window is still to be read after `page`. A walk that has just turned to another time, or to the next day, is there already.
    pub(crate) fn left(&self, page: &Page) -> Option<Left> {
        if !self.has_window() {
            let mark = self.before.as_ref()?.overlap?;
            let offset = self.offset;
            return Some(Left {
                start: page.first_start()?,
                end: None,
                reached: Some(Reached { offset, mark }),
            });
        }
        let (mut start, mut end) = (self.start, self.end);
        if self.offset > 0 && self.descends {
            end = page
                .first_start()
                .and_then(|first| self.ahead(first))
                .or(end);
        } else if self.offset > 0 {
            start = page
                .last_start()
                .and_then(|last| self.behind(last))
                .or(start);
        }
        let end = end.filter(|_| self.descends);
        let reached = None;
        start.map(|start| Left {
            start,
            end,
            reached,
        })
    }

    /// Whether `following` is later than what was read before it: then nothing earlier is still to come. One that only says again what was read
    /// says nothing of the order, nor does the first page of a device that gives the latest first.
    pub(crate) fn rises_to(&self, following: &Page) -> bool {
        let is_new = |mark: &u64| !self.seen.contains(mark);
        let has_news = following.marks.is_empty() || following.marks.iter().any(is_new);
        let is_later = |start| self.latest.is_none_or(|latest| start >= latest);
        !self.descends && has_news && following.last_start().is_none_or(is_later)
    }

    /// The same walk, where there should be something: that there is nothing is then asked for in every other way as well.
    #[must_use]
    pub(crate) fn expecting(self, expect_rows: bool) -> Self {
        Self {
            expect_rows,
            ..self
        }
    }

    /// The next request.
    pub(crate) fn request(&self) -> PageRequest {
        PageRequest {
            start: self.start,
            end: self.end,
            offset: self.offset,
            limit: MAX_PAGE_ITEMS,
            expect_rows: self.expect_rows,
        }
    }

    /// Takes note of a page, and says whether another one follows. `known` says that all of it was read by a walk before this one.
    pub(crate) fn advance(&mut self, page: &Page, by_offset: bool, known: bool) -> Next {
        if page.window_fails && self.has_window() {
            // Neither border is heeded.
            return self.begin_again(None, None);
        }
        let news = self.take_note(page);
        self.ending.news |= news > 0 && !known;
        let is_looking = std::mem::take(&mut self.ending.looking);
        if news == 0 && is_looking {
            return Next::Finished;
        }
        let repeats_the_end = news == 0 && page.last_start() == self.latest && !self.descends;
        if (known || repeats_the_end) && self.room.holds(page.items, self.now) && !self.is_cut(page)
        {
            return self.end_of_window();
        }
        if by_offset {
            self.go_on_by_offset(page)
        } else {
            self.go_on_by_time(page)
        }
    }

    /// Whether a window is asked for. One that the device does not heed is taken away.
    fn has_window(&self) -> bool {
        self.start.is_some() || self.end.is_some()
    }

    /// Whether the page ends before what is known to be there: the device has left the rest out, however few it gave.
    fn is_cut(&self, page: &Page) -> bool {
        let ends = page.last_start().zip(self.newest);
        !self.descends && ends.is_some_and(|(last, newest)| last < newest)
    }

    /// Learns from a page, and says how many of its items were not seen before.
    fn take_note(&mut self, page: &Page) -> usize {
        let seen = &mut self.seen;
        let news = page.marks.iter().filter(|mark| seen.insert(**mark)).count();
        self.latest = self.latest.max(page.last_start());
        self.descends = page.descends().unwrap_or(self.descends);
        self.room.note(page.items);
        self.followed = self.last_items.replace(page.items);
        // A single one may be a call that has ended in between.
        if let Some(items) = self.followed.filter(|_| news > 1) {
            self.room.note_cut(items);
        }
        news
    }

    fn go_on_by_offset(&mut self, page: &Page) -> Next {
        match &self.before {
            Some(before) if page.items > 0 && before.first == page.marks.first().copied() => {
                self.narrow(Edge::of(page))
            }
            // Records were deleted while they were read: what has moved forward past this page is still to be read.
            Some(before) if !before.overlaps(page) => self.narrow(before.edge),
            before if page.items <= before.as_ref().map_or(0, Before::repeated) => {
                self.nothing_follows()
            }
            _ => self.next_page(page),
        }
    }

    fn go_on_by_time(&mut self, page: &Page) -> Next {
        if page.items == 0 {
            return self.nothing_follows();
        }
        self.narrow(Edge::of(page))
    }

    fn next_page(&mut self, page: &Page) -> Next {
        let overlap = page.marks.last().copied().filter(|_| page.items > 1);
        self.offset += page.items - u32::from(overlap.is_some());
        self.before = Some(Before {
            first: page.marks.first().copied(),
            overlap,
            edge: Edge::of(page),
        });
        Next::More
    }

    /// Goes on by time, after what was read, or before it where the latest come first. What began in the very second at the border is read
    /// again, and an hour more where that is progress, since a local time may occur twice in autumn.
    fn narrow(&mut self, edge: Edge) -> Next {
        let window = if self.descends {
            let end = edge.first_start.and_then(|first| self.ahead(first));
            end.map(|end| (self.start, Some(end)))
        } else {
            let start = edge.last_start.and_then(|last| self.behind(last));
            start.map(|start| (Some(start), self.end))
        };
        match window {
            Some((start, end)) => self.begin_again(start, end),
            None if self.is_full(edge.items) => Next::Stuck,
            None => self.nothing_follows(),
        }
    }

    /// Whether a page of `items` is one that the device leaves others out of. A gateway has no limit that is known beforehand.
    fn is_full(&self, items: u32) -> bool {
        self.room.cuts(items) || self.slices.is_none() && items >= MAX_PAGE_ITEMS
    }

    fn behind(&self, last: NaiveDateTime) -> Option<NaiveDateTime> {
        let careful = last.checked_sub_signed(TWICE).unwrap_or(last);
        let is_later = |time: &NaiveDateTime| self.start.is_none_or(|start| *time > start);
        [careful, last].into_iter().find(is_later)
    }

    fn ahead(&self, first: NaiveDateTime) -> Option<NaiveDateTime> {
        let careful = first.checked_add_signed(TWICE).unwrap_or(first);
        let is_earlier = |time: &NaiveDateTime| self.end.is_none_or(|end| *time < end);
        [careful, first].into_iter().find(is_earlier)
    }

    fn begin_again(&mut self, start: Option<NaiveDateTime>, end: Option<NaiveDateTime>) -> Next {
        (self.start, self.end) = (start, end);
        self.offset = 0;
        self.before = None;
        self.expect_rows = false;
        Next::More
    }

    /// The device was asked for what follows, and had nothing.
    fn nothing_follows(&mut self) -> Next {
        if let Some(items) = self.followed {
            self.room.note_whole(items, self.now);
        }
        self.end_of_window()
    }

    /// Goes on behind this window.
    fn end_of_window(&mut self) -> Next {
        self.last_items = None;
        if let Some(slices) = &mut self.slices {
            let start = slices.end;
            if start >= slices.until {
                return Next::Finished;
            }
            slices.end = slice_end(start, slices.until);
            let end = slices.end;
            return self.begin_again(Some(start), Some(end));
        }
        self.look_at_the_rest().unwrap_or(Next::Finished)
    }

    /// Where new records end long before they should, the rest of the window is asked for by itself: a device may show only the first part of
    /// a long one.
    fn look_at_the_rest(&mut self) -> Option<Next> {
        let news = std::mem::take(&mut self.ending.news);
        let latest = self.latest?;
        let ends_early = latest.checked_add_signed(SLICE)? < self.ending.expected;
        let start = latest.checked_sub_signed(TWICE)?.max(self.start?);
        (news && ends_early).then(|| {
            self.ending.looking = true;
            self.begin_again(Some(start), self.ending.end)
        })
    }
}

/// Where the slice from `start` ends: the last one is up to two long, so that a steady poll is a single request.
fn slice_end(start: NaiveDateTime, until: NaiveDateTime) -> NaiveDateTime {
    let is_last = until - start <= SLICE * 2;
    let end = start.checked_add_signed(SLICE);
    end.filter(|_| !is_last).unwrap_or(until)
}

/// An instant on the device's clock; where its zone is not known, an hour or more early rather than late.
fn local(server: &Server, progress: &Progress, instant: DateTime<Utc>) -> NaiveDateTime {
    let offset_secs = match (server.time_zone, progress.utc_offset_secs) {
        // The device may have been given another zone, which its latest calls tell.
        (Some(zone), seen) => {
            let offset = zone.offset_from_utc_datetime(&instant.naive_utc()).fix();
            let offset_secs = offset.local_minus_utc();
            seen.map_or(offset_secs, |seen| seen.min(offset_secs))
        }
        // Summer time may have ended since the offset was seen.
        (None, Some(secs)) => secs - 3_600,
        (None, None) => WESTERNMOST_SECS,
    };
    instant.naive_utc() + TimeDelta::seconds(i64::from(offset_secs))
}

/// The time zone furthest behind UTC, in seconds.
const WESTERNMOST_SECS: i32 = -12 * 3_600;
/// Length of a window in the dialect that has no pages: a day of a busy office is a few thousand records.
const SLICE: TimeDelta = TimeDelta::days(1);
/// How long local times occur twice when summer time ends.
const TWICE: TimeDelta = TimeDelta::hours(1);

#[cfg(test)]
mod tests;

//! What a count has seen so far, and what each answer adds to it.

use std::collections::{HashMap, HashSet};

use chrono::{NaiveDateTime, TimeDelta};

use crate::flows::deliver::reading::Reading;
use crate::flows::period::Period;
use crate::flows::report::count as number;
use calls::cdr::Call;
use ucm_client::Page;

/// What the UCM shows of a period.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) calls: Vec<Call>,
    pub(super) unreadable: u32,
}

impl Shown {
    /// Whether that is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.unreadable == 0
    }
}

/// What was seen so far: each call from all of its legs, for a page may end in the middle of one.
#[derive(Default)]
pub(super) struct Tally {
    calls: HashMap<String, Call>,
    unreadable: HashSet<String>,
}

/// One answer, beside what was seen before it.
pub(super) struct Look {
    pub(super) items: u32,
    /// Marks of its records.
    marks: Vec<u64>,
    /// When its records began; nothing where none says so.
    starts: Option<Starts>,
    /// Whether its records come latest first; nothing where that cannot be seen.
    descends: Option<bool>,
    calls: Span,
    news: Span,
    /// Whether it holds something new that began nobody knows when.
    unplaced_news: bool,
}

/// When the first, the middle and the last record of an answer began.
#[derive(Debug, Clone, Copy)]
struct Starts {
    first: NaiveDateTime,
    middle: NaiveDateTime,
    last: NaiveDateTime,
}

/// From the start of the first to the start of the last of some calls, on the device's clock; nothing where there is none.
#[derive(Debug, Clone, Copy, Default)]
struct Span(Option<(NaiveDateTime, NaiveDateTime)>);

impl Span {
    fn add(&mut self, began: NaiveDateTime) {
        let (first, last) = self.0.unwrap_or((began, began));
        self.0 = Some((first.min(began), last.max(began)));
    }
}

impl Tally {
    /// Takes a page. What it adds are legs and unreadable records; in which groups they come, and how those are summed up, depends on where a
    /// window begins and ends.
    pub(super) fn take(&mut self, page: &Page, reading: Reading) -> Look {
        let mut look = Look::at(page);
        for record in reading.set_aside {
            look.unplaced_news |= self.unreadable.insert(record.payload);
        }
        for seen in reading.calls {
            let began = seen.call.legs.iter().map(|leg| leg.start).min();
            if let Some(began) = began {
                look.calls.add(began);
            }
            if self.add(seen.call) {
                match began {
                    Some(began) => look.news.add(began),
                    None => look.unplaced_news = true,
                }
            }
        }
        look
    }

    /// Adds the legs of a call, and says whether any of them is new.
    fn add(&mut self, seen: Call) -> bool {
        let session = seen.id.session.clone();
        let (known, call) = match self.calls.remove(&session) {
            Some(known) => (known.legs.len(), known.with_legs(seen.legs)),
            None => (0, seen),
        };
        let has_grown = call.legs.len() > known;
        self.calls.insert(session, call);
        has_grown
    }

    pub(super) fn shown(self) -> Shown {
        Shown {
            calls: self.calls.into_values().collect(),
            unreadable: number(self.unreadable.len()),
        }
    }
}

impl Look {
    fn at(page: &Page) -> Self {
        let mut starts = page.starts.clone();
        starts.sort_unstable();
        let starts = starts.first().map(|first| Starts {
            first: *first,
            middle: *starts.get(starts.len() / 2).unwrap_or(first),
            last: *starts.last().unwrap_or(first),
        });
        Self {
            items: page.items,
            marks: page.marks.clone(),
            starts,
            descends: page.descends(),
            calls: Span::default(),
            news: Span::default(),
            unplaced_news: false,
        }
    }

    /// Whether it holds the very records of another one. Of two windows that have no second in common, these are not what they were asked for.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        !self.marks.is_empty() && self.marks == other.marks
    }

    /// Where the later half of its `window` begins: half of its records are on either side, but never all of them in the later one, which would
    /// say once more what the window has said. Nothing where no record says when it began.
    pub(super) fn cut(&self, window: Period) -> Option<NaiveDateTime> {
        let Starts {
            first,
            middle,
            last,
        } = self.starts?;
        match self.is_of_one_second(window) {
            true if last == window.until => Some(last),
            _ => Some(middle.max(first + TimeDelta::seconds(1))),
        }
    }

    /// Whether all that it shows of its window began in the same second of it.
    fn is_of_one_second(&self, window: Period) -> bool {
        let is_one =
            |it: Starts| it.first == it.last && (window.from..=window.until).contains(&it.first);
        self.starts.is_some_and(is_one)
    }

    /// Whether the earlier and the later half of this window are believed, by what they show when they are asked for by themselves.
    ///
    /// A device that breaks off does so in the half that comes last in its order. That one is believed where neither half has news and it
    /// goes on as far as this answer did: one that ends before that has broken off itself, and its silence says nothing. The other half is
    /// believed where it has no news, and where a break explains all that the last one has.
    ///
    /// A half in which the break may be and that holds as many records as the window did has as little room left, and its silence says nothing either.
    pub(super) fn believes(&self, earlier: &Self, later: &Self) -> (bool, bool) {
        let are_silent = earlier.is_silent() && later.is_silent();
        let has_room = |half: &Self| half.items < self.items;
        let (Some(descends), Some((first, last))) = (self.descends, self.calls.0) else {
            return (
                are_silent && has_room(earlier),
                are_silent && has_room(later),
            );
        };
        if descends {
            let reaches = earlier.calls.0.is_some_and(|(start, _)| start <= first);
            let is_behind =
                |_, end| end <= first && self.starts.is_some_and(|it| it.middle > first);
            (
                are_silent && reaches && has_room(earlier),
                later.is_silent() && earlier.has_news_only(is_behind),
            )
        } else {
            let reaches = later.calls.0.is_some_and(|(_, end)| end >= last);
            let is_behind = |start, _| start >= last;
            (
                earlier.is_silent() && later.has_news_only(is_behind),
                are_silent && reaches && has_room(later),
            )
        }
    }

    /// The part of its `window` in which a device would have broken off, from the last call that it shows; and whether that is in the later half.
    pub(super) fn edge(&self, window: Period) -> Option<(Period, bool)> {
        let (first, last) = self.calls.0?;
        Some(match self.descends? {
            true => (
                Period {
                    until: first,
                    ..window
                },
                false,
            ),
            false => (
                Period {
                    from: last,
                    ..window
                },
                true,
            ),
        })
    }

    /// Whether it holds nothing that was not seen before.
    pub(super) fn is_silent(&self) -> bool {
        self.has_news_only(|_, _| false)
    }

    /// Whether all its news, if it has any, is of calls in such a span.
    fn has_news_only(&self, is_there: impl Fn(NaiveDateTime, NaiveDateTime) -> bool) -> bool {
        !self.unplaced_news
            && self
                .news
                .0
                .is_none_or(|(first, last)| is_there(first, last))
    }
}

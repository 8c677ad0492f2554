//! How many records a device gives at a time, learnt from its pages.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How many records a device gives at a time, as far as its pages have shown.
///
/// A device may give fewer than it is asked for: by a number of its own, by time, by the length of the answer. Only a page that is smaller
/// than what the device has proved to give is surely whole; after any other one it is asked for what follows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Room {
    /// Most items that a page has held.
    largest: u32,
    /// Fewest items of a page that others were left out of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cut: Option<u32>,
    /// When the device was last asked what follows a page, and had nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked_at: Option<DateTime<Utc>>,
}

impl Room {
    /// Whether a page of `items` is surely whole. Once in a while that is asked even so: what was learnt may be true no longer.
    pub fn holds(&self, items: u32, now: DateTime<Utc>) -> bool {
        items < self.largest
            && !self.cuts(items)
            && self
                .asked_at
                .is_some_and(|asked| (now - asked).abs() < BELIEVED_FOR)
    }

    /// Whether others were left out of a page of `items`, or a smaller one.
    pub fn cuts(&self, items: u32) -> bool {
        self.cut.is_some_and(|cut| items >= cut)
    }

    /// Takes note of a page.
    pub fn note(&mut self, items: u32) {
        self.largest = self.largest.max(items);
    }

    /// Takes note that others were left out of a page of `items`.
    pub fn note_cut(&mut self, items: u32) {
        self.cut = Some(self.cut.map_or(items, |cut| cut.min(items)));
    }

    /// Takes note that nothing followed a page of `items`. One that is far larger than where pages were cut shows that this is over; a device
    /// whose limit wavers is not believed again at once.
    pub fn note_whole(&mut self, items: u32, now: DateTime<Utc>) {
        self.asked_at = Some(now);
        self.cut = self.cut.filter(|cut| items / 2 < *cut);
    }
}

/// How long the device's pages are believed without asking what follows.
const BELIEVED_FOR: TimeDelta = TimeDelta::days(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-06-15T14:30:00Z".parse().unwrap()
    }

    #[test]
    fn only_a_page_that_is_smaller_than_others_is_surely_whole() {
        let mut room = Room::default();
        assert!(!room.holds(0, now()), "nothing is known");
        room.note(300);
        room.note_whole(300, now());
        assert!(room.holds(299, now()) && !room.holds(300, now()));
    }

    #[test]
    fn a_limit_that_wavers_is_learnt_and_one_that_is_gone_is_forgotten() {
        let mut room = Room::default();
        for items in [300, 180, 240] {
            room.note(items);
            room.note_cut(items);
        }
        room.note_whole(250, now());
        assert!(room.holds(179, now()) && !room.holds(180, now()));
        assert!(room.cuts(180) && !room.cuts(179));
        room.note(900);
        room.note_whole(900, now());
        assert!(room.holds(899, now()));
    }

    #[test]
    fn it_is_asked_again_after_a_day() {
        let mut room = Room::default();
        room.note(300);
        room.note_whole(300, now());
        assert!(!room.holds(10, now() + BELIEVED_FOR));
        assert!(
            !room.holds(10, now() - BELIEVED_FOR),
            "a clock that was wrong"
        );
    }
}

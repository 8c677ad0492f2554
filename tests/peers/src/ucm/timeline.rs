//! Sessions in the order in which a device lists them, and which of them a window can be about.

use std::ops::RangeInclusive;

use chrono::{NaiveDateTime, TimeDelta};

/// Sessions by the stamp of their first row.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    order: Vec<(NaiveDateTime, usize)>,
    /// How far from its session's stamp any row begins or ends.
    reach: TimeDelta,
}

impl Timeline {
    /// A session is there that begins at `stamp`.
    pub(crate) fn open(&mut self, stamp: NaiveDateTime, item: usize) {
        let place = self.order.partition_point(|(other, _)| *other <= stamp);
        self.order.insert(place, (stamp, item));
    }

    /// A row of the session that begins at `stamp` begins or ends at `moment`.
    pub(crate) fn stretch(&mut self, stamp: NaiveDateTime, moment: NaiveDateTime) {
        self.reach = self.reach.max((moment - stamp).abs());
    }

    /// All sessions.
    #[cfg(test)]
    pub(crate) fn all(&self) -> &[(NaiveDateTime, usize)] {
        &self.order
    }

    /// The sessions of which a row may begin or end between these stamps, and some more.
    pub(crate) fn near(&self, stamps: &RangeInclusive<NaiveDateTime>) -> &[(NaiveDateTime, usize)] {
        let first = stamps.start().checked_sub_signed(self.reach);
        let last = stamps.end().checked_add_signed(self.reach);
        let first = self
            .order
            .partition_point(|(stamp, _)| first.is_some_and(|first| *stamp < first));
        let after = self
            .order
            .partition_point(|(stamp, _)| last.is_none_or(|last| *stamp <= last));
        self.order.get(first..after).unwrap_or_default()
    }
}

//! One page of call records, as rows.

use chrono::NaiveDateTime;

use crate::cdr::Row;

/// One page of records: every leg that was in it, flattened. Nothing is regrouped here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The legs, in the order in which they came.
    pub rows: Vec<Row>,
    /// What could not be read, each with a reason.
    pub set_aside: Vec<SetAside>,
    /// Top-level items: what `offset` and `limit` count. Fewer than the limit means that this is the last page.
    pub items: u32,
    /// Earliest start of a leg, in the device's local time.
    pub first_start: Option<NaiveDateTime>,
    /// Latest start of an item, in the device's local time; an item starts when its earliest leg does.
    pub last_start: Option<NaiveDateTime>,
    /// Digest of the page, to notice that the same page came twice.
    pub digest: [u8; 16],
    /// Whether the device ignores the window, or finds nothing in a window that surely holds a record: ask without a window instead.
    pub window_fails: bool,
}

/// A part of a page that is no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The part as it came. It may hold numbers: not for logs.
    pub payload: String,
    /// Why it is no record, for people.
    pub reason: String,
}

//! One page of call records, as rows.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{Datelike, NaiveDateTime};
use md5::{Digest, Md5};

use calls::cdr::Row;

/// One page of records: every leg that was in it, flattened. Nothing is regrouped here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The legs, in the order in which they came.
    pub rows: Vec<Row>,
    /// What could not be read, each with a reason.
    pub set_aside: Vec<SetAside>,
    /// Top-level items: what `offset` and `limit` count. Fewer than the limit do not mean that this is the last page: devices have limits of
    /// their own.
    pub items: u32,
    /// A mark of every item, by its text, to know it again.
    pub marks: Vec<u64>,
    /// When the items began, in the device's local time and in the order in which they came; an item begins with its earliest leg, which need not come
    /// first in it. Those are left out of which nobody knows.
    pub starts: Vec<NaiveDateTime>,
    /// Digest of the page, to notice that the same page came twice.
    pub digest: [u8; 16],
    /// Whether the device ignores the window, or finds nothing in a window that surely holds a record: ask without a window instead.
    pub window_fails: bool,
}

/// A part of a page that is no record, or that lost something on the way into one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The part as it came. It may hold numbers: not for logs.
    pub payload: String,
    /// Why it is no record, or what was lost of it, for people.
    pub reason: String,
    /// Whether its leg is among the rows: only a part of it was lost.
    pub kept: bool,
}

impl Page {
    /// An empty page with the digest of the body that it comes from.
    pub(super) fn of(body: &[u8]) -> Self {
        Self {
            digest: Md5::digest(body).into(),
            ..Self::default()
        }
    }

    /// Counts an item, whatever it turns out to be.
    pub(super) fn count_item(&mut self, item: impl Hash) {
        let mut hasher = DefaultHasher::new();
        item.hash(&mut hasher);
        self.marks.push(hasher.finish());
        self.items = self.items.saturating_add(1);
    }

    /// Whether the items come latest first; nothing where that cannot be seen.
    pub fn descends(&self) -> Option<bool> {
        let order = self.starts.first().cmp(&self.starts.last());
        order.is_ne().then_some(order.is_gt())
    }

    /// Earliest start of an item, in the device's local time.
    pub fn first_start(&self) -> Option<NaiveDateTime> {
        self.starts.iter().min().copied()
    }

    /// Latest start of an item, in the device's local time.
    pub fn last_start(&self) -> Option<NaiveDateTime> {
        self.starts.iter().max().copied()
    }

    /// Adds the legs of one item.
    pub(super) fn add_item(&mut self, legs: Vec<Row>) {
        self.starts.extend(legs.iter().filter_map(start_of).min());
        self.rows.extend(legs);
    }

    /// Sets a part aside.
    pub(super) fn put_aside(&mut self, payload: &str, reason: &str) {
        self.set_aside.push(SetAside {
            payload: payload.to_owned(),
            reason: reason.to_owned(),
            kept: false,
        });
    }

    /// Says of a record that is among the rows what was lost of it.
    pub(super) fn note_loss(&mut self, payload: &str, reason: &str) {
        self.put_aside(payload, reason);
        if let Some(last) = self.set_aside.last_mut() {
            last.kept = true;
        }
    }

    /// The fields as a row, without those that have two values; `text` is what the record came as.
    pub(super) fn row_of(
        &mut self,
        text: &str,
        fields: impl IntoIterator<Item = (String, String)>,
    ) -> Row {
        let (mut row, mut lost) = (Row::new(), Vec::new());
        for (name, value) in fields {
            if !put_once(&mut row, name.clone(), value) {
                lost.push(name);
            }
        }
        row.retain(|name, _| !lost.contains(name));
        if !lost.is_empty() {
            let names = lost.join("`, `");
            self.note_loss(text, &format!("kept without `{names}`, which it has twice"));
        }
        row
    }
}

/// Puts a field into a row; whether the row had none of that name, or the same.
pub(super) fn put_once(row: &mut Row, name: String, value: String) -> bool {
    match row.get(&name) {
        Some(known) => *known == value,
        None => {
            row.insert(name, value);
            true
        }
    }
}

/// The start of a leg, in the device's local time.
pub(super) fn start_of(row: &Row) -> Option<NaiveDateTime> {
    let text = row.get("start")?;
    let form = if text.contains('T') {
        "%Y-%m-%dT%H:%M:%S%.f"
    } else {
        "%Y-%m-%d %H:%M:%S%.f"
    };
    let start = NaiveDateTime::parse_from_str(text.trim(), form).ok()?;
    // An empty time that was counted on from: see `cdr`.
    (start.year() > 1970).then_some(start)
}

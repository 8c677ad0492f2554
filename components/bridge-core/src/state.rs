//! What the bridge remembers between runs: few small values, each under a key of its own, each with a version.
//!
//! Nothing here but the [`inbox`] is needed for correctness, and nothing but the record of [`listens`] is kept for its own sake. Every other
//! value can be lost: the next run then reads more of the UCM, finds the calls in Odoo by their keys, and writes nothing twice.
//!
//! A key says what its value belongs to ([`key`]). All are in the name space of one application ([`Space`]). What is known of a UCM is of its
//! server, whichever Odoo the calls go to. What waits for delivery is meant for the Odoo that the settings named when it came ([`Place`]), and
//! waits for that one. What is known of Odoo is true of one [`Journal`], and counts for nothing when another is there.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use ports::{KeyValue, StoreError};

mod dead_letters;
mod digest;
pub mod elsewhere;
mod former;
pub mod inbox;
mod journal;
pub mod key;
pub mod listens;
#[cfg(test)]
pub(crate) mod memory;
pub mod phonebook;
pub mod phones;
pub mod pushes;
mod space;
pub mod standstill;

pub use dead_letters::{Added, DeadLetter, DeadLetters};
pub use digest::Digest;
pub use former::take_over;
pub use journal::{Anew, Binding, Change, Journal, Place, meet};
pub use space::{NoSpace, Space};

/// A value with its version: another version is read as absent.
#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    v: u32,
    #[serde(flatten)]
    value: T,
}

/// One kind of value: where it is kept and in which version.
pub trait Stored: Serialize + DeserializeOwned {
    /// Version of the shape; raised when an older reader would misunderstand it.
    const VERSION: u32;
}

/// Reads the value under `key`. A value of another version, or one that cannot be read, counts as absent.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub fn load<T: Stored>(store: &impl KeyValue, key: &str) -> Result<Option<T>, StoreError> {
    let Some(bytes) = store.get(key)? else {
        return Ok(None);
    };
    let value: Option<Versioned<T>> = serde_json::from_slice(&bytes).ok();
    Ok(value
        .filter(|value| value.v == T::VERSION)
        .map(|value| value.value))
}

/// Keeps `value` under `key`.
///
/// # Errors
/// [`StoreError`] when the store cannot be written.
pub fn save<T: Stored>(store: &impl KeyValue, key: &str, value: &T) -> Result<(), StoreError> {
    #[derive(Serialize)]
    struct Ref<'a, T> {
        v: u32,
        #[serde(flatten)]
        value: &'a T,
    }
    let bytes = serde_json::to_vec(&Ref {
        v: T::VERSION,
        value,
    })
    .map_err(|error| StoreError(format!("a value cannot be serialised: {error}")))?;
    store.set(key, &bytes)
}

/// How far the journal of one server is complete.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Start of the latest call that is known to be in Odoo; on the device's clock, and never later than ours.
    pub cursor: Option<DateTime<Utc>>,
    /// Where the first import began: with more `days` configured it begins again.
    pub since: Option<DateTime<Utc>>,
    /// Local time minus UTC of the device at the latest calls, in seconds; the smallest seen there.
    pub utc_offset_secs: Option<i32>,
    /// Set while a first import is under way: how many calls it has brought so far.
    pub importing: Option<u64>,
    /// Set while what there is to read takes more than one run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<Resume>,
}

/// What is still to be read of a window, on the device's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Where it begins.
    pub start: NaiveDateTime,
    /// Where it ends, if the device gives the latest first.
    pub end: Option<NaiveDateTime>,
    /// How far everything was read that there is, of a device that heeds no window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<Reached>,
}

/// An item among all that a device gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// How many came before it.
    pub offset: u32,
    /// Its mark: where it is not found again, others were deleted before it.
    pub mark: u64,
}

/// Where a run goes on that found the one before at its end: all else of the window is in Odoo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// What is still to be read.
    #[serde(flatten)]
    pub left: Left,
    /// The latest start that was read, in UTC.
    pub latest: Option<DateTime<Utc>>,
    /// When this was so.
    pub at: DateTime<Utc>,
}

impl Progress {
    /// Begins a first import at `history_start`, unless one has covered that time already: the configured history bounds the first import
    /// only, and raising it brings another one.
    pub fn prepare(&mut self, history_start: DateTime<Utc>, now: DateTime<Utc>) {
        // What has come late meanwhile lies before it, and the device may have another clock by now.
        self.resume = self.resume.filter(|it| (now - it.at).abs() < RESUMED);
        let covered = self
            .since
            .is_some_and(|since| since <= history_start + TimeDelta::days(1));
        let has_begun = self.cursor.is_some() || self.resume.is_some();
        if !has_begun || !covered {
            let since = self.since.unwrap_or(history_start).min(history_start);
            *self = Self {
                since: Some(since),
                importing: Some(0),
                cursor: None,
                resume: None,
                ..self.clone()
            };
        }
    }
}

/// For how long a run goes on where another one ended: it begins anew where it was off for longer.
const RESUMED: TimeDelta = TimeDelta::hours(2);

impl Stored for Progress {
    const VERSION: u32 = 1;
}

/// When each server is due.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Schedule {
    /// By server.
    pub servers: std::collections::BTreeMap<String, Due>,
    /// When the servers configured in Odoo are to be read again; at once where nothing is known.
    #[serde(default)]
    pub refresh_at: Option<DateTime<Utc>>,
    /// When the completeness of the last days is to be proved.
    #[serde(default)]
    pub proving: Option<Proving>,
    /// Whether people in Odoo may have a server call for them: then every tick looks for what they asked for.
    #[serde(default)]
    pub dials: bool,
    /// Whether a server may push, or something waits that one has pushed: then every tick looks for it, also of those that are configured in Odoo.
    #[serde(default)]
    pub pushes: bool,
}

/// The daily proof of completeness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proving {
    /// The round: days that were proved since its begin are done.
    pub round: DateTime<Utc>,
    /// When to begin, or to go on.
    pub at: DateTime<Utc>,
}

impl Schedule {
    /// The schedule for the Odoo at `place`; an empty one where nothing was ever due.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn load(store: &impl KeyValue, place: &Place) -> Result<Self, StoreError> {
        Ok(load(store, &key::at(place, key::At::Schedule))?.unwrap_or_default())
    }

    /// Keeps it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn save(&self, store: &impl KeyValue, place: &Place) -> Result<(), StoreError> {
        save(store, &key::at(place, key::At::Schedule), self)
    }
}

impl Stored for Schedule {
    const VERSION: u32 = 1;
}

impl Proving {
    /// Whether it is a day away at most, as every round is.
    pub(crate) fn is_near(&self, now: DateTime<Utc>) -> bool {
        self.at <= now || !has_come(self.at, now, TimeDelta::days(1))
    }
}

/// When one server is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The moment; nothing while the server is held until its settings change or a person asks.
    pub at: Option<DateTime<Utc>>,
    /// Settings that this was decided with: a server whose settings changed is due at once.
    pub revision: String,
}

/// Somebody is at work on a server. A courtesy that saves work: correctness never rests on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// After this moment the lease counts for nothing.
    pub until: DateTime<Utc>,
}

impl Lease {
    /// Takes the lease under `key` until `until`, and says whether that was done: not while somebody else holds it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or written.
    pub fn take(
        store: &impl KeyValue,
        key: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        if Self::held(store, key, now)?.is_some() {
            return Ok(false);
        }
        save(store, key, &Self { until })?;
        Ok(true)
    }

    /// The lease under `key`, if somebody holds it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn held(
        store: &impl KeyValue,
        key: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, StoreError> {
        let lease: Option<Self> = load(store, key)?;
        Ok(lease.filter(|lease| !has_come(lease.until, now, LONGEST_LEASE)))
    }
}

impl Stored for Lease {
    const VERSION: u32 = 1;
}

/// Whether the moment `at` has come at `now`, of which it was `ahead` at most when it was noted. One that is further ahead was noted by a clock
/// that was wrong: whoever waited for it would stand still until then, and say nothing.
pub(crate) fn has_come(at: DateTime<Utc>, now: DateTime<Utc>, ahead: TimeDelta) -> bool {
    at <= now || at - now > ahead + CLOCKS_DIFFER
}

/// How far the clocks of two machines that have one store may differ.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);
/// No lease is longer: the set-up's.
const LONGEST_LEASE: TimeDelta = TimeDelta::seconds(150);

/// The largest value that every provider of Spin takes, in bytes. A DynamoDB item has 400 KB together with its key; Azure Cosmos has 2 MB, in
/// which Spin writes a byte as up to four characters; Spin itself documents 1 MB.
pub(crate) const MOST_VALUE_BYTES: usize = 400_000;

impl Stored for odoo_client::Known {
    const VERSION: u32 = 1;
}

#[cfg(test)]
mod tests {
    use super::memory::Memory;
    use super::*;

    fn at(secs: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + secs, 0).unwrap()
    }

    #[test]
    fn a_lease_of_a_clock_that_was_wrong_holds_nobody_up() {
        let store = Memory::default();
        let take = |now, until| Lease::take(&store, "lease", at(now), at(until)).unwrap();
        assert!(take(0, 15));
        assert!(!take(14, 29));
        assert!(take(15, 30));
        // Taken by a machine that is a minute ahead; and by one that believes that it is next month.
        assert!(take(90, 105));
        assert!(!take(30, 45));
        assert!(take(2_592_000, 2_592_015));
        assert!(take(60, 75));
    }

    #[test]
    fn a_round_is_a_day_away_at_most() {
        let is_near = |at: DateTime<Utc>, now| Proving { round: at, at }.is_near(now);
        assert!(is_near(at(0), at(3_600)) && is_near(at(86_400), at(0)));
        assert!(!is_near(at(90_000), at(0)));
    }
}

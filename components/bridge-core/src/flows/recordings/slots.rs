//! Places for listeners: an embedded device gives only so many files at once before its calls suffer.
//!
//! No store's compare-and-swap can be relied on, so a place is a key that is written and read back. Two that take the same place in the same
//! instant may both believe that it is theirs: one listener too many for once, and none too few.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::state::{self, Stored, key};
use ports::{KeyValue, StoreError};

/// A place that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    key: String,
    holder: u64,
    until: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Taken {
    holder: u64,
    until: DateTime<Utc>,
}

impl Stored for Taken {
    const VERSION: u32 = 1;
}

impl Place {
    /// Takes one of `most` places of `server` for `holder`, a number that nobody else has; nothing if all are taken.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails.
    pub fn take(
        store: &impl KeyValue,
        server: &str,
        most: u32,
        holder: u64,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, StoreError> {
        for place in 0..most {
            let key = key::listener(server, place);
            let taken: Option<Taken> = state::load(store, &key)?;
            if taken.is_some_and(|taken| !state::has_come(taken.until, now, LEASE)) {
                continue;
            }
            let until = now + LEASE;
            state::save(store, &key, &Taken { holder, until })?;
            let taken: Option<Taken> = state::load(store, &key)?;
            if taken.is_some_and(|taken| taken.holder == holder) {
                return Ok(Some(Self { key, holder, until }));
            }
        }
        Ok(None)
    }

    /// Says that somebody is still listening. It is written only when half of the time is over.
    pub fn renew(&mut self, store: &impl KeyValue, now: DateTime<Utc>) {
        if self.until - now < LEASE / 2 {
            self.until = now + LEASE;
            let (holder, until) = (self.holder, self.until);
            // A place that is lost is one listener too many.
            _ = state::save(store, &self.key, &Taken { holder, until });
        }
    }

    /// Gives the place back, unless somebody has it already. Where that fails it runs out by itself.
    pub fn free(self, store: &impl KeyValue) {
        let taken: Option<Taken> = state::load(store, &self.key).ok().flatten();
        if taken.is_some_and(|taken| taken.holder == self.holder) {
            _ = store.delete(&self.key);
        }
    }
}

/// How long a place stays taken without a sign of life: longer than any pause that a stream is allowed.
const LEASE: TimeDelta = TimeDelta::seconds(90);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::memory::Memory;

    fn at(secs: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(secs, 0).unwrap()
    }

    fn take(store: &Memory, holder: u64, secs: i64) -> Option<Place> {
        Place::take(store, "paris", 2, holder, at(secs)).unwrap()
    }

    #[test]
    fn no_more_listen_than_there_are_places() {
        let store = Memory::default();
        let first = take(&store, 1, 0).unwrap();
        assert!(take(&store, 2, 0).is_some());
        assert_eq!(take(&store, 3, 0), None);
        first.free(&store);
        assert!(take(&store, 3, 0).is_some());
    }

    #[test]
    fn a_place_whose_listener_died_runs_out_and_one_in_use_does_not() {
        let store = Memory::default();
        let mut alive = take(&store, 1, 0).unwrap();
        assert!(take(&store, 2, 0).is_some());
        alive.renew(&store, at(80));
        assert!(take(&store, 3, 100).is_some(), "the dead one's");
        assert_eq!(take(&store, 4, 100), None);
    }

    #[test]
    fn a_place_that_went_to_another_is_not_given_back() {
        let store = Memory::default();
        let lost = take(&store, 1, 0).unwrap();
        let other = take(&store, 2, 200).unwrap();
        assert_eq!(lost.key, other.key);
        lost.free(&store);
        assert_eq!(store.keys().unwrap(), [other.key]);
    }
}

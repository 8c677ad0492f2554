//! Phones that have called in, until the timer has shown them in Odoo: so that a phone costs Odoo no request of its own.
//!
//! A phone writes to one of a few places, by its hardware address, so that a fleet neither fills the store nor writes over itself: of two phones that
//! write to one place in the same moment one is not noted, and is again when it calls in next.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Place, Stored, key, load, save};
use ports::{KeyValue, StoreError};

/// What is new of a phone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    /// Hardware address: twelve hexadecimal digits in lower case.
    pub mac: String,
    /// Its model, where it says so.
    #[serde(default)]
    pub model: Option<String>,
    /// Its firmware, where it says so.
    #[serde(default)]
    pub firmware: Option<String>,
    /// The extension that it is at, where it says so.
    #[serde(default)]
    pub extension: Option<String>,
    /// The last event that it told, and when.
    #[serde(default)]
    pub event: Option<(String, DateTime<Utc>)>,
    /// When it last fetched the phonebook.
    #[serde(default)]
    pub book_at: Option<DateTime<Utc>>,
}

/// The phones of one place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Slot {
    phones: Vec<Seen>,
}

impl Stored for Slot {
    const VERSION: u32 = 1;
}

/// Takes note that a phone of `server` has called in. What was noted a moment ago is not written again.
///
/// # Errors
/// [`StoreError`] when the store fails: the phone is noted when it calls in next.
pub fn note(
    store: &impl KeyValue,
    place: &Place,
    server: &str,
    seen: Seen,
) -> Result<(), StoreError> {
    let key = key::phones(place, server, slot(&seen.mac));
    let mut slot: Slot = load(store, &key)?.unwrap_or_default();
    let is_full = slot.phones.len() >= MOST_IN_SLOT;
    match slot.phones.iter_mut().find(|known| known.mac == seen.mac) {
        Some(known) if !known.learns_from(&seen) => return Ok(()),
        Some(known) => known.learn(seen),
        None if is_full => return Ok(()),
        None => slot.phones.push(seen),
    }
    save(store, &key, &slot)
}

/// The phones of `server` that wait, each place with its key among `keys`.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub fn waiting(
    store: &impl KeyValue,
    keys: &[String],
    place: &Place,
    server: &str,
) -> Result<Vec<(String, Vec<Seen>)>, StoreError> {
    let start = key::phones_of(place, server);
    let of_server = keys.iter().filter(|key| key.starts_with(&start));
    let phones = of_server.map(|key| {
        let slot: Option<Slot> = load(store, key)?;
        Ok((key.clone(), slot.unwrap_or_default().phones))
    });
    phones.collect()
}

/// Forgets the phones under `key`, unless more has come since they were read.
///
/// # Errors
/// [`StoreError`] when the store fails: they are then shown once more.
pub fn done(store: &impl KeyValue, key: &str, phones: &[Seen]) -> Result<(), StoreError> {
    let slot: Option<Slot> = load(store, key)?;
    match slot {
        Some(slot) if slot.phones != phones => Ok(()),
        _ => store.delete(key),
    }
}

impl Seen {
    /// Whether something is new, or the same is newer by more than a moment.
    fn learns_from(&self, news: &Self) -> bool {
        let is_later =
            |before: Option<DateTime<Utc>>, after: Option<DateTime<Utc>>| match (before, after) {
                (Some(before), Some(after)) => after - before > MOMENT,
                (before, after) => before.is_none() && after.is_some(),
            };
        let at = |seen: &Self| seen.event.as_ref().map(|(_, at)| *at);
        let word = |seen: &Self| seen.event.as_ref().map(|(event, _)| event.clone());
        let says =
            |before: &Option<String>, after: &Option<String>| after.is_some() && before != after;
        says(&self.model, &news.model)
            || says(&self.firmware, &news.firmware)
            || says(&self.extension, &news.extension)
            || says(&word(self), &word(news))
            || is_later(at(self), at(news))
            || is_later(self.book_at, news.book_at)
    }

    fn learn(&mut self, news: Self) {
        self.model = news.model.or(self.model.take());
        self.firmware = news.firmware.or(self.firmware.take());
        self.extension = news.extension.or(self.extension.take());
        self.event = news.event.or(self.event.take());
        self.book_at = news.book_at.or(self.book_at);
    }
}

fn slot(mac: &str) -> usize {
    usize::from(Sha256::digest(mac)[0]) % SLOTS
}

/// Places of a server: few enough for a store of 1,024 keys and a dozen servers.
const SLOTS: usize = 32;
/// Phones of a place: a thousand phones have called in then, and the timer has not run.
const MOST_IN_SLOT: usize = 64;
/// What is newer by less is the same.
const MOMENT: TimeDelta = TimeDelta::seconds(30);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::memory::Memory;

    fn phone(number: u32) -> Seen {
        Seen {
            mac: format!("000b82{number:06x}"),
            ..Seen::default()
        }
    }

    fn all(store: &Memory, place: &Place) -> Vec<(String, Vec<Seen>)> {
        let keys = store.keys().unwrap();
        waiting(store, &keys, place, "a").unwrap()
    }

    #[test]
    fn a_fleet_waits_in_a_few_places_and_nobody_is_lost() {
        let store = Memory::default();
        let place = Place::at(&"https://odoo.example.com".parse().unwrap(), "main");
        for number in 0..1_000 {
            note(&store, &place, "a", phone(number)).unwrap();
        }
        let waiting = all(&store, &place);
        assert!(waiting.len() <= SLOTS);
        assert_eq!(
            waiting
                .iter()
                .map(|(_, phones)| phones.len())
                .sum::<usize>(),
            1_000
        );
        for (key, phones) in &waiting {
            done(&store, key, phones).unwrap();
        }
        assert!(store.0.borrow().is_empty());
    }

    #[test]
    fn what_is_known_of_a_phone_comes_together_and_a_moment_writes_nothing() {
        let store = Memory::default();
        let place = Place::at(&"https://odoo.example.com".parse().unwrap(), "main");
        let noon = DateTime::UNIX_EPOCH;
        let rang = Seen {
            extension: Some("1001".to_owned()),
            event: Some(("incoming".to_owned(), noon)),
            ..phone(1)
        };
        let fetched = |at| Seen {
            model: Some("GXP2170".to_owned()),
            book_at: Some(at),
            ..phone(1)
        };
        note(&store, &place, "a", rang).unwrap();
        note(&store, &place, "a", fetched(noon)).unwrap();
        note(&store, &place, "a", fetched(noon + TimeDelta::seconds(5))).unwrap();
        let waiting = all(&store, &place);
        let [(key, phones)] = waiting.as_slice() else {
            panic!("{waiting:?}");
        };
        assert_eq!(phones[0].extension.as_deref(), Some("1001"));
        assert_eq!(phones[0].book_at, Some(noon));
        // What comes while it is being shown stays.
        note(&store, &place, "a", fetched(noon + TimeDelta::hours(2))).unwrap();
        done(&store, key, phones).unwrap();
        assert_eq!(all(&store, &place).len(), 1);
    }
}

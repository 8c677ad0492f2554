//! What could not be delivered: kept with its payload and the reason, so that a person can see it and it can be tried again.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{MOST_VALUE_BYTES, Place, Stored, key};
use ports::{KeyValue, StoreError};

/// A record or call that could not be delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// When it was first set aside.
    pub at: DateTime<Utc>,
    /// What is wrong with it.
    pub reason: String,
    /// The record as it came, or the call's legs.
    pub payload: String,
    /// The call it belongs to, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
}

impl DeadLetter {
    /// The same record with the same reason has the same id.
    fn id(&self) -> String {
        digest(&format!("{}\n{}", self.reason, self.payload))
    }

    /// As it is kept: JSON inside JSON grows by its escapes.
    fn size_bytes(&self) -> usize {
        serde_json::to_vec(self).map_or(usize::MAX / 2, |json| json.len()) + ID_BYTES
    }
}

/// All dead letters of one server that are meant for one Odoo, by a digest of reason and payload: the same one again changes nothing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DeadLetters {
    letters: BTreeMap<String, DeadLetter>,
    /// When people have discarded records, by the digests of these: whoever reads the UCM again comes upon them again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    discarded: BTreeMap<String, DateTime<Utc>>,
    /// What was added and taken out since they were read.
    #[serde(skip)]
    changes: BTreeMap<String, Option<DeadLetter>>,
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It was not there before.
    New,
    /// The same record with the same reason is there already, or a person has discarded it.
    Known,
    /// There is no room: nothing may be passed over, so the run stops.
    Full,
}

impl DeadLetters {
    /// Reads the letters of `server` for the Odoo at `place`.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    pub fn load(store: &impl KeyValue, place: &Place, server: &str) -> Result<Self, StoreError> {
        Ok(super::load(store, &key::letters(place, server))?.unwrap_or_default())
    }

    /// The servers that have had letters for the Odoo at `place`.
    pub fn servers<'k>(keys: &'k [String], place: &Place) -> impl Iterator<Item = &'k str> {
        let prefix = key::letters(place, "");
        keys.iter().filter_map(move |key| key.strip_prefix(&prefix))
    }

    /// Keeps what has changed, if anything has. What others have set aside or discarded since the letters were read stays so: a person
    /// may discard one while a run is at work.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read or kept.
    pub fn save(
        &mut self,
        store: &impl KeyValue,
        place: &Place,
        server: &str,
    ) -> Result<(), StoreError> {
        if self.changes.is_empty() {
            return Ok(());
        }
        let mut all = Self::load(store, place, server)?;
        for (id, change) in &self.changes {
            match change {
                Some(letter) if all.has_discarded(letter) => None,
                Some(letter) => all.letters.insert(id.clone(), letter.clone()),
                None => all.letters.remove(id),
            };
        }
        all.discarded.extend(std::mem::take(&mut self.discarded));
        while all.discarded.len() > MOST_DISCARDED {
            let earliest = all.discarded.iter().min_by_key(|(_, at)| **at);
            let earliest = earliest.map(|(record, _)| record.clone());
            all.discarded.remove(&earliest.unwrap_or_default());
        }
        super::save(store, &key::letters(place, server), &all)?;
        *self = all;
        Ok(())
    }

    /// Keeps all of these beside those that are there.
    pub(super) fn join(
        mut self,
        store: &impl KeyValue,
        place: &Place,
        server: &str,
    ) -> Result<(), StoreError> {
        let letters = self.letters.clone().into_iter();
        self.changes = letters.map(|(id, letter)| (id, Some(letter))).collect();
        self.save(store, place, server)
    }

    /// Adds a letter, unless it is there already, or a person has discarded the same record.
    pub fn add(&mut self, letter: DeadLetter) -> Added {
        if self.letters.contains_key(&letter.id()) || self.has_discarded(&letter) {
            return Added::Known;
        }
        let size_bytes: usize = self.letters.values().map(DeadLetter::size_bytes).sum();
        if size_bytes + letter.size_bytes() > MOST_VALUE_BYTES - ROOM_BYTES {
            return Added::Full;
        }
        self.insert(letter);
        Added::New
    }

    /// The letter of this id.
    pub fn get(&self, id: &str) -> Option<&DeadLetter> {
        self.letters.get(id)
    }

    /// Takes a letter out of which a person has decided that it never will be delivered. Its record does not come back, unless many are discarded later.
    pub fn discard(&mut self, id: &str, at: DateTime<Utc>) -> Option<DeadLetter> {
        let letter = self.remove(id)?;
        self.discarded.insert(digest(&letter.payload), at);
        Some(letter)
    }

    /// Takes a letter out: it was delivered.
    pub fn remove(&mut self, id: &str) -> Option<DeadLetter> {
        let letter = self.letters.remove(id)?;
        self.changes.insert(id.to_owned(), None);
        Some(letter)
    }

    /// Says why a letter stays after it was tried again.
    pub fn restate(&mut self, id: &str, reason: String) {
        let known = self.letters.get(id).map(|letter| letter.reason.as_str());
        if known.is_none_or(|known| known == reason) {
            return;
        }
        if let Some(letter) = self.remove(id) {
            self.insert(DeadLetter { reason, ..letter });
        }
    }

    /// Takes out the letters of which `is_settled` is true.
    pub fn settle(&mut self, is_settled: impl Fn(&DeadLetter) -> bool) {
        let settled = self.letters.extract_if(.., |_, letter| is_settled(letter));
        self.changes.extend(settled.map(|(id, _)| (id, None)));
    }

    /// Whether a person has discarded the same record.
    fn has_discarded(&self, letter: &DeadLetter) -> bool {
        self.discarded.contains_key(&digest(&letter.payload))
    }

    fn insert(&mut self, letter: DeadLetter) {
        let id = letter.id();
        self.changes.insert(id.clone(), Some(letter.clone()));
        self.letters.insert(id, letter);
    }

    /// The letters with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &DeadLetter)> {
        self.letters
            .iter()
            .map(|(id, letter)| (id.as_str(), letter))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.letters.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }
}

impl Stored for DeadLetters {
    const VERSION: u32 = 1;
}

fn digest(text: &str) -> String {
    let digest = Sha256::digest(text);
    let start = digest.iter().take(8);
    start.map(|byte| format!("{byte:02x}")).collect()
}

/// What a letter's id takes, with its punctuation.
const ID_BYTES: usize = 20;
/// What the value takes beside its letters, and what a reason may grow by that is written anew when a letter is tried again.
const ROOM_BYTES: usize = 32_000;
/// Discarded records that are remembered, some 50 bytes each.
const MOST_DISCARDED: usize = 250;

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{Added, DeadLetter, DeadLetters, MOST_DISCARDED, MOST_VALUE_BYTES};
    use crate::state::Place;
    use crate::state::memory::Memory;

    fn here() -> Place {
        Place::parse("here")
    }

    fn letter(payload: String) -> DeadLetter {
        DeadLetter {
            at: DateTime::UNIX_EPOCH,
            reason: "field `start` is missing".into(),
            payload,
            session: None,
        }
    }

    #[test]
    fn the_same_letter_is_kept_once() {
        let mut letters = DeadLetters::default();
        assert_eq!(letters.add(letter("{}".into())), Added::New);
        assert_eq!(letters.add(letter("{}".into())), Added::Known);
        assert_eq!(letters.len(), 1);
    }

    #[test]
    fn a_letter_that_stays_says_its_latest_reason_and_keeps_its_date() {
        let store = Memory::default();
        let mut letters = DeadLetters::default();
        letters.add(letter("{}".into()));
        letters.save(&store, &here(), "a").unwrap();
        let id = letters.iter().next().unwrap().0.to_owned();
        letters.restate(&id, "field `start` is missing".into());
        assert!(letters.changes.is_empty());
        letters.restate(&id, "no right to write".into());
        letters.save(&store, &here(), "a").unwrap();
        let kept = DeadLetters::load(&store, &here(), "a").unwrap();
        let [(other, kept)] = kept.iter().collect::<Vec<_>>()[..] else {
            panic!("one letter")
        };
        assert_eq!(kept.reason, "no right to write");
        assert_eq!((kept.at, id == other), (DateTime::UNIX_EPOCH, false));
    }

    #[test]
    fn what_two_do_at_once_is_done() {
        let store = Memory::default();
        let mut before = DeadLetters::default();
        for payload in ["settled", "discarded", "stays"] {
            before.add(letter(payload.into()));
        }
        before.save(&store, &here(), "a").unwrap();
        let read = || DeadLetters::load(&store, &here(), "a").unwrap();
        let (mut run, mut other, mut person) = (read(), read(), read());
        run.settle(|letter| letter.payload == "settled");
        run.add(letter("of the run".into()));
        other.add(letter("of the other".into()));
        let id = letter("discarded".into()).id();
        assert!(person.remove(&id).is_some());
        for letters in [&mut person, &mut other, &mut run] {
            letters.save(&store, &here(), "a").unwrap();
        }
        let mut left: Vec<String> = read()
            .iter()
            .map(|(_, letter)| letter.payload.clone())
            .collect();
        left.sort();
        assert_eq!(left, ["of the other", "of the run", "stays"]);
        assert_eq!(run.len(), 3, "the run knows what the others did");
    }

    #[test]
    fn what_a_person_has_discarded_does_not_come_back() {
        let store = Memory::default();
        let read = || DeadLetters::load(&store, &here(), "a").unwrap();
        let discard = |payload: String, at| {
            let mut letters = read();
            letters.add(letter(payload.clone()));
            letters.save(&store, &here(), "a").unwrap();
            let id = letter(payload).id();
            let at = DateTime::from_timestamp(at, 0).unwrap();
            assert!(letters.discard(&id, at).is_some());
            letters.save(&store, &here(), "a").unwrap();
        };
        let run = read();
        discard("{}".into(), 0);
        // A run that was at work meanwhile keeps what it sets aside, and not what was discarded.
        let mut run = run;
        run.add(letter("another".into()));
        run.save(&store, &here(), "a").unwrap();
        let other_reason = DeadLetter {
            reason: "no right to write".into(),
            ..letter("{}".into())
        };
        assert_eq!(read().add(other_reason), Added::Known);
        assert_eq!(
            (read().len(), read().add(letter("{ }".into()))),
            (1, Added::New)
        );
        for number in 0..MOST_DISCARDED {
            discard(number.to_string(), 60);
        }
        assert_eq!(read().discarded.len(), MOST_DISCARDED);
        assert_eq!(read().add(letter("{}".into())), Added::New);
        assert_eq!(read().add(letter("0".into())), Added::Known);
    }

    #[test]
    fn what_is_discarded_while_it_is_tried_again_stays_so() {
        let store = Memory::default();
        let read = || DeadLetters::load(&store, &here(), "a").unwrap();
        let mut letters = read();
        letters.add(letter("{}".into()));
        letters.save(&store, &here(), "a").unwrap();
        let id = letter("{}".into()).id();
        let (mut run, mut person) = (read(), read());
        assert!(person.discard(&id, DateTime::UNIX_EPOCH).is_some());
        person.save(&store, &here(), "a").unwrap();
        run.restate(&id, "no right to write".into());
        run.save(&store, &here(), "a").unwrap();
        assert!(read().is_empty() && run.is_empty());
    }

    #[test]
    fn a_full_store_says_so_and_stays_within_its_limit() {
        let mut letters = DeadLetters::default();
        let added = (0..10_000)
            .map(|n| letters.add(letter(format!("{n} {}", "\"".repeat(500)))))
            .find(|added| *added == Added::Full);
        assert_eq!(added, Some(Added::Full));
        let size_bytes = serde_json::to_string(&letters).unwrap().len();
        assert!(size_bytes < MOST_VALUE_BYTES, "{size_bytes}");
        assert!(size_bytes > MOST_VALUE_BYTES * 9 / 10, "{size_bytes}");
    }
}

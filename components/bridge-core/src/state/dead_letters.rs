//! What could not be delivered: kept with its payload and the reason, so that a person can see it and it can be tried again.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
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
    /// Whether it only says what was lost of a leg that was brought in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kept: bool,
}

impl DeadLetter {
    /// The same record with the same reason has the same id.
    fn id(&self) -> String {
        digest(&format!("{}\n{}", self.reason, self.payload))
    }

    /// The same record has the same, whatever the reason.
    fn record(&self) -> String {
        digest(&self.payload)
    }

    /// As it is kept: JSON inside JSON grows by its escapes.
    fn size_bytes(&self) -> usize {
        serde_json::to_vec(self).map_or(usize::MAX / 2, |json| json.len()) + ID_BYTES
    }

    /// The same with no more than the beginning of a payload that is too large to be kept: it would leave no room for others, or find none
    /// however many of these go, and stop its server for ever. The UCM still has what it held.
    fn within_limits(self) -> Self {
        if self.size_bytes() <= LARGEST_BYTES {
            return self;
        }
        let beginning: String = self.payload.chars().take(BEGINNING_CHARS).collect();
        let payload = json!({ CUT: self.record(), "begins": beginning }).to_string();
        let reason = self.reason.chars().take(BEGINNING_CHARS).collect();
        Self {
            reason,
            payload,
            ..self
        }
    }

    /// Whether `payload` is but the beginning of what was set aside.
    pub fn is_cut(payload: &Value) -> bool {
        payload.get(CUT).is_some()
    }
}

/// All dead letters of one server that are meant for one Odoo, by a digest of reason and payload: the same one again changes nothing.
///
/// They are written by whoever has the server's lease. People discard while a run is at work, so what they say has a key of its own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DeadLetters {
    letters: BTreeMap<String, DeadLetter>,
    #[serde(skip)]
    discarded: Discarded,
    /// What was added and taken out since they were read.
    #[serde(skip)]
    changes: BTreeMap<String, Option<DeadLetter>>,
}

/// When people have discarded records, by the digests of these: whoever reads the UCM again comes upon them again.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Discarded {
    records: BTreeMap<String, DateTime<Utc>>,
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It was not there before.
    New,
    /// The same record with the same reason is there already, or a person has discarded it; or it only says of a leg what was lost, and there
    /// are many of these.
    Known,
    /// There is no room: nothing may be passed over, so the run stops.
    Full,
}

impl DeadLetters {
    /// Reads the letters of `server` for the Odoo at `place`, without those that a person has discarded: they go where these are kept next.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    pub fn load(store: &impl KeyValue, place: &Place, server: &str) -> Result<Self, StoreError> {
        let mut letters = Self::stored(store, place, server)?;
        let discarded: Option<Discarded> = super::load(store, &key::discarded(place, server))?;
        let discarded = discarded.unwrap_or_default();
        letters.settle(|letter| discarded.has(letter));
        letters.discarded = discarded;
        Ok(letters)
    }

    /// Reads all that the store has, those too that a person has discarded and nobody has taken out yet.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    pub(super) fn stored(
        store: &impl KeyValue,
        place: &Place,
        server: &str,
    ) -> Result<Self, StoreError> {
        Ok(super::load(store, &key::letters(place, server))?.unwrap_or_default())
    }

    /// The servers that have had letters for the Odoo at `place`.
    pub fn servers<'k>(keys: &'k [String], place: &Place) -> impl Iterator<Item = &'k str> {
        let prefix = key::letters(place, "");
        keys.iter().filter_map(move |key| key.strip_prefix(&prefix))
    }

    /// Keeps what has changed, if anything has. What others have set aside or discarded since the letters were read stays so.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read or kept.
    pub fn save(
        &mut self,
        store: &impl KeyValue,
        place: &Place,
        server: &str,
    ) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            if self.changes.is_empty() {
                break;
            }
            let mut all = Self::load(store, place, server)?;
            for (id, change) in &self.changes {
                match change {
                    Some(letter) if all.discarded.has(letter) => None,
                    Some(letter) => all.letters.insert(id.clone(), letter.clone()),
                    None => all.letters.remove(id),
                };
            }
            super::save(store, &key::letters(place, server), &all)?;
            // A run that has outlived its lease may have read before this, and kept after it: what it did not know of would be lost, for who
            // has set it aside has it nowhere else.
            let kept = Self::load(store, place, server)?;
            all.changes = std::mem::take(&mut self.changes);
            all.changes.retain(|id, letter| {
                let letter = letter.as_ref();
                letter.is_some_and(|letter| !kept.has(id, letter))
            });
            *self = all;
        }
        self.changes.clear();
        Ok(())
    }

    /// Notes that a person has decided of a letter that it never will be delivered, and gives it; nothing if there is none of this id. Its record
    /// does not come back, unless many are discarded later.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read, or that cannot be kept.
    pub fn discard(
        store: &impl KeyValue,
        place: &Place,
        server: &str,
        id: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<DeadLetter>, StoreError> {
        let kept = Self::stored(store, place, server)?.letters;
        let key = key::discarded(place, server);
        let discarded = || -> Result<Discarded, StoreError> {
            Ok(super::load(store, &key)?.unwrap_or_default())
        };
        let before = discarded()?;
        let Some(letter) = kept.get(id).filter(|letter| !before.has(letter)) else {
            return Ok(None);
        };
        // Somebody else who discards at the same time may not have seen this one.
        for _ in 0..TRIES {
            let mut discarded = discarded()?;
            if discarded.has(letter) {
                break;
            }
            discarded.records.insert(letter.record(), at);
            discarded.forget_the_earliest(kept.values());
            super::save(store, &key, &discarded)?;
        }
        Ok(Some(letter.clone()))
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
        let letter = letter.within_limits();
        if self.has(&letter.id(), &letter) {
            return Added::Known;
        }
        let size_bytes: usize = self.letters.values().map(DeadLetter::size_bytes).sum();
        let room_bytes = (MOST_VALUE_BYTES - ROOM_BYTES) / if letter.kept { 2 } else { 1 };
        match size_bytes + letter.size_bytes() <= room_bytes {
            true => self.insert(letter),
            // Its leg is there. A caller's name can bring about any number of these: they take no room from what would be lost, and stop nothing.
            false if letter.kept => return Added::Known,
            false => return Added::Full,
        }
        Added::New
    }

    /// Whether the letter of this id is there, or a person has discarded it.
    fn has(&self, id: &str, letter: &DeadLetter) -> bool {
        self.letters.contains_key(id) || self.discarded.has(letter)
    }

    /// The letter of this id.
    pub fn get(&self, id: &str) -> Option<&DeadLetter> {
        self.letters.get(id)
    }

    /// Takes a letter out: it was delivered.
    pub fn remove(&mut self, id: &str) -> Option<DeadLetter> {
        let letter = self.letters.remove(id)?;
        self.changes.insert(id.to_owned(), None);
        Some(letter)
    }

    /// Puts a letter back that was taken out to be tried, whatever room there is: it was there before. Nothing where its record was set aside again
    /// meanwhile.
    pub fn put_back(&mut self, letter: DeadLetter) {
        let is_there = |known: &DeadLetter| known.payload == letter.payload;
        if !self.letters.values().any(is_there) {
            self.insert(letter);
        }
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

impl Discarded {
    fn has(&self, letter: &DeadLetter) -> bool {
        !self.records.is_empty() && self.records.contains_key(&letter.record())
    }

    /// Those whose letters are still kept are not forgotten: they would be back.
    fn forget_the_earliest<'a>(&mut self, kept: impl Iterator<Item = &'a DeadLetter>) {
        let too_many = self.records.len().saturating_sub(MOST_DISCARDED);
        if too_many == 0 {
            return;
        }
        let kept: HashSet<String> = kept.map(DeadLetter::record).collect();
        let mut gone: Vec<_> = self
            .records
            .iter()
            .map(|(record, at)| (*at, record.clone()))
            .collect();
        gone.retain(|(_, record)| !kept.contains(record));
        gone.sort_unstable();
        for (_, record) in gone.into_iter().take(too_many) {
            self.records.remove(&record);
        }
    }
}

impl Stored for DeadLetters {
    const VERSION: u32 = 1;
}

impl Stored for Discarded {
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
/// What one letter takes at most: a call of hundreds of legs that Odoo refuses, or a record of that size.
const LARGEST_BYTES: usize = (MOST_VALUE_BYTES - ROOM_BYTES) / 4;
/// What is kept of a larger one: enough to know what it was. Escaped twice it is still far smaller.
const BEGINNING_CHARS: usize = 4_000;
/// Says in its payload that it was cut, and what it was before, so that two of them are not taken for one.
const CUT: &str = "cut";
/// How often it is looked whether a letter or a discard is kept.
const TRIES: u32 = 3;
/// Discarded records that are remembered, some 50 bytes each.
const MOST_DISCARDED: usize = 250;

#[cfg(test)]
mod tests;

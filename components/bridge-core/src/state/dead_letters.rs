//! What could not be delivered: kept with its payload and the reason, so that a person can see it and it can be tried again.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Stored;

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
        Sha256::digest(format!("{}\n{}", self.reason, self.payload))
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// All dead letters of one server, by a digest of reason and payload: the same one again changes nothing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DeadLetters {
    letters: BTreeMap<String, DeadLetter>,
    #[serde(skip)]
    changed: bool,
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It was not there before.
    New,
    /// The same record with the same reason is there already.
    Known,
    /// There is no room: nothing may be passed over, so the run stops.
    Full,
}

impl DeadLetters {
    /// Adds a letter, unless it is there already.
    pub fn add(&mut self, letter: DeadLetter) -> Added {
        let id = letter.id();
        if self.letters.contains_key(&id) {
            return Added::Known;
        }
        let size: usize = self
            .letters
            .values()
            .map(|letter| letter.payload.len() + OVERHEAD_BYTES)
            .sum();
        if size + letter.payload.len() + OVERHEAD_BYTES > MOST_BYTES {
            return Added::Full;
        }
        self.letters.insert(id, letter);
        self.changed = true;
        Added::New
    }

    /// The letter of this id.
    pub fn get(&self, id: &str) -> Option<&DeadLetter> {
        self.letters.get(id)
    }

    /// Takes a letter out: it was delivered, or a person has decided that it never will be.
    pub fn remove(&mut self, id: &str) -> Option<DeadLetter> {
        let letter = self.letters.remove(id)?;
        self.changed = true;
        Some(letter)
    }

    /// Says why a letter stays after it was tried again.
    pub fn restate(&mut self, id: &str, reason: String) {
        let known = self.letters.get(id).map(|letter| letter.reason.as_str());
        if known.is_none_or(|known| known == reason) {
            return;
        }
        if let Some(letter) = self.remove(id) {
            let letter = DeadLetter { reason, ..letter };
            self.letters.insert(letter.id(), letter);
        }
    }

    /// Takes out the letters of which `is_settled` is true.
    pub fn settle(&mut self, is_settled: impl Fn(&DeadLetter) -> bool) {
        let before = self.letters.len();
        self.letters.retain(|_, letter| !is_settled(letter));
        self.changed |= self.letters.len() != before;
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

    /// Whether anything changed since this was last asked.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }
}

impl Stored for DeadLetters {
    const VERSION: u32 = 1;
}

/// Room for all letters of a server: the store documents 1 MB a value, and JSON inside JSON grows by its escapes.
const MOST_BYTES: usize = 600_000;
/// What a letter takes beside its payload.
const OVERHEAD_BYTES: usize = 200;

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{Added, DeadLetter, DeadLetters};

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
        assert!(letters.take_changed());
        assert_eq!(letters.add(letter("{}".into())), Added::Known);
        assert!(!letters.take_changed());
        assert_eq!(letters.len(), 1);
    }

    #[test]
    fn a_letter_that_stays_says_its_latest_reason_and_keeps_its_date() {
        let mut letters = DeadLetters::default();
        letters.add(letter("{}".into()));
        let id = letters.iter().next().unwrap().0.to_owned();
        letters.take_changed();
        letters.restate(&id, "field `start` is missing".into());
        assert!(!letters.take_changed());
        letters.restate(&id, "no right to write".into());
        let (_, kept) = letters.iter().next().unwrap();
        assert_eq!(
            (kept.reason.as_str(), letters.len()),
            ("no right to write", 1)
        );
        assert!(letters.take_changed() && letters.get(&id).is_none());
        letters.settle(|letter| letter.payload == "{}");
        assert!(letters.take_changed() && letters.is_empty());
    }

    #[test]
    fn a_full_store_says_so_and_stays_within_its_limit() {
        let mut letters = DeadLetters::default();
        let added = (0..10_000)
            .map(|n| letters.add(letter(format!("{n} {}", "\"".repeat(500)))))
            .last();
        assert_eq!(added, Some(Added::Full));
        assert!(serde_json::to_string(&letters).unwrap().len() < 1_000_000);
    }
}

//! What is known of the completeness of a server, and for how long.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::DayProof;
use crate::state::key::About;
use crate::state::{self, Journal, Stored};
use ports::{KeyValue, StoreError};

/// What is known of one server's completeness.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Completeness {
    /// The days that were proved, the earliest first; the latest `KEPT_DAYS`, and those that are not whole.
    pub days: Vec<DayProof>,
    /// Why the last attempt ended before its time, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Attempt>,
}

/// A proof that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it was tried.
    pub at: DateTime<Utc>,
    /// What went wrong and what to do.
    pub reason: String,
}

impl Stored for Completeness {
    const VERSION: u32 = 1;
}

impl Completeness {
    /// Whether every day that was looked at is whole, and the last attempt went through; nothing where no day was ever looked at.
    pub fn is_whole(&self) -> Option<bool> {
        let is_damaged = self.failed.is_some() || !self.days.iter().all(DayProof::is_whole);
        (is_damaged || !self.days.is_empty()).then_some(!is_damaged)
    }

    /// The same of several servers: one that is not whole decides, then one of which nothing is known.
    pub fn are_whole<'a>(servers: impl IntoIterator<Item = &'a Self>) -> Option<bool> {
        let (mut unknown, mut any) = (false, false);
        for server in servers {
            any = true;
            match server.is_whole() {
                Some(false) => return Some(false),
                Some(true) => {}
                None => unknown = true,
            }
        }
        (any && !unknown).then_some(true)
    }

    /// What is kept of a server in one journal.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn load(
        store: &impl KeyValue,
        journal: &Journal,
        server: &str,
    ) -> Result<Self, StoreError> {
        let key = journal.of(server, About::Completeness);
        Ok(state::load(store, &key)?.unwrap_or_default())
    }

    pub(super) fn save(
        &self,
        store: &impl KeyValue,
        journal: &Journal,
        server: &str,
    ) -> Result<(), StoreError> {
        state::save(store, &journal.of(server, About::Completeness), self)
    }

    pub(super) fn note(&mut self, proof: DayProof) {
        self.days.retain(|known| known.day != proof.day);
        self.days.push(proof);
        self.days.sort_by_key(|proof| proof.day);
        // What is not whole is forgotten last: it is tried again, and shown until then.
        let mut surplus = self.days.len().saturating_sub(KEPT_DAYS);
        self.days.retain(|proof| {
            let goes = surplus > 0 && proof.is_whole();
            surplus -= usize::from(goes);
            !goes
        });
        let surplus = self.days.len().saturating_sub(MOST_KEPT_DAYS);
        self.days.drain(..surplus);
    }

    pub(super) fn of_day(&self, date: NaiveDate) -> Option<&DayProof> {
        self.days.iter().find(|proof| proof.day == date)
    }
}

/// How many days are remembered: three months, some 30 kB.
const KEPT_DAYS: usize = 92;
/// Most days that are known of a server, whatever is wrong with them.
const MOST_KEPT_DAYS: usize = 4 * KEPT_DAYS;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::Days;

    use super::*;

    fn day(number: u64, still_missing: u32) -> DayProof {
        DayProof {
            day: NaiveDate::default() + Days::new(number),
            zone: "UTC".to_owned(),
            at: DateTime::UNIX_EPOCH,
            ucm: 1,
            odoo: 1,
            missing: still_missing,
            altered: 0,
            altered_fields: BTreeSet::new(),
            only_in_odoo: 0,
            unreadable: 0,
            still_missing,
            still_altered: 0,
            why: None,
        }
    }

    #[test]
    fn a_day_that_is_not_whole_is_not_forgotten_for_those_that_are() {
        let mut known = Completeness::default();
        for number in 1..=200 {
            known.note(day(number, 0));
        }
        assert_eq!(known.days.len(), KEPT_DAYS);
        known.note(day(0, 1));
        assert_eq!(known.is_whole(), Some(false));
        assert_eq!(known.days.len(), KEPT_DAYS);
        known.note(day(0, 0));
        assert_eq!(known.is_whole(), Some(true));
        for number in 0..1_000 {
            known.note(day(number, 1));
        }
        assert_eq!(known.days.len(), MOST_KEPT_DAYS);
    }
}

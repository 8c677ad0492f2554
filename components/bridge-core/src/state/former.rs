//! What the version before has left: its keys had no name space, and did not say which journal they were true of.
//!
//! What waits for delivery or is kept for its own sake is taken over, what is known of the UCMs as well; what was remembered of Odoo is not:
//! nobody can tell which journal it was true of, and Odoo itself guards against doubles. Each value is written in its new place before it is
//! removed from the old one, so that whoever dies in between, or does the same at the same time, loses nothing.

use serde_json::Value;

use super::key::What;
use super::space::FORMER;
use super::{DeadLetters, Place, inbox, key, listens};
use ports::{KeyValue, StoreError};

/// Takes over what is left among `keys`, for the Odoo at `place`: the one that the settings name. Costs nothing where nothing is left.
///
/// # Errors
/// [`StoreError`] when the store fails: the rest is left to the next who does it.
pub fn take_over(store: &impl KeyValue, place: &Place, keys: &[String]) -> Result<(), StoreError> {
    let left = keys.iter().filter(|key| key.starts_with(FORMER));
    left.into_iter().try_for_each(|key| take(store, place, key))
}

fn take(store: &impl KeyValue, place: &Place, key: &str) -> Result<(), StoreError> {
    // Taken over by somebody else meanwhile, or never ours: on a store that several applications share, another may have such a key as well.
    let Some(value) = store.get(key)?.filter(|value| is_ours(value)) else {
        return Ok(());
    };
    let parts: Vec<&str> = key.trim_start_matches(FORMER).split('/').collect();
    match parts.as_slice() {
        ["inbox", server, slot] => store.set(&inbox::key(place, server, slot), &value)?,
        ["listens", server, slot] => store.set(&listens::key(server, slot), &value)?,
        ["server", server, "dead-letters"] => {
            // Of another version: not ours to remove.
            let Some(letters) = super::load::<DeadLetters>(store, key)? else {
                return Ok(());
            };
            letters.join(store, place, server)?;
        }
        ["server", server, "session"] => keep(store, &key::of(server, What::Session), &value)?,
        ["server", server, "pushes"] => keep(store, &key::of(server, What::Pushes), &value)?,
        _ => {}
    }
    store.delete(key)
}

/// Whether the version before has written it: every value of its was an object with a version.
fn is_ours(value: &[u8]) -> bool {
    let value: Value = serde_json::from_slice(value).unwrap_or_default();
    value["v"].is_u64() || value["version"].is_u64()
}

/// Keeps `value`, unless something newer is there.
fn keep(store: &impl KeyValue, key: &str, value: &[u8]) -> Result<(), StoreError> {
    match store.get(key)? {
        Some(_) => Ok(()),
        None => store.set(key, value),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::state::inbox::Parcel;
    use crate::state::memory::Memory;
    use crate::state::{Added, DeadLetter, load, save};

    fn here() -> Place {
        Place::parse("here")
    }

    /// As the version before has left it; the name space shows it behind its mark.
    fn left() -> Memory {
        let store = Memory::default();
        let parcel = Parcel {
            at: DateTime::UNIX_EPOCH,
            legs: Vec::new(),
            unread: vec![letter("unread")],
        };
        save(&store, "/inbox/a/0000000000001-0a-0", &parcel).unwrap();
        let mut letters = DeadLetters::default();
        letters.add(letter("refused"));
        save(&store, "/server/a/dead-letters", &letters).unwrap();
        for key in [
            "/server/a/session",
            "/listens/a/00000000001-0a-1",
            "/server/a/digest",
            "/server/a/progress",
            "/server/a/listener/1",
            "/schedule",
            "/directory",
        ] {
            store.set(key, br#"{"v":1,"as":"it was"}"#).unwrap();
        }
        store
    }

    fn letter(payload: &str) -> DeadLetter {
        DeadLetter {
            at: DateTime::UNIX_EPOCH,
            reason: "it cannot be read".into(),
            payload: payload.into(),
            session: None,
            kept: false,
        }
    }

    fn all(store: &Memory) -> Result<(), StoreError> {
        take_over(store, &here(), &store.keys()?)
    }

    fn check_taken_over(store: &Memory) {
        let keys = store.keys().unwrap();
        let expected = [
            "inbox:here:a:0000000000001-0a-0",
            "letters:here:a",
            "listens:a:00000000001-0a-1",
            "server:a:session",
        ];
        assert_eq!(keys, expected);
        let slots = inbox::of_server(&keys, &here(), "a");
        let parcel: Parcel = load(store, slots[0].key()).unwrap().unwrap();
        assert_eq!(parcel.unread, [letter("unread")]);
        let letters = DeadLetters::load(store, &here(), "a").unwrap();
        assert_eq!(letters.len(), 1);
    }

    #[test]
    fn what_waits_is_taken_over_and_the_rest_is_gone() {
        let store = left();
        all(&store).unwrap();
        check_taken_over(&store);
        let before = store.0.borrow().clone();
        all(&store).unwrap();
        assert_eq!(*store.0.borrow(), before);
    }

    #[test]
    fn what_another_application_keeps_under_such_a_name_stays_as_it_is() {
        let theirs = [
            ("/menu", &b"soup"[..]),
            ("/schedule", br#"{"monday":[]}"#),
            ("/odoo", b"[1]"),
            ("/server/a/session", br#"{"token":"t"}"#),
            ("/inbox/a/1", br#"{"subject":"hello"}"#),
        ];
        let store = Memory::default();
        for (key, value) in theirs {
            store.set(key, value).unwrap();
        }
        let before = store.0.borrow().clone();
        all(&store).unwrap();
        assert_eq!(*store.0.borrow(), before);
    }

    #[test]
    fn letters_of_both_versions_are_kept() {
        let store = left();
        let mut letters = DeadLetters::default();
        assert_eq!(letters.add(letter("new")), Added::New);
        letters.save(&store, &here(), "a").unwrap();
        all(&store).unwrap();
        assert_eq!(DeadLetters::load(&store, &here(), "a").unwrap().len(), 2);
    }

    /// Fails from the n-th write on: whoever is at work has died.
    struct Dying<'a> {
        store: &'a Memory,
        writes: std::cell::Cell<usize>,
    }

    impl Dying<'_> {
        fn spend(&self) -> Result<(), StoreError> {
            let left = self.writes.get().checked_sub(1);
            self.writes
                .set(left.ok_or_else(|| StoreError("dead".into()))?);
            Ok(())
        }
    }

    impl KeyValue for Dying<'_> {
        fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
            self.store.get(key)
        }
        fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
            self.spend()?;
            self.store.set(key, value)
        }
        fn delete(&self, key: &str) -> Result<(), StoreError> {
            self.spend()?;
            self.store.delete(key)
        }
        fn keys(&self) -> Result<Vec<String>, StoreError> {
            self.store.keys()
        }
    }

    #[test]
    fn whoever_dies_at_any_point_leaves_the_rest_to_the_next() {
        for writes in 0..16 {
            let store = left();
            let dying = Dying {
                store: &store,
                writes: writes.into(),
            };
            let died = take_over(&dying, &here(), &store.keys().unwrap());
            assert_eq!(died.is_err(), writes < 13, "{writes}");
            all(&store).unwrap();
            check_taken_over(&store);
        }
    }

    #[test]
    fn what_was_remembered_of_odoo_is_of_no_journal() {
        let store = left();
        all(&store).unwrap();
        let of_journals = |key: &String| key.starts_with("journal:");
        assert!(!store.keys().unwrap().iter().any(of_journals));
    }
}

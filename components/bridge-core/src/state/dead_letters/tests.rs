use chrono::DateTime;

use super::{Added, DeadLetter, DeadLetters, MOST_DISCARDED, MOST_VALUE_BYTES};
use crate::state::memory::Memory;
use crate::state::{Place, key};
use ports::{KeyValue, StoreError};

fn here() -> Place {
    Place::parse("here")
}

fn letter(payload: String) -> DeadLetter {
    DeadLetter {
        at: DateTime::UNIX_EPOCH,
        reason: "field `start` is missing".into(),
        payload,
        session: None,
        kept: false,
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

/// The list is full of what is tried again, and refused with a longer reason.
#[test]
fn what_was_there_finds_room_again() {
    let mut letters = DeadLetters::default();
    while letters.add(letter("x".repeat(300) + &letters.len().to_string())) == Added::New {}
    let ids: Vec<String> = letters.iter().map(|(id, _)| id.to_owned()).collect();
    let taken: Vec<DeadLetter> = ids
        .iter()
        .take(200)
        .filter_map(|id| letters.remove(id))
        .collect();
    let again = |letter: &DeadLetter| DeadLetter {
        reason: "no".repeat(80),
        ..letter.clone()
    };
    let back = taken
        .iter()
        .take_while(|letter| letters.add(again(letter)) == Added::New)
        .count();
    assert!(back < 200, "the list is full before that");
    for letter in taken {
        letters.put_back(letter);
    }
    assert_eq!(letters.len(), ids.len());
}

fn read(store: &Memory) -> DeadLetters {
    DeadLetters::load(store, &here(), "a").unwrap()
}

fn discard(store: &Memory, payload: &str, at: i64) -> Option<DeadLetter> {
    let at = DateTime::from_timestamp(at, 0).unwrap();
    let id = letter(payload.into()).id();
    DeadLetters::discard(store, &here(), "a", &id, at).unwrap()
}

fn payloads(letters: &DeadLetters) -> Vec<&str> {
    let mut payloads: Vec<&str> = letters.iter().map(|(_, it)| it.payload.as_str()).collect();
    payloads.sort_unstable();
    payloads
}

fn kept(payloads: &[&str]) -> Memory {
    let store = Memory::default();
    let mut letters = DeadLetters::default();
    for payload in payloads {
        letters.add(letter((*payload).into()));
    }
    letters.save(&store, &here(), "a").unwrap();
    store
}

#[test]
fn what_two_do_at_once_is_done() {
    let store = kept(&["settled", "discarded", "stays"]);
    let (mut run, mut other) = (read(&store), read(&store));
    run.settle(|letter| letter.payload == "settled");
    run.add(letter("of the run".into()));
    other.add(letter("of the other".into()));
    assert!(discard(&store, "discarded", 0).is_some());
    for letters in [&mut other, &mut run] {
        letters.save(&store, &here(), "a").unwrap();
    }
    let left = ["of the other", "of the run", "stays"];
    assert_eq!(payloads(&read(&store)), left);
    assert_eq!(payloads(&run), left, "the run knows what the others did");
}

#[test]
fn whoever_discards_touches_nothing_that_a_run_keeps() {
    let store = kept(&["{}"]);
    let before = store.get(&key::letters(&here(), "a")).unwrap();
    assert!(discard(&store, "{}", 0).is_some());
    assert_eq!(store.get(&key::letters(&here(), "a")).unwrap(), before);
    assert!(read(&store).is_empty());
    assert_eq!(discard(&store, "{}", 1), None, "it is gone");
    // What it held goes with whoever keeps letters next, whatever these do.
    read(&store).save(&store, &here(), "a").unwrap();
    let after = store.get(&key::letters(&here(), "a")).unwrap().unwrap();
    assert!(!String::from_utf8(after).unwrap().contains("payload"));
}

#[test]
fn what_a_person_has_discarded_does_not_come_back() {
    let store = kept(&["{}"]);
    let mut run = read(&store);
    discard(&store, "{}", 0);
    // A run that was at work meanwhile keeps what it sets aside, and not what was discarded.
    run.add(letter("another".into()));
    run.save(&store, &here(), "a").unwrap();
    let other_reason = DeadLetter {
        reason: "no right to write".into(),
        ..letter("{}".into())
    };
    assert_eq!(read(&store).add(other_reason), Added::Known);
    assert_eq!(payloads(&read(&store)), ["another"]);
    assert_eq!(read(&store).add(letter("{ }".into())), Added::New);
}

#[test]
fn of_many_that_were_discarded_the_earliest_are_forgotten_and_none_is_there_again() {
    let store = kept(&["first", "second"]);
    discard(&store, "first", 0);
    read(&store).save(&store, &here(), "a").unwrap();
    discard(&store, "second", 1);
    let mut letters = read(&store);
    let many: Vec<String> = (0..=MOST_DISCARDED)
        .map(|number| number.to_string())
        .collect();
    for payload in &many {
        letters.add(letter(payload.clone()));
    }
    letters.save(&store, &here(), "a").unwrap();
    for payload in &many {
        discard(&store, payload, 60);
    }
    // Nobody has kept letters meanwhile, so none of these may be forgotten.
    assert!(read(&store).is_empty());
    for (payload, added) in [("first", Added::New), ("0", Added::Known)] {
        assert_eq!(read(&store).add(letter(payload.into())), added, "{payload}");
    }
    // With the letters gone the earliest go as well.
    read(&store).save(&store, &here(), "a").unwrap();
    let mut letters = read(&store);
    letters.add(letter("last".into()));
    letters.save(&store, &here(), "a").unwrap();
    discard(&store, "last", 61);
    assert_eq!(read(&store).discarded.records.len(), MOST_DISCARDED);
}

#[test]
fn what_is_discarded_while_it_is_tried_again_stays_so() {
    let store = kept(&["{}"]);
    let mut run = read(&store);
    assert!(discard(&store, "{}", 0).is_some());
    run.restate(&letter("{}".into()).id(), "no right to write".into());
    run.save(&store, &here(), "a").unwrap();
    assert!(read(&store).is_empty() && run.is_empty());
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

/// Whoever calls has what is read as their name in their hands.
#[test]
fn what_only_says_what_was_lost_of_a_leg_takes_no_room_from_what_would_be_lost() {
    let mut letters = DeadLetters::default();
    let note = |number: usize| DeadLetter {
        kept: true,
        ..letter(format!("{number} {}", "x".repeat(1_000)))
    };
    assert_eq!(letters.add(note(0)), Added::New);
    assert!((1..2_000).all(|number| letters.add(note(number)) != Added::Full));
    let notes = letters.len();
    assert!((100..300).contains(&notes), "{notes}");
    for number in 0..100 {
        let lost = letter(format!("{number} {}", "y".repeat(1_000)));
        assert_eq!(letters.add(lost), Added::New, "{number}");
    }
}

/// Another person's discard is kept between what this one has read and what this one keeps.
struct Between<'a> {
    store: &'a Memory,
    other: std::cell::RefCell<Option<Vec<u8>>>,
}

impl KeyValue for Between<'_> {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(key)
    }
    fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.store.set(key, value)?;
        match self.other.take() {
            Some(other) => self.store.set(key, &other),
            None => Ok(()),
        }
    }
    fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.store.delete(key)
    }
    fn keys(&self) -> Result<Vec<String>, StoreError> {
        self.store.keys()
    }
}

#[test]
fn of_two_who_discard_at_once_neither_is_undone() {
    let store = kept(&["one", "other"]);
    discard(&store, "other", 0);
    let of_other = store.get(&key::discarded(&here(), "a")).unwrap();
    store.delete(&key::discarded(&here(), "a")).unwrap();
    let between = Between {
        store: &store,
        other: of_other.into(),
    };
    let id = letter("one".into()).id();
    let at = DateTime::UNIX_EPOCH;
    let discarded = DeadLetters::discard(&between, &here(), "a", &id, at).unwrap();
    assert!(discarded.is_some() && read(&store).is_empty());
}

#[test]
fn of_two_who_keep_letters_at_once_neither_is_undone() {
    let store = kept(&["stays"]);
    let (mut run, mut other) = (read(&store), read(&store));
    other.add(letter("of the other".into()));
    other.save(&store, &here(), "a").unwrap();
    let of_other = store.get(&key::letters(&here(), "a")).unwrap();
    store.delete(&key::letters(&here(), "a")).unwrap();
    let between = Between {
        store: &store,
        other: of_other.into(),
    };
    run.add(letter("of the run".into()));
    run.save(&between, &here(), "a").unwrap();
    let left = ["of the other", "of the run", "stays"];
    assert_eq!(payloads(&read(&store)), left);
    assert_eq!(payloads(&run), left);
}

#[test]
fn a_letter_larger_than_the_room_stops_nothing_and_says_so() {
    let mut letters = DeadLetters::default();
    let large = |end: char| letter(format!("{}{end}", "\"".repeat(MOST_VALUE_BYTES)));
    assert_eq!(letters.add(large('a')), Added::New);
    assert_eq!(letters.add(large('a')), Added::Known);
    assert_eq!(letters.add(large('b')), Added::New, "another one");
    assert!(
        letters
            .iter()
            .all(|(_, it)| DeadLetter::is_cut(&serde_json::from_str(&it.payload).unwrap()))
    );
    let size_bytes = serde_json::to_string(&letters).unwrap().len();
    assert!(size_bytes < MOST_VALUE_BYTES / 10, "{size_bytes}");
    assert_eq!(letters.add(letter("{}".into())), Added::New);
    assert!(!DeadLetter::is_cut(&serde_json::json!({})));
}

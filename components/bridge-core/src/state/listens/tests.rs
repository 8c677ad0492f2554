use std::cell::RefCell;

use super::*;
use crate::state::MOST_VALUE_BYTES;
use crate::state::memory::Memory;

impl Memory {
    fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// An answer of `bytes` that takes 30 s, from second `at` on.
    fn answer(&self, unique: u64, at: i64, bytes: u64) {
        let mut open = begin(self, "a", unique, listen(at)).unwrap();
        open.end(self, instant(at + 30), bytes).unwrap();
    }

    fn answers(&self) -> u32 {
        let heard = heard(self, "a", instant(0)).unwrap();
        heard.iter().map(|heard| heard.answers).sum()
    }
}

fn listen(at: i64) -> Listen {
    Listen {
        at,
        ended: None,
        recording: "0123456789abcdef".into(),
        call: 1_000,
        link: 9_000_000,
        kept: false,
        bytes: 0,
    }
}

#[test]
fn the_answers_of_one_player_are_one_listen() {
    let store = Memory::default();
    store.answer(1, 10_000, 100);
    store.answer(2, 10_060, 200);
    store.answer(3, 20_000, 300);
    let heard = heard(&store, "a", instant(0)).unwrap();
    let seen: Vec<(i64, u32, u64)> = heard
        .iter()
        .map(|heard| (heard.from.timestamp(), heard.answers, heard.bytes))
        .collect();
    assert_eq!(seen, [(20_000, 1, 300), (10_000, 2, 300)]);
    assert_eq!(heard[1].until, Some(instant(10_090)));
}

#[test]
fn what_goes_on_is_recorded_and_what_never_ended_as_well() {
    let store = Memory::default();
    _ = begin(&store, "a", 1, listen(10_000)).unwrap();
    store.answer(2, 10_700, 5);
    assert_eq!(store.answers(), 2);
    tidy(&store, instant(11_000), instant(0)).unwrap();
    assert_eq!(store.len(), 2, "its writer still has to come back to it");
    tidy(&store, instant(90_000), instant(0)).unwrap();
    assert_eq!((store.len(), store.answers()), (1, 2));
}

#[test]
fn an_answer_without_a_byte_was_none() {
    let store = Memory::default();
    store.answer(1, 10_000, 0);
    assert_eq!(store.len(), 0);
}

#[test]
fn many_keys_become_few_and_nothing_is_lost() {
    let store = Memory::default();
    for unique in 0..12_000 {
        let at = 10_000 + i64::try_from(unique).unwrap();
        store.answer(unique, at, 1);
        if unique % 1_000 == 0 {
            fold(&store, "a", instant(at + 60)).unwrap();
        }
    }
    tidy(&store, instant(50_000), instant(0)).unwrap();
    assert_eq!(store.answers(), 12_000);
    assert!(store.len() <= 9, "{} keys", store.len());
    let largest = store.0.borrow().values().map(Vec::len).max().unwrap();
    assert!(largest < MOST_VALUE_BYTES, "{largest} bytes");
    let before = store.0.borrow().clone();
    tidy(&store, instant(50_060), instant(0)).unwrap();
    assert_eq!(*store.0.borrow(), before, "nothing to do");
}

#[test]
fn two_who_fold_at_once_lose_nothing_and_count_nothing_twice() {
    let store = Memory::default();
    for unique in 0..100 {
        store.answer(unique, 10_000, 1);
    }
    // The second has seen and read everything before the first deletes it.
    let seen = Memory(RefCell::new(store.0.borrow().clone()));
    tidy(&store, instant(20_000), instant(0)).unwrap();
    let slots = of_server(&seen.keys().unwrap(), "a");
    gather(&seen, "a", &slots[..60], instant(20_000), 0).unwrap();
    store.0.borrow_mut().extend(seen.0.into_inner());
    assert_eq!(store.answers(), 100);
    tidy(&store, instant(20_000), instant(0)).unwrap();
    assert_eq!((store.len(), store.answers()), (1, 100));
}

#[test]
fn what_is_too_old_is_removed() {
    let (store, day) = (Memory::default(), 86_400);
    for unique in 0..10_u8 {
        store.answer(unique.into(), i64::from(unique) * day + 10, 1);
    }
    tidy(&store, instant(10 * day), instant(0)).unwrap();
    assert_eq!(store.answers(), 10);
    tidy(&store, instant(10 * day), instant(5 * day)).unwrap();
    assert_eq!(store.answers(), 5);
    tidy(&store, instant(30 * day), instant(20 * day)).unwrap();
    assert_eq!(store.len(), 0);
}

#[test]
fn a_value_of_another_version_stays() {
    let store = Memory::default();
    store.answer(1, 10_000, 1);
    store.answer(2, 10_000, 1);
    let key = store.keys().unwrap().remove(0);
    store.set(&key, b"{\"v\":2}").unwrap();
    tidy(&store, instant(20_000), instant(0)).unwrap();
    assert!(store.get(&key).unwrap().is_some());
}

#[test]
fn servers_are_kept_apart() {
    let store = Memory::default();
    store.answer(1, 10_000, 1);
    _ = begin(&store, "ab", 2, listen(10_000)).unwrap();
    assert_eq!(store.answers(), 1);
    tidy(&store, instant(20_000_000), instant(10_000_000)).unwrap();
    assert_eq!(store.len(), 0, "of both");
}

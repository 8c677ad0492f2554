use chrono::{DateTime, Utc};

use super::*;
use crate::state::memory::Memory;
use calls::cdr::Row;

fn here() -> Place {
    Place::parse("here")
}

fn leg(number: usize) -> Leg {
    let row: Row = [
        ("session", format!("1717090900484188-{number}")),
        ("AcctId", number.to_string()),
        ("start", "2024-05-30 14:41:40".to_owned()),
        ("disposition", "BUSY".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    Leg::read(&row).unwrap()
}

fn parcel(number: usize) -> Parcel {
    let at: DateTime<Utc> =
        DateTime::from_timestamp(1_717_090_900 + i64::try_from(number).unwrap(), 0).unwrap();
    Parcel {
        at,
        legs: vec![leg(number)],
        unread: Vec::new(),
    }
}

fn put(store: &Memory, server: &str, number: usize) -> Result<Slot, StoreError> {
    keep(
        store,
        &here(),
        server,
        &parcel(number),
        &number.to_be_bytes(),
    )
}

fn numbers(store: &Memory) -> Vec<String> {
    let slots = of_server(&store.keys().unwrap(), &here(), "a");
    let parcels = slots.iter().map(|slot| {
        crate::state::load::<Parcel>(store, slot.key())
            .unwrap()
            .unwrap()
    });
    parcels
        .flat_map(|parcel| parcel.legs)
        .map(|leg| leg.acct_id)
        .collect()
}

#[test]
fn a_backlog_is_folded_in_its_order_and_nothing_is_lost() {
    let store = Memory::default();
    for number in (0..1_300).rev() {
        put(&store, "a", number).unwrap();
        put(&store, "a", number).unwrap();
    }
    put(&store, "ab", 1).unwrap();
    fold(&store, &here(), "a").unwrap();
    assert_eq!(of_server(&store.keys().unwrap(), &here(), "a").len(), 3);
    assert_eq!(
        numbers(&store),
        (0..1_300)
            .map(|number| number.to_string())
            .collect::<Vec<_>>()
    );
    assert_eq!(of_server(&store.keys().unwrap(), &here(), "ab").len(), 1);
}

#[test]
fn what_one_value_cannot_hold_is_kept_in_parts() {
    let store = Memory::default();
    let unread = |number: usize| DeadLetter {
        at: parcel(0).at,
        reason: "pushed: no record".into(),
        payload: format!("{number} {}", "\"\\".repeat(400)),
        session: None,
        kept: false,
    };
    let mixed = Parcel {
        legs: (0..600).map(leg).collect(),
        unread: (0..600).map(unread).collect(),
        ..parcel(0)
    };
    let body = vec![b' '; 256 * 1_024];
    keep(&store, &here(), "a", &mixed, &body).unwrap();
    let largest = store.0.borrow().values().map(Vec::len).max().unwrap();
    assert!(largest <= MOST_VALUE_BYTES, "{largest}");
    let kept: BTreeSet<String> = numbers(&store).into_iter().collect();
    assert_eq!(kept.len(), 600);
    let slots = of_server(&store.keys().unwrap(), &here(), "a");
    let parcels = slots.iter().map(|slot| {
        let parcel = crate::state::load::<Parcel>(&store, slot.key()).unwrap();
        parcel.unwrap().unread.len()
    });
    assert_eq!(parcels.sum::<usize>(), 600);
}

#[test]
fn pushes_fold_only_where_the_store_is_filling_up() {
    let now = parcel(0).at;
    let tidy = |store: &Memory| tidy(store, &here(), "a", now).unwrap();
    let store = Memory::default();
    for number in 0..FILLING_UP - 1 {
        put(&store, "a", number).unwrap();
    }
    tidy(&store);
    assert_eq!(store.keys().unwrap().len(), FILLING_UP - 1);
    // Whatever fills it.
    store.set("something else", b"").unwrap();
    tidy(&store);
    assert_eq!(store.keys().unwrap().len(), 2);
    assert_eq!(numbers(&store).len(), FILLING_UP - 1);
}

#[test]
fn one_folds_at_a_time_until_the_store_is_nearly_full() {
    let now = parcel(0).at;
    let store = Memory::default();
    let lease = key::of("a", key::What::FoldLease);
    assert!(Lease::take(&store, &lease, now, now + FOLDING).unwrap());
    for number in 1..NEARLY_FULL {
        put(&store, "a", number).unwrap();
    }
    tidy(&store, &here(), "a", now).unwrap();
    assert_eq!(store.keys().unwrap().len(), NEARLY_FULL);
    let slot = put(&store, "a", 1).unwrap();
    make_room(&store, &here(), "a", &slot).unwrap();
    assert_eq!(store.keys().unwrap().len(), NEARLY_FULL - AT_ONCE + 1);
    assert_eq!(numbers(&store).len(), NEARLY_FULL - 1);
    // One that was killed is not waited for longer than folding takes.
    tidy(&store, &here(), "a", now + FOLDING).unwrap();
    assert_eq!(store.keys().unwrap().len(), 2);
    assert_eq!(numbers(&store).len(), NEARLY_FULL - 1);
}

#[test]
fn however_many_come_the_store_is_never_full() {
    let store = Memory::default();
    for number in 0..10_000 {
        let slot = put(&store, "a", number).unwrap();
        if slot.falls_to_fold() {
            make_room(&store, &here(), "a", &slot).unwrap();
        }
        assert!(store.0.borrow().len() < 1_024, "after {number}");
    }
    fold(&store, &here(), "a").unwrap();
    assert!(store.keys().unwrap().len() < 50);
    let kept: BTreeSet<String> = numbers(&store).into_iter().collect();
    assert_eq!(kept.len(), 10_000);
}

#[test]
fn however_many_servers_push_the_store_is_never_full() {
    let store = Memory::default();
    let servers: Vec<String> = (0..60).map(|number| format!("server-{number}")).collect();
    for number in 0..10_000 {
        let server = &servers[number % servers.len()];
        let slot = put(&store, server, number).unwrap();
        if slot.falls_to_fold() {
            make_room(&store, &here(), server, &slot).unwrap();
        }
        assert!(store.0.borrow().len() < 1_024, "after {number}");
    }
    let legs = servers.iter().flat_map(|server| {
        let slots = of_server(&store.keys().unwrap(), &here(), server);
        slots.iter().map(Slot::legs).collect::<Vec<_>>()
    });
    assert_eq!(legs.sum::<usize>(), 10_000);
}

#[test]
fn large_parcels_are_folded_as_far_as_a_value_holds_them() {
    let store = Memory::default();
    for number in 0..60 {
        let mut parcel = parcel(number);
        parcel.legs[0].caller_name = "x".repeat(SEGMENT_BYTES / 8);
        let body = number.to_be_bytes();
        keep(&store, &here(), "a", &parcel, &body).unwrap();
    }
    fold(&store, &here(), "a").unwrap();
    assert!(store.keys().unwrap().len() <= 10);
    assert_eq!(numbers(&store).len(), 60);
}

#[test]
fn several_who_make_room_at_once_do_not_all_fold_the_same() {
    let store = Memory::default();
    let slots: Vec<Slot> = (0..ALL_BUT_FULL - 1)
        .map(|number| put(&store, "a", number).unwrap())
        .collect();
    let parts: Vec<&[Slot]> = slots.chunks_exact(AT_ONCE).collect();
    let picked = slots
        .iter()
        .filter(|slot| slot.falls_to_fold())
        .map(|slot| slot.pick(&parts).unwrap()[0].key());
    assert!(picked.collect::<BTreeSet<_>>().len() > parts.len() / 2);
}

#[test]
fn two_who_fold_at_once_lose_nothing() {
    let store = Memory::default();
    for number in 0..100 {
        put(&store, "a", number).unwrap();
    }
    // The second has seen only what was there a moment earlier.
    let seen = of_server(&store.keys().unwrap(), &here(), "a");
    fold(&store, &here(), "a").unwrap();
    fold_some(&store, &here(), "a", &seen[..60]).unwrap();
    assert_eq!(numbers(&store).len(), 100);
}

#[test]
fn a_batch_holds_at_least_one_parcel_and_not_too_many_legs() {
    let slots: Vec<Slot> = [600, 1, 1]
        .map(|legs| {
            slot(
                &here(),
                "a",
                "1",
                &[u8::try_from(legs % 250).unwrap()],
                legs,
            )
        })
        .into();
    assert_eq!(batch(&slots).len(), 1);
    assert_eq!(batch(&slots[1..]).len(), 2);
    assert!(batch(&[]).is_empty());
}

#[test]
fn a_parcel_of_another_version_stays() {
    let store = Memory::default();
    let slot = put(&store, "a", 1).unwrap();
    store.set(slot.key(), b"{\"v\":2}").unwrap();
    for number in 2..60 {
        put(&store, "a", number).unwrap();
    }
    fold(&store, &here(), "a").unwrap();
    assert!(store.get(slot.key()).unwrap().is_some());
}

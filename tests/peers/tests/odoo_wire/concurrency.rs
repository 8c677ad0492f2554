//! Two calls at once: duplicate keys, serialization, retries.

use peers::odoo::Fault;
use serde_json::{Value, json};

use crate::target::{Raised, Scratch, Target};

/// The first call holds its transaction open; the second runs from beginning to end while it does.
fn overtaken(
    target: &Target,
    first: impl Fn() -> Result<Value, Raised> + Sync,
    second: impl Fn() -> Result<Value, Raised>,
    method: &str,
    model: &str,
) -> (Result<Value, Raised>, Result<Value, Raised>) {
    let (fault, open) = Fault::hold_transaction();
    target.odoo().fault(fault.on(model, method).times(1));
    std::thread::scope(|scope| {
        let held = scope.spawn(&first);
        target.wait_for_arrival(&open);
        let overtaking = second();
        drop(open);
        (held.join().unwrap(), overtaking)
    })
}

#[test]
fn the_second_of_two_creates_of_one_key_is_a_duplicate() {
    for major in [17, 18, 19] {
        let target = Target::simulated(major);
        let scratch = target.scratch();
        let create = || {
            target.kw(
                &scratch.name,
                "create",
                json!([[{"x_uid": "same"}]]),
                json!({}),
            )
        };
        let (held, overtaking) = overtaken(&target, create, create, "create", &scratch.name);
        assert!(overtaking.is_ok());
        let raised = held.unwrap_err();
        assert_eq!(raised.name, "odoo.exceptions.ValidationError");
        assert!(
            raised
                .message
                .contains("duplicate key value violates unique constraint"),
            "{}",
            raised.message
        );
        assert_eq!(target.odoo().count(&scratch.name), 1);
    }
}

#[test]
fn two_writes_of_one_record_are_retried_by_the_server() {
    let target = Target::simulated(19);
    let scratch = target.scratch();
    let ids = scratch.kw("create", json!([[{"x_uid": "a"}]])).unwrap();
    let first = || target.kw(&scratch.name, "write", json!([ids, {"x_n": 1}]), json!({}));
    let second = || {
        target.kw(
            &scratch.name,
            "write",
            json!([ids, {"x_name": "second"}]),
            json!({}),
        )
    };
    let (held, overtaking) = overtaken(&target, first, second, "write", &scratch.name);
    assert_eq!((held, overtaking), (Ok(json!(true)), Ok(json!(true))));
    let row = &target.odoo().records(&scratch.name)[0];
    assert_eq!((&row["x_n"], &row["x_name"]), (&json!(1), &json!("second")));
}

/// Two identical loads of fifty rows; what the one that comes second is told.
fn twice_loaded(target: &Target, scratch: &Scratch<'_>) -> Vec<String> {
    let rows: Vec<Value> = (0..50)
        .map(|n| json!([format!("__q__.c{n}"), format!("u{n}")]))
        .collect();
    let load = || {
        target.kw(
            &scratch.name,
            "load",
            json!([["id", "x_uid"], rows]),
            json!({}),
        )
    };
    let (held, overtaking) = overtaken(target, load, load, "load", &scratch.name);
    assert!(overtaking.unwrap()["ids"].is_array());
    let held = held.unwrap();
    assert_eq!(held["ids"], json!(false));
    assert_eq!(
        load().unwrap()["messages"],
        json!([]),
        "sent again, it is an update"
    );
    assert_eq!(target.odoo().count(&scratch.name), 50);
    let messages = held["messages"].as_array().unwrap().iter();
    messages
        .map(|message| message["message"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_second_of_two_identical_loads_is_told_row_by_row() {
    for major in [17, 18, 19] {
        let target = Target::simulated(major);
        let scratch = target.scratch();
        let guarded = twice_loaded(&target, &scratch);
        assert_eq!(guarded.len(), 11);
        assert!(
            guarded[0].starts_with("duplicate key value violates unique constraint"),
            "{}",
            guarded[0]
        );
        assert!(
            guarded[10].starts_with("Found more than 10 errors"),
            "{}",
            guarded[10]
        );

        // Without the index it is the external ids that meet.
        let other = target.scratch();
        other
            .run(&format!("DROP INDEX {}_x_uid_uniq", other.name))
            .unwrap();
        scratch
            .kw(
                "unlink",
                scratch
                    .kw("search", json!([[]]))
                    .map(|ids| json!([ids]))
                    .unwrap(),
            )
            .unwrap();
        let plain = twice_loaded(&target, &other);
        assert_eq!(
            plain[0],
            "could not serialize access due to concurrent update\n"
        );
    }
}

#[test]
fn transactions_that_do_not_meet_both_hold() {
    let target = Target::simulated(19);
    let scratch = target.scratch();
    let create = |uid: &'static str| {
        let (target, name) = (&target, scratch.name.clone());
        move || target.kw(&name, "create", json!([[{"x_uid": uid}]]), json!({}))
    };
    let (held, overtaking) = overtaken(&target, create("a"), create("b"), "create", &scratch.name);
    assert!(held.is_ok() && overtaking.is_ok());
    assert_eq!(target.odoo().count(&scratch.name), 2);
}

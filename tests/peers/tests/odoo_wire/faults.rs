//! Faults of network, proxy and server, and that work is done or not done as each says.

use std::time::{Duration, Instant};

use peers::odoo::Fault;
use serde_json::json;

use crate::target::Target;

const HEADERS: [(&str, &str); 1] = [("content-type", "application/json")];

/// Creates a contact without looking at the answer more than HTTP does.
fn create(target: &Target) -> Result<u16, String> {
    let args =
        json!([target.db, 2, target.key, "res.partner", "create", [[{"name": "Fault"}]], {}]);
    let body = json!({"jsonrpc": "2.0", "params": {"service": "object", "method": "execute_kw", "args": args}});
    target
        .http("POST", "/jsonrpc", &HEADERS, &body.to_string())
        .map(|answer| answer.status)
}

fn stored(target: &Target) -> usize {
    target
        .odoo()
        .records_where("res.partner", &json!([["name", "=", "Fault"]]))
        .len()
}

#[test]
fn a_fault_before_the_work_leaves_nothing() {
    let target = Target::simulated(19);
    for (fault, expected) in [
        (Fault::refuse(), None),
        (Fault::html(502), Some(502)),
        (Fault::html(503), Some(503)),
        (Fault::user_error("no"), Some(200)),
    ] {
        target
            .odoo()
            .fault(fault.on("res.partner", "create").times(1));
        assert_eq!(create(&target).ok(), expected);
        assert_eq!(stored(&target), 0);
    }
    assert_eq!(create(&target), Ok(200));
    assert_eq!(stored(&target), 1);
}

#[test]
fn an_answer_lost_after_the_commit_leaves_the_record() {
    let target = Target::simulated(19);
    target
        .odoo()
        .fault(Fault::answer_lost().on("res.partner", "create").times(1));
    assert!(create(&target).is_err());
    assert_eq!(stored(&target), 1);
    target
        .odoo()
        .fault(Fault::cut(10).on("res.partner", "create").times(1));
    assert!(create(&target).is_err());
    assert_eq!(stored(&target), 2);
}

#[test]
fn slow_answers_and_latency_take_their_time() {
    let target = Target::simulated(19);
    let pause = Duration::from_millis(80);
    target.odoo().fault(Fault::slow(pause).times(1));
    let start = Instant::now();
    create(&target).unwrap();
    assert!(start.elapsed() >= pause);
    target.odoo().set_latency(pause);
    let start = Instant::now();
    create(&target).unwrap();
    assert!(start.elapsed() >= pause);
}

#[test]
fn a_server_that_is_down_comes_back_at_the_same_address() {
    let target = Target::simulated(18);
    for _ in 0..20 {
        create(&target).unwrap();
        target.go_down();
        assert!(create(&target).is_err(), "the listener is still there");
        target.come_back();
    }
    create(&target).unwrap();
}

#[test]
fn a_refused_key_and_a_serialization_failure_have_their_shapes() {
    let target = Target::simulated(19);
    target.odoo().fault(Fault::key_refused().times(2));
    assert_eq!(
        target
            .json2("res.partner", "search", &json!({"domain": []}))
            .0,
        401
    );
    assert_eq!(
        target
            .kw("res.partner", "search", json!([[]]), json!({}))
            .unwrap_err()
            .name,
        "odoo.exceptions.AccessDenied"
    );
    target.odoo().fault(Fault::serialization_failure().times(1));
    let (status, data) = target.json2("res.partner", "search", &json!({"domain": []}));
    assert_eq!(
        (status, data["name"].as_str()),
        (500, Some("psycopg2.errors.SerializationFailure"))
    );
}

#[test]
fn calls_are_logged_with_their_rows() {
    let target = Target::simulated(19);
    create(&target).unwrap();
    target.json2(
        "res.partner",
        "create",
        &json!({"vals_list": [{"name": "a"}, {"name": "b"}]}),
    );
    let log = target.odoo().requests();
    let seen: Vec<(&str, &str, usize)> = log
        .iter()
        .map(|request| (request.transport, request.method.as_str(), request.rows))
        .collect();
    assert_eq!(seen, [("jsonrpc", "create", 1), ("json2", "create", 2)]);
    assert_eq!(target.odoo().count_by_method()["res.partner.create"], 2);
}

#[test]
fn a_stalled_call_ends_with_the_server() {
    let target = Target::simulated(19);
    target.odoo().fault(Fault::stall().times(1));
    std::thread::scope(|scope| {
        let stalled = scope.spawn(|| create(&target));
        std::thread::sleep(Duration::from_millis(50));
        assert!(!stalled.is_finished());
        target.go_down();
        assert!(stalled.join().unwrap().is_err());
    });
    assert_eq!(stored(&target), 0);
}

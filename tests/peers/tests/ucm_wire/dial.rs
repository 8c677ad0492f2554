//! Calls that a program asks the device for.

use std::time::Duration;

use peers::ucm::{CalleeDoes, Outcome, Ucm};
use serde_json::json;

use super::support::*;

async fn dial(ucm: &Ucm, cookie: &str, caller: &str, number: &str) -> i64 {
    let order =
        json!({"action": "dialOutbound", "cookie": cookie, "caller": caller, "outbound": number});
    post(ucm, order).await.json()["status"]
        .as_i64()
        .expect("a status")
}

#[tokio::test]
async fn an_order_is_taken_before_anybody_lifts_and_leaves_a_record_when_the_call_ends() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    assert_eq!(dial(&ucm, &cookie, "1002", "0199000077").await, 0);
    assert!(ucm.truth().is_empty(), "nothing is over");
    ucm.advance(Duration::from_secs(120));
    let truth = ucm.truth();
    assert_eq!(truth.len(), 1);
    assert_eq!(truth[0].external.as_deref(), Some("+33199000077"));
    assert_eq!(truth[0].outcome, Outcome::Answered);
    assert_eq!(truth[0].answered_by.as_deref(), Some("1002"));
    assert!(truth[0].session.ends_with("-api"), "{}", truth[0].session);
    let dialled = ucm.dialled();
    assert_eq!(dialled.len(), 1);
    assert_eq!(
        (dialled[0].caller.as_str(), dialled[0].callee.as_str()),
        ("1002", "0199000077")
    );
}

#[tokio::test]
async fn the_record_has_the_number_as_it_was_dialled() {
    let ucm = quiet().await;
    ucm.switches(|s| {
        s.dial.outside_line = "9".to_owned();
        s.dial.source_is_extension = true;
    });
    let cookie = login(&ucm).await;
    for number in ["90199000077", "90033199000077", "9+33199000077"] {
        assert_eq!(dial(&ucm, &cookie, "1001", number).await, 0);
    }
    ucm.advance(Duration::from_secs(120));
    let records: Vec<String> = ucm.pushed_records(false);
    for number in ["90199000077", "90033199000077", "9+33199000077"] {
        let dst = format!("\"dst\":\"{number}\"");
        let record = records.iter().find(|record| record.contains(&dst));
        let record = record.unwrap_or_else(|| panic!("{number}: {records:?}"));
        assert!(record.contains("\"src\":\"1001\""), "{record}");
    }
}

#[tokio::test]
async fn what_no_route_takes_fails_and_what_is_wrong_is_refused() {
    let ucm = quiet().await;
    ucm.switches(|s| s.dial.plus_has_route = false);
    let cookie = login(&ucm).await;
    assert_eq!(dial(&ucm, &cookie, "1001", "+33199000077").await, 0);
    ucm.advance(Duration::from_secs(120));
    assert_eq!(ucm.truth()[0].outcome, Outcome::Failed);
    for (caller, number, status) in [
        ("9999", "0199000077", -15),
        ("1001", "0199 000077", -50),
        ("1001", "", -1),
        ("", "0199000077", -1),
    ] {
        assert_eq!(
            dial(&ucm, &cookie, caller, number).await,
            status,
            "{caller} {number}"
        );
    }
    let inside =
        json!({"action": "dialExtension", "cookie": cookie, "caller": "1001", "callee": "9999"});
    assert_eq!(post(&ucm, inside).await.json()["status"], -15);
    assert_eq!(ucm.dialled().len(), 1, "what was refused rings nobody");
    ucm.switches(|s| s.denied_actions = vec!["dialOutbound".to_owned()]);
    assert_eq!(dial(&ucm, &cookie, "1001", "0199000077").await, -47);
}

#[tokio::test]
async fn nobody_is_called_where_the_caller_does_not_lift_or_has_no_phone() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    assert_eq!(
        dial(&ucm, &cookie, "1014", "0199000077").await,
        0,
        "not registered"
    );
    ucm.switches(|s| s.dial.lifts = false);
    assert_eq!(dial(&ucm, &cookie, "1001", "0199000077").await, 0);
    ucm.advance(Duration::from_secs(120));
    assert!(ucm.truth().is_empty());
    assert_eq!(ucm.dialled().len(), 2);
}

#[tokio::test]
async fn an_extension_is_connected_with_another() {
    let ucm = quiet().await;
    ucm.switches(|s| s.dial.callee = CalleeDoes::NotAnswer);
    let cookie = login(&ucm).await;
    let order =
        json!({"action": "dialExtension", "cookie": cookie, "caller": "1001", "callee": "1002"});
    let answer = post(&ucm, order).await.json();
    assert_eq!(
        answer,
        json!({"response": {"need_apply": "no"}, "status": 0})
    );
    ucm.advance(Duration::from_secs(120));
    assert_eq!(ucm.truth()[0].outcome, Outcome::NoAnswer);
}

//! What becomes of calls that a program asks for, and the record that each leaves.

use std::time::Duration;

use peers::ucm::{CalleeDoes, Outcome, Push, Ucm, Unlifted};
use serde_json::{Value, json};

use super::support::*;

const INSIDE: (&str, &str, &str) = ("dialExtension", "caller", "callee");
const QUEUE: (&str, &str, &str) = ("dialQueue", "outcaller", "queue");
const RING_GROUP: (&str, &str, &str) = ("dialRinggroup", "outcaller", "ringgroup");

fn ask((action, first, second): (&str, &str, &str), caller: &str, callee: &str) -> Value {
    json!({"action": action, first: caller, second: callee})
}

/// The legs that an order leaves when everything is over.
async fn legs_of(ucm: &Ucm, cookie: &str, order: Value) -> Vec<Value> {
    let before = ucm.rows();
    assert_eq!(status(ucm, cookie, order).await, 0);
    pass(ucm, 200);
    legs(&cdr(ucm, cookie, json!({})).await).split_off(before)
}

fn said(leg: &Value) -> [&str; 5] {
    ["src", "dst", "userfield", "disposition", "dstchannel_ext"]
        .map(|name| leg[name].as_str().unwrap_or_default())
}

#[tokio::test]
async fn the_record_appears_when_the_call_ends_and_not_before() {
    let ucm = quiet().await;
    ucm.switches(|s| (s.dial.lift_secs, s.dial.ring_secs, s.dial.talk_secs) = (10, 20, 30));
    let cookie = login(&ucm).await;
    status(&ucm, &cookie, order()).await;
    pass(&ucm, 60);
    assert_eq!(ucm.rows(), 0);
    pass(&ucm, 1);
    let legs = legs(&cdr(&ucm, &cookie, json!({})).await);
    for (name, value) in [
        ("src", "api"),
        ("dst", "0199000077"),
        ("channel_ext", "1002"),
        ("dst_trunk_name", "mytrunk"),
        ("disposition", "ANSWERED"),
        ("duration", "60"),
        ("billsec", "30"),
    ] {
        assert_eq!(legs[0][name], value, "{name}");
    }
}

#[tokio::test]
async fn it_is_pushed_when_it_ends() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("tcp://{}", listener.local_addr().expect("an address"));
    let push = Push::to(url.parse().expect("a URL"));
    let ucm = Ucm::builder()
        .now(noon())
        .push(push)
        .start()
        .await
        .expect("it starts");
    let cookie = login(&ucm).await;
    status(&ucm, &cookie, order()).await;
    pass(&ucm, 70);
    let waited = tokio::time::timeout(Duration::from_millis(400), listener.accept()).await;
    assert!(waited.is_err(), "the call goes on");
    pass(&ucm, 1);
    let pushed = tokio::time::timeout(PATIENCE, listener.accept()).await;
    assert!(pushed.is_ok_and(|accepted| accepted.is_ok()));
}

#[tokio::test]
async fn busy_lines_and_numbers_without_a_route_end_once_the_caller_has_lifted() {
    let ucm = quiet().await;
    ucm.switches(|s| s.dial.callee = CalleeDoes::BeBusy);
    let cookie = login(&ucm).await;
    status(&ucm, &cookie, order()).await;
    pass(&ucm, 3);
    assert_eq!(ucm.rows(), 0, "nobody has lifted");
    pass(&ucm, 2);
    assert_eq!((ucm.rows(), ucm.truth()[0].outcome), (1, Outcome::Busy));
    let lost = json!({"action": "dialOutbound", "caller": "1002", "outbound": "12"});
    let legs = legs_of(&ucm, &cookie, lost).await;
    assert_eq!(said(&legs[0]), ["api", "12", "Internal", "FAILED", "12"]);
    ucm.switches(|s| s.dial.callee = CalleeDoes::NotAnswer);
    let legs = legs_of(&ucm, &cookie, order()).await;
    assert_eq!(
        said(&legs[0]),
        ["api", "0199000077", "Outbound", "NO ANSWER", "trunk_2"]
    );
    assert_eq!(legs[0]["duration"], "10");
}

#[tokio::test]
async fn a_caller_who_does_not_lift_rings_for_a_while_and_no_leg_goes_outside() {
    for (unlifted, dst) in [
        (Unlifted::NoRecord, None),
        (Unlifted::ToCaller, Some("1002")),
        (Unlifted::ToCallee, Some("0199000077")),
    ] {
        let ucm = quiet().await;
        ucm.switches(|s| (s.dial.lifts, s.dial.unlifted) = (false, unlifted));
        let cookie = login(&ucm).await;
        status(&ucm, &cookie, order()).await;
        pass(&ucm, 29);
        let channels = json!({"action": "listUnBridgedChannels"});
        let ringing = rows(&ucm, &cookie, channels, "channel").await;
        assert_eq!(ringing.len(), 1);
        assert_eq!((&ringing[0]["state"], ucm.rows()), (&json!("Ringing"), 0));
        pass(&ucm, 2);
        let legs = legs(&cdr(&ucm, &cookie, json!({})).await);
        let expected = dst.map(|dst| ["api", dst, "Internal", "NO ANSWER", dst]);
        assert_eq!(legs.first().map(said), expected);
        assert!(
            legs.iter()
                .all(|leg| leg["dstchannel"] == "" && leg["dst_trunk_name"] == "")
        );
        assert_eq!((ucm.truth().len(), ucm.dialled().len()), (legs.len(), 1));
    }
}

#[tokio::test]
async fn a_busy_phone_and_one_that_is_not_there_do_not_ring() {
    let ucm = quiet().await;
    ucm.switches(|s| {
        s.dial.unlifted = Unlifted::ToCaller;
        s.dial.busy = vec!["1002".to_owned()];
    });
    let cookie = login(&ucm).await;
    for caller in ["1002", "1014"] {
        let legs = legs_of(&ucm, &cookie, ask(INSIDE, caller, "1003")).await;
        assert_eq!(
            said(&legs[0]),
            ["api", caller, "Internal", "NO ANSWER", caller]
        );
        assert_eq!(legs[0]["duration"], "0");
    }
    for (callee, disposition) in [("1002", "BUSY"), ("1014", "FAILED")] {
        let legs = legs_of(&ucm, &cookie, ask(INSIDE, "1001", callee)).await;
        assert_eq!(
            said(&legs[0]),
            ["api", callee, "Internal", disposition, callee]
        );
        assert_eq!(legs[0]["dstchannel"] == "", callee == "1014");
    }
}

#[tokio::test]
async fn a_number_outside_is_put_into_the_queue() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    ucm.switches(|s| s.dial.busy = vec!["1001".to_owned()]);
    let legs = legs_of(&ucm, &cookie, ask(QUEUE, "0199000077", "6500")).await;
    assert!(
        legs.iter()
            .all(|leg| leg["src"] == "api" && leg["action_type"] == "QUEUE[6500]")
    );
    let truth = &ucm.truth()[0];
    assert_eq!(
        (truth.outcome, truth.answered_by.as_deref()),
        (Outcome::Answered, Some("1002"))
    );
    ucm.switches(|s| s.dial.source_is_extension = true);
    let legs = legs_of(&ucm, &cookie, ask(QUEUE, "0199000077", "6500")).await;
    assert!(legs.iter().all(|leg| leg["src"] == "0199000077"));
    ucm.switches(|s| s.dial.callee = CalleeDoes::NotAnswer);
    legs_of(&ucm, &cookie, ask(QUEUE, "0199000077", "6500")).await;
    assert_eq!(ucm.truth()[2].outcome, Outcome::Missed);
    let dialled = &ucm.dialled()[0];
    assert_eq!(
        (dialled.caller.as_str(), dialled.callee.as_str()),
        ("0199000077", "6500")
    );
    assert!(!dialled.is_outside);
}

#[tokio::test]
async fn a_number_outside_is_put_through_to_the_ring_group() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    status(&ucm, &cookie, ask(RING_GROUP, "0199000077", "6400")).await;
    let channels = json!({"action": "listUnBridgedChannels"});
    let first = rows(&ucm, &cookie, channels.clone(), "channel").await;
    assert_eq!(
        first.len(),
        1,
        "no phone of the office rings before the outsider lifts"
    );
    pass(&ucm, 5);
    assert_eq!(rows(&ucm, &cookie, channels, "channel").await.len(), 4);
    pass(&ucm, 200);
    assert_eq!(ucm.truth()[0].outcome, Outcome::Answered);
    ucm.switches(|s| s.dial.callee = CalleeDoes::BeBusy);
    let legs = legs_of(&ucm, &cookie, ask(RING_GROUP, "0199000077", "6400")).await;
    let busy = legs
        .iter()
        .filter(|leg| leg["disposition"] == "BUSY")
        .count();
    assert_eq!((busy, ucm.truth()[1].outcome), (3, Outcome::Missed));
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_not_taken() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    for (request, expected) in [
        (ask(QUEUE, "0199000077", "6400"), -15),
        (ask(QUEUE, "0199 000077", "6500"), -50),
        (ask(QUEUE, "", "6500"), -1),
        (
            json!({"action": "dialQueue", "outcaller": "0199000077"}),
            -1,
        ),
        (ask(RING_GROUP, "0199000077", "6500"), -15),
        (ask(RING_GROUP, "0199000077;", "6400"), -50),
        (json!({"action": "dialRinggroup", "ringgroup": "6400"}), -1),
        (ask(INSIDE, "9999", "1001"), -15),
    ] {
        assert_eq!(
            status(&ucm, &cookie, request.clone()).await,
            expected,
            "{request}"
        );
    }
    let taken = ask(QUEUE, "0199000077", "6500");
    assert_eq!(status(&ucm, "sid1-1", taken.clone()).await, -6);
    ucm.switches(|s| s.denied_actions = vec!["dialQueue".to_owned(), "dialRinggroup".to_owned()]);
    assert_eq!(status(&ucm, &cookie, taken.clone()).await, -47);
    assert_eq!(
        status(&ucm, &cookie, ask(RING_GROUP, "0199000077", "6400")).await,
        -47
    );
    ucm.switches(|s| s.throttle_minute = Some(2));
    let inside = ask(INSIDE, "1001", "1002");
    for expected in [0, 0, -57] {
        assert_eq!(status(&ucm, &cookie, inside.clone()).await, expected);
    }
    assert_eq!(ucm.dialled().len(), 2);
    pass(&ucm, 59);
    assert_eq!(status(&ucm, &cookie, inside.clone()).await, -57);
    pass(&ucm, 1);
    assert_eq!(status(&ucm, &cookie, inside).await, 0);
}

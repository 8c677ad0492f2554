//! What is typed during a call is on the call when its record comes, whichever of the two is first.

use std::time::Duration;

use bytes::Bytes;
use peers::phones::Caller;
use peers::ucm::{Call, Scenario};
use serde_json::{Value, json};
use system::Journal;

use super::presence::age;
use super::{NUMBER, Office, now};

const NAME: &str = "";
const SECRET: &str = "the-secret-of-bordeaux";

/// Ana's phone rings, she takes the call, and it ends; gives its ring. Its record is not read yet.
async fn call(office: &mut Office) -> i64 {
    let mut ring = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
    office.send(&ring.incoming()).await;
    office.send(&ring.answered_by("1001")).await;
    let mut call = Call::new(
        Scenario::Answered,
        now() - chrono_clock::TimeDelta::seconds(3),
    )
    .with("+33199000077", NAME);
    call.extension = "1001".to_owned();
    office.ucm().add_call(&call);
    office.rings().await[0]["id"].as_i64().unwrap()
}

async fn note(office: &Office, ring: i64, was: &str, note: &str) -> Value {
    let typed = json!({ "ring": ring, "was": was, "note": note });
    office.run(&office.ana, "action_ring_note", typed).await
}

/// The record comes by the poll.
async fn record_comes(office: &Office) {
    office.rig.advance(Duration::from_secs(600));
    office.rig.run_to_completion(3).await.unwrap();
}

async fn notes(office: &Office) -> String {
    let domain = json!([["x_server", "=", "bordeaux"]]);
    let calls = office
        .journal()
        .records("x_ucm_call", domain, &["x_notes"])
        .await
        .unwrap();
    assert_eq!(calls.len(), 1, "{calls:?}");
    calls[0]["x_notes"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_on_the_call_once_whichever_of_the_two_is_first() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let mut office = Office::open(journal).await;
        let ring = call(&mut office).await;
        note(&office, ring, "", "Wants <two> roses").await;
        record_comes(&office).await;
        assert!(office.rings().await[0]["x_call_id"][0].is_i64());
        let text = notes(&office).await;
        assert_eq!(text.matches("Wants &lt;two&gt; roses").count(), 1, "{text}");
        // She goes on typing after the record has come.
        let answer = note(&office, ring, "Wants <two> roses", "Wants three roses").await;
        assert_eq!(answer["is_kept"], true);
        let text = notes(&office).await;
        assert_eq!(
            (text.matches("roses").count(), text.matches("three").count()),
            (1, 1),
            "{text}"
        );
        // What somebody has made of it since stays, and so does what is typed then.
        let domain = json!([["x_server", "=", "bordeaux"]]);
        let id = office
            .journal()
            .records("x_ucm_call", domain, &["id"])
            .await
            .unwrap()[0]["id"]
            .clone();
        let edited = text.replace("three", "seven");
        let write = json!([[id], { "x_notes": edited }]);
        office
            .journal()
            .call("x_ucm_call", "write", write, json!({}))
            .await
            .unwrap();
        note(&office, ring, "Wants three roses", "Wants nine roses").await;
        note(&office, ring, "Wants nine roses", "Wants ten roses").await;
        let text = notes(&office).await;
        assert!(
            text.contains("seven") && text.contains("ten") && !text.contains("nine"),
            "{text}"
        );
        // The journal is read again, and nothing comes twice.
        record_comes(&office).await;
        assert_eq!(notes(&office).await, text);
        office.close(&[]).await;
    }
}

/// A push that Odoo did not take at once is brought in by the timer, and no poll comes to find the note.
#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_on_the_call_that_a_tick_brings_in() {
    let settings = json!({ "push_secret": SECRET, "poll": false });
    let mut office = Office::with(Journal::simulated(19).await.unwrap(), settings).await;
    let ring = call(&mut office).await;
    note(&office, ring, "", "Wants two roses").await;
    office.rig.advance(Duration::from_secs(300));
    office.journal().handle().go_down().await;
    let records = office.ucm().pushed_records(false);
    assert!(!records.is_empty());
    for record in records {
        let request = http::Request::builder()
            .method("POST")
            .uri("http://localhost/webhook/bordeaux")
            .header("authorization", format!("Bearer {SECRET}"))
            .body(Bytes::from(record))
            .unwrap();
        assert_eq!(office.app.request(request).await.unwrap().status(), 200);
    }
    office.app.settled().await;
    office.journal().handle().come_back().await;
    office.rig.advance(Duration::from_secs(300));
    office.rig.tick().await.unwrap();
    assert!(office.rings().await[0]["x_call_id"][0].is_i64());
    assert!(notes(&office).await.contains("Wants two roses"));
    office.close(&[]).await;
}

/// Nobody else's note, and not over what another at the same phone has written.
#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_taken_at_ones_own_phone_alone() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let mut office = Office::open(journal).await;
        let ring = call(&mut office).await;
        let typed = json!({ "ring": ring, "was": "", "note": "not mine" });
        let answer = office.run(&office.ben, "action_ring_note", typed).await;
        assert_eq!(answer["is_kept"], false);
        note(&office, ring, "", "first").await;
        let answer = note(&office, ring, "", "second").await;
        assert_eq!(answer["note"], "first\nsecond");
        assert_eq!(office.rings().await[0]["x_note"], "first\nsecond");
        office.close(&[]).await;
    }
}

/// Another call at the same phone, so many seconds before.
fn another_call(office: &Office, secs: i64) {
    let start = now() - chrono_clock::TimeDelta::seconds(secs);
    let mut call = Call::new(Scenario::Answered, start).with("+33199000077", NAME);
    call.extension = "1001".to_owned();
    office.ucm().add_call(&call);
}

async fn nobody_knows_whose_note_it_is(office: &Office, ring: i64) {
    note(office, ring, "", "which one").await;
    record_comes(office).await;
    let row = &office.rings().await[0];
    assert_eq!(
        (&row["x_call_id"], &row["x_note"]),
        (&json!(false), &json!("which one"))
    );
}

/// Where two calls may be it, the note waits for a person.
/// Whoever may make a row in the journal could have somebody else's note written into it.
#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_put_on_no_call_that_somebody_has_made_up() {
    let mut office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let at = |secs| (now() + chrono_clock::TimeDelta::seconds(secs)).format("%Y-%m-%d %H:%M:%S");
    let made_up = json!({
        "x_name": "made up", "x_uid": "bordeaux/1781534997000000-1", "x_server": "bordeaux", "x_session": "1781534997000000-1",
        "x_direction": "inbound", "x_outcome": "answered", "x_number": "+33199000077", "x_caller_number": "+33199000077",
        "x_extension": "1001", "x_started_at": at(-4).to_string(), "x_ended_at": at(600).to_string(),
    });
    let made_up = office
        .journal()
        .create("x_ucm_call", made_up)
        .await
        .unwrap();
    let ring = call(&mut office).await;
    note(&office, ring, "", "Wants two roses").await;
    record_comes(&office).await;
    let calls = office
        .journal()
        .records("x_ucm_call", json!([]), &["x_notes"])
        .await;
    let mut calls = calls.unwrap();
    calls.retain(|call| {
        call["x_notes"]
            .as_str()
            .unwrap_or_default()
            .contains("roses")
    });
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert_ne!(calls[0]["id"], made_up);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_put_on_no_call_that_may_be_another() {
    let mut office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let ring = call(&mut office).await;
    another_call(&office, 2);
    nobody_knows_whose_note_it_is(&office, ring).await;
}

/// Among many calls, one that may be it counts although others came after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_put_on_no_call_because_the_other_is_one_of_many() {
    let mut office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let ring = call(&mut office).await;
    another_call(&office, 1);
    let crowd = office.journal().crowd("bordeaux", "inbound", now(), 1_999);
    crowd.await.unwrap();
    nobody_knows_whose_note_it_is(&office, ring).await;
}

/// How many actions of Odoo are run where the servers are read anew.
async fn actions_run(office: &Office) -> usize {
    office.forget_what_was_sent();
    office.rig.advance(Duration::from_secs(11 * 60));
    office.rig.tick().await.unwrap();
    let sent = office.journal().handle().count_by_method();
    sent.get("ir.actions.server.run").copied().unwrap_or(0)
}

/// A weekend without calls, or a server whose phones have other addresses now.
#[tokio::test(flavor = "multi_thread")]
async fn a_ring_is_kept_for_a_day_though_no_record_comes_after_it() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let mut office = Office::open(journal).await;
        let is_real = office.journal().is_real();
        let usual = if is_real {
            0
        } else {
            actions_run(&office).await
        };
        let mut ring = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
        office.send(&ring.incoming()).await;
        office.send(&ring.given_up()).await;
        age(&office, 27 * 60).await;
        let mut ring = office.fleet.ring(&["1001"], &Caller::number("0199000078"));
        office.send(&ring.incoming()).await;
        office.send(&ring.given_up()).await;
        let last = office.rings().await[1]["id"].as_i64().unwrap();
        note(&office, last, "", "Wants roses").await;
        age(&office, 26 * 60).await;
        let mut kept = Vec::new();
        for hours in [23, 4] {
            office.rig.advance(Duration::from_secs(hours * 3_600));
            let said = office.rig.tick().await.unwrap();
            assert!(!said.iter().any(|line| line.contains("rings")), "{said:?}");
            kept.push(office.rings().await.len());
        }
        assert_eq!(kept, [2, 1]);
        assert_eq!(office.rings().await[0]["x_note"], "Wants roses");
        if !is_real {
            assert_eq!(actions_run(&office).await, usual);
        }
        office.close(&[]).await;
    }
}

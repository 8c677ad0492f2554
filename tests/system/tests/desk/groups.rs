//! Several phones ring for one call.

use std::time::Duration;

use peers::phones::Caller;
use serde_json::json;
use system::Journal;

use super::{NUMBER, Office};

#[tokio::test(flavor = "multi_thread")]
async fn the_others_are_told_who_has_answered_and_nobody_that_it_was_missed() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let mut office = Office::open(journal).await;
        let mut ring = office
            .fleet
            .ring(&["1001", "1002", "1003"], &Caller::number(NUMBER));
        office.send(&ring.incoming()).await;
        for person in [&office.ana, &office.ben] {
            assert_eq!(office.last_heard(person).await.0, "ringing");
        }
        office.send(&ring.answered_by("1002")).await;
        for person in [&office.ana, &office.ben] {
            assert_eq!(
                office.last_heard(person).await,
                ("answered".to_owned(), "Ben".to_owned())
            );
        }
        office.send(&ring.hung_up()).await;
        let heard = office.heard(&office.ana).await;
        assert!(
            heard.iter().all(|message| message["outcome"] != "missed"),
            "{heard:?}"
        );
        office.close(&[]).await;
    }
}

/// All phones stop at the same moment, each in a request of its own.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_missed_only_where_nobody_has_answered() {
    for series in [18, 19] {
        let mut office = Office::open(Journal::simulated(series).await.unwrap()).await;
        let mut ring = office
            .fleet
            .ring(&["1001", "1002", "1003"], &Caller::number(NUMBER));
        office.fleet.send_at_once(&ring.incoming()).await.unwrap();
        office.app.settled().await;
        office.fleet.send_at_once(&ring.given_up()).await.unwrap();
        office.app.settled().await;
        for person in [&office.ana, &office.ben] {
            assert_eq!(office.last_heard(person).await.0, "missed");
        }
    }
}

/// A queue goes on to its next agent: what was missed at one phone is answered at another.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_goes_on_is_not_missed() {
    let mut office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let mut ring = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
    office.send(&ring.incoming()).await;
    let next = office.fleet.phone("1002").clone();
    office.send(&ring.on_to(&next)).await;
    // However long this took here, the second phone began to ring two seconds after the first one had stopped.
    let odoo = office.journal().handle();
    let rings = odoo.records("x_ucm_ring");
    let [first, second] = &rings[..] else {
        panic!("{rings:?}")
    };
    assert_eq!(first["x_state"], "missed");
    let format = "%Y-%m-%d %H:%M:%S";
    let began = second["x_started_at"].as_str().unwrap();
    let began = chrono_clock::NaiveDateTime::parse_from_str(began, format).unwrap();
    let stopped = (began - Duration::from_secs(2)).format(format).to_string();
    let stopped = json!({ "x_stopped_at": stopped });
    let id = first["id"].as_i64().unwrap();
    odoo.write("x_ucm_ring", id, &stopped).unwrap();
    office.send(&ring.answered_by("1002")).await;
    assert_eq!(
        office.last_heard(&office.ana).await,
        ("answered".to_owned(), "Ben".to_owned())
    );
}

/// Of two callers who are withheld nobody can say whether they are one: what happens at one phone says nothing of the other.
#[tokio::test(flavor = "multi_thread")]
async fn withheld_callers_are_not_taken_for_one() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let mut office = Office::open(journal).await;
        let mut first = office.fleet.ring(&["1001"], &Caller::withheld());
        let mut second = office.fleet.ring(&["1002"], &Caller::withheld());
        office.send(&first.incoming()).await;
        office.send(&second.incoming()).await;
        office.send(&second.answered_by("1002")).await;
        assert_eq!(office.last_heard(&office.ana).await.0, "ringing");
        office.send(&first.given_up()).await;
        assert_eq!(
            office.last_heard(&office.ana).await,
            ("ended".to_owned(), String::new())
        );
        office.close(&[]).await;
    }
}

/// An alarm: every phone of the office rings for another caller, at once. Each sees their own, and the webhook's neighbour stays what it is.
#[tokio::test(flavor = "multi_thread")]
async fn many_rings_at_once_are_each_their_own() {
    let mut office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let mut heard = Vec::new();
    for nth in 0..40 {
        let extension = ["1001", "1002"][nth % 2];
        let caller = Caller::number(&format!("01990001{nth:02}"));
        heard.extend(office.fleet.ring(&[extension], &caller).incoming());
    }
    let answers = office.fleet.send_at_once(&heard).await.unwrap();
    office.app.settled().await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let rings = office.rings().await;
    assert_eq!(rings.len(), 40);
    for person in [&office.ana, &office.ben] {
        let heard = office.heard(person).await;
        assert_eq!(heard.len(), 20);
        let own = |message: &serde_json::Value| {
            rings.iter().any(|ring| {
                ring["id"] == message["ring"] && ring["x_user_ids"] == json!([person.user()])
            })
        };
        assert!(heard.iter().all(own));
    }
}

//! Who calls, and who is told.

use std::time::Duration;

use peers::phones::Caller;
use serde_json::{Value, json};
use system::Journal;

use super::{E164, NUMBER, Office};

#[tokio::test(flavor = "multi_thread")]
async fn a_ring_is_shown_to_whose_phone_it_is_and_to_nobody_else() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let mut office = Office::open(journal).await;
        let ada = office.contact("Ada Byron", "01 99 00 00 77").await;
        let ring = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
        let answers = office.send(&ring.incoming()).await;
        assert!(answers[0].body.is_empty());
        let rings = office.rings().await;
        assert_eq!(rings.len(), 1, "{rings:?}");
        let row = &rings[0];
        assert_eq!(
            (&row["x_match"], &row["x_partner_id"][0]),
            (&json!("matched"), &json!(ada)),
            "{row}"
        );
        assert_eq!(
            (&row["x_number"], &row["x_user_ids"]),
            (&json!(E164), &json!([office.ana.user()])),
            "{row}"
        );
        let heard = office.heard(&office.ana).await;
        assert_eq!(heard.len(), 1, "{heard:?}");
        assert_eq!(
            (&heard[0]["state"], &heard[0]["ring"]),
            (&json!("ringing"), &row["id"])
        );
        assert_eq!(office.heard(&office.ben).await, [json!(null); 0]);
        // Ben cannot read it either.
        let seen = office
            .ben
            .records("x_ucm_ring", json!([["id", "=", row["id"]]]), &["x_number"])
            .await;
        assert_eq!(seen.unwrap(), [json!(null); 0]);
        office.close(&[ada]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_phone_last_spoke_is_in_odoo() {
    let mut office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let ring = office.fleet.ring(&["1002"], &Caller::number(NUMBER));
    office.send(&ring.incoming()).await;
    // With the next reading of the servers, then it is known which record is this one's.
    office.rig.advance(Duration::from_secs(11 * 60));
    office.rig.tick().await.unwrap();
    let fields = ["x_extension", "x_event", "x_event_at"];
    let phones = office.journal().records("x_ucm_phone", json!([]), &fields);
    let phones = phones.await.unwrap();
    assert_eq!(phones.len(), 1, "{phones:?}");
    assert_eq!(
        (&phones[0]["x_extension"], &phones[0]["x_event"]),
        (&json!("1002"), &json!("incoming")),
        "{phones:?}"
    );
    assert_ne!(phones[0]["x_event_at"], false, "{phones:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ring_takes_three_requests_and_what_follows_two() {
    let mut office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let mut ring = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
    // What contacts have is asked for once an hour.
    let first = office.fleet.ring(&["1003"], &Caller::number("0199000078"));
    office.send(&first.incoming()).await;
    let withheld = office.fleet.ring(&["1001"], &Caller::withheld());
    let count = async |heard: &[_]| {
        office.journal().handle().clear_requests();
        office.send(heard).await;
        office.journal().handle().requests().len()
    };
    assert_eq!(
        count(&ring.incoming()).await,
        3,
        "the actions' ids, what is known of the number, the ring"
    );
    let answered = ring.answered_by("1001");
    assert_eq!(count(&answered).await, 2);
    assert_eq!(count(&ring.hung_up()).await, 2);
    assert_eq!(count(&withheld.incoming()).await, 2);
}

/// What a ring is noted as.
async fn noted(office: &mut Office, caller: &str) -> Value {
    let ring = office.fleet.ring(&["1001"], &Caller::number(caller));
    office.send(&ring.incoming()).await;
    office.rings().await.pop().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_guessed() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let mut office = Office::open(journal).await;
        let one = office.contact("One", "+33 1 99 00 00 77").await;
        let two = office.contact("Two", "01.99.00.00.77").await;
        let tie = noted(&mut office, NUMBER).await;
        assert_eq!(
            (&tie["x_match"], &tie["x_partner_id"]),
            (&json!("ambiguous"), &json!(false)),
            "{tie}"
        );
        assert_eq!(tie["x_candidate_ids"], json!([one, two]));
        // As the phone leaves a plus in the address, and as it writes an address of SIP.
        for written in [E164, "sip:0199000077@pbx.example.com"] {
            assert_eq!(
                noted(&mut office, written).await["x_number"],
                E164,
                "{written}"
            );
        }
        let unknown = noted(&mut office, "0199000099").await;
        assert_eq!(
            (&unknown["x_match"], &unknown["x_number"]),
            (&json!("unknown"), &json!("+33199000099"))
        );
        let colleague = noted(&mut office, "1002").await;
        assert_eq!(
            (&colleague["x_match"], &colleague["x_caller"]),
            (&json!("internal"), &json!("1002"))
        );
        let ring = office.fleet.ring(&["1001"], &Caller::withheld());
        office.send(&ring.incoming()).await;
        let withheld = office.rings().await.pop().unwrap();
        assert_eq!(
            (&withheld["x_match"], &withheld["x_caller"]),
            (&json!("withheld"), &json!(false)),
            "{withheld}"
        );
        office.close(&[one, two]).await;
    }
}

/// What a person has said of a number stands above what contacts say of themselves, at the phone as in the journal.
#[tokio::test(flavor = "multi_thread")]
async fn an_assigned_number_is_its_contacts() {
    let mut office = Office::open(Journal::simulated(18).await.unwrap()).await;
    let one = office.contact("One", NUMBER).await;
    let other = office.contact("Other", "").await;
    let assigned = json!({ "x_name": E164, "x_partner_id": other });
    office
        .journal()
        .create("x_ucm_number", assigned)
        .await
        .unwrap();
    let row = noted(&mut office, NUMBER).await;
    assert_ne!(one, other);
    assert_eq!(
        (&row["x_match"], &row["x_partner_id"][0]),
        (&json!("matched"), &json!(other))
    );
}

/// Phones say things twice, one before another, and of no use.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_of_a_ring_only_moves_on() {
    for series in [17, 19] {
        let mut office = Office::open(Journal::simulated(series).await.unwrap()).await;
        let mut ring = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
        let incoming = ring.incoming();
        let answered = ring.answered_by("1001");
        let over = ring.hung_up();
        // Answered overtakes incoming; then everything once more, backwards.
        for heard in [&answered, &incoming, &over, &answered, &incoming] {
            office.send(heard).await;
        }
        let rings = office.rings().await;
        assert_eq!(rings.len(), 1, "{rings:?}");
        assert_eq!(
            (&rings[0]["x_state"], &rings[0]["x_match"]),
            (&json!("ended"), &json!("unknown"))
        );
        let heard = office.heard(&office.ana).await;
        let live = |message: &&Value| message["state"] == "ringing";
        assert_eq!(
            heard.iter().filter(live).count(),
            0,
            "nobody rings any more: {heard:?}"
        );
        // A call that was over before it is said to come in shows nothing, and takes nothing back.
        let mut second = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
        let incoming = second.incoming();
        office.send(&second.given_up()).await;
        office.send(&incoming).await;
        assert_eq!(office.rings().await[1]["x_state"], "missed");
    }
}

/// Two at once from one phone: the index lets one of them in.
#[tokio::test(flavor = "multi_thread")]
async fn twice_at_once_is_once() {
    let mut office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let ring = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
    let one = ring.incoming().remove(0);
    let heard = vec![one; 6];
    office.fleet.send_at_once(&heard).await.unwrap();
    office.app.settled().await;
    let rings = office.rings().await;
    assert_eq!(rings.len(), 1);
    let heard = office.heard(&office.ana).await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(heard[0]["ring"], rings[0]["id"]);
}

/// Where the script cannot run, a notice says the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_said_in_the_place_of_a_card() {
    let settings = json!({ "ring_notices": true });
    let mut office = Office::with(Journal::simulated(19).await.unwrap(), settings).await;
    noted(&mut office, NUMBER).await;
    assert_eq!(office.heard(&office.ana).await, [json!(null); 0]);
    let sent = office.journal().handle().records("bus.bus");
    let message = sent.last().unwrap()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("simple_notification"), "{message}");
}

/// Prints how long fifty rings take, from the phone's request until Odoo has sent the card.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures, and so needs a quiet machine: it prints how long a ring takes"]
async fn how_long_a_ring_takes() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let mut office = Office::open(journal).await;
        let ada = office.contact("Ada Byron", NUMBER).await;
        let (mut answers, mut sent) = (Vec::new(), Vec::new());
        for nth in 0..50 {
            let caller = Caller::number(&format!("01990002{nth:02}"));
            let heard = office.fleet.ring(&["1001"], &caller).incoming();
            let began = std::time::Instant::now();
            office.fleet.send(&heard).await.unwrap();
            answers.push(began.elapsed().as_millis());
            office.app.settled().await;
            sent.push(began.elapsed().as_millis());
        }
        assert_eq!(office.rings().await.len(), 50);
        answers.sort_unstable();
        sent.sort_unstable();
        let kind = if office.journal().is_real() {
            "a real Odoo"
        } else {
            "a simulated Odoo"
        };
        println!(
            "{kind}: answered p50 {} ms, p95 {} ms; card sent p50 {} ms, p95 {} ms",
            answers[24], answers[46], sent[24], sent[46]
        );
        office.close(&[ada]).await;
    }
}

//! `Hangup`: a call ends before its time, and its record says so.

use peers::ucm::{Call, Outcome, Scenario, Ucm, Unlifted};
use serde_json::{Value, json};

use super::support::*;

/// The name of the first channel of this kind.
async fn channel(ucm: &Ucm, cookie: &str, action: &str, name: &str) -> String {
    let channels = rows(ucm, cookie, json!({"action": action}), "channel").await;
    channels[0][name].as_str().expect("a channel").to_owned()
}

async fn hang_up(ucm: &Ucm, cookie: &str, channel: &str) -> Value {
    act(ucm, cookie, json!({"action": "Hangup", "channel": channel}))
        .await
        .json()
}

#[tokio::test]
async fn a_conversation_ends_with_what_was_talked() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    status(&ucm, &cookie, order()).await;
    pass(&ucm, 31);
    let talked_on = channel(&ucm, &cookie, "listBridgedChannels", "channel2").await;
    let answer = hang_up(&ucm, &cookie, &talked_on).await;
    assert_eq!(
        answer,
        json!({"response": {"need_apply": "no"}, "status": 0})
    );
    let legs = legs(&cdr(&ucm, &cookie, json!({})).await);
    assert_eq!(legs.len(), 1, "at once");
    for (name, value) in [
        ("disposition", "ANSWERED"),
        ("start", "2024-05-30 14:00:00"),
        ("answer", "2024-05-30 14:00:10"),
        ("end", "2024-05-30 14:00:31"),
        ("duration", "31"),
        ("billsec", "20"),
    ] {
        assert_eq!(legs[0][name], value, "{name}");
    }
    let truth = &ucm.truth()[0];
    assert_eq!(
        (truth.outcome, truth.talk_secs, truth.end),
        (Outcome::Answered, 20, ucm.now())
    );
    assert_eq!(ucm.recordings()[0].secs, 20);
    assert!(
        rows(
            &ucm,
            &cookie,
            json!({"action": "listBridgedChannels"}),
            "channel"
        )
        .await
        .is_empty()
    );
    assert_eq!(
        hang_up(&ucm, &cookie, &talked_on).await["status"],
        -16,
        "it is gone"
    );
    pass(&ucm, 300);
    assert_eq!(ucm.rows(), 1);
}

#[tokio::test]
async fn while_it_rings_nobody_has_answered() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    status(&ucm, &cookie, order()).await;
    pass(&ucm, 7);
    let ringing = channel(&ucm, &cookie, "listUnBridgedChannels", "channel").await;
    assert_eq!(hang_up(&ucm, &cookie, &ringing).await["status"], 0);
    let legs = legs(&cdr(&ucm, &cookie, json!({})).await);
    assert_eq!(
        (&legs[0]["disposition"], &legs[0]["billsec"]),
        (&json!("NO ANSWER"), &json!("0"))
    );
    assert_eq!(legs[0]["recordfiles"], "");
    let truth = &ucm.truth()[0];
    assert_eq!((truth.outcome, truth.talk_secs), (Outcome::NoAnswer, 0));
    assert_eq!(
        (truth.answered_by.as_deref(), ucm.recordings().len()),
        (None, 0)
    );
}

#[tokio::test]
async fn before_anybody_lifts_it_leaves_what_an_unlifted_call_leaves() {
    for (unlifted, dst) in [
        (Unlifted::NoRecord, None),
        (Unlifted::ToCaller, Some("1002")),
        (Unlifted::ToCallee, Some("0199000077")),
    ] {
        let ucm = quiet().await;
        ucm.switches(|s| s.dial.unlifted = unlifted);
        let cookie = login(&ucm).await;
        status(&ucm, &cookie, order()).await;
        pass(&ucm, 2);
        let ringing = channel(&ucm, &cookie, "listUnBridgedChannels", "channel").await;
        hang_up(&ucm, &cookie, &ringing).await;
        pass(&ucm, 300);
        let legs = legs(&cdr(&ucm, &cookie, json!({})).await);
        assert_eq!(legs.first().and_then(|leg| leg["dst"].as_str()), dst);
        let outcomes: Vec<_> = ucm.truth().iter().map(|truth| truth.outcome).collect();
        assert_eq!(
            outcomes,
            vec![Outcome::NoAnswer; usize::from(dst.is_some())]
        );
    }
}

#[tokio::test]
async fn people_who_telephone_can_be_cut_off_as_well() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    ucm.add_call(&Call::new(Scenario::NoAnswerVoicemail, noon()));
    pass(&ucm, 3);
    let ringing = channel(&ucm, &cookie, "listUnBridgedChannels", "channel").await;
    hang_up(&ucm, &cookie, &ringing).await;
    assert_eq!((ucm.truth()[0].outcome, ucm.rows()), (Outcome::Missed, 1));
    let call = Call::new(Scenario::ParkRetrieve, ucm.now());
    ucm.add_call(&call);
    pass(&ucm, 10);
    let talked_on = channel(&ucm, &cookie, "listBridgedChannels", "channel1").await;
    hang_up(&ucm, &cookie, &talked_on).await;
    pass(&ucm, 600);
    assert_eq!(
        (ucm.truth().len(), ucm.rows()),
        (2, 2),
        "nothing is parked, and nothing fetched"
    );
    assert_eq!(ucm.truth()[1].talk_secs, 3);
}

#[tokio::test]
async fn what_is_wrong_is_refused() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let request = json!({"action": "Hangup", "channel": "PJSIP/1001-00000001"});
    assert_eq!(post(&ucm, request.clone()).await.json()["status"], -5);
    assert_eq!(status(&ucm, &cookie, request.clone()).await, -16);
    assert_eq!(status(&ucm, &cookie, json!({"action": "Hangup"})).await, -1);
    ucm.switches(|s| s.denied_actions = vec!["Hangup".to_owned()]);
    assert_eq!(status(&ucm, &cookie, request).await, -47);
}

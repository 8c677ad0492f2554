//! What is on record of those who listened.

use super::*;

/// `GET /listens/paris`.
async fn listens(rig: &Rig) -> Vec<Value> {
    let (status, body) = rig.request("GET", "/listens/paris").await.unwrap();
    assert_eq!(status, 200, "{body}");
    body["listens"].as_array().unwrap().clone()
}

/// How many keys hold records.
async fn keys(rig: &Rig) -> usize {
    let app = rig.app().start().await.unwrap();
    let keys = app.key_value("default").unwrap().keys().unwrap();
    keys.iter().filter(|key| key.contains(":listens:")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_listen_is_on_record_without_a_number() {
    let (rig, link, recording) = recorded(Scenario::Answered, 60).await;
    let app = rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap();
    get(&app, &link, "bytes=0-").await;
    get(&app, &link, "bytes=0-1").await;
    head(&app, &link).await;
    assert_eq!(get(&app, &format!("{link}A"), "").await.status(), 403);
    app.settled().await;
    rig.clock.advance(Duration::from_secs(60));
    get(&app, &link, "bytes=500000-").await;
    rig.clock.advance(Duration::from_secs(3_600));
    get(&app, &format!("{link}&download=1"), "").await;
    app.stop().await;
    let heard = listens(&rig).await;
    let seen: Vec<_> = heard
        .iter()
        .map(|heard| {
            (
                &heard["downloaded"],
                heard["answers"].as_u64(),
                heard["bytes"].as_u64(),
            )
        })
        .collect();
    let size = recording.size_bytes();
    assert_eq!(
        seen,
        [
            (&json!(true), Some(1), Some(size)),
            (&json!(false), Some(2), Some(2 * size - 500_000)),
        ],
        "a probe that is answered without audio is none: {heard:?}"
    );
    let truth = rig.sites[0].ucm.truth().remove(0);
    let start: DateTime<Utc> = heard[0]["call_started_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(start.timestamp(), truth.start.timestamp());
    let shown = format!("{heard:?}");
    assert!(
        !shown.contains("199000042") && !shown.contains(".wav"),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_is_on_record_with_what_was_heard() {
    let (rig, link, recording) = recorded(Scenario::Answered, 3_600).await;
    let app = rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap();
    let stream = listeners::begin(&app, &link).await;
    let during = listens(&rig).await;
    assert_eq!((during.len(), &during[0]["until"]), (1, &Value::Null));
    drop(stream);
    app.settled().await;
    let after = listens(&rig).await;
    assert_eq!(after.len(), 1);
    let bytes = after[0]["bytes"].as_u64().unwrap();
    assert!(
        bytes > 0 && bytes < recording.size_bytes() && !after[0]["until"].is_null(),
        "{after:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_is_folded_and_ends_after_its_days() {
    let (mut rig, link, _) = recorded(Scenario::Answered, 20).await;
    let app = rig.app().start().await.unwrap();
    for _ in 0..5 {
        get(&app, &link, "bytes=100-").await;
        app.settled().await;
        rig.advance(Duration::from_secs(3_600));
    }
    app.stop().await;
    assert!(keys(&rig).await > 1);
    rig.sync().await.unwrap();
    assert_eq!((keys(&rig).await, listens(&rig).await.len()), (1, 5));
    rig.sites[0].id = "lyon".into();
    assert_eq!(
        listens(&rig).await.len(),
        5,
        "of a server that is gone, too"
    );
    rig.sites[0].id = "paris".into();
    rig.advance(Duration::from_secs(90 * 86_400));
    assert_eq!(listens(&rig).await.len(), 0, "its time is over");
    rig.advance(Duration::from_secs(2 * 86_400));
    rig.sync().await.unwrap();
    assert_eq!(keys(&rig).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_see_the_record() {
    let (rig, _, _) = recorded(Scenario::Answered, 20).await;
    let app = rig.app().start().await.unwrap();
    assert_eq!(get(&app, "/listens/paris", "").await.status(), 401);
    let (status, _) = rig.request("POST", "/listens/paris").await.unwrap();
    assert_eq!(status, 405);
    let (status, _) = rig.request("GET", "/listens/lyon").await.unwrap();
    assert_eq!(status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_recorded_is_not_heard() {
    let (rig, link, _) = recorded(Scenario::Answered, 20).await;
    // A store that takes nothing any more.
    let full = KeyValueLimits {
        keys: 0,
        ..KeyValueLimits::EVERY_PROVIDER
    };
    let app = rig.app().key_value_limits(full).start().await.unwrap();
    let answer = get(&app, &link, "").await;
    assert_eq!(answer.status(), 503);
    assert_eq!(problem(&answer)["type"], "urn:ucm-odoo:listen-unrecorded");
}

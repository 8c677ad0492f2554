//! Watching effects, and dying at each of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use host::{App, CronError, EffectKind, KeyValueOperation, KeyValueStore, KillAt, Recorder, Stage};
use http::Request;

use crate::support::{Peer, fetch, kitchen, kitchen_with, lines, send};

/// Runs the guest's small transaction; whether it came to its end.
async fn run_steps(app: &App, peer: &Peer) -> bool {
    let request = Request::get("/steps").header("x-url", peer.path("/"));
    let response = send(app, request.body(Bytes::new()).unwrap()).await;
    app.settled().await;
    response.status() == 200
}

fn has(store: &KeyValueStore, key: &str) -> bool {
    store.get(key).unwrap().is_some()
}

#[tokio::test]
async fn every_effect_is_seen_in_order() {
    let peer = Peer::start().await;
    let recorder = Arc::new(Recorder::new());
    let app = kitchen_with(&peer)
        .hooks(Arc::clone(&recorder))
        .start()
        .await
        .unwrap();
    assert!(run_steps(&app, &peer).await);
    let seen: Vec<String> = recorder
        .effects()
        .into_iter()
        .map(|effect| match effect.kind {
            EffectKind::Request(request) => format!("{} {}", request.method, request.path),
            EffectKind::Response { status, .. } => status.to_string(),
            EffectKind::KeyValue {
                operation,
                key,
                stage,
                ..
            } => {
                format!("{stage:?} {operation:?} {key}")
            }
            EffectKind::Variable { name } => name,
        })
        .collect();
    let expected = [
        "Before Set begun",
        "After Set begun",
        "POST /",
        "200",
        "Before Set ended",
        "After Set ended",
    ];
    assert_eq!(seen, expected);
    let authority = peer.url.trim_start_matches("http://").to_owned();
    assert_eq!(recorder.requests_per_authority(), [(authority, 1)].into());
    assert_eq!(recorder.key_value_operations(KeyValueOperation::Set), 2);
    recorder.clear();
    assert!(recorder.effects().is_empty());
}

/// What the world looks like after the transaction died at its n-th effect.
#[derive(Debug, PartialEq)]
struct Aftermath {
    begun: bool,
    requests: usize,
    answer_was_seen: bool,
    ended: bool,
}

#[tokio::test]
async fn an_instance_dies_at_the_very_effect() {
    let aftermath = |begun, requests, answer_was_seen, ended| Aftermath {
        begun,
        requests,
        answer_was_seen,
        ended,
    };
    let expected = [
        aftermath(false, 0, false, false),
        aftermath(true, 0, false, false),
        aftermath(true, 0, false, false),
        aftermath(true, 1, false, false),
        aftermath(true, 1, true, false),
        aftermath(true, 1, true, true),
    ];
    for (index, expected) in expected.into_iter().enumerate() {
        let peer = Peer::start().await;
        let kill = Arc::new(KillAt::new(index + 1));
        let app = kitchen_with(&peer)
            .hooks(Arc::clone(&kill))
            .start()
            .await
            .unwrap();
        assert!(!run_steps(&app, &peer).await, "effect {}", index + 1);
        assert!(kill.has_killed());
        let store = app.key_value("default").unwrap();
        let found = Aftermath {
            begun: has(&store, "begun"),
            requests: peer.requests.load(Ordering::SeqCst),
            answer_was_seen: lines(&app).contains(&"the answer was seen".to_owned()),
            ended: has(&store, "ended"),
        };
        assert_eq!(found, expected, "effect {}", index + 1);
        if index == 2 {
            let went_on = lines(&app).contains(&"the request was handed over".to_owned());
            assert!(!went_on, "it lived on after the effect");
        }
        assert!(run_steps(&app, &peer).await, "the next instance lives");
    }
    let kill = Arc::new(KillAt::new(7));
    let peer = Peer::start().await;
    let app = kitchen_with(&peer)
        .hooks(Arc::clone(&kill))
        .start()
        .await
        .unwrap();
    assert!(run_steps(&app, &peer).await && !kill.has_killed());
}

#[tokio::test]
async fn a_denied_request_is_no_effect() {
    let peer = Peer::start().await;
    let recorder = Arc::new(Recorder::new());
    let app = kitchen()
        .hooks(Arc::clone(&recorder))
        .start()
        .await
        .unwrap();
    assert_eq!(
        fetch(&app, &peer.path("/"), &[]).await,
        "ErrorCode::HttpRequestDenied"
    );
    assert!(recorder.requests().is_empty());
}

#[tokio::test]
async fn a_cron_run_that_is_killed_says_so() {
    let hooks = Arc::new((Arc::new(Recorder::new()), KillAt::new(1)));
    let app = kitchen().hooks(hooks.clone()).start().await.unwrap();
    let ended = app
        .fire_cron("kitchen", chrono_clock::DateTime::UNIX_EPOCH)
        .await;
    assert_eq!(ended, Err(CronError::Killed(host::Killed)));
    let stage = hooks.0.effects().pop().map(|effect| effect.kind);
    assert!(matches!(
        stage,
        Some(EffectKind::KeyValue {
            stage: Stage::Before,
            ..
        })
    ));
    let store = app.key_value("default").unwrap();
    assert!(!has(&store, "tick"));
}

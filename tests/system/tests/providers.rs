//! The bridge on a Redis of its own, chosen by Spin's runtime configuration: the layout of the keys is Spin's, and what was confirmed outlives a
//! crash of the Redis.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use host::{App, KeyValueError, KeyValueLimits, KeyValueStore, RuntimeConfig};
use peers::ucm::{Call, Scenario};
use serde_json::json;
use system::{Journal, Redis, Rig, Site, compare, french_ucm};

const SECRET: &str = "the-secret-of-paris";

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

fn store(redis: &Redis, label: &str, limits: KeyValueLimits) -> KeyValueStore {
    KeyValueStore::on_redis(&redis.url(), label, limits).unwrap()
}

/// An office with a few calls, whose bridge keeps its state where a runtime configuration says.
async fn rig(redis: &Redis) -> Rig {
    let calls = (1..=5).map(|hour| {
        let start = now() - Duration::from_secs(3_600 * hour);
        Call::new(Scenario::Answered, start)
    });
    let ucm = french_ucm(now()).calls(calls).start().await.unwrap();
    let config = format!(
        "[key_value_store.default]\ntype = \"redis\"\nurl = \"{}\"\n",
        redis.url()
    );
    Rig::around(Journal::simulated(19).await.unwrap(), now())
        .site(Site::new("paris", ucm).with(json!({ "push_secret": SECRET })))
        .runtime(RuntimeConfig::parse(&config, Path::new("")).unwrap())
        .start()
        .await
        .unwrap()
}

async fn push(app: &App, record: &str) -> u16 {
    let request = http::Request::post("http://localhost/webhook/paris")
        .header("authorization", format!("Bearer {SECRET}"))
        .body(Bytes::from(record.to_owned()))
        .unwrap();
    app.request(request).await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_holds_the_keys_as_they_are() {
    let Some(redis) = Redis::start().unwrap() else {
        return;
    };
    let first = store(&redis, "default", KeyValueLimits::EVERY_PROVIDER);
    assert_eq!(first.get("a").unwrap(), None);
    first.set("a", b"1").unwrap();
    first.set("b", &[0, 255, 10]).unwrap();
    // As with Spin, the label makes no difference: whoever is on it sees the same keys.
    let second = store(&redis, "other", KeyValueLimits::EVERY_PROVIDER);
    assert_eq!(second.get("b").unwrap().as_deref(), Some(&[0, 255, 10][..]));
    second.delete("a").unwrap();
    second.delete("a").unwrap();
    assert_eq!(first.keys().unwrap(), ["b"]);
    let limits = KeyValueLimits {
        keys: 1,
        ..KeyValueLimits::EVERY_PROVIDER
    };
    let full = store(&redis, "default", limits);
    full.set("b", b"2").unwrap();
    assert!(matches!(full.set("c", b""), Err(KeyValueError::Full(1))));
    let wrong = KeyValueStore::on_redis("http://127.0.0.1", "default", limits);
    assert!(matches!(wrong, Err(KeyValueError::Redis(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_confirmed_outlives_a_crash_of_the_redis() {
    let Some(mut redis) = Redis::start().unwrap() else {
        return;
    };
    let rig = rig(&redis).await;
    rig.run_to_completion(5).await.unwrap();
    let keys = store(&redis, "default", KeyValueLimits::NONE).keys();
    let keys = keys.unwrap();
    assert!(keys.len() > 3 && keys.iter().all(|key| key.starts_with("ucm-odoo:")));

    let ucm = &rig.sites[0].ucm;
    ucm.add_call(&Call::new(Scenario::Missed, now()));
    rig.advance(Duration::from_secs(300));
    let record = ucm.pushed_records(false).pop().unwrap();
    rig.journal.handle().go_down().await;
    let app = rig.app().start().await.unwrap();
    assert_eq!(push(&app, &record).await, 200, "it is in the store");
    redis.kill().unwrap();
    assert_eq!(push(&app, &record).await, 503, "the sender must try again");
    redis.start_again().unwrap();
    // The same connection serves again.
    assert_eq!(push(&app, &record).await, 200);
    app.stop().await;
    let waiting = store(&redis, "default", KeyValueLimits::NONE).keys();
    let waiting = waiting.unwrap();
    assert!(waiting.iter().any(|key| key.contains(":inbox:")));

    rig.journal.handle().come_back().await;
    rig.run_to_completion(5).await.unwrap();
    compare::complete(&rig).await.unwrap();
}

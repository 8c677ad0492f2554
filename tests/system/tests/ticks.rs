//! When a server is polled: at every tick that it is due, soon again after a run that died, and whatever ails others.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::sync::Arc;
use std::time::Duration;

use chrono_clock::{DateTime, Utc};
use host::{Effect, EffectKind, KillAt, Recorder};
use peers::ucm::{Call, Scenario};
use serde_json::{Value, json};
use system::{Journal, Rig, Site};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

async fn site(id: &str, settings: Value) -> Site {
    let start = now() - Duration::from_secs(600);
    let site = Site::french(id, now(), vec![Call::new(Scenario::Answered, start)]);
    site.await.unwrap().with(settings)
}

async fn rig(sites: Vec<Site>) -> Rig {
    let builder = Rig::around(Journal::simulated(19).await.unwrap(), now());
    let builder = sites.into_iter().fold(builder, |rig, site| rig.site(site));
    builder.start().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interval_of_a_minute_is_every_tick() {
    let rig = rig(vec![site("paris", json!({ "interval_minutes": 1 })).await]).await;
    // Ticks come some milliseconds before or after their minute.
    for (minute, millis) in (1..).zip([40, 3, 15, 900, 0, 1, 700, 2]) {
        rig.clock
            .set(now() + Duration::from_secs(60 * minute) + Duration::from_millis(millis));
        let lines = rig.tick().await.unwrap();
        let polled = |line: &String| line.contains("server=paris status=Complete");
        assert!(lines.iter().any(polled), "minute {minute}: {lines:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interval_of_five_minutes_is_every_fifth_tick() {
    let rig = rig(vec![site("paris", json!({ "interval_minutes": 5 })).await]).await;
    let mut polled = Vec::new();
    for minute in 0..=20 {
        let millis = [900, 3, 15][minute % 3];
        let minute = u64::try_from(minute).unwrap();
        rig.clock
            .set(now() + Duration::from_secs(60 * minute) + Duration::from_millis(millis));
        let lines = rig.tick().await.unwrap();
        if lines.iter().any(|line| line.contains("status=Complete")) {
            polled.push(minute);
        }
    }
    assert_eq!(polled, [0, 5, 10, 15, 20]);
}

/// Two runs, `later` between them, of which the second ends where it first asks the UCM.
async fn is_killed_at_its_next_question(rig: &Rig, later: impl FnOnce()) {
    let recorder = Arc::new(Recorder::new());
    rig.tick_with(recorder.clone()).await.unwrap();
    later();
    let asks_the_ucm =
        |effect: &Effect| matches!(&effect.kind, EffectKind::Request(line) if line.path == "/api");
    let first_question = recorder.effects().iter().position(asks_the_ucm).unwrap();
    rig.tick_with(KillAt::new(first_question + 1))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_killed_holds_up_nobody_for_long() {
    let rig = rig(vec![site("paris", json!({})).await]).await;
    rig.tick().await.unwrap();
    rig.advance(Duration::from_secs(15 * 60));
    is_killed_at_its_next_question(&rig, || rig.advance(Duration::from_secs(15 * 60))).await;
    let status = async || rig.sync().await.unwrap()["servers"][0]["status"].clone();
    assert_eq!(status().await, "busy");
    rig.advance(Duration::from_secs(16));
    assert_eq!(status().await, "complete");
}

/// A machine without a clock of its own may be told a time to come, and the right one a while later.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_once_ran_ahead_holds_nobody_up() {
    let rig = rig(vec![site("paris", json!({})).await]).await;
    rig.tick().await.unwrap();
    let ahead = now() + Duration::from_secs(40 * 24 * 3_600);
    rig.clock.set(ahead);
    is_killed_at_its_next_question(&rig, || rig.clock.set(ahead + Duration::from_secs(15 * 60)))
        .await;
    rig.clock.set(now() + Duration::from_secs(20 * 60));
    rig.journal.handle().clear_requests();
    let lines = rig.tick().await.unwrap();
    let polled = |line: &String| line.contains("server=paris status=Complete");
    assert!(lines.iter().any(polled), "{lines:?}");
    // Whatever is written now and then is not awaited for as long as the clock was ahead.
    rig.advance(Duration::from_secs(2 * 3_600));
    rig.tick().await.unwrap();
    let shown = rig.journal.call(
        "x_ucm_server",
        "search_read",
        json!([[], ["x_synchronised_at"]]),
        json!({}),
    );
    let shown = shown.await.unwrap();
    let at = shown[0]["x_synchronised_at"].as_str().unwrap();
    assert!(at < "2026-06-16", "{shown}");
    // The servers in Odoo are read again as well, and the next night has its proof.
    let reads = rig.journal.handle().count_by_method();
    assert!(reads.contains_key("x_ucm_server.search_read"), "{reads:?}");
    rig.clock.set("2026-06-16T02:11:00Z".parse().unwrap());
    let lines = rig.tick().await.unwrap();
    let proved = |line: &String| line.contains("day=2026-06-15");
    assert!(lines.iter().any(proved), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_servers_fault_is_not_this_ones() {
    let lyon = site("lyon", json!({ "country": "Atlantis" })).await;
    let rig = rig(vec![site("paris", json!({})).await, lyon]).await;
    let (status, report) = rig.request("POST", "/sync?server=paris").await.unwrap();
    assert_eq!(status, 200, "{report}");
    assert_eq!(report.get("refused"), None, "{report}");
    let (status, report) = rig.request("POST", "/sync?server=lyon").await.unwrap();
    assert_eq!(status, 404, "{report}");
    assert!(report["faults"].to_string().contains("country"), "{report}");
    let (status, report) = rig.request("POST", "/sync").await.unwrap();
    assert_eq!(status, 502, "{report}");
}

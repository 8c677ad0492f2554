//! The cron trigger.

use std::time::Duration;

use chrono_clock::{DateTime, Utc};
use host::{CronError, LogSource};

use crate::support::{eventually, kitchen, lines, text};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

#[tokio::test]
async fn the_guest_learns_when_it_was_fired() {
    let app = kitchen().start().await.unwrap();
    app.fire_cron("kitchen", at(1_700_000_000)).await.unwrap();
    assert_eq!(lines(&app), ["tick 1700000000", "tock 1700000000"]);
    assert_eq!(text(&app, "/get/tick").await, "1700000000");
}

#[tokio::test]
async fn an_error_is_logged_and_a_trap_is_not() {
    let app = kitchen().start().await.unwrap();
    let fault = app.fire_cron("kitchen", at(13)).await.unwrap_err();
    assert_eq!(fault, CronError::Guest("thirteen".to_owned()));
    let fault = app.fire_cron("kitchen", at(17)).await.unwrap_err();
    assert!(matches!(fault, CronError::Trap(_)), "{fault}");
    let logs = app.logs();
    let noted = logs
        .iter()
        .filter(|it| it.source == LogSource::Host)
        .map(|it| it.text.as_str())
        .collect::<Vec<_>>();
    assert_eq!(noted, ["Component kitchen failed: thirteen"]);
    let fault = app.fire_cron("nobody", at(1)).await.unwrap_err();
    assert_eq!(fault, CronError::UnknownComponent("nobody".to_owned()));
}

#[tokio::test]
async fn runs_may_overlap() {
    let app = kitchen().start().await.unwrap();
    let mut seen = Vec::new();
    // On a busy machine the second may begin when the first has ended; where they wait for one another it always does.
    for _ in 0..30 {
        let (first, second) = futures::join!(
            app.fire_cron("kitchen", at(1)),
            app.fire_cron("kitchen", at(2))
        );
        first.unwrap();
        second.unwrap();
        let lines = lines(&app).split_off(seen.len());
        assert_eq!(lines.len(), 4, "{lines:?}");
        if lines[..2].iter().all(|line| line.starts_with("tick")) {
            return;
        }
        seen.extend(lines);
    }
    panic!("one after the other: {seen:?}");
}

#[tokio::test]
async fn the_schedule_fires_by_the_machines_clock() {
    let before = Utc::now().timestamp();
    let app = kitchen().run_schedule().start().await.unwrap();
    eventually("two ticks", || lines(&app).len() >= 4).await;
    tokio::time::timeout(Duration::from_secs(10), app.settled())
        .await
        .expect("ticks end");
    let ticked = lines(&app)[0]
        .trim_start_matches("tick ")
        .parse::<i64>()
        .unwrap();
    assert!(
        (before..before + 60).contains(&ticked),
        "{ticked} after {before}"
    );
}

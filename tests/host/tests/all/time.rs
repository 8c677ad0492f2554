//! The virtual clock.

use std::time::{Duration, Instant};

use chrono_clock::{DateTime, Utc};
use host::{App, Clock, VirtualClock};

use crate::support::{Peer, fetch_through, kitchen, kitchen_with, text};

fn noon() -> DateTime<Utc> {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

async fn app_at_noon() -> (App, VirtualClock) {
    let clock = VirtualClock::new(noon());
    let app = kitchen()
        .clock(Clock::Virtual(clock.clone()))
        .start()
        .await
        .unwrap();
    (app, clock)
}

#[tokio::test]
async fn the_guest_sees_the_time_that_the_test_sets() {
    let (app, clock) = app_at_noon().await;
    assert_eq!(text(&app, "/now").await, noon().timestamp().to_string());
    clock.advance(Duration::from_secs(90));
    assert_eq!(
        text(&app, "/now").await,
        (noon().timestamp() + 90).to_string()
    );
    clock.set(noon());
    assert_eq!(text(&app, "/now").await, noon().timestamp().to_string());
}

#[tokio::test]
async fn a_sleep_costs_no_real_time() {
    let (app, clock) = app_at_noon().await;
    let started = Instant::now();
    assert_eq!(text(&app, "/sleep/3600").await, "3600 3600");
    assert_eq!(text(&app, "/block/3600").await, "3600");
    assert!(
        started.elapsed() < Duration::from_secs(60),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(clock.now(), noon() + Duration::from_secs(7200));
}

#[tokio::test]
async fn of_two_sleeps_the_shorter_wins() {
    let (app, clock) = app_at_noon().await;
    assert_eq!(text(&app, "/race/30").await, "done");
    assert_eq!(clock.now(), noon() + Duration::from_secs(10));
    assert_eq!(text(&app, "/race/5").await, "timed out");
    assert_eq!(clock.now(), noon() + Duration::from_secs(15));
}

#[tokio::test]
async fn a_guests_own_timeout_does_not_overtake_an_answer() {
    let peer = Peer::start().await;
    let clock = VirtualClock::new(noon());
    let app = kitchen_with(&peer)
        .clock(Clock::Virtual(clock.clone()))
        .timeout_scale(0.02);
    let app = app.start().await.unwrap();
    let answer = fetch_through(&app, "/fetch-or-sleep/600", &peer.path("/"), &[]).await;
    assert!(answer.starts_with("200\n"), "{answer}");
    assert_eq!(clock.now(), noon());
    let answer = fetch_through(&app, "/fetch-or-sleep/10", &peer.path("/stall"), &[]).await;
    assert_eq!(answer, "timed out");
    assert_eq!(clock.now(), noon() + Duration::from_secs(10));
}

#[tokio::test]
async fn the_real_clock_is_the_machines() {
    let app = kitchen().start().await.unwrap();
    let seen: i64 = text(&app, "/now").await.parse().unwrap();
    assert!((Utc::now().timestamp() - seen).abs() <= 60);
    let started = Instant::now();
    assert_eq!(text(&app, "/sleep/1").await, "1 1");
    assert!(started.elapsed() >= Duration::from_secs(1));
}

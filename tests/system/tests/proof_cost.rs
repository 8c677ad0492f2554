//! What a night's proof of completeness asks of a device that answers with fewer records than it is asked for, or cuts them up.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::time::Duration;

use chrono_clock::{DateTime, Utc};
use peers::ucm::{Switches, Traffic};
use serde_json::json;
use system::{Journal, Rig, Site, compare, french_ucm};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

/// The requests of a night that proves seven days, with some 650 calls on each workday.
async fn night(change: fn(&mut Switches)) -> usize {
    let traffic = Traffic {
        seed: 12,
        days: 9,
        calls: 4_000,
    };
    let ucm = french_ucm(now())
        .traffic(traffic)
        .switches(change)
        .start()
        .await
        .unwrap();
    let rig = Rig::around(Journal::simulated(19).await.unwrap(), now())
        .site(Site::new("lyon", ucm).with(json!({"time_zone": "Europe/Paris"})))
        .start()
        .await
        .unwrap();
    rig.run_to_completion(30).await.unwrap();
    compare::complete(&rig).await.unwrap();
    // Up to just before the hour.
    rig.advance(Duration::from_secs(11 * 3_600 + 35 * 60));
    rig.tick().await.unwrap();
    rig.sites[0].ucm.clear_requests();
    rig.advance(Duration::from_secs(5 * 60));
    let mut proved = 0;
    for _ in 0..10 {
        let lines = rig.tick().await.unwrap().join("\n");
        proved += lines.matches(" missing=0 altered=0 ").count();
        rig.advance(Duration::from_secs(60));
    }
    assert_eq!(proved, 7);
    rig.sites[0].ucm.count("cdrapi")
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_limit_each_day_takes_four() {
    let requests = night(|_| {}).await;
    assert!(requests <= 4 * 7 + 4, "{requests}");
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_limit_only_what_lies_behind_a_break_is_halved_again() {
    let requests = night(|switches| switches.page_cap = Some(250)).await;
    assert!(requests <= 70, "{requests}");
    let wavers: fn(&mut Switches) = |switches| {
        switches.page_cap = Some(150);
        switches.page_cap_wavers = true;
    };
    let requests = night(wavers).await;
    assert!(requests <= 150, "{requests}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_comes_in_other_pieces_is_nothing_new() {
    let cuts: fn(&mut Switches) = |switches| {
        switches.shifted_groups = true;
        switches.window_cut = true;
        switches.empty_cdr = true;
    };
    let requests = night(cuts).await;
    assert!(requests <= 40, "{requests}");
}

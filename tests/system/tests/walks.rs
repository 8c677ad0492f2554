//! Devices that give fewer records than they are asked for, and say so to nobody.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::time::Duration;

use chrono_clock::{DateTime, Utc};
use peers::ucm::{Call, Scenario, Switches, Traffic};
use serde_json::{Value, json};
use system::{Journal, Rig, Site, compare, french_ucm};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

/// A device with a month of calls, asked in `dialect`.
async fn rig(dialect: &str, calls: usize, change: impl FnOnce(&mut Switches)) -> Rig {
    let traffic = Traffic {
        seed: 12,
        days: 30,
        calls,
    };
    let ucm = french_ucm(now())
        .traffic(traffic)
        .switches(|switches| {
            switches.rest_gateway = true;
            change(switches);
        })
        .start()
        .await
        .unwrap();
    let settings = json!({ "dialect": dialect, "time_zone": "Europe/Paris" });
    Rig::around(Journal::simulated(19).await.unwrap(), now())
        .site(Site::new("lyon", ucm).with(settings))
        .start()
        .await
        .unwrap()
}

const DIALECTS: [&str; 3] = ["action", "legacy", "rest"];

/// Whether the journal has what the device holds. The REST face knows no legs: there, calls are counted.
async fn assert_complete(rig: &Rig, dialect: &str) {
    if dialect == "rest" {
        let held = u64::try_from(rig.sites[0].ucm.truth().len()).unwrap();
        let journal = rig.journal.count("lyon").await.unwrap();
        assert_eq!(journal, held, "{dialect}");
    } else {
        compare::complete(rig).await.unwrap();
    }
}

async fn report(rig: &Rig) -> Value {
    rig.sync().await.unwrap()["servers"][0].clone()
}

async fn import_poll_replay_and_prove(dialect: &str, change: fn(&mut Switches)) {
    let rig = rig(dialect, 1_000, change).await;
    rig.run_to_completion(10).await.unwrap();
    assert_complete(&rig, dialect).await;

    // A steady poll with nothing new, and one with a new call.
    rig.advance(Duration::from_secs(5 * 60));
    let idle = report(&rig).await;
    // Behind its limit, what the REST face has of the look-back takes two pages.
    let requests = if dialect == "rest" { 2 } else { 1 };
    assert_eq!(
        (
            &idle["status"],
            &idle["ucm_requests"],
            &idle["odoo_requests"]
        ),
        (&json!("complete"), &json!(requests), &json!(0)),
        "{dialect} {idle}"
    );
    let call = Call::new(Scenario::Answered, rig.clock.now());
    rig.sites[0].ucm.add_call(&call.with("+33142667700", "Zoé"));
    rig.advance(Duration::from_secs(10 * 60));
    assert_eq!(report(&rig).await["calls_new"], 1, "{dialect}");
    assert_complete(&rig, dialect).await;

    // A replay brings back what was deleted, and a proof sees all days whole.
    rig.journal.remove("lyon").await.unwrap();
    let path = "/replay?server=lyon&from=2026-05-14&to=2026-06-16";
    let (status, replayed) = rig.request("POST", path).await.unwrap();
    assert_eq!(
        (status, &replayed["status"]),
        (200, &json!("complete")),
        "{replayed}"
    );
    assert_complete(&rig, dialect).await;
    let path = "/completeness?server=lyon&from=2026-06-10&to=2026-06-12";
    let (status, proof) = rig.request("POST", path).await.unwrap();
    assert_eq!((status, &proof["whole"]), (200, &json!(true)), "{proof}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_behind_a_limit_that_nobody_is_told_arrives_whole() {
    for dialect in DIALECTS {
        // The gateway gives a day at a time, with some 33 calls in it.
        let limit = |switches: &mut Switches| switches.page_cap = Some(300);
        let small = |switches: &mut Switches| switches.page_cap = Some(20);
        import_poll_replay_and_prove(dialect, if dialect == "rest" { small } else { limit }).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_wavers_and_a_device_that_gives_the_latest_first_change_nothing() {
    for dialect in DIALECTS {
        for offset_ignored in [false, true] {
            let rig = rig(dialect, 600, |switches| {
                switches.page_cap = Some(80);
                switches.page_cap_wavers = true;
                switches.latest_first = true;
                switches.offset_ignored = offset_ignored;
            })
            .await;
            rig.run_to_completion(20).await.unwrap();
            assert_complete(&rig, dialect).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proof_counts_in_another_way_than_the_poll_reads() {
    for dialect in ["action", "legacy"] {
        let rig = rig(dialect, 600, |switches| {
            switches.holes_in_open_windows = true
        })
        .await;
        rig.run_to_completion(10).await.unwrap();
        assert!(
            compare::complete(&rig).await.is_err(),
            "the poll is blind to every seventh call"
        );
        let path = "/completeness?server=lyon&from=2026-06-10&to=2026-06-12";
        let (status, proof) = rig.request("POST", path).await.unwrap();
        assert_eq!((status, &proof["whole"]), (200, &json!(true)), "{proof}");
        let missing: u64 = proof["days"]
            .as_array()
            .unwrap()
            .iter()
            .map(|day| day["missing"].as_u64().unwrap())
            .sum();
        assert!(missing > 3, "{proof}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_beyond_the_limit_is_counted_by_smaller_windows() {
    let rig = rig("action", 1_000, |switches| switches.page_cap = Some(12)).await;
    rig.run_to_completion(20).await.unwrap();
    let path = "/completeness?server=lyon&from=2026-06-10&to=2026-06-10";
    let (_, proof) = rig.request("POST", path).await.unwrap();
    let truths = rig.sites[0].ucm.truth();
    let of_day = truths.iter().filter(|truth| {
        let start = truth.start.to_rfc3339();
        ("2026-06-09T22".."2026-06-10T22").contains(&start.as_str())
    });
    let of_day = of_day.count();
    assert!(of_day > 24, "{of_day}");
    assert_eq!(proof["days"][0]["ucm"], json!(of_day), "{proof}");
}

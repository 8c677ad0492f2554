//! The main job: every call of every UCM, exactly once, with its contact.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::sync::Arc;
use std::time::Duration;

use chrono_clock::{DateTime, NaiveDateTime, TimeDelta, Utc};
use peers::ucm::{Call, Country, Scenario, Traffic, Ucm};
use serde_json::json;
use system::{Journal, RealOdoo, Rig, Site, compare};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

async fn office(country: Country, zone: &str, seed: u64, calls: usize) -> Ucm {
    let traffic = Traffic {
        seed,
        days: 30,
        calls,
    };
    Ucm::builder()
        .country(country)
        .zone(zone)
        .now(now())
        .traffic(traffic)
        .start()
        .await
        .unwrap()
}

async fn two_offices(journal: Journal, calls: usize) -> Rig {
    Rig::around(journal, now())
        .site(Site::new(
            "paris",
            office(Country::Fr, "Europe/Paris", 1, calls).await,
        ))
        .site(Site::new(
            "newyork",
            office(Country::Us, "America/New_York", 2, calls).await,
        ))
        .start()
        .await
        .unwrap()
}

/// `CALLS` asks for more calls in each office than a test usually takes, for a trial of the real Odoo alone.
fn calls_asked() -> Option<usize> {
    std::env::var("CALLS").ok()?.parse().ok()
}

fn calls(usual: usize) -> usize {
    calls_asked().unwrap_or(usual)
}

/// Every series, and the real one where there is one.
async fn journals() -> Vec<Journal> {
    let mut journals = Vec::new();
    if let Some(odoo) = RealOdoo::from_environment() {
        journals.push(Journal::real(odoo).await.unwrap());
    }
    if journals.is_empty() || calls_asked().is_none() {
        for series in [17, 18, 19] {
            journals.push(Journal::simulated(series).await.unwrap());
        }
    }
    journals
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_of_two_offices_arrives_once_and_a_second_run_writes_nothing() {
    for journal in journals().await {
        let rig = two_offices(journal, calls(700)).await;
        for site in &rig.sites {
            rig.journal.remove(&site.id).await.unwrap();
        }
        rig.run_to_completion(10).await.unwrap();
        compare::complete(&rig).await.unwrap();

        rig.advance(Duration::from_secs(16 * 60));
        let report = rig.sync().await.unwrap();
        for server in report["servers"].as_array().unwrap() {
            assert_eq!(server["status"], "complete", "{server}");
            assert_eq!(server["odoo_requests"], 0, "{server}");
            assert_eq!(
                server["ucm_requests"].as_u64(),
                Some(3),
                "the session has expired, so it is renewed: {server}"
            );
            assert_eq!(server["calls_new"], json!(0));
        }
        compare::complete(&rig).await.unwrap();
        for site in &rig.sites {
            rig.journal.remove(&site.id).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_import_killed_three_times_is_complete_in_the_end() {
    for journal in journals().await {
        let rig = two_offices(journal, calls(300)).await;
        for site in &rig.sites {
            rig.journal.remove(&site.id).await.unwrap();
        }
        let mut random = fastrand::Rng::with_seed(system::seed().unwrap());
        // Behind the first look at the settings and the store.
        let points: Vec<usize> = std::iter::repeat_with(|| random.usize(25..60))
            .take(3)
            .collect();
        for point in &points {
            let kill = Arc::new(host::KillAt::new(*point));
            rig.tick_with(Arc::<host::KillAt>::clone(&kill))
                .await
                .unwrap();
            assert!(kill.has_killed(), "at effect {point}");
            // A killed run's lease runs out by itself.
            rig.advance(Duration::from_secs(120));
        }
        rig.run_to_completion(20)
            .await
            .unwrap_or_else(|error| panic!("killed at effects {points:?}: {error}"));
        compare::complete(&rig)
            .await
            .unwrap_or_else(|error| panic!("killed at effects {points:?}: {error}"));
        for site in &rig.sites {
            rig.journal.remove(&site.id).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_of_a_device_is_in_the_journal_as_it_happened() {
    for change in [
        |_: &mut peers::ucm::Switches| {},
        |switches: &mut peers::ucm::Switches| {
            switches.field_set = peers::ucm::FieldSet::Newest46;
            switches.empty_cdr = true;
            switches.shifted_groups = true;
            switches.wrapped_cdr_root = true;
            switches.null_items = true;
            switches.monthly_reset = true;
        },
        |switches: &mut peers::ucm::Switches| {
            switches.separator = peers::ucm::TimeSeparator::OnlySpace;
            switches.window_cut = true;
        },
    ] {
        let ucm = Ucm::builder()
            .zone("Europe/Madrid")
            .country(Country::Es)
            .now(now())
            .switches(change)
            .start()
            .await
            .unwrap();
        let calls = peers::ucm::catalogue(ucm.office(), now());
        let calls: Vec<_> = calls.into_iter().map(|(_, call)| call).collect();
        ucm.add_calls(&calls);
        let rig = Rig::around(Journal::simulated(19).await.unwrap(), now())
            .site(Site::new("madrid", ucm).with(json!({ "days": 365 })))
            .start()
            .await
            .unwrap();
        rig.run_to_completion(5).await.unwrap();
        compare::complete(&rig).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_poll_asks_the_ucm_once_and_odoo_nothing() {
    let rig = two_offices(Journal::simulated(19).await.unwrap(), 200).await;
    rig.run_to_completion(5).await.unwrap();
    // Within the session's ten minutes, so that nothing has to be renewed.
    rig.advance(Duration::from_secs(5 * 60));
    rig.journal.handle().clear_requests();
    let report = rig.sync().await.unwrap();
    for server in report["servers"].as_array().unwrap() {
        assert_eq!(
            (&server["ucm_requests"], &server["odoo_requests"]),
            (&json!(1), &json!(0)),
            "{server}"
        );
    }
    assert!(rig.journal.handle().requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_with_nothing_due_reads_one_key() {
    let rig = two_offices(Journal::simulated(19).await.unwrap(), 20).await;
    rig.run_to_completion(5).await.unwrap();
    rig.advance(Duration::from_secs(60));
    let recorder = Arc::new(host::Recorder::new());
    rig.tick_with(recorder.clone()).await.unwrap();
    assert_eq!(
        recorder.key_value_operations(host::KeyValueOperation::Get),
        1
    );
    assert_eq!(
        recorder.key_value_operations(host::KeyValueOperation::Set),
        0
    );
    assert!(recorder.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_journal_the_poll_says_what_to_do_and_then_goes_on() {
    let journal = Journal::simulated(19).await.unwrap();
    let ucm = office(Country::Fr, "Europe/Paris", 3, 50).await;
    let rig = Rig::around(journal, now())
        .site(Site::new("paris", ucm))
        .start_without_setup()
        .await
        .unwrap();
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["status"], "needs_attention");
    assert!(
        report["servers"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("/setup"),
        "{report}"
    );
    assert_eq!(rig.setup().await.unwrap().0, 200);
    rig.run_to_completion(5).await.unwrap();
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_can_be_lost_without_writing_anything_again() {
    let rig = two_offices(Journal::simulated(18).await.unwrap(), 300).await;
    rig.run_to_completion(5).await.unwrap();
    rig.journal.handle().clear_requests();
    rig.forget_state().unwrap();
    rig.run_to_completion(5).await.unwrap();
    let counts = rig.journal.handle().count_by_method();
    assert!(
        !counts.contains_key("x_ucm_call.create") && !counts.contains_key("ir.actions.server.run"),
        "{counts:?}"
    );
    assert!(!counts.contains_key("res.partner.create"), "{counts:?}");
    compare::complete(&rig).await.unwrap();
}

/// It was away for longer than a first import reaches back, and remembers nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_that_was_away_for_long_brings_in_what_it_has_missed() {
    let begin: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().unwrap();
    let call = |days| {
        let start = begin + TimeDelta::days(days);
        Call::new(Scenario::Answered, start).with("+33142667701", "Zoé")
    };
    let site = Site::french("paris", begin, vec![call(-40), call(-3)]);
    let journal = Journal::simulated(19).await.unwrap();
    let rig = Rig::around(journal, begin)
        .site(site.await.unwrap())
        .start()
        .await
        .unwrap();
    rig.run_to_completion(3).await.unwrap();
    assert_eq!(
        rig.journal.count("paris").await.unwrap(),
        1,
        "those of a month"
    );
    rig.forget_state().unwrap();
    let ucm = &rig.sites[0].ucm;
    ucm.add_calls(&[call(5), call(80)]);
    rig.advance(Duration::from_secs(90 * 86_400));
    rig.run_to_completion(3).await.unwrap();
    let calls = rig.journal.calls("paris").await.unwrap();
    let days: Vec<i64> = calls
        .iter()
        .map(|call| {
            let at = call["x_started_at"].as_str().unwrap();
            let at = NaiveDateTime::parse_from_str(at, "%Y-%m-%d %H:%M:%S").unwrap();
            (at.and_utc() - begin).num_days()
        })
        .collect();
    assert_eq!(days, [-3, 5, 80]);
}

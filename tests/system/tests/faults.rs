//! What can fail in between: after each of these, nothing is lost and nothing is there twice.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::sync::Arc;
use std::time::Duration;

use chrono_clock::{DateTime, Utc};
use host::Recorder;
use peers::odoo::Fault as OdooFault;
use peers::ucm::{Call, Fault as UcmFault, Scenario, Traffic, Ucm};
use system::points::{Points, next_runs};
use system::{Journal, Rig, Site, compare, french_ucm};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

async fn office(calls: usize) -> Ucm {
    let traffic = Traffic {
        seed: 7,
        days: 20,
        calls,
    };
    french_ucm(now()).traffic(traffic).start().await.unwrap()
}

async fn rig(calls: usize) -> Rig {
    let journal = Journal::simulated(19).await.unwrap();
    Rig::around(journal, now())
        .site(Site::new("paris", office(calls).await))
        .start()
        .await
        .unwrap()
}

/// One call of each scenario, ending just before the present.
fn add_calls(rig: &Rig) {
    let ucm = &rig.sites[0].ucm;
    let start = rig.clock.now() - Duration::from_secs(3_000);
    for (minute, scenario) in [
        Scenario::Answered,
        Scenario::RingGroup,
        Scenario::Outbound,
        Scenario::Transfer,
    ]
    .into_iter()
    .enumerate()
    {
        let start = start + Duration::from_secs(60 * u64::try_from(minute).unwrap());
        ucm.add_call(&Call::new(scenario, start).with(&format!("+3314266770{minute}"), "Zoé"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_at_any_point_is_completed_by_the_next() {
    let points = Points::of(rig(0).await, async || Site::new("paris", office(40).await));
    let there_are = points
        .each(async |_| Ok(()), next_runs, compare::complete)
        .await;
    let there_are = there_are.unwrap();
    assert!(
        there_are > 20,
        "only {there_are} points: the first run did not do its work"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_killed_at_any_point_neither_loses_nor_repeats_new_calls() {
    let points = Points::of(rig(0).await, async || Site::new("paris", office(10).await));
    let ready = async |rig: &Rig| {
        rig.run_to_completion(5).await?;
        add_calls(rig);
        rig.advance(Duration::from_secs(16 * 60));
        Ok(())
    };
    let there_are = points.each(ready, next_runs, compare::complete).await;
    let there_are = there_are.unwrap();
    assert!(there_are > 15, "only {there_are} points");
}

/// Runs with a fault of the UCM, then without; the first run must not claim to be complete.
async fn after_ucm_fault(fault: UcmFault, status: &str) {
    after_ucm_fault_in(rig(1_300).await, fault, status).await;
}

async fn after_ucm_fault_in(rig: Rig, fault: UcmFault, status: &str) {
    rig.sites[0].ucm.fault(fault.clone());
    let report = rig.sync().await.unwrap();
    assert_eq!(
        report["servers"][0]["status"], status,
        "{fault:?}: {report}"
    );
    rig.sites[0].ucm.clear_faults();
    rig.be_patient();
    rig.advance(Duration::from_secs(120));
    rig.run_to_completion(5).await.unwrap();
    compare::complete(&rig)
        .await
        .unwrap_or_else(|error| panic!("{fault:?}: {error}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ucm_that_fails_on_the_way_is_read_again() {
    // The first page comes through, the second does not.
    for fault in [
        UcmFault::cut("cdrapi", 10_000),
        UcmFault::reset("cdrapi"),
        UcmFault::hang_up("cdrapi"),
        UcmFault::status("cdrapi", 502),
        UcmFault::reset("cdrapi").after_work(),
        // JSON that ends in the middle of a record, though the length that was announced has come.
        UcmFault::garbage("cdrapi"),
    ] {
        after_ucm_fault(fault.sparing(1), "failed").await;
    }
    let web_page = UcmFault::html("cdrapi");
    after_ucm_fault(web_page.sparing(1), "needs_attention").await;
    for fault in [UcmFault::reset("login"), UcmFault::status("login", 500)] {
        after_ucm_fault(fault, "failed").await;
    }
    for fault in [
        UcmFault::stall("cdrapi").sparing(1),
        UcmFault::stall("challenge"),
    ] {
        after_ucm_fault_in(rig(1_300).await.hurried(), fault, "failed").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_between_two_pages_is_renewed_and_the_page_read_again() {
    let rig = rig(1_300).await;
    rig.sites[0]
        .ucm
        .switches(|switches| switches.session_requests = Some(1));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["status"], "complete", "{report}");
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_ignores_offset_is_read_by_time() {
    let rig = rig(2_600).await;
    rig.sites[0]
        .ucm
        .switches(|switches| switches.offset_ignored = true);
    rig.run_to_completion(5).await.unwrap();
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_account_is_not_tried_again_until_the_settings_change() {
    let mut rig = rig(30).await;
    rig.sites[0].settings = serde_json::json!({ "password": "wrong" });
    rig.tick().await.unwrap();
    let logins = rig.sites[0].ucm.count("login");
    assert_eq!(logins, 1);
    for _ in 0..40 {
        rig.advance(Duration::from_secs(60));
        rig.tick().await.unwrap();
    }
    // Nor by a scheduler that stands in for the timer.
    for path in ["/sync", "/sync?due=yes"] {
        for _ in 0..10 {
            rig.advance(Duration::from_secs(60));
            rig.request("POST", path).await.unwrap();
        }
    }
    assert_eq!(
        rig.sites[0].ucm.count("login"),
        1,
        "the account must not be locked by trying again"
    );
    // Whoever names the server wants it tried.
    let id = rig.sites[0].id.clone();
    let path = format!("/sync?server={id}");
    rig.request("POST", &path).await.unwrap();
    assert_eq!(rig.sites[0].ucm.count("login"), 2);
    rig.sites[0].settings = serde_json::json!({});
    rig.tick().await.unwrap();
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn odoo_down_for_an_hour_loses_nothing() {
    let rig = rig(200).await;
    rig.journal.handle().go_down().await;
    for _ in 0..60 {
        rig.tick().await.unwrap();
        rig.advance(Duration::from_secs(60));
    }
    add_calls(&rig);
    rig.journal.handle().come_back().await;
    rig.run_to_completion(5).await.unwrap();
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odoo_that_fails_on_the_way_has_every_call_once() {
    for (fault, keeps_waiting) in [
        (OdooFault::refuse(), false),
        (OdooFault::stall(), true),
        (OdooFault::html(503), false),
        (OdooFault::html(500), false),
        (OdooFault::answer_lost(), false),
        (OdooFault::cut(5), false),
        (OdooFault::serialization_failure(), false),
    ] {
        for (model, method) in [
            ("x_ucm_call", "create"),
            ("res.partner", "create"),
            ("x_ucm_call", "search_read"),
            ("res.partner", "search_read"),
        ] {
            let rig = rig(700).await;
            let rig = if keeps_waiting { rig.hurried() } else { rig };
            rig.journal
                .handle()
                .fault(fault.clone().on(model, method).times(1));
            rig.sync().await.unwrap();
            rig.be_patient();
            rig.advance(Duration::from_secs(120));
            rig.run_to_completion(5).await.unwrap();
            compare::complete(&rig)
                .await
                .unwrap_or_else(|error| panic!("{fault:?} on {model}.{method}: {error}"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_write_every_call_and_contact_once() {
    let rig = rig(900).await;
    // Without the lease, as when two machines share nothing but Odoo.
    rig.tick_on_two_machines().await.unwrap();
    rig.advance(Duration::from_secs(120));
    rig.run_to_completion(5).await.unwrap();
    compare::complete(&rig).await.unwrap();
    let partners = rig.journal.handle().records("res.partner");
    let mut numbers: Vec<&str> = partners
        .iter()
        .filter_map(|partner| partner["phone_sanitized"].as_str())
        .collect();
    let contacts = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), contacts, "a number has two contacts");
    let made = rig.journal.handle().count("x_ucm_contact");
    assert_eq!(made, contacts);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_server_that_stalls_does_not_stop_the_other() {
    let journal = Journal::simulated(19).await.unwrap();
    let rig = Rig::around(journal, now())
        .site(Site::new("paris", office(100).await))
        .site(Site::new("lyon", office(100).await))
        .start()
        .await
        .unwrap();
    rig.sites[0].ucm.fault(UcmFault::stall("challenge"));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["status"], "failed", "{report}");
    assert_eq!(report["servers"][1]["status"], "complete", "{report}");
    assert_eq!(rig.journal.count("lyon").await.unwrap(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_device_is_waited_for() {
    let rig = rig(60).await;
    rig.sites[0]
        .ucm
        .fault(UcmFault::app_status("cdrapi", -45).times(1));
    let recorder = Arc::new(Recorder::new());
    rig.tick_with(recorder).await.unwrap();
    compare::complete(&rig).await.unwrap();
}

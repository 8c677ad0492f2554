//! Copies of recordings in Odoo: one each, whatever happens in between.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod outdated;
mod untaken;

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono_clock::{DateTime, TimeDelta, Utc};
use peers::odoo::Fault as OdooFault;
use peers::ucm::{Call, Fault, RecordingForm, Recordings, Scenario, Ucm};
use serde_json::{Value, json};
use system::points::Points;
use system::{ADMIN_TOKEN, Journal, RealOdoo, Rig, Site, compare, french_ucm};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

/// An office with calls of `secs` each, an hour apart, the last an hour ago.
async fn office(calls: &[(Scenario, u32)]) -> Ucm {
    let calls = calls
        .iter()
        .rev()
        .zip(1..)
        .map(|((scenario, secs), hours)| {
            let start = now() - TimeDelta::hours(hours) - TimeDelta::seconds(i64::from(*secs));
            Call::new(*scenario, start).talking(*secs)
        });
    let mut calls: Vec<Call> = calls.collect();
    calls.reverse();
    french_ucm(now()).calls(calls).start().await.unwrap()
}

async fn site(calls: &[(Scenario, u32)]) -> Site {
    let ucm = office(calls).await;
    Site::new("paris", ucm).with(json!({ "recordings": "attach" }))
}

async fn rig_on(journal: Journal, calls: &[(Scenario, u32)], settings: Value) -> Rig {
    Rig::around(journal, now())
        .site(site(calls).await.with(settings))
        .start()
        .await
        .unwrap()
}

async fn rig(calls: &[(Scenario, u32)], settings: Value) -> Rig {
    rig_on(Journal::simulated(19).await.unwrap(), calls, settings).await
}

async fn search(rig: &Rig, model: &str, domain: Value, fields: &[&str]) -> Vec<Value> {
    let order = json!({ "order": "id" });
    let found = rig
        .journal
        .call(model, "search_read", json!([domain, fields]), order);
    found.await.unwrap().as_array().unwrap().clone()
}

async fn copies(rig: &Rig) -> Vec<Value> {
    let fields = [
        "name",
        "mimetype",
        "res_model",
        "res_id",
        "x_ucm_key",
        "datas",
    ];
    let domain = json!([["x_ucm_key", "=like", "paris/%"]]);
    search(rig, "ir.attachment", domain, &fields).await
}

async fn calls(rig: &Rig) -> Vec<Value> {
    let fields = [
        "x_copy_state",
        "x_copy_detail",
        "x_copy_ids",
        "x_copy_tries",
    ];
    search(
        rig,
        "x_ucm_call",
        json!([["x_server", "=", "paris"]]),
        &fields,
    )
    .await
}

fn states(calls: &[Value]) -> Vec<&str> {
    calls
        .iter()
        .map(|call| call["x_copy_state"].as_str().unwrap_or(""))
        .collect()
}

/// Every recording is in Odoo once, as it is on the PBX, at its call.
async fn assert_copied(rig: &Rig) {
    compare::copied(rig).await.unwrap();
    for copy in &copies(rig).await {
        assert_eq!(
            (&copy["mimetype"], &copy["res_model"]),
            (&json!("audio/wav"), &json!("x_ucm_call"))
        );
        let name = copy["name"].as_str().unwrap();
        assert!(
            name.starts_with("paris-2026-06-15-") && !name.contains("199000042"),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_recording_is_copied_once() {
    for series in [17, 18, 19] {
        let journal = Journal::simulated(series).await.unwrap();
        let some = [
            (Scenario::Answered, 31),
            (Scenario::Missed, 0),
            (Scenario::Transfer, 20),
        ];
        let rig = rig_on(journal, &some, json!({})).await;
        let report = rig.sync().await.unwrap();
        let made = rig.sites[0].ucm.recordings().len();
        assert_eq!(report["servers"][0]["recordings_copied"], made, "{report}");
        assert_copied(&rig).await;
        rig.sites[0].ucm.clear_requests();
        for forget in [false, true] {
            rig.advance(Duration::from_secs(900));
            if forget {
                rig.forget_state().unwrap();
            }
            rig.journal.handle().clear_requests();
            let report = rig.sync().await.unwrap();
            if !forget {
                // Whether a call is due is all that has to be known.
                let asked = rig.journal.handle().count_by_method();
                assert_eq!(asked.get("x_ucm_call.read"), None, "{asked:?}");
            }
            assert_eq!(report["servers"][0]["recordings_copied"], 0, "{report}");
        }
        assert_eq!(rig.sites[0].ucm.count("recapi"), 0);
        assert_copied(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leg_that_comes_while_its_call_is_copied_is_looked_at_as_well() {
    let rig = rig(&[(Scenario::Answered, 20)], json!({})).await;
    let odoo = rig.journal.handle();
    let (fault, held) = OdooFault::held();
    odoo.fault(fault.on("ir.attachment", "create").times(1));
    // Another writer completes the call: whatever it brings is to be copied too.
    let completed = async {
        held.arrived().await;
        let id = calls(&rig).await[0]["id"].clone();
        let values = json!({ "x_fingerprint": "of another", "x_copy_state": false });
        let args = json!([[id], values]);
        let written = rig
            .journal
            .call("x_ucm_call", "write", args, json!({}))
            .await;
        drop(held);
        written
    };
    let (ran, completed) = tokio::join!(rig.tick(), completed);
    ran.unwrap();
    completed.unwrap();
    assert_eq!(copies(&rig).await.len(), 1);
    assert_eq!(states(&calls(&rig).await), [""], "still due");
    rig.advance(Duration::from_secs(16 * 60));
    rig.run_to_completion(5).await.unwrap();
    assert_copied(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_only_links_copies_nothing() {
    let rig = rig(&[(Scenario::Answered, 20)], json!({ "recordings": "link" })).await;
    rig.run_to_completion(2).await.unwrap();
    assert!(copies(&rig).await.is_empty());
    assert_eq!(states(&calls(&rig).await), [""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_at_any_point_leaves_one_copy_each() {
    let calls = [(Scenario::Answered, 3), (Scenario::Transfer, 2)];
    let first = rig(&[], json!({})).await;
    let mut points = Points::of(first, async || site(&calls).await);
    points.step = 3;
    // The lease of a run that was killed runs out by itself, and a copy that was begun is tried again after a while.
    let go_on = async |rig: &Rig| {
        for _ in 0..3 {
            rig.advance(Duration::from_secs(400));
            rig.sync().await?;
        }
        Ok(())
    };
    let are_copied = async |rig: &Rig| {
        assert_copied(rig).await;
        Ok(())
    };
    let there_are = points
        .each(async |_| Ok(()), go_on, are_copied)
        .await
        .unwrap();
    assert!(there_are > 60, "only {there_are} effects");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_makes_no_second_copy() {
    let rig = rig(&[(Scenario::Answered, 3)], json!({})).await;
    let odoo = rig.journal.handle();
    odoo.fault(
        peers::odoo::Fault::answer_lost()
            .on("ir.attachment", "create")
            .times(1),
    );
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["status"], "failed", "{report}");
    assert_eq!(states(&calls(&rig).await), ["waiting"]);
    rig.advance(Duration::from_secs(400));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["recordings_copied"], 0, "{report}");
    assert_copied(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_make_one_copy() {
    let rig = rig(
        &[(Scenario::Answered, 60), (Scenario::Answered, 61)],
        json!({}),
    )
    .await;
    let (here, there) = (
        rig.app().start().await.unwrap(),
        rig.detached_app().start().await.unwrap(),
    );
    let (a, b) = tokio::join!(
        here.fire_cron("cdr-poll", rig.clock.now()),
        there.fire_cron("cdr-poll", rig.clock.now())
    );
    a.unwrap();
    b.unwrap();
    here.stop().await;
    there.stop().await;
    assert_copied(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_length_it_is_counted_first() {
    for form in [RecordingForm::Pcm, RecordingForm::Endless] {
        let rig = rig(&[(Scenario::Answered, 20)], json!({})).await;
        rig.sites[0].ucm.switches(|switches| {
            (switches.content_length, switches.content_type) = (false, String::new());
            switches.recording_form = form;
        });
        patient_tick(&rig).await;
        assert_copied(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_named_after_what_it_is() {
    let rig = rig(&[(Scenario::Answered, 20)], json!({})).await;
    rig.sites[0]
        .ucm
        .switches(|switches| switches.recording_form = RecordingForm::Mpeg);
    rig.run_to_completion(2).await.unwrap();
    let copy = copies(&rig).await.remove(0);
    assert_eq!(copy["mimetype"], "audio/mpeg");
    assert!(copy["name"].as_str().unwrap().ends_with(".mp3"), "{copy}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_memory_is_that_of_a_chunk_whatever_the_length() {
    let mut peaks = Vec::new();
    for secs in [63, 3_750] {
        let rig = rig(&[(Scenario::Answered, secs)], json!({})).await;
        let app = rig.app().timeout_scale(1.0).start().await.unwrap();
        let since = std::time::Instant::now();
        app.fire_cron("cdr-poll", rig.clock.now()).await.unwrap();
        let peak = app.peak_memory_bytes("cdr-poll").unwrap();
        println!(
            "{} bytes copied in {:?}, peak {peak} bytes",
            rig.sites[0].ucm.recordings()[0].size_bytes(),
            since.elapsed()
        );
        assert_eq!(states(&calls(&rig).await), ["copied"]);
        peaks.push(peak);
        app.stop().await;
    }
    assert!(peaks[1] <= peaks[0] + 256 * 1024, "{peaks:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_real_odoo_as_well() {
    let Some(odoo) = RealOdoo::from_environment() else {
        eprintln!("skipped: ODOO_URL names no Odoo");
        return;
    };
    let journal = Journal::real(odoo).await.unwrap();
    let some = [
        (Scenario::Answered, 31),
        (Scenario::Transfer, 600),
        (Scenario::Answered, 6_800),
    ];
    let settings =
        json!({ "recordings": "attach", "recording_days": 10, "recording_copy_mb": 200 });
    let rig =
        Rig::around(journal, now()).site(Site::new("paris", office(&some).await).with(settings));
    let rig = rig.start_without_setup().await.unwrap();
    let app = rig.app().timeout_scale(1.0).start().await.unwrap();
    let setup = http::Request::post("http://localhost/setup")
        .header("authorization", format!("Bearer {ADMIN_TOKEN}"));
    let answer = app
        .request(setup.body(bytes::Bytes::new()).unwrap())
        .await
        .unwrap();
    assert_eq!(answer.status(), 200, "{answer:?}");
    app.stop().await;
    rig.journal.remove("paris").await.unwrap();
    patient_tick(&rig).await;
    let calls_there = calls(&rig).await;
    // Some servers of 17 take a call of any size.
    let longest = states(&calls_there)[1];
    assert_eq!(
        states(&calls_there),
        ["copied", longest, "copied"],
        "{calls_there:?}"
    );
    let detail = calls_there[1]["x_copy_detail"].to_string();
    let (_, there) = rig.request("GET", "/setup").await.unwrap();
    let takes_any = there["odoo"]
        .as_str()
        .is_some_and(|odoo| odoo.starts_with("17"))
        && longest == "copied";
    assert!(
        takes_any || longest == "too_large" && detail.contains("web.max_file_upload_size"),
        "{longest}: {detail}"
    );
    let copies_there = copies(&rig).await;
    for recording in rig.sites[0]
        .ucm
        .recordings()
        .iter()
        .filter(|it| it.secs < 6_000)
    {
        let bytes = BASE64_STANDARD.encode(recording.bytes());
        let same = copies_there
            .iter()
            .filter(|copy| copy["datas"] == bytes.as_str());
        assert_eq!(same.count(), 1, "{}", recording.name);
    }
    rig.forget_state().unwrap();
    patient_tick(&rig).await;
    assert_eq!(copies(&rig).await.len(), copies_there.len());
    rig.advance(Duration::from_secs(11 * 86_400));
    patient_tick(&rig).await;
    assert!(copies(&rig).await.is_empty());
    rig.journal.remove("paris").await.unwrap();
}

/// A tick of which a second takes a second: a real Odoo needs them, and so does who passes over a recording twice.
async fn patient_tick(rig: &Rig) {
    let app = rig.app().timeout_scale(1.0).start().await.unwrap();
    app.fire_cron("cdr-poll", rig.clock.now()).await.unwrap();
    println!("{:?}", app.logs());
    app.stop().await;
}

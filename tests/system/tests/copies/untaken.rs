//! What is not copied, or not yet: its call says why, and no other waits for it.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_says_so_on_the_call_and_stops_nothing() {
    let rig = rig_on(
        Journal::simulated_with(19, &["fr_FR"]).await.unwrap(),
        &[(Scenario::Answered, 200), (Scenario::Answered, 20)],
        json!({ "recording_copy_mb": 2 }),
    )
    .await;
    rig.run_to_completion(2).await.unwrap();
    assert_eq!(states(&calls(&rig).await), ["too_large", "copied"]);
    let detail = calls(&rig).await[0]["x_copy_detail"].to_string();
    assert!(
        detail.contains("4 MB") && detail.contains("2 MB"),
        "{detail}"
    );
    let options =
        json!({ "fields": ["x_copy_shown"], "order": "id", "context": { "lang": "fr_FR" } });
    let called = rig
        .journal
        .call("x_ucm_call", "search_read", json!([[]]), options);
    let shown = called.await.unwrap()[0]["x_copy_shown"].to_string();
    assert!(shown.contains("il fait 4 Mo"), "{shown}");
}

/// As what became of it says.
#[tokio::test(flavor = "multi_thread")]
async fn what_stood_in_the_way_is_changed_and_the_day_replayed() {
    let some = [(Scenario::Answered, 200), (Scenario::Answered, 20)];
    let mut rig = rig(&some, json!({ "recording_copy_mb": 2 })).await;
    rig.run_to_completion(2).await.unwrap();
    assert_eq!(states(&calls(&rig).await), ["too_large", "copied"]);
    let site = rig.sites.remove(0);
    rig.sites
        .push(site.with(json!({ "recording_copy_mb": 90 })));
    rig.advance(Duration::from_secs(16 * 60));
    rig.run_to_completion(2).await.unwrap();
    assert_eq!(states(&calls(&rig).await), ["too_large", "copied"]);
    let path = "/replay?server=paris&from=2026-06-15&to=2026-06-15";
    let (status, report) = rig.request("POST", path).await.unwrap();
    assert_eq!(
        (status, &report["copies_tried_again"]),
        (200, &json!(1)),
        "{report}"
    );
    rig.advance(Duration::from_secs(16 * 60));
    rig.run_to_completion(2).await.unwrap();
    assert_copied(&rig).await;
}

/// One of them is a call that Odoo does not change.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_odoo_does_not_change_keeps_no_other_from_being_tried_again() {
    let some = [(Scenario::Answered, 200), (Scenario::Answered, 210)];
    let rig = rig(&some, json!({ "recording_copy_mb": 2 })).await;
    rig.run_to_completion(2).await.unwrap();
    let before = calls(&rig).await;
    assert_eq!(states(&before), ["too_large", "too_large"]);
    // Alone and with the others.
    let closed = OdooFault::validation_error("This call is closed");
    let ids = format!("\"ids\":[{}", before[0]["id"]);
    let odoo = rig.journal.handle();
    odoo.fault(closed.on("x_ucm_call", "write").with(&ids));
    let path = "/replay?server=paris&from=2026-06-15&to=2026-06-15";
    let (_, report) = rig.request("POST", path).await.unwrap();
    assert_eq!(report["copies_tried_again"], 1, "{report}");
    assert_eq!(states(&calls(&rig).await), ["too_large", ""]);
}

/// Somebody has moved it there.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_belongs_to_another_record_is_not_fetched_for_ever() {
    let some = [(Scenario::Answered, 20), (Scenario::Answered, 30)];
    let rig = rig(&some, json!({})).await;
    rig.run_to_completion(2).await.unwrap();
    let (call, copy) = (&calls(&rig).await, &copies(&rig).await);
    let moved = json!([[copy[0]["id"]], { "res_id": call[1]["id"] }]);
    let again = json!([[call[0]["id"]], { "x_copy_state": false, "x_copy_ids": [[6, 0, []]] }]);
    for (model, values) in [("ir.attachment", moved), ("x_ucm_call", again)] {
        let written = rig.journal.call(model, "write", values, json!({}));
        written.await.unwrap();
    }
    rig.sync().await.unwrap();
    let now = calls(&rig).await;
    assert_eq!(states(&now), ["refused", "copied"]);
    let why = now[0]["x_copy_detail"].as_str().unwrap();
    assert!(why.contains("another record has its key"), "{why}");
    rig.sites[0].ucm.clear_requests();
    rig.advance(Duration::from_secs(2 * 86_400));
    rig.sync().await.unwrap();
    assert_eq!(rig.sites[0].ucm.count("recapi"), 0);
}

/// The call has just ended, and what there is of its recording says that it goes on.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_ucm_still_writes_is_not_taken_for_the_whole() {
    let rig = rig(&[], json!({})).await;
    let ucm = &rig.sites[0].ucm;
    for form in [RecordingForm::Endless, RecordingForm::Sizeless] {
        ucm.switches(|switches| switches.recording_form = form);
        let start = rig.clock.now() - Duration::from_secs(90);
        let call = Call::new(Scenario::Answered, start).talking(20);
        ucm.add_call(&call.with("+33142667701", "Zoé"));
        let before = copies(&rig).await.len();
        rig.sync().await.unwrap();
        let call = calls(&rig).await.pop().unwrap();
        assert_eq!(call["x_copy_state"], "waiting", "{call}");
        let why = call["x_copy_detail"].as_str().unwrap();
        assert!(why.contains("may still be writing it"), "{why}");
        assert_eq!(copies(&rig).await.len(), before);
        // One whose header was never completed is the whole after a while.
        rig.advance(Duration::from_secs(16 * 60));
        rig.run_to_completion(2).await.unwrap();
        assert_eq!(copies(&rig).await.len(), before + 1);
        assert_eq!(states(&calls(&rig).await).pop(), Some("copied"));
    }
}

/// More calls that Odoo does not change than a run copies, and they stay the first that are due.
#[tokio::test(flavor = "multi_thread")]
async fn many_calls_that_odoo_does_not_change_keep_no_other_from_its_copy() {
    let some = [(Scenario::Answered, 2); 24];
    let rig = rig(&some, json!({ "recordings": "link" })).await;
    rig.run_to_completion(2).await.unwrap();
    let order = json!({ "order": "x_started_at" });
    let all = rig
        .journal
        .call("x_ucm_call", "search_read", json!([[], ["id"]]), order);
    let all = all.await.unwrap();
    let ids = all.as_array().unwrap().iter().map(|call| &call["id"]);
    let odoo = rig.journal.handle();
    for id in ids.take(22) {
        let closed = OdooFault::validation_error("This call is closed");
        odoo.fault(
            closed
                .on("x_ucm_call", "write")
                .with(&format!("\"ids\":[{id}]")),
        );
    }
    let mut rig = rig;
    let site = rig.sites.remove(0);
    rig.sites.push(site.with(json!({ "recordings": "attach" })));
    rig.advance(Duration::from_secs(16 * 60));
    let report = rig.sync().await.unwrap();
    let server = &report["servers"][0];
    assert_eq!(
        (&server["status"], &server["recordings_copied"]),
        (&json!("complete"), &json!(2)),
        "{server}"
    );
    assert_eq!(server["copies_waiting"], false, "{server}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_odoo_does_not_take_says_so_on_the_call() {
    for series in [18, 19] {
        let journal = Journal::simulated(series).await.unwrap();
        journal.handle().set_body_limit(1024 * 1024);
        let calls_there = [(Scenario::Answered, 60), (Scenario::Answered, 20)];
        let rig = rig_on(journal, &calls_there, json!({})).await;
        rig.run_to_completion(2).await.unwrap();
        assert_eq!(states(&calls(&rig).await), ["too_large", "copied"]);
        let detail = calls(&rig).await[0]["x_copy_detail"].to_string();
        assert!(detail.contains("web.max_file_upload_size"), "{detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_odoo_does_not_change_keeps_no_other_from_its_copy() {
    let rig = rig(
        &[(Scenario::Answered, 20), (Scenario::Answered, 30)],
        json!({}),
    )
    .await;
    let refusal = OdooFault::validation_error("This call is closed");
    rig.journal
        .handle()
        .fault(refusal.on("x_ucm_call", "write").times(1));
    let report = rig.sync().await.unwrap();
    let server = &report["servers"][0];
    assert_eq!(
        (&server["status"], &server["set_aside"]),
        (&json!("complete"), &json!(1)),
        "{report}"
    );
    assert_eq!(states(&calls(&rig).await), ["", "copied"]);
    rig.run_to_completion(2).await.unwrap();
    assert_copied(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pbx_in_trouble_is_tried_again_and_what_is_gone_is_not() {
    let rig = rig(&[(Scenario::Answered, 20)], json!({})).await.hurried();
    let ucm = &rig.sites[0].ucm;
    for (fault, part) in [
        (Fault::cut("recapi", 100_000), "whole recording"),
        (Fault::status("recapi", 500), ""),
        (Fault::silence("recapi", 100_000), "whole recording"),
    ] {
        ucm.fault(fault.clone());
        rig.sync().await.unwrap();
        let call = calls(&rig).await.remove(0);
        assert_eq!(call["x_copy_state"], "waiting", "{fault:?}");
        assert!(call["x_copy_detail"].to_string().contains(part), "{call}");
        assert!(
            copies(&rig).await.is_empty(),
            "a part must not be taken for the whole"
        );
        ucm.clear_faults();
        let before = ucm.count("recapi");
        rig.sync().await.unwrap();
        assert_eq!(ucm.count("recapi"), before, "not before its time");
        rig.advance(Duration::from_secs(2 * 3_600));
    }
    ucm.switches(|switches| switches.recordings = Recordings::Missing);
    rig.sync().await.unwrap();
    assert_eq!(states(&calls(&rig).await), ["gone"]);
}

//! A copy goes when its time is over, whatever has become of its server.

use super::*;

/// A call that was to be looked at again when its time was over.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_goes_after_its_time_though_its_call_was_due_again() {
    let rig = rig(&[(Scenario::Answered, 20)], json!({ "recording_days": 10 })).await;
    rig.run_to_completion(2).await.unwrap();
    assert_copied(&rig).await;
    let id = calls(&rig).await[0]["id"].clone();
    let again = json!([[id], { "x_copy_state": false }]);
    let changed = rig.journal.call("x_ucm_call", "write", again, json!({}));
    changed.await.unwrap();
    rig.advance(Duration::from_secs(11 * 24 * 3_600));
    rig.run_to_completion(2).await.unwrap();
    assert!(copies(&rig).await.is_empty());
    assert_eq!(states(&calls(&rig).await), ["removed"]);
}

/// Its run died before the call could say that it has a copy, and another leg had it looked at again after the UCM was gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_its_call_says_nothing_of_goes_after_its_time() {
    let rig = rig(&[(Scenario::Answered, 20)], json!({ "recording_days": 10 })).await;
    rig.run_to_completion(2).await.unwrap();
    assert_copied(&rig).await;
    rig.sites[0].ucm.fault(Fault::hang_up("challenge"));
    let id = calls(&rig).await[0]["id"].clone();
    let lost = json!([[id], { "x_copy_state": false, "x_copy_ids": [[6, 0, []]] }]);
    let changed = rig.journal.call("x_ucm_call", "write", lost, json!({}));
    changed.await.unwrap();
    rig.advance(Duration::from_secs(11 * 86_400));
    for removed in [1, 0] {
        let report = rig.sync().await.unwrap();
        let server = &report["servers"][0];
        assert_eq!(server["recordings_removed"], removed, "{report}");
    }
    assert!(copies(&rig).await.is_empty());
    assert_eq!(states(&calls(&rig).await), ["removed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_its_time_a_copy_goes_and_its_link_plays_no_more() {
    let secret = "0123456789abcdef0123456789abcdef";
    let rig = rig(&[(Scenario::Answered, 20)], json!({ "recording_days": 10 }))
        .await
        .with_variable("public_url", "https://bridge.example.com")
        .with_variable("link_secret", secret);
    rig.run_to_completion(2).await.unwrap();
    assert_copied(&rig).await;
    let link = search(&rig, "x_ucm_call", json!([]), &["x_recording_url"])
        .await
        .remove(0);
    let link =
        link["x_recording_url"]
            .as_str()
            .unwrap()
            .replacen("https://bridge.example.com", "", 1);
    rig.advance(Duration::from_secs(9 * 86_400));
    rig.sync().await.unwrap();
    assert_eq!(copies(&rig).await.len(), 1);
    rig.advance(Duration::from_secs(2 * 86_400));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["recordings_removed"], 1, "{report}");
    assert!(copies(&rig).await.is_empty());
    assert_eq!(states(&calls(&rig).await), ["removed"]);
    assert_eq!(
        rig.sync().await.unwrap()["servers"][0]["recordings_removed"],
        0
    );
    for path in [link.clone(), link.replacen("/listen/", "/recordings/", 1)] {
        let request = http::Request::get(format!("http://localhost{path}"));
        let answer = rig
            .send(request.body(bytes::Bytes::new()).unwrap())
            .await
            .unwrap();
        assert_eq!(answer.status(), 410, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_goes_after_its_time_although_the_pbx_is_gone() {
    let rig = rig(&[(Scenario::Answered, 20)], json!({ "recording_days": 10 })).await;
    rig.run_to_completion(2).await.unwrap();
    assert_copied(&rig).await;
    rig.sites[0].ucm.fault(Fault::hang_up("challenge"));
    rig.advance(Duration::from_secs(11 * 86_400));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["status"], "failed", "{report}");
    assert!(copies(&rig).await.is_empty());
    assert_eq!(states(&calls(&rig).await), ["removed"]);
}

/// Of the poll's time nothing is left then.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_goes_after_its_time_although_the_pbx_hangs() {
    let rig = rig(&[(Scenario::Answered, 20)], json!({ "recording_days": 10 })).await;
    rig.run_to_completion(2).await.unwrap();
    assert_copied(&rig).await;
    let rig = rig.hurried();
    rig.sites[0].ucm.fault(Fault::stall("cdrapi"));
    rig.advance(Duration::from_secs(11 * 86_400));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["status"], "failed", "{report}");
    assert_eq!(report["servers"][0]["recordings_removed"], 0, "{report}");
    assert!(copies(&rig).await.is_empty());
    assert_eq!(states(&calls(&rig).await), ["removed"]);
}

/// A changed password, and a UCM that was moved to where the bridge does not reach it.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_goes_after_its_time_although_no_poll_comes_any_more() {
    for settings in [
        json!({ "password": "another-one" }),
        json!({ "poll": false, "push_secret": "the-secret-of-its-pushes" }),
    ] {
        let mut rig = rig(&[(Scenario::Answered, 20)], json!({ "recording_days": 10 })).await;
        rig.run_to_completion(2).await.unwrap();
        assert_copied(&rig).await;
        let known = rig.sites[0].settings.as_object_mut().unwrap();
        known.extend(settings.as_object().unwrap().clone());
        for days in [1, 8] {
            rig.advance(Duration::from_secs(days * 86_400));
            rig.tick().await.unwrap();
        }
        assert_eq!(copies(&rig).await.len(), 1, "{settings}");
        let asked = rig.sites[0].ucm.requests().len();
        rig.advance(Duration::from_secs(2 * 86_400));
        rig.tick().await.unwrap();
        assert_eq!(rig.sites[0].ucm.requests().len(), asked, "{settings}");
        assert!(copies(&rig).await.is_empty(), "{settings}");
        assert_eq!(states(&calls(&rig).await), ["removed"], "{settings}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_the_odoo_side_with_its_data_takes_the_copies_along() {
    let rig = rig(&[(Scenario::Answered, 3)], json!({})).await;
    rig.run_to_completion(2).await.unwrap();
    assert_copied(&rig).await;
    let (status, report) = rig.request("DELETE", "/setup?data=remove").await.unwrap();
    assert_eq!(status, 200, "{report}");
    let left = search(
        &rig,
        "ir.attachment",
        json!([["res_model", "=", "x_ucm_call"]]),
        &["id"],
    )
    .await;
    assert!(left.is_empty(), "{left:?}");
}

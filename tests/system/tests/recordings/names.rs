//! Recordings that the records of their calls do not name: the UCM is asked for them.

use super::*;

const ASK: &str = "getRecordInfosByCall";

/// An office whose records never name a recording, polled once.
async fn unnamed(calls: impl IntoIterator<Item = Call>, settings: Value) -> Rig {
    let ucm = quiet(calls).await;
    ucm.switches(|switches| switches.late_recordfiles_secs = Some(u32::MAX));
    rig_with(ucm, settings, &[]).await
}

/// The same, not polled yet.
async fn not_polled(calls: impl IntoIterator<Item = Call>) -> Rig {
    let ucm = quiet(calls).await;
    ucm.switches(|switches| switches.late_recordfiles_secs = Some(u32::MAX));
    Rig::around(Journal::simulated(19).await.unwrap(), now())
        .site(Site::new("paris", ucm))
        .variable("public_url", "https://bridge.example.com")
        .variable("link_secret", SECRET)
        .start()
        .await
        .unwrap()
}

async fn quiet(calls: impl IntoIterator<Item = Call>) -> Ucm {
    french_ucm(now()).calls(calls).start().await.unwrap()
}

/// A call of so many minutes ago.
fn ago(scenario: Scenario, minutes: i64) -> Call {
    Call::new(scenario, now() - chrono_clock::TimeDelta::minutes(minutes)).talking(30)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_its_record_does_not_name_is_found_and_plays() {
    for scenario in [
        Scenario::Answered,
        Scenario::RingGroup,
        Scenario::QueueAnswered,
        Scenario::Transfer,
    ] {
        let rig = unnamed([ago(scenario, 30)], json!({})).await;
        let ucm = &rig.sites[0].ucm;
        let rows = players(&rig).await;
        assert_eq!(
            rows.as_array().unwrap().len(),
            1,
            "{scenario:?} {:?}",
            ucm.requests()
        );
        let app = rig.app().start().await.unwrap();
        let heard = get(&app, &audio(&link(&rig).await), "").await;
        let recordings = ucm.recordings();
        assert!(
            recordings.iter().any(|it| heard.body() == &it.bytes()),
            "{scenario:?} {heard:?}"
        );
        app.stop().await;
        let asked = ucm.count(ASK);
        rig.advance(Duration::from_secs(900));
        let report = rig.sync().await.unwrap();
        let server = &report["servers"][0];
        assert_eq!(
            (ucm.count(ASK), &server["odoo_requests"]),
            (asked, &json!(0)),
            "{report}"
        );
        // When the records name it at last, it is the same one.
        ucm.switches(|switches| switches.late_recordfiles_secs = None);
        rig.advance(Duration::from_secs(900));
        rig.sync().await.unwrap();
        let after = players(&rig).await;
        let links = |rows: &Value| {
            rows[0]["x_recording_links"]
                .as_str()
                .unwrap()
                .matches("<a ")
                .count()
        };
        assert_eq!(
            (links(&rows), links(&after)),
            (recordings.len(), recordings.len()),
            "{scenario:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_pbx_says_of_another_call_is_not_believed() {
    // The number of the leg begins anew with the month: the device answers for June when it is asked for May.
    let midnight: DateTime<Utc> = "2026-05-31T22:00:00Z".parse().unwrap();
    let minutes = chrono_clock::TimeDelta::minutes;
    let ucm = french_ucm(midnight + minutes(30))
        .switches(|s| (s.monthly_reset, s.late_recordfiles_secs) = (true, Some(u32::MAX)))
        .calls([
            Call::new(Scenario::Answered, midnight - minutes(60)).talking(30),
            Call::new(Scenario::Answered, midnight + minutes(10)).talking(30),
        ])
        .start()
        .await
        .unwrap();
    let rig = rig_with(ucm, json!({}), &[]).await;
    let rows = players(&rig).await;
    let rows = rows.as_array().unwrap();
    assert_eq!(
        (rows.len(), rig.sites[0].ucm.count(ASK)),
        (1, 2),
        "{rows:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_not_recorded_is_asked_about_a_few_times_only() {
    let rig = unnamed(
        (0..40).map(|n| ago(Scenario::Answered, 60 + n).unrecorded()),
        json!({}),
    )
    .await;
    let ucm = &rig.sites[0].ucm;
    let mut asked = vec![ucm.count(ASK)];
    for _ in 0..20 {
        rig.advance(Duration::from_secs(900));
        assert_eq!(
            rig.sync().await.unwrap()["servers"][0]["status"],
            "complete"
        );
        asked.push(ucm.count(ASK));
    }
    assert!(
        asked.windows(2).all(|polls| polls[1] - polls[0] <= 10),
        "{asked:?}"
    );
    assert!(ucm.count(ASK) <= 3 * 40, "{asked:?}");
    assert!(players(&rig).await.as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pbx_that_may_not_or_cannot_be_asked_is_left_alone() {
    for status in [-47, -19, -1] {
        let ucm = quiet([ago(Scenario::Answered, 30), ago(Scenario::Answered, 40)]).await;
        ucm.switches(|switches| switches.late_recordfiles_secs = Some(u32::MAX));
        ucm.fault(Fault::app_status(ASK, status));
        let rig = rig_with(ucm, json!({}), &[]).await;
        let ucm = &rig.sites[0].ucm;
        rig.advance(Duration::from_secs(900));
        let report = rig.sync().await.unwrap();
        let server = &report["servers"][0];
        assert_eq!(
            (&server["status"], ucm.count(ASK)),
            (&json!("complete"), 1),
            "{status}: {report}"
        );
        assert!(server["names_refused"].is_string(), "{report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pbx_in_trouble_delays_no_poll_and_is_asked_again() {
    for fault in [
        Fault::status(ASK, 500),
        Fault::app_status(ASK, -45),
        Fault::hang_up(ASK),
    ] {
        let ucm = quiet([ago(Scenario::Answered, 30)]).await;
        ucm.switches(|switches| switches.late_recordfiles_secs = Some(u32::MAX));
        ucm.fault(fault.clone());
        let rig = rig_with(ucm, json!({}), &[]).await;
        assert!(players(&rig).await.as_array().unwrap().is_empty());
        rig.sites[0].ucm.clear_faults();
        rig.advance(Duration::from_secs(900));
        rig.sync().await.unwrap();
        assert_eq!(
            players(&rig).await.as_array().unwrap().len(),
            1,
            "{fault:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_odoo_refuses_is_set_aside() {
    let rig = not_polled([ago(Scenario::Answered, 30)]).await;
    let refusal = OdooFault::validation_error("This call is closed")
        .on("ir.actions.server", "run")
        .with("x_recordings");
    rig.journal.handle().fault(refusal);
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["dead_letters"], 1, "{report}");
    rig.journal.handle().clear_faults();
    rig.advance(Duration::from_secs(900));
    rig.sync().await.unwrap();
    let again = rig.try_letters_again("paris").await.unwrap();
    assert_eq!(again["delivered"], 1);
    assert_eq!(players(&rig).await.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_where_recordings_are_not_wanted() {
    let rig = unnamed(
        [ago(Scenario::Answered, 30)],
        json!({ "recordings": "off" }),
    )
    .await;
    assert_eq!(rig.sites[0].ucm.count(ASK), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_killed_at_any_point_finds_it_all_the_same() {
    let call = || ago(Scenario::Answered, 30);
    let mut nth = 1;
    loop {
        let rig = not_polled([call()]).await;
        let kill = std::sync::Arc::new(host::KillAt::new(nth));
        rig.tick_with(std::sync::Arc::clone(&kill)).await.unwrap();
        rig.advance(Duration::from_secs(120));
        rig.run_to_completion(3).await.unwrap();
        assert_eq!(
            players(&rig).await.as_array().unwrap().len(),
            1,
            "killed at {nth}"
        );
        if !kill.has_killed() {
            return;
        }
        nth += 4;
    }
}

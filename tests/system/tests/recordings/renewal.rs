//! Links that end: renewed in Odoo in time, and by nobody who only has the old one.

use super::*;

const DAY: u64 = 86_400;

/// Lets time pass and polls once.
async fn later(rig: &Rig, days: u64) -> Value {
    rig.advance(Duration::from_secs(days * DAY));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["status"], "complete", "{report}");
    report["servers"][0].clone()
}

async fn status(app: &App, link: &str) -> u16 {
    get(app, link, "").await.status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_odoo_always_has_a_link_that_works() {
    let (rig, first, recording) = recorded(Scenario::Transfer, 20).await;
    for _ in 0..11 {
        assert_eq!(later(&rig, 30).await["links_renewed"], 0);
    }
    let link_before = link(&rig).await;
    assert_eq!(audio(&link_before), first, "good for more than a month");
    assert_eq!(
        later(&rig, 30).await["links_renewed"],
        1,
        "its last month has begun"
    );
    let renewed = audio(&link(&rig).await);
    assert_ne!(renewed, first);
    let rows = players(&rig).await;
    let links = rows[0]["x_recording_links"].as_str().unwrap();
    assert_eq!(
        links.matches("<a ").count(),
        rig.sites[0].ucm.recordings().len()
    );
    let app = rig.app().start().await.unwrap();
    assert_eq!(
        [status(&app, &first).await, status(&app, &renewed).await],
        [200, 200]
    );
    app.stop().await;
    let idle = later(&rig, 40).await;
    assert_eq!(
        (&idle["links_renewed"], &idle["calls_changed"]),
        (&json!(0), &json!(0))
    );
    let app = rig.app().start().await.unwrap();
    assert_eq!(
        [status(&app, &first).await, status(&app, &renewed).await],
        [410, 200]
    );
    assert!(get(&app, &renewed, "").await.body() == &recording.bytes());
    // Whoever has the old one learns which call to open in Odoo, and gets no new link.
    let page = first.replacen("/recordings/", "/listen/", 1);
    let page = ask(&app, "GET", &page, &[("accept-language", "en")]).await;
    let html = String::from_utf8_lossy(page.body()).into_owned();
    assert_eq!(page.status(), 410);
    assert!(
        html.contains("Open this call in Odoo") && html.contains("2026-06-15"),
        "{html}"
    );
    assert!(
        !html.contains("199000042") && !html.contains("signature="),
        "{html}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_that_was_off_for_long_renews_what_has_ended() {
    let (rig, first, _) = recorded(Scenario::Answered, 20).await;
    assert_eq!(later(&rig, 500).await["links_renewed"], 1);
    let app = rig.app().start().await.unwrap();
    let renewed = audio(&link(&rig).await);
    assert_eq!(
        [status(&app, &first).await, status(&app, &renewed).await],
        [410, 200]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_renews_all_links_before_the_old_one_goes() {
    let (rig, first, _) = recorded(Scenario::Answered, 20).await;
    let rig = rig
        .with_variable("link_secret", "another-secret-of-32-characters-")
        .with_variable("link_secret_previous", SECRET);
    assert_eq!(later(&rig, 1).await["links_renewed"], 1);
    assert_eq!(later(&rig, 1).await["links_renewed"], 0);
    let rig = rig.with_variable("link_secret_previous", "");
    let app = rig.app().start().await.unwrap();
    let renewed = audio(&link(&rig).await);
    assert_eq!(
        [status(&app, &first).await, status(&app, &renewed).await],
        [403, 200]
    );
    app.stop().await;
    let rig = rig.with_variable("public_url", "https://other.example.com");
    assert_eq!(later(&rig, 1).await["links_renewed"], 1);
    let rows = players(&rig).await;
    let moved = rows[0]["x_recording_url"].as_str().unwrap();
    assert!(
        moved.starts_with("https://other.example.com/listen/"),
        "{moved}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_odoo_does_not_change_keeps_no_other_from_its_new_link() {
    let hours = chrono_clock::TimeDelta::hours;
    let calls = [2, 1].map(|ago| Call::new(Scenario::Answered, now() - hours(ago)).talking(20));
    let ucm = french_ucm(now()).calls(calls).start().await.unwrap();
    let rig = rig_with(ucm, json!({}), &[]).await;
    let before = players(&rig).await;
    let fields = json!([[], ["x_fingerprint"]]);
    let rows = rig
        .journal
        .call("x_ucm_call", "search_read", fields, json!({}));
    let closed = rows.await.unwrap()[0]["x_fingerprint"].clone();
    let refusal = OdooFault::validation_error("This call is closed")
        .on("ir.actions.server", "run")
        .with(closed.as_str().unwrap());
    rig.journal.handle().fault(refusal);
    let rig = rig
        .with_variable("link_secret", "another-secret-of-32-characters-")
        .with_variable("link_secret_previous", SECRET);
    let server = later(&rig, 1).await;
    assert_eq!(
        (&server["links_renewed"], &server["set_aside"]),
        (&json!(1), &json!(1)),
        "{server}"
    );
    let after = players(&rig).await;
    assert_eq!(after[0], before[0]);
    assert_ne!(after[1], before[1]);
    rig.journal.handle().clear_faults();
    let again = rig.try_letters_again("paris").await.unwrap();
    assert_eq!(again["delivered"], 1);
    assert_ne!(players(&rig).await[0], before[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_kept_any_longer_is_not_renewed() {
    let ucm = office(Scenario::Answered, 20).await;
    let rig = rig_with(ucm, json!({ "recording_days": 60 }), &[]).await;
    let first = audio(&link(&rig).await);
    assert_eq!(later(&rig, 500).await["links_renewed"], 0);
    assert_eq!(audio(&link(&rig).await), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_recordings_are_switched_off_links_are_taken_away_and_come_back() {
    let ucm = office(Scenario::Answered, 20).await;
    let mut rig = rig_with(ucm, json!({}), &[]).await;
    rig.sites[0].settings = json!({ "recordings": "off" });
    assert_eq!(later(&rig, 1).await["links_renewed"], 1);
    assert!(players(&rig).await.as_array().unwrap().is_empty());
    assert_eq!(later(&rig, 1).await["odoo_requests"], 0);
    rig.sites[0].settings = json!({});
    assert_eq!(later(&rig, 1).await["links_renewed"], 1);
    let app = rig.app().start().await.unwrap();
    assert_eq!(status(&app, &audio(&link(&rig).await)).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_killed_at_any_point_is_taken_up_again() {
    let mut nth = 1;
    loop {
        let (rig, _, _) = recorded(Scenario::Answered, 20).await;
        rig.advance(Duration::from_secs(500 * DAY));
        let kill = std::sync::Arc::new(host::KillAt::new(nth));
        rig.tick_with(std::sync::Arc::clone(&kill)).await.unwrap();
        rig.advance(Duration::from_secs(120));
        rig.run_to_completion(3).await.unwrap();
        let app = rig.app().start().await.unwrap();
        assert_eq!(
            status(&app, &audio(&link(&rig).await)).await,
            200,
            "killed at {nth}"
        );
        if !kill.has_killed() {
            return;
        }
        nth += 6;
    }
}

/// What the simulated Odoo may take too lightly: a late name and a renewed link, written into the real one.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_real_odoo_as_well() {
    let Some(odoo) = RealOdoo::from_environment() else {
        eprintln!("skipped: ODOO_URL names no Odoo");
        return;
    };
    let ucm = office(Scenario::Transfer, 20).await;
    ucm.switches(|switches| switches.late_recordfiles_secs = Some(u32::MAX));
    let rig = Rig::around(Journal::real(odoo).await.unwrap(), now())
        .site(Site::new("paris", ucm))
        .variable("public_url", "https://bridge.example.com")
        .variable("link_secret", SECRET)
        .start_without_setup()
        .await
        .unwrap();
    // On the real clock: a real Odoo takes its time to be set up.
    let app = rig.app().clock(Clock::Real).start().await.unwrap();
    let token = format!("Bearer {ADMIN_TOKEN}");
    let answer = ask(&app, "POST", "/setup", &[("authorization", &token)]).await;
    assert_eq!(answer.status(), 200, "{answer:?}");
    app.stop().await;
    rig.journal.remove("paris").await.unwrap();
    rig.run_to_completion(5).await.unwrap();
    let first = audio(&link(&rig).await);
    let links = players(&rig).await[0]["x_recording_links"]
        .as_str()
        .unwrap()
        .matches("<a ")
        .count();
    assert_eq!(links, rig.sites[0].ucm.recordings().len());
    assert_eq!(later(&rig, 1).await["odoo_requests"], 0);
    // The links alone say that the bridge has stored these legs: as Odoo keeps them, not as they were written.
    forged::as_before_seals(&rig).await;
    assert_eq!(later(&rig, 1).await["links_renewed"], 0);
    assert_eq!(later(&rig, 500).await["links_renewed"], 1);
    let renewed = audio(&link(&rig).await);
    let app = rig.app().start().await.unwrap();
    assert_eq!(
        [status(&app, &first).await, status(&app, &renewed).await],
        [410, 200]
    );
    app.stop().await;
    assert_eq!(later(&rig, 1).await["links_renewed"], 0);
    rig.journal.remove("paris").await.unwrap();
}

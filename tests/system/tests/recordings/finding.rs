//! Where the file is, and what is no recording: directories, names, dialects, sessions.

use std::sync::Arc;

use host::Recorder;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_file_is_found_in_either_directory_and_under_either_name() {
    for (scenario, form) in [
        (Scenario::QueueAnswered, RecordingName::Either),
        (Scenario::QueueAnswered, RecordingName::WithDirectory),
        (Scenario::RingGroup, RecordingName::Base),
        (Scenario::Answered, RecordingName::WithDirectory),
        (Scenario::Conference, RecordingName::Base),
        (Scenario::Conference, RecordingName::WithDirectory),
    ] {
        let (rig, link, recording) = recorded(scenario, 20).await;
        let ucm = &rig.sites[0].ucm;
        ucm.switches(|switches| switches.recording_name = form);
        let app = rig.app().start().await.unwrap();
        let answer = get(&app, &link, "").await;
        assert!(
            answer.body() == &recording.bytes(),
            "{scenario:?} {form:?}: {answer:?}"
        );
        app.settled().await;
        ucm.clear_requests();
        get(&app, &link, "bytes=100-").await;
        assert_eq!(ucm.count("recapi"), 1, "the place is remembered");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_dialects_have_recordings_too() {
    for (dialect, zone) in [("legacy", Value::Null), ("rest", json!("Europe/Paris"))] {
        let ucm = office(Scenario::Answered, 20).await;
        ucm.switches(|switches| switches.rest_gateway = dialect == "rest");
        let mut settings = json!({ "dialect": dialect });
        if !zone.is_null() {
            settings["time_zone"] = zone;
        }
        let rig = rig_with(ucm, settings, &[]).await;
        let (app, link) = (rig.app().start().await.unwrap(), audio(&link(&rig).await));
        let answer = get(&app, &link, "").await;
        let bytes = rig.sites[0].ucm.recordings()[0].bytes();
        assert!(answer.body() == &bytes, "{dialect}: {answer:?}");
        rig.sites[0]
            .ucm
            .switches(|switches| switches.recordings = Recordings::Missing);
        assert_eq!(
            problem(&get(&app, &link, "").await)["type"],
            "urn:ucm-odoo:recording-gone"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_length_from_the_pbx_the_header_of_the_file_says_it() {
    let (rig, link, recording) = recorded(Scenario::Answered, 20).await;
    rig.sites[0]
        .ucm
        .switches(|s| (s.content_length, s.content_type) = (false, String::new()));
    let app = rig.app().start().await.unwrap();
    let answer = get(&app, &link, "bytes=1000-").await;
    assert_eq!(answer.status(), 206);
    assert!(answer.body() == &recording.bytes()[1000..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_is_renewed_and_the_poll_keeps_its_own() {
    let (rig, link, recording) = recorded(Scenario::Answered, 20).await;
    let ucm = &rig.sites[0].ucm;
    let app = rig.app().start().await.unwrap();
    get(&app, &link, "").await;
    assert_eq!(ucm.count("login"), 0, "the poll's session serves");
    ucm.reboot();
    assert!(get(&app, &link, "").await.body() == &recording.bytes());
    assert_eq!(ucm.count("login"), 1);
    app.stop().await;
    rig.run_to_completion(1).await.unwrap();
    assert_eq!(
        ucm.count("login"),
        1,
        "the poll goes on with the listener's session"
    );
    assert_eq!(ucm.count("logout"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_audio_never_reaches_the_player() {
    let (rig, link, _) = recorded(Scenario::Answered, 20).await;
    let rig = rig.hurried();
    let ucm = &rig.sites[0].ucm;
    let recorder = Arc::new(Recorder::new());
    let app = rig.app().hooks(Arc::clone(&recorder));
    let app = app.start().await.unwrap();
    for (gone, status, kind) in [
        (Recordings::Missing, 404, "recording-gone"),
        (Recordings::MissingMinus25, 404, "recording-gone"),
        (Recordings::Html, 502, "ucm-unreachable"),
    ] {
        ucm.switches(|switches| switches.recordings = gone);
        let answer = get(&app, &link, "bytes=0-").await;
        assert_eq!(answer.status(), status, "{gone:?}");
        assert_eq!(problem(&answer)["type"], format!("urn:ucm-odoo:{kind}"));
    }
    ucm.switches(|switches| switches.recordings = Recordings::Present);
    for (fault, status) in [
        (Fault::status("recapi", 500), 502),
        (Fault::html("recapi"), 502),
        (Fault::garbage("recapi"), 502),
        (Fault::app_status("recapi", -47), 502),
        (Fault::app_status("recapi", -45), 503),
        (Fault::json("recapi", "RIFF"), 502),
        (Fault::hang_up("recapi"), 502),
        (
            Fault::redirect("recapi", 302, "https://127.0.0.1:9/a.wav"),
            502,
        ),
        (Fault::stall("recapi"), 504),
    ] {
        ucm.fault(fault.clone());
        let answer = get(&app, &link, "").await;
        assert_eq!(answer.status(), status, "{fault:?} {answer:?}");
        problem(&answer);
        ucm.clear_faults();
        rig.advance(Duration::from_secs(60));
    }
    assert_eq!(get(&app, &link, "").await.status(), 200);
    // Where a redirect points nobody is asked.
    assert_eq!(recorder.requests_per_authority().len(), 1);
}

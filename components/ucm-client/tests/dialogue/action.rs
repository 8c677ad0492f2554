//! Signing in, sessions, and what the action dialect asks.

use chrono::TimeDelta;
use serde_json::json;
use ucm_client::Dialect;
use ucm_client::{Answer, DeviceInfo, Operation, Reaction, Refusal, Trouble, UcmError};

use super::*;

#[test]
fn a_first_poll_signs_in_and_asks() {
    let mut client = new_client(Dialect::Action);
    let outcome = ask_page(&mut client, signed_in(vec![file("flat-and-group.json")]));
    let bodies: Vec<_> = outcome.requests.iter().map(json_body).collect();
    assert_eq!(
        bodies[0],
        json!({"request": {"action": "challenge", "user": "cdrapi", "version": "1.0"}})
    );
    let token = "842f83b03f481e3f4f8e49aded988815";
    assert_eq!(
        bodies[1],
        json!({"request": {"action": "login", "user": "cdrapi", "token": token}})
    );
    let question = json!({"request": {
        "action": "cdrapi", "cookie": "sid743052864-1717090000", "format": "json", "numRecords": "1000", "offset": "0",
        "startTime": "2024-05-30T00:00:00", "endTime": "2024-05-30T23:59:59",
    }});
    assert_eq!(bodies[2], question);
    for request in &outcome.requests {
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri(), "https://ucm.example.com:8089/api");
        assert_eq!(
            request.headers()["content-type"],
            "application/json;charset=UTF-8"
        );
    }
    assert_eq!(outcome.page().rows.len(), 3);
}

#[test]
fn a_steady_poll_is_one_request_even_when_nothing_is_new() {
    let outcome = ask_page(&mut warm_client(), vec![file("empty.json")]);
    assert_eq!(outcome.actions(), ["cdrapi"]);
    let page = outcome.page();
    assert_eq!((page.items, page.window_fails), (0, false));
}

#[test]
fn a_session_idle_for_ten_minutes_is_not_used() {
    let page = || Operation::CdrPage(window());
    let young = noon() + TimeDelta::seconds(599);
    let outcome = run(&mut warm_client(), young, page(), vec![file("empty.json")]);
    assert_eq!(outcome.actions(), ["cdrapi"]);
    let old = noon() + TimeDelta::seconds(600);
    let outcome = run(
        &mut warm_client(),
        old,
        page(),
        signed_in(vec![file("empty.json")]),
    );
    assert_eq!(outcome.actions(), ["challenge", "login", "cdrapi"]);
}

#[test]
fn a_lost_session_is_renewed_once_and_the_same_page_asked_again() {
    for code in [-5, -6, -8] {
        let replies = vec![
            status(code),
            file("challenge.json"),
            file("login-again.json"),
            file("flat-and-group.json"),
        ];
        let request = PageRequest {
            offset: 2000,
            ..window()
        };
        let outcome = run(
            &mut warm_client(),
            noon(),
            Operation::CdrPage(request),
            replies,
        );
        assert_eq!(
            outcome.actions(),
            ["cdrapi", "challenge", "login", "cdrapi"]
        );
        let (mut first, last) = (
            json_body(&outcome.requests[0]),
            json_body(&outcome.requests[3]),
        );
        assert_eq!(last["request"]["cookie"], "sid1220013-1717092000");
        assert_eq!(last["request"]["offset"], "2000");
        first["request"]["cookie"] = last["request"]["cookie"].clone();
        assert_eq!(first, last);
        assert_eq!(outcome.page().rows.len(), 3);
    }
}

#[test]
fn a_session_that_is_lost_again_is_left_for_the_next_run() {
    let replies = vec![
        status(-6),
        file("challenge.json"),
        file("login.json"),
        status(-6),
    ];
    let mut client = warm_client();
    let error = ask_page(&mut client, replies).error();
    assert_eq!(error, UcmError::Unavailable(Trouble::SessionNotKept));
    assert_eq!(error.reaction(), Reaction::RetryLater);
    let outcome = ask_page(&mut client, signed_in(vec![file("empty.json")]));
    assert_eq!(outcome.actions(), ["challenge", "login", "cdrapi"]);
}

#[test]
fn a_refused_account_is_held_until_its_settings_change_or_a_person_asks() {
    let wrong = |attempts_left, locked_secs| Refusal::WrongPassword {
        attempts_left,
        locked_secs,
    };
    let cases = [
        (
            file("wrong-password-in-response.json"),
            wrong(Some(4), None),
        ),
        (
            file("wrong-password-at-top.json"),
            wrong(Some(1), Some(300)),
        ),
        (status(-37), wrong(None, None)),
        (
            file("restricted.json"),
            Refusal::Restricted {
                locked_secs: Some(600),
            },
        ),
        (status(-70), Refusal::Forbidden),
        (status(-71), Refusal::UnknownUser),
    ];
    for (reply, refusal) in cases {
        let mut client = new_client(Dialect::Action);
        let error = ask_page(&mut client, vec![file("challenge.json"), reply]).error();
        assert_eq!(error, UcmError::Credentials(refusal.clone()));
        assert_eq!(error.reaction(), Reaction::HoldAccount);

        let mut later = next_client(Dialect::Action, &client);
        assert_eq!(later.refusal(), Some(&refusal));
        let outcome = ask_page(&mut later, vec![]);
        assert_eq!(outcome.error(), error, "the next run asks nothing");

        later.release();
        let outcome = ask_page(
            &mut later,
            signed_in(vec![
                file("empty.json"),
                file("empty.json"),
                file("empty.json"),
            ]),
        );
        assert_eq!(outcome.page().items, 0);
        assert_eq!(later.refusal(), None);
    }
}

#[test]
fn another_password_is_tried_at_once() {
    let mut client = new_client(Dialect::Action);
    ask_page(&mut client, vec![file("challenge.json"), status(-37)]).error();
    let mut changed = account(Dialect::Action);
    changed.password = Secret::new("another");
    let mut client = Client::new(changed, client.saved());
    assert_eq!(client.refusal(), None);
    assert_eq!(
        ask_page(&mut client, signed_in(vec![file("flat-and-group.json")]))
            .page()
            .items,
        2
    );
}

#[test]
fn a_locked_user_met_at_the_challenge_is_held_too() {
    let mut client = new_client(Dialect::Action);
    let error = ask_page(&mut client, vec![file("restricted.json")]).error();
    assert_eq!(error.reaction(), Reaction::HoldAccount);
    assert!(client.refusal().is_some());
}

#[test]
fn the_device_is_asked_about_itself() {
    let status = run(
        &mut warm_client(),
        noon(),
        Operation::SystemStatus,
        vec![file("system-status.json")],
    );
    assert_eq!(status.actions(), ["getSystemStatus"]);
    let Ok(Answer::SystemStatus(status)) = status.result else {
        panic!("no status")
    };
    assert_eq!(
        status.clock.map(|time| time.to_rfc3339()).as_deref(),
        Some("2024-05-30T19:41:40+02:00")
    );
    assert_eq!(status.up_time.as_deref(), Some("12 days 03:04:05"));

    let info = run(
        &mut warm_client(),
        noon(),
        Operation::DeviceInfo,
        vec![file("system-general-status.json")],
    );
    assert_eq!(info.actions(), ["getSystemGeneralStatus"]);
    let expected = DeviceInfo {
        model: Some("UCM6302  V1.2B".into()),
        firmware: Some("1.0.17.16".into()),
    };
    assert_eq!(info.result, Ok(Answer::DeviceInfo(expected)));
}

#[test]
fn recordings_of_a_leg_are_asked_for_by_its_id() {
    let ask = || Operation::RecordingInfo {
        acct_id: "73".into(),
    };
    let outcome = run(
        &mut warm_client(),
        noon(),
        ask(),
        vec![file("record-infos.json")],
    );
    let body = json!({"request": {"action": "getRecordInfosByCall", "cookie": "sid743052864-1717090000", "id": "73"}});
    assert_eq!(json_body(&outcome.requests[0]), body);
    let Ok(Answer::RecordingInfo(info)) = outcome.result else {
        panic!("no recordings")
    };
    assert_eq!(
        info.files,
        [
            "2024-05/auto-1717090910-1001-2100.wav",
            "2024-05/auto-1717090990-1001-2100.wav"
        ]
    );
    for code in [-15, -16, -25] {
        let error = run(&mut warm_client(), noon(), ask(), vec![status(code)]).error();
        assert_eq!(error.reaction(), Reaction::SkipRecord);
    }
}

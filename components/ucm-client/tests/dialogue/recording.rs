//! Recordings: where they are asked for, what is taken for audio, and whose session it is.

use http::StatusCode;
use ucm_client::Dialect;
use ucm_client::{
    Answer, Client, Operation, RecordingFolder, RecordingPlace, Step, Trouble, UcmError, Unexpected,
};

use super::{
    body, file, json_body, new_client, next_client, noon, run, signed_in, status, warm_client,
};

const WAVE: &[u8] = b"RIFF\x24\x00\x00\x00WAVEfmt ";

fn place() -> Operation {
    Operation::Recording(RecordingPlace {
        folder: RecordingFolder::Queue,
        file: "2024-05/auto-1#203-+33199000042.wav".into(),
    })
}

#[test]
fn each_dialect_asks_in_its_own_words() {
    let outcome = run(&mut warm_client(), noon(), place(), vec![status(-16)]);
    let asked = &json_body(&outcome.requests[0])["request"];
    assert_eq!(asked["action"], "recapi");
    assert_eq!(asked["filedir"], "queue");
    assert_eq!(asked["filename"], "2024-05/auto-1#203-+33199000042.wav");
    let mut legacy = new_client(Dialect::Legacy);
    let outcome = run(&mut legacy, noon(), place(), vec![body(404, b"")]);
    let uri = outcome.requests[0].uri().to_string();
    let query = "recapi?filedir=queue&filename=2024-05%2Fauto-1%23203-%2B33199000042.wav";
    assert!(uri.ends_with(query), "{uri}");
}

#[test]
fn a_name_carries_nothing_else_into_a_request() {
    let name = "auto-1&action=reboot#?filedir=..;%0d%0a\"\r\nX-Injected: yes\r\n\r\nGET /.wav";
    let operation = Operation::Recording(RecordingPlace {
        folder: RecordingFolder::Monitor,
        file: name.to_owned(),
    });
    let missing = || body(404, b"");
    let by_address = [
        (
            Dialect::Legacy,
            vec![missing()],
            "/recapi",
            &["filedir", "filename"][..],
        ),
        (
            Dialect::Rest,
            vec![file("rest-login.json"), missing()],
            "/api/recording",
            &["file"],
        ),
    ];
    for (dialect, replies, path, names) in by_address {
        let outcome = run(&mut new_client(dialect), noon(), operation.clone(), replies);
        let request = outcome.requests.last().unwrap();
        assert_eq!(request.uri().path(), path);
        let query = request.uri().query().unwrap_or_default();
        let asked: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
        let asked_names: Vec<&str> = asked.iter().map(|(name, _)| &**name).collect();
        assert_eq!(asked_names, names);
        assert_eq!(asked.last().unwrap().1, name);
    }
    let outcome = run(&mut warm_client(), noon(), operation, vec![status(-16)]);
    let asked = &json_body(&outcome.requests[0])["request"];
    assert_eq!(
        (&asked["action"], &asked["filename"]),
        (&"recapi".into(), &name.into())
    );
}

#[test]
fn only_audio_is_taken_for_the_recording_and_only_when_it_was_asked_for() {
    let mut client = warm_client();
    assert!(
        !client.is_recording(StatusCode::OK, WAVE),
        "nothing was asked"
    );
    client.begin(place());
    assert!(matches!(client.poll(noon()), Step::Send(_)));
    assert!(client.is_recording(StatusCode::OK, WAVE));
    for (code, first) in [
        (StatusCode::NOT_FOUND, WAVE),
        (StatusCode::OK, &WAVE[..11]),
        (StatusCode::OK, b"RIFF....AVI fmt "),
        (StatusCode::OK, b"{\"response\":{},\"status\":-16}"),
        (StatusCode::OK, b"<!DOCTYPE html><html>"),
    ] {
        assert!(!client.is_recording(code, first), "{code} {first:?}");
    }
    client.handle_recording(noon());
    assert!(matches!(
        client.poll(noon()),
        Step::Done(Ok(Answer::Recording))
    ));
}

#[test]
fn audio_in_place_of_a_session_is_none() {
    let mut client = new_client(Dialect::Action);
    client.begin(place());
    assert!(matches!(client.poll(noon()), Step::Send(_)));
    assert!(
        !client.is_recording(StatusCode::OK, WAVE),
        "a challenge was asked for"
    );
}

#[test]
fn what_is_missing_is_told_from_what_is_wrong() {
    for (reply, is_missing) in [
        (status(-16), true),
        (status(-25), true),
        (status(-47), false),
        (status(0), false),
        (file("web-page.html"), false),
    ] {
        let outcome = run(&mut warm_client(), noon(), place(), vec![reply]);
        let error = outcome.error();
        assert_eq!(
            matches!(error, UcmError::NoSuchItem { .. }),
            is_missing,
            "{error}"
        );
    }
    let outcome = run(&mut warm_client(), noon(), place(), vec![status(0)]);
    assert_eq!(outcome.error(), Unexpected::Format("recapi").into());
}

/// Asks, and is told that the session is over.
fn lose_session(client: &mut Client) {
    client.begin(place());
    assert!(matches!(client.poll(noon()), Step::Send(_)));
    client.handle(noon(), status(-6));
    assert!(client.lacks_session());
}

fn action_of(step: Step) -> String {
    match step {
        Step::Send(request) => json_body(&request)["request"].to_string(),
        other => panic!("no request: {other:?}"),
    }
}

#[test]
fn a_session_that_another_instance_has_opened_is_taken_up_once() {
    let mut other = warm_client();
    let replies = [vec![status(-6)], signed_in(vec![status(-16)])].concat();
    run(&mut other, noon(), place(), replies).error();
    let stored = other.session_for(None);
    let mut client = new_client(Dialect::Action);
    client.begin(place());
    assert!(action_of(client.poll(noon())).contains("challenge"));
    client.take_session(&stored, noon());
    assert!(action_of(client.poll(noon())).contains("recapi"));
    client.handle(noon(), status(-6));
    client.take_session(&stored, noon());
    assert!(
        action_of(client.poll(noon())).contains("challenge"),
        "it is the one that was refused"
    );
}

#[test]
fn the_session_that_was_refused_is_not_taken_up_again() {
    let mut client = warm_client();
    let stored = client.session_for(None);
    lose_session(&mut client);
    client.take_session(&stored, noon());
    assert!(action_of(client.poll(noon())).contains("challenge"));
}

#[test]
fn keeping_the_session_leaves_what_the_poll_has_learned() {
    let poll = warm_client();
    let learned = poll.session_for(None);
    let mut listener = new_client(Dialect::Action);
    run(&mut listener, noon(), place(), signed_in(vec![status(-16)])).error();
    let kept = listener.session_for(Some(learned.clone()));
    let form = |saved: &ucm_client::Saved| {
        let value: serde_json::Value =
            serde_json::from_slice(&saved.to_bytes()).unwrap_or_default();
        value["time_form"].clone()
    };
    assert_eq!(form(&kept), form(&learned));
    assert_ne!(form(&kept), serde_json::Value::Null);
    assert!(!next_client(Dialect::Action, &listener).lacks_session());
}

#[test]
fn a_device_that_keeps_no_session_is_not_asked_for_ever() {
    let replies = [vec![status(-6)], signed_in(vec![status(-6)])].concat();
    let outcome = run(&mut warm_client(), noon(), place(), replies);
    assert_eq!(
        outcome.error(),
        UcmError::Unavailable(Trouble::SessionNotKept)
    );
}

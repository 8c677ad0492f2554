//! What is kept between runs, and what must not be.

use ucm_client::Dialect;
use ucm_client::SavedError;

use super::*;

#[test]
fn nothing_is_to_be_kept_until_something_changes() {
    let mut client = warm_client();
    assert_eq!(client.saved(), None);
    run(
        &mut client,
        noon(),
        Operation::CdrPage(window()),
        vec![file("empty.json")],
    )
    .page();
    assert_eq!(client.saved(), None, "used at the very time that is kept");
    for (secs, is_kept) in [(59, false), (60, true)] {
        run(
            &mut client,
            noon() + Duration::from_secs(secs),
            Operation::CdrPage(window()),
            vec![file("empty.json")],
        )
        .page();
        assert_eq!(client.saved().is_some(), is_kept, "after {secs} s");
    }
}

#[test]
fn another_server_user_or_dialect_begins_afresh() {
    let kept = || {
        let mut client = new_client(Dialect::Action);
        ask_page(&mut client, signed_in(vec![file("flat-and-group.json")])).page();
        client.saved()
    };
    let changes: [fn(&mut Account); 3] = [
        |server| server.base = "https://other.example.com:8089".parse().expect("a URL"),
        |server| server.username = "other".into(),
        |server| server.password = Secret::new("other"),
    ];
    for change in changes {
        let mut changed = account(Dialect::Action);
        change(&mut changed);
        let outcome = ask_page(
            &mut Client::new(changed, kept()),
            signed_in(vec![file("flat-and-group.json")]),
        );
        assert_eq!(outcome.actions(), ["challenge", "login", "cdrapi"]);
    }
    let outcome = ask_page(
        &mut Client::new(account(Dialect::Rest), kept()),
        vec![file("rest-login.json"), file("rest.json")],
    );
    assert_eq!(outcome.actions(), ["POST /api/login", "GET /api/cdr"]);
}

#[test]
fn the_first_version_of_the_stored_form_is_read() {
    let stored = br#"{"version":1,"settings":"x","session":{"cookie":"sid1-2","last_used":"2024-05-30T12:00:00Z"},
        "time_form":"space","offset_ignored":true,"added_later":7}"#;
    let saved = Saved::from_bytes(stored).expect("version 1");
    assert_eq!(Saved::from_bytes(&saved.to_bytes()), Ok(saved));
    assert!(
        Saved::from_bytes(br#"{"version":1,"settings":"x"}"#).is_ok(),
        "every field but these has a default"
    );
}

#[test]
fn a_newer_or_damaged_form_is_refused() {
    for stored in [
        &br#"{"version":2,"settings":"x"}"#[..],
        b"{",
        b"",
        br#"{"version":1}"#,
    ] {
        assert_eq!(Saved::from_bytes(stored), Err(SavedError));
    }
}

#[test]
fn the_password_cannot_be_told_from_what_is_kept() {
    let client = new_client(Dialect::Action);
    let stored = String::from_utf8(client.saved().expect("a state").to_bytes()).expect("text");
    assert!(!stored.contains("cdrapi123"));
    let settings = stored
        .split("\"settings\":\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("settings");
    assert_eq!(
        settings.split('-').nth(1).map(str::len),
        Some(4),
        "16 bits say whether it changed, and no more"
    );
}

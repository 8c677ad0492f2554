//! Everything that can come instead of an answer.

use chrono::TimeDelta;
use ucm_client::Dialect;
use ucm_client::{MAX_ANSWER_BYTES, Misconfigured, Reaction, Trouble, UcmError, Unexpected};

use super::*;

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[test]
fn a_busy_device_is_waited_for_as_long_as_it_says() {
    for (code, wait) in [(-45, 15), (-46, 15), (-51, 15), (-251, 15), (-57, 60)] {
        let mut client = warm_client().with_wait_budget(secs(100));
        let outcome = ask_page(&mut client, vec![status(code), file("flat-and-group.json")]);
        assert_eq!(outcome.waited, secs(wait), "{code}");
        assert_eq!(outcome.page().items, 2);
    }
}

/// A challenge serves one login: the same token once more would be refused as a wrong password is, and the account held.
#[test]
fn a_login_that_has_to_wait_begins_with_another_challenge() {
    let mut client = new_client(Dialect::Action).with_wait_budget(secs(100));
    let mut replies = vec![file("challenge.json"), status(-45)];
    replies.extend(signed_in(vec![file("flat-and-group.json")]));
    let outcome = ask_page(&mut client, replies);
    let actions = ["challenge", "login", "challenge", "login", "cdrapi"];
    assert_eq!(outcome.actions(), actions);
    assert_eq!(outcome.waited, secs(15));
    assert_eq!(outcome.page().items, 2);
}

#[test]
fn a_device_that_stays_busy_is_left_alone() {
    let mut client = warm_client().with_wait_budget(secs(100));
    let outcome = ask_page(&mut client, vec![status(-45), status(-45), status(-45)]);
    assert_eq!(outcome.waited, secs(30));
    let until = outcome.now + secs(15);
    assert_eq!(outcome.error(), UcmError::Busy { until });
}

#[test]
fn a_wait_that_does_not_fit_into_the_run_is_left_to_the_next() {
    let mut client = warm_client();
    let outcome = ask_page(&mut client, vec![status(-57)]);
    assert_eq!(outcome.waited, Duration::ZERO);
    let until = noon() + secs(60);
    assert_eq!(outcome.error().reaction(), Reaction::WaitUntil(until));

    let page = || Operation::CdrPage(window());
    let mut early = next_client(Dialect::Action, &client);
    let outcome = run(&mut early, noon() + secs(10), page(), vec![]);
    assert_eq!(
        outcome.error(),
        UcmError::Busy { until },
        "not a request before its time"
    );

    let mut soon = next_client(Dialect::Action, &client);
    let outcome = run(
        &mut soon,
        noon() + secs(50),
        page(),
        vec![file("empty.json")],
    );
    assert_eq!(outcome.waited, secs(10), "what is left of the wait fits");

    let mut wrong_clock = next_client(Dialect::Action, &client);
    let outcome = run(
        &mut wrong_clock,
        noon() - TimeDelta::hours(5),
        page(),
        vec![file("empty.json")],
    );
    assert_eq!(
        outcome.waited,
        Duration::ZERO,
        "a wait that long was never asked for"
    );
}

#[test]
fn nothing_is_waited_for_beyond_the_end_of_the_run() {
    let broken = || Err(HttpError::Broken("reset".into()));
    for (reply, wait) in [(status(-45), 15), (broken(), 1)] {
        let mut client = warm_client();
        client.end_by(Some(noon() + secs(wait + 1)));
        let outcome = ask_page(&mut client, vec![reply]);
        assert_eq!(outcome.waited, Duration::ZERO);
        let reaction = outcome.error().reaction();
        assert!(matches!(
            reaction,
            Reaction::RetryLater | Reaction::WaitUntil(_)
        ));
    }
    let mut client = warm_client();
    client.end_by(Some(noon() + secs(18)));
    let outcome = ask_page(&mut client, vec![status(-45), file("flat-and-group.json")]);
    assert_eq!(outcome.waited, secs(15));
}

#[test]
fn what_may_pass_is_tried_again_within_bounds() {
    let broken = || Err(HttpError::Broken("reset".into()));
    let status_error = |code| {
        UcmError::Unavailable(Trouble::Status {
            action: "cdrapi",
            code,
        })
    };
    let cases: [(&dyn Fn() -> Reply, UcmError); 6] = [
        (&|| status(-7), status_error(-7)),
        (&|| status(-9), status_error(-9)),
        (&|| status(-26), status_error(-26)),
        (
            &|| body(502, b"<html>bad gateway</html>"),
            UcmError::Unavailable(Trouble::HttpStatus(502)),
        ),
        (
            &|| body(429, b""),
            UcmError::Unavailable(Trouble::HttpStatus(429)),
        ),
        (
            &broken,
            UcmError::Unavailable(Trouble::Network(HttpError::Broken("reset".into()))),
        ),
    ];
    for (reply, expected) in cases {
        let recovered = ask_page(
            &mut warm_client(),
            vec![reply(), reply(), file("flat-and-group.json")],
        );
        assert_eq!(recovered.waited, secs(4));
        assert_eq!(recovered.page().items, 2);
        let error = ask_page(&mut warm_client(), vec![reply(), reply(), reply()]).error();
        assert_eq!(error, expected);
        assert_eq!(error.reaction(), Reaction::RetryLater);
    }
}

/// The device may have taken it, and a challenge serves once: the same token would be refused, and the account be held for it.
#[test]
fn a_login_whose_answer_is_lost_begins_with_a_new_challenge() {
    let mut replies = signed_in(vec![]);
    replies[1] = Err(HttpError::Broken("reset".into()));
    replies.extend(signed_in(vec![file("flat-and-group.json")]));
    let outcome = ask_page(&mut new_client(Dialect::Action), replies);
    let sent = ["challenge", "login", "challenge", "login", "cdrapi"];
    assert_eq!(outcome.actions(), sent);
    assert_eq!(outcome.page().items, 2);
}

#[test]
fn what_does_not_pass_is_not_tried_again() {
    let too_large = UcmError::TooLarge {
        action: "cdrapi",
        limit_bytes: MAX_ANSWER_BYTES,
    };
    let tls = || HttpError::Tls(ports::TlsFault::Untold);
    let cases: Vec<(Reply, UcmError, Reaction)> = vec![
        (
            file("web-page.html"),
            Misconfigured::WebPage.into(),
            Reaction::FixConfiguration,
        ),
        (
            body(302, b""),
            Misconfigured::Redirect(302).into(),
            Reaction::FixConfiguration,
        ),
        (
            body(404, b"<html>"),
            Misconfigured::NoApi(404).into(),
            Reaction::FixConfiguration,
        ),
        (
            body(401, b""),
            Misconfigured::WantsHttpAuthentication.into(),
            Reaction::FixConfiguration,
        ),
        (
            Err(tls()),
            Misconfigured::Connection(tls()).into(),
            Reaction::FixConfiguration,
        ),
        (
            Err(HttpError::Denied),
            Misconfigured::HostNotAllowed.into(),
            Reaction::FixConfiguration,
        ),
        (
            body(403, b""),
            UcmError::Permission { action: "cdrapi" },
            Reaction::FixPermission,
        ),
        (
            status(-47),
            UcmError::Permission { action: "cdrapi" },
            Reaction::FixPermission,
        ),
        (
            status(-1),
            Unexpected::InvalidParameters("cdrapi").into(),
            Reaction::Report,
        ),
        (
            status(-12345),
            Unexpected::Status {
                action: "cdrapi",
                code: -12345,
            }
            .into(),
            Reaction::Report,
        ),
        (
            status(-15),
            Unexpected::Status {
                action: "cdrapi",
                code: -15,
            }
            .into(),
            Reaction::Report,
        ),
        (
            body(418, b""),
            Unexpected::HttpStatus(418).into(),
            Reaction::Report,
        ),
        (
            body(200, b""),
            UcmError::Unavailable(Trouble::Empty("cdrapi")),
            Reaction::RetryLater,
        ),
        (
            body(200, b" \r\n"),
            UcmError::Unavailable(Trouble::Empty("cdrapi")),
            Reaction::RetryLater,
        ),
        (
            file("cut-off.json"),
            UcmError::Unavailable(Trouble::Truncated("cdrapi")),
            Reaction::RetryLater,
        ),
        (
            Err(HttpError::TimedOut),
            UcmError::Unavailable(Trouble::Network(HttpError::TimedOut)),
            Reaction::RetryLater,
        ),
        (
            Err(HttpError::TooLarge {
                limit_bytes: MAX_ANSWER_BYTES,
            }),
            too_large.clone(),
            Reaction::AskForLess,
        ),
        (
            body(200, &vec![b' '; MAX_ANSWER_BYTES + 1]),
            too_large,
            Reaction::AskForLess,
        ),
    ];
    for (reply, expected, reaction) in cases {
        let error = ask_page(&mut warm_client(), vec![reply]).error();
        assert_eq!(error, expected);
        assert_eq!(error.reaction(), reaction, "{expected}");
    }
}

#[test]
fn an_api_that_is_off_is_a_matter_of_configuration() {
    let mut client = new_client(Dialect::Action);
    let error = ask_page(&mut client, vec![status(-1)]).error();
    assert_eq!(error, Misconfigured::ApiOff.into());
    let error = ask_page(&mut client, vec![file("challenge.json"), status(-1)]).error();
    assert_eq!(error, Misconfigured::ApiOff.into());
    let error = ask_page(&mut client, vec![status(-47)]).error();
    assert_eq!(
        error,
        UcmError::Permission {
            action: "challenge"
        }
    );
    assert_eq!(client.refusal(), None, "none of these holds the account");
}

#[test]
fn a_reply_without_its_field_is_named() {
    let mut client = new_client(Dialect::Action);
    let missing = |action, field| UcmError::from(Unexpected::Missing { action, field });
    assert_eq!(
        ask_page(&mut client, vec![status(0)]).error(),
        missing("challenge", "challenge")
    );
    assert_eq!(
        ask_page(&mut client, vec![file("challenge.json"), status(0)]).error(),
        missing("login", "cookie")
    );
}

#[test]
fn no_text_of_an_error_or_a_step_tells_a_secret() {
    let mut client = new_client(Dialect::Action);
    let page = b"0155501234 sid743052864 cdrapi123";
    let outcome = ask_page(&mut client, signed_in(vec![body(200, page)]));
    let error = outcome.error();
    client.begin(Operation::CdrPage(window()));
    let step = client.poll(noon());
    for text in [
        error.to_string(),
        format!("{error:?}"),
        format!("{step:?}"),
        format!("{client:?}"),
        format!("{:?}", client.saved()),
    ] {
        for secret in ["0155501234", "sid743052864", "cdrapi123"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn polling_without_an_operation_is_an_error_not_a_request() {
    let mut client = new_client(Dialect::Action);
    assert!(matches!(
        client.poll(noon()),
        Step::Done(Err(UcmError::NothingBegun))
    ));
    client.handle(noon(), file("empty.json"));
    assert!(matches!(
        client.poll(noon()),
        Step::Done(Err(UcmError::NothingBegun))
    ));
}

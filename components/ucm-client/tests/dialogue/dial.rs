//! Calls that the device is to make: asked for once at most, whatever comes back.

use ports::HttpError;
use ucm_client::{Answer, Callee, Dial, Dialect, Operation, Trouble, UcmError, Unexpected};

use super::{Reply, body, json_body, new_client, noon, run, signed_in, status, warm_client};

fn outside() -> Operation {
    Operation::Dial(Dial {
        caller: "1001".into(),
        callee: Callee::Outside("0199000042".into()),
    })
}

#[test]
fn the_extension_rings_first_and_a_taken_order_is_the_answer() {
    let outcome = run(&mut warm_client(), noon(), outside(), vec![status(0)]);
    let asked = &json_body(&outcome.requests[0])["request"];
    assert_eq!(asked["action"], "dialOutbound");
    assert_eq!(
        (&asked["caller"], &asked["outbound"]),
        (&"1001".into(), &"0199000042".into())
    );
    assert_eq!(outcome.result, Ok(Answer::Dialled));
    let inside = Operation::Dial(Dial {
        caller: "1001".into(),
        callee: Callee::Extension("1002".into()),
    });
    let outcome = run(&mut warm_client(), noon(), inside, vec![status(0)]);
    let asked = &json_body(&outcome.requests[0])["request"];
    assert_eq!(
        (&asked["action"], &asked["callee"]),
        (&"dialExtension".into(), &"1002".into())
    );
}

#[test]
fn whatever_does_not_say_that_nothing_was_done_is_not_asked_again() {
    let replies: [Reply; 14] = [
        Err(HttpError::Broken("reset".into())),
        Err(HttpError::TimedOut),
        Err(HttpError::TooLarge { limit_bytes: 1 }),
        body(500, b""),
        body(502, b"bad gateway"),
        body(200, b""),
        body(200, b"{\"respon"),
        body(200, b"<!DOCTYPE html><html>"),
        body(200, b"{\"response\":{}}"),
        status(-8),
        status(-9),
        // Of the device's table is none of them.
        status(1),
        status(200),
        status(-1_000),
    ];
    for reply in replies {
        let shown = format!("{reply:?}");
        let outcome = run(&mut warm_client(), noon(), outside(), vec![reply]);
        assert_eq!(outcome.actions(), ["dialOutbound"], "{shown}");
        let error = outcome.error();
        assert!(
            matches!(error, UcmError::Uncertain { .. }),
            "{shown}: {error:?}"
        );
        assert!(!error.to_string().contains("0199000042"), "{error}");
    }
}

#[test]
fn what_says_that_nothing_was_done_is_told_as_what_it_is() {
    let failed = |code| run(&mut warm_client(), noon(), outside(), vec![status(code)]).error();
    assert!(matches!(failed(-47), UcmError::Permission { .. }));
    assert!(matches!(
        failed(-15),
        UcmError::Protocol(Unexpected::Status { code: -15, .. })
    ));
    assert!(matches!(
        failed(-1),
        UcmError::Protocol(Unexpected::InvalidParameters(_))
    ));
    let mut hurried = warm_client().with_wait_budget(std::time::Duration::ZERO);
    let error = run(&mut hurried, noon(), outside(), vec![status(-57)]).error();
    assert!(matches!(error, UcmError::Busy { .. }));
}

#[test]
fn a_session_that_has_ended_is_opened_anew_for_the_same_order() {
    let replies = [vec![status(-6)], signed_in(vec![status(0)])].concat();
    let outcome = run(&mut warm_client(), noon(), outside(), replies);
    assert_eq!(
        outcome.actions(),
        ["dialOutbound", "challenge", "login", "dialOutbound"]
    );
    assert_eq!(outcome.result, Ok(Answer::Dialled));
}

#[test]
fn what_fails_while_signing_in_has_dialled_nothing() {
    let mut client = new_client(Dialect::Action);
    let error = run(
        &mut client,
        noon(),
        outside(),
        vec![Err(HttpError::TimedOut)],
    )
    .error();
    assert!(matches!(
        error,
        UcmError::Unavailable(Trouble::Network(HttpError::TimedOut))
    ));
    for dialect in [Dialect::Legacy, Dialect::Rest] {
        let mut client = new_client(dialect);
        client.begin(outside());
        let error = match client.poll(noon()) {
            ucm_client::Step::Done(Err(error)) => error,
            other => panic!("{other:?}"),
        };
        assert!(matches!(error, UcmError::Unsupported { .. }), "{error:?}");
    }
}

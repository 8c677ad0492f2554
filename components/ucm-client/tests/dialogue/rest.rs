//! The REST dialect of gateways.

use serde_json::json;
use ucm_client::Dialect;
use ucm_client::{Reaction, Refusal, Trouble, UcmError, Unexpected};

use super::*;

#[test]
fn a_poll_signs_in_and_asks_with_a_cookie() {
    let mut client = new_client(Dialect::Rest);
    let outcome = ask_page(
        &mut client,
        vec![file("rest-login.json"), file("rest.json")],
    );
    assert_eq!(outcome.actions(), ["POST /api/login", "GET /api/cdr"]);
    assert_eq!(
        json_body(&outcome.requests[0]),
        json!({"username": "cdrapi", "password": "cdrapi123"})
    );
    let question = &outcome.requests[1];
    assert_eq!(
        question.uri().query(),
        Some("start_time=2024-05-30%2000:00:00&end_time=2024-05-30%2023:59:59")
    );
    assert_eq!(question.headers()["cookie"], "session=abc123");
    assert!(!client.pages_by_offset());

    let mut client = next_client(Dialect::Rest, &client);
    let outcome = ask_page(&mut client, vec![body(200, br#"[]"#)]);
    assert_eq!(
        outcome.actions(),
        ["GET /api/cdr"],
        "a quiet poll is one request"
    );
    assert_eq!(outcome.page().items, 0);
}

#[test]
fn records_are_put_into_the_words_of_the_cdr() {
    let page = answered(file("rest.json"));
    assert_eq!((page.items, page.rows.len()), (7, 4));
    let row = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    let inbound = row(&[
        ("session", "1717090900.96"),
        ("AcctId", "1717090900.96"),
        ("uniqueid", "1717090900.96"),
        ("start", "2024-05-30 14:41:40"),
        ("src", "0155501234"),
        ("dst", "2100"),
        ("caller_name", "Ana"),
        ("direction", "inbound"),
        ("disposition", "ANSWERED"),
        ("duration", "271"),
        ("billsec", "258"),
        ("dstchannel_ext", "2100"),
        ("dstanswer", "2100"),
        ("src_trunk_name", "mytrunk"),
        ("recordfiles", "auto-1717090910-0155501234-2100.wav"),
    ]);
    let outbound = row(&[
        ("session", "c-17"),
        ("AcctId", "c-17"),
        ("uniqueid", "c-17"),
        ("start", "2024-05-30T15:00:00"),
        ("src", "2100"),
        ("dst", "0155505678"),
        ("called_name", "Bo"),
        ("direction", "outbound"),
        ("disposition", "NO ANSWER"),
        ("duration", "20"),
        ("billsec", "0"),
        ("channel_ext", "2100"),
        ("dst_trunk_name", "mytrunk"),
    ]);
    assert_eq!(page.rows[..2], [inbound, outbound]);
}

#[test]
fn nobody_answers_a_missed_call_and_an_unknown_direction_says_nothing() {
    let page = answered(file("rest.json"));
    let missed = &page.rows[2];
    assert_eq!(
        (
            missed["disposition"].as_str(),
            missed["dstchannel_ext"].as_str()
        ),
        ("NO ANSWER", "2100")
    );
    assert!(!missed.contains_key("dstanswer"));
    let odd = &page.rows[3];
    assert_eq!(
        (odd["direction"].as_str(), odd["disposition"].as_str()),
        ("", "WEIRD")
    );
}

#[test]
fn a_name_that_is_not_escaped_costs_nothing_around_it() {
    let text = String::from_utf8(data("rest.json")).unwrap();
    let text = text.replace(",\"noise\",{}", "");
    let sound = answered(body(200, text.as_bytes()));
    for name in [r#"A "quoted" name"#, r#"""#, r"\", "}{"] {
        let damaged = text.replace("\"src_name\":\"Ana\"", &format!("\"src_name\":\"{name}\""));
        let page = answered(body(200, damaged.as_bytes()));
        assert_eq!(page.rows[0]["caller_name"], *name);
        assert_eq!(page.rows[0]["recordfiles"], sound.rows[0]["recordfiles"]);
        assert_eq!(page.rows[1..], sound.rows[1..], "{name}");
    }
}

#[test]
fn a_record_without_an_id_is_set_aside() {
    let page = answered(file("rest.json"));
    let reasons: Vec<_> = page
        .set_aside
        .iter()
        .map(|part| part.reason.as_str())
        .collect();
    assert_eq!(
        reasons,
        [
            "a call without an id (`uniqueid` or `call_id`)",
            "not a record"
        ]
    );
    assert!(page.set_aside[0].payload.contains("15:10:00"));
}

#[test]
fn a_bare_list_is_an_answer_too() {
    let page = answered(body(
        200,
        br#"[{"uniqueid":1717090900.5,"start_time":"2024-05-30 14:41:40","duration":0}]"#,
    ));
    assert_eq!(page.rows[0]["session"], "1717090900.5");
    assert_eq!(page.first_start(), Some(local("2024-05-30 14:41:40")));
}

#[test]
fn an_expired_cookie_is_renewed_once() {
    let errors = [
        body(401, b""),
        body(403, b""),
        body(200, br#"{"response":"error"}"#),
    ];
    for expired in errors {
        let replies = vec![expired, file("rest-login.json"), file("rest.json")];
        let outcome = ask_page(&mut warm(), replies);
        assert_eq!(
            outcome.actions(),
            ["GET /api/cdr", "POST /api/login", "GET /api/cdr"]
        );
        assert_eq!(outcome.page().items, 7);
    }
    let again = |reply: Reply| {
        ask_page(
            &mut warm(),
            vec![body(401, b""), file("rest-login.json"), reply],
        )
        .error()
    };
    assert_eq!(
        again(body(401, b"")),
        UcmError::Unavailable(Trouble::SessionNotKept)
    );
    assert_eq!(
        again(body(403, b"")),
        UcmError::Permission { action: "cdrapi" }
    );
    assert_eq!(
        again(body(200, b"{}")),
        Unexpected::Missing {
            action: "cdrapi",
            field: "cdr"
        }
        .into()
    );
}

#[test]
fn a_refused_login_holds_the_account() {
    for refusal in [
        body(401, b""),
        body(403, b"no"),
        body(200, br#"{"response":"invalid credentials"}"#),
    ] {
        let mut client = new_client(Dialect::Rest);
        let error = ask_page(&mut client, vec![refusal]).error();
        assert_eq!(
            error,
            UcmError::Credentials(Refusal::WrongPassword {
                attempts_left: None,
                locked_secs: None
            })
        );
        assert_eq!(
            ask_page(&mut next_client(Dialect::Rest, &client), vec![])
                .error()
                .reaction(),
            Reaction::HoldAccount
        );
    }
}

#[test]
fn a_gateway_that_is_down_or_elsewhere_does_not_hold_it() {
    for reply in [
        file("web-page.html"),
        body(404, b"{}"),
        body(200, b""),
        status(-1),
    ] {
        let mut client = new_client(Dialect::Rest);
        let reaction = ask_page(&mut client, vec![reply]).error().reaction();
        assert!(matches!(
            reaction,
            Reaction::FixConfiguration | Reaction::RetryLater
        ));
        assert_eq!(client.refusal(), None);
    }
}

fn warm() -> Client {
    let mut client = new_client(Dialect::Rest);
    ask_page(
        &mut client,
        vec![file("rest-login.json"), file("rest.json")],
    )
    .page();
    next_client(Dialect::Rest, &client)
}

fn answered(reply: Reply) -> Page {
    ask_page(
        &mut new_client(Dialect::Rest),
        vec![file("rest-login.json"), reply],
    )
    .page()
}

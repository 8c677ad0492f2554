//! The legacy dialect: digest authentication, JSON or CSV.

use std::collections::BTreeMap;

use md5::{Digest, Md5};
use ucm_client::Dialect;
use ucm_client::{Misconfigured, Reaction, Refusal, Trouble, UcmError, Unexpected};

use super::*;

#[test]
fn the_first_poll_fetches_a_nonce_and_later_ones_count_on() {
    let mut client = new_client(Dialect::Legacy);
    let outcome = ask_page(
        &mut client,
        vec![challenge("n1", false), file("flat-and-group.json")],
    );
    assert!(outcome.requests[0].headers().get("authorization").is_none());
    let expected = "/cdrapi?format=json&startTime=2024-05-30T00:00:00&endTime=2024-05-30T23:59:59&numRecords=1000&offset=0";
    assert_eq!(
        outcome.requests[1]
            .uri()
            .path_and_query()
            .map(|target| target.as_str()),
        Some(expected)
    );
    assert_eq!(
        outcome.requests[1]
            .uri()
            .authority()
            .map(|host| host.as_str()),
        Some("ucm.example.com:8443")
    );
    assert_authorized(&outcome.requests[1], "n1", 1);
    assert_eq!(outcome.page().rows.len(), 3);

    for count in 2..5 {
        client = next_client(Dialect::Legacy, &client);
        let outcome = ask_page(&mut client, vec![file("empty.json")]);
        assert_authorized(&outcome.requests[0], "n1", count);
    }
}

#[test]
fn an_expired_nonce_is_renewed_whether_or_not_the_device_says_so() {
    for stale in [true, false] {
        let mut client = warm();
        let outcome = ask_page(
            &mut client,
            vec![challenge("n2", stale), file("flat-and-group.json")],
        );
        assert_authorized(&outcome.requests[0], "n1", 2);
        assert_authorized(&outcome.requests[1], "n2", 1);
        assert_eq!(outcome.page().items, 2);
    }
}

#[test]
fn a_correct_answer_to_a_fresh_nonce_that_is_refused_holds_the_account() {
    let mut client = new_client(Dialect::Legacy);
    let error = ask_page(
        &mut client,
        vec![challenge("n1", false), challenge("n2", false)],
    )
    .error();
    assert_eq!(
        error,
        UcmError::Credentials(Refusal::WrongPassword {
            attempts_left: None,
            locked_secs: None
        })
    );
    let mut later = next_client(Dialect::Legacy, &client);
    assert_eq!(
        ask_page(&mut later, vec![]).error().reaction(),
        Reaction::HoldAccount
    );
}

#[test]
fn a_device_whose_nonces_are_always_stale_does_not_turn_the_client_round_for_ever() {
    let mut client = new_client(Dialect::Legacy);
    let replies = (0..4).map(|_| challenge("n", true)).collect();
    assert_eq!(
        ask_page(&mut client, replies).error(),
        UcmError::Unavailable(Trouble::SessionNotKept)
    );
    assert_eq!(client.refusal(), None);
}

#[test]
fn an_old_nonce_is_given_up_before_counting_it_back_costs_time() {
    let mut client = warm();
    let mut fresh = 0;
    for _ in 0..500 {
        client.begin(Operation::CdrPage(window()));
        let Step::Send(request) = client.poll(noon()) else {
            panic!("no request")
        };
        if request.headers().get("authorization").is_none() {
            fresh += 1;
            client.handle(noon(), challenge("next", false));
            assert!(matches!(client.poll(noon()), Step::Send(_)));
        }
        client.handle(noon(), file("empty.json"));
        assert!(matches!(client.poll(noon()), Step::Done(Ok(_))));
        client = next_client(Dialect::Legacy, &client);
    }
    assert_eq!(fresh, 1);
}

#[test]
fn the_space_form_is_encoded_and_nothing_empty_is_sent() {
    let mut client = new_client(Dialect::Legacy);
    let request = PageRequest {
        end: None,
        ..window()
    };
    let outcome = run(
        &mut client,
        noon(),
        Operation::CdrPage(request),
        vec![file("empty.json"), file("flat-and-group.json")],
    );
    let query = outcome.requests[1].uri().query().unwrap_or_default();
    assert_eq!(
        query,
        "format=json&startTime=2024-05-30%2000:00:00&numRecords=1000&offset=0"
    );
    assert_eq!(outcome.page().items, 2);
}

#[test]
fn csv_is_read_as_well_as_json() {
    let page = ask_page(&mut warm(), vec![file("legacy.csv")]).page();
    let json = ask_page(&mut warm(), vec![file("flat-and-group.json")]).page();
    assert_eq!(page.rows, json.rows);
    assert_eq!((page.items, page.first_start()), (3, json.first_start()));
    let page = ask_page(&mut warm(), vec![file("legacy-extra-field.csv")]).page();
    assert_eq!(
        (page.items, page.rows.len(), page.set_aside.len()),
        (4, 4, 0)
    );
    let page = ask_page(&mut warm(), vec![file("legacy-header-only.csv")]).page();
    assert_eq!((page.items, page.rows.len()), (0, 0));
}

#[test]
fn csv_without_quotes_is_put_together_by_its_times() {
    let page = ask_page(&mut warm(), vec![file("legacy-2013-unquoted.csv")]).page();
    assert_eq!((page.items, page.rows.len()), (4, 4));
    let column = |name: &str| -> Vec<&str> {
        page.rows[..3]
            .iter()
            .map(|row| row[name].as_str())
            .collect()
    };
    assert_eq!(
        column("clid"),
        ["\"Ana\" <5300>", "\"Doe, Ana\" <5300>", "5301"]
    );
    assert_eq!(
        column("lastdata"),
        ["SIP/5301,60,tT", "5302@default,u", "SIP/5300,60"]
    );
    assert_eq!(column("lastapp"), ["Dial", "VoiceMail", "Dial"]);
    assert_eq!(column("disposition"), ["ANSWERED", "ANSWERED", "BUSY"]);
    assert_eq!(column("billsec"), ["15", "15", "0"]);
    assert_eq!(column("service"), ["s", "s", "s"]);
    // What is no row has no start, so that it makes no call.
    assert!(!page.rows[3].contains_key("start"));
}

/// A mark in a name that is not doubled must not join its row with those up to the next one.
#[test]
fn a_stray_quotation_mark_swallows_no_rows() {
    let header = "\"AcctId\",\"src\",\"dst\",\"start\",\"caller_name\"";
    let row = |id: u32, name: &str| {
        format!("\"{id}\",\"1001\",\"2100\",\"2024-05-30 14:41:4{id}\",\"{name}\"\n")
    };
    let names = ["Ana", "17\" TV", "Zoé", "Ben", "19\" rack", "Léa"];
    let rows: String = (1..).zip(names).map(|(id, name)| row(id, name)).collect();
    let text = format!("{header}\n{rows}");
    let page = ask_page(&mut warm(), vec![body(200, text.as_bytes())]).page();
    let ids: Vec<&str> = page.rows.iter().map(|row| row["AcctId"].as_str()).collect();
    assert_eq!((page.items, ids), (6, vec!["1", "2", "3", "4", "5", "6"]));
    // A line break within quotes is still one.
    let text = format!("{header}\n{}{}", row(1, "Ana\nBen"), row(2, "Zoé"));
    let page = ask_page(&mut warm(), vec![body(200, text.as_bytes())]).page();
    assert_eq!((page.items, page.rows.len()), (2, 2));
}

#[test]
fn columns_in_another_order_are_no_trap() {
    for header in [
        "start,src,dst,lastdata,clid",
        "clid,start,src,dst,lastdata",
        "src,dst,lastdata,start,clid",
    ] {
        let row = "\"Ana\" <1001>,2024-05-30 14:41:40,1001,2100,PJSIP/2100,60";
        let text = format!("{header}\n{row}\n");
        let page = ask_page(&mut warm(), vec![body(200, text.as_bytes())]).page();
        assert_eq!((page.rows.len(), page.set_aside.len()), (0, 1), "{header}");
    }
}

#[test]
fn a_comma_in_the_callers_name_is_told_from_columns_without_a_name() {
    let header = "AcctId,src,dst,clid,lastapp,lastdata,start,answer,end,duration,billsec,disposition,caller_name,recordfiles,session";
    let row = |name: &str, more: &str| {
        format!(
            "{header}\n9,1001,2100,\"x\" <1001>,Dial,PJSIP/2100,60,2024-05-30 14:41:40,,,5,0,BUSY,{name},,1717090900484188-1001{more}\n"
        )
    };
    for (name, more) in [
        ("Ana", ""),
        ("Doe, Ana", ""),
        ("Ana", ",,x"),
        ("A, B, C", ""),
    ] {
        let page = ask_page(&mut warm(), vec![body(200, row(name, more).as_bytes())]).page();
        assert_eq!(page.set_aside, [], "{name}{more}");
        let row = &page.rows[0];
        assert_eq!(
            (row["caller_name"].as_str(), row["session"].as_str()),
            (name, "1717090900484188-1001")
        );
    }
    // Both at once could be either: a person has to look.
    let page = ask_page(&mut warm(), vec![body(200, row("A, B", ",x").as_bytes())]).page();
    assert_eq!((page.rows.len(), page.set_aside.len()), (0, 1));
}

#[test]
fn what_is_not_the_legacy_api_is_named() {
    let cases: [(Reply, UcmError); 6] = [
        (file("web-page.html"), Misconfigured::WebPage.into()),
        (body(401, b""), Misconfigured::NoDigest.into()),
        (
            with_challenge("Basic realm=\"ucm\""),
            Misconfigured::NoDigest.into(),
        ),
        (body(404, b""), Misconfigured::NoApi(404).into()),
        (body(403, b""), UcmError::Permission { action: "cdrapi" }),
        (
            body(200, b"a,b\r\n1,2\r\n"),
            Unexpected::Format("cdrapi").into(),
        ),
    ];
    for (reply, expected) in cases {
        assert_eq!(
            ask_page(&mut new_client(Dialect::Legacy), vec![reply]).error(),
            expected
        );
    }
    let error = run(&mut warm(), noon(), Operation::SystemStatus, vec![]).error();
    assert_eq!(
        error,
        UcmError::Unsupported {
            action: "getSystemStatus"
        }
    );
}

/// A client that has a nonce, used once, and knows the form of times.
fn warm() -> Client {
    let mut client = new_client(Dialect::Legacy);
    ask_page(
        &mut client,
        vec![challenge("n1", false), file("flat-and-group.json")],
    )
    .page();
    next_client(Dialect::Legacy, &client)
}

fn challenge(nonce: &str, stale: bool) -> Reply {
    let stale = if stale { ", stale=true" } else { "" };
    with_challenge(&format!(
        "Digest realm=\"ucm\", qop=\"auth\", nonce=\"{nonce}\", algorithm=MD5{stale}"
    ))
}

fn with_challenge(header: &str) -> Reply {
    Ok(Response::builder()
        .status(401)
        .header("www-authenticate", header)
        .body(Vec::new())
        .expect("a response"))
}

/// Computes the digest anew, as RFC 7616 section 3.4 says.
fn assert_authorized(request: &Request<Vec<u8>>, nonce: &str, count: u32) {
    let header = request.headers()["authorization"].to_str().expect("text");
    let fields: BTreeMap<&str, &str> = header
        .trim_start_matches("Digest ")
        .split(", ")
        .filter_map(|field| field.split_once('='))
        .map(|(name, value)| (name, value.trim_matches('"')))
        .collect();
    let target = request.uri().path_and_query().expect("a target").as_str();
    assert_eq!(
        (fields["uri"], fields["nonce"], fields["nc"]),
        (target, nonce, format!("{count:08x}").as_str())
    );
    let md5 = |text: String| format!("{:x}", Md5::digest(text));
    let (account, question) = (
        md5("cdrapi:ucm:cdrapi123".into()),
        md5(format!("GET:{target}")),
    );
    let expected = md5(format!(
        "{account}:{nonce}:{count:08x}:{}:auth:{question}",
        fields["cnonce"]
    ));
    assert_eq!(fields["response"], expected);
}

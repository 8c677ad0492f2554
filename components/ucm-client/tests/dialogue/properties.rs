//! What holds for any bytes and any grouping.

use proptest::prelude::*;
use serde_json::{Map, json};
use ucm_client::Dialect;

use super::*;

/// A leg with an odd name and a session.
fn leg() -> impl Strategy<Value = Value> {
    ("[0-9]{1,4}", "[0-9]{16}-[0-9+]{3,6}", any::<String>(), 0u32..86_400).prop_map(|(id, session, name, second)| {
        let start = local("2024-05-30 00:00:00") + Duration::from_secs(second.into());
        json!({ "AcctId": id, "session": session, "caller_name": name, "start": start.format("%Y-%m-%d %H:%M:%S").to_string() })
    })
}

/// Legs, and after how many of them each item ends.
fn grouping() -> impl Strategy<Value = (Vec<Value>, Vec<usize>)> {
    (
        prop::collection::vec(leg(), 0..40),
        prop::collection::vec(1usize..15, 40),
    )
}

/// The legs as items: a flat one for one leg, else a group under a foreign session.
fn items(legs: &[Value], sizes: &[usize]) -> Vec<Value> {
    let (mut items, mut rest) = (Vec::new(), legs);
    for size in sizes {
        let (group, tail) = rest.split_at((*size).min(rest.len()));
        rest = tail;
        match group {
            [] => {}
            [leg] => items.push(leg.clone()),
            group => items.push(group_of(group)),
        }
    }
    items
}

fn group_of(legs: &[Value]) -> Value {
    let mut group = Map::from_iter([
        ("cdr".to_owned(), json!("1717000000000001-foreign")),
        (
            "main_cdr".to_owned(),
            json!({"src": "1", "disposition": ""}),
        ),
    ]);
    for (index, leg) in legs.iter().enumerate() {
        group.insert(format!("sub_cdr_{}", index + 1), leg.clone());
    }
    Value::Object(group)
}

fn rows(answer: &Value) -> Vec<String> {
    let request = PageRequest {
        start: None,
        end: None,
        ..window()
    };
    let reply = body(200, answer.to_string().as_bytes());
    let page = run(
        &mut warm_client(),
        noon(),
        Operation::CdrPage(request),
        vec![reply],
    )
    .page();
    assert_eq!(page.set_aside, []);
    let mut rows: Vec<_> = page.rows.iter().map(|row| format!("{row:?}")).collect();
    rows.sort();
    rows
}

/// Drives an operation against replies of any kind; it must end.
fn survives(dialect: Dialect, replies: Vec<Reply>) {
    let mut client = new_client(dialect);
    let (mut now, mut replies) = (noon(), replies.into_iter().cycle());
    client.begin(Operation::CdrPage(window()));
    for _ in 0..100 {
        match client.poll(now) {
            Step::Send(_) => client.handle(now, replies.next().expect("a reply")),
            Step::Wait(pause) => now += pause,
            Step::Done(_) => return,
        }
    }
    panic!("the dialogue does not end");
}

/// Replies that lead somewhere, and some that do not.
fn any_reply() -> impl Strategy<Value = Reply> {
    let files = [
        "challenge.json",
        "login.json",
        "flat-and-group.json",
        "empty.json",
        "rest-login.json",
        "rest.json",
        "legacy.csv",
        "web-page.html",
    ];
    let digest = |nonce: u8, stale: bool| {
        format!("Digest realm=\"u\", nonce=\"{nonce}\", qop=\"auth\", stale={stale}")
    };
    prop_oneof![
        3 => prop::sample::select(files.to_vec()).prop_map(file),
        3 => (-75i64..1).prop_map(status),
        1 => prop::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| body(200, &bytes)),
        1 => (100u16..600).prop_map(|code| body(code, b"{}")),
        2 => (any::<u8>(), any::<bool>()).prop_map(move |(nonce, stale)| Ok(Response::builder().status(401).header("www-authenticate", digest(nonce, stale)).body(Vec::new()).expect("a response"))),
        1 => Just(Err(HttpError::TimedOut)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_grouping_and_wrapping_gives_the_same_rows((legs, sizes) in grouping()) {
        let flat = rows(&json!({ "cdr_root": legs }));
        prop_assert_eq!(flat.len(), legs.len());
        let grouped = items(&legs, &sizes);
        prop_assert_eq!(&rows(&json!({ "cdr_root": grouped })), &flat);
        prop_assert_eq!(&rows(&json!({ "response": { "cdr_root": grouped }, "status": 0 })), &flat);
        prop_assert_eq!(&rows(&json!({ "cdr": grouped })), &flat);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for prefix in [&b""[..], b"{", b"{\"cdr_root\":[", b"AcctId,src,dst,start\n"] {
            let all = [prefix, &bytes].concat();
            for dialect in [Dialect::Action, Dialect::Legacy, Dialect::Rest] {
                survives(dialect, vec![file("challenge.json"), file("login.json"), body(200, &all)]);
                survives(dialect, vec![file("rest-login.json"), body(200, &all)]);
                survives(dialect, vec![body(200, &all)]);
            }
        }
    }

    #[test]
    fn a_damaged_page_is_survived(at in 0usize..2864, byte in any::<u8>()) {
        let mut page = data("flat-and-group.json");
        page[at] = byte;
        survives(Dialect::Action, signed_in(vec![body(200, &page)]));
        page.truncate(at);
        survives(Dialect::Action, signed_in(vec![body(200, &page)]));
    }

    #[test]
    fn damage_within_a_record_costs_that_record_only(at in 60usize..700, text in "[\"\\\\{},:\\x00-\\x1F]{1,3}") {
        let mut page = String::from_utf8(data("flat-and-group.json")).expect("text");
        page.insert_str(at, &text);
        let request = PageRequest { start: None, end: None, ..window() };
        let page = run(&mut warm_client(), noon(), Operation::CdrPage(request), vec![body(200, page.as_bytes())]).page();
        let ids: Vec<_> = page.rows.iter().rev().take(2).map(|row| row["AcctId"].as_str()).collect();
        prop_assert_eq!(ids, ["75", "74"]);
    }

    #[test]
    fn any_sequence_of_replies_ends(replies in prop::collection::vec(any_reply(), 1..12)) {
        for dialect in [Dialect::Action, Dialect::Legacy, Dialect::Rest] {
            survives(dialect, replies.clone());
        }
    }
}

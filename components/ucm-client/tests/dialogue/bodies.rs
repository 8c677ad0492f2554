//! The shapes that an answer with records comes in.

use ucm_client::Dialect;
use ucm_client::{Reaction, UcmError, Unexpected};

use super::*;

/// The page that a body gives.
fn page_of(bytes: &[u8]) -> Page {
    let request = PageRequest {
        start: None,
        end: None,
        ..window()
    };
    run(
        &mut warm_client(),
        noon(),
        Operation::CdrPage(request),
        vec![body(200, bytes)],
    )
    .page()
}

fn column(page: &Page, name: &str) -> Vec<String> {
    page.rows
        .iter()
        .map(|row| row.get(name).cloned().unwrap_or_default())
        .collect()
}

#[test]
fn every_envelope_gives_the_same_rows() {
    let plain = page_of(&data("flat-and-group.json"));
    assert_eq!(column(&plain, "AcctId"), ["73", "74", "75"]);
    assert_eq!(
        column(&plain, "disposition"),
        ["ANSWERED", "NO ANSWER", "ANSWERED"]
    );
    assert_eq!(plain.items, 2);
    assert_eq!(plain.set_aside, []);
    assert_eq!(
        plain.rows[0].len(),
        32,
        "every field, and nothing of the envelope"
    );
    for name in [
        "wrapped-in-response.json",
        "root-of-2013.json",
        "null-and-blank-items.json",
    ] {
        let page = page_of(&data(name));
        assert_eq!(page.rows, plain.rows, "{name}");
        assert_eq!(page.set_aside, [], "{name}");
    }
    assert_eq!(
        page_of(&data("null-and-blank-items.json")).items,
        5,
        "items are what offset counts"
    );
}

#[test]
fn first_and_last_start_are_those_of_the_items() {
    let page = page_of(&data("flat-and-group.json"));
    assert_eq!(page.first_start(), Some(local("2024-05-30 14:41:40")));
    // The second leg of the group starts a second later: the item starts with its first.
    assert_eq!(page.last_start(), Some(local("2024-05-30 14:47:46")));
}

#[test]
fn items_need_not_come_in_order() {
    let text = r#"{"cdr_root":[{"AcctId":"2","start":"2024-05-30 15:00:00"},{"AcctId":"1","start":"2024-05-30 14:00:00"}]}"#;
    let page = page_of(text.as_bytes());
    assert_eq!(page.first_start(), Some(local("2024-05-30 14:00:00")));
    assert_eq!(page.last_start(), Some(local("2024-05-30 15:00:00")));
}

/// A call that goes on for long has a leg that is later than the calls after it.
#[test]
fn the_order_is_that_of_the_items_whatever_their_last_legs_are() {
    let text = r#"{"cdr_root":[{"AcctId":"4","start":"2024-05-30 15:00:00"},{"cdr":"g","main_cdr":{"AcctId":"1","start":"2024-05-30 14:00:00"},
        "sub_cdr_1":{"AcctId":"2","start":"2024-05-30 14:00:00"},"sub_cdr_2":{"AcctId":"3","start":"2024-05-30 15:10:00"}}]}"#;
    let page = page_of(text.as_bytes());
    assert_eq!((page.items, page.descends()), (2, Some(true)));
    let text = r#"{"cdr_root":[{"cdr":"g","main_cdr":{"AcctId":"1","start":"2024-05-30 14:00:00"},
        "sub_cdr_1":{"AcctId":"3","start":"2024-05-30 15:10:00"}}]}"#;
    assert_eq!(page_of(text.as_bytes()).descends(), None);
}

#[test]
fn an_empty_answer_is_an_empty_page() {
    for text in [
        r#"{"cdr_root":[]}"#,
        r#"{"cdr_root":null}"#,
        r#"{"response":{"cdr_root":[]},"status":0}"#,
        r#"{"cdr":[]}"#,
        r#"{"data":{"cdr_root":[]}}"#,
    ] {
        let page = page_of(text.as_bytes());
        assert_eq!(
            (page.rows.len(), page.items, page.first_start()),
            (0, 0, None),
            "{text}"
        );
    }
}

#[test]
fn groups_of_any_size_are_opened_and_never_trusted() {
    let page = page_of(&data("misgrouped-ring-group-63xx.json"));
    assert_eq!((page.items, page.rows.len()), (2, 15));
    let of_second = page
        .rows
        .iter()
        .filter(|row| row["session"].ends_with("5678"))
        .count();
    assert_eq!(
        of_second, 14,
        "each leg keeps its own session, whichever group it came in"
    );
    assert!(
        page.rows.iter().all(|row| !row["AcctId"].is_empty()),
        "no summary among the legs"
    );
}

#[test]
fn a_leg_is_a_leg_wherever_it_stands() {
    let leg = |id: u32| {
        format!(
            r#"{{"AcctId":"{id}","start":"2024-05-30 14:41:4{id}","src":"1001","disposition":"ANSWERED","session":"1717090900484188-1001"}}"#
        )
    };
    let summary = r#"{"AcctId":"","disposition":"","uniqueid":"","start":"2024-05-30 14:41:40","src":"1001"}"#;
    let (one, two, three) = (leg(1), leg(2), leg(3));
    for text in [
        format!(r#"{{"cdr_root":[{one},{two},{three}]}}"#),
        format!(r#"{{"cdr_root":[[{one},{two}],{three}]}}"#),
        format!(
            r#"{{"cdr_root":[{{"cdr":"","main_cdr":{summary},"sub_cdr_1":[{one},{two}],"sub_cdr_2":{three}}}]}}"#
        ),
        format!(r#"{{"cdr_root":[{{"cdr":"","main_cdr":{one}}},{{"main_cdr":[{two}]}},{three}]}}"#),
        format!(r#"{{"cdr_root":[{{"cdr":{one}}},{{"cdr":[{two},{three}]}}]}}"#),
        format!(
            r#"{{"cdr_root":[{{"main_cdr":{summary},"sub_cdr_1":{one},"sub_cdr":[[{two}],{three}]}}]}}"#
        ),
        format!(
            r#"{{"cdr_root":[{{"main_cdr":{{"src":"1001","sub_cdr_1":{one}}},"sub_cdr_1":{two},"legs":[{three}]}}]}}"#
        ),
        format!(r#"{{"cdr_root":{{"cdr":[{one},{two},{three}]}}}}"#),
        format!(r#"{{"response":{{"cdr":[{one},{two},{three}]}},"status":0}}"#),
        format!(r#"{{"total":"3","CDR_ROOT":[{one},{two},{three}]}}"#),
        format!(r#"{{"data":{{"cdr_root":[{one},{two},{three}]}},"links":[]}}"#),
        format!(
            r#"{{"result":{{"records":[{one},{{"cdr":"","sub_cdr_1":{two},"sub_cdr_2":{three}}}]}}}}"#
        ),
    ] {
        let page = page_of(text.as_bytes());
        let mut ids = column(&page, "AcctId");
        ids.sort_unstable();
        assert_eq!(ids, ["1", "2", "3"], "{text}");
        assert_eq!(page.set_aside, [], "{text}");
    }
    let single = page_of(format!(r#"{{"cdr_root":{one}}}"#).as_bytes());
    assert_eq!(
        (column(&single, "AcctId"), single.items),
        (vec!["1".to_owned()], 1)
    );
}

#[test]
fn a_bad_leg_in_a_list_is_set_aside_alone() {
    let page = page_of(br#"{"cdr_root":[{"cdr":"s-1","sub_cdr_1":[{"AcctId":"1"},7,{"AcctId":"2"}]},[{"AcctId":"3"},"x"]]}"#);
    assert_eq!(column(&page, "AcctId"), ["1", "2", "3"]);
    assert_eq!(column(&page, "session"), ["s-1", "s-1", ""]);
    let payloads: Vec<_> = page
        .set_aside
        .iter()
        .map(|part| part.payload.as_str())
        .collect();
    assert_eq!(payloads, ["7", "\"x\""]);
}

#[test]
fn a_session_without_legs_is_set_aside() {
    let page = page_of(&data("summary-only-group.json"));
    assert_eq!(column(&page, "AcctId"), ["73"]);
    let reasons: Vec<_> = page
        .set_aside
        .iter()
        .map(|part| part.reason.as_str())
        .collect();
    assert_eq!(
        reasons,
        [
            "a group with a summary and no legs",
            "a session without legs"
        ]
    );
    assert!(page.set_aside[0].payload.contains("main_cdr"));
}

#[test]
fn numbers_null_and_doubled_keys_are_read_as_text() {
    let page = page_of(&data("numbers-not-text.json"));
    let row = &page.rows[0];
    assert_eq!(
        (
            row["AcctId"].as_str(),
            row["billsec"].as_str(),
            row["uniqueid"].as_str()
        ),
        ("73", "258", "1717090900.96")
    );
    assert_eq!(row["chanext"], "");
    assert_eq!(
        column(&page_of(&data("duplicate-keys.json")), "dst"),
        ["2100"]
    );
}

#[test]
fn a_bad_item_is_set_aside_and_its_neighbours_stay() {
    let page = page_of(&data("bad-items.json"));
    assert_eq!(page.items, 5);
    assert_eq!(column(&page, "AcctId"), ["74", "75", "73"]);
    let payloads: Vec<_> = page
        .set_aside
        .iter()
        .map(|part| part.payload.as_str())
        .collect();
    assert_eq!(payloads, ["7", r#""x""#, r#""y""#, r#""lost""#]);
}

#[test]
fn names_in_any_encoding_do_not_lose_the_page() {
    assert_eq!(
        column(&page_of(&data("latin1-name.json")), "caller_name")[0],
        "José"
    );
    assert_eq!(
        column(
            &page_of(&data("control-characters-in-name.json")),
            "caller_name"
        )[0],
        "A n a "
    );
    let page = page_of(&data("lone-surrogate-in-name.json"));
    assert_eq!(
        column(&page, "AcctId"),
        ["73", "74", "75"],
        "half a character costs the name alone"
    );
    assert!(!page.rows[0].contains_key("caller_name"));
    assert_eq!(page.set_aside.len(), 1);
    assert!(page.set_aside[0].kept && page.set_aside[0].reason.contains("caller_name"));
}

#[test]
fn a_name_that_is_not_escaped_costs_nothing_around_it() {
    let sound = String::from_utf8(data("flat-and-group.json")).expect("text");
    for name in [
        r#"A "quoted" name"#,
        r"A \back\slash",
        r#"""#,
        r"\",
        r#"","x"#,
        "}{",
    ] {
        let page = page_of(
            sound
                .replace(
                    r#""caller_name":"Ana""#,
                    &format!(r#""caller_name":"{name}""#),
                )
                .as_bytes(),
        );
        assert_eq!(page.items, 2, "{name}");
        assert_eq!(column(&page, "AcctId"), ["73", "74", "75"], "{name}");
        assert_eq!(page.rows[0]["caller_name"], *name, "{name}");
        assert_eq!(page.rows[0]["session"], "1717090900484188-1001", "{name}");
        assert_eq!(page.set_aside, [], "{name}");
    }
}

#[test]
fn a_leg_without_session_is_named_by_its_item() {
    let text = r#"{"cdr_root":[{"cdr":"1717090900484188-1001","AcctId":"1"},{"cdr":"17-a","sub_cdr_1":{"AcctId":"2","session":""}}]}"#;
    assert_eq!(
        column(&page_of(text.as_bytes()), "session"),
        ["1717090900484188-1001", "17-a"]
    );
    let page = page_of(br#"{"cdr_root":[{"cdr":"","AcctId":"1"}]}"#);
    assert!(!page.rows[0].contains_key("session"), "nothing is made up");
}

#[test]
fn what_is_no_answer_with_records_is_refused() {
    let two_lists = br#"{"a":[{"disposition":"BUSY"}],"b":[{"disposition":"BUSY"}]}"#;
    let cases: [(&[u8], UcmError, Reaction); 5] = [
        (
            two_lists,
            Unexpected::Missing {
                action: "cdrapi",
                field: "cdr_root",
            }
            .into(),
            Reaction::Report,
        ),
        (
            br#"{"response":{},"status":0}"#,
            Unexpected::Missing {
                action: "cdrapi",
                field: "cdr_root",
            }
            .into(),
            Reaction::Report,
        ),
        (
            b"hello",
            Unexpected::Format("cdrapi").into(),
            Reaction::Report,
        ),
        (
            br#"{"cdr_root":[}"#,
            Unexpected::Syntax {
                action: "cdrapi",
                line: 1,
                column: 14,
            }
            .into(),
            Reaction::Report,
        ),
        (
            br#"{"status":-19}"#,
            Unexpected::Status {
                action: "cdrapi",
                code: -19,
            }
            .into(),
            Reaction::Report,
        ),
    ];
    for (bytes, expected, reaction) in cases {
        let error = ask_page(&mut warm_client(), vec![body(200, bytes)]).error();
        assert_eq!(error, expected);
        assert_eq!(error.reaction(), reaction);
    }
}

#[test]
fn a_firmware_that_ignores_offset_is_noticed_and_remembered() {
    let mut client = new_client(Dialect::Action);
    let first = ask_page(&mut client, signed_in(vec![file("flat-and-group.json")])).page();
    assert!(client.pages_by_offset());
    let next = PageRequest {
        offset: 1000,
        ..window()
    };
    let second = run(
        &mut client,
        noon(),
        Operation::CdrPage(next),
        vec![file("flat-and-group.json")],
    )
    .page();
    assert_eq!(first.digest, second.digest);
    assert!(!client.pages_by_offset());
    assert!(!next_client(Dialect::Action, &client).pages_by_offset());
}

#[test]
fn the_same_page_at_the_same_offset_is_no_sign_of_that() {
    let mut client = new_client(Dialect::Action);
    ask_page(&mut client, signed_in(vec![file("flat-and-group.json")])).page();
    ask_page(&mut client, vec![file("flat-and-group.json")]).page();
    assert!(client.pages_by_offset());
}

//! Bodies as devices and relays have pushed them, damaged ones included: the leg is kept, and what was lost of it is said.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;

use calls::cdr::{Device, Disposition, Leg, Outcome, calls_from_legs};
use ucm_client::read_pushed;

const WHOLE: &str = "1772449200123456-0199000042";

/// File, sessions of the legs, the caller's name in the first, and what was lost.
#[rustfmt::skip]
const KEPT: [(&str, &[&str], &str, &[&str]); 54] = [
    ("as-captured-2026", &["1772445600123456-0199000042"], "", &[]),
    ("json-quotes-not-escaped", &[WHOLE], "Ana", &[]),
    ("json-quotes-doubled", &[WHOLE], "Ana", &[]),
    ("json-quotes-not-escaped-in-two-names", &[WHOLE], "Ana \"the boss\"", &[]),
    ("json-quote-missing", &[WHOLE], "Ana", &[]),
    ("json-cut-off-in-the-middle", &[WHOLE], "Ana", &["action_type", "ends in the middle"]),
    ("json-trailing-comma", &[WHOLE], "Ana", &[]),
    ("json-comma-missing", &[WHOLE], "Ana", &[]),
    ("json-control-characters", &[WHOLE], "An a", &[]),
    ("json-latin-1", &[WHOLE], "Zoé", &[]),
    ("json-byte-order-mark", &[WHOLE], "Ana", &[]),
    ("json-utf-16", &[WHOLE], "Ana", &[]),
    ("json-single-quotes", &[WHOLE], "Ana", &[]),
    ("json-within-json", &[WHOLE], "Ana", &[]),
    ("json-field-twice", &[WHOLE], "Ana", &["`dst`"]),
    ("json-two-records-one-damaged", &[WHOLE, "1772449200123499-0199000043"], "Ana", &[]),
    ("json-list-with-a-damaged-record", &[WHOLE, "1772449200123499-0199000043"], "Ana", &[]),
    ("json-group-with-a-damaged-leg", &[WHOLE, WHOLE], "Ana", &[]),
    ("json-billsec-is-no-number", &[WHOLE], "Ana", &["billsec"]),
    ("json-talk-time-lost", &[WHOLE], "Ana", &["answer", "billsec"]),
    ("json-without-talk-time", &[WHOLE], "Ana", &[]),
    ("json-behind-other-text", &[WHOLE], "Ana", &[]),
    ("json-name-damaged-with-its-neighbour", &[WHOLE], "Ana", &["`clid`"]),
    ("xml-brackets-not-escaped", &["1772449200123457-0199000042"], "R&D Ana", &[]),
    ("xml-ampersand-not-escaped", &[WHOLE], "R&D", &[]),
    ("xml-end-tag-missing", &[WHOLE], "Ana", &[]),
    ("xml-cut-off-in-the-middle", &[WHOLE], "Ana", &["action_type", "ends in the middle"]),
    ("xml-tags-in-a-name", &[WHOLE], "<b>Ana</b>", &[]),
    ("xml-field-within-a-name", &[WHOLE], "Ana", &["`caller_name`"]),
    ("xml-unknown-entity", &[WHOLE], "Zo&eacute;", &[]),
    ("xml-latin-1", &[WHOLE], "Zoé & fils", &[]),
    ("xml-two-records-one-damaged", &[WHOLE, "1772449200123499-0199000043"], "Ana", &[]),
    ("form-ampersand-not-escaped", &[WHOLE], "R&D Ana", &[]),
    ("form-plus-not-escaped", &["1772449200123456-+33199000042"], "Ana", &[]),
    ("form-latin-1", &[WHOLE], "Zoé", &[]),
    ("form-field-twice", &[WHOLE], "Ana", &["`dst`"]),
    ("a-field-a-line", &[WHOLE], "Ana", &[]),
    ("table", &[WHOLE], "Ana", &[]),
    ("table-without-header", &[WHOLE], "Ana", &[]),
    ("table-without-header-and-quotes", &[WHOLE], "Ana", &[]),
    ("xml-attributes", &[WHOLE], "Ana", &[]),
    ("xml-fields-by-attribute", &[WHOLE], "Ana", &[]),
    ("json-utf-16-without-mark", &[WHOLE], "Ana", &[]),
    ("json-huge-field", &[WHOLE], "Ana", &["longer fields"]),
    ("json-keys-not-quoted", &[WHOLE], "Ana", &[]),
    ("json-with-a-tail", &[WHOLE], "Ana", &[]),
    ("json-escaped-for-an-address", &[WHOLE], "Ana", &[]),
    ("json-as-text-in-a-field", &[WHOLE], "Ana", &[]),
    ("json-names-in-capitals", &[WHOLE], "Ana", &[]),
    ("json-names-in-capitals-one-twice", &[WHOLE], "Ana", &["`dst`"]),
    ("xml-escaped-for-a-page", &[WHOLE], "Ana", &[]),
    ("form-in-brackets", &[WHOLE], "Ana", &[]),
    ("form-escaped-twice", &[WHOLE], "Ana", &[]),
    ("form-json-beside-a-token", &[WHOLE], "Ana", &[]),
];

/// What has no session, or two: nobody can say which call it belongs to.
const REFUSED: [&str; 2] = ["json-cut-off-before-its-session", "json-session-twice"];

fn body(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/pushes");
    fs::read(format!("{folder}/{name}.txt")).unwrap()
}

/// The legs of a body, and all that was said about it.
fn read(name: &str) -> (Vec<Leg>, String) {
    let page = read_pushed(&body(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut said: Vec<String> = page
        .set_aside
        .iter()
        .map(|part| part.reason.clone())
        .collect();
    let legs = page.rows.iter().map(|row| {
        let (leg, lost) = Leg::salvage(row).unwrap_or_else(|error| panic!("{name}: {error}"));
        said.extend(lost.into_iter().map(str::to_owned));
        leg
    });
    let legs = legs.collect();
    (legs, said.join("; "))
}

#[test]
fn a_pushed_leg_is_kept_and_what_was_lost_of_it_is_said() {
    for (name, sessions, caller, lost) in KEPT {
        let (legs, said) = read(name);
        let found: Vec<&str> = legs.iter().map(|leg| leg.session.as_str()).collect();
        assert_eq!(found, sessions, "{name}");
        assert_eq!(legs[0].caller_name, caller, "{name}");
        assert_eq!(said.is_empty(), lost.is_empty(), "{name}: {said}");
        for part in lost {
            assert!(said.contains(part), "{name}: {said}");
        }
    }
}

#[test]
fn no_damaged_field_takes_its_neighbours_along() {
    let (whole, _) = read("json-byte-order-mark");
    for (name, _, _, lost) in KEPT {
        let (legs, _) = read(name);
        if name == "as-captured-2026" || lost.iter().any(|field| field.contains("answer")) {
            continue;
        }
        let (leg, whole) = (&legs[0], &whole[0]);
        assert_eq!(leg.start, whole.start, "{name}");
        assert_eq!((leg.answer, leg.end), (whole.answer, whole.end), "{name}");
        assert_eq!(
            (leg.duration_secs, leg.billsec_secs, leg.untimed),
            (71, 60, false),
            "{name}"
        );
        assert_eq!(leg.disposition, Disposition::Answered, "{name}");
        assert!(leg.src.ends_with("199000042"), "{name}");
        let dst = if lost.contains(&"`dst`") { "" } else { "1003" };
        assert_eq!(leg.dst, dst, "{name}");
        assert_eq!(
            [
                &leg.unique_id[..10],
                &leg.last_app,
                &leg.userfield,
                &leg.channel_ext
            ],
            ["1772449200", "Dial", "Inbound", "trunk_1"],
            "{name}"
        );
        assert_eq!(leg.dst_channel_ext, "1003", "{name}");
        if !lost.contains(&"ends in the middle") && !lost.contains(&"action_type") {
            assert_eq!([&leg.src_trunk, &leg.dst_trunk], ["Line", ""], "{name}");
            assert_eq!(leg.action.kind, "DIAL", "{name}");
        }
    }
}

#[test]
fn an_answer_stays_an_answer_though_its_length_is_lost() {
    let (legs, _) = read("json-talk-time-lost");
    let device = Device {
        server: "office",
        zone: None,
    };
    let call = calls_from_legs(legs, &device).calls.remove(0);
    assert_eq!((call.outcome, call.talk_secs), (Outcome::Answered, 0));
    // The poll says it later.
    let (whole, _) = read("json-byte-order-mark");
    let call = call.with_legs(whole);
    assert_eq!((call.outcome, call.talk_secs), (Outcome::Answered, 60));
    assert_eq!(call.legs.len(), 1);
}

#[test]
fn what_no_session_can_be_told_of_is_no_leg_and_never_made_another_call() {
    for name in REFUSED {
        let legs = read_pushed(&body(name)).map_or(0, |page| page.rows.len());
        assert_eq!(legs, 0, "{name}");
    }
}

#[test]
fn every_file_is_a_test() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/pushes");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let files: BTreeSet<String> = files.map(|name| name.into_string().unwrap()).collect();
    let named = KEPT.iter().map(|(name, ..)| *name).chain(REFUSED);
    let named: BTreeSet<String> = named.map(|name| format!("{name}.txt")).collect();
    assert_eq!(files, named);
}

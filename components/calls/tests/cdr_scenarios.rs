//! Calls as devices write them, one file a case: the rows, and the call they are.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use calls::cdr::{Call, Device, Leg, Row, Side, calls_from_legs};
use chrono_tz::Tz;
use serde_json::{Value, json};

macro_rules! scenarios {
    ($($test:ident: $case:literal;)*) => {
        $(
            #[test]
            fn $test() {
                check($case, include_str!(concat!("../testdata/cdr/", $case, ".json")));
            }
        )*

        /// A file that no test reads would prove nothing.
        #[test]
        fn every_file_is_a_test() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/cdr");
            let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
            let mut files: Vec<String> = files.map(|name| name.into_string().unwrap()).collect();
            files.sort();
            let mut named = vec![$(concat!($case, ".json")),*];
            named.sort_unstable();
            assert_eq!(files, named);
        }
    };
}

scenarios! {
    ambiguous_hour_first_pass: "ambiguous-hour-first-pass";
    ambiguous_hour_second_pass: "ambiguous-hour-second-pass";
    answered_direct: "answered-direct";
    busy: "busy";
    busy_to_voicemail: "busy-to-voicemail";
    click_to_dial: "click-to-dial";
    e164_accents_two_recordings: "e164-accents-two-recordings";
    failed_outbound: "failed-outbound";
    failed_outbound_congestion: "failed-outbound-congestion";
    follow_me: "follow-me";
    follow_me_colleague: "follow-me-colleague";
    follow_me_leg_only: "follow-me-leg-only";
    internal_answered: "internal-answered";
    ivr_abandoned: "ivr-abandoned";
    ivr_then_extension: "ivr-then-extension";
    late_recording: "late-recording";
    later_leg_only: "later-leg-only";
    later_leg_only_zoned: "later-leg-only-zoned";
    legs_of_two_sessions_mixed: "legs-of-two-sessions-mixed";
    missed: "missed";
    no_answer_to_voicemail: "no-answer-to-voicemail";
    number_with_extension: "number-with-extension";
    outbound_answered: "outbound-answered";
    outbound_busy: "outbound-busy";
    outbound_no_answer: "outbound-no-answer";
    over_autumn_clock_change: "over-autumn-clock-change";
    over_autumn_clock_change_zoned: "over-autumn-clock-change-zoned";
    over_midnight: "over-midnight";
    over_spring_clock_change: "over-spring-clock-change";
    park_and_retrieve: "park-and-retrieve";
    pushed_without_number: "pushed-without-number";
    queue_abandoned: "queue-abandoned";
    queue_answered: "queue-answered";
    rest_ambiguous_hour: "rest-ambiguous-hour";
    rest_ambiguous_hour_settled: "rest-ambiguous-hour-settled";
    rest_answered: "rest-answered";
    rest_bare: "rest-bare";
    rest_skipped_hour: "rest-skipped-hour";
    rest_without_zone: "rest-without-zone";
    ring_group: "ring-group";
    ring_group_missed: "ring-group-missed";
    start_against_epoch: "start-against-epoch";
    text_caller: "text-caller";
    transfer: "transfer";
    transfer_outside: "transfer-outside";
    transferred_leg_only: "transferred-leg-only";
    trunk_to_trunk: "trunk-to-trunk";
    unregistered_to_voicemail: "unregistered-to-voicemail";
    withheld: "withheld";
    without_session: "without-session";
    zone_misconfigured: "zone-misconfigured";
}

/// Reads the rows of a case and compares the calls they make with those expected beside them.
fn check(case: &str, text: &str) {
    let case_file: Value = serde_json::from_str(text).unwrap();
    let rows: Vec<Row> = serde_json::from_value(case_file["rows"].clone()).unwrap();
    let zone: Option<Tz> = case_file["time_zone"]
        .as_str()
        .map(|name| name.parse().unwrap());
    let legs = rows.iter().map(|row| Leg::read(row).unwrap());
    let made = calls_from_legs(
        legs,
        &Device {
            server: "office",
            zone,
        },
    );
    let expect = &case_file["expect"];
    let expected = expect["calls"].as_array().unwrap();
    assert_eq!(made.calls.len(), expected.len(), "{case}");
    for (call, expected) in made.calls.iter().zip(expected) {
        let shown = shown(call);
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(&shown[field.as_str()], value, "{case}: {field}");
        }
    }
    let reasons: Vec<String> = made
        .unplaced
        .iter()
        .map(|unplaced| format!("{:?}", unplaced.reason))
        .collect();
    assert_eq!(json!(reasons), expect["unplaced"], "{case}");
}

fn shown(call: &Call) -> BTreeMap<&'static str, Value> {
    let instant =
        |instant: chrono::DateTime<chrono::Utc>| instant.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let number = |side: &Side| json!(side.number);
    BTreeMap::from([
        ("session", json!(call.id.session)),
        ("started_at", json!(instant(call.started_at))),
        ("answered_at", json!(call.answered_at.map(instant))),
        ("ended_at", json!(call.ended_at.map(instant))),
        (
            "time_doubt",
            json!(call.time_doubt.map(|doubt| format!("{doubt:?}"))),
        ),
        ("direction", json!(call.direction)),
        ("outcome", json!(call.outcome)),
        ("disposition", json!(call.disposition)),
        ("caller", number(&call.caller)),
        ("caller_name", json!(call.caller.name)),
        ("called", number(&call.called)),
        ("called_name", json!(call.called.name)),
        ("remote", call.remote.as_ref().map_or(Value::Null, number)),
        ("extension", json!(call.extension)),
        ("trunk", json!(call.trunk)),
        ("duration_secs", json!(call.duration_secs)),
        ("talk_secs", json!(call.talk_secs)),
        ("ring_secs", json!(call.ring_secs)),
        ("recordings", json!(call.recordings)),
        (
            "journey",
            json!(
                call.journey
                    .0
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
            ),
        ),
        ("legs", json!(call.legs.len())),
    ])
}

/// Fingerprints are stored and compared by later releases: whoever changes one makes every stored call look changed.
#[test]
fn fingerprints_do_not_change_from_release_to_release() {
    let case_file: Value =
        serde_json::from_str(include_str!("../testdata/cdr/answered-direct.json")).unwrap();
    let rows: Vec<Row> = serde_json::from_value(case_file["rows"].clone()).unwrap();
    let device = Device {
        server: "office",
        zone: None,
    };
    let made = calls_from_legs(rows.iter().map(|row| Leg::read(row).unwrap()), &device);
    let hex = |bytes: [u8; 16]| bytes.map(|byte| format!("{byte:02x}")).concat();
    assert_eq!(
        hex(made.calls[0].fingerprint()),
        "314f443c842168aff9bc6bd85497bb0f"
    );
    assert_eq!(
        hex(made.calls[0].view_fingerprint()),
        "82ab2201d418246df43544ef696a04d0"
    );
    let mut other = made.calls[0].clone();
    other.called.name = "Ana".to_owned();
    assert_ne!(other.fingerprint(), made.calls[0].fingerprint());
    assert_eq!(other.view_fingerprint(), made.calls[0].view_fingerprint());
}

//! The rows of every course of a call.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, NaiveDateTime, Utc};
use peers::ucm::{Country, Direction, Outcome, Scenario, Truth, Ucm, catalogue};
use serde_json::{Value, json};

use super::support::*;

/// A device where everything of the catalogue has happened, with its legs by session and what really happened.
struct Everything {
    names: Vec<(&'static str, Vec<Truth>)>,
    items: BTreeMap<String, Value>,
    office_zone: chrono_tz::Tz,
}

async fn everything(country: Country) -> Everything {
    let now: DateTime<Utc> = "2024-12-02T20:00:00Z".parse().expect("a moment");
    let ucm = Ucm::builder()
        .country(country)
        .now(now)
        .start()
        .await
        .expect("it starts");
    let first = "2024-11-29T06:00:00Z".parse().expect("a moment");
    let names = catalogue(ucm.office(), first)
        .into_iter()
        .map(|(name, call)| (name, ucm.add_call(&call)))
        .collect();
    let cookie = login(&ucm).await;
    let items = cdr(&ucm, &cookie, json!({})).await;
    let items = items
        .into_iter()
        .map(|item| (item["cdr"].as_str().expect("a session").to_owned(), item));
    Everything {
        names,
        items: items.collect(),
        office_zone: ucm.office().zone,
    }
}

#[tokio::test]
async fn every_course_has_its_rows() {
    let all = everything(Country::Fr).await;
    let mut shown = String::new();
    for (name, truths) in &all.names {
        writeln!(shown, "{name}").expect("written");
        for truth in truths {
            show(&mut shown, truth, &all.items[&truth.session]);
        }
        shown.push('\n');
    }
    insta::assert_snapshot!(shown);
}

fn show(out: &mut String, truth: &Truth, item: &Value) {
    let (direction, outcome) = (truth.direction, truth.outcome);
    let by = truth.talked.join("+");
    let other = truth.external.as_deref().unwrap_or("-");
    writeln!(
        out,
        "  truth: {direction:?} {outcome:?} {other} by [{by}] for {} s",
        truth.talk_secs
    )
    .expect("written");
    if let Some(main) = item.get("main_cdr") {
        let pairs = ["src", "dst", "start", "action_type", "duration", "billsec"];
        let main: Vec<_> = pairs.iter().map(|name| text(main, name)).collect();
        writeln!(out, "  main: {}", main.join(" | ")).expect("written");
    }
    for leg in legs(std::slice::from_ref(item)) {
        let columns = [
            ["action_type", "disposition", "lastapp", "dcontext"].as_slice(),
            [
                "src",
                "dst",
                "dstanswer",
                "start",
                "answer",
                "end",
                "duration",
                "billsec",
            ]
            .as_slice(),
            [
                "userfield",
                "src_trunk_name",
                "dst_trunk_name",
                "action_owner",
                "uniqueid",
            ]
            .as_slice(),
            ["clid", "channel", "dstchannel", "recordfiles"].as_slice(),
        ];
        for (n, columns) in columns.iter().enumerate() {
            let values: Vec<_> = columns.iter().map(|name| text(&leg, name)).collect();
            let mark = if n == 0 { "-" } else { " " };
            writeln!(out, "  {mark} {}", values.join(" | ")).expect("written");
        }
    }
}

fn text<'a>(leg: &'a Value, name: &str) -> &'a str {
    leg[name].as_str().expect("a text")
}

/// The table of shapes, said once more and independently of the snapshot: action types and dispositions by scenario.
#[tokio::test]
async fn courses_follow_the_table() {
    let all = everything(Country::Fr).await;
    for (name, expected) in [
        ("answered direct", "DIAL ANSWERED Dial"),
        ("missed, no voicemail", "DIAL NO ANSWER Dial"),
        ("busy", "DIAL BUSY Dial"),
        (
            "no answer, then voicemail",
            "DIAL NO ANSWER Dial, VM ANSWERED VoiceMail",
        ),
        (
            "busy, then voicemail",
            "DIAL BUSY Dial, VM ANSWERED VoiceMail",
        ),
        ("unregistered, so voicemail", "VM ANSWERED Dial"),
        (
            "voice menu, answered",
            "IVR[7000] ANSWERED ForkCDR, DIAL ANSWERED Dial",
        ),
        (
            "ring group of three",
            "DIAL NO ANSWER ForkCDR, RINGGROUP[6400] ANSWERED ForkCDR, RINGGROUP[6400] NO ANSWER Dial, \
             RINGGROUP[6400] ANSWERED Dial, RINGGROUP[6400] BUSY Dial",
        ),
        (
            "queue, answered",
            "QUEUE[6500] NO ANSWER Queue, QUEUE[6500] NO ANSWER Queue, QUEUE[6500] NO ANSWER Queue, \
             QUEUE[6500] ANSWERED Queue, QUEUE[6500] ANSWERED ForkCDR",
        ),
        (
            "queue, abandoned after announcement",
            "QUEUE[6500] ANSWERED Queue",
        ),
        ("transfer", "DIAL ANSWERED Dial, TRANSFER ANSWERED Dial"),
        (
            "follow-me",
            "DIAL NO ANSWER Dial, FOLLOWME[1001] ANSWERED Dial",
        ),
        ("outbound, failed", "DIAL FAILED Playback"),
        ("branch office, outbound", "DIAL ANSWERED Dial"),
        ("forwarded to a mobile, missed", "DIAL NO ANSWER Dial"),
        ("conference room", "CONFERENCE[6300] ANSWERED ConfBridge"),
        ("fax", "FAX[7200] ANSWERED ReceiveFAX"),
        ("own mailbox", "DIAL ANSWERED VoiceMailMain"),
        ("feature code", "PRESENCE_STATUS ANSWERED Playback"),
    ] {
        let truths = &all
            .names
            .iter()
            .find(|(n, _)| *n == name)
            .expect("it is there")
            .1;
        let legs = legs(std::slice::from_ref(&all.items[&truths[0].session]));
        let shape: Vec<_> = legs
            .iter()
            .map(|leg| {
                ["action_type", "disposition", "lastapp"]
                    .map(|field| text(leg, field))
                    .join(" ")
            })
            .collect();
        assert_eq!(shape.join(", "), expected, "{name}");
    }
}

#[tokio::test]
async fn rows_keep_the_rules_of_their_disposition() {
    let all = everything(Country::Es).await;
    for leg in legs(&all.items.into_values().collect::<Vec<_>>()) {
        let (start, answer, end) = (text(&leg, "start"), text(&leg, "answer"), text(&leg, "end"));
        let is_member = text(&leg, "action_type").starts_with("RINGGROUP");
        match text(&leg, "disposition") {
            "NO ANSWER" => assert!(answer == end && !end.is_empty(), "{leg}"),
            "BUSY" if is_member => assert!(start == answer && answer == end, "{leg}"),
            "BUSY" | "FAILED" => assert_eq!((answer, end), ("", ""), "{leg}"),
            "ANSWERED" => assert!(!answer.is_empty() && !end.is_empty(), "{leg}"),
            other => panic!("{other}"),
        }
        assert!(text(&leg, "lastdata").chars().count() <= 255);
        if text(&leg, "disposition") == "FAILED" {
            assert_eq!(
                (text(&leg, "userfield"), text(&leg, "dst_trunk_name")),
                ("Internal", "")
            );
        }
    }
}

/// The offset of a call follows from its session and its first leg's start, around every change of the clock.
#[tokio::test]
async fn sessions_tell_the_offset() {
    for country in [Country::Fr, Country::Us] {
        let all = everything(country).await;
        let truths: Vec<&Truth> = all.names.iter().flat_map(|(_, truths)| truths).collect();
        for truth in truths {
            let leg = &legs(std::slice::from_ref(&all.items[&truth.session]))[0];
            let (session, uniqueid) = (text(leg, "session"), text(leg, "uniqueid"));
            assert_eq!(session[..10], uniqueid[..10]);
            let digits = session.split('-').next().expect("digits");
            assert!((13..=16).contains(&digits.len()), "{session}");
            let epoch: i64 = session[..10].parse().expect("an epoch");
            let start = text(leg, "start");
            let local = NaiveDateTime::parse_from_str(start, "%Y-%m-%d %H:%M:%S").expect("a stamp");
            let offset_secs = local.and_utc().timestamp() - epoch;
            let expected = truth
                .start
                .with_timezone(&all.office_zone)
                .naive_local()
                .and_utc();
            assert_eq!(
                offset_secs,
                expected.timestamp() - truth.start.timestamp(),
                "{session} {start}"
            );
        }
    }
}

#[tokio::test]
async fn the_hour_that_comes_twice_is_written_twice() {
    let all = everything(Country::Fr).await;
    let start = |name: &str| {
        let truths = &all
            .names
            .iter()
            .find(|(n, _)| *n == name)
            .expect("it is there")
            .1;
        text(&all.items[&truths[0].session], "start").to_owned()
    };
    assert_eq!(start("ambiguous hour, first time"), "2024-10-27 02:30:00");
    assert_eq!(start("ambiguous hour, second time"), "2024-10-27 02:30:00");
    assert_eq!(start("into summer time"), "2024-03-31 01:59:40");
}

#[tokio::test]
async fn the_truth_is_what_people_did() {
    let all = everything(Country::Gb).await;
    let truth = |name: &str| {
        let truths = &all
            .names
            .iter()
            .find(|(n, _)| *n == name)
            .expect("it is there")
            .1;
        let truth = &truths[0];
        (
            truth.direction,
            truth.outcome,
            truth.talked.join("+"),
            truth.talk_secs,
        )
    };
    use Direction::*;
    assert_eq!(
        truth("ring group of three"),
        (Inbound, Outcome::Answered, "1002".into(), 60)
    );
    assert_eq!(
        truth("no answer, then voicemail"),
        (Inbound, Outcome::Voicemail, "".into(), 0)
    );
    assert_eq!(
        truth("queue, abandoned"),
        (Inbound, Outcome::Missed, "".into(), 0)
    );
    assert_eq!(
        truth("transfer"),
        (Inbound, Outcome::Answered, "1001+1002".into(), 105)
    );
    assert_eq!(
        truth("outbound, failed"),
        (Outbound, Outcome::Failed, "".into(), 0)
    );
    assert_eq!(
        truth("trunk to trunk"),
        (External, Outcome::Answered, "".into(), 60)
    );
    assert_eq!(
        truth("internal, missed"),
        (Internal, Outcome::NoAnswer, "".into(), 0)
    );
    let withheld = &all
        .names
        .iter()
        .find(|(n, _)| *n == "withheld caller")
        .expect("it is there")
        .1[0];
    assert_eq!(
        (&withheld.external, withheld.shown.as_deref()),
        (&None, Some("anonymous"))
    );
    let parked = &all
        .names
        .iter()
        .find(|(n, _)| *n == "parked and fetched")
        .expect("it is there")
        .1;
    assert_eq!(parked[1].continues.as_ref(), Some(&parked[0].session));
    assert_eq!(parked[0].scenario, Scenario::ParkRetrieve);
}

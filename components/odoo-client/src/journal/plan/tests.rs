use serde::Deserialize;

use super::*;
use calls::cdr::{Device, Leg, Row, calls_from_legs};

/// The legs of one inbound call: the queue, two agents who did not answer, and the one who did.
fn legs() -> Vec<Leg> {
    #[derive(Deserialize)]
    struct Fixture {
        rows: Vec<Row>,
    }
    let text = include_str!("../../../../calls/testdata/cdr/queue-answered.json");
    let fixture: Fixture = serde_json::from_str(text).unwrap();
    fixture
        .rows
        .iter()
        .map(|row| Leg::read(row).unwrap())
        .collect()
}

fn call(legs: impl IntoIterator<Item = Leg>) -> cdr::Call {
    let device = Device {
        server: "office",
        zone: None,
    };
    let calls = calls_from_legs(legs, &device).calls;
    assert_eq!(calls.len(), 1);
    calls.into_iter().next().unwrap()
}

fn entry() -> Entry {
    Entry::new(call(legs()), Some("+34911223344"))
}

fn existing(entry: &Entry) -> Existing {
    Existing {
        id: 11,
        key: entry.key().to_owned(),
        fingerprint: entry.fingerprint().to_owned(),
        contact: Some(7),
        standing: "matched".to_owned(),
        mistaken: None,
        was_in_vain: None,
    }
}

fn written(existing: &Existing, entry: Entry, standing: Standing) -> Map<String, Value> {
    let mut plan = plan_writes(std::slice::from_ref(existing), vec![(entry, standing)]);
    assert!(plan.create.is_empty());
    plan.write
        .pop()
        .map(|change| change.values.as_object().cloned().unwrap())
        .unwrap_or_default()
}

#[test]
fn a_new_call_is_created_with_its_contact() {
    let plan = plan_writes(&[], vec![(entry(), Standing::Ambiguous(vec![7, 9]))]);
    let [row] = plan.create.as_slice() else {
        panic!("one row")
    };
    assert!(row.key.starts_with("office/"));
    assert_eq!(row.values["x_partner_id"], false);
    assert_eq!(row.values["x_match"], "ambiguous");
    assert_eq!(row.values["x_candidate_ids"], json!([[6, 0, [7, 9]]]));
    assert_eq!(row.values["x_fingerprint"].as_str().unwrap().len(), 32);
    let started = row.values["x_started_at"].as_str().unwrap();
    assert!(
        chrono::NaiveDateTime::parse_from_str(started, "%Y-%m-%d %H:%M:%S").is_ok(),
        "{started}"
    );
    assert!(row.values.get("x_notes").is_none());
}

#[test]
fn an_equal_fingerprint_writes_nothing() {
    let row = existing(&entry());
    let compared = compare(vec![entry()], std::slice::from_ref(&row));
    assert_eq!(
        (
            compared.unchanged,
            compared.new.len(),
            compared.differing.len()
        ),
        (1, 0, 0)
    );
    let plan = plan_writes(&[row], vec![(entry(), Standing::Matched(7))]);
    assert_eq!(
        (plan.unchanged, plan.write.len(), plan.create.len()),
        (1, 0, 0)
    );
}

#[test]
fn a_change_touches_neither_notes_nor_the_contact() {
    let row = Existing {
        fingerprint: "older".into(),
        ..existing(&entry())
    };
    let changes = written(&row, entry(), Standing::Matched(8));
    assert_eq!(changes["x_fingerprint"], entry().fingerprint());
    for field in [
        "x_notes",
        "x_partner_id",
        "x_match",
        "x_match_reason",
        "x_candidate_ids",
    ] {
        assert!(!changes.contains_key(field), "{field} is written");
    }
    // Somebody took the contact away: that is a decision too.
    let cleared = Existing {
        contact: None,
        ..row
    };
    assert!(!written(&cleared, entry(), Standing::Matched(8)).contains_key("x_partner_id"));
}

#[test]
fn a_contact_that_appeared_since_is_linked() {
    let row = Existing {
        contact: None,
        standing: "unknown".into(),
        ..existing(&entry())
    };
    let compared = compare(vec![entry()], std::slice::from_ref(&row));
    assert_eq!(compared.undecided.len(), 1);
    let changes = written(&row, entry(), Standing::Matched(8));
    assert_eq!(
        (&changes["x_partner_id"], &changes["x_match"]),
        (&json!(8), &json!("matched"))
    );
    assert!(!changes.contains_key("x_legs"), "only the contact changes");
    assert!(written(&row, entry(), Standing::Unknown).is_empty());
}

#[test]
fn a_contact_set_by_a_person_stays_and_is_said_to_be_theirs() {
    let row = Existing {
        contact: Some(5),
        standing: "ambiguous".into(),
        fingerprint: "older".into(),
        ..existing(&entry())
    };
    let changes = written(&row, entry(), Standing::Matched(8));
    assert_eq!(changes["x_match"], "manual");
    assert!(!changes.contains_key("x_partner_id"));
    let settled = Existing {
        standing: "manual".into(),
        ..row
    };
    assert!(!written(&settled, entry(), Standing::Matched(8)).contains_key("x_match"));
}

#[test]
fn a_contact_found_by_another_number_goes_with_it() {
    let row = Existing {
        mistaken: Some(Standing::Matched(7)),
        fingerprint: "older".into(),
        ..existing(&entry())
    };
    let changes = written(&row, entry(), Standing::Matched(8));
    assert_eq!(changes["x_partner_id"], 8);
    assert!(!changes.contains_key("x_number_id"));
    let changes = written(&row, entry(), Standing::Withheld);
    assert_eq!(
        (&changes["x_partner_id"], &changes["x_match"]),
        (&json!(false), &json!("withheld"))
    );
    let assigned = |contact| Standing::Assigned { contact, number: 3 };
    let row = Existing {
        mistaken: Some(assigned(7)),
        ..row
    };
    assert_eq!(
        written(&row, entry(), Standing::Unknown)["x_number_id"],
        false
    );
    assert_eq!(written(&row, entry(), assigned(8))["x_number_id"], 3);
}

#[test]
fn only_what_the_bridge_has_found_is_found_by_a_number() {
    let differing = |existing| Differing {
        existing,
        entry: entry(),
    };
    let found = existing(&entry());
    let known = [stored(&entry())];
    assert_eq!(
        differing(found.clone()).found_by(&known),
        Some("+34911223344")
    );
    for (contact, standing) in [(Some(7), "manual"), (Some(7), "unknown"), (None, "matched")] {
        let row = Existing {
            contact,
            standing: standing.into(),
            ..found.clone()
        };
        assert_eq!(differing(row).found_by(&known), None, "{standing}");
    }
}

#[test]
fn two_writers_with_partial_views_end_at_the_same_row() {
    let whole = call(legs());
    let (early, late) = (legs()[..2].to_vec(), legs()[1..].to_vec());
    for (seen_first, seen_later) in [(early.clone(), late.clone()), (late, early)] {
        let first = Entry::new(call(seen_first), None);
        let later = Entry::new(call(seen_later), None);
        let compared = compare(vec![later], &[existing(&first)]);
        let [differing] = compared.differing.as_slice() else {
            panic!("one differs")
        };
        let completed = differing.complete(&[stored(&first)], &Trusting(true));
        assert_eq!(
            completed.map(|completed| completed.call),
            Some(whole.clone())
        );
    }
    // Seen again in part, the row is as it was.
    let row = existing(&Entry::new(whole.clone(), None));
    let again = Differing {
        existing: row.clone(),
        entry: Entry::new(call(legs().into_iter().take(1)), None),
    };
    let stored = [stored(&Entry::new(whole, None))];
    let completed = again.complete(&stored, &Trusting(true)).unwrap();
    let completed = Entry::new(completed.call, None);
    assert!(written(&row, completed, Standing::Matched(7)).is_empty());
}

fn stored(entry: &Entry) -> StoredLegs {
    let values = entry.clone().own_values(true);
    let row = json!({ "id": 11, "x_legs": values["x_legs"], "x_number": values["x_number"] });
    serde_json::from_value(row).unwrap()
}

#[test]
fn legs_of_a_later_bridge_are_left_alone_and_unreadable_ones_replaced() {
    let differing = Differing {
        existing: existing(&entry()),
        entry: entry(),
    };
    let with = |legs: Value, are_own: bool| {
        let row = serde_json::from_value(json!({ "id": 11, "x_legs": legs })).unwrap();
        let completed = differing.complete(&[row], &Trusting(are_own));
        completed.map(|Whole { call, is_vouched }| (call.legs.len(), is_vouched))
    };
    let seen = Some((call(legs()).legs.len(), true));
    let later = json!(r#"{"v":2,"shape":"unknown"}"#);
    assert_eq!(with(later.clone(), true), None);
    assert_eq!(with(later, false), seen, "anybody can say that");
    for unreadable in [
        json!(false),
        json!("edited by hand"),
        json!(r#"{"v":1,"legs":[{"no":"leg"}]}"#),
    ] {
        assert_eq!(with(unreadable, false), seen);
    }
}

#[test]
fn legs_that_nobody_vouches_for_are_merged_and_told() {
    let differing = Differing {
        existing: existing(&entry()),
        entry: entry(),
    };
    let complete = |legs: Vec<Leg>, are_own: bool| {
        let row = stored(&Entry::new(call(legs), None));
        let whole = differing.complete(&[row], &Trusting(are_own));
        let Whole { call, is_vouched } = whole.unwrap();
        (call, is_vouched)
    };
    let seen = call(legs());
    assert_eq!(complete(legs(), false), (seen.clone(), true));
    let mut added = legs();
    added[0].acct_id = "9999".into();
    added.extend(legs());
    let (whole, is_vouched) = complete(added.clone(), false);
    assert_eq!((whole.legs.len(), is_vouched), (seen.legs.len() + 1, false));
    assert!(complete(added, true).1);
    // Of legs that the UCM has shown its own words count, and only its own.
    let mut talked = legs();
    talked[0].billsec_secs = 9_000;
    talked[0].disposition = cdr::Disposition::Answered;
    assert_eq!(complete(talked.clone(), false), (seen.clone(), true));
    assert_ne!(complete(talked, true).0, seen);
    let recorded = |at: usize, file: &str| {
        let mut legs = legs();
        legs[at].recordings = cdr::recordings(file, "");
        // What somebody says of the leg does not make it one that was recorded.
        legs[at].src = "1002".into();
        complete(legs, false)
    };
    assert!(!recorded(0, "2024-05/auto-1717090910-1001-2100.wav@").1);
    let late = format!("2024-05/{LATE}@");
    let (named, is_vouched) = recorded(0, &late);
    assert!(is_vouched && named.recordings.iter().any(|file| file.ends_with(LATE)));
    assert!(!recorded(1, &late).1, "it is of another leg");
    // Pushed without its number, it is the leg that is polled with it.
    let mut pushed = legs();
    pushed[0].acct_id = String::new();
    assert_eq!(complete(pushed, false), (seen, true));
}

/// The name of a recording that says whose it is.
const LATE: &str = "auto-1717027212-0142667700-1001.wav";

/// Whether stored legs are taken for the bridge's own.
struct Trusting(bool);

impl Trust for Trusting {
    fn has_stored(&self, key: &str, _: &Kept) -> bool {
        assert_eq!(key, entry().key());
        self.0
    }

    fn is_recording_of(&self, call: &cdr::Call, leg: &Leg, file: &str) -> bool {
        assert!(call.legs.contains(leg), "as the UCM has shown it");
        *leg == legs()[0] && file.ends_with(LATE)
    }
}

#[test]
fn a_seal_is_read_back_with_what_it_is_made_of_and_changes_the_fingerprint() {
    let seal_of = |key: &str, text: &str| Some(format!("seal_{}-{}", key.len(), text.len()));
    let sealed = entry().sealed(seal_of);
    assert_ne!(sealed.fingerprint(), entry().fingerprint());
    let StoredLegs { kept, .. } = stored(&sealed);
    let seal = kept.seal().unwrap();
    assert_eq!(
        Some(seal.seal.to_owned()),
        seal_of(entry().key(), &seal.text)
    );
    assert_eq!(kept.legs(), Some(call(legs()).legs));
    assert_eq!(kept.legs(), stored(&entry()).kept.legs());
    assert_eq!(stored(&entry()).kept.seal(), None);
    let text = sealed.own_values(true)["x_legs"]
        .as_str()
        .unwrap()
        .to_owned();
    let later = Kept::of(&text.replace("\"v\":1}", "\"v\":2}"));
    assert_ne!(
        later.seal().unwrap().text,
        seal.text,
        "the version is under the seal"
    );
    for other in [
        text.replace("\"v\":1", "\"v\": 1"),
        text.replace("\"v\":1", "\"v\":"),
        text.replace("\",\"v\"", "\\u0022\",\"v\""),
        text.replace(",\"v\":1}", ",\"legs\":[],\"v\":1}"),
        format!("{text} "),
    ] {
        assert_ne!(other, text);
        assert_eq!(Kept::of(&other).seal(), None, "{other}");
    }
    let unsealed = entry().sealed(|_, _| None).own_values(true);
    assert_eq!(unsealed, entry().own_values(true));
}

#[test]
fn what_postgres_refuses_is_taken_out() {
    let mut call = call(legs());
    call.caller.name = format!(" Ana\0 {} ", "z".repeat(5_000));
    call.trunk = "\0".into();
    call.talk_secs = u32::MAX;
    let values = Entry::new(call, None).own_values(true);
    let name = values["x_caller_name"].as_str().unwrap();
    assert!(name.starts_with("Ana z") && name.chars().count() <= 256);
    assert_eq!(values["x_trunk"], false);
    assert_eq!(values["x_talk_seconds"], i32::MAX);
    assert!(!Value::Object(values).to_string().contains('\0'));
}

#[test]
fn keys_are_asked_for_in_bounded_calls() {
    let keys: Vec<String> = (0..2_500).map(|n| format!("office/{n}")).collect();
    assert_eq!(find(keys.iter().map(String::as_str)).len(), 3);
}

#[test]
fn a_company_is_written_where_the_server_has_one_and_else_left_alone() {
    let plain = Entry::new(call(legs()), None);
    let values = |entry: &Entry| entry.clone().own_values(true).get("x_company_id").cloned();
    assert_eq!(values(&plain), None);
    let owned = plain.clone().of_company(Some(7));
    assert_eq!(values(&owned), Some(json!(7)));
    assert_ne!(owned.fingerprint(), plain.fingerprint());
    assert_eq!(plain.clone().of_company(None), plain);
}

#[test]
fn only_what_was_not_in_vain_is_followed_up_again() {
    let follow_up = |direction, outcome| {
        let mut call = call(legs());
        (call.direction, call.outcome) = (direction, outcome);
        let entry = Entry::new(call, None).to_follow_up();
        entry.own_values(true).get("x_followed_up").cloned()
    };
    use cdr::{Direction, Outcome};
    let again = Some(json!(false));
    assert_eq!(follow_up(Direction::Inbound, Outcome::Answered), again);
    assert_eq!(follow_up(Direction::Inbound, Outcome::Service), again);
    assert_eq!(follow_up(Direction::Outbound, Outcome::Missed), again);
    // Another leg of a missed call: the to-do that a person has closed stays closed.
    assert_eq!(follow_up(Direction::Inbound, Outcome::Missed), None);
    assert_eq!(follow_up(Direction::External, Outcome::Voicemail), None);
    assert_eq!(entry().own_values(true).get("x_followed_up"), None);
}

/// Of one who gave up in the queue behind a menu, the leg of the queue alone says that somebody spoke with them.
#[test]
fn a_call_that_seemed_to_be_answered_is_followed_up_once_it_is_known_to_be_missed() {
    let mut call = call(legs());
    (call.direction, call.outcome) = (cdr::Direction::Inbound, cdr::Outcome::Missed);
    let missed = Entry::new(call, None).to_follow_up();
    let said = |direction: &str, outcome: &str| {
        let row =
            json!({ "id": 11, "x_legs": false, "x_direction": direction, "x_outcome": outcome });
        let row: StoredLegs = serde_json::from_value(row).unwrap();
        let row = Existing {
            fingerprint: "older".into(),
            was_in_vain: Some(row.is_in_vain()),
            ..existing(&missed)
        };
        let changes = written(&row, missed.clone(), Standing::Matched(7));
        changes.get("x_followed_up").cloned()
    };
    let again = Some(json!(false));
    assert_eq!(said("inbound", "answered"), again);
    assert_eq!(said("outbound", "missed"), again);
    assert_eq!(said("inbound", "missed"), None);
    assert_eq!(said("inbound", "voicemail"), None);
}

use super::*;
use crate::language::Language;

const NUMBER: &str = "+33142667701";

/// A call at a minute of an hour.
pub(super) fn call(minute: i64, direction: &str, outcome: &str) -> Past {
    Past {
        id: minute,
        key: format!("paris/{minute}"),
        number: NUMBER.to_owned(),
        caller_name: String::new(),
        started_at: DateTime::from_timestamp(1_781_000_000 + minute * 60, 0)
            .unwrap()
            .naive_utc(),
        direction: direction.to_owned(),
        outcome: outcome.to_owned(),
        company: None,
        user: None,
        contact: None,
        standing: String::new(),
        fingerprint: String::new(),
    }
}

pub(super) fn activity(id: i64, minute: i64, open: bool) -> Activity {
    Activity {
        owner: None,
        summary: String::new(),
        note: String::new(),
        due: String::new(),
        id,
        key: format!("paris/{minute}"),
        number: NUMBER.to_owned(),
        company: None,
        open,
    }
}

/// Calls, each with whether it has been followed up; the ids of what is to be opened, updated and closed.
fn check(calls: &[(Past, bool)], activities: &[Activity], expected: (&[i64], &[i64], &[i64])) {
    let all: Vec<Past> = calls.iter().map(|(call, _)| call.clone()).collect();
    let waiting = calls.iter().filter(|(_, followed_up)| !followed_up);
    let waiting: Vec<Past> = waiting.map(|(call, _)| call.clone()).collect();
    let plan = plan(&waiting, &all, activities);
    let opened: Vec<i64> = plan.open.iter().map(|todo| todo.first.id).collect();
    let updated: Vec<i64> = plan.update.iter().map(|(id, _)| *id).collect();
    assert_eq!((&*opened, &*updated, &*plan.close), expected);
}

const FRESH: bool = false;
const DONE: bool = true;

#[test]
fn one_to_do_a_caller_however_often_they_called() {
    let twice = [
        call(1, "inbound", "missed"),
        call(2, "inbound", "voicemail"),
    ];
    assert_eq!(plan(&twice, &twice, &[]).open[0].calls, 2);
    let again = [
        (call(1, "inbound", "missed"), DONE),
        (call(2, "inbound", "missed"), FRESH),
    ];
    check(&again, &[activity(7, 1, true)], (&[], &[7], &[]));
    let all = again.clone().map(|(call, _)| call);
    let plan = plan(&all[1..], &all, &[activity(7, 1, true)]);
    assert_eq!(plan.update[0].1.calls, 2);
}

#[test]
fn whoever_was_reached_waits_no_more() {
    for direction in ["inbound", "outbound"] {
        let calls = [
            (call(1, "inbound", "missed"), DONE),
            (call(2, direction, "answered"), FRESH),
        ];
        check(&calls, &[activity(7, 1, true)], (&[], &[], &[7]));
    }
    // Calling back in vain reaches nobody.
    let calls = [
        (call(1, "inbound", "missed"), DONE),
        (call(2, "outbound", "missed"), FRESH),
    ];
    check(&calls, &[activity(7, 1, true)], (&[], &[], &[]));
}

#[test]
fn the_order_in_which_calls_come_does_not_matter() {
    // The answered call was seen first, the missed one before it later.
    let calls = [
        (call(2, "inbound", "answered"), DONE),
        (call(1, "inbound", "missed"), FRESH),
    ];
    check(&calls, &[], (&[], &[], &[]));
    let calls = [
        (call(3, "inbound", "missed"), FRESH),
        (call(2, "outbound", "answered"), DONE),
    ];
    check(&calls, &[], (&[3], &[], &[]));
    // Of two in one second the answered one counts, also where it was written first.
    let mut calls = [
        (call(2, "inbound", "answered"), FRESH),
        (call(3, "inbound", "missed"), FRESH),
    ];
    calls[1].0.started_at = calls[0].0.started_at;
    check(&calls, &[], (&[], &[], &[]));
}

#[test]
fn what_a_person_closed_stays_closed() {
    let handled = [
        (call(1, "inbound", "missed"), DONE),
        (call(2, "outbound", "missed"), FRESH),
    ];
    check(&handled, &[], (&[], &[], &[]));
    check(&handled, &[activity(7, 1, false)], (&[], &[], &[]));
    // A run died between making it and saying so; the person was quicker than the next run.
    let unsaid = [(call(1, "inbound", "missed"), FRESH)];
    check(&unsaid, &[activity(7, 1, false)], (&[], &[], &[]));
    // Another call in vain is another to-do, and counts from there.
    let more = [
        (call(1, "inbound", "missed"), DONE),
        (call(5, "inbound", "missed"), FRESH),
    ];
    check(&more, &[activity(7, 1, false)], (&[5], &[], &[]));
}

#[test]
fn what_was_tried_is_not_tried_again_and_what_another_run_undid_is() {
    let calls = [call(5, "inbound", "missed")];
    let mut tried = Tried::default();
    let opens = |tried: &mut Tried, activities: &[Activity]| {
        let plan = tried.only_new(plan(&calls, &calls, activities));
        (plan.open.len(), plan.update.len(), plan.close.len())
    };
    assert_eq!(opens(&mut tried, &[]), (1, 0, 0));
    // Refused: nobody tries it over and over.
    assert_eq!(opens(&mut tried, &[]), (0, 0, 0));
    // Done: it says what it should.
    assert_eq!(opens(&mut tried, &[activity(7, 5, true)]), (0, 0, 0));

    // Added to a to-do that another run has closed in the same moment.
    let mut tried = Tried::default();
    assert_eq!(opens(&mut tried, &[activity(7, 1, true)]), (0, 1, 0));
    assert_eq!(opens(&mut tried, &[activity(7, 1, false)]), (1, 0, 0));
    assert_eq!(
        opens(&mut tried, &[activity(7, 1, false), activity(8, 5, true)]),
        (0, 0, 0)
    );
}

/// A call with an office of a company, or with one that is everybody's.
fn of(company: impl Into<Option<i64>>, minute: i64, outcome: &str) -> Past {
    Past {
        company: company.into(),
        ..call(minute, "inbound", outcome)
    }
}

#[test]
fn a_company_has_its_own_whatever_another_says_on_the_telephone() {
    let calls = [
        (of(1, 1, "missed"), FRESH),
        (of(2, 2, "missed"), FRESH),
        (of(None, 3, "missed"), FRESH),
    ];
    check(&calls, &[], (&[3, 1, 2], &[], &[]));
    let of_company = |id, company: Option<i64>| Activity {
        company,
        ..activity(id, id, true)
    };
    let open = [
        of_company(1, Some(1)),
        of_company(2, Some(2)),
        of_company(3, None),
    ];
    let then = |call: Past| {
        let before = calls.clone().map(|(call, _)| (call, DONE));
        [before.to_vec(), vec![(call, FRESH)]].concat()
    };
    // What is everybody's is known to both, and of both.
    check(&then(of(1, 4, "answered")), &open, (&[], &[], &[3, 1]));
    check(
        &then(of(None, 4, "answered")),
        &open,
        (&[], &[], &[3, 1, 2]),
    );
    check(&then(of(2, 4, "missed")), &open, (&[], &[2], &[]));
    // Whose last call is no longer remembered keeps their to-do while another company talks.
    let other = [(of(1, 4, "answered"), FRESH)];
    check(&other, &[of_company(2, Some(2))], (&[], &[], &[]));
}

/// The server was given a company later, or a person has given the call another one.
#[test]
fn a_to_do_is_of_the_company_that_its_call_has_now_and_closed_only_once_somebody_was_reached() {
    let moved = activity(7, 1, true);
    let before = (of(1, 1, "missed"), DONE);
    // It goes on, whatever it still says, and says from then on whose it is.
    let again = [before.clone(), (of(1, 5, "missed"), FRESH)];
    check(&again, std::slice::from_ref(&moved), (&[], &[7], &[]));
    // What is everybody's has one of its own, as soon as the other does not stand in its name any more.
    let everybodys = [before.clone(), (of(None, 5, "missed"), FRESH)];
    check(&everybodys, std::slice::from_ref(&moved), (&[5], &[7], &[]));
    let others = [before.clone(), (of(2, 5, "missed"), FRESH)];
    let of_other = Activity {
        company: Some(2),
        ..moved.clone()
    };
    check(&others, &[of_other], (&[5], &[7], &[]));
    // Where another one says it already, that one is kept up.
    let says_so = Activity {
        company: Some(1),
        ..activity(8, 2, true)
    };
    let twice = [before.clone(), (of(1, 2, "missed"), DONE)];
    let more = [twice.to_vec(), vec![(of(1, 5, "missed"), FRESH)]].concat();
    check(&more, &[moved.clone(), says_so.clone()], (&[], &[8], &[]));

    let back = [before.clone(), (of(1, 5, "answered"), FRESH)];
    check(&back, std::slice::from_ref(&moved), (&[], &[], &[7]));
    // Another company's answer is none to it.
    let elsewhere = [before, (of(2, 5, "answered"), FRESH)];
    check(&elsewhere, std::slice::from_ref(&moved), (&[], &[7], &[]));
}

#[test]
fn a_to_do_whose_call_is_not_remembered_is_closed_by_an_answer_only() {
    let old = activity(7, 1, true);
    let in_vain = [(call(500, "outbound", "missed"), FRESH)];
    check(&in_vain, std::slice::from_ref(&old), (&[], &[], &[]));
    let reached = [(call(500, "outbound", "answered"), FRESH)];
    check(&reached, std::slice::from_ref(&old), (&[], &[], &[7]));
    // A call that turns out to be for a machine was never in vain.
    let machine = [(call(1, "inbound", "service"), FRESH)];
    check(&machine, std::slice::from_ref(&old), (&[], &[], &[7]));
}

#[test]
fn a_person_reads_it_in_their_language_on_their_clock() {
    let call = call(1, "inbound", "missed");
    let todo = Todo {
        first: &call,
        last: &call,
        calls: 3,
    };
    assert_eq!(
        todo.summary(Language::Fr),
        "3 appels manqu\u{e9}s de +33142667701"
    );
    assert_eq!(
        todo.note(Language::De, chrono_tz::Europe::Paris),
        "<p>Letzter Anruf: 9. Juni 2026, 12:14 (Europe/Paris)</p>"
    );
    assert_eq!(todo.due(chrono_tz::Pacific::Auckland), "2026-06-09");
}

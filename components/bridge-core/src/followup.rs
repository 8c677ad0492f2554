//! Missed calls become to-dos: who still waits to be called back, by the calls that the journal has.
//!
//! What there should be follows from the journal alone. Whatever came twice, late, or was interrupted half-way: deciding again gives the same.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::odoo::activity::{Activity, Past};
use crate::page::Language;

/// What to do about the numbers of some calls. Doing it twice changes nothing more.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan<'a> {
    /// To-dos to make.
    pub open: Vec<Todo<'a>>,
    /// To-dos that are open, and what they should say now.
    pub update: Vec<(i64, Todo<'a>)>,
    /// To-dos of people who were reached.
    pub close: Vec<i64>,
}

/// Somebody who called in vain and still waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Todo<'a> {
    /// The first call in vain: its key is the to-do's.
    pub first: &'a Past,
    /// The latest: it says whose to-do this is.
    pub last: &'a Past,
    /// How many there were.
    pub calls: usize,
}

/// Decides about each of `numbers`, by all the `calls` with them and the `activities` that there are for them.
///
/// Only a call that has not been followed up yet opens or changes a to-do: one that a person has closed stays closed until the same person
/// calls in vain again.
pub fn plan<'a>(numbers: &BTreeSet<&str>, calls: &'a [Past], activities: &[Activity]) -> Plan<'a> {
    let mut by_number: BTreeMap<&str, Vec<&Past>> = BTreeMap::new();
    for call in calls {
        by_number.entry(&call.number).or_default().push(call);
    }
    let mut plan = Plan::default();
    for number in numbers {
        let mut calls = by_number.remove(number).unwrap_or_default();
        calls.sort_by_key(|call| (call.started_at, call.id));
        let of_number = activities.iter().filter(|known| known.number == *number);
        decide(&calls, of_number.collect(), &mut plan);
    }
    plan
}

/// Decides about one number, by its calls in their order.
fn decide<'a>(calls: &[&'a Past], activities: Vec<&Activity>, plan: &mut Plan<'a>) {
    let reached = calls.iter().rposition(|call| call.was_answered());
    let since = &calls[reached.map_or(0, |last| last + 1)..];
    let waiting: Vec<&Past> = since
        .iter()
        .copied()
        .filter(|call| call.was_missed())
        .collect();
    let open = activities.iter().find(|activity| activity.open);
    let Some(fresh) = waiting.iter().position(|call| !call.followed_up) else {
        if waiting.is_empty() {
            let all = activities.iter().filter(|activity| activity.open);
            plan.close.extend(all.map(|activity| activity.id));
        }
        return;
    };
    match open {
        Some(open) => {
            let first = waiting.iter().position(|call| call.key == open.key);
            let todo = Todo::of(&waiting[first.unwrap_or(fresh)..]);
            plan.update.extend(todo.map(|todo| (open.id, todo)));
        }
        None => {
            let todo = Todo::of(&waiting[fresh..]);
            // Made for this very call by a run that did not live to say so, and closed since.
            let is_known =
                |todo: &Todo<'_>| activities.iter().any(|known| known.key == todo.first.key);
            plan.open.extend(todo.filter(|todo| !is_known(todo)));
        }
    }
}

impl<'a> Todo<'a> {
    fn of(calls: &[&'a Past]) -> Option<Self> {
        let (first, last) = (calls.first()?, calls.last()?);
        Some(Self {
            first,
            last,
            calls: calls.len(),
        })
    }

    /// What the list of to-dos shows.
    pub fn summary(&self, language: Language) -> String {
        let number = &self.last.number;
        match (language, self.calls) {
            (Language::En, 1) => format!("Missed call from {number}"),
            (Language::En, calls) => format!("{calls} missed calls from {number}"),
            (Language::Fr, 1) => format!("Appel manqu\u{e9} du {number}"),
            (Language::Fr, calls) => format!("{calls} appels manqu\u{e9}s du {number}"),
            (Language::Es, 1) => format!("Llamada perdida de {number}"),
            (Language::Es, calls) => format!("{calls} llamadas perdidas de {number}"),
            (Language::De, 1) => format!("Verpasster Anruf von {number}"),
            (Language::De, calls) => format!("{calls} verpasste Anrufe von {number}"),
        }
    }

    /// When the last call came, on the clock of the person whose to-do it is.
    pub fn note(&self, language: Language, zone: Tz) -> String {
        let at = local(self.last.started_at, zone).format("%Y-%m-%d %H:%M");
        match language {
            Language::En => format!("<p>Last call: {at} ({zone})</p>"),
            Language::Fr => format!("<p>Dernier appel\u{a0}: {at} ({zone})</p>"),
            Language::Es => format!("<p>\u{da}ltima llamada: {at} ({zone})</p>"),
            Language::De => format!("<p>Letzter Anruf: {at} ({zone})</p>"),
        }
    }

    /// The day it is due: that of the last call.
    pub fn due(&self, zone: Tz) -> String {
        local(self.last.started_at, zone)
            .format("%Y-%m-%d")
            .to_string()
    }
}

fn local(instant: NaiveDateTime, zone: Tz) -> DateTime<Tz> {
    Utc.from_utc_datetime(&instant).with_timezone(&zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "+33142667701";

    /// A call at a minute of an hour.
    fn call(minute: i64, direction: &str, outcome: &str, followed_up: bool) -> Past {
        Past {
            id: minute,
            key: format!("paris/{minute}"),
            number: NUMBER.to_owned(),
            started_at: DateTime::from_timestamp(1_781_000_000 + minute * 60, 0)
                .unwrap()
                .naive_utc(),
            direction: direction.to_owned(),
            outcome: outcome.to_owned(),
            user: None,
            contact: None,
            followed_up,
        }
    }

    fn activity(id: i64, minute: i64, open: bool) -> Activity {
        Activity {
            id,
            key: format!("paris/{minute}"),
            number: NUMBER.to_owned(),
            open,
        }
    }

    fn check(calls: &[Past], activities: &[Activity], expected: (&[i64], &[i64], &[i64])) {
        let plan = plan(&BTreeSet::from([NUMBER]), calls, activities);
        let opened: Vec<i64> = plan.open.iter().map(|todo| todo.first.id).collect();
        let updated: Vec<i64> = plan.update.iter().map(|(id, _)| *id).collect();
        assert_eq!((&*opened, &*updated, &*plan.close), expected);
    }

    #[test]
    fn one_to_do_a_caller_however_often_they_called() {
        let twice = [
            call(1, "inbound", "missed", false),
            call(2, "inbound", "voicemail", false),
        ];
        check(&twice, &[], (&[1], &[], &[]));
        assert_eq!(
            plan(&BTreeSet::from([NUMBER]), &twice, &[]).open[0].calls,
            2
        );
        let again = [
            call(1, "inbound", "missed", true),
            call(2, "inbound", "missed", false),
        ];
        check(&again, &[activity(7, 1, true)], (&[], &[7], &[]));
        assert_eq!(
            plan(&BTreeSet::from([NUMBER]), &again, &[activity(7, 1, true)]).update[0]
                .1
                .calls,
            2
        );
    }

    #[test]
    fn whoever_was_reached_waits_no_more() {
        for direction in ["inbound", "outbound"] {
            let calls = [
                call(1, "inbound", "missed", true),
                call(2, direction, "answered", false),
            ];
            check(&calls, &[activity(7, 1, true)], (&[], &[], &[7]));
        }
        // Calling back in vain reaches nobody.
        let calls = [
            call(1, "inbound", "missed", true),
            call(2, "outbound", "missed", false),
        ];
        check(&calls, &[activity(7, 1, true)], (&[], &[], &[]));
    }

    #[test]
    fn the_order_in_which_calls_come_does_not_matter() {
        // The answered call was seen first, the missed one before it later.
        let calls = [
            call(2, "inbound", "answered", true),
            call(1, "inbound", "missed", false),
        ];
        check(&calls, &[], (&[], &[], &[]));
        let calls = [
            call(3, "inbound", "missed", false),
            call(2, "outbound", "answered", true),
        ];
        check(&calls, &[], (&[3], &[], &[]));
    }

    #[test]
    fn what_a_person_closed_stays_closed() {
        let handled = [call(1, "inbound", "missed", true)];
        check(&handled, &[], (&[], &[], &[]));
        check(&handled, &[activity(7, 1, false)], (&[], &[], &[]));
        // A run died between making it and saying so; the person was quicker than the next run.
        let unsaid = [call(1, "inbound", "missed", false)];
        check(&unsaid, &[activity(7, 1, false)], (&[], &[], &[]));
        // Another call in vain is another to-do, and counts from there.
        let more = [
            call(1, "inbound", "missed", true),
            call(5, "inbound", "missed", false),
        ];
        check(&more, &[activity(7, 1, false)], (&[5], &[], &[]));
    }

    #[test]
    fn a_person_reads_it_in_their_language_on_their_clock() {
        let call = call(1, "inbound", "missed", false);
        let todo = Todo {
            first: &call,
            last: &call,
            calls: 3,
        };
        assert_eq!(
            todo.summary(Language::Fr),
            "3 appels manqu\u{e9}s du +33142667701"
        );
        assert_eq!(
            todo.note(Language::De, chrono_tz::Europe::Paris),
            "<p>Letzter Anruf: 2026-06-09 12:14 (Europe/Paris)</p>"
        );
        assert_eq!(todo.due(chrono_tz::Pacific::Auckland), "2026-06-09");
    }
}

//! Missed calls are said at once, in the open Odoo of whom they were for.

use std::collections::BTreeSet;

use chrono_tz::Tz;

use super::{Past, Since, by_number, local, missed};
use crate::language::Language;

/// Calls of one number that nobody has been told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed<'a> {
    /// The latest.
    pub last: &'a Past,
    /// Database ids of all.
    pub calls: Vec<i64>,
}

/// What is to be told of the `untold` calls, given all the `calls` with their numbers: who was reached since is waiting no more.
pub fn to_tell<'a>(untold: &[Past], calls: &'a [Past]) -> Vec<Missed<'a>> {
    let ids: BTreeSet<i64> = untold.iter().map(|call| call.id).collect();
    let mut calls = by_number(calls);
    for calls in calls.values_mut() {
        calls.sort_by_key(|call| (call.started_at, call.id));
    }
    let of_whom = untold.iter().map(|call| (&*call.number, call.company));
    let of_whom: BTreeSet<(&str, Option<i64>)> = of_whom.collect();
    let told = of_whom.into_iter().filter_map(|(number, company)| {
        let mut waiting = Since::reached(calls.get(number)?, company).in_vain;
        waiting.retain(|call| ids.contains(&call.id));
        Some(Missed {
            last: waiting.last().copied()?,
            calls: waiting.iter().map(|call| call.id).collect(),
        })
    });
    told.collect()
}

impl Missed<'_> {
    /// Who called, and how often.
    pub fn title(&self, language: Language) -> String {
        let who = self.last.who().unwrap_or(&self.last.number);
        missed(self.calls.len(), who, language)
    }

    /// The number, and when the last call came on the clock of whoever reads it.
    pub fn message(&self, zone: Tz) -> String {
        let at = local(self.last.started_at, zone).format("%H:%M");
        // Who has no time zone of their own must not take this for the time on the wall.
        let of = if zone == Tz::UTC { " UTC" } else { "" };
        format!("{} \u{b7} {at}{of}", self.last.number)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::call;
    use super::*;

    #[test]
    fn a_caller_is_told_once_and_not_when_somebody_has_reached_them() {
        let missed = [1, 2].map(|minute| call(minute, "inbound", "missed"));
        let told = to_tell(&missed, &missed);
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].last.id, &*told[0].calls), (2, &[1, 2][..]));

        let calls = [
            missed.to_vec(),
            vec![
                call(3, "outbound", "answered"),
                call(4, "inbound", "missed"),
            ],
        ]
        .concat();
        assert!(to_tell(&missed, &calls).is_empty());
        assert_eq!(to_tell(&calls[3..], &calls)[0].calls, [4]);
    }

    #[test]
    fn a_company_is_told_of_its_own_calls() {
        let of = |company, minute, outcome| Past {
            company: Some(company),
            ..call(minute, "inbound", outcome)
        };
        let calls = [of(1, 1, "missed"), of(2, 2, "missed"), of(2, 3, "answered")];
        let told = to_tell(&calls, &calls);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].calls, [1]);
    }

    #[test]
    fn it_says_who_called_and_when() {
        let mut call = call(1, "inbound", "missed");
        let told = |call: &Past| {
            let missed = Missed {
                last: call,
                calls: vec![call.id],
            };
            let zone = chrono_tz::Europe::Paris;
            (missed.title(Language::De), missed.message(zone))
        };
        let expected = "+33142667701 \u{b7} 12:14".to_owned();
        assert_eq!(
            told(&call),
            ("Verpasster Anruf von +33142667701".into(), expected.clone())
        );
        call.caller_name = "+33 1 42".to_owned();
        assert_eq!(told(&call).0, "Verpasster Anruf von +33142667701");
        call.caller_name = "Zo\u{e9}".to_owned();
        assert_eq!(
            told(&call),
            ("Verpasster Anruf von Zo\u{e9}".into(), expected)
        );
    }
}

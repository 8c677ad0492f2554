//! Unknown callers become leads: one for each number, whatever has become of it since.

use std::collections::BTreeSet;

use chrono::{NaiveDateTime, TimeDelta};

use super::Past;
use crate::contacts::Made;
use crate::language::Language;

/// A lead or opportunity, in whatever state: open, won or lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// The key that the bridge made it under, or empty.
    pub key: String,
    /// Its number in E.164, as Odoo reads it.
    pub phone_sanitized: String,
}

impl Lead {
    /// The numbers that it is the lead of.
    pub fn numbers(&self) -> impl Iterator<Item = &str> {
        let of_key = self.key.rsplit(':').next().unwrap_or_default();
        [of_key, self.phone_sanitized.as_str()]
            .into_iter()
            .filter(|number| !number.is_empty())
    }
}

/// A contact, and whose customer it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Database id.
    pub id: i64,
    /// Salesperson.
    pub salesperson: Option<i64>,
    /// When the contact was made, in UTC.
    pub made_at: NaiveDateTime,
}

/// A caller whom nobody knew, and who has no lead yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger<'a> {
    /// The first of the calls.
    pub first: &'a Past,
    /// The name that the caller showed, at the first call with one.
    name: Option<&'a str>,
}

/// Those of the callers of `calls`, oldest first, who were unknown, for whom there is none of the `leads`.
///
/// Nobody knew a number that has no contact; nor one whose contact was made of it when, or after, the call began. A lead that is there in
/// whatever state, won or lost, is the one of that number.
pub fn strangers<'a>(
    calls: &'a [Past],
    contacts: &[Customer],
    made: &[Made],
    leads: &[Lead],
) -> Vec<Stranger<'a>> {
    let mut seen: BTreeSet<&str> = leads.iter().flat_map(Lead::numbers).collect();
    let mut strangers = Vec::new();
    for call in calls
        .iter()
        .filter(|call| was_unknown(call, contacts, made))
    {
        if seen.insert(&call.number) {
            let of_number = calls.iter().filter(|other| other.number == call.number);
            let name = of_number.filter_map(Past::shown_name).next();
            strangers.push(Stranger { first: call, name });
        }
    }
    strangers
}

fn was_unknown(call: &Past, contacts: &[Customer], made: &[Made]) -> bool {
    let Some(contact) = call.contact_id() else {
        return true;
    };
    let mut made = made.iter().filter(|made| !made.is_merged());
    let is_made_of_it =
        made.any(|made| made.contact == Some(contact) && made.number() == call.number);
    let mut contacts = contacts.iter();
    is_made_of_it
        && contacts.any(|known| known.id == contact && known.made_at >= call.started_at - CLOCKS)
}

impl Stranger<'_> {
    /// The name that the caller showed, at the first call with one.
    pub fn name(&self) -> Option<&str> {
        self.name
    }

    /// What the lead is called.
    pub fn title(&self, language: Language) -> String {
        title(self.name.unwrap_or(&self.first.number), language)
    }
}

fn title(who: &str, language: Language) -> String {
    match language {
        Language::En => format!("Call from {who}"),
        Language::Fr => format!("Appel de {who}"),
        Language::Es => format!("Llamada de {who}"),
        Language::De => format!("Anruf von {who}"),
    }
}

/// How far the clocks of a UCM and of Odoo may be apart.
const CLOCKS: TimeDelta = TimeDelta::minutes(10);

#[cfg(test)]
mod tests {
    use super::super::tests::call;
    use super::*;

    fn contact(id: i64, made_minutes_after: i64) -> Customer {
        let call = call(0, "inbound", "missed");
        Customer {
            id,
            salesperson: None,
            made_at: call.started_at + TimeDelta::minutes(made_minutes_after),
        }
    }

    /// A contact that was made for `number`, and is `contact` now.
    fn made_for(number: &str, made: i64, contact: i64) -> Made {
        Made {
            key: number.to_owned(),
            contact: Some(contact),
            made,
        }
    }

    fn of_contact(minute: i64, contact: i64) -> Past {
        Past {
            contact: Some((contact, "Zo\u{e9}".to_owned())),
            ..call(minute, "inbound", "answered")
        }
    }

    fn first(calls: &[Past], contacts: &[Customer], made: &[Made], leads: &[Lead]) -> Option<i64> {
        let strangers = strangers(calls, contacts, made, leads);
        assert!(strangers.len() < 2);
        strangers.first().map(|stranger| stranger.first.id)
    }

    #[test]
    fn an_unknown_number_is_one_lead_however_often_it_calls() {
        let calls = [1, 2].map(|minute| call(minute, "inbound", "missed"));
        assert_eq!(first(&calls, &[], &[], &[]), Some(1));
        for (key, phone) in [
            ("+33142667701", ""),
            ("3:+33142667701", ""),
            ("", "+33142667701"),
        ] {
            let lead = Lead {
                key: key.to_owned(),
                phone_sanitized: phone.to_owned(),
            };
            assert_eq!(first(&calls, &[], &[], &[lead]), None, "{key} {phone}");
        }
    }

    #[test]
    fn a_contact_made_of_the_call_itself_does_not_make_the_caller_known() {
        let number = call(0, "inbound", "missed").number;
        let calls = [of_contact(0, 5)];
        // Made by the run that wrote the call, or by one that did not live to write it.
        let of_it = [made_for(&number, 5, 5)];
        assert_eq!(first(&calls, &[contact(5, 3)], &of_it, &[]), Some(0));
        // There before: a contact of an earlier call, or one that a person has made.
        assert_eq!(first(&calls, &[contact(5, -60)], &of_it, &[]), None);
        assert_eq!(first(&calls, &[contact(5, 3)], &[], &[]), None);
        // Merged into a contact that somebody knows.
        let merged = [made_for(&number, 4, 5)];
        assert_eq!(first(&calls, &[contact(5, 3)], &merged, &[]), None);
        assert_eq!(first(&calls, &[], &[], &[]), None);
    }
}

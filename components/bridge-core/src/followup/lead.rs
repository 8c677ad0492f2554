//! Unknown callers become leads: one for each number, whatever has become of it since.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use crate::odoo::lead::{self, Lead};
use crate::odoo::made::Made;
use crate::odoo::past::Past;
use crate::odoo::person::Customer;
use crate::page::Language;

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
    /// The lead, for `user` if the call was somebody's; it is not the key's user's.
    pub fn row(
        &self,
        company: Option<i64>,
        user: Option<i64>,
        language: Language,
    ) -> Map<String, Value> {
        let number = &self.first.number;
        let mut row = Map::new();
        let mut set = |name: &str, value: Value| row.insert(name.to_owned(), value);
        set("x_ucm_key", json!(lead::key(company, number)));
        set("name", json!(title(self.name.unwrap_or(number), language)));
        set("phone", json!(number));
        set("user_id", user.map_or(Value::Bool(false), Value::from));
        if let Some(contact) = self.first.contact_id() {
            set("partner_id", json!(contact));
        }
        if let Some(name) = self.name {
            set("contact_name", json!(name));
        }
        if let Some(company) = company {
            set("company_id", json!(company));
        }
        row
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

    #[test]
    fn the_lead_says_who_called() {
        let mut calls = [1, 2].map(|minute| call(minute, "inbound", "missed"));
        calls[1].caller_name = "Zo\u{e9} Martin".to_owned();
        let row = strangers(&calls, &[], &[], &[])[0].row(Some(3), None, Language::Fr);
        assert_eq!(
            Value::Object(row),
            json!({
                "x_ucm_key": "3:+33142667701", "name": "Appel de Zo\u{e9} Martin", "phone": "+33142667701", "user_id": false,
                "contact_name": "Zo\u{e9} Martin", "company_id": 3,
            })
        );
        let calls = [of_contact(0, 5)];
        let number = calls[0].number.clone();
        let of_it = [made_for(&number, 5, 5)];
        let row =
            strangers(&calls, &[contact(5, 0)], &of_it, &[])[0].row(None, Some(9), Language::En);
        assert_eq!(
            Value::Object(row),
            json!({
                "x_ucm_key": "+33142667701", "name": "Call from +33142667701", "phone": "+33142667701", "user_id": 9, "partner_id": 5,
            })
        );
    }
}

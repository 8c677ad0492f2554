//! Unknown callers become leads: one for each number, whatever has become of it since.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDateTime, TimeDelta};

use super::Past;
use crate::contacts::{self, Made, Written};
use crate::language::Language;
use crate::phone::Country;

/// A lead or opportunity, in whatever state: open, won or lost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lead {
    /// Database id.
    pub id: i64,
    /// The key that the bridge made it under, or empty.
    pub key: String,
    /// Telephone, as a person wrote it.
    pub phone: String,
    /// Mobile telephone, as a person wrote it; where leads have one.
    pub mobile: String,
    /// Odoo's own reading in E.164; of the mobile if there are two. Empty, or as typed, where Odoo cannot read it.
    pub phone_sanitized: String,
    /// Database id of its country.
    pub country: Option<i64>,
    /// The only company that it is for, where it is not for all of them.
    pub company: Option<i64>,
}

/// The leads that there are, by the numbers that they are confirmed to have.
#[derive(Debug)]
pub struct Leads {
    of: BTreeSet<String>,
}

impl Leads {
    /// Reads the numbers of those of `leads` that are a matter of `company`, as those of contacts are read: in the lead's country, whose codes are
    /// in `codes`, or else in that of Odoo's own reading, or else in `country`, the server's. The key says a number as well.
    pub fn new(
        leads: &[Lead],
        codes: &BTreeMap<i64, String>,
        country: Country,
        company: Option<i64>,
    ) -> Self {
        let counting = leads.iter().filter(|lead| lead.counts_for(company));
        let of = counting.flat_map(|lead| lead.numbers(codes, country));
        Self { of: of.collect() }
    }
}

impl Lead {
    /// The country that its numbers are to be read in, where they do not say theirs themselves.
    pub fn reading_country(&self) -> Option<i64> {
        let is_plain = |sign: char| sign.is_ascii_digit() || sign == ' ';
        let says_it = |text: &str| {
            text.strip_prefix('+')
                .is_some_and(|rest| rest.chars().all(is_plain))
        };
        let mut written = [&self.phone, &self.mobile].into_iter();
        let is_clear = written.all(|text| text.is_empty() || says_it(text));
        self.country.filter(|_| !is_clear)
    }

    fn counts_for(&self, company: Option<i64>) -> bool {
        let Some(company) = company else {
            return true;
        };
        self.company.is_none_or(|of| of == company)
            || self.key.split_once(':').map(|(of, _)| of) == Some(&company.to_string())
    }

    fn numbers(&self, codes: &BTreeMap<i64, String>, country: Country) -> Vec<String> {
        let country_code = self.country.and_then(|country| codes.get(&country));
        let written = Written {
            phone: &self.phone,
            mobile: &self.mobile,
            phone_sanitized: &self.phone_sanitized,
            country_code: country_code.map_or("", String::as_str),
        };
        let mut numbers = written.numbers(country);
        // It may have been made before the number was read as it is today.
        let of_key = self.key.rsplit(':').next().unwrap_or_default();
        numbers.extend(contacts::read(of_key, country).map(|number| number.to_string()));
        numbers
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
    leads: &Leads,
) -> Vec<Stranger<'a>> {
    let mut seen: BTreeSet<&str> = leads.of.iter().map(String::as_str).collect();
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
        let codes = BTreeMap::from([(76, "FR".to_owned()), (58, "DE".to_owned())]);
        let leads = Leads::new(leads, &codes, "FR".parse().unwrap(), Some(3));
        let strangers = strangers(calls, contacts, made, &leads);
        assert!(strangers.len() < 2);
        strangers.first().map(|stranger| stranger.first.id)
    }

    #[test]
    fn an_unknown_number_is_one_lead_however_often_it_calls() {
        let calls = [1, 2].map(|minute| call(minute, "inbound", "missed"));
        assert_eq!(first(&calls, &[], &[], &[]), Some(1));
        for (key, phone_sanitized) in [
            ("+33142667701", ""),
            ("3:+33142667701", ""),
            ("", "+33142667701"),
        ] {
            let lead = Lead {
                key: key.to_owned(),
                phone_sanitized: phone_sanitized.to_owned(),
                ..Lead::default()
            };
            assert_eq!(first(&calls, &[], &[], &[lead]), None, "{key}");
        }
    }

    #[test]
    fn a_lead_has_its_numbers_in_full_however_they_are_written() {
        let calls = [call(1, "inbound", "missed")];
        let lead = |phone: &str, mobile: &str, sanitized: &str, country| Lead {
            phone: phone.to_owned(),
            mobile: mobile.to_owned(),
            phone_sanitized: sanitized.to_owned(),
            country,
            ..Lead::default()
        };
        let has = |lead: Lead| first(&calls, &[], &[], &[lead]).is_none();
        // The other of two numbers, a national form without and with the country, several in one field.
        assert!(has(lead(
            "+33 1 42 66 77 01",
            "06 39 98 00 12",
            "+33639980012",
            None
        )));
        assert!(has(lead(
            "06 39 98 00 12",
            "0142667701",
            "+33639980012",
            None
        )));
        assert!(has(lead("01 42 66 77 01", "", "", None)));
        assert!(has(lead("01.42.66.77.01", "", "01.42.66.77.01", Some(76))));
        assert!(has(lead("01 42 66 77 02 / 01 42 66 77 01", "", "", None)));
        // In Germany it is another number, and a number is more than its end.
        assert!(!has(lead("01 42 66 77 01", "", "", Some(58))));
        assert!(!has(lead("42 66 77 01", "", "42667701", Some(76))));
        assert!(!has(lead("+49 1 42 66 77 01", "", "", None)));
    }

    #[test]
    fn a_lead_of_another_company_is_nobodys_business() {
        let calls = [call(1, "inbound", "missed")];
        let lead = |key: &str, company| Lead {
            key: key.to_owned(),
            phone: "+33142667701".to_owned(),
            company,
            ..Lead::default()
        };
        let has = |lead: Lead| first(&calls, &[], &[], &[lead]).is_none();
        assert!(has(lead("", None)) && has(lead("", Some(3))));
        assert!(!has(lead("", Some(4))));
        // Unless it was made for this one.
        assert!(has(lead("3:+33142667701", Some(4))));
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

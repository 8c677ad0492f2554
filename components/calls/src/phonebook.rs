//! The phonebook of an office's desk phones: under which names a contact is found there, and what is dialled for it.
//!
//! A phone dials what stands in its book, so a number is in it only as the office dials it, and only where it can be read whole: by the same rules as
//! those of a click in Odoo ([`order`]). Names are never cut into first and last ones: nobody has said where.

use std::collections::{BTreeMap, BTreeSet};

use crate::order::{self, Dialling};
use crate::phone::{self, Country, Number};

/// A contact, as far as a phonebook is concerned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// Database id.
    pub id: i64,
    /// Name; a mere address may have none.
    pub name: String,
    /// Whether it is a company.
    pub is_company: bool,
    /// The company that it belongs to, or empty.
    pub company: String,
    /// Code of its country, or empty.
    pub country: String,
    /// Its numbers, as people have typed them.
    pub phone: String,
    /// The other field for them, where Odoo has it.
    pub mobile: String,
    /// Ids of its tags.
    pub tags: Vec<i64>,
}

/// What is in the book of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The contact.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// The company that it belongs to, or empty.
    pub company: String,
    /// What is dialled for it: never empty, nothing in it twice.
    pub lines: Vec<Line>,
}

/// A number of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What kind of number.
    pub kind: Kind,
    /// What the phone dials.
    pub digits: String,
}

/// What kind of number it is. Odoo has no word for a number at home, so none is called so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any number that is not known to be a mobile's.
    Work,
    /// A mobile's: it stands in that field, or its country gives it to nothing else.
    Mobile,
}

/// What contacts are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Those who have this tag.
    Tag(i64),
    /// Companies, of whom no tag is a group.
    Companies,
    /// People, of whom no tag is a group.
    People,
}

/// Makes the entry of a contact; nothing where it has no name, or no number that the office can dial.
pub fn entry(contact: &Contact, dialling: &Dialling<'_>) -> Option<Entry> {
    let lines = lines(contact, dialling);
    let (name, company) = match (contact.name.trim(), contact.company.trim()) {
        ("", company) => (company, ""),
        named => named,
    };
    (!name.is_empty() && !lines.is_empty()).then(|| Entry {
        id: contact.id,
        name: name.to_owned(),
        company: company.to_owned(),
        lines,
    })
}

/// The tags that become groups: those that most contacts have, `most` at the most.
pub fn groups<'a>(contacts: impl IntoIterator<Item = &'a Contact>, most: usize) -> Vec<i64> {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for tag in contacts.into_iter().flat_map(|contact| &contact.tags) {
        *counts.entry(*tag).or_default() += 1;
    }
    let mut tags: Vec<(i64, usize)> = counts.into_iter().collect();
    tags.sort_by_key(|(tag, count)| (std::cmp::Reverse(*count), *tag));
    tags.into_iter().map(|(tag, _)| tag).take(most).collect()
}

/// The group of a contact, for a phone has it in one: of several tags among `groups`, the one that most others have.
pub fn group(contact: &Contact, groups: &[i64]) -> Group {
    let tag = groups.iter().find(|tag| contact.tags.contains(tag));
    match tag {
        Some(tag) => Group::Tag(*tag),
        None if contact.is_company => Group::Companies,
        None => Group::People,
    }
}

fn lines(contact: &Contact, dialling: &Dialling<'_>) -> Vec<Line> {
    let fields = [
        (&contact.phone, Kind::Work),
        (&contact.mobile, Kind::Mobile),
    ];
    let lines = fields
        .into_iter()
        .flat_map(|(text, kind)| written(text, kind, contact, dialling));
    let mut seen = BTreeSet::new();
    lines
        .filter(|line| seen.insert(line.digits.clone()))
        .collect()
}

/// What is dialled for what stands in one field: an extension as it is, a number outside as the office dials it, and nothing else.
fn written(text: &str, kind: Kind, contact: &Contact, dialling: &Dialling<'_>) -> Vec<Line> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if dialling.extensions.contains(&digits) {
        return vec![Line { kind, digits }];
    }
    let country: Country = contact.country.parse().unwrap_or(dialling.country);
    let line = |number: &Number| {
        let digits = order::outside(number, dialling).ok()?;
        let kind = match number.is_mobile() {
            true => Kind::Mobile,
            false => kind,
        };
        Some(Line { kind, digits })
    };
    let numbers = phone::written(text, country);
    numbers.iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::Form;

    fn of(contact: &Contact, form: Form, outside_line: &str) -> Vec<(Kind, String)> {
        let extensions = ["1002".to_owned()];
        let dialling = Dialling {
            country: "FR".parse().unwrap(),
            form,
            outside_line,
            extensions: &extensions,
        };
        let entry = entry(contact, &dialling);
        let lines = entry.map(|entry| entry.lines).unwrap_or_default();
        lines
            .into_iter()
            .map(|line| (line.kind, line.digits))
            .collect()
    }

    fn contact(phone: &str, mobile: &str) -> Contact {
        Contact {
            name: "Ada".to_owned(),
            phone: phone.to_owned(),
            mobile: mobile.to_owned(),
            ..Contact::default()
        }
    }

    #[test]
    fn all_numbers_of_a_contact_are_there_as_the_office_dials_them() {
        let ada = contact("01 99 00 00 12 / 06 12 34 56 78", "+34 911 22 33 44");
        let expected = |work: &str, own: &str, abroad: &str| {
            vec![
                (Kind::Work, work.to_owned()),
                (Kind::Mobile, own.to_owned()),
                (Kind::Mobile, abroad.to_owned()),
            ]
        };
        assert_eq!(
            of(&ada, Form::National, "0"),
            expected("00199000012", "00612345678", "00034911223344")
        );
        assert_eq!(
            of(&ada, Form::E164, ""),
            expected("+33199000012", "+33612345678", "+34911223344")
        );
    }

    #[test]
    fn a_number_is_there_once_and_an_extension_as_it_is() {
        let twice = contact("0199000012", "+33 1 99 00 00 12");
        assert_eq!(of(&twice, Form::National, "").len(), 1);
        let inside = contact("10 02", "");
        assert_eq!(
            of(&inside, Form::National, "0"),
            [(Kind::Work, "1002".to_owned())]
        );
    }

    #[test]
    fn what_is_no_whole_number_or_costs_is_not_there() {
        for phone in ["", "1003", "112", "019900001", "0899123456", "ask Bob"] {
            assert_eq!(of(&contact(phone, ""), Form::National, ""), [], "{phone}");
        }
    }

    /// A number without a country's code belongs to the country of its contact.
    #[test]
    fn a_number_is_read_in_the_country_of_its_contact() {
        let madrid = Contact {
            country: "ES".to_owned(),
            ..contact("911 22 33 44", "")
        };
        assert_eq!(
            of(&madrid, Form::Zeros, ""),
            [(Kind::Work, "0034911223344".to_owned())]
        );
    }

    #[test]
    fn an_address_without_a_name_goes_by_its_company() {
        let dialling = Dialling {
            country: "FR".parse().unwrap(),
            form: Form::National,
            outside_line: "",
            extensions: &[],
        };
        let address = Contact {
            name: " ".to_owned(),
            company: "Analytical".to_owned(),
            ..contact("0199000012", "")
        };
        let made = entry(&address, &dialling).unwrap();
        assert_eq!(
            (made.name.as_str(), made.company.as_str()),
            ("Analytical", "")
        );
        let nobody = Contact {
            company: String::new(),
            ..address
        };
        assert_eq!(entry(&nobody, &dialling), None);
    }

    #[test]
    fn the_tags_that_most_have_become_groups() {
        let tagged = |tags: &[i64]| Contact {
            tags: tags.to_vec(),
            ..contact("0199000012", "")
        };
        let contacts = [
            tagged(&[7, 3]),
            tagged(&[3]),
            tagged(&[9, 5]),
            tagged(&[5]),
            tagged(&[7]),
        ];
        let groups = groups(&contacts, 2);
        assert_eq!(groups, [3, 5]);
        assert_eq!(group(&contacts[0], &groups), Group::Tag(3));
        assert_eq!(group(&contacts[4], &groups), Group::People);
    }
}

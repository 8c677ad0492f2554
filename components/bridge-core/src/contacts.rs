//! Whose number it is: one contact, several, or none. Never a guess.
//!
//! Candidates come from Odoo's searches, which match text. A candidate counts only if one of its numbers, read in full, *is* the number:
//! comparing last digits would join strangers from different countries.

use std::collections::HashMap;

use crate::odoo::partner::Candidate;
use crate::phone::{self, Country, End, Number, Numbering, Party, Unreadable};

/// What was decided about the contact of a call; the journal shows it as `x_match`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Exactly one contact has the number.
    Matched(i64),
    /// A person has assigned the number to a contact.
    Assigned {
        /// That contact.
        contact: i64,
        /// The record of the assignment.
        number: i64,
    },
    /// The bridge made this contact for the number, just now.
    Created(i64),
    /// Several contacts have the number: a person must choose.
    Ambiguous(Vec<i64>),
    /// The contact once made for this number no longer counts, and another is not made over somebody's decision.
    KeyTaken {
        /// That contact.
        id: i64,
        /// Why it does not count.
        reason: KeyTaken,
    },
    /// Nobody has the number, and the server's settings say to make no contact.
    Unknown,
    /// The number is on the server's list of numbers to leave alone.
    Excluded,
    /// Both sides are extensions.
    Internal,
    /// The caller has withheld the number.
    Withheld,
    /// A service or emergency number, which belongs to nobody.
    Short,
    /// Not a telephone number in any country, and why.
    Unreadable(Unreadable),
}

/// Why the contact that the bridge made for a number does not count any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyTaken {
    /// Somebody archived it.
    Archived,
    /// Somebody gave it another number.
    NumberChanged,
}

impl Standing {
    /// Technical value of `x_match`.
    pub fn value(&self) -> &'static str {
        match self {
            Self::Matched(_) | Self::Assigned { .. } => "matched",
            Self::Created(_) => "created",
            Self::Ambiguous(_) => "ambiguous",
            Self::KeyTaken { .. } => "key_taken",
            Self::Unknown => "unknown",
            Self::Excluded => "excluded",
            Self::Internal => "internal",
            Self::Withheld => "withheld",
            Self::Short => "short",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// The contact to link, if it is certain.
    pub fn contact(&self) -> Option<i64> {
        match self {
            Self::Matched(id) | Self::Created(id) | Self::Assigned { contact: id, .. } => Some(*id),
            _ => None,
        }
    }

    /// The record of the assignment that gave the contact, if one did.
    pub fn assignment(&self) -> Option<i64> {
        match self {
            Self::Assigned { number, .. } => Some(*number),
            _ => None,
        }
    }

    /// The contacts for a person to look at, if none is certain.
    pub fn candidates(&self) -> Vec<i64> {
        match self {
            Self::Ambiguous(ids) => ids.clone(),
            Self::KeyTaken { id, .. } => vec![*id],
            _ => Vec::new(),
        }
    }

    /// What a person can do about it, where the value alone does not say.
    pub fn reason(&self) -> Option<String> {
        let reason = match self {
            Self::Ambiguous(_) => {
                "several contacts have this number: choose one, or correct the others"
            }
            Self::KeyTaken {
                reason: KeyTaken::Archived,
                ..
            } => "the contact made for this number is archived",
            Self::KeyTaken {
                reason: KeyTaken::NumberChanged,
                ..
            } => "the contact made for this number has another one now",
            Self::Unreadable(reason) => return Some(reason.to_string()),
            _ => return None,
        };
        Some(reason.to_owned())
    }
}

/// What the contacts in Odoo say about one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// Exactly one contact has it.
    One(i64),
    /// Several have it, in the order of their ids.
    Many(Vec<i64>),
    /// Nobody has it.
    None,
    /// Nobody has it, but a contact was once made for it: making another would go against a person's decision.
    KeyTaken {
        /// That contact.
        id: i64,
        /// Why it does not count.
        reason: KeyTaken,
    },
}

/// The candidates of a page, by the numbers they are confirmed to have.
#[derive(Debug, Default)]
pub struct Contacts {
    by_number: HashMap<String, Vec<Holder>>,
    by_key: HashMap<String, (i64, KeyTaken)>,
}

#[derive(Debug, Clone, Copy)]
struct Holder {
    id: i64,
    /// Whose address this is, if it is only an address.
    address_of: Option<i64>,
}

impl Contacts {
    /// Reads the numbers of `candidates`, as Odoo reads them: in the contact's country, or else in that of Odoo's own reading of another
    /// number of the contact, or else in `country`, the server's.
    pub fn new(candidates: &[Candidate], country: Country) -> Self {
        let mut contacts = Self::default();
        for candidate in candidates {
            if candidate.active {
                contacts.add(candidate, country);
            }
            if !candidate.x_ucm_key.is_empty() {
                let reason = if candidate.active {
                    KeyTaken::NumberChanged
                } else {
                    KeyTaken::Archived
                };
                // It may have been made before the number was read as it is today.
                let key = read(&candidate.x_ucm_key, country)
                    .map_or_else(|| candidate.x_ucm_key.clone(), |number| number.to_string());
                contacts.by_key.insert(key, (candidate.id, reason));
            }
        }
        contacts
    }

    fn add(&mut self, candidate: &Candidate, country: Country) {
        let address_of = candidate
            .parent_id
            .filter(|_| !matches!(candidate.kind.as_str(), "" | "contact"));
        for number in numbers(candidate, country) {
            let holders = self.by_number.entry(number).or_default();
            if holders.iter().all(|holder| holder.id != candidate.id) {
                holders.push(Holder {
                    id: candidate.id,
                    address_of,
                });
            }
        }
    }

    /// Whose number `e164` is.
    ///
    /// A company and a person in it who share the switchboard's number are two: which of them called is not known, so a person decides.
    /// But an invoice or delivery *address* is nobody by itself, it belongs to its contact: it does not count beside that one.
    pub fn decide(&self, e164: &str) -> Match {
        let holders = self
            .by_number
            .get(e164)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let is_holder = |id: i64| holders.iter().any(|holder| holder.id == id);
        let mut ids: Vec<i64> = holders
            .iter()
            .filter(|holder| !holder.address_of.is_some_and(is_holder))
            .map(|holder| holder.id)
            .collect();
        ids.sort_unstable();
        match (ids.as_slice(), self.by_key.get(e164)) {
            ([id], _) => Match::One(*id),
            ([], Some((id, reason))) => Match::KeyTaken {
                id: *id,
                reason: *reason,
            },
            ([], None) => Match::None,
            (_, _) => Match::Many(ids),
        }
    }
}

/// The numbers of a contact in E.164.
fn numbers(candidate: &Candidate, country: Country) -> Vec<String> {
    // Only a reading has a plus: without its library of numbers Odoo keeps what was typed.
    let sanitized = Some(&candidate.phone_sanitized)
        .filter(|text| text.starts_with('+'))
        .and_then(|text| read(text, country));
    let country = candidate
        .country_code
        .parse()
        .ok()
        .or_else(|| sanitized.as_ref().and_then(Number::country))
        .unwrap_or(country);
    [&candidate.phone, &candidate.mobile]
        .into_iter()
        .filter_map(|written| read(written, country))
        .chain(sanitized)
        .map(|number| number.to_string())
        .collect()
}

fn read(written: &str, country: Country) -> Option<Number> {
    let numbering = Numbering {
        country,
        extensions: &[],
    };
    // People put the country's code in brackets, which no PBX does: `(+34) 911 22 33 44`.
    let written = written.replace("(+", "+");
    match phone::read(&written, End::Dialled, &numbering) {
        Party::Outside(number) => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

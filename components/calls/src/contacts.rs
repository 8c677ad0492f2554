//! Whose number it is: one contact, several, or none. Never a guess.
//!
//! Candidates come from Odoo's searches, which match text. A candidate counts only if one of its numbers, read in full, *is* the number:
//! comparing last digits would join strangers from different countries.

use std::collections::HashMap;

use crate::phone::{self, Country, End, Number, Numbering, Party, Unreadable};

/// A contact that may have one of the numbers looked for. Archived ones are among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Database id.
    pub id: i64,
    /// Telephone, as a person wrote it.
    pub phone: String,
    /// Mobile telephone, as a person wrote it; where contacts have one.
    pub mobile: String,
    /// Odoo's own reading in E.164; of the mobile if there are two. Empty when Odoo could not tell the country, or cannot read numbers.
    pub phone_sanitized: String,
    /// ISO code of the contact's country, upper case, or empty.
    pub country_code: String,
    /// Not archived.
    pub active: bool,
    /// The only company that this contact is for, where it is not for all of them.
    pub company: Option<i64>,
    /// The company (or person) that this contact belongs to.
    pub parent_id: Option<i64>,
    /// `contact` for a person or company, else a kind of address: `invoice`, `delivery`, `other`.
    pub kind: String,
}

/// For which number a contact was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The number in E.164; with a [company's id](made_key) behind it where the number alone was taken.
    pub key: String,
    /// The contact, or the one that it was merged into.
    pub contact: Option<i64>,
    /// The contact that was made.
    pub made: i64,
}

impl Made {
    /// The number in E.164.
    pub fn number(&self) -> &str {
        self.key
            .split_once(':')
            .map_or(&self.key, |(number, _)| number)
    }

    /// Whether a person has merged the contact into another one.
    pub fn is_merged(&self) -> bool {
        self.contact != Some(self.made)
    }
}

/// The key of a contact that is made for a company because the one made for the number is none of its business.
pub fn made_key(number: &str, company: i64) -> String {
    format!("{number}:{company}")
}

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
    /// Somebody gave it to another company.
    OtherCompany,
    /// The bridge's user does not see it.
    Unseen,
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
            Self::KeyTaken {
                id,
                reason: KeyTaken::Archived | KeyTaken::NumberChanged,
            } => vec![*id],
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
            Self::KeyTaken {
                reason: KeyTaken::OtherCompany,
                ..
            } => "the contact made for this number belongs to another company now",
            Self::KeyTaken {
                reason: KeyTaken::Unseen,
                ..
            } => "the contact made for this number is none that the bridge's user may see",
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
    /// Nobody has it: a contact may be made under this key.
    None {
        /// The number; with the company behind it where another company's contact has the number's own.
        key: String,
    },
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
    /// Whose contacts come first, and beside whose shared ones no other company's count.
    company: Option<i64>,
    by_number: HashMap<String, Vec<Holder>>,
    by_key: HashMap<String, (i64, KeyTaken)>,
}

#[derive(Debug, Clone, Copy)]
struct Holder {
    id: i64,
    /// The only company that the contact is for.
    company: Option<i64>,
    /// Whose address this is, if it is only an address.
    address_of: Option<i64>,
}

impl Contacts {
    /// Reads the numbers of `candidates`, as Odoo reads them: in the contact's country, or else in that of Odoo's own reading of another
    /// number of the contact, or else in `country`, the server's. What was `made` by the bridge counts as well where a person has merged it
    /// into another contact; `company` is the server's.
    pub fn new(
        candidates: &[Candidate],
        made: &[Made],
        country: Country,
        company: Option<i64>,
    ) -> Self {
        let mut contacts = Self {
            company,
            ..Self::default()
        };
        for candidate in candidates.iter().filter(|candidate| candidate.active) {
            for number in candidate.written().numbers(country) {
                contacts.hold(number, candidate);
            }
        }
        for made in made {
            contacts.note(made, candidates, country);
        }
        contacts
    }

    fn hold(&mut self, number: String, candidate: &Candidate) {
        let address_of = candidate
            .parent_id
            .filter(|_| !matches!(candidate.kind.as_str(), "" | "contact"));
        let holders = self.by_number.entry(number).or_default();
        if holders.iter().all(|holder| holder.id != candidate.id) {
            holders.push(Holder {
                id: candidate.id,
                company: candidate.company,
                address_of,
            });
        }
    }

    /// A contact that was made for a number, whatever has become of it.
    fn note(&mut self, made: &Made, candidates: &[Candidate], country: Country) {
        let Some(id) = made.contact else {
            return;
        };
        // It may have been made before the number was read as it is today.
        let number = read(made.number(), country)
            .map_or_else(|| made.number().to_owned(), |number| number.to_string());
        let key = made.key.replacen(made.number(), &number, 1);
        let mut seen = candidates.iter();
        let reason = match seen.find(|candidate| candidate.id == id) {
            Some(contact) if !self.may_be_of(contact.company) => KeyTaken::OtherCompany,
            Some(contact) if !contact.active => KeyTaken::Archived,
            Some(contact) => {
                if made.is_merged() {
                    self.hold(number, contact);
                }
                KeyTaken::NumberChanged
            }
            None => KeyTaken::Unseen,
        };
        self.by_key.insert(key, (id, reason));
    }

    fn may_be_of(&self, company: Option<i64>) -> bool {
        company.is_none() || self.company.is_none() || company == self.company
    }

    /// Whose number `e164` is.
    ///
    /// A company and a person in it who share the switchboard's number are two: which of them called is not known, so a person decides.
    /// But an invoice or delivery *address* is nobody by itself, it belongs to its contact: it does not count beside that one. Of several
    /// companies in one Odoo, the server's own has its contacts first, then come those that all of them share.
    pub fn decide(&self, e164: &str) -> Match {
        let holders = self
            .by_number
            .get(e164)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let is_holder = |id: i64| holders.iter().any(|holder| holder.id == id);
        let counting: Vec<&Holder> = holders
            .iter()
            .filter(|holder| self.may_be_of(holder.company))
            .filter(|holder| !holder.address_of.is_some_and(is_holder))
            .collect();
        let has_own = counting
            .iter()
            .any(|holder| self.company.is_some() && holder.company == self.company);
        let mut ids: Vec<i64> = counting
            .iter()
            .filter(|holder| !has_own || holder.company == self.company)
            .map(|holder| holder.id)
            .collect();
        ids.sort_unstable();
        match ids.as_slice() {
            [id] => Match::One(*id),
            [] => self.nobody(e164),
            _ => Match::Many(ids),
        }
    }

    /// What is to be said where nobody has the number: what another company has got of it is in nobody's way.
    fn nobody(&self, e164: &str) -> Match {
        let own = self.company.map(|company| made_key(e164, company));
        let keys = std::iter::once(e164.to_owned()).chain(own);
        let (mut free, mut elsewhere) = (None, None);
        for key in keys {
            match self.by_key.get(&key) {
                None => free = free.or(Some(key)),
                Some(taken @ (_, KeyTaken::OtherCompany)) => elsewhere = Some(*taken),
                Some((id, reason)) => {
                    return Match::KeyTaken {
                        id: *id,
                        reason: *reason,
                    };
                }
            }
        }
        match (free, elsewhere) {
            (Some(key), _) => Match::None { key },
            (None, Some((id, reason))) => Match::KeyTaken { id, reason },
            // Each key is free or taken.
            (None, None) => Match::None {
                key: e164.to_owned(),
            },
        }
    }
}

/// The numbers of a record, as people and Odoo have written them.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// Telephone, as a person wrote it.
    pub phone: &'a str,
    /// Mobile telephone, as a person wrote it; empty where records have none.
    pub mobile: &'a str,
    /// Odoo's own reading, or what was typed where it cannot read numbers.
    pub phone_sanitized: &'a str,
    /// ISO code of the record's country, upper case, or empty.
    pub country_code: &'a str,
}

impl Written<'_> {
    /// The numbers in E.164, read in the record's country, or else in that of Odoo's own reading of another of them, or else in `country`.
    pub fn numbers(self, country: Country) -> Vec<String> {
        // Only a reading has a plus: without its library of numbers Odoo keeps what was typed.
        let sanitized = Some(self.phone_sanitized)
            .filter(|text| text.starts_with('+'))
            .and_then(|text| read(text, country));
        let country = self
            .country_code
            .parse()
            .ok()
            .or_else(|| sanitized.as_ref().and_then(Number::country))
            .unwrap_or(country);
        [self.phone, self.mobile]
            .into_iter()
            .flat_map(|written| phone::written(written, country))
            .chain(sanitized)
            .map(|number| number.to_string())
            .collect()
    }
}

impl Candidate {
    fn written(&self) -> Written<'_> {
        Written {
            phone: &self.phone,
            mobile: &self.mobile,
            phone_sanitized: &self.phone_sanitized,
            country_code: &self.country_code,
        }
    }
}

/// A number that is known to be one, by itself; nothing where the rules of today read none.
pub(crate) fn read(written: &str, country: Country) -> Option<Number> {
    let numbering = Numbering {
        country,
        extensions: &[],
    };
    match phone::read(written, End::Dialled, &numbering) {
        Party::Outside(number) => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

//! Records that have phone numbers, contacts and leads: finding those that may have some numbers.
//!
//! What a search returns are *candidates*: Odoo's searches match text. Whether a candidate has the number is confirmed in
//! [`contacts`](calls::contacts), by reading its numbers.

use std::marker::PhantomData;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Call, Version};
use calls::phone::Number;

/// A record that has phone numbers.
pub trait Holder: Sized {
    /// What some of them are known by already, whatever numbers they have now.
    type Known: Serialize;
    /// The field that has it.
    const KNOWN_BY: &'static str;
    /// Technical name of the model.
    const MODEL: &'static str;
    /// What is read of it beside its numbers.
    const FIELDS: &'static [&'static str];

    /// The call that reads the records which match `domain`.
    fn search(domain: Value, fields: &[&str]) -> Call<Vec<Self>>;

    /// Database id.
    fn id(&self) -> i64;
}

/// A number to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// E.164, such as `+34911223344`.
    pub e164: String,
    /// How people at home in the number's country dial it, digits only, such as `911223344`. E.164 itself is always looked for, with a
    /// plus or two zeros.
    pub national: Vec<String>,
    /// What Odoo may hold for its E.164, whose library knows less of the plan, or what it was before the plan changed.
    pub aliases: Vec<String>,
}

/// How records of one kind are searched in one Odoo.
#[derive(Debug)]
pub struct Directory<T> {
    version: Version,
    has_mobile: bool,
    of: PhantomData<fn() -> T>,
}

/// Asks whether the records have a `mobile` beside their `phone`. The series does not tell: it left with 18.2, and other modules bring it back.
pub fn fields<T: Holder>() -> Call<Map<String, Value>> {
    Call::method(
        T::MODEL,
        "fields_get",
        None,
        vec![
            ("allfields", json!([MOBILE])),
            ("attributes", json!(["type"])),
        ],
    )
}

/// What an answer to [`fields`] says.
pub fn has_mobile(fields: &Map<String, Value>) -> bool {
    fields.contains_key(MOBILE)
}

impl<T: Holder> Directory<T> {
    /// The records of an Odoo of this series, which have a `mobile` or not.
    pub fn new(version: Version, has_mobile: bool) -> Self {
        Self {
            version,
            has_mobile,
            of: PhantomData,
        }
    }

    /// Whether they have a `mobile` beside their `phone`.
    pub fn has_mobile(&self) -> bool {
        self.has_mobile
    }

    /// The call that finds the candidates for all of `wanted`, however many: the records that have one of the numbers as Odoo reads numbers,
    /// those of `known`, and all those whose numbers Odoo could not read, since any of them may be written in a way that only looks different.
    ///
    /// Where too many could not be read the answer [`is_cut`]: then [`by_text`](Self::by_text) is to be asked, and
    /// [`odd`](Self::odd).
    pub fn find(&self, wanted: &[Wanted], known: &[T::Known]) -> Call<Vec<T>> {
        let terms = vec![
            json!(["phone_sanitized", "in", e164(wanted)]),
            json!([T::KNOWN_BY, "in", known]),
        ];
        let domain = [any_of(terms), self.unread()];
        let most = most(wanted, known);
        self.search(disjunction(domain)).limit(most)
    }

    /// The calls that find the candidates by what is written, in batches: a query of Odoo's database or two for each number, of 0.2 to 15 ms.
    pub fn by_text(&self, wanted: &[Wanted], known: &[T::Known]) -> Vec<Call<Vec<T>>> {
        let batch = if self.version.searches_phones_in_list() {
            FIND_BATCH
        } else {
            FIND_BATCH_TERMWISE
        };
        wanted
            .chunks(batch)
            .map(|wanted| self.search(self.written(wanted, known)))
            .collect()
    }

    /// The records in whose numbers is what no search for digits sees past: marks that nobody sees, printed dashes, extensions, several numbers
    /// in one field. [`ODD_BATCH`] of them at most, those behind `last` in the order of their ids.
    pub fn odd(&self, last: i64) -> Call<Vec<T>> {
        let fields = ["phone", MOBILE];
        let fields = &fields[..if self.has_mobile { 2 } else { 1 }];
        let terms = fields.iter().flat_map(|field| {
            let marks = ODD.iter().map(move |mark| json!([field, "ilike", mark]));
            marks.chain([json!([field, "=like", "%_+%"])])
        });
        let behind = json!([["id", ">", last]]);
        self.search(conjunction([behind, any_of(terms.collect())]))
            .limit(ODD_BATCH)
    }

    fn search(&self, domain: Value) -> Call<Vec<T>> {
        let numbers = ["phone", "phone_sanitized", MOBILE];
        let numbers = &numbers[..if self.has_mobile { 3 } else { 2 }];
        let fields = [numbers, T::FIELDS].concat();
        // An archived record that the bridge made keeps another one from being made.
        T::search(domain, &fields)
            .order("id")
            .context("active_test", false)
    }

    /// Records with a number that `phone_sanitized` does not give in E.164: it is empty where Odoo cannot tell the country, as typed where the
    /// server has no library that reads numbers, and it holds one number of two.
    fn unread(&self) -> Value {
        let has = |field: &str| json!([[field, "!=", false]]);
        let plain = [" ", "-", "(", "."].iter().chain(&ODD);
        let typed = plain.map(|mark| json!(["phone_sanitized", "ilike", mark]));
        let mut not_e164 = vec![json!(["phone_sanitized", "=", false])];
        not_e164.extend(typed);
        let not_e164 = disjunction([
            any_of(not_e164),
            json!(["!", ["phone_sanitized", "=like", "+%"]]),
        ]);
        if !self.has_mobile {
            return conjunction([has("phone"), not_e164]);
        }
        let any = disjunction([has("phone"), has(MOBILE)]);
        let both = conjunction([has("phone"), has(MOBILE)]);
        disjunction([conjunction([any, not_e164]), both])
    }

    /// `phone_sanitized` finds what Odoo could read, through an index and for all numbers at once; `phone_mobile_search` finds the others by
    /// what is written, `=` for each number on 17 and 18, where it refuses a list.
    fn written(&self, wanted: &[Wanted], known: &[T::Known]) -> Value {
        let written: Vec<&str> = wanted.iter().flat_map(Wanted::written).collect();
        let mut terms = vec![
            json!(["phone_sanitized", "in", e164(wanted)]),
            json!([T::KNOWN_BY, "in", known]),
        ];
        if self.version.searches_phones_in_list() {
            terms.push(json!(["phone_mobile_search", "in", written]));
        } else {
            terms.extend(
                written
                    .iter()
                    .map(|number| json!(["phone_mobile_search", "=", number])),
            );
        }
        any_of(terms)
    }
}

/// Whether the answer to [`Directory::find`] may not be all of it.
pub fn is_cut<K, T>(wanted: &[Wanted], known: &[K], candidates: &[T]) -> bool {
    candidates.len() >= most(wanted, known)
}

const fn most<K>(wanted: &[Wanted], known: &[K]) -> usize {
    wanted.len() + known.len() + MOST_UNREAD
}

fn e164(wanted: &[Wanted]) -> Vec<&str> {
    wanted.iter().flat_map(Wanted::in_full).collect()
}

/// Odoo's prefix notation: one `|` less than there are terms.
fn any_of(terms: Vec<Value>) -> Value {
    let ors = std::iter::repeat_n(json!("|"), terms.len().saturating_sub(1));
    ors.chain(terms).collect()
}

/// Either of two domains.
fn disjunction(domains: [Value; 2]) -> Value {
    join("|", domains)
}

/// Both of two domains.
fn conjunction(domains: [Value; 2]) -> Value {
    join("&", domains)
}

/// Two whole domains under one operator of the prefix notation.
fn join(operator: &str, domains: [Value; 2]) -> Value {
    let terms = domains.into_iter().flat_map(|domain| match domain {
        Value::Array(terms) => terms,
        term => vec![term],
    });
    std::iter::once(json!(operator)).chain(terms).collect()
}

impl Wanted {
    /// What is looked for where `number` is.
    pub fn new(number: &Number) -> Self {
        Self {
            e164: number.to_string(),
            national: number.national_forms(),
            aliases: number.aliases(),
        }
    }

    /// E.164, and what it may be held as.
    pub fn in_full(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.e164)
            .chain(&self.aliases)
            .map(String::as_str)
    }

    /// The same, and as people at home write it: digits only.
    pub fn written(&self) -> impl Iterator<Item = &str> {
        // Odoo refuses to search for fewer than three characters.
        let national = self
            .national
            .iter()
            .map(String::as_str)
            .filter(|digits| digits.len() >= 3);
        self.in_full().chain(national)
    }
}

/// The field that not every Odoo has.
const MOBILE: &str = "mobile";

/// What is in a written number that no search for its digits sees past: vowels and other signs of an extension, what stands between two numbers,
/// marks of the direction of writing and of width nothing, printed dashes and spaces.
const ODD: [&str; 33] = [
    "a", "e", "i", "o", "u", "x", "#", "*", ",", ";", "|", "/", " - ", "\u{a0}", "\u{202f}",
    "\u{2009}", "\u{200b}", "\u{200e}", "\u{200f}", "\u{202a}", "\u{202b}", "\u{202c}", "\u{202d}",
    "\u{202e}", "\u{2066}", "\u{2067}", "\u{2068}", "\u{2069}", "\u{2010}", "\u{2011}", "\u{2013}",
    "\u{2014}", "\u{2212}",
];

/// Records of one answer to [`Directory::odd`].
pub const ODD_BATCH: usize = 1_000;

/// Records whose numbers Odoo could not read that one search still brings along: some 40 ms of Odoo 19.
const MOST_UNREAD: usize = 1_000;

/// Numbers of one search where a list is taken.
const FIND_BATCH: usize = 500;

/// Numbers of one search on 17 and 18, where each number is a query or two of the database by itself, of one to fifteen milliseconds.
const FIND_BATCH_TERMWISE: usize = 100;

#[cfg(test)]
mod tests;

//! Contacts in Odoo (`res.partner`): finding those that may have a number, and making those that nobody has.
//!
//! What a search returns are *candidates*: Odoo's searches match text. Whether a candidate has the number is confirmed in
//! [`contacts`](crate::contacts), by reading its numbers.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, Version, call};

/// Model of contacts.
pub const MODEL: &str = "res.partner";

/// Unique index on `x_ucm_key`: the guard against two writers making two contacts for one number.
pub const UNIQUE_INDEX: &str = "res_partner_x_ucm_key_uniq";

/// Contacts of one `create`: 200 take some 250 ms of Odoo 19.
pub const CREATE_BATCH: usize = 200;

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

/// A contact that may have one of the numbers looked for. Archived ones are among them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Candidate {
    /// Database id.
    pub id: i64,
    /// Telephone, as a person wrote it.
    #[serde(default, deserialize_with = "call::text")]
    pub phone: String,
    /// Mobile telephone (before 18.2), as a person wrote it.
    #[serde(default, deserialize_with = "call::text")]
    pub mobile: String,
    /// Odoo's own reading in E.164; of the mobile if there are two. Empty when Odoo could not tell the country, or cannot read numbers.
    #[serde(default, deserialize_with = "call::text")]
    pub phone_sanitized: String,
    /// ISO code of the contact's country, upper case, or empty.
    #[serde(default, deserialize_with = "call::text")]
    pub country_code: String,
    /// The number that the bridge made this contact for, or empty.
    #[serde(default, deserialize_with = "call::text")]
    pub x_ucm_key: String,
    /// Not archived.
    pub active: bool,
    /// The company (or person) that this contact belongs to.
    #[serde(default, deserialize_with = "call::many2one")]
    pub parent_id: Option<i64>,
    /// `contact` for a person or company, else a kind of address: `invoice`, `delivery`, `other`.
    #[serde(default, rename = "type", deserialize_with = "call::text")]
    pub kind: String,
}

/// A contact to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewContact {
    /// Its number in E.164, which is its key as well.
    pub e164: String,
    /// The name that the caller showed, if any; else the number is the name.
    pub name: Option<String>,
    /// Name of the server that the call was made on, for the note.
    pub server_name: String,
}

/// The call that finds the candidates for all of `wanted`, however many: the contacts that have one of the numbers as Odoo reads numbers, and
/// all those whose numbers Odoo could not read, since any of them may be written in a way that only looks different.
///
/// Where too many could not be read the answer [`is_cut`]: then [`find_by_text`] is to be asked.
pub fn find(version: Version, wanted: &[Wanted]) -> Call<Vec<Candidate>> {
    let numbers: Vec<&str> = wanted.iter().flat_map(Wanted::in_full).collect();
    let terms = vec![
        json!(["phone_sanitized", "in", numbers]),
        json!(["x_ucm_key", "in", numbers]),
    ];
    let domain = [any_of(terms), unread(version)];
    search(version, disjunction(domain)).limit(most(wanted))
}

/// Whether the answer to [`find`] may not be all of it.
pub fn is_cut(wanted: &[Wanted], candidates: &[Candidate]) -> bool {
    candidates.len() >= most(wanted)
}

const fn most(wanted: &[Wanted]) -> usize {
    wanted.len() + MOST_UNREAD
}

/// The calls that find the candidates by what is written, in batches: a query of Odoo's database or two for each number, of 0.2 to 15 ms.
pub fn find_by_text(version: Version, wanted: &[Wanted]) -> Vec<Call<Vec<Candidate>>> {
    let batch = if version.searches_phones_in_list() {
        FIND_BATCH
    } else {
        FIND_BATCH_TERMWISE
    };
    wanted
        .chunks(batch)
        .map(|wanted| search(version, written(version, wanted)))
        .collect()
}

fn search(version: Version, domain: Value) -> Call<Vec<Candidate>> {
    let mut fields = vec![
        "phone",
        "phone_sanitized",
        "country_code",
        "x_ucm_key",
        "active",
        "parent_id",
        "type",
    ];
    if version.has_mobile() {
        fields.push("mobile");
    }
    // An archived contact that the bridge made still holds its key.
    Call::search_read(MODEL, domain, &fields)
        .order("id")
        .context("active_test", false)
}

/// Contacts with a number that `phone_sanitized` does not give in E.164: it is empty where Odoo cannot tell the country, as typed where the
/// server has no library that reads numbers, and before 18.2 it holds one number of two.
fn unread(version: Version) -> Value {
    let has = |field: &str| json!([[field, "!=", false]]);
    let typed = [" ", "-", "(", ".", "/"].map(|mark| json!(["phone_sanitized", "like", mark]));
    let mut not_e164 = vec![json!(["phone_sanitized", "=", false])];
    not_e164.extend(typed);
    let not_e164 = disjunction([
        any_of(not_e164),
        json!(["!", ["phone_sanitized", "=like", "+%"]]),
    ]);
    if !version.has_mobile() {
        return conjunction([has("phone"), not_e164]);
    }
    let any = disjunction([has("phone"), has("mobile")]);
    let both = conjunction([has("phone"), has("mobile")]);
    disjunction([conjunction([any, not_e164]), both])
}

/// `phone_sanitized` finds what Odoo could read, through an index and for all numbers at once; `phone_mobile_search` finds the others by what
/// is written, `=` for each number on 17 and 18, where it refuses a list.
fn written(version: Version, wanted: &[Wanted]) -> Value {
    let numbers: Vec<&str> = wanted.iter().flat_map(Wanted::in_full).collect();
    let written: Vec<&str> = wanted.iter().flat_map(Wanted::written).collect();
    let mut terms = vec![
        json!(["phone_sanitized", "in", numbers]),
        json!(["x_ucm_key", "in", numbers]),
    ];
    if version.searches_phones_in_list() {
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
    fn in_full(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.e164)
            .chain(&self.aliases)
            .map(String::as_str)
    }

    fn written(&self) -> impl Iterator<Item = &str> {
        // Odoo refuses to search for fewer than three characters.
        let national = self
            .national
            .iter()
            .map(String::as_str)
            .filter(|digits| digits.len() >= 3);
        self.in_full().chain(national)
    }
}

/// Makes the contacts, all or none. A key that another writer took first is
/// [`OdooError::DuplicateKey`](super::OdooError::DuplicateKey): find again. At most [`CREATE_BATCH`] a call.
///
/// Without `tracking_disable` Odoo would write a message in each contact's history and make the key's user a follower of it, which takes
/// 412 ms for 200 contacts instead of 251 ms (Odoo 19), and nobody asked for it.
pub fn create(contacts: &[NewContact]) -> Call<Vec<i64>> {
    Call::create(MODEL, contacts.iter().map(NewContact::values).collect())
        .context("tracking_disable", true)
}

impl NewContact {
    /// The country is left open: a number's country is where the line is, not where the person is.
    fn values(&self) -> Value {
        let kept = |text: &str| {
            text.chars()
                .filter(|c| !c.is_control())
                .take(NAME_CHARS)
                .collect::<String>()
                .trim()
                .to_owned()
        };
        let name = self
            .name
            .as_deref()
            .map(kept)
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| self.e164.clone());
        json!({
            "name": name,
            "phone": self.e164,
            "x_ucm_key": self.e164,
            "comment": format!("<p>Created from a phone call on {}.</p>", escape(&kept(&self.server_name))),
        })
    }
}

/// The note is HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Contacts whose numbers Odoo could not read that one search still brings along: some 40 ms of Odoo 19.
const MOST_UNREAD: usize = 1_000;

/// Numbers of one search where a list is taken.
const FIND_BATCH: usize = 500;

/// Numbers of one search on 17 and 18, where each number is a query or two of the database by itself, of one to fifteen milliseconds.
const FIND_BATCH_TERMWISE: usize = 100;

/// Longest name given to a contact.
const NAME_CHARS: usize = 256;

#[cfg(test)]
mod tests;

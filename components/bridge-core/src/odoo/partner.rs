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

/// The calls that find the candidates for all of `wanted`: one, unless there are more numbers than one call takes.
pub fn find(version: Version, wanted: &[Wanted]) -> Vec<Call<Vec<Candidate>>> {
    let batch = if version.searches_phones_in_list() {
        FIND_BATCH
    } else {
        FIND_BATCH_TERMWISE
    };
    wanted
        .chunks(batch)
        .map(|wanted| find_call(version, wanted))
        .collect()
}

fn find_call(version: Version, wanted: &[Wanted]) -> Call<Vec<Candidate>> {
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
    Call::search_read(MODEL, domain(version, wanted), &fields)
        .order("id")
        .context("active_test", false)
}

/// `phone_sanitized` finds what Odoo could read, through an index and for all numbers at once. Before 18.2 it holds one number of two, and
/// it is empty where Odoo could not tell the country: `phone_mobile_search` finds those by what is written, `=` for each number on 17 and
/// 18, where it refuses a list.
fn domain(version: Version, wanted: &[Wanted]) -> Value {
    let numbers: Vec<&str> = wanted.iter().map(|number| number.e164.as_str()).collect();
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

impl Wanted {
    fn written(&self) -> impl Iterator<Item = &str> {
        // Odoo refuses to search for fewer than three characters.
        let national = self
            .national
            .iter()
            .map(String::as_str)
            .filter(|digits| digits.len() >= 3);
        std::iter::once(self.e164.as_str()).chain(national)
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

/// Numbers of one search where a list is taken.
const FIND_BATCH: usize = 500;

/// Numbers of one search on 17 and 18, where each number is a query or two of the database by itself, of one to fifteen milliseconds.
const FIND_BATCH_TERMWISE: usize = 100;

/// Longest name given to a contact.
const NAME_CHARS: usize = 256;

#[cfg(test)]
mod tests;

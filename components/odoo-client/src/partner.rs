//! Contacts in Odoo (`res.partner`): those that may have a number ([`directory`](super::directory)), and making those that nobody has.

use serde::Deserialize;
use serde_json::{Value, json};

use super::directory::Holder;
use super::{Call, call, markup};
use calls::contacts::Candidate;
use calls::language::Language;

/// Model of contacts.
pub const MODEL: &str = "res.partner";

/// Contacts of one `create`: 200 take some 250 ms of Odoo 19.
pub const CREATE_BATCH: usize = 200;

/// A [`Candidate`] as Odoo has it.
#[derive(Deserialize)]
struct Row {
    id: i64,
    #[serde(default, deserialize_with = "call::text")]
    phone: String,
    #[serde(default, deserialize_with = "call::text")]
    mobile: String,
    #[serde(default, deserialize_with = "call::text")]
    phone_sanitized: String,
    #[serde(default, deserialize_with = "call::text")]
    country_code: String,
    active: bool,
    #[serde(default, rename = "company_id", deserialize_with = "call::many2one")]
    company: Option<i64>,
    #[serde(default, deserialize_with = "call::many2one")]
    parent_id: Option<i64>,
    #[serde(default, rename = "type", deserialize_with = "call::text")]
    kind: String,
}

impl From<Row> for Candidate {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            phone: row.phone,
            mobile: row.mobile,
            phone_sanitized: row.phone_sanitized,
            country_code: row.country_code,
            active: row.active,
            company: row.company,
            parent_id: row.parent_id,
            kind: row.kind,
        }
    }
}

impl Holder for Candidate {
    type Known = i64;
    const KNOWN_BY: &'static str = "id";
    const MODEL: &'static str = MODEL;
    const FIELDS: &'static [&'static str] =
        &["country_code", "active", "company_id", "parent_id", "type"];

    fn search(domain: Value, fields: &[&str]) -> Call<Vec<Self>> {
        Call::<Vec<Row>>::search_read(MODEL, domain, fields).meaning()
    }

    fn id(&self) -> i64 {
        self.id
    }
}

/// A contact to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewContact {
    /// Its number in E.164.
    pub e164: String,
    /// What no second contact is made for: the number, or the number and a company ([`made`](super::made)).
    pub key: String,
    /// The name that the caller showed, if any; else the number is the name.
    pub name: Option<String>,
    /// Name of the server that the call was made on, for the note.
    pub server_name: String,
    /// Language of the note: whoever looks after the bridge reads it.
    pub language: Language,
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
        let name = self
            .name
            .as_deref()
            .map(kept)
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| self.e164.clone());
        json!({
            "name": name,
            "phone": self.e164,
            "x_ucm_contact_ids": [[0, 0, { "x_name": self.key }]],
            "comment": origin(&self.server_name, self.language),
        })
    }
}

fn kept(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(NAME_CHARS)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Where a contact or a lead comes from, in HTML.
pub(super) fn origin(server: &str, language: Language) -> String {
    let server = markup::escape(&kept(server));
    match language {
        Language::En => format!("<p>Created from a phone call on {server}.</p>"),
        Language::Fr => {
            format!("<p>Cr\u{e9}\u{e9} lors d'un appel t\u{e9}l\u{e9}phonique sur {server}.</p>")
        }
        Language::Es => {
            format!("<p>Creado a partir de una llamada telef\u{f3}nica en {server}.</p>")
        }
        Language::De => format!("<p>Aus einem Anruf auf {server} angelegt.</p>"),
    }
}

/// Longest name given to a contact.
const NAME_CHARS: usize = 256;

#[cfg(test)]
mod tests;

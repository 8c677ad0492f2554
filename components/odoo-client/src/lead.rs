//! Leads in Odoo's CRM (`crm.lead`): those that there are for some numbers, and making those of unknown callers.
//!
//! The fields are of the data module `ucm_odoo_crm`, which is there where CRM is.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::directory::Holder;
use super::partner::origin;
use super::{Call, call};
use calls::followup::key;
use calls::followup::lead::{Lead, Stranger};
use calls::language::Language;

/// Model of leads and opportunities.
pub const MODEL: &str = "crm.lead";

/// A [`Lead`] as Odoo has it.
#[derive(Deserialize)]
struct Row {
    id: i64,
    #[serde(rename = "x_ucm_key", deserialize_with = "call::text")]
    key: String,
    #[serde(default, deserialize_with = "call::text")]
    phone: String,
    #[serde(default, deserialize_with = "call::text")]
    mobile: String,
    #[serde(default, deserialize_with = "call::text")]
    phone_sanitized: String,
    #[serde(default, rename = "country_id", deserialize_with = "call::many2one")]
    country: Option<i64>,
    #[serde(default, rename = "company_id", deserialize_with = "call::many2one")]
    company: Option<i64>,
}

impl From<Row> for Lead {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            key: row.key,
            phone: row.phone,
            mobile: row.mobile,
            phone_sanitized: row.phone_sanitized,
            country: row.country,
            company: row.company,
        }
    }
}

impl Holder for Lead {
    type Known = String;
    const KNOWN_BY: &'static str = "x_ucm_key";
    const MODEL: &'static str = MODEL;
    const FIELDS: &'static [&'static str] = &["x_ucm_key", "country_id", "company_id"];

    fn search(domain: Value, fields: &[&str]) -> Call<Vec<Self>> {
        Call::<Vec<Row>>::search_read(MODEL, domain, fields).meaning()
    }

    fn id(&self) -> i64 {
        self.id
    }
}

/// A note in the history of a lead that says which key the lead was made under.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Note {
    #[serde(rename = "message_id")]
    id: String,
}

impl Note {
    /// The key.
    pub fn key(&self) -> &str {
        self.id.strip_prefix(NOTE).unwrap_or_default()
    }
}

/// Asks for which of `keys` a lead was made that has become part of another one. Merging deletes a lead with its fields; its history goes over, and is
/// deleted with the lead that it is then in.
pub fn notes(keys: &[String]) -> Call<Vec<Note>> {
    let ids: Vec<String> = keys.iter().map(|key| note_id(key)).collect();
    let domain = json!([["model", "=", MODEL], ["message_id", "in", ids]]);
    Call::search_read("mail.message", domain, &["message_id"])
}

fn note_id(key: &str) -> String {
    format!("{NOTE}{key}")
}

/// What the id of a note begins with.
const NOTE: &str = "ucm-lead:";

/// The lead of a stranger who has called `server`, for `user` if the call was somebody's; it is not the key's user's.
pub fn row(
    stranger: &Stranger<'_>,
    server: &str,
    company: Option<i64>,
    user: Option<i64>,
    language: Language,
) -> Map<String, Value> {
    let number = &stranger.first.number;
    let mut row = Map::new();
    let mut set = |name: &str, value: Value| row.insert(name.to_owned(), value);
    let key = key(company, number);
    let note = json!({
        "model": MODEL, "message_id": note_id(&key), "message_type": "notification", "is_internal": true,
        "body": origin(server, language),
    });
    set("x_ucm_key", json!(key));
    set("message_ids", json!([[0, 0, note]]));
    set("name", json!(stranger.title(language)));
    set("phone", json!(number));
    set("user_id", user.map_or(Value::Bool(false), Value::from));
    if let Some(contact) = stranger.first.contact_id() {
        set("partner_id", json!(contact));
    }
    if let Some(name) = stranger.name() {
        set("contact_name", json!(name));
    }
    if let Some(company) = company {
        set("company_id", json!(company));
    }
    row
}

/// Makes leads, all or none. A key that another writer took first is [`OdooError::DuplicateKey`](super::OdooError::DuplicateKey).
///
/// The key's user follows none of them, and nobody gets a mail about calls of their own.
pub fn create(rows: Vec<Map<String, Value>>) -> Call<Vec<i64>> {
    let rows = rows.into_iter().map(Value::Object).collect();
    Call::create(MODEL, rows)
        .context("mail_create_nosubscribe", true)
        .context("mail_auto_subscribe_no_notify", true)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use calls::contacts::Made;
    use calls::followup::Past;
    use calls::followup::lead::{Customer, Leads, strangers};
    use chrono::{DateTime, NaiveDateTime};

    use super::*;

    const NUMBER: &str = "+33142667701";

    fn at() -> NaiveDateTime {
        DateTime::UNIX_EPOCH.naive_utc()
    }

    fn note(key: &str, body: &str) -> Value {
        json!([[0, 0, {
            "model": "crm.lead", "message_id": format!("ucm-lead:{key}"), "message_type": "notification", "is_internal": true, "body": body,
        }]])
    }

    fn nobodys() -> Leads {
        Leads::new(&[], &BTreeMap::new(), "FR".parse().unwrap(), None)
    }

    fn missed(id: i64, caller_name: &str, contact: Option<i64>) -> Past {
        Past {
            id,
            key: format!("paris:{id}"),
            number: NUMBER.to_owned(),
            caller_name: caller_name.to_owned(),
            started_at: at(),
            direction: "inbound".to_owned(),
            outcome: "missed".to_owned(),
            company: None,
            user: None,
            contact: contact.map(|id| (id, NUMBER.to_owned())),
            standing: String::new(),
            fingerprint: String::new(),
        }
    }

    #[test]
    fn the_lead_says_who_called() {
        let calls = [missed(1, "", None), missed(2, "Zo\u{e9} Martin", None)];
        let stranger = &strangers(&calls, &[], &[], &nobodys())[0];
        assert_eq!(
            Value::Object(row(stranger, "Paris", Some(3), None, Language::Fr)),
            json!({
                "x_ucm_key": "3:+33142667701", "name": "Appel de Zo\u{e9} Martin", "phone": NUMBER, "user_id": false,
                "contact_name": "Zo\u{e9} Martin", "company_id": 3,
                "message_ids": note("3:+33142667701", "<p>Cr\u{e9}\u{e9} lors d'un appel t\u{e9}l\u{e9}phonique sur Paris.</p>"),
            })
        );
        let calls = [missed(1, "", Some(5))];
        let contact = Customer {
            id: 5,
            salesperson: None,
            made_at: at(),
        };
        let made = Made {
            key: NUMBER.to_owned(),
            contact: Some(5),
            made: 5,
        };
        let stranger = &strangers(&calls, &[contact], &[made], &nobodys())[0];
        assert_eq!(
            Value::Object(row(stranger, "Paris", None, Some(9), Language::En)),
            json!({
                "x_ucm_key": NUMBER, "name": "Call from +33142667701", "phone": NUMBER, "user_id": 9, "partner_id": 5,
                "message_ids": note(NUMBER, "<p>Created from a phone call on Paris.</p>"),
            })
        );
    }
}

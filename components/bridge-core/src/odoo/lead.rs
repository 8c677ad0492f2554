//! Leads in Odoo's CRM (`crm.lead`): those that there are for some numbers, and making those of unknown callers.
//!
//! The fields are of the data module `ucm_odoo_crm`, which is there where CRM is.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Call, call};

/// Model of leads and opportunities.
pub const MODEL: &str = "crm.lead";

/// Unique index on `x_ucm_key`: the guard against two writers making two leads of one caller.
pub const UNIQUE_INDEX: &str = "crm_lead_x_ucm_key_uniq";

/// A lead or opportunity, in whatever state: open, won or lost.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Lead {
    /// The key that the bridge made it under, or empty.
    #[serde(rename = "x_ucm_key", deserialize_with = "call::text")]
    pub key: String,
    /// Its number in E.164, as Odoo reads it.
    #[serde(default, deserialize_with = "call::text")]
    pub phone_sanitized: String,
}

impl Lead {
    /// The numbers that it is the lead of.
    pub fn numbers(&self) -> impl Iterator<Item = &str> {
        let of_key = self.key.rsplit(':').next().unwrap_or_default();
        [of_key, self.phone_sanitized.as_str()]
            .into_iter()
            .filter(|number| !number.is_empty())
    }
}

/// The unique key of the lead of a number: companies have leads of their own.
pub fn key(company: Option<i64>, number: &str) -> String {
    match company {
        Some(company) => format!("{company}:{number}"),
        None => number.to_owned(),
    }
}

/// All leads of `numbers` that `company` can see: the bridge's own, and those that people or others made with that number.
pub fn find(company: Option<i64>, numbers: &[&str]) -> Call<Vec<Lead>> {
    let keys: Vec<String> = numbers.iter().map(|number| key(company, number)).collect();
    let is_ours = json!(["x_ucm_key", "in", keys]);
    let has_number = json!(["phone_sanitized", "in", numbers]);
    let domain = match company {
        Some(company) => json!([
            "|",
            is_ours,
            "&",
            has_number,
            ["company_id", "in", [company, false]]
        ]),
        None => json!(["|", is_ours, has_number]),
    };
    // Lost ones are archived.
    Call::search_read(MODEL, domain, &["x_ucm_key", "phone_sanitized"])
        .context("active_test", false)
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

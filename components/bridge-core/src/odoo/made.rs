//! Contacts that the bridge made, by number (`x_ucm_contact`): a second one of the same number is never made.
//!
//! The record follows its contact where Odoo merges contacts, and goes with it where the contact is deleted.

use serde::Deserialize;
use serde_json::json;

use super::{Call, call};

/// Model of what was made.
pub const MODEL: &str = "x_ucm_contact";

/// Unique index on `x_name`: the guard against two writers making two contacts for one number.
pub const UNIQUE_INDEX: &str = "x_ucm_contact_x_name_uniq";

/// For which number a contact was made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Made {
    /// The number in E.164; with a [company's id](key) behind it where the number alone was taken.
    #[serde(rename = "x_name", deserialize_with = "call::text")]
    pub key: String,
    /// The contact, or the one that it was merged into.
    #[serde(rename = "x_partner_id", deserialize_with = "call::many2one")]
    pub contact: Option<i64>,
    /// The contact that was made.
    #[serde(rename = "x_made_id")]
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
pub fn key(number: &str, company: i64) -> String {
    format!("{number}:{company}")
}

/// Asks what was made of `numbers`, for whoever or for `company`: one query through an index.
pub fn find(numbers: &[&str], company: Option<i64>) -> Call<Vec<Made>> {
    let keys = numbers.iter().flat_map(|number| {
        let own = company.map(|company| key(number, company));
        std::iter::once((*number).to_owned()).chain(own)
    });
    let domain = json!([["x_name", "in", keys.collect::<Vec<_>>()]]);
    Call::search_read(MODEL, domain, &["x_name", "x_partner_id", "x_made_id"])
}

/// What was made of these contacts.
pub fn of_contacts(contacts: &[i64]) -> Call<Vec<Made>> {
    let domain = json!([["x_partner_id", "in", contacts]]);
    Call::search_read(MODEL, domain, &["x_name", "x_partner_id", "x_made_id"])
}

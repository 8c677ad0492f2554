//! Contacts that the bridge made, by number (`x_ucm_contact`): a second one of the same number is never made.
//!
//! The record follows its contact where Odoo merges contacts, and goes with it where the contact is deleted.

use serde::Deserialize;
use serde_json::json;

use super::{Call, call};
use calls::contacts::{Made, made_key};

/// Model of what was made.
pub const MODEL: &str = "x_ucm_contact";

/// Unique index on `x_name`: the guard against two writers making two contacts for one number.
pub const UNIQUE_INDEX: &str = "x_ucm_contact_x_name_uniq";

/// A [`Made`] as Odoo has it.
#[derive(Deserialize)]
struct Row {
    #[serde(rename = "x_name", deserialize_with = "call::text")]
    key: String,
    #[serde(rename = "x_partner_id", deserialize_with = "call::many2one")]
    contact: Option<i64>,
    #[serde(rename = "x_made_id")]
    made: i64,
}

impl From<Row> for Made {
    fn from(row: Row) -> Self {
        Self {
            key: row.key,
            contact: row.contact,
            made: row.made,
        }
    }
}

/// Asks what was made of `numbers`, for whoever or for `company`: one query through an index.
pub fn find(numbers: &[&str], company: Option<i64>) -> Call<Vec<Made>> {
    let keys = numbers.iter().flat_map(|number| {
        let own = company.map(|company| made_key(number, company));
        std::iter::once((*number).to_owned()).chain(own)
    });
    let domain = json!([["x_name", "in", keys.collect::<Vec<_>>()]]);
    Call::<Vec<Row>>::search_read(MODEL, domain, &FIELDS).meaning()
}

/// What was made of these contacts.
pub fn of_contacts(contacts: &[i64]) -> Call<Vec<Made>> {
    let domain = json!([["x_partner_id", "in", contacts]]);
    Call::<Vec<Row>>::search_read(MODEL, domain, &FIELDS).meaning()
}

const FIELDS: [&str; 3] = ["x_name", "x_partner_id", "x_made_id"];

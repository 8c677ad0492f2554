//! Numbers that people have assigned to contacts (`x_ucm_number`): what a person has said of a number stands above what contacts say of
//! themselves.

use serde::Deserialize;
use serde_json::json;

use super::{Call, call};

/// Model of the assigned numbers.
pub const MODEL: &str = "x_ucm_number";

/// A number that somebody has assigned to a contact.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Assigned {
    /// Database id.
    pub id: i64,
    /// The number in E.164.
    #[serde(rename = "x_name", deserialize_with = "call::text")]
    pub e164: String,
    /// The contact.
    #[serde(rename = "x_partner_id", deserialize_with = "call::many2one")]
    pub contact: Option<i64>,
}

/// Asks which of `numbers` are assigned, however many: one query through an index. A contact that was archived since does not count, nor does
/// one of another company than `company`, where there is one.
pub fn find(numbers: &[&str], company: Option<i64>) -> Call<Vec<Assigned>> {
    let mut domain = vec![
        json!(["x_name", "in", numbers]),
        json!(["x_partner_id.active", "=", true]),
    ];
    if let Some(company) = company {
        domain.push(json!(["x_partner_id.company_id", "in", [false, company]]));
    }
    Call::search_read(MODEL, json!(domain), &["x_name", "x_partner_id"])
}

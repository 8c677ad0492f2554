//! People in Odoo, as far as calls concern them: users, and contacts with whose customers they are.

use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::json;

use super::{Call, call, partner};
use calls::followup::lead::Customer;

/// A user whom something may be told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Person {
    /// Database id.
    pub id: i64,
    /// Login.
    #[serde(default, deserialize_with = "call::text")]
    pub login: String,
    /// Language, such as `fr_FR`.
    #[serde(default, deserialize_with = "call::text")]
    pub lang: String,
    /// Time zone, or empty.
    #[serde(default, deserialize_with = "call::text")]
    pub tz: String,
    /// The companies whose records they see.
    #[serde(default, rename = "company_ids")]
    pub companies: Vec<i64>,
}

/// A [`Customer`] as Odoo has it.
#[derive(Deserialize)]
struct Row {
    id: i64,
    #[serde(rename = "user_id", deserialize_with = "call::many2one")]
    salesperson: Option<i64>,
    #[serde(rename = "create_date", deserialize_with = "call::datetime")]
    made_at: NaiveDateTime,
}

impl From<Row> for Customer {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            salesperson: row.salesperson,
            made_at: row.made_at,
        }
    }
}

/// Reads contacts.
pub fn customers(contacts: Vec<i64>) -> Call<Vec<Customer>> {
    let fields = ["user_id", "create_date"];
    Call::<Vec<Row>>::search_read(partner::MODEL, json!([["id", "in", contacts]]), &fields)
        .meaning()
}

/// Those of `users`, and of who has `login`, who are active.
pub fn people(users: Vec<i64>, login: &str) -> Call<Vec<Person>> {
    let domain = json!(["|", ["id", "in", users], ["login", "=", login]]);
    Call::search_read("res.users", domain, &["login", "lang", "tz", "company_ids"])
}

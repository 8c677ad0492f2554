//! The identity of a journal (`x_ucm_journal`): a random text in one record that is made with the journal and lost with it.
//!
//! What the bridge remembers is true of one journal only. A removal with `data=remove` takes the record along, and the next journal gets
//! another one; `data=keep` keeps it with the calls, and so do an upgrade and a backup. Of a database that was copied, the copy has the
//! same one in another place.

use serde::Deserialize;
use serde_json::json;

use super::{Call, call};

/// Model of the record.
pub const MODEL: &str = "x_ucm_journal";

/// The record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Identity {
    /// The identity.
    #[serde(rename = "x_identity", deserialize_with = "call::text")]
    pub identity: String,
}

/// Asks for the identity.
pub fn find() -> Call<Vec<Identity>> {
    let domain = json!([["x_name", "=", NAME]]);
    Call::search_read(MODEL, domain, &["x_identity"])
}

/// Gives a journal that has none this identity. A unique index lets one of two who do so at once be the first.
pub fn make(identity: &str) -> Call<Vec<i64>> {
    Call::create(
        MODEL,
        vec![json!({ "x_name": NAME, "x_identity": identity })],
    )
}

/// An identity of two numbers that nobody else has.
pub fn new(first: u64, second: u64) -> String {
    format!("{first:016x}{second:016x}")
}

/// Name of the one record.
const NAME: &str = "journal";

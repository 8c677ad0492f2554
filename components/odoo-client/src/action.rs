//! Programs that the data module brings: what has to happen within one transaction of Odoo, and no client can do from outside.

use serde::Deserialize;
use serde_json::json;

use super::{Call, call, journal};

/// Model of server actions.
pub const MODEL: &str = "ir.actions.server";

/// A server action about calls.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Action {
    /// Database id.
    pub id: i64,
    /// Its external id, such as `ucm_odoo.action_say`.
    #[serde(rename = "xml_id", deserialize_with = "call::text")]
    pub name: String,
}

/// The server actions about calls, a handful: an ordinary user can search for no external id, but read it.
pub fn of_calls() -> Call<Vec<Action>> {
    let domain = json!([["model_name", "=", journal::MODEL]]);
    Call::search_read(MODEL, domain, &["xml_id"])
}

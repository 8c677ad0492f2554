//! A word in the open Odoo of somebody: the data module has an action that says it, for Odoo lets no client do so itself.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, call, journal};

/// Model of server actions.
pub const MODEL: &str = "ir.actions.server";

/// The action that says notices.
pub const ACTION: &str = "ucm_odoo.action_say";

/// A notice to one user about calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The calls that it is about: each is told once.
    pub calls: Vec<i64>,
    /// Id of the user.
    pub user: i64,
    /// Heading.
    pub title: String,
    /// Text.
    pub message: String,
}

/// A server action about calls.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Action {
    id: i64,
    /// Its external id, such as `ucm_odoo.action_say`.
    #[serde(deserialize_with = "call::text")]
    xml_id: String,
}

impl Action {
    /// Database id.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Whether it is the one that says notices.
    pub fn says(&self) -> bool {
        self.xml_id == ACTION
    }
}

/// The server actions about calls, a handful: an ordinary user can search for no external id, but read it.
pub fn actions() -> Call<Vec<Action>> {
    let domain = json!([["model_name", "=", journal::MODEL]]);
    Call::search_read(MODEL, domain, &["xml_id"])
}

/// Says all `notices`. In one transaction with saying it Odoo marks the calls, and leaves those out that are marked: whoever asks twice, or two
/// at once, are heard once.
pub fn say(action: i64, notices: &[Notice]) -> Call<Value> {
    let notices: Vec<Value> = notices
        .iter()
        .map(|notice| {
            json!({ "calls": notice.calls, "user": notice.user, "title": notice.title, "message": notice.message })
        })
        .collect();
    Call::method(MODEL, "run", Some(vec![action]), vec![]).context("x_ucm_notices", notices)
}

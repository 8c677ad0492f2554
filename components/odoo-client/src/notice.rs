//! A word in the open Odoo of somebody: the data module has an action that says it, for Odoo lets no client do so itself.

use serde_json::{Value, json};

use super::{Call, action};

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

/// Says all `notices`. In one transaction with saying it Odoo marks the calls, and leaves those out that are marked: whoever asks twice, or two
/// at once, are heard once.
pub fn say(action_id: i64, notices: &[Notice]) -> Call<Value> {
    let notices: Vec<Value> = notices
        .iter()
        .map(|notice| {
            json!({ "calls": notice.calls, "user": notice.user, "title": notice.title, "message": notice.message })
        })
        .collect();
    Call::method(action::MODEL, "run", Some(vec![action_id]), vec![])
        .context("x_ucm_notices", notices)
}

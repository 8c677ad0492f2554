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

/// The action that answers who has pressed a button.
pub const ANSWER: &str = "ucm_odoo.action_answer";

/// What came of a button, for who has pressed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Heading.
    pub title: String,
    /// Text.
    pub message: String,
    /// Whether all is well.
    pub is_good: bool,
}

impl Answer {
    /// How Odoo colours it.
    pub(crate) fn kind(&self) -> &'static str {
        if self.is_good { "success" } else { "danger" }
    }
}

/// Says `answer` to a user, who has Odoo open. Whoever is no internal user hears nothing.
pub fn tell(action_id: i64, user: i64, answer: &Answer) -> Call<Value> {
    let answer = json!({ "user": user, "title": answer.title, "message": answer.message, "type": answer.kind() });
    Call::method(action::MODEL, "run", Some(vec![action_id]), vec![])
        .context("x_ucm_answer", answer)
}

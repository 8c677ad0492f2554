//! Changes of rows that are there already, each made only where the row is still as it was read.

use serde::Deserialize;
use serde_json::{Value, json};

use super::UNTRACKED;
use super::existing::Existing;
use crate::{CHANGES, Call, action};

/// The action that makes changes.
pub const ACTION: &str = "ucm_odoo.action_change";

/// New values for one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The row as it was read.
    pub row: Existing,
    /// The values that change.
    pub values: Value,
}

/// Database ids of the rows that were not changed: somebody else was there first, or they are gone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Overtaken {
    /// The ids.
    pub overtaken: Vec<i64>,
}

/// Makes all `changes` in one transaction, [`super::CREATE_BATCH`] at most, but for rows that are not as they were read any more.
///
/// Two writers who have read the same row would otherwise each write what they know of the call, and the second would take away the legs of
/// the first. A transaction that meets another one on the same row is undone by PostgreSQL and begun anew by Odoo, and then sees what the
/// other has written.
pub fn make(action_id: i64, changes: &[Change]) -> Call<Overtaken> {
    let changes: Vec<Value> = changes
        .iter()
        .map(|Change { row, values }| json!({ "was": row.guard(), "values": values }))
        .collect();
    Call::method(action::MODEL, "run", Some(vec![action_id]), vec![])
        .context(CHANGES, changes)
        .context(UNTRACKED, true)
}

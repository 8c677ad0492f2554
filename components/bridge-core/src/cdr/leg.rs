//! One leg: a row of the CDR, read once and kept in a form that can be merged.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

/// A record as it came: field name to text. The same whether the wire had JSON, CSV, XML or a form.
pub type Row = BTreeMap<String, String>;

/// What tells two legs apart. `AcctId` alone restarts every month on some devices.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegKey {
    /// The call's session.
    pub session: String,
    /// Number given when the leg was written.
    pub acct_id: String,
    /// Start of the leg, in the device's local time.
    pub start: NaiveDateTime,
}

/// How the leg ended, in the UCM's words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Disposition {
    /// Somebody or something answered: not necessarily a human.
    Answered,
    /// Nobody answered.
    NoAnswer,
    /// Engaged or rejected.
    Busy,
    /// Could not be put through.
    Failed,
    /// A word that this version of the bridge does not know, kept as it came.
    Other(String),
}

/// What caused the leg: `DIAL`, `VM`, `QUEUE[6500]` ...
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Action {
    /// The word before the bracket.
    pub kind: String,
    /// The feature's number in the bracket, or empty.
    pub feature: String,
}

/// One row of the CDR, reduced to what the bridge uses: SIP addresses and application data are not kept.
///
/// It is stored with its call in Odoo, so that a call seen in part can be completed later; see [`Leg::merge`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Leg {
    /// The call that the leg belongs to.
    pub session: String,
    /// Number given when the leg was written; not unique by itself.
    pub acct_id: String,
    /// Start, in the device's local time.
    pub start: NaiveDateTime,
    // ... (to be completed)
}

/// Why a row is no leg.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LegError {
    /// A field that nothing can be done without is missing or empty.
    #[error("field `{0}` is missing")]
    Missing(&'static str),
    /// A field has a value of another kind.
    #[error("field `{field}` is not {expected}")]
    Invalid {
        /// The field's name.
        field: &'static str,
        /// What was expected.
        expected: &'static str,
    },
}

//! A call of the journal, as far as following it up goes.

use chrono::NaiveDateTime;

use crate::cdr;

/// A call of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Database id.
    pub id: i64,
    /// Key.
    pub key: String,
    /// The outside party's number in E.164.
    pub number: String,
    /// The name that the caller showed.
    pub caller_name: String,
    /// Start, in UTC.
    pub started_at: NaiveDateTime,
    /// Value of `x_direction`.
    pub direction: String,
    /// Value of `x_outcome`.
    pub outcome: String,
    /// The company whose server it was made on; none where that is of none, and everybody sees it.
    pub company: Option<i64>,
    /// Whom the extension belongs to.
    pub user: Option<i64>,
    /// The contact.
    pub contact: Option<(i64, String)>,
    /// Value of `x_match`.
    pub standing: String,
    /// Value of `x_fingerprint`: another one where the bridge has learned more of the call.
    pub fingerprint: String,
}

impl Past {
    /// Whether a human spoke to a human.
    pub fn was_answered(&self) -> bool {
        self.outcome == "answered"
    }

    /// Whether somebody called in vain: also who left a message, or found everybody engaged, or was led on to a number outside.
    pub fn was_missed(&self) -> bool {
        is_in_vain(&self.direction, &self.outcome)
    }

    /// Whether it says something to `company`: the calls of other companies do not, unless they are everybody's.
    pub fn counts_for(&self, company: Option<i64>) -> bool {
        counts_for(self.company, company)
    }

    /// Id of the contact.
    pub fn contact_id(&self) -> Option<i64> {
        self.contact.as_ref().map(|(id, _)| *id)
    }

    /// Who it was, as far as it is known: the contact, or else the name that the caller showed.
    pub fn who(&self) -> Option<&str> {
        let contact = self.contact.as_ref().map(|(_, name)| name.as_str());
        contact
            .filter(|name| name.contains(char::is_alphabetic))
            .or_else(|| self.shown_name())
    }

    /// The name that the caller showed: a number is none, nor is what a network shows in its place.
    pub fn shown_name(&self) -> Option<&str> {
        Some(self.caller_name.as_str()).filter(|name| cdr::is_name(name))
    }
}

/// Whether a call of this direction and outcome, by their values in the journal, was somebody's in vain.
pub fn is_in_vain(direction: &str, outcome: &str) -> bool {
    FROM_OUTSIDE.contains(&direction) && !NOT_IN_VAIN.contains(&outcome)
}

/// Whether the call of one company says something to another: where either is none, it is everybody's.
pub fn counts_for(of: Option<i64>, company: Option<i64>) -> bool {
    of.is_none() || company.is_none() || of == company
}

/// Directions of calls that somebody outside made to the office, or through it.
pub const FROM_OUTSIDE: [&str; 2] = ["inbound", "external"];

/// Outcomes of calls that were not in vain: somebody answered, or nobody was to answer.
pub const NOT_IN_VAIN: [&str; 2] = ["answered", "service"];

//! From legs to Odoo: what a poll, a push and a letter that is tried again have in common.
//!
//! `reading` makes calls of legs, `contacts` finds whose they are, `journal` writes what Odoo does not have yet, and `followup` sees to what they
//! ask for. What a run knows from one page to the next is `known`.

pub(crate) mod contacts;
pub(crate) mod followup;
pub(crate) mod journal;
pub(crate) mod known;
pub(crate) mod reading;

//! How flows reach the two peers: one driver each for the dialogues that the clients hold, and the time that a run has for them.

pub(crate) mod failure;
pub(crate) mod timed;
pub(crate) mod ucm;

mod content;
mod odoo;

pub(crate) use odoo::HASTY;
pub use odoo::Odoo;

//! From call legs to an Odoo journal: what the bridge knows and decides.
//!
//! No networking, no clock, no environment, no Spin: bytes, values and `now` come in, values go out. The outside world is three small
//! traits in [`ports`]; only [`sync`] and [`provision`] await them.
//!
//! The modules are best read as data flows: [`ucm`] reads a UCM's answers as rows, [`cdr`] makes legs of rows and calls of legs, [`phone`]
//! and [`contacts`] say whose number it is, [`odoo`] says how the journal is written, [`push`] lets pushed records in, and [`sync`] is the
//! pipeline that joins them.

pub mod push;

pub mod sync;

pub mod provision;

pub mod recording;

pub mod config;
pub mod link;
pub mod state;

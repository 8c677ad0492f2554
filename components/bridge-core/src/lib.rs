//! From call legs to an Odoo journal: what the bridge knows and decides.
//!
//! No networking, no clock, no environment, no Spin: bytes, values and `now` come in, values go out. The outside world is three small
//! traits in [`ports`]; only [`sync`] and [`provision`] await them.
//!
//! The modules below are listed as data flows: a UCM's answer becomes legs, legs become calls, a call meets its contact, and a batch of
//! calls goes to Odoo in one idempotent write.

pub mod cdr;
pub mod config;
pub mod contacts;
pub mod odoo;
pub mod phone;
pub mod ports;
pub mod secret;
pub mod ucm;

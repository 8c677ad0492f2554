//! What the bridge does: settings, memory, and the flows between a UCM and Odoo.
//!
//! No networking, no clock, no environment, no Spin: bytes, values and `now` come in, values with a meaning go out. The outside world is the
//! traits of [`ports`]; only [`flows`] wait for them. What a person reads is made of the values elsewhere.

pub mod config;

pub mod state;

pub mod link;

pub mod flows;

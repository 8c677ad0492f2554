//! Simulated peers of the bridge: they check what the real ones check, and fail as the real ones fail.

mod broken;
pub mod odoo;
pub mod phones;
mod port;
pub mod proxy;
pub mod ucm;

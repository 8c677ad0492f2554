//! What people see of the bridge in Odoo itself: the status of each server, those that are configured outside, the links of buttons and menus.

pub(crate) mod menu;
pub(crate) mod mirror;
pub(crate) mod status;

pub use status::Action;

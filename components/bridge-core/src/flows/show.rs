//! What people see of the bridge in Odoo itself: the status of each server, those that are configured outside, the links of buttons and menus.

mod answer;
pub(crate) mod menu;
pub(crate) mod mirror;
pub(crate) mod status;

pub use answer::{keep_test, tell};
pub use odoo_client::notice::Answer;
pub use status::Action;

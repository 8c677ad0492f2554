//! The simulated Odoo over the wire, version by version; and, where `ODOO_URL`, `ODOO_DB` and `ODOO_API_KEY` name a real
//! server, the same assertions against that.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails where its server does not do what it must"
)]

mod concurrency;
mod errors;
mod faults;
mod groups;
mod load;
mod modules;
mod phones;
mod rights;
mod speed;
mod target;
mod values;
mod webhooks;

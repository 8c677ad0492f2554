//! What the bridge costs, beside the limit in the same run: `cargo bench --workspace --bench scorecard`.
//!
//! Absolute figures depend on the machine and what else it does; ratios between two measurements of one run say something anywhere. A [`Row`] is
//! one of them, a [`Card`] the table of all. The measuring is in `benches/scorecard`; with `ODOO_URL`, `ODOO_DB`, `ODOO_LOGIN` and `ODOO_API_KEY`
//! set, what an Odoo takes part in is measured against that one, otherwise against the simulated one.

mod card;
mod cpu;
mod row;

pub use card::Card;
pub use cpu::Cpu;
pub use row::{Goal, Row, Unit, Verdict};

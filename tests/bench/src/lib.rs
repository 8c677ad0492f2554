//! What the bridge costs, as ratios against the limit in the same run: `cargo bench -p bench`.
//!
//! Absolute figures depend on the machine and what else it does; ratios between two measurements of one run say something anywhere. The
//! benchmark is `benches/bridge.rs`; with `ODOO_URL`, `ODOO_DB`, `ODOO_LOGIN` and `ODOO_API_KEY` set it measures against that Odoo, otherwise against the simulated one.

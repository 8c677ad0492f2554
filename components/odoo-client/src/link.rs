//! Links to the bridge that people follow from menus (`x_ucm_link`): whoever may read one may open what it leads to.

use serde_json::{Value, json};

use super::Call;

/// Model of the links.
pub const MODEL: &str = "x_ucm_link";

/// Name of the link to the statistics.
pub const STATISTICS: &str = "statistics";

/// Name of the address that Odoo sends hints of orders to.
pub const DIAL: &str = "dial";

/// Asks for the link of that name.
pub fn find(name: &str) -> Call<Vec<Value>> {
    Call::search_read(MODEL, json!([["x_name", "=", name]]), &["x_name"])
}

/// Makes the link of that name.
pub fn create(name: &str, address: &str) -> Call<Vec<i64>> {
    Call::create(MODEL, vec![json!({ "x_name": name, "x_url": address })])
}

/// Renews a link.
pub fn renew(ids: Vec<i64>, address: &str) -> Call<bool> {
    Call::write(MODEL, ids, json!({ "x_url": address }))
}

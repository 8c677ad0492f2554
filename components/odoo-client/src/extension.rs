//! Extensions of the UCMs, and whose phone each is (`x_ucm_extension`).

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use super::{Call, call};

/// Model of the extensions.
pub const MODEL: &str = "x_ucm_extension";

/// That an extension is somebody's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Extension {
    /// Its number.
    #[serde(rename = "x_name", deserialize_with = "call::text")]
    pub number: String,
    /// Whose it is: id of the user.
    #[serde(rename = "x_user_id", deserialize_with = "call::many2one")]
    user: Option<i64>,
    /// The record of its server, if it is not every server's.
    #[serde(rename = "x_server_id", deserialize_with = "call::many2one")]
    server: Option<i64>,
    /// The short name of its server, where that is said instead.
    #[serde(rename = "x_server", deserialize_with = "call::text")]
    named: String,
}

/// All of them.
pub fn all() -> Call<Vec<Extension>> {
    extensions(json!([]))
}

/// Those at a server, with those that are every server's.
pub fn of_server(server: Option<i64>) -> Call<Vec<Extension>> {
    extensions(match server {
        Some(server) => json!([
            "|",
            ["x_server_id", "=", server],
            ["x_server_id", "=", false]
        ]),
        None => json!([["x_server_id", "=", false]]),
    })
}

/// Numbers that are one user's at one place more than once. They count as one wherever extensions are read.
pub fn entered_twice(extensions: &[Extension]) -> BTreeSet<&str> {
    let mut lines = BTreeSet::new();
    let again = extensions.iter().filter(|line| !lines.insert(*line));
    again.map(|line| line.number.as_str()).collect()
}

fn extensions(domain: serde_json::Value) -> Call<Vec<Extension>> {
    let fields = ["x_name", "x_user_id", "x_server_id", "x_server"];
    Call::search_read(MODEL, domain, &fields)
}

//! What the device was asked, for tests to look at.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::query::Params;

/// One request, as the device understood it.
#[derive(Debug, Clone)]
pub struct Request {
    /// When, by the true time.
    pub at: DateTime<Utc>,
    /// HTTP method.
    pub method: String,
    /// Path, without the query.
    pub path: String,
    /// The action of `POST /api`; for anything else the path.
    pub action: String,
    /// What was asked, without cookies, tokens and passwords.
    pub params: Params,
    /// Names of the headers, in lower case.
    pub headers: Vec<String>,
    /// HTTP status of the answer; `None` when there was none.
    pub http_status: Option<u16>,
    /// `status` in the answer's JSON, where it has one.
    pub app_status: Option<i64>,
    /// Whether a fault struck.
    pub is_struck: bool,
}

impl Request {
    /// The value of a parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        super::query::value(&self.params, name)
    }
}

/// How often each action was asked for.
pub fn count_by_action(requests: &[Request]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for request in requests {
        *counts.entry(request.action.clone()).or_default() += 1;
    }
    counts
}

/// Names that the log leaves out.
pub(crate) const SECRETS: [&str; 4] = ["cookie", "token", "password", "action"];

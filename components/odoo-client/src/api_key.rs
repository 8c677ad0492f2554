//! API keys of the bridge's user (`res.users.apikeys`): when they end. From 18 on they do, unless an administrator's was made to last.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, DATETIME};

/// One of the user's keys. Which of them the bridge uses, Odoo tells nobody.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ApiKey {
    expiration_date: Value,
}

impl ApiKey {
    /// When it ends; nothing for one that lasts.
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        let text = self.expiration_date.as_str()?;
        let expires = NaiveDateTime::parse_from_str(text, DATETIME).ok()?;
        Some(expires.and_utc())
    }
}

/// The keys of the user `login` that open the external API and have not ended at `now`. Only from 18 on: see
/// [`Version::keys_expire`](super::Version::keys_expire).
pub fn of_user(login: &str, now: DateTime<Utc>) -> Call<Vec<ApiKey>> {
    let domain = json!([
        ["user_id.login", "=", login],
        ["scope", "in", ["rpc", false]],
        "|",
        ["expiration_date", "=", false],
        ["expiration_date", ">", now.format(DATETIME).to_string()]
    ]);
    Call::search_read("res.users.apikeys", domain, &["expiration_date"])
}

/// When the first of `keys` ends.
pub fn first_end(keys: &[ApiKey]) -> Option<DateTime<Utc>> {
    keys.iter().filter_map(ApiKey::expires_at).min()
}

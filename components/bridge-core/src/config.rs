//! The settings of the bridge, read once, every fault reported together.

use std::time::Duration;

use chrono_tz::Tz;
use serde::Deserialize;

use crate::secret::Secret;

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// The HTTPS API (`POST /api`, port 8089): UCM63xx, CloudUCM, recent UCM62xx.
    #[default]
    Action,
    /// The legacy API with digest authentication (port 8443): UCM61xx, UCM62xx.
    Legacy,
    /// The REST face that gateways in front of a UCM offer.
    Rest,
}

/// One UCM.
#[derive(Debug, Clone)]
pub struct Server {
    /// Short name, part of every call's identity: never change it.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// `https://host:port`, without a path.
    pub base: url::Url,
    /// How the server is spoken to.
    pub dialect: Dialect,
    /// API user.
    pub username: String,
    /// API password.
    pub password: Secret,
    /// Country that national numbers are read in.
    pub country: phonenumber::country::Id,
    /// Time zone of the device; required where the dialect's records carry no epoch.
    pub time_zone: Option<Tz>,
    /// Time between two polls.
    pub interval: Duration,
    /// History to fetch at the first synchronisation.
    pub history: Duration,
    /// How far behind the cursor every poll reads again: at least the longest call.
    pub look_back: Duration,
    /// Whether unknown numbers become contacts.
    pub create_contacts: bool,
    /// Numbers (E.164) or prefixes (ending in `*`) that never become contacts.
    pub excluded: Vec<String>,
}

/// Where Odoo is.
#[derive(Debug, Clone)]
pub struct OdooServer {
    /// `https://host`, without a path.
    pub base: url::Url,
    /// Database name.
    pub database: String,
    /// Login of the key's user; JSON-RPC (Odoo 17 and 18) needs it.
    pub login: String,
    /// API key.
    pub api_key: Secret,
}

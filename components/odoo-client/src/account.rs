//! Which Odoo is spoken to, and as whom.

use ports::Secret;

/// Where Odoo is, and who the bridge is there.
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

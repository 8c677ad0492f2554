//! Who the client is, at which address.

use sha2::{Digest, Sha256};
use url::Url;

use super::{Misconfigured, UcmError};
use ports::Secret;

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
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

/// Address and account of one server.
#[derive(Debug, Clone)]
pub struct Account {
    /// `https://host:port`, without a path.
    pub base: Url,
    /// How the server is spoken to.
    pub dialect: Dialect,
    /// API user.
    pub username: String,
    /// API password.
    pub password: Secret,
}

impl Account {
    /// The address of `path` with `query`, each parameter a name and a value.
    ///
    /// The query is written as the manual shows it, colons and all, with `%20` for a space: `+` stands for itself in these APIs.
    pub(super) fn url(&self, path: &str, query: &[(&str, String)]) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        let pairs: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        url.set_query((!pairs.is_empty()).then(|| pairs.join("&")).as_deref());
        url
    }
}

/// A value of a query in which nothing stands for anything but itself: names of recordings hold `#` and `+`.
pub(super) fn encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// Builds a request for `url`.
///
/// # Errors
/// [`Misconfigured::Address`] when the address or a header cannot be sent.
pub(super) fn build(
    request: http::request::Builder,
    url: &Url,
    body: Vec<u8>,
) -> Result<http::Request<Vec<u8>>, UcmError> {
    request
        .uri(url.as_str())
        .body(body)
        .map_err(|_| Misconfigured::Address.into())
}

/// A header value that does not print.
///
/// # Errors
/// [`Misconfigured::Address`] when the value cannot be sent as a header.
pub(super) fn secret_header(value: &str) -> Result<http::HeaderValue, UcmError> {
    let mut header = http::HeaderValue::from_str(value).map_err(|_| Misconfigured::Address)?;
    header.set_sensitive(true);
    Ok(header)
}

/// What ties a saved state to the settings that it was learned under: address, dialect and user by a long hash, the password by only 16 bits
/// of one. That tells a changed password from an unchanged one, and tells nobody who reads the store what the password is.
pub(super) fn fingerprint(account: &Account) -> String {
    let dialect: &[u8] = match account.dialect {
        Dialect::Action => b"action",
        Dialect::Legacy => b"legacy",
        Dialect::Rest => b"rest",
    };
    let place = hash(&[
        account.base.as_str().as_bytes(),
        dialect,
        account.username.as_bytes(),
    ]);
    let password = hash(&[&place, account.password.expose().as_bytes()]);
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    format!("{}-{}", hex(&place[..16]), hex(&password[..2]))
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

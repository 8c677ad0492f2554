//! Links and secrets as the bridge's documentation has them, made here without its code.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono_clock::{DateTime, Utc};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// The query of a link that opens `scope` for `parts` until `ends`.
pub fn signed(secret: &str, scope: &str, parts: &[&str], ends: DateTime<Utc>) -> String {
    let ends = ends.timestamp();
    let head = [b"ucm-odoo link 1".as_slice(), &ends.to_be_bytes()].concat();
    let signature = mac(secret, &head, scope, parts);
    let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
    format!("expires={ends}&signature={signature}")
}

/// The secret of `scope` for `parts`, which is made of `link_secret` and kept nowhere.
pub fn derived(secret: &str, scope: &str, parts: &[&str]) -> String {
    let mac = mac(secret, b"ucm-odoo secret 1", scope, parts);
    BASE64_URL_SAFE_NO_PAD.encode(&mac[..18])
}

fn mac(secret: &str, head: &[u8], scope: &str, parts: &[&str]) -> Vec<u8> {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return Vec::new();
    };
    mac.update(head);
    for part in std::iter::once(&scope).chain(parts) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().to_vec()
}

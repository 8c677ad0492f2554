//! Links as capabilities: whoever holds one may do what it says, until it expires.
//!
//! A link names what it is for (`scope`), whom or what it is about (`parts`) and when it ends, and carries an HMAC-SHA256 (RFC 2104) over all
//! of it. Changing any of them makes another link, which nobody but the bridge can sign.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use url::Url;

use ports::Secret;

/// What a link allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link<'a> {
    /// What it is for, such as `sync`: a link of one scope opens no other.
    pub scope: &'a str,
    /// Whom or what it is about, in an order that belongs to the scope.
    pub parts: &'a [&'a str],
    /// The first moment at which it is no longer valid, in whole seconds.
    pub expires: DateTime<Utc>,
}

/// Secrets that sign links: the present one, and the one before, which is still accepted while links are renewed.
#[derive(Debug, Clone)]
pub struct Keys {
    current: Secret,
    previous: Secret,
}

/// Why a link opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// No secret is configured: nothing is open.
    #[error("no link is accepted because `link_secret` is not set")]
    NotConfigured,
    /// The signature is not the bridge's, or is not of this link.
    #[error("the link is not one that the bridge has made")]
    Forbidden,
    /// It was good once.
    #[error("the link has expired")]
    Expired,
}

impl Keys {
    /// Keys of the configured secrets; an empty one signs and opens nothing.
    pub fn new(current: Secret, previous: Secret) -> Self {
        Self { current, previous }
    }

    /// The secrets that are set, the one that signs first.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        [&self.current, &self.previous]
            .into_iter()
            .filter(|secret| !secret.is_empty())
    }

    /// The secret that signs, alone: whether a link has to be renewed before the one before is given up.
    pub(crate) fn without_previous(&self) -> Self {
        Self::new(self.current.clone(), Secret::new(""))
    }

    /// Whether links can be signed.
    pub fn can_sign(&self) -> bool {
        !self.current.is_empty()
    }

    /// Whether a secret is set that could be found by trying.
    pub fn is_weak(&self) -> bool {
        let weak = |key: &Secret| !key.is_empty() && key.expose().len() < LEAST_BYTES;
        weak(&self.current) || weak(&self.previous)
    }
}

/// A secret that is made and not kept: whoever has it may do what its scope says, until one of its parts changes.
///
/// It is for devices that cannot renew a link, such as a telephone with an address in its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Derived<'a> {
    /// What it is for: a secret of one scope opens no other.
    pub scope: &'a str,
    /// Whom or what it is about, in an order that belongs to the scope.
    pub parts: &'a [&'a str],
}

impl Derived<'_> {
    /// The secret: 144 bits, in characters that stand for themselves in an address.
    ///
    /// # Errors
    /// [`LinkError::NotConfigured`] without a secret to make it of.
    pub fn secret(&self, keys: &Keys) -> Result<String, LinkError> {
        let mac = self.mac(&keys.current).ok_or(LinkError::NotConfigured)?;
        let bytes = mac.finalize().into_bytes();
        Ok(BASE64_URL_SAFE_NO_PAD.encode(&bytes[..DERIVED_BYTES]))
    }

    /// Checks `candidate`, in constant time.
    ///
    /// # Errors
    /// [`LinkError::Forbidden`] where it is another one, [`LinkError::NotConfigured`] without a secret to make it of.
    pub fn verify(&self, keys: &Keys, candidate: &str) -> Result<(), LinkError> {
        if !keys.can_sign() {
            return Err(LinkError::NotConfigured);
        }
        let candidate = BASE64_URL_SAFE_NO_PAD.decode(candidate);
        let candidate = candidate.ok().filter(|bytes| bytes.len() == DERIVED_BYTES);
        let candidate = candidate.ok_or(LinkError::Forbidden)?;
        let is_good = [&keys.current, &keys.previous]
            .into_iter()
            .filter_map(|key| self.mac(key))
            .fold(false, |good, mac| {
                good | mac.verify_truncated_left(&candidate).is_ok()
            });
        is_good.then_some(()).ok_or(LinkError::Forbidden)
    }

    fn mac(&self, key: &Secret) -> Option<Hmac<Sha256>> {
        let parts = std::iter::once(&self.scope).chain(self.parts);
        mac(key, DERIVED_VERSION, parts)
    }
}

impl Link<'_> {
    /// The signature, for the address.
    ///
    /// # Errors
    /// [`LinkError::NotConfigured`] without a secret.
    pub fn sign(&self, keys: &Keys) -> Result<String, LinkError> {
        let mac = self.mac(&keys.current).ok_or(LinkError::NotConfigured)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// The address `url` with the end and the signature behind its query; nothing where nothing signs.
    pub(crate) fn seal(&self, mut url: Url, keys: &Keys) -> Option<String> {
        let signature = self.sign(keys).ok()?;
        url.query_pairs_mut()
            .append_pair("expires", &self.expires.timestamp().to_string())
            .append_pair("signature", &signature);
        Some(url.into())
    }

    /// Checks `signature`, in constant time, and then whether the link still holds at `now`.
    ///
    /// # Errors
    /// [`LinkError`]. A link that is expired *and* forged is forbidden.
    pub fn verify(
        &self,
        keys: &Keys,
        signature: &str,
        now: DateTime<Utc>,
    ) -> Result<(), LinkError> {
        if !keys.can_sign() {
            return Err(LinkError::NotConfigured);
        }
        let signature = BASE64_URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| LinkError::Forbidden)?;
        let is_good = [&keys.current, &keys.previous]
            .into_iter()
            .filter_map(|key| self.mac(key))
            .any(|mac| mac.verify_slice(&signature).is_ok());
        match is_good {
            false => Err(LinkError::Forbidden),
            true if now >= self.expires => Err(LinkError::Expired),
            true => Ok(()),
        }
    }

    fn mac(&self, key: &Secret) -> Option<Hmac<Sha256>> {
        let end = self.expires.timestamp().to_be_bytes();
        let version = [VERSION, &end].concat();
        mac(
            key,
            &version,
            std::iter::once(&self.scope).chain(self.parts),
        )
    }
}

/// Every part with its length before it, so that no two links are the same bytes.
fn mac<'p>(
    key: &Secret,
    head: &[u8],
    parts: impl Iterator<Item = &'p &'p str>,
) -> Option<Hmac<Sha256>> {
    if key.is_empty() {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).ok()?;
    mac.update(head);
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    Some(mac)
}

/// What the signature covers, and in which order.
const VERSION: &[u8] = b"ucm-odoo link 1";

/// The same of a derived secret.
const DERIVED_VERSION: &[u8] = b"ucm-odoo secret 1";

/// Bytes of a derived secret: 144 bits are not to be guessed, and their 24 characters fit into the field of every telephone.
const DERIVED_BYTES: usize = 18;

/// Shortest secret accepted, in bytes: 16 random ones in hexadecimal.
pub(crate) const LEAST_BYTES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(current: &str, previous: &str) -> Keys {
        Keys::new(Secret::new(current), Secret::new(previous))
    }

    fn at(secs: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(secs, 0).unwrap()
    }

    const PARIS: Link<'static> = Link {
        scope: "sync",
        parts: &["paris"],
        expires: DateTime::from_timestamp(1_000, 0).unwrap(),
    };

    #[test]
    fn a_link_opens_what_it_names_and_nothing_else() {
        let keys = keys("a-secret-of-some-length", "");
        let signature = PARIS.sign(&keys).unwrap();
        assert_eq!(PARIS.verify(&keys, &signature, at(999)), Ok(()));
        for other in [
            Link {
                scope: "test",
                ..PARIS
            },
            Link {
                parts: &["lyon"],
                ..PARIS
            },
            Link {
                parts: &["par", "is"],
                ..PARIS
            },
            Link {
                expires: at(2_000),
                ..PARIS
            },
        ] {
            assert_eq!(
                other.verify(&keys, &signature, at(999)),
                Err(LinkError::Forbidden),
                "{other:?}"
            );
        }
    }

    #[test]
    fn it_ends_at_its_moment_and_a_forged_one_is_forbidden_even_then() {
        let keys = keys("a-secret-of-some-length", "");
        let signature = PARIS.sign(&keys).unwrap();
        assert_eq!(
            PARIS.verify(&keys, &signature, at(1_000)),
            Err(LinkError::Expired)
        );
        assert_eq!(
            PARIS.verify(&keys, "AAAA", at(1_000)),
            Err(LinkError::Forbidden)
        );
        assert_eq!(
            PARIS.verify(&keys, "no base64!", at(1)),
            Err(LinkError::Forbidden)
        );
    }

    #[test]
    fn a_secret_is_changed_without_breaking_links_and_none_opens_nothing() {
        let signature = PARIS.sign(&keys("the-old-secret-of-links", "")).unwrap();
        let rotated = keys("the-new-secret-of-links", "the-old-secret-of-links");
        assert_eq!(PARIS.verify(&rotated, &signature, at(1)), Ok(()));
        let later = keys("the-new-secret-of-links", "");
        assert_eq!(
            PARIS.verify(&later, &signature, at(1)),
            Err(LinkError::Forbidden)
        );
        assert_eq!(
            PARIS.verify(&keys("", ""), &signature, at(1)),
            Err(LinkError::NotConfigured)
        );
        assert_eq!(PARIS.sign(&keys("", "")), Err(LinkError::NotConfigured));
    }

    #[test]
    fn a_derived_secret_opens_its_scope_and_parts_alone() {
        let of = |scope, parts| Derived { scope, parts };
        let keys = keys("a-secret-of-some-length", "");
        let ring = of("ring", &["paris", "0"]);
        let secret = ring.secret(&keys).unwrap();
        assert_eq!(secret.len(), 24);
        assert_eq!(ring.verify(&keys, &secret), Ok(()));
        let others: [(&str, &[&str]); 4] = [
            ("phonebook", &["paris", "0"]),
            ("ring", &["paris", "1"]),
            ("ring", &["lyon", "0"]),
            ("ring", &["paris0", ""]),
        ];
        for (scope, parts) in others {
            let other = of(scope, parts).verify(&keys, &secret);
            assert_eq!(other, Err(LinkError::Forbidden), "{scope} {parts:?}");
        }
        for candidate in ["", "AAAA", &secret[..22], "no base64 at all"] {
            assert_eq!(ring.verify(&keys, candidate), Err(LinkError::Forbidden));
        }
    }

    #[test]
    fn a_derived_secret_outlives_one_change_of_what_it_is_made_of() {
        let ring = Derived {
            scope: "ring",
            parts: &["paris", "0"],
        };
        let secret = ring.secret(&keys("the-old-secret-of-links", "")).unwrap();
        let check = |current, previous| ring.verify(&keys(current, previous), &secret);
        assert_eq!(
            check("the-new-secret-of-links", "the-old-secret-of-links"),
            Ok(())
        );
        assert_eq!(
            check("the-new-secret-of-links", ""),
            Err(LinkError::Forbidden)
        );
        assert_eq!(
            check("", "the-old-secret-of-links"),
            Err(LinkError::NotConfigured)
        );
    }

    #[test]
    fn a_secret_that_can_be_tried_out_is_weak() {
        assert!(keys("short", "").is_weak());
        assert!(!keys("", "").is_weak() && !keys("0123456789abcdef", "").is_weak());
    }
}

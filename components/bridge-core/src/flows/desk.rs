//! The desk phones: who may call in, and by which addresses.
//!
//! A telephone can neither log in nor renew a link, so each server has a secret for each door, which is made of the bridge's own
//! ([`Derived`]) and kept nowhere. With another generation of the server's phones all of them are others.

pub mod ring;

use core::net::IpAddr;

use crate::config::{Links, Server};
use crate::link::{Derived, Keys, LinkError};

/// A door that phones come to; the secret of one opens no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// What happens at a phone.
    Ring,
    /// The phonebook.
    Phonebook,
}

impl Door {
    /// The first part of its addresses, and the scope of its secrets.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ring => "ring",
            Self::Phonebook => "phonebook",
        }
    }

    /// The secret of `server` at this door.
    ///
    /// # Errors
    /// [`LinkError::NotConfigured`] where nothing signs.
    pub fn secret(self, server: &Server, keys: &Keys) -> Result<String, LinkError> {
        self.derived(server, |derived| derived.secret(keys))
    }

    /// The address of `server` at this door, `https://host/ring/<server>/<secret>`; none where phones cannot reach the bridge, or nothing signs.
    pub fn address(self, server: &Server, links: &Links) -> Option<url::Url> {
        let secret = self.secret(server, &links.keys).ok()?;
        let mut url = links.base.clone()?;
        url.set_path(&format!("/{}/{}/{secret}", self.name(), server.id));
        Some(url)
    }

    fn derived<T>(self, server: &Server, use_it: impl FnOnce(Derived<'_>) -> T) -> T {
        let generation = server.phones.generation.to_string();
        use_it(Derived {
            scope: self.name(),
            parts: &[&server.id, &generation],
        })
    }
}

/// A phone at a door.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    /// Id of the server that it names.
    pub server: &'a str,
    /// The secret that it shows.
    pub secret: &'a str,
    /// Where the connection comes from, as the host says; never from a header that a client could write.
    pub source: Option<IpAddr>,
}

impl<'a> Visitor<'a> {
    /// The visitor of `/<door>/<server>/<secret>`.
    pub fn of_path(path: &'a str, source: Option<IpAddr>) -> Self {
        let mut parts = path.trim_start_matches('/').split('/').skip(1);
        let mut next = || parts.next().unwrap_or_default();
        let (server, secret) = (next(), next());
        Self {
            server,
            secret,
            source,
        }
    }
}

/// Why a phone is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The address names no server that there is.
    #[error("there is no server of that id: the address is /<door>/<server>/<secret>")]
    NoSuchServer,
    /// Nothing signs, so no secret opens anything.
    #[error("no phone is let in because `link_secret` is not set")]
    NotConfigured,
    /// Not from where the connection comes from.
    #[error(
        "the connection does not come from an address that this server's phones may call in from"
    )]
    Foreign,
    /// It shows another secret.
    #[error("the address has another secret than the server's")]
    OtherSecret,
}

/// Finds the server whose phone is at the door, and whether it may come in. Whoever shows another secret is not counted: a refusal costs neither the
/// store nor the log anything, and no number of tries finds one of 144 bits.
///
/// # Errors
/// [`Refusal`] when there is no such server, or it may not from there or not with that secret.
pub fn admit<'c>(
    keys: &Keys,
    servers: &'c [Server],
    door: Door,
    visitor: &Visitor<'_>,
) -> Result<&'c Server, Refusal> {
    if !keys.can_sign() {
        return Err(Refusal::NotConfigured);
    }
    let server = servers
        .iter()
        .find(|server| server.id == visitor.server)
        .ok_or(Refusal::NoSuchServer)?;
    if !server.phones.admit_source(visitor.source) {
        return Err(Refusal::Foreign);
    }
    match door.derived(server, |derived| derived.verify(keys, visitor.secret)) {
        Ok(()) => Ok(server),
        Err(_) => Err(Refusal::OtherSecret),
    }
}

#[cfg(test)]
mod tests {
    use super::Visitor;

    #[test]
    fn an_address_has_its_parts() {
        let of = |path| {
            let visitor = Visitor::of_path(path, None);
            (visitor.server, visitor.secret)
        };
        assert_eq!(of("/ring/paris/s3cret"), ("paris", "s3cret"));
        assert_eq!(of("/ring/paris"), ("paris", ""));
        assert_eq!(of("/ring"), ("", ""));
    }
}

//! The address that a listener comes with: nothing of it is taken for granted.

use chrono::{DateTime, Utc};

use super::Ticket;
use super::ticket::SCOPE;
use crate::link::{Keys, Link, LinkError};

/// The address that a listener comes with, as far as it can be one of the bridge's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address<'a> {
    /// The server's id.
    pub server: &'a str,
    sealed: &'a str,
    expires: DateTime<Utc>,
    signature: &'a str,
}

impl<'a> Address<'a> {
    /// Reads `path`, what follows the route's name, and `query`. Nothing in a genuine link is encoded, long or there twice: whatever is not
    /// exactly in its form is none.
    pub fn parse(path: &'a str, query: &'a str) -> Option<Self> {
        let (server, sealed) = path.split_once('/')?;
        let mut expires = None;
        let mut signature = None;
        for pair in query.split('&').filter(|pair| *pair != DOWNLOAD) {
            match pair.split_once('=')? {
                ("expires", value) if expires.is_none() => expires = Some(value),
                ("signature", value) if signature.is_none() => signature = Some(value),
                _ => return None,
            }
        }
        let (expires, signature) = (expires?, signature?);
        let is_plain = |text: &str| {
            !text.is_empty()
                && text.len() <= MOST_CHARS
                && text
                    .bytes()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
        };
        let expires: i64 = expires.parse().ok().filter(|_| is_plain(expires))?;
        (is_plain(server) && is_plain(sealed) && is_plain(signature)).then_some(Self {
            server,
            sealed,
            expires: DateTime::from_timestamp(expires, 0)?,
            signature,
        })
    }

    /// What the link opened, if the bridge has made it, whether it still holds or not.
    pub fn once(&self, keys: &Keys) -> Option<Ticket> {
        self.admit(keys, DateTime::UNIX_EPOCH).ok()
    }

    /// What the link opens, if the bridge has made it and it still holds at `now`.
    ///
    /// # Errors
    /// [`LinkError`].
    pub fn admit(&self, keys: &Keys, now: DateTime<Utc>) -> Result<Ticket, LinkError> {
        let link = Link {
            scope: SCOPE,
            parts: &[self.server, self.sealed],
            expires: self.expires,
        };
        link.verify(keys, self.signature, now)?;
        Ticket::unseal(keys, self.server, self.sealed).ok_or(LinkError::Forbidden)
    }

    /// The first moment at which the link is no longer valid.
    pub fn expires(&self) -> DateTime<Utc> {
        self.expires
    }

    /// The same link to the audio itself, from the root of the host.
    pub fn audio_path(&self) -> String {
        let Self {
            server,
            sealed,
            expires,
            signature,
        } = self;
        let expires = expires.timestamp();
        format!("/recordings/{server}/{sealed}?expires={expires}&signature={signature}")
    }
}

/// Whether `query` asks for a file to keep.
pub(super) fn wants_download(query: &str) -> bool {
    query.split('&').any(|pair| pair == DOWNLOAD)
}

/// The one parameter that is not signed: it changes only whether the browser shows or keeps what it gets.
const DOWNLOAD: &str = "download=1";

/// Longest part of a link, in characters: a ticket with the longest names stays below half of it.
const MOST_CHARS: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_form_of_a_link_is_read() {
        let good = ("paris/AAAA", "expires=1&signature=BBBB");
        assert!(Address::parse(good.0, good.1).is_some());
        assert!(Address::parse(good.0, "expires=1&signature=BBBB&download=1").is_some());
        let long = format!("paris/{}", "A".repeat(MOST_CHARS + 1));
        for (path, query) in [
            ("paris", good.1),
            ("paris/", good.1),
            ("paris/AA/AA", good.1),
            ("paris/../AAAA", good.1),
            ("paris/..%2fAAAA", good.1),
            ("pa%0d%0aris/AAAA", good.1),
            (long.as_str(), good.1),
            (good.0, ""),
            (good.0, "expires=1"),
            (good.0, "expires=-x&signature=BBBB"),
            (good.0, "expires=1&expires=2&signature=BBBB"),
            (good.0, "expires=1&signature=BB%0ABB"),
            (good.0, "expires=1&signature=BBBB&file=../../etc/passwd"),
        ] {
            assert_eq!(Address::parse(path, query), None, "{path} {query}");
        }
    }
}

//! A phone fetches the book: from the store alone, and nothing but a few bytes where it has it already.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, TimeDelta};

use crate::config::Server;
use crate::state::phonebook::{Book, Head};
use crate::state::{Journal, Place};
use ports::{KeyValue, StoreError};

/// What a phone shows to be let in: the id of a server, and a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Id of the server.
    pub server: String,
    /// The secret.
    pub secret: String,
    /// Whether it has shown them by credentials.
    pub by_credentials: bool,
}

/// Why the address and the credentials of a request show nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NothingShown {
    /// The address leads to no phonebook.
    #[error("a phonebook is at /phonebook/<server>/<secret>/phonebook.xml")]
    NoBook,
    /// The address has no secret, so that credentials are asked for.
    #[error("the address has no secret, and the request no credentials of this server")]
    NoCredentials,
}

/// Reads what a phone shows: by its address, or, where that has no secret, by `Basic` credentials, whose user is the server.
///
/// # Errors
/// [`NothingShown`] when it shows nothing.
pub fn shown(path: &str, authorization: Option<&str>) -> Result<Shown, NothingShown> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        [_, server, secret, FILE] => Ok(Shown {
            server: (*server).to_owned(),
            secret: (*secret).to_owned(),
            by_credentials: false,
        }),
        [_, server, FILE] => {
            let of_server = authorization
                .and_then(basic)
                .filter(|(user, _)| user == server);
            let (server, secret) = of_server.ok_or(NothingShown::NoCredentials)?;
            Ok(Shown {
                server,
                secret,
                by_credentials: true,
            })
        }
        _ => Err(NothingShown::NoBook),
    }
}

/// User and password of `Basic` credentials (RFC 7617).
fn basic(authorization: &str) -> Option<(String, String)> {
    let (scheme, value) = authorization.trim().split_once(' ')?;
    let value = Some(value.trim()).filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let pair = String::from_utf8(BASE64_STANDARD.decode(value).ok()?).ok()?;
    let (user, password) = pair.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// A book that can be sent.
#[derive(Debug, Clone)]
pub struct Ready {
    journal: Journal,
    server: String,
    book: Book,
}

/// Why there is no book to be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoBook {
    /// None is wanted.
    #[error("no phonebook is switched on for this server")]
    Off,
    /// None was built yet.
    #[error("the phonebook of this server is not built yet")]
    NotYet,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Finds the book of `server` as it was built last from the Odoo at `place`.
///
/// # Errors
/// [`NoBook`] when there is none.
pub fn find(store: &impl KeyValue, place: Place, server: &Server) -> Result<Ready, NoBook> {
    if server.phonebook.is_none() {
        return Err(NoBook::Off);
    }
    let journal = Journal::last_at(store, place)?;
    let head = Head::load(store, &journal, &server.id)?;
    let book = head.and_then(|head| head.book).ok_or(NoBook::NotYet)?;
    Ok(Ready {
        journal,
        server: server.id.clone(),
        book,
    })
}

impl Ready {
    /// How many bytes it has.
    pub fn bytes(&self) -> usize {
        self.book.bytes
    }

    /// Its entity tag (RFC 9110, section 8.8.3).
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.book.digest)
    }

    /// When it was another, as HTTP writes it.
    pub fn last_modified(&self) -> String {
        self.book.changed_at.format(HTTP_DATE).to_string()
    }

    /// Whether who asks has it already, by its conditions: the entity tag counts before the date (RFC 9110, section 13.1).
    pub fn is_known(&self, if_none_match: Option<&str>, if_modified_since: Option<&str>) -> bool {
        if let Some(tags) = if_none_match {
            let own = self.etag();
            let mut tags = tags.split(',').map(str::trim);
            return tags.any(|tag| tag == "*" || tag.trim_start_matches("W/") == own);
        }
        let since = if_modified_since.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
        since.is_some_and(|since| self.book.changed_at < since + TimeDelta::seconds(1))
    }

    /// Its pieces, one after another.
    pub fn pieces(&self) -> impl Iterator<Item = usize> + use<> {
        0..self.book.pieces()
    }

    /// One of its pieces.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read, or is gone.
    pub fn piece(&self, store: &impl KeyValue, place: usize) -> Result<Vec<u8>, StoreError> {
        let piece = self.book.piece(store, &self.journal, &self.server, place)?;
        piece.ok_or_else(|| StoreError("a piece of the phonebook is gone".to_owned()))
    }
}

/// What phones call the file.
pub(crate) const FILE: &str = "phonebook.xml";
/// RFC 9110, section 5.6.7.
const HTTP_DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, pair: Option<&str>) -> Result<(String, String), NothingShown> {
        let header = pair.map(|pair| format!("Basic {}", BASE64_STANDARD.encode(pair)));
        shown(path, header.as_deref()).map(|shown| (shown.server, shown.secret))
    }

    #[test]
    fn a_phone_shows_its_secret_in_either_way() {
        let expected = Ok(("paris".to_owned(), "s3cret".to_owned()));
        assert_eq!(of("/phonebook/paris/s3cret/phonebook.xml", None), expected);
        assert_eq!(
            of("/phonebook/paris/phonebook.xml", Some("paris:s3cret")),
            expected
        );
    }

    #[test]
    fn whoever_shows_nothing_is_told_what_is_missing() {
        for (path, pair, expected) in [
            (
                "/phonebook/paris/phonebook.xml",
                None,
                NothingShown::NoCredentials,
            ),
            (
                "/phonebook/paris/phonebook.xml",
                Some("lyon:s3cret"),
                NothingShown::NoCredentials,
            ),
            (
                "/phonebook/paris/phonebook.xml",
                Some("no colon"),
                NothingShown::NoCredentials,
            ),
            ("/phonebook/paris/s3cret/", None, NothingShown::NoBook),
            (
                "/phonebook/paris/s3cret/other.xml",
                None,
                NothingShown::NoBook,
            ),
            ("/phonebook", None, NothingShown::NoBook),
        ] {
            assert_eq!(of(path, pair), Err(expected), "{path}");
        }
    }
}

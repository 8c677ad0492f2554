//! Fetching the phonebook, as *Phonebook > Phonebook Management* has a phone do it.

use std::io;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::book::{Book, NotABook};
use super::phone::Phone;
use super::wire::{self, Answer};

/// What is set for the phonebook; P331 is the path.
#[derive(Debug, Clone, Default)]
pub struct BookSettings {
    /// *Phonebook XML Server Path*: host and path without a scheme; the phone puts `/phonebook.xml` behind it.
    pub server_path: String,
    /// *HTTP/HTTPS User Name* and *Password*, for firmware that has them.
    pub credentials: Option<(String, String)>,
}

/// What is remembered of the book that was fetched last.
#[derive(Debug, Clone, Default)]
pub(super) struct Remembered {
    etag: Option<String>,
    last_modified: Option<String>,
    book: Option<Book>,
}

/// What became of a fetch.
#[derive(Debug)]
pub enum Fetched {
    /// A book, which the phone has now.
    New(Answer),
    /// The one that the phone has is still good.
    NotModified(Answer),
    /// Something that is no book; the phone keeps what it has.
    Unreadable(Answer, NotABook),
    /// Another status.
    Refused(Answer),
}

impl Phone {
    /// Fetches the phonebook. Credentials are sent where the server asks for them.
    ///
    /// # Errors
    /// Where the server cannot be reached or answers nothing that is HTTP.
    pub async fn fetch(&mut self, at: SocketAddr, settings: &BookSettings) -> io::Result<Fetched> {
        let mut answer = wire::exchange(at, &self.book_request(settings, false)).await?;
        let asks = answer
            .header("www-authenticate")
            .is_some_and(|challenge| challenge.starts_with("Basic"));
        if answer.status == 401 && asks && settings.credentials.is_some() {
            answer = wire::exchange(at, &self.book_request(settings, true)).await?;
        }
        Ok(self.take(answer))
    }

    /// The book that the phone has.
    pub fn book(&self) -> Option<&Book> {
        self.remembered.book.as_ref()
    }

    fn book_request(&self, settings: &BookSettings, shows_credentials: bool) -> Vec<u8> {
        let path = settings.server_path.trim_end_matches('/');
        let (host, path) = path.split_once('/').unwrap_or((path, ""));
        let agent = self.user_agent();
        let mut head = format!(
            "GET /{path}/phonebook.xml HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\n"
        );
        if let (true, Some((user, password))) = (shows_credentials, &settings.credentials) {
            let pair = STANDARD.encode(format!("{user}:{password}"));
            head += &format!("Authorization: Basic {pair}\r\n");
        }
        if let Some(etag) = &self.remembered.etag {
            head += &format!("If-None-Match: {etag}\r\n");
        }
        if let Some(date) = &self.remembered.last_modified {
            head += &format!("If-Modified-Since: {date}\r\n");
        }
        (head + "Connection: close\r\n\r\n").into_bytes()
    }

    fn take(&mut self, answer: Answer) -> Fetched {
        match answer.status {
            304 => return Fetched::NotModified(answer),
            200 => {}
            _ => return Fetched::Refused(answer),
        }
        match Book::read(&answer.body) {
            Ok(book) => {
                self.remembered = Remembered {
                    etag: answer.header("etag").map(str::to_owned),
                    last_modified: answer.header("last-modified").map(str::to_owned),
                    // What does not fit is dropped without a word.
                    book: Some(book.cut(self.model.capacity())),
                };
                Fetched::New(answer)
            }
            Err(reason) => Fetched::Unreadable(answer, reason),
        }
    }
}

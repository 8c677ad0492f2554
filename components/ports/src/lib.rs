//! The outside world, as the bridge sees it: HTTP, a key-value store, a clock, chance; and the secrets that it is told.

mod secret;

pub use secret::Secret;

use std::time::Duration;

use chrono::{DateTime, Utc};

/// How long one exchange may take, phase by phase. Spin's own default is 600 s each, longer than any caller would wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// From the request sent to the first byte of the answer.
    pub first_byte: Duration,
    /// Between two pieces of the answer's body.
    pub between_bytes: Duration,
}

/// Why no usable answer came. None of these says whether the peer has done the work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The application's own manifest does not allow this host.
    #[error("the application may not reach this host")]
    Denied,
    /// Nothing answered within the time given.
    #[error("no answer in time")]
    TimedOut,
    /// The run's own time was used up, before the answer came or before anything was sent.
    #[error(
        "the time of the run was used up; the next one goes on (where none gets any further, raise `run_budget_secs`)"
    )]
    OutOfTime,
    /// The certificate was not accepted, or TLS could not be agreed on.
    #[error("the secure connection was refused: {0}")]
    Tls(TlsFault),
    /// Name not found, connection refused, reset, or cut in the middle of the answer.
    #[error("the connection failed: {0}")]
    Broken(String),
    /// The answer is larger than anything the peer should send.
    #[error("the answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit that was passed, in bytes.
        limit_bytes: usize,
    },
}

/// Why there was no secure connection, as far as the platform tells. Spin tells nothing but that it was so: what it writes into its own log does
/// not reach its guests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    /// The peer's certificate is not accepted.
    #[error("the certificate is not trusted")]
    Certificate,
    /// The peer has ended the handshake: it has no version, cipher or key exchange in common with the platform. With the number of the alert
    /// (RFC 8446, section 6).
    #[error("no TLS in common: the peer ended the handshake with alert {0}")]
    NothingInCommon(u8),
    /// One of the two; which, is not told.
    #[error("the certificate is not trusted, or there is no TLS in common")]
    Untold,
}

impl TlsFault {
    /// What an alert of the peer means. It cannot mean the peer's own certificate, which only the platform judges.
    pub fn of_alert(alert: Option<u8>) -> Self {
        match alert {
            Some(alert @ (HANDSHAKE_FAILURE | PROTOCOL_VERSION | INSUFFICIENT_SECURITY)) => {
                Self::NothingInCommon(alert)
            }
            _ => Self::Untold,
        }
    }
}

/// Alerts by which a peer says that there is nothing in common (RFC 8446, section 6).
const HANDSHAKE_FAILURE: u8 = 40;
const PROTOCOL_VERSION: u8 = 70;
const INSUFFICIENT_SECURITY: u8 = 71;

/// Sends one request and reads the whole answer. Redirects are not followed.
pub trait Http {
    /// Sends `request` and returns the answer, whatever its status.
    ///
    /// # Errors
    /// [`HttpError`] when no complete answer was received.
    fn send(
        &self,
        request: http::Request<Vec<u8>>,
        timeouts: Timeouts,
    ) -> impl Future<Output = Result<http::Response<Vec<u8>>, HttpError>>;
}

/// Sends one request and hands over the answer as it comes, for answers that are too long to be held. Redirects are not followed.
pub trait Download {
    /// What comes.
    type Body: Pieces;

    /// Sends `request` and returns the answer's head, whatever its status, with the body still to be read. Dropping the body ends the
    /// exchange.
    ///
    /// # Errors
    /// [`HttpError`] when no answer began.
    fn open(
        &self,
        request: http::Request<Vec<u8>>,
        timeouts: Timeouts,
    ) -> impl Future<Output = Result<http::Response<Self::Body>, HttpError>>;
}

/// Sends a body as it comes, for one that is too long to be held, and reads the whole answer. Redirects are not followed.
pub trait Upload {
    /// Sends `head` with a body of `length` bytes, and returns the answer, whatever its status. A body that fails or ends early breaks the
    /// request off, so that the peer does not take it for the whole.
    ///
    /// # Errors
    /// [`HttpError`], the body's own among them, when no complete answer was received.
    fn upload(
        &self,
        head: http::Request<()>,
        length: u64,
        body: &mut impl Pieces,
        timeouts: Timeouts,
    ) -> impl Future<Output = Result<http::Response<Vec<u8>>, HttpError>>;
}

/// Both at once: what copies a file from one peer to another.
pub trait Transfer: Download + Upload {}

impl<T: Download + Upload> Transfer for T {}

/// A body, piece by piece.
pub trait Pieces {
    /// The next piece, never an empty one; nothing at the end.
    ///
    /// # Errors
    /// [`HttpError`] when the peer fell silent or the connection broke.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, HttpError>>;
}

/// The store failed; nothing is known about the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key-value store failed: {0}")]
pub struct StoreError(pub String);

/// A small durable map. No ordering, no expiry, and no compare-and-swap that can be relied on: every writer owns its keys.
pub trait KeyValue {
    /// The value of `key`, if there is one.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;
    /// Sets `key` to `value`.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError>;
    /// Removes `key`; a missing key is no error.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    fn delete(&self, key: &str) -> Result<(), StoreError>;
    /// All keys, in no order.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn keys(&self) -> Result<Vec<String>, StoreError>;
}

/// Time, as an argument that can be asked again after a wait.
pub trait Clock {
    /// The present moment.
    fn now(&self) -> DateTime<Utc>;
    /// Waits.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;

    /// When the time is over that there is; nothing where it does not end. No exchange and no wait goes on beyond it.
    fn end(&self) -> Option<DateTime<Utc>> {
        None
    }

    /// Whether something that takes so long can still be done.
    fn has(&self, time: Duration) -> bool {
        self.end().is_none_or(|end| self.now() + time < end)
    }
}

/// Chance, for what must be unlike anything that anybody else makes.
pub trait Chance {
    /// A number that nobody else has.
    fn unique(&self) -> u64;
}

/// All of them at once: what the pipeline runs on.
pub trait World: Http + KeyValue + Clock + Chance {}

impl<T: Http + KeyValue + Clock + Chance> World for T {}

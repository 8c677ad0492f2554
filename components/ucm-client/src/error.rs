//! Why an operation failed, and what to do about it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use ports::HttpError;

/// Why an operation failed: one variant for each different [`Reaction`].
///
/// The texts are for the person who runs the bridge. They hold no part of an answer, no cookie, no password and no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UcmError {
    /// Nothing usable came, for a reason that may pass.
    #[error("the UCM is unavailable: {0}")]
    Unavailable(Trouble),
    /// The device asks to be left alone for a while, and the wait is longer than this run may take.
    #[error("the UCM is busy or limits how often it is asked: next try after {}", until.format("%H:%M:%S UTC"))]
    Busy {
        /// When to come back.
        until: DateTime<Utc>,
    },
    /// The device refused the account. Another try with the same account could lock it.
    #[error(
        "the UCM refused the account: {0}; the bridge does not try this account again by itself"
    )]
    Credentials(Refusal),
    /// The account may not do this.
    #[error(
        "the API user may not use `{action}`: in the UCM's API configuration, check that the user is enabled and granted this, and that the \
         bridge's IP address is permitted"
    )]
    Permission {
        /// What was asked for.
        action: &'static str,
    },
    /// What answered is not the API, or is not set up to answer.
    #[error("the server's settings do not fit the UCM: {0}")]
    Configuration(#[from] Misconfigured),
    /// An answer that no known UCM gives.
    #[error("the UCM gave an unexpected answer: {0}")]
    Protocol(#[from] Unexpected),
    /// The answer was larger than the limit.
    #[error("the answer to `{action}` is larger than {limit_bytes} bytes: ask for fewer records")]
    TooLarge {
        /// What was asked for.
        action: &'static str,
        /// The limit that was passed, in bytes.
        limit_bytes: usize,
    },
    /// The record that was asked about is not there, or not yet.
    #[error("the UCM has no such record (`{action}`, status {code})")]
    NoSuchItem {
        /// What was asked for.
        action: &'static str,
        /// The UCM's status.
        code: i64,
    },
    /// This dialect, or this firmware, cannot be asked that.
    #[error("this UCM has no `{action}`")]
    Unsupported {
        /// What was asked for.
        action: &'static str,
    },
    /// Something that must not be done twice was asked for, and no answer says whether it was done.
    #[error("whether the UCM has carried out `{action}` is not known: {cause}")]
    Uncertain {
        /// What was asked for.
        action: &'static str,
        /// What came instead of an answer.
        cause: Box<UcmError>,
    },
    /// `poll` was called without an operation.
    #[error("no operation was begun")]
    NothingBegun,
}

/// A failure that may pass by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// No complete answer.
    #[error("{0}")]
    Network(HttpError),
    /// A gateway or an overloaded device.
    #[error("HTTP status {0}")]
    HttpStatus(u16),
    /// A status of the UCM that means "later".
    #[error("`{action}` failed with status {code}")]
    Status {
        /// What was asked for.
        action: &'static str,
        /// The UCM's status.
        code: i64,
    },
    /// The body was empty.
    #[error("`{0}` was answered with an empty body")]
    Empty(&'static str),
    /// The body ends in the middle.
    #[error("the answer to `{0}` is cut off")]
    Truncated(&'static str),
    /// A new session was not accepted either.
    #[error(
        "the session was refused right after signing in: another client may be using the same API user"
    )]
    SessionNotKept,
}

/// How the account was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Wrong name or password (-37, or 401 to a correct digest).
    #[error("wrong user name or password{}{}", attempts(*attempts_left), locked(*locked_secs))]
    WrongPassword {
        /// Attempts left before the device locks the account, where it says so.
        attempts_left: Option<u32>,
        /// Time that the account is locked, in seconds, where the device says so.
        locked_secs: Option<u32>,
    },
    /// Too many failures, of this account or from this address (-68).
    #[error("signing in is restricted after too many failures{}", locked(*locked_secs))]
    Restricted {
        /// Time that the restriction lasts, in seconds, where the device says so.
        locked_secs: Option<u32>,
    },
    /// The account may not sign in (-70).
    #[error("this user may not sign in")]
    Forbidden,
    /// There is no such account (-71).
    #[error("there is no such API user")]
    UnknownUser,
}

/// What about the server's settings, here or in the UCM, has to be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misconfigured {
    /// A page for people instead of the API.
    #[error(
        "a web page answered instead of the API: check host and port (8089 for the HTTPS API, 8443 for the legacy API and for CloudUCM)"
    )]
    WebPage,
    /// A redirect.
    #[error(
        "the address redirects (HTTP status {0}): give the address of the UCM itself, with https and the API's port"
    )]
    Redirect(u16),
    /// The path of the API does not exist there.
    #[error("there is no API at this address (HTTP status {0}): check host, port and dialect")]
    NoApi(u16),
    /// HTTP authentication is demanded where the dialect has none.
    #[error(
        "the address asks for HTTP authentication, as the legacy API does: check port and dialect"
    )]
    WantsHttpAuthentication,
    /// The kind of HTTP authentication is not Digest.
    #[error(
        "the address offers no digest authentication, as the legacy API does: check port and dialect"
    )]
    NoDigest,
    /// The UCM's own API where a gateway was expected.
    #[error("the UCM's own API answered instead of a gateway's: check the dialect")]
    NotAGateway,
    /// The API refuses the first request (-1).
    #[error(
        "the API refused to begin (-1): enable the HTTPS API, check its user name, permit the bridge's IP address, then Apply Changes"
    )]
    ApiOff,
    /// The request cannot even be made.
    #[error("the address cannot be used")]
    Address,
    /// Host and port are not among those that the application may reach.
    #[error(
        "the application may not reach this host and port: let `ucm_hosts` (for port 8443: `ucm_hosts_legacy`) cover them, with scheme and port, such as https://*:8089"
    )]
    HostNotAllowed,
    /// The certificate is not accepted.
    #[error("{0}")]
    Connection(HttpError),
}

/// An answer that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unexpected {
    /// A status that means that the question itself is refused.
    #[error("`{action}` was refused with status {code}")]
    Status {
        /// What was asked for.
        action: &'static str,
        /// The UCM's status.
        code: i64,
    },
    /// An HTTP status that is nowhere described.
    #[error("HTTP status {0}")]
    HttpStatus(u16),
    /// Not a format that was asked for.
    #[error("the answer to `{0}` is not in a known format")]
    Format(&'static str),
    /// JSON with an error in it.
    #[error("the answer to `{action}` is not valid JSON (line {line}, column {column})")]
    Syntax {
        /// What was asked for.
        action: &'static str,
        /// Line of the error.
        line: usize,
        /// Column of the error, in bytes.
        column: usize,
    },
    /// The device calls the question invalid (-1).
    #[error(
        "the UCM calls the parameters of `{0}` invalid (-1): its API may have been switched off, or its firmware is one that the bridge does not know"
    )]
    InvalidParameters(&'static str),
    /// A field that must be there is not.
    #[error("the answer to `{action}` lacks `{field}`")]
    Missing {
        /// What was asked for.
        action: &'static str,
        /// The field.
        field: &'static str,
    },
}

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// Try again at the next run.
    RetryLater,
    /// Do not ask this server before then.
    WaitUntil(DateTime<Utc>),
    /// Hold the server until its settings change or a person asks; see [`super::Client::release`].
    HoldAccount,
    /// Tell people which permission is missing; try again at the next run.
    FixPermission,
    /// Tell people which setting to change; try again at the next run.
    FixConfiguration,
    /// Ask for less: a smaller limit or a narrower window.
    AskForLess,
    /// Leave this and go on.
    SkipRecord,
    /// Report it: a firmware or a gateway that the bridge does not know.
    Report,
}

impl UcmError {
    /// What to do about it.
    pub fn reaction(&self) -> Reaction {
        match self {
            Self::Unavailable(_) => Reaction::RetryLater,
            Self::Busy { until } => Reaction::WaitUntil(*until),
            Self::Credentials(_) => Reaction::HoldAccount,
            Self::Permission { .. } => Reaction::FixPermission,
            Self::Configuration(_) => Reaction::FixConfiguration,
            Self::TooLarge { .. } => Reaction::AskForLess,
            Self::NoSuchItem { .. } | Self::Uncertain { .. } => Reaction::SkipRecord,
            Self::Protocol(_) | Self::Unsupported { .. } | Self::NothingBegun => Reaction::Report,
        }
    }
}

fn attempts(left: Option<u32>) -> String {
    left.map_or_else(String::new, |left| format!(", {left} attempts left"))
}

fn locked(secs: Option<u32>) -> String {
    secs.map_or_else(String::new, |secs| format!(", locked for {secs} s"))
}

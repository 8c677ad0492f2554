//! What Odoo says when it does not do as asked, sorted by what to do about it.
//!
//! JSON-RPC answers 200 whatever happens and gives the exception in the body; JSON-2 gives a status as well. Both name the Python class of
//! the exception, and that name decides: neither the status nor JSON-RPC's `code` does, for they differ between series, and a bad field is
//! a 500. Odoo's words are matched only where they cannot be translated (the ORM's own `ValueError`s, names of models and of indexes).

mod exception;
mod text;

use std::time::Duration;

use http::{Response, StatusCode, header};
use serde_json::Value;

pub use exception::Exception;

use super::call::field_names;
use super::{Call, Version};
use ports::{HttpError, StoreError};

/// What to do after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// Nothing is wrong with what was sent: send it again, later.
    Retry,
    /// Another writer was there first: search again, then decide anew.
    SearchAgain,
    /// Something in these rows cannot be stored: isolate the row and go on without it.
    SkipRow,
    /// Nothing will work until a person has changed something.
    Stop,
}

/// Why a call was not answered as asked.
///
/// `Display` says what happened and what to do, for people, without data of any row; what Odoo said word for word is in
/// [`OdooError::detail`] where it can help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OdooError {
    /// No answer came.
    Http(HttpError),
    /// A proxy, or Odoo itself, says that it is not there at the moment.
    Unavailable {
        /// The status.
        status: StatusCode,
    },
    /// Too many requests.
    Throttled {
        /// The wait asked for, if the answer says one.
        retry_after: Option<Duration>,
    },
    /// The Odoo side is being set up, and everything else stands still meanwhile.
    BeingSetUp,
    /// Two transactions met; this one was undone.
    Conflict,
    /// The database or the server's process is in trouble of its own.
    ServerTrouble {
        /// Python class of the exception.
        class: String,
    },
    /// A record with this key is already there.
    DuplicateKey {
        /// The unique index that refused it.
        index: String,
    },
    /// Rows are not as they were read any more: another writer has changed or removed them.
    Overtaken,
    /// The journal is not the one that was there before.
    AnotherJournal,
    /// Which journal is there could not be noted: nothing was done in it.
    Unnoted(StoreError),
    /// A record to be written is no longer there.
    RecordGone {
        /// Its model.
        model: &'static str,
    },
    /// Odoo refuses what was sent: a constraint, a value out of range, a rule of the business.
    Refused {
        /// Model called.
        model: &'static str,
        /// Python class of the exception.
        class: String,
        /// The field named, if it is one of those sent.
        field: Option<String>,
        /// Odoo's words: they may quote the row.
        detail: Redacted,
    },
    /// The request is larger than this Odoo, or a proxy before it, takes.
    RequestTooLarge,
    /// A field that the bridge relies on is missing.
    NoField {
        /// Model called.
        model: &'static str,
        /// The field, if Odoo named one of those sent.
        field: Option<String>,
    },
    /// A field does not know a choice of the bridge: the module in Odoo is of an earlier version.
    NoChoice {
        /// Model called.
        model: &'static str,
        /// The field, if Odoo named one of those sent.
        field: Option<String>,
    },
    /// The model is missing: the journal was never set up, or was uninstalled.
    NoModel {
        /// The model.
        model: &'static str,
    },
    /// The method is missing, private, or takes other arguments: not a series that the bridge knows.
    NoMethod {
        /// Model called.
        model: &'static str,
        /// The method.
        method: &'static str,
    },
    /// The key's user may not do this.
    MissingRight {
        /// The model.
        model: &'static str,
        /// `create`, `write`, `read` or `unlink`.
        operation: &'static str,
    },
    /// The API key is wrong, has expired, or does not belong to this login.
    KeyRefused,
    /// The server does not have this database.
    UnknownDatabase,
    /// Something answers at this address, but not the way Odoo does.
    NotOdoo {
        /// The status.
        status: StatusCode,
    },
    /// An Odoo before 17.
    TooOld {
        /// The series met.
        version: Version,
    },
    /// The answer has another form than this method's.
    NotUnderstood {
        /// Model called.
        model: &'static str,
        /// The method.
        method: &'static str,
    },
    /// A setting cannot be sent to any server.
    Misconfigured {
        /// Which one, for people.
        setting: &'static str,
    },
}

/// Words of Odoo that may quote a row: for the dead letter beside the row, never for a log.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Redacted(String);

impl Redacted {
    /// Keeps `text` out of `Debug` and `Display`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The words, for a place that may show a row.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Redacted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(redacted)")
    }
}

impl From<HttpError> for OdooError {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}

impl OdooError {
    /// What to do about it.
    pub fn reaction(&self) -> Reaction {
        match self {
            Self::Http(HttpError::TimedOut | HttpError::OutOfTime | HttpError::Broken(_))
            | Self::Unavailable { .. }
            | Self::Throttled { .. }
            | Self::BeingSetUp
            | Self::Conflict
            | Self::AnotherJournal
            | Self::Unnoted(_)
            | Self::ServerTrouble { .. } => Reaction::Retry,
            Self::DuplicateKey { .. } | Self::Overtaken | Self::RecordGone { .. } => {
                Reaction::SearchAgain
            }
            Self::Refused { .. } | Self::RequestTooLarge => Reaction::SkipRow,
            Self::Http(HttpError::Denied | HttpError::Tls(_) | HttpError::TooLarge { .. })
            | Self::NoField { .. }
            | Self::NoChoice { .. }
            | Self::NoModel { .. }
            | Self::NoMethod { .. }
            | Self::MissingRight { .. }
            | Self::KeyRefused
            | Self::UnknownDatabase
            | Self::NotOdoo { .. }
            | Self::TooOld { .. }
            | Self::NotUnderstood { .. }
            | Self::Misconfigured { .. } => Reaction::Stop,
        }
    }

    /// Odoo's own words, where there are any. They may quote the row: only for a place that may show the row as well.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Refused { detail, .. } => Some(detail.expose()),
            _ => None,
        }
    }

    /// The error with Odoo's [own words](Self::detail): only for a place that may show the row as well.
    pub fn in_full(&self) -> String {
        match self.detail() {
            Some(detail) => format!("{self}: {detail}"),
            None => self.to_string(),
        }
    }
}

impl std::error::Error for OdooError {}

/// The answer of `/json/2`: bare JSON, or an exception with a status of its own.
pub(super) fn json2_result<T>(
    call: &Call<T>,
    response: &Response<Vec<u8>>,
) -> Result<Value, OdooError> {
    let body: Option<Value> = serde_json::from_slice(response.body()).ok();
    match body {
        Some(answer) if response.status().is_success() => Ok(answer),
        Some(data) if data.get("name").is_some_and(Value::is_string) => {
            Err(Exception::from(&data).sort(Some(call), None))
        }
        _ => {
            check_available(response)?;
            // Without a database of that name, or without the addon that serves it, the route does not exist: a page says so.
            let unrouted = response.status() == StatusCode::NOT_FOUND;
            Err(if unrouted {
                OdooError::UnknownDatabase
            } else {
                OdooError::NotOdoo {
                    status: response.status(),
                }
            })
        }
    }
}

/// The `result` of a JSON-RPC answer. `call` is the model's call, if it was one; `database` the one named in it.
pub(super) fn jsonrpc_result<T>(
    call: Option<&Call<T>>,
    database: &str,
    response: &Response<Vec<u8>>,
) -> Result<Value, OdooError> {
    let body: Option<Value> = serde_json::from_slice(response.body()).ok();
    let envelope = match body {
        Some(Value::Object(envelope)) if envelope.contains_key("jsonrpc") => envelope,
        _ => {
            check_available(response)?;
            return Err(OdooError::NotOdoo {
                status: response.status(),
            });
        }
    };
    if let Some(error) = envelope.get("error") {
        return Err(Exception::from(&error["data"]).sort(call, Some(database)));
    }
    // A method that returns nothing leaves `result` out on some series.
    Ok(envelope.get("result").cloned().unwrap_or(Value::Null))
}

/// Sorts out what comes from a proxy or from a server that is starting, before anything is made of the body.
pub(super) fn check_available(response: &Response<Vec<u8>>) -> Result<(), OdooError> {
    let status = response.status();
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(OdooError::Throttled {
            retry_after: retry_after(response),
        });
    }
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return Err(OdooError::RequestTooLarge);
    }
    if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
        return Err(OdooError::Unavailable { status });
    }
    Ok(())
}

/// `Retry-After` in seconds (RFC 9110, section 10.2.3); its other form, a date, is left to the caller's own patience.
fn retry_after(response: &Response<Vec<u8>>) -> Option<Duration> {
    let seconds = response
        .headers()
        .get(header::RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

/// The field that `text` names, among those that `call` sent.
fn field_named<T>(call: &Call<T>, text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .collect();
    field_names(call)
        .into_iter()
        .filter(|name| words.contains(&name.as_str()))
        .max_by_key(String::len)
}

#[cfg(test)]
mod tests;

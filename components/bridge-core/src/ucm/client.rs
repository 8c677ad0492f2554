//! The dialogue itself.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::config::Server;
use crate::ports::{HttpError, Timeouts};

use super::{Operation, Refusal, Saved, Step, TIMEOUTS, UcmError};

/// A dialogue with one UCM: says what to send, is told what came back, ends with an answer or an error.
///
/// **Between two calls of `begin` the order is always: `poll` until it says [`Step::Done`], and one `handle` for every [`Step::Send`].**
///
/// * `begin` starts an operation; one that was under way is given up.
/// * `poll` says what to do next. It gives the same request again until `handle` was called.
/// * `handle` takes what came back.
/// * `saved`, `refusal`, `pages_by_offset` say what is known; `release` lifts a hold.
#[derive(Debug)]
pub struct Client {
    saved: Saved,
    loaded: Option<Saved>,
}

impl Client {
    /// A client for `server` that goes on from `saved`, if that was saved under the same settings.
    pub fn new(_server: &Server, saved: Option<Saved>) -> Self {
        Self {
            saved: saved.clone().unwrap_or_default(),
            loaded: saved,
        }
    }

    /// Limits the time that this client may spend waiting for a busy device, over all its operations. The default is 20 s.
    #[must_use]
    pub fn with_wait_budget(self, _budget: Duration) -> Self {
        self
    }

    /// Begins an operation.
    pub fn begin(&mut self, _operation: Operation) {}

    /// What to do next.
    pub fn poll(&mut self, _now: DateTime<Utc>) -> Step {
        Step::Done(Err(UcmError::NothingBegun))
    }

    /// Takes what came back for the request that `poll` gave.
    pub fn handle(
        &mut self,
        _now: DateTime<Utc>,
        _reply: Result<http::Response<Vec<u8>>, HttpError>,
    ) {
    }

    /// How long an exchange may take.
    pub fn timeouts(&self) -> Timeouts {
        TIMEOUTS
    }

    /// What to keep between runs; `None` if nothing changed since it was loaded.
    pub fn saved(&self) -> Option<Saved> {
        (self.loaded.as_ref() != Some(&self.saved)).then(|| self.saved.clone())
    }

    /// How the account was refused, if it is held: every operation then fails at once, without a request.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.saved.refused.as_ref()
    }

    /// Lifts the hold on a refused account, because a person asks for another try.
    pub fn release(&mut self) {
        self.saved.refused = None;
    }

    /// Whether `offset` works. Where it does not (REST, or a firmware seen to ignore it) the next page is asked for by a later `start`.
    pub fn pages_by_offset(&self) -> bool {
        !self.saved.offset_ignored
    }
}

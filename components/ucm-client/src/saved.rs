//! What a client keeps between two runs.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Refusal, Room};

/// What a [`super::Client`] has learned and keeps between runs, as one small versioned value.
///
/// It holds a session cookie: store it where only the bridge can read. It is bound to the server's settings and forgotten when they change.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Saved {
    version: u32,
    /// Ties everything here to address, dialect, user and password.
    pub(super) settings: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<Session>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) nonce: Option<Nonce>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) time_form: Option<TimeForm>,
    #[serde(default)]
    pub(super) offset_ignored: bool,
    #[serde(default)]
    pub(super) room: Room,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refused: Option<Refusal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) not_before: Option<DateTime<Utc>>,
}

/// A session of the action or the REST dialect.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) cookie: String,
    pub(super) last_used: DateTime<Utc>,
}

/// A digest nonce and how often it was used.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Nonce {
    /// The `WWW-Authenticate` header that it came in.
    pub(super) challenge: String,
    pub(super) uses: u32,
}

/// How a device wants the separator between date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TimeForm {
    /// `2024-05-30T14:41:40`, as the manual says.
    T,
    /// `2024-05-30 14:41:40`, as some UCM6302 want it.
    Space,
}

/// A stored value that this version cannot read: begin afresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the saved state of the UCM client is of another version or damaged")]
pub struct SavedError;

impl Saved {
    /// An empty state for the settings that `settings` stands for.
    pub(super) fn new(settings: String) -> Self {
        Self {
            version: VERSION,
            settings,
            ..Self::default()
        }
    }

    /// Whether the device has refused the account.
    pub fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// Whether a session is open, as far as is known.
    pub fn has_session(&self, now: DateTime<Utc>) -> bool {
        self.live_session(now).is_some()
    }

    /// The session, if it is young enough to be worth a try.
    pub(super) fn live_session(&self, now: DateTime<Utc>) -> Option<&Session> {
        self.session
            .as_ref()
            .filter(|session| now - session.last_used < IDLE_LIFETIME)
    }

    /// Notes that the session was used, to the minute: a listener's every question need not be written down.
    pub(super) fn touch_session(&mut self, now: DateTime<Utc>) {
        if let Some(session) = &mut self.session
            && (now - session.last_used).abs() >= TimeDelta::minutes(1)
        {
            session.last_used = now;
        }
    }

    /// Notes that the account was refused: nothing that it had is of use.
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.session = None;
        self.nonce = None;
        self.refused = Some(refusal);
    }

    /// Reads what [`Saved::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`SavedError`] when the bytes are of a newer version or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SavedError> {
        let saved: Self = serde_json::from_slice(bytes).map_err(|_| SavedError)?;
        if saved.version == VERSION {
            Ok(saved)
        } else {
            Err(SavedError)
        }
    }

    /// The state as bytes for the store.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session(redacted, last used {})", self.last_used)
    }
}

/// How long a session lives without use: ten minutes on every device seen.
const IDLE_LIFETIME: TimeDelta = TimeDelta::seconds(600);

/// Version of the stored form. Fields that are added have a default; raise it only when an old value would be misread.
const VERSION: u32 = 1;

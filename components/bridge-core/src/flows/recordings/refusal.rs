//! Why there is nothing to hear.

use chrono::{DateTime, TimeDelta, Utc};

use super::Ticket;
use crate::config::{ConfigError, Recordings};
use crate::link::{Keys, LinkError};
use ports::StoreError;
use ucm_client::UcmError;

/// Why there is nothing to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub why: Why,
    /// The recording that the link is of, for whoever was once shown it.
    pub about: Option<Box<Ticket>>,
}

/// The reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The file is not there yet: the UCM may still be writing it.
    #[error("the call has just ended")]
    Pending,
    /// The file is not there any more.
    #[error("the UCM has no such file any more")]
    Gone,
    /// The recording's time is over.
    #[error("recordings of this server are not kept that long")]
    Removed,
    /// All places for listeners are taken.
    #[error("{most} recordings of this UCM are being listened to already")]
    Crowded {
        /// How many there are.
        most: u32,
    },
    /// The server is not there any more, or has no recordings.
    #[error("the link is of a server that is not configured, or whose recordings are switched off")]
    NoSuchServer,
    /// The address takes no other method.
    #[error("this address does not take that method")]
    Method,
    /// The link opens nothing.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// What is listened to cannot be recorded.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] ConfigError),
    /// The UCM does not give it.
    #[error(transparent)]
    Ucm(#[from] UcmError),
}

/// What a person is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The call has just ended, and the UCM is still writing the file.
    Pending,
    /// The UCM has it no more.
    Gone,
    /// Its time is over: recordings are not kept longer.
    Removed,
    /// The link was good once.
    Expired,
    /// The link is not the bridge's.
    Forbidden,
    /// It is in a format that this browser does not play; it can be downloaded.
    Unplayable,
    /// The UCM does not answer, or not with audio.
    Unreachable,
    /// Too many listen at the same time, or the UCM asks to be left alone.
    Busy,
    /// What is listened to is recorded, and that is not possible now.
    Unrecorded,
    /// The bridge's settings stand in the way.
    Closed,
}

impl State {
    /// All of them, for pages that have to know the words beforehand.
    pub const ALL: [Self; 10] = [
        Self::Pending,
        Self::Gone,
        Self::Removed,
        Self::Expired,
        Self::Forbidden,
        Self::Unplayable,
        Self::Unreachable,
        Self::Busy,
        Self::Unrecorded,
        Self::Closed,
    ];
}

impl From<Why> for Refusal {
    fn from(why: Why) -> Self {
        Self { why, about: None }
    }
}

impl From<LinkError> for Refusal {
    fn from(error: LinkError) -> Self {
        Why::Link(error).into()
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Why::Store(error).into()
    }
}

impl From<ConfigError> for Refusal {
    fn from(error: ConfigError) -> Self {
        Why::Settings(error).into()
    }
}

impl From<UcmError> for Refusal {
    fn from(error: UcmError) -> Self {
        Why::Ucm(error).into()
    }
}

impl Refusal {
    /// What a person is told.
    pub fn state(&self) -> State {
        match &self.why {
            Why::Pending => State::Pending,
            Why::Gone | Why::NoSuchServer => State::Gone,
            Why::Removed => State::Removed,
            Why::Crowded { .. } | Why::Ucm(UcmError::Busy { .. }) => State::Busy,
            Why::Method | Why::Link(LinkError::Forbidden) => State::Forbidden,
            Why::Link(LinkError::Expired) => State::Expired,
            Why::Link(LinkError::NotConfigured) | Why::Settings(_) => State::Closed,
            Why::Store(_) => State::Unrecorded,
            Why::Ucm(_) => State::Unreachable,
        }
    }

    /// Seconds after which it may be tried again, where that is of use.
    pub fn retry_after_secs(&self) -> Option<u32> {
        match &self.why {
            Why::Pending | Why::Store(_) | Why::Ucm(UcmError::Unavailable(_)) => Some(RETRY_SECS),
            Why::Crowded { .. } => Some(CROWDED_SECS),
            Why::Ucm(UcmError::Busy { .. }) => Some(BUSY_SECS),
            _ => None,
        }
    }

    /// The same, of a recording that whoever asks was once shown.
    #[must_use]
    pub fn about(mut self, ticket: Option<Ticket>) -> Self {
        self.about = ticket.map(Box::new);
        self
    }

    /// The file is nowhere. Shortly after a call that means not yet; later, no more.
    pub(super) fn missing(ticket: &Ticket, now: DateTime<Utc>) -> Self {
        match ticket.may_grow(now) {
            true => Why::Pending.into(),
            false => Why::Gone.into(),
        }
    }

    /// Whether the recording's time is over at `now`.
    ///
    /// # Errors
    /// The refusal, where it is.
    pub fn check_kept(
        recordings: &Recordings,
        ticket: &Ticket,
        now: DateTime<Utc>,
    ) -> Result<(), Self> {
        let since = recordings.kept_since(now).map(|since| since.timestamp());
        match since.is_none_or(|since| ticket.started_at >= since) {
            true => Ok(()),
            false => Err(Why::Removed.into()),
        }
    }

    /// The address is not in the form of a link; where no links can be, that is the reason.
    pub fn unreadable(keys: &Keys) -> Self {
        match keys.can_sign() {
            true => LinkError::Forbidden.into(),
            false => LinkError::NotConfigured.into(),
        }
    }
}

impl Ticket {
    /// Whether the UCM may still be writing the file at `now`.
    pub fn may_grow(&self, now: DateTime<Utc>) -> bool {
        let ended = DateTime::from_timestamp(self.ended_at.unwrap_or(self.started_at), 0);
        ended.is_some_and(|ended| now - ended < WRITING)
    }
}

/// How long after a call its recording may still be written: half a minute is usual, converting a long one takes minutes.
const WRITING: TimeDelta = TimeDelta::minutes(10);

/// When to try again what passes by itself, in seconds.
const RETRY_SECS: u32 = 30;

/// When to try again where others listen, in seconds: players stop when they have enough ahead.
const CROWDED_SECS: u32 = 5;

/// When to try again a device that limits how often it is asked, in seconds: what its status table says.
const BUSY_SECS: u32 = 15;

//! Why there is nothing to hear, for players and for people.

use chrono::{DateTime, TimeDelta, Utc};

use super::Ticket;
use crate::config::{ConfigError, Recordings};
use crate::link::{Keys, LinkError};
use crate::ports::{HttpError, StoreError};
use crate::problem::Problem;
use crate::ucm::{Trouble, UcmError};

/// Why there is nothing to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What a person is told.
    pub state: State,
    /// Seconds after which it may be tried again, where that is of use.
    pub retry_after_secs: Option<u32>,
    /// The same for programs.
    pub problem: Problem,
    /// The recording that the link is of, for whoever was once shown it.
    pub about: Option<Box<Ticket>>,
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

    /// The name by which programs know it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Pending => "urn:ucm-odoo:recording-pending",
            Self::Gone => "urn:ucm-odoo:recording-gone",
            Self::Removed => "urn:ucm-odoo:recording-removed",
            Self::Expired => "urn:ucm-odoo:link-expired",
            Self::Forbidden => "urn:ucm-odoo:link-refused",
            Self::Unplayable => "urn:ucm-odoo:recording-unplayable",
            Self::Unreachable => "urn:ucm-odoo:ucm-unreachable",
            Self::Busy => "urn:ucm-odoo:recording-busy",
            Self::Unrecorded => "urn:ucm-odoo:listen-unrecorded",
            Self::Closed => "urn:ucm-odoo:recordings-closed",
        }
    }
}

impl Refusal {
    fn new(state: State, status: u16, title: &'static str, detail: String, action: &str) -> Self {
        Self {
            state,
            retry_after_secs: None,
            problem: Problem::new(status, state.kind(), title, detail, action),
            about: None,
        }
    }

    /// The same, of a recording that whoever asks was once shown.
    #[must_use]
    pub fn about(mut self, ticket: Option<Ticket>) -> Self {
        self.about = ticket.map(Box::new);
        self
    }

    fn retry_after(mut self, secs: u32) -> Self {
        self.retry_after_secs = Some(secs);
        self
    }

    /// The file is nowhere. Shortly after a call that means not yet; later, no more.
    pub(super) fn missing(ticket: &Ticket, now: DateTime<Utc>) -> Self {
        let ended = DateTime::from_timestamp(ticket.ended_at.unwrap_or(ticket.started_at), 0);
        if ended.is_some_and(|ended| now - ended < WRITING) {
            let (title, detail) = ("The recording is not there yet", "the call has just ended");
            return Self::new(
                State::Pending,
                503,
                title,
                detail.into(),
                "try again in a minute",
            )
            .retry_after(RETRY_SECS);
        }
        Self::new(
            State::Gone,
            404,
            "The recording is gone",
            "the UCM has no such file any more".into(),
            "look at the UCM's storage and at how long it keeps recordings",
        )
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
        if since.is_none_or(|since| ticket.started_at >= since) {
            return Ok(());
        }
        Err(Self::new(
            State::Removed,
            410,
            "The recording's time is over",
            "recordings of this server are not kept that long".into(),
            "raise the server's `recording_days` if they are to be kept longer",
        ))
    }

    /// All places for listeners are taken.
    pub fn crowded(most: u32) -> Self {
        Self::new(
            State::Busy,
            503,
            "Too many listeners",
            format!("{most} recordings of this UCM are being listened to already"),
            "try again in a few seconds; the variable `recording_listeners` sets how many may listen at once",
        )
        .retry_after(CROWDED_SECS)
    }

    /// The link is of a server that is not configured any more, or whose recordings are switched off.
    pub fn no_such_server() -> Self {
        Self::new(
            State::Gone,
            404,
            "No recordings of this server",
            "the link is of a server that is not configured, or whose recordings are switched off"
                .into(),
            "check the server's settings",
        )
    }

    /// The address is not in the form of a link; where no links can be, that is the reason.
    pub fn unreadable(keys: &Keys) -> Self {
        match keys.can_sign() {
            true => LinkError::Forbidden.into(),
            false => LinkError::NotConfigured.into(),
        }
    }

    /// The address takes no other method.
    pub fn method_not_allowed() -> Self {
        Self {
            state: State::Forbidden,
            retry_after_secs: None,
            problem: Problem::method_not_allowed("GET or HEAD"),
            about: None,
        }
    }
}

impl From<LinkError> for Refusal {
    fn from(error: LinkError) -> Self {
        let detail = error.to_string();
        match error {
            LinkError::NotConfigured => Self {
                state: State::Closed,
                retry_after_secs: None,
                problem: Problem::not_configured("link_secret"),
                about: None,
            },
            LinkError::Forbidden => {
                let action = "open the recording from its call in Odoo";
                Self::new(State::Forbidden, 403, "The link is refused", detail, action)
            }
            LinkError::Expired => Self::new(
                State::Expired,
                410,
                "The link has expired",
                detail,
                "open the call in Odoo, where its link is renewed in time",
            ),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let (title, action) = (
            "The listen cannot be recorded",
            "try again; check the key-value store, without which nothing may be heard",
        );
        Self::new(State::Unrecorded, 503, title, error.to_string(), action).retry_after(RETRY_SECS)
    }
}

impl From<ConfigError> for Refusal {
    fn from(error: ConfigError) -> Self {
        Self {
            state: State::Closed,
            retry_after_secs: None,
            problem: error.into(),
            about: None,
        }
    }
}

impl From<UcmError> for Refusal {
    fn from(error: UcmError) -> Self {
        let detail = error.to_string();
        let unreachable = |status, action| {
            Self::new(
                State::Unreachable,
                status,
                "The UCM does not give the recording",
                detail.clone(),
                action,
            )
        };
        match error {
            UcmError::Busy { .. } => {
                let (title, action) = ("The UCM is busy", "try again in a quarter of a minute");
                Self::new(State::Busy, 503, title, detail, action).retry_after(BUSY_SECS)
            }
            UcmError::Unavailable(Trouble::Network(HttpError::TimedOut | HttpError::OutOfTime)) => {
                unreachable(504, "try again; check that the UCM is up").retry_after(RETRY_SECS)
            }
            UcmError::Unavailable(_) => {
                unreachable(502, "try again; check that the UCM is up").retry_after(RETRY_SECS)
            }
            UcmError::Credentials(_)
            | UcmError::Permission { .. }
            | UcmError::Configuration(_)
            | UcmError::Protocol(_)
            | UcmError::TooLarge { .. }
            | UcmError::NoSuchItem { .. }
            | UcmError::Unsupported { .. }
            | UcmError::NothingBegun => unreachable(
                502,
                "check the server's settings and the rights of its API user",
            ),
        }
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

//! Why there is nothing to hear, as programs get it.

use super::Problem;
use bridge_core::flows::recordings::{Refusal, State, Why};
use bridge_core::link::LinkError;
use ports::HttpError;
use ucm_client::{Trouble, UcmError};

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let why = &refusal.why;
        let (status, title, action) = match why {
            Why::Pending => (
                503,
                "The recording is not there yet",
                "try again in a minute",
            ),
            Why::Gone => (
                404,
                "The recording is gone",
                "look at the UCM's storage and at how long it keeps recordings",
            ),
            Why::Removed => (
                410,
                "The recording's time is over",
                "raise the server's `recording_days` if they are to be kept longer",
            ),
            Why::Crowded { .. } => (
                503,
                "Too many listeners",
                "try again in a few seconds; the variable `recording_listeners` sets how many may listen at once",
            ),
            Why::NoSuchServer => (
                404,
                "No recordings of this server",
                "check the server's settings",
            ),
            Why::Method => return Self::method_not_allowed("GET or HEAD"),
            Why::Link(LinkError::NotConfigured) => return Self::not_configured("link_secret"),
            Why::Link(LinkError::Forbidden) => (
                403,
                "The link is refused",
                "open the recording from its call in Odoo",
            ),
            Why::Link(LinkError::Expired) => (
                410,
                "The link has expired",
                "open the call in Odoo, where its link is renewed in time",
            ),
            Why::Store(_) => (
                503,
                "The listen cannot be recorded",
                "try again; check the key-value store, without which nothing may be heard",
            ),
            Why::Settings(error) => return error.clone().into(),
            Why::Ucm(error) => of_ucm(error),
        };
        Self::new(
            status,
            kind(refusal.state()),
            title,
            why.to_string(),
            action,
        )
    }
}

fn of_ucm(error: &UcmError) -> (u16, &'static str, &'static str) {
    const TITLE: &str = "The UCM does not give the recording";
    match error {
        UcmError::Busy { .. } => (503, "The UCM is busy", "try again in a quarter of a minute"),
        UcmError::Unavailable(Trouble::Network(HttpError::TimedOut | HttpError::OutOfTime)) => {
            (504, TITLE, "try again; check that the UCM is up")
        }
        UcmError::Unavailable(_) => (502, TITLE, "try again; check that the UCM is up"),
        UcmError::Credentials(_)
        | UcmError::Permission { .. }
        | UcmError::Configuration(_)
        | UcmError::Protocol(_)
        | UcmError::TooLarge { .. }
        | UcmError::NoSuchItem { .. }
        | UcmError::Unsupported { .. }
        | UcmError::Uncertain { .. }
        | UcmError::NothingBegun => (
            502,
            TITLE,
            "check the server's settings and the rights of its API user",
        ),
    }
}

/// The name by which programs know it.
pub fn kind(state: State) -> &'static str {
    match state {
        State::Pending => "urn:ucm-odoo:recording-pending",
        State::Gone => "urn:ucm-odoo:recording-gone",
        State::Removed => "urn:ucm-odoo:recording-removed",
        State::Expired => "urn:ucm-odoo:link-expired",
        State::Forbidden => "urn:ucm-odoo:link-refused",
        State::Unplayable => "urn:ucm-odoo:recording-unplayable",
        State::Unreachable => "urn:ucm-odoo:ucm-unreachable",
        State::Busy => "urn:ucm-odoo:recording-busy",
        State::Unrecorded => "urn:ucm-odoo:listen-unrecorded",
        State::Closed => "urn:ucm-odoo:recordings-closed",
    }
}

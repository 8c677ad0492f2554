//! Why a run ended before its time, and what that makes of its server.

use crate::flows::report::Status;
use odoo_client::{OdooError, Reaction as OdooReaction};
use ports::{HttpError, StoreError};
use ucm_client::{Reaction, Trouble, UcmError};

/// Why a run ended before its time.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Ucm(#[from] UcmError),
    #[error("{0}")]
    Odoo(#[from] OdooError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error(
        "the UCM gives the same {0} records for every page: what comes after them cannot be read; ask for fewer days"
    )]
    Stuck(u32),
    #[error(
        "{0} records could not be delivered and no more can be set aside: look at them, then replay or discard them"
    )]
    TooManyDeadLetters(usize),
}

impl Failure {
    /// The status of a run that ended so. One that has used up its time did not fail if it `has_moved`: the next has less to do.
    pub(crate) fn status(&self, has_moved: bool) -> Status {
        match self {
            _ if has_moved && self.is_out_of_time() => Status::MoreToCome,
            Self::Ucm(error) => match error.reaction() {
                Reaction::RetryLater | Reaction::WaitUntil(_) => Status::Failed,
                Reaction::HoldAccount => Status::Held,
                Reaction::FixPermission
                | Reaction::FixConfiguration
                | Reaction::AskForLess
                | Reaction::SkipRecord
                | Reaction::Report => Status::NeedsAttention,
            },
            Self::Odoo(OdooError::BeingSetUp) => Status::Busy,
            Self::Odoo(error) => match error.reaction() {
                OdooReaction::Retry | OdooReaction::SearchAgain => Status::Failed,
                OdooReaction::SkipRow | OdooReaction::Stop => Status::NeedsAttention,
            },
            Self::Store(_) => Status::Failed,
            Self::Stuck(_) | Self::TooManyDeadLetters(_) => Status::NeedsAttention,
        }
    }

    /// Whether nothing is wrong but that the run's time was used up.
    pub(crate) fn is_out_of_time(&self) -> bool {
        matches!(
            self,
            Self::Odoo(OdooError::Http(HttpError::OutOfTime))
                | Self::Ucm(UcmError::Unavailable(Trouble::Network(
                    HttpError::OutOfTime
                )))
        )
    }
}

//! Why the Odoo side could not be set up, and what to do.

use chrono::{DateTime, Utc};

use super::account::{self, Account, Kind};
use odoo_client::OdooError;
use odoo_client::schema::PackError;
use ports::{HttpError, StoreError};

/// Why the Odoo side could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// The call itself failed.
    #[error(transparent)]
    Odoo(OdooError),
    /// The key's user is no administrator.
    #[error(
        "the API key's user is no administrator of this Odoo (no right to {operation} `{model}`)"
    )]
    NotAdministrator {
        /// Model refused.
        model: &'static str,
        /// What was refused.
        operation: &'static str,
    },
    /// The addon that imports data modules is there but not installed.
    #[error("the addon `base_import_module` is not installed in this Odoo")]
    ImporterNotInstalled,
    /// This Odoo does not have the addon at all.
    #[error("this Odoo does not have the addon `base_import_module`")]
    ImporterAbsent,
    /// A module of the same name, made of Python, is in this Odoo's folders.
    #[error("this Odoo has another module named `{module}`")]
    NameTaken {
        /// The name.
        module: &'static str,
    },
    /// Odoo refused the module's files.
    #[error("Odoo could not import the module: {reason}")]
    Import {
        /// What was wrong, and where.
        reason: String,
        /// What kind of thing it was.
        kind: Kind,
    },
    /// Another set-up holds the mark.
    #[error("another set-up is at work, or was cut short: it ends by {until} at the latest")]
    UnderWay {
        /// When its mark ends by itself.
        until: DateTime<Utc>,
    },
    /// The key-value store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Odoo would not take the module out.
    #[error("Odoo does not uninstall the module: {reason}")]
    Uninstall {
        /// Odoo's own words.
        reason: String,
    },
    /// The import ended without an error, but what is installed is not what was sent.
    #[error("Odoo reported no error, but the module was not imported")]
    NotImported,
    /// The module could not be packed.
    #[error(transparent)]
    Pack(#[from] PackError),
}

impl From<OdooError> for ProvisionError {
    fn from(error: OdooError) -> Self {
        match error {
            // Only administrators may see modules and system parameters.
            OdooError::MissingRight { model, operation } => {
                Self::NotAdministrator { model, operation }
            }
            other => Self::Odoo(other),
        }
    }
}

impl ProvisionError {
    /// An error of the import itself, of which Odoo gives a long account. It quotes the module's own files, no data.
    pub(super) fn of_import(error: OdooError) -> Self {
        match error.detail().map(account::read) {
            Some(Account { reason, kind }) => Self::Import { reason, kind },
            None => error.into(),
        }
    }

    /// Whether something else that Odoo did at the same moment was in the way.
    pub(super) fn is_disturbance(&self) -> bool {
        match self {
            Self::Import { kind, .. } => *kind == Kind::Disturbed,
            Self::Odoo(error) => matches!(error, OdooError::Conflict),
            _ => false,
        }
    }

    /// Whether nobody knows how it ended: the answer took longer than the bridge, or a proxy before Odoo, waits.
    pub(super) fn is_overdue(&self) -> bool {
        match self {
            Self::Odoo(OdooError::Http(HttpError::TimedOut)) => true,
            Self::Odoo(OdooError::Unavailable { status }) => status.as_u16() == 504,
            _ => false,
        }
    }

    /// A refusal to uninstall, which speaks of modules and of what Odoo is at work on.
    pub(super) fn of_uninstall(refusal: Option<OdooError>) -> Self {
        let detail = refusal.as_ref().and_then(OdooError::detail);
        let reason = detail.unwrap_or_default().replace('\n', " ");
        Self::Uninstall {
            reason: reason.chars().take(REASON_CHARS).collect(),
        }
    }
}

/// Longest reason passed on.
const REASON_CHARS: usize = 400;

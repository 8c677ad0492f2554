//! Why the Odoo side could not be set up, and what to do.

use chrono::{DateTime, Utc};

use super::account::{self, Account, Kind};
use crate::odoo::schema::PackError;
use crate::odoo::{OdooError, Reaction};
use crate::ports::StoreError;
use crate::problem::Problem;

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

    /// A refusal to uninstall, which speaks of modules and of what Odoo is at work on.
    pub(super) fn of_uninstall(refusal: Option<OdooError>) -> Self {
        let detail = refusal.as_ref().and_then(OdooError::detail);
        let reason = detail.unwrap_or_default().replace('\n', " ");
        Self::Uninstall {
            reason: reason.chars().take(REASON_CHARS).collect(),
        }
    }

    /// What to do next.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Odoo(error) if error.reaction() == Reaction::Retry => {
                "try again in a moment; setup changes nothing twice"
            }
            Self::Odoo(_) => "correct what the detail says, then run setup again",
            Self::NotAdministrator { .. } => {
                "use the API key of a user with the right Administration: Settings for setup; the bridge itself can then run with \
                 the key of an ordinary user who may create contacts and is in the group Grandstream: Bridge"
            }
            Self::ImporterNotInstalled => {
                "in Odoo's Apps, without the filter Apps, install \"Base import module\", then run setup again"
            }
            Self::ImporterAbsent => {
                "add the standard addon `base_import_module` to Odoo's addons folder; where the hosting does not offer it, ask the \
                 host, for data modules cannot be imported there"
            }
            Self::NameTaken { .. } => {
                "uninstall that module and take its folder out of Odoo's addons path"
            }
            Self::Import {
                kind: Kind::Disturbed,
                ..
            } => {
                "Odoo was at work on something else, again and again: try again at a quieter moment, or stop other programs that ask this \
                 Odoo meanwhile; nothing was changed"
            }
            Self::Import {
                kind: Kind::View, ..
            } => {
                "in Odoo under Settings > Technical > Views, look for views that inherit from the one named, or that it inherits from, and \
                 were made or edited here: archive the one in the way, then run setup again; nothing was changed"
            }
            Self::Import { .. } => {
                "correct what the detail says, or ask whoever maintains this Odoo; its log has the whole account. Nothing was changed"
            }
            Self::UnderWay { .. } => {
                "wait until it has ended, then ask GET /setup what is left to do"
            }
            Self::Store(_) => "check the key-value store, then run setup again",
            Self::Uninstall { .. } => {
                "where Odoo is at work on a scheduled action, try again in a minute; nothing is removed twice"
            }
            Self::NotImported => {
                "see Odoo's log, and whether another administrator was setting up at the same moment; then run setup again"
            }
            Self::Pack(_) => "install another build of the bridge",
        }
    }
}

impl From<ProvisionError> for Problem {
    fn from(error: ProvisionError) -> Self {
        let status = match &error {
            ProvisionError::Odoo(_)
            | ProvisionError::Import { .. }
            | ProvisionError::Uninstall { .. }
            | ProvisionError::NotImported => 502,
            ProvisionError::NotAdministrator { .. } => 403,
            ProvisionError::ImporterNotInstalled
            | ProvisionError::ImporterAbsent
            | ProvisionError::NameTaken { .. } => 409,
            ProvisionError::UnderWay { .. } => 409,
            ProvisionError::Pack(_) => 500,
            ProvisionError::Store(_) => 503,
        };
        Self::new(
            status,
            "urn:ucm-odoo:setup",
            "The Odoo side could not be set up",
            error.to_string(),
            error.action(),
        )
    }
}

/// Longest reason passed on.
const REASON_CHARS: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_no_administrator_is_told_so() {
        let error = OdooError::MissingRight {
            model: "ir.module.module",
            operation: "read",
        };
        let problem = Problem::from(ProvisionError::from(error));
        assert_eq!(problem.status, 403);
        assert!(
            problem.action.contains("Administration: Settings"),
            "{}",
            problem.action
        );
    }
}

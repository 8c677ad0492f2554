//! Why the Odoo side could not be set up, and what to do.

use crate::odoo::schema::PackError;
use crate::odoo::{OdooError, Reaction};
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
        /// What Odoo's own account ends with.
        reason: String,
    },
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
    /// An error of the import itself: Odoo tells the whole traceback, of which the last line says what is wrong. It quotes the module's own
    /// files, no data.
    pub(super) fn of_import(error: OdooError) -> Self {
        match error.detail().map(last_line) {
            Some(reason) => Self::Import { reason },
            None => error.into(),
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
            Self::Import { .. } => {
                "see Odoo's log for the whole account; a customised contact form or model may be in the way"
            }
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
            ProvisionError::Pack(_) => 500,
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

/// The account of a file goes on below the error: the error itself is the last line that names one, and says more in the line after it
/// where it only names the place.
fn last_line(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let named = lines
        .iter()
        .rposition(|line| line.contains("Error:") || line.contains("Exception:"))
        .unwrap_or(lines.len().saturating_sub(1));
    let told = match lines.get(named..) {
        Some([place, what, ..]) if place.contains("while parsing") => format!("{place}: {what}"),
        Some([line, ..]) => (*line).to_owned(),
        _ => "no reason given".to_owned(),
    };
    told.chars().take(REASON_CHARS).collect()
}

/// Longest reason passed on.
const REASON_CHARS: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odoo::Redacted;

    #[test]
    fn of_a_traceback_the_error_is_told() {
        let refused = |text: &str| OdooError::Refused {
            model: "base.import.module",
            class: "odoo.exceptions.UserError".into(),
            field: None,
            detail: Redacted::new(text),
        };
        let text = "Error while importing module 'ucm_odoo'.\n\n Traceback (most recent call last):\n  File \"x.py\", line 1, in f\n    \
                    raise ParseError(msg) from None\n    ^^^^\nodoo.tools.convert.ParseError: while parsing data/keys.xml:3\nNo such \
                    field\n\n";
        let error = ProvisionError::of_import(refused(text));
        assert_eq!(
            error.to_string(),
            "Odoo could not import the module: odoo.tools.convert.ParseError: while parsing data/keys.xml:3: No such field"
        );
        assert!(matches!(
            ProvisionError::of_import(OdooError::KeyRefused),
            ProvisionError::Odoo(OdooError::KeyRefused)
        ));
    }

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

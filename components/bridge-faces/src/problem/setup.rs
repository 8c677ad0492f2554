//! Why the Odoo side could not be set up, and what to do.

use super::Problem;
use bridge_core::flows::install::{Kind, ProvisionError};
use odoo_client::Reaction;

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
            action(&error),
        )
    }
}

/// What to do next.
fn action(error: &ProvisionError) -> &'static str {
    match error {
        ProvisionError::Odoo(error) if error.reaction() == Reaction::Retry => {
            "try again in a moment; setup changes nothing twice"
        }
        ProvisionError::Odoo(_) => "correct what the detail says, then run setup again",
        ProvisionError::NotAdministrator { .. } => {
            "use the API key of a user with the right Administration: Settings for setup; the bridge itself can then run with \
             the key of an ordinary user who may create contacts and is in the group Grandstream: Bridge"
        }
        ProvisionError::ImporterNotInstalled => {
            "in Odoo's Apps, without the filter Apps, install \"Base import module\", then run setup again"
        }
        ProvisionError::ImporterAbsent => {
            "add the standard addon `base_import_module` to Odoo's addons folder; where the hosting does not offer it, ask the \
             host, for data modules cannot be imported there"
        }
        ProvisionError::NameTaken { .. } => {
            "uninstall that module and take its folder out of Odoo's addons path"
        }
        ProvisionError::Import {
            kind: Kind::Disturbed,
            ..
        } => {
            "Odoo was at work on something else, again and again: try again at a quieter moment, or stop other programs that ask this \
             Odoo meanwhile; nothing was changed"
        }
        ProvisionError::Import {
            kind: Kind::View, ..
        } => {
            "in Odoo under Settings > Technical > Views, look for views that inherit from the one named, or that it inherits from, and \
             were made or edited here: archive the one in the way, then run setup again; nothing was changed"
        }
        ProvisionError::Import { .. } => {
            "correct what the detail says, or ask whoever maintains this Odoo; its log has the whole account. Nothing was changed"
        }
        ProvisionError::UnderWay { .. } => {
            "wait until it has ended, then ask GET /setup what is left to do"
        }
        ProvisionError::Store(_) => "check the key-value store, then run setup again",
        ProvisionError::Uninstall { .. } => {
            "where Odoo is at work on a scheduled action, try again in a minute; nothing is removed twice"
        }
        ProvisionError::NotImported => {
            "see Odoo's log, and whether another administrator was setting up at the same moment; then run setup again"
        }
        ProvisionError::Pack(_) => "install another build of the bridge",
    }
}

#[cfg(test)]
mod tests {
    use bridge_core::flows::install::ProvisionError;
    use odoo_client::OdooError;

    use crate::problem::Problem;

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

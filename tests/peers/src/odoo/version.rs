//! The Odoo series that the simulation plays, and what differs between them.

use serde_json::{Value, json};

/// One supported series of Odoo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// Odoo 17.0.
    V17,
    /// Odoo 18.0.
    V18,
    /// Odoo 19.0.
    V19,
}

/// The number is not that of a supported series.
#[derive(Debug, thiserror::Error)]
#[error("Odoo {0} is not simulated: choose 17, 18 or 19")]
pub struct UnknownVersion(pub u16);

impl TryFrom<u16> for Version {
    type Error = UnknownVersion;

    fn try_from(number: u16) -> Result<Self, UnknownVersion> {
        match number {
            17 => Ok(Self::V17),
            18 => Ok(Self::V18),
            19 => Ok(Self::V19),
            other => Err(UnknownVersion(other)),
        }
    }
}

impl Version {
    /// All series, oldest first.
    pub const ALL: [Self; 3] = [Self::V17, Self::V18, Self::V19];

    /// The major number: 17, 18 or 19.
    #[must_use]
    pub fn major(self) -> u16 {
        match self {
            Self::V17 => 17,
            Self::V18 => 18,
            Self::V19 => 19,
        }
    }

    /// `version_info` as the server tells it.
    #[must_use]
    pub fn info(self) -> Value {
        json!([self.major(), 0, 0, "final", 0, ""])
    }

    /// `/json/2` and `/web/version` exist from 19 on.
    #[must_use]
    pub fn has_json2(self) -> bool {
        self >= Self::V19
    }

    /// `code` of a JSON-RPC error.
    #[must_use]
    pub fn rpc_error_code(self) -> i64 {
        if self >= Self::V19 { 0 } else { 200 }
    }

    /// Name of the groups field on users, menus, views and actions.
    #[must_use]
    pub fn groups_field(self) -> &'static str {
        if self >= Self::V19 {
            "group_ids"
        } else {
            "groups_id"
        }
    }

    /// Tag of the list view.
    #[must_use]
    pub fn list_tag(self) -> &'static str {
        if self >= Self::V18 { "list" } else { "tree" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_three_series_are_known() {
        let known: Vec<u16> = (0..100).filter(|n| Version::try_from(*n).is_ok()).collect();
        assert_eq!(known, [17, 18, 19]);
    }
}

//! The Odoo series met, and what follows from it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a server is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// `POST /jsonrpc`, `execute_kw`: 17 and 18.
    JsonRpc,
    /// `POST /json/2/<model>/<method>`: from 19 on, where `/jsonrpc` is deprecated.
    Json2,
}

/// An Odoo series, such as 17.0, 19.0, or 18.2 on Odoo Online.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version {
    /// 17, 18, 19 ...
    pub major: u16,
    /// 0 for the yearly series; more between two of them (`saas~18.2`).
    pub minor: u16,
}

impl Version {
    /// The oldest series that the bridge works with.
    pub const OLDEST: Self = Self::new(17, 0);

    /// A series by its numbers.
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }

    /// Reads `version_info`: `[19, 0, 0, "final", 0, ""]`, or `["saas~18", 2, ...]` on Odoo Online.
    pub fn from_info(info: &Value) -> Option<Self> {
        let major = match info.get(0)? {
            Value::String(text) => text.rsplit('~').next()?.parse().ok()?,
            number => u16::try_from(number.as_u64()?).ok()?,
        };
        let minor = info
            .get(1)
            .and_then(Value::as_u64)
            .and_then(|n| u16::try_from(n).ok())
            .unwrap_or(0);
        Some(Self::new(major, minor))
    }

    /// How this series is called.
    pub fn transport(self) -> Transport {
        if self.major >= 19 {
            Transport::Json2
        } else {
            Transport::JsonRpc
        }
    }

    /// Whether API keys end: those of 17 last until they are removed.
    pub fn keys_expire(self) -> bool {
        self.major >= 18
    }

    /// Whether calls can be grouped by the hour of the day: 17 knows hours of a date only.
    pub fn groups_by_hour_of_day(self) -> bool {
        self.major >= 18
    }

    /// Whether `phone_mobile_search` takes a list: 17 and 18 refuse `in`.
    pub fn searches_phones_in_list(self) -> bool {
        self.major >= 19
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_version_is_read_in_both_spellings() {
        assert_eq!(
            Version::from_info(&json!([19, 0, 0, "final", 0, ""])),
            Some(Version::new(19, 0))
        );
        assert_eq!(
            Version::from_info(&json!(["saas~18", 2, 0, "final", 0, ""])),
            Some(Version::new(18, 2))
        );
        assert_eq!(Version::from_info(&json!(["soon"])), None);
        assert_eq!(Version::from_info(&json!({})), None);
    }

    #[test]
    fn what_differs_follows_from_the_series() {
        let facts = |v: Version| (v.transport(), v.searches_phones_in_list());
        assert_eq!(facts(Version::new(17, 0)), (Transport::JsonRpc, false));
        assert_eq!(facts(Version::new(18, 0)), (Transport::JsonRpc, false));
        assert_eq!(facts(Version::new(18, 2)), (Transport::JsonRpc, false));
        assert_eq!(facts(Version::new(19, 0)), (Transport::Json2, true));
    }
}

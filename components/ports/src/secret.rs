//! A value that must not be printed.

use subtle::ConstantTimeEq;

/// A password, key or token. `Debug` says "redacted"; it is compared in constant time.
#[derive(Clone, serde::Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps `value`.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one place that puts it on the wire.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether nothing was configured.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `candidate` is this secret. An empty secret matches nothing: what is not configured is refused.
    pub fn matches(&self, candidate: &str) -> bool {
        !self.is_empty() && bool::from(self.0.as_bytes().ct_eq(candidate.as_bytes()))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_empty() {
            "(none)"
        } else {
            "(redacted)"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn an_empty_secret_matches_nothing_and_none_prints() {
        assert!(!Secret::new("").matches(""));
        assert!(Secret::new("s3cret").matches("s3cret"));
        assert!(!Secret::new("s3cret").matches("s3cre"));
        assert_eq!(format!("{:?}", Secret::new("s3cret")), "(redacted)");
    }
}

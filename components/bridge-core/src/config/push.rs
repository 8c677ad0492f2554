//! Who may push the records of a server.

use core::net::IpAddr;

use super::Wrong;
use super::fields::Fields;
use super::sources::Sources;
use ports::Secret;

/// Who may push, and from where. Without a secret nobody may.
#[derive(Debug, Clone, Default)]
pub struct PushAccess {
    secrets: Vec<Secret>,
    sources: Sources,
}

impl PushAccess {
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        let current = read_secret(fields, "push_secret");
        let previous = read_secret(fields, "push_secret_previous");
        if current.is_none() && previous.is_some() {
            fields.fault("push_secret_previous", Wrong::Previous);
        }
        Self {
            secrets: current.into_iter().chain(previous).collect(),
            sources: Sources::read(fields, "push_sources"),
        }
    }

    /// Whether anybody may push at all.
    pub fn is_open(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Whether `candidate` is one of the secrets; all are compared, in constant time.
    pub fn admits(&self, candidate: &str) -> bool {
        self.secrets.iter().fold(false, |admitted, secret| {
            admitted | secret.matches(candidate)
        })
    }

    /// Whether pushes may come from `source`. An address that is not known is on no list.
    pub fn admits_source(&self, source: Option<IpAddr>) -> bool {
        self.sources.admit(source)
    }
}

/// A secret can be part of an address, for devices that send no header: it has only characters that stand for themselves there.
fn read_secret(fields: &mut Fields<'_>, name: &'static str) -> Option<Secret> {
    let text = fields.text(name)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~');
    if text.len() < SHORTEST_SECRET || text.len() > LONGEST_SECRET || !text.chars().all(plain) {
        let (from, to) = (SHORTEST_SECRET, LONGEST_SECRET);
        fields.fault(name, Wrong::Secret { from, to });
        return None;
    }
    Some(Secret::new(text))
}

/// 16 characters of 66 are 96 bits: not to be guessed over a network.
const SHORTEST_SECRET: usize = 16;
/// What fits into the fields of every UCM's form.
const LONGEST_SECRET: usize = 128;

//! The desk phones of a server.

use core::net::IpAddr;

use super::fields::Fields;
use super::sources::Sources;

/// How the desk phones of a server are known, and from where they may call in.
#[derive(Debug, Clone, Default)]
pub struct Phones {
    /// Part of what their addresses are made of: with another number, those before open nothing any more.
    pub generation: u64,
    /// Whether a call is told by a notice in the place of a card.
    pub notices: bool,
    /// Whether colleagues who may see it see who is on the phone.
    pub presence: bool,
    sources: Sources,
}

impl Phones {
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            generation: fields.number("phones_generation", 0..=1_000_000, 0),
            notices: fields.flag("ring_notices", false),
            presence: fields.flag("presence", false),
            sources: Sources::read(fields, "phone_sources"),
        }
    }

    /// Whether phones may call in from `source`. An address that is not known is on no list.
    pub fn admit_source(&self, source: Option<IpAddr>) -> bool {
        self.sources.admit(source)
    }
}

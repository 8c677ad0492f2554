//! Seals on the legs that are stored with calls: what tells those that the bridge has stored from those that somebody has written into Odoo.
//!
//! A recording is linked and copied by the name that a leg gives it, and Odoo has no rights on single fields of a data module: without a seal,
//! whoever may change one call could add the name of another call's recording to it, and listen.

use chrono::{DateTime, Utc};

use super::{Address, Ticket};
use crate::config::{Links, Server};
use crate::link::{Derived, Keys};
use calls::cdr;
use odoo_client::journal::{Kept, Sealed};

/// Makes seals, and knows its own.
#[derive(Debug, Clone, Copy)]
pub struct Seals<'a> {
    keys: &'a Keys,
}

impl<'a> Seals<'a> {
    /// Seals made of the secret that signs `links`; none without one.
    pub fn new(links: &'a Links) -> Option<Self> {
        let keys = &links.keys;
        keys.can_sign().then_some(Self { keys })
    }

    /// The seal on the `text` of the legs of the call `key`.
    pub fn seal(&self, key: &str, text: &str) -> Option<String> {
        derived(&[key, text]).secret(self.keys).ok()
    }

    /// Whether the bridge has stored `kept` with the call `key`.
    pub fn is_on(&self, key: &str, kept: &Kept) -> bool {
        let sealed = kept.seal();
        sealed.is_some_and(|Sealed { text, seal }| {
            derived(&[key, &text]).verify(self.keys, seal).is_ok()
        })
    }

    /// Whether the bridge has stored `kept` with the call `key`, as far as that can be told: without seals nothing is known of anybody else, and there is
    /// nothing that a leg could open.
    pub fn trust(seals: Option<Self>, key: &str, kept: &Kept) -> bool {
        seals.is_none_or(|seals| seals.is_on(key, kept))
    }

    /// The calls that the legs of the row `key` make; nothing where the bridge has not stored them for `server`.
    pub fn calls(&self, server: &Server, key: &str, kept: &Kept) -> Option<Vec<cdr::Call>> {
        let is_its = key.split_once('/').is_some_and(|(of, _)| of == server.id);
        (is_its && self.is_on(key, kept)).then(|| calls(server, kept))
    }

    /// Whether `kept` has recordings, and each is one that a link in the row leads to, signed by the bridge and good at `now`.
    pub fn has_linked(&self, server: &Server, kept: &Kept, now: DateTime<Utc>) -> bool {
        let pages = kept.pages();
        let linked: Vec<Ticket> = pages
            .iter()
            .filter_map(|page| {
                let (_, link) = page.split_once("/listen/")?;
                let (path, query) = link.split_once('?')?;
                let address = Address::parse(path, query)?;
                let is_its = address.server == server.id;
                is_its.then(|| address.admit(self.keys, now).ok()).flatten()
            })
            .collect();
        let calls = calls(server, kept);
        let mut tickets = calls.iter().flat_map(Ticket::all_of).peekable();
        let is_linked = |ticket| linked.iter().any(|linked| linked.is_same_file(&ticket));
        tickets.peek().is_some() && tickets.all(is_linked)
    }
}

fn calls(server: &Server, kept: &Kept) -> Vec<cdr::Call> {
    let legs = kept.legs().unwrap_or_default();
    cdr::calls_from_legs(legs, &server.device()).calls
}

/// Whoever holds it has stored these legs with this call.
fn derived<'p>(parts: &'p [&'p str]) -> Derived<'p> {
    Derived {
        scope: "legs of a call",
        parts,
    }
}

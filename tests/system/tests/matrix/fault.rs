//! The columns of the table.

use std::fmt;

use peers::proxy::Kind;

/// Whom the bridge speaks with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    Odoo,
    Ucm,
}

/// What strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A request to this peer, or its answer.
    Network(Peer, Kind),
    /// The instance ends before a request is sent.
    KillAtRequest,
    /// The instance ends before a write to the store, or after it.
    KillAtWrite,
}

/// What the proxy does; statuses take turns.
pub(crate) const KINDS: [(&str, Kind); 10] = [
    ("refuse", Kind::Refuse),
    ("reset", Kind::Reset),
    ("lost", Kind::Lost),
    ("stall", Kind::Stall),
    ("cut", Kind::Cut),
    ("drip", Kind::Drip),
    ("status", Kind::Status(STATUSES[0])),
    ("html", Kind::Html),
    ("twice", Kind::Twice),
    ("late", Kind::Late),
];

const STATUSES: [u16; 4] = [502, 500, 429, 403];

impl Fault {
    /// All of them, in the order of the table.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let network = |peer| KINDS.map(|(_, kind)| Self::Network(peer, kind));
        let kills = [Self::KillAtRequest, Self::KillAtWrite];
        network(Peer::Odoo)
            .into_iter()
            .chain(network(Peer::Ucm))
            .chain(kills)
    }

    /// The fault as it strikes for the n-th time: another status each time.
    pub(crate) fn turn(self, nth: usize) -> Self {
        match self {
            Self::Network(peer, Kind::Status(_)) => {
                Self::Network(peer, Kind::Status(STATUSES[nth % STATUSES.len()]))
            }
            other => other,
        }
    }

    /// At how many places, from the first on, it always strikes: what makes a push durable are its first writes, among many.
    pub(crate) fn always(self) -> usize {
        match self {
            Self::KillAtWrite => 4,
            _ => 0,
        }
    }

    /// Whether the bridge waits for an answer until it is out of patience.
    pub(crate) fn keeps_waiting(self) -> bool {
        matches!(self, Self::Network(_, Kind::Stall))
    }

    /// Whether a request that the bridge has sent once can reach the peer twice.
    pub(crate) fn doubles(self) -> bool {
        matches!(self, Self::Network(_, Kind::Twice))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(peer, Kind::Status(code)) => write!(f, "{peer:?} answers {code}"),
            Self::Network(peer, kind) => write!(f, "{peer:?} {kind:?}"),
            Self::KillAtRequest => f.write_str("killed at request"),
            Self::KillAtWrite => f.write_str("killed at write"),
        }
    }
}

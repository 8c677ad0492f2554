//! Recordings: from a signed link to the audio, straight out of the UCM, with nothing stored in between.
//!
//! A [`Ticket`] is what a link carries: which file, and what a listener is told of the call. `locate` finds the file on the UCM and stops where
//! its audio begins; [`answer`] decides what of it is sent and under which head; whoever drives this passes the bytes on. What is learned on
//! the way is remembered in [`Seen`], so that the probes of players need no UCM. A [`Refusal`] says why there is nothing to hear.

pub mod answer;
pub mod named;
pub mod slots;
pub mod sound;

mod address;
pub(crate) mod copies;
pub(crate) mod links;
mod locate;
mod mask;
mod players;
mod refusal;
mod seen;
mod ticket;

use chrono::{DateTime, Utc};

use crate::state::listens::Listen;

pub use address::Address;
#[cfg(test)]
pub(crate) use locate::first_folder;
pub use locate::{Opened, locate};
pub use mask::masked;
pub use players::Players;
pub use refusal::{Refusal, State, Why};
pub use seen::{Facts, Seen};
pub use ticket::Ticket;

/// What is recorded of an answer to `query` that begins at `now`.
pub fn listen(address: &Address<'_>, ticket: &Ticket, query: &str, now: DateTime<Utc>) -> Listen {
    Listen {
        at: now.timestamp(),
        ended: None,
        recording: ticket.id(),
        call: ticket.started_at,
        link: address.expires().timestamp(),
        kept: address::wants_download(query),
        bytes: 0,
    }
}

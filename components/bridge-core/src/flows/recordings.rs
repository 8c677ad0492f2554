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
mod seals;
mod seen;
mod ticket;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::flows::reach::failure::Failure;
use crate::state::listens::Listen;
use crate::state::{Added, DeadLetter, DeadLetters, Place};
use odoo_client::journal::bisect::Bisect;
use odoo_client::{OdooError, Reaction};
use ports::{Clock, KeyValue};

pub use address::Address;
#[cfg(test)]
pub(crate) use locate::first_folder;
pub use locate::{Opened, locate};
pub use mask::masked;
pub use players::Players;
pub use refusal::{Refusal, State, Why};
pub use seals::Seals;
pub use seen::{Facts, Seen};
pub use ticket::Ticket;

/// A call whose row Odoo does not change: its key, and what Odoo says.
pub(crate) type Refused = (String, OdooError);

/// Has `write` change all of `rows`; those that Odoo refuses stop no other, and are given, unless it refuses every one of many.
///
/// # Errors
/// [`OdooError`] when the rest has to wait.
async fn apart<R>(
    rows: &[R],
    key: impl Fn(&R) -> &str,
    write: impl AsyncFn(&[R]) -> Result<(), OdooError>,
) -> Result<Vec<Refused>, OdooError> {
    let is_refused = |error: &OdooError| error.reaction() == Reaction::SkipRow;
    let whole = match write(rows).await {
        Ok(()) => return Ok(Vec::new()),
        Err(error) if is_refused(&error) => error,
        Err(error) => return Err(error),
    };
    let mut bisect = Bisect::new(rows.len());
    while let Some(range) = bisect.next_batch() {
        match write(&rows[range]).await {
            Ok(()) => bisect.handle_accepted(),
            Err(error) if is_refused(&error) => bisect.handle_refused(error),
            Err(error) => return Err(error),
        }
    }
    if bisect.all_refused() {
        return Err(whole);
    }
    let refused = bisect.refused().iter();
    Ok(refused
        .map(|refused| (key(&rows[refused.row]).to_owned(), refused.error.clone()))
        .collect())
}

/// Sets calls aside that are `refused`, and says how many of them are new there.
///
/// # Errors
/// [`Failure`] when there is no room, or the store fails.
pub(crate) fn set_aside(
    world: &(impl KeyValue + Clock),
    place: &Place,
    server: &str,
    letters: &mut DeadLetters,
    refused: Vec<Refused>,
) -> Result<u32, Failure> {
    let mut new = 0;
    for (key, error) in refused {
        let letter = DeadLetter {
            at: world.now(),
            reason: format!("the recordings of a call: {}", error.in_full()),
            payload: json!({ "x_uid": key }).to_string(),
            session: key.split_once('/').map(|(_, session)| session.to_owned()),
            kept: false,
        };
        match letters.add(letter) {
            Added::New => new += 1,
            Added::Known => {}
            Added::Full => return Err(Failure::TooManyDeadLetters(letters.len())),
        }
    }
    letters.save(world, place, server)?;
    Ok(new)
}

/// What is recorded of an answer to `query` that begins at `now`, of the file of `ticket`, for which `mark` stands.
pub fn listen(
    address: &Address<'_>,
    ticket: &Ticket,
    mark: &str,
    query: &str,
    now: DateTime<Utc>,
) -> Listen {
    Listen {
        at: now.timestamp(),
        ended: None,
        recording: mark.to_owned(),
        call: ticket.started_at,
        link: address.expires().timestamp(),
        kept: address::wants_download(query),
        bytes: 0,
    }
}

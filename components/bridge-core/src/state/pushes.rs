//! What is known about a server's pushes: for people, and for the poll that looks for calls that were never pushed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Stored, key, load, save};
use ports::{KeyValue, StoreError};

/// When a server pushed. Written by whoever brings its legs into Odoo; a lost update costs a moment's accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushes {
    /// When the first record came.
    pub first_at: DateTime<Utc>,
    /// When the last record came.
    pub last_at: DateTime<Utc>,
}

impl Stored for Pushes {
    const VERSION: u32 = 1;
}

/// When `server` last pushed a record, if it ever did.
///
/// # Errors
/// [`StoreError`] when the store fails.
pub fn last_at(store: &impl KeyValue, server: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    let known: Option<Pushes> = load(store, &key::of(server, key::What::Pushes))?;
    Ok(known.map(|known| known.last_at))
}

/// Takes note that records came from `first_at` to `last_at`.
///
/// # Errors
/// [`StoreError`] when the store fails.
pub fn note(
    store: &impl KeyValue,
    server: &str,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let key = key::of(server, key::What::Pushes);
    let known: Option<Pushes> = load(store, &key)?;
    let pushes = Pushes {
        first_at: known.map_or(first_at, |known| known.first_at.min(first_at)),
        last_at: known.map_or(last_at, |known| known.last_at.max(last_at)),
    };
    if known == Some(pushes) {
        return Ok(());
    }
    save(store, &key, &pushes)
}

/// Refusals of one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Refusals {
    minute: i64,
    count: u32,
}

impl Stored for Refusals {
    const VERSION: u32 = 1;
}

/// Counts a push that was refused for its secret, and says whether there were too many in this minute.
///
/// Only who has been refused is counted and told so: whoever shows the right secret is never looked up here, so nobody can be locked out by
/// others. What the limit saves is the store and the log: beyond it a refusal costs one read.
pub fn is_refused_too_often(store: &impl KeyValue, server: &str, now: DateTime<Utc>) -> bool {
    let key = key::of(server, key::What::PushRefusals);
    let minute = now.timestamp().div_euclid(60);
    let known: Refusals = load(store, &key).ok().flatten().unwrap_or_default();
    let count = if known.minute == minute {
        known.count
    } else {
        0
    };
    if count >= MOST_REFUSALS {
        return true;
    }
    // A store that fails must not turn a refusal into anything else.
    _ = save(
        store,
        &key,
        &Refusals {
            minute,
            count: count + 1,
        },
    );
    false
}

/// A person who tries out settings stays below it.
const MOST_REFUSALS: u32 = 30;

//! Links to recordings, kept fresh in Odoo: whoever may open a call there finds one that works, and nobody else gets a new one.
//!
//! Once a month, and whenever the secret or the public address has changed, a server's links are looked over in the order of their rows, in
//! the time that its polls leave. Those that end within a month, are signed with an older secret or lead elsewhere are made anew
//! from the legs that are stored with the call; a call that has recordings and no link gets one. Where recordings are switched off, links are
//! taken away.
//!
//! Before that, and once, legs get a seal that an earlier version has stored without one, as far as links that the bridge has signed stand beside
//! them and are still good. Later nothing but a seal counts: an old link that somebody has kept brings them no new one.

use std::cell::RefCell;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Refused, apart, set_aside};
use crate::config::{Offer, Server};
use crate::flows::reach::Odoo;
use crate::flows::reach::failure::Failure;
use crate::flows::reach::timed::STEP;
use crate::flows::recordings::{Players, Seals};
use crate::flows::report::count;
use crate::state::key::About;
use crate::state::{self, DeadLetters, Stored};
use odoo_client::OdooError;
use odoo_client::journal::change::Change;
use odoo_client::links::{self, LEGS_BATCH, LINKS_BATCH, Linked};
use ports::World;

/// How far the links of a server are looked over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Round {
    name: String,
    /// The last row that was looked at.
    after: i64,
    done: bool,
    /// The last row without a seal that was looked at.
    #[serde(default)]
    sealed_to: i64,
    /// Whether all of them were.
    #[serde(default)]
    sealed: bool,
}

impl Stored for Round {
    const VERSION: u32 = 1;
}

/// Renews links of `server` as long as there is time, and gives the number of calls that got new ones, or lost theirs; what Odoo does not change
/// is set aside among the `letters`. A round that is done costs one key.
///
/// # Errors
/// [`Failure`] when Odoo or the store fails.
pub(crate) async fn renew<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    server: &Server,
    players: Option<&Players<'_>>,
    letters: &mut DeadLetters,
) -> Result<u32, Failure> {
    let is_off = server.recordings.offer == Offer::Off;
    let name = match players {
        _ if is_off => OFF.to_owned(),
        Some(players) => players.round(),
        // Not configured: nothing is known that would be better than what is there.
        None => return Ok(0),
    };
    let journal = odoo.journal()?;
    let key = journal.of(&server.id, About::Links);
    let mut round: Round = state::load(world, &key)?.unwrap_or_default();
    if let Some(players) = players {
        while !round.sealed && world.has(STEP) {
            let rows = odoo
                .call(&links::unsealed(&server.id, round.sealed_to))
                .await?;
            let refused = seal(odoo, server, players.seals(), &rows, world.now()).await?;
            set_aside(world, journal.place(), &server.id, letters, refused)?;
            round.sealed_to = rows.last().map_or(round.sealed_to, |row| row.id);
            round.sealed = rows.len() < LEGS_BATCH;
            state::save(world, &key, &round)?;
        }
    }
    if round.name != name {
        (round.name, round.after, round.done) = (name, 0, false);
    }
    let since = server.recordings.kept_since(world.now());
    let since = since.map(|since| since.format("%Y-%m-%d %H:%M:%S").to_string());
    let mut renewed = 0;
    while !round.done && world.has(STEP) {
        let rows = match is_off {
            true => links::linked(&server.id, round.after),
            false => links::recorded(&server.id, since.as_deref(), round.after),
        };
        let rows = odoo.call(&rows).await?;
        let (calls, refused) = match players.filter(|_| !is_off) {
            Some(players) => replace(odoo, server, players, &rows).await?,
            None => take_away(odoo, &rows).await?,
        };
        renewed += calls;
        set_aside(world, journal.place(), &server.id, letters, refused)?;
        round.after = rows.last().map_or(round.after, |row| row.id);
        round.done = rows.len() < LINKS_BATCH;
        state::save(world, &key, &round)?;
    }
    Ok(renewed)
}

async fn replace<W: World>(
    odoo: &Odoo<'_, W>,
    server: &Server,
    players: &Players<'_>,
    rows: &[Linked],
) -> Result<(u32, Vec<Refused>), Failure> {
    let stale = rows.iter().filter(|row| !players.is_fresh(&row.url));
    let stale: Vec<i64> = stale.map(|row| row.id).collect();
    let make = |row: links::Stored| {
        let key = row.row.key.clone();
        // What a later version of the bridge has stored is left to it, and what somebody else has stored to nobody.
        let calls = players.seals().calls(server, &key, &row.kept)?;
        let pages: Vec<_> = calls.iter().flat_map(|call| players.pages(call)).collect();
        let seal = |text: &str| players.seals().seal(&key, text);
        (!pages.is_empty()).then(|| row.with_links(&pages, seal))
    };
    let (mut renewed, mut refused) = (0, Vec::new());
    for ids in stale.chunks(LEGS_BATCH) {
        renewed += rewrite(odoo, ids.to_vec(), make, &mut refused).await?;
    }
    Ok((renewed, refused))
}

/// Seals the legs of `rows` as far as links vouch for them.
async fn seal<W: World>(
    odoo: &Odoo<'_, W>,
    server: &Server,
    seals: Seals<'_>,
    rows: &[Linked],
    now: DateTime<Utc>,
) -> Result<Vec<Refused>, Failure> {
    let ids = rows.iter().map(|row| row.id).collect();
    let make = |row: links::Stored| {
        let key = row.row.key.clone();
        let is_vouched = seals.has_linked(server, &row.kept, now);
        let seal = |text: &str| seals.seal(&key, text);
        is_vouched.then(|| row.with_seal(server.has_copies(), seal))?
    };
    let mut refused = Vec::new();
    rewrite(odoo, ids, make, &mut refused).await?;
    Ok(refused)
}

/// Changes rows as `make` says, and gives the number of those that were changed. What somebody else has changed meanwhile is read again.
async fn rewrite<W: World>(
    odoo: &Odoo<'_, W>,
    mut ids: Vec<i64>,
    make: impl Fn(links::Stored) -> Option<Change>,
    refused: &mut Vec<Refused>,
) -> Result<u32, Failure> {
    let mut rewritten = 0;
    for _ in 0..ROUNDS {
        if ids.is_empty() {
            return Ok(rewritten);
        }
        let stored = odoo.in_halves(&ids, links::stored, |_| None).await?;
        let changes: Vec<_> = stored.into_iter().filter_map(&make).collect();
        if changes.is_empty() {
            return Ok(rewritten);
        }
        let overtaken = RefCell::new(Vec::new());
        let change = async |part: &[Change]| {
            let left = odoo.change(part).await?;
            overtaken.borrow_mut().extend(left);
            Ok(())
        };
        let left = apart(&changes, |change| &change.row.key, change).await?;
        ids = overtaken.into_inner();
        rewritten += count(changes.len().saturating_sub(ids.len() + left.len()));
        refused.extend(left);
    }
    match ids.is_empty() {
        true => Ok(rewritten),
        false => Err(OdooError::Overtaken.into()),
    }
}

async fn take_away<W: World>(
    odoo: &Odoo<'_, W>,
    rows: &[Linked],
) -> Result<(u32, Vec<Refused>), Failure> {
    if rows.is_empty() {
        return Ok((0, Vec::new()));
    }
    let take = async |part: &[Linked]| {
        let ids = part.iter().map(|row| row.id).collect();
        odoo.call(&links::take_away(ids)).await.map(drop)
    };
    let refused = apart(rows, |row| &row.key, take).await?;
    Ok((count(rows.len() - refused.len()), refused))
}

/// Name of the round in which links are taken away.
const OFF: &str = "off";
/// How often calls are read again that somebody else has changed meanwhile.
const ROUNDS: u32 = 4;

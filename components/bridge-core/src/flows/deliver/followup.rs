//! Follows up what was written: people are told at once what they have missed, missed calls become to-dos, to-dos of people who were reached
//! are closed, and unknown callers become leads.
//!
//! That something has to be followed up is noted before it is written, and a note counts until it was done: whoever dies in between leaves it
//! to the next run. What there should be is decided from the journal ([`calls::followup`]), and each of the three by itself: one that fails
//! does not hold up the others.

mod leads;
mod notices;
mod people;
mod refused;
mod todos;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use self::people::People;
use super::journal::{Last, Written};
use crate::config::Server;
use crate::flows::reach::Odoo;
use crate::flows::reach::failure::Failure;
use crate::state::key::About;
use crate::state::{self, DeadLetters, Journal, Stored};
use calls::followup::Past;
use odoo_client::past;
use odoo_client::{Call, OdooError, Reaction};
use ports::{StoreError, World};
use refused::Refusals;

/// Calls of a server have been written, or are about to be, since this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Expected {
    since: DateTime<Utc>,
    /// Unlike that of any other note: two may be of one moment.
    #[serde(default)]
    by: u64,
    /// The calls that were written last, where that is certain.
    #[serde(rename = "shown", default, skip_serializing_if = "Option::is_none")]
    last: Option<Last>,
}

impl Stored for Expected {
    const VERSION: u32 = 1;
}

/// Takes note that calls are about to be written, or have been, `last` of them, and gives the note.
fn expect<W: World>(
    world: &W,
    journal: &Journal,
    server: &Server,
    last: Option<Last>,
) -> Result<Expected, StoreError> {
    let key = journal.of(&server.id, About::FollowUp);
    let expected = Expected {
        since: world.now(),
        by: world.unique(),
        last,
    };
    state::save(world, &key, &expected)?;
    Ok(expected)
}

/// Notes that calls are about to be written, writes them, and notes it again: for a run that dies after writing, and where another run has looked
/// in between, found nothing yet, and taken the first note for done. Costs nothing where nothing follows from calls.
pub(crate) async fn noted<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    server: &Server,
    written: impl Future<Output = Result<Written, OdooError>>,
) -> Result<Written, Failure> {
    let journal = odoo.journal()?;
    if server.follow_up.is_off() {
        return Ok(written.await?);
    }
    let before = open(world, &journal, server)?;
    let about_to = expect(world, &journal, server, None)?;
    let written = written.await?;
    // Of what was changed nothing says when a replica knows of it, nor of what another run has written meanwhile.
    let is_alone = noted_last(world, &journal, server)? == Some(about_to);
    let is_certain = is_alone && written.changed == 0;
    let last = is_certain.then(|| written.last.clone());
    let last = match before {
        None => last,
        Some(before) => last
            .zip(before.last)
            .map(|(last, before)| last.after(before)),
    };
    expect(world, &journal, server, last)?;
    Ok(written)
}

/// Something that follows from a call, and that Odoo may refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Task {
    /// The to-do of a call in vain: made, changed or closed.
    Todo,
    /// The lead of an unknown caller.
    Lead,
}

impl Task {
    /// All of them, in the order in which they are done.
    pub(crate) const ALL: [Self; 2] = [Self::Todo, Self::Lead];

    /// The field of its call that says whether it is done.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Todo => "x_followed_up",
            Self::Lead => "x_lead_decided",
        }
    }
}

/// The numbers whose to-dos or leads were not seen to.
#[derive(Default)]
pub(crate) struct Unseen {
    /// What would follow is switched off.
    pub(crate) switched_off: BTreeSet<String>,
    /// Odoo has refused it.
    pub(crate) refused: BTreeSet<String>,
}

/// Sees once more to what follows from these calls, on whichever server and however long ago they were made: they came in time. Gives the numbers of
/// those for which it was not done.
///
/// # Errors
/// [`Failure`] when that has not been done.
pub(crate) async fn again<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    server: &Server,
    letters: &mut DeadLetters,
    (task, calls): (Task, &[Past]),
) -> Result<Unseen, Failure> {
    let is_on = match task {
        Task::Todo => server.follow_up.closes,
        Task::Lead => server.follow_up.leads,
    };
    if !is_on || calls.is_empty() {
        let numbers = calls.iter().map(|call| call.number.clone());
        return Ok(Unseen {
            switched_off: numbers.collect(),
            ..Unseen::default()
        });
    }
    let ids: Vec<i64> = calls.iter().map(|call| call.id).collect();
    let follower = Follower {
        again: Some(ids.clone()),
        ..Follower::new(world, odoo, server, Some(letters))?
    };
    let round = async || match task {
        Task::Todo => follower.see_to_todos().await,
        Task::Lead => follower.see_to_leads().await,
    };
    if task == Task::Todo {
        // Whoever dies on the way has it done by the next run, where the calls are not of long ago.
        odoo.call(&past::to_follow_up(ids)).await?;
    }
    follower.in_rounds(round).await?;
    Ok(Unseen {
        switched_off: follower.switched_off.take(),
        refused: follower.refusals.numbers(),
    })
}

/// Whether calls of `server` have been written that are still to be followed up.
pub(crate) fn is_open<W: World>(
    world: &W,
    journal: &Journal,
    server: &Server,
) -> Result<bool, StoreError> {
    Ok(open(world, journal, server)?.is_some())
}

/// The note that is not done yet.
fn open<W: World>(
    world: &W,
    journal: &Journal,
    server: &Server,
) -> Result<Option<Expected>, StoreError> {
    if server.follow_up.is_off() {
        return Ok(None);
    }
    let Some(expected) = noted_last(world, journal, server)? else {
        return Ok(None);
    };
    let done = state::load::<Expected>(world, &journal.of(&server.id, About::FollowedUp))?;
    Ok(Some(expected).filter(|expected| done.as_ref() != Some(expected)))
}

/// The last note, whether it is done or not.
fn noted_last<W: World>(
    world: &W,
    journal: &Journal,
    server: &Server,
) -> Result<Option<Expected>, StoreError> {
    state::load(world, &journal.of(&server.id, About::FollowUp))
}

/// Follows up the calls of `server` that have been written since the last time, and says how many letters are new among those that are set
/// aside. Doing it again does nothing more. Without `letters`, what Odoo refuses is left to a later run.
///
/// # Errors
/// [`Failure`] when the rest has to wait for a later run, which then does it.
pub(crate) async fn settle<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    server: &Server,
    letters: Option<&mut DeadLetters>,
) -> Result<u32, Failure> {
    let journal = odoo.journal()?;
    let Some(expected) = open(world, &journal, server)? else {
        return Ok(0);
    };
    let follower = Follower {
        last: expected.last.as_ref(),
        ..Follower::new(world, odoo, server, letters)?
    };
    follower.follow_up().await?;
    // Where a first look did not show the last of what has just been written, it may be a replica of Odoo's database that has not heard of it
    // yet, whatever else it knows.
    let looks = [follower.has_seen_missed.get(), follower.has_seen.get()];
    let has_seen = !looks.contains(&Some(false));
    let is_certain = has_seen || follower.now - expected.since >= LAG;
    let refusals = follower.refusals;
    // The note itself stays: what another instance notes meanwhile is another one, and still to be followed up.
    if is_certain && !refusals.any_left() {
        state::save(world, &journal.of(&server.id, About::FollowedUp), &expected)?;
    }
    Ok(refusals.new_letters())
}

struct Follower<'a, 'o, W> {
    odoo: &'a Odoo<'o, W>,
    server: &'a Server,
    now: DateTime<Utc>,
    /// The calls that were written last: who knows of them knows of the others.
    last: Option<&'a Last>,
    /// Whether the look for what was missed has found the last of it, if there is any; nothing where nobody has looked.
    has_seen_missed: Cell<Option<bool>>,
    /// Whether the first look for the rest has found the last call.
    has_seen: Cell<Option<bool>>,
    refusals: Refusals<'a, W>,
    /// The calls that are seen to, whatever else waits.
    again: Option<Vec<i64>>,
    /// The numbers whose to-dos would be made or changed, if this server had any.
    switched_off: RefCell<BTreeSet<String>>,
}

impl<'a, 'o, W: World> Follower<'a, 'o, W> {
    fn new(
        world: &'a W,
        odoo: &'a Odoo<'o, W>,
        server: &'a Server,
        letters: Option<&'a mut DeadLetters>,
    ) -> Result<Self, StoreError> {
        let place = odoo.journal()?.place().clone();
        Ok(Self {
            odoo,
            server,
            now: world.now(),
            last: None,
            has_seen_missed: Cell::new(None),
            has_seen: Cell::new(None),
            switched_off: RefCell::default(),
            refusals: Refusals::new(world, place, &server.id, letters),
            again: None,
        })
    }

    /// What cannot wait comes first. The first failure is told once everything was tried.
    async fn follow_up(&self) -> Result<(), Failure> {
        let asked = self.server.follow_up;
        let mut ended = Ok(());
        if asked.notices {
            let said = self.say_what_was_missed().await;
            ended = ended.and(said.map_err(Failure::from));
        }
        if asked.closes {
            ended = ended.and(self.in_rounds(async || self.see_to_todos().await).await);
        }
        if asked.leads {
            ended = ended.and(self.in_rounds(async || self.see_to_leads().await).await);
        }
        ended
    }

    /// Until a round says that it was the last. After a race that was lost, what is there now has to be seen before going on.
    async fn in_rounds(
        &self,
        round: impl AsyncFn() -> Result<bool, Failure>,
    ) -> Result<(), Failure> {
        let mut lost = 0;
        loop {
            match round().await {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(Failure::Odoo(error))
                    if error.reaction() == Reaction::SearchAgain && lost < LOST_RACES =>
                {
                    lost += 1;
                    self.odoo.let_a_replica_catch_up(lost).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// All calls with `numbers` for so long back, whichever server they were made on. Where they are more than one answer has, fewer numbers
    /// are asked for at a time; of a single number the latest suffice.
    async fn history(&self, numbers: &[&str], back: TimeDelta) -> Result<Vec<Past>, OdooError> {
        let mut parts = vec![numbers];
        let mut calls = Vec::new();
        while let Some(part) = parts.pop() {
            let found = self.odoo.call(&past::history(part, self.ago(back))).await?;
            if found.len() == past::HISTORY && part.len() > 1 {
                let (left, right) = part.split_at(part.len() / 2);
                parts.extend([left, right]);
            } else {
                calls.extend(found);
            }
        }
        Ok(calls)
    }

    /// The calls that a look finds which shows none but those in vain.
    async fn see_missed(&self, look: Call<Vec<Past>>) -> Result<Vec<Past>, OdooError> {
        self.sight(look, &self.has_seen_missed, |last| last.missed.as_deref())
            .await
    }

    /// The calls that a look finds.
    async fn see(&self, look: Call<Vec<Past>>) -> Result<Vec<Past>, OdooError> {
        self.sight(look, &self.has_seen, |last| last.key.as_deref())
            .await
    }

    /// The calls that `look` finds; the first one says whether what it has to show is among them.
    async fn sight(
        &self,
        look: Call<Vec<Past>>,
        has_seen: &Cell<Option<bool>>,
        shows: impl FnOnce(&Last) -> Option<&str>,
    ) -> Result<Vec<Past>, OdooError> {
        let calls = self.odoo.call(&look).await?;
        if has_seen.get().is_none() {
            let is_shown = |key| calls.iter().any(|call| call.key == key);
            let sees = self
                .last
                .is_some_and(|last| shows(last).is_none_or(is_shown));
            has_seen.set(Some(sees));
        }
        Ok(calls)
    }

    fn ago(&self, time: TimeDelta) -> NaiveDateTime {
        (self.now - time).naive_utc()
    }
}

/// Calls that began earlier bring nothing about: a first import must not bring to-dos, or leads, of last month.
const FRESH: TimeDelta = TimeDelta::days(1);
/// How far back it is looked whether somebody was reached.
const REMEMBERED: TimeDelta = TimeDelta::days(30);
/// How far a replica of Odoo's database may lag behind it.
const LAG: TimeDelta = TimeDelta::minutes(1);
/// How often it is looked again after losing against another run.
const LOST_RACES: u32 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    /// It named its last call in another way. What it speaks of is still to be followed up, and nobody knows what would show that a replica knows it.
    #[test]
    fn a_note_of_the_version_before_counts() {
        let note = r#"{"since":"2026-06-15T14:30:00Z","by":7,"last":"paris/1781504500"}"#;
        let expected: Expected = serde_json::from_str(note).unwrap();
        assert_eq!((expected.by, expected.last), (7, None));
    }
}

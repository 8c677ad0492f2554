//! What was set aside: shown to a person without what is personal, tried again, or discarded.
//!
//! A letter is taken out once the journal has what it holds: because it was tried again here, or because a later run has brought the same
//! legs in. Trying again goes the usual way, from legs to the journal, and does nothing more when done twice.

mod masked;
mod payload;

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::Value;

use super::report::Status;
use super::roster;
use crate::config::{Config, Server};
use crate::flows::deliver::followup::{self, Task};
use crate::flows::deliver::journal;
use crate::flows::deliver::known::Known;
use crate::flows::deliver::reading::{Reading, Seen, SetAside};
use crate::flows::reach::Odoo;
use crate::flows::reach::failure::Failure;
use crate::flows::reach::timed::{STEP, Timed};
use crate::state::elsewhere::{self, Waiting};
use crate::state::{DeadLetter, DeadLetters, Lease, Place, key};
use calls::cdr::{Call, Leg};
use odoo_client::journal::{self as odoo_journal, Kept, Trust as _};
use odoo_client::past;
use payload::Contents;
use ports::{Clock, KeyValue, StoreError, World};

/// One letter, as a person may see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
    /// Its id, to try it again or discard it.
    pub id: String,
    /// When it was first set aside.
    pub at: DateTime<Utc>,
    /// What is wrong with it.
    pub reason: String,
    /// The call it belongs to, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The record; numbers without their middle, and of other texts only that they are there.
    pub payload: Value,
    /// Whether it waits for another Odoo than that of the settings: it can be discarded, and not be tried again.
    #[serde(rename = "elsewhere", skip_serializing_if = "std::ops::Not::not")]
    pub is_elsewhere: bool,
}

/// Which letters are tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Letters {
    /// All of the server.
    All,
    /// One, by its id.
    One(String),
}

/// What came of trying again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Retried {
    /// The server's id.
    pub server: String,
    /// How it ended.
    pub status: Status,
    /// What went wrong and what to do, where something did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Letters whose content the journal has now.
    pub delivered: u32,
    /// Letters that were tried, and stay.
    pub refused: u32,
    /// What is set aside now.
    pub letters: Vec<Listed>,
}

/// What is set aside for `server`, the oldest first; then what waits for another Odoo.
///
/// # Errors
/// [`StoreError`] when it cannot be read.
pub fn list(store: &impl KeyValue, place: &Place, server: &str) -> Result<Vec<Listed>, StoreError> {
    let mut letters = listed(&DeadLetters::load(store, place, server)?);
    let waiting = elsewhere::waiting(store, place, server)?;
    letters.extend(waiting.iter().map(|it| {
        let listed = Listed::of(&it.id, &it.letter);
        Listed {
            reason: elsewhere::joined(&listed.reason, &it.why),
            is_elsewhere: true,
            ..listed
        }
    }));
    Ok(letters)
}

/// One letter as it came, for administrators.
///
/// # Errors
/// [`StoreError`] when it cannot be read.
pub fn show(
    store: &impl KeyValue,
    place: &Place,
    server: &str,
    id: &str,
) -> Result<Option<DeadLetter>, StoreError> {
    let letters = DeadLetters::load(store, place, server)?;
    match letters.get(id) {
        Some(letter) => Ok(Some(letter.clone())),
        None => Ok(find_elsewhere(store, place, server, id)?.map(DeadLetter::from)),
    }
}

/// What came of discarding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discarded {
    /// It is taken out for good, and handed over.
    Gone(DeadLetter),
    /// There is none of this id.
    NoSuch,
    /// It waits for another Odoo, and a run is at work: nothing was done.
    Busy,
}

/// Takes a letter out for good. The same record is not set aside again.
///
/// # Errors
/// [`StoreError`] when it cannot be read or taken out.
pub fn discard(
    world: &(impl KeyValue + Clock),
    place: &Place,
    server: &str,
    id: &str,
) -> Result<Discarded, StoreError> {
    let now = world.now();
    // What it holds goes at once, or with a run: with the one that is at work, or the next.
    if let Some(discarded) = DeadLetters::discard(world, place, server, id, now)? {
        while_idle(world, server, || Ok(()), place)?;
        return Ok(Discarded::Gone(discarded));
    }
    let Some(waiting) = find_elsewhere(world, place, server, id)? else {
        return Ok(Discarded::NoSuch);
    };
    if let Some(parcel) = waiting.parcel() {
        world.delete(parcel)?;
        return Ok(Discarded::Gone(waiting.into()));
    }
    // No run comes by for another Odoo, so it goes now or not at all.
    let note = || DeadLetters::discard(world, waiting.place(), server, id, now).map(drop);
    match while_idle(world, server, note, waiting.place())? {
        true => Ok(Discarded::Gone(waiting.into())),
        false => Ok(Discarded::Busy),
    }
}

/// Takes out what is discarded of the letters that are meant for the Odoo at `place`, `note` before it; neither while a run is at work.
fn while_idle(
    world: &(impl KeyValue + Clock),
    server: &str,
    note: impl FnOnce() -> Result<(), StoreError>,
    place: &Place,
) -> Result<bool, StoreError> {
    let (now, lease) = (world.now(), key::of(server, key::What::Lease));
    let is_idle = Lease::take(world, &lease, now, now + TO_DISCARD)?;
    if is_idle {
        note()?;
        DeadLetters::load(world, place, server)?.save(world, place, server)?;
        world.delete(&lease)?;
    }
    Ok(is_idle)
}

/// What waits for another Odoo under this id.
fn find_elsewhere(
    store: &impl KeyValue,
    place: &Place,
    server: &str,
    id: &str,
) -> Result<Option<Waiting>, StoreError> {
    let waiting = elsewhere::waiting(store, place, server)?;
    Ok(waiting.into_iter().find(|it| it.id == id))
}

/// Tries letters of the server `id` again. `None` when there is no such server, or no such letter.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read or kept.
pub async fn retry(
    world: &impl World,
    config: &Config,
    id: &str,
    which: &Letters,
) -> Result<Option<Retried>, StoreError> {
    let world = &Timed::new(world, config.run_budget);
    let Some(server) = roster::find(world, config, id).await? else {
        return Ok(None);
    };
    let place = config.place();
    if !world.take_lease(key::of(id, key::What::Lease))? {
        let letters = DeadLetters::load(world, &place, id)?;
        return Ok(Some(Retried::new(&server, Status::Busy, &letters)));
    }
    let letters = DeadLetters::load(world, &place, id)?;
    let chosen: Vec<String> = match which {
        Letters::All => letters.iter().map(|(id, _)| id.to_owned()).collect(),
        Letters::One(id) => letters.get(id).map(|_| id.clone()).into_iter().collect(),
    };
    let retried = if chosen.is_empty() && *which != Letters::All {
        refuse_elsewhere(world, &place, &server, which)?
    } else {
        let mut work = Work {
            world,
            place: &place,
            odoo: Odoo::remembering(world, &config.odoo),
            known: Known::new(&server, &config.links, world.now()),
            server: &server,
            letters,
            delivered: 0,
            refused: 0,
        };
        let ended = work.through(&chosen).await;
        Some(work.report(ended))
    };
    world.give_lease_back()?;
    Ok(retried)
}

/// What waits for another Odoo is never brought into this one.
fn refuse_elsewhere(
    store: &impl KeyValue,
    place: &Place,
    server: &Server,
    which: &Letters,
) -> Result<Option<Retried>, StoreError> {
    let Letters::One(id) = which else {
        return Ok(None);
    };
    let Some(waiting) = find_elsewhere(store, place, &server.id, id)? else {
        return Ok(None);
    };
    let letters = list(store, place, &server.id)?;
    Ok(Some(Retried {
        detail: Some(waiting.why),
        refused: 1,
        letters,
        ..Retried::new(server, Status::NeedsAttention, &DeadLetters::default())
    }))
}

/// Takes out what the journal has got by another way: `calls` are in it now, and nothing about them was refused.
pub(crate) fn settle<'a>(letters: &mut DeadLetters, calls: impl Iterator<Item = &'a Call>) {
    if letters.is_empty() {
        return;
    }
    let calls: BTreeMap<&str, &Call> = calls.map(|call| (call.id.session.as_str(), call)).collect();
    letters.settle(|letter| {
        let session = letter.session.as_deref().unwrap_or_default();
        calls
            .get(session)
            .is_some_and(|call| payload::is_within(&letter.payload, call))
    });
}

fn listed(letters: &DeadLetters) -> Vec<Listed> {
    let mut listed: Vec<Listed> = letters
        .iter()
        .map(|(id, letter)| Listed::of(id, letter))
        .collect();
    listed.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    listed
}

impl Listed {
    fn of(id: &str, letter: &DeadLetter) -> Self {
        Self {
            id: id.to_owned(),
            at: letter.at,
            reason: masked::numbers(&letter.reason),
            session: letter.session.as_deref().map(masked::numbers),
            payload: masked::payload(&letter.payload),
            is_elsewhere: false,
        }
    }
}

impl Retried {
    fn new(server: &Server, status: Status, letters: &DeadLetters) -> Self {
        Self {
            server: server.id.clone(),
            status,
            detail: None,
            delivered: 0,
            refused: 0,
            letters: listed(letters),
        }
    }
}

/// The legs of a letter.
#[derive(Debug, Clone)]
struct Legs {
    legs: Vec<Leg>,
    /// Whether the UCM has shown them: those that were read from Odoo may be of whoever has changed the call there.
    are_vouched: bool,
}

/// Letters by what they hold, under their ids.
struct Sorted {
    /// Their legs, or why there are none.
    contents: BTreeMap<String, Result<Legs, String>>,
    /// The keys of calls of which something follows that was refused, and what.
    tasks: BTreeMap<Task, BTreeMap<String, String>>,
}

/// Letters on their way into the journal.
struct Work<'a, W> {
    world: &'a W,
    place: &'a Place,
    odoo: Odoo<'a, W>,
    known: Known<'a>,
    server: &'a Server,
    letters: DeadLetters,
    delivered: u32,
    refused: u32,
}

impl<W: World> Work<'_, W> {
    /// Batch after batch, until all were tried or the time is used up.
    async fn through(&mut self, ids: &[String]) -> Result<Status, Failure> {
        let mut status = Status::Complete;
        for batch in ids.chunks(BATCH) {
            if !self.world.has(STEP) {
                status = Status::MoreToCome;
                break;
            }
            self.batch(batch).await?;
            self.letters.save(self.world, self.place, &self.server.id)?;
        }
        let letters = Some(&mut self.letters);
        followup::settle(self.world, &self.odoo, self.server, letters).await?;
        Ok(status)
    }

    async fn batch(&mut self, ids: &[String]) -> Result<(), Failure> {
        let Sorted { contents, tasks } = self.contents(ids).await?;
        let unvouched = Known::unvouched(self.server);
        let mut refused = Vec::new();
        for (is_vouched, known) in [(true, &self.known), (false, &unvouched)] {
            let legs = contents.values().flatten();
            let legs = legs.filter(|legs| legs.are_vouched == is_vouched);
            let legs: Vec<Leg> = legs.flat_map(|legs| legs.legs.clone()).collect();
            refused.extend(self.bring_in(known, legs).await?);
        }
        let reasons: BTreeMap<&str, &str> = refused
            .iter()
            .filter_map(|refused| Some((refused.session.as_deref()?, refused.reason.as_str())))
            .collect();
        for (id, legs) in contents {
            let reason = legs.and_then(|Legs { legs, .. }| {
                let sessions: HashSet<&str> = legs.iter().map(|leg| leg.session.as_str()).collect();
                let reason = sessions.iter().find_map(|session| reasons.get(session));
                reason.map_or(Ok(()), |reason| Err((*reason).to_owned()))
            });
            self.conclude(id, reason);
        }
        for (task, letters) in tasks {
            self.see_to(task, letters).await?;
        }
        Ok(())
    }

    /// Sees to to-dos or leads that were refused, each letter with the key of its call. The letters are taken out once that is done: no other run
    /// would do it, where the calls are of long ago.
    async fn see_to(&mut self, task: Task, all: BTreeMap<String, String>) -> Result<(), Failure> {
        // From here on no call reaches another journal than that of the letters.
        self.odoo.journal()?;
        let keys: Vec<&str> = all.values().map(String::as_str).collect();
        let calls = self.odoo.call(&past::of_keys(&keys)).await?;
        let mut tried = Vec::with_capacity(all.len());
        for (id, key) in all {
            match calls.iter().find(|call| call.key == key) {
                Some(call) => {
                    let letter = self.letters.remove(&id);
                    tried.extend(letter.map(|letter| (id, call, letter)));
                }
                None => self.conclude(id, Err(GONE.to_owned())),
            }
        }
        let (letters, what) = (&mut self.letters, (task, &*calls));
        let done = followup::again(self.world, &self.odoo, self.server, letters, what).await;
        let unseen = match done {
            Ok(unseen) => unseen,
            Err(failure) => {
                for (_, _, letter) in tried {
                    self.letters.put_back(letter);
                }
                self.letters.save(self.world, self.place, &self.server.id)?;
                return Err(failure);
            }
        };
        for (id, call, letter) in tried {
            if unseen.switched_off.contains(&call.number) {
                self.letters.put_back(letter);
                self.conclude(id, Err(SWITCHED_OFF.to_owned()));
            } else if unseen.refused.contains(&call.number) {
                // It is set aside again, with whichever call of its number it is about now.
                self.refused += 1;
            } else {
                self.delivered += 1;
            }
        }
        Ok(())
    }

    /// Brings the calls of `legs` into the journal, and says what of them is set aside again.
    async fn bring_in(&self, known: &Known<'_>, legs: Vec<Leg>) -> Result<Vec<SetAside>, Failure> {
        let reading = Reading::of_legs(legs, self.server);
        let calls: Vec<&Call> = reading.calls.iter().map(|Seen { call, .. }| call).collect();
        let mut refused = reading.set_aside;
        if !calls.is_empty() {
            self.odoo.confirm().await?;
            let writing = journal::write(&self.odoo, known, &calls, None);
            let written = followup::noted(self.world, &self.odoo, self.server, writing).await?;
            refused.extend(written.refused);
        }
        Ok(refused)
    }

    /// What each letter holds.
    async fn contents(&self, ids: &[String]) -> Result<Sorted, Failure> {
        let (mut contents, mut of_journal) = (BTreeMap::new(), BTreeMap::new());
        let mut tasks = BTreeMap::<Task, BTreeMap<String, String>>::new();
        for id in ids {
            let Some(letter) = self.letters.get(id) else {
                continue;
            };
            match payload::read(&letter.payload) {
                Ok(Contents::Legs(legs)) => {
                    let are_vouched = true;
                    contents.insert(id.clone(), Ok(Legs { legs, are_vouched }));
                }
                Ok(Contents::Kept(key, kept)) => {
                    let legs = self.legs(&key, &kept);
                    let newer = "a later version of the bridge has set this aside";
                    contents.insert(id.clone(), legs.ok_or_else(|| newer.to_owned()));
                }
                Ok(Contents::Row(key)) => drop(of_journal.insert(id.clone(), key)),
                Ok(Contents::Task(task, key)) => {
                    tasks.entry(task).or_default().insert(id.clone(), key);
                }
                Err(reason) => drop(contents.insert(id.clone(), Err(reason))),
            }
        }
        let keys: Vec<&str> = of_journal.values().map(String::as_str).collect();
        let mut stored = BTreeMap::new();
        for keys in keys.chunks(odoo_journal::HELD_BATCH) {
            let found = self.odoo.in_halves(keys, odoo_journal::find_legs, |_| None);
            for row in found.await? {
                stored.insert(row.key.clone(), self.legs(&row.key, &row.kept));
            }
        }
        for (id, key) in of_journal {
            let legs = match stored.get(&key) {
                Some(Some(legs)) => Ok(legs.clone()),
                Some(None) => Err("a later version of the bridge has written the call".to_owned()),
                None => Err(GONE.to_owned()),
            };
            contents.insert(id, legs);
        }
        Ok(Sorted { contents, tasks })
    }

    fn legs(&self, key: &str, kept: &Kept) -> Option<Legs> {
        let legs = kept.legs()?;
        let are_vouched = self.known.has_stored(key, kept);
        Some(Legs { legs, are_vouched })
    }

    /// Takes the letter out, or says anew why it stays.
    fn conclude(&mut self, id: String, ended: Result<(), String>) {
        match ended {
            Ok(()) => {
                self.letters.remove(&id);
                self.delivered += 1;
            }
            Err(reason) => {
                self.letters.restate(&id, reason);
                self.refused += 1;
            }
        }
    }

    fn report(self, ended: Result<Status, Failure>) -> Retried {
        let (status, detail) = match ended {
            Ok(status) => (status, None),
            Err(failure) => {
                let has_moved = self.delivered + self.refused > 0;
                (failure.status(has_moved), Some(failure.to_string()))
            }
        };
        Retried {
            detail,
            delivered: self.delivered,
            refused: self.refused,
            ..Retried::new(self.server, status, &self.letters)
        }
    }
}

/// By when whoever has discarded a letter has taken it out, or is no more.
const TO_DISCARD: TimeDelta = TimeDelta::seconds(10);
const SWITCHED_OFF: &str =
    "what is to follow from the call is switched off in the settings of its server";
const GONE: &str = "the call is not in Odoo any more, or too large to be read: replay its day";
/// Letters tried together: with the legs of ordinary calls far less than a page of the poll.
const BATCH: usize = 200;

//! One server, from its first page to its last: read, deliver, checkpoint.

use chrono::{DateTime, Utc};
use futures::channel::oneshot;
use futures::future::{self, OptionFuture};

use super::ledger::{Ledger, Task};
use super::reader::Reader;
use super::window::{Next, Walk};
use crate::config::{Config, Server};
use crate::flows::period::Period;
use crate::flows::reach::failure::Failure;
use crate::flows::reach::timed::{READ, STEP, Timed, WHOLE};
use crate::flows::recordings::copies;
use crate::flows::recordings::copies::Copied;
use crate::flows::report::{Counts, ServerReport, Status, Words};
use crate::state::key::{self, About};
use crate::state::{self, Anew, DeadLetters, Journal, Left, Progress, standstill};
use odoo_client::OdooError;
use ports::{Clock as _, StoreError, Transfer, World};

/// Synchronises one server until it is complete or the run's time is used up, and says what was done.
pub(crate) async fn synchronise(
    world: &Timed<'_, impl World + Transfer>,
    config: &Config,
    server: &Server,
    tries_again: bool,
    words: Words,
) -> ServerReport {
    let world = &world.until(READ);
    let started_at = world.now();
    let (mut ended, mut done) = attempt(world, config, server, tries_again, words).await;
    let is_anew = matches!(ended, Err(Failure::Odoo(OdooError::AnotherJournal)));
    if is_anew {
        (ended, done) = attempt(world, config, server, tries_again, words).await;
    }
    let mut report = report(world, config, server, started_at, ended, done);
    if is_anew && report.detail.is_none() {
        let anew = Anew::last(world, &config.odoo).ok().flatten();
        report.detail = anew.map(|anew| anew.to_string());
    }
    if report.status != Status::Busy {
        // The report is for people; a store that fails here has already failed the run or will fail the next.
        _ = report_key(world, config, server).and_then(|key| state::save(world, &key, &report));
    }
    report
}

/// From what is remembered of the journal that was met last.
async fn attempt(
    world: &Timed<'_, impl World + Transfer>,
    config: &Config,
    server: &Server,
    tries_again: bool,
    words: Words,
) -> (Result<Status, Failure>, Done) {
    let mut done = Done::default();
    let ended = match Run::begin(world, config, server, Task::Poll, tries_again) {
        Ok(Some(mut run)) => {
            let mut ended = run.poll().await;
            if matches!(ended, Ok(Status::Complete)) {
                ended = as_far_as_time_goes(run.name_recordings().await);
            }
            let followed_up = run.ledger.follow_up().await;
            // How long copies are kept is not for the UCM to say, which may be gone.
            let removed = match ended {
                Err(Failure::Odoo(_)) => Ok(Status::Complete),
                _ => as_far_as_time_goes(run.remove_copies().await),
            };
            if matches!(ended, Ok(Status::Complete)) {
                ended = as_far_as_time_goes(run.copy(words).await);
            }
            if matches!(ended, Ok(Status::Complete)) {
                ended = as_far_as_time_goes(run.ledger.renew_links().await);
            }
            done = run.end();
            let ended = ended.and_then(|status| followed_up.map(|()| status));
            removed.and(ended)
        }
        Ok(None) => Ok(Status::Busy),
        Err(failure) => Err(failure),
    };
    (ended, done)
}

/// What comes after the records makes them no less complete where the time ends before it: the next poll goes on with it.
fn as_far_as_time_goes(ended: Result<(), Failure>) -> Result<Status, Failure> {
    match ended {
        Err(failure) if !failure.is_out_of_time() => Err(failure),
        _ => Ok(Status::Complete),
    }
}

/// Reads `period` again, and says what was done, and what is left if the time did not suffice.
pub(crate) async fn replay(
    world: &Timed<'_, impl World>,
    config: &Config,
    server: &Server,
    period: Period,
) -> (ServerReport, Option<Left>) {
    let world = &world.until(WHOLE);
    let started_at = world.now();
    let mut done = Done::default();
    let ended = match Run::begin(world, config, server, Task::Replay, true) {
        Ok(Some(mut run)) => {
            let walk = Walk::through(server, period.from, period.until, started_at)
                .expecting(run.ledger.progress.cursor.is_some())
                .knowing(run.reader.room());
            let ended = run.drive(walk).await;
            let followed_up = run.ledger.follow_up().await;
            done = run.end();
            ended.and_then(|status| followed_up.map(|()| status))
        }
        Ok(None) => Ok(Status::Busy),
        Err(failure) => Err(failure),
    };
    let left = done.left;
    let report = report(world, config, server, started_at, ended, done);
    (report, left)
}

/// What a run leaves for its report.
#[derive(Default)]
struct Done {
    counts: Counts,
    progress: Progress,
    left: Option<Left>,
    names_refused: Option<String>,
    copies_waiting: bool,
    /// Whether a page was brought in to its end, so that the next run has less to do.
    has_moved: bool,
}

/// One run on one server.
struct Run<'a, 'w, W> {
    world: &'a Timed<'w, W>,
    server: &'a Server,
    reader: Reader<'a, Timed<'w, W>>,
    ledger: Ledger<'a, Timed<'w, W>>,
    has_moved: bool,
    left: Option<Left>,
    names_refused: Option<String>,
    copied: Copied,
}

impl<'a, 'w, W: World> Run<'a, 'w, W> {
    /// Takes the lease and reads what is remembered; nothing if another run is at work. While the Odoo side is set up, no UCM is
    /// asked for what could not be delivered.
    fn begin(
        world: &'a Timed<'w, W>,
        config: &'a Config,
        server: &'a Server,
        task: Task,
        tries_again: bool,
    ) -> Result<Option<Self>, Failure> {
        standstill::check(world)?;
        let now = world.now();
        if !world.take_lease(key::of(&server.id, key::What::Lease))? {
            return Ok(None);
        }
        Ok(Some(Self {
            world,
            server,
            reader: Reader::open(world, server, tries_again)?,
            ledger: Ledger::open(world, config, server, now, task)?,
            has_moved: false,
            left: None,
            names_refused: None,
            copied: Copied::default(),
        }))
    }

    /// Everything that is new, and of a first import everything.
    async fn poll(&mut self) -> Result<Status, Failure> {
        self.ledger.reach_back().await?;
        let walk = Walk::plan(self.server, &self.ledger.progress, self.world.now());
        self.drive(walk.knowing(self.reader.room())).await
    }

    /// Page after page until everything the UCM holds is in Odoo, or another page would not fit into the time. While Odoo is busy with a page, the next is read:
    /// a first import waits for the slower of the two, not for both.
    async fn drive(&mut self, mut walk: Walk) -> Result<Status, Failure> {
        let mut began = self.world.now();
        let (mut page, mut reading) = self.reader.page(walk.request()).await?;
        loop {
            let known = self.ledger.knows_all(&reading);
            let next = walk.advance(&page, self.reader.pages_by_offset(), known);
            let (busy, odoo_is_busy) = oneshot::channel();
            let (reader, known) = (&mut self.reader, self.ledger.known());
            let ahead = (next == Next::More).then_some(async {
                let has_time = odoo_is_busy.await.is_ok();
                let following = reader.page(walk.request()).await;
                if let (true, Ok((_, reading))) = (has_time, &following) {
                    known.prepare(reading.calls.iter().map(|seen| &seen.call));
                }
                following
            });
            let deliver = self.ledger.deliver(reading, busy);
            let (delivered, ahead) = future::join(deliver, OptionFuture::from(ahead)).await;
            delivered?;
            if next == Next::Finished {
                self.ledger.progress.importing = None;
            }
            self.left = (next == Next::More).then(|| walk.left(&page)).flatten();
            // Where the latest come first, what is earlier is still to come.
            let is_behind_us = match (next, &ahead) {
                (Next::Finished, _) => true,
                (Next::More, Some(Ok((following, _)))) => walk.rises_to(following),
                _ => false,
            };
            self.ledger.checkpoint(is_behind_us, self.left)?;
            self.reader.learn_room(walk.room())?;
            self.has_moved = true;
            let took = self.world.now() - std::mem::replace(&mut began, self.world.now());
            let took = took.to_std().unwrap_or_default();
            match (next, ahead) {
                (Next::Stuck, _) => return Err(Failure::Stuck(page.items)),
                (Next::More, Some(Err(failure))) => return Err(failure),
                (Next::More, _) if !self.world.has(took.max(STEP)) => {
                    return Ok(Status::MoreToCome);
                }
                (Next::More, Some(Ok(following))) => (page, reading) = following,
                (Next::More, None) => return Ok(Status::MoreToCome),
                (Next::Finished, _) => return Ok(Status::Complete),
            }
        }
    }

    /// Asks for names of recordings in what is left of the time.
    async fn name_recordings(&mut self) -> Result<(), Failure> {
        self.names_refused = self.ledger.name_recordings().await?;
        Ok(())
    }

    /// Removes copies whose time is over.
    async fn remove_copies(&mut self) -> Result<(), Failure> {
        let (odoo, copied) = (self.ledger.odoo(), &mut self.copied);
        copies::remove_outdated(self.world, odoo, self.server, copied).await?;
        self.ledger
            .set_copies_aside(std::mem::take(&mut self.copied.refused))
    }

    /// Copies recordings in what is left of the time.
    async fn copy(&mut self, words: Words) -> Result<(), Failure>
    where
        W: Transfer,
    {
        let (odoo, copied) = (self.ledger.odoo(), &mut self.copied);
        let known = self.ledger.known();
        copies::bring_in(self.world, odoo, self.server, known.seals(), words, copied).await?;
        self.ledger
            .set_copies_aside(std::mem::take(&mut self.copied.refused))
    }

    /// Gives the lease back, and says what was done. Where the lease stays it runs out by itself.
    fn end(self) -> Done {
        _ = self.world.give_lease_back();
        let counts = self.ledger.counts();
        Done {
            counts: Counts {
                ucm_requests: self.reader.requests() + counts.ucm_requests,
                recordings_copied: self.copied.made,
                recordings_removed: self.copied.removed,
                ..counts
            },
            progress: self.ledger.progress,
            left: self.left,
            names_refused: self.names_refused,
            copies_waiting: self.copied.more,
            has_moved: self.has_moved,
        }
    }
}

/// What the run did, for people.
fn report(
    world: &impl World,
    config: &Config,
    server: &Server,
    started_at: DateTime<Utc>,
    ended: Result<Status, Failure>,
    done: Done,
) -> ServerReport {
    let before: Option<ServerReport> = report_key(world, config, server)
        .and_then(|key| state::load(world, &key))
        .ok()
        .flatten();
    // A store that fails here has already failed the run or will fail the next.
    let set_aside =
        DeadLetters::load(world, &config.place(), &server.id).map_or(0, |letters| letters.len());
    let (status, detail) = match ended {
        Ok(status) => (status, where_to_look(server, set_aside)),
        Err(failure) => (failure.status(done.has_moved), Some(failure.to_string())),
    };
    let complete_at = if status == Status::Complete {
        Some(started_at)
    } else {
        before.and_then(|before| before.complete_at)
    };
    let duration_ms = (world.now() - started_at)
        .num_milliseconds()
        .try_into()
        .unwrap_or(0);
    ServerReport {
        server: server.id.clone(),
        started_at,
        status,
        detail,
        set_aside,
        counts: done.counts,
        cursor: done.progress.cursor,
        importing: done.progress.importing,
        complete_at,
        names_refused: done.names_refused,
        copies_waiting: done.copies_waiting,
        duration_ms,
    }
}

/// Where the report of the last run is kept: with the journal that there is now.
fn report_key(world: &impl World, config: &Config, server: &Server) -> Result<String, StoreError> {
    let journal = Journal::last_met(world, &config.odoo)?;
    Ok(journal.of(&server.id, About::Report))
}

/// What is set aside is never silent: it says how many, and where they are listed.
fn where_to_look(server: &Server, set_aside: usize) -> Option<String> {
    let records = match set_aside {
        0 => return None,
        1 => "1 record is".to_owned(),
        many => format!("{many} records are"),
    };
    Some(format!(
        "{records} set aside: GET /dead-letters/{} says why, and how to try again (in Odoo: the button \"Open the Bridge\" leads there)",
        server.id
    ))
}

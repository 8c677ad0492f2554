//! One server, from its first page to its last: read, deliver, checkpoint.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use futures::channel::oneshot;
use futures::future::{self, OptionFuture};

use super::copies::{self, Copied};
use super::failure::Failure;
use super::ledger::{Ledger, Task};
use super::reader::Reader;
use super::replay::Period;
use super::report::{Counts, ServerReport, Status};
use super::window::{Next, Walk};
use crate::config::{Config, Server};
use crate::ports::{StoreError, Transfer, World};
use crate::state::{self, Lease, Progress, key};

/// Synchronises one server until it is complete or the run's time is used up, and says what was done.
pub(super) async fn synchronise(
    world: &(impl World + Transfer),
    config: &Config,
    server: &Server,
    deadline: DateTime<Utc>,
    by_hand: bool,
) -> ServerReport {
    let started_at = world.now();
    let mut done = Done::default();
    let ended = match Run::begin(world, config, server, Task::Poll, deadline, by_hand) {
        Ok(Some(mut run)) => {
            let walk = Walk::plan(server, &run.ledger.progress, started_at);
            let mut ended = run.drive(walk, deadline).await;
            if matches!(ended, Ok(Status::Complete)) {
                ended = run.name_recordings(deadline).await;
            }
            let followed_up = run.ledger.follow_up().await;
            if matches!(ended, Ok(Status::Complete)) {
                ended = run.copy(deadline).await;
            }
            if matches!(ended, Ok(Status::Complete)) {
                let renewed = run.ledger.renew_links(deadline).await;
                ended = renewed.map(|()| Status::Complete);
            }
            done = run.end();
            ended.and_then(|status| followed_up.map(|()| status))
        }
        Ok(None) => Ok(Status::Busy),
        Err(error) => Err(Failure::Store(error)),
    };
    let report = report(world, server, started_at, ended, done);
    if report.status != Status::Busy {
        // The report is for people; a store that fails here has already failed the run or will fail the next.
        _ = state::save(world, &key::of(&server.id, key::What::Report), &report);
    }
    report
}

/// Reads `period` again, and says what was done, and where to go on if the time did not suffice.
pub(super) async fn replay(
    world: &impl World,
    config: &Config,
    server: &Server,
    period: Period,
    deadline: DateTime<Utc>,
) -> (ServerReport, Option<NaiveDateTime>) {
    let started_at = world.now();
    let mut done = Done::default();
    let ended = match Run::begin(world, config, server, Task::Replay, deadline, true) {
        Ok(Some(mut run)) => {
            let walk = Walk::through(server, period.from, period.until);
            let ended = run.drive(walk, deadline).await;
            let followed_up = run.ledger.follow_up().await;
            done = run.end();
            ended.and_then(|status| followed_up.map(|()| status))
        }
        Ok(None) => Ok(Status::Busy),
        Err(error) => Err(Failure::Store(error)),
    };
    let go_on_from = done.go_on_from;
    (report(world, server, started_at, ended, done), go_on_from)
}

/// What a run leaves for its report.
#[derive(Default)]
struct Done {
    counts: Counts,
    progress: Progress,
    go_on_from: Option<NaiveDateTime>,
    names_refused: Option<String>,
    copies_waiting: bool,
}

/// One run on one server.
struct Run<'a, W> {
    world: &'a W,
    server: &'a Server,
    reader: Reader<'a, W>,
    ledger: Ledger<'a, W>,
    go_on_from: Option<NaiveDateTime>,
    names_refused: Option<String>,
    copied: Copied,
}

impl<'a, W: World> Run<'a, W> {
    /// Takes the lease and reads what is remembered; nothing if another run is at work.
    fn begin(
        world: &'a W,
        config: &'a Config,
        server: &'a Server,
        task: Task,
        deadline: DateTime<Utc>,
        by_hand: bool,
    ) -> Result<Option<Self>, StoreError> {
        let now = world.now();
        let lease_key = key::of(&server.id, key::What::Lease);
        if !Lease::take(world, &lease_key, now, deadline + LEASE_MARGIN)? {
            return Ok(None);
        }
        Ok(Some(Self {
            world,
            server,
            reader: Reader::open(world, server, by_hand)?,
            ledger: Ledger::open(world, config, server, now, task)?,
            go_on_from: None,
            names_refused: None,
            copied: Copied::default(),
        }))
    }

    /// Page after page until everything the UCM holds is in Odoo, or the time is used up. While Odoo is busy with a page, the next is read:
    /// a first import waits for the slower of the two, not for both.
    async fn drive(&mut self, mut walk: Walk, deadline: DateTime<Utc>) -> Result<Status, Failure> {
        let (mut page, mut reading) = self.reader.page(walk.request()).await?;
        loop {
            let next = walk.advance(&page, self.reader.pages_by_offset());
            let (busy, odoo_is_busy) = oneshot::channel();
            let reader = &mut self.reader;
            let ahead = (next == Next::More).then_some(async {
                _ = odoo_is_busy.await;
                reader.page(walk.request()).await
            });
            let deliver = self.ledger.deliver(reading, busy);
            let (delivered, ahead) = future::join(deliver, OptionFuture::from(ahead)).await;
            delivered?;
            if next == Next::Finished {
                self.ledger.progress.importing = None;
            }
            self.go_on_from = (next == Next::More)
                .then(|| walk.resume_from(&page))
                .flatten();
            self.ledger.checkpoint()?;
            match (next, ahead) {
                (Next::Stuck, _) => return Err(Failure::Stuck(page.items)),
                (Next::More, _) if self.world.now() >= deadline => return Ok(Status::MoreToCome),
                (Next::More, Some(following)) => (page, reading) = following?,
                (Next::More, None) => return Ok(Status::MoreToCome),
                (Next::Finished, _) => return Ok(Status::Complete),
            }
        }
    }

    /// Asks for names of recordings in what is left of the time.
    async fn name_recordings(&mut self, deadline: DateTime<Utc>) -> Result<Status, Failure> {
        self.names_refused = self.ledger.name_recordings(deadline).await?;
        Ok(Status::Complete)
    }

    /// Copies recordings in what is left of the time.
    async fn copy(&mut self, deadline: DateTime<Utc>) -> Result<Status, Failure>
    where
        W: Transfer,
    {
        let odoo = self.ledger.odoo();
        self.copied = copies::bring_in(self.world, odoo, self.server, deadline).await?;
        Ok(Status::Complete)
    }

    /// Gives the lease back, and says what was done. Where the lease stays it runs out by itself.
    fn end(self) -> Done {
        _ = self
            .world
            .delete(&key::of(&self.server.id, key::What::Lease));
        let counts = self.ledger.counts();
        Done {
            counts: Counts {
                ucm_requests: self.reader.requests() + counts.ucm_requests,
                recordings_copied: self.copied.made,
                recordings_removed: self.copied.removed,
                ..counts
            },
            progress: self.ledger.progress,
            go_on_from: self.go_on_from,
            names_refused: self.names_refused,
            copies_waiting: self.copied.more,
        }
    }
}

/// What the run did, for people.
fn report(
    world: &impl World,
    server: &Server,
    started_at: DateTime<Utc>,
    ended: Result<Status, Failure>,
    done: Done,
) -> ServerReport {
    let key = key::of(&server.id, key::What::Report);
    let before: Option<ServerReport> = state::load(world, &key).ok().flatten();
    let (status, detail) = match ended {
        Ok(status) => (status, None),
        Err(failure) => (failure.status(), Some(failure.to_string())),
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
        counts: done.counts,
        cursor: done.progress.cursor,
        importing: done.progress.importing,
        complete_at,
        names_refused: done.names_refused,
        copies_waiting: done.copies_waiting,
        duration_ms,
    }
}

/// How much longer than the run the lease holds: the page in hand when the time is used up.
pub(super) const LEASE_MARGIN: Duration = Duration::from_secs(30);

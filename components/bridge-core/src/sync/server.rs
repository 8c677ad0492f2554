//! One server, from its first page to its last: read, deliver, checkpoint.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::{self, OptionFuture};

use super::failure::Failure;
use super::ledger::Ledger;
use super::odoo::Odoo;
use super::reader::Reader;
use super::report::{Counts, ServerReport, Status};
use super::window::{Next, Walk};
use crate::config::{OdooServer, Server};
use crate::ports::{StoreError, World};
use crate::state::{self, Lease, Progress, key};

/// Synchronises one server until it is complete or the run's time is used up, and says what was done.
pub(super) async fn synchronise(
    world: &impl World,
    odoo: &OdooServer,
    server: &Server,
    deadline: DateTime<Utc>,
    by_hand: bool,
) -> ServerReport {
    let started_at = world.now();
    let mut counts = Counts::default();
    let mut progress = Progress::default();
    let ended = match Run::begin(world, odoo, server, started_at, deadline, by_hand) {
        Ok(Some(mut run)) => {
            let ended = run.drive(deadline).await;
            run.end();
            counts = run.counts();
            progress = run.ledger.progress;
            ended
        }
        Ok(None) => Ok(Status::Busy),
        Err(error) => Err(Failure::Store(error)),
    };
    report(world, server, started_at, ended, counts, progress)
}

/// One run on one server.
struct Run<'a, W> {
    world: &'a W,
    server: &'a Server,
    reader: Reader<'a, W>,
    ledger: Ledger<'a, W>,
    started_at: DateTime<Utc>,
}

impl<'a, W: World> Run<'a, W> {
    /// Takes the lease and reads what is remembered; nothing if another run is at work.
    fn begin(
        world: &'a W,
        odoo: &'a OdooServer,
        server: &'a Server,
        now: DateTime<Utc>,
        deadline: DateTime<Utc>,
        by_hand: bool,
    ) -> Result<Option<Self>, StoreError> {
        let lease_key = key::of(&server.id, key::What::Lease);
        let lease: Option<Lease> = state::load(world, &lease_key)?;
        if lease.is_some_and(|lease| lease.until > now) {
            return Ok(None);
        }
        let until = deadline + LEASE_MARGIN;
        state::save(world, &lease_key, &Lease { until })?;
        Ok(Some(Self {
            world,
            server,
            reader: Reader::open(world, server, by_hand)?,
            ledger: Ledger::open(world, Odoo::new(world, odoo), server, now)?,
            started_at: now,
        }))
    }

    /// Page after page until everything the UCM holds is in Odoo, or the time is used up. While Odoo takes a page, the UCM is asked for the
    /// next: a first import waits for the slower of the two, not for both.
    async fn drive(&mut self, deadline: DateTime<Utc>) -> Result<Status, Failure> {
        let mut walk = Walk::plan(self.server, &self.ledger.progress, self.started_at);
        let (mut page, mut reading) = self.reader.page(walk.request()).await?;
        loop {
            let next = walk.advance(&page, self.reader.pages_by_offset());
            let ahead = (next == Next::More).then(|| self.reader.page(walk.request()));
            let (delivered, ahead) =
                future::join(self.ledger.deliver(reading), OptionFuture::from(ahead)).await;
            delivered?;
            if next == Next::Finished {
                self.ledger.progress.importing = None;
            }
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

    /// Gives the lease back. Where that fails it runs out by itself.
    fn end(&self) {
        _ = self
            .world
            .delete(&key::of(&self.server.id, key::What::Lease));
    }

    fn counts(&self) -> Counts {
        Counts {
            ucm_requests: self.reader.requests(),
            ..self.ledger.counts()
        }
    }
}

/// Writes down what the run did, for people, and for the next run's report.
fn report(
    world: &impl World,
    server: &Server,
    started_at: DateTime<Utc>,
    ended: Result<Status, Failure>,
    counts: Counts,
    progress: Progress,
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
    let report = ServerReport {
        server: server.id.clone(),
        started_at,
        status,
        detail,
        counts,
        cursor: progress.cursor,
        importing: progress.importing,
        complete_at,
        duration_ms,
    };
    if status != Status::Busy {
        // The report is for people; a store that fails here has already failed the run or will fail the next.
        _ = state::save(world, &key, &report);
    }
    report
}

/// How much longer than the run the lease holds: the page in hand when the time is used up.
const LEASE_MARGIN: Duration = Duration::from_secs(30);

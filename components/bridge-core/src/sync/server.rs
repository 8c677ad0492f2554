//! One server, from its first page to its last: read, deliver, checkpoint.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::count;
use super::journal::{self, Written};
use super::odoo::Odoo;
use super::report::{Counts, ServerReport, Status};
use super::window::{Next, Walk};
use crate::cdr::{self, Call, Calls, Device, Leg, Unplaced};
use crate::config::{OdooServer, Server};
use crate::odoo::{OdooError, Reaction as OdooReaction};
use crate::ports::{StoreError, World};
use crate::state::pushes::Pushes;
use crate::state::{self, Added, DeadLetter, DeadLetters, Digest, Lease, Progress, key};
use crate::ucm::{Answer, Client, Operation, Page, PageRequest, Reaction, Saved, Step, UcmError};

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
            progress = run.progress;
            ended
        }
        Ok(None) => Ok(Status::Busy),
        Err(error) => Err(Failure::Store(error)),
    };
    report(world, server, started_at, ended, counts, progress)
}

/// Why a run ended before its time.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("{0}")]
    Ucm(#[from] UcmError),
    #[error("{0}")]
    Odoo(#[from] OdooError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error(
        "the UCM gives the same {0} records for every page: what comes after them cannot be read; ask for fewer days"
    )]
    Stuck(u32),
    #[error(
        "{0} records could not be delivered and no more can be set aside: look at them, then replay or discard them"
    )]
    TooManyDeadLetters(usize),
}

impl Failure {
    pub(super) fn status(&self) -> Status {
        match self {
            Self::Ucm(error) => match error.reaction() {
                Reaction::RetryLater | Reaction::WaitUntil(_) => Status::Failed,
                Reaction::HoldAccount => Status::Held,
                Reaction::FixPermission
                | Reaction::FixConfiguration
                | Reaction::AskForLess
                | Reaction::SkipRecord
                | Reaction::Report => Status::NeedsAttention,
            },
            Self::Odoo(error) => match error.reaction() {
                OdooReaction::Retry | OdooReaction::SearchAgain => Status::Failed,
                OdooReaction::SkipRow | OdooReaction::Stop => Status::NeedsAttention,
            },
            Self::Store(_) => Status::Failed,
            Self::Stuck(_) | Self::TooManyDeadLetters(_) => Status::NeedsAttention,
        }
    }
}

/// One run on one server.
struct Run<'a, W> {
    world: &'a W,
    odoo: Odoo<'a, W>,
    server: &'a Server,
    client: Client,
    progress: Progress,
    saved_progress: Progress,
    digest: Digest,
    dead_letters: DeadLetters,
    pushes: Option<Pushes>,
    started_at: DateTime<Utc>,
    counts: Counts,
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
        let at = |what| key::of(&server.id, what);
        let lease: Option<Lease> = state::load(world, &at(key::What::Lease))?;
        if lease.is_some_and(|lease| lease.until > now) {
            return Ok(None);
        }
        state::save(
            world,
            &at(key::What::Lease),
            &Lease {
                until: deadline + LEASE_MARGIN,
            },
        )?;
        let saved_progress: Progress =
            state::load(world, &at(key::What::Progress))?.unwrap_or_default();
        let mut progress = saved_progress.clone();
        progress.prepare(now - server.history);
        let saved = world
            .get(&at(key::What::Session))?
            .and_then(|bytes| Saved::from_bytes(&bytes).ok());
        let mut client = Client::new(server, saved);
        if by_hand {
            client.release();
        }
        Ok(Some(Self {
            world,
            odoo: Odoo::new(world, odoo),
            server,
            client,
            progress,
            saved_progress,
            digest: state::load(world, &at(key::What::Digest))?.unwrap_or_default(),
            dead_letters: state::load(world, &at(key::What::DeadLetters))?.unwrap_or_default(),
            pushes: state::load(world, &at(key::What::Pushes))?.filter(|_| server.push.is_open()),
            started_at: now,
            counts: Counts::default(),
        }))
    }

    /// Page after page until everything the UCM holds is in Odoo, or the time is used up.
    async fn drive(&mut self, deadline: DateTime<Utc>) -> Result<Status, Failure> {
        let mut walk = Walk::plan(self.server, &self.progress, self.started_at);
        loop {
            let page = self.read(walk.request()).await?;
            self.deliver(&page).await?;
            let next = walk.advance(&page, self.client.pages_by_offset());
            if next == Next::Finished {
                self.progress.importing = None;
            }
            self.checkpoint()?;
            match next {
                Next::Finished => return Ok(Status::Complete),
                Next::Stuck => return Err(Failure::Stuck(page.items)),
                Next::More if self.world.now() >= deadline => return Ok(Status::MoreToCome),
                Next::More => {}
            }
        }
    }

    /// One page of the UCM's records.
    async fn read(&mut self, request: PageRequest) -> Result<Page, Failure> {
        self.client.begin(Operation::CdrPage(request));
        let answer = loop {
            match self.client.poll(self.world.now()) {
                Step::Send(request) => {
                    self.counts.ucm_requests += 1;
                    let reply = self.world.send(request, self.client.timeouts()).await;
                    self.client.handle(self.world.now(), reply);
                }
                Step::Wait(pause) => self.world.sleep(pause).await,
                Step::Done(answer) => break answer,
            }
        };
        // Kept also after a failure: a refused account must not be tried again.
        if let Some(saved) = self.client.saved() {
            self.world.set(
                &key::of(&self.server.id, key::What::Session),
                &saved.to_bytes(),
            )?;
        }
        match answer? {
            Answer::Page(page) => Ok(page),
            _ => Err(UcmError::NothingBegun.into()),
        }
    }

    /// Legs become calls, calls find their contacts, and Odoo gets what it does not have yet.
    async fn deliver(&mut self, page: &Page) -> Result<(), Failure> {
        self.counts.pages += 1;
        let calls = self.calls(page)?;
        let seen: Vec<Seen> = calls.iter().map(Seen::of).collect();
        self.progress.utc_offset_secs = seen
            .iter()
            .filter_map(|call| call.utc_offset_secs)
            .min()
            .or(self.progress.utc_offset_secs);
        let (known, unknown): (Vec<_>, Vec<_>) = calls
            .into_iter()
            .zip(&seen)
            .partition(|(_, seen)| self.digest.knows(&seen.session, seen.view));
        self.counts.calls_unchanged += count(known.len());
        if !unknown.is_empty() {
            let unknown: Vec<Call> = unknown.into_iter().map(|(call, _)| call).collect();
            let written = journal::write(&self.odoo, self.server, &unknown).await?;
            self.counts.calls_not_pushed += self.not_pushed(&unknown, &written);
            self.take_note(written)?;
        }
        for call in &seen {
            self.digest.note(&call.session, call.view, call.started_at);
        }
        // Not beyond our own clock: one record from a device whose clock once ran ahead must not hide what comes after it.
        let latest = seen
            .iter()
            .map(|call| call.started_at)
            .filter(|start| *start <= self.started_at)
            .max();
        self.progress.cursor = self.progress.cursor.max(latest);
        Ok(())
    }

    /// The calls of a page; records that make no call are set aside.
    fn calls(&mut self, page: &Page) -> Result<Vec<Call>, Failure> {
        for part in &page.set_aside {
            self.set_aside(&part.reason, part.payload.clone(), None)?;
        }
        let mut legs = Vec::with_capacity(page.rows.len());
        for row in &page.rows {
            match Leg::read(row) {
                Ok(leg) => legs.push(leg),
                Err(error) => {
                    self.set_aside(&error.to_string(), json(row), row.get("session").cloned())?
                }
            }
        }
        self.counts.legs += count(legs.len());
        let device = Device {
            server: &self.server.id,
            zone: self.server.time_zone,
        };
        let Calls { calls, unplaced } = cdr::calls_from_legs(legs, &device);
        for Unplaced { leg, reason } in &unplaced {
            self.set_aside(&reason.to_string(), json(leg), Some(leg.session.clone()))?;
        }
        Ok(calls)
    }

    /// How many of the calls that were not in Odoo began after the server's first push: it should have pushed them.
    fn not_pushed(&self, calls: &[Call], written: &Written) -> u32 {
        let Some(Pushes { first_at, .. }) = self.pushes else {
            return 0;
        };
        let new = |call: &&Call| written.new_sessions.contains(&call.id.session);
        let missed = calls
            .iter()
            .filter(|call| call.started_at >= first_at)
            .filter(new);
        count(missed.count())
    }

    fn take_note(&mut self, written: Written) -> Result<(), Failure> {
        self.counts.calls_new += written.new;
        self.counts.calls_changed += written.changed;
        self.counts.calls_unchanged += written.unchanged;
        self.counts.contacts_created += written.contacts_created;
        self.counts.ambiguous += written.ambiguous;
        if let Some(importing) = &mut self.progress.importing {
            *importing += u64::from(written.new);
        }
        for refused in written.refused {
            self.set_aside(&refused.reason, refused.payload, refused.session)?;
        }
        Ok(())
    }

    fn set_aside(
        &mut self,
        reason: &str,
        payload: String,
        session: Option<String>,
    ) -> Result<(), Failure> {
        let letter = DeadLetter {
            at: self.started_at,
            reason: reason.to_owned(),
            payload,
            session,
        };
        match self.dead_letters.add(letter) {
            Added::New => self.counts.dead_letters += 1,
            Added::Known => {}
            Added::Full => return Err(Failure::TooManyDeadLetters(self.dead_letters.len())),
        }
        Ok(())
    }

    /// Keeps how far the journal is complete. Odoo has confirmed everything up to here; what could not be delivered is kept first.
    fn checkpoint(&mut self) -> Result<(), StoreError> {
        let at = |what| key::of(&self.server.id, what);
        if self.dead_letters.take_changed() {
            state::save(self.world, &at(key::What::DeadLetters), &self.dead_letters)?;
        }
        if let Some(cursor) = self.progress.cursor {
            self.digest
                .forget_before(cursor - self.server.look_back - DIGEST_MARGIN);
        }
        if self.digest.take_changed() {
            state::save(self.world, &at(key::What::Digest), &self.digest)?;
        }
        if self.progress != self.saved_progress {
            state::save(self.world, &at(key::What::Progress), &self.progress)?;
            self.saved_progress = self.progress.clone();
        }
        Ok(())
    }

    /// Gives the lease back. Where that fails it runs out by itself.
    fn end(&self) {
        _ = self
            .world
            .delete(&key::of(&self.server.id, key::What::Lease));
    }

    fn counts(&self) -> Counts {
        Counts {
            odoo_requests: self.odoo.requests(),
            ..self.counts
        }
    }
}

/// What is remembered of a call once Odoo has it.
struct Seen {
    session: String,
    view: [u8; 16],
    started_at: DateTime<Utc>,
    utc_offset_secs: Option<i32>,
}

impl Seen {
    fn of(call: &Call) -> Self {
        let wall_clock = call.legs.first().map(|leg| leg.start.and_utc());
        let offset = wall_clock.map(|start| start.timestamp() - call.started_at.timestamp());
        Self {
            session: call.id.session.clone(),
            view: call.view_fingerprint(),
            started_at: call.started_at,
            // A call seen in part begins with a later leg and seems further east: the smallest of a page is taken.
            utc_offset_secs: offset.and_then(|secs| i32::try_from(secs).ok()),
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

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// How much longer than the run the lease holds: the page in hand when the time is used up.
const LEASE_MARGIN: Duration = Duration::from_secs(30);
/// How much longer than the look-back a call is remembered: without a known zone the window reaches back by up to a day more.
const DIGEST_MARGIN: Duration = Duration::from_secs(27 * 3_600);

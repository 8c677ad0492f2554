//! What a run keeps account of: which calls Odoo has, how far the journal is complete, and what could not be delivered.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::count;
use super::failure::Failure;
use super::journal::{self, Written};
use super::odoo::Odoo;
use super::report::Counts;
use crate::cdr::{self, Call, Calls, Device, Leg, Unplaced};
use crate::config::Server;
use crate::ports::{StoreError, World};
use crate::state::{self, Added, DeadLetter, DeadLetters, Digest, Progress, key};
use crate::ucm::Page;

/// The account of one run on one server.
pub(super) struct Ledger<'a, W> {
    world: &'a W,
    odoo: Odoo<'a, W>,
    server: &'a Server,
    started_at: DateTime<Utc>,
    pub(super) progress: Progress,
    saved_progress: Progress,
    digest: Digest,
    dead_letters: DeadLetters,
    counts: Counts,
}

impl<'a, W: World> Ledger<'a, W> {
    /// Reads what is remembered of the runs before.
    pub(super) fn open(
        world: &'a W,
        odoo: Odoo<'a, W>,
        server: &'a Server,
        started_at: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let at = |what| key::of(&server.id, what);
        let saved_progress: Progress =
            state::load(world, &at(key::What::Progress))?.unwrap_or_default();
        let mut progress = saved_progress.clone();
        progress.prepare(started_at - server.history);
        Ok(Self {
            world,
            odoo,
            server,
            started_at,
            progress,
            saved_progress,
            digest: state::load(world, &at(key::What::Digest))?.unwrap_or_default(),
            dead_letters: state::load(world, &at(key::What::DeadLetters))?.unwrap_or_default(),
            counts: Counts::default(),
        })
    }

    /// Legs become calls, calls find their contacts, and Odoo gets what it does not have yet.
    pub(super) async fn deliver(&mut self, page: &Page) -> Result<(), Failure> {
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
    pub(super) fn checkpoint(&mut self) -> Result<(), StoreError> {
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

    /// What was done so far.
    pub(super) fn counts(&self) -> Counts {
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

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// How much longer than the look-back a call is remembered: without a known zone the window reaches back by up to a day more.
const DIGEST_MARGIN: Duration = Duration::from_secs(27 * 3_600);

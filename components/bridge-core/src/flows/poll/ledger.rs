//! What a run keeps account of: which calls Odoo has, how far the journal is complete, and what could not be delivered.

use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::names::{self, Unnamed};
use crate::config::{Config, Server};
use crate::flows::deliver::followup;
use crate::flows::deliver::journal;
use crate::flows::deliver::journal::{Busy, Written};
use crate::flows::deliver::known::Known;
use crate::flows::deliver::reading::{Reading, Seen, SetAside};
use crate::flows::letters;
use crate::flows::reach::Odoo;
use crate::flows::reach::failure::Failure;
use crate::flows::recordings::links;
use crate::flows::recordings::{self, Refused};
use crate::flows::report::Counts;
use crate::flows::report::count;
use crate::state::key::{self, About};
use crate::state::pushes::Pushes;
use crate::state::{self, Added, DeadLetters, Digest, Journal, Left, Progress, Resume};
use calls::cdr::Call;
use ports::{StoreError, World};

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// Everything new, from the cursor on.
    Poll,
    /// A period again: nothing is taken as known, and the cursor stays where it is.
    Replay,
}

/// The account of one run on one server.
pub(crate) struct Ledger<'a, W> {
    world: &'a W,
    odoo: Odoo<'a, W>,
    journal: Journal,
    /// From when on a first import asks for what Odoo has, before the first call is written.
    importing_from: Option<DateTime<Utc>>,
    known: Rc<Known<'a>>,
    server: &'a Server,
    started_at: DateTime<Utc>,
    task: Task,
    pub(crate) progress: Progress,
    saved_progress: Progress,
    digest: Digest,
    dead_letters: DeadLetters,
    pushes: Option<Pushes>,
    unnamed: Unnamed,
    counts: Counts,
    /// Start of the latest call that Odoo has confirmed, where earlier ones may still be to come.
    latest: Option<DateTime<Utc>>,
}

impl<'a, W: World> Ledger<'a, W> {
    /// Reads what is remembered of the runs before.
    pub(crate) fn open(
        world: &'a W,
        config: &'a Config,
        server: &'a Server,
        started_at: DateTime<Utc>,
        task: Task,
    ) -> Result<Self, StoreError> {
        let odoo = Odoo::remembering(world, &config.odoo);
        let journal = odoo.journal()?;
        let saved_progress: Progress =
            state::load(world, &journal.of(&server.id, About::Progress))?.unwrap_or_default();
        let digest = state::load(world, &journal.of(&server.id, About::Digest))?;
        let pushes = state::load(world, &key::of(&server.id, key::What::Pushes))?;
        let mut progress = saved_progress.clone();
        progress.prepare(started_at - server.history, started_at);
        Ok(Self {
            world,
            odoo,
            importing_from: importing_from(&progress).filter(|_| task == Task::Poll),
            known: Rc::new(Known::new(server, &config.links, started_at)),
            server,
            started_at,
            task,
            latest: progress.resume.and_then(|resume| resume.latest),
            progress,
            saved_progress,
            digest: digest.unwrap_or_default(),
            dead_letters: DeadLetters::load(world, journal.place(), &server.id)?,
            pushes: pushes.filter(|_| server.push.is_open()),
            journal,
            unnamed: Unnamed::default(),
            counts: Counts::default(),
        })
    }

    /// A first import of a server that the journal knows begins where its calls end, if that is longer ago than others reach back: the bridge was
    /// away that long, or remembers nothing since.
    ///
    /// # Errors
    /// [`Failure`] when Odoo cannot be asked.
    pub(crate) async fn reach_back(&mut self) -> Result<(), Failure> {
        let is_first = self.saved_progress.since.is_none();
        let Some(since) = self.progress.since.filter(|_| is_first) else {
            return Ok(());
        };
        let last = odoo_client::journal::last_before(&self.server.id, since);
        if let Some(last) = self.odoo.call(&last).await?.first() {
            self.progress.since = Some(last.at.and_utc() - self.server.look_back);
            self.importing_from = importing_from(&self.progress);
        }
        // It is asked once: with an Odoo that takes its time a run may get no further than this.
        Ok(self.keep_progress()?)
    }

    /// What is known from one page to the next, for whoever reads the next one ahead.
    pub(crate) fn known(&self) -> Rc<Known<'a>> {
        Rc::clone(&self.known)
    }

    /// Calls find their contacts, and Odoo gets what it does not have yet.
    pub(crate) async fn deliver(&mut self, reading: Reading, busy: Busy) -> Result<(), Failure> {
        let Reading {
            legs,
            calls,
            set_aside,
        } = reading;
        self.counts.pages += 1;
        self.counts.legs += legs;
        let offset_secs = calls
            .iter()
            .filter_map(|seen| seen.call.utc_offset_secs)
            .min();
        self.progress.utc_offset_secs = offset_secs.or(self.progress.utc_offset_secs);
        let unknown: Vec<&Call> = calls
            .iter()
            .filter(|seen| !self.knows(seen))
            .map(|seen| &seen.call)
            .collect();
        self.counts.calls_unchanged += count(calls.len() - unknown.len());
        if !unknown.is_empty() {
            let written = self.write(&unknown, Some(busy)).await?;
            self.counts.calls_not_pushed += self.not_pushed(&unknown, &written);
            letters::settle(&mut self.dead_letters, written.delivered(&unknown));
            self.take_note(written)?;
        }
        // Where there is no room for what cannot be read, the calls are in Odoo all the same.
        self.set_aside(set_aside)?;
        if self.task == Task::Poll {
            self.advance(&calls);
            self.unnamed
                .note(&calls, self.started_at - self.server.look_back);
        }
        Ok(())
    }

    async fn write(&mut self, calls: &[&Call], busy: Option<Busy>) -> Result<Written, Failure> {
        if let Some(from) = self.importing_from.take() {
            self.known.ask_since(&self.odoo, from).await?;
        }
        let writing = journal::write(&self.odoo, &self.known, calls, busy);
        followup::noted(self.world, &self.odoo, self.server, writing).await
    }

    /// Asks for recordings that the records do not name, as long as there is time; says why, where that cannot be asked.
    pub(crate) async fn name_recordings(&mut self) -> Result<Option<String>, Failure> {
        let named = names::ask(self.world, &self.journal, self.server, &self.unnamed).await?;
        self.counts.ucm_requests += named.requests;
        self.counts.recordings_named += count(named.calls.len());
        if !named.calls.is_empty() {
            let calls: Vec<&Call> = named.calls.iter().collect();
            let written = self.write(&calls, None).await?;
            self.take_note(written)?;
            // Once it is kept that they have names, nobody asks again: what was refused is kept first.
            let place = self.journal.place();
            self.dead_letters.save(self.world, place, &self.server.id)?;
        }
        named.keep(self.world, &self.journal, self.server)?;
        Ok(named.refused)
    }

    /// Follows up what was written, by this run or one that did not live to do so.
    pub(crate) async fn follow_up(&mut self) -> Result<(), Failure> {
        let letters = Some(&mut self.dead_letters);
        let refused = followup::settle(self.world, &self.odoo, self.server, letters).await?;
        self.counts.dead_letters += refused;
        Ok(())
    }

    /// Whether Odoo has everything that was read, as an earlier run has seen it.
    pub(crate) fn knows_all(&self, reading: &Reading) -> bool {
        reading.set_aside.is_empty() && reading.calls.iter().all(|seen| self.knows(seen))
    }

    fn knows(&self, seen: &Seen) -> bool {
        self.task == Task::Poll && self.digest.knows(&seen.call.id.session, seen.view)
    }

    /// Remembers what Odoo has confirmed.
    fn advance(&mut self, calls: &[Seen]) {
        for Seen { call, view, .. } in calls {
            self.digest.note(&call.id.session, *view, call.started_at);
        }
        // Not beyond our own clock: one record from a device whose clock once ran ahead must not hide what comes after it.
        let starts = calls.iter().map(|seen| seen.call.started_at);
        let latest = starts.filter(|start| *start <= self.started_at).max();
        self.latest = self.latest.max(latest);
    }

    /// How many of the calls that were not in Odoo began after the server's first push: it should have pushed them.
    fn not_pushed(&self, calls: &[&Call], written: &Written) -> u32 {
        let Some(Pushes { first_at, .. }) = self.pushes else {
            return 0;
        };
        let new = |call: &&&Call| written.new_sessions.contains(&call.id.session);
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
        self.set_aside(written.refused)
    }

    fn set_aside(&mut self, records: Vec<SetAside>) -> Result<(), Failure> {
        for record in records {
            match self.dead_letters.add(record.letter(self.started_at)) {
                Added::New => self.counts.dead_letters += 1,
                Added::Known => {}
                Added::Full => return Err(Failure::TooManyDeadLetters(self.dead_letters.len())),
            }
        }
        Ok(())
    }

    /// Keeps how far the journal is complete. Odoo has confirmed everything that was read; what could not be delivered is kept first. The
    /// cursor moves where that is all there was so far. What is `left` of the window is for the next run, if this one does not live to read it.
    pub(crate) fn checkpoint(
        &mut self,
        is_behind_us: bool,
        left: Option<Left>,
    ) -> Result<(), StoreError> {
        let place = self.journal.place();
        self.dead_letters.save(self.world, place, &self.server.id)?;
        if self.task == Task::Replay {
            return Ok(());
        }
        if is_behind_us {
            self.progress.cursor = self.progress.cursor.max(self.latest);
        }
        self.progress.resume = left.map(|left| Resume {
            left,
            latest: self.latest,
            at: self.started_at,
        });
        if let Some(cursor) = self.progress.cursor {
            self.digest
                .forget_before(cursor - self.server.look_back - DIGEST_MARGIN);
        }
        if self.digest.take_changed() {
            let key = self.journal.of(&self.server.id, About::Digest);
            state::save(self.world, &key, &self.digest)?;
        }
        self.keep_progress()
    }

    fn keep_progress(&mut self) -> Result<(), StoreError> {
        if self.progress != self.saved_progress {
            let key = self.journal.of(&self.server.id, About::Progress);
            state::save(self.world, &key, &self.progress)?;
            self.saved_progress = self.progress.clone();
        }
        Ok(())
    }

    /// Keeps the links to recordings fresh, as long as there is time.
    pub(crate) async fn renew_links(&mut self) -> Result<(), Failure> {
        let players = self.known.players();
        let (odoo, letters) = (&self.odoo, &mut self.dead_letters);
        let before = letters.len();
        let renewed = links::renew(self.world, odoo, self.server, players, letters).await;
        let new = self.dead_letters.len().saturating_sub(before);
        self.counts.dead_letters += count(new);
        self.counts.links_renewed += renewed?;
        Ok(())
    }

    /// Sets calls aside that Odoo does not change for the sake of their copies.
    pub(crate) fn set_copies_aside(&mut self, refused: Vec<Refused>) -> Result<(), Failure> {
        let (place, letters) = (self.journal.place(), &mut self.dead_letters);
        let new = recordings::set_aside(self.world, place, &self.server.id, letters, refused)?;
        self.counts.dead_letters += new;
        Ok(())
    }

    /// The connection to Odoo.
    pub(crate) fn odoo(&self) -> &Odoo<'a, W> {
        &self.odoo
    }

    /// What was done so far.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            odoo_requests: self.odoo.requests(),
            ..self.counts
        }
    }
}

/// Where the records begin of a first import that is about to begin. One that goes on would ask for too much.
fn importing_from(progress: &Progress) -> Option<DateTime<Utc>> {
    let begins = progress.importing.is_some() && progress.cursor.is_none();
    let since = progress.since.filter(|_| begins)?;
    Some(since - DIGEST_MARGIN)
}

/// How much longer than the look-back a call is remembered: without a known zone the window reaches back by up to a day more.
const DIGEST_MARGIN: Duration = Duration::from_secs(27 * 3_600);

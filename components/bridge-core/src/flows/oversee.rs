//! What is known of the bridge, from what its runs have left: for the status page, for monitoring, and for the alarm when the bridge itself
//! is silent.
//!
//! Everything but [`look_at_odoo`] is read from the store: it works while Odoo and every UCM are away.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::dial;
use super::report::{ServerReport, Status};
use super::roster::{self, Roster};
use crate::config::{Config, Fault, Server};
use crate::flows::prove::{Completeness, DayProof};
use crate::flows::reach::Odoo;
use crate::flows::reach::timed::Timed;
use crate::state::key::{self, About, At};
use crate::state::phonebook::{Book, Head};
use crate::state::pushes;
use crate::state::{self, Anew, DeadLetters, Journal, Place, Schedule, Stored, elsewhere, inbox};
use odoo_client::OdooServer;
use odoo_client::{Call, Known, OdooError, api_key, journal};
use ports::{KeyValue, StoreError, World};
use ucm_client::Saved;

/// Whether the timer still runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Heartbeat {
    /// Whether what was due has been done.
    pub alive: bool,
    /// Since when something waits that a tick should have done; nothing while all is well, or if the bridge has never run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overdue_since: Option<DateTime<Utc>>,
    /// Whether it has run at all.
    pub has_run: bool,
}

impl Heartbeat {
    /// Reads the schedule: every tick does what is due and says when it is due again, so that what lies in the past was not done. Nothing
    /// has to be written for it at an idle tick.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn read(
        store: &impl KeyValue,
        odoo: &OdooServer,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let key = key::at(&Place::of(odoo), At::Schedule);
        let schedule: Option<Schedule> = state::load(store, &key)?;
        let Some(schedule) = schedule else {
            return Ok(Self {
                alive: false,
                overdue_since: None,
                has_run: false,
            });
        };
        let servers = schedule.servers.values().filter_map(|due| due.at);
        let earliest = servers.chain(schedule.refresh_at).min();
        let overdue_since = earliest.filter(|due| now - *due > GRACE);
        Ok(Self {
            alive: overdue_since.is_none(),
            overdue_since,
            has_run: true,
        })
    }
}

/// All there is to know.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// When it was looked at.
    pub at: DateTime<Utc>,
    /// Whether nothing needs a person.
    pub ok: bool,
    /// The timer.
    pub heartbeat: Heartbeat,
    /// Odoo.
    pub odoo: OdooSeen,
    /// When the bridge began anew because another Odoo or journal was there, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anew: Option<Anew>,
    /// Server entries that were refused, with the reason: nothing of them is synchronised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Fault>,
    /// The servers, in the order of the settings.
    pub servers: Vec<ServerSeen>,
    /// What is kept of servers that there are not any more, by their ids.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stranded: BTreeMap<String, Stranded>,
}

/// What is kept of a server that there is not any more: it was removed, renamed, paused or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Stranded {
    /// Pushed records that wait: they come in when there is one of that id again.
    pub inbox: u64,
    /// Records that could not be delivered; they are listed as those of any server.
    pub dead_letters: u64,
}

/// One server.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServerSeen {
    /// Its id.
    pub server: String,
    /// Its name for people.
    pub name: String,
    /// What its last run did, if it has run.
    pub last_run: Option<ServerReport>,
    /// Seconds since everything that the UCM held was in Odoo.
    pub lag_secs: Option<i64>,
    /// When it is due next; nothing for a server that is held, or is only pushed to.
    pub due_at: Option<DateTime<Utc>>,
    /// When it last pushed a record.
    pub last_push_at: Option<DateTime<Utc>>,
    /// Pushed records that wait for Odoo.
    pub inbox: usize,
    /// Records that could not be delivered.
    pub dead_letters: usize,
    /// Records that wait for another Odoo than that of the settings.
    pub elsewhere: usize,
    /// The session with the UCM.
    pub session: SessionState,
    /// Days that were proved complete, and those that are not.
    pub days_whole: usize,
    /// Days on which Odoo does not have everything.
    pub days_damaged: Vec<DayProof>,
    /// When a day was last proved.
    pub proved_at: Option<DateTime<Utc>>,
    /// Why the last proof ended before its time, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof_failed: Option<String>,
    /// The phonebook of its phones, if they have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phonebook: Option<BookSeen>,
}

/// The phonebook of a server's phones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookSeen {
    /// Contacts in it.
    pub contacts: usize,
    /// Contacts that were chosen, but that it had no room for.
    pub left_out: usize,
    /// Contacts that were chosen, but have no number that the office can dial.
    pub unreadable: usize,
    /// How many bytes it has.
    pub bytes: usize,
    /// When it became what it is; nothing where none is built yet.
    pub changed_at: Option<DateTime<Utc>>,
    /// When it was last found to be as Odoo has it.
    pub checked_at: Option<DateTime<Utc>>,
    /// Why it is not any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

impl BookSeen {
    /// What is known of the phonebook of `server`, if its phones are to have one.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub(crate) fn read(
        store: &impl KeyValue,
        journal: &Journal,
        server: &Server,
    ) -> Result<Option<Self>, StoreError> {
        if server.phonebook.is_none() {
            return Ok(None);
        }
        let head = Head::load(store, journal, &server.id)?.unwrap_or_default();
        let count = |of: fn(&Book) -> usize| head.book.as_ref().map_or(0, of);
        Ok(Some(Self {
            contacts: count(|book| book.contacts),
            left_out: count(|book| book.left_out),
            unreadable: count(|book| book.unreadable),
            bytes: count(|book| book.bytes),
            changed_at: head.book.as_ref().map(|book| book.changed_at),
            checked_at: head.checked_at,
            trouble: head.trouble,
        }))
    }
}

/// The session with a UCM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// None is open: the next request signs in.
    None,
    /// One is open.
    Open,
    /// The UCM has refused the account; it is not tried again until the settings change.
    Refused,
}

impl ServerSeen {
    /// Whether nothing needs a person.
    pub fn is_ok(&self) -> bool {
        let runs = self
            .last_run
            .as_ref()
            .is_none_or(|report| report.status.is_ok());
        let has_book = self
            .phonebook
            .as_ref()
            .is_none_or(|book| book.trouble.is_none());
        let is_proved = self.proof_failed.is_none() && self.days_damaged.is_empty();
        runs && has_book && is_proved && self.dead_letters + self.elsewhere == 0
    }

    /// How its last run ended.
    pub fn status(&self) -> Option<Status> {
        self.last_run.as_ref().map(|report| report.status)
    }
}

/// Odoo, as it was seen last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OdooSeen {
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// Whether it answered as asked.
    pub reachable: bool,
    /// Its series, such as 19.0, where it is known.
    pub version: Option<String>,
    /// Calls in the journal whose number several contacts share, by server.
    #[serde(default)]
    pub ambiguous: BTreeMap<String, u64>,
    /// Calls in the journal whose outside party is no number that could be read, by server; each says why.
    #[serde(default)]
    pub unreadable: BTreeMap<String, u64>,
    /// Calls that people asked for in Odoo since yesterday and that were refused, where they may ask for calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders_refused: Option<u64>,
    /// Those of which it is not known what came of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders_unknown: Option<u64>,
    /// When the first of the API keys of the bridge's user ends; which of them is the bridge's, Odoo does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_expires_at: Option<DateTime<Utc>>,
    /// What went wrong and what to do, where something did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl OdooSeen {
    /// Whether Odoo answers, and will go on doing so for a while.
    pub fn is_ok(&self, now: DateTime<Utc>) -> bool {
        self.reachable && !self.key_expires_at.is_some_and(|end| is_soon(end, now))
    }
}

/// Whether a key that ends at `end` has to be replaced now.
pub(crate) fn is_soon(end: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    end - now < KEY_NOTICE
}

impl Stored for OdooSeen {
    const VERSION: u32 = 1;
}

/// Reads everything. One look at the keys, and a handful of values per server.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub fn overview(
    store: &impl KeyValue,
    config: &Config,
    now: DateTime<Utc>,
    odoo: OdooSeen,
) -> Result<Overview, StoreError> {
    let heartbeat = Heartbeat::read(store, &config.odoo, now)?;
    let journal = Journal::last_met(store, &config.odoo)?;
    let schedule = Schedule::load(store, journal.place())?;
    let keys = store.keys()?;
    let roster = Roster::as_last_known(store, config)?;
    let servers: Result<Vec<ServerSeen>, StoreError> = roster
        .servers
        .into_iter()
        .map(|server| server_seen(store, &journal, &schedule, &keys, server, now))
        .collect();
    let (servers, refused) = (servers?, roster.refused);
    let stranded = stranded(store, journal.place(), &keys, &servers)?;
    let runs = heartbeat.alive && odoo.is_ok(now) && servers.iter().all(ServerSeen::is_ok);
    let ok = runs && refused.is_empty() && stranded.is_empty();
    Ok(Overview {
        at: now,
        ok,
        heartbeat,
        odoo,
        anew: Anew::last(store, &config.odoo)?,
        refused,
        servers,
        stranded,
    })
}

fn stranded(
    store: &impl KeyValue,
    place: &Place,
    keys: &[String],
    servers: &[ServerSeen],
) -> Result<BTreeMap<String, Stranded>, StoreError> {
    let is_gone = |id: &str| servers.iter().all(|server| server.server != id);
    let mut stranded: BTreeMap<String, Stranded> = BTreeMap::new();
    let waiting = inbox::by_server(keys, place).into_iter();
    for (id, inbox) in waiting.filter(|(id, _)| is_gone(id)) {
        stranded.entry(id).or_default().inbox = inbox;
    }
    for id in DeadLetters::servers(keys, place).filter(|id| is_gone(id)) {
        let letters = DeadLetters::load(store, place, id)?;
        if !letters.is_empty() {
            stranded.entry(id.to_owned()).or_default().dead_letters = letters.len() as u64;
        }
    }
    Ok(stranded)
}

fn server_seen(
    store: &impl KeyValue,
    journal: &Journal,
    schedule: &Schedule,
    keys: &[String],
    server: Server,
    now: DateTime<Utc>,
) -> Result<ServerSeen, StoreError> {
    let place = journal.place();
    let phonebook = BookSeen::read(store, journal, &server)?;
    let (server, name, polled) = (server.id, server.name, server.polled);
    // Of one that only pushes by now it is what was once.
    let last_run: Option<ServerReport> = match polled {
        true => state::load(store, &journal.of(&server, About::Report))?,
        false => None,
    };
    let letters = DeadLetters::load(store, place, &server)?;
    let saved = store
        .get(&key::of(&server, key::What::Session))?
        .and_then(|bytes| Saved::from_bytes(&bytes).ok());
    let known = Completeness::load(store, journal, &server)?;
    let complete_at = last_run.as_ref().and_then(|report| report.complete_at);
    let (whole, damaged): (Vec<_>, Vec<_>) = known.days.into_iter().partition(DayProof::is_whole);
    Ok(ServerSeen {
        lag_secs: complete_at.map(|complete| (now - complete).num_seconds()),
        due_at: schedule.servers.get(&server).and_then(|due| due.at),
        last_push_at: pushes::last_at(store, &server)?,
        inbox: inbox::of_server(keys, place, &server).len(),
        dead_letters: letters.len(),
        elsewhere: elsewhere::count(store, keys, place, &server)?,
        session: match saved {
            Some(saved) if saved.is_refused() => SessionState::Refused,
            Some(saved) if saved.has_session(now) => SessionState::Open,
            _ => SessionState::None,
        },
        proved_at: whole.iter().chain(&damaged).map(|proof| proof.at).max(),
        days_whole: whole.len(),
        days_damaged: damaged,
        proof_failed: known.failed.map(|failed| failed.reason),
        phonebook,
        last_run,
        server,
        name,
    })
}

/// Asks Odoo, once a minute at most, whether it answers, how many calls have a number that is ambiguous or none, and how long the
/// key lasts.
///
/// # Errors
/// [`StoreError`] when the store cannot be read or written; an Odoo that does not answer is what is looked for, and no error.
pub async fn look_at_odoo<W: World>(world: &W, config: &Config) -> Result<OdooSeen, StoreError> {
    let now = world.now();
    let at = |what| key::at(&config.place(), what);
    let before: Option<OdooSeen> = state::load(world, &at(At::OdooSeen))?;
    if let Some(seen) =
        before.filter(|seen| seen.at.is_some_and(|at| now - at < GOOD_FOR && at <= now))
    {
        return Ok(seen);
    }
    let world = &Timed::new(world, config.run_budget);
    let odoo = Odoo::hasty(world, &config.odoo);
    let mut seen = OdooSeen {
        at: Some(now),
        ..OdooSeen::default()
    };
    let servers = roster::servers_as_last_known(world, config)?;
    match look(&odoo, &servers, &config.odoo.login, now, &mut seen).await {
        Ok(()) => seen.reachable = true,
        Err(error) => seen.detail = Some(error.to_string()),
    }
    let known: Option<Known> = state::load(world, &at(At::Odoo))?;
    seen.version = known.map(|known| known.version.to_string());
    state::save(world, &at(At::OdooSeen), &seen)?;
    Ok(seen)
}

async fn look<W: World>(
    odoo: &Odoo<'_, W>,
    servers: &[Server],
    login: &str,
    now: DateTime<Utc>,
    seen: &mut OdooSeen,
) -> Result<(), OdooError> {
    for Server { id: server, .. } in servers {
        seen.ambiguous
            .insert(server.clone(), unlinked(odoo, server, "ambiguous").await?);
        seen.unreadable
            .insert(server.clone(), unlinked(odoo, server, "unreadable").await?);
    }
    if servers.iter().any(|server| server.dial.is_some()) {
        let (refused, unknown) = dial::troubled(odoo, now).await?;
        (seen.orders_refused, seen.orders_unknown) = (Some(refused), Some(unknown));
    }
    seen.key_expires_at = key_end(odoo, login, now).await?;
    Ok(())
}

/// How many of the server's calls have this standing, and no contact that a person has chosen.
async fn unlinked<W: World>(
    odoo: &Odoo<'_, W>,
    server: &str,
    standing: &str,
) -> Result<u64, OdooError> {
    let domain = json!([
        ["x_server", "=", server],
        ["x_match", "=", standing],
        ["x_partner_id", "=", false]
    ]);
    odoo.call(&Call::search_count(journal::MODEL, domain)).await
}

/// When the first API key of the user ends, where keys end.
pub(crate) async fn key_end<W: World>(
    odoo: &Odoo<'_, W>,
    login: &str,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, OdooError> {
    if !odoo.version().await?.keys_expire() {
        return Ok(None);
    }
    let keys = odoo.call(&api_key::of_user(login, now)).await?;
    Ok(api_key::first_end(&keys))
}

/// How long something may be due before the bridge counts as silent: a tick comes every minute, and a run may use half of one.
const GRACE: TimeDelta = TimeDelta::minutes(5);
/// How long before its end a key is to be replaced: time for whoever may make one to come back from holidays.
const KEY_NOTICE: TimeDelta = TimeDelta::days(14);
/// How long a look at Odoo is good for.
const GOOD_FOR: TimeDelta = TimeDelta::seconds(60);

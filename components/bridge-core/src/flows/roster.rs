//! Which servers there are: those of the variable `ucm_servers`, and the records in Odoo, as one list.

use std::collections::BTreeMap;

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::{
    Config, Fault, FollowUp, ListeningConfig, Passwords, PushConfig, Server, Wrong, read_server,
};
use crate::flows::reach::Odoo;
use crate::flows::reach::timed::{KNOWN, Timed};
use crate::state::{self, Anew, Due, Place, Schedule, Stored, key};
use odoo_client::{OdooError, server};
use ports::{KeyValue, StoreError, World};

/// How often the timer ticks.
pub(crate) const TICK: TimeDelta = TimeDelta::minutes(1);

/// The tick that `now` belongs to. Ticks come some milliseconds before or after their minute, and what is due is counted by them: an interval of a
/// minute is every tick, however long the run took.
pub(crate) fn tick(now: DateTime<Utc>) -> DateTime<Utc> {
    now.duration_round(TICK).unwrap_or(now)
}

/// Which servers a run is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Those whose interval has passed.
    Due,
    /// All of them, now.
    All,
    /// One, now; an account that was refused is tried again.
    One(String),
}

/// All servers that a run knows of.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    pub(crate) servers: Vec<Server>,
    /// Faults of servers that were refused, wherever they are configured.
    pub(crate) refused: Vec<Fault>,
    /// Records in Odoo that were refused, each with its faults.
    pub(crate) faulty: Vec<(i64, Vec<Fault>)>,
    /// Records that show servers of the variable, with what is in them.
    pub(crate) mirrors: Vec<(i64, Value)>,
    /// Ids of the variable that people have given to records of their own.
    pub(crate) taken: Vec<String>,
    /// Names of passwords that go wherever a record leads, by the ids of the servers whose records name them.
    pub(crate) loose: BTreeMap<String, String>,
    /// What is worth knowing although it stops nothing.
    pub(crate) remarks: Vec<String>,
    /// Whether the records in Odoo are among them: an idle tick leaves them alone.
    pub(crate) has_records: bool,
    /// Whether they were read now, and not only as they were last known.
    pub(crate) has_read: bool,
    /// When the records are to be read again, if they were read now.
    pub(crate) refresh_at: Option<DateTime<Utc>>,
    /// The beginning anew, if another journal was met when they were read.
    pub(crate) anew: Option<Anew>,
}

/// The records as they were last read: what lies between two readings asks Odoo nothing.
#[derive(Serialize, Deserialize, Default)]
struct Directory {
    rows: Vec<Value>,
}

impl Stored for Directory {
    const VERSION: u32 = 1;
}

/// The server of this id as it is configured now. `None` when there is no such server, or its settings are refused.
pub(crate) async fn find(
    world: &Timed<'_, impl World>,
    config: &Config,
    id: &str,
) -> Result<Option<Server>, StoreError> {
    let schedule = Schedule::load(world, &config.place())?;
    let which = Which::One(id.to_owned());
    let mut roster = in_time(world, config, &schedule, &which).await?;
    let place = roster.servers.iter().position(|server| server.id == id);
    Ok(place.map(|place| roster.servers.swap_remove(place)))
}

/// The servers that a run is to look at, in the part of its time that finding them may take.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read.
pub(crate) async fn in_time(
    world: &Timed<'_, impl World>,
    config: &Config,
    schedule: &Schedule,
    which: &Which,
) -> Result<Roster, StoreError> {
    let world = &world.until(KNOWN);
    let odoo = Odoo::remembering(world, &config.odoo);
    let roster = gather(world, &odoo, config, schedule, which).await?;
    Ok(Roster {
        anew: odoo.anew(),
        ..roster
    })
}

/// `servers`, another one first each time that `every` has passed: one that answers nothing takes the time of those behind it.
pub(crate) fn in_turn<'s>(
    servers: impl Iterator<Item = &'s Server>,
    now: DateTime<Utc>,
    every: TimeDelta,
) -> Vec<&'s Server> {
    let mut servers: Vec<&Server> = servers.collect();
    let turn = now.timestamp() / every.num_seconds().max(1);
    let first = usize::try_from(turn).ok();
    let first = first.and_then(|turn| turn.checked_rem(servers.len()));
    servers.rotate_left(first.unwrap_or(0));
    servers
}

/// The servers that a run is to look at. Odoo is asked at most every [`REFRESH`], or when a person asks for one server.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read.
pub(crate) async fn gather<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    config: &Config,
    schedule: &Schedule,
    which: &Which,
) -> Result<Roster, StoreError> {
    let now = tick(world.now());
    let mut roster = Roster::of_variable(config);
    let is_stale = |at| state::has_come(at, now, REFRESH);
    let is_stale = schedule.refresh_at.is_none_or(is_stale);
    let wants_fresh = is_stale || matches!(which, Which::One(_));
    if !wants_fresh && *which == Which::Due && !roster.some_are_due(schedule, now) {
        return Ok(roster);
    }
    let place = config.place();
    let directory = if wants_fresh {
        roster.refresh(world, odoo, &place, now).await?
    } else {
        load(world, &place)?
    };
    roster.add_records(&directory, &config.servers, &config.passwords);
    Ok(roster)
}

/// Ids of all servers, as last known: without asking Odoo.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read.
pub fn known_servers(store: &impl KeyValue, config: &Config) -> Result<Vec<String>, StoreError> {
    let servers = servers_as_last_known(store, config)?;
    Ok(servers.into_iter().map(|server| server.id).collect())
}

/// All servers, as last known: without asking Odoo.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read.
pub fn servers_as_last_known(
    store: &impl KeyValue,
    config: &Config,
) -> Result<Vec<Server>, StoreError> {
    Ok(Roster::as_last_known(store, config)?.servers)
}

/// All servers, read anew, for somebody who has met one that is not known as it is.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read or kept.
pub(crate) async fn read_anew<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    config: &Config,
) -> Result<Vec<Server>, StoreError> {
    let mut roster = Roster::of_variable(config);
    let now = tick(world.now());
    let directory = roster.refresh(world, odoo, &config.place(), now).await?;
    roster.add_records(&directory, &config.servers, &config.passwords);
    Ok(roster.servers)
}

/// The server called `id`, as last known, for somebody who listens to a recording of it: without asking Odoo.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read.
pub fn listened_server(
    store: &impl KeyValue,
    config: &ListeningConfig,
    id: &str,
) -> Result<Option<Server>, StoreError> {
    let place = config.odoo.as_ref();
    as_last_known(store, &config.servers, &config.passwords, place, id)
}

/// The server called `id`, as last known, for whoever pushes a record of it: without asking Odoo.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read.
pub(crate) fn pushing_server(
    store: &impl KeyValue,
    config: &PushConfig,
    id: &str,
) -> Result<Option<Server>, StoreError> {
    let place = Some(&config.odoo);
    as_last_known(store, &config.servers, &config.passwords, place, id)
}

/// The server called `id`, as last known, with what the settings of all servers together say of it: without asking Odoo.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read.
pub fn server_as_last_known(
    store: &impl KeyValue,
    config: &Config,
    id: &str,
) -> Result<Option<Server>, StoreError> {
    let servers = servers_as_last_known(store, config)?;
    Ok(servers.into_iter().find(|server| server.id == id))
}

/// One of the variable is found there; only for others the store is looked into, once.
fn as_last_known(
    store: &impl KeyValue,
    of_variable: &[Server],
    passwords: &Passwords,
    place: Option<&Place>,
    id: &str,
) -> Result<Option<Server>, StoreError> {
    let is_it = |server: &Server| server.id == id;
    if let Some(server) = of_variable.iter().find(|server| is_it(server)) {
        return Ok(Some(server.clone()));
    }
    let Some(place) = place else {
        return Ok(None);
    };
    let mut roster = Roster {
        servers: of_variable.to_vec(),
        ..Roster::default()
    };
    roster.add_records(&load(store, place)?, of_variable, passwords);
    Ok(roster.servers.into_iter().find(is_it))
}

/// Why an id is that of no server that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// There is none.
    Unknown,
    /// The servers in Odoo were never read: it may well be one of theirs.
    NotYetRead,
    /// The settings are wrong of the one that is called so in Odoo, or of one in the variable, whose name may be it.
    Refused,
}

/// How an id stands that [`pushing_server`] knows nothing of.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read.
pub(crate) fn standing(
    store: &impl KeyValue,
    config: &PushConfig,
    id: &str,
) -> Result<Standing, StoreError> {
    let at = key::at(&config.odoo, key::At::Directory);
    let directory: Option<Directory> = state::load(store, &at)?;
    let is_there = |directory: &Directory| directory.rows.iter().any(|row| row["x_key"] == id);
    Ok(match directory {
        _ if config.has_refused => Standing::Refused,
        Some(directory) if is_there(&directory) => Standing::Refused,
        Some(_) => Standing::Unknown,
        None => Standing::NotYetRead,
    })
}

fn load(store: &impl KeyValue, place: &Place) -> Result<Directory, StoreError> {
    let at = key::at(place, key::At::Directory);
    Ok(state::load(store, &at)?.unwrap_or_default())
}

impl Roster {
    /// Everything as last known: without asking Odoo.
    ///
    /// # Errors
    /// [`StoreError`] when what is remembered cannot be read.
    pub(crate) fn as_last_known(
        store: &impl KeyValue,
        config: &Config,
    ) -> Result<Self, StoreError> {
        let mut roster = Self::of_variable(config);
        let directory = load(store, &config.place())?;
        roster.add_records(&directory, &config.servers, &config.passwords);
        Ok(roster)
    }

    fn of_variable(config: &Config) -> Self {
        Self {
            servers: config.servers.clone(),
            refused: config.refused.clone(),
            ..Self::default()
        }
    }

    /// Whether any server is due: what became of it is shown in its record.
    fn some_are_due(&self, schedule: &Schedule, now: DateTime<Utc>) -> bool {
        let is_due = |due: &Due| due.at.is_some_and(|at| at <= now);
        schedule.servers.values().any(is_due)
            || (self.servers.iter())
                .any(|server| server.polled && !schedule.servers.contains_key(&server.id))
    }

    async fn refresh<W: World>(
        &mut self,
        world: &W,
        odoo: &Odoo<'_, W>,
        place: &Place,
        now: DateTime<Utc>,
    ) -> Result<Directory, StoreError> {
        match read(odoo).await {
            Ok(rows) => {
                self.has_read = true;
                self.refresh_at = Some(now + REFRESH);
                let directory = Directory { rows };
                state::save(world, &key::at(place, key::At::Directory), &directory)?;
                Ok(directory)
            }
            Err(error) => {
                // A model that is not there waits for the set-up; anything else may pass by the next tick.
                let wait = match &error {
                    OdooError::NoModel { .. } => REFRESH,
                    _ => TICK,
                };
                self.refresh_at = Some(now + wait);
                self.remarks.push(format!(
                    "the UCM servers configured in Odoo could not be read: {error}"
                ));
                load(world, place)
            }
        }
    }

    /// Faults of the record that goes by the name `id`.
    pub(crate) fn faults_of(&self, id: &str) -> Vec<Fault> {
        let path = format!("{PATH}{id}.");
        let of_record = self
            .refused
            .iter()
            .filter(|fault| fault.setting.starts_with(&path));
        of_record.cloned().collect()
    }

    /// Adds the servers of the records. The variable counts where both name one: it is the door of those who keep configuration in git.
    fn add_records(
        &mut self,
        directory: &Directory,
        of_variable: &[Server],
        passwords: &Passwords,
    ) {
        self.has_records = true;
        for row in &directory.rows {
            let Some(record) = server::id(row) else {
                continue;
            };
            let id = row["x_key"].as_str().unwrap_or_default();
            let shown = of_variable.iter().position(|server| server.id == id);
            if server::is_mirror(row) {
                // Those of the variable are the first.
                if let Some(server) = shown.and_then(|place| self.servers.get_mut(place)) {
                    server.record = Some(record);
                }
                self.mirrors.push((record, row.clone()));
                continue;
            }
            self.taken.extend(shown.map(|_| id.to_owned()));
            match self.read_record(row, record, of_variable, passwords) {
                Ok(server) => {
                    let loose = server::secret_name(row).filter(|name| passwords.is_loose(name));
                    let loose = loose.filter(|_| server.polled);
                    self.loose
                        .extend(loose.map(|name| (server.id.clone(), name.to_owned())));
                    self.servers.push(server);
                }
                Err(faults) => {
                    self.refused.extend(faults.clone());
                    self.faulty.push((record, faults));
                }
            }
        }
        FollowUp::join(&mut self.servers);
        if self.servers.is_empty() && self.refused.is_empty() {
            self.refused
                .push(Fault::new("ucm_servers", Wrong::NoServer));
        }
    }

    fn read_record(
        &self,
        row: &Value,
        record: i64,
        of_variable: &[Server],
        passwords: &Passwords,
    ) -> Result<Server, Vec<Fault>> {
        let path = format!("{PATH}{}", server::name(row));
        let fault =
            |field: &str, problem: Wrong| vec![Fault::new(format!("{path}.{field}"), problem)];
        let id = row["x_key"].as_str().unwrap_or_default();
        if of_variable.iter().any(|server| server.id == id) {
            return Err(fault("id", Wrong::InVariable(id.to_owned())));
        }
        let entry = server::entry(row, |name| passwords.get(name))
            .map_err(|error| fault("password", Wrong::Password(error)))?;
        let read = read_server(path.clone(), &entry, &self.servers)?;
        let strange = server::secret_name(row).filter(|name| !passwords.admit(name, &read.base));
        if let Some(name) = strange.filter(|_| read.polled) {
            let base = read.base.as_str().trim_end_matches('/').to_owned();
            let name = name.to_owned();
            return Err(fault("host", Wrong::Bound { base, name }));
        }
        Ok(Server {
            record: Some(record),
            ..read
        })
    }
}

/// The records, with their secrets if the key's user may see them.
async fn read<W: World>(odoo: &Odoo<'_, W>) -> Result<Vec<Value>, OdooError> {
    let mut rows = match odoo.call(&server::read_all()).await {
        Err(OdooError::NoField { .. }) => odoo.call(&server::read_all_of_earlier()).await?,
        read => read?,
    };
    if rows.iter().all(server::is_mirror) {
        return Ok(rows);
    }
    let secrets = match odoo.call(&server::secrets()).await {
        Err(OdooError::NoField { .. }) => odoo.call(&server::secrets_of_earlier()).await,
        read => read,
    };
    match secrets {
        Ok(secrets) => server::join(&mut rows, &secrets),
        Err(OdooError::MissingRight { .. }) => {}
        Err(error) => return Err(error),
    }
    Ok(rows)
}

/// What faults of records are said to be in: the menu in Odoo.
pub const PATH: &str = "UCM Servers/";

/// How long the records are good for, in seconds: what people change in Odoo counts after ten minutes at most, or at once with the button
/// "Synchronise Now".
pub(crate) const REFRESH: TimeDelta = TimeDelta::minutes(10);

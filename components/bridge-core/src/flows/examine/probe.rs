//! "Test connection": what of a server can be reached, what was refused, and what to change. Nothing is written to Odoo.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use serde::Serialize;
use serde_json::json;

use crate::config::{Config, Fault, Server};
use crate::flows::reach::Odoo;
use crate::flows::reach::timed::{READ, Timed};
use crate::flows::reach::ucm;
use crate::flows::roster;
use crate::flows::roster::Which;
use crate::state::{Schedule, key, pushes};
use odoo_client::{Call, journal};
use ports::{KeyValue, StoreError, World};
use ucm_client::Dialect;
use ucm_client::{Answer, Client, Operation, PageRequest, Saved, UcmError};

/// What a test of one server found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Probe {
    /// The server's id.
    pub server: String,
    /// Whether everything that the bridge needs works.
    pub ok: bool,
    /// What was tried, in order; what depends on a failed one is not tried.
    pub checks: Vec<Check>,
    /// Faults of the server's settings, where they were refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Fault>,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was tried.
    pub what: Checked,
    /// Whether it works.
    pub ok: bool,
    /// What was reached, or what was refused and what to change.
    pub detail: String,
}

/// What can be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// Reaching the UCM, signing in, reading one call record.
    Records,
    /// The UCM's clock beside ours.
    Clock,
    /// The records that the UCM pushes, where it may.
    Pushes,
    /// The journal in Odoo.
    Journal,
}

/// Tries one server, which may have just been configured in Odoo. `None` when there is no server of that id.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read or kept.
pub async fn probe(
    world: &impl World,
    config: &Config,
    id: &str,
) -> Result<Option<Probe>, StoreError> {
    let world = &Timed::new(world, config.run_budget);
    let schedule = Schedule::load(world, &config.place())?;
    let which = Which::One(id.to_owned());
    let roster = roster::in_time(world, config, &schedule, &which).await?;
    let Some(server) = roster.servers.iter().find(|server| server.id == id) else {
        let refused = roster.faults_of(id);
        return Ok((!refused.is_empty()).then(|| Probe {
            server: id.to_owned(),
            ok: false,
            checks: Vec::new(),
            refused,
        }));
    };
    let mut checks = match server.polled {
        true => ask_ucm(&world.until(READ), server).await?,
        // It cannot be reached.
        false => Vec::new(),
    };
    if server.push.is_open() {
        checks.push(last_push(world, server)?);
    }
    checks.push(ask_odoo(&Odoo::new(world, &config.odoo), server).await);
    Ok(Some(Probe {
        server: id.to_owned(),
        ok: checks.iter().all(|check| check.ok),
        checks,
        refused: Vec::new(),
    }))
}

async fn ask_ucm(world: &impl World, server: &Server) -> Result<Vec<Check>, StoreError> {
    let saved = world
        .get(&key::of(&server.id, key::What::Session))?
        .and_then(|bytes| Saved::from_bytes(&bytes).ok());
    let mut client = Client::new(server.account(), saved);
    // A person asks: an account that was refused is tried once more.
    client.release();
    let mut requests = 0;
    let records = Operation::CdrPage(newest_records(world.now()));
    let answer = ucm::ask(world, &mut client, &server.id, records, &mut requests).await?;
    let mut checks = vec![match answer {
        Ok(Answer::Page(page)) if page.items == 0 => good(
            Checked::Records,
            "the UCM lets the bridge in; it has no call records of the last days",
        ),
        Ok(_) => good(
            Checked::Records,
            "the UCM lets the bridge in and gives its call records",
        ),
        Err(error) => bad(Checked::Records, &error),
    }];
    if checks[0].ok && server.dialect == Dialect::Action {
        let status = ucm::ask(
            world,
            &mut client,
            &server.id,
            Operation::SystemStatus,
            &mut requests,
        )
        .await?;
        checks.extend(clock(status, world.now()));
    }
    Ok(checks)
}

/// A small page: the device is asked to show that it would give records, not to give them.
pub(crate) fn newest_records(now: DateTime<Utc>) -> PageRequest {
    PageRequest {
        start: now.naive_utc().checked_sub_signed(PROBED),
        end: now.naive_utc().checked_add_signed(TimeDelta::days(1)),
        offset: 0,
        limit: 1,
        expect_rows: false,
    }
}

/// The bridge does not need the UCM's status: an API user without that right is no fault, and nothing is said.
fn clock(status: Result<Answer, UcmError>, now: DateTime<Utc>) -> Option<Check> {
    let Ok(Answer::SystemStatus(status)) = status else {
        return None;
    };
    let shown: DateTime<FixedOffset> = status.clock?;
    let off = (shown.to_utc() - now).num_minutes();
    Some(if off.abs() <= MOST_MINUTES_OFF {
        good(Checked::Clock, "the UCM's clock is right")
    } else {
        bad(
            Checked::Clock,
            &format!(
                "the UCM's clock is {off} minutes off: in the UCM, set the time zone and an NTP server"
            ),
        )
    })
}

/// That none has come yet is no fault of the server's settings: nobody may have been called since.
fn last_push(store: &impl KeyValue, server: &Server) -> Result<Check, StoreError> {
    let detail = match pushes::last_at(store, &server.id)? {
        Some(at) => format!(
            "the UCM last pushed a record on {}",
            at.format("%Y-%m-%d %H:%M UTC")
        ),
        None => "the UCM may push its records; it has not pushed one yet".to_owned(),
    };
    Ok(good(Checked::Pushes, &detail))
}

async fn ask_odoo<W: World>(odoo: &Odoo<'_, W>, server: &Server) -> Check {
    let count = Call::search_count(journal::MODEL, json!([["x_server", "=", server.id]]));
    match odoo.call(&count).await {
        Ok(calls) => good(
            Checked::Journal,
            &format!("Odoo lets the bridge in; the journal has {calls} calls of this server"),
        ),
        Err(error) => bad(Checked::Journal, &error),
    }
}

fn good(what: Checked, detail: &str) -> Check {
    Check {
        what,
        ok: true,
        detail: detail.to_owned(),
    }
}

fn bad(what: Checked, detail: &impl ToString) -> Check {
    Check {
        what,
        ok: false,
        detail: detail.to_string(),
    }
}

/// How far back a test looks for a record: over a long weekend.
const PROBED: TimeDelta = TimeDelta::days(4);
/// A clock that is further off, in minutes, puts calls visibly in the wrong place.
pub(crate) const MOST_MINUTES_OFF: i64 = 2;

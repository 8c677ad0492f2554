//! The doctor: each UCM and Odoo examined step by step, and for what fails, where to go and what to change.
//!
//! Nothing is written, to a UCM or to Odoo. An account that a UCM has refused is not tried again, so that looking at the page often locks
//! nothing.

mod odoo;
mod phones;
pub(crate) mod probe;
mod ucm;

pub use probe::{Check, Checked, Probe, probe};

use std::pin::pin;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::{Either, join, join_all, select};
use serde::Serialize;

use super::roster;
use crate::config::{Config, Fault, Server};
use crate::flows::reach::Odoo;
use crate::flows::reach::timed::{KNOWN, Timed};
use crate::flows::roster::Which;
use crate::state::{Schedule, key};
use ports::{Clock as _, StoreError, World};

/// What the doctor found; advice is a [`value`](Advice) until a face has [put it into words](Self::in_words).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Examination<A = Advice> {
    /// When.
    pub at: DateTime<Utc>,
    /// Whether no step failed.
    pub ok: bool,
    /// Odoo, step by step.
    pub odoo: Vec<Step<A>>,
    /// The UCMs, in the order of the settings.
    pub servers: Vec<Patient<A>>,
    /// Server entries that were refused, with the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Fault>,
}

/// One UCM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Patient<A = Advice> {
    /// The server's id.
    pub server: String,
    /// Its name for people.
    pub name: String,
    /// What was tried, in order.
    pub steps: Vec<Step<A>>,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step<A = Advice> {
    /// What was tried.
    pub what: Examined,
    /// What came of it.
    pub state: Health,
    /// What was found; nothing for a step that was not reached.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Where to go and what to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<A>,
}

impl Examination {
    /// The same with advice in words.
    pub fn in_words<A>(self, word: impl Fn(Advice) -> A) -> Examination<A> {
        let steps = |steps: Vec<Step>| steps.into_iter().map(|step| step.in_words(&word)).collect();
        let patient = |patient: Patient| Patient {
            server: patient.server,
            name: patient.name,
            steps: steps(patient.steps),
        };
        Examination {
            at: self.at,
            ok: self.ok,
            odoo: steps(self.odoo),
            servers: self.servers.into_iter().map(patient).collect(),
            refused: self.refused,
        }
    }
}

impl Step {
    fn in_words<A>(self, word: impl Fn(Advice) -> A) -> Step<A> {
        Step {
            what: self.what,
            state: self.state,
            detail: self.detail,
            advice: self.advice.map(word),
        }
    }
}

/// What can be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Examined {
    /// `allowed_outbound_hosts` of the application.
    HostAllowed,
    /// Name, route, port.
    Network,
    /// TLS.
    Certificate,
    /// What answers is the API, and it is switched on.
    Api,
    /// The bridge's address is among the permitted ones.
    PermittedIp,
    /// User and password.
    Credentials,
    /// The right to read call records.
    Permission,
    /// A page of call records can be read.
    Records,
    /// The UCM's clock beside ours.
    Clock,
    /// The UCM's time zone beside the configured one.
    TimeZone,
    /// The right to fetch recordings.
    Recordings,
    /// The right to make calls.
    Dial,
    /// How the last synchronisation ended.
    LastRun,
    /// When the UCM last pushed a record, where it may.
    Pushes,
    /// The addresses that phones call, and that their secrets are there.
    PhoneAddresses,
    /// What answers at these addresses is the bridge.
    PhonesReach,
    /// Which phones call in, and which have stopped.
    PhonesCallIn,
    /// The extensions of phones beside those of users.
    PhoneExtensions,
    /// The phonebook of the phones.
    Phonebook,
    /// What answers is Odoo, of a series that the bridge works with.
    OdooVersion,
    /// The API key.
    OdooKey,
    /// Whether it is Community or Enterprise.
    OdooEdition,
    /// The rights of the key's user.
    OdooRights,
    /// The call journal.
    OdooSetup,
    /// The companies' countries, which national numbers are read by.
    OdooCountry,
    /// Whose extension is whose.
    OdooExtensions,
}

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// It works.
    Ok,
    /// It works, but something should be looked at, or could not be found out.
    Warning,
    /// It does not work.
    Failed,
    /// Something before it failed.
    NotReached,
}

/// Where to go and what to change; the pages say it in the reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// The application's `ucm_hosts` does not cover the address.
    AllowHost,
    /// Host, port, firewall of a UCM.
    CheckAddress,
    /// The UCM's certificate.
    TrustUcm,
    /// The UCM's TLS, which is too old.
    RenewTls,
    /// One of the two, and how to find out which.
    TellTls,
    /// Port or dialect.
    CheckDialect,
    /// The API is off, or the bridge's address is not permitted.
    EnableApi,
    /// The bridge's address is not permitted.
    PermitIp,
    /// User name or password of the UCM.
    CheckPassword,
    /// An action is not granted to the API user.
    GrantAction,
    /// The UCM is busy.
    Wait,
    /// The UCM's clock.
    SetClock,
    /// The UCM's time zone or the configured one.
    SetTimeZone,
    /// The UCM's *CDR Real-Time Output*.
    SetUpPush,
    /// A password in `ucm_passwords` that goes wherever a record leads.
    BindPassword,
    /// A pattern in `ucm_hosts` that closes everything, Odoo too.
    RepairHosts,
    /// The address of Odoo.
    CheckOdooUrl,
    /// The certificate of Odoo.
    TrustOdoo,
    /// The name of the database.
    CheckDatabase,
    /// The API key.
    MakeKey,
    /// An Odoo that is too old.
    UpgradeOdoo,
    /// Rights in Odoo.
    GiveRights,
    /// `POST /setup`.
    RunSetup,
    /// A company without a country.
    SetCountry,
    /// Extensions that are entered twice.
    RemoveTwins,
    /// `public_url` is not set.
    SetPublicUrl,
    /// `link_secret` is not set.
    SetLinkSecret,
    /// `public_url` has no TLS.
    UseHttps,
    /// What stands between the phones and the bridge.
    LetPhonesThrough,
    /// The addresses in the settings of the phones.
    SetPhonesUp,
    /// A phone that has fallen silent.
    LookAtPhones,
    /// Extensions without a user.
    EnterExtensions,
    /// The phonebook is about to be built.
    AwaitPhonebook,
}

/// Examines Odoo and every UCM, side by side.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read or kept.
pub async fn examine(world: &impl World, config: &Config) -> Result<Examination, StoreError> {
    let place = config.place();
    let schedule = Schedule::load(world, &place)?;
    // Greeted anew: what was remembered of Odoo is not what it is today.
    world.delete(&key::at(&place, key::At::Odoo))?;
    let world = &Timed::new(world, config.run_budget);
    let finding = &world.until(KNOWN);
    let odoo = Odoo::hasty(finding, &config.odoo);
    let roster = roster::gather(finding, &odoo, config, &schedule, &Which::All).await?;
    let connection = Odoo::hasty(world, &config.odoo);
    let patients = roster.servers.iter().map(|server| {
        let loose = roster.loose.get(&server.id).map(String::as_str);
        let loose = loose.filter(|_| config.has_open_hosts);
        patient(world, &connection, config, server, loose)
    });
    let (odoo, servers) = join(
        odoo::examine(world, &connection, config),
        join_all(patients),
    )
    .await;
    let servers = servers.into_iter().collect::<Result<Vec<_>, _>>()?;
    let steps = servers
        .iter()
        .flat_map(|patient| &patient.steps)
        .chain(&odoo);
    let ok = roster.refused.is_empty() && steps.clone().all(|step| step.state != Health::Failed);
    Ok(Examination {
        at: world.now(),
        ok,
        odoo,
        servers,
        refused: roster.refused,
    })
}

/// A UCM, and its desk phones; `loose` is the name of its password, if that goes wherever its record in Odoo leads.
async fn patient<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    config: &Config,
    server: &Server,
    loose: Option<&str>,
) -> Result<Patient, StoreError> {
    let ucm = ucm::examine(world, config, server, loose);
    let phones = phones::examine(world, odoo, config, server);
    let (patient, phones) = join(ucm, phones).await;
    let mut patient = patient?;
    patient.steps.extend(phones?);
    Ok(patient)
}

/// What `examination` gives, or how long it was waited for.
async fn within_patience<T>(
    world: &impl World,
    examination: impl Future<Output = T>,
) -> Result<T, Duration> {
    let left = world.end().map(|end| end - world.now() - LAST_WORDS);
    let left = left.and_then(|left| left.to_std().ok());
    let patience = left.map_or(PATIENCE, |left| left.min(PATIENCE));
    match select(pin!(examination), pin!(world.sleep(patience))).await {
        Either::Left((found, _)) => Ok(found),
        Either::Right(_) => Err(patience),
    }
}

/// How long one of those who are examined may take at most, whatever the run has left: somebody waits for the page.
const PATIENCE: Duration = Duration::from_secs(18);
/// What is left of the run when nobody is waited for any more.
const LAST_WORDS: TimeDelta = TimeDelta::milliseconds(500);

/// The first of them, as a list.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = names.collect();
    if names.len() > MOST_LISTED {
        names.truncate(MOST_LISTED);
        names.push("\u{2026}");
    }
    names.join(", ")
}

/// Names in one line of the page.
const MOST_LISTED: usize = 12;

/// Steps in their order, of which the first that fails ends those that depend on it.
struct Course {
    steps: Vec<Step>,
}

impl Course {
    fn of(all: &[Examined]) -> Self {
        let steps = all.iter().map(|what| Step {
            what: *what,
            state: Health::NotReached,
            detail: String::new(),
            advice: None,
        });
        Self {
            steps: steps.collect(),
        }
    }

    fn set(&mut self, what: Examined, state: Health, detail: &str, advice: Option<Advice>) {
        if let Some(step) = self.steps.iter_mut().find(|step| step.what == what) {
            step.state = state;
            detail.clone_into(&mut step.detail);
            step.advice = advice;
        }
    }

    fn good(&mut self, what: Examined, detail: &str) {
        self.set(what, Health::Ok, detail, None);
    }

    /// Everything before `what` works.
    fn good_until(&mut self, what: Examined) {
        let before = self.steps.iter_mut().take_while(|step| step.what != what);
        before
            .filter(|step| step.state == Health::NotReached)
            .for_each(|step| step.state = Health::Ok);
    }

    /// Whoever is examined has fallen silent: at the first step that was not reached, or at `what` if none was.
    fn fell_silent(&mut self, what: Examined, patience: Duration, advice: Advice) {
        let reached = |step: &Step| step.state != Health::NotReached;
        let detail = format!("no answer within {} s", patience.as_secs());
        if !self.steps.iter().any(reached) {
            return self.failed(what, &detail, advice);
        }
        let next = self.steps.iter().find(|step| !reached(step));
        if let Some(what) = next.map(|step| step.what) {
            self.set(what, Health::Failed, &detail, Some(advice));
        }
    }

    /// `what` is the first that fails.
    fn failed(&mut self, what: Examined, detail: &str, advice: Advice) {
        self.good_until(what);
        self.set(what, Health::Failed, detail, Some(advice));
    }
}

//! The settings of the bridge, read once, every fault reported together.
//!
//! A faulty server entry is refused by itself; the other servers go on. Without Odoo nothing can go on.

mod fields;
mod follow_up;
mod hosts;
mod passwords;
mod phonebook;
mod phones;
mod push;
mod server;
mod sources;
mod survey;
mod token;
mod wrong;

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::Serialize;

pub use follow_up::FollowUp;
pub use passwords::Passwords;
pub use phonebook::{Contents, Order, Phonebook};
pub use phones::Phones;
pub use push::PushAccess;
pub(crate) use server::read as read_server;
pub use server::{Offer, Recordings, Server};
pub use survey::{Standing, Survey, Surveyed};
pub use token::Token;
pub use wrong::{Sought, Wrong};

use crate::link::Keys;
use crate::state::{Place, Space};
use odoo_client::OdooServer;
use ports::Secret;

/// Everything that is configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the journal is.
    pub odoo: OdooServer,
    /// The UCMs of the variable `ucm_servers` that can be read.
    pub servers: Vec<Server>,
    /// Passwords of UCMs, for servers that are configured in Odoo and keep their password here.
    pub passwords: Passwords,
    /// Whether any host at all may be reached as a UCM.
    pub has_open_hosts: bool,
    /// How pages of the bridge are linked to from Odoo.
    pub links: Links,
    /// Faults of server entries that were refused; empty when all is well.
    pub refused: Vec<Fault>,
    /// How long one run may work before it leaves the rest to the next.
    pub run_budget: Duration,
    /// How long it is kept on record what was listened to.
    pub listens_kept: Duration,
}

/// How pages of the bridge are linked to from Odoo.
#[derive(Debug, Clone)]
pub struct Links {
    /// `https://host` under which people reach the bridge; without it no link is made.
    pub base: Option<url::Url>,
    /// What signs the links.
    pub keys: Keys,
}

/// What listening to recordings needs, which is less than everything.
#[derive(Debug, Clone)]
pub struct ListeningConfig {
    /// The UCMs of the variable `ucm_servers` that can be read.
    pub servers: Vec<Server>,
    /// Passwords of UCMs, for servers that are configured in Odoo and keep their password here.
    pub passwords: Passwords,
    /// Where the Odoo is that servers may be configured in; it is not reached.
    pub odoo: Option<Place>,
    /// What the links were signed with.
    pub links: Links,
    /// How many may listen to one UCM at the same time.
    pub listeners: u32,
    /// Most bytes of a partial answer, for platforms that limit answers.
    pub slice_bytes: Option<u64>,
}

/// What taking pushed records needs, which is less than everything: it is read for every push.
#[derive(Debug, Clone)]
pub struct PushConfig {
    /// The UCMs of the variable `ucm_servers` that can be read.
    pub servers: Vec<Server>,
    /// Passwords of UCMs, for servers that are configured in Odoo and keep their password here.
    pub passwords: Passwords,
    /// The Odoo that the records are meant for, and that servers may be configured in; it is not reached.
    pub odoo: Place,
    /// Whether an entry of the variable is left out because it cannot be used.
    pub has_refused: bool,
}

/// One thing that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The setting, as the administrator wrote it: `ucm_servers[1].country`.
    pub setting: String,
    /// What is wrong and what is expected.
    pub problem: Wrong,
}

/// The settings cannot be used; every reason is listed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the settings cannot be used: {}", list(.0))]
pub struct ConfigError(pub Vec<Fault>);

fn list(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults
        .iter()
        .map(|fault| format!("{}: {}", fault.setting, fault.problem))
        .collect();
    lines.join("; ")
}

impl Config {
    /// Reads all settings. `variable` gives the text of a setting, or nothing where it is not set.
    ///
    /// # Errors
    /// [`ConfigError`] with every fault, when Odoo is not fully configured or `ucm_servers` is no list.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        let odoo = read_odoo_into(&variable, &mut faults);
        let mut number = |name, range, default| whole(&variable, name, range, default, &mut faults);
        let run_budget = number("run_budget_secs", 5..=3600, DEFAULT_RUN_BUDGET_SECS);
        let listen_days = number("listen_days", 1..=3660, DEFAULT_LISTEN_DAYS);
        let servers = server::read_list(variable("ucm_servers").as_deref().unwrap_or_default());
        let passwords = Passwords::read(variable("ucm_passwords"), &mut faults);
        let links = Links::read(&variable, &mut faults);
        check_hosts(&variable, &mut faults);
        check_space(&variable, &mut faults);
        match (odoo, servers) {
            (Some(odoo), Ok((mut servers, refused))) if faults.is_empty() => {
                FollowUp::join(&mut servers);
                Ok(Self {
                    odoo,
                    servers,
                    passwords,
                    has_open_hosts: hosts_of(&variable)
                        .any(|(_, pattern)| hosts::is_open(&pattern)),
                    links,
                    refused,
                    run_budget: Duration::from_secs(run_budget),
                    listens_kept: Duration::from_secs(listen_days * 86_400),
                })
            }
            (_, servers) => {
                faults.extend(servers.map_or_else(|fault| vec![fault], |(_, refused)| refused));
                Err(ConfigError(faults))
            }
        }
    }

    /// Where Odoo is, as keys in the store say it.
    pub fn place(&self) -> Place {
        Place::of(&self.odoo)
    }
}

/// Reads where Odoo is.
///
/// # Errors
/// [`ConfigError`] with every fault.
pub fn read_odoo(variable: impl Fn(&str) -> Option<String>) -> Result<OdooServer, ConfigError> {
    let mut faults = Vec::new();
    match read_odoo_into(&variable, &mut faults) {
        Some(odoo) if faults.is_empty() => Ok(odoo),
        _ => Err(ConfigError(faults)),
    }
}

fn read_odoo_into(
    variable: &impl Fn(&str) -> Option<String>,
    faults: &mut Vec<Fault>,
) -> Option<OdooServer> {
    let mut required = |name: &str, what: Sought| {
        let value = variable(name)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty() && text != NOWHERE);
        if value.is_none() {
            faults.push(Fault::new(name, Wrong::Missing(what)));
        }
        value
    };
    let base = required("odoo_url", Sought::Odoo);
    let database = required("odoo_db", Sought::Database);
    let login = required("odoo_login", Sought::Login);
    let api_key = required("odoo_api_key", Sought::ApiKey);
    let base = base.and_then(|text| match origin(&text) {
        Ok(base) => Some(base),
        Err(wrong) => {
            faults.push(Fault::new("odoo_url", wrong));
            None
        }
    });
    Some(OdooServer {
        base: base?,
        database: database?,
        login: login?,
        api_key: Secret::new(api_key?),
    })
}

impl ListeningConfig {
    /// Reads the settings. `variable` gives the text of a setting, or nothing where it is not set. A server whose entry is faulty is left
    /// out: the poll reports it.
    ///
    /// # Errors
    /// [`ConfigError`] with every fault.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        let links = Links::read(&variable, &mut faults);
        check_space(&variable, &mut faults);
        let mut number = |name, range, default| whole(&variable, name, range, default, &mut faults);
        let listeners = number("recording_listeners", 1..=64, DEFAULT_LISTENERS);
        let slice_bytes = number("recording_slice_bytes", 0..=u64::MAX, 0);
        let passwords = Passwords::read(variable("ucm_passwords"), &mut faults);
        check_hosts(&variable, &mut faults);
        match server::read_list(variable("ucm_servers").as_deref().unwrap_or_default()) {
            Ok((servers, _)) if faults.is_empty() => Ok(Self {
                servers,
                passwords,
                odoo: place(&variable),
                links,
                listeners: u32::try_from(listeners).unwrap_or(u32::MAX),
                slice_bytes: (slice_bytes > 0).then_some(slice_bytes),
            }),
            servers => {
                faults.extend(servers.err());
                Err(ConfigError(faults))
            }
        }
    }
}

impl PushConfig {
    /// Reads the settings. `variable` gives the text of a setting, or nothing where it is not set. A server whose entry is faulty is left
    /// out: the poll reports it.
    ///
    /// # Errors
    /// [`ConfigError`] with every fault.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let servers = server::read_list(variable("ucm_servers").as_deref().unwrap_or_default());
        // Where they cannot be read, the servers of the variable push all the same.
        let passwords = Passwords::read(variable("ucm_passwords"), &mut Vec::new());
        match (servers, place(&variable)) {
            (Ok((servers, refused)), Some(odoo)) => Ok(Self {
                servers,
                passwords,
                odoo,
                has_refused: !refused.is_empty(),
            }),
            (servers, odoo) => {
                let mut faults = Vec::from_iter(servers.err());
                if odoo.is_none() {
                    // Only now, and all of it: what is wrong is said in the same words everywhere.
                    read_odoo_into(&variable, &mut faults);
                }
                Err(ConfigError(faults))
            }
        }
    }
}

impl Links {
    fn read(variable: &impl Fn(&str) -> Option<String>, faults: &mut Vec<Fault>) -> Self {
        let text = variable("public_url").unwrap_or_default();
        let base = match text.trim() {
            "" => None,
            text => origin(text)
                .map_err(|wrong| faults.push(Fault::new("public_url", wrong)))
                .ok(),
        };
        let secret = |name| Secret::new(variable(name).unwrap_or_default());
        let keys = Keys::new(secret("link_secret"), secret("link_secret_previous"));
        if keys.is_weak() {
            faults.push(Fault::new("link_secret", Wrong::Short));
        }
        Self { base, keys }
    }
}

impl Fault {
    /// A fault of `setting`.
    pub(crate) fn new(setting: impl Into<String>, problem: Wrong) -> Self {
        Self {
            setting: setting.into(),
            problem,
        }
    }
}

/// Where Odoo is, if that is set; a fault of it is the poll's to report.
fn place(variable: &impl Fn(&str) -> Option<String>) -> Option<Place> {
    let url = variable("odoo_url").filter(|url| url.trim() != NOWHERE)?;
    let base = origin(url.trim()).ok()?;
    let database = variable("odoo_db").filter(|text| !text.trim().is_empty())?;
    Some(Place::at(&base, database.trim()))
}

/// The store itself is opened by this name: a fault of it is said where all others are.
fn check_space(variable: &impl Fn(&str) -> Option<String>, faults: &mut Vec<Fault>) {
    let name = variable(SPACE).unwrap_or_default();
    faults.extend(
        Space::named(&name)
            .err()
            .map(|fault| Fault::new(SPACE, Wrong::Space(fault))),
    );
}

/// An `http` or `https` address without path, query or credentials.
fn origin(text: &str) -> Result<url::Url, Wrong> {
    let url = url::Url::parse(text).map_err(|_| Wrong::Address)?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(Wrong::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Wrong::Credentials);
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(Wrong::Path);
    }
    Ok(url)
}

/// Spin reads these patterns as well, and one that it cannot read closes all others to the component, those of Odoo too.
fn check_hosts(variable: &impl Fn(&str) -> Option<String>, faults: &mut Vec<Fault>) {
    for (name, pattern) in hosts_of(variable) {
        let wrong = hosts::check(&pattern).err();
        faults.extend(wrong.map(|wrong| Fault::new(name, wrong)));
    }
}

/// The patterns of hosts by setting. Only components that reach UCMs are given them.
fn hosts_of(
    variable: &impl Fn(&str) -> Option<String>,
) -> impl Iterator<Item = (&'static str, String)> {
    let names = ["ucm_hosts", "ucm_hosts_legacy"].into_iter();
    names.filter_map(|name| Some((name, variable(name)?)))
}

/// A whole number within `range`.
fn whole(
    variable: &impl Fn(&str) -> Option<String>,
    name: &str,
    range: RangeInclusive<u64>,
    default: u64,
    faults: &mut Vec<Fault>,
) -> u64 {
    let text = variable(name).unwrap_or_default();
    match text.trim().parse() {
        _ if text.trim().is_empty() => default,
        Ok(number) if range.contains(&number) => number,
        _ => {
            let (from, to) = range.into_inner();
            faults.push(Fault::new(name, Wrong::Number { from, to }));
            default
        }
    }
}

/// An embedded device serves some files at once without its calls suffering; nobody has measured how many, so few.
const DEFAULT_LISTENERS: u64 = 6;

/// What `odoo_url` is where nobody has set it: Spin wants an address there, and this one leads nowhere (RFC 2606).
const NOWHERE: &str = "https://odoo.invalid";

/// The setting with the application's name in its key-value store.
pub const SPACE: &str = "store_prefix";

/// Hosted platforms stop a handler after 30 s: this leaves five for the page in hand.
const DEFAULT_RUN_BUDGET_SECS: u64 = 25;

/// Whoever asks who listened asks within weeks; what is kept longer is itself personal data.
const DEFAULT_LISTEN_DAYS: u64 = 90;

#[cfg(test)]
mod tests;

//! What is known of the settings before anybody is asked: which are set, and what is wrong with the others.

use serde::Serialize;

use super::token::TOKENS;
use super::{Config, ConfigError, Fault, ListeningConfig, Token, Wrong};

/// All settings of the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// A line for each variable.
    pub variables: Vec<Surveyed>,
}

/// What is known of one variable. Its value is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surveyed {
    /// Its name.
    pub variable: &'static str,
    /// What there is of it.
    pub standing: Standing,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// What there is of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It has a value that can be used.
    Set,
    /// It has none, and needs none.
    Unset,
    /// Nothing can be done without it.
    Missing,
    /// Its value, or a part of it, cannot be used.
    Wrong,
}

impl Surveyed {
    /// Whether what is wrong with it is told to anybody: it quotes nothing that was written, and whoever should know may have no token that counts.
    pub fn is_told_to_all(&self) -> bool {
        let is_token = self.standing == Standing::Wrong && TOKENS.contains(&self.variable);
        self.standing == Standing::Missing || is_token
    }
}

impl Survey {
    /// Looks at all settings. `variable` gives the text of a setting, or nothing where it is not set.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let faults = faults(&variable);
        let surveyed = |name: &'static str| {
            let of_it = faults.iter().filter(|fault| concerns(fault, name));
            let faults: Vec<Fault> = of_it.cloned().collect();
            let is_set = variable(name).is_some_and(|text| !text.trim().is_empty());
            Surveyed {
                variable: name,
                standing: standing(is_set, name, &faults),
                faults,
            }
        };
        Self {
            variables: VARIABLES.into_iter().map(surveyed).collect(),
        }
    }

    /// Whether nothing is wrong.
    pub fn is_whole(&self) -> bool {
        self.variables.iter().all(|it| it.faults.is_empty())
    }

    /// Whether the bridge can work with them. Of servers those whose entries are refused are left out, and the others go on; so does everything
    /// where a token opens nothing, but for those who ask with it.
    pub fn is_usable(&self) -> bool {
        let stops_nothing = |fault: &Fault| {
            fault.setting.starts_with("ucm_servers[") || TOKENS.contains(&fault.setting.as_str())
        };
        let mut faults = self.variables.iter().flat_map(|it| &it.faults);
        faults.all(stops_nothing)
    }

    /// Whether a variable has a value that can be used.
    pub fn has(&self, variable: &str) -> bool {
        let mut variables = self.variables.iter();
        variables.any(|it| it.variable == variable && it.standing == Standing::Set)
    }
}

/// What any component would say against them, once.
fn faults(variable: &impl Fn(&str) -> Option<String>) -> Vec<Fault> {
    let mut faults = match Config::read(variable) {
        Ok(config) => config.refused,
        Err(ConfigError(faults)) => faults,
    };
    if let Err(ConfigError(more)) = ListeningConfig::read(variable) {
        let news: Vec<Fault> = more.into_iter().filter(|it| !faults.contains(it)).collect();
        faults.extend(news);
    }
    faults.extend(
        TOKENS
            .iter()
            .filter_map(|name| Token::read(variable, name).fault()),
    );
    faults
}

/// Whether `fault` is one of `variable`, or of what stands in it: `ucm_servers[1].country`.
fn concerns(fault: &Fault, variable: &str) -> bool {
    fault.setting.split(['[', '.']).next() == Some(variable)
}

fn standing(is_set: bool, name: &str, faults: &[Fault]) -> Standing {
    let is_missing =
        |fault: &Fault| fault.setting == name && matches!(fault.problem, Wrong::Missing(_));
    match faults {
        [] if is_set => Standing::Set,
        [] => Standing::Unset,
        faults if faults.iter().any(is_missing) => Standing::Missing,
        _ => Standing::Wrong,
    }
}

/// The variables of `spin.toml`, in its order; a test holds the two to each other.
const VARIABLES: [&str; 18] = [
    "odoo_url",
    "odoo_db",
    "odoo_login",
    "odoo_api_key",
    "ucm_servers",
    "ucm_passwords",
    "public_url",
    "link_secret",
    "link_secret_previous",
    "recording_listeners",
    "recording_slice_bytes",
    "ucm_hosts",
    "ucm_hosts_legacy",
    "admin_token",
    "stats_token",
    "store_prefix",
    "run_budget_secs",
    "listen_days",
];

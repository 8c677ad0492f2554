//! The one adapter between the bridge and Spin: the ports on the SDK, variables as settings, problems as answers.
//!
//! Only this crate and the component entries know spin-sdk, so that the step to another WASI version is made here.

mod clock;
mod http;
mod inbound;
mod reply;
mod store;
mod web;

use bridge_core::config::{self, Config, ConfigError, ListeningConfig, PushConfig, Survey, Token};
use odoo_client::OdooServer;

pub use http::Incoming;
pub use inbound::{Inbound, received};
pub use reply::{Asked, Ended, Reply, Sent};
pub use web::{
    Response, Signed, accepted, answer, authorised, field, file, language, may_read, page,
    parameter, problem, query, response, set, text, wants_page,
};

/// The outside world as Spin gives it: what the pipeline and the provisioning run on.
#[derive(Default)]
pub struct Spin {
    store: store::DefaultStore,
}

/// All settings, from the application's variables.
///
/// # Errors
/// [`ConfigError`] with every fault.
pub fn config() -> Result<Config, ConfigError> {
    Config::read(variable)
}

/// Where Odoo is, from the application's variables.
///
/// # Errors
/// [`ConfigError`] with every fault.
pub fn odoo() -> Result<OdooServer, ConfigError> {
    config::read_odoo(variable)
}

/// What listening to recordings needs, from the component's variables.
///
/// # Errors
/// [`ConfigError`] with every fault.
pub fn listening() -> Result<ListeningConfig, ConfigError> {
    ListeningConfig::read(variable)
}

/// What taking pushed records needs, from the component's variables.
///
/// # Errors
/// [`ConfigError`] with every fault.
pub fn pushing() -> Result<PushConfig, ConfigError> {
    PushConfig::read(variable)
}

/// What is known of all settings, for whoever is given all variables.
pub fn survey() -> Survey {
    Survey::read(variable)
}

/// A number that nobody else has.
pub fn unique() -> u64 {
    wasi::random::random::get_random_u64()
}

/// The token that administrators' requests must carry.
pub fn admin_token() -> Token {
    Token::read(variable, "admin_token")
}

/// The token that may read the statistics and the status.
pub fn stats_token() -> Token {
    Token::read(variable, "stats_token")
}

fn variable(name: &str) -> Option<String> {
    spin_sdk::variables::get(name).ok()
}

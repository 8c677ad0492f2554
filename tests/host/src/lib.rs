//! The embedded runtime: runs a Spin application by its `spin.toml`, as Spin would.
//!
//! It is for trying (`cargo run`) and for tests: a virtual clock, hooks that see and break every
//! effect, and a look at logs, stores and memory. Production is Spin itself, which this follows down
//! to what it refuses; it offers only the HTTP and cron triggers, key-value stores, variables and
//! outbound HTTP.
//!
//! In the order of a start: read the [`Manifest`], [`build()`] the components, start the [`App`].

mod allowed_hosts;
mod app;
mod bindings;
mod build;
mod clock;
mod component;
mod effects;
mod engine;
mod guest;
mod inbound;
mod key_value;
mod logs;
mod manifest;
mod outbound;
mod routes;
mod runtime_config;
mod schedule;
mod tasks;
mod template;
mod variables;
mod words;

pub use allowed_hosts::{AllowedHost, AllowedHostError, AllowedHosts};
pub use app::{App, AppBuilder, StartError};
pub use build::{BuildError, BuildOutput, Effort, TARGET, build};
pub use clock::{Clock, VirtualClock};
pub use component::CronError;
pub use effects::{
    Effect, EffectKind, Hooks, KeyValueOperation, KillAt, Killed, NoHooks, Recorder, RequestLine,
    Stage, Verdict,
};
pub use engine::{LoadError, Unavailable};
pub use key_value::{KeyValueError, KeyValueLimits, KeyValueStore};
pub use logs::{LogLine, LogSource};
pub use manifest::{
    BuildStep, Component, CronTrigger, HttpTrigger, Manifest, ManifestError, Variable,
};
pub use outbound::TlsError;
pub use runtime_config::{
    ClientTls, ConnectionPooling, RedisUrl, RuntimeConfig, RuntimeConfigError, StoreConfig,
};
pub use template::{Template, TemplateError};
pub use variables::VariablesError;
pub use words::{Listener, Said};

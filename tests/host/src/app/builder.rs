//! How an application is to be started.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpListener;
use wasmtime_wasi_http::p2::DEFAULT_OUTGOING_BODY_CHUNK_SIZE;

use super::{App, Running, StartError};
use crate::build::Effort;
use crate::clock::Clock;
use crate::effects::{Hooks, NoHooks};
use crate::key_value::{DefaultStore, KeyValueLimits, KeyValueStore};
use crate::manifest::Manifest;
use crate::runtime_config::RuntimeConfig;
use crate::words::{Deaf, Listener};
use crate::{inbound, schedule, variables};

/// How an application is to be started.
pub struct AppBuilder {
    pub(super) manifest_path: PathBuf,
    pub(super) effort: Effort,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) variables_from_environment: bool,
    pub(super) clock: Clock,
    pub(super) timeout_scale: f64,
    pub(super) default_store: DefaultStore,
    pub(super) key_value_limits: KeyValueLimits,
    pub(super) runtime_config: RuntimeConfig,
    pub(super) hooks: Arc<dyn Hooks>,
    pub(super) listener: Arc<dyn Listener>,
    pub(super) memory_limit_bytes: Option<usize>,
    pub(super) body_chunk_bytes: usize,
    pub(super) listen: Option<SocketAddr>,
    pub(super) runs_schedule: bool,
    pub(super) logs_to_stderr: bool,
}

impl AppBuilder {
    pub(super) fn new(manifest_path: &Path) -> Self {
        Self {
            manifest_path: manifest_path.to_owned(),
            effort: Effort::default(),
            variables: BTreeMap::new(),
            variables_from_environment: false,
            clock: Clock::Real,
            timeout_scale: 1.0,
            default_store: DefaultStore::default(),
            key_value_limits: KeyValueLimits::default(),
            runtime_config: RuntimeConfig::default(),
            hooks: Arc::new(NoHooks),
            listener: Arc::new(Deaf),
            memory_limit_bytes: None,
            body_chunk_bytes: DEFAULT_OUTGOING_BODY_CHUNK_SIZE,
            listen: None,
            runs_schedule: false,
            logs_to_stderr: false,
        }
    }

    /// Runs the modules that were built with this effort; without a call those that are shipped.
    #[must_use]
    pub fn effort(mut self, effort: Effort) -> Self {
        self.effort = effort;
        self
    }

    /// Gives an application variable its value.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Also takes variables from the environment: `SPIN_VARIABLE_NAME` sets `name`.
    #[must_use]
    pub fn variables_from_environment(mut self) -> Self {
        self.variables_from_environment = true;
        self
    }

    /// Sets the clock that guests see.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets how long a second of an outbound timeout takes: 0.02 makes it 20 ms.
    ///
    /// On the virtual clock it also applies to a sleep of a guest that waits for the network.
    #[must_use]
    pub fn timeout_scale(mut self, scale: f64) -> Self {
        self.timeout_scale = scale;
        self
    }

    /// Keeps the `default` store in a file; without one it is in memory.
    #[must_use]
    pub fn key_value_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.default_store = DefaultStore::File(file.into());
        self
    }

    /// Has this as the `default` store, under its own limits: two applications with one share it.
    #[must_use]
    pub fn key_value_store(mut self, store: KeyValueStore) -> Self {
        self.default_store = DefaultStore::Shared(store);
        self
    }

    /// Sets the limits of every store that it opens itself; without a call those of all providers together.
    #[must_use]
    pub fn key_value_limits(mut self, limits: KeyValueLimits) -> Self {
        self.key_value_limits = limits;
        self
    }

    /// Sets the runtime configuration.
    #[must_use]
    pub fn runtime_config(mut self, config: RuntimeConfig) -> Self {
        self.runtime_config = config;
        self
    }

    /// Lets hooks watch, and end, every instance.
    #[must_use]
    pub fn hooks(mut self, hooks: impl Hooks + 'static) -> Self {
        self.hooks = Arc::new(hooks);
        self
    }

    /// Lets somebody hear what the application says.
    #[must_use]
    pub fn listener(mut self, listener: impl Listener + 'static) -> Self {
        self.listener = Arc::new(listener);
        self
    }

    /// Refuses an instance more linear memory than this, in bytes.
    #[must_use]
    pub fn memory_limit_bytes(mut self, limit: usize) -> Self {
        self.memory_limit_bytes = Some(limit);
        self
    }

    /// Sets how much of a body a guest may write at once, in bytes; without a call 1 MiB, as with Spin.
    #[must_use]
    pub fn body_chunk_bytes(mut self, bytes: usize) -> Self {
        self.body_chunk_bytes = bytes;
        self
    }

    /// Listens for HTTP requests; port 0 takes a free one.
    #[must_use]
    pub fn listen(mut self, address: impl Into<SocketAddr>) -> Self {
        self.listen = Some(address.into());
        self
    }

    /// Runs the cron triggers by the machine's clock.
    #[must_use]
    pub fn run_schedule(mut self) -> Self {
        self.runs_schedule = true;
        self
    }

    /// Also prints the lines of guests to standard error.
    #[must_use]
    pub fn logs_to_stderr(mut self) -> Self {
        self.logs_to_stderr = true;
        self
    }

    /// Loads the components and starts the triggers.
    ///
    /// # Errors
    ///
    /// When Spin would not start it either, or this host cannot.
    pub async fn start(self) -> Result<App, StartError> {
        let manifest = self.effort.of(Manifest::load(&self.manifest_path)?);
        let asks_environment = self.variables_from_environment;
        let environment = |name: &str| asks_environment.then(|| std::env::var(name).ok()).flatten();
        let settled = variables::settle(&manifest, &self.variables, environment)?;
        self.listener.starts(&secrets(&manifest, &settled));
        let (listen, runs_schedule) = (self.listen, self.runs_schedule);
        let cron_triggers = manifest.cron_triggers.clone();
        let loading = tokio::task::spawn_blocking(move || self.load(&manifest, &settled));
        let running = Arc::new(loading.await??);
        let address = match listen {
            Some(address) => Some(start_listening(&running, address).await?),
            None => None,
        };
        if runs_schedule {
            for trigger in cron_triggers {
                running
                    .tasks
                    .spawn(schedule::run(Arc::downgrade(&running), trigger));
            }
        }
        Ok(App { running, address })
    }
}

fn secrets(manifest: &Manifest, settled: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let is_secret = |name: &str| manifest.variables.get(name).is_some_and(|it| it.is_secret);
    let secrets = settled.iter().filter(|(name, _)| is_secret(name));
    secrets
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

async fn start_listening(
    running: &Arc<Running>,
    address: SocketAddr,
) -> Result<SocketAddr, StartError> {
    let fault = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(fault)?;
    let bound = listener.local_addr().map_err(fault)?;
    running
        .tasks
        .spawn(inbound::serve(Arc::downgrade(running), listener));
    Ok(bound)
}

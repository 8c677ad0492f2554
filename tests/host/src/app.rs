//! An application that runs.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tokio::net::TcpListener;

use crate::allowed_hosts::{AllowedHost, AllowedHostError, AllowedHosts};
use crate::clock::Clock;
use crate::component::{Component, CronError};
use crate::effects::{Hooks, NoHooks};
use crate::engine::{self, LoadError};
use crate::key_value::{KeyValueError, KeyValueLimits, KeyValueStore, Stores, open_stores};
use crate::logs::{LogLine, Logs};
use crate::manifest::{self, Manifest, ManifestError};
use crate::outbound::{Connections, TlsConfigs, TlsError};
use crate::routes::Routes;
use crate::runtime_config::RuntimeConfig;
use crate::tasks::Tasks;
use crate::variables::{self, VariablesError};
use crate::{inbound, schedule};

/// What all components of an application share.
pub(crate) struct Shared {
    pub(crate) hooks: Arc<dyn Hooks>,
    pub(crate) clock: Clock,
    pub(crate) timeout_scale: f64,
    pub(crate) memory_limit_bytes: Option<usize>,
    pub(crate) stores: Arc<Stores>,
    pub(crate) logs: Arc<Logs>,
}

/// An application with its components loaded.
pub(crate) struct Running {
    pub(crate) shared: Arc<Shared>,
    pub(crate) routes: Routes,
    pub(crate) components: BTreeMap<String, Arc<Component>>,
    pub(crate) tasks: Tasks,
}

/// A running application; it ends when this is dropped or stopped.
pub struct App {
    running: Arc<Running>,
    address: Option<SocketAddr>,
}

/// Why an application does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The manifest is at fault.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A variable is missing or unknown.
    #[error(transparent)]
    Variables(#[from] VariablesError),
    /// An outbound host is at fault once its variables are filled in.
    #[error("component {component:?}: allowed_outbound_hosts: {fault}")]
    AllowedHost {
        /// The component.
        component: String,
        /// What is wrong.
        fault: AllowedHostError,
    },
    /// A component uses a store that is not configured.
    #[error("unknown key_value_stores label {label:?} for component {component:?}")]
    UnknownStore {
        /// The component.
        component: String,
        /// The label.
        label: String,
    },
    /// A component cannot be loaded.
    #[error("component {component:?}: {fault}")]
    Load {
        /// The component.
        component: String,
        /// Why not.
        fault: LoadError,
    },
    /// A trigger needs an export that the component does not have.
    #[error("component {component:?} has a {trigger} trigger but does not export {export}")]
    MissingExport {
        /// The component.
        component: String,
        /// The kind of trigger.
        trigger: &'static str,
        /// What it would have to export.
        export: &'static str,
    },
    /// A store cannot be opened.
    #[error(transparent)]
    KeyValue(#[from] KeyValueError),
    /// A certificate or key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The loader was interrupted.
    #[error("loading was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// How an application is to be started.
pub struct AppBuilder {
    manifest_path: PathBuf,
    variables: BTreeMap<String, String>,
    variables_from_environment: bool,
    clock: Clock,
    timeout_scale: f64,
    key_value_file: Option<PathBuf>,
    key_value_limits: KeyValueLimits,
    runtime_config: RuntimeConfig,
    hooks: Arc<dyn Hooks>,
    memory_limit_bytes: Option<usize>,
    listen: Option<SocketAddr>,
    runs_schedule: bool,
    logs_to_stderr: bool,
}

impl App {
    /// Starts to describe how the application of a `spin.toml` is to run.
    #[must_use]
    pub fn builder(manifest_path: impl AsRef<Path>) -> AppBuilder {
        AppBuilder {
            manifest_path: manifest_path.as_ref().to_owned(),
            variables: BTreeMap::new(),
            variables_from_environment: false,
            clock: Clock::Real,
            timeout_scale: 1.0,
            key_value_file: None,
            key_value_limits: KeyValueLimits::default(),
            runtime_config: RuntimeConfig::default(),
            hooks: Arc::new(NoHooks),
            memory_limit_bytes: None,
            listen: None,
            runs_schedule: false,
            logs_to_stderr: false,
        }
    }

    /// The address it listens on, if it listens.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Where it can be reached, without a slash at the end; `http://localhost` if it does not
    /// listen and only [`App::request`] reaches it.
    #[must_use]
    pub fn url(&self) -> String {
        match self.address {
            Some(address) => format!("http://{address}"),
            None => "http://localhost".to_owned(),
        }
    }

    /// Sends a request without a socket and waits for the whole answer.
    ///
    /// # Errors
    ///
    /// When the guest breaks off its answer.
    pub async fn request(
        &self,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, wasmtime_wasi_http::Error> {
        let request = request.map(Full::new);
        let client = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let response = inbound::respond(&self.running, request, client).await;
        let (head, body) = response.into_parts();
        Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
    }

    /// Runs the cron event of a component and waits for its end.
    ///
    /// # Errors
    ///
    /// When the guest fails or traps, or there is no such component.
    pub async fn fire_cron(&self, component: &str, at: DateTime<Utc>) -> Result<(), CronError> {
        let found = self.running.components.get(component).cloned();
        let component = found.ok_or_else(|| CronError::UnknownComponent(component.to_owned()))?;
        let _counted = self.running.tasks.count_instance();
        component
            .handle_cron(u64::try_from(at.timestamp()).unwrap_or_default())
            .await
    }

    /// A key-value store by its label, to look into.
    #[must_use]
    pub fn key_value(&self, label: &str) -> Option<KeyValueStore> {
        self.running.shared.stores.get(label).cloned()
    }

    /// Every line that guests have printed, and what the host noted about them, in order.
    #[must_use]
    pub fn logs(&self) -> Vec<LogLine> {
        self.running.shared.logs.lines()
    }

    /// The most linear memory that one instance of the component has had, in bytes.
    #[must_use]
    pub fn peak_memory_bytes(&self, component: &str) -> Option<usize> {
        let component = self.running.components.get(component)?;
        Some(component.peak_memory_bytes.load(Ordering::Relaxed))
    }

    /// Waits until no instance runs any more, also those whose answer has been given.
    pub async fn settled(&self) {
        self.running.tasks.settled().await;
    }

    /// Ends everything and waits until it has ended.
    pub async fn stop(self) {
        self.running.tasks.stop().await;
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.running.tasks.abort();
    }
}

impl AppBuilder {
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
        self.key_value_file = Some(file.into());
        self
    }

    /// Sets the limits of every store; without a call the documented ones.
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

    /// Refuses an instance more linear memory than this, in bytes.
    #[must_use]
    pub fn memory_limit_bytes(mut self, limit: usize) -> Self {
        self.memory_limit_bytes = Some(limit);
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
        let manifest = Manifest::load(&self.manifest_path)?;
        let settled =
            variables::settle(&manifest, &self.variables, self.variables_from_environment)?;
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

    fn load(
        self,
        manifest: &Manifest,
        settled: &BTreeMap<String, String>,
    ) -> Result<Running, StartError> {
        let further = &self.runtime_config.key_value_stores;
        let stores = open_stores(self.key_value_file, further, self.key_value_limits)?;
        let shared = Arc::new(Shared {
            hooks: self.hooks,
            clock: self.clock,
            timeout_scale: self.timeout_scale,
            memory_limit_bytes: self.memory_limit_bytes,
            stores: Arc::new(stores),
            logs: Arc::new(Logs::new(self.logs_to_stderr)),
        });
        let mut components = BTreeMap::new();
        for (name, component) in &manifest.components {
            let loaded = load_component(name, component, settled, &shared, &self.runtime_config)?;
            components.insert(name.clone(), Arc::new(loaded));
        }
        check_exports(manifest, &components)?;
        let routes = routes(manifest);
        Ok(Running {
            shared,
            routes,
            components,
            tasks: Tasks::default(),
        })
    }
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

fn load_component(
    name: &str,
    component: &manifest::Component,
    settled: &BTreeMap<String, String>,
    shared: &Arc<Shared>,
    runtime_config: &RuntimeConfig,
) -> Result<Component, StartError> {
    for label in &component.key_value_stores {
        if !shared.stores.contains_key(label) {
            let (component, label) = (name.to_owned(), label.clone());
            return Err(StartError::UnknownStore { component, label });
        }
    }
    let tls = TlsConfigs::of_component(name, &runtime_config.client_tls)?;
    let code = engine::load(&component.source).map_err(|fault| StartError::Load {
        component: name.to_owned(),
        fault,
    })?;
    Ok(Component {
        name: name.into(),
        app: Arc::clone(shared),
        code,
        allowed_hosts: Arc::new(allowed_hosts(name, component, settled)?),
        connections: Connections::new(tls, runtime_config.connection_pooling),
        granted_stores: component.key_value_stores.clone().into(),
        variables: Arc::new(variables::of_component(component, settled)),
        environment: component.environment.clone(),
        peak_memory_bytes: Arc::new(AtomicUsize::new(0)),
    })
}

fn allowed_hosts(
    name: &str,
    component: &manifest::Component,
    settled: &BTreeMap<String, String>,
) -> Result<AllowedHosts, StartError> {
    let templates = component.allowed_outbound_hosts.iter();
    let entries = templates.filter_map(|template| template.resolve(settled));
    let entries = entries
        .map(|entry| AllowedHost::parse(&entry))
        .collect::<Result<_, _>>();
    let fault = |fault| StartError::AllowedHost {
        component: name.to_owned(),
        fault,
    };
    entries.map(AllowedHosts::new).map_err(fault)
}

fn check_exports(
    manifest: &Manifest,
    components: &BTreeMap<String, Arc<Component>>,
) -> Result<(), StartError> {
    let missing = |component: &str, trigger, export| {
        Err(StartError::MissingExport {
            component: component.to_owned(),
            trigger,
            export,
        })
    };
    let exports = |name: &str, has: fn(&engine::Code) -> bool| {
        components
            .get(name)
            .is_some_and(|component| has(&component.code))
    };
    for trigger in &manifest.http_triggers {
        if !exports(&trigger.component, |code| code.http.is_some()) {
            return missing(&trigger.component, "http", "wasi:http/incoming-handler");
        }
    }
    for trigger in &manifest.cron_triggers {
        if !exports(&trigger.component, |code| code.cron.is_some()) {
            return missing(&trigger.component, "cron", "handle-cron-event");
        }
    }
    Ok(())
}

fn routes(manifest: &Manifest) -> Routes {
    let mut routes = Routes::default();
    for trigger in &manifest.http_triggers {
        if let Some(route) = &trigger.route {
            // A route that cannot be read has been refused with the manifest.
            _ = routes.add(route, &trigger.component);
        }
    }
    routes
}

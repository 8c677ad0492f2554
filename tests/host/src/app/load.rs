//! From a manifest to loaded components.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use super::{AppBuilder, Running, Shared};
use crate::allowed_hosts::{AllowedHost, AllowedHosts};
use crate::component::Component;
use crate::engine::{self, LoadError};
use crate::key_value::{KeyValueError, open_stores};
use crate::logs::{LogSource, Logs};
use crate::manifest::{self, Manifest, ManifestError};
use crate::outbound::{Connections, TlsConfigs, TlsError};
use crate::routes::Routes;
use crate::runtime_config::RuntimeConfig;
use crate::tasks::Tasks;
use crate::variables::{self, VariablesError};

/// Why an application does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The manifest is at fault.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A variable is missing or unknown.
    #[error(transparent)]
    Variables(#[from] VariablesError),
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

impl AppBuilder {
    /// Opens the stores and loads the components; takes its time and must not be called on an async thread.
    pub(super) fn load(
        self,
        manifest: &Manifest,
        settled: &BTreeMap<String, String>,
    ) -> Result<Running, StartError> {
        let configured = &self.runtime_config.key_value_stores;
        let stores = open_stores(self.default_store, configured, self.key_value_limits)?;
        let shared = Arc::new(Shared {
            hooks: self.hooks,
            listener: Arc::clone(&self.listener),
            clock: self.clock,
            timeout_scale: self.timeout_scale,
            memory_limit_bytes: self.memory_limit_bytes,
            body_chunk_bytes: self.body_chunk_bytes,
            stores: Arc::new(stores),
            logs: Arc::new(Logs::new(self.logs_to_stderr, self.listener)),
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
        allowed_hosts: Arc::new(allowed_hosts(name, component, settled, &shared.logs)),
        connections: Connections::new(tls, runtime_config.connection_pooling),
        granted_stores: component.key_value_stores.clone().into(),
        variables: Arc::new(variables::of_component(component, settled)),
        environment: component.environment.clone(),
        peak_memory_bytes: Arc::new(AtomicUsize::new(0)),
    })
}

/// One entry that cannot be read once its variables are filled in makes the list empty: the component reaches nobody.
fn allowed_hosts(
    name: &str,
    component: &manifest::Component,
    settled: &BTreeMap<String, String>,
    logs: &Logs,
) -> AllowedHosts {
    let templates = component.allowed_outbound_hosts.iter();
    let entries = templates.filter_map(|template| template.resolve(settled));
    let entries: Result<_, _> = entries.map(|entry| AllowedHost::parse(&entry)).collect();
    match entries {
        Ok(entries) => AllowedHosts::new(entries),
        Err(fault) => {
            let line = format!("Error parsing allowed outbound hosts: {fault}");
            logs.add(name, LogSource::Host, line);
            AllowedHosts::default()
        }
    }
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

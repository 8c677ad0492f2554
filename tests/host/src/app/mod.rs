//! An application that runs.

mod builder;
mod load;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};

pub use self::builder::AppBuilder;
pub use self::load::StartError;
use crate::clock::Clock;
use crate::component::{Component, CronError};
use crate::effects::Hooks;
use crate::inbound;
use crate::key_value::{KeyValueStore, Stores};
use crate::logs::{LogLine, Logs};
use crate::routes::Routes;
use crate::tasks::Tasks;
use crate::words::Listener;

/// What all components of an application share.
pub(crate) struct Shared {
    pub(crate) hooks: Arc<dyn Hooks>,
    pub(crate) listener: Arc<dyn Listener>,
    pub(crate) clock: Clock,
    pub(crate) timeout_scale: f64,
    pub(crate) memory_limit_bytes: Option<usize>,
    pub(crate) body_chunk_bytes: usize,
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

impl App {
    /// Starts to describe how the application of a `spin.toml` is to run.
    #[must_use]
    pub fn builder(manifest_path: impl AsRef<Path>) -> AppBuilder {
        AppBuilder::new(manifest_path.as_ref())
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

    /// Sends a request without a socket and waits for the whole answer; that to a `HEAD` has no body, whatever it announces.
    ///
    /// # Errors
    ///
    /// When the guest breaks off its answer.
    pub async fn request(
        &self,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, wasmtime_wasi_http::Error> {
        let is_head = request.method() == Method::HEAD;
        let request = request.map(Full::new);
        let client = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let response = inbound::respond(&self.running, request, client).await;
        let (head, body) = response.into_parts();
        let body = match is_head {
            true => Bytes::new(),
            false => body.collect().await?.to_bytes(),
        };
        Ok(Response::from_parts(head, body))
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

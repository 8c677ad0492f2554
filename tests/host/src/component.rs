//! A component of a running application, and the running of its instances.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::{Error, WasiHttpView};

use crate::allowed_hosts::AllowedHosts;
use crate::app::Shared;
use crate::bindings::cron::fermyon::spin_cron::cron_types::{self, Metadata};
use crate::effects::Killed;
use crate::engine::Code;
use crate::guest::Guest;
use crate::logs::LogSource;
use crate::outbound::Connections;

/// One component with all that its instances share.
pub(crate) struct Component {
    pub(crate) name: Arc<str>,
    pub(crate) app: Arc<Shared>,
    pub(crate) code: Code,
    pub(crate) allowed_hosts: Arc<AllowedHosts>,
    pub(crate) connections: Connections,
    pub(crate) granted_stores: Arc<[String]>,
    pub(crate) variables: Arc<BTreeMap<String, String>>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) peak_memory_bytes: Arc<AtomicUsize>,
}

/// How a cron run failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// There is no such component.
    #[error("component {0:?} is not in the manifest")]
    UnknownComponent(String),
    /// The component does not export `handle-cron-event`.
    #[error("component {0:?} does not export handle-cron-event")]
    NotACronComponent(String),
    /// The guest returned an error.
    #[error("the guest failed: {0}")]
    Guest(String),
    /// The guest trapped, for example in a panic.
    #[error("the guest trapped: {0}")]
    Trap(String),
    /// A hook ended the instance.
    #[error(transparent)]
    Killed(#[from] Killed),
}

/// The answer of a guest to a request.
pub(crate) type GuestResponse = hyper::Response<HyperOutgoingBody>;

/// Where the answer is sent as soon as the guest gives it.
pub(crate) type ResponseSender = tokio::sync::oneshot::Sender<Result<GuestResponse, ErrorCode>>;

impl Component {
    /// Runs one request to its end, which may come long after the answer.
    pub(crate) async fn handle_http<B>(&self, request: hyper::Request<B>, answer: ResponseSender)
    where
        B: hyper::body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<Error>,
    {
        if let Err(fault) = self.run_http(request, answer).await {
            self.log_failure(&fault);
        }
    }

    async fn run_http<B>(
        &self,
        request: hyper::Request<B>,
        answer: ResponseSender,
    ) -> wasmtime::Result<()>
    where
        B: hyper::body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<Error>,
    {
        let Some(code) = &self.code.http else {
            wasmtime::bail!("it does not export wasi:http/incoming-handler");
        };
        let mut store = Guest::store(self)?;
        let observer = store.data().observer();
        let request = store
            .data_mut()
            .http()
            .new_incoming_request(Scheme::Http, request)?;
        let answer = store.data_mut().http().new_response_outparam(answer)?;
        let running = async {
            let instance = code.instantiate_async(&mut store).await?;
            instance
                .wasi_http_incoming_handler()
                .call_handle(&mut store, request, answer)
                .await
        };
        tokio::select! {
            biased;
            killed = observer.killed() => Err(killed.into()),
            ended = running => ended,
        }
    }

    /// Runs one cron event to its end.
    pub(crate) async fn handle_cron(&self, timestamp_secs: u64) -> Result<(), CronError> {
        let ended = self.run_cron(timestamp_secs).await;
        match &ended {
            // All that Spin's cron trigger says of a run that failed: of one that trapped it says nothing.
            Err(CronError::Guest(fault)) => {
                let line = format!("Component {} failed: {fault}", self.name);
                self.app.logs.add(&self.name, LogSource::Host, line);
            }
            Err(fault) => tracing::debug!(component = %self.name, "a cron run ended: {fault}"),
            Ok(()) => {}
        }
        ended
    }

    async fn run_cron(&self, timestamp_secs: u64) -> Result<(), CronError> {
        let Some(code) = &self.code.cron else {
            return Err(CronError::NotACronComponent(self.name.to_string()));
        };
        let mut store = Guest::store(self).map_err(|fault| CronError::Trap(fault.to_string()))?;
        let observer = store.data().observer();
        let running = async {
            let instance = code.instantiate_async(&mut store).await?;
            instance
                .call_handle_cron_event(
                    &mut store,
                    Metadata {
                        timestamp: timestamp_secs,
                    },
                )
                .await
        };
        let ended = tokio::select! {
            biased;
            killed = observer.killed() => return Err(killed.into()),
            ended = running => ended,
        };
        match ended {
            Ok(Ok(())) => Ok(()),
            Ok(Err(cron_types::Error::Other(fault))) => Err(CronError::Guest(fault)),
            Err(fault) => match fault.downcast_ref::<Killed>() {
                Some(killed) => Err((*killed).into()),
                None => Err(CronError::Trap(format!("{fault:#}"))),
            },
        }
    }

    fn log_failure(&self, fault: &wasmtime::Error) {
        self.app.logs.add(
            &self.name,
            LogSource::Host,
            format!("the guest trapped: {fault:#}"),
        );
    }
}

//! `wasi:http/outgoing-handler`: what guests send, under the rules of the manifest.

mod connect;
mod tls;

use std::error::Error as _;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi_http::p2::bindings::http::outgoing_handler::Host;
use wasmtime_wasi_http::p2::bindings::http::types::ErrorCode;
use wasmtime_wasi_http::p2::types::HostFutureIncomingResponse;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks, WasiHttpView};

use self::connect::{CONNECT_TIMEOUT, ConnectFault, Connector};
pub(crate) use self::tls::TlsConfigs;
pub use self::tls::TlsError;
use crate::allowed_hosts::AllowedHosts;
use crate::clock::{Clock, NetworkWait, Waiting};
use crate::effects::{EffectKind, Observer, RequestLine};
use crate::guest::Guest;
use crate::runtime_config::ConnectionPooling;
use crate::words::{Listener, Said};

/// What Spin waits for each of connection, first byte and next byte unless the guest says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// The connections of one component, kept for its next request.
#[derive(Clone)]
pub(crate) struct Connections(Client<Connector, WasiBody>);

impl Connections {
    pub(crate) fn new(tls: TlsConfigs, pooling: ConnectionPooling) -> Self {
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new());
        if pooling == ConnectionPooling::Off {
            builder.pool_max_idle_per_host(0);
        }
        Self(builder.build(Connector::new(tls)))
    }
}

/// What one instance sends goes through here.
#[derive(Clone)]
pub(crate) struct Outbound {
    pub(crate) allowed_hosts: Arc<AllowedHosts>,
    pub(crate) connections: Connections,
    pub(crate) observer: Observer,
    pub(crate) component: Arc<str>,
    pub(crate) listener: Arc<dyn Listener>,
    pub(crate) waiting: Arc<Waiting>,
    pub(crate) clock: Clock,
    /// How many real seconds a second of a timeout takes.
    pub(crate) timeout_scale: f64,
    /// How much of a body, its own or an answer's, a guest may write at once.
    pub(crate) body_chunk_bytes: usize,
}

type Sent = Result<
    (
        Response<WasiBody>,
        Box<dyn Future<Output = Result<(), Error>> + Send>,
    ),
    Error,
>;

impl WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _guest_body_outcome: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        self.listener.hears(Said::Address {
            component: &self.component,
            url: &request.uri().to_string(),
        });
        let waiting = self.waiting.for_network();
        if !self.allows(request.uri()) {
            // Until the guest is told, none of its own timeouts may overtake the refusal.
            return Box::new(async {
                let _waiting = waiting;
                Err(Error::HttpRequestDenied)
            });
        }
        let line = request_line(&request);
        if self
            .observer
            .observe(EffectKind::Request(line.clone()))
            .is_err()
        {
            return Box::new(futures::future::pending());
        }
        let timeouts = Timeouts::new(options, self.timeout_scale);
        let (asked, takes) = (self.clock.stopwatch(), self.observer.answers_after(&line));
        let outbound = self.clone();
        Box::new(async move {
            let response = outbound.send(request, timeouts, waiting).await?;
            outbound.waiting.until(&asked, takes).await;
            let status = response.status().as_u16();
            if outbound
                .observer
                .observe(EffectKind::Response {
                    request: line,
                    status,
                })
                .is_err()
            {
                return futures::future::pending().await;
            }
            let done: Box<dyn Future<Output = _> + Send> = Box::new(async { Ok(()) });
            Ok((response, done))
        })
    }

    /// The client writes it from the URI, without a port that goes without saying.
    fn set_host_header(&mut self) -> bool {
        false
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        self.body_chunk_bytes
    }
}

impl Outbound {
    fn allows(&self, uri: &Uri) -> bool {
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return false;
        };
        self.allowed_hosts
            .allows(scheme, &host.to_ascii_lowercase(), uri.port_u16())
    }

    async fn send(
        &self,
        request: Request<WasiBody>,
        timeouts: Timeouts,
        waiting: NetworkWait,
    ) -> Result<Response<WasiBody>, Error> {
        let asked = self.clock.stopwatch();
        let sending =
            CONNECT_TIMEOUT.scope(timeouts.connect.real, self.connections.0.request(request));
        let (error, given_up) = match tokio::time::timeout(timeouts.first_byte.real, sending).await
        {
            Ok(Ok(response)) => return Ok(self.timed(response, timeouts, waiting)),
            Ok(Err(fault)) => (client_error(&fault), timeouts.connect.asked),
            Err(_) => (Error::ConnectionReadTimeout, timeouts.first_byte.asked),
        };
        if let Error::ConnectionTimeout | Error::ConnectionReadTimeout = error {
            self.waiting.until(&asked, given_up).await;
        }
        Err(error)
    }

    /// An answer whose body is given up when it stays away.
    fn timed(
        &self,
        response: Response<Incoming>,
        timeouts: Timeouts,
        waiting: NetworkWait,
    ) -> Response<WasiBody> {
        let between_bytes = timeouts.between_bytes;
        let clock = self.clock.clone();
        response.map(|body| {
            TimedBody {
                body,
                between_bytes,
                clock,
                timer: None,
                waiting,
            }
            .boxed_unsync()
        })
    }
}

#[derive(Clone, Copy)]
struct Timeouts {
    connect: Timeout,
    first_byte: Timeout,
    between_bytes: Timeout,
}

/// How long a guest asks to wait, and how long that takes here.
#[derive(Clone, Copy)]
struct Timeout {
    asked: Duration,
    real: Duration,
}

impl Timeouts {
    fn new(options: Option<RequestOptions>, scale: f64) -> Self {
        let options = options.unwrap_or_default();
        let scaled = |timeout: Option<Duration>| {
            let asked = timeout.unwrap_or(DEFAULT_TIMEOUT);
            let real = asked.mul_f64(scale);
            Timeout { asked, real }
        };
        Self {
            connect: scaled(options.connect_timeout),
            first_byte: scaled(options.first_byte_timeout),
            between_bytes: scaled(options.between_bytes_timeout),
        }
    }
}

fn client_error(fault: &hyper_util::client::legacy::Error) -> Error {
    let mut cause = fault.source();
    while let Some(inner) = cause {
        if let Some(fault) = inner.downcast_ref::<ConnectFault>() {
            return (*fault).into();
        }
        cause = inner.source();
    }
    tracing::warn!("outbound request failed: {fault:?}");
    Error::HttpProtocolError
}

fn request_line(request: &Request<WasiBody>) -> RequestLine {
    let uri = request.uri();
    RequestLine {
        method: request.method().clone(),
        scheme: uri.scheme_str().unwrap_or_default().to_owned(),
        authority: uri.authority().map(ToString::to_string).unwrap_or_default(),
        path: uri.path().to_owned(),
    }
}

/// A response body that fails when the peer is silent for too long.
struct TimedBody {
    body: Incoming,
    between_bytes: Timeout,
    clock: Clock,
    /// Ends when the peer was silent for too long.
    timer: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// The instance counts as waiting for the network until the body is dropped.
    waiting: NetworkWait,
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            this.timer = None;
            return Poll::Ready(frame.map(|it| it.map_err(Error::from)));
        }
        let timer = this.timer.get_or_insert_with(|| {
            let (silent_since, limit) = (this.clock.stopwatch(), this.between_bytes);
            let waiting = this.waiting.instance();
            Box::pin(async move {
                tokio::time::sleep(limit.real).await;
                waiting.until(&silent_since, limit.asked).await;
            })
        });
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// `wasi:http/outgoing-handler`, except that it traps when a hook ends the instance at this request.
pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    // Any 0.2 stands for all of them.
    let mut interface = linker.instance("wasi:http/outgoing-handler@0.2.0")?;
    interface.func_wrap("handle", |mut store, (request, options)| {
        let observer = store.data().observer();
        let handled = store.data_mut().http().handle(request, options);
        observer.check()?;
        Ok((handled.map(Ok).or_else(|fault| fault.downcast().map(Err))?,))
            as wasmtime::Result<(Handled,)>
    })
}

type Handled = Result<Resource<HostFutureIncomingResponse>, ErrorCode>;

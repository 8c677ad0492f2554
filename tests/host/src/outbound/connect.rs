//! Opening connections for the pool.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use http::Uri;
use http::uri::Scheme;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use wasmtime_wasi_http::Error;

use super::tls::TlsConfigs;

tokio::task_local! {
    /// The connect timeout of the request for which a connection is opened; the pool has no other
    /// way to pass it on.
    pub(super) static CONNECT_TIMEOUT: Duration;
}

/// Opens connections for one component, which trusts whom its configuration says.
#[derive(Clone)]
pub(super) struct Connector {
    tls: Arc<TlsConfigs>,
}

/// Why a connection could not be opened.
///
/// A cause inside an error of the pool can only be borrowed, so it must be possible to copy it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ConnectFault {
    #[error("the host's name has no address")]
    Dns,
    #[error("connection refused")]
    Refused,
    #[error("connection timeout")]
    Timeout,
    #[error("TLS protocol error")]
    Tls,
    #[error("invalid URI")]
    Uri,
}

impl From<ConnectFault> for Error {
    fn from(fault: ConnectFault) -> Self {
        match fault {
            ConnectFault::Dns => Self::DnsError {
                rcode: Some("address not available".to_owned()),
                info_code: Some(0),
            },
            ConnectFault::Refused => Self::ConnectionRefused,
            ConnectFault::Timeout => Self::ConnectionTimeout,
            ConnectFault::Tls => Self::TlsProtocolError,
            ConnectFault::Uri => Self::HttpRequestUriInvalid,
        }
    }
}

impl Connector {
    pub(super) fn new(tls: TlsConfigs) -> Self {
        Self { tls: Arc::new(tls) }
    }

    async fn connect(self, uri: Uri) -> Result<Stream, ConnectFault> {
        let is_tls = uri.scheme() == Some(&Scheme::HTTPS);
        let host = uri.host().ok_or(ConnectFault::Uri)?;
        // The brackets of an IPv6 address belong to the URI, not to the address.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let tcp = connect_tcp(host, port).await?;
        if !is_tls {
            return Ok(Stream::Plain(TokioIo::new(tcp)));
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|_| ConnectFault::Dns)?;
        let config = self.tls.for_host(host);
        let connecting = TlsConnector::from(config).connect(name, tcp);
        let tls = connecting.await.map_err(|fault| {
            tracing::warn!(host, "TLS handshake failed: {fault}");
            ConnectFault::Tls
        })?;
        Ok(Stream::Tls(Box::new(TokioIo::new(tls))))
    }
}

async fn connect_tcp(host: &str, port: u16) -> Result<TcpStream, ConnectFault> {
    let addresses = tokio::net::lookup_host((host, port))
        .await
        .map_err(|_| ConnectFault::Dns)?;
    let addresses: Vec<_> = addresses.collect();
    let timeout = CONNECT_TIMEOUT.get();
    let tcp = tokio::time::timeout(timeout, TcpStream::connect(&*addresses))
        .await
        .map_err(|_| ConnectFault::Timeout)?
        .map_err(|_| ConnectFault::Refused)?;
    // Small requests must not wait for one another; a failure to ask for it is no failure.
    _ = tcp.set_nodelay(true);
    Ok(tcp)
}

impl tower_service::Service<Uri> for Connector {
    type Response = Stream;
    type Error = ConnectFault;
    type Future = BoxFuture<'static, Result<Stream, ConnectFault>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectFault>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// A connection, plain or encrypted.
pub(super) enum Stream {
    Plain(TokioIo<TcpStream>),
    Tls(Box<TokioIo<TlsStream<TcpStream>>>),
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        match self {
            Self::Plain(_) => Connected::new(),
            Self::Tls(tls) => {
                let (_, session) = tls.inner().get_ref();
                let is_h2 = session.alpn_protocol() == Some(b"h2");
                if is_h2 {
                    Connected::new().negotiated_h2()
                } else {
                    Connected::new()
                }
            }
        }
    }
}

/// Hands a call on to the connection inside.
macro_rules! inner {
    ($self:ident, $stream:ident => $call:expr) => {
        match $self.get_mut() {
            Stream::Plain(tcp) => {
                let $stream = Pin::new(tcp);
                $call
            }
            Stream::Tls(tls) => {
                let $stream = Pin::new(&mut **tls);
                $call
            }
        }
    };
}

impl Read for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        inner!(self, stream => stream.poll_read(cx, buffer))
    }
}

impl Write for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        inner!(self, stream => stream.poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        inner!(self, stream => stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        inner!(self, stream => stream.poll_shutdown(cx))
    }
}

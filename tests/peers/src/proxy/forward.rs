//! A request, read whole, and its way to the peer.

use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST, HeaderValue, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::Shared;
use crate::broken::{Body, Broken};

/// Answers a request: passed on, or struck.
pub(super) async fn answer(
    shared: &Shared,
    request: Request<Incoming>,
) -> Result<Response<Body>, Broken> {
    let (parts, body) = request.into_parts();
    // Whoever goes away in the middle has asked nothing.
    let body = body.collect().await.map_err(|_| Broken::HangUp)?.to_bytes();
    let (upstream, kind) = shared.meet(parts.uri.path(), &body);
    let sending = Sending::new(upstream, parts, body);
    match kind {
        Some(kind) => kind.strike(sending).await,
        None => sending.send().await,
    }
}

/// A request that is to be sent on.
#[derive(Clone)]
pub(super) struct Sending {
    upstream: SocketAddr,
    parts: Parts,
    body: Bytes,
}

impl Sending {
    fn new(upstream: SocketAddr, mut parts: Parts, body: Bytes) -> Self {
        // They are of one connection, and the body has a length now.
        parts.headers.remove(CONNECTION);
        parts.headers.remove(TRANSFER_ENCODING);
        if let Ok(host) = HeaderValue::from_str(&upstream.to_string()) {
            parts.headers.insert(HOST, host);
        }
        Self {
            upstream,
            parts,
            body,
        }
    }

    /// Sends it; a peer that is not there breaks the connection.
    pub(super) async fn send(self) -> Result<Response<Body>, Broken> {
        self.exchange().await.map_err(|_| Broken::Reset)
    }

    async fn exchange(self) -> io::Result<Response<Body>> {
        let stream = TcpStream::connect(self.upstream).await?;
        stream.set_nodelay(true)?;
        let connected = http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = connected.map_err(io::Error::other)?;
        // It ends with the peer, or with whoever reads its answer.
        tokio::spawn(connection);
        let request = Request::from_parts(self.parts, Full::new(self.body));
        let answer = sender.send_request(request).await;
        let mut answer = answer.map_err(io::Error::other)?;
        answer.headers_mut().remove(CONNECTION);
        answer.headers_mut().remove(TRANSFER_ENCODING);
        Ok(answer.map(|body| body.map_err(io::Error::other).boxed_unsync()))
    }
}

/// The answer with all of its body, and how many bytes that is.
pub(super) async fn whole(answer: Response<Body>) -> Result<(Response<Body>, usize), Broken> {
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.map_err(|_| Broken::Reset)?.to_bytes();
    let length = bytes.len();
    let body = Full::new(bytes).map_err(|never| match never {});
    Ok((Response::from_parts(parts, body.boxed_unsync()), length))
}

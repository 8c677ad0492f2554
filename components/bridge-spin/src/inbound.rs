//! Requests whose bodies are read only as far as they may go.

use std::net::{IpAddr, SocketAddr};

use bridge_faces::problem::Problem;
use futures::StreamExt;
use spin_sdk::http::{IncomingRequest, Method, Request, ResponseOutparam};

use crate::reply::Reply;
use crate::web::problem;

/// A request with its body, and where its answer goes, for entries that are told a few words at most: the SDK would read a body of any length,
/// from anybody. Nothing where the request is refused, which has been answered then.
pub async fn received(request: IncomingRequest, out: ResponseOutparam) -> Option<(Request, Reply)> {
    let reply = Reply::new(out);
    let mut read = Request::builder();
    read.method(request.method())
        .uri(request.uri())
        .headers(request.headers());
    match Inbound::new(request).body(MOST_BYTES).await {
        Ok(body) => Some((read.body(body).build(), reply)),
        Err(refused) => {
            reply.send(problem(&refused));
            None
        }
    }
}

/// A request, its body not yet read.
pub struct Inbound {
    request: IncomingRequest,
    headers: Vec<(String, Vec<u8>)>,
}

impl Inbound {
    /// Reads the head of `request`.
    pub fn new(request: IncomingRequest) -> Self {
        let headers = request.headers().entries();
        Self { request, headers }
    }

    /// The method.
    pub fn method(&self) -> Method {
        self.request.method()
    }

    /// The path, without the query.
    pub fn path(&self) -> String {
        let target = self.request.path_with_query().unwrap_or_default();
        target.split('?').next().unwrap_or_default().to_owned()
    }

    /// The query, without its question mark; empty where there is none.
    pub fn query(&self) -> String {
        let target = self.request.path_with_query().unwrap_or_default();
        let query = target.split_once('?').map(|(_, query)| query);
        query.unwrap_or_default().to_owned()
    }

    /// How long the path and the query are, in bytes.
    pub fn target_bytes(&self) -> usize {
        self.request
            .path_with_query()
            .map_or(0, |target| target.len())
    }

    /// The text of a header. One that came more than once has none: which of them would be meant is not known.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        match (values.next(), values.next()) {
            (Some((_, value)), None) => std::str::from_utf8(value).ok(),
            _ => None,
        }
    }

    /// Where the connection comes from. Spin says so in a header; a client that sends one of that name as well makes it unknown.
    pub fn client(&self) -> Option<IpAddr> {
        let text = self.header("spin-client-addr")?;
        let socket = text.parse::<SocketAddr>().map(|address| address.ip());
        socket.or_else(|_| text.parse()).ok()
    }

    /// The body, if it has no more than `limit_bytes`.
    ///
    /// # Errors
    /// [`Problem`] 413 when it is larger, 400 when it breaks off.
    pub async fn body(self, limit_bytes: usize) -> Result<Vec<u8>, Problem> {
        let announced = self
            .header("content-length")
            .and_then(|text| text.parse::<usize>().ok());
        if announced.is_some_and(|bytes| bytes > limit_bytes) {
            return Err(Problem::too_large(limit_bytes));
        }
        let mut stream = self.request.into_body_stream();
        let mut body = Vec::with_capacity(announced.unwrap_or_default());
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| Problem::cut_off())?;
            if body.len() + chunk.len() > limit_bytes {
                return Err(Problem::too_large(limit_bytes));
            }
            body.extend(chunk);
        }
        Ok(body)
    }
}

/// A hint of Odoo, or a form, has some hundred bytes.
const MOST_BYTES: usize = 64 * 1024;

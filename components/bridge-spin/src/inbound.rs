//! A request whose body is read only as far as it may go, and an answer that is given before the work is done.

use std::net::{IpAddr, SocketAddr};

use bridge_core::problem::Problem;
use futures::{SinkExt, StreamExt};
use spin_sdk::http::{Fields, IncomingRequest, Method, OutgoingResponse, ResponseOutparam};

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

/// An answer that is sent while the instance goes on.
pub struct Answer {
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Answer {
    /// An answer in JSON.
    pub fn json(status: u16, body: &impl serde::Serialize) -> Self {
        Self::new(status, "application/json", body)
    }

    /// A problem as RFC 9457 has it.
    pub fn problem(problem: &Problem) -> Self {
        Self::new(problem.status, "application/problem+json", problem)
    }

    fn new(status: u16, content_type: &str, body: &impl serde::Serialize) -> Self {
        // The bodies are maps with text keys, which always serialise; an empty body would still carry the status.
        let body = serde_json::to_vec(body).unwrap_or_default();
        let header = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
        let headers = vec![
            header("content-type", content_type),
            header("cache-control", "no-store"),
            header("content-length", &body.len().to_string()),
        ];
        Self {
            status,
            headers,
            body,
        }
    }

    /// Says how to authenticate, where that is what is missing.
    #[must_use]
    pub fn with_challenge(mut self, challenge: &str) -> Self {
        match self.status {
            401 => self
                .headers
                .push(("www-authenticate".to_owned(), challenge.as_bytes().to_vec())),
            429 | 503 => self
                .headers
                .push(("retry-after".to_owned(), b"60".to_vec())),
            _ => {}
        }
        self
    }

    /// Sends it. A sender that has gone away is no error: what it sent is durable.
    pub async fn send(self, out: ResponseOutparam) {
        let Self {
            status,
            headers,
            body,
        } = self;
        // Names and values are this crate's own and always valid.
        let response =
            OutgoingResponse::new(Fields::from_list(&headers).unwrap_or_else(|_| Fields::new()));
        _ = response.set_status_code(status);
        let mut sink = response.take_body();
        out.set(response);
        _ = sink.send(body).await;
    }
}

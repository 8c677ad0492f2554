//! Requests on kept connections, and what they took.

use std::time::{Duration, Instant};

use anyhow::ensure;
use bench::{Cpu, Row, Unit};
use bytes::Bytes;
use host::App;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::support::{SECRET, millis, percentile};

pub(crate) type Http = Client<HttpConnector, Full<Bytes>>;

pub(crate) type Request = http::Request<Full<Bytes>>;

pub(crate) fn client() -> Http {
    Client::builder(TokioExecutor::new()).build_http()
}

/// What a UCM pushes.
pub(crate) fn post(path: String, record: String) -> Request {
    request("POST", &path, SECRET, Bytes::from(record))
}

pub(crate) fn request(method: &str, path: &str, token: &str, body: Bytes) -> Request {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = method.parse().unwrap_or_default();
    *request.uri_mut() = path.parse().unwrap_or_default();
    if let Ok(value) = format!("Bearer {token}").parse() {
        request.headers_mut().insert("authorization", value);
    }
    request
}

/// Sends `request` to the application, and gives the status of the answer.
pub(crate) async fn ask(
    client: &Http,
    app: &App,
    mut request: Request,
) -> anyhow::Result<http::StatusCode> {
    *request.uri_mut() = format!("{}{}", app.url(), request.uri()).parse()?;
    let response = client.request(request).await?;
    let status = response.status();
    response.into_body().collect().await?;
    Ok(status)
}

pub(crate) async fn push(client: &Http, app: &App, path: &str, record: &str) -> anyhow::Result<()> {
    let status = ask(client, app, post(path.to_owned(), record.to_owned())).await?;
    ensure!(status == 200, "{status}");
    Ok(())
}

/// What some requests took.
pub(crate) struct Measured {
    pub(crate) status: http::StatusCode,
    pub(crate) per_second: f64,
    requests: usize,
    p50: Duration,
    p99: Duration,
    cpu: Duration,
}

impl Measured {
    /// The rate as a row, with how long one request takes.
    pub(crate) fn row(&self, what: String) -> Row {
        let cpu_ms = millis(self.cpu) / self.requests as f64;
        Row::new(what, self.per_second, Unit::RequestsPerSecond)
            .cpu(self.cpu)
            .note(format!(
                "p50 {:.2} ms, p99 {:.2} ms, CPU {cpu_ms:.2} ms a request",
                millis(self.p50),
                millis(self.p99),
            ))
    }
}

/// Requests on so many kept connections: each is answered before the next of its connection is sent.
pub(crate) async fn load(
    app: &App,
    connections: usize,
    requests: usize,
    request: impl Fn(usize) -> Request,
) -> anyhow::Result<Measured> {
    let client = client();
    let status = ask(&client, app, request(0)).await?;
    app.settled().await;
    let (begun, cpu) = (Instant::now(), Cpu::now()?);
    let senders = (0..connections).map(|sender| {
        let (client, request) = (client.clone(), &request);
        async move {
            let mut took = Vec::new();
            for index in (sender..requests).step_by(connections) {
                let sent = Instant::now();
                let answered = ask(&client, app, request(index)).await?;
                ensure!(answered == status, "{answered} after {status}");
                took.push(sent.elapsed());
            }
            anyhow::Ok(took)
        }
    });
    let mut took = futures::future::try_join_all(senders).await?.concat();
    let elapsed = begun.elapsed();
    app.settled().await;
    let cpu = cpu.since()?;
    took.sort();
    Ok(Measured {
        status,
        per_second: requests as f64 / elapsed.as_secs_f64(),
        requests,
        p50: percentile(&took, 50),
        p99: percentile(&took, 99),
        cpu,
    })
}

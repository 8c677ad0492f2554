//! The listener: connections, routes, and what faults do to them.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::error::{Kind, OdooError};
use super::fault::Effect;
use super::server::Server;
use super::{json2, jsonrpc};

pub(crate) use crate::broken::Body;

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection was closed on purpose")]
pub(crate) struct HangUp;

/// What a route makes of a request.
pub(crate) type Answer = Result<Response<Body>, HangUp>;

/// A request, read whole.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) parts: hyper::http::request::Parts,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    }

    /// The media type without parameters.
    pub(crate) fn media_type(&self) -> &str {
        self.header("content-type")
            .and_then(|value| value.split(';').next())
            .unwrap_or_default()
            .trim()
    }
}

/// Accepts until it is aborted, which ends its connections too.
pub(crate) async fn serve(listener: TcpListener, server: Arc<Server>) {
    let mut connections = JoinSet::new();
    loop {
        // Too many open files or a client that is gone already: there will be others.
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(connection(stream, Arc::clone(&server)));
    }
}

async fn connection(stream: TcpStream, server: Arc<Server>) {
    stream.set_nodelay(true).ok();
    let service = service_fn(move |request: Request<Incoming>| {
        let server = Arc::clone(&server);
        async move { answer(request, &server).await }
    });
    // A client that goes away is no concern of the server.
    let _gone = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(request: Request<Incoming>, server: &Arc<Server>) -> Answer {
    let (parts, body) = request.into_parts();
    let header = parts.headers.get(CONTENT_LENGTH);
    let length = header.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let body = match length {
        // Whoever asks. The body is read away, as Werkzeug does, so that the client sees the answer.
        Some(length) if length > server.body_limit() => {
            let mut body = body;
            while let Some(Ok(_)) = body.frame().await {}
            return Ok(too_large(&parts, server));
        }
        Some(_) => match body.collect().await {
            Ok(body) => body.to_bytes(),
            // A body that breaks off is no request.
            Err(_) => return Err(HangUp),
        },
        // Odoo's own server reads nothing of a body whose length is not announced.
        None => Bytes::new(),
    };
    let received = Received { parts, body };
    let latency = server.latency();
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let path = received.parts.uri.path().to_owned();
    match path.as_str() {
        "/jsonrpc" => jsonrpc::answer(&received, server).await,
        path if path.starts_with("/json/2") && server.version().has_json2() => {
            json2::answer(&received, server).await
        }
        "/web/version" if server.version().has_json2() => {
            let info = serde_json::json!({"version_info": server.version().info(), "version": format!("{}.0", server.version().major())});
            Ok(json(StatusCode::OK, info.to_string()))
        }
        "/" | "/web/login" | "/web" | "/odoo" => Ok(html(StatusCode::OK, LOGIN)),
        _ => Ok(html(StatusCode::NOT_FOUND, NOT_FOUND)),
    }
}

/// `/json/2` gives the status, `/jsonrpc` 200 as ever.
fn too_large(parts: &hyper::http::request::Parts, server: &Server) -> Response<Body> {
    let text = "The data value transmitted exceeds the capacity limit.";
    let error = OdooError::new(Kind::TooLarge, text);
    if parts.uri.path() == "/jsonrpc" {
        let body = jsonrpc::envelope(&serde_json::Value::Null, Err(error), server);
        return json(StatusCode::OK, body.to_string());
    }
    json(StatusCode::PAYLOAD_TOO_LARGE, error.data().to_string())
}

/// Does what the faults say that does not need the call's result.
pub(crate) async fn before_work(effects: &[Effect]) -> Option<Answer> {
    for effect in effects {
        match effect {
            Effect::Refuse => return Some(Err(HangUp)),
            Effect::Stall => match std::future::pending::<Infallible>().await {},
            Effect::Slow(delay) => tokio::time::sleep(*delay).await,
            Effect::Held(stop) => stop.wait().await,
            Effect::Html(status) => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY);
                return Some(Ok(html(status, &proxy_page(status))));
            }
            _ => {}
        }
    }
    None
}

/// Does what the faults say to a finished answer.
pub(crate) fn after_work(effects: &[Effect], answer: Answer, body: &str) -> Answer {
    for effect in effects {
        match effect {
            Effect::AnswerLost => return Err(HangUp),
            Effect::Overdue => {
                let status = StatusCode::GATEWAY_TIMEOUT;
                return Ok(html(status, &proxy_page(status)));
            }
            Effect::Cut(after) => return Ok(cut(body, *after)),
            _ => {}
        }
    }
    answer
}

pub(crate) fn has_key_refused(effects: &[Effect]) -> bool {
    effects
        .iter()
        .any(|effect| matches!(effect, Effect::KeyRefused))
}

/// The whole length is announced, a part is sent.
fn cut(body: &str, after: usize) -> Response<Body> {
    let part = Bytes::copy_from_slice(&body.as_bytes()[..after.min(body.len().saturating_sub(1))]);
    let broken = io::Error::new(io::ErrorKind::ConnectionReset, HangUp);
    let frames = stream::iter([Ok(Frame::data(part)), Err(broken)]);
    let mut response = Response::new(StreamBody::new(frames).boxed_unsync());
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    response
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    response
}

fn full(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(
        Full::new(body.into())
            .map_err(|never| match never {})
            .boxed_unsync(),
    );
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Body> {
    full(status, "application/json; charset=utf-8", body)
}

pub(crate) fn html(status: StatusCode, body: &str) -> Response<Body> {
    full(status, "text/html; charset=utf-8", body.to_owned())
}

/// A route of another content type.
pub(crate) fn wrong_media_type(route: &str, kind: &str) -> Response<Body> {
    let page = format!(
        "<!doctype html>\n<html lang=en>\n<title>415 Unsupported Media Type</title>\n<h1>Unsupported Media Type</h1>\n<p>Request inferred \
         type is compatible with [&#39;http&#39;] but &#39;{route}&#39; is type=&#39;{kind}&#39;.<br><br>Please verify the Content-Type \
         request header and try again.</p>\n"
    );
    html(StatusCode::UNSUPPORTED_MEDIA_TYPE, &page)
}

fn proxy_page(status: StatusCode) -> String {
    format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
}

const LOGIN: &str = "<!DOCTYPE html>\n<html><head><title>Odoo</title></head><body><form action=\"/web/login\" method=\"post\"></form></body></html>\n";
const NOT_FOUND: &str = "<!DOCTYPE html>\n<html><head><title>Odoo</title></head><body><h1>404: Page not found!</h1></body></html>\n";

/// No database answers at this address.
pub(crate) const NO_DATABASE: &str = "<!DOCTYPE html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>No database is selected and the \
    requested URL was not found in the server-wide controllers.</p>\n<p>Please verify the hostname, <a href=/web/login>login</a> and try \
    again.</p>\n\n<!-- Alternatively, use the X-Odoo-Database header. -->\n";

//! The HTTP trigger: requests find their component and get its answer.

use std::net::SocketAddr;
use std::sync::{Arc, Weak};

use bytes::Bytes;
use http::header::HOST;
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Body;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use wasmtime_wasi_http::{Error, WasiBody};

use crate::app::Running;
use crate::routes::RouteMatch;
use crate::words::overheard;

/// Below this path Spin itself answers.
const WELL_KNOWN_PREFIX: &str = "/.well-known/spin/";

/// Accepts connections for as long as it is polled.
pub(crate) async fn serve(app: Weak<Running>, listener: TcpListener) {
    loop {
        let accepted = listener.accept().await;
        // The tasks of an application must not keep it alive, or they would keep themselves alive.
        let Some(running) = app.upgrade() else { return };
        match accepted {
            Ok((connection, client)) => {
                running
                    .tasks
                    .spawn(serve_connection(app.clone(), connection, client));
            }
            Err(fault) => {
                tracing::warn!("a connection was lost before it was accepted: {fault}");
                tokio::task::yield_now().await;
            }
        }
    }
}

async fn serve_connection(app: Weak<Running>, connection: TcpStream, client: SocketAddr) {
    // Spin leaves Nagle's algorithm on, and speaks HTTP/2 with a client that begins with it.
    let service = service_fn(|request: Request<hyper::body::Incoming>| {
        let app = app.upgrade();
        async move {
            let Some(app) = app else {
                return Ok(empty(StatusCode::SERVICE_UNAVAILABLE));
            };
            Ok::<_, std::convert::Infallible>(respond(&app, request, client).await)
        }
    });
    let server = auto::Builder::new(TokioExecutor::new());
    let serving = server.serve_connection(TokioIo::new(connection), service);
    if let Err(fault) = serving.await {
        tracing::debug!("connection of {client} ended: {fault}");
    }
}

/// The answer to one request, whichever way it came.
pub(crate) async fn respond<B>(
    app: &Arc<Running>,
    request: Request<B>,
    client: SocketAddr,
) -> Response<WasiBody>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Error>,
{
    let path = request.uri().path();
    if let Some(well_known) = path.strip_prefix(WELL_KNOWN_PREFIX) {
        return well_known_answer(well_known);
    }
    let Some(found) = app.routes.find(path) else {
        return empty(StatusCode::NOT_FOUND);
    };
    let path = path.to_owned();
    match prepare(request, &found, client) {
        Ok(request) => {
            let answer = ask_guest(app, &found.component, request).await;
            overheard(Arc::clone(&app.shared.listener), path, answer)
        }
        Err(fault) => {
            tracing::warn!("a request was refused: {fault}");
            empty(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

async fn ask_guest<B>(
    app: &Arc<Running>,
    component: &str,
    request: Request<B>,
) -> Response<WasiBody>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Error>,
{
    let Some(component) = app.components.get(component).cloned() else {
        return empty(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let (answer, answered) = tokio::sync::oneshot::channel();
    // On its own, so that neither the end of the answer nor a client that goes away stops it.
    app.tasks
        .spawn_instance(async move { component.handle_http(request, answer).await });
    match answered.await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) | Err(_) => empty(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn well_known_answer(name: &str) -> Response<WasiBody> {
    if name != "health" {
        return empty(StatusCode::NOT_FOUND);
    }
    Response::new(full(Bytes::from_static(b"OK")))
}

fn empty(status: StatusCode) -> Response<WasiBody> {
    let mut response = Response::new(full(Bytes::new()));
    *response.status_mut() = status;
    response
}

fn full(bytes: Bytes) -> WasiBody {
    Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// Why a request does not reach its component.
#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error(transparent)]
    Head(#[from] http::Error),
    #[error("the header {0} is not UTF-8")]
    Encoding(HeaderName),
}

/// Makes the URI absolute and adds the headers that Spin adds.
fn prepare<B>(
    mut request: Request<B>,
    found: &RouteMatch,
    client: SocketAddr,
) -> Result<Request<B>, Unfit> {
    let is_text = |value: &HeaderValue| std::str::from_utf8(value.as_bytes()).is_ok();
    if let Some((name, _)) = request.headers().iter().find(|(_, value)| !is_text(value)) {
        return Err(Unfit::Encoding(name.clone()));
    }
    let authority = authority(&request);
    let mut uri = std::mem::take(request.uri_mut()).into_parts();
    uri.scheme = Some(Scheme::HTTP);
    uri.authority = Some(authority);
    let uri = Uri::from_parts(uri).map_err(http::Error::from)?;
    add_spin_headers(request.headers_mut(), &uri, found, client)?;
    *request.uri_mut() = uri;
    Ok(request)
}

fn authority<B>(request: &Request<B>) -> Authority {
    let from_header = || request.headers().get(HOST)?.to_str().ok()?.parse().ok();
    let own = request.uri().authority().cloned().or_else(from_header);
    own.unwrap_or_else(|| Authority::from_static("localhost"))
}

/// A client that sends a header of such a name itself makes two values of it, its own first.
fn add_spin_headers(
    headers: &mut HeaderMap,
    uri: &Uri,
    found: &RouteMatch,
    client: SocketAddr,
) -> Result<(), http::Error> {
    let fixed = [
        ("spin-path-info", found.path_info.clone()),
        ("spin-full-url", uri.to_string()),
        ("spin-matched-route", found.matched_route.clone()),
        ("spin-base-path", "/".to_owned()),
        ("spin-raw-component-route", found.raw_route.clone()),
        ("spin-component-route", found.component_route().to_owned()),
        ("spin-client-addr", client.to_string()),
    ];
    for (name, value) in fixed {
        headers.append(HeaderName::from_static(name), HeaderValue::try_from(value)?);
    }
    for (name, value) in &found.captures {
        let name = HeaderName::try_from(format!("spin-path-match-{name}"))?;
        headers.append(name, HeaderValue::try_from(value)?);
    }
    Ok(())
}

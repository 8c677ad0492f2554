//! The guest under test and its simulated peer.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, stream};
use host::{App, AppBuilder, BuildOutput, Effort, Manifest};
use http::{Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

/// The manifest of the guest, which is built at first use.
pub(crate) fn manifest() -> PathBuf {
    static BUILT: Once = Once::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests/spin.toml");
    BUILT.call_once(|| {
        let manifest = Manifest::load(&path).unwrap();
        host::build(&manifest, Effort::Shipped, BuildOutput::OnFailure).unwrap();
    });
    path
}

/// The guest, with its required variable.
pub(crate) fn kitchen() -> AppBuilder {
    App::builder(manifest()).variable("token", "secret")
}

/// The guest, allowed to reach a peer.
pub(crate) fn kitchen_with(peer: &Peer) -> AppBuilder {
    kitchen().variable("peer", peer.url.clone())
}

/// Sends a request and waits for its answer, though not for ever.
pub(crate) async fn send(app: &App, request: Request<Bytes>) -> Response<Bytes> {
    let answered = tokio::time::timeout(Duration::from_secs(60), app.request(request)).await;
    answered.expect("an answer within a minute").unwrap()
}

/// Sends a request without a body.
pub(crate) async fn get(app: &App, path: &str) -> Response<Bytes> {
    send(app, Request::get(path).body(Bytes::new()).unwrap()).await
}

/// The text of the answer to a request that must succeed.
pub(crate) async fn text(app: &App, path: &str) -> String {
    let response = get(app, path).await;
    let text = String::from_utf8(response.body().to_vec()).unwrap();
    assert_eq!(response.status(), 200, "{text}");
    text
}

/// What the guest makes of a path of the peer, with further headers.
pub(crate) async fn fetch(app: &App, url: &str, headers: &[(&str, &str)]) -> String {
    fetch_through(app, "/fetch", url, headers).await
}

/// The same on another route of the guest.
pub(crate) async fn fetch_through(
    app: &App,
    route: &str,
    url: &str,
    headers: &[(&str, &str)],
) -> String {
    let mut request = Request::get(route).header("x-url", url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = send(app, request.body(Bytes::new()).unwrap()).await;
    String::from_utf8(response.body().to_vec()).unwrap()
}

/// The lines of a guest.
pub(crate) fn lines(app: &App) -> Vec<String> {
    app.logs().into_iter().map(|line| line.text).collect()
}

/// Something that guests can ask, on a free port of this machine.
pub(crate) struct Peer {
    /// Where it is, without a slash at the end.
    pub(crate) url: String,
    /// How many connections it has accepted.
    pub(crate) connections: Arc<AtomicUsize>,
    /// How many requests have reached it.
    pub(crate) requests: Arc<AtomicUsize>,
}

impl Peer {
    /// A peer without TLS.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let peer = Self::at("http", listener.local_addr().unwrap());
        let (connections, requests) = (peer.connections.clone(), peer.requests.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, requests.clone()));
            }
        });
        peer
    }

    /// A peer with TLS.
    pub(crate) async fn start_tls(config: rustls::ServerConfig) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let peer = Self::at("https", listener.local_addr().unwrap());
        let (connections, requests) = (peer.connections.clone(), peer.requests.clone());
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                if let Ok(stream) = acceptor.accept(stream).await {
                    tokio::spawn(serve(stream, requests.clone()));
                }
            }
        });
        peer
    }

    fn at(scheme: &str, address: SocketAddr) -> Self {
        let url = format!("{scheme}://{address}");
        Self {
            url,
            connections: Arc::default(),
            requests: Arc::default(),
        }
    }

    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

async fn serve<S>(stream: S, requests: Arc<AtomicUsize>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        requests.fetch_add(1, Ordering::SeqCst);
        async move { Ok::<_, Infallible>(answer(request).await) }
    });
    let server = hyper::server::conn::http1::Builder::new();
    // A client that goes away is what some of the tests are about.
    _ = server.serve_connection(TokioIo::new(stream), service).await;
}

type Answer = Response<BoxBody<Bytes, Infallible>>;

async fn answer(request: Request<Incoming>) -> Answer {
    let path = request.uri().path().to_owned();
    match path
        .trim_start_matches('/')
        .split('/')
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["stall"] => std::future::pending().await,
        ["drip"] => Response::new(drip()),
        ["big", mebibytes] => Response::new(big(mebibytes.parse().unwrap())),
        ["count"] => {
            let bytes = request
                .into_body()
                .collect()
                .await
                .map(|it| it.to_bytes().len());
            full(format!("{bytes:?}"))
        }
        ["redirect"] => {
            let mut response = full(String::new());
            *response.status_mut() = http::StatusCode::FOUND;
            response
                .headers_mut()
                .insert("location", "/elsewhere".parse().unwrap());
            response
        }
        ["cookies"] => {
            let mut response = full(String::new());
            response
                .headers_mut()
                .append("set-cookie", "a=1".parse().unwrap());
            response
                .headers_mut()
                .append("set-cookie", "b=2".parse().unwrap());
            response
        }
        _ => full(format!("{:?}", request.headers())),
    }
}

fn full(text: String) -> Answer {
    Response::new(Full::new(Bytes::from(text)).boxed())
}

/// One chunk, then silence.
fn drip() -> BoxBody<Bytes, Infallible> {
    let first = stream::iter([Ok(Frame::data(Bytes::from_static(b"drop")))]);
    BodyExt::boxed(StreamBody::new(first.chain(stream::pending())))
}

fn big(mebibytes: usize) -> BoxBody<Bytes, Infallible> {
    let chunk = Bytes::from(vec![b'x'; 1024 * 1024]);
    let chunks = std::iter::repeat_n(chunk, mebibytes).map(|chunk| Ok(Frame::data(chunk)));
    BodyExt::boxed(StreamBody::new(stream::iter(chunks)))
}

/// Waits for a condition, for ten seconds at most.
pub(crate) async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}

//! CDR Real-Time Output: every leg goes to a server when it ends, and waits while that server is down.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Url;

use super::device::Device;
use super::leg::Leg;
use super::recording::Recording;
use super::render::{self, Shown};
use super::switches::{PushSwitches, Switches};

/// How long a server may take to answer.
const ANSWER_TIME: Duration = Duration::from_secs(10);
/// How often a device on the machine's own time looks whether a call has ended.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Where and how legs are sent.
#[derive(Debug, Clone)]
pub struct Push {
    /// `http://`, `https://` or `tcp://` and the rest.
    pub url: Url,
    /// XML instead of JSON.
    pub as_xml: bool,
    /// HTTP Basic user and password.
    pub credentials: Option<(String, String)>,
    /// The authority that an `https` server's certificate is from, in PEM.
    pub ca_pem: Option<String>,
}

impl Push {
    /// JSON to this URL, without credentials.
    pub fn to(url: Url) -> Self {
        Self {
            url,
            as_xml: false,
            credentials: None,
            ca_pem: None,
        }
    }

    /// With HTTP Basic.
    pub fn credentials(mut self, username: &str, password: &str) -> Self {
        self.credentials = Some((username.to_owned(), password.to_owned()));
        self
    }

    /// As XML.
    pub fn as_xml(mut self) -> Self {
        self.as_xml = true;
        self
    }

    /// Trusting this authority, in PEM.
    pub fn trusting(mut self, ca_pem: &str) -> Self {
        self.ca_pem = Some(ca_pem.to_owned());
        self
    }
}

/// Sends legs as they end, for as long as the device runs.
pub(crate) async fn run(device: Arc<Device>, push: Push) {
    loop {
        let Some((batch, switches)) = take(&device) else {
            // Woken by a call's end, or in time to see one.
            let _woken_or_late =
                tokio::time::timeout(LOOK_EVERY, device.push_wakes.notified()).await;
            continue;
        };
        let mut on_their_way = OnTheirWay {
            device: &device,
            legs: batch.len(),
        };
        let PushSwitches {
            delay_ms, retry_ms, ..
        } = switches.push;
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        for (sent, leg) in batch.iter().enumerate() {
            if send(&device, &push, leg, &switches).await.is_err() {
                give_back(&device, &batch[sent..]);
                drop(on_their_way);
                tokio::time::sleep(Duration::from_millis(retry_ms)).await;
                break;
            }
            on_their_way.one_less();
        }
    }
}

/// Legs that were taken to be sent: they are no longer on their way when they are sent, nor when nobody sends them any more.
struct OnTheirWay<'a> {
    device: &'a Device,
    legs: usize,
}

impl OnTheirWay<'_> {
    fn one_less(&mut self) {
        self.legs -= 1;
        self.device.state().on_their_way -= 1;
    }
}

impl Drop for OnTheirWay<'_> {
    fn drop(&mut self) {
        self.device.state().on_their_way -= self.legs;
    }
}

/// The next legs to send together: one, or two when neighbours change places.
fn take(device: &Device) -> Option<(Vec<Leg>, Switches)> {
    let mut state = device.state();
    let switches = state.switches.clone();
    let size = if switches.push.out_of_order { 2 } else { 1 };
    let size = size.min(state.to_push.len());
    let mut batch: Vec<Leg> = state.to_push.drain(..size).collect();
    batch.reverse();
    state.on_their_way += batch.len();
    (!batch.is_empty()).then_some((batch, switches))
}

/// Puts back what could not be sent, so that it is next again, in its own order.
fn give_back(device: &Device, unsent: &[Leg]) {
    let mut state = device.state();
    for leg in unsent {
        state.to_push.push_front(leg.clone());
    }
}

async fn send(device: &Device, push: &Push, leg: &Leg, switches: &Switches) -> io::Result<()> {
    let body = body(device, push, leg, switches);
    let times = if switches.push.duplicates { 2 } else { 1 };
    for _ in 0..times {
        if push.url.scheme() == "tcp" {
            let mut stream = connect(push).await?;
            stream.write_all(body.as_bytes()).await?;
            stream.shutdown().await?;
            continue;
        }
        let status = post(push, Method::POST, body.clone(), &switches.push).await?;
        if !(200..300).contains(&status) {
            return Err(io::Error::other(format!("the server answered {status}")));
        }
    }
    Ok(())
}

fn body(device: &Device, push: &Push, leg: &Leg, switches: &Switches) -> String {
    let look = device.state().store.look(switches);
    shown(leg, look, switches, push.as_xml)
}

/// Every leg that has a row by now, as it would be pushed.
pub(crate) fn records(device: &Device, as_xml: bool) -> Vec<String> {
    let state = device.state();
    let look = state.store.look(&state.switches);
    state
        .store
        .legs()
        .map(|leg| shown(leg, look, &state.switches, as_xml))
        .collect()
}

/// What waits to be pushed, taken out.
pub(crate) fn take_all(device: &Device) -> Vec<String> {
    let mut state = device.state();
    let waiting: Vec<Leg> = state.to_push.drain(..).collect();
    let look = state.store.look(&state.switches);
    waiting
        .iter()
        .map(|leg| shown(leg, look, &state.switches, false))
        .collect()
}

fn shown(leg: &Leg, look: render::Look, switches: &Switches, as_xml: bool) -> String {
    let mut leg = leg.clone();
    if switches.push.shifted_caller_name && !leg.recordings.is_empty() {
        leg.caller_name = leg.recordings.iter().map(Recording::listed).collect();
    }
    let shown = Shown {
        leg: &leg,
        recordfiles: switches.late_recordfiles_secs.is_none(),
    };
    if as_xml {
        render::leg_xml(shown, look)
    } else {
        render::leg_json(shown, look)
    }
}

/// The "Test" button: an empty POST, and a GET.
pub(crate) async fn test(device: &Device, push: &Push) -> io::Result<(u16, u16)> {
    let switches = device.state().switches.push.clone();
    let posted = post(push, Method::POST, String::new(), &switches).await?;
    let got = post(push, Method::GET, String::new(), &switches).await?;
    Ok((posted, got))
}

/// Sends one request on a connection of its own, and gives the status of the answer.
async fn post(
    push: &Push,
    method: Method,
    body: String,
    switches: &PushSwitches,
) -> io::Result<u16> {
    let target = match push.url.query() {
        Some(query) => format!("{}?{query}", push.url.path()),
        None => push.url.path().to_owned(),
    };
    let mut request = Request::builder().method(method).uri(target).header(
        HOST,
        push.url.authority().rsplit('@').next().unwrap_or_default(),
    );
    if !switches.content_type.is_empty() {
        let content_type = if push.as_xml {
            "application/xml"
        } else {
            &switches.content_type
        };
        request = request.header(CONTENT_TYPE, content_type);
    }
    if let Some((user, password)) = push
        .credentials
        .as_ref()
        .filter(|_| !switches.no_authorization)
    {
        let basic = STANDARD.encode(format!("{user}:{password}"));
        request = request.header(AUTHORIZATION, format!("Basic {basic}"));
    }
    let request = request
        .body(Full::new(Bytes::from(body)))
        .map_err(io::Error::other)?;
    let answered = tokio::time::timeout(ANSWER_TIME, exchange(push, request)).await;
    answered.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

async fn exchange(push: &Push, request: Request<Full<Bytes>>) -> io::Result<u16> {
    let stream = TokioIo::new(connect(push).await?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream)
        .await
        .map_err(io::Error::other)?;
    let connection = tokio::spawn(connection);
    let response = sender
        .send_request(request)
        .await
        .map_err(io::Error::other)?;
    let status = response.status().as_u16();
    let read = response
        .into_body()
        .collect()
        .await
        .map_err(io::Error::other);
    connection.abort();
    read.map(|_| status)
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

async fn connect(push: &Push) -> io::Result<Box<dyn Stream>> {
    let host = push
        .url
        .host_str()
        .unwrap_or_default()
        .trim_matches(['[', ']']);
    let port = push.url.port_or_known_default().unwrap_or(80);
    let stream = TcpStream::connect((host, port)).await?;
    if push.url.scheme() != "https" {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let stream = TlsConnector::from(Arc::new(trust(push)?))
        .connect(name, stream)
        .await?;
    Ok(Box::new(stream))
}

fn trust(push: &Push) -> io::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let pem = push.ca_pem.as_deref().unwrap_or_default();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        roots
            .add(certificate.map_err(io::Error::other)?)
            .map_err(io::Error::other)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

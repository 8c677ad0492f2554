//! What a guest asks of others.

use std::future::Future;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::Context as _;
use futures::future::{Either, select};
use futures::{SinkExt, StreamExt};
use spin_executor::{CancelOnDropToken, push_waker_and_get_token};
use spin_sdk::http::{
    Fields, IncomingRequest, IncomingResponse, Method, OutgoingRequest, OutgoingResponse,
    ResponseOutparam, Scheme,
};
use spin_sdk::key_value::Store;
use spin_sdk::wit::wasi::http0_2_0::outgoing_handler;
use spin_sdk::wit::wasi::http0_2_0::types::{ErrorCode, FutureIncomingResponse, RequestOptions};

/// Asks for what the header `x-url` says, with the timeouts (in milliseconds) of other headers.
pub(crate) async fn fetch(request: &IncomingRequest) -> String {
    match fetch_text(request).await {
        Ok(text) => text,
        Err(fault) => fault.to_string(),
    }
}

async fn fetch_text(request: &IncomingRequest) -> anyhow::Result<String> {
    let response = send(outgoing(request, Method::Get)?, options(request)).await;
    let response = response.map_err(|code| anyhow::anyhow!("{code:?}"))?;
    let mut text = format!("{}\n", response.status());
    for (name, value) in response.headers().entries() {
        text += &format!("{name}: {}\n", String::from_utf8_lossy(&value));
    }
    let mut body = std::pin::pin!(response.take_body_stream());
    while let Some(chunk) = body.next().await {
        match chunk {
            Ok(chunk) => text += &String::from_utf8_lossy(&chunk),
            Err(fault) => anyhow::bail!("{text}body: {}", fault.to_debug_string()),
        }
    }
    Ok(text)
}

/// Asks as [`fetch`] does, but waits for so many seconds at most.
pub(crate) async fn fetch_or_sleep(request: &IncomingRequest, seconds: u64) -> String {
    let limit = crate::time::sleep(Duration::from_secs(seconds));
    let fetching = std::pin::pin!(fetch(request));
    match select(fetching, std::pin::pin!(limit)).await {
        Either::Left((text, _)) => text,
        Either::Right(_) => "timed out".to_owned(),
    }
}

/// Passes an answer on, chunk by chunk.
pub(crate) async fn proxy(request: IncomingRequest, answer: ResponseOutparam) {
    let sent = match outgoing(&request, Method::Get) {
        Ok(outgoing) => send(outgoing, options(&request)).await,
        Err(_) => Err(ErrorCode::HttpRequestUriInvalid),
    };
    let peer = match sent {
        Ok(peer) => peer,
        Err(code) => return crate::respond(answer, 502, format!("{code:?}").into_bytes()).await,
    };
    let response = OutgoingResponse::new(Fields::new());
    response
        .set_status_code(peer.status())
        .expect("a valid status");
    let mut sink = response.take_body();
    answer.set(response);
    let mut body = std::pin::pin!(peer.take_body_stream());
    while let Some(Ok(chunk)) = body.next().await {
        if sink.send(chunk).await.is_err() {
            return;
        }
    }
}

/// Passes its own request body on, chunk by chunk, and tells what the peer answers.
pub(crate) async fn upload_through(request: IncomingRequest, answer: ResponseOutparam) {
    let outgoing = outgoing(&request, Method::Post).expect("a valid URL");
    let mut sink = outgoing.take_body();
    let sending = send(outgoing, None);
    let writing = async {
        let mut body = std::pin::pin!(request.into_body_stream());
        while let Some(Ok(chunk)) = body.next().await {
            if sink.send(chunk).await.is_err() {
                break;
            }
        }
        drop(sink);
    };
    let (sent, ()) = futures::join!(sending, writing);
    let text = match sent {
        Ok(response) => response.into_body().await.unwrap_or_default(),
        Err(code) => format!("{code:?}").into_bytes(),
    };
    crate::respond(answer, 200, text).await;
}

/// Tries to set a header, and tells what became of it.
pub(crate) fn set_header(name: &str) -> String {
    match Fields::new().set(&name.to_owned(), &[b"value".to_vec()]) {
        Ok(()) => "set".to_owned(),
        Err(fault) => format!("{fault:?}"),
    }
}

/// A small transaction: note, ask, note. A test kills it at each step.
pub(crate) async fn steps(request: &IncomingRequest) -> anyhow::Result<String> {
    let store = Store::open_default()?;
    store.set("begun", b"1")?;
    let sending = send(outgoing(request, Method::Post)?, None);
    println!("the request was handed over");
    let response = sending.await.map_err(|code| anyhow::anyhow!("{code:?}"))?;
    println!("the answer was seen");
    store.set("ended", response.status().to_string().as_bytes())?;
    Ok("ended".to_owned())
}

fn outgoing(request: &IncomingRequest, method: Method) -> anyhow::Result<OutgoingRequest> {
    let url = header(request, "x-url").context("x-url is missing")?;
    let (scheme, rest) = url.split_once("://").context("x-url has no scheme")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let headers = Fields::new();
    if let Some(value) = header(request, "x-authorization") {
        headers.set(&"authorization".to_owned(), &[value.into_bytes()])?;
    }
    let outgoing = OutgoingRequest::new(headers);
    let scheme = if scheme == "https" {
        Scheme::Https
    } else {
        Scheme::Http
    };
    let set = outgoing
        .set_scheme(Some(&scheme))
        .and_then(|()| outgoing.set_authority(Some(authority)))
        .and_then(|()| outgoing.set_path_with_query(Some(&format!("/{path}"))))
        .and_then(|()| outgoing.set_method(&method));
    set.map_err(|()| anyhow::anyhow!("x-url is not a URL"))?;
    Ok(outgoing)
}

fn options(request: &IncomingRequest) -> Option<RequestOptions> {
    let options = RequestOptions::new();
    let nanos = |name| Some(header(request, name)?.parse::<u64>().ok()? * 1_000_000);
    options.set_connect_timeout(nanos("x-connect-ms")).ok()?;
    options
        .set_first_byte_timeout(nanos("x-first-byte-ms"))
        .ok()?;
    options
        .set_between_bytes_timeout(nanos("x-between-bytes-ms"))
        .ok()?;
    Some(options)
}

fn header(request: &IncomingRequest, name: &str) -> Option<String> {
    let value = request.headers().get(&name.to_owned()).into_iter().next()?;
    String::from_utf8(value).ok()
}

/// Sends with options, which the SDK's own `send` does not take.
fn send(
    request: OutgoingRequest,
    options: Option<RequestOptions>,
) -> impl Future<Output = Result<IncomingResponse, ErrorCode>> {
    let sent = outgoing_handler::handle(request, options);
    let mut sending = Sending {
        pollable: None,
        sent,
    };
    std::future::poll_fn(move |context| sending.poll(context))
}

/// A request on its way. The pollable is a child of what was sent and must go first, in this order
/// of fields: the host traps when a parent goes before its child.
struct Sending {
    pollable: Option<CancelOnDropToken>,
    sent: Result<FutureIncomingResponse, ErrorCode>,
}

impl Sending {
    fn poll(&mut self, context: &Context<'_>) -> Poll<Result<IncomingResponse, ErrorCode>> {
        self.pollable = None;
        let future = match &self.sent {
            Ok(future) => future,
            Err(code) => return Poll::Ready(Err(code.clone())),
        };
        if let Some(response) = future.get() {
            return Poll::Ready(response.expect("the response is taken once"));
        }
        let token = push_waker_and_get_token(future.subscribe(), context.waker().clone());
        self.pollable = Some(token.into());
        Poll::Pending
    }
}

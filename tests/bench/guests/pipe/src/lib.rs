//! The least that a component which passes a stream on can do: ask for what the request's headers say, and hand the answer over.

use futures::{SinkExt, StreamExt};
use spin_sdk::http::{
    Fields, IncomingRequest, IncomingResponse, Method, OutgoingRequest, OutgoingResponse,
    ResponseOutparam, Scheme, send,
};
use spin_sdk::http_component;
use spin_sdk::wit::wasi::http0_2_0::types::OutgoingBody;
use url::Url;
use wasi::io::streams::{InputStream, OutputStream, StreamError};

/// `POST` to the header `x-url` with the header `x-body`. On `/pipe/copy` the answer is passed on as the SDK's examples do it, anywhere else by
/// the host itself: nothing is faster.
#[http_component]
async fn handle(request: IncomingRequest, out: ResponseOutparam) {
    let copies = request.path_with_query().as_deref() == Some("/pipe/copy");
    let header = |name: &str| {
        let value = request.headers().get(&name.to_owned()).pop();
        String::from_utf8(value.unwrap_or_default()).unwrap_or_default()
    };
    let answer = ask(&header("x-url"), header("x-body").into_bytes()).await;
    let response = OutgoingResponse::new(Fields::new());
    let Some(answer) = answer else {
        _ = response.set_status_code(502);
        return out.set(response);
    };
    if copies {
        let mut to = response.take_body();
        out.set(response);
        let mut from = std::pin::pin!(answer.take_body_stream());
        while let Some(Ok(piece)) = from.next().await {
            _ = to.send(piece).await;
        }
    } else if let (Ok(to), Ok(from)) = (response.body(), answer.consume()) {
        out.set(response);
        if let (Ok(to), Ok(from)) = (to.write(), from.stream()) {
            splice(&from, &to);
        }
        _ = OutgoingBody::finish(to, None);
    }
}

async fn ask(url: &str, body: Vec<u8>) -> Option<IncomingResponse> {
    let url = Url::parse(url).ok()?;
    let length = body.len().to_string().into_bytes();
    let json = b"application/json".to_vec();
    let headers = [("content-length", length), ("content-type", json)];
    let headers = headers.map(|(name, value)| (name.to_owned(), value));
    let request = OutgoingRequest::new(Fields::from_list(&headers).ok()?);
    let scheme = if url.scheme() == "https" {
        Scheme::Https
    } else {
        Scheme::Http
    };
    request.set_method(&Method::Post).ok()?;
    request.set_scheme(Some(&scheme)).ok()?;
    request.set_authority(Some(url.authority())).ok()?;
    request.set_path_with_query(Some(url.path())).ok()?;
    let mut sink = request.take_body();
    let (answer, _) = futures::join!(send::<_, IncomingResponse>(request), async {
        _ = sink.send(body).await;
        drop(sink);
    });
    answer.ok()
}

fn splice(from: &InputStream, to: &OutputStream) {
    loop {
        match to.blocking_splice(from, u64::MAX) {
            Ok(_) => {}
            Err(StreamError::Closed | StreamError::LastOperationFailed(_)) => return,
        }
    }
}

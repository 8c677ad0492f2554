//! Outbound HTTP with timeouts: one request, and one answer, whole or as it comes.

use ports::{Download, Http, HttpError, Pieces, Timeouts, TlsFault, Upload};
use wasi::http::outgoing_handler;
use wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, Method,
    OutgoingBody, OutgoingRequest, RequestOptions, Scheme, http_error_code,
};
use wasi::io::poll::Pollable;
use wasi::io::streams::{InputStream, OutputStream, StreamError};

use crate::Spin;
use crate::clock::ready;

impl Http for Spin {
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        timeouts: Timeouts,
    ) -> Result<http::Response<Vec<u8>>, HttpError> {
        let (response, written) = begin(request, timeouts).await?;
        let received = receive(&response).await?;
        if received.status().is_success() {
            written?;
        }
        Ok(received)
    }
}

impl Download for Spin {
    type Body = Incoming;

    async fn open(
        &self,
        request: http::Request<Vec<u8>>,
        timeouts: Timeouts,
    ) -> Result<http::Response<Incoming>, HttpError> {
        let (response, written) = begin(request, timeouts).await?;
        let head = head(&response);
        if (200..300).contains(&response.status()) {
            written?;
        }
        let body = response.consume().map_err(|()| unusable("answer"))?;
        let stream = body.stream().map_err(|()| unusable("answer"))?;
        head.body(Incoming {
            stream,
            _body: body,
            _response: response,
        })
        .map_err(|error| HttpError::Broken(error.to_string()))
    }
}

impl Upload for Spin {
    async fn upload(
        &self,
        request: http::Request<()>,
        length: u64,
        content: &mut impl Pieces,
        timeouts: Timeouts,
    ) -> Result<http::Response<Vec<u8>>, HttpError> {
        let outgoing = outgoing(&request.into_parts().0, length)?;
        let body = outgoing.body().map_err(|()| unusable("body"))?;
        let answer = outgoing_handler::handle(outgoing, Some(options(timeouts)))
            .map_err(|code| refused(&code))?;
        let written = pass_on(body, content).await;
        if let Err(Unsent::Source(error)) = written {
            // The body was dropped unfinished, so that the peer does not take what it has for the whole.
            return Err(error);
        }
        let received = receive(&await_answer(&answer).await?).await?;
        match written {
            Err(Unsent::Peer(error)) if received.status().is_success() => Err(error),
            _ => Ok(received),
        }
    }
}

/// Why a body was not sent.
enum Unsent {
    /// There was no more of it.
    Source(HttpError),
    /// The peer took no more of it.
    Peer(HttpError),
}

async fn pass_on(body: OutgoingBody, content: &mut impl Pieces) -> Result<(), Unsent> {
    let stream = body.write().map_err(|()| Unsent::Peer(unusable("body")))?;
    while let Some(piece) = content.next().await.map_err(Unsent::Source)? {
        write_piece(&stream, &piece).await.map_err(Unsent::Peer)?;
    }
    drop(stream);
    OutgoingBody::finish(body, None).map_err(|code| Unsent::Peer(refused(&code)))
}

/// The body of an answer, as it comes. Dropping it closes the connection.
pub struct Incoming {
    // In the order in which the host wants them gone.
    stream: InputStream,
    _body: IncomingBody,
    _response: IncomingResponse,
}

impl Incoming {
    /// What is there now: a piece, an empty one if there is nothing yet, or the end.
    pub(crate) fn read_now(&self) -> Result<Option<Vec<u8>>, HttpError> {
        match self.stream.read(READ_BYTES) {
            Ok(piece) => Ok(Some(piece)),
            Err(StreamError::Closed) => Ok(None),
            Err(error) => Err(cut(error)),
        }
    }

    /// Passes on to `out` at most `most` bytes of what is there now, as far as `out` has room, without a copy of them: how many, or the end of
    /// either.
    pub(crate) fn pass_on_now(
        &self,
        out: &OutputStream,
        most: u64,
    ) -> Result<Option<u64>, HttpError> {
        match out.splice(&self.stream, most) {
            Ok(passed) => Ok(Some(passed)),
            Err(StreamError::Closed) => Ok(None),
            Err(error) => Err(cut(error)),
        }
    }

    /// Passes over at most `most` bytes of what is there now, without a copy of them: how many, or the end.
    pub(crate) fn skip_now(&self, most: u64) -> Result<Option<u64>, HttpError> {
        match self.stream.skip(most.min(SKIP_BYTES)) {
            Ok(skipped) => Ok(Some(skipped)),
            Err(StreamError::Closed) => Ok(None),
            Err(error) => Err(cut(error)),
        }
    }

    pub(crate) fn subscribe(&self) -> Pollable {
        self.stream.subscribe()
    }
}

impl Pieces for Incoming {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, HttpError> {
        loop {
            match self.read_now()? {
                Some(piece) if piece.is_empty() => ready(self.subscribe()).await,
                piece => return Ok(piece),
            }
        }
    }
}

/// Sends `request` until its answer begins; how the sending went counts only if the answer is good: a peer may answer before it has read
/// everything, and what it says matters more than that it stopped reading.
async fn begin(
    request: http::Request<Vec<u8>>,
    timeouts: Timeouts,
) -> Result<(IncomingResponse, Result<(), HttpError>), HttpError> {
    let (head, body) = request.into_parts();
    let outgoing = outgoing(&head, body.len() as u64)?;
    let outgoing_body = outgoing.body().map_err(|()| unusable("body"))?;
    let answer = outgoing_handler::handle(outgoing, Some(options(timeouts)))
        .map_err(|code| refused(&code))?;
    let written = write(outgoing_body, &body).await;
    Ok((await_answer(&answer).await?, written))
}

async fn await_answer(answer: &FutureIncomingResponse) -> Result<IncomingResponse, HttpError> {
    loop {
        match answer.get() {
            Some(Ok(Ok(response))) => return Ok(response),
            Some(Ok(Err(code))) => return Err(refused(&code)),
            Some(Err(())) => return Err(unusable("answer")),
            None => ready(answer.subscribe()).await,
        }
    }
}

fn outgoing(head: &http::request::Parts, body_len: u64) -> Result<OutgoingRequest, HttpError> {
    let headers = Fields::new();
    for (name, value) in &head.headers {
        headers
            .append(&name.to_string(), &value.as_bytes().to_vec())
            .map_err(|_| unusable("header"))?;
    }
    if body_len > 0 {
        // Without it the body goes out chunked, which not every PBX reads.
        let length = body_len.to_string().into_bytes();
        headers
            .set(&"content-length".to_owned(), &[length])
            .map_err(|_| unusable("header"))?;
    }
    let outgoing = OutgoingRequest::new(headers);
    let scheme = match head.uri.scheme_str() {
        Some("http") => Scheme::Http,
        _ => Scheme::Https,
    };
    outgoing
        .set_method(&method(&head.method))
        .map_err(|()| unusable("method"))?;
    outgoing
        .set_scheme(Some(&scheme))
        .map_err(|()| unusable("scheme"))?;
    outgoing
        .set_authority(head.uri.authority().map(|a| a.as_str()))
        .map_err(|()| unusable("host"))?;
    outgoing
        .set_path_with_query(head.uri.path_and_query().map(|p| p.as_str()))
        .map_err(|()| unusable("path"))?;
    Ok(outgoing)
}

fn method(method: &http::Method) -> Method {
    match method.as_str() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        other => Method::Other(other.to_owned()),
    }
}

fn options(timeouts: Timeouts) -> RequestOptions {
    let nanos = |duration: std::time::Duration| u64::try_from(duration.as_nanos()).ok();
    let options = RequestOptions::new();
    // A host that cannot limit a phase says so here; its own limit then holds.
    _ = options.set_connect_timeout(nanos(timeouts.connect));
    _ = options.set_first_byte_timeout(nanos(timeouts.first_byte));
    _ = options.set_between_bytes_timeout(nanos(timeouts.between_bytes));
    options
}

async fn write(body: OutgoingBody, bytes: &[u8]) -> Result<(), HttpError> {
    let stream = body.write().map_err(|()| unusable("body"))?;
    write_piece(&stream, bytes).await?;
    drop(stream);
    OutgoingBody::finish(body, None).map_err(|code| refused(&code))
}

async fn write_piece(stream: &OutputStream, mut bytes: &[u8]) -> Result<(), HttpError> {
    while !bytes.is_empty() {
        let room = match stream.check_write() {
            Ok(0) => {
                ready(stream.subscribe()).await;
                continue;
            }
            Ok(room) => usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len()),
            Err(error) => return Err(cut(error)),
        };
        let (now, later) = bytes.split_at(room);
        stream.write(now).map_err(cut)?;
        bytes = later;
    }
    Ok(())
}

async fn receive(response: &IncomingResponse) -> Result<http::Response<Vec<u8>>, HttpError> {
    let body = response.consume().map_err(|()| unusable("answer"))?;
    let bytes = read(&body).await?;
    head(response)
        .body(bytes)
        .map_err(|error| HttpError::Broken(error.to_string()))
}

fn head(response: &IncomingResponse) -> http::response::Builder {
    let mut head = http::Response::builder().status(response.status());
    for (name, value) in response.headers().entries() {
        head = head.header(name, value);
    }
    head
}

async fn read(body: &IncomingBody) -> Result<Vec<u8>, HttpError> {
    let stream = body.stream().map_err(|()| unusable("answer"))?;
    let mut bytes = Vec::new();
    loop {
        match stream.read(READ_BYTES) {
            Ok(chunk) if chunk.is_empty() => ready(stream.subscribe()).await,
            Ok(chunk) if bytes.len() + chunk.len() > MOST_BYTES => {
                return Err(HttpError::TooLarge {
                    limit_bytes: MOST_BYTES,
                });
            }
            Ok(chunk) => bytes.extend(chunk),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(error) => return Err(cut(error)),
        }
    }
}

fn cut(error: StreamError) -> HttpError {
    match error {
        StreamError::Closed => HttpError::Broken("closed while sending".into()),
        StreamError::LastOperationFailed(error) => match http_error_code(&error) {
            Some(code) => refused(&code),
            None => HttpError::Broken("cut in the middle".into()),
        },
    }
}

fn refused(code: &ErrorCode) -> HttpError {
    use ErrorCode as E;
    match code {
        E::HttpRequestDenied => HttpError::Denied,
        E::DnsTimeout
        | E::ConnectionTimeout
        | E::ConnectionReadTimeout
        | E::ConnectionWriteTimeout
        | E::HttpResponseTimeout => HttpError::TimedOut,
        // All that Spin says, whichever it was.
        E::TlsProtocolError => HttpError::Tls(TlsFault::Untold),
        E::TlsCertificateError => HttpError::Tls(TlsFault::Certificate),
        E::TlsAlertReceived(alert) => HttpError::Tls(TlsFault::of_alert(alert.alert_id)),
        E::DnsError(_) | E::DestinationNotFound => {
            HttpError::Broken("the host name is not known".into())
        }
        E::ConnectionRefused => HttpError::Broken("connection refused".into()),
        E::DestinationUnavailable => HttpError::Broken("the host cannot be reached".into()),
        E::ConnectionTerminated | E::HttpResponseIncomplete => {
            HttpError::Broken("cut in the middle".into())
        }
        E::InternalError(_) => HttpError::Broken("the host could not send it".into()),
        // The remaining codes name a kind of failure and no address.
        other => HttpError::Broken(format!("{other:?}")),
    }
}

fn unusable(what: &str) -> HttpError {
    HttpError::Broken(format!("the request's {what} cannot be sent"))
}

/// How much one read asks for: a few network packets.
const READ_BYTES: u64 = 64 * 1024;
/// How much is passed over at once: nothing of it comes into the instance.
const SKIP_BYTES: u64 = 1024 * 1024;
/// A page of 1,000 groups of many legs is some 10 MB; hosted instances have 128 MiB in all.
const MOST_BYTES: usize = 32 * 1024 * 1024;

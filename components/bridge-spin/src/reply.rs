//! Answers: short ones, and streams of bytes that are passed on as they come.
//!
//! Spin sends a head as soon as it has one, and does not set `TCP_NODELAY`: a body that is written after it waits for the client's delayed
//! acknowledgement, some 40 ms. So whatever is at hand is written before the head is handed over, and both leave together.

use http::header::CONTENT_LENGTH;
use ports::HttpError;
use spin_sdk::http::{Headers, IncomingRequest, OutgoingResponse, ResponseOutparam};
use spin_sdk::wit::wasi::http0_2_0::types::{Method, OutgoingBody};
use wasi::io::poll::Pollable;
use wasi::io::streams::OutputStream;

use crate::clock::{TICK, Ticker};
use crate::http::Incoming;
use crate::web::Response;

/// A request, as far as it is looked at. Its body is never read.
#[derive(Debug)]
pub struct Asked {
    /// The method.
    pub method: http::Method,
    /// The path, as it was sent.
    pub path: String,
    /// The query, as it was sent; empty where there is none.
    pub query: String,
    /// The headers.
    pub headers: http::HeaderMap,
}

impl Asked {
    /// Reads the head of `request`.
    pub fn of(request: &IncomingRequest) -> Self {
        let target = request.path_with_query().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let fields = request.headers().entries().into_iter();
        let headers = fields.filter_map(|(name, value)| {
            let name = http::HeaderName::try_from(name).ok()?;
            Some((name, http::HeaderValue::try_from(value).ok()?))
        });
        Self {
            method: match request.method() {
                Method::Get => http::Method::GET,
                Method::Head => http::Method::HEAD,
                // Which of the others it is makes no difference.
                _ => http::Method::OPTIONS,
            },
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.collect(),
        }
    }

    /// The first value of a header, if it is text.
    pub fn header(&self, name: &http::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Where the answer to a request goes.
pub struct Reply(ResponseOutparam);

/// How a stream ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Everything was sent.
    Complete,
    /// The client went away, or took nothing for too long.
    ClientGone,
    /// The source ended before its time.
    SourceShort,
    /// The source failed.
    SourceFailed(HttpError),
}

/// What became of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Bytes that were passed on.
    pub bytes: u64,
    /// How it ended.
    pub ended: Ended,
}

impl Reply {
    /// The answer to the request that came with `out`.
    pub fn new(out: ResponseOutparam) -> Self {
        Self(out)
    }

    /// Sends a short answer. A client that has gone away is no error.
    pub fn send(self, answer: Response) -> Sent {
        let (mut head, body) = answer.into_parts();
        let length = body.len() as u64;
        head.headers.insert(CONTENT_LENGTH, length.into());
        let head = http::Response::from_parts(head, ());
        self.stream(head, body, None, 0, Some(length), || {})
    }

    /// Sends `head`, and then `take` bytes of what `first` and `rest` have together, after passing over `skip` of them; all there are if
    /// nothing is said. The memory of one piece is enough, whatever the length. `on_tick` is called about once a second while it goes on.
    ///
    /// A stream that ends before its time is broken off, so that the client does not take it for the whole. The source is let go as soon as
    /// the client is.
    pub fn stream(
        self,
        head: http::Response<()>,
        first: Vec<u8>,
        rest: Option<Incoming>,
        skip: u64,
        take: Option<u64>,
        on_tick: impl FnMut(),
    ) -> Sent {
        let gone = Sent {
            bytes: 0,
            ended: Ended::ClientGone,
        };
        let response = OutgoingResponse::new(fields(head.headers()));
        if response.set_status_code(head.status().as_u16()).is_err() {
            return gone;
        }
        let Ok(body) = response.body() else {
            return gone;
        };
        let Ok(stream) = body.write() else {
            return gone;
        };
        let mut relay = Relay {
            stream,
            left: take.unwrap_or(u64::MAX),
            sent: 0,
            on_tick,
            ticker: Ticker::default(),
        };
        let skipped = usize::try_from(skip).unwrap_or(usize::MAX).min(first.len());
        let begun = relay.begin(&first[skipped..]);
        self.0.set(response);
        let mut ended = relay.run(&first[skipped + begun..], rest, skip - skipped as u64);
        if ended == Ended::SourceShort && take.is_none() {
            ended = Ended::Complete;
        }
        let bytes = relay.sent;
        // The stream must be gone before its body is finished; a body that is not finished is broken off.
        drop(relay);
        if ended == Ended::Complete {
            // The host minds that a `HEAD` announces bytes that do not come (RFC 9110, section 9.3.2); everything else was counted.
            _ = OutgoingBody::finish(body, None);
        }
        Sent { bytes, ended }
    }
}

fn fields(headers: &http::HeaderMap) -> Headers {
    let entries: Vec<(String, Vec<u8>)> = headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
        .collect();
    // Every name and value was a valid one before.
    Headers::from_list(&entries).unwrap_or_else(|_| Headers::new())
}

/// A stream under way.
struct Relay<F> {
    stream: OutputStream,
    left: u64,
    sent: u64,
    on_tick: F,
    ticker: Ticker,
}

impl<F: FnMut()> Relay<F> {
    /// Writes as much of `bytes` as the host takes before it has the head: how many. It takes no more until somebody reads.
    fn begin(&mut self, bytes: &[u8]) -> usize {
        let wanted = self.wanted(bytes);
        let mut begun = 0;
        while begun < wanted.len() {
            match self.write_now(&wanted[begun..]) {
                Some(0) | None => break,
                Some(written) => begun += written,
            }
        }
        begun
    }

    fn run(&mut self, first: &[u8], rest: Option<Incoming>, skip: u64) -> Ended {
        if !self.write(first) {
            return Ended::ClientGone;
        }
        let Some(rest) = rest.filter(|_| self.left > 0) else {
            return if self.left == 0 {
                Ended::Complete
            } else {
                Ended::SourceShort
            };
        };
        match self.pass_on(&rest, skip) {
            Ok(ended) => ended,
            Err(error) => Ended::SourceFailed(error),
        }
    }

    /// Nothing of it comes into the instance: the host passes it on by itself.
    fn pass_on(&mut self, rest: &Incoming, skip: u64) -> Result<Ended, HttpError> {
        // Made once: they must be gone before their streams are.
        let (readable, writable) = (rest.subscribe(), self.stream.subscribe());
        if let Some(ended) = self.skip(rest, &readable, skip)? {
            return Ok(ended);
        }
        while self.left > 0 {
            if !self.has_room(&writable) {
                return Ok(Ended::ClientGone);
            }
            match rest.pass_on_now(&self.stream, self.left)? {
                Some(0) => _ = self.wait(&readable),
                Some(bytes) => self.count(bytes),
                // The host says of both ends alike that they are closed.
                None if self.is_client_gone() => return Ok(Ended::ClientGone),
                None => return Ok(Ended::SourceShort),
            }
        }
        Ok(Ended::Complete)
    }

    /// Passes over `left` bytes; says how it ended if it did before its time.
    fn skip(
        &mut self,
        rest: &Incoming,
        readable: &Pollable,
        mut left: u64,
    ) -> Result<Option<Ended>, HttpError> {
        while left > 0 {
            match rest.skip_now(left)? {
                Some(0) => _ = self.wait(readable),
                Some(skipped) => left -= skipped,
                None => return Ok(Some(Ended::SourceShort)),
            }
            // While nothing is written, nobody says that the client has gone.
            if self.is_client_gone() {
                return Ok(Some(Ended::ClientGone));
            }
        }
        Ok(None)
    }

    /// Writes what is still wanted of `bytes`. Whether the client is still there.
    fn write(&mut self, bytes: &[u8]) -> bool {
        let mut bytes = self.wanted(bytes);
        let writable = self.stream.subscribe();
        while !bytes.is_empty() && self.has_room(&writable) {
            let Some(written) = self.write_now(bytes) else {
                return false;
            };
            bytes = &bytes[written..];
        }
        bytes.is_empty()
    }

    /// Writes as much of `bytes` as there is room for now: how many, or nothing where the client has gone.
    fn write_now(&mut self, bytes: &[u8]) -> Option<usize> {
        let room = self.stream.check_write().ok()?;
        let room = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
        if room == 0 {
            // Where there is no room, the host ends a guest that writes even nothing.
            return Some(0);
        }
        self.stream.write(&bytes[..room]).ok()?;
        self.count(room as u64);
        Some(room)
    }

    /// The beginning of `bytes`, as far as it is still to be sent.
    fn wanted<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        &bytes[..bytes.len().min(left)]
    }

    /// Waits until the client takes more, or has gone: whoever writes then hears of it. Whether it did so in time.
    fn has_room(&mut self, writable: &Pollable) -> bool {
        for _ in 0..=MOST_STILL_SECS / TICK.as_secs() {
            if self.wait(writable) {
                return true;
            }
        }
        false
    }

    /// Waits for `pollable` until the next tick. Whether it is ready.
    fn wait(&mut self, pollable: &Pollable) -> bool {
        let woken = self.ticker.wait(pollable);
        if woken.ticked {
            (self.on_tick)();
        }
        woken.is_ready
    }

    fn is_client_gone(&self) -> bool {
        self.stream.check_write().is_err()
    }

    fn count(&mut self, bytes: u64) {
        self.sent += bytes;
        self.left -= bytes;
    }
}

/// How long a client may take nothing, in seconds, before the source is let go: a player that is paused asks again for the rest.
const MOST_STILL_SECS: u64 = 60;

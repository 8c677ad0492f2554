//! What strikes a request, and which.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};

use super::forward::{Sending, whole};
use crate::broken::{Body, Broken, cut, drip};

/// What is done to a request or to its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The port is closed from this connection on, until the fault is taken away.
    Refuse,
    /// The connection is reset, and nothing reaches the peer.
    Reset,
    /// The peer does its work, and the connection is reset in the place of the answer.
    Lost,
    /// The peer does its work, and nobody answers.
    Stall,
    /// The answer breaks off in its middle.
    Cut,
    /// The answer comes in small pieces, with pauses.
    Drip,
    /// A gateway answers with this status, and nothing reaches the peer; 429 says when to come again.
    Status(u16),
    /// A gateway answers 200 with a page for people, and nothing reaches the peer.
    Html,
    /// The request reaches the peer twice, and the second answer is given.
    Twice,
    /// The request waits before it reaches the peer.
    Late,
}

/// A kind, and the requests that it strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    kind: Kind,
    at: usize,
    times: usize,
}

impl Fault {
    /// Strikes the first request.
    pub const fn new(kind: Kind) -> Self {
        Self {
            kind,
            at: 1,
            times: 1,
        }
    }

    /// Strikes the n-th request, counted from 1.
    #[must_use]
    pub const fn at(self, nth: usize) -> Self {
        Self { at: nth, ..self }
    }

    /// Strikes so many requests, one after another.
    #[must_use]
    pub const fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// Whether the n-th connection finds the port closed.
    pub(super) fn refuses(&self, nth: usize) -> bool {
        self.kind == Kind::Refuse && nth >= self.at
    }

    /// What strikes the n-th request.
    pub(super) fn strikes(&self, nth: usize) -> Option<Kind> {
        let is_meant = self.kind != Kind::Refuse && (self.at..self.at + self.times).contains(&nth);
        is_meant.then_some(self.kind)
    }
}

impl Kind {
    /// Sends the request on, if it is to reach the peer at all, and gives what the client gets.
    pub(super) async fn strike(self, sending: Sending) -> Result<Response<Body>, Broken> {
        match self {
            Self::Refuse | Self::Reset => Err(Broken::Reset),
            Self::Lost => {
                sending.send().await?;
                Err(Broken::Reset)
            }
            Self::Stall => {
                sending.send().await?;
                std::future::pending().await
            }
            Self::Cut => {
                let (answer, length) = whole(sending.send().await?).await?;
                Ok(cut(answer, length / 2).await)
            }
            Self::Drip => {
                let (answer, length) = whole(sending.send().await?).await?;
                Ok(drip(answer, length * PIECES_PER_SEC / PIECES).await)
            }
            Self::Status(code) => Ok(gateway(code)),
            Self::Html => Ok(page(StatusCode::OK)),
            Self::Twice => {
                whole(sending.clone().send().await?).await?;
                sending.send().await
            }
            Self::Late => {
                tokio::time::sleep(LATENCY).await;
                sending.send().await
            }
        }
    }
}

fn gateway(code: u16) -> Response<Body> {
    let code = StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut answer = page(code);
    if code == StatusCode::TOO_MANY_REQUESTS {
        let header = HeaderValue::from_static(RETRY_AFTER_SECS);
        answer.headers_mut().insert(RETRY_AFTER, header);
    }
    answer
}

fn page(code: StatusCode) -> Response<Body> {
    let text = format!(
        "<html>\r\n<head><title>{code}</title></head>\r\n<body><h1>{code}</h1></body>\r\n</html>\r\n"
    );
    let body = Full::new(Bytes::from(text)).map_err(|never| match never {});
    let mut answer = Response::new(body.boxed_unsync());
    *answer.status_mut() = code;
    let html = HeaderValue::from_static("text/html");
    answer.headers_mut().insert(CONTENT_TYPE, html);
    answer
}

/// Longer than any answer of a simulated peer takes, and much shorter than anybody's patience.
const LATENCY: Duration = Duration::from_millis(150);
/// An answer that drips comes in so many pieces …
const PIECES: usize = 5;
/// … at the pace of [`drip`].
const PIECES_PER_SEC: usize = 10;
const RETRY_AFTER_SECS: &str = "1";

//! What a network does to a connection and to an answer, for all peers: resets, and bodies that break off, stop or come slowly.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::Response;
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, HeaderValue};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The body of an answer.
pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// What to do instead of answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Close the connection.
    HangUp,
    /// Reset it.
    Reset,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection was broken on purpose")
    }
}

impl std::error::Error for Broken {}

/// The body comes at so many bytes a second.
pub(crate) async fn drip(response: Response<Body>, bytes_per_sec: usize) -> Response<Body> {
    const TICK: Duration = Duration::from_millis(100);
    let (parts, bytes) = in_one_piece(response).await;
    let step = (bytes_per_sec / 10).max(1);
    let tick = if bytes_per_sec < 10 {
        Duration::from_secs(1) / bytes_per_sec as u32
    } else {
        TICK
    };
    let pieces = stream::unfold(bytes, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(tick).await;
        let piece = rest.split_to(step.min(rest.len()));
        Some((Ok(Frame::data(piece)), rest))
    });
    Response::from_parts(parts, BodyExt::boxed_unsync(StreamBody::new(pieces)))
}

/// Longer than it takes to write an answer's beginning to a loopback socket.
const FLUSH: Duration = Duration::from_millis(50);

/// The body breaks off after so many bytes.
pub(crate) async fn cut(response: Response<Body>, after_bytes: usize) -> Response<Body> {
    let (parts, mut bytes) = in_one_piece(response).await;
    bytes.truncate(after_bytes);
    let broken = stream::once(async {
        // What comes before the break must have left, or the client hears nothing at all.
        tokio::time::sleep(FLUSH).await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    });
    let pieces = stream::iter([Ok(Frame::data(bytes))]).chain(broken);
    Response::from_parts(parts, BodyExt::boxed_unsync(StreamBody::new(pieces)))
}

/// The body stops after so many bytes, and the connection stays open.
pub(crate) fn silence(response: Response<Body>, after_bytes: usize) -> Response<Body> {
    let (parts, body) = response.into_parts();
    let pieces = stream::unfold((body, after_bytes), |(mut body, left)| async move {
        if left == 0 {
            // The body is held, as the device holds its file.
            std::future::pending::<()>().await;
        }
        let mut bytes = body.frame().await?.ok()?.into_data().ok()?;
        bytes.truncate(left);
        let left = left - bytes.len();
        Some((Ok(Frame::data(bytes)), (body, left)))
    });
    Response::from_parts(parts, BodyExt::boxed_unsync(StreamBody::new(pieces)))
}

/// The body as a whole, and a head that says how long it was meant to be.
pub(crate) async fn in_one_piece(
    response: Response<Body>,
) -> (hyper::http::response::Parts, Bytes) {
    let (mut parts, body) = response.into_parts();
    let bytes = body
        .collect()
        .await
        .map(|all| all.to_bytes())
        .unwrap_or_default();
    parts
        .headers
        .insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    (parts, bytes)
}

/// A connection that, once `is_reset`, ends with a reset instead of a proper close.
pub(crate) struct Resettable {
    pub(crate) stream: TcpStream,
    pub(crate) is_reset: Arc<AtomicBool>,
}

impl Drop for Resettable {
    fn drop(&mut self) {
        if self.is_reset.load(Ordering::Relaxed) {
            // Without it the connection is closed instead, which is broken as well.
            let _closed_instead = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Resettable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Resettable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_reset.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

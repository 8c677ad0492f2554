//! What guests print, line by line.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use crate::words::{Listener, Said};

/// One line that a guest printed, or that the host noted about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The component, by its name in the manifest.
    pub component: String,
    /// Where it was printed.
    pub source: LogSource,
    /// The line, without its end.
    pub text: String,
}

/// Where a line comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogSource {
    /// The guest's standard output.
    Stdout,
    /// The guest's standard error.
    Stderr,
    /// The host itself, about the guest: a trap, a failed cron run.
    Host,
}

/// The lines of an application.
pub(crate) struct Logs {
    lines: Mutex<Vec<LogLine>>,
    to_stderr: bool,
    listener: Arc<dyn Listener>,
}

impl Logs {
    pub(crate) fn new(to_stderr: bool, listener: Arc<dyn Listener>) -> Self {
        Self {
            lines: Mutex::default(),
            to_stderr,
            listener,
        }
    }

    pub(crate) fn add(&self, component: &str, source: LogSource, text: String) {
        if self.to_stderr {
            eprintln!("{component}: {text}");
        }
        tracing::info!(target: "guest", component, ?source, "{text}");
        let line = LogLine {
            component: component.to_owned(),
            source,
            text,
        };
        self.listener.hears(Said::Line(&line));
        self.lock().push(line);
    }

    pub(crate) fn lines(&self) -> Vec<LogLine> {
        self.lock().clone()
    }

    /// Only whole lines are pushed under the lock, so a poisoned one is sound.
    fn lock(&self) -> MutexGuard<'_, Vec<LogLine>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A guest's standard output or error; clones write to the same line.
#[derive(Clone)]
pub(crate) struct LogStream(Arc<Mutex<Unfinished>>);

/// The line that has not ended yet.
struct Unfinished {
    logs: Arc<Logs>,
    component: Arc<str>,
    source: LogSource,
    bytes: Vec<u8>,
}

impl LogStream {
    pub(crate) fn new(logs: Arc<Logs>, component: Arc<str>, source: LogSource) -> Self {
        let unfinished = Unfinished {
            logs,
            component,
            source,
            bytes: Vec::new(),
        };
        Self(Arc::new(Mutex::new(unfinished)))
    }

    fn push(&self, bytes: &[u8]) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(bytes);
    }
}

impl Unfinished {
    fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.bytes.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.bytes.pop();
                self.finish();
            }
        }
    }

    fn finish(&mut self) {
        let text = String::from_utf8_lossy(&std::mem::take(&mut self.bytes)).into_owned();
        self.logs.add(&self.component, self.source, text);
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.bytes.is_empty() {
            self.finish();
        }
    }
}

impl IsTerminal for LogStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LogStream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

/// How much a guest may print in one call.
const WRITE_BUDGET_BYTES: usize = 1024 * 1024;

impl OutputStream for LogStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_BUDGET_BYTES)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for LogStream {
    async fn ready(&mut self) {}
}

impl AsyncWrite for LogStream {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_become_lines_and_an_open_line_ends_with_the_instance() {
        let logs = Arc::new(Logs::new(false, Arc::new(crate::words::Deaf)));
        let stream = LogStream::new(Arc::clone(&logs), "a".into(), LogSource::Stdout);
        stream.push(b"one\ntw");
        stream.push(b"o\n\nthree");
        drop(stream);
        let texts: Vec<_> = logs.lines().into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["one", "two", "", "three"]);
    }
}

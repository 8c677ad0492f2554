//! Faults of the transport: what a network or a sick device does to a request, before the device has done its work or
//! after.

use std::time::Duration;

use hyper::header::{HeaderValue, LOCATION};
use hyper::{Response, StatusCode};

use super::wire::{self, Body};
use crate::broken::{Broken, cut, drip, silence};

/// A fault that strikes requests of one action or path.
///
/// ```
/// use peers::ucm::Fault;
/// // The second page of CDR breaks off after 10,000 bytes, once.
/// let fault = Fault::cut("cdrapi", 10_000).sparing(1).times(1);
/// # let _ = fault;
/// ```
#[derive(Debug, Clone)]
pub struct Fault {
    on: String,
    kind: Kind,
    is_after_work: bool,
    spared: u32,
    left: Option<u32>,
}

#[derive(Debug, Clone)]
enum Kind {
    Stall,
    Drip {
        bytes_per_sec: usize,
    },
    Cut {
        after_bytes: usize,
    },
    Silence {
        after_bytes: usize,
    },
    Late {
        by: Duration,
    },
    Reset,
    HangUp,
    Redirect {
        code: u16,
        to: String,
    },
    Answer {
        code: u16,
        content_type: &'static str,
        body: String,
    },
}

impl Fault {
    /// The request is accepted and never answered; the work is not done, or done where it strikes [after it](Self::after_work).
    pub fn stall(on: &str) -> Self {
        Self::new(on, Kind::Stall)
    }

    /// The answer comes at so many bytes a second.
    pub fn drip(on: &str, bytes_per_sec: usize) -> Self {
        Self::new(
            on,
            Kind::Drip {
                bytes_per_sec: bytes_per_sec.max(1),
            },
        )
        .after_work()
    }

    /// The answer breaks off after so many bytes.
    pub fn cut(on: &str, after_bytes: usize) -> Self {
        Self::new(on, Kind::Cut { after_bytes }).after_work()
    }

    /// The answer stops after so many bytes, and the connection stays open.
    pub fn silence(on: &str, after_bytes: usize) -> Self {
        Self::new(on, Kind::Silence { after_bytes }).after_work()
    }

    /// The work is done at once, and its answer comes so much later.
    pub fn late(on: &str, by: Duration) -> Self {
        Self::new(on, Kind::Late { by }).after_work()
    }

    /// The connection is reset instead of an answer.
    pub fn reset(on: &str) -> Self {
        Self::new(on, Kind::Reset)
    }

    /// The connection is closed instead of an answer.
    pub fn hang_up(on: &str) -> Self {
        Self::new(on, Kind::HangUp)
    }

    /// The answer is this HTTP status with a web server's error page.
    pub fn status(on: &str, code: u16) -> Self {
        let body = format!(
            "<html><head><title>{code}</title></head><body><h1>{code}</h1></body></html>\n"
        );
        Self::new(
            on,
            Kind::Answer {
                code,
                content_type: "text/html",
                body,
            },
        )
    }

    /// The answer sends the client elsewhere, with this HTTP status.
    pub fn redirect(on: &str, code: u16, to: &str) -> Self {
        let to = to.to_owned();
        Self::new(on, Kind::Redirect { code, to })
    }

    /// The answer is the web interface's page, with status 200.
    pub fn html(on: &str) -> Self {
        let body = "<!DOCTYPE html><html><body><div id=\"root\"></div></body></html>\n".to_owned();
        Self::new(
            on,
            Kind::Answer {
                code: 200,
                content_type: "text/html",
                body,
            },
        )
    }

    /// The answer claims to be JSON and is not.
    pub fn garbage(on: &str) -> Self {
        Self::json(on, "{\"cdr_root\":[{\"cdr\":\"17170909")
    }

    /// The answer is this JSON text, whatever was asked.
    pub fn json(on: &str, body: &str) -> Self {
        let body = body.to_owned();
        Self::new(
            on,
            Kind::Answer {
                code: 200,
                content_type: "application/json",
                body,
            },
        )
    }

    /// The answer is this status of the action API.
    pub fn app_status(on: &str, status: i64) -> Self {
        Self::json(on, &format!("{{\"response\":{{}},\"status\":{status}}}"))
    }

    fn new(on: &str, kind: Kind) -> Self {
        Self {
            on: on.to_owned(),
            kind,
            is_after_work: false,
            spared: 0,
            left: None,
        }
    }

    /// Strikes after the device has done its work, so that only the client does not hear of it.
    pub fn after_work(mut self) -> Self {
        self.is_after_work = true;
        self
    }

    /// Spares the first `n` requests.
    pub fn sparing(mut self, n: u32) -> Self {
        self.spared = n;
        self
    }

    /// Strikes `n` times and then no more.
    pub fn times(mut self, n: u32) -> Self {
        self.left = Some(n);
        self
    }

    fn is_about(&self, action: &str, path: &str) -> bool {
        self.on == "*" || self.on == action || self.on == path
    }

    pub(crate) fn is_after_work(&self) -> bool {
        self.is_after_work
    }

    /// Replaces or spoils the answer; `work` has not been done when the fault strikes before it.
    pub(crate) async fn strike(
        &self,
        work: Option<Response<Body>>,
    ) -> Result<Response<Body>, Broken> {
        match (&self.kind, work) {
            (Kind::Stall, _) => std::future::pending().await,
            (Kind::Reset, _) => Err(Broken::Reset),
            (Kind::HangUp, _) => Err(Broken::HangUp),
            (Kind::Redirect { code, to }, _) => {
                let code = StatusCode::from_u16(*code).unwrap_or(StatusCode::FOUND);
                let mut answer = wire::answer(code, "", "");
                if let Ok(to) = HeaderValue::from_str(to) {
                    answer.headers_mut().insert(LOCATION, to);
                }
                Ok(answer)
            }
            (
                Kind::Answer {
                    code,
                    content_type,
                    body,
                },
                _,
            ) => {
                let code = StatusCode::from_u16(*code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                Ok(wire::answer(code, content_type, body.clone()))
            }
            (Kind::Drip { bytes_per_sec }, Some(response)) => {
                Ok(drip(response, *bytes_per_sec).await)
            }
            (Kind::Late { by }, Some(response)) => {
                tokio::time::sleep(*by).await;
                Ok(response)
            }
            (Kind::Cut { after_bytes }, Some(response)) => Ok(cut(response, *after_bytes).await),
            (Kind::Silence { after_bytes }, Some(response)) => Ok(silence(response, *after_bytes)),
            (
                Kind::Late { .. } | Kind::Drip { .. } | Kind::Cut { .. } | Kind::Silence { .. },
                None,
            ) => Err(Broken::HangUp),
        }
    }
}

/// The faults of a device, in the order in which they were set.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault that strikes this request, if any; it then has one strike fewer left.
    pub(crate) fn take(&mut self, action: &str, path: &str) -> Option<Fault> {
        let about = |fault: &&mut Fault| fault.is_about(action, path) && fault.left != Some(0);
        let fault = self.0.iter_mut().find(about)?;
        if fault.spared > 0 {
            fault.spared -= 1;
            return None;
        }
        fault.left = fault.left.map(|left| left - 1);
        Some(fault.clone())
    }
}

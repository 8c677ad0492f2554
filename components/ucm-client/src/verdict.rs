//! What a reply means for the dialogue, and the meanings that all dialects share.

use std::time::Duration;

use http::StatusCode;

use super::window::Query;
use super::{
    Answer, Callee, Dial, MAX_ANSWER_BYTES, Misconfigured, Page, RecordingPlace, Refusal, Trouble,
    UcmError, Unexpected,
};
use calls::cdr::Row;
use ports::HttpError;

/// One question, as a dialect asks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ask {
    Cdr(Query),
    SystemStatus,
    DeviceInfo,
    RecordingInfo { acct_id: String },
    Recording(RecordingPlace),
    Dial(Dial),
    Phones { page: u32 },
}

impl Ask {
    /// Whether it must not be done twice.
    pub(super) fn is_order(&self) -> bool {
        matches!(self, Self::Dial(_))
    }

    /// Name of the action, as the UCM's API knows it.
    pub(super) fn action(&self) -> &'static str {
        match self {
            Self::Cdr(_) => "cdrapi",
            Self::SystemStatus => "getSystemStatus",
            Self::DeviceInfo => "getSystemGeneralStatus",
            Self::RecordingInfo { .. } => RECORDING_INFO,
            Self::Recording(_) => RECORDING,
            Self::Dial(Dial {
                callee: Callee::Outside(_),
                ..
            }) => DIAL_OUTSIDE,
            Self::Dial(_) => DIAL_EXTENSION,
            Self::Phones { .. } => "listAccount",
        }
    }
}

/// What a reply means for the dialogue.
#[derive(Debug)]
pub(super) enum Verdict {
    /// A step of signing in is done: send what comes next.
    Advanced,
    /// The page that was asked for.
    Page(Page),
    /// The answer to anything else.
    Answer(Answer),
    /// Sign in again and ask again.
    SessionLost,
    /// The device asks to be left alone for this long.
    Busy(Duration),
    /// It may work in a moment; if it does not, this is the error.
    Again(UcmError),
    /// The operation has failed.
    Failed(UcmError),
}

impl Verdict {
    /// What it means where `action` must not be done twice: whatever does not say for certain that it was not done is told, and nothing is tried
    /// again. A session that is refused, and a status of the device's table, say so; of a status that is not in it nobody knows what it says.
    pub(super) fn of_order(self, action: &'static str) -> Self {
        let uncertain = |cause| {
            let cause = Box::new(cause);
            Self::Failed(UcmError::Uncertain { action, cause })
        };
        match self {
            Self::Again(cause) => uncertain(cause),
            Self::Failed(
                cause @ (UcmError::Unavailable(_)
                | UcmError::TooLarge { .. }
                | UcmError::Configuration(
                    Misconfigured::WebPage
                    | Misconfigured::Redirect(_)
                    | Misconfigured::NoApi(_)
                    | Misconfigured::WantsHttpAuthentication,
                )
                | UcmError::Protocol(
                    Unexpected::HttpStatus(_)
                    | Unexpected::Format(_)
                    | Unexpected::Syntax { .. }
                    | Unexpected::Missing { .. },
                )),
            ) => uncertain(cause),
            Self::Failed(cause @ UcmError::Protocol(Unexpected::Status { code, .. }))
                if !FAILURES.contains(&code) =>
            {
                uncertain(cause)
            }
            other => other,
        }
    }
}

impl<E: Into<UcmError>> From<E> for Verdict {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What it means that no answer came to `action`.
pub(super) fn of_http_error(action: &'static str, error: HttpError) -> Verdict {
    match error {
        HttpError::Denied => Misconfigured::HostNotAllowed.into(),
        HttpError::Tls(_) => Misconfigured::Connection(error).into(),
        HttpError::TooLarge { limit_bytes } => UcmError::TooLarge {
            action,
            limit_bytes,
        }
        .into(),
        // Another 30 s would not fit into a run.
        HttpError::TimedOut | HttpError::OutOfTime => {
            UcmError::Unavailable(Trouble::Network(error)).into()
        }
        HttpError::Broken(_) => Verdict::Again(UcmError::Unavailable(Trouble::Network(error))),
    }
}

/// What an HTTP status other than 200 means; `None` for 200. The UCM's own errors come with 200.
pub(super) fn of_http_status(action: &'static str, status: StatusCode) -> Option<Verdict> {
    let code = status.as_u16();
    Some(match code {
        200 => return None,
        300..=399 => Misconfigured::Redirect(code).into(),
        401 | 407 => Misconfigured::WantsHttpAuthentication.into(),
        403 => UcmError::Permission { action }.into(),
        // The legacy API and the REST face say it so.
        404 if action == RECORDING => UcmError::NoSuchItem { action, code: 404 }.into(),
        404 | 405 | 410 | 501 => Misconfigured::NoApi(code).into(),
        408 | 425 | 429 | 500..=599 => {
            Verdict::Again(UcmError::Unavailable(Trouble::HttpStatus(code)))
        }
        _ => Unexpected::HttpStatus(code).into(),
    })
}

/// A body that no answer of a UCM reaches.
pub(super) fn of_size(action: &'static str, body: &[u8]) -> Option<Verdict> {
    let limit_bytes = MAX_ANSWER_BYTES;
    (body.len() > limit_bytes).then(|| {
        UcmError::TooLarge {
            action,
            limit_bytes,
        }
        .into()
    })
}

/// What a status of the UCM other than 0 means, from the table in Grandstream's "HTTPS API" guide. `signing_in` is true for `challenge` and
/// `login`; `fields` are those of the reply.
pub(super) fn of_status(
    action: &'static str,
    code: i64,
    signing_in: bool,
    fields: &Row,
) -> Verdict {
    match code {
        // The device has let its own time for it pass.
        -8 if matches!(action, DIAL_OUTSIDE | DIAL_EXTENSION) => {
            Verdict::Again(UcmError::Unavailable(Trouble::Status { action, code }))
        }
        -5 | -6 | -8 if !signing_in => Verdict::SessionLost,
        -5 | -6 | -7 | -8 | -9 | -26 => {
            Verdict::Again(UcmError::Unavailable(Trouble::Status { action, code }))
        }
        -1 if signing_in => Misconfigured::ApiOff.into(),
        -1 => Unexpected::InvalidParameters(action).into(),
        -37 | -68 | -70 | -71 => UcmError::Credentials(refusal(code, fields)).into(),
        -45 | -46 | -51 | -251 => Verdict::Busy(SHORT_WAIT),
        -57 => Verdict::Busy(LONG_WAIT),
        -47 => UcmError::Permission { action }.into(),
        -15 | -16 | -25 if matches!(action, RECORDING_INFO | RECORDING) => {
            UcmError::NoSuchItem { action, code }.into()
        }
        -19 if action == RECORDING_INFO => UcmError::Unsupported { action }.into(),
        _ => Unexpected::Status { action, code }.into(),
    }
}

fn refusal(code: i64, fields: &Row) -> Refusal {
    let number = |name: &str| fields.get(name).and_then(|text| text.trim().parse().ok());
    match code {
        -68 => Refusal::Restricted {
            locked_secs: number("remain_time"),
        },
        -70 => Refusal::Forbidden,
        -71 => Refusal::UnknownUser,
        _ => Refusal::WrongPassword {
            attempts_left: number("remain_num"),
            locked_secs: number("remain_time"),
        },
    }
}

/// The statuses of that table that say of an action that it was refused, and that no rule above has a name for.
const FAILURES: [i64; 11] = [-15, -16, -19, -24, -25, -43, -44, -50, -69, -90, -98];

const RECORDING_INFO: &str = "getRecordInfosByCall";
const RECORDING: &str = "recapi";
const DIAL_OUTSIDE: &str = "dialOutbound";
const DIAL_EXTENSION: &str = "dialExtension";

/// Wait after -45, -46 ("retry after 15 seconds") and -51 (another task is running, for which no time is given).
const SHORT_WAIT: Duration = Duration::from_secs(15);

/// Wait after -57 ("retry after 60 seconds").
const LONG_WAIT: Duration = Duration::from_secs(60);

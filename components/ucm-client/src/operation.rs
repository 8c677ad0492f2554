//! What can be asked of a UCM, and what it answers.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDateTime};

use super::{Page, UcmError};

/// Something to ask of a UCM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// One page of call records, answered by [`Answer::Page`].
    CdrPage(PageRequest),
    /// The device's clock and uptime, answered by [`Answer::SystemStatus`]. Only in the action dialect.
    SystemStatus,
    /// The device's model and firmware, answered by [`Answer::DeviceInfo`]. Only in the action dialect.
    DeviceInfo,
    /// The recordings of one leg, for a leg whose record came before its recording was named. Answered by [`Answer::RecordingInfo`]. Only in
    /// the action dialect.
    RecordingInfo {
        /// `AcctId` of the leg.
        acct_id: String,
    },
    /// The audio of one recording. Its body is too long to be handed over: see [`super::Client::is_recording`]. Answered by
    /// [`Answer::Recording`].
    Recording(RecordingPlace),
    /// A call to be made. It rings somebody's phone, so it is asked for once at most: where it is not certain that the device has not done it, the
    /// answer is [`UcmError::Uncertain`]. Answered by [`Answer::Dialled`]. Only in the action dialect.
    Dial(Dial),
    /// One page of the device's extensions with the state of their telephones, answered by [`Answer::Phones`]. Only in the action dialect.
    Phones {
        /// Which page, from 1.
        page: u32,
    },
}

/// A call that the device is to make: it rings `caller`, and dials `callee` once that is lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dial {
    /// The extension that rings first.
    pub caller: String,
    /// Whom it is to be connected with.
    pub callee: Callee,
}

/// Whom an extension is to be connected with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Callee {
    /// A number outside, as an outbound route of the device takes it.
    Outside(String),
    /// Another extension.
    Extension(String),
}

/// Where a device may keep a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingPlace {
    /// The `filedir`; the REST face has none.
    pub folder: RecordingFolder,
    /// The `filename`, with or without the month before it.
    pub file: String,
}

/// A directory of recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordingFolder {
    /// Recordings of calls and ring groups.
    Monitor,
    /// Recordings made by queues.
    Queue,
    /// Recordings of conference rooms.
    Meetme,
    /// Messages that callers have left.
    Voicemail,
    /// Recordings of emergency calls.
    Emergency,
    /// Recordings of shared lines.
    Sca,
}

impl RecordingFolder {
    /// The name that the API knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Monitor => "monitor",
            Self::Queue => "queue",
            Self::Meetme => "meetme",
            Self::Voicemail => "voicemail/default",
            Self::Emergency => "emergency",
            Self::Sca => "sca",
        }
    }
}

/// Which page of the call records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Earliest start of a call, in the device's local time, inclusive.
    pub start: Option<NaiveDateTime>,
    /// Latest start of a call, in the device's local time, inclusive.
    pub end: Option<NaiveDateTime>,
    /// Top-level items to skip. Where [`super::Client::pages_by_offset`] is false it has no effect: narrow the window instead.
    pub offset: u32,
    /// Most items wanted, 1 to [`super::MAX_PAGE_ITEMS`].
    pub limit: u32,
    /// Whether records are known to exist in the window: an empty page then makes the client find out anew how the device wants its times.
    pub expect_rows: bool,
}

/// What a UCM answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// To [`Operation::CdrPage`].
    Page(Page),
    /// To [`Operation::SystemStatus`].
    SystemStatus(SystemStatus),
    /// To [`Operation::DeviceInfo`].
    DeviceInfo(DeviceInfo),
    /// To [`Operation::RecordingInfo`].
    RecordingInfo(RecordingInfo),
    /// To [`Operation::Recording`]: it is the body that has begun.
    Recording,
    /// To [`Operation::Dial`]: the device has taken the order. Whether anybody lifts is another matter.
    Dialled,
    /// To [`Operation::Phones`].
    Phones(Phones),
}

/// One page of the device's extensions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Phones {
    /// Those of this page.
    pub phones: Vec<Phone>,
    /// How many pages there are; nothing where the device does not say.
    pub pages: Option<u32>,
}

/// An extension, and what its telephones are doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// Its number.
    pub extension: String,
    /// What they are doing.
    pub state: PhoneState,
}

/// What the telephones of an extension are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneState {
    /// One is there, and nobody is on it.
    Idle,
    /// Somebody is on it, or it rings.
    Engaged,
    /// None is registered.
    Away,
    /// The device says something that is not known.
    Unknown,
}

/// The state of a device. Absent means that the device did not say, or not in a form that is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SystemStatus {
    /// The device's clock, with its present offset from UTC.
    pub clock: Option<DateTime<FixedOffset>>,
    /// Time since the device started, in the device's words.
    pub up_time: Option<String>,
}

/// What a device is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceInfo {
    /// Such as `UCM6302  V1.2B`.
    pub model: Option<String>,
    /// Such as `1.0.17.16`.
    pub firmware: Option<String>,
}

/// The recordings of one leg.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordingInfo {
    /// File names, perhaps with a folder before them.
    pub files: Vec<String>,
}

/// What to do next for the operation that was begun.
pub enum Step {
    /// Send this and pass what comes back to [`super::Client::handle`].
    Send(http::Request<Vec<u8>>),
    /// Wait, then poll again.
    Wait(Duration),
    /// The operation has ended.
    Done(Result<Answer, UcmError>),
}

impl fmt::Debug for Step {
    /// Shows no header and no body of a request: they carry cookies and passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(request) => write!(f, "Send({} {})", request.method(), request.uri()),
            Self::Wait(pause) => write!(f, "Wait({pause:?})"),
            Self::Done(result) => write!(f, "Done({result:?})"),
        }
    }
}

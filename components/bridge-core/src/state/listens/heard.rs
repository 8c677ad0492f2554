//! The record as people read it: the answers that belong together are one listen.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::{Listen, instant};

/// Somebody listened: what a player asked for in one go, in as many answers as it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Heard {
    /// When it began.
    pub from: DateTime<Utc>,
    /// When the last answer ended; nothing where it goes on, or never came to an end.
    pub until: Option<DateTime<Utc>>,
    /// When the call began.
    pub call_started_at: DateTime<Utc>,
    /// The recording, as the log and its validator name it.
    pub recording: String,
    /// When the link ends that was used.
    pub link_expires: DateTime<Utc>,
    /// Whether it was taken as a file.
    pub downloaded: bool,
    /// How many answers it took: a player asks anew when somebody jumps.
    pub answers: u32,
    /// Bytes sent in all.
    pub bytes: u64,
}

impl Heard {
    pub(super) fn of(listen: Listen) -> Self {
        Self {
            from: instant(listen.at),
            until: listen.ended.map(instant),
            call_started_at: instant(listen.call),
            link_expires: instant(listen.link),
            recording: listen.recording,
            downloaded: listen.kept,
            answers: 1,
            bytes: listen.bytes,
        }
    }

    pub(super) fn goes_on_with(&self, next: &Listen) -> bool {
        let same = self.recording == next.recording
            && self.link_expires == instant(next.link)
            && self.downloaded == next.kept;
        same && instant(next.at) - self.until.unwrap_or(self.from) < PAUSE
    }

    pub(super) fn add(&mut self, next: &Listen) {
        self.until = self.until.max(next.ended.map(instant));
        self.answers += 1;
        self.bytes += next.bytes;
    }
}

/// A player that is paused for longer, or somebody else, listens anew.
const PAUSE: TimeDelta = TimeDelta::minutes(10);

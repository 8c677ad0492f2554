//! What a run did, for people and programs.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::config::Fault;
use crate::state::Stored;
use calls::language::Language;
use calls::order::Placed;
use odoo_client::notice::Answer;

/// How what is said here is said in a language: the faces know.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// A sentence, which is in English here.
    pub sentence: fn(Language, &str) -> String,
    /// What a setting of a server is called in Odoo.
    pub setting: fn(Language, &str) -> &str,
    /// What is said of an order to who asked for the call.
    pub order: fn(Language, &Placed) -> Answer,
}

/// What one run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunReport {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Per server whose pushed records were still waiting.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pushed: Vec<PushReport>,
    /// Per server that was due or asked for, in the order of the settings.
    pub servers: Vec<ServerReport>,
    /// Server entries that were refused, with the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Fault>,
    /// What is worth knowing although it stopped nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

impl RunReport {
    /// Whether every server was read to the end, or has more to come.
    pub fn is_ok(&self) -> bool {
        self.refused.is_empty()
            && self.pushed.iter().all(|report| report.status.is_ok())
            && self.servers.iter().all(|report| report.status.is_ok())
    }
}

/// What became of the pushed legs of one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PushReport {
    /// The server's id.
    pub server: String,
    /// How it ended.
    pub status: Status,
    /// What went wrong and what to do, where something did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Legs brought into Odoo.
    pub legs: u32,
    /// Calls that were not in Odoo before.
    pub calls_new: u32,
    /// Calls that were completed.
    pub calls_changed: u32,
    /// Records set aside, each with its reason.
    pub dead_letters: u32,
    /// Parcels that still wait.
    pub waiting: u32,
    /// When a record was last pushed.
    pub last_push_at: Option<DateTime<Utc>>,
}

impl PushReport {
    /// The report as a line of a log: counts and reasons, nothing personal.
    pub fn line(&self) -> String {
        let detail = self
            .detail
            .as_ref()
            .map_or_else(String::new, |detail| format!(": {detail}"));
        format!(
            "server={} pushed status={:?} legs={} calls_new={} calls_changed={} dead_letters={} waiting={}{detail}",
            self.server,
            self.status,
            self.legs,
            self.calls_new,
            self.calls_changed,
            self.dead_letters,
            self.waiting,
        )
    }
}

/// How a run ended for one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Everything that the UCM holds is in Odoo.
    Complete,
    /// The time of the run was used up: the next run goes on.
    MoreToCome,
    /// Another run is at work on this server.
    Busy,
    /// Something failed that may pass: the next tick tries again.
    Failed,
    /// Nothing will work until a person changes something; tried again at the usual interval.
    NeedsAttention,
    /// The account was refused. Not tried again until the settings change, so that the account is not locked.
    Held,
}

impl Status {
    /// Whether nothing went wrong.
    pub fn is_ok(self) -> bool {
        matches!(self, Self::Complete | Self::MoreToCome | Self::Busy)
    }
}

/// What one run did for one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerReport {
    /// The server's id.
    pub server: String,
    /// When the run began.
    pub started_at: DateTime<Utc>,
    /// How it ended.
    pub status: Status,
    /// What went wrong and what to do, where something did, or where records are set aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Records that could not be delivered, by this run or one before it: what is complete is so without them.
    #[serde(default)]
    pub set_aside: usize,
    /// What was counted.
    #[serde(flatten)]
    pub counts: Counts,
    /// Start of the latest call known to be in Odoo.
    pub cursor: Option<DateTime<Utc>>,
    /// Calls that a first import has brought so far, while one is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub importing: Option<u64>,
    /// The last moment at which everything the UCM held was in Odoo.
    pub complete_at: Option<DateTime<Utc>>,
    /// Why recordings that the records do not name cannot be asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names_refused: Option<String>,
    /// Whether more recordings can be copied at once.
    #[serde(default)]
    pub copies_waiting: bool,
    /// How long the run took, in milliseconds.
    pub duration_ms: u64,
}

impl Stored for ServerReport {
    const VERSION: u32 = 1;
}

/// What was counted in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Pages read from the UCM.
    pub pages: u32,
    /// Legs read.
    pub legs: u32,
    /// Calls that were not in Odoo before.
    pub calls_new: u32,
    /// Calls that were completed or corrected.
    pub calls_changed: u32,
    /// Calls that were in Odoo as they are.
    pub calls_unchanged: u32,
    /// New calls that the server should have pushed, since it pushes, and has not.
    #[serde(default)]
    pub calls_not_pushed: u32,
    /// Contacts made.
    pub contacts_created: u32,
    /// New calls whose number several contacts share.
    pub ambiguous: u32,
    /// Records set aside in this run, each with its reason.
    pub dead_letters: u32,
    /// Calls whose recordings the UCM named when asked, after their records had not.
    #[serde(default)]
    pub recordings_named: u32,
    /// Recordings copied into Odoo.
    #[serde(default)]
    pub recordings_copied: u32,
    /// Calls whose copies were removed after their time.
    #[serde(default)]
    pub recordings_removed: u32,
    /// Calls whose links to recordings were renewed.
    #[serde(default)]
    pub links_renewed: u32,
    /// Requests sent to Odoo.
    pub odoo_requests: u32,
    /// Requests sent to the UCM.
    pub ucm_requests: u32,
}

impl RunReport {
    /// The report as lines of a log: counts and reasons, nothing personal.
    pub fn lines(&self) -> Vec<String> {
        let refused = self
            .refused
            .iter()
            .map(|fault| format!("refused {}: {}", fault.setting, fault.problem));
        refused
            .chain(self.remarks.iter().cloned())
            .chain(self.pushed.iter().map(PushReport::line))
            .chain(self.servers.iter().map(ServerReport::line))
            .collect()
    }
}

impl ServerReport {
    /// Whether all was read, but not all could be delivered.
    pub fn lacks_some(&self) -> bool {
        self.status == Status::Complete && self.set_aside > 0
    }

    fn line(&self) -> String {
        let Counts {
            pages,
            legs,
            calls_new,
            calls_changed,
            calls_unchanged,
            calls_not_pushed,
            contacts_created,
            ambiguous,
            recordings_named,
            recordings_copied,
            ..
        } = self.counts;
        let detail = self
            .detail
            .as_ref()
            .map_or_else(String::new, |detail| format!(": {detail}"));
        format!(
            "server={} status={:?} pages={pages} legs={legs} calls_new={calls_new} calls_changed={calls_changed} \
             calls_unchanged={calls_unchanged} calls_not_pushed={calls_not_pushed} contacts_created={contacts_created} ambiguous={ambiguous} \
             recordings_named={recordings_named} recordings_copied={recordings_copied} dead_letters={} set_aside={} duration_ms={}{detail}",
            self.server, self.status, self.counts.dead_letters, self.set_aside, self.duration_ms,
        )
    }
}

/// Items as reports count them.
pub(crate) fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

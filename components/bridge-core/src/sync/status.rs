//! What people see of a server in Odoo: how its last run ended, and the links of its buttons.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::odoo::Odoo;
use super::report::{ServerReport, Status};
use super::roster::Roster;
use crate::config::{Fault, Links, Server};
use crate::link::{Keys, Link};
use crate::odoo::server;
use crate::ports::World;
use crate::state::{self, Stored, key};

/// What was last written to each record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Written {
    /// By the record's id, as text: a stored value's keys are texts.
    records: BTreeMap<String, Last>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Last {
    /// Digest of the result and its detail, and of where links lead.
    digest: String,
    at: DateTime<Utc>,
}

impl Stored for Written {
    const VERSION: u32 = 1;
}

/// Writes to the records what has changed, and once in [`HEARTBEAT`] that all is well. What fails is said, and tried again at the next run.
pub(super) async fn show<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    links: &Links,
    roster: &Roster,
    reports: &[ServerReport],
) -> Vec<String> {
    let news: Vec<News> = roster.news(reports);
    if news.is_empty() {
        return Vec::new();
    }
    let now = world.now();
    // Losing what was written costs one more write of the same.
    let before: Written = state::load(world, key::SHOWN)
        .ok()
        .flatten()
        .unwrap_or_default();
    let mut written = before.clone();
    written
        .records
        .retain(|record, _| roster.has_record(record));
    let mut remarks = Vec::new();
    for news in news {
        let digest = news.digest(links);
        let last = written.records.get(&news.record.to_string());
        if !news.is_worth_writing(last, &digest, now) {
            continue;
        }
        match odoo
            .call(&server::show(news.record, news.values(links, now)))
            .await
        {
            Ok(_) => {
                written
                    .records
                    .insert(news.record.to_string(), Last { digest, at: now });
            }
            Err(error) => remarks.push(format!(
                "the status of the server `{}` could not be written to Odoo: {error}",
                news.id.unwrap_or("?")
            )),
        }
    }
    if written != before {
        _ = state::save(world, key::SHOWN, &written);
    }
    remarks
}

impl Roster {
    fn news<'a>(&'a self, reports: &'a [ServerReport]) -> Vec<News<'a>> {
        if !self.has_records {
            return Vec::new();
        }
        let of_servers = self.servers.iter().filter_map(|server| {
            let report = reports
                .iter()
                .find(|report| report.server == server.id && report.status != Status::Busy);
            Some(News::of_server(server, report, server.record?))
        });
        let of_faulty = self.faulty.iter().map(|(record, faults)| News {
            record: *record,
            id: None,
            told: Told::Refused(faults),
        });
        of_servers.chain(of_faulty).collect()
    }

    fn has_record(&self, record: &str) -> bool {
        let of_servers = self.servers.iter().filter_map(|server| server.record);
        let of_faulty = self.faulty.iter().map(|(faulty, _)| *faulty);
        of_servers
            .chain(of_faulty)
            .any(|known| known.to_string() == record)
    }
}

/// What there is to say about one record.
struct News<'a> {
    record: i64,
    /// The server's id; none for one whose settings were refused.
    id: Option<&'a str>,
    told: Told<'a>,
}

enum Told<'a> {
    /// It did not run: only its links may need renewal.
    Nothing,
    Ran(&'a ServerReport),
    Refused(&'a [Fault]),
}

impl<'a> News<'a> {
    fn of_server(server: &'a Server, report: Option<&'a ServerReport>, record: i64) -> Self {
        Self {
            record,
            id: Some(&server.id),
            told: report.map_or(Told::Nothing, Told::Ran),
        }
    }

    fn is_worth_writing(&self, last: Option<&Last>, digest: &str, now: DateTime<Utc>) -> bool {
        let Some(last) = last else {
            return true;
        };
        let age = now - last.at;
        match &self.told {
            Told::Nothing => age >= RENEWAL,
            Told::Refused(_) => last.digest != digest || age >= RENEWAL,
            Told::Ran(report) => {
                let has_news = report.counts.calls_new + report.counts.calls_changed > 0;
                has_news || last.digest != digest || age >= HEARTBEAT
            }
        }
    }

    fn digest(&self, links: &Links) -> String {
        let base = links.base.as_ref().map(url::Url::as_str);
        let told = json!([self.result(), self.detail(), base, links.keys.can_sign()]);
        Sha256::digest(told.to_string())
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    fn result(&self) -> Option<&'static str> {
        match &self.told {
            Told::Nothing => None,
            Told::Refused(_) => Some("refused"),
            Told::Ran(report) => Some(match report.status {
                Status::Complete | Status::Busy => "complete",
                Status::MoreToCome => "more_to_come",
                Status::Failed => "failed",
                Status::NeedsAttention => "needs_attention",
                Status::Held => "held",
            }),
        }
    }

    fn detail(&self) -> Option<String> {
        match &self.told {
            Told::Nothing => None,
            Told::Refused(faults) => {
                let lines: Vec<String> = faults
                    .iter()
                    .map(|fault| format!("{}: {}", fault.setting, fault.problem))
                    .collect();
                Some(lines.join("\n"))
            }
            Told::Ran(report) => report.detail.clone(),
        }
    }

    fn values(&self, links: &Links, now: DateTime<Utc>) -> Map<String, Value> {
        let mut values = Map::new();
        let mut set = |field: &str, value: Value| values.insert(field.to_owned(), value);
        if let Some(result) = self.result() {
            set("x_result", json!(result));
            set("x_result_detail", or_false(self.detail()));
        }
        if let Told::Ran(report) = &self.told {
            set("x_synchronised_at", json!(datetime(report.started_at)));
            set("x_complete_at", or_false(report.complete_at.map(datetime)));
        }
        for (action, field) in Action::BUTTONS {
            let link = self
                .id
                .and_then(|server| action.address(links, server, now + LIFE));
            set(field, or_false(link));
        }
        values
    }
}

fn or_false(text: Option<String>) -> Value {
    text.map_or(Value::Bool(false), Value::from)
}

fn datetime(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// What a person in Odoo can ask of the bridge for one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See whether the UCM can be reached and lets the bridge in.
    Test,
    /// Synchronise at once.
    Sync,
    /// Read a period again.
    Replay,
    /// Prove that Odoo has every call of a period.
    Prove,
    /// See what was set aside, try it again or discard it.
    Letters,
    /// Examine Odoo and every UCM step by step; its links name no server.
    Examine,
    /// See what is known of the bridge; its links name no server either.
    Overview,
}

impl Action {
    /// The buttons of a server's record, and the fields that have their links.
    const BUTTONS: [(Self, &str); 3] = [
        (Self::Test, "x_test_url"),
        (Self::Sync, "x_sync_url"),
        (Self::Replay, "x_replay_url"),
    ];

    /// Scope of its links.
    pub fn scope(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Sync => "sync",
            Self::Replay => "replay",
            Self::Prove => "completeness",
            Self::Letters => "dead-letters",
            Self::Examine => "doctor",
            Self::Overview => "status",
        }
    }

    /// Whether a link with this end and signature allows it for `server` at `now`.
    ///
    /// # Errors
    /// [`LinkError`](crate::link::LinkError).
    pub fn verify(
        self,
        keys: &Keys,
        server: &str,
        expires: DateTime<Utc>,
        signature: &str,
        now: DateTime<Utc>,
    ) -> Result<(), crate::link::LinkError> {
        let parts = [server];
        let link = Link {
            scope: self.scope(),
            parts: &parts,
            expires,
        };
        link.verify(keys, signature, now)
    }

    /// The signed address; none where people cannot reach the bridge, or nothing signs.
    pub fn address(self, links: &Links, server: &str, expires: DateTime<Utc>) -> Option<String> {
        let parts = [server];
        let link = Link {
            scope: self.scope(),
            parts: &parts,
            expires,
        };
        let signature = link.sign(&links.keys).ok()?;
        let mut url = links.base.clone()?;
        match self {
            Self::Test => url.set_path(&format!("/servers/{server}/test")),
            Self::Sync => url.set_path("/sync"),
            Self::Replay => url.set_path("/replay"),
            Self::Prove => url.set_path("/completeness"),
            Self::Letters => url.set_path(&format!("/dead-letters/{server}")),
            Self::Examine => url.set_path("/doctor"),
            Self::Overview => url.set_path("/status"),
        }
        let mut query = url.query_pairs_mut();
        if !matches!(self, Self::Test | Self::Letters) {
            query.append_pair("server", server);
        }
        query
            .append_pair("expires", &expires.timestamp().to_string())
            .append_pair("signature", &signature);
        drop(query);
        Some(url.into())
    }
}

/// How often a record is told that nothing has changed: an idle poll writes nothing to Odoo, but once an hour.
const HEARTBEAT: TimeDelta = TimeDelta::hours(1);
/// How long a link holds: a server whose account is held runs no more, and is to be tested after a weekend all the same.
pub(super) const LIFE: TimeDelta = TimeDelta::days(7);
/// How often links of a server that does not run are renewed.
pub(super) const RENEWAL: TimeDelta = TimeDelta::days(1);

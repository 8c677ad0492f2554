//! What people see of a server in Odoo: how its last run ended, and the links of its buttons.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::config::{Fault, Links, Server};
use crate::flows::reach::Odoo;
use crate::flows::report::{ServerReport, Status, Words};
use crate::flows::roster::Roster;
use crate::link::{Keys, Link};
use crate::state::key::InJournal;
use crate::state::{self, Stored, pushes};
use odoo_client::{OdooError, Said, server};
use ports::{KeyValue, World};

/// What was last written to each record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Written {
    /// By the record's id, as text: a stored value's keys are texts.
    records: BTreeMap<String, Last>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Last {
    /// Digest of the result and its detail.
    digest: String,
    at: DateTime<Utc>,
    /// Where its links lead, and when they were written.
    linked: Option<Linked>,
    /// When the server last pushed, as it was shown.
    #[serde(default)]
    pushed_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Linked {
    /// Digest of the bridge's address, and of whether anything signs.
    digest: String,
    at: DateTime<Utc>,
}

impl Stored for Written {
    const VERSION: u32 = 2;
}

/// Writes to the records what has changed, and once in [`HEARTBEAT`] that all is well. What fails is said, and tried again at the next run.
pub(crate) async fn show<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    links: &Links,
    roster: &Roster,
    reports: &[ServerReport],
    words: Words,
) -> Vec<String> {
    let news: Vec<News> = roster.news(world, reports);
    if news.is_empty() {
        return Vec::new();
    }
    let now = world.now();
    // Losing what was written costs one more write of the same.
    let key = || Some(odoo.journal().ok()?.key(InJournal::Shown));
    let before: Written = key()
        .and_then(|key| state::load(world, &key).ok()?)
        .unwrap_or_default();
    let mut written = before.clone();
    written
        .records
        .retain(|record, _| roster.has_record(record));
    let mut remarks = Vec::new();
    for news in &news {
        let key = news.record.to_string();
        let last = written.records.get(&key).cloned();
        match news.write(odoo, links, words, last.as_ref(), now).await {
            Ok(last) => drop(written.records.insert(key, last)),
            Err(error) => remarks.push(format!(
                "the status of the server `{}` could not be written to Odoo: {error}",
                news.id.unwrap_or("?")
            )),
        }
    }
    if written != before
        && let Some(key) = key()
    {
        _ = state::save(world, &key, &written);
    }
    remarks
}

impl Roster {
    fn news<'a>(&'a self, store: &impl KeyValue, reports: &'a [ServerReport]) -> Vec<News<'a>> {
        if !self.has_records {
            return Vec::new();
        }
        let of_servers = self.servers.iter().filter_map(|server| {
            let report = reports
                .iter()
                .find(|report| report.server == server.id && report.status != Status::Busy);
            Some(News {
                record: server.record?,
                id: Some(&server.id),
                told: match report {
                    Some(report) => Told::Ran(report),
                    None if server.polled => Told::Nothing,
                    None => Told::Listens,
                },
                pushed_at: last_push(store, server),
            })
        });
        let of_faulty = self.faulty.iter().map(|(record, faults)| News {
            record: *record,
            id: None,
            told: Told::Refused(faults),
            pushed_at: None,
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
    /// When it last pushed a record.
    pushed_at: Option<DateTime<Utc>>,
}

enum Told<'a> {
    /// It did not run: only its links may need renewal.
    Nothing,
    /// It only pushes, and never runs: what was said of its settings before is to go.
    Listens,
    Ran(&'a ServerReport),
    Refused(&'a [Fault]),
}

impl News<'_> {
    /// Writes what is worth it, and gives what is there then.
    async fn write<W: World>(
        &self,
        odoo: &Odoo<'_, W>,
        links: &Links,
        words: Words,
        last: Option<&Last>,
        now: DateTime<Utc>,
    ) -> Result<Last, OdooError> {
        let values = self.values(words);
        let digest = digest(&json!([self.result(), values.get("x_result_words")]));
        let mut written = last.cloned().unwrap_or_else(|| Last {
            digest: String::new(),
            at: now,
            linked: None,
            pushed_at: None,
        });
        if self.is_worth_writing(last, &digest, now) {
            let is_whole = write_shown(odoo, self.record, values).await?;
            written.digest = if is_whole { digest } else { String::new() };
            written.at = now;
            written.pushed_at = self.pushed_at;
        } else if self.has_pushed_since(written.pushed_at) {
            write_shown(odoo, self.record, self.push()).await?;
            written.pushed_at = self.pushed_at;
        }
        if self.links_are_due(written.linked.as_ref(), links, now) {
            self.write_links(odoo, links, now).await?;
            written.linked = Some(Linked {
                digest: place(links),
                at: now,
            });
        }
        Ok(written)
    }

    fn is_worth_writing(&self, last: Option<&Last>, digest: &str, now: DateTime<Utc>) -> bool {
        let is_old = |age| last.is_some_and(|last| state::has_come(last.at + age, now, age));
        let is_new = last.is_none_or(|last| last.digest != digest);
        match &self.told {
            Told::Nothing => false,
            Told::Listens => is_new,
            Told::Refused(_) => is_new || is_old(RENEWAL),
            Told::Ran(report) => {
                let has_news = report.counts.calls_new + report.counts.calls_changed > 0;
                has_news || is_new || is_old(HEARTBEAT)
            }
        }
    }

    /// Whether a push is news: the first one, and then one an hour. A server that only pushes is told of by nothing else.
    fn has_pushed_since(&self, shown: Option<DateTime<Utc>>) -> bool {
        match (self.pushed_at, shown) {
            (Some(at), Some(shown)) => at - shown >= HEARTBEAT,
            (at, _) => at.is_some(),
        }
    }

    fn push(&self) -> Map<String, Value> {
        let at = self.pushed_at.map(|at| json!(datetime(at)));
        Map::from_iter(at.map(|at| ("x_pushed_at".to_owned(), at)))
    }

    fn links_are_due(&self, linked: Option<&Linked>, links: &Links, now: DateTime<Utc>) -> bool {
        linked.is_none_or(|linked| {
            let is_old = state::has_come(linked.at + RENEWAL, now, RENEWAL);
            is_old || linked.digest != place(links)
        })
    }

    /// The links are not for everybody's eyes: they are with the password.
    async fn write_links<W: World>(
        &self,
        odoo: &Odoo<'_, W>,
        links: &Links,
        now: DateTime<Utc>,
    ) -> Result<(), OdooError> {
        let values = self.links(links, now);
        let known = odoo.call(&server::accesses(&[self.record])).await?;
        match known.first() {
            Some(access) => drop(odoo.call(&server::link(access.id, values)).await?),
            None if values.values().any(Value::is_string) => {
                let name = self.id.unwrap_or_default();
                odoo.call(&server::first_link(self.record, name, values))
                    .await?;
            }
            None => {}
        }
        Ok(())
    }

    fn result(&self) -> Option<&'static str> {
        match &self.told {
            Told::Nothing | Told::Listens => None,
            Told::Refused(_) => Some("refused"),
            Told::Ran(report) if report.lacks_some() => Some("set_aside"),
            Told::Ran(report) => Some(match report.status {
                Status::Complete | Status::Busy => "complete",
                Status::MoreToCome => "more_to_come",
                Status::Failed => "failed",
                Status::NeedsAttention => "needs_attention",
                Status::Held => "held",
            }),
        }
    }

    fn said(&self, words: Words) -> Option<Said> {
        match &self.told {
            Told::Nothing | Told::Listens => None,
            Told::Refused(faults) => Some(Said::new(|language| {
                let lines = faults.iter().map(|Fault { setting, problem }| {
                    // Whoever reads it has the record open: the field is enough.
                    let field = setting.rsplit('.').next().unwrap_or_default();
                    let problem = (words.sentence)(language, &problem.to_string());
                    format!("{} {problem}", (words.setting)(language, field))
                });
                lines.collect::<Vec<_>>().join("\n")
            })),
            Told::Ran(report) => {
                let detail = report.detail.as_deref()?;
                Some(Said::new(|language| (words.sentence)(language, detail)))
            }
        }
    }

    fn values(&self, words: Words) -> Map<String, Value> {
        if matches!(self.told, Told::Nothing) {
            return Map::new();
        }
        let mut values = Said::values(self.said(words).as_ref(), "x_result");
        values.extend(self.push());
        let mut set = |field: &str, value: Value| values.insert(field.to_owned(), value);
        set("x_result", or_false(self.result().map(str::to_owned)));
        if let Told::Ran(report) = &self.told {
            set("x_synchronised_at", json!(datetime(report.started_at)));
            set("x_complete_at", or_false(report.complete_at.map(datetime)));
        }
        values
    }

    fn links(&self, links: &Links, now: DateTime<Utc>) -> Map<String, Value> {
        let link = |action: Action| {
            self.id
                .and_then(|server| action.address(links, server, now + LIFE))
        };
        Action::BUTTONS
            .into_iter()
            .map(|(action, field)| (field.to_owned(), or_false(link(action))))
            .collect()
    }
}

/// When `server` last pushed a record, where it may push at all. What cannot be read is not shown.
fn last_push(store: &impl KeyValue, server: &Server) -> Option<DateTime<Utc>> {
    match server.push.is_open() {
        true => pushes::last_at(store, &server.id).ok()?,
        false => None,
    }
}

/// Writes what people see of a server. A module of before has no other languages and no pushes: it shows the English, and is told the rest once it
/// has them.
async fn write_shown<W: World>(
    odoo: &Odoo<'_, W>,
    record: i64,
    mut values: Map<String, Value>,
) -> Result<bool, OdooError> {
    let whole = odoo.call(&server::show(record, values.clone())).await;
    let Err(OdooError::NoField { .. }) = whole else {
        return whole;
    };
    for newest in ["x_result_words", "x_pushed_at"] {
        values.remove(newest);
    }
    odoo.call(&server::show(record, values)).await?;
    Ok(false)
}

/// Where links lead, and whether anything signs them.
fn place(links: &Links) -> String {
    let base = links.base.as_ref().map(url::Url::as_str);
    digest(&json!([base, links.keys.can_sign()]))
}

fn digest(value: &Value) -> String {
    Sha256::digest(value.to_string())
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn or_false(text: Option<String>) -> Value {
    text.map_or(Value::Bool(false), Value::from)
}

pub(super) fn datetime(instant: DateTime<Utc>) -> String {
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
        if !matches!(self, Self::Test | Self::Letters) {
            url.query_pairs_mut().append_pair("server", server);
        }
        link.seal(url, &links.keys)
    }
}

/// How often a record is told that nothing has changed: an idle poll writes nothing to Odoo, but once an hour, less what two runs differ.
const HEARTBEAT: TimeDelta = TimeDelta::minutes(59);
/// How long a link holds: a server whose account is held runs no more, and is to be tested after a weekend all the same.
pub(crate) const LIFE: TimeDelta = TimeDelta::days(7);
/// How often links of a server that does not run are renewed.
pub(crate) const RENEWAL: TimeDelta = TimeDelta::days(1);

//! Who cannot be known, but when, to what, and how much of it: the record of everything that was listened to.
//!
//! Every answer with audio has a key of its own, written before the first byte goes out and once more when the last has; nobody else writes
//! it. Keys that are done are folded into segments, each written before those that it replaces are deleted, so that whoever dies or does the
//! same at the same time loses nothing: what is then there twice has the same id. No phone number is in it, and no name of a file.

mod heard;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use heard::Heard;

use super::Stored;
use ports::{KeyValue, StoreError};

/// One answer with audio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listen {
    /// When it began, in seconds since 1970.
    #[serde(rename = "a")]
    pub at: i64,
    /// When it ended, in seconds since 1970; nothing while it goes on, or where it never came to an end.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
    /// The recording: the digest that its validator and the log have.
    #[serde(rename = "r")]
    pub recording: String,
    /// When the call began, in seconds since 1970.
    #[serde(rename = "c")]
    pub call: i64,
    /// When the link ends that it was asked for with, in seconds since 1970: a renewed link is another one.
    #[serde(rename = "x")]
    pub link: i64,
    /// Whether it was asked for as a file to keep.
    #[serde(rename = "k", default, skip_serializing_if = "std::ops::Not::not")]
    pub kept: bool,
    /// Bytes sent.
    #[serde(rename = "b", default)]
    pub bytes: u64,
}

/// One answer, or many that were folded, by their ids.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Segment {
    listens: BTreeMap<String, Listen>,
}

impl Stored for Segment {
    const VERSION: u32 = 1;
}

impl Segment {
    /// Of two sightings of one answer, the one that knows its end counts.
    fn add(&mut self, more: Self) {
        for (id, listen) in more.listens {
            match self.listens.get(&id) {
                Some(known) if known.ended >= listen.ended => {}
                _ => _ = self.listens.insert(id, listen),
            }
        }
    }
}

/// The record of one answer, while it is given.
#[derive(Debug)]
pub struct Open {
    slot: Slot,
    unique: u64,
    listen: Listen,
}

/// Records that an answer begins. `unique` is a number that nobody else has.
///
/// # Errors
/// [`StoreError`] when it cannot be recorded: then nothing may be heard.
pub fn begin(
    store: &impl KeyValue,
    server: &str,
    unique: u64,
    listen: Listen,
) -> Result<Open, StoreError> {
    let slot = Slot::new(server, listen.at, &id(unique), 1);
    let open = Open {
        slot,
        unique,
        listen,
    };
    open.save(store)?;
    Ok(open)
}

impl Open {
    /// Records that the answer has ended after `bytes`; one without a byte was none.
    ///
    /// # Errors
    /// [`StoreError`] when that cannot be recorded: that it began stays.
    pub fn end(
        &mut self,
        store: &impl KeyValue,
        now: DateTime<Utc>,
        bytes: u64,
    ) -> Result<(), StoreError> {
        if bytes == 0 {
            return store.delete(&self.slot.key);
        }
        (self.listen.ended, self.listen.bytes) = (Some(now.timestamp()), bytes);
        self.save(store)
    }

    /// Whether it falls to this one to fold what is there: one in 32 does. Between two polls, listeners must not fill the store, and a
    /// counter would be a value to race for.
    pub fn falls_to_fold(&self) -> bool {
        self.unique.is_multiple_of(32)
    }

    fn save(&self, store: &impl KeyValue) -> Result<(), StoreError> {
        let listens = BTreeMap::from([(id(self.unique), self.listen.clone())]);
        super::save(store, &self.slot.key, &Segment { listens })
    }
}

/// Folds the many small keys of a server into few, where there are many: the store documents 1,024 keys for the whole application.
///
/// # Errors
/// [`StoreError`] when the store fails; whatever it has done until then loses nothing.
pub fn fold(store: &impl KeyValue, server: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let mut small = of_server(&store.keys()?, server);
    small.retain(Slot::is_small);
    if small.len() < MANY {
        return Ok(());
    }
    gather(store, server, &small, now, i64::MIN)
}

/// Folds what is there of all servers, those that are configured no more as well, and removes what began before `since`, at the latest a
/// day after its time.
///
/// # Errors
/// [`StoreError`] when the store fails; whatever it has done until then loses nothing.
pub fn tidy(
    store: &impl KeyValue,
    now: DateTime<Utc>,
    since: DateTime<Utc>,
) -> Result<(), StoreError> {
    let keys = store.keys()?;
    let names = keys.iter().filter_map(|key| key.strip_prefix(PREFIX));
    let servers: BTreeSet<&str> = names
        .filter_map(|name| Some(name.split_once(':')?.0))
        .collect();
    servers
        .into_iter()
        .try_for_each(|server| tidy_server(store, server, of_server(&keys, server), now, since))
}

fn tidy_server(
    store: &impl KeyValue,
    server: &str,
    slots: Vec<Slot>,
    now: DateTime<Utc>,
    since: DateTime<Utc>,
) -> Result<(), StoreError> {
    let overdue = (since - TimeDelta::days(1)).timestamp();
    let (open, full): (Vec<Slot>, Vec<Slot>) = slots
        .into_iter()
        .partition(|slot| slot.is_small() || slot.at < overdue);
    if open.len() > 1 || open.iter().any(|slot| slot.at < overdue) {
        gather(store, server, &open, now, since.timestamp())?;
    }
    let surplus = full.len().saturating_sub(MOST_SEGMENTS);
    full.iter()
        .take(surplus)
        .try_for_each(|slot| store.delete(&slot.key))
}

/// What one server's recordings were listened to since `since`, the latest first.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub fn heard(
    store: &impl KeyValue,
    server: &str,
    since: DateTime<Utc>,
) -> Result<Vec<Heard>, StoreError> {
    let mut whole = Segment::default();
    for slot in of_server(&store.keys()?, server) {
        whole.add(super::load(store, &slot.key)?.unwrap_or_default());
    }
    let listens = whole.listens.into_values();
    let mut listens: Vec<Listen> = listens.filter(|it| it.at >= since.timestamp()).collect();
    listens.sort_by(|a, b| a.place().cmp(&b.place()));
    let mut heard: Vec<Heard> = Vec::new();
    for listen in listens {
        match heard.last_mut().filter(|last| last.goes_on_with(&listen)) {
            Some(last) => last.add(&listen),
            None => heard.push(Heard::of(listen)),
        }
    }
    heard.sort_by_key(|heard| std::cmp::Reverse(heard.from));
    Ok(heard)
}

impl Listen {
    /// Side by side stands what may belong together.
    fn place(&self) -> (&str, i64, bool, i64) {
        (&self.recording, self.link, self.kept, self.at)
    }

    fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.ended.is_none() && now - instant(self.at) < LONGEST
    }
}

/// A key: `listens:<server>:<seconds>-<id>-<answers>`. In the order of keys, answers are in the order in which they began.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    key: String,
    at: i64,
    answers: usize,
}

impl Slot {
    fn new(server: &str, at: i64, id: &str, answers: usize) -> Self {
        let key = key(server, &format!("{at:011}-{id}-{answers}"));
        Self { key, at, answers }
    }

    fn parse(key: &str) -> Option<Self> {
        let mut parts = key.rsplit(':').next()?.split('-');
        let (at, answers) = (parts.next()?.parse().ok()?, parts.nth(1)?.parse().ok()?);
        let key = key.to_owned();
        Some(Self { key, at, answers })
    }

    /// Whether folding it with others saves a key.
    fn is_small(&self) -> bool {
        self.answers < SEGMENT_ANSWERS / 2
    }
}

fn of_server(keys: &[String], server: &str) -> Vec<Slot> {
    let prefix = key(server, "");
    let own = keys.iter().filter(|key| key.starts_with(&prefix));
    let slots: BTreeSet<Slot> = own.filter_map(|key| Slot::parse(key)).collect();
    slots.into_iter().collect()
}

/// Makes segments of `slots`, without what began before `since`. What is still going on stays with whoever writes it.
fn gather(
    store: &impl KeyValue,
    server: &str,
    slots: &[Slot],
    now: DateTime<Utc>,
    since: i64,
) -> Result<(), StoreError> {
    let (mut whole, mut taken) = (Segment::default(), Vec::new());
    for slot in slots {
        // Emptied by somebody else meanwhile, or of another version: not ours to delete.
        let Some(segment) = super::load::<Segment>(store, &slot.key)? else {
            continue;
        };
        if segment.listens.values().any(|listen| listen.is_open(now)) {
            continue;
        }
        if whole.listens.len() + segment.listens.len() > SEGMENT_ANSWERS {
            replace(store, server, std::mem::take(&mut whole), &taken, since)?;
            taken.clear();
        }
        whole.add(segment);
        taken.push(slot);
    }
    replace(store, server, whole, &taken, since)
}

/// Writes `whole` in the place of `taken`.
fn replace(
    store: &impl KeyValue,
    server: &str,
    mut whole: Segment,
    taken: &[&Slot],
    since: i64,
) -> Result<(), StoreError> {
    let before = whole.listens.len();
    whole.listens.retain(|_, listen| listen.at >= since);
    if taken.len() < 2 && whole.listens.len() == before {
        return Ok(());
    }
    let mut segment = None;
    if let Some(at) = whole.listens.values().map(|listen| listen.at).min() {
        let names: Vec<&str> = taken.iter().map(|slot| slot.key.as_str()).collect();
        let digest = Sha256::digest(names.join("\n"));
        let id = digest[..8].iter().map(|byte| format!("{byte:02x}"));
        let slot = Slot::new(server, at, &id.collect::<String>(), whole.listens.len());
        super::save(store, &slot.key, &whole)?;
        segment = Some(slot);
    }
    let replaced = taken.iter().filter(|slot| Some(**slot) != segment.as_ref());
    replaced
        .into_iter()
        .try_for_each(|slot| store.delete(&slot.key))
}

fn id(unique: u64) -> String {
    format!("{unique:016x}")
}

fn instant(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(secs, 0).unwrap_or_default()
}

/// The key called `slot` of a server.
pub(super) fn key(server: &str, slot: &str) -> String {
    format!("{PREFIX}{server}:{slot}")
}

const PREFIX: &str = "listens:";
/// Answers under one key: some 325 kB.
const SEGMENT_ANSWERS: usize = 2_500;
/// Full segments of one server: some 90,000 answers, which are 250 listens a day for 90 days. Beyond, the oldest go first.
const MOST_SEGMENTS: usize = 48;
/// From how many keys on folding is worth its reading.
const MANY: usize = 48;
/// An answer that is not over after so long never came to an end: its instance died.
const LONGEST: TimeDelta = TimeDelta::hours(6);

#[cfg(test)]
mod tests;

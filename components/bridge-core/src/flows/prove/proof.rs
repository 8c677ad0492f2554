//! One day proved: what the UCM holds beside what Odoo holds, the difference healed, and looked at again.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::tally;
use crate::config::{Config, Server};
use crate::flows::deliver::contacts::Book;
use crate::flows::deliver::followup;
use crate::flows::deliver::journal;
use crate::flows::deliver::known::Known;
use crate::flows::poll;
use crate::flows::poll::reader::Reader;
use crate::flows::reach::Odoo;
use crate::flows::reach::failure::Failure;
use crate::flows::reach::timed::Timed;
use crate::flows::recordings::Seals;
use crate::flows::report::count;
use calls::cdr::Call;
use odoo_client::OdooError;
use odoo_client::journal::{self as rows, Entry, Held, HeldKey, KEYS_BATCH};
use ports::{Clock as _, World};

/// What the UCM and Odoo hold of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayProof {
    /// The day.
    pub day: chrono::NaiveDate,
    /// The time zone that the day is one of: the server's, or UTC where none is configured.
    pub zone: String,
    /// When it was proved.
    pub at: DateTime<Utc>,
    /// Calls that the UCM holds.
    pub ucm: u32,
    /// Calls that Odoo held when it was looked at first.
    pub odoo: u32,
    /// Calls that were missing in Odoo.
    pub missing: u32,
    /// Calls that were not in Odoo as the bridge writes them.
    pub altered: u32,
    /// Names of the fields that had been altered.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub altered_fields: BTreeSet<String>,
    /// Calls that only Odoo holds: the UCM has cleaned its log. No error.
    pub only_in_odoo: u32,
    /// Records of the UCM that make no call: they are among the dead letters.
    pub unreadable: u32,
    /// Calls that are missing still, after the healing.
    pub still_missing: u32,
    /// Calls that are altered still, after the healing.
    pub still_altered: u32,
    /// Why the healing came to nothing, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl DayProof {
    /// Whether Odoo has every call that the UCM holds, as it was.
    pub fn is_whole(&self) -> bool {
        self.still_missing + self.still_altered == 0
    }

    /// How many calls the healing brought back.
    pub fn healed(&self) -> u32 {
        (self.missing + self.altered).saturating_sub(self.still_missing + self.still_altered)
    }
}

/// Proves days of one server.
pub(super) struct Prover<'a, 'w, W> {
    pub(super) world: &'a Timed<'w, W>,
    pub(super) config: &'a Config,
    pub(super) server: &'a Server,
    pub(super) odoo: &'a Odoo<'a, Timed<'w, W>>,
    pub(super) reader: Reader<'a, Timed<'w, W>>,
    /// Local time less UTC of the device at its latest calls, in seconds.
    pub(super) utc_offset_secs: Option<i32>,
}

/// How the two differ.
#[derive(Default)]
struct Difference {
    ucm: u32,
    odoo: u32,
    missing: u32,
    altered: Vec<HeldKey>,
    altered_fields: BTreeSet<String>,
    /// Those that only lack the present seal: they are as they were, and are written once more.
    unsealed: Vec<HeldKey>,
    only_in_odoo: u32,
}

impl Difference {
    fn is_none(&self) -> bool {
        self.missing == 0 && self.rows().next().is_none()
    }

    /// Rows that are to be written anew.
    fn rows(&self) -> impl Iterator<Item = &HeldKey> {
        self.altered.iter().chain(&self.unsealed)
    }
}

impl<W: World> Prover<'_, '_, W> {
    /// Proves `day`; a difference is healed by reading the day again.
    pub(super) async fn prove(&mut self, day: Day) -> Result<DayProof, Failure> {
        let now = self.world.now();
        let window = day.window(self.server, self.utc_offset_secs);
        let mut shown = tally::count(&mut self.reader, self.server, window, now, false).await?;
        let mut found = self.compare(day, &shown.calls).await?;
        if shown.is_empty() && found.odoo > 0 {
            // An empty answer is an error of some devices.
            shown = tally::count(&mut self.reader, self.server, window, now, true).await?;
            found = self.compare(day, &shown.calls).await?;
        }
        let (mut left, mut why) = (Difference::default(), None);
        if !found.is_none() {
            why = self.heal(day, &found).await?;
            left = self.compare(day, &shown.calls).await?;
            if left.rows().next().is_some() {
                self.write(&shown.calls, &left).await?;
                left = self.compare(day, &shown.calls).await?;
            }
            why = why.filter(|_| !left.is_none());
        }
        Ok(DayProof {
            day: day.date,
            zone: day.zone_name().to_owned(),
            at: self.world.now(),
            ucm: found.ucm,
            odoo: found.odoo,
            missing: found.missing,
            altered: count(found.altered.len()),
            altered_fields: found.altered_fields,
            only_in_odoo: found.only_in_odoo,
            unreadable: shown.unreadable,
            still_missing: left.missing,
            still_altered: count(left.altered.len()),
            why,
        })
    }

    async fn compare(&self, day: Day, calls: &[Call]) -> Result<Difference, OdooError> {
        let book = Book::new(self.server);
        let seals = Seals::new(&self.config.links);
        let entry = |call: Call| journal::entry(self.server, &book, seals, call);
        let entries: Vec<Entry> = calls.iter().cloned().map(entry).collect();
        let held = self.held(&entries).await?;
        let (from, until) = day.instants();
        let is_of_day = |call: &Call| (from..until).contains(&call.started_at);
        let mut difference = Difference::default();
        for shown in &entries {
            let Some(row) = held.get(shown.key()) else {
                if is_of_day(shown.call()) {
                    difference.ucm += 1;
                    difference.missing += 1;
                }
                continue;
            };
            // Legs that another run saw, or that were pushed, belong to the call as well: those under the bridge's seal.
            let kept = row.kept();
            let are_own = Seals::trust(seals, &row.key, &kept);
            let Some(stored) = kept.own(are_own) else {
                difference.ucm += u32::from(is_of_day(shown.call()));
                continue;
            };
            let whole = entry(shown.call().clone().with_legs(stored));
            if !is_of_day(whole.call()) {
                continue;
            }
            difference.ucm += 1;
            let fields = row.altered(&whole);
            let found = HeldKey {
                id: row.id,
                key: row.key.clone(),
            };
            let is_unsealed = || kept.legs().is_some_and(|legs| legs == whole.call().legs);
            if fields.iter().eq(["x_legs"]) && is_unsealed() {
                difference.unsealed.push(found);
            } else if !fields.is_empty() {
                difference.altered.push(found);
                difference.altered_fields.extend(fields);
            }
        }
        let shown: HashSet<&str> = entries.iter().map(Entry::key).collect();
        let keys = self.keys(from, until).await?;
        difference.odoo = count(keys.len());
        difference.only_in_odoo = count(
            keys.iter()
                .filter(|key| !shown.contains(key.as_str()))
                .count(),
        );
        Ok(difference)
    }

    async fn held(&self, entries: &[Entry]) -> Result<HashMap<String, Held>, OdooError> {
        let mut held = HashMap::new();
        for entries in entries.chunks(rows::HELD_BATCH) {
            let alone = |entry: &Entry| Some(rows::find_held(std::slice::from_ref(entry)));
            let found = self.odoo.in_halves(entries, rows::read_held, alone);
            held.extend(found.await?.into_iter().map(|row| (row.key.clone(), row)));
        }
        Ok(held)
    }

    async fn keys(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<String>, OdooError> {
        let page = |after| rows::keys_between(&self.server.id, from, until, after);
        let found = self.odoo.all(KEYS_BATCH, page, |row| row.id).await?;
        Ok(found.into_iter().map(|row| row.key).collect())
    }

    /// What was altered is marked, so that the replay sees it although its fingerprint says that nothing has changed. Dying in between
    /// leaves a row that the next replay, or the next proof, writes again. Gives what the replay says of itself, where it is not all well.
    async fn heal(&self, day: Day, found: &Difference) -> Result<Option<String>, Failure> {
        self.mark(found).await?;
        let period = day.window(self.server, self.utc_offset_secs);
        // What it could not do shows in the comparison that follows, and is tried again.
        let (report, _) = poll::replay(self.world, self.config, self.server, period).await;
        Ok(report.detail)
    }

    async fn mark(&self, found: &Difference) -> Result<(), OdooError> {
        let ids: Vec<i64> = found.rows().map(|row| row.id).collect();
        for ids in ids.chunks(rows::HELD_BATCH) {
            self.odoo.call(&rows::mark_altered(ids.to_vec())).await?;
        }
        Ok(())
    }

    /// Writes the calls of the rows that are left as the UCM shows them, each whole: a replay may meet one in two parts, at the end of a page, and no
    /// part tells of the legs in the row that it does not have.
    async fn write(&self, calls: &[Call], left: &Difference) -> Result<(), Failure> {
        self.mark(left).await?;
        let keys: HashSet<&str> = left.rows().map(|row| row.key.as_str()).collect();
        let calls = calls.iter();
        let calls: Vec<&Call> = calls
            .filter(|call| keys.contains(rows::key(&call.id).as_str()))
            .collect();
        let known = Known::new(self.server, &self.config.links, self.world.now());
        let writing = journal::write(self.odoo, &known, &calls, None);
        let written = followup::noted(self.world, self.odoo, self.server, writing).await;
        written.map(drop)
    }
}

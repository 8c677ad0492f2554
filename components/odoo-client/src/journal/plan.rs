//! What to create and what to write, given what is there.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::change::Change;
use super::entry::{self, Entry};
use super::existing::{Differing, EXISTING, Existing, UNDECIDED};
use super::stored::{Kept, Legs, StoredLegs};
use super::{FIND_BATCH, MODEL};
use crate::Call;
use calls::cdr::{self, Leg, Recording};
use calls::contacts::Standing;
use calls::followup;

/// Entries beside what is there.
#[derive(Debug, Default)]
pub struct Compared {
    /// Not in Odoo yet.
    pub new: Vec<Entry>,
    /// There, with another content: read its legs, then [`Differing::complete`].
    pub differing: Vec<Differing>,
    /// There with the same content, but no contact was certain when it was written: one may have appeared since.
    pub undecided: Vec<Entry>,
    /// Number of rows that need nothing.
    pub unchanged: usize,
}

/// What tells legs that the bridge has stored from those that somebody has written in Odoo.
pub trait Trust {
    /// Whether the bridge has stored `kept` with the call `key`.
    fn has_stored(&self, key: &str, kept: &Kept) -> bool;

    /// Whether the name of `file` says that it is a recording of this very `leg` of `call`: a UCM names some later than the record of their call.
    fn is_recording_of(&self, call: &cdr::Call, leg: &Leg, file: &str) -> bool;
}

/// A call with all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// The call.
    pub call: cdr::Call,
    /// Whether each of its legs was just seen, or stored by the bridge itself: anybody else may have added the others in Odoo.
    pub is_vouched: bool,
}

impl Whole {
    fn vouched(call: cdr::Call) -> Self {
        Self {
            call,
            is_vouched: true,
        }
    }
}

/// What to send. Sending it twice does no harm.
#[derive(Debug, Default)]
pub struct Plan {
    /// Rows to create.
    pub create: Vec<NewRow>,
    /// Rows to change.
    pub write: Vec<Change>,
    /// Number of rows that need nothing.
    pub unchanged: usize,
}

/// A row to create.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRow {
    /// Its key, for speaking of it.
    pub key: String,
    /// All its values: kilobytes, which a call to Odoo shares.
    pub values: Arc<Value>,
}

impl NewRow {
    /// Whether somebody called in vain.
    pub fn is_in_vain(&self) -> bool {
        let value = |name: &str| self.values[name].as_str().unwrap_or_default();
        followup::is_in_vain(value("x_direction"), value("x_outcome"))
    }
}

/// Asks which of `keys` are there. At most [`FIND_BATCH`] keys a call.
pub fn find<'a>(keys: impl IntoIterator<Item = &'a str>) -> Vec<Call<Vec<Existing>>> {
    let keys: Vec<&str> = keys.into_iter().collect();
    keys.chunks(FIND_BATCH)
        .map(|keys| Call::search_read(MODEL, json!([["x_uid", "in", keys]]), &EXISTING))
        .collect()
}

/// Asks for the calls of a server that began at `from` or later: for all of them where they are fewer than [`FIND_BATCH`].
pub fn find_since(server: &str, from: DateTime<Utc>) -> Call<Vec<Existing>> {
    let from = from.format("%Y-%m-%d %H:%M:%S").to_string();
    let domain = json!([["x_server", "=", server], ["x_started_at", ">=", from]]);
    Call::search_read(MODEL, domain, &EXISTING).limit(FIND_BATCH)
}

/// Tells new, differing and unchanged entries apart.
pub fn compare(entries: Vec<Entry>, existing: &[Existing]) -> Compared {
    let by_key: HashMap<&str, &Existing> =
        existing.iter().map(|row| (row.key.as_str(), row)).collect();
    let mut compared = Compared::default();
    for entry in entries {
        match by_key.get(entry.key()) {
            None => compared.new.push(entry),
            Some(row) if row.fingerprint != entry.fingerprint() => {
                compared.differing.push(Differing {
                    existing: (*row).clone(),
                    entry,
                });
            }
            Some(row) if row.awaits_contact() => compared.undecided.push(entry),
            Some(_) => compared.unchanged += 1,
        }
    }
    compared
}

impl Differing {
    /// The call with the legs that are stored with the row as well as those just seen, as far as `trust` goes.
    ///
    /// `None` when a later version of the bridge has written the row: it knows more than this one, and the row is left to it.
    pub fn complete(&self, stored: &[StoredLegs], trust: &impl Trust) -> Option<Whole> {
        let seen = self.entry.call();
        let Some(row) = stored.iter().find(|row| row.id == self.existing.id) else {
            return Some(Whole::vouched(seen.clone()));
        };
        let is_own = trust.has_stored(&self.existing.key, &row.kept);
        let known = match row.kept.read(is_own) {
            Legs::Known(legs) => legs,
            Legs::Newer => return None,
            Legs::Unreadable => Vec::new(),
        };
        if is_own {
            return Some(Whole::vouched(seen.clone().with_legs(known)));
        }
        // Where the UCM has shown them all, it is what it has shown that counts.
        let shown: Option<Vec<Leg>> = known.iter().map(|leg| shown(seen, leg, trust)).collect();
        Some(match shown {
            Some(shown) => Whole::vouched(seen.clone().with_legs(shown)),
            None => Whole {
                call: seen.clone().with_legs(known),
                is_vouched: false,
            },
        })
    }

    /// The number by which the bridge has found the contact, if it says that it has. The call may be another number's by now: a transfer that was
    /// seen alone is a call to whom it leads, and with what came before it the call of who was transferred.
    pub fn found_by<'s>(&self, stored: &'s [StoredLegs]) -> Option<&'s str> {
        let row = stored.iter().find(|row| row.id == self.existing.id)?;
        let is_found = self.existing.has_found() && !row.number.is_empty();
        is_found.then_some(row.number.as_str())
    }
}

/// Decides what to create and what to write. `existing` is what [`find`] told, `decided` each entry with its contact.
pub fn plan_writes(existing: &[Existing], decided: Vec<(Entry, Standing)>) -> Plan {
    let by_key: HashMap<&str, &Existing> =
        existing.iter().map(|row| (row.key.as_str(), row)).collect();
    let mut plan = Plan::default();
    for (entry, standing) in decided {
        let Some(row) = by_key.get(entry.key()) else {
            plan.create.push(NewRow {
                key: entry.key().to_owned(),
                values: Arc::new(Value::Object(entry.create_values(&standing))),
            });
            continue;
        };
        let changes = row.changes(entry, &standing);
        if changes.is_empty() {
            plan.unchanged += 1;
        } else {
            plan.write.push(Change {
                row: (*row).clone(),
                values: Value::Object(changes),
            });
        }
    }
    plan
}

impl Plan {
    /// The calls that create rows `rows` of [`Plan::create`]; a batch refused as a whole goes to [`Bisect`](super::bisect::Bisect).
    pub fn create_call(rows: &[NewRow]) -> Call<Vec<i64>> {
        let rows = rows.iter().map(|row| Arc::clone(&row.values)).collect();
        Call::create_shared(MODEL, rows).context(UNTRACKED, true)
    }
}

impl Existing {
    fn changes(&self, entry: Entry, standing: &Standing) -> Map<String, Value> {
        let mut changes = if self.fingerprint == entry.fingerprint() {
            Map::new()
        } else {
            // Where it is not known, the to-do of the call may be one that a person has closed.
            entry.own_values(self.was_in_vain.unwrap_or(true))
        };
        if let Some(mistaken) = &self.mistaken {
            let was_assigned = mistaken
                .assignment()
                .map(|_| ("x_number_id".to_owned(), json!(false)));
            changes.extend(was_assigned);
            changes.extend(entry::contact_values(standing));
        } else if self.awaits_contact() && self.standing != standing.value() {
            changes.extend(entry::contact_values(standing));
        } else if self.contact.is_some() && UNDECIDED.contains(&self.standing.as_str()) {
            changes.extend(chosen_by_hand());
        }
        changes
    }
}

/// The leg of `seen` that `leg` is, with those recordings of `leg` that are of it; nothing where it is another one, or has others. What the rest of
/// `leg` says is nobody's word.
fn shown(seen: &cdr::Call, leg: &Leg, trust: &impl Trust) -> Option<Leg> {
    let mut legs = seen.legs.iter();
    let same = legs.find(|seen| seen.key() == leg.key() || seen.tells_better(leg))?;
    let mut shown = same.clone();
    let known = seen.legs.iter().flat_map(|leg| &leg.recordings);
    let names: Vec<&str> = known.map(Recording::base_name).collect();
    let others = leg.recordings.iter();
    for other in others.filter(|recording| !names.contains(&recording.base_name())) {
        if !trust.is_recording_of(seen, same, &other.file) {
            return None;
        }
        shown.recordings.push(other.clone());
    }
    Some(shown)
}

/// A person has chosen a contact where the bridge could not: the row says so, and is left alone from then on.
fn chosen_by_hand() -> Map<String, Value> {
    let values =
        json!({ "x_match": MANUAL, "x_match_reason": false, "x_candidate_ids": [[6, 0, []]] });
    values.as_object().cloned().unwrap_or_default()
}

/// A key of the context: no message in the chatter of a call says that it was made or changed, which would take longer than making it.
pub const UNTRACKED: &str = "tracking_disable";

/// Value of `x_match` once a person has chosen.
const MANUAL: &str = "manual";

#[cfg(test)]
mod tests;

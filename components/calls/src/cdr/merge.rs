//! Sightings of legs, put together.
//!
//! A leg may be seen more than once: pushed when it ends, polled again, its recording named later. Merging is a *join*, field by field:
//! what is known wins over what is not, more over less. Hence order, grouping and repetition do not matter.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::{Disposition, Leg, Recording};

impl Leg {
    /// What two sightings of one leg (of one [`key`](Leg::key)) say together. Commutative, associative and idempotent.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            session: self.session.max(other.session),
            acct_id: self.acct_id.max(other.acct_id),
            unique_id: self.unique_id.max(other.unique_id),
            start: self.start.max(other.start),
            answer: self.answer.max(other.answer),
            end: self.end.max(other.end),
            src: self.src.max(other.src),
            new_src: self.new_src.max(other.new_src),
            dst: self.dst.max(other.dst),
            caller_name: self.caller_name.max(other.caller_name),
            called_name: self.called_name.max(other.called_name),
            duration_secs: self.duration_secs.max(other.duration_secs),
            billsec_secs: self.billsec_secs.max(other.billsec_secs),
            disposition: join_dispositions(self.disposition, other.disposition),
            action: self.action.max(other.action),
            owner: self.owner.max(other.owner),
            last_app: join_applications(self.last_app, other.last_app),
            mailbox: self.mailbox.max(other.mailbox),
            context: self.context.max(other.context),
            userfield: self.userfield.max(other.userfield),
            channel_ext: self.channel_ext.max(other.channel_ext),
            dst_channel_ext: self.dst_channel_ext.max(other.dst_channel_ext),
            dst_answer: self.dst_answer.max(other.dst_answer),
            src_trunk: self.src_trunk.max(other.src_trunk),
            dst_trunk: self.dst_trunk.max(other.dst_trunk),
            recordings: join_recordings(self.recordings, other.recordings),
            anonymous: self.anonymous | other.anonymous,
            direction_hint: self.direction_hint.max(other.direction_hint),
            zoned: self.zoned | other.zoned,
            untimed: self.untimed & other.untimed,
        }
    }
}

/// The legs of both, each once, in order of their start and, within a second, of their writing.
pub fn merge_legs(a: impl IntoIterator<Item = Leg>, b: impl IntoIterator<Item = Leg>) -> Vec<Leg> {
    let mut known = BTreeMap::new();
    for leg in a.into_iter().chain(b) {
        let merged = match known.remove(&leg.key()) {
            Some(seen) => leg.merge(seen),
            None => leg,
        };
        known.insert(merged.key(), merged);
    }
    let mut legs: Vec<Leg> = known.into_values().collect();
    legs.sort_by_cached_key(order);
    legs
}

/// Legs that start in the same second are in order of `AcctId`, read as the number it is.
fn order(leg: &Leg) -> (String, NaiveDateTime, usize, String) {
    let key = leg.key();
    (key.session, key.start, key.acct_id.len(), key.acct_id)
}

/// The better of two: an answer over none, a known word over an unknown one, any over nothing.
fn join_dispositions(a: Disposition, b: Disposition) -> Disposition {
    match (a.is_unknown(), b.is_unknown()) {
        (true, _) => b,
        (_, true) => a,
        _ => a.min(b),
    }
}

/// Any over the mark of a copy: of a leg without a number the copy that the PBX forks off has the same key, and says less of what ran on it.
fn join_applications(a: String, b: String) -> String {
    let rank = |app: &String| (!app.is_empty(), app != "ForkCDR");
    match rank(&a).cmp(&rank(&b)) {
        Ordering::Less => b,
        Ordering::Greater => a,
        Ordering::Equal => a.max(b),
    }
}

/// One file may be named with its sub-directory and without: with it, more is known.
pub(super) fn join_recordings(a: Vec<Recording>, b: Vec<Recording>) -> Vec<Recording> {
    let mut by_name: BTreeMap<String, Recording> = BTreeMap::new();
    for recording in a.into_iter().chain(b) {
        let name = recording.base_name().to_owned();
        let joined = match by_name.remove(&name) {
            Some(known) => Recording {
                part: known.part.min(recording.part),
                file: longer(known.file, recording.file),
                size_bytes: known.size_bytes.max(recording.size_bytes),
            },
            None => recording,
        };
        by_name.insert(name, joined);
    }
    let mut all: Vec<Recording> = by_name.into_values().collect();
    all.sort();
    all
}

fn longer(a: String, b: String) -> String {
    let rank = |name: &String| (name.len(), name.clone());
    if rank(&a) < rank(&b) { b } else { a }
}

//! Pushed legs that Odoo has not confirmed yet: durable before the UCM is told that they are taken.
//!
//! Every push has a key of its own, written by a plain `set` and deleted once confirmed: no value is shared, so nobody races for one. A
//! backlog is folded into few keys, each again written before those that it replaces are deleted; what is then there twice for a while is
//! harmless, because merging legs is idempotent.
//!
//! A parcel is meant for the Odoo that the settings named when it came, and waits for that one: it is in the key, and who brings parcels into
//! another Odoo does not see it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::{DeadLetter, Lease, MOST_VALUE_BYTES, Place, Stored, key};
use calls::cdr::Leg;
use ports::{KeyValue, StoreError};

/// What came in one push, or in several that were folded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// When the latest of it came.
    pub at: DateTime<Utc>,
    /// The legs.
    pub legs: Vec<Leg>,
    /// What could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<DeadLetter>,
}

impl Stored for Parcel {
    const VERSION: u32 = 1;
}

impl Parcel {
    /// Its two halves, where the parcel that came as `body` is too large for one value.
    fn halves(&self, body: &[u8]) -> Option<[Self; 2]> {
        let is_small = body.len() < SMALL_BODY_BYTES || self.legs.len() + self.unread.len() < 2;
        if is_small || json(self).is_ok_and(|json| json.len() <= SEGMENT_BYTES) {
            return None;
        }
        let (legs, unread) = (
            self.legs.split_at(self.legs.len() / 2),
            self.unread.split_at(self.unread.len() / 2),
        );
        let half = |legs: &[Leg], unread: &[DeadLetter]| Self {
            at: self.at,
            legs: legs.to_vec(),
            unread: unread.to_vec(),
        };
        Some([half(legs.0, unread.0), half(legs.1, unread.1)])
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|error| StoreError(error.to_string()))
}

/// The key of a parcel: `inbox:<place>:<server>:<milliseconds>-<digest>-<legs>`. In the order of keys, parcels are in the order in which they came.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    key: String,
    legs: usize,
}

impl Slot {
    /// The key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// How many legs the parcel holds.
    pub fn legs(&self) -> usize {
        self.legs
    }

    /// Whether it falls to this push to look for a backlog: [`ONE_IN`] does. While Odoo is down, pushes must not fill the store between two
    /// ticks, and a counter would be a value to race for.
    pub fn falls_to_fold(&self) -> bool {
        self.digest().is_multiple_of(ONE_IN)
    }

    /// One of `parts`, another one for most others.
    fn pick<'p, T: ?Sized>(&self, parts: &[&'p T]) -> Option<&'p T> {
        let turn = usize::try_from(self.digest() / ONE_IN % 1_024).unwrap_or_default();
        let place = turn.checked_rem(parts.len())?;
        parts.get(place).copied()
    }

    fn digest(&self) -> u64 {
        let digest = self.key.rsplit('-').nth(1).unwrap_or_default();
        u64::from_str_radix(digest, 16).unwrap_or(1)
    }

    fn parse(key: String) -> Option<Self> {
        let legs = key.rsplit('-').next()?.parse().ok()?;
        Some(Self { key, legs })
    }

    fn millis(&self) -> &str {
        let name = self.key.rsplit(':').next().unwrap_or_default();
        name.split('-').next().unwrap_or_default()
    }

    /// Whether folding it with others saves a key.
    fn is_small(&self) -> bool {
        self.legs < SEGMENT_LEGS / 2
    }
}

/// Keeps the `parcel` that came as `body`, in parts where one value cannot hold it. When this returns, it is durable.
///
/// # Errors
/// [`StoreError`] when it is not kept; the sender must hear of it.
pub fn keep(
    store: &impl KeyValue,
    place: &Place,
    server: &str,
    parcel: &Parcel,
    body: &[u8],
) -> Result<Slot, StoreError> {
    if let Some([first, second]) = parcel.halves(body) {
        keep(store, place, server, &first, &json(&first)?)?;
        return keep(store, place, server, &second, &json(&second)?);
    }
    // What cannot be read is sent again and again by a device that insists: without the time, it takes one key.
    let millis = if parcel.legs.is_empty() {
        0
    } else {
        parcel.at.timestamp_millis()
    };
    let millis = format!("{millis:013}");
    let slot = slot(place, server, &millis, body, parcel.legs.len());
    super::save(store, slot.key(), parcel)?;
    Ok(slot)
}

/// The parcels of one server for the Odoo at `place` among `keys`, in the order in which they came.
pub fn of_server(keys: &[String], place: &Place, server: &str) -> Vec<Slot> {
    let prefix = key(place, server, "");
    let own = keys.iter().filter(|key| key.starts_with(&prefix));
    let slots: BTreeSet<Slot> = own.filter_map(|key| Slot::parse(key.clone())).collect();
    slots.into_iter().collect()
}

/// How many parcels wait for the Odoo at `place` of each server, by its id.
pub fn by_server(keys: &[String], place: &Place) -> BTreeMap<String, u64> {
    let prefix = format!("{PREFIX}{place}:");
    let mut waiting = BTreeMap::new();
    let slots = keys.iter().filter_map(|key| key.strip_prefix(&prefix));
    for (server, _) in slots.filter_map(|slot| slot.rsplit_once(':')) {
        *waiting.entry(server.to_owned()).or_default() += 1;
    }
    waiting
}

/// Whether a parcel of any server for the Odoo at `place` is among `keys`.
pub fn has_some(keys: &[String], place: &Place) -> bool {
    let prefix = format!("{PREFIX}{place}:");
    keys.iter().any(|key| key.starts_with(&prefix))
}

/// The first of `slots` that together hold about `SEGMENT_LEGS` legs: what is read and written at once.
pub fn batch(slots: &[Slot]) -> &[Slot] {
    let mut legs = 0;
    let fits = slots.iter().take_while(|slot| {
        legs += slot.legs.max(1);
        legs <= SEGMENT_LEGS
    });
    &slots[..fits.count().clamp(1, slots.len().max(1)).min(slots.len())]
}

/// Folds many small parcels into few, where there are many.
///
/// # Errors
/// [`StoreError`] when the store fails; whatever it has done until then loses nothing.
pub fn fold(store: &impl KeyValue, place: &Place, server: &str) -> Result<(), StoreError> {
    fold_among(store, place, server, &store.keys()?, MANY)
}

/// The same, by one at a time, where the store is filling up: for pushes that have been answered.
///
/// # Errors
/// [`StoreError`] when the store fails; whatever it has done until then loses nothing.
pub fn tidy(
    store: &impl KeyValue,
    place: &Place,
    server: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let keys = store.keys()?;
    if keys.len() < FILLING_UP {
        return Ok(());
    }
    let lease = key::of(server, key::What::FoldLease);
    if !Lease::take(store, &lease, now, now + FOLDING)? {
        return Ok(());
    }
    fold_among(store, place, server, &keys, MANY)?;
    store.delete(&lease)
}

/// Some of the same where the store is nearly full, whoever else is at it: for pushes that have not been answered, so that they come no
/// faster than there is room, and none waits for the whole backlog. Which part it is follows from the push's own `slot`: several at once
/// would otherwise all fold the same. Where there is hardly room for more, the parcels of other servers are folded as well: many servers fill
/// the store with a few parcels each.
///
/// # Errors
/// [`StoreError`] when the store fails; whatever it has done until then loses nothing.
pub fn make_room(
    store: &impl KeyValue,
    place: &Place,
    server: &str,
    slot: &Slot,
) -> Result<(), StoreError> {
    let keys = store.keys()?;
    if keys.len() < NEARLY_FULL {
        return Ok(());
    }
    if keys.len() >= ALL_BUT_FULL {
        let servers = by_server(&keys, place);
        let mut several = servers.iter().filter(|(_, parcels)| **parcels > 1);
        return several.try_for_each(|(server, _)| fold_among(store, place, server, &keys, 0));
    }
    let mut tiny = of_server(&keys, place, server);
    tiny.retain(|slot| slot.legs <= TINY_LEGS);
    let parts: Vec<&[Slot]> = tiny.chunks_exact(AT_ONCE).collect();
    match slot.pick(&parts) {
        Some(part) => fold_some(store, place, server, part).map(drop),
        None => fold_among(store, place, server, &keys, 0),
    }
}

/// Folds the small parcels of a server, where they are so many at `least`.
fn fold_among(
    store: &impl KeyValue,
    place: &Place,
    server: &str,
    keys: &[String],
    least: usize,
) -> Result<(), StoreError> {
    let mut small = of_server(keys, place, server);
    small.retain(Slot::is_small);
    if small.len() < least {
        return Ok(());
    }
    let mut rest = small.as_slice();
    while rest.len() > 1 {
        let seen = fold_some(store, place, server, batch(rest))?;
        rest = rest.get(seen.max(1)..).unwrap_or_default();
    }
    Ok(())
}

/// Folds as many of `slots`, from the first, as one value can hold, and says how many it has looked at for that.
fn fold_some(
    store: &impl KeyValue,
    place: &Place,
    server: &str,
    slots: &[Slot],
) -> Result<usize, StoreError> {
    let (mut read, mut size_bytes, mut seen) = (Vec::new(), 0, 0);
    for slot in slots {
        // Emptied by somebody else meanwhile, otherwise.
        if let Some(bytes) = store.get(slot.key())? {
            size_bytes += bytes.len();
            if size_bytes > SEGMENT_BYTES {
                break;
            }
            read.push((slot, bytes));
        }
        seen += 1;
    }
    let sealed = read
        .iter()
        .filter_map(|(slot, bytes)| Some((*slot, Sealed::read(bytes)?)));
    let (taken, parcels): (Vec<&Slot>, Vec<Sealed<'_>>) = sealed.unzip();
    let [first, _, ..] = taken.as_slice() else {
        return Ok(seen);
    };
    let names: Vec<&str> = taken.iter().map(|slot| slot.key()).collect();
    let whole = Sealed::join(parcels);
    let segment = slot(
        place,
        server,
        first.millis(),
        names.join("\n").as_bytes(),
        whole.legs.len(),
    );
    store.set(segment.key(), &json(&whole)?)?;
    for slot in taken.into_iter().filter(|slot| **slot != segment) {
        store.delete(slot.key())?;
    }
    Ok(seen)
}

/// A parcel as it is kept: nobody who only folds looks into its legs.
#[derive(Serialize, Deserialize)]
struct Sealed<'a> {
    v: u32,
    at: DateTime<Utc>,
    #[serde(borrow)]
    legs: Vec<&'a RawValue>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    unread: Vec<&'a RawValue>,
}

impl<'a> Sealed<'a> {
    /// One of this version; others are not ours to fold.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let sealed: Self = serde_json::from_slice(bytes).ok()?;
        (sealed.v == Parcel::VERSION).then_some(sealed)
    }

    fn join(parcels: Vec<Self>) -> Self {
        let mut whole = Self {
            v: Parcel::VERSION,
            at: DateTime::UNIX_EPOCH,
            legs: Vec::new(),
            unread: Vec::new(),
        };
        for parcel in parcels {
            whole.at = whole.at.max(parcel.at);
            whole.legs.extend(parcel.legs);
            whole.unread.extend(parcel.unread);
        }
        whole
    }
}

fn slot(place: &Place, server: &str, millis: &str, content: &[u8], legs: usize) -> Slot {
    let digest: String = Sha256::digest(content)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let key = key(place, server, &format!("{millis}-{digest}-{legs}"));
    Slot { key, legs }
}

/// The key of the parcel called `slot`.
pub(super) fn key(place: &Place, server: &str, slot: &str) -> String {
    format!("{PREFIX}{place}:{server}:{slot}")
}

const PREFIX: &str = "inbox:";
/// Legs that are written to Odoo at once, and kept under one key: some 250 kB.
const SEGMENT_LEGS: usize = 500;
/// What a segment holds at most, in bytes.
const SEGMENT_BYTES: usize = MOST_VALUE_BYTES - 1_000;
/// A body whose parcel fits into a value whatever is in it: JSON inside JSON inside JSON grows fourfold.
const SMALL_BODY_BYTES: usize = SEGMENT_BYTES / 6;
/// From how many parcels on folding is worth its reading.
const MANY: usize = 48;
/// From how many keys on it folds all that there is.
const ALL_BUT_FULL: usize = 832;
/// How many parcels a push folds otherwise, and how many legs each of them has at most.
const AT_ONCE: usize = 64;
const TINY_LEGS: usize = 7;
/// Of so many pushes one looks whether the store is filling up.
pub const ONE_IN: u64 = 32;
/// From how many keys on, of all servers and kinds, answered pushes fold: the store documents 1,024 for the whole application.
const FILLING_UP: usize = 256;
/// From how many keys on a push folds before it is answered.
const NEARLY_FULL: usize = 512;
/// How long folding takes at most; then somebody else may, which does the work twice and loses nothing.
const FOLDING: TimeDelta = TimeDelta::seconds(5);

#[cfg(test)]
mod tests;

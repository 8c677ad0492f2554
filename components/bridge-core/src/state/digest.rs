//! Which calls are known to be in Odoo as they are, so that an idle poll does not ask Odoo at all.

use std::cmp::Reverse;
use std::collections::HashMap;

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::{MOST_VALUE_BYTES, Stored};

/// Fingerprints of the calls that recent polls have seen confirmed, by session.
///
/// A fingerprint is of the legs *as the UCM gave them*, so that the same answer is recognised without asking anybody.
#[derive(Debug, Clone, Default)]
pub struct Digest {
    calls: HashMap<u64, Seen>,
    changed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    legs: u64,
    started_at: u32,
}

impl Digest {
    /// Whether the call was confirmed with these very legs.
    pub fn knows(&self, session: &str, legs: [u8; 16]) -> bool {
        self.calls
            .get(&short(&Sha256::digest(session)))
            .is_some_and(|seen| seen.legs == short(&legs))
    }

    /// Remembers a call as confirmed.
    pub fn note(&mut self, session: &str, legs: [u8; 16], started_at: DateTime<Utc>) {
        let started_at = u32::try_from(started_at.timestamp()).unwrap_or(0);
        let seen = Seen {
            legs: short(&legs),
            started_at,
        };
        self.changed |= self.calls.insert(short(&Sha256::digest(session)), seen) != Some(seen);
    }

    /// Forgets calls that began before `horizon`: no poll looks back that far.
    pub fn forget_before(&mut self, horizon: DateTime<Utc>) {
        let before = self.calls.len();
        self.calls
            .retain(|_, seen| i64::from(seen.started_at) >= horizon.timestamp());
        self.changed |= self.calls.len() != before;
    }

    /// Whether anything changed since this was last asked: what has not changed is not stored again.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }
}

/// The first eight bytes: among the few thousand calls of a look-back, two alike are less likely than a disk losing one.
fn short(hash: &[u8]) -> u64 {
    hash.iter()
        .take(8)
        .fold(0, |value, byte| value << 8 | u64::from(*byte))
}

impl Stored for Digest {
    const VERSION: u32 = 1;
}

/// On the wire: 20 bytes a call in base64, so that a busy day stays below what a store takes. Beyond, the oldest calls are left out: about
/// them Odoo is asked once more.
#[derive(Serialize, Deserialize)]
struct Packed {
    packed: String,
}

const BYTES_A_CALL: usize = 20;
/// Calls whose base64 fits into a value.
const MOST_CALLS: usize = (MOST_VALUE_BYTES - 1_000) / 4 * 3 / BYTES_A_CALL;

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut calls: Vec<_> = self.calls.iter().collect();
        calls.sort_unstable_by_key(|(session, seen)| (Reverse(seen.started_at), **session));
        calls.truncate(MOST_CALLS);
        let mut bytes = Vec::with_capacity(calls.len() * BYTES_A_CALL);
        for (session, seen) in calls {
            bytes.extend(session.to_be_bytes());
            bytes.extend(seen.legs.to_be_bytes());
            bytes.extend(seen.started_at.to_be_bytes());
        }
        Packed {
            packed: BASE64_STANDARD_NO_PAD.encode(bytes),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let packed = Packed::deserialize(deserializer)?.packed;
        let bytes = BASE64_STANDARD_NO_PAD
            .decode(packed)
            .map_err(serde::de::Error::custom)?;
        let (calls, _) = bytes.as_chunks::<BYTES_A_CALL>();
        let calls = calls.iter().map(|call| {
            let (session, rest) = call.split_at(8);
            let (legs, started_at) = rest.split_at(8);
            let started_at = started_at
                .iter()
                .fold(0, |value, byte| value << 8 | u32::from(*byte));
            (
                short(session),
                Seen {
                    legs: short(legs),
                    started_at,
                },
            )
        });
        Ok(Self {
            calls: calls.collect(),
            changed: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::{Digest, MOST_CALLS, MOST_VALUE_BYTES};

    fn at(secs: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(secs, 0).unwrap()
    }

    #[test]
    fn only_the_same_legs_are_known() {
        let mut digest = Digest::default();
        digest.note("1717090900484188-1001", [1; 16], at(1_717_090_900));
        assert!(digest.knows("1717090900484188-1001", [1; 16]));
        assert!(!digest.knows("1717090900484188-1001", [2; 16]));
        assert!(!digest.knows("1717090900484188-1002", [1; 16]));
    }

    #[test]
    fn it_survives_storage_and_forgets_what_is_old() {
        let mut digest = Digest::default();
        for call in 0..100_u8 {
            digest.note(
                &format!("s{call}"),
                [call; 16],
                at(1_700_000_000 + i64::from(call)),
            );
        }
        let text = serde_json::to_string(&digest).unwrap();
        let mut back: Digest = serde_json::from_str(&text).unwrap();
        assert!((0..100).all(|call| back.knows(&format!("s{call}"), [call; 16])));
        back.forget_before(at(1_700_000_050));
        assert!(!back.knows("s49", [49; 16]) && back.knows("s50", [50; 16]));
    }

    #[test]
    fn of_more_calls_than_a_value_holds_the_latest_are_kept() {
        let mut digest = Digest::default();
        for call in 0..i64::try_from(MOST_CALLS).unwrap() + 10 {
            digest.note(&format!("s{call}"), [1; 16], at(1_700_000_000 + call));
        }
        let text = serde_json::to_string(&digest).unwrap();
        assert!(text.len() < MOST_VALUE_BYTES, "{}", text.len());
        let back: Digest = serde_json::from_str(&text).unwrap();
        assert!(!back.knows("s9", [1; 16]) && back.knows("s10", [1; 16]));
    }
}

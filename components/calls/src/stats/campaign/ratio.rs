//! Parts of a whole and sums by the piece, rounded to the nearest, half up. Nothing is divided by nothing.

use serde::{Serialize, Serializer};

/// A number with two decimals, in hundredths; programs read it as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hundredths(pub u64);

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 100.0)
    }
}

/// How much comes on each of `pieces`.
pub(super) fn per(sum: u64, pieces: u64) -> Option<Hundredths> {
    scaled(sum, pieces, 100).map(Hundredths)
}

/// The same as a whole number.
pub(super) fn whole(sum: u64, pieces: u64) -> Option<u64> {
    scaled(sum, pieces, 1)
}

/// A part in a thousand of a whole.
pub(super) fn per_mille(part: u64, whole: u64) -> Option<u32> {
    scaled(part, whole, 1_000).and_then(|share| u32::try_from(share).ok())
}

fn scaled(sum: u64, pieces: u64, scale: u64) -> Option<u64> {
    let (sum, pieces) = (u128::from(sum) * u128::from(scale), u128::from(pieces));
    let rounded = (sum * 2 + pieces).checked_div(pieces * 2)?;
    u64::try_from(rounded).ok()
}

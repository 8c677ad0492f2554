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

/// A part in a thousand of a whole. All of it is only said of all, and nothing of none: one call of thousands that nobody answered is not rounded
/// away.
pub fn per_mille(part: u64, whole: u64) -> Option<u32> {
    let share = u32::try_from(scaled(part, whole, ALL.into())?).ok()?;
    Some(match part {
        0 => 0,
        part if part < whole => share.clamp(1, ALL - 1),
        _ => share,
    })
}

const ALL: u32 = 1_000;

fn scaled(sum: u64, pieces: u64, scale: u64) -> Option<u64> {
    let (sum, pieces) = (u128::from(sum) * u128::from(scale), u128::from(pieces));
    let rounded = (sum * 2 + pieces).checked_div(pieces * 2)?;
    u64::try_from(rounded).ok()
}

#[cfg(test)]
mod tests {
    use super::per_mille;

    #[test]
    fn a_part_is_rounded_but_not_to_all_or_nothing() {
        for (part, whole, share) in [
            (1, 3, Some(333)),
            (1, 2_000, Some(1)),
            (1, 2_001, Some(1)),
            (0, 9, Some(0)),
            (1_999, 2_000, Some(999)),
            (u64::MAX - 1, u64::MAX, Some(999)),
            (2_000, 2_000, Some(1_000)),
            (0, 0, None),
        ] {
            assert_eq!(per_mille(part, whole), share, "{part} of {whole}");
        }
    }
}

//! Two numbers that follow each other, written as one and the last digits of the other: `030 12345678/79`.

use super::number::parts;
use super::{Country, Dialled, Numbering, plans};

/// The first of consecutive numbers, where the digits of all are more than a number of their country has.
///
/// Only the next number is taken for one: digits behind a shorter number may be an extension, as in `089 123456 / 57`.
pub(super) fn first(text: &str, country: Country) -> Option<&str> {
    let (first, last) = text.rsplit_once(['/', '-'])?;
    let (first, last) = (first.trim_end(), last.trim());
    let is_short = last.len() <= LONGEST_LAST_DIGITS;
    (is_short && is_next(first, last) && is_too_long(text, country)).then_some(first)
}

/// Whether `last` are as many digits as those that `first` ends with, and one more.
fn is_next(first: &str, last: &str) -> bool {
    let before = first.len().checked_sub(last.len());
    let before = before.and_then(|at| first.get(at..)?.parse::<u8>().ok());
    let last = last.parse::<u8>().ok();
    before.and_then(|before| before.checked_add(1)) == last && last.is_some()
}

fn is_too_long(text: &str, country: Country) -> bool {
    let numbering = Numbering {
        country,
        extensions: &[],
    };
    let number = Dialled::of(text).and_then(|dialled| dialled.number(&numbering).ok());
    let parsed = number.and_then(|number| Some((number.country()?, number.parsed()?)));
    parsed.is_some_and(|(country, number)| plans::is_too_long(&parts(&number).1, country))
}

/// Consecutive numbers differ in their last digits only.
const LONGEST_LAST_DIGITS: usize = 2;

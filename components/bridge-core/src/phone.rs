//! Phone numbers: what a UCM writes, read as E.164 in a country, or said to be something else.

mod number;

pub use number::Number;

use phonenumber::country;

/// How the numbers of one call are to be read.
#[derive(Debug, Clone, Copy)]
pub struct Numbering<'a> {
    /// The country that national numbers belong to.
    pub country: country::Id,
    /// Extensions that are known to exist: those that occur in the same call, at least.
    pub extensions: &'a [&'a str],
}

/// Which end of a call a number stands for. It decides what a short number can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// In the office: a short number is an extension.
    Office,
    /// Beyond a trunk: a short number is a service of the network, or of another exchange, never one of our extensions.
    Outside,
}

/// Who is at one end of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// A number of the public network.
    Outside(Number),
    /// An extension of the office.
    Extension(String),
    /// A short code dialled or shown outside (112, 3000 ...): outside, but no E.164 number.
    Short(String),
    /// The caller asked not to be known.
    Withheld,
    /// A name in place of a number.
    Text(String),
    /// Digits that are no number.
    Unreadable {
        /// The digits as they came.
        raw: String,
        /// Why.
        reason: Unreadable,
    },
}

/// Why digits are no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// More digits than any number has.
    #[error("it has more digits than a phone number")]
    TooLong,
    /// No number of the plan it claims to belong to.
    #[error("it is no valid number of its country")]
    Invalid,
    /// A number with an extension behind it can be cut in more than one way.
    #[error("it can be read as more than one number")]
    Ambiguous,
}

/// Whether the text in place of a caller's number says that it is withheld or not known.
pub fn is_withheld(raw: &str) -> bool {
    let word = raw.trim().to_ascii_lowercase();
    WITHHELD.contains(&word.as_str())
}

/// What trunks and telephones write for a caller who is not to be known (RFC 3323 says `anonymous`), or whom the network does not tell.
const WITHHELD: [&str; 10] = [
    "",
    "anonymous",
    "anonymous.invalid",
    "private",
    "unknown",
    "restricted",
    "unavailable",
    "withheld",
    "blocked",
    "no number",
];

//! Phone numbers: what a UCM writes, read as E.164 in a country, or said to be something else.
//!
//! A number is read whole or not at all: never matched by its end, never completed by a guess. Reading the numbering plans takes some 60 ms
//! at the first use, which a component's build takes upon itself ([`prepare()`]).

mod number;
mod prepare;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use phonenumber::country;

pub use number::Number;
pub use prepare::prepare;

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
    /// The caller asked not to be known, or the network does not tell.
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

/// Reads what a UCM has in place of a number at one end of a call.
pub fn read(raw: &str, end: End, numbering: &Numbering<'_>) -> Party {
    let raw = raw.trim();
    if is_withheld(raw) {
        return Party::Withheld;
    }
    let Some(dialled) = Dialled::of(raw) else {
        return Party::Text(raw.to_owned());
    };
    match dialled.short() {
        Some(digits) if end == End::Office => return Party::Extension(digits),
        Some(digits) if digits.len() < SHORTEST_NUMBER_DIGITS => return Party::Short(digits),
        Some(_) | None => {}
    }
    if end == End::Office && numbering.extensions.contains(&raw) {
        return Party::Extension(raw.to_owned());
    }
    match (dialled.number(numbering), dialled.short()) {
        (Ok(number), _) => Party::Outside(number),
        (Err(_), Some(digits)) => Party::Short(digits),
        (Err(reason), None) => Party::Unreadable {
            raw: raw.to_owned(),
            reason,
        },
    }
}

/// Whether the text in place of a caller's number says that it is withheld or not known.
pub fn is_withheld(raw: &str) -> bool {
    let word = raw.trim().to_ascii_lowercase();
    WITHHELD.contains(&word.as_str())
}

/// What can be dialled: digits, and the plus before them.
struct Dialled {
    plus: bool,
    digits: String,
}

impl Dialled {
    /// Leaves out what people put between digits. Text that has anything else is no number: letters are never taken for keys of a dial.
    fn of(raw: &str) -> Option<Self> {
        let plus = raw.starts_with('+');
        let rest = raw.strip_prefix('+').unwrap_or(raw);
        // Written for readers at home and abroad: the zero is for those at home.
        let rest = if plus || rest.starts_with("00") {
            rest.replacen("(0)", "", 1)
        } else {
            rest.to_owned()
        };
        let digits: String = rest
            .chars()
            .filter(|character| !SEPARATORS.contains(character))
            .collect();
        let dialled = !digits.is_empty()
            && digits
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'#'));
        dialled.then_some(Self { plus, digits })
    }

    /// The digits, if they are few enough for an extension or a short code; codes with `*` and `#` are among them.
    fn short(&self) -> Option<String> {
        let is_short = !self.plus && self.digits.len() <= LONGEST_SHORT_DIGITS;
        is_short.then(|| self.digits.clone())
    }

    /// The number, or the number without the extension that some trunks put behind it.
    fn number(&self, numbering: &Numbering<'_>) -> Result<Number, Unreadable> {
        if !self.digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Unreadable::Invalid);
        }
        if let Some(number) = self.whole(&self.digits, numbering) {
            return Ok(number);
        }
        let extensions = numbering
            .extensions
            .iter()
            .filter(|extension| extension.len() >= SHORTEST_EXTENSION_DIGITS);
        let fronts = extensions.filter_map(|extension| self.digits.strip_suffix(extension));
        let numbers: BTreeSet<Number> = fronts
            .filter_map(|front| self.whole(front, numbering))
            .collect();
        match numbers.len() {
            0 if self.digits.len() > LONGEST_NUMBER_DIGITS => Err(Unreadable::TooLong),
            1 => numbers.into_iter().next().ok_or(Unreadable::Invalid),
            0 => Err(Unreadable::Invalid),
            _ => Err(Unreadable::Ambiguous),
        }
    }

    fn whole(&self, digits: &str, numbering: &Numbering<'_>) -> Option<Number> {
        if self.plus {
            Number::international(digits)
        } else {
            Number::national(digits, numbering.country)
        }
    }
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

/// What people and devices put between digits, no-break spaces and the dashes of printed numbers included.
const SEPARATORS: [char; 10] = [
    ' ', '-', '.', '/', '(', ')', '\u{a0}', '\u{202f}', '\u{2010}', '\u{2011}',
];

/// The longest extension or short code that is taken for one by its length alone: the public numbers of large countries are longer.
const LONGEST_SHORT_DIGITS: usize = 6;

/// The shortest public numbers that exist (on islands) have four digits.
const SHORTEST_NUMBER_DIGITS: usize = 4;

/// One digit behind a number is no extension that could be told from the number.
const SHORTEST_EXTENSION_DIGITS: usize = 2;

/// E.164's limit, with an international prefix before it.
const LONGEST_NUMBER_DIGITS: usize = 17;

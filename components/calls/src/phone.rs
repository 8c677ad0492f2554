//! Phone numbers: what a UCM writes, read as E.164 in a country, or said to be something else.
//!
//! A number is read whole or not at all: never matched by its end, never completed by a guess. Reading the numbering plans takes long
//! at the first use, which a component's build takes upon itself ([`prepare()`]).

mod address;
mod consecutive;
mod country;
mod dialled;
mod number;
mod plans;
mod prepare;
mod two_readings;
mod withheld;
mod written;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use country::{Country, UnknownCountry};
pub use dialled::{Form, NotDialled};
pub use number::Number;
pub use prepare::prepare;
pub use withheld::is_withheld;
pub use written::written;

/// How the numbers of one call are to be read.
#[derive(Debug, Clone, Copy)]
pub struct Numbering<'a> {
    /// The country that national numbers belong to.
    pub country: Country,
    /// Extensions that are known to exist: those that occur in the same call, at least.
    pub extensions: &'a [&'a str],
}

/// Which end of a call a number stands for. It decides what a short number can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// In the office: a short number is an extension.
    Office,
    /// Beyond a trunk, calling: a short number is a service of the network, or of another exchange, never one of our extensions.
    Outside,
    /// Beyond a trunk, as somebody dialled or wrote it: digits are what they are, and never stand for a caller who is withheld.
    Dialled,
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

/// Why what stands in place of a number is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Letters.
    #[error("it is a text, not a number")]
    Text,
    /// With keys that are no digits, it is for an exchange.
    #[error("it is a code for a telephone exchange: numbers have no * or #")]
    Code,
    /// Fewer digits than the plan's numbers have.
    #[error("it has fewer digits than a number of its country")]
    TooShort,
    /// More digits than the plan's numbers have.
    #[error("it has more digits than a number of its country")]
    TooLong,
    /// What stands behind the plus, or the international prefix, is no country's code.
    #[error("it begins with the code of no country")]
    NoCountry,
    /// No number of the plan it claims to belong to.
    #[error("it is no number that its country gives out")]
    Invalid,
    /// A number with an extension behind it can be cut in more than one way.
    #[error("it can be read as more than one number")]
    Ambiguous,
}

/// Whatever people may type to find the number `e164`, one after another: with and without the country's code, in groups and without.
pub fn typed(e164: &str) -> String {
    let digits = e164.strip_prefix('+').unwrap_or(e164);
    let mut forms = vec![e164.to_owned(), format!("00{digits}")];
    for form in Number::international(digits).iter().flat_map(Number::typed) {
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms.join(" ")
}

/// Reads what a UCM has in place of a number at one end of a call.
pub fn read(raw: &str, end: End, numbering: &Numbering<'_>) -> Party {
    let user = address::user(raw);
    if withheld::says_so(&user) {
        return Party::Withheld;
    }
    let hidden = address::behind_hiding(&user).filter(|_| end == End::Dialled);
    if let Some(party @ Party::Outside(_)) = hidden.map(|number| read(number, end, numbering)) {
        return party;
    }
    let Some(dialled) = Dialled::of(consecutive::first(&user, numbering.country).unwrap_or(&user))
    else {
        return Party::Text(raw.trim().to_owned());
    };
    let raw = user.as_ref();
    if end == End::Outside && withheld::stands_for_nobody(&dialled, numbering.country) {
        return Party::Withheld;
    }
    match dialled.short() {
        Some(digits) if end == End::Office => return Party::Extension(digits),
        Some(digits) if digits.len() < SHORTEST_NUMBER_DIGITS => return Party::Short(digits),
        Some(_) | None => {}
    }
    if end == End::Office && numbering.extensions.contains(&raw) {
        return Party::Extension(raw.to_owned());
    }
    match (dialled.number(numbering), dialled.short()) {
        // A number of the same town, of another exchange, or of the capital without its zero: nobody can say.
        (Ok(number), Some(digits))
            if number.lacks_zero(&digits) || number.is_like_extension(&digits) =>
        {
            Party::Short(digits)
        }
        // A trunk may leave out the plus of a caller from abroad, or the zero of one at home.
        (Ok(number), _)
            if end == End::Outside
                && !dialled.plus
                && number.may_be_foreign(&dialled.digits, numbering.country) =>
        {
            Party::Unreadable {
                raw: raw.to_owned(),
                reason: Unreadable::Ambiguous,
            }
        }
        (Ok(number), _) => Party::Outside(number),
        (Err(_), Some(digits)) => Party::Short(digits),
        (Err(reason), None) => Party::Unreadable {
            raw: raw.to_owned(),
            reason,
        },
    }
}

/// What can be dialled: digits, and the plus before them.
struct Dialled {
    plus: bool,
    digits: String,
    /// The same with the zero in brackets, where there is one: in some countries it belongs to the number.
    with_zero: Option<String>,
}

impl Dialled {
    /// Leaves out what people put between digits. Text that has anything else is no number: letters are never taken for keys of a dial.
    fn of(raw: &str) -> Option<Self> {
        let plus = raw.starts_with('+');
        let rest = raw.strip_prefix('+').unwrap_or(raw);
        let digits = |text: &str| -> Option<String> {
            let is_dialled = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'*' | b'#');
            let digits: String = text.chars().filter(|it| !SEPARATORS.contains(it)).collect();
            (!digits.is_empty() && digits.bytes().all(is_dialled)).then_some(digits)
        };
        // Written for readers at home and abroad: the zero is for those at home, as a rule.
        let is_from_abroad = plus || rest.starts_with("00");
        if is_from_abroad && rest.contains(ZERO) {
            return Some(Self {
                plus,
                digits: digits(&rest.replacen(ZERO, "", 1))?,
                with_zero: digits(rest),
            });
        }
        Some(Self {
            plus,
            digits: digits(rest)?,
            with_zero: None,
        })
    }

    /// The digits, if they are few enough for an extension or a short code; codes with `*` and `#` are among them.
    fn short(&self) -> Option<String> {
        let is_short = !self.plus && self.digits.len() <= LONGEST_SHORT_DIGITS;
        is_short.then(|| self.digits.clone())
    }

    /// The number, with or without a zero in brackets.
    fn number(&self, numbering: &Numbering<'_>) -> Result<Number, Unreadable> {
        let without = self.read(&self.digits, numbering);
        let with = self
            .with_zero
            .as_ref()
            .map(|digits| self.read(digits, numbering));
        match (without, with) {
            (Ok(without), Some(Ok(with))) if without != with => Err(Unreadable::Ambiguous),
            (Err(_), Some(Ok(with))) => Ok(with),
            (without, _) => without,
        }
    }

    /// The number of the digits, or the number without the extension that some trunks put behind it.
    fn read(&self, digits: &str, numbering: &Numbering<'_>) -> Result<Number, Unreadable> {
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Unreadable::Code);
        }
        if let Some(number) = self.whole(digits, numbering.country) {
            return Ok(number);
        }
        let extensions = numbering
            .extensions
            .iter()
            .filter(|extension| extension.len() >= SHORTEST_EXTENSION_DIGITS);
        let fronts = extensions.filter_map(|extension| digits.strip_suffix(extension));
        let numbers: BTreeSet<Number> = fronts
            .filter_map(|front| self.whole(front, numbering.country))
            .collect();
        // With the plus that a trunk leaves out, the whole may be a number of another country, which ends like the extension by chance.
        let may_be_whole = || !self.plus && Number::international(digits).is_some();
        match numbers.len() {
            1 if may_be_whole() => Err(Unreadable::Ambiguous),
            1 => numbers.into_iter().next().ok_or(Unreadable::Invalid),
            0 => Err(number::fault(digits, self.plus, numbering.country)),
            _ => Err(Unreadable::Ambiguous),
        }
    }

    fn whole(&self, digits: &str, country: Country) -> Option<Number> {
        if self.plus {
            Number::international(digits)
        } else {
            Number::national(digits, country)
        }
    }
}

/// What people and devices put between digits, no-break spaces and the dashes of printed numbers included.
const SEPARATORS: [char; 10] = [
    ' ', '-', '.', '/', '(', ')', '\u{a0}', '\u{202f}', '\u{2010}', '\u{2011}',
];

/// The zero that is not dialled from abroad, as a rule.
const ZERO: &str = "(0)";

/// The longest extension or short code that is taken for one by its length alone: the public numbers of large countries are longer.
const LONGEST_SHORT_DIGITS: usize = 6;

/// The shortest public numbers that exist (on islands) have four digits.
const SHORTEST_NUMBER_DIGITS: usize = 4;

/// One digit behind a number is no extension that could be told from the number.
const SHORTEST_EXTENSION_DIGITS: usize = 2;

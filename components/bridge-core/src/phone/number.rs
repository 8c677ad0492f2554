//! A number of the public network.

use phonenumber::country::{Id, Source};
use phonenumber::metadata::DATABASE;
use phonenumber::{Metadata, Mode, PhoneNumber};

/// A valid number in E.164 form. `Display` gives all of it; `Debug` and [`Number::masked`] do not.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number {
    e164: String,
}

impl Number {
    /// Reads the digits that follow a plus or an international prefix.
    pub(super) fn international(digits: &str) -> Option<Self> {
        if !LENGTHS.contains(&digits.len()) {
            return None;
        }
        // No country is given: with one, phonenumber takes *its* trunk prefix off a foreign number, and an Italian zero with it.
        let number = valid(phonenumber::parse(None, format!("+{digits}")).ok()?)?;
        // Of what was written, only a trunk prefix may be left out (`+33 (0)1 ...`): phonenumber also takes off a first digit that only
        // looks like one.
        let whole = format!("+{digits}") == number.e164;
        (whole || number.with_trunk_zero() == digits).then_some(number)
    }

    /// Reads digits as they are dialled in `country`.
    pub(super) fn national(digits: &str, country: Id) -> Option<Self> {
        let plan = plan(country)?;
        if let Some(abroad) = after_international_prefix(digits, plan).and_then(Self::international)
        {
            return Some(abroad);
        }
        if !LENGTHS.contains(&digits.len()) {
            return None;
        }
        let number = phonenumber::parse(Some(country), digits).ok()?;
        if number.code().source() == Source::Idd {
            return None;
        }
        valid(number)
    }

    /// How people in the number's own country write it, digits only and without the country's code: with the trunk prefix where there is
    /// one (`0199000012`), and as it is commonly printed.
    pub fn national_forms(&self) -> Vec<String> {
        let Some(number) = self.parsed() else {
            return Vec::new();
        };
        let printed = digits_of(&number.format().mode(Mode::National).to_string());
        let mut forms = vec![printed];
        if let Some(prefix) = number
            .metadata(&DATABASE)
            .and_then(Metadata::national_prefix)
        {
            forms.push(format!("{prefix}{}", number.national()));
        }
        forms.sort();
        forms.dedup();
        forms
    }

    /// The ways in which the number is commonly written: E.164 first, then with zeros for the plus, in groups, and as at home.
    pub fn variants(&self) -> Vec<String> {
        let mut all = vec![self.e164.clone(), format!("00{}", &self.e164[1..])];
        if let Some(number) = self.parsed() {
            all.extend(
                [Mode::International, Mode::National]
                    .map(|mode| number.format().mode(mode).to_string()),
            );
        }
        for form in self.national_forms() {
            if !all.contains(&form) {
                all.push(form);
            }
        }
        all
    }

    /// The number with all digits hidden but the country's code, one after it and the last two: `+33 1 ** ** ** 12`.
    pub fn masked(&self) -> String {
        let Some(number) = self.parsed() else {
            return "+**".to_owned();
        };
        let shown = number.format().mode(Mode::International).to_string();
        let first = number.code().value().to_string().len();
        let last = digits_of(&shown).len().saturating_sub(2);
        let mut index = 0;
        let mask = |character: char| {
            if !character.is_ascii_digit() {
                return character;
            }
            index += 1;
            if index <= first + 1 || index > last {
                character
            } else {
                '*'
            }
        };
        shown.chars().map(mask).collect()
    }

    fn with_trunk_zero(&self) -> String {
        let Some(number) = self.parsed() else {
            return String::new();
        };
        format!("{}0{}", number.code().value(), number.national())
    }

    fn parsed(&self) -> Option<PhoneNumber> {
        phonenumber::parse(None, &self.e164).ok()
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.e164)
    }
}

impl std::fmt::Debug for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}

/// A number that its country gives out. What E.164 makes of it must be read back as the same: not all of what phonenumber accepts is.
fn valid(number: PhoneNumber) -> Option<Number> {
    let e164 = number.format().mode(Mode::E164).to_string();
    let again = phonenumber::parse(None, &e164).ok()?;
    let same = again.is_valid()
        && again.code().value() == number.code().value()
        && again.national() == number.national();
    (number.is_valid() && same && e164.len() <= LONGEST_E164).then_some(Number { e164 })
}

/// The country's numbering plan. Asked for first, because phonenumber would panic where there is none.
fn plan(country: Id) -> Option<&'static Metadata> {
    DATABASE.by_id(country.as_ref())
}

/// What follows the country's international prefix (mostly `00`, `011` in North America).
fn after_international_prefix<'a>(digits: &'a str, plan: &Metadata) -> Option<&'a str> {
    let prefix = plan.international_prefix()?.find(digits)?;
    digits.get(prefix.end()..).filter(|_| prefix.start() == 0)
}

fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A plus and fifteen digits (ITU-T E.164, 6.1); some plans as phonenumber knows them would allow more.
const LONGEST_E164: usize = 16;

/// From the shortest numbers that exist to E.164's limit and a trunk prefix, in digits. Parsing stays within it for good measure.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=17;

//! A number of the public network.

use rlibphonenumber::{
    CountryCodeSource, NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumber,
    PhoneNumberFormat, PhoneNumberType, ValidationError, get_national_significant_number_owned,
};

use super::{Country, Unreadable, plans};

/// A valid number in E.164 form. `Display` gives all of it; `Debug` and [`Number::masked`] do not.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number {
    e164: String,
}

impl Number {
    /// Reads the digits that follow a plus.
    pub(super) fn international(digits: &str) -> Option<Self> {
        if !LENGTHS.contains(&digits.len()) {
            return None;
        }
        let parsed = PHONE_NUMBER_UTIL.parse(format!("+{digits}"), None).ok()?;
        Self::written(&parsed, digits)
    }

    /// Reads digits as they are dialled in `country`.
    pub(super) fn as_dialled(digits: &str, country: Country) -> Option<Self> {
        if !DIALLED_LENGTHS.contains(&digits.len()) {
            return None;
        }
        let as_in = |country: Country| {
            PHONE_NUMBER_UTIL
                .parse_and_keep_raw_input(digits, Some(country.0))
                .ok()
        };
        let own = as_in(country).and_then(|parsed| match parsed.country_code_source() {
            CountryCodeSource::FromDefaultCountry if plans::is_behind_code(digits, country) => None,
            // What the plan takes off and puts before the digits alone is how people dial there.
            CountryCodeSource::FromDefaultCountry => Self::settled(&parsed),
            _ => Self::written(&parsed, digits),
        });
        own.or_else(|| {
            as_in(plans::metropolis(country)?)
                .filter(|parsed| {
                    parsed.country_code_source() == CountryCodeSource::FromDefaultCountry
                })
                .and_then(|parsed| Self::settled(&parsed))
        })
        .or_else(|| {
            let digits = plans::behind_zeros(digits, country)?;
            let own = Self::as_dialled(digits, country);
            Self::international(digits).filter(|number| own.as_ref().is_none_or(|it| it == number))
        })
    }

    /// Of what stands behind a country's code only a trunk zero may be left out (`+33 (0)1 ...`), and the `15` of a mobile of Argentina, whose
    /// `9` stands before the area: any other digit that looks like a trunk prefix may as well belong to the number.
    fn written(parsed: &PhoneNumber, digits: &str) -> Option<Self> {
        let (code, national) = parts(parsed);
        let ends = |text: String| digits.ends_with(&text);
        let as_it_is = ends(format!("{code}{national}")) || ends(format!("{code}0{national}"));
        (as_it_is || is_argentine_mobile(digits, &national))
            .then(|| Self::settled(parsed))
            .flatten()
    }

    /// The number, if its country gives it out.
    fn settled(parsed: &PhoneNumber) -> Option<Self> {
        let (code, national) = parts(parsed);
        let digits = plans::canonical(code, &national).unwrap_or(format!("{code}{national}"));
        Self::valid(format!("+{digits}"))
    }

    /// What E.164 makes of a number must be read back as the same.
    fn valid(e164: String) -> Option<Self> {
        let again = PHONE_NUMBER_UTIL.parse(&e164, None).ok()?;
        let same = PHONE_NUMBER_UTIL.is_valid_number(&again)
            && PHONE_NUMBER_UTIL.format(&again, PhoneNumberFormat::E164) == e164;
        (same && e164.len() <= LONGEST_E164).then_some(Self { e164 })
    }

    /// The country that gives it out; none for a number of the world, such as `+800`.
    pub fn country(&self) -> Option<Country> {
        let region = PHONE_NUMBER_UTIL.get_region_for_number(&self.parsed()?)?;
        region.to_string().parse().ok()
    }

    /// Whether its country gives it to mobile phones, and to nothing else.
    pub fn is_mobile(&self) -> bool {
        let kind = |number| PHONE_NUMBER_UTIL.get_number_type(&number);
        self.parsed().map(kind) == Some(PhoneNumberType::Mobile)
    }

    /// How people in the number's own country write it, digits only and without the country's code: as it is commonly printed
    /// (`0199000012`), with every trunk prefix that is taken there, and as it was written when the plan was another.
    pub fn national_forms(&self) -> Vec<String> {
        let Some(number) = self.parsed() else {
            return Vec::new();
        };
        let (code, national) = parts(&number);
        let mut forms = plans::dialled_at_home(code, &national);
        forms.push(digits_of(
            &PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::National),
        ));
        if let Some(country) = self.country() {
            let dialled = TRUNK_PREFIXES.map(|prefix| format!("{prefix}{national}"));
            let is_this = |digits: &String| Self::national(digits, country).as_ref() == Some(self);
            forms.extend(dialled.into_iter().filter(is_this));
        }
        forms.sort();
        forms.dedup();
        forms
    }

    /// What other systems may keep as its E.164: they know less of its plan (`+33596301234` for `+596596301234`), or an earlier one
    /// (`+5215500012345`).
    pub fn aliases(&self) -> Vec<String> {
        let Some(number) = self.parsed() else {
            return Vec::new();
        };
        let (code, national) = parts(&number);
        plans::aliases(code, &national)
            .into_iter()
            .map(|(code, national)| format!("+{code}{national}"))
            .collect()
    }

    /// The ways in which the number is commonly written: E.164 first, then with zeros for the plus, in groups, and as at home.
    pub fn variants(&self) -> Vec<String> {
        let mut all = vec![self.e164.clone(), format!("00{}", &self.e164[1..])];
        if let Some(number) = self.parsed() {
            all.extend(
                [
                    PhoneNumberFormat::International,
                    PhoneNumberFormat::National,
                ]
                .map(|format| PHONE_NUMBER_UTIL.format(&number, format).into_owned()),
            );
        }
        for form in self.national_forms().into_iter().chain(self.aliases()) {
            if !all.contains(&form) {
                all.push(form);
            }
        }
        all
    }

    /// The ways in which it is typed: as the plan groups it, with every usual sign between the groups, from abroad and at home.
    pub(super) fn typed(&self) -> Vec<String> {
        let Some(number) = self.parsed() else {
            return Vec::new();
        };
        let formats = [
            PhoneNumberFormat::International,
            PhoneNumberFormat::National,
        ];
        let mut forms = Vec::new();
        for format in formats {
            let grouped = PHONE_NUMBER_UTIL.format(&number, format);
            let plus = if grouped.starts_with('+') { "+" } else { "" };
            let groups: Vec<&str> = grouped
                .split(|character: char| !character.is_ascii_digit())
                .filter(|group| !group.is_empty())
                .collect();
            let between = [" ", "", ".", "-"].map(|sign| format!("{plus}{}", groups.join(sign)));
            forms.push(grouped.clone().into_owned());
            forms.extend(between);
        }
        forms
    }

    /// The number with all digits hidden but the country's code, one after it and the last two: `+33 1 ** ** ** 12`.
    pub fn masked(&self) -> String {
        let Some(number) = self.parsed() else {
            return "+**".to_owned();
        };
        let shown = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::International);
        let first = number.country_code.to_string().len();
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

    pub(super) fn parsed(&self) -> Option<PhoneNumber> {
        PHONE_NUMBER_UTIL.parse(&self.e164, None).ok()
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

/// Why the digits are no number, as far as the plan of the country says.
pub(super) fn fault(digits: &str, plus: bool, country: Country) -> Unreadable {
    if digits.len() > *DIALLED_LENGTHS.end() {
        return Unreadable::TooLong;
    }
    if !plus && Number::is_two(digits, country) {
        return Unreadable::Ambiguous;
    }
    let parsed = if plus {
        PHONE_NUMBER_UTIL.parse(format!("+{digits}"), None)
    } else {
        PHONE_NUMBER_UTIL.parse(digits, Some(country.0))
    };
    let number = match parsed {
        Ok(number) => number,
        Err(ParseError::InvalidCountryCode) => return Unreadable::NoCountry,
        Err(ParseError::TooLongNsn) => return Unreadable::TooLong,
        Err(ParseError::TooShortNsn | ParseError::TooShortAfterIdd) => return Unreadable::TooShort,
        Err(ParseError::NotANumber(_)) => return Unreadable::Invalid,
    };
    match PHONE_NUMBER_UTIL.is_possible_number_with_reason(&number) {
        Err(ValidationError::TooShort) | Ok(NumberLengthType::IsPossibleLocalOnly) => {
            Unreadable::TooShort
        }
        Err(ValidationError::TooLong) => Unreadable::TooLong,
        Err(ValidationError::InvalidCountryCode) => Unreadable::NoCountry,
        Err(ValidationError::InvalidLength) | Ok(NumberLengthType::IsPossible) => {
            Unreadable::Invalid
        }
    }
}

/// The country's code and the national number, zeros that belong to it included.
pub(super) fn parts(number: &PhoneNumber) -> (i32, String) {
    (
        number.country_code,
        get_national_significant_number_owned(number),
    )
}

/// Whether the digits are `54 11 15 2345 0012` and the number `9 11 2345 0012`.
fn is_argentine_mobile(digits: &str, national: &str) -> bool {
    let Some(subscriber) = national.strip_prefix('9') else {
        return false;
    };
    AREA_LENGTHS.into_iter().any(|area| {
        let (Some(area), Some(local)) = (subscriber.get(..area), subscriber.get(area..)) else {
            return false;
        };
        ["54", "540"]
            .iter()
            .any(|code| digits.ends_with(&format!("{code}{area}15{local}")))
    })
}

pub(super) fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// What is dialled before a national number, somewhere; which of them a country takes is asked of its plan.
const TRUNK_PREFIXES: [&str; 4] = ["0", "1", "8", "06"];

/// Digits of an area in Argentina.
const AREA_LENGTHS: std::ops::RangeInclusive<usize> = 2..=4;

/// A plus and fifteen digits (ITU-T E.164, 6.1); some plans as libphonenumber knows them would allow more.
const LONGEST_E164: usize = 16;

/// From the shortest numbers that exist to E.164's limit and a trunk prefix, in digits. Parsing stays within it for good measure.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=17;

/// The same with an international prefix; the longest has eight digits.
const DIALLED_LENGTHS: std::ops::RangeInclusive<usize> = 4..=25;

//! Digits that may be two numbers: one that lacks the zero before it, and one that lacks the plus, or has zeros for it.

use rlibphonenumber::{CountryCodeSource, PHONE_NUMBER_UTIL, PhoneNumberFormat};

use super::number::{digits_of, parts};
use super::{Country, Number, plans};

impl Number {
    /// Reads digits as they are dialled in `country`, or as they stand behind a plus that was left out.
    pub(super) fn national(digits: &str, country: Country) -> Option<Self> {
        match Self::readings(digits, country)? {
            (number, None) => Some(number),
            (_, Some(_)) => None,
        }
    }

    /// Whether the digits are two numbers, and nobody can say which of them.
    pub(super) fn is_two(digits: &str, country: Country) -> bool {
        Self::readings(digits, country).is_some_and(|(_, other)| other.is_some())
    }

    /// The number that the digits are in `country`; beside it another one, where nobody can say which of the two is meant.
    ///
    /// `49511123456` is both: with the zero that it is dialled with in Germany, and with the plus before the country's code. Where numbers are
    /// dialled as they are, as in Poland, that is how they are written. Elsewhere the lengths of the plan may tell.
    fn readings(digits: &str, country: Country) -> Option<(Self, Option<Self>)> {
        let code = country.code()?.to_string();
        let behind_plus = Some(digits)
            .filter(|digits| digits.starts_with(&code))
            .and_then(Self::international);
        let own = Self::as_dialled(digits, country);
        if let Some(own) = &own
            && let Some(other) = Self::behind_zeros(digits, country)
            && other != *own
            && !own.is_printed_from_abroad(digits, country)
        {
            return Some((own.clone(), Some(other)));
        }
        let (own, other) = match (own, behind_plus) {
            (Some(own), Some(other)) if own != other => (own, other),
            (own, other) => return own.or(other).map(|number| (number, None)),
        };
        if !own.is_printed_with_zero(digits) {
            return Some((own, None));
        }
        match (own.has_usual_length(), other.has_usual_length()) {
            _ if plans::is_too_long(digits, country) => Some((other, None)),
            (true, false) => Some((own, None)),
            (false, true) => Some((other, None)),
            _ => Some((own, Some(other))),
        }
    }

    /// The number behind two zeros that are written for the plus, where they lead abroad.
    ///
    /// In Brazil, Colombia and much of East Asia a carrier's number stands between them and the country's code: `0081 9012345678` is of
    /// Japan for whoever writes them as most of the world does, and `008 1 9012345678` of North America for whoever dials them in Hong Kong.
    fn behind_zeros(digits: &str, country: Country) -> Option<Self> {
        let international = digits.strip_prefix("00")?;
        let parsed = PHONE_NUMBER_UTIL.parse_and_keep_raw_input(digits, Some(country.0));
        let leads_abroad =
            parsed.ok()?.country_code_source() == CountryCodeSource::FromNumberWithIdd;
        Self::international(international).filter(|_| leads_abroad)
    }

    /// Whether `digits`, which are read as this number of `country`, are as well one of another country that lacks its plus, and look more like it:
    /// `33142667701` is a line of Potsdam with more digits than most, and one of Paris with as many as all; `15062345677` is a short one of
    /// Luxembourg behind the number of a carrier, and one of New Brunswick.
    ///
    /// Ordinary lines without their zero have fewer digits, and mobiles have many in some countries: both stay what they are at home.
    pub(super) fn may_be_foreign(&self, digits: &str, country: Country) -> bool {
        let is_at_home = || {
            let code = self.parsed().map(|own| parts(&own).0);
            code.is_some() && code == country.code()
        };
        let has_usual_length = |other: Self| other != *self && other.has_usual_length();
        digits.len() >= DIGITS_BEHIND_PLUS
            && is_at_home()
            && !self.has_usual_length()
            && !self.is_mobile()
            && Self::international(digits).is_some_and(has_usual_length)
    }

    /// Whether the plan of `country` prints it as `digits` for those who dial it from there: in Nigeria behind `009`, which no carrier shares.
    fn is_printed_from_abroad(&self, digits: &str, country: Country) -> bool {
        self.parsed().is_some_and(|number| {
            let printed =
                PHONE_NUMBER_UTIL.format_out_of_country_calling_number(&number, country.0);
            digits_of(&printed) == digits
        })
    }

    /// Whether it is printed in its country as `digits` behind a zero.
    pub(super) fn is_printed_with_zero(&self, digits: &str) -> bool {
        self.parsed().is_some_and(|number| {
            let printed = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::National);
            digits_of(&printed) == format!("0{digits}")
        })
    }

    /// Whether `digits` are this number without the zero that it is printed with, and too few for most numbers of its plan.
    pub(super) fn lacks_zero(&self, digits: &str) -> bool {
        self.is_printed_with_zero(digits) && !self.has_usual_length()
    }

    /// Whether it has no more digits than the extensions of another exchange, and far fewer than most numbers of its plan: `2301` may be a number of
    /// Luxembourg.
    pub(super) fn is_like_extension(&self, digits: &str) -> bool {
        // On an island a whole number may have so few.
        let has_long_lines = || {
            let example = PHONE_NUMBER_UTIL.get_example_number(self.country()?.0);
            Some(parts(&example.ok()?).1.len() > EXTENSION_DIGITS + 1)
        };
        digits.len() <= EXTENSION_DIGITS
            && !self.has_usual_length()
            && has_long_lines() == Some(true)
    }

    /// Whether it has as many digits as the example that its plan gives of its kind.
    fn has_usual_length(&self) -> bool {
        let example = || {
            let number = self.parsed()?;
            let (country, kind) = (self.country()?, PHONE_NUMBER_UTIL.get_number_type(&number));
            let example = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(country.0, kind);
            Some(parts(&example.ok()?).1.len() == parts(&number).1.len())
        };
        example().unwrap_or(false)
    }
}

/// Digits of an extension.
const EXTENSION_DIGITS: usize = 5;

/// Most numbers have as many behind their plus, or more.
const DIGITS_BEHIND_PLUS: usize = 11;

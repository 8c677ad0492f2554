//! Countries: how their numbers look, and the people who live there.
//!
//! Numbers come from ranges reserved for fiction where libphonenumber holds these for valid, and else from ranges
//! that are valid but plainly made up. A test parses every range.

use serde::{Deserialize, Serialize};

/// A country that a simulated office can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "ISO 3166 codes speak for themselves")]
pub enum Country {
    Fr,
    Es,
    Us,
    Gb,
    De,
    Be,
    It,
    Ca,
}

impl Country {
    /// Every country.
    pub const ALL: [Self; 8] = [
        Self::Fr,
        Self::Es,
        Self::Us,
        Self::Gb,
        Self::De,
        Self::Be,
        Self::It,
        Self::Ca,
    ];

    /// ISO 3166-1 alpha-2, upper case.
    pub fn iso(self) -> &'static str {
        match self {
            Self::Fr => "FR",
            Self::Es => "ES",
            Self::Us => "US",
            Self::Gb => "GB",
            Self::De => "DE",
            Self::Be => "BE",
            Self::It => "IT",
            Self::Ca => "CA",
        }
    }

    /// The zone that most of its offices keep.
    pub fn usual_zone(self) -> chrono_tz::Tz {
        match self {
            Self::Fr => chrono_tz::Europe::Paris,
            Self::Es => chrono_tz::Europe::Madrid,
            Self::Us => chrono_tz::America::New_York,
            Self::Gb => chrono_tz::Europe::London,
            Self::De => chrono_tz::Europe::Berlin,
            Self::Be => chrono_tz::Europe::Brussels,
            Self::It => chrono_tz::Europe::Rome,
            Self::Ca => chrono_tz::America::Toronto,
        }
    }

    /// Digits after the `+`.
    pub fn calling_code(self) -> &'static str {
        match self {
            Self::Fr => "33",
            Self::Es => "34",
            Self::Us | Self::Ca => "1",
            Self::Gb => "44",
            Self::De => "49",
            Self::Be => "32",
            Self::It => "39",
        }
    }

    /// What people dial before a national number, if anything.
    pub fn trunk_prefix(self) -> &'static str {
        match self {
            Self::Fr | Self::Gb | Self::De | Self::Be => "0",
            Self::Es | Self::Us | Self::It | Self::Ca => "",
        }
    }

    /// What people dial before a foreign country's code.
    pub fn international_prefix(self) -> &'static str {
        match self {
            Self::Us | Self::Ca => "011",
            _ => "00",
        }
    }

    /// `e164` (`+…`) as a line of this country shows it: nationally when it is of the country.
    pub fn national(self, e164: &str) -> String {
        let digits = e164.trim_start_matches('+');
        match digits.strip_prefix(self.calling_code()) {
            Some(national) => format!("{}{national}", self.trunk_prefix()),
            None => format!("{}{digits}", self.international_prefix()),
        }
    }

    /// What somebody here dials for, in E.164; nothing where it is no number outside.
    pub fn e164(self, dialled: &str) -> Option<String> {
        let code = self.calling_code();
        let digits = if let Some(digits) = dialled.strip_prefix('+') {
            digits.to_owned()
        } else if let Some(digits) = dialled.strip_prefix(self.international_prefix()) {
            digits.to_owned()
        } else if self.trunk_prefix().is_empty() {
            format!(
                "{code}{}",
                dialled
                    .strip_prefix(code)
                    .filter(|rest| rest.len() > 9)
                    .unwrap_or(dialled)
            )
        } else {
            format!("{code}{}", dialled.strip_prefix(self.trunk_prefix())?)
        };
        let is_number =
            digits.len() >= FEWEST_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| format!("+{digits}"))
    }

    /// Any number of the country, in E.164.
    pub(crate) fn random_number(self, random: &mut fastrand::Rng) -> String {
        let ranges = self.ranges();
        fill(ranges[random.usize(..ranges.len())], random)
    }

    /// The office's own number, the `index`th trunk's DID, in E.164.
    pub(crate) fn office_number(self, index: usize) -> String {
        let range = self.ranges()[0];
        let blanks = range.matches('x').count();
        let tail = format!("{:0>blanks$}", index + 10);
        format!("{}{tail}", range.trim_end_matches('x'))
    }

    /// Ranges in E.164, `x` for any digit; the first is the office's own.
    fn ranges(self) -> &'static [&'static str] {
        match self {
            Self::Fr => &[
                "+3319900xxxx",
                "+3326191xxxx",
                "+3335301xxxx",
                "+3346571xxxx",
                "+3353649xxxx",
                "+3360000xxxx",
                "+3375000xxxx",
            ],
            Self::Es => &[
                "+3491000xxxx",
                "+3493000xxxx",
                "+3460000xxxx",
                "+3461000xxxx",
            ],
            Self::Us => &[
                "+121255501xx",
                "+121355501xx",
                "+131255501xx",
                "+141555501xx",
                "+161755501xx",
                "+130555501xx",
                "+120655501xx",
                "+151255501xx",
                "+170255501xx",
                "+150355501xx",
                "+121555501xx",
                "+140455501xx",
            ],
            Self::Gb => &[
                "+4420794600xx",
                "+44207946xxxx",
                "+441134960xxx",
                "+441214960xxx",
                "+441614960xxx",
                "+447400000xxx",
            ],
            Self::De => &[
                "+493023125xxx",
                "+494066969xxx",
                "+498999998xxx",
                "+491520000xxxx",
            ],
            Self::Be => &["+322200xxxx", "+323200xxxx", "+3247000xxxx"],
            Self::It => &["+39020000xxxx", "+39060000xxxx", "+3932000xxxxx"],
            Self::Ca => &[
                "+141655501xx",
                "+151455501xx",
                "+160455501xx",
                "+161355501xx",
            ],
        }
    }

    /// A person's name that is at home there, accents and all.
    pub(crate) fn random_name(self, random: &mut fastrand::Rng) -> String {
        let (first, last) = self.names();
        let (f, l) = (random.usize(..first.len()), random.usize(..last.len()));
        format!("{} {}", first[f], last[l])
    }

    fn names(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Fr | Self::Be | Self::Ca => (
                &[
                    "Zoé",
                    "Hélène",
                    "François",
                    "Aurélie",
                    "Loïc",
                    "Maëlle",
                    "Théo",
                    "Jean-Noël",
                ],
                &[
                    "Lefèvre",
                    "Gauthier",
                    "Noël",
                    "Crépin",
                    "D'Haëne",
                    "Béranger",
                    "Ségur",
                    "Moreau",
                ],
            ),
            Self::Es => (
                &[
                    "José", "Lucía", "Ángel", "Begoña", "Íñigo", "Núria", "Raúl", "Sofía",
                ],
                &[
                    "Ibáñez",
                    "Muñoz",
                    "García",
                    "Peña",
                    "Núñez",
                    "Güell",
                    "Sáez",
                    "Ordóñez",
                ],
            ),
            Self::De => (
                &[
                    "Jürgen",
                    "Käthe",
                    "Björn",
                    "Søren",
                    "Anneliese",
                    "Götz",
                    "Marlène",
                    "Uwe",
                ],
                &[
                    "Müller", "Groß", "Schäfer", "Köhler", "Weiß", "Jäger", "Böhm", "Brandt",
                ],
            ),
            Self::It => (
                &[
                    "Niccolò", "Chiara", "Mosè", "Giulia", "Noè", "Elena", "Matteo", "Desirée",
                ],
                &[
                    "Rossi",
                    "Forlì",
                    "Cantù",
                    "De Sanctis",
                    "Nicolò",
                    "Bianchi",
                    "Ferrari",
                    "Dalcò",
                ],
            ),
            Self::Us | Self::Gb => (
                &[
                    "Alice", "Zoë", "Siân", "Renée", "Marcus", "Chloé", "Owen", "Beyoncé",
                ],
                &[
                    "O'Neill",
                    "Smith",
                    "Brontë",
                    "Baker",
                    "St. John",
                    "Whitfield",
                    "Núñez",
                    "Carter",
                ],
            ),
        }
    }
}

/// Numbers with fewer digits, the country's code among them, are services and extensions.
const FEWEST_DIGITS: usize = 8;

fn fill(range: &str, random: &mut fastrand::Rng) -> String {
    range
        .chars()
        .map(|c| if c == 'x' { random.digit(10) } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

    use super::*;

    #[test]
    fn every_number_is_valid_where_it_is_from() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut invalid = Vec::new();
        for country in Country::ALL {
            let office = (0..3)
                .chain([77, 88])
                .map(|index| country.office_number(index));
            let others = (0..200).map(|_| country.random_number(&mut random));
            let all = office.chain(others);
            invalid.extend(all.filter(|number| !is_valid(country, number)));
        }
        assert_eq!(invalid, [""; 0]);
    }

    fn is_valid(country: Country, e164: &str) -> bool {
        let region = country.iso().parse().expect("a region of the library");
        let written = country.national(e164);
        let number = PHONE_NUMBER_UTIL
            .parse(&written, Some(region))
            .expect("it parses");
        let read_back = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164);
        PHONE_NUMBER_UTIL.is_valid_number(&number) && read_back == e164
    }

    #[test]
    fn foreign_numbers_keep_their_country() {
        assert_eq!(Country::Fr.national("+33199001234"), "0199001234");
        assert_eq!(Country::Fr.national("+12125550123"), "0012125550123");
        assert_eq!(Country::Us.national("+33199001234"), "01133199001234");
    }
}

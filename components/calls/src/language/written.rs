//! How numbers and dates are written, after the Common Locale Data Repository (CLDR).
//!
//! Nineteen names a language are all that is needed of it. `chrono`'s own locales are a feature that it calls unstable, and bring every
//! locale there is: 160 KB in a component.

use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Timelike, Utc, Weekday};

use super::Language;
use crate::stats::Hundredths;

impl Language {
    /// A count, with its digits grouped: `12,345`.
    pub fn count(self, number: u64) -> String {
        let digits = number.to_string();
        // Spanish does not group four digits.
        if digits.len() < 4 || (self == Self::Es && digits.len() == 4) {
            return digits;
        }
        let separator = self.choose([",", "\u{202f}", ".", "."]);
        let first = digits.len() % 3;
        let mut text = digits[..first].to_owned();
        for start in (first..digits.len()).step_by(3) {
            if !text.is_empty() {
                text.push_str(separator);
            }
            text.push_str(&digits[start..start + 3]);
        }
        text
    }

    /// A share of a thousand as a percentage: `87.5%`.
    pub fn share(self, per_mille: u32) -> String {
        let point = self.decimal_point();
        let sign = self.choose(["%", "\u{202f}%", "\u{a0}%", "\u{a0}%"]);
        format!("{}{point}{}{sign}", per_mille / 10, per_mille % 10)
    }

    /// How much comes on a piece: `1,234.50`.
    pub fn ratio(self, ratio: Hundredths) -> String {
        let (whole, rest) = (self.count(ratio.0 / 100), ratio.0 % 100);
        format!("{whole}{}{rest:02}", self.decimal_point())
    }

    /// What stands before decimals.
    pub fn decimal_point(self) -> &'static str {
        self.choose([".", ",", ",", ","])
    }

    /// A day in full: `1 June 2026`.
    pub fn day(self, day: NaiveDate) -> String {
        let (date, year) = (self.day_of_year(day), day.year());
        match self {
            Self::Es => format!("{date} de {year}"),
            _ => format!("{date} {year}"),
        }
    }

    /// The days from one to another, both included: `1 June – 30 June 2026`.
    pub fn days(self, from: NaiveDate, to: NaiveDate) -> String {
        if from == to {
            return self.day(to);
        }
        let first = match from.year() == to.year() {
            true => self.day_of_year(from),
            false => self.day(from),
        };
        format!("{first} \u{2013} {}", self.day(to))
    }

    /// A day without its year, short: `1 Jun`.
    pub fn short_day(self, day: NaiveDate) -> String {
        let month = self.name(day.month0(), MONTHS_SHORT);
        match self {
            Self::De => format!("{}. {month}", day.day()),
            _ => format!("{} {month}", day.day()),
        }
    }

    /// A day of the week and the day, short: `Mon 1 Jun`.
    pub fn weekday_and_day(self, day: NaiveDate) -> String {
        let weekday = self.short_weekday(day.weekday());
        format!("{weekday} {}", self.short_day(day))
    }

    /// A day of the week and the number of the day in its month: `Mon 1`.
    pub fn weekday_and_number(self, day: NaiveDate) -> String {
        format!("{} {}", self.short_weekday(day.weekday()), day.day())
    }

    /// A month and its year, short: `Jun 2026`.
    pub fn month(self, day: NaiveDate) -> String {
        format!("{} {}", self.name(day.month0(), MONTHS_SHORT), day.year())
    }

    /// A moment of the world's clock, for whoever may be anywhere: `1 Jun 2026, 14:05 UTC`.
    pub fn moment_utc(self, at: DateTime<Utc>) -> String {
        format!("{} UTC", self.moment(&at))
    }

    /// A moment, to the minute: `1 Jun 2026, 14:05`.
    pub fn moment<Z: TimeZone>(self, at: &DateTime<Z>) -> String {
        let (hour, minute) = (at.hour(), at.minute());
        let day = self.short_day(at.date_naive());
        format!("{day} {}, {hour:02}:{minute:02}", at.year())
    }

    /// The name of a day of the week.
    pub fn weekday(self, weekday: Weekday) -> &'static str {
        self.name(weekday.num_days_from_monday(), WEEKDAYS)
    }

    /// Its short name.
    pub fn short_weekday(self, weekday: Weekday) -> &'static str {
        self.name(weekday.num_days_from_monday(), WEEKDAYS_SHORT)
    }

    fn day_of_year(self, day: NaiveDate) -> String {
        let (number, month) = (day.day(), self.name(day.month0(), MONTHS));
        match self {
            Self::Fr if number == 1 => format!("1er {month}"),
            Self::En | Self::Fr => format!("{number} {month}"),
            Self::Es => format!("{number} de {month}"),
            Self::De => format!("{number}. {month}"),
        }
    }

    fn name(self, index: u32, names: [&'static str; 4]) -> &'static str {
        let mut names = self.choose(names).split(' ');
        names.nth(index as usize).unwrap_or_default()
    }
}

/// A length of time, to the second: `1 h 5 min 9 s`.
pub fn duration(secs: u64) -> String {
    let parts = duration_parts(secs);
    let parts = parts
        .into_iter()
        .map(|(number, unit)| format!("{number}\u{a0}{unit}"));
    parts.collect::<Vec<_>>().join(" ")
}

/// The numbers of a length of time, each with its unit. The units are those of the SI, which are the same in every language.
pub fn duration_parts(secs: u64) -> Vec<(u64, &'static str)> {
    let parts = [
        (secs / 3_600, "h"),
        (secs / 60 % 60, "min"),
        (secs % 60, "s"),
    ];
    let first = parts.iter().position(|(number, _)| *number > 0);
    parts[first.unwrap_or(parts.len() - 1)..].to_vec()
}

const MONTHS: [&str; 4] = [
    "January February March April May June July August September October November December",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
];

const MONTHS_SHORT: [&str; 4] = [
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "ene feb mar abr may jun jul ago sept oct nov dic",
    "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
];

const WEEKDAYS: [&str; 4] = [
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "lunes martes miércoles jueves viernes sábado domingo",
    "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
];

const WEEKDAYS_SHORT: [&str; 4] = [
    "Mon Tue Wed Thu Fri Sat Sun",
    "lun. mar. mer. jeu. ven. sam. dim.",
    "lun mar mié jue vie sáb dom",
    "Mo. Di. Mi. Do. Fr. Sa. So.",
];

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Language; 4] = [Language::En, Language::Fr, Language::Es, Language::De];

    fn check(written: impl Fn(Language) -> String, expected: [&str; 4]) {
        assert_eq!(ALL.map(written), expected);
    }

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn numbers_are_grouped_as_each_language_does() {
        check(|language| language.count(7), ["7"; 4]);
        check(|language| language.count(999), ["999"; 4]);
        let thousands = ["1,234", "1\u{202f}234", "1234", "1.234"];
        check(|language| language.count(1_234), thousands);
        let millions = [
            "12,345,678",
            "12\u{202f}345\u{202f}678",
            "12.345.678",
            "12.345.678",
        ];
        check(|language| language.count(12_345_678), millions);
        let shares = ["87.5%", "87,5\u{202f}%", "87,5\u{a0}%", "87,5\u{a0}%"];
        check(|language| language.share(875), shares);
        let ratios = ["1,234.05", "1\u{202f}234,05", "1234,05", "1.234,05"];
        check(|language| language.ratio(Hundredths(123_405)), ratios);
    }

    #[test]
    fn days_are_written_as_each_language_does() {
        let first = day(2026, 3, 1);
        let long = [
            "1 March 2026",
            "1er mars 2026",
            "1 de marzo de 2026",
            "1. März 2026",
        ];
        check(|language| language.day(first), long);
        let short = ["Sun 1 Mar", "dim. 1 mars", "dom 1 mar", "So. 1. März"];
        check(|language| language.weekday_and_day(first), short);
        let in_one_year = [
            "1 March – 30 April 2026",
            "1er mars – 30 avril 2026",
            "1 de marzo – 30 de abril de 2026",
            "1. März – 30. April 2026",
        ];
        check(
            |language| language.days(first, day(2026, 4, 30)),
            in_one_year,
        );
        let english = Language::En.days(day(2025, 12, 31), first);
        assert_eq!(english, "31 December 2025 – 1 March 2026");
        assert_eq!(Language::En.days(first, first), "1 March 2026");
        let december = ["Dec 2026", "déc. 2026", "dic 2026", "Dez. 2026"];
        check(|language| language.month(day(2026, 12, 31)), december);
    }

    #[test]
    fn every_name_is_there() {
        for language in ALL {
            for index in 0..12 {
                assert!(!language.name(index, MONTHS).is_empty());
                assert!(!language.name(index, MONTHS_SHORT).is_empty());
            }
            assert!(!language.weekday(Weekday::Sun).is_empty());
            assert!(!language.short_weekday(Weekday::Sun).is_empty());
        }
    }

    #[test]
    fn lengths_of_time_are_exact_to_the_second() {
        assert_eq!(duration(0), "0\u{a0}s");
        assert_eq!(duration(61), "1\u{a0}min 1\u{a0}s");
        assert_eq!(duration(360_000 + 61), "100\u{a0}h 1\u{a0}min 1\u{a0}s");
    }
}

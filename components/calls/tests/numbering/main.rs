//! The reading of numbers, held against libphonenumber's own answers in every country.
//!
//! `libphonenumber.txt` has them; `generate.py` writes it, and says how it is run. What is read in another way than libphonenumber does is one
//! of the [`DEPARTURES`], each with its reason. The test prints how many there are of each, by country.

use std::collections::{BTreeMap, BTreeSet};

use calls::phone::{self, Country, End, Numbering, Party};

/// A difference between the two readings.
struct Difference<'a> {
    raw: &'a str,
    theirs: &'a str,
    ours: String,
}

/// A reason to read otherwise, the countries in which it occurs, all of them, and the differences that it explains.
struct Departure {
    why: &'static str,
    countries: &'static [&'static str],
    explains: fn(&Difference<'_>) -> bool,
}

#[test]
fn every_number_is_read_as_libphonenumber_reads_it() {
    let (mut countries, mut numbers, mut read) = (BTreeSet::new(), BTreeSet::new(), 0);
    let mut seen = BTreeMap::<(usize, &str), usize>::new();
    let mut unexplained = Vec::new();
    for line in ANSWERS.lines().filter(|line| !line.starts_with('#')) {
        let [country, theirs, raws] = line.splitn(3, '\t').collect::<Vec<_>>()[..] else {
            panic!("not three columns: {line}");
        };
        countries.insert(country);
        numbers.insert(theirs);
        for raw in raws.split('|') {
            read += 1;
            let ours = reading(raw, country.parse().expect("a country"));
            if ours == theirs {
                continue;
            }
            let difference = Difference { raw, theirs, ours };
            let why = DEPARTURES
                .iter()
                .position(|departure| (departure.explains)(&difference));
            match why {
                Some(why) => *seen.entry((why, country)).or_default() += 1,
                None => unexplained.push(format!(
                    "{country}: {raw} is {}, and {theirs} for libphonenumber",
                    difference.ours
                )),
            }
        }
    }
    println!(
        "{read} writings of {} numbers in {} countries",
        numbers.len(),
        countries.len()
    );
    for (index, departure) in DEPARTURES.iter().enumerate() {
        let by_country: Vec<(&str, usize)> = seen
            .iter()
            .filter(|((why, _), _)| *why == index)
            .map(|((_, country), count)| (*country, *count))
            .collect();
        println!("\n{}\n  {by_country:?}", departure.why);
        let countries: Vec<&str> = by_country.iter().map(|(country, _)| *country).collect();
        assert_eq!(countries, departure.countries, "{}", departure.why);
    }
    assert_eq!(countries.len(), 245, "every country of libphonenumber");
    assert!(
        unexplained.is_empty(),
        "{}:\n{}",
        unexplained.len(),
        unexplained.join("\n")
    );
}

/// In E.164, or `-`.
fn reading(raw: &str, country: Country) -> String {
    let numbering = Numbering {
        country,
        extensions: &[],
    };
    match phone::read(raw, End::Dialled, &numbering) {
        Party::Outside(number) => number.to_string(),
        _ => "-".to_owned(),
    }
}

/// What a number of `code` is without it.
fn national<'a>(e164: &'a str, code: &str) -> Option<&'a str> {
    e164.strip_prefix('+')?.strip_prefix(code)
}

const DEPARTURES: &[Departure] = &[
    Departure {
        why: "A trunk prefix other than a zero, behind a plus, may as well be a digit of the number: it is not taken off.",
        countries: &["BY", "HU", "KZ", "MH", "RU", "TM"],
        explains: |it| it.ours == "-" && it.raw.starts_with('+') && it.raw.len() > it.theirs.len(),
    },
    Departure {
        why: "France and its overseas departments are one plan at home: the code is that of the department.",
        countries: &["BL", "FR", "GF", "GP", "MF", "MQ", "PM", "RE", "YT"],
        explains: |it| {
            let theirs_is_none = it.theirs == "-" || it.theirs.starts_with("+33");
            let codes = ["33", "262", "508", "590", "594", "596"];
            let mut nationals = codes.iter().filter_map(|code| national(&it.ours, code));
            theirs_is_none && nationals.any(|national| it.raw.ends_with(national))
        },
    },
    Departure {
        why: "Without plus and zero, digits that begin with the country's own code may be two numbers: which one is told by their lengths, or not at all.",
        countries: &["AT", "AX", "BR", "DE", "FI", "ID", "NL", "SE", "VN", "XK"],
        explains: |it| {
            let theirs = it.theirs.strip_suffix(it.raw).unwrap_or_default();
            let begins_with_code = theirs.len() > 1 && it.raw.starts_with(&theirs[1..]);
            it.ours == format!("+{}", it.raw) || (it.ours == "-" && begins_with_code)
        },
    },
    Departure {
        why: "Mexico's numbers had a 1, 01, 044 or 045 before their ten digits until 2019.",
        countries: &["MX"],
        explains: |it| {
            it.theirs == "-"
                && national(&it.ours, "52").is_some_and(|national| {
                    ["1", "01", "044", "045"]
                        .iter()
                        .any(|prefix| it.raw.ends_with(&format!("{prefix}{national}")))
                })
        },
    },
    Departure {
        why: "Gabon's numbers of before, which begin with a zero, are switched off since 6 April 2024: they have other first digits.",
        countries: &["GA"],
        explains: |it| {
            let (old, new) = (national(it.theirs, "2410"), national(&it.ours, "241"));
            old.zip(new)
                .is_some_and(|(old, new)| old.get(1..) == new.get(2..))
        },
    },
    Departure {
        why: "Two zeros are no prefix of North America, and are written for the plus there as well.",
        countries: &[
            "AG", "AI", "AS", "BB", "BM", "BS", "CA", "DM", "DO", "GD", "GU", "JM", "KN", "KY",
            "LC", "MP", "MS", "PR", "SX", "TC", "TT", "US", "VC", "VG", "VI",
        ],
        explains: |it| it.theirs == "-" && it.raw.starts_with("00") && it.ours[1..] == it.raw[2..],
    },
    Departure {
        why: "Two zeros may stand before a carrier's number, or for the plus: where both are numbers, nobody can say which is meant.",
        countries: &["HK"],
        explains: |it| it.ours == "-" && it.raw.starts_with("00") && it.theirs != "-",
    },
    Departure {
        why: "Northern Ireland is the area 48 of the Republic, and 28 of the United Kingdom: only that can be dialled from abroad.",
        countries: &["IE"],
        explains: |it| {
            let local = national(it.theirs, "35348");
            local.is_some() && national(&it.ours, "4428") == local
        },
    },
];

const ANSWERS: &str = include_str!("libphonenumber.txt");

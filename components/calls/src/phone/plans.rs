//! What libphonenumber does not know of numbering plans: numbers that are written at home, or were written in the past, under a code that
//! no telephone abroad can dial. Here is all that the reading of numbers adds to the library's.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberType, Region};

use super::Country;

/// The digits of E.164 (without the plus) of the number that is written as `national` under the country code `code`, where it is another.
pub(super) fn canonical(code: i32, national: &str) -> Option<String> {
    match code {
        FRANCE => overseas(national),
        MEXICO => mexican(national),
        IRELAND => northern_irish(national),
        BENIN | COLOMBIA | IVORY_COAST => renumbered(code, national),
        GABON | VIETNAM => replaced(code, national),
        _ => None,
    }
}

/// The other ways to write the number under a country code, as [`canonical`] reads them: those that other systems keep as E.164.
pub(super) fn aliases(code: i32, national: &str) -> Vec<(i32, String)> {
    let written = match code {
        SAINT_PIERRE => vec![
            (FRANCE, national.to_owned()),
            (FRANCE, format!("{SAINT_PIERRE}{national}")),
        ],
        _ if OVERSEAS.contains(&code) => vec![(FRANCE, national.to_owned())],
        MEXICO => vec![(MEXICO, format!("1{national}"))],
        BENIN | IVORY_COAST => Vec::from_iter(national.get(2..).map(|old| (code, old.to_owned()))),
        COLOMBIA => Vec::from_iter(
            national
                .strip_prefix("60")
                .map(|old| (code, old.to_owned())),
        ),
        GABON | VIETNAM => of_code(code)
            .filter_map(|(_, old, new)| {
                Some((code, format!("{old}{}", national.strip_prefix(new)?)))
            })
            .collect(),
        BRITAIN => national
            .strip_prefix(IN_BRITAIN)
            .map(|local| (IRELAND, format!("{IN_IRELAND}{local}")))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    };
    let e164 = format!("{code}{national}");
    written
        .into_iter()
        .filter(|(code, national)| canonical(*code, national).as_ref() == Some(&e164))
        .collect()
}

/// How the number is dialled at home, or was, in ways that the library does not print.
pub(super) fn dialled_at_home(code: i32, national: &str) -> Vec<String> {
    if code == MEXICO {
        return ["01", "044", "045"]
            .map(|prefix| format!("{prefix}{national}"))
            .to_vec();
    }
    aliases(code, national)
        .into_iter()
        .map(|(code, national)| match code {
            // The zero that numbers had there belonged to them.
            GABON => national,
            _ => format!("0{national}"),
        })
        .collect()
}

/// The country whose numbers are dialled from `country` like its own, under another country code.
pub(super) fn metropolis(country: Country) -> Option<Country> {
    let is_overseas = matches!(
        country.0,
        Region::RE
            | Region::YT
            | Region::GP
            | Region::BL
            | Region::MF
            | Region::GF
            | Region::MQ
            | Region::PM
    );
    is_overseas.then_some(Country(Region::FR))
}

/// What stands behind two zeros in North America, where they lead to an operator, and abroad is dialled as `011` (NANPA): who writes `0033 ...` there
/// means the plus, as most of the world does, and an office may dial it so ([`super::Form::Zeros`]). Where a number of the country itself stands
/// behind them, nobody can say.
pub(super) fn behind_zeros(digits: &str, country: Country) -> Option<&str> {
    let international = digits.strip_prefix("00")?;
    (country.code() == Some(NORTH_AMERICA)).then_some(international)
}

/// How the number is dialled from `country`, where that is another one of the plan that France and its overseas departments share.
pub(super) fn dialled_in_france(code: i32, national: &str, country: Country) -> Option<String> {
    let is_of_france = code == FRANCE || OVERSEAS.contains(&code);
    let is_in_france = country.0 == Region::FR || metropolis(country).is_some();
    let at_home = dialled_at_home(code, national).into_iter().next();
    (is_of_france && is_in_france).then(|| at_home.unwrap_or(format!("0{national}")))
}

/// Whether the digits are more than a number of the country has, whatever the library allows: Germany's have eleven (Bundesnetzagentur,
/// *Nummernplan Ortsnetzrufnummern*), and its mobiles behind the country's code (`4915 ...`) look like one of Leer (`0491 5 ...`).
pub(super) fn is_too_long(digits: &str, country: Country) -> bool {
    country.0 == Region::DE && digits.len() > GERMAN_DIGITS
}

/// Whether the digits are written so behind the country's code and nowhere else: who dialled a Mexican mobile at home left out its `1`, with which
/// they are a number of North America that lacks its plus.
pub(super) fn is_behind_code(digits: &str, country: Country) -> bool {
    country.code() == Some(MEXICO) && digits.len() == 11 && digits.starts_with('1')
}

/// France and its overseas departments are one plan at home, ten digits that begin with a zero, and six country codes from abroad (ARCEP,
/// *Plan national de numérotation*). The numbers of businesses (`08`) and of the internet (`09`) are valid under several: they stay with the
/// country that they are dialled in.
fn overseas(national: &str) -> Option<String> {
    let may_be = ["26", "50", "59", "63", "69", "70"]
        .iter()
        .any(|first| national.starts_with(first));
    // Saint-Pierre's own six digits are dialled by themselves only there.
    if !may_be || national.len() != FRENCH_DIGITS {
        return None;
    }
    let in_full = OVERSEAS.iter().map(|code| format!("{code}{national}"));
    // The department's own six digits stand behind what is its country code abroad.
    let saint_pierre = national
        .strip_prefix("508")
        .map(|local| format!("{SAINT_PIERRE}{local}"));
    in_full.chain(saint_pierre).find(|e164| is_a_line(e164))
}

/// Until August 2019 a Mexican mobile had a `1` behind the country code ([`is_behind_code`]), and `044` or `045` before it at home; other numbers had
/// `01`. The ten digits are the same (IFT, *Plan Técnico Fundamental de Numeración*).
fn mexican(national: &str) -> Option<String> {
    ["044", "045", "01", "1"]
        .iter()
        .filter_map(|prefix| national.strip_prefix(prefix))
        .find(|number| number.len() == 10)
        .map(|number| format!("{MEXICO}{number}"))
}

/// Northern Ireland is dialled from the Republic as the area `048`, which is `028` of the United Kingdom (ComReg, *National Numbering Scheme*).
fn northern_irish(national: &str) -> Option<String> {
    let local = national
        .strip_prefix(IN_IRELAND)
        .filter(|local| local.len() == 8)?;
    Some(format!("{BRITAIN}{IN_BRITAIN}{local}"))
}

/// What a number became when its plan got longer numbers, if it is none any more as it was: Benin's have `01` before them since 30 November 2024
/// (ARCEP Bénin), Colombian lines `60` since 1 September 2021 (CRC, Resolución 5826), and mobiles of the Ivory Coast the two digits of their
/// operator since 31 January 2021, which the second digit tells (ARTCI).
fn renumbered(code: i32, national: &str) -> Option<String> {
    let prefix = match (code, national.as_bytes()) {
        (_, digits) if digits.len() != 8 => return None,
        (BENIN, _) => "01",
        (COLOMBIA, _) => "60",
        // Lines: which operator has one, their digits do not tell.
        (_, [b'2' | b'3', ..]) => return None,
        (_, [_, b'0'..=b'3', ..]) => "01",
        (_, [_, b'4'..=b'6', ..]) => "05",
        _ => "07",
    };
    let (old, new) = (
        format!("{code}{national}"),
        format!("{code}{prefix}{national}"),
    );
    (!is_a_line(&old) && is_a_line(&new)).then_some(new)
}

/// What a number became whose first digits were replaced. The numbers of before are switched off, in Gabon since 6 April 2024 (ANINF), whatever the
/// library says, and the eleven digits that Vietnamese mobiles had at home since November 2018 (Bộ Thông tin và Truyền thông).
fn replaced(code: i32, national: &str) -> Option<String> {
    let digits = if code == GABON { 8 } else { 10 };
    let (first, rest) = of_code(code)
        .filter(|_| national.len() == digits)
        .find_map(|(_, old, new)| Some((new, national.strip_prefix(old)?)))?;
    Some(format!("{code}{first}{rest}")).filter(|new| is_a_line(new))
}

fn of_code(code: i32) -> impl Iterator<Item = &'static (i32, &'static str, &'static str)> {
    REPLACED.iter().filter(move |(of, ..)| *of == code)
}

/// Whether it is a fixed or a mobile line.
fn is_a_line(e164: &str) -> bool {
    let parsed = PHONE_NUMBER_UTIL.parse(format!("+{e164}"), None);
    parsed.is_ok_and(|number| {
        matches!(
            PHONE_NUMBER_UTIL.get_number_type(&number),
            PhoneNumberType::FixedLine
                | PhoneNumberType::Mobile
                | PhoneNumberType::FixedLineOrMobile
        )
    })
}

const GERMAN_DIGITS: usize = 11;
/// Behind the zero that is dialled at home.
const FRENCH_DIGITS: usize = 9;
const NORTH_AMERICA: i32 = 1;
const FRANCE: i32 = 33;
const BRITAIN: i32 = 44;
const MEXICO: i32 = 52;
const COLOMBIA: i32 = 57;
const VIETNAM: i32 = 84;
const IVORY_COAST: i32 = 225;
const BENIN: i32 = 229;
const GABON: i32 = 241;
const IRELAND: i32 = 353;
const SAINT_PIERRE: i32 = 508;
/// Réunion and Mayotte, Saint-Pierre-et-Miquelon, Guadeloupe with Saint-Barthélemy and Saint-Martin, French Guiana, Martinique.
const OVERSEAS: [i32; 5] = [262, SAINT_PIERRE, 590, 594, 596];
/// Northern Ireland's area as it is dialled in the Republic.
const IN_IRELAND: &str = "48";
/// The same in the United Kingdom.
const IN_BRITAIN: &str = "28";
/// The first digits of national numbers, before and since.
const REPLACED: [(i32, &str, &str); 25] = [
    (GABON, "01", "11"),
    (GABON, "02", "62"),
    (GABON, "05", "65"),
    (GABON, "06", "66"),
    (GABON, "04", "74"),
    (GABON, "07", "77"),
    (VIETNAM, "162", "32"),
    (VIETNAM, "163", "33"),
    (VIETNAM, "164", "34"),
    (VIETNAM, "165", "35"),
    (VIETNAM, "166", "36"),
    (VIETNAM, "167", "37"),
    (VIETNAM, "168", "38"),
    (VIETNAM, "169", "39"),
    (VIETNAM, "120", "70"),
    (VIETNAM, "121", "79"),
    (VIETNAM, "122", "77"),
    (VIETNAM, "126", "76"),
    (VIETNAM, "128", "78"),
    (VIETNAM, "123", "83"),
    (VIETNAM, "124", "84"),
    (VIETNAM, "125", "85"),
    (VIETNAM, "127", "81"),
    (VIETNAM, "129", "82"),
    (VIETNAM, "199", "59"),
];

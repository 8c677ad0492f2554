//! Numbers as people write them: with marks that nobody sees, with words before and extensions behind, and several in one field.

use super::address::plain;
use super::number::digits_of;
use super::{Country, End, Number, Numbering, Party, read};

/// The numbers in what a person has written, such as `Tél. 01 42 66 77 01 poste 12 / 06 12 34 56 78`: each whole, none completed or guessed.
///
/// What follows a number behind a word, `x` or `#`, and is too short for a number, is its extension and left out.
pub fn written(text: &str, country: Country) -> Vec<Number> {
    let pieces = pieces(text, country);
    let numbers = pieces
        .iter()
        .filter(|piece| !piece.is_extension())
        .flat_map(|piece| {
            let behind = piece.behind_extension();
            let behind = behind.map(|rest| numbers(rest, country));
            let behind = behind.filter(|numbers| !numbers.is_empty());
            behind.unwrap_or_else(|| numbers(&piece.text, country))
        });
    numbers.collect()
}

/// One number, or those that stand beside one another: `089/123456` is one, `01 42 66 77 01 / 06 12 34 56 78` are two.
///
/// The sign between two numbers is often the one between area and subscriber as well, and what is wider apart is cut first:
/// `0664/1234567 / 01/5123456`. A part that is no number ends it, as does one without the zero that it is printed with: what follows
/// `0664`, or a number of the same town, is the end of another number, and never a number by itself.
fn numbers(text: &str, country: Country) -> Vec<Number> {
    if let Some(whole) = number(text, country) {
        return vec![whole];
    }
    let Some(sign) = BETWEEN_NUMBERS.iter().find(|sign| text.contains(**sign)) else {
        return Vec::new();
    };
    let mut found: Vec<Number> = Vec::new();
    let has_digits = |part: &&str| part.contains(|c: char| c.is_ascii_digit());
    for part in text.split(sign).filter(has_digits) {
        let numbers = numbers(part, country);
        let lacks_zero = |number: &Number| number.is_printed_with_zero(&digits_of(part));
        if numbers.is_empty() || (!found.is_empty() && numbers.iter().any(lacks_zero)) {
            break;
        }
        found.extend(numbers);
    }
    found
}

fn number(text: &str, country: Country) -> Option<Number> {
    let numbering = Numbering {
        country,
        extensions: &[],
    };
    // People put the country's code in brackets, which no PBX does: `(+34) 911 22 33 44`.
    let text = text.trim_start_matches(|c: char| c != '+' && !c.is_ascii_digit());
    match read(text, End::Dialled, &numbering) {
        Party::Outside(number) => Some(number),
        _ => None,
    }
}

/// A run of digits with what stands between the digits of one number.
struct Piece {
    text: String,
    /// Letters, `#` or `*` stand between it and the digits before.
    behind_word: bool,
}

impl Piece {
    fn is_extension(&self) -> bool {
        self.behind_word && self.digits() <= LONGEST_EXTENSION_DIGITS
    }

    /// What stands behind the extension that it begins with: `12 / 06 12 34 56 78` behind `poste`. An area begins with a zero.
    fn behind_extension(&self) -> Option<&str> {
        let mut signs = BETWEEN_NUMBERS.iter().filter(|sign| sign.len() > 1);
        let (first, rest) = signs.find_map(|sign| self.text.split_once(sign))?;
        let first = digits_of(first);
        let is_extension = !first.starts_with('0') && first.len() <= LONGEST_EXTENSION_DIGITS;
        (self.behind_word && is_extension).then_some(rest)
    }

    /// Whether it ends with a digit, or a bracket, of a whole number: what stands in brackets behind it is no part of that.
    fn is_whole(&self, country: Country) -> bool {
        self.text
            .trim_end()
            .ends_with(|last: char| last.is_ascii_digit() || last == ')')
            && !numbers(&self.text, country).is_empty()
    }

    fn digits(&self) -> usize {
        self.text.bytes().filter(u8::is_ascii_digit).count()
    }
}

fn pieces(text: &str, country: Country) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let (mut goes_on, mut word, mut any_digit) = (false, false, false);
    let text: Vec<char> = text.chars().filter_map(plain).collect();
    for (at, character) in text.iter().copied().enumerate() {
        if !is_of_number(character) {
            word |= any_digit && (character.is_alphabetic() || matches!(character, '#' | '*'));
            goes_on = false;
            continue;
        }
        if goes_on && character == '(' && pieces.last().is_some_and(|piece| piece.is_whole(country))
        {
            goes_on = false;
            word |= !is_of_another(&text[at..]);
        }
        // A plus begins a number.
        goes_on &= character != '+' || pieces.last().is_none_or(|piece| piece.digits() == 0);
        if !goes_on {
            pieces.push(Piece {
                text: String::new(),
                behind_word: word,
            });
            goes_on = true;
        }
        if character.is_ascii_digit() {
            (word, any_digit) = (false, true);
        }
        if let Some(piece) = pieces.last_mut() {
            piece.text.push(character);
            // An extension in brackets ends with them.
            goes_on &= !(character == ')' && piece.is_extension() && piece.text.starts_with('('));
        }
    }
    pieces
}

/// Whether a bracket behind a number begins another one, with an area or around it, and not an extension, an hour or a remark. What begins with a
/// zero behind the bracket, or with a plus, is a number by itself.
fn is_of_another(bracket: &[char]) -> bool {
    let end = bracket.iter().position(|character| *character == ')');
    let (within, behind) = bracket.split_at(end.unwrap_or(bracket.len()));
    let digits = within.iter().filter(|it| it.is_ascii_digit()).count();
    let next = behind.iter().skip(1).find(|it| **it != ' ');
    digits > LONGEST_EXTENSION_DIGITS || matches!(next, Some('1'..='9'))
}

fn is_of_number(character: char) -> bool {
    character.is_ascii_digit() || matches!(character, '+' | ' ' | '-' | '.' | '/' | '(' | ')')
}

/// From the one that leaves most room.
const BETWEEN_NUMBERS: [&str; 3] = [" / ", " - ", "/"];

/// Extensions are as long as offices make them; the numbers that people write beside another one are longer.
const LONGEST_EXTENSION_DIGITS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        check_in("FR", text, expected);
    }

    fn check_in(country: &str, text: &str, expected: &[&str]) {
        let found: Vec<String> = written(text, country.parse().unwrap())
            .iter()
            .map(Number::to_string)
            .collect();
        assert_eq!(found, expected, "{text:?} in {country}");
    }

    #[test]
    fn a_number_is_read_whatever_was_pasted_with_it() {
        for text in [
            "01 42 66 77 01",
            "\u{202a}+33 1 42 66 77 01\u{202c}",
            "\u{200e}01\u{a0}42\u{202f}66\u{2009}77 01",
            "01–42–66–77–01",
            "+33 (0)1\u{2011}42\u{2011}66\u{2011}77\u{2011}01",
            "(+33) 1 42 66 77 01",
            "Tél. : 01 42 66 77 01 (bureau)",
        ] {
            check(text, &["+33142667701"]);
        }
    }

    #[test]
    fn an_extension_is_not_part_of_the_number() {
        for behind in [
            " ext. 12",
            " poste 12",
            " x12",
            "x 123",
            "#12",
            " (poste : 4012)",
            ", ext 12",
            ";ext=12",
            " Durchwahl 123456",
        ] {
            check(&format!("01 42 66 77 01{behind}"), &["+33142667701"]);
        }
    }

    #[test]
    fn each_of_several_numbers_is_read() {
        let both = ["+33142667701", "+33612345678"];
        for between in [
            " / ",
            "/",
            ", ",
            ";",
            " - ",
            " ou ",
            "\n",
            " (bureau) | mobile : ",
        ] {
            check(&format!("01 42 66 77 01{between}06 12 34 56 78"), &both);
        }
        check("+33142667701 +33612345678", &both);
        check("01 42 66 77 01 poste 12 / 06 12 34 56 78", &both);
    }

    #[test]
    fn what_is_no_number_by_itself_is_none() {
        check("01 42 66 77 01 / 02", &["+33142667701"]);
        for text in [
            "",
            "+",
            "poste 12",
            "1-800-FLOWERS",
            "demander Zoé",
            "0142667701 0612345678",
        ] {
            check(text, &[]);
        }
        check_in("DE", "089/123456", &["+4989123456"]);
    }

    /// Where the area has a slash of its own: each number whole, or none of them.
    #[test]
    fn a_slash_behind_the_area_begins_no_other_number() {
        for (country, text, expected) in [
            (
                "AT",
                "0664/1234567 / 01/5123456",
                &["+436641234567", "+4315123456"][..],
            ),
            (
                "AT",
                "0664/1234567 - 01/5123456",
                &["+436641234567", "+4315123456"],
            ),
            // Of the same town: Vienna, not Innsbruck (`0512 3457`).
            ("AT", "01/5123456 / 5123457", &["+4315123456"]),
            ("AT", "01 / 5123456", &["+4315123456"]),
            (
                "AT",
                "0664/1234567 oder 01 / 5123456",
                &["+436641234567", "+4315123456"],
            ),
            (
                "AT",
                "0664/1234567 oder 01 / 5123456 / 0664 / 1234568",
                &["+436641234567"],
            ),
            (
                "AT",
                "0664/1234567 DW 12 / 01/5123456",
                &["+436641234567", "+4315123456"],
            ),
            ("AT", "0664/1234567 01/5123456", &[]),
            ("AT", "0664/1234567-01/5123456", &[]),
            (
                "RS",
                "011/2123-456 / 064/123-4567",
                &["+381112123456", "+381641234567"],
            ),
            ("RS", "011/2123-456 / 2123-457", &["+381112123456"]),
            ("RS", "011/2123-456/064/123-4567", &[]),
            (
                "BE",
                "02/234.56.78 / 0471/23.45.67",
                &["+3222345678", "+32471234567"],
            ),
            ("BE", "0471/23.45.67-02/234.56.78", &[]),
            (
                "IT",
                "02/36618300 / 333/1234567",
                &["+390236618300", "+393331234567"],
            ),
            ("IT", "02/36618300 333/1234567", &[]),
            (
                "DE",
                "0171/1234567 / 089/123456",
                &["+491711234567", "+4989123456"],
            ),
            ("DE", "089 / 123456", &["+4989123456"]),
            ("DE", "089 / 123456 / 0171 / 1234567", &[]),
            ("DE", "089/123456 / 2087654", &["+4989123456"]),
            (
                "NL",
                "020 - 123 45 67 / 06 - 12345678",
                &["+31201234567", "+31612345678"],
            ),
            (
                "SE",
                "08 - 123 456 78 / 070 - 123 45 67",
                &["+46812345678", "+46701234567"],
            ),
            (
                "HU",
                "06 1/234-5678 / 06 20/123-4567",
                &["+3612345678", "+36201234567"],
            ),
            (
                "US",
                "212/555-0123 / 646/555-0124",
                &["+12125550123", "+16465550124"],
            ),
            ("FR", "01 42 66 77 01/02", &["+33142667701"]),
            ("FR", "01/42/66/77/01", &["+33142667701"]),
            (
                "FR",
                "01 42 66 77 01/06 12 34 56 78/07 56 78 90 12",
                &["+33142667701", "+33612345678", "+33756789012"],
            ),
        ] {
            check_in(country, text, expected);
        }
    }

    /// What stands in brackets behind a number is an extension, an hour, a remark, or another number; before it, a code or an area.
    #[test]
    fn brackets_behind_a_number_are_no_part_of_it() {
        for (country, text, expected) in [
            ("DE", "089 123456 (9-12 Uhr)", &["+4989123456"][..]),
            ("DE", "089 123456 (2. Stock)", &["+4989123456"]),
            ("DE", "089 123456 (1)", &["+4989123456"]),
            ("DE", "089 123456 (12)", &["+4989123456"]),
            ("DE", "089 123456 (123456)", &["+4989123456"]),
            (
                "DE",
                "089 123456 (0171 1234567)",
                &["+4989123456", "+491711234567"],
            ),
            (
                "DE",
                "(089) 123456 (0171) 1234567",
                &["+4989123456", "+491711234567"],
            ),
            (
                "DE",
                "089 123456 (2) 0171 1234567",
                &["+4989123456", "+491711234567"],
            ),
            (
                "DE",
                "089 123456 (12) / 0171 1234567",
                &["+4989123456", "+491711234567"],
            ),
            ("LU", "45 67 89 (12)", &["+352456789"]),
            ("LU", "27 12 34 56 (123456)", &["+35227123456"]),
            ("AT", "01 5123456 (9-17)", &["+4315123456"]),
            (
                "AT",
                "(01) 5123456 (0664) 1234567",
                &["+4315123456", "+436641234567"],
            ),
            ("IT", "02 366183 (9-12)", &["+3902366183"]),
            (
                "FR",
                "01 42 66 77 01 (06 12 34 56 78)",
                &["+33142667701", "+33612345678"],
            ),
            (
                "FR",
                "01 42 66 77 01 / 06 12 34 56 78 (12)",
                &["+33142667701", "+33612345678"],
            ),
            (
                "FR",
                "01 42 66 77 01 (0)6 12 34 56 78",
                &["+33142667701", "+33612345678"],
            ),
            (
                "US",
                "212-555-0123 (646-555-0124)",
                &["+12125550123", "+16465550124"],
            ),
            (
                "US",
                "+1 (212) 555-0123 (646) 555-0124",
                &["+12125550123", "+16465550124"],
            ),
            ("US", "212-555-0123 (12)", &["+12125550123"]),
            ("RU", "8 (495) 123-45-67", &["+74951234567"]),
            ("RU", "8 (49624) 1-23-45", &["+74962412345"]),
            ("RU", "810375 (17) 209 45 67", &["+375172094567"]),
            ("IE", "00 353 (0)1 234 5678", &["+35312345678"]),
            ("US", "011353 (0)1 234 5678", &["+35312345678"]),
            ("US", "011 44 (0)20 7946 0123", &["+442079460123"]),
            ("AU", "0011353 (0)1 234 5678", &["+35312345678"]),
            ("DE", "+49 (0) 89 (123456)", &["+4989123456"]),
            ("DE", "+49 (0)8151 (123456)", &["+498151123456"]),
            ("KG", "00996 (312) 123456", &["+996312123456"]),
            ("KR", "02)1234-5678", &["+82212345678"]),
        ] {
            check_in(country, text, expected);
        }
    }
}

//! Numbers as people write them: with marks that nobody sees, with words before and extensions behind, and several in one field.

use super::address::plain;
use super::{Country, End, Number, Numbering, Party, read};

/// The numbers in what a person has written, such as `Tél. 01 42 66 77 01 poste 12 / 06 12 34 56 78`: each whole, none completed or guessed.
///
/// What follows a number behind a word, `x` or `#`, and is too short for a number, is its extension and left out.
pub fn written(text: &str, country: Country) -> Vec<Number> {
    let pieces = pieces(text);
    let read = |text: &str| number(text, country);
    let numbers = pieces
        .iter()
        .filter(|piece| !piece.is_extension())
        .flat_map(|piece| match read(&piece.text) {
            Some(whole) => vec![whole],
            // `089/123456` is one number, `01 42 66 77 01 / 06 12 34 56 78` are two.
            None => piece.parts().filter_map(read).collect(),
        });
    numbers.collect()
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

    fn digits(&self) -> usize {
        self.text.bytes().filter(u8::is_ascii_digit).count()
    }

    fn parts(&self) -> impl Iterator<Item = &str> {
        let parts = self.text.split('/').flat_map(|part| part.split(" - "));
        parts.filter(|part| part.len() < self.text.len())
    }
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let (mut goes_on, mut word, mut any_digit) = (false, false, false);
    for character in text.chars().filter_map(plain) {
        if !is_of_number(character) {
            word |= any_digit && (character.is_alphabetic() || matches!(character, '#' | '*'));
            goes_on = false;
            continue;
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
        }
    }
    pieces
}

fn is_of_number(character: char) -> bool {
    character.is_ascii_digit() || matches!(character, '+' | ' ' | '-' | '.' | '/' | '(' | ')')
}

/// Extensions are as long as offices make them; the numbers that people write beside another one are longer.
const LONGEST_EXTENSION_DIGITS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = written(text, "FR".parse().unwrap())
            .iter()
            .map(Number::to_string)
            .collect();
        assert_eq!(found, expected, "{text:?}");
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
        let german: Vec<String> = written("089/123456", "DE".parse().unwrap())
            .iter()
            .map(Number::to_string)
            .collect();
        assert_eq!(german, ["+4989123456"]);
    }
}

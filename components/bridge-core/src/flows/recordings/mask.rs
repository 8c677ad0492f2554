//! Numbers as strangers may see them.

/// `number` with its middle hidden. Extensions of the office, up to five digits, are shown whole; text that is no number is shown as it is.
pub fn masked(number: &str) -> String {
    let digits = number.chars().filter(char::is_ascii_digit).count();
    if digits <= EXTENSION_DIGITS {
        return number.to_owned();
    }
    let mut seen = 0;
    number
        .chars()
        .map(|c| {
            if !c.is_ascii_digit() {
                return c;
            }
            seen += 1;
            let is_shown = seen <= FIRST_SHOWN || seen + LAST_SHOWN > digits;
            if is_shown { c } else { '\u{2022}' }
        })
        .collect()
}

/// Extensions of a UCM have two to five digits.
const EXTENSION_DIGITS: usize = 5;

/// Enough to recognise the country, not the subscriber.
const FIRST_SHOWN: usize = 2;

/// Enough to tell two callers apart.
const LAST_SHOWN: usize = 2;

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn the_middle_of_a_number_is_hidden() {
        for (number, shown) in [
            (
                "+33199000042",
                "+33\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}42",
            ),
            (
                "0199000042",
                "01\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}42",
            ),
            ("1001", "1001"),
            ("", ""),
            ("ACME", "ACME"),
        ] {
            assert_eq!(masked(number), shown);
        }
    }
}

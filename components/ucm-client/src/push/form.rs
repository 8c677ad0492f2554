//! A record as a form.

use super::super::page::Page;
use super::super::{damaged, text};

/// The fields of a form, in their order.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) pairs: Vec<(String, String)>,
}

/// Reads a form. What an ampersand that was not escaped has cut off is put back: no field has such a name.
pub(super) fn read(text: &str) -> Form {
    let text = text.trim_ascii();
    // A field a line is as good, and so is the other mark between them that HTML 4 recommends (B.2.2).
    let marks = ['&', '\n', ';'];
    let mark = marks.into_iter().find(|mark| text.contains(*mark));
    let mark = mark.unwrap_or('&');
    let signs: &[char] = if mark == '\n' { &['=', ':'] } else { &['='] };
    let mut form = Form::default();
    for part in text.split(mark) {
        // The ampersand may have been escaped for a page: `&amp;`.
        let part = part.strip_prefix("amp;").unwrap_or(part);
        let pair = part.split_once(signs);
        let pair = pair.map(|(name, value)| (damaged::meant(field(name)), value));
        let pair = pair.filter(|(name, _)| is_field(name));
        match (pair, form.pairs.last_mut()) {
            (Some((name, value)), _) => form.pairs.push((name, decode(value))),
            (None, Some((_, last))) => *last = format!("{last}{mark}{}", decode(part)),
            (None, None) => {}
        }
    }
    form
}

impl Form {
    /// Whether there is a field of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(field, _)| field == name)
    }

    /// Puts the record on the page, without the fields that have two values.
    pub(super) fn put_into(self, page: &mut Page, text: &str) {
        // No time has a percent sign: then all has been escaped twice.
        let is_start = |(name, value): &(String, String)| name == "start" && value.contains('%');
        let is_twice = self.pairs.iter().any(is_start);
        let fields = self.pairs.into_iter().map(|(name, value)| {
            let value = if is_twice { decode(&value) } else { value };
            (name, text::blank_controls(value.trim()))
        });
        let row = page.row_of(text, fields);
        page.add_item(vec![row]);
    }
}

/// The name of a field, which some put into brackets behind that of its record: `cdr[src]`.
fn field(name: &str) -> String {
    let name = decode(name.trim());
    let inner = name.strip_suffix(']').and_then(|name| name.split_once('['));
    inner.map_or(name.clone(), |(_, inner)| inner.to_owned())
}

fn is_field(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

/// Reads `+` and `%XX`, in whatever encoding. A `+` before a digit, where a number begins, is the number's own.
pub(super) fn decode(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escape = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let read =
            escape.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        let begins = matches!(plain.last(), None | Some(b'-' | b'<'));
        let before_digit = bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        match (byte, read) {
            (_, Some(read)) => {
                plain.push(read);
                at += 2;
            }
            (b'+', _) if !(begins && before_digit) => plain.push(b' '),
            _ => plain.push(*byte),
        }
        at += 1;
    }
    text::decode(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_whatever_way_they_were_escaped() {
        for (value, expected) in [
            ("2024-05-30+14%3A41%3A40", "2024-05-30 14:41:40"),
            ("%2B33199000042", "+33199000042"),
            ("+33199000042", "+33199000042"),
            ("17-+33199000042", "17-+33199000042"),
            ("\"Zo%E9\"+<+33199000042>", "\"Zoé\" <+33199000042>"),
            ("Zo%C3%A9+2", "Zoé 2"),
            ("100%", "100%"),
            ("%zz", "%zz"),
        ] {
            assert_eq!(decode(value), expected, "{value}");
        }
    }

    #[test]
    fn an_ampersand_in_a_name_does_not_cut_it() {
        let form = read("clid=\"R&D Ana\" <1>&src=1&x=&dst=2");
        let expected = [
            ("clid", "\"R&D Ana\" <1>"),
            ("src", "1"),
            ("x", ""),
            ("dst", "2"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(form.pairs, expected);
        for text in [
            "src=1\ndst=2\n",
            "src: 1\r\ndst: 2",
            "src=1;dst=2",
            "src=1&amp;dst=2",
            "cdr[src]=1&cdr%5Bdst%5D=2",
        ] {
            let pairs = read(text).pairs;
            let pairs = pairs.iter().map(|(name, value)| (&**name, value.trim()));
            assert_eq!(
                pairs.collect::<Vec<_>>(),
                [("src", "1"), ("dst", "2")],
                "{text}"
            );
        }
    }
}

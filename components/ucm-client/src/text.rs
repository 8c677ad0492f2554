//! From bytes to text, whatever the device put into names.

use std::borrow::Cow;

/// Reads `bytes` as UTF-8; what is not UTF-8 is read as Windows-1252, Latin-1 with typographic marks, as names from old SIP phones and trunks
/// are. UTF-16 says so by its mark, or by the zeros beside the first letters.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => return Cow::Owned(utf16(rest, u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => return Cow::Owned(utf16(rest, u16::from_be_bytes)),
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => {
            return Cow::Owned(utf16(bytes, u16::from_le_bytes));
        }
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => {
            return Cow::Owned(utf16(bytes, u16::from_be_bytes));
        }
        _ => {}
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 64);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().copied().map(windows_1252));
    }
    Cow::Owned(text)
}

fn windows_1252(byte: u8) -> char {
    let typographic = usize::from(byte)
        .checked_sub(0x80)
        .and_then(|at| TYPOGRAPHIC.get(at));
    typographic.copied().unwrap_or(char::from(byte))
}

/// What Windows-1252 has from 0x80 on where Latin-1 has control characters; five places are empty.
const TYPOGRAPHIC: [char; 32] = [
    '€', ' ', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', ' ', 'Ž', ' ', ' ', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', ' ', 'ž', 'Ÿ',
];

/// The text in UTF-16. A zero is none of it: of UTF-32 they make every other unit.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let units = units.filter(|unit| *unit != 0);
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Replaces control characters by spaces. JSON allows none within a string, but devices pass on what a caller sent as a name; between values
/// a space means the same.
pub(super) fn without_controls(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte < b' ') {
        Cow::Owned(blank_controls(&text))
    } else {
        text
    }
}

/// A copy of `text` with a space for every control character; used for values too, where JSON escapes may have hidden some.
pub(super) fn blank_controls(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_survives_any_encoding() {
        assert_eq!(decode("Zoé".as_bytes()), "Zoé");
        assert_eq!(decode(b"Zo\xE9 and Zo\xC3\xA9"), "Zoé and Zoé");
        assert_eq!(decode(b"\xEF\xBB\xBF{}"), "{}");
        assert_eq!(decode(b"cut \xC3"), "cut \u{C3}");
        assert_eq!(decode(b"\xFF\xFEZ\0o\0\xE9\0"), "Zoé");
        assert_eq!(decode(b"\xFE\xFF\0Z\0o\0\xE9"), "Zoé");
        assert_eq!(decode(b"Z\0o\0\xE9\0"), "Zoé");
        assert_eq!(decode(b"\0Z\0o\0\xE9"), "Zoé");
        assert_eq!(decode(b"\xFF\xFE\0\0Z\0\0\0\xE9\0\0\0"), "Zé");
        assert_eq!(decode(b"Zo\xE9\x92s \x8Cuvre"), "Zoé’s Œuvre");
    }

    #[test]
    fn controls_become_spaces() {
        assert_eq!(without_controls(Cow::Borrowed("a\x01b\r\n")), "a b  ");
        assert!(matches!(
            without_controls(Cow::Borrowed("plain é")),
            Cow::Borrowed(_)
        ));
    }
}

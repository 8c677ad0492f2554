//! From bytes to text, whatever the device put into names.

use std::borrow::Cow;

/// Reads `bytes` as UTF-8; what is not UTF-8 is read as Latin-1, as names from old SIP phones and trunks are. UTF-16 says so by its mark.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => return Cow::Owned(utf16(rest, u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => return Cow::Owned(utf16(rest, u16::from_be_bytes)),
        _ => {}
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 64);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().copied().map(char::from));
    }
    Cow::Owned(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
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

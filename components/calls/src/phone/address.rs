//! What stands around a number where a program gives an address in its place, and before one that is dialled.

use std::borrow::Cow;

/// The number, or the text, in what may be an address of SIP (`"Ana" <sip:+33199000012@192.0.2.1;user=phone>`) or of a telephone
/// (`tel:+33-1-99-00-00-12`), without the marks that nobody sees and with the digits of a keyboard.
///
/// A number that says in whose plan it is to be read (RFC 3966, `phone-context`) is left as it is: it may be another than the server's.
pub(super) fn user(raw: &str) -> Cow<'_, str> {
    let raw = raw.trim();
    if raw
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'+')
    {
        return Cow::Borrowed(raw);
    }
    let within = raw.strip_suffix('>').and_then(|open| open.rsplit_once('<'));
    let address = within.map_or(raw, |(_, address)| address);
    let address = address.trim_matches(['"', '\'', ' ']);
    let rest = SCHEMES.iter().find_map(|scheme| {
        let (start, rest) = address.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    let address = rest.unwrap_or(address);
    if address.contains("phone-context") && !address.starts_with('+') {
        return Cow::Borrowed(raw);
    }
    let user = match address.split_once('@') {
        Some((user, host)) if is_word(host) => user,
        _ => address,
    };
    let user = match user.split_once(';') {
        Some((user, parameters)) if parameters.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            user
        }
        _ => user,
    };
    let mut user: String = user.chars().filter_map(plain).collect();
    for (escape, sign) in ESCAPES {
        user = user.replace(escape, sign);
    }
    Cow::Owned(user.trim().to_owned())
}

/// Whether it looks like a host or a parameter, and not like more of a text or another number.
fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[')
        && !text.contains(char::is_whitespace)
}

/// What is dialled behind a code that hides or shows the caller's own number for one call.
pub(super) fn behind_hiding(dialled: &str) -> Option<&str> {
    HIDING.iter().find_map(|code| dialled.strip_prefix(code))
}

/// The character as a keyboard has it; nothing of the marks that nobody sees, which come along when a number is pasted.
pub(super) fn plain(character: char) -> Option<char> {
    match character {
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => None,
        '\u{2060}'..='\u{2069}' | '\u{feff}' => None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' => Some('-'),
        '\u{ff0b}' => Some('+'),
        '\n' | '\r' | '\t' => Some('\n'),
        space if space.is_whitespace() => Some(' '),
        other => Some(digit(other).unwrap_or(other)),
    }
}

/// A digit of the Arabic, Persian and Devanagari scripts, or one as wide as an ideograph.
fn digit(character: char) -> Option<char> {
    let value = ZEROS
        .iter()
        .filter_map(|zero| u32::from(character).checked_sub(u32::from(*zero)))
        .find(|value| *value < 10)?;
    char::from_digit(value, 10)
}

const ZEROS: [char; 4] = ['\u{660}', '\u{6f0}', '\u{966}', '\u{ff10}'];

const SCHEMES: [&str; 3] = ["sips:", "sip:", "tel:"];

/// Signs of a number that addresses escape.
const ESCAPES: [(&str, &str); 4] = [("%2B", "+"), ("%2b", "+"), ("%23", "#"), ("%20", " ")];

/// Of GSM and ISDN (3GPP TS 22.030), and of North America.
const HIDING: [&str; 7] = ["*31#", "#31#", "*31*", "#31*", "*67#", "*67", "*82"];

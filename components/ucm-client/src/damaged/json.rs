//! Damaged JSON: quotes that are not escaped, marks that are missing, an end that never came.

use super::{Found, Role, is_field};
use crate::scalar::Scalar;
use crate::text::blank_controls;
use calls::cdr::Row;

/// The records in `text`, each as far as it can be read.
pub(crate) fn records(text: &str) -> Vec<Found<'_>> {
    let keys = keys(text);
    let mut found: Vec<Found<'_>> = Vec::new();
    let mut begins = 0;
    let mut envelope = "";
    for (index, key) in keys.iter().enumerate() {
        if key.opens || found.is_empty() {
            if let Some(last) = found.last_mut() {
                last.text = &text[begins..key.mark];
            }
            begins = key.mark;
            found.push(Found {
                role: Role::of(envelope),
                ..Found::default()
            });
        }
        let next = keys.get(index + 1);
        let raw = &text[key.end..next.map_or(text.len(), |next| next.mark)];
        envelope = "";
        if next.is_some_and(|next| next.opens) && raw.trim_matches(is_around).is_empty() {
            envelope = key.name;
            continue;
        }
        if let Some(record) = found.last_mut() {
            record.is_cut = next.is_none() && !raw.contains('}');
            record.put(key.name, value(raw, next.is_some() || raw.contains('}')));
        }
    }
    if let Some(last) = found.last_mut() {
        last.text = &text[begins..];
    }
    found
}

/// The fields of the one object in `text`, as far as they can be read.
///
/// Beside them stands what was lost.
pub(crate) fn fields(text: &str) -> Option<(Row, Option<String>)> {
    let [record] = <[Found<'_>; 1]>::try_from(records(text)).ok()?;
    let reason = record.reason();
    Some((record.row, reason))
}

/// A name with the colon behind it.
struct Key<'a> {
    name: &'a str,
    /// Where the mark before it stands: from here on the text is no part of the value before.
    mark: usize,
    /// Where its value begins.
    end: usize,
    /// Whether it is the first of its object.
    opens: bool,
}

/// The names in `text`: quoted, with a colon behind and a bracket or a comma before; those of known fields also where the comma is missing.
fn keys(text: &str) -> Vec<Key<'_>> {
    let keys = quoted_keys(text);
    if keys.is_empty() {
        bare_keys(text)
    } else {
        keys
    }
}

/// The names of known fields in a text that quotes none: `{session: "…", start: "…"}`.
fn bare_keys(text: &str) -> Vec<Key<'_>> {
    let key = |(mark, before): (usize, &str)| {
        let rest = text[mark + 1..].trim_start();
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (name, value) = rest.split_at(rest.find(|c| !is_of_name(c))?);
        let value = value.trim_start().strip_prefix(':')?;
        is_field(name).then(|| Key {
            name,
            mark,
            end: text.len() - value.len(),
            opens: before == "{",
        })
    };
    text.match_indices(['{', ',']).filter_map(key).collect()
}

fn quoted_keys(text: &str) -> Vec<Key<'_>> {
    let mut keys: Vec<Key<'_>> = Vec::new();
    for (quote, mark) in text.match_indices(['"', '\'']) {
        let Some((name, end)) = name(text, quote, mark) else {
            continue;
        };
        let before = text[..quote].trim_end();
        let follows_key = keys.last().is_some_and(|last| last.end > quote);
        let mark_before = match before.chars().next_back() {
            _ if follows_key => None,
            Some('{' | ',') => Some(before.len() - 1),
            Some('"' | '\'' | '}') if is_field(name) => Some(quote),
            None => Some(quote),
            _ => None,
        };
        if let Some(mark) = mark_before {
            keys.push(Key {
                name,
                mark,
                end,
                opens: before.ends_with('{'),
            });
        }
    }
    keys
}

/// The name that is quoted at `quote`, and where what follows its colon begins.
fn name<'a>(text: &'a str, quote: usize, mark: &str) -> Option<(&'a str, usize)> {
    let rest = &text[quote + 1..];
    let (name, behind) = rest.split_once(mark)?;
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let value = behind.trim_start().strip_prefix(':')?;
    is_name.then(|| (name, text.len() - value.len()))
}

/// The value that `raw` holds; `None` if that is not certain. Only a value that `is_closed` by what follows may lack its quotes.
fn value(raw: &str, is_closed: bool) -> Option<String> {
    // What stands behind the end of the last record is none of its.
    let mut whole = serde_json::Deserializer::from_str(raw).into_iter::<Scalar>();
    if let Some(Ok(Scalar(Some(value)))) = whole.next()
        && raw[whole.byte_offset()..].trim_start().starts_with('}')
    {
        return Some(value);
    }
    let raw = raw.trim_matches(is_around).trim();
    if raw.is_empty() {
        return Some(String::new());
    }
    if let Ok(Scalar(Some(value))) = serde_json::from_str(raw) {
        return Some(value);
    }
    let inner = raw.strip_prefix(['"', '\'']).unwrap_or(raw);
    let inner = inner.strip_suffix(['"', '\'']).unwrap_or(inner);
    // A name that is no name any more, or the beginning of something else.
    let swallows = ["\":", "':", "{\"", "[{", "\"}", "},"]
        .iter()
        .any(|mark| inner.contains(mark));
    if swallows || !is_closed {
        return None;
    }
    unescaped(inner).map(|value| blank_controls(&value))
}

/// The text with those escapes read that can be nothing else; other backslashes are kept. `None` for half a character.
fn unescaped(text: &str) -> Option<String> {
    let quoted = |text: &str| serde_json::from_str::<String>(&format!("\"{text}\"")).ok();
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let lengths = [2, 6, 12].into_iter();
        let is_letter = |escape: &&str| {
            escape.len() == 2 && escape.ends_with(|c: char| c.is_ascii_alphabetic())
        };
        let escapes = lengths
            .filter_map(|length| rest.get(..length))
            .filter(|escape| !is_letter(escape));
        let read = escapes
            .filter_map(|escape| Some((escape.len(), quoted(escape)?)))
            .next();
        if read.is_none() && is_code_unit(rest) {
            return None;
        }
        let (length, letters) = read.unwrap_or((1, "\\".to_owned()));
        plain.push_str(&letters);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    Some(plain)
}

fn is_code_unit(text: &str) -> bool {
    let digits = text.strip_prefix("\\u").and_then(|rest| rest.get(..4));
    digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// What may stand around a value.
fn is_around(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, ',' | '}' | ']' | ';')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, String)>, Vec<String>) {
        let record = records(text).pop().unwrap();
        (record.row.into_iter().collect(), record.lost)
    }

    fn field(text: &str, name: &str) -> Option<String> {
        let (fields, lost) = read(text);
        let found = fields.into_iter().find(|(field, _)| field == name);
        assert_eq!(found.is_none(), lost.contains(&name.to_owned()), "{text}");
        found.map(|(_, value)| value)
    }

    #[test]
    fn a_value_ends_where_the_next_field_begins() {
        for (text, expected) in [
            (r#"{"clid":""Ana" <1>","dst":"3"}"#, "\"Ana\" <1>"),
            (r#"{"clid":"""Ana"" <1>","dst":"3"}"#, "\"\"Ana\"\" <1>"),
            (
                r#"{"clid":"Ana "the boss"", "dst":"3"}"#,
                "Ana \"the boss\"",
            ),
            (
                r#"{"clid":"A\B \/ \u00e9 \"C" D","dst":"3"}"#,
                "A\\B / é \"C\" D",
            ),
            (r#"{"clid":"a, b","dst":"3",}"#, "a, b"),
            (r#"{"clid":"Ana" "dst":"3"}"#, "Ana"),
            (r#"{"clid":"Ana,"dst":"3"}"#, "Ana"),
            (r#"{"clid":Ana","dst":"3"}"#, "Ana"),
            (r#"{"clid":Ana,"dst":"3"}"#, "Ana"),
            (r#"{'clid':'Ana','dst':'3'}"#, "Ana"),
            (r#"{"clid":7,"dst":"3" x}"#, "7"),
            (r#"{"clid":,"dst":"3"}"#, ""),
            (r#"{clid: "A, b", dst : "3"}"#, "A, b"),
            (r#"{clid:Ana,dst:3}"#, "Ana"),
            (r#"{"dst":"3","clid":"Ana"}garbage"#, "Ana"),
            (r#"{"dst":"3","clid":"Ana"});"#, "Ana"),
        ] {
            assert_eq!(field(text, "clid").as_deref(), Some(expected), "{text}");
            assert!(
                field(text, "dst").is_some_and(|dst| dst.starts_with('3')),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_certain_is_lost_and_said() {
        for text in [
            // Its neighbour's name is damaged as well.
            r#"{"clid":""Ana"","chan nel":"x","dst":"3"}"#,
            // Made up by a caller.
            r#"{"clid":"x"y","src":"1","clid":"other","dst":"3"}"#,
            // The end never came.
            r#"{"dst":"3","clid":"An"#,
            r#"{"dst":"3","clid":""An""#,
            r#"{"dst":"3","clid":"An\""#,
        ] {
            assert_eq!(field(text, "clid"), None, "{text}");
            assert_eq!(field(text, "dst").as_deref(), Some("3"), "{text}");
        }
    }

    #[test]
    fn what_is_in_a_group_is_told_apart() {
        let text = r#"{"cdr_root":[{"cdr":"s","main_cdr":{"AcctId":"","src":"0"},"sub_cdr_1":{"AcctId":"1","clid":""A""},
            "sub_cdr_2":{"AcctId":"2","src":"2"}},{"AcctId":"3","src":"3"}]}"#;
        let found = records(text);
        let shown: Vec<(Role, Option<&str>)> = found
            .iter()
            .map(|record| (record.role, record.row.get("AcctId").map(String::as_str)))
            .collect();
        assert_eq!(
            shown,
            [
                (Role::Other, None),
                (Role::Other, None),
                (Role::Summary, Some("")),
                (Role::Leg, Some("1")),
                (Role::Leg, Some("2")),
                (Role::Other, Some("3"))
            ]
        );
        assert_eq!(found[3].row["clid"], "\"A\"");
    }
}

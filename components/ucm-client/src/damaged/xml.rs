//! Damaged XML: brackets and ampersands that are not escaped, end tags that are missing.

use super::{Found, Role, is_field};
use crate::text::blank_controls;

/// The records in `text`, each as far as it can be read.
pub(crate) fn records(text: &str) -> Vec<Found<'_>> {
    let tags = tags(text);
    let mut found: Vec<Found<'_>> = Vec::new();
    let (mut begins, mut done) = (0, 0);
    for (index, tag) in tags.iter().enumerate() {
        if tag.begins < done || tag.is_end {
            continue;
        }
        if tag.is_around || found.is_empty() {
            if let Some(last) = found.last_mut() {
                last.text = &text[begins..tag.begins];
            }
            begins = tag.begins;
            found.push(Found {
                role: Role::of(tag.name),
                ..Found::default()
            });
        }
        if let (false, Some(record)) = (tag.is_around, found.last_mut()) {
            let (value, end) = tag.value(text, &tags[index + 1..]);
            record.is_cut |= value.is_none() && end == text.len();
            record.put(tag.name, value);
            done = end;
        }
    }
    if let Some(last) = found.last_mut() {
        last.text = &text[begins..];
    }
    found
}

/// The tag of a field, or of what is around fields.
struct Tag<'a> {
    name: &'a str,
    begins: usize,
    ends: usize,
    is_end: bool,
    is_empty: bool,
    is_around: bool,
}

/// The tags that devices write. Any other is text that a caller has brought along, and so is what only looks like one.
fn tags(text: &str) -> Vec<Tag<'_>> {
    let brackets = text.match_indices('<');
    brackets
        .filter_map(|(begins, _)| tag(text, begins))
        .collect()
}

fn tag(text: &str, begins: usize) -> Option<Tag<'_>> {
    let (inner, _) = text[begins + 1..].split_once('>')?;
    let ends = begins + inner.len() + 2;
    let is_end = inner.starts_with('/');
    let is_empty = inner.ends_with('/');
    let name = inner.trim_matches('/').trim();
    let name = name.rsplit(':').next().unwrap_or(name);
    // The session's name has the tag of the records around it.
    let holds_tags = || text[ends..].trim_ascii_start().starts_with('<');
    let is_around = AROUND.contains(&name)
        || name.starts_with("sub_cdr")
        || (name == "cdr" && (is_end || holds_tags()));
    (is_around || is_field(name)).then_some(Tag {
        name,
        begins,
        ends,
        is_end,
        is_empty,
        is_around,
    })
}

impl Tag<'_> {
    /// The value of the field that begins here, if it is certain, and where it ends; `behind` are the tags that follow.
    ///
    /// A field ends at its own end tag within its record. One without ends where the next field begins, unless there is more in it than text.
    fn value(&self, text: &str, behind: &[Tag<'_>]) -> (Option<String>, usize) {
        if self.is_empty {
            return (Some(String::new()), self.ends);
        }
        let within = behind.iter().take_while(|tag| !tag.is_around);
        let own = within
            .clone()
            .find(|tag| tag.is_end && tag.name == self.name);
        if let Some(end) = own {
            let holds_field = within
                .take_while(|tag| tag.begins < end.begins)
                .next()
                .is_some();
            let value = read(&text[self.ends..end.begins]);
            return (Some(value).filter(|_| !holds_field), end.ends);
        }
        let Some(next) = behind.first() else {
            return (None, text.len());
        };
        let raw = &text[self.ends..next.begins];
        let is_text = !raw.contains(['<', '>']);
        (is_text.then(|| read(raw)), next.begins)
    }
}

/// The text of a field.
fn read(raw: &str) -> String {
    let raw = raw.trim();
    let data = raw.strip_prefix("<![CDATA[");
    match data.and_then(|data| data.strip_suffix("]]>")) {
        Some(data) => blank_controls(data),
        None => blank_controls(unescaped(raw).trim()),
    }
}

/// The text with those entities read that XML knows; others are text.
pub(crate) fn unescaped(raw: &str) -> String {
    let mut plain = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let entity = rest[at + 1..].split_once(';').map(|(entity, _)| entity);
        let (letter, length) = entity
            .and_then(|entity| Some((character(entity)?, entity.len() + 2)))
            .unwrap_or(('&', 1));
        plain.push(letter);
        rest = &rest[at + length..];
    }
    plain.push_str(rest);
    plain
}

fn character(entity: &str) -> Option<char> {
    let number = match entity {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        entity => entity.strip_prefix('#')?,
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code)
}

/// What is around fields, beside the legs of a group.
const AROUND: [&str; 7] = [
    "cdr_root", "main_cdr", "root", "response", "record", "records", "cdrs",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn field(text: &str, name: &str) -> Option<String> {
        let record = records(text).pop().unwrap();
        let found = record.row.get(name).cloned();
        assert_eq!(
            found.is_none(),
            record.lost.contains(&name.to_owned()),
            "{text}"
        );
        found
    }

    #[test]
    fn a_field_ends_at_its_own_end_tag() {
        for (text, expected) in [
            (
                "<cdr><clid>\"Ana\" <0199000042></clid><dst>3</dst></cdr>",
                "\"Ana\" <0199000042>",
            ),
            (
                "<cdr><clid>R&D &amp; Ana &#233; &eacute;</clid><dst>3</dst></cdr>",
                "R&D & Ana é &eacute;",
            ),
            (
                "<cdr><clid>\"ACME\" <ACME></clid><dst>3</dst></cdr>",
                "\"ACME\" <ACME>",
            ),
            (
                "<cdr><clid><b>Ana</b></clid><dst>3</dst></cdr>",
                "<b>Ana</b>",
            ),
            ("<cdr><clid>a < b</clid><dst>3</dst></cdr>", "a < b"),
            ("<cdr><clid><![CDATA[<Ana>]]></clid><dst>3</dst>", "<Ana>"),
            ("<cdr><clid>Ana<dst>3</dst></cdr>", "Ana"),
            ("<cdr><clid/><dst>3</dst></cdr>", ""),
            ("<clid>Ana</clid><dst>3</dst>", "Ana"),
        ] {
            assert_eq!(field(text, "clid").as_deref(), Some(expected), "{text}");
            assert_eq!(field(text, "dst").as_deref(), Some("3"), "{text}");
        }
    }

    #[test]
    fn what_is_not_certain_is_lost_and_said() {
        for text in [
            "<cdr><clid>x<dst>9</dst></clid><dst>3</dst></cdr>",
            "<cdr><clid>\"Ana\" <1><dst>3</dst></cdr>",
            "<cdr><dst>3</dst><clid>An",
            "<cdr><clid>a</clid><dst>3</dst><clid>b</clid></cdr>",
        ] {
            assert_eq!(field(text, "clid"), None, "{text}");
            assert_eq!(field(text, "dst").as_deref(), Some("3"), "{text}");
        }
    }

    #[test]
    fn legs_of_groups_are_records_of_their_own() {
        let text = "<cdr_root><cdr><cdr>s</cdr><main_cdr><src>0</src></main_cdr><sub_cdr_1><src>1</src></sub_cdr_1>\
                    <sub_cdr_2><src>R&D</src></sub_cdr_2></cdr></cdr_root>";
        let found = records(text);
        let legs = found.iter().filter(|record| record.role == Role::Leg);
        let sources: Vec<&str> = legs
            .filter_map(|record| record.row.get("src").map(String::as_str))
            .collect();
        assert_eq!(sources, ["1", "R&D"]);
    }
}

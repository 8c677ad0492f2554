//! Records as XML: elements that hold only text are fields, an element that holds fields is a record. What stands in attributes
//! (`<cdr session="…" start="…"/>`, `<field name="src" value="…"/>`) is read as if it stood in elements.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::PushError;
use crate::damaged::is_field;
use crate::page::{Page, put_once};
use crate::text::blank_controls;
use calls::cdr::Row;

/// Reads all records of a document; one after another without a root is a document too.
pub(super) fn read(page: &mut Page, text: &str) -> Result<(), PushError> {
    match collect(page, parse(text)?, "") {
        true => Ok(()),
        false => Err(PushError::Xml(0)),
    }
}

#[derive(Default)]
struct Element {
    name: String,
    text: String,
    /// Those that are no field of a record say nothing.
    attributes: Vec<(String, String)>,
    children: Vec<Self>,
}

/// The tree under a root that is made up. Entities beyond the five of XML, and document types, are refused: nothing is ever expanded.
fn parse(text: &str) -> Result<Element, PushError> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event();
        let broken = PushError::Xml(reader.buffer_position());
        match event.map_err(|_| broken.clone())? {
            Event::Start(_) if open.len() > MOST_DEPTH => return Err(broken),
            Event::Start(start) => open.push(Element::begun(&start).ok_or(broken)?),
            Event::Empty(empty) => adopt(&mut open, Element::begun(&empty).ok_or(broken)?),
            Event::End(_) => match open.pop() {
                Some(element) if !open.is_empty() => adopt(&mut open, element),
                _ => return Err(broken),
            },
            Event::Text(text) => append(&mut open, &text.decode().map_err(|_| broken)?),
            Event::CData(data) => append(&mut open, &data.decode().map_err(|_| broken)?),
            Event::GeneralRef(entity) => append(&mut open, &resolve(&entity).ok_or(broken)?),
            Event::DocType(_) => return Err(broken),
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
    match (open.pop(), open.is_empty()) {
        (Some(root), true) => Ok(root),
        _ => Err(PushError::Xml(reader.buffer_position())),
    }
}

fn adopt(open: &mut [Element], child: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(child.spelt_out());
    }
}

fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn resolve(entity: &BytesRef<'_>) -> Option<String> {
    match entity.resolve_char_ref() {
        Ok(Some(character)) => Some(character.to_string()),
        Ok(None) => resolve_predefined_entity(&entity.decode().ok()?).map(str::to_owned),
        Err(_) => None,
    }
}

impl Element {
    fn begun(tag: &BytesStart<'_>) -> Option<Self> {
        let attributes = tag.attributes().map(|attribute| {
            let attribute = attribute.ok()?;
            let name = plain(attribute.key.local_name().as_ref());
            Some((
                name,
                attribute
                    .normalized_value(XmlVersion::Implicit1_0)
                    .ok()?
                    .into_owned(),
            ))
        });
        Some(Self {
            name: plain(tag.local_name().as_ref()),
            attributes: attributes.collect::<Option<_>>()?,
            ..Self::default()
        })
    }

    /// The same with elements for its attributes, where they are a record's fields.
    fn spelt_out(mut self) -> Self {
        let attributes = std::mem::take(&mut self.attributes);
        let of = |name: &str| {
            let mut found = attributes.iter().filter(|(attribute, _)| attribute == name);
            found.next().map(|(_, value)| value.clone())
        };
        if let Some(name) = of("name").filter(|name| is_field(name)) {
            self.name = name;
        }
        if !self.text.trim().is_empty() {
            return self;
        }
        if let Some(value) = of("value").filter(|_| self.is_leaf()) {
            self.text = value;
            return self;
        }
        let fields = attributes.into_iter().filter(|(name, _)| is_field(name));
        self.children.extend(fields.map(|(name, text)| Self {
            name,
            text,
            ..Self::default()
        }));
        self
    }

    fn is_leaf(&self) -> bool {
        self.children.is_empty()
    }

    /// Which a leg has, and no summary.
    fn has_disposition(&self) -> bool {
        let mut fields = self.children.iter();
        fields.any(|field| field.name == "disposition" && !field.text.trim().is_empty())
    }
}

fn plain(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// Adds the records in `element`. Beside records of a group stands the session's name, which is theirs where they do not say it. Whether
/// every field had one value.
fn collect(page: &mut Page, element: Element, session: &str) -> bool {
    let (leaves, nested): (Vec<_>, Vec<_>) =
        element.children.into_iter().partition(Element::is_leaf);
    if nested.is_empty() {
        return add(page, leaves, session);
    }
    // Tags that a caller has brought along within a field.
    if leaves.iter().any(|leaf| leaf.name == "disposition") {
        return false;
    }
    let named = leaves
        .into_iter()
        .find(|leaf| matches!(leaf.name.as_str(), "cdr" | "session"));
    let session = named.map_or_else(|| session.to_owned(), |leaf| leaf.text.trim().to_owned());
    // A summary that the device makes up, unless it alone carries the leg: see `record`.
    let (summaries, mut legs): (Vec<_>, Vec<_>) = nested
        .into_iter()
        .partition(|child| child.name == "main_cdr");
    if legs.is_empty() {
        legs.extend(summaries.into_iter().filter(Element::has_disposition));
    }
    legs.into_iter().all(|leg| collect(page, leg, &session))
}

/// Adds the record that has these fields.
fn add(page: &mut Page, fields: Vec<Element>, session: &str) -> bool {
    let mut row = Row::new();
    for field in fields {
        if !put_once(&mut row, field.name, blank_controls(field.text.trim())) {
            return false;
        }
    }
    if row.is_empty() {
        return true;
    }
    if row.get("session").is_none_or(String::is_empty) && !session.is_empty() {
        row.insert("session".to_owned(), session.to_owned());
    }
    page.add_item(vec![row]);
    true
}

/// Elements within elements: a root, a group, a leg and its fields are four.
const MOST_DEPTH: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Row> {
        let mut page = Page::default();
        read(&mut page, text).unwrap();
        page.rows
    }

    #[test]
    fn entities_and_accents_are_text() {
        let rows = rows(
            "<cdr><clid>&quot;Zo&#233; &amp; fils&quot; &lt;1001&gt;</clid><x><![CDATA[<é>]]></x><empty/></cdr>",
        );
        assert_eq!(rows[0]["clid"], "\"Zoé & fils\" <1001>");
        assert_eq!(
            (rows[0]["x"].as_str(), rows[0]["empty"].as_str()),
            ("<é>", "")
        );
    }

    #[test]
    fn legs_of_a_group_take_its_session_and_the_summary_is_none() {
        let rows = rows(
            "<cdr_root><cdr><cdr>17-1</cdr><main_cdr><src>1</src></main_cdr><sub_cdr_1><dst>2</dst></sub_cdr_1>\
             <sub_cdr_2><dst>3</dst><session>17-2</session></sub_cdr_2></cdr></cdr_root>",
        );
        let seen: Vec<_> = rows
            .iter()
            .map(|row| (row["session"].as_str(), row["dst"].as_str()))
            .collect();
        assert_eq!(seen, [("17-1", "2"), ("17-2", "3")]);
    }

    #[test]
    fn attributes_are_fields_where_a_record_has_such() {
        let expected = rows("<cdr><session>17-1</session><src>R&amp;D</src></cdr>");
        for text in [
            "<cdr session=\"17-1\" src=\"R&amp;D\"/>",
            "<cdr_root version=\"2\"><cdr session='17-1' x='1' src='R&amp;D'></cdr></cdr_root>",
            "<cdr session='17-1'><src type='string'>R&amp;D</src></cdr>",
            "<cdr><session value='17-1'/><src value='R&amp;D'/></cdr>",
            "<record><field name='session'>17-1</field><field name='src' value='R&amp;D'/></record>",
        ] {
            assert_eq!(rows(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_is_expanded() {
        let mut page = Page::default();
        for text in [
            "<!DOCTYPE x [<!ENTITY a \"b\">]><cdr><src>1</src></cdr>",
            "<cdr><src>&a;</src></cdr>",
            "<cdr src='&a;'/>",
            "<cdr src='1' src='2'/>",
            "<cdr><src>1</src>",
            "</cdr>",
            &"<a>".repeat(100),
        ] {
            assert!(
                matches!(read(&mut page, text), Err(PushError::Xml(_))),
                "{text}"
            );
        }
    }
}

//! The phonebook that desk phones fetch, as Grandstream publishes it in the *XML Phonebook Guide* of the GXP21xx, GXP17xx and GXP16xx series (tables 1
//! to 4), in the order of its example. GRP26xx read the same.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

/// A phonebook.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Phonebook {
    /// Names of the groups, in their order.
    pub groups: Vec<String>,
    /// Contacts, in the order in which a phone that has no room for all keeps them.
    pub contacts: Vec<Entry>,
}

/// A contact in a phonebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// A number of its own.
    pub id: i64,
    /// What stands there as the first name: it is never empty, for some firmware takes no book in which one is.
    pub first_name: String,
    /// What stands there as the last name; may be empty.
    pub last_name: String,
    /// Its numbers: type and digits.
    pub lines: Vec<(LineType, String)>,
    /// Its group, by its place among the book's.
    pub group: Option<usize>,
}

/// Types of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineType {
    /// `Work`.
    Work,
    /// `Mobile`.
    Mobile,
}

impl Phonebook {
    /// The book as the phones read it, in UTF-8. The same book is the same bytes.
    ///
    /// # Errors
    /// None that memory alone would not cause.
    pub fn write(&self) -> io::Result<Vec<u8>> {
        let mut writer = Writer::new(Vec::new());
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let root = writer.create_element("AddressBook");
        root.write_inner_content(|writer| {
            leaf(writer, "version", "1")?;
            for (place, name) in self.groups.iter().enumerate() {
                let group = writer.create_element("pbgroup");
                group.write_inner_content(|writer| {
                    leaf(writer, "id", &group_id(place).to_string())?;
                    leaf(writer, "name", name)
                })?;
            }
            self.contacts
                .iter()
                .try_for_each(|contact| contact.write(writer))
        })?;
        Ok(writer.into_inner())
    }
}

impl Entry {
    fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        let contact = writer.create_element("Contact");
        contact.write_inner_content(|writer| {
            leaf(writer, "id", &self.id.to_string())?;
            leaf(writer, "FirstName", &self.first_name)?;
            leaf(writer, "LastName", &self.last_name)?;
            leaf(writer, "Frequent", "0")?;
            for (line_type, digits) in &self.lines {
                let phone = writer.create_element("Phone");
                let phone = phone.with_attribute(("type", line_type.name()));
                phone.write_inner_content(|writer| {
                    leaf(writer, "phonenumber", digits)?;
                    leaf(writer, "accountindex", FIRST_ACCOUNT)
                })?;
            }
            match self.group {
                Some(place) => leaf(writer, "Group", &group_id(place).to_string()),
                None => Ok(()),
            }
        })?;
        Ok(())
    }
}

impl LineType {
    fn name(self) -> &'static str {
        match self {
            Self::Work => "Work",
            Self::Mobile => "Mobile",
        }
    }
}

fn leaf(writer: &mut Writer<Vec<u8>>, tag: &str, text: &str) -> io::Result<()> {
    let text: String = text.chars().filter(|c| is_xml(*c)).collect();
    let element = writer.create_element(tag);
    element.write_text_content(BytesText::new(&text))?;
    Ok(())
}

/// What XML 1.0 can say at all (section 2.2), without control characters: a name has none.
fn is_xml(character: char) -> bool {
    !character.is_control() && !matches!(character, '\u{fffe}' | '\u{ffff}')
}

/// The first ids are groups that phones have of their own: 1 is the blacklist in the guide's example, and nobody's calls are to be refused.
fn group_id(place: usize) -> usize {
    FIRST_GROUP + place
}

const FIRST_GROUP: usize = 11;

/// Account 1.
const FIRST_ACCOUNT: &str = "0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_is_written_as_published() {
        let book = Phonebook {
            groups: vec!["R & D".to_owned()],
            contacts: vec![Entry {
                id: 7,
                first_name: "Ada <\u{1}Byron>".to_owned(),
                last_name: String::new(),
                lines: vec![
                    (LineType::Work, "0199000012".to_owned()),
                    (LineType::Mobile, "0639980034".to_owned()),
                ],
                group: Some(0),
            }],
        };
        let text = String::from_utf8(book.write().unwrap()).unwrap();
        assert_eq!(
            text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
             <AddressBook><version>1</version><pbgroup><id>11</id><name>R &amp; D</name></pbgroup>\
             <Contact><id>7</id><FirstName>Ada &lt;Byron&gt;</FirstName><LastName></LastName><Frequent>0</Frequent>\
             <Phone type=\"Work\"><phonenumber>0199000012</phonenumber><accountindex>0</accountindex></Phone>\
             <Phone type=\"Mobile\"><phonenumber>0639980034</phonenumber><accountindex>0</accountindex></Phone>\
             <Group>11</Group></Contact></AddressBook>"
        );
    }
}

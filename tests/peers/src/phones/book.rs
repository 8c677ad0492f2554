//! A strict reader of the phonebook, by what Grandstream publishes in its *XML Phonebook Guide* of the GXP21xx, GXP17xx and GXP16xx series, and
//! independent of whatever writes one.
//!
//! Tables 1 to 4 there: `AddressBook` (`version`, `pbgroup` *, `Contact` *); `pbgroup` (`id`, `name`); `Contact` (`id`, `FirstName`, `LastName`, `Frequent`,
//! `Phone` *, `Group`), at least one of the names and one phone; `Phone` with the attribute `type` (`Work`, `Home`, `Mobile`, `Fax`, `Other`), and in it
//! `phonenumber` and `accountindex`, 0 to 5 for the accounts 1 to 6. Names of elements are case-sensitive; the encoding is UTF-8.

use roxmltree::{Document, Node};

/// A phonebook.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Book {
    /// Groups, in their order.
    pub groups: Vec<Group>,
    /// Contacts, in their order.
    pub contacts: Vec<Contact>,
}

/// A group of contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its id, which contacts name.
    pub id: u32,
    /// Its name.
    pub name: String,
}

/// A contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its id, if it has one.
    pub id: Option<u32>,
    /// First name; empty for none.
    pub first_name: String,
    /// Last name; empty for none.
    pub last_name: String,
    /// Its numbers.
    pub phones: Vec<Line>,
    /// The group that it belongs to.
    pub group: Option<u32>,
}

/// A number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What kind of number.
    pub kind: String,
    /// What the phone dials.
    pub number: String,
}

/// Why something is no phonebook: what a phone would drop, all of it or in part, without a word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotABook(String);

impl Book {
    /// Reads a phonebook.
    ///
    /// # Errors
    /// [`NotABook`] for whatever is not as published.
    pub fn read(bytes: &[u8]) -> Result<Self, NotABook> {
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("it is not in UTF-8"))?;
        if !text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>") {
            return Err(wrong("the declaration is missing"));
        }
        let document = Document::parse(text).map_err(|error| wrong(error.to_string()))?;
        let root = document.root_element();
        if !root.has_tag_name("AddressBook") {
            return Err(wrong("the root is no AddressBook"));
        }
        let parts = parts(root, &["version", "pbgroup", "Contact"], &[])?;
        if let Some(version) = once(&parts, "version")?
            && text_of(version)? != "1"
        {
            return Err(wrong("it has another version than 1"));
        }
        let book = Self {
            groups: all(&parts, "pbgroup", read_group)?,
            contacts: all(&parts, "Contact", read_contact)?,
        };
        book.check()?;
        Ok(book)
    }

    /// The book as far as a phone with room for `capacity` contacts has it.
    #[must_use]
    pub fn cut(mut self, capacity: usize) -> Self {
        self.contacts.truncate(capacity);
        self
    }

    /// The contact of this name, written as the phone shows it.
    pub fn contact(&self, name: &str) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.name() == name)
    }

    /// Ids are each one's own, and groups that are named are there.
    fn check(&self) -> Result<(), NotABook> {
        for (place, group) in self.groups.iter().enumerate() {
            if self.groups[..place]
                .iter()
                .any(|other| other.id == group.id)
            {
                return Err(wrong(format!("two groups have the id {}", group.id)));
            }
        }
        let mut ids: Vec<u32> = self
            .contacts
            .iter()
            .filter_map(|contact| contact.id)
            .collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() != count {
            return Err(wrong("two contacts have one id"));
        }
        let named = self.contacts.iter().filter_map(|contact| contact.group);
        for id in named {
            if !self.groups.iter().any(|group| group.id == id) {
                return Err(wrong(format!("there is no group {id}")));
            }
        }
        Ok(())
    }
}

impl Contact {
    /// Its name, as the phone shows it.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
            .trim()
            .to_owned()
    }

    /// What is dialled for it, in order.
    pub fn numbers(&self) -> Vec<&str> {
        self.phones
            .iter()
            .map(|line| line.number.as_str())
            .collect()
    }
}

fn read_group(node: Node<'_, '_>) -> Result<Group, NotABook> {
    let parts = parts(node, &["id", "name"], &[])?;
    let name = text_of(once(&parts, "name")?.ok_or_else(|| wrong("a group has no name"))?)?;
    if name.is_empty() {
        return Err(wrong("a group's name is empty"));
    }
    Ok(Group {
        id: number_of(once(&parts, "id")?.ok_or_else(|| wrong("a group has no id"))?)?,
        name,
    })
}

fn read_contact(node: Node<'_, '_>) -> Result<Contact, NotABook> {
    let order = ["id", "FirstName", "LastName", "Frequent", "Phone", "Group"];
    let parts = parts(node, &order, &[])?;
    let name = |tag| once(&parts, tag)?.map_or(Ok(String::new()), text_of);
    let contact = Contact {
        id: once(&parts, "id")?.map(number_of).transpose()?,
        first_name: name("FirstName")?,
        last_name: name("LastName")?,
        phones: all(&parts, "Phone", read_phone)?,
        group: once(&parts, "Group")?.map(number_of).transpose()?,
    };
    if let Some(frequent) = once(&parts, "Frequent")?
        && number_of(frequent)? > 1
    {
        return Err(wrong("Frequent is neither 0 nor 1"));
    }
    match (contact.name().is_empty(), contact.phones.is_empty()) {
        (true, _) => Err(wrong("a contact has no name")),
        (_, true) => Err(wrong("a contact has no number")),
        _ => Ok(contact),
    }
}

fn read_phone(node: Node<'_, '_>) -> Result<Line, NotABook> {
    let parts = parts(node, &["phonenumber", "accountindex"], &["type"])?;
    let kind = node.attribute("type").unwrap_or_default();
    if !["Work", "Home", "Mobile", "Fax", "Other"].contains(&kind) {
        return Err(wrong(format!("there is no type {kind:?} of numbers")));
    }
    let number = once(&parts, "phonenumber")?.ok_or_else(|| wrong("a phone has no number"))?;
    let number = text_of(number)?;
    let dials = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#' | '+');
    if number.is_empty() || !number.chars().all(dials) {
        return Err(wrong("a number has what no phone dials"));
    }
    let account = once(&parts, "accountindex")?.ok_or_else(|| wrong("a phone has no account"))?;
    if number_of(account)? > 5 {
        return Err(wrong("there are six accounts"));
    }
    Ok(Line {
        kind: kind.to_owned(),
        number,
    })
}

/// The elements in `node`: of these names, in this order, with nothing between them, and with these attributes.
fn parts<'a, 'i>(
    node: Node<'a, 'i>,
    order: &[&str],
    attributes: &[&str],
) -> Result<Vec<Node<'a, 'i>>, NotABook> {
    let tag = node.tag_name().name();
    if node
        .attributes()
        .any(|attribute| !attributes.contains(&attribute.name()))
    {
        return Err(wrong(format!(
            "{tag} has an attribute that is not published"
        )));
    }
    let mut last = 0;
    let mut parts = Vec::new();
    for child in node.children() {
        if child.is_text() && child.text().unwrap_or_default().trim().is_empty() {
            continue;
        }
        let name = child.tag_name().name();
        let place = order.iter().position(|known| *known == name);
        let place = place.ok_or_else(|| wrong(format!("{tag} has a {name:?}")))?;
        if place < last {
            return Err(wrong(format!("{name} stands too late in {tag}")));
        }
        last = place;
        parts.push(child);
    }
    Ok(parts)
}

fn once<'a, 'i>(parts: &[Node<'a, 'i>], tag: &str) -> Result<Option<Node<'a, 'i>>, NotABook> {
    let mut found = parts.iter().filter(|part| part.has_tag_name(tag));
    match (found.next(), found.next()) {
        (found, None) => Ok(found.copied()),
        (_, Some(_)) => Err(wrong(format!("{tag} stands there twice"))),
    }
}

fn all<T>(
    parts: &[Node<'_, '_>],
    tag: &str,
    read: impl Fn(Node<'_, '_>) -> Result<T, NotABook>,
) -> Result<Vec<T>, NotABook> {
    let found = parts.iter().filter(|part| part.has_tag_name(tag));
    found.map(|part| read(*part)).collect()
}

fn text_of(node: Node<'_, '_>) -> Result<String, NotABook> {
    if node.children().any(|child| !child.is_text()) || node.attributes().len() > 0 {
        return Err(wrong(format!(
            "{} is no plain text",
            node.tag_name().name()
        )));
    }
    Ok(node.text().unwrap_or_default().to_owned())
}

fn number_of(node: Node<'_, '_>) -> Result<u32, NotABook> {
    let text = text_of(node)?;
    text.parse()
        .map_err(|_| wrong(format!("{} is no number", node.tag_name().name())))
}

fn wrong(what: impl Into<String>) -> NotABook {
    NotABook(what.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLISHED: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<AddressBook>
  <version>1</version>
  <pbgroup><id>2</id><name>Work</name></pbgroup>
  <Contact>
    <FirstName>Ada</FirstName>
    <LastName>Byron</LastName>
    <Frequent>0</Frequent>
    <Phone type="Work"><phonenumber>8001</phonenumber><accountindex>1</accountindex></Phone>
    <Phone type="Home"><phonenumber>3000001</phonenumber><accountindex>0</accountindex></Phone>
    <Group>2</Group>
  </Contact>
</AddressBook>"#;

    #[test]
    fn what_is_published_is_read() {
        let book = Book::read(PUBLISHED.as_bytes()).unwrap();
        let contact = book.contact("Ada Byron").unwrap();
        assert_eq!(contact.numbers(), ["8001", "3000001"]);
        assert_eq!(contact.group, Some(2));
    }

    #[test]
    fn whatever_is_not_as_published_is_no_book() {
        for (is, becomes) in [
            ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", ""),
            ("AddressBook>", "addressbook>"),
            ("<version>1<", "<version>2<"),
            ("<Group>2<", "<Group>3<"),
            ("type=\"Home\"", "type=\"Cell\""),
            ("8001", "80 01"),
            ("8001", ""),
            ("<accountindex>1</accountindex>", ""),
            ("<accountindex>1<", "<accountindex>6<"),
            ("<Frequent>0<", "<Frequent>2<"),
            ("<LastName>Byron</LastName>", "<LastName><b/></LastName>"),
            ("<LastName>", "<Mail>x</Mail><LastName>"),
            ("<FirstName>Ada</FirstName>", "<Group>2</Group>"),
            ("<name>Work</name>", "<name></name>"),
            ("<name>Work</name>", ""),
        ] {
            let text = PUBLISHED.replace(is, becomes);
            assert_ne!(text, PUBLISHED, "{is}");
            assert!(Book::read(text.as_bytes()).is_err(), "{is} -> {becomes}");
        }
    }
}

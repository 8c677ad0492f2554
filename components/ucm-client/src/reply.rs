//! The JSON of a reply, read in one pass: a status, a few fields, and the records as slices of the text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::damaged;
use super::scalar::ScalarVisitor;
use super::text::without_controls;
use super::{Misconfigured, Trouble, UcmError, Unexpected};
use calls::cdr::Row;

/// What a reply holds, whichever envelope is around it.
#[derive(Debug, Default)]
pub(super) struct Reply<'a> {
    /// `status`; a successful `cdrapi` has none.
    pub(super) status: Option<i64>,
    /// The records under `cdr_root`, `cdr`, `account` or at the top, each still as text; `None` if there was no such list.
    pub(super) items: Option<Vec<&'a str>>,
    /// The scalar fields of the top level and of `response`, as text.
    pub(super) fields: Row,
}

/// What a body looks like from its first characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    WebPage,
    Empty,
    Other,
}

impl Format {
    /// Content types are not dependable on these devices: the first character is.
    pub(super) fn of(text: &str) -> Self {
        match text.trim_start().bytes().next() {
            None => Self::Empty,
            Some(b'{' | b'[') => Self::Json,
            Some(b'<') => Self::WebPage,
            Some(_) => Self::Other,
        }
    }

    /// Why a body of this format cannot be an answer to `action`.
    pub(super) fn refuse(self, action: &'static str) -> UcmError {
        match self {
            Self::Empty => UcmError::Unavailable(Trouble::Empty(action)),
            Self::WebPage => Misconfigured::WebPage.into(),
            Self::Json | Self::Other => Unexpected::Format(action).into(),
        }
    }
}

/// The text of a JSON body, ready for [`Reply::read`].
///
/// # Errors
/// What the body is instead.
pub(super) fn json_text<'a>(
    action: &'static str,
    text: Cow<'a, str>,
) -> Result<Cow<'a, str>, UcmError> {
    match Format::of(&text) {
        Format::Json => Ok(without_controls(text)),
        other => Err(other.refuse(action)),
    }
}

impl<'a> Reply<'a> {
    /// Reads the reply to `action`. A list of records with an error in it is cut into its records: most of them are sound.
    ///
    /// # Errors
    /// [`UcmError::Unavailable`] when the text ends in the middle, [`UcmError::Protocol`] when it is not JSON.
    pub(super) fn read(action: &'static str, text: &'a str) -> Result<Self, UcmError> {
        match serde_json::from_str(text) {
            Ok(Part::Object(reply)) => Ok(Self {
                items: reply.items.or_else(|| records_elsewhere(text)),
                ..reply
            }),
            Ok(Part::List(items)) => Ok(Self {
                items: Some(items),
                ..Self::default()
            }),
            Ok(Part::Text(_) | Part::Null) => Err(Unexpected::Format(action).into()),
            Err(error) if error.is_eof() => Err(UcmError::Unavailable(Trouble::Truncated(action))),
            Err(error) => match damaged::items(text) {
                Some(items) => Ok(Self {
                    items: Some(items),
                    ..Self::default()
                }),
                None => Err(Unexpected::Syntax {
                    action,
                    line: error.line(),
                    column: error.column(),
                }
                .into()),
            },
        }
    }

    /// A field that must be there and not be empty.
    ///
    /// # Errors
    /// [`UcmError::Protocol`] when it is not.
    pub(super) fn required(
        &self,
        action: &'static str,
        field: &'static str,
    ) -> Result<&str, UcmError> {
        self.field(field)
            .ok_or_else(|| Unexpected::Missing { action, field }.into())
    }

    /// A field, if it is there and not empty.
    pub(super) fn field(&self, field: &str) -> Option<&str> {
        self.fields
            .get(field)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }

    fn take(&mut self, key: &str, part: Part<'a>) {
        match (key, part) {
            ("status", Part::Text(text)) if text.parse::<i64>().is_ok() => {
                self.status = text.parse().ok()
            }
            ("response", Part::Object(inner)) => self.merge(inner),
            (_, Part::Text(text)) => drop(self.fields.insert(key.to_owned(), text)),
            (_, Part::List(_) | Part::Object(_) | Part::Null) => {}
        }
    }

    /// The records under one of those names: a list; a single one; or another envelope.
    fn take_records(&mut self, key: &str, value: &'a str) -> Result<(), serde_json::Error> {
        match serde_json::from_str(value)? {
            Part::List(items) => self.items.get_or_insert_default().extend(items),
            Part::Null => drop(self.items.get_or_insert_default()),
            Part::Text(text) => drop(self.fields.insert(key.to_owned(), text)),
            Part::Object(inner) if inner.items.is_some() => self.merge(inner),
            Part::Object(_) => self.items.get_or_insert_default().push(value),
        }
        Ok(())
    }

    fn merge(&mut self, inner: Self) {
        self.status = self.status.or(inner.status);
        self.fields.extend(inner.fields);
        if let Some(items) = inner.items {
            self.items.get_or_insert_default().extend(items);
        }
    }
}

/// The records under a name, or in an envelope, that is not known: the only list there is of nothing but records.
fn records_elsewhere(text: &str) -> Option<Vec<&str>> {
    let entries: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(text).ok()?;
    let mut lists =
        entries
            .into_values()
            .filter_map(|value| match serde_json::from_str(value.get()) {
                Ok(Part::List(items)) if !items.is_empty() => {
                    Some(items).filter(|items| items.iter().all(|item| is_record(item)))
                }
                Ok(Part::Object(inner)) => inner.items.or_else(|| records_elsewhere(value.get())),
                _ => None,
            });
    lists.next().filter(|_| lists.next().is_none())
}

/// Whether it says how a call ended, or when it was in the words of a gateway.
fn is_record(item: &str) -> bool {
    let names = ["\"disposition\"", "\"calldate\""];
    item.starts_with('{') && names.iter().any(|name| item.contains(name))
}

/// Any JSON value of a reply, as far as replies are understood.
enum Part<'a> {
    Text(String),
    List(Vec<&'a str>),
    Object(Reply<'a>),
    Null,
}

impl<'de> Deserialize<'de> for Part<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PartVisitor)
    }
}

struct PartVisitor;

impl<'de> Visitor<'de> for PartVisitor {
    type Value = Part<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Part::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        ScalarVisitor.visit_bool(value).map(text)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
        ScalarVisitor.visit_i64(value).map(text)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        ScalarVisitor.visit_u64(value).map(text)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
        ScalarVisitor.visit_f64(value).map(text)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
        ScalarVisitor.visit_str(value).map(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element::<&'de RawValue>()? {
            items.push(item.get());
        }
        Ok(Part::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut reply = Reply::default();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if matches!(&*key, "cdr_root" | "cdr" | "account") {
                let value = map.next_value::<&'de RawValue>()?;
                reply
                    .take_records(&key, value.get())
                    .map_err(serde::de::Error::custom)?;
            } else {
                reply.take(&key, map.next_value()?);
            }
        }
        Ok(Part::Object(reply))
    }
}

fn text(scalar: Option<String>) -> Part<'static> {
    scalar.map_or(Part::Null, Part::Text)
}

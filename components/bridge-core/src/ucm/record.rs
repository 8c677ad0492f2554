//! One record of `cdr_root`: a leg, or a group of legs.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::damaged;
use super::page::{Page, put_once};
use super::reply::Scalar;
use crate::cdr::Row;

/// Reads one item into `page`: a flat leg, or a group whose legs are `sub_cdr_1`, `sub_cdr_2` ... without bound. `main_cdr` is a summary that
/// the device makes up (no disposition, no id): it is never a leg. What cannot be read is set aside.
pub(super) fn read_into(page: &mut Page, item: &str) {
    match serde_json::from_str::<Record>(item) {
        Ok(record) => add(page, record, item),
        Err(_) => salvage(page, item),
    }
}

fn add(page: &mut Page, record: Record, text: &str) {
    if record.legs.is_empty() {
        return match record.nothing {
            Nothing::Blank => {}
            Nothing::SummaryOnly => page.put_aside(text, "a group with a summary and no legs"),
            Nothing::NameOnly => page.put_aside(text, "a session without legs"),
        };
    }
    page.add_item(record.legs);
}

/// Second look at an item that failed as a whole: its good legs are kept, the bad ones set aside.
fn salvage(page: &mut Page, text: &str) {
    let Ok(Parts(parts)) = serde_json::from_str(text) else {
        return salvage_fields(page, text, "not a record");
    };
    let subs: Vec<_> = parts.iter().filter(|(key, _)| is_sub(key)).collect();
    if subs.is_empty() {
        return salvage_fields(page, text, "a record with unreadable text");
    }
    let mut found = Found {
        grouped: true,
        ..Found::default()
    };
    for (_, sub) in subs {
        match serde_json::from_str::<LegRow>(sub.get()) {
            Ok(LegRow(row)) => found.subs.push(row),
            Err(_) => page.put_aside(sub.get(), "a leg that is no record"),
        }
    }
    if let Some(Scalar(Some(name))) = parts
        .iter()
        .find(|(key, _)| key == "cdr")
        .and_then(|(_, name)| serde_json::from_str(name.get()).ok())
    {
        found.flat.insert("cdr".to_owned(), name);
    }
    page.add_item(found.into_record().legs);
}

/// Third look: fields are told by their names.
fn salvage_fields(page: &mut Page, text: &str, otherwise: &str) {
    let aside = page.set_aside.len();
    let is_object = text.trim_ascii_start().starts_with('{');
    let kept = is_object && damaged::keep(page, damaged::json::records(text));
    if !kept && page.set_aside.len() == aside {
        page.put_aside(text, otherwise);
    }
}

/// The legs of one item.
#[derive(Default)]
struct Record {
    legs: Vec<Row>,
    nothing: Nothing,
}

/// Why a record has no legs.
#[derive(Default)]
enum Nothing {
    #[default]
    Blank,
    SummaryOnly,
    NameOnly,
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RecordVisitor)
    }
}

struct RecordVisitor;

impl<'de> Visitor<'de> for RecordVisitor {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_unit<E>(self) -> Result<Record, E> {
        Ok(Record::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
        let mut found = Found::default();
        while let Some(key) = map.next_key::<String>()? {
            if key == "main_cdr" {
                map.next_value::<IgnoredAny>()?;
                found.summary = true;
            } else if is_sub(&key) {
                found.subs.push(map.next_value::<LegRow>()?.0);
                found.grouped = true;
            } else if let Scalar(Some(value)) = map.next_value()?
                && !put_once(&mut found.flat, key, value)
            {
                return Err(twice());
            }
        }
        Ok(found.into_record())
    }
}

#[derive(Default)]
struct Found {
    flat: Row,
    subs: Vec<Row>,
    grouped: bool,
    summary: bool,
}

impl Found {
    fn into_record(mut self) -> Record {
        let name = self.flat.remove("cdr").unwrap_or_default();
        let group = self.grouped || self.summary;
        let mut legs = if group { self.subs } else { vec![self.flat] };
        legs.retain(|row| !row.is_empty());
        for row in &mut legs {
            name_session(row, &name);
        }
        let nothing = match (group, name.is_empty()) {
            (true, _) => Nothing::SummaryOnly,
            (false, false) => Nothing::NameOnly,
            (false, true) => Nothing::Blank,
        };
        Record { legs, nothing }
    }
}

/// `cdr` is the session where a leg does not say it; where it does, the leg is right: groups may hold legs of other sessions.
fn name_session(row: &mut Row, name: &str) {
    if row.get("session").is_none_or(String::is_empty) && !name.is_empty() {
        row.insert("session".to_owned(), name.to_owned());
    }
}

fn is_sub(key: &str) -> bool {
    key.starts_with("sub_cdr")
}

/// A flat object as a row; `null` is an empty one.
pub(super) struct LegRow(pub(super) Row);

impl<'de> Deserialize<'de> for LegRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LegVisitor)
    }
}

struct LegVisitor;

impl<'de> Visitor<'de> for LegVisitor {
    type Value = LegRow;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a leg")
    }

    fn visit_unit<E>(self) -> Result<LegRow, E> {
        Ok(LegRow(Row::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LegRow, A::Error> {
        let mut row = Row::new();
        while let Some(key) = map.next_key::<String>()? {
            if let Scalar(Some(value)) = map.next_value()?
                && !put_once(&mut row, key, value)
            {
                return Err(twice());
            }
        }
        Ok(LegRow(row))
    }
}

/// A quote that was not escaped lets a caller's name bring fields along: which of the two is the device's is not known.
fn twice<E: serde::de::Error>() -> E {
    E::custom("a field with two values")
}

/// The entries of an object, unread.
struct Parts<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Parts<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PartsVisitor)
    }
}

struct PartsVisitor;

impl<'de> Visitor<'de> for PartsVisitor {
    type Value = Parts<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parts<'de>, A::Error> {
        let mut parts = Vec::new();
        while let Some(entry) = map.next_entry()? {
            parts.push(entry);
        }
        Ok(Parts(parts))
    }
}

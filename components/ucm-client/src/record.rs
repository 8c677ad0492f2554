//! One record of `cdr_root`: a leg, or a group of legs.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::damaged;
use super::page::{Page, put_once};
use super::scalar::{Scalar, ScalarVisitor};
use calls::cdr::Row;

/// A page of UCM records: flat legs and groups.
pub(super) fn read(body: &[u8], items: &[&str]) -> Page {
    let mut page = Page::of(body);
    for item in items {
        page.count_item(item);
        read_into(&mut page, item);
    }
    page
}

/// Reads one item into `page`: a flat leg, or a group whose legs are `sub_cdr_1`, `sub_cdr_2` ... without bound. `main_cdr` is a summary that
/// the device makes up (no disposition, no id): it is a leg only where it has these, and no other leg is beside it. A leg within a list, or
/// one level deeper, is a leg. What cannot be read is set aside.
pub(super) fn read_into(page: &mut Page, item: &str) {
    match serde_json::from_str::<Found>(item) {
        Ok(found) => add(page, found, item),
        Err(_) => salvage(page, item),
    }
}

fn add(page: &mut Page, found: Found, text: &str) {
    let (grouped, named) = (found.grouped, found.named);
    let legs = found.into_legs();
    match (legs.is_empty(), grouped, named) {
        (false, _, _) => page.add_item(legs),
        (true, true, _) => page.put_aside(text, "a group with a summary and no legs"),
        (true, false, true) => page.put_aside(text, "a session without legs"),
        (true, false, false) => {}
    }
}

/// Second look at an item that failed as a whole: its good legs are kept, the bad ones set aside.
fn salvage(page: &mut Page, text: &str) {
    if let Ok(parts) = serde_json::from_str::<Vec<&RawValue>>(text) {
        return parts.iter().for_each(|part| read_into(page, part.get()));
    }
    let Ok(Parts(parts)) = serde_json::from_str(text) else {
        return salvage_fields(page, text, "not a record");
    };
    let subs: Vec<_> = parts.iter().filter(|(key, _)| is_sub(key)).collect();
    if subs.is_empty() {
        return salvage_fields(page, text, "a record with unreadable text");
    }
    let (mut legs, aside) = (Vec::new(), page.set_aside.len());
    for (_, sub) in subs {
        collect(page, sub.get(), &mut legs);
    }
    if legs.is_empty() && page.set_aside.len() == aside {
        // They say nothing: it is in the summary.
        return salvage_fields(page, text, "a record with unreadable text");
    }
    let name = parts.iter().find(|(key, _)| key == "cdr");
    if let Some(Scalar(Some(name))) =
        name.and_then(|(_, name)| serde_json::from_str(name.get()).ok())
    {
        legs.iter_mut().for_each(|row| name_session(row, &name));
    }
    page.add_item(legs);
}

/// The good legs of one part of a group.
fn collect(page: &mut Page, part: &str, legs: &mut Vec<Row>) {
    if let Ok(found) = serde_json::from_str::<Found>(part) {
        return legs.extend(found.into_legs());
    }
    match serde_json::from_str::<Vec<&RawValue>>(part) {
        Ok(parts) => parts
            .iter()
            .for_each(|part| collect(page, part.get(), legs)),
        Err(_) => salvage_fields(page, part, "a leg that is no record"),
    }
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

/// What an item is made of.
#[derive(Default)]
struct Found {
    /// What stands in the item itself; several where the item is a list.
    own: Vec<Row>,
    /// What stands where legs of a group do.
    subs: Vec<Row>,
    /// What stands where the summary does.
    summary: Vec<Row>,
    grouped: bool,
    named: bool,
}

impl Found {
    fn into_legs(self) -> Vec<Row> {
        let mut legs = self.subs;
        let own = self.own.into_iter();
        legs.extend(own.filter(|row| !self.grouped || is_leg(row)));
        legs.retain(|row| !row.is_empty());
        if legs.is_empty() {
            legs.extend(self.summary.into_iter().filter(is_leg));
        }
        legs
    }

    fn merge(&mut self, other: Self) {
        self.own.extend(other.own);
        self.subs.extend(other.subs);
        self.summary.extend(other.summary);
        self.grouped |= other.grouped;
        self.named |= other.named;
    }

    fn name(&mut self, name: &str) {
        self.named |= !name.is_empty();
        let rows = [&mut self.own, &mut self.subs, &mut self.summary];
        for row in rows.into_iter().flatten().filter(|row| !row.is_empty()) {
            name_session(row, name);
        }
    }
}

impl<'de> Deserialize<'de> for Found {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FoundVisitor)
    }
}

struct FoundVisitor;

impl<'de> Visitor<'de> for FoundVisitor {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_unit<E>(self) -> Result<Found, E> {
        Ok(Found::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Found, A::Error> {
        let mut found = Found::default();
        while let Some(element) = list.next_element()? {
            found.merge(element);
        }
        Ok(found)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
        let (mut found, mut row) = (Found::default(), Row::new());
        while let Some(key) = map.next_key::<String>()? {
            if key == "main_cdr" {
                found.grouped = true;
                if let Field::Nested(main) = map.next_value()? {
                    found.subs.extend(main.subs);
                    found.summary.extend(main.own);
                }
            } else if is_sub(&key) {
                found.grouped = true;
                found.subs.extend(map.next_value::<Found>()?.into_legs());
            } else {
                match map.next_value()? {
                    Field::Text(value) => {
                        if !put_once(&mut row, key, value) {
                            return Err(twice());
                        }
                    }
                    Field::Nothing => {}
                    Field::Nested(inner) => {
                        let legs = inner.into_legs().into_iter().filter(has_start);
                        found.subs.extend(legs);
                    }
                }
            }
        }
        found.grouped |= !found.subs.is_empty();
        let name = row.remove("cdr").unwrap_or_default();
        found.own.push(row);
        found.name(&name);
        Ok(found)
    }
}

/// A value within a record: a text, or something with records in it.
enum Field {
    Text(String),
    Nested(Found),
    Nothing,
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a record")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Field, E> {
        ScalarVisitor.visit_unit().map(Field::of)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Field, E> {
        ScalarVisitor.visit_bool(value).map(Field::of)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Field, E> {
        ScalarVisitor.visit_i64(value).map(Field::of)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Field, E> {
        ScalarVisitor.visit_u64(value).map(Field::of)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Field, E> {
        ScalarVisitor.visit_f64(value).map(Field::of)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Field, E> {
        ScalarVisitor.visit_str(value).map(Field::of)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Field, A::Error> {
        let mut found = Found::default();
        while let Some(element) = list.next_element()? {
            if let Field::Nested(element) = element {
                found.merge(element);
            }
        }
        Ok(Field::Nested(found))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Field, A::Error> {
        FoundVisitor.visit_map(map).map(Field::Nested)
    }
}

impl Field {
    fn of(scalar: Option<String>) -> Self {
        scalar.map_or(Self::Nothing, Self::Text)
    }
}

/// Whether a row says more than a summary does.
fn is_leg(row: &Row) -> bool {
    ["AcctId", "disposition", "uniqueid"]
        .iter()
        .any(|name| row.get(*name).is_some_and(|value| !value.is_empty()))
}

fn has_start(row: &Row) -> bool {
    row.get("start").is_some_and(|start| !start.is_empty())
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

//! Rows of one model, and the indexes that find and guard them.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::{HashMap as SharedMap, OrdMap, OrdSet};
use serde_json::Value;

use crate::odoo::error::OdooError;
use crate::odoo::schema::Model;

/// One stored row; `Null` is SQL's NULL, a many2many is an array of ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    values: Vec<Value>,
}

impl Row {
    pub(crate) fn get(&self, slot: usize) -> &Value {
        self.values.get(slot).unwrap_or(&Value::Null)
    }

    pub(crate) fn set(&mut self, slot: usize, value: Value) {
        if self.values.len() <= slot {
            self.values.resize(slot + 1, Value::Null);
        }
        self.values[slot] = value;
    }

    pub(crate) fn with_capacity(slots: usize) -> Self {
        Self {
            values: Vec::with_capacity(slots),
        }
    }
}

/// A value as an index knows it; NULL has none.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Key {
    Int(i64),
    Text(Arc<str>),
}

impl Key {
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Bool(flag) => Some(Self::Int(i64::from(*flag))),
            Value::Number(number) => Some(
                number
                    .as_i64()
                    .map_or_else(|| Self::Text(number.to_string().into()), Self::Int),
            ),
            Value::String(text) => Some(Self::Text(text.as_str().into())),
            other => Some(Self::Text(other.to_string().into())),
        }
    }
}

/// A unique index: its columns, and the row that holds each key.
#[derive(Clone, Debug)]
pub(crate) struct Unique {
    pub(crate) columns: Vec<String>,
    slots: Vec<usize>,
    /// Where the index is about active rows alone: the column that says so.
    active: Option<usize>,
    /// What the model says instead of PostgreSQL's text, where the constraint is one of the model.
    pub(crate) message: Option<String>,
    keys: SharedMap<Vec<Key>, i64>,
}

impl Unique {
    fn key(&self, row: &Row) -> Option<Vec<Key>> {
        if self.active.is_some_and(|slot| *row.get(slot) != true) {
            return None;
        }
        self.slots
            .iter()
            .map(|slot| Key::of(row.get(*slot)))
            .collect()
    }
}

/// What a unique index is to guard.
pub(crate) struct Guard<'a> {
    pub(crate) columns: &'a [String],
    /// Active rows alone.
    pub(crate) of_active: bool,
    /// What the model says instead of PostgreSQL's text.
    pub(crate) message: Option<String>,
}

/// The ids of the rows that hold each key of a column, in the order of the keys.
pub(crate) type Lookup = OrdMap<Key, OrdSet<i64>>;

/// Rows of one model with their indexes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) rows: OrdMap<i64, Arc<Row>>,
    lookups: BTreeMap<String, (usize, Lookup)>,
    pub(crate) uniques: BTreeMap<String, Unique>,
    /// Translated terms by record, field and language.
    pub(crate) translations: SharedMap<(i64, String, String), Value>,
}

impl Table {
    /// Ids whose indexed column equals the value; `None` where the column has no index.
    pub(crate) fn lookup(&self, column: &str, value: &Value) -> Option<Vec<i64>> {
        let index = self.index(column)?;
        let key = Key::of(value)?;
        Some(
            index
                .get(&key)
                .map(|ids| ids.iter().copied().collect())
                .unwrap_or_default(),
        )
    }

    /// The index of a column, if it has one.
    pub(crate) fn index(&self, column: &str) -> Option<&Lookup> {
        self.lookups.get(column).map(|(_, index)| index)
    }

    /// Indexes a column from now on (and the rows that are there).
    pub(crate) fn add_lookup(&mut self, column: &str, slot: usize) {
        if self.lookups.contains_key(column) {
            return;
        }
        let mut index = Lookup::new();
        for (id, row) in &self.rows {
            add_keys(&mut index, row.get(slot), *id);
        }
        self.lookups.insert(column.to_owned(), (slot, index));
    }

    pub(crate) fn drop_column(&mut self, column: &str) {
        self.lookups.remove(column);
        self.uniques
            .retain(|_, unique| !unique.columns.iter().any(|name| name == column));
    }

    /// Creates a unique index as `CREATE UNIQUE INDEX` does: two rows with one key refuse it.
    pub(crate) fn add_unique(
        &mut self,
        name: &str,
        model: &Model,
        guard: Guard<'_>,
    ) -> Result<(), Violation> {
        let Guard {
            columns, message, ..
        } = guard;
        let slots = columns
            .iter()
            .map(|column| model.field(column).map(|field| field.slot))
            .collect::<Option<Vec<_>>>();
        let Some(slots) = slots else {
            return Err(Violation {
                index: name.to_owned(),
                detail: String::new(),
                message,
            });
        };
        let mut unique = Unique {
            columns: columns.to_vec(),
            slots,
            active: guard
                .of_active
                .then(|| model.field("active").map(|field| field.slot))
                .flatten(),
            message,
            keys: SharedMap::new(),
        };
        for (id, row) in &self.rows {
            let Some(key) = unique.key(row) else { continue };
            if unique.keys.insert(key.clone(), *id).is_some() {
                return Err(violation(name, &unique, &key));
            }
        }
        if let [column] = columns {
            self.add_lookup(column, unique.slots[0]);
        }
        self.uniques.insert(name.to_owned(), unique);
        Ok(())
    }

    fn check_uniques(&self, id: i64, row: &Row) -> Result<(), Violation> {
        for (name, unique) in &self.uniques {
            let Some(key) = unique.key(row) else { continue };
            if unique.keys.get(&key).is_some_and(|holder| *holder != id) {
                return Err(violation(name, unique, &key));
            }
        }
        Ok(())
    }

    pub(super) fn put(&mut self, id: i64, row: Arc<Row>) -> Result<(), Violation> {
        self.check_uniques(id, &row)?;
        let before = self.rows.get(&id).cloned();
        for (slot, index) in self.lookups.values_mut() {
            let old = before.as_ref().map_or(&Value::Null, |row| row.get(*slot));
            if before.is_some() && old == row.get(*slot) {
                continue;
            }
            remove_keys(index, old, id);
            add_keys(index, row.get(*slot), id);
        }
        for unique in self.uniques.values_mut() {
            if let Some(key) = before.as_deref().and_then(|row| unique.key(row)) {
                unique.keys.remove(&key);
            }
            if let Some(key) = unique.key(&row) {
                unique.keys.insert(key, id);
            }
        }
        self.rows.insert(id, row);
        Ok(())
    }

    pub(super) fn remove(&mut self, id: i64) {
        let Some(row) = self.rows.remove(&id) else {
            return;
        };
        for (slot, index) in self.lookups.values_mut() {
            remove_keys(index, row.get(*slot), id);
        }
        for unique in self.uniques.values_mut() {
            if let Some(key) = unique.key(&row) {
                unique.keys.remove(&key);
            }
        }
    }
}

fn add_keys(index: &mut Lookup, value: &Value, id: i64) {
    for key in keys_of(value) {
        index.entry(key).or_default().insert(id);
    }
}

fn remove_keys(index: &mut Lookup, value: &Value, id: i64) {
    for key in keys_of(value) {
        let Some(ids) = index.get_mut(&key) else {
            continue;
        };
        ids.remove(&id);
        if ids.is_empty() {
            index.remove(&key);
        }
    }
}

/// A many2many row is found under each of its ids.
fn keys_of(value: &Value) -> Vec<Key> {
    match value {
        Value::Array(ids) => ids.iter().filter_map(Key::of).collect(),
        one => Key::of(one).into_iter().collect(),
    }
}

/// A unique index refused a row.
#[derive(Clone, Debug)]
pub(crate) struct Violation {
    pub(crate) index: String,
    /// `Key (x_uid)=(a)`.
    pub(crate) detail: String,
    message: Option<String>,
}

impl Violation {
    /// As the client sees it: the model's own words, else PostgreSQL's.
    pub(crate) fn to_error(&self) -> OdooError {
        match &self.message {
            Some(message) => OdooError::constraint(message),
            None => OdooError::constraint(format!(
                "duplicate key value violates unique constraint \"{}\"\nDETAIL:  {} already exists.\n",
                self.index, self.detail
            )),
        }
    }
}

fn violation(name: &str, unique: &Unique, key: &[Key]) -> Violation {
    let shown: Vec<String> = key
        .iter()
        .map(|part| match part {
            Key::Int(number) => number.to_string(),
            Key::Text(text) => text.to_string(),
        })
        .collect();
    let detail = format!("Key ({})=({})", unique.columns.join(", "), shown.join(", "));
    Violation {
        index: name.to_owned(),
        detail,
        message: unique.message.clone(),
    }
}

//! The database: tables of rows with hash indexes, and transactions over snapshots of them.
//!
//! A transaction works on its own copy of the whole database (the maps share their structure, so the copy costs nothing)
//! and is merged when it commits, as PostgreSQL does at the isolation level that Odoo asks for (REPEATABLE READ): a row that
//! somebody else wrote meanwhile is a serialization failure, a key that somebody else took meanwhile is a duplicate key.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use imbl::{HashMap as SharedMap, OrdMap, OrdSet};
use serde_json::Value;

use super::error::{OdooError, Outcome};
use super::schema::{Model, Registry, Ttype};

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
    /// What the model says instead of PostgreSQL's text, where the constraint is one of the model.
    pub(crate) message: Option<String>,
    keys: SharedMap<Vec<Key>, i64>,
}

impl Unique {
    fn key(&self, row: &Row) -> Option<Vec<Key>> {
        self.slots
            .iter()
            .map(|slot| Key::of(row.get(*slot)))
            .collect()
    }
}

type Lookup = SharedMap<Key, OrdSet<i64>>;

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
        let (_, index) = self.lookups.get(column)?;
        let key = Key::of(value)?;
        Some(
            index
                .get(&key)
                .map(|ids| ids.iter().copied().collect())
                .unwrap_or_default(),
        )
    }

    pub(crate) fn has_lookup(&self, column: &str) -> bool {
        self.lookups.contains_key(column)
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
        columns: &[String],
        message: Option<String>,
    ) -> Result<(), Violation> {
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

    fn put(&mut self, id: i64, row: Arc<Row>) -> Result<(), Violation> {
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

    fn remove(&mut self, id: i64) {
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

/// The whole database at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Db {
    pub(crate) registry: Arc<Registry>,
    pub(crate) tables: HashMap<String, Arc<Table>>,
    version: u64,
}

impl Db {
    pub(crate) fn table(&self, model: &str) -> Option<&Table> {
        self.tables.get(model).map(Arc::as_ref)
    }

    pub(crate) fn row(&self, model: &str, id: i64) -> Option<&Arc<Row>> {
        self.table(model)?.rows.get(&id)
    }
}

/// The committed database, and the sequences that no rollback turns back.
#[derive(Debug, Default)]
pub(crate) struct Store {
    committed: Mutex<Db>,
    sequences: Mutex<HashMap<String, i64>>,
}

impl Store {
    pub(crate) fn snapshot(&self) -> Db {
        self.lock().clone()
    }

    pub(crate) fn begin(self: &Arc<Self>) -> Transaction {
        let base = self.snapshot();
        Transaction {
            store: Arc::clone(self),
            db: base.clone(),
            base,
            touched: OrdSet::new(),
            ddl: false,
        }
    }

    fn next_id(&self, model: &str) -> i64 {
        let mut sequences = self
            .sequences
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let last = sequences.entry(model.to_owned()).or_insert(0);
        *last += 1;
        *last
    }

    fn reset_sequence(&self, model: &str) {
        self.sequences
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .remove(model);
    }

    /// A panic leaves the last committed database behind, which is whole: the lock is taken all the same.
    fn lock(&self) -> std::sync::MutexGuard<'_, Db> {
        self.committed
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// One transaction: everything that it did is gone when it is dropped without a commit.
#[derive(Debug)]
pub(crate) struct Transaction {
    store: Arc<Store>,
    base: Db,
    pub(crate) db: Db,
    touched: OrdSet<(String, i64)>,
    ddl: bool,
}

/// A point inside a transaction to return to.
#[derive(Debug)]
pub(crate) struct Savepoint {
    db: Db,
    touched: OrdSet<(String, i64)>,
    ddl: bool,
}

impl Transaction {
    pub(crate) fn savepoint(&self) -> Savepoint {
        Savepoint {
            db: self.db.clone(),
            touched: self.touched.clone(),
            ddl: self.ddl,
        }
    }

    pub(crate) fn rollback_to(&mut self, savepoint: Savepoint) {
        self.db = savepoint.db;
        self.touched = savepoint.touched;
        self.ddl = savepoint.ddl;
    }

    pub(crate) fn next_id(&self, model: &str) -> i64 {
        self.store.next_id(model)
    }

    pub(crate) fn put(&mut self, model: &str, id: i64, row: Arc<Row>) -> Result<(), Violation> {
        self.touched.insert((model.to_owned(), id));
        self.table_mut(model).put(id, row)
    }

    pub(crate) fn remove(&mut self, model: &str, id: i64) {
        self.touched.insert((model.to_owned(), id));
        self.table_mut(model).remove(id);
    }

    pub(crate) fn set_translation(
        &mut self,
        model: &str,
        key: (i64, String, String),
        value: Value,
    ) {
        self.touched.insert((model.to_owned(), key.0));
        self.table_mut(model).translations.insert(key, value);
    }

    fn table_mut(&mut self, model: &str) -> &mut Table {
        Arc::make_mut(self.db.tables.entry(model.to_owned()).or_default())
    }

    /// Tables and columns for changing.
    pub(crate) fn ddl(&mut self, model: &str) -> &mut Table {
        self.ddl = true;
        self.table_mut(model)
    }

    pub(crate) fn registry_mut(&mut self) -> &mut Registry {
        self.ddl = true;
        Arc::make_mut(&mut self.db.registry)
    }

    pub(crate) fn drop_table(&mut self, model: &str) {
        self.ddl = true;
        self.db.tables.remove(model);
        self.store.reset_sequence(model);
    }

    /// Makes everything visible to others, or nothing.
    ///
    /// # Errors
    ///
    /// What stands against it, row by row; the first is what PostgreSQL would have stopped at.
    pub(crate) fn commit(mut self) -> Result<(), Conflicts> {
        if self.touched.is_empty() && !self.ddl {
            return Ok(());
        }
        let store = Arc::clone(&self.store);
        let mut committed = store.lock();
        if committed.version == self.base.version {
            self.db.version += 1;
            *committed = self.db;
            return Ok(());
        }
        if self.ddl || !Arc::ptr_eq(&committed.registry, &self.base.registry) {
            return Err(Conflicts(vec![OdooError::serialization_failure()]));
        }
        let mut merged = committed.clone();
        let conflicts = self.merge_into(&mut merged);
        if !conflicts.is_empty() {
            return Err(Conflicts(conflicts));
        }
        merged.version += 1;
        *committed = merged;
        Ok(())
    }

    fn merge_into(&self, merged: &mut Db) -> Vec<OdooError> {
        let changes = self.changes();
        let overtaken = |(model, id): &&(&str, i64)| {
            !same_row(self.base.row(model, *id), merged.row(model, *id))
        };
        let failures: Vec<OdooError> = changes
            .iter()
            .filter(overtaken)
            .map(|_| OdooError::serialization_failure())
            .collect();
        if !failures.is_empty() {
            return failures;
        }
        // What was removed goes first: its keys are free for what was written.
        for (model, id) in &changes {
            if self.db.row(model, *id).is_none() {
                Arc::make_mut(merged.tables.entry((*model).to_owned()).or_default()).remove(*id);
            }
        }
        let refused = changes
            .iter()
            .filter_map(|(model, id)| self.merge_row(merged, model, *id).err());
        let refused: Vec<OdooError> = refused.collect();
        if refused.is_empty() {
            self.check_references(merged, &changes)
                .err()
                .into_iter()
                .collect()
        } else {
            refused
        }
    }

    /// Changed rows in the order in which a call writes them: external ids come after what they name.
    fn changes(&self) -> Vec<(&str, i64)> {
        let mut changes: Vec<(&str, i64)> = self
            .touched
            .iter()
            .map(|(model, id)| (model.as_str(), *id))
            .collect();
        changes.sort_by_key(|(model, _)| *model == EXTERNAL_IDS);
        changes
    }

    fn merge_row(&self, merged: &mut Db, model: &str, id: i64) -> Outcome<()> {
        let Some(row) = self.db.row(model, id) else {
            return Ok(());
        };
        let table = Arc::make_mut(merged.tables.entry(model.to_owned()).or_default());
        table
            .put(id, Arc::clone(row))
            .map_err(|refused| match model {
                // Odoo inserts external ids with ON CONFLICT … DO UPDATE: the row of another transaction cannot be updated.
                EXTERNAL_IDS => OdooError::serialization_failure(),
                _ => refused.to_error(),
            })?;
        let Some(mine) = self.db.table(model) else {
            return Ok(());
        };
        let terms = mine
            .translations
            .iter()
            .filter(|((record, ..), _)| *record == id);
        table
            .translations
            .extend(terms.map(|(key, value)| (key.clone(), value.clone())));
        Ok(())
    }

    /// A record that another transaction deleted meanwhile cannot be pointed to.
    fn check_references(&self, merged: &Db, changes: &[(&str, i64)]) -> Outcome<()> {
        for (name, id) in changes {
            let (Some(row), Some(model)) = (merged.row(name, *id), merged.registry.model(name))
            else {
                continue;
            };
            for field in model
                .fields
                .values()
                .filter(|field| field.ttype == Ttype::Many2one && field.has_column())
            {
                let (Some(target), Some(to)) = (row.get(field.slot).as_i64(), &field.relation)
                else {
                    continue;
                };
                if merged.row(to, target).is_none() {
                    return Err(foreign_key(model, &field.label, &field.name));
                }
            }
        }
        Ok(())
    }
}

/// What stood against a commit, in the order of the rows; never empty.
#[derive(Debug)]
pub(crate) struct Conflicts(pub(crate) Vec<OdooError>);

impl From<Conflicts> for OdooError {
    fn from(conflicts: Conflicts) -> Self {
        conflicts
            .0
            .into_iter()
            .next()
            .unwrap_or_else(Self::serialization_failure)
    }
}

/// The model of external ids.
const EXTERNAL_IDS: &str = "ir.model.data";

/// A many2one to a record that is not there, as Odoo words it (it suspects a deletion).
pub(crate) fn foreign_key(model: &Model, label: &str, field: &str) -> OdooError {
    OdooError::constraint(format!(
        "Another model is using the record you are trying to delete.\n\nThe troublemaker is: '{}' ({})\n\
         Thanks to the following constraint: '{label}' ({field})\nHow about archiving the record instead?",
        model.label, model.name
    ))
}

fn same_row(before: Option<&Arc<Row>>, now: Option<&Arc<Row>>) -> bool {
    match (before, now) {
        (None, None) => true,
        (Some(before), Some(now)) => Arc::ptr_eq(before, now),
        _ => false,
    }
}

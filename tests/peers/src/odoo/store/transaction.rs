//! One transaction: its snapshot, its changes, and the merge when it commits.

use std::sync::Arc;

use imbl::OrdSet;
use serde_json::Value;

use super::{Db, Row, Store, Table, Violation};
use crate::odoo::error::{OdooError, Outcome};
use crate::odoo::schema::{Model, Registry, Ttype};
use crate::odoo::webhook::Webhook;

/// One transaction: everything that it did is gone when it is dropped without a commit.
#[derive(Debug)]
pub(crate) struct Transaction {
    pub(super) store: Arc<Store>,
    pub(super) base: Db,
    pub(crate) db: Db,
    pub(super) touched: OrdSet<(String, i64)>,
    pub(super) ddl: bool,
    /// What is sent once it is committed, and not at all where it is not.
    pub(crate) after_commit: Vec<Webhook>,
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

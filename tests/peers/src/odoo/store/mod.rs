//! The database: tables of rows with indexes, and transactions over snapshots of them.
//!
//! A transaction works on its own copy of the whole database (the maps share their structure, so the copy costs nothing)
//! and is merged when it commits, as PostgreSQL does at the isolation level that Odoo asks for (REPEATABLE READ): a row that
//! somebody else wrote meanwhile is a serialization failure, a key that somebody else took meanwhile is a duplicate key.

mod table;
mod transaction;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use imbl::OrdSet;

use crate::odoo::schema::Registry;

pub(crate) use table::{Guard, Key, Row, Table, Violation};
pub(crate) use transaction::{Conflicts, Transaction, foreign_key};

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

    /// A database of its own with all that is committed in this one.
    pub(crate) fn copy(&self) -> Self {
        let sequences = self.sequences.lock();
        let sequences = sequences.unwrap_or_else(std::sync::PoisonError::into_inner);
        Self {
            committed: Mutex::new(self.snapshot()),
            sequences: Mutex::new(sequences.clone()),
        }
    }

    pub(crate) fn begin(self: &Arc<Self>) -> Transaction {
        let base = self.snapshot();
        Transaction {
            store: Arc::clone(self),
            db: base.clone(),
            base,
            touched: OrdSet::new(),
            ddl: false,
            after_commit: Vec::new(),
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

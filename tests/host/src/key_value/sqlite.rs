//! A store in SQLite: a table laid out as Spin lays it out, in a file or in memory.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use super::KeyValueError;

/// The rows of one store; clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Table {
    store: Arc<str>,
    connection: Arc<Mutex<Connection>>,
}

/// How long to wait for another process that holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS spin_key_value (
    store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key))";

impl Table {
    pub(super) fn in_file(file: &Path, store: &str) -> Result<Self, KeyValueError> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let connection = Connection::open(file)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Self::with(connection, store)
    }

    pub(super) fn in_memory(store: &str) -> Result<Self, KeyValueError> {
        Self::with(Connection::open_in_memory()?, store)
    }

    fn with(connection: Connection, store: &str) -> Result<Self, KeyValueError> {
        connection.execute(CREATE_TABLE, [])?;
        Ok(Self {
            store: store.into(),
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    pub(super) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, KeyValueError> {
        let connection = self.connection();
        let sql = "SELECT value FROM spin_key_value WHERE store = ?1 AND key = ?2";
        let mut statement = connection.prepare_cached(sql)?;
        let found = statement.query_row(params![self.store, key], |row| row.get(0));
        Ok(found.optional()?)
    }

    /// Writes the value, and says whether there was room for its key.
    pub(super) fn set(
        &self,
        key: &str,
        value: &[u8],
        most_keys: usize,
    ) -> Result<bool, KeyValueError> {
        let most_keys = i64::try_from(most_keys).unwrap_or(i64::MAX);
        let connection = self.connection();
        let sql = "INSERT INTO spin_key_value (store, key, value) SELECT ?1, ?2, ?3
            WHERE (SELECT count(*) FROM spin_key_value WHERE store = ?1 AND key <> ?2) < ?4
            ON CONFLICT (store, key) DO UPDATE SET value = excluded.value";
        let mut statement = connection.prepare_cached(sql)?;
        Ok(statement.execute(params![self.store, key, value, most_keys])? > 0)
    }

    pub(super) fn delete(&self, key: &str) -> Result<(), KeyValueError> {
        let connection = self.connection();
        let sql = "DELETE FROM spin_key_value WHERE store = ?1 AND key = ?2";
        let mut statement = connection.prepare_cached(sql)?;
        statement.execute(params![self.store, key])?;
        Ok(())
    }

    pub(super) fn keys(&self) -> Result<Vec<String>, KeyValueError> {
        let connection = self.connection();
        let sql = "SELECT key FROM spin_key_value WHERE store = ?1";
        let mut statement = connection.prepare_cached(sql)?;
        let keys = statement.query_map(params![self.store], |row| row.get(0))?;
        Ok(keys.collect::<Result<_, _>>()?)
    }

    /// SQLite keeps a failed statement from leaving anything behind, so a poisoned lock is sound.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

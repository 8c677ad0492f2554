//! One store: a table in a SQLite file, laid out as Spin lays it out.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use super::KeyValueLimits;

/// A key-value store; clones are the same store.
#[derive(Clone, Debug)]
pub struct KeyValueStore {
    label: Arc<str>,
    limits: KeyValueLimits,
    connection: Arc<Mutex<Connection>>,
}

/// Why an operation on a store failed.
#[derive(Debug, thiserror::Error)]
pub enum KeyValueError {
    /// SQLite failed.
    #[error("key-value store: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The folder of the file cannot be made.
    #[error("key-value store: {0}")]
    Folder(#[from] std::io::Error),
    /// A key is longer than the limit.
    #[error("key-value store: a key of {0} bytes is longer than the limit")]
    KeyTooLong(usize),
    /// A value is larger than the limit.
    #[error("key-value store: a value of {0} bytes is larger than the limit")]
    ValueTooLarge(usize),
    /// The store has as many keys as it may have.
    #[error("key-value store: it holds {0} keys already, which is the limit")]
    Full(usize),
    /// The worker thread was lost.
    #[error("key-value store: the operation was interrupted")]
    Interrupted,
}

/// How long to wait for another process that holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS spin_key_value (
    store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key))";

impl KeyValueStore {
    /// Opens the store of this label in a file, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or made.
    pub fn open(file: &Path, label: &str, limits: KeyValueLimits) -> Result<Self, KeyValueError> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let connection = Connection::open(file)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Self::with(connection, label, limits)
    }

    pub(super) fn in_memory(label: &str, limits: KeyValueLimits) -> Result<Self, KeyValueError> {
        Self::with(Connection::open_in_memory()?, label, limits)
    }

    fn with(
        connection: Connection,
        label: &str,
        limits: KeyValueLimits,
    ) -> Result<Self, KeyValueError> {
        connection.execute(CREATE_TABLE, [])?;
        let connection = Arc::new(Mutex::new(connection));
        Ok(Self {
            label: label.into(),
            limits,
            connection,
        })
    }

    /// The label that the manifest gives it.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The value under the key, if there is one.
    ///
    /// # Errors
    ///
    /// When SQLite fails.
    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>, KeyValueError> {
        self.with_connection(|connection, store| {
            let sql = "SELECT value FROM spin_key_value WHERE store = ?1 AND key = ?2";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement
                .query_row(params![store, key], |row| row.get(0))
                .optional()?)
        })
    }

    /// Writes the value under the key.
    ///
    /// # Errors
    ///
    /// When a limit is exceeded or SQLite fails.
    pub fn set(&self, key: &str, value: &[u8]) -> Result<(), KeyValueError> {
        if key.len() > self.limits.key_bytes {
            return Err(KeyValueError::KeyTooLong(key.len()));
        }
        if value.len() > self.limits.value_bytes {
            return Err(KeyValueError::ValueTooLarge(value.len()));
        }
        let limit = i64::try_from(self.limits.keys).unwrap_or(i64::MAX);
        let written = self.with_connection(|connection, store| {
            let sql = "INSERT INTO spin_key_value (store, key, value) SELECT ?1, ?2, ?3
                WHERE (SELECT count(*) FROM spin_key_value WHERE store = ?1 AND key <> ?2) < ?4
                ON CONFLICT (store, key) DO UPDATE SET value = excluded.value";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.execute(params![store, key, value, limit])?)
        })?;
        if written == 0 {
            Err(KeyValueError::Full(self.limits.keys))
        } else {
            Ok(())
        }
    }

    /// Removes the key, if it is there.
    ///
    /// # Errors
    ///
    /// When SQLite fails.
    pub fn delete(&self, key: &str) -> Result<(), KeyValueError> {
        self.with_connection(|connection, store| {
            let sql = "DELETE FROM spin_key_value WHERE store = ?1 AND key = ?2";
            connection
                .prepare_cached(sql)?
                .execute(params![store, key])?;
            Ok(())
        })
    }

    /// All the keys, in order.
    ///
    /// # Errors
    ///
    /// When SQLite fails.
    pub fn keys(&self) -> Result<Vec<String>, KeyValueError> {
        self.with_connection(|connection, store| {
            let sql = "SELECT key FROM spin_key_value WHERE store = ?1 ORDER BY key";
            let mut statement = connection.prepare_cached(sql)?;
            let keys = statement.query_map(params![store], |row| row.get(0))?;
            Ok(keys.collect::<Result<_, _>>()?)
        })
    }

    /// SQLite keeps a failed statement from leaving anything behind, so a poisoned lock is sound.
    fn with_connection<T>(
        &self,
        work: impl FnOnce(&Connection, &str) -> Result<T, KeyValueError>,
    ) -> Result<T, KeyValueError> {
        work(
            &self
                .connection
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
            &self.label,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(limits: KeyValueLimits) -> KeyValueStore {
        KeyValueStore::in_memory("default", limits).unwrap()
    }

    #[test]
    fn values_are_kept_replaced_and_removed() {
        let store = store(KeyValueLimits::DOCUMENTED);
        assert_eq!(store.get("a").unwrap(), None);
        store.set("b", b"1").unwrap();
        store.set("a", b"1").unwrap();
        store.set("a", b"2").unwrap();
        assert_eq!(store.get("a").unwrap().as_deref(), Some(&b"2"[..]));
        assert_eq!(store.keys().unwrap(), ["a", "b"]);
        store.delete("a").unwrap();
        store.delete("a").unwrap();
        assert_eq!(store.keys().unwrap(), ["b"]);
    }

    #[test]
    fn the_documented_limits_hold() {
        let store = store(KeyValueLimits {
            keys: 2,
            ..KeyValueLimits::DOCUMENTED
        });
        store.set(&"k".repeat(256), b"").unwrap();
        let fault = store.set(&"k".repeat(257), b"").unwrap_err();
        assert!(matches!(fault, KeyValueError::KeyTooLong(257)));
        store.set("big", &vec![0; 1_000_000]).unwrap();
        let fault = store.set("big", &vec![0; 1_000_001]).unwrap_err();
        assert!(matches!(fault, KeyValueError::ValueTooLarge(1_000_001)));
        assert!(matches!(
            store.set("third", b"").unwrap_err(),
            KeyValueError::Full(2)
        ));
        store.set("big", b"replacing is no new key").unwrap();
    }

    #[test]
    fn two_processes_share_a_file_and_stores_of_one_file_are_apart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/kv.db");
        let open = |label| KeyValueStore::open(&file, label, KeyValueLimits::NONE).unwrap();
        let (first, second, other) = (open("default"), open("default"), open("other"));
        first.set("a", b"1").unwrap();
        assert_eq!(second.get("a").unwrap().as_deref(), Some(&b"1"[..]));
        assert_eq!(other.get("a").unwrap(), None);
    }
}

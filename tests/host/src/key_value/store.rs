//! One store, wherever it is kept, with what it refuses.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::KeyValueLimits;
use super::redis_server::RedisServer;
use super::sqlite::Table;

/// A key-value store; clones are the same store.
#[derive(Clone, Debug)]
pub struct KeyValueStore {
    label: Arc<str>,
    limits: KeyValueLimits,
    backend: Backend,
    /// How often the keys were listed.
    listings: Arc<AtomicU64>,
}

#[derive(Clone, Debug)]
enum Backend {
    Sqlite(Table),
    Redis(RedisServer),
}

/// Why an operation on a store failed.
#[derive(Debug, thiserror::Error)]
pub enum KeyValueError {
    /// SQLite failed.
    #[error("key-value store: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// Redis failed, or its address is none.
    #[error("key-value store: {0}")]
    Redis(#[from] redis::RedisError),
    /// The folder of the file cannot be made.
    #[error("key-value store: {0}")]
    Folder(#[from] std::io::Error),
    /// A key is longer than the limit.
    #[error("key-value store: a key of {0} bytes is longer than the limit")]
    KeyTooLong(usize),
    /// A key has a character that not every provider takes.
    #[error("key-value store: a key must not have the character {0:?}")]
    KeyCharacter(char),
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

impl KeyValueStore {
    /// Opens the store of this label in a file, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or made.
    pub fn open(file: &Path, label: &str, limits: KeyValueLimits) -> Result<Self, KeyValueError> {
        let table = Table::in_file(file, label)?;
        Ok(Self::with(Backend::Sqlite(table), label, limits))
    }

    /// Makes a store in memory, which ends with the last of its clones.
    ///
    /// # Errors
    ///
    /// When SQLite fails.
    pub fn in_memory(label: &str, limits: KeyValueLimits) -> Result<Self, KeyValueError> {
        let table = Table::in_memory(label)?;
        Ok(Self::with(Backend::Sqlite(table), label, limits))
    }

    /// The store that the Redis at this address is, `redis://[:password@]host[:port][/database]`; it is connected to at first use.
    ///
    /// # Errors
    ///
    /// When that is no address, or one with TLS.
    pub fn on_redis(url: &str, label: &str, limits: KeyValueLimits) -> Result<Self, KeyValueError> {
        let server = RedisServer::at(url)?;
        Ok(Self::with(Backend::Redis(server), label, limits))
    }

    fn with(backend: Backend, label: &str, limits: KeyValueLimits) -> Self {
        Self {
            label: label.into(),
            limits,
            backend,
            listings: Arc::default(),
        }
    }

    /// The same store under other limits.
    #[must_use]
    pub fn under(mut self, limits: KeyValueLimits) -> Self {
        self.limits = limits;
        self
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
    /// When the provider fails.
    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>, KeyValueError> {
        match &self.backend {
            Backend::Sqlite(table) => table.get(key),
            Backend::Redis(server) => server.get(key),
        }
    }

    /// Writes the value under the key.
    ///
    /// # Errors
    ///
    /// When a limit is exceeded or the provider fails.
    pub fn set(&self, key: &str, value: &[u8]) -> Result<(), KeyValueError> {
        self.check(key, value)?;
        let most_keys = self.limits.keys;
        let is_written = match &self.backend {
            Backend::Sqlite(table) => table.set(key, value, most_keys)?,
            Backend::Redis(server) => server.set(key, value, most_keys)?,
        };
        match is_written {
            true => Ok(()),
            false => Err(KeyValueError::Full(most_keys)),
        }
    }

    fn check(&self, key: &str, value: &[u8]) -> Result<(), KeyValueError> {
        if key.len() > self.limits.key_bytes {
            return Err(KeyValueError::KeyTooLong(key.len()));
        }
        if let Some(refused) = key.chars().find(|c| self.limits.not_in_keys.contains(c)) {
            return Err(KeyValueError::KeyCharacter(refused));
        }
        if value.len() > self.limits.value_bytes {
            return Err(KeyValueError::ValueTooLarge(value.len()));
        }
        Ok(())
    }

    /// Removes the key, if it is there.
    ///
    /// # Errors
    ///
    /// When the provider fails.
    pub fn delete(&self, key: &str) -> Result<(), KeyValueError> {
        match &self.backend {
            Backend::Sqlite(table) => table.delete(key),
            Backend::Redis(server) => server.delete(key),
        }
    }

    /// Every key, in another order each time: no provider promises one.
    ///
    /// # Errors
    ///
    /// When the provider fails.
    pub fn keys(&self) -> Result<Vec<String>, KeyValueError> {
        let mut keys = match &self.backend {
            Backend::Sqlite(table) => table.keys()?,
            Backend::Redis(server) => server.keys()?,
        };
        keys.sort_unstable();
        let listing = self.listings.fetch_add(1, Ordering::Relaxed);
        fastrand::Rng::with_seed(listing).shuffle(&mut keys);
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(limits: KeyValueLimits) -> KeyValueStore {
        KeyValueStore::in_memory("default", limits).unwrap()
    }

    fn sorted(store: &KeyValueStore) -> Vec<String> {
        let mut keys = store.keys().unwrap();
        keys.sort();
        keys
    }

    #[test]
    fn values_are_kept_replaced_and_removed() {
        let store = store(KeyValueLimits::EVERY_PROVIDER);
        assert_eq!(store.get("a").unwrap(), None);
        store.set("b", b"1").unwrap();
        store.set("a", b"1").unwrap();
        store.set("a", b"2").unwrap();
        assert_eq!(store.get("a").unwrap().as_deref(), Some(&b"2"[..]));
        assert_eq!(sorted(&store), ["a", "b"]);
        store.delete("a").unwrap();
        store.delete("a").unwrap();
        assert_eq!(sorted(&store), ["b"]);
    }

    #[test]
    fn keys_are_listed_in_no_order() {
        let store = store(KeyValueLimits::EVERY_PROVIDER);
        let keys: Vec<String> = (0..20).map(|number| format!("key-{number:02}")).collect();
        keys.iter().for_each(|key| store.set(key, b"").unwrap());
        let (first, second) = (store.keys().unwrap(), store.keys().unwrap());
        assert_ne!(first, keys);
        assert_ne!(first, second);
        assert_eq!(sorted(&store), keys);
    }

    #[test]
    fn what_one_provider_refuses_is_refused() {
        let store = store(KeyValueLimits {
            keys: 2,
            ..KeyValueLimits::EVERY_PROVIDER
        });
        store.set(&"k".repeat(256), b"").unwrap();
        let fault = store.set(&"k".repeat(257), b"").unwrap_err();
        assert!(matches!(fault, KeyValueError::KeyTooLong(257)));
        for refused in ['/', '\\', '?', '#'] {
            let fault = store.set(&format!("a{refused}b"), b"").unwrap_err();
            assert!(matches!(fault, KeyValueError::KeyCharacter(c) if c == refused));
        }
        store.set("big", &vec![0; 400_000]).unwrap();
        let fault = store.set("big", &vec![0; 400_001]).unwrap_err();
        assert!(matches!(fault, KeyValueError::ValueTooLarge(400_001)));
        assert!(matches!(
            store.set("third", b"").unwrap_err(),
            KeyValueError::Full(2)
        ));
        store.set("big", b"replacing is no new key").unwrap();
        let unlimited = store.clone().under(KeyValueLimits::NONE);
        unlimited.set("a/third", &vec![0; 400_001]).unwrap();
        assert_eq!(sorted(&store).len(), 3);
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

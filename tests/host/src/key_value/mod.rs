//! Key-value stores: on SQLite, as Spin keeps them on one machine, and on Redis, as many machines share one.

mod guest;
mod redis_server;
mod sqlite;
mod store;

use std::collections::BTreeMap;
use std::path::PathBuf;

#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub use guest::OpenStore;
pub(crate) use guest::{KeyValueAccess, KeyValueView};
pub use store::{KeyValueError, KeyValueStore};

use crate::runtime_config::StoreConfig;

/// What a store refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyValueLimits {
    /// The longest key, in bytes.
    pub key_bytes: usize,
    /// Characters that no key may have.
    pub not_in_keys: &'static [char],
    /// The largest value, in bytes.
    pub value_bytes: usize,
    /// The most keys in one store.
    pub keys: usize,
}

impl KeyValueLimits {
    /// What every provider of Spin takes: whatever goes in here goes in anywhere.
    ///
    /// * Keys of 256 bytes, and 1,024 of them: Spin documents so, though no provider enforces it. Azure Cosmos takes keys of 1,023 bytes,
    ///   DynamoDB of 2,048.
    /// * No `/ \ ? #` in a key: Spin's provider for Azure Cosmos.
    /// * Values of 400,000 bytes: a DynamoDB item has 400 KB together with its key. Azure Cosmos has 2 MB, in which Spin writes a byte as
    ///   up to four characters. Spin documents 1 MB.
    pub const EVERY_PROVIDER: Self = Self {
        key_bytes: 256,
        not_in_keys: &['/', '\\', '?', '#'],
        value_bytes: 400_000,
        keys: 1024,
    };
    /// No limits at all, like the SQLite store of Spin.
    pub const NONE: Self = Self {
        key_bytes: usize::MAX,
        not_in_keys: &[],
        value_bytes: usize::MAX,
        keys: usize::MAX,
    };
}

impl Default for KeyValueLimits {
    fn default() -> Self {
        Self::EVERY_PROVIDER
    }
}

/// The stores of an application by label.
pub(crate) type Stores = BTreeMap<String, KeyValueStore>;

/// Where the `default` store is, unless the runtime configuration says otherwise.
#[derive(Clone, Debug, Default)]
pub(crate) enum DefaultStore {
    /// In memory: it ends with the application.
    #[default]
    OwnMemory,
    /// In a file.
    File(PathBuf),
    /// Wherever this one is.
    Shared(KeyValueStore),
}

/// Opens the `default` store and each further one that the runtime configuration names.
pub(crate) fn open_stores(
    default: DefaultStore,
    configured: &BTreeMap<String, StoreConfig>,
    limits: KeyValueLimits,
) -> Result<Stores, KeyValueError> {
    let mut stores = Stores::new();
    let default = match default {
        DefaultStore::OwnMemory => KeyValueStore::in_memory("default", limits)?,
        DefaultStore::File(file) => KeyValueStore::open(&file, "default", limits)?,
        DefaultStore::Shared(store) => store,
    };
    stores.insert("default".to_owned(), default);
    for (label, config) in configured {
        let store = match config {
            StoreConfig::Sqlite(file) => KeyValueStore::open(file, label, limits)?,
            StoreConfig::Redis(url) => KeyValueStore::on_redis(url.as_str(), label, limits)?,
        };
        stores.insert(label.clone(), store);
    }
    Ok(stores)
}

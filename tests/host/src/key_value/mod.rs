//! Key-value stores on SQLite, as Spin keeps them on one machine.

mod guest;
mod store;

use std::collections::BTreeMap;
use std::path::PathBuf;

#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub use guest::OpenStore;
pub(crate) use guest::{KeyValueAccess, KeyValueView};
pub use store::{KeyValueError, KeyValueStore};

/// The limits that Spin's documentation gives; the SQLite store of Spin itself enforces none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyValueLimits {
    /// The longest key, in bytes.
    pub key_bytes: usize,
    /// The largest value, in bytes.
    pub value_bytes: usize,
    /// The most keys in one store.
    pub keys: usize,
}

impl KeyValueLimits {
    /// 256-byte keys, values of 1 MB and 1,024 keys.
    pub const DOCUMENTED: Self = Self {
        key_bytes: 256,
        value_bytes: 1_000_000,
        keys: 1024,
    };
    /// No limits at all, like the SQLite store of Spin.
    pub const NONE: Self = Self {
        key_bytes: usize::MAX,
        value_bytes: usize::MAX,
        keys: usize::MAX,
    };
}

impl Default for KeyValueLimits {
    fn default() -> Self {
        Self::DOCUMENTED
    }
}

/// The stores of an application by label.
pub(crate) type Stores = BTreeMap<String, KeyValueStore>;

/// Opens the `default` store and each further one that the runtime configuration names.
///
/// Without a file, every store is in memory and ends with the application.
pub(crate) fn open_stores(
    default_file: Option<PathBuf>,
    further: &BTreeMap<String, PathBuf>,
    limits: KeyValueLimits,
) -> Result<Stores, KeyValueError> {
    let mut stores = Stores::new();
    let default = match default_file {
        Some(file) => KeyValueStore::open(&file, "default", limits)?,
        None => KeyValueStore::in_memory("default", limits)?,
    };
    stores.insert("default".to_owned(), default);
    for (label, file) in further {
        stores.insert(label.clone(), KeyValueStore::open(file, label, limits)?);
    }
    Ok(stores)
}

//! The key-value store.

use std::cell::OnceCell;

use bridge_core::ports::{KeyValue, StoreError};
use spin_sdk::key_value::{Error, Store};

use crate::Spin;

/// Spin's default store, opened at first use.
#[derive(Default)]
pub(crate) struct DefaultStore(OnceCell<Store>);

impl DefaultStore {
    fn open(&self) -> Result<&Store, StoreError> {
        if let Some(store) = self.0.get() {
            return Ok(store);
        }
        let store = Store::open_default().map_err(failed)?;
        Ok(self.0.get_or_init(|| store))
    }
}

impl KeyValue for Spin {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.open()?.get(key).map_err(failed)
    }

    fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.store.open()?.set(key, value).map_err(failed)
    }

    fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.store.open()?.delete(key).map_err(failed)
    }

    fn keys(&self) -> Result<Vec<String>, StoreError> {
        self.store.open()?.get_keys().map_err(failed)
    }
}

fn failed(error: Error) -> StoreError {
    StoreError(error.to_string())
}

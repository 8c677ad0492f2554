//! The key-value store, in the name space of this application.

use std::cell::OnceCell;

use bridge_core::config::SPACE;
use bridge_core::state::Space;
use ports::{KeyValue, StoreError};
use spin_sdk::key_value::{Error, Store};

use crate::{Spin, variable};

/// Spin's default store, opened at first use.
#[derive(Default)]
pub(crate) struct DefaultStore(OnceCell<Open>);

struct Open {
    store: Store,
    space: Space,
}

impl DefaultStore {
    fn open(&self) -> Result<&Open, StoreError> {
        if let Some(open) = self.0.get() {
            return Ok(open);
        }
        let space = Space::named(&variable(SPACE).unwrap_or_default())
            .map_err(|problem| StoreError(format!("`{SPACE}` {problem}")))?;
        let store = Store::open_default().map_err(failed)?;
        Ok(self.0.get_or_init(|| Open { store, space }))
    }
}

impl KeyValue for Spin {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let Open { store, space } = self.store.open()?;
        store.get(&space.outside(key)).map_err(failed)
    }

    fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        let Open { store, space } = self.store.open()?;
        store.set(&space.outside(key), value).map_err(failed)
    }

    fn delete(&self, key: &str) -> Result<(), StoreError> {
        let Open { store, space } = self.store.open()?;
        store.delete(&space.outside(key)).map_err(failed)
    }

    fn keys(&self) -> Result<Vec<String>, StoreError> {
        let Open { store, space } = self.store.open()?;
        let keys = store.get_keys().map_err(failed)?;
        Ok(keys.iter().filter_map(|key| space.inside(key)).collect())
    }
}

fn failed(error: Error) -> StoreError {
    StoreError(error.to_string())
}

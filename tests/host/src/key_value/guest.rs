//! The stores as guests reach them: `fermyon:spin/key-value@2.0.0`.

use std::sync::Arc;

use wasmtime::component::{HasData, Resource, ResourceTable};

use super::{KeyValueError, KeyValueStore, Stores};
use crate::bindings::platform::fermyon::spin::key_value::{Error, Host, HostStore};
use crate::effects::{EffectKind, KeyValueOperation, Observer, Stage, Verdict};

/// A store that a guest has opened.
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct OpenStore(KeyValueStore);

/// What one instance may reach of the application's stores.
pub(crate) struct KeyValueAccess {
    /// The labels that the manifest grants.
    pub(crate) granted: Arc<[String]>,
    pub(crate) stores: Arc<Stores>,
    pub(crate) observer: Observer,
}

impl HasData for KeyValueAccess {
    type Data<'a> = KeyValueView<'a>;
}

/// The access of an instance together with its handles.
pub(crate) struct KeyValueView<'a> {
    pub(crate) access: &'a mut KeyValueAccess,
    pub(crate) table: &'a mut ResourceTable,
}

type Answer<T> = wasmtime::Result<Result<T, Error>>;

impl KeyValueView<'_> {
    /// Does one operation off the async threads, and reports it before and after.
    async fn operate<T: Send + 'static>(
        &mut self,
        store: &Resource<OpenStore>,
        operation: KeyValueOperation,
        key: String,
        work: impl FnOnce(&KeyValueStore, &str) -> Result<T, KeyValueError> + Send + 'static,
    ) -> Answer<T> {
        let store = self.table.get(store)?.0.clone();
        let effect = |stage| EffectKind::KeyValue {
            operation,
            store: store.label().to_owned(),
            key: key.clone(),
            stage,
        };
        let (before, after) = (effect(Stage::Before), effect(Stage::After));
        match self.access.observer.judge(before)? {
            Verdict::Fail => return Ok(Err(Error::Other("the store failed".to_owned()))),
            Verdict::Hang => return std::future::pending().await,
            Verdict::Continue | Verdict::Kill => {}
        }
        let done = tokio::task::spawn_blocking(move || work(&store, &key)).await;
        let done = done.unwrap_or(Err(KeyValueError::Interrupted));
        self.access.observer.observe(after)?;
        Ok(done.map_err(|fault| Error::Other(fault.to_string())))
    }
}

impl Host for KeyValueView<'_> {}

impl HostStore for KeyValueView<'_> {
    async fn open(&mut self, label: String) -> Answer<Resource<OpenStore>> {
        if !self.access.granted.contains(&label) {
            return Ok(Err(Error::AccessDenied));
        }
        match self.access.stores.get(&label) {
            Some(store) => Ok(Ok(self.table.push(OpenStore(store.clone()))?)),
            None => Ok(Err(Error::NoSuchStore)),
        }
    }

    async fn get(&mut self, store: Resource<OpenStore>, key: String) -> Answer<Option<Vec<u8>>> {
        self.operate(&store, KeyValueOperation::Get, key, |store, key| {
            store.get(key)
        })
        .await
    }

    async fn set(&mut self, store: Resource<OpenStore>, key: String, value: Vec<u8>) -> Answer<()> {
        let set = move |store: &KeyValueStore, key: &str| store.set(key, &value);
        self.operate(&store, KeyValueOperation::Set, key, set).await
    }

    async fn delete(&mut self, store: Resource<OpenStore>, key: String) -> Answer<()> {
        self.operate(&store, KeyValueOperation::Delete, key, |store, key| {
            store.delete(key)
        })
        .await
    }

    async fn exists(&mut self, store: Resource<OpenStore>, key: String) -> Answer<bool> {
        let exists = |store: &KeyValueStore, key: &str| Ok(store.get(key)?.is_some());
        self.operate(&store, KeyValueOperation::Exists, key, exists)
            .await
    }

    async fn get_keys(&mut self, store: Resource<OpenStore>) -> Answer<Vec<String>> {
        let keys = |store: &KeyValueStore, _: &str| store.keys();
        self.operate(&store, KeyValueOperation::Keys, String::new(), keys)
            .await
    }

    async fn drop(&mut self, store: Resource<OpenStore>) -> wasmtime::Result<()> {
        self.table.delete(store)?;
        Ok(())
    }
}

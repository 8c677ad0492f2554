//! What runs in the background of an application, so that it can be ended.

use std::future::Future;
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;
use tokio::task::JoinSet;

/// The background tasks of an application; all end when it is dropped.
pub(crate) struct Tasks {
    set: Mutex<JoinSet<()>>,
    instances: watch::Sender<usize>,
}

impl Default for Tasks {
    fn default() -> Self {
        Self {
            set: Mutex::default(),
            instances: watch::Sender::new(0),
        }
    }
}

impl Tasks {
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        while set.try_join_next().is_some() {}
        set.spawn(task);
    }

    /// Spawns the run of an instance, which [`Self::settled`] waits for.
    pub(crate) fn spawn_instance(&self, task: impl Future<Output = ()> + Send + 'static) {
        let counted = self.count_instance();
        self.spawn(async move {
            task.await;
            drop(counted);
        });
    }

    pub(crate) fn count_instance(&self) -> CountedInstance {
        self.instances.send_modify(|count| *count += 1);
        CountedInstance(self.instances.clone())
    }

    /// Waits until no instance runs.
    pub(crate) async fn settled(&self) {
        // It fails only without a sender, and there is one in `self`.
        _ = self
            .instances
            .subscribe()
            .wait_for(|count| *count == 0)
            .await;
    }

    /// Ends all tasks without waiting for them.
    pub(crate) fn abort(&self) {
        self.set
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
    }

    /// Ends all tasks and waits until they have ended.
    pub(crate) async fn stop(&self) {
        let mut set = std::mem::take(&mut *self.set.lock().unwrap_or_else(PoisonError::into_inner));
        set.shutdown().await;
    }
}

/// An instance that runs until this is dropped.
pub(crate) struct CountedInstance(watch::Sender<usize>);

impl Drop for CountedInstance {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

//! Everything a guest does that others can see, and the hooks that watch it or stop it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// One step of a guest that others can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The component, by its name in the manifest.
    pub component: String,
    /// What it did.
    pub kind: EffectKind,
}

/// What a guest did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EffectKind {
    /// A request is about to be sent; nothing has reached the peer yet.
    Request(RequestLine),
    /// The peer has answered; the guest has not seen it yet.
    Response {
        /// What was asked.
        request: RequestLine,
        /// The status of the answer.
        status: u16,
    },
    /// A key-value operation is about to be done, or has been.
    KeyValue {
        /// What is done.
        operation: KeyValueOperation,
        /// The label of the store.
        store: String,
        /// The key; empty for a list of keys.
        key: String,
        /// Whether it has been done.
        stage: Stage,
    },
    /// A variable is read.
    Variable {
        /// Its name.
        name: String,
    },
}

impl EffectKind {
    /// Whether something of a store changes.
    #[must_use]
    pub fn is_write(&self) -> bool {
        use KeyValueOperation::{Delete, Set};
        matches!(
            self,
            Self::KeyValue {
                operation: Set | Delete,
                ..
            }
        )
    }
}

/// The head of a request, without its query, which may hold secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    /// The method.
    pub method: http::Method,
    /// `http` or `https`.
    pub scheme: String,
    /// Host and port, as the guest wrote them.
    pub authority: String,
    /// The path.
    pub path: String,
}

/// An operation on a key-value store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyValueOperation {
    /// Reads a value.
    Get,
    /// Writes a value.
    Set,
    /// Removes a key.
    Delete,
    /// Asks for a key.
    Exists,
    /// Lists the keys.
    Keys,
}

/// Before or after an operation is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing has been done yet.
    Before,
    /// It has been done; the guest does not know yet.
    After,
}

/// What is to happen at an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The guest goes on.
    Continue,
    /// A key-value operation that is about to be done fails instead; anything else goes on.
    Fail,
    /// A key-value operation that is about to be done never comes back, as with a store that hangs; anything else goes on.
    Hang,
    /// The instance dies at this very point.
    Kill,
}

/// Watches every effect of an application, in order, and may end an instance at any of them.
pub trait Hooks: Send + Sync {
    /// Called at each effect.
    fn on_effect(&self, effect: &Effect) -> Verdict;

    /// How long the answer to a request takes by the virtual clock.
    fn answers_after(&self, _request: &RequestLine) -> Duration {
        Duration::ZERO
    }
}

/// Lets everything pass.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHooks;

impl Hooks for NoHooks {
    fn on_effect(&self, _effect: &Effect) -> Verdict {
        Verdict::Continue
    }
}

impl<H: Hooks + ?Sized> Hooks for Arc<H> {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        (**self).on_effect(effect)
    }

    fn answers_after(&self, request: &RequestLine) -> Duration {
        (**self).answers_after(request)
    }
}

/// Both see every effect; the worse verdict counts, and the longer time.
impl<A: Hooks, B: Hooks> Hooks for (A, B) {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        self.0.on_effect(effect).max(self.1.on_effect(effect))
    }

    fn answers_after(&self, request: &RequestLine) -> Duration {
        let of_each = (self.0.answers_after(request), self.1.answers_after(request));
        of_each.0.max(of_each.1)
    }
}

/// Kills the instance that causes the n-th effect, of all or of some, once.
#[derive(Debug)]
pub struct KillAt {
    nth: usize,
    counts: fn(&EffectKind) -> bool,
    seen: AtomicUsize,
}

impl KillAt {
    /// Kills at the n-th effect, counted from 1 over all components of the application.
    #[must_use]
    pub fn new(nth: usize) -> Self {
        Self::counting(nth, |_| true)
    }

    /// Kills at the n-th request, before it is sent.
    #[must_use]
    pub fn request(nth: usize) -> Self {
        Self::counting(nth, |kind| matches!(kind, EffectKind::Request(_)))
    }

    /// Kills at the n-th write to a store; each counts twice, before it is done and after.
    #[must_use]
    pub fn write(nth: usize) -> Self {
        Self::counting(nth, EffectKind::is_write)
    }

    fn counting(nth: usize, counts: fn(&EffectKind) -> bool) -> Self {
        Self {
            nth,
            counts,
            seen: AtomicUsize::new(0),
        }
    }

    /// Whether the n-th effect has come; if not, the run was shorter than that.
    #[must_use]
    pub fn has_killed(&self) -> bool {
        self.seen.load(Ordering::SeqCst) >= self.nth
    }
}

impl Hooks for KillAt {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        let counts = (self.counts)(&effect.kind);
        if counts && self.seen.fetch_add(1, Ordering::SeqCst) + 1 == self.nth {
            Verdict::Kill
        } else {
            Verdict::Continue
        }
    }
}

/// Keeps every effect, to be counted afterwards.
#[derive(Debug, Default)]
pub struct Recorder {
    effects: Mutex<Vec<Effect>>,
}

impl Recorder {
    /// A recorder with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every effect so far, in order.
    #[must_use]
    pub fn effects(&self) -> Vec<Effect> {
        self.lock().clone()
    }

    /// Forgets what it has seen.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// The requests sent so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestLine> {
        self.lock()
            .iter()
            .filter_map(|effect| match &effect.kind {
                EffectKind::Request(request) => Some(request.clone()),
                _ => None,
            })
            .collect()
    }

    /// How many requests each authority (host and port) was sent.
    #[must_use]
    pub fn requests_per_authority(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in self.requests() {
            *counts.entry(request.authority).or_default() += 1;
        }
        counts
    }

    /// How often one kind of key-value operation was done.
    #[must_use]
    pub fn key_value_operations(&self, wanted: KeyValueOperation) -> usize {
        let is_wanted = |effect: &&Effect| {
            matches!(&effect.kind, EffectKind::KeyValue { operation, stage: Stage::After, .. }
                if *operation == wanted)
        };
        self.lock().iter().filter(is_wanted).count()
    }

    /// Only whole effects are pushed under the lock, so a poisoned one is sound.
    fn lock(&self) -> MutexGuard<'_, Vec<Effect>> {
        self.effects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hooks for Recorder {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        self.lock().push(effect.clone());
        Verdict::Continue
    }
}

/// An instance was ended by a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the instance was killed by a hook")]
pub struct Killed;

/// Reports the effects of one instance, and ends it when a hook says so.
#[derive(Clone)]
pub(crate) struct Observer {
    component: Arc<str>,
    hooks: Arc<dyn Hooks>,
    life: Arc<Life>,
}

#[derive(Default)]
struct Life {
    is_over: AtomicBool,
    ended: Notify,
}

impl Observer {
    pub(crate) fn new(component: Arc<str>, hooks: Arc<dyn Hooks>) -> Self {
        Self {
            component,
            hooks,
            life: Arc::default(),
        }
    }

    /// Reports an effect.
    ///
    /// # Errors
    ///
    /// When the instance is to end here, or has ended already.
    pub(crate) fn observe(&self, kind: EffectKind) -> Result<(), Killed> {
        self.judge(kind).map(drop)
    }

    /// How long the answer to a request takes by the virtual clock.
    pub(crate) fn answers_after(&self, request: &RequestLine) -> Duration {
        self.hooks.answers_after(request)
    }

    /// Reports an effect that hooks may also make fail or hang, and says what is to happen.
    ///
    /// # Errors
    ///
    /// When the instance is to end here, or has ended already.
    pub(crate) fn judge(&self, kind: EffectKind) -> Result<Verdict, Killed> {
        self.check()?;
        let effect = Effect {
            component: self.component.to_string(),
            kind,
        };
        let verdict = self.hooks.on_effect(&effect);
        if verdict == Verdict::Kill {
            self.life.is_over.store(true, Ordering::SeqCst);
            self.life.ended.notify_one();
            return Err(Killed);
        }
        Ok(verdict)
    }

    /// Whether the instance still lives.
    ///
    /// # Errors
    ///
    /// When it has ended.
    pub(crate) fn check(&self) -> Result<(), Killed> {
        if self.life.is_over.load(Ordering::SeqCst) {
            Err(Killed)
        } else {
            Ok(())
        }
    }

    /// Waits for the end of the instance by a hook.
    pub(crate) async fn killed(&self) -> Killed {
        self.life.ended.notified().await;
        Killed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str) -> EffectKind {
        EffectKind::Variable {
            name: name.to_owned(),
        }
    }

    #[test]
    fn the_nth_effect_ends_the_instance_and_only_that_one() {
        let kill = Arc::new(KillAt::new(2));
        let first = Observer::new("a".into(), Arc::new(Arc::clone(&kill)));
        assert!(first.observe(variable("x")).is_ok());
        assert!(!kill.has_killed());
        assert!(first.observe(variable("y")).is_err());
        assert!(first.observe(variable("z")).is_err());
        assert!(kill.has_killed());
        let second = Observer::new("a".into(), Arc::new(Arc::clone(&kill)));
        assert!(second.observe(variable("x")).is_ok());
    }

    #[test]
    fn what_is_not_counted_ends_nothing() {
        let kill = Arc::new(KillAt::write(2));
        let observer = Observer::new("a".into(), Arc::new(Arc::clone(&kill)));
        let key_value = |operation, stage| EffectKind::KeyValue {
            operation,
            store: "default".to_owned(),
            key: "k".to_owned(),
            stage,
        };
        for stage in [Stage::Before, Stage::After] {
            let read = key_value(KeyValueOperation::Get, stage);
            assert!(observer.observe(read).is_ok());
        }
        let write = |stage| key_value(KeyValueOperation::Set, stage);
        assert!(observer.observe(write(Stage::Before)).is_ok());
        assert!(observer.observe(variable("x")).is_ok());
        assert!(!kill.has_killed());
        assert!(observer.observe(write(Stage::After)).is_err());
        assert!(kill.has_killed());
    }

    #[test]
    fn a_dead_instance_has_no_effects() {
        let recorder = Arc::new(Recorder::new());
        let hooks = Arc::new((KillAt::new(1), Arc::clone(&recorder)));
        let observer = Observer::new("a".into(), hooks);
        assert!(observer.observe(variable("x")).is_err());
        assert!(observer.observe(variable("y")).is_err());
        assert_eq!(recorder.effects().len(), 1);
    }
}

//! What a poll costs, month by month, and what the store keeps.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use host::{Effect, EffectKind, Hooks, KeyValueOperation, Stage, Verdict};

/// The polls of a month.
#[derive(Debug)]
pub(crate) struct Figures {
    month: String,
    pub(crate) polls: usize,
    pub(crate) took: Duration,
    pub(crate) to_odoo: usize,
    pub(crate) to_ucms: usize,
    /// The most that a guest has needed so far.
    pub(crate) guest_bytes: usize,
    /// The most keys that were in the store at a time.
    pub(crate) keys: usize,
}

impl Figures {
    pub(crate) fn of(month: &str) -> Self {
        Self {
            month: month.to_owned(),
            polls: 0,
            took: Duration::ZERO,
            to_odoo: 0,
            to_ucms: 0,
            guest_bytes: 0,
            keys: 0,
        }
    }

    fn each(&self, all: usize) -> f64 {
        all as f64 / self.polls.max(1) as f64
    }
}

/// What stands above the months.
pub(crate) fn head() -> String {
    format!(
        "{:8}{:>8}{:>10}{:>16}{:>16}{:>10}{:>8}",
        "month", "polls", "ms each", "to Odoo each", "to UCMs each", "guest MB", "keys"
    )
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:8}{:>8}{:>10.1}{:>16.2}{:>16.2}{:>10.1}{:>8}",
            self.month,
            self.polls,
            self.each(self.took.as_millis() as usize),
            self.each(self.to_odoo),
            self.each(self.to_ucms),
            self.guest_bytes as f64 / 1e6,
            self.keys,
        )
    }
}

/// The last whole month costs no more than the second one: the first has the first import, and the last may be short.
pub(crate) fn assert_flat(months: &[Figures]) {
    let [_, early, .., late, _] = months else {
        return;
    };
    let flat = |what: &str, of: fn(&Figures) -> usize, factor: f64| {
        let (early, late) = (early.each(of(early)), late.each(of(late)));
        assert!(
            late <= early * factor,
            "{what}: {early:.2} in the second month, {late:.2} in the end"
        );
    };
    flat("requests to Odoo", |month| month.to_odoo, 1.1);
    flat("requests to the UCMs", |month| month.to_ucms, 1.1);
    // Of a machine that others use as well.
    flat("time", |month| month.took.as_micros() as usize, 3.0);
    let (before, after) = (early.guest_bytes, late.guest_bytes);
    assert!(
        after as f64 <= before as f64 * 1.1,
        "memory: {before}, {after}"
    );
}

/// The keys that are in the store.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Keys>);

#[derive(Debug, Default)]
struct Keys {
    now: BTreeSet<String>,
    most: usize,
    most_since: usize,
}

impl Kept {
    /// The most at any time.
    pub(crate) fn most(&self) -> usize {
        self.0.lock().unwrap().most
    }

    /// The most since this was asked before.
    pub(crate) fn most_since(&self) -> usize {
        let mut keys = self.0.lock().unwrap();
        let now = keys.now.len();
        std::mem::replace(&mut keys.most_since, now)
    }
}

impl Hooks for Kept {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        if let EffectKind::KeyValue {
            operation,
            key,
            stage: Stage::After,
            ..
        } = &effect.kind
        {
            let mut keys = self.0.lock().unwrap();
            match operation {
                KeyValueOperation::Set => _ = keys.now.insert(key.clone()),
                KeyValueOperation::Delete => _ = keys.now.remove(key),
                _ => {}
            }
            let now = keys.now.len();
            keys.most = keys.most.max(now);
            keys.most_since = keys.most_since.max(now);
        }
        Verdict::Continue
    }
}

//! Instances that are killed by chance, which is the same for the same seed.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use host::{Effect, Hooks, Verdict};

/// Kills the instance that causes one in so many effects, as long as it is on.
#[derive(Debug)]
pub struct KillOneIn {
    effects: u64,
    is_on: AtomicBool,
    state: AtomicU64,
    killed: AtomicU64,
}

impl KillOneIn {
    /// One in so many `effects`, by chance from `seed`.
    pub fn new(effects: u64, seed: u64) -> Self {
        Self {
            effects,
            is_on: AtomicBool::new(true),
            state: AtomicU64::new(0x9E37_79B9_7F4A_7C15 ^ seed),
            killed: AtomicU64::new(0),
        }
    }

    /// Kills nobody any more.
    pub fn end(&self) {
        self.is_on.store(false, Ordering::Relaxed);
    }

    /// How many instances it has killed.
    pub fn killed(&self) -> u64 {
        self.killed.load(Ordering::Relaxed)
    }
}

impl Hooks for KillOneIn {
    fn on_effect(&self, _effect: &Effect) -> Verdict {
        let mut state = self.state.load(Ordering::Relaxed);
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        self.state.store(state, Ordering::Relaxed);
        if self.is_on.load(Ordering::Relaxed) && state.is_multiple_of(self.effects) {
            self.killed.fetch_add(1, Ordering::Relaxed);
            return Verdict::Kill;
        }
        Verdict::Continue
    }
}

//! What happens by chance, and happens again with the same seed.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use host::{Effect, Hooks, Verdict};

/// By chance, unless `UCM_ODOO_SEED` names one that was seen to fail.
///
/// # Errors
/// When it names no number.
pub fn seed() -> anyhow::Result<u64> {
    let seed = match std::env::var("UCM_ODOO_SEED") {
        Ok(named) => named.parse()?,
        Err(_) => fastrand::u64(..),
    };
    *DRAWN.lock().unwrap_or_else(PoisonError::into_inner) = Some(seed);
    Ok(seed)
}

/// The last [`seed`] of this program, if there was one.
pub(crate) fn drawn() -> Option<u64> {
    *DRAWN.lock().unwrap_or_else(PoisonError::into_inner)
}

static DRAWN: Mutex<Option<u64>> = Mutex::new(None);

/// Kills the instance that causes one in so many effects, as long as it is on.
#[derive(Debug)]
pub struct KillOneIn {
    effects: u64,
    is_on: AtomicBool,
    random: Mutex<fastrand::Rng>,
    killed: AtomicU64,
}

impl KillOneIn {
    /// One in so many `effects`, by chance from `seed`.
    pub fn new(effects: u64, seed: u64) -> Self {
        Self {
            effects,
            is_on: AtomicBool::new(true),
            random: Mutex::new(fastrand::Rng::with_seed(seed)),
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
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_on.load(Ordering::Relaxed) && random.u64(..self.effects) == 0 {
            self.killed.fetch_add(1, Ordering::Relaxed);
            return Verdict::Kill;
        }
        Verdict::Continue
    }
}

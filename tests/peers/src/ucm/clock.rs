//! The device's clock: the real one, or one that a test holds still and moves.

use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};

/// A clock that every part of the simulated device asks, so that a test can decide what time it is.
#[derive(Debug)]
pub(crate) struct Clock(Mutex<Source>);

#[derive(Debug, Clone, Copy)]
enum Source {
    Real,
    Held(DateTime<Utc>),
}

impl Clock {
    pub(crate) fn real() -> Self {
        Self(Mutex::new(Source::Real))
    }

    pub(crate) fn held_at(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(Source::Held(now)))
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Source::Real => system_now(),
            Source::Held(now) => now,
        }
    }

    pub(crate) fn set(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Source::Held(now);
    }

    /// Moves a held clock forward; a real clock becomes a held one, that far ahead.
    pub(crate) fn advance(&self, by: TimeDelta) {
        let now = self.now();
        self.set(now + by);
    }
}

/// The machine's time.
pub(crate) fn system_now() -> DateTime<Utc> {
    DateTime::from(SystemTime::now())
}

//! The world as a run has it: for a time, and then no more.
//!
//! Hosted platforms end a handler after 30 s, wherever it is. A run ends by itself before that: all that it waits for goes through the ports,
//! and no port of this world waits longer than the run may. What is cut off here is what a run leaves that was killed: the next one goes on.
//! No part of the run takes the time of those after it, since each has an end of its own ([`Timed::until`]).

use std::cell::RefCell;
use std::pin::pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::{Either, select};

use crate::state::{self, Lease};
use ports::{
    Chance, Clock, Download, Http, HttpError, KeyValue, Pieces, StoreError, Timeouts, Upload,
};

/// A world that ends, and the lease of whoever works in it.
pub(crate) struct Timed<'a, W> {
    world: &'a W,
    began: DateTime<Utc>,
    budget: Duration,
    end: DateTime<Utc>,
    lease: RefCell<Option<Held>>,
}

/// A lease that is renewed while its holder is at work.
struct Held {
    key: String,
    until: DateTime<Utc>,
}

impl<'a, W: Clock> Timed<'a, W> {
    /// `world`, for `budget` from now on.
    pub(crate) fn new(world: &'a W, budget: Duration) -> Self {
        let began = world.now();
        Self {
            world,
            began,
            budget,
            end: began + budget,
            lease: RefCell::new(None),
        }
    }

    /// The same world for a part of the work, which ends when `percent` of the whole time are over.
    pub(crate) fn until(&self, percent: u32) -> Self {
        let part = self.began + self.budget * percent / 100;
        Self {
            end: part.min(self.end),
            lease: RefCell::new(None),
            ..*self
        }
    }

    /// Waits for `exchange`, but not beyond the end.
    async fn in_time<T>(
        &self,
        exchange: impl Future<Output = Result<T, HttpError>>,
    ) -> Result<T, HttpError> {
        let left = self.time_left();
        if left < LEAST {
            return Err(HttpError::OutOfTime);
        }
        match select(pin!(exchange), pin!(self.world.sleep(left))).await {
            Either::Left((done, _)) => done,
            // Whoever was given that long does not answer; the others might have.
            Either::Right(_) if left >= PATIENCE => Err(HttpError::TimedOut),
            Either::Right(_) => Err(HttpError::OutOfTime),
        }
    }

    fn time_left(&self) -> Duration {
        (self.end - self.world.now()).to_std().unwrap_or_default()
    }
}

impl<W: Clock + KeyValue> Timed<'_, W> {
    /// Takes the lease under `key`, and says whether that was done. It is kept as long as there is something to wait for, and is soon over when
    /// its holder is no more.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or written.
    pub(crate) fn take_lease(&self, key: String) -> Result<bool, StoreError> {
        let now = self.world.now();
        let until = now + TERM;
        let is_taken = Lease::take(self.world, &key, now, until)?;
        if is_taken {
            self.lease.replace(Some(Held { key, until }));
        }
        Ok(is_taken)
    }

    /// Gives the lease back.
    ///
    /// # Errors
    /// [`StoreError`] when that cannot be written; the lease then runs out by itself.
    pub(crate) fn give_lease_back(&self) -> Result<(), StoreError> {
        match self.lease.take() {
            Some(held) => self.world.delete(&held.key),
            None => Ok(()),
        }
    }

    /// Leaves the lease to itself, as a pause of this length for everybody.
    ///
    /// # Errors
    /// [`StoreError`] when that cannot be written.
    pub(crate) fn rest(&self, pause: Duration) -> Result<(), StoreError> {
        let until = self.world.now() + pause;
        match self.lease.take() {
            Some(held) => state::save(self.world, &held.key, &Lease { until }),
            None => Ok(()),
        }
    }

    /// Before something that may take long.
    fn keep_lease(&self) {
        let now = self.world.now();
        if let Some(held) = &mut *self.lease.borrow_mut()
            && held.until - now < RENEWAL
        {
            held.until = now + TERM;
            // Whoever takes it meanwhile does the same work, and nothing twice.
            _ = state::save(self.world, &held.key, &Lease { until: held.until });
        }
    }
}

impl<W: Http + KeyValue + Clock> Http for Timed<'_, W> {
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        timeouts: Timeouts,
    ) -> Result<http::Response<Vec<u8>>, HttpError> {
        self.keep_lease();
        self.in_time(self.world.send(request, timeouts)).await
    }
}

impl<'a, W: Download + KeyValue + Clock> Download for Timed<'a, W> {
    type Body = Flow<'a, W>;

    async fn open(
        &self,
        request: http::Request<Vec<u8>>,
        timeouts: Timeouts,
    ) -> Result<http::Response<Self::Body>, HttpError> {
        self.keep_lease();
        let answer = self.in_time(self.world.open(request, timeouts)).await?;
        let world = Self {
            lease: RefCell::new(None),
            ..*self
        };
        Ok(answer.map(|body| Flow { body, world }))
    }
}

impl<W: Upload + KeyValue + Clock> Upload for Timed<'_, W> {
    async fn upload(
        &self,
        head: http::Request<()>,
        length: u64,
        body: &mut impl Pieces,
        timeouts: Timeouts,
    ) -> Result<http::Response<Vec<u8>>, HttpError> {
        self.keep_lease();
        self.in_time(self.world.upload(head, length, body, timeouts))
            .await
    }
}

/// A body that comes until the time is over.
pub(crate) struct Flow<'a, W: Download> {
    body: W::Body,
    world: Timed<'a, W>,
}

impl<W: Download + Clock> Pieces for Flow<'_, W> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, HttpError> {
        self.world.in_time(self.body.next()).await
    }
}

impl<W: KeyValue> KeyValue for Timed<'_, W> {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.world.get(key)
    }

    fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.world.set(key, value)
    }

    fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.world.delete(key)
    }

    fn keys(&self) -> Result<Vec<String>, StoreError> {
        self.world.keys()
    }
}

impl<W: Chance> Chance for Timed<'_, W> {
    fn unique(&self) -> u64 {
        self.world.unique()
    }
}

impl<W: Clock + KeyValue> Clock for Timed<'_, W> {
    fn now(&self) -> DateTime<Utc> {
        self.world.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.keep_lease();
        self.world.sleep(duration.min(self.time_left())).await;
    }

    fn end(&self) -> Option<DateTime<Utc>> {
        Some(self.end)
    }
}

/// Until when calls are made that somebody waits for.
pub(crate) const DIALLED: u32 = 30;
/// Until when the servers are known, in percent of the time.
pub(crate) const KNOWN: u32 = 40;
/// Until when pushed records are brought in.
pub(crate) const PUSHED: u32 = 60;
/// Until when recordings are copied; then it is noted what became of the last.
pub(crate) const COPIED: u32 = 68;
/// Until when the UCMs are read; what is left is for telling it, and for the proof of completeness.
pub(crate) const READ: u32 = 80;
/// All of the time.
pub(crate) const WHOLE: u32 = 100;

/// What a step takes at least that asks several questions: with less left, none is begun.
pub(crate) const STEP: Duration = Duration::from_secs(2);

/// With less than this left nothing is sent any more: hardly anybody would answer in time.
const LEAST: Duration = Duration::from_millis(500);
/// Who has not answered after so long is said not to answer; a shorter wait that the end cuts off says nothing about the peer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a lease outlives the last sign of its holder: longer than an exchange usually takes, and shorter than a minute, so that the tick after
/// the one that was killed goes on.
const TERM: Duration = Duration::from_secs(15);
/// A lease with less than this left is renewed.
const RENEWAL: chrono::TimeDelta = chrono::TimeDelta::seconds(10);

#[cfg(test)]
mod tests;

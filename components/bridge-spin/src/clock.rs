//! The clock, chance, and waiting for what WASI calls a pollable.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use chrono::{DateTime, Utc};
use ports::{Chance, Clock};
use spin_executor::{CancelOnDropToken, push_waker_and_get_token};
use wasi::clocks::{monotonic_clock, wall_clock};
use wasi::io::poll::{Pollable, poll};

use crate::Spin;

impl Clock for Spin {
    fn now(&self) -> DateTime<Utc> {
        let now = wall_clock::now();
        i64::try_from(now.seconds)
            .ok()
            .and_then(|secs| DateTime::from_timestamp(secs, now.nanoseconds))
            .unwrap_or(DateTime::UNIX_EPOCH)
    }

    async fn sleep(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let until = monotonic_clock::now().saturating_add(nanos);
        while monotonic_clock::now() < until {
            ready(monotonic_clock::subscribe_instant(until)).await;
        }
    }
}

impl Chance for Spin {
    fn unique(&self) -> u64 {
        crate::unique()
    }
}

/// Waits for `pollable`, or for anything else that wakes the task: ask again after it.
pub(crate) async fn ready(pollable: Pollable) {
    let mut pollable = Some(pollable);
    // Held until the wait is over: a pollable must be gone before the stream it was made from.
    let mut waiting = None;
    poll_fn(|context| match pollable.take() {
        Some(pollable) => {
            let token = push_waker_and_get_token(pollable, context.waker().clone());
            waiting = Some(CancelOnDropToken::from(token));
            Poll::Pending
        }
        None => Poll::Ready(()),
    })
    .await;
    drop(waiting);
}

/// Waits, and ticks while it does. Nothing else of the instance goes on meanwhile: for streams, where waiting is most of the work.
#[derive(Default)]
pub(crate) struct Ticker {
    /// Begun by the first wait: most answers need none.
    tick: Option<Pollable>,
}

/// Why a wait is over.
pub(crate) struct Woken {
    /// What was waited for is there.
    pub(crate) is_ready: bool,
    /// Another [`TICK`] is over.
    pub(crate) ticked: bool,
}

impl Ticker {
    /// Waits for `pollable` until the next tick.
    pub(crate) fn wait(&mut self, pollable: &Pollable) -> Woken {
        let nanos = u64::try_from(TICK.as_nanos()).unwrap_or(u64::MAX);
        let tick = self
            .tick
            .get_or_insert_with(|| monotonic_clock::subscribe_duration(nanos));
        let ready = poll(&[pollable, tick]);
        let woken = Woken {
            is_ready: ready.contains(&0),
            ticked: ready.contains(&1),
        };
        if woken.ticked {
            self.tick = None;
        }
        woken
    }
}

/// How often a stream that stands still looks around.
pub(crate) const TICK: Duration = Duration::from_secs(1);

//! The clock, and waiting for what WASI calls a pollable.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use bridge_core::ports::Clock;
use chrono::{DateTime, Utc};
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

/// Waits for `pollable` for [`TICK`] at most, and lets nothing else of the instance go on meanwhile: for streams, where waiting is most of
/// the work.
pub(crate) fn wait_or_tick(pollable: &Pollable) {
    let nanos = u64::try_from(TICK.as_nanos()).unwrap_or(u64::MAX);
    poll(&[pollable, &monotonic_clock::subscribe_duration(nanos)]);
}

/// How often a stream that stands still looks around.
pub(crate) const TICK: Duration = Duration::from_secs(1);

//! What a guest does with time.

use std::future::Future;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures::future::{Either, select};
use spin_executor::{CancelOnDropToken, push_waker_and_get_token};
use wasi::clocks::monotonic_clock;

/// Waits without blocking what else the guest does.
pub(crate) fn sleep(duration: Duration) -> impl Future<Output = ()> {
    let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
    let deadline = monotonic_clock::now().saturating_add(nanos);
    let mut token: Option<CancelOnDropToken> = None;
    std::future::poll_fn(move |context| {
        if monotonic_clock::now() >= deadline {
            return Poll::Ready(());
        }
        let pollable = monotonic_clock::subscribe_instant(deadline);
        // The pollable of the last turn goes before the next one comes.
        drop(token.take());
        token = Some(push_waker_and_get_token(pollable, context.waker().clone()).into());
        Poll::Pending
    })
}

/// Seconds since the Unix epoch.
pub(crate) fn now() -> String {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
        .to_string()
}

/// Sleeps and tells how long it took by the guest's own clocks.
pub(crate) async fn sleep_and_tell(seconds: u64) -> String {
    let (wall, monotonic) = (SystemTime::now(), Instant::now());
    sleep(Duration::from_secs(seconds)).await;
    format!(
        "{} {}",
        wall.elapsed().unwrap_or_default().as_secs(),
        monotonic.elapsed().as_secs()
    )
}

/// Sleeps as the standard library does, which blocks the whole guest.
pub(crate) fn block_and_tell(seconds: u64) -> String {
    let start = Instant::now();
    std::thread::sleep(Duration::from_secs(seconds));
    start.elapsed().as_secs().to_string()
}

/// Sleeps ten times for a second each, but no longer than so many seconds in all.
pub(crate) async fn race(seconds: u64) -> String {
    let work = async {
        for _ in 0..10 {
            sleep(Duration::from_secs(1)).await;
        }
    };
    let limit = sleep(Duration::from_secs(seconds));
    match select(std::pin::pin!(work), std::pin::pin!(limit)).await {
        Either::Left(_) => "done".to_owned(),
        Either::Right(_) => "timed out".to_owned(),
    }
}

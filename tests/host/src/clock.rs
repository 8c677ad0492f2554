//! The time that guests see: the machine's own, or one that a test sets.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono_clock::{DateTime, Utc};
use tokio::runtime::Handle;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

/// Where guests read the time.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    Real,
    /// A clock that stands still until it is moved, or until a guest sleeps.
    Virtual(VirtualClock),
}

impl Clock {
    /// The time now, by this clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::Real => Utc::now(),
            Self::Virtual(clock) => clock.now(),
        }
    }

    /// A wait of a guest begins now.
    pub(crate) fn stopwatch(&self) -> Stopwatch {
        Stopwatch(match self {
            Self::Real => None,
            Self::Virtual(clock) => Some((clock.clone(), clock.monotonic())),
        })
    }
}

/// A wait on the network, which costs no time on the virtual clock unless it is given up.
pub(crate) struct Stopwatch(Option<(VirtualClock, Duration)>);

impl Stopwatch {
    /// The clock, and the moment at which it was waited for so long.
    fn after(&self, waited: Duration) -> Option<(&VirtualClock, Duration)> {
        let (clock, began) = self.0.as_ref()?;
        Some((clock, *began + waited))
    }
}

/// A clock for tests; clones show and move the same time.
///
/// A guest that sleeps moves it to the moment it wanted to be woken at, at no cost in real time.
#[derive(Clone, Debug)]
pub struct VirtualClock {
    moment: Arc<Mutex<Moment>>,
}

#[derive(Debug)]
struct Moment {
    wall: DateTime<Utc>,
    /// Never goes back, also when the wall clock is set back.
    monotonic: Duration,
}

impl VirtualClock {
    /// A clock that shows this time.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        let moment = Moment {
            wall: now,
            monotonic: Duration::ZERO,
        };
        Self {
            moment: Arc::new(Mutex::new(moment)),
        }
    }

    /// The time it shows.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.lock().wall
    }

    /// Shows another time; the monotonic clock follows only forwards.
    pub fn set(&self, now: DateTime<Utc>) {
        let mut moment = self.lock();
        let forwards = (now - moment.wall).to_std().unwrap_or_default();
        moment.monotonic += forwards;
        moment.wall = now;
    }

    /// Moves the time forwards.
    pub fn advance(&self, by: Duration) {
        let mut moment = self.lock();
        moment.monotonic += by;
        moment.wall += by;
    }

    pub(crate) fn monotonic(&self) -> Duration {
        self.lock().monotonic
    }

    /// Moves forwards to a moment of the monotonic clock, unless it has passed.
    pub(crate) fn advance_to(&self, monotonic: Duration) {
        let mut moment = self.lock();
        let by = monotonic.saturating_sub(moment.monotonic);
        moment.monotonic += by;
        moment.wall += by;
    }

    /// Both fields change under the lock without a panic between them, so a poisoned lock is sound.
    fn lock(&self) -> MutexGuard<'_, Moment> {
        self.moment.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HostWallClock for VirtualClock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        (self.lock().wall - DateTime::UNIX_EPOCH)
            .to_std()
            .unwrap_or_default()
    }
}

impl HostMonotonicClock for VirtualClock {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        u64::try_from(self.monotonic().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// What one instance is waiting for, so that its virtual sleeps end in the right order.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// Requests sent or bodies not yet read to their end.
    network: AtomicU64,
    /// What the guest now waits for, and when that ends by the monotonic clock.
    ends: Mutex<Vec<(Duration, Awaited)>>,
    /// How many sleeps have ended so far.
    ended: AtomicU64,
    /// When sleeps that run against the network end in real time, by when they end on the monotonic clock: a guest that is woken by
    /// something else begins to wait for the same moment anew.
    real_ends: Mutex<BTreeMap<Duration, tokio::time::Instant>>,
}

/// What ends at a moment of the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaited {
    /// A sleep of the guest.
    Sleep,
    /// An answer that takes its time, or is given up then.
    Answer,
}

impl Waiting {
    /// Counts as waiting for the network until the guard is dropped.
    pub(crate) fn for_network(self: &Arc<Self>) -> NetworkWait {
        self.network.fetch_add(1, Ordering::Relaxed);
        NetworkWait(Arc::clone(self))
    }

    /// When a sleep until `deadline`, of which so much is left, ends in real time.
    fn real_end(&self, deadline: Duration, left: Duration) -> tokio::time::Instant {
        let end = || tokio::time::Instant::now() + left;
        *self.real_ends().entry(deadline).or_insert_with(end)
    }

    /// Lets the moment come at which an answer that was `asked` for is there, or is given up: after so long on the virtual clock. What the guest
    /// sleeps for before that ends first, and it may want no answer any longer then.
    pub(crate) async fn until(self: &Arc<Self>, asked: &Stopwatch, waited: Duration) {
        let Some((clock, moment)) = asked.after(waited) else {
            return;
        };
        if moment <= clock.monotonic() {
            return;
        }
        let registered = Registered::new(Arc::clone(self), moment, Awaited::Answer);
        let mut awake_since = tokio::time::Instant::now();
        loop {
            // Whoever is awake has to be heard first: a sleep may have ended just now. Who only waits for the network does not sleep at all.
            let is_sleep = |(_, awaited): &(Duration, Awaited)| *awaited == Awaited::Sleep;
            let is_asleep = self.ends().iter().any(is_sleep);
            if is_asleep {
                awake_since = tokio::time::Instant::now();
            }
            let is_first = registered.is_first(&self.ends());
            if is_first && (is_asleep || awake_since.elapsed() >= UNTIL_ASLEEP) {
                break;
            }
            tokio::time::sleep(SHORTLY).await;
        }
        clock.advance_to(moment);
    }

    fn real_ends(&self) -> MutexGuard<'_, BTreeMap<Duration, tokio::time::Instant>> {
        self.real_ends
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nothing of the network takes real time: who waits for an answer that comes at a moment of the clock waits for the clock.
    fn is_idle(&self, ends: &[(Duration, Awaited)]) -> bool {
        let is_answer = |(_, awaited): &&(Duration, Awaited)| *awaited == Awaited::Answer;
        let answers = ends.iter().filter(is_answer).count();
        usize::try_from(self.network.load(Ordering::Relaxed)).is_ok_and(|open| open <= answers)
    }

    fn ends(&self) -> MutexGuard<'_, Vec<(Duration, Awaited)>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What has come over the network is not heard at once by the guest that waits for it; its timeout must not overtake it on the last step.
const UNTIL_HEARD: Duration = Duration::from_millis(50);
/// The least real time that a guest gives the network, in so far as it waits so long at all: what takes no time still takes a busy machine some.
const LEAST: Duration = Duration::from_millis(1_500);
/// How soon it is looked at again whether it is time.
const SHORTLY: Duration = Duration::from_millis(1);
/// How long a guest may take until it sleeps, on a machine that has much else to do: so long takes each late answer to a guest that has no sleep of its own.
const UNTIL_ASLEEP: Duration = Duration::from_secs(15);

/// Something of the network that the guest waits for.
#[derive(Debug)]
pub(crate) struct NetworkWait(Arc<Waiting>);

impl NetworkWait {
    /// The instance that waits.
    pub(crate) fn instance(&self) -> Arc<Waiting> {
        Arc::clone(&self.0)
    }
}

impl Drop for NetworkWait {
    fn drop(&mut self) {
        // The next request has all of the time that is left.
        self.0.real_ends().clear();
        let waiting = Arc::clone(&self.0);
        let end = move || waiting.network.fetch_sub(1, Ordering::Relaxed);
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move {
                tokio::time::sleep(UNTIL_HEARD).await;
                end();
            })),
            Err(_) => drop(end()),
        }
    }
}

/// One sleep of a guest on the virtual clock.
pub(crate) struct VirtualSleep {
    clock: VirtualClock,
    waiting: Arc<Waiting>,
    deadline: Duration,
    timeout_scale: f64,
}

impl VirtualSleep {
    pub(crate) fn new(
        clock: VirtualClock,
        waiting: Arc<Waiting>,
        deadline: Duration,
        timeout_scale: f64,
    ) -> Self {
        Self {
            clock,
            waiting,
            deadline,
            timeout_scale,
        }
    }

    /// Waits while the guest also waits for the network: real peers need real time, so a guest's
    /// own timeout must not overtake an answer that is on its way.
    async fn give_the_network_time(&self) {
        if self.waiting.is_idle(&self.waiting.ends()) {
            return;
        }
        let left = self.deadline.saturating_sub(self.clock.monotonic());
        let left = left.mul_f64(self.timeout_scale).max(left.min(LEAST));
        let end = self.waiting.real_end(self.deadline, left);
        while tokio::time::Instant::now() < end {
            if self.waiting.is_idle(&self.waiting.ends()) {
                // What has come in the same moment is heard first.
                return tokio::task::yield_now().await;
            }
            tokio::time::sleep(SHORTLY).await;
        }
    }

    /// Whether this sleep is the one to end, and the network has had its time: an answer that has come since may ask for more.
    fn is_over(&self, registered: &Registered) -> bool {
        let ends = self.waiting.ends();
        let now = tokio::time::Instant::now();
        let is_past = |end: &tokio::time::Instant| *end <= now;
        let had_time = || {
            self.waiting
                .real_ends()
                .get(&self.deadline)
                .is_some_and(is_past)
        };
        registered.is_next(&ends) && (self.waiting.is_idle(&ends) || had_time())
    }
}

#[wasmtime_wasi::async_trait]
impl wasmtime_wasi::p2::Pollable for VirtualSleep {
    async fn ready(&mut self) {
        let waiting = Arc::clone(&self.waiting);
        let registered = Registered::new(waiting, self.deadline, Awaited::Sleep);
        // One turn for whatever else the guest waits for, which may be there already, and for the
        // other sleeps to register.
        tokio::task::yield_now().await;
        loop {
            self.give_the_network_time().await;
            if self.is_over(&registered) {
                break;
            }
            tokio::task::yield_now().await;
        }
        self.waiting.ended.fetch_add(1, Ordering::Relaxed);
        self.clock.advance_to(self.deadline);
    }
}

/// Something in the list of what ends, for as long as the guest waits for it.
struct Registered {
    waiting: Arc<Waiting>,
    deadline: Duration,
    awaited: Awaited,
    /// How many sleeps had ended when this wait began.
    ended_before: u64,
}

impl Registered {
    fn new(waiting: Arc<Waiting>, deadline: Duration, awaited: Awaited) -> Self {
        waiting.ends().push((deadline, awaited));
        let ended_before = waiting.ended.load(Ordering::Relaxed);
        Self {
            waiting,
            deadline,
            awaited,
            ended_before,
        }
    }

    /// Whether it is the first of all that the guest waits for.
    fn is_first(&self, ends: &[(Duration, Awaited)]) -> bool {
        ends.iter().map(|(end, _)| *end).min() == Some(self.deadline)
    }

    /// Whether this sleep is the one to end: the first of all that the guest waits for.
    ///
    /// Once one has ended, the guest goes on and the others must not end in the same wait: it will
    /// wait for them again if it still wants to.
    fn is_next(&self, ends: &[(Duration, Awaited)]) -> bool {
        self.waiting.ended.load(Ordering::Relaxed) == self.ended_before && self.is_first(ends)
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let own = (self.deadline, self.awaited);
        let mut ends = self.waiting.ends();
        if let Some(index) = ends.iter().position(|it| *it == own) {
            ends.swap_remove(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use wasmtime_wasi::p2::Pollable;

    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-03-02T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_monotonic_clock_never_goes_back() {
        let clock = VirtualClock::new(noon());
        clock.advance(Duration::from_secs(10));
        clock.set(noon());
        assert_eq!(clock.now(), noon());
        assert_eq!(clock.monotonic(), Duration::from_secs(10));
        clock.set(noon() + Duration::from_secs(5));
        assert_eq!(clock.monotonic(), Duration::from_secs(15));
    }

    #[tokio::test]
    async fn of_two_sleeps_the_shorter_ends_first_and_alone_moves_the_clock() {
        let clock = VirtualClock::new(noon());
        let waiting = Arc::new(Waiting::default());
        let sleep = |from: Duration, secs| {
            VirtualSleep::new(
                clock.clone(),
                Arc::clone(&waiting),
                from + Duration::from_secs(secs),
                1.0,
            )
        };
        for order in [[1, 3600], [3600, 1]] {
            let before = clock.now();
            let [mut first, mut second] = order.map(|secs| sleep(clock.monotonic(), secs));
            let mut both = [first.ready(), second.ready()];
            // As `wasi:io/poll` does it: every one is polled in each turn, also after one has ended.
            let ended = std::future::poll_fn(|context| {
                let ended = both
                    .each_mut()
                    .map(|it| it.as_mut().poll(context).is_ready());
                if ended.contains(&true) {
                    Poll::Ready(ended)
                } else {
                    Poll::Pending
                }
            })
            .await;
            assert_eq!(ended, order.map(|secs| secs == 1));
            assert_eq!(clock.now(), before + Duration::from_secs(1));
        }
    }

    #[tokio::test]
    async fn of_a_sleep_and_an_answer_the_earlier_comes_first() {
        for (asleep, answered) in [(10, 20), (20, 10)] {
            let clock = VirtualClock::new(noon());
            let waiting = Arc::new(Waiting::default());
            let _request = waiting.for_network();
            let end = Duration::from_secs(asleep);
            let mut sleep = VirtualSleep::new(clock.clone(), Arc::clone(&waiting), end, 0.01);
            let asked = Clock::Virtual(clock.clone()).stopwatch();
            let is_answered = tokio::select! {
                () = sleep.ready() => false,
                () = waiting.until(&asked, Duration::from_secs(answered)) => true,
            };
            assert_eq!(is_answered, answered < asleep);
            assert_eq!(clock.now(), noon() + Duration::from_secs(10));
        }
    }

    #[tokio::test]
    async fn a_timeout_gives_what_has_just_come_a_moment_to_be_heard() {
        let (clock, waiting) = (VirtualClock::new(noon()), Arc::new(Waiting::default()));
        let came = tokio::time::Instant::now();
        drop(waiting.for_network());
        let end = Duration::from_secs(3_600);
        let mut sleep = VirtualSleep::new(clock.clone(), waiting, end, 1.0);
        sleep.ready().await;
        assert!(came.elapsed() >= UNTIL_HEARD);
        assert!(
            came.elapsed() < Duration::from_secs(600),
            "and not the whole of it"
        );
        assert_eq!(clock.monotonic(), end);
    }

    /// It may still be about to sleep for less.
    #[tokio::test]
    async fn an_answer_waits_for_a_guest_that_is_awake() {
        let (clock, waiting) = (VirtualClock::new(noon()), Arc::new(Waiting::default()));
        let asked = Clock::Virtual(clock.clone()).stopwatch();
        let began = tokio::time::Instant::now();
        waiting.until(&asked, Duration::from_secs(10)).await;
        assert!(began.elapsed() >= UNTIL_ASLEEP);
        assert_eq!(clock.monotonic(), Duration::from_secs(10));
    }

    #[tokio::test]
    async fn whoever_is_woken_on_the_way_sleeps_no_longer_for_it() {
        let clock = VirtualClock::new(noon());
        let waiting = Arc::new(Waiting::default());
        let _request = waiting.for_network();
        let until = Duration::from_secs(20);
        let sleep = || VirtualSleep::new(clock.clone(), Arc::clone(&waiting), until, 0.01);
        let piece = Duration::from_millis(50);
        let asleep = async { while tokio::time::timeout(piece, sleep().ready()).await.is_err() {} };
        let limit = Duration::from_secs(60);
        tokio::time::timeout(limit, asleep).await.unwrap();
        assert_eq!(clock.now(), noon() + until);
    }

    #[tokio::test]
    async fn a_sleep_beside_a_request_takes_scaled_real_time() {
        for (scale, least) in [(0.01, LEAST), (0.5, Duration::from_millis(2_500))] {
            let clock = VirtualClock::new(noon());
            let waiting = Arc::new(Waiting::default());
            let _request = waiting.for_network();
            let started = tokio::time::Instant::now();
            let mut sleep = VirtualSleep::new(clock, waiting, Duration::from_secs(5), scale);
            sleep.ready().await;
            assert!(started.elapsed() >= least, "{scale}");
        }
    }

    /// It is there at its moment of the clock, and all that the guest sleeps for beyond that takes real time only from then on.
    #[tokio::test]
    async fn a_sleep_beside_an_answer_that_comes_by_the_clock_takes_no_real_time() {
        let (clock, waiting) = (VirtualClock::new(noon()), Arc::new(Waiting::default()));
        let request = waiting.for_network();
        let began = tokio::time::Instant::now();
        let asked = Clock::Virtual(clock.clone()).stopwatch();
        let until = |secs| {
            let end = Duration::from_secs(secs);
            VirtualSleep::new(clock.clone(), Arc::clone(&waiting), end, 1.0)
        };
        tokio::select! {
            () = waiting.until(&asked, Duration::from_secs(3_600)) => panic!("it is too late"),
            () = async { until(1_800).ready().await } => {}
        }
        assert!(began.elapsed() < Duration::from_secs(600));
        assert_eq!(clock.monotonic(), Duration::from_secs(1_800));
        let mut later = until(1_803);
        let mut asleep = std::pin::pin!(later.ready());
        tokio::select! {
            () = &mut asleep => panic!("it overtakes the answer"),
            () = waiting.until(&asked, Duration::from_secs(1_802)) => {}
        }
        // It has come, and is not heard yet.
        let short = Duration::from_millis(100);
        tokio::time::timeout(short, &mut asleep).await.unwrap_err();
        drop(request);
        asleep.await;
        assert_eq!(clock.monotonic(), Duration::from_secs(1_803));
    }
}

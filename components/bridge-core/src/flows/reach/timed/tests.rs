use std::cell::Cell;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::state::memory::Memory;

/// A world whose peers take their time, on a clock that moves to whatever is waited for next.
struct Slow {
    now: Cell<DateTime<Utc>>,
    waits: RefCell<Vec<DateTime<Utc>>>,
    store: Memory,
    takes: Duration,
}

impl Slow {
    fn peers(takes_secs: u64) -> Self {
        Self {
            now: Cell::new("2026-06-15T14:30:00Z".parse().unwrap()),
            waits: RefCell::default(),
            store: Memory::default(),
            takes: Duration::from_secs(takes_secs),
        }
    }

    fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            self.waits.borrow_mut().clear();
            let polled = work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            if let Poll::Ready(done) = polled {
                return done;
            }
            self.now.set(*self.waits.borrow().iter().min().unwrap());
        }
    }

    fn lease(&self) -> Option<Duration> {
        let lease: Option<Lease> = state::load(&self.store, "lease").unwrap();
        (lease?.until - self.now.get()).to_std().ok()
    }
}

impl Clock for Slow {
    fn now(&self) -> DateTime<Utc> {
        self.now.get()
    }

    async fn sleep(&self, duration: Duration) {
        let until = self.now.get() + duration;
        poll_fn(|_| {
            if self.now.get() >= until {
                return Poll::Ready(());
            }
            self.waits.borrow_mut().push(until);
            Poll::Pending
        })
        .await;
    }
}

impl Http for Slow {
    async fn send(
        &self,
        _: http::Request<Vec<u8>>,
        _: Timeouts,
    ) -> Result<http::Response<Vec<u8>>, HttpError> {
        self.sleep(self.takes).await;
        Ok(http::Response::new(Vec::new()))
    }
}

impl KeyValue for Slow {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(key)
    }

    fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.store.set(key, value)
    }

    fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.store.delete(key)
    }

    fn keys(&self) -> Result<Vec<String>, StoreError> {
        self.store.keys()
    }
}

async fn ask(world: &Timed<'_, Slow>) -> Result<(), HttpError> {
    let limit = Duration::from_secs(60);
    let timeouts = Timeouts {
        connect: limit,
        first_byte: limit,
        between_bytes: limit,
    };
    let answer = world.send(http::Request::new(Vec::new()), timeouts).await;
    answer.map(drop)
}

const BUDGET: Duration = Duration::from_secs(25);

#[test]
fn no_exchange_and_no_wait_goes_on_beyond_the_end() {
    for (takes, expected) in [
        (24, Ok(())),
        // Whoever was given most of the run does not answer.
        (26, Err(HttpError::TimedOut)),
    ] {
        let slow = Slow::peers(takes);
        let world = Timed::new(&slow, BUDGET);
        assert_eq!(slow.run(ask(&world)), expected);
    }
    let slow = Slow::peers(4);
    let world = Timed::new(&slow, BUDGET);
    let began = slow.now();
    let answered = slow.run(async {
        let mut answered = 0;
        while ask(&world).await.is_ok() {
            answered += 1;
        }
        answered
    });
    assert_eq!(
        (answered, slow.now() - began),
        (6, chrono::TimeDelta::seconds(25))
    );
    assert_eq!(slow.run(ask(&world)), Err(HttpError::OutOfTime));
    slow.run(world.sleep(Duration::from_secs(60)));
    assert_eq!((slow.now() - began).num_seconds(), 25);
    assert!(!world.has(Duration::ZERO));
}

#[test]
fn a_part_leaves_time_for_those_after_it() {
    let slow = Slow::peers(60);
    let world = Timed::new(&slow, BUDGET);
    let began = slow.now();
    for (percent, secs) in [(KNOWN, 10), (READ, 20), (WHOLE, 25)] {
        let part = world.until(percent);
        assert!(slow.run(ask(&part)).is_err());
        assert_eq!((slow.now() - began).num_seconds(), secs);
        assert!(!part.has(Duration::ZERO));
    }
    assert!(!world.until(READ).until(WHOLE).has(Duration::ZERO));
}

#[test]
fn a_lease_lasts_as_long_as_its_holder_works_and_not_much_longer() {
    let slow = Slow::peers(6);
    let world = Timed::new(&slow, Duration::from_secs(600));
    assert!(world.take_lease("lease".to_owned()).unwrap());
    assert!(!world.until(WHOLE).take_lease("lease".to_owned()).unwrap());
    for _ in 0..50 {
        slow.run(ask(&world)).unwrap();
        let left = slow.lease().expect("the lease ran out");
        assert!(left <= TERM, "{left:?}");
    }
    world.give_lease_back().unwrap();
    assert_eq!(slow.lease(), None);
    assert!(world.take_lease("lease".to_owned()).unwrap());
    world.rest(Duration::from_secs(40)).unwrap();
    assert_eq!(slow.lease(), Some(Duration::from_secs(40)));
}

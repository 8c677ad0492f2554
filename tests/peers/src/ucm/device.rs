//! Everything that the faces of the device share.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;

use super::api::dial::Dialled;
use super::clock::Clock;
use super::digest::Nonces;
use super::fault::Faults;
use super::leg::Leg;
use super::log::Request;
use super::office::Office;
use super::scenario::{self, Call, Ids, Truth};
use super::session::Sessions;
use super::store::Store;
use super::switches::Switches;

/// Most records that wait for a push target that is down; older ones are lost.
pub(crate) const PUSH_CACHE: usize = 10_000;

/// One simulated device.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) clock: Clock,
    pub(crate) office: Office,
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) pushes: AtomicBool,
    pub(crate) push_wakes: Arc<Notify>,
    state: Mutex<State>,
}

/// What changes while the device runs.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) store: Store,
    pub(crate) sessions: Sessions,
    pub(crate) nonces: Nonces,
    pub(crate) switches: Switches,
    pub(crate) faults: Faults,
    pub(crate) requests: Vec<Request>,
    pub(crate) booted: DateTime<Utc>,
    /// Recordings that are being read out at this moment.
    pub(crate) downloads: Arc<AtomicUsize>,
    /// Moments of the last actions, for the throttle.
    pub(crate) recent: VecDeque<DateTime<Utc>>,
    /// What programs have asked the device to dial.
    pub(crate) dialled: Vec<Dialled>,
    /// Legs that ended and are still to be pushed.
    pub(crate) to_push: VecDeque<Leg>,
    /// How many legs more were taken to be pushed, and are not sent yet.
    pub(crate) on_their_way: usize,
    ids: Ids,
}

impl State {
    /// How far the device's clock is ahead of the true time.
    pub(crate) fn skew(&self) -> TimeDelta {
        TimeDelta::seconds(self.switches.clock_skew_secs)
    }

    /// The part of `items`, which are in the device's order, that it gives in one answer to a question with or without an end.
    pub(crate) fn page<T>(&self, mut items: Vec<T>, offset: usize, is_open: bool) -> Vec<T> {
        let switches = &self.switches;
        if switches.holes_in_open_windows && is_open {
            let mut position = 0;
            items.retain(|_| {
                position += 1;
                position % HOLE_EVERY != 0
            });
        }
        if switches.latest_first {
            items.reverse();
        }
        let offset = if switches.offset_ignored { 0 } else { offset };
        items.drain(..offset.min(items.len()));
        items.truncate(self.most_items());
        items
    }

    fn most_items(&self) -> usize {
        let cap = self.switches.page_cap.unwrap_or(usize::MAX);
        if self.switches.page_cap_wavers {
            cap - self.requests.len() * 37 % (cap / 2 + 1)
        } else {
            cap
        }
    }
}

impl Device {
    pub(crate) fn new(
        clock: Clock,
        office: Office,
        credentials: (String, String),
        first_acct_id: u64,
        pushes: bool,
    ) -> Self {
        let now = clock.now();
        let state = State {
            store: Store::new(office.zone, first_acct_id),
            sessions: Sessions::default(),
            nonces: Nonces::default(),
            switches: Switches::default(),
            downloads: Arc::default(),
            faults: Faults::default(),
            requests: Vec::new(),
            booted: now,
            recent: VecDeque::new(),
            dialled: Vec::new(),
            to_push: VecDeque::new(),
            on_their_way: 0,
            ids: Ids::default(),
        };
        let (username, password) = credentials;
        let push_wakes = Arc::new(Notify::new());
        Self {
            clock,
            office,
            username,
            password,
            pushes: AtomicBool::new(pushes),
            push_wakes,
            state: Mutex::new(state),
        }
    }

    /// The state as it is now: whatever ended up to this moment has its rows.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let written = {
            let State {
                store, switches, ..
            } = &mut *state;
            store.advance(self.clock.now(), switches.monthly_reset)
        };
        if self.pushes.load(Ordering::SeqCst) && !written.is_empty() {
            for row in written {
                let leg = state.store.leg(row).clone();
                state.to_push.push_back(leg);
            }
            let too_many = state.to_push.len().saturating_sub(PUSH_CACHE);
            state.to_push.drain(..too_many);
            self.push_wakes.notify_one();
        }
        state
    }

    /// The time by the device's own clock.
    pub(crate) fn shown_now(&self, state: &State) -> DateTime<Utc> {
        self.clock.now() + state.skew()
    }

    /// Plays a call; what is over by now has its rows at once.
    pub(crate) fn add_call(&self, call: &Call) -> Vec<Truth> {
        let mut state = self.state();
        let skew = state.skew();
        let played = scenario::play(call, &self.office, &mut state.ids, skew);
        let truths = played.iter().map(|played| played.truth.clone()).collect();
        for played in played {
            state.store.add(played);
        }
        drop(state);
        drop(self.state());
        truths
    }

    /// Plays a call while the state is held.
    pub(crate) fn play(&self, state: &mut State, call: &Call) {
        let skew = state.skew();
        for played in scenario::play(call, &self.office, &mut state.ids, skew) {
            state.store.add(played);
        }
    }

    /// Rings where nobody lifts, which leaves nothing behind.
    pub(crate) fn ring(&self, state: &mut State, call: &Call) {
        let skew = state.skew();
        for played in scenario::play(call, &self.office, &mut state.ids, skew) {
            state.store.add_traceless(played);
        }
    }

    /// Plays many calls at once.
    pub(crate) fn add_calls(&self, calls: &[Call]) {
        let mut state = self.state();
        for call in calls {
            self.play(&mut state, call);
        }
        drop(state);
        drop(self.state());
    }
}

/// Which items are the holes of windows that have them.
const HOLE_EVERY: usize = 7;

//! Two replicas with a timer each, on one store, before two UCMs and one Odoo: nothing lost, nothing twice, whatever dies in between.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod interleavings;
mod whole;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono_clock::{DateTime, TimeDelta, Utc};
use host::{App, KeyValueLimits, KeyValueStore};
use peers::ucm::Traffic;
use serde_json::json;
use system::{Journal, KillOneIn, Redis, Rig, Site, french_ucm, seed};
use whole::assert_whole;

/// Whatever time the two have: a Monday, before anybody telephones.
fn begin() -> DateTime<Utc> {
    "2026-06-01T00:00:00Z".parse().unwrap()
}

/// How long the two are watched, and how much happens meanwhile.
struct Watch {
    days: u32,
    /// Calls of each UCM.
    calls: usize,
    seed: u64,
}

/// Two replicas of one application.
struct Replicas {
    rig: Rig,
    apps: Vec<App>,
    kill: Arc<KillOneIn>,
    random: fastrand::Rng,
    /// Pushes that were not taken, which the UCM sends again: of which site, and what.
    unsent: Vec<(usize, String)>,
    restarts: u32,
    outages: u32,
    pushes: usize,
}

const OFFICES: [&str; 2] = ["lyon", "paris"];
const SECRET: &str = "the-secret-of-both-offices";
/// How far apart two moments are at which something happens.
const STEP: TimeDelta = TimeDelta::minutes(15);
/// Steps of an hour in which Odoo is away.
const OUTAGE_STEPS: u32 = 4;

impl Replicas {
    async fn start(store: KeyValueStore, watch: &Watch) -> Self {
        let journal = Journal::simulated(19).await.unwrap();
        let settings = json!({
            "push_secret": SECRET, "interval_minutes": 5, "unknown_caller_leads": true,
            "missed_call_todos": true, "missed_call_todo_user": journal.user(),
        });
        let mut rig = Rig::around(journal, begin()).store(store);
        for (nth, office) in OFFICES.into_iter().enumerate() {
            let mut ucm = french_ucm(begin()).start().await.unwrap();
            ucm.hold_pushes();
            // The same seed: the customers of one are those of the other.
            let traffic = Traffic {
                seed: watch.seed,
                days: watch.days,
                calls: watch.calls + nth,
            };
            let end = begin() + TimeDelta::days(watch.days.into());
            ucm.add_calls(&traffic.calls(ucm.office(), end));
            rig = rig.site(Site::new(office, ucm).with(settings.clone()));
        }
        let rig = rig.start().await.unwrap();
        let kill = Arc::new(KillOneIn::new(250, watch.seed));
        let mut replicas = Self {
            rig,
            apps: Vec::new(),
            kill,
            random: fastrand::Rng::with_seed(watch.seed),
            unsent: Vec::new(),
            restarts: 0,
            outages: 0,
            pushes: 0,
        };
        for _ in 0..2 {
            let app = replicas.launch().await;
            replicas.apps.push(app);
        }
        replicas
    }

    async fn launch(&self) -> App {
        let app = self.rig.app().hooks(Arc::clone(&self.kill));
        app.start().await.unwrap()
    }

    /// Days pass; replicas die and are started again, and Odoo is away at times.
    async fn live(&mut self, days: u32) {
        let (mut now, end) = (begin(), begin() + TimeDelta::days(days.into()));
        let mut away = 0;
        // One of each for certain, while people call.
        let mut drawn = || begin() + TimeDelta::minutes(self.random.i64(8 * 60..15 * 60));
        let (restart, outage) = (drawn(), drawn());
        while now < end {
            let is_now = |moment| (now..now + STEP).contains(&moment);
            let (restarts, is_outage) = (is_now(restart), is_now(outage));
            now += STEP;
            // Guests that wait move the clock as well.
            let ahead = now - self.rig.clock.now();
            self.rig.advance(ahead.to_std().unwrap_or_default());
            if restarts || self.random.u32(..40) == 0 {
                self.replace().await;
            }
            match away {
                0 if is_outage || self.random.u32(..60) == 0 => {
                    self.rig.journal.handle().go_down().await;
                    (self.outages, away) = (self.outages + 1, OUTAGE_STEPS);
                }
                1 => {
                    self.rig.journal.handle().come_back().await;
                    away = 0;
                }
                _ => away = u32::saturating_sub(away, 1),
            }
            self.happen().await;
        }
        self.rig.journal.handle().come_back().await;
    }

    /// A replica dies with all that it is at, and another one is started in its place.
    async fn replace(&mut self) {
        let which = self.random.usize(..self.apps.len());
        let started = self.launch().await;
        let ended = std::mem::replace(&mut self.apps[which], started);
        ended.stop().await;
        self.restarts += 1;
    }

    /// Both timers tick at the same moment, while records are pushed to either, and some to both.
    async fn happen(&mut self) {
        let mut to: [Vec<(usize, String)>; 2] = Default::default();
        let mut records = std::mem::take(&mut self.unsent);
        for (site, office) in self.rig.sites.iter().enumerate() {
            let taken = office.ucm.take_pushes().into_iter();
            records.extend(taken.map(|record| (site, record)));
        }
        for record in records {
            match self.random.u32(..10) {
                // Lost on the way: the poll finds it.
                0 => {}
                1..=3 => to[0].push(record),
                4..=6 => to[1].push(record),
                _ => to.iter_mut().for_each(|to| to.push(record.clone())),
            }
        }
        self.pushes += to.iter().map(Vec::len).sum::<usize>();
        let (now, [one, two]) = (self.rig.clock.now(), to);
        let (first, second) = (&self.apps[0], &self.apps[1]);
        // Whoever is killed answers nothing.
        let (_, _, one, two) = tokio::join!(
            first.fire_cron("cdr-poll", now),
            second.fire_cron("cdr-poll", now),
            push(first, one),
            push(second, two),
        );
        first.settled().await;
        second.settled().await;
        // Half of what was not taken is never sent again.
        self.unsent = one.into_iter().chain(two).collect();
        self.unsent.retain(|_| self.random.bool());
    }

    /// Nobody is killed any more: both go on until there is nothing left to do.
    async fn settle(&mut self) {
        self.kill.end();
        for _ in 0..6 {
            self.rig.advance(Duration::from_secs(16 * 60));
            self.happen().await;
        }
        for app in self.apps.drain(..) {
            app.stop().await;
        }
        self.rig.run_to_completion(5).await.unwrap();
    }
}

/// Pushes records one after the other, and gives back those that were not taken.
async fn push(app: &App, records: Vec<(usize, String)>) -> Vec<(usize, String)> {
    let mut unsent = Vec::new();
    for (site, record) in records {
        let request = http::Request::post(format!("http://localhost/webhook/{}", OFFICES[site]))
            .header("authorization", format!("Bearer {SECRET}"))
            .body(Bytes::from(record.clone()))
            .unwrap();
        let answer = app.request(request).await;
        if !answer.is_ok_and(|answer| answer.status().is_success()) {
            unsent.push((site, record));
        }
    }
    unsent
}

async fn watch(name: &str, store: KeyValueStore, watch: Watch) {
    let began = Instant::now();
    eprintln!("{name}: seed {}", watch.seed);
    let mut replicas = Replicas::start(store, &watch).await;
    replicas.live(watch.days).await;
    replicas.settle().await;
    let rig = &replicas.rig;
    eprintln!(
        "{name}: {} days, {} calls, {} pushes, {} instances killed, {} restarts, Odoo away {} times; {} requests to Odoo, {} to the UCMs; {} s",
        watch.days,
        rig.sites
            .iter()
            .map(|site| site.ucm.truth().len())
            .sum::<usize>(),
        replicas.pushes,
        replicas.kill.killed(),
        replicas.restarts,
        replicas.outages,
        rig.journal.handle().requests().len(),
        rig.sites
            .iter()
            .map(|site| site.ucm.requests().len())
            .sum::<usize>(),
        began.elapsed().as_secs(),
    );
    assert!(replicas.restarts > 0 && replicas.outages > 0);
    assert!(replicas.kill.killed() > 0);
    assert_whole(rig).await;
}

fn in_memory() -> KeyValueStore {
    KeyValueStore::in_memory("default", KeyValueLimits::EVERY_PROVIDER).unwrap()
}

fn on_redis(redis: &Redis) -> KeyValueStore {
    KeyValueStore::on_redis(&redis.url(), "default", KeyValueLimits::EVERY_PROVIDER).unwrap()
}

fn day() -> Watch {
    Watch {
        days: 1,
        calls: 60,
        seed: seed().unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_on_one_store_lose_nothing_and_do_nothing_twice() {
    watch("in memory", in_memory(), day()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_on_one_redis_lose_nothing_and_do_nothing_twice() {
    if let Some(redis) = Redis::start().unwrap() {
        watch("on Redis", on_redis(&redis), day()).await;
    }
}

/// `cargo test --workspace --test replicas -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: those above watch a day of the same"]
async fn two_replicas_live_through_a_month() {
    let month = Watch {
        days: 30,
        calls: 700,
        seed: seed().unwrap(),
    };
    match Redis::start().unwrap() {
        Some(redis) => watch("on Redis", on_redis(&redis), month).await,
        None => watch("in memory", in_memory(), month).await,
    }
}

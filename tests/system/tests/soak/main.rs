//! Months of two busy offices, with what real devices do to their records: nothing is lost or counted wrongly, and what a poll costs, what the store
//! keeps and what the guest needs do not grow with the months.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

#[path = "../stats/count.rs"]
mod count;
mod figures;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono_clock::{DateTime, NaiveDate, TimeDelta, Utc};
use count::Count;
use figures::{Figures, Kept};
use host::{App, KeyValueLimits, KeyValueStore};
use peers::ucm::{Traffic, Ucm};
use serde_json::{Value, json};
use system::{ADMIN_TOKEN, Journal, Rig, Site, compare, french_ucm, seed};

/// How long the offices are watched.
struct Watch {
    begin: &'static str,
    days: u32,
    /// Calls of each office.
    calls: usize,
    /// Whether a record of the first office is pushed, and does not get lost.
    pushed: fn(&mut fastrand::Rng) -> bool,
    /// How far apart two polls are.
    step: TimeDelta,
    /// A period whose statistics are counted by hand as well.
    counted: (&'static str, &'static str),
}

/// Across a change of the clocks and of the month.
const DAYS: Watch = Watch {
    begin: "2026-03-25T00:00:00Z",
    days: 10,
    calls: 150,
    pushed: |random| random.u32(..10) > 0,
    step: TimeDelta::hours(2),
    counted: ("2026-03-26", "2026-04-02"),
};

/// Across both changes of the clocks.
const MONTHS: Watch = Watch {
    begin: "2026-03-01T00:00:00Z",
    days: 245,
    calls: 100_000,
    pushed: |random| random.u32(..20) == 0,
    step: TimeDelta::hours(2),
    counted: ("2026-10-01", "2026-10-31"),
};

const OFFICES: [&str; 2] = ["lyon", "paris"];
const SECRET: &str = "the-secret-of-both-offices";

/// A device that answers less than it is asked for, a different amount each time, names its recordings late and begins to count anew each month.
fn pages_short(ucm: &Ucm) {
    ucm.switches(|switches| {
        switches.page_cap = Some(150);
        switches.page_cap_wavers = true;
        switches.late_recordfiles_secs = Some(600);
        switches.monthly_reset = true;
        switches.null_items = true;
    });
}

/// A device that groups its legs wrongly, cuts sessions at the borders of what it was asked for, and begins to count anew each month.
fn groups_wrongly(ucm: &Ucm) {
    ucm.switches(|switches| {
        switches.shifted_groups = true;
        switches.window_cut = true;
        switches.empty_cdr = true;
        switches.monthly_reset = true;
    });
}

/// The offices, what they will telephone, and the bridge.
struct Soak {
    rig: Rig,
    app: App,
    kept: Arc<Kept>,
    random: fastrand::Rng,
}

impl Soak {
    async fn start(watch: &Watch, seed: u64) -> Self {
        let begin: DateTime<Utc> = watch.begin.parse().unwrap();
        let store = KeyValueStore::in_memory("default", KeyValueLimits::EVERY_PROVIDER).unwrap();
        let mut rig = Rig::around(Journal::simulated(19).await.unwrap(), begin).store(store);
        let quirks = [pages_short, groups_wrongly];
        for (nth, (office, quirks)) in OFFICES.into_iter().zip(quirks).enumerate() {
            let mut ucm = french_ucm(begin).start().await.unwrap();
            quirks(&ucm);
            ucm.hold_pushes();
            // Sessions of one office are not those of another.
            let traffic = Traffic {
                seed: seed.wrapping_add(nth as u64),
                days: watch.days,
                calls: watch.calls,
            };
            let end = begin + TimeDelta::days(watch.days.into());
            ucm.add_calls(&traffic.calls(ucm.office(), end));
            let settings = json!({ "push_secret": SECRET, "recordings": "link" });
            rig = rig.site(Site::new(office, ucm).with(settings));
        }
        let rig = rig.start().await.unwrap();
        let kept = Arc::new(Kept::default());
        let app = rig.app().hooks(Arc::clone(&kept)).start().await.unwrap();
        Self {
            rig,
            app,
            kept,
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// Records of one office are pushed as they come, the timer looks after all, and somebody looks at the day's statistics.
    async fn live(&mut self, watch: &Watch) -> Vec<Figures> {
        let mut months: BTreeMap<String, Figures> = BTreeMap::new();
        let month_of = |time: DateTime<Utc>| time.format("%Y-%m").to_string();
        let end = self.rig.clock.now() + TimeDelta::days(watch.days.into());
        let mut now = self.rig.clock.now();
        while now < end {
            now += watch.step;
            let ahead = now - self.rig.clock.now();
            self.rig.advance(ahead.to_std().unwrap_or_default());
            self.push(watch).await;
            let month = months.entry(month_of(now));
            let figures = month.or_insert_with_key(|month| Figures::of(month));
            self.poll(figures).await;
            let next = now + watch.step;
            if next >= end || month_of(next) != month_of(now) {
                eprintln!("{figures}");
            }
            if now.format("%H").to_string() == "18" {
                self.look(now.date_naive()).await;
            }
        }
        months.into_values().collect()
    }

    async fn push(&mut self, watch: &Watch) {
        for record in self.rig.sites[0].ucm.take_pushes() {
            if !(watch.pushed)(&mut self.random) {
                continue;
            }
            let request = http::Request::post(format!("http://localhost/webhook/{}", OFFICES[0]))
                .header("authorization", format!("Bearer {SECRET}"))
                .body(Bytes::from(record))
                .unwrap();
            let answer = self.app.request(request).await.unwrap();
            assert_eq!(answer.status(), 200);
        }
        _ = self.rig.sites[1].ucm.take_pushes();
        self.app.settled().await;
    }

    async fn poll(&self, figures: &mut Figures) {
        let (odoo, sites) = (self.rig.journal.handle(), &self.rig.sites);
        odoo.clear_requests();
        sites.iter().for_each(|site| site.ucm.clear_requests());
        let begun = std::time::Instant::now();
        let polled = self.app.fire_cron("cdr-poll", self.rig.clock.now()).await;
        polled.unwrap();
        self.app.settled().await;
        figures.polls += 1;
        figures.took += begun.elapsed();
        figures.to_odoo += odoo.requests().len();
        figures.to_ucms += sites
            .iter()
            .map(|site| site.ucm.requests().len())
            .sum::<usize>();
        let memory = self.app.peak_memory_bytes("cdr-poll").unwrap_or_default();
        figures.guest_bytes = figures.guest_bytes.max(memory);
        figures.keys = figures.keys.max(self.kept.most_since());
    }

    /// The statistics of a day.
    async fn look(&self, day: NaiveDate) {
        self.statistics(day, day).await;
    }

    async fn statistics(&self, from: NaiveDate, to: NaiveDate) -> Value {
        let path = format!("/stats?zone=Europe/Paris&from={from}&to={to}");
        let request = http::Request::get(format!("http://localhost{path}"))
            .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
            .body(Bytes::new())
            .unwrap();
        let answer = self.app.request(request).await.unwrap();
        assert_eq!(answer.status(), 200);
        serde_json::from_slice(answer.body()).unwrap()
    }

    /// What is late comes as well: names of recordings, and what was not pushed.
    async fn settle(&self) {
        for _ in 0..4 {
            self.rig.advance(Duration::from_secs(31 * 60));
            self.poll(&mut Figures::of("settled")).await;
        }
    }

    async fn assert_whole(&self, watch: &Watch) {
        let rig = &self.rig;
        compare::complete(rig).await.unwrap();
        compare::each_number_once(rig).unwrap();
        let mut rows = Vec::new();
        for site in &rig.sites {
            rows.extend(rig.journal.calls(&site.id).await.unwrap());
        }
        let (from, to) = watch.counted;
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        let sites: Vec<&Site> = rig.sites.iter().collect();
        let counted = Count {
            of: &sites,
            answered_at: &sites,
            rows: &rows,
            zone: "Europe/Paris".parse().unwrap(),
            from,
            to,
            direction: "",
        };
        counted.compare(&self.statistics(from, to).await);
    }
}

async fn soak(watch: &Watch) {
    let (seed, begun) = (seed().unwrap(), std::time::Instant::now());
    eprintln!("UCM_ODOO_SEED={seed}");
    let mut soak = Soak::start(watch, seed).await;
    eprintln!("{}", figures::head());
    let months = soak.live(watch).await;
    soak.settle().await;
    eprintln!(
        "{} calls in {} s; at most {} keys, {} at rest",
        2 * watch.calls,
        begun.elapsed().as_secs(),
        soak.kept.most(),
        soak.rig.store().unwrap().keys().unwrap().len(),
    );
    figures::assert_flat(&months);
    assert!(soak.kept.most() <= 1_024);
    soak.assert_whole(watch).await;
    eprintln!("whole after {} s", begun.elapsed().as_secs());
    soak.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_days_with_a_change_of_the_clocks_are_whole() {
    soak(&DAYS).await;
}

/// `cargo test --workspace --test soak -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes more than an hour: the one above watches ten days of the same"]
async fn two_hundred_thousand_calls_of_eight_months_are_whole_and_cost_no_more_in_the_end() {
    soak(&MONTHS).await;
}

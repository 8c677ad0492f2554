//! What short answers and pushes cost beside a hello-world on the same host, all of it on kept connections, with and without
//! pre-initialisation, and how soon a push is visible in Odoo.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bench::{Card, Cpu, Goal, Row};
use bytes::Bytes;
use host::{
    App, AppBuilder, Clock, Effect, EffectKind, Hooks, KeyValueLimits, KeyValueOperation, Stage,
    Verdict,
};
use peers::ucm::{Call, Scenario};
use serde_json::json;
use system::{ADMIN_TOKEN, Journal, RealOdoo, Rig, Site};

use crate::load::{Measured, Request, ask, client, load, post, push, request};
use crate::support::{GUESTS, SECRET, build_guests, listening, millis, now, office, percentile};
use crate::waits::Waits;

const HELLO: &str = "hello-world";
const KEPT: &str = "hello-world that writes the store once";
/// What is answered at once: the row, the path and the component.
const SHORT: [(&str, &str, &str); 5] = [
    ("GET /health", "/health", "status"),
    ("GET /status", "/status", "status"),
    ("GET /metrics", "/metrics", "status"),
    ("GET /listen/nothing", "/listen/nothing", "recordings"),
    ("GET /webhook/bench", "/webhook/bench", "webhook"),
];
/// Pushes that are accepted: the row, whether the component is prepared, and whether Odoo is away.
const PUSHES: [(&str, bool, bool); 3] = [
    ("push accepted, Odoo up", true, false),
    ("push accepted, Odoo down", true, true),
    ("push accepted, Odoo down, not prepared", false, true),
];
const DELIVERED: [(&str, bool); 2] = [
    ("push delivered", true),
    ("push delivered, not prepared", false),
];
const SEEN: &str = "push to be seen in a real Odoo";
const CONNECTIONS: [usize; 2] = [1, 16];

/// A row of so many connections at once.
fn at_once(what: &str, connections: usize) -> String {
    format!("{what}, {connections} at once")
}

/// Everything of this room.
pub(crate) async fn measure(card: &mut Card) -> anyhow::Result<()> {
    let at_once_of = |what: &str| CONNECTIONS.map(|connections| at_once(what, connections));
    let short = [HELLO, KEPT]
        .into_iter()
        .chain(SHORT.iter().map(|row| row.0));
    let pushed = PUSHES.iter().map(|row| row.0);
    let rows: Vec<String> = short.chain(pushed).flat_map(at_once_of).collect();
    let delivered = DELIVERED.iter().map(|row| row.0);
    if card.wants_any(rows.iter().map(String::as_str).chain(delivered)) {
        simulated(card).await?;
    }
    match RealOdoo::from_environment() {
        Some(odoo) if card.wants(SEEN) => seen(card, odoo).await,
        _ => Ok(()),
    }
}

async fn simulated(card: &mut Card) -> anyhow::Result<()> {
    tokio::task::spawn_blocking(build_guests).await??;
    // Its store is a file as well, as the bridge's is.
    let folder = tempfile::tempdir()?;
    let waits = Waits::default();
    let hello = App::builder(GUESTS)
        .key_value_file(folder.path().join("hello.db"))
        .key_value_limits(KeyValueLimits::NONE)
        .hooks(waits.clone())
        .listen(([127, 0, 0, 1], 0))
        .start()
        .await?;
    let rig = rig(Journal::simulated(19).await?, 400).await?;
    let plain = without_preparation(folder.path())?;
    for connections in CONNECTIONS {
        short_answers(card, &hello, &rig, connections).await?;
        pushes(card, &hello, &rig, &plain, connections).await?;
    }
    if card.wants(KEPT) {
        let keep = || post("/keep/profile/1/0".to_owned(), String::new());
        let took = profiled(&hello, &waits, (0..DELIVERIES).map(|_| keep())).await?;
        card.add(Row::time(KEPT, took).note(waits.to_string()));
    }
    let records = rig.sites[0].ucm.pushed_records(false);
    for (what, is_prepared) in DELIVERED {
        if card.wants(what) {
            let waits = Waits::default();
            let app = starting(&rig, (!is_prepared).then_some(plain.as_path()))
                .hooks(waits.clone())
                .start()
                .await?;
            card.add(delivery(what, &app, &waits, &records).await?);
            app.stop().await;
            rig.forget_state()?;
        }
    }
    Ok(())
}

/// Every kind of short answer beside the hello-world.
async fn short_answers(
    card: &mut Card,
    hello: &App,
    rig: &Rig,
    connections: usize,
) -> anyhow::Result<()> {
    let rows = SHORT.map(|(what, path, component)| (at_once(what, connections), path, component));
    let hello_row = at_once(HELLO, connections);
    let wanted = rows.iter().map(|row| row.0.as_str());
    if !card.wants_any(wanted.chain([hello_row.as_str()])) {
        return Ok(());
    }
    let requests = 300 * connections;
    let hi = |_| request("GET", "/", "", Bytes::new());
    let limit = load(hello, connections, requests, hi).await?;
    card.add(
        limit
            .row(hello_row)
            .peak_memory_bytes(hello.peak_memory_bytes("hello")),
    );
    let app = listening(rig).await?;
    for (what, path, component) in rows {
        let token = match component {
            "webhook" => SECRET,
            _ => ADMIN_TOKEN,
        };
        if card.wants(&what) {
            let ask = |_| request("GET", path, token, Bytes::new());
            let measured = load(&app, connections, requests, ask).await?;
            let row = measured
                .row(what)
                .limit(limit.per_second)
                .peak_memory_bytes(app.peak_memory_bytes(component));
            card.add(row);
        }
    }
    app.stop().await;
    rig.forget_state()
}

/// Pushes beside a hello-world that writes the store as often, with Odoo up and down.
async fn pushes(
    card: &mut Card,
    hello: &App,
    rig: &Rig,
    plain: &Path,
    connections: usize,
) -> anyhow::Result<()> {
    let records = rig.sites[0].ucm.pushed_records(false);
    for (what, is_prepared, is_down) in PUSHES {
        let what = at_once(what, connections);
        if !card.wants(&what) {
            continue;
        }
        if is_down {
            rig.journal.handle().go_down().await;
        }
        let writes = Writes::default();
        let waits = Waits::default();
        let app = starting(rig, (!is_prepared).then_some(plain))
            .hooks((writes.clone(), waits.clone()))
            .start()
            .await?;
        let turns = in_turns(hello, &app, &writes, connections, &records).await?;
        let (measured, limit) = median(turns).context("a turn")?;
        let (sets, deletes) = writes.of_each();
        let row = measured
            .row(what)
            .limit(limit)
            .peak_memory_bytes(app.peak_memory_bytes("webhook"))
            .also(format!("{sets:.2} writes, {deletes:.2} deletions"));
        let pushed = records.iter().take(DELIVERIES).cloned();
        let pushed = pushed.map(|record| post("/webhook/bench".to_owned(), record));
        profiled(&app, &waits, pushed).await?;
        let row = row.also(waits.to_string());
        // What has not been prepared is not what is shipped.
        card.add(match is_prepared {
            true => row.goal(Goal::AtLeast(0.7)),
            false => row,
        });
        app.stop().await;
        rig.forget_state()?;
        rig.journal.handle().come_back().await;
    }
    Ok(())
}

/// The two in turns, so that what else the machine does for a moment weighs on both; each turn with its limit.
async fn in_turns(
    hello: &App,
    app: &App,
    writes: &Writes,
    connections: usize,
    records: &[String],
) -> anyhow::Result<Vec<(Measured, f64)>> {
    let record = |index: usize| records[index % records.len()].clone();
    let requests = 200 * connections.min(8);
    let mut turns = Vec::new();
    for _ in 0..TURNS {
        let push = |index| {
            writes.note_request();
            post("/webhook/bench".to_owned(), record(index))
        };
        let measured = load(app, connections, requests, push).await?;
        ensure!(measured.status == 200, "{}", measured.status);
        let (sets, deletes) = writes.of_each();
        let keep = |index: usize| {
            let (sets, deletes) = (share(sets, index), share(deletes, index));
            let path = format!("/keep/{}/{sets}/{deletes}", index % 256);
            post(path, record(index))
        };
        let limit = load(hello, connections, requests, keep).await?;
        turns.push((measured, limit.per_second));
    }
    Ok(turns)
}

/// The turn in the middle, by its part of the limit.
fn median(mut turns: Vec<(Measured, f64)>) -> Option<(Measured, f64)> {
    turns.sort_by(|(a, of_a), (b, of_b)| (a.per_second / of_a).total_cmp(&(b.per_second / of_b)));
    let middle = turns.len() / 2;
    turns.into_iter().nth(middle)
}

async fn rig(journal: Journal, calls: usize) -> anyhow::Result<Rig> {
    let ucm = office(30, calls).await?;
    let site = Site::new("bench", ucm).with(json!({ "poll": false, "push_secret": SECRET }));
    let rig = Rig::around(journal, now())
        .site(site)
        .start_without_setup()
        .await?;
    // On the real clock: a real Odoo on a busy machine takes its time.
    let app = listening(&rig).await?;
    let setup = request("POST", "/setup", ADMIN_TOKEN, Bytes::new());
    let status = ask(&client(), &app, setup).await?;
    ensure!(status == 200, "the set-up failed: {status}");
    app.stop().await;
    Ok(rig)
}

/// The application's manifest with the webhook as cargo builds it.
fn without_preparation(folder: &Path) -> anyhow::Result<PathBuf> {
    let manifest = system::manifest();
    let root = manifest.parent().context("a folder")?.canonicalize()?;
    let text = std::fs::read_to_string(&manifest)?
        .replace("webhook.prepared.wasm\"", "webhook.wasm\"")
        .replace(
            "source = \"target/",
            &format!("source = \"{}/target/", root.display()),
        );
    let plain = folder.join("plain.toml");
    std::fs::write(&plain, text)?;
    Ok(plain)
}

fn starting(rig: &Rig, manifest: Option<&Path>) -> AppBuilder {
    let app = match manifest {
        Some(manifest) => rig.app_of(manifest),
        None => rig.app(),
    };
    app.clock(Clock::Real)
        .timeout_scale(1.0)
        .listen(([127, 0, 0, 1], 0))
}

/// How often an application writes to its store for so many requests.
#[derive(Clone, Default)]
struct Writes(Arc<Counts>);

#[derive(Default)]
struct Counts {
    requests: AtomicUsize,
    sets: AtomicUsize,
    deletes: AtomicUsize,
}

impl Hooks for Writes {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        if let EffectKind::KeyValue {
            operation,
            stage: Stage::After,
            ..
        } = &effect.kind
        {
            match operation {
                KeyValueOperation::Set => _ = self.0.sets.fetch_add(1, Ordering::Relaxed),
                KeyValueOperation::Delete => _ = self.0.deletes.fetch_add(1, Ordering::Relaxed),
                _ => {}
            }
        }
        Verdict::Continue
    }
}

impl Writes {
    fn note_request(&self) {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Writes and deletions of one request.
    fn of_each(&self) -> (f64, f64) {
        let counted = |count: &AtomicUsize| count.load(Ordering::Relaxed) as f64;
        let requests = counted(&self.0.requests).max(1.0);
        (
            counted(&self.0.sets) / requests,
            counted(&self.0.deletes) / requests,
        )
    }
}

/// Watches requests one after the other until each is answered, and gives the median of what they took.
async fn profiled(
    app: &App,
    waits: &Waits,
    requests: impl Iterator<Item = Request>,
) -> anyhow::Result<Duration> {
    let client = client();
    let mut took = Vec::new();
    for request in requests {
        app.settled().await;
        let sent = Instant::now();
        waits.begin();
        ask(&client, app, request).await?;
        waits.end();
        took.push(sent.elapsed());
    }
    took.sort();
    Ok(percentile(&took, 50))
}

/// Whole ones for one request of many, so that all have so many on average.
fn share(of_each: f64, index: usize) -> usize {
    ((index + 1) as f64 * of_each) as usize - (index as f64 * of_each) as usize
}

/// One push after the other, each brought into the simulated Odoo before the next.
async fn delivery(what: &str, app: &App, waits: &Waits, records: &[String]) -> anyhow::Result<Row> {
    let client = client();
    let cpu = Cpu::now()?;
    let mut took = Vec::new();
    for record in records.iter().take(DELIVERIES) {
        let sent = Instant::now();
        waits.begin();
        push(&client, app, "/webhook/bench", record).await?;
        app.settled().await;
        waits.end();
        took.push(sent.elapsed());
    }
    let cpu = cpu.since()?;
    took.sort();
    let cpu_ms = millis(cpu) / DELIVERIES as f64;
    Ok(Row::time(what, percentile(&took, 50))
        .cpu(cpu)
        .peak_memory_bytes(app.peak_memory_bytes("webhook"))
        .note(format!(
            "p50 of {DELIVERIES}, CPU {cpu_ms:.1} ms a push, the simulated Odoo included, {waits}"
        )))
}

/// From the push to the call in a real Odoo, as somebody sees it who looks all the time.
async fn seen(card: &mut Card, odoo: RealOdoo) -> anyhow::Result<()> {
    let rig = rig(Journal::real(odoo).await?, 0).await?;
    rig.journal.remove("bench").await?;
    let app = listening(&rig).await?;
    let client = client();
    let start = now() - Duration::from_secs(20_000);
    for index in 0..VISIBLE {
        let at = start + Duration::from_secs(u64::try_from(index)? * 150);
        let number = format!("+331426677{:02}", index % 20);
        rig.sites[0]
            .ucm
            .add_call(&Call::new(Scenario::Answered, at).with(&number, "Ana"));
    }
    let mut took = Vec::new();
    for (index, record) in rig.sites[0].ucm.pushed_records(false).iter().enumerate() {
        let sent = Instant::now();
        push(&client, &app, "/webhook/bench", record).await?;
        while rig.journal.count("bench").await? <= u64::try_from(index)? {
            ensure!(
                sent.elapsed() < Duration::from_secs(30),
                "the call does not arrive"
            );
        }
        took.push(sent.elapsed());
        app.settled().await;
    }
    took.sort();
    let row = Row::time(SEEN, percentile(&took, 50))
        .peak_memory_bytes(app.peak_memory_bytes("webhook"))
        .note(format!(
            "p50 of {VISIBLE}, p95 {:.0} ms",
            millis(percentile(&took, 95))
        ));
    card.add(row);
    app.stop().await;
    rig.journal.remove("bench").await
}

/// How often pushes and what they are measured against take turns; an odd number has a median.
const TURNS: usize = 5;
/// Pushes that are delivered one by one.
const DELIVERIES: usize = 60;
/// Pushes whose way into a real Odoo is timed.
const VISIBLE: usize = 100;

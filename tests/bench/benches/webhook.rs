//! What short answers and pushes cost beside a hello-world on the same host, all of it on kept connections, with and without
//! pre-initialisation, and how soon a push is visible in Odoo.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use host::{
    App, AppBuilder, Clock, Effect, EffectKind, Hooks, KeyValueLimits, KeyValueOperation, Stage,
    Verdict,
};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use peers::ucm::{Call, Country, Scenario, Traffic, Ucm};
use serde_json::json;
use system::{Journal, RealOdoo, Rig, Site};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // `cargo test --benches` asks every benchmark to run once in test mode: there is nothing to test here.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    let guests = concat!(env!("CARGO_MANIFEST_DIR"), "/guests/spin.toml");
    host::build(
        &host::Manifest::load(guests)?,
        host::Effort::Shipped,
        host::BuildOutput::Shown,
    )?;
    // Its store is a file as well, as the bridge's is.
    let folder = tempfile::tempdir()?;
    let hello = App::builder(guests)
        .key_value_file(folder.path().join("hello.db"))
        .key_value_limits(KeyValueLimits::NONE)
        .listen(([127, 0, 0, 1], 0))
        .start()
        .await?;
    let rig = rig(Journal::simulated(19).await?, 400).await?;
    let plain = without_preparation()?;
    for connections in [1, 16] {
        println!("{connections} connection(s)");
        short_answers(&hello, &rig, connections).await?;
        pushes(&hello, &rig, &plain, connections).await?;
    }
    let records = rig.sites[0].ucm.pushed_records(false);
    for (name, manifest) in [("webhook", None), ("not prepared", Some(plain.as_path()))] {
        let app = listening(&rig, manifest).await?;
        delivery(name, &app, &records).await?;
        app.stop().await;
        rig.forget_state()?;
    }
    std::fs::remove_file(plain)?;
    match RealOdoo::from_environment() {
        Some(odoo) => visible(odoo).await,
        None => {
            println!("visible     no real Odoo is named (ODOO_URL ...)");
            Ok(())
        }
    }
}

/// Every kind of short answer beside the hello-world.
async fn short_answers(hello: &App, rig: &Rig, connections: usize) -> anyhow::Result<()> {
    let requests = 300 * connections;
    let hi = |_| request("GET", "/", "", Bytes::new());
    let limit = load(hello, connections, requests, hi).await?;
    limit.print("hello-world", &limit);
    let app = listening(rig, None).await?;
    for (path, token) in [
        ("/health", system::ADMIN_TOKEN),
        ("/status", system::ADMIN_TOKEN),
        ("/metrics", system::ADMIN_TOKEN),
        ("/listen/nothing", system::ADMIN_TOKEN),
        ("/webhook/bench", SECRET),
    ] {
        let ask = |_| request("GET", path, token, Bytes::new());
        let measured = load(&app, connections, requests, ask).await?;
        measured.print(path, &limit);
    }
    app.stop().await;
    rig.forget_state()
}

/// Pushes beside a hello-world that writes the store as often, with Odoo up and down.
async fn pushes(
    hello: &App,
    rig: &Rig,
    plain: &std::path::Path,
    connections: usize,
) -> anyhow::Result<()> {
    let records = rig.sites[0].ucm.pushed_records(false);
    let record = |index: usize| records[index % records.len()].clone();
    let requests = 500 * connections.min(8);
    for (name, manifest, is_down) in [
        ("push, Odoo up", None, false),
        ("push, Odoo down", None, true),
        ("not prepared", Some(plain), true),
    ] {
        if is_down {
            rig.journal.handle().go_down();
        }
        let writes = Writes::default();
        let app = starting(rig, manifest)
            .hooks(writes.clone())
            .start()
            .await?;
        let push = |index| post("/webhook/bench".to_owned(), record(index));
        let measured = load(&app, connections, requests, push).await?;
        ensure!(measured.status == 200, "{}", measured.status);
        let (sets, deletes) = writes.of_each(requests + 1);
        let keep = |index: usize| {
            let (sets, deletes) = (share(sets, index), share(deletes, index));
            post(
                format!("/keep/{}/{sets}/{deletes}", index % 256),
                record(index),
            )
        };
        let limit = load(hello, connections, requests, keep).await?;
        println!("  of each {name}: {sets:.2} writes, {deletes:.2} deletions");
        limit.print("hello, and keep", &limit);
        measured.print(name, &limit);
        app.stop().await;
        rig.forget_state()?;
        rig.journal.handle().come_back();
    }
    Ok(())
}

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap_or_default()
}

async fn rig(journal: Journal, calls: usize) -> anyhow::Result<Rig> {
    let traffic = Traffic {
        seed: 42,
        days: 30,
        calls,
    };
    let ucm = Ucm::builder()
        .country(Country::Fr)
        .zone("Europe/Paris")
        .now(now())
        .traffic(traffic)
        .start()
        .await?;
    let site = Site::new("bench", ucm).with(json!({ "poll": false, "push_secret": SECRET }));
    let rig = Rig::around(journal, now())
        .site(site)
        .start_without_setup()
        .await?;
    // On the real clock: a real Odoo on a busy machine takes its time.
    let app = listening(&rig, None).await?;
    let client: Http = Client::builder(TokioExecutor::new()).build_http();
    let request = http::Request::post(format!("{}/setup", app.url()))
        .header("authorization", format!("Bearer {}", system::ADMIN_TOKEN))
        .body(Full::default())?;
    let status = client.request(request).await?.status();
    ensure!(status == 200, "the set-up failed: {status}");
    app.stop().await;
    Ok(rig)
}

/// The application's manifest with the webhook as cargo builds it.
fn without_preparation() -> anyhow::Result<std::path::PathBuf> {
    let manifest = system::manifest();
    let root = manifest.parent().context("a folder")?.canonicalize()?;
    let text = std::fs::read_to_string(&manifest)?
        .replace("webhook.prepared.wasm\"", "webhook.wasm\"")
        .replace(
            "source = \"target/",
            &format!("source = \"{}/target/", root.display()),
        );
    let plain = std::env::temp_dir().join(format!("ucm-odoo-plain-{}.toml", std::process::id()));
    std::fs::write(&plain, text)?;
    Ok(plain)
}

async fn listening(rig: &Rig, manifest: Option<&std::path::Path>) -> anyhow::Result<App> {
    Ok(starting(rig, manifest).start().await?)
}

fn starting(rig: &Rig, manifest: Option<&std::path::Path>) -> AppBuilder {
    let app = match manifest {
        Some(manifest) => rig.app_of(manifest),
        None => rig.app(),
    };
    app.clock(Clock::Real)
        .timeout_scale(1.0)
        .listen(([127, 0, 0, 1], 0))
}

/// How often an application writes to its store.
#[derive(Clone, Default)]
struct Writes(Arc<[AtomicUsize; 2]>);

impl Hooks for Writes {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        if let EffectKind::KeyValue {
            operation,
            stage: Stage::After,
            ..
        } = &effect.kind
        {
            let [sets, deletes] = &*self.0;
            match operation {
                KeyValueOperation::Set => drop(sets.fetch_add(1, Ordering::Relaxed)),
                KeyValueOperation::Delete => drop(deletes.fetch_add(1, Ordering::Relaxed)),
                _ => {}
            }
        }
        Verdict::Continue
    }
}

impl Writes {
    /// Writes and deletions of one of so many requests.
    fn of_each(&self, requests: usize) -> (f64, f64) {
        let [sets, deletes] = [0, 1].map(|kind| self.0[kind].load(Ordering::Relaxed) as f64);
        (sets / requests as f64, deletes / requests as f64)
    }
}

/// Whole ones for one request of many, so that all have so many on average.
fn share(of_each: f64, index: usize) -> usize {
    ((index + 1) as f64 * of_each) as usize - (index as f64 * of_each) as usize
}

type Http = Client<HttpConnector, Full<Bytes>>;

type Request = http::Request<Full<Bytes>>;

/// What a UCM pushes.
fn post(path: String, record: String) -> Request {
    request("POST", &path, SECRET, Bytes::from(record))
}

fn request(method: &str, path: &str, token: &str, body: Bytes) -> Request {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = method.parse().unwrap_or_default();
    *request.uri_mut() = path.parse().unwrap_or_default();
    if let Ok(value) = format!("Bearer {token}").parse() {
        request.headers_mut().insert("authorization", value);
    }
    request
}

/// Sends `request` to the application, and gives the status of the answer.
async fn ask(client: &Http, app: &App, mut request: Request) -> anyhow::Result<http::StatusCode> {
    *request.uri_mut() = format!("{}{}", app.url(), request.uri()).parse()?;
    let response = client.request(request).await?;
    let status = response.status();
    response.into_body().collect().await?;
    Ok(status)
}

async fn push(client: &Http, app: &App, path: &str, record: &str) -> anyhow::Result<()> {
    let status = ask(client, app, post(path.to_owned(), record.to_owned())).await?;
    ensure!(status == 200, "{status}");
    Ok(())
}

/// What some requests took.
struct Measured {
    status: http::StatusCode,
    per_second: f64,
    p50: Duration,
    p99: Duration,
    cpu: Duration,
}

impl Measured {
    /// A line of the table, with the rate as a part of the limit's.
    fn print(&self, name: &str, limit: &Self) {
        println!(
            "  {name:<16} {:>6.0} requests/s ({:.2}), p50 {:>6.2} ms, p99 {:>6.2} ms ({:.1}), CPU {:>5.2} ms a request",
            self.per_second,
            self.per_second / limit.per_second,
            millis(self.p50),
            millis(self.p99),
            self.p99.as_secs_f64() / self.p50.as_secs_f64(),
            millis(self.cpu),
        );
    }
}

/// Requests on so many kept connections: each is answered before the next of its connection is sent.
async fn load(
    app: &App,
    connections: usize,
    requests: usize,
    request: impl Fn(usize) -> Request,
) -> anyhow::Result<Measured> {
    let client: Http = Client::builder(TokioExecutor::new()).build_http();
    let status = ask(&client, app, request(0)).await?;
    app.settled().await;
    let (begun, cpu) = (Instant::now(), cpu_time()?);
    let senders = (0..connections).map(|sender| {
        let (client, request) = (client.clone(), &request);
        async move {
            let mut took = Vec::new();
            for index in (sender..requests).step_by(connections) {
                let sent = Instant::now();
                let answered = ask(&client, app, request(index)).await?;
                ensure!(answered == status, "{answered} after {status}");
                took.push(sent.elapsed());
            }
            anyhow::Ok(took)
        }
    });
    let mut took = futures::future::try_join_all(senders).await?.concat();
    let elapsed = begun.elapsed();
    app.settled().await;
    let cpu = (cpu_time()? - cpu) / u32::try_from(requests)?;
    took.sort();
    Ok(Measured {
        status,
        per_second: requests as f64 / elapsed.as_secs_f64(),
        p50: took[requests / 2],
        p99: took[requests * 99 / 100],
        cpu,
    })
}

/// One push after the other, each brought into the simulated Odoo before the next.
async fn delivery(name: &str, app: &App, records: &[String]) -> anyhow::Result<()> {
    let client: Http = Client::builder(TokioExecutor::new()).build_http();
    let cpu = cpu_time()?;
    for record in records.iter().take(DELIVERIES) {
        push(&client, app, "/webhook/bench", record).await?;
        app.settled().await;
    }
    let cpu = (cpu_time()? - cpu) / u32::try_from(DELIVERIES)?;
    println!(
        "delivery    {name}: CPU {:.1} ms a push, the simulated Odoo included",
        millis(cpu)
    );
    Ok(())
}

/// From the push to the call in a real Odoo, as somebody sees it who looks all the time.
async fn visible(odoo: RealOdoo) -> anyhow::Result<()> {
    let rig = rig(Journal::real(odoo).await?, 0).await?;
    rig.journal.remove("bench").await?;
    let app = listening(&rig, None).await?;
    let client: Http = Client::builder(TokioExecutor::new()).build_http();
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
    println!(
        "visible     {} pushes, each seen in a real Odoo after p50 {:.0} ms, p95 {:.0} ms",
        took.len(),
        millis(took[took.len() / 2]),
        millis(took[took.len() * 95 / 100]),
    );
    app.stop().await;
    rig.journal.remove("bench").await
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// User and system time of this process, which holds client, host and peers; in hundredths of a second, as Linux counts.
fn cpu_time() -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .context("a process")?
        .split_whitespace()
        .collect();
    let ticks: u64 = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
    Ok(Duration::from_millis(ticks * 10))
}

const SECRET: &str = "the-secret-of-the-benchmark";
/// Pushes that are delivered one by one.
const DELIVERIES: usize = 60;
/// Pushes whose way into a real Odoo is timed.
const VISIBLE: usize = 100;

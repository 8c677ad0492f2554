//! What a push costs beside a hello-world on the same host, with and without pre-initialisation, and how soon it is visible in Odoo.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use host::{App, Clock};
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
    host::build(&host::Manifest::load(guests)?, host::BuildOutput::Shown)?;
    let hello = App::builder(guests)
        .listen(([127, 0, 0, 1], 0))
        .start()
        .await?;
    let rig = rig(Journal::simulated(19).await?, 400).await?;
    let records = Arc::new(rig.sites[0].ucm.pushed_records(false));
    let plain = without_preparation()?;
    for (name, connections, requests) in
        [("one connection", 1, 1_000), ("16 connections", 16, 4_000)]
    {
        println!("{name}");
        load("hello-world", &hello, "/", &records, connections, requests).await?;
        for (name, manifest, requests) in [
            ("webhook", None, requests),
            ("not prepared", Some(&plain), requests / 4),
        ] {
            // Without Odoo: the cost of a durable answer. Bringing calls in is measured below.
            rig.journal.handle().go_down();
            let app = listening(&rig, manifest).await?;
            load(
                name,
                &app,
                "/webhook/bench",
                &records,
                connections,
                requests,
            )
            .await?;
            app.stop().await;
            rig.forget_state()?;
            rig.journal.handle().come_back();
        }
    }
    for (name, manifest) in [("webhook", None), ("not prepared", Some(&plain))] {
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

async fn listening(rig: &Rig, manifest: Option<&std::path::PathBuf>) -> anyhow::Result<App> {
    let app = match manifest {
        Some(manifest) => rig.app_of(manifest),
        None => rig.app(),
    };
    Ok(app
        .clock(Clock::Real)
        .timeout_scale(1.0)
        .listen(([127, 0, 0, 1], 0))
        .start()
        .await?)
}

type Http = Client<HttpConnector, Full<Bytes>>;

async fn push(client: &Http, app: &App, path: &str, record: &str) -> anyhow::Result<()> {
    let request = http::Request::post(format!("{}{path}", app.url()))
        .header("authorization", format!("Bearer {SECRET}"))
        .body(Full::new(Bytes::from(record.to_owned())))?;
    let response = client.request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    ensure!(
        status == 200,
        "{status}: {}",
        String::from_utf8_lossy(&body)
    );
    Ok(())
}

/// Requests per second, the distribution of the time to the answer, and the CPU of client and host together.
async fn load(
    name: &str,
    app: &App,
    path: &str,
    records: &Arc<Vec<String>>,
    connections: usize,
    requests: usize,
) -> anyhow::Result<()> {
    let client: Http = Client::builder(TokioExecutor::new()).build_http();
    push(&client, app, path, &records[0]).await?;
    app.settled().await;
    let (begun, cpu) = (Instant::now(), cpu_time()?);
    let pushers = (0..connections).map(|pusher| {
        let client = client.clone();
        async move {
            let mut took = Vec::new();
            for index in (pusher..requests).step_by(connections) {
                let sent = Instant::now();
                push(&client, app, path, &records[index % records.len()]).await?;
                took.push(sent.elapsed());
            }
            anyhow::Ok(took)
        }
    });
    let mut took = futures::future::try_join_all(pushers).await?.concat();
    let elapsed = begun.elapsed();
    app.settled().await;
    let cpu = cpu_time()? - cpu;
    took.sort();
    println!(
        "  {name:<13} {:>6.0} requests/s, p50 {:>6.2} ms, p99 {:>6.2} ms, CPU {:>5.2} ms a request",
        requests as f64 / elapsed.as_secs_f64(),
        millis(took[requests / 2]),
        millis(took[requests * 99 / 100]),
        millis(cpu) / requests as f64,
    );
    Ok(())
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

//! First import against raw batches of the same rows; the idle poll; the steady poll with little and with much history.

use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use peers::ucm::{Country, Traffic, Ucm};
use serde_json::{Value, json};
use system::{Journal, RealOdoo, Rig, Site};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // `cargo test --benches` asks every benchmark to run once in test mode: there is nothing to test here.
    if std::env::args().any(|argument| argument == "--test") {
        return Ok(());
    }
    sizes()?;
    first_import().await?;
    idle_poll().await?;
    steady_poll().await
}

fn sizes() -> anyhow::Result<()> {
    system::build()?;
    let manifest = host::Manifest::load(system::manifest())?;
    for (name, component) in &manifest.components {
        let bytes = std::fs::metadata(&component.source)?.len();
        println!("size        {name}: {:.2} MB", bytes as f64 / 1e6);
    }
    Ok(())
}

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap_or_default()
}

async fn journal() -> anyhow::Result<Journal> {
    match RealOdoo::from_environment() {
        Some(odoo) => Journal::real(odoo).await,
        None => Journal::simulated(19).await,
    }
}

async fn office(days: u32, calls: usize) -> anyhow::Result<Ucm> {
    let traffic = Traffic {
        seed: 42,
        days,
        calls,
    };
    Ok(Ucm::builder()
        .country(Country::Fr)
        .zone("Europe/Paris")
        .now(now())
        .traffic(traffic)
        .start()
        .await?)
}

async fn rig(id: &str, days: u32, calls: usize) -> anyhow::Result<Rig> {
    let site = Site::new(id, office(days, calls).await?).with(json!({ "days": days }));
    Rig::around(journal().await?, now())
        .site(site)
        .variable("run_budget_secs", "600")
        .start()
        .await
}

/// The limit is Odoo itself: the same contacts and calls, sent in batches by a client that does nothing else.
async fn first_import() -> anyhow::Result<()> {
    let rig = rig("bench", 30, CALLS).await?;
    rig.journal.remove("bench").await?;
    let begun = Instant::now();
    let report = rig.sync().await?;
    let bridge = begun.elapsed();
    anyhow::ensure!(report["servers"][0]["status"] == "complete", "{report}");

    let calls = rig.journal.calls("bench").await?;
    let contacts = rig.journal.contacts_made_for(&calls).await?;
    rig.journal.remove("bench").await?;
    let raw = raw(&rig, &contacts, &calls).await?;
    rig.journal.remove("bench").await?;
    let per_sec = |took: Duration| calls.len() as f64 / took.as_secs_f64();
    println!(
        "import      {} calls, {} contacts: bridge {:.0} calls/s, raw batches {:.0} calls/s, ratio {:.2} (goal 0.9); {}",
        calls.len(),
        contacts.len(),
        per_sec(bridge),
        per_sec(raw),
        raw.as_secs_f64() / bridge.as_secs_f64(),
        report["servers"][0],
    );
    Ok(())
}

async fn raw(rig: &Rig, contacts: &[Value], calls: &[Value]) -> anyhow::Result<Duration> {
    let client: Client<HttpConnector, Full<Bytes>> =
        Client::builder(TokioExecutor::new()).build_http();
    let begun = Instant::now();
    for batch in contacts.chunks(200) {
        let rows: Vec<Value> = batch
            .iter()
            .map(|row| {
                let mut contact = only(row, &["name", "phone", "comment"]);
                contact["x_ucm_contact_ids"] = json!([[0, 0, { "x_name": row["phone"] }]]);
                contact
            })
            .collect();
        create(
            &client,
            rig,
            "res.partner",
            rows,
            json!({ "tracking_disable": true }),
        )
        .await?;
    }
    let fields: Vec<&str> = calls
        .first()
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .filter(|name| WRITTEN.contains(name))
        .collect();
    for batch in calls.chunks(500) {
        let rows = batch.iter().map(|row| only(row, &fields)).collect();
        create(&client, rig, "x_ucm_call", rows, json!({})).await?;
    }
    Ok(begun.elapsed())
}

fn only(row: &Value, fields: &[&str]) -> Value {
    fields
        .iter()
        .map(|field| ((*field).to_owned(), row[*field].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

async fn create(
    client: &Client<HttpConnector, Full<Bytes>>,
    rig: &Rig,
    model: &str,
    rows: Vec<Value>,
    context: Value,
) -> anyhow::Result<()> {
    let odoo = rig.journal.reached();
    let body = json!({ "vals_list": rows, "context": context });
    let request = http::Request::post(format!("{}/json/2/{model}/create", odoo.url))
        .header("content-type", "application/json")
        .header("authorization", format!("bearer {}", odoo.api_key))
        .header("x-odoo-database", &odoo.database)
        .body(Full::new(Bytes::from(body.to_string())))?;
    let response = client.request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    anyhow::ensure!(
        status.is_success(),
        "{status}: {}",
        String::from_utf8_lossy(&body)
    );
    Ok(())
}

/// What a poll asks when nothing has happened.
async fn idle_poll() -> anyhow::Result<()> {
    let rig = rig("idle", 30, 500).await?;
    rig.run_to_completion(10).await?;
    rig.advance(Duration::from_secs(300));
    let report = rig.sync().await?;
    let server = &report["servers"][0];
    println!(
        "idle poll   {} request to the UCM (goal 1), {} to Odoo (goal 0)",
        server["ucm_requests"], server["odoo_requests"]
    );
    rig.journal.remove("idle").await
}

/// The same traffic a day, ten times the history. The two are polled in turn, so that what else the machine does slows both.
async fn steady_poll() -> anyhow::Result<()> {
    let mut rigs = Vec::new();
    for days in [30, 300] {
        let rig = rig(&format!("steady-{days}"), days, usize::try_from(days)? * 25).await?;
        rig.run_to_completion(10).await?;
        rigs.push((days, rig, Vec::new()));
    }
    let mut legs = Value::Null;
    for _ in 0..POLLS {
        for (_, rig, took) in &mut rigs {
            rig.advance(Duration::from_secs(60));
            let begun = Instant::now();
            legs = rig.sync().await?["servers"][0]["legs"].clone();
            took.push(begun.elapsed());
        }
    }
    let mut medians = Vec::new();
    for (days, rig, took) in &mut rigs {
        took.sort();
        let median_ms = took[POLLS / 2].as_secs_f64() * 1e3;
        println!(
            "steady poll {days} days of history: {median_ms:.1} ms median of {POLLS}, {legs} legs read"
        );
        medians.push(median_ms);
        rig.journal.remove(&rig.sites[0].id).await?;
    }
    println!(
        "steady poll ratio 300 to 30 days: {:.2} (goal 1)",
        medians[1] / medians[0]
    );
    Ok(())
}

/// Polls of the steady state; an odd number has a median.
const POLLS: usize = 41;
/// Calls in the month of the first import.
const CALLS: usize = 5_000;
/// The fields of a call that the bridge writes.
const WRITTEN: [&str; 26] = [
    "x_name",
    "x_uid",
    "x_server",
    "x_session",
    "x_started_at",
    "x_answered_at",
    "x_ended_at",
    "x_direction",
    "x_outcome",
    "x_disposition",
    "x_caller_number",
    "x_caller_name",
    "x_called_number",
    "x_called_name",
    "x_number",
    "x_duration",
    "x_talk_seconds",
    "x_ring_seconds",
    "x_extension",
    "x_trunk",
    "x_recordings",
    "x_recording_count",
    "x_journey",
    "x_legs",
    "x_match",
    "x_fingerprint",
];

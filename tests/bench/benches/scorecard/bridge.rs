//! First import against raw batches of the same rows; the idle poll; the steady poll with little and with much history.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bench::{Card, Goal, Row, Unit};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use peers::odoo::Fault;
use serde_json::{Value, json};
use system::{Journal, RealOdoo, Rig, Site};

use crate::load::{Http, client};
use crate::support::{ask, millis, now, office};

/// First imports: the row, and whether the simulated Odoo takes its time as a real one does.
const IMPORTS: [(&str, bool); 2] = [
    ("first import", true),
    ("first import, into an Odoo that takes no time", false),
];
const IDLE_UCM: &str = "idle poll, to the UCM";
const IDLE_ODOO: &str = "idle poll, to Odoo";
const STEADY: [(&str, u32); 2] = [
    ("steady poll, 30 days of history", 30),
    ("steady poll, 300 days of history", 300),
];

/// How large the components are, first import, idle and steady polls.
pub(crate) async fn measure(card: &mut Card) -> anyhow::Result<()> {
    sizes(card)?;
    for (what, takes_its_time) in IMPORTS {
        if card.wants(what) {
            first_import(card, what, takes_its_time).await?;
        }
    }
    if card.wants_any([IDLE_UCM, IDLE_ODOO].into_iter()) {
        idle_poll(card).await?;
    }
    if card.wants_any(STEADY.iter().map(|(what, _)| *what)) {
        steady_poll(card).await?;
    }
    Ok(())
}

fn sizes(card: &mut Card) -> anyhow::Result<()> {
    system::build()?;
    let manifest = host::Manifest::load(system::manifest())?;
    for (name, component) in &manifest.components {
        let bytes = std::fs::metadata(&component.source)?.len();
        let what = format!("size of {name}");
        card.add(Row::new(what, bytes as f64 / 1e6, Unit::Megabytes));
    }
    Ok(())
}

/// The Odoo that the environment names, or a simulated one.
async fn journal() -> anyhow::Result<Journal> {
    match RealOdoo::from_environment() {
        Some(odoo) => Journal::real(odoo).await,
        None => Journal::simulated(19).await,
    }
}

/// A bridge to an office with so many calls in so many days.
async fn rig(id: &str, days: u32, calls: usize) -> anyhow::Result<Rig> {
    let site = Site::new(id, office(days, calls).await?).with(json!({ "days": days }));
    Rig::around(journal().await?, now())
        .site(site)
        .variable("run_budget_secs", "600")
        .start()
        .await
}

/// The limit is Odoo itself: the same contacts and calls, sent in batches by a client that does nothing else.
async fn first_import(card: &mut Card, what: &str, takes_its_time: bool) -> anyhow::Result<()> {
    let rig = rig("bench", 30, CALLS).await?;
    if takes_its_time && !rig.journal.is_real() {
        take_time(&rig);
    }
    rig.journal.remove("bench").await?;
    let bridge = ask(&rig, "cdr-poll", "POST", "/sync").await?;
    let report = bridge.server()?;
    ensure!(report["status"] == "complete", "{report}");
    let raw = in_raw_batches(&rig, "bench").await?;
    let row = Row::new(what, raw.per_second(bridge.took), Unit::CallsPerSecond)
        .limit(raw.per_second(raw.took))
        .cpu(bridge.cpu)
        .peak_memory_bytes(bridge.peak_memory_bytes)
        .note(format!(
            "{} calls, {} contacts; {} requests to Odoo, {} to the UCM",
            raw.calls, raw.contacts, report["odoo_requests"], report["ucm_requests"],
        ))
        .also(bridge.waits.to_string());
    card.add(match takes_its_time {
        true => row.goal(Goal::AtLeast(0.9)),
        // What is left is what the component itself takes.
        false => row,
    });
    Ok(())
}

/// Has the simulated Odoo take about as long as a real one for what it creates.
pub(crate) fn take_time(rig: &Rig) {
    let odoo = rig.journal.handle();
    odoo.fault(Fault::laborious(CALL).on("x_ucm_call", "create"));
    odoo.fault(Fault::laborious(CONTACT).on("res.partner", "create"));
}

/// What a server's calls took in raw batches.
pub(crate) struct Raw {
    pub(crate) calls: usize,
    contacts: usize,
    pub(crate) took: Duration,
}

impl Raw {
    /// The calls a second of who took so long.
    pub(crate) fn per_second(&self, took: Duration) -> f64 {
        self.calls as f64 / took.as_secs_f64()
    }
}

/// Takes a server's calls out of the journal, and sends them once more in batches.
pub(crate) async fn in_raw_batches(rig: &Rig, server: &str) -> anyhow::Result<Raw> {
    let calls = rig.journal.calls(server).await?;
    let contacts = rig.journal.contacts_made_for(&calls).await?;
    rig.journal.remove(server).await?;
    let took = raw(rig, &contacts, &calls).await?;
    rig.journal.remove(server).await?;
    Ok(Raw {
        calls: calls.len(),
        contacts: contacts.len(),
        took,
    })
}

async fn raw(rig: &Rig, contacts: &[Value], calls: &[Value]) -> anyhow::Result<Duration> {
    let client = client();
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
        create(&client, rig, "res.partner", rows).await?;
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
        create(&client, rig, "x_ucm_call", rows).await?;
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

async fn create(client: &Http, rig: &Rig, model: &str, rows: Vec<Value>) -> anyhow::Result<()> {
    let odoo = rig.journal.reached();
    let body = json!({ "vals_list": rows, "context": { "tracking_disable": true } });
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
async fn idle_poll(card: &mut Card) -> anyhow::Result<()> {
    let rig = rig("idle", 30, 500).await?;
    rig.run_to_completion(10).await?;
    rig.advance(Duration::from_secs(300));
    let asked = ask(&rig, "cdr-poll", "POST", "/sync").await?;
    let report = asked.server()?;
    for (what, requests, most) in [
        (IDLE_UCM, &report["ucm_requests"], 1.0),
        (IDLE_ODOO, &report["odoo_requests"], 0.0),
    ] {
        let requests = requests.as_f64().context("a number of requests")?;
        let row = Row::new(what, requests, Unit::Requests)
            .goal(Goal::AtMost(most))
            .cpu(asked.cpu)
            .peak_memory_bytes(asked.peak_memory_bytes);
        card.add(row);
    }
    rig.journal.remove("idle").await
}

/// The same traffic a day, ten times the history. The two are polled in turn, so that what else the machine does slows both.
async fn steady_poll(card: &mut Card) -> anyhow::Result<()> {
    let mut rigs = Vec::new();
    for (what, days) in STEADY {
        let rig = rig(&format!("steady-{days}"), days, usize::try_from(days)? * 25).await?;
        rig.run_to_completion(10).await?;
        rigs.push((what, rig, Vec::new()));
    }
    for _ in 0..POLLS {
        for (_, rig, polls) in &mut rigs {
            rig.advance(Duration::from_secs(60));
            polls.push(ask(rig, "cdr-poll", "POST", "/sync").await?);
        }
    }
    let mut little = None;
    for (what, rig, polls) in &mut rigs {
        polls.sort_by_key(|poll| poll.took);
        let middle = polls.get(POLLS / 2).context("a poll")?;
        let (median, waits) = (middle.took, &middle.waits);
        let legs = middle.server()?["legs"].clone();
        let row = Row::time(what.to_owned(), median)
            .cpu(polls.iter().map(|poll| poll.cpu).sum())
            .peak_memory_bytes(polls.iter().filter_map(|poll| poll.peak_memory_bytes).max())
            .note(format!("median of {POLLS}, {legs} legs read, {waits}"));
        // Much history is measured against little.
        card.add(match little {
            // As long as that, but for what else the machine does.
            Some(little) => row.limit(little).goal(Goal::AtMost(1.1)),
            None => row,
        });
        little = Some(millis(median));
        rig.journal.remove(&rig.sites[0].id).await?;
    }
    Ok(())
}

/// Polls of the steady state; an odd number has a median.
const POLLS: usize = 41;
/// How long Odoo 19 works on a call and on a contact that are created in batches, on two quiet cores.
const CALL: Duration = Duration::from_micros(400);
const CONTACT: Duration = Duration::from_millis(2);
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

//! What an office waits for: the set-up, a backlog after Odoo was away, and statistics.

use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use bench::{Card, Cpu, Row, Unit};
use bytes::Bytes;
use host::App;
use serde_json::json;
use system::{Journal, Rig, Site};

use crate::bridge::{in_raw_batches, take_time};
use crate::support::{SECRET, ask, now, office};

const SETUPS: [&str; 2] = ["set-up", "set-up, once more"];
const BACKLOG: &str = "drain of a backlog";
const STATISTICS: [(&str, &str); 3] = [
    ("statistics of a year", "/stats"),
    ("statistics of a year, XLSX", "/stats.xlsx"),
    ("statistics of a year, PDF", "/stats.pdf"),
];

/// Everything of this room; all of it in a simulated Odoo.
pub(crate) async fn measure(card: &mut Card) -> anyhow::Result<()> {
    if card.wants_any(SETUPS.into_iter()) {
        set_up(card).await?;
    }
    if card.wants(BACKLOG) {
        backlog(card).await?;
    }
    if card.wants_any(STATISTICS.iter().map(|(what, _)| *what)) {
        statistics(card).await?;
    }
    Ok(())
}

/// Into an Odoo that knows nothing of the bridge, and into one that has all of it.
async fn set_up(card: &mut Card) -> anyhow::Result<()> {
    let site = Site::new("bench", office(1, 0).await?);
    let rig = Rig::around(Journal::simulated(19).await?, now())
        .site(site)
        .start_without_setup()
        .await?;
    for what in SETUPS {
        let asked = ask(&rig, "odoo-setup", "POST", "/setup").await?;
        card.add(asked.row(what));
    }
    Ok(())
}

/// What has come while Odoo was away, against raw batches of the same rows.
async fn backlog(card: &mut Card) -> anyhow::Result<()> {
    let site = Site::new("bench", office(30, PUSHED).await?)
        .with(json!({ "poll": false, "push_secret": SECRET }));
    let rig = Rig::around(Journal::simulated(19).await?, now())
        .site(site)
        .start()
        .await?;
    pushed_while_away(&rig).await?;
    take_time(&rig);
    rig.advance(Duration::from_secs(3_600));
    let app = rig.app().start().await?;
    let (begun, cpu) = (Instant::now(), Cpu::now()?);
    let mut ticks = 0;
    while waiting(&app)? > 0 {
        ensure!(ticks < 30, "{} parcels still wait", waiting(&app)?);
        app.fire_cron("cdr-poll", rig.clock.now())
            .await
            .map_err(|error| anyhow!("{error:?}"))?;
        rig.advance(Duration::from_secs(60));
        ticks += 1;
    }
    let (took, cpu) = (begun.elapsed(), cpu.since()?);
    let peak_memory_bytes = app.peak_memory_bytes("cdr-poll");
    app.stop().await;
    let raw = in_raw_batches(&rig, "bench").await?;
    let row = Row::new(BACKLOG, raw.per_second(took), Unit::CallsPerSecond)
        .limit(raw.per_second(raw.took))
        .cpu(cpu)
        .peak_memory_bytes(peak_memory_bytes)
        .note(format!(
            "{PUSHED} records of {} calls in {ticks} ticks",
            raw.calls
        ));
    card.add(row);
    Ok(())
}

/// Pushes while Odoo is away; now and then the timer ticks.
async fn pushed_while_away(rig: &Rig) -> anyhow::Result<()> {
    rig.journal.handle().go_down().await;
    let records = rig.sites[0].ucm.pushed_records(false);
    ensure!(records.len() >= PUSHED, "{} records", records.len());
    let app = rig.app().start().await?;
    for (index, record) in records.into_iter().take(PUSHED).enumerate() {
        let request = http::Request::post("http://localhost/webhook/bench")
            .header("authorization", format!("Bearer {SECRET}"))
            .body(Bytes::from(record))?;
        let answer = app.request(request).await;
        let status = answer.map_err(|error| anyhow!("{error:?}"))?.status();
        ensure!(status == 200, "{status}");
        if index % 100 == 99 {
            app.settled().await;
            rig.advance(Duration::from_secs(3_600));
            // It says that Odoo is away: that is as it should be.
            _ = app.fire_cron("cdr-poll", rig.clock.now()).await;
        }
    }
    app.settled().await;
    app.stop().await;
    rig.journal.handle().come_back().await;
    Ok(())
}

/// How many parcels of pushed records wait.
fn waiting(app: &App) -> anyhow::Result<usize> {
    let keys = app.key_value("default").context("a store")?.keys()?;
    Ok(keys.iter().filter(|key| key.contains(":inbox:")).count())
}

/// As a page's figures, and as files.
async fn statistics(card: &mut Card) -> anyhow::Result<()> {
    let site = Site::new("bench", office(365, YEAR).await?).with(json!({ "days": 366 }));
    let rig = Rig::around(Journal::simulated(19).await?, now())
        .site(site)
        .variable("run_budget_secs", "600")
        .start()
        .await?;
    rig.run_to_completion(10).await?;
    let calls = rig.journal.count("bench").await?;
    for (what, path) in STATISTICS {
        let year = format!("{path}?zone=Europe/Paris&from=2025-06-16&to=2026-06-16");
        let asked = ask(&rig, "stats", "GET", &year).await?;
        ensure!(!asked.body.is_empty(), "{path} has nothing");
        card.add(asked.row(what).note(format!("{calls} calls")));
    }
    Ok(())
}

/// Records that come while Odoo is away.
const PUSHED: usize = 10_000;
/// Calls of a year.
const YEAR: usize = 9_000;

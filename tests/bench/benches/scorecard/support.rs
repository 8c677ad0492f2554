//! What several rooms stand on.

use std::time::{Duration, Instant};

use anyhow::{anyhow, ensure};
use bench::{Cpu, Row};
use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use host::{App, BuildOutput, Clock, Effort, Manifest};
use peers::ucm::{Country, Traffic, Ucm};
use serde_json::Value;
use system::{ADMIN_TOKEN, Rig};

use crate::waits::Waits;

/// The manifest of what is measured against.
pub(crate) const GUESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/guests/spin.toml");

/// What pushes, and links into Odoo, are signed or shown with.
pub(crate) const SECRET: &str = "the-secret-of-the-benchmark-0123";

/// Builds what is measured against.
pub(crate) fn build_guests() -> anyhow::Result<()> {
    let manifest = Manifest::load(GUESTS)?;
    Ok(host::build(
        &manifest,
        Effort::Shipped,
        BuildOutput::OnFailure,
    )?)
}

pub(crate) fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap_or_default()
}

/// A French office with so many calls in so many days.
pub(crate) async fn office(days: u32, calls: usize) -> anyhow::Result<Ucm> {
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

/// The application on a socket and on the real clock.
pub(crate) async fn listening(rig: &Rig) -> anyhow::Result<App> {
    Ok(rig
        .app()
        .clock(Clock::Real)
        .timeout_scale(1.0)
        .listen(([127, 0, 0, 1], 0))
        .start()
        .await?)
}

/// What a request of an administrator took.
pub(crate) struct Asked {
    pub(crate) body: Bytes,
    pub(crate) took: Duration,
    pub(crate) cpu: Duration,
    pub(crate) peak_memory_bytes: Option<usize>,
    pub(crate) waits: Waits,
}

impl Asked {
    /// The time as a row.
    pub(crate) fn row(&self, what: &str) -> Row {
        Row::time(what, self.took)
            .cpu(self.cpu)
            .peak_memory_bytes(self.peak_memory_bytes)
    }

    /// What was answered about the first server.
    pub(crate) fn server(&self) -> anyhow::Result<Value> {
        let report: Value = serde_json::from_slice(&self.body)?;
        Ok(report["servers"][0].clone())
    }
}

/// A request of an administrator to an application that is there already, as it is in production.
pub(crate) async fn ask(
    rig: &Rig,
    component: &str,
    method: &str,
    path: &str,
) -> anyhow::Result<Asked> {
    let waits = Waits::default();
    let app = rig.app().hooks(waits.clone()).start().await?;
    let request = http::Request::builder()
        .method(method)
        .uri(format!("http://localhost{path}"))
        .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
        .body(Bytes::new())?;
    let (begun, cpu) = (Instant::now(), Cpu::now()?);
    waits.begin();
    let answer = app.request(request).await;
    waits.end();
    let took = begun.elapsed();
    app.settled().await;
    let cpu = cpu.since()?;
    let peak_memory_bytes = app.peak_memory_bytes(component);
    app.stop().await;
    let answer = answer.map_err(|error| anyhow!("{error:?}"))?;
    let body = answer.body();
    ensure!(
        answer.status() == 200,
        "{}: {}",
        answer.status(),
        String::from_utf8_lossy(body)
    );
    Ok(Asked {
        body: body.clone(),
        took,
        cpu,
        peak_memory_bytes,
        waits,
    })
}

/// So many parts of a hundred of what is sorted lie below.
pub(crate) fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let place = sorted.len() * percent / 100;
    sorted.get(place).copied().unwrap_or_default()
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

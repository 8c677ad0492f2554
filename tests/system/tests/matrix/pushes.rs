//! Records that the UCM pushes: taken at once, and brought in later.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use bytes::Bytes;
use host::{App, Hooks};
use peers::proxy::Struck;
use peers::ucm::{Call, Scenario};
use serde_json::json;
use system::Rig;

use super::bench::{Office, SERVER};
use super::calls::{journal_losses, now};
use super::fault::Peer;
use super::flow::Flow;

const SECRET: &str = "the-secret-of-the-matrix";

/// An office that is never polled: what arrives was pushed.
fn office() -> Office {
    let mut office = Office::at(now());
    office.settings = json!({ "poll": false, "push_secret": SECRET });
    office
}

fn telephone(rig: &Rig) {
    let ago = |minutes: u64| now() - Duration::from_secs(60 * minutes);
    let ucm = &rig.sites[0].ucm;
    ucm.add_call(&Call::new(Scenario::Transfer, ago(50)).with("+33142667701", "Zoé"));
    ucm.add_call(&Call::new(Scenario::Missed, ago(40)).with("+33142667702", "Ana"));
}

/// The device sends again whatever was not acknowledged.
async fn push_all(rig: &Rig, app: &App) -> anyhow::Result<()> {
    for record in rig.sites[0].ucm.pushed_records(false) {
        let mut tries = 0;
        while !is_taken(app, &record).await? {
            tries += 1;
            ensure!(tries < 20, "a record is never taken");
        }
    }
    app.settled().await;
    Ok(())
}

async fn is_taken(app: &App, record: &str) -> anyhow::Result<bool> {
    let request = http::Request::post(format!("http://localhost/webhook/{SERVER}/{SECRET}"))
        .header("content-type", "application/json")
        .body(Bytes::from(record.to_owned()))?;
    // An instance that dies before it answers breaks the connection off.
    let answer = app.request(request).await;
    Ok(answer.is_ok_and(|answer| answer.status() == 200))
}

/// Ticks until nothing waits: who has failed for a while is left alone for a while.
async fn drain(rig: &Rig) -> anyhow::Result<()> {
    for _ in 0..6 {
        rig.advance(Duration::from_secs(60));
        rig.tick().await?;
        if parcels(rig)? == 0 {
            break;
        }
    }
    // Who was killed after Odoo had all of it has left its lease behind.
    rig.advance(Duration::from_secs(60));
    rig.tick().await?;
    Ok(())
}

fn parcels(rig: &Rig) -> anyhow::Result<usize> {
    let keys = rig.store()?.keys()?;
    Ok(keys.iter().filter(|key| key.contains(":inbox:")).count())
}

async fn losses(rig: &Rig) -> anyhow::Result<Vec<String>> {
    let mut losses = journal_losses(rig).await?;
    let left = parcels(rig)?;
    losses.extend((left > 0).then(|| format!("{left} parcels still wait")));
    Ok(losses)
}

/// Legs are pushed as they end, and are in Odoo seconds later.
pub(crate) struct Pushed(Rig);

impl Flow for Pushed {
    const NAME: &'static str = "push";
    const SPEAKS_WITH: &'static [Peer] = &[Peer::Odoo];
    type Ready = ();

    fn office(_user: i64) -> Office {
        office()
    }

    async fn begin(rig: Rig, _ready: &()) -> anyhow::Result<Self> {
        telephone(&rig);
        Ok(Self(rig))
    }

    async fn happen(&mut self, hooks: Arc<dyn Hooks>) -> anyhow::Result<()> {
        let app = self.0.app().hooks(hooks).start().await?;
        let pushed = push_all(&self.0, &app).await;
        app.stop().await;
        pushed
    }

    fn rig(&self) -> &Rig {
        &self.0
    }

    async fn recover(&mut self) -> anyhow::Result<()> {
        drain(&self.0).await
    }

    async fn losses(&self, _doubled: &[Struck]) -> anyhow::Result<Vec<String>> {
        losses(&self.0).await
    }
}

/// What was pushed while Odoo was away is brought in by the timer.
pub(crate) struct Drained(Rig);

impl Flow for Drained {
    const NAME: &'static str = "drain";
    const SPEAKS_WITH: &'static [Peer] = &[Peer::Odoo];
    type Ready = ();

    fn office(_user: i64) -> Office {
        office()
    }

    async fn begin(rig: Rig, _ready: &()) -> anyhow::Result<Self> {
        telephone(&rig);
        let odoo = rig.journal.handle();
        odoo.go_down().await;
        let app = rig.app().start().await?;
        push_all(&rig, &app).await?;
        app.stop().await;
        odoo.come_back().await;
        // The bridge leaves an Odoo alone for a while that was away.
        rig.advance(Duration::from_secs(180));
        Ok(Self(rig))
    }

    fn rig(&self) -> &Rig {
        &self.0
    }

    async fn recover(&mut self) -> anyhow::Result<()> {
        drain(&self.0).await
    }

    async fn losses(&self, _doubled: &[Struck]) -> anyhow::Result<Vec<String>> {
        losses(&self.0).await
    }
}

//! What only Odoo is asked for: the set-up, and statistics.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use host::Hooks;
use peers::proxy::Struck;
use peers::ucm::Traffic;
use serde_json::Value;
use system::{ADMIN_TOKEN, Rig};

use super::bench::Office;
use super::calls::{journal_losses, next_runs, now};
use super::count::Count;
use super::fault::Peer;
use super::flow::Flow;
use super::sounds::is_problem;

/// An administrator sends a request.
async fn ask(
    rig: &Rig,
    method: &str,
    path: &str,
    hooks: Arc<dyn Hooks>,
) -> anyhow::Result<Option<http::Response<Bytes>>> {
    let request = http::Request::builder()
        .method(method)
        .uri(format!("http://localhost{path}"))
        .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
        .body(Bytes::new())?;
    let app = rig.app().hooks(hooks).start().await?;
    let answer = app.request(request).await;
    app.settled().await;
    app.stop().await;
    // An instance that has died gives no answer, or the runtime's.
    Ok(answer
        .ok()
        .filter(|answer| answer.status() != 500 || !answer.body().is_empty()))
}

/// Somebody sets the Odoo side up.
pub(crate) struct SetUp {
    rig: Rig,
    unclear: Vec<String>,
}

impl SetUp {
    async fn press(&mut self, hooks: Arc<dyn Hooks>) -> anyhow::Result<bool> {
        let Some(answer) = ask(&self.rig, "POST", "/setup", hooks).await? else {
            return Ok(false);
        };
        let is_done = answer.status() == 200;
        if !is_done && !is_problem(&answer) {
            self.unclear.push(format!("the answer {answer:?}"));
        }
        Ok(is_done)
    }
}

impl Flow for SetUp {
    const NAME: &'static str = "set-up";
    const SPEAKS_WITH: &'static [Peer] = &[Peer::Odoo];
    type Ready = ();

    fn office(_user: i64) -> Office {
        let mut office = Office::at(now());
        office.is_set_up = false;
        office.ucm = office.ucm.traffic(Traffic {
            seed: 3,
            days: 2,
            calls: 2,
        });
        office
    }

    async fn begin(rig: Rig, _ready: &()) -> anyhow::Result<Self> {
        Ok(Self {
            rig,
            unclear: Vec::new(),
        })
    }

    fn rig(&self) -> &Rig {
        &self.rig
    }

    async fn happen(&mut self, hooks: Arc<dyn Hooks>) -> anyhow::Result<()> {
        self.press(hooks).await?;
        Ok(())
    }

    /// Pressed again; and once more, as a problem may ask for.
    async fn recover(&mut self) -> anyhow::Result<()> {
        for _ in 0..3 {
            self.rig.advance(Duration::from_secs(60));
            if self.press(Arc::new(host::NoHooks)).await? {
                break;
            }
        }
        next_runs(&self.rig).await
    }

    async fn losses(&self, _doubled: &[Struck]) -> anyhow::Result<Vec<String>> {
        let mut losses = self.unclear.clone();
        let (_, plan) = self.rig.request("GET", "/setup").await?;
        let is_whole = plan["step"] == "nothing";
        losses.extend((!is_whole).then(|| format!("the set-up is not whole: {plan}")));
        losses.extend(journal_losses(&self.rig).await?);
        Ok(losses)
    }
}

/// Somebody looks at the statistics.
pub(crate) struct Statistics {
    rig: Rig,
    truth: Value,
    unclear: Vec<String>,
    is_answered: bool,
}

/// Without the moment at which it was counted.
fn undated(mut answer: Value) -> Value {
    if let Some(fields) = answer.as_object_mut() {
        fields.remove("counted_at");
    }
    answer
}

const PERIOD: &str = "/stats?server=matrix&zone=Europe/Paris&from=2026-05-20&to=2026-06-15";

impl Statistics {
    async fn look(&mut self, hooks: Arc<dyn Hooks>) -> anyhow::Result<()> {
        self.is_answered = false;
        let Some(answer) = ask(&self.rig, "GET", PERIOD, hooks).await? else {
            return Ok(());
        };
        let body = undated(serde_json::from_slice(answer.body()).unwrap_or_default());
        self.is_answered = answer.status() == 200;
        let is_right = match self.is_answered {
            true => body == self.truth,
            false => is_problem(&answer),
        };
        if !is_right {
            self.unclear.push(format!("{} {body}", answer.status()));
        }
        Ok(())
    }
}

impl Flow for Statistics {
    const NAME: &'static str = "statistics";
    const SPEAKS_WITH: &'static [Peer] = &[Peer::Odoo];
    const WRITES: bool = false;
    type Ready = Value;

    fn office(_user: i64) -> Office {
        let mut office = Office::at(now());
        office.ucm = office.ucm.traffic(Traffic {
            seed: 5,
            days: 20,
            calls: 30,
        });
        office
    }

    /// What is answered without any fault is what the device knows.
    async fn make_ready(rig: &Rig) -> anyhow::Result<Value> {
        rig.run_to_completion(3).await?;
        let (_, answer) = rig.request("GET", PERIOD).await?;
        let (site, rows) = (&rig.sites[0], rig.journal.calls(&rig.sites[0].id).await?);
        let counted = Count {
            of: &[site],
            answered_at: &[site],
            rows: &rows,
            zone: "Europe/Paris".parse().map_err(anyhow::Error::msg)?,
            from: "2026-05-20".parse()?,
            to: "2026-06-15".parse()?,
            direction: "",
        };
        counted.compare(&answer);
        Ok(undated(answer))
    }

    async fn begin(rig: Rig, truth: &Value) -> anyhow::Result<Self> {
        Ok(Self {
            rig,
            truth: truth.clone(),
            unclear: Vec::new(),
            is_answered: false,
        })
    }

    fn rig(&self) -> &Rig {
        &self.rig
    }

    async fn happen(&mut self, hooks: Arc<dyn Hooks>) -> anyhow::Result<()> {
        self.look(hooks).await
    }

    async fn recover(&mut self) -> anyhow::Result<()> {
        self.rig.advance(Duration::from_secs(60));
        self.look(Arc::new(host::NoHooks)).await
    }

    async fn losses(&self, _doubled: &[Struck]) -> anyhow::Result<Vec<String>> {
        let mut losses = self.unclear.clone();
        losses.extend((!self.is_answered).then(|| "not answered in the end".to_owned()));
        Ok(losses)
    }
}

//! Recordings: played out of the UCM, and copied into Odoo.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use host::Hooks;
use peers::proxy::Struck;
use peers::ucm::{Call, Scenario};
use serde_json::{Value, json};
use system::{Rig, compare};

use super::bench::{Office, SERVER};
use super::calls::{journal_losses, next_runs, now};
use super::fault::Peer;
use super::flow::Flow;

const PUBLIC_URL: &str = "https://bridge.example.com";

fn office() -> Office {
    let mut office = Office::at(now());
    let start = now() - Duration::from_secs(1_800);
    let call = Call::new(Scenario::Answered, start).talking(3);
    office.ucm = office.ucm.calls([call]);
    office.variables = vec![("public_url", PUBLIC_URL)];
    office
}

/// Somebody listens to a recording.
pub(crate) struct Listening {
    rig: Rig,
    link: String,
    heard: Vec<Heard>,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Heard {
    /// Every byte of the recording.
    Exact,
    /// A clear no: the program that plays it knows what to do.
    Problem(u16),
    /// The connection broke off: the program that plays it knows that something is missing.
    Broken,
    Wrong(String),
}

impl Listening {
    async fn listen(&self, hooks: Arc<dyn Hooks>) -> anyhow::Result<Heard> {
        let app = self.rig.app().hooks(hooks).start().await?;
        let request = http::Request::get(format!("http://localhost{}", self.link));
        let answer = app.request(request.body(Bytes::new())?).await;
        app.settled().await;
        app.stop().await;
        let Ok(answer) = answer else {
            return Ok(Heard::Broken);
        };
        let recordings = self.rig.sites[0].ucm.recordings();
        let recording = recordings.first().context("a recording")?;
        let bytes = answer.body();
        Ok(match answer.status().as_u16() {
            200 if *bytes == recording.bytes() => Heard::Exact,
            status if is_problem(&answer) => Heard::Problem(status),
            // The runtime's own word for an instance that has died.
            500 if bytes.is_empty() => Heard::Broken,
            status => Heard::Wrong(format!("{status} with {} bytes", bytes.len())),
        })
    }
}

/// Whether it is a problem that says what to do.
pub(crate) fn is_problem(answer: &http::Response<Bytes>) -> bool {
    let kind = answer.headers().get("content-type");
    let problem: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    kind.is_some_and(|kind| kind == "application/problem+json")
        && problem["status"] == answer.status().as_u16()
        && problem["action"]
            .as_str()
            .is_some_and(|action| !action.is_empty())
}

impl Flow for Listening {
    const NAME: &'static str = "recording";
    const SPEAKS_WITH: &'static [Peer] = &[Peer::Ucm];
    type Ready = String;

    fn office(_user: i64) -> Office {
        office()
    }

    async fn make_ready(rig: &Rig) -> anyhow::Result<String> {
        rig.run_to_completion(3).await?;
        let calls = rig.journal.calls(SERVER).await?;
        let link = calls[0]["x_recording_url"].as_str().context("a link")?;
        let path = link.strip_prefix(PUBLIC_URL).context("a link of ours")?;
        Ok(path.replacen("/listen/", "/recordings/", 1))
    }

    async fn begin(rig: Rig, link: &String) -> anyhow::Result<Self> {
        Ok(Self {
            rig,
            link: link.clone(),
            heard: Vec::new(),
        })
    }

    fn rig(&self) -> &Rig {
        &self.rig
    }

    async fn happen(&mut self, hooks: Arc<dyn Hooks>) -> anyhow::Result<()> {
        let heard = self.listen(hooks).await?;
        self.heard.push(heard);
        Ok(())
    }

    /// Pressed again; once more a minute later, as a problem may ask for; and after somebody has looked after the server.
    async fn recover(&mut self) -> anyhow::Result<()> {
        for tries in 1..=3 {
            let heard = self.listen(Arc::new(host::NoHooks)).await?;
            self.heard.push(heard.clone());
            if heard == Heard::Exact {
                break;
            }
            self.rig.advance(Duration::from_secs(60));
            if tries == 2 {
                let path = format!("/sync?server={SERVER}");
                self.rig.request("POST", &path).await?;
            }
        }
        Ok(())
    }

    async fn losses(&self, doubled: &[Struck]) -> anyhow::Result<Vec<String>> {
        let is_wrong = |heard: &&Heard| matches!(heard, Heard::Wrong(_));
        let wrong = self.heard.iter().filter(is_wrong);
        let mut losses: Vec<String> = wrong.map(|heard| format!("{heard:?}")).collect();
        // Of a login that came twice the device refuses the second: that looks like a wrong password, which only people try again.
        let logs_in =
            |request: &Struck| String::from_utf8_lossy(&request.body).contains("\"login\"");
        let by_hand = doubled.iter().any(logs_in);
        let is_in_time = self.heard.len() <= if by_hand { 4 } else { 3 };
        if self.heard.last() != Some(&Heard::Exact) || !is_in_time {
            losses.push(format!("not heard in the end: {:?}", self.heard));
        }
        Ok(losses)
    }
}

/// The timer copies a recording into Odoo.
pub(crate) struct Copied(Rig);

impl Flow for Copied {
    const NAME: &'static str = "copy";
    const SPEAKS_WITH: &'static [Peer] = &[Peer::Odoo, Peer::Ucm];
    type Ready = ();

    fn office(_user: i64) -> Office {
        let mut office = office();
        office.settings = json!({ "recordings": "attach" });
        office
    }

    async fn begin(rig: Rig, _ready: &()) -> anyhow::Result<Self> {
        Ok(Self(rig))
    }

    fn rig(&self) -> &Rig {
        &self.0
    }

    /// A copy that was begun is tried again after a while.
    async fn recover(&mut self) -> anyhow::Result<()> {
        next_runs(&self.0).await?;
        for _ in 0..3 {
            self.0.advance(Duration::from_secs(400));
            self.0.sync().await?;
        }
        Ok(())
    }

    async fn losses(&self, _doubled: &[Struck]) -> anyhow::Result<Vec<String>> {
        let mut losses = journal_losses(&self.0).await?;
        let copied = compare::copied(&self.0).await;
        losses.extend(copied.err().map(|error| error.to_string()));
        Ok(losses)
    }
}

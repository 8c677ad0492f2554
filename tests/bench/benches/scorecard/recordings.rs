//! What it costs to listen: the component beside a bare pipe on the same host and beside a download straight from the PBX, how soon the
//! first byte comes, how much memory it takes, and how many can listen at once.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bench::{Card, Cpu, Goal, Row, Unit};
use chrono_clock::{DateTime, TimeDelta, Utc};
use host::{App, RuntimeConfig};
use peers::ucm::{Call, Country, Recording, Scenario, Ucm};
use serde_json::{Value, json};
use system::{Journal, Rig, Site};

use crate::player::{Way, agent, hear, megabytes};
use crate::support::{GUESTS, SECRET, build_guests, listening, millis, percentile};

const COPIED: &str = "57.6 MB copied by the SDK's streams";
/// Recordings: the row, how long the call was, and how often somebody listens.
const PLAYED: [(&str, u32, usize); 3] = [
    ("recording of 1 MB", MINUTE, 100),
    ("recording of 57.6 MB", HOUR, 20),
    ("recording of 1 GB", GIGABYTE, 3),
];
const FIRST_BYTE: [&str; 5] = [
    "first byte of an hour, from the PBX",
    "first byte of an hour, bare pipe",
    "first byte of an hour, probe of a player",
    "first byte of an hour, from the start",
    "first byte of an hour, from the middle",
];
const CROWD: &str = "50 listeners to an hour";
/// Memory of one instance: the row, and how long the call was.
const MEMORY: [(&str, u32); 2] = [
    ("memory for a recording of 1 MB", MINUTE),
    ("memory for a recording of 1 GB", GIGABYTE),
];

/// A row of a PBX that is reached in that way.
fn over(what: &str, https: bool) -> String {
    format!("{what}, {}", if https { "HTTPS" } else { "HTTP" })
}

/// Everything of this room.
pub(crate) async fn measure(card: &mut Card) -> anyhow::Result<()> {
    let played = PLAYED.iter().map(|row| row.0);
    let memory = MEMORY.iter().map(|row| row.0);
    let rows = [COPIED, CROWD].into_iter().chain(FIRST_BYTE);
    let rows: Vec<&str> = rows.chain(played).chain(memory).collect();
    for https in [false, true] {
        let rows: Vec<String> = rows.iter().map(|what| over(what, https)).collect();
        if !card.wants_any(rows.iter().map(String::as_str)) {
            continue;
        }
        tokio::task::spawn_blocking(build_guests).await??;
        let bench = Bench::start(https).await?;
        bench.copied(card).await?;
        for (what, secs, times) in PLAYED {
            bench.played(card, what, secs, times).await?;
        }
        bench.first_byte(card).await?;
        bench.crowd(card).await?;
        bench.memory(card).await?;
    }
    Ok(())
}

/// Everything that is measured, side by side in one process.
struct Bench {
    rig: Rig,
    bridge: App,
    limits: App,
    agent: ureq::Agent,
    https: bool,
}

impl Bench {
    async fn start(https: bool) -> anyhow::Result<Self> {
        let now = Utc::now();
        let ucm = office(now).await?;
        let trust = trust(ucm.ca_pem())?;
        let agent = agent(ucm.ca_pem())?;
        let site = Site::new("bench", ucm).with(json!({ "https": https }));
        let rig = Rig::around(Journal::simulated(19).await?, now)
            .site(site)
            .runtime(trust.clone())
            .variable("public_url", "https://bridge.example.com")
            .variable("link_secret", SECRET)
            .variable("recording_listeners", "64")
            .start()
            .await?;
        rig.run_to_completion(3).await?;
        let bridge = listening(&rig).await?;
        let limits = App::builder(GUESTS)
            .runtime_config(trust)
            .listen(([127, 0, 0, 1], 0))
            .start()
            .await?;
        Ok(Self {
            rig,
            bridge,
            limits,
            agent,
            https,
        })
    }

    fn recording(&self, secs: u32) -> anyhow::Result<Recording> {
        let recordings = self.rig.sites[0].ucm.recordings();
        let found = recordings
            .into_iter()
            .min_by_key(|it| it.secs.abs_diff(secs));
        found.context("a recording of that length")
    }

    /// Straight from the PBX, with the session of the bridge: it knows one at a time.
    fn direct(&self, recording: &Recording) -> anyhow::Result<Way> {
        let ucm = &self.rig.sites[0].ucm;
        let store = self.bridge.key_value("default").context("a store")?;
        let saved = store
            .get("ucm-odoo:server:bench:session")?
            .context("a session")?;
        let saved: Value = serde_json::from_slice(&saved)?;
        let request = json!({ "request": {
            "action": "recapi", "cookie": saved["session"]["cookie"], "filedir": "monitor", "filename": recording.name,
        }});
        let base = if self.https {
            ucm.https_url()
        } else {
            ucm.url()
        };
        Ok(Way {
            agent: self.agent.clone(),
            url: format!("{base}/api"),
            headers: Vec::new(),
            body: Some(request.to_string()),
        })
    }

    /// Through a component that does nothing else.
    fn bare(&self, path: &str, recording: &Recording) -> anyhow::Result<Way> {
        let direct = self.direct(recording)?;
        let bare = Way {
            url: format!("{}{path}", self.limits.url()),
            body: None,
            ..direct.clone()
        };
        Ok(bare
            .with("x-url", &direct.url)
            .with("x-body", &direct.body.unwrap_or_default()))
    }

    /// Through the bridge, by the link that the journal has.
    async fn recorded(&self, recording: &Recording) -> anyhow::Result<Way> {
        let named = json!([["x_recordings", "like", recording.name]]);
        let rows = self
            .rig
            .journal
            .call(
                "x_ucm_call",
                "search_read",
                json!([named, ["x_recording_url"]]),
                json!({}),
            )
            .await?;
        let link = rows[0]["x_recording_url"].as_str().context("a link")?;
        let path = link.replacen("https://bridge.example.com/listen/", "/recordings/", 1);
        Ok(Way {
            agent: self.agent.clone(),
            url: format!("{}{path}", self.bridge.url()),
            headers: Vec::new(),
            body: None,
        })
    }

    fn peak_memory_bytes(&self) -> Option<usize> {
        self.bridge.peak_memory_bytes("recordings")
    }

    /// Each way in turn, so that whatever else the machine does weighs on all of them alike.
    async fn played(
        &self,
        card: &mut Card,
        what: &str,
        secs: u32,
        times: usize,
    ) -> anyhow::Result<()> {
        let what = over(what, self.https);
        if !card.wants(&what) {
            return Ok(());
        }
        let recording = self.recording(secs)?;
        let ways = [
            self.direct(&recording)?,
            self.bare("/pipe/", &recording)?,
            self.recorded(&recording).await?,
        ];
        let mut took: [Vec<Duration>; 3] = Default::default();
        let mut cpus = [Duration::ZERO; 3];
        for _ in 0..times {
            for (index, way) in ways.iter().enumerate() {
                let cpu = Cpu::now()?;
                let heard = hear(way.clone(), u64::MAX).await?;
                cpus[index] += cpu.since()?;
                let bytes = heard.bytes;
                ensure!(bytes == recording.size_bytes(), "{bytes} bytes");
                took[index].push(heard.took);
            }
        }
        let [direct, bare, bridge] = took.map(|mut took| {
            took.sort();
            megabytes(recording.size_bytes(), percentile(&took, 50))
        });
        let row = Row::new(what, bridge, Unit::MegabytesPerSecond)
            .limit(bare)
            .goal(Goal::AtLeast(0.63))
            .cpu(cpus[2])
            .peak_memory_bytes(self.peak_memory_bytes())
            .note(format!(
                "median of {times}; {:.2} of a download at {direct:.0} from the PBX",
                bridge / direct
            ));
        card.add(row);
        Ok(())
    }

    /// What a component gets that takes every byte into its own memory, as the SDK's examples do.
    async fn copied(&self, card: &mut Card) -> anyhow::Result<()> {
        let what = over(COPIED, self.https);
        if !card.wants(&what) {
            return Ok(());
        }
        let recording = self.recording(HOUR)?;
        let cpu = Cpu::now()?;
        let heard = hear(self.bare("/pipe/copy", &recording)?, u64::MAX).await?;
        let speed = megabytes(heard.bytes, heard.took);
        let row = Row::new(what, speed, Unit::MegabytesPerSecond)
            .cpu(cpu.since()?)
            .peak_memory_bytes(self.limits.peak_memory_bytes("pipe"));
        card.add(row);
        Ok(())
    }

    /// How long it takes until a listener hears something.
    async fn first_byte(&self, card: &mut Card) -> anyhow::Result<()> {
        let rows = FIRST_BYTE.map(|what| over(what, self.https));
        if !card.wants_any(rows.iter().map(String::as_str)) {
            return Ok(());
        }
        let recording = self.recording(HOUR)?;
        let way = self.recorded(&recording).await?;
        let middle = format!("bytes={}-", recording.size_bytes() / 2);
        let ways = [
            self.direct(&recording)?,
            self.bare("/pipe/", &recording)?,
            way.clone().with("range", "bytes=0-1"),
            way.clone(),
            way.with("range", &middle),
        ];
        let mut pipe = None;
        for (place, (what, way)) in rows.into_iter().zip(ways).enumerate() {
            let cpu = Cpu::now()?;
            let mut took = Vec::new();
            for _ in 0..TRIES {
                took.push(hear(way.clone(), 1).await?.first_byte);
                self.bridge.settled().await;
            }
            took.sort();
            let p50 = percentile(&took, 50);
            let p95 = millis(percentile(&took, 95));
            let row = Row::time(what, p50)
                .cpu(cpu.since()?)
                .note(format!("p50 of {TRIES}, p95 {p95:.1} ms"));
            // What comes after the pipe is measured against it.
            card.add(match pipe {
                Some(pipe) => row.limit(pipe).peak_memory_bytes(self.peak_memory_bytes()),
                None => row,
            });
            if place == 1 {
                pipe = Some(millis(p50));
            }
        }
        Ok(())
    }

    /// Many at once.
    async fn crowd(&self, card: &mut Card) -> anyhow::Result<()> {
        let what = over(CROWD, self.https);
        if !card.wants(&what) {
            return Ok(());
        }
        let recording = self.recording(HOUR)?;
        let (pipe, _) = self
            .heard_by_all(self.bare("/pipe/", &recording)?, &recording)
            .await?;
        let cpu = Cpu::now()?;
        let (bridge, note) = self
            .heard_by_all(self.recorded(&recording).await?, &recording)
            .await?;
        let row = Row::new(what, bridge, Unit::MegabytesPerSecond)
            .limit(pipe)
            .goal(Goal::AtLeast(0.63))
            .cpu(cpu.since()?)
            .peak_memory_bytes(self.peak_memory_bytes())
            .note(note);
        card.add(row);
        Ok(())
    }

    /// The megabytes a second of all listeners together, and how soon they heard something.
    async fn heard_by_all(&self, way: Way, recording: &Recording) -> anyhow::Result<(f64, String)> {
        let begun = Instant::now();
        let listeners = (0..LISTENERS).map(|_| hear(way.clone(), u64::MAX));
        let heard = futures::future::try_join_all(listeners).await?;
        let took = begun.elapsed();
        let bytes: u64 = heard.iter().map(|heard| heard.bytes).sum();
        let expected = recording.size_bytes() * LISTENERS as u64;
        ensure!(bytes == expected, "{bytes} bytes");
        let mut first: Vec<Duration> = heard.iter().map(|heard| heard.first_byte).collect();
        first.sort();
        self.bridge.settled().await;
        let note = format!(
            "first byte p50 {:.0} ms, last {:.0} ms",
            millis(percentile(&first, 50)),
            millis(first[LISTENERS - 1]),
        );
        Ok((megabytes(bytes, took), note))
    }

    /// The memory of one instance, for a short and for a very long recording.
    async fn memory(&self, card: &mut Card) -> anyhow::Result<()> {
        for (what, secs) in MEMORY {
            let what = over(what, self.https);
            if !card.wants(&what) {
                continue;
            }
            let bridge = listening(&self.rig).await?;
            let mut way = self.recorded(&self.recording(secs)?).await?;
            way.url = way.url.replacen(&self.bridge.url(), &bridge.url(), 1);
            let cpu = Cpu::now()?;
            hear(way, u64::MAX).await?;
            bridge.settled().await;
            let peak = bridge.peak_memory_bytes("recordings").context("a peak")?;
            let row = Row::new(what, peak as f64 / 1e6, Unit::Megabytes)
                .cpu(cpu.since()?)
                .peak_memory_bytes(Some(peak));
            card.add(row);
            bridge.stop().await;
        }
        Ok(())
    }
}

/// An office with a recorded call of every length that is measured.
async fn office(now: DateTime<Utc>) -> anyhow::Result<Ucm> {
    let call = |secs: u32| {
        let start = now - TimeDelta::seconds(i64::from(secs) + 3_600);
        Call::new(Scenario::Answered, start).talking(secs)
    };
    Ok(Ucm::builder()
        .country(Country::Fr)
        .zone("Europe/Paris")
        .now(now)
        .calls([MINUTE, HOUR, GIGABYTE].map(call))
        .start()
        .await?)
}

/// Trust in the CA of the simulated PBX, and in nothing else.
fn trust(ca_pem: &str) -> anyhow::Result<RuntimeConfig> {
    let folder = std::env::temp_dir().join(format!("ucm-odoo-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("ca.pem"), ca_pem)?;
    let text = "[[client_tls]]\ncomponent_ids = [\"cdr-poll\", \"recordings\", \"pipe\"]\nhosts = [\"127.0.0.1\"]\n\
                ca_use_platform_roots = false\nca_roots_file = \"ca.pem\"\n";
    Ok(RuntimeConfig::parse(text, &folder)?)
}

/// Seconds of a call whose recording has 1 MB.
const MINUTE: u32 = 62;
/// Seconds of a call whose recording has 57.6 MB.
const HOUR: u32 = 3_600;
/// Seconds of a call whose recording has 1 GB.
const GIGABYTE: u32 = 62_500;
/// How often the time to the first byte is measured.
const TRIES: usize = 40;
/// How many listen at once.
const LISTENERS: usize = 50;

//! What it costs to listen: the component beside a bare pipe on the same host and beside a download straight from the PBX, how soon the
//! first byte comes, how much memory it takes, and how many can listen at once.

use std::io::Read;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use chrono_clock::{DateTime, TimeDelta, Utc};
use host::{App, Clock, RuntimeConfig};
use peers::ucm::{Call, Country, Recording, Scenario, Ucm};
use serde_json::{Value, json};
use system::{Journal, Rig, Site};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

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
    for https in [false, true] {
        println!("the PBX over {}", if https { "HTTPS" } else { "HTTP" });
        let bench = Bench::start(guests, https).await?;
        bench.copied().await?;
        bench.speed("1 MB", MINUTE, 100).await?;
        bench.speed("57.6 MB", HOUR, 20).await?;
        bench.speed("1 GB", GIGABYTE, 3).await?;
        bench.first_byte().await?;
        bench.crowd().await?;
        bench.memory().await?;
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

/// A way to the audio.
#[derive(Clone)]
struct Way {
    agent: ureq::Agent,
    url: String,
    headers: Vec<(&'static str, String)>,
    /// Sent by `POST`; without one it is a `GET`.
    body: Option<String>,
}

/// What one listener saw.
struct Heard {
    bytes: u64,
    first_byte: Duration,
    took: Duration,
}

impl Way {
    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Listens to at most `most` bytes.
    fn listen(&self, most: u64) -> anyhow::Result<Heard> {
        let begun = Instant::now();
        let response = match &self.body {
            Some(body) => {
                let mut request = self.agent.post(&self.url);
                for (name, value) in &self.headers {
                    request = request.header(*name, value);
                }
                request.send(body)?
            }
            None => {
                let mut request = self.agent.get(&self.url);
                for (name, value) in &self.headers {
                    request = request.header(*name, value);
                }
                request.call()?
            }
        };
        let mut reader = response.into_body().into_reader();
        let mut buffer = vec![0; 256 * 1024];
        let (mut bytes, mut first_byte) = (0, None);
        while bytes < most {
            let read = reader.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            first_byte.get_or_insert_with(|| begun.elapsed());
            bytes += read as u64;
        }
        Ok(Heard {
            bytes,
            first_byte: first_byte.context("nothing came")?,
            took: begun.elapsed(),
        })
    }
}

impl Bench {
    async fn start(guests: &str, https: bool) -> anyhow::Result<Self> {
        let now = Utc::now();
        let ucm = office(now).await?;
        let trust = trust(ucm.ca_pem())?;
        let agent = agent(ucm.ca_pem())?;
        let site = Site::new("bench", ucm).with(json!({ "https": https }));
        let rig = Rig::around(Journal::simulated(19).await?, now)
            .site(site)
            .runtime(trust.clone())
            .variable("public_url", "https://bridge.example.com")
            .variable("link_secret", "0123456789abcdef0123456789abcdef")
            .variable("recording_listeners", "64")
            .start()
            .await?;
        rig.run_to_completion(3).await?;
        let bridge = listening(&rig).await?;
        let limits = App::builder(guests)
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

    /// Each way in turn, so that whatever else the machine does weighs on all of them alike.
    async fn speed(&self, name: &str, secs: u32, times: usize) -> anyhow::Result<()> {
        let recording = self.recording(secs)?;
        let ways = [
            self.direct(&recording)?,
            self.bare("/pipe/", &recording)?,
            self.recorded(&recording).await?,
        ];
        let mut best = [0_f64; 3];
        let mut took = [Duration::ZERO; 3];
        for _ in 0..times {
            for (index, way) in ways.iter().enumerate() {
                let heard = hear(way.clone(), u64::MAX).await?;
                ensure!(
                    heard.bytes == recording.size_bytes(),
                    "{} bytes",
                    heard.bytes
                );
                took[index] += heard.took;
                best[index] = best[index].max(megabytes(heard.bytes, heard.took));
            }
        }
        let total = recording.size_bytes() * times as u64;
        let [direct, bare, bridge] = took.map(|took| megabytes(total, took));
        println!(
            "  {name:<8} direct {direct:>6.0} MB/s, bare pipe {bare:>6.0}, recordings {bridge:>6.0}: {:.2} of the pipe, {:.2} of direct \
             (the best of {times}: {:.0}, {:.0}, {:.0}, {:.2} of the pipe)",
            bridge / bare,
            bridge / direct,
            best[0],
            best[1],
            best[2],
            best[2] / best[1],
        );
        Ok(())
    }

    /// What a component gets that takes every byte into its own memory, as the SDK's examples do.
    async fn copied(&self) -> anyhow::Result<()> {
        let recording = self.recording(HOUR)?;
        let heard = hear(self.bare("/pipe/copy", &recording)?, u64::MAX).await?;
        let speed = megabytes(heard.bytes, heard.took);
        println!("  57.6 MB  copied through a component by the SDK's streams: {speed:.0} MB/s");
        Ok(())
    }

    /// How long it takes until a listener hears something.
    async fn first_byte(&self) -> anyhow::Result<()> {
        let recording = self.recording(HOUR)?;
        let way = self.recorded(&recording).await?;
        let middle = recording.size_bytes() / 2;
        let known = way.clone().with("range", "bytes=0-1");
        for (name, way) in [
            ("direct, from the start", self.direct(&recording)?),
            (
                "bare pipe, from the start",
                self.bare("/pipe/", &recording)?,
            ),
            ("recordings, probe of a player", known),
            ("recordings, from the start", way.clone()),
            (
                "recordings, from the middle",
                way.clone().with("range", &format!("bytes={middle}-")),
            ),
        ] {
            let mut took = Vec::new();
            for _ in 0..TRIES {
                took.push(hear(way.clone(), 1).await?.first_byte);
                self.bridge.settled().await;
            }
            took.sort();
            println!(
                "  first byte of an hour, {name}: p50 {:.1} ms, p95 {:.1} ms",
                millis(took[TRIES / 2]),
                millis(took[TRIES * 95 / 100])
            );
        }
        Ok(())
    }

    /// Many at once.
    async fn crowd(&self) -> anyhow::Result<()> {
        let recording = self.recording(HOUR)?;
        let ways = [
            ("bare pipe", self.bare("/pipe/", &recording)?),
            ("recordings", self.recorded(&recording).await?),
        ];
        for (name, way) in ways {
            let begun = Instant::now();
            let listeners = (0..LISTENERS).map(|_| hear(way.clone(), u64::MAX));
            let heard = futures::future::try_join_all(listeners).await?;
            let took = begun.elapsed();
            let bytes: u64 = heard.iter().map(|heard| heard.bytes).sum();
            ensure!(
                bytes == recording.size_bytes() * LISTENERS as u64,
                "{bytes} bytes"
            );
            let mut first: Vec<Duration> = heard.iter().map(|heard| heard.first_byte).collect();
            first.sort();
            println!(
                "  {LISTENERS} listeners to an hour, {name}: {:.0} MB/s, first byte p50 {:.0} ms, last {:.0} ms",
                megabytes(bytes, took),
                millis(first[LISTENERS / 2]),
                millis(first[LISTENERS - 1]),
            );
            self.bridge.settled().await;
        }
        Ok(())
    }

    /// The memory of one instance, for a short and for a very long recording.
    async fn memory(&self) -> anyhow::Result<()> {
        for (name, secs) in [("1 MB", MINUTE), ("1 GB", GIGABYTE)] {
            let bridge = listening(&self.rig).await?;
            let mut way = self.recorded(&self.recording(secs)?).await?;
            way.url = way.url.replacen(&self.bridge.url(), &bridge.url(), 1);
            hear(way, u64::MAX).await?;
            bridge.settled().await;
            let peak = bridge.peak_memory_bytes("recordings").context("a peak")?;
            println!(
                "  memory of one instance for {name}: {:.3} MB",
                peak as f64 / 1e6
            );
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

fn agent(ca_pem: &str) -> anyhow::Result<ureq::Agent> {
    let roots = RootCerts::from([Certificate::from_pem(ca_pem.as_bytes())?].into_iter());
    let tls = TlsConfig::builder().root_certs(roots).build();
    let agent = ureq::Agent::config_builder().tls_config(tls).build();
    Ok(agent.into())
}

async fn listening(rig: &Rig) -> anyhow::Result<App> {
    Ok(rig
        .app()
        .clock(Clock::Real)
        .timeout_scale(1.0)
        .listen(([127, 0, 0, 1], 0))
        .start()
        .await?)
}

async fn hear(way: Way, most: u64) -> anyhow::Result<Heard> {
    tokio::task::spawn_blocking(move || way.listen(most)).await?
}

fn megabytes(bytes: u64, took: Duration) -> f64 {
    bytes as f64 / 1e6 / took.as_secs_f64()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
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

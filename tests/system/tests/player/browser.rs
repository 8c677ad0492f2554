//! A Chromium, driven as the WebDriver protocol has it (<https://www.w3.org/TR/webdriver2/>).

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

/// One window.
pub(crate) struct Browser {
    driver: Child,
    session: String,
    _profile: TempDir,
}

/// The programs that it takes: `CHROMIUM` and `CHROMEDRIVER`, or what is found under the usual names.
pub(crate) fn installed() -> Option<(PathBuf, PathBuf)> {
    let browser = program(
        "CHROMIUM",
        &["chromium", "chromium-browser", "google-chrome"],
    )?;
    Some((browser, program("CHROMEDRIVER", &["chromedriver"])?))
}

fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(variable) {
        return Some(named.into());
    }
    let folders = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&folders).collect();
    let found = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    found.into_iter().find(|file| file.is_file())
}

impl Browser {
    /// Opens a window.
    pub(crate) fn open(
        browser: &std::path::Path,
        driver: &std::path::Path,
    ) -> anyhow::Result<Self> {
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let lines = BufReader::new(driver.stdout.take().context("its output")?).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let port = line.rsplit_once("started successfully on port ")?.1;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let base = format!("http://127.0.0.1:{}", port.context("no port")?);
        let profile = TempDir::new()?;
        let options = json!({ "binary": browser, "args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--mute-audio",
            "--window-size=800,520", format!("--user-data-dir={}", profile.path().display()),
        ]});
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" },
        }}});
        let opened = send(&format!("{base}/session"), &wanted)?;
        let id = opened["sessionId"].as_str().context("no session")?;
        Ok(Self {
            driver,
            session: format!("{base}/session/{id}"),
            _profile: profile,
        })
    }

    fn post(&self, command: &str, body: &Value) -> anyhow::Result<Value> {
        send(&format!("{}/{command}", self.session), body)
    }

    /// A command of the browser's own protocol.
    fn command(&self, name: &str, parameters: Value) -> anyhow::Result<()> {
        self.post(
            "goog/cdp/execute",
            &json!({ "cmd": name, "params": parameters }),
        )?;
        Ok(())
    }

    /// The language that pages are asked for.
    pub(crate) fn speak(&self, language: &str) -> anyhow::Result<()> {
        self.command("Network.enable", json!({}))?;
        let headers = json!({ "headers": { "Accept-Language": language } });
        self.command("Network.setExtraHTTPHeaders", headers)
    }

    /// `light` or `dark`.
    pub(crate) fn prefer(&self, scheme: &str) -> anyhow::Result<()> {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.command(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
    }

    /// A window as wide as a telephone, or not.
    pub(crate) fn narrow(&self, width: u32) -> anyhow::Result<()> {
        let metrics =
            json!({ "width": width, "height": 520, "deviceScaleFactor": 1, "mobile": false });
        self.command("Emulation.setDeviceMetricsOverride", metrics)
    }

    pub(crate) fn go(&self, url: &str) -> anyhow::Result<()> {
        self.post("url", &json!({ "url": url }))?;
        Ok(())
    }

    /// What `expression` is on the page.
    pub(crate) fn eval(&self, expression: &str) -> anyhow::Result<Value> {
        let script = format!("return ({expression});");
        self.post("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Waits until `condition` holds on the page.
    pub(crate) fn until(&self, condition: &str) -> anyhow::Result<()> {
        let since = Instant::now();
        while self.eval(condition)? != true {
            if since.elapsed() > PATIENCE {
                let audio = "(a => a && [a.readyState, a.currentTime, a.duration, a.error && a.error.message])(document.querySelector('audio'))";
                bail!(
                    "{condition} does not hold: {} {}",
                    self.eval(audio)?,
                    self.text()?
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Clicks on what `selector` finds, as a person would.
    pub(crate) fn click(&self, selector: &str) -> anyhow::Result<()> {
        let found = self.post(
            "element",
            &json!({ "using": "css selector", "value": selector }),
        )?;
        let id = found
            .as_object()
            .and_then(|found| found.values().next()?.as_str());
        let id = id.with_context(|| format!("no {selector}"))?;
        self.post(&format!("element/{id}/click"), &json!({}))?;
        Ok(())
    }

    /// What a person reads.
    pub(crate) fn text(&self) -> anyhow::Result<String> {
        let text = self.eval("document.body.innerText")?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// What the browser complained of since it was last asked.
    pub(crate) fn complaints(&self) -> anyhow::Result<Vec<String>> {
        let entries = self.post("se/log", &json!({ "type": "browser" }))?;
        let entries = entries.as_array().cloned().unwrap_or_default();
        let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        Ok(severe.map(|entry| entry["message"].to_string()).collect())
    }

    /// Keeps what the window shows, in the folder that `SHOTS` names.
    pub(crate) fn shoot(&self, name: &str) -> anyhow::Result<()> {
        let Some(folder) = std::env::var_os("SHOTS") else {
            return Ok(());
        };
        let answer = agent().get(format!("{}/screenshot", self.session)).call()?;
        let shot: Value = serde_json::from_reader(answer.into_body().into_reader())?;
        let shot = BASE64_STANDARD.decode(shot["value"].as_str().context("no picture")?)?;
        std::fs::create_dir_all(&folder)?;
        std::fs::write(PathBuf::from(folder).join(format!("{name}.png")), shot)?;
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends the browser with the session.
        _ = agent().delete(&self.session).call();
        _ = self.driver.kill();
        _ = self.driver.wait();
    }
}

fn send(url: &str, body: &Value) -> anyhow::Result<Value> {
    let answer = agent()
        .post(url)
        .content_type("application/json")
        .send(body.to_string())?;
    let status = answer.status();
    let answer: Value = serde_json::from_reader(answer.into_body().into_reader())?;
    ensure!(status.is_success(), "{url}: {}", answer["value"]["message"]);
    Ok(answer["value"].clone())
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    config.timeout_global(Some(PATIENCE * 2)).build().into()
}

/// How long anything on a page may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

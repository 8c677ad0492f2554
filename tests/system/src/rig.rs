//! Everything that a test of the bridge needs, started and joined.

mod bound;
mod net;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use host::{
    App, AppBuilder, Clock, Hooks, KeyValueLimits, KeyValueStore, RuntimeConfig, VirtualClock,
};
use peers::ucm::{Builder as UcmBuilder, Call, Country, Ucm};
use serde_json::{Value, json};
use tempfile::TempDir;

use self::bound::Bound;
use self::net::Net;
use crate::Journal;

/// A PBX under the id that the bridge knows it by.
#[derive(Debug)]
pub struct Site {
    /// The server's id.
    pub id: String,
    /// The PBX.
    pub ucm: Ucm,
    /// Settings that differ from the usual ones.
    pub settings: Value,
    /// Whether it is in the variable `ucm_servers`.
    pub is_in_variable: bool,
}

/// A simulated PBX of a French office, with its clock at `now`.
pub fn french_ucm(now: DateTime<Utc>) -> UcmBuilder {
    Ucm::builder()
        .country(Country::Fr)
        .zone("Europe/Paris")
        .now(now)
}

impl Site {
    /// A site with the usual settings.
    pub fn new(id: &str, ucm: Ucm) -> Self {
        Self {
            id: id.to_owned(),
            ucm,
            settings: json!({}),
            is_in_variable: true,
        }
    }

    /// A PBX of a French office that has taken `calls`, with its clock at `now`.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn french(id: &str, now: DateTime<Utc>, calls: Vec<Call>) -> anyhow::Result<Self> {
        let ucm = french_ucm(now).calls(calls);
        Ok(Self::new(id, ucm.start().await?))
    }

    /// Leaves the server out of the variable `ucm_servers`: it is configured in Odoo.
    #[must_use]
    pub fn only_in_odoo(mut self) -> Self {
        self.is_in_variable = false;
        self
    }

    /// The values of the server's record in Odoo; `country` is the id of its country there.
    pub fn record(&self, country: i64) -> Value {
        let entry = self.entry();
        json!({
            "x_name": format!("UCM of {}", self.id), "x_key": self.id, "x_host": entry["host"], "x_port": entry["port"],
            "x_https": entry["https"], "x_username": entry["username"], "x_password": entry["password"], "x_country_id": country,
            "x_dialect": "action", "x_create_contacts": true, "x_recordings": true,
        })
    }

    /// Changes settings of the server's entry; those of an earlier change that are not named stay.
    #[must_use]
    pub fn with(mut self, settings: Value) -> Self {
        if let (Value::Object(all), Value::Object(more)) = (&mut self.settings, settings) {
            all.extend(more);
        }
        self
    }

    /// The server's entry in `ucm_servers`.
    pub fn entry(&self) -> Value {
        let https = self.settings.get("https") == Some(&json!(true));
        let address = if https {
            self.ucm.https_url()
        } else {
            self.ucm.url()
        };
        let port: u16 = address
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok())
            .unwrap_or_default();
        let office = self.ucm.office();
        let mut entry = json!({
            "id": self.id,
            "host": "127.0.0.1",
            "port": port,
            "https": https,
            "username": self.ucm.username(),
            "password": self.ucm.password(),
            "country": office.country.iso(),
        });
        if let (Some(entry), Some(settings)) = (entry.as_object_mut(), self.settings.as_object()) {
            entry.extend(settings.clone());
        }
        entry
    }
}

/// PBXs, an Odoo, and the bridge's state between its runs.
#[derive(Debug)]
pub struct Rig {
    /// The Odoo.
    pub journal: Journal,
    /// The PBXs.
    pub sites: Vec<Site>,
    /// The bridge's clock; [`Rig::advance`] moves those of the PBXs as well.
    pub clock: VirtualClock,
    runtime: RuntimeConfig,
    variables: Vec<(String, String)>,
    state: Arc<TempDir>,
    /// In the place of a file in `state`.
    store: Option<KeyValueStore>,
    /// Whether a second of a timeout takes less than a real one.
    is_hurried: AtomicBool,
    net: Net,
    bound: Bound,
}

/// What a rig is made of.
#[derive(Debug)]
pub struct RigBuilder {
    journal: Journal,
    sites: Vec<Site>,
    now: DateTime<Utc>,
    runtime: RuntimeConfig,
    variables: Vec<(String, String)>,
    store: Option<KeyValueStore>,
}

impl RigBuilder {
    /// Adds a PBX.
    #[must_use]
    pub fn site(mut self, site: Site) -> Self {
        self.sites.push(site);
        self
    }

    /// Sets a variable of the application.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the runtime configuration, for the trust in a PBX's own CA.
    #[must_use]
    pub fn runtime(mut self, runtime: RuntimeConfig) -> Self {
        self.runtime = runtime;
        self
    }

    /// Keeps the state in this store instead of a file.
    #[must_use]
    pub fn store(mut self, store: KeyValueStore) -> Self {
        self.store = Some(store);
        self
    }

    /// Builds the components, if that is still to be done, and sets up the Odoo side through them.
    ///
    /// # Errors
    /// When one of them fails.
    pub async fn start(self) -> anyhow::Result<Rig> {
        let rig = self.start_without_setup().await?;
        let (status, report) = rig.setup().await?;
        ensure!(status == 200, "the set-up failed: {report}");
        Ok(rig)
    }

    /// The same, with an Odoo that knows nothing of the bridge.
    ///
    /// # Errors
    /// When the components cannot be built.
    pub async fn start_without_setup(self) -> anyhow::Result<Rig> {
        tokio::task::spawn_blocking(crate::build).await??;
        Ok(Rig {
            journal: self.journal,
            sites: self.sites,
            clock: VirtualClock::new(self.now),
            runtime: self.runtime,
            variables: self.variables,
            state: Arc::new(TempDir::new()?),
            store: self.store,
            is_hurried: AtomicBool::new(false),
            net: Net::default(),
            bound: Bound::begin(),
        })
    }
}

impl Rig {
    /// A rig around `journal`, at a moment.
    pub fn around(journal: Journal, now: DateTime<Utc>) -> RigBuilder {
        RigBuilder {
            journal,
            sites: Vec::new(),
            now,
            runtime: RuntimeConfig::default(),
            variables: Vec::new(),
            store: None,
        }
    }

    /// The application as it is configured here; every start finds the state that the one before left.
    pub fn app(&self) -> AppBuilder {
        self.app_of(&crate::manifest())
    }

    /// The same by another manifest, of the same components and variables.
    pub fn app_of(&self, manifest: &Path) -> AppBuilder {
        self.bound.goes_on();
        let in_variable = self.sites.iter().filter(|site| site.is_in_variable);
        let entries: Vec<Value> = in_variable.map(Site::entry).collect();
        let odoo = self.journal.reached();
        let app = App::builder(manifest)
            .effort(crate::effort())
            .variable("odoo_url", &odoo.url)
            .variable("odoo_db", &odoo.database)
            .variable("odoo_login", &odoo.login)
            .variable("odoo_api_key", &odoo.api_key)
            .variable("ucm_servers", Value::from(entries).to_string())
            .variable("ucm_hosts", "http://127.0.0.1:*")
            .variable("ucm_hosts_legacy", "https://127.0.0.1:*")
            .variable("admin_token", ADMIN_TOKEN)
            .variable("link_secret", LINK_SECRET)
            .clock(Clock::Virtual(self.clock.clone()))
            .timeout_scale(match self.is_hurried.load(Ordering::Relaxed) {
                true => HURRIED,
                false => 1.0,
            })
            .runtime_config(self.runtime.clone())
            .listener(self.net.clone());
        let app = match &self.store {
            Some(store) => app.key_value_store(store.clone()),
            None => app.key_value_file(self.state_file()),
        };
        self.variables
            .iter()
            .fold(app, |app, (name, value)| app.variable(name, value))
    }

    /// Sets another variable from now on.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Is sooner out of patience from now on, except with a real Odoo: for a test in which somebody keeps the bridge waiting until a timeout ends.
    /// Elsewhere a second of a timeout takes a second, so that none ends because the machine is busy.
    #[must_use]
    pub fn hurried(self) -> Self {
        let can_hurry = !self.journal.is_real();
        self.is_hurried.store(can_hurry, Ordering::Relaxed);
        self
    }

    /// Has as much patience again as any other.
    pub fn be_patient(&self) {
        self.is_hurried.store(false, Ordering::Relaxed);
    }

    /// The same application with a state of its own: another machine.
    pub fn detached_app(&self) -> AppBuilder {
        self.app()
            .key_value_file(self.state.path().join("another-machine.db"))
    }

    /// Shares the store of `other` from now on, as two applications on one Redis do: their keys are in one name space.
    #[must_use]
    pub fn sharing_state_of(mut self, other: &Self) -> Self {
        self.state = Arc::clone(&other.state);
        self.store = other.store.clone();
        self
    }

    /// Remembers from now on what `other` remembers now: the same moment once more.
    ///
    /// # Errors
    /// When its files cannot be copied. No application may be at work on them.
    pub fn remember(&self, other: &Self) -> anyhow::Result<()> {
        other.bound.goes_on();
        for file in std::fs::read_dir(other.state.path())? {
            let file = file?;
            std::fs::copy(file.path(), self.state.path().join(file.file_name()))?;
        }
        Ok(())
    }

    fn state_file(&self) -> PathBuf {
        self.state.path().join("key-value.db")
    }

    /// The same application before a copy of its simulated Odoo and before `sites`, at the same moment, with nothing remembered.
    ///
    /// # Errors
    /// When the Odoo cannot be copied.
    pub async fn again(&self, sites: Vec<Site>) -> anyhow::Result<Self> {
        self.bound.goes_on();
        let odoo = self.journal.handle().copy().await?;
        Ok(Self {
            journal: Journal::around(odoo).await?,
            sites,
            clock: VirtualClock::new(self.clock.now()),
            runtime: self.runtime.clone(),
            variables: self.variables.clone(),
            state: Arc::new(TempDir::new()?),
            store: None,
            is_hurried: AtomicBool::new(self.is_hurried.load(Ordering::Relaxed)),
            net: Net::default(),
            bound: Bound::begin(),
        })
    }

    /// What is in the store, whichever application's it is.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub fn store(&self) -> anyhow::Result<KeyValueStore> {
        let limits = KeyValueLimits::NONE;
        Ok(match &self.store {
            Some(store) => store.clone().under(limits),
            None => KeyValueStore::open(&self.state_file(), "default", limits)?,
        })
    }

    /// Loses everything that the bridge has remembered.
    ///
    /// # Errors
    /// When the store cannot be emptied.
    pub fn forget_state(&self) -> anyhow::Result<()> {
        if let Some(store) = &self.store {
            return Ok(store.keys()?.iter().try_for_each(|key| store.delete(key))?);
        }
        for file in std::fs::read_dir(self.state.path())? {
            std::fs::remove_file(file?.path())?;
        }
        Ok(())
    }

    /// Moves all clocks.
    pub fn advance(&self, by: Duration) {
        self.bound.goes_on();
        self.clock.advance(by);
        for site in &self.sites {
            site.ucm.set_now(self.clock.now());
        }
    }

    /// One tick of the timer, and what the guest said.
    ///
    /// # Errors
    /// When the application does not start. A guest that fails or is killed is no error here.
    pub async fn tick(&self) -> anyhow::Result<Vec<String>> {
        self.tick_with(host::NoHooks).await
    }

    /// One tick under `hooks`.
    ///
    /// # Errors
    /// When the application does not start.
    pub async fn tick_with(&self, hooks: impl Hooks + 'static) -> anyhow::Result<Vec<String>> {
        let app = self.app().hooks(hooks).start().await?;
        _ = app.fire_cron("cdr-poll", self.clock.now()).await;
        let lines = app.logs().into_iter().map(|line| line.text).collect();
        app.stop().await;
        Ok(lines)
    }

    /// Two ticks at once on machines that share nothing but Odoo and the PBXs.
    ///
    /// # Errors
    /// When an application does not start, or a tick fails.
    pub async fn tick_on_two_machines(&self) -> anyhow::Result<()> {
        let (first, second) = (
            self.app().start().await?,
            self.detached_app().start().await?,
        );
        let now = self.clock.now();
        let ticks = tokio::join!(
            first.fire_cron("cdr-poll", now),
            second.fire_cron("cdr-poll", now)
        );
        first.stop().await;
        second.stop().await;
        let failed = |error| anyhow::anyhow!("{error:?}");
        ticks.0.map_err(failed)?;
        ticks.1.map_err(failed)?;
        Ok(())
    }

    /// Ticks a minute apart until every server is complete.
    ///
    /// # Errors
    /// When that takes more than `most` ticks.
    pub async fn run_to_completion(&self, most: usize) -> anyhow::Result<()> {
        for _ in 0..most {
            let report = self.sync().await?;
            let servers = report["servers"].as_array().context("a report")?;
            if servers.iter().all(|server| server["status"] == "complete") {
                return Ok(());
            }
            // What a person does about an account that was refused, because a request came twice for instance.
            for held in servers.iter().filter(|server| server["status"] == "held") {
                let id = held["server"].as_str().context("an id")?;
                self.request("POST", &format!("/sync?server={id}")).await?;
            }
            self.advance(Duration::from_secs(60));
        }
        anyhow::bail!("not complete after {most} runs: {}", self.sync().await?)
    }

    /// `POST /sync`, and its report.
    ///
    /// # Errors
    /// When the application does not start or the answer is no JSON.
    pub async fn sync(&self) -> anyhow::Result<Value> {
        Ok(self.request("POST", "/sync").await?.1)
    }

    /// `POST /setup`.
    ///
    /// # Errors
    /// When the application does not start or the answer is no JSON.
    pub async fn setup(&self) -> anyhow::Result<(u16, Value)> {
        self.request("POST", "/setup").await
    }

    /// A request of an administrator.
    ///
    /// # Errors
    /// When the application does not start or the answer is no JSON.
    pub async fn request(&self, method: &str, path: &str) -> anyhow::Result<(u16, Value)> {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("http://localhost{path}"))
            .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
            .body(Bytes::new())?;
        let answer = self.send(request).await?;
        let body = serde_json::from_slice(answer.body()).with_context(|| {
            format!(
                "{} {}",
                answer.status(),
                String::from_utf8_lossy(answer.body())
            )
        })?;
        Ok((answer.status().as_u16(), body))
    }

    /// What is set aside of a server, as the list of it says.
    ///
    /// # Errors
    /// When the application does not start or refuses.
    pub async fn letters(&self, server: &str) -> anyhow::Result<Vec<Value>> {
        let path = format!("/dead-letters/{server}");
        let (status, mut body) = self.request("GET", &path).await?;
        ensure!(status == 200, "{status}: {body}");
        Ok(serde_json::from_value(body["letters"].take())?)
    }

    /// Has all that is set aside of a server tried again, and gives the answer.
    ///
    /// # Errors
    /// When the application does not start or the answer is no JSON.
    pub async fn try_letters_again(&self, server: &str) -> anyhow::Result<Value> {
        let path = format!("/replay?server={server}&letter=all");
        let (_, answer) = self.request("POST", &path).await?;
        Ok(answer)
    }

    /// Any request.
    ///
    /// # Errors
    /// When the application does not start or gives no answer.
    pub async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> anyhow::Result<http::Response<Bytes>> {
        let app = self.app().start().await?;
        let answer = app.request(request).await;
        app.stop().await;
        answer.map_err(|error| anyhow::anyhow!("{error:?}"))
    }
}

/// The administrators' token of every rig.
pub const ADMIN_TOKEN: &str = "an-administrators-token";

/// What signs links, and seals what is stored with calls.
pub const LINK_SECRET: &str = "a-secret-for-links-of-this-test";
/// How many real seconds a second of a timeout takes for who is hurried: what is answered still has the time for it, unless the machine is very busy.
const HURRIED: f64 = 0.15;

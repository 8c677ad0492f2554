//! An office with a proxy before each peer, which is set up once and begun anew for every fault.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use chrono_clock::{DateTime, Utc};
use host::{Hooks, KillAt, Recorder};
use peers::proxy::{self, Proxy, Struck};
use peers::ucm::Builder;
use serde_json::{Value, json};
use system::{Journal, Rig, Site, french_ucm};

use super::fault::{Fault, Peer};

/// The id of the only server.
pub(crate) const SERVER: &str = "matrix";
/// The name of the only campaign, and of the contact that is called in it.
pub(crate) const CAMPAIGN: &str = "Campaign of the matrix";

/// What a flow begins with.
pub(crate) struct Office {
    pub(crate) now: DateTime<Utc>,
    pub(crate) ucm: Builder,
    pub(crate) settings: Value,
    pub(crate) variables: Vec<(&'static str, &'static str)>,
    /// Whether the Odoo side is there before the flow begins.
    pub(crate) is_set_up: bool,
}

impl Office {
    /// A French office at this moment, that has taken no calls.
    pub(crate) fn at(now: DateTime<Utc>) -> Self {
        Self {
            now,
            ucm: french_ucm(now),
            settings: json!({}),
            variables: Vec::new(),
            is_set_up: true,
        }
    }
}

/// The office, its proxies, and what is there before the flow begins.
pub(crate) struct Bench {
    office: Office,
    odoo: Proxy,
    ucm: Proxy,
    /// As it is after the set-up.
    first: Rig,
}

/// How often a flow has done what can be struck.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counts {
    odoo: usize,
    ucm: usize,
    requests: usize,
    writes: usize,
}

impl Bench {
    pub(crate) async fn open(office: Office, journal: Journal) -> anyhow::Result<Self> {
        let ucm = office.ucm.clone().now(office.now).start().await?;
        let (odoo, pbx) = (
            Proxy::before(address(&journal.reached().url)?).await?,
            Proxy::before(address(&ucm.url())?).await?,
        );
        if journal.is_real() {
            clear(&journal).await?;
        }
        let site = Site::new(SERVER, ucm);
        let first = rig(&office, &odoo, &pbx, journal, site).await?;
        if office.is_set_up {
            let (status, report) = first.setup().await?;
            anyhow::ensure!(status == 200, "the set-up failed: {report}");
        }
        Ok(Self {
            office,
            odoo,
            ucm: pbx,
            first,
        })
    }

    /// What is there before the flow begins, to be made ready further.
    pub(crate) fn first(&self) -> &Rig {
        &self.first
    }

    /// What is ready before a flow begins is ready before every one: but a real Odoo cannot be copied.
    pub(crate) fn is_copied(&self) -> bool {
        !self.first.journal.is_real()
    }

    /// The same moment once more, of which nothing is left to the next.
    pub(crate) async fn anew(&self) -> anyhow::Result<Rig> {
        let ucm = self.office.ucm.clone().now(self.office.now).start().await?;
        ucm.set_now(self.first.clock.now());
        self.ucm.lead_to(address(&ucm.url())?);
        let (journal, site) = (self.journal().await?, Site::new(SERVER, ucm));
        let rig = rig(&self.office, &self.odoo, &self.ucm, journal, site).await?;
        rig.clock.set(self.first.clock.now());
        rig.remember(&self.first)?;
        Ok(rig)
    }

    async fn journal(&self) -> anyhow::Result<Journal> {
        if self.is_copied() {
            let odoo = self.first.journal.handle().copy().await?;
            self.odoo.lead_to(address(&odoo.url())?);
            return Journal::around(odoo).await;
        }
        let journal = Journal::real(self.first.journal.reached().clone()).await?;
        clear(&journal).await?;
        Ok(journal)
    }

    /// Leaves nothing behind in an Odoo that was there before.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        match self.is_copied() {
            true => Ok(()),
            false => clear(&self.first.journal).await,
        }
    }

    /// Strikes at the n-th place from now on.
    pub(crate) async fn strike(&self, fault: Option<Fault>, nth: usize) -> Watch {
        self.odoo.clear().await;
        self.ucm.clear().await;
        let kill = match fault {
            Some(Fault::Network(peer, kind)) => {
                let fault = proxy::Fault::new(kind).at(nth);
                self.proxy(peer).fault(fault).await;
                None
            }
            Some(Fault::KillAtRequest) => Some(KillAt::request(nth)),
            Some(Fault::KillAtWrite) => Some(KillAt::write(nth)),
            None => None,
        };
        Watch {
            kill: kill.map(Arc::new),
            recorder: Arc::default(),
        }
    }

    fn proxy(&self, peer: Peer) -> &Proxy {
        match peer {
            Peer::Odoo => &self.odoo,
            Peer::Ucm => &self.ucm,
        }
    }

    /// Whether it has struck, and which requests; all passes from now on.
    pub(crate) async fn struck(&self, fault: Fault, watch: &Watch) -> (bool, Vec<Struck>) {
        let (has, struck) = match fault {
            Fault::Network(peer, proxy::Kind::Refuse) => {
                let sent = watch.sent_to(self.proxy(peer));
                (sent > self.proxy(peer).requests(), Vec::new())
            }
            Fault::Network(peer, _) => {
                let struck = self.proxy(peer).struck();
                (!struck.is_empty(), struck)
            }
            _ => (
                watch.kill.as_ref().is_some_and(|kill| kill.has_killed()),
                Vec::new(),
            ),
        };
        self.odoo.clear().await;
        self.ucm.clear().await;
        (has, struck)
    }

    /// What there was to strike.
    pub(crate) fn counts(&self, watch: &Watch) -> Counts {
        let effects = watch.recorder.effects();
        let writes = effects.iter().filter(|effect| effect.kind.is_write());
        Counts {
            odoo: self.odoo.requests(),
            ucm: self.ucm.requests(),
            requests: watch.recorder.requests().len(),
            writes: writes.count(),
        }
    }
}

impl Counts {
    /// How many places there are for a fault.
    pub(crate) fn of(&self, fault: Fault) -> usize {
        match fault {
            Fault::Network(Peer::Odoo, _) => self.odoo,
            Fault::Network(Peer::Ucm, _) => self.ucm,
            Fault::KillAtRequest => self.requests,
            Fault::KillAtWrite => self.writes,
        }
    }
}

/// What watches a flow, and ends its instance where that is asked for.
pub(crate) struct Watch {
    kill: Option<Arc<KillAt>>,
    recorder: Arc<Recorder>,
}

impl Watch {
    /// Hooks for every application that the flow starts.
    pub(crate) fn hooks(&self) -> Arc<dyn Hooks> {
        match &self.kill {
            Some(kill) => Arc::new((Arc::clone(kill), Arc::clone(&self.recorder))),
            None => Arc::new(Arc::clone(&self.recorder)),
        }
    }

    fn sent_to(&self, proxy: &Proxy) -> usize {
        let sent = self.recorder.requests_per_authority();
        let authority = proxy.url().replace("http://", "");
        sent.get(&authority).copied().unwrap_or_default()
    }
}

/// Removes what flows leave in a real Odoo.
async fn clear(journal: &Journal) -> anyhow::Result<()> {
    let there = json!([["model", "in", ["x_ucm_call", "x_ucm_campaign", "crm.lead"]]]);
    let there = journal.records("ir.model", there, &["model"]).await?;
    let is_there = |model: &str| there.iter().any(|known| known["model"] == model);
    if !is_there("x_ucm_call") {
        return Ok(());
    }
    let calls = journal.calls(SERVER).await?;
    let numbers: Vec<&Value> = calls.iter().map(|call| &call["x_number"]).collect();
    if is_there("x_ucm_campaign") {
        let ours = json!([["x_name", "=", CAMPAIGN]]);
        journal.remove_records("x_ucm_campaign", ours).await?;
    }
    if is_there("crm.lead") {
        let ours = json!([["x_ucm_key", "in", numbers]]);
        journal.remove_records("crm.lead", ours).await?;
    }
    for (model, domain) in [
        ("mail.activity", json!([["x_ucm_number", "in", numbers]])),
        ("x_ucm_order", json!([])),
        (
            "x_ucm_extension",
            json!([
                "|",
                ["x_server", "=", SERVER],
                ["x_server_id.x_key", "=", SERVER]
            ]),
        ),
        ("res.partner", json!([["name", "=", CAMPAIGN]])),
    ] {
        journal.remove_records(model, domain).await?;
    }
    journal.remove(SERVER).await
}

async fn rig(
    office: &Office,
    odoo: &Proxy,
    ucm: &Proxy,
    journal: Journal,
    site: Site,
) -> anyhow::Result<Rig> {
    let site = site
        .with(office.settings.clone())
        .with(json!({ "port": ucm.port() }));
    let rig = Rig::around(journal, office.now)
        .site(site)
        .variable("odoo_url", &odoo.url());
    let variables = office.variables.iter();
    let rig = variables.fold(rig, |rig, (name, value)| rig.variable(name, value));
    rig.start_without_setup().await
}

fn address(url: &str) -> anyhow::Result<SocketAddr> {
    let address = url.strip_prefix("http://").context("no plain HTTP")?;
    address
        .replace("localhost", "127.0.0.1")
        .parse()
        .context(url.to_owned())
}

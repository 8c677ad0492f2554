//! What an agent of a campaign waits for. What they press is programs of a real Odoo, so it is measured where the environment names one.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bench::{Card, Cpu, Goal, Row};
use bytes::Bytes;
use host::App;
use serde_json::{Value, json};
use system::{Campaign, Journal, RealOdoo, Rig, Site};

use crate::load::{self, Http, client, request};
use crate::support::{SECRET, listening, millis, percentile};

/// From the button until the next member is shown: of few members, and of many.
const NEXT: [(&str, usize); 2] = [
    ("Call Next, of 50 members", 50),
    ("Call Next, of 2,000 members", 2_000),
];
/// From the click on *Call* until the UCM is to call.
const RINGS: &str = "Call Next to a phone that rings";
const NAME: &str = "Campaign of the benchmark";

pub(crate) async fn measure(card: &mut Card) -> anyhow::Result<()> {
    if !card.wants_any(NEXT.iter().map(|(what, _)| *what).chain([RINGS])) {
        return Ok(());
    }
    let Some(odoo) = RealOdoo::from_environment() else {
        eprintln!("left out: campaigns, which no simulated Odoo runs");
        return Ok(());
    };
    let office = Office::open(Journal::real(odoo).await?).await?;
    let mut little = None;
    for (nth, (what, members)) in NEXT.into_iter().enumerate() {
        let extension = format!("{}", 1001 + nth);
        let campaign = office.campaign(&extension, nth, members).await?;
        let worked = office.work_through(&campaign).await?;
        let p50 = millis(percentile(&worked.shown, 50));
        let row = waited(what, &worked.shown).cpu(worked.cpu);
        // Many are measured against few.
        card.add(match little {
            Some(little) => row.limit(little).goal(Goal::AtMost(1.5)),
            None => row,
        });
        if little.is_some() {
            let row = waited(RINGS, &worked.rang);
            card.add(row.peak_memory_bytes(office.app.peak_memory_bytes("dial")));
        }
        little = Some(p50);
        office.rig.journal.dismiss(&[campaign.agent.user()]).await?;
    }
    office.close().await
}

/// An office whose people call from Odoo.
struct Office {
    rig: Rig,
    app: App,
    client: Http,
    /// Where the bridge takes hints.
    link: Value,
}

/// How long an agent has waited, the shortest first: for the next member, and for the phone.
struct Worked {
    shown: Vec<Duration>,
    rang: Vec<Duration>,
    cpu: Duration,
}

impl Office {
    async fn open(journal: Journal) -> anyhow::Result<Self> {
        let now = chrono_clock::Utc::now();
        let ucm = system::french_ucm(now).start().await?;
        let rig = Rig::around(journal, now)
            .site(Site::new("bench", ucm).with(json!({ "dial": true })))
            .variable("public_url", "https://bridge.example.com")
            .variable("link_secret", SECRET)
            .start_without_setup()
            .await?;
        Campaign::install(&rig).await?;
        clean(&rig.journal).await?;
        rig.run_to_completion(3).await?;
        // One call after another can be asked for where nobody sees whether the phone is free.
        rig.sites[0]
            .ucm
            .switches(|switches| switches.denied_actions = vec!["listAccount".to_owned()]);
        let hints = json!([["x_name", "=", "dial"]]);
        let links = rig.journal.records("x_ucm_link", hints, &["x_url"]).await?;
        let link = links.first().context("a link for hints")?["x_url"].clone();
        let app = listening(&rig).await?;
        Ok(Self {
            rig,
            app,
            client: client(),
            link,
        })
    }

    /// One of so many members, whose numbers the bridge has read.
    async fn campaign(
        &self,
        extension: &str,
        nth: usize,
        members: usize,
    ) -> anyhow::Result<Campaign> {
        let journal = &self.rig.journal;
        let campaign = Campaign::start(&self.rig, NAME, ("bench", extension)).await?;
        let france = journal.france().await?;
        let contacts: Vec<Value> = (0..members)
            .map(|member| {
                let number = format!("01 99 {nth}0 {:02} {:02}", member / 100, member % 100);
                json!({ "name": NAME, "phone": number, "country_id": france })
            })
            .collect();
        let contacts = journal.call("res.partner", "create", json!([contacts]), json!({}));
        let contacts: Vec<i64> = serde_json::from_value(contacts.await?)?;
        campaign.add(&self.rig, &contacts).await?;
        for _ in 0..5 {
            self.rig.advance(Duration::from_secs(60));
            self.rig.tick().await?;
        }
        Ok(campaign)
    }

    /// One call after the other, each with a result.
    async fn work_through(&self, campaign: &Campaign) -> anyhow::Result<Worked> {
        let result = "ucm_odoo_campaigns.result_not_interested";
        let result = self.rig.journal.id_of(result).await?;
        let next = "ucm_odoo_campaigns.action_campaign_next";
        let next = self.rig.journal.id_of(next).await?;
        let ucm = &self.rig.sites[0].ucm;
        let (mut shown, mut rang) = (Vec::new(), Vec::new());
        let cpu = Cpu::now()?;
        for _ in 0..CALLS {
            let before = ucm.dialled().len();
            let of_campaign = json!({ "active_model": "x_ucm_campaign", "active_id": campaign.id });
            let pressed = Instant::now();
            let member = campaign.agent.run(next, of_campaign).await?;
            shown.push(pressed.elapsed());
            let member = member["res_id"]
                .as_i64()
                .with_context(|| member.to_string())?;
            let pressed = Instant::now();
            let told = campaign.call(&self.rig, member).await?;
            self.hint().await.with_context(|| told.to_string())?;
            while ucm.dialled().len() == before {
                ensure!(
                    pressed.elapsed() < Duration::from_secs(10),
                    "no phone rings"
                );
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            rang.push(pressed.elapsed());
            self.app.settled().await;
            campaign.say(&self.rig, member, result).await?;
        }
        let cpu = cpu.since()?;
        shown.sort();
        rang.sort();
        Ok(Worked { shown, rang, cpu })
    }

    /// What Odoo sends of the order that was just made.
    async fn hint(&self) -> anyhow::Result<()> {
        let asked = json!([["x_state", "=", "asked"]]);
        let orders = self.rig.journal.records("x_ucm_order", asked, &["x_state"]);
        let orders = orders.await?;
        let id = &orders.first().context("no order")?["id"];
        let hint = json!({ "_id": id, "_model": "x_ucm_order", "id": id, "x_hint": self.link })
            .to_string();
        let hint = request("POST", "/dial/hint", "", Bytes::from(hint));
        let status = load::ask(&self.client, &self.app, hint).await?;
        ensure!(status.is_success(), "a hint is not taken: {status}");
        Ok(())
    }

    /// A real Odoo is left as it was.
    async fn close(self) -> anyhow::Result<()> {
        self.app.stop().await;
        clean(&self.rig.journal).await
    }
}

async fn clean(journal: &Journal) -> anyhow::Result<()> {
    for (model, domain) in [
        ("x_ucm_campaign", json!([["x_name", "=", NAME]])),
        ("x_ucm_order", json!([])),
        ("x_ucm_extension", json!([["x_server", "=", "bench"]])),
        (
            "x_ucm_extension",
            json!([["x_server_id.x_key", "=", "bench"]]),
        ),
        ("res.partner", json!([["name", "=", NAME]])),
    ] {
        journal.remove_records(model, domain).await?;
    }
    journal.remove("bench").await
}

fn waited(what: &str, took: &[Duration]) -> Row {
    let p95 = millis(percentile(took, 95));
    Row::time(what, percentile(took, 50)).note(format!("p50 of {CALLS}, p95 {p95:.1} ms"))
}

/// Calls of each campaign.
const CALLS: usize = 30;

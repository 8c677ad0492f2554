//! What people at their phones wait for: the card of who calls, and their own phone after a click in Odoo.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bench::{Card, Cpu, Row};
use bytes::Bytes;
use host::App;
use peers::phones::{ActionUrls, Caller, Fleet};
use serde_json::{Value, json};
use system::{Journal, Rig, Site, links};

use crate::load::{self, client, request};
use crate::support::{SECRET, listening, millis, percentile};

const CARD: &str = "ring to card";
const DIALLED: &str = "click to a phone that rings";

/// Everything of this room; all of it in a simulated Odoo.
pub(crate) async fn measure(card: &mut Card) -> anyhow::Result<()> {
    if card.wants(CARD) {
        ring_to_card(card).await?;
    }
    if card.wants(DIALLED) {
        click_to_phone(card).await?;
    }
    Ok(())
}

/// From the request of a phone until Odoo has sent the card, one ring after the other.
async fn ring_to_card(card: &mut Card) -> anyhow::Result<()> {
    let rig = with_links().await?;
    let ana = rig.journal.person(&["base.group_user"], &[1]).await?;
    let desk = json!({ "x_name": "1001", "x_server": "bench", "x_user_id": ana.user() });
    rig.journal.create("x_ucm_extension", desk).await?;
    let contact = json!({ "name": "Ada Byron", "phone": "01 99 00 00 77" });
    rig.journal.create("res.partner", contact).await?;
    let app = listening(&rig).await?;
    let secret = links::derived(SECRET, "ring", &["bench", "0"]);
    let urls = ActionUrls::of_all(&format!("{}/ring/bench/{secret}", app.url()));
    let at = app.address().context("an address")?;
    let mut fleet = Fleet::new(at, urls, &["1001"]);
    let cpu = Cpu::now()?;
    let mut took = Vec::new();
    for _ in 0..RINGS {
        took.push(card_of_a_ring(&rig, &mut fleet).await?);
        app.settled().await;
    }
    card.add(waited(CARD, took, &app, "desk").cpu(cpu.since()?));
    app.stop().await;
    Ok(())
}

/// An office at the present, for what goes by Odoo's clock, whose pages have addresses.
async fn with_links() -> anyhow::Result<Rig> {
    let now = chrono_clock::Utc::now();
    let ucm = system::french_ucm(now).start().await?;
    let rig = Rig::around(Journal::simulated(19).await?, now)
        .site(Site::new("bench", ucm).with(json!({ "dial": true })))
        .variable("public_url", "https://bridge.example.com")
        .variable("link_secret", SECRET)
        .start()
        .await?;
    rig.run_to_completion(3).await?;
    Ok(rig)
}

/// How long people have waited for something of a component.
fn waited(what: &str, mut took: Vec<Duration>, app: &App, component: &str) -> Row {
    took.sort();
    let (times, p95) = (took.len(), millis(percentile(&took, 95)));
    Row::time(what, percentile(&took, 50))
        .peak_memory_bytes(app.peak_memory_bytes(component))
        .note(format!("p50 of {times}, p95 {p95:.1} ms"))
}

/// From the hint that Odoo sends of a click until the UCM is to call, one click after the other.
async fn click_to_phone(card: &mut Card) -> anyhow::Result<()> {
    let office = Clicking::open().await?;
    let app = listening(&office.rig).await?;
    let client = client();
    let ucm = &office.rig.sites[0].ucm;
    let cpu = Cpu::now()?;
    let mut took = Vec::new();
    for before in 0..CLICKS {
        let hint = office.click(before).await?.to_string();
        let hint = request("POST", "/dial/hint", "", Bytes::from(hint));
        let sent = Instant::now();
        let (status, rang) = tokio::join!(load::ask(&client, &app, hint), async {
            while ucm.dialled().len() == before {
                ensure!(sent.elapsed() < Duration::from_secs(10), "no phone rings");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            Ok(sent.elapsed())
        });
        let status = status?;
        ensure!(status.is_success(), "a hint is not taken: {status}");
        took.push(rang?);
        app.settled().await;
    }
    card.add(waited(DIALLED, took, &app, "dial").cpu(cpu.since()?));
    app.stop().await;
    Ok(())
}

/// An office in which Ana clicks on numbers in Odoo.
struct Clicking {
    rig: Rig,
    ana: Journal,
    /// The program behind a number, and the contact in whose form that is.
    button: i64,
    contact: i64,
    /// Where the bridge takes hints.
    link: Value,
}

impl Clicking {
    async fn open() -> anyhow::Result<Self> {
        let rig = with_links().await?;
        let odoo = &rig.journal;
        // One call after another can be asked for where nobody sees whether the phone is free.
        rig.sites[0]
            .ucm
            .switches(|switches| switches.denied_actions = vec!["listAccount".to_owned()]);
        let groups = ["base.group_user", "ucm_odoo.group_dial"];
        let ana = odoo.person(&groups, &[1]).await?;
        odoo.give_extension("bench", "1001", ana.user()).await?;
        let hints = json!([["x_name", "=", "dial"]]);
        let links = odoo.records("x_ucm_link", hints, &["x_url"]).await?;
        Ok(Self {
            button: odoo.id_of("ucm_odoo.action_dial").await?,
            contact: ana.own_contact().await?,
            link: links[0]["x_url"].clone(),
            ana,
            rig,
        })
    }

    /// A click on one more number, and the hint that Odoo sends of it.
    async fn click(&self, nth: usize) -> anyhow::Result<Value> {
        let context = json!({
            "active_model": "res.partner", "active_id": self.contact, "active_ids": [self.contact],
            "x_ucm_number": format!("01 99 00 00 {nth:02}"),
        });
        let shown = self.ana.run(self.button, context).await?;
        let waiting = json!([["x_state", "=", "asked"]]);
        let orders = self
            .rig
            .journal
            .records("x_ucm_order", waiting, &["x_state"]);
        let orders = orders.await?;
        let order = orders
            .first()
            .with_context(|| format!("no order: {shown}"))?;
        let id = &order["id"];
        Ok(json!({ "_id": id, "_model": "x_ucm_order", "id": id, "x_hint": self.link }))
    }
}

/// How long it takes until the bus of Odoo has the card of one more ring; then the caller gives up.
async fn card_of_a_ring(rig: &Rig, fleet: &mut Fleet) -> anyhow::Result<Duration> {
    let cards = || {
        let sent = rig.journal.handle().records("bus.bus");
        let is_card = |message: &str| message.contains("ucm_odoo.ring");
        let messages = sent.iter().filter_map(|row| row["message"].as_str());
        messages.filter(|message| is_card(message)).count()
    };
    let before = cards();
    let mut ring = fleet.ring(&["1001"], &Caller::number("0199000077"));
    let sent = Instant::now();
    let shown = async {
        while cards() == before {
            ensure!(sent.elapsed() < Duration::from_secs(10), "no card comes");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(sent.elapsed())
    };
    let incoming = ring.incoming();
    let (answers, took) = tokio::join!(fleet.send(&incoming), shown);
    ensure!(answers?.iter().all(|answer| answer.status == 200));
    let given_up = fleet.send(&ring.given_up()).await?;
    ensure!(given_up.iter().all(|answer| answer.status == 200));
    took
}

/// Rings whose way to the card is timed.
const RINGS: usize = 40;
/// Clicks whose way to the phone is timed.
const CLICKS: usize = 20;

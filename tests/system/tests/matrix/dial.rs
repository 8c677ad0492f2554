//! A click in Odoo rings the user's own phone, once at most.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use chrono_clock::Utc;
use host::Hooks;
use peers::proxy::Struck;
use serde_json::{Value, json};
use system::{Journal, Rig};

use super::bench::{Office, SERVER};
use super::fault::Peer;
use super::flow::Flow;

const NUMBER: &str = "01 99 00 00 77";

/// Somebody has clicked, and Odoo hints at it.
pub(crate) struct Dialled {
    rig: Rig,
    order: i64,
    link: String,
}

/// Who clicks, and on what.
#[derive(Default)]
pub(crate) struct Ana {
    login: String,
    api_key: String,
    action: i64,
}

impl Dialled {
    /// What Odoo's webhook posts.
    async fn hint(&self, hooks: Arc<dyn Hooks>) -> anyhow::Result<()> {
        let body = json!({
            "_action": "UCM: Ask the Bridge (dial)(#1)", "_id": self.order, "_model": "x_ucm_order", "id": self.order,
            "x_hint": self.link,
        });
        let request = http::Request::post("http://localhost/dial/hint")
            .header("content-type", "application/json")
            .body(Bytes::from(body.to_string()))?;
        let app = self.rig.app().hooks(hooks).start().await?;
        // Odoo does not look at the answer.
        _ = app.request(request).await;
        app.settled().await;
        app.stop().await;
        Ok(())
    }

    async fn state(&self) -> anyhow::Result<String> {
        let orders = orders(&self.rig.journal).await?;
        let order = orders.iter().find(|order| order["id"] == self.order);
        let state = order.context("the order is gone")?["x_state"].as_str();
        Ok(state.unwrap_or_default().to_owned())
    }
}

/// Whether a request asks the PBX to dial.
pub(crate) fn is_dialling(request: &Struck) -> bool {
    String::from_utf8_lossy(&request.body).contains("dialOutbound")
}

async fn orders(journal: &Journal) -> anyhow::Result<Vec<Value>> {
    let fields = ["x_state", "x_reason"];
    journal.records("x_ucm_order", json!([]), &fields).await
}

impl Flow for Dialled {
    const NAME: &'static str = "dial";
    const SPEAKS_WITH: &'static [Peer] = &[Peer::Odoo, Peer::Ucm];
    type Ready = Ana;

    /// Orders are made by Odoo's clock, which is the real one.
    fn office(_user: i64) -> Office {
        let mut office = Office::at(Utc::now());
        office.settings = json!({ "dial": true });
        office.variables = vec![
            ("public_url", "https://bridge.example.com"),
            ("link_secret", "a-secret-for-links-of-this-test"),
        ];
        office
    }

    async fn make_ready(rig: &Rig) -> anyhow::Result<Ana> {
        rig.run_to_completion(3).await?;
        let groups = ["base.group_user", "ucm_odoo.group_dial"];
        let journal = rig.journal.person(&groups, &[1]).await?;
        let user = journal.user();
        rig.journal.give_extension(SERVER, "1001", user).await?;
        let action = rig.journal.id_of("ucm_odoo.action_dial").await?;
        let known = journal.reached();
        Ok(Ana {
            login: known.login.clone(),
            api_key: known.api_key.clone(),
            action,
        })
    }

    async fn begin(rig: Rig, ana: &Ana) -> anyhow::Result<Self> {
        let behind = Utc::now() - rig.clock.now();
        rig.advance(behind.to_std().unwrap_or_default());
        let journal = rig.journal.as_user(&ana.login, &ana.api_key).await?;
        let contact = journal.own_contact().await?;
        let context = json!({
            "active_model": "res.partner", "active_id": contact, "active_ids": [contact], "x_ucm_number": NUMBER,
        });
        journal.run(ana.action, context).await?;
        let orders = orders(&rig.journal).await?;
        let order = orders.last().context("an order")?["id"].as_i64();
        let link = json!([["x_name", "=", "dial"]]);
        let link = rig.journal.records("x_ucm_link", link, &["x_url"]).await?;
        let link = link.first().context("a link")?["x_url"].as_str();
        Ok(Self {
            order: order.context("an id")?,
            link: link.context("an address")?.to_owned(),
            rig,
        })
    }

    fn rig(&self) -> &Rig {
        &self.rig
    }

    async fn happen(&mut self, hooks: Arc<dyn Hooks>) -> anyhow::Result<()> {
        self.hint(hooks).await
    }

    /// The hint comes once more, and the timer looks after whatever is left.
    async fn recover(&mut self) -> anyhow::Result<()> {
        self.hint(Arc::new(host::NoHooks)).await?;
        for _ in 0..3 {
            self.rig.advance(Duration::from_secs(60));
            self.rig.tick().await?;
        }
        Ok(())
    }

    async fn losses(&self, doubled: &[Struck]) -> anyhow::Result<Vec<String>> {
        let times = self.rig.sites[0].ucm.dialled().len();
        // What somebody else has sent on twice the bridge has asked once.
        let most = 1 + doubled.iter().filter(|struck| is_dialling(struck)).count();
        let mut losses = Vec::new();
        losses.extend((times > most).then(|| format!("dialled {times} times")));
        let state = self.state().await?;
        let is_told = match state.as_str() {
            "ringing" | "done" => times > 0,
            "dialling" | "unknown" => true,
            "asked" => false,
            _ => times == 0,
        };
        losses.extend((!is_told).then(|| format!("dialled {times} times, and it is {state}")));
        Ok(losses)
    }
}

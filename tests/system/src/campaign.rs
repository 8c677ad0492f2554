//! A campaign in a real Odoo, as people plan it and work through it: what they press is programs, which the simulated one does not run.

use anyhow::{Context, ensure};
use bytes::Bytes;
use host::Clock;
use serde_json::{Value, json};

use crate::{ADMIN_TOKEN, Journal, Rig};

/// A campaign, and somebody who plans it and calls.
pub struct Campaign {
    /// Odoo as they see it.
    pub agent: Journal,
    /// Its database id.
    pub id: i64,
}

impl Campaign {
    /// Has the bridge bring the campaigns into Odoo. On the real clock: what a real Odoo takes its time for is waited for.
    ///
    /// # Errors
    /// What the bridge says against it.
    pub async fn install(rig: &Rig) -> anyhow::Result<()> {
        let app = rig.app().clock(Clock::Real).timeout_scale(1.0);
        let app = app.start().await?;
        let asked = http::Request::post("http://localhost/setup?campaigns=yes")
            .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
            .body(Bytes::new())?;
        let answer = app.request(asked).await;
        app.stop().await;
        let answer = answer.map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let report = String::from_utf8_lossy(answer.body());
        ensure!(answer.status() == 200, "{report}");
        Ok(())
    }

    /// One of this name that runs at all hours, of somebody new who has an extension of a server that is shown in Odoo already.
    ///
    /// # Errors
    /// What Odoo refuses.
    pub async fn start(
        rig: &Rig,
        name: &str,
        (server, extension): (&str, &str),
    ) -> anyhow::Result<Self> {
        let groups = [
            "base.group_user",
            "base.group_partner_manager",
            "ucm_odoo.group_dial",
            "ucm_odoo_campaigns.group_campaigns",
        ];
        let agent = rig.journal.person(&groups, &[1]).await?;
        let user = agent.user();
        rig.journal.give_extension(server, extension, user).await?;
        let values = Self::values(name, &[user]);
        let id = agent.create("x_ucm_campaign", values).await?;
        let campaign = Self { agent, id };
        campaign.of_campaign(rig, "action_campaign_start").await?;
        Ok(campaign)
    }

    /// What one of this name is made of that runs at all hours, for these users.
    #[must_use]
    pub fn values(name: &str, agents: &[i64]) -> Value {
        let hours: Vec<Value> = (0..7)
            .map(|day| json!([0, 0, { "x_weekday": day.to_string(), "x_from": 0, "x_until": 24 }]))
            .collect();
        json!({
            "x_name": name, "x_state": "draft", "x_mode": "preview", "x_order": "added", "x_hold": 15, "x_zone": "Europe/Paris",
            "x_agent_ids": [[6, 0, agents]], "x_hours_ids": hours,
        })
    }

    /// Adds contacts as somebody does who has chosen them in the list; the bridge reads their numbers with its next tick.
    ///
    /// # Errors
    /// What Odoo refuses.
    pub async fn add(&self, rig: &Rig, contacts: &[i64]) -> anyhow::Result<()> {
        let chosen = json!({ "active_model": "res.partner", "active_ids": contacts });
        let choice = self.press(rig, "action_campaign_add", chosen).await?;
        let mut context = choice["context"].clone();
        context["active_model"] = json!("x_ucm_campaign");
        context["active_id"] = json!(self.id);
        self.press(rig, "action_campaign_add_here", context).await?;
        Ok(())
    }

    /// Whom the agent is to call next.
    ///
    /// # Errors
    /// Where it is nobody.
    pub async fn next(&self, rig: &Rig) -> anyhow::Result<i64> {
        let shown = self.of_campaign(rig, "action_campaign_next").await?;
        let member = shown["res_id"].as_i64();
        member.with_context(|| format!("nobody is to be called: {shown}"))
    }

    /// Calls a member, and gives what Odoo says to that.
    ///
    /// # Errors
    /// What Odoo raises.
    pub async fn call(&self, rig: &Rig, member: i64) -> anyhow::Result<Value> {
        let context =
            json!({ "active_model": "x_ucm_member", "active_id": member, "active_ids": [member] });
        self.press(rig, "action_campaign_call", context).await
    }

    /// Says what came of a member, by the database id of the result.
    ///
    /// # Errors
    /// What Odoo raises.
    pub async fn say(&self, rig: &Rig, member: i64, result: i64) -> anyhow::Result<Value> {
        let context = json!({ "active_model": "x_ucm_result", "active_id": result, "x_ucm_member_id": member });
        self.press(rig, "action_campaign_result", context).await
    }

    async fn of_campaign(&self, rig: &Rig, action: &str) -> anyhow::Result<Value> {
        let context = json!({ "active_model": "x_ucm_campaign", "active_id": self.id });
        self.press(rig, action, context).await
    }

    async fn press(&self, rig: &Rig, action: &str, context: Value) -> anyhow::Result<Value> {
        let action = format!("ucm_odoo_campaigns.{action}");
        let action = rig.journal.id_of(&action).await?;
        self.agent.run(action, context).await
    }
}

//! Somebody calls the next of a campaign: their phone rings once at most, and what came of it is what the PBX has recorded.

use std::time::Duration;

use anyhow::Context;
use chrono_clock::Utc;
use peers::proxy::Struck;
use serde_json::{Value, json};
use system::{Campaign, Rig};

use super::bench::{CAMPAIGN, Office, SERVER};
use super::dial::is_dialling;
use super::fault::Peer;
use super::flow::Flow;

const NUMBER: &str = "01 99 00 00 01";

/// Somebody has been shown a member of the campaign and has clicked.
pub(crate) struct CalledNext {
    rig: Rig,
    member: i64,
}

/// Who calls, and in which campaign.
#[derive(Default)]
pub(crate) struct Agent {
    login: String,
    api_key: String,
    campaign: i64,
}

impl Flow for CalledNext {
    const NAME: &'static str = "campaign";
    const SPEAKS_WITH: &'static [Peer] = &[Peer::Odoo, Peer::Ucm];
    type Ready = Agent;

    /// Orders are made by Odoo's clock, which is the real one.
    fn office(_user: i64) -> Office {
        let mut office = Office::at(Utc::now());
        office.settings = json!({ "dial": true });
        office
    }

    async fn make_ready(rig: &Rig) -> anyhow::Result<Agent> {
        Campaign::install(rig).await?;
        rig.run_to_completion(3).await?;
        let campaign = Campaign::start(rig, CAMPAIGN, (SERVER, "1001")).await?;
        let france = rig.journal.france().await?;
        let contact = json!({ "name": CAMPAIGN, "phone": NUMBER, "country_id": france });
        let contact = rig.journal.create("res.partner", contact).await?;
        campaign.add(rig, &[contact]).await?;
        rig.tick().await?;
        let known = campaign.agent.reached();
        Ok(Agent {
            login: known.login.clone(),
            api_key: known.api_key.clone(),
            campaign: campaign.id,
        })
    }

    async fn begin(rig: Rig, agent: &Agent) -> anyhow::Result<Self> {
        let behind = Utc::now() - rig.clock.now();
        rig.advance(behind.to_std().unwrap_or_default());
        let campaign = Campaign {
            agent: rig.journal.as_user(&agent.login, &agent.api_key).await?,
            id: agent.campaign,
        };
        let member = campaign.next(&rig).await?;
        campaign.call(&rig, member).await?;
        rig.advance(Duration::from_secs(60));
        Ok(Self { rig, member })
    }

    fn rig(&self) -> &Rig {
        &self.rig
    }

    /// The call ends, its record comes, and the campaign is looked after; who has not been called is free again in the end.
    async fn recover(&mut self) -> anyhow::Result<()> {
        for minutes in [3, 1, 1, 20, 1] {
            self.rig.advance(Duration::from_secs(60 * minutes));
            self.rig.run_to_completion(3).await?;
        }
        self.rig.tick().await?;
        if self.member().await?["x_state"] == "calling" {
            // An order that was claimed and not answered may have been dialled, for a day of Odoo's clock, which is the real one.
            self.rig.journal.program(A_DAY_LATER).await?;
            for _ in 0..2 {
                self.rig.advance(Duration::from_secs(60));
                self.rig.tick().await?;
            }
        }
        Ok(())
    }

    async fn losses(&self, doubled: &[Struck]) -> anyhow::Result<Vec<String>> {
        let times = self.rig.sites[0].ucm.dialled().len();
        let most = 1 + doubled.iter().filter(|struck| is_dialling(struck)).count();
        let mut losses = Vec::new();
        losses.extend((times > most).then(|| format!("dialled {times} times")));
        let journal = &self.rig.journal;
        let member = self.member().await?;
        let attempts = json!([["x_member_id", "=", self.member]]);
        let attempts = journal
            .records("x_ucm_attempt", attempts, &["x_outcome"])
            .await?;
        let is_told = match times {
            // Whoever was not called can be called.
            0 => {
                (member["x_state"] == "ready" || member["x_state"] == "reserved")
                    && attempts
                        .iter()
                        .all(|tried| tried["x_outcome"] != "answered")
            }
            // Every call that was made is an attempt, also the one that somebody else has sent on once more.
            _ => {
                let attempts = (&member["x_attempts"], attempts.len());
                member["x_state"] == "talked" && attempts == (&json!(times), times)
            }
        };
        losses.extend((!is_told).then(|| format!("dialled {times} times: {member}, {attempts:?}")));
        Ok(losses)
    }
}

impl CalledNext {
    async fn member(&self) -> anyhow::Result<Value> {
        let fields = ["x_state", "x_kind", "x_attempts"];
        let member = json!([["id", "=", self.member]]);
        let journal = &self.rig.journal;
        let member = journal.records("x_ucm_member", member, &fields).await?;
        member.into_iter().next().context("the member is gone")
    }
}

/// Orders that no call is known of were made and claimed a day before.
const A_DAY_LATER: &str = "\
before = datetime.timedelta(hours=25)
for order in env['x_ucm_order'].sudo().search([('x_call_id', '=', False), ('x_asked_at', '!=', False)]):
    order.write({'x_asked_at': order.x_asked_at - before, 'x_claimed_at': order.x_claimed_at and order.x_claimed_at - before})
";

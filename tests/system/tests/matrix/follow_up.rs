//! What calls ask for: to-dos for those who called in vain, leads for those whom nobody knows.

use std::time::Duration;

use peers::proxy::Struck;
use peers::ucm::{Call, Scenario};
use serde_json::{Value, json};
use system::Rig;

use super::bench::Office;
use super::calls::{journal_losses, now};
use super::fault::Peer;
use super::flow::Flow;

const LINE: &str = "+33142667701";

/// Somebody has called twice, in vain.
fn office(settings: Value) -> Office {
    let mut office = Office::at(now());
    let ago = |minutes: u64| now() - Duration::from_secs(60 * minutes);
    let calls = [90, 60].map(|minutes| Call::new(Scenario::Missed, ago(minutes)).with(LINE, "Zoé"));
    office.ucm = office.ucm.calls(calls);
    office.settings = settings;
    office
}

/// Both are one to-do.
pub(crate) struct ToDos(Rig);

impl Flow for ToDos {
    const NAME: &'static str = "to-dos";
    const SPEAKS_WITH: &'static [Peer] = &[Peer::Odoo, Peer::Ucm];
    type Ready = ();

    fn office(user: i64) -> Office {
        office(json!({ "missed_call_todos": true, "missed_call_todo_user": user }))
    }

    async fn begin(rig: Rig, _ready: &()) -> anyhow::Result<Self> {
        Ok(Self(rig))
    }

    fn rig(&self) -> &Rig {
        &self.0
    }

    async fn losses(&self, _doubled: &[Struck]) -> anyhow::Result<Vec<String>> {
        let mut losses = journal_losses(&self.0).await?;
        let open = json!([["x_ucm_number", "=", LINE]]);
        let journal = &self.0.journal;
        let todos = journal.records("mail.activity", open, &["summary"]).await?;
        let is_one = todos.len() == 1
            && todos[0]["summary"]
                .as_str()
                .is_some_and(|summary| summary.starts_with('2'));
        losses.extend((!is_one).then(|| format!("no single to-do of two calls: {todos:?}")));
        Ok(losses)
    }
}

/// Both are one lead.
pub(crate) struct Leads(Rig);

impl Flow for Leads {
    const NAME: &'static str = "leads";
    const SPEAKS_WITH: &'static [Peer] = &[Peer::Odoo, Peer::Ucm];
    type Ready = ();

    fn office(_user: i64) -> Office {
        office(json!({ "unknown_caller_leads": true }))
    }

    async fn begin(rig: Rig, _ready: &()) -> anyhow::Result<Self> {
        Ok(Self(rig))
    }

    fn rig(&self) -> &Rig {
        &self.0
    }

    async fn losses(&self, _doubled: &[Struck]) -> anyhow::Result<Vec<String>> {
        let mut losses = journal_losses(&self.0).await?;
        let of_line = json!([["phone", "=", LINE]]);
        let leads = self
            .0
            .journal
            .records("crm.lead", of_line, &["name"])
            .await?;
        losses.extend((leads.len() != 1).then(|| format!("no single lead: {leads:?}")));
        Ok(losses)
    }
}

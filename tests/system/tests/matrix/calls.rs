//! From the UCM to the journal, by the timer.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono_clock::{DateTime, Utc};
use peers::proxy::Struck;
use peers::ucm::{Call, Scenario, Traffic};
use serde_json::Value;
use system::{Rig, compare};

use super::bench::{Office, SERVER};
use super::fault::Peer;
use super::flow::Flow;

pub(crate) fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

/// A month of a small office arrives in an Odoo that knows none of it.
pub(crate) struct FirstImport(Rig);

impl Flow for FirstImport {
    const NAME: &'static str = "first import";
    const SPEAKS_WITH: &'static [Peer] = &[Peer::Odoo, Peer::Ucm];
    type Ready = ();

    fn office(_user: i64) -> Office {
        let mut office = Office::at(now());
        office.ucm = office.ucm.traffic(Traffic {
            seed: 7,
            days: 20,
            calls: 25,
        });
        office
    }

    async fn begin(rig: Rig, _ready: &()) -> anyhow::Result<Self> {
        Ok(Self(rig))
    }

    fn rig(&self) -> &Rig {
        &self.0
    }

    async fn losses(&self, _doubled: &[Struck]) -> anyhow::Result<Vec<String>> {
        journal_losses(&self.0).await
    }
}

/// New calls join those that are in Odoo already.
pub(crate) struct SteadyPoll(Rig);

impl Flow for SteadyPoll {
    const NAME: &'static str = "steady poll";
    const SPEAKS_WITH: &'static [Peer] = &[Peer::Odoo, Peer::Ucm];
    type Ready = ();

    fn office(_user: i64) -> Office {
        let mut office = Office::at(now());
        office.ucm = office.ucm.traffic(Traffic {
            seed: 7,
            days: 2,
            calls: 5,
        });
        office
    }

    async fn make_ready(rig: &Rig) -> anyhow::Result<()> {
        rig.run_to_completion(3).await
    }

    async fn begin(rig: Rig, _ready: &()) -> anyhow::Result<Self> {
        let scenarios = [
            Scenario::Answered,
            Scenario::RingGroup,
            Scenario::Outbound,
            Scenario::Transfer,
        ];
        for (minute, scenario) in (0..).zip(scenarios) {
            let start = rig.clock.now() + Duration::from_secs(60 * minute);
            let call = Call::new(scenario, start).with(&format!("+3314266770{minute}"), "Zoé");
            rig.sites[0].ucm.add_call(&call);
        }
        rig.advance(Duration::from_secs(16 * 60));
        Ok(Self(rig))
    }

    fn rig(&self) -> &Rig {
        &self.0
    }

    async fn losses(&self, _doubled: &[Struck]) -> anyhow::Result<Vec<String>> {
        journal_losses(&self.0).await
    }
}

/// The runs after a run that failed; the lease of one that was killed ends by itself.
pub(crate) async fn next_runs(rig: &Rig) -> anyhow::Result<()> {
    rig.advance(Duration::from_secs(120));
    rig.run_to_completion(5).await
}

/// Every call is in the journal once as it was, every number has one contact, and nothing is set aside.
pub(crate) async fn journal_losses(rig: &Rig) -> anyhow::Result<Vec<String>> {
    let mut losses = Vec::new();
    losses.extend(
        compare::complete(rig)
            .await
            .err()
            .map(|error| error.to_string()),
    );
    let calls = rig.journal.calls(SERVER).await?;
    let made = rig.journal.contacts_made_for(&calls).await?;
    let mut contacts: BTreeMap<&str, usize> = BTreeMap::new();
    for phone in made.iter().filter_map(|contact| contact["phone"].as_str()) {
        *contacts.entry(phone).or_default() += 1;
    }
    let twice = contacts.iter().filter(|(_, times)| **times > 1);
    losses.extend(twice.map(|(phone, times)| format!("{phone} has {times} contacts")));
    let alone = calls
        .iter()
        .filter(|call| call["x_number"] != false && call["x_partner_id"] == false);
    losses.extend(alone.map(|call| format!("{} has no contact", call["x_session"])));
    losses.extend(letters(rig).await?);
    Ok(losses)
}

/// A fault in between is no reason to give a record up.
async fn letters(rig: &Rig) -> anyhow::Result<Vec<String>> {
    let path = format!("/dead-letters/{SERVER}");
    let (_, body) = rig.request("GET", &path).await?;
    let letters = body["letters"].as_array().cloned().unwrap_or_default();
    let shown = |letter: &Value| format!("set aside: {letter}");
    Ok(letters.iter().map(shown).collect())
}

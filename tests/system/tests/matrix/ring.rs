//! A desk phone rings: who calls is shown to whose phone it is, and to nobody else.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use host::Hooks;
use peers::phones::{ActionUrls, Caller, Fleet};
use peers::proxy::Struck;
use serde_json::{Value, json};
use system::{LINK_SECRET, Rig, links};

use super::bench::{Office, SERVER};
use super::fault::Peer;
use super::flow::Flow;

/// Two who call, as phones show them, and in full.
const CALLERS: [(&str, &str); 2] = [
    ("0199000077", "+33199000077"),
    ("0199000078", "+33199000078"),
];

/// A phone rings, is answered, and is hung up.
pub(crate) struct Rung {
    rig: Rig,
    /// The contact of whose phone it is.
    ana: i64,
}

impl Rung {
    /// Calls are told apart by their number: phones begin to count anew with each fleet.
    async fn ring(&self, caller: usize, hooks: Arc<dyn Hooks>) -> anyhow::Result<()> {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let app = self.rig.app().hooks(hooks).listen(anywhere).start().await?;
        let at = app.address().unwrap_or(anywhere);
        let secret = links::derived(LINK_SECRET, "ring", &[SERVER, "0"]);
        let base = format!("http://{at}/ring/{SERVER}/{secret}");
        let mut fleet = Fleet::new(at, ActionUrls::of_all(&base), &["1001", "1002"]);
        for _ in 0..caller {
            fleet.ring(&["1001"], &Caller::withheld());
        }
        let mut ring = fleet.ring(&["1001"], &Caller::number(CALLERS[caller].0));
        for heard in [ring.incoming(), ring.answered_by("1001"), ring.hung_up()] {
            // A phone does not look at the answer, and sends nothing again.
            _ = fleet.send(&heard).await;
            app.settled().await;
        }
        app.stop().await;
        Ok(())
    }

    /// Every card that Odoo has sent: to whom, and of which ring.
    fn cards(&self) -> Vec<(Value, Value)> {
        let sent = self.rig.journal.handle().records("bus.bus");
        let read = |row: &Value, field: &str| -> Value {
            let text = row[field].as_str().unwrap_or_default();
            serde_json::from_str(text).unwrap_or_default()
        };
        let cards = sent.iter().filter_map(|row| {
            let message = read(row, "message");
            (message["type"] == "ucm_odoo.ring")
                .then(|| (read(row, "channel")[2].clone(), message["payload"].clone()))
        });
        cards.collect()
    }
}

impl Flow for Rung {
    const NAME: &'static str = "ring";
    const SPEAKS_WITH: &'static [Peer] = &[Peer::Odoo];
    type Ready = i64;

    fn office(_user: i64) -> Office {
        // Rings are noted by Odoo's clock, which is the real one.
        let mut office = Office::at(chrono_clock::Utc::now());
        office.variables = vec![("public_url", "https://bridge.example.com")];
        office
    }

    async fn make_ready(rig: &Rig) -> anyhow::Result<i64> {
        rig.run_to_completion(3).await?;
        let mut contacts = Vec::new();
        for extension in ["1001", "1002"] {
            let person = rig.journal.person(&["base.group_user"], &[1]).await?;
            let row =
                json!({ "x_name": extension, "x_server": SERVER, "x_user_id": person.user() });
            rig.journal.create("x_ucm_extension", row).await?;
            contacts.push(person.own_contact().await?);
        }
        Ok(contacts[0])
    }

    async fn begin(rig: Rig, ana: &i64) -> anyhow::Result<Self> {
        Ok(Self { rig, ana: *ana })
    }

    fn rig(&self) -> &Rig {
        &self.rig
    }

    async fn happen(&mut self, hooks: Arc<dyn Hooks>) -> anyhow::Result<()> {
        self.ring(0, hooks).await
    }

    /// Nobody rings a second time for it: the next call does.
    async fn recover(&mut self) -> anyhow::Result<()> {
        self.rig.advance(std::time::Duration::from_secs(180));
        self.ring(1, Arc::new(host::NoHooks)).await
    }

    async fn losses(&self, _doubled: &[Struck]) -> anyhow::Result<Vec<String>> {
        let fields = ["x_number", "x_state"];
        let of_server = json!([["x_server", "=", SERVER]]);
        let rings = self.rig.journal.records("x_ucm_ring", of_server, &fields);
        let rings = rings.await?;
        let of = |caller: usize| {
            let meant = rings
                .iter()
                .filter(move |ring| ring["x_number"] == CALLERS[caller].1);
            meant.collect::<Vec<_>>()
        };
        let mut losses = Vec::new();
        losses.extend((of(0).len() > 1).then(|| format!("noted twice: {rings:?}")));
        let next = of(1);
        let is_whole = next.len() == 1 && next[0]["x_state"] == "ended";
        losses.extend((!is_whole).then(|| format!("the next call is not noted: {rings:?}")));
        let cards = self.cards();
        let others = cards.iter().filter(|(whose, _)| *whose != self.ana);
        losses.extend(others.map(|card| format!("a card for another: {card:?}")));
        let is_shown = next.first().is_some_and(|ring| {
            let mut shown = cards.iter().map(|(_, card)| card);
            shown.any(|card| card["ring"] == ring["id"] && card["state"] == "ringing")
        });
        losses.extend((!is_shown).then(|| format!("the next call is not shown: {cards:?}")));
        Ok(losses)
    }
}

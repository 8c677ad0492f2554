//! A desk phone rings, and who calls is shown to whose phone it is; what is typed meanwhile is on the call when its record comes.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod admission;
mod assigned;
mod cards;
mod doctor;
mod flood;
mod groups;
mod notes;
mod presence;
mod request_line;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use chrono_clock::{DateTime, Utc};
use host::{App, Recorder};
use peers::phones::{ActionUrls, Answer, Fleet, Heard};
use peers::ucm::Ucm;
use serde_json::{Value, json};
use system::links;
use system::{Journal, LINK_SECRET, Rig, Site, french_ucm};

/// A number that is there for fiction, as phones show it.
const NUMBER: &str = "0199000077";
const E164: &str = "+33199000077";

/// Rings are noted by Odoo's clock, which is the real one.
fn now() -> DateTime<Utc> {
    Utc::now()
}

/// The secret of a server at a door.
fn secret(key: &str, door: &str, server: &str, generation: u64) -> String {
    links::derived(key, door, &[server, &generation.to_string()])
}

/// An office with a phone on each of three desks: Ana's is 1001, Ben's 1002, and nobody's 1003.
struct Office {
    rig: Rig,
    app: App,
    /// What the bridge does.
    done: Arc<Recorder>,
    fleet: Fleet,
    ana: Journal,
    ben: Journal,
}

impl Office {
    async fn open(journal: Journal) -> Self {
        Self::with(journal, json!({})).await
    }

    async fn with(journal: Journal, settings: Value) -> Self {
        let ucm = french_ucm(now()).start().await.unwrap();
        let site = Site::new("bordeaux", ucm).with(settings);
        let rig = Rig::around(journal, now())
            .site(site)
            .variable("public_url", "https://bridge.example.com")
            .start()
            .await
            .unwrap();
        clean(&rig.journal).await;
        rig.run_to_completion(3).await.unwrap();
        let ana = rig
            .journal
            .person(&["base.group_user"], &[1])
            .await
            .unwrap();
        let ben = rig
            .journal
            .person(&["base.group_user"], &[1])
            .await
            .unwrap();
        let named = json!([[ben.user()], { "name": "Ben" }]);
        rig.journal
            .call("res.users", "write", named, json!({}))
            .await
            .unwrap();
        for (extension, person) in [("1001", &ana), ("1002", &ben)] {
            let row =
                json!({ "x_name": extension, "x_server": "bordeaux", "x_user_id": person.user() });
            rig.journal.create("x_ucm_extension", row).await.unwrap();
        }
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let done = Arc::new(Recorder::new());
        let app = rig.app().listen(anywhere).hooks(done.clone());
        let app = app.start().await.unwrap();
        let base = format!(
            "{}/ring/bordeaux/{}",
            app.url(),
            secret(LINK_SECRET, "ring", "bordeaux", 0)
        );
        let urls = ActionUrls::of_all(&base);
        let fleet = Fleet::new(app.address().unwrap(), urls, &["1001", "1002", "1003"]);
        let office = Self {
            rig,
            app,
            done,
            fleet,
            ana,
            ben,
        };
        office.forget_what_was_sent();
        office
    }

    fn journal(&self) -> &Journal {
        &self.rig.journal
    }

    fn ucm(&self) -> &Ucm {
        &self.rig.sites[0].ucm
    }

    /// Sends events in their order, and waits for what comes after the answers.
    async fn send(&self, heard: &[Heard]) -> Vec<Answer> {
        let mut answers = Vec::new();
        for one in heard {
            answers.extend(self.fleet.send(std::slice::from_ref(one)).await.unwrap());
            self.app.settled().await;
        }
        assert!(
            answers.iter().all(|answer| answer.status == 200),
            "{answers:?}"
        );
        answers
    }

    /// A contact with a number, as somebody has written it.
    async fn contact(&self, name: &str, phone: &str) -> i64 {
        let row = json!({ "name": name, "phone": phone });
        self.journal().create("res.partner", row).await.unwrap()
    }

    /// The rings, the oldest first.
    async fn rings(&self) -> Vec<Value> {
        let fields = [
            "x_extension",
            "x_state",
            "x_match",
            "x_partner_id",
            "x_candidate_ids",
            "x_number",
            "x_caller",
            "x_user_ids",
            "x_note",
            "x_call_id",
            "x_mac",
        ];
        let domain = json!([["x_server", "=", "bordeaux"]]);
        let mut rings = self
            .journal()
            .records("x_ucm_ring", domain, &fields)
            .await
            .unwrap();
        rings.sort_by_key(|ring| ring["id"].as_i64());
        rings
    }

    /// What the bus of Odoo has sent to a user about rings, the oldest first.
    async fn heard(&self, person: &Journal) -> Vec<Value> {
        let partner = json!([["id", "=", person.user()]]);
        let partner = self
            .journal()
            .records("res.users", partner, &["partner_id"])
            .await
            .unwrap();
        let partner = &partner[0]["partner_id"][0];
        let sent = match self.journal().is_real() {
            true => self.sent_by_the_real_one().await,
            false => self.journal().handle().records("bus.bus"),
        };
        let read = |row: &Value, field: &str| -> Value {
            serde_json::from_str(row[field].as_str().unwrap()).unwrap()
        };
        let own = sent
            .iter()
            .filter(|row| read(row, "channel")[2] == *partner);
        own.map(|row| read(row, "message"))
            .filter(|message| message["type"] == "ucm_odoo.ring")
            .map(|message| message["payload"].clone())
            .collect()
    }

    /// The last word of the bus to a user: the outcome, and who has answered.
    async fn last_heard(&self, person: &Journal) -> (String, String) {
        let heard = self.heard(person).await;
        let last = heard.last().cloned().unwrap_or_default();
        let text = |field: &str| last[field].as_str().unwrap_or_default().to_owned();
        (text("outcome"), text("by"))
    }

    /// Nobody may read the bus by itself: a program of an administrator does.
    async fn sent_by_the_real_one(&self) -> Vec<Value> {
        let code = "action = {'sent': env['bus.bus'].sudo().search_read([('message', 'like', 'ucm_odoo.ring')], ['channel', 'message'], order='id')}";
        self.journal().program(code).await.unwrap()["sent"]
            .as_array()
            .unwrap()
            .clone()
    }

    fn forget_what_was_sent(&self) {
        if !self.journal().is_real() {
            self.journal().handle().clear_requests();
        }
    }

    /// What a browser of `person` runs.
    async fn run(&self, person: &Journal, action: &str, ring: Value) -> Value {
        let id = self
            .journal()
            .id_of(&format!("ucm_odoo.{action}"))
            .await
            .unwrap();
        let run = person.run(id, json!({ "x_ucm_ring": ring }));
        run.await.unwrap()
    }

    /// A real Odoo is left as it was.
    async fn close(self, contacts: &[i64]) {
        self.app.stop().await;
        let journal = &self.rig.journal;
        clean(journal).await;
        let users = [self.ana.user(), self.ben.user()];
        let extensions = json!([["x_user_id", "in", users]]);
        journal
            .remove_records("x_ucm_extension", extensions)
            .await
            .unwrap();
        let contacts = json!([["id", "in", contacts]]);
        journal
            .remove_records("res.partner", contacts)
            .await
            .unwrap();
        journal.dismiss(&users).await.unwrap();
    }
}

async fn clean(journal: &Journal) {
    journal.remove("bordeaux").await.unwrap();
    for (model, field) in [
        ("x_ucm_ring", "x_server"),
        ("x_ucm_server", "x_key"),
        ("x_ucm_extension", "x_server"),
    ] {
        let domain = json!([[field, "=", "bordeaux"]]);
        journal.remove_records(model, domain).await.unwrap();
    }
    let assigned = json!([["x_name", "=", E164]]);
    journal
        .remove_records("x_ucm_number", assigned)
        .await
        .unwrap();
}

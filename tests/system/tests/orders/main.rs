//! Orders for calls as Odoo has them: what a click makes, who may, who claims one, and which call came of it.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod claims;
mod clicks;
mod rights;

use serde_json::{Value, json};
use system::{Journal, Rig};

const NUMBER: &str = "+33 1 99 00 00 12";
const E164: &str = "+33199000012";

/// An office in Odoo whose UCM dials: Ana has an extension there, and may.
struct Office {
    rig: Rig,
    ana: Journal,
    bridge: Journal,
    server: i64,
    contact: i64,
}

impl Office {
    async fn open(journal: Journal) -> Self {
        let now = "2026-06-15T14:30:00Z".parse().unwrap();
        let rig = Rig::around(journal, now).start().await.unwrap();
        clean(&rig.journal).await;
        let groups = [
            "base.group_user",
            "base.group_partner_manager",
            "ucm_odoo.group_dial",
        ];
        let ana = rig.journal.person(&groups, &[1]).await.unwrap();
        let groups = ["base.group_user", "ucm_odoo.group_bridge"];
        let bridge = rig.journal.person(&groups, &[1]).await.unwrap();
        let server = new_server(&rig.journal, "orders").await;
        let contact = json!({ "name": "Orders of Ada", "phone": NUMBER });
        let contact = rig.journal.create("res.partner", contact).await.unwrap();
        let office = Self {
            rig,
            ana,
            bridge,
            server,
            contact,
        };
        office.give_extension("1001", json!(server)).await;
        office
    }

    fn journal(&self) -> &Journal {
        &self.rig.journal
    }

    async fn give_extension(&self, number: &str, server: Value) -> i64 {
        let row = json!({ "x_name": number, "x_user_id": self.ana.user(), "x_server_id": server });
        self.journal().create("x_ucm_extension", row).await.unwrap()
    }

    async fn run(&self, user: &Journal, action: &str, context: Value) -> anyhow::Result<Value> {
        let id = self.journal().id_of(&format!("ucm_odoo.{action}")).await?;
        user.run(id, context).await
    }

    /// Ana clicks; gives what she is shown.
    async fn dial(&self, model: &str, id: i64, more: Value) -> Value {
        let mut context =
            json!({ "active_model": model, "active_id": id, "active_ids": [id], "lang": "en_US" });
        let more = more.as_object().cloned().unwrap_or_default();
        context.as_object_mut().unwrap().extend(more);
        self.run(&self.ana, "action_dial", context).await.unwrap()
    }

    /// What a click is refused with.
    async fn refused(&self) -> String {
        let shown = self.dial("res.partner", self.contact, json!({})).await;
        assert_eq!(shown["params"]["type"], "warning", "{shown}");
        shown["params"]["message"].as_str().unwrap().to_owned()
    }

    /// Ana's contact is dialled; gives the order.
    async fn order(&self) -> i64 {
        self.dial("res.partner", self.contact, json!({})).await;
        self.orders().await.last().unwrap()["id"].as_i64().unwrap()
    }

    async fn orders(&self) -> Vec<Value> {
        let fields = [
            "x_state",
            "x_reason",
            "x_number",
            "x_extension",
            "x_res_model",
            "x_res_id",
            "x_record_name",
            "x_partner_id",
            "x_call_id",
            "x_claim",
            "x_candidate_ids",
        ];
        let own = json!([["x_user_id", "=", self.ana.user()]]);
        self.ana.records("x_ucm_order", own, &fields).await.unwrap()
    }

    async fn claim(&self, token: &str, order: Value) -> Value {
        let claim = json!({ "claim": token, "servers": ["orders"], "order": order, "limit": 10 });
        let context = json!({ "x_ucm_claim": claim });
        let ran = self.run(&self.bridge, "action_order_claim", context);
        ran.await.unwrap()
    }

    /// Says how an order went; whether it had been overtaken.
    async fn tell(&self, order: i64, claim: &str, more: Value) -> bool {
        let mut told = json!({
            "order": order, "claim": claim, "reason": false, "code": 0, "dialled": "0199000012", "e164": E164,
        });
        told.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let context = json!({ "x_ucm_told": [told] });
        let ran = self.run(&self.bridge, "action_order_told", context);
        ran.await.unwrap()["overtaken"] == json!([order])
    }

    /// Links a call to an order; whether it had been overtaken.
    async fn link(&self, order: i64, call: Value, was: Value) -> bool {
        let links = json!([{ "order": order, "call": call, "was": was }]);
        let context = json!({ "x_ucm_links": links });
        let ran = self.run(&self.bridge, "action_order_link", context);
        ran.await.unwrap()["overtaken"] == json!([order])
    }

    async fn ask_as_a_program(&self, key: &str, is_named: bool, extension: Value) -> Value {
        let asked = json!({
            "key": key, "named": is_named, "login": self.ana.reached().login, "extension": extension, "server": false, "number": NUMBER,
        });
        let context = json!({ "x_ucm_order": asked });
        let ran = self.run(&self.bridge, "action_order_make", context);
        ran.await.unwrap()
    }

    /// A call of Ana's extension to the number, begun when the order was asked for.
    async fn call(&self, key: &str, order: i64) -> i64 {
        let asked = json!([["id", "=", order]]);
        let asked = self.ana.records("x_ucm_order", asked, &["x_asked_at"]);
        let begun = asked.await.unwrap()[0]["x_asked_at"].clone();
        let row = json!({
            "x_uid": format!("orders/{key}"), "x_name": key, "x_server": "orders", "x_number": E164, "x_extension": "1001",
            "x_started_at": begun,
        });
        self.journal().create("x_ucm_call", row).await.unwrap()
    }

    async fn order_of(&self, call: i64) -> Value {
        let domain = json!([["id", "=", call]]);
        let calls = self
            .journal()
            .records("x_ucm_call", domain, &["x_order_id"]);
        calls.await.unwrap()[0]["x_order_id"].clone()
    }

    /// A real Odoo is left as it was.
    async fn close(self) {
        clean(&self.rig.journal).await;
        let people = [self.ana.user(), self.bridge.user()];
        self.journal().dismiss(&people).await.unwrap();
    }
}

async fn new_server(journal: &Journal, key: &str) -> i64 {
    let country = journal.france().await.unwrap();
    let row = json!({
        "x_name": key, "x_key": key, "x_host": "ucm.example.com", "x_country_id": country, "x_dial": true,
    });
    journal.create("x_ucm_server", row).await.unwrap()
}

async fn clean(journal: &Journal) {
    let ours = json!([["x_key", "like", "orders"]]);
    for (model, domain) in [
        ("x_ucm_order", json!([])),
        ("x_ucm_call", json!([["x_server", "=", "orders"]])),
        (
            "x_ucm_extension",
            json!([["x_name", "in", ["1001", "1002"]]]),
        ),
        ("x_ucm_server", ours),
        ("res.partner", json!([["name", "like", "Orders of"]])),
    ] {
        journal.remove_records(model, domain).await.unwrap();
    }
}

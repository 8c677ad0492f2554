//! Orders for calls as Odoo has them: what a click makes, who may, who claims one, and which call came of it.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

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
        let options = json!({ "context": context });
        user.call("ir.actions.server", "run", json!([[id]]), options)
            .await
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

    async fn ask_as_a_program(&self, key: &str, extension: Value) -> Value {
        let asked = json!({
            "key": key, "login": self.ana.reached().login, "extension": extension, "server": false, "number": NUMBER,
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
        let archived = json!([[self.ana.user(), self.bridge.user()], { "active": false }]);
        let write = self
            .journal()
            .call("res.users", "write", archived, json!({}));
        write.await.unwrap();
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

#[tokio::test(flavor = "multi_thread")]
async fn a_click_makes_one_order_on_ones_own_phone() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let office = Office::open(journal).await;
        let shown = office.dial("res.partner", office.contact, json!({})).await;
        let params = &shown["params"];
        assert_eq!(
            (&params["type"], &params["title"]),
            (&json!("success"), &json!(NUMBER)),
            "{shown}"
        );
        let orders = office.orders().await;
        let row = &orders[0];
        assert_eq!(row["x_state"], "asked");
        assert_eq!(row["x_extension"], "1001");
        assert_eq!(
            (&row["x_res_model"], &row["x_res_id"]),
            (&json!("res.partner"), &json!(office.contact))
        );
        assert_eq!(row["x_record_name"], "Orders of Ada");
        assert_eq!(row["x_partner_id"][0], office.contact);

        // Once more at once is the same; another number is another one, also where its record is not saved yet.
        office.dial("res.partner", office.contact, json!({})).await;
        assert_eq!(office.orders().await.len(), 1);
        let unsaved = json!({ "active_id": false, "x_ucm_number": "+33199000034" });
        office.dial("res.partner", 0, unsaved).await;
        let orders = office.orders().await;
        assert_eq!(orders.len(), 2);
        assert_eq!(
            (&orders[1]["x_number"], &orders[1]["x_res_model"]),
            (&json!("+33199000034"), &json!(false))
        );
        office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_numbers_one_is_chosen() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let office = Office::open(journal).await;
        let second = json!({ "name": "Orders of Bruno", "phone": "+33199000056" });
        let second = office
            .journal()
            .create("res.partner", second)
            .await
            .unwrap();
        let several = json!({ "x_ucm_dial_ids": [office.contact, second] });
        let shown = office.dial("res.partner", office.contact, several).await;
        assert_eq!(
            (&shown["type"], &shown["target"]),
            (&json!("ir.actions.act_window"), &json!("new"))
        );
        let offered = office.orders().await;
        assert_eq!(offered.len(), 2);
        assert!(offered.iter().all(|row| row["x_state"] == "offered"));
        assert_eq!(
            office.claim("early", json!(false)).await["claimed"],
            json!([])
        );

        let chosen = offered.iter().find(|row| row["x_res_id"] == second);
        let chosen = chosen.unwrap()["id"].as_i64().unwrap();
        let shown = office.dial("x_ucm_order", chosen, json!({})).await;
        assert_eq!(shown["params"]["type"], "success", "{shown}");
        let orders = office.orders().await;
        assert_eq!(orders.len(), 1, "{orders:?}");
        assert_eq!(
            (&orders[0]["id"], &orders[0]["x_state"]),
            (&json!(chosen), &json!("asked"))
        );

        // Once more from the order itself, though its record is gone.
        office.claim("mine", json!(chosen)).await;
        let refused = json!({ "state": "refused", "reason": "busy" });
        assert!(!office.tell(chosen, "mine", refused).await);
        let gone = json!([["id", "=", second]]);
        let remove = office.journal().remove_records("res.partner", gone);
        remove.await.unwrap();
        office.dial("x_ucm_order", chosen, json!({})).await;
        let orders = office.orders().await;
        assert_eq!(orders.len(), 2, "{orders:?}");
        assert_eq!(orders[1]["x_record_name"], "Orders of Bruno");
        office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_click_makes_nothing_and_says_what_to_do() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let office = Office::open(journal).await;
        let nobody = json!({ "name": "Orders of Nobody" });
        let nobody = office
            .journal()
            .create("res.partner", nobody)
            .await
            .unwrap();
        let shown = office.dial("res.partner", nobody, json!({})).await;
        let said = shown["params"]["message"].as_str().unwrap();
        assert!(said.starts_with("There is no phone number here."), "{said}");

        let switch = async |values: Value| {
            let written = json!([[office.server], values]);
            let write = office
                .journal()
                .call("x_ucm_server", "write", written, json!({}));
            write.await.unwrap();
        };
        for off in [
            json!({ "x_dial": false }),
            json!({ "x_dial": true, "x_paused": true }),
        ] {
            switch(off).await;
            assert!(
                office
                    .refused()
                    .await
                    .starts_with("Calls from Odoo are switched off")
            );
        }
        switch(json!({ "x_paused": false })).await;

        let own = json!([["x_user_id", "=", office.ana.user()]]);
        office
            .journal()
            .remove_records("x_ucm_extension", own)
            .await
            .unwrap();
        assert!(office.refused().await.starts_with("You have no extension."));

        new_server(office.journal(), "orders-two").await;
        office.give_extension("1001", json!(false)).await;
        assert!(
            office
                .refused()
                .await
                .starts_with("Your extension is valid on several UCMs.")
        );
        assert_eq!(office.orders().await, [] as [Value; 0]);
        // One that rings in one place for certain.
        office.give_extension("1002", json!(office.server)).await;
        office.order().await;
        assert_eq!(office.orders().await[0]["x_extension"], "1002");
        office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_claimed_by_one_of_several_at_once() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let office = Office::open(journal).await;
        for _ in 0..3 {
            let order = office.order().await;
            let (first, second, third) = tokio::join!(
                office.claim("one", json!(false)),
                office.claim("two", json!(order)),
                office.claim("three", json!(false)),
            );
            let claims = [("one", first), ("two", second), ("three", third)];
            let taken = claims
                .iter()
                .filter(|(_, claim)| claim["claimed"][0]["id"] == order);
            let taken: Vec<&str> = taken.map(|(token, _)| *token).collect();
            assert_eq!(taken.len(), 1, "{claims:?}");
            let orders = office.orders().await;
            assert_eq!(orders.last().unwrap()["x_claim"], taken[0]);
            let refused = json!({ "state": "refused", "reason": "busy" });
            assert!(!office.tell(order, taken[0], refused).await);
        }
        let claim = office.claim("four", json!(999_999_999)).await;
        assert_eq!(claim["missing"], true, "{claim}");
        office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_claimed_it_says_what_came_of_it_and_a_person_has_the_last_word() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let office = Office::open(journal).await;
        let order = office.order().await;
        let claimed = office.claim("mine", json!(order)).await["claimed"][0].clone();
        assert_eq!(
            (
                &claimed["server"],
                &claimed["extension"],
                &claimed["number"],
                &claimed["user"]
            ),
            (
                &json!("orders"),
                &json!("1001"),
                &json!(NUMBER),
                &json!(office.ana.user())
            )
        );
        let rings = json!({ "state": "ringing", "title": "t", "message": "m", "type": "success" });
        assert!(office.tell(order, "another's", rings.clone()).await);
        assert!(!office.tell(order, "mine", rings.clone()).await);
        assert!(office.tell(order, "mine", rings).await, "it is told once");

        let (first, second) = (
            office.call("first", order).await,
            office.call("second", order).await,
        );
        let open = office.claim("later", json!(false)).await["open"].clone();
        assert_eq!(
            (&open[0]["id"], &open[0]["e164"]),
            (&json!(order), &json!(E164))
        );
        let may_be = office.orders().await[0]["x_candidate_ids"].clone();
        assert_eq!(may_be.as_array().unwrap().len(), 2, "{may_be}");

        assert!(!office.link(order, json!(first), json!(false)).await);
        assert!(
            office.link(order, json!(second), json!(false)).await,
            "it has one"
        );
        assert_eq!(office.order_of(first).await[0], order);
        assert!(!office.link(order, json!(false), json!(first)).await);
        assert_eq!(office.order_of(first).await, false);
        assert_eq!(office.orders().await[0]["x_state"], "ringing");

        let chosen = json!({ "active_model": "x_ucm_call", "active_id": second, "active_ids": [second], "x_ucm_order_id": order });
        office
            .run(&office.ana, "action_order_choose", chosen)
            .await
            .unwrap();
        assert_eq!(office.order_of(second).await[0], order);
        assert_eq!(office.orders().await[0]["x_state"], "done");
        assert!(
            office.link(order, json!(first), json!(second)).await,
            "a person has said it"
        );
        office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_anothers_orders_or_writes_any() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let office = Office::open(journal).await;
        let order = office.order().await;
        let dials = ["base.group_user", "ucm_odoo.group_dial"];
        let colleague = office.journal().person(&dials, &[1]).await.unwrap();
        let plain = office
            .journal()
            .person(&["base.group_user"], &[1])
            .await
            .unwrap();
        let all = json!([]);
        assert_eq!(
            colleague
                .records("x_ucm_order", all.clone(), &["x_name"])
                .await
                .unwrap()
                .len(),
            0
        );
        assert!(
            plain
                .records("x_ucm_order", all.clone(), &["x_name"])
                .await
                .is_err()
        );
        assert!(
            !office
                .bridge
                .records("x_ucm_order", all, &["x_name"])
                .await
                .unwrap()
                .is_empty()
        );

        let new = json!([{ "x_name": "1", "x_key": "forged", "x_number": "1", "x_user_id": office.ana.user() }]);
        for user in [&office.ana, &colleague, &plain, &office.bridge] {
            for (method, args) in [
                ("create", new.clone()),
                ("write", json!([[order], { "x_state": "asked" }])),
                ("unlink", json!([[order]])),
            ] {
                let tried = user.call("x_ucm_order", method, args, json!({})).await;
                assert!(
                    tried.unwrap_err().to_string().contains("AccessError"),
                    "{method}"
                );
            }
        }
        // Whose phone rings is nobody's to say, nor is claiming anything of people's.
        let forged = json!({ "x_ucm_ask": { "user": office.ana.user(), "number": NUMBER } });
        for (user, action) in [
            (&plain, "action_dial"),
            (&plain, "action_order_claim"),
            (&colleague, "action_order_ask"),
            (&colleague, "action_order_claim"),
            (&colleague, "action_order_told"),
            (&colleague, "action_order_link"),
            (&colleague, "action_order_make"),
            (&office.bridge, "action_order_ask"),
            (&office.bridge, "action_dial"),
        ] {
            let tried = office.run(user, action, forged.clone()).await;
            assert!(
                tried.unwrap_err().to_string().contains("AccessError"),
                "{action}"
            );
        }
        // The link in the hint is nobody's to read.
        let hint = office
            .ana
            .records("x_ucm_order", json!([]), &["x_hint"])
            .await
            .unwrap();
        assert_eq!(hint[0]["x_hint"], false);
        let others = json!([[colleague.user(), plain.user()], { "active": false }]);
        let write = office
            .journal()
            .call("res.users", "write", others, json!({}));
        write.await.unwrap();
        office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_asks_in_a_users_name_and_once() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let office = Office::open(journal).await;
        let first = office.ask_as_a_program("program/1", json!(false)).await;
        assert_eq!(first["state"], "asked", "{first}");
        assert_eq!(
            office.ask_as_a_program("program/1", json!(false)).await,
            first
        );
        let others = office.ask_as_a_program("program/2", json!("1009")).await;
        assert_eq!(others, json!({ "reason": "no_extension" }));
        let asked =
            json!({ "key": "program/3", "login": office.bridge.reached().login, "number": NUMBER });
        let ran = office.run(
            &office.bridge,
            "action_order_make",
            json!({ "x_ucm_order": asked }),
        );
        assert_eq!(ran.await.unwrap(), json!({ "reason": "no_user" }));
        office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_taken_in_time_is_never_dialled() {
    for series in [17, 18, 19] {
        let office = Office::open(Journal::simulated(series).await.unwrap()).await;
        let order = office.order().await;
        let (odoo, old) = (office.journal().handle(), json!("2026-06-15 14:00:00"));
        let age = |field: &str| {
            odoo.write("x_ucm_order", order, &json!({ field: old }))
                .unwrap()
        };
        let states = async || {
            let row = office.orders().await.remove(0);
            (row["x_state"].clone(), row["x_reason"].clone())
        };
        age("x_asked_at");
        let claim = office.claim("late", json!(false)).await;
        assert_eq!(
            (&claim["claimed"], &claim["expired"][0]["id"]),
            (&json!([]), &json!(order))
        );
        assert_eq!(states().await, (json!("expired"), json!("expired")));

        let taken = json!({ "x_state": "dialling", "x_reason": false, "x_claimed_at": old });
        odoo.write("x_ucm_order", order, &taken).unwrap();
        let claim = office.claim("later", json!(order)).await;
        assert_eq!(
            (&claim["claimed"], &claim["unknown"][0]["id"]),
            (&json!([]), &json!(order))
        );
        assert_eq!(states().await, (json!("unknown"), json!("uncertain")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_dialled_from_a_lead_is_the_leads() {
    // What a lead has of calls, Odoo computes; the simulated one does not.
    for journal in Journal::of_every_kind().await.unwrap() {
        if !journal.is_real() {
            continue;
        }
        let office = Office::open(journal).await;
        let lead = json!({ "name": "Orders of a Lead", "phone": NUMBER });
        let lead = office.journal().create("crm.lead", lead).await.unwrap();
        let other = json!({ "x_ucm_number": "+33199000078" });
        let leads = [
            "base.group_user",
            "sales_team.group_sale_salesman_all_leads",
            "ucm_odoo.group_dial",
        ];
        let seller = office.journal().person(&leads, &[1]).await.unwrap();
        office.give_extension("1002", json!(office.server)).await;
        let mut context =
            json!({ "active_model": "crm.lead", "active_id": lead, "active_ids": [lead] });
        context
            .as_object_mut()
            .unwrap()
            .extend(other.as_object().unwrap().clone());
        let extension =
            json!({ "x_name": "1002", "x_user_id": seller.user(), "x_server_id": office.server });
        office
            .journal()
            .create("x_ucm_extension", extension)
            .await
            .unwrap();
        office.run(&seller, "action_dial", context).await.unwrap();
        let order = seller
            .records("x_ucm_order", json!([]), &["x_res_id", "x_asked_at"])
            .await
            .unwrap();
        assert_eq!(order[0]["x_res_id"], lead);
        let order = order[0]["id"].as_i64().unwrap();
        let call = json!({
            "x_uid": "orders/lead", "x_name": "lead", "x_server": "orders", "x_number": "+33199000078", "x_extension": "1002",
        });
        let call = office.journal().create("x_ucm_call", call).await.unwrap();
        let calls = async || {
            let lead = json!([["id", "=", lead]]);
            let rows = seller.records("crm.lead", lead, &["x_ucm_call_ids"]).await;
            rows.unwrap()[0]["x_ucm_call_ids"].clone()
        };
        assert_eq!(calls().await, json!([]));
        office.link(order, json!(call), json!(false)).await;
        assert_eq!(calls().await, json!([call]));
        let ours = json!([["name", "=", "Orders of a Lead"]]);
        office
            .journal()
            .remove_records("crm.lead", ours)
            .await
            .unwrap();
        let archived = json!([[seller.user()], { "active": false }]);
        let write = office
            .journal()
            .call("res.users", "write", archived, json!({}));
        write.await.unwrap();
        office.close().await;
    }
}

//! A click in Odoo rings the user's own phone through the UCM, once at most, and the call knows its order.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod asked;
mod clicked;
mod faults;
mod many;
mod refused;

use std::time::Duration;

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use host::Hooks;
use peers::ucm::Ucm;
use serde_json::{Value, json};
use system::{Journal, Rig, Site, french_ucm};

/// A number that is there for fiction, as somebody writes it.
const NUMBER: &str = "01 99 00 00 77";
const E164: &str = "+33199000077";

/// An office whose people dial from Odoo: Ana has extension 1001.
struct Desk {
    rig: Rig,
    /// Odoo as Ana sees it.
    ana: Journal,
    /// Her id.
    user: i64,
}

/// Orders are made by Odoo's clock, which is the real one.
fn now() -> DateTime<Utc> {
    Utc::now()
}

impl Desk {
    async fn open(journal: Journal) -> Self {
        Self::with(journal, json!({})).await
    }

    async fn with(journal: Journal, settings: Value) -> Self {
        let ucm = french_ucm(now()).start().await.unwrap();
        let site = Site::new("bordeaux", ucm).with(json!({ "dial": true }));
        Self::at(journal, site.with(settings)).await
    }

    /// A server that is configured in Odoo alone, without calls from Odoo.
    async fn in_odoo(journal: Journal) -> Self {
        let ucm = french_ucm(now()).start().await.unwrap();
        Self::at(journal, Site::new("bordeaux", ucm).only_in_odoo()).await
    }

    async fn at(journal: Journal, site: Site) -> Self {
        let rig = Rig::around(journal, now())
            .site(site)
            .variable("public_url", "https://bridge.example.com")
            .start()
            .await
            .unwrap();
        clean(&rig.journal).await;
        if !rig.sites[0].is_in_variable {
            let france = rig.journal.france().await.unwrap();
            let values = rig.sites[0].record(france);
            rig.journal.add_server(values).await.unwrap();
        }
        rig.run_to_completion(3).await.unwrap();
        let groups = ["base.group_user", "ucm_odoo.group_dial"];
        let ana = rig.journal.person(&groups, &[1]).await.unwrap();
        let user = ana.user();
        let extension = rig.journal.give_extension("bordeaux", "1001", user);
        extension.await.unwrap();
        Self { rig, ana, user }
    }

    fn login(&self) -> &str {
        &self.ana.reached().login
    }

    fn ucm(&self) -> &Ucm {
        &self.rig.sites[0].ucm
    }

    /// The bridge may not see whether the phone is free: one call after another can be asked for.
    fn hide_phones(&self) {
        self.ucm()
            .switches(|switches| switches.denied_actions = vec!["listAccount".to_owned()]);
    }

    fn journal(&self) -> &Journal {
        &self.rig.journal
    }

    async fn server(&self) -> i64 {
        let domain = json!([["x_key", "=", "bordeaux"]]);
        let rows = self.journal().records("x_ucm_server", domain, &["x_key"]);
        rows.await.unwrap()[0]["id"].as_i64().unwrap()
    }

    /// The clocks of the bridge and the UCM go with Odoo's, which is the real one.
    fn set_clocks(&self) {
        let behind = now() - self.rig.clock.now();
        self.rig.advance(behind.to_std().unwrap_or_default());
    }

    /// Ana clicks on a number in her own contact's form; gives what Odoo shows at once.
    async fn click(&self, number: &str) -> Value {
        let button = self.button().await;
        self.set_clocks();
        self.press(button, number).await
    }

    /// What a click runs, and the contact in whose form it is.
    async fn button(&self) -> (i64, i64) {
        let dial = self.journal().id_of("ucm_odoo.action_dial").await.unwrap();
        (dial, self.contact().await)
    }

    async fn press(&self, (dial, contact): (i64, i64), number: &str) -> Value {
        let context = json!({
            "active_model": "res.partner", "active_id": contact, "active_ids": [contact], "x_ucm_number": number,
        });
        self.ana.run(dial, context).await.unwrap()
    }

    async fn contact(&self) -> i64 {
        self.ana.own_contact().await.unwrap()
    }

    /// Clicks, and gives the order that it made.
    async fn order(&self, number: &str) -> i64 {
        let before = self.orders().await.len();
        self.click(number).await;
        let orders = self.orders().await;
        assert_eq!(orders.len(), before + 1, "one order: {orders:?}");
        orders.last().unwrap()["id"].as_i64().unwrap()
    }

    async fn orders(&self) -> Vec<Value> {
        let fields = [
            "x_state",
            "x_reason",
            "x_code",
            "x_dialled",
            "x_e164",
            "x_call_id",
            "x_extension",
            "x_number",
            "x_asked_at",
        ];
        let domain = json!([["x_user_id", "=", self.user]]);
        let mut rows = self
            .journal()
            .records("x_ucm_order", domain, &fields)
            .await
            .unwrap();
        rows.sort_by_key(|row| row["id"].as_i64());
        rows
    }

    async fn state(&self, order: i64) -> (String, String) {
        let orders = self.orders().await;
        let found = orders.iter().find(|row| row["id"] == order).unwrap();
        let text = |field: &str| found[field].as_str().unwrap_or_default().to_owned();
        (text("x_state"), text("x_reason"))
    }

    /// The address that the bridge has written for hints.
    async fn link(&self) -> String {
        let domain = json!([["x_name", "=", "dial"]]);
        let rows = self
            .journal()
            .records("x_ucm_link", domain, &["x_url"])
            .await
            .unwrap();
        rows[0]["x_url"].as_str().unwrap().to_owned()
    }

    /// What Odoo's webhook posts, and the answer to it, once all is done that comes after the answer.
    async fn hint(&self, order: i64, link: &str, hooks: impl Hooks + 'static) -> u16 {
        let app = self.rig.app().hooks(hooks).start().await.unwrap();
        let answer = app.request(hint_of(order, link)).await;
        app.settled().await;
        app.stop().await;
        answer.map_or(0, |answer| answer.status().as_u16())
    }

    async fn hinted(&self, order: i64) -> u16 {
        self.hint(order, &self.link().await, host::NoHooks).await
    }

    /// What the simulated Odoo last said to Ana.
    fn said(&self) -> Option<Value> {
        let sent = self.journal().handle().records("bus.bus");
        let message: Value = serde_json::from_str(sent.last()?["message"].as_str()?).unwrap();
        Some(message["payload"].clone())
    }

    /// A real Odoo is left as it was.
    async fn close(self) {
        clean(&self.rig.journal).await;
        let extensions = json!([["x_user_id", "=", self.user]]);
        self.rig
            .journal
            .remove_records("x_ucm_extension", extensions)
            .await
            .unwrap();
        self.rig.journal.dismiss(&[self.user]).await.unwrap();
    }
}

fn hint_of(order: i64, link: &str) -> http::Request<Bytes> {
    let body = json!({ "_action": "UCM: Ask the Bridge (dial)(#1)", "_id": order, "_model": "x_ucm_order", "id": order, "x_hint": link });
    http::Request::post("http://localhost/dial/hint")
        .header("content-type", "application/json")
        .body(Bytes::from(body.to_string()))
        .unwrap()
}

async fn clean(journal: &Journal) {
    journal
        .remove_records("x_ucm_order", json!([]))
        .await
        .unwrap();
    journal.remove("bordeaux").await.unwrap();
    journal
        .remove_records("x_ucm_server", json!([["x_key", "=", "bordeaux"]]))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_rings_the_users_phone_and_the_call_knows_its_order() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let desk = Desk::open(journal).await;
        let shown = desk.click(NUMBER).await;
        assert_eq!(shown["tag"], "display_notification", "{shown}");
        let order = desk.orders().await[0]["id"].as_i64().unwrap();
        assert_eq!(desk.state(order).await.0, "asked");
        assert_eq!(desk.hinted(order).await, 202);
        let dialled = desk.ucm().dialled();
        assert_eq!(dialled.len(), 1);
        assert_eq!(
            (dialled[0].caller.as_str(), dialled[0].callee.as_str()),
            ("1001", "0199000077")
        );
        assert!(dialled[0].is_outside);
        let row = &desk.orders().await[0];
        assert_eq!(
            (&row["x_state"], &row["x_e164"]),
            (&json!("ringing"), &json!(E164)),
            "{row}"
        );
        if !desk.journal().is_real() {
            let heard = desk.said().unwrap();
            assert_eq!(heard["type"], "success", "{heard}");
        }
        // The call ends, its record comes, and both know each other.
        desk.rig.advance(Duration::from_secs(180));
        desk.rig.run_to_completion(3).await.unwrap();
        desk.rig.tick().await.unwrap();
        let calls = desk.journal().calls("bordeaux").await.unwrap();
        assert_eq!(calls.len(), 1);
        let row = &desk.orders().await[0];
        assert_eq!(
            (&row["x_state"], &row["x_call_id"][0]),
            (&json!("done"), &calls[0]["id"]),
            "{row}"
        );
        let known = desk
            .journal()
            .records(
                "x_ucm_call",
                json!([["id", "=", calls[0]["id"]]]),
                &["x_order_id"],
            )
            .await
            .unwrap();
        assert_eq!(known[0]["x_order_id"][0], order);
        // Nothing dials it again.
        desk.hinted(order).await;
        desk.rig.tick().await.unwrap();
        assert_eq!(desk.ucm().dialled().len(), 1);
        desk.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timer_dials_what_no_hint_came_for() {
    let desk = Desk::open(Journal::simulated(18).await.unwrap()).await;
    desk.hide_phones();
    let first = desk.order(NUMBER).await;
    let second = desk.order("+33199000078").await;
    desk.rig.advance(Duration::from_secs(60));
    desk.rig.tick().await.unwrap();
    assert_eq!(desk.ucm().dialled().len(), 2);
    for order in [first, second] {
        assert_eq!(desk.state(order).await.0, "ringing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_that_dials_nothing_asks_odoo_once() {
    let desk = Desk::open(Journal::simulated(19).await.unwrap()).await;
    // A tick with nothing due but orders.
    desk.rig.advance(Duration::from_secs(60));
    let odoo = desk.journal().handle();
    odoo.clear_requests();
    desk.ucm().clear_requests();
    desk.rig.tick().await.unwrap();
    let asked: Vec<_> = odoo.requests();
    assert_eq!(asked.len(), 2, "the action's id, and the claim: {asked:?}");
    assert!(desk.ucm().requests().is_empty());
}

/// Nobody waits until the servers are read again, ten minutes later.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_dialled_as_soon_as_it_is_switched_on() {
    let desk = Desk::in_odoo(Journal::simulated(18).await.unwrap()).await;
    let on = json!([[desk.server().await], { "x_dial": true }]);
    let write = desk.journal().call("x_ucm_server", "write", on, json!({}));
    write.await.unwrap();
    let order = desk.order(NUMBER).await;
    assert_eq!(desk.hinted(order).await, 202);
    assert_eq!(desk.state(order).await.0, "ringing");
    assert_eq!(desk.ucm().dialled().len(), 1);
}

/// The record is pushed as the call ends, and the webhook's instance links it: no tick has to come.
#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_record_finds_its_order() {
    let settings = json!({ "push_secret": "the-secret-of-bordeaux" });
    let desk = Desk::with(Journal::simulated(18).await.unwrap(), settings).await;
    let order = desk.order(NUMBER).await;
    desk.hinted(order).await;
    desk.rig.advance(Duration::from_secs(180));
    let app = desk.rig.app().start().await.unwrap();
    for record in desk.ucm().pushed_records(false) {
        let push = http::Request::post("http://localhost/webhook/bordeaux/the-secret-of-bordeaux")
            .header("content-type", "application/json")
            .body(Bytes::from(record))
            .unwrap();
        assert_eq!(app.request(push).await.unwrap().status(), 200);
    }
    app.settled().await;
    app.stop().await;
    assert_eq!(desk.state(order).await.0, "done");
}

/// In an office that calls a lot, what came of an order is not forgotten over the calls after it.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_keeps_its_call_however_many_follow() {
    let desk = Desk::open(Journal::simulated(19).await.unwrap()).await;
    let order = desk.order(NUMBER).await;
    desk.hinted(order).await;
    desk.rig.advance(Duration::from_secs(180));
    desk.rig.run_to_completion(3).await.unwrap();
    desk.rig.tick().await.unwrap();
    assert_eq!(desk.state(order).await.0, "done");
    let soon = now() + Duration::from_secs(60);
    let crowd = desk.journal().crowd("bordeaux", "outbound", soon, 2_000);
    crowd.await.unwrap();
    desk.rig.advance(Duration::from_secs(60));
    desk.rig.tick().await.unwrap();
    assert_eq!(desk.state(order).await.0, "done");
}

//! What a person says of a number, on a real Odoo: the buttons of the module are Python, which the simulated one does not run.

use bridge_core::flows::reach::Odoo;
use odoo_client::OdooServer;
use odoo_client::number::{self, Assigned};
use odoo_client::{Call, OdooError, Version, journal, partner};
use ports::Secret;
use serde_json::{Value, json};

use super::odoo_world::RealWorld;
use super::{Real, made};

const NUMBER: &str = "+33199000017";

/// A plain internal user assigns a number, changes the assignment, and undoes it.
pub(crate) async fn people_say_whose_number_it_is(odoo: &Real<'_>, server: &OdooServer) {
    let office = Office::new(odoo).await;
    let before = office.calls().await;
    let (world, login) = office.user(server, &["base.group_user"]).await;
    let user = Odoo::new(&world, &login);

    // One of the possible contacts: the calls without a contact follow, those with one keep it.
    let [ana, bea] = office.contacts;
    let [first, _, unknown, ..] = office.calls;
    office.choose(&user, first, ana).await.unwrap();
    office.expect_contacts([ana, ana, ana, bea, bea]).await;
    let assigned = office.assigned().await.unwrap();
    assert_eq!(assigned.contact, Some(ana));
    // What the bridge writes of a call that comes in now.
    let late = office.late_call(&assigned).await;
    office
        .press(&user, UNDO, number::MODEL, assigned.id)
        .await
        .unwrap();
    assert_eq!(office.calls().await, before);
    assert_eq!(office.contact_of(late).await, Value::Null);
    assert_eq!(office.assigned().await, None);

    // Another contact, typed in by hand, and then the other one.
    for contact in [bea, ana] {
        let by_hand = json!({ "x_partner_id": contact });
        let write = Call::write(journal::MODEL, vec![unknown], by_hand);
        user.call(&write).await.unwrap();
        office
            .press(&user, ASSIGN, journal::MODEL, unknown)
            .await
            .unwrap();
        office
            .expect_contacts([contact, contact, contact, bea, bea])
            .await;
    }
    // Somebody then decides otherwise about one call: undoing leaves it alone.
    let by_hand = json!({ "x_partner_id": bea });
    let write = Call::write(journal::MODEL, vec![first], by_hand);
    user.call(&write).await.unwrap();
    office
        .press(&user, UNDO_CALL, journal::MODEL, unknown)
        .await
        .unwrap();
    assert_eq!(office.calls().await[1..], before[1..]);
    assert_eq!(office.contact_of(first).await, bea);

    let refused = office.press(&user, ASSIGN, journal::MODEL, unknown).await;
    assert!(refused.is_err(), "a call without a contact says nothing");
    office.strangers_are_refused(server).await;
    office.companies_keep_to_themselves(&user).await;
    office.no_call_undoes_another_number(&user).await;
    odoo.call(&Call::unlink(journal::MODEL, vec![late]))
        .await
        .unwrap();
    office.close().await;
}

/// Calls of one number, and the contacts that could have made them.
struct Office<'a> {
    odoo: &'a Real<'a>,
    contacts: [i64; 2],
    calls: [i64; 5],
}

impl<'a> Office<'a> {
    async fn new(odoo: &'a Real<'a>) -> Self {
        let person = |name: &str| json!({ "name": name, "phone": NUMBER });
        let mut contacts = [0; 2];
        for (contact, name) in contacts.iter_mut().zip(["Ana", "Bea"]) {
            *contact = made(odoo, partner::MODEL, person(name)).await;
        }
        let candidates = json!([[6, 0, contacts]]);
        let ambiguous = json!({ "x_match": "ambiguous", "x_candidate_ids": candidates, "x_match_reason": "several" });
        let found = json!({ "x_match": "matched", "x_partner_id": contacts[1] });
        let by_hand = json!({ "x_match": "manual", "x_partner_id": contacts[1] });
        let unknown = json!({ "x_match": "unknown" });
        let mut calls = [0; 5];
        let values = [&ambiguous, &ambiguous, &unknown, &found, &by_hand];
        for (n, (call, values)) in calls.iter_mut().zip(values).enumerate() {
            *call = made(odoo, journal::MODEL, call_values(n, values)).await;
        }
        Self {
            odoo,
            contacts,
            calls,
        }
    }

    /// As [`journal::plan_writes`] would have it.
    async fn late_call(&self, assigned: &Assigned) -> i64 {
        let values = json!({ "x_match": "matched", "x_partner_id": assigned.contact, "x_number_id": assigned.id });
        made(self.odoo, journal::MODEL, call_values(9, &values)).await
    }

    async fn user(&self, server: &OdooServer, groups: &[&str]) -> (RealWorld, OdooServer) {
        let login = format!("zz-{}", groups.len());
        let mut ids = Vec::new();
        for group in groups {
            ids.push(self.record(group).await);
        }
        let values =
            json!({ "name": login, "login": login, "password": login, "group_ids": [[6, 0, ids]] });
        let id = made(self.odoo, "res.users", values).await;
        let login = OdooServer {
            api_key: Secret::new(&login),
            login,
            ..server.clone()
        };
        // Over the transport that takes a password.
        let world = RealWorld::knowing(&login, Version::new(18, 2), id);
        (world, login)
    }

    /// Who sees none of the calls may say nothing of them.
    async fn strangers_are_refused(&self, server: &OdooServer) {
        let groups = ["base.group_user", "ucm_odoo.group_ucm_odoo_own_calls"];
        let (world, login) = self.user(server, &groups).await;
        let stranger = Odoo::new(&world, &login);
        let call = self.calls[1];
        let chosen = self.choose(&stranger, call, self.contacts[0]).await;
        assert!(chosen.is_err());
        let assigned = self.press(&stranger, ASSIGN, journal::MODEL, call).await;
        assert!(assigned.is_err());
        let undone = self.press(&stranger, UNDO_CALL, journal::MODEL, call).await;
        assert!(undone.is_err());
        assert_eq!(self.assigned().await, None);
        // Nor may they undo what others have said, in the list of assigned numbers.
        self.press(self.odoo, ASSIGN, journal::MODEL, self.calls[3])
            .await
            .unwrap();
        let assigned = self.assigned().await.unwrap();
        let undone = self.press(&stranger, UNDO, number::MODEL, assigned.id);
        assert!(undone.await.is_err());
        assert_eq!(self.assigned().await, Some(assigned.clone()));
        self.press(self.odoo, UNDO, number::MODEL, assigned.id)
            .await
            .unwrap();
    }

    /// A contact that is of one company alone has calls of that company, or of none.
    async fn companies_keep_to_themselves(&self, user: &Real<'_>) {
        let known = json!([["name", "=", "Another Office"]]);
        let known: Call<Vec<Value>> = Call::search_read("res.company", known, &["name"]);
        let known = self.odoo.call(&known).await.unwrap();
        let elsewhere = match known.first() {
            Some(company) => company["id"].as_i64().unwrap(),
            None => {
                made(
                    self.odoo,
                    "res.company",
                    json!({ "name": "Another Office" }),
                )
                .await
            }
        };
        let [ana, bea] = self.contacts;
        let [own, foreign, unknown, found, _] = self.calls;
        for (model, id, company) in [
            (partner::MODEL, ana, elsewhere),
            (journal::MODEL, own, elsewhere),
            (journal::MODEL, foreign, 1),
        ] {
            let field = if model == partner::MODEL {
                "company_id"
            } else {
                "x_company_id"
            };
            let write = Call::write(model, vec![id], json!({ field: company }));
            self.odoo.call(&write).await.unwrap();
        }
        let undecided = json!({ "x_partner_id": false, "x_match": "ambiguous" });
        let write = Call::write(journal::MODEL, vec![own], undecided);
        self.odoo.call(&write).await.unwrap();
        let before = self.calls().await;
        let by_hand = json!({ "x_partner_id": ana });
        let write = Call::write(journal::MODEL, vec![unknown], by_hand);
        self.odoo.call(&write).await.unwrap();
        self.press(self.odoo, ASSIGN, journal::MODEL, unknown)
            .await
            .unwrap();
        assert_eq!(self.contact_of(own).await, ana);
        assert_eq!(self.calls().await[1], before[1]);
        // Whoever sees neither the contact nor all of the calls takes the number from nobody.
        for (button, call) in [(ASSIGN, found), (UNDO_CALL, unknown)] {
            let taken = self.press(user, button, journal::MODEL, call).await;
            assert!(taken.is_err(), "{button}");
            let assigned = self.assigned().await.unwrap();
            assert_eq!(assigned.contact, Some(ana), "{button}");
        }
        for (company, is_hers) in [(None, true), (Some(elsewhere), true), (Some(1), false)] {
            let assigned = self.odoo.call(&number::find(&[NUMBER], company)).await;
            assert_eq!(!assigned.unwrap().is_empty(), is_hers, "{company:?}");
        }

        // Where the number was everybody's before, the calls of others keep what was said of them.
        self.press(self.odoo, ASSIGN, journal::MODEL, found)
            .await
            .unwrap();
        assert_eq!(self.contact_of(foreign).await, bea);
        let by_hand = json!({ "x_partner_id": ana });
        let write = Call::write(journal::MODEL, vec![own], by_hand);
        self.odoo.call(&write).await.unwrap();
        self.press(self.odoo, ASSIGN, journal::MODEL, own)
            .await
            .unwrap();
        assert_eq!(self.contact_of(own).await, ana);
        let foreign = self.calls().await[1].clone();
        assert_eq!(
            (&foreign["x_partner_id"][0], &foreign["x_number_id"]),
            (&json!(bea), &json!(false)),
            "{foreign}"
        );
        let assigned = self.assigned().await.unwrap();
        self.press(self.odoo, UNDO, number::MODEL, assigned.id)
            .await
            .unwrap();
    }

    /// Which number a call is linked with can be written by whoever may write the call.
    async fn no_call_undoes_another_number(&self, user: &Real<'_>) {
        let other = json!({ "x_name": "+33199000018", "x_partner_id": self.contacts[1] });
        let other = made(self.odoo, number::MODEL, other).await;
        let call = self.calls[2];
        let linked = Call::write(journal::MODEL, vec![call], json!({ "x_number_id": other }));
        user.call(&linked).await.unwrap();
        self.press(user, UNDO_CALL, journal::MODEL, call)
            .await
            .unwrap();
        let left = json!([["id", "=", other]]);
        let left: Call<Vec<Value>> = Call::search_read(number::MODEL, left, &["x_name"]);
        assert_eq!(self.odoo.call(&left).await.unwrap().len(), 1);
        assert_eq!(self.calls().await[2]["x_number_id"], false);
        // One of a contact that is another company's, as if it were the call's own.
        let theirs = json!({ "x_name": "+33199000019", "x_partner_id": self.contacts[0] });
        let theirs = made(self.odoo, number::MODEL, theirs).await;
        let before = self.calls().await[2]["x_number"].clone();
        for (number, linked) in [
            (json!("+33199000019"), json!(theirs)),
            (before, json!(false)),
        ] {
            let values = json!({ "x_number": number, "x_number_id": linked });
            let write = Call::write(journal::MODEL, vec![call], values);
            user.call(&write).await.unwrap();
            if linked != json!(false) {
                let undone = self.press(user, UNDO_CALL, journal::MODEL, call).await;
                assert!(undone.is_err(), "{undone:?}");
            }
        }
        self.odoo
            .call(&Call::unlink(number::MODEL, vec![other, theirs]))
            .await
            .unwrap();
    }

    async fn choose(&self, user: &Real<'_>, call: i64, contact: i64) -> Result<Value, OdooError> {
        let context = json!({ "active_model": partner::MODEL, "active_id": contact, "active_ids": [contact], "x_ucm_call_id": call });
        self.run(user, CHOOSE, context).await
    }

    async fn press(
        &self,
        user: &Real<'_>,
        button: &str,
        model: &str,
        id: i64,
    ) -> Result<Value, OdooError> {
        let context = json!({ "active_model": model, "active_id": id, "active_ids": [id] });
        self.run(user, button, context).await
    }

    async fn run(&self, user: &Real<'_>, button: &str, context: Value) -> Result<Value, OdooError> {
        let id = self.record(button).await;
        let mut run: Call<Value> = Call::method("ir.actions.server", "run", Some(vec![id]), vec![]);
        for (name, value) in context.as_object().unwrap() {
            run = run.context(name, value.clone());
        }
        user.call(&run).await
    }

    async fn record(&self, external_id: &str) -> i64 {
        let (module, name) = external_id.split_once('.').unwrap();
        let domain = json!([["module", "=", module], ["name", "=", name]]);
        let found: Call<Vec<Value>> = Call::search_read("ir.model.data", domain, &["res_id"]);
        let found = self.odoo.call(&found).await.unwrap();
        found[0]["res_id"].as_i64().unwrap()
    }

    async fn calls(&self) -> Vec<Value> {
        let fields = [
            "x_partner_id",
            "x_match",
            "x_match_reason",
            "x_candidate_ids",
            "x_number_id",
            "x_match_before",
            "x_partner_before_id",
        ];
        let read = Call::read(journal::MODEL, self.calls.to_vec(), &fields);
        self.odoo.call(&read).await.unwrap()
    }

    async fn expect_contacts(&self, expected: [i64; 5]) {
        let calls = self.calls().await;
        let contacts: Vec<&Value> = calls.iter().map(|call| &call["x_partner_id"][0]).collect();
        assert_eq!(contacts, expected);
    }

    async fn contact_of(&self, call: i64) -> Value {
        let read: Call<Vec<Value>> = Call::read(journal::MODEL, vec![call], &["x_partner_id"]);
        self.odoo.call(&read).await.unwrap()[0]["x_partner_id"][0].clone()
    }

    async fn assigned(&self) -> Option<Assigned> {
        self.odoo
            .call(&number::find(&[NUMBER], None))
            .await
            .unwrap()
            .pop()
    }

    async fn close(self) {
        let logins = json!([["login", "in", ["zz-1", "zz-2"]]]);
        let users: Call<Vec<Value>> = Call::search_read("res.users", logins, &["login"]);
        let users = self.odoo.call(&users).await.unwrap();
        let users = users.iter().map(|user| user["id"].as_i64().unwrap());
        for call in [
            Call::unlink(journal::MODEL, self.calls.to_vec()),
            Call::unlink(partner::MODEL, self.contacts.to_vec()),
            Call::unlink("res.users", users.collect()),
        ] {
            self.odoo.call(&call).await.unwrap();
        }
    }
}

fn call_values(n: usize, contact: &Value) -> Value {
    let mut values = contact.clone();
    values["x_uid"] = json!(format!("zz-number/{n}"));
    values["x_name"] = json!("call");
    values["x_number"] = json!(NUMBER);
    values
}

const ASSIGN: &str = "ucm_odoo.action_number_assign";
const CHOOSE: &str = "ucm_odoo.action_number_assign_candidate";
const UNDO: &str = "ucm_odoo.action_number_undo";
const UNDO_CALL: &str = "ucm_odoo.action_number_undo_call";

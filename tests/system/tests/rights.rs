//! What people may do in Odoo: an ordinary user, one who sees own calls only, one of another company, a portal user, an administrator.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use serde_json::{Value, json};
use system::{Journal, Rig};

/// An Odoo with the journal, three calls and a server in it.
struct Office {
    rig: Rig,
    /// A second company.
    other: i64,
    /// Those who were made, by id.
    people: Vec<i64>,
}

async fn office(journal: Journal) -> Office {
    let now = "2026-06-15T14:30:00Z".parse().unwrap();
    let rig = Rig::around(journal, now).start().await.unwrap();
    let office = json!({ "name": format!("Office {}", fastrand::u32(..)) });
    let other = rig.journal.create("res.company", office).await.unwrap();
    let office = Office {
        rig,
        other,
        people: Vec::new(),
    };
    office.clean().await;
    office
}

impl Office {
    fn journal(&self) -> &Journal {
        &self.rig.journal
    }

    /// A new user in `group`, of the companies `of`, and Odoo as that user sees it.
    async fn person(&mut self, group: &str, of: &[i64]) -> Journal {
        self.person_in(&[group], of).await
    }

    async fn person_in(&mut self, groups: &[&str], of: &[i64]) -> Journal {
        let person = self.journal().person(groups, of).await.unwrap();
        self.people.push(person.user());
        person
    }

    async fn call(&self, key: &str, more: Value) -> i64 {
        let mut row =
            json!({ "x_uid": format!("rights/{key}"), "x_name": "a → b", "x_server": "rights" });
        let fields = row.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        self.journal().create("x_ucm_call", row).await.unwrap()
    }

    async fn clean(&self) {
        let ours = json!([["x_server", "=", "rights"]]);
        self.journal()
            .remove_records("x_ucm_call", ours.clone())
            .await
            .unwrap();
        let extensions = self.journal().remove_records("x_ucm_extension", ours);
        extensions.await.unwrap();
        let ours = json!([["x_key", "=", "rights"]]);
        self.journal()
            .remove_records("x_ucm_server", ours)
            .await
            .unwrap();
        if !self.people.is_empty() {
            let archived = json!([self.people, { "active": false }]);
            self.journal()
                .call("res.users", "write", archived, json!({}))
                .await
                .unwrap();
        }
    }
}

/// Our calls, as somebody sees them.
async fn seen(user: &Journal) -> Vec<i64> {
    let ours = json!([["x_server", "=", "rights"]]);
    let rows = user.records("x_ucm_call", ours, &["x_uid"]).await.unwrap();
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

async fn refused(user: &Journal, model: &str, method: &str, args: Value) {
    let answer = user.call(model, method, args.clone(), json!({})).await;
    let Err(error) = answer else {
        panic!("{model}.{method}{args} was not refused");
    };
    assert!(
        error.to_string().contains("AccessError"),
        "{model}.{method}: {error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_user_reads_settings_but_no_secrets_and_deletes_no_calls() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let mut office = office(journal).await;
        let country = office.journal().france().await.unwrap();
        let server = json!({
            "x_name": "Rights", "x_key": "rights", "x_host": "ucm.example.com", "x_country_id": country, "x_paused": true,
        });
        let server = office
            .journal()
            .create("x_ucm_server", server)
            .await
            .unwrap();
        let access = json!({
            "x_server_id": server, "x_password": "pass-word", "x_push_secret": "push-pass-word-now", "x_push_secret_previous": "push-pass-word-old",
            "x_test_url": "https://bridge.example.com/?signed",
        });
        let access = office
            .journal()
            .create("x_ucm_access", access)
            .await
            .unwrap();
        let call = office.call("a", json!({})).await;
        let user = office.person("base.group_user", &[1]).await;

        let all = user
            .call("x_ucm_server", "read", json!([[server]]), json!({}))
            .await
            .unwrap();
        assert_eq!(all[0]["x_host"], "ucm.example.com");
        assert!(
            !all.to_string().contains("pass-word") && !all.to_string().contains("?signed"),
            "{all}"
        );
        refused(&user, "x_ucm_access", "read", json!([[access]])).await;
        for secret in ["x_password", "x_push_secret", "x_push_secret_previous"] {
            let guess = json!([[[secret, "=like", "p%"]]]);
            refused(&user, "x_ucm_access", "search", guess).await;
        }
        for secret in ["x_password", "x_push_secret"] {
            let own = json!([[access], { secret: "a-secret-of-a-stranger" }]);
            refused(&user, "x_ucm_access", "write", own).await;
        }
        // Nor by way of the server: a search must not tell what a read does not.
        let guess = json!([[["x_ucm_access.x_password", "=like", "p%"]]]);
        assert!(
            user.call("x_ucm_server", "search", guess, json!({}))
                .await
                .is_err()
        );
        for model in ["x_ucm_server", "x_ucm_extension", "x_ucm_number"] {
            user.call(model, "search_count", json!([[]]), json!({}))
                .await
                .unwrap();
            refused(&user, model, "create", json!([{ "x_name": "x" }])).await;
        }
        refused(
            &user,
            "x_ucm_server",
            "write",
            json!([[server], { "x_host": "elsewhere" }]),
        )
        .await;
        refused(&user, "x_ucm_server", "unlink", json!([[server]])).await;

        // All of a call, with what others know of it: leads are not for everybody.
        let whole = user.call("x_ucm_call", "read", json!([[call]]), json!({}));
        assert_eq!(whole.await.unwrap()[0]["x_name"], "a → b");
        assert_eq!(seen(&user).await, [call]);
        let note = json!([[call], { "x_notes": "<p>called back</p>" }]);
        user.call("x_ucm_call", "write", note, json!({}))
            .await
            .unwrap();
        let own = json!({ "x_uid": "rights/own", "x_name": "by hand", "x_server": "rights" });
        user.create("x_ucm_call", own).await.unwrap();
        refused(&user, "x_ucm_call", "unlink", json!([[call]])).await;
        office.clean().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bridges_user_completes_calls_and_sees_no_action_about_anything_else() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let mut office = office(journal).await;
        let call = office.call("a", json!({ "x_fingerprint": "before" })).await;
        let other = json!([["model_name", "!=", "x_ucm_call"]]);
        let about_others = |user: Journal| {
            let other = other.clone();
            async move {
                let seen = user.records("ir.actions.server", other, &["name"]).await;
                seen.unwrap().len()
            }
        };
        let groups = ["base.group_user", "ucm_odoo.group_bridge"];
        let bridge = office.person_in(&groups, &[1]).await;
        let about_calls = json!([["model_name", "=", "x_ucm_call"]]);
        let actions = bridge.records("ir.actions.server", about_calls, &["xml_id"]);
        let actions = actions.await.unwrap();
        let change = actions
            .iter()
            .find(|action| action["xml_id"] == "ucm_odoo.action_change");
        let change = change.unwrap()["id"].as_i64().unwrap();
        let is_now = |fingerprint: &str| {
            let was = json!({ "id": call, "x_fingerprint": fingerprint, "x_partner_id": false, "x_match": false });
            let changes =
                json!([{ "was": was, "values": { "x_fingerprint": "after", "x_name": "c → d" } }]);
            json!({ "x_ucm_changes": changes })
        };
        let run = async |user: &Journal, fingerprint: &str| {
            user.run(change, is_now(fingerprint))
                .await
                .map(|answer| answer["overtaken"].clone())
        };
        assert_eq!(run(&bridge, "earlier").await.unwrap(), json!([call]));
        assert_eq!(run(&bridge, "before").await.unwrap(), json!([]));
        assert_eq!(run(&bridge, "before").await.unwrap(), json!([call]));
        let fields = ["x_fingerprint", "x_name"];
        let ours = json!([["id", "=", call]]);
        let row = bridge.records("x_ucm_call", ours, &fields).await.unwrap();
        assert_eq!(
            (&row[0]["x_fingerprint"], &row[0]["x_name"]),
            (&json!("after"), &json!("c → d"))
        );

        let user = office.person("base.group_user", &[1]).await;
        assert!(run(&user, "after").await.is_err());
        let administrator = office.person("base.group_system", &[1]).await;
        assert_eq!(about_others(bridge).await, 0);
        assert!(about_others(administrator).await > 0);
        office.clean().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn own_calls_only_and_the_calls_of_ones_companies() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let mut office = office(journal).await;
        let other = office.other;
        let restricted = office
            .person("ucm_odoo.group_ucm_odoo_own_calls", &[1])
            .await;
        let neighbour = office.person("base.group_user", &[other]).await;
        let both = office.person("base.group_user", &[1, other]).await;
        // Whose a call is, Odoo computes from its extension; the simulated one takes what it is told.
        let extension =
            json!({ "x_name": "4711", "x_server": "rights", "x_user_id": restricted.user() });
        office
            .journal()
            .create("x_ucm_extension", extension)
            .await
            .unwrap();
        let theirs = |company: i64| json!({ "x_company_id": company, "x_extension": "4711", "x_user_id": restricted.user() });
        let own = office.call("own", theirs(1)).await;
        let colleagues = office
            .call("colleagues", json!({ "x_company_id": 1 }))
            .await;
        let others = office.call("others", theirs(other)).await;
        let nobodys = office.call("nobodys", json!({})).await;

        assert_eq!(seen(&restricted).await, [own]);
        refused(
            &restricted,
            "x_ucm_call",
            "read",
            json!([[colleagues], ["x_uid"]]),
        )
        .await;
        refused(
            &restricted,
            "x_ucm_call",
            "write",
            json!([[colleagues], { "x_notes": "x" }]),
        )
        .await;
        assert_eq!(seen(&neighbour).await, [others, nobodys]);
        refused(&neighbour, "x_ucm_call", "read", json!([[own], ["x_uid"]])).await;
        refused(
            &neighbour,
            "x_ucm_call",
            "write",
            json!([[own], { "x_notes": "x" }]),
        )
        .await;
        assert_eq!(seen(&both).await, [own, colleagues, others, nobodys]);
        office.clean().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_user_sees_nothing_of_it_and_an_administrator_deletes() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let mut office = office(journal).await;
        let portal = office.person("base.group_portal", &[1]).await;
        let call = office.call("a", json!({})).await;
        for model in [
            "x_ucm_call",
            "x_ucm_server",
            "x_ucm_extension",
            "x_ucm_number",
        ] {
            refused(&portal, model, "search", json!([[]])).await;
        }
        refused(&portal, "x_ucm_call", "read", json!([[call], ["x_uid"]])).await;
        // Their own contact is theirs to read, without the calls.
        let of_portal = json!([["id", "=", portal.user()]]);
        let own = office
            .journal()
            .records("res.users", of_portal, &["partner_id"])
            .await
            .unwrap();
        let own = own[0]["partner_id"][0].clone();
        let whole = portal.call(
            "res.partner",
            "read",
            json!([[own], ["name", "x_ucm_call_count", "x_ucm_recent_call_ids"]]),
            json!({}),
        );
        let whole = whole.await.unwrap();
        assert_eq!(
            (
                &whole[0]["x_ucm_call_count"],
                &whole[0]["x_ucm_recent_call_ids"]
            ),
            (&json!(0), &json!([]))
        );

        let admin = office.person("base.group_system", &[1]).await;
        admin
            .call("x_ucm_call", "unlink", json!([[call]]), json!({}))
            .await
            .unwrap();
        assert_eq!(seen(office.journal()).await, [] as [i64; 0]);
        office.clean().await;
    }
}

//! Call campaigns: people call whom the rules allow, and what came of it is what the PBX has recorded.
//!
//! What people run is programs of Odoo, so the most of it is tried where the environment names a real one.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod figures;
mod fill;
mod opposed;
mod record;
mod rights;
mod rules;
mod said;
mod standing;
mod work;
mod worked_through;

use std::time::Duration;

use chrono_clock::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use system::{Campaign, Journal, RealOdoo, Rig, Site, french_ucm};

const MODULE: &str = "ucm_odoo_campaigns";

/// An office with a campaign: Ana plans it and calls, Ben calls.
struct Team {
    rig: Rig,
    ana: Journal,
    ben: Journal,
    campaign: i64,
}

fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Odoo writes instants so.
fn at(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The real Odoo, if there is one.
async fn journal() -> Option<Journal> {
    let odoo = RealOdoo::from_environment();
    if odoo.is_none() {
        eprintln!("skipped: no real Odoo is named (ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY)");
    }
    Some(Journal::real(odoo?).await.unwrap())
}

impl Team {
    /// A campaign that runs at all hours, and contacts with these numbers in it, which the bridge has read.
    async fn with(numbers: &[&str], settings: Value) -> Option<Self> {
        let ucm = french_ucm(now()).start().await.unwrap();
        let site = Site::new("bordeaux", ucm).with(json!({ "dial": true }));
        let rig = Rig::around(journal().await?, now())
            .site(site)
            .start_without_setup()
            .await
            .unwrap();
        set_up(&rig).await;
        clean(&rig.journal).await;
        rig.run_to_completion(3).await.unwrap();
        let dial = ["base.group_user", "ucm_odoo.group_dial"];
        let plan = [
            &dial[..],
            &[
                "ucm_odoo_campaigns.group_campaigns",
                "base.group_partner_manager",
            ],
        ]
        .concat();
        let ana = rig.journal.person(&plan, &[1]).await.unwrap();
        let ben = rig.journal.person(&dial, &[1]).await.unwrap();
        for (extension, person) in [("1001", &ana), ("1002", &ben)] {
            let user = person.user();
            let given = rig.journal.give_extension("bordeaux", extension, user);
            given.await.unwrap();
        }
        let mut team = Self {
            rig,
            ana,
            ben,
            campaign: 0,
        };
        team.campaign = team.another(settings).await;
        team.add(numbers).await;
        Some(team)
    }

    /// A campaign that runs at all hours.
    async fn another(&self, settings: Value) -> i64 {
        let mut values = Campaign::values("Spring", &[self.ana.user(), self.ben.user()]);
        values
            .as_object_mut()
            .unwrap()
            .extend(settings.as_object().unwrap().clone());
        let campaign = self.ana.create("x_ucm_campaign", values).await.unwrap();
        let start = json!({ "active_model": "x_ucm_campaign", "active_id": campaign });
        self.run(&self.ana, "action_campaign_start", start).await;
        campaign
    }

    /// Makes contacts, adds them as somebody does who has chosen them in their list, and lets the bridge read their numbers.
    async fn add(&self, numbers: &[&str]) {
        let france = self.journal().france().await.unwrap();
        let mut contacts = Vec::new();
        for number in numbers {
            let contact = json!({ "name": format!("Campaign {number}"), "phone": number, "country_id": france });
            contacts.push(self.journal().create("res.partner", contact).await.unwrap());
        }
        self.add_contacts(&contacts).await;
    }

    async fn add_contacts(&self, contacts: &[i64]) {
        let chosen = json!({ "active_model": "res.partner", "active_ids": contacts });
        let choice = self.run(&self.ana, "action_campaign_add", chosen).await;
        let mut context = choice["context"].clone();
        context["active_model"] = json!("x_ucm_campaign");
        context["active_id"] = json!(self.campaign);
        self.run(&self.ana, "action_campaign_add_here", context)
            .await;
        self.rig.tick().await.unwrap();
    }

    fn journal(&self) -> &Journal {
        &self.rig.journal
    }

    async fn run(&self, who: &Journal, action: &str, context: Value) -> Value {
        self.try_run(who, action, context).await.unwrap()
    }

    /// Where it may be refused: 17 does so with an error, where 18 and 19 run the action without its record.
    async fn try_run(&self, who: &Journal, action: &str, context: Value) -> Result<Value, String> {
        let id = self
            .journal()
            .id_of(&format!("{MODULE}.{action}"))
            .await
            .unwrap();
        let ran = who.run(id, context);
        ran.await.map_err(|error| error.to_string())
    }

    async fn of_campaign(&self, who: &Journal, action: &str) -> Value {
        let context = json!({ "active_model": "x_ucm_campaign", "active_id": self.campaign });
        self.run(who, action, context).await
    }

    async fn of_member(&self, who: &Journal, action: &str, member: i64) -> Value {
        let context =
            json!({ "active_model": "x_ucm_member", "active_id": member, "active_ids": [member] });
        self.run(who, action, context).await
    }

    /// Whom `who` is to call next; none with what Odoo says instead.
    async fn next(&self, who: &Journal) -> Result<i64, String> {
        let context = json!({ "active_model": "x_ucm_campaign", "active_id": self.campaign });
        let shown = self.try_run(who, "action_campaign_next", context).await?;
        match shown["res_id"].as_i64() {
            Some(member) => Ok(member),
            None => Err(shown["params"]["message"].as_str().unwrap().to_owned()),
        }
    }

    /// The database id of a result.
    async fn result(&self, name: &str) -> i64 {
        let result = format!("{MODULE}.{name}");
        self.journal().id_of(&result).await.unwrap()
    }

    /// Says a result, by its external id.
    async fn say(&self, who: &Journal, member: i64, result: &str) -> Value {
        let result = self.result(result).await;
        let context = json!({ "active_model": "x_ucm_result", "active_id": result, "x_ucm_member_id": member });
        self.run(who, "action_campaign_result", context).await
    }

    /// What somebody writes into the window that was shown, and its button.
    async fn note(&self, who: &Journal, shown: &Value, noted: Value) -> Value {
        assert_eq!(shown["res_model"], "x_ucm_said", "{shown}");
        let written = json!([[shown["res_id"]], noted]);
        who.call("x_ucm_said", "write", written, json!({}))
            .await
            .unwrap();
        let context = json!({ "active_model": "x_ucm_said", "active_id": shown["res_id"] });
        self.run(who, "action_campaign_when", context).await
    }

    /// A call in the journal, as if somebody had dialled it on a desk phone, or called the office.
    async fn call(
        &self,
        number: &str,
        direction: &str,
        outcome: &str,
        begun: DateTime<Utc>,
    ) -> i64 {
        let call = json!({
            "x_uid": format!("bordeaux:campaign-{}", fastrand::u64(..)), "x_server": "bordeaux", "x_name": "a call", "x_direction": direction,
            "x_outcome": outcome, "x_number": number, "x_started_at": at(begun), "x_talk_seconds": if outcome == "answered" { 30 } else { 0 },
        });
        self.journal().create("x_ucm_call", call).await.unwrap()
    }

    /// Number, state and reason of every member.
    async fn standings(&self) -> Vec<(Value, Value, Value)> {
        let of = |member: &Value, field: &str| member[field].clone();
        let members = self.members().await;
        let standings = members.iter().map(|member| {
            (
                of(member, "x_number"),
                of(member, "x_state"),
                of(member, "x_why"),
            )
        });
        standings.collect()
    }

    async fn members(&self) -> Vec<Value> {
        let fields = [
            "x_name",
            "x_number",
            "x_state",
            "x_why",
            "x_kind",
            "x_attempts",
            "x_next_at",
            "x_is_reached",
            "x_user_id",
            "x_note",
        ];
        let domain = json!([["x_campaign_id", "=", self.campaign]]);
        self.journal()
            .records("x_ucm_member", domain, &fields)
            .await
            .unwrap()
    }

    async fn member(&self, id: i64) -> Value {
        self.members()
            .await
            .into_iter()
            .find(|member| member["id"] == id)
            .unwrap()
    }

    /// What the timer does for campaigns.
    async fn settle(&self) {
        self.rig.advance(Duration::from_secs(60));
        self.rig.tick().await.unwrap();
    }

    /// State of the member with a number, and why it is excluded, or what came of it.
    async fn state(&self, number: &str) -> (String, String) {
        let members = self.members().await;
        let member = members
            .iter()
            .find(|member| member["x_number"] == number)
            .unwrap();
        let text = |field: &str| member[field].as_str().unwrap_or_default().to_owned();
        let why = Some(text("x_why")).filter(|why| !why.is_empty());
        (text("x_state"), why.unwrap_or_else(|| text("x_kind")))
    }

    /// The member with a number.
    async fn of_number(&self, number: &str) -> i64 {
        let members = self.members().await;
        let mut members = members.iter();
        let member = members.find(|member| member["x_number"] == number);
        member.unwrap()["id"].as_i64().unwrap()
    }

    /// What is said of each call with a number, in their order: what came of it, and whether it is a success.
    async fn said(&self, number: &str) -> Vec<(Value, Value)> {
        let domain = json!([
            ["x_member_id.x_number", "=", number],
            ["x_campaign_id", "=", self.campaign]
        ]);
        let fields = ["x_at", "x_kind", "x_success"];
        let rows = self.journal().records("x_ucm_attempt", domain, &fields);
        let mut rows = rows.await.unwrap();
        rows.sort_by_key(|row| row["x_at"].to_string());
        let said = |row: &Value| (row["x_kind"].clone(), row["x_success"].clone());
        rows.iter().map(said).collect()
    }

    /// The one call of a member was so much earlier, and so was what is said of it.
    async fn put_back(&self, member: i64, by: &str) {
        let code = format!(
            "member = env['x_ucm_member'].sudo().browse({member})\n\
             attempt = env['x_ucm_attempt'].sudo().search([('x_member_id', '=', member.id)])\n\
             before = attempt.x_at - datetime.timedelta({by})\n\
             attempt.write({{'x_at': before, 'x_result_at': attempt.x_result_at and before}})\n\
             attempt.x_call_id.write({{'x_started_at': before}})\n\
             member.write({{'x_last_at': before, 'x_result_at': member.x_result_at and before}})"
        );
        self.journal().program(&code).await.unwrap();
    }

    /// Takes entries off the blacklist.
    async fn unlist(&self, entries: &[&str]) {
        let entries = json!([["number", "in", entries]]);
        let journal = self.journal();
        let removed = journal.remove_records("phone.blacklist", entries);
        removed.await.unwrap();
    }

    /// Whether a member is known to have refused.
    async fn has_refused(&self, member: i64) -> bool {
        let refused = json!([["id", "=", member], ["x_refused_at", "!=", false]]);
        let refused = self.journal().records("x_ucm_member", refused, &["id"]);
        refused.await.unwrap().len() == 1
    }

    /// The rules that have refused calls, oldest first.
    async fn refusals(&self) -> Vec<(String, String)> {
        let domain = json!([["x_campaign_id", "=", self.campaign]]);
        let rows = self
            .journal()
            .records("x_ucm_refusal", domain, &["x_number", "x_rule"])
            .await
            .unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        rows.iter()
            .map(|row| (text(&row["x_number"]), text(&row["x_rule"])))
            .collect()
    }

    /// Orders that were made.
    async fn dialled(&self) -> usize {
        self.journal()
            .records("x_ucm_order", json!([]), &["x_number"])
            .await
            .unwrap()
            .len()
    }

    async fn close(self) {
        clean(self.journal()).await;
        let people = [self.ana.user(), self.ben.user()];
        self.journal().dismiss(&people).await.unwrap();
    }
}

async fn set_up(rig: &Rig) {
    Campaign::install(rig).await.unwrap();
}

/// A real Odoo is left as it was.
async fn clean(journal: &Journal) {
    for (model, domain) in [
        ("x_ucm_campaign", json!([["x_name", "=", "Spring"]])),
        ("x_ucm_order", json!([])),
        (
            "x_ucm_extension",
            json!([["x_name", "in", ["1001", "1002"]]]),
        ),
        (
            "phone.blacklist",
            json!([["number", "like", "+331990000%"]]),
        ),
        ("crm.lead", json!([["name", "like", "Spring:%"]])),
        ("mail.activity", json!([["summary", "=", "Spring"]])),
        ("x_ucm_call", json!([["x_server", "=", "bordeaux"]])),
        (
            "ir.config_parameter",
            json!([["key", "like", "ucm_odoo_campaigns.fill."]]),
        ),
        ("ir.filters", json!([["name", "=", "Campaign filter"]])),
        ("res.partner", json!([["name", "like", "Campaign %"]])),
    ] {
        journal.remove_records(model, domain).await.unwrap();
    }
}

/// They are a part of their own, which comes when it is asked for and stays with the journal.
#[tokio::test(flavor = "multi_thread")]
async fn campaigns_come_when_they_are_asked_for_and_go_with_the_journal() {
    for series in [17, 18, 19] {
        let rig = Rig::around(Journal::simulated(series).await.unwrap(), now());
        let rig = rig.start().await.unwrap();
        let odoo = rig.journal.handle();
        let models = || {
            odoo.records_where("ir.model", &json!([["model", "=", "x_ucm_campaign"]]))
                .len()
        };
        assert_eq!(models(), 0, "{series}");
        let (_, plan) = rig.request("GET", "/setup").await.unwrap();
        assert_eq!(plan.get("campaigns"), None, "{plan}");

        for (changed, path) in [(true, "/setup?campaigns=yes"), (false, "/setup")] {
            let (status, report) = rig.request("POST", path).await.unwrap();
            assert_eq!(
                (status, &report["changed"]),
                (200, &json!(changed)),
                "{report}"
            );
        }
        let (_, plan) = rig.request("GET", "/setup").await.unwrap();
        assert_eq!(plan["campaigns"]["step"], "nothing", "{plan}");
        let make = |model: &str, values: Value| odoo.create(model, &values).unwrap();
        let campaign = make(
            "x_ucm_campaign",
            json!({ "x_name": "Spring", "x_mode": "power", "x_order": "added" }),
        );
        // People call a result as they like.
        let (of_results, result) = odoo
            .external_id("ucm_odoo_campaigns.result_success")
            .unwrap();
        odoo.write(&of_results, result, &json!({ "x_name": "Sold" }))
            .unwrap();
        let said = json!({ "x_name": "Zoé", "x_campaign_id": campaign, "x_result_id": result });
        let member = make("x_ucm_member", said.clone());
        let call = json!({ "x_uid": "paris:1", "x_name": "a call" });
        let mut attempt = said;
        attempt["x_member_id"] = json!(member);
        attempt["x_call_id"] = json!(make("x_ucm_call", call));
        make("x_ucm_attempt", attempt);

        let (status, _) = rig.request("DELETE", "/setup?data=keep").await.unwrap();
        assert_eq!(status, 200, "{series}");
        let (status, report) = rig.request("POST", "/setup").await.unwrap();
        assert_eq!(status, 200, "{report}");
        assert_eq!(odoo.records("x_ucm_campaign").len(), 1, "{series}");
        for model in ["x_ucm_member", "x_ucm_attempt"] {
            let kept = &odoo.records(model)[0]["x_result_id"];
            assert!(kept == result || kept[0] == result, "{series}: {kept}");
        }
        let results = odoo.records("x_ucm_result");
        assert_eq!(results.len(), 11, "{series}");
        let kept = results.iter().find(|kept| kept["id"] == result);
        assert_eq!(kept.unwrap()["x_name"], "Sold", "{series}");
        let (_, plan) = rig.request("GET", "/setup").await.unwrap();
        assert_eq!(plan["campaigns"]["step"], "nothing", "{plan}");

        let (status, _) = rig.request("DELETE", "/setup?data=remove").await.unwrap();
        assert_eq!((status, models()), (200, 0), "{series}");
        let left = odoo.records_where("ir.model.data", &json!([["module", "like", MODULE]]));
        assert_eq!(left, [] as [Value; 0], "{series}");
        let (status, problem) = rig
            .request("POST", "/setup?campaigns=perhaps")
            .await
            .unwrap();
        assert_eq!(status, 400, "{problem}");
    }
}

/// On 17 an import writes the terms of the active languages: what people call a result stays, and only what has no name yet gets one.
#[tokio::test(flavor = "multi_thread")]
async fn results_keep_the_names_that_people_give_them() {
    let journal = Journal::simulated_with(17, &["fr_FR"]).await.unwrap();
    let rig = Rig::around(journal, now()).start().await.unwrap();
    set_up(&rig).await;
    let odoo = rig.journal.handle();
    let result = |name: &str| {
        let name = format!("{MODULE}.{name}");
        odoo.external_id(&name).unwrap().1
    };
    let (sold, busy) = (result("result_success"), result("result_busy"));
    let called = async |id: i64, language: &str| {
        let context = json!({ "context": { "lang": language } });
        let read = json!([[id], ["x_name"]]);
        let read = rig.journal.call("x_ucm_result", "read", read, context);
        read.await.unwrap()[0]["x_name"].clone()
    };
    assert_eq!(called(sold, "fr_FR").await, "Succès");
    let context = json!({ "context": { "lang": "fr_FR" } });
    let renamed = json!([[sold], { "x_name": "Vente" }]);
    let renamed = rig.journal.call("x_ucm_result", "write", renamed, context);
    renamed.await.unwrap();
    // What the set-up has not made yet, it makes: here another language.
    let german = odoo.records_where("res.lang", &json!([["code", "=", "de_DE"]]));
    let german = german[0]["id"].as_i64().unwrap();
    odoo.write("res.lang", german, &json!({ "active": true }))
        .unwrap();
    let (status, report) = rig.request("POST", "/setup").await.unwrap();
    assert_eq!(
        (status, &report["changed"]),
        (200, &json!(true)),
        "{report}"
    );
    assert_eq!(called(sold, "fr_FR").await, "Vente");
    assert_eq!(called(busy, "fr_FR").await, "Occupé");
    assert_eq!(called(sold, "de_DE").await, "Erfolg");
    let (_, plan) = rig.request("GET", "/setup").await.unwrap();
    assert_eq!(plan["campaigns"]["step"], "nothing", "{plan}");
    // And where they were kept.
    for (method, path) in [("DELETE", "/setup?data=keep"), ("POST", "/setup")] {
        let (status, report) = rig.request(method, path).await.unwrap();
        assert_eq!(status, 200, "{report}");
    }
    assert_eq!(called(sold, "fr_FR").await, "Vente");
    let (_, plan) = rig.request("GET", "/setup").await.unwrap();
    assert_eq!(plan["campaigns"]["step"], "nothing", "{plan}");
}

/// Nobody may read kept results before the access rules are there again: an installation that ends between the two is begun anew.
#[tokio::test(flavor = "multi_thread")]
async fn kept_results_that_nobody_may_read_hold_up_no_set_up() {
    let journal = Journal::simulated_with(17, &["fr_FR"]).await.unwrap();
    let rig = Rig::around(journal, now()).start().await.unwrap();
    set_up(&rig).await;
    let odoo = rig.journal.handle();
    let (of_results, sold) = odoo
        .external_id(&format!("{MODULE}.result_success"))
        .unwrap();
    let context = json!({ "context": { "lang": "fr_FR" } });
    let renamed = json!([[sold], { "x_name": "Vente" }]);
    let renamed = rig
        .journal
        .call(&of_results, "write", renamed, context.clone());
    renamed.await.unwrap();
    let (status, report) = rig.request("DELETE", "/setup?data=keep").await.unwrap();
    assert_eq!(status, 200, "{report}");
    // As far as an installation comes that ends before the import.
    let kept = json!([["module", "=", "__ucm_odoo_campaigns_kept__"]]);
    let kept = odoo.records_where("ir.model.data", &kept);
    assert!(kept.iter().any(|row| row["name"] == "result_success"));
    for row in kept {
        let id = row["id"].as_i64().unwrap();
        let name = json!({ "module": MODULE });
        odoo.write("ir.model.data", id, &name).unwrap();
    }
    let (status, plan) = rig.request("GET", "/setup").await.unwrap();
    assert_eq!(status, 200, "{plan}");
    let (status, report) = rig.request("POST", "/setup").await.unwrap();
    assert_eq!(status, 200, "{report}");
    let read = json!([[sold], ["x_name"]]);
    let read = rig.journal.call(&of_results, "read", read, context);
    assert_eq!(read.await.unwrap()[0]["x_name"], "Vente");
    let (_, plan) = rig.request("GET", "/setup").await.unwrap();
    assert_eq!(plan["campaigns"]["step"], "nothing", "{plan}");
}

fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_campaigns_that_is_not_all_of_them_says_so() {
    let rig = Rig::around(Journal::simulated(19).await.unwrap(), now());
    let rig = rig.start().await.unwrap();
    set_up(&rig).await;
    let odoo = rig.journal.handle();
    let campaign = json!({ "x_name": "Spring", "x_mode": "power", "x_order": "added" });
    for more in [false, true] {
        let made = if more { 1 } else { 500 };
        for _ in 0..made {
            odoo.create("x_ucm_campaign", &campaign).unwrap();
        }
        let (status, list) = rig.request("GET", "/stats/campaigns").await.unwrap();
        assert_eq!((status, &list["more"]), (200, &json!(more)), "{list}");
        assert_eq!(list["campaigns"].as_array().unwrap().len(), 500);
    }
}

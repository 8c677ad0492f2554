//! Who comes into a campaign, and from where.

use super::*;

const FIRST: &str = "+33199000001";
const SECOND: &str = "+33199000002";

/// The bridge adds whom a filter finds; what whoever has pressed it may not read any more is told, and holds up nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_saved_filter_fills_a_campaign_and_a_bad_one_holds_up_no_other() {
    let Some(team) = Team::with(&["01 99 00 00 01", "01 99 00 00 02"], json!({})).await else {
        return;
    };
    let sales = "sales_team.group_sale_salesman_all_leads";
    let plans = ["base.group_user", "ucm_odoo_campaigns.group_campaigns"];
    let admin = team.journal();
    let seller = admin.person(&[plans[0], plans[1], sales], &[1]).await;
    let seller = seller.unwrap();
    let mut campaigns = Vec::new();
    for (who, model) in [(&seller, "crm.lead"), (&team.ana, "res.partner")] {
        let campaign = team
            .filtered(model, "[('name', 'like', 'Campaign ')]")
            .await;
        team.fill_in(who, campaign).await;
        campaigns.push(campaign);
    }
    let less = json!([[seller.user()], {
        admin.groups_field().await.unwrap(): [[3, admin.id_of(sales).await.unwrap()]],
    }]);
    let written = admin.call("res.users", "write", less, json!({}));
    written.await.unwrap();
    team.settle().await;
    let (bad, good) = (
        team.filling(campaigns[0]).await,
        team.filling(campaigns[1]).await,
    );
    assert!(bad["x_fill_error"].is_string(), "{bad}");
    assert_eq!(bad["x_members"], 0);
    assert_eq!(good["x_fill_error"], false);
    assert_eq!(
        (&good["x_members"], &good["x_fill_done"]),
        (&json!(2), &json!(2))
    );
    admin.dismiss(&[seller.user()]).await.unwrap();
    team.close().await;
}

/// Whoever plans writes whatever they like into a campaign, and gets nobody by it whom they may not read.
#[tokio::test(flavor = "multi_thread")]
async fn who_plans_gets_nobody_with_the_rights_of_another() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let admin = team.journal();
    let lead = json!({ "name": "Spring: a lead", "phone": SECOND, "type": "lead" });
    admin.create("crm.lead", lead).await.unwrap();
    let claimed = json!({
        "x_fill_model": "crm.lead", "x_fill_domain": "[('name', 'like', 'Spring: ')]", "x_responsible_id": admin.user(),
    });
    let contacts = "[('name', 'like', 'Campaign ')]";
    let (unpressed, pressed) = (
        team.filtered("res.partner", contacts).await,
        team.filtered("res.partner", contacts).await,
    );
    team.fill_in(&team.ana, pressed).await;
    for campaign in [unpressed, pressed] {
        let write = json!([[campaign], claimed]);
        let written = team.ana.call("x_ucm_campaign", "write", write, json!({}));
        written.await.unwrap();
        let kept = format!("ucm_odoo_campaigns.fill.{campaign}");
        let parameter = json!([["key", "=", kept]]);
        let read = team.ana.records("ir.config_parameter", parameter, &["key"]);
        assert!(read.await.is_err(), "who has pressed it is kept from her");
        let taken = json!({ "key": kept, "value": format!("{} crm.lead []", admin.user()) });
        let taken = team.ana.create("ir.config_parameter", taken).await;
        assert!(taken.is_err(), "and is not hers to say");
    }
    // Nothing is kept of what is over, or of what is gone.
    let gone = json!({ "key": "ucm_odoo_campaigns.fill.2000000000", "value": "2 res.partner []" });
    admin.create("ir.config_parameter", gone).await.unwrap();
    team.settle().await;
    for (campaign, members) in [(unpressed, 0), (pressed, 1)] {
        let filling = team.filling(campaign).await;
        assert_eq!(filling["x_members"], members, "{filling}");
        assert_eq!(
            filling["x_fill_error"].is_string(),
            members == 0,
            "{filling}"
        );
        assert_eq!(filling["x_fill_domain"], false, "{filling}");
        let whose = json!([["x_campaign_id", "=", campaign]]);
        let whose = admin
            .records("x_ucm_member", whose, &["x_res_model"])
            .await
            .unwrap();
        assert!(whose.iter().all(|row| row["x_res_model"] == "res.partner"));
    }
    let kept = json!([["key", "like", "ucm_odoo_campaigns.fill."]]);
    let kept = admin.records("ir.config_parameter", kept, &["key"]).await;
    assert_eq!(kept.unwrap(), [] as [Value; 0]);
    team.close().await;
}

/// A campaign whose members the database refuses says so; the next one is filled.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_be_added_holds_up_no_other_campaign() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let contacts = "[('name', 'like', 'Campaign ')]";
    let mut campaigns = Vec::new();
    for _ in 0..2 {
        let campaign = team.filtered("res.partner", contacts).await;
        team.fill_in(&team.ana, campaign).await;
        campaigns.push(campaign);
    }
    let drop =
        "env.cr.execute(\"ALTER TABLE x_ucm_member DROP CONSTRAINT IF EXISTS x_ucm_member_test\")";
    let refuse = format!(
        "{drop}\nenv.cr.execute(\"ALTER TABLE x_ucm_member ADD CONSTRAINT x_ucm_member_test CHECK (x_campaign_id != {})\")",
        campaigns[0]
    );
    team.journal().program(&refuse).await.unwrap();
    team.settle().await;
    team.journal().program(drop).await.unwrap();
    let (bad, good) = (
        team.filling(campaigns[0]).await,
        team.filling(campaigns[1]).await,
    );
    assert_eq!(
        (&bad["x_members"], &good["x_members"]),
        (&json!(0), &json!(1)),
        "{bad}, {good}"
    );
    assert!(bad["x_fill_error"].is_string(), "{bad}");
    assert_eq!(good["x_fill_error"], false, "{good}");
    team.close().await;
}

/// Of another campaign those come who have the results that were chosen, each as what they are there: a contact, or a lead.
#[tokio::test(flavor = "multi_thread")]
async fn members_of_another_campaign_are_added_by_their_results() {
    let numbers = ["01 99 00 00 01", "01 99 00 00 02", "01 99 00 00 03"];
    let Some(team) = Team::with(&numbers, json!({})).await else {
        return;
    };
    let members = team.members().await;
    for (at, result) in [(0, "result_refusal"), (1, "result_not_interested")] {
        let member = members[at]["id"].as_i64().unwrap();
        team.say(&team.ana, member, result).await;
    }
    let chosen = team.result("result_not_interested").await;
    let other = json!({
        "x_name": "Spring", "x_state": "draft", "x_mode": "preview", "x_order": "added", "x_fill_campaign_id": team.campaign,
        "x_fill_result_ids": [[6, 0, [chosen]]],
    });
    let other = team.ana.create("x_ucm_campaign", other).await.unwrap();
    for (times, results) in [(1, json!([chosen])), (2, json!([]))] {
        let chosen = json!([[other], { "x_fill_result_ids": [[6, 0, results]] }]);
        let written = team
            .ana
            .call("x_ucm_campaign", "write", chosen, json!({}))
            .await;
        written.unwrap();
        let context = json!({ "active_model": "x_ucm_campaign", "active_id": other, "x_ucm_of_campaign": true });
        team.run(&team.ana, "action_campaign_fill_in", context)
            .await;
        team.settle().await;
        let domain = json!([["x_campaign_id", "=", other]]);
        let fields = ["x_number", "x_state", "x_res_model", "x_res_id"];
        let added = team.journal().records("x_ucm_member", domain, &fields);
        let added: Vec<Value> = added.await.unwrap();
        let numbers: Vec<&Value> = added.iter().map(|member| &member["x_number"]).collect();
        match times {
            1 => assert_eq!(numbers, [SECOND]),
            // Nobody is added twice.
            _ => assert_eq!(numbers, [SECOND, FIRST, "+33199000003"]),
        }
        assert!(
            added.iter().all(
                |member| member["x_res_model"] == "res.partner" && member["x_state"] == "ready"
            ),
            "{added:?}"
        );
    }
    let filling = team.filling(other).await;
    assert_eq!(
        (&filling["x_fill_done"], &filling["x_fill_total"]),
        (&json!(3), &json!(3)),
        "{filling}"
    );
    team.close().await;
}

/// Who was excluded for a number that is none is called by the one that stands there now.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_put_in_again_has_the_number_that_was_corrected() {
    let Some(team) = Team::with(&["", "ask Zoé", "ask Léo"], json!({})).await else {
        return;
    };
    let excluded = team.members().await;
    let whys: Vec<&Value> = excluded.iter().map(|member| &member["x_why"]).collect();
    assert_eq!(whys, ["no_number", "unreadable", "unreadable"]);
    let named = json!([["name", "like", "Campaign %"]]);
    let mut contacts = team
        .journal()
        .records("res.partner", named, &["name"])
        .await
        .unwrap();
    contacts.sort_by_key(|contact| contact["id"].as_i64());
    for (contact, number) in contacts.iter().zip(["01 99 00 00 01", "01 99 00 00 02"]) {
        let corrected = json!([[contact["id"]], { "phone": number }]);
        let write = team
            .journal()
            .call("res.partner", "write", corrected, json!({}));
        write.await.unwrap();
    }
    for member in excluded {
        let member = member["id"].as_i64().unwrap();
        team.of_member(&team.ana, "action_campaign_put_in", member)
            .await;
    }
    team.settle().await;
    let none = json!(false);
    let expected = [
        (json!(FIRST), json!("ready"), none.clone()),
        (json!(SECOND), json!("ready"), none.clone()),
        (none.clone(), json!("excluded"), json!("unreadable")),
    ];
    assert_eq!(team.standings().await, expected);

    // Contacts are merged: the other one is the member's, with its number.
    let (gone, kept) = (contacts[2]["id"].clone(), contacts[1]["id"].clone());
    let write = json!([[kept], { "phone": "01 99 00 00 03" }]);
    let write = team
        .journal()
        .call("res.partner", "write", write, json!({}));
    write.await.unwrap();
    let merge = format!(
        "env['base.partner.merge.automatic.wizard'].create({{}})._merge([{gone}, {kept}], env['res.partner'].browse({kept}))"
    );
    team.journal().program(&merge).await.unwrap();
    let member = team.members().await[2]["id"].as_i64().unwrap();
    team.of_member(&team.ana, "action_campaign_put_in", member)
        .await;
    let shown = team
        .of_member(&team.ana, "action_campaign_open", member)
        .await;
    assert_eq!(shown["res_id"], kept, "{shown}");
    team.settle().await;
    assert_eq!(team.member(member).await["x_number"], "+33199000003");
    team.close().await;
}

/// CRM may come after campaigns, and go and come again: the bridge sees it.
#[tokio::test(flavor = "multi_thread")]
async fn leads_are_added_by_their_menu_whenever_crm_comes() {
    let Some(team) = Team::with(&[], json!({})).await else {
        return;
    };
    let sales = "sales_team.group_sale_salesman_all_leads";
    let plans = ["base.group_user", "ucm_odoo_campaigns.group_campaigns"];
    let seller = team
        .journal()
        .person(&[plans[0], plans[1], sales], &[1])
        .await
        .unwrap();
    let mut leads = Vec::new();
    for (number, kind) in [(FIRST, "lead"), (SECOND, "opportunity")] {
        let lead = json!({ "name": "Spring: a lead", "phone": number, "type": kind });
        leads.push(team.journal().create("crm.lead", lead).await.unwrap());
    }
    let offered = async || {
        let bindings = seller.call(
            "ir.actions.actions",
            "get_bindings",
            json!(["crm.lead"]),
            json!({}),
        );
        let bindings = bindings.await.unwrap();
        let actions = bindings["action"].as_array().unwrap().clone();
        let id = team
            .journal()
            .id_of("ucm_odoo_campaigns.action_campaign_add_leads");
        let id = id.await.unwrap();
        actions.iter().any(|action| action["id"] == id)
    };
    team.settle().await;
    assert!(offered().await);
    // As it is where CRM was uninstalled: the database has taken the action with it, and its name leads nowhere.
    let name = json!([
        ["module", "=", MODULE],
        ["name", "=", "action_campaign_add_leads"]
    ]);
    let name = team
        .journal()
        .records("ir.model.data", name, &["res_id"])
        .await;
    let name = name.unwrap().remove(0);
    let nowhere = json!([[name["id"]], { "res_id": i32::MAX }]);
    let admin = team.journal();
    admin
        .call("ir.model.data", "write", nowhere, json!({}))
        .await
        .unwrap();
    admin
        .remove_records("ir.actions.server", json!([["id", "=", name["res_id"]]]))
        .await
        .unwrap();
    assert!(!offered().await);
    team.settle().await;
    assert!(offered().await, "it is offered anew");

    let chosen = json!({ "active_model": "crm.lead", "active_ids": leads });
    let choice = team.run(&seller, "action_campaign_add_leads", chosen).await;
    let mut context = choice["context"].clone();
    context["active_model"] = json!("x_ucm_campaign");
    context["active_id"] = json!(team.campaign);
    team.run(&seller, "action_campaign_add_here", context).await;
    team.rig.tick().await.unwrap();
    for number in [FIRST, SECOND] {
        assert_eq!(team.state(number).await.0, "ready");
    }
    admin.dismiss(&[seller.user()]).await.unwrap();
    team.close().await;
}

/// Whoever plans writes what a member is of; they get no number of a lead that they may not read.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_is_of_is_read_with_the_rights_of_who_asks() {
    let Some(team) = Team::with(&["ask Zoé"], json!({})).await else {
        return;
    };
    let lead = json!({ "name": "Campaign lead", "phone": "01 99 00 00 09" });
    let lead = team.journal().create("crm.lead", lead).await.unwrap();
    let member = team.members().await.remove(0)["id"].as_i64().unwrap();
    let of_lead = json!([[member], { "x_res_model": "crm.lead", "x_res_id": lead }]);
    let written = team
        .ana
        .call("x_ucm_member", "write", of_lead, json!({}))
        .await;
    written.unwrap();
    team.of_member(&team.ana, "action_campaign_put_in", member)
        .await;
    team.settle().await;
    assert_eq!(team.member(member).await["x_number"], false);
    let leads = json!([["id", "=", lead]]);
    let removed = team.journal().remove_records("crm.lead", leads);
    removed.await.unwrap();
    team.close().await;
}

impl Team {
    /// A campaign, and a saved filter in it.
    async fn filtered(&self, model: &str, domain: &str) -> i64 {
        let filter = json!({ "name": "Campaign filter", "model_id": model, "domain": domain });
        let filter = self.journal().create("ir.filters", filter).await.unwrap();
        let campaign = json!({
            "x_name": "Spring", "x_state": "draft", "x_mode": "preview", "x_order": "added", "x_filter_id": filter,
        });
        let campaign = self.ana.create("x_ucm_campaign", campaign);
        campaign.await.unwrap()
    }

    async fn fill_in(&self, who: &Journal, campaign: i64) {
        let context = json!({ "active_model": "x_ucm_campaign", "active_id": campaign });
        self.run(who, "action_campaign_fill_in", context).await;
    }

    /// How far a campaign is filled.
    async fn filling(&self, campaign: i64) -> Value {
        let domain = json!([["id", "=", campaign]]);
        let fields = [
            "x_members",
            "x_fill_error",
            "x_fill_domain",
            "x_fill_done",
            "x_fill_total",
        ];
        let rows = self.journal().records("x_ucm_campaign", domain, &fields);
        rows.await.unwrap().remove(0)
    }
}

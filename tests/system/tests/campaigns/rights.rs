//! Who may see and do what, and what goes with a contact.

use super::*;

/// Agents have buttons: what a member's record says is written by them alone, with a check.
#[tokio::test(flavor = "multi_thread")]
async fn agents_write_no_member_but_by_its_buttons() {
    let numbers = ["01 99 00 00 01", "01 99 00 00 02"];
    let Some(team) = Team::with(&numbers, json!({})).await else {
        return;
    };
    let own = team.next(&team.ben).await.unwrap();
    let other = team.next(&team.ana).await.unwrap();
    for values in [
        json!({ "x_state": "ready" }),
        json!({ "x_number": "+33199000009" }),
        json!({ "x_note": "free" }),
    ] {
        let write = json!([[own], values]);
        let written = team.ben.call("x_ucm_member", "write", write, json!({}));
        assert!(written.await.is_err(), "{values}");
    }
    let shown = team.of_member(&team.ben, "action_campaign_note", own).await;
    let noted = json!({ "x_note": "Ask for Zoé" });
    team.note(&team.ben, &shown, noted).await;
    assert_eq!(team.member(own).await["x_note"], "Ask for Zoé");

    // A note is taken over where the member is one's own, whatever somebody has written into it.
    let shown = team.of_member(&team.ben, "action_campaign_note", own).await;
    let noted = json!({ "x_note": "Not mine", "x_member_id": other });
    let told = team.note(&team.ben, &shown, noted).await;
    assert_eq!(told["params"]["type"], "warning", "{told}");
    assert_eq!(team.member(other).await["x_note"], false);
    team.close().await;
}

/// Agents count whom they may see; who is responsible sees all.
#[tokio::test(flavor = "multi_thread")]
async fn agents_count_whom_they_may_see() {
    let numbers = ["01 99 00 00 01", "01 99 00 00 02", "01 99 00 00 03"];
    let Some(team) = Team::with(&numbers, json!({})).await else {
        return;
    };
    team.next(&team.ben).await.unwrap();
    let counted = async |who: &Journal| {
        let domain = json!([["id", "=", team.campaign]]);
        let rows = who.records("x_ucm_campaign", domain, &["x_members"]);
        rows.await.unwrap().remove(0)["x_members"].clone()
    };
    assert_eq!(
        (counted(&team.ana).await, counted(&team.ben).await),
        (json!(3), json!(1))
    );
    let responsible = json!([[team.campaign], { "x_responsible_id": team.ben.user() }]);
    let written = team
        .ana
        .call("x_ucm_campaign", "write", responsible, json!({}));
    written.await.unwrap();
    assert_eq!(counted(&team.ben).await, 3);
    team.close().await;
}

/// What is another company's is seen by nobody of this one, with whatever right, and done nothing with.
#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_is_its_companys() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let admin = team.journal();
    let company = admin.another_company().await.unwrap();
    let begun = now() + minutes(1);
    team.call("+33199000001", "outbound", "no_answer", begun)
        .await;
    team.settle().await;
    let moved = json!([[team.campaign], { "x_company_id": company }]);
    admin
        .call("x_ucm_campaign", "write", moved, json!({}))
        .await
        .unwrap();
    for model in ["x_ucm_campaign", "x_ucm_member", "x_ucm_attempt"] {
        let seen = team.ana.records(model, json!([]), &["id"]).await.unwrap();
        assert_eq!(seen, [] as [Value; 0], "{model}");
    }
    let of_campaign = json!([["x_campaign_id", "=", team.campaign]]);
    for model in ["x_ucm_hours", "x_ucm_rule"] {
        let seen = team.ana.records(model, of_campaign.clone(), &["id"]).await;
        assert_eq!(seen.unwrap(), [] as [Value; 0], "{model}");
    }
    assert!(
        team.next(&team.ana).await.is_err(),
        "nobody is given to her"
    );
    let member = team.members().await[0]["id"].as_i64().unwrap();
    team.say(&team.ana, member, "result_success").await;
    assert_eq!(team.member(member).await["x_kind"], "not_reached");
    team.close().await;
}

/// A call of another company's is none of a campaign's, be it with the same number.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_another_company_says_nothing_of_a_member() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({ "x_company_id": 1 })).await else {
        return;
    };
    let admin = team.journal();
    let company = admin.another_company().await.unwrap();
    let member = team.members().await[0]["id"].as_i64().unwrap();
    for (of, state) in [(json!(company), "ready"), (json!(1), "talked")] {
        let begun = now() + minutes(1);
        let call = team
            .call("+33199000001", "outbound", "answered", begun)
            .await;
        let write = json!([[call], { "x_company_id": of }]);
        let written = admin.call("x_ucm_call", "write", write, json!({}));
        written.await.unwrap();
        team.settle().await;
        assert_eq!(team.member(member).await["x_state"], state, "{of}");
    }
    team.close().await;
}

/// What the bridge knows of a company's numbers and servers is seen by nobody of another; the bridge sees all.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_and_servers_are_their_companys() {
    let Some(team) = Team::with(&[], json!({})).await else {
        return;
    };
    let admin = team.journal();
    let elsewhere = admin.another_company().await.unwrap();
    let bridge = ["base.group_user", "ucm_odoo.group_bridge"];
    let bridge = admin.person(&bridge, &[1]).await.unwrap();
    let country = admin.france().await.unwrap();
    let mut rows = Vec::new();
    for company in [json!(false), json!(1), json!(elsewhere)] {
        let name = json!({ "name": format!("Campaign of {company}"), "company_id": company });
        let contact = admin.create("res.partner", name).await.unwrap();
        let number = json!({ "x_name": format!("+3319900{contact}"), "x_partner_id": contact });
        let mut made = number.clone();
        made["x_made_id"] = json!(contact);
        let key = format!("of-{company}");
        let server = json!({ "x_name": key, "x_key": key, "x_country_id": country, "x_paused": true, "x_company_id": company });
        for (model, row) in [
            ("x_ucm_number", number),
            ("x_ucm_contact", made),
            ("x_ucm_server", server),
        ] {
            rows.push((
                model,
                admin.create(model, row).await.unwrap(),
                company == elsewhere,
            ));
        }
    }
    for (model, row, is_elsewhere) in rows {
        let seen = async |who: &Journal| {
            let domain = json!([["id", "=", row]]);
            let seen = who.records(model, domain, &["id"]).await;
            !seen.unwrap().is_empty()
        };
        let seen = (
            seen(&team.ana).await,
            seen(&bridge).await,
            seen(admin).await,
        );
        assert_eq!(seen, (!is_elsewhere, true, true), "{model} {row}");
        if model == "x_ucm_server" {
            let server = json!([["id", "=", row]]);
            admin.remove_records(model, server).await.unwrap();
        }
    }
    admin.dismiss(&[bridge.user()]).await.unwrap();
    team.close().await;
}

/// A refusal is known for as long as its campaign and its member: who plans takes out and finishes, and deletes neither.
#[tokio::test(flavor = "multi_thread")]
async fn who_plans_deletes_no_refusal() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let member = team.next(&team.ana).await.unwrap();
    team.say(&team.ana, member, "result_refusal").await;
    for (model, id) in [("x_ucm_member", member), ("x_ucm_campaign", team.campaign)] {
        let gone = team.ana.call(model, "unlink", json!([[id]]), json!({}));
        assert!(gone.await.is_err(), "{model}");
    }
    assert_eq!(team.member(member).await["x_kind"], "refusal");
    team.close().await;
}

/// With a contact everything goes that campaigns know of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_is_erased_is_in_no_campaign() {
    let numbers = ["01 99 00 00 01", "01 99 00 00 02"];
    let Some(team) = Team::with(&numbers, json!({ "x_most_calls": 1 })).await else {
        return;
    };
    for number in ["+33199000001", "+33199000002"] {
        team.call(number, "outbound", "no_answer", now() + minutes(1))
            .await;
    }
    team.settle().await;
    let members = team.members().await;
    for member in &members {
        let id = member["id"].as_i64().unwrap();
        team.of_member(&team.ana, "action_campaign_call", id).await;
    }
    let known = async || {
        let mut known = Vec::new();
        for model in ["x_ucm_member", "x_ucm_attempt", "x_ucm_refusal"] {
            let domain = json!([["x_campaign_id", "=", team.campaign]]);
            let rows = team.journal().records(model, domain, &["id"]).await;
            known.push(rows.unwrap().len());
        }
        known
    };
    assert_eq!(known().await, [2, 2, 2]);
    let erased = json!([["name", "=", "Campaign 01 99 00 00 01"]]);
    team.journal()
        .remove_records("res.partner", erased)
        .await
        .unwrap();
    assert_eq!(known().await, [1, 1, 1]);
    team.close().await;
}

/// A result that somebody says without a call is a word, and reaches nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_word_without_a_call_reaches_nobody() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let member = team.next(&team.ana).await.unwrap();
    team.say(&team.ana, member, "result_not_interested").await;
    let figures = async || {
        let domain = json!([["id", "=", team.campaign]]);
        let rows = team
            .ana
            .records("x_ucm_campaign", domain, &["x_tried", "x_reached"]);
        let row = rows.await.unwrap().remove(0);
        (row["x_tried"].clone(), row["x_reached"].clone())
    };
    assert_eq!(figures().await, (json!(0), json!(0)));
    // Who calls back and is not answered has not been reached either: it was the office that did not lift.
    team.call("+33199000001", "inbound", "missed", now() + minutes(1))
        .await;
    team.settle().await;
    let attempts = team
        .journal()
        .records("x_ucm_attempt", json!([]), &["x_outcome"]);
    assert_eq!(attempts.await.unwrap()[0]["x_outcome"], "missed");
    assert_eq!(figures().await, (json!(0), json!(0)));
    team.call("+33199000001", "inbound", "answered", now() + minutes(2))
        .await;
    team.settle().await;
    assert_eq!(figures().await, (json!(1), json!(1)));
    team.close().await;
}

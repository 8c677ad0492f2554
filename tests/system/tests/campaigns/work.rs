//! Working through a campaign.

use std::collections::BTreeSet;

use super::*;

/// The bridge reads the numbers by its own rules; whoever cannot be called is there all the same, with the reason.
#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_added_and_who_cannot_be_called_says_why() {
    let numbers = [
        "01 99 00 00 01",
        "+33 1 99 00 00 02",
        "0199000001",
        "ask Zoé",
        "",
        "08 99 70 12 34",
    ];
    let Some(team) = Team::with(&numbers, json!({})).await else {
        return;
    };
    let none = json!(false);
    let expected = [
        (json!("+33199000001"), json!("ready"), none.clone()),
        (json!("+33199000002"), json!("ready"), none.clone()),
        (none.clone(), json!("excluded"), json!("double")),
        (none.clone(), json!("excluded"), json!("unreadable")),
        (none.clone(), json!("excluded"), json!("no_number")),
        (none.clone(), json!("excluded"), json!("premium")),
    ];
    assert_eq!(team.standings().await, expected);
    team.close().await;
}

/// From the click to the record of the UCM, and on to the result.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_called_by_an_order_and_the_record_says_what_came_of_it() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let member = team.next(&team.ana).await.unwrap();
    let behind = now() - team.rig.clock.now();
    team.rig.advance(behind.to_std().unwrap_or_default());
    let told = team
        .of_member(&team.ana, "action_campaign_call", member)
        .await;
    assert_eq!(told["params"]["type"], "success", "{told}");
    assert_eq!(team.member(member).await["x_state"], "calling");
    team.rig.advance(Duration::from_secs(60));
    team.rig.tick().await.unwrap();
    let dialled = team.rig.sites[0].ucm.dialled();
    assert_eq!(dialled.len(), 1, "{dialled:?}");
    assert_eq!(
        (dialled[0].caller.as_str(), dialled[0].callee.as_str()),
        ("1001", "0199000001")
    );

    team.rig.advance(Duration::from_secs(180));
    team.rig.run_to_completion(3).await.unwrap();
    team.rig.advance(Duration::from_secs(60));
    team.rig.tick().await.unwrap();
    let row = team.member(member).await;
    assert_eq!(
        (&row["x_state"], &row["x_attempts"]),
        (&json!("talked"), &json!(1)),
        "{row}"
    );
    team.say(&team.ana, member, "result_success").await;
    assert_eq!(
        team.state("+33199000001").await,
        ("done".to_owned(), "success".to_owned())
    );
    let attempts = team
        .journal()
        .records(
            "x_ucm_attempt",
            json!([]),
            &["x_outcome", "x_kind", "x_success"],
        )
        .await
        .unwrap();
    assert_eq!(attempts.len(), 1, "{attempts:?}");
    assert_eq!(
        (&attempts[0]["x_outcome"], &attempts[0]["x_kind"]),
        (&json!("answered"), &json!("success"))
    );
    let leads = team
        .journal()
        .records(
            "crm.lead",
            json!([["name", "like", "Spring:%"]]),
            &["phone"],
        )
        .await
        .unwrap();
    assert_eq!(leads.len(), 1, "an opportunity was made");
    team.close().await;
}

/// Whichever company the browser of who calls has first.
#[tokio::test(flavor = "multi_thread")]
async fn an_opportunity_is_of_the_company_of_its_campaign_or_else_of_its_contact() {
    let numbers = ["01 99 00 00 01", "01 99 00 00 02"];
    let Some(team) = Team::with(&numbers, json!({})).await else {
        return;
    };
    let other = team.journal().another_company().await.unwrap();
    let write = async |model: &str, id: i64, values: Value| {
        let written = json!([[id], values]);
        let written = team.journal().call(model, "write", written, json!({}));
        written.await.unwrap();
    };
    let of_both = json!({ "company_ids": [[6, 0, [1, other]]] });
    write("res.users", team.ana.user(), of_both).await;
    for is_of_contact in [true, false] {
        let member = team.next(&team.ana).await.unwrap();
        let name = team.member(member).await["x_name"].clone();
        let name = name.as_str().unwrap();
        if is_of_contact {
            let contact = json!([["name", "=", name]]);
            let contact = team.journal().records("res.partner", contact, &["id"]);
            let contact = contact.await.unwrap()[0]["id"].as_i64().unwrap();
            write("res.partner", contact, json!({ "company_id": other })).await;
        } else {
            let of_other = json!({ "x_company_id": other });
            write("x_ucm_campaign", team.campaign, of_other).await;
        }
        let context = json!({
            "active_model": "x_ucm_result", "active_id": team.result("result_success").await, "x_ucm_member_id": member,
            "allowed_company_ids": [1, other],
        });
        team.run(&team.ana, "action_campaign_result", context).await;
        let of_member = json!([["name", "=", format!("Spring: {name}")]]);
        let leads = team
            .journal()
            .records("crm.lead", of_member, &["company_id"]);
        let leads = leads.await.unwrap();
        assert_eq!(leads.len(), 1, "{name}");
        assert_eq!(leads[0]["company_id"][0], other, "{name}: {leads:?}");
    }
    team.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_power_mode_the_result_of_the_last_comes_first() {
    let numbers = ["01 99 00 00 01", "01 99 00 00 02"];
    let Some(team) = Team::with(&numbers, json!({ "x_mode": "power", "x_wrap_up": 60 })).await
    else {
        return;
    };
    let first = team.next(&team.ana).await.unwrap();
    assert_eq!(team.member(first).await["x_state"], "calling");
    let number = team.member(first).await["x_number"]
        .as_str()
        .unwrap()
        .to_owned();
    team.call(&number, "outbound", "answered", now() + minutes(1))
        .await;
    team.settle().await;
    let told = team.of_campaign(&team.ana, "action_campaign_next").await;
    assert_eq!(told["params"]["next"]["res_id"], first, "{told}");
    // The next follows the result by itself.
    let shown = team.say(&team.ana, first, "result_not_interested").await;
    let second = shown["res_id"].as_i64().unwrap();
    assert_ne!(first, second);
    assert_eq!(team.member(second).await["x_state"], "calling");
    team.close().await;
}

/// Nobody stays under way for good: a call of which the record says nothing of use is over after a day.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_called_days_ago_is_called_again() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let member = team.next(&team.ana).await.unwrap();
    team.of_member(&team.ana, "action_campaign_call", member)
        .await;
    for (hours, state) in [(23, "calling"), (25, "ready")] {
        let code = format!(
            "order = env['x_ucm_member'].browse({member}).x_order_id.sudo()\n\
             order.write({{'x_state': 'done', 'x_asked_at': datetime.datetime.now() - datetime.timedelta(hours={hours})}})"
        );
        team.journal().program(&code).await.unwrap();
        team.settle().await;
        assert_eq!(team.member(member).await["x_state"], state, "{hours} hours");
    }
    team.close().await;
}

/// Everybody gets another member, however many reach for the next at once.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_given_to_two_agents() {
    let numbers: Vec<String> = (10..40).map(|last| format!("01 99 00 00 {last}")).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let Some(team) = Team::with(&numbers, json!({})).await else {
        return;
    };
    let mut taken = BTreeSet::new();
    for _ in 0..6 {
        let (ana, ben) = tokio::join!(team.next(&team.ana), team.next(&team.ben));
        for (who, member) in [(&team.ana, ana.unwrap()), (&team.ben, ben.unwrap())] {
            assert!(taken.insert(member), "{member} was given twice");
            let row = team.member(member).await;
            assert_eq!(row["x_user_id"][0], who.user(), "{row}");
            team.say(who, member, "result_not_interested").await;
        }
    }
    team.close().await;
}

/// A phone that is in use refuses the agent's second click; with whom it is in use is not given to somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_on_the_phone_is_given_to_nobody_else() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let member = team.next(&team.ana).await.unwrap();
    let ended = async |state: &str, reason: &str| {
        team.of_member(&team.ana, "action_campaign_call", member)
            .await;
        // A click right after another is the same.
        let code = format!(
            "order = env['x_ucm_member'].browse({member}).x_order_id.sudo()\n\
             order.write({{'x_state': '{state}', 'x_reason': {reason}, 'x_asked_at': order.x_asked_at - datetime.timedelta(seconds=30)}})"
        );
        team.journal().program(&code).await.unwrap();
    };
    ended("ringing", "False").await;
    ended("refused", "'busy'").await;
    assert_eq!(team.dialled().await, 2);
    team.settle().await;
    let row = team.member(member).await;
    assert_eq!(
        (&row["x_state"], &row["x_user_id"][0]),
        (&json!("calling"), &json!(team.ana.user())),
        "{row}"
    );
    // The first was no call either: nobody was called.
    let code = "env['x_ucm_order'].sudo().search([('x_state', '=', 'ringing')]).write({'x_state': 'unknown', 'x_reason': 'no_record'})";
    team.journal().program(code).await.unwrap();
    team.settle().await;
    assert_eq!(team.member(member).await["x_state"], "ready");
    team.close().await;
}

/// A call that was refused is none: who owes a result of the call before still owes it, and what was said stays said.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_dialled_again_in_vain_stays_what_they_were() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let (ana, ben) = (&team.ana, &team.ben);
    let member = team.next(ben).await.unwrap();
    team.call("+33199000001", "outbound", "answered", now() + minutes(1))
        .await;
    team.settle().await;
    let dialled = async |who: &Journal, state: &str, reason: &str| {
        let told = team.of_member(who, "action_campaign_call", member).await;
        assert_eq!(told["params"]["type"], "success", "{told}");
        assert_eq!(team.member(member).await["x_state"], "calling");
        // A click right after another is the same.
        let code = format!(
            "order = env['x_ucm_member'].browse({member}).x_order_id.sudo()\n\
             order.write({{'x_state': '{state}', 'x_reason': {reason}, 'x_asked_at': order.x_asked_at - datetime.timedelta(seconds=30)}})"
        );
        team.journal().program(&code).await.unwrap();
    };
    let is = async |state: &str, kind: Value| {
        let row = team.member(member).await;
        let found = (&row["x_state"], &row["x_kind"], &row["x_user_id"][0]);
        assert_eq!(found, (&json!(state), &kind, &json!(ben.user())), "{row}");
    };
    is("talked", json!(false)).await;
    // Whoever dials, and however often.
    for who in [ben, ana] {
        dialled(who, "ringing", "False").await;
        dialled(who, "refused", "'busy'").await;
        let code = "env['x_ucm_order'].sudo().search([('x_state', '=', 'ringing')]).write({'x_state': 'unknown', 'x_reason': 'no_record'})";
        team.journal().program(code).await.unwrap();
        team.settle().await;
        is("talked", json!(false)).await;
    }
    assert!(team.next(ana).await.is_err(), "nobody else is given them");

    team.say(ben, member, "result_not_interested").await;
    let said = || json!("not_interested");
    dialled(ana, "refused", "'busy'").await;
    team.settle().await;
    is("done", said()).await;
    // Nobody answers: that is on record, and brings nobody back who is done.
    dialled(ben, "ringing", "False").await;
    team.call("+33199000001", "outbound", "no_answer", now() + minutes(2))
        .await;
    team.settle().await;
    is("done", said()).await;
    // An order that is not even made.
    let extensions = json!([["x_name", "in", ["1001", "1002"]]]);
    let gone = team.journal().remove_records("x_ucm_extension", extensions);
    gone.await.unwrap();
    let told = team.of_member(ben, "action_campaign_call", member).await;
    assert_eq!(told["params"]["type"], "warning", "{told}");
    is("done", said()).await;
    // Who answers then is talked with, and what came of that is asked for.
    team.call("+33199000001", "outbound", "answered", now() + minutes(3))
        .await;
    team.settle().await;
    is("done", said()).await;
    team.close().await;
}

/// The record of a call may come after its campaign was finished; what began later is none of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_began_before_the_end_counts_however_late_it_comes() {
    let Some(team) = Team::with(&["01 99 00 00 01", "01 99 00 00 02"], json!({})).await else {
        return;
    };
    team.of_campaign(&team.ana, "action_campaign_finish").await;
    let domain = json!([["id", "=", team.campaign]]);
    let done = team
        .journal()
        .records("x_ucm_campaign", domain, &["x_done_at"])
        .await;
    assert!(done.unwrap()[0]["x_done_at"].is_string());
    let end = now() + minutes(5);
    let moved = json!([[team.campaign], { "x_done_at": at(end) }]);
    let moved = team
        .journal()
        .call("x_ucm_campaign", "write", moved, json!({}));
    moved.await.unwrap();
    for (number, begun) in [
        ("+33199000001", end - minutes(1)),
        ("+33199000002", end + minutes(1)),
    ] {
        team.call(number, "outbound", "answered", begun).await;
    }
    team.settle().await;
    assert_eq!(team.state("+33199000001").await.0, "talked");
    assert_eq!(team.state("+33199000002").await.0, "ready");
    team.close().await;
}

/// Somebody else has the extension now: calls that are read once more stay with who had it then.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_read_again_stays_with_who_had_the_extension() {
    let Some(team) = Team::with(&[], json!({})).await else {
        return;
    };
    let (journal, ana, ben) = (team.journal(), &team.ana, &team.ben);
    let call = json!({
        "x_uid": format!("bordeaux:again-{}", fastrand::u64(..)), "x_server": "bordeaux", "x_name": "a call", "x_direction": "outbound",
        "x_outcome": "answered", "x_number": "+33199000001", "x_started_at": at(now()), "x_talk_seconds": 30, "x_extension": "1001",
    });
    let call = journal.create("x_ucm_call", call).await.unwrap();
    let of_call = json!([["id", "=", call]]);
    let own = journal.records("x_ucm_call", of_call, &["x_user_id"]).await;
    assert_eq!(own.unwrap()[0]["x_user_id"][0], ana.user());
    let extension = json!([["x_name", "=", "1001"]]);
    let extension = journal
        .records("x_ucm_extension", extension, &["id"])
        .await
        .unwrap();
    let given = json!([[extension[0]["id"]], { "x_user_id": ben.user() }]);
    let given = journal.call("x_ucm_extension", "write", given, json!({}));
    given.await.unwrap();
    let change = journal.id_of("ucm_odoo.action_change").await.unwrap();
    let row = async || {
        let fields = [
            "x_fingerprint",
            "x_partner_id",
            "x_match",
            "x_user_id",
            "x_talk_seconds",
        ];
        let rows = journal.records("x_ucm_call", json!([["id", "=", call]]), &fields);
        rows.await.unwrap().remove(0)
    };
    for (extension, seconds, user) in [("1001", 31, ana), ("1002", 32, ben)] {
        let was = row().await;
        let was = json!({
            "id": call, "x_fingerprint": was["x_fingerprint"], "x_partner_id": was["x_partner_id"], "x_match": was["x_match"],
        });
        let values =
            json!({ "x_extension": extension, "x_server": "bordeaux", "x_talk_seconds": seconds });
        let changes = json!({ "x_ucm_changes": [{ "was": was, "values": values }] });
        let changed = journal.run(change, changes).await.unwrap();
        assert_eq!(changed["overtaken"], json!([]));
        let now = row().await;
        let now = (&now["x_user_id"][0], &now["x_talk_seconds"]);
        assert_eq!(now, (&json!(user.user()), &json!(seconds)));
    }
    team.close().await;
}

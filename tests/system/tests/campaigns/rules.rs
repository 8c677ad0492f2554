//! The rules, looked at in the moment of the call and counted in the whole journal.

use chrono_clock::Timelike as _;

use super::*;

const NUMBER: &str = "+33199000001";

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_not_called_more_often_than_allowed_whoever_has_dialled_it() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({ "x_most_calls": 4 })).await else {
        return;
    };
    // A call before the campaign, from a desk phone, and one that nobody answered: all of them count.
    for (days, outcome) in [
        (29, "answered"),
        (20, "no_answer"),
        (10, "busy"),
        (1, "answered"),
    ] {
        team.call(NUMBER, "outbound", outcome, now() - TimeDelta::days(days))
            .await;
    }
    assert!(team.next(&team.ana).await.is_err());
    assert_eq!(
        team.state(NUMBER).await,
        ("excluded".to_owned(), "too_often".to_owned())
    );
    assert_eq!(
        team.refusals().await,
        [(NUMBER.to_owned(), "too_often".to_owned())]
    );
    // It may be called again when the oldest of the four is thirty days old.
    let until = team.members().await[0]["x_next_at"]
        .as_str()
        .unwrap()
        .to_owned();
    let due = at(now() + TimeDelta::days(1));
    assert_eq!(until[..13], due[..13], "{until}");
    assert_eq!(team.dialled().await, 0);
    team.close().await;
}

/// An order that nobody knows the end of may have been a call.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_been_a_call_counts_as_one() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({ "x_most_calls": 1 })).await else {
        return;
    };
    let member = team.next(&team.ana).await.unwrap();
    team.of_member(&team.ana, "action_campaign_call", member)
        .await;
    let again = team
        .of_member(&team.ana, "action_campaign_call", member)
        .await;
    assert_eq!(again["params"]["type"], "warning", "{again}");
    assert_eq!(
        team.refusals().await,
        [(NUMBER.to_owned(), "too_often".to_owned())]
    );
    assert_eq!(team.dialled().await, 1);
    team.close().await;
}

/// A click that a rule refuses puts nobody back among those who are to be called: neither who has refused, nor who is called just now, nor who was
/// taken out.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_call_puts_nobody_back() {
    let numbers = ["01 99 00 00 01", "01 99 00 00 02", "01 99 00 00 03"];
    let rules = json!({ "x_rest_days": 60, "x_most_calls": 1 });
    let Some(team) = Team::with(&numbers, rules).await else {
        return;
    };
    let refused = team.next(&team.ana).await.unwrap();
    team.say(&team.ana, refused, "result_refusal").await;
    let called = team.next(&team.ana).await.unwrap();
    team.of_member(&team.ana, "action_campaign_call", called)
        .await;
    let removed = team.next(&team.ana).await.unwrap();
    team.of_member(&team.ana, "action_campaign_take_out", removed)
        .await;
    let before = team.members().await;
    // A rule of the number, and then the hours.
    for nth in 0..2 {
        for member in [refused, called, removed] {
            let told = team
                .of_member(&team.ana, "action_campaign_call", member)
                .await;
            assert_eq!(told["params"]["type"], "warning", "{told}");
        }
        assert_eq!(team.members().await, before, "{nth}");
        let closed = json!([[team.campaign], { "x_hours_ids": [[5, 0, 0]] }]);
        let written = team
            .ana
            .call("x_ucm_campaign", "write", closed, json!({}))
            .await;
        written.unwrap();
    }
    assert_eq!(team.dialled().await, 1);
    team.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_refused_rests_in_every_campaign() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({ "x_rest_days": 60 })).await else {
        return;
    };
    let member = team.next(&team.ana).await.unwrap();
    team.say(&team.ana, member, "result_refusal").await;
    assert_eq!(team.state(NUMBER).await.0, "done");
    // Somebody puts them in once more.
    team.of_member(&team.ana, "action_campaign_put_in", member)
        .await;
    assert!(team.next(&team.ana).await.is_err());
    assert_eq!(
        team.state(NUMBER).await,
        ("excluded".to_owned(), "resting".to_owned())
    );
    assert_eq!(
        team.refusals().await,
        [(NUMBER.to_owned(), "resting".to_owned())]
    );
    team.close().await;
}

/// Who calls the same number in another campaign at the same moment counts as well.
#[tokio::test(flavor = "multi_thread")]
async fn two_campaigns_at_once_call_a_number_no_more_often_than_one() {
    let numbers: Vec<String> = (1..9).map(|last| format!("01 99 00 00 0{last}")).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let Some(team) = Team::with(&numbers, json!({ "x_most_calls": 1 })).await else {
        return;
    };
    let other = team.another(json!({ "x_most_calls": 1 })).await;
    for member in team.members().await {
        let twin = json!({
            "x_name": "Twin", "x_campaign_id": other, "x_number": member["x_number"], "x_raw": member["x_number"],
            "x_state": "reserved", "x_user_id": team.ben.user(), "x_reserved_until": at(now() + minutes(10)),
        });
        let twin = team.journal().create("x_ucm_member", twin).await.unwrap();
        let member = member["id"].as_i64().unwrap();
        tokio::join!(
            team.of_member(&team.ana, "action_campaign_call", member),
            team.of_member(&team.ben, "action_campaign_call", twin)
        );
    }
    let orders = team
        .journal()
        .records("x_ucm_order", json!([]), &["x_number"])
        .await
        .unwrap();
    let mut called: Vec<&str> = orders
        .iter()
        .filter_map(|order| order["x_number"].as_str())
        .collect();
    called.sort_unstable();
    called.dedup();
    assert_eq!(called.len(), orders.len(), "{orders:?}");
    assert_eq!(called.len(), numbers.len());
    team.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_on_the_blacklist_is_not_called() {
    let Some(team) = Team::with(&["01 99 00 00 01", "01 99 00 00 02"], json!({})).await else {
        return;
    };
    let member = team.next(&team.ana).await.unwrap();
    let number = team.member(member).await["x_number"].clone();
    team.say(&team.ana, member, "result_opposed").await;
    let listed = team
        .journal()
        .records(
            "phone.blacklist",
            json!([["number", "=", number]]),
            &["number"],
        )
        .await
        .unwrap();
    assert_eq!(listed.len(), 1);
    // And who is put on it while the campaign runs.
    let other = if number == NUMBER {
        "+33199000002"
    } else {
        NUMBER
    };
    team.journal()
        .create("phone.blacklist", json!({ "number": other }))
        .await
        .unwrap();
    assert!(team.next(&team.ben).await.is_err());
    assert_eq!(
        team.state(other).await,
        ("excluded".to_owned(), "blacklist".to_owned())
    );
    team.close().await;
}

/// An order of a campaign that somebody dials once more from the list of orders is a call of the campaign.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_a_campaign_is_made_once_more_by_its_rules() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let member = team.next(&team.ana).await.unwrap();
    team.of_member(&team.ana, "action_campaign_call", member)
        .await;
    let orders = team
        .journal()
        .records("x_ucm_order", json!([]), &["x_number"])
        .await
        .unwrap();
    let order = orders[0]["id"].clone();
    // A click right after another is the same.
    let code = format!(
        "order = env['x_ucm_order'].browse({order}).sudo()\n\
         order.write({{'x_asked_at': order.x_asked_at - datetime.timedelta(seconds=30)}})"
    );
    team.journal().program(&code).await.unwrap();
    let dial = team.journal().id_of("ucm_odoo.action_dial").await.unwrap();
    let again = json!({ "active_model": "x_ucm_order", "active_id": order });
    let told = team.ana.run(dial, again.clone()).await.unwrap();
    assert_eq!(told["params"]["type"], "success", "{told}");
    assert_eq!(team.dialled().await, 2);
    let closed = json!([[team.campaign], { "x_hours_ids": [[5, 0, 0]] }]);
    let write = team.ana.call("x_ucm_campaign", "write", closed, json!({}));
    write.await.unwrap();
    let told = team.ana.run(dial, again).await.unwrap();
    assert_eq!(told["params"]["type"], "warning", "{told}");
    assert_eq!(
        team.refusals().await,
        [(NUMBER.to_owned(), "hours".to_owned())]
    );
    assert_eq!(team.dialled().await, 2);
    team.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_consent_is_needed_it_is_on_the_contact() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({ "x_needs_consent": true })).await
    else {
        return;
    };
    assert_eq!(
        team.state(NUMBER).await,
        ("excluded".to_owned(), "no_consent".to_owned())
    );
    let contact = json!([["name", "like", "Campaign %"]]);
    let contact = team
        .journal()
        .records("res.partner", contact, &["name"])
        .await
        .unwrap();
    let given = json!({ "x_ucm_consent_at": "2026-09-01", "x_ucm_consent_source": "a form", "x_ucm_consent_proof": "no. 12" });
    let write = json!([[contact[0]["id"]], given]);
    team.journal()
        .call("res.partner", "write", write, json!({}))
        .await
        .unwrap();
    let member = team.members().await[0]["id"].as_i64().unwrap();
    team.of_member(&team.ana, "action_campaign_put_in", member)
        .await;
    team.next(&team.ana).await.unwrap();
    team.close().await;
}

/// What somebody has written into one campaign while it runs holds up no other, and whoever is to call in it is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_time_zone_that_there_is_none_holds_up_no_other_campaign() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let other = team.another(json!({})).await;
    let twin = json!({
        "x_name": "Twin", "x_campaign_id": other, "x_number": NUMBER, "x_raw": NUMBER, "x_state": "ready",
    });
    let twin = team.journal().create("x_ucm_member", twin).await.unwrap();
    let zone = async |zone: &str| {
        let write = json!([[other], { "x_zone": zone }]);
        let written = team.ana.call("x_ucm_campaign", "write", write, json!({}));
        written.await.unwrap();
    };
    let state = async || {
        let domain = json!([["id", "=", twin]]);
        let rows = team
            .journal()
            .records("x_ucm_member", domain, &["x_state"])
            .await
            .unwrap();
        rows[0]["x_state"].clone()
    };
    zone("Europe/Pari").await;
    let next = json!({ "active_model": "x_ucm_campaign", "active_id": other });
    let told = team.run(&team.ben, "action_campaign_next", next).await;
    let told = told["params"]["message"].as_str().unwrap();
    assert!(told.contains("time zone"), "{told}");
    team.call(NUMBER, "outbound", "answered", now() + minutes(1))
        .await;
    team.settle().await;
    assert_eq!(team.state(NUMBER).await.0, "talked");
    assert_eq!(state().await, "ready", "nobody knows in which hour it was");
    zone("Europe/Paris").await;
    team.settle().await;
    assert_eq!(state().await, "talked");
    team.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_called_outside_the_hours() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let member = team.next(&team.ana).await.unwrap();
    // Closed from now on.
    let closed = json!([[team.campaign], { "x_hours_ids": [[5, 0, 0], [0, 0, { "x_weekday": "0", "x_from": 3, "x_until": 3.01 }]] }]);
    team.ana
        .call("x_ucm_campaign", "write", closed, json!({}))
        .await
        .unwrap();
    assert!(team.next(&team.ben).await.is_err());
    let told = team
        .of_member(&team.ana, "action_campaign_call", member)
        .await;
    assert_eq!(told["params"]["type"], "warning", "{told}");
    assert_eq!(
        team.refusals().await,
        [(NUMBER.to_owned(), "hours".to_owned())]
    );
    assert_eq!(team.dialled().await, 0);
    team.close().await;
}

/// An order may wait for two minutes, and then the agent's phone rings: whoever is called is called within the hours all the same.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_called_by_an_order_that_may_outlast_the_hours() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    for (left, is_called) in [(2, false), (30, true)] {
        // Where it is noon now.
        let behind = i64::from(now().hour()) - 12;
        let minutes = f64::from(now().minute() + left);
        let hours: Vec<Value> = (0..7)
            .map(|day| json!([0, 0, { "x_weekday": day.to_string(), "x_from": 9, "x_until": 12.0 + minutes / 60.0 }]))
            .collect();
        let hours = [vec![json!([5, 0, 0])], hours].concat();
        // The names of these zones have the sign of their offset turned round.
        let open = json!([[team.campaign], { "x_zone": format!("Etc/GMT{behind:+}"), "x_hours_ids": hours }]);
        let written = team
            .ana
            .call("x_ucm_campaign", "write", open, json!({}))
            .await;
        written.unwrap();
        let next = team.next(&team.ana).await;
        assert_eq!(next.is_ok(), is_called, "{left} minutes: {next:?}");
    }
    team.close().await;
}

/// The button fills in what the French law says of consumers.
#[tokio::test(flavor = "multi_thread")]
async fn the_french_rules_are_filled_in_by_a_button() {
    let Some(team) = Team::with(&[], json!({})).await else {
        return;
    };
    team.of_campaign(&team.ana, "action_campaign_france").await;
    let fields = ["x_most_calls", "x_rest_days", "x_needs_consent", "x_zone"];
    let domain = json!([["id", "=", team.campaign]]);
    let row = team
        .ana
        .records("x_ucm_campaign", domain, &fields)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (&row["x_most_calls"], &row["x_rest_days"]),
        (&json!(4), &json!(60))
    );
    assert_eq!(
        (&row["x_needs_consent"], &row["x_zone"]),
        (&json!(true), &json!("Europe/Paris"))
    );
    let of_campaign = || json!([["x_campaign_id", "=", team.campaign]]);
    let hours = team
        .ana
        .records(
            "x_ucm_hours",
            of_campaign(),
            &["x_weekday", "x_from", "x_until"],
        )
        .await
        .unwrap();
    let hours: Vec<String> = hours
        .iter()
        .map(|row| format!("{} {}-{}", row["x_weekday"], row["x_from"], row["x_until"]))
        .collect();
    assert_eq!(hours.len(), 10, "{hours:?}");
    assert!(
        hours.contains(&"\"0\" 10.0-13.0".to_owned())
            && hours.contains(&"\"4\" 14.0-20.0".to_owned()),
        "{hours:?}"
    );
    let closed = team
        .ana
        .records("x_ucm_closed", of_campaign(), &["x_day"])
        .await
        .unwrap();
    let closed: Vec<&str> = closed
        .iter()
        .filter_map(|row| row["x_day"].as_str())
        .collect();
    // Easter Monday, Ascension and Whit Monday of 2027, and what is on the same day every year.
    for day in [
        "2027-03-29",
        "2027-05-06",
        "2027-05-17",
        "2027-07-14",
        "2026-12-25",
    ] {
        assert!(closed.contains(&day), "{day}: {closed:?}");
    }
    // In the years to come those of later years are filled in by themselves, as long as there are any.
    let take_out = async |of: String| {
        let code = format!(
            "closed = env['x_ucm_closed'].sudo().search([('x_campaign_id', '=', {})])\n\
             closed.filtered(lambda closed: {of}).unlink()",
            team.campaign
        );
        team.journal().program(&code).await.unwrap();
        team.settle().await;
        let left = team
            .journal()
            .records("x_ucm_closed", of_campaign(), &["x_day"]);
        left.await.unwrap()
    };
    let this = now().format("%Y").to_string();
    let left = take_out(format!("closed.x_day.year > {this}")).await;
    let mut left: Vec<&str> = left
        .iter()
        .filter_map(|row| row["x_day"].as_str())
        .collect();
    let mut before = closed.clone();
    left.sort_unstable();
    before.sort_unstable();
    assert_eq!(left, before);
    // A day of somebody's own says nothing of its year, nor does one that was mistyped; what somebody has taken out stays out.
    let this: i32 = this.parse().unwrap();
    for day in [
        format!("{}-03-03", this + 3),
        format!("{}-07-14", this + 36),
    ] {
        let own = json!({ "x_campaign_id": team.campaign, "x_name": "Inventory", "x_day": day });
        team.journal().create("x_ucm_closed", own).await.unwrap();
    }
    let of_law = format!("closed.x_name != 'Inventory' and closed.x_day.year > {this}");
    let left = take_out(of_law).await;
    assert_eq!(left.len(), before.len() + 2, "{left:?}");
    let national = "closed.x_name == 'Fête nationale'".to_owned();
    let left = take_out(national).await;
    assert_eq!(left.len(), before.len() - 1, "{left:?}");
    let left = take_out("closed.x_name != 'Inventory'".to_owned()).await;
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!(take_out("closed.x_day".to_owned()).await, [] as [Value; 0]);
    team.of_campaign(&team.ana, "action_campaign_france").await;
    // Whoever copies a campaign has its rules, as its banner says.
    let copied = json!([[team.campaign]]);
    let copied = team
        .ana
        .call("x_ucm_campaign", "copy", copied, json!({}))
        .await
        .unwrap();
    let copied = copied.as_i64().or(copied[0].as_i64()).unwrap();
    let lines = async |campaign: i64| {
        let mut lines = Vec::new();
        for (model, fields) in [
            ("x_ucm_hours", ["x_weekday", "x_from", "x_until"]),
            ("x_ucm_closed", ["x_day", "x_name", "x_day"]),
            ("x_ucm_rule", ["x_kind", "x_delay", "x_most"]),
        ] {
            let domain = json!([["x_campaign_id", "=", campaign]]);
            let rows = team.journal().records(model, domain, &fields).await;
            for mut row in rows.unwrap() {
                row["id"] = json!(model);
                lines.push(row);
            }
        }
        lines
    };
    let (own, copy) = (lines(team.campaign).await, lines(copied).await);
    assert!(own.len() > 40, "{own:?}");
    assert_eq!(own, copy);
    team.close().await;
}

/// Agents see whom they call, and nobody else's members.
#[tokio::test(flavor = "multi_thread")]
async fn agents_see_their_own_members_and_who_plans_sees_all() {
    let Some(team) = Team::with(&["01 99 00 00 01", "01 99 00 00 02"], json!({})).await else {
        return;
    };
    let member = team.next(&team.ben).await.unwrap();
    let seen = async |who: &Journal| {
        who.records("x_ucm_member", json!([]), &["x_name"])
            .await
            .unwrap()
            .len()
    };
    assert_eq!((seen(&team.ben).await, seen(&team.ana).await), (1, 2));
    let told = team
        .of_member(&team.ana, "action_campaign_call", member)
        .await;
    assert_eq!(told["params"]["type"], "warning", "it is Ben's: {told}");
    let stranger = team
        .journal()
        .person(&["base.group_user"], &[1])
        .await
        .unwrap();
    assert!(
        stranger
            .records("x_ucm_member", json!([]), &["x_name"])
            .await
            .is_err()
    );
    team.journal().dismiss(&[stranger.user()]).await.unwrap();
    team.close().await;
}

//! What is said of a call, by its record and by whoever made it.

use super::*;

/// Nobody says what a record has said: who did not answer is called again later, and whoever calls back is reached.
#[tokio::test(flavor = "multi_thread")]
async fn the_record_decides_what_it_can_and_who_calls_back_is_reached() {
    let numbers = ["01 99 00 00 01", "01 99 00 00 02", "01 99 00 00 03"];
    let Some(team) = Team::with(&numbers, json!({})).await else {
        return;
    };
    let begun = now() + minutes(1);
    team.call("+33199000001", "outbound", "no_answer", begun)
        .await;
    team.call("+33199000002", "outbound", "busy", begun).await;
    team.call("+33199000003", "outbound", "failed", begun).await;
    team.settle().await;
    for (number, kind) in [
        ("+33199000001", "not_reached"),
        ("+33199000002", "busy"),
        ("+33199000003", "failed"),
    ] {
        assert_eq!(
            team.state(number).await,
            ("ready".to_owned(), kind.to_owned())
        );
    }
    assert!(team.next(&team.ana).await.is_err(), "all of them wait");

    team.call("+33199000001", "inbound", "answered", begun + minutes(5))
        .await;
    team.call("+33199000002", "inbound", "missed", begun + minutes(5))
        .await;
    team.call("+33199000003", "outbound", "failed", begun + minutes(5))
        .await;
    team.settle().await;
    assert_eq!(team.state("+33199000001").await.0, "talked");
    assert_eq!(
        team.state("+33199000002").await,
        ("ready".to_owned(), "busy".to_owned())
    );
    assert_eq!(
        team.state("+33199000003").await,
        ("done".to_owned(), "failed".to_owned())
    );
    // Twice is once: what was looked at is not looked at again.
    let before = team.members().await;
    team.settle().await;
    assert_eq!(team.members().await, before);
    team.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_be_called_back_is_called_then() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let member = team.next(&team.ben).await.unwrap();
    let asked = team.say(&team.ben, member, "result_call_back").await;
    assert_eq!(asked["target"], "new", "it asks when: {asked}");
    // Where Ben is, it is the day after.
    let zone = json!([[team.ben.user()], { "tz": "Pacific/Kiritimati" }]);
    let zone = team.journal().call("res.users", "write", zone, json!({}));
    zone.await.unwrap();
    let day = (now() + TimeDelta::days(2)).date_naive();
    let later = format!("{day} 12:00:00");
    let noted = json!({ "x_call_back_at": later, "x_note": "Ask for Zoé" });
    team.note(&team.ben, &asked, noted).await;
    let row = team.member(member).await;
    assert_eq!(
        (&row["x_state"], &row["x_next_at"]),
        (&json!("ready"), &json!(later)),
        "{row}"
    );
    let todo = team
        .journal()
        .records(
            "mail.activity",
            json!([["summary", "=", "Spring"]]),
            &["user_id", "date_deadline"],
        )
        .await
        .unwrap();
    assert_eq!(todo[0]["user_id"][0], team.ben.user());
    let after = day.succ_opt().unwrap().to_string();
    assert_eq!(todo[0]["date_deadline"], after);
    assert!(team.next(&team.ana).await.is_err());
    // Whoever is called then and puts it off once more is asked for another time.
    team.of_member(&team.ben, "action_campaign_call", member)
        .await;
    let asked = team.say(&team.ben, member, "result_call_back").await;
    assert_eq!(asked["target"], "new", "{asked}");
    team.close().await;
}

/// Whoever was called back from a desk phone, and wants to be called once more, is asked for another time: the one before is over.
#[tokio::test(flavor = "multi_thread")]
async fn who_puts_it_off_on_another_phone_is_asked_for_another_time() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let member = team.next(&team.ben).await.unwrap();
    let asked = team.say(&team.ben, member, "result_call_back").await;
    let soon = at(now() - minutes(1));
    team.note(&team.ben, &asked, json!({ "x_call_back_at": soon }))
        .await;
    team.call("+33199000001", "outbound", "answered", now() + minutes(1))
        .await;
    team.settle().await;
    assert_eq!(team.member(member).await["x_state"], "talked");
    let asked = team.say(&team.ana, member, "result_call_back").await;
    assert_eq!(asked["target"], "new", "it asks when: {asked}");
    team.close().await;
}

/// A mailbox has answered, and so has whoever it was at a wrong number: neither is somebody who was reached.
#[tokio::test(flavor = "multi_thread")]
async fn who_answered_and_was_not_them_is_not_reached() {
    let numbers = ["01 99 00 00 01", "01 99 00 00 02"];
    let Some(team) = Team::with(&numbers, json!({})).await else {
        return;
    };
    let begun = now() + minutes(1);
    for number in ["+33199000001", "+33199000002"] {
        team.call(number, "outbound", "answered", begun).await;
    }
    team.settle().await;
    let ids: Vec<i64> = team
        .members()
        .await
        .iter()
        .map(|member| member["id"].as_i64().unwrap())
        .collect();
    for (member, result) in [
        (ids[0], "result_voicemail"),
        (ids[1], "result_wrong_number"),
    ] {
        assert_eq!(team.member(member).await["x_is_reached"], true);
        team.say(&team.ana, member, result).await;
        let row = team.member(member).await;
        assert_eq!(row["x_is_reached"], false, "{row}");
    }
    team.close().await;
}

/// Of two calls that come into the journal after a result was said, it was said of the one in which somebody was there.
#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_one_calls() {
    let numbers = ["01 99 00 00 01", "01 99 00 00 02", "01 99 00 00 03"];
    let Some(team) = Team::with(&numbers, json!({})).await else {
        return;
    };
    // They have been in the campaign for an hour.
    let earlier = format!(
        "env.flush_all()\n\
         env.cr.execute(\"UPDATE x_ucm_campaign SET create_date = create_date - interval '1 hour' WHERE id = %s\", [{0}])\n\
         env.cr.execute(\"UPDATE x_ucm_member SET create_date = create_date - interval '1 hour' WHERE x_campaign_id = %s\", [{0}])",
        team.campaign
    );
    team.journal().program(&earlier).await.unwrap();
    let calls = [
        ("outbound", "no_answer", 15),
        ("outbound", "answered", 13),
        ("inbound", "missed", 12),
    ];
    let call = async |number: &str, nth: usize| {
        let (direction, outcome, before) = calls[nth];
        let begun = now() - minutes(before);
        team.call(number, direction, outcome, begun).await;
    };
    let say = async |number: &str| {
        let member = team.of_number(number).await;
        team.say(&team.ana, member, "result_success").await;
    };
    let first = "+33199000001";
    // All of them late; the first in time; the last of them first.
    say(first).await;
    for nth in 0..3 {
        call(first, nth).await;
    }
    call("+33199000002", 0).await;
    team.settle().await;
    say("+33199000002").await;
    for nth in [1, 2] {
        call("+33199000002", nth).await;
    }
    say("+33199000003").await;
    call("+33199000003", 2).await;
    team.settle().await;
    for nth in [1, 0] {
        call("+33199000003", nth).await;
        team.settle().await;
    }
    let in_vain = |kind: Value| (kind, json!(0));
    let success = (json!("success"), json!(1));
    for number in [first, "+33199000002"] {
        let expected = [
            in_vain(json!("not_reached")),
            success.clone(),
            in_vain(json!(false)),
        ];
        assert_eq!(team.said(number).await, expected, "{number}");
    }
    // What comes last, of a call before all others, is no news.
    let late = team.said("+33199000003").await;
    assert_eq!(late[1..], [success, in_vain(json!(false))], "{late:?}");
    assert_eq!(late[0].1, 0, "{late:?}");
    team.close().await;
}

/// A success that is said before the record of its call is in is that call's, and no other's.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_first_is_said_of_the_call_under_way() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let member = team.members().await[0]["id"].as_i64().unwrap();
    team.call(
        "+33199000001",
        "outbound",
        "no_answer",
        now() + TimeDelta::seconds(1),
    )
    .await;
    team.settle().await;
    team.put_back(member, "minutes=1").await;
    team.of_member(&team.ana, "action_campaign_call", member)
        .await;
    let asked = now();
    team.say(&team.ana, member, "result_success").await;
    let in_vain = (json!("not_reached"), json!(0));
    assert_eq!(
        team.said("+33199000001").await,
        std::slice::from_ref(&in_vain)
    );
    team.call("+33199000001", "outbound", "answered", asked)
        .await;
    team.settle().await;
    assert_eq!(
        team.said("+33199000001").await,
        [in_vain, (json!("success"), json!(1))]
    );
    assert_eq!(team.member(member).await["x_state"], "done");
    team.close().await;
}

/// Neither takes the call before over what is said of the one under way, nor what corrects that, as long as its record is not in.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_corrected_before_the_record_comes_is_not_said_of_the_call_before() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let member = team.members().await[0]["id"].as_i64().unwrap();
    team.call(
        "+33199000001",
        "outbound",
        "answered",
        now() + TimeDelta::seconds(1),
    )
    .await;
    team.settle().await;
    team.say(&team.ana, member, "result_voicemail").await;
    team.put_back(member, "days=1").await;
    team.of_member(&team.ana, "action_campaign_call", member)
        .await;
    let asked = now();
    assert_eq!(team.member(member).await["x_state"], "calling");
    let mailbox = (json!("voicemail"), json!(0));
    for result in ["result_refusal", "result_not_interested", "result_success"] {
        team.say(&team.ana, member, result).await;
        assert_eq!(
            team.said("+33199000001").await,
            std::slice::from_ref(&mailbox),
            "{result}"
        );
    }
    assert!(!team.has_refused(member).await);
    team.call("+33199000001", "outbound", "answered", asked)
        .await;
    team.settle().await;
    let success = (json!("success"), json!(1));
    assert_eq!(team.said("+33199000001").await, [mailbox.clone(), success]);
    // What is said once more is said of the call that has it.
    team.say(&team.ana, member, "result_not_interested").await;
    let corrected = (json!("not_interested"), json!(0));
    assert_eq!(team.said("+33199000001").await, [mailbox, corrected]);
    team.close().await;
}

/// Whoever was taken out while an agent looked at them stays out, whatever the agent says.
#[tokio::test(flavor = "multi_thread")]
async fn a_result_puts_nobody_back_who_was_taken_out() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let member = team.next(&team.ben).await.unwrap();
    team.of_member(&team.ana, "action_campaign_take_out", member)
        .await;
    team.say(&team.ben, member, "result_voicemail").await;
    let row = team.member(member).await;
    let noted = (
        &row["x_state"],
        &row["x_why"],
        &row["x_next_at"],
        &row["x_kind"],
    );
    let expected = (
        &json!("excluded"),
        &json!("removed"),
        &json!(false),
        &json!("voicemail"),
    );
    assert_eq!(noted, expected, "{row}");
    team.close().await;
}

/// A result that somebody adds in its list can be chosen by agents.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_result_can_be_chosen() {
    let Some(team) = Team::with(&[], json!({})).await else {
        return;
    };
    let list = "ucm_odoo_campaigns.action_x_ucm_result";
    let list = team.journal().id_of(list).await.unwrap();
    let list = json!([["id", "=", list]]);
    let list = team
        .journal()
        .records("ir.actions.act_window", list, &["context"])
        .await;
    let context = list.unwrap()[0]["context"].as_str().unwrap().to_owned();
    let context = context
        .replace('\'', "\"")
        .replace("True", "true")
        .replace("False", "false");
    let context: Value = serde_json::from_str(&context).unwrap();
    let fields = json!([["x_active", "x_by_person"]]);
    let options = json!({ "context": context });
    let fresh = team
        .ana
        .call("x_ucm_result", "default_get", fields, options)
        .await
        .unwrap();
    assert_eq!(fresh, json!({ "x_active": true, "x_by_person": true }));
    team.close().await;
}

//! The standing campaign of those who have called in vain.

use super::*;

const FIRST: &str = "+33199000001";
const SECOND: &str = "+33199000002";

impl Team {
    async fn standing() -> Option<Self> {
        Self::with(&[], json!({ "x_missed": true })).await
    }

    /// Who waits, in which state, and since when.
    async fn waiting(&self) -> Vec<(String, String, String)> {
        let domain = json!([["x_campaign_id", "=", self.campaign]]);
        let fields = ["x_number", "x_state", "x_waits_since"];
        let rows = self.journal().records("x_ucm_member", domain, &fields);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let rows = rows.await.unwrap();
        let waiting = rows.iter().map(|row| {
            let (number, state) = (text(&row["x_number"]), text(&row["x_state"]));
            (number, state, text(&row["x_waits_since"]))
        });
        waiting.collect()
    }
}

fn member(number: &str, state: &str, since: DateTime<Utc>) -> (String, String, String) {
    (number.to_owned(), state.to_owned(), at(since))
}

/// However often somebody calls in vain, there is one who waits, since the first call; whoever waits longest is called first.
#[tokio::test(flavor = "multi_thread")]
async fn who_calls_in_vain_waits_once_and_who_waits_longest_comes_first() {
    let Some(team) = Team::standing().await else {
        return;
    };
    // Before anybody wanted it, answered since, led by a machine, and out of the office: none of them waits.
    team.call("+33199000003", "inbound", "missed", now() - minutes(60))
        .await;
    let begun = now() + minutes(1);
    for (number, direction, outcome, after) in [
        ("+33199000004", "inbound", "missed", 1),
        ("+33199000004", "outbound", "answered", 2),
        ("+33199000005", "inbound", "service", 1),
        ("+33199000006", "outbound", "no_answer", 1),
        (SECOND, "inbound", "missed", 3),
        (FIRST, "inbound", "voicemail", 4),
        (FIRST, "inbound", "missed", 5),
        (FIRST, "inbound", "busy", 6),
    ] {
        team.call(number, direction, outcome, begun + minutes(after))
            .await;
    }
    let mut expected = vec![
        member(FIRST, "ready", begun + minutes(4)),
        member(SECOND, "ready", begun + minutes(3)),
    ];
    for _ in 0..3 {
        team.settle().await;
        let mut waiting = team.waiting().await;
        waiting.sort();
        assert_eq!(waiting, expected);
    }
    // A third, who came into the journal late, and has waited longer than both.
    team.call("+33199000007", "external", "missed", begun).await;
    team.settle().await;
    team.settle().await;
    expected.push(member("+33199000007", "ready", begun));
    let mut waiting = team.waiting().await;
    waiting.sort();
    assert_eq!(waiting, expected);
    for (who, number) in [(&team.ana, "+33199000007"), (&team.ben, SECOND)] {
        let next = team.next(who).await.unwrap();
        assert_eq!(team.member(next).await["x_number"], number);
    }
    // Whether a caller waits already is looked up, not searched through.
    let index = "env.cr.execute(\"SELECT count(*) FROM pg_indexes WHERE indexname = 'x_ucm_member_raw_idx'\")\naction = {'count': env.cr.fetchone()[0]}";
    let index = team.journal().program(index).await.unwrap();
    assert_eq!(index["count"], 1);
    team.close().await;
}

/// Whoever calls back, or is called, from whatever phone, and is answered, is done; the next call in vain begins anew.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_spoken_with_is_done_and_waits_anew_after_the_next_call_in_vain() {
    let Some(team) = Team::standing().await else {
        return;
    };
    let begun = now() + minutes(1);
    let after = |after| begun + minutes(after);
    for number in [FIRST, SECOND] {
        team.call(number, "inbound", "missed", begun).await;
    }
    team.settle().await;
    team.settle().await;
    // One is called in vain first, and one calls while an agent has them.
    team.call(FIRST, "outbound", "no_answer", after(1)).await;
    team.settle().await;
    assert_eq!(team.state(FIRST).await.1, "not_reached");
    let reserved = team.next(&team.ben).await.unwrap();
    assert_eq!(team.member(reserved).await["x_number"], SECOND);
    team.call(FIRST, "outbound", "answered", after(2)).await;
    team.call(SECOND, "inbound", "answered", after(2)).await;
    team.settle().await;
    for number in [FIRST, SECOND] {
        assert_eq!(team.state(number).await, ("done".to_owned(), String::new()));
    }
    assert!(team.next(&team.ana).await.is_err());

    // Whoever has refused elsewhere rests there, also when they wait anew here.
    team.say(&team.ben, reserved, "result_refusal").await;
    team.call(SECOND, "inbound", "missed", after(3)).await;
    for _ in 0..2 {
        team.settle().await;
        let mut waiting = team.waiting().await;
        waiting.sort();
        let expected = [
            member(FIRST, "done", begun),
            member(SECOND, "ready", after(3)),
        ];
        assert_eq!(waiting, expected);
    }
    let row = team.member(reserved).await;
    assert_eq!(
        (&row["x_attempts"], &row["x_is_reached"], &row["x_kind"]),
        (&json!(0), &json!(false), &json!(false))
    );
    assert!(team.has_refused(reserved).await);

    // They call in vain once more; an answer between the two comes into the journal late: they wait since the second.
    team.call(SECOND, "inbound", "missed", after(6)).await;
    team.settle().await;
    team.call(SECOND, "outbound", "answered", after(5)).await;
    team.settle().await;
    assert!(
        team.waiting()
            .await
            .contains(&member(SECOND, "ready", after(6)))
    );
    // Whom a person has closed stays so.
    team.say(&team.ana, reserved, "result_not_interested").await;
    team.settle().await;
    assert_eq!(team.state(SECOND).await.0, "done");
    assert!(
        team.has_refused(reserved).await,
        "what is said later corrects nothing"
    );
    team.close().await;
}

/// An agent may dial whoever is done while a call of theirs in vain is still on its way into the journal: it is called back all the same.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_dialled_before_their_call_in_vain_is_known_waits_anew() {
    let Some(team) = Team::standing().await else {
        return;
    };
    let begun = now() + minutes(1);
    let after = |after| begun + minutes(after);
    team.call(FIRST, "inbound", "missed", begun).await;
    team.settle().await;
    team.settle().await;
    let id = team.members().await[0]["id"].as_i64().unwrap();
    let orders = async |code: &str| {
        let code = format!(
            "orders = env['x_ucm_order'].sudo().search([('x_state', 'in', ['asked', 'ringing'])])\n{code}"
        );
        team.journal().program(&code).await.unwrap();
    };
    let dialled_after_an_answer = async |answered: i64| {
        team.call(FIRST, "outbound", "answered", after(answered))
            .await;
        team.settle().await;
        assert_eq!(team.state(FIRST).await.0, "done");
        let told = team.of_member(&team.ana, "action_campaign_call", id).await;
        assert_eq!(told["params"]["type"], "success", "{told}");
        assert_eq!(team.state(FIRST).await.0, "calling");
        // It rings, and a click right after another is the same.
        orders("orders.write({'x_state': 'ringing', 'x_asked_at': orders.x_asked_at - datetime.timedelta(seconds=30)})").await;
    };
    let nothing_came_of_it = "orders.write({'x_state': 'unknown', 'x_reason': 'no_record'})";

    // No call comes of the order.
    dialled_after_an_answer(1).await;
    team.call(FIRST, "inbound", "missed", after(2)).await;
    team.settle().await;
    assert_eq!(team.waiting().await, [member(FIRST, "calling", after(2))]);
    orders(nothing_came_of_it).await;
    team.settle().await;
    assert_eq!(team.waiting().await, [member(FIRST, "ready", after(2))]);
    assert_eq!(team.next(&team.ben).await, Ok(id));

    // Nobody answers it, and both come into the journal at once.
    dialled_after_an_answer(3).await;
    team.call(FIRST, "inbound", "missed", after(4)).await;
    team.call(FIRST, "outbound", "no_answer", after(5)).await;
    team.settle().await;
    assert_eq!(team.waiting().await, [member(FIRST, "ready", after(4))]);
    let row = team.member(id).await;
    assert_eq!(
        (&row["x_kind"], &row["x_attempts"]),
        (&json!("not_reached"), &json!(1)),
        "{row}"
    );
    orders(nothing_came_of_it).await;

    // Who answers it waits for nobody.
    dialled_after_an_answer(6).await;
    team.call(FIRST, "inbound", "missed", after(7)).await;
    team.settle().await;
    team.call(FIRST, "outbound", "answered", after(8)).await;
    team.settle().await;
    assert_eq!(team.state(FIRST).await.0, "done");
    orders(nothing_came_of_it).await;
    team.close().await;
}

/// A call that a machine was to take is no call in vain: who was spoken with waits for nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_for_a_machine_makes_nobody_wait() {
    let Some(team) = Team::standing().await else {
        return;
    };
    let begun = now() + minutes(1);
    let calls = [
        ("missed", "ready"),
        ("answered", "done"),
        ("service", "done"),
        ("missed", "ready"),
    ];
    for (after, (outcome, state)) in (0..).zip(calls) {
        team.call(FIRST, "inbound", outcome, begun + minutes(after))
            .await;
        team.settle().await;
        team.settle().await;
        assert_eq!(team.state(FIRST).await.0, state, "{outcome}");
    }
    team.close().await;
}

/// What another company has said on the telephone answers nobody who has called this one.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_another_company_answers_no_call_in_vain() {
    let of_first = json!({ "x_missed": true, "x_company_id": 1 });
    let Some(team) = Team::with(&[], of_first).await else {
        return;
    };
    let elsewhere = team.journal().another_company().await.unwrap();
    let begun = now() + minutes(1);
    for (number, outcome, after, company) in [
        (FIRST, "missed", 0, json!(1)),
        (FIRST, "answered", 1, json!(elsewhere)),
        (SECOND, "missed", 0, json!(1)),
        (SECOND, "answered", 1, json!(1)),
        ("+33199000003", "missed", 0, json!(1)),
        ("+33199000003", "answered", 1, json!(false)),
    ] {
        let call = team
            .call(number, "inbound", outcome, begun + minutes(after))
            .await;
        let of_company = json!([[call], { "x_company_id": company }]);
        let written = team
            .journal()
            .call("x_ucm_call", "write", of_company, json!({}));
        written.await.unwrap();
    }
    team.settle().await;
    team.settle().await;
    assert_eq!(team.waiting().await, [member(FIRST, "ready", begun)]);
    team.close().await;
}

/// Whoever waits anew is called as often as anybody who waits for the first time.
#[tokio::test(flavor = "multi_thread")]
async fn who_waits_anew_is_tried_as_often_as_before() {
    let Some(team) = Team::standing().await else {
        return;
    };
    let begun = now() + minutes(1);
    for (nth, (direction, outcome, state)) in [
        ("inbound", "missed", "ready"),
        ("outbound", "failed", "ready"),
        ("outbound", "answered", "done"),
        ("inbound", "missed", "ready"),
        ("outbound", "failed", "ready"),
        ("outbound", "failed", "done"),
    ]
    .into_iter()
    .enumerate()
    {
        let after = minutes(i64::try_from(nth).unwrap());
        team.call(FIRST, direction, outcome, begun + after).await;
        team.settle().await;
        team.settle().await;
        assert_eq!(team.state(FIRST).await.0, state, "{nth}: {outcome}");
    }
    team.close().await;
}

/// A campaign of one server takes its calls, one without the rest; what is not switched on takes none.
#[tokio::test(flavor = "multi_thread")]
async fn missed_calls_go_to_the_campaign_of_their_server() {
    let Some(team) = Team::standing().await else {
        return;
    };
    let server = json!([["x_key", "=", "bordeaux"]]);
    let server = team
        .journal()
        .records("x_ucm_server", server, &["id"])
        .await
        .unwrap();
    let mut campaigns = Vec::new();
    for missed in [true, false] {
        let campaign = json!({
            "x_name": "Spring", "x_state": "running", "x_mode": "preview", "x_order": "added", "x_missed": missed, "x_server_id": server[0]["id"],
            "x_missed_since": at(now() - minutes(5)),
        });
        let campaign = team.journal().create("x_ucm_campaign", campaign).await;
        campaigns.push(campaign.unwrap());
    }
    team.call(FIRST, "inbound", "missed", now() + minutes(1))
        .await;
    team.settle().await;
    let named = json!([["x_raw", "=", FIRST]]);
    let found = team
        .journal()
        .records("x_ucm_member", named, &["x_campaign_id"])
        .await
        .unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["x_campaign_id"][0], campaigns[0]);
    team.close().await;
}

/// What began long ago is not looked at by each tick, and yet by one in ten minutes.
#[tokio::test(flavor = "multi_thread")]
async fn who_called_in_vain_long_ago_waits_within_ten_minutes() {
    let Some(team) = Team::standing().await else {
        return;
    };
    team.settle().await;
    let begun = now() - TimeDelta::days(50);
    let call = team.call(FIRST, "inbound", "missed", begun).await;
    let since = now() - TimeDelta::days(60);
    // The records were there at the time.
    let code = format!(
        "env['x_ucm_campaign'].browse({}).write({{'x_missed_since': '{}'}})\n\
         env.flush_all()\n\
         env.cr.execute('UPDATE x_ucm_call SET create_date = x_started_at WHERE id = %s', [{call}])",
        team.campaign,
        at(since)
    );
    team.journal().program(&code).await.unwrap();
    team.settle().await;
    assert_eq!(team.waiting().await, []);
    team.rig.advance(Duration::from_secs(10 * 60));
    for _ in 0..2 {
        team.settle().await;
    }
    assert_eq!(team.waiting().await, [member(FIRST, "ready", begun)]);
    team.close().await;
}

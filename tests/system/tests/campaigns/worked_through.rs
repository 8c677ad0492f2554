//! Figures of a campaign that was worked through on a real Odoo, from its calls on.

use fastrand::Rng;

use super::figures::{Happened, ask, compare, compare_calls, listed, pick, tally};
use super::*;

/// Numbers of a campaign that is worked through on a real Odoo.
const CALLED: usize = 40;

/// What the module makes of calls in the journal, and of what people say, is what the statistics tell: on a real Odoo, from the calls on.
#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_that_was_worked_through_is_told_to_the_unit() {
    let mut numbers: Vec<String> = (0..CALLED).map(|n| format!("01 99 00 00 {n:02}")).collect();
    numbers.extend(["", "ask Zoé", "0199000000", "01 99 00 00 90"].map(str::to_owned));
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let Some(team) = Team::with(&numbers, json!({})).await else {
        return;
    };
    let blocked = json!({ "number": "+33199000090" });
    team.journal()
        .create("phone.blacklist", blocked)
        .await
        .unwrap();
    let rows = team.members().await;
    let id_of = |number: &str| {
        rows.iter().find(|row| row["x_number"] == number).unwrap()["id"]
            .as_i64()
            .unwrap()
    };
    team.of_member(&team.ana, "action_campaign_call", id_of("+33199000090"))
        .await;

    let mut rng = Rng::with_seed(15);
    let agents = [Some(team.ana.user()), Some(team.ben.user())];
    let members: Vec<Vec<Happened>> = (0..CALLED).map(|_| course(&mut rng, &agents)).collect();
    let numbered = |n: usize| format!("+331990000{n:02}");
    let mut calls = Vec::new();
    for (n, course) in members.iter().enumerate() {
        calls.extend(course.iter().map(|call| row(&numbered(n), call, &agents)));
    }
    team.journal()
        .call("x_ucm_call", "create", json!([calls]), json!({}))
        .await
        .unwrap();
    team.rig.advance(std::time::Duration::from_secs(60));
    team.rig.tick().await.unwrap();
    for (n, course) in members.iter().enumerate() {
        let said = course
            .last()
            .filter(|call| call.is_answered() && !call.kind.is_empty());
        if let Some(call) = said {
            let result = format!("result_{}", call.kind);
            team.say(&team.ana, id_of(&numbered(n)), &result).await;
        }
    }

    let told = ask(&team.rig, &format!("/stats/campaigns/{}", team.campaign)).await;
    let calls: Vec<Happened> = members.iter().flatten().cloned().collect();
    compare_calls(&calls, &told);
    let is_reached = |course: &&Vec<Happened>| {
        let last = course.last().filter(|call| call.is_answered());
        last.is_some_and(|call| !["voicemail", "wrong_number"].contains(&call.kind))
    };
    let reached = members.iter().filter(is_reached).count();
    let tried = members.iter().filter(|course| {
        course
            .iter()
            .any(|call| call.is_outbound || call.is_answered())
    });
    let success = members
        .iter()
        .flatten()
        .filter(|call| call.is_success())
        .count();
    let expected = json!({ "total": CALLED + 4, "excluded": 4, "reached": reached, "tried": tried.count(), "success": success });
    compare("members", &expected, &told["members"]);
    let reasons = ["no_number", "unreadable", "double", "blacklist"];
    assert_eq!(
        listed(&told["by_reason"], "key"),
        tally(reasons.into_iter())
    );
    assert_eq!(
        listed(&told["by_rule"], "key"),
        tally(["blacklist"].into_iter())
    );
    let kind = |course: &Vec<Happened>| {
        let decides = |call: &&Happened| call.is_outbound || call.is_answered();
        course.iter().rfind(decides).map_or("", |call| call.kind)
    };
    let kinds = members.iter().map(kind).chain([""; 4]);
    assert_eq!(listed(&told["by_result"], "kind"), tally(kinds));
    let record = async |member: i64| {
        let path = format!("/stats/campaigns/{}/members/{member}", team.campaign);
        ask(&team.rig, &path).await
    };
    let blocked = record(id_of("+33199000090")).await;
    assert_eq!(blocked["member"]["is_blacklisted"], true, "{blocked}");
    assert_eq!(
        (&blocked["refusals"][0]["rule"], &blocked["calls"]),
        (&json!("blacklist"), &json!([]))
    );
    assert_eq!(blocked["rules"]["hours"].as_array().unwrap().len(), 7);
    for (n, course) in members.iter().enumerate().take(5) {
        let told = record(id_of(&numbered(n))).await;
        assert_eq!(told["member"]["is_blacklisted"], false);
        assert_eq!(
            told["calls"].as_array().unwrap().len(),
            course.len(),
            "{told}"
        );
    }
    team.close().await;
}

/// Calls with one member: in vain, now and then back, and perhaps at last with somebody who answers.
fn course(rng: &mut Rng, agents: &[Option<i64>; 2]) -> Vec<Happened> {
    let mut at = now() + minutes(5);
    let (mut course, mut failures) = (Vec::new(), 0);
    let mut call = |rng: &mut Rng, is_outbound, outcome: &'static str, kind, secs| {
        at += TimeDelta::seconds(rng.i64(60..40_000));
        let agent = if is_outbound || secs > 0 {
            pick(rng, &[agents[0], agents[1], None])
        } else {
            None
        };
        course.push(Happened {
            at,
            agent,
            is_outbound,
            outcome,
            kind,
            secs,
        });
    };
    for _ in 0..rng.usize(..4) {
        if rng.u8(..4) == 0 {
            call(rng, false, "not_reached", "", 0);
            continue;
        }
        let outcome = match pick(rng, &["not_reached", "busy", "failed"]) {
            // Two failures end a member.
            "failed" if failures > 0 => "busy",
            outcome => outcome,
        };
        failures += u8::from(outcome == "failed");
        call(rng, true, outcome, outcome, 0);
    }
    if rng.u8(..3) > 0 {
        let kind = pick(
            rng,
            &[
                "",
                "success",
                "success",
                "appointment",
                "refusal",
                "not_interested",
                "voicemail",
                "wrong_number",
            ],
        );
        let (is_outbound, secs) = (rng.u8(..3) > 0, rng.u64(1..900));
        call(rng, is_outbound, "answered", kind, secs);
    }
    course
}

/// The call as the journal has it, by the extension of the agent.
fn row(number: &str, call: &Happened, agents: &[Option<i64>; 2]) -> Value {
    let extension = match call.agent {
        None => json!(false),
        agent if agent == agents[0] => json!("1001"),
        _ => json!("1002"),
    };
    let outcome = match (call.outcome, call.is_outbound) {
        ("not_reached", true) => "no_answer",
        ("not_reached", false) => "missed",
        (outcome, _) => outcome,
    };
    json!({
        "x_uid": format!("bordeaux:campaign-{}", fastrand::u64(..)), "x_server": "bordeaux", "x_name": "a call",
        "x_direction": if call.is_outbound { "outbound" } else { "inbound" }, "x_outcome": outcome, "x_number": number,
        "x_started_at": at(call.at), "x_talk_seconds": call.secs, "x_extension": extension,
    })
}

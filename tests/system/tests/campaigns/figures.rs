//! Figures of a campaign, against a count of what happened, call by call.

use std::collections::{BTreeMap, BTreeSet};

use chrono_clock::{Datelike, Timelike};
use chrono_tz::Europe::Paris;
use chrono_tz::Tz;
use fastrand::Rng;

use super::*;

/// A call with a member's number.
#[derive(Debug, Clone)]
pub(super) struct Happened {
    pub(super) at: DateTime<Utc>,
    pub(super) agent: Option<i64>,
    pub(super) is_outbound: bool,
    /// As the campaign has it; empty where the record does not say it.
    pub(super) outcome: &'static str,
    /// What came of it; empty where nobody has said it.
    pub(super) kind: &'static str,
    pub(super) secs: u64,
}

impl Happened {
    pub(super) fn local(&self) -> DateTime<Tz> {
        self.at.with_timezone(&Paris)
    }

    pub(super) fn is_answered(&self) -> bool {
        self.outcome == "answered"
    }

    pub(super) fn is_success(&self) -> bool {
        matches!(self.kind, "success" | "appointment")
    }
}

/// Calls as the statistics have them, counted one by one; without the ratios.
fn counted(calls: &[&Happened]) -> Value {
    let count = |holds: &dyn Fn(&Happened) -> bool| calls.iter().filter(|call| holds(call)).count();
    let hours: BTreeSet<_> = calls
        .iter()
        .filter_map(|call| Some((call.agent?, call.local().date_naive(), call.local().hour())))
        .collect();
    json!({
        "attempts": count(&|call| call.is_outbound),
        "answered": count(&|call| call.is_outbound && call.is_answered()),
        "call_backs": count(&|call| !call.is_outbound),
        "call_backs_answered": count(&|call| !call.is_outbound && call.is_answered()),
        "contacts": count(&|call| call.is_answered() && !["voicemail", "wrong_number"].contains(&call.kind)),
        "successes": count(&Happened::is_success),
        "talk_secs": calls.iter().map(|call| call.secs).sum::<u64>(),
        "agent_hours": hours.len(),
    })
}

/// Compares all that is told of calls.
pub(super) fn compare_calls(calls: &[Happened], told: &Value) {
    assert!(!calls.is_empty(), "a campaign without calls proves nothing");
    let all: Vec<&Happened> = calls.iter().collect();
    compare("calls", &counted(&all), &told["calls"]);

    let mut by_agent: BTreeMap<Option<i64>, Vec<&Happened>> = BTreeMap::new();
    for call in calls {
        by_agent.entry(call.agent).or_default().push(call);
    }
    let agents = told["by_agent"].as_array().unwrap();
    assert_eq!(agents.len(), by_agent.len(), "{agents:?}");
    for agent in agents {
        compare("agent", &counted(&by_agent[&agent["id"].as_i64()]), agent);
    }

    let mut week = BTreeMap::new();
    for call in calls.iter().filter(|call| call.is_outbound) {
        let local = call.local();
        let hour = (local.weekday().number_from_monday(), local.hour());
        let slot: &mut (u64, u64) = week.entry(hour).or_default();
        *slot = (slot.0 + 1, slot.1 + u64::from(call.is_answered()));
    }
    let hours = told["by_hour"].as_array().unwrap();
    assert_eq!(hours.len(), 168);
    for hour in hours {
        let number = |name: &str| hour[name].as_u64().unwrap();
        let key = [number("weekday"), number("hour")].map(|number| u32::try_from(number).unwrap());
        let expected = week.remove(&(key[0], key[1])).unwrap_or_default();
        assert_eq!((number("attempts"), number("answered")), expected, "{hour}");
    }
    assert!(week.is_empty(), "{week:?}");
    let (attempts, successes) = (&told["calls"]["attempts"], &told["calls"]["successes"]);
    near(
        attempts,
        successes,
        &told["calls"]["attempts_per_success"],
        0.01,
    );
    let talked = &told["calls"]["talk_secs"];
    near(
        talked,
        successes,
        &told["calls"]["talk_secs_per_success"],
        1.0,
    );
}

/// Every figure of `expected` is told.
pub(super) fn compare(what: &str, expected: &Value, told: &Value) {
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&told[name], value, "{what}, {name}: {told}");
    }
}

/// A ratio is told to the nearest, and none of nothing.
fn near(above: &Value, below: &Value, told: &Value, unit: f64) {
    let (above, below) = (above.as_f64().unwrap(), below.as_f64().unwrap());
    match told.as_f64() {
        None => assert!(below == 0.0, "{above} / {below}"),
        Some(told) => {
            let off = (above / below - told).abs();
            assert!(off <= unit / 2.0 + 1e-9, "{above} / {below}: {told}");
        }
    }
}

/// How often each text is there, as the statistics list it by `name`.
pub(super) fn tally<'a>(texts: impl Iterator<Item = &'a str>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for text in texts {
        *counts.entry(text.to_owned()).or_default() += 1;
    }
    counts
}

pub(super) fn listed(list: &Value, name: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for one in list.as_array().unwrap() {
        let key = one[name].as_str().unwrap_or_default().to_owned();
        *counts.entry(key).or_default() += one["count"].as_u64().unwrap();
    }
    counts
}

pub(super) async fn ask(rig: &Rig, path: &str) -> Value {
    let (status, told) = rig.request("GET", path).await.unwrap();
    assert_eq!(status, 200, "{told}");
    told
}

pub(super) fn pick<T: Copy>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())]
}

/// What is in a simulated Odoo, made up member by member and call by call.
pub(super) struct MadeUp {
    pub(super) rig: Rig,
    pub(super) campaign: i64,
    pub(super) states: Vec<(&'static str, &'static str, &'static str)>,
    pub(super) tried: usize,
    pub(super) reached: usize,
    pub(super) callable: usize,
    pub(super) calls: Vec<Happened>,
    pub(super) rules: Vec<&'static str>,
}

pub(super) async fn made_up(series: u16, members: usize, seed: u64) -> MadeUp {
    let rig = Rig::around(Journal::simulated(series).await.unwrap(), now());
    let rig = rig.start().await.unwrap();
    let (status, report) = rig.request("POST", "/setup?campaigns=yes").await.unwrap();
    assert_eq!(status, 200, "{report}");
    let odoo = rig.journal.handle();
    let make = |model: &str, values: Value| odoo.create(model, &values).unwrap();
    let other =
        json!({ "x_name": "Autumn", "x_state": "draft", "x_mode": "power", "x_order": "added" });
    let other = make("x_ucm_campaign", other);
    make(
        "x_ucm_member",
        json!({ "x_name": "Zoé", "x_campaign_id": other, "x_state": "ready" }),
    );
    let campaign = json!({
        "x_name": "Spring", "x_state": "running", "x_mode": "power", "x_order": "added", "x_zone": "Europe/Paris", "x_goal": 9,
    });
    let campaign = make("x_ucm_campaign", campaign);
    let agents = [1, 2].map(|n| {
        let user = json!({ "name": format!("Agent {n}"), "login": format!("agent-{n}") });
        Some(make("res.users", user))
    });
    let (mut rng, start) = (Rng::with_seed(seed), rig.clock.now());
    let mut made = MadeUp {
        campaign,
        states: Vec::new(),
        tried: 0,
        reached: 0,
        callable: 0,
        calls: Vec::new(),
        rules: Vec::new(),
        rig,
    };
    for n in 0..members {
        let state = pick(
            &mut rng,
            &[
                "new", "ready", "ready", "reserved", "calling", "talked", "done", "excluded",
            ],
        );
        let why = match state {
            "excluded" => pick(&mut rng, &["no_number", "double", "blacklist", "too_often"]),
            _ => "",
        };
        let kind = pick(
            &mut rng,
            &["", "success", "appointment", "refusal", "busy", "voicemail"],
        );
        let (attempts, is_reached) = (rng.u32(..3), rng.bool());
        let next_at = pick(&mut rng, &[None, Some(-1), Some(0), Some(60)]);
        made.tried += usize::from(attempts > 0 || is_reached);
        made.reached += usize::from(is_reached);
        made.callable += usize::from(state == "ready" && next_at.is_none_or(|secs| secs <= 0));
        made.states.push((state, why, kind));
        let said = |text: &str| {
            if text.is_empty() {
                json!(false)
            } else {
                json!(text)
            }
        };
        let next_at = next_at.map(|secs| at(start + TimeDelta::seconds(secs)));
        let member = json!({
            "x_name": format!("Member {n}"), "x_campaign_id": campaign, "x_state": state, "x_why": said(why), "x_kind": said(kind),
            "x_attempts": attempts, "x_is_reached": is_reached, "x_next_at": next_at.map_or(json!(false), Value::from),
        });
        let odoo = made.rig.journal.handle();
        let member = odoo.create("x_ucm_member", &member).unwrap();
        for _ in 0..rng.usize(..4) {
            let call = happened(&mut rng, start - TimeDelta::days(20), &agents);
            let local = call.local();
            let journal = json!({ "x_uid": format!("a/{}", made.calls.len()), "x_server": "a", "x_name": "a call" });
            let attempt = json!({
                "x_member_id": member, "x_campaign_id": campaign, "x_call_id": odoo.create("x_ucm_call", &journal).unwrap(),
                "x_at": at(call.at), "x_hour": format!("{:02}", local.hour()), "x_weekday": local.weekday().num_days_from_monday().to_string(),
                "x_slot": format!("{} {:02}", local.date_naive(), local.hour()), "x_user_id": call.agent.map_or(json!(false), Value::from),
                "x_direction": if call.is_outbound { "outbound" } else { "inbound" }, "x_outcome": said(call.outcome),
                "x_answered": u8::from(call.is_answered()), "x_kind": said(call.kind), "x_success": u8::from(call.is_success()),
                "x_talk_seconds": call.secs,
            });
            odoo.create("x_ucm_attempt", &attempt).unwrap();
            made.calls.push(call);
        }
        if rng.u8(..4) == 0 {
            let rule = pick(&mut rng, &["hours", "blacklist", "no_consent"]);
            let refusal = json!({ "x_campaign_id": campaign, "x_member_id": member, "x_rule": rule, "x_at": at(start) });
            odoo.create("x_ucm_refusal", &refusal).unwrap();
            made.rules.push(rule);
        }
    }
    made
}

/// A call in the twenty days after `from`.
fn happened(rng: &mut Rng, from: DateTime<Utc>, agents: &[Option<i64>; 2]) -> Happened {
    let outcome = pick(
        rng,
        &["answered", "answered", "not_reached", "busy", "failed", ""],
    );
    let kind = match outcome {
        "answered" => pick(
            rng,
            &[
                "",
                "success",
                "appointment",
                "refusal",
                "voicemail",
                "wrong_number",
            ],
        ),
        other => other,
    };
    Happened {
        at: from + TimeDelta::seconds(rng.i64(0..20 * 86_400)),
        agent: pick(rng, &[agents[0], agents[0], agents[1], None]),
        is_outbound: rng.u8(..4) > 0,
        outcome,
        kind,
        secs: if outcome == "answered" {
            rng.u64(1..900)
        } else {
            0
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_what_a_count_member_by_member_and_call_by_call_says() {
    for series in [17, 18, 19] {
        let made = made_up(series, 120, 7 + u64::from(series)).await;
        let path = format!("/stats/campaigns/{}", made.campaign);
        let told = ask(&made.rig, &path).await;
        let count = |holds: &dyn Fn(&str) -> bool| {
            made.states.iter().filter(|member| holds(member.0)).count()
        };
        let success = made
            .states
            .iter()
            .filter(|member| ["success", "appointment"].contains(&member.2))
            .count();
        let expected = json!({
            "total": made.states.len(), "unread": count(&|state| state == "new"), "ready": count(&|state| state == "ready"),
            "reserved": count(&|state| state == "reserved"), "calling": count(&|state| state == "calling"),
            "talked": count(&|state| state == "talked"), "done": count(&|state| state == "done"),
            "excluded": count(&|state| state == "excluded"), "callable": made.callable, "tried": made.tried,
            "reached": made.reached, "success": success,
        });
        compare("members", &expected, &told["members"]);
        near(
            &json!(made.reached * 1_000),
            &json!(made.tried),
            &told["members"]["contact_per_mille"],
            1.0,
        );
        near(
            &json!(success * 1_000),
            &json!(made.reached),
            &told["members"]["conversion_per_mille"],
            1.0,
        );
        assert_eq!(
            listed(&told["by_result"], "kind"),
            tally(made.states.iter().map(|member| member.2))
        );
        let excluded = made.states.iter().filter(|member| member.0 == "excluded");
        assert_eq!(
            listed(&told["by_reason"], "key"),
            tally(excluded.map(|member| member.1))
        );
        assert_eq!(
            listed(&told["by_rule"], "key"),
            tally(made.rules.iter().copied())
        );
        assert_eq!(told["refused"], made.rules.len());
        compare_calls(&made.calls, &told);
        assert_eq!(told["campaign"]["goal"], 9);

        // Of some days, in the campaign's time zone.
        let days = [2, 9].map(|days| {
            let day = made.rig.clock.now().with_timezone(&Paris) - TimeDelta::days(days);
            day.date_naive()
        });
        let told = ask(
            &made.rig,
            &format!("{path}?from={}&to={}", days[1], days[0]),
        )
        .await;
        let within = |call: &&Happened| (days[1]..=days[0]).contains(&call.local().date_naive());
        let calls: Vec<Happened> = made.calls.iter().filter(within).cloned().collect();
        assert!(calls.len() < made.calls.len());
        compare_calls(&calls, &told);
        assert_eq!(
            (&told["members"]["total"], &told["refused"]),
            (&json!(120), &json!(0))
        );

        let list = ask(&made.rig, "/stats/campaigns").await;
        let list = list["campaigns"].as_array().unwrap();
        let names: Vec<&Value> = list.iter().map(|one| &one["name"]).collect();
        assert_eq!(names, ["Spring", "Autumn"], "{series}");
        assert_eq!(list[0]["members"]["reached"], made.reached);
        assert_eq!(
            (
                &list[1]["members"]["total"],
                &list[1]["members"]["callable"]
            ),
            (&json!(1), &json!(1))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_requests_does_not_grow_with_the_members() {
    for series in [17, 18, 19] {
        for members in [20, 400] {
            let made = made_up(series, members, 3).await;
            let path = format!("/stats/campaigns/{}", made.campaign);
            // What greets Odoo is not asked again.
            ask(&made.rig, "/stats/campaigns").await;
            let mut requests = Vec::new();
            for path in [&path, "/stats/campaigns"] {
                made.rig.journal.handle().clear_requests();
                ask(&made.rig, path).await;
                requests.push(made.rig.journal.handle().requests().len());
            }
            assert_eq!(requests, [8, 4], "{series}, {members}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_told_says_what_to_do() {
    let rig = Rig::around(Journal::simulated(19).await.unwrap(), now());
    let rig = rig.start().await.unwrap();
    let refused = async |path: &str| {
        let (status, problem) = rig.request("GET", path).await.unwrap();
        let action = problem["action"].as_str().unwrap_or_default().to_owned();
        (status, action)
    };
    for path in ["/stats/campaigns", "/stats/campaigns/1"] {
        let (status, action) = refused(path).await;
        assert_eq!(status, 404, "{path}");
        assert!(action.contains("POST /setup?campaigns=yes"), "{action}");
    }
    let (status, report) = rig.request("POST", "/setup?campaigns=yes").await.unwrap();
    assert_eq!(status, 200, "{report}");
    let campaign = json!({ "x_name": "Spring", "x_mode": "power", "x_order": "added", "x_zone": "Mars/Phobos" });
    let campaign = rig
        .journal
        .handle()
        .create("x_ucm_campaign", &campaign)
        .unwrap();
    for (path, expected) in [
        ("/stats/campaigns/999", 404),
        ("/stats/campaigns/0", 404),
        ("/stats/campaigns/7%20or%201", 404),
        ("/stats/campaigns.csv", 404),
        (&format!("/stats/campaigns/{campaign}"), 409),
    ] {
        let (status, action) = refused(path).await;
        assert_eq!(status, expected, "{path}");
        assert!(!action.is_empty(), "{path}");
    }
    let values = json!({ "x_zone": false });
    rig.journal
        .handle()
        .write("x_ucm_campaign", campaign, &values)
        .unwrap();
    let path = format!("/stats/campaigns/{campaign}");
    assert_eq!(ask(&rig, &path).await["campaign"]["zone"], "UTC");
    for query in [
        "server=paris",
        "direction=inbound",
        "period=8d",
        "from=2026-01-02&to=2026-01-01",
    ] {
        assert_eq!(refused(&format!("{path}?{query}")).await.0, 400, "{query}");
    }
}

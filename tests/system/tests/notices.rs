//! Missed calls are said at once in the open Odoo of whom they were for, and once at most.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::time::Duration;

use anyhow::ensure;
use chrono_clock::{DateTime, TimeDelta, Utc};
use peers::odoo::Fault as OdooFault;
use peers::ucm::{Call, Scenario};
use serde_json::{Value, json};
use system::points::{Points, next_runs};
use system::{Journal, RealOdoo, Rig, Site};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

const LINE: &str = "+33142667708";

fn call(scenario: Scenario, minutes_ago: i64) -> Call {
    Call::new(scenario, now() - TimeDelta::minutes(minutes_ago)).with(LINE, "Zoé Martin")
}

async fn site(calls: Vec<Call>, user: i64) -> Site {
    let site = Site::french("paris", now(), calls).await.unwrap();
    site.with(json!({ "missed_call_notices": true, "missed_call_todo_user": user }))
}

/// A rig whose server tells people, and the user `otherwise` where it was nobody's extension.
async fn rig(journal: Journal, calls: Vec<Call>, settings: Value) -> Rig {
    let site = site(calls, journal.user()).await;
    let rig = Rig::around(journal, now())
        .site(site.with(settings))
        .start()
        .await
        .unwrap();
    rig.journal.remove("paris").await.unwrap();
    rig
}

/// What the simulated Odoo has sent to open browsers: channel, and what is shown.
fn said(rig: &Rig) -> Vec<(Value, Value)> {
    let sent = rig.journal.handle().records("bus.bus");
    let json = |text: &Value| serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap();
    sent.iter()
        .map(|row| {
            (
                json(&row["channel"]),
                json(&row["message"])["payload"].clone(),
            )
        })
        .collect()
}

/// How many calls were told.
async fn told(rig: &Rig) -> usize {
    let calls = rig.journal.calls("paris").await.unwrap();
    calls
        .iter()
        .filter(|call| call["x_notified"] == true)
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_just_missed_is_told_once() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let calls = vec![
            call(Scenario::Missed, 20),
            call(Scenario::NoAnswerVoicemail, 5),
            // Yesterday's and this morning's are no news.
            call(Scenario::Missed, 120),
            call(Scenario::Missed, 24 * 60),
        ];
        let rig = rig(journal, calls, json!({})).await;
        rig.run_to_completion(5).await.unwrap();
        assert_eq!(told(&rig).await, 2);
        // Everything is read again, and nothing is remembered.
        rig.forget_state().unwrap();
        rig.run_to_completion(5).await.unwrap();
        assert_eq!(told(&rig).await, 2);
        if !rig.journal.is_real() {
            let said = said(&rig);
            assert_eq!(said.len(), 1, "{said:?}");
            let shown = json!({
                "title": "2 missed calls from Zoé Martin", "message": format!("{LINE} · 14:25 UTC"), "type": "warning", "sticky": true,
            });
            assert_eq!(said[0].1, shown);
        }
        rig.journal.remove("paris").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_said_to_whose_customer_it_is_in_their_language_on_their_clock() {
    for series in [17, 18, 19] {
        let journal = Journal::simulated_with(series, &["fr_FR"]).await.unwrap();
        let colleague =
            json!({ "name": "Ana", "login": "ana", "lang": "fr_FR", "tz": "America/Montreal" });
        let ana = journal.create("res.users", colleague).await.unwrap();
        let customer = json!({ "name": "Zoé Martin", "phone": LINE, "user_id": ana });
        journal.create("res.partner", customer).await.unwrap();
        let rig = rig(journal, vec![call(Scenario::Missed, 5)], json!({})).await;
        rig.run_to_completion(5).await.unwrap();
        let said = said(&rig);
        let partner = rig
            .journal
            .records("res.users", json!([["id", "=", ana]]), &["partner_id"]);
        let partner = partner.await.unwrap()[0]["partner_id"][0].clone();
        assert_eq!(said[0].0[2], partner, "{series}: {said:?}");
        assert_eq!(said[0].1["title"], "Appel manqué de Zoé Martin");
        assert_eq!(said[0].1["message"], format!("{LINE} · 10:25"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_reached_since_and_whom_nobody_is_there_for_are_not_told() {
    let journal = Journal::simulated(19).await.unwrap();
    let calls = vec![call(Scenario::Missed, 20), call(Scenario::Outbound, 10)];
    let reached = rig(journal, calls, json!({})).await;
    reached.run_to_completion(5).await.unwrap();
    assert_eq!((told(&reached).await, said(&reached).len()), (0, 0));

    let journal = Journal::simulated(19).await.unwrap();
    let nobody = json!({ "missed_call_todo_user": null });
    let nobodys = rig(journal, vec![call(Scenario::Missed, 20)], nobody).await;
    nobodys.run_to_completion(5).await.unwrap();
    assert_eq!((told(&nobodys).await, said(&nobodys).len()), (0, 0));
}

/// Odoo 19 may have its searches answered by a replica of its database, which knows an earlier call, that concerns nobody, and not yet the one that was
/// just written.
#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_knows_an_earlier_call_alone_hides_no_later_one() {
    let journal = Journal::simulated(19).await.unwrap();
    let ana = json!({ "name": "Ana", "login": "ana" });
    let ana = journal.create("res.users", ana).await.unwrap();
    let line = "+33142667709";
    let customer = json!({ "name": "Max", "phone": line, "user_id": ana });
    journal.create("res.partner", customer).await.unwrap();
    let nobody = json!({ "missed_call_todo_user": null });
    let rig = rig(journal, vec![call(Scenario::Missed, 20)], nobody).await;
    rig.run_to_completion(5).await.unwrap();
    rig.sites[0]
        .ucm
        .add_call(&call(Scenario::Missed, 5).with(line, "Max"));
    let odoo = rig.journal.handle();
    let behind = OdooFault::replica_without(line).on("x_ucm_call", "search_read");
    odoo.fault(behind.with("x_notified").times(1));
    rig.sync().await.unwrap();
    assert!(said(&rig).is_empty() && !odoo.has_faults());
    rig.advance(Duration::from_secs(120));
    rig.sync().await.unwrap();
    assert_eq!(said(&rig).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_at_any_point_tells_it_once() {
    let first = rig(Journal::simulated(19).await.unwrap(), vec![], json!({})).await;
    let user = first.journal.user();
    let missed = || vec![call(Scenario::Missed, 5)];
    let points = Points::of(first, async || site(missed(), user).await);
    let is_one = async |rig: &Rig| {
        let said = said(rig);
        ensure!(said.len() == 1, "{said:?}");
        Ok(())
    };
    let there_are = points
        .each(async |_| Ok(()), next_runs, is_one)
        .await
        .unwrap();
    assert!(there_are > 15, "only {there_are} points");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_tell_it_once() {
    let journal = Journal::simulated(19).await.unwrap();
    let rig = rig(journal, vec![call(Scenario::Missed, 5)], json!({})).await;
    rig.tick_on_two_machines().await.unwrap();
    assert_eq!(said(&rig).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_costs_nothing_where_it_is_off_and_little_where_it_is_on() {
    let calls = vec![call(Scenario::Missed, 5)];
    let off = json!({ "missed_call_notices": false });
    let off = rig(Journal::simulated(19).await.unwrap(), calls.clone(), off).await;
    let report = off.sync().await.unwrap();
    let without = report["servers"][0]["odoo_requests"].as_u64().unwrap();
    assert!(said(&off).is_empty());
    let rig = rig(Journal::simulated(19).await.unwrap(), calls, json!({})).await;
    let report = rig.sync().await.unwrap();
    let with = report["servers"][0]["odoo_requests"].as_u64().unwrap();
    // What is untold, its history; the contact, the people, the action; and the word itself.
    assert_eq!(with - without, 6);
    rig.advance(Duration::from_secs(16 * 60));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["odoo_requests"], 0);
}

/// A look for what was missed cannot show the answered call that was written last, and has shown all the same what it has to.
#[tokio::test(flavor = "multi_thread")]
async fn an_answered_call_after_a_missed_one_costs_no_second_look() {
    let calls = vec![call(Scenario::Missed, 9), call(Scenario::Answered, 5)];
    let journal = Journal::simulated(19).await.unwrap();
    let todos = json!({ "missed_call_todos": true, "missed_call_todo_user": journal.user() });
    let rig = rig(journal, calls, todos).await;
    rig.sync().await.unwrap();
    rig.advance(Duration::from_secs(16 * 60));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["odoo_requests"], 0, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_key_needs_the_group_of_the_bridge_and_nobody_else_may_say_anything() {
    for series in [17, 18, 19] {
        let journal = Journal::simulated(series).await.unwrap();
        let plain = RealOdoo {
            login: journal.handle().user_login().to_owned(),
            api_key: journal.handle().user_api_key().to_owned(),
            ..journal.reached().clone()
        };
        let calls = vec![call(Scenario::Missed, 5)];
        let rig = rig(journal, calls, json!({ "create_contacts": false })).await;
        let rig = rig
            .with_variable("odoo_login", &plain.login)
            .with_variable("odoo_api_key", &plain.api_key);
        let report = rig.sync().await.unwrap();
        assert_eq!(
            report["servers"][0]["status"], "needs_attention",
            "{report}"
        );
        assert!(said(&rig).is_empty());
        let odoo = rig.journal.handle();
        let (_, action) = odoo.external_id("ucm_odoo.action_say").unwrap();
        let user = rig
            .journal
            .as_user(&plain.login, &plain.api_key)
            .await
            .unwrap();
        let run = user.run(action, json!({ "x_ucm_notices": [] }));
        assert!(run.await.unwrap_err().to_string().contains("AccessError"));

        let (_, group) = odoo.external_id("ucm_odoo.group_bridge").unwrap();
        let groups = if series < 19 {
            "groups_id"
        } else {
            "group_ids"
        };
        odoo.write(
            "res.users",
            user.user(),
            &json!({ groups: [[4, group, 0]] }),
        )
        .unwrap();
        rig.advance(Duration::from_secs(16 * 60));
        rig.run_to_completion(5).await.unwrap();
        assert_eq!(said(&rig).len(), 1, "{series}");
    }
}

/// The UCM pushes all its records, and what follows from that has ended.
async fn push(rig: &Rig) {
    push_from(rig, 0).await;
}

/// The same without the first ones.
async fn push_from(rig: &Rig, first: usize) {
    let app = rig.app().start().await.unwrap();
    let records = rig.sites[0].ucm.pushed_records(false);
    for record in records.into_iter().skip(first) {
        let push = http::Request::post("http://localhost/webhook/paris")
            .header("authorization", "Bearer the-secret-of-paris")
            .body(record.into())
            .unwrap();
        assert_eq!(app.request(push).await.unwrap().status(), 200);
    }
    app.settled().await;
    app.stop().await;
}

/// A replica does not show a missed call yet, somebody else is answered before it is looked again, and the next poll comes after an hour.
#[tokio::test(flavor = "multi_thread")]
async fn a_later_call_does_not_make_forget_the_one_that_a_replica_did_not_show() {
    let settings = json!({ "push_secret": "the-secret-of-paris", "interval_minutes": 60 });
    let rig = rig(Journal::simulated(19).await.unwrap(), vec![], settings).await;
    rig.run_to_completion(5).await.unwrap();
    let (odoo, ucm) = (rig.journal.handle(), &rig.sites[0].ucm);
    let behind = OdooFault::replica_without(LINE).on("x_ucm_call", "search_read");
    odoo.fault(behind.with("x_notified"));
    ucm.add_call(&call(Scenario::Missed, 9));
    push(&rig).await;
    let missed = ucm.pushed_records(false).len();
    ucm.add_call(&call(Scenario::Answered, 5).with("+33142667709", "Max"));
    push_from(&rig, missed).await;
    assert_eq!(rig.journal.count("paris").await.unwrap(), 2);
    assert!(said(&rig).is_empty());
    odoo.clear_faults();
    rig.advance(Duration::from_secs(120));
    rig.tick().await.unwrap();
    assert_eq!(said(&rig).len(), 1);
}

/// No poll comes to follow it up, and perhaps no other push for days.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_push_could_not_follow_up_the_next_tick_does() {
    let cases = [
        (OdooFault::stall().times(1), 1, 0),
        (OdooFault::access_error("Not for you"), 0, 1),
    ];
    for (fault, todos, letters) in cases {
        let settings = json!({ "push_secret": "the-secret-of-paris", "poll": false, "missed_call_todos": true });
        let journal = Journal::simulated(19).await.unwrap();
        let rig = rig(journal, vec![call(Scenario::Missed, 1)], settings).await;
        let rig = rig.hurried();
        rig.journal
            .handle()
            .fault(fault.on("mail.activity", "create"));
        push(&rig).await;
        rig.be_patient();
        let made = async || rig.journal.handle().records("mail.activity").len();
        assert_eq!(made().await, 0);
        for _ in 0..15 {
            rig.advance(Duration::from_secs(60));
            rig.tick().await.unwrap();
        }
        assert_eq!(made().await, todos);
        assert_eq!(rig.letters("paris").await.unwrap().len(), letters);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_call_is_told_and_becomes_a_to_do_before_the_next_poll() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let settings = json!({ "push_secret": "the-secret-of-paris", "poll": false, "missed_call_todos": true });
        let rig = rig(journal, vec![call(Scenario::Missed, 1)], settings).await;
        push(&rig).await;
        assert_eq!(told(&rig).await, 1);
        let of_line = json!([["x_ucm_number", "=", LINE]]);
        let todos = rig
            .journal
            .records("mail.activity", of_line.clone(), &["summary"]);
        let todos = todos.await.unwrap();
        assert_eq!(todos.len(), 1, "{todos:?}");
        rig.journal
            .remove_records("mail.activity", of_line)
            .await
            .unwrap();
        rig.journal.remove("paris").await.unwrap();
    }
}

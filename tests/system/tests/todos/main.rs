//! Missed calls become to-dos: one a caller, for the right person, until somebody reaches them.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod companies;
mod crossing;
mod letters;
mod words;

use std::time::Duration;

use anyhow::ensure;
use chrono_clock::{DateTime, TimeDelta, Utc};
use host::{Effect, EffectKind, Hooks, RequestLine, Verdict};
use peers::odoo::Fault;
use peers::ucm::{Call, Scenario};
use serde_json::{Value, json};
use system::points::{Points, next_runs};
use system::{Journal, Rig, Site};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

const LINE: &str = "+33142667701";

fn call(scenario: Scenario, minutes_ago: i64) -> Call {
    Call::new(scenario, now() - TimeDelta::minutes(minutes_ago)).with(LINE, "Zoé")
}

async fn site(calls: Vec<Call>, user: i64) -> Site {
    let site = Site::french("paris", now(), calls).await.unwrap();
    site.with(json!({ "missed_call_todos": true, "missed_call_todo_user": user }))
}

/// A rig whose server makes to-dos, which has none of them yet.
async fn rig(journal: Journal, calls: Vec<Call>, settings: Value) -> Rig {
    let site = site(calls, journal.user()).await.with(settings);
    let rig = Rig::around(journal, now())
        .site(site)
        .start()
        .await
        .unwrap();
    clean(&rig).await;
    rig
}

async fn remove_todos(rig: &Rig) {
    let ours = json!([["x_ucm_number", "!=", false]]);
    rig.journal
        .remove_records("mail.activity", ours)
        .await
        .unwrap();
}

async fn clean(rig: &Rig) {
    remove_todos(rig).await;
    for site in &rig.sites {
        rig.journal.remove(&site.id).await.unwrap();
    }
}

/// What a to-do says: how often, in the language of whose it is, and who.
fn says(todo: &Value, often: &str, who: &str) {
    let summary = todo["summary"].as_str().unwrap();
    assert!(
        summary.starts_with(often) && summary.ends_with(who),
        "{summary}"
    );
    assert_eq!(
        summary.starts_with(|first: char| first.is_numeric()),
        !often.is_empty()
    );
}

/// The to-dos that are open.
async fn todos(rig: &Rig) -> Vec<Value> {
    let rows = rig.journal.call(
        "mail.activity",
        "search_read",
        json!([[["x_ucm_number", "=", LINE]]]),
        json!({ "order": "id" }),
    );
    rows.await.unwrap().as_array().unwrap().clone()
}

/// The calls come, and a poll brings them in.
async fn happens(rig: &Rig, scenarios: &[Scenario]) {
    for (minute, scenario) in scenarios.iter().enumerate() {
        let start = rig.clock.now() + TimeDelta::minutes(i64::try_from(minute).unwrap());
        let call = Call::new(*scenario, start).with(LINE, "Zoé");
        rig.sites[0].ucm.add_call(&call);
    }
    rig.advance(Duration::from_secs(31 * 60));
    rig.run_to_completion(5).await.unwrap();
}

/// Odoo 19 may have its searches answered by a replica of its database, which lags behind: what is not seen right after it was written is looked for
/// once more. That nothing was to be done is known a minute later.
#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_lags_behind_loses_no_to_do() {
    for (scenario, count) in [(Scenario::Missed, 1), (Scenario::Outbound, 0)] {
        let calls = vec![call(scenario, 60)];
        let rig = rig(Journal::simulated(19).await.unwrap(), calls, json!({})).await;
        let behind = Fault::replica_behind().on("x_ucm_call", "search_read");
        rig.journal
            .handle()
            .fault(behind.with("x_followed_up").times(1));
        let requests = async || {
            let report = rig.sync().await.unwrap();
            let server = &report["servers"][0];
            assert_eq!(server["status"], "complete", "{server}");
            server["odoo_requests"].as_u64().unwrap()
        };
        requests().await;
        assert!(todos(&rig).await.is_empty() && !rig.journal.handle().has_faults());
        rig.advance(Duration::from_secs(16 * 60));
        requests().await;
        assert_eq!(todos(&rig).await.len(), count);
        rig.advance(Duration::from_secs(16 * 60));
        assert_eq!(requests().await, 0);
    }
}

/// The next journal would know nothing of what a removal has left.
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_is_removed_and_set_up_again_has_each_to_do_once() {
    for series in [17, 18, 19] {
        let journal = Journal::simulated(series).await.unwrap();
        let rig = rig(journal, vec![call(Scenario::Missed, 60)], json!({})).await;
        rig.run_to_completion(5).await.unwrap();
        let odoo = rig.journal.handle();
        assert_eq!(odoo.count("mail.activity"), 1);
        let removal = rig.request("DELETE", "/setup?data=remove");
        assert_eq!(removal.await.unwrap().0, 200);
        assert_eq!(rig.setup().await.unwrap().0, 200);
        rig.advance(Duration::from_secs(31 * 60));
        rig.run_to_completion(5).await.unwrap();
        assert_eq!(todos(&rig).await.len(), 1, "{series}");
        assert_eq!(odoo.count("mail.activity"), 1, "{series}");
    }
}

/// Two runs that have not seen each other's calls would make two.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_has_one_open_to_do_whoever_makes_another() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let rig = rig(journal, vec![call(Scenario::Missed, 60)], json!({})).await;
        rig.run_to_completion(5).await.unwrap();
        let first = todos(&rig).await.remove(0);
        let another = async |key: &str| {
            let fields = [
                "res_model_id",
                "res_id",
                "user_id",
                "activity_type_id",
                "date_deadline",
            ];
            let read = json!([[first["id"]], fields]);
            let read = rig.journal.call("mail.activity", "read", read, json!({}));
            let mut row = read.await.unwrap()[0].clone();
            for field in ["res_model_id", "user_id", "activity_type_id"] {
                row[field] = row[field][0].clone();
            }
            row.as_object_mut().unwrap().remove("id");
            row["x_ucm_key"] = json!(key);
            row["x_ucm_number"] = json!(LINE);
            row["x_ucm_caller"] = json!(LINE);
            rig.journal.create("mail.activity", row).await
        };
        let refused = another("lyon/1").await.unwrap_err().to_string();
        assert!(
            refused.contains("mail_activity_x_ucm_caller_uniq"),
            "{refused}"
        );
        let done = json!([[first["id"]], { "active": false }]);
        let archived = rig.journal.call("mail.activity", "write", done, json!({}));
        archived.await.unwrap();
        another("lyon/1").await.unwrap();
        clean(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_one_to_do_until_somebody_reaches_them() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let missed = [90, 60].map(|minutes| call(Scenario::Missed, minutes));
        let rig = rig(journal, missed.to_vec(), json!({})).await;
        rig.run_to_completion(5).await.unwrap();
        let first = todos(&rig).await;
        assert_eq!(first.len(), 1, "{first:?}");
        says(&first[0], "2", LINE);
        assert_eq!(first[0]["res_model"], "res.partner");
        assert_eq!(first[0]["user_id"][0], rig.journal.user());
        assert_eq!(first[0]["date_deadline"], "2026-06-15");
        let contact = &rig.journal.contacts(LINE).await.unwrap()[0];
        assert_eq!(first[0]["res_id"], contact["id"]);

        happens(
            &rig,
            &[Scenario::NoAnswerVoicemail, Scenario::OutboundUnanswered],
        )
        .await;
        let again = todos(&rig).await;
        assert_eq!(again.len(), 1, "{again:?}");
        assert_eq!(again[0]["id"], first[0]["id"]);
        says(&again[0], "3", LINE);

        happens(&rig, &[Scenario::Outbound]).await;
        assert_eq!(todos(&rig).await, Vec::<Value>::new());
        happens(&rig, &[Scenario::Missed]).await;
        let new = todos(&rig).await;
        assert_eq!(new.len(), 1, "{new:?}");
        says(&new[0], "", LINE);
        clean(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_salesperson_takes_care_of_a_customer_and_a_stranger_is_a_to_do_of_the_call() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let calls = vec![call(Scenario::Missed, 60)];
        let rig = rig(journal, calls, json!({ "create_contacts": false })).await;
        rig.run_to_completion(5).await.unwrap();
        let todo = &todos(&rig).await[0];
        assert_eq!(todo["res_model"], "x_ucm_call");
        let call = &rig.journal.calls("paris").await.unwrap()[0];
        assert_eq!(todo["res_id"], call["id"]);

        clean(&rig).await;
        rig.forget_state().unwrap();
        let login = format!("sales-{}", fastrand::u32(..));
        let sales =
            json!({ "name": "Sales", "login": login, "lang": "en_US", "tz": "Pacific/Auckland" });
        let sales = rig.journal.create("res.users", sales).await.unwrap();
        let contact = json!({ "name": "Zoé", "phone": LINE, "user_id": sales });
        let contact = rig.journal.create("res.partner", contact).await.unwrap();
        rig.advance(Duration::from_secs(16 * 60));
        rig.run_to_completion(5).await.unwrap();
        let todo = &todos(&rig).await[0];
        assert_eq!(
            (&todo["res_id"], &todo["user_id"][0]),
            (&json!(contact), &json!(sales))
        );
        // Half past one in Paris is the next morning's half past one in Auckland.
        assert_eq!(todo["date_deadline"], "2026-06-16");
        clean(&rig).await;
        let archived = json!([[contact], { "active": false }]);
        rig.journal
            .call("res.partner", "write", archived, json!({}))
            .await
            .unwrap();
        let archived = json!([[sales], { "active": false }]);
        rig.journal
            .call("res.users", "write", archived, json!({}))
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_closed_is_not_given_to_them_again() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let rig = rig(journal, vec![call(Scenario::Missed, 60)], json!({})).await;
        rig.run_to_completion(5).await.unwrap();
        let todo = todos(&rig).await[0]["id"].clone();
        let done = rig.journal.call(
            "mail.activity",
            "action_feedback",
            json!([[todo]]),
            json!({}),
        );
        done.await.unwrap();
        // Everything is read again, and nothing is remembered.
        rig.forget_state().unwrap();
        rig.advance(Duration::from_secs(16 * 60));
        rig.run_to_completion(5).await.unwrap();
        assert_eq!(todos(&rig).await, Vec::<Value>::new());
        clean(&rig).await;
    }
}

/// 17 and 18 delete what is done, unless its type says that it is to be kept: then it is archived, as 19 archives all.
#[tokio::test(flavor = "multi_thread")]
async fn who_calls_again_after_their_to_do_was_done_has_another_where_those_done_are_kept() {
    for series in [17, 18] {
        let journal = Journal::simulated(series).await.unwrap();
        let rig = rig(journal, vec![call(Scenario::Missed, 60)], json!({})).await;
        let odoo = rig.journal.handle();
        let kind = json!([["category", "=", "phonecall"]]);
        let kind = odoo.records_where("mail.activity.type", &kind)[0]["id"].as_i64();
        let kept = json!({ "keep_done": true });
        odoo.write("mail.activity.type", kind.unwrap(), &kept)
            .unwrap();
        rig.run_to_completion(5).await.unwrap();
        let first = todos(&rig).await[0]["id"].clone();
        let done = json!([[first]]);
        let done = rig
            .journal
            .call("mail.activity", "action_feedback", done, json!({}));
        done.await.unwrap();
        assert_eq!(odoo.count("mail.activity"), 1, "{series}: it is kept");

        happens(&rig, &[Scenario::Missed]).await;
        let again = todos(&rig).await;
        assert_eq!(again.len(), 1, "{series}: {again:?}");
        says(&again[0], "", LINE);
        assert_ne!(again[0]["id"], first, "{series}");
        // Whoever is reached has theirs archived as well.
        happens(&rig, &[Scenario::Outbound]).await;
        assert_eq!(todos(&rig).await, Vec::<Value>::new(), "{series}");
        assert_eq!(odoo.count("mail.activity"), 2, "{series}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_at_any_point_makes_each_to_do_once() {
    let first = rig(Journal::simulated(19).await.unwrap(), vec![], json!({})).await;
    let user = first.journal.user();
    let twice = || [90, 60].map(|minutes| call(Scenario::Missed, minutes));
    let points = Points::of(first, async || site(twice().to_vec(), user).await);
    let is_one = async |rig: &Rig| {
        let todos = todos(rig).await;
        let summary = format!("2 missed calls from {LINE}");
        ensure!(
            todos.len() == 1 && todos[0]["summary"] == summary,
            "{todos:?}"
        );
        Ok(())
    };
    let there_are = points
        .each(async |_| Ok(()), next_runs, is_one)
        .await
        .unwrap();
    assert!(there_are > 20, "only {there_are} points");
}

/// Another run, which has looked what is to be followed up just before a call is written, and says that what was noted is done.
struct LooksTooEarly(Rig);

impl Hooks for LooksTooEarly {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        let writes = |line: &RequestLine| line.path.ends_with("/x_ucm_call/create");
        if matches!(&effect.kind, EffectKind::Request(line) if writes(line)) {
            let store = self.0.store().unwrap();
            let keys = store.keys().unwrap();
            let notes: Vec<_> = keys
                .iter()
                .filter(|key| key.contains("follow-up"))
                .collect();
            assert_eq!(notes.len(), 1, "{keys:?}");
            let note = store.get(notes[0]).unwrap().unwrap();
            let done = notes[0].replace("follow-up", "followed-up");
            store.set(&done, &note).unwrap();
        }
        Verdict::Continue
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_followed_up_whoever_looks_while_it_is_written() {
    let missed = vec![call(Scenario::Missed, 60)];
    let journal = Journal::simulated(19).await.unwrap();
    let rig = rig(journal, missed, json!({})).await;
    let other = Rig::around(Journal::simulated(19).await.unwrap(), now());
    let other = other.start_without_setup().await.unwrap();
    rig.tick_with(LooksTooEarly(other.sharing_state_of(&rig)))
        .await
        .unwrap();
    assert_eq!(todos(&rig).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_off_unless_asked_for_and_costs_nothing_where_nothing_happens() {
    let off = json!({ "missed_call_todos": false });
    let calls = vec![call(Scenario::Missed, 60)];
    let journal = Journal::simulated(19).await.unwrap();
    let rig_off = rig(journal, calls.clone(), off).await;
    let report = rig_off.sync().await.unwrap();
    let without = report["servers"][0]["odoo_requests"].as_u64().unwrap();
    assert_eq!(todos(&rig_off).await, Vec::<Value>::new());

    let rig = rig(Journal::simulated(19).await.unwrap(), calls, json!({})).await;
    let report = rig.sync().await.unwrap();
    let with = report["servers"][0]["odoo_requests"].as_u64().unwrap();
    assert_eq!(todos(&rig).await.len(), 1);
    // What waits, its to-dos, its history; the contact, the people, the kind of to-do; the to-do; to-dos and history once more; the mark, and
    // whether it holds.
    assert_eq!(with - without, 11);
    rig.advance(Duration::from_secs(16 * 60));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["odoo_requests"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_import_brings_no_to_dos_of_last_month() {
    let old = vec![call(Scenario::Missed, 26 * 60)];
    let rig = rig(Journal::simulated(19).await.unwrap(), old, json!({})).await;
    rig.run_to_completion(5).await.unwrap();
    assert_eq!(rig.journal.count("paris").await.unwrap(), 1);
    assert_eq!(todos(&rig).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_calls_back_from_another_office_closes_it_as_well() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let mut rig = rig(journal, vec![call(Scenario::Missed, 60)], json!({})).await;
        let lyon = vec![
            call(Scenario::Missed, 50),
            call(Scenario::Outbound, 40).with("+33142667709", "Ana"),
        ];
        let lyon = Site::french("lyon", now(), lyon).await.unwrap();
        // This office does not ask for to-dos: its missed calls become none.
        rig.sites.push(lyon);
        clean(&rig).await;
        rig.run_to_completion(5).await.unwrap();
        assert_eq!(todos(&rig).await.len(), 1);
        let back = Call::new(Scenario::Outbound, rig.clock.now()).with(LINE, "Zoé");
        rig.sites[1].ucm.add_call(&back);
        rig.advance(Duration::from_secs(31 * 60));
        rig.run_to_completion(5).await.unwrap();
        assert_eq!(todos(&rig).await, Vec::<Value>::new());
        clean(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fax_waits_for_nobody_and_a_forwarded_customer_whom_nobody_answered_does() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let calls = [Scenario::Fax, Scenario::Conference, Scenario::Forwarded];
        let calls = calls.map(|scenario| call(scenario, 60));
        let rig = rig(journal, calls.to_vec(), json!({})).await;
        rig.run_to_completion(5).await.unwrap();
        assert_eq!(todos(&rig).await, Vec::<Value>::new());
        happens(&rig, &[Scenario::ForwardedMissed]).await;
        assert_eq!(todos(&rig).await.len(), 1);
        // A fax from the same number is no answer to them.
        happens(&rig, &[Scenario::Fax]).await;
        assert_eq!(todos(&rig).await.len(), 1);
        clean(&rig).await;
    }
}

/// The number of somebody who calls all day long takes up what one answer of Odoo holds.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_hides_nobody_who_was_reached() {
    let rig = rig(Journal::simulated(19).await.unwrap(), Vec::new(), json!({})).await;
    let busy = "+33142667710";
    let row = |key: String, number: &str, minutes_ago: i64, outcome: &str| {
        let at = (now() - TimeDelta::minutes(minutes_ago)).format("%Y-%m-%d %H:%M:%S");
        json!({
            "x_uid": key, "x_server": "lyon", "x_number": number, "x_started_at": at.to_string(), "x_direction": "inbound",
            "x_outcome": outcome,
        })
    };
    let often = (0..5_100).map(|call| row(format!("lyon/{call}"), busy, 50 + call % 600, "missed"));
    let reached = row("lyon/x".to_owned(), LINE, 20 * 60, "answered");
    let rows: Vec<Value> = often.chain([reached]).collect();
    for batch in rows.chunks(1_000) {
        let made = rig
            .journal
            .call("x_ucm_call", "create", json!([batch]), json!({}));
        made.await.unwrap();
    }
    // Called in vain, and reached an hour later: both long before what the busy number fills.
    let ago = |minutes| now() - TimeDelta::minutes(minutes);
    let ucm = &rig.sites[0].ucm;
    ucm.add_call(&Call::new(Scenario::Missed, ago(21 * 60)).with(LINE, "Zoé"));
    ucm.add_call(&Call::new(Scenario::Missed, ago(40)).with(busy, "Ana"));
    rig.run_to_completion(5).await.unwrap();
    assert_eq!(todos(&rig).await, Vec::<Value>::new());
    assert_eq!(rig.journal.handle().records("mail.activity").len(), 1);
}

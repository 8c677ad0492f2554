//! What is remembered belongs to one journal, and what waits to the Odoo that it was meant for.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::time::Duration;

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use peers::odoo::Fault as OdooFault;
use peers::ucm::{Call, Fault as UcmFault, Scenario, Traffic};
use serde_json::{Value, json};
use system::{Journal, Rig, Site, compare, french_ucm};

const SECRET: &str = "the-secret-of-paris";
const CALLS: usize = 60;

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

/// The office of the server `paris`, whose calls are those of `seed`.
async fn rig(seed: u64, settings: Value) -> Rig {
    let traffic = Traffic {
        seed,
        days: 5,
        calls: CALLS,
    };
    let ucm = french_ucm(now()).traffic(traffic).start().await.unwrap();
    let site = Site::new("paris", ucm).with(json!({ "time_zone": "Europe/Paris" }));
    Rig::around(Journal::simulated(19).await.unwrap(), now())
        .site(site.with(settings))
        .start()
        .await
        .unwrap()
}

async fn complete(seed: u64) -> Rig {
    let rig = rig(seed, json!({})).await;
    rig.run_to_completion(5).await.unwrap();
    compare::complete(&rig).await.unwrap();
    rig
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

async fn done(rig: &Rig, method: &str, path: &str) -> Value {
    let (status, answer) = rig.request(method, path).await.unwrap();
    assert_eq!(status, 200, "{method} {path}: {answer}");
    answer
}

/// Names another Odoo in the settings, and gives the one that they named before.
async fn move_to(rig: &mut Rig, journal: Journal) -> Journal {
    let before = std::mem::replace(&mut rig.journal, journal);
    rig.setup().await.unwrap();
    before
}

async fn days_known(rig: &Rig) -> usize {
    let known = done(rig, "GET", "/completeness").await;
    known["servers"]["paris"]["days"].as_array().unwrap().len()
}

async fn prove(rig: &Rig) {
    let period = "/completeness?server=paris&from=2026-06-12&to=2026-06-12";
    let proved = done(rig, "POST", period).await;
    assert_eq!(proved["whole"], json!(true), "{proved}");
    assert_eq!(days_known(rig).await, 1);
}

fn remarks(report: &Value) -> String {
    report["remarks"].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_odoo_gets_every_call_and_the_one_before_is_remembered() {
    let mut rig = complete(1).await;
    prove(&rig).await;
    let first = move_to(&mut rig, Journal::simulated(18).await.unwrap()).await;
    assert_eq!(days_known(&rig).await, 0);
    rig.advance(minutes(16));
    let report = rig.sync().await.unwrap();
    assert!(remarks(&report).contains("another Odoo"), "{report}");
    compare::complete(&rig).await.unwrap();
    let status = done(&rig, "GET", "/status").await;
    assert_eq!(status["anew"]["change"], "settings", "{status}");

    let second = std::mem::replace(&mut rig.journal, first);
    rig.advance(minutes(16));
    let report = rig.sync().await.unwrap();
    let server = &report["servers"][0];
    assert_eq!(
        (&server["status"], &server["odoo_requests"]),
        (&json!("complete"), &json!(0)),
        "{report}"
    );
    assert_eq!(days_known(&rig).await, 1);
    compare::complete(&rig).await.unwrap();
    drop(second);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_was_removed_and_set_up_again_gets_every_call() {
    for series in [17, 19] {
        let mut rig = complete(2).await;
        drop(move_to(&mut rig, Journal::simulated(series).await.unwrap()).await);
        rig.run_to_completion(5).await.unwrap();
        prove(&rig).await;
        done(&rig, "DELETE", "/setup?data=remove").await;
        rig.setup().await.unwrap();
        rig.advance(minutes(11));
        // A tick on which no server is due: the servers in Odoo are, and with them the journal is seen.
        let lines = rig.tick().await.unwrap();
        let is_said = |line: &String| line.contains("the journal in Odoo is another");
        assert!(lines.iter().any(is_said), "{lines:?}");
        compare::complete(&rig).await.unwrap();
        assert_eq!(days_known(&rig).await, 0);
        let status = done(&rig, "GET", "/status").await;
        assert_eq!(status["anew"]["change"], "journal", "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_journal_is_noticed_with_the_first_call_for_it() {
    let rig = complete(3).await;
    done(&rig, "DELETE", "/setup?data=remove").await;
    rig.setup().await.unwrap();
    rig.advance(minutes(2));
    let start = rig.clock.now() - minutes(50);
    let call = Call::new(Scenario::Transfer, start).with("+33142667701", "Zoé");
    rig.sites[0].ucm.add_call(&call);
    let report = rig.sync().await.unwrap();
    let server = &report["servers"][0];
    assert_eq!(server["status"], "complete", "{report}");
    let detail = server["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("begins anew"), "{report}");
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_keeps_the_calls_and_an_upgrade_keep_what_is_remembered() {
    let rig = complete(4).await;
    let identity = || rig.journal.handle().records("x_ucm_journal")[0]["x_identity"].clone();
    let before = identity();
    done(&rig, "DELETE", "/setup?data=keep").await;
    rig.setup().await.unwrap();
    rig.setup().await.unwrap();
    assert_eq!(identity(), before);
    rig.advance(minutes(16));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["odoo_requests"], 0, "{report}");
    assert!(!remarks(&report).contains("anew"), "{report}");
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_module_without_an_identity_works_and_gets_one() {
    let rig = complete(5).await;
    let all = json!([]);
    rig.journal
        .remove_records("x_ucm_journal", all)
        .await
        .unwrap();
    rig.advance(minutes(16));
    rig.sync().await.unwrap();
    assert_eq!(rig.journal.handle().records("x_ucm_journal").len(), 1);
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_module_that_lacks_an_outcome_stops_the_run_and_loses_nothing() {
    let rig = rig(6, json!({})).await;
    let lacking = json!([["value", "=", "no_answer"]]);
    let choices = "ir.model.fields.selection";
    rig.journal.remove_records(choices, lacking).await.unwrap();
    let report = rig.sync().await.unwrap();
    let server = &report["servers"][0];
    assert_eq!(server["status"], "needs_attention", "{report}");
    assert_eq!(server["dead_letters"], 0, "{report}");
    let error = server["detail"].as_str().unwrap();
    assert!(
        error.contains("x_outcome") && error.contains("POST /setup"),
        "{error}"
    );

    rig.setup().await.unwrap();
    rig.advance(minutes(16));
    rig.run_to_completion(5).await.unwrap();
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_bridges_on_one_store_do_not_see_one_another() {
    let pushes = json!({ "push_secret": SECRET });
    let first = rig(6, pushes.clone()).await;
    let second = rig(7, pushes).await.sharing_state_of(&first);
    let second = second.with_variable("store_prefix", "second");
    for rig in [&first, &second] {
        rig.journal.handle().go_down().await;
        push_all(rig).await;
        rig.journal.handle().come_back().await;
    }
    for rig in [&first, &second, &first] {
        rig.advance(minutes(16));
        rig.run_to_completion(5).await.unwrap();
        compare::complete(rig).await.unwrap();
    }
    compare::complete(&second).await.unwrap();
    let keys = first.store().unwrap().keys().unwrap();
    let of = |name: &str| keys.iter().filter(|key| key.starts_with(name)).count();
    assert!(of("ucm-odoo:") > 5 && of("second:") > 5, "{keys:?}");
    assert_eq!(of("ucm-odoo:") + of("second:"), keys.len(), "{keys:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_version_before_has_left_is_taken_over_once() {
    let rig = push_only(8).await;
    rig.journal.handle().go_down().await;
    push_all(&rig).await;
    rig.journal.handle().come_back().await;
    make_old(&rig);
    let left = rig.store().unwrap().keys().unwrap();
    assert!(
        left.iter().any(|key| key.starts_with("inbox/paris/")),
        "{left:?}"
    );
    rig.advance(minutes(1));
    let app = rig.app().start().await.unwrap();
    let at = rig.clock.now();
    // Two at once.
    let (one, other) = tokio::join!(app.fire_cron("cdr-poll", at), app.fire_cron("cdr-poll", at));
    app.stop().await;
    one.unwrap();
    other.unwrap();
    rig.advance(minutes(1));
    rig.tick().await.unwrap();
    compare::complete(&rig).await.unwrap();
    let keys = rig.store().unwrap().keys().unwrap();
    assert!(
        keys.iter().all(|key| key.starts_with("ucm-odoo:")),
        "{keys:?}"
    );
    assert!(!keys.iter().any(|key| key.contains(":inbox:")), "{keys:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_waits_for_the_odoo_that_it_was_meant_for() {
    let mut rig = push_only(9).await;
    rig.advance(minutes(11));
    rig.tick().await.unwrap();
    rig.journal.handle().go_down().await;
    push_all(&rig).await;
    let first = move_to(&mut rig, Journal::simulated(19).await.unwrap()).await;
    for _ in 0..3 {
        rig.advance(minutes(2));
        rig.tick().await.unwrap();
    }
    let retried = rig.try_letters_again("paris").await.unwrap();
    let letters = rig.letters("paris").await.unwrap();
    let letter = &letters[0];
    assert_eq!(letter["elsewhere"], json!(true), "{letter}");
    let reason = letter["reason"].as_str().unwrap();
    assert!(
        reason.contains("odoo_url") && reason.contains(&first.reached().url),
        "{reason}"
    );
    let id = letter["id"].as_str().unwrap();
    let path = format!("/replay?server=paris&letter={id}");
    let (status, refused) = rig.request("POST", &path).await.unwrap();
    assert_eq!(
        (status, &refused["refused"]),
        (502, &json!(1)),
        "{refused} {retried}"
    );
    assert_eq!(rig.journal.count("paris").await.unwrap(), 0);
    let status = done(&rig, "GET", "/status").await;
    assert_eq!(status["ok"], json!(false), "{status}");
    assert!(
        status["servers"][0]["elsewhere"].as_u64().unwrap() >= CALLS as u64,
        "{status}"
    );

    first.handle().come_back().await;
    rig.journal = first;
    rig.advance(minutes(2));
    rig.tick().await.unwrap();
    compare::complete(&rig).await.unwrap();
    assert_eq!(
        done(&rig, "GET", "/status").await["servers"][0]["elsewhere"],
        json!(0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_another_odoo_can_be_discarded() {
    let mut rig = push_only(10).await;
    rig.journal.handle().go_down().await;
    push_all(&rig).await;
    let _first = move_to(&mut rig, Journal::simulated(19).await.unwrap()).await;
    for letter in rig.letters("paris").await.unwrap() {
        let path = format!("/dead-letters/paris/{}", letter["id"].as_str().unwrap());
        let shown = done(&rig, "GET", &path).await;
        assert_eq!(done(&rig, "DELETE", &path).await, shown);
        assert!(
            shown["payload"].as_str().unwrap().contains("legs"),
            "{shown}"
        );
    }
    assert!(rig.letters("paris").await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_another_odoo_is_discarded_between_two_runs_or_not_at_all() {
    let mut rig = rig(11, json!({})).await;
    let unread = json!({ "cdr_root": [{ "session": "1781504500123456-1001", "start": "yesterday", "disposition": "BUSY" }] });
    let page = UcmFault::json("cdrapi", &unread.to_string());
    rig.sites[0].ucm.fault(page);
    rig.tick().await.unwrap();
    rig.sites[0].ucm.clear_faults();
    let _first = move_to(&mut rig, Journal::simulated(19).await.unwrap()).await;
    let is_kept = |rig: &Rig| {
        let store = rig.store().unwrap();
        let keys = store.keys().unwrap().into_iter();
        let mut values = keys.filter_map(|key| store.get(&key).unwrap());
        values.any(|value| String::from_utf8_lossy(&value).contains("yesterday"))
    };
    let listed = rig.letters("paris").await.unwrap();
    assert_eq!(listed[0]["elsewhere"], json!(true), "{listed:?}");
    let path = format!("/dead-letters/paris/{}", listed[0]["id"].as_str().unwrap());

    rig.advance(minutes(16));
    let odoo = rig.journal.handle();
    let (fault, held) = OdooFault::held();
    odoo.fault(fault.on("x_ucm_call", "create"));
    let discarded = async {
        held.arrived().await;
        let answered = rig.request("DELETE", &path).await.unwrap();
        drop(held);
        answered
    };
    let (ran, (status, problem)) = tokio::join!(rig.tick(), discarded);
    ran.unwrap();
    assert_eq!(
        (status, &problem["type"]),
        (503, &json!("urn:ucm-odoo:at-work")),
        "{problem}"
    );
    odoo.clear_faults();
    // Nothing was done: it is kept and in sight.
    assert!(is_kept(&rig));
    assert_eq!(rig.letters("paris").await.unwrap(), listed);

    let discarded = done(&rig, "DELETE", &path).await;
    assert!(
        discarded["payload"].to_string().contains("yesterday"),
        "{discarded}"
    );
    assert!(!is_kept(&rig));
    assert!(rig.letters("paris").await.unwrap().is_empty());
    assert_eq!(rig.request("DELETE", &path).await.unwrap().0, 404);
}

/// A server that is never polled: what arrives was pushed.
async fn push_only(seed: u64) -> Rig {
    rig(seed, json!({ "push_secret": SECRET, "poll": false })).await
}

/// Pushes every record of the office, and waits until nothing more is done with them.
async fn push_all(rig: &Rig) {
    let app = rig.app().start().await.unwrap();
    for record in rig.sites[0].ucm.pushed_records(false) {
        let request = http::Request::builder()
            .method("POST")
            .uri("http://localhost/webhook/paris")
            .header("authorization", format!("Bearer {SECRET}"))
            .body(Bytes::from(record))
            .unwrap();
        assert_eq!(app.request(request).await.unwrap().status(), 200);
    }
    app.settled().await;
    app.stop().await;
}

/// Calls everything in the store as the version before did; the values were the same.
fn make_old(rig: &Rig) {
    let store = rig.store().unwrap();
    for key in store.keys().unwrap() {
        let value = store.get(&key).unwrap().unwrap();
        let parts: Vec<&str> = key.split(':').collect();
        let old = match parts.as_slice() {
            [_, "inbox", _, server, slot] => format!("inbox/{server}/{slot}"),
            [_, "letters", _, server] => format!("server/{server}/dead-letters"),
            [_, "listens", server, slot] => format!("listens/{server}/{slot}"),
            [_, "server", server, what] => format!("server/{server}/{what}"),
            [_, "journal", _, _, "server", server, what] => format!("server/{server}/{what}"),
            [_, "odoo", _, what] => (*what).to_owned(),
            _ => panic!("{key}"),
        };
        store.delete(&key).unwrap();
        // The version before did not know which journal it was.
        if old != "journal" {
            store.set(&old, &value).unwrap();
        }
    }
}

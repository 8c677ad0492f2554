//! What was set aside: tried again, it comes in once; discarded, it is handed over; shown, it names nobody.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::time::Duration;

use bytes::Bytes;
use chrono_clock::{DateTime, TimeDelta, Utc};
use peers::odoo::Fault as OdooFault;
use peers::ucm::{Call, Fault, Scenario};
use serde_json::{Value, json};
use system::{Journal, Rig, Site, compare, french_ucm};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

/// Three callers, of whom Odoo will not have the second.
const CALLERS: [(&str, &str); 3] = [
    ("+33142667701", "Ana"),
    ("+33142667702", "Zoé"),
    ("+33142667703", "Luc"),
];

async fn rig() -> Rig {
    let ucm = french_ucm(now());
    let ucm = ucm.start().await.unwrap();
    for (minute, (number, name)) in (1..).zip(CALLERS) {
        let start = now() - Duration::from_secs(600 * minute);
        ucm.add_call(&Call::new(Scenario::Answered, start).with(number, name));
    }
    Rig::around(Journal::simulated(19).await.unwrap(), now())
        .site(Site::new("paris", ucm).with(json!({ "time_zone": "Europe/Paris" })))
        .variable("public_url", "https://bridge.example.com")
        .variable("link_secret", "a-secret-for-links-of-this-test")
        .start()
        .await
        .unwrap()
}

/// A rule of this Odoo that the call or the contact of the second caller breaks.
fn refuse(rig: &Rig, model: &str) {
    let fault = OdooFault::validation_error("Zoé may not be called at 0142667702");
    rig.journal
        .handle()
        .fault(fault.on(model, "create").with("Zoé"));
}

async fn retry(rig: &Rig, letter: &str) -> (u16, Value) {
    let path = format!("/replay?server=paris&letter={letter}");
    rig.request("POST", &path).await.unwrap()
}

/// That one record is set aside, and where it is, in the report of a run, on the status page in four languages, and for monitors.
async fn assert_said(rig: &Rig, server: &Value) {
    assert_eq!(server["set_aside"], 1, "{server}");
    let detail = server["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("1 record is set aside") && detail.contains("/dead-letters/paris"),
        "{detail}"
    );
    let ask = |path: &str, accept: &str, language: &str| {
        let request = http::Request::get(format!("http://localhost{path}"))
            .header("authorization", format!("Bearer {}", system::ADMIN_TOKEN))
            .header("accept", accept)
            .header("accept-language", language);
        rig.send(request.body(Bytes::new()).unwrap())
    };
    for (language, words) in [
        ("en", "records are set aside"),
        ("fr", "enregistrements sont mis de côté"),
        ("es", "hay registros apartados"),
        ("de", "Datensätze sind beiseitegelegt"),
    ] {
        let page = ask("/status", "text/html", language).await.unwrap();
        let page = String::from_utf8_lossy(page.body()).into_owned();
        assert!(
            page.contains(words) && page.contains("/dead-letters/paris"),
            "{page}"
        );
    }
    let metrics = ask("/metrics", "*/*", "en").await.unwrap();
    let metrics = String::from_utf8_lossy(metrics.body()).into_owned();
    assert!(
        metrics.contains("ucm_odoo_dead_letters{server=\"paris\"} 1"),
        "{metrics}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_call_comes_in_once_when_it_is_tried_again() {
    let rig = rig().await;
    refuse(&rig, "x_ucm_call");
    let report = rig.sync().await.unwrap();
    let server = &report["servers"][0];
    assert_eq!(
        (&server["calls_new"], &server["dead_letters"]),
        (&json!(2), &json!(1)),
        "{report}"
    );
    assert_said(&rig, server).await;
    // A later run that sets nothing aside says so as well.
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["dead_letters"], 0, "{report}");
    assert_said(&rig, &report["servers"][0]).await;
    let [letter] = &rig.letters("paris").await.unwrap()[..] else {
        panic!("one letter expected");
    };
    for personal in ["Zoé may", "42667702", "142667702"] {
        let is_name = personal.starts_with('Z');
        assert_eq!(letter.to_string().contains(personal), is_name, "{letter}");
    }
    assert!(!letter["payload"].to_string().contains("Zoé"), "{letter}");

    let (status, retried) = retry(&rig, "all").await;
    assert_eq!((status, &retried["refused"]), (502, &json!(1)), "{retried}");
    rig.journal.handle().clear_faults();
    let id = rig.letters("paris").await.unwrap()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (status, retried) = retry(&rig, &id).await;
    assert_eq!(
        (status, &retried["delivered"]),
        (200, &json!(1)),
        "{retried}"
    );
    compare::complete(&rig).await.unwrap();
    assert!(rig.letters("paris").await.unwrap().is_empty());
    let report = rig.sync().await.unwrap();
    let server = &report["servers"][0];
    assert_eq!(
        (&server["set_aside"], &server["detail"]),
        (&json!(0), &Value::Null),
        "{server}"
    );
    // It is gone, and trying everything again does nothing.
    assert_eq!(retry(&rig, &id).await.0, 404);
    let (status, retried) = retry(&rig, "all").await;
    assert_eq!(
        (status, &retried["delivered"]),
        (200, &json!(0)),
        "{retried}"
    );
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_contact_is_made_and_linked_when_its_call_is_tried_again() {
    let rig = rig().await;
    refuse(&rig, "res.partner");
    rig.sync().await.unwrap();
    let number = CALLERS[1].0;
    let of_caller = |calls: Vec<Value>| {
        let of = |call: &Value| call["x_number"] == number;
        calls.into_iter().find(of).unwrap()
    };
    let call = of_caller(rig.journal.calls("paris").await.unwrap());
    assert_eq!(call["x_partner_id"], false, "{call}");
    assert_eq!(rig.letters("paris").await.unwrap().len(), 1);
    rig.journal.handle().clear_faults();
    let (status, retried) = retry(&rig, "all").await;
    assert_eq!(
        (status, &retried["delivered"]),
        (200, &json!(1)),
        "{retried}"
    );
    let call = of_caller(rig.journal.calls("paris").await.unwrap());
    assert!(call["x_partner_id"].is_array(), "{call}");
    assert_eq!(rig.journal.contacts(number).await.unwrap().len(), 1);
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_of_the_day_settles_what_it_brings_in() {
    let rig = rig().await;
    refuse(&rig, "x_ucm_call");
    rig.sync().await.unwrap();
    assert_eq!(rig.letters("paris").await.unwrap().len(), 1);
    rig.journal.handle().clear_faults();
    let path = "/replay?server=paris&from=2026-06-15&to=2026-06-15";
    let (status, replayed) = rig.request("POST", path).await.unwrap();
    assert_eq!(
        (status, &replayed["calls_new"]),
        (200, &json!(1)),
        "{replayed}"
    );
    assert!(rig.letters("paris").await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_odoo_refuses_stops_no_other() {
    let rig = rig().await;
    let ucm = &rig.sites[0].ucm;
    // Recordings are named late, and not when they are asked for: all three calls change.
    ucm.switches(|switches| switches.late_recordfiles_secs = Some(3_600));
    ucm.fault(Fault::app_status("getRecordInfosByCall", -19));
    rig.sync().await.unwrap();
    rig.advance(Duration::from_secs(3_600));
    let odoo = rig.journal.handle();
    let refusal = OdooFault::validation_error("Zoé may not be changed");
    odoo.fault(refusal.on("ir.actions.server", "run").with("Zoé"));
    let report = rig.sync().await.unwrap();
    let server = &report["servers"][0];
    assert_eq!(
        (&server["calls_changed"], &server["dead_letters"]),
        (&json!(2), &json!(1)),
        "{report}"
    );
    let listed = rig.letters("paris").await.unwrap();
    odoo.clear_faults();
    let (status, retried) = retry(&rig, listed[0]["id"].as_str().unwrap()).await;
    assert_eq!(
        (status, &retried["delivered"]),
        (200, &json!(1)),
        "{retried}"
    );
    compare::complete(&rig).await.unwrap();
}

/// The company of its server was changed, and the key's user is not of the one before.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_the_bridge_may_not_see_stops_no_other() {
    let rig = rig().await;
    rig.sync().await.unwrap();
    let odoo = rig.journal.handle();
    let calls = rig.journal.calls("paris").await.unwrap();
    let others = format!("[('id', '!=', {})]", calls[0]["id"]);
    let rule = odoo.show_only("x_ucm_call", &others).unwrap();
    assert_eq!(rig.journal.count("paris").await.unwrap(), 2);
    rig.forget_state().unwrap();
    let call = Call::new(Scenario::Answered, rig.clock.now());
    rig.sites[0].ucm.add_call(&call.with(CALLERS[0].0, "Ana"));
    rig.advance(Duration::from_secs(16 * 60));
    let begun = rig.clock.now();
    let report = rig.sync().await.unwrap();
    // A replica would have had the time to hear of it.
    let took = rig.clock.now() - begun;
    assert!(took >= TimeDelta::seconds(3), "{took}");
    let server = &report["servers"][0];
    assert_eq!(
        (&server["status"], &server["calls_new"]),
        (&json!("complete"), &json!(1)),
        "{report}"
    );
    let listed = rig.letters("paris").await.unwrap();
    assert_eq!(listed.len(), 1, "{listed:?}");
    let reason = listed[0]["reason"].as_str().unwrap();
    assert!(reason.contains("may not see"), "{reason}");
    // Once it may be seen, nothing is written twice.
    odoo.unlink("ir.rule", rule).unwrap();
    let (_, retried) = retry(&rig, "all").await;
    assert_eq!(retried["delivered"], 1, "{retried}");
    compare::complete(&rig).await.unwrap();
}

/// It is refused once, while another call is changed by somebody else, so that both are looked at again.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_taken_in_a_later_round_is_not_set_aside() {
    let rig = rig().await;
    let ucm = &rig.sites[0].ucm;
    ucm.switches(|switches| switches.late_recordfiles_secs = Some(3_600));
    ucm.fault(Fault::app_status("getRecordInfosByCall", -19));
    rig.sync().await.unwrap();
    rig.advance(Duration::from_secs(3_600));
    let start = rig.clock.now() - Duration::from_secs(300);
    ucm.add_call(&Call::new(Scenario::Answered, start).with("+33142667704", "Max"));
    let odoo = rig.journal.handle();
    let refusal = OdooFault::validation_error("not now");
    odoo.fault(
        refusal
            .on("x_ucm_call", "create")
            .with("+33142667704")
            .times(2),
    );
    let (change, held) = OdooFault::held();
    odoo.fault(change.on("ir.actions.server", "run").times(1));
    let another = async {
        held.arrived().await;
        let calls = rig.journal.calls("paris").await.unwrap();
        let write = json!([[calls[0]["id"]], { "x_fingerprint": false }]);
        let written = rig.journal.call("x_ucm_call", "write", write, json!({}));
        written.await.unwrap();
        drop(held);
    };
    let (report, ()) = tokio::join!(rig.sync(), another);
    let report = report.unwrap();
    let server = &report["servers"][0];
    assert_eq!(
        (&server["calls_new"], &server["dead_letters"]),
        (&json!(1), &json!(0)),
        "{report}"
    );
    assert!(!odoo.has_faults() && rig.letters("paris").await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_read_stays_until_somebody_discards_it() {
    let rig = rig().await;
    let page = json!({ "cdr_root": [{ "session": "1781504500123456-0142667702", "AcctId": "9", "start": "yesterday",
        "src": "0142667702", "disposition": "ANSWERED" }] });
    rig.sites[0]
        .ucm
        .fault(Fault::json("cdrapi", &page.to_string()));
    rig.sync().await.unwrap();
    rig.advance(Duration::from_secs(60));
    rig.sync().await.unwrap();
    // Neither the poll nor another try makes it readable.
    let (status, retried) = retry(&rig, "all").await;
    assert_eq!((status, &retried["refused"]), (502, &json!(1)), "{retried}");
    let listed = rig.letters("paris").await.unwrap();
    let path = format!("/dead-letters/paris/{}", listed[0]["id"].as_str().unwrap());
    let (status, discarded) = rig.request("DELETE", &path).await.unwrap();
    assert_eq!(status, 200, "{discarded}");
    assert!(discarded["payload"].as_str().unwrap().contains("yesterday"));
    assert_eq!(rig.request("DELETE", &path).await.unwrap().0, 404);
    // The UCM gives it again with every poll.
    rig.advance(Duration::from_secs(60));
    rig.sync().await.unwrap();
    assert!(rig.letters("paris").await.unwrap().is_empty());
    let (_, report) = rig.request("GET", "/status").await.unwrap();
    assert_eq!(report["servers"][0]["dead_letters"], 0, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_discards_while_a_run_is_at_work_stays_so() {
    let rig = rig().await;
    refuse(&rig, "x_ucm_call");
    rig.sync().await.unwrap();
    let listed = rig.letters("paris").await.unwrap();
    let path = format!("/dead-letters/paris/{}", listed[0]["id"].as_str().unwrap());
    rig.advance(Duration::from_secs(16 * 60));
    // The next call is refused as well, and Odoo takes its time: until then the run knows the letter of before.
    let call = Call::new(
        Scenario::Answered,
        rig.clock.now() - Duration::from_secs(300),
    );
    rig.sites[0].ucm.add_call(&call.with(CALLERS[0].0, "Zoé"));
    let odoo = rig.journal.handle();
    let (fault, held) = OdooFault::held();
    odoo.fault(fault.on("x_ucm_call", "create"));
    let discarded = async {
        held.arrived().await;
        let answered = rig.request("DELETE", &path).await.unwrap();
        drop(held);
        answered
    };
    let (ran, (status, answer)) = tokio::join!(rig.tick(), discarded);
    ran.unwrap();
    assert_eq!(status, 200, "{answer}");
    let left = rig.letters("paris").await.unwrap();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_ne!(left[0]["id"], listed[0]["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_in_odoo_does_the_same_by_a_link() {
    let rig = rig().await;
    refuse(&rig, "x_ucm_call");
    rig.sync().await.unwrap();
    let admin = format!("Bearer {}", system::ADMIN_TOKEN);
    let ask = async |method: &str, address: &str, body: &'static str, token: Option<&str>| {
        let request = http::Request::builder()
            .method(method)
            .uri(address)
            .header("accept", "text/html")
            .header("accept-language", "de");
        let request = token.into_iter().fold(request, |request, token| {
            request.header("authorization", token)
        });
        let answer = rig.send(request.body(Bytes::from(body)).unwrap());
        let answer = answer.await.unwrap();
        let text = String::from_utf8(answer.body().to_vec()).unwrap();
        (answer.status().as_u16(), text)
    };
    // The status leads there.
    let (_, html) = ask("GET", "http://localhost/status", "", Some(&admin)).await;
    let start = html
        .find("https://bridge.example.com/dead-letters/")
        .unwrap();
    let address = html[start..].split('"').next().unwrap();
    let address = address
        .replace("&#38;", "&")
        .replace("https://bridge.example.com", "http://localhost");
    let (status, html) = ask("GET", &address, "", None).await;
    assert_eq!(status, 200, "{html}");
    assert!(
        html.contains("Beiseitegelegte") && html.contains("Alle noch einmal"),
        "{html}"
    );
    assert!(!html.contains("42667702"), "{html}");
    rig.journal.handle().clear_faults();
    let (status, html) = ask("POST", &address, "letter=all", None).await;
    assert_eq!(status, 200, "{html}");
    assert!(html.contains("Nichts ist beiseitegelegt"), "{html}");
    compare::complete(&rig).await.unwrap();
    let other = address.replace("/paris?", "/lyon?");
    assert_eq!(ask("GET", &other, "", None).await.0, 403);
}

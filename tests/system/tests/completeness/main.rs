//! The proof of completeness: what was deleted or altered in Odoo is found, healed and reported.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod devices;
mod nights;

use std::time::Duration;

use chrono_clock::{DateTime, Utc};
use peers::odoo::Fault;
use peers::ucm::Traffic;
use serde_json::{Value, json};
use system::{Journal, LINK_SECRET, RealOdoo, Rig, Site, compare, french_ucm};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

async fn rig(journal: Journal, settings: Value) -> Rig {
    rig_with(journal, settings, "").await
}

async fn rig_with(journal: Journal, settings: Value, link_secret: &str) -> Rig {
    let traffic = Traffic {
        seed: 5,
        days: 5,
        calls: 120,
    };
    let ucm = french_ucm(now()).traffic(traffic).start().await.unwrap();
    let rig = Rig::around(journal, now())
        .site(Site::new("nantes", ucm).with(settings))
        .variable("link_secret", link_secret)
        .start()
        .await
        .unwrap();
    rig.journal.remove("nantes").await.unwrap();
    rig.run_to_completion(5).await.unwrap();
    compare::complete(&rig).await.unwrap();
    rig
}

async fn simulated() -> Rig {
    let journal = Journal::simulated(19).await.unwrap();
    rig(journal, json!({"time_zone": "Europe/Paris"})).await
}

/// The calls of the 12th of June 2026 in Paris, which is two hours ahead.
async fn calls_of_the_day(rig: &Rig) -> Vec<Value> {
    let calls = rig.journal.calls("nantes").await.unwrap();
    let is_of_day = |call: &Value| {
        let start = call["x_started_at"].as_str().unwrap();
        ("2026-06-11 22:00:00".."2026-06-12 22:00:00").contains(&start)
    };
    let calls: Vec<Value> = calls.into_iter().filter(is_of_day).collect();
    assert!(calls.len() > 8, "{}", calls.len());
    calls
}

async fn change(rig: &Rig, call: &Value, values: Value) {
    let args = json!([[call["id"]], values]);
    rig.journal
        .call("x_ucm_call", "write", args, json!({}))
        .await
        .unwrap();
}

async fn delete(rig: &Rig, calls: &[Value]) {
    let ids: Vec<&Value> = calls.iter().map(|call| &call["id"]).collect();
    rig.journal
        .call("x_ucm_call", "unlink", json!([ids]), json!({}))
        .await
        .unwrap();
}

async fn read(rig: &Rig, call: &Value) -> Value {
    let rows = rig
        .journal
        .call("x_ucm_call", "read", json!([[call["id"]]]), json!({}))
        .await;
    rows.unwrap()[0].clone()
}

async fn prove(rig: &Rig) -> (u16, Value) {
    let path = "/completeness?server=nantes&from=2026-06-12&to=2026-06-12";
    rig.request("POST", path).await.unwrap()
}

async fn known(rig: &Rig, day: &str) -> Value {
    let (status, known) = rig.request("GET", "/completeness").await.unwrap();
    assert_eq!(status, 200, "{known}");
    let days = known["servers"]["nantes"]["days"].as_array().unwrap();
    days.iter()
        .find(|proof| proof["day"] == day)
        .cloned()
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_day_is_found_healed_and_reported() {
    let mut journals = Vec::new();
    for series in [17, 18, 19] {
        journals.push(Journal::simulated(series).await.unwrap());
    }
    if let Some(odoo) = RealOdoo::from_environment() {
        journals.push(Journal::real(odoo).await.unwrap());
    }
    for journal in journals {
        let rig = rig(journal, json!({"time_zone": "Europe/Paris"})).await;
        let calls = calls_of_the_day(&rig).await;
        let held = calls.len();
        let (status, proof) = prove(&rig).await;
        assert_eq!((status, &proof["whole"]), (200, &json!(true)), "{proof}");
        let day = &proof["days"][0];
        assert_eq!(
            (&day["ucm"], &day["odoo"]),
            (&json!(held), &json!(held)),
            "{day}"
        );
        assert_eq!(day["zone"], "Europe/Paris");

        // Three deleted, one altered behind the back of its fingerprint; a person's note and contact on that one.
        let partner = rig
            .journal
            .create("res.partner", json!({"name": "Chosen by hand"}))
            .await
            .unwrap();
        let altered = &calls[5];
        let damage = json!({
            "x_talk_seconds": 9_999, "x_caller_name": "Nobody", "x_notes": "Call back", "x_partner_id": partner, "x_match": "manual",
        });
        change(&rig, altered, damage).await;
        delete(&rig, &calls[..3]).await;
        assert!(compare::complete(&rig).await.is_err());

        let (status, proof) = prove(&rig).await;
        assert_eq!((status, &proof["whole"]), (200, &json!(true)), "{proof}");
        let day = &proof["days"][0];
        assert_eq!(
            (&day["ucm"], &day["odoo"]),
            (&json!(held), &json!(held - 3)),
            "{day}"
        );
        assert_eq!(
            (&day["missing"], &day["altered"]),
            (&json!(3), &json!(1)),
            "{day}"
        );
        assert_eq!(
            day["altered_fields"],
            json!(["x_caller_name", "x_talk_seconds"])
        );
        assert_eq!(
            (&day["still_missing"], &day["still_altered"]),
            (&json!(0), &json!(0)),
            "{day}"
        );
        compare::complete(&rig).await.unwrap();
        let healed = read(&rig, altered).await;
        assert_eq!(healed["x_talk_seconds"], altered["x_talk_seconds"]);
        assert!(healed["x_notes"].as_str().unwrap().contains("Call back"));
        assert_eq!(healed["x_partner_id"][0], partner);
        assert_eq!(known(&rig, "2026-06-12").await["missing"], 3);

        // Once more: nothing is left to find, and nothing is written.
        let (_, proof) = prove(&rig).await;
        let day = &proof["days"][0];
        assert_eq!(
            (&day["odoo"], &day["missing"], &day["altered"]),
            (&json!(held), &json!(0), &json!(0))
        );
        rig.journal.remove("nantes").await.unwrap();
        let args = json!([[partner]]);
        rig.journal
            .call("res.partner", "unlink", args, json!({}))
            .await
            .unwrap();
    }
}

/// Whoever may change a call can write its legs, too.
#[tokio::test(flavor = "multi_thread")]
async fn legs_that_somebody_has_added_are_found_and_stay_visible_until_the_call_is_read_anew() {
    let journal = Journal::simulated(19).await.unwrap();
    let settings = json!({"time_zone": "Europe/Paris"});
    let rig = rig_with(journal, settings, LINK_SECRET).await;
    let calls = calls_of_the_day(&rig).await;
    let (status, proof) = prove(&rig).await;
    assert_eq!((status, &proof["whole"]), (200, &json!(true)), "{proof}");
    let call = &calls[3];
    let legs = read(&rig, call).await["x_legs"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut forged: Value = serde_json::from_str(&legs).unwrap();
    let mut leg = forged["legs"][0].clone();
    leg["a"] = json!("7007");
    forged["legs"].as_array_mut().unwrap().push(leg);
    change(&rig, call, json!({ "x_legs": forged.to_string() })).await;
    for _ in 0..2 {
        let (_, proof) = prove(&rig).await;
        let day = &proof["days"][0];
        assert_eq!(
            (&proof["whole"], &day["still_altered"]),
            (&json!(false), &json!(1)),
            "{day}"
        );
        assert_eq!(day["altered_fields"][0], "x_legs", "{day}");
    }
    // What the UCM shows itself is not to be talked over, and that a later version has written a row is not for everybody to say.
    let mut talked: Value = serde_json::from_str(&legs).unwrap();
    talked["legs"][0]["b"] = json!(9_000);
    let later = json!({ "v": 2, "legs": [] });
    for (forged, other) in [(talked, 4), (later, 5)] {
        let call = &calls[other];
        let before = read(&rig, call).await;
        change(
            &rig,
            call,
            json!({ "x_legs": forged.to_string(), "x_talk_seconds": 9_000 }),
        )
        .await;
        let (_, proof) = prove(&rig).await;
        let day = &proof["days"][0];
        assert_eq!(
            (&day["altered"], &day["still_altered"]),
            (&json!(2), &json!(1)),
            "{day}"
        );
        let after = read(&rig, call).await;
        assert_eq!(after["x_legs"], before["x_legs"]);
        assert_eq!(after["x_talk_seconds"], before["x_talk_seconds"]);
    }
    // A seal that is missing, or is of a secret before, is no alteration: it is made anew.
    let unsealed = |text: &str| {
        let mut legs: Value = serde_json::from_str(text).unwrap();
        legs.as_object_mut().unwrap().remove("seal");
        json!({ "x_legs": legs.to_string() })
    };
    let before = read(&rig, &calls[6]).await;
    change(
        &rig,
        &calls[6],
        unsealed(before["x_legs"].as_str().unwrap()),
    )
    .await;
    let (_, proof) = prove(&rig).await;
    assert_eq!(proof["days"][0]["altered"], 1, "{proof}");
    assert_eq!(read(&rig, &calls[6]).await["x_legs"], before["x_legs"]);
    // Nothing is taken out that may have been pushed: a person decides, and removes the call.
    delete(&rig, &calls[3..4]).await;
    let (_, proof) = prove(&rig).await;
    let day = &proof["days"][0];
    assert_eq!(
        (&proof["whole"], &day["missing"]),
        (&json!(true), &json!(1)),
        "{day}"
    );
    let calls = calls_of_the_day(&rig).await;
    let anew = calls
        .iter()
        .find(|anew| anew["x_uid"] == call["x_uid"])
        .unwrap();
    assert_eq!(read(&rig, anew).await["x_legs"], legs.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_healed_stays_visible_until_it_is() {
    let rig = simulated().await;
    let calls = calls_of_the_day(&rig).await;
    delete(&rig, &calls[..1]).await;
    rig.journal
        .handle()
        .fault(Fault::user_error("Not today").on("x_ucm_call", "create"));
    let (status, proof) = prove(&rig).await;
    assert_eq!((status, &proof["whole"]), (502, &json!(false)), "{proof}");
    let day = known(&rig, "2026-06-12").await;
    assert_eq!(
        (&day["missing"], &day["still_missing"]),
        (&json!(1), &json!(1)),
        "{day}"
    );
    let why = day["why"].as_str().unwrap();
    assert!(why.contains("set aside"), "{why}");
    let (_, known_now) = rig.request("GET", "/completeness").await.unwrap();
    assert_eq!(known_now["whole"], false);
    // The night's round finds it again, and an hour later Odoo takes it.
    rig.advance(Duration::from_secs(12 * 3_600));
    rig.tick().await.unwrap();
    assert_eq!(known(&rig, "2026-06-12").await["still_missing"], 1);
    rig.journal.handle().clear_faults();
    rig.advance(Duration::from_secs(3_660));
    rig.tick().await.unwrap();
    assert_eq!(known(&rig, "2026-06-12").await["still_missing"], 0);
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_only_odoo_has_is_shown_and_is_no_error() {
    let rig = simulated().await;
    let held = calls_of_the_day(&rig).await.len();
    let values = json!({
        "x_name": "An old call", "x_uid": "nantes/1000", "x_server": "nantes", "x_session": "1000", "x_started_at": "2026-06-12 08:00:00",
        "x_direction": "inbound", "x_outcome": "missed",
    });
    rig.journal.create("x_ucm_call", values).await.unwrap();
    let (status, proof) = prove(&rig).await;
    let day = &proof["days"][0];
    assert_eq!((status, &proof["whole"]), (200, &json!(true)), "{proof}");
    assert_eq!(
        (&day["odoo"], &day["only_in_odoo"]),
        (&json!(held + 1), &json!(1)),
        "{day}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_sees_it() {
    let rig = simulated().await;
    for method in ["GET", "POST"] {
        let request = http::Request::builder()
            .method(method)
            .uri("http://localhost/completeness?server=nantes&from=2026-06-12&to=2026-06-12")
            .body(bytes::Bytes::new())
            .unwrap();
        assert_eq!(rig.send(request).await.unwrap().status(), 401, "{method}");
    }
    let (status, _) = rig
        .request(
            "POST",
            "/completeness?server=nobody&from=2026-06-12&to=2026-06-12",
        )
        .await
        .unwrap();
    assert_eq!(status, 404);
    let (status, problem) = rig
        .request(
            "POST",
            "/completeness?server=nantes&from=june&to=2026-06-12",
        )
        .await
        .unwrap();
    assert_eq!(status, 400, "{problem}");
}

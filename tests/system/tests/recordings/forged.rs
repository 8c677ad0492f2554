//! Whoever may change a call in Odoo can write the legs that are stored with it: that opens no recording of another call.

use super::*;

const DAY: u64 = 86_400;
const CALLS: &str = "x_ucm_call";

/// A server with two recorded calls, the earlier one first.
async fn two_calls(settings: Value) -> Rig {
    let hours = chrono_clock::TimeDelta::hours;
    let calls = [2, 1].map(|ago| Call::new(Scenario::Answered, now() - hours(ago)).talking(20));
    let ucm = french_ucm(now()).calls(calls).start().await.unwrap();
    rig_with(ucm, settings, &[]).await
}

async fn rows(rig: &Rig) -> Vec<Value> {
    let fields = json!([
        [["x_server", "=", "paris"]],
        [
            "x_uid",
            "x_legs",
            "x_recording_url",
            "x_recording_links",
            "x_copy_state",
            "x_copy_detail",
            "x_copy_ids",
            "x_fingerprint"
        ]
    ]);
    let order = json!({ "order": "id" });
    let rows = rig.journal.call(CALLS, "search_read", fields, order).await;
    rows.unwrap().as_array().unwrap().clone()
}

async fn write(rig: &Rig, row: &Value, values: Value) {
    let args = json!([[row["id"]], values]);
    let written = rig.journal.call(CALLS, "write", args, json!({})).await;
    written.unwrap();
}

/// Polls, reads the time again, and looks the links over, in days when that is due.
async fn everything(rig: &Rig) {
    rig.run_to_completion(3).await.unwrap();
    replay(rig).await;
    rig.advance(Duration::from_secs(40 * DAY));
    rig.run_to_completion(3).await.unwrap();
}

/// What somebody has written goes, and the UCM is asked.
async fn read_anew(rig: &Rig, row: &Value) {
    let nothing = json!({ "x_legs": false, "x_fingerprint": false });
    write(rig, row, nothing).await;
    replay(rig).await;
}

async fn replay(rig: &Rig) {
    let replayed = rig.request("POST", "/replay?server=paris&from=2026-06-15&to=2026-06-15");
    assert_eq!(replayed.await.unwrap().0, 200);
}

fn legs(row: &Value) -> Value {
    serde_json::from_str(row["x_legs"].as_str().unwrap()).unwrap()
}

/// The legs of the first call with the recording of the second, in the ways of someone who has a program.
fn forgeries(rows: &[Value]) -> Vec<Value> {
    let [own, other] = [legs(&rows[0]), legs(&rows[1])];
    let mut recordings = other["legs"].as_array().unwrap().iter();
    let recordings = recordings.find_map(|leg| leg.get("rec")).unwrap().clone();
    let mut swapped = own.clone();
    for leg in swapped["legs"].as_array_mut().unwrap() {
        if leg.get("rec").is_some() {
            leg["rec"] = recordings.clone();
        }
    }
    let mut added = own.clone();
    let mut leg = own["legs"][0].clone();
    leg["rec"] = recordings;
    leg["a"] = json!("7007");
    added["legs"].as_array_mut().unwrap().push(leg);
    let mut ways = vec![other.clone()];
    for forged in [swapped, added] {
        for seal in [Value::Null, own["seal"].clone(), other["seal"].clone()] {
            let mut forged = forged.clone();
            forged["seal"] = seal;
            ways.push(forged);
        }
    }
    ways
}

/// The audio that the links of `row` lead to.
async fn heard(rig: &Rig, row: &Value) -> Vec<Bytes> {
    let app = rig.app().start().await.unwrap();
    let links = row["x_recording_links"].as_str().unwrap_or_default();
    let first = row["x_recording_url"].as_str().unwrap_or_default();
    let pages = links.split("href=\"").skip(1);
    let pages = pages.map(|link| link.split_once('"').unwrap().0.replace("&amp;", "&"));
    let mut heard = Vec::new();
    for page in pages
        .chain([first.to_owned()])
        .filter(|page| !page.is_empty())
    {
        let page = page.strip_prefix("https://bridge.example.com").unwrap();
        let answer = get(&app, &audio(page), "").await;
        assert_eq!(answer.status(), 200);
        heard.push(answer.into_body());
    }
    app.stop().await;
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_legs_link_nothing_and_a_call_that_is_read_anew_has_its_own() {
    let rig = two_calls(json!({})).await;
    let genuine = rows(&rig).await;
    let other = &heard(&rig, &genuine[1]).await[0];
    assert_ne!(other, &heard(&rig, &genuine[0]).await[0]);
    let forgeries = forgeries(&genuine);
    assert_eq!(forgeries.len(), 7);
    for forged in forgeries {
        let forged = forged.to_string();
        let values = json!({
            "x_legs": forged, "x_recording_url": false, "x_recording_links": false, "x_recording_count": 9, "x_fingerprint": false,
        });
        write(&rig, &genuine[0], values).await;
        everything(&rig).await;
        let row = &rows(&rig).await[0];
        assert!(!heard(&rig, row).await.contains(other), "{forged}");
        // Taken away, it comes back from the UCM as it was.
        read_anew(&rig, &genuine[0]).await;
        let row = &rows(&rig).await[0];
        assert_eq!(row["x_legs"], genuine[0]["x_legs"]);
        assert_eq!(heard(&rig, row).await.len(), 2, "{forged}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_legs_copy_nothing_and_the_call_says_why() {
    let rig = two_calls(json!({ "recordings": "attach" })).await;
    let genuine = rows(&rig).await;
    assert_eq!(genuine[0]["x_copy_state"], "copied");
    for forged in forgeries(&genuine) {
        let values = json!({ "x_legs": forged.to_string(), "x_copy_state": false, "x_recording_links": false });
        write(&rig, &genuine[0], values).await;
        rig.run_to_completion(3).await.unwrap();
        let row = &rows(&rig).await[0];
        assert_eq!(row["x_copy_state"], "refused", "{forged}");
        let why = row["x_copy_detail"].as_str().unwrap();
        assert!(why.contains("do not carry the bridge's seal"), "{why}");
        assert_eq!(
            row["x_copy_ids"], genuine[0]["x_copy_ids"],
            "what is there stays"
        );
    }
    read_anew(&rig, &genuine[0]).await;
    rig.run_to_completion(3).await.unwrap();
    let row = &rows(&rig).await[0];
    assert_eq!(
        (&row["x_copy_state"], &row["x_copy_ids"]),
        (&json!("copied"), &genuine[0]["x_copy_ids"])
    );
}

/// A letter that only names its call is read from Odoo when it is tried again.
#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_is_tried_again_vouches_for_nobody() {
    let rig = two_calls(json!({})).await;
    let genuine = rows(&rig).await;
    let other = &heard(&rig, &genuine[1]).await[0];
    let closed = genuine[0]["x_fingerprint"].as_str().unwrap();
    let refusal = OdooFault::validation_error("This call is closed");
    let refusal = refusal.on("ir.actions.server", "run").with(closed);
    rig.journal.handle().fault(refusal);
    let rig = rig
        .with_variable("link_secret", "another-secret-of-32-characters-")
        .with_variable("link_secret_previous", SECRET);
    rig.advance(Duration::from_secs(DAY));
    rig.run_to_completion(3).await.unwrap();
    rig.journal.handle().clear_faults();
    let forged = &forgeries(&genuine)[1];
    let values = json!({ "x_legs": forged.to_string(), "x_recording_links": false, "x_recording_url": false, "x_fingerprint": false });
    write(&rig, &genuine[0], values).await;
    let again = rig.try_letters_again("paris").await.unwrap();
    assert!(again["delivered"].as_u64().unwrap() > 0, "{again}");
    let row = &rows(&rig).await[0];
    assert!(!is_sealed(row) && !heard(&rig, row).await.contains(other));
}

/// What an earlier version of the bridge would have left: legs without a seal, and a store that says nothing of any.
pub(super) async fn as_before_seals(rig: &Rig) {
    for row in rows(rig).await {
        let mut legs = legs(&row);
        assert!(legs.as_object_mut().unwrap().remove("seal").is_some());
        write(rig, &row, json!({ "x_legs": legs.to_string() })).await;
    }
    let store = rig.store().unwrap();
    let key = store
        .keys()
        .unwrap()
        .into_iter()
        .find(|key| key.ends_with(":links"));
    store.delete(&key.unwrap()).unwrap();
}

fn is_sealed(row: &Value) -> bool {
    legs(row).get("seal").is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_linked_before_there_were_seals_gets_one_once() {
    let rig = two_calls(json!({})).await;
    let genuine = rows(&rig).await;
    as_before_seals(&rig).await;
    rig.advance(Duration::from_secs(DAY));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["links_renewed"], 0, "{report}");
    assert!(rows(&rig).await.iter().all(is_sealed));
    rig.advance(Duration::from_secs(500 * DAY));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["links_renewed"], 2, "{report}");
    let renewed = rows(&rig).await;
    assert_ne!(renewed[0]["x_recording_url"], genuine[0]["x_recording_url"]);
    assert_eq!(renewed[0]["x_legs"], genuine[0]["x_legs"]);
    assert_eq!(heard(&rig, &renewed[0]).await.len(), 2);
    // From then on an old link brings no new one.
    let mut forged = legs(&genuine[1]);
    assert!(forged.as_object_mut().unwrap().remove("seal").is_some());
    let links = json!({ "x_legs": forged.to_string(), "x_recording_links": genuine[1]["x_recording_links"], "x_recording_url": false });
    write(&rig, &genuine[0], links.clone()).await;
    rig.advance(Duration::from_secs(40 * DAY));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["links_renewed"], 0, "{report}");
    let row = &rows(&rig).await[0];
    assert_eq!(
        (&row["x_recording_url"], is_sealed(row)),
        (&json!(false), false)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_link_of_its_own_no_call_gets_a_seal_but_from_the_ucm() {
    let rig = two_calls(json!({})).await;
    let genuine = rows(&rig).await;
    as_before_seals(&rig).await;
    let other =
        json!({ "x_recording_links": genuine[1]["x_recording_links"], "x_recording_url": false });
    write(&rig, &genuine[0], other).await;
    write(
        &rig,
        &genuine[1],
        json!({ "x_recording_links": false, "x_recording_url": false }),
    )
    .await;
    rig.advance(Duration::from_secs(40 * DAY));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["links_renewed"], 0, "{report}");
    for row in &rows(&rig).await {
        assert!(!is_sealed(row), "{row}");
        write(&rig, row, json!({ "x_fingerprint": false })).await;
    }
    replay(&rig).await;
    let again = rows(&rig).await;
    assert_eq!(again[0]["x_legs"], genuine[0]["x_legs"]);
    assert_eq!(heard(&rig, &again[0]).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_seals_anew_before_the_old_one_goes() {
    let rig = two_calls(json!({})).await;
    let rig = rig
        .with_variable("link_secret", "another-secret-of-32-characters-")
        .with_variable("link_secret_previous", SECRET);
    rig.advance(Duration::from_secs(DAY));
    rig.run_to_completion(3).await.unwrap();
    let rig = rig
        .with_variable("link_secret", "a-third-secret-of-32-characters-")
        .with_variable("link_secret_previous", "another-secret-of-32-characters-");
    rig.advance(Duration::from_secs(DAY));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["links_renewed"], 2, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_secret_nothing_is_copied_and_with_one_what_was_left() {
    let ucm = office(Scenario::Answered, 20).await;
    let rig = rig_with(
        ucm,
        json!({ "recordings": "attach" }),
        &[("link_secret", "")],
    )
    .await;
    let row = &rows(&rig).await[0];
    assert_eq!(row["x_copy_state"], "refused");
    assert!(
        row["x_copy_detail"]
            .as_str()
            .unwrap()
            .contains("link_secret")
    );
    let rig = rig.with_variable("link_secret", SECRET);
    replay(&rig).await;
    rig.run_to_completion(3).await.unwrap();
    assert_eq!(rows(&rig).await[0]["x_copy_state"], "copied");
}

/// A name that comes late is in no record of the UCM: it says itself whose it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_was_named_late_is_linked_again_after_a_leak() {
    let ucm = office(Scenario::Answered, 20).await;
    ucm.switches(|switches| switches.late_recordfiles_secs = Some(u32::MAX));
    let rig = rig_with(ucm, json!({}), &[]).await;
    let before = &rows(&rig).await[0];
    assert_eq!(heard(&rig, before).await.len(), 2);
    let rig = rig.with_variable("link_secret", "another-secret-of-32-characters-");
    rig.advance(Duration::from_secs(DAY));
    rig.run_to_completion(3).await.unwrap();
    replay(&rig).await;
    let after = &rows(&rig).await[0];
    assert_ne!(after["x_recording_url"], before["x_recording_url"]);
    assert_eq!(heard(&rig, after).await.len(), 2);
}

/// When a call was is in its legs.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_copied_after_its_time_whatever_a_row_says_of_its_start() {
    let settings = json!({ "recordings": "attach", "recording_days": 60 });
    let rig = two_calls(settings).await;
    let call = &rows(&rig).await[0];
    rig.advance(Duration::from_secs(90 * DAY));
    rig.run_to_completion(3).await.unwrap();
    assert_eq!(rows(&rig).await[0]["x_copy_state"], "removed");
    let young =
        json!({ "x_started_at": "2026-09-12 12:00:00", "x_copy_state": false, "x_copy_tries": -1 });
    write(&rig, call, young).await;
    rig.advance(Duration::from_secs(600));
    rig.run_to_completion(3).await.unwrap();
    let row = &rows(&rig).await[0];
    assert_eq!(
        (&row["x_copy_state"], &row["x_copy_ids"]),
        (&json!("removed"), &json!([]))
    );
}

/// Genuine legs with a genuine seal are of the server that their key names.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_moved_to_another_server_links_nothing_there() {
    let rig = two_calls(json!({})).await;
    let call = &rows(&rig).await[0];
    let rig = rig.with_variable("link_secret_previous", SECRET);
    let rig = rig.with_variable("link_secret", "another-secret-of-32-characters-");
    let uid = call["x_uid"].as_str().unwrap().replace("paris/", "lyon/");
    write(&rig, call, json!({ "x_uid": uid })).await;
    rig.advance(Duration::from_secs(DAY));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["links_renewed"], 1, "{report}");
}

/// More than is read of any answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_too_large_to_be_read_stops_no_other() {
    let rig = two_calls(json!({ "recordings": "attach" })).await;
    let genuine = rows(&rig).await;
    let large = || json!({ "x_legs": "x".repeat(33 << 20), "x_copy_state": false });
    write(&rig, &genuine[0], large()).await;
    write(&rig, &genuine[1], json!({ "x_copy_state": false })).await;
    rig.advance(Duration::from_secs(600));
    rig.run_to_completion(3).await.unwrap();
    let states: Vec<Value> = rows(&rig)
        .await
        .iter()
        .map(|row| row["x_copy_state"].clone())
        .collect();
    assert_eq!(states, ["refused", "copied"]);
    // A call of it that is seen again is written, and so is one that the proof finds.
    write(&rig, &genuine[0], json!({ "x_fingerprint": false })).await;
    replay(&rig).await;
    assert_eq!(rows(&rig).await[0]["x_legs"], genuine[0]["x_legs"]);
    write(&rig, &genuine[0], large()).await;
    let day = "/completeness?server=paris&from=2026-06-15&to=2026-06-15";
    let (status, proof) = rig.request("POST", day).await.unwrap();
    assert_eq!((status, &proof["whole"]), (200, &json!(true)), "{proof}");
    assert_eq!(rows(&rig).await[0]["x_legs"], genuine[0]["x_legs"]);
}

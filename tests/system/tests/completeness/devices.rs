//! What a device shows of a day, and what it keeps to itself.

use peers::ucm::{Call, Scenario, TimeSeparator};

use super::*;

/// A device may have room for less in an answer than there is of one call, or of one second, and its silence then says nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_ucm_that_gives_one_call_at_a_time_has_all_of_them_proved() {
    let rig = simulated().await;
    rig.sites[0]
        .ucm
        .switches(|switches| switches.page_cap = Some(1));
    let calls = calls_of_the_day(&rig).await;
    delete(&rig, &calls[..3]).await;
    let (status, proof) = prove(&rig).await;
    assert_eq!((status, &proof["whole"]), (200, &json!(true)), "{proof}");
    let day = &proof["days"][0];
    assert_eq!(
        (&day["ucm"], &day["missing"], &day["only_in_odoo"]),
        (&json!(calls.len()), &json!(3), &json!(0)),
        "{day}"
    );
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_zone_a_day_is_one_of_utc() {
    let rig = rig(Journal::simulated(19).await.unwrap(), json!({})).await;
    let calls = rig.journal.calls("nantes").await.unwrap();
    let is_of_day = |call: &&Value| {
        call["x_started_at"]
            .as_str()
            .unwrap()
            .starts_with("2026-06-12")
    };
    let held = calls.iter().filter(is_of_day).count();
    let (_, proof) = prove(&rig).await;
    let day = &proof["days"][0];
    assert_eq!(
        (&day["zone"], &day["ucm"], &day["odoo"]),
        (&json!("UTC"), &json!(held), &json!(held))
    );
    assert_eq!(
        (&day["missing"], &day["altered"], &day["only_in_odoo"]),
        (&json!(0), &json!(0), &json!(0)),
        "{day}"
    );
}

/// The day is one of the server's zone, and its calls are listed by the device's clock, which is nine hours ahead.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_with_another_clock_has_the_whole_day_proved() {
    let settings = json!({ "time_zone": "America/Los_Angeles", "look_back_hours": 1 });
    let rig = rig(Journal::simulated(19).await.unwrap(), settings).await;
    let late = "2026-06-13T06:30:00Z".parse().unwrap();
    let call = Call::new(Scenario::Answered, late).with("+33142667701", "Zoé");
    rig.sites[0].ucm.add_call(&call);
    let path = "/replay?server=nantes&from=2026-06-13&to=2026-06-13";
    assert_eq!(rig.request("POST", path).await.unwrap().0, 200);
    let calls = rig.journal.calls("nantes").await.unwrap();
    let is_it = |call: &&Value| call["x_started_at"] == "2026-06-13 06:30:00";
    let it: Vec<Value> = calls.iter().filter(is_it).cloned().collect();
    assert_eq!(it.len(), 1);
    delete(&rig, &it).await;
    let (status, proof) = prove(&rig).await;
    assert_eq!(status, 200, "{proof}");
    assert_eq!(proof["days"][0]["missing"], 1, "{proof}");
    compare::complete(&rig).await.unwrap();
}

/// It wants its times in another form since, which no poll has found out yet, or in none: it answers that there is nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_answer_is_no_proof_where_odoo_has_calls() {
    for separator in [TimeSeparator::OnlySpace, TimeSeparator::Neither] {
        let rig = simulated().await;
        let calls = calls_of_the_day(&rig).await;
        delete(&rig, &calls[..3]).await;
        rig.sites[0]
            .ucm
            .switches(|switches| switches.separator = separator);
        let (status, proof) = prove(&rig).await;
        assert_eq!(status, 200, "{proof}");
        let day = &proof["days"][0];
        assert_eq!(
            (&day["ucm"], &day["missing"]),
            (&json!(calls.len()), &json!(3)),
            "{day}"
        );
        compare::complete(&rig).await.unwrap();
    }
}

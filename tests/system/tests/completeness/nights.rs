//! When days are proved, and that none is kept from it by another day, server or run.

use std::sync::Arc;

use host::KillAt;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn every_night_the_last_days_are_proved_in_few_requests() {
    let rig = simulated().await;
    let calls = calls_of_the_day(&rig).await;
    delete(&rig, &calls[2..4]).await;
    change(&rig, &calls[6], json!({"x_outcome": "busy"})).await;
    // Just before the hour, nothing is proved.
    rig.advance(Duration::from_secs(11 * 3_600));
    rig.tick().await.unwrap();
    assert_eq!(known(&rig, "2026-06-12").await, Value::Null);
    rig.journal.handle().clear_requests();
    rig.sites[0].ucm.clear_requests();
    rig.advance(Duration::from_secs(3_600));
    let lines = rig.tick().await.unwrap().join("\n");
    assert!(
        lines.contains("day=2026-06-12 ") && lines.contains("missing=2 altered=1"),
        "{lines}"
    );
    let day = known(&rig, "2026-06-12").await;
    assert_eq!(
        (&day["missing"], &day["altered"]),
        (&json!(2), &json!(1)),
        "{day}"
    );
    assert_eq!(
        (&day["still_missing"], &day["still_altered"]),
        (&json!(0), &json!(0)),
        "{day}"
    );
    compare::complete(&rig).await.unwrap();
    // Seven days, each counted as a whole, in two halves and behind its last call, and one of them read again; two questions to Odoo for each. The
    // server is shown there as well.
    let to_odoo: usize = rig.journal.handle().count_by_method().values().sum();
    assert!(
        to_odoo <= 34,
        "{:?}",
        rig.journal.handle().count_by_method()
    );
    assert!(
        rig.sites[0].ucm.count("cdrapi") <= 31,
        "{}",
        rig.sites[0].ucm.count("cdrapi")
    );
    // Not again before the next night.
    rig.sites[0].ucm.clear_requests();
    rig.advance(Duration::from_secs(3_600));
    rig.tick().await.unwrap();
    assert!(rig.sites[0].ucm.count("cdrapi") <= 1);
}

/// Where there is no cron trigger, a scheduler calls for what is due.
#[tokio::test(flavor = "multi_thread")]
async fn a_scheduler_that_stands_in_for_the_timer_has_each_night_proved() {
    let rig = simulated().await;
    rig.advance(Duration::from_secs(12 * 3_600));
    for path in ["/sync?due=no", "/sync?due=yes&server=nantes"] {
        let (status, problem) = rig.request("POST", path).await.unwrap();
        assert_eq!(status, 400, "{path}: {problem}");
    }
    let (status, report) = rig.request("POST", "/sync").await.unwrap();
    assert_eq!(status, 200, "{report}");
    assert_eq!(known(&rig, "2026-06-12").await, Value::Null);
    let (status, report) = rig.request("POST", "/sync?due=yes").await.unwrap();
    assert_eq!(status, 200, "{report}");
    assert_eq!(known(&rig, "2026-06-12").await["still_missing"], 0);
    // Nothing is due a minute later.
    rig.advance(Duration::from_secs(60));
    let (_, report) = rig.request("POST", "/sync?due=yes").await.unwrap();
    assert_eq!(report["servers"], json!([]), "{report}");
}

/// A person proves other days while the night's round, or somebody else, is at it: what is found of days that are not whole must not go.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_prove_at_once_the_second_waits() {
    let rig = simulated().await;
    let prove = |from: &str, to: &str| {
        let path = format!("/completeness?server=nantes&from={from}&to={to}");
        let rig = &rig;
        async move { rig.request("POST", &path).await.unwrap() }
    };
    let (fault, held) = Fault::held();
    rig.journal.handle().fault(fault.on_model("x_ucm_call"));
    let late = async {
        held.arrived().await;
        let late = prove("2026-06-13", "2026-06-14").await;
        drop(held);
        late
    };
    let (early, late) = tokio::join!(prove("2026-06-09", "2026-06-12"), late);
    assert_eq!(early.0, 200, "{}", early.1);
    assert_eq!(late.0, 502, "{}", late.1);
    let why = late.1["failed"]["reason"].as_str().unwrap();
    assert!(why.starts_with("a proof of this UCM is under way"), "{why}");
    rig.journal.handle().clear_faults();
    let (status, late) = prove("2026-06-13", "2026-06-14").await;
    assert_eq!(status, 200, "{late}");
    for day in 9..=14 {
        let proof = known(&rig, &format!("2026-06-{day:02}")).await;
        assert_eq!(proof["still_missing"], 0, "{day}: {proof}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_cannot_be_healed_keeps_no_other_from_being_proved_every_night() {
    let rig = simulated().await;
    let calls = calls_of_the_day(&rig).await;
    delete(&rig, &calls[..1]).await;
    rig.journal
        .handle()
        .fault(Fault::user_error("Not today").on("x_ucm_call", "create"));
    rig.advance(Duration::from_secs(12 * 3_600));
    rig.tick().await.unwrap();
    assert_eq!(known(&rig, "2026-06-12").await["still_missing"], 1);
    // A call of another day is altered after that day was proved.
    let all = rig.journal.calls("nantes").await.unwrap();
    let other = all.iter().find(|call| !calls.contains(call)).unwrap();
    change(&rig, other, json!({"x_duration": 86_399})).await;
    rig.advance(Duration::from_secs(24 * 3_600));
    rig.tick().await.unwrap();
    assert_eq!(
        read(&rig, other).await["x_duration"],
        other["x_duration"],
        "{other}"
    );
}

/// A UCM that takes connections and answers nothing has its poll tried at every tick, and then its proof.
#[tokio::test(flavor = "multi_thread")]
async fn a_ucm_that_hangs_keeps_no_other_from_being_proved() {
    let office = |seed| {
        let traffic = Traffic {
            seed,
            days: 3,
            calls: 12,
        };
        french_ucm(now()).traffic(traffic).start()
    };
    let [angers, nantes] = [office(5).await.unwrap(), office(6).await.unwrap()];
    let rig = Rig::around(Journal::simulated(19).await.unwrap(), now())
        .site(Site::new("angers", angers))
        .site(Site::new("nantes", nantes))
        .start()
        .await
        .unwrap();
    rig.run_to_completion(5).await.unwrap();
    let rig = rig.hurried();
    let silence = peers::ucm::Fault::stall("cdrapi");
    rig.sites[0].ucm.fault(silence);
    rig.clock.set("2026-06-16T02:11:00Z".parse().unwrap());
    for _ in 0..4 {
        rig.tick().await.unwrap();
        rig.advance(Duration::from_secs(60));
    }
    let (_, known) = rig.request("GET", "/completeness").await.unwrap();
    let days = |name: &str| {
        let days = known["servers"][name]["days"].as_array();
        days.map_or(0, Vec::len)
    };
    assert_eq!((days("angers"), days("nantes") > 2), (0, true), "{known}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_that_dies_anywhere_is_taken_up_again() {
    let rig = simulated().await;
    rig.advance(Duration::from_secs(12 * 3_600));
    for nth in [8, 14, 20, 26] {
        let calls = calls_of_the_day(&rig).await;
        delete(&rig, &calls[1..3]).await;
        change(&rig, &calls[4], json!({"x_duration": nth})).await;
        let killer = Arc::new(KillAt::new(nth));
        rig.tick_with(killer.clone()).await.unwrap();
        assert!(killer.has_killed(), "{nth}");
        // The lease of the one that died runs out.
        rig.advance(Duration::from_secs(120));
        rig.tick().await.unwrap();
        compare::complete(&rig).await.unwrap();
        let (_, known) = rig.request("GET", "/completeness").await.unwrap();
        assert_eq!(known["whole"], true, "{nth}: {known}");
        rig.advance(Duration::from_secs(24 * 3_600 - 120));
    }
}

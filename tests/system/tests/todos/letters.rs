//! To-dos that Odoo refuses are set aside, and are tried again.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_to_do_that_is_refused_is_told_once_and_stops_no_other() {
    for series in [17, 18, 19] {
        let other = "+33142667709";
        let calls = [(LINE, 60), (other, 50)];
        let calls = calls.map(|(number, ago)| call(Scenario::Missed, ago).with(number, ""));
        let journal = Journal::simulated(series).await.unwrap();
        let rig = rig(journal, calls.to_vec(), json!({})).await;
        let odoo = rig.journal.handle();
        let refusal = Fault::access_error("You may not see this contact");
        odoo.fault(refusal.on("mail.activity", "create").with(other));
        let report = rig.sync().await.unwrap();
        let server = &report["servers"][0];
        assert_eq!(server["status"], "complete", "{report}");
        assert_eq!(server["dead_letters"], 1, "{report}");
        assert_eq!(todos(&rig).await.len(), 1, "{series}");

        happens(&rig, &[Scenario::Missed]).await;
        says(&todos(&rig).await[0], "2", LINE);
        let told = rig.letters("paris").await.unwrap();
        assert_eq!(told.len(), 1, "told once");

        // Tried again, it is refused again, and then made.
        assert_eq!(try_again(&rig).await, (json!(0), json!(1)));
        odoo.clear_faults();
        assert_eq!(try_again(&rig).await, (json!(1), json!(0)));
        assert!(rig.letters("paris").await.unwrap().is_empty());
        let made = json!([["x_ucm_number", "=", other]]);
        let made = rig.journal.records("mail.activity", made, &["x_ucm_key"]);
        assert_eq!(made.await.unwrap().len(), 1, "{series}");
    }
}

/// Tries all letters of the office again, and says how many were delivered and refused.
async fn try_again(rig: &Rig) -> (Value, Value) {
    let retried = rig.try_letters_again("paris").await.unwrap();
    (retried["delivered"].clone(), retried["refused"].clone())
}

/// Both are of one caller, whose to-do is about the later call.
#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_that_is_refused_again_is_not_said_to_be_delivered() {
    let journal = Journal::simulated(19).await.unwrap();
    let rig = rig(journal, vec![call(Scenario::Missed, 60)], json!({})).await;
    let odoo = rig.journal.handle();
    let refusal = Fault::access_error("You may not see this contact");
    odoo.fault(refusal.on("mail.activity", "create"));
    rig.run_to_completion(5).await.unwrap();
    happens(&rig, &[Scenario::Missed]).await;
    let letters = rig.letters("paris").await.unwrap();
    assert_eq!(letters.len(), 2, "{letters:?}");
    let id = letters[0]["id"].as_str().unwrap();
    let one = format!("/replay?server=paris&letter={id}");
    let (_, retried) = rig.request("POST", &one).await.unwrap();
    let counts = (&retried["delivered"], &retried["refused"]);
    assert_eq!(counts, (&json!(0), &json!(1)), "{retried}");
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}

/// Who has the missing right given next week.
#[tokio::test(flavor = "multi_thread")]
async fn a_to_do_that_was_refused_long_ago_is_made_once_it_is_tried_again() {
    for ago in [2, 9, 40] {
        let journal = Journal::simulated(19).await.unwrap();
        let rig = rig(journal, vec![call(Scenario::Missed, 60)], json!({})).await;
        let odoo = rig.journal.handle();
        let refusal = Fault::access_error("You may not see this contact");
        odoo.fault(refusal.on("mail.activity", "create"));
        rig.run_to_completion(5).await.unwrap();
        assert_eq!(rig.letters("paris").await.unwrap().len(), 1, "{ago}");

        rig.advance(days(ago));
        assert_eq!(try_again(&rig).await, (json!(0), json!(1)), "{ago}");
        assert_eq!(rig.letters("paris").await.unwrap().len(), 1, "{ago}");
        odoo.clear_faults();
        // As long as it cannot be done it waits.
        odoo.fault(Fault::html(503).on("mail.activity", "create"));
        assert_eq!(try_again(&rig).await, (json!(0), json!(0)), "{ago}");
        assert_eq!(rig.letters("paris").await.unwrap().len(), 1, "{ago}");
        odoo.clear_faults();
        assert_eq!(try_again(&rig).await, (json!(1), json!(0)), "{ago}");
        says(&todos(&rig).await[0], "", LINE);
        assert!(rig.letters("paris").await.unwrap().is_empty(), "{ago}");
        assert_eq!(rig.journal.count("paris").await.unwrap(), 1, "{ago}");
    }
}

/// Lyon has spoken with whom Paris has missed, and could not close what Paris has made.
#[tokio::test(flavor = "multi_thread")]
async fn a_closing_that_was_refused_long_ago_is_done_and_makes_no_second_call() {
    let journal = Journal::simulated(19).await.unwrap();
    let mut rig = rig(journal, vec![], json!({})).await;
    let lyon = site(vec![call(Scenario::Missed, 60)], rig.journal.user()).await;
    let lyon = Site {
        id: "lyon".to_owned(),
        ..lyon
    };
    rig.sites.push(lyon);
    rig.run_to_completion(5).await.unwrap();
    assert_eq!(todos(&rig).await.len(), 1);
    let odoo = rig.journal.handle();
    let refusal = Fault::access_error("You may not see this contact");
    odoo.fault(refusal.on("mail.activity", "action_feedback"));
    happens(&rig, &[Scenario::Outbound]).await;
    assert_eq!(rig.letters("paris").await.unwrap().len(), 1);
    odoo.clear_faults();

    rig.advance(days(9));
    assert_eq!(try_again(&rig).await, (json!(1), json!(0)));
    assert_eq!(todos(&rig).await, Vec::<Value>::new());
    assert!(rig.letters("paris").await.unwrap().is_empty());
    assert_eq!(odoo.count("x_ucm_call"), 2);
}

/// Whether another office makes to-dos says nothing about this one: what was not made stays set aside, and is made once it is asked for again.
#[tokio::test(flavor = "multi_thread")]
async fn a_to_do_that_is_switched_off_stays_set_aside() {
    for is_alone in [true, false] {
        let journal = Journal::simulated(19).await.unwrap();
        let mut rig = rig(journal, vec![call(Scenario::Missed, 60)], json!({})).await;
        let refusal = Fault::access_error("You may not see this contact");
        let refusal = refusal.on("mail.activity", "create");
        rig.journal.handle().fault(refusal);
        rig.run_to_completion(5).await.unwrap();
        assert_eq!(rig.letters("paris").await.unwrap().len(), 1);
        rig.journal.handle().clear_faults();

        if !is_alone {
            let lyon = Site {
                id: "lyon".to_owned(),
                ..site(vec![], rig.journal.user()).await
            };
            rig.sites.push(lyon);
        }
        rig.sites[0].settings["missed_call_todos"] = json!(false);
        assert_eq!(try_again(&rig).await, (json!(0), json!(1)), "{is_alone}");
        let kept = rig.letters("paris").await.unwrap();
        assert_eq!(kept.len(), 1, "{is_alone}: {kept:?}");
        let reason = kept[0]["reason"].as_str().unwrap();
        assert!(reason.contains("switched off"), "{reason}");
        assert_eq!(todos(&rig).await, Vec::<Value>::new());

        rig.sites[0].settings["missed_call_todos"] = json!(true);
        assert_eq!(try_again(&rig).await, (json!(1), json!(0)), "{is_alone}");
        says(&todos(&rig).await[0], "", LINE);
        assert!(rig.letters("paris").await.unwrap().is_empty());
    }
}

/// A replica has not heard yet what was just said of the call.
#[tokio::test(flavor = "multi_thread")]
async fn a_to_do_that_is_tried_again_before_a_lagging_replica_is_made() {
    let journal = Journal::simulated(19).await.unwrap();
    let rig = rig(journal, vec![call(Scenario::Missed, 60)], json!({})).await;
    let odoo = rig.journal.handle();
    let refusal = Fault::access_error("You may not see this contact");
    odoo.fault(refusal.on("mail.activity", "create"));
    rig.run_to_completion(5).await.unwrap();
    odoo.clear_faults();
    let behind = Fault::replica_behind().on("x_ucm_call", "search_read");
    odoo.fault(behind.with("x_followed_up"));
    assert_eq!(try_again(&rig).await, (json!(1), json!(0)));
    assert_eq!(todos(&rig).await.len(), 1);
}

/// Its contact was moved to a company of which the bridge's user is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_to_do_that_the_bridge_may_not_see_stops_none_but_its_own_caller() {
    for series in [17, 18, 19] {
        let calls = vec![call(Scenario::Missed, 60)];
        let journal = Journal::simulated(series).await.unwrap();
        let rig = rig(journal, calls, json!({})).await;
        rig.run_to_completion(5).await.unwrap();
        let odoo = rig.journal.handle();
        let hidden = todos(&rig).await[0]["id"].clone();
        let others = format!("[('id', '!=', {hidden})]");
        odoo.show_only("mail.activity", &others).unwrap();
        assert_eq!(todos(&rig).await, Vec::<Value>::new(), "{series}");

        let other = "+33142667709";
        for (number, minutes) in [(LINE, 1), (other, 2)] {
            let at = rig.clock.now() + TimeDelta::minutes(minutes);
            let call = Call::new(Scenario::Missed, at).with(number, "");
            rig.sites[0].ucm.add_call(&call);
        }
        rig.advance(Duration::from_secs(31 * 60));
        let report = rig.sync().await.unwrap();
        assert_eq!(report["servers"][0]["status"], "complete", "{report}");
        let made = json!([["x_ucm_number", "=", other]]);
        let made = odoo.records_where("mail.activity", &made);
        assert_eq!(made.len(), 1, "{series}: {report}");
        let told = rig.letters("paris").await.unwrap();
        assert_eq!(told.len(), 1, "{told:?}");
        let reason = told[0]["reason"].as_str().unwrap();
        assert!(reason.contains("may not see"), "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_make_no_to_dos_at_all_is_told_so() {
    let journal = Journal::simulated(19).await.unwrap();
    let rig = rig(journal, vec![call(Scenario::Missed, 60)], json!({})).await;
    let odoo = rig.journal.handle();
    let rights = json!([["name", "=", "mail.activity group_user"]]);
    for right in odoo.records_where("ir.model.access", &rights) {
        let id = right["id"].as_i64().unwrap();
        odoo.write("ir.model.access", id, &json!({ "perm_create": false }))
            .unwrap();
    }
    let report = rig.sync().await.unwrap();
    let server = &report["servers"][0];
    assert_eq!(server["status"], "needs_attention", "{report}");
    assert!(
        rig.letters("paris").await.unwrap().is_empty(),
        "nothing is wrong with the call"
    );
}

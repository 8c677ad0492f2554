//! Whose call it was: one contact, several, none; never a guess.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use chrono_clock::{DateTime, TimeDelta, Utc};
use peers::ucm::{Call, Fault, Presentation, Scenario};
use serde_json::{Value, json};
use system::{Journal, Rig, Site, compare};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

async fn rig(journal: Journal, calls: Vec<Call>, settings: Value) -> Rig {
    let site = Site::french("paris", now(), calls).await.unwrap();
    Rig::around(journal, now())
        .site(site.with(settings))
        .start()
        .await
        .unwrap()
}

fn call(number: &str, name: &str, minutes_ago: i64) -> Call {
    Call::new(Scenario::Answered, now() - TimeDelta::minutes(minutes_ago)).with(number, name)
}

async fn only_call(rig: &Rig) -> Value {
    rig.run_to_completion(5).await.unwrap();
    compare::complete(rig).await.unwrap();
    let mut calls = rig.journal.calls("paris").await.unwrap();
    assert_eq!(calls.len(), 1);
    calls.remove(0)
}

const LINE: &str = "+33142667701";

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_found_however_its_number_is_written() {
    for series in [17, 18, 19] {
        for written in [
            "+33 1 42 66 77 01",
            "0033142667701",
            "01 42 66 77 01",
            "01.42.66.77.01",
            "(+33) 142-66-77-01",
        ] {
            for fields in [
                json!({ "phone": written }),
                json!({ "phone": "+33 6 12 34 56 78", "mobile": written }),
            ] {
                if series == 19 && fields.get("mobile").is_some() {
                    continue;
                }
                let rig = rig(
                    Journal::simulated(series).await.unwrap(),
                    vec![call(LINE, "Zoé", 90)],
                    json!({}),
                )
                .await;
                let mut values = fields.clone();
                values["name"] = json!("Zoé Martin");
                let contact = rig.journal.create("res.partner", values).await.unwrap();
                let call = only_call(&rig).await;
                assert_eq!(
                    call["x_partner_id"][0], contact,
                    "{series}: {fields}: {}",
                    call["x_match"]
                );
                assert_eq!(call["x_match"], "matched");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_landline_of_a_contact_with_a_mobile_is_found_before_19() {
    for series in [17, 18] {
        let rig = rig(
            Journal::simulated(series).await.unwrap(),
            vec![call(LINE, "Zoé", 90)],
            json!({}),
        )
        .await;
        let values =
            json!({ "name": "Zoé", "phone": "01 42 66 77 01", "mobile": "06 12 34 56 78" });
        let contact = rig.journal.create("res.partner", values).await.unwrap();
        assert_eq!(only_call(&rig).await["x_partner_id"][0], contact);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_becomes_one_contact_whatever_how_often_they_call() {
    let calls = vec![
        call(LINE, "", 90),
        call(LINE, "Zoé Lefèvre", 60),
        call(LINE, "", 30),
    ];
    let rig = rig(Journal::simulated(19).await.unwrap(), calls, json!({})).await;
    rig.run_to_completion(5).await.unwrap();
    let contacts = rig.journal.contacts(LINE).await.unwrap();
    assert_eq!(contacts.len(), 1);
    assert_eq!(contacts[0]["name"], "Zoé Lefèvre");
    assert!(
        contacts[0]["comment"]
            .as_str()
            .unwrap()
            .contains("phone call")
    );
    for call in rig.journal.calls("paris").await.unwrap() {
        assert_eq!(call["x_partner_id"][0], contacts[0]["id"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_looked_for_once() {
    let journal = Journal::simulated(19).await.unwrap();
    let rig = rig(journal, vec![call(LINE, "Zoé", 90)], json!({})).await;
    rig.journal.handle().clear_requests();
    assert_eq!(only_call(&rig).await["x_match"], "created");
    let asked = rig.journal.handle().count_by_method();
    assert_eq!(asked["x_ucm_contact.search_read"], 1, "{asked:?}");
    assert_eq!(asked["res.partner.create"], 1, "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_two_contacts_share_is_left_to_a_person() {
    let rig = rig(
        Journal::simulated(19).await.unwrap(),
        vec![call(LINE, "Zoé", 90)],
        json!({}),
    )
    .await;
    for name in ["Zoé", "Léa"] {
        rig.journal
            .create("res.partner", json!({ "name": name, "phone": LINE }))
            .await
            .unwrap();
    }
    let call = only_call(&rig).await;
    assert_eq!(
        (&call["x_partner_id"], &call["x_match"]),
        (&json!(false), &json!("ambiguous"))
    );
    assert_eq!(call["x_candidate_ids"].as_array().unwrap().len(), 2);
    assert_eq!(
        rig.journal.contacts(LINE).await.unwrap().len(),
        2,
        "no third contact is made"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tail_of_a_number_is_no_match() {
    let rig = rig(
        Journal::simulated(19).await.unwrap(),
        vec![call(LINE, "Zoé", 90)],
        json!({ "create_contacts": false }),
    )
    .await;
    // The same digits at the end: in Spain, one digit too many, and one too few to be a number at all.
    for other in ["+34142667701", "+331142667701", "42667701"] {
        rig.journal
            .create("res.partner", json!({ "name": other, "phone": other }))
            .await
            .unwrap();
    }
    let call = only_call(&rig).await;
    assert_eq!(
        (&call["x_partner_id"], &call["x_match"]),
        (&json!(false), &json!("unknown"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_contact_does_not_match() {
    let rig = rig(
        Journal::simulated(19).await.unwrap(),
        vec![call(LINE, "Zoé", 90)],
        json!({}),
    )
    .await;
    let archived = rig
        .journal
        .create(
            "res.partner",
            json!({ "name": "Old", "phone": LINE, "active": false }),
        )
        .await
        .unwrap();
    let call = only_call(&rig).await;
    assert_eq!(call["x_match"], "created");
    assert_ne!(call["x_partner_id"][0], archived);
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_number_cannot_be_read_is_a_choice() {
    for series in [17, 18, 19] {
        let journal = Journal::simulated(series).await.unwrap();
        let nowhere = call("+999123456789", "Zoé", 90);
        let rig = rig(journal, vec![nowhere], json!({})).await;
        rig.run_to_completion(5).await.unwrap();
        let calls = rig.journal.calls("paris").await.unwrap();
        let [stands, why] = ["x_match", "x_match_why"].map(|field| &calls[0][field]);
        assert_eq!((stands, why), (&json!("unreadable"), &json!("no_country")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn withheld_internal_and_excluded_numbers_make_no_contact() {
    let withheld = call(LINE, "", 90).presented(Presentation::Withheld);
    let internal = Call::new(Scenario::Internal, now() - TimeDelta::minutes(60));
    let excluded = call("+33142667755", "Fax", 30);
    let settings = json!({ "excluded": ["+3314266775*"] });
    let rig = rig(
        Journal::simulated(19).await.unwrap(),
        vec![withheld, internal, excluded],
        settings,
    )
    .await;
    let before = rig.journal.handle().count("res.partner");
    rig.run_to_completion(5).await.unwrap();
    compare::complete(&rig).await.unwrap();
    assert_eq!(rig.journal.handle().count("res.partner"), before);
    let calls = rig.journal.calls("paris").await.unwrap();
    let standings: Vec<&Value> = calls.iter().map(|call| &call["x_match"]).collect();
    assert_eq!(standings, ["withheld", "internal", "excluded"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_has_set_is_left_alone_when_a_call_is_completed() {
    let rig = rig(
        Journal::simulated(19).await.unwrap(),
        vec![call(LINE, "Zoé", 90)],
        json!({}),
    )
    .await;
    // The recording is named late, and not when it is asked for, so that the call changes after a person has worked on it.
    let ucm = &rig.sites[0].ucm;
    ucm.switches(|switches| switches.late_recordfiles_secs = Some(6_000));
    ucm.fault(Fault::app_status("getRecordInfosByCall", -19));
    let before = only_call_without_recording(&rig).await;
    let chosen = rig
        .journal
        .create("res.partner", json!({ "name": "The right one" }))
        .await
        .unwrap();
    let values = json!({ "x_partner_id": chosen, "x_notes": "Called back." });
    rig.journal
        .call(
            "x_ucm_call",
            "write",
            json!([[before["id"]], values]),
            json!({}),
        )
        .await
        .unwrap();

    rig.advance(std::time::Duration::from_secs(7_200));
    let after = only_call(&rig).await;
    assert_ne!(
        after["x_recordings"], before["x_recordings"],
        "the call was not completed"
    );
    assert_eq!(after["x_partner_id"][0], chosen);
    assert!(after["x_notes"].as_str().unwrap().contains("Called back."));
}

async fn only_call_without_recording(rig: &Rig) -> Value {
    rig.run_to_completion(5).await.unwrap();
    let mut calls = rig.journal.calls("paris").await.unwrap();
    assert_eq!((calls.len(), &calls[0]["x_recordings"]), (1, &json!(false)));
    calls.remove(0)
}

/// A site with a call of a number that two contacts have, and the contacts.
async fn shared_number(series: u16) -> (Rig, [i64; 2]) {
    let rig = rig(
        Journal::simulated(series).await.unwrap(),
        vec![call(LINE, "Zoé", 90)],
        json!({}),
    )
    .await;
    let mut contacts = [0; 2];
    for (contact, name) in contacts.iter_mut().zip(["Zoé", "Léa"]) {
        let values = json!({ "name": name, "phone": LINE });
        *contact = rig.journal.create("res.partner", values).await.unwrap();
    }
    (rig, contacts)
}

async fn assign(rig: &Rig, contact: i64) -> i64 {
    let values = json!({ "x_name": LINE, "x_partner_id": contact });
    rig.journal.create("x_ucm_number", values).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_belongs_to_whom_a_person_has_said() {
    for series in [17, 18, 19] {
        let (rig, [_, lea]) = shared_number(series).await;
        let number = assign(&rig, lea).await;
        rig.journal.handle().clear_requests();
        let call = only_call(&rig).await;
        assert_eq!(
            (&call["x_partner_id"][0], &call["x_match"]),
            (&json!(lea), &json!("matched")),
            "{series}"
        );
        assert_eq!(call["x_number_id"][0], number, "{series}");
        let requests = rig.journal.handle().requests();
        let searches = |model: &str| {
            let of = requests
                .iter()
                .filter(|request| request.model == model && request.method == "search_read");
            of.count()
        };
        assert_eq!((searches("x_ucm_number"), searches("res.partner")), (1, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_that_starts_afresh_follows_what_people_have_said_since() {
    let (rig, [zoe, _]) = shared_number(19).await;
    assert_eq!(only_call(&rig).await["x_match"], "ambiguous");
    let number = assign(&rig, zoe).await;
    rig.forget_state().unwrap();
    let call = only_call(&rig).await;
    assert_eq!(
        (&call["x_partner_id"][0], &call["x_number_id"][0]),
        (&json!(zoe), &json!(number))
    );
    // Undone in Odoo: the number is what its contacts say again.
    let undone = json!({ "x_partner_id": false, "x_match": "unknown", "x_number_id": false });
    let journal = &rig.journal;
    let write = json!([[call["id"]], undone]);
    let written = journal.call("x_ucm_call", "write", write, json!({})).await;
    written.unwrap();
    let unlink = journal.call("x_ucm_number", "unlink", json!([[number]]), json!({}));
    unlink.await.unwrap();
    rig.forget_state().unwrap();
    let call = only_call(&rig).await;
    assert_eq!(
        (&call["x_partner_id"], &call["x_match"]),
        (&json!(false), &json!("ambiguous"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_assigned_to_an_archived_contact_is_what_the_others_say() {
    for series in [17, 19] {
        let (rig, [zoe, lea]) = shared_number(series).await;
        assign(&rig, lea).await;
        let archived = json!({ "active": false });
        let handle = rig.journal.handle();
        handle.write("res.partner", lea, &archived).unwrap();
        let call = only_call(&rig).await;
        assert_eq!(call["x_partner_id"][0], zoe, "{series}");
        assert_eq!(call["x_number_id"], json!(false));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_knows_no_assigned_numbers_yet_gets_its_calls() {
    for series in [17, 18, 19] {
        let (rig, _) = shared_number(series).await;
        let journal = &rig.journal;
        let model = journal.handle().external_id("ucm_odoo.model_x_ucm_number");
        let (_, model) = model.unwrap();
        let unlink = journal.call("ir.model", "unlink", json!([[model]]), json!({}));
        unlink.await.unwrap();
        assert_eq!(only_call(&rig).await["x_match"], "ambiguous", "{series}");
    }
}

/// Merges contacts into the first of them, as people do it in Odoo.
async fn merge(rig: &Rig, contacts: &[i64]) {
    let journal = &rig.journal;
    let wizard = "base.partner.merge.automatic.wizard";
    let values = json!({
        "state": "selection", "dst_partner_id": contacts[0], "partner_ids": [[6, 0, contacts]],
    });
    let id = journal.create(wizard, values).await.unwrap();
    let merged = journal.call(wizard, "action_merge", json!([[id]]), json!({}));
    merged.await.unwrap();
}

/// Calls of strangers come, and a poll brings them in: gives the contact of each.
async fn strangers_call(rig: &Rig, numbers: &[&str]) -> Vec<i64> {
    for number in numbers {
        let start = rig.clock.now() - TimeDelta::minutes(5);
        let call = Call::new(Scenario::Answered, start).with(number, "");
        rig.sites[0].ucm.add_call(&call);
    }
    rig.advance(std::time::Duration::from_secs(31 * 60));
    rig.run_to_completion(5).await.unwrap();
    let calls = rig.journal.calls("paris").await.unwrap();
    let last = calls.iter().rev().take(numbers.len()).rev();
    last.map(|call| call["x_partner_id"][0].as_i64().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_was_merged_keeps_its_calls_and_its_number() {
    let (first, second) = ("+33142667711", "+33142667722");
    for journal in Journal::of_every_kind().await.unwrap() {
        let rig = rig(journal, vec![], json!({})).await;
        rig.journal.remove("paris").await.unwrap();
        let acme = json!({ "name": "zz Acme", "phone": "+33 6 12 34 56 78" });
        let acme = rig.journal.create("res.partner", acme).await.unwrap();
        let made = strangers_call(&rig, &[first]).await[0];
        let other = strangers_call(&rig, &[second]).await[0];
        // Into the one that a person made, and two that the bridge made.
        merge(&rig, &[acme, made, other]).await;
        let again = strangers_call(&rig, &[first]).await;
        assert_eq!(again, [acme], "the number follows");
        assert_eq!(strangers_call(&rig, &[second]).await, [acme]);
        let contacts = [first, second, "+33612345678"];
        let calls = rig.journal.calls("paris").await.unwrap();
        assert!(calls.iter().all(|call| call["x_partner_id"][0] == acme));
        assert_eq!(calls.len(), 4);
        for number in &contacts[..2] {
            assert_eq!(rig.journal.contacts(number).await.unwrap().len(), 0);
        }
        // The other way round: what a person made goes into what the bridge made.
        let third = "+33142667733";
        let made = strangers_call(&rig, &[third]).await[0];
        merge(&rig, &[made, acme]).await;
        for number in [first, second, third] {
            assert_eq!(strangers_call(&rig, &[number]).await, [made], "{number}");
        }
        rig.journal.remove("paris").await.unwrap();
        let ours = json!([["id", "in", [acme, made]]]);
        rig.journal
            .remove_records("res.partner", ours)
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mobile_is_found_where_a_module_has_brought_it_back() {
    let odoo = peers::odoo::Odoo::builder().country("FR").with_mobile();
    let journal = Journal::around(odoo.start().await.unwrap()).await.unwrap();
    let rig = rig(journal, vec![call(LINE, "Zoé", 90)], json!({})).await;
    let values = json!({ "name": "Zoé", "phone": "+33 6 12 34 56 78", "mobile": "01 42 66 77 01" });
    let contact = rig.journal.create("res.partner", values).await.unwrap();
    assert_eq!(only_call(&rig).await["x_partner_id"][0], contact);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_found_however_its_number_is_typed() {
    let calls = vec![call(LINE, "Zo\u{e9}", 90), call("+33199000042", "Ana", 80)];
    let rig = rig(Journal::simulated(19).await.unwrap(), calls, json!({})).await;
    rig.run_to_completion(5).await.unwrap();
    for typed in [
        "01 42 66 77 01",
        "0142667701",
        "+33 1 42 66",
        "0033142667701",
    ] {
        let domain = json!([["x_search", "ilike", typed]]);
        let found = rig.journal.records("x_ucm_call", domain, &["x_number"]);
        let found = found.await.unwrap();
        assert_eq!(found.len(), 1, "{typed}");
        assert_eq!(found[0]["x_number"], LINE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_found_whatever_was_pasted_with_it() {
    for series in [17, 18, 19] {
        for written in [
            "\u{202a}+33 1 42 66 77 01\u{202c}",
            "01–42–66–77–01",
            "01 42 66 77 01 ext. 12",
            "01 42 66 77 01 poste 12",
            "+33142667701 x12",
            "01 42 66 77 02 / 01 42 66 77 01",
        ] {
            let journal = Journal::simulated(series).await.unwrap();
            let rig = rig(journal, vec![call(LINE, "Zoé", 90)], json!({})).await;
            let mut values = json!({ "name": "Zoé", "phone": written });
            if series < 19 {
                // What Odoo has read is the mobile.
                values["mobile"] = json!("06 12 34 56 78");
            }
            let contact = rig.journal.create("res.partner", values).await.unwrap();
            let call = only_call(&rig).await;
            assert_eq!(call["x_partner_id"][0], contact, "{series}: {written}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_companies_the_servers_own_has_its_contact() {
    for series in [17, 19] {
        let journal = Journal::simulated(series).await.unwrap();
        let other = json!({ "name": "Other" });
        let other = journal.create("res.company", other).await.unwrap();
        let rig = rig(
            journal,
            vec![call(LINE, "Zoé", 90)],
            json!({ "company": 1 }),
        )
        .await;
        let contact = async |company: i64| {
            let values = json!({ "name": "Zoé", "phone": LINE, "company_id": company });
            rig.journal.create("res.partner", values).await.unwrap()
        };
        contact(other).await;
        let call = only_call(&rig).await;
        assert_eq!(
            call["x_match"], "created",
            "{series}: the other's alone is nobody's"
        );
        let made = call["x_partner_id"][0].clone();
        let own = contact(1).await;
        rig.forget_state().unwrap();
        rig.journal
            .remove_records("x_ucm_call", json!([]))
            .await
            .unwrap();
        let call = only_call(&rig).await;
        assert_eq!(call["x_match"], "matched", "{series}");
        assert_eq!(call["x_partner_id"][0], own);
        assert_ne!(made, own);
    }
}

/// What was made for one of two new callers is hidden from the bridge; it says so of that one, and knows the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_another_was_first_with_keeps_no_other_from_being_made() {
    for series in [17, 18, 19] {
        let journal = Journal::simulated(series).await.unwrap();
        let rig = rig(journal, vec![call(LINE, "Zoé", 90)], json!({})).await;
        let first = only_call(&rig).await["x_partner_id"][0].clone();
        let odoo = rig.journal.handle();
        let moved = json!({ "phone": "+33142667799" });
        odoo.write("res.partner", first.as_i64().unwrap(), &moved)
            .unwrap();
        let others = format!("[('x_partner_id', '!=', {first})]");
        let rule = odoo.show_only("x_ucm_contact", &others).unwrap();
        let other = "+33142667702";
        for (number, name) in [(LINE, "Zoé"), (other, "Ana")] {
            let call = Call::new(Scenario::Answered, rig.clock.now());
            rig.sites[0].ucm.add_call(&call.with(number, name));
        }
        rig.advance(std::time::Duration::from_secs(16 * 60));
        let report = rig.sync().await.unwrap();
        let server = &report["servers"][0];
        assert_eq!(
            (
                &server["calls_new"],
                &server["contacts_created"],
                &server["dead_letters"]
            ),
            (&json!(2), &json!(1), &json!(1)),
            "{series}: {report}"
        );
        assert_eq!(rig.journal.contacts(other).await.unwrap().len(), 1);
        let kept = rig.letters("paris").await.unwrap();
        let reason = kept[0]["reason"].as_str().unwrap();
        assert!(reason.contains("may not see"), "{reason}");
        // Once it is seen, the call is decided like any other.
        odoo.unlink("ir.rule", rule).unwrap();
        let retried = rig.try_letters_again("paris").await.unwrap();
        assert_eq!(retried["delivered"], 1, "{retried}");
        let calls = rig.journal.calls("paris").await.unwrap();
        assert!(calls.iter().all(|call| call["x_match"] != "unknown"));
    }
}

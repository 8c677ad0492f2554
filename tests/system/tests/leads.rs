//! Unknown callers become leads of the CRM: one for each number, for as long as there is one.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::time::Duration;

use anyhow::ensure;
use chrono_clock::{DateTime, TimeDelta, Utc};
use peers::odoo::{Fault, Odoo};
use peers::ucm::{Call, Presentation, Scenario};
use serde_json::{Value, json};
use system::points::{Points, next_runs};
use system::{Journal, RealOdoo, Rig, Site};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

const LINE: &str = "+33142667702";

fn call(scenario: Scenario, minutes_ago: i64) -> Call {
    Call::new(scenario, now() - TimeDelta::minutes(minutes_ago)).with(LINE, "Zoé Martin")
}

async fn site(calls: Vec<Call>) -> Site {
    let site = Site::french("paris", now(), calls).await.unwrap();
    site.with(json!({ "unknown_caller_leads": true, "create_contacts": false }))
}

/// A rig whose server makes leads and no contacts, unless `settings` say otherwise.
async fn rig(journal: Journal, calls: Vec<Call>, settings: Value) -> Rig {
    let rig = Rig::around(journal, now())
        .site(site(calls).await.with(settings))
        .start()
        .await
        .unwrap();
    clean(&rig).await;
    rig
}

async fn clean(rig: &Rig) {
    if rig.journal.is_real() {
        let ours = json!([["phone", "=", LINE]]);
        rig.journal.remove_records("crm.lead", ours).await.unwrap();
        let extension = json!([["x_server", "=", "paris"]]);
        rig.journal
            .remove_records("x_ucm_extension", extension)
            .await
            .unwrap();
    }
    rig.journal.remove("paris").await.unwrap();
}

/// Where Odoo itself computes whose an extension is, which the simulated one does not: the user of the calls' extension.
async fn its_extension_is_mine(rig: &Rig) -> Value {
    if !rig.journal.is_real() {
        return json!(false);
    }
    let extension =
        json!({ "x_name": "1001", "x_server": "paris", "x_user_id": rig.journal.user() });
    rig.journal
        .create("x_ucm_extension", extension)
        .await
        .unwrap();
    json!(rig.journal.user())
}

/// All leads of the number, lost ones too.
async fn leads(rig: &Rig) -> Vec<Value> {
    let fields = [
        "name",
        "phone",
        "contact_name",
        "partner_id",
        "user_id",
        "type",
        "x_ucm_key",
        "active",
    ];
    let of_line = json!([["phone", "=", LINE]]);
    let found = rig.journal.records("crm.lead", of_line, &fields);
    found.await.unwrap()
}

/// Another call comes, and a poll brings it in.
async fn happens(rig: &Rig, scenario: Scenario) {
    let call = Call::new(scenario, rig.clock.now()).with(LINE, "Zoé Martin");
    rig.sites[0].ucm.add_call(&call);
    rig.advance(Duration::from_secs(31 * 60));
    rig.run_to_completion(5).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_caller_is_one_lead_whatever_becomes_of_it() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let calls = vec![call(Scenario::Missed, 90), call(Scenario::Answered, 60)];
        let rig = rig(journal, calls, json!({})).await;
        let user = its_extension_is_mine(&rig).await;
        rig.run_to_completion(5).await.unwrap();
        let made = leads(&rig).await;
        assert_eq!(made.len(), 1, "{made:?}");
        let lead = &made[0];
        // In the language of who reads it.
        let name = lead["name"].as_str().unwrap();
        let said = ["Call from Zoé Martin", "Appel de Zoé Martin"];
        assert!(said.contains(&name), "{name}");
        assert_eq!(lead["contact_name"], "Zoé Martin");
        assert_eq!(lead["x_ucm_key"], LINE);
        assert_eq!(lead["type"], "opportunity", "leads are off in this CRM");
        // Of whose extension it was; else nobody's, and not the key's user's either.
        let whose = lead["user_id"].get(0).unwrap_or(&lead["user_id"]);
        assert_eq!((whose, &lead["partner_id"]), (&user, &json!(false)));

        happens(&rig, Scenario::Missed).await;
        assert_eq!(leads(&rig).await, made);
        // Lost is archived; the simulated CRM has no button for it.
        let (method, arguments) = match rig.journal.is_real() {
            true => ("action_set_lost", json!([[lead["id"]]])),
            false => ("write", json!([[lead["id"]], { "active": false }])),
        };
        let lost = rig.journal.call("crm.lead", method, arguments, json!({}));
        lost.await.unwrap();
        happens(&rig, Scenario::Answered).await;
        let after = leads(&rig).await;
        assert_eq!((after.len(), &after[0]["active"]), (1, &json!(false)));
        clean(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_contacts_made_as_well_the_lead_is_of_the_contact() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let both = json!({ "create_contacts": true });
        let rig = rig(journal, vec![call(Scenario::Missed, 60)], both).await;
        rig.run_to_completion(5).await.unwrap();
        let lead = leads(&rig).await.remove(0);
        let contact = rig.journal.contacts(LINE).await.unwrap().remove(0);
        assert_eq!(lead["partner_id"][0], contact["id"], "{lead}");
        clean(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_strangers_who_call_become_leads() {
    for series in [17, 18, 19] {
        let journal = Journal::simulated(series).await.unwrap();
        let odoo = journal.handle();
        let known = "+33142667703";
        odoo.create("res.partner", &json!({ "name": "Known", "phone": known }))
            .unwrap();
        let by_hand = "+33142667704";
        odoo.create("crm.lead", &json!({ "name": "From the website", "phone": "01 42 66 77 04", "country_id": france(odoo) }))
            .unwrap();
        let excluded = "+33142667705";
        let at = |minutes| now() - TimeDelta::minutes(minutes);
        let calls = vec![
            Call::new(Scenario::Missed, at(90)).with(known, ""),
            Call::new(Scenario::Missed, at(80)).with(by_hand, ""),
            Call::new(Scenario::Missed, at(70)).with(excluded, ""),
            Call::new(Scenario::Outbound, at(60)).with("+33142667706", ""),
            Call::new(Scenario::Missed, at(50)).presented(Presentation::Withheld),
            Call::new(Scenario::Internal, at(40)),
            // A first import makes none of last week.
            Call::new(Scenario::Missed, at(26 * 60)).with("+33142667707", ""),
        ];
        let count = calls.len() as u64;
        let rig = rig(journal, calls, json!({ "excluded": [excluded] })).await;
        rig.run_to_completion(5).await.unwrap();
        assert_eq!(rig.journal.count("paris").await.unwrap(), count);
        let leads = rig.journal.handle().records("crm.lead");
        assert_eq!(leads.len(), 1, "{series}: {leads:?}");
        assert_eq!(leads[0]["name"], "From the website");
    }
}

/// A lead of a person who called is that person's, however Odoo has its number: in the other of two fields, as typed, in a national form, in
/// another country's, with more than one number in a field. The end of a number alone is nobody's.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_lead_gets_no_second_one_however_its_number_is_written() {
    let mut journals = Journal::of_every_kind().await.unwrap();
    for series in [17, 18, 19] {
        let odoo = Odoo::builder()
            .version(series)
            .without_phonenumbers()
            .with_mobile();
        journals.push(Journal::around(odoo.start().await.unwrap()).await.unwrap());
    }
    for journal in journals {
        let by_hand = json!([["name", "=", BY_HAND]]);
        let fields: Value = journal
            .call("crm.lead", "fields_get", json!([["mobile"]]), json!({}))
            .await
            .unwrap();
        let mobile = if fields["mobile"].is_object() {
            "mobile"
        } else {
            "contact_name"
        };
        let france = journal.id_of("base.fr").await.unwrap();
        let germany = journal.id_of("base.de").await.unwrap();
        let written = [
            json!({ "phone": "01 42 66 77 11", mobile: "06 39 98 00 12" }),
            json!({ "phone": "01.42.66.77.12", "country_id": france }),
            json!({ "phone": "0033 1 42 66 77 13 poste 12", "country_id": germany, "active": false }),
            json!({ "phone": "01 42 66 77 99 / 01 42 66 77 14" }),
            // Neither of these has the number of the call.
            json!({ "phone": "01 42 66 77 15", "country_id": germany }),
            json!({ "phone": "42 66 77 16" }),
        ];
        let calls = (11..=16).map(|n| {
            let at = now() - TimeDelta::minutes(100 - n);
            Call::new(Scenario::Missed, at).with(&format!("+331426677{n}"), "")
        });
        let calls = calls.collect();
        journal
            .remove_records("crm.lead", by_hand.clone())
            .await
            .unwrap();
        for mut lead in written {
            lead["name"] = json!(BY_HAND);
            journal.create("crm.lead", lead).await.unwrap();
        }
        let rig = rig(journal, calls, json!({})).await;
        let ours = json!([["x_ucm_key", "like", "+331426677"]]);
        rig.journal
            .remove_records("crm.lead", ours.clone())
            .await
            .unwrap();
        rig.run_to_completion(5).await.unwrap();
        let made = rig.journal.records("crm.lead", ours.clone(), &["phone"]);
        let mut made: Vec<Value> = made
            .await
            .unwrap()
            .iter()
            .map(|lead| lead["phone"].clone())
            .collect();
        made.sort_by_key(Value::to_string);
        assert_eq!(made, ["+33142667715", "+33142667716"]);
        rig.journal
            .remove_records("crm.lead", by_hand)
            .await
            .unwrap();
        rig.journal.remove_records("crm.lead", ours).await.unwrap();
        clean(&rig).await;
    }
}

/// Merging deletes the lead of the bridge's, key and all, and what stays has a number of its own: whose call it was still has a lead. Whoever deletes
/// that one gets another with the next call. So it is with leads that an earlier version has made, from the next set-up on.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_was_merged_into_another_one_is_not_made_again() {
    let journals = async || Journal::of_every_kind().await.unwrap();
    let new = journals().await.into_iter().map(|journal| (journal, false));
    let old = journals().await.into_iter().map(|journal| (journal, true));
    for (journal, is_of_earlier_version) in new.chain(old) {
        let rig = rig(journal, vec![], json!({})).await;
        let by_hand = json!([["name", "=", BY_HAND]]);
        rig.journal
            .remove_records("crm.lead", by_hand.clone())
            .await
            .unwrap();
        let own = json!({ "name": BY_HAND, "phone": "+33639980012" });
        let own = rig.journal.create("crm.lead", own).await.unwrap();
        happens(&rig, Scenario::Missed).await;
        let ours = leads(&rig).await.remove(0)["id"].clone();
        if is_of_earlier_version {
            let note = json!([["message_id", "=", format!("ucm-lead:{LINE}")]]);
            rig.journal
                .remove_records("mail.message", note)
                .await
                .unwrap();
            let action = rig
                .journal
                .id_of("ucm_odoo_crm.action_unique_lead")
                .await
                .unwrap();
            rig.journal.run(action, json!({})).await.unwrap();
        }
        let merge = json!([[own, ours]]);
        let merged = rig
            .journal
            .call("crm.lead", "merge_opportunity", merge, json!({}));
        merged.await.unwrap();
        let fields = ["phone", "x_ucm_key"];
        let stays = rig.journal.records("crm.lead", by_hand.clone(), &fields);
        let stays = stays.await.unwrap();
        assert_eq!(
            (stays.len(), &stays[0]["phone"]),
            (1, &json!("+33639980012"))
        );
        assert_eq!(stays[0]["x_ucm_key"], false);

        happens(&rig, Scenario::Missed).await;
        assert!(leads(&rig).await.is_empty());
        if rig.journal.is_real() {
            let calls = rig
                .journal
                .records("crm.lead", by_hand.clone(), &["x_ucm_call_count"]);
            assert_eq!(calls.await.unwrap()[0]["x_ucm_call_count"], 2);
        }
        rig.journal
            .remove_records("crm.lead", by_hand)
            .await
            .unwrap();
        happens(&rig, Scenario::Missed).await;
        assert_eq!(leads(&rig).await.len(), 1);
        clean(&rig).await;
    }
}

const BY_HAND: &str = "A lead of somebody's own";

fn france(odoo: &Odoo) -> i64 {
    let found = odoo.records_where("res.country", &json!([["code", "=", "FR"]]));
    found[0]["id"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_company_has_its_own() {
    let journal = Journal::simulated(19).await.unwrap();
    let odoo = journal.handle();
    let user = journal.user();
    let company = odoo.create("res.company", &json!({ "name": "Other" }));
    let company = company.unwrap();
    let elsewhere = json!({ "name": "Elsewhere", "phone": LINE, "company_id": 1 });
    odoo.create("crm.lead", &elsewhere).unwrap();
    // The key's user works for both.
    let both = json!({ "company_ids": [[6, 0, [1, company]]] });
    odoo.write("res.users", user, &both).unwrap();
    let calls = vec![call(Scenario::Answered, 60)];
    let rig = rig(journal, calls, json!({ "company": company })).await;
    let odoo = rig.journal.handle();
    rig.run_to_completion(5).await.unwrap();
    let key = format!("{company}:{LINE}");
    let ours = odoo.records_where("crm.lead", &json!([["x_ucm_key", "=", key]]));
    assert_eq!(ours.len(), 1, "{:?}", odoo.records("crm.lead"));
    assert_eq!(ours[0]["company_id"][0], company);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_at_any_point_makes_one_lead() {
    let first = rig(Journal::simulated(19).await.unwrap(), vec![], json!({})).await;
    let calls = || vec![call(Scenario::Missed, 90), call(Scenario::Answered, 60)];
    let makes_contacts = json!({ "create_contacts": true });
    let points = Points::of(first, async || {
        site(calls()).await.with(makes_contacts.clone())
    });
    let is_one = async |rig: &Rig| {
        let leads = leads(rig).await;
        ensure!(leads.len() == 1, "{leads:?}");
        Ok(())
    };
    let there_are = points
        .each(async |_| Ok(()), next_runs, is_one)
        .await
        .unwrap();
    assert!(there_are > 20, "only {there_are} points");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_make_one_lead() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let rig = rig(journal, vec![call(Scenario::Missed, 60)], json!({})).await;
        rig.tick_on_two_machines().await.unwrap();
        rig.advance(Duration::from_secs(120));
        rig.run_to_completion(5).await.unwrap();
        assert_eq!(leads(&rig).await.len(), 1);
        clean(&rig).await;
    }
}

/// Somebody else makes the lead after it was looked for, or it is one that the key's user may not see: that is no trouble.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_another_was_first_with_is_no_trouble() {
    let calls = vec![call(Scenario::Missed, 60)];
    let rig = rig(Journal::simulated(19).await.unwrap(), calls, json!({})).await;
    let odoo = rig.journal.handle();
    let (fault, held) = Fault::held();
    odoo.fault(fault.on("crm.lead", "create").times(1));
    let another = async {
        held.arrived().await;
        let lead = json!({ "name": "Zoé", "phone": LINE, "x_ucm_key": LINE });
        rig.journal.create("crm.lead", lead).await.unwrap();
        drop(held);
    };
    let (report, ()) = tokio::join!(rig.sync(), another);
    let server = &report.unwrap()["servers"][0];
    assert_eq!(server["status"], "complete", "{server}");
    assert_eq!(leads(&rig).await.len(), 1);
}

/// Two contacts have been given the number by the time it is tried again.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_was_refused_is_not_made_of_whom_several_contacts_are_since() {
    let calls = vec![call(Scenario::Missed, 60)];
    let rig = rig(Journal::simulated(19).await.unwrap(), calls, json!({})).await;
    let odoo = rig.journal.handle();
    let refusal = Fault::validation_error("Zoé is no customer");
    odoo.fault(refusal.on("crm.lead", "create"));
    rig.run_to_completion(5).await.unwrap();
    odoo.clear_faults();
    for name in ["Zoé", "Max"] {
        let contact = json!({ "name": name, "phone": LINE });
        rig.journal.create("res.partner", contact).await.unwrap();
    }
    let day = "/replay?server=paris&from=2026-06-15&to=2026-06-15";
    assert_eq!(rig.request("POST", day).await.unwrap().0, 200);
    let calls = rig.journal.calls("paris").await.unwrap();
    assert_eq!(calls[0]["x_match"], "ambiguous");
    assert_eq!(rig.letters("paris").await.unwrap().len(), 1);
    let retried = rig.try_letters_again("paris").await.unwrap();
    assert_eq!(retried["delivered"], 1, "{retried}");
    assert!(leads(&rig).await.is_empty());
}

/// A rule of this CRM has something against one of two callers.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_is_refused_is_told_once_and_stops_no_other() {
    for series in [17, 18, 19] {
        let other = "+33142667709";
        let calls = vec![
            call(Scenario::Missed, 60),
            call(Scenario::Missed, 50).with(other, "Ana"),
        ];
        let journal = Journal::simulated(series).await.unwrap();
        let rig = rig(journal, calls, json!({})).await;
        let odoo = rig.journal.handle();
        let refusal = Fault::validation_error("Zoé is no customer");
        odoo.fault(refusal.on("crm.lead", "create").with(LINE));
        let report = rig.sync().await.unwrap();
        let server = &report["servers"][0];
        assert_eq!(server["status"], "complete", "{report}");
        assert_eq!(server["dead_letters"], 1, "{report}");
        let made = odoo.records("crm.lead");
        assert_eq!(made.len(), 1, "{series}: {made:?}");
        assert_eq!(made[0]["phone"], other);
        // It is not asked for again until somebody says so.
        rig.advance(Duration::from_secs(16 * 60));
        let report = rig.sync().await.unwrap();
        assert_eq!(report["servers"][0]["odoo_requests"], 0, "{report}");

        rig.advance(Duration::from_secs(3 * 24 * 60 * 60));
        let retry = async || {
            let retried = rig.try_letters_again("paris").await.unwrap();
            (retried["delivered"].clone(), retried["refused"].clone())
        };
        assert_eq!(retry().await, (json!(0), json!(1)), "{series}");
        odoo.clear_faults();
        assert_eq!(retry().await, (json!(1), json!(0)), "{series}");
        assert_eq!(leads(&rig).await.len(), 1, "{series}");
        assert!(rig.letters("paris").await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_costs_nothing_where_it_is_off_and_little_where_it_is_on() {
    let calls = vec![call(Scenario::Missed, 60)];
    let off = json!({ "unknown_caller_leads": false });
    let rig_off = rig(Journal::simulated(19).await.unwrap(), calls.clone(), off).await;
    let report = rig_off.sync().await.unwrap();
    let without = report["servers"][0]["odoo_requests"].as_u64().unwrap();
    assert!(leads(&rig_off).await.is_empty());
    let rig = rig(Journal::simulated(19).await.unwrap(), calls, json!({})).await;
    let report = rig.sync().await.unwrap();
    let with = report["servers"][0]["odoo_requests"].as_u64().unwrap();
    // The strange calls, what leads have at all (once an hour), those that there are, those that were merged, the people, the lead, and the mark.
    assert_eq!(with - without, 7);
    rig.advance(Duration::from_secs(16 * 60));
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["odoo_requests"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crm_that_is_not_there_is_said_and_its_leads_come_once_it_is() {
    for series in [17, 18, 19] {
        let odoo = Odoo::builder().version(series).country("FR").without_crm();
        let journal = Journal::around(odoo.start().await.unwrap()).await.unwrap();
        let todos = json!({ "missed_call_todos": true, "missed_call_todo_user": journal.user() });
        let rig = rig(journal, vec![call(Scenario::Missed, 60)], todos).await;
        let report = rig.sync().await.unwrap();
        let server = &report["servers"][0];
        assert_eq!(server["status"], "needs_attention", "{report}");
        let detail = server["detail"].as_str().unwrap();
        assert!(detail.contains("CRM is not installed"), "{detail}");
        // What does not need it is done.
        assert_eq!(rig.journal.count("paris").await.unwrap(), 1);
        let todo = json!([["x_ucm_number", "=", LINE]]);
        let todos = rig.journal.handle().records_where("mail.activity", &todo);
        assert_eq!(todos.len(), 1);

        rig.journal.handle().install_crm().unwrap();
        let (status, set_up) = rig.setup().await.unwrap();
        assert_eq!(
            (status, &set_up["changed"]),
            (200, &json!(true)),
            "{set_up}"
        );
        rig.advance(Duration::from_secs(16 * 60));
        rig.run_to_completion(5).await.unwrap();
        assert_eq!(leads(&rig).await.len(), 1, "{series}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_may_not_see_leads_is_told_so() {
    let journal = Journal::simulated(19).await.unwrap();
    let plain = RealOdoo {
        login: journal.handle().user_login().to_owned(),
        api_key: journal.handle().user_api_key().to_owned(),
        ..journal.reached().clone()
    };
    let rig = rig(journal, vec![call(Scenario::Missed, 60)], json!({})).await;
    let rig = rig
        .with_variable("odoo_login", &plain.login)
        .with_variable("odoo_api_key", &plain.api_key);
    let report = rig.sync().await.unwrap();
    let detail = report["servers"][0]["detail"].as_str().unwrap();
    assert!(
        detail.contains("may not") && detail.contains("crm.lead"),
        "{detail}"
    );
    assert_eq!(rig.journal.count("paris").await.unwrap(), 1);
}

//! One number calls the offices of two companies, and one that is everybody's.

use super::*;

/// The office of company 1, that of another company, and one of no company.
const OFFICES: [&str; 3] = ["lyon", "nantes", "paris"];

async fn offices(journal: Journal) -> Rig {
    let other = journal.another_company().await.unwrap();
    let settings = json!({
        "missed_call_todos": true, "missed_call_notices": true, "missed_call_todo_user": journal.user(), "create_contacts": false,
    });
    let mut rig = Rig::around(journal, now());
    let companies = [json!(1), json!(other), Value::Null];
    for (office, company) in OFFICES.into_iter().zip(companies) {
        let mut site = Site::french(office, now(), vec![]).await.unwrap();
        site = site.with(settings.clone());
        if !company.is_null() {
            site = site.with(json!({ "company": company }));
        }
        rig = rig.site(site);
    }
    let rig = rig.start().await.unwrap();
    clean(&rig).await;
    rig.run_to_completion(5).await.unwrap();
    rig
}

/// Calls with the number, each at an office, one after the other.
async fn happen(rig: &Rig, calls: &[(&str, Scenario)]) {
    for (office, scenario) in calls {
        let call = Call::new(*scenario, rig.clock.now()).with(LINE, "Zoé");
        let site = rig.sites.iter().find(|site| site.id == *office);
        site.unwrap().ucm.add_call(&call);
        rig.advance(Duration::from_secs(5 * 60));
    }
    rig.advance(Duration::from_secs(16 * 60));
    rig.run_to_completion(5).await.unwrap();
}

/// The offices whose calls there are to-dos of, and how many calls each of them is about.
async fn waiting(rig: &Rig) -> Vec<(String, u32)> {
    let mut waiting: Vec<(String, u32)> = todos(rig)
        .await
        .iter()
        .map(|todo| {
            let office = todo["x_ucm_key"].as_str().unwrap().split('/').next();
            let times = todo["summary"].as_str().unwrap().split(' ').next();
            let times = times.unwrap().parse().unwrap_or(1);
            (office.unwrap().to_owned(), times)
        })
        .collect();
    waiting.sort();
    waiting
}

fn each(offices: &[(&str, u32)]) -> Vec<(String, u32)> {
    let owned = |(office, times): &(&str, u32)| ((*office).to_owned(), *times);
    offices.iter().map(owned).collect()
}

use Scenario::{Answered, Missed};

#[tokio::test(flavor = "multi_thread")]
async fn who_calls_two_companies_in_vain_waits_for_both() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let rig = offices(journal).await;
        let missed = [("lyon", Missed), ("nantes", Missed), ("lyon", Missed)];
        happen(&rig, &missed).await;
        assert_eq!(waiting(&rig).await, each(&[("lyon", 2), ("nantes", 1)]));
        // What another company has said on the telephone is not known at the first, and does not help it.
        happen(&rig, &[("nantes", Answered)]).await;
        assert_eq!(waiting(&rig).await, each(&[("lyon", 2)]));
        happen(&rig, &[("nantes", Missed), ("lyon", Answered)]).await;
        assert_eq!(waiting(&rig).await, each(&[("nantes", 1)]));
        clean(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_everybodys_is_closed_by_anybody_and_closes_for_everybody() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let rig = offices(journal).await;
        let missed = [("paris", Missed), ("lyon", Missed), ("nantes", Missed)];
        happen(&rig, &missed).await;
        let all = [("lyon", 1), ("nantes", 1), ("paris", 1)];
        assert_eq!(waiting(&rig).await, each(&all));
        happen(&rig, &[("nantes", Answered)]).await;
        assert_eq!(waiting(&rig).await, each(&[("lyon", 1)]));
        happen(&rig, &[("nantes", Missed), ("paris", Answered)]).await;
        assert_eq!(waiting(&rig).await, each(&[]));
        clean(&rig).await;
    }
}

/// A contact of all companies, whose salesperson works in the second only.
#[tokio::test(flavor = "multi_thread")]
async fn a_salesperson_is_given_no_call_of_a_company_that_is_not_theirs() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let rig = offices(journal).await;
        let nantes = rig.journal.another_company().await.unwrap();
        let sales = json!({
            "name": "Sales", "login": format!("sales-{}", fastrand::u32(..)), "company_id": nantes, "company_ids": [[6, 0, [nantes]]],
        });
        let sales = rig.journal.create("res.users", sales).await.unwrap();
        let contact = json!({ "name": "Zoé", "phone": LINE, "user_id": sales });
        let contact = rig.journal.create("res.partner", contact).await.unwrap();
        happen(&rig, &OFFICES.map(|office| (office, Missed))).await;
        let mut whose: Vec<(Value, Value)> = todos(&rig)
            .await
            .iter()
            .map(|todo| (todo["x_ucm_key"].clone(), todo["user_id"][0].clone()))
            .collect();
        whose.sort_by_key(|(key, _)| key.to_string());
        let whose: Vec<Value> = whose.into_iter().map(|(_, user)| user).collect();
        assert_eq!(
            whose,
            [json!(rig.journal.user()), json!(sales), json!(sales)]
        );
        clean(&rig).await;
        for (model, id) in [("res.partner", contact), ("res.users", sales)] {
            let archived = json!([[id], { "active": false }]);
            let archived = rig.journal.call(model, "write", archived, json!({}));
            archived.await.unwrap();
        }
    }
}

/// Earlier versions had one to-do of a number, whosever it was.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_version_has_left_is_of_the_company_of_its_call() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let rig = offices(journal).await;
        happen(&rig, &[("nantes", Missed)]).await;
        let todo = todos(&rig).await.remove(0);
        let caller = todo["x_ucm_caller"].clone();
        assert_ne!(caller, LINE);
        let unsaid = json!([[todo["id"]], { "x_ucm_caller": false }]);
        let written = rig
            .journal
            .call("mail.activity", "write", unsaid, json!({}));
        written.await.unwrap();
        let keys = rig.journal.id_of("ucm_odoo.action_unique_keys").await;
        rig.journal.run(keys.unwrap(), json!({})).await.unwrap();
        assert_eq!(todos(&rig).await[0]["x_ucm_caller"], caller);
        happen(&rig, &[("lyon", Missed)]).await;
        assert_eq!(waiting(&rig).await, each(&[("lyon", 1), ("nantes", 1)]));
        clean(&rig).await;
    }
}

//! UCM servers as records in Odoo: what is set there counts, what happened is shown there, and its buttons work.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod buttons;
mod pushes;
mod reach;

use std::time::Duration;

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use peers::ucm::{Call, Scenario, Traffic, Ucm};
use serde_json::{Value, json};
use system::{Journal, RealOdoo, Rig, Site, compare, french_ucm};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

async fn office(seed: u64, calls: usize) -> Ucm {
    let traffic = Traffic {
        seed,
        days: 5,
        calls,
    };
    french_ucm(now()).traffic(traffic).start().await.unwrap()
}

async fn journals() -> Vec<Journal> {
    let mut journals = Vec::new();
    for series in [17, 18, 19] {
        journals.push(Journal::simulated(series).await.unwrap());
    }
    if let Some(odoo) = RealOdoo::from_environment() {
        journals.push(Journal::real(odoo).await.unwrap());
    }
    journals
}

/// One office that is configured in Odoo alone.
async fn rig(journal: Journal) -> (Rig, i64) {
    let rig = Rig::around(journal, now())
        .site(Site::new("bordeaux", office(11, 40).await).only_in_odoo())
        .variable("public_url", "https://bridge.example.com")
        .start()
        .await
        .unwrap();
    clear(&rig).await;
    let record = rig
        .journal
        .add_server(rig.sites[0].record(rig.journal.france().await.unwrap()))
        .await
        .unwrap();
    (rig, record)
}

/// A real Odoo may have something left of a run that failed.
async fn clear(rig: &Rig) {
    for site in &rig.sites {
        rig.journal.remove(&site.id).await.unwrap();
    }
    let records = rig
        .journal
        .call("x_ucm_server", "search", json!([[]]), json!({}))
        .await
        .unwrap();
    rig.journal
        .call("x_ucm_server", "unlink", json!([records]), json!({}))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_says_that_something_is_set_aside_and_where() {
    for series in [17, 18, 19] {
        let (rig, record) = rig(Journal::simulated(series).await.unwrap()).await;
        let call = Call::new(Scenario::Answered, now() - Duration::from_secs(600));
        rig.sites[0].ucm.add_call(&call.with("+33142667702", "Zoé"));
        let odoo = rig.journal.handle();
        let refusal = peers::odoo::Fault::validation_error("not this one");
        odoo.fault(refusal.on("x_ucm_call", "create").with("Zoé"));
        rig.run_to_completion(5).await.unwrap();
        let said = shown(&rig, record).await;
        assert_eq!(said["x_result"], "set_aside", "{said}");
        let detail = said["x_result_detail"].as_str().unwrap();
        assert!(detail.contains("/dead-letters/bordeaux"), "{detail}");
        odoo.clear_faults();
        let path = "/replay?server=bordeaux&letter=all";
        assert_eq!(rig.request("POST", path).await.unwrap().0, 200);
        rig.advance(Duration::from_secs(16 * 60));
        rig.run_to_completion(5).await.unwrap();
        let said = shown(&rig, record).await;
        assert_eq!(
            (&said["x_result"], &said["x_result_detail"]),
            (&json!("complete"), &json!(false))
        );
    }
}

/// What a record tells a reader of a language.
async fn told(rig: &Rig, record: i64, lang: &str) -> String {
    read_in(rig, record, "x_result_shown", lang).await
}

async fn read_in(rig: &Rig, record: i64, field: &str, lang: &str) -> String {
    let fields = json!({ "fields": [field], "context": { "lang": lang } });
    let rows = rig
        .journal
        .call("x_ucm_server", "read", json!([[record]]), fields);
    let shown = &rows.await.unwrap()[0][field];
    shown.as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_to_do_is_told_in_the_readers_language() {
    for series in [17, 18, 19] {
        let journal = Journal::simulated_with(series, &["fr_FR", "de_DE"]);
        let (rig, record) = rig(journal.await.unwrap()).await;
        change(&rig, record, json!({ "x_password": "wrong" })).await;
        rig.tick().await.unwrap();
        for (lang, expected) in [
            ("en_US", "the UCM refused the account: wrong user name"),
            ("fr_FR", "l'UCM a refusé le compte : nom d'utilisateur"),
            (
                "de_DE",
                "die UCM hat das Konto abgelehnt: falscher Benutzername",
            ),
        ] {
            let told = told(&rig, record, lang).await;
            assert!(told.starts_with(expected), "{series}: {told}");
        }

        change(
            &rig,
            record,
            json!({ "x_days": 9999, "x_time_zone": "Paris" }),
        )
        .await;
        rig.advance(Duration::from_secs(11 * 60));
        rig.tick().await.unwrap();
        assert_eq!(
            told(&rig, record, "fr_FR").await,
            "Fuseau horaire n'est pas un fuseau horaire IANA tel que Europe/Paris\nJours à synchroniser doit être un nombre entier de 1 à 3650"
        );

        // An earlier bridge knows of no other languages: what it says is shown as it is.
        change(&rig, record, json!({ "x_result_detail": "something else" })).await;
        assert_eq!(told(&rig, record, "fr_FR").await, "something else");
    }
}

/// Until it is brought up to date, people are told by it that it is to be.
#[tokio::test(flavor = "multi_thread")]
async fn a_module_of_before_is_told_in_english() {
    let (rig, record) = rig(Journal::simulated(19).await.unwrap()).await;
    let odoo = rig.journal.handle();
    let (view, form) = odoo.external_id("ucm_odoo.view_x_ucm_server_form").unwrap();
    let arch = odoo.records_where(&view, &json!([["id", "=", form]]))[0]["arch"].clone();
    let before = arch
        .as_str()
        .unwrap()
        .replace("x_result_shown", "x_result_detail");
    odoo.write(&view, form, &json!({ "arch": before })).unwrap();
    for field in ["x_result_shown", "x_result_words"] {
        let name = format!("ucm_odoo.field_x_ucm_server__{field}");
        let (model, id) = odoo.external_id(&name).unwrap();
        odoo.unlink(&model, id).unwrap();
    }
    change(&rig, record, json!({ "x_password": "wrong" })).await;
    rig.tick().await.unwrap();
    let said = shown(&rig, record).await;
    assert_eq!(said["x_result"], "held", "{said}");
    let detail = said["x_result_detail"].as_str().unwrap();
    assert!(
        detail.starts_with("the UCM refused the account"),
        "{detail}"
    );
}

/// Changes settings of a server; secrets are in a record of their own.
async fn change(rig: &Rig, record: i64, mut values: Value) {
    let all = values.as_object_mut().unwrap();
    let secrets = ["x_password", "x_push_secret", "x_push_secret_previous"];
    let secrets = secrets
        .into_iter()
        .filter_map(|name| all.remove_entry(name));
    let secrets: serde_json::Map<String, Value> = secrets.collect();
    if !secrets.is_empty() {
        let access = json!([[access(rig, record).await["id"]], secrets]);
        let changed = rig.journal.call("x_ucm_access", "write", access, json!({}));
        changed.await.unwrap();
    }
    let values = json!([[record], values]);
    let changed = rig.journal.call("x_ucm_server", "write", values, json!({}));
    changed.await.unwrap();
}

async fn access(rig: &Rig, record: i64) -> Value {
    let of_server = json!([["x_server_id", "=", record]]);
    let found = rig
        .journal
        .records("x_ucm_access", of_server, &[])
        .await
        .unwrap();
    found[0].clone()
}

/// What a server's record shows to an administrator, the links of its buttons among it.
async fn shown(rig: &Rig, record: i64) -> Value {
    let rows = rig
        .journal
        .call("x_ucm_server", "read", json!([[record]]), json!({}));
    let mut row = rows.await.unwrap()[0].clone();
    let access = access(rig, record).await;
    for link in ["x_test_url", "x_sync_url", "x_replay_url"] {
        row[link] = access[link].clone();
    }
    row
}

/// What a browser does with an address: the page's text.
async fn open(rig: &Rig, method: &str, address: &str, form: &str) -> (u16, String) {
    let path = address.strip_prefix("https://bridge.example.com").unwrap();
    let request = http::Request::builder()
        .method(method)
        .uri(format!("http://localhost{path}"))
        .header("accept-language", "fr-FR,fr;q=0.9")
        .body(Bytes::from(form.to_owned()))
        .unwrap();
    let answer = rig.send(request).await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/html"), "{kind}");
    let text = String::from_utf8(answer.body().to_vec()).unwrap();
    (answer.status().as_u16(), text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_only_in_odoo_is_synchronised_and_its_status_shown() {
    for journal in journals().await {
        let (rig, record) = rig(journal).await;
        rig.tick().await.unwrap();
        compare::complete(&rig).await.unwrap();
        let status = shown(&rig, record).await;
        assert_eq!(status["x_result"], "complete", "{status}");
        assert_eq!(status["x_synchronised_at"], "2026-06-15 14:30:00");
        assert_eq!(status["x_complete_at"], "2026-06-15 14:30:00");
        assert_eq!(status["x_result_detail"], false);

        // The wrong password is shown with what to do, the account is held, and the right one counts within ten minutes.
        change(&rig, record, json!({"x_password": "wrong"})).await;
        rig.advance(Duration::from_secs(11 * 60));
        rig.tick().await.unwrap();
        let status = shown(&rig, record).await;
        assert_eq!(status["x_result"], "held", "{status}");
        assert!(
            status["x_result_detail"]
                .as_str()
                .unwrap()
                .contains("refused the account"),
            "{status}"
        );
        change(
            &rig,
            record,
            json!({"x_password": rig.sites[0].ucm.password()}),
        )
        .await;
        rig.advance(Duration::from_secs(11 * 60));
        rig.tick().await.unwrap();
        assert_eq!(shown(&rig, record).await["x_result"], "complete");
        clear(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_hour_asks_odoo_for_the_servers_alone_and_writes_its_status_once() {
    let (rig, _) = rig(Journal::simulated(19).await.unwrap()).await;
    rig.tick().await.unwrap();
    rig.journal.handle().clear_requests();
    rig.sites[0].ucm.clear_requests();
    for _ in 0..60 {
        rig.advance(Duration::from_secs(60));
        rig.tick().await.unwrap();
    }
    let counts = rig.journal.handle().count_by_method();
    assert_eq!(
        counts.get("x_ucm_server.search_read"),
        Some(&6),
        "{counts:?}"
    );
    assert_eq!(counts.get("x_ucm_server.write"), Some(&1), "{counts:?}");
    // What only the bridge may see of them is a record of its own.
    assert_eq!(
        counts.get("x_ucm_access.search_read"),
        Some(&6),
        "{counts:?}"
    );
    // Which journal is there is asked before anything else is: with each reading, and once with the status.
    assert_eq!(
        counts.get("x_ucm_journal.search_read"),
        Some(&7),
        "{counts:?}"
    );
    assert_eq!(counts.values().sum::<usize>(), 20, "{counts:?}");
    assert_eq!(rig.sites[0].ucm.count("cdrapi"), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_between_two_readings_reads_one_key() {
    let (rig, _) = rig(Journal::simulated(19).await.unwrap()).await;
    rig.tick().await.unwrap();
    rig.advance(Duration::from_secs(60));
    let recorder = std::sync::Arc::new(host::Recorder::new());
    rig.tick_with(recorder.clone()).await.unwrap();
    let gets = recorder.key_value_operations(host::KeyValueOperation::Get);
    let sets = recorder.key_value_operations(host::KeyValueOperation::Set);
    assert_eq!((gets, sets), (1, 0));
    assert!(recorder.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_the_variable_is_shown_with_its_state_and_its_buttons_and_stays_as_it_is() {
    for series in [17, 18, 19] {
        let rig = Rig::around(Journal::simulated(series).await.unwrap(), now())
            .site(Site::new("paris", office(12, 20).await).with(json!({ "name": "Paris" })))
            .variable("public_url", "https://bridge.example.com")
            .start()
            .await
            .unwrap();
        let report = rig.sync().await.unwrap();
        let records = rig.journal.handle().records("x_ucm_server");
        assert_eq!(records.len(), 1, "{report}");
        let record = records[0]["id"].as_i64().unwrap();
        let seen = shown(&rig, record).await;
        assert_eq!(
            (&seen["x_key"], &seen["x_name"], &seen["x_outside"]),
            (&json!("paris"), &json!("Paris"), &json!(true))
        );
        assert_eq!(seen["x_result"], "complete", "{seen}");
        let button = seen["x_sync_url"].as_str().unwrap();
        assert_eq!(open(&rig, "POST", button, "").await.0, 200);

        // What somebody changes there comes back, and the server has no other settings for it.
        change(&rig, record, json!({ "x_host": "elsewhere.example.com" })).await;
        let call = Call::new(Scenario::Answered, now() + Duration::from_secs(60));
        rig.sites[0].ucm.add_call(&call);
        rig.advance(Duration::from_secs(16 * 60));
        rig.tick().await.unwrap();
        compare::complete(&rig).await.unwrap();
        let seen = shown(&rig, record).await;
        assert_ne!(seen["x_host"], "elsewhere.example.com");
        assert_eq!(seen["x_synchronised_at"], "2026-06-15 14:46:00");
        assert_eq!(rig.journal.handle().records("x_ucm_server").len(), 1);

        // Gone from the variable, it is paused; its calls stay.
        let rig = rig.with_variable("ucm_servers", "[]");
        rig.advance(Duration::from_secs(16 * 60));
        rig.tick().await.unwrap();
        assert_eq!(shown(&rig, record).await["x_paused"], true);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_doors_are_one_list_and_conflicts_are_shown_where_they_are() {
    let rig = Rig::around(Journal::simulated(18).await.unwrap(), now())
        .site(Site::new("paris", office(1, 10).await))
        .site(Site::new("lyon", office(2, 10).await).only_in_odoo())
        .start()
        .await
        .unwrap();
    let france = rig.journal.france().await.unwrap();
    let twice = rig
        .journal
        .add_server(rig.sites[0].record(france))
        .await
        .unwrap();
    let lyon = rig
        .journal
        .add_server(rig.sites[1].record(france))
        .await
        .unwrap();
    let mut twin = rig.sites[1].record(france);
    twin["x_key"] = json!("lyon-2");
    let twin = rig.journal.add_server(twin).await.unwrap();
    let mut faulty = rig.sites[1].record(france);
    faulty["x_key"] = json!("Nantes!");
    faulty["x_password"] = json!(false);
    faulty["x_secret_name"] = json!("nantes");
    let faulty = rig.journal.add_server(faulty).await.unwrap();

    let (status, report) = rig.request("POST", "/sync").await.unwrap();
    assert_eq!(status, 502, "a server was refused: {report}");
    let ran: Vec<&str> = report["servers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|server| server["server"].as_str().unwrap())
        .collect();
    assert_eq!(ran, ["paris", "lyon"]);
    compare::complete(&rig).await.unwrap();
    for (record, expected) in [
        (twice, "`ucm_servers`"),
        (twin, "already"),
        (faulty, "`ucm_passwords`"),
    ] {
        let status = shown(&rig, record).await;
        assert_eq!(status["x_result"], "refused", "{status}");
        let detail = status["x_result_detail"].as_str().unwrap();
        assert!(detail.contains(expected), "{detail}");
    }
    assert_eq!(shown(&rig, lyon).await["x_result"], "complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_the_administrators_and_the_bridges_or_is_not_in_odoo_at_all() {
    let journal = Journal::simulated(19).await.unwrap();
    let site = Site::new("bordeaux", office(11, 10).await).only_in_odoo();
    let passwords = json!({ "head office": site.ucm.password() });
    let mut rig = Rig::around(journal, now())
        .site(site)
        .variable("ucm_passwords", &passwords.to_string())
        .start()
        .await
        .unwrap();
    let mut values = rig.sites[0].record(rig.journal.france().await.unwrap());
    values["x_password"] = json!(false);
    values["x_secret_name"] = json!("head office");
    // The plain user of this Odoo may not make contacts.
    values["x_create_contacts"] = json!(false);
    let record = rig.journal.add_server(values).await.unwrap();
    let user = rig.journal.handle().user_login().to_owned();
    let key = rig.journal.handle().user_api_key().to_owned();
    let refused = rig
        .journal
        .as_user(&user, &key)
        .await
        .unwrap()
        .records(
            "x_ucm_access",
            json!([["x_server_id", "=", record]]),
            &["x_password"],
        )
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("AccessError"), "{refused}");

    // A bridge that may not see passwords synchronises the server whose password it keeps itself, and says what the other lacks.
    rig = rig
        .with_variable("odoo_login", &user)
        .with_variable("odoo_api_key", &key);
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["status"], "complete", "{report}");
    assert!(
        report["remarks"][0].as_str().unwrap().contains("status"),
        "{report}"
    );
    let remarks = report["remarks"].to_string();
    assert!(
        remarks.contains("Grandstream > Bridge to the UCMs"),
        "{remarks}"
    );
    let given = json!({"x_secret_name": false, "x_password": "p"});
    change(&rig, record, given).await;
    rig.advance(Duration::from_secs(11 * 60));
    let report = rig.sync().await.unwrap();
    assert!(
        report["refused"][0]["problem"]
            .as_str()
            .unwrap()
            .contains("Grandstream: Bridge"),
        "{report}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn digits_for_an_outside_line_are_a_setting_of_the_record_and_an_earlier_module_lacks_it() {
    for journal in journals().await {
        let (rig, record) = rig(journal).await;
        change(&rig, record, json!({ "x_outside_line": "0" })).await;
        let start = now() - Duration::from_secs(600);
        let call = Call::new(Scenario::Outbound, start).with("+33142667701", "Ana");
        rig.sites[0].ucm.add_call(&call.dialled_with("0"));
        rig.run_to_completion(5).await.unwrap();
        compare::complete(&rig).await.unwrap();
        clear(&rig).await;
    }
    let (rig, _) = rig(Journal::simulated(19).await.unwrap()).await;
    let views = json!([[["model", "=", "x_ucm_server"]]]);
    let setting = json!([[
        ["model", "=", "x_ucm_server"],
        ["name", "=", "x_outside_line"]
    ]]);
    // A field that a view shows does not go, nor a view that another inherits from.
    for (model, domain) in [("ir.ui.view", views), ("ir.model.fields", setting)] {
        let latest_first = json!({ "order": "id desc" });
        let ask = |method, arguments, options| rig.journal.call(model, method, arguments, options);
        let found = ask("search", domain, latest_first).await.unwrap();
        for id in found.as_array().unwrap() {
            ask("unlink", json!([[id]]), json!({})).await.unwrap();
        }
    }
    rig.run_to_completion(5).await.unwrap();
    compare::complete(&rig).await.unwrap();
}

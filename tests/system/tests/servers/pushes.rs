//! Servers that are configured in Odoo push: who is let in, what arrives, and what people see of it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use host::{App, KeyValueOperation, Recorder};
use peers::ucm::{Call, Scenario};
use serde_json::{Value, json};
use system::{Journal, Rig, Site, compare, french_ucm};

use super::{access, change, clear, journals, office, rig, shown};

const SECRET: &str = "the-secret-of-bordeaux";
const NEXT: &str = "the-next-secret-of-bordeaux";

/// A server that is configured in Odoo alone and may push, as the bridge has read it.
async fn pushing(journal: Journal) -> (Rig, i64) {
    let (rig, record) = rig(journal).await;
    change(&rig, record, json!({ "x_push_secret": SECRET })).await;
    rig.tick().await.unwrap();
    compare::complete(&rig).await.unwrap();
    (rig, record)
}

/// The records of a new call of the first office, begun so many seconds ago, which nobody has polled yet.
fn records_of_a_call(rig: &Rig, secs_ago: u64) -> Vec<String> {
    let ucm = &rig.sites[0].ucm;
    let before = ucm.pushed_records(false);
    let start = rig.clock.now() - Duration::from_secs(secs_ago);
    ucm.add_call(&Call::new(Scenario::Answered, start).with("+33142667702", "Zoé"));
    let mut records = ucm.pushed_records(false);
    records.retain(|record| !before.contains(record));
    assert!(!records.is_empty());
    records
}

/// The status of what is sent to `path`, with the password of Basic credentials; a refusal says what to do.
async fn send(app: &App, path: &str, password: Option<&str>, body: &str) -> u16 {
    use base64::Engine as _;
    let mut request = http::Request::post(format!("http://localhost/webhook/{path}"));
    if let Some(password) = password {
        let pair = base64::prelude::BASE64_STANDARD.encode(format!("ucm:{password}"));
        request = request.header("authorization", format!("Basic {pair}"));
    }
    let request = request.body(Bytes::from(body.to_owned())).unwrap();
    let answer = app.request(request).await.unwrap();
    let status = answer.status().as_u16();
    if status != 200 {
        let kind = answer.headers()["content-type"].to_str().unwrap();
        assert_eq!(kind, "application/problem+json");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        let problem: Value = serde_json::from_slice(answer.body()).unwrap();
        assert!(!problem["action"].as_str().unwrap().is_empty(), "{problem}");
        assert!(!problem.to_string().contains(SECRET), "{problem}");
    }
    status
}

/// Reads the servers anew: what was changed in Odoo counts.
async fn reread(rig: &Rig) {
    rig.advance(Duration::from_secs(11 * 60));
    rig.tick().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_only_in_odoo_pushes_its_calls_into_it() {
    for journal in journals().await {
        let (rig, record) = pushing(journal).await;
        let app = rig.app().start().await.unwrap();
        for leg in records_of_a_call(&rig, 900) {
            assert_eq!(send(&app, "bordeaux", Some(SECRET), &leg).await, 200);
        }
        app.settled().await;
        compare::complete(&rig).await.unwrap();
        // The device without a header has the secret behind its address.
        let legs = records_of_a_call(&rig, 600).join("\n");
        let keyed = format!("bordeaux/{SECRET}");
        assert_eq!(send(&app, &keyed, None, &legs).await, 200);
        app.settled().await;
        let log: Vec<String> = app.logs().into_iter().map(|line| line.text).collect();
        assert!(!log.concat().contains(SECRET));
        app.stop().await;
        compare::complete(&rig).await.unwrap();

        // People see when it last pushed, and administrators where to.
        reread(&rig).await;
        let seen = shown(&rig, record).await;
        let at = seen["x_pushed_at"].as_str().unwrap_or_default();
        assert!(at.starts_with("2026-06-15 14:30"), "{seen}");
        let address = &access(&rig, record).await["x_push_url"];
        assert_eq!(address, "https://bridge.example.com/webhook/bordeaux");
        clear(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_servers_own_secret_lets_in() {
    for journal in journals().await {
        let (mut rig, record) = pushing(journal).await;
        rig.sites
            .push(Site::new("lyon", office(2, 1).await).only_in_odoo());
        let lyon = rig.sites[1].record(rig.journal.france().await.unwrap());
        let lyon = rig.journal.add_server(lyon).await.unwrap();
        change(
            &rig,
            lyon,
            json!({ "x_push_secret": "the-secret-of-lyon", "x_push_sources": "203.0.113.0/24" }),
        )
        .await;
        let leg = records_of_a_call(&rig, 900).remove(0);
        let app = rig.app().start().await.unwrap();
        // It is not known before it is read.
        let own = Some("the-secret-of-lyon");
        assert_eq!(send(&app, "lyon", own, &leg).await, 404);
        reread(&rig).await;
        for (path, secret, status) in [
            ("bordeaux", Some("the-secret-of-lyon"), 401),
            ("bordeaux", Some("another-secret-altogether"), 401),
            ("bordeaux", None, 401),
            ("bordeaux/another-secret-altogether", None, 401),
            ("lyon", own, 403),
            ("nantes", Some(SECRET), 404),
            ("bordeaux", Some(SECRET), 200),
        ] {
            assert_eq!(send(&app, path, secret, &leg).await, status, "{path}");
        }

        // Two secrets hold while one is changed; the one before goes with the next reading.
        let both = json!({ "x_push_secret": NEXT, "x_push_secret_previous": SECRET });
        change(&rig, record, both).await;
        reread(&rig).await;
        for secret in [SECRET, NEXT] {
            assert_eq!(send(&app, "bordeaux", Some(secret), &leg).await, 200);
        }
        change(&rig, record, json!({ "x_push_secret_previous": false })).await;
        reread(&rig).await;
        assert_eq!(send(&app, "bordeaux", Some(SECRET), &leg).await, 401);
        assert_eq!(send(&app, "bordeaux", Some(NEXT), &leg).await, 200);

        // Without any, nobody is let in.
        change(&rig, record, json!({ "x_push_secret": false })).await;
        reread(&rig).await;
        assert_eq!(send(&app, "bordeaux", Some(NEXT), &leg).await, 503);
        assert_eq!(send(&app, "bordeaux", Some(""), &leg).await, 503);
        app.stop().await;
        clear(&rig).await;
    }
}

/// The server of the variable that brings the call back in makes no to-dos of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_call_closes_what_a_server_in_odoo_has_asked_for() {
    let (mut rig, record) = rig(Journal::simulated(19).await.unwrap()).await;
    let asked =
        json!({ "x_missed_call_todos": true, "x_missed_call_todo_user_id": rig.journal.user() });
    change(&rig, record, asked).await;
    let line = "+33142667702";
    let at = |secs_ago| rig.clock.now() - Duration::from_secs(secs_ago);
    let missed = Call::new(Scenario::Missed, at(600)).with(line, "Zoé");
    rig.sites[0].ucm.add_call(&missed);
    let back = Call::new(Scenario::Outbound, at(300)).with(line, "Zoé");
    let lyon = french_ucm(rig.clock.now()).calls([back]);
    let lyon = Site::new("lyon", lyon.start().await.unwrap());
    let settings = json!({ "push_secret": "the-secret-of-lyon", "poll": false });
    rig.sites.push(lyon.with(settings));
    reread(&rig).await;
    rig.run_to_completion(5).await.unwrap();
    let open = async || {
        let of_line = json!([[["x_ucm_number", "=", line]]]);
        let rows = rig
            .journal
            .call("mail.activity", "search_read", of_line, json!({}));
        rows.await.unwrap().as_array().unwrap().len()
    };
    assert_eq!(open().await, 1);
    let app = rig.app().start().await.unwrap();
    let legs = rig.sites[1].ucm.pushed_records(false).join("\n");
    let own = Some("the-secret-of-lyon");
    assert_eq!(send(&app, "lyon", own, &legs).await, 200);
    app.settled().await;
    app.stop().await;
    assert_eq!(open().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_paused_or_deleted_is_let_in_no_more() {
    for journal in journals().await {
        let (rig, record) = pushing(journal).await;
        let leg = records_of_a_call(&rig, 900).remove(0);
        let app = rig.app().start().await.unwrap();
        change(&rig, record, json!({ "x_paused": true })).await;
        assert_eq!(send(&app, "bordeaux", Some(SECRET), &leg).await, 200);
        reread(&rig).await;
        assert_eq!(send(&app, "bordeaux", Some(SECRET), &leg).await, 404);
        change(&rig, record, json!({ "x_paused": false })).await;
        reread(&rig).await;
        assert_eq!(send(&app, "bordeaux", Some(SECRET), &leg).await, 200);
        let gone = rig
            .journal
            .call("x_ucm_server", "unlink", json!([[record]]), json!({}));
        gone.await.unwrap();
        reread(&rig).await;
        assert_eq!(send(&app, "bordeaux", Some(SECRET), &leg).await, 404);
        app.stop().await;
        clear(&rig).await;
    }
}

/// How often the store is read for a test without a secret, which is answered once it is known who may push.
async fn reads(rig: &Rig, path: &str) -> usize {
    let recorder = Arc::new(Recorder::new());
    let app = rig.app().hooks(recorder.clone()).start().await.unwrap();
    assert_eq!(send(&app, path, None, "").await, 200);
    app.settled().await;
    app.stop().await;
    assert!(recorder.requests().is_empty(), "Odoo was asked");
    recorder.key_value_operations(KeyValueOperation::Get)
}

#[tokio::test(flavor = "multi_thread")]
async fn finding_it_costs_one_look_into_the_store_and_one_of_the_variable_none() {
    let (mut rig, _) = pushing(Journal::simulated(19).await.unwrap()).await;
    let paris = Site::new("paris", office(2, 1).await);
    rig.sites
        .push(paris.with(json!({ "push_secret": "the-secret-of-paris" })));
    reread(&rig).await;
    assert_eq!(reads(&rig, "paris").await, 0);
    assert_eq!(reads(&rig, "bordeaux").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_odoo_could_not_take_is_brought_in_by_the_next_tick() {
    for series in [17, 18, 19] {
        let (rig, _) = pushing(Journal::simulated(series).await.unwrap()).await;
        let legs = records_of_a_call(&rig, 900);
        rig.journal.handle().go_down().await;
        let app = rig.app().start().await.unwrap();
        for leg in &legs {
            assert_eq!(send(&app, "bordeaux", Some(SECRET), leg).await, 200);
        }
        app.settled().await;
        app.stop().await;
        rig.journal.handle().come_back().await;
        // Nothing is due, and the servers are not read: what waits is found all the same.
        rig.sites[0].ucm.clear_requests();
        rig.journal.handle().clear_requests();
        rig.advance(Duration::from_secs(60));
        rig.tick().await.unwrap();
        compare::complete(&rig).await.unwrap();
        assert!(rig.sites[0].ucm.requests().is_empty());
        let counts = rig.journal.handle().count_by_method();
        assert_eq!(counts.get("x_ucm_server.search_read"), None, "{counts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_cannot_be_reached_pushes_without_host_and_password() {
    for journal in journals().await {
        let (rig, record) = rig(journal).await;
        let nothing_but_a_secret = json!({
            "x_push_only": true, "x_host": false, "x_password": false, "x_push_secret": SECRET,
        });
        change(&rig, record, nothing_but_a_secret).await;
        rig.sites[0].ucm.clear_requests();
        rig.tick().await.unwrap();
        let app = rig.app().start().await.unwrap();
        let legs = rig.sites[0].ucm.pushed_records(false).join("\n");
        assert_eq!(send(&app, "bordeaux", Some(SECRET), &legs).await, 200);
        app.settled().await;
        app.stop().await;
        reread(&rig).await;
        compare::complete(&rig).await.unwrap();
        let seen = shown(&rig, record).await;
        assert_eq!(seen["x_pushed_at"], "2026-06-15 14:30:00", "{seen}");

        let (status, test) = rig.request("POST", "/servers/bordeaux/test").await.unwrap();
        assert_eq!((status, &test["ok"]), (200, &json!(true)), "{test}");
        let found = test["checks"].to_string();
        assert!(found.contains("2026-06-15 14:30 UTC"), "{found}");
        let (_, doctor) = rig.request("GET", "/doctor").await.unwrap();
        let steps = doctor["servers"][0]["steps"].as_array().unwrap();
        assert_eq!(steps.len(), 1, "{steps:?}");
        assert_eq!(steps[0]["what"], "pushes");
        assert!(rig.sites[0].ucm.requests().is_empty(), "it was asked");

        // Without a secret no record would ever come: its form says so.
        change(&rig, record, json!({ "x_push_secret": false })).await;
        reread(&rig).await;
        let seen = shown(&rig, record).await;
        assert_eq!(seen["x_result"], "refused", "{seen}");
        let detail = seen["x_result_detail"].as_str().unwrap();
        assert!(
            detail.starts_with("Push Secret is missing, and the server is not polled"),
            "{detail}"
        );
        change(&rig, record, json!({ "x_push_secret": SECRET })).await;
        reread(&rig).await;
        let seen = shown(&rig, record).await;
        assert_eq!(
            (&seen["x_result"], &seen["x_result_detail"]),
            (&json!(false), &json!(false))
        );
        clear(&rig).await;
    }
}

/// What is asked of a phone's address in Odoo.
async fn ring(rig: &Rig, address: &str) -> u16 {
    let path = address.strip_prefix("https://bridge.example.com").unwrap();
    let target = format!("http://localhost{path}?event=incoming&local=1001&call=a1");
    let request = http::Request::get(target).body(Bytes::new()).unwrap();
    rig.send(request).await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_phones_may_be_and_from_where_is_set_in_odoo_as_well() {
    for series in [17, 18, 19] {
        let (rig, record) = rig(Journal::simulated(series).await.unwrap()).await;
        rig.tick().await.unwrap();
        let address = async || {
            let access = access(&rig, record).await;
            access["x_ring_url"].as_str().unwrap().to_owned()
        };
        let first = address().await;
        assert_eq!(ring(&rig, &first).await, 200);
        change(&rig, record, json!({ "x_phones_generation": 2 })).await;
        reread(&rig).await;
        let second = address().await;
        assert_ne!(first, second);
        assert_eq!(ring(&rig, &first).await, 403);
        assert_eq!(ring(&rig, &second).await, 200);
        let far = json!({ "x_phone_sources": "203.0.113.0/24\n198.51.100.7" });
        change(&rig, record, far).await;
        reread(&rig).await;
        assert_eq!(ring(&rig, &second).await, 403);
        let near = json!({ "x_phone_sources": "203.0.113.0/24\n127.0.0.1" });
        change(&rig, record, near).await;
        reread(&rig).await;
        assert_eq!(ring(&rig, &second).await, 200);
        change(&rig, record, json!({ "x_phone_sources": "reception" })).await;
        reread(&rig).await;
        let seen = shown(&rig, record).await;
        let detail = seen["x_result_detail"].as_str().unwrap();
        assert!(
            detail.starts_with("Phones From must list addresses"),
            "{detail}"
        );
    }
}

/// A module of before has no field for it: the server is polled as it was, and nobody may push.
#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_module_has_no_secret_and_lets_nobody_push() {
    let (rig, record) = rig(Journal::simulated(19).await.unwrap()).await;
    let odoo = rig.journal.handle();
    for model in ["x_ucm_server", "x_ucm_access"] {
        let views = json!([["model", "=", model]]);
        let mut views = odoo.records_where("ir.ui.view", &views);
        views.sort_by_key(|view| -view["id"].as_i64().unwrap());
        for view in views {
            odoo.unlink("ir.ui.view", view["id"].as_i64().unwrap())
                .unwrap();
        }
    }
    for field in [
        "server__x_has_push_secret",
        "access__x_push_secret",
        "access__x_push_secret_previous",
        "access__x_push_url",
        "server__x_pushed_at",
        "server__x_push_only",
    ] {
        let name = format!("ucm_odoo.field_x_ucm_{field}");
        let (model, id) = odoo.external_id(&name).unwrap();
        odoo.unlink(&model, id).unwrap();
    }
    rig.tick().await.unwrap();
    compare::complete(&rig).await.unwrap();
    assert_eq!(shown(&rig, record).await["x_result"], "complete");
    let leg = rig.sites[0].ucm.pushed_records(false).remove(0);
    let app = rig.app().start().await.unwrap();
    assert_eq!(send(&app, "bordeaux", Some(SECRET), &leg).await, 503);
    app.stop().await;
}

//! Setting up the Odoo side: on every series, again, over an older one, around what people changed, and away again.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod alone;
mod crm;
mod real;
mod upgrade;

use std::collections::BTreeSet;

use peers::odoo::{Fault, Odoo};
use serde_json::{Value, json};
use system::{Journal, RealOdoo, Rig};

const SERIES: [u16; 3] = [17, 18, 19];

/// The module as its first installations have it.
const FIRST: [&[u8]; 3] = [
    include_bytes!("../../testdata/ucm_odoo-first-17.zip"),
    include_bytes!("../../testdata/ucm_odoo-first-18.zip"),
    include_bytes!("../../testdata/ucm_odoo-first-19.zip"),
];

async fn rig(journal: Journal) -> Rig {
    let now = "2026-06-15T14:30:00Z".parse().unwrap();
    let rig = Rig::around(journal, now);
    rig.start_without_setup().await.unwrap()
}

async fn installed(series: u16) -> Rig {
    let rig = rig(Journal::simulated(series).await.unwrap()).await;
    post(&rig, "/setup").await;
    rig
}

/// `POST` that must succeed, and its report.
async fn post(rig: &Rig, path: &str) -> Value {
    let (status, report) = rig.request("POST", path).await.unwrap();
    assert_eq!(status, 200, "{report}");
    report
}

async fn plan(rig: &Rig) -> Value {
    let (status, plan) = rig.request("GET", "/setup").await.unwrap();
    assert_eq!(status, 200, "{plan}");
    plan
}

async fn delete(rig: &Rig, query: &str) -> (u16, Value) {
    rig.request("DELETE", &format!("/setup{query}"))
        .await
        .unwrap()
}

/// Methods called since the last look, without the greeting.
fn methods(odoo: &Odoo) -> Vec<String> {
    let counts = odoo.count_by_method();
    odoo.clear_requests();
    counts
        .into_iter()
        .filter(|(method, _)| !method.starts_with("common.") && method.contains('.'))
        .flat_map(|(method, count)| vec![method; count])
        .collect()
}

fn a_call(odoo: &Odoo, key: &str, more: Value) -> i64 {
    let mut call =
        json!({ "x_uid": key, "x_name": "a \u{2192} b", "x_notes": "<p>called back</p>" });
    let fields = call.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    odoo.create("x_ucm_call", &call).unwrap()
}

fn view(odoo: &Odoo, name: &str) -> Value {
    let (model, id) = odoo.external_id(&format!("ucm_odoo.{name}")).unwrap();
    let domain = json!([["id", "=", id]]);
    odoo.records_where(&model, &domain).remove(0)
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_set_up_writes_nothing() {
    for series in SERIES {
        let rig = rig(Journal::simulated(series).await.unwrap()).await;
        assert_eq!(plan(&rig).await["step"], "install");
        let first = post(&rig, "/setup").await;
        assert_eq!(first["changed"], true, "{first}");
        _ = methods(rig.journal.handle());

        let second = post(&rig, "/setup").await;
        assert_eq!(second["changed"], false, "{second}");
        let called = methods(rig.journal.handle());
        let reads = |method: &String| method.ends_with(".search_read");
        assert!(called.iter().all(reads), "{series}: {called:?}");
        assert!(called.len() <= 6, "{series}: {called:?}");
        let plan = plan(&rig).await;
        assert_eq!(plan["step"], "nothing", "{plan}");
        for list in ["missing", "extra", "customised"] {
            assert_eq!(plan[list], json!([]), "{series}: {list}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_deleted_is_named_and_put_back() {
    for series in SERIES {
        let rig = installed(series).await;
        let odoo = rig.journal.handle();
        let (model, id) = odoo.external_id("ucm_odoo.menu_call_journal").unwrap();
        odoo.unlink(&model, id).unwrap();
        let plan = plan(&rig).await;
        assert_eq!(plan["missing"], json!(["menu_call_journal"]), "{plan}");
        assert_eq!(plan["step"], "upgrade");
        post(&rig, "/setup").await;
        assert!(odoo.external_id("ucm_odoo.menu_call_journal").is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_installation_is_upgraded_in_place() {
    for (series, first) in SERIES.into_iter().zip(FIRST) {
        let rig = rig(Journal::simulated(series).await.unwrap()).await;
        let odoo = rig.journal.handle();
        odoo.import_module(first).unwrap();
        let call = a_call(odoo, "paris:1", json!({}));
        let before = odoo.external_id("ucm_odoo.view_x_ucm_call_list").unwrap();

        let found = plan(&rig).await;
        assert_eq!(found["step"], "upgrade", "{found}");
        assert!(
            names(&found["missing"]).contains(&"field_x_ucm_call__x_user_id"),
            "{found}"
        );
        assert_eq!(post(&rig, "/setup").await["changed"], true);

        let rows = odoo.records("x_ucm_call");
        assert_eq!(rows.len(), 1, "{series}");
        assert_eq!(rows[0]["id"], call);
        assert_eq!(rows[0]["x_notes"], "<p>called back</p>");
        assert_eq!(rows[0]["x_company_id"], false);
        let after = odoo.external_id("ucm_odoo.view_x_ucm_call_list").unwrap();
        assert_eq!(before, after, "{series}: the view is the same record");
        assert_eq!(plan(&rig).await["step"], "nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_view_is_kept_and_named_until_it_is_given_up() {
    for series in SERIES {
        let rig = installed(series).await;
        let odoo = rig.journal.handle();
        let original = view(odoo, "view_x_ucm_call_form")["arch"].clone();
        let edited = original.as_str().unwrap().replace("Notes", "Remarks");
        let id = view(odoo, "view_x_ucm_call_form")["id"].as_i64().unwrap();
        odoo.write("ir.ui.view", id, &json!({ "arch": edited }))
            .unwrap();
        make_older(odoo);

        assert_eq!(
            plan(&rig).await["customised"],
            json!(["view_x_ucm_call_form"])
        );
        let report = post(&rig, "/setup").await;
        assert_eq!(report["changed"], true);
        let summary = report["summary"].as_str().unwrap();
        assert!(summary.contains("view_x_ucm_call_form"), "{summary}");
        assert_eq!(view(odoo, "view_x_ucm_call_form")["arch"], edited.as_str());

        let again = post(&rig, "/setup").await;
        assert_eq!(again["changed"], false);
        let summary = again["summary"].as_str().unwrap();
        assert!(summary.contains("view_x_ucm_call_form"), "{summary}");

        assert_eq!(post(&rig, "/setup?views=replace").await["changed"], true);
        assert_eq!(view(odoo, "view_x_ucm_call_form")["arch"], original);
        assert_eq!(plan(&rig).await["customised"], json!([]));
        assert_eq!(post(&rig, "/setup?views=replace").await["changed"], false);
    }
}

/// As if an earlier build of the bridge had set it up.
fn make_older(odoo: &Odoo) {
    let key = json!([["key", "=", "ucm_odoo.content"]]);
    let parameter = odoo.records_where("ir.config_parameter", &key).remove(0);
    let id = parameter["id"].as_i64().unwrap();
    odoo.write("ir.config_parameter", id, &json!({ "value": "older" }))
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_does_not_speak_of_the_calls_does_nothing() {
    let rig = installed(19).await;
    a_call(rig.journal.handle(), "paris:1", json!({}));
    _ = methods(rig.journal.handle());
    for query in ["", "?data=", "?data=yes", "?keep"] {
        let (status, problem) = delete(&rig, query).await;
        assert_eq!(status, 400, "{query}: {problem}");
        let action = problem["action"].as_str().unwrap();
        assert!(
            action.contains("data=keep") && action.contains("data=remove"),
            "{action}"
        );
    }
    let (status, _) = rig.request("POST", "/setup?views=overwrite").await.unwrap();
    assert_eq!(status, 400);
    assert!(methods(rig.journal.handle()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_kept_come_back_as_they_were() {
    for series in SERIES {
        let rig = installed(series).await;
        let odoo = rig.journal.handle();
        let call = a_call(odoo, "paris:1", json!({ "x_direction": "inbound" }));
        let (status, report) = delete(&rig, "?data=keep").await;
        assert_eq!(status, 200, "{report}");
        assert!(odoo.external_id("ucm_odoo.menu_root").is_none());
        assert!(odoo.external_id("ucm_odoo.view_x_ucm_call_list").is_none());
        assert!(
            odoo.records_where("ir.model.access", &json!([["name", "=like", "x_ucm%"]]))
                .is_empty()
        );
        let computed = json!([
            ["model", "=", "res.partner"],
            ["name", "=like", "x_ucm_%_count"]
        ]);
        assert!(odoo.records_where("ir.model.fields", &computed).is_empty());
        assert_eq!(odoo.records("x_ucm_call").len(), 1, "{series}");
        let found = plan(&rig).await;
        assert_eq!(
            (&found["step"], &found["kept_data"]),
            (&json!("install"), &json!(true))
        );

        post(&rig, "/setup").await;
        let rows = odoo.records("x_ucm_call");
        assert_eq!(rows[0]["id"], call);
        assert_eq!(rows[0]["x_direction"], "inbound");
        let found = plan(&rig).await;
        assert_eq!(
            (&found["step"], &found["kept_data"]),
            (&json!("nothing"), &json!(false))
        );
        assert_eq!(
            (&found["missing"], &found["extra"]),
            (&json!([]), &json!([]))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_with_the_calls_leaves_no_trace() {
    for series in SERIES {
        for kept_first in [false, true] {
            let rig = installed(series).await;
            let odoo = rig.journal.handle();
            a_call(odoo, "paris:1", json!({}));
            if kept_first {
                assert_eq!(delete(&rig, "?data=keep").await.0, 200);
            }
            let (status, report) = delete(&rig, "?data=remove").await;
            assert_eq!(status, 200, "{report}");
            for (model, field) in [
                ("ir.model", "model"),
                ("ir.model.fields", "name"),
                ("ir.model.access", "name"),
            ] {
                let ours = json!([[field, "=like", "x_ucm%"]]);
                assert_eq!(
                    odoo.records_where(model, &ours),
                    [] as [Value; 0],
                    "{series}"
                );
            }
            let ours = json!([["module", "like", "ucm_odoo"]]);
            assert_eq!(odoo.records_where("ir.model.data", &ours), [] as [Value; 0]);
            assert!(
                odoo.unique_indexes()
                    .keys()
                    .all(|index| !index.contains("x_u"))
            );
            let (_, again) = delete(&rig, "?data=remove").await;
            assert_eq!(again["changed"], false);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_of_what_was_kept_that_is_cut_short_goes_on() {
    let rig = installed(19).await;
    let odoo = rig.journal.handle();
    a_call(odoo, "paris:1", json!({}));
    assert_eq!(delete(&rig, "?data=keep").await.0, 200);
    odoo.fault(Fault::user_error("Not now").on("base.import.module", "import_module"));
    let (status, refused) = delete(&rig, "?data=remove").await;
    assert_eq!(status, 502, "{refused}");
    odoo.clear_faults();
    assert_eq!(plan(&rig).await["kept_data"], true);
    let (status, report) = delete(&rig, "?data=remove").await;
    assert_eq!(
        (status, &report["changed"]),
        (200, &json!(true)),
        "{report}"
    );
    let ours = json!([["model", "=like", "x_ucm%"]]);
    assert_eq!(odoo.records_where("ir.model", &ours), [] as [Value; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odoo_that_is_at_work_on_something_else_is_asked_again() {
    let rig = installed(19).await;
    let odoo = rig.journal.handle();
    let busy = || {
        Fault::user_error("Odoo is currently processing a scheduled action.\nTry again later.")
            .on("ir.module.module", "button_immediate_uninstall")
    };
    odoo.fault(busy());
    let (status, refused) = delete(&rig, "?data=remove").await;
    assert_eq!(status, 502, "{refused}");
    let detail = refused["detail"].as_str().unwrap();
    assert!(
        detail.ends_with("a scheduled action. Try again later."),
        "{detail}"
    );
    odoo.clear_faults();
    odoo.fault(busy().times(2));
    let (status, report) = delete(&rig, "?data=remove").await;
    assert_eq!(
        (status, &report["changed"]),
        (200, &json!(true)),
        "{report}"
    );
}

/// What is not taken out goes on as it was: rights are asked for by the names of their groups.
#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_is_refused_leaves_everything_its_name() {
    let rig = installed(19).await;
    let odoo = rig.journal.handle();
    let names = || {
        let ours = json!([["module", "like", "ucm_odoo"]]);
        let rows = odoo.records_where("ir.model.data", &ours).into_iter();
        let name = |row: Value| format!("{}.{}", row["module"], row["name"]);
        rows.map(name).collect::<BTreeSet<_>>()
    };
    let before = names();
    odoo.fault(
        Fault::user_error("Odoo is currently processing a scheduled action.")
            .on("ir.module.module", "button_immediate_uninstall"),
    );
    let (status, refused) = delete(&rig, "?data=keep").await;
    assert_eq!(status, 502, "{refused}");
    assert_eq!(names(), before);
    assert_eq!(plan(&rig).await["step"], "nothing");
    odoo.clear_faults();
    assert_eq!(delete(&rig, "?data=keep").await.0, 200);
    assert_eq!(plan(&rig).await["kept_data"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_speaks_the_languages_that_are_active() {
    for series in SERIES {
        let journal = Journal::simulated_with(series, &["fr_FR"]).await.unwrap();
        let rig = rig(journal).await;
        post(&rig, "/setup").await;
        assert_eq!(menu(&rig, "fr_FR").await, "Journal d'appels", "{series}");
        assert_eq!(menu(&rig, "en_US").await, "Call Journal", "{series}");
        assert_eq!(plan(&rig).await["step"], "nothing");
    }
}

/// 18 and 19 load what they keep of the module themselves; on 17 the next set-up brings the new language.
#[tokio::test(flavor = "multi_thread")]
async fn on_17_a_language_activated_later_is_found_missing() {
    let rig = installed(17).await;
    let odoo = rig.journal.handle();
    let german = odoo.records_where("res.lang", &json!([["code", "=", "de_DE"]]));
    let id = german.first().map(|lang| lang["id"].as_i64().unwrap());
    odoo.write("res.lang", id.unwrap(), &json!({ "active": true }))
        .unwrap();
    assert_eq!(plan(&rig).await["step"], "upgrade");
    post(&rig, "/setup").await;
    assert_eq!(menu(&rig, "de_DE").await, "Anrufliste");
}

async fn menu(rig: &Rig, language: &str) -> String {
    let (model, id) = rig
        .journal
        .handle()
        .external_id("ucm_odoo.menu_call_journal")
        .unwrap();
    let context = json!({ "context": { "lang": language } });
    let rows = rig
        .journal
        .call(&model, "read", json!([[id], ["name"]]), context)
        .await
        .unwrap();
    rows[0]["name"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn users_see_their_companies_calls_and_where_so_set_only_their_own() {
    for series in SERIES {
        let rig = installed(series).await;
        let odoo = rig.journal.handle();
        let other = odoo
            .create("res.company", &json!({ "name": "Other" }))
            .unwrap();
        let login = json!([["login", "=", odoo.user_login()]]);
        let plain = odoo.records_where("res.users", &login).remove(0);
        let plain_id = plain["id"].as_i64().unwrap();
        let own = a_call(odoo, "a", json!({ "x_user_id": plain_id }));
        let colleague = a_call(odoo, "b", json!({ "x_company_id": 1 }));
        a_call(
            odoo,
            "c",
            json!({ "x_company_id": other, "x_user_id": plain_id }),
        );

        let user = as_user(odoo).await;
        assert_eq!(seen(&user).await, [own, colleague], "{series}");
        let note = json!([[colleague], { "x_notes": "<p>mine</p>" }]);
        user.call("x_ucm_call", "write", note, json!({}))
            .await
            .unwrap();
        let unlink = user
            .call("x_ucm_call", "unlink", json!([[own]]), json!({}))
            .await;
        assert!(unlink.unwrap_err().to_string().contains("AccessError"));

        let (_, group) = odoo
            .external_id("ucm_odoo.group_ucm_odoo_own_calls")
            .unwrap();
        let groups = if series < 19 {
            "groups_id"
        } else {
            "group_ids"
        };
        odoo.write("res.users", plain_id, &json!({ groups: [[4, group, 0]] }))
            .unwrap();
        assert_eq!(seen(&user).await, [own], "{series}");
        let note = json!([[colleague], { "x_notes": "<p>not mine</p>" }]);
        let refused = user.call("x_ucm_call", "write", note, json!({})).await;
        assert!(refused.unwrap_err().to_string().contains("AccessError"));
    }
}

async fn as_user(odoo: &Odoo) -> Journal {
    Journal::real(RealOdoo {
        url: odoo.url(),
        database: odoo.db().to_owned(),
        login: odoo.user_login().to_owned(),
        api_key: odoo.user_api_key().to_owned(),
    })
    .await
    .unwrap()
}

async fn seen(user: &Journal) -> Vec<i64> {
    let ids = user
        .call(
            "x_ucm_call",
            "search",
            json!([[]]),
            json!({ "order": "x_uid" }),
        )
        .await
        .unwrap();
    serde_json::from_value(ids).unwrap()
}

/// Odoo looks at no groups of a custom field: what one held in the open has to leave it.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_everybody_could_read_is_moved_away() {
    for series in SERIES {
        let rig = installed(series).await;
        let odoo = rig.journal.handle();
        let model = odoo.external_id("ucm_odoo.model_x_ucm_server").unwrap().1;
        let field = json!({ "name": "x_password", "model_id": model, "ttype": "char", "field_description": "API Password" });
        let field = odoo.create("ir.model.fields", &field).unwrap();
        let name = json!({
            "module": "ucm_odoo", "name": "field_x_ucm_server__x_password", "model": "ir.model.fields", "res_id": field,
        });
        odoo.create("ir.model.data", &name).unwrap();
        let country = odoo.records_where("res.country", &json!([["code", "=", "FR"]]));
        let server = json!({
            "x_name": "Paris", "x_key": "paris", "x_host": "ucm.example.com", "x_country_id": country[0]["id"], "x_password": "pass-word",
        });
        let server = odoo.create("x_ucm_server", &server).unwrap();
        assert_eq!(
            plan(&rig).await["extra"],
            json!(["field_x_ucm_server__x_password"])
        );
        make_older(odoo);
        post(&rig, "/setup").await;
        assert!(odoo.records("x_ucm_server")[0].get("x_password").is_none());
        let access = odoo.records("x_ucm_access").remove(0);
        assert_eq!(
            (&access["x_server_id"][0], &access["x_password"]),
            (&json!(server), &json!("pass-word"))
        );
        assert_eq!(plan(&rig).await["extra"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_waits_for_an_upgrade_is_told_and_put_right() {
    for series in SERIES {
        let rig = installed(series).await;
        let odoo = rig.journal.handle();
        let module = json!([["name", "=", "ucm_odoo"]]);
        let state = || odoo.records_where("ir.module.module", &module)[0].clone();
        let id = state()["id"].as_i64().unwrap();
        // What Odoo does to all that builds on a module that is upgraded.
        let waits = json!({ "state": "to upgrade" });
        odoo.write("ir.module.module", id, &waits).unwrap();
        let found = plan(&rig).await;
        assert_eq!(found["step"], "upgrade", "{found}");
        let remark = found["remark"].as_str().unwrap();
        assert!(remark.contains("To be upgraded"), "{remark}");
        assert_eq!(post(&rig, "/setup").await["changed"], true);
        assert_eq!(state()["state"], "installed", "{series}");
        assert_eq!(plan(&rig).await["step"], "nothing");
    }
}

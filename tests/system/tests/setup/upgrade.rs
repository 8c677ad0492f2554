//! An upgrade always goes, from every released version, whatever people have put in and changed there.

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::*;

const NUMBER: &str = "+33142667701";

/// A module of version 1.0.0 whose views built on each other otherwise; of earlier ones under that number [`FIRST`] has another. Every release
/// adds its own.
pub(super) const RELEASED: [&[u8]; 3] = [
    include_bytes!("../../testdata/ucm_odoo-1.0.0-17.zip"),
    include_bytes!("../../testdata/ucm_odoo-1.0.0-18.zip"),
    include_bytes!("../../testdata/ucm_odoo-1.0.0-19.zip"),
];

/// What people put in: a note, an extension, a number that was said to be a contact's, a server with its password.
async fn put_in(odoo: &Journal) -> i64 {
    let server = json!({
        "x_name": "Paris", "x_key": "paris", "x_host": "ucm.example.com", "x_country_id": odoo.france().await.unwrap(),
        "x_password": "pass-word",
    });
    odoo.create("x_ucm_server", server).await.unwrap();
    let zoe = json!({ "name": "Zoé", "x_ucm_key": NUMBER });
    let zoe = odoo.create("res.partner", zoe).await.unwrap();
    let number = json!({ "x_name": NUMBER, "x_partner_id": zoe });
    odoo.create("x_ucm_number", number).await.unwrap();
    let extension = json!({ "x_name": "1001", "x_server": "paris", "x_user_id": odoo.user() });
    odoo.create("x_ucm_extension", extension).await.unwrap();
    let call = json!({
        "x_uid": "paris:1", "x_name": "a \u{2192} b", "x_server": "paris", "x_number": NUMBER, "x_partner_id": zoe,
        "x_notes": "<p>called back</p>",
    });
    odoo.create("x_ucm_call", call).await.unwrap()
}

async fn is_all_there(odoo: &Journal, call: i64) {
    let row = async |model: &str, fields: &[&str]| {
        let mut rows = odoo.records(model, json!([]), fields).await.unwrap();
        assert_eq!(rows.len(), 1, "{model}");
        rows.remove(0)
    };
    let kept = row("x_ucm_call", &["x_notes", "x_partner_id"]).await;
    assert_eq!(
        (kept["id"].as_i64(), &kept["x_notes"]),
        (Some(call), &json!("<p>called back</p>"))
    );
    let number = row("x_ucm_number", &["x_name", "x_partner_id"]).await;
    assert_eq!(
        (&number["x_name"], &number["x_partner_id"]),
        (&json!(NUMBER), &kept["x_partner_id"])
    );
    let server = row("x_ucm_server", &["x_key"]).await;
    assert_eq!(server["x_key"], "paris");
    let extension = row("x_ucm_extension", &["x_name", "x_server_id"]).await;
    assert_eq!(
        (&extension["x_name"], &extension["x_server_id"][0]),
        (&json!("1001"), &server["id"])
    );
    let access = row("x_ucm_access", &["x_password", "x_server_id"]).await;
    assert_eq!(
        (&access["x_password"], &access["x_server_id"][0]),
        (&json!("pass-word"), &server["id"])
    );
    let made = row("x_ucm_contact", &["x_name", "x_partner_id"]).await;
    assert_eq!(
        (&made["x_name"], &made["x_partner_id"][0]),
        (&json!(NUMBER), &kept["x_partner_id"][0])
    );
    let column = json!([["model", "=", "res.partner"], ["name", "=", "x_ucm_key"]]);
    let columns = odoo.records("ir.model.fields", column, &["name"]).await;
    assert!(columns.unwrap().is_empty());
}

/// Puts the key's user into a group, and gives the group's members.
fn join(odoo: &Odoo, group: &str) -> Value {
    let groups = groups_field(odoo);
    let (_, group) = odoo.external_id(group).unwrap();
    odoo.write("res.users", 2, &json!({ groups: [[4, group, 0]] }))
        .unwrap();
    members(odoo, group)
}

fn members(odoo: &Odoo, group: i64) -> Value {
    let domain = json!([[groups_field(odoo), "in", [group]]]);
    let users = odoo.records_where("res.users", &domain);
    users
        .into_iter()
        .map(|user| user["login"].clone())
        .collect()
}

fn groups_field(odoo: &Odoo) -> &'static str {
    let has_new = json!([["model", "=", "res.users"], ["name", "=", "group_ids"]]);
    match odoo.records_where("ir.model.fields", &has_new).is_empty() {
        true => "groups_id",
        false => "group_ids",
    }
}

/// Imports an older module, puts in what people have, and upgrades.
pub(super) async fn is_upgraded(rig: &Rig, released: &[u8]) {
    let odoo = &rig.journal;
    let file = json!({ "module_file": BASE64_STANDARD.encode(released), "force": true });
    let import = odoo.create("base.import.module", file).await.unwrap();
    odoo.call(
        "base.import.module",
        "import_module",
        json!([[import]]),
        json!({}),
    )
    .await
    .unwrap();
    let call = put_in(odoo).await;
    let own_calls = "ucm_odoo.group_ucm_odoo_own_calls";
    let ana = odoo.person(&[own_calls], &[1]).await.unwrap();

    assert_eq!(post(rig, "/setup").await["changed"], true);
    is_all_there(odoo, call).await;
    let group = odoo.id_of(own_calls).await.unwrap();
    let members = json!([[odoo.groups_field().await.unwrap(), "in", [group]]]);
    let members = odoo
        .records("res.users", members, &["login"])
        .await
        .unwrap();
    assert_eq!(members.len(), 1, "{members:?}");
    assert_eq!(members[0]["id"], ana.user());
    let found = plan(rig).await;
    assert_eq!(
        (&found["step"], &found["extra"]),
        (&json!("nothing"), &json!([]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_released_version_is_upgraded_with_what_people_put_in() {
    for (series, released) in SERIES.into_iter().zip(RELEASED) {
        let rig = rig(Journal::simulated(series).await.unwrap()).await;
        is_upgraded(&rig, released).await;
    }
}

/// The old form of a call shows what the new one has no more, and what builds on it is looked for in vain.
#[tokio::test(flavor = "multi_thread")]
async fn an_edited_view_that_no_longer_fits_is_kept_beside_the_new_one() {
    for (series, released) in SERIES.into_iter().zip(RELEASED) {
        let rig = rig(Journal::simulated(series).await.unwrap()).await;
        let odoo = rig.journal.handle();
        odoo.import_module(released).unwrap();
        let form = view(odoo, "view_x_ucm_call_form");
        let edited = "<form><sheet><field name=\"x_name\"/></sheet></form>";
        let arch = json!({ "arch": edited });
        let heirs = json!([["inherit_id", "=", form["id"]]]);
        for heir in odoo.records_where("ir.ui.view", &heirs) {
            let id = heir["id"].as_i64().unwrap();
            odoo.write("ir.ui.view", id, &json!({ "active": false }))
                .unwrap();
        }
        odoo.write("ir.ui.view", form["id"].as_i64().unwrap(), &arch)
            .unwrap();

        let report = post(&rig, "/setup").await;
        let summary = report["summary"].as_str().unwrap();
        assert!(summary.contains("(edited, before "), "{series}: {summary}");
        assert_ne!(view(odoo, "view_x_ucm_call_form")["arch"], edited);
        let copies = json!([["name", "like", "(edited, before"], ["active", "=", false]]);
        let copies = odoo.records_where("ir.ui.view", &copies);
        assert_eq!(copies.len(), 1, "{series}");
        assert_eq!(copies[0]["arch"], edited);
        assert_eq!(post(&rig, "/setup").await["changed"], false);
    }
}

/// Whoever was to see own calls only never sees more for it.
#[tokio::test(flavor = "multi_thread")]
async fn groups_keep_their_members_through_a_removal_that_keeps_the_calls() {
    for series in SERIES {
        let rig = installed(series).await;
        let odoo = rig.journal.handle();
        let names = ["ucm_odoo.group_ucm_odoo_own_calls", "ucm_odoo.group_bridge"];
        let before = names.map(|name| join(odoo, name));
        assert_eq!(delete(&rig, "?data=keep").await.0, 200);
        let report = post(&rig, "/setup").await;
        let summary = report["summary"].as_str().unwrap();
        assert!(!summary.contains("nobody is in them"), "{summary}");
        let after = names.map(|name| members(odoo, odoo.external_id(name).unwrap().1));
        assert_eq!(before, after, "{series}");
        assert_eq!(plan(&rig).await["extra"], json!([]));
    }
}

/// Nobody can tell any more who was in them: whoever sets up is told.
#[tokio::test(flavor = "multi_thread")]
async fn groups_that_an_earlier_version_let_go_are_told() {
    for series in SERIES {
        let rig = installed(series).await;
        let odoo = rig.journal.handle();
        assert_eq!(delete(&rig, "?data=keep").await.0, 200);
        let kept = json!([
            ["module", "=", "__ucm_odoo_kept__"],
            ["model", "=", "res.groups"]
        ]);
        let groups = odoo.records_where("ir.model.data", &kept);
        assert!(groups.len() >= 3, "{groups:?}");
        for group in groups {
            let [name, id] = ["id", "res_id"].map(|field| group[field].as_i64().unwrap());
            odoo.unlink("ir.model.data", name).unwrap();
            odoo.unlink("res.groups", id).unwrap();
        }
        let report = post(&rig, "/setup").await;
        let summary = report["summary"].as_str().unwrap();
        assert!(summary.contains("nobody is in them"), "{series}: {summary}");
        let report = post(&rig, "/setup").await;
        assert_eq!(report["summary"], "the Odoo side is up to date");
    }
}

/// The next set-up knows none of them any more, and would make each once again.
#[tokio::test(flavor = "multi_thread")]
async fn open_to_dos_go_with_the_calls() {
    for series in SERIES {
        let rig = installed(series).await;
        let odoo = rig.journal.handle();
        let zoe = odoo
            .create("res.partner", &json!({ "name": "Zoé" }))
            .unwrap();
        let on = odoo.records_where("ir.model", &json!([["model", "=", "res.partner"]]));
        let todo = json!({
            "summary": "Call back", "res_model_id": on[0]["id"], "res_id": zoe, "user_id": 2,
            "date_deadline": "2026-06-16",
        });
        let own = odoo.create("mail.activity", &todo).unwrap();
        let mut made = todo.clone();
        made["x_ucm_key"] = json!("paris:1");
        odoo.create("mail.activity", &made).unwrap();
        assert_eq!(delete(&rig, "?data=remove").await.0, 200);
        let left: Vec<Value> = odoo.records("mail.activity");
        assert_eq!(left.len(), 1, "{series}: {left:?}");
        assert_eq!(left[0]["id"], own);
    }
}

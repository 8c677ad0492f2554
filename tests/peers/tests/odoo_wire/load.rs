//! `load`: external ids, messages, zones, all or nothing.

use serde_json::{Value, json};

use crate::target::{Scratch, Target};

fn load(scratch: &Scratch<'_>, fields: Value, rows: Value) -> Value {
    scratch.kw("load", json!([fields, rows])).unwrap()
}

#[test]
fn a_second_load_updates_the_same_records() {
    for target in Target::all() {
        let scratch = target.scratch();
        let module = scratch.name.clone();
        let fields = json!([
            "id",
            "x_uid",
            "x_at",
            "x_partner_id/.id",
            "x_b",
            "x_n",
            "x_dir"
        ]);
        let rows = json!([
            [
                format!("{module}.a"),
                "a",
                "2024-01-02 03:04:05",
                3,
                "1",
                "5",
                "in"
            ],
            [format!("{module}.b"), "b", "", "", "", null, "Outbound"],
        ]);
        let first = load(&scratch, fields.clone(), rows.clone());
        assert_eq!(
            (&first["messages"], &first["nextrow"]),
            (&json!([]), &json!(0))
        );
        let second = load(
            &scratch,
            json!(["id", "x_uid"]),
            json!([[format!("{module}.a"), "a2"], [format!("{module}.c"), "c"]]),
        );
        assert_eq!(second["ids"][0], first["ids"][0]);
        let read = scratch
            .kw(
                "read",
                json!([
                    [first["ids"][0]],
                    ["x_uid", "x_n", "x_b", "x_dir", "x_partner_id"]
                ]),
            )
            .unwrap();
        assert_eq!(
            (
                &read[0]["x_uid"],
                &read[0]["x_n"],
                &read[0]["x_b"],
                &read[0]["x_partner_id"][0]
            ),
            (&json!("a2"), &json!(5), &json!(true), &json!(3))
        );
        let labels = scratch
            .kw("read", json!([[first["ids"][1]], ["x_dir"]]))
            .unwrap();
        assert_eq!(labels[0]["x_dir"], json!("out"));
        let twice = load(
            &scratch,
            json!(["id", "x_uid"]),
            json!([[format!("{module}.z"), "z1"], [format!("{module}.z"), "z2"]]),
        );
        assert_eq!(twice["ids"][0], twice["ids"][1]);
    }
}

#[test]
fn every_bad_row_is_told_and_nothing_is_stored() {
    for target in Target::all() {
        let scratch = target.scratch();
        let fields = json!([
            "x_uid",
            "x_at",
            "x_b",
            "x_n",
            "x_f",
            "x_dir",
            "x_d",
            "x_partner_id/.id"
        ]);
        let rows = json!([
            [
                "ok",
                "2024-01-02 03:04:05",
                "1",
                "1",
                "1",
                "in",
                "2024-01-02",
                3
            ],
            [
                "bad",
                "2024-01-02T03:04:05Z",
                "maybe",
                "abc",
                "abc",
                "nope",
                "x",
                99_999_999
            ],
        ]);
        let loaded = load(&scratch, fields, rows);
        assert_eq!(loaded["ids"], json!(false));
        let expected = [
            (
                "x_at",
                "'2024-01-02T03:04:05Z' does not seem to be a valid datetime for field 'At'",
            ),
            ("x_b", "Unknown value 'maybe' for boolean field 'B'"),
            ("x_n", "'abc' does not seem to be an integer for field 'N'"),
            ("x_f", "'abc' does not seem to be a number for field 'F'"),
            (
                "x_dir",
                "Value 'nope' not found in selection field 'Direction'",
            ),
            ("x_d", "'x' does not seem to be a valid date for field 'D'"),
            (
                "x_partner_id",
                "No matching record found for database id '99999999' in field 'Contact'",
            ),
        ];
        let messages = loaded["messages"].as_array().unwrap();
        for (field, text) in expected {
            let found = messages
                .iter()
                .find(|message| message["field"] == json!(field))
                .unwrap();
            assert_eq!(found["message"], json!(text));
            assert_eq!(
                (&found["record"], &found["rows"], &found["type"]),
                (&json!(1), &json!({"from": 1, "to": 1}), &json!("error"))
            );
        }
        assert_eq!(scratch.kw("search_count", json!([[]])), Ok(json!(0)));
    }
}

#[test]
fn the_database_refuses_rows_one_by_one() {
    for target in Target::all() {
        let scratch = target.scratch();
        scratch.kw("create", json!([[{"x_uid": "taken"}]])).unwrap();
        let loaded = load(
            &scratch,
            json!(["x_uid", "x_n"]),
            json!([["n1", "1"], ["taken", "2"], ["", "3"]]),
        );
        assert_eq!(loaded["ids"], json!(false));
        let text = |at: usize| {
            loaded["messages"][at]["message"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        assert!(
            text(0).starts_with("duplicate key value violates unique constraint"),
            "{loaded}"
        );
        assert_eq!(
            (
                &loaded["messages"][0]["record"],
                &loaded["messages"][1]["record"]
            ),
            (&json!(1), &json!(2))
        );
        assert!(
            target.major < 19
                || text(1).starts_with("Missing required value for the field 'Call UID' (x_uid)."),
            "{loaded}"
        );
        assert_eq!(scratch.kw("search_count", json!([[]])), Ok(json!(1)));
    }
}

#[test]
fn datetimes_are_in_the_zone_of_the_context() {
    for target in Target::all() {
        let scratch = target.scratch();
        let context = json!({"context": {"tz": "Europe/Madrid", "lang": "en_US"}});
        let loaded = target
            .kw(
                &scratch.name,
                "load",
                json!([["x_uid", "x_at"], [["m", "2024-07-01 00:00:00"]]]),
                context,
            )
            .unwrap();
        let read = scratch
            .kw("read", json!([loaded["ids"], ["x_at"]]))
            .unwrap();
        assert_eq!(read[0]["x_at"], json!("2024-06-30 22:00:00"));
    }
}

#[test]
fn booleans_must_be_text() {
    for target in Target::all() {
        let scratch = target.scratch();
        let raised = scratch
            .kw("load", json!([["x_uid", "x_b"], [["a", true]]]))
            .unwrap_err();
        assert_eq!(
            (raised.name.as_str(), raised.message.as_str()),
            (
                "builtins.AttributeError",
                "'bool' object has no attribute 'lower'"
            )
        );
    }
}

#[test]
fn an_external_id_of_another_model_is_refused() {
    for target in Target::all() {
        let scratch = target.scratch();
        let loaded = load(
            &scratch,
            json!(["id", "x_uid"]),
            json!([["base.user_admin", "a"]]),
        );
        let text = loaded["messages"][0]["message"].as_str().unwrap();
        assert!(
            text.starts_with(
                "For external id base.user_admin when trying to create/update a record of model"
            ),
            "{text}"
        );
    }
}

//! Values, domains, orders and groups as the real server reads them.

use serde_json::{Value, json};

use crate::target::{Scratch, Target};

fn count(scratch: &Scratch<'_>, domain: Value) -> i64 {
    scratch
        .kw("search_count", json!([domain]))
        .unwrap()
        .as_i64()
        .unwrap()
}

#[test]
fn values_are_converted_as_by_the_server() {
    for target in Target::all() {
        let scratch = target.scratch();
        let ids = scratch.kw("create", json!([[
            {"x_uid": " a ", "x_name": true, "x_n": "5", "x_f": "1.5", "x_b": "no", "x_at": "2024-01-02", "x_d": "2024-01-02 10:00:00"},
            {"x_uid": "", "x_name": "", "x_n": 5.7, "x_dir": "", "x_candidate_ids": [[6, 0, [1, 3]]]},
        ]])).unwrap();
        let fields = json!([
            "x_uid",
            "x_name",
            "x_n",
            "x_f",
            "x_b",
            "x_at",
            "x_d",
            "x_dir",
            "x_partner_id",
            "x_candidate_ids"
        ]);
        let rows = scratch.kw("read", json!([ids, fields])).unwrap();
        assert_eq!(
            rows[0],
            json!({
                "id": ids[0], "x_uid": " a ", "x_name": "True", "x_n": 5, "x_f": 1.5, "x_b": true, "x_at": "2024-01-02 00:00:00", "x_d": "2024-01-02",
                "x_dir": false, "x_partner_id": false, "x_candidate_ids": [],
            })
        );
        assert_eq!(rows[1]["x_uid"], json!(""));
        assert_eq!(
            (&rows[1]["x_n"], &rows[1]["x_f"], &rows[1]["x_at"]),
            (&json!(5), &json!(0.0), &json!(false))
        );
        assert_eq!(rows[1]["x_candidate_ids"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn refused_values_say_what_python_says() {
    let cases = [
        (
            json!({"x_at": "2024-01-02T03:04:05Z"}),
            "builtins.ValueError",
            "time data '2024-01-02T03:04:05Z' does not match format '%Y-%m-%d %H:%M:%S'",
        ),
        (
            json!({"x_f": "abc"}),
            "builtins.ValueError",
            "could not convert string to float: 'abc'",
        ),
        (
            json!({"x_n": [1]}),
            "builtins.TypeError",
            "int() argument must be a string, a bytes-like object or a real number, not 'list'",
        ),
        (
            json!({"x_n": 99_999_999_999_i64}),
            "psycopg2.errors.NumericValueOutOfRange",
            "integer out of range\n",
        ),
        (
            json!({"x_dir": "Inbound"}),
            "builtins.ValueError",
            ".x_dir: 'Inbound'",
        ),
        (
            json!({"x_name": "a\u{0}b"}),
            "builtins.ValueError",
            "A string literal cannot contain NUL (0x00) characters.",
        ),
        (
            json!({"x_candidate_ids": "abc"}),
            "builtins.ValueError",
            ".x_candidate_ids: abc",
        ),
    ];
    let no_such_record = json!({"x_candidate_ids": [[6, 0, [99_999_999]]]});
    for target in Target::all() {
        let scratch = target.scratch();
        let no_such_record = match target.major {
            19 => (
                no_such_record.clone(),
                "odoo.exceptions.MissingError",
                "res.partner(99999999,)",
            ),
            _ => (
                no_such_record.clone(),
                "odoo.exceptions.ValidationError",
                "another model requires the record being deleted",
            ),
        };
        for (vals, name, text) in cases.iter().chain([&no_such_record]) {
            let mut vals = vals.clone();
            vals["x_uid"] = json!("z");
            let raised = scratch.kw("create", json!([[vals]])).unwrap_err();
            assert_eq!(raised.name, *name, "{vals}: {}", raised.message);
            assert!(raised.message.contains(text), "{vals}: {}", raised.message);
        }
        assert_eq!(count(&scratch, json!([])), 0);
    }
}

/// Before 19 PostgreSQL is the first to read a date, and Odoo the second.
#[test]
fn dates_are_refused_by_whoever_reads_them_first() {
    let overflow = "psycopg2.errors.DatetimeFieldOverflow";
    let no_date = "psycopg2.errors.InvalidDatetimeFormat";
    for target in Target::all() {
        let scratch = target.scratch();
        let check = |vals: Value, before_19: (&str, &str), on_19: &str| {
            let mut vals = vals;
            vals["x_uid"] = json!("z");
            let raised = scratch.kw("create", json!([[vals]])).unwrap_err();
            let (name, text) = if target.major == 19 {
                ("builtins.ValueError", on_19)
            } else {
                before_19
            };
            assert_eq!(raised.name, name, "{vals}: {}", raised.message);
            assert!(raised.message.contains(text), "{vals}: {}", raised.message);
        };
        check(
            json!({"x_at": "hello"}),
            (
                no_date,
                "invalid input syntax for type timestamp: \"hello\"",
            ),
            "time data 'hello' does not match format '%Y-'",
        );
        check(
            json!({"x_d": "hello"}),
            (no_date, "invalid input syntax for type date: \"hello\""),
            "time data 'hello' does not match format '%Y-%m-%d'",
        );
        check(
            json!({"x_d": "2024-13-02"}),
            (
                overflow,
                "date/time field value out of range: \"2024-13-02\"",
            ),
            "time data '2024-13-02' does not match format '%Y-%m-%d'",
        );
        let iso = "time data '2024-01-02T03:04:05Z' does not match format '%Y-%m-%d %H:%M:%S'";
        check(
            json!({"x_at": "2024-01-02T03:04:05Z"}),
            ("builtins.ValueError", iso),
            iso,
        );
        assert_eq!(count(&scratch, json!([])), 0);
    }
}

fn fill(scratch: &Scratch<'_>) -> Value {
    scratch.kw("create", json!([[
        {"x_uid": "a", "x_name": "ab", "x_n": 5, "x_b": true, "x_at": "2024-01-02 03:04:05", "x_dir": "in", "x_partner_id": 1, "x_candidate_ids": [[6, 0, [1, 3]]]},
        {"x_uid": "b", "x_name": "", "x_n": 7, "x_dir": "out", "x_at": "2024-02-02 03:04:05", "x_partner_id": 3},
        {"x_uid": "c"},
    ]])).unwrap()
}

#[test]
fn domains_match_as_sql_does() {
    for target in Target::all() {
        let scratch = target.scratch();
        fill(&scratch);
        let check = |domain: Value, expected: i64| {
            assert_eq!(
                count(&scratch, domain.clone()),
                expected,
                "{domain} on {}",
                target.major
            )
        };
        check(json!([["x_uid", "in", ["a", "b"]]]), 2);
        check(json!(["|", ["x_uid", "=", "a"], ["x_uid", "=", "c"]]), 2);
        check(json!(["!", ["x_uid", "=", "a"]]), 2);
        check(json!(["&", ["x_n", ">", 5], ["x_n", "<=", 7]]), 1);
        check(json!([["x_name", "!=", "ab"]]), 2);
        check(json!([["x_name", "not in", ["ab"]]]), 2);
        check(json!([["x_b", "=", false]]), 2);
        check(json!([["x_dir", "=", false]]), 1);
        check(json!([["x_at", ">=", "2024-01-15"]]), 1);
        check(json!([["x_uid", "ilike", "A"]]), 1);
        check(json!([["x_uid", "like", "A"]]), 0);
        check(json!([["x_name", "=like", "a%"]]), 1);
        check(json!([["x_partner_id", "=", 1]]), 1);
        check(json!([["x_partner_id", "=", false]]), 1);
        check(json!([["x_partner_id", "!=", false]]), 2);
        check(json!([["x_partner_id.is_company", "=", true]]), 1);
        check(json!([["x_candidate_ids", "in", [3]]]), 1);
        check(json!([["x_candidate_ids", "=", false]]), 2);
        check(json!([[1, "=", 1]]), 3);
        check(json!([[0, "=", 1]]), 0);
        check(json!([["id", "in", []]]), 0);
        // From 18 on an unset text is an empty text, and an unset number is zero.
        let by = |on_17, later| if target.major == 17 { on_17 } else { later };
        check(json!([["x_name", "=", false]]), by(1, 2));
        check(json!([["x_name", "!=", false]]), by(2, 1));
        check(json!([["x_name", "in", ["ab", false]]]), by(2, 3));
        check(json!([["x_name", "=", ""]]), by(1, 2));
        check(json!([["x_n", "=", false]]), 1);
        check(json!([["x_n", "=", 0]]), by(0, 1));
        check(json!([["x_n", "<", 6]]), by(1, 2));
    }
}

#[test]
fn orders_and_pages_hold() {
    for target in Target::all() {
        let scratch = target.scratch();
        let ids = fill(&scratch);
        let search = |order: &str, offset: u32, limit: Value| {
            scratch
                .kw("search", json!([[], offset, limit, order]))
                .unwrap()
        };
        assert_eq!(
            search("x_n desc, id", 0, json!(null)),
            json!([ids[2], ids[1], ids[0]]),
            "NULL is the greatest value"
        );
        assert_eq!(search("x_uid desc", 0, json!(2)), json!([ids[2], ids[1]]));
        assert_eq!(search("x_uid", 1, json!(1)), json!([ids[1]]));
        let raised = scratch
            .kw("search", json!([[], 0, null, "x_nope desc"]))
            .unwrap_err();
        assert_eq!(
            raised.message,
            format!("Invalid field 'x_nope' on model '{}'", scratch.name)
        );
        let raised = scratch
            .kw("search", json!([[], 0, null, "x_uid desc; drop"]))
            .unwrap_err();
        assert_eq!(raised.name, "odoo.exceptions.UserError");
        assert!(
            raised
                .message
                .starts_with("Invalid \"order\" specified (x_uid desc; drop)."),
            "{}",
            raised.message
        );
    }
}

#[test]
fn groups_count_and_sum() {
    for target in Target::all() {
        let scratch = target.scratch();
        fill(&scratch);
        let groups = scratch
            .kw("read_group", json!([[], ["x_n:sum"], ["x_dir"]]))
            .unwrap();
        let find = |value: Value| {
            groups
                .as_array()
                .unwrap()
                .iter()
                .find(|group| group["x_dir"] == value)
                .unwrap()
                .clone()
        };
        assert_eq!(
            (
                &find(json!("in"))["x_dir_count"],
                &find(json!("out"))["x_n"]
            ),
            (&json!(1), &json!(7))
        );
        assert_eq!(find(json!(false))["x_dir_count"], json!(1));
        let unknown = scratch
            .kw("read_group", json!([[], [], ["x_nope"]]))
            .unwrap_err();
        assert_eq!(unknown.name, "builtins.ValueError");
        let formatted = scratch.kw(
            "formatted_read_group",
            json!([
                [["x_at", "!=", false]],
                ["x_at:month"],
                ["__count", "x_n:sum"]
            ]),
        );
        if target.major < 19 {
            assert_eq!(formatted.unwrap_err().name, "builtins.AttributeError");
            continue;
        }
        let formatted = formatted.unwrap();
        assert_eq!(
            (
                &formatted[0]["x_at:month"][0],
                &formatted[0]["__count"],
                &formatted[1]["x_n:sum"]
            ),
            (&json!("2024-01-01 00:00:00"), &json!(1), &json!(7))
        );
        let domain = json!([
            "&",
            ["x_at", ">=", "2024-01-01 00:00:00"],
            ["x_at", "<", "2024-02-01 00:00:00"]
        ]);
        assert_eq!(formatted[0]["__extra_domain"], domain);
    }
}

#[test]
fn a_write_touches_what_it_names_and_bumps_the_date() {
    for target in Target::all() {
        let scratch = target.scratch();
        let ids = fill(&scratch);
        assert_eq!(
            scratch.kw("write", json!([[ids[0]], {"x_n": 9}])),
            Ok(json!(true))
        );
        let row = scratch
            .kw(
                "read",
                json!([
                    [ids[0]],
                    [
                        "x_n",
                        "x_name",
                        "create_date",
                        "write_date",
                        "write_uid",
                        "display_name"
                    ]
                ]),
            )
            .unwrap();
        assert_eq!(
            (&row[0]["x_n"], &row[0]["x_name"], &row[0]["display_name"]),
            (&json!(9), &json!("ab"), &json!("ab"))
        );
        assert!(row[0]["write_date"].as_str() >= row[0]["create_date"].as_str());
        assert_eq!(row[0]["write_uid"][0], json!(2));
        // A dictionary gives one id, a list a list.
        assert!(
            target
                .kw(
                    &scratch.name,
                    "create",
                    json!([{"x_uid": "one"}]),
                    json!({})
                )
                .unwrap()
                .is_i64()
        );
        // A contact that goes away is taken off the call.
        let partner = target
            .kw(
                "res.partner",
                "create",
                json!([{"name": "Peers Contact"}]),
                json!({}),
            )
            .unwrap();
        scratch
            .kw("write", json!([[ids[0]], {"x_partner_id": partner}]))
            .unwrap();
        assert_eq!(
            target.kw("res.partner", "unlink", json!([[partner]]), json!({})),
            Ok(json!(true))
        );
        assert_eq!(
            scratch
                .kw("read", json!([[ids[0]], ["x_partner_id"]]))
                .unwrap()[0]["x_partner_id"],
            json!(false)
        );
    }
}

#[test]
fn archived_records_hide_unless_asked_for() {
    for target in Target::all() {
        let id = target
            .kw(
                "res.partner",
                "create",
                json!([{"name": "Peers Archived", "active": false}]),
                json!({}),
            )
            .unwrap();
        let domain = json!([["id", "=", id]]);
        let count = |domain: &Value, context: Value| {
            target
                .kw(
                    "res.partner",
                    "search_count",
                    json!([domain]),
                    json!({"context": context}),
                )
                .unwrap()
        };
        assert_eq!(count(&domain, json!({})), json!(0));
        assert_eq!(count(&domain, json!({"active_test": false})), json!(1));
        assert_eq!(
            count(&json!([["id", "=", id], ["active", "=", false]]), json!({})),
            json!(1)
        );
        target
            .kw("res.partner", "unlink", json!([[id]]), json!({}))
            .unwrap();
    }
}

#[test]
fn computed_fields_without_a_column_cannot_be_searched() {
    for target in Target::all() {
        let scratch = target.scratch();
        fill(&scratch);
        let field = json!([{"model_id": scratch.id, "name": "x_total", "ttype": "integer", "field_description": "T", "store": false, "readonly": true,
                            "depends": "x_n", "compute": "for r in self: r['x_total'] = 1"}]);
        let id = target
            .kw("ir.model.fields", "create", field, json!({}))
            .unwrap();
        let found = scratch.kw("search", json!([[["x_total", ">", 0]]]));
        if target.major == 19 {
            let raised = found.unwrap_err();
            assert_eq!(
                raised.message,
                format!(
                    "Cannot convert {}.x_total to SQL because it is not stored",
                    scratch.name
                )
            );
        } else {
            assert_eq!(
                found.unwrap().as_array().unwrap().len(),
                3,
                "17 and 18 silently match everything"
            );
        }
        target
            .kw("ir.model.fields", "unlink", json!([id]), json!({}))
            .unwrap();
    }
}

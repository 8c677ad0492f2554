//! Groups over time and their order, as the real server counts them.

use serde_json::{Value, json};

use crate::target::{Scratch, Target};

/// Two calls in the hour that Paris has twice, one after the hour that it leaves out, one without a time.
fn fill(scratch: &Scratch<'_>) {
    let row = |uid: &str, at: Value, n: Value| json!({"x_uid": uid, "x_at": at, "x_n": n, "x_name": uid.split('/').next()});
    let rows = json!([[
        row("a/1", json!("2026-10-25 00:30:00"), json!(3)),
        row("a/2", json!("2026-10-25 01:30:00"), json!(3)),
        row("b/3", json!("2026-03-29 01:10:00"), json!(0)),
        row("c/4", json!(false), json!(7)),
    ]]);
    scratch.kw("create", rows).unwrap();
}

fn read_group(scratch: &Scratch<'_>, by: &str, zone: &str) -> Value {
    let options = json!({"lazy": false, "context": {"tz": zone, "lang": "en_US"}, "orderby": by});
    let args = json!([[], ["x_n:sum", "x_at:max"], [by]]);
    let found = scratch
        .target
        .kw(&scratch.name, "read_group", args, options);
    found.unwrap()
}

#[test]
fn an_hour_that_comes_twice_is_one_group_and_none_is_left_out() {
    for target in Target::all() {
        let scratch = target.scratch();
        fill(&scratch);
        let told = |by: &str, zone: &str| -> Vec<(Value, Value)> {
            let groups = read_group(&scratch, by, zone);
            let groups = groups.as_array().unwrap().iter();
            groups
                .map(|group| (group["__range"][by].clone(), group["__count"].clone()))
                .collect()
        };
        let range = |from: &str, to: &str| json!({"from": from, "to": to});
        assert_eq!(
            told("x_at:hour", "Europe/Paris"),
            [
                (
                    range("2026-03-29 01:00:00", "2026-03-29 02:00:00"),
                    json!(1)
                ),
                (
                    range("2026-10-25 01:00:00", "2026-10-25 02:00:00"),
                    json!(2)
                ),
                (json!(false), json!(1)),
            ]
        );
        assert_eq!(
            told("x_at:day", "Asia/Kolkata")[1],
            (
                range("2026-10-24 18:30:00", "2026-10-25 18:30:00"),
                json!(2)
            )
        );
        // A zone that the server does not know is silently UTC.
        assert_eq!(
            told("x_at:day", "Nope/Zone")[0].0,
            range("2026-03-29 00:00:00", "2026-03-30 00:00:00")
        );
        let group = &read_group(&scratch, "x_at:day", "Europe/Paris")[1];
        assert_eq!(
            (&group["x_n"], &group["x_at"]),
            (&json!(6), &json!("2026-10-25 01:30:00"))
        );
    }
}

#[test]
fn the_hour_of_the_day_is_a_number_from_18_on() {
    for target in Target::all() {
        let scratch = target.scratch();
        fill(&scratch);
        let options = json!({"lazy": false, "context": {"tz": "Europe/Paris", "lang": "en_US"}});
        let args = json!([[], ["x_n:sum"], ["x_at:hour_number"]]);
        let found = target.kw(&scratch.name, "read_group", args, options);
        if target.major < 18 {
            let raised = found.unwrap_err();
            assert_eq!(raised.name, "builtins.ValueError");
            assert_eq!(
                raised.message,
                "Granularity specification isn't correct: 'hour_number'"
            );
            continue;
        }
        let found = found.unwrap();
        let hours: Vec<&Value> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|group| &group["x_at:hour_number"])
            .collect();
        let (two, three) = if target.major == 18 {
            (json!(2), json!(3))
        } else {
            (json!(2.0), json!(3.0))
        };
        assert_eq!(hours, [&two, &three, &json!(false)]);
        assert_eq!(
            found[0]["__domain"],
            json!([["x_at.hour_number", "=", two]])
        );
        assert_eq!(found[2].get("__range"), None);
    }
}

#[test]
fn groups_come_in_the_order_asked_for() {
    for target in Target::all() {
        let scratch = target.scratch();
        fill(&scratch);
        let ask = |order: Value| {
            let options = json!({"lazy": false, "orderby": order, "limit": 2});
            let args = json!([[], ["x_n:sum"], ["x_name"]]);
            target.kw(&scratch.name, "read_group", args, options)
        };
        let names = |order: &str| -> Vec<Value> {
            let groups = ask(json!(order)).unwrap();
            let groups = groups.as_array().unwrap().iter();
            groups.map(|group| group["x_name"].clone()).collect()
        };
        assert_eq!(names("__count desc, x_name"), [json!("a"), json!("b")]);
        assert_eq!(names("x_n desc"), [json!("c"), json!("a")]);
        assert_eq!(names("x_name desc"), [json!("c"), json!("b")]);
        let raised = ask(json!("x_b desc")).unwrap_err();
        assert_eq!(
            raised.message,
            "Order term 'x_b desc' is not a valid aggregate nor valid groupby"
        );
        // Whole numbers are grouped as they are; zero is no absence.
        let by_number = target
            .kw(
                &scratch.name,
                "read_group",
                json!([[], [], ["x_n"]]),
                json!({"lazy": false}),
            )
            .unwrap();
        assert_eq!(by_number[0]["x_n"], json!(0));
        if target.major < 19 {
            continue;
        }
        let formatted = |order: &str| {
            let options = json!({"order": order, "limit": 1});
            let args = json!([[], ["x_name"], ["__count", "x_n:sum"]]);
            target.kw(&scratch.name, "formatted_read_group", args, options)
        };
        assert_eq!(
            formatted("__count desc, x_name").unwrap()[0]["x_name"],
            json!("a")
        );
        assert_eq!(formatted("x_n:sum desc").unwrap()[0]["x_name"], json!("c"));
        let without = json!([[], ["x_at"], ["__count"]]);
        let raised = scratch.kw("formatted_read_group", without).unwrap_err();
        assert_eq!(
            raised.message,
            "Granularity not set on a date(time) field: 'x_at'"
        );
    }
}

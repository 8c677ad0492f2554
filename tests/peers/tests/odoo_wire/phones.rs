//! Contacts by phone number.

use serde_json::{Value, json};

use crate::target::Target;

fn partner(target: &Target, values: Value) -> Value {
    target
        .kw("res.partner", "create", json!([values]), json!({}))
        .unwrap()
}

fn search(target: &Target, domain: Value) -> Vec<i64> {
    let found = target
        .kw("res.partner", "search", json!([domain]), json!({}))
        .unwrap();
    found
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_i64)
        .collect()
}

#[test]
fn numbers_are_sanitized_with_the_country() {
    for major in [17, 18, 19] {
        let target = Target::with(major, |builder| builder.country("ES"));
        let spain = target.odoo().external_id("base.es").unwrap().1;
        let france = target.odoo().external_id("base.fr").unwrap().1;
        for (values, expected) in [
            (json!({"phone": "+34 911 22 33 44"}), json!("+34911223344")),
            (json!({"phone": "0034911223344"}), json!("+34911223344")),
            (json!({"phone": "911 22 33 44"}), json!("+34911223344")),
            (
                json!({"phone": "01 23 45 67 89", "country_id": france}),
                json!("+33123456789"),
            ),
            (
                json!({"phone": "911223344", "country_id": spain}),
                json!("+34911223344"),
            ),
            (json!({"phone": "12", "country_id": spain}), json!(false)),
            (json!({"phone": false}), json!(false)),
        ] {
            let mut values = values;
            values["name"] = json!("N");
            let id = partner(&target, values.clone());
            let read = target
                .kw(
                    "res.partner",
                    "read",
                    json!([[id], ["phone_sanitized"]]),
                    json!({}),
                )
                .unwrap();
            assert_eq!(read[0]["phone_sanitized"], expected, "{values}");
        }
        assert_eq!(
            search(
                &target,
                json!([["phone_sanitized", "in", ["+34911223344"]]])
            )
            .len(),
            4
        );
    }
}

#[test]
fn a_national_number_without_any_country_stays_unknown() {
    let target = Target::simulated(19);
    let id = partner(&target, json!({"name": "N", "phone": "911223344"}));
    let read = target
        .kw(
            "res.partner",
            "read",
            json!([[id], ["phone_sanitized", "country_code"]]),
            json!({}),
        )
        .unwrap();
    assert_eq!(
        (&read[0]["phone_sanitized"], &read[0]["country_code"]),
        (&json!(false), &json!(false))
    );
}

#[test]
fn without_phonenumbers_numbers_stay_as_typed() {
    let simulated = Target::with(19, peers::odoo::OdooBuilder::without_phonenumbers);
    let id = partner(&simulated, json!({"name": "N", "phone": "01 23 45 67 89"}));
    let read = simulated
        .kw(
            "res.partner",
            "read",
            json!([[id], ["phone_sanitized"]]),
            json!({}),
        )
        .unwrap();
    assert_eq!(read[0]["phone_sanitized"], json!("01 23 45 67 89"));
}

#[test]
fn the_mobile_wins_until_19() {
    for major in [17, 18] {
        let target = Target::simulated(major);
        let id = partner(
            &target,
            json!({"name": "N", "phone": "+33123456789", "mobile": "+33612345678"}),
        );
        let read = target
            .kw(
                "res.partner",
                "read",
                json!([[id], ["phone_sanitized"]]),
                json!({}),
            )
            .unwrap();
        assert_eq!(read[0]["phone_sanitized"], json!("+33612345678"));
    }
    let raised = Target::simulated(19)
        .kw(
            "res.partner",
            "create",
            json!([{"name": "N", "mobile": "1"}]),
            json!({}),
        )
        .unwrap_err();
    assert_eq!(raised.message, "Invalid field 'mobile' in 'res.partner'");
}

#[test]
fn phone_search_ignores_separators_but_not_prefixes() {
    for target in Target::all() {
        let ids = [
            partner(
                &target,
                json!({"name": "Peers P1", "phone": "+999 98 76 54 32"}),
            ),
            partner(&target, json!({"name": "Peers P2", "phone": "0998765432"})),
        ];
        let ours = |domain: Value| -> Vec<Value> {
            let found = search(&target, json!(["&", ["id", "in", ids], domain]));
            found.into_iter().map(|id| json!(id)).collect()
        };
        assert_eq!(
            ours(json!(["phone_mobile_search", "=", "0099998765432"])),
            [ids[0].clone()],
            "00 is +"
        );
        assert_eq!(
            ours(json!(["phone_mobile_search", "=", "0998765432"])),
            [ids[1].clone()],
            "= is exact"
        );
        assert_eq!(
            ours(json!(["phone_mobile_search", "ilike", "98765432"])).len(),
            2
        );
        assert_eq!(
            ours(json!(["phone", "ilike", "98765432"])),
            [ids[1].clone()],
            "the column itself keeps the spaces"
        );
        let several = target.kw(
            "res.partner",
            "search",
            json!([[["phone_mobile_search", "in", ["0998765432"]]]]),
            json!({}),
        );
        assert_eq!(several.is_ok(), target.major == 19);
        let short = target
            .kw(
                "res.partner",
                "search",
                json!([[["phone_mobile_search", "=", "12"]]]),
                json!({}),
            )
            .unwrap_err();
        assert_eq!(short.name, "odoo.exceptions.UserError");
        assert!(
            short
                .message
                .starts_with("Please enter at least 3 characters when searching a Phone"),
            "{}",
            short.message
        );
        target
            .kw("res.partner", "unlink", json!([ids]), json!({}))
            .unwrap();
    }
}

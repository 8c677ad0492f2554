//! Rights of a plain internal user, and keys.

use serde_json::{Value, json};

use crate::target::{Raised, Target};

const PLAIN_UID: i64 = 5;

fn plain(target: &Target, model: &str, method: &str, args: Value) -> Result<Value, Raised> {
    target.kw_as(
        PLAIN_UID,
        target.odoo().user_api_key(),
        model,
        method,
        args,
        json!({}),
    )
}

#[test]
fn a_plain_user_may_read_contacts_but_not_make_them() {
    for major in [17, 18, 19] {
        let target = Target::simulated(major);
        assert!(plain(&target, "res.partner", "search_read", json!([[], ["name"]])).is_ok());
        let group = if major == 19 {
            "Contact/Creation"
        } else {
            "Extra Rights/Contact Creation"
        };
        for (method, args, verb) in [
            ("create", json!([{"name": "x"}]), "create"),
            ("write", json!([[3], {"name": "x"}]), "modify"),
            ("unlink", json!([[3]]), "delete"),
        ] {
            let raised = plain(&target, "res.partner", method, args).unwrap_err();
            let text = format!(
                "You are not allowed to {verb} 'Contact' (res.partner) records.\n\nThis operation is allowed for the following groups:\n\t- {group}\n\n\
                 Contact your administrator to request access if necessary."
            );
            assert_eq!(
                raised,
                Raised {
                    name: "odoo.exceptions.AccessError".into(),
                    message: text
                }
            );
        }
    }
}

#[test]
fn a_plain_user_gets_no_further_into_the_machine_room() {
    let target = Target::simulated(19);
    for (model, method, args) in [
        ("ir.model.data", "search", json!([[]])),
        ("ir.model.access", "search", json!([[]])),
        (
            "ir.actions.server",
            "create",
            json!([{"name": "x", "model_id": 1}]),
        ),
        (
            "base.import.module",
            "create",
            json!([{"module_file": "AAAA"}]),
        ),
        ("ir.config_parameter", "get_param", json!(["web.base.url"])),
        ("ir.model", "create", json!([{"name": "x", "model": "x_q"}])),
    ] {
        assert_eq!(
            plain(&target, model, method, args).unwrap_err().name,
            "odoo.exceptions.AccessError",
            "{model}.{method}"
        );
    }
    assert_eq!(
        plain(&target, "res.partner", "has_access", json!([[], "create"])),
        Ok(json!(false))
    );
    assert_eq!(
        plain(
            &target,
            "res.partner",
            "check_access_rights",
            json!(["create", false])
        ),
        Ok(json!(false))
    );
    assert_eq!(
        target.kw(
            "res.partner",
            "has_access",
            json!([[], "create"]),
            json!({})
        ),
        Ok(json!(true))
    );
    assert_eq!(
        plain(
            &target,
            "res.users",
            "read",
            json!([[2], ["login", "password"]])
        )
        .unwrap_err()
        .name,
        "odoo.exceptions.AccessError"
    );
}

#[test]
fn rights_of_a_manual_model_bind_the_plain_user() {
    for major in [17, 18, 19] {
        let target = Target::simulated(major);
        let scratch = target.scratch();
        let id = plain(&target, &scratch.name, "create", json!([{"x_uid": "a"}])).unwrap();
        assert!(
            plain(
                &target,
                &scratch.name,
                "load",
                json!([["id", "x_uid"], [["__q__.a", "b"]]])
            )
            .unwrap()["ids"]
                .is_array()
        );
        let access = target
            .kw(
                "ir.model.access",
                "search",
                json!([[["model_id", "=", scratch.id]]]),
                json!({}),
            )
            .unwrap();
        target
            .kw(
                "ir.model.access",
                "write",
                json!([access, {"perm_unlink": false}]),
                json!({}),
            )
            .unwrap();
        let raised = plain(&target, &scratch.name, "unlink", json!([[id]])).unwrap_err();
        assert!(
            raised
                .message
                .contains("No group currently allows this operation."),
            "{}",
            raised.message
        );
        target
            .kw(
                "ir.model.access",
                "write",
                json!([access, {"perm_unlink": true}]),
                json!({}),
            )
            .unwrap();
    }
}

#[test]
fn record_rules_hide_records() {
    let target = Target::simulated(19);
    let scratch = target.scratch();
    scratch
        .kw(
            "create",
            json!([[{"x_uid": "a", "x_n": 1}, {"x_uid": "b", "x_n": 2}]]),
        )
        .unwrap();
    let rule = json!([{"name": "r", "model_id": scratch.id, "domain_force": "[('x_n', '=', 1)]", "groups": [[6, 0, [1]]]}]);
    target.kw("ir.rule", "create", rule, json!({})).unwrap();
    assert_eq!(
        plain(&target, &scratch.name, "search_count", json!([[]])),
        Ok(json!(1))
    );
    let hidden = scratch.kw("search", json!([[["x_uid", "=", "b"]]]));
    // The administrator is an internal user as well.
    assert_eq!(hidden, Ok(json!([])));
    let raised = plain(&target, &scratch.name, "write", json!([[2], {"x_n": 3}])).unwrap_err();
    assert!(
        raised.message.contains("doesn't have 'write' access to:"),
        "{}",
        raised.message
    );
}

#[test]
fn keys_expire_and_can_be_revoked() {
    for major in [17, 18, 19] {
        let target = Target::simulated(major);
        let works = || target.kw("res.partner", "search_count", json!([[]]), json!({}));
        target.odoo().set_key_expiry(Some("2020-01-01 00:00:00"));
        assert_eq!(works().unwrap_err().name, "odoo.exceptions.AccessDenied");
        if major == 19 {
            assert_eq!(
                target
                    .json2("res.partner", "search_count", &json!({"domain": []}))
                    .0,
                401
            );
        }
        target.odoo().set_key_expiry(Some("2999-01-01 00:00:00"));
        assert!(works().is_ok());
        target.odoo().revoke_key("admin");
        assert_eq!(works().unwrap_err().name, "odoo.exceptions.AccessDenied");
        assert!(plain(&target, "res.partner", "search_count", json!([[]])).is_ok());
    }
}

//! What is no module, and what is in one that Odoo does not take.

use serde_json::json;

use super::{MODEL, count, for_version, import};
use crate::target::{Raised, Target};

/// A view of `res.partner` with this architecture must be refused with this text.
fn refused_view(target: &Target, inherit: bool, arch: &str, text: &str) {
    let parent = if inherit {
        r#"<field name="inherit_id" ref="base.view_partner_form"/>"#
    } else {
        ""
    };
    let xml = format!(
        r#"<odoo><record id="v" model="ir.ui.view"><field name="name">v</field><field name="model">res.partner</field>{parent}<field name="arch" type="xml">{arch}</field></record></odoo>"#
    );
    let raised = import(target, &[("views.xml", &xml)]).unwrap_err();
    assert_eq!(raised.name, "odoo.exceptions.UserError");
    let told = "Error while importing module 'peers_mod'.\n\n ";
    let message = raised.message.strip_prefix(told).unwrap();
    // Before 19 the traceback is for programs alone.
    assert_eq!(message.starts_with("Traceback"), target.major >= 19);
    assert!(message.contains("while parsing"), "{message}");
    // An import speaks the administrator's language, whatever the context says: a real server's words cannot be compared.
    assert!(
        target.is_real() || raised.message.contains(text),
        "{arch} on {}: {}",
        target.major,
        raised.message
    );
}

#[test]
fn views_are_checked_as_the_version_checks_them() {
    for target in Target::all() {
        let (list, other) = if target.major >= 18 {
            ("list", "tree")
        } else {
            ("tree", "list")
        };
        refused_view(
            &target,
            false,
            &format!("<{other}><field name=\"name\"/></{other}>"),
            &format!("Invalid view type: '{other}'."),
        );
        refused_view(
            &target,
            false,
            &format!("<{list}><field name=\"x_nope\"/></{list}>"),
            "Field \"x_nope\" does not exist in model \"res.partner\"",
        );
        refused_view(
            &target,
            false,
            "<form><field name=\"name\" attrs=\"{}\"/></form>",
            "Since 17.0, the \"attrs\" and \"states\" attributes are no longer used.",
        );
        refused_view(
            &target,
            false,
            "<form><button name=\"x_nope\" type=\"object\" string=\"x\"/></form>",
            "x_nope is not a valid action on res.partner",
        );
        refused_view(
            &target,
            false,
            "<search><filter name=\"a\" string=\"a\" domain=\"[('x_nope', '=', 1)]\"/></search>",
            "Unknown field \"res.partner.x_nope\" in domain of <filter name=\"a\">",
        );
        refused_view(
            &target,
            true,
            "<xpath expr=\"//nope\" position=\"inside\"><page/></xpath>",
            "Element '<xpath expr=\"//nope\">' cannot be located in parent view",
        );
        if target.major >= 19 {
            refused_view(
                &target,
                false,
                "<search><group expand=\"0\" string=\"g\"><filter name=\"a\" string=\"a\" domain=\"[]\"/></group></search>",
                "Invalid view v definition in",
            );
        }
        assert_eq!(
            count(
                &target,
                "ir.module.module",
                json!([["name", "=", "peers_mod"]])
            ),
            0
        );
    }
}

#[test]
fn a_failing_module_rolls_back_and_says_where() {
    for target in Target::all() {
        let model = for_version(MODEL, target.major);
        let cases: [(&str, &str, &str); 7] = [
            (
                "b.xml",
                "<odoo><record id=\"f\" model=\"x_nope\"><field name=\"name\">a</field></record></odoo>",
                "somewhere inside",
            ),
            (
                "b.xml",
                "<odoo><record id=\"f\" model=\"res.partner\"><field name=\"nope\">a</field></record></odoo>",
                "nope",
            ),
            (
                "b.xml",
                "<odoo><record id=\"f\" model=\"res.partner\"><field name=\"parent_id\" ref=\"gone\"/></record></odoo>",
                "External ID not found in the system: peers_mod.gone",
            ),
            (
                "b.xml",
                "<odoo><menuitem id=\"m\" name=\"x\" action=\"gone\"/></odoo>",
                "External ID not found in the system: peers_mod.gone",
            ),
            (
                "b.xml",
                "<odoo><nope/></odoo>",
                "AssertionError: Element odoo has extra content: nope, line 1",
            ),
            (
                "b.xml",
                "<odoo><record id=\"f\" ",
                "lxml.etree.XMLSyntaxError",
            ),
            (
                "ir.model.access.csv",
                "id,name,model_id:id\na,a,model_nope\n",
                "No matching record found for external id 'model_nope' in field 'Model'",
            ),
        ];
        for (path, text, expected) in cases {
            let raised = import(&target, &[("a.xml", &model), (path, text)]).unwrap_err();
            assert_eq!(raised.name, "odoo.exceptions.UserError");
            // Before 19 people are not told the cause, only where it was.
            let told = raised.message.contains(expected) || target.major < 19;
            assert!(
                told && raised.message.contains("peers_mod"),
                "{text} on {}: {}",
                target.major,
                raised.message
            );
            assert_eq!(
                count(&target, "ir.model", json!([["model", "=", "x_peers_mod"]])),
                0,
                "{text}"
            );
        }
    }
}

#[test]
fn what_is_no_module_is_refused() {
    for target in Target::all() {
        let wizard = target
            .kw(
                "base.import.module",
                "create",
                json!([{"module_file": "YWJj"}]),
                json!({}),
            )
            .unwrap();
        let raised = target
            .kw(
                "base.import.module",
                "import_module",
                json!([[wizard]]),
                json!({}),
            )
            .unwrap_err();
        assert_eq!(
            raised,
            Raised {
                name: "odoo.exceptions.UserError".into(),
                message: "Only zip files are supported.".into()
            }
        );
    }
    let target = Target::with(18, peers::odoo::OdooBuilder::without_import_module);
    let raised = target
        .kw(
            "base.import.module",
            "create",
            json!([{"module_file": "YWJj"}]),
            json!({}),
        )
        .unwrap_err();
    assert_eq!(raised.message, "Object base.import.module doesn't exist");
}

#[test]
fn other_code_in_a_server_action_is_refused_clearly() {
    let target = Target::simulated(19);
    let model = target
        .odoo()
        .external_id("base.model_res_partner")
        .unwrap()
        .1;
    let action = target
        .kw(
            "ir.actions.server",
            "create",
            json!([{"name": "a", "model_id": model, "state": "code", "code": "records.unlink()"}]),
            json!({}),
        )
        .unwrap();
    let raised = target
        .kw("ir.actions.server", "run", json!([[action]]), json!({}))
        .unwrap_err();
    assert!(
        raised
            .message
            .contains("the simulated Odoo cannot run this code"),
        "{}",
        raised.message
    );
}

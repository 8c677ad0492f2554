//! Data modules: import, import again, removal; what is refused is in [`refused`].

mod refused;

use std::io::{Cursor, Write as _};

use base64::Engine as _;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use crate::target::{Raised, Target};

const MANIFEST: &str = "{'name': 'Peers Check', 'version': '1.0', 'depends': ['base'], 'license': 'LGPL-3', 'data': [DATA]}";

/// A model with a guard on its key, rights, views, an action and a menu; `{list}`, `{groups}` differ by version.
const MODEL: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<odoo>
    <record id="model_x_peers_mod" model="ir.model"><field name="name">Peers Call</field><field name="model">x_peers_mod</field></record>
    <record id="field_uid" model="ir.model.fields">
        <field name="model_id" ref="model_x_peers_mod"/><field name="name">x_uid</field><field name="field_description">Key</field>
        <field name="ttype">char</field><field name="required" eval="True"/>
    </record>
    <record id="field_dir" model="ir.model.fields">
        <field name="model_id" ref="model_x_peers_mod"/><field name="name">x_dir</field><field name="field_description">Direction</field>
        <field name="ttype">selection</field>
        <field name="selection_ids" eval="[(5, 0, 0), (0, 0, {'value': 'in', 'name': 'Inbound', 'sequence': 1}), Command.create({'value': 'out', 'name': 'Out', 'sequence': 2})]"/>
    </record>
    <record id="field_partner" model="ir.model.fields">
        <field name="model_id" ref="model_x_peers_mod"/><field name="name">x_partner_id</field><field name="field_description">Contact</field>
        <field name="ttype">many2one</field><field name="relation">res.partner</field><field name="on_delete">set null</field>
    </record>
    <record id="field_calls" model="ir.model.fields">
        <field name="model_id" ref="base.model_res_partner"/><field name="name">x_peers_mod_ids</field><field name="field_description">Calls</field>
        <field name="ttype">one2many</field><field name="relation">x_peers_mod</field><field name="relation_field">x_partner_id</field>
    </record>
    <record id="guard" model="ir.actions.server">
        <field name="name">Guard</field><field name="model_id" ref="model_x_peers_mod"/><field name="state">code</field>
        <field name="{groups}" eval="[(6, 0, [ref('base.group_system')])]"/>
        <field name="code">
env.flush_all()
env.cr.execute("CREATE UNIQUE INDEX IF NOT EXISTS x_peers_mod_uid_uniq ON x_peers_mod (x_uid)")
        </field>
    </record>
    <function model="ir.actions.server" name="run" eval="[[ref('guard')]]"/>
</odoo>"#;

const VIEWS: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<odoo>
    <record id="view_list" model="ir.ui.view">
        <field name="name">peers.list</field><field name="model">x_peers_mod</field>
        <field name="arch" type="xml"><{list}><field name="x_uid"/><field name="x_dir" widget="badge" decoration-info="x_dir == 'in'"/></{list}></field>
    </record>
    <record id="view_search" model="ir.ui.view">
        <field name="name">peers.search</field><field name="model">x_peers_mod</field>
        <field name="arch" type="xml"><search><filter name="in" string="In" domain="[('x_dir', 'in', ('in', 'out'))]"/><group><filter name="g" string="G" context="{'group_by': 'x_dir'}"/></group></search></field>
    </record>
    <record id="view_partner" model="ir.ui.view">
        <field name="name">peers.partner</field><field name="model">res.partner</field><field name="inherit_id" ref="base.view_partner_form"/>
        <field name="arch" type="xml"><xpath expr="//notebook" position="inside"><page name="peers" string="Calls" invisible="not name"><field name="x_peers_mod_ids"><{list}><field name="x_uid"/></{list}></field></page></xpath></field>
    </record>
    <record id="action" model="ir.actions.act_window"><field name="name">Calls</field><field name="res_model">x_peers_mod</field><field name="view_mode">{list},form</field></record>
    <menuitem id="menu_root" name="Peers" sequence="99" groups="base.group_user"/>
    <menuitem id="menu" parent="menu_root" action="action"/>
    <data noupdate="1">
        <record id="parameter" model="ir.config_parameter"><field name="key">peers.check</field><field name="value">{parameter}</field></record>
    </data>
</odoo>"#;

const RIGHTS: &str = "id,name,model_id:id,group_id:id,perm_read,perm_write,perm_create,perm_unlink\n\
    access_user,peers.user,model_x_peers_mod,base.group_user,1,1,1,0\naccess_system,peers.system,peers_mod.model_x_peers_mod,base.group_system,1,1,1,1\n";

fn for_version(text: &str, major: u16) -> String {
    let (list, groups) = if major >= 18 {
        (
            "list",
            if major >= 19 {
                "group_ids"
            } else {
                "groups_id"
            },
        )
    } else {
        ("tree", "groups_id")
    };
    text.replace("{list}", list).replace("{groups}", groups)
}

fn zip(files: &[(&str, &str)]) -> String {
    let data: Vec<String> = files
        .iter()
        .map(|(path, _)| format!("'{path}'"))
        .filter(|path| !path.contains("i18n"))
        .collect();
    zip_of(&MANIFEST.replace("DATA", &data.join(", ")), files)
}

fn zip_of(manifest: &str, files: &[(&str, &str)]) -> String {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in [("__manifest__.py", manifest)].iter().chain(files) {
        zip.start_file(format!("peers_mod/{path}"), SimpleFileOptions::default())
            .unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    base64::engine::general_purpose::STANDARD.encode(zip.finish().unwrap().into_inner())
}

fn import(target: &Target, files: &[(&str, &str)]) -> Result<Value, Raised> {
    import_with(target, files, true)
}

fn import_with(target: &Target, files: &[(&str, &str)], force: bool) -> Result<Value, Raised> {
    import_zip(target, &zip(files), force)
}

fn import_zip(target: &Target, zip: &str, force: bool) -> Result<Value, Raised> {
    let wizard = target.kw(
        "base.import.module",
        "create",
        json!([{"module_file": zip, "force": force}]),
        json!({}),
    )?;
    target.kw(
        "base.import.module",
        "import_module",
        json!([[wizard]]),
        json!({}),
    )
}

fn uninstall(target: &Target) {
    let module = target
        .kw(
            "ir.module.module",
            "search",
            json!([[["name", "=", "peers_mod"]]]),
            json!({}),
        )
        .unwrap();
    // A real one refuses while a scheduled action runs, as it does right after its start.
    let uninstall = || {
        target.kw(
            "ir.module.module",
            "button_immediate_uninstall",
            json!([module]),
            json!({}),
        )
    };
    let is_busy = |tried: &Result<_, Raised>| matches!(tried, Err(raised) if raised.message.contains("scheduled action"));
    let mut tried = uninstall();
    for _ in 0..30 {
        if !is_busy(&tried) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_secs(1));
        tried = uninstall();
    }
    tried.unwrap();
}

fn count(target: &Target, model: &str, domain: Value) -> i64 {
    target
        .kw(model, "search_count", json!([domain]), json!({}))
        .unwrap()
        .as_i64()
        .unwrap()
}

fn whole(target: &Target, parameter: &str) -> [(&'static str, String); 3] {
    [
        ("data/model.xml", for_version(MODEL, target.major)),
        ("security/ir.model.access.csv", RIGHTS.to_owned()),
        (
            "views/views.xml",
            for_version(VIEWS, target.major).replace("{parameter}", parameter),
        ),
    ]
}

fn borrowed<'a>(files: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    files
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect()
}

#[test]
fn what_the_browser_loads_comes_and_goes_with_its_module() {
    for target in Target::all() {
        let file = ("static/src/peers.js", "/** @odoo-module **/");
        let loading = |path: &str| {
            let assets = format!("'assets': {{'web.assets_backend': ['{path}']}}, 'data': []");
            zip_of(&MANIFEST.replace("'data': [DATA]", &assets), &[file])
        };
        let assets = json!([["path", "like", "peers_mod"]]);
        // Twice over: an import finds what the one before has made.
        for _ in 0..2 {
            let zip = loading("peers_mod/static/src/peers.js");
            import_zip(&target, &zip, true).unwrap();
            let fields = json!([assets, ["path", "bundle", "directive"]]);
            let found = target
                .kw("ir.asset", "search_read", fields, json!({}))
                .unwrap();
            assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
            assert_eq!(found[0]["path"], "/peers_mod/static/src/peers.js");
            assert_eq!(
                (&found[0]["bundle"], &found[0]["directive"]),
                (&json!("web.assets_backend"), &json!("append"))
            );
        }
        let file = json!([["url", "=", "/peers_mod/static/src/peers.js"]]);
        assert_eq!(count(&target, "ir.attachment", file.clone()), 1);
        uninstall(&target);
        assert_eq!(count(&target, "ir.asset", assets.clone()), 0);
        assert_eq!(count(&target, "ir.attachment", file), 0);

        let pattern = import_zip(&target, &loading("peers_mod/static/src/*.js"), true);
        if target.major >= 19 {
            let raised = pattern.unwrap_err();
            assert!(raised.message.contains("wildcards"), "{}", raised.message);
            assert_eq!(count(&target, "ir.asset", assets), 0);
        } else {
            pattern.unwrap();
            uninstall(&target);
        }
    }
}

#[test]
fn a_module_brings_its_model_and_leaves_with_everything() {
    for target in Target::all() {
        let files = whole(&target, "one");
        import(&target, &borrowed(&files)).unwrap();
        let call = target
            .kw(
                "x_peers_mod",
                "create",
                json!([{"x_uid": "a", "x_dir": "in", "x_partner_id": 3}]),
                json!({}),
            )
            .unwrap();
        let raised = target
            .kw("x_peers_mod", "create", json!([{"x_uid": "a"}]), json!({}))
            .unwrap_err();
        assert!(
            raised.message.contains("\"x_peers_mod_uid_uniq\""),
            "{}",
            raised.message
        );
        let partner = target
            .kw(
                "res.partner",
                "read",
                json!([[3], ["x_peers_mod_ids"]]),
                json!({}),
            )
            .unwrap();
        assert_eq!(partner[0]["x_peers_mod_ids"], json!([call]));

        // Importing again changes what is there, in place; noupdate records stay when it is no forced import.
        let again = whole(&target, "two")
            .map(|(path, text)| (path, text.replace("Peers Call", "Peers Call Again")));
        import_with(&target, &borrowed(&again), false).unwrap();
        assert_eq!(count(&target, "x_peers_mod", json!([])), 1);
        assert_eq!(
            count(
                &target,
                "ir.model",
                json!([["name", "=", "Peers Call Again"]])
            ),
            1
        );
        assert_eq!(
            target.kw(
                "ir.config_parameter",
                "get_param",
                json!(["peers.check"]),
                json!({})
            ),
            Ok(json!("one"))
        );
        let module = target
            .kw(
                "ir.module.module",
                "search_read",
                json!([
                    [["name", "=", "peers_mod"]],
                    ["state", "latest_version", "imported"]
                ]),
                json!({}),
            )
            .unwrap();
        assert_eq!(
            (&module[0]["state"], &module[0]["imported"]),
            (&json!("installed"), &json!(true))
        );
        assert_eq!(
            module[0]["latest_version"],
            json!(format!("{}.0.1.0", target.major))
        );

        uninstall(&target);
        let gone = target.kw("x_peers_mod", "search", json!([[]]), json!({}));
        let gone = gone.unwrap_err();
        assert_eq!(gone.name, "odoo.exceptions.UserError");
        assert!(gone.message.contains("x_peers_mod"), "{}", gone.message);
        assert_eq!(
            count(
                &target,
                "ir.model.data",
                json!([["module", "=", "peers_mod"]])
            ),
            0
        );
        assert_eq!(
            count(
                &target,
                "ir.model.fields",
                json!([["name", "=", "x_peers_mod_ids"]])
            ),
            0
        );
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
fn catalogues_are_loaded_from_18_on() {
    let po = "msgid \"\"\nmsgstr \"\"\n\n#: model:ir.model.fields,field_description:peers_mod.field_uid\nmsgid \"Key\"\nmsgstr \"Clé\"\n";
    for major in [17, 18, 19] {
        let target = Target::with(major, |builder| builder.language("fr_FR"));
        let mut files = whole(&target, "one").to_vec();
        files.push(("i18n/fr.po", po.to_owned()));
        import(&target, &borrowed(&files)).unwrap();
        let french = json!({"context": {"lang": "fr_FR"}});
        let label = target
            .kw(
                "ir.model.fields",
                "search_read",
                json!([
                    [["model", "=", "x_peers_mod"], ["name", "=", "x_uid"]],
                    ["field_description"]
                ]),
                french,
            )
            .unwrap();
        assert_eq!(
            label[0]["field_description"],
            json!(if major >= 18 { "Clé" } else { "Key" })
        );
    }
}

#[test]
fn the_bridges_own_module_imports() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../components/odoo-setup/ucm_odoo");
    let target = Target::simulated(19);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut open = vec![folder.clone()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
                continue;
            }
            let path = entry
                .path()
                .strip_prefix(folder.parent().unwrap())
                .unwrap()
                .to_string_lossy()
                .into_owned();
            zip.start_file(path, SimpleFileOptions::default()).unwrap();
            zip.write_all(&std::fs::read(entry.path()).unwrap())
                .unwrap();
        }
    }
    target
        .odoo()
        .import_module(&zip.finish().unwrap().into_inner())
        .unwrap();
    target
        .kw(
            "x_ucm_call",
            "create",
            json!([{"x_uid": "office:1"}]),
            json!({}),
        )
        .unwrap();
    let indexes = target.odoo().unique_indexes();
    assert_eq!(
        indexes.get("x_ucm_call_x_uid_uniq"),
        Some(&vec!["x_uid".to_owned()])
    );
    assert!(indexes.contains_key("x_ucm_contact_x_name_uniq"));
    assert_eq!(
        target
            .odoo()
            .external_id("ucm_odoo.model_x_ucm_call")
            .map(|(model, _)| model)
            .as_deref(),
        Some("ir.model")
    );
}

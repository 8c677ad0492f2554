//! The records of a new database: companies, countries, users, groups, rights, views.

use serde_json::json;

use super::{ADMIN, ADMIN_UID, PLAIN, PLAIN_UID, Seed};
use crate::odoo::env::{Env, SUPERUSER, Site};
use crate::odoo::error::Outcome;
use crate::odoo::phone::calling_code;
use crate::odoo::version::Version;

/// Groups: external id (of `base` where it names no module), full name until 18, full name from 19, what they imply.
const GROUPS: [(&str, &str, &str, &str); 10] = [
    ("group_user", "User types/Internal User", "Role / User", ""),
    (
        "group_erp_manager",
        "Administration/Access Rights",
        "Access Rights",
        "",
    ),
    (
        "group_system",
        "Administration/Settings",
        "Role / Administrator",
        "group_user,group_erp_manager",
    ),
    (
        "group_partner_manager",
        "Extra Rights/Contact Creation",
        "Contact/Creation",
        "",
    ),
    ("group_public", "User types/Public", "Role / Public", ""),
    ("group_portal", "User types/Portal", "Role / Portal", ""),
    (
        "group_no_one",
        "Technical/Technical Features",
        "Technical Features",
        "",
    ),
    (
        "group_multi_company",
        "Technical/Multi Companies",
        "Multi Companies",
        "",
    ),
    (
        "sales_team.group_sale_salesman",
        "Sales/User: Own Documents Only",
        "Sales / User: Own Documents Only",
        "group_user",
    ),
    (
        "sales_team.group_sale_manager",
        "Sales/Administrator",
        "Sales / Administrator",
        "sales_team.group_sale_salesman",
    ),
];

/// Users: external id, login, name, active, groups; their ids are 1 to 5, as on a real server.
const USERS: [(&str, &str, &str, bool, &str); 5] = [
    (
        "base.user_root",
        "__system__",
        "OdooBot",
        false,
        "group_system",
    ),
    (
        "base.user_admin",
        ADMIN,
        "Administrator",
        true,
        "group_system,group_partner_manager,sales_team.group_sale_manager",
    ),
    (
        "base.public_user",
        "public",
        "Public user",
        false,
        "group_public",
    ),
    (
        "base.template_portal_user_id",
        "portaltemplate",
        "Portal User Template",
        false,
        "group_portal",
    ),
    ("", PLAIN, "Plain User", true, "group_user"),
];

impl Env<'_> {
    pub(super) fn seed_companies(&mut self, seed: &Seed) -> Outcome<()> {
        for line in include_str!("countries.txt").lines() {
            let Some((code, name)) = line.split_once(' ') else {
                continue;
            };
            let record =
                json!({"code": code, "name": name, "phone_code": calling_code(code).unwrap_or(0)});
            self.seed(
                "res.country",
                &format!("base.{}", code.to_lowercase()),
                record,
            )?;
        }
        let country = seed.country.as_ref().and_then(|code| {
            self.find("res.country", "code", &json!(code))
                .first()
                .copied()
        });
        let partner = self.seed(
            "res.partner",
            "base.main_partner",
            json!({"name": "My Company", "is_company": true, "country_id": country}),
        )?;
        self.seed(
            "res.company",
            "base.main_company",
            json!({"name": "My Company", "partner_id": partner, "country_id": country}),
        )?;
        self.seed(
            "res.lang",
            "base.lang_en",
            json!({"name": "English (US)", "code": "en_US", "active": true}),
        )?;
        for (code, name) in [
            ("fr_FR", "French / Français"),
            ("es_ES", "Spanish / Español"),
            ("de_DE", "German / Deutsch"),
        ] {
            let active = seed.languages.iter().any(|lang| lang == code);
            self.seed(
                "res.lang",
                &format!("base.lang_{}", &code[..2]),
                json!({"name": name, "code": code, "active": active}),
            )?;
        }
        Ok(())
    }

    pub(super) fn seed_groups_and_users(&mut self, seed: &Seed) -> Outcome<()> {
        for (xmlid, old_name, new_name, implied) in GROUPS {
            let name = if self.version() >= Version::V19 {
                new_name
            } else {
                old_name
            };
            let implied = self.base_ids(implied);
            let group = json!({"name": name, "implied_ids": [[6, 0, implied]]});
            self.seed("res.groups", &full(xmlid), group)?;
        }
        for (xmlid, login, name, active, groups) in USERS {
            let groups = self.base_ids(groups);
            let user = json!({"login": login, "name": name, "active": active, self.version().groups_field(): [[6, 0, groups]]});
            self.seed("res.users", xmlid, user)?;
        }
        for (user, xmlid) in [(SUPERUSER, "partner_root"), (ADMIN_UID, "partner_admin")] {
            if let Some(partner) = self.stored_id("res.users", user, "partner_id") {
                self.put_xmlid("base", xmlid, "res.partner", partner, true)?;
            }
        }
        for (user, key) in [(ADMIN_UID, &seed.admin_key), (PLAIN_UID, &seed.user_key)] {
            let key = json!({"name": "bridge", "user_id": user, "scope": "rpc", "key": key});
            self.seed("res.users.apikeys", "", key)?;
        }
        Ok(())
    }

    /// Ids of groups, named with commas between.
    fn base_ids(&self, names: &str) -> Vec<i64> {
        names
            .split(',')
            .filter_map(|name| self.group(name))
            .collect()
    }

    fn group(&self, name: &str) -> Option<i64> {
        let full = full(name);
        let (module, name) = full.split_once('.')?;
        self.xmlid(module, name).map(|(_, id)| id)
    }

    /// Rights of the built-in models: who reads, and who does everything.
    pub(super) fn seed_rights(&mut self) -> Outcome<()> {
        self.seed_rights_of(|_| true)
    }

    /// The rights of those built-in models that `wanted` names.
    pub(super) fn seed_rights_of(&mut self, wanted: impl Fn(&str) -> bool) -> Outcome<()> {
        for line in include_str!("rights.txt")
            .lines()
            .filter(|line| !line.starts_with('#') && wanted(line))
        {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [model, group, perms] = words.as_slice() else {
                continue;
            };
            let Some(model_id) = self.model_id(model) else {
                continue;
            };
            let group_id = self.group(group);
            let has = |perm: char| perms.contains(perm);
            let record = json!({
                "name": format!("{model} {group}"), "model_id": model_id, "group_id": group_id,
                "perm_read": has('r'), "perm_write": has('w'), "perm_create": has('c'), "perm_unlink": has('u'),
            });
            self.seed("ir.model.access", "", record)?;
        }
        self.seed_rules()
    }

    /// Users see their own keys, administrators all.
    fn seed_rules(&mut self) -> Outcome<()> {
        for (group, domain) in [
            ("group_user", "[('user_id', '=', user.id)]"),
            ("group_system", "[(1, '=', 1)]"),
        ] {
            let rule = json!({
                "name": format!("API keys of {group}"), "model_id": self.model_id("res.users.apikeys"), "domain_force": domain,
                "groups": [[6, 0, self.base_ids(group)]],
            });
            self.seed("ir.rule", "", rule)?;
        }
        Ok(())
    }

    pub(super) fn seed_views_and_rest(&mut self, site: &Site) -> Outcome<()> {
        let form = include_str!("partner_form.xml");
        self.seed("ir.ui.view", "base.view_partner_form", json!({"name": "res.partner.form", "model": "res.partner", "type": "form", "arch": form}))?;
        self.seed_list(
            "base.view_partner_tree",
            "res.partner",
            &["complete_name", "phone", "email"],
        )?;
        self.seed_list(
            "mail.mail_activity_view_tree",
            "mail.activity",
            &["summary", "date_deadline"],
        )?;
        let todo = "<form><sheet><group><field name=\"summary\"/><field name=\"date_deadline\"/><field name=\"user_id\"/></group></sheet></form>";
        self.seed("ir.ui.view", "mail.mail_activity_view_form_popup", json!({"name": "mail.activity.view.form.popup", "model": "mail.activity", "type": "form", "arch": todo}))?;
        let modules = ["base", "web", "mail", "contacts", "phone_validation"].into_iter();
        let modules = modules.chain(site.import_module.then_some("base_import_module"));
        for name in modules.chain(site.crm.then_some("crm")) {
            let record = json!({"name": name, "state": "installed", "shortdesc": name, "latest_version": format!("{}.0.1.0", site.version.major())});
            self.seed("ir.module.module", &format!("base.module_{name}"), record)?;
        }
        if site.crm {
            self.seed_crm()?;
        }
        self.seed(
            "ir.ui.menu",
            "base.menu_administration",
            json!({"name": "Settings", "sequence": 550}),
        )?;
        self.seed(
            "ir.ui.menu",
            "contacts.menu_contacts",
            json!({"name": "Contacts", "sequence": 20}),
        )?;
        self.seed(
            "ir.ui.menu",
            "base.menu_custom",
            json!({"name": "Technical"}),
        )?;
        for (xmlid, name, category) in [
            ("mail.mail_activity_data_call", "Call", "phonecall"),
            ("mail.mail_activity_data_todo", "To-Do", "default"),
            ("mail.mail_activity_data_meeting", "Meeting", "default"),
        ] {
            let vals = json!({"name": name, "category": category});
            self.seed("mail.activity.type", xmlid, vals)?;
        }
        for (xmlid, name) in [("mail.mt_note", "Note"), ("mail.mt_comment", "Discussions")] {
            self.seed("mail.message.subtype", xmlid, json!({"name": name}))?;
        }
        self.seed(
            "ir.config_parameter",
            "",
            json!({"key": "web.base.url", "value": "http://localhost:8069"}),
        )?;
        Ok(())
    }

    /// A list of these fields, which was called a tree before 18.
    fn seed_list(&mut self, xmlid: &str, model: &str, fields: &[&str]) -> Outcome<()> {
        let tag = if self.version() >= Version::V18 {
            "list"
        } else {
            "tree"
        };
        let columns: String = fields
            .iter()
            .map(|name| format!("<field name=\"{name}\"/>"))
            .collect();
        let arch = format!("<{tag}>{columns}</{tag}>");
        self.seed(
            "ir.ui.view",
            xmlid,
            json!({"name": xmlid, "model": model, "type": tag, "arch": arch}),
        )?;
        Ok(())
    }

    /// The form of leads, and their lists.
    pub(super) fn seed_crm(&mut self) -> Outcome<()> {
        let form = include_str!("lead_form.xml");
        let view =
            json!({"name": "crm.lead.form", "model": "crm.lead", "type": "form", "arch": form});
        self.seed("ir.ui.view", "crm.crm_lead_view_form", view)?;
        for xmlid in [
            "crm.crm_case_tree_view_leads",
            "crm.crm_case_tree_view_oppor",
        ] {
            self.seed_list(xmlid, "crm.lead", &["name", "phone"])?;
        }
        Ok(())
    }
}

fn full(xmlid: &str) -> String {
    if xmlid.contains('.') {
        xmlid.to_owned()
    } else {
        format!("base.{xmlid}")
    }
}

//! The database as it is after installation: Odoo's own models, companies, countries, users, groups, rights, views.

use std::sync::Arc;

use serde_json::{Value, json};

use super::env::{Context, Env, SUPERUSER, Site};
use super::error::Outcome;
use super::phone::calling_code;
use super::schema::{Compute, Field, Model, OnDelete, Ttype};
use super::store::Store;
use super::value::Vals;
use super::version::Version;

/// Login of the administrator.
pub(crate) const ADMIN: &str = "admin";
/// Login of the plain internal user.
pub(crate) const PLAIN: &str = "plain";
/// Id of the administrator, on every real server too.
pub(crate) const ADMIN_UID: i64 = 2;
/// Id of the plain internal user.
pub(crate) const PLAIN_UID: i64 = 5;

/// What the builder decided about the new database.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    pub(crate) country: Option<String>,
    pub(crate) admin_key: String,
    pub(crate) user_key: String,
    pub(crate) languages: Vec<String>,
}

/// Fills a new store.
pub(crate) fn install(store: &Arc<Store>, site: &Site, seed: &Seed) -> Outcome<()> {
    let mut tx = store.begin();
    for model in models(site) {
        tx.registry_mut().put(model);
    }
    let registry = Arc::clone(&tx.db.registry);
    for model in registry.models() {
        let table = tx.ddl(&model.name);
        for field in model.fields.values().filter(|field| field.has_lookup()) {
            table.add_lookup(&field.name, field.slot);
        }
        for (name, columns, message) in UNIQUES
            .iter()
            .filter(|(owner, ..)| *owner == model.name)
            .map(|(_, n, c, m)| (n, c, m))
        {
            let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
            table
                .add_unique(name, model, &columns, message.map(str::to_owned))
                .map_err(|refused| refused.to_error())?;
        }
    }
    let mut env = Env::new(
        &mut tx,
        site,
        SUPERUSER,
        Context {
            show_archived: true,
            ..Context::default()
        },
    );
    env.describe_models()?;
    env.seed_companies(seed)?;
    env.seed_groups_and_users(seed)?;
    env.seed_rights()?;
    env.seed_views_and_rest(site)?;
    Ok(tx.commit()?)
}

/// Unique constraints: model, name, columns, and the model's own message where it has one.
const UNIQUES: [(&str, &str, &[&str], Option<&str>); 8] = [
    (
        "ir.model",
        "ir_model_obj_name_uniq",
        &["model"],
        Some("Each model must have a unique name."),
    ),
    (
        "ir.model.fields",
        "ir_model_fields_name_unique",
        &["model", "name"],
        Some("Field names must be unique per model."),
    ),
    (
        "ir.model.fields.selection",
        "ir_model_fields_selection_selection_field_uniq",
        &["field_id", "value"],
        Some("Selections values must be unique per field"),
    ),
    (
        "ir.model.data",
        "ir_model_data_module_name_uniq_index",
        &["module", "name"],
        None,
    ),
    (
        "ir.config_parameter",
        "ir_config_parameter_key_uniq",
        &["key"],
        Some("Key must be unique."),
    ),
    (
        "ir.module.module",
        "ir_module_module_name_uniq",
        &["name"],
        Some("The name of the module must be unique!"),
    ),
    (
        "res.country",
        "res_country_code_uniq",
        &["code"],
        Some("The code of the country must be unique!"),
    ),
    (
        "res.users",
        "res_users_login_key",
        &["login"],
        Some("You can not have two users with the same login!"),
    ),
];

/// Reads `models.txt`: a line per model or field.
fn models(site: &Site) -> Vec<Model> {
    let mut models: Vec<Model> = Vec::new();
    for line in include_str!("models.txt")
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
    {
        let (head, label, options) = split_line(line);
        let options: Vec<(&str, &str)> = options
            .split_whitespace()
            .map(|option| option.split_once('=').unwrap_or((option, "")))
            .collect();
        if !options
            .iter()
            .all(|(key, value)| applies(site.version, key, value))
        {
            continue;
        }
        match head.as_slice() {
            ["model", name] => models.push(model_of(name, label, &options)),
            [ttype, name] => {
                let name = if *name == "GROUPS" {
                    site.version.groups_field()
                } else {
                    name
                };
                if let (Some(model), Some(ttype)) = (models.last_mut(), Ttype::parse(ttype)) {
                    model.put(field_of(name, ttype, label, &options));
                }
            }
            _ => {}
        }
    }
    models.retain(|model| site.import_module || model.name != "base.import.module");
    models
}

/// `type name "Label" options`.
fn split_line(line: &str) -> (Vec<&str>, &str, &str) {
    let mut parts = line.splitn(3, '"');
    let head = parts
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    (
        head,
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    )
}

fn applies(version: Version, key: &str, value: &str) -> bool {
    let number: u16 = value.parse().unwrap_or_default();
    match key {
        "from" => version.major() >= number,
        "until" => version.major() <= number,
        _ => true,
    }
}

fn model_of(name: &str, label: &str, options: &[(&str, &str)]) -> Model {
    let mut model = Model::new(name, label);
    for (key, value) in options {
        match *key {
            "order" => model.order = value.replace('+', " ").replace('/', ", "),
            "rec" => model.rec_name = (*value).to_owned(),
            "transient" => model.transient = true,
            "thread" => model.mail_thread = true,
            _ => {}
        }
    }
    model
}

fn field_of(name: &str, ttype: Ttype, label: &str, options: &[(&str, &str)]) -> Field {
    let mut field = Field::new(name, ttype, label);
    for (key, value) in options {
        match *key {
            "rel" => field.relation = Some((*value).to_owned()),
            "inv" => field.relation_field = Some((*value).to_owned()),
            "req" => field.required = true,
            "ro" => field.readonly = true,
            "index" => field.index = true,
            "trans" => field.translate = true,
            "nostore" => field.store = false,
            "cascade" => field.on_delete = OnDelete::Cascade,
            "restrict" => field.on_delete = OnDelete::Restrict,
            "groups" => field.groups = Some((*value).to_owned()),
            "default" => field.default = serde_json::from_str(&value.replace('+', " ")).ok(),
            "sel" => field.selection = selection(value),
            "ttypes" => {
                field.selection = Ttype::names()
                    .map(|name| (name.to_owned(), name.to_owned()))
                    .collect()
            }
            "related" => {
                field.compute = Some(Compute::Related((*value).to_owned()));
                field.store = false;
                field.readonly = true;
            }
            "compute" => {
                field.compute = compute(value);
                field.readonly = true;
            }
            _ => {}
        }
    }
    field
}

fn selection(text: &str) -> Vec<(String, String)> {
    let pair = |option: &str| {
        let (value, label) = option.split_once(':').unwrap_or((option, option));
        (value.replace('+', " "), label.replace('+', " "))
    };
    text.split('|').map(pair).collect()
}

fn compute(name: &str) -> Option<Compute> {
    match name {
        "phone_sanitized" => Some(Compute::PhoneSanitized),
        "phone_mobile_search" => Some(Compute::PhoneMobileSearch),
        "commercial" => Some(Compute::CommercialPartner),
        "complete_name" => Some(Compute::CompleteName),
        "all_groups" => Some(Compute::AllGroups),
        "full_name" => Some(Compute::GroupFullName),
        "external_id" => Some(Compute::ExternalId),
        _ => None,
    }
}

/// A record from a JSON object.
pub(crate) fn vals(value: Value) -> Vals {
    match value {
        Value::Object(map) => map,
        _ => Vals::new(),
    }
}

impl Env<'_> {
    /// Creates one record and its external id.
    fn seed(&mut self, model: &str, xmlid: &str, value: Value) -> Outcome<i64> {
        let id = self.create(model, vec![vals(value)])?[0];
        if let Some((module, name)) = xmlid.split_once('.') {
            self.put_xmlid(module, name, model, id, true)?;
        }
        Ok(id)
    }

    /// Keeps an external id.
    pub(crate) fn put_xmlid(
        &mut self,
        module: &str,
        name: &str,
        model: &str,
        id: i64,
        noupdate: bool,
    ) -> Outcome<i64> {
        let row = json!({"module": module, "name": name, "model": model, "res_id": id, "noupdate": noupdate});
        self.sudo(|env| env.create("ir.model.data", vec![vals(row)]))
            .map(|ids| ids[0])
    }

    /// The `ir.model` and `ir.model.fields` records of the built-in models.
    fn describe_models(&mut self) -> Outcome<()> {
        let registry = Arc::clone(&self.tx.db.registry);
        for model in registry.models() {
            let record = json!({"name": model.label, "model": model.name, "state": "base", "order": model.order, "transient": model.transient});
            let xmlid = format!("base.model_{}", model.table());
            let id = self.seed("ir.model", &xmlid, record)?;
            for field in model.fields.values() {
                let field_id = self.record_field(id, &model.name, field)?;
                self.put_xmlid(
                    "base",
                    &format!("field_{}__{}", model.table(), field.name),
                    "ir.model.fields",
                    field_id,
                    true,
                )?;
            }
        }
        Ok(())
    }

    fn seed_companies(&mut self, seed: &Seed) -> Outcome<()> {
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

    fn seed_groups_and_users(&mut self, seed: &Seed) -> Outcome<()> {
        let new = self.version() >= Version::V19;
        let mut group = |xmlid: &str, old_name: &str, new_name: &str, implied: &[i64]| {
            let name = if new { new_name } else { old_name };
            self.seed(
                "res.groups",
                xmlid,
                json!({"name": name, "implied_ids": [[6, 0, implied]]}),
            )
        };
        let user = group(
            "base.group_user",
            "User types / Internal User",
            "Role / User",
            &[],
        )?;
        let access = group(
            "base.group_erp_manager",
            "Administration / Access Rights",
            "Access Rights",
            &[],
        )?;
        let system = group(
            "base.group_system",
            "Administration / Settings",
            "Role / Administrator",
            &[user, access],
        )?;
        let manager = group(
            "base.group_partner_manager",
            "Extra Rights / Contact Creation",
            "Contact/Creation",
            &[],
        )?;
        let public = group(
            "base.group_public",
            "User types / Public",
            "Role / Public",
            &[],
        )?;
        let portal = group(
            "base.group_portal",
            "User types / Portal",
            "Role / Portal",
            &[],
        )?;
        group(
            "base.group_no_one",
            "Technical / Technical Features",
            "Technical Features",
            &[],
        )?;
        group(
            "base.group_multi_company",
            "Technical / Multi Companies",
            "Multi Companies",
            &[],
        )?;
        let groups = self.version().groups_field();
        let mut account = |xmlid: &str, login: &str, name: &str, active: bool, ids: &[i64]| {
            self.seed(
                "res.users",
                xmlid,
                json!({"login": login, "name": name, "active": active, groups: [[6, 0, ids]]}),
            )
        };
        account("base.user_root", "__system__", "OdooBot", false, &[system])?;
        let admin = account(
            "base.user_admin",
            ADMIN,
            "Administrator",
            true,
            &[system, manager],
        )?;
        account(
            "base.public_user",
            "public",
            "Public user",
            false,
            &[public],
        )?;
        account(
            "base.template_portal_user_id",
            "portaltemplate",
            "Portal User Template",
            false,
            &[portal],
        )?;
        let plain = account("", PLAIN, "Plain User", true, &[user])?;
        for (user, xmlid) in [(SUPERUSER, "partner_root"), (admin, "partner_admin")] {
            if let Some(partner) = self.stored_id("res.users", user, "partner_id") {
                self.put_xmlid("base", xmlid, "res.partner", partner, true)?;
            }
        }
        self.seed(
            "res.users.apikeys",
            "",
            json!({"name": "bridge", "user_id": admin, "key": seed.admin_key}),
        )?;
        self.seed(
            "res.users.apikeys",
            "",
            json!({"name": "bridge", "user_id": plain, "key": seed.user_key}),
        )?;
        Ok(())
    }

    /// Rights of the built-in models: who reads, and who does everything.
    fn seed_rights(&mut self) -> Outcome<()> {
        for line in include_str!("rights.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [model, group, perms] = words.as_slice() else {
                continue;
            };
            let Some(model_id) = self.model_id(model) else {
                continue;
            };
            let group_id = self.xmlid("base", group).map(|(_, id)| id);
            let has = |perm: char| perms.contains(perm);
            let record = json!({
                "name": format!("{model} {group}"), "model_id": model_id, "group_id": group_id,
                "perm_read": has('r'), "perm_write": has('w'), "perm_create": has('c'), "perm_unlink": has('u'),
            });
            self.seed("ir.model.access", "", record)?;
        }
        Ok(())
    }

    fn seed_views_and_rest(&mut self, site: &Site) -> Outcome<()> {
        let form = include_str!("partner_form.xml");
        self.seed("ir.ui.view", "base.view_partner_form", json!({"name": "res.partner.form", "model": "res.partner", "type": "form", "arch": form}))?;
        let modules = ["base", "web", "mail", "contacts", "phone_validation", "crm"].into_iter();
        let modules = modules.chain(site.import_module.then_some("base_import_module"));
        for name in modules {
            let record = json!({"name": name, "state": "installed", "shortdesc": name, "latest_version": format!("{}.0.1.0", site.version.major())});
            self.seed("ir.module.module", &format!("base.module_{name}"), record)?;
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
        for (xmlid, name) in [
            ("mail.mail_activity_data_call", "Call"),
            ("mail.mail_activity_data_todo", "To-Do"),
        ] {
            self.seed("mail.activity.type", xmlid, json!({"name": name}))?;
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
}

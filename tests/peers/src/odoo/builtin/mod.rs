//! The database as it is after installation: Odoo's own models, companies, countries, users, groups, rights, views.

mod definitions;
mod records;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::odoo::env::{Context, Env, SUPERUSER, Site};
use crate::odoo::error::Outcome;
use crate::odoo::schema::Model;
use crate::odoo::store::{Guard, Store, Transaction};
use crate::odoo::value::Vals;
use definitions::models;

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
        prepare_table(&mut tx, model)?;
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

/// Table, lookups and unique constraints of a model.
fn prepare_table(tx: &mut Transaction, model: &Model) -> Outcome<()> {
    let table = tx.ddl(&model.name);
    for field in model.fields.values().filter(|field| field.has_lookup()) {
        table.add_lookup(&field.name, field.slot);
    }
    for (_, name, columns, message) in UNIQUES.iter().filter(|(owner, ..)| *owner == model.name) {
        let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
        table
            .add_unique(
                name,
                model,
                Guard {
                    columns: &columns,
                    of_active: false,
                    message: message.map(str::to_owned),
                },
            )
            .map_err(|refused| refused.to_error())?;
    }
    Ok(())
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
            self.describe_model(model)?;
        }
        Ok(())
    }

    /// What installing the addon CRM brings.
    pub(crate) fn install_crm(&mut self) -> Outcome<()> {
        let site = Site {
            crm: true,
            ..self.site.clone()
        };
        for model in models(&site)
            .into_iter()
            .filter(|model| model.name == "crm.lead")
        {
            self.tx.registry_mut().put(model.clone());
            prepare_table(self.tx, &model)?;
            self.describe_model(&model)?;
        }
        self.seed_rights_of(|line| line.starts_with("crm.lead "))?;
        self.seed_crm()?;
        let version = format!("{}.0.1.0", self.version().major());
        let module = json!({"name": "crm", "state": "installed", "shortdesc": "CRM", "latest_version": version});
        self.seed("ir.module.module", "base.module_crm", module)?;
        Ok(())
    }

    fn describe_model(&mut self, model: &Model) -> Outcome<()> {
        let record = json!({"name": model.label, "model": model.name, "state": "base", "order": model.order, "transient": model.transient});
        let first = model.name.split('.').next();
        let owner = ["mail", "crm"].into_iter().find(|name| first == Some(name));
        let owner = owner.unwrap_or("base");
        let xmlid = format!("{owner}.model_{}", model.table());
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
        Ok(())
    }
}

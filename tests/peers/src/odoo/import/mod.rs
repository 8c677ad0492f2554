//! `base.import.module`: a data module from a zip, and its removal.

mod archive;
mod csv;
mod po;
mod xml;

use base64::Engine as _;
use serde_json::{Value, json};

use archive::{Archive, Module};

use super::builtin::vals;
use super::env::{Env, Right};
use super::error::{OdooError, Outcome};
use super::value::Vals;
use super::version::Version;

/// How a data file failed: the texts that a traceback would hold.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct ImportError(pub(crate) String);

impl From<OdooError> for ImportError {
    fn from(error: OdooError) -> Self {
        Self(format!("{}: {}", error.kind.python_name(), error.message))
    }
}

impl ImportError {
    /// What people see of it: the whole traceback, before 19 only the text of the exception that came last.
    fn told(&self, module: &str, version: Version) -> OdooError {
        let Self(causes) = self;
        let last = causes.rsplit("(most recent call last):\n").next();
        let last = last.unwrap_or(causes);
        let told = match version < Version::V19 {
            true => last
                .split_once(": ")
                .map_or(last, |(_, text)| text)
                .to_owned(),
            false => format!(
                "Traceback (most recent call last):\n  File \"/simulated/base_import_module\", line 1, in _import_zipfile\n{causes}\n"
            ),
        };
        OdooError::user(format!(
            "Error while importing module '{module}'.\n\n {told} \n\n"
        ))
        .because(causes)
    }
}

impl Env<'_> {
    /// `base.import.module.import_module`.
    ///
    /// # Errors
    ///
    /// `AccessError` for who is no administrator; `UserError` around whatever the data files raise. Nothing is kept then.
    pub(crate) fn import_module(&mut self, wizards: &[i64]) -> Outcome<Value> {
        self.check("base.import.module", Right::Write)?;
        self.check_exists("base.import.module", wizards)?;
        if !self.su
            && !self.has_group("base.group_system")
            && !self.has_group("base.group_erp_manager")
        {
            return Err(OdooError::access(
                "Only administrators can install data modules.",
            ));
        }
        for wizard in wizards {
            let file = self.stored("base.import.module", *wizard, "module_file");
            let force = self.stored("base.import.module", *wizard, "force") == json!(true);
            let bytes =
                base64::engine::general_purpose::STANDARD.decode(file.as_str().unwrap_or_default());
            let archive = bytes.ok().and_then(|bytes| Archive::open(bytes).ok());
            let archive =
                archive.ok_or_else(|| OdooError::user("Only zip files are supported."))?;
            self.import_archive(archive, force)?;
        }
        Ok(
            json!({"type": "ir.actions.act_url", "target": "self", "url": if self.version() >= Version::V18 { "/odoo" } else { "/web" }}),
        )
    }

    fn import_archive(&mut self, archive: Archive, force: bool) -> Outcome<()> {
        let modules = archive.modules(self.version().major())?;
        for module in modules {
            self.context.installing = Some(module.name.clone());
            let imported = self.sudo(|env| env.import_one(&module, force));
            self.context.installing = None;
            imported.map_err(|error| error.told(&module.name, self.version()))?;
        }
        Ok(())
    }

    fn import_one(&mut self, module: &Module, force: bool) -> Result<(), ImportError> {
        self.check_dependencies_installed(module)?;
        let known = self
            .find("ir.module.module", "name", &json!(module.name))
            .first()
            .copied();
        let record = module.record();
        let (id, update) = match known {
            Some(id) => {
                self.write("ir.module.module", &[id], &record)?;
                (id, !force)
            }
            None => (self.create("ir.module.module", vec![record])?[0], false),
        };
        self.note_dependencies(id, module)?;
        for file in module.data_files() {
            let text = module.text(&file).ok_or_else(|| {
                ImportError(format!(
                    "FileNotFoundError: [Errno 2] No such file or directory: '/tmp/{}/{file}'",
                    module.name
                ))
            })?;
            match file.rsplit_once('.').map(|(_, ending)| ending) {
                Some("xml") => xml::import(self, &module.name, &file, &text, update)?,
                Some("csv") => csv::import(self, &module.name, &file, &text)?,
                _ => {}
            }
        }
        self.import_static_files(module)?;
        self.import_assets(module)?;
        if self.version() >= Version::V18 {
            po::import(self, module)?;
        }
        Ok(())
    }

    /// `_update_from_terp`: what a module needs is known from its import on.
    fn note_dependencies(&mut self, id: i64, module: &Module) -> Outcome<()> {
        let known = self.find("ir.module.module.dependency", "module_id", &json!(id));
        self.unlink("ir.module.module.dependency", &known)?;
        let rows = module.depends().into_iter();
        let rows = rows.map(|name| vals(json!({"name": name, "module_id": id})));
        self.create("ir.module.module.dependency", rows.collect())?;
        Ok(())
    }

    fn check_dependencies_installed(&self, module: &Module) -> Result<(), ImportError> {
        let missing: Vec<String> = module
            .depends()
            .into_iter()
            .filter(|name| {
                self.find("ir.module.module", "name", &json!(name))
                    .is_empty()
            })
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(ImportError(format!(
            "odoo.exceptions.UserError: Unknown module dependencies:\n - {}",
            missing.join("\n - ")
        )))
    }

    fn import_static_files(&mut self, module: &Module) -> Outcome<()> {
        for (path, bytes) in module.static_files() {
            let url = format!("/{}/{path}", module.name);
            let name = path.rsplit('/').next().unwrap_or_default();
            let datas = base64::engine::general_purpose::STANDARD.encode(bytes);
            let record = vals(
                json!({"name": name, "url": url, "res_model": "ir.ui.view", "type": "binary", "datas": datas, "public": true}),
            );
            match self
                .find("ir.attachment", "url", &json!(url))
                .first()
                .copied()
            {
                Some(id) => self.write("ir.attachment", &[id], &record)?,
                None => {
                    let id = self.create("ir.attachment", vec![record])?[0];
                    let xmlid = format!("attachment_{url}").replace(['.', ' '], "_");
                    self.put_xmlid(&module.name, &xmlid, "ir.attachment", id, false)?;
                }
            }
        }
        Ok(())
    }

    /// What the manifest has the browser load, each file of a bundle by its name.
    fn import_assets(&mut self, module: &Module) -> Outcome<()> {
        for (bundle, path) in module.assets() {
            if self.version() >= Version::V19 && path.contains(['*', '?', '[']) {
                return Err(OdooError::user(format!(
                    "The assets path in the manifest of imported module '{}' cannot contain glob wildcards (e.g., *, **).",
                    module.name
                )));
            }
            let path = format!("/{}", path.trim_start_matches('/'));
            let name = format!("{}.{bundle}.{path}", module.name);
            let record =
                vals(json!({"name": name, "directive": "append", "path": path, "bundle": bundle}));
            match self.find("ir.asset", "name", &json!(name)).first() {
                Some(id) => self.write("ir.asset", &[*id], &record)?,
                None => {
                    let id = self.create("ir.asset", vec![record])?[0];
                    let xmlid = format!("{bundle}_{path}").replace('.', "_");
                    self.put_xmlid(&module.name, &xmlid, "ir.asset", id, false)?;
                }
            }
        }
        Ok(())
    }

    /// `ir.module.module.button_immediate_uninstall`: takes out everything that the modules, and those that need them, brought.
    ///
    /// # Errors
    ///
    /// `UserError` for a module of Odoo's own other than CRM.
    pub(crate) fn uninstall(&mut self, modules: &[i64]) -> Outcome<Value> {
        self.check("ir.module.module", Right::Write)?;
        self.check_exists("ir.module.module", modules)?;
        for id in modules {
            let name = self.stored("ir.module.module", *id, "name");
            let imported = self.stored("ir.module.module", *id, "imported") == json!(true);
            if !imported && name != "crm" {
                return Err(OdooError::user("Those modules cannot be uninstalled: base"));
            }
            self.uninstall_downstream(&name)?;
            let name = name.as_str().unwrap_or_default().to_owned();
            self.context.installing = Some(name.clone());
            let removed = self.sudo(|env| match imported {
                true => env.remove_data(&name),
                false => env.remove_crm(),
            });
            self.context.installing = None;
            removed?;
            self.sudo(|env| env.unlink("ir.module.module", &[*id]))?;
        }
        Ok(
            json!({"type": "ir.actions.act_url", "target": "self", "url": if self.version() >= Version::V18 { "/odoo" } else { "/web" }}),
        )
    }

    fn uninstall_downstream(&mut self, name: &Value) -> Outcome<()> {
        let rows = self.find("ir.module.module.dependency", "name", name);
        let dependents: Vec<i64> = rows
            .into_iter()
            .filter_map(|row| self.stored_id("ir.module.module.dependency", row, "module_id"))
            .collect();
        self.uninstall(&dependents).map(drop)
    }

    /// The model of the addon CRM, with its rows and views.
    fn remove_crm(&mut self) -> Outcome<()> {
        let views = self.find("ir.ui.view", "model", &json!("crm.lead"));
        self.unlink("ir.ui.view", &views)?;
        // What is not of its own makers' module cannot be taken out; this is.
        let model = self.model("ir.model")?;
        let models = self.find("ir.model", "model", &json!("crm.lead"));
        for id in &models {
            self.poke(&model, *id, "state", json!("manual"))?;
        }
        self.unlink("ir.model", &models)
    }

    /// Records newest first, then fields, then models: the order in which Odoo removes a module's data.
    fn remove_data(&mut self, module: &str) -> Outcome<()> {
        let mut rows = self.find("ir.model.data", "module", &json!(module));
        rows.sort_unstable_by(|left, right| right.cmp(left));
        let last = |model: &str| match model {
            "ir.model" => 3,
            "ir.model.fields" => 2,
            "ir.model.fields.selection" => 1,
            _ => 0,
        };
        for pass in 0..4 {
            for row in &rows {
                let model = self
                    .stored("ir.model.data", *row, "model")
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                let Some(id) = self.stored_id("ir.model.data", *row, "res_id") else {
                    continue;
                };
                if last(&model) == pass && self.tx.db.row(&model, id).is_some() {
                    self.unlink(&model, &[id])?;
                }
            }
        }
        for row in self.find("ir.model.data", "module", &json!(module)) {
            self.tx.remove("ir.model.data", row);
        }
        Ok(())
    }
}

/// Creates or updates the record behind an external id, as data files do.
pub(crate) fn upsert(
    env: &mut Env<'_>,
    module: &str,
    xmlid: &str,
    model: &str,
    record: Vals,
    noupdate: bool,
    update: bool,
) -> Outcome<i64> {
    let (owner, name) = xmlid.split_once('.').unwrap_or((module, xmlid));
    let Some(row) = env.xmlid_row(owner, name) else {
        let id = env.create(model, vec![record])?[0];
        env.put_xmlid(owner, name, model, id, noupdate)?;
        return Ok(id);
    };
    let id = env
        .stored_id("ir.model.data", row, "res_id")
        .unwrap_or_default();
    if env.tx.db.row(model, id).is_none() {
        env.tx.remove("ir.model.data", row);
        let id = env.create(model, vec![record])?[0];
        env.put_xmlid(owner, name, model, id, noupdate)?;
        return Ok(id);
    }
    let kept = env.stored("ir.model.data", row, "noupdate") == json!(true);
    if !(update && kept) {
        env.write(model, &[id], &record)?;
    }
    Ok(id)
}

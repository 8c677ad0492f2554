//! What is there, in a handful of small answers.

use serde::Deserialize;
use serde_json::json;

use super::{Plan, ProvisionError, Step};
use crate::odoo::schema::{self, Package};
use crate::odoo::{Call, Version, call};
use crate::ports::World;
use crate::sync::Odoo;

/// What was found, and what would be put there.
pub(super) struct Survey {
    pub(super) plan: Plan,
    pub(super) package: Package,
    pub(super) importer: Importer,
    pub(super) module: Option<Module>,
    /// External ids of the module.
    pub(super) rows: Vec<ExternalId>,
    /// Those that a removal put aside, with their data.
    pub(super) kept: Vec<ExternalId>,
    /// Those of views that somebody has edited, or has told Odoo to leave alone.
    pub(super) customised: Vec<ExternalId>,
}

/// A module as Odoo's own list has it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Module {
    pub(super) id: i64,
    name: String,
    state: String,
    #[serde(deserialize_with = "call::text")]
    latest_version: String,
}

/// The name that a module gave to a record.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ExternalId {
    pub(super) id: i64,
    module: String,
    pub(super) name: String,
    pub(super) model: String,
    pub(super) res_id: i64,
    pub(super) noupdate: bool,
}

/// Whether data modules can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Importer {
    Installed,
    Available,
    Absent,
}

pub(super) async fn survey<W: World>(odoo: &Odoo<'_, W>) -> Result<Survey, ProvisionError> {
    let version = odoo.version().await?;
    let package = schema::pack(version, &languages(odoo, version).await?)?;
    let (module, importer) = modules(odoo).await?;
    let (kept, rows): (Vec<_>, Vec<_>) = external_ids(odoo)
        .await?
        .into_iter()
        .partition(|row| row.module == schema::KEPT);
    let customised = customised(odoo, &rows).await?;
    let mut plan = Plan {
        odoo: version.to_string(),
        installed: module.as_ref().map(|module| module.latest_version.clone()),
        packaged: package.version.clone(),
        step: Step::Install,
        missing: Vec::new(),
        extra: Vec::new(),
        customised: names(&customised),
        kept_data: !kept.is_empty(),
    };
    if let Some(module) = &module {
        plan.missing = missing(&package, &rows);
        plan.extra = extra(&package, &rows);
        let same = is_content_there(odoo, module, &package).await?;
        plan.step = if same && plan.missing.is_empty() {
            Step::Nothing
        } else {
            Step::Upgrade
        };
    }
    Ok(Survey {
        plan,
        package,
        importer,
        module,
        rows,
        kept,
        customised,
    })
}

/// The digest that the last import left.
pub(super) async fn installed_content<W: World>(
    odoo: &Odoo<'_, W>,
) -> Result<Option<String>, ProvisionError> {
    #[derive(Deserialize)]
    struct Parameter {
        #[serde(deserialize_with = "call::text")]
        value: String,
    }
    let domain = json!([["key", "=", schema::CONTENT_PARAMETER]]);
    let parameters = Call::search_read("ir.config_parameter", domain, &["value"]);
    let found: Vec<Parameter> = odoo.call(&parameters).await?;
    Ok(found.into_iter().next().map(|parameter| parameter.value))
}

/// The active languages, where the package depends on them.
async fn languages<W: World>(
    odoo: &Odoo<'_, W>,
    version: Version,
) -> Result<Vec<String>, ProvisionError> {
    #[derive(Deserialize)]
    struct Language {
        code: String,
    }
    if !schema::needs_terms_as_data(version) {
        return Ok(Vec::new());
    }
    let active = Call::search_read("res.lang", json!([["active", "=", true]]), &["code"]);
    let found: Vec<Language> = odoo.call(&active.order("code")).await?;
    Ok(found.into_iter().map(|language| language.code).collect())
}

async fn modules<W: World>(
    odoo: &Odoo<'_, W>,
) -> Result<(Option<Module>, Importer), ProvisionError> {
    let domain = json!([["name", "in", [schema::MODULE, IMPORTER]]]);
    let fields = ["name", "state", "latest_version"];
    let found: Vec<Module> = odoo
        .call(&Call::search_read(MODULES, domain, &fields))
        .await?;
    let find = |name: &str| found.iter().find(|module| module.name == name);
    let importer = match find(IMPORTER) {
        Some(importer) if importer.is_installed() => Importer::Installed,
        Some(_) => Importer::Available,
        None => Importer::Absent,
    };
    Ok((find(schema::MODULE).cloned(), importer))
}

async fn external_ids<W: World>(odoo: &Odoo<'_, W>) -> Result<Vec<ExternalId>, ProvisionError> {
    let domain = json!([["module", "in", [schema::MODULE, schema::KEPT]]]);
    let fields = ["module", "name", "model", "res_id", "noupdate"];
    let rows = Call::search_read(EXTERNAL_IDS, domain, &fields).order("name");
    Ok(odoo.call(&rows).await?)
}

/// Odoo sets `arch_updated` when a view is edited in place; `noupdate` is what setup, or an administrator, has
/// set on a view to keep it.
async fn customised<W: World>(
    odoo: &Odoo<'_, W>,
    rows: &[ExternalId],
) -> Result<Vec<ExternalId>, ProvisionError> {
    #[derive(Deserialize)]
    struct View {
        id: i64,
    }
    let views: Vec<&ExternalId> = rows.iter().filter(|row| row.model == VIEWS).collect();
    if views.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = views.iter().map(|row| row.res_id).collect();
    let domain = json!([["id", "in", ids], ["arch_updated", "=", true]]);
    // A view may be edited and archived.
    let edited = Call::search_read(VIEWS, domain, &["id"]).context("active_test", false);
    let edited: Vec<View> = odoo.call(&edited).await?;
    let is_edited = |row: &ExternalId| edited.iter().any(|view| view.id == row.res_id);
    Ok(views
        .into_iter()
        .filter(|row| row.noupdate || is_edited(row))
        .cloned()
        .collect())
}

/// Whether the module of our name is what is packed.
async fn is_content_there<W: World>(
    odoo: &Odoo<'_, W>,
    module: &Module,
    package: &Package,
) -> Result<bool, ProvisionError> {
    // An imported module leaves Odoo's list when it is uninstalled; one that waits there, or has no digest, is somebody's Python.
    if !module.is_installed() {
        return Err(ProvisionError::NameTaken);
    }
    match installed_content(odoo).await? {
        None => Err(ProvisionError::NameTaken),
        Some(content) => Ok(content == package.content),
    }
}

fn missing(package: &Package, rows: &[ExternalId]) -> Vec<String> {
    let is_there = |name: &String| rows.iter().any(|row| row.name == *name);
    package
        .records
        .iter()
        .filter(|name| !is_there(name))
        .cloned()
        .collect()
}

/// Odoo itself names the attachments that hold the module's static files and translations.
fn extra(package: &Package, rows: &[ExternalId]) -> Vec<String> {
    rows.iter()
        .filter(|row| row.model != "ir.attachment" && !package.records.contains(&row.name))
        .map(|row| row.name.clone())
        .collect()
}

fn names(rows: &[ExternalId]) -> Vec<String> {
    rows.iter().map(|row| row.name.clone()).collect()
}

impl Module {
    fn is_installed(&self) -> bool {
        // `to upgrade` and `to remove` are installed as well, until somebody confirms.
        self.state != "uninstalled" && self.state != "uninstallable" && self.state != "to install"
    }
}

/// Odoo's list of modules.
pub(super) const MODULES: &str = "ir.module.module";

/// Odoo's list of external ids.
pub(super) const EXTERNAL_IDS: &str = "ir.model.data";

/// Odoo's list of views.
pub(super) const VIEWS: &str = "ir.ui.view";

/// The addon that imports data modules; Odoo installs it by itself, unless somebody removed it.
const IMPORTER: &str = "base_import_module";

//! What is there, in a handful of small answers.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use super::{Campaigns, PartPlan, Plan, ProvisionError, Step, results};
use crate::flows::reach::Odoo;
use odoo_client::schema::{self, First, Named, Package, Part};
use odoo_client::{Call, Version, call};
use ports::World;

/// What was found, and what would be put there.
pub(super) struct Survey {
    odoo: Version,
    pub(super) importer: Importer,
    pub(super) journal: Found,
    /// Where CRM is installed, or this part of it is.
    pub(super) crm: Option<Found>,
    /// Where call campaigns are asked for, or there, or kept.
    pub(super) campaigns: Option<Found>,
}

/// What was found of one module.
pub(super) struct Found {
    pub(super) part: &'static Part,
    pub(super) plan: PartPlan,
    pub(super) package: Package,
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
    pub(super) module: String,
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

/// Everything that was asked of Odoo, for all parts at once.
struct Seen {
    version: Version,
    languages: Vec<String>,
    modules: Vec<Module>,
    rows: Vec<ExternalId>,
    /// Ids of views that somebody has edited.
    edited: Vec<i64>,
    /// The names that results of calls have by now.
    named: BTreeSet<Named>,
    contents: Vec<Content>,
}

/// The digest that an import left.
#[derive(Deserialize)]
struct Content {
    key: String,
    #[serde(deserialize_with = "call::text")]
    value: String,
}

/// `campaigns`: whether call campaigns are asked for; where they are already, they are looked at anyway.
pub(super) async fn survey<W: World>(
    odoo: &Odoo<'_, W>,
    campaigns: Campaigns,
) -> Result<Survey, ProvisionError> {
    let seen = see(odoo).await?;
    let journal = seen.part(&schema::JOURNAL)?;
    let crm = seen.part(&schema::CRM)?;
    let has_crm = seen.module(CRM).is_some_and(Module::is_installed);
    let of_campaigns = seen.part(&schema::CAMPAIGNS)?;
    let wants_campaigns = campaigns == Campaigns::Wanted;
    Ok(Survey {
        odoo: seen.version,
        importer: seen.importer(),
        journal,
        crm: Some(crm).filter(|crm| has_crm || crm.module.is_some()),
        campaigns: Some(of_campaigns)
            .filter(|found| wants_campaigns || found.module.is_some() || found.plan.kept_data),
    })
}

impl Survey {
    /// The parts, each after those that it needs.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Found> {
        std::iter::once(&self.journal)
            .chain(&self.crm)
            .chain(&self.campaigns)
    }

    pub(super) fn plan(self) -> Plan {
        Plan {
            odoo: self.odoo.to_string(),
            journal: self.journal.plan,
            crm: self.crm.map(|crm| crm.plan),
            campaigns: self.campaigns.map(|found| found.plan),
        }
    }
}

async fn see<W: World>(odoo: &Odoo<'_, W>) -> Result<Seen, ProvisionError> {
    let version = odoo.version().await?;
    let languages = languages(odoo, version).await?;
    if let Some(language) = languages.first() {
        odoo.speak(language);
    }
    let domain = json!([[
        "name",
        "in",
        [
            schema::JOURNAL.module,
            schema::CRM.module,
            schema::CAMPAIGNS.module,
            CRM,
            IMPORTER
        ]
    ]]);
    let fields = ["name", "state", "latest_version"];
    let modules = Call::search_read(MODULES, domain, &fields);
    let modules: Vec<Module> = odoo.call(&modules).await?;
    let rows = external_ids(odoo).await?;
    let edited = edited(odoo, &rows).await?;
    let named = results::named(odoo, &rows, &languages).await?;
    let has_any = modules
        .iter()
        .any(|module| PARTS.iter().any(|part| part.module == module.name));
    let contents = if has_any {
        contents(odoo).await?
    } else {
        Vec::new()
    };
    Ok(Seen {
        version,
        languages,
        modules,
        rows,
        edited,
        named,
        contents,
    })
}

impl Seen {
    fn module(&self, name: &str) -> Option<&Module> {
        self.modules.iter().find(|module| module.name == name)
    }

    fn importer(&self) -> Importer {
        match self.module(IMPORTER) {
            Some(importer) if importer.is_installed() => Importer::Installed,
            Some(_) => Importer::Available,
            None => Importer::Absent,
        }
    }

    fn part(&self, part: &'static Part) -> Result<Found, ProvisionError> {
        let package = schema::pack_around(part, self.version, &self.languages, &self.named)?;
        let module = self.module(part.module).cloned();
        let of = |owner: &str| -> Vec<ExternalId> {
            let rows = self.rows.iter().filter(|row| row.module == owner);
            rows.cloned().collect()
        };
        let (rows, kept) = (of(part.module), of(part.kept));
        let customised = self.customised(&rows);
        // Whoever takes it up again, or out for good, may be cut short before the module is there.
        let is_orphaned = module.is_none() && rows.iter().any(|row| row.model == MODELS);
        let mut plan = PartPlan {
            installed: module.as_ref().map(|module| module.latest_version.clone()),
            packaged: package.version.clone(),
            step: Step::Install,
            missing: Vec::new(),
            extra: Vec::new(),
            customised: names(&customised),
            kept_data: is_orphaned || !kept.is_empty(),
            remark: module.as_ref().and_then(Module::remark),
        };
        if let Some(module) = &module {
            plan.missing = missing(&package, &rows);
            plan.extra = extra(&package, &rows);
            let same = self.is_content_there(part, module, &package)?;
            // An import is what brings a module that waits for its upgrade back to rest.
            let is_whole = plan.missing.is_empty() && former_columns(&rows).next().is_none();
            plan.step = if same && is_whole && plan.remark.is_none() {
                Step::Nothing
            } else {
                Step::Upgrade
            };
        }
        Ok(Found {
            part,
            plan,
            package,
            module,
            rows,
            kept,
            customised,
        })
    }

    fn customised(&self, rows: &[ExternalId]) -> Vec<ExternalId> {
        rows.iter()
            .filter(|row| row.model == VIEWS)
            .filter(|row| row.noupdate || self.edited.contains(&row.res_id))
            .cloned()
            .collect()
    }

    /// Whether the module of our name is what is packed.
    fn is_content_there(
        &self,
        part: &Part,
        module: &Module,
        package: &Package,
    ) -> Result<bool, ProvisionError> {
        let content = self
            .contents
            .iter()
            .find(|content| content.key == part.content_parameter);
        match content {
            Some(content) if module.is_installed() => Ok(content.value == package.content),
            // An imported module leaves Odoo's list when it is uninstalled; one that waits there, or has no digest, is somebody's Python.
            _ => Err(ProvisionError::NameTaken {
                module: part.module,
            }),
        }
    }
}

/// Whether the last import of a part left the digest of what is packed.
pub(super) async fn is_imported<W: World>(
    odoo: &Odoo<'_, W>,
    found: &Found,
) -> Result<bool, ProvisionError> {
    let contents = contents(odoo).await?;
    Ok(contents.iter().any(|content| {
        content.key == found.part.content_parameter && content.value == found.package.content
    }))
}

/// Whether everything is there that comes by itself before the rest of a part.
pub(super) async fn has_records<W: World>(
    odoo: &Odoo<'_, W>,
    part: &Part,
    first: &First,
) -> Result<bool, ProvisionError> {
    let domain = json!([["module", "=", part.module], ["name", "in", first.records]]);
    let there = odoo.call(&Call::search_count(EXTERNAL_IDS, domain)).await?;
    Ok(usize::try_from(there).is_ok_and(|there| there == first.records.len()))
}

async fn contents<W: World>(odoo: &Odoo<'_, W>) -> Result<Vec<Content>, ProvisionError> {
    let keys = PARTS.map(|part| part.content_parameter);
    let domain = json!([["key", "in", keys]]);
    let parameters = Call::search_read("ir.config_parameter", domain, &["key", "value"]);
    Ok(odoo.call(&parameters).await?)
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

async fn external_ids<W: World>(odoo: &Odoo<'_, W>) -> Result<Vec<ExternalId>, ProvisionError> {
    let owners: Vec<&str> = PARTS
        .iter()
        .flat_map(|part| [part.module, part.kept])
        .collect();
    let domain = json!([["module", "in", owners]]);
    let fields = ["module", "name", "model", "res_id", "noupdate"];
    let rows = Call::search_read(EXTERNAL_IDS, domain, &fields).order("name");
    Ok(odoo.call(&rows).await?)
}

/// The views that somebody has edited in place, where Odoo sets `arch_updated`. The other way to keep one is `noupdate`, which setup, or an
/// administrator, sets on its external id.
async fn edited<W: World>(
    odoo: &Odoo<'_, W>,
    rows: &[ExternalId],
) -> Result<Vec<i64>, ProvisionError> {
    #[derive(Deserialize)]
    struct View {
        id: i64,
    }
    let views = rows.iter().filter(|row| row.model == VIEWS);
    let ids: Vec<i64> = views.map(|row| row.res_id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let domain = json!([["id", "in", ids], ["arch_updated", "=", true]]);
    // A view may be edited and archived.
    let edited = Call::search_read(VIEWS, domain, &["id"]).context("active_test", false);
    let edited: Vec<View> = odoo.call(&edited).await?;
    Ok(edited.into_iter().map(|view| view.id).collect())
}

impl Found {
    /// Fields of earlier versions in Odoo's own models.
    pub(super) fn former_columns(&self) -> impl Iterator<Item = i64> {
        former_columns(&self.rows).chain(former_columns(&self.kept))
    }
}

fn former_columns(rows: &[ExternalId]) -> impl Iterator<Item = i64> {
    let former = rows
        .iter()
        .filter(|row| row.model == FIELDS && FORMER_COLUMNS.contains(&row.name.as_str()));
    former.map(|row| row.res_id)
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

/// Odoo itself names the attachments that hold the module's static files and translations, and what the browser loads of them.
fn extra(package: &Package, rows: &[ExternalId]) -> Vec<String> {
    rows.iter()
        .filter(|row| !matches!(row.model.as_str(), "ir.attachment" | "ir.asset"))
        .filter(|row| !package.records.contains(&row.name))
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

    fn remark(&self) -> Option<&'static str> {
        match self.state.as_str() {
            "to upgrade" => Some(TO_UPGRADE),
            "to remove" => Some(TO_REMOVE),
            _ => None,
        }
    }
}

/// Odoo upgrades what builds on a module together with it, and has no files to upgrade an imported one from.
const TO_UPGRADE: &str = "Odoo has it at \"To be upgraded\", because somebody has upgraded a module that it builds on (Discuss, for \
    instance): it works as before, and setting up again puts that right";
const TO_REMOVE: &str = "Odoo has it at \"To be removed\": somebody has begun to uninstall it; setting up again keeps it";

/// Odoo's list of modules.
pub(super) const MODULES: &str = "ir.module.module";

/// Odoo's list of external ids.
pub(super) const EXTERNAL_IDS: &str = "ir.model.data";

/// Odoo's list of models.
pub(super) const MODELS: &str = "ir.model";

/// Odoo's list of fields.
pub(super) const FIELDS: &str = "ir.model.fields";

/// External ids of the fields that earlier versions had in Odoo's own models.
const FORMER_COLUMNS: [&str; 1] = ["field_res_partner__x_ucm_key"];

/// Odoo's list of views.
pub(super) const VIEWS: &str = "ir.ui.view";

/// The addon that imports data modules; Odoo installs it by itself, unless somebody removed it.
const IMPORTER: &str = "base_import_module";

/// The addon with leads and opportunities.
const CRM: &str = "crm";

const PARTS: [&Part; 3] = [&schema::JOURNAL, &schema::CRM, &schema::CAMPAIGNS];

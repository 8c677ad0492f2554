//! Setting up the Odoo side: what is missing, putting it there, and taking it away again.
//!
//! The journal's model, rights, views and unique indexes are one data module ([`schema`]). Its import is one transaction, and leaves a
//! digest of what was imported in a system parameter: that parameter is all that has to be read to know whether anything is to be done.

mod error;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use error::ProvisionError;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::odoo::schema::{self, Package};
use crate::odoo::{Call, call};
use crate::ports::World;
use crate::sync::Odoo;

/// What an Odoo has, and what it would get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Series of this Odoo.
    pub odoo: String,
    /// Version of the module there, if it is installed.
    pub installed: Option<String>,
    /// Version of the module packed in this bridge, for that series.
    pub packaged: String,
    /// What [`apply`] would do.
    pub step: Step,
}

/// What is to be done to have the module as packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Nothing: what is there is what is packed.
    Nothing,
    /// Import it for the first time.
    Install,
    /// Import it over the one that is there: records are kept and updated.
    Upgrade,
}

/// What [`apply`] or [`remove`] did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What was found.
    pub found: Plan,
    /// Whether Odoo was changed.
    pub changed: bool,
    /// Requests it took.
    pub requests: u32,
    /// In words.
    pub summary: String,
}

/// Finds out what is there. Writes nothing.
///
/// # Errors
/// [`ProvisionError`], each saying what to do.
pub async fn plan<W: World>(odoo: &Odoo<'_, W>) -> Result<Plan, ProvisionError> {
    Ok(survey(odoo).await?.plan)
}

/// Brings the Odoo side up to what this bridge needs. A second time it reads two small answers and writes nothing.
///
/// # Errors
/// [`ProvisionError`], each saying what to do. The import is one transaction: after an error, Odoo is as it was before.
pub async fn apply<W: World>(odoo: &Odoo<'_, W>) -> Result<Report, ProvisionError> {
    let Survey {
        plan,
        package,
        importer,
        ..
    } = survey(odoo).await?;
    if plan.step == Step::Nothing {
        return Ok(report(odoo, plan, false, "the Odoo side is up to date"));
    }
    importer.check()?;
    import(odoo, &package).await?;
    if installed_content(odoo).await?.as_deref() != Some(&package.content) {
        return Err(ProvisionError::NotImported);
    }
    let summary = if plan.step == Step::Install {
        "the call journal was installed"
    } else {
        "the call journal was upgraded"
    };
    Ok(report(odoo, plan, true, summary))
}

/// Uninstalls the Odoo side: the journal, its calls and its fields are gone; contacts stay, also those that the bridge made.
///
/// # Errors
/// [`ProvisionError`], each saying what to do.
pub async fn remove<W: World>(odoo: &Odoo<'_, W>) -> Result<Report, ProvisionError> {
    let Survey { plan, module, .. } = survey(odoo).await?;
    let Some(module) = module else {
        return Ok(report(odoo, plan, false, "there was nothing to remove"));
    };
    let uninstall: Call<Value> = Call::method(
        MODULES,
        "button_immediate_uninstall",
        Some(vec![module.id]),
        vec![],
    );
    odoo.call(&uninstall).await?;
    Ok(report(
        odoo,
        plan,
        true,
        "the call journal and its calls were removed; contacts were kept",
    ))
}

struct Survey {
    plan: Plan,
    package: Package,
    importer: Importer,
    module: Option<Module>,
}

/// A module as Odoo's own list has it.
#[derive(Debug, Clone, Deserialize)]
struct Module {
    id: i64,
    name: String,
    state: String,
    #[serde(deserialize_with = "call::text")]
    latest_version: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Importer {
    Installed,
    Available,
    Absent,
}

async fn survey<W: World>(odoo: &Odoo<'_, W>) -> Result<Survey, ProvisionError> {
    let version = odoo.version().await?;
    let package = schema::pack(version)?;
    let domain = json!([["name", "in", [schema::MODULE, IMPORTER]]]);
    let modules: Vec<Module> = odoo
        .call(&Call::search_read(
            MODULES,
            domain,
            &["name", "state", "latest_version"],
        ))
        .await?;
    let find = |name: &str| modules.iter().find(|module| module.name == name);
    let module = find(schema::MODULE).cloned();
    let importer = match find(IMPORTER) {
        Some(importer) if importer.is_installed() => Importer::Installed,
        Some(_) => Importer::Available,
        None => Importer::Absent,
    };
    let step = match &module {
        None => Step::Install,
        Some(module) => compare(odoo, module, &package).await?,
    };
    let installed = module.as_ref();
    let installed = installed.map(|module| module.latest_version.clone());
    let plan = Plan {
        odoo: version.to_string(),
        installed,
        packaged: package.version.clone(),
        step,
    };
    Ok(Survey {
        plan,
        package,
        importer,
        module,
    })
}

/// What is to be done about a module of our name.
async fn compare<W: World>(
    odoo: &Odoo<'_, W>,
    module: &Module,
    package: &Package,
) -> Result<Step, ProvisionError> {
    // An imported module leaves Odoo's list when it is uninstalled; one that waits there, or has no digest, is somebody's Python.
    if !module.is_installed() {
        return Err(ProvisionError::NameTaken);
    }
    match installed_content(odoo).await? {
        None => Err(ProvisionError::NameTaken),
        Some(content) if content == package.content => Ok(Step::Nothing),
        Some(_) => Ok(Step::Upgrade),
    }
}

/// The digest that the last import left.
async fn installed_content<W: World>(odoo: &Odoo<'_, W>) -> Result<Option<String>, ProvisionError> {
    #[derive(Deserialize)]
    struct Parameter {
        #[serde(deserialize_with = "call::text")]
        value: String,
    }
    let domain = json!([["key", "=", schema::CONTENT_PARAMETER]]);
    let found: Vec<Parameter> = odoo
        .call(&Call::search_read(
            "ir.config_parameter",
            domain,
            &["value"],
        ))
        .await?;
    Ok(found.into_iter().next().map(|parameter| parameter.value))
}

async fn import<W: World>(odoo: &Odoo<'_, W>, package: &Package) -> Result<(), ProvisionError> {
    let file = json!({ "module_file": BASE64.encode(&package.zip) });
    let wizard = odoo
        .call(&Call::create("base.import.module", vec![file]))
        .await?;
    let import: Call<Value> =
        Call::method("base.import.module", "import_module", Some(wizard), vec![]);
    odoo.call(&import)
        .await
        .map_err(ProvisionError::of_import)?;
    Ok(())
}

fn report<W: World>(odoo: &Odoo<'_, W>, found: Plan, changed: bool, summary: &str) -> Report {
    Report {
        found,
        changed,
        requests: odoo.requests(),
        summary: summary.to_owned(),
    }
}

impl Module {
    fn is_installed(&self) -> bool {
        // `to upgrade` and `to remove` are installed as well, until somebody confirms.
        self.state != "uninstalled" && self.state != "uninstallable" && self.state != "to install"
    }
}

impl Importer {
    fn check(self) -> Result<(), ProvisionError> {
        match self {
            Self::Installed => Ok(()),
            Self::Available => Err(ProvisionError::ImporterNotInstalled),
            Self::Absent => Err(ProvisionError::ImporterAbsent),
        }
    }
}

/// Odoo's list of modules.
const MODULES: &str = "ir.module.module";

/// The addon that imports data modules; Odoo installs it by itself, unless somebody removed it.
const IMPORTER: &str = "base_import_module";

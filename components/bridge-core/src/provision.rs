//! Setting up the Odoo side: what is missing, putting it there, and taking it away again.
//!
//! The journal's model, rights, views and unique indexes are one data module ([`schema`]), and where CRM is installed what
//! its leads have is a second one. The import of each is one transaction, and leaves a digest of what was imported in a system parameter.
//! [`plan`] compares that digest and the external ids that are there with what is packed; [`apply`] imports where they differ.
//!
//! A view that somebody edited in place is left as it is, and named in every report: Odoo marks such a view itself (`arch_updated`), and
//! its own mark `noupdate` keeps the import off it. [`Customised::Replace`] gives it up.

mod error;
mod kept;
mod survey;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use error::ProvisionError;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::odoo::schema::{self, Package};
use crate::odoo::{Call, OdooError, copy};
use crate::ports::World;
use crate::sync::Odoo;
use survey::{Found, Importer, MODULES, Survey, survey};

/// What an Odoo has, and what it would get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Series of this Odoo.
    pub odoo: String,
    /// The journal.
    #[serde(flatten)]
    pub journal: PartPlan,
    /// What leads and opportunities have of it, where CRM is installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crm: Option<PartPlan>,
}

/// What an Odoo has of one module, and what it would get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartPlan {
    /// Version of the module there, if it is installed.
    pub installed: Option<String>,
    /// Version of the module packed in this bridge, for that series.
    pub packaged: String,
    /// What [`apply`] would do.
    pub step: Step,
    /// External ids that are packed and not there; on a first installation that is all of them, and none is listed.
    pub missing: Vec<String>,
    /// External ids that are there and not packed: an earlier version of the module made them, or somebody else under its name.
    pub extra: Vec<String>,
    /// Views of the module that somebody has edited: they are left as they are, unless they are to be replaced.
    pub customised: Vec<String>,
    /// Calls and settings are there that an earlier removal kept; they come back with the next installation.
    pub kept_data: bool,
}

impl Plan {
    /// Whether nothing is to be done.
    pub fn is_done(&self) -> bool {
        self.journal.is_done() && self.crm.as_ref().is_none_or(PartPlan::is_done)
    }
}

impl PartPlan {
    /// Whether nothing is to be done.
    pub fn is_done(&self) -> bool {
        self.step == Step::Nothing
    }
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

/// What becomes of views that somebody has edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Customised {
    /// They stay, and are named in the report.
    Keep,
    /// They are set back to what is packed.
    Replace,
}

/// What becomes of the calls when the Odoo side is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Data {
    /// Models and stored fields stay with their records, without views, menus and rights; the next installation takes them up again.
    Keep,
    /// Everything goes. Contacts stay, also those that the bridge made.
    Remove,
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
    Ok(survey(odoo).await?.plan())
}

/// Brings the Odoo side up to what this bridge needs. A second time it reads a handful of small answers and writes nothing.
///
/// # Errors
/// [`ProvisionError`], each saying what to do. An import is one transaction: after an error, its module is as it was before.
pub async fn apply<W: World>(
    odoo: &Odoo<'_, W>,
    customised: Customised,
) -> Result<Report, ProvisionError> {
    let survey = survey(odoo).await?;
    let mut done = Vec::new();
    for found in survey.parts() {
        if found.is_as_wanted(customised) {
            continue;
        }
        survey.importer.check()?;
        kept::bring_home(odoo, found).await?;
        guard(odoo, found, customised).await?;
        import(odoo, &found.package).await?;
        if !survey::is_imported(odoo, found).await? {
            return Err(ProvisionError::NotImported);
        }
        done.push(found.done());
    }
    // What the bridge remembers is true of one journal, so each has an identity of its own.
    odoo.identity().await?;
    let changed = !done.is_empty();
    let mut summary = if changed {
        done.join(", and ")
    } else {
        "the Odoo side is up to date".to_owned()
    };
    let views: Vec<&str> = survey.customised().collect();
    if !views.is_empty() {
        summary += &match customised {
            Customised::Replace => ", and the views edited in Odoo were set back".to_owned(),
            Customised::Keep => format!(
                "; these views were edited in Odoo and left as they are: {} (set them back with POST /setup?views=replace)",
                views.join(", ")
            ),
        };
    }
    Ok(report(odoo, survey.plan(), changed, &summary))
}

impl Survey {
    fn customised(&self) -> impl Iterator<Item = &str> {
        self.parts()
            .flat_map(|found| &found.plan.customised)
            .map(String::as_str)
    }
}

impl Found {
    fn is_as_wanted(&self, customised: Customised) -> bool {
        let replaces = customised == Customised::Replace && !self.customised.is_empty();
        self.plan.is_done() && !replaces
    }

    /// What an import has done, in words.
    fn done(&self) -> &'static str {
        let is_crm = *self.part == schema::CRM;
        match self.plan.step {
            Step::Install if is_crm => "its part in CRM was installed",
            Step::Install if self.plan.kept_data => {
                "the call journal was installed, with the calls that were kept"
            }
            Step::Install => "the call journal was installed",
            Step::Upgrade | Step::Nothing if is_crm => "its part in CRM was upgraded",
            Step::Upgrade | Step::Nothing => "the call journal was upgraded",
        }
    }
}

/// Takes the Odoo side out. Contacts and leads stay, also those that the bridge made.
///
/// # Errors
/// [`ProvisionError`], each saying what to do.
pub async fn remove<W: World>(odoo: &Odoo<'_, W>, data: Data) -> Result<Report, ProvisionError> {
    let survey = survey(odoo).await?;
    let module = match (&survey.journal.module, data) {
        (Some(module), _) => module.id,
        (None, Data::Remove) if survey.parts().any(|found| found.plan.kept_data) => {
            return remove_kept(odoo, survey).await;
        }
        (None, _) => {
            let summary = "there was nothing to remove";
            return Ok(report(odoo, survey.plan(), false, summary));
        }
    };
    for found in survey.parts() {
        match data {
            Data::Keep => kept::put_aside(odoo, found).await?,
            // A removal that kept the data may have been cut short.
            Data::Remove => kept::bring_home(odoo, found).await?,
        }
    }
    if data == Data::Remove {
        remove_copies(odoo).await?;
    }
    uninstall(odoo, module).await?;
    if data == Data::Remove {
        remove_leftovers(odoo).await?;
    }
    let summary = match data {
        Data::Keep => {
            "views, menus and rights were removed; the calls were kept where nobody sees them, and come back with the next set-up"
        }
        Data::Remove => "the call journal and its calls were removed; contacts and leads were kept",
    };
    Ok(report(odoo, survey.plan(), true, summary))
}

/// Only what is installed can be uninstalled, which takes what was kept with it in the right order.
async fn remove_kept<W: World>(
    odoo: &Odoo<'_, W>,
    found: Survey,
) -> Result<Report, ProvisionError> {
    found.importer.check()?;
    for part in found.parts() {
        kept::bring_home(odoo, part).await?;
        import(odoo, &part.package).await?;
    }
    let installed = survey(odoo).await?;
    let module = installed
        .journal
        .module
        .ok_or(ProvisionError::NotImported)?;
    uninstall(odoo, module.id).await?;
    remove_leftovers(odoo).await?;
    let summary = "the calls that were kept were removed; contacts and leads were kept";
    Ok(report(odoo, found.plan(), true, summary))
}

/// Copies of recordings would outlive their calls: Odoo drops a model's table without looking for what is attached to its rows.
async fn remove_copies<W: World>(odoo: &Odoo<'_, W>) -> Result<(), ProvisionError> {
    loop {
        let copies = match odoo.call(&copy::all(COPIES)).await {
            // An earlier version of the module knew no copies.
            Err(OdooError::NoField { .. }) => return Ok(()),
            copies => copies?,
        };
        if copies.is_empty() {
            return Ok(());
        }
        odoo.call(&copy::remove(&copies)).await?;
    }
}

/// Uninstalls the journal; Odoo takes what depends on it, the part in CRM, out before it.
async fn uninstall<W: World>(odoo: &Odoo<'_, W>, module: i64) -> Result<(), ProvisionError> {
    let uninstall: Call<Value> = Call::method(
        MODULES,
        "button_immediate_uninstall",
        Some(vec![module]),
        vec![],
    );
    let mut refusal = None;
    for attempt in 0..BUSY_TRIES {
        if attempt > 0 {
            odoo.pause(BUSY_PAUSE).await;
        }
        match odoo.call(&uninstall).await {
            // Odoo takes no module out while one of its scheduled actions runs, and says so in the user's language.
            Err(error @ OdooError::Refused { .. }) => refusal = Some(error),
            ended => return ended.map(|_| ()).map_err(ProvisionError::from),
        }
    }
    Err(ProvisionError::of_uninstall(refusal))
}

/// Other modules have given names to what the models inherit from them, which Odoo leaves behind.
async fn remove_leftovers<W: World>(odoo: &Odoo<'_, W>) -> Result<(), ProvisionError> {
    #[derive(Deserialize)]
    struct Name {
        id: i64,
    }
    let domain = json!([["name", "=like", "model\\_inherit\\_\\_x\\_ucm\\_%"]]);
    let names = Call::search_read(survey::EXTERNAL_IDS, domain, &["name"]);
    let names: Vec<Name> = odoo.call(&names).await?;
    if !names.is_empty() {
        let ids = names.into_iter().map(|name| name.id).collect();
        odoo.call(&Call::unlink(survey::EXTERNAL_IDS, ids)).await?;
    }
    Ok(())
}

/// Tells Odoo which views the import must not touch, or no longer.
async fn guard<W: World>(
    odoo: &Odoo<'_, W>,
    found: &Found,
    customised: Customised,
) -> Result<(), ProvisionError> {
    let keeps = customised == Customised::Keep;
    let views = &found.customised;
    if !keeps && !views.is_empty() {
        // An import leaves the mark of the edit, although it overwrites the edit itself.
        let ids = views.iter().map(|row| row.res_id).collect();
        let unmark = Call::write(survey::VIEWS, ids, json!({ "arch_updated": false }));
        odoo.call(&unmark).await?;
    }
    let rows: Vec<i64> = views
        .iter()
        .filter(|row| row.noupdate != keeps)
        .map(|row| row.id)
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let mark = Call::write(survey::EXTERNAL_IDS, rows, json!({ "noupdate": keeps }));
    odoo.call(&mark).await?;
    Ok(())
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

/// Copies removed with one call.
const COPIES: usize = 500;
/// How often Odoo is asked to uninstall while it is at work on something else.
const BUSY_TRIES: u32 = 4;
/// Most scheduled actions end within moments.
const BUSY_PAUSE: Duration = Duration::from_secs(2);

impl Importer {
    fn check(self) -> Result<(), ProvisionError> {
        match self {
            Self::Installed => Ok(()),
            Self::Available => Err(ProvisionError::ImporterNotInstalled),
            Self::Absent => Err(ProvisionError::ImporterAbsent),
        }
    }
}

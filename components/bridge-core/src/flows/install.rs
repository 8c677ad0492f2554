//! Setting up the Odoo side: what is missing, putting it there, and taking it away again.
//!
//! The journal's model, rights, views and unique indexes are one data module ([`schema`]), and where CRM is installed what
//! its leads have is a second one; call campaigns are a third, for those who ask for them. The import of each is one transaction, and leaves a digest of what was imported in a system parameter.
//! [`plan`] compares that digest and the external ids that are there with what is packed; [`apply`] imports where they differ.
//!
//! A view that somebody edited in place is left as it is, and named in every report: Odoo marks such a view itself (`arch_updated`), and
//! its own mark `noupdate` keeps the import off it. [`Customised::Replace`] gives it up. Where what was edited no longer fits what is imported,
//! it is kept as an archived view instead, so that an upgrade always goes.

mod account;
mod error;
mod import;
mod kept;
mod removal;
mod results;
mod survey;
mod views;

use serde::Serialize;

pub use account::Kind;
pub use error::ProvisionError;
pub use removal::remove;

use crate::flows::reach::Odoo;
use crate::state::standstill::Standstill;
use odoo_client::OdooError;
use odoo_client::schema::{self, First};
use ports::World;
use survey::{Found, Importer, Survey, survey};

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
    /// Call campaigns, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaigns: Option<PartPlan>,
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
    /// What is odd about its state in Odoo, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<&'static str>,
}

impl Plan {
    /// Whether nothing is to be done.
    pub fn is_done(&self) -> bool {
        let parts = [&self.crm, &self.campaigns];
        self.journal.is_done() && parts.into_iter().flatten().all(PartPlan::is_done)
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

/// Whether an Odoo is to have call campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Campaigns {
    /// If it has them: they are kept up to date with the journal.
    AsFound,
    /// In any case.
    Wanted,
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
    Ok(survey(odoo, Campaigns::AsFound).await?.plan())
}

/// Brings the Odoo side up to what this bridge needs, while everything else of the bridge stands still. A second time it reads a handful of
/// small answers and writes nothing.
///
/// # Errors
/// [`ProvisionError`], each saying what to do. An import is one transaction: after an error, its module is as it was before, except that models
/// and fields may be there that nobody sees.
pub async fn apply<W: World>(
    odoo: &Odoo<'_, W>,
    customised: Customised,
    campaigns: Campaigns,
) -> Result<Report, ProvisionError> {
    let survey = survey(odoo, campaigns).await?;
    let mut done = Done::default();
    if !survey.is_as_wanted(customised) {
        survey.importer.check()?;
        let work =
            async |alone: &Standstill<'_, W>| bring_up(odoo, alone, &survey, customised).await;
        done = alone(odoo, work).await?;
    }
    // What the bridge remembers is true of one journal, so each has an identity of its own.
    odoo.identity().await?;
    let (changed, summary) = (!done.parts.is_empty(), done.summary(&survey, customised));
    Ok(report(odoo, survey.plan(), changed, &summary))
}

/// What an upgrade did.
#[derive(Default)]
struct Done {
    /// In words, for each part.
    parts: Vec<&'static str>,
    /// Names of the archived copies of edited views that no longer fit.
    set_aside: Vec<String>,
}

async fn bring_up<W: World>(
    odoo: &Odoo<'_, W>,
    alone: &Standstill<'_, W>,
    survey: &Survey,
    customised: Customised,
) -> Result<Done, ProvisionError> {
    let mut done = Done::default();
    for found in survey.parts() {
        // An import of the journal empties the views of what depends on it.
        if found.is_as_wanted(customised) && done.parts.is_empty() {
            continue;
        }
        kept::bring_home(odoo, found).await?;
        for first in found.missing_first() {
            import::import_first(odoo, alone, found, first).await?;
        }
        views::guard(odoo, found, customised).await?;
        match import::import_whole(odoo, alone, found).await {
            // What somebody has edited no longer fits.
            Err(ProvisionError::Import {
                kind: Kind::View | Kind::Other,
                ..
            }) if customised == Customised::Keep && !found.customised.is_empty() => {
                done.set_aside.extend(views::set_aside(odoo, found).await?);
                import::import_whole(odoo, alone, found).await?;
            }
            ended => ended?,
        }
        if !import::holds(odoo, found).await? {
            return Err(ProvisionError::NotImported);
        }
        import::drop_former_columns(odoo, alone, found).await?;
        done.parts.push(found.done());
    }
    Ok(done)
}

impl Done {
    fn summary(&self, survey: &Survey, customised: Customised) -> String {
        let mut summary = match self.parts.as_slice() {
            [] => "the Odoo side is up to date".to_owned(),
            parts => parts.join(", and "),
        };
        let views: Vec<&str> = survey.customised().collect();
        summary += &match customised {
            _ if views.is_empty() => String::new(),
            _ if !self.set_aside.is_empty() => format!(
                "; views that were edited in Odoo no longer fitted: they were set back, and what they were is kept in the archived views {}",
                self.set_aside.join(", ")
            ),
            Customised::Replace => ", and the views edited in Odoo were set back".to_owned(),
            Customised::Keep => format!(
                "; these views were edited in Odoo and left as they are: {} (set them back with POST /setup?views=replace)",
                views.join(", ")
            ),
        };
        if !self.parts.is_empty() && survey.has_lost_groups() {
            summary += "; it had been removed by an earlier version, which did not keep the groups, and nobody is in them: put who is to see own \
                        calls only into Own Calls Only again, and the bridge's user into Bridge";
        }
        summary
    }
}

/// Does `work` while everything else of the bridge stands still.
async fn alone<W: World, T>(
    odoo: &Odoo<'_, W>,
    work: impl AsyncFnOnce(&Standstill<'_, W>) -> Result<T, ProvisionError>,
) -> Result<T, ProvisionError> {
    let alone =
        Standstill::begin(odoo.world())?.map_err(|until| ProvisionError::UnderWay { until })?;
    let done = work(&alone).await;
    // Where the answer did not come, Odoo may still be at work: the mark then ends by itself.
    if !matches!(
        &done,
        Err(ProvisionError::Odoo(
            OdooError::Http(_) | OdooError::Unavailable { .. }
        ))
    ) {
        alone.end()?;
    }
    done
}

impl Survey {
    fn customised(&self) -> impl Iterator<Item = &str> {
        self.parts()
            .flat_map(|found| &found.plan.customised)
            .map(String::as_str)
    }

    /// Whether a removal kept the calls and not the groups, so that nobody can tell who was in them.
    fn has_lost_groups(&self) -> bool {
        let journal = &self.journal;
        journal.plan.kept_data && !kept::has_groups(journal)
    }

    fn is_as_wanted(&self, customised: Customised) -> bool {
        self.parts().all(|found| found.is_as_wanted(customised))
    }
}

impl Found {
    fn is_as_wanted(&self, customised: Customised) -> bool {
        let replaces = customised == Customised::Replace && !self.customised.is_empty();
        self.plan.is_done() && !replaces
    }

    /// What is to be imported by itself before the rest. The first of it also where a removal has kept all that is in it: what Odoo imports for the
    /// first time it writes over everything, and over what people have changed as well.
    fn missing_first(&self) -> impl Iterator<Item = &First> {
        let is_there = |name: &String| {
            self.rows
                .iter()
                .chain(&self.kept)
                .any(|row| row.name == *name)
        };
        let first = self.package.first.iter();
        let is_new = self.module.is_none();
        let first = first
            .enumerate()
            .filter(move |(nth, first)| is_new && *nth == 0 || !first.records.iter().all(is_there));
        first.map(|(_, first)| first)
    }

    /// What an import has done, in words.
    fn done(&self) -> &'static str {
        let is = |part| *self.part == part;
        let is_new = self.plan.step == Step::Install;
        match is_new {
            true if is(schema::CRM) => "its part in CRM was installed",
            true if is(schema::CAMPAIGNS) => "call campaigns were installed",
            true if self.plan.kept_data => {
                "the call journal was installed, with the calls that were kept"
            }
            true => "the call journal was installed",
            false if is(schema::CRM) => "its part in CRM was upgraded",
            false if is(schema::CAMPAIGNS) => "call campaigns were upgraded",
            false => "the call journal was upgraded",
        }
    }
}

fn report<W: World>(odoo: &Odoo<'_, W>, found: Plan, changed: bool, summary: &str) -> Report {
    Report {
        found,
        changed,
        requests: odoo.requests(),
        summary: summary.to_owned(),
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

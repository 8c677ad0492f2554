//! Taking the Odoo side away again.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::survey::{self, MODULES, Survey, survey};
use super::{Campaigns, Data, ProvisionError, Report, alone, import, kept, report};
use crate::flows::reach::Odoo;
use crate::state::standstill::Standstill;
use odoo_client::{Call, OdooError, activity, copy};
use ports::World;

/// Takes the Odoo side out, while everything else of the bridge stands still. Contacts and leads stay, also those that the bridge made.
///
/// # Errors
/// [`ProvisionError`], each saying what to do.
pub async fn remove<W: World>(odoo: &Odoo<'_, W>, data: Data) -> Result<Report, ProvisionError> {
    let survey = survey(odoo, Campaigns::AsFound).await?;
    let has_kept = survey.parts().any(|found| found.plan.kept_data);
    let summary = match (&survey.journal.module, data) {
        (Some(module), _) => {
            let module = module.id;
            let work = async |alone: &Standstill<'_, W>| {
                remove_installed(odoo, alone, &survey, module, data).await
            };
            alone(odoo, work).await?;
            match data {
                Data::Keep => {
                    "views, menus and rights were removed; the calls were kept where nobody sees them, and come back with the next \
                     set-up, as do the groups, which keep their members"
                }
                Data::Remove => {
                    "the call journal and its calls were removed; contacts and leads were kept"
                }
            }
        }
        (None, Data::Remove) if has_kept => {
            survey.importer.check()?;
            let work = async |alone: &Standstill<'_, W>| remove_kept(odoo, alone, &survey).await;
            alone(odoo, work).await?;
            "the calls that were kept were removed; contacts and leads were kept"
        }
        (None, _) => {
            let summary = "there was nothing to remove";
            return Ok(report(odoo, survey.plan(), false, summary));
        }
    };
    Ok(report(odoo, survey.plan(), true, summary))
}

async fn remove_installed<W: World>(
    odoo: &Odoo<'_, W>,
    alone: &Standstill<'_, W>,
    survey: &Survey,
    module: i64,
    data: Data,
) -> Result<(), ProvisionError> {
    for found in survey.parts() {
        match data {
            Data::Keep => kept::put_aside(odoo, found).await?,
            // A removal that kept the data may have been cut short.
            Data::Remove => kept::bring_home(odoo, found).await?,
        }
    }
    if data == Data::Keep {
        let ended = uninstall(odoo, alone, module).await;
        if let Err(ProvisionError::Uninstall { .. }) = ended {
            // Rights and views ask for groups by their names. Where nobody knows how it ended, the next set-up does this.
            for found in survey.parts() {
                kept::take_back(odoo, found).await?;
            }
        }
        return ended;
    }
    remove_copies(odoo, alone).await?;
    remove_todos(odoo, alone).await?;
    uninstall(odoo, alone, module).await?;
    remove_leftovers(odoo).await
}

/// Only what is installed can be uninstalled, which takes what was kept with it in the right order.
async fn remove_kept<W: World>(
    odoo: &Odoo<'_, W>,
    alone: &Standstill<'_, W>,
    kept: &Survey,
) -> Result<(), ProvisionError> {
    for part in kept.parts() {
        kept::bring_home(odoo, part).await?;
        import::import(odoo, alone, &part.package.zip).await?;
    }
    let installed = survey(odoo, Campaigns::AsFound).await?;
    let module = installed
        .journal
        .module
        .as_ref()
        .ok_or(ProvisionError::NotImported)?
        .id;
    remove_installed(odoo, alone, &installed, module, Data::Remove).await
}

/// Copies of recordings would outlive their calls: Odoo drops a model's table without looking for what is attached to its rows.
async fn remove_copies<W: World>(
    odoo: &Odoo<'_, W>,
    alone: &Standstill<'_, W>,
) -> Result<(), ProvisionError> {
    loop {
        alone.extend()?;
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

/// Open to-dos would outlive the keys that the bridge knows them by: the next set-up would make each of them once more.
async fn remove_todos<W: World>(
    odoo: &Odoo<'_, W>,
    alone: &Standstill<'_, W>,
) -> Result<(), ProvisionError> {
    loop {
        alone.extend()?;
        let todos = match odoo.call(&activity::all_open(TODOS)).await {
            // An earlier version of the module knew no to-dos.
            Err(OdooError::NoField { .. }) => return Ok(()),
            todos => todos?,
        };
        if todos.is_empty() {
            return Ok(());
        }
        let ids = todos.iter().map(|todo| todo.id).collect();
        odoo.call(&Call::unlink(activity::MODEL, ids)).await?;
    }
}

/// Uninstalls the journal; Odoo takes what depends on it, the part in CRM and the campaigns, out before it.
async fn uninstall<W: World>(
    odoo: &Odoo<'_, W>,
    alone: &Standstill<'_, W>,
    module: i64,
) -> Result<(), ProvisionError> {
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
        alone.extend()?;
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

/// Copies removed with one call.
const COPIES: usize = 500;
/// To-dos removed with one call.
const TODOS: usize = 500;
/// How often Odoo is asked to uninstall while it is at work on something else.
const BUSY_TRIES: u32 = 4;
/// Most scheduled actions end within moments.
const BUSY_PAUSE: Duration = Duration::from_secs(2);

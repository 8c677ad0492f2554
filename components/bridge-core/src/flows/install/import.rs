//! One import, until it holds.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::ProvisionError;
use super::survey::{FIELDS, Found, has_records, is_imported};
use crate::flows::reach::Odoo;
use crate::state::standstill::Standstill;
use odoo_client::schema::{self, First};
use odoo_client::{Call, OdooError};
use ports::World;

/// Imports a module, again where something else that Odoo did meanwhile was in the way: other programs ask it as well, and people, and
/// its own scheduled actions run.
pub(super) async fn import<W: World>(
    odoo: &Odoo<'_, W>,
    alone: &Standstill<'_, W>,
    zip: &[u8],
) -> Result<(), ProvisionError> {
    let mut pauses = PAUSES.iter();
    loop {
        alone.extend()?;
        let ended = import_once(odoo, zip).await;
        match (&ended, pauses.next()) {
            (Err(error), Some(pause)) if error.is_disturbance() => odoo.pause(*pause).await,
            _ => return ended,
        }
    }
}

/// Imports all of a part.
pub(super) async fn import_whole<W: World>(
    odoo: &Odoo<'_, W>,
    alone: &Standstill<'_, W>,
    found: &Found,
) -> Result<(), ProvisionError> {
    let ended = import(odoo, alone, &found.package.zip).await;
    // What was there as it is packed before tells nothing.
    let tells = !found.plan.is_done();
    if tells && ended.as_ref().is_err_and(ProvisionError::is_overdue) {
        let is_there = async || is_imported(odoo, found).await;
        return late(odoo, alone, is_there, ended).await;
    }
    ended
}

/// Imports what of a part comes by itself before the rest.
pub(super) async fn import_first<W: World>(
    odoo: &Odoo<'_, W>,
    alone: &Standstill<'_, W>,
    found: &Found,
    first: &First,
) -> Result<(), ProvisionError> {
    let ended = import(odoo, alone, &first.zip).await;
    if ended.as_ref().is_err_and(ProvisionError::is_overdue) {
        let is_there = async || has_records(odoo, found.part, first).await;
        return late(odoo, alone, is_there, ended).await;
    }
    ended
}

/// Whether the last import of a part holds. Right after one Odoo builds its models anew, and may stumble over itself when it is asked.
pub(super) async fn holds<W: World>(
    odoo: &Odoo<'_, W>,
    found: &Found,
) -> Result<bool, ProvisionError> {
    for pause in &PAUSES[..3] {
        match is_imported(odoo, found).await {
            Err(ProvisionError::Odoo(OdooError::ServerTrouble { .. })) => odoo.pause(*pause).await,
            ended => return ended,
        }
    }
    is_imported(odoo, found).await
}

/// What outlasts the patience of the bridge, or of a proxy before Odoo, goes on there: it is looked for a while before it counts as `ended` so.
async fn late<W: World>(
    odoo: &Odoo<'_, W>,
    alone: &Standstill<'_, W>,
    is_there: impl AsyncFn() -> Result<bool, ProvisionError>,
    ended: Result<(), ProvisionError>,
) -> Result<(), ProvisionError> {
    for pause in LOOKS {
        odoo.pause(pause).await;
        alone.extend()?;
        // Where Odoo is too busy for the question, the import may still be what it is busy with.
        if is_there().await.unwrap_or(false) {
            return Ok(());
        }
    }
    ended
}

/// Takes out the columns that earlier versions had in Odoo's own tables, each by itself: within the import the lock on the table would
/// deadlock with whoever reads it. One that somebody uses in a view of their own stays.
pub(super) async fn drop_former_columns<W: World>(
    odoo: &Odoo<'_, W>,
    alone: &Standstill<'_, W>,
    found: &Found,
) -> Result<(), ProvisionError> {
    for column in found.former_columns() {
        alone.extend()?;
        match odoo.call(&Call::unlink(FIELDS, vec![column])).await {
            Ok(_) | Err(OdooError::Refused { .. } | OdooError::RecordGone { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

async fn import_once<W: World>(odoo: &Odoo<'_, W>, zip: &[u8]) -> Result<(), ProvisionError> {
    let file = json!({ "module_file": BASE64.encode(zip) });
    let wizard = odoo
        .call(&Call::create(schema::IMPORTER, vec![file]))
        .await?;
    let import: Call<Value> = Call::method(schema::IMPORTER, "import_module", Some(wizard), vec![]);
    odoo.call(&import)
        .await
        .map_err(ProvisionError::of_import)?;
    Ok(())
}

/// Between two looks at whether an overdue import has ended: two minutes in all, as long as Odoo's workers may take for a request as a rule.
const LOOKS: [Duration; 4] = [
    Duration::from_secs(10),
    Duration::from_secs(20),
    Duration::from_secs(30),
    Duration::from_secs(60),
];

/// Between two tries. The third one waits longer than most of what disturbs lasts.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

//! Views that somebody has edited.

use serde::Deserialize;
use serde_json::{Value, json};

use super::survey::{EXTERNAL_IDS, Found, VIEWS};
use super::{Customised, ProvisionError};
use crate::flows::reach::Odoo;
use odoo_client::Call;
use ports::World;

/// Tells Odoo which views the import must not touch, or no longer.
pub(super) async fn guard<W: World>(
    odoo: &Odoo<'_, W>,
    found: &Found,
    customised: Customised,
) -> Result<(), ProvisionError> {
    let keeps = customised == Customised::Keep;
    if !keeps {
        unmark(odoo, found).await?;
    }
    let rows = found.customised.iter().filter(|row| row.noupdate != keeps);
    protect(odoo, rows.map(|row| row.id).collect(), keeps).await
}

/// Takes the mark of the edit away, which an import leaves although it overwrites the edit itself.
async fn unmark<W: World>(odoo: &Odoo<'_, W>, found: &Found) -> Result<(), ProvisionError> {
    if !found.customised.is_empty() {
        let unmark = Call::write(VIEWS, ids(found), json!({ "arch_updated": false }));
        odoo.call(&unmark).await?;
    }
    Ok(())
}

/// Keeps the import off the views of these external ids, or not.
async fn protect<W: World>(
    odoo: &Odoo<'_, W>,
    rows: Vec<i64>,
    keeps: bool,
) -> Result<(), ProvisionError> {
    if !rows.is_empty() {
        let mark = Call::write(EXTERNAL_IDS, rows, json!({ "noupdate": keeps }));
        odoo.call(&mark).await?;
    }
    Ok(())
}

/// Keeps edited views as archived copies, lets the import set them back, and gives the names of the copies. Repeated after an interruption
/// it makes none of them twice.
pub(super) async fn set_aside<W: World>(
    odoo: &Odoo<'_, W>,
    found: &Found,
) -> Result<Vec<String>, ProvisionError> {
    let mut names = Vec::new();
    for view in read(odoo, json!([["id", "in", ids(found)]])).await? {
        let name = format!("{} (edited, before {})", view.name, found.package.version);
        let domain = json!([["name", "=", name], ["active", "=", false]]);
        let copies = read(odoo, domain).await?;
        if !copies.iter().any(|copy| copy.arch == view.arch) {
            let values = json!({ "name": name, "active": false });
            let copy: Call<Value> = Call::method(
                VIEWS,
                "copy",
                Some(vec![view.id]),
                vec![("default", values)],
            );
            odoo.call(&copy).await?;
        }
        names.push(name);
    }
    unmark(odoo, found).await?;
    // All of them: the import that has failed had been kept off each.
    let rows = found.customised.iter().map(|row| row.id).collect();
    protect(odoo, rows, false).await?;
    Ok(names)
}

#[derive(Deserialize)]
struct View {
    id: i64,
    name: String,
    #[serde(rename = "arch_db")]
    arch: String,
}

/// Views with what they say, archived ones too.
async fn read<W: World>(odoo: &Odoo<'_, W>, domain: Value) -> Result<Vec<View>, ProvisionError> {
    let views = Call::search_read(VIEWS, domain, &["name", "arch_db"]);
    Ok(odoo.call(&views.context("active_test", false)).await?)
}

fn ids(found: &Found) -> Vec<i64> {
    found.customised.iter().map(|row| row.res_id).collect()
}

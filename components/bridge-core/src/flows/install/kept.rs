//! Data that outlives a removal.
//!
//! Uninstalling a module deletes what its external ids name, the tables of its models among it. What is to be kept is given another
//! owner's name first, so that the uninstallation passes it by; the next installation finds it under its old name again, as if it had
//! never been away. Groups stay as well, without any right: with them would go who is in them, and whoever was to see own calls only
//! would see all of them afterwards. The results of calls stay, for what came of whom says which. Both moves are one write, and harmless
//! when they are repeated after an interruption.

use serde::Deserialize;
use serde_json::json;

use super::ProvisionError;
use super::survey::{EXTERNAL_IDS, ExternalId, FIELDS, Found, MODELS};
use crate::flows::reach::Odoo;
use odoo_client::Call;
use odoo_client::schema::OWN_MODELS;
use ports::World;

/// Puts models with their rows, the fields that hold data, and groups under the name of what is kept.
pub(super) async fn put_aside<W: World>(
    odoo: &Odoo<'_, W>,
    found: &Found,
) -> Result<(), ProvisionError> {
    let fields = stored_fields(odoo, &found.rows).await?;
    let rows = found.rows.iter().filter(|row| match row.model.as_str() {
        MODELS | SELECTIONS | GROUPS | PRIVILEGES | CATEGORIES => true,
        FIELDS => fields.contains(&row.res_id),
        model => model.starts_with(OWN_MODELS),
    });
    rename(odoo, rows, found.part.kept).await
}

/// Gives what was put aside back to the module.
pub(super) async fn bring_home<W: World>(
    odoo: &Odoo<'_, W>,
    found: &Found,
) -> Result<(), ProvisionError> {
    rename(odoo, found.kept.iter(), found.part.module).await
}

/// Gives the module its names again, where it was not taken out.
pub(super) async fn take_back<W: World>(
    odoo: &Odoo<'_, W>,
    found: &Found,
) -> Result<(), ProvisionError> {
    let rows = found.rows.iter().chain(&found.kept);
    rename(odoo, rows, found.part.module).await
}

/// Whether groups are among what was put aside: earlier versions let them go.
pub(super) fn has_groups(found: &Found) -> bool {
    let mut kept = found.kept.iter().chain(&found.rows);
    kept.any(|row| row.model == GROUPS)
}

/// The fields with a column of their own. The others must go: one that is computed from calls, or lists them, would refuse everybody who
/// reads a contact, for nobody has rights on the calls any more.
async fn stored_fields<W: World>(
    odoo: &Odoo<'_, W>,
    rows: &[ExternalId],
) -> Result<Vec<i64>, ProvisionError> {
    #[derive(Deserialize)]
    struct Field {
        id: i64,
    }
    let ids: Vec<i64> = rows
        .iter()
        .filter(|row| row.model == FIELDS)
        .map(|row| row.res_id)
        .collect();
    let domain = json!([
        ["id", "in", ids],
        ["store", "=", true],
        ["ttype", "!=", "one2many"]
    ]);
    let found: Vec<Field> = odoo
        .call(&Call::search_read(FIELDS, domain, &["id"]))
        .await?;
    Ok(found.into_iter().map(|field| field.id).collect())
}

async fn rename<W: World>(
    odoo: &Odoo<'_, W>,
    rows: impl Iterator<Item = &ExternalId>,
    module: &str,
) -> Result<(), ProvisionError> {
    let ids: Vec<i64> = rows.map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let write = Call::write(EXTERNAL_IDS, ids, json!({ "module": module }));
    odoo.call(&write).await?;
    Ok(())
}

const SELECTIONS: &str = "ir.model.fields.selection";
const GROUPS: &str = "res.groups";
/// What heads groups in the form of a user: from 19 on, and before.
const PRIVILEGES: &str = "res.groups.privilege";
const CATEGORIES: &str = "ir.module.category";

//! What people call the results of calls.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use super::ProvisionError;
use super::survey::ExternalId;
use crate::flows::reach::Odoo;
use odoo_client::schema::{self, Named};
use odoo_client::{Call, OdooError};
use ports::World;

/// In which of the languages that the package depends on results of calls have a name. Theirs are people's: only what has none yet gets one.
pub(super) async fn named<W: World>(
    odoo: &Odoo<'_, W>,
    rows: &[ExternalId],
    languages: &[String],
) -> Result<BTreeSet<Named>, ProvisionError> {
    let results = rows.iter().filter(|row| row.model == RESULTS);
    let module = schema::CAMPAIGNS.module;
    let others = languages.iter().filter(|language| *language != SOURCE);
    let others: Vec<&String> = others.collect();
    // What was kept is shown to nobody, and has its names.
    let (mut there, mut kept): (Vec<_>, Vec<_>) = results.partition(|row| row.module == module);
    let mut source = BTreeMap::new();
    if !others.is_empty() && !there.is_empty() {
        match names_in(odoo, &there, SOURCE).await? {
            Some(names) => source = names,
            // These were kept as well, and an installation that was cut short has only taken them up.
            None => kept.append(&mut there),
        }
    }
    let mut named = BTreeSet::new();
    let mut note = |row: &ExternalId, language: &String| {
        let id = format!("{module}.{}", row.name);
        named.insert((id, language.clone()));
    };
    for language in languages {
        for row in &kept {
            note(row, language);
        }
    }
    if there.is_empty() {
        return Ok(named);
    }
    for language in others {
        let names = names_in(odoo, &there, language).await?.unwrap_or_default();
        for row in &there {
            // Odoo shows what stands in no other language as it is in English.
            if names.get(&row.res_id) != source.get(&row.res_id) {
                note(row, language);
            }
        }
    }
    Ok(named)
}

/// None where nobody may read them.
async fn names_in<W: World>(
    odoo: &Odoo<'_, W>,
    results: &[&ExternalId],
    language: &str,
) -> Result<Option<BTreeMap<i64, String>>, ProvisionError> {
    #[derive(Deserialize)]
    struct Called {
        id: i64,
        x_name: String,
    }
    let ids: Vec<i64> = results.iter().map(|row| row.res_id).collect();
    let names = Call::search_read(RESULTS, json!([["id", "in", ids]]), &["x_name"]);
    let names = names.context("lang", language);
    let names: Vec<Called> = match odoo.call(&names.context("active_test", false)).await {
        Err(OdooError::MissingRight { .. }) => return Ok(None),
        answered => answered?,
    };
    let names = names.into_iter().map(|result| (result.id, result.x_name));
    Ok(Some(names.collect()))
}

/// What can come of a call in a campaign.
const RESULTS: &str = "x_ucm_result";

/// The language in which the data files are written.
const SOURCE: &str = "en_US";

//! The links that Odoo has of the bridge, kept fresh: what is behind the menu entry *Grandstream > Statistics*, and where hints of orders go.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::status::{LIFE, RENEWAL};
use crate::config::Links;
use crate::flows::count::Sight;
use crate::flows::reach::Odoo;
use crate::state::key::InJournal;
use crate::state::{self, Stored};
use odoo_client::{OdooError, link};
use ports::World;

/// The link as it was last written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Written {
    /// The same link, ended long ago: it differs where it leads elsewhere or is signed with another secret.
    like: String,
    at: DateTime<Utc>,
}

impl Stored for Written {
    const VERSION: u32 = 1;
}

/// Renews the link to the statistics of all calls.
pub(crate) async fn renew_statistics<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    links: &Links,
) -> Option<String> {
    let address = |expires| Sight::default().address(links, expires);
    renew(world, odoo, link::STATISTICS, address).await
}

/// Renews the link called `name` once a day, and whenever it would lead elsewhere. What fails is said, and tried again at the next run.
pub(crate) async fn renew<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    name: &'static str,
    address: impl Fn(DateTime<Utc>) -> Option<String>,
) -> Option<String> {
    let now = world.now();
    let like = address(DateTime::UNIX_EPOCH)?;
    let address = address(now + LIFE)?;
    let what = match name {
        link::DIAL => InJournal::Hint,
        _ => InJournal::Menu,
    };
    // Losing what was written costs one more write of the same.
    let key = || Some(odoo.journal().ok()?.key(what));
    let before: Option<Written> = key().and_then(|key| state::load(world, &key).ok()?);
    let is_fresh = |before: &Written| !state::has_come(before.at + RENEWAL, now, RENEWAL);
    if before.is_some_and(|before| before.like == like && is_fresh(&before)) {
        return None;
    }
    match write(odoo, name, &address).await {
        Ok(()) => {
            _ = state::save(world, &key()?, &Written { like, at: now });
            None
        }
        Err(error) => Some(format!(
            "the link `{name}` could not be written to Odoo: {error}"
        )),
    }
}

/// Two runs at once may make two of them, of which the menu takes one.
async fn write<W: World>(odoo: &Odoo<'_, W>, name: &str, address: &str) -> Result<(), OdooError> {
    let found = odoo.call(&link::find(name)).await?;
    let ids: Vec<i64> = found.iter().filter_map(|row| row["id"].as_i64()).collect();
    if ids.is_empty() {
        odoo.call(&link::create(name, address)).await?;
    } else {
        odoo.call(&link::renew(ids, address)).await?;
    }
    Ok(())
}

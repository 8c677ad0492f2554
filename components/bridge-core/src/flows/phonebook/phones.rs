//! Phones that have called in, as people see them in Odoo.

use chrono::{DateTime, Utc};

use crate::config::Server;
use crate::flows::reach::Odoo;
use crate::state::Place;
use crate::state::phones::{self, Seen};
use odoo_client::{DATETIME, OdooError, phone};
use ports::{KeyValue, StoreError, World};
use ucm_client::desk_phone::DeskPhone;

/// Takes note that a phone has fetched the book of `server`, if it says which one it is.
///
/// # Errors
/// [`StoreError`] when the store fails: it is noted when it fetches next.
pub fn note_fetch(
    store: &impl KeyValue,
    place: &Place,
    server: &str,
    user_agent: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(phone) = DeskPhone::named(user_agent) else {
        return Ok(());
    };
    let seen = Seen {
        mac: phone.mac,
        model: Some(phone.model),
        firmware: Some(phone.firmware),
        book_at: Some(now),
        ..Seen::default()
    };
    phones::note(store, place, server, seen)
}

/// Shows those that wait in Odoo: a request or a few for all of them. Gives what could not be done, which is tried again by the next tick.
pub(crate) async fn show<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    place: &Place,
    servers: &[Server],
) -> Vec<String> {
    let shown = show_all(world, odoo, place, servers).await;
    let failed =
        |error| format!("the desk phones that called in could not be shown in Odoo: {error}");
    shown.err().map(failed).into_iter().collect()
}

async fn show_all<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    place: &Place,
    servers: &[Server],
) -> Result<(), Failed> {
    let keys = world.keys()?;
    let (mut noted, mut read) = (Vec::new(), Vec::new());
    for server in servers {
        // Without its record it cannot be said whose they are; the mirror of a server is made within minutes.
        let Some(record) = server.record else {
            continue;
        };
        for (key, phones) in phones::waiting(world, &keys, place, &server.id)? {
            noted.extend(phones.iter().map(|seen| news(seen, record)));
            read.push((key, phones));
        }
    }
    for call in phone::note(&noted) {
        let loaded = odoo.call(&call).await?;
        if loaded.ids.is_none() {
            let message = loaded.messages.into_iter().next();
            return Err(Failed::Rows(
                message.map(|message| message.field.unwrap_or_default()),
            ));
        }
    }
    for (key, phones) in read {
        phones::done(world, &key, &phones)?;
    }
    Ok(())
}

fn news(seen: &Seen, record: i64) -> phone::Seen {
    let written = |at: DateTime<Utc>| at.format(DATETIME).to_string();
    phone::Seen {
        mac: seen.mac.clone(),
        server: record,
        model: seen.model.clone(),
        firmware: seen.firmware.clone(),
        extension: seen.extension.clone(),
        event: seen.event.clone().map(|(event, at)| (event, written(at))),
        book_at: seen.book_at.map(written),
    }
}

/// Why phones could not be shown.
#[derive(Debug, thiserror::Error)]
enum Failed {
    /// Odoo does not answer as asked.
    #[error(transparent)]
    Odoo(#[from] OdooError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Odoo took none of the rows; it names a column. Its words may quote the row.
    #[error("Odoo has refused a row of them, in the column {0:?}")]
    Rows(Option<String>),
}

//! The addresses that are pasted into phones and UCMs, where administrators find them in Odoo: with what else opens the bridge's doors, for nobody
//! else's eyes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::config::{Links, Server};
use crate::flows::desk::Door;
use crate::flows::push;
use crate::flows::reach::Odoo;
use crate::state::key::InJournal;
use crate::state::phonebook::digest;
use crate::state::{self, Stored};
use odoo_client::{OdooError, server};
use ports::World;

/// The addresses as they were last written.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Written {
    digest: String,
}

impl Stored for Written {
    const VERSION: u32 = 1;
}

/// Writes the addresses of all servers that have a record, if they are others than those that are there. Gives what could not be done.
pub(super) async fn keep<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    links: &Links,
    servers: &[Server],
) -> Option<String> {
    let wanted: Vec<(i64, &str, Map<String, Value>)> = servers
        .iter()
        .filter_map(|server| Some((server.record?, server.id.as_str(), addresses(server, links))))
        .collect();
    let told = wanted
        .iter()
        .map(|(record, _, values)| json!([record, values]));
    let wish = Written {
        digest: digest(Value::from_iter(told).to_string().as_bytes()),
    };
    let key = odoo.journal().ok()?.key(InJournal::Doors);
    let before: Option<Written> = state::load(world, &key).ok().flatten();
    let has_none =
        |(_, _, values): &(i64, &str, Map<String, Value>)| !values.values().any(Value::is_string);
    let is_nothing = before.is_none() && wanted.iter().all(has_none);
    if is_nothing || before.as_ref() == Some(&wish) {
        return None;
    }
    match write(odoo, wanted).await {
        Ok(()) => {
            // Losing it costs one more write of the same.
            _ = state::save(world, &key, &wish);
            None
        }
        Err(error) => Some(format!(
            "the addresses for desk phones and pushes could not be written to Odoo: {error}"
        )),
    }
}

async fn write<W: World>(
    odoo: &Odoo<'_, W>,
    wanted: Vec<(i64, &str, Map<String, Value>)>,
) -> Result<(), OdooError> {
    let records: Vec<i64> = wanted.iter().map(|(record, ..)| *record).collect();
    let known = odoo.call(&server::accesses(&records)).await?;
    for (record, name, values) in wanted {
        let access = known.iter().find(|access| access.server == Some(record));
        match access {
            Some(access) => drop(odoo.call(&server::link(access.id, values)).await?),
            None if values.values().any(Value::is_string) => {
                odoo.call(&server::first_link(record, name, values)).await?;
            }
            None => {}
        }
    }
    Ok(())
}

/// What is pasted into the phones of a server, and into the server itself; nothing of it where they cannot reach the bridge, and for phones where
/// nothing signs.
fn addresses(server: &Server, links: &Links) -> Map<String, Value> {
    let text = |text: Option<String>| text.map_or(Value::Bool(false), Value::from);
    let ring = Door::Ring.address(server, links).map(String::from);
    let book = Door::Phonebook.address(server, links);
    let book = book.filter(|_| server.phonebook.is_some());
    let secret = Door::Phonebook.secret(server, &links.keys).ok();
    // Phones take the scheme from the mode, and put the file's name behind the path.
    let path = book
        .as_ref()
        .map(|url| String::from(&url[url::Position::BeforeHost..]));
    let short = path.as_deref().and_then(|path| path.rsplit_once('/'));
    Map::from_iter([
        ("x_ring_url".to_owned(), text(ring)),
        (
            "x_push_url".to_owned(),
            text(push::address(server, links).map(String::from)),
        ),
        (
            "x_book_mode".to_owned(),
            text(book.as_ref().map(|url| url.scheme().to_owned())),
        ),
        (
            "x_book_short_path".to_owned(),
            text(short.map(|(short, _)| short.to_owned())),
        ),
        (
            "x_book_user".to_owned(),
            text(book.as_ref().map(|_| server.id.clone())),
        ),
        (
            "x_book_secret".to_owned(),
            text(secret.filter(|_| book.is_some())),
        ),
        ("x_book_path".to_owned(), text(path)),
    ])
}

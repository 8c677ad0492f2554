//! Call campaigns: what the bridge does for them, beside making their calls ([`dial`](super::dial)).
//!
//! It reads the numbers of those who are added, by the same rules as those of calls, and has Odoo look in the journal for what came of whom.

use super::reach::Odoo;
use super::reach::timed::{STEP, Timed};
use crate::config::Server;
use calls::campaign;
use calls::order::Dialling;
use calls::phone::Country;
use odoo_client::OdooError;
use odoo_client::campaign::{self as members, Read, Unread};
use ports::{Clock as _, World};

/// Looks after all campaigns, as far as there is time. One request to Odoo where nothing has happened.
///
/// # Errors
/// [`OdooError`] when Odoo does not answer as asked.
pub(crate) async fn look_after<W: World>(
    world: &Timed<'_, W>,
    odoo: &Odoo<'_, Timed<'_, W>>,
    servers: &[Server],
) -> Result<(), OdooError> {
    let settle = odoo.action(members::SETTLE).await?;
    let settled = loop {
        let settled = odoo.call(&members::settle(settle)).await?;
        if !settled.more || !world.has(STEP) {
            break settled;
        }
    };
    if settled.unread {
        read_numbers(world, odoo, servers).await?;
    }
    Ok(())
}

/// Reads the numbers of those who were added, and has Odoo add who is still to be.
async fn read_numbers<W: World>(
    world: &Timed<'_, W>,
    odoo: &Odoo<'_, Timed<'_, W>>,
    servers: &[Server],
) -> Result<(), OdooError> {
    let action = odoo.action(members::READ).await?;
    let mut read = Vec::new();
    loop {
        let reading = odoo.call(&members::read(action, &read, A_TIME)).await?;
        let is_done = reading.unread.is_empty() && !reading.more;
        if is_done || !world.has(STEP) {
            return Ok(());
        }
        let numbers = reading.unread.iter().map(|member| Read {
            member: member.id,
            number: number(member, servers),
        });
        read = numbers.collect();
    }
}

/// Reads a number in the country of its contact, or else of the office; of all offices that dial, where the campaign names none.
fn number(member: &Unread, servers: &[Server]) -> Result<String, &'static str> {
    let country: Option<Country> = member.country.parse().ok();
    let is_meant = |server: &&Server| match member.server.as_str() {
        "" => server.dial.is_some(),
        named => server.id == named,
    };
    let offices: Vec<Dialling<'_>> = servers
        .iter()
        .filter(is_meant)
        .map(|server| Dialling {
            country: country.unwrap_or(server.country),
            form: server.dial.unwrap_or_default(),
            outside_line: &server.outside_line,
            extensions: &[],
        })
        .collect();
    campaign::number(&member.number, &offices)
        .map(|number| number.to_string())
        .map_err(|reason| reason.name())
}

/// Members that are read at a time, and records that are added: some tenths of a second of Odoo's.
const A_TIME: usize = 1_000;

//! Call campaigns: what the bridge does for them, beside making their calls ([`dial`](super::dial)).
//!
//! It reads the numbers of those who are added, by the same rules as those of calls, and has Odoo look in the journal for what came of whom.

use super::reach::Odoo;
use super::reach::timed::{STEP, Timed};
use crate::config::Server;
use calls::campaign;
use calls::order::Dialling;
use calls::phone::{Country, Form};
use odoo_client::OdooError;
use odoo_client::campaign::{self as members, Read, Unread};
use ports::{Clock as _, World};

/// Looks after all campaigns, as far as there is time. Two requests to Odoo where nothing has happened.
///
/// # Errors
/// [`OdooError`] when Odoo does not answer as asked.
pub(crate) async fn look_after<W: World>(
    world: &Timed<'_, W>,
    odoo: &Odoo<'_, Timed<'_, W>>,
    servers: &[Server],
) -> Result<(), OdooError> {
    let settle = odoo.action(members::SETTLE).await?;
    while odoo.call(&members::settle(settle)).await?.more && world.has(STEP) {}
    let action = odoo.action(members::READ).await?;
    let mut read = Vec::new();
    loop {
        let reading = odoo.call(&members::read(action, &read, A_TIME)).await?;
        let is_done = reading.unread.is_empty() && !reading.more;
        if is_done || !world.has(STEP) {
            return Ok(());
        }
        read = reading
            .unread
            .iter()
            .map(|member| Read {
                member: member.id,
                number: number(member, servers),
            })
            .collect();
    }
}

/// Reads a number in the country of its contact, or else of the office.
fn number(member: &Unread, servers: &[Server]) -> Result<String, &'static str> {
    let dials = |server: &&Server| server.dial.is_some();
    let named = servers.iter().find(|server| server.id == member.server);
    let server = named.or_else(|| servers.iter().find(dials));
    let country: Option<Country> = member.country.parse().ok();
    let country = country.or(server.map(|server| server.country));
    let dialling = Dialling {
        country: country.ok_or(NO_COUNTRY)?,
        form: server.and_then(|server| server.dial).unwrap_or(Form::E164),
        outside_line: "",
        extensions: &[],
    };
    campaign::number(&member.number, &dialling)
        .map(|number| number.to_string())
        .map_err(|reason| reason.name())
}

/// Without a country no number is read: as a member's record has it.
const NO_COUNTRY: &str = "unreadable";
/// Members that are read at a time, and records that are added: some tenths of a second of Odoo's.
const A_TIME: usize = 1_000;

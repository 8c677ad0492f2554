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
use odoo_client::campaign::{self as members, Back, Read, Unread};
use odoo_client::directory::Wanted;
use ports::{Clock as _, World};

/// Looks after all campaigns, as far as there is time. One request to Odoo where nothing has happened.
///
/// # Errors
/// [`OdooError`] when Odoo does not answer as asked.
pub(crate) async fn look_after<W: World>(
    world: &Timed<'_, W>,
    odoo: &Odoo<'_, Timed<'_, W>>,
    servers: &[Server],
    back: Back,
) -> Result<(), OdooError> {
    let settle = odoo.action(members::SETTLE).await?;
    let settled = loop {
        let settled = odoo.call(&members::settle(settle, back)).await?;
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
    let (mut read, mut after) = (Vec::new(), 0);
    loop {
        let told = members::read(action, &read, after, A_TIME);
        let reading = odoo.call(&told).await?;
        let is_done = reading.unread.is_empty() && !reading.more;
        if is_done || !world.has(STEP) {
            return Ok(());
        }
        match reading.unread.last() {
            // A data module of before gives them again and again.
            Some(member) if member.id <= after => return Ok(()),
            last => after = last.map_or(after, |member| member.id),
        }
        let numbers = reading.unread.iter().filter_map(|member| {
            Some(Read {
                member: member.id,
                number: number(member, servers)?,
            })
        });
        read = numbers.collect();
    }
}

/// Reads a number in the country of its contact, or else of the office; of all offices that dial, where the campaign names none. Where no country
/// is known and the office is not either, perhaps because it is new, the number waits for it.
fn number(member: &Unread, servers: &[Server]) -> Option<Result<Wanted, &'static str>> {
    let country: Option<Country> = member.country.parse().ok();
    let is_meant = |server: &&Server| match member.server.as_str() {
        "" => server.dial.is_some(),
        named => server.id == named,
    };
    let mut offices: Vec<Dialling<'_>> = servers
        .iter()
        .filter(is_meant)
        .map(|server| Dialling {
            country: country.unwrap_or(server.country),
            form: server.dial.unwrap_or_default(),
            outside_line: &server.outside_line,
            extensions: &[],
        })
        .collect();
    if offices.is_empty() {
        offices.push(Dialling {
            country: country?,
            form: Form::default(),
            outside_line: "",
            extensions: &[],
        });
    }
    let number = campaign::number(&member.number, &offices);
    Some(
        number
            .map(|number| Wanted::new(&number))
            .map_err(|reason| reason.name()),
    )
}

/// Members that are read at a time, and records that are added: some tenths of a second of Odoo's.
const A_TIME: usize = 1_000;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::flows::field;

    fn read(
        country: &str,
        server: &str,
        number_as_entered: &str,
    ) -> Option<Result<String, &'static str>> {
        let servers = [
            field::server(&json!({ "id": "paris", "country": "FR", "dial": true })),
            field::server(&json!({ "id": "lyon", "country": "FR" })),
        ];
        let member = Unread {
            id: 1,
            number: number_as_entered.to_owned(),
            country: country.to_owned(),
            server: server.to_owned(),
        };
        let read = number(&member, &servers);
        read.map(|read| read.map(|number| number.e164))
    }

    #[test]
    fn a_number_is_read_in_the_country_of_its_contact_or_of_the_office() {
        let (french, german) = (
            Ok("+33199000012".to_owned()),
            Ok("+493023125012".to_owned()),
        );
        for server in ["", "paris", "lyon"] {
            assert_eq!(read("", server, "01 99 00 00 12"), Some(french.clone()));
            assert_eq!(read("DE", server, "030 23125 012"), Some(german.clone()));
            assert_eq!(read("", server, "ask Zoé"), Some(Err("unreadable")));
        }
    }

    /// A server that somebody has just entered in Odoo is known within ten minutes: until then nobody says of a number that it is none.
    #[test]
    fn a_number_waits_for_the_office_that_is_to_say_how_it_is_read() {
        assert_eq!(read("", "nantes", "01 99 00 00 12"), None);
        assert_eq!(
            read("FR", "nantes", "01 99 00 00 12"),
            Some(Ok("+33199000012".to_owned()))
        );
        assert_eq!(read("FR", "nantes", "ask Zoé"), Some(Err("unreadable")));
    }
}

//! A phone rings: whose number it is, a card for whose phone it is, and later the call in the journal that it rang for.

use std::time::Duration;

use chrono::TimeDelta;

use crate::config::{Config, Server};
use crate::flows::deliver;
use crate::flows::reach::Odoo;
use crate::flows::reach::timed::Timed;
use crate::flows::recordings::Seals;
use crate::state::phones::{self, Seen};
use crate::state::{self, Place, Stored, key};
use calls::cdr;
use calls::contacts::{Contacts, Match, Standing};
use calls::phone::{Number, Party, Unreadable};
use calls::ring::{self as rules, Came, Event, Said};
use odoo_client::OdooError;
use odoo_client::directory::Wanted;
use odoo_client::look::{self, Inquiry, Looked};
use odoo_client::ring::{self, Caller, Candidate, Office};
use ports::{Clock, KeyValue, StoreError, World};
use serde::{Deserialize, Serialize};

/// Notes in Odoo what a phone of `server` says; Odoo shows the card, and who is on the phone. Three requests where somebody calls whose number is to be
/// looked up, else two; one more where the phone has stopped ringing and others have not. None for a call that the phone itself makes, unless colleagues
/// are to see that it does.
///
/// # Errors
/// [`OdooError`] when Odoo does not answer as asked, or its data module is older than this bridge.
pub async fn rang(
    world: &impl World,
    config: &Config,
    server: &Server,
    said: &Said,
) -> Result<(), OdooError> {
    // Whoever looks for a phone that has fallen silent finds when it last spoke; nothing else depends on it.
    _ = seen(world, &config.place(), &server.id, said);
    if said.is_own && !server.phones.presence {
        return Ok(());
    }
    let world = &Timed::new(world, config.run_budget);
    let odoo = Odoo::new(world, &config.odoo);
    let party = said.remote(server.country);
    // Whom somebody calls is nobody's business but the journal's.
    let caller = match said.is_own {
        true => Caller::default(),
        false => caller(said, &party),
    };
    let standing = match said.event {
        Event::Incoming => Some(standing(&odoo, server, party).await?),
        _ => None,
    };
    let action = odoo.action(ring::TELL).await?;
    let office = office(server);
    let tell = ring::tell(action, office, said, &caller, standing.as_ref());
    let told = match odoo.call(&tell).await {
        // The phone has said it twice at once, and the other one was first.
        Err(OdooError::DuplicateKey { .. }) => return Ok(()),
        told => told?,
    };
    // Nothing is lost with it: calls are looked for a day long.
    _ = note(world, &config.place(), &server.id);
    if told.others_ring && matches!(said.event, Event::Missed | Event::Terminated) {
        world.sleep(UNTIL_SETTLED).await;
        let settle = ring::settle(action, office, said, &caller);
        odoo.call(&settle).await?;
    }
    Ok(())
}

fn office(server: &Server) -> Office<'_> {
    Office {
        server: &server.id,
        company: server.company,
        notice: server.phones.notices,
        presence: server.phones.presence,
    }
}

/// Takes note that the phone has called in, if it says which one it is.
fn seen(
    world: &(impl Clock + KeyValue),
    place: &Place,
    server: &str,
    said: &Said,
) -> Result<(), StoreError> {
    if said.mac.is_empty() {
        return Ok(());
    }
    let seen = Seen {
        mac: said.mac.clone(),
        extension: Some(said.extension.clone()),
        event: Some((said.event.name().to_owned(), world.now())),
        ..Seen::default()
    };
    phones::note(world, place, server, seen)
}

/// Who calls, in the words by which phones that ring for one call know it.
fn caller(said: &Said, party: &Party) -> Caller {
    let number = match party {
        Party::Outside(number) => Some(number.to_string()),
        _ => None,
    };
    let shown = match party {
        Party::Withheld => None,
        Party::Outside(number) => Some(number.to_string()),
        Party::Extension(text) | Party::Short(text) | Party::Text(text) => Some(text.clone()),
        Party::Unreadable { raw, .. } => Some(raw.clone()),
    };
    Caller {
        number,
        shown,
        name: cdr::is_name(&said.name).then(|| said.name.clone()),
    }
}

async fn standing<W: World>(
    odoo: &Odoo<'_, W>,
    server: &Server,
    party: Party,
) -> Result<Standing, OdooError> {
    Ok(match party {
        Party::Outside(number) => look_up(odoo, server, &number).await?,
        Party::Extension(_) => Standing::Internal,
        Party::Withheld => Standing::Withheld,
        Party::Short(_) => Standing::Short,
        Party::Text(_) => Standing::Unreadable(Unreadable::Text),
        Party::Unreadable { reason, .. } => Standing::Unreadable(reason),
    })
}

/// Whose number it is, by the rules of the journal. Nobody is made a contact because a phone rings.
async fn look_up<W: World>(
    odoo: &Odoo<'_, W>,
    server: &Server,
    number: &Number,
) -> Result<Standing, OdooError> {
    let wanted = Wanted::new(number);
    let directory = odoo.directory().await?;
    let inquiry = Inquiry::about(wanted, &directory, server.company);
    let action = odoo.action(look::ACTION).await?;
    let answers = odoo.call(&inquiry.ask(action)).await?;
    let Looked {
        assigned,
        made,
        candidates,
    } = inquiry.read(answers)?;
    let assigned = assigned.into_iter().find_map(|number| {
        let contact = number.contact?;
        Some(Standing::Assigned {
            contact,
            number: number.id,
        })
    });
    if let Some(assigned) = assigned {
        return Ok(assigned);
    }
    let candidates = match candidates {
        Some(candidates) => candidates,
        // As the journal does it, however long that takes.
        None => {
            let wanted = std::slice::from_ref(inquiry.wanted());
            deliver::contacts::candidates(odoo, wanted, &made).await?
        }
    };
    let contacts = Contacts::new(&candidates, &made, server.country, server.company);
    Ok(match contacts.decide(&number.to_string()) {
        Match::One(id) => Standing::Matched(id),
        Match::Many(ids) => Standing::Ambiguous(ids),
        Match::KeyTaken { id, reason } => Standing::KeyTaken { id, reason },
        Match::None { .. } => Standing::Unknown,
    })
}

/// Finds the calls that phones of `server` have rung for, after some have come into the journal: the notes of the rings go to them. Nothing is asked of
/// Odoo where no phone of the server has rung in the last day.
///
/// # Errors
/// [`OdooError`] when Odoo does not answer as asked.
pub async fn settle(world: &impl World, config: &Config, server: &str) -> Result<(), OdooError> {
    let world = &Timed::new(world, config.run_budget);
    if !has_rung(world, &config.place(), server) {
        return Ok(());
    }
    let odoo = Odoo::new(world, &config.odoo);
    let action = odoo.action(ring::LINK).await?;
    let rings = odoo.call(&ring::link(action, server, &[])).await?.rings();
    let times = || rings.iter().map(|ring| ring.at);
    let (Some(first), Some(last)) = (times().min(), times().max()) else {
        return Ok(());
    };
    let (from, until) = (first - LONGEST_WAIT, last + CLOCKS_DIFFER);
    let page = |after| ring::candidates(server, from, until, after);
    // All of them: where one is not seen, another would seem to be the only one.
    let calls = odoo
        .all(ring::MOST_CANDIDATES, page, |call| call.id)
        .await?;
    // A note goes to whom the call is seen by: anybody can make a row that looks like one.
    let seals = Seals::new(&config.links);
    let is_own = |row: &Candidate| Seals::trust(seals, &row.key, &row.kept);
    let calls = calls.into_iter().filter(is_own).map(Came::from);
    let calls: Vec<Came> = calls.collect();
    let links = rules::links(&rings, &calls);
    if !links.is_empty() {
        odoo.call(&ring::link(action, server, &links)).await?;
    }
    Ok(())
}

/// Has Odoo remove the rings of phones that have not rung for a day, where no call has come since that they would have been removed with. Nothing is asked
/// of Odoo where there are none. Says what could not be done.
pub(crate) async fn forget<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    place: &Place,
) -> Option<String> {
    let of_all = key::rings(place, "");
    // A store that fails is asked again in ten minutes.
    let keys = world.keys().unwrap_or_default();
    let servers = keys.iter().filter_map(|key| key.strip_prefix(&of_all));
    for server in servers.filter(|server| !has_rung(world, place, server)) {
        let removed = async {
            let action = odoo.action(ring::LINK).await?;
            odoo.call(&ring::link(action, server, &[])).await
        };
        if let Err(error) = removed.await {
            return Some(format!(
                "{server}: rings of a day ago are still there: {error}"
            ));
        }
        // A phone may have rung meanwhile. What is not forgotten here is looked at again.
        if !has_rung(world, place, server) {
            _ = world.delete(&key::rings(place, server));
        }
    }
    None
}

/// When a phone of a server rang last, to the hour: it is written once in that time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Rings {
    hour: i64,
}

impl Stored for Rings {
    const VERSION: u32 = 1;
}

fn hour(clock: &impl Clock) -> i64 {
    clock.now().timestamp().div_euclid(3_600)
}

fn note<W: Clock + KeyValue>(world: &W, place: &Place, server: &str) -> Result<(), StoreError> {
    let (key, hour) = (key::rings(place, server), hour(world));
    match state::load::<Rings>(world, &key)? {
        Some(known) if known.hour == hour => Ok(()),
        _ => state::save(world, &key, &Rings { hour }),
    }
}

/// Whether a phone has rung that may still wait for its call. A store that fails is no reason to leave notes where they are.
pub(crate) fn has_rung<W: Clock + KeyValue>(world: &W, place: &Place, server: &str) -> bool {
    match state::load::<Rings>(world, &key::rings(place, server)) {
        Ok(known) => known.is_some_and(|known| hour(world) - known.hour <= HOURS_WAITED),
        Err(_) => true,
    }
}

/// How long the phones of a group are given to say that they have stopped: they do so at the same moment, each in a request of its own.
const UNTIL_SETTLED: Duration = Duration::from_millis(1_500);
/// How long a caller may have waited before a phone rings: an hour in a queue, and two more.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(3);
/// More than the clocks of Odoo and of a UCM may differ.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(1);
/// How long a ring waits for its call.
const HOURS_WAITED: i64 = 25;

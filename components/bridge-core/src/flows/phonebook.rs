//! The phonebook of an office's phones: built from Odoo's contacts by the timer, kept ready, and given to phones without asking anybody.
//!
//! Once in a while Odoo is asked whether a contact has changed (`keep`); only then is a book built (`build`). Whatever fails, phones are given the last
//! book that was good, and people in Odoo see why it is not newer.

mod build;
mod fetch;
mod phones;
mod setup;
mod shown;

use chrono::{DateTime, TimeDelta, Utc};

pub(crate) use fetch::FILE;
pub use fetch::{NoBook, NothingShown, Ready, Shown, find, shown};
pub use phones::note_fetch;
pub(crate) use phones::show as show_phones;

use super::reach::Odoo;
use super::report::Words;
use super::roster;
use crate::config::{Links, Server};
use crate::flows::reach::failure::Failure;
use crate::flows::reach::timed::{STEP, Timed};
use crate::state::phonebook::Head;
use ports::{Clock as _, World};

/// Has the books of `servers` say what Odoo says, as far as there is time, and the addresses of their phones be where administrators find them. Gives
/// what could not be done.
pub(crate) async fn keep<W: World>(
    world: &Timed<'_, W>,
    odoo: &Odoo<'_, Timed<'_, W>>,
    links: &Links,
    servers: &[Server],
    words: Words,
) -> Vec<String> {
    let addresses = setup::keep(world, odoo, links, servers).await;
    let mut remarks = Vec::from_iter(addresses);
    for server in roster::in_turn(servers.iter(), world.now(), roster::REFRESH) {
        if !world.has(STEP) {
            break;
        }
        let kept = keep_one(world, odoo, server, words).await;
        let failed = |error| {
            format!(
                "the phonebook of the server `{}` could not be renewed: {error}",
                server.id
            )
        };
        remarks.extend(kept.err().map(failed));
    }
    remarks
}

async fn keep_one<W: World>(
    world: &Timed<'_, W>,
    odoo: &Odoo<'_, Timed<'_, W>>,
    server: &Server,
    words: Words,
) -> Result<(), Failure> {
    let now = world.now();
    let journal = odoo.journal()?;
    let known = Head::load(world, &journal, &server.id)?;
    let Some(settings) = server.phonebook else {
        return match known {
            None => Ok(()),
            Some(head) => {
                shown::nothing(odoo, server).await?;
                Ok(head.discard(world, &journal, &server.id)?)
            }
        };
    };
    let mut head = known.unwrap_or_default();
    let is_new = |checked: DateTime<Utc>| (checked..checked + RENEWAL).contains(&now);
    if head
        .basis
        .starts_with(&build::of_settings(server, settings))
        && head.checked_at.is_some_and(is_new)
    {
        return Ok(());
    }
    let built = build::renew(world, odoo, server, settings, &mut head, words).await;
    let outcome = match built {
        Ok(()) => {
            (head.checked_at, head.trouble) = (Some(now), None);
            Ok(())
        }
        // A person can do something about it, who has the record open.
        Err(build::Failed::Trouble(trouble)) => {
            (head.checked_at, head.trouble) = (Some(now), Some(trouble));
            Ok(())
        }
        Err(build::Failed::Odoo(error)) => Err(Failure::Odoo(error)),
        Err(build::Failed::Store(error)) => Err(Failure::Store(error)),
    };
    // Where Odoo was away, that is said elsewhere: the book itself is no other.
    if outcome.is_ok() {
        head.shown = shown::show(odoo, server, &head, words).await?;
        head.save(world, &journal, &server.id)?;
    }
    outcome
}

/// How often Odoo is asked whether contacts have changed: less than the timer reads the servers in Odoo by what two runs differ.
const RENEWAL: TimeDelta = TimeDelta::minutes(14);
/// How often a book is built although nothing seems to have changed: the name of a company, or of a tag, is no change of a contact.
const LONGEST: TimeDelta = TimeDelta::hours(24);

//! The desk phones of a server: whether they reach the bridge, which of them do, and what they have for a phonebook.

mod knock;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Advice, Course, Examined, Health, Step, listed};
use crate::config::{Config, Links, Server};
use crate::flows::desk::ring;
use crate::flows::oversee::BookSeen;
use crate::flows::reach::Odoo;
use crate::state::{Journal, Place, phones as waiting};
use odoo_client::{OdooError, extension, phone, server};
use ports::{HttpError, StoreError, World};

const COURSE: [Examined; 5] = [
    Examined::PhoneAddresses,
    Examined::PhonesReach,
    Examined::PhonesCallIn,
    Examined::PhoneExtensions,
    Examined::Phonebook,
];

/// Nothing for a server without desk phones: none has called in, and nothing is set that only phones have a use for.
pub(super) async fn examine<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    config: &Config,
    server: &Server,
) -> Result<Vec<Step>, StoreError> {
    let record = record(odoo, server).await;
    let heard = match &record {
        Ok(record) => heard(world, odoo, &config.place(), server, *record).await?,
        Err(error) => Err(error.clone()),
    };
    let is_set = server.phonebook.is_some() || server.phones.presence || server.phones.notices;
    let has_rung = ring::has_rung(world, &config.place(), &server.id);
    let is_heard = heard.as_ref().is_ok_and(|phones| !phones.is_empty());
    if !(is_set || has_rung || is_heard) {
        return Ok(Vec::new());
    }
    let has_book = |what: &Examined| *what != Examined::Phonebook || server.phonebook.is_some();
    let steps: Vec<Examined> = COURSE.into_iter().filter(has_book).collect();
    let mut course = Course::of(&steps);
    let now = world.now();
    let calling = heard.as_deref().unwrap_or_default().iter();
    let last = calling.filter_map(|phone| phone.at).max();
    if addresses(&mut course, &config.links) {
        let answers = knock::at_doors(world, server, &config.links).await;
        reach(&mut course, answers, last.filter(|at| now - *at < SILENT));
    }
    match heard {
        Ok(phones) => {
            call_in(&mut course, &phones, now);
            if !phones.is_empty() {
                extensions(&mut course, odoo, record.ok().flatten(), &phones).await;
            }
        }
        Err(error) => course.set(
            Examined::PhonesCallIn,
            Health::Warning,
            &error.to_string(),
            None,
        ),
    }
    if let Some(book) = BookSeen::read(world, &Journal::last_met(world, &config.odoo)?, server)? {
        has(&mut course, &book);
    }
    Ok(course.steps)
}

/// A phone that has called in.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Heard {
    /// Its hardware address, digits only.
    mac: String,
    extension: String,
    /// When it last did.
    at: Option<DateTime<Utc>>,
}

/// Id of the server's record; that of one outside of Odoo may have been made since the servers were read.
async fn record<W: World>(odoo: &Odoo<'_, W>, of: &Server) -> Result<Option<i64>, OdooError> {
    match of.record {
        Some(record) => Ok(Some(record)),
        None => {
            let found = odoo.call(&server::called(&of.id)).await?;
            Ok(found.first().and_then(server::id))
        }
    }
}

/// The phones that Odoo knows, with what of them waits to be shown there.
async fn heard<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    place: &Place,
    server: &Server,
    record: Option<i64>,
) -> Result<Result<Vec<Heard>, OdooError>, StoreError> {
    let mut phones = match record {
        None => Vec::new(),
        Some(record) => match odoo.call(&phone::of_server(record)).await {
            Ok(known) => known.iter().map(of_odoo).collect(),
            Err(error) => return Ok(Err(error)),
        },
    };
    for (_, seen) in waiting::waiting(world, &world.keys()?, place, &server.id)? {
        for seen in seen {
            join(&mut phones, seen);
        }
    }
    Ok(Ok(phones))
}

fn of_odoo(known: &phone::Known) -> Heard {
    Heard {
        mac: known.mac.replace(':', "").to_lowercase(),
        extension: known.extension.clone(),
        at: known.seen_at(),
    }
}

fn join(phones: &mut Vec<Heard>, seen: waiting::Seen) {
    let at = seen.event.map(|(_, at)| at).max(seen.book_at);
    match phones.iter_mut().find(|known| known.mac == seen.mac) {
        Some(known) => {
            known.at = known.at.max(at);
            known.extension = seen.extension.unwrap_or(known.extension.clone());
        }
        None => phones.push(Heard {
            mac: seen.mac,
            extension: seen.extension.unwrap_or_default(),
            at,
        }),
    }
}

/// Whether phones have addresses to call.
fn addresses(course: &mut Course, links: &Links) -> bool {
    let what = Examined::PhoneAddresses;
    let Some(base) = &links.base else {
        let detail = "`public_url` is not set, so that phones have no address of the bridge";
        course.failed(what, detail, Advice::SetPublicUrl);
        return false;
    };
    if !links.keys.can_sign() {
        let detail = "`link_secret` is not set, so that no phone is let in";
        course.failed(what, detail, Advice::SetLinkSecret);
        return false;
    }
    if base.scheme() == "https" {
        course.good(what, "phones call the bridge by HTTPS");
    } else {
        let detail = "phones send numbers and the secret without encryption";
        course.set(what, Health::Warning, detail, Some(Advice::UseHttps));
    }
    true
}

/// Where the bridge cannot ask itself, phones that call in have the last word.
fn reach(course: &mut Course, answers: knock::Answers, last: Option<DateTime<Utc>>) {
    let what = Examined::PhonesReach;
    let through = Some(Advice::LetPhonesThrough);
    match (answers, last) {
        (Ok(odd), _) if odd.is_empty() => course.good(what, "the addresses answer as they should"),
        (Ok(odd), _) => {
            let odd = odd.iter().map(|(door, status)| format!("/{door} {status}"));
            let odd = odd.collect::<Vec<_>>().join(", ");
            let detail = format!("what answers there is not the bridge, or refuses: {odd}");
            course.set(what, Health::Failed, &detail, through);
        }
        (Err(_), Some(at)) => {
            let at = at.format("%Y-%m-%d %H:%M UTC");
            course.good(what, &format!("a phone came through: {at}"));
        }
        (Err(HttpError::Denied), None) => {
            let detail =
                "the bridge may not ask itself here, and no phone has come through in a week";
            course.set(what, Health::Warning, detail, through);
        }
        (Err(error), None) => course.set(what, Health::Failed, &error.to_string(), through),
    }
}

fn call_in(course: &mut Course, phones: &[Heard], now: DateTime<Utc>) {
    let what = Examined::PhonesCallIn;
    if phones.is_empty() {
        let detail = "no phone has called in yet";
        return course.set(what, Health::Warning, detail, Some(Advice::SetPhonesUp));
    }
    let is_silent = |phone: &&Heard| phone.at.is_none_or(|at| now - at >= SILENT);
    let silent: Vec<&Heard> = phones.iter().filter(is_silent).collect();
    let calling = phones.len() - silent.len();
    if silent.is_empty() {
        return course.good(what, &format!("phones that call in: {calling}"));
    }
    let names = silent.iter().map(|phone| match phone.extension.as_str() {
        "" => phone.mac.as_str(),
        extension => extension,
    });
    let names = listed(names);
    let detail = format!("phones that call in: {calling}; not for a week: {names}");
    course.set(what, Health::Warning, &detail, Some(Advice::LookAtPhones));
}

/// Extensions that phones are at, and those that users have.
async fn extensions<W: World>(
    course: &mut Course,
    odoo: &Odoo<'_, W>,
    server: Option<i64>,
    phones: &[Heard],
) {
    let what = Examined::PhoneExtensions;
    let of_users = match odoo.call(&extension::of_server(server)).await {
        Ok(known) => known,
        Err(error) => return course.set(what, Health::Warning, &error.to_string(), None),
    };
    let of_users: BTreeSet<String> = of_users.into_iter().map(|known| known.number).collect();
    let at: BTreeSet<String> = phones
        .iter()
        .map(|phone| phone.extension.clone())
        .filter(|extension| !extension.is_empty())
        .collect();
    let nobodys = listed(at.difference(&of_users).map(String::as_str));
    let silent = listed(of_users.difference(&at).map(String::as_str));
    let (detail, advice) = match (nobodys.is_empty(), silent.is_empty()) {
        (true, true) => {
            return course.good(
                what,
                "each is a user's, and each user's phone has called in",
            );
        }
        (true, false) => (
            format!("users' extensions of which no phone has called in: {silent}"),
            Advice::SetPhonesUp,
        ),
        (false, true) => (
            format!("phones at extensions that no user has: {nobodys}"),
            Advice::EnterExtensions,
        ),
        (false, false) => (
            format!(
                "phones at extensions that no user has: {nobodys}; users' extensions of which no phone has called in: {silent}"
            ),
            Advice::EnterExtensions,
        ),
    };
    course.set(what, Health::Warning, &detail, Some(advice));
}

fn has(course: &mut Course, book: &BookSeen) {
    let what = Examined::Phonebook;
    match (&book.trouble, book.changed_at) {
        (Some(trouble), _) => course.set(what, Health::Warning, trouble, None),
        (None, None) => {
            let detail = "it is not built yet";
            course.set(what, Health::Warning, detail, Some(Advice::AwaitPhonebook));
        }
        (None, Some(_)) => {
            let detail = format!(
                "contacts: {}; left out because there is no room: {}; because no number of theirs can be dialled: {}",
                book.contacts, book.left_out, book.unreadable
            );
            course.good(what, &detail);
        }
    }
}

/// A phone that is used says something within a week, and one with a phonebook fetches it several times a day.
const SILENT: TimeDelta = TimeDelta::days(7);

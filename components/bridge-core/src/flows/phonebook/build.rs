//! Building a book: whom somebody has chosen, in the order in which they stay where a phone has no room for all.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::LONGEST;
use crate::config::{Contents, Order, Phonebook, Server};
use crate::flows::reach::Odoo;
use crate::flows::reach::timed::Timed;
use crate::flows::report::Words;
use crate::state::has_come;
use crate::state::phonebook::{Counts, Head, digest};
use calls::contacts::Candidate;
use calls::order::Dialling;
use calls::phonebook::{self as rules, Contact, Entry, Group, Kind};
use odoo_client::phonebook::{self as contacts, First, Stamp, Whose};
use odoo_client::{DATETIME, OdooError, domain, extension};
use ports::{Clock as _, StoreError, World};
use ucm_client::phonebook::{self as written, LineType};

/// Why a book was not built.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    /// Something that a person can put right.
    #[error("{0}")]
    Trouble(String),
    /// Odoo does not answer as asked.
    #[error(transparent)]
    Odoo(#[from] OdooError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What every [`Head::basis`] of these settings begins with.
pub(super) fn of_settings(server: &Server, settings: Phonebook) -> String {
    let dialling = (&server.outside_line, server.dial_form, server.country);
    let settings = format!("{settings:?} {dialling:?} {:?}", server.company);
    digest(settings.as_bytes())
}

/// Builds the book anew, if what it is made of has changed.
pub(super) async fn renew<W: World>(
    world: &Timed<'_, W>,
    odoo: &Odoo<'_, Timed<'_, W>>,
    server: &Server,
    settings: Phonebook,
    head: &mut Head,
    words: Words,
) -> Result<(), Failed> {
    let now = world.now();
    let choice = Choice::read(odoo, server, settings).await?;
    let stamp = choice.stamp(odoo).await?;
    let first = choice.first(odoo, server, now).await?;
    let told = json!([choice.domain, stamp.count, stamp.written, first]);
    let basis = of_settings(server, settings) + &digest(told.to_string().as_bytes());
    let is_old = |built: DateTime<Utc>| has_come(built + LONGEST, now, LONGEST);
    if let Some(book) = &head.book
        && head.basis == basis
        && !is_old(book.built_at)
    {
        return Ok(());
    }
    let chosen = usize::try_from(stamp.count).unwrap_or(usize::MAX);
    let (bytes, counts) = choice.book(odoo, server, &first, chosen, words).await?;
    let journal = odoo.journal()?;
    head.put(world, &journal, &server.id, &bytes, counts, now)?;
    head.basis = basis;
    Ok(())
}

/// Whom a book is to have.
struct Choice {
    settings: Phonebook,
    domain: Value,
    has_mobile: bool,
}

impl Choice {
    async fn read<W: World>(
        odoo: &Odoo<'_, W>,
        server: &Server,
        settings: Phonebook,
    ) -> Result<Self, Failed> {
        let chosen = match settings.contents {
            Contents::All => json!([]),
            Contents::Companies => json!([["is_company", "=", true]]),
            Contents::Filter(filter) => saved(odoo, filter).await?,
        };
        let whose = match server.company {
            Some(company) => Whose::Of(company),
            // Where there are several, nobody has said whose phones they are.
            None if odoo.call(&contacts::companies()).await? > 1 => Whose::Nobodys,
            None => Whose::Everybodys,
        };
        let has_mobile = odoo.directory::<Candidate>().await?.has_mobile();
        Ok(Self {
            settings,
            domain: contacts::domain(whose, has_mobile, &[chosen]),
            has_mobile,
        })
    }

    async fn stamp<W: World>(&self, odoo: &Odoo<'_, W>) -> Result<Stamp, Failed> {
        let version = odoo.version().await?;
        let stamps = odoo.call(&contacts::stamp(version, &self.domain)).await;
        let stamps = stamps.map_err(|error| self.blamed(error))?;
        Ok(stamps.into_iter().next().unwrap_or(Stamp {
            count: 0,
            written: String::new(),
        }))
    }

    /// A filter that Odoo does not take is a person's to correct.
    fn blamed(&self, error: OdooError) -> Failed {
        match (self.settings.contents, &error) {
            (Contents::Filter(_), OdooError::NoField { .. } | OdooError::Refused { .. }) => {
                Failed::Trouble(BROKEN.to_owned())
            }
            _ => error.into(),
        }
    }

    /// Who comes first, of those who were on the phone in a year.
    async fn first<W: World>(
        &self,
        odoo: &Odoo<'_, W>,
        server: &Server,
        now: DateTime<Utc>,
    ) -> Result<Vec<i64>, Failed> {
        let first = match self.settings.order {
            Order::Name => return Ok(Vec::new()),
            Order::Recent => First::Recent,
            Order::Often => First::Often,
        };
        let since = (now - CALLED_WITHIN).format(DATETIME).to_string();
        let most = CALLED_FOR_EACH * self.settings.most;
        let call = contacts::called(odoo.version().await?, &server.id, &since, first, most);
        let called = odoo.call(&call).await?;
        Ok(called.iter().filter_map(|called| called.contact).collect())
    }

    /// Reads until the book is full, or nobody is left.
    async fn book<W: World>(
        &self,
        odoo: &Odoo<'_, W>,
        server: &Server,
        first: &[i64],
        chosen: usize,
        words: Words,
    ) -> Result<(Vec<u8>, Counts), Failed> {
        let extensions = odoo.call(&extension::of_server(server.record)).await?;
        let extensions: Vec<String> = extensions.into_iter().map(|known| known.number).collect();
        let dialling = Dialling {
            country: server.country,
            form: server.dial_form,
            outside_line: &server.outside_line,
            extensions: &extensions,
        };
        let mut filling = Filling::new(self.settings.most, dialling);
        if !first.is_empty() {
            let mut known = BTreeMap::new();
            for page in first.chunks(PAGE) {
                let of_page = with(&self.domain, json!(["id", "in", page]));
                let read = odoo
                    .call(&contacts::contacts(&of_page, self.has_mobile, 0, PAGE))
                    .await?;
                known.extend(read.into_iter().map(|contact| (contact.id, contact)));
            }
            let ordered = first.iter().filter_map(|id| known.remove(id));
            filling.take(ordered.collect());
        }
        let mut skip = 0;
        while !filling.is_full() {
            let call = contacts::contacts(&self.domain, self.has_mobile, skip, PAGE);
            let page = odoo.call(&call).await?;
            let is_last = page.len() < PAGE;
            skip += page.len();
            filling.take(page);
            if is_last {
                break;
            }
        }
        let (book, counts) = filling.finish(odoo, chosen, words).await?;
        let bytes = book.write();
        Ok((
            bytes.map_err(|error| StoreError(error.to_string()))?,
            counts,
        ))
    }
}

/// A book that is being filled.
struct Filling<'a> {
    most: usize,
    dialling: Dialling<'a>,
    contacts: Vec<(Contact, Entry)>,
    seen: BTreeSet<i64>,
    unreadable: usize,
}

impl<'a> Filling<'a> {
    fn new(most: usize, dialling: Dialling<'a>) -> Self {
        Self {
            most,
            dialling,
            contacts: Vec::new(),
            seen: BTreeSet::new(),
            unreadable: 0,
        }
    }

    fn is_full(&self) -> bool {
        self.contacts.len() >= self.most
    }

    /// Takes those whom the office can call, in this order, each once.
    fn take(&mut self, contacts: Vec<Contact>) {
        for contact in contacts {
            if self.is_full() {
                return;
            }
            if !self.seen.insert(contact.id) {
                continue;
            }
            match rules::entry(&contact, &self.dialling) {
                Some(entry) => self.contacts.push((contact, entry)),
                None => self.unreadable += 1,
            }
        }
    }

    async fn finish<W: World>(
        self,
        odoo: &Odoo<'_, W>,
        chosen: usize,
        words: Words,
    ) -> Result<(written::Phonebook, Counts), Failed> {
        let tags = rules::groups(self.contacts.iter().map(|(contact, _)| contact), MOST_TAGS);
        let mut names = BTreeMap::new();
        if !tags.is_empty() {
            let read = odoo.call(&contacts::tags(&tags)).await?;
            names.extend(read.into_iter().map(|tag| (tag.id, tag.name)));
        }
        let usable: Vec<i64> = tags
            .into_iter()
            .filter(|tag| names.get(tag).is_some_and(|name| is_group(name)))
            .collect();
        let entries: Vec<(Entry, Group)> = self
            .contacts
            .into_iter()
            .map(|(contact, entry)| (entry, rules::group(&contact, &usable)))
            .collect();
        let language = odoo.language().await?;
        let name = |group: &Group| match group {
            Group::Tag(tag) => names.get(tag).cloned().unwrap_or_default(),
            Group::Companies => (words.sentence)(language, COMPANIES),
            Group::People => (words.sentence)(language, PEOPLE),
        };
        let counts = Counts {
            contacts: entries.len(),
            left_out: chosen.saturating_sub(entries.len() + self.unreadable),
            unreadable: self.unreadable,
        };
        Ok((book(&entries, name), counts))
    }
}

/// The book of these entries; groups in their order, each named.
fn book(entries: &[(Entry, Group)], name: impl Fn(&Group) -> String) -> written::Phonebook {
    let groups: BTreeSet<Group> = entries.iter().map(|(_, group)| *group).collect();
    let groups: Vec<Group> = groups.into_iter().collect();
    let contact = |(entry, group): &(Entry, Group)| written::Entry {
        id: entry.id,
        first_name: entry.name.clone(),
        last_name: entry.company.clone(),
        lines: entry
            .lines
            .iter()
            .map(|line| (line_type(line.kind), line.digits.clone()))
            .collect(),
        group: groups.iter().position(|known| known == group),
    };
    written::Phonebook {
        contacts: entries.iter().map(contact).collect(),
        groups: groups.iter().map(name).collect(),
    }
}

fn line_type(kind: Kind) -> LineType {
    match kind {
        Kind::Work => LineType::Work,
        Kind::Mobile => LineType::Mobile,
    }
}

/// Reads the domain of a filter that somebody has saved.
async fn saved<W: World>(odoo: &Odoo<'_, W>, filter: i64) -> Result<Value, Failed> {
    let trouble = |text: &str| Err(Failed::Trouble(text.to_owned()));
    let found = odoo.call(&contacts::filter(filter)).await?;
    let Some(filter) = found.into_iter().next() else {
        return trouble(NO_FILTER);
    };
    if filter.model_id != odoo_client::partner::MODEL {
        return trouble(NOT_OF_CONTACTS);
    }
    match domain::read(&filter.domain) {
        Ok(domain) => Ok(domain),
        Err(domain::NoDomain::Computed) => trouble(COMPUTED),
        Err(domain::NoDomain::Broken) => trouble(BROKEN),
    }
}

fn with(domain: &Value, term: Value) -> Value {
    let mut terms = vec![term];
    terms.extend(domain.as_array().cloned().unwrap_or_default());
    Value::Array(terms)
}

/// Phones take calls of these groups in their own way: nobody's are refused because of a tag.
fn is_group(name: &str) -> bool {
    let name = name.trim().to_lowercase();
    !name.is_empty()
        && !["blacklist", "whitelist", "blocklist", "allowlist"].contains(&name.as_str())
}

/// What people are told, in English; the faces have the other languages.
const NO_FILTER: &str = "the saved filter of the phonebook is not there, or is another user's alone: save one that all users have";
const NOT_OF_CONTACTS: &str = "the saved filter of the phonebook is not one of contacts";
const COMPUTED: &str =
    "the saved filter of the phonebook depends on the day or the user: save one with fixed values";
const BROKEN: &str = "the saved filter of the phonebook is none that Odoo takes: save it anew";
const COMPANIES: &str = "Companies";
const PEOPLE: &str = "People";

/// Contacts of one request: half a second of Odoo 19.
const PAGE: usize = 1_000;
/// Groups that are tags. Older phones have room for ten groups.
const MOST_TAGS: usize = 8;
/// Whose calls count for who comes first.
const CALLED_WITHIN: TimeDelta = TimeDelta::days(365);
/// Of those who were on the phone, some are not chosen: so many are asked for, for each that there is room for.
const CALLED_FOR_EACH: usize = 2;

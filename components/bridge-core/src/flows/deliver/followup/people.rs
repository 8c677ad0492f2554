//! Whom calls concern.

use std::collections::{BTreeSet, HashMap};

use chrono_tz::Tz;

use super::Follower;
use calls::followup::Past;
use calls::followup::lead::Customer;
use calls::language::Language;
use odoo_client::OdooError;
use odoo_client::person::{self, Person};
use ports::World;

/// Whom calls concern: the user of the extension, else the contact's salesperson, else whom the settings name. Users who were archived are
/// passed over.
pub(super) struct People {
    active: HashMap<i64, Person>,
    salespeople: HashMap<i64, i64>,
    otherwise: Option<i64>,
    /// Who reads what is nobody's: whom the settings name, or else the key's user.
    reader: Option<i64>,
    zone: Option<Tz>,
}

impl<W: World> Follower<'_, '_, W> {
    /// The contacts of `calls`. Asks for nothing where none has one.
    pub(super) async fn contacts<'c>(
        &self,
        calls: impl Iterator<Item = &'c Past>,
    ) -> Result<Vec<Customer>, OdooError> {
        let contacts: BTreeSet<i64> = calls.filter_map(Past::contact_id).collect();
        if contacts.is_empty() {
            return Ok(Vec::new());
        }
        let contacts = person::customers(contacts.into_iter().collect());
        self.odoo.call(&contacts).await
    }

    /// Whom `calls` concern, given their contacts.
    pub(super) async fn people(
        &self,
        calls: &[&Past],
        contacts: &[Customer],
    ) -> Result<People, OdooError> {
        let salespeople: HashMap<i64, i64> = contacts
            .iter()
            .filter_map(|contact| contact.salesperson.map(|user| (contact.id, user)))
            .collect();
        let otherwise = self.server.follow_up.otherwise;
        let users: BTreeSet<i64> = calls
            .iter()
            .filter_map(|call| call.user)
            .chain(salespeople.values().copied())
            .chain(otherwise)
            .collect();
        let login = self.odoo.login();
        let people = person::people(users.into_iter().collect(), login);
        let found = self.odoo.call(&people).await?;
        let is_there = |user: &i64| found.iter().any(|person| person.id == *user);
        let own = found.iter().find(|person| person.login == login);
        let reader = otherwise
            .filter(is_there)
            .or_else(|| own.map(|person| person.id));
        Ok(People {
            active: found
                .into_iter()
                .map(|person| (person.id, person))
                .collect(),
            salespeople,
            otherwise,
            reader,
            zone: self.server.time_zone,
        })
    }
}

impl People {
    /// Whom a call concerns, if anybody.
    pub(super) fn of(&self, call: &Past) -> Option<i64> {
        let salesperson = call
            .contact_id()
            .and_then(|contact| self.salespeople.get(&contact));
        let wanted = [call.user.as_ref(), salesperson, self.otherwise.as_ref()];
        let is_active = |user: &&i64| self.active.contains_key(user);
        wanted.into_iter().flatten().find(is_active).copied()
    }

    /// The user of a call's extension.
    pub(super) fn who_talked(&self, call: &Past) -> Option<i64> {
        call.user.filter(|user| self.active.contains_key(user))
    }

    /// The language of `user`; of what is nobody's, the reader's.
    pub(super) fn language(&self, user: Option<i64>) -> Language {
        let lang = self
            .person(user)
            .map_or(String::new(), |person| person.lang.replace('_', "-"));
        Language::preferred(&lang)
    }

    /// The time zone of `user`, or else the UCM's.
    pub(super) fn zone(&self, user: Option<i64>) -> Tz {
        let zone = self.person(user).and_then(|person| person.tz.parse().ok());
        zone.or(self.zone).unwrap_or(Tz::UTC)
    }

    fn person(&self, user: Option<i64>) -> Option<&Person> {
        self.active.get(&user.or(self.reader)?)
    }
}

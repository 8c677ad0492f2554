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
/// passed over, and so is whoever does not see the calls of the call's company, unless the settings name them.
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
        self.people_and(std::iter::empty(), calls, contacts).await
    }

    /// The same, with `others` who are to be told something.
    pub(super) async fn people_and(
        &self,
        others: impl Iterator<Item = i64>,
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
            .chain(others)
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
        let wanted = [call.user, salesperson.copied()].into_iter().flatten();
        let otherwise = self.otherwise;
        wanted
            .filter(|user| self.sees(*user, call))
            .chain(otherwise.filter(|user| self.active.contains_key(user)))
            .next()
    }

    /// The user of a call's extension.
    pub(super) fn who_talked(&self, call: &Past) -> Option<i64> {
        call.user.filter(|user| self.sees(*user, call))
    }

    /// Whether a user is there, and of the company whose call it is.
    fn sees(&self, user: i64, call: &Past) -> bool {
        let companies = self.active.get(&user).map(|person| &person.companies);
        companies.is_some_and(|companies| {
            call.company
                .is_none_or(|company| companies.contains(&company))
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn call(company: Option<i64>, user: i64) -> Past {
        Past {
            id: 1,
            key: "paris/1".to_owned(),
            number: "+33142667701".to_owned(),
            caller_name: String::new(),
            started_at: chrono::DateTime::UNIX_EPOCH.naive_utc(),
            direction: "inbound".to_owned(),
            outcome: "missed".to_owned(),
            company,
            user: Some(user),
            contact: Some((70, "Zo\u{e9}".to_owned())),
            standing: String::new(),
            fingerprint: String::new(),
        }
    }

    fn person(id: i64, companies: &[i64]) -> (i64, Person) {
        let person = Person {
            id,
            login: String::new(),
            lang: String::new(),
            tz: String::new(),
            companies: companies.to_vec(),
        };
        (id, person)
    }

    #[test]
    fn a_call_concerns_nobody_who_does_not_see_it() {
        let people = People {
            active: [person(1, &[1]), person(2, &[2]), person(3, &[])].into(),
            salespeople: [(70, 2)].into(),
            otherwise: Some(3),
            reader: None,
            zone: None,
        };
        let whose = |company, user| people.of(&call(company, user));
        // The extension is a user's of the first company, the customer a salesperson's of the second.
        assert_eq!(whose(Some(1), 1), Some(1));
        assert_eq!(whose(Some(2), 1), Some(2));
        assert_eq!(whose(None, 1), Some(1));
        // Whom the settings name is asked for by name.
        assert_eq!(whose(Some(3), 1), Some(3));
        assert_eq!(whose(Some(1), 4), Some(3), "archived");
        let talked = |company| people.who_talked(&call(company, 1));
        assert_eq!((talked(Some(1)), talked(Some(2))), (Some(1), None));
    }
}

//! Leads of unknown callers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::refused::Refused;
use super::{FRESH, Follower, Task};
use crate::flows::deliver::contacts::{Book, holders};
use crate::flows::reach::failure::Failure;
use calls::contacts::Made;
use calls::followup::lead::{Customer, Lead, Leads, Stranger};
use calls::followup::{self, Past, lead};
use odoo_client::{OdooError, Reaction, made, past, server};
use ports::World;

impl<W: World> Follower<'_, '_, W> {
    /// Makes the leads of as many calls as are looked at together; says whether those were all. The mark on the calls comes last.
    pub(super) async fn see_to_leads(&self) -> Result<bool, Failure> {
        let strange = match &self.again {
            Some(calls) => past::strange_among(calls),
            None => past::strange(&self.server.id, self.ago(FRESH)),
        };
        let calls = self.see(strange).await?;
        if calls.is_empty() {
            return Ok(true);
        }
        let numbers: Vec<&str> = followup::numbers(&calls).into_iter().collect();
        let company = self.server.company;
        let leads = self.leads(&numbers).await?;
        let contacts = self.contacts(calls.iter()).await?;
        let made = self.made(&contacts).await?;
        let mut strangers = lead::strangers(&calls, &contacts, &made, &leads);
        let merged = self.merged(&strangers).await?;
        strangers.retain(|stranger| !merged.contains(&self.key(stranger)));
        let mut refused = Vec::new();
        if !strangers.is_empty() {
            let first: Vec<_> = strangers.iter().map(|stranger| stranger.first).collect();
            let people = self.people(&first, &[]).await?;
            let rows = strangers.iter().map(|stranger| {
                let user = people.who_talked(stranger.first);
                let row = odoo_client::lead::row(
                    stranger,
                    &self.server.name,
                    company,
                    user,
                    people.language(user),
                );
                (stranger.first, row)
            });
            refused = self.make(rows.collect()).await?;
        }
        let left: BTreeSet<&str> = match self.refusals.set_aside(&refused)? {
            true => BTreeSet::new(),
            false => refused.iter().map(|refused| refused.number).collect(),
        };
        let done = calls.iter().filter(|call| !left.contains(&*call.number));
        let done = done.map(|call| call.id).collect();
        self.odoo.call(&past::lead_decided(done)).await?;
        Ok(!left.is_empty() || calls.len() < past::WAITING)
    }

    /// The leads that may have one of the numbers, in whatever state, read as contacts are.
    async fn leads(&self, numbers: &[&str]) -> Result<Leads, OdooError> {
        let (country, company) = (self.server.country, self.server.company);
        let book = Book::new(self.server);
        let wanted: Vec<_> = numbers
            .iter()
            .map(|number| book.wanted_as(number))
            .collect();
        let numbers = wanted.iter().flat_map(|wanted| wanted.in_full());
        let keys: Vec<String> = numbers
            .map(|number| followup::key(company, number))
            .collect();
        let directory = self.odoo.directory().await?;
        let leads: Vec<Lead> = holders(self.odoo, &directory, &wanted, &keys).await?;
        let countries: BTreeSet<i64> = leads.iter().filter_map(Lead::reading_country).collect();
        let codes = self.country_codes(countries.into_iter().collect()).await?;
        Ok(Leads::new(&leads, &codes, country, company))
    }

    /// The keys of those of `strangers` whose lead has become part of another one. Asks for nothing where there are none.
    async fn merged(&self, strangers: &[Stranger<'_>]) -> Result<BTreeSet<String>, OdooError> {
        if strangers.is_empty() {
            return Ok(BTreeSet::new());
        }
        let keys: Vec<String> = strangers
            .iter()
            .map(|stranger| self.key(stranger))
            .collect();
        let notes = self.odoo.call(&odoo_client::lead::notes(&keys)).await?;
        Ok(notes.iter().map(|note| note.key().to_owned()).collect())
    }

    fn key(&self, stranger: &Stranger<'_>) -> String {
        followup::key(self.server.company, &stranger.first.number)
    }

    /// Asks for nothing where there are none.
    async fn country_codes(&self, ids: Vec<i64>) -> Result<BTreeMap<i64, String>, OdooError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let countries = self.odoo.call(&server::countries_of(&ids)).await?;
        let codes = countries.into_iter().map(|land| (land.id, land.code));
        Ok(codes.collect())
    }

    /// What the bridge made of these contacts. Asks for nothing where there are none.
    async fn made(&self, contacts: &[Customer]) -> Result<Vec<Made>, OdooError> {
        if contacts.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<i64> = contacts.iter().map(|contact| contact.id).collect();
        self.odoo.call(&made::of_contacts(&ids)).await
    }

    /// All at once; where that is refused, each by itself. Gives what Odoo has refused.
    async fn make<'c>(
        &self,
        rows: Vec<(&'c Past, Map<String, Value>)>,
    ) -> Result<Vec<Refused<'c>>, OdooError> {
        let all = rows.iter().map(|(_, row)| row.clone()).collect();
        match self.odoo.call(&odoo_client::lead::create(all)).await {
            Err(error) if is_of_a_row(&error) => {}
            ended => return ended.map(|_| Vec::new()),
        }
        let mut refused = Vec::new();
        for (call, row) in rows {
            match self.odoo.call(&odoo_client::lead::create(vec![row])).await {
                // Another run has made it, or it is one that the key's user may not see.
                Ok(_) | Err(OdooError::DuplicateKey { .. }) => {}
                Err(error) if is_of_a_row(&error) => refused.push(Refused {
                    task: Task::Lead,
                    call: &call.key,
                    number: &call.number,
                    error,
                }),
                Err(error) => return Err(error),
            }
        }
        Ok(refused)
    }
}

fn is_of_a_row(error: &OdooError) -> bool {
    matches!(error.reaction(), Reaction::SearchAgain | Reaction::SkipRow)
}

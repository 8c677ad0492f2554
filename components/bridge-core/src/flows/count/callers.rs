//! Who called: those who called in vain and still wait, and those who call most.

use std::collections::HashMap;

use serde_json::json;

use super::tally::{Spoken, Waiting};
use super::{Counter, StatisticsError};
use calls::stats::{Caller, Filter};
use odoo_client::OdooError;
use odoo_client::statistics::{self as journal, COMPANY, Domain, Group, NUMBER, Owed};
use ports::World;

impl<W: World> Counter<'_, '_, W> {
    /// Those who wait, how many they are in all, and those who called most.
    pub(super) async fn callers(&self) -> Result<(Vec<Caller>, u64, Vec<Caller>), StatisticsError> {
        let (waiting, total) = self.waiting().await?;
        let inbound = self.inbound().with_number();
        let busiest = journal::count_busiest(self.version, &inbound, TOP);
        let busiest = self.call(&busiest).await?;
        let names = self.contacts(waiting.iter().chain(&busiest)).await?;
        let waiting = callers(&waiting, &names)?;
        let busiest = callers(&busiest, &names)?;
        Ok((waiting, total, busiest))
    }

    /// Calls in vain of those who wait, by number; and how many numbers there are beyond those.
    async fn waiting(&self) -> Result<(Vec<Group>, u64), StatisticsError> {
        let in_vain = self.domain.in_vain().with_number();
        let in_vain = self.numbers(&in_vain).await?;
        if in_vain.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let answered = self.numbers(&self.answered(&in_vain)?).await?;
        let waiting = Waiting::of(&in_vain, &Spoken::of(&answered)?)?;
        let shown = &waiting[..waiting.len().min(SHOWN)];
        let calls = self.calls_since(shown).await?;
        let mut by_number: HashMap<Option<&str>, &Group> = HashMap::new();
        for group in &calls {
            by_number.insert(group.text(NUMBER)?, group);
        }
        let ordered = shown
            .iter()
            .filter_map(|one| by_number.get(&Some(&*one.number)).copied().cloned())
            .collect();
        Ok((ordered, waiting.len() as u64))
    }

    /// Answered calls with the numbers that called in vain, whichever way, server and extension, until now: somebody was spoken to. Many
    /// numbers are not named; then all that happened since the period began is looked at. For which companies that counts is seen by the answer.
    fn answered(&self, in_vain: &[Group]) -> Result<Domain, OdooError> {
        let answered = anybody().and("x_outcome", "=", "answered");
        if in_vain.len() > NAMED && !self.is_all {
            let (from, _) = self.question.bounds();
            return Ok(answered.with_number().since(from));
        }
        let numbers: Result<Vec<_>, _> = in_vain.iter().map(|group| group.text(NUMBER)).collect();
        Ok(answered.and(NUMBER, "in", json!(numbers?)))
    }

    /// How often each of `waiting` has called in vain since somebody last spoke to them, until now.
    async fn calls_since(&self, waiting: &[Waiting]) -> Result<Vec<Group>, StatisticsError> {
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let numbers: Vec<&str> = waiting.iter().map(|one| one.number.as_str()).collect();
        let spoken = anybody().and("x_outcome", "=", "answered");
        let spoken = self
            .numbers(&spoken.and(NUMBER, "in", json!(numbers)))
            .await?;
        let spoken = Spoken::of(&spoken)?;
        let mut owed = Vec::new();
        for one in waiting {
            let number = one.number.as_str();
            owed.extend(one.companies.iter().map(|company| Owed {
                number,
                company: *company,
                since: spoken.last(number, *company),
            }));
        }
        let again = self.filtered.in_vain().of_owed(&owed);
        Ok(self.count(&again, &[NUMBER]).await?)
    }

    /// The contacts of numbers: whom the last call that has one was linked to.
    async fn contacts(
        &self,
        groups: impl Iterator<Item = &Group>,
    ) -> Result<HashMap<String, (i64, String)>, StatisticsError> {
        let numbers: Result<Vec<_>, _> = groups.map(|group| group.text(NUMBER)).collect();
        let numbers = numbers?;
        if numbers.is_empty() {
            return Ok(HashMap::new());
        }
        let linked = self.filtered.and(NUMBER, "in", json!(numbers));
        let linked = linked.and(CONTACT, "!=", false);
        let mut groups = self.count(&linked, &[NUMBER, CONTACT]).await?;
        groups.sort_by_key(|group| group.last_at);
        let mut contacts = HashMap::new();
        for group in &groups {
            if let (Some(number), Some((id, name))) = (group.text(NUMBER)?, group.record(CONTACT)?)
            {
                contacts.insert(number.to_owned(), (id, name.to_owned()));
            }
        }
        Ok(contacts)
    }

    /// Calls by number and company.
    async fn numbers(&self, domain: &Domain) -> Result<Vec<Group>, StatisticsError> {
        let counted = journal::count(self.version, domain, &[NUMBER, COMPANY]);
        let groups = self.call(&counted.limit(MOST_NUMBERS + 1)).await?;
        if groups.len() > MOST_NUMBERS {
            return Err(StatisticsError::TooManyCallers);
        }
        Ok(groups)
    }
}

/// All calls, whatever the filter.
fn anybody() -> Domain {
    Domain::of(&Filter::default())
}

fn callers(
    groups: &[Group],
    contacts: &HashMap<String, (i64, String)>,
) -> Result<Vec<Caller>, OdooError> {
    let mut callers = Vec::new();
    for group in groups {
        let (Some(number), Some(last_call_at)) = (group.text(NUMBER)?, group.last_at) else {
            continue;
        };
        let contact = contacts.get(number).cloned();
        let (contact, name) = contact.unzip();
        callers.push(Caller {
            number: number.to_owned(),
            name,
            contact,
            calls: group.calls,
            last_call_at,
        });
    }
    Ok(callers)
}

/// Field of the contact.
const CONTACT: &str = "x_partner_id";

/// How many numbers are shown of those that wait, and of those that call most.
const SHOWN: usize = 50;
const TOP: usize = 10;

/// Up to so many numbers, Odoo is asked for their calls by name, through an index.
const NAMED: usize = 1_000;

/// Most numbers that are compared: their groups are some 15 MB of Odoo's answer.
pub(super) const MOST_NUMBERS: usize = 100_000;

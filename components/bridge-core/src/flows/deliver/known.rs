//! What a run knows from one page to the next.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map;

use chrono::{DateTime, Utc};

use super::contacts::Book;
use super::journal;
use crate::config::{Links, Server};
use crate::flows::reach::Odoo;
use crate::flows::recordings::{Players, Seals, named};
use calls::cdr::{Call, Leg};
use odoo_client::OdooError;
use odoo_client::journal::{Entry, Existing, FIND_BATCH, Kept, Trust, Whole, find_since, key};
use ports::World;

/// How numbers of a server are read, how recordings are linked, which calls Odoo has as far as that is known, and what is ready for it.
pub(crate) struct Known<'a> {
    pub(crate) book: Book<'a>,
    players: Option<Players<'a>>,
    seals: Option<Seals<'a>>,
    rows: RefCell<Option<Rows>>,
    /// Entries that were made while Odoo was busy, by their keys.
    prepared: RefCell<HashMap<String, Entry>>,
}

/// The rows of the calls that began at some moment or later, as Odoo had them when it was asked. What another writer has brought meanwhile is not
/// among them: the unique index refuses it, and then it is asked for.
struct Rows {
    from: DateTime<Utc>,
    /// Nothing in the place of what has to be asked for by now.
    by_key: HashMap<String, Option<Existing>>,
}

impl<'a> Known<'a> {
    /// Nothing is known of Odoo at `now` yet. Recordings are linked, and legs sealed, as far as `links` are configured.
    pub(crate) fn new(server: &'a Server, links: &'a Links, now: DateTime<Utc>) -> Self {
        Self {
            players: Players::new(links, now),
            seals: Seals::new(links),
            ..Self::unvouched(server)
        }
    }

    /// For calls of which nobody can say that the UCM has shown them: their recordings are not linked.
    pub(crate) fn unvouched(server: &'a Server) -> Self {
        Self {
            book: Book::new(server),
            players: None,
            seals: None,
            rows: RefCell::default(),
            prepared: RefCell::default(),
        }
    }

    /// Makes the entries of calls that will be brought in next.
    pub(crate) fn prepare<'c>(&self, calls: impl Iterator<Item = &'c Call>) {
        let entries = calls.map(|call| {
            self.book.prepare(call);
            let entry = self.make(call.clone());
            entry.prepare();
            (entry.key().to_owned(), entry)
        });
        self.prepared.replace(entries.collect());
    }

    /// The entry of `call`, prepared or not.
    pub(crate) fn entry(&self, call: &Call) -> Entry {
        let prepared = self.prepared.borrow_mut().remove(&key(&call.id));
        match prepared {
            Some(entry) if entry.call() == call => entry,
            _ => self.make(call.clone()),
        }
    }

    /// A new entry of `call`, all of which the UCM has shown.
    pub(crate) fn make(&self, call: Call) -> Entry {
        let players = self.players.as_ref();
        let players = players.filter(|_| self.server().has_players());
        let pages = players.map(|players| players.pages(&call));
        let entry = journal::entry(self.server(), &self.book, self.seals, call);
        let entry = self.with_tasks(entry);
        match pages {
            Some(pages) => entry.with_players(&pages),
            None => entry,
        }
    }

    /// A new entry of `call` with what was stored in Odoo. What somebody may have added there is neither linked nor sealed; what is linked stays.
    pub(crate) fn complete(&self, Whole { call, is_vouched }: Whole) -> Entry {
        match is_vouched {
            true => self.make(call),
            false => self.with_tasks(journal::entry(self.server(), &self.book, None, call)),
        }
    }

    fn with_tasks(&self, mut entry: Entry) -> Entry {
        let server = self.server();
        // Fields that nobody fills are left alone: the data module may be older.
        if !server.follow_up.is_off() {
            entry = entry.to_follow_up();
        }
        if server.has_copies() {
            entry = entry.to_be_copied();
        }
        entry
    }

    /// Whose calls these are.
    pub(crate) const fn server(&self) -> &'a Server {
        self.book.server()
    }

    /// What makes the links to recordings.
    pub(crate) const fn players(&self) -> Option<&Players<'a>> {
        self.players.as_ref()
    }

    /// What knows the legs that the bridge has stored.
    pub(crate) const fn seals(&self) -> Option<Seals<'a>> {
        self.seals
    }

    /// Asks which calls Odoo has that began at `from` or later; where they are more than one answer holds, that stays unknown.
    ///
    /// # Errors
    /// [`OdooError`] when the question is not answered.
    pub(crate) async fn ask_since<W: World>(
        &self,
        odoo: &Odoo<'_, W>,
        from: DateTime<Utc>,
    ) -> Result<(), OdooError> {
        let question = find_since(&self.server().id, from);
        let found = odoo.call(&question).await?;
        let rows = (found.len() < FIND_BATCH).then(|| Rows {
            from,
            by_key: found
                .into_iter()
                .map(|row| (row.key.clone(), Some(row)))
                .collect(),
        });
        self.rows.replace(rows);
        Ok(())
    }

    /// The rows of `calls` as far as they are known, and the keys of those that have to be asked for. From now on that is each of them: what is
    /// known serves once.
    pub(crate) fn rows_of(&self, calls: &[&Call]) -> (Vec<Existing>, Vec<String>) {
        let mut rows = self.rows.borrow_mut();
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for call in calls {
            let key = key(&call.id);
            let slot = match &mut *rows {
                Some(Rows { from, by_key }) if call.started_at >= *from => by_key.entry(key),
                _ => {
                    unknown.push(key);
                    continue;
                }
            };
            match slot {
                hash_map::Entry::Vacant(slot) => _ = slot.insert(None),
                hash_map::Entry::Occupied(mut slot) => match slot.get_mut().take() {
                    Some(row) => known.push(row),
                    None => unknown.push(slot.key().clone()),
                },
            }
        }
        (known, unknown)
    }
}

impl Trust for Known<'_> {
    fn has_stored(&self, key: &str, kept: &Kept) -> bool {
        Seals::trust(self.seals, key, kept)
    }

    fn is_recording_of(&self, call: &Call, leg: &Leg, file: &str) -> bool {
        named::is_of_leg(call, leg, file)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Known;
    use crate::flows::deliver::reading::Reading;
    use crate::flows::field::server;
    use ucm_client::Page;

    #[test]
    fn what_was_prepared_serves_once_and_only_the_call_that_it_was_made_of() {
        let server = server(&json!({ "country": "FR", "time_zone": "UTC" }));
        let page = |disposition: &str| {
            Page {
            rows: vec![
                serde_json::from_value(json!({
                    "session": "1717027200-7", "AcctId": "1", "src": "0142667700", "dst": "1001", "disposition": disposition,
                    "start": "2024-05-30 00:00:00", "end": "2024-05-30 00:01:00",
                }))
                .unwrap(),
            ],
            ..Page::default()
        }
        };
        let call = |disposition| {
            Reading::of(&page(disposition), &server)
                .calls
                .remove(0)
                .call
        };
        let known = Known::unvouched(&server);
        let missed = call("NO ANSWER");
        for seen in [call("FAILED"), missed.clone()] {
            known.prepare([&missed].into_iter());
            let (entry, made) = (known.entry(&seen), known.make(seen.clone()));
            assert_eq!(entry.call(), &seen);
            assert_eq!(entry.fingerprint(), made.fingerprint());
        }
        assert!(known.prepared.borrow().is_empty());
    }
}

//! What a run knows from one page to the next.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::contacts::Book;
use super::journal;
use super::reading::Seen;
use crate::config::{Offer, Server};
use crate::flows::reach::Odoo;
use crate::flows::recordings::Players;
use calls::cdr::Call;
use odoo_client::OdooError;
use odoo_client::journal::{Entry, HeldKey, KEYS_BATCH, key, keys_between};
use ports::World;

/// How a server's calls become rows of the journal, and which of them Odoo has as far as that is known.
pub(crate) struct Known<'a> {
    pub(crate) book: Book<'a>,
    players: Option<Players<'a>>,
    keys: RefCell<Option<Keys>>,
    /// Rows that were made ahead of time, by their keys.
    prepared: RefCell<HashMap<String, Entry>>,
}

/// The keys of the calls that began at some moment or later, as Odoo had them when it was asked, and of those that were to be brought since. What
/// another writer has brought meanwhile is not among them: the unique index refuses it, and then it is asked for.
struct Keys {
    from: DateTime<Utc>,
    held: HashSet<String>,
}

impl<'a> Known<'a> {
    /// Nothing is known of Odoo yet. The links to recordings are those of `players`, if there are any.
    pub(crate) fn new(server: &'a Server, players: Option<Players<'a>>) -> Self {
        Self {
            book: Book::new(server),
            players,
            keys: RefCell::default(),
            prepared: RefCell::default(),
        }
    }

    /// Whose calls these are.
    pub(crate) const fn server(&self) -> &'a Server {
        self.book.server()
    }

    /// What makes the links to recordings.
    pub(crate) const fn players(&self) -> Option<&Players<'a>> {
        self.players.as_ref()
    }

    /// Asks which calls Odoo has that began at `from` or later; where they are more than one answer holds, it stays unknown.
    ///
    /// # Errors
    /// [`OdooError`] when the question is not answered.
    pub(crate) async fn ask_for_keys<W: World>(
        &self,
        odoo: &Odoo<'_, W>,
        from: DateTime<Utc>,
    ) -> Result<(), OdooError> {
        // A device's clock may run ahead.
        let until = odoo.world().now() + TimeDelta::days(365);
        let question = keys_between(&self.server().id, from, until, 0);
        let held = odoo.call(&question).await?;
        let keys = (held.len() < KEYS_BATCH).then(|| Keys {
            from,
            held: held.into_iter().map(|HeldKey { key, .. }| key).collect(),
        });
        self.keys.replace(keys);
        Ok(())
    }

    /// The keys of those of `calls` that Odoo may have. All of them may be there from now on.
    pub(crate) fn maybe_there(&self, calls: &[&Call]) -> Vec<String> {
        let mut keys = self.keys.borrow_mut();
        let of_calls = calls.iter().map(|call| (key(&call.id), call.started_at));
        let may_be = of_calls.filter(|(key, started_at)| match &mut *keys {
            Some(Keys { from, held }) => started_at < from || !held.insert(key.clone()),
            None => true,
        });
        may_be.map(|(key, _)| key).collect()
    }

    /// Makes the rows of `calls` ahead of time, in the place of those that were made before.
    pub(crate) fn prepare(&self, calls: &[Seen]) {
        let rows = calls.iter().map(|seen| self.make(self.offered(&seen.call)));
        let rows = rows.map(|entry| (entry.key().to_owned(), entry)).collect();
        self.prepared.replace(rows);
    }

    /// The row of a call.
    pub(crate) fn entry(&self, call: &Call) -> Entry {
        let call = self.offered(call);
        let prepared = self.prepared.borrow_mut().remove(&key(&call.id));
        let same = prepared.filter(|entry| *entry.call() == call);
        same.unwrap_or_else(|| self.make(call))
    }

    /// The call as the journal is to show it.
    fn offered(&self, call: &Call) -> Call {
        let mut call = call.clone();
        if self.server().recordings.offer == Offer::Off {
            call.recordings.clear();
        }
        call
    }

    fn make(&self, call: Call) -> Entry {
        let server = self.server();
        let players = self.players().filter(|_| server.has_players());
        let pages = players.map(|players| players.pages(&call));
        let mut entry = journal::entry(server, &self.book, call);
        // Fields that nobody fills are left alone: the data module may be older.
        if !server.follow_up.is_off() {
            entry = entry.to_follow_up();
        }
        if server.has_copies() {
            entry = entry.to_be_copied();
        }
        match pages {
            Some(pages) => entry.with_players(&pages),
            None => entry,
        }
    }
}

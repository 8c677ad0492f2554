//! Calls into Odoo: find what is there, complete what differs, decide on contacts, write what is missing.

use std::collections::{HashMap, HashSet};

use futures::channel::oneshot;
use futures::future;
use serde::{Deserialize, Serialize};

use super::contacts::{Book, Found};
use super::known::Known;
use super::reading::SetAside;
use crate::config::{Offer, Server};
use crate::flows::reach::Odoo;
use crate::flows::recordings::Seals;
use crate::flows::report::count;
use calls::cdr::Call;
use calls::contacts::Standing;
use odoo_client::journal::bisect::{Bisect, Refused};
use odoo_client::journal::change::Change;
use odoo_client::journal::{self, Compared, Differing, Entry, Existing, NewRow, Plan, StoredLegs};
use odoo_client::{OdooError, Reaction};
use ports::World;

/// What was done with a page's calls.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) new: u32,
    pub(crate) new_sessions: HashSet<String>,
    pub(crate) changed: u32,
    pub(crate) unchanged: u32,
    pub(crate) contacts_created: u32,
    pub(crate) ambiguous: u32,
    pub(crate) refused: Vec<SetAside>,
    /// The last calls with a number that were created.
    pub(crate) last: Last,
}

/// The last calls with a number that were created, if any: who knows of them knows of all that were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Last {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    /// Key of the last one in vain among them, which some looks show alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) missed: Option<String>,
}

impl Last {
    /// The last of these and of those `before`, which were written earlier.
    pub(crate) fn after(self, before: Self) -> Self {
        Self {
            key: self.key.or(before.key),
            missed: self.missed.or(before.missed),
        }
    }
}

impl Written {
    /// Those of `calls` about which nothing was refused.
    pub(crate) fn delivered<'c>(&self, calls: &[&'c Call]) -> impl Iterator<Item = &'c Call> {
        let refused = self.refused.iter();
        let refused: HashSet<&str> = refused.filter_map(|row| row.session.as_deref()).collect();
        calls
            .iter()
            .copied()
            .filter(move |call| !refused.contains(call.id.session.as_str()))
    }
}

/// Whoever waits for the other end goes on as soon as Odoo is busy with rows to create, and is told so, or there is nothing left to do here: work
/// that begins then takes no time from the questions that Odoo answers in milliseconds.
pub(crate) type Busy = oneshot::Sender<()>;

/// Brings `calls` into the journal; what is `known` is not asked for. Doing it again does nothing more.
///
/// # Errors
/// [`OdooError`] when the rest has to wait for a later run; what was written until then stays.
pub(crate) async fn write<W: World>(
    odoo: &Odoo<'_, W>,
    known: &Known<'_>,
    calls: &[&Call],
    busy: Option<Busy>,
) -> Result<Written, OdooError> {
    let mut written = Written::default();
    let mut writer = Writer {
        odoo,
        known,
        busy,
        written: &mut written,
        overtaken: false,
        is_last: false,
    };
    let mut round = 1;
    let unchanged = loop {
        writer.is_last = round == ROUNDS;
        match writer.round(calls).await {
            // Another writer was first with some of the rows: what is there now has to be seen before going on.
            Err(error) if error.reaction() == Reaction::SearchAgain && round < ROUNDS => {
                odoo.let_a_replica_catch_up(round).await;
                round += 1;
            }
            ended => break ended?,
        }
    };
    let touched = written.new + written.changed + count(written.refused.len());
    written.unchanged = count(unchanged).min(count(calls.len()).saturating_sub(touched));
    Ok(written)
}

/// How often the rows are searched again after losing against another writer.
const ROUNDS: u32 = 4;

struct Writer<'a, 'o, W> {
    odoo: &'a Odoo<'o, W>,
    known: &'a Known<'a>,
    busy: Option<Busy>,
    written: &'a mut Written,
    /// Whether rows were left out because somebody else had changed them.
    overtaken: bool,
    /// Whether nothing is looked at again: what is still said to be there already is a row that the key's user may not see, of another company
    /// for instance.
    is_last: bool,
}

impl<W: World> Writer<'_, '_, W> {
    /// One pass: gives the number of calls that needed nothing.
    async fn round(&mut self, calls: &[&Call]) -> Result<usize, OdooError> {
        // What an earlier round was refused is asked for once more, and may be taken by now.
        self.written.refused.clear();
        let (known, unknown) = self.known.rows_of(calls);
        // The entries are made while Odoo searches.
        let entries = future::lazy(|_| -> Vec<Entry> {
            calls.iter().map(|call| self.known.entry(call)).collect()
        });
        let (existing, entries) = future::join(self.existing(known, &unknown), entries).await;
        let mut existing = existing?;
        let Compared {
            new,
            differing,
            undecided,
            unchanged,
        } = journal::compare(entries, &existing);
        let (completed, left) = self.complete(differing, &mut existing).await?;
        let entries = new.into_iter().chain(completed).chain(undecided);
        let decided = self.decide(entries.collect()).await?;
        let Plan {
            create,
            write,
            unchanged: same,
        } = journal::plan_writes(&existing, decided);
        self.create(create).await?;
        self.change(write).await?;
        Ok(unchanged + left + same)
    }

    /// The rows that are `known`, and those of the `unknown` keys.
    async fn existing(
        &self,
        known: Vec<Existing>,
        unknown: &[String],
    ) -> Result<Vec<Existing>, OdooError> {
        let mut existing = known;
        for call in journal::find(unknown.iter().map(String::as_str)) {
            existing.extend(self.odoo.call(&call).await?);
        }
        Ok(existing)
    }

    /// What differs may hold legs that another writer has seen and this one has not. The number left to a later version is given too.
    async fn complete(
        &self,
        differing: Vec<Differing>,
        existing: &mut [Existing],
    ) -> Result<(Vec<Entry>, usize), OdooError> {
        if differing.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let rows: Vec<i64> = differing.iter().map(|row| row.existing.id).collect();
        let stored = self.odoo.in_halves(&rows, journal::read_legs, |_| None);
        let stored = stored.await?;
        let (mut completed, mut renumbered) = (Vec::with_capacity(differing.len()), Vec::new());
        for row in &differing {
            let Some(whole) = row.complete(&stored, self.known) else {
                continue;
            };
            let is_other = |number: &&str| self.number(&whole.call).as_deref() != Some(*number);
            let found_by = row.found_by(&stored).filter(is_other);
            renumbered.extend(found_by.map(|number| (row, number)));
            completed.push(self.known.complete(whole));
        }
        let mut mistaken = self.mistaken(renumbered).await?;
        for row in existing {
            let said = stored.iter().find(|said| said.id == row.id);
            row.was_in_vain = said.map(StoredLegs::is_in_vain);
            row.mistaken = mistaken.remove(&row.id);
        }
        let left = differing.len() - completed.len();
        Ok((completed, left))
    }

    /// By the ids of their rows, what the bridge has found for calls that turn out to have another number: where the contact is still that one. Any
    /// other is a person's choice.
    async fn mistaken(
        &self,
        renumbered: Vec<(&Differing, &str)>,
    ) -> Result<HashMap<i64, Standing>, OdooError> {
        if renumbered.is_empty() {
            return Ok(HashMap::new());
        }
        // Nobody is made a contact of what is to be undone.
        let server = Server {
            create_contacts: false,
            ..self.known.server().clone()
        };
        let numbers = renumbered.iter();
        let numbers = numbers.map(|(row, number)| (&row.entry.call().id, *number));
        let found = Book::new(&server).whose(self.odoo, numbers).await?;
        let mistaken = renumbered.into_iter().filter_map(|(row, number)| {
            let standing = found.get(number)?;
            let is_it = standing.contact() == row.existing.contact;
            is_it.then(|| (row.existing.id, standing.clone()))
        });
        Ok(mistaken.collect())
    }

    fn number(&self, call: &Call) -> Option<String> {
        let number = self.known.book.number(call)?;
        Some(number.to_string())
    }

    /// Every entry with what is known of its contact; contacts that nobody has are made, if the server's settings say so.
    async fn decide(&mut self, entries: Vec<Entry>) -> Result<Vec<(Entry, Standing)>, OdooError> {
        let calls = entries.iter().map(Entry::call);
        let found = self.known.book.look_up(self.odoo, calls);
        // The rest of the entries is made while Odoo searches.
        let rest = future::lazy(|_| entries.iter().for_each(Entry::prepare));
        let (found, ()) = future::join(found, rest).await;
        let found: Found = found?;
        self.written.contacts_created += found.created;
        self.written.refused.extend(found.refused);
        let standings = found.standings;
        Ok(entries.into_iter().zip(standings).collect())
    }

    async fn create(&mut self, rows: Vec<NewRow>) -> Result<(), OdooError> {
        if let Some(busy) = self.busy.take().filter(|_| !rows.is_empty()) {
            // Nobody may wait.
            _ = busy.send(());
        }
        self.send(&rows).await
    }

    async fn change(&mut self, changes: Vec<Change>) -> Result<(), OdooError> {
        self.send(&changes).await?;
        match std::mem::take(&mut self.overtaken) {
            false => Ok(()),
            true => Err(OdooError::Overtaken),
        }
    }

    /// Sends rows in batches of a size that Odoo takes well; those that it refuses are set aside.
    async fn send<R: Row>(&mut self, rows: &[R]) -> Result<(), OdooError> {
        for batch in rows.chunks(journal::CREATE_BATCH) {
            match R::send(batch, self).await {
                Err(error) if self.is_of_a_row(&error) => self.isolate(batch, error).await?,
                sent => sent?,
            }
        }
        Ok(())
    }

    /// Writes the good rows of a batch that was refused, and sets the bad ones aside.
    async fn isolate<R: Row>(&mut self, rows: &[R], whole: OdooError) -> Result<(), OdooError> {
        let mut bisect = Bisect::new(rows.len());
        while let Some(range) = bisect.next_batch() {
            match R::send(&rows[range], self).await {
                Ok(()) => bisect.handle_accepted(),
                Err(error) if self.is_of_a_row(&error) => bisect.handle_refused(error),
                Err(error) => return Err(error),
            }
        }
        if bisect.all_refused() {
            return Err(whole);
        }
        let refused = bisect
            .refused()
            .iter()
            .map(|Refused { row, error }| rows[*row].refusal(error));
        self.written.refused.extend(refused);
        Ok(())
    }

    /// Whether a row is to blame, which stops no other.
    fn is_of_a_row(&self, error: &OdooError) -> bool {
        let is_there = matches!(error, OdooError::DuplicateKey { .. });
        error.reaction() == Reaction::SkipRow || self.is_last && is_there
    }
}

/// Why a row is set aside, for a place that may show the row as well.
fn why(error: &OdooError) -> String {
    match error {
        OdooError::DuplicateKey { .. } => UNSEEN.to_owned(),
        error => error.in_full(),
    }
}

/// What it comes down to that a record is there already, and is not found.
pub(super) const UNSEEN: &str = "there is one already that the bridge's user may not see";

/// A row on its way to Odoo.
trait Row: Sized {
    /// Writes all of `rows`, or none, and counts them.
    async fn send<W: World>(rows: &[Self], writer: &mut Writer<'_, '_, W>)
    -> Result<(), OdooError>;

    /// What is set aside where Odoo refuses the row.
    fn refusal(&self, error: &OdooError) -> SetAside;
}

impl Row for NewRow {
    async fn send<W: World>(
        rows: &[Self],
        writer: &mut Writer<'_, '_, W>,
    ) -> Result<(), OdooError> {
        writer.odoo.call(&Plan::create_call(rows)).await?;
        let written = &mut *writer.written;
        written.new += count(rows.len());
        let sessions = rows
            .iter()
            .filter_map(|row| row.values["x_session"].as_str());
        written.new_sessions.extend(sessions.map(str::to_owned));
        for row in rows.iter().filter(|row| row.values["x_number"].is_string()) {
            written.last.key = Some(row.key.clone());
            if row.is_in_vain() {
                written.last.missed = Some(row.key.clone());
            }
        }
        let ambiguous = rows
            .iter()
            .filter(|row| row.values["x_match"] == "ambiguous")
            .count();
        written.ambiguous += count(ambiguous);
        Ok(())
    }

    fn refusal(&self, error: &OdooError) -> SetAside {
        SetAside {
            session: self.values["x_session"].as_str().map(str::to_owned),
            reason: why(error),
            payload: self.values.to_string(),
            kept: false,
        }
    }
}

impl Row for Change {
    async fn send<W: World>(
        rows: &[Self],
        writer: &mut Writer<'_, '_, W>,
    ) -> Result<(), OdooError> {
        let overtaken = writer.odoo.change(rows).await?;
        writer.overtaken |= !overtaken.is_empty();
        writer.written.changed += count(rows.len().saturating_sub(overtaken.len()));
        Ok(())
    }

    /// Names its row: what could not be written is in its stored legs, or beside it.
    fn refusal(&self, error: &OdooError) -> SetAside {
        let key = &self.row.key;
        let mut payload = self.values.clone();
        payload["x_uid"] = key.as_str().into();
        SetAside {
            session: key.split_once('/').map(|(_, session)| session.to_owned()),
            reason: why(error),
            payload: payload.to_string(),
            kept: false,
        }
    }
}

/// The row of a call, without links to its recordings; its legs carry a seal where there are `seals`.
pub(crate) fn entry(
    server: &Server,
    book: &Book<'_>,
    seals: Option<Seals<'_>>,
    mut call: Call,
) -> Entry {
    if server.recordings.offer == Offer::Off {
        call.recordings.clear();
    }
    let number = book.number(&call).map(|number| number.to_string());
    let entry = Entry::new(call, number.as_deref()).of_company(server.company);
    match seals {
        Some(seals) => entry.sealed(|key, text| seals.seal(key, text)),
        None => entry,
    }
}

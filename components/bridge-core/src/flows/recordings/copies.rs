//! Copies of recordings in Odoo, one each, streamed out of the UCM with the memory of one piece.
//!
//! What is done is known from what Odoo holds: a copy is found by its key, with a unique index as the guard, and a call says what became of its
//! copies. A run that dies anywhere repeats a look, never a copy. Every try is noted before it begins, so that a recording whose copying kills
//! the run does not stand in the way of the others.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Refused, apart};
use crate::config::Server;
use crate::flows::reach::Odoo;
use crate::flows::reach::failure::Failure;
use crate::flows::reach::timed::{COPIED, STEP, Timed};
use crate::flows::recordings::sound::Format;
use crate::flows::recordings::{
    Facts, Opened, Refusal, Seals, State as Heard, Ticket, answer, locate,
};
use crate::flows::report::{Words, count};
use odoo_client::copy::{self, Due, State};
use odoo_client::journal::{self, Existing, Kept};
use odoo_client::{OdooError, Reaction, Said};
use ports::{Clock as _, HttpError, Pieces, Transfer, World};

/// What was done about copies.
#[derive(Debug, Default)]
pub(crate) struct Copied {
    /// Recordings copied.
    pub(crate) made: u32,
    /// Calls whose copies were removed after their time.
    pub(crate) removed: u32,
    /// Calls that Odoo does not change.
    pub(crate) refused: Vec<Refused>,
    /// Whether more can be done at once.
    pub(crate) more: bool,
}

/// Copies recordings of `server` as long as there is time.
///
/// # Errors
/// [`Failure`] when Odoo cannot be asked; what concerns a single recording is noted on its call.
pub(crate) async fn bring_in<'w, W: World + Transfer>(
    world: &Timed<'w, W>,
    odoo: &Odoo<'_, Timed<'w, W>>,
    server: &Server,
    seals: Option<Seals<'_>>,
    words: Words,
    copied: &mut Copied,
) -> Result<(), Failure> {
    if !server.has_copies() {
        return Ok(());
    }
    let since = server.recordings.kept_since(world.now()).map(datetime);
    let copying = &world.until(COPIED);
    let copier = Copier {
        world: copying,
        odoo,
        server,
        seals,
        words,
    };
    // Those that Odoo does not change stay the first that are due: they are passed over, or nobody would come behind them.
    let (mut tried, mut passed) = (0, 0);
    loop {
        let (now, most) = (datetime(world.now()), MOST_CALLS - tried);
        let due = copy::due(&server.id, since.as_deref(), &now, passed, most);
        let due = odoo.call(&due).await?;
        let ids: Vec<i64> = due.iter().map(|call| call.row.id).collect();
        let kept = odoo.in_halves(&ids, journal::read_legs, |_| None).await?;
        for call in &due {
            if !copying.has(STEP) {
                copied.more = true;
                return Ok(());
            }
            let kept = kept.iter().find(|kept| kept.id == call.row.id);
            match copier.copy(call, kept.map(|kept| &kept.kept)).await {
                Err(failure) if failure.is_out_of_time() => copied.more = true,
                Err(Failure::Odoo(error)) if error.reaction() == Reaction::SkipRow => {
                    copied.refused.push((call.row.key.clone(), error));
                    passed += 1;
                    continue;
                }
                made => copied.made += made?,
            }
            tried += 1;
        }
        if due.len() < most {
            return Ok(());
        }
        if tried == MOST_CALLS {
            copied.more = true;
            return Ok(());
        }
    }
}

/// Has the recordings of calls between two instants tried once more that were not copied and are not tried any more: a person has changed what stood in
/// the way. Gives the number of those calls that Odoo changes.
///
/// # Errors
/// [`OdooError`] when Odoo cannot be asked.
pub(crate) async fn try_again<W: World>(
    odoo: &Odoo<'_, W>,
    server: &Server,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<u32, OdooError> {
    let (from, until) = (datetime(from), datetime(until));
    let page = |after| copy::given_up(&server.id, &from, &until, after, journal::KEYS_BATCH);
    let calls = odoo.all(journal::KEYS_BATCH, page, |call| call.id).await?;
    let again = async |part: &[copy::Row]| {
        let noted = odoo.call(&copy::try_again(part)).await;
        noted.map(drop)
    };
    let mut changed = 0;
    for calls in calls.chunks(MOST_REMOVED) {
        // They are counted, not named.
        let refused = apart(calls, |_| "", again).await?;
        changed += calls.len() - refused.len();
    }
    Ok(count(changed))
}

/// Removes the copies whose time is over. First they go, then it is noted: whoever dies between the two does it again.
///
/// # Errors
/// [`Failure`] when Odoo cannot be asked.
pub(crate) async fn remove_outdated<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    server: &Server,
    copied: &mut Copied,
) -> Result<(), Failure> {
    let Some(since) = server.recordings.kept_since(world.now()) else {
        return Ok(());
    };
    let ids = |calls: &[Existing]| -> Vec<i64> { calls.iter().map(|call| call.id).collect() };
    let note = async |part: &[Existing]| {
        let noted = odoo.call(&copy::note_removed(&ids(part))).await;
        noted.map(drop)
    };
    let (since, mut after) = (datetime(since), 0);
    loop {
        let calls = copy::outdated(&server.id, &since, after, MOST_REMOVED);
        let calls = odoo.call(&calls).await?;
        let Some(last) = calls.last() else {
            return Ok(());
        };
        after = last.id;
        let copies = odoo.call(&copy::of_calls(&ids(&calls))).await?;
        if !copies.is_empty() {
            odoo.call(&copy::remove(&copies)).await?;
        }
        let refused = apart(&calls, |call| &call.key, note).await?;
        copied.removed += count(calls.len() - refused.len());
        let goes_on = calls.len() == MOST_REMOVED && !refused.is_empty();
        copied.refused.extend(refused);
        // Those that Odoo does not change come again with every run, and must not be all that a run looks at.
        if !goes_on {
            return Ok(());
        }
    }
}

/// The same for servers that no poll has done it of. Says what could not be done.
pub(crate) async fn remove_unpolled<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    servers: impl Iterator<Item = &Server>,
) -> Vec<String> {
    let mut remarks = Vec::new();
    for server in servers {
        let mut copied = Copied::default();
        let removed = remove_outdated(world, odoo, server, &mut copied).await;
        let refused = copied.refused.first().map(|(_, error)| error.to_string());
        let why = removed.err().map(|failure| failure.to_string()).or(refused);
        remarks.extend(why.map(|why| {
            format!(
                "{}: copies whose time is over could not be removed: {why}",
                server.id
            )
        }));
    }
    remarks
}

struct Copier<'a, 'o, W> {
    world: &'a W,
    odoo: &'a Odoo<'o, W>,
    server: &'a Server,
    seals: Option<Seals<'a>>,
    words: Words,
}

/// What became of the recordings of a call.
struct Outcome {
    /// The copies that are there; nothing where they were not looked for.
    copies: Option<Vec<i64>>,
    made: u32,
    missed: Vec<Missed>,
}

/// Why a recording was not copied.
struct Missed {
    state: State,
    why: String,
}

impl Missed {
    fn new(state: State, why: impl Into<String>) -> Self {
        Self {
            state,
            why: why.into(),
        }
    }
}

impl<W: World + Transfer> Copier<'_, '_, W> {
    /// Copies what is missing of one call, and gives the number of copies made.
    async fn copy(&self, due: &Due, kept: Option<&Kept>) -> Result<u32, Failure> {
        let next = datetime(self.world.now() + pause(due.tries()));
        self.odoo.call(&copy::begin(due, &next)).await?;
        let Outcome {
            copies,
            made,
            missed,
        } = match self.tickets(due, kept) {
            Ok(tickets) => self.copy_all(due, &tickets).await?,
            Err(why) => Outcome {
                copies: None,
                made: 0,
                missed: vec![why],
            },
        };
        let state = missed.iter().map(|missed| missed.state).max();
        let why = (missed.iter().rev()).max_by_key(|missed| missed.state);
        let ended = state.unwrap_or(State::Copied);
        let at = (ended != State::Waiting).then(|| datetime(self.world.now()));
        let why =
            why.map(|missed| Said::new(|language| (self.words.sentence)(language, &missed.why)));
        let end = copy::end(due, ended, why.as_ref(), copies.as_deref(), at.as_deref());
        // A call that got another leg meanwhile is due again, and the copies that were made are found.
        self.odoo.change(&[end]).await?;
        Ok(made)
    }

    async fn copy_all(&self, due: &Due, tickets: &[Ticket]) -> Result<Outcome, Failure> {
        let (mut copies, mut made, mut missed) = (Vec::new(), 0, Vec::new());
        let keys: Vec<String> = tickets.iter().map(|ticket| key(due, ticket)).collect();
        let there = self.odoo.call(&copy::find(due.row.id, &keys)).await?;
        for (ticket, key) in tickets.iter().zip(&keys) {
            if let Some(copy) = there.iter().find(|copy| copy.key == *key) {
                copies.push(copy.id);
                continue;
            }
            match self.copy_one(due, ticket, key).await? {
                Ok(copy) => {
                    copies.push(copy);
                    made += 1;
                }
                Err(why) => missed.push(why),
            }
        }
        Ok(Outcome {
            copies: Some(copies),
            made,
            missed,
        })
    }

    /// The recordings of the call that are kept still, by the legs that the bridge has stored with it.
    fn tickets(&self, due: &Due, kept: Option<&Kept>) -> Result<Vec<Ticket>, Missed> {
        let Some(seals) = self.seals else {
            // Once there is one, the call is due again as soon as it is written anew.
            let why = "without `link_secret` nothing tells the bridge's records of a call from those that somebody has added in Odoo";
            return Err(Missed::new(State::Refused, why));
        };
        let calls = kept.and_then(|kept| seals.calls(self.server, &due.row.key, kept));
        let Some(calls) = calls else {
            let why =
                "the records stored with this call do not carry the bridge's seal: replay its day";
            return Err(Missed::new(State::Refused, why));
        };
        let tickets: Vec<Ticket> = calls.iter().flat_map(Ticket::all_of).collect();
        if tickets.is_empty() {
            let why = "the names of the recordings are none that can be asked for";
            return Err(Missed::new(State::Refused, why));
        }
        // When the call was is in its legs; what stands beside them can be changed by people.
        let (recordings, now) = (&self.server.recordings, self.world.now());
        for ticket in &tickets {
            let kept = Refusal::check_kept(recordings, ticket, now);
            kept.map_err(|refusal| Missed::new(State::Removed, refusal.why.to_string()))?;
        }
        Ok(tickets)
    }

    /// Copies one recording. The outer error is one that the others would meet as well.
    async fn copy_one(
        &self,
        due: &Due,
        ticket: &Ticket,
        key: &str,
    ) -> Result<Result<i64, Missed>, Failure> {
        let (total, format, mut content) = match self.open(ticket).await {
            Ok(opened) => opened,
            Err(missed) => return Ok(Err(missed)),
        };
        let name = answer::file_name(ticket, &self.server.id, format.extension());
        let create = copy::create(due.row.id, key, &name, &format.media_type());
        let answer = self.odoo.upload(&create, total, &mut content).await;
        if let Some(error) = content.failed {
            let why = format!("the UCM did not give the whole recording: {error}");
            return Ok(Err(Missed::new(State::Waiting, why)));
        }
        match answer {
            Ok(ids) => match ids.first() {
                Some(id) => Ok(Ok(*id)),
                None => Ok(Err(Missed::new(State::Waiting, "Odoo gave no id for it"))),
            },
            // Another run was first with this one: its copy is there, and a moment later every replica knows of it.
            Err(OdooError::DuplicateKey { .. }) => {
                self.odoo.let_a_replica_catch_up(2).await;
                let there = self
                    .odoo
                    .call(&copy::find(due.row.id, &[key.to_owned()]))
                    .await?;
                let taken = Missed::new(
                    State::Refused,
                    "an attachment of another record has its key",
                );
                Ok(there.first().map(|copy| copy.id).ok_or(taken))
            }
            Err(error @ OdooError::RequestTooLarge) => {
                Ok(Err(Missed::new(State::TooLarge, error.to_string())))
            }
            Err(error) if error.reaction() == Reaction::SkipRow => {
                Ok(Err(Missed::new(State::Refused, error.to_string())))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The recording as it comes, how long it is and what it is in: where nobody says beforehand how long, it is passed over once to count it.
    async fn open(&self, ticket: &Ticket) -> Result<(u64, Format, Content<W::Body>), Missed> {
        let mut opened = self.locate(ticket, None).await?;
        if opened.is_partial && ticket.may_grow(self.world.now()) {
            return Err(Missed::new(
                State::Waiting,
                "the UCM may still be writing it",
            ));
        }
        let limit = self.server.recordings.most_copy_bytes;
        let total = match opened.facts.total {
            Some(total) => total,
            None => {
                let mut facts = opened.facts.clone();
                let total = measure(opened).await?;
                // With it the sizes in the header are put right.
                facts.total = Some(total);
                opened = self.locate(ticket, Some(&facts)).await?;
                total
            }
        };
        if total > limit {
            let why = format!(
                "it has {} MB, and copies of this server may have {} MB: see the server's settings, then replay its day",
                total.div_ceil(MB),
                limit / MB
            );
            return Err(Missed::new(State::TooLarge, why));
        }
        Ok((total, opened.facts.format, Content::new(opened, total)))
    }

    async fn locate(
        &self,
        ticket: &Ticket,
        known: Option<&Facts>,
    ) -> Result<Opened<W::Body>, Missed> {
        let opened = locate(self.world, self.server, ticket, known).await;
        opened.map_err(|refusal: Refusal| {
            let state = match refusal.state() {
                Heard::Gone => State::Gone,
                _ => State::Waiting,
            };
            Missed::new(state, refusal.why.to_string())
        })
    }
}

async fn measure<B: Pieces>(opened: Opened<B>) -> Result<u64, Missed> {
    let (mut total, mut rest) = (opened.first.len() as u64, opened.rest);
    loop {
        match rest.next().await {
            Ok(Some(piece)) => total += piece.len() as u64,
            Ok(None) => return Ok(total),
            Err(error) => return Err(Missed::new(State::Waiting, error.to_string())),
        }
    }
}

/// A recording on its way, of which exactly the announced bytes are passed on: neither a part nor more.
struct Content<B> {
    first: Option<Vec<u8>>,
    rest: B,
    left: u64,
    failed: Option<HttpError>,
}

impl<B> Content<B> {
    fn new(opened: Opened<B>, total: u64) -> Self {
        Self {
            first: Some(opened.first),
            rest: opened.rest,
            left: total,
            failed: None,
        }
    }
}

impl<B: Pieces> Pieces for Content<B> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, HttpError> {
        let piece = match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => self.rest.next().await,
        };
        let piece = match piece {
            Ok(Some(piece)) if piece.len() as u64 <= self.left => Ok(Some(piece)),
            Ok(None) if self.left == 0 => Ok(None),
            Ok(_) => Err(HttpError::Broken(
                "its length is not the one announced".into(),
            )),
            Err(error) => Err(error),
        };
        match &piece {
            Ok(piece) => self.left -= piece.as_ref().map_or(0, Vec::len) as u64,
            Err(error) => self.failed = Some(error.clone()),
        }
        piece
    }
}

/// The key of a copy. A session and a digest tell recordings apart wherever the device keeps them.
fn key(due: &Due, ticket: &Ticket) -> String {
    format!("{}/{}", due.row.key, ticket.id())
}

/// How long after a try the next one comes: five minutes, then twice as long each time, up to a day.
fn pause(tries: u32) -> Duration {
    let minutes = 5_u64.saturating_mul(1 << tries.min(16));
    Duration::from_secs(60 * minutes.min(24 * 60))
}

fn datetime(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// Calls whose recordings one run copies at most: what is not done in time waits for the next.
const MOST_CALLS: usize = 20;

/// Calls whose copies one run removes at most.
const MOST_REMOVED: usize = 200;

const MB: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_less_and_less_often_and_never_end() {
        let minutes = |tries| pause(tries).as_secs() / 60;
        assert_eq!(
            [0, 1, 2, 8, 9, u32::MAX].map(minutes),
            [5, 10, 20, 1280, 1440, 1440]
        );
    }
}

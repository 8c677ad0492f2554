//! Recordings that the records of their calls do not name (yet): the UCM is asked for them, call by call.
//!
//! Not every call is recorded, and nothing in a record tells the two apart. So every answered call of the look-back that has no recording is
//! asked about a few times, further and further apart; each poll asks about few, and where it is fruitless for long, about one. A UCM that
//! may not or cannot be asked is left alone for a day.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::Server;
use crate::flows::deliver::reading::Seen;
use crate::flows::reach::timed::STEP;
use crate::flows::reach::ucm;
use crate::flows::recordings::named;
use crate::state::key::{self, About};
use crate::state::{self, Journal, Stored};
use calls::cdr::{Call, Leg, Outcome};
use ports::{KeyValue, StoreError, World};
use ucm_client::Dialect;
use ucm_client::{Answer, Client, Operation, Saved, UcmError};

/// The answered calls of a poll that have no recording.
#[derive(Default)]
pub(crate) struct Unnamed(BTreeMap<String, Call>);

impl Unnamed {
    /// Takes note of a page's calls, as far as they began since `since`. A call may be on two pages, each with some of its legs.
    pub(crate) fn note(&mut self, calls: &[Seen], since: DateTime<Utc>) {
        for call in calls.iter().map(|seen| &seen.call) {
            if let Some(known) = self.0.remove(&call.id.session) {
                let whole = known.with_legs(call.legs.clone());
                self.0.insert(call.id.session.clone(), whole);
            } else if call.outcome == Outcome::Answered && call.started_at >= since {
                self.0.insert(call.id.session.clone(), call.clone());
            }
        }
    }

    /// The latest first: they are listened to soonest.
    fn calls(&self) -> Vec<&Call> {
        let unnamed = self.0.values().filter(|call| call.recordings.is_empty());
        let mut calls: Vec<&Call> = unnamed.collect();
        calls.sort_by_key(|call| std::cmp::Reverse(call.started_at));
        calls
    }
}

/// What came of asking.
#[derive(Default)]
pub(crate) struct Named {
    /// Calls whose recordings have names now.
    pub(crate) calls: Vec<Call>,
    /// Requests sent to the UCM.
    pub(crate) requests: u32,
    /// Why it cannot be asked, where it cannot.
    pub(crate) refused: Option<String>,
    asked: Asked,
}

impl Named {
    /// Keeps what was asked, once Odoo has what was found.
    pub(crate) fn keep(
        &self,
        store: &impl KeyValue,
        journal: &Journal,
        server: &Server,
    ) -> Result<(), StoreError> {
        match self.requests {
            0 => Ok(()),
            _ => state::save(store, &asked_key(journal, server), &self.asked),
        }
    }
}

/// Asks for the recordings of what is `unnamed`, as long as there is time. What the UCM answers stops no poll.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read or kept.
pub(crate) async fn ask(
    world: &impl World,
    journal: &Journal,
    server: &Server,
    unnamed: &Unnamed,
) -> Result<Named, StoreError> {
    let mut named = Named::default();
    let now = world.now();
    if !server.has_players() || server.dialect != Dialect::Action {
        return Ok(named);
    }
    let calls = unnamed.calls();
    if calls.is_empty() {
        return Ok(named);
    }
    named.asked = state::load(world, &asked_key(journal, server))?.unwrap_or_default();
    named.asked.forget_before(now - server.look_back - MARGIN);
    if let Some(why) = named.asked.refusal(server, now) {
        named.refused = Some(why.to_owned());
        return Ok(named);
    }
    let due = calls
        .into_iter()
        .filter(|call| named.asked.is_due(call, now));
    let due: Vec<&Call> = due.take(named.asked.most()).collect();
    let mut inquiry = Inquiry::open(world, server)?;
    for call in due {
        if !world.has(STEP) {
            break;
        }
        match inquiry.legs_of(call, &mut named.requests).await? {
            Ok(legs) => {
                named.asked.note(call, !legs.is_empty(), now);
                if !legs.is_empty() {
                    named.calls.push(call.clone().with_legs(legs));
                }
            }
            Err(error) => {
                if is_lasting(&error) {
                    named.asked.refuse(server, &error, now);
                    named.refused = Some(error.to_string());
                }
                break;
            }
        }
    }
    named.asked.forget_surplus();
    Ok(named)
}

/// The dialogue with one UCM, which is not waited for.
struct Inquiry<'a, W> {
    world: &'a W,
    server: &'a Server,
    client: Client,
}

impl<'a, W: World> Inquiry<'a, W> {
    fn open(world: &'a W, server: &'a Server) -> Result<Self, StoreError> {
        let saved = world.get(&key::of(&server.id, key::What::Session))?;
        let saved = saved.and_then(|bytes| Saved::from_bytes(&bytes).ok());
        Ok(Self {
            world,
            server,
            client: Client::new(server.account(), saved).with_wait_budget(Duration::ZERO),
        })
    }

    /// The legs of `call` whose recordings the UCM names, with them.
    async fn legs_of(
        &mut self,
        call: &Call,
        requests: &mut u32,
    ) -> Result<Result<Vec<Leg>, UcmError>, StoreError> {
        let mut legs = Vec::new();
        for leg in named::may_be_recorded(call) {
            let acct_id = leg.acct_id.clone();
            let operation = Operation::RecordingInfo { acct_id };
            let (world, id) = (self.world, &self.server.id);
            match ucm::ask(world, &mut self.client, id, operation, requests).await? {
                Ok(Answer::RecordingInfo(info)) => {
                    legs.extend(named::with_recordings(call, leg, &info.files));
                }
                // The UCM has no such leg any more, or nothing for it.
                Ok(_) | Err(UcmError::NoSuchItem { .. }) => {}
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(legs))
    }
}

/// Whether asking again soon is of no use.
fn is_lasting(error: &UcmError) -> bool {
    match error {
        UcmError::Permission { .. }
        | UcmError::Unsupported { .. }
        | UcmError::Protocol(_)
        | UcmError::Configuration(_)
        | UcmError::TooLarge { .. } => true,
        UcmError::Unavailable(_)
        | UcmError::Busy { .. }
        | UcmError::Credentials(_)
        | UcmError::NoSuchItem { .. }
        | UcmError::Uncertain { .. }
        | UcmError::NothingBegun => false,
    }
}

/// What was asked already. Losing it costs the questions again.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Asked {
    /// By a digest of the session, which holds a number.
    calls: BTreeMap<String, Tries>,
    /// Calls in a row about which the last question was as fruitless as those before.
    fruitless: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<Refused>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Tries {
    /// When the call began, in seconds since 1970.
    at: i64,
    tries: u8,
    /// When to ask again, in seconds since 1970; nothing where that is over.
    next: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Refused {
    until: DateTime<Utc>,
    revision: String,
    why: String,
}

impl Stored for Asked {
    const VERSION: u32 = 1;
}

impl Asked {
    fn forget_before(&mut self, horizon: DateTime<Utc>) {
        self.calls
            .retain(|_, tries| tries.at >= horizon.timestamp());
    }

    /// Forgets the earliest calls beyond what a value of the store holds: at worst they are asked about again.
    fn forget_surplus(&mut self) {
        let surplus = self.calls.len().saturating_sub(MOST_REMEMBERED);
        if surplus == 0 {
            return;
        }
        let mut begins: Vec<i64> = self.calls.values().map(|tries| tries.at).collect();
        begins.sort_unstable();
        let since = begins[surplus];
        self.calls.retain(|_, tries| tries.at >= since);
    }

    /// Why the UCM is not to be asked, as long as that holds; other settings may change it.
    fn refusal(&self, server: &Server, now: DateTime<Utc>) -> Option<&str> {
        let refused = self.refused.as_ref()?;
        let is_over = state::has_come(refused.until, now, REST);
        let holds = !is_over && refused.revision == server.revision;
        holds.then_some(refused.why.as_str())
    }

    fn refuse(&mut self, server: &Server, error: &UcmError, now: DateTime<Utc>) {
        self.refused = Some(Refused {
            until: now + REST,
            revision: server.revision.clone(),
            why: error.to_string(),
        });
    }

    fn is_due(&self, call: &Call, now: DateTime<Utc>) -> bool {
        let ended = call.ended_at.unwrap_or(call.started_at);
        match self.calls.get(&digest(call)) {
            Some(tries) => {
                let next = tries
                    .next
                    .and_then(|next| DateTime::from_timestamp(next, 0));
                next.is_some_and(|next| state::has_come(next, now, LONGEST_PAUSE))
            }
            None => now - ended >= WRITING,
        }
    }

    fn most(&self) -> usize {
        if self.fruitless < DISCOURAGED {
            MOST_CALLS
        } else {
            1
        }
    }

    fn note(&mut self, call: &Call, is_named: bool, now: DateTime<Utc>) {
        let tries = self.calls.get(&digest(call)).map_or(0, |tries| tries.tries);
        let pause = PAUSES.get(usize::from(tries)).filter(|_| !is_named);
        self.fruitless = match (is_named, pause) {
            (true, _) => 0,
            (false, Some(_)) => self.fruitless,
            (false, None) => self.fruitless.saturating_add(1),
        };
        self.calls.insert(
            digest(call),
            Tries {
                at: call.started_at.timestamp(),
                tries: tries + 1,
                next: pause.map(|pause| (now + *pause).timestamp()),
            },
        );
    }
}

fn digest(call: &Call) -> String {
    let digest = Sha256::digest(&call.id.session);
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn asked_key(journal: &Journal, server: &Server) -> String {
    journal.of(&server.id, About::RecordingNames)
}

/// Calls that one poll asks about: some 200 ms of a device that answers as usual.
const MOST_CALLS: usize = 10;
/// Calls of which it is remembered what was asked: some 70 bytes each of the 400,000 that every store takes.
const MOST_REMEMBERED: usize = 5_000;
/// After so many calls without a recording, a server seems to record little: one call a poll is then enough to notice if that changes.
const DISCOURAGED: u32 = 30;
/// Between the questions about one call; after the last there is none any more.
const PAUSES: [TimeDelta; 2] = [TimeDelta::minutes(10), LONGEST_PAUSE];
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// How long after its end a call may still be without names although nothing is late.
const WRITING: TimeDelta = TimeDelta::minutes(1);
/// How long a UCM that may not be asked is left alone, unless its settings change.
const REST: TimeDelta = TimeDelta::days(1);
/// How much longer than the look-back it is remembered what was asked.
const MARGIN: TimeDelta = TimeDelta::hours(27);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::memory::Memory;

    #[test]
    fn what_was_asked_of_a_busy_day_fits_into_a_value() {
        let mut asked = Asked::default();
        for at in 0..20_000 {
            let tries = Tries {
                at: 1_780_000_000 + at,
                tries: 1,
                next: Some(1_780_000_600 + at),
            };
            asked.calls.insert(format!("{at:016x}"), tries);
        }
        asked.forget_surplus();
        let store = Memory::default();
        state::save(&store, "asked", &asked).unwrap();
        assert!(store.0.borrow()["asked"].len() < state::MOST_VALUE_BYTES);
        assert_eq!(asked.calls.len(), MOST_REMEMBERED);
        assert!(asked.calls.contains_key(&format!("{:016x}", 19_999)));
    }
}

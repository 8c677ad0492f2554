//! The proof of completeness: per server and day, the calls that the UCM holds beside the calls that Odoo holds.
//!
//! What the UCM holds is counted in another way than the polls read it, so that the proof can disagree with them: see `tally`.
//!
//! Calls are compared by key and field by field, so that one that was deleted in Odoo shows, and one that was altered there as well,
//! whatever its fingerprint says. What people decide (notes, contacts) is not compared and not touched. A difference is healed by a replay
//! of the day; what cannot be healed stays visible, and is tried again.
//!
//! It runs by itself once a day over the last days, in the time that the polls of a tick have left; what it has proved is kept, so that the
//! next tick goes on where this one ended.

mod completeness;
mod day;
mod proof;
mod seen;
mod tally;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::Serialize;

pub use completeness::{Attempt, Completeness};
pub use proof::DayProof;

use self::day::Day;
use self::proof::Prover;
use super::period::Period;
use super::roster::{self, Roster, TICK};
use crate::config::{Config, Server};
use crate::flows::poll::reader::Reader;
use crate::flows::reach::Odoo;
use crate::flows::reach::timed::{STEP, Timed, WHOLE};
use crate::state::key::{self, About};
use crate::state::{self, Journal, Lease, Progress, Proving, Schedule, standstill};
use ports::{Clock as _, StoreError, World};

/// What a proof on demand found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proved {
    /// The server's id.
    pub server: String,
    /// Whether Odoo has every call of these days that the UCM holds, as it was.
    pub whole: bool,
    /// The days, in order.
    pub days: Vec<DayProof>,
    /// Why it ended before its time, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<Attempt>,
    /// Where to go on, when the time of the run was used up: give it as `from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub go_on_from: Option<NaiveDate>,
}

/// Proves the days of `period` of one server, and heals them. `None` when there is no such server, or its settings are refused.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read or kept.
pub async fn prove(
    world: &impl World,
    config: &Config,
    id: &str,
    period: Period,
) -> Result<Option<Proved>, StoreError> {
    let world = &Timed::new(world, config.run_budget);
    let Some(server) = &roster::find(world, config, id).await? else {
        return Ok(None);
    };
    let odoo = Odoo::remembering(world, &config.odoo);
    let (first, last) = (period.from.date(), period.until.date());
    let dates: Vec<NaiveDate> = first
        .iter_days()
        .take_while(|date| *date <= last)
        .take(MOST_DAYS)
        .collect();
    let task = Task {
        world,
        config,
        server,
        odoo: &odoo,
        by_hand: true,
    };
    let done = task.carry_out(&dates).await?;
    let go_on_from = done
        .left
        .or_else(|| dates.last()?.succ_opt().filter(|next| *next <= last));
    Ok(Some(Proved {
        server: id.to_owned(),
        whole: done.failed.is_none()
            && go_on_from.is_none()
            && done.days.iter().all(DayProof::is_whole),
        days: done.days,
        go_on_from: go_on_from.filter(|_| done.failed.is_none()),
        failed: done.failed,
    }))
}

/// Proves what is due, in the time that is left, and says in lines of a log what it found.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read or kept.
pub(crate) async fn prove_due(
    world: &Timed<'_, impl World>,
    config: &Config,
    schedule: &Schedule,
) -> Result<Vec<String>, StoreError> {
    let now = world.now();
    let Some(proving) = schedule.proving.filter(|proving| proving.at <= now) else {
        return Ok(Vec::new());
    };
    let proving = proving.of_this_night(now);
    if standstill::check(world).is_err() {
        // What could not be asked is nobody's fault: it stays due.
        return Ok(Vec::new());
    }
    let world = &world.until(WHOLE);
    let odoo = Odoo::remembering(world, &config.odoo);
    // Before anything is read of what was remembered; an Odoo that is away fails every proof.
    _ = odoo.confirm().await;
    let journal = odoo.journal()?;
    let roster = Roster::as_last_known(world, config)?;
    let (mut lines, mut whole, mut timely) = (Vec::new(), true, true);
    let polled = roster.servers.iter().filter(|server| server.polled);
    for server in roster::in_turn(polled, now, TICK) {
        let (dates, waits) = due_days(world, &journal, server, proving.round, now)?;
        let task = Task {
            world,
            config,
            server,
            odoo: &odoo,
            by_hand: false,
        };
        let done = task.carry_out(&dates).await?;
        lines.extend(done.lines(&server.id));
        timely &= done.left.is_none();
        whole &= !waits && done.failed.is_none() && done.days.iter().all(DayProof::is_whole);
    }
    let next = match (timely, whole) {
        (false, _) => proving,
        (true, false) => Proving {
            at: (now + AGAIN).min(Proving::after(now).at),
            ..proving
        },
        (true, true) => Proving::after(now),
    };
    if next != proving {
        let mut schedule = Schedule::load(world, journal.place())?;
        schedule.proving = Some(next);
        schedule.save(world, journal.place())?;
    }
    Ok(lines)
}

impl Proving {
    /// The same in the round that is on at `now`: one that never comes to its end, for a day that cannot be healed, is over when the next one begins.
    fn of_this_night(self, now: DateTime<Utc>) -> Self {
        let begun = Self::after(now).round - Days::new(1);
        Self {
            round: self.round.max(begun),
            ..self
        }
    }

    /// The first round after `now`: at night, when a day has just ended in Europe and the offices are closed.
    pub(crate) fn after(now: DateTime<Utc>) -> Self {
        let hour = NaiveTime::MIN + AT_NIGHT;
        let today = now.date_naive().and_time(hour).and_utc();
        let at = if today > now {
            today
        } else {
            today + Days::new(1)
        };
        Self { round: at, at }
    }
}

/// The last days, and those that were not whole, as far as they are not proved in this round; and whether one that was not whole waits until it is
/// worth another try. What a first import has not brought yet, and what lies before it, is not missing.
fn due_days(
    world: &impl World,
    journal: &Journal,
    server: &Server,
    round: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(Vec<NaiveDate>, bool), StoreError> {
    let progress: Option<Progress> = state::load(world, &journal.of(&server.id, About::Progress))?;
    let Some(since) = progress
        .filter(|progress| progress.cursor.is_some() && progress.importing.is_none())
        .and_then(|progress| progress.since)
    else {
        return Ok((Vec::new(), false));
    };
    let known = Completeness::load(world, journal, &server.id)?;
    let first = Day::at(server, since).date;
    let today = Day::at(server, now);
    let lately = today.before(LAST_DAYS);
    let damaged = known
        .days
        .iter()
        .filter(|proof| !proof.is_whole())
        .map(|proof| proof.day);
    let is_new = |proof: &DayProof| proof.at >= round && proof.at <= now;
    let waits = |proof: &DayProof| !proof.is_whole() && proof.at > now - AGAIN;
    let is_due = |date: &NaiveDate| {
        let proof = known.of_day(*date);
        proof.is_none_or(|proof| !is_new(proof) || !(proof.is_whole() || waits(proof)))
    };
    let days = lately.chain(damaged).filter(|date| *date > first);
    let (mut dates, others): (Vec<NaiveDate>, Vec<NaiveDate>) = days.partition(is_due);
    dates.sort_unstable();
    dates.dedup();
    let is_left = |date: &NaiveDate| known.of_day(*date).is_some_and(waits);
    Ok((dates, others.iter().any(is_left)))
}

/// Days of one server to be proved.
struct Task<'a, 'w, W> {
    world: &'a Timed<'w, W>,
    config: &'a Config,
    server: &'a Server,
    odoo: &'a Odoo<'a, Timed<'w, W>>,
    by_hand: bool,
}

#[derive(Default)]
struct Done {
    days: Vec<DayProof>,
    failed: Option<Attempt>,
    /// The first day that there was no time for.
    left: Option<NaiveDate>,
}

impl<W: World> Task<'_, '_, W> {
    /// Proves `dates`, where nothing and nobody stands in the way.
    async fn carry_out(&self, dates: &[NaiveDate]) -> Result<Done, StoreError> {
        let Some(first) = dates.first() else {
            return Ok(Done::default());
        };
        if let Some(reason) = self.obstacle()? {
            return Ok(Done {
                left: Some(*first).filter(|_| self.server.polled && !self.by_hand),
                failed: Some(self.attempt(reason)),
                ..Done::default()
            });
        }
        let lease = key::of(&self.server.id, key::What::ProofLease);
        if !self.world.take_lease(lease)? {
            // Whoever is at it keeps what they find, and it is none of their failures that somebody else has come.
            return Ok(Done {
                left: Some(*first).filter(|_| !self.by_hand),
                failed: self.by_hand.then(|| self.attempt(UNDER_WAY.to_owned())),
                ..Done::default()
            });
        }
        let done = self.day_by_day(dates).await;
        self.world.give_lease_back()?;
        done
    }

    /// Day by day, as long as one fits into the time; each is kept at once.
    async fn day_by_day(&self, dates: &[NaiveDate]) -> Result<Done, StoreError> {
        let mut done = Done::default();
        let key = self.odoo.journal()?.of(&self.server.id, About::Progress);
        let progress: Option<Progress> = state::load(self.world, &key)?;
        let mut prover = Prover {
            world: self.world,
            config: self.config,
            server: self.server,
            odoo: self.odoo,
            reader: Reader::open(self.world, self.server, self.by_hand)?,
            utc_offset_secs: progress.and_then(|progress| progress.utc_offset_secs),
        };
        // A day that did not fit into what other work had left may fit into the next run; one that had most of a run does not.
        let had_time = self.world.has(self.config.run_budget / 2);
        let mut longest = STEP;
        for date in dates {
            if !self.world.has(longest) {
                done.left = Some(*date);
                break;
            }
            let began = self.world.now();
            match prover.prove(Day::of(self.server, *date)).await {
                Ok(proof) => {
                    self.keep(|known| {
                        known.note(proof.clone());
                        known.failed = None;
                    })?;
                    done.days.push(proof);
                    let took = (self.world.now() - began).to_std().unwrap_or_default();
                    longest = longest.max(took);
                }
                Err(failure) if failure.is_out_of_time() && !(had_time && done.days.is_empty()) => {
                    done.left = Some(*date);
                    break;
                }
                Err(failure) => {
                    done.failed = Some(self.attempt(failure.to_string()));
                    break;
                }
            }
        }
        // What failed before stays so where there was no time to look again.
        if done.failed.is_some() {
            self.keep(|known| known.failed.clone_from(&done.failed))?;
        }
        Ok(done)
    }

    /// Changes what is known of the server. It is read anew each time: of two who have begun in the same moment neither takes the other's days
    /// away for good.
    fn keep(&self, change: impl FnOnce(&mut Completeness)) -> Result<(), StoreError> {
        let journal = self.odoo.journal()?;
        let mut known = Completeness::load(self.world, &journal, &self.server.id)?;
        change(&mut known);
        known.save(self.world, &journal, &self.server.id)
    }

    /// Why nothing can be proved just now.
    fn obstacle(&self) -> Result<Option<String>, StoreError> {
        if !self.server.polled {
            return Ok(Some(
                "this UCM only pushes its records: the bridge cannot read what it holds".to_owned(),
            ));
        }
        let lease = key::of(&self.server.id, key::What::Lease);
        let taken = Lease::held(self.world, &lease, self.world.now())?;
        Ok(taken.map(|_| {
            "a synchronisation of this UCM is under way: try again in a minute".to_owned()
        }))
    }

    fn attempt(&self, reason: String) -> Attempt {
        Attempt {
            at: self.world.now(),
            reason,
        }
    }
}

impl Done {
    fn lines(&self, server: &str) -> Vec<String> {
        let days = self.days.iter().map(|proof| {
            let DayProof { day, ucm, odoo, missing, altered, only_in_odoo, .. } = proof;
            format!(
                "server={server} day={day} ucm={ucm} odoo={odoo} missing={missing} altered={altered} only_in_odoo={only_in_odoo} healed={}",
                proof.healed()
            )
        });
        let failed = self.failed.iter().map(|failed| {
            format!(
                "server={server} the proof of completeness ended early: {}",
                failed.reason
            )
        });
        days.chain(failed).collect()
    }
}

/// What is said to a person who comes second.
const UNDER_WAY: &str = "a proof of this UCM is under way: try again in a minute";
/// How many days the daily round looks at: over a week, a person who came back from holiday has seen it.
const LAST_DAYS: u64 = 7;
/// Most days of one proof on demand; it says where to go on.
const MOST_DAYS: usize = 366;
/// When the daily round begins, UTC.
const AT_NIGHT: TimeDelta = TimeDelta::minutes(130);
/// When a round that found what it could not heal, or a UCM that did not answer, looks again.
const AGAIN: TimeDelta = TimeDelta::hours(1);

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::{DateTime, Utc};
    use futures::FutureExt as _;

    use super::{Attempt, Completeness, DayProof, Proving, prove};
    use crate::config::Config;
    use crate::flows::period::Period;
    use crate::state::Journal;
    use crate::state::memory::Memory;
    use ports::{Chance, Clock, Http, HttpError, KeyValue, StoreError, Timeouts};

    /// A world in which nobody answers and no time passes.
    #[derive(Default)]
    struct Deserted(Memory);

    impl Http for Deserted {
        async fn send(
            &self,
            _: http::Request<Vec<u8>>,
            _: Timeouts,
        ) -> Result<http::Response<Vec<u8>>, HttpError> {
            Err(HttpError::TimedOut)
        }
    }

    impl Clock for Deserted {
        fn now(&self) -> DateTime<Utc> {
            DateTime::UNIX_EPOCH
        }

        async fn sleep(&self, _: Duration) {}
    }

    impl Chance for Deserted {
        fn unique(&self) -> u64 {
            7
        }
    }

    impl KeyValue for Deserted {
        fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
            self.0.get(key)
        }

        fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
            self.0.set(key, value)
        }

        fn delete(&self, key: &str) -> Result<(), StoreError> {
            self.0.delete(key)
        }

        fn keys(&self) -> Result<Vec<String>, StoreError> {
            self.0.keys()
        }
    }

    #[test]
    fn a_proof_that_there_is_no_time_for_leaves_what_failed_before() {
        let config = Config::read(|name| {
            let value = match name {
                "odoo_url" => "https://odoo.example.com",
                "odoo_db" => "main",
                "odoo_login" => "bridge@example.com",
                "odoo_api_key" => "k-123",
                "run_budget_secs" => "5",
                "ucm_servers" => {
                    r#"[{"id":"paris","host":"ucm.example.com","password":"p4ss","country":"fr"}]"#
                }
                _ => return None,
            };
            Some(value.to_owned())
        });
        let config = Config {
            run_budget: Duration::ZERO,
            ..config.unwrap()
        };
        let world = Deserted::default();
        let journal = Journal::last_met(&world, &config.odoo).unwrap();
        let before = Completeness {
            days: Vec::new(),
            failed: Some(Attempt {
                at: DateTime::UNIX_EPOCH,
                reason: "no answer in time".to_owned(),
            }),
        };
        before.save(&world, &journal, "paris").unwrap();
        let period = Period::parse("2026-06-12", "2026-06-12").unwrap();
        let proved = prove(&world, &config, "paris", period).now_or_never();
        let proved = proved.unwrap().unwrap().unwrap();
        assert_eq!(proved.go_on_from, Some(period.from.date()));
        let after = Completeness::load(&world, &journal, "paris").unwrap();
        assert_eq!(after, before);
    }

    #[test]
    fn nothing_is_said_to_be_whole_that_was_never_proved() {
        let proved = |missing: u32| Completeness {
            days: vec![DayProof {
                day: "2026-06-15".parse().unwrap(),
                zone: "UTC".to_owned(),
                at: DateTime::UNIX_EPOCH,
                ucm: 1,
                odoo: 1 - missing,
                missing,
                altered: 0,
                altered_fields: std::collections::BTreeSet::new(),
                only_in_odoo: 0,
                unreadable: 0,
                still_missing: missing,
                still_altered: 0,
                why: None,
            }],
            failed: None,
        };
        let (whole, damaged, never) = (proved(0), proved(1), Completeness::default());
        let failed = Completeness {
            days: Vec::new(),
            failed: Some(Attempt {
                at: DateTime::UNIX_EPOCH,
                reason: "no answer in time".to_owned(),
            }),
        };
        for (servers, expected) in [
            (vec![], None),
            (vec![&never], None),
            (vec![&whole], Some(true)),
            (vec![&damaged], Some(false)),
            (vec![&failed], Some(false)),
            (vec![&whole, &never], None),
            (vec![&never, &whole, &damaged], Some(false)),
        ] {
            assert_eq!(
                Completeness::are_whole(servers.clone()),
                expected,
                "{servers:?}"
            );
        }
    }

    #[test]
    fn a_round_begins_at_night_and_never_twice_on_a_day() {
        let check = |now: &str, expected: &str| {
            let now: DateTime<Utc> = now.parse().unwrap();
            assert_eq!(Proving::after(now).at.to_rfc3339(), expected);
        };
        check("2026-06-15T14:30:00Z", "2026-06-16T02:10:00+00:00");
        check("2026-06-15T02:09:59Z", "2026-06-15T02:10:00+00:00");
        check("2026-06-15T02:10:00Z", "2026-06-16T02:10:00+00:00");
    }
}

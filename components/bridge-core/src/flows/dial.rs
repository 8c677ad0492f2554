//! Calls that people in Odoo ask for: an order is claimed in Odoo, dialled at the UCM once at most, and answered in Odoo.
//!
//! A click makes an order and sends a hint ([`hint`]), which is no order by itself: the component claims the order in Odoo, as does the timer
//! (`sweep`) what no hint came for. Whoever claims it alone dials (`place`). What happens between the claim and the answer of the UCM cannot be
//! known by anybody else, so an order that nobody has answered is never dialled again. Later a call is found for it (`link`).

pub mod hint;

mod link;
mod place;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::reach::Odoo;
use super::reach::timed::{DIALLED, STEP, Timed};
use super::report::Words;
use super::{roster, show};
use crate::config::{Config, Server};
use calls::language::Language;
use calls::order::{Placed, Reason, State};
use odoo_client::notice::{self, Answer};
use odoo_client::order::{self, Claimed, Order, Outcome, Sought, Wished};
use odoo_client::{OdooError, link as links};
use ports::{Chance as _, Clock as _, StoreError, World};

pub(crate) use link::Waiting;
pub use link::settle;
pub use odoo_client::order::Wish;

/// Why an order could not be carried out or asked for, other than by what became of it.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// Odoo does not answer as asked, or its data module is older than this bridge.
    #[error("{0}")]
    Odoo(#[from] OdooError),
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Carries out the order that a hint names, if it still waits. Where it is not there yet, its transaction may still go on: it is looked for until
/// the timer does.
///
/// # Errors
/// [`DialError`] when the order could not be claimed, or what came of it could not be noted.
pub async fn hinted(
    world: &impl World,
    config: &Config,
    order: i64,
    words: Words,
) -> Result<(), DialError> {
    let world = &Timed::new(world, config.run_budget);
    let mut desk = Desk::open(world, config, words, ALMOST_ALL)?;
    let mut pauses = UNTIL_COMMITTED.into_iter();
    let claimed = loop {
        let (claimed, _) = desk.carry_out(Sought::This(order)).await?;
        match pauses.next() {
            Some(pause) if claimed.missing => world.sleep(pause).await,
            _ => break claimed,
        }
    };
    let is_settled = !claimed.claimed.is_empty() || claimed.missing;
    if !is_settled && claimed.open.iter().all(|open| open.id != order) {
        // Nobody has claimed it: perhaps its server was switched on a moment ago.
        desk.servers = roster::read_anew(world, &desk.odoo, config).await?;
        desk.carry_out(Sought::This(order)).await?;
    }
    Ok(())
}

/// Carries out every order that waits, and gives what a call may still come of. Two requests to Odoo where nothing waits.
///
/// # Errors
/// [`DialError`] when orders could not be claimed, or what came of them could not be noted.
pub(crate) async fn sweep(
    world: &Timed<'_, impl World>,
    config: &Config,
    words: Words,
) -> Result<Waiting, DialError> {
    let world = &world.until(DIALLED);
    let desk = Desk::open(world, config, words, DIALLED * 2 / 3)?;
    loop {
        let (claimed, placed) = desk.carry_out(Sought::Longest).await?;
        if placed.is_none() || !desk.has_time() {
            return Ok(Waiting {
                orders: claimed.open,
                servers: desk.servers,
                campaigns: claimed.campaigns,
            });
        }
    }
}

/// What became of what a program asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It was carried out now.
    Placed {
        /// Database id of the order.
        order: i64,
        /// What is known of it.
        placed: Placed,
    },
    /// It is an order already, and this is the state that its record has.
    Known {
        /// Database id of the order.
        order: i64,
        /// Its state.
        state: String,
    },
    /// It is no order, for the reason that a record would have.
    Refused(String),
}

/// Makes an order for a program and carries it out.
///
/// # Errors
/// [`DialError`] when it could not be made or claimed, or what came of it could not be noted.
pub async fn asked(
    world: &impl World,
    config: &Config,
    wish: &Wish,
    words: Words,
) -> Result<Asked, DialError> {
    let world = &Timed::new(world, config.run_budget);
    let desk = Desk::open(world, config, words, ALMOST_ALL)?;
    let make = desk.odoo.action(order::MAKE).await?;
    let (order, state) = match desk.odoo.call(&order::make(make, wish)).await? {
        Wished::Order { order, state } => (order, state),
        Wished::Refused { reason } => return Ok(Asked::Refused(reason)),
    };
    let (_, placed) = desk.carry_out(Sought::This(order)).await?;
    Ok(match placed {
        Some(placed) => Asked::Placed { order, placed },
        None => Asked::Known { order, state },
    })
}

/// Whoever carries out orders.
struct Desk<'a, 'w, W> {
    world: &'a Timed<'w, W>,
    odoo: Odoo<'a, Timed<'w, W>>,
    servers: Vec<Server>,
    token: String,
    words: Words,
    /// Until when a UCM is waited for, in percent of the time: what came of it is still to be noted.
    patience: u32,
}

impl<'a, 'w, W: World> Desk<'a, 'w, W> {
    fn open(
        world: &'a Timed<'w, W>,
        config: &'a Config,
        words: Words,
        patience: u32,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            world,
            odoo: Odoo::new(world, &config.odoo),
            servers: roster::servers_as_last_known(world, config)?,
            token: format!("{:016x}{:016x}", world.unique(), world.unique()),
            words,
            patience,
        })
    }

    /// Whether another order can be dialled in the time that there is for it.
    fn has_time(&self) -> bool {
        self.world.until(self.patience).has(STEP)
    }

    /// Claims an order, if it waits; dials it, and answers who asked. Those that were not carried out in time are told of as well.
    async fn carry_out(&self, sought: Sought) -> Result<(Claimed, Option<Placed>), DialError> {
        let dial = self.servers.iter().filter(|server| server.dial.is_some());
        let servers: Vec<&str> = dial.map(|server| server.id.as_str()).collect();
        let action = self.odoo.action(order::CLAIM).await?;
        let claim = order::claim(action, &self.token, &servers, sought);
        let claimed = self.odoo.call(&claim).await?;
        let placed = match claimed.claimed.first() {
            Some(order) => self.dial(order).await.map(Some),
            None => Ok(None),
        };
        let too_late = claimed
            .expired
            .iter()
            .map(|order| (order, State::Refused(Reason::Expired)));
        // That no record came in a whole day is for the list of orders: nobody waits for it any more.
        let lost = claimed
            .unknown
            .iter()
            .filter(|order| order.reason == Reason::Uncertain.name())
            .map(|order| (order, State::Unknown(Reason::Uncertain)));
        // Odoo names them once: what becomes of one of them, or of the call above, keeps none of the others from being told.
        let mut told = Ok(());
        for (order, state) in too_late.chain(lost) {
            let answer = self.say(order, &placed_as(order, state, None));
            told = told.and(self.answer(order.user, &answer).await);
        }
        let placed = placed?;
        told?;
        Ok((claimed, placed))
    }

    async fn answer(&self, user: i64, answer: &Answer) -> Result<(), OdooError> {
        let action = self.odoo.action(notice::ANSWER).await?;
        let tell = notice::tell(action, user, answer);
        self.odoo.call(&tell).await.map(drop)
    }

    /// Dials, once at most, and notes what came of it. That has happened, so noting it is tried again.
    async fn dial(&self, order: &Order) -> Result<Placed, DialError> {
        let server = self.servers.iter().find(|known| known.id == order.server);
        let outcome = match server.and_then(|server| Some((server, server.dial?))) {
            Some((server, form)) => {
                place::place(&self.world.until(self.patience), server, form, order).await?
            }
            // Odoo was asked for orders of others.
            None => place::refused(Reason::Settings),
        };
        let placed = placed_as(order, outcome.state, outcome.code);
        let answer = self.say(order, &placed);
        let mut tries = 0;
        while let Err(error) = self.note(order, &outcome, &answer).await {
            tries += 1;
            if tries == TRIES || !self.world.has(STEP) {
                return Err(error.into());
            }
            self.world.sleep(PAUSE).await;
        }
        Ok(placed)
    }

    async fn note(
        &self,
        order: &Order,
        outcome: &Outcome,
        answer: &Answer,
    ) -> Result<(), OdooError> {
        let action = self.odoo.action(order::TELL).await?;
        let told = order::told(action, &self.token, order.id, outcome, answer);
        self.odoo.call(&told).await.map(drop)
    }

    fn say(&self, order: &Order, placed: &Placed) -> Answer {
        let language = Language::preferred(&order.lang.replace('_', "-"));
        (self.words.order)(language, placed)
    }
}

fn placed_as(order: &Order, state: State, code: Option<i64>) -> Placed {
    Placed {
        number: order.number.clone(),
        extension: order.extension.clone(),
        server: order.server.clone(),
        state,
        code,
    }
}

/// How many orders were refused since yesterday, and of how many it is not known what came of them.
///
/// # Errors
/// [`OdooError`] when Odoo does not answer, or its data module knows no orders.
pub(crate) async fn troubled<W: World>(
    odoo: &Odoo<'_, W>,
    now: DateTime<Utc>,
) -> Result<(u64, u64), OdooError> {
    let since = now - TimeDelta::days(1);
    let refused = odoo.call(&order::count("refused", since)).await?;
    let unknown = odoo.call(&order::count("unknown", since)).await?;
    Ok((refused, unknown))
}

/// Keeps the address fresh that Odoo sends hints to.
pub(crate) async fn renew_hint<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    config: &Config,
) -> Option<String> {
    let address = |expires| hint::address(&config.links, expires);
    show::menu::renew(world, odoo, links::DIAL, address).await
}

/// How long an order is looked for whose transaction may still go on: on 17 and 18 the hint leaves before the commit, which then waits for nothing
/// but the answer to the hint.
const UNTIL_COMMITTED: [Duration; 5] = [
    Duration::from_millis(150),
    Duration::from_millis(300),
    Duration::from_millis(600),
    Duration::from_millis(1_200),
    Duration::from_millis(2_400),
];

/// How much of a run's time a UCM may take to dial, in percent.
const ALMOST_ALL: u32 = 85;

/// How often it is tried to note what came of an order.
const TRIES: u32 = 3;
/// How long Odoo is left alone between two tries.
const PAUSE: Duration = Duration::from_secs(1);

//! Calls that people in Odoo ask for: an order is claimed in Odoo, dialled at the UCM once at most, and answered in Odoo.
//!
//! A click makes an order and sends a hint ([`hint`]), which is no order by itself: the component claims the order in Odoo, as does the timer
//! (`sweep`) what no hint came for. Whoever claims it alone dials (`place`). What happens between the claim and the answer of the UCM cannot be
//! known by anybody else, so an order that nobody has answered is never dialled again. Later a call is found for it (`link`).

pub mod hint;

mod link;
mod place;

use chrono::{DateTime, TimeDelta, Utc};

use super::reach::Odoo;
use super::reach::timed::{DIALLED, STEP, Timed};
use super::{roster, show};
use crate::config::{Config, Server};
use calls::language::Language;
use calls::order::Reason;
use odoo_client::notice::{self, Answer};
use odoo_client::order::{self, Claimed, Open, Order, Outcome, Wished};
use odoo_client::{OdooError, link as links};
use ports::{Chance as _, Clock as _, StoreError, World};

pub use link::settle;
pub(crate) use link::{is_worth_a_look, link};
pub use odoo_client::order::{State, Wish};

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

/// What became of an order, for the words that are said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The number as it was clicked.
    pub number: String,
    /// The extension that was to ring.
    pub extension: String,
    /// The server's short name.
    pub server: String,
    /// What is known of it.
    pub state: State,
    /// The UCM's status, where that says why.
    pub code: Option<i64>,
}

impl Placed {
    fn of(order: &Order, state: State, code: Option<i64>) -> Self {
        Self {
            number: order.number.clone(),
            extension: order.extension.clone(),
            server: order.server.clone(),
            state,
            code,
        }
    }
}

/// What is said of an order, in a language.
pub trait InWords: Fn(Language, &Placed) -> Answer {}

impl<F: Fn(Language, &Placed) -> Answer> InWords for F {}

/// Carries out the order that a hint names, if it still waits. Where it is not there yet, its transaction may still go on: it is looked for until
/// the timer does.
///
/// # Errors
/// [`DialError`] when the order could not be claimed, or what came of it could not be noted.
pub async fn hinted(
    world: &impl World,
    config: &Config,
    order: i64,
    words: impl InWords,
) -> Result<(), DialError> {
    let world = &Timed::new(world, config.run_budget);
    let mut desk = Desk::open(world, config, words, ALMOST_ALL)?;
    let mut claimed = desk.carry_out(Some(order)).await?;
    for pause in UNTIL_COMMITTED {
        if !claimed.missing {
            break;
        }
        world.sleep(pause).await;
        claimed = desk.carry_out(Some(order)).await?;
    }
    if claimed.claimed.is_empty() && !claimed.missing {
        // Claimed by somebody else; or of a server that was switched on a moment ago.
        desk.servers = roster::read_anew(world, config).await?;
        desk.carry_out(Some(order)).await?;
    }
    Ok(())
}

/// Carries out every order that waits, and gives those that a call may still come of. One request to Odoo where nothing waits.
///
/// # Errors
/// [`DialError`] when orders could not be claimed, or what came of them could not be noted.
pub(crate) async fn sweep(
    world: &Timed<'_, impl World>,
    config: &Config,
    words: &impl InWords,
) -> Result<Vec<Open>, DialError> {
    let world = &world.until(DIALLED);
    let desk = Desk::open(world, config, words, DIALLED / 2)?;
    loop {
        // One at a time: what was claimed and not dialled is never dialled.
        let claimed = desk.carry_out(None).await?;
        if claimed.claimed.is_empty() || !world.has(STEP) {
            return Ok(claimed.open);
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
        /// Why it was refused, where it was.
        reason: String,
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
    words: impl InWords,
) -> Result<Asked, DialError> {
    let world = &Timed::new(world, config.run_budget);
    let desk = Desk::open(world, config, words, ALMOST_ALL)?;
    let make = desk.odoo.action(order::MAKE).await?;
    let (order, state, reason) = match desk.odoo.call(&order::make(make, wish)).await? {
        Wished::Order {
            order,
            state,
            reason,
        } => (order, state, reason),
        Wished::Refused { reason } => return Ok(Asked::Refused(reason)),
    };
    let placed = desk.claim(Some(order)).await?;
    match placed.claimed.into_iter().next() {
        Some(claimed) => Ok(Asked::Placed {
            order,
            placed: desk.dial(&claimed).await?,
        }),
        None => Ok(Asked::Known {
            order,
            state,
            reason,
        }),
    }
}

/// Whoever carries out orders.
struct Desk<'a, 'w, W, F> {
    world: &'a Timed<'w, W>,
    odoo: Odoo<'a, Timed<'w, W>>,
    servers: Vec<Server>,
    token: String,
    words: F,
    /// Until when a UCM is waited for, in percent of the time: what came of it is still to be noted.
    patience: u32,
}

impl<'a, 'w, W: World, F: InWords> Desk<'a, 'w, W, F> {
    fn open(
        world: &'a Timed<'w, W>,
        config: &'a Config,
        words: F,
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

    async fn claim(&self, order: Option<i64>) -> Result<Claimed, OdooError> {
        let servers: Vec<&str> = dialling(&self.servers).collect();
        let action = self.odoo.action(order::CLAIM).await?;
        let claim = order::claim(action, &self.token, &servers, order);
        self.odoo.call(&claim).await
    }

    /// Claims, dials, answers; and says of those that were not carried out in time that they were not.
    async fn carry_out(&self, order: Option<i64>) -> Result<Claimed, DialError> {
        let claimed = self.claim(order).await?;
        for order in &claimed.claimed {
            self.dial(order).await?;
        }
        let too_late = claimed
            .expired
            .iter()
            .map(|order| (order, State::Refused(Reason::Expired)));
        let lost = claimed
            .unknown
            .iter()
            .map(|order| (order, State::Unknown(Reason::Uncertain)));
        for (order, state) in too_late.chain(lost) {
            let action = self.odoo.action(notice::ANSWER).await?;
            let answer = self.say(order, &Placed::of(order, state, None));
            self.odoo
                .call(&notice::tell(action, order.user, &answer))
                .await?;
        }
        Ok(claimed)
    }

    /// Dials, once at most, and notes what came of it. That has happened, so noting it is tried again.
    async fn dial(&self, order: &Order) -> Result<Placed, DialError> {
        let server = self.servers.iter().find(|known| known.id == order.server);
        let outcome = place::place(&self.world.until(self.patience), server, order).await?;
        let placed = Placed::of(order, outcome.state, outcome.code);
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
        (self.words)(language, placed)
    }
}

/// The short names of the servers that people in Odoo may have call for them.
fn dialling(servers: &[Server]) -> impl Iterator<Item = &str> {
    let dial = servers.iter().filter(|server| server.dial.is_some());
    dial.map(|server| server.id.as_str())
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
const UNTIL_COMMITTED: [std::time::Duration; 5] = [
    std::time::Duration::from_millis(150),
    std::time::Duration::from_millis(300),
    std::time::Duration::from_millis(600),
    std::time::Duration::from_millis(1_200),
    std::time::Duration::from_millis(2_400),
];

/// How much of a run's time a UCM may take to dial, in percent.
const ALMOST_ALL: u32 = 85;

/// How often it is tried to note what came of an order.
const TRIES: u32 = 3;
/// How long Odoo is left alone between two tries.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

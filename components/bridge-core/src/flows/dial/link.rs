//! Which call came of which order: looked up in the journal, whenever calls have come in or an order is young.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::campaign;
use super::{ALMOST_ALL, Desk, DialError};
use crate::config::{Config, Server};
use crate::flows::reach::Odoo;
use crate::flows::reach::timed::Timed;
use crate::flows::report::Words;
use calls::order::{self as rules, Dialling, LONGEST_WAIT, Ordered, Wanted};
use odoo_client::campaign::Back;
use odoo_client::order::{self, Open, Sought};
use ports::World;

/// Links the orders of `server` with the calls in the journal, after some have come in.
///
/// # Errors
/// [`DialError`] when Odoo does not answer as asked.
pub async fn settle(
    world: &impl World,
    config: &Config,
    server: &str,
    words: Words,
) -> Result<(), DialError> {
    let world = &Timed::new(world, config.run_budget);
    let mut desk = Desk::open(world, config, words, ALMOST_ALL)?;
    let everyone = desk.servers.clone();
    desk.servers.retain(|known| known.id == server);
    let (claimed, _) = desk.carry_out(Sought::None).await?;
    let waiting = Waiting {
        orders: claimed.open,
        servers: desk.servers,
        campaigns: claimed.campaigns,
    };
    waiting.link(&desk.odoo).await?;
    // A campaign may call by any of them.
    let waiting = Waiting {
        servers: everyone,
        ..waiting
    };
    waiting.campaigns(world, &desk.odoo, Back::Lately).await
}

/// Orders that a call may still come of, and the servers that they are for.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(super) orders: Vec<Open>,
    pub(super) servers: Vec<Server>,
    /// Whether there are call campaigns.
    pub(super) campaigns: bool,
}

impl Waiting {
    /// Looks after call campaigns, where there are any.
    ///
    /// # Errors
    /// [`DialError`] when Odoo does not answer as asked.
    pub(crate) async fn campaigns<W: World>(
        &self,
        world: &Timed<'_, W>,
        odoo: &Odoo<'_, Timed<'_, W>>,
        back: Back,
    ) -> Result<(), DialError> {
        if self.campaigns {
            campaign::look_after(world, odoo, &self.servers, back).await?;
        }
        Ok(())
    }

    /// Whether calls are looked for at the tick at `now`: of orders that are young at each, of others now and then.
    pub(crate) fn is_worth_a_look(&self, now: DateTime<Utc>) -> bool {
        let minutes = now.timestamp() / 60;
        self.orders.iter().any(|order| {
            let is_young = now - order.asked_at() < YOUNG;
            is_young || (order.call.is_none() && minutes % EVERY_MINUTES == 0)
        })
    }

    /// Links them with the calls in the journal, of which there may be new ones.
    ///
    /// # Errors
    /// [`DialError`] when Odoo does not answer as asked.
    pub(crate) async fn link<W: World>(&self, odoo: &Odoo<'_, W>) -> Result<(), DialError> {
        for server in &self.servers {
            let orders: Vec<Ordered> = self
                .orders
                .iter()
                .filter(|order| order.server == server.id)
                .filter_map(|order| Some(order.ordered(callee(server, order)?)))
                .collect();
            let times = || orders.iter().map(|order| order.asked_at);
            let (Some(first), Some(last)) = (times().min(), times().max()) else {
                continue;
            };
            let (from, until) = (first - AROUND, last + LONGEST_WAIT + AROUND);
            let page = |after| order::candidates(&server.id, from, until, after);
            // All of them: a call that is not seen would seem to be gone, or another to be the only one.
            let calls = odoo
                .all(order::MOST_CANDIDATES, page, |call| call.id)
                .await?;
            let links = rules::links(&orders, &calls);
            if !links.is_empty() {
                let action = odoo.action(order::LINK).await?;
                odoo.call(&order::link(action, &links)).await?;
            }
        }
        Ok(())
    }
}

/// Whom the order was connected with. Where nobody came to note it, that is what would have been dialled.
fn callee(server: &Server, order: &Open) -> Option<String> {
    if let Some(callee) = order.callee() {
        return Some(callee.to_owned());
    }
    let dialling = Dialling {
        country: server.country,
        form: server.dial?,
        outside_line: &server.outside_line,
        extensions: &[],
    };
    match rules::wanted(&order.number, &dialling).ok()? {
        Wanted::Outside { number, .. } => Some(number.to_string()),
        Wanted::Extension(extension) => Some(extension),
    }
}

/// How long an order is young: most calls have ended by then.
const YOUNG: TimeDelta = TimeDelta::minutes(30);
/// How often calls are looked for that took longer.
const EVERY_MINUTES: i64 = 15;
/// What is looked at around the orders: more than the clocks of Odoo and of a UCM may differ.
const AROUND: TimeDelta = TimeDelta::minutes(1);

//! Everything stands still while the Odoo side is set up.
//!
//! An import makes models and fields one by one, and every thread of an Odoo server sees them before they are there: what another request
//! asks about them meanwhile, Odoo remembers, and the import fails on it. So nothing of the bridge speaks to Odoo as long as this mark
//! stands. It ends by itself, so that a set-up that was killed holds nobody up for good.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Lease, key};
use odoo_client::OdooError;
use ports::{Clock, KeyValue, StoreError};

/// Refuses while the Odoo side is being set up. A store that cannot be read holds nobody up: the set-up tries again by itself.
///
/// # Errors
/// [`OdooError::BeingSetUp`].
pub fn check(world: &(impl KeyValue + Clock)) -> Result<(), OdooError> {
    match Lease::held(world, key::SET_UP, world.now()) {
        Ok(Some(_)) => Err(OdooError::BeingSetUp),
        Ok(None) | Err(_) => Ok(()),
    }
}

/// The mark, as the set-up that made it holds it.
#[derive(Debug)]
pub struct Standstill<'a, W> {
    world: &'a W,
}

impl<'a, W: KeyValue + Clock> Standstill<'a, W> {
    /// Makes the mark; or says until when another set-up holds it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read or written.
    pub fn begin(world: &'a W) -> Result<Result<Self, DateTime<Utc>>, StoreError> {
        let now = world.now();
        if let Some(lease) = Lease::held(world, key::SET_UP, now)? {
            return Ok(Err(lease.until));
        }
        let mark = Self { world };
        mark.extend()?;
        Ok(Ok(mark))
    }

    /// Holds the mark for as long as one more request may take.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn extend(&self) -> Result<(), StoreError> {
        let until = self.world.now() + HOLD;
        super::save(self.world, key::SET_UP, &Lease { until })
    }

    /// Lets everybody go on.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written; then the mark ends by itself.
    pub fn end(self) -> Result<(), StoreError> {
        self.world.delete(key::SET_UP)
    }
}

/// The longest request of a set-up waits two minutes for its answer.
const HOLD: Duration = Duration::from_secs(150);

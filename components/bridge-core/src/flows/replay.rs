//! Reading a period again: whatever is missing in the journal comes back, whatever is there stays as it is.

use chrono::{NaiveDateTime, TimeDelta};
use serde::Serialize;

use super::period::Period;
use super::report::{ServerReport, Status};
use super::roster;
use crate::config::{Config, Server};
use crate::flows::poll;
use crate::flows::reach::Odoo;
use crate::flows::reach::timed::Timed;
use crate::flows::recordings::copies;
use odoo_client::OdooError;
use ports::{StoreError, World};

/// What a replay did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// What was read and written.
    #[serde(flatten)]
    pub report: ServerReport,
    /// Calls whose recordings are tried once more that were not copied, and were not tried any more.
    pub copies_tried_again: u32,
    /// Where to go on, when the time of the run was used up: give it as `from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub go_on_from: Option<NaiveDateTime>,
    /// And up to where: give it as `to`. Nothing where the end of the period stays its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub go_on_to: Option<NaiveDateTime>,
}

/// Reads `period` of one server again. `None` when there is no such server, or its settings are refused.
///
/// # Errors
/// [`StoreError`] when what is remembered cannot be read.
pub async fn replay(
    world: &impl World,
    config: &Config,
    id: &str,
    period: Period,
) -> Result<Option<Replayed>, StoreError> {
    let world = &Timed::new(world, config.run_budget);
    let Some(server) = &roster::find(world, config, id).await? else {
        return Ok(None);
    };
    // First: it takes a moment, and reading may take all the time that there is.
    let tried_again = try_copies_again(world, config, server, period).await;
    let (mut report, left) = poll::replay(world, config, server, period).await;
    // Of a device that heeds no window every replay begins with the first record.
    let heeds_none = left.is_some_and(|left| left.reached.is_some());
    if heeds_none && report.status == Status::MoreToCome {
        report.detail = Some(TOO_LONG.to_owned());
    }
    let left = left.filter(|_| !heeds_none);
    if let Err(error) = &tried_again
        && report.status.is_ok()
    {
        (report.status, report.detail) = (Status::Failed, Some(error.to_string()));
    }
    Ok(Some(Replayed {
        report,
        copies_tried_again: tried_again.unwrap_or(0),
        go_on_from: left.map(|left| left.start),
        go_on_to: left.and_then(|left| left.end),
    }))
}

/// Has the recordings of a period tried once more that were not copied, wherever the device is: that one is tried once too often does no harm.
async fn try_copies_again<W: World>(
    world: &Timed<'_, W>,
    config: &Config,
    server: &Server,
    period: Period,
) -> Result<u32, OdooError> {
    if !server.has_copies() {
        return Ok(0);
    }
    let from = period.from.checked_sub_signed(ANYWHERE);
    let until = period.until.checked_add_signed(ANYWHERE);
    let from = from.unwrap_or(period.from).and_utc();
    let until = until.unwrap_or(period.until).and_utc();
    let odoo = Odoo::new(world, &config.odoo);
    copies::try_again(&odoo, server, from, until).await
}

/// What is said where nothing can be gone on with.
const TOO_LONG: &str = "this UCM heeds no window, and a run has no time for all that it holds: raise `run_budget_secs`";

/// How far the clock of a device may be from UTC.
const ANYWHERE: TimeDelta = TimeDelta::hours(14);

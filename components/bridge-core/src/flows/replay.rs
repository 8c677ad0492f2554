//! Reading a period again: whatever is missing in the journal comes back, whatever is there stays as it is.

use chrono::NaiveDateTime;
use serde::Serialize;

use super::period::Period;
use super::report::ServerReport;
use super::roster;
use crate::config::Config;
use crate::flows::poll;
use crate::flows::reach::timed::Timed;
use ports::{StoreError, World};

/// What a replay did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// What was read and written.
    #[serde(flatten)]
    pub report: ServerReport,
    /// Where to go on, when the time of the run was used up: give it as `from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub go_on_from: Option<NaiveDateTime>,
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
    let (report, go_on_from) = poll::replay(world, config, server, period).await;
    Ok(Some(Replayed { report, go_on_from }))
}

//! The cron trigger: components run when their expression says so.

use std::sync::Weak;

use chrono_clock::Utc;

use crate::app::Running;
use crate::manifest::CronTrigger;

/// Runs one trigger for as long as it is polled, by the machine's clock and in UTC.
///
/// As with Spin's cron trigger, runs may overlap, a failed one is not repeated, and one that was
/// due while the application was down is not made up for.
pub(crate) async fn run(app: Weak<Running>, trigger: CronTrigger) {
    while let Ok(next) = trigger.schedule.find_next_occurrence(&Utc::now(), false) {
        let pause = (next - Utc::now()).to_std().unwrap_or_default();
        tokio::time::sleep(pause).await;
        let Some(app) = app.upgrade() else { return };
        let Some(component) = app.components.get(&trigger.component).cloned() else {
            return;
        };
        let timestamp_secs = u64::try_from(Utc::now().timestamp()).unwrap_or_default();
        app.tasks.spawn_instance(async move {
            // The failure has been logged; there is nobody else to tell.
            _ = component.handle_cron(timestamp_secs).await;
        });
    }
    tracing::info!(
        expression = trigger.expression,
        "this schedule has no further run"
    );
}

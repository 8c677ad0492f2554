//! Missed calls said at once.

use chrono::TimeDelta;

use super::{FRESH, Follower};
use calls::followup::{self, notice};
use odoo_client::notice::{Notice, say};
use odoo_client::{self, OdooError, past};
use ports::World;

impl<W: World> Follower<'_, '_, W> {
    /// Tells people of the calls that they have just missed.
    ///
    /// Each call is told once at most: Odoo marks it in the transaction that says it. Twice would be a nuisance, and late would be a lie; who
    /// was not there to read it has the journal, and a to-do where the settings ask for it.
    pub(super) async fn say_what_was_missed(&self) -> Result<(), OdooError> {
        let untold = past::untold(&self.server.id, self.ago(FRESH), self.ago(AT_ONCE));
        let untold = self.see_missed(untold).await?;
        if untold.is_empty() {
            return Ok(());
        }
        let numbers: Vec<&str> = followup::numbers(&untold).into_iter().collect();
        let calls = self.history(&numbers, FRESH).await?;
        let missed = notice::to_tell(&untold, &calls);
        let last: Vec<_> = missed.iter().map(|missed| missed.last).collect();
        let contacts = self.contacts(last.iter().copied()).await?;
        let people = self.people(&last, &contacts).await?;
        let notices = missed.iter().filter_map(|missed| {
            let user = people.of(missed.last)?;
            Some(Notice {
                calls: missed.calls.clone(),
                user,
                title: missed.title(people.language(Some(user))),
                message: missed.message(people.zone(Some(user))),
            })
        });
        let notices: Vec<Notice> = notices.collect();
        if notices.is_empty() {
            return Ok(());
        }
        let action = self.odoo.action(odoo_client::notice::ACTION).await?;
        self.odoo.call(&say(action, &notices)).await?;
        Ok(())
    }
}

/// How long after its end a missed call is news: a poll comes every quarter of an hour.
const AT_ONCE: TimeDelta = TimeDelta::minutes(30);

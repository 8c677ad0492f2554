//! One session, several instances: the device knows one a user, and whoever signs in ends that of the others.

use chrono::{DateTime, Utc};

use super::Client;
use crate::Dialect;
use crate::Saved;

impl Client {
    /// Whether the session was refused, so that the next step signs in. Another instance may have done so already: see
    /// [`Client::take_session`].
    pub fn lacks_session(&self) -> bool {
        self.saved.session.is_none() && self.account.dialect != Dialect::Legacy
    }

    /// Goes on with the session that `stored` holds, if that is another one than was refused: the device knows one session a user, and
    /// signing in again would end the one that another instance works with.
    pub fn take_session(&mut self, stored: &Saved, now: DateTime<Utc>) {
        if stored.settings != self.saved.settings || !self.lacks_session() {
            return;
        }
        let lost = self.lost_cookie.as_ref();
        let is_new = |cookie: &str| !lost.is_some_and(|lost| lost.matches(cookie));
        let session = stored.live_session(now);
        let (Some(session), Some(run)) = (
            session.filter(|session| is_new(&session.cookie)),
            &mut self.run,
        ) else {
            return;
        };
        if !std::mem::replace(&mut run.took_session, true) {
            self.saved.session = Some(session.clone());
            run.talk = None;
            run.renewals = 0;
        }
    }

    /// `stored` with what this client knows of the session: all that two instances at work at once may write over one another.
    pub fn session_for(&self, stored: Option<Saved>) -> Saved {
        let stored = stored.filter(|stored| stored.settings == self.saved.settings);
        let Some(mut stored) = stored else {
            return self.saved.clone();
        };
        stored.session.clone_from(&self.saved.session);
        stored.nonce.clone_from(&self.saved.nonce);
        stored.refused.clone_from(&self.saved.refused);
        stored.not_before = self.saved.not_before;
        stored
    }
}

//! The links to players that the journal has: when they end, and when they are made anew.

use chrono::{DateTime, Datelike as _, Months, NaiveTime, Utc};
use url::Url;

use super::{Address, Seals, Ticket};
use crate::config::Links;
use crate::link::Link;
use calls::cdr::Call;

/// Makes the links that the journal has.
#[derive(Debug, Clone)]
pub struct Players<'a> {
    links: &'a Links,
    seals: Seals<'a>,
    expires: DateTime<Utc>,
}

impl<'a> Players<'a> {
    /// Links made at `now`; none where they are not configured. They last a year and up to a month: all of one month end at the same moment, so
    /// that the link of an unchanged call is the same at every run of that month, and renewing old ones takes no more than reading their
    /// period again.
    pub fn new(links: &'a Links, now: DateTime<Utc>) -> Option<Self> {
        let month = now.date_naive().with_day(1)?;
        let expires = month.checked_add_months(Months::new(LIFE_MONTHS + 1))?;
        let expires = expires.and_time(NaiveTime::MIN).and_utc();
        let seals = Seals::new(links).filter(|_| links.base.is_some())?;
        Some(Self {
            links,
            seals,
            expires,
        })
    }

    /// What knows the legs that may be linked.
    pub(crate) const fn seals(&self) -> Seals<'a> {
        self.seals
    }

    /// Changes whenever links have to be looked over: with the month, with the secret that signs them, and with the address that they lead
    /// to. It says nothing of the secret.
    pub fn round(&self) -> String {
        let base = self.links.base.as_ref().map_or("", Url::as_str);
        let link = Link {
            scope: "round of links",
            parts: &[base],
            expires: self.expires,
        };
        link.sign(&self.links.keys).unwrap_or_default()
    }

    /// Whether `page` is as good as a new one: signed with the present secret, at the present address, and not about to end.
    pub fn is_fresh(&self, page: &str) -> bool {
        let Some(path) = self
            .links
            .base
            .as_ref()
            .and_then(|base| page.strip_prefix(base.as_str()))
        else {
            return false;
        };
        let link = path
            .strip_prefix("listen/")
            .and_then(|path| path.split_once('?'));
        let address = link.and_then(|(path, query)| Address::parse(path, query));
        let renewed_from = self.expires.checked_sub_months(Months::new(LIFE_MONTHS));
        address.is_some_and(|address| {
            let until = renewed_from.unwrap_or(self.expires);
            let keys = self.links.keys.without_previous();
            address.expires() > until && address.admit(&keys, until).is_ok()
        })
    }

    /// The pages that play the recordings of `call`, in order.
    pub fn pages(&self, call: &Call) -> Vec<Url> {
        let tickets = Ticket::all_of(call).into_iter();
        tickets
            .filter_map(|ticket| ticket.page_url(self.links, &call.id.server, self.expires))
            .collect()
    }
}

/// How long a link lasts, in months beside the one it is made in: UCMs keep recordings for weeks, seldom for a year.
const LIFE_MONTHS: u32 = 12;

#[cfg(test)]
mod tests {
    use super::super::ticket::sample::{links, ticket};
    use super::*;
    use crate::link::Keys;
    use ports::Secret;

    #[test]
    fn links_of_one_month_end_together() {
        let (links, at) = (links(), |text: &str| text.parse::<DateTime<Utc>>().unwrap());
        let expires = |now| Players::new(&links, at(now)).unwrap().expires;
        assert_eq!(expires("2026-01-31T23:59:59Z"), at("2027-02-01T00:00:00Z"));
        assert_eq!(expires("2026-01-01T00:00:00Z"), at("2027-02-01T00:00:00Z"));
        assert_eq!(expires("2026-02-01T00:00:00Z"), at("2027-03-01T00:00:00Z"));
        let without = Links {
            base: None,
            ..links.clone()
        };
        assert!(Players::new(&without, at("2026-01-01T00:00:00Z")).is_none());
    }

    #[test]
    fn a_link_is_fresh_until_its_last_month() {
        let (links, at) = (links(), |text: &str| text.parse::<DateTime<Utc>>().unwrap());
        let made = Players::new(&links, at("2026-01-15T00:00:00Z")).unwrap();
        let page = ticket().page_url(&links, "paris", made.expires).unwrap();
        let check = |links: &Links, now: &str| {
            let players = Players::new(links, at(now)).unwrap();
            players.is_fresh(page.as_str())
        };
        assert!(check(&links, "2026-01-31T00:00:00Z"));
        assert!(check(&links, "2026-12-31T00:00:00Z"), "ends with January");
        assert!(!check(&links, "2027-01-01T00:00:00Z"));
        assert!(!check(&links, "2029-01-01T00:00:00Z"), "ended long ago");
        let (old, new) = ("a-secret-of-some-length", "another-secret-of-length");
        let rotated = Links {
            keys: Keys::new(Secret::new(new), Secret::new(old)),
            ..links.clone()
        };
        assert!(!check(&rotated, "2026-01-31T00:00:00Z"));
        let moved = Links {
            base: Url::parse("https://bridge.example.org").ok(),
            ..links.clone()
        };
        assert!(!check(&moved, "2026-01-31T00:00:00Z"));
        let rounds = [&links, &rotated, &moved].map(|links| {
            Players::new(links, at("2026-01-31T00:00:00Z"))
                .unwrap()
                .round()
        });
        assert!(rounds[0] != rounds[1] && rounds[0] != rounds[2]);
        assert_eq!(rounds[0], made.round());
    }
}

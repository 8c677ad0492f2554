//! What the holder of a link may see.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use crate::config::{Links, Server};
use crate::link::{Keys, Link, LinkError};
use calls::stats::Filter;

/// Which statistics a link opens: all, or those of one server or contact. The signature covers this and the link's end, so that whoever has it
/// may choose any period and narrow what they see, but not widen it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sight {
    /// Those of one server.
    pub server: Option<String>,
    /// Those of one contact.
    pub contact: Option<i64>,
}

impl Sight {
    /// What a link carries, by the names of its parameters.
    pub const PARAMETERS: [&str; 4] = [ONLY_SERVER, ONLY_CONTACT, "expires", "signature"];

    /// Reads the limits of a link, as [`Sight::address`] writes them; what is no contact's number fits no signature.
    pub fn read(given: impl Fn(&str) -> Option<String>) -> Self {
        let limit = |name| given(name).filter(|text| !text.is_empty());
        Self {
            server: limit(ONLY_SERVER),
            contact: limit(ONLY_CONTACT).map(|text| text.parse().unwrap_or(-1)),
        }
    }

    /// What somebody says of a choice by its name; where they say nothing, the limit counts.
    pub fn or_limit(&self, name: &str, said: Option<String>) -> Option<String> {
        let said = said.filter(|text| !text.trim().is_empty());
        match name {
            "server" => said.or_else(|| self.server.clone()),
            "contact" => said.or_else(|| self.contact.map(|id| id.to_string())),
            _ => said,
        }
    }

    /// The parameters of a link that holds until `expires`; none where nothing signs.
    pub fn parameters(&self, keys: &Keys, expires: DateTime<Utc>) -> Option<Vec<(String, String)>> {
        let signature = self.with_link(expires, |link| link.sign(keys)).ok()?;
        let values = [
            self.server.clone(),
            self.contact.map(|id| id.to_string()),
            Some(expires.timestamp().to_string()),
            Some(signature),
        ];
        let given = Self::PARAMETERS
            .into_iter()
            .zip(values)
            .filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Some(given.collect())
    }

    /// The signed address; none where people cannot reach the bridge, or nothing signs.
    pub fn address(&self, links: &Links, expires: DateTime<Utc>) -> Option<String> {
        self.url(links, expires).map(String::from)
    }

    fn url(&self, links: &Links, expires: DateTime<Utc>) -> Option<Url> {
        let mut url = links.base.clone()?;
        url.set_path("/stats");
        url.query_pairs_mut()
            .extend_pairs(self.parameters(&links.keys, expires)?);
        Some(url)
    }

    /// The same for somebody whose clock nobody knows: in the time zone of `servers`, where those that have one share it. Where they do not, the
    /// page asks for it.
    pub fn address_among(
        &self,
        links: &Links,
        servers: &[Server],
        expires: DateTime<Utc>,
    ) -> Option<String> {
        let mut url = self.url(links, expires)?;
        if let [zone] = zones(servers)[..] {
            url.query_pairs_mut().append_pair("zone", zone.name());
        }
        Some(url.into())
    }

    /// Whether a link with these limits, this end and this signature is open at `now`.
    ///
    /// # Errors
    /// [`LinkError`].
    pub fn verify(
        &self,
        keys: &Keys,
        expires: DateTime<Utc>,
        signature: &str,
        now: DateTime<Utc>,
    ) -> Result<(), LinkError> {
        self.with_link(expires, |link| link.verify(keys, signature, now))
    }

    /// Whether `filter` lies within these limits.
    ///
    /// # Errors
    /// [`LinkError::Forbidden`] when it asks for more, or for something else.
    pub fn permit(&self, filter: &Filter) -> Result<(), LinkError> {
        let server = self.server.is_none() || filter.server == self.server;
        let contact = self.contact.is_none() || filter.contact == self.contact;
        if server && contact {
            Ok(())
        } else {
            Err(LinkError::Forbidden)
        }
    }

    fn with_link<T>(&self, expires: DateTime<Utc>, act: impl FnOnce(&Link<'_>) -> T) -> T {
        let contact = self.contact.map(|id| id.to_string()).unwrap_or_default();
        let parts = [self.server.as_deref().unwrap_or_default(), &contact];
        act(&Link {
            scope: "stats",
            parts: &parts,
            expires,
        })
    }
}

/// The time zones that `servers` have in their settings, by name.
pub fn zones(servers: &[Server]) -> Vec<Tz> {
    let mut zones: Vec<Tz> = servers.iter().filter_map(|it| it.time_zone).collect();
    zones.sort_by_key(|zone| zone.name());
    zones.dedup();
    zones
}

/// Parameters of a limited link.
const ONLY_SERVER: &str = "only_server";
const ONLY_CONTACT: &str = "only_contact";

#[cfg(test)]
mod tests {
    use super::*;
    use ports::Secret;

    fn at(secs: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(secs, 0).unwrap()
    }

    fn sight(server: Option<&str>, contact: Option<i64>) -> Sight {
        Sight {
            server: server.map(str::to_owned),
            contact,
        }
    }

    #[test]
    fn a_link_of_one_contact_opens_no_other() {
        let keys = Keys::new(Secret::new("a-secret-of-some-length"), Secret::new(""));
        let one = sight(None, Some(42));
        let link = one.parameters(&keys, at(1_000)).unwrap();
        let given = |name: &str| {
            let (_, value) = link.iter().find(|(known, _)| known == name)?;
            Some(value.clone())
        };
        let signature = given("signature").unwrap();
        assert_eq!(Sight::read(given), one);
        assert_eq!(one.verify(&keys, at(1_000), &signature, at(999)), Ok(()));
        for other in [
            sight(None, None),
            sight(None, Some(43)),
            sight(Some("42"), None),
            sight(Some("metz"), Some(42)),
        ] {
            assert_eq!(
                other.verify(&keys, at(1_000), &signature, at(999)),
                Err(LinkError::Forbidden),
                "{other:?}"
            );
        }
    }

    #[test]
    fn a_filter_may_narrow_what_is_seen_and_not_widen_it() {
        let filter = |server: Option<&str>, contact| Filter {
            server: server.map(str::to_owned),
            contact,
            ..Filter::default()
        };
        let metz = sight(Some("metz"), None);
        assert_eq!(metz.permit(&filter(Some("metz"), Some(42))), Ok(()));
        assert_eq!(metz.permit(&filter(None, None)), Err(LinkError::Forbidden));
        assert_eq!(
            metz.permit(&filter(Some("lyon"), None)),
            Err(LinkError::Forbidden)
        );
        assert_eq!(
            sight(None, None).permit(&filter(Some("lyon"), Some(1))),
            Ok(())
        );
    }
}

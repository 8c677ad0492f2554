//! What a link to a recording carries, and how it is kept from being read or changed.
//!
//! Names of recordings hold phone numbers, and addresses end up in logs: the ticket is sealed, and the link around it is signed. Sealing is
//! deterministic (AES-SIV, RFC 5297), so that the link of a call that has not changed is the same text at every run.

use aes_siv::KeyInit as _;
use aes_siv::siv::Aes128Siv;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike as _, Months, NaiveTime, Utc};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use url::Url;

use super::masked;
use crate::cdr::{Call, Recording, base_name};
use crate::config::Links;
use crate::link::{Keys, Link, LinkError};
use crate::secret::Secret;

/// One recording of one call, as its link carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The file as the UCM names it, with or without its month: `2024-05/auto-1717090910-1001-2100.wav`.
    #[serde(rename = "f")]
    pub file: String,
    /// Whether a queue has recorded it: those are kept apart.
    #[serde(rename = "q", default, skip_serializing_if = "std::ops::Not::not")]
    pub in_queue: bool,
    /// Which of several recordings of the call it is, from 1.
    #[serde(rename = "n", default = "first", skip_serializing_if = "is_first")]
    pub number: u32,
    /// Its size in bytes, where the UCM has said it.
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// Start of the call, in seconds since 1970.
    #[serde(rename = "t")]
    pub started_at: i64,
    /// End of the call as far as it is known, in seconds since 1970.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// Who called, masked.
    #[serde(rename = "c")]
    pub caller: String,
    /// Who was called, masked.
    #[serde(rename = "d")]
    pub called: String,
}

impl Ticket {
    /// The tickets of all recordings of `call`, in order. Names that no UCM gives are left out: nothing unchecked is ever asked for.
    pub fn all_of(call: &Call) -> Vec<Self> {
        let mut tickets: Vec<Self> = Vec::new();
        for leg in &call.legs {
            let in_queue = leg.action.is("QUEUE") || leg.last_app == "Queue";
            for recording in &leg.recordings {
                let name = recording.base_name();
                let is_new = tickets.iter().all(|known| base_name(&known.file) != name);
                if is_new && is_file_name(&recording.file) {
                    let number = u32::try_from(tickets.len())
                        .unwrap_or(u32::MAX)
                        .saturating_add(1);
                    tickets.push(Self::new(call, recording, in_queue, number));
                }
            }
        }
        tickets
    }

    fn new(call: &Call, recording: &Recording, in_queue: bool, number: u32) -> Self {
        Self {
            file: recording.file.clone(),
            in_queue,
            number,
            size_bytes: recording.size_bytes,
            started_at: call.started_at.timestamp(),
            ended_at: call.ended_at.map(|end| end.timestamp()),
            caller: masked(&call.caller.number),
            called: masked(&call.called.number),
        }
    }

    /// The address of the page that plays it, until `expires`; none where links are not configured.
    pub fn page_url(&self, links: &Links, server: &str, expires: DateTime<Utc>) -> Option<Url> {
        let mut url = links.base.clone()?;
        let sealed = self.seal(&links.keys, server)?;
        let link = Link {
            scope: SCOPE,
            parts: &[server, &sealed],
            expires,
        };
        let signature = link.sign(&links.keys).ok()?;
        url.set_path(&format!("/listen/{server}/{sealed}"));
        url.set_query(Some(&format!(
            "expires={}&signature={signature}",
            expires.timestamp()
        )));
        Some(url)
    }

    fn seal(&self, keys: &Keys, server: &str) -> Option<String> {
        let text = serde_json::to_vec(self).ok()?;
        let sealed = cipher(keys.secrets().next()?)?
            .encrypt([server.as_bytes()], &text)
            .ok()?;
        Some(BASE64_URL_SAFE_NO_PAD.encode(sealed))
    }

    fn unseal(keys: &Keys, server: &str, sealed: &str) -> Option<Self> {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let text = keys
            .secrets()
            .find_map(|secret| cipher(secret)?.decrypt([server.as_bytes()], &sealed).ok())?;
        let ticket: Self = serde_json::from_slice(&text).ok()?;
        is_file_name(&ticket.file).then_some(ticket)
    }
}

fn first() -> u32 {
    1
}

fn is_first(number: &u32) -> bool {
    *number == 1
}

/// Makes the links that the journal has.
#[derive(Debug, Clone)]
pub struct Players<'a> {
    links: &'a Links,
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
        (links.base.is_some() && links.keys.can_sign()).then_some(Self { links, expires })
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
            address.expires > until && address.admit(&keys, until).is_ok()
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

/// The address that a listener comes with, as far as it can be one of the bridge's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address<'a> {
    /// The server's id.
    pub server: &'a str,
    sealed: &'a str,
    expires: DateTime<Utc>,
    signature: &'a str,
}

impl<'a> Address<'a> {
    /// Reads `path`, what follows the route's name, and `query`. Nothing in a genuine link is encoded, long or there twice: whatever is not
    /// exactly in its form is none.
    pub fn parse(path: &'a str, query: &'a str) -> Option<Self> {
        let (server, sealed) = path.split_once('/')?;
        let mut expires = None;
        let mut signature = None;
        for pair in query.split('&').filter(|pair| *pair != DOWNLOAD) {
            match pair.split_once('=')? {
                ("expires", value) if expires.is_none() => expires = Some(value),
                ("signature", value) if signature.is_none() => signature = Some(value),
                _ => return None,
            }
        }
        let (expires, signature) = (expires?, signature?);
        let is_plain = |text: &str| {
            !text.is_empty()
                && text.len() <= MOST_CHARS
                && text
                    .bytes()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
        };
        let expires: i64 = expires.parse().ok().filter(|_| is_plain(expires))?;
        (is_plain(server) && is_plain(sealed) && is_plain(signature)).then_some(Self {
            server,
            sealed,
            expires: DateTime::from_timestamp(expires, 0)?,
            signature,
        })
    }

    /// What the link opened, if the bridge has made it, whether it still holds or not.
    pub fn once(&self, keys: &Keys) -> Option<Ticket> {
        self.admit(keys, DateTime::UNIX_EPOCH).ok()
    }

    /// What the link opens, if the bridge has made it and it still holds at `now`.
    ///
    /// # Errors
    /// [`LinkError`].
    pub fn admit(&self, keys: &Keys, now: DateTime<Utc>) -> Result<Ticket, LinkError> {
        let link = Link {
            scope: SCOPE,
            parts: &[self.server, self.sealed],
            expires: self.expires,
        };
        link.verify(keys, self.signature, now)?;
        Ticket::unseal(keys, self.server, self.sealed).ok_or(LinkError::Forbidden)
    }

    /// The first moment at which the link is no longer valid.
    pub fn expires(&self) -> DateTime<Utc> {
        self.expires
    }

    /// The same link to the audio itself, from the root of the host.
    pub fn audio_path(&self) -> String {
        let Self {
            server,
            sealed,
            expires,
            signature,
        } = self;
        let expires = expires.timestamp();
        format!("/recordings/{server}/{sealed}?expires={expires}&signature={signature}")
    }
}

/// Whether `query` asks for a file to keep.
pub(super) fn wants_download(query: &str) -> bool {
    query.split('&').any(|pair| pair == DOWNLOAD)
}

/// A name that a UCM may give: a base name, perhaps in one folder, of visible characters. The API would take `@` and `,` as more names, and
/// skips those with a space or `..` (Grandstream, "CDR REC API" guide).
fn is_file_name(name: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_graphic() && !matches!(c, '@' | ',' | '\\' | '"' | '%');
    let mut parts = name.split('/');
    let is_part = |part: &str| !part.is_empty() && !part.starts_with('.');
    let well_formed = parts.by_ref().take(2).all(is_part) && parts.next().is_none();
    well_formed
        && name.len() <= FILE_NAME_CHARS
        && name.chars().all(is_allowed)
        && !name.contains("..")
}

/// The cipher for a link secret: a key of its own, so that nothing sealed says anything about signatures.
fn cipher(secret: &Secret) -> Option<Aes128Siv> {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret.expose().as_bytes()).ok()?;
    mac.update(b"ucm-odoo recording 1");
    Some(Aes128Siv::new(&mac.finalize().into_bytes()))
}

/// How long a link lasts, in months beside the one it is made in: UCMs keep recordings for weeks, seldom for a year.
const LIFE_MONTHS: u32 = 12;

/// What the links are for.
const SCOPE: &str = "recording";

/// The one parameter that is not signed: it changes only whether the browser shows or keeps what it gets.
const DOWNLOAD: &str = "download=1";

/// Longest part of a link, in characters: a ticket with the longest names stays below half of it.
const MOST_CHARS: usize = 2048;

/// Longest name of a recording; the device cuts longer ones.
const FILE_NAME_CHARS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        Links {
            base: Url::parse("https://bridge.example.com").ok(),
            keys: Keys::new(Secret::new("a-secret-of-some-length"), Secret::new("")),
        }
    }

    fn ticket() -> Ticket {
        Ticket {
            file: "2024-05/auto-1717090910-0199000042-2100.wav".into(),
            in_queue: false,
            number: 1,
            size_bytes: None,
            started_at: 1_717_090_900,
            ended_at: None,
            caller: "01••••••42".into(),
            called: "2100".into(),
        }
    }

    fn at(secs: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(secs, 0).unwrap()
    }

    #[test]
    fn a_link_carries_its_ticket_is_stable_and_shows_no_number() {
        let url = ticket().page_url(&links(), "paris", at(2_000)).unwrap();
        assert_eq!(
            Some(&url),
            ticket().page_url(&links(), "paris", at(2_000)).as_ref()
        );
        assert!(!url.as_str().contains("0199000042"));
        let path = url.path().strip_prefix("/listen/").unwrap();
        let address = Address::parse(path, url.query().unwrap()).unwrap();
        assert_eq!(address.admit(&links().keys, at(1_999)), Ok(ticket()));
        assert_eq!(
            address.admit(&links().keys, at(2_000)),
            Err(LinkError::Expired)
        );
    }

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

    #[test]
    fn a_ticket_of_one_server_opens_nothing_on_another() {
        let sealed = ticket().seal(&links().keys, "paris").unwrap();
        assert_eq!(Ticket::unseal(&links().keys, "lyon", &sealed), None);
        assert_eq!(
            Ticket::unseal(&links().keys, "paris", &sealed),
            Some(ticket())
        );
    }

    #[test]
    fn only_the_exact_form_of_a_link_is_read() {
        let good = ("paris/AAAA", "expires=1&signature=BBBB");
        assert!(Address::parse(good.0, good.1).is_some());
        assert!(Address::parse(good.0, "expires=1&signature=BBBB&download=1").is_some());
        let long = format!("paris/{}", "A".repeat(MOST_CHARS + 1));
        for (path, query) in [
            ("paris", good.1),
            ("paris/", good.1),
            ("paris/AA/AA", good.1),
            ("paris/../AAAA", good.1),
            ("paris/..%2fAAAA", good.1),
            ("pa%0d%0aris/AAAA", good.1),
            (long.as_str(), good.1),
            (good.0, ""),
            (good.0, "expires=1"),
            (good.0, "expires=-x&signature=BBBB"),
            (good.0, "expires=1&expires=2&signature=BBBB"),
            (good.0, "expires=1&signature=BB%0ABB"),
            (good.0, "expires=1&signature=BBBB&file=../../etc/passwd"),
        ] {
            assert_eq!(Address::parse(path, query), None, "{path} {query}");
        }
    }

    #[test]
    fn only_names_that_a_device_gives_are_asked_for() {
        for name in ["auto-1#203-1-6400.wav", "2024-05/auto-1-+33199000042-2.wav"] {
            assert!(is_file_name(name), "{name}");
        }
        for name in [
            "",
            "../../etc/passwd",
            "a/b/c.wav",
            "/a.wav",
            "a/",
            "a b.wav",
            "a\r\nb.wav",
            "a.wav@b.wav",
            "a%2fb.wav",
            ".hidden",
            "a..b",
        ] {
            assert!(!is_file_name(name), "{name}");
        }
    }
}

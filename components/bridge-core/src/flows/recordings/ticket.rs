//! What a link to a recording carries, and how it is kept from being read or changed.
//!
//! Names of recordings hold phone numbers, and addresses end up in logs: the ticket is sealed, and the link around it is signed. Sealing is
//! deterministic (AES-SIV, RFC 5297), so that the link of a call that has not changed is the same text at every run.

use aes_siv::KeyInit as _;
use aes_siv::siv::Aes128Siv;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use url::Url;

use super::masked;
use crate::config::Links;
use crate::link::{Keys, Link};
use calls::cdr::{Call, Recording, base_name};
use ports::Secret;

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

    /// Whether both open the same file of their server.
    pub(super) fn is_same_file(&self, other: &Self) -> bool {
        base_name(&self.file) == base_name(&other.file) && self.in_queue == other.in_queue
    }

    fn seal(&self, keys: &Keys, server: &str) -> Option<String> {
        let text = serde_json::to_vec(self).ok()?;
        let sealed = cipher(keys.secrets().next()?)?
            .encrypt([server.as_bytes()], &text)
            .ok()?;
        Some(BASE64_URL_SAFE_NO_PAD.encode(sealed))
    }

    pub(super) fn unseal(keys: &Keys, server: &str, sealed: &str) -> Option<Self> {
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

/// What the links are for.
pub(super) const SCOPE: &str = "recording";

/// Longest name of a recording; the device cuts longer ones.
const FILE_NAME_CHARS: usize = 256;

#[cfg(test)]
pub(super) mod sample {
    use super::*;

    pub(in crate::flows::recordings) fn links() -> Links {
        Links {
            base: Url::parse("https://bridge.example.com").ok(),
            keys: Keys::new(Secret::new("a-secret-of-some-length"), Secret::new("")),
        }
    }

    pub(in crate::flows::recordings) fn ticket() -> Ticket {
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
}

#[cfg(test)]
mod tests {
    use super::super::Address;
    use super::sample::{links, ticket};
    use super::*;
    use crate::link::LinkError;

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
    fn a_ticket_of_one_server_opens_nothing_on_another() {
        let sealed = ticket().seal(&links().keys, "paris").unwrap();
        assert_eq!(Ticket::unseal(&links().keys, "lyon", &sealed), None);
        assert_eq!(
            Ticket::unseal(&links().keys, "paris", &sealed),
            Some(ticket())
        );
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

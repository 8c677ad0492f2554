//! The way in for pushed records: who may push, what a push holds, and what the sender is told.
//!
//! From here on a pushed leg goes the way of a polled one: [`ucm_client::read_pushed`] gives rows, [`Leg::salvage`] legs, and
//! [`crate::flows::push::delivery::deliver`] writes the calls that they belong to.

mod delivery;

pub(crate) use delivery::drain;
pub use delivery::{deliver, falls_to_deliver};

use core::net::IpAddr;

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::config::{Links, PushConfig, Server};
use crate::flows::deliver::reading::kept_without;
use crate::flows::roster::{self, Standing};
use crate::state::inbox::{self, Parcel};
use crate::state::{DeadLetter, Place, pushes};
use calls::cdr::Leg;
use ports::{KeyValue, StoreError};
use ucm_client::{Page, read_pushed};

/// Somebody at the door.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    /// Path of the request: `/webhook/<server>`, with the secret behind it for devices that send no header.
    pub path: &'a str,
    /// Value of the header `Authorization`.
    pub authorization: Option<&'a str>,
    /// Where the connection comes from, as the host says; never from a header that a client could write.
    pub source: Option<IpAddr>,
}

/// What a visitor has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// One of the server's secrets.
    Secret,
    /// No secret at all, as some firmware does in its test although one is configured.
    Nothing,
}

/// Why a push is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushRefusal {
    /// The address names no server that there is.
    #[error("no server of that id is known: the address is /webhook/<server>")]
    NoSuchServer,
    /// Which servers there are in Odoo was never read.
    #[error("the servers that are configured in Odoo were not read yet, and no other has that id")]
    NotYetRead,
    /// The settings of the server, or of one whose name cannot be read, cannot be used.
    #[error(
        "the settings of this server cannot be used just now, or those of another whose name cannot be read"
    )]
    SettingsWrong,
    /// Nobody may push to the server.
    #[error("the server has no `push_secret`, so nobody may push to it")]
    Closed,
    /// Not from where the connection comes from.
    #[error("the connection does not come from an address that may push to this server")]
    Foreign,
    /// The caller has shown no secret.
    #[error("the request carries no secret")]
    NothingShown,
    /// The caller has shown another secret.
    #[error("the request carries another secret than the server's")]
    OtherSecret,
    /// Other secrets were shown too often.
    #[error(
        "too many requests showed another secret in this minute; whoever shows the right one is not held up"
    )]
    TooOften,
    /// Nothing in the body is a leg; it is kept for a person to see.
    #[error("{reason}")]
    Unreadable {
        /// Why the first record is none.
        reason: String,
    },
    /// The store failed: nothing was taken.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The address that a UCM pushes the records of `server` to, without a secret; none where it is not known how the bridge is reached.
pub(crate) fn address(server: &Server, links: &Links) -> Option<url::Url> {
    let mut url = links.base.clone()?;
    url.set_path(&format!("/webhook/{}", server.id));
    Some(url)
}

/// Finds the server that a visitor speaks for, and whether the visitor may. One that is configured in Odoo is known as it was last read: Odoo is
/// not asked.
///
/// # Errors
/// [`PushRefusal`] when there is no such server, nobody may push to it, or not from there or not with that secret.
pub fn admit(
    store: &impl KeyValue,
    config: &PushConfig,
    visitor: &Visitor<'_>,
    now: DateTime<Utc>,
) -> Result<(Server, Shown), PushRefusal> {
    let mut parts = visitor
        .path
        .strip_prefix("/webhook/")
        .unwrap_or_default()
        .trim_matches('/')
        .splitn(2, '/');
    let id = parts.next().unwrap_or_default();
    let Some(server) = roster::pushing_server(store, config, id)? else {
        return Err(match roster::standing(store, config, id)? {
            Standing::Unknown => PushRefusal::NoSuchServer,
            Standing::NotYetRead => PushRefusal::NotYetRead,
            Standing::Refused => PushRefusal::SettingsWrong,
        });
    };
    if !server.push.is_open() {
        return Err(PushRefusal::Closed);
    }
    if !server.push.admits_source(visitor.source) {
        return Err(PushRefusal::Foreign);
    }
    let candidates: Vec<String> = parts
        .next()
        .map(str::to_owned)
        .into_iter()
        .chain(visitor.authorization.and_then(secret_of))
        .collect();
    if candidates.is_empty() && visitor.authorization.is_none() {
        return Ok((server, Shown::Nothing));
    }
    match candidates
        .iter()
        .any(|candidate| server.push.admits(candidate))
    {
        true => Ok((server, Shown::Secret)),
        false => Err(refused(store, &server, now)),
    }
}

/// The secret in `Basic` (whatever the user's name is) or `Bearer` credentials.
fn secret_of(authorization: &str) -> Option<String> {
    let (scheme, value) = authorization.trim().split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(value.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(BASE64_STANDARD.decode(value.trim()).ok()?).ok()?;
    pair.split_once(':')
        .map(|(_, password)| password.to_owned())
}

/// What the sender is told: the push is durable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    status: &'static str,
    /// Legs that were taken.
    pub legs: usize,
    /// Records that could not be read, or lost a field on the way, and were set aside.
    #[serde(skip_serializing_if = "is_zero")]
    pub set_aside: usize,
}

/// Reads a body, and keeps what it holds for the Odoo at `place`: legs, and what is no leg with the reason.
///
/// # Errors
/// [`PushRefusal::Unreadable`] when nothing in it was a leg (it is kept for a person to see), [`PushRefusal::Store`] when the store fails: the
/// sender has to try again.
pub fn receive(
    store: &impl KeyValue,
    place: &Place,
    server: &Server,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<Receipt, PushRefusal> {
    let parcel = read(body, now);
    let slot = inbox::keep(store, place, &server.id, &parcel, body)?;
    if slot.falls_to_fold() {
        // Before the answer, so that whoever sends faster than a backlog is folded waits. A failure here has lost nothing.
        _ = inbox::make_room(store, place, &server.id, &slot);
    }
    match (parcel.legs.len(), parcel.unread.first()) {
        (0, Some(letter)) => Err(PushRefusal::Unreadable {
            reason: letter.reason.trim_start_matches("pushed: ").to_owned(),
        }),
        (legs, _) => Ok(Receipt {
            status: "kept",
            legs,
            set_aside: parcel.unread.len(),
        }),
    }
}

fn read(body: &[u8], now: DateTime<Utc>) -> Parcel {
    let mut parcel = Parcel {
        at: now,
        legs: Vec::new(),
        unread: Vec::new(),
    };
    match read_pushed(body) {
        Ok(page) => read_page(&mut parcel, page),
        Err(error) => parcel.unread.push(letter(
            now,
            error.to_string(),
            &String::from_utf8_lossy(body),
            false,
        )),
    }
    parcel
}

fn read_page(parcel: &mut Parcel, page: Page) {
    let now = parcel.at;
    for part in page.set_aside {
        parcel
            .unread
            .push(letter(now, part.reason, &part.payload, part.kept));
    }
    for row in page.rows {
        let text = || serde_json::to_string(&row).unwrap_or_default();
        match Leg::salvage(&row) {
            Ok((leg, lost)) => {
                parcel.legs.push(leg);
                if !lost.is_empty() {
                    parcel
                        .unread
                        .push(letter(now, kept_without(&lost), &text(), true));
                }
            }
            Err(error) => parcel
                .unread
                .push(letter(now, error.to_string(), &text(), false)),
        }
    }
}

fn letter(at: DateTime<Utc>, reason: String, payload: &str, kept: bool) -> DeadLetter {
    let chars = payload.chars().count();
    let reason = match chars > MOST_PAYLOAD_CHARS {
        true => format!("{reason} (kept: the first {MOST_PAYLOAD_CHARS} of {chars} characters)"),
        false => reason,
    };
    DeadLetter {
        at,
        reason: format!("pushed: {reason}"),
        payload: payload.chars().take(MOST_PAYLOAD_CHARS).collect(),
        session: None,
        kept,
    }
}

fn refused(store: &impl KeyValue, server: &Server, now: DateTime<Utc>) -> PushRefusal {
    match pushes::is_refused_too_often(store, &server.id, now) {
        true => PushRefusal::TooOften,
        false => PushRefusal::OtherSecret,
    }
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Largest body that is read, in bytes: a record is some 1.5 kB, a relay may join a hundred.
pub const MOST_BODY_BYTES: usize = 256 * 1024;
/// What is kept of a body that cannot be read.
const MOST_PAYLOAD_CHARS: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::secret_of;

    #[test]
    fn a_secret_is_found_in_either_scheme() {
        let basic = |pair: &str| {
            format!(
                "Basic {}",
                base64::Engine::encode(&base64::prelude::BASE64_STANDARD, pair)
            )
        };
        assert_eq!(secret_of(&basic("ucm:s3:cret")).as_deref(), Some("s3:cret"));
        assert_eq!(secret_of("bearer  s3cret ").as_deref(), Some("s3cret"));
        for other in ["Digest x", "Basic !", "Basic", &basic("no colon")] {
            assert_eq!(secret_of(other), None, "{other}");
        }
    }
}

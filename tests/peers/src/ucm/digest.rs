//! HTTP Digest access authentication as the legacy API demands it: MD5, `qop=auth` (RFC 7616 with RFC 2617's hash).

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::session::md5_hex;

/// The realm of the legacy API.
const REALM: &str = "UCM API";
/// How long a nonce serves.
const NONCE_LIFETIME: TimeDelta = TimeDelta::seconds(300);

/// The nonces that were given out.
#[derive(Debug, Default)]
pub(crate) struct Nonces {
    known: HashMap<String, Nonce>,
}

#[derive(Debug)]
struct Nonce {
    given: DateTime<Utc>,
    last_count: u64,
}

/// Why a request is not authorised.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No credentials, or wrong ones.
    Unauthorized,
    /// The right credentials, but the nonce is too old or unknown.
    Stale,
}

impl Nonces {
    /// The `WWW-Authenticate` header of a refusal, with a nonce of its own.
    pub(crate) fn challenge(&mut self, refusal: &Refusal, now: DateTime<Utc>) -> String {
        let nonce = md5_hex(&format!("{}:{}", fastrand::u64(..), now.timestamp_micros()));
        self.known
            .retain(|_, nonce| now - nonce.given <= NONCE_LIFETIME);
        self.known.insert(
            nonce.clone(),
            Nonce {
                given: now,
                last_count: 0,
            },
        );
        let stale = if *refusal == Refusal::Stale {
            ", stale=true"
        } else {
            ""
        };
        format!(
            "Digest realm=\"{REALM}\", qop=\"auth\", algorithm=MD5, nonce=\"{nonce}\", opaque=\"{}\"{stale}",
            md5_hex(REALM)
        )
    }

    /// Checks an `Authorization` header for this method and request target.
    pub(crate) fn check(
        &mut self,
        header: Option<&str>,
        (method, target): (&str, &str),
        (username, password): (&str, &str),
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let given = header
            .and_then(Credentials::parse)
            .ok_or(Refusal::Unauthorized)?;
        let is_for_this = given.username == username
            && given.uri == target
            && given.realm == REALM
            && given.qop == "auth"
            && given.nc.len() == 8
            && !given.cnonce.is_empty();
        if !is_for_this || given.response != given.expected(method, password) {
            return Err(Refusal::Unauthorized);
        }
        let count = u64::from_str_radix(given.nc, 16).map_err(|_| Refusal::Unauthorized)?;
        match self.known.get_mut(given.nonce) {
            Some(nonce) if now - nonce.given <= NONCE_LIFETIME && count > nonce.last_count => {
                nonce.last_count = count;
                Ok(())
            }
            _ => Err(Refusal::Stale),
        }
    }
}

#[derive(Debug, Default)]
struct Credentials<'a> {
    username: &'a str,
    realm: &'a str,
    nonce: &'a str,
    uri: &'a str,
    qop: &'a str,
    nc: &'a str,
    cnonce: &'a str,
    response: &'a str,
}

impl<'a> Credentials<'a> {
    fn parse(header: &'a str) -> Option<Self> {
        let mut rest = header.strip_prefix("Digest ")?.trim_start();
        let mut credentials = Self::default();
        while !rest.is_empty() {
            let (name, after) = rest.split_once('=')?;
            let (value, after) = match after.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"')?,
                None => after.split_at(after.find(',').unwrap_or(after.len())),
            };
            credentials.set(name.trim(), value.trim());
            rest = after.trim_start_matches([',', ' ']);
        }
        Some(credentials)
    }

    fn set(&mut self, name: &str, value: &'a str) {
        match name.to_ascii_lowercase().as_str() {
            "username" => self.username = value,
            "realm" => self.realm = value,
            "nonce" => self.nonce = value,
            "uri" => self.uri = value,
            "qop" => self.qop = value,
            "nc" => self.nc = value,
            "cnonce" => self.cnonce = value,
            "response" => self.response = value,
            _ => {}
        }
    }

    fn expected(&self, method: &str, password: &str) -> String {
        let Self {
            username,
            realm,
            nonce,
            uri,
            qop,
            nc,
            cnonce,
            ..
        } = self;
        let secret = md5_hex(&format!("{username}:{realm}:{password}"));
        let request = md5_hex(&format!("{method}:{uri}"));
        md5_hex(&format!("{secret}:{nonce}:{nc}:{cnonce}:{qop}:{request}"))
    }
}

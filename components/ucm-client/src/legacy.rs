//! The legacy API: `GET /cdrapi` with HTTP digest authentication, on a port of its own.
//!
//! Grandstream, "CDR REC API" guide. A parameter that is unknown, empty or twice there gives an empty container, not an error: nothing empty
//! is ever sent. A nonce is kept between runs, so that a steady poll takes one request.

use http::{Method, Request, Response, StatusCode, header};
use http_auth::{ChallengeRef, DigestClient, PasswordParams, parse_challenges};

use super::account::{Account, build, encoded, secret_header};
use super::record;
use super::reply::{Format, Reply, json_text};
use super::saved::{Nonce, Saved};
use super::verdict::{self, Ask, Verdict};
use super::window::Query;
use super::{Misconfigured, RecordingPlace, Refusal, Trouble, UcmError, Unexpected, table, text};

/// Where the dialogue stands.
#[derive(Debug, Default)]
pub(super) struct Legacy {
    /// The client half of the present nonce.
    digest: Option<DigestClient>,
    /// What authenticated the request that is under way.
    sent: Sent,
    /// Challenges taken in this operation.
    challenges: u32,
}

/// What authenticated a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Sent {
    /// Nothing: a 401 is the way to get a nonce.
    #[default]
    Nothing,
    /// A nonce that was used before: a 401 may mean that it has expired.
    UsedNonce,
    /// A nonce that was just given: a 401 means that the account is wrong.
    FreshNonce,
}

impl Legacy {
    /// Begins with the nonce that was kept, if there is one.
    pub(super) fn begin(account: &Account, saved: &Saved) -> Self {
        Self {
            digest: saved
                .nonce
                .as_ref()
                .and_then(|nonce| restore(account, nonce)),
            ..Self::default()
        }
    }

    /// Builds the next request.
    ///
    /// # Errors
    /// [`UcmError::Configuration`] when the address cannot be used, [`UcmError::Unsupported`] for anything but call records and recordings.
    pub(super) fn request(
        &mut self,
        account: &Account,
        saved: &mut Saved,
        ask: &Ask,
    ) -> Result<Request<Vec<u8>>, UcmError> {
        let url = match ask {
            Ask::Cdr(query) => account.url("/cdrapi", &parameters(query)),
            Ask::Recording(place) => account.url("/recapi", &recording(place)),
            Ask::SystemStatus
            | Ask::DeviceInfo
            | Ask::RecordingInfo { .. }
            | Ask::Dial(_)
            | Ask::Phones { .. } => {
                return Err(UcmError::Unsupported {
                    action: ask.action(),
                });
            }
        };
        let target = format!("{}?{}", url.path(), url.query().unwrap_or_default());
        let mut head = Request::builder().method(Method::GET);
        self.sent = Sent::Nothing;
        if let Some(value) = self.authorize(account, &target) {
            let nonce = saved.nonce.get_or_insert_default();
            self.sent = if nonce.uses == 0 {
                Sent::FreshNonce
            } else {
                Sent::UsedNonce
            };
            nonce.uses += 1;
            head = head.header(header::AUTHORIZATION, secret_header(&value)?);
        }
        build(head, &url, Vec::new())
    }

    /// Takes the reply to that request.
    pub(super) fn handle(
        &mut self,
        saved: &mut Saved,
        ask: &Ask,
        response: &Response<Vec<u8>>,
    ) -> Verdict {
        if response.status() == StatusCode::UNAUTHORIZED {
            return self
                .challenged(saved, response)
                .unwrap_or_else(Verdict::from);
        }
        if let Some(verdict) = verdict::of_http_status(ask.action(), response.status()) {
            return verdict;
        }
        match ask {
            Ask::Recording(_) => no_recording(ask.action(), response.body()),
            _ => read(ask.action(), response.body()).unwrap_or_else(Verdict::from),
        }
    }

    fn authorize(&mut self, account: &Account, target: &str) -> Option<String> {
        self.digest.as_mut()?.respond(&params(account, target)).ok()
    }

    fn challenged(
        &mut self,
        saved: &mut Saved,
        response: &Response<Vec<u8>>,
    ) -> Result<Verdict, UcmError> {
        let (challenge, digest) = digest_of(response).ok_or(Misconfigured::NoDigest)?;
        if self.sent == Sent::FreshNonce && !digest.stale() {
            saved.nonce = None;
            let refusal = Refusal::WrongPassword {
                attempts_left: None,
                locked_secs: None,
            };
            return Err(UcmError::Credentials(refusal));
        }
        self.challenges += 1;
        if self.challenges > MAX_CHALLENGES {
            saved.nonce = None;
            return Err(UcmError::Unavailable(Trouble::SessionNotKept));
        }
        saved.nonce = Some(Nonce { challenge, uses: 0 });
        self.digest = Some(digest);
        Ok(Verdict::Advanced)
    }
}

/// The client half of a nonce that was kept. The crate counts the uses itself, from zero: the count is brought to where it was.
fn restore(account: &Account, nonce: &Nonce) -> Option<DigestClient> {
    if nonce.uses >= MAX_NONCE_USES {
        return None;
    }
    let mut digest = client_for(&nonce.challenge)?;
    for _ in 0..nonce.uses {
        digest.respond(&params(account, "/")).ok()?;
    }
    Some(digest)
}

fn params<'a>(account: &'a Account, target: &'a str) -> PasswordParams<'a> {
    PasswordParams {
        username: &account.username,
        password: account.password.expose(),
        uri: target,
        method: Method::GET.as_str(),
        body: None,
    }
}

/// The first digest challenge that can be answered, and the header that it came in.
fn digest_of(response: &Response<Vec<u8>>) -> Option<(String, DigestClient)> {
    let headers = response
        .headers()
        .get_all(header::WWW_AUTHENTICATE)
        .into_iter();
    headers
        .filter_map(|value| value.to_str().ok())
        .find_map(|value| Some((value.to_owned(), client_for(value)?)))
}

fn client_for(header: &str) -> Option<DigestClient> {
    let challenges = parse_challenges(header).ok()?;
    challenges
        .iter()
        .find_map(|challenge: &ChallengeRef<'_>| DigestClient::try_from(challenge).ok())
}

fn parameters(query: &Query) -> Vec<(&'static str, String)> {
    let mut parameters = vec![("format", "json".to_owned())];
    parameters.extend(query.start.clone().map(|time| ("startTime", time)));
    parameters.extend(query.end.clone().map(|time| ("endTime", time)));
    parameters.push(("numRecords", query.limit.to_string()));
    parameters.push(("offset", query.offset.to_string()));
    parameters
}

fn recording(place: &RecordingPlace) -> Vec<(&'static str, String)> {
    vec![
        ("filedir", place.folder.name().to_owned()),
        ("filename", encoded(&place.file)),
    ]
}

/// What an answer with status 200 says that is no recording.
fn no_recording(action: &'static str, body: &[u8]) -> Verdict {
    let text = text::decode(body);
    let status = json_text(action, text)
        .and_then(|text| Reply::read(action, &text).map(|reply| (reply.status, reply.fields)));
    match status {
        Ok((Some(code), fields)) if code != 0 => verdict::of_status(action, code, false, &fields),
        Ok(_) => Unexpected::Format(action).into(),
        Err(error) => error.into(),
    }
}

/// JSON as asked for, or CSV, which is this API's default.
fn read(action: &'static str, body: &[u8]) -> Result<Verdict, UcmError> {
    let text = text::decode(body);
    if Format::of(&text) == Format::Other {
        return table::read(action, body, &text).map(Verdict::Page);
    }
    let text = json_text(action, text)?;
    let reply = Reply::read(action, &text)?;
    if let Some(code) = reply.status.filter(|code| *code != 0) {
        return Ok(verdict::of_status(action, code, false, &reply.fields));
    }
    let items = reply.items.ok_or(Unexpected::Missing {
        action,
        field: "cdr_root",
    })?;
    Ok(Verdict::Page(record::read(body, &items)))
}

/// Challenges that one operation takes: the first, one for an expired nonce, and one to spare.
const MAX_CHALLENGES: u32 = 3;

/// Uses after which a kept nonce is given up, so that bringing the count back stays within a millisecond: four days of polls every 15 minutes.
const MAX_NONCE_USES: u32 = 400;

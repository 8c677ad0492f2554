//! The HTTPS API: `POST /api`, a challenge, a login, a cookie in the JSON body.
//!
//! Grandstream, "HTTPS API" guide. The HTTP status is 200 for errors too; a successful `cdrapi` has no envelope and no status.

use std::borrow::Cow;

use chrono::{DateTime, FixedOffset, Utc};
use http::{Method, Request, Response, header};
use md5::{Digest, Md5};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::account::{Account, build};
use super::record;
use super::reply::{Reply, json_text};
use super::saved::{Saved, Session};
use super::verdict::{self, Ask, Verdict};
use super::window::Query;
use super::{
    Answer, Callee, DeviceInfo, Dial, Phone, PhoneState, Phones, RecordingInfo, SystemStatus,
    UcmError, Unexpected, text,
};

/// Where the dialogue stands.
#[derive(Debug, Default)]
pub(super) enum Action {
    /// To ask for a challenge.
    #[default]
    Challenge,
    /// To answer it.
    Login {
        /// What the device gave.
        challenge: String,
    },
    /// To ask the question.
    Ask,
}

impl Action {
    /// Where to begin: a session that is young enough is used again.
    pub(super) fn begin(saved: &Saved, now: DateTime<Utc>) -> Self {
        if saved.live_session(now).is_some() {
            Self::Ask
        } else {
            Self::Challenge
        }
    }

    /// The request is to be sent again. A challenge serves one login, whether its answer was heard or not: the same token once more would be
    /// refused as a wrong password is.
    pub(super) fn send_again(&mut self) {
        if matches!(self, Self::Login { .. }) {
            *self = Self::Challenge;
        }
    }

    /// Builds the next request.
    ///
    /// # Errors
    /// [`UcmError::Configuration`] when the address cannot be used.
    pub(super) fn request(
        &self,
        account: &Account,
        saved: &Saved,
        ask: &Ask,
    ) -> Result<Request<Vec<u8>>, UcmError> {
        let fields = match self {
            Self::Challenge => json!({ "user": account.username, "version": "1.0" }),
            Self::Login { challenge } => {
                json!({ "user": account.username, "token": token(challenge, account.password.expose()) })
            }
            Self::Ask => question(
                ask,
                saved.session.as_ref().map_or("", |session| &session.cookie),
            ),
        };
        let mut request = Map::from_iter([("action".to_owned(), Value::from(self.name(ask)))]);
        if let Value::Object(fields) = fields {
            request.extend(fields);
        }
        let head = Request::builder()
            .method(Method::POST)
            .header(header::CONTENT_TYPE, "application/json;charset=UTF-8")
            .header(header::ACCEPT, "application/json");
        build(
            head,
            &account.url("/api", &[]),
            json!({ "request": request }).to_string().into_bytes(),
        )
    }

    /// Takes the reply to that request.
    pub(super) fn handle(
        &mut self,
        saved: &mut Saved,
        now: DateTime<Utc>,
        ask: &Ask,
        response: &Response<Vec<u8>>,
    ) -> Verdict {
        let action = self.name(ask);
        if let Some(verdict) = verdict::of_http_status(action, response.status()) {
            return verdict;
        }
        self.take(saved, now, ask, response.body())
            .unwrap_or_else(Verdict::from)
    }

    fn take(
        &mut self,
        saved: &mut Saved,
        now: DateTime<Utc>,
        ask: &Ask,
        body: &[u8],
    ) -> Result<Verdict, UcmError> {
        let action = self.name(ask);
        let text: Cow<'_, str> = json_text(action, text::decode(body))?;
        let reply = Reply::read(action, &text)?;
        let signing_in = !matches!(self, Self::Ask);
        if let Some(code) = reply.status.filter(|code| *code != 0) {
            return Ok(verdict::of_status(action, code, signing_in, &reply.fields));
        }
        match self {
            Self::Challenge => {
                let challenge = reply.required(action, "challenge")?.to_owned();
                *self = Self::Login { challenge };
            }
            Self::Login { .. } => {
                let cookie = reply.required(action, "cookie")?.to_owned();
                saved.session = Some(Session {
                    cookie,
                    last_used: now,
                });
                *self = Self::Ask;
            }
            Self::Ask => {
                saved.touch_session(now);
                return answer(ask, &reply, body);
            }
        }
        Ok(Verdict::Advanced)
    }

    fn name(&self, ask: &Ask) -> &'static str {
        match self {
            Self::Challenge => "challenge",
            Self::Login { .. } => "login",
            Self::Ask => ask.action(),
        }
    }
}

/// `md5(challenge + password)`, in lower-case hexadecimal.
fn token(challenge: &str, password: &str) -> String {
    format!(
        "{:x}",
        Md5::new()
            .chain_update(challenge)
            .chain_update(password)
            .finalize()
    )
}

fn question(ask: &Ask, cookie: &str) -> Value {
    match ask {
        Ask::Cdr(query) => records(query, cookie),
        Ask::SystemStatus | Ask::DeviceInfo => json!({ "cookie": cookie }),
        Ask::RecordingInfo { acct_id } => json!({ "cookie": cookie, "id": acct_id }),
        Ask::Recording(place) => {
            json!({ "cookie": cookie, "filedir": place.folder.name(), "filename": place.file })
        }
        Ask::Phones { page } => json!({
            "cookie": cookie,
            "options": "extension,status,addr",
            "item_num": PHONES_PER_PAGE,
            "page": page.to_string(),
            "sidx": "extension",
            "sord": "asc",
        }),
        Ask::Dial(Dial { caller, callee }) => match callee {
            Callee::Outside(number) => {
                json!({ "cookie": cookie, "caller": caller, "outbound": number })
            }
            Callee::Extension(number) => {
                json!({ "cookie": cookie, "caller": caller, "callee": number })
            }
        },
    }
}

/// Numbers are sent as text, as in the manual's samples.
fn records(query: &Query, cookie: &str) -> Value {
    let mut fields = json!({
        "cookie": cookie,
        "format": "json",
        "numRecords": query.limit.to_string(),
        "offset": query.offset.to_string(),
    });
    for (name, time) in [("startTime", &query.start), ("endTime", &query.end)] {
        if let Some(time) = time {
            fields[name] = Value::from(time.as_str());
        }
    }
    fields
}

fn answer(ask: &Ask, reply: &Reply<'_>, body: &[u8]) -> Result<Verdict, UcmError> {
    let field = |name: &str| reply.field(name).map(str::to_owned);
    Ok(Verdict::Answer(match ask {
        Ask::Cdr(_) => return page(ask, reply, body),
        Ask::SystemStatus => Answer::SystemStatus(SystemStatus {
            clock: reply.field("system-time").and_then(clock),
            up_time: field("up-time"),
        }),
        Ask::DeviceInfo => Answer::DeviceInfo(DeviceInfo {
            model: field("product-model"),
            firmware: field("prog-version"),
        }),
        Ask::RecordingInfo { .. } => Answer::RecordingInfo(RecordingInfo {
            files: files(reply.field("recordfiles").unwrap_or_default()),
        }),
        Ask::Phones { .. } => match &reply.items {
            Some(items) => Answer::Phones(Phones {
                phones: items.iter().filter_map(|item| phone(item)).collect(),
                pages: reply
                    .field("total_page")
                    .and_then(|pages| pages.parse().ok()),
            }),
            None => {
                return Err(Unexpected::Missing {
                    action: ask.action(),
                    field: "account",
                }
                .into());
            }
        },
        // A status that says nothing else than 0 is the answer; without one nothing was said.
        Ask::Dial(_) if reply.status.is_some() => Answer::Dialled,
        Ask::Dial(_) => {
            return Err(Unexpected::Missing {
                action: ask.action(),
                field: "status",
            }
            .into());
        }
        // A recording is no JSON: this says neither that it is there nor that it is not.
        Ask::Recording(_) => return Err(Unexpected::Format(ask.action()).into()),
    }))
}

fn page(ask: &Ask, reply: &Reply<'_>, body: &[u8]) -> Result<Verdict, UcmError> {
    let Some(items) = &reply.items else {
        return Err(Unexpected::Missing {
            action: ask.action(),
            field: "cdr_root",
        }
        .into());
    };
    Ok(Verdict::Page(record::read(body, items)))
}

/// A row of `listAccount`, in the words of Grandstream's guide; one without an extension is none.
fn phone(item: &str) -> Option<Phone> {
    #[derive(Deserialize)]
    struct Row<'a> {
        #[serde(borrow)]
        extension: Cow<'a, str>,
        #[serde(borrow, default)]
        status: Cow<'a, str>,
        #[serde(borrow, default)]
        addr: Cow<'a, str>,
    }
    let row: Row<'_> = serde_json::from_str(item).ok()?;
    let state = match (row.status.trim(), row.addr.trim()) {
        (status, _) if status.eq_ignore_ascii_case("unavailable") => PhoneState::Away,
        (_, "-") => PhoneState::Away,
        (status, _) if status.eq_ignore_ascii_case("idle") => PhoneState::Idle,
        (status, _)
            if ENGAGED
                .iter()
                .any(|known| status.eq_ignore_ascii_case(known)) =>
        {
            PhoneState::Engaged
        }
        _ => PhoneState::Unknown,
    };
    let extension = row.extension.trim();
    (!extension.is_empty()).then(|| Phone {
        extension: extension.to_owned(),
        state,
    })
}

/// What the status of an extension says whose telephone is in use.
const ENGAGED: [&str; 4] = ["InUse", "Busy", "Ringing", "InUse&Ringing"];
/// Rows of a page: the offices that have more extensions are few, and the manual names no limit.
const PHONES_PER_PAGE: &str = "100";

/// `23-11-2022 14:37:26 UTC+00:00`
fn clock(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_str(text, "%d-%m-%Y %H:%M:%S UTC%:z").ok()
}

/// Names are joined by commas here, and by `@` within records.
fn files(text: &str) -> Vec<String> {
    text.split([',', '@'])
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_the_hash_of_challenge_and_password() {
        // md5sum of `0000001496038514cdrapi123`
        assert_eq!(
            token("0000001496038514", "cdrapi123"),
            "842f83b03f481e3f4f8e49aded988815"
        );
    }

    #[test]
    fn the_clock_says_its_offset() {
        let time = clock("23-11-2022 14:37:26 UTC+02:00").map(|time| time.to_rfc3339());
        assert_eq!(time.as_deref(), Some("2022-11-23T14:37:26+02:00"));
        assert_eq!(clock("yesterday"), None);
    }
}

//! The REST face of gateways: a login, a cookie header, `GET /api/cdr`.
//!
//! A record is a whole call. There is no paging: the caller narrows the window.

use chrono::{DateTime, Utc};
use http::{Method, Request, Response, StatusCode, header};
use serde_json::json;

use super::account::{Account, build, encoded, secret_header};
use super::reply::{Reply, json_text};
use super::rest_record;
use super::saved::{Saved, Session};
use super::verdict::{self, Ask, Verdict};
use super::window::Query;
use super::{Misconfigured, Refusal, UcmError, Unexpected, text};

/// Where the dialogue stands.
#[derive(Debug, Default)]
pub(super) enum Rest {
    /// To sign in.
    #[default]
    Login,
    /// To ask the question with a cookie from an earlier run, which may have expired.
    AskAgain,
    /// To ask the question with a cookie that was just given.
    Ask,
}

impl Rest {
    /// Where to begin: a session that is young enough is used again.
    pub(super) fn begin(saved: &Saved, now: DateTime<Utc>) -> Self {
        if saved.live_session(now).is_some() {
            Self::AskAgain
        } else {
            Self::Login
        }
    }

    /// Builds the next request.
    ///
    /// # Errors
    /// [`UcmError::Configuration`] when the address cannot be used, [`UcmError::Unsupported`] for anything but call records and recordings.
    pub(super) fn request(
        &self,
        account: &Account,
        saved: &Saved,
        ask: &Ask,
    ) -> Result<Request<Vec<u8>>, UcmError> {
        let (path, parameters) = match ask {
            Ask::Cdr(query) => ("/api/cdr", parameters(query)),
            Ask::Recording(place) => ("/api/recording", vec![("file", encoded(&place.file))]),
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
        let head = Request::builder().header(header::ACCEPT, "application/json, audio/*");
        if matches!(self, Self::Login) {
            let body =
                json!({ "username": account.username, "password": account.password.expose() });
            let head = head
                .method(Method::POST)
                .header(header::CONTENT_TYPE, "application/json");
            return build(
                head,
                &account.url("/api/login", &[]),
                body.to_string().into_bytes(),
            );
        }
        let cookie = saved.session.as_ref().map_or("", |session| &session.cookie);
        let head = head
            .method(Method::GET)
            .header(header::COOKIE, secret_header(cookie)?);
        build(head, &account.url(path, &parameters), Vec::new())
    }

    /// Takes the reply to that request.
    pub(super) fn handle(
        &mut self,
        saved: &mut Saved,
        now: DateTime<Utc>,
        ask: &Ask,
        response: &Response<Vec<u8>>,
    ) -> Verdict {
        let verdict = match self {
            Self::Login => self.signed_in(saved, now, response),
            Self::Ask | Self::AskAgain => self.answered(saved, now, ask, response),
        };
        verdict.unwrap_or_else(Verdict::from)
    }

    fn signed_in(
        &mut self,
        saved: &mut Saved,
        now: DateTime<Utc>,
        response: &Response<Vec<u8>>,
    ) -> Result<Verdict, UcmError> {
        if matches!(
            response.status(),
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
        ) {
            return Err(refused());
        }
        if let Some(verdict) = verdict::of_http_status(LOGIN, response.status()) {
            return Ok(verdict);
        }
        let text = json_text(LOGIN, text::decode(response.body()))?;
        let reply = Reply::read(LOGIN, &text)?;
        match reply.field("response") {
            Some("success") => {}
            None if reply.status.is_some() => return Err(Misconfigured::NotAGateway.into()),
            _ => return Err(refused()),
        }
        let cookie = reply.required(LOGIN, "cookie")?.to_owned();
        saved.session = Some(Session {
            cookie,
            last_used: now,
        });
        *self = Self::Ask;
        Ok(Verdict::Advanced)
    }

    fn answered(
        &mut self,
        saved: &mut Saved,
        now: DateTime<Utc>,
        ask: &Ask,
        response: &Response<Vec<u8>>,
    ) -> Result<Verdict, UcmError> {
        let action = ask.action();
        let may_have_expired = matches!(self, Self::AskAgain);
        match response.status() {
            StatusCode::UNAUTHORIZED => return Ok(Verdict::SessionLost),
            StatusCode::FORBIDDEN if may_have_expired => return Ok(Verdict::SessionLost),
            status => {
                if let Some(verdict) = verdict::of_http_status(action, status) {
                    return Ok(verdict);
                }
            }
        }
        let text = json_text(action, text::decode(response.body()))?;
        if matches!(ask, Ask::Recording(_)) {
            // Gateways differ in how they say it; a cookie that was just given is not the reason.
            let lost = may_have_expired.then_some(Verdict::SessionLost);
            return lost.ok_or_else(|| Unexpected::Format(action).into());
        }
        let Some(items) = Reply::read(action, &text)?.items else {
            let lost = may_have_expired.then_some(Verdict::SessionLost);
            return lost.ok_or_else(|| {
                Unexpected::Missing {
                    action,
                    field: "cdr",
                }
                .into()
            });
        };
        saved.touch_session(now);
        Ok(Verdict::Page(rest_record::page(response.body(), &items)))
    }
}

fn refused() -> UcmError {
    UcmError::Credentials(Refusal::WrongPassword {
        attempts_left: None,
        locked_secs: None,
    })
}

fn parameters(query: &Query) -> Vec<(&'static str, String)> {
    let start = query.start.clone().map(|time| ("start_time", time));
    let end = query.end.clone().map(|time| ("end_time", time));
    start.into_iter().chain(end).collect()
}

const LOGIN: &str = "login";

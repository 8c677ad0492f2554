//! Answers, in the few shapes that the device has.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

pub(crate) use crate::broken::Body;

/// The JSON status of an answer, kept beside it for the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AppStatus(pub(crate) i64);

/// A status of the action API, see the official table.
pub(crate) mod status {
    pub(crate) const INVALID_PARAMETERS: i64 = -1;
    pub(crate) const NEED_AUTHENTICATION: i64 = -5;
    pub(crate) const COOKIE_ERROR: i64 = -6;
    pub(crate) const INVALID_VALUE: i64 = -15;
    pub(crate) const NO_SUCH_ITEM: i64 = -16;
    pub(crate) const FAILED_TO_UPDATE: i64 = -25;
    pub(crate) const SENSITIVE_CHARACTERS: i64 = -50;
    pub(crate) const WRONG_PASSWORD: i64 = -37;
    pub(crate) const TOO_FREQUENT: i64 = -45;
    pub(crate) const NO_PERMISSION: i64 = -47;
    pub(crate) const TOO_FREQUENT_FOR_A_MINUTE: i64 = -57;
    pub(crate) const LOGIN_RESTRICTION: i64 = -68;
}

pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// Any answer with a body in one piece.
pub(crate) fn answer(
    code: StatusCode,
    content_type: &str,
    body: impl Into<Bytes>,
) -> Response<Body> {
    let mut response = Response::new(full(body));
    *response.status_mut() = code;
    if let Ok(value) = HeaderValue::from_str(content_type)
        && !value.is_empty()
    {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}

pub(crate) fn json_text(body: impl Into<Bytes>) -> Response<Body> {
    answer(StatusCode::OK, "application/json;charset=UTF-8", body)
}

/// `{"response":…,"status":…}`, with HTTP status 200 whatever the other is.
pub(crate) fn envelope(response: Value, status: i64) -> Response<Body> {
    let text = json!({ "response": response, "status": status }).to_string();
    let mut answer = json_text(text);
    answer.extensions_mut().insert(AppStatus(status));
    answer
}

pub(crate) fn success(response: Value) -> Response<Body> {
    envelope(response, 0)
}

pub(crate) fn failure(status: i64) -> Response<Body> {
    let response = match status {
        status::INVALID_PARAMETERS => json!({ "error_msg": "Invalid parameters!" }),
        _ => json!({}),
    };
    envelope(response, status)
}

/// The web interface's page, which every unknown path gets.
pub(crate) fn web_page() -> Response<Body> {
    answer(StatusCode::OK, "text/html", WEB_PAGE)
}

const WEB_PAGE: &str = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<title>UCM Management</title></head><body><div id=\"root\"></div>\
<script src=\"/main.js\"></script></body></html>\n";

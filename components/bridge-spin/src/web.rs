//! Inbound HTTP: who asks, what they ask, and how they are answered.

use bridge_core::config::Token;
use bridge_faces::problem::Problem;
use calls::language::Language;
use chrono::{DateTime, Utc};
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    REFERRER_POLICY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use spin_sdk::http::Request;

use crate::{admin_token, stats_token};

/// A short answer: all of it is at hand before its first byte is sent.
pub type Response = http::Response<Vec<u8>>;

/// Whether `request` carries one of the tokens that may read the statistics and the status.
pub fn may_read(request: &Request) -> Result<(), Problem> {
    admitted(request, &[admin_token(), stats_token()])
}

/// The end and the signature of a link.
pub struct Signed {
    /// When it ends; long ago where that cannot be read, so that the signature fits nothing.
    pub expires: DateTime<Utc>,
    /// The signature, as it was sent.
    pub signature: String,
}

impl Signed {
    /// Those of the link that `request` came by, if it came by one.
    pub fn read(request: &Request) -> Option<Self> {
        Self::of(request.query())
    }

    /// Those of a link with this query, if it has them.
    pub fn of(query: &str) -> Option<Self> {
        let signature = parameter(query, "signature")?;
        let secs = parameter(query, "expires").and_then(|text| text.parse().ok());
        let expires = secs.and_then(|secs| DateTime::from_timestamp(secs, 0));
        Some(Self {
            expires: expires.unwrap_or_default(),
            signature,
        })
    }
}

/// Whether `request` carries `token` as its bearer. A token that is not configured lets nobody in, nor does one that can be guessed.
pub fn authorised(request: &Request, token: &Token) -> Result<(), Problem> {
    admitted(request, std::slice::from_ref(token))
}

/// Whether `request` carries one of `tokens`, the first of which is the one to set where there is none.
fn admitted(request: &Request, tokens: &[Token]) -> Result<(), Problem> {
    let bearer = request
        .header("authorization")
        .and_then(|value| value.as_str())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, bearer)| bearer.trim());
    let matches = |bearer: &str| tokens.iter().any(|token| token.matches(bearer));
    if bearer.is_some_and(matches) {
        return Ok(());
    }
    let unset = tokens.first().filter(|_| !tokens.iter().any(Token::is_set));
    Err(match (Token::in_the_way(tokens, bearer), unset) {
        // Whoever holds it is not told that the request carries no token.
        (Some(weak), _) => Problem::guessable(weak.variable),
        (None, Some(unset)) => Problem::not_configured(unset.variable),
        (None, None) => Problem::unauthorised(),
    })
}

/// The value of a query parameter.
pub fn query(request: &Request, name: &str) -> Option<String> {
    parameter(request.query(), name)
}

/// The value of a parameter in a query.
pub fn parameter(query: &str, name: &str) -> Option<String> {
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// An answer in JSON.
pub fn answer(status: u16, body: &impl serde::Serialize) -> Response {
    respond(status, "application/json", body)
}

/// A page for people. It loads nothing, is framed nowhere, and tells nobody the address it was opened with.
pub fn page(status: u16, html: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (REFERRER_POLICY, "no-referrer"),
    ];
    response(status, headers, html.into_bytes())
}

/// An answer in a text format of its own.
pub fn text(status: u16, content_type: &str, body: String) -> Response {
    let headers = [(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-store")];
    response(status, headers, body.into_bytes())
}

/// A file to keep. `name` has only characters that a header takes as they are.
pub fn file(content_type: &str, name: &str, content: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (CONTENT_TYPE, content_type),
        (CONTENT_DISPOSITION, disposition.as_str()),
        (CACHE_CONTROL, "no-store"),
    ];
    response(200, headers, content)
}

/// What the caller says it accepts; anything where it says nothing.
pub fn accepted(request: &Request) -> &str {
    let header = request.header("accept");
    header.and_then(|value| value.as_str()).unwrap_or_default()
}

/// The reader's language, as the browser says it.
pub fn language(request: &Request) -> Language {
    let header = request.header("accept-language");
    Language::preferred(header.and_then(|value| value.as_str()).unwrap_or_default())
}

/// Whether the caller is a browser rather than a program.
pub fn wants_page(request: &Request) -> bool {
    accepted(request).contains("text/html")
}

/// A field of a form that was sent, or else a parameter of the address.
pub fn field(request: &Request, name: &str) -> Option<String> {
    url::form_urlencoded::parse(request.body())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
        .or_else(|| query(request, name))
}

/// A problem as RFC 9457 has it.
pub fn problem(problem: &Problem) -> Response {
    respond(problem.status, "application/problem+json", problem)
}

fn respond(status: u16, content_type: &str, body: &impl serde::Serialize) -> Response {
    // The bodies are maps with text keys, which always serialise; an empty body would still carry the status.
    let body = serde_json::to_vec(body).unwrap_or_default();
    let headers = [(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-store")];
    let mut response = response(status, headers, body);
    if status == 401 {
        set(&mut response, WWW_AUTHENTICATE, "Bearer");
    }
    response
}

/// An answer with these headers, which is what it says it is: no browser guesses.
pub fn response<const N: usize>(
    status: u16,
    headers: [(HeaderName, &str); N],
    body: Vec<u8>,
) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        set(&mut response, name, value);
    }
    set(&mut response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

/// Gives an answer a header, in place of one of that name. A value that no header takes is left out.
pub fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = http::HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Only the page's own style, and forms to its own address.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

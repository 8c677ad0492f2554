//! The legacy CDR/REC API: `GET /cdrapi` and `GET /recapi` with HTTP Digest.

use hyper::header::{HeaderValue, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};

use super::api::{cdr, recording};
use super::device::{Device, State};
use super::query::Params;
use super::wire::{self, Body};

/// One request to the legacy API.
pub(crate) struct LegacyRequest<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// Path and query as they stand in the request line.
    pub(crate) target: &'a str,
    pub(crate) params: &'a Params,
    pub(crate) authorization: Option<&'a str>,
}

pub(crate) fn answer(device: &Device, request: &LegacyRequest<'_>) -> Response<Body> {
    let mut state = device.state();
    let now = device.shown_now(&state);
    let checked = state.nonces.check(
        request.authorization,
        (request.method, request.target),
        (&device.username, &device.password),
        now,
    );
    if let Err(refusal) = checked {
        let challenge = state.nonces.challenge(&refusal, now);
        return unauthorized(&challenge);
    }
    match request.path {
        "/cdrapi" => cdr::answer(device, &mut state, request.params, true),
        _ => recordings(&state, request.params),
    }
}

/// Missing recordings are 404 here, whatever the new API says of them.
fn recordings(state: &State, params: &Params) -> Response<Body> {
    recording::deliver(recording::find(state, params), state)
}

fn unauthorized(challenge: &str) -> Response<Body> {
    let mut response = wire::answer(StatusCode::UNAUTHORIZED, "text/html", "401 Unauthorized\n");
    if let Ok(value) = HeaderValue::from_str(challenge) {
        response.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    response
}

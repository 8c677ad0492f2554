//! The new HTTPS API: `POST /api`, one action in each request.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use hyper::Response;
use serde_json::{Value, json};

use super::device::{Device, State};
use super::query::{Params, value};
use super::session::LoginError;
use super::wire::{self, Body, failure, status, success};

pub(crate) mod cdr;
mod channels;
pub(crate) mod dial;
mod hangup;
mod lists;
mod queue;
pub(crate) mod recording;
mod routes;
mod system;

/// How long a client is told to wait by -45 and by -57, and the spans over which its actions are counted. The device's own counts are not known.
const SHORT_SPAN: TimeDelta = TimeDelta::seconds(15);
const LONG_SPAN: TimeDelta = TimeDelta::seconds(60);

/// The action and arguments of a request's body: `{"request":{"action":…}}`.
pub(crate) fn parse(body: &[u8]) -> Option<(String, Params)> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let request = body.get("request")?.as_object()?;
    let action = request.get("action")?.as_str()?.to_owned();
    let params = request.iter().filter_map(|(name, value)| {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some((name.clone(), text))
    });
    Some((action, params.collect()))
}

/// An argument, if there is anything in it.
fn given<'p>(params: &'p Params, name: &str) -> Option<&'p str> {
    value(params, name).filter(|text| !text.is_empty())
}

/// Does what `action` says.
pub(crate) fn act(device: &Device, action: &str, params: &Params, from: IpAddr) -> Response<Body> {
    let mut state = device.state();
    let now = device.shown_now(&state);
    let permitted = &state.switches.permitted_ips;
    let is_permitted = permitted.is_empty() || permitted.contains(&from);
    if !state.switches.api_enabled || !is_permitted {
        return failure(status::INVALID_PARAMETERS);
    }
    match action {
        "challenge" => challenge(device, &mut state, params, now),
        "login" => login(device, &mut state, params, now),
        _ => match admit(&mut state, action, params, now) {
            Ok(()) => run(device, &mut state, action, params, now),
            Err(status) => failure(status),
        },
    }
}

fn challenge(
    device: &Device,
    state: &mut State,
    params: &Params,
    now: DateTime<Utc>,
) -> Response<Body> {
    match value(params, "user") {
        None => failure(status::INVALID_PARAMETERS),
        Some(user) if user != device.username => failure(state.switches.unknown_user_status),
        Some(_) => success(json!({ "challenge": state.sessions.challenge(now) })),
    }
}

fn login(
    device: &Device,
    state: &mut State,
    params: &Params,
    now: DateTime<Utc>,
) -> Response<Body> {
    let (Some(user), Some(token)) = (value(params, "user"), value(params, "token")) else {
        return failure(status::INVALID_PARAMETERS);
    };
    let result = if user == device.username {
        state.sessions.login(token, &device.password, now)
    } else {
        Err(state.sessions.wrong(now))
    };
    match result {
        Ok(cookie) => success(json!({ "cookie": cookie })),
        Err(LoginError::Wrong { remain }) => {
            wire::envelope(json!({ "remain_num": remain }), status::WRONG_PASSWORD)
        }
        Err(LoginError::Locked { remain_secs }) => wire::envelope(
            json!({ "remain_num": 0, "remain_time": remain_secs }),
            status::LOGIN_RESTRICTION,
        ),
    }
}

/// Checks session, pace and permission, in this order.
fn admit(state: &mut State, action: &str, params: &Params, now: DateTime<Utc>) -> Result<(), i64> {
    let max_requests = state.switches.session_requests;
    state
        .sessions
        .check(value(params, "cookie"), max_requests, now)?;
    state.recent.retain(|at| now - *at < LONG_SPAN);
    let is_too_much = |most: Option<u32>, span| {
        let taken = state.recent.iter().filter(|at| now - **at < span);
        most.is_some_and(|most| taken.count() >= most as usize)
    };
    if is_too_much(state.switches.throttle_minute, LONG_SPAN) {
        return Err(status::TOO_FREQUENT_FOR_A_MINUTE);
    }
    if is_too_much(state.switches.throttle, SHORT_SPAN) {
        return Err(status::TOO_FREQUENT);
    }
    if state
        .switches
        .throttle
        .or(state.switches.throttle_minute)
        .is_some()
    {
        state.recent.push_back(now);
    }
    if state
        .switches
        .denied_actions
        .iter()
        .any(|denied| denied == action)
    {
        return Err(status::NO_PERMISSION);
    }
    Ok(())
}

fn run(
    device: &Device,
    state: &mut State,
    action: &str,
    params: &Params,
    now: DateTime<Utc>,
) -> Response<Body> {
    match action {
        "logout" => {
            state
                .sessions
                .close(value(params, "cookie").unwrap_or_default());
            success(json!({}))
        }
        "cdrapi" => cdr::answer(device, state, params, false),
        "recapi" => recording::answer(state, params),
        "getRecordInfosByCall" => recording::infos_by_call(state, params),
        "getSystemStatus" => system::status(device, state, now),
        "getSystemGeneralStatus" => system::general_status(),
        "listAccount" => lists::accounts(device, state, params),
        "listVoIPTrunk" => lists::trunks(device, params),
        "listQueue" => lists::queues(device, params),
        "listInboundRoute" => routes::inbound(device, params),
        "listOutboundRoute" => routes::outbound(device, state, params),
        "listBridgedChannels" => channels::bridged(device, state, params),
        "listUnBridgedChannels" => channels::unbridged(device, state, params),
        "dialOutbound" => dial::outside(device, state, params),
        "dialExtension" => dial::inside(device, state, params),
        "dialQueue" => dial::queue(device, state, params),
        "dialRinggroup" => dial::ring_group(device, state, params),
        "Hangup" => hangup::answer(device, state, params),
        "queueapi" => queue::answer(device, state, params),
        _ => failure(status::INVALID_PARAMETERS),
    }
}

//! The REST face that gateways put in front of a device: one record a call, cookies in the `Cookie` header.

use hyper::{Response, StatusCode};
use serde_json::{Map, Value, json};

use super::api::recording;
use super::device::{Device, State};
use super::leg::{Leg, stamp};
use super::query::{CdrQuery, Params, Reading, value};
use super::scenario::{Direction, Outcome, Truth};
use super::session::LoginError;
use super::switches::{Switches, TimeSeparator};
use super::wire::{self, Body, json_text};

/// Which records lack their id when that switch is on.
const MISSING_ID_EVERY: usize = 10;

/// `POST /api/login`.
pub(crate) fn login(device: &Device, body: &[u8]) -> Response<Body> {
    let mut state = device.state();
    let now = device.shown_now(&state);
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let is = |name: &str, expected: &str| body.get(name).and_then(Value::as_str) == Some(expected);
    if is("username", &device.username) && is("password", &device.password) {
        let cookie = state.sessions.open(now);
        return json_text(json!({ "response": "success", "cookie": cookie }).to_string());
    }
    match state.sessions.wrong(now) {
        LoginError::Wrong { .. } => refusal(StatusCode::UNAUTHORIZED, "wrong account or password"),
        LoginError::Locked { .. } => refusal(StatusCode::FORBIDDEN, "login restricted"),
    }
}

/// `GET /api/cdr` and `GET /api/recording`.
pub(crate) fn answer(
    device: &Device,
    path: &str,
    params: &Params,
    cookie: Option<&str>,
) -> Response<Body> {
    let mut state = device.state();
    let now = device.shown_now(&state);
    let max_requests = state.switches.session_requests;
    if state.sessions.check(cookie, max_requests, now).is_err() {
        return refusal(StatusCode::UNAUTHORIZED, "not logged in");
    }
    if path == "/api/recording" {
        return recordings(&state, params);
    }
    match records(device, &state, params) {
        Some(records) if state.switches.rest_bare_array => {
            json_text(Value::from(records).to_string())
        }
        Some(records) => json_text(json!({ "cdr": records }).to_string()),
        None => refusal(
            StatusCode::BAD_REQUEST,
            "start_time and end_time are YYYY-MM-DD HH:MM:SS",
        ),
    }
}

fn refusal(code: StatusCode, message: &str) -> Response<Body> {
    let text = json!({ "response": "error", "message": message }).to_string();
    wire::answer(code, "application/json", text)
}

fn recordings(state: &State, params: &Params) -> Response<Body> {
    let file = value(params, "file").unwrap_or_default();
    let in_directory = |dir: &str| -> Params {
        vec![
            ("filedir".to_owned(), dir.to_owned()),
            ("filename".to_owned(), file.to_owned()),
        ]
    };
    if file.is_empty() {
        return refusal(StatusCode::BAD_REQUEST, "file is missing");
    }
    let found = match recording::find(state, &in_directory("monitor")) {
        recording::Found::Nothing(_) => recording::find(state, &in_directory("queue")),
        found => found,
    };
    recording::deliver(found, state)
}

/// One record a session, of the window asked for; `None` when the window cannot be read.
fn records(device: &Device, state: &State, params: &Params) -> Option<Vec<Value>> {
    let window: Params = [("startTime", "start_time"), ("endTime", "end_time")]
        .into_iter()
        .filter_map(|(ours, theirs)| Some((ours.to_owned(), value(params, theirs)?.to_owned())))
        .collect();
    let reading = Reading {
        now: device.shown_now(state),
        zone: device.office.zone,
        separator: TimeSeparator::Either,
        is_strict: false,
    };
    let query = CdrQuery::parse(&window, reading).ok()?;
    let zone = device.office.zone;
    let mut truths = state.store.truths(device.clock.now());
    truths.retain(|truth| {
        let legs = state.store.legs_of(&truth.session);
        legs.first().is_some_and(|leg| query.holds_leg(leg, zone))
    });
    let record = |(n, truth): (usize, &Truth)| {
        let legs = state.store.legs_of(&truth.session);
        let mut record = record(device, state, truth, legs);
        if state.switches.rest_missing_ids && n % MISSING_ID_EVERY == 0 {
            record.remove("uniqueid");
        }
        renamed(record, &state.switches)
    };
    let records: Vec<Value> = truths.iter().enumerate().map(record).collect();
    Some(state.page(records, 0, query.is_open()))
}

fn record(device: &Device, state: &State, truth: &Truth, legs: &[Leg]) -> Map<String, Value> {
    let (first, last) = (&legs[0], &legs[legs.len() - 1]);
    let talked = truth.answered_by.clone();
    let extension = match truth.direction {
        Direction::Outbound | Direction::Internal => first.channel_ext.clone(),
        _ => talked.unwrap_or_else(|| last.dst.clone()),
    };
    let files: Vec<_> = legs.iter().flat_map(|leg| &leg.recordings).collect();
    let trunk = if first.src_trunk_name.is_empty() {
        &first.dst_trunk_name
    } else {
        &first.src_trunk_name
    };
    let record = json!({
        "uniqueid": first.uniqueid,
        "calldate": stamp(truth.start + state.skew(), device.office.zone),
        "src": first.src,
        "dst": last.dst,
        "src_name": first.caller_name,
        "dst_name": device.office.extension(&last.dst).map_or("", |e| e.name.as_str()),
        "direction": direction(truth.direction),
        "disposition": disposition(truth.outcome),
        "duration": (truth.end - truth.start).num_seconds(),
        "billsec": truth.talk_secs,
        "extension": extension,
        "trunk": trunk,
        "recordingfile": files.first().map_or("", |file| file.name.as_str()),
    });
    match record {
        Value::Object(record) => record,
        _ => Map::new(),
    }
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
        Direction::Internal => "internal",
        Direction::External => "external",
    }
}

fn disposition(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered | Outcome::Service => "ANSWERED",
        Outcome::Missed | Outcome::NoAnswer => "NO ANSWER",
        Outcome::Busy => "BUSY",
        Outcome::Voicemail => "VOICEMAIL",
        Outcome::Failed => "FAILED",
    }
}

/// The record under the other names that gateways use.
fn renamed(record: Map<String, Value>, switches: &Switches) -> Value {
    if !switches.rest_other_names {
        return Value::Object(record);
    }
    let other = |name: String| match name.as_str() {
        "uniqueid" => "call_id".to_owned(),
        "calldate" => "start_time".to_owned(),
        "src" => "caller".to_owned(),
        "dst" => "called".to_owned(),
        "src_name" => "caller_name".to_owned(),
        "dst_name" => "called_name".to_owned(),
        "direction" => "type".to_owned(),
        _ => name,
    };
    Value::Object(
        record
            .into_iter()
            .map(|(name, value)| (other(name), value))
            .collect(),
    )
}

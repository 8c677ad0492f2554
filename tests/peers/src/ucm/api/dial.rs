//! `dialOutbound` and `dialExtension`: an extension rings, and is connected once it is lifted.
//!
//! The answer comes before anybody has lifted. Refusals follow the table of statuses; which of them a device gives for what is assumed.

use chrono::{DateTime, Utc};
use hyper::Response;
use serde_json::json;

use super::super::device::{Device, State};
use super::super::query::{Params, value};
use super::super::scenario::{Call, Presentation, Scenario};
use super::super::switches::CalleeDoes;
use super::super::wire::{Body, failure, status, success};

/// A call that a program has asked for, and that the device has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialled {
    /// When.
    pub at: DateTime<Utc>,
    /// The extension that rings first.
    pub caller: String,
    /// Whom it is to be connected with, as it was asked for.
    pub callee: String,
    /// Whether that is a number outside.
    pub is_outside: bool,
}

pub(super) fn outside(device: &Device, state: &mut State, params: &Params) -> Response<Body> {
    let (Some(caller), Some(number)) = (given(params, "caller"), given(params, "outbound")) else {
        return failure(status::INVALID_PARAMETERS);
    };
    let is_dialled = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#' | '+');
    if !number.chars().all(is_dialled) {
        return failure(status::SENSITIVE_CHARACTERS);
    }
    let call = course(device, state, number).at(caller);
    order(device, state, (caller, number, true), call)
}

pub(super) fn inside(device: &Device, state: &mut State, params: &Params) -> Response<Body> {
    let (Some(caller), Some(callee)) = (given(params, "caller"), given(params, "callee")) else {
        return failure(status::INVALID_PARAMETERS);
    };
    if device.office.extension(callee).is_none() {
        return failure(status::INVALID_VALUE);
    }
    let scenario = match state.switches.dial.callee {
        CalleeDoes::Answer => Scenario::Internal,
        CalleeDoes::NotAnswer | CalleeDoes::BeBusy => Scenario::InternalMissed,
    };
    let call = Call::new(scenario, device.clock.now())
        .at(caller)
        .and(callee);
    order(device, state, (caller, callee, false), call)
}

fn given<'p>(params: &'p Params, name: &str) -> Option<&'p str> {
    value(params, name).filter(|text| !text.is_empty())
}

/// What becomes of a number outside: without a route for it the call fails.
fn course(device: &Device, state: &State, number: &str) -> Call {
    let (now, country, dial) = (
        device.clock.now(),
        device.office.country,
        &state.switches.dial,
    );
    let rest = number.strip_prefix(dial.outside_line.as_str());
    let rest = rest.filter(|rest| dial.plus_has_route || !rest.starts_with('+'));
    let Some((rest, e164)) = rest.and_then(|rest| Some((rest, country.e164(rest)?))) else {
        let lost = Presentation::Text(number.to_owned());
        return Call::new(Scenario::OutboundFailed, now).presented(lost);
    };
    let scenario = match dial.callee {
        CalleeDoes::Answer => Scenario::ClickToDial,
        CalleeDoes::NotAnswer => Scenario::OutboundUnanswered,
        CalleeDoes::BeBusy => Scenario::OutboundBusy,
    };
    let call = Call::new(scenario, now)
        .with(&e164, "")
        .dialled_with(&dial.outside_line);
    let forms = [
        Presentation::National,
        Presentation::International,
        Presentation::E164,
        Presentation::Digits,
    ];
    let mut forms = forms.into_iter().map(|form| call.clone().presented(form));
    let as_dialled = forms.find(|call| call.shown(country) == rest);
    as_dialled.unwrap_or(call)
}

/// Takes an order: the caller's phone rings, where there is one.
fn order(
    device: &Device,
    state: &mut State,
    (caller, callee, is_outside): (&str, &str, bool),
    mut call: Call,
) -> Response<Body> {
    let Some(extension) = device.office.extension(caller) else {
        return failure(status::INVALID_VALUE);
    };
    state.dialled.push(Dialled {
        at: device.clock.now(),
        caller: caller.to_owned(),
        callee: callee.to_owned(),
        is_outside,
    });
    call.is_by_api = !state.switches.dial.source_is_extension;
    if extension.is_registered && state.switches.dial.lifts {
        device.play(state, &call);
    }
    success(json!({ "need_apply": "no" }))
}

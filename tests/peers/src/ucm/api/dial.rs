//! `dialOutbound`, `dialExtension`, `dialQueue` and `dialRinggroup`: somebody's phone rings, and is connected with the other side once it is lifted.
//!
//! The answer comes before anybody has lifted. Refusals follow the table of statuses; which of them a device gives for what is assumed. So are the records
//! beyond `api` as their source: of a queue or ring group they are those of an outsider who has called it.

use chrono::{DateTime, Utc};
use hyper::Response;
use serde_json::json;

use super::super::country::Country;
use super::super::device::{Device, State};
use super::super::live::{Live, PhoneState};
use super::super::query::Params;
use super::super::scenario::{Call, Presentation, Scenario};
use super::super::switches::{CalleeDoes, DialSwitches, Unlifted};
use super::super::wire::{Body, failure, status, success};
use super::given;

/// A call that a program has asked for, and that the device has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialled {
    /// When.
    pub at: DateTime<Utc>,
    /// The extension that rings first; for a queue or a ring group the number outside that does, as it was asked for.
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
    if !is_dialled(number) {
        return failure(status::SENSITIVE_CHARACTERS);
    }
    if device.office.extension(caller).is_none() {
        return failure(status::INVALID_VALUE);
    }
    let (now, dial) = (device.clock.now(), &state.switches.dial);
    let call = match route(device.office.country, dial, number) {
        Some(routed) => {
            let scenario = match dial.callee {
                CalleeDoes::Answer => Scenario::ClickToDial,
                CalleeDoes::NotAnswer => Scenario::OutboundUnanswered,
                CalleeDoes::BeBusy => Scenario::OutboundBusy,
            };
            routed.applied(Call::new(scenario, now))
        }
        None => {
            let lost = Presentation::Text(number.to_owned());
            Call::new(Scenario::OutboundFailed, now).presented(lost)
        }
    };
    order(device, state, (caller, number, true), call.at(caller))
}

pub(super) fn inside(device: &Device, state: &mut State, params: &Params) -> Response<Body> {
    let (Some(caller), Some(callee)) = (given(params, "caller"), given(params, "callee")) else {
        return failure(status::INVALID_PARAMETERS);
    };
    let office = &device.office;
    let (Some(_), Some(extension)) = (office.extension(caller), office.extension(callee)) else {
        return failure(status::INVALID_VALUE);
    };
    let dial = &state.switches.dial;
    let scenario = match dial.callee {
        _ if !extension.is_registered => Scenario::InternalFailed,
        _ if dial.busy.contains(&extension.number) => Scenario::InternalBusy,
        CalleeDoes::Answer => Scenario::Internal,
        CalleeDoes::NotAnswer => Scenario::InternalMissed,
        CalleeDoes::BeBusy => Scenario::InternalBusy,
    };
    let call = Call::new(scenario, device.clock.now()).with("", "");
    let call = call.at(caller).and(callee);
    order(device, state, (caller, callee, false), call)
}

/// A number outside is called, and waits in the queue once it is lifted there.
pub(super) fn queue(device: &Device, state: &mut State, params: &Params) -> Response<Body> {
    let (Some(caller), Some(queue)) = (given(params, "outcaller"), given(params, "queue")) else {
        return failure(status::INVALID_PARAMETERS);
    };
    if queue != device.office.queue {
        return failure(status::INVALID_VALUE);
    }
    let call = match free(device, state, &device.office.agents()) {
        Some(agent) => Call::new(Scenario::QueueAnswered, device.clock.now()).at(&agent),
        None => Call::new(Scenario::QueueAbandoned, device.clock.now()).at(""),
    };
    from_outside(device, state, (caller, queue), call)
}

/// A number outside is called, and the ring group rings once it is lifted there.
pub(super) fn ring_group(device: &Device, state: &mut State, params: &Params) -> Response<Body> {
    let (Some(caller), Some(group)) = (given(params, "outcaller"), given(params, "ringgroup"))
    else {
        return failure(status::INVALID_PARAMETERS);
    };
    if group != device.office.ring_group {
        return failure(status::INVALID_VALUE);
    }
    let mut call = Call::new(Scenario::RingGroup, device.clock.now());
    match free(device, state, &call.members) {
        Some(member) => call = call.at(&member),
        None => call.scenario = Scenario::RingGroupMissed,
    }
    call.busy_members = match state.switches.dial.callee {
        CalleeDoes::BeBusy => call.members.clone(),
        _ => state.switches.dial.busy.clone(),
    };
    from_outside(device, state, (caller, group), call)
}

fn from_outside(
    device: &Device,
    state: &mut State,
    (caller, group): (&str, &str),
    call: Call,
) -> Response<Body> {
    if !is_dialled(caller) {
        return failure(status::SENSITIVE_CHARACTERS);
    }
    let dial = &state.switches.dial;
    let call = match route(device.office.country, dial, caller) {
        Some(routed) => routed.applied(call),
        None => call.presented(Presentation::Text(caller.to_owned())),
    };
    let call = if dial.source_is_extension {
        call
    } else {
        call.presented(Presentation::Text(API.to_owned()))
    };
    order(device, state, (caller, group, false), call)
}

/// The first of `extensions` whose phone is there and idle, if anybody answers at all.
fn free(device: &Device, state: &State, extensions: &[String]) -> Option<String> {
    let live = Live::of(device, state);
    let is_idle = |number: &&String| {
        let extension = device.office.extension(number);
        extension.is_some_and(|extension| live.phone(extension) == PhoneState::Idle)
    };
    let answers = state.switches.dial.callee == CalleeDoes::Answer;
    extensions.iter().find(is_idle).filter(|_| answers).cloned()
}

fn is_dialled(number: &str) -> bool {
    let is_key = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#' | '+');
    number.chars().all(is_key)
}

/// A number for which there is a route.
struct Routed {
    e164: String,
    outside_line: String,
    presentation: Presentation,
}

/// How a number leaves the office, if it does.
fn route(country: Country, dial: &DialSwitches, number: &str) -> Option<Routed> {
    let rest = number.strip_prefix(dial.outside_line.as_str())?;
    if rest.starts_with('+') && !dial.plus_has_route {
        return None;
    }
    let e164 = country.e164(rest)?;
    let forms = [
        Presentation::International,
        Presentation::E164,
        Presentation::Digits,
    ];
    let call = Call::new(Scenario::Outbound, DateTime::UNIX_EPOCH).with(&e164, "");
    let is_as_dialled =
        |form: &Presentation| call.clone().presented(form.clone()).shown(country) == rest;
    let presentation = forms.into_iter().find(is_as_dialled);
    Some(Routed {
        e164,
        outside_line: dial.outside_line.clone(),
        presentation: presentation.unwrap_or(Presentation::National),
    })
}

impl Routed {
    /// `call` with this number, in the form in which it was dialled.
    fn applied(self, call: Call) -> Call {
        let call = call.with(&self.e164, "").presented(self.presentation);
        call.dialled_with(&self.outside_line)
    }
}

/// Takes an order: a phone rings, where there is one.
fn order(
    device: &Device,
    state: &mut State,
    (caller, callee, is_outside): (&str, &str, bool),
    call: Call,
) -> Response<Body> {
    state.dialled.push(Dialled {
        at: device.clock.now(),
        caller: caller.to_owned(),
        callee: callee.to_owned(),
        is_outside,
    });
    let dial = &state.switches.dial;
    let extension = device.office.extension(caller);
    let rings = match extension {
        Some(extension) => extension.is_registered && !dial.busy.contains(&extension.number),
        None => route(device.office.country, dial, caller).is_some(),
    };
    let call = Call {
        is_by_api: !dial.source_is_extension,
        ..call.ringing(dial.ring_secs).talking(dial.talk_secs)
    };
    if rings && dial.lifts {
        let call = call.lifted_after(dial.lift_secs);
        device.play(state, &call);
    } else {
        let rings_secs = if rings { dial.gives_up_secs } else { 0 };
        let dst = match dial.unlifted {
            Unlifted::ToCaller => caller,
            Unlifted::NoRecord | Unlifted::ToCallee => callee,
        };
        let call = Call {
            scenario: Scenario::Unlifted,
            ..call.and(dst).ringing(0)
        };
        let call = call
            .at(extension.map_or("", |extension| &extension.number))
            .lifted_after(rings_secs);
        match dial.unlifted {
            Unlifted::NoRecord => device.ring(state, &call),
            _ => device.play(state, &call),
        }
    }
    success(json!({ "need_apply": "no" }))
}

/// The source of a call that a program asked for.
const API: &str = "api";

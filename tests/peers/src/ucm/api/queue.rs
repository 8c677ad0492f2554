//! `queueapi`: statistics of the queue, without an envelope.

use hyper::Response;
use serde_json::{Value, json};

use super::super::device::{Device, State};
use super::super::leg::{local, stamp};
use super::super::query::{Params, Reading, value};
use super::super::scenario::{Outcome, Scenario, Truth};
use super::super::stamp::{self as moment, Border};
use super::super::wire::{Body, failure, json_text, status};

pub(super) fn answer(device: &Device, state: &State, params: &Params) -> Response<Body> {
    let calls = calls(device, state, params);
    let text = match value(params, "statisticsType").unwrap_or("overview") {
        "calldetail" => details(device, state, &calls),
        "overview" => overview(device, &calls),
        _ => return failure(status::INVALID_PARAMETERS),
    };
    json_text(text.to_string())
}

/// The queue's calls that begin on the days asked for, both included.
fn calls(device: &Device, state: &State, params: &Params) -> Vec<Truth> {
    let zone = device.office.zone;
    let reading = Reading {
        now: device.shown_now(state),
        zone,
        separator: state.switches.separator,
        is_strict: false,
    };
    let day =
        |name| match moment::parse(value(params, name)?, reading.now, zone, reading.separator)? {
            Border::Local(at) => Some(at.date()),
            Border::Instant(at) => Some(local(at, zone).date()),
        };
    let (first, last) = (day("startTime"), day("endTime"));
    let is_of_queue = match value(params, "queue") {
        None | Some("" | "*") => true,
        Some(queue) => queue.split(',').any(|number| number == device.office.queue),
    };
    let agents = value(params, "agent").filter(|agents| !matches!(*agents, "" | "*"));
    let is_of_agent = |truth: &Truth| {
        let by = truth.answered_by.as_deref();
        agents.is_none_or(|agents| agents.split(',').any(|agent| by == Some(agent)))
    };
    let mut truths = state.store.truths(device.clock.now());
    truths.retain(|truth| {
        let day = local(truth.start, zone).date();
        is_of_queue
            && is_queue_call(truth.scenario)
            && is_of_agent(truth)
            && first.is_none_or(|first| day >= first)
            && last.is_none_or(|last| day <= last)
    });
    truths
}

fn is_queue_call(scenario: Scenario) -> bool {
    matches!(
        scenario,
        Scenario::QueueAnswered | Scenario::QueueAbandoned | Scenario::QueueAnnouncementAbandoned
    )
}

fn details(device: &Device, state: &State, calls: &[Truth]) -> Value {
    let rows = calls.iter().map(|truth| {
        let is_answered = truth.outcome == Outcome::Answered;
        json!({ "agent": {
            "callernum": truth.shown.clone().unwrap_or_default(),
            "start_time": stamp(truth.start + state.skew(), device.office.zone),
            "agent": truth.answered_by.clone().unwrap_or_else(|| "NONE".to_owned()),
            "extension": device.office.queue,
            "wait_time": waited_secs(truth).to_string(),
            "talk_time": truth.talk_secs.to_string(),
            "connect": if is_answered { "yes" } else { "no" },
        }})
    });
    let times = |n: usize| {
        let is_twice = state.switches.queue_duplicates && TWICE.contains(&(n % SEVEN));
        if is_twice { 2 } else { 1 }
    };
    let rows: Vec<Value> = rows
        .enumerate()
        .flat_map(|(n, row)| std::iter::repeat_n(row, times(n)))
        .collect();
    json!({ "queue_statistics": rows })
}

/// Two of seven calls come twice, which makes 22 % of the rows duplicates: what one client counted on its device.
const SEVEN: usize = 7;
const TWICE: [usize; 2] = [1, 5];

fn overview(device: &Device, calls: &[Truth]) -> Value {
    let total = calls.len() as i64;
    let answered = calls
        .iter()
        .filter(|c| c.outcome == Outcome::Answered)
        .count() as i64;
    let waited: i64 = calls.iter().map(waited_secs).sum();
    let talked: i64 = calls.iter().map(|call| i64::from(call.talk_secs)).sum();
    let rate = |part: i64| format!("{:.2}", part as f64 * 100.0 / total.max(1) as f64);
    json!({ "root_statistics": { "queue": {
        "queuechairman": "",
        "queue": device.office.queue,
        "total_calls": total.to_string(),
        "answered_calls": answered.to_string(),
        "answered_rate": rate(answered),
        "abandoned_calls": (total - answered).to_string(),
        "avg_wait": (waited / total.max(1)).to_string(),
        "avg_talk": (talked / answered.max(1)).to_string(),
        "vq_total_calls": "0",
        "sla_rate": rate(answered),
        "vq_sla_rate": "0.00",
        "transfer_out_calls": "0",
        "transfer_out_rate": "0.00",
        "abandoned_rate": rate(total - answered),
    }}})
}

fn waited_secs(truth: &Truth) -> i64 {
    (truth.end - truth.start).num_seconds() - i64::from(truth.talk_secs)
}

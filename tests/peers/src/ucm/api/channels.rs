//! `listBridgedChannels` and `listUnBridgedChannels`: what is talked on at this moment, and what rings.
//!
//! The row of a conversation is that of a captured answer. That of any other channel has the names that clients read; which state a channel is shown in
//! while a machine plays to it is assumed.

use hyper::Response;
use serde_json::{Value, json};

use super::super::device::{Device, State};
use super::super::leg::{Leg, stamp};
use super::super::live::{Channel, Live};
use super::super::query::Params;
use super::super::wire::Body;
use super::lists::page;

pub(super) fn bridged(device: &Device, state: &State, params: &Params) -> Response<Body> {
    let bridges = Live::of(device, state).bridges();
    let rows = bridges.into_iter().map(|(leg, since)| {
        json!({
            "channel1": leg.channel,
            "channel2": leg.dstchannel,
            "callerid1": leg.src,
            "callerid2": called(leg),
            "uniqueid1": leg.uniqueid,
            "uniqueid2": uniqueid_of_called(leg),
            "bridge_time": stamp(since, device.office.zone),
            "name1": leg.caller_name,
            "name2": name_of_called(device, leg),
            "bridge_id": format!("00000000-0000-4000-8000-{:0>12}", last_digits(&leg.dstchannel)),
            "have_send": 1,
            "inbound_trunk_name": leg.src_trunk_name,
            "outbound_trunk_name": leg.dst_trunk_name,
            "dial_service": "normal",
            "feature_num": "",
            "feature_name": "",
            "feature_calleenum": feature(leg),
            "feature_calleename": "",
            "bridge_timestamp": since.timestamp().to_string(),
        })
    });
    page("channel", rows.collect(), params)
}

pub(super) fn unbridged(device: &Device, state: &State, params: &Params) -> Response<Body> {
    let channels = Live::of(device, state).unbridged();
    let rows = channels.iter().map(|channel| row(device, channel));
    page("channel", rows.collect(), params)
}

fn row(device: &Device, channel: &Channel<'_>) -> Value {
    let leg = channel.leg;
    let caller = (leg.src.clone(), leg.caller_name.clone());
    let callee = (called(leg).to_owned(), name_of_called(device, leg));
    let (own, other, uniqueid) = if channel.is_called {
        (callee, caller, uniqueid_of_called(leg))
    } else {
        (caller, callee, leg.uniqueid.clone())
    };
    json!({
        "channel": channel.name(),
        "state": channel.state,
        "service": leg.lastapp,
        "callername": own.1,
        "callernum": own.0,
        "connectedname": other.1,
        "connectednum": other.0,
        "uniqueid": uniqueid,
        "linkedid": leg.uniqueid,
        "alloc_time": stamp(leg.start, device.office.zone),
        "alloc_timestamp": leg.start.timestamp().to_string(),
        "inbound_trunk_name": leg.src_trunk_name,
        "outbound_trunk_name": leg.dst_trunk_name,
        "dial_service": "normal",
        "feature_num": "",
        "feature_name": "",
        "feature_calleenum": feature(leg),
        "feature_calleename": "",
    })
}

/// Who is called: the extension that rings, or the number as it was dialled.
fn called(leg: &Leg) -> &str {
    let is_trunk = leg.dstchannel_ext.starts_with("trunk_");
    if is_trunk {
        &leg.dst
    } else {
        &leg.dstchannel_ext
    }
}

fn name_of_called(device: &Device, leg: &Leg) -> String {
    let callee = device.office.extension(called(leg));
    callee.map_or_else(String::new, |extension| extension.name.clone())
}

/// The group or queue through which the call came, out of `QUEUE[6500]`.
fn feature(leg: &Leg) -> &str {
    let inside = leg.action_type.split_once('[');
    inside.map_or("", |(_, number)| number.trim_end_matches(']'))
}

/// The record knows the calling channel's id alone; the other has the next number.
fn uniqueid_of_called(leg: &Leg) -> String {
    match leg.uniqueid.split_once('.') {
        Some((epoch, n)) => format!("{epoch}.{}", n.parse::<u32>().unwrap_or_default() + 1),
        None => String::new(),
    }
}

fn last_digits(channel: &str) -> &str {
    channel.rsplit_once('-').map_or("", |(_, digits)| digits)
}

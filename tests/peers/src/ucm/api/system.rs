//! `getSystemStatus` and `getSystemGeneralStatus`.

use chrono::{DateTime, Offset, Utc};
use hyper::Response;
use serde_json::json;

use super::super::device::{Device, State};
use super::super::wire::{Body, success};

pub(super) fn status(device: &Device, state: &State, now: DateTime<Utc>) -> Response<Body> {
    let up = (device.clock.now() - state.booted).num_seconds();
    success(json!({
        "part-number": "9650001812B",
        "serial-number": "20EZ0000SIMULATED",
        "up-time": up_time(up),
        "idle-time": up_time(up * 9 / 10),
        "system-time": system_time(now, device),
        "mac": "02:00:00:00:63:02",
    }))
}

pub(super) fn general_status() -> Response<Body> {
    success(json!({
        "product-model": "UCM6302  V1.2B",
        "base-version": "1.0.17.6",
        "boot-version": "1.0.17.2",
        "core-version": "1.0.17.6",
        "lang-version": "1.0.17.6",
        "prog-version": "1.0.17.12",
    }))
}

/// `23-11-2022 14:37:26 UTC+00:00`: the wall clock, and its offset at this moment.
fn system_time(now: DateTime<Utc>, device: &Device) -> String {
    let local = now.with_timezone(&device.office.zone);
    let minutes = local.offset().fix().local_minus_utc() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
    format!(
        "{} UTC{sign}{hours:02}:{minutes:02}",
        local.format("%d-%m-%Y %H:%M:%S")
    )
}

fn up_time(secs: i64) -> String {
    let (days, hours) = (secs / 86_400, secs / 3_600 % 24);
    format!(
        "{days} days {hours:02}:{:02}:{:02}",
        secs / 60 % 60,
        secs % 60
    )
}

//! Legs become calls, whatever grouping they came in.

use chrono_tz::Tz;

use super::{Call, Leg, merge_legs, time};

/// The device that legs are read from.
#[derive(Debug, Clone, Copy)]
pub struct Device<'a> {
    /// The configured server's id, part of every call's identity.
    pub server: &'a str,
    /// The zone of the device's wall clock; needed where the records carry no epoch, and of help where they do.
    pub zone: Option<Tz>,
}

/// What the legs make up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calls {
    /// The calls, in order of their start.
    pub calls: Vec<Call>,
    /// The legs that belong to no call, each with the reason: a bad one never stops the rest.
    pub unplaced: Vec<Unplaced>,
}

/// A leg that could not be placed in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unplaced {
    /// The leg.
    pub leg: Leg,
    /// Why.
    pub reason: PlaceError,
}

/// Why a leg has no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Neither the record nor the configuration says how the wall clock relates to UTC.
    #[error("the record carries no epoch and the server has no time zone configured")]
    NoZone,
    /// The start is further from the session's epoch than any time zone and any call.
    #[error("the start does not agree with the session's epoch")]
    EpochMismatch,
}

/// Regroups legs into calls by their session, whatever grouping they came in; sightings of one leg are merged.
pub fn calls_from_legs(legs: impl IntoIterator<Item = Leg>, device: &Device<'_>) -> Calls {
    let mut calls = Calls::default();
    let mut placed = Vec::new();
    for leg in merge_legs(legs, []) {
        match time::check(&leg, device.zone) {
            Ok(()) => placed.push(leg),
            Err(reason) => calls.unplaced.push(Unplaced { leg, reason }),
        }
    }
    // Merged legs are in order of their session.
    let sessions = placed.chunk_by(|a, b| a.session == b.session);
    calls.calls = sessions
        .filter_map(|legs| Call::of(legs.to_vec(), device))
        .collect();
    calls
        .calls
        .sort_by(|a, b| (a.started_at, &a.id).cmp(&(b.started_at, &b.id)));
    calls
}

//! `Hangup`: ends the call that a channel belongs to, whose record then says what it had come to.
//!
//! That a channel which is not there is "no such item" is assumed, and so is that the whole call ends with any of its channels: a group goes on ringing
//! where one of its phones is hung up.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use hyper::Response;
use serde_json::json;

use super::super::device::{Device, State};
use super::super::leg::{Disposition, Leg};
use super::super::live::Live;
use super::super::query::Params;
use super::super::scenario::{Direction, Outcome, Truth};
use super::super::switches::Unlifted;
use super::super::wire::{Body, failure, status, success};
use super::given;

pub(super) fn answer(device: &Device, state: &mut State, params: &Params) -> Response<Body> {
    let Some(channel) = given(params, "channel") else {
        return failure(status::INVALID_PARAMETERS);
    };
    let Some(session) = Live::of(device, state).session_of(channel) else {
        return failure(status::NO_SUCH_ITEM);
    };
    let end = End {
        now: device.shown_now(state),
        skew: state.skew(),
        unlifted: state.switches.dial.unlifted,
    };
    state.store.cut_short(&session, |legs, truth| {
        let cut = end.cut(&legs);
        if let Some(truth) = truth {
            end.tell(truth, &legs, &cut);
        }
        cut
    });
    success(json!({ "need_apply": "no" }))
}

/// The end of a call before its time, by the device's clock.
struct End {
    now: DateTime<Utc>,
    skew: TimeDelta,
    unlifted: Unlifted,
}

impl End {
    /// What the legs have come to.
    fn cut(&self, legs: &[Leg]) -> Vec<Leg> {
        let begun = legs.iter().filter(|leg| leg.start <= self.now).cloned();
        let mut legs: Vec<Leg> = if self.is_unlifted(legs) {
            begun.take(1).map(|leg| self.unlifted(leg)).collect()
        } else {
            begun.map(|leg| self.shorten(leg)).collect()
        };
        for leg in &mut legs {
            leg.written = leg.written.min(self.now - self.skew);
        }
        legs
    }

    fn is_unlifted(&self, legs: &[Leg]) -> bool {
        let mut lifted = legs.iter().filter_map(|leg| leg.lifted);
        lifted.any(|lifted| self.now < lifted)
    }

    fn unlifted(&self, leg: Leg) -> Leg {
        let dst = match self.unlifted {
            Unlifted::ToCaller => leg.channel_ext.clone(),
            Unlifted::NoRecord | Unlifted::ToCallee => leg.dst.clone(),
        };
        let leaves_row = leg.leaves_row && self.unlifted != Unlifted::NoRecord;
        let leg = leg.unlifted(&dst, self.now);
        Leg { leaves_row, ..leg }
    }

    fn shorten(&self, mut leg: Leg) -> Leg {
        if leg.ended() <= self.now {
            return leg;
        }
        let is_answered = leg.disposition == Disposition::Answered;
        let answer = leg.answer.filter(|_| is_answered);
        let Some(answer) = answer.filter(|at| leg.talked_from().unwrap_or(*at) <= self.now) else {
            leg.recordings.clear();
            leg.dstanswer.clear();
            leg.billsec_secs = 0;
            return leg.unanswered(self.now);
        };
        for recording in &mut leg.recordings {
            let secs = (self.now - recording.started).num_seconds();
            recording.secs = secs.try_into().unwrap_or(0);
        }
        let by = leg.dstanswer.clone();
        leg.answered(answer, self.now, &by)
    }

    /// What really happened in the end, where `before` would have become and `after` has.
    fn tell(&self, truth: &mut Truth, before: &[Leg], after: &[Leg]) {
        let is_unlifted = self.is_unlifted(before);
        let mut copies = HashSet::new();
        let talks: Vec<&Leg> = before
            .iter()
            .filter(|leg| leg.talked_from().is_some())
            .filter(|leg| copies.insert((&leg.channel, &leg.dstchannel)))
            .collect();
        let untalked = talks.iter().map(|leg| {
            let from = leg
                .talked_from()
                .map_or(self.now, |from| from.max(self.now));
            (leg.ended() - from).max(TimeDelta::zero())
        });
        let talked = TimeDelta::seconds(truth.talk_secs.into()) - untalked.sum::<TimeDelta>();
        truth.talk_secs = talked.num_seconds().try_into().unwrap_or(0);
        let missed = talks
            .iter()
            .filter(|leg| leg.talked_from() > Some(self.now));
        let missed: HashSet<&String> = missed
            .flat_map(|leg| [&leg.dstanswer, &leg.channel_ext])
            .collect();
        truth.talked.retain(|extension| !missed.contains(extension));
        truth.answered_by = truth.talked.first().cloned();
        let left: HashSet<&String> = names(after).collect();
        let lost: HashSet<&String> = names(before).filter(|name| !left.contains(name)).collect();
        truth.recordings.retain(|name| !lost.contains(name));
        truth.end = self.now - self.skew;
        let is_message_lost =
            truth.outcome == Outcome::Voicemail && !after.iter().any(|leg| leg.action_type == "VM");
        let is_talk_lost = truth.talk_secs == 0 && !missed.is_empty();
        if is_unlifted {
            truth.outcome = Outcome::NoAnswer;
        } else if is_message_lost || is_talk_lost {
            truth.outcome = match truth.direction {
                Direction::Inbound | Direction::External => Outcome::Missed,
                Direction::Outbound | Direction::Internal => Outcome::NoAnswer,
            };
        }
    }
}

fn names(legs: &[Leg]) -> impl Iterator<Item = &String> {
    let recordings = legs.iter().flat_map(|leg| &leg.recordings);
    recordings.map(|recording| &recording.name)
}

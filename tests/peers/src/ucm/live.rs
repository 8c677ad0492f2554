//! What is going on at a moment: which channels ring, which are talked on, and so what the phones do.
//!
//! All of it follows from the legs whose row is still to be written, by the device's own clock.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::device::{Device, State};
use super::leg::{Disposition, Leg};
use super::office::Extension;

/// The calls of a moment.
#[derive(Debug)]
pub(crate) struct Live<'a> {
    legs: Vec<(&'a Leg, Phase)>,
    busy: &'a [String],
}

/// How far a leg is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// A program asked for the call, and whoever is called first has not lifted.
    Unlifted,
    /// The other side rings.
    Ringing,
    /// Two talk, since then.
    Talking(DateTime<Utc>),
    /// A machine of the office has answered.
    Machine,
}

/// A channel that nobody talks on yet, or only to a machine.
#[derive(Debug)]
pub(crate) struct Channel<'a> {
    /// The leg that it belongs to.
    pub(crate) leg: &'a Leg,
    /// Whether it is the channel that the leg calls.
    pub(crate) is_called: bool,
    /// Asterisk's word.
    pub(crate) state: &'static str,
}

/// What a phone does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PhoneState {
    Idle,
    Ringing,
    InUse,
    Busy,
    Unavailable,
}

impl PhoneState {
    /// The text of `listAccount`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "Idle",
            Self::Ringing => "Ringing",
            Self::InUse => "InUse",
            Self::Busy => "Busy",
            Self::Unavailable => "Unavailable",
        }
    }
}

impl<'a> Live<'a> {
    pub(crate) fn of(device: &Device, state: &'a State) -> Self {
        let now = device.shown_now(state);
        let legs = state.store.pending();
        Self {
            legs: legs
                .filter_map(|leg| Some((leg, leg.phase(now)?)))
                .collect(),
            busy: &state.switches.dial.busy,
        }
    }

    /// The session that a channel belongs to.
    pub(crate) fn session_of(&self, channel: &str) -> Option<String> {
        let mut legs = self.legs.iter().map(|(leg, _)| leg);
        let leg = legs.find(|leg| leg.channel == channel || leg.dstchannel == channel)?;
        Some(leg.session.clone())
    }

    /// The conversations, each by one of its legs, and since when. A copy that a queue makes of a leg is none of its own.
    pub(crate) fn bridges(&self) -> Vec<(&'a Leg, DateTime<Utc>)> {
        let mut seen = HashSet::new();
        let talking = self.legs.iter().filter_map(|(leg, phase)| match phase {
            Phase::Talking(since) => Some((*leg, *since)),
            _ => None,
        });
        talking
            .filter(|(leg, _)| seen.insert((&leg.channel, &leg.dstchannel)))
            .collect()
    }

    /// The channels outside a conversation, each once.
    pub(crate) fn unbridged(&self) -> Vec<Channel<'a>> {
        let bridges = self.bridges();
        let talked_on = bridges
            .iter()
            .flat_map(|(leg, _)| [&leg.channel, &leg.dstchannel]);
        let mut seen: HashSet<&String> = talked_on.collect();
        let mut channels = Vec::new();
        for (leg, phase) in &self.legs {
            let state = match phase {
                Phase::Unlifted => "Ringing",
                Phase::Ringing if leg.lifted.is_none() => "Ring",
                _ => "Up",
            };
            if seen.insert(&leg.channel) {
                channels.push(Channel {
                    leg,
                    is_called: false,
                    state,
                });
            }
            let rings = *phase == Phase::Ringing && !leg.dstchannel.is_empty();
            if rings && seen.insert(&leg.dstchannel) {
                channels.push(Channel {
                    leg,
                    is_called: true,
                    state: "Ringing",
                });
            }
        }
        channels
    }

    /// What the phone of an extension does. A second call makes it busy, which is assumed: how many calls a phone takes is a setting of the phone.
    pub(crate) fn phone(&self, extension: &Extension) -> PhoneState {
        if !extension.is_registered {
            return PhoneState::Unavailable;
        }
        if self.busy.contains(&extension.number) {
            return PhoneState::Busy;
        }
        let is_its = |channel: &str| extension_of(channel) == Some(extension.number.as_str());
        let bridges = self.bridges();
        let talks = bridges
            .iter()
            .filter(|(leg, _)| is_its(&leg.channel) || is_its(&leg.dstchannel));
        let others = self.unbridged();
        let others = others
            .iter()
            .filter(|channel| is_its(channel.name()))
            .map(|channel| match channel.state {
                "Ringing" => PhoneState::Ringing,
                _ => PhoneState::InUse,
            });
        let states: Vec<_> = talks.map(|_| PhoneState::InUse).chain(others).collect();
        let in_use = states.iter().filter(|state| **state == PhoneState::InUse);
        if in_use.count() > 1 {
            return PhoneState::Busy;
        }
        states.into_iter().max().unwrap_or(PhoneState::Idle)
    }
}

impl Channel<'_> {
    pub(crate) fn name(&self) -> &str {
        if self.is_called {
            &self.leg.dstchannel
        } else {
            &self.leg.channel
        }
    }
}

impl Leg {
    /// When two began to talk, if this leg came to that.
    pub(crate) fn talked_from(&self) -> Option<DateTime<Utc>> {
        let is_talk = self.disposition == Disposition::Answered && !self.dstchannel.is_empty();
        is_talk.then_some(self.picked_up.or(self.answer))?
    }

    /// How far the leg is at `now`, by the device's clock; nothing before it begins and after it ends.
    fn phase(&self, now: DateTime<Utc>) -> Option<Phase> {
        if now < self.start || self.ended() <= now {
            return None;
        }
        if self.lifted.is_some_and(|lifted| now < lifted) {
            return Some(Phase::Unlifted);
        }
        Some(match self.talked_from() {
            Some(since) if since <= now => Phase::Talking(since),
            None if self.disposition == Disposition::Answered && self.answer <= Some(now) => {
                Phase::Machine
            }
            _ => Phase::Ringing,
        })
    }
}

/// The extension of `PJSIP/1001-0000002a`, or the trunk.
fn extension_of(channel: &str) -> Option<&str> {
    let (name, _) = channel.strip_prefix("PJSIP/")?.rsplit_once('-')?;
    Some(name)
}

//! All known legs of one call, in order and placed in time: what the rules look at.

use std::collections::BTreeSet;

use chrono_tz::Tz;

use super::machine::{is_entrance, is_service};
use super::time::{Times, span, wait};
use super::{Disposition, Leg};

/// The legs that the rules look at, and when they were.
#[derive(Debug)]
pub(super) struct View<'a> {
    pub(super) legs: Vec<&'a Leg>,
    pub(super) times: Times,
    /// The numbers of the groups, menus and rooms that the call met: nobody's, whichever leg says that one of them answered.
    pub(super) groups: BTreeSet<&'a str>,
}

/// A stretch of the call, in seconds of the view's scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stretch {
    pub(super) from: i64,
    pub(super) to: i64,
}

impl<'a> View<'a> {
    /// The view of `legs`, which belong to one session and are in order.
    pub(super) fn of(legs: &'a [Leg], zone: Option<Tz>) -> Option<Self> {
        let legs: Vec<&Leg> = legs
            .iter()
            .filter(|leg| !is_told_better(leg, legs))
            .collect();
        let mut times = Times::of(&legs, zone)?;
        // In the night that the clocks go back, a later leg may show an earlier time.
        let mut placed: Vec<(i64, &Leg)> = times.starts.iter().copied().zip(legs).collect();
        placed.sort_by_key(|(start, _)| *start);
        let (starts, legs): (_, Vec<&Leg>) = placed.into_iter().unzip();
        times.starts = starts;
        let groups = group_numbers(&legs);
        Some(Self {
            legs,
            times,
            groups,
        })
    }

    /// The legs, each with its start.
    pub(super) fn placed(&self) -> impl Iterator<Item = (&'a Leg, i64)> {
        self.legs
            .iter()
            .copied()
            .zip(self.times.starts.iter().copied())
    }

    /// When the last leg ended.
    pub(super) fn end(&self) -> i64 {
        self.placed()
            .map(|(leg, start)| start + span(leg))
            .max()
            .unwrap_or(self.times.origin)
    }

    /// When a mailbox took over, or the machine that was called answered.
    pub(super) fn taken_over(&self) -> Option<i64> {
        self.placed().find_map(|(leg, start)| match leg {
            leg if is_voicemail(leg) => Some(start),
            leg if is_service(leg) => Some(start + wait(leg)),
            _ => None,
        })
    }

    /// When humans talked, leg by leg.
    pub(super) fn talks(&self) -> impl Iterator<Item = Stretch> {
        self.placed()
            .filter_map(|(leg, start)| self.talk(leg, start))
    }

    /// When a human talked on `leg`, if one did.
    pub(super) fn talk(&self, leg: &Leg, start: i64) -> Option<Stretch> {
        if !self.is_human(leg) {
            return None;
        }
        let answered = start + wait(leg);
        let talk = Stretch {
            from: answered,
            to: answered + i64::from(leg.billsec_secs),
        };
        Some(match self.picked_up(leg, start, talk) {
            Some(from) => Stretch { from, ..talk },
            None => talk,
        })
    }

    /// When the winner of a ring group picked up. An announcement has answered the channel before anybody rang: the winner's leg is
    /// answered from its start on, and its billsec includes the ringing. The others stop ringing when somebody picks up.
    fn picked_up(&self, winner: &Leg, start: i64, talk: Stretch) -> Option<i64> {
        let in_group = self
            .legs
            .iter()
            .any(|leg| matches!(leg.action.kind.as_str(), "RINGGROUP" | "QUEUE"));
        if !in_group || talk.from != start {
            return None;
        }
        // Whom somebody transferred the call to in vain, or called about it, has not rung beside them.
        let taker = self.called_extension(winner);
        let waited = |leg: &Leg| leg.last_app == "Queue" && self.called_extension(leg).is_none();
        let consulted = |leg: &Leg| taker.is_some() && self.calling_extension(leg) == taker;
        let rang_beside = |leg: &Leg| {
            leg.disposition == Disposition::NoAnswer
                && self.is_target(leg)
                && !waited(leg)
                && !consulted(leg)
                && leg.action.is("TRANSFER") == winner.action.is("TRANSFER")
        };
        let losers = self.placed().filter(|(leg, _)| rang_beside(leg));
        let given_up = losers.map(|(leg, from)| Stretch {
            from,
            to: from + span(leg),
        });
        given_up
            .filter(|rung| rung.from >= start && rung.to <= talk.to)
            .map(|rung| rung.to)
            .max()
    }

    /// Whether a human answered: not a mailbox, a menu, an announcement, a machine that was called, or the copy of a leg that the PBX forks
    /// off.
    ///
    /// `Dial` and `Queue` put people through, conference rooms join them, `ParkedCall` takes a parked caller back. A dialect without
    /// applications says only that the call was answered.
    pub(super) fn is_human(&self, leg: &Leg) -> bool {
        let answered =
            leg.disposition == Disposition::Answered || (leg.zoned && leg.disposition.is_unknown());
        let put_through = match leg.last_app.as_str() {
            "Dial" | "ParkedCall" => true,
            "Queue" => self.is_connected(leg),
            "ConfBridge" | "MeetMe" => true,
            "Park" => !is_parking_lot(leg),
            app => leg.zoned && app.is_empty(),
        };
        answered && has_talk(leg) && put_through && !leg.action.is("VM") && !is_service(leg)
    }

    /// Whether the leg was meant for somebody: not a machine's, and not the copy made when a call enters a group.
    pub(super) fn is_target(&self, leg: &Leg) -> bool {
        let machine = leg.action.is("VM")
            || (leg.action.is("IVR") && !has_left_menu(leg))
            || leg.last_app == "ForkCDR"
            || is_service(leg);
        !machine && (leg.disposition != Disposition::Answered || self.is_human(leg))
    }

    /// Whether somebody is at the other end of the leg: a queue bills the time that its caller waits on a channel that a menu or an
    /// announcement has answered, and says for who answered its own number, or that of what the caller came from.
    fn is_connected(&self, leg: &Leg) -> bool {
        let ends = [&leg.dst_channel_ext, &leg.dst_answer];
        let is_somebody = |end: &&String| !end.is_empty() && !self.is_group(leg, end);
        !leg.dst_trunk.is_empty() || ends.iter().any(is_somebody)
    }

    /// Whether `number` of `leg` is that of a group, a menu or a room, or of the feature that caused the leg.
    pub(super) fn is_group(&self, leg: &Leg, number: &str) -> bool {
        number == leg.action.feature || self.groups.contains(number)
    }
}

/// The numbers of the groups, menus and rooms that `legs` met. The bracket of a follow-me or a forwarding is none of them: it is whose call
/// it was.
fn group_numbers<'a>(legs: &[&'a Leg]) -> BTreeSet<&'a str> {
    let named = legs
        .iter()
        .filter(|leg| has_group_number(leg))
        .map(|leg| leg.action.feature.as_str());
    // The legs of a queue may have the action of the menu before it. What was dialled when the caller came into the queue is its number
    // then; on later legs it may be an agent's.
    let dialled = legs
        .iter()
        .find(|leg| leg.last_app == "Queue")
        .filter(|leg| !leg.action.is("QUEUE") || leg.action.feature.is_empty())
        .map(|leg| leg.dst.as_str());
    let rooms = legs.iter().filter_map(|leg| room(leg));
    named
        .chain(dialled)
        .chain(rooms)
        .filter(|number| !number.is_empty())
        .collect()
}

/// The conference room that was dialled, where the leg's bracket names none. One that is named there may have invited whom the leg was made to.
fn room(leg: &Leg) -> Option<&str> {
    let is_joined = matches!(leg.last_app.as_str(), "ConfBridge" | "MeetMe");
    let is_named = has_group_number(leg) && !leg.action.feature.is_empty();
    Some(leg.dst.as_str()).filter(|_| is_joined && !is_named)
}

/// Whether the number in the leg's bracket is that of a group, a menu or a room.
fn has_group_number(leg: &Leg) -> bool {
    let group = matches!(
        leg.action.kind.as_str(),
        "QUEUE" | "RINGGROUP" | "CONFERENCE" | "MEETME" | "PAGE" | "PAGING" | "DISA" | "VM_GROUP"
    );
    group || is_entrance(leg)
}

/// Whether the leg, which is still the menu's by its action, is that of whom or what the caller has chosen there.
fn has_left_menu(leg: &Leg) -> bool {
    matches!(leg.last_app.as_str(), "Dial" | "Queue") && leg.dst != leg.action.feature
}

/// Whether anybody could talk: for some time, or for one that was lost with a damaged record.
fn has_talk(leg: &Leg) -> bool {
    leg.billsec_secs > 0 || leg.untimed
}

/// Whether a caller waits on the leg to be fetched, whatever led there. A leg on which people talked before one of them parked the other
/// ends with the same application, and names the phone that was on it.
pub(super) fn is_parking_lot(leg: &Leg) -> bool {
    leg.last_app == "Park" && leg.dst_channel_ext.is_empty()
}

/// Whether the caller reached a mailbox.
pub(super) fn is_voicemail(leg: &Leg) -> bool {
    let mailbox = leg.action.is("VM") || leg.last_app == "VoiceMail";
    mailbox && leg.disposition == Disposition::Answered
}

/// The seconds covered by any of `stretches`: legs of a transfer with consultation overlap.
pub(super) fn covered_secs(stretches: impl Iterator<Item = Stretch>) -> i64 {
    let ordered: BTreeSet<Stretch> = stretches.collect();
    let (mut total, mut until) = (0, i64::MIN);
    for Stretch { from, to } in ordered {
        total += (to - from.max(until)).max(0);
        until = until.max(to);
    }
    total
}

/// A leg pushed without its number is the same as the numbered one polled later.
fn is_told_better(leg: &Leg, legs: &[Leg]) -> bool {
    legs.iter().any(|other| other.tells_better(leg))
}

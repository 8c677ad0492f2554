//! Calls that begin inside the office, and those that only pass through.

use super::super::leg::{Disposition, Leg};
use super::script::Script;
use super::{Direction, Outcome, Truth};

pub(super) fn answered(s: &mut Script<'_>) -> Truth {
    let (ext, ring, talk) = (&s.call.extension, s.call.ring_secs, s.call.talk_secs);
    let number = s.shown.clone();
    let mut leg = trunk_leg(s).answered(s.after(ring), s.after(ring + talk), &number);
    leg.recordings = s.recorded(s.after(ring), ext, &number, talk);
    s.legs.push(leg);
    s.truth(
        Direction::Outbound,
        Outcome::Answered,
        &[ext],
        talk,
        ring + talk,
    )
}

pub(super) fn unanswered(s: &mut Script<'_>) -> Truth {
    let ring = s.call.ring_secs;
    let leg = trunk_leg(s).unanswered(s.after(ring));
    s.legs.push(leg);
    s.truth(Direction::Outbound, Outcome::NoAnswer, &[], 0, ring)
}

pub(super) fn busy(s: &mut Script<'_>) -> Truth {
    let lifted = s.call.lift_secs;
    let leg = trunk_leg(s).refused(Disposition::Busy, lifted);
    s.legs.push(leg);
    s.truth(Direction::Outbound, Outcome::Busy, &[], 0, lifted)
}

/// A failed outbound call calls itself internal and names no trunk.
pub(super) fn failed(s: &mut Script<'_>) -> Truth {
    let lifted = s.call.lift_secs;
    let leg = s
        .by_extension(&s.shown)
        .context("after-outbound-context")
        .app("Playback", "silence/1&wrong-number,noanswer")
        .refused(Disposition::Failed, lifted);
    s.legs.push(leg);
    s.truth(Direction::Outbound, Outcome::Failed, &[], 0, lifted)
}

/// There is one channel, and nobody on it.
pub(super) fn unlifted(s: &mut Script<'_>) -> Truth {
    let (dst, rings) = (&s.call.colleague, s.call.lift_secs);
    let leg = if s.call.extension.is_empty() {
        s.inbound(dst)
    } else {
        s.by_extension(dst)
    };
    let leg = leg.unlifted(dst, s.after(rings));
    s.legs.push(leg);
    let direction = if s.call.outsider.is_empty() {
        Direction::Internal
    } else {
        Direction::Outbound
    };
    s.truth(direction, Outcome::NoAnswer, &[], 0, rings)
}

fn trunk_leg(s: &mut Script<'_>) -> Leg {
    let trunk = s.trunk();
    let dialled = format!("{}{}", s.call.outside_line, s.shown);
    let mut leg = s.by_extension(&dialled).context("outbound-route-1");
    leg.dstchannel = s.ids.channel(&trunk.index);
    leg.dstchannel_ext.clone_from(&trunk.index);
    leg.lastdata = format!(
        "PJSIP/{}@{},60,Tb(callee-handler^s^1)",
        s.shown, trunk.index
    );
    leg.userfield = "Outbound";
    leg.dst_trunk_name.clone_from(&trunk.name);
    leg
}

pub(super) fn internal(s: &mut Script<'_>) -> Truth {
    let (caller, callee) = (&s.call.extension, &s.call.colleague);
    let (ring, talk) = (s.call.ring_secs, s.call.talk_secs);
    let leg = s.by_extension(callee);
    let mut leg = s
        .ring(leg, callee)
        .answered(s.after(ring), s.after(ring + talk), callee);
    leg.recordings = s.recorded(s.after(ring), caller, callee, talk);
    s.legs.push(leg);
    s.truth(
        Direction::Internal,
        Outcome::Answered,
        &[callee],
        talk,
        ring + talk,
    )
}

pub(super) fn internal_missed(s: &mut Script<'_>) -> Truth {
    let (callee, ring) = (&s.call.colleague, s.call.ring_secs);
    let leg = s.by_extension(callee);
    let leg = s.ring(leg, callee).unanswered(s.after(ring));
    s.legs.push(leg);
    s.truth(Direction::Internal, Outcome::NoAnswer, &[], 0, ring)
}

pub(super) fn internal_busy(s: &mut Script<'_>) -> Truth {
    let (callee, lifted) = (&s.call.colleague, s.call.lift_secs);
    let leg = s.by_extension(callee);
    let leg = s.ring(leg, callee).refused(Disposition::Busy, lifted);
    s.legs.push(leg);
    s.truth(Direction::Internal, Outcome::Busy, &[], 0, lifted)
}

/// Without a phone there is no second channel.
pub(super) fn internal_failed(s: &mut Script<'_>) -> Truth {
    let lifted = s.call.lift_secs;
    let leg = s.by_extension(&s.call.colleague);
    s.legs.push(leg.refused(Disposition::Failed, lifted));
    s.truth(Direction::Internal, Outcome::Failed, &[], 0, lifted)
}

/// The caller is an extension of another exchange of the company, which knows this device as a trunk.
pub(super) fn branch(s: &mut Script<'_>) -> Truth {
    let (branch, target) = (BRANCH_EXTENSION.to_owned(), s.shown.clone());
    let mut leg = through(s, &target).context("outbound-route-1");
    leg.src.clone_from(&branch);
    leg.clid = format!("\"\" <{branch}>");
    leg.caller_name = String::new();
    leg.action_owner = branch;
    leg.anonymous = false;
    s.talked_elsewhere(Direction::Outbound, leg)
}

pub(super) fn forwarded(s: &mut Script<'_>) -> Truth {
    let mobile = mobile(s);
    let leg = through(s, &mobile);
    s.talked_elsewhere(Direction::Inbound, leg)
}

pub(super) fn forwarded_missed(s: &mut Script<'_>) -> Truth {
    let ring = s.call.ring_secs;
    let mobile = mobile(s);
    let leg = through(s, &mobile).unanswered(s.after(ring));
    s.legs.push(leg);
    s.truth(Direction::Inbound, Outcome::Missed, &[], 0, ring)
}

fn mobile(s: &Script<'_>) -> String {
    let country = s.office.country;
    country.national(&country.office_number(77))
}

/// A leg from one trunk to the other.
fn through(s: &mut Script<'_>, target: &str) -> Leg {
    let out = s.office.trunk(s.call.trunk + 1);
    let mut leg = s.inbound(target);
    leg.dstchannel = s.ids.channel(&out.index);
    leg.dstchannel_ext.clone_from(&out.index);
    leg.lastdata = format!("PJSIP/{target}@{},60,T", out.index);
    leg.userfield = "External";
    leg.dst_trunk_name.clone_from(&out.name);
    leg
}

pub(super) fn trunk_to_trunk(s: &mut Script<'_>) -> Truth {
    let country = s.office.country;
    let target = country.national(&country.office_number(88));
    let leg = through(s, &target).context("outbound-route-1");
    s.talked_elsewhere(Direction::External, leg)
}

/// Who calls from the branch office.
const BRANCH_EXTENSION: &str = "2001";

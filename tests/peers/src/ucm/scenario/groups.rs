//! An outsider meets the voice menu, a ring group or the queue.

use chrono::{DateTime, Utc};

use super::super::leg::{Disposition, Leg};
use super::super::recording::FileDir;
use super::script::Script;
use super::{Direction, Outcome, Truth};

/// The dialplan context of a DID that leads to a group, queue or menu.
const DID_CONTEXT: &str = "ext-did-2";

pub(super) fn ivr(s: &mut Script<'_>) -> Truth {
    let (ext, talk) = (&s.call.extension, s.call.talk_secs);
    let rings = s.call.wait_secs;
    let picked_up = rings + s.call.ring_secs;
    let menu = menu_leg(s);
    s.legs.push(menu);
    let leg = s.inbound(ext).from(s.after(rings)).context("ivr-1");
    let mut leg = s
        .ring(leg, ext)
        .answered(s.after(picked_up), s.after(picked_up + talk), ext);
    leg.recordings = s.recorded(s.after(picked_up), &s.shown, ext, talk);
    s.legs.push(leg);
    s.truth(
        Direction::Inbound,
        Outcome::Answered,
        &[ext],
        talk,
        picked_up + talk,
    )
}

pub(super) fn ivr_missed(s: &mut Script<'_>) -> Truth {
    let ext = &s.call.extension;
    let (rings, gives_up) = (s.call.wait_secs, s.call.wait_secs + s.call.ring_secs);
    let menu = menu_leg(s);
    s.legs.push(menu);
    let leg = s.inbound(ext).from(s.after(rings)).context("ivr-1");
    let leg = s.ring(leg, ext).unanswered(s.after(gives_up));
    s.legs.push(leg);
    s.truth(Direction::Inbound, Outcome::Missed, &[], 0, gives_up)
}

pub(super) fn ivr_abandoned(s: &mut Script<'_>) -> Truth {
    let menu = menu_leg(s);
    s.legs.push(menu);
    s.truth(
        Direction::Inbound,
        Outcome::Missed,
        &[],
        0,
        s.call.wait_secs,
    )
}

fn menu_leg(s: &Script<'_>) -> Leg {
    let ivr = &s.office.ivr;
    s.inbound(ivr)
        .context(DID_CONTEXT)
        .app("ForkCDR", "are")
        .action(format!("IVR[{ivr}]"))
        .answered(s.after(0), s.after(s.call.wait_secs), ivr)
}

/// The announcement has answered the channel, so the winner's `answer` equals its `start`, its billing includes the
/// ringing, and only the losers' `end` shows when the call was picked up.
pub(super) fn ring_group(s: &mut Script<'_>) -> Truth {
    let (winner, ring, talk) = (&s.call.extension, s.call.ring_secs, s.call.talk_secs);
    let picked_up = s.after(ring);
    announce_ring_group(s);
    for member in &s.call.members {
        let leg = member_leg(s, member);
        let leg = if member == winner {
            let start = leg.start;
            let mut leg = leg.answered(start, s.after(ring + talk), winner);
            leg.picked_up = Some(picked_up);
            let name = format!(
                "auto-{}#{winner}-{}-{}.wav",
                picked_up.timestamp(),
                s.shown,
                s.office.ring_group
            );
            leg.recordings = s.kept(FileDir::Monitor, name, picked_up, talk);
            leg
        } else {
            lose(s, leg, member, picked_up)
        };
        s.legs.push(leg);
    }
    s.truth(
        Direction::Inbound,
        Outcome::Answered,
        &[winner],
        talk,
        ring + talk,
    )
}

pub(super) fn ring_group_missed(s: &mut Script<'_>) -> Truth {
    let gives_up = s.after(s.call.ring_secs);
    announce_ring_group(s);
    for member in &s.call.members {
        let leg = member_leg(s, member);
        let leg = lose(s, leg, member, gives_up);
        s.legs.push(leg);
    }
    s.truth(
        Direction::Inbound,
        Outcome::Missed,
        &[],
        0,
        s.call.ring_secs,
    )
}

/// The two legs that come before a ring group's members: the DID's own, and the group's.
fn announce_ring_group(s: &mut Script<'_>) {
    let start = s.after(0);
    let did = s
        .inbound(&s.trunk().did)
        .context(DID_CONTEXT)
        .app("ForkCDR", "ae")
        .unanswered(start);
    let group = &s.office.ring_group;
    let group = s
        .inbound(group)
        .context(DID_CONTEXT)
        .app("ForkCDR", "are")
        .action(format!("RINGGROUP[{group}]"))
        .answered(start, start, group);
    s.legs.extend([did, group]);
}

fn member_leg(s: &mut Script<'_>, member: &str) -> Leg {
    let leg = s
        .inbound(member)
        .context(DID_CONTEXT)
        .action(format!("RINGGROUP[{}]", s.office.ring_group));
    let mut leg = s.ring(leg, member);
    let contacts: Vec<_> = s.call.members.iter().map(|m| s.contact(m)).collect();
    leg.lastdata = format!("{},60,zM(record-check,StartMonitor)", contacts.join("&"));
    leg
}

/// A busy member of a group has `start`, `answer` and `end` in one, unlike a busy extension.
fn lose(s: &Script<'_>, leg: Leg, member: &String, end: DateTime<Utc>) -> Leg {
    if !s.call.busy_members.contains(member) {
        return leg.unanswered(end);
    }
    let start = leg.start;
    let mut leg = leg.refused(Disposition::Busy, 0);
    (leg.answer, leg.end) = (Some(start), Some(start));
    leg
}

pub(super) fn queue_answered(s: &mut Script<'_>) -> Truth {
    let (agent, talk) = (&s.call.extension, s.call.talk_secs);
    let rings = s.call.wait_secs;
    let picked_up = rings + s.call.ring_secs;
    let over = picked_up + talk;
    let waiting = queue_leg(s).unanswered(s.after(picked_up));
    s.legs.push(waiting);
    ring_agents_in_vain(s, picked_up);
    let leg = agent_leg(s, agent, rings);
    let mut leg = leg.answered(s.after(picked_up), s.after(over), agent);
    let copy = leg.clone().app("ForkCDR", "");
    let (answered, queue) = (s.after(picked_up), &s.office.queue);
    let name = format!(
        "q{queue}-{}-{}-{}-{agent}.wav",
        s.shown,
        s.file_stamp(answered),
        s.uniqueid()
    );
    leg.recordings = s.kept(FileDir::Queue, name, answered, talk);
    s.legs.extend([leg, copy]);
    s.truth(Direction::Inbound, Outcome::Answered, &[agent], talk, over)
}

pub(super) fn queue_abandoned(s: &mut Script<'_>) -> Truth {
    let gives_up = s.call.wait_secs + s.call.ring_secs;
    let waiting = queue_leg(s).unanswered(s.after(gives_up));
    s.legs.push(waiting);
    ring_agents_in_vain(s, gives_up);
    s.truth(Direction::Inbound, Outcome::Missed, &[], 0, gives_up)
}

/// "ANSWERED" with nothing billed: the announcement answered, and the caller left.
pub(super) fn queue_announcement_abandoned(s: &mut Script<'_>) -> Truth {
    let gives_up = s.call.wait_secs;
    let end = s.after(gives_up);
    let leg = queue_leg(s).answered(end, end, "");
    s.legs.push(leg);
    s.truth(Direction::Inbound, Outcome::Missed, &[], 0, gives_up)
}

fn queue_leg(s: &Script<'_>) -> Leg {
    let queue = &s.office.queue;
    s.inbound(queue)
        .context(DID_CONTEXT)
        .app("Queue", &format!("{queue},tTrR,,,60"))
        .action(format!("QUEUE[{queue}]"))
}

/// The agents who did not take the call; all of them rang until `end` seconds into it.
fn ring_agents_in_vain(s: &mut Script<'_>, end: u32) {
    let end = s.after(end);
    for agent in s.office.agents() {
        if agent != s.call.extension {
            let leg = agent_leg(s, &agent, s.call.wait_secs).unanswered(end);
            s.legs.push(leg);
        }
    }
}

fn agent_leg(s: &mut Script<'_>, agent: &str, from: u32) -> Leg {
    let leg = queue_leg(s).from(s.after(from));
    let data = leg.lastdata.clone();
    let mut leg = s.ring(leg, agent).app("Queue", &data);
    agent.clone_into(&mut leg.dst);
    leg
}

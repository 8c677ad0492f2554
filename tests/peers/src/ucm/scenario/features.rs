//! Calls that move on: transfer, parking, follow-me.

use super::super::leg::Leg;
use super::direct;
use super::script::Script;
use super::{Direction, Outcome, Played, Truth};

/// The parking slot that is used.
const PARKING_SLOT: &str = "71";

/// The second leg has its own `uniqueid` and no trunk names, and calls itself internal.
pub(super) fn transfer(s: &mut Script<'_>) -> Truth {
    let (first, second) = (&s.call.extension, &s.call.colleague);
    let handed_on = s.call.ring_secs + s.call.talk_secs;
    let over = handed_on + s.call.second_talk_secs;
    direct::answered(s);
    let at = s.after(handed_on);
    let mut leg = s
        .inbound(second)
        .from(at)
        .context("from-internal-xfer")
        .action("TRANSFER");
    leg.uniqueid = s.ids.uniqueid(at);
    leg.userfield = "Internal";
    leg.action_owner.clone_from(first);
    leg.src_trunk_name = String::new();
    let mut leg = s.ring(leg, second).answered(at, s.after(over), second);
    leg.recordings = s.recorded(at, &s.shown, second, s.call.second_talk_secs);
    s.legs.push(leg);
    let talk = s.call.talk_secs + s.call.second_talk_secs;
    s.truth(
        Direction::Inbound,
        Outcome::Answered,
        &[first, second],
        talk,
        over,
    )
}

/// The session in which the call is answered and parked.
pub(super) fn park(s: &mut Script<'_>) -> Truth {
    let parked = s.call.ring_secs + s.call.talk_secs;
    let fetched = parked + s.call.wait_secs;
    let mut truth = direct::answered(s);
    let leg = s
        .inbound(PARKING_SLOT)
        .from(s.after(parked))
        .app("Park", &format!("default:{PARKING_SLOT}"))
        .action("PARKEDCALL")
        .answered(s.after(parked), s.after(fetched), PARKING_SLOT);
    let leg = Leg {
        action_owner: s.call.extension.clone(),
        ..leg
    };
    s.legs.push(leg);
    truth.end += chrono::TimeDelta::seconds(s.call.wait_secs.into());
    truth
}

/// The parked call, and the second session in which a colleague fetches it.
pub(super) fn park_and_retrieve(mut s: Script<'_>) -> Vec<Played> {
    let (colleague, talk) = (&s.call.colleague, s.call.second_talk_secs);
    let truth = park(&mut s);
    let fetched = s.call.ring_secs + s.call.talk_secs + s.call.wait_secs;
    let (at, over) = (s.after(fetched), s.after(fetched + talk));
    let name = s.office.name_of(colleague);
    let leg = s
        .by_extension(PARKING_SLOT)
        .from(at)
        .app("ParkedCall", &format!("default:{PARKING_SLOT}"))
        .action("PARKEDCALL")
        .answered(at, over, PARKING_SLOT);
    let leg = Leg {
        src: colleague.clone(),
        clid: format!("\"{name}\" <{colleague}>"),
        caller_name: name,
        channel: s.ids.channel(colleague),
        channel_ext: colleague.clone(),
        action_owner: colleague.clone(),
        uniqueid: s.ids.uniqueid(at),
        session: s.ids.session(at, colleague),
        recordings: s.recorded(at, colleague, PARKING_SLOT, talk),
        ..leg
    };
    let second = Truth {
        session: leg.session.clone(),
        start: truth.end,
        continues: Some(truth.session.clone()),
        recordings: leg.recordings.iter().map(|r| r.name.clone()).collect(),
        ..s.truth(
            Direction::Internal,
            Outcome::Answered,
            &[colleague],
            talk,
            fetched + talk,
        )
    };
    let leg = Leg {
        written: second.end,
        ..leg
    };
    vec![
        s.finish(truth),
        Played {
            truth: second,
            legs: vec![leg],
        },
    ]
}

pub(super) fn follow_me(s: &mut Script<'_>) -> Truth {
    let (colleague, talk) = (&s.call.colleague, s.call.talk_secs);
    let follows = s.call.ring_secs;
    let picked_up = follows + s.call.wait_secs;
    let leg = follow_leg(s, colleague);
    let mut leg =
        s.ring(leg, colleague)
            .answered(s.after(picked_up), s.after(picked_up + talk), colleague);
    leg.recordings = s.recorded(s.after(picked_up), &s.shown, colleague, talk);
    s.legs.push(leg);
    s.truth(
        Direction::Inbound,
        Outcome::Answered,
        &[colleague],
        talk,
        picked_up + talk,
    )
}

/// The call goes out again to the extension's mobile, so that its second leg names a trunk as its destination although
/// an outsider called the office.
pub(super) fn follow_me_mobile(s: &mut Script<'_>) -> Truth {
    let (ext, talk) = (&s.call.extension, s.call.talk_secs);
    let picked_up = s.call.ring_secs + s.call.wait_secs;
    let trunk = s.trunk();
    let mobile = s
        .office
        .country
        .national(&s.office.country.office_number(77));
    let mut leg = follow_leg(s, &mobile).context("outbound-route-1");
    leg.dstchannel = s.ids.channel(&trunk.index);
    leg.dstchannel_ext.clone_from(&trunk.index);
    leg.lastdata = format!("PJSIP/{mobile}@{},60,T", trunk.index);
    leg.dst_trunk_name.clone_from(&trunk.name);
    let mut leg = leg.answered(s.after(picked_up), s.after(picked_up + talk), &mobile);
    leg.recordings = s.recorded(s.after(picked_up), &s.shown, &mobile, talk);
    s.legs.push(leg);
    s.truth(
        Direction::Inbound,
        Outcome::Answered,
        &[ext],
        talk,
        picked_up + talk,
    )
}

/// The extension rings in vain, and the next leg, with a `uniqueid` of its own, goes to `target`.
fn follow_leg(s: &mut Script<'_>, target: &str) -> Leg {
    let first = direct::unanswered(s);
    let at = s.after(s.call.ring_secs);
    s.legs.push(first);
    let mut leg = s
        .inbound(target)
        .from(at)
        .context("from-internal")
        .action(format!("FOLLOWME[{}]", s.call.extension));
    leg.uniqueid = s.ids.uniqueid(at);
    leg.action_owner.clone_from(&s.call.extension);
    leg
}

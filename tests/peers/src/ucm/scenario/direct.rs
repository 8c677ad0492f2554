//! An outsider calls one extension.

use super::super::leg::{Disposition, Leg};
use super::script::Script;
use super::{Direction, Outcome, Truth};

pub(super) fn answered(s: &mut Script<'_>) -> Truth {
    let (ext, ring, talk) = (&s.call.extension, s.call.ring_secs, s.call.talk_secs);
    let leg = s.inbound(ext);
    let mut leg = s
        .ring(leg, ext)
        .answered(s.after(ring), s.after(ring + talk), ext);
    leg.recordings = s.recorded(s.after(ring), &s.shown, ext, talk);
    s.legs.push(leg);
    s.truth(
        Direction::Inbound,
        Outcome::Answered,
        &[ext],
        talk,
        ring + talk,
    )
}

pub(super) fn missed(s: &mut Script<'_>) -> Truth {
    let ring = s.call.ring_secs;
    let leg = unanswered(s);
    s.legs.push(leg);
    s.truth(Direction::Inbound, Outcome::Missed, &[], 0, ring)
}

pub(super) fn busy(s: &mut Script<'_>) -> Truth {
    let leg = refused(s);
    s.legs.push(leg);
    s.truth(Direction::Inbound, Outcome::Busy, &[], 0, 0)
}

pub(super) fn no_answer_voicemail(s: &mut Script<'_>) -> Truth {
    let (ring, message) = (s.call.ring_secs, s.call.talk_secs);
    let first = unanswered(s);
    s.legs.push(first);
    let mailbox = voicemail(s, ring, 'u');
    s.legs.push(mailbox);
    s.truth(
        Direction::Inbound,
        Outcome::Voicemail,
        &[],
        0,
        ring + message,
    )
}

pub(super) fn busy_voicemail(s: &mut Script<'_>) -> Truth {
    let first = refused(s);
    s.legs.push(first);
    let mailbox = voicemail(s, 0, 'b');
    s.legs.push(mailbox);
    s.truth(
        Direction::Inbound,
        Outcome::Voicemail,
        &[],
        0,
        s.call.talk_secs,
    )
}

/// No phone, so no ringing: one leg, and its application is still `Dial`.
pub(super) fn unregistered_voicemail(s: &mut Script<'_>) -> Truth {
    let ext = &s.call.extension;
    let data = format!("PJSIP/{ext},60,zb(callee-handler^s^1)");
    let leg = voicemail(s, 0, 'u').app("Dial", &data);
    s.legs.push(leg);
    s.truth(
        Direction::Inbound,
        Outcome::Voicemail,
        &[],
        0,
        s.call.talk_secs,
    )
}

/// The leg of an extension that rings in vain.
pub(super) fn unanswered(s: &mut Script<'_>) -> Leg {
    let leg = s.inbound(&s.call.extension);
    s.ring(leg, &s.call.extension)
        .unanswered(s.after(s.call.ring_secs))
}

fn refused(s: &mut Script<'_>) -> Leg {
    let leg = s.inbound(&s.call.extension);
    s.ring(leg, &s.call.extension).refused(Disposition::Busy, 0)
}

/// The mailbox answers at once, `from` seconds into the call, and takes a message. `greeting` is `u` for unavailable
/// and `b` for busy.
fn voicemail(s: &Script<'_>, from: u32, greeting: char) -> Leg {
    let ext = &s.call.extension;
    let (begin, end) = (s.after(from), s.after(from + s.call.talk_secs));
    s.inbound(ext)
        .from(begin)
        .app("VoiceMail", &format!("{ext}@default,{greeting}"))
        .action("VM")
        .answered(begin, end, ext)
}

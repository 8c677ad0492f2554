//! Calls to machines of the office, and to its conference rooms.

use super::super::recording::FileDir;
use super::script::Script;
use super::{Direction, Outcome, Truth};

/// The conference room that is entered.
const ROOM: &str = "6300";
/// The fax's number.
const FAX: &str = "7200";

pub(super) fn conference(s: &mut Script<'_>) -> Truth {
    let (ring, talk) = (s.call.ring_secs, s.call.talk_secs);
    let name = format!("meetme-conf-rec-{ROOM}-{}-1.wav", s.uniqueid());
    let mut leg = s
        .inbound(ROOM)
        .app("ConfBridge", ROOM)
        .action(format!("CONFERENCE[{ROOM}]"));
    leg.recordings = s.kept(FileDir::Meetme, name, s.after(ring), talk);
    s.talked_elsewhere(Direction::Inbound, leg)
}

pub(super) fn fax(s: &mut Script<'_>) -> Truth {
    let (ring, lasts) = (s.call.ring_secs, s.call.talk_secs);
    let leg = s
        .inbound(FAX)
        .app("ReceiveFAX", "")
        .action(format!("FAX[{FAX}]"))
        .answered(s.after(ring), s.after(ring + lasts), FAX);
    s.legs.push(leg);
    s.truth(Direction::Inbound, Outcome::Service, &[], 0, ring + lasts)
}

pub(super) fn own_mailbox(s: &mut Script<'_>) -> Truth {
    code(s, "*97", "VoiceMailMain", "DIAL", "from-internal")
}

pub(super) fn feature_code(s: &mut Script<'_>) -> Truth {
    code(s, "*48", "Playback", "PRESENCE_STATUS", "presence-status")
}

fn code(s: &mut Script<'_>, code: &str, app: &str, action: &str, context: &str) -> Truth {
    let lasts = s.call.talk_secs;
    let mut leg = s
        .by_extension(code)
        .context(context)
        .app(app, "")
        .action(action);
    leg.dstchannel_ext = String::new();
    let leg = leg.answered(s.after(0), s.after(lasts), code);
    s.legs.push(leg);
    s.truth(Direction::Internal, Outcome::Service, &[], 0, lasts)
}

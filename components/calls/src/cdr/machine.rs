//! Machines of the office that people call: fax, mailboxes, presence, feature codes.
//!
//! A call to one of them is not missed: nobody was to answer it. Machines on the way to people (menus, queues, announcements, parking) are
//! none of these, and neither is the mailbox that takes a message for somebody who did not answer.

use super::bound::is_bound_outside;
use super::{Disposition, Leg};

/// Whether the leg went to a machine that was meant to take it.
///
/// What the office dialled outside is for whoever is there, but for a fax that went out. A code that was refused failed, as any call does.
pub(super) fn is_service(leg: &Leg) -> bool {
    let answered = leg.disposition == Disposition::Answered;
    let refused = leg.disposition == Disposition::Busy || leg.disposition.is_failed();
    if is_fax(leg) {
        return answered || !is_bound_outside(leg);
    }
    let called = is_machine(leg) || is_code(leg);
    called && !refused && !is_bound_outside(leg)
}

/// Whether a fax was sent or received on the leg, or was to be.
pub(super) fn is_fax(leg: &Leg) -> bool {
    matches!(leg.action.kind.as_str(), "FAX" | "VFAX")
        || matches!(
            leg.last_app.as_str(),
            "ReceiveFAX" | "ReceiveFax" | "RxFAX" | "SendFAX" | "SendFax" | "TxFAX"
        )
}

/// Whether the leg is led on to people, whom a caller who hangs up before has not reached.
pub(super) fn is_entrance(leg: &Leg) -> bool {
    let kind = leg.action.kind.as_str();
    matches!(kind, "IVR" | "DIRECTORY") || kind.starts_with("ANNOUNCEMENT")
}

fn is_machine(leg: &Leg) -> bool {
    let kind = leg.action.kind.as_str();
    let app = leg.last_app.as_str();
    // Two phones talk over an intercom, and a way out by DISA or a callback leads to whom it dialled.
    let by_kind = match kind {
        "CONFERENCE" | "MEETME" => !JOINS.contains(&app) && !PUTS_THROUGH.contains(&app),
        "PAGE" | "PAGING" | "INTERCOM" | "DISA" | "CALLBACK" => !PUTS_THROUGH.contains(&app),
        kind => kind.starts_with("PRESENCE") || kind.starts_with("WAKE"),
    };
    by_kind || SERVICES.contains(&app) || leg.context == "presence-status"
}

/// Whether a feature code was dialled (`*48`, `#1`, or `6500*` by which an agent logs in to a queue) that put nobody through.
fn is_code(leg: &Leg) -> bool {
    let app = leg.last_app.as_str();
    let code = leg.dst.starts_with(['*', '#']) || leg.dst.ends_with('*');
    code && !PUTS_THROUGH.contains(&app) && !JOINS.contains(&app)
}

/// Applications that put a caller through to somebody.
const PUTS_THROUGH: [&str; 4] = ["Dial", "Queue", "ParkedCall", "Park"];

/// Applications in which people talk with each other.
const JOINS: [&str; 2] = ["ConfBridge", "MeetMe"];

/// Applications that do by themselves what the caller wanted.
const SERVICES: [&str; 17] = [
    "VoiceMailMain",
    "DISA",
    "Echo",
    "Milliwatt",
    "Page",
    "Record",
    "SayUnixTime",
    "ChanSpy",
    "ExtenSpy",
    "Pickup",
    "PickupChan",
    "AgentLogin",
    "AddQueueMember",
    "RemoveQueueMember",
    "PauseQueueMember",
    "UnpauseQueueMember",
    "DBput",
];

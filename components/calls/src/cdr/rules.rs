//! Direction and outcome: what the legs say together, where each alone would mislead.

use super::bound::{AFTER_OUTBOUND, is_bound_outside};
use super::machine::{is_entrance, is_fax, is_service};
use super::people::{follows_owner, is_extension, is_number};
use super::view::{View, is_voicemail};
use super::{Direction, Disposition, Leg, Outcome};

impl<'a> View<'a> {
    /// The call's direction, by the first leg that touches the outside.
    ///
    /// An inbound call that is then forwarded to a mobile, or transferred to a number outside, has legs on both sides: it is still a call
    /// that a customer made to the office, and the number to remember is the customer's.
    pub(super) fn direction(&self) -> Direction {
        let hint = self.legs.iter().find_map(|leg| leg.direction_hint);
        hint.or_else(|| side(self.lead()))
            .unwrap_or(Direction::Internal)
    }

    /// The leg that speaks for the call: the first that touches the outside, or else the first. Transferred legs, which the UCM calls
    /// internal whatever they are, speak only where no other does.
    pub(super) fn lead(&self) -> &'a Leg {
        let own = || self.legs.iter().filter(|leg| !leg.action.is("TRANSFER"));
        let first = self.legs[0];
        // A menu may come before the group, and not every leg to a member names it.
        let is_member = |leg: &Leg| {
            let is_of_caller = |group: &&Leg| is_group_within(group) && leg.src == group.src;
            self.legs.iter().any(is_of_caller)
        };
        let outside =
            |leg: &&&Leg| side(leg).is_some() && (leg.action.is("TRANSFER") || !is_member(leg));
        let lead = own()
            .find(|leg| is_way_out(leg))
            .or_else(|| own().find(outside))
            .or_else(|| self.legs.iter().find(outside))
            .or_else(|| own().next());
        lead.copied().unwrap_or(first)
    }

    /// How the call ended, and the leg that decided it.
    pub(super) fn outcome(&self) -> (Outcome, &'a Leg) {
        let find = |test: &dyn Fn(&Leg) -> bool| self.legs.iter().copied().find(|leg| test(leg));
        let targets: Vec<&Leg> = self
            .legs
            .iter()
            .copied()
            .filter(|leg| self.is_target(leg))
            .collect();
        if let Some(leg) = find(&|leg| self.is_human(leg)) {
            (Outcome::Answered, leg)
        } else if let Some(leg) = self.led_on() {
            (Outcome::Answered, leg)
        } else if let Some(mailbox) = find(&is_voicemail) {
            (
                Outcome::Voicemail,
                targets.last().copied().unwrap_or(mailbox),
            )
        } else if let Some(leg) = find(&is_unroutable).filter(|_| !has_rung(&targets)) {
            (Outcome::Failed, leg)
        } else if let Some(leg) = self.service(&targets) {
            (Outcome::Service, leg)
        } else {
            self.in_vain(&targets)
        }
    }

    /// The first leg, where a customer's call is known from there on only that it was transferred or parked: who did that has spoken to them
    /// before, whomever they reached in vain since.
    fn led_on(&self) -> Option<&'a Leg> {
        let is_led_on = |leg: &&Leg| leg.action.is("TRANSFER") || leg.action.is("PARKEDCALL");
        let is_customers = |_: &&Leg| self.direction() == Direction::Inbound;
        let first = self.legs.first().copied();
        first.filter(is_led_on).filter(is_customers)
    }

    /// The leg on which a machine took the call that was meant for it. Where people were called as well they have missed it, unless it
    /// turned out to be a fax, and that came.
    fn service(&self, targets: &[&Leg]) -> Option<&'a Leg> {
        let find = |test: fn(&Leg) -> bool| self.legs.iter().copied().find(|leg| test(leg));
        if let Some(fax) = find(is_fax_that_came) {
            return Some(fax);
        }
        let is_within = || self.direction() == Direction::Internal;
        match targets {
            // Whoever calls a menu from within has called nobody.
            [] => find(is_service).or_else(|| find(is_entrance).filter(|_| is_within())),
            _ => None,
        }
    }

    /// The outcome where nobody and nothing took the call.
    fn in_vain(&self, targets: &[&'a Leg]) -> (Outcome, &'a Leg) {
        let has = |disposition: Disposition| {
            let of_it = move |leg: &&&Leg| leg.disposition == disposition;
            targets.iter().find(of_it).copied()
        };
        let first = targets.first().copied();
        match (first, has(Disposition::Busy)) {
            (Some(_), Some(busy)) if all_refused(targets) => (Outcome::Busy, busy),
            (Some(first), _) if all_refused(targets) => (Outcome::Failed, first),
            _ => {
                let missed = has(Disposition::NoAnswer).or(first);
                (Outcome::Missed, missed.unwrap_or(self.lead()))
            }
        }
    }
}

/// Where a leg alone points to, if it touches the outside at all.
fn side(leg: &Leg) -> Option<Direction> {
    let inbound = !leg.src_trunk.is_empty() || leg.userfield == "Inbound" || is_from_trunk(leg);
    let outbound = (is_bound_outside(leg) || leg.userfield == "Outbound") && !is_forwarded(leg);
    match (inbound, outbound) {
        (true, true) => Some(through(leg)),
        // Old firmware writes this of calls between two phones as well.
        (false, false) if leg.userfield == "EXT" && is_between_phones(leg) => None,
        _ if matches!(leg.userfield.as_str(), "External" | "EXT") => Some(through(leg)),
        (true, _) => Some(Direction::Inbound),
        (_, true) => Some(Direction::Outbound),
        (false, false) => None,
    }
}

/// Whether the channels at both ends of the leg are extensions.
fn is_between_phones(leg: &Leg) -> bool {
    is_extension(&leg.channel_ext) && is_extension(&leg.dst_channel_ext)
}

/// Whether a leg that is called internal, as those of transfers, parking and failed forwardings are, is somebody's outside for all that: the
/// channel knows. On a leg that went out the number of such a channel may be the office's own.
fn is_from_trunk(leg: &Leg) -> bool {
    let channel = leg.channel_ext.as_str();
    leg.userfield == "Internal" && (channel.starts_with("trunk_") || is_outside_port(channel))
}

/// Whether the channel is that of an analog line, such as `o1` of `DAHDI/o1-1`: a port for the exchange outside (FXO).
fn is_outside_port(channel: &str) -> bool {
    channel.strip_prefix('o').is_some_and(is_number)
}

/// What a leg from trunk to trunk is: the call of a branch office that dials out through this one, or that of a customer who is forwarded.
///
/// A feature of the office (follow-me, queue, ring group ...) that leads outside has been called from outside first. An extension beyond a
/// trunk is one of another exchange of the company: it came into an outbound route by itself, or is shorter than a public number, of which
/// some countries have no longer ones than an exchange. Whoever else came into an outbound route by themselves dialled through: the office
/// is no more than the bridge.
fn through(leg: &Leg) -> Direction {
    let by_feature = !matches!(leg.action.kind.as_str(), "" | "DIAL");
    let by_route = leg.context.starts_with("outbound-route-") || leg.context == AFTER_OUTBOUND;
    match () {
        () if is_way_out(leg) => Direction::Outbound,
        () if by_feature => Direction::Inbound,
        () if is_extension(&leg.src) && (by_route || leg.src.len() < leg.dst.len()) => {
            Direction::Outbound
        }
        () if by_route => Direction::External,
        () => Direction::Inbound,
    }
}

/// Whether somebody of the office who called from outside dials out on the leg: by DISA, or because the UCM has called them back.
fn is_way_out(leg: &Leg) -> bool {
    matches!(leg.action.kind.as_str(), "DISA" | "CALLBACK")
        && leg.last_app == "Dial"
        && is_bound_outside(leg)
}

/// Whether the leg is that of a colleague who calls a group or a queue: they are its caller on the legs to its members as well, those outside
/// included.
fn is_group_within(leg: &Leg) -> bool {
    is_group_of_extension(leg) && side(leg).is_none()
}

/// Whether an extension, of this exchange or of another, calls a group or a queue on the leg.
fn is_group_of_extension(leg: &Leg) -> bool {
    (leg.action.is("RINGGROUP") || leg.action.is("QUEUE")) && is_extension(&leg.src)
}

/// Whether the leg follows the owner of an extension, or rings a member of the group that an extension called, and does not say that the caller
/// is outside: a colleague who is called by a colleague is so on their mobile as well, and nobody has dialled its number.
fn is_forwarded(leg: &Leg) -> bool {
    leg.src_trunk.is_empty() && (follows_owner(leg) || is_group_of_extension(leg))
}

/// Whether everybody was engaged or could not be put through.
fn all_refused(targets: &[&Leg]) -> bool {
    targets
        .iter()
        .all(|leg| leg.disposition == Disposition::Busy || leg.disposition.is_failed())
}

/// Whether somebody's phone rang: where a call is led on outside after that, and cannot be put through there, it was missed all the same.
fn has_rung(targets: &[&Leg]) -> bool {
    let rang = |leg: &&Leg| leg.disposition == Disposition::NoAnswer && !is_unroutable(leg);
    targets.iter().any(rang)
}

/// A call that no outbound route could put through, even if an announcement was played about it.
fn is_unroutable(leg: &Leg) -> bool {
    leg.context == AFTER_OUTBOUND && leg.disposition != Disposition::Busy
}

fn is_fax_that_came(leg: &Leg) -> bool {
    is_fax(leg) && is_service(leg) && leg.disposition == Disposition::Answered
}

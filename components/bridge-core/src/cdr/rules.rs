//! Direction and outcome: what the legs say together, where each alone would mislead.

use super::view::{AFTER_OUTBOUND, View, is_bound_outside, is_human, is_target, is_voicemail};
use super::{Direction, Disposition, Leg, Outcome};

impl<'a> View<'a> {
    /// The call's direction, by the first leg that touches the outside.
    ///
    /// An inbound call that is then forwarded to a mobile, or transferred to a number outside, has legs on both sides: it is still a call
    /// that a customer made to the office, and the number to remember is the customer's. Only where the *first* such leg already joins two
    /// trunks is the office no more than a bridge between them.
    pub(super) fn direction(&self) -> Direction {
        let hint = self.legs.iter().find_map(|leg| leg.direction_hint);
        hint.or_else(|| side(self.lead()))
            .unwrap_or(Direction::Internal)
    }

    /// The leg that speaks for the call: the first that touches the outside, or else the first. Transferred legs, which the UCM calls
    /// internal whatever they are, speak only where no other does.
    pub(super) fn lead(&self) -> &'a Leg {
        let own = || self.legs.iter().filter(|leg| !leg.action.is("TRANSFER"));
        let outside = |leg: &&&Leg| side(leg).is_some();
        let lead = own()
            .find(outside)
            .or_else(|| self.legs.iter().find(outside))
            .or_else(|| own().next());
        lead.copied().unwrap_or(self.legs[0])
    }

    /// How the call ended, and the leg that decided it.
    pub(super) fn outcome(&self) -> (Outcome, &'a Leg) {
        let find = |test: fn(&Leg) -> bool| self.legs.iter().copied().find(|leg| test(leg));
        let targets: Vec<&Leg> = self
            .legs
            .iter()
            .copied()
            .filter(|leg| is_target(leg))
            .collect();
        let unanswered = |leg: &&&Leg| leg.disposition == Disposition::NoAnswer;
        let missed = targets
            .iter()
            .find(unanswered)
            .or(targets.first())
            .copied()
            .unwrap_or(self.lead());
        if let Some(leg) = find(is_human) {
            (Outcome::Answered, leg)
        } else if let Some(mailbox) = find(is_voicemail) {
            (
                Outcome::Voicemail,
                targets.last().copied().unwrap_or(mailbox),
            )
        } else if let Some(leg) = find(is_unroutable) {
            (Outcome::Failed, leg)
        } else if let Some(leg) = targets
            .iter()
            .find(|leg| leg.disposition == Disposition::Busy)
            .filter(|_| all_refused(&targets))
        {
            (Outcome::Busy, leg)
        } else if let Some(leg) = targets.first().filter(|_| all_refused(&targets)) {
            (Outcome::Failed, leg)
        } else {
            (Outcome::Missed, missed)
        }
    }
}

/// Where a leg alone points to, if it touches the outside at all.
fn side(leg: &Leg) -> Option<Direction> {
    let inbound = !leg.src_trunk.is_empty() || leg.userfield == "Inbound";
    let outbound = is_bound_outside(leg) || leg.userfield == "Outbound";
    let joined = (inbound && outbound) || matches!(leg.userfield.as_str(), "External" | "EXT");
    // A feature of the office (follow-me, queue, ring group ...) that leads outside has been called from outside first.
    let by_feature = !matches!(leg.action.kind.as_str(), "" | "DIAL");
    match (inbound, outbound) {
        _ if joined && by_feature => Some(Direction::Inbound),
        _ if joined => Some(Direction::External),
        (true, _) => Some(Direction::Inbound),
        (_, true) => Some(Direction::Outbound),
        (false, false) => None,
    }
}

/// Whether everybody was engaged or could not be put through.
fn all_refused(targets: &[&Leg]) -> bool {
    targets
        .iter()
        .all(|leg| matches!(leg.disposition, Disposition::Busy | Disposition::Failed))
}

/// A call that no outbound route could put through, even if an announcement was played about it.
fn is_unroutable(leg: &Leg) -> bool {
    leg.context == AFTER_OUTBOUND && leg.disposition != Disposition::Busy
}

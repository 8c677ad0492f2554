//! Who called, who was called, and whose phone it was.

use std::collections::BTreeSet;

use super::bound::is_bound_outside;
use super::view::{View, is_voicemail};
use super::{Direction, Leg, Outcome, Side};
use crate::phone;

impl View<'_> {
    /// Who called. An office number may be shown to the outside in place of the extension: the channel knows better.
    pub(super) fn caller(&self, direction: Direction) -> Side {
        let lead = self.lead();
        let within = Some(lead)
            .filter(|_| matches!(direction, Direction::Outbound | Direction::Internal))
            .and_then(|lead| self.calling_extension(lead));
        // An office that hides its own number from those it calls hides nobody's who calls it.
        let hides =
            |leg: &Leg| leg.anonymous && (!is_bound_outside(leg) || leg.key() == lead.key());
        let is_hidden = self.legs.iter().any(|leg| hides(leg)) || phone::is_withheld(&lead.src);
        let number = match within {
            Some(extension) => extension.to_owned(),
            None if is_hidden => return Side::default(),
            None => lead.src.clone(),
        };
        Side {
            number,
            name: lead.caller_name.clone(),
        }
    }

    /// Who was called: the number dialled.
    pub(super) fn called(&self) -> Side {
        let lead = self.lead();
        Side {
            number: lead.dst.clone(),
            name: lead.called_name.clone(),
        }
    }

    /// The extension of the person who took or made the call, or the only one who should have taken it.
    pub(super) fn extension(&self, direction: Direction, outcome: Outcome) -> String {
        let lead = self.lead();
        let found = match direction {
            // Who calls from a branch office has an extension there, which may be somebody else's here.
            Direction::Outbound if !lead.src_trunk.is_empty() => None,
            Direction::Outbound => self.calling_extension(lead),
            Direction::Internal if outcome == Outcome::Service => self.calling_extension(lead),
            Direction::Inbound | Direction::Internal | Direction::External => {
                self.taker().or_else(|| self.only_target())
            }
        };
        found.unwrap_or_default().to_owned()
    }

    /// The name of the trunk on the side of the call that leads outside: that of the leg that decided how the call ended, where it has one.
    /// Trunks that failed before are not the one that it went by.
    pub(super) fn trunk(&self, direction: Direction, deciding: &Leg) -> String {
        let name = |leg: &Leg| match direction {
            Direction::Inbound | Direction::External => leg.src_trunk.clone(),
            Direction::Outbound => leg.dst_trunk.clone(),
            Direction::Internal => String::new(),
        };
        std::iter::once(deciding)
            .chain(self.legs.iter().copied())
            .map(name)
            .find(|name| !name.is_empty())
            .unwrap_or_default()
    }

    fn taker(&self) -> Option<&str> {
        self.legs
            .iter()
            .filter(|leg| self.is_human(leg))
            .find_map(|leg| self.called_extension(leg))
    }

    fn only_target(&self) -> Option<&str> {
        let meant = self
            .legs
            .iter()
            .filter(|leg| self.is_target(leg) || is_voicemail(leg));
        let extensions: BTreeSet<&str> =
            meant.filter_map(|leg| self.called_extension(leg)).collect();
        extensions
            .first()
            .copied()
            .filter(|_| extensions.len() == 1)
    }

    /// The extension that the leg was made from. The owner of a transfer, or of an extension that is followed, is not the one who calls.
    pub(super) fn calling_extension<'b>(&self, leg: &'b Leg) -> Option<&'b str> {
        let owner = Some(&leg.owner).filter(|_| !leg.action.is("TRANSFER") && !follows_owner(leg));
        let shown = [Some(&leg.new_src), Some(&leg.src), owner]
            .into_iter()
            .flatten();
        // The channel of a trunk may name the number that was dialled over it, which is nobody's who dialled.
        let channel = Some(&leg.channel_ext)
            .filter(|channel| !(is_bound_outside(leg) && **channel == leg.dst));
        let short = shown.filter(|number| number.len() <= LONGEST_EXTENSION_DIGITS);
        channel
            .into_iter()
            .chain(short)
            .map(String::as_str)
            .find(|number| is_number(number) && !self.groups.contains(number))
    }

    /// The extension that the leg was made to, or from which a parked caller was fetched: what was dialled is the slot then. Where a call
    /// follows its owner outside, it is still the owner's; where it follows to a colleague, the colleague is on the line.
    pub(super) fn called_extension<'b>(&self, leg: &'b Leg) -> Option<&'b str> {
        if leg.action.is("VM") && is_number(&leg.mailbox) {
            return Some(leg.mailbox.as_str()).filter(|mailbox| !self.groups.contains(mailbox));
        }
        if leg.last_app == "ParkedCall" {
            return self.calling_extension(leg);
        }
        let followed = Some(leg.action.feature.as_str())
            .filter(|owner| follows_owner(leg) && is_number(owner));
        self.rung_extension(leg).or(followed)
    }

    /// The extension whose phone the leg rang.
    fn rung_extension<'b>(&self, leg: &'b Leg) -> Option<&'b str> {
        let leads_outside = !leg.dst_trunk.is_empty()
            || (!leg.dst_channel_ext.is_empty() && !is_number(&leg.dst_channel_ext));
        let dialled = Some(&leg.dst)
            .filter(|dst| leg.dst_channel_ext.is_empty() && dst.len() <= LONGEST_EXTENSION_DIGITS);
        let numbers = [Some(&leg.dst_answer), Some(&leg.dst_channel_ext), dialled];
        // Where a caller was parked by whom they talked with, it is the slot that was dialled last, and answered.
        let is_slot = |number: &str| {
            let phone = leg.dst_channel_ext.as_str();
            leg.last_app == "Park" && !phone.is_empty() && number != phone && number == leg.dst
        };
        let of_a_person =
            |number: &&str| is_number(number) && !is_slot(number) && !self.is_group(leg, number);
        numbers
            .into_iter()
            .flatten()
            .map(String::as_str)
            .find(of_a_person)
            .filter(|_| !leads_outside)
    }
}

/// Whether the leg goes where an extension's owner is to be found instead, whose number is in its bracket.
pub(super) fn follows_owner(leg: &Leg) -> bool {
    leg.action.is("FOLLOWME") || leg.action.kind.starts_with("CALLFORWARD")
}

/// Whether the text is short enough to be an extension, of this exchange or of another.
pub(super) fn is_extension(text: &str) -> bool {
    is_number(text) && text.len() <= LONGEST_EXTENSION_DIGITS
}

/// A plain number: not a trunk (`trunk_2`), a port (`o1`) or the API (`api`).
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// No office numbers its phones with more digits, and no public number has fewer: what the channel itself does not say is an extension
/// only up to this length.
const LONGEST_EXTENSION_DIGITS: usize = 6;

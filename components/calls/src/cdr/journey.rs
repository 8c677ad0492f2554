//! The way of a call through the PBX, station by station.

use super::bound::is_bound_outside;
use super::call::seconds;
use super::machine::{is_fax, is_service};
use super::view::{View, is_parking_lot, is_voicemail};
use super::{Direction, Disposition, Leg};

/// What a call met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A number of the office that rings no phone itself: a DID, the entry of a group.
    Number,
    /// A voice menu.
    Ivr,
    /// A ring group.
    RingGroup,
    /// A queue.
    Queue,
    /// Somebody's phone.
    Extension,
    /// A number outside, over a trunk.
    Outside,
    /// A follow-me target.
    FollowMe,
    /// A transfer by the leg's owner.
    Transfer,
    /// A parking slot.
    Park,
    /// A voice mailbox.
    Voicemail,
    /// A conference room.
    Conference,
    /// A fax.
    Fax,
    /// Another feature of the PBX.
    Feature,
}

/// How it went there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stop {
    /// The call was led on, or a machine played to it.
    Passed,
    /// A human talked.
    Answered,
    /// Nobody answered.
    NoAnswer,
    /// Engaged or rejected.
    Busy,
    /// Could not be put through.
    Failed,
}

/// One station of a call's journey. `Display` is one line in plain English; the fields let a face translate it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Station {
    /// Time since the first leg began, in seconds.
    pub after_secs: u32,
    /// What the call met.
    pub place: Place,
    /// Its number, or empty.
    pub number: String,
    /// Who sent the call here, for a transfer; otherwise empty.
    pub by: String,
    /// How it went.
    pub stop: Stop,
    /// How long a human or a mailbox listened, in seconds.
    pub talk_secs: u32,
}

/// The stations in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Journey(pub Vec<Station>);

impl Journey {
    /// The stations as lines of plain English.
    pub fn join(&self, separator: &str) -> String {
        self.0
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(separator)
    }
}

impl View<'_> {
    /// The stations that the legs tell of. A station that repeats the one before is told once.
    pub(super) fn journey(&self) -> Journey {
        let is_answered = self.legs.iter().any(|leg| self.is_human(leg));
        let mut stations: Vec<Station> = Vec::new();
        for (leg, start) in self.placed() {
            let talk = self.talk(leg, start).map(|talk| talk.to - talk.from);
            let listened = is_voicemail(leg).then_some(i64::from(leg.billsec_secs));
            let (place, number, by) = self.place(leg);
            let station = Station {
                after_secs: seconds(start - self.times.origin),
                place,
                number: number.to_owned(),
                by: by.to_owned(),
                stop: self.stop(leg, is_answered),
                talk_secs: seconds(talk.or(listened).unwrap_or(0)),
            };
            let repeats = |last: &Station| {
                Station {
                    after_secs: station.after_secs,
                    ..last.clone()
                } == station
            };
            if !stations.last().is_some_and(repeats) {
                stations.push(station);
            }
        }
        Journey(stations)
    }

    /// What a leg met, its number, and who sent the call there.
    fn place<'b>(&self, leg: &'b Leg) -> (Place, &'b str, &'b str) {
        let feature = leg.action.feature.as_str();
        let dst = leg.dst.as_str();
        let person = self.called_extension(leg).unwrap_or(dst);
        let enters = leg.last_app == "ForkCDR" || dst == feature;
        let or_dst = |number: &'b str| if number.is_empty() { dst } else { number };
        match leg.action.kind.as_str() {
            _ if is_fax(leg) => (Place::Fax, or_dst(feature), ""),
            "IVR" => (Place::Ivr, or_dst(feature), ""),
            "CONFERENCE" => (Place::Conference, or_dst(feature), ""),
            "VM" => (Place::Voicemail, or_dst(&leg.mailbox), ""),
            "QUEUE" if enters => (Place::Queue, or_dst(feature), ""),
            "RINGGROUP" if enters => (Place::RingGroup, or_dst(feature), ""),
            "FOLLOWME" => (Place::FollowMe, dst, feature),
            "TRANSFER" => (Place::Transfer, person, &leg.owner),
            "PARKEDCALL" => (Place::Park, dst, ""),
            "" | "DIAL" | "QUEUE" | "RINGGROUP" => match () {
                () if leg.last_app == "ParkedCall" || is_parking_lot(leg) => (Place::Park, dst, ""),
                () if matches!(leg.last_app.as_str(), "ConfBridge" | "MeetMe") => {
                    (Place::Conference, dst, "")
                }
                () if is_service(leg) => (Place::Feature, dst, ""),
                () if leg.last_app == "ForkCDR" => (Place::Number, dst, ""),
                () if is_outside(leg) => (Place::Outside, dst, ""),
                () => (Place::Extension, person, ""),
            },
            _ => (Place::Feature, or_dst(feature), ""),
        }
    }

    /// How it went. A caller who waited in a queue and was then put through has not gone unanswered there.
    fn stop(&self, leg: &Leg, is_answered: bool) -> Stop {
        match leg.disposition {
            _ if self.is_human(leg) => Stop::Answered,
            Disposition::NoAnswer if leg.last_app == "ForkCDR" => Stop::Passed,
            Disposition::NoAnswer if leg.last_app == "Queue" && is_answered => Stop::Passed,
            Disposition::NoAnswer => Stop::NoAnswer,
            Disposition::Busy => Stop::Busy,
            _ if leg.disposition.is_failed() => Stop::Failed,
            _ => Stop::Passed,
        }
    }
}

fn is_outside(leg: &Leg) -> bool {
    is_bound_outside(leg) || leg.direction_hint == Some(Direction::Outbound)
}

impl std::fmt::Display for Station {
    /// `0:15 extension 203: answered 4:05`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", clock(self.after_secs), self.place)?;
        if !self.number.is_empty() {
            write!(f, " {}", self.number)?;
        }
        if !self.by.is_empty() {
            write!(f, " by {}", self.by)?;
        }
        match self.stop {
            Stop::Passed => {}
            stop => write!(f, ": {stop}")?,
        }
        if self.talk_secs > 0 {
            write!(f, " {}", clock(self.talk_secs))?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Number => "number",
            Self::Ivr => "IVR",
            Self::RingGroup => "ring group",
            Self::Queue => "queue",
            Self::Extension => "extension",
            Self::Outside => "outside",
            Self::FollowMe => "follow-me",
            Self::Transfer => "transfer to",
            Self::Park => "parking",
            Self::Voicemail => "voice mail",
            Self::Conference => "conference",
            Self::Fax => "fax",
            Self::Feature => "feature",
        })
    }
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Passed => "passed",
            Self::Answered => "answered",
            Self::NoAnswer => "no answer",
            Self::Busy => "busy",
            Self::Failed => "failed",
        })
    }
}

/// Minutes and seconds, with hours where there are some.
fn clock(secs: u32) -> String {
    match secs {
        0..3600 => format!("{}:{:02}", secs / 60, secs % 60),
        _ => format!("{}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60),
    }
}

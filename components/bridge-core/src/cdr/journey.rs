//! The way of a call through the PBX, station by station.

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

//! What happens on the telephone, and the two records of it: the device's legs, and the truth.
//!
//! A [`Call`] says what people did. `play` writes the legs that a device makes of it (one function per row of the
//! known shapes, in the modules below) and, from the same [`Call`] and not from the legs, a [`Truth`].

use chrono::{DateTime, TimeDelta, Utc};

use super::country::Country;
use super::leg::Leg;
use super::office::Office;

mod catalogue;
mod direct;
mod features;
mod groups;
mod machines;
mod outbound;
mod script;
mod truth;

pub use catalogue::catalogue;
pub(crate) use script::Ids;
use script::Script;
pub use truth::{Direction, Outcome, Truth};

/// The course that a call takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scenario {
    /// An outsider calls an extension, which answers.
    Answered,
    /// An outsider calls an extension without voicemail, and gives up.
    Missed,
    /// An outsider calls an extension that is busy or refuses.
    Busy,
    /// Nobody answers, and the outsider leaves a message.
    NoAnswerVoicemail,
    /// The extension is busy, and the outsider leaves a message.
    BusyVoicemail,
    /// The extension's phone is not registered, and the outsider leaves a message.
    UnregisteredVoicemail,
    /// The outsider chooses an extension in the voice menu, and it answers.
    Ivr,
    /// The outsider chooses an extension in the voice menu, and nobody answers.
    IvrMissed,
    /// The outsider hangs up while the voice menu plays.
    IvrAbandoned,
    /// A ring group's phones ring, and one answers.
    RingGroup,
    /// A ring group's phones ring, and nobody answers.
    RingGroupMissed,
    /// The outsider waits in the queue, and an agent answers.
    QueueAnswered,
    /// The outsider waits in the queue, and gives up.
    QueueAbandoned,
    /// The queue's announcement was played, which counts as answered, and the outsider gives up.
    QueueAnnouncementAbandoned,
    /// The extension answers, and hands the outsider on to a colleague.
    Transfer,
    /// The extension answers and parks the call; a colleague fetches it, in a second session.
    ParkRetrieve,
    /// The extension does not answer, and the call follows to a colleague, who does.
    FollowMe,
    /// The extension does not answer, and the call follows to a mobile outside, which does.
    FollowMeMobile,
    /// An extension calls an outsider, who answers.
    Outbound,
    /// An extension calls an outsider, who does not answer.
    OutboundUnanswered,
    /// An extension calls an outsider, who is busy.
    OutboundBusy,
    /// An extension dials a number that leads nowhere.
    OutboundFailed,
    /// A program asks the device to connect an extension with an outsider, who answers.
    ClickToDial,
    /// A program asks the device for a call, and whoever it calls first, an extension or (where that is empty) an outsider, does not lift. The record
    /// says that it was for `colleague`.
    Unlifted,
    /// An extension calls a colleague, who answers.
    Internal,
    /// An extension calls a colleague, who does not answer.
    InternalMissed,
    /// An extension calls a colleague, who is busy.
    InternalBusy,
    /// An extension calls a colleague without a phone.
    InternalFailed,
    /// A call that comes in by one trunk leaves by the other.
    TrunkToTrunk,
    /// An extension of a branch office, behind a trunk, calls an outsider through this device.
    BranchOutbound,
    /// An outsider is forwarded to a mobile, which answers.
    Forwarded,
    /// An outsider is forwarded to a mobile, which nobody answers.
    ForwardedMissed,
    /// An outsider enters a conference room and talks there.
    Conference,
    /// An outsider sends a fax.
    Fax,
    /// An extension listens to its own mailbox.
    OwnMailbox,
    /// An extension dials a feature code.
    FeatureCode,
}

/// How the outsider's number appears on the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presentation {
    /// As people of the country write it: `0199001234`.
    National,
    /// `+33199001234`.
    E164,
    /// `0033199001234`.
    International,
    /// `33199001234`.
    Digits,
    /// Not at all: `anonymous`.
    Withheld,
    /// Not at all, and not even a word for it: an empty text.
    Empty,
    /// A text in its place, as some trunks send.
    Text(String),
}

/// One call, as those see it who take part.
#[derive(Debug, Clone)]
pub struct Call {
    /// The course it takes.
    pub scenario: Scenario,
    /// When it begins.
    pub start: DateTime<Utc>,
    /// The outsider's number in E.164.
    pub outsider: String,
    /// The outsider's name as shown, empty when unknown.
    pub name: String,
    /// How the outsider's number appears.
    pub presentation: Presentation,
    /// The extension that is called first, or that calls.
    pub extension: String,
    /// The colleague: transfer target, who fetches a parked call, follow-me target, internal callee.
    pub colleague: String,
    /// Which extensions a ring group holds (the one that answers is `extension`).
    pub members: Vec<String>,
    /// Which of them are busy.
    pub busy_members: Vec<String>,
    /// Seconds before anybody rings: the voice menu, the queue, the parking lot.
    pub wait_secs: u32,
    /// Seconds until whoever is called first lifts, where a program asked for the call; they are part of those that follow.
    pub lift_secs: u32,
    /// Seconds of ringing.
    pub ring_secs: u32,
    /// Seconds of talk, or of the message on the mailbox.
    pub talk_secs: u32,
    /// Seconds of talk with the colleague after a transfer or after parking.
    pub second_talk_secs: u32,
    /// Whether conversations are recorded.
    pub is_recorded: bool,
    /// Which trunk carries it.
    pub trunk: usize,
    /// What is dialled before a number outside, and kept in the records.
    pub outside_line: String,
    /// Whether a program asked the device for it, which then names `api` as its source.
    pub is_by_api: bool,
    /// Whether an outbound caller is shown as `<did><ext>`, as some trunks do.
    pub shows_did_and_extension: bool,
}

impl Call {
    /// A call of extension 1001 (and 1002 where a colleague takes part): 8 s of waiting, 6 s of ringing, 60 s of talk.
    pub fn new(scenario: Scenario, start: DateTime<Utc>) -> Self {
        Self {
            scenario,
            start,
            outsider: "+33199000042".to_owned(),
            name: "Zoé Lefèvre".to_owned(),
            presentation: Presentation::National,
            extension: "1001".to_owned(),
            colleague: "1002".to_owned(),
            members: ["1001", "1002", "1003"].map(str::to_owned).to_vec(),
            busy_members: Vec::new(),
            wait_secs: 8,
            lift_secs: 0,
            ring_secs: 6,
            talk_secs: 60,
            second_talk_secs: 45,
            is_recorded: true,
            trunk: 0,
            outside_line: String::new(),
            is_by_api: scenario == Scenario::ClickToDial,
            shows_did_and_extension: false,
        }
    }

    /// With this outsider: number in E.164, and name.
    pub fn with(mut self, e164: &str, name: &str) -> Self {
        e164.clone_into(&mut self.outsider);
        name.clone_into(&mut self.name);
        self
    }

    /// With the number shown in this way.
    pub fn presented(mut self, presentation: Presentation) -> Self {
        self.presentation = presentation;
        self
    }

    /// At this extension.
    pub fn at(mut self, extension: &str) -> Self {
        extension.clone_into(&mut self.extension);
        self
    }

    /// With this colleague.
    pub fn and(mut self, colleague: &str) -> Self {
        colleague.clone_into(&mut self.colleague);
        self
    }

    /// With these ring group members.
    pub fn among(mut self, members: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.members = members.into_iter().map(Into::into).collect();
        self
    }

    /// Dialled with these digits before the number.
    pub fn dialled_with(mut self, outside_line: &str) -> Self {
        outside_line.clone_into(&mut self.outside_line);
        self
    }

    /// Asked for by a program: whoever is called first lifts after so many seconds more, and only then the other side rings.
    pub fn lifted_after(mut self, secs: u32) -> Self {
        self.lift_secs += secs;
        match self.scenario {
            Scenario::QueueAnswered | Scenario::QueueAbandoned => self.wait_secs += secs,
            _ => self.ring_secs += secs,
        }
        self
    }

    /// Ringing for so many seconds.
    pub fn ringing(mut self, secs: u32) -> Self {
        self.ring_secs = secs;
        self
    }

    /// Talking (or leaving a message) for so many seconds.
    pub fn talking(mut self, secs: u32) -> Self {
        self.talk_secs = secs;
        self
    }

    /// Waiting for so many seconds before anybody rings.
    pub fn waiting(mut self, secs: u32) -> Self {
        self.wait_secs = secs;
        self
    }

    /// Without a recording.
    pub fn unrecorded(mut self) -> Self {
        self.is_recorded = false;
        self
    }

    /// The outsider's number as this country's device shows it.
    pub fn shown(&self, country: Country) -> String {
        let digits = self.outsider.trim_start_matches('+');
        match &self.presentation {
            Presentation::National => country.national(&self.outsider),
            Presentation::E164 => format!("+{digits}"),
            Presentation::International => format!("{}{digits}", country.international_prefix()),
            Presentation::Digits => digits.to_owned(),
            Presentation::Withheld => "anonymous".to_owned(),
            Presentation::Empty => String::new(),
            Presentation::Text(text) => text.clone(),
        }
    }

    fn is_number_known(&self) -> bool {
        !matches!(
            self.presentation,
            Presentation::Withheld | Presentation::Empty | Presentation::Text(_)
        )
    }
}

/// One session of a call: what the device writes, and what really happened.
#[derive(Debug, Clone)]
pub struct Played {
    /// What really happened.
    pub truth: Truth,
    /// The device's legs, in the order in which it inserts them.
    pub legs: Vec<Leg>,
}

/// Writes the legs and the truth of `call`: one session, or two when it is parked and fetched.
///
/// The device's own clock is `skew` ahead of the true time.
pub(crate) fn play(call: &Call, office: &Office, ids: &mut Ids, skew: TimeDelta) -> Vec<Played> {
    let mut script = Script::new(call, office, ids, skew);
    if call.scenario == Scenario::ParkRetrieve {
        return features::park_and_retrieve(script);
    }
    let truth = match call.scenario {
        Scenario::Answered => direct::answered(&mut script),
        Scenario::Missed => direct::missed(&mut script),
        Scenario::Busy => direct::busy(&mut script),
        Scenario::NoAnswerVoicemail => direct::no_answer_voicemail(&mut script),
        Scenario::BusyVoicemail => direct::busy_voicemail(&mut script),
        Scenario::UnregisteredVoicemail => direct::unregistered_voicemail(&mut script),
        Scenario::Ivr => groups::ivr(&mut script),
        Scenario::IvrMissed => groups::ivr_missed(&mut script),
        Scenario::IvrAbandoned => groups::ivr_abandoned(&mut script),
        Scenario::RingGroup => groups::ring_group(&mut script),
        Scenario::RingGroupMissed => groups::ring_group_missed(&mut script),
        Scenario::QueueAnswered => groups::queue_answered(&mut script),
        Scenario::QueueAbandoned => groups::queue_abandoned(&mut script),
        Scenario::QueueAnnouncementAbandoned => groups::queue_announcement_abandoned(&mut script),
        Scenario::Transfer => features::transfer(&mut script),
        Scenario::FollowMe => features::follow_me(&mut script),
        Scenario::FollowMeMobile => features::follow_me_mobile(&mut script),
        Scenario::Outbound | Scenario::ClickToDial => outbound::answered(&mut script),
        Scenario::OutboundUnanswered => outbound::unanswered(&mut script),
        Scenario::OutboundBusy => outbound::busy(&mut script),
        Scenario::OutboundFailed => outbound::failed(&mut script),
        Scenario::Unlifted => outbound::unlifted(&mut script),
        Scenario::Internal => outbound::internal(&mut script),
        Scenario::InternalMissed => outbound::internal_missed(&mut script),
        Scenario::InternalBusy => outbound::internal_busy(&mut script),
        Scenario::InternalFailed => outbound::internal_failed(&mut script),
        Scenario::TrunkToTrunk => outbound::trunk_to_trunk(&mut script),
        Scenario::BranchOutbound => outbound::branch(&mut script),
        Scenario::Forwarded => outbound::forwarded(&mut script),
        Scenario::ForwardedMissed => outbound::forwarded_missed(&mut script),
        Scenario::Conference => machines::conference(&mut script),
        Scenario::Fax => machines::fax(&mut script),
        Scenario::OwnMailbox => machines::own_mailbox(&mut script),
        Scenario::FeatureCode => machines::feature_code(&mut script),
        Scenario::ParkRetrieve => features::park(&mut script),
    };
    vec![script.finish(truth)]
}

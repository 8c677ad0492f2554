//! Orders: a person asks for a call by a click, and the PBX is to make it.
//!
//! [`wanted()`] says what is to be dialled for what was clicked, or why nothing is; [`links()`] says which call came of which order.

mod links;
mod wanted;

pub use links::{LONGEST_WAIT, Link, Made, Ordered, links};
pub use wanted::{Dialling, Wanted, outside, wanted};

/// How far an order has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The PBX has taken it.
    Ringing,
    /// No call comes of it.
    Refused(Reason),
    /// Whether one does is not known.
    Unknown(Reason),
}

/// What became of an order, for the words that are said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The number as it was clicked.
    pub number: String,
    /// The extension that was to ring.
    pub extension: String,
    /// The server's short name.
    pub server: String,
    /// What is known of it.
    pub state: State,
    /// The PBX's status, where that says why.
    pub code: Option<i64>,
}

/// Why no call comes of an order, or why it is not known whether one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// What was clicked is no number that can be read whole.
    Unreadable,
    /// It is a number for emergencies, which nobody may call by mistake.
    Emergency,
    /// The called party is paid by the call.
    Premium,
    /// It cannot be written in the form that the office dials.
    NoForm,
    /// The PBX has no such extension as the one that is to ring.
    UnknownExtension,
    /// No telephone is registered at the extension that is to ring.
    NotRegistered,
    /// The extension that is to ring is on the phone.
    Busy,
    /// The API user may not dial.
    NoPermission,
    /// The PBX asks to be left alone for a while.
    PbxBusy,
    /// The PBX does not answer.
    PbxAway,
    /// The PBX has refused the account.
    Held,
    /// The PBX is spoken to in a dialect that cannot dial.
    Unsupported,
    /// The settings of the server do not fit the PBX.
    Settings,
    /// The PBX has refused it, for a reason that its status alone says.
    Refused,
    /// No answer says whether the PBX has done it.
    Uncertain,
    /// Nobody came for the order in time.
    Expired,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Unreadable,
        Self::Emergency,
        Self::Premium,
        Self::NoForm,
        Self::UnknownExtension,
        Self::NotRegistered,
        Self::Busy,
        Self::NoPermission,
        Self::PbxBusy,
        Self::PbxAway,
        Self::Held,
        Self::Unsupported,
        Self::Settings,
        Self::Refused,
        Self::Uncertain,
        Self::Expired,
    ];

    /// Its name in the order's record.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Emergency => "emergency",
            Self::Premium => "premium",
            Self::NoForm => "no_form",
            Self::UnknownExtension => "unknown_extension",
            Self::NotRegistered => "not_registered",
            Self::Busy => "busy",
            Self::NoPermission => "no_permission",
            Self::PbxBusy => "ucm_busy",
            Self::PbxAway => "ucm_away",
            Self::Held => "held",
            Self::Unsupported => "unsupported",
            Self::Settings => "settings",
            Self::Refused => "refused",
            Self::Uncertain => "uncertain",
            Self::Expired => "expired",
        }
    }
}

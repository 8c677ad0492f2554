//! The names of the keys.
//!
//! Each says what it belongs to: a server as its UCM is known, a [`Place`] where an Odoo is, or one [`Journal`](super::Journal) there.

use super::Place;

/// That the Odoo side is being set up, and by when that has ended. It is the application's: all of its flows stand still, whichever journal they
/// are about.
pub const SET_UP: &str = "set-up";

/// A key about one server, whichever Odoo its calls go to: what is known of its UCM, and who is at work on it.
pub fn of(server: &str, what: What) -> String {
    let what = match what {
        What::Session => "session",
        What::Lease => "lease",
        What::Recordings => "recordings",
        What::Pushes => "pushes",
        What::PushLease => "push-lease",
        What::FoldLease => "fold-lease",
        What::ProofLease => "proof-lease",
        What::PushRefusals => "push-refusals",
    };
    format!("server:{server}:{what}")
}

/// What is kept for a server, whichever Odoo its calls go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The dialogue's session.
    Session,
    /// Who is at work.
    Lease,
    /// What is known of the recordings that were listened to last.
    Recordings,
    /// When records were pushed first and last.
    Pushes,
    /// Who is bringing pushed records into Odoo.
    PushLease,
    /// Who is folding pushed records that wait.
    FoldLease,
    /// Who is proving its days.
    ProofLease,
    /// How many pushes were refused in this minute.
    PushRefusals,
}

/// The key of one of the places that a server has for listeners.
pub fn listener(server: &str, place: u32) -> String {
    format!("server:{server}:listener:{place}")
}

/// A key about the Odoo at `place`, whichever journal is there.
pub fn at(place: &Place, what: At) -> String {
    let what = match what {
        At::Schedule => "schedule",
        At::Directory => "directory",
        At::Odoo => "odoo",
        At::Habits => "habits",
        At::OdooSeen => "odoo-seen",
        At::Binding => BINDING,
    };
    format!("{PLACES}{place}:{what}")
}

/// What is kept about an Odoo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// When each server is due: the one value that an idle tick reads.
    Schedule,
    /// The servers configured there, as last read.
    Directory,
    /// What is known of it: version, user.
    Odoo,
    /// What it has and how it is used: which fields contacts have, and the language of the key's user.
    Habits,
    /// How it was seen last by who looks at the status.
    OdooSeen,
    /// Which journal is there.
    Binding,
}

/// One of the places where phones of one server wait to be shown in the Odoo at `place`.
pub fn phones(place: &Place, server: &str, slot: usize) -> String {
    format!("{}{slot:02}", phones_of(place, server))
}

/// What the keys of all these places begin with.
pub fn phones_of(place: &Place, server: &str) -> String {
    format!("phones:{place}:{server}:")
}

/// That phones of one server have rung, which is noted in the Odoo at `place`.
pub fn rings(place: &Place, server: &str) -> String {
    format!("rings:{place}:{server}")
}

/// The dead letters of one server that are meant for the Odoo at `place`.
pub fn letters(place: &Place, server: &str) -> String {
    format!("letters:{place}:{server}")
}

/// Which records of one server, meant for the Odoo at `place`, people have discarded.
pub fn discarded(place: &Place, server: &str) -> String {
    format!("discarded:{place}:{server}")
}

/// What is kept about one journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InJournal {
    /// What was last written to the records of servers.
    Shown,
    /// The link behind the menu entry of the statistics, as last written.
    Menu,
    /// The address that hints of orders are sent to, as last written.
    Hint,
    /// The addresses for desk phones, as last written.
    Doors,
}

/// What is kept about the calls of one server in one journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// How far the journal is complete.
    Progress,
    /// Which calls are known to be in Odoo as they are.
    Digest,
    /// What the last run did.
    Report,
    /// How far the links to recordings are looked over.
    Links,
    /// About which calls the UCM was asked for recordings that their records do not name.
    RecordingNames,
    /// Which days were proved complete.
    Completeness,
    /// That calls were written which are still to be followed up.
    FollowUp,
    /// Which note of those has been done.
    FollowedUp,
    /// The phonebook of its phones, as far as it is not the book itself.
    Phonebook,
    /// What the keys of the phonebook's pieces begin with.
    PhonebookPiece,
}

impl InJournal {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Menu => "menu",
            Self::Hint => "hint",
            Self::Doors => "doors",
        }
    }
}

impl About {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Progress => "progress",
            Self::Digest => "digest",
            Self::Report => "report",
            Self::Links => "links",
            Self::RecordingNames => "recording-names",
            Self::Completeness => "completeness",
            Self::FollowUp => "follow-up",
            Self::FollowedUp => "followed-up",
            Self::Phonebook => "phonebook",
            Self::PhonebookPiece => "phonebook-piece",
        }
    }
}

/// What the keys about places begin with.
pub(super) const PLACES: &str = "odoo:";
/// How the key of a place ends that says which journal is there.
pub(super) const BINDING: &str = "journal";

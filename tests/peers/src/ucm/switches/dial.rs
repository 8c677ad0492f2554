//! What comes of calls that a program asks for.

use serde::{Deserialize, Serialize};

/// What comes of calls that a program asks for (`dialOutbound`, `dialExtension`, `dialQueue`, `dialRinggroup`). That the device says 0 before anybody
/// has lifted is what its manual says; what it writes of such a call is known for `api` as its source, and assumed for the rest.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DialSwitches {
    /// Whether whoever is called first lifts.
    pub lifts: bool,
    /// After how many seconds.
    pub lift_secs: u32,
    /// How long whoever does not lift is rung, in seconds.
    pub gives_up_secs: u32,
    /// What the device writes of a call whose first side did not lift.
    pub unlifted: Unlifted,
    /// What the other side does.
    pub callee: CalleeDoes,
    /// How many seconds it rings there.
    pub ring_secs: u32,
    /// How many seconds they talk.
    pub talk_secs: u32,
    /// The record names the extension (or the outsider who was called first) as its source instead of `api`.
    pub source_is_extension: bool,
    /// Whether a route takes numbers that begin with a plus.
    pub plus_has_route: bool,
    /// Digits that every route demands before a number outside.
    pub outside_line: String,
    /// Extensions that are busy whatever happens, as in *do not disturb*.
    pub busy: Vec<String>,
}

/// What the other side of a call does that a program asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CalleeDoes {
    /// Somebody answers, and talks for a minute.
    #[default]
    Answer,
    /// Nobody answers.
    NotAnswer,
    /// The line is busy.
    BeBusy,
}

/// What the device writes of a call whose first side did not lift. Nobody has shown such a record: each of these is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unlifted {
    /// Nothing: there was no call.
    #[default]
    NoRecord,
    /// NO ANSWER, to the one who did not lift.
    ToCaller,
    /// NO ANSWER, to the one who was never called.
    ToCallee,
}

impl Default for DialSwitches {
    fn default() -> Self {
        Self {
            lifts: true,
            lift_secs: 4,
            gives_up_secs: 30,
            unlifted: Unlifted::default(),
            callee: CalleeDoes::default(),
            ring_secs: 6,
            talk_secs: 60,
            source_is_extension: false,
            plus_has_route: true,
            outside_line: String::new(),
            busy: Vec::new(),
        }
    }
}

//! One leg: a row of the CDR, read once and kept in a form that can be stored and merged.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::Direction;

/// A record as it came: field name to text. The same whether the wire had JSON, CSV, XML or a form.
pub type Row = BTreeMap<String, String>;

/// What tells two legs apart. `AcctId` alone restarts every month on some devices.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegKey {
    /// The call's session.
    pub session: String,
    /// Number given when the leg was written; made up from the leg's channel and target where a record carries none.
    pub acct_id: String,
    /// Start of the leg, in the device's local time.
    pub start: NaiveDateTime,
}

/// How the leg ended, in the UCM's words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Disposition {
    /// Somebody or something answered: not necessarily a human.
    #[serde(rename = "A")]
    Answered,
    /// Nobody answered.
    #[serde(rename = "N")]
    NoAnswer,
    /// Engaged or rejected.
    #[serde(rename = "B")]
    Busy,
    /// Could not be put through.
    #[serde(rename = "F")]
    Failed,
    /// A word that this version of the bridge does not know, kept as it came; empty where the record has none.
    #[serde(rename = "O")]
    Other(String),
}

/// What caused the leg: `DIAL`, `VM`, `QUEUE[6500]` ...
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Action {
    /// The word before the bracket.
    #[serde(rename = "k", default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The feature's number in the bracket, or empty.
    #[serde(rename = "f", default, skip_serializing_if = "String::is_empty")]
    pub feature: String,
}

/// One recorded file of a leg.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Recording {
    /// Its place in the leg's list, from 0: what puts the parts of a long recording in order.
    #[serde(rename = "p", default, skip_serializing_if = "is_default")]
    pub part: u16,
    /// Name as the UCM writes it, sub-directory included (`2024-05/auto-1717090910-1001-2100.wav`).
    #[serde(rename = "f")]
    pub file: String,
    /// Size in bytes, where the UCM says it.
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
}

/// One row of the CDR, reduced to what the bridge uses: SIP addresses and application data are not kept.
///
/// It is stored with its call in Odoo, so that a call seen in part can be completed later; see [`Leg::merge`]. Hence the short names in
/// its JSON form, and the empty fields left out; whoever stores it keeps a format version beside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Leg {
    /// The call that the leg belongs to.
    #[serde(rename = "s")]
    pub session: String,
    /// Number given when the leg was written; not unique by itself; empty where the dialect has none.
    #[serde(rename = "a", default, skip_serializing_if = "String::is_empty")]
    pub acct_id: String,
    /// The channel's own id, `<epoch>.<n>`; legs of one channel share it.
    #[serde(rename = "u", default, skip_serializing_if = "String::is_empty")]
    pub unique_id: String,
    /// Start, in the device's local time.
    #[serde(rename = "t")]
    pub start: NaiveDateTime,
    /// When it was answered, in the device's local time. A leg that nobody answered has the instant it was given up here.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<NaiveDateTime>,
    /// End, in the device's local time; busy and failed legs have none.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub end: Option<NaiveDateTime>,
    /// Who called: number, extension or text.
    #[serde(rename = "f", default, skip_serializing_if = "String::is_empty")]
    pub src: String,
    /// The extension behind `src`, on the newest firmware.
    #[serde(rename = "nf", default, skip_serializing_if = "String::is_empty")]
    pub new_src: String,
    /// What was dialled: DID, extension, or the number of a group, queue or IVR.
    #[serde(rename = "d", default, skip_serializing_if = "String::is_empty")]
    pub dst: String,
    /// Name of the caller.
    #[serde(rename = "n", default, skip_serializing_if = "String::is_empty")]
    pub caller_name: String,
    /// Name of the called; only some gateways say it.
    #[serde(rename = "dn", default, skip_serializing_if = "String::is_empty")]
    pub called_name: String,
    /// From start to end, in whole seconds.
    #[serde(rename = "l", default, skip_serializing_if = "is_default")]
    pub duration_secs: u32,
    /// From answer to end, in whole seconds.
    #[serde(rename = "b", default, skip_serializing_if = "is_default")]
    pub billsec_secs: u32,
    /// How it ended.
    #[serde(
        rename = "r",
        default = "Disposition::unknown",
        skip_serializing_if = "Disposition::is_unknown"
    )]
    pub disposition: Disposition,
    /// What caused it.
    #[serde(rename = "k", default, skip_serializing_if = "is_default")]
    pub action: Action,
    /// Number that caused it: the one who transferred, for a transfer.
    #[serde(rename = "o", default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// The PBX application that ran last (`Dial`, `Queue`, `VoiceMail` ...).
    #[serde(rename = "p", default, skip_serializing_if = "String::is_empty")]
    pub last_app: String,
    /// Mailbox of a voice mail leg.
    #[serde(rename = "m", default, skip_serializing_if = "String::is_empty")]
    pub mailbox: String,
    /// The dialplan context.
    #[serde(rename = "c", default, skip_serializing_if = "String::is_empty")]
    pub context: String,
    /// The UCM's own idea of the direction; wrong for failed and transferred calls.
    #[serde(rename = "v", default, skip_serializing_if = "String::is_empty")]
    pub userfield: String,
    /// Extension or trunk of the calling channel.
    #[serde(rename = "x", default, skip_serializing_if = "String::is_empty")]
    pub channel_ext: String,
    /// Extension or trunk of the called channel.
    #[serde(rename = "y", default, skip_serializing_if = "String::is_empty")]
    pub dst_channel_ext: String,
    /// Number that answered, or empty.
    #[serde(rename = "y2", default, skip_serializing_if = "String::is_empty")]
    pub dst_answer: String,
    /// Display name of the trunk that the call came from, or empty.
    #[serde(rename = "it", default, skip_serializing_if = "String::is_empty")]
    pub src_trunk: String,
    /// Display name of the trunk that the call went to, or empty.
    #[serde(rename = "ot", default, skip_serializing_if = "String::is_empty")]
    pub dst_trunk: String,
    /// Recorded files, in order.
    #[serde(rename = "rec", default, skip_serializing_if = "Vec::is_empty")]
    pub recordings: Vec<Recording>,
    /// The caller asked to stay anonymous.
    #[serde(rename = "an", default, skip_serializing_if = "is_default")]
    pub anonymous: bool,
    /// The record says its direction itself.
    #[serde(rename = "dir", default, skip_serializing_if = "Option::is_none")]
    pub direction_hint: Option<Direction>,
    /// `session` is the record's own id and carries no epoch: the server's time zone decides the instants (the REST dialect).
    #[serde(rename = "z", default, skip_serializing_if = "is_default")]
    pub zoned: bool,
    /// It was answered, but how long people talked was lost with a damaged record.
    #[serde(rename = "ut", default, skip_serializing_if = "is_default")]
    pub untimed: bool,
}

/// Why a row is no leg.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LegError {
    /// A field that nothing can be done without is missing or empty.
    #[error("field `{0}` is missing")]
    Missing(&'static str),
    /// A field has a value of another kind.
    #[error("field `{field}` is not {expected}")]
    Invalid {
        /// The field's name.
        field: &'static str,
        /// What was expected.
        expected: &'static str,
    },
}

impl Recording {
    /// The name without its sub-directory, which not every answer of a UCM has. It carries the instant, so it stands for the file.
    pub fn base_name(&self) -> &str {
        base_name(&self.file)
    }
}

/// The name of a recording without its sub-directory.
pub fn base_name(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

impl Leg {
    /// What tells the leg from every other on the same server.
    pub fn key(&self) -> LegKey {
        LegKey {
            session: self.session.clone(),
            acct_id: self.distinct_id(),
            start: self.start,
        }
    }

    /// Whether `leg` is this very leg, pushed without the number that this one has.
    pub fn tells_better(&self, leg: &Self) -> bool {
        leg.acct_id.is_empty()
            && !self.acct_id.is_empty()
            && self.start == leg.start
            && self.unique_id == leg.unique_id
            && self.dst == leg.dst
            && self.dst_channel_ext == leg.dst_channel_ext
            && self.action == leg.action
    }

    /// Legs without an `AcctId` that start in the same second are still told apart by channel, target and cause.
    fn distinct_id(&self) -> String {
        if self.acct_id.is_empty() {
            let Action { kind, feature } = &self.action;
            format!(
                "~{}/{}/{}/{kind}/{feature}",
                self.unique_id, self.dst, self.dst_channel_ext
            )
        } else {
            self.acct_id.clone()
        }
    }
}

impl Disposition {
    /// Reads the UCM's word, in any case and with any separator.
    pub fn read(word: &str) -> Self {
        let letters: String = word.chars().filter(char::is_ascii_alphabetic).collect();
        match letters.to_ascii_uppercase().as_str() {
            "ANSWERED" | "ANSWER" => Self::Answered,
            "NOANSWER" => Self::NoAnswer,
            "BUSY" => Self::Busy,
            "FAILED" => Self::Failed,
            _ => Self::Other(word.to_owned()),
        }
    }

    /// Whether the call could not be put through, in whatever word the PBX beneath says so.
    pub(super) fn is_failed(&self) -> bool {
        match self {
            Self::Failed => true,
            Self::Other(word) => ["CONGESTION", "CHANUNAVAIL"]
                .iter()
                .any(|failed| word.eq_ignore_ascii_case(failed)),
            _ => false,
        }
    }

    /// The record does not say.
    pub(super) fn unknown() -> Self {
        Self::Other(String::new())
    }

    /// Whether the record does not say.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Self::Other(word) if word.is_empty())
    }
}

impl std::fmt::Display for Disposition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Answered => "ANSWERED",
            Self::NoAnswer => "NO ANSWER",
            Self::Busy => "BUSY",
            Self::Failed => "FAILED",
            Self::Other(word) => word,
        })
    }
}

impl Action {
    /// Reads `KIND` or `KIND[feature]`; text of any other form is kept whole as the kind.
    pub fn read(text: &str) -> Self {
        let (kind, feature) = match text.strip_suffix(']').and_then(|open| open.split_once('[')) {
            Some((kind, feature)) if is_kind(kind) && !feature.is_empty() => (kind, feature),
            _ => (text, ""),
        };
        Self {
            kind: kind.to_owned(),
            feature: feature.to_owned(),
        }
    }

    /// Whether the leg was caused by `kind`.
    pub fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }
}

fn is_kind(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::{Action, Disposition};

    #[test]
    fn an_action_is_a_word_and_perhaps_a_feature() {
        let check = |text, kind: &str, feature: &str| {
            assert_eq!(
                Action::read(text),
                Action {
                    kind: kind.into(),
                    feature: feature.into()
                },
                "{text}"
            );
        };
        check("DIAL", "DIAL", "");
        check("QUEUE[6500]", "QUEUE", "6500");
        check("FOLLOWME[10[0]1]", "FOLLOWME", "10[0]1");
        check("VM_GROUP[6600]", "VM_GROUP", "6600");
        check("", "", "");
        check("queue[1]", "queue[1]", "");
        check("QUEUE[]", "QUEUE[]", "");
    }

    #[test]
    fn dispositions_are_read_in_any_spelling_and_unknown_words_are_kept() {
        assert_eq!(Disposition::read("NO ANSWER"), Disposition::NoAnswer);
        assert_eq!(Disposition::read("no_answer"), Disposition::NoAnswer);
        assert_eq!(Disposition::read("Answered"), Disposition::Answered);
        assert_eq!(Disposition::read("CHANUNAVAIL").to_string(), "CHANUNAVAIL");
    }
}

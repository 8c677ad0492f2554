//! One CDR leg as the device knows it, and the sets of fields in which firmwares show it.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::recording::Recording;

/// Asterisk cuts `lastdata` at this many characters.
const LASTDATA_MAX_CHARS: usize = 255;

/// What became of a leg, as the CDR names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// A person, a mailbox or an application answered.
    Answered,
    /// It rang and nobody answered.
    NoAnswer,
    /// The target was busy, or refused.
    Busy,
    /// The call could not be set up.
    Failed,
}

impl Disposition {
    /// The text of the `disposition` field.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "ANSWERED",
            Self::NoAnswer => "NO ANSWER",
            Self::Busy => "BUSY",
            Self::Failed => "FAILED",
        }
    }
}

/// The fields that a firmware gives to a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum FieldSet {
    /// UCM61xx/62xx/6510: 32 fields and `cdr`.
    #[default]
    #[value(name = "33")]
    Classic33,
    /// UCM63xx on firmware 1.0.17: eleven more.
    #[value(name = "44")]
    Ucm63xx44,
    /// The newest: without `chanext`, `dstchanext` and `recordfiles_desc`, with `anonymous_call`,
    /// `reason`, `wave_*_hide`, `new_src` and `sn` (46 without counting `cdr`).
    #[value(name = "46")]
    Newest46,
}

/// One leg of a call, with instants in UTC; it becomes text only when it is shown.
#[derive(Debug, Clone)]
pub struct Leg {
    /// The row's number, given when the row is inserted.
    pub acct_id: Option<u64>,
    /// Caller number as the device shows it.
    pub src: String,
    /// Dialled number of this leg.
    pub dst: String,
    /// Dialplan context.
    pub dcontext: String,
    /// `"Name" <number>`.
    pub clid: String,
    /// Calling channel.
    pub channel: String,
    /// Called channel, empty when none was made.
    pub dstchannel: String,
    /// Last dialplan application.
    pub lastapp: String,
    /// Its data, of any length here; cut at 255 characters when shown.
    pub lastdata: String,
    /// When the leg began.
    pub start: DateTime<Utc>,
    /// When it was answered (equal to `end` for NO ANSWER, absent for BUSY and FAILED).
    pub answer: Option<DateTime<Utc>>,
    /// When it ended (absent for BUSY and FAILED).
    pub end: Option<DateTime<Utc>>,
    /// Whole seconds from start to end, ringing included.
    pub duration_secs: i64,
    /// Whole seconds from answer to end.
    pub billsec_secs: i64,
    /// What became of it.
    pub disposition: Disposition,
    /// Asterisk's channel id, `<epoch>.<n>`.
    pub uniqueid: String,
    /// Inbound, Outbound, Internal or External.
    pub userfield: &'static str,
    /// Extension or trunk of the calling channel.
    pub channel_ext: String,
    /// Extension or trunk of the called channel.
    pub dstchannel_ext: String,
    /// Display name of the caller.
    pub caller_name: String,
    /// What was recorded.
    pub recordings: Vec<Recording>,
    /// The number that answered.
    pub dstanswer: String,
    /// The call's session.
    pub session: String,
    /// Who caused the leg.
    pub action_owner: String,
    /// DIAL, VM, `IVR[7000]`, …
    pub action_type: String,
    /// Display name of the trunk it came in by.
    pub src_trunk_name: String,
    /// Display name of the trunk it went out by.
    pub dst_trunk_name: String,
    /// Whether the caller withheld the number.
    pub anonymous: bool,
    /// Model of the phone that answered, empty when unknown.
    pub device_info_peer: String,
    /// When whoever was called first lifted, where a program asked for the call; the other side is called only then.
    pub lifted: Option<DateTime<Utc>>,
    /// When somebody picked up, where `answer` is not that moment.
    pub picked_up: Option<DateTime<Utc>>,
    /// Whether it leaves a row at all.
    pub leaves_row: bool,
    /// When the device writes the row: the end of the leg or of the call.
    pub written: DateTime<Utc>,
}

impl Leg {
    /// A leg with nothing in it, that begins at the epoch.
    pub(crate) fn empty() -> Self {
        Self {
            acct_id: None,
            src: String::new(),
            dst: String::new(),
            dcontext: String::new(),
            clid: String::new(),
            channel: String::new(),
            dstchannel: String::new(),
            lastapp: String::new(),
            lastdata: String::new(),
            start: DateTime::UNIX_EPOCH,
            answer: None,
            end: None,
            duration_secs: 0,
            billsec_secs: 0,
            disposition: Disposition::Failed,
            uniqueid: String::new(),
            userfield: "",
            channel_ext: String::new(),
            dstchannel_ext: String::new(),
            caller_name: String::new(),
            recordings: Vec::new(),
            dstanswer: String::new(),
            session: String::new(),
            action_owner: String::new(),
            action_type: String::new(),
            src_trunk_name: String::new(),
            dst_trunk_name: String::new(),
            anonymous: false,
            device_info_peer: String::new(),
            lifted: None,
            picked_up: None,
            leaves_row: true,
            written: DateTime::UNIX_EPOCH,
        }
    }

    /// The moment that filters on the end of a call compare with.
    pub(crate) fn ended(&self) -> DateTime<Utc> {
        self.end
            .unwrap_or(self.start + chrono::TimeDelta::seconds(self.duration_secs))
    }

    /// The fields of the leg in the order of `set`, without `cdr`.
    pub(crate) fn fields(&self, set: FieldSet, zone: Tz, recordfiles: bool) -> Vec<Field<'_>> {
        let mut fields = self.identity_fields();
        fields.extend(self.time_fields(zone));
        fields.extend(self.party_fields(recordfiles));
        match set {
            FieldSet::Classic33 => {}
            FieldSet::Ucm63xx44 => {
                fields.extend(self.ucm63xx_fields());
                let description = if recordfiles {
                    describe(&self.recordings)
                } else {
                    String::new()
                };
                fields.push(("recordfiles_desc", description.into()));
            }
            FieldSet::Newest46 => {
                fields.retain(|(name, _)| !matches!(*name, "chanext" | "dstchanext"));
                fields.extend(self.ucm63xx_fields());
                fields.extend(self.newest_fields());
            }
        }
        fields
    }

    fn identity_fields(&self) -> Vec<Field<'_>> {
        let acct_id = self.acct_id.map_or(String::new(), |id| id.to_string());
        vec![
            ("AcctId", acct_id.into()),
            ("accountcode", "".into()),
            ("src", (&self.src).into()),
            ("dst", (&self.dst).into()),
            ("dcontext", (&self.dcontext).into()),
            ("clid", (&self.clid).into()),
            ("channel", (&self.channel).into()),
            ("dstchannel", (&self.dstchannel).into()),
            ("lastapp", (&self.lastapp).into()),
            ("lastdata", cut(&self.lastdata).into()),
        ]
    }

    fn time_fields(&self, zone: Tz) -> Vec<Field<'_>> {
        let show =
            |instant: Option<DateTime<Utc>>| instant.map_or(String::new(), |i| stamp(i, zone));
        vec![
            ("start", stamp(self.start, zone).into()),
            ("answer", show(self.answer).into()),
            ("end", show(self.end).into()),
            ("duration", self.duration_secs.to_string().into()),
            ("billsec", self.billsec_secs.to_string().into()),
            ("disposition", self.disposition.as_str().into()),
            ("amaflags", "DOCUMENTATION".into()),
            ("uniqueid", (&self.uniqueid).into()),
        ]
    }

    fn party_fields(&self, recordfiles: bool) -> Vec<Field<'_>> {
        let files = if recordfiles {
            self.recordings.iter().map(Recording::listed).collect()
        } else {
            String::new()
        };
        vec![
            ("userfield", self.userfield.into()),
            ("channel_ext", (&self.channel_ext).into()),
            ("dstchannel_ext", (&self.dstchannel_ext).into()),
            ("service", "s".into()),
            ("caller_name", (&self.caller_name).into()),
            ("recordfiles", files.into()),
            ("dstanswer", (&self.dstanswer).into()),
            ("chanext", "".into()),
            ("dstchanext", "".into()),
            ("session", (&self.session).into()),
            ("action_owner", (&self.action_owner).into()),
            ("action_type", (&self.action_type).into()),
            ("src_trunk_name", (&self.src_trunk_name).into()),
            ("dst_trunk_name", (&self.dst_trunk_name).into()),
        ]
    }

    fn ucm63xx_fields(&self) -> Vec<Field<'_>> {
        vec![
            ("nat_call", "no".into()),
            ("nat_call_peer", "no".into()),
            ("video_call", "no".into()),
            ("gds_call", "no".into()),
            ("gsc_call", "no".into()),
            ("gdms_unique_code", "".into()),
            ("wave_src_seqid", "".into()),
            ("wave_dst_seqid", "".into()),
            ("device_info", "".into()),
            ("device_info_peer", (&self.device_info_peer).into()),
        ]
    }

    fn newest_fields(&self) -> Vec<Field<'_>> {
        let is_outbound = !self.dst_trunk_name.is_empty() && self.src_trunk_name.is_empty();
        let new_src = if is_outbound {
            &self.channel_ext
        } else {
            &self.src
        };
        vec![
            (
                "anonymous_call",
                if self.anonymous { "yes" } else { "no" }.into(),
            ),
            ("reason", "".into()),
            ("wave_src_hide", "no".into()),
            ("wave_dst_hide", "no".into()),
            ("new_src", new_src.into()),
            ("sn", "".into()),
        ]
    }
}

/// The names of the fields of `set`, in order, without `cdr`.
pub(crate) fn names(set: FieldSet) -> Vec<&'static str> {
    let fields = |leg: &Leg| {
        leg.fields(set, Tz::UTC, false)
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    };
    fields(&Leg::empty())
}

/// A field's name and its text.
pub(crate) type Field<'a> = (&'static str, Cow<'a, str>);

/// The device's wall clock at `instant`, to the second.
pub(crate) fn local(instant: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    let local = instant.with_timezone(&zone).naive_local();
    chrono::Timelike::with_nanosecond(&local, 0).unwrap_or(local)
}

/// `YYYY-MM-DD HH:MM:SS`, device-local, without an offset.
pub(crate) fn stamp(instant: DateTime<Utc>, zone: Tz) -> String {
    local(instant, zone).format("%Y-%m-%d %H:%M:%S").to_string()
}

fn cut(data: &str) -> &str {
    match data.char_indices().nth(LASTDATA_MAX_CHARS) {
        Some((end, _)) => &data[..end],
        None => data,
    }
}

/// `duration=31,size=489324B,start-time=1661157307@`, one segment per file.
fn describe(recordings: &[Recording]) -> String {
    recordings
        .iter()
        .map(|r| {
            format!(
                "duration={},size={}B,start-time={}@",
                r.secs,
                r.size_bytes(),
                r.started.timestamp()
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lastdata_is_cut_at_255_characters_not_bytes() {
        let long = "é".repeat(300);
        assert_eq!(cut(&long).chars().count(), LASTDATA_MAX_CHARS);
        assert_eq!(cut("short"), "short");
    }
}

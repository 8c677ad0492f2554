//! The common parts of every course: sessions, channels, instants, and legs filled in but for their end.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::leg::{Disposition, Leg, local};
use super::super::office::{Office, Trunk};
use super::super::recording::{FileDir, Recording};
use super::{Call, Direction, Outcome, Played, Presentation, Scenario, Truth};

/// People do not pick up on the full second: this is added to every moment after the first, so that differences
/// between stamps are one off from the durations now and then, as on a device.
const OFF_THE_SECOND: TimeDelta = TimeDelta::milliseconds(370);
/// The fewest microseconds of a session: real ones have at least three digits of them.
const MIN_MICROS: u32 = 100;
const MAX_MICROS: u32 = 999_999;

/// The counters that name channels and calls on one device.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    channels: u32,
    uniques: u32,
    sessions: HashSet<String>,
}

impl Ids {
    pub(super) fn channel(&mut self, technology_and_name: &str) -> String {
        self.channels += 1;
        format!("PJSIP/{technology_and_name}-{:08x}", self.channels)
    }

    pub(super) fn uniqueid(&mut self, at: DateTime<Utc>) -> String {
        self.uniques += 2;
        format!("{}.{}", at.timestamp(), self.uniques)
    }

    /// `<epoch><microseconds without zero-padding>-<caller id>`, which no other session has. Calls that begin on the
    /// full second get microseconds of their own, so that there are three to six digits of them, as on a device.
    pub(super) fn session(&mut self, at: DateTime<Utc>, caller_id: &str) -> String {
        let given = at.timestamp_subsec_micros();
        let own = MIN_MICROS + (self.uniques * 7_919) % (MAX_MICROS - MIN_MICROS);
        let mut micros = if given < MIN_MICROS { own } else { given };
        loop {
            let session = format!("{}{micros}-{caller_id}", at.timestamp());
            if self.sessions.insert(session.clone()) {
                return session;
            }
            micros = if micros == MAX_MICROS {
                MIN_MICROS
            } else {
                micros + 1
            };
        }
    }
}

/// A call being played: what the functions of the courses write into.
pub(super) struct Script<'a> {
    pub(super) call: &'a Call,
    pub(super) office: &'a Office,
    pub(super) ids: &'a mut Ids,
    /// The outsider's number as the device shows it.
    pub(super) shown: String,
    pub(super) legs: Vec<Leg>,
    session: String,
    uniqueid: String,
    channel: String,
    skew: TimeDelta,
}

impl<'a> Script<'a> {
    pub(super) fn new(
        call: &'a Call,
        office: &'a Office,
        ids: &'a mut Ids,
        skew: TimeDelta,
    ) -> Self {
        let at = call.start + skew;
        let shown = call.shown(office.country);
        let (suffix, channel) = if calls_from_inside(call) {
            (caller_id(call, office), call.extension.clone())
        } else {
            (shown.clone(), office.trunk(call.trunk).index.clone())
        };
        Self {
            shown,
            session: ids.session(at, &suffix),
            uniqueid: ids.uniqueid(at),
            channel: ids.channel(&channel),
            call,
            office,
            ids,
            legs: Vec::new(),
            skew,
        }
    }

    pub(super) fn trunk(&self) -> &'a Trunk {
        self.office.trunk(self.call.trunk)
    }

    /// The device's time `secs` after the call began.
    pub(super) fn after(&self, secs: u32) -> DateTime<Utc> {
        let start = self.call.start + self.skew;
        if secs == 0 {
            start
        } else {
            start + TimeDelta::seconds(secs.into()) + OFF_THE_SECOND
        }
    }

    /// A leg of the outsider's channel towards `dst`, yet without an end.
    pub(super) fn inbound(&self, dst: &str) -> Leg {
        let trunk = self.trunk();
        let name = &self.call.name;
        Leg {
            src: self.shown.clone(),
            clid: format!("\"{name}\" <{}>", self.shown),
            dcontext: "did-local".to_owned(),
            userfield: "Inbound",
            channel_ext: trunk.index.clone(),
            caller_name: name.clone(),
            action_owner: self.shown.clone(),
            src_trunk_name: trunk.name.clone(),
            anonymous: self.call.presentation == Presentation::Withheld,
            ..self.blank(dst)
        }
    }

    /// A leg of an extension's channel towards `dst`, yet without an end.
    pub(super) fn by_extension(&self, dst: &str) -> Leg {
        let extension = &self.call.extension;
        let src = caller_id(self.call, self.office);
        let name = self.office.name_of(extension);
        Leg {
            clid: format!("\"{name}\" <{src}>"),
            dcontext: "from-internal".to_owned(),
            userfield: "Internal",
            channel_ext: extension.clone(),
            caller_name: name,
            action_owner: src.clone(),
            src,
            ..self.blank(dst)
        }
    }

    fn blank(&self, dst: &str) -> Leg {
        let start = self.after(0);
        Leg {
            dst: dst.to_owned(),
            channel: self.channel.clone(),
            lastapp: "Dial".to_owned(),
            start,
            uniqueid: self.uniqueid.clone(),
            dstchannel_ext: dst.to_owned(),
            session: self.session.clone(),
            action_type: "DIAL".to_owned(),
            written: start,
            ..Leg::empty()
        }
    }

    /// `leg` rings the phone of `extension`.
    pub(super) fn ring(&mut self, mut leg: Leg, extension: &str) -> Leg {
        leg.dstchannel = self.ids.channel(extension);
        leg.dstchannel_ext = extension.to_owned();
        leg.lastdata = format!(
            "{},60,zM(record-check,StartMonitor)b(callee-handler^s^1)",
            self.contact(extension)
        );
        if let Some(extension) = self.office.extension(extension) {
            leg.device_info_peer = extension.phone.clone();
        }
        leg
    }

    /// The SIP contact of an extension, as `lastdata` shows it.
    pub(super) fn contact(&self, extension: &str) -> String {
        let host = self.office.extension(extension).map_or(2, |e| e.host);
        format!("PJSIP/{extension}/sip:{extension}@192.0.2.{host}:5560")
    }

    /// The automatic recording of a conversation, if recordings are made.
    pub(super) fn recorded(
        &self,
        at: DateTime<Utc>,
        src: &str,
        dst: &str,
        secs: u32,
    ) -> Vec<Recording> {
        self.kept(
            FileDir::Monitor,
            format!("auto-{}-{src}-{dst}.wav", at.timestamp()),
            at,
            secs,
        )
    }

    /// The recording of this name, if recordings are made.
    pub(super) fn kept(
        &self,
        dir: FileDir,
        name: String,
        at: DateTime<Utc>,
        secs: u32,
    ) -> Vec<Recording> {
        if !self.call.is_recorded {
            return Vec::new();
        }
        let name = name.replace([' ', '/'], "_");
        vec![Recording::new(dir, name, at, secs, self.office.zone)]
    }

    /// The stamp inside a queue recording's name.
    pub(super) fn file_stamp(&self, at: DateTime<Utc>) -> String {
        local(at, self.office.zone)
            .format("%Y%m%d-%H%M%S")
            .to_string()
    }

    pub(super) fn uniqueid(&self) -> &str {
        &self.uniqueid
    }

    /// What really happened where the call's one leg is `leg`, answered with no extension of this office.
    pub(super) fn talked_elsewhere(&mut self, direction: Direction, leg: Leg) -> Truth {
        let (ring, talk) = (self.call.ring_secs, self.call.talk_secs);
        let target = leg.dst.clone();
        let leg = leg.answered(self.after(ring), self.after(ring + talk), &target);
        self.legs.push(leg);
        self.truth(direction, Outcome::Answered, &[], talk, ring + talk)
    }

    /// What really happened; whoever talked comes in order, and the call lasted `total_secs`.
    pub(super) fn truth(
        &self,
        direction: Direction,
        outcome: Outcome,
        talked: &[&str],
        talk_secs: u32,
        total_secs: u32,
    ) -> Truth {
        let has_outsider = direction != Direction::Internal;
        let external = has_outsider && self.call.is_number_known();
        Truth {
            session: self.session.clone(),
            scenario: self.call.scenario,
            direction,
            outcome,
            external: external.then(|| self.call.outsider.clone()),
            shown: has_outsider.then(|| self.shown.clone()),
            name: if has_outsider {
                self.call.name.clone()
            } else {
                String::new()
            },
            answered_by: talked.first().map(|&e| e.to_owned()),
            talked: talked.iter().map(|&e| e.to_owned()).collect(),
            start: self.call.start,
            end: self.after(total_secs) - self.skew,
            talk_secs,
            recordings: Vec::new(),
            continues: None,
        }
    }

    /// Ends the session: rows of its first channel are written when that is over, those of later channels (a
    /// transfer has its own) when they are.
    pub(super) fn finish(self, mut truth: Truth) -> Played {
        let lifted = (self.call.lift_secs > 0).then(|| self.after(self.call.lift_secs));
        let mut legs = self.legs;
        let own = |leg: &Leg| leg.uniqueid == self.uniqueid;
        let first_channel_end = legs.iter().filter(|leg| own(leg)).map(Leg::ended).max();
        for leg in &mut legs {
            leg.lifted = lifted;
            let end = if own(leg) { first_channel_end } else { None };
            leg.written = (end.unwrap_or_else(|| leg.ended()) - self.skew).min(truth.end);
        }
        let recordings = legs.iter().flat_map(|leg| &leg.recordings);
        truth.recordings = recordings.map(|r| r.name.clone()).collect();
        Played { truth, legs }
    }
}

impl Leg {
    /// Answered at `answer` by `by`, until `end`.
    pub(in super::super) fn answered(
        mut self,
        answer: DateTime<Utc>,
        end: DateTime<Utc>,
        by: &str,
    ) -> Self {
        self.disposition = Disposition::Answered;
        self.answer = Some(answer);
        self.end = Some(end);
        self.duration_secs = (end - self.start).num_seconds();
        self.billsec_secs = (end - answer).num_seconds();
        by.clone_into(&mut self.dstanswer);
        self
    }

    /// Rang until `end` in vain: `answer` equals `end`.
    pub(in super::super) fn unanswered(mut self, end: DateTime<Utc>) -> Self {
        self.disposition = Disposition::NoAnswer;
        self.answer = Some(end);
        self.end = Some(end);
        self.duration_secs = (end - self.start).num_seconds();
        self
    }

    /// Refused after `secs`: neither `answer` nor `end` is filled.
    pub(super) fn refused(mut self, disposition: Disposition, secs: u32) -> Self {
        self.disposition = disposition;
        self.duration_secs = secs.into();
        self
    }

    /// What is left where a program asked for the call and nobody had lifted by `end`: a channel that rang, as if it were for `dst`.
    pub(in super::super) fn unlifted(self, dst: &str, end: DateTime<Utc>) -> Self {
        let leg = Self {
            dst: dst.to_owned(),
            dcontext: "from-internal".to_owned(),
            dstchannel: String::new(),
            dstchannel_ext: dst.to_owned(),
            lastapp: String::new(),
            lastdata: String::new(),
            billsec_secs: 0,
            dstanswer: String::new(),
            recordings: Vec::new(),
            userfield: "Internal",
            src_trunk_name: String::new(),
            dst_trunk_name: String::new(),
            ..self
        };
        leg.unanswered(end)
    }

    /// Begins at `start` instead of with the call.
    pub(super) fn from(mut self, start: DateTime<Utc>) -> Self {
        self.start = start;
        self
    }

    /// Runs this application.
    pub(super) fn app(mut self, lastapp: &str, lastdata: &str) -> Self {
        lastapp.clone_into(&mut self.lastapp);
        lastdata.clone_into(&mut self.lastdata);
        self
    }

    /// Is of this `action_type`.
    pub(super) fn action(mut self, action_type: impl Into<String>) -> Self {
        self.action_type = action_type.into();
        self
    }

    /// Is in this dialplan context.
    pub(super) fn context(mut self, dcontext: &str) -> Self {
        dcontext.clone_into(&mut self.dcontext);
        self
    }
}

fn calls_from_inside(call: &Call) -> bool {
    if call.scenario == Scenario::Unlifted {
        return !call.extension.is_empty();
    }
    matches!(
        call.scenario,
        Scenario::Outbound
            | Scenario::OutboundUnanswered
            | Scenario::OutboundBusy
            | Scenario::OutboundFailed
            | Scenario::ClickToDial
            | Scenario::Internal
            | Scenario::InternalMissed
            | Scenario::InternalBusy
            | Scenario::InternalFailed
            | Scenario::OwnMailbox
            | Scenario::FeatureCode
    )
}

/// How the caller of an outgoing call is shown.
fn caller_id(call: &Call, office: &Office) -> String {
    if call.is_by_api {
        "api".to_owned()
    } else if call.shows_did_and_extension {
        let did = office.trunk(call.trunk).did_e164.trim_start_matches('+');
        format!("{did}{}", call.extension)
    } else {
        call.extension.clone()
    }
}

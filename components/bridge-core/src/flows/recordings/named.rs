//! Recordings whose names the UCM says later than the record of their call: whose they are.
//!
//! The UCM is asked by `AcctId`, which begins anew every month on some devices: the answer may be about another call. Names carry an instant
//! and the numbers of the call, and only what agrees in all of them is believed.

use calls::cdr::{self, Call, Disposition, Leg};

/// The legs of `call` that may have a recording, and that the UCM can be asked about: those on which people were put through.
pub fn may_be_recorded(call: &Call) -> impl Iterator<Item = &Leg> {
    let talks = call.legs.iter().filter(|leg| is_talk(leg));
    talks.take(MOST_LEGS)
}

fn is_talk(leg: &Leg) -> bool {
    let put_through = matches!(
        leg.last_app.as_str(),
        "Dial" | "Queue" | "ParkedCall" | "Park" | "ConfBridge" | "MeetMe"
    );
    let is_answered = leg.disposition == Disposition::Answered && leg.billsec_secs > 0;
    is_answered && put_through && !leg.acct_id.is_empty()
}

/// `leg` of `call` with those of `files` that are recordings of this very call; nothing if none is.
pub fn with_recordings(call: &Call, leg: &Leg, files: &[String]) -> Option<Leg> {
    let theirs = files.iter().filter(|file| is_of(call, file));
    let names: Vec<&str> = theirs.map(String::as_str).collect();
    let recordings = cdr::recordings(&names.join("@"), "");
    (!recordings.is_empty()).then(|| Leg {
        recordings,
        ..leg.clone()
    })
}

/// Whether the instant and both numbers in the name of `file` are those of `call`: enough where the UCM itself says the name.
fn is_of(call: &Call, file: &str) -> bool {
    let Some(named) = Named::read(file) else {
        return false;
    };
    let until = call.ended_at.unwrap_or(call.started_at);
    let is_known = |number: &str| call.legs.iter().any(|leg| has_part(leg, number));
    named.begins_within(call.started_at.timestamp(), until.timestamp())
        && is_known(named.from)
        && is_known(named.to)
}

/// Whether the instant and all numbers in the name of `file` are those of `leg` of `call`, on which people talked: anybody may have written the
/// name. While one member of a group talks, the others have calls of their own, and these are not to be heard by who has a part in the first.
pub(crate) fn is_of_leg(call: &Call, leg: &Leg, file: &str) -> bool {
    let (Some(named), Some(offset)) = (Named::read(file), call.utc_offset_secs) else {
        return false;
    };
    let start = leg.start.and_utc().timestamp() - i64::from(offset);
    // A channel may have been made long before the leg, and is made once.
    let is_then = named.begins_within(start, start + i64::from(leg.duration_secs))
        || named.channel == Some(leg.unique_id.as_str());
    let is_its = |number: &str| has_number(leg, number);
    let is_group = !named.to.is_empty() && named.to == leg.action.feature;
    let is_called = match named.member {
        // Many call a group at the same time: who answered tells their calls apart.
        Some(member) => is_its(member) && (is_its(named.to) || is_group),
        None => is_its(named.to),
    };
    is_talk(leg) && is_then && is_its(named.from) && is_called
}

/// What the name of a recording says.
#[derive(Debug, PartialEq, Eq)]
struct Named<'a> {
    epoch: i64,
    /// The channel, for those that name it.
    channel: Option<&'a str>,
    /// Who of a ring group answered.
    member: Option<&'a str>,
    from: &'a str,
    to: &'a str,
}

impl<'a> Named<'a> {
    /// Reads `auto-<epoch>-<src>-<dst>.wav`, for a ring group `auto-<epoch>#<ext>-<src>-<group>.wav`, for a queue
    /// `q<queue>-<src>-<day>-<time>-<epoch>.<n>-<agent>.wav`, and for a conference room `meetme-conf-rec-<room>-<epoch>.<n>-<part>.wav`.
    fn read(file: &'a str) -> Option<Self> {
        let base = file.rsplit('/').next()?.strip_suffix(".wav")?;
        let parts: Vec<&str> = base.split('-').collect();
        match *parts.as_slice() {
            ["auto", stamp, from, to] => {
                let (epoch, member) = match stamp.split_once('#') {
                    Some((epoch, member)) => (epoch, Some(member)),
                    None => (stamp, None),
                };
                Some(Self {
                    epoch: epoch.parse().ok()?,
                    channel: None,
                    member,
                    from,
                    to,
                })
            }
            [queue, from, _, _, channel, to] if queue.starts_with('q') => {
                Self::of_channel(channel, from, to)
            }
            ["meetme", "conf", "rec", room, channel, _] => Self::of_channel(channel, room, room),
            _ => None,
        }
    }

    fn of_channel(channel: &'a str, from: &'a str, to: &'a str) -> Option<Self> {
        Some(Self {
            epoch: channel.split('.').next()?.parse().ok()?,
            channel: Some(channel),
            member: None,
            from,
            to,
        })
    }

    fn begins_within(&self, from: i64, until: i64) -> bool {
        (from - SLACK_SECS..=until + SLACK_SECS).contains(&self.epoch)
    }
}

/// Whether `number` is one of those who talk on `leg`.
fn has_number(leg: &Leg, number: &str) -> bool {
    let numbers = [
        &leg.src,
        &leg.new_src,
        &leg.dst,
        &leg.dst_answer,
        &leg.channel_ext,
        &leg.dst_channel_ext,
    ];
    !number.is_empty() && numbers.into_iter().any(|known| known == number)
}

/// Whether `number` has any part in `leg`, as the one who transferred has, or the group.
fn has_part(leg: &Leg, number: &str) -> bool {
    let is_cause = leg.owner == number || leg.action.feature == number;
    has_number(leg, number) || !number.is_empty() && is_cause
}

/// Clocks and seconds are cut off: a recording may seem to begin just before its call.
const SLACK_SECS: i64 = 5;

/// Legs of one call that are asked about.
const MOST_LEGS: usize = 3;

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use calls::cdr::{Device, Row};

    fn call() -> Call {
        let row = [
            ("session", "1717090900484188-0199000042"),
            ("AcctId", "73"),
            ("start", "2024-05-30 19:41:40"),
            ("answer", "2024-05-30 19:41:53"),
            ("end", "2024-05-30 19:46:12"),
            ("duration", "271"),
            ("billsec", "258"),
            ("disposition", "ANSWERED"),
            ("lastapp", "Dial"),
            ("action_type", "DIAL"),
            ("src", "0199000042"),
            ("dst", "2100"),
            ("dstanswer", "2100"),
        ];
        call_of([row
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()])
    }

    fn call_of(rows: impl IntoIterator<Item = Row>) -> Call {
        let device = Device {
            server: "paris",
            zone: Some(Tz::Europe__Paris),
        };
        let legs = rows.into_iter().map(|row| Leg::read(&row).unwrap());
        cdr::calls_from_legs(legs, &device).calls.remove(0)
    }

    /// A call as a device has written it.
    fn written(fixture: &str) -> Call {
        let fixture: serde_json::Value = serde_json::from_str(fixture).unwrap();
        let rows: Vec<Row> = serde_json::from_value(fixture["rows"].clone()).unwrap();
        call_of(rows)
    }

    /// The legs of `call` that `file` would be believed to be of, by who was called on them.
    fn believed<'c>(call: &'c Call, file: &str) -> Vec<&'c str> {
        let legs = call.legs.iter().filter(|leg| is_of_leg(call, leg, file));
        legs.map(|leg| leg.dst.as_str()).collect()
    }

    /// The members of a group who did not answer have a call with each other while the one who did talks.
    #[test]
    fn of_a_group_only_who_answered_is_believed_to_be_recorded() {
        let call = written(include_str!(
            "../../../../calls/testdata/cdr/ring-group.json"
        ));
        for own in [
            "2024-05/auto-1717090902#203-0199000012-6400.wav",
            "auto-1717090902-0199000012-203.wav",
        ] {
            assert_eq!(believed(&call, own), ["203"], "{own}");
        }
        for other in [
            "auto-1717090910-201-202.wav",
            "auto-1717090910-201-203.wav",
            "auto-1717090910-0199000012-201.wav",
            // The same caller once more, whom another member answers, or one who is not named.
            "auto-1717090910#201-0199000012-6400.wav",
            "auto-1717090910-0199000012-6400.wav",
            // The one who answered, in a call before it and one after.
            "auto-1717090890-0199000012-203.wav",
            "auto-1717090990-0199000012-203.wav",
        ] {
            assert!(believed(&call, other).is_empty(), "{other}");
        }
        // The UCM itself may say it of any leg.
        assert!(is_of(&call, "auto-1717090910-201-202.wav"));
    }

    /// The channel of a caller is made before any agent rings.
    #[test]
    fn a_name_that_tells_the_channel_is_believed_of_the_legs_of_that_channel() {
        let call = written(include_str!(
            "../../../../calls/testdata/cdr/queue-answered.json"
        ));
        let named = |channel: &str, agent: &str| {
            format!("q6500-0199000012-20240530-194205-{channel}-{agent}.wav")
        };
        assert_eq!(believed(&call, &named("1717090900.96", "103")), ["103"]);
        assert!(believed(&call, &named("1717090900.97", "103")).is_empty());
        assert!(believed(&call, &named("1717090900.96", "101")).is_empty());
    }

    #[test]
    fn a_name_is_believed_of_the_leg_that_was_talked_on_then() {
        let call = written(include_str!("../../../../calls/testdata/cdr/transfer.json"));
        for (file, legs) in [
            ("auto-1717090906-0199000012-2100.wav", &["2100"][..]),
            ("auto-1717090935-0199000012-2102.wav", &["2102"]),
            ("auto-1717090960-0199000012-2100.wav", &[]),
            ("auto-1717090935-2100-2102.wav", &[]),
        ] {
            assert_eq!(believed(&call, file), legs, "{file}");
        }
        // Where nobody knows when a leg began, no name agrees with it.
        let mut unplaced = call.clone();
        unplaced.utc_offset_secs = None;
        assert!(believed(&unplaced, "auto-1717090935-0199000012-2102.wav").is_empty());
    }

    #[test]
    fn only_a_name_that_agrees_in_time_and_numbers_is_believed() {
        let call = call();
        for (file, is_theirs) in [
            ("auto-1717090910-0199000042-2100.wav", true),
            ("2024-05/auto-1717090910-0199000042-2100.wav", true),
            ("auto-1717090910#203-0199000042-2100.wav", true),
            (
                "q2100-0199000042-20240530-194140-1717090905.25-2100.wav",
                true,
            ),
            ("meetme-conf-rec-2100-1717090905.0-1.wav", true),
            ("meetme-conf-rec-6300-1717090905.0-1.wav", false),
            // The same AcctId a month before.
            ("auto-1714412510-0199000042-2100.wav", false),
            // Another call of the same minute.
            ("auto-1717090910-0199000043-2100.wav", false),
            ("auto-1717090910-0199000042-2101.wav", false),
            ("auto-1717090910--.wav", false),
            ("auto-x-0199000042-2100.wav", false),
            ("voicemail.wav", false),
            ("", false),
        ] {
            assert_eq!(is_of(&call, file), is_theirs, "{file}");
        }
    }

    #[test]
    fn what_is_believed_belongs_to_the_leg() {
        let (call, files) = (call(), ["auto-1717090910-0199000042-2100.wav".to_owned()]);
        let leg = may_be_recorded(&call).next().unwrap();
        let named = with_recordings(&call, leg, &files).unwrap();
        let call = call.clone().with_legs([named]);
        assert_eq!(call.recordings, files);
        assert_eq!(call.legs.len(), 1);
    }
}

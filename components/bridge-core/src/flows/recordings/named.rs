//! Recordings whose names the UCM says later than the record of their call: whose they are.
//!
//! The UCM is asked by `AcctId`, which begins anew every month on some devices: the answer may be about another call. Names carry an instant
//! and the numbers of the call, and only what agrees in all of them is believed.

use std::collections::BTreeSet;

use calls::cdr::{self, Call, Disposition, Leg};

/// The legs of `call` that may have a recording, and that the UCM can be asked about: those on which people were put through.
pub fn may_be_recorded(call: &Call) -> impl Iterator<Item = &Leg> {
    let is_talk = |leg: &&Leg| {
        let put_through = matches!(
            leg.last_app.as_str(),
            "Dial" | "Queue" | "ParkedCall" | "Park" | "ConfBridge" | "MeetMe"
        );
        leg.disposition == Disposition::Answered && leg.billsec_secs > 0 && put_through
    };
    let talks = call.legs.iter().filter(is_talk);
    talks.filter(|leg| !leg.acct_id.is_empty()).take(MOST_LEGS)
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

/// Whether the instant and both numbers in the name of `file` are those of `call`.
pub(crate) fn is_of(call: &Call, file: &str) -> bool {
    let Some(named) = Named::read(file) else {
        return false;
    };
    let from = call.started_at.timestamp() - SLACK_SECS;
    let until = call.ended_at.unwrap_or(call.started_at).timestamp() + SLACK_SECS;
    let numbers = numbers(call);
    let is_known = |number: &str| numbers.contains(number);
    (from..=until).contains(&named.epoch) && is_known(named.from) && is_known(named.to)
}

/// What the name of a recording says.
#[derive(Debug, PartialEq, Eq)]
struct Named<'a> {
    epoch: i64,
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
            ["auto", stamp, from, to] => Some(Self {
                epoch: stamp.split('#').next()?.parse().ok()?,
                from,
                to,
            }),
            [queue, from, _, _, channel, to] if queue.starts_with('q') => Some(Self {
                epoch: channel.split('.').next()?.parse().ok()?,
                from,
                to,
            }),
            ["meetme", "conf", "rec", room, channel, _] => Some(Self {
                epoch: channel.split('.').next()?.parse().ok()?,
                from: room,
                to: room,
            }),
            _ => None,
        }
    }
}

/// Every number that has a part in `call`.
fn numbers(call: &Call) -> BTreeSet<&str> {
    let of_legs = call.legs.iter().flat_map(|leg| {
        [
            &leg.src,
            &leg.new_src,
            &leg.dst,
            &leg.dst_answer,
            &leg.channel_ext,
            &leg.dst_channel_ext,
            &leg.owner,
            &leg.action.feature,
        ]
    });
    let numbers = of_legs.map(String::as_str);
    numbers.filter(|number| !number.is_empty()).collect()
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
        let row: Row = [
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
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let device = Device {
            server: "paris",
            zone: Some(Tz::Europe__Paris),
        };
        let leg = Leg::read(&row).unwrap();
        cdr::calls_from_legs([leg], &device).calls.remove(0)
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

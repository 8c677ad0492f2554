//! From the device's wall clock to instants.
//!
//! Records carry the device's local time without an offset, but session and channel ids begin with the epoch of their creation. A leg that
//! starts with its channel therefore tells the offset of its own call, exactly, on the days the clocks change as well. A later leg of a
//! channel starts some time after the epoch and tells nothing by itself: a call seen only in part must not be moved by that time. What
//! cannot be known is said to be in doubt; nothing falls back to the present.

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::{Leg, PlaceError};

/// What could not be decided about a call's instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeDoubt {
    /// The wall clock showed this time twice, an hour apart; the earlier is taken.
    AmbiguousHour,
    /// The wall clock never showed this time; the time before the clocks went forward is carried on.
    SkippedHour,
    /// Only later legs are known, and no time zone is configured: the instants of answer and end wait for the first leg.
    FirstLegUnknown,
}

/// The legs of one call on a common scale, in seconds.
#[derive(Debug)]
pub(super) struct Times {
    /// The instant the call began.
    pub(super) started_at: DateTime<Utc>,
    /// Where the scale has the call's beginning.
    pub(super) origin: i64,
    /// The start of each leg.
    pub(super) starts: Vec<i64>,
    /// What could not be decided. With [`TimeDoubt::FirstLegUnknown`] the scale is the wall clock, and otherwise seconds since 1970.
    pub(super) doubt: Option<TimeDoubt>,
}

impl Times {
    /// Places `legs`, which are the legs of one session, in order, each [`check`]ed.
    pub(super) fn of(legs: &[&Leg], zone: Option<Tz>) -> Option<Self> {
        match (legs.iter().filter_map(|leg| epoch(leg)).min(), zone) {
            (Some(epoch), zone) => Self::by_epoch(legs, epoch, zone),
            (None, Some(zone)) => Self::by_zone(legs, zone),
            (None, None) => None,
        }
    }

    /// How far the device's clock was east of UTC at the first of `legs`, in seconds, as far as the call tells: its session began with that
    /// leg only where the first leg is known.
    pub(super) fn utc_offset_secs(&self, legs: &[&Leg]) -> Option<i32> {
        let (leg, start) = legs.first().zip(self.starts.first())?;
        let is_told = self.doubt != Some(TimeDoubt::FirstLegUnknown);
        let offset = wall_clock(leg.start) - start;
        i32::try_from(offset).ok().filter(|_| is_told)
    }

    /// A second of the scale as an instant, if the scale is one of instants.
    pub(super) fn instant(&self, second: i64) -> Option<DateTime<Utc>> {
        match self.doubt {
            Some(TimeDoubt::FirstLegUnknown) => None,
            _ => DateTime::from_timestamp(second, 0),
        }
    }

    fn by_epoch(legs: &[&Leg], epoch: i64, zone: Option<Tz>) -> Option<Self> {
        let clock = Clock::of(legs, zone);
        // Twice: legs are in order of the wall clock, which is not theirs when the clocks go back.
        let mut starts: Vec<i64> = legs.iter().map(|leg| clock.place(leg, &[]).0).collect();
        let mut doubt = None;
        for (index, leg) in legs.iter().enumerate() {
            let (start, leg_doubt) = clock.place(leg, &other_ends(legs, &starts, index));
            starts[index] = start;
            doubt = doubt.max(leg_doubt);
        }
        let origin = match doubt {
            Some(TimeDoubt::FirstLegUnknown) => starts.iter().copied().min()?,
            _ => epoch,
        };
        Some(Self {
            started_at: DateTime::from_timestamp(epoch, 0)?,
            origin,
            starts,
            doubt,
        })
    }

    fn by_zone(legs: &[&Leg], zone: Tz) -> Option<Self> {
        let placed: Vec<_> = legs.iter().map(|leg| place_by_zone(leg, zone)).collect();
        let starts: Vec<i64> = placed.iter().map(|(start, _)| *start).collect();
        let origin = starts.iter().copied().min()?;
        let doubt = placed.iter().filter_map(|(_, doubt)| *doubt).max();
        Some(Self {
            started_at: DateTime::from_timestamp(origin, 0)?,
            origin,
            starts,
            doubt,
        })
    }
}

/// Whether `leg` can be placed, by itself: what is decided here must not depend on the legs that happen to be known.
pub(super) fn check(leg: &Leg, zone: Option<Tz>) -> Result<(), PlaceError> {
    match (epoch(leg), zone) {
        (None, None) => Err(PlaceError::NoZone),
        (None, Some(_)) => Ok(()),
        (Some(epoch), _) => {
            let since = wall_clock(leg.start) - epoch;
            let plausible = MIN_OFFSET_SECS - SLACK_SECS..=MAX_OFFSET_SECS + LONGEST_CALL_SECS;
            if plausible.contains(&since) {
                Ok(())
            } else {
                Err(PlaceError::EpochMismatch)
            }
        }
    }
}

/// The first ten digits of a channel's id (`<epoch>.<n>`), in seconds since 1970.
pub(super) fn channel_epoch(unique_id: &str) -> Option<i64> {
    let (epoch, counter) = unique_id.split_once('.')?;
    if epoch.len() == 10 && is_digits(epoch) && is_digits(counter) {
        epoch.parse().ok()
    } else {
        None
    }
}

/// Seconds from the leg's start to its end, the clocks' changing left out.
pub(super) fn span(leg: &Leg) -> i64 {
    by_clock(leg.start, leg.end, i64::from(leg.duration_secs))
}

/// Seconds from the leg's start to its answer, the clocks' changing left out.
pub(super) fn wait(leg: &Leg) -> i64 {
    by_clock(
        leg.start,
        leg.answer,
        i64::from(leg.duration_secs.saturating_sub(leg.billsec_secs)),
    )
}

/// How the device's wall clock went during one call.
struct Clock {
    /// The configured zone, if it agrees with what the call itself says.
    zone: Option<Tz>,
    /// Offset at the leg that shows it best, in seconds east of UTC.
    offset: Option<i64>,
    /// When the clocks went forward in the middle of a leg: its end by the wall clock, and by how much.
    jumps: Vec<(NaiveDateTime, i64)>,
}

impl Clock {
    fn of(legs: &[&Leg], zone: Option<Tz>) -> Self {
        let exact = legs
            .iter()
            .filter_map(|leg| Some((exact_offset(leg)?, *leg)));
        // The session's own channel shows how the clock stood when the call began; that of a transfer may be later.
        let best =
            exact.min_by_key(|((offset, rest), leg)| (has_own_channel(leg), rest.abs(), *offset));
        let zone = zone.filter(|zone| match best {
            Some(((offset, _), leg)) => {
                candidates(*zone, leg.start).contains(&(wall_clock(leg.start) - offset))
            }
            None => legs.iter().all(|leg| !possible(*zone, leg).is_empty()),
        });
        let jumps = legs.iter().filter_map(|leg| {
            let shift = wall_clock(leg.end?) - wall_clock(leg.start) - i64::from(leg.duration_secs);
            (shift > 0 && is_clock_change(shift)).then_some((leg.end?, quarters(shift)))
        });
        Self {
            zone,
            offset: best.map(|((offset, _), _)| offset),
            jumps: jumps.collect(),
        }
    }

    /// The second that `leg` starts in; `ends` are those at which the other legs end, as far as known.
    fn place(&self, leg: &Leg, ends: &[i64]) -> (i64, Option<TimeDoubt>) {
        let possible = self
            .zone
            .map(|zone| possible(zone, leg))
            .unwrap_or_default();
        let continues = |start: &&i64| ends.iter().any(|end| (*start - end).abs() <= SLACK_SECS);
        let begins = |start: &&i64| {
            lower_bound(leg).is_some_and(|epoch| (*start - epoch).abs() <= SLACK_SECS)
        };
        match (possible.as_slice(), self.offset) {
            ([start], _) => (*start, None),
            ([earlier, ..], _) => match possible
                .iter()
                .find(begins)
                .or_else(|| possible.iter().find(continues))
            {
                Some(start) => (*start, None),
                None => (*earlier, Some(TimeDoubt::AmbiguousHour)),
            },
            ([], Some(offset)) => (
                wall_clock(leg.start) - self.offset_of(leg, offset, ends),
                None,
            ),
            ([], None) => (wall_clock(leg.start), Some(TimeDoubt::FirstLegUnknown)),
        }
    }

    /// The offset at `leg`, which differs from the call's where the clocks have changed meanwhile: a channel made for the leg tells, or the
    /// leg that it follows without a gap, or that it cannot be before its channel.
    fn offset_of(&self, leg: &Leg, offset: i64, ends: &[i64]) -> i64 {
        let own = exact_offset(leg).filter(|_| has_own_channel(leg));
        let begins = exact_offset(leg).is_some_and(|(own, _)| own == offset);
        if begins {
            return offset;
        }
        if let Some((own, _)) = own.filter(|(own, _)| CLOCK_CHANGES_SECS.contains(&(own - offset)))
        {
            return own;
        }
        let forward: i64 = self
            .jumps
            .iter()
            .filter(|(end, _)| *end <= leg.start)
            .map(|(_, shift)| shift)
            .sum();
        let offset = offset + forward;
        let start = |offset| wall_clock(leg.start) - offset;
        let is_before =
            |offset| lower_bound(leg).is_some_and(|epoch| start(offset) < epoch - SLACK_SECS);
        let continues = |offset: &i64| {
            ends.iter()
                .any(|end| (start(*offset) - end).abs() <= SLACK_SECS)
        };
        let follows = CLOCK_CHANGES_SECS
            .into_iter()
            .map(|change| offset + change)
            .find(continues);
        match follows.filter(|offset| !is_before(*offset)) {
            Some(offset) => offset,
            None if is_before(offset) => offset - 3600,
            None => offset,
        }
    }
}

/// Offset and remainder, both in seconds, if the leg starts with its channel.
///
/// Offsets are whole quarters of an hour: a leg whose distance from its epoch is one begins at the epoch, but for the rare later leg that
/// starts a whole number of them after it: then a configured zone that differs is not believed, for it is wrong more often.
fn exact_offset(leg: &Leg) -> Option<(i64, i64)> {
    let distance = wall_clock(leg.start) - lower_bound(leg)?;
    let offset = quarters(distance);
    let rest = distance - offset;
    let is_exact = EXACT_SECS.contains(&rest) && is_in_use(offset);
    is_exact.then_some((offset, rest))
}

/// The instants at which `zone` shows the leg's start and that are neither before its channel nor a long time after it.
fn possible(zone: Tz, leg: &Leg) -> Vec<i64> {
    let Some(epoch) = lower_bound(leg) else {
        return Vec::new();
    };
    let plausible = epoch - SLACK_SECS..=epoch + LONGEST_CALL_SECS;
    candidates(zone, leg.start)
        .into_iter()
        .filter(|start| plausible.contains(start))
        .collect()
}

/// A leg of a record without an epoch, placed by the zone alone. An id that is the epoch of one of two instants decides between them.
fn place_by_zone(leg: &Leg, zone: Tz) -> (i64, Option<TimeDoubt>) {
    let hint = [&leg.unique_id, &leg.session]
        .into_iter()
        .find_map(|id| channel_epoch(id));
    match candidates(zone, leg.start).as_slice() {
        [] => (carried_on(zone, leg.start), Some(TimeDoubt::SkippedHour)),
        [start] => (*start, None),
        [earlier, rest @ ..] => {
            let is_meant =
                |start: &&i64| hint.is_some_and(|hint| (*start - hint).abs() <= SLACK_SECS);
            match [earlier].into_iter().chain(rest).find(is_meant) {
                Some(start) => (*start, None),
                None => (*earlier, Some(TimeDoubt::AmbiguousHour)),
            }
        }
    }
}

/// The instants at which `zone` shows `local`, the earlier first: none, one or two.
fn candidates(zone: Tz, local: NaiveDateTime) -> Vec<i64> {
    match zone.from_local_datetime(&local) {
        MappedLocalTime::None => Vec::new(),
        MappedLocalTime::Single(one) => vec![one.timestamp()],
        MappedLocalTime::Ambiguous(one, other) => {
            let (one, other) = (one.timestamp(), other.timestamp());
            vec![one.min(other), one.max(other)]
        }
    }
}

/// A skipped time, read with the offset that was in force before the clocks went forward.
fn carried_on(zone: Tz, local: NaiveDateTime) -> i64 {
    // A day and an hour: the longest skip there has been, where an island group changed its side of the date line.
    let before = (1..=25).find_map(|hours| {
        let earlier = local - TimeDelta::hours(hours);
        candidates(zone, earlier)
            .last()
            .map(|instant| instant + hours * 3600)
    });
    before.unwrap_or_else(|| wall_clock(local))
}

/// Where all legs but one end. A leg of no length to speak of tells nothing: it ends where it is thought
/// to start.
fn other_ends(legs: &[&Leg], starts: &[i64], but: usize) -> Vec<i64> {
    let placed = legs
        .iter()
        .zip(starts)
        .enumerate()
        .filter(|(index, (leg, _))| *index != but && span(leg) > 2 * SLACK_SECS);
    placed.map(|(_, (leg, start))| start + span(leg)).collect()
}

/// What the leg cannot start before: the creation of its channel, or of the session.
fn lower_bound(leg: &Leg) -> Option<i64> {
    let session = epoch(leg)?;
    let own = channel_epoch(&leg.unique_id)
        .filter(|own| (session..=session + LONGEST_CALL_SECS).contains(own));
    Some(own.unwrap_or(session))
}

/// Whether the leg's channel was made in the middle of the call, for this leg: a transfer's, a follow-me's.
fn has_own_channel(leg: &Leg) -> bool {
    lower_bound(leg) > epoch(leg)
}

/// Whether clocks anywhere are set by this offset.
fn is_in_use(offset_secs: i64) -> bool {
    let whole_hours =
        offset_secs % 3600 == 0 && (MIN_OFFSET_SECS..=MAX_OFFSET_SECS).contains(&offset_secs);
    whole_hours || BROKEN_OFFSETS_MINS.contains(&(offset_secs / 60))
}

/// The epoch that the record's session begins with, or else its channel's; none in a dialect without sessions.
fn epoch(leg: &Leg) -> Option<i64> {
    if leg.zoned {
        return None;
    }
    session_epoch(&leg.session).or_else(|| channel_epoch(&leg.unique_id))
}

/// `<epoch><microseconds, not padded>-<caller>`, or a channel's id in its place.
fn session_epoch(session: &str) -> Option<i64> {
    let digits = session.split_once('-').map_or("", |(digits, _)| digits);
    if (11..=16).contains(&digits.len()) && is_digits(digits) {
        digits[..10].parse().ok()
    } else {
        channel_epoch(session)
    }
}

/// The difference between two readings of the wall clock, unless the clocks changed between them; then what the device counted.
fn by_clock(from: NaiveDateTime, to: Option<NaiveDateTime>, counted_secs: i64) -> i64 {
    match to.map(|to| wall_clock(to) - wall_clock(from)) {
        Some(shown) if shown >= 0 && !is_clock_change(shown - counted_secs) => shown,
        _ => counted_secs,
    }
}

fn is_clock_change(shift: i64) -> bool {
    let whole = quarters(shift);
    whole != 0 && (shift - whole).abs() <= 2 * SLACK_SECS
}

/// The nearest whole number of quarters of an hour, in seconds.
fn quarters(seconds: i64) -> i64 {
    (seconds + QUARTER_SECS / 2).div_euclid(QUARTER_SECS) * QUARTER_SECS
}

fn wall_clock(local: NaiveDateTime) -> i64 {
    local.and_utc().timestamp()
}

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

const QUARTER_SECS: i64 = 900;

/// What the device's own seconds may differ by, for they are cut.
const SLACK_SECS: i64 = 1;

/// The offsets that exist, from the international date line eastwards to Kiribati.
const MIN_OFFSET_SECS: i64 = -12 * 3600;
const MAX_OFFSET_SECS: i64 = 14 * 3600;

/// The offsets in use that are no whole hours, in minutes, summer times included (tz database, 2024): Marquesas, Newfoundland, Iran,
/// Afghanistan, India, Nepal, Myanmar, Eucla, central Australia, Lord Howe, Chatham.
const BROKEN_OFFSETS_MINS: [i64; 13] = [
    -570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825,
];

/// How long after the epoch the first leg of a channel starts: at once, give or take what is cut off.
const EXACT_SECS: std::ops::RangeInclusive<i64> = -1..=2;

/// What clocks are changed by: not at all, or by an hour. Lord Howe Island's half hour is left to its configured zone: trying it as well
/// would more often mislead elsewhere.
const CLOCK_CHANGES_SECS: [i64; 3] = [0, -3600, 3600];

/// Two days: no leg starts later after its session.
const LONGEST_CALL_SECS: i64 = 2 * 24 * 3600;

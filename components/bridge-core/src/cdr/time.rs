//! From the device's wall clock to instants.

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

/// The first ten digits of a channel's id (`<epoch>.<n>`), in seconds since 1970.
pub(super) fn channel_epoch(unique_id: &str) -> Option<i64> {
    let (epoch, counter) = unique_id.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if epoch.len() == 10 && digits(epoch) && digits(counter) {
        epoch.parse().ok()
    } else {
        None
    }
}

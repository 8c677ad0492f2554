//! Some days on a UCM's own clock.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

/// A period on the UCM's own clock, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub(crate) from: NaiveDateTime,
    pub(crate) until: NaiveDateTime,
}

/// A period that cannot be replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// Not a date.
    #[error("`{0}` must be a date such as 2026-06-15")]
    NoDate(&'static str),
    /// The other way round.
    #[error("`from` must not be after `to`")]
    Backwards,
}

impl Period {
    /// Reads the first and the last day; either may be a moment, as a replay that was interrupted gives it.
    ///
    /// # Errors
    /// [`PeriodError`].
    pub fn parse(from: &str, to: &str) -> Result<Self, PeriodError> {
        let day = |text: &str| text.trim().parse::<NaiveDate>().ok();
        let from = day(from)
            .map(|day| day.and_time(NaiveTime::MIN))
            .or_else(|| from.trim().parse().ok())
            .ok_or(PeriodError::NoDate("from"))?;
        let until = day(to)
            .and_then(|day| day.and_hms_opt(23, 59, 59))
            .or_else(|| to.trim().parse().ok())
            .ok_or(PeriodError::NoDate("to"))?;
        if from > until {
            return Err(PeriodError::Backwards);
        }
        Ok(Self { from, until })
    }
}

#[cfg(test)]
mod tests {
    use super::{Period, PeriodError};

    #[test]
    fn a_period_is_whole_days_or_goes_on_from_a_moment() {
        let period = Period::parse("2026-06-01", "2026-06-02").unwrap();
        assert_eq!(period.from.to_string(), "2026-06-01 00:00:00");
        assert_eq!(period.until.to_string(), "2026-06-02 23:59:59");
        let rest = Period::parse("2026-06-01T10:00:00", "2026-06-02").unwrap();
        assert_eq!(rest.from.to_string(), "2026-06-01 10:00:00");
        assert_eq!(
            Period::parse("1.6.2026", "2026-06-02"),
            Err(PeriodError::NoDate("from"))
        );
        assert_eq!(
            Period::parse("2026-06-01", ""),
            Err(PeriodError::NoDate("to"))
        );
        assert_eq!(
            Period::parse("2026-06-03", "2026-06-02"),
            Err(PeriodError::Backwards)
        );
    }
}

//! Reads a question: which days, whose days, and which calls.

use chrono::{
    DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

use super::{Filter, Question};

/// What somebody asks for, before anything is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Which days.
    pub span: Span,
    /// Whose days those are.
    pub zone: Tz,
    /// Which calls.
    pub filter: Filter,
}

/// Which days are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// From one to another, both included.
    Days(NaiveDate, NaiveDate),
    /// From the first call on.
    All,
}

/// A question that cannot be answered as it is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// Nobody has said whose days are meant.
    #[error("`zone` is missing: a day begins elsewhere at another moment")]
    NoZone,
    /// No such time zone.
    #[error("`zone` must be the IANA name of a time zone, such as Europe/Paris")]
    UnknownZone,
    /// No such period.
    #[error("`period` must be today, 7d, 30d or, for one contact or campaign, all")]
    UnknownPeriod,
    /// Two ways to say it at once.
    #[error("either `period` or `from` and `to` can be given, not both")]
    Twice,
    /// Not a date.
    #[error("`{0}` must be a date such as 2026-06-15")]
    NoDate(&'static str),
    /// The other way round.
    #[error("`from` must not be after `to`")]
    Backwards,
    /// More than is answered at once.
    #[error("the period must not be longer than {MOST_DAYS} days")]
    TooLong,
    /// No such direction.
    #[error("`direction` must be inbound, outbound, internal or external")]
    UnknownDirection,
    /// Not an id.
    #[error("`contact` must be the number of a contact in Odoo")]
    NoContact,
    /// What narrows down the statistics of all calls, of a campaign.
    #[error(
        "`{0}` cannot be asked of a campaign: its calls are those with its members, in its own time zone"
    )]
    NotOfCampaigns(&'static str),
}

impl Asked {
    /// What a question can say, by name.
    pub const NAMES: [&str; 8] = [
        "period",
        "from",
        "to",
        "zone",
        "server",
        "extension",
        "contact",
        "direction",
    ];

    /// Reads what `given` says by its name: `period`, or `from` and `to`; `zone`; `server`, `extension`, `contact`, `direction`. What is empty
    /// counts as not given, for forms send it so. Where no zone is given, that of the server asked for counts, if it is known.
    ///
    /// # Errors
    /// [`QuestionError`] for the first fault.
    pub fn read(
        given: impl Fn(&str) -> Option<String>,
        zone_of_server: Option<Tz>,
        now: DateTime<Utc>,
    ) -> Result<Self, QuestionError> {
        let given = |name: &str| said(given(name));
        let filter = filter(given)?;
        let zone = match given("zone") {
            Some(name) => name.parse().map_err(|_| QuestionError::UnknownZone)?,
            None => zone_of_server.ok_or(QuestionError::NoZone)?,
        };
        let is_of_one = filter.contact.is_some();
        let span = Span::read(given, zone, now, is_of_one)?;
        Ok(Self { span, zone, filter })
    }

    /// The question in full, where the first of all calls is known to have begun at `first`.
    pub fn question(self, first: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Question {
        let day = |instant: DateTime<Utc>| instant.with_timezone(&self.zone).date_naive();
        let (from, to) = match self.span {
            Span::Days(from, to) => (from, to),
            Span::All => (first.map_or(day(now), day).min(day(now)), day(now)),
        };
        Question {
            from,
            to,
            zone: self.zone,
            filter: self.filter,
        }
    }
}

impl Span {
    /// The days that are asked of a campaign: all, unless `given` says others.
    ///
    /// # Errors
    /// [`QuestionError`] for the first fault; also where something is asked that belongs to the statistics of all calls.
    pub fn of_campaign(
        given: impl Fn(&str) -> Option<String>,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Result<Self, QuestionError> {
        let given = |name: &str| said(given(name));
        let is_of_days = |name: &&str| ["period", "from", "to"].contains(name);
        let mut others = Asked::NAMES.into_iter().filter(|name| !is_of_days(name));
        if let Some(name) = others.find(|name| given(name).is_some()) {
            return Err(QuestionError::NotOfCampaigns(name));
        }
        Self::read(given, zone, now, true)
    }

    /// Of one contact or campaign all days can be asked, and are where nothing is said.
    fn read(
        given: impl Fn(&str) -> Option<String>,
        zone: Tz,
        now: DateTime<Utc>,
        is_of_one: bool,
    ) -> Result<Self, QuestionError> {
        let today = now.with_timezone(&zone).date_naive();
        match (given("period"), given("from"), given("to")) {
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) => Err(QuestionError::Twice),
            (Some(period), None, None) => by_name(&period, today, is_of_one),
            (None, None, None) if is_of_one => Ok(Self::All),
            (None, None, None) => Ok(last_days(30, today)),
            (None, from, to) => between(from, to, is_of_one),
        }
    }

    /// The first moment, and the first one after the last; none where all days are asked for.
    pub fn bounds(self, zone: Tz) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        match self {
            Self::All => None,
            Self::Days(from, to) => {
                let after = to.succ_opt().unwrap_or(to);
                Some((begin_of(zone, from), begin_of(zone, after)))
            }
        }
    }
}

/// What was sent, without the spaces around it; what is empty was not said, for forms send it so.
fn said(given: Option<String>) -> Option<String> {
    let text = given?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

fn filter(given: impl Fn(&str) -> Option<String>) -> Result<Filter, QuestionError> {
    let direction = given("direction");
    if let Some(direction) = &direction
        && !DIRECTIONS.contains(&direction.as_str())
    {
        return Err(QuestionError::UnknownDirection);
    }
    let contact = given("contact").map(|text| match text.parse::<i64>() {
        // Odoo's ids have 32 bits.
        Ok(id) if (1..=i64::from(i32::MAX)).contains(&id) => Ok(id),
        _ => Err(QuestionError::NoContact),
    });
    Ok(Filter {
        server: given("server"),
        extension: given("extension"),
        contact: contact.transpose()?,
        direction,
    })
}

fn by_name(name: &str, today: NaiveDate, is_of_one: bool) -> Result<Span, QuestionError> {
    match name {
        "today" => Ok(Span::Days(today, today)),
        "7d" => Ok(last_days(7, today)),
        "30d" => Ok(last_days(30, today)),
        "all" if is_of_one => Ok(Span::All),
        _ => Err(QuestionError::UnknownPeriod),
    }
}

/// So many days, today among them.
fn last_days(days: u64, today: NaiveDate) -> Span {
    let first = today.checked_sub_days(Days::new(days - 1));
    Span::Days(first.unwrap_or(today), today)
}

fn between(
    from: Option<String>,
    to: Option<String>,
    is_of_one: bool,
) -> Result<Span, QuestionError> {
    let day = |text: Option<String>, name| {
        let day = text.and_then(|text| text.parse::<NaiveDate>().ok());
        let is_sane = |day: &NaiveDate| YEARS.contains(&day.year());
        day.filter(is_sane).ok_or(QuestionError::NoDate(name))
    };
    let (from, to) = (day(from, "from")?, day(to, "to")?);
    if from > to {
        return Err(QuestionError::Backwards);
    }
    if !is_of_one && (to - from).num_days() >= MOST_DAYS {
        return Err(QuestionError::TooLong);
    }
    Ok(Span::Days(from, to))
}

impl Question {
    /// Every day, in order.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> {
        self.from.iter_days().take_while(|day| *day <= self.to)
    }

    /// The first moment, and the first one after the last.
    pub fn bounds(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        self.bounds_of(self.from, self.to)
    }

    /// The same of some of the days.
    pub fn bounds_of(&self, from: NaiveDate, to: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
        let after = to.succ_opt().unwrap_or(to);
        (begin_of(self.zone, from), begin_of(self.zone, after))
    }
}

/// The moment at which a day begins. That is not midnight where clocks are set forward then, and a day that a zone has left out begins
/// when the next one does.
pub fn begin_of(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let steps = (0..=STEPS).map(|step| midnight + STEP * step);
    let first = steps
        .filter_map(|wall: NaiveDateTime| zone.from_local_datetime(&wall).earliest())
        .next();
    first.map_or_else(|| midnight.and_utc(), |begin| begin.with_timezone(&Utc))
}

/// Values of `x_direction`.
const DIRECTIONS: [&str; 4] = ["inbound", "outbound", "internal", "external"];

/// Longest period of one answer: a year and a day, so that a whole leap year fits. It bounds the number of groups that Odoo answers; those of
/// one contact are bounded by its calls.
const MOST_DAYS: i64 = 366;

/// Years of the days that can be asked for: no UCM is older, and far days have no rules for their clocks.
const YEARS: std::ops::Range<i32> = 2000..2100;

/// How finely the end of a gap of clocks is looked for, and how far: a whole day is the longest gap there was.
const STEP: TimeDelta = TimeDelta::minutes(15);
const STEPS: i32 = 24 * 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn now() -> DateTime<Utc> {
        "2026-06-15T22:30:00Z".parse().unwrap()
    }

    fn ask(query: &str) -> Result<Asked, QuestionError> {
        let given = |name: &str| {
            url::form_urlencoded::parse(query.as_bytes())
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.into_owned())
        };
        Asked::read(given, None, now())
    }

    fn span(query: &str) -> Span {
        ask(query).unwrap().span
    }

    #[test]
    fn a_period_is_counted_in_the_days_of_the_reader() {
        let paris = day("2026-06-16");
        assert_eq!(
            span("period=today&zone=Europe/Paris"),
            Span::Days(paris, paris)
        );
        assert_eq!(
            span("period=7d&zone=America/New_York&from=&to="),
            Span::Days(day("2026-06-09"), day("2026-06-15"))
        );
        assert_eq!(
            span("zone=UTC"),
            Span::Days(day("2026-05-17"), day("2026-06-15"))
        );
        assert_eq!(
            span("zone=UTC&from=2026-01-01&to=2026-12-31"),
            Span::Days(day("2026-01-01"), day("2026-12-31"))
        );
        assert_eq!(span("zone=UTC&contact=7"), Span::All);
        assert_eq!(
            span("zone=UTC&contact=7&from=2020-01-01&to=2026-06-15"),
            Span::Days(day("2020-01-01"), day("2026-06-15"))
        );
    }

    #[test]
    fn what_cannot_be_answered_says_why() {
        let cases = [
            ("", QuestionError::NoZone),
            ("zone=Paris", QuestionError::UnknownZone),
            ("zone=UTC&period=8d", QuestionError::UnknownPeriod),
            ("zone=UTC&period=all", QuestionError::UnknownPeriod),
            ("zone=UTC&period=7d&from=2026-01-01", QuestionError::Twice),
            ("zone=UTC&from=2026-01-01", QuestionError::NoDate("to")),
            (
                "zone=UTC&from=1.1.2026&to=2026-01-01",
                QuestionError::NoDate("from"),
            ),
            (
                "zone=UTC&from=0001-01-01&to=2026-01-01",
                QuestionError::NoDate("from"),
            ),
            (
                "zone=UTC&from=2026-01-02&to=2026-01-01",
                QuestionError::Backwards,
            ),
            (
                "zone=UTC&from=2025-01-01&to=2026-01-02",
                QuestionError::TooLong,
            ),
            ("zone=UTC&direction=in", QuestionError::UnknownDirection),
            ("zone=UTC&contact=0", QuestionError::NoContact),
            ("zone=UTC&contact=7%20or%201", QuestionError::NoContact),
        ];
        for (query, error) in cases {
            assert_eq!(ask(query), Err(error), "{query}");
        }
    }

    #[test]
    fn a_campaign_is_asked_for_all_of_its_days_or_for_some() {
        let ask = |query: &str| {
            let given = |name: &str| {
                url::form_urlencoded::parse(query.as_bytes())
                    .find(|(known, _)| known == name)
                    .map(|(_, value)| value.into_owned())
            };
            Span::of_campaign(given, chrono_tz::Europe::Paris, now())
        };
        let paris = day("2026-06-16");
        assert_eq!(ask(""), Ok(Span::All));
        assert_eq!(ask("period=all&server="), Ok(Span::All));
        assert_eq!(ask("period=today"), Ok(Span::Days(paris, paris)));
        let years = Span::Days(day("2020-01-01"), paris);
        assert_eq!(ask("from=2020-01-01&to=2026-06-16"), Ok(years));
        let bounds = years.bounds(chrono_tz::Europe::Paris).unwrap();
        assert_eq!(bounds.1.to_rfc3339(), "2026-06-16T22:00:00+00:00");
        assert_eq!(ask("period=8d"), Err(QuestionError::UnknownPeriod));
        assert_eq!(
            ask("direction=inbound"),
            Err(QuestionError::NotOfCampaigns("direction"))
        );
        assert_eq!(ask("zone=UTC"), Err(QuestionError::NotOfCampaigns("zone")));
    }

    #[test]
    fn without_a_zone_the_server_asked_for_has_one_or_nobody_has() {
        let given = |name: &str| (name == "server").then(|| "metz".to_owned());
        let zone = Some(chrono_tz::Europe::Paris);
        let asked = Asked::read(given, zone, now()).unwrap();
        assert_eq!(asked.zone, chrono_tz::Europe::Paris);
    }

    #[test]
    fn a_day_begins_when_its_clocks_say_so() {
        let begin = |zone: Tz, text| begin_of(zone, day(text)).to_rfc3339();
        assert_eq!(
            begin(chrono_tz::Europe::Paris, "2026-06-16"),
            "2026-06-15T22:00:00+00:00"
        );
        // Midnight is left out, or comes twice.
        assert_eq!(
            begin(chrono_tz::Africa::Cairo, "2026-04-24"),
            "2026-04-23T22:00:00+00:00"
        );
        assert_eq!(
            begin(chrono_tz::America::Havana, "2026-11-01"),
            "2026-11-01T04:00:00+00:00"
        );
        // Half an hour off, and a day that was never there.
        assert_eq!(
            begin(chrono_tz::Asia::Kolkata, "2026-06-16"),
            "2026-06-15T18:30:00+00:00"
        );
        assert_eq!(
            begin(chrono_tz::Pacific::Apia, "2011-12-30"),
            begin(chrono_tz::Pacific::Apia, "2011-12-31")
        );
    }
}

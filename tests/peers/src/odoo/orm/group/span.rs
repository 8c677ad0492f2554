//! Spans of time that dates are grouped by.

use chrono::{Datelike, Duration, Months, NaiveDateTime};
use serde_json::{Value, json};

use super::GroupBy;
use crate::odoo::schema::Ttype;
use crate::odoo::value::{DATE, DATETIME, parse_datetime};

impl GroupBy {
    /// The start of the span that a moment falls in.
    pub(super) fn truncate(&self, stored: &Value) -> Value {
        let (Some(span), Some(moment)) = (&self.span, stored.as_str().and_then(parse_datetime))
        else {
            return stored.clone();
        };
        let day = moment.date();
        let start = match span.as_str() {
            "hour" => return json!(moment.format("%Y-%m-%d %H:00:00").to_string()),
            "day" => day,
            "week" => day - Duration::days(i64::from(day.weekday().num_days_from_monday())),
            "month" => day.with_day(1).unwrap_or(day),
            "quarter" => day
                .with_day(1)
                .and_then(|first| first.checked_sub_months(Months::new((first.month() - 1) % 3)))
                .unwrap_or(day),
            _ => day.with_ordinal(1).unwrap_or(day),
        };
        json!(
            start
                .and_hms_opt(0, 0, 0)
                .unwrap_or(moment)
                .format(self.format())
                .to_string()
        )
    }

    pub(super) fn format(&self) -> &'static str {
        if self.field.ttype == Ttype::Date {
            DATE
        } else {
            DATETIME
        }
    }
}

pub(super) fn span_end(start: NaiveDateTime, span: &str) -> NaiveDateTime {
    let months = |count| {
        start
            .checked_add_months(Months::new(count))
            .unwrap_or(start)
    };
    match span {
        "hour" => start + Duration::hours(1),
        "day" => start + Duration::days(1),
        "week" => start + Duration::weeks(1),
        "month" => months(1),
        "quarter" => months(3),
        _ => months(12),
    }
}

pub(super) fn span_label(start: &str, span: &str) -> String {
    let Some(start) = parse_datetime(start) else {
        return start.to_owned();
    };
    let format = match span {
        "hour" => "%H:00 %d %b",
        "day" => "%d %b %Y",
        "week" => "W%V %G",
        "month" => "%B %Y",
        "quarter" => return format!("Q{} {}", (start.month() - 1) / 3 + 1, start.year()),
        _ => "%Y",
    };
    start.format(format).to_string()
}

//! What is on record of a number that there is not.
#![expect(clippy::unwrap_used, reason = "a sample is made of constants")]

use calls::stats::campaign::Campaign;
use calls::stats::campaign::record::{
    CallOnRecord, Consent, Hours, Member, Record, Refusal, Rules,
};
use chrono::{DateTime, Utc};

/// Everything that has a name is called `name`.
pub(crate) fn record(number: &str, name: &str) -> Record {
    let name = || name.to_owned();
    let at =
        |secs: i64| -> DateTime<Utc> { DateTime::from_timestamp(1_781_504_500 + secs, 0).unwrap() };
    Record {
        campaign: Campaign {
            id: 7,
            name: name(),
            state: "running".to_owned(),
            zone: "Europe/Paris".to_owned(),
            goal: None,
        },
        looked_up_at: at(0),
        member: Member {
            id: 9,
            name: name(),
            number: Some(number.to_owned()),
            entered: name(),
            added_at: at(-90_000),
            state: "excluded".to_owned(),
            why: Some("blacklist".to_owned()),
            kind: Some("refusal".to_owned()),
            is_blacklisted: true,
        },
        consent: Some(Consent {
            given_on: "2026-03-04".parse().unwrap(),
            source: Some(name()),
            proof: Some(name()),
        }),
        rules: Rules {
            law: Some("fr".to_owned()),
            most_calls: 4,
            most_attempts: 0,
            rest_days: 60,
            needs_consent: true,
            from: None,
            until: None,
            hours: vec![Hours {
                weekday: 1,
                from_minute: 600,
                until_minute: 810,
            }],
            closed: vec!["2026-07-14".parse().unwrap()],
        },
        calls_since: at(-30 * 86_400),
        calls: vec![CallOnRecord {
            id: 3,
            at: at(-60),
            direction: "outbound".to_owned(),
            outcome: "answered".to_owned(),
            agent: Some(name()),
            extension: Some(name()),
            talk_secs: 61,
        }],
        more_calls: true,
        refusals: vec![Refusal {
            at: at(-30),
            rule: "hours".to_owned(),
            campaign: Some(name()),
            agent: Some(name()),
            detail: Some(name()),
        }],
        more_refusals: false,
    }
}

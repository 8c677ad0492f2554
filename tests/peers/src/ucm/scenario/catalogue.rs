//! One named call for every shape that a client must understand.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::super::office::Office;
use super::{Call, Presentation, Scenario};

/// Every shape once, an hour apart from `start` on, with the ones that hang on a date (midnight, the change to and
/// from summer time) at the zone's last such dates before `start`.
pub fn catalogue(office: &Office, start: DateTime<Utc>) -> Vec<(&'static str, Call)> {
    let mut calls = plain(office);
    calls.extend(unusual_callers());
    calls.extend(through_trunks_and_to_machines());
    for (n, (_, call)) in calls.iter_mut().enumerate() {
        call.start = start + TimeDelta::hours(n as i64) + TimeDelta::microseconds(1_000 + n as i64);
    }
    calls.extend(around_dates(office.zone, start));
    for (n, (_, call)) in calls.iter_mut().enumerate() {
        let mut random = fastrand::Rng::with_seed(n as u64);
        call.outsider = office.country.random_number(&mut random);
    }
    calls
}

fn plain(office: &Office) -> Vec<(&'static str, Call)> {
    let call = |scenario| Call::new(scenario, DateTime::UNIX_EPOCH);
    let everybody = office.extensions.iter().map(|e| e.number.clone());
    let mut one_busy = call(Scenario::RingGroup).at("1002");
    one_busy.busy_members = vec!["1003".to_owned()];
    vec![
        ("answered direct", call(Scenario::Answered)),
        ("missed, no voicemail", call(Scenario::Missed)),
        ("busy", call(Scenario::Busy)),
        (
            "no answer, then voicemail",
            call(Scenario::NoAnswerVoicemail),
        ),
        ("busy, then voicemail", call(Scenario::BusyVoicemail)),
        (
            "unregistered, so voicemail",
            call(Scenario::UnregisteredVoicemail).at("1014"),
        ),
        ("voice menu, answered", call(Scenario::Ivr)),
        ("voice menu, missed", call(Scenario::IvrMissed)),
        ("voice menu, abandoned", call(Scenario::IvrAbandoned)),
        ("ring group of three", one_busy),
        (
            "ring group of fourteen",
            call(Scenario::RingGroup).at("1012").among(everybody),
        ),
        ("ring group, missed", call(Scenario::RingGroupMissed)),
        ("queue, answered", call(Scenario::QueueAnswered).at("1002")),
        ("queue, abandoned", call(Scenario::QueueAbandoned).at("")),
        (
            "queue, abandoned after announcement",
            call(Scenario::QueueAnnouncementAbandoned),
        ),
        ("transfer", call(Scenario::Transfer)),
        ("parked and fetched", call(Scenario::ParkRetrieve)),
        ("follow-me", call(Scenario::FollowMe)),
        ("follow-me to a mobile", call(Scenario::FollowMeMobile)),
        ("outbound, answered", call(Scenario::Outbound)),
        ("outbound, unanswered", call(Scenario::OutboundUnanswered)),
        ("outbound, busy", call(Scenario::OutboundBusy)),
        ("outbound, failed", call(Scenario::OutboundFailed)),
        ("click to dial", call(Scenario::ClickToDial)),
        ("internal, answered", call(Scenario::Internal)),
        ("internal, missed", call(Scenario::InternalMissed)),
        ("trunk to trunk", call(Scenario::TrunkToTrunk)),
    ]
}

fn through_trunks_and_to_machines() -> Vec<(&'static str, Call)> {
    let call = |scenario| Call::new(scenario, DateTime::UNIX_EPOCH);
    vec![
        ("branch office, outbound", call(Scenario::BranchOutbound)),
        ("forwarded to a mobile", call(Scenario::Forwarded)),
        (
            "forwarded to a mobile, missed",
            call(Scenario::ForwardedMissed),
        ),
        ("conference room", call(Scenario::Conference)),
        ("fax", call(Scenario::Fax)),
        ("own mailbox", call(Scenario::OwnMailbox)),
        ("feature code", call(Scenario::FeatureCode)),
    ]
}

fn unusual_callers() -> Vec<(&'static str, Call)> {
    let call =
        |presentation| Call::new(Scenario::Answered, DateTime::UNIX_EPOCH).presented(presentation);
    let mut nameless = call(Presentation::National);
    nameless.name = String::new();
    let mut withheld = call(Presentation::Withheld);
    withheld.name = "Anonymous".to_owned();
    let mut empty = call(Presentation::Empty);
    empty.name = String::new();
    let mut did_and_extension = Call::new(Scenario::Outbound, DateTime::UNIX_EPOCH);
    did_and_extension.shows_did_and_extension = true;
    vec![
        ("withheld caller", withheld),
        ("withheld caller, empty", empty),
        ("caller with plus", call(Presentation::E164)),
        (
            "caller with international prefix",
            call(Presentation::International),
        ),
        ("caller in bare digits", call(Presentation::Digits)),
        (
            "caller as text",
            call(Presentation::Text("ACME".to_owned())),
        ),
        ("caller without a name", nameless),
        ("did and extension", did_and_extension),
    ]
}

fn around_dates(zone: Tz, before: DateTime<Utc>) -> Vec<(&'static str, Call)> {
    let midnight = last_midnight(zone, before) - TimeDelta::seconds(20);
    let mut calls = vec![("across midnight", Call::new(Scenario::Answered, midnight))];
    for change in last_changes(zone, before) {
        let is_forward = is_clock_put_forward(zone, change);
        let across = Call::new(Scenario::Answered, change - TimeDelta::seconds(20));
        if is_forward {
            calls.push(("into summer time", across));
            continue;
        }
        let half_an_hour = TimeDelta::minutes(30);
        calls.push(("out of summer time", across));
        calls.push((
            "ambiguous hour, first time",
            Call::new(Scenario::Answered, change - half_an_hour),
        ));
        calls.push((
            "ambiguous hour, second time",
            Call::new(Scenario::Answered, change + half_an_hour),
        ));
    }
    calls
}

fn last_midnight(zone: Tz, before: DateTime<Utc>) -> DateTime<Utc> {
    let today: NaiveDate = before.with_timezone(&zone).date_naive();
    let midnight: NaiveDateTime = today.and_time(chrono::NaiveTime::MIN);
    let local = zone.from_local_datetime(&midnight).earliest();
    local.map_or(before, |local| local.with_timezone(&Utc))
}

/// The whole hours of the year before `before` at which the zone's offset changes.
fn last_changes(zone: Tz, before: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let hour = before.timestamp() / 3_600;
    (hour - 366 * 24..hour)
        .filter_map(|hour| DateTime::from_timestamp(hour * 3_600, 0))
        .filter(|at| offset_secs(zone, *at) != offset_secs(zone, *at - TimeDelta::seconds(1)))
        .collect()
}

fn is_clock_put_forward(zone: Tz, change: DateTime<Utc>) -> bool {
    offset_secs(zone, change) > offset_secs(zone, change - TimeDelta::seconds(1))
}

fn offset_secs(zone: Tz, at: DateTime<Utc>) -> i32 {
    use chrono::Offset;
    at.with_timezone(&zone).offset().fix().local_minus_utc()
}

//! An office's traffic: business hours, lunch, quiet weekends, customers who call again.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, TimeZone, Utc, Weekday};

use super::office::Office;
use super::scenario::{Call, Presentation, Scenario};

/// How much an office telephones; the same values always give the same calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Where the randomness starts.
    pub seed: u64,
    /// Over how many days, the last of which is today.
    pub days: u32,
    /// How many calls.
    pub calls: usize,
}

/// A call and its aftermath end at least this long before the present.
const LONGEST_CALL: TimeDelta = TimeDelta::minutes(50);
/// Calls for each customer, on average: many call once, some call often.
const CALLS_PER_CUSTOMER: usize = 6;
/// How much of a workday's calls begin in each hour, in parts of some total.
const HOURS: [u32; 24] = [
    0, 0, 0, 0, 0, 0, 1, 4, 30, 62, 70, 60, 18, 26, 58, 64, 56, 38, 12, 5, 3, 2, 1, 0,
];
/// The weekend's calls, beside 100 on a workday.
const SATURDAY_PERCENT: u32 = 9;
const SUNDAY_PERCENT: u32 = 2;
/// What people do, in parts of a thousand (internal calls: 80).
const MIX: [(Scenario, u32); 21] = [
    (Scenario::Answered, 215),
    (Scenario::Missed, 50),
    (Scenario::Busy, 12),
    (Scenario::NoAnswerVoicemail, 35),
    (Scenario::BusyVoicemail, 8),
    (Scenario::UnregisteredVoicemail, 10),
    (Scenario::Ivr, 70),
    (Scenario::IvrMissed, 12),
    (Scenario::IvrAbandoned, 10),
    (Scenario::RingGroup, 90),
    (Scenario::RingGroupMissed, 12),
    (Scenario::QueueAnswered, 75),
    (Scenario::QueueAbandoned, 18),
    (Scenario::Transfer, 28),
    (Scenario::FollowMe, 10),
    (Scenario::Outbound, 195),
    (Scenario::OutboundUnanswered, 48),
    (Scenario::OutboundFailed, 14),
    (Scenario::ClickToDial, 8),
    (Scenario::Internal, 66),
    (Scenario::InternalMissed, 14),
];

struct Customer {
    number: String,
    name: String,
    presentation: Presentation,
}

impl Traffic {
    /// The calls of `office`, oldest first, all of them over at `now`.
    pub fn calls(&self, office: &Office, now: DateTime<Utc>) -> Vec<Call> {
        let mut random = fastrand::Rng::with_seed(self.seed);
        let customers = customers(office, self.calls / CALLS_PER_CUSTOMER + 1, &mut random);
        let days = days(office, now, self.days);
        let mut starts: Vec<_> = (0..self.calls)
            .map(|_| start(office, &days, now, &mut random))
            .collect();
        starts.sort();
        starts
            .into_iter()
            .map(|start| call(office, start, &customers, &mut random))
            .collect()
    }
}

fn customers(office: &Office, how_many: usize, random: &mut fastrand::Rng) -> Vec<Customer> {
    (0..how_many)
        .map(|_| Customer {
            number: office.country.random_number(random),
            name: if random.u8(..10) < 6 {
                office.country.random_name(random)
            } else {
                String::new()
            },
            presentation: if random.u8(..10) < 2 {
                Presentation::E164
            } else {
                Presentation::National
            },
        })
        .collect()
}

/// The days, each with its share of the calls, added up.
fn days(office: &Office, now: DateTime<Utc>, how_many: u32) -> Vec<(NaiveDate, u32)> {
    let last = (now - LONGEST_CALL)
        .with_timezone(&office.zone)
        .date_naive();
    let mut sum = 0;
    (0..how_many.max(1))
        .rev()
        .map(|back| {
            let day = last - TimeDelta::days(back.into());
            sum += match day.weekday() {
                Weekday::Sat => SATURDAY_PERCENT,
                Weekday::Sun => SUNDAY_PERCENT,
                _ => 100,
            };
            (day, sum)
        })
        .collect()
}

/// A moment of a working day, as likely as people are to telephone then.
fn start(
    office: &Office,
    days: &[(NaiveDate, u32)],
    now: DateTime<Utc>,
    random: &mut fastrand::Rng,
) -> DateTime<Utc> {
    let total = days.last().map_or(1, |(_, sum)| *sum);
    let drawn = random.u32(..total);
    let day = days
        .iter()
        .find(|(_, sum)| drawn < *sum)
        .map_or(now.date_naive(), |(day, _)| *day);
    let hour = weighted(HOURS.iter().copied(), random) as u32;
    let local = day.and_time(chrono::NaiveTime::MIN)
        + TimeDelta::hours(hour.into())
        + TimeDelta::microseconds(random.i64(100..3_600_000_000));
    let start = office.zone.from_local_datetime(&local).earliest();
    let start = start.map_or(now, |start| start.with_timezone(&Utc));
    // Later today has not happened yet: that call was yesterday, or the day before.
    let latest = now - LONGEST_CALL;
    if start > latest {
        start - TimeDelta::days((start - latest).num_days() + 1)
    } else {
        start
    }
}

fn call(
    office: &Office,
    start: DateTime<Utc>,
    customers: &[Customer],
    random: &mut fastrand::Rng,
) -> Call {
    let scenario = MIX[weighted(MIX.iter().map(|(_, parts)| *parts), random)].0;
    // The square makes the first customers the ones who call again and again.
    let rank = random.f64().powi(2) * customers.len() as f64;
    let customer = &customers[(rank as usize).min(customers.len() - 1)];
    let (extension, colleague) = people(office, scenario, random);
    let mut call = Call::new(scenario, start)
        .with(&customer.number, &customer.name)
        .presented(customer.presentation.clone())
        .at(&extension)
        .and(&colleague)
        .ringing(random.u32(2..28))
        .talking(talk_secs(scenario, random))
        .waiting(random.u32(4..70));
    call.second_talk_secs = random.u32(10..300);
    call.members = office
        .extensions
        .iter()
        .take(4)
        .map(|e| e.number.clone())
        .collect();
    if random.u8(..20) == 0 {
        call.busy_members = call.members[3..].to_vec();
    }
    if is_inbound_and_withheld(scenario, random) {
        call = call
            .presented(Presentation::Withheld)
            .with(&customer.number, "Anonymous");
    }
    call
}

/// Who is called, or calls, and another: both of those whose phone is registered.
fn people(office: &Office, scenario: Scenario, random: &mut fastrand::Rng) -> (String, String) {
    let number = |n: usize| office.extensions[n].number.clone();
    let registered = office.extensions.len() - 1;
    let first = match scenario {
        Scenario::UnregisteredVoicemail => registered,
        Scenario::RingGroup => random.usize(..3),
        Scenario::QueueAnswered => random.usize(..office.queue_agents),
        _ => random.usize(..registered),
    };
    let second = (first + random.usize(1..registered)) % registered;
    (number(first), number(second))
}

fn talk_secs(scenario: Scenario, random: &mut fastrand::Rng) -> u32 {
    match scenario {
        Scenario::NoAnswerVoicemail | Scenario::BusyVoicemail | Scenario::UnregisteredVoicemail => {
            random.u32(5..60)
        }
        // Most conversations are short, and a few are long.
        _ => 8 + (random.f64().powi(3) * 1_800.0) as u32,
    }
}

fn is_inbound_and_withheld(scenario: Scenario, random: &mut fastrand::Rng) -> bool {
    let is_inbound = matches!(
        scenario,
        Scenario::Answered | Scenario::Missed | Scenario::RingGroup
    );
    is_inbound && random.u8(..50) == 0
}

/// An index, drawn by weight.
fn weighted(weights: impl Iterator<Item = u32> + Clone, random: &mut fastrand::Rng) -> usize {
    let mut drawn = random.u32(..weights.clone().sum::<u32>());
    for (n, weight) in weights.enumerate() {
        if drawn < weight {
            return n;
        }
        drawn -= weight;
    }
    0
}

#[cfg(test)]
mod tests {
    use chrono::Timelike;

    use super::super::country::Country;
    use super::super::scenario::{Ids, play};
    use super::*;

    const TRAFFIC: Traffic = Traffic {
        seed: 42,
        days: 30,
        calls: 4_000,
    };

    fn office() -> Office {
        Office::new(Country::Fr, chrono_tz::Europe::Paris)
    }

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2024, 11, 5, 9, 30, 0)
            .single()
            .expect("a moment")
    }

    #[test]
    fn the_same_seed_gives_the_same_calls() {
        let shown = |traffic: Traffic| format!("{:?}", traffic.calls(&office(), now()));
        assert_eq!(shown(TRAFFIC), shown(TRAFFIC));
        assert_ne!(
            shown(TRAFFIC),
            shown(Traffic {
                seed: 43,
                ..TRAFFIC
            })
        );
    }

    #[test]
    fn people_telephone_at_work() {
        let calls = TRAFFIC.calls(&office(), now());
        let local = |call: &Call| call.start.with_timezone(&office().zone);
        let part = |is: &dyn Fn(&Call) -> bool| {
            calls.iter().filter(|call| is(call)).count() as f64 / calls.len() as f64
        };
        assert!(part(&|c| local(c).weekday().number_from_monday() > 5) < 0.06);
        assert!(part(&|c| (8..18).contains(&local(c).hour())) > 0.9);
        let lunch = part(&|c| local(c).hour() == 12);
        assert!(lunch < part(&|c| local(c).hour() == 11) / 2.0);
        let internal =
            part(&|c| matches!(c.scenario, Scenario::Internal | Scenario::InternalMissed));
        assert!((0.06..0.10).contains(&internal), "{internal}");
        let mut numbers: Vec<_> = calls.iter().map(|c| &c.outsider).collect();
        numbers.sort();
        numbers.dedup();
        assert!(numbers.len() < calls.len() / 4);
    }

    #[test]
    fn every_call_is_over_and_in_the_month() {
        let mut ids = Ids::default();
        for call in TRAFFIC.calls(&office(), now()) {
            for played in play(&call, &office(), &mut ids, TimeDelta::zero()) {
                assert!(played.truth.end <= now());
                assert!(
                    played
                        .legs
                        .iter()
                        .all(|leg| leg.written <= played.truth.end)
                );
            }
            assert!(call.start > now() - TimeDelta::days(32));
        }
    }
}

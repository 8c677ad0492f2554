//! Statistics of an office that there is not: every call is made up, and counted as Odoo would count it.
#![expect(clippy::unwrap_used, reason = "a sample is made of constants")]

use calls::stats::{Caller, Figures, Filter, OfServer, Ring, Slice, Statistics, Wait};
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Europe::Paris;
use chrono_tz::Tz;

/// An office.
pub(crate) struct Office<'a> {
    /// The first day counted.
    pub(crate) from: NaiveDate,
    /// How many days.
    pub(crate) days: u64,
    /// Calls of a working day.
    pub(crate) calls_a_day: u32,
    /// How many extensions it has.
    pub(crate) extensions: u32,
    /// The names of its customers; an empty one has none.
    pub(crate) names: &'a [&'a str],
}

/// A usual month.
pub(crate) const USUAL: &[&str] = &[
    "Dupont & Fils",
    "Zoë Müller",
    "Ñandú S.A.",
    "Łukasz Żółć",
    "",
    "Société Générale d’Électricité",
    "Ямщик и сыновья",
    "O’Brien Ltd",
    "Bäckerei Groß",
    "",
    "Åse Øvergård",
    "María José Peña Núñez",
    "Nguyễn Thị Hồng",
    "Αθανάσιος Παπαδόπουλος",
    "Smith, Jones & Co.",
];

struct Call {
    at: DateTime<Tz>,
    extension: Option<String>,
    trunk: Option<String>,
    direction: &'static str,
    outcome: &'static str,
    talk_secs: u64,
    ring_secs: u32,
    customer: usize,
}

impl Office<'_> {
    /// Thirty days of a shop with eight extensions.
    pub(crate) fn usual() -> Office<'static> {
        Office {
            from: day(2026, 5, 16),
            days: 30,
            calls_a_day: 64,
            extensions: 8,
            names: USUAL,
        }
    }

    /// What is counted of its calls.
    pub(crate) fn statistics(&self) -> Statistics {
        let calls = self.calls();
        let to = self.from + Days::new(self.days - 1);
        let inbound = calls
            .iter()
            .filter(|call| call.direction == "inbound")
            .count();
        let mut rings: Vec<u32> = calls
            .iter()
            .filter(|call| call.taken())
            .map(|call| call.ring_secs)
            .collect();
        rings.sort_unstable();
        let (not_called_back, top_callers) = self.callers(&calls);
        Statistics {
            from: self.from,
            to,
            zone: Paris.name().to_owned(),
            filter: Filter::default(),
            server_names: [(SERVER.to_owned(), "Paris".to_owned())].into(),
            contact: None,
            counted_at: Paris
                .from_local_datetime(&to.and_hms_opt(18, 4, 0).unwrap())
                .unwrap()
                .to_utc(),
            figures: figures(calls.iter()),
            answered_per_mille: (inbound > 0).then(|| (rings.len() * 1_000 / inbound) as u32),
            ring: (!rings.is_empty()).then(|| Ring {
                median_secs: rings[rings.len() / 2],
                p90_secs: rings[rings.len() * 9 / 10],
            }),
            by_day: slices(
                (0..self.days).map(|n| self.from + Days::new(n)),
                &calls,
                |call| call.at.date_naive(),
            ),
            by_hour: slices(0..24, &calls, |call| call.at.hour() as u8),
            by_weekday: slices(1..=7, &calls, |call| {
                call.at.weekday().number_from_monday() as u8
            }),
            by_extension: ranking(&calls, |call| call.extension.clone()),
            by_trunk: ranking(&calls, |call| call.trunk.clone()),
            by_outcome: slices(OUTCOMES.map(str::to_owned), &calls, |call| {
                call.outcome.to_owned()
            }),
            longest_waits: self.waits(&calls),
            not_called_back_total: not_called_back.len() as u64,
            not_called_back: not_called_back.into_iter().take(20).collect(),
            top_callers,
        }
    }

    fn calls(&self) -> Vec<Call> {
        let mut random = fastrand::Rng::with_seed(7);
        let mut calls = Vec::new();
        for day in (0..self.days).map(|n| self.from + Days::new(n)) {
            let quiet = if day.weekday().number_from_monday() > 5 {
                6
            } else {
                1
            };
            let count = self.calls_a_day / quiet;
            calls.extend(
                (0..count * random.u32(70..130) / 100).map(|_| self.call(&mut random, day)),
            );
        }
        calls
    }

    fn call(&self, random: &mut fastrand::Rng, day: NaiveDate) -> Call {
        let direction = *random
            .choice(&[
                "inbound", "inbound", "inbound", "outbound", "outbound", "internal",
            ])
            .unwrap();
        let outcome = match random.u32(0..100) {
            0..74 => "answered",
            74..90 if direction == "inbound" => "missed",
            74..90 => "no_answer",
            90..95 => "voicemail",
            95..98 => "busy",
            _ => "failed",
        };
        let secs = *random
            .choice(&[
                8, 9, 9, 10, 10, 10, 11, 11, 12, 14, 14, 15, 15, 16, 16, 17, 18,
            ])
            .unwrap()
            * 3_600
            + random.i64(0..3_600);
        let begin = Paris
            .from_local_datetime(&day.and_hms_opt(0, 0, 0).unwrap())
            .unwrap();
        let extension = 100 + (random.f64() * random.f64() * f64::from(self.extensions)) as u32;
        Call {
            at: begin + TimeDelta::seconds(secs),
            extension: (random.u32(0..12) > 0).then(|| extension.to_string()),
            trunk: (direction != "internal")
                .then(|| ["Orange SIP", "OVH fixe"][usize::from(random.u32(0..4) == 0)].to_owned()),
            direction,
            outcome,
            talk_secs: if outcome == "answered" {
                random.u64(5..900)
            } else {
                0
            },
            ring_secs: random.u32(1..12) * random.u32(1..5),
            customer: (random.f64() * random.f64() * self.names.len() as f64 * 4.0) as usize,
        }
    }

    fn customer(&self, number: usize) -> Caller {
        let name = self.names[number % self.names.len()];
        Caller {
            number: format!("+331990{:05}", 101 + number * 37),
            name: (!name.is_empty()).then(|| name.to_owned()),
            contact: (!name.is_empty()).then_some(40 + number as i64),
            calls: 0,
            last_call_at: DateTime::<Utc>::UNIX_EPOCH,
        }
    }

    /// Those whose last call was missed, and those with most calls.
    fn callers(&self, calls: &[Call]) -> (Vec<Caller>, Vec<Caller>) {
        let (mut waiting, mut most) = (Vec::new(), Vec::new());
        for number in 0..self.names.len() * 4 {
            let theirs: Vec<&Call> = calls
                .iter()
                .filter(|call| call.customer == number && call.direction != "internal")
                .collect();
            let Some(last) = theirs.last() else { continue };
            let caller = |calls: usize| Caller {
                calls: calls as u64,
                last_call_at: last.at.to_utc(),
                ..self.customer(number)
            };
            most.push(caller(theirs.len()));
            let in_vain = theirs
                .iter()
                .rev()
                .take_while(|call| call.direction == "inbound" && call.outcome == "missed")
                .count();
            if in_vain > 0 {
                waiting.push(caller(in_vain));
            }
        }
        waiting.sort_by_key(|caller| caller.last_call_at);
        most.sort_by_key(|caller| std::cmp::Reverse(caller.calls));
        most.truncate(10);
        (waiting, most)
    }

    fn waits(&self, calls: &[Call]) -> Vec<Wait> {
        let mut waits: Vec<(usize, &Call)> = calls
            .iter()
            .enumerate()
            .filter(|(_, call)| call.direction == "inbound")
            .collect();
        waits.sort_by_key(|(_, call)| std::cmp::Reverse(call.ring_secs));
        let wait = |(id, call): (usize, &Call)| {
            let Caller { name, number, .. } = self.customer(call.customer);
            Wait {
                call: 1 + id as i64,
                started_at: call.at.to_utc(),
                ring_secs: call.ring_secs,
                outcome: call.outcome.to_owned(),
                party: name.unwrap_or_else(|| number.clone()),
                number: Some(number),
                extension: call.extension.clone(),
                server: Some(SERVER.to_owned()),
            }
        };
        waits.into_iter().take(10).map(wait).collect()
    }
}

impl Call {
    fn taken(&self) -> bool {
        self.direction == "inbound" && self.outcome == "answered"
    }
}

/// A day.
pub(crate) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn figures<'a>(calls: impl Iterator<Item = &'a Call>) -> Figures {
    calls.fold(Figures::default(), |sum, call| Figures {
        total: sum.total + 1,
        inbound: sum.inbound + u64::from(call.direction == "inbound"),
        outbound: sum.outbound + u64::from(call.direction == "outbound"),
        missed: sum.missed + u64::from(call.outcome == "missed"),
        answered: sum.answered + u64::from(call.outcome == "answered"),
        talk_secs: sum.talk_secs + call.talk_secs,
        last_call_at: sum.last_call_at.max(Some(call.at.to_utc())),
    })
}

fn slices<K: PartialEq>(
    keys: impl IntoIterator<Item = K>,
    calls: &[Call],
    key_of: impl Fn(&Call) -> K,
) -> Vec<Slice<K>> {
    let slice = |key: K| Slice {
        figures: figures(calls.iter().filter(|call| key_of(call) == key)),
        key,
    };
    keys.into_iter().map(slice).collect()
}

fn ranking(calls: &[Call], key_of: impl Fn(&Call) -> Option<String>) -> Vec<OfServer> {
    let keys: std::collections::BTreeSet<_> = calls.iter().map(&key_of).collect();
    let mut slices = slices(keys, calls, key_of);
    slices.sort_by_key(|slice| std::cmp::Reverse(slice.figures.total));
    let of_server = |slice| OfServer {
        server: Some(SERVER.to_owned()),
        slice,
    };
    slices.into_iter().map(of_server).collect()
}

/// Another office has an extension and a trunk that are called as the busiest ones of this one, and the call that waited longest.
pub(crate) fn another_office(statistics: &mut Statistics) {
    let other = || Some("lyon".to_owned());
    for slices in [&mut statistics.by_extension, &mut statistics.by_trunk] {
        let mut same = slices[0].clone();
        same.server = other();
        slices.insert(1, same);
    }
    statistics.longest_waits[0].server = other();
    let name = ("lyon".to_owned(), "Lyon Sud".to_owned());
    statistics.server_names.extend([name]);
}

/// The id of its server.
const SERVER: &str = "paris";

const OUTCOMES: [&str; 7] = [
    "answered",
    "missed",
    "no_answer",
    "voicemail",
    "busy",
    "failed",
    "service",
];

//! Adds up what Odoo has counted.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use calls::followup::counts_for;
use calls::stats::{Figures, Ring, Slice, per_mille};
use odoo_client::OdooError;
use odoo_client::statistics::{COMPANY, Group, NUMBER};

/// What is counted in figures, by groups of calls that have a direction and an outcome in common.
pub(super) trait Count {
    /// Adds a group.
    ///
    /// # Errors
    /// [`OdooError`] when the group is not one of these.
    fn add(&mut self, group: &Group) -> Result<(), OdooError>;
}

impl Count for Figures {
    fn add(&mut self, group: &Group) -> Result<(), OdooError> {
        let direction = group.text("x_direction")?;
        let outcome = group.text("x_outcome")?;
        let calls_if = |holds: bool| if holds { group.calls } else { 0 };
        self.total += group.calls;
        self.inbound += calls_if(direction == Some("inbound"));
        self.outbound += calls_if(direction == Some("outbound"));
        self.missed += calls_if(outcome == Some("missed"));
        self.answered += calls_if(outcome == Some("answered"));
        self.talk_secs += group.talk_secs;
        self.last_call_at = self.last_call_at.max(group.last_at);
        Ok(())
    }
}

/// Figures by what calls have in common.
#[derive(Debug)]
pub(super) struct Slices<K>(BTreeMap<K, Figures>);

impl<K: Ord> Slices<K> {
    /// One of each of `keys`, all without calls.
    pub(super) fn of(keys: impl IntoIterator<Item = K>) -> Self {
        let mut slices = Self(BTreeMap::new());
        slices.fill(keys);
        slices
    }

    /// The last of the keys.
    pub(super) fn last_key(&self) -> Option<K>
    where
        K: Copy,
    {
        self.0.last_key_value().map(|(key, _)| *key)
    }

    /// Adds a group of calls to what has `key`.
    ///
    /// # Errors
    /// [`OdooError`] when the group has no direction and outcome.
    pub(super) fn add(&mut self, key: K, group: &Group) -> Result<(), OdooError> {
        self.0.entry(key).or_default().add(group)
    }

    /// Puts those of `keys` there that have no calls.
    pub(super) fn fill(&mut self, keys: impl IntoIterator<Item = K>) {
        for key in keys {
            self.0.entry(key).or_default();
        }
    }

    /// In the order of the keys.
    pub(super) fn in_order(self) -> Vec<Slice<K>> {
        let slice = |(key, figures)| Slice { key, figures };
        self.0.into_iter().map(slice).collect()
    }

    /// Those with most calls first.
    pub(super) fn busiest_first(self) -> Vec<Slice<K>> {
        let mut slices = self.in_order();
        slices.sort_by_key(|slice| std::cmp::Reverse(slice.figures.total));
        slices
    }
}

/// The seven days of the week, by the days of a period.
pub(super) fn weekdays(days: &[Slice<NaiveDate>]) -> Vec<Slice<u8>> {
    let mut week: Vec<Slice<u8>> = (1..=7)
        .map(|key| Slice {
            key,
            figures: Figures::default(),
        })
        .collect();
    for day in days {
        let place = day.key.weekday().num_days_from_monday() as usize;
        week[place].figures.join(&day.figures);
    }
    week
}

/// Inbound calls that were answered, in a thousand inbound calls that people were to answer, by groups that have direction and outcome in common.
///
/// # Errors
/// [`OdooError`] when a group is not one of these.
pub(super) fn answered_per_mille(groups: &[Group]) -> Result<Option<u32>, OdooError> {
    let (mut answered, mut all) = (0, 0);
    for group in groups {
        if group.text("x_direction")? != Some("inbound") {
            continue;
        }
        match group.text("x_outcome")? {
            Some("service") => continue,
            Some("answered") => answered += group.calls,
            _ => {}
        }
        all += group.calls;
    }
    Ok(per_mille(answered, all))
}

/// Median and 90th percentile, by groups of calls that rang equally long. They are waits that happened: of an even number of calls the median
/// is the shorter of the two in the middle (nearest rank).
///
/// # Errors
/// [`OdooError`] when a group is not one of these.
pub(super) fn ring(groups: &[Group]) -> Result<Option<Ring>, OdooError> {
    let mut waits = BTreeMap::new();
    for group in groups {
        // Who has altered a call in Odoo may have removed it.
        if let Some(secs) = group.number("x_ring_seconds")? {
            *waits.entry(secs).or_insert(0) += group.calls;
        }
    }
    let calls: u64 = waits.values().sum();
    let rank = |per_cent: u64| (calls * per_cent).div_ceil(100);
    let at = |rank: u64| {
        let mut before = 0;
        waits.iter().find_map(|(secs, calls)| {
            before += calls;
            (before >= rank).then_some(*secs)
        })
    };
    if calls == 0 {
        return Ok(None);
    }
    let (median, p90) = (at(rank(50)), at(rank(90)));
    Ok(median.zip(p90).map(|(median_secs, p90_secs)| Ring {
        median_secs,
        p90_secs,
    }))
}

/// When each number was spoken to last, by the companies whose calls those were.
#[derive(Debug, Default)]
pub(super) struct Spoken(HashMap<String, Vec<Talk>>);

/// A company, where the calls are of one, and when it last spoke to a number.
type Talk = (Option<i64>, Option<DateTime<Utc>>);

impl Spoken {
    /// By the answered calls with each number and company.
    ///
    /// # Errors
    /// [`OdooError`] when the groups are not of these.
    pub(super) fn of(answered: &[Group]) -> Result<Self, OdooError> {
        let mut spoken = Self::default();
        for group in answered {
            if let Some(number) = group.text(NUMBER)? {
                let at = (company(group)?, group.last_at);
                spoken.0.entry(number.to_owned()).or_default().push(at);
            }
        }
        Ok(spoken)
    }

    /// When a number was spoken to last, as far as `company` is concerned: as following up has it, what another company says on the telephone calls nobody
    /// back.
    pub(super) fn last(&self, number: &str, company: Option<i64>) -> Option<DateTime<Utc>> {
        let calls = self.0.get(number).into_iter().flatten();
        let counting = calls.filter(|(of, _)| counts_for(*of, company));
        counting.filter_map(|(_, at)| *at).max()
    }
}

/// Somebody who called in vain and was not spoken to since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    /// Their number.
    pub(super) number: String,
    /// The companies from which they wait for a call.
    pub(super) companies: Vec<Option<i64>>,
    /// When they called one of those in vain for the last time.
    pub(super) last_at: DateTime<Utc>,
}

impl Waiting {
    /// Who of those that called in vain still waits; who has waited longest first.
    ///
    /// Somebody who rang twice at the same second and was answered once was spoken to.
    ///
    /// # Errors
    /// [`OdooError`] when the groups are not of numbers and companies.
    pub(super) fn of(in_vain: &[Group], spoken: &Spoken) -> Result<Vec<Self>, OdooError> {
        let mut waiting: BTreeMap<&str, Self> = BTreeMap::new();
        for group in in_vain {
            let (Some(number), Some(last_at)) = (group.text(NUMBER)?, group.last_at) else {
                continue;
            };
            let company = company(group)?;
            if spoken
                .last(number, company)
                .is_some_and(|since| since >= last_at)
            {
                continue;
            }
            let one = waiting.entry(number).or_insert_with(|| Self {
                number: number.to_owned(),
                companies: Vec::new(),
                last_at,
            });
            one.companies.push(company);
            one.last_at = one.last_at.max(last_at);
        }
        let mut waiting: Vec<Self> = waiting.into_values().collect();
        waiting.sort_by_key(|one| one.last_at);
        Ok(waiting)
    }
}

fn company(group: &Group) -> Result<Option<i64>, OdooError> {
    Ok(group.record(COMPANY)?.map(|(id, _)| id))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn groups(rows: Value) -> Vec<Group> {
        serde_json::from_value(rows).unwrap()
    }

    fn rung(waits: &[(u32, u64)]) -> Vec<Group> {
        let row = |(secs, calls): &(u32, u64)| json!({"x_ring_seconds": secs, "__count": calls, "x_talk_seconds": 0, "x_started_at": false});
        groups(waits.iter().map(row).collect())
    }

    #[test]
    fn both_ways_of_odoo_to_say_it_are_read() {
        let of_19 = json!([{
            "x_started_at:day": ["2026-06-14 22:00:00", "15 Jun 2026"], "x_direction": "inbound", "x_outcome": "missed",
            "__count": 3, "x_talk_seconds:sum": 0, "x_started_at:max": "2026-06-15 07:00:01", "__extra_domain": []
        }]);
        let of_17 = json!([{
            "x_started_at:day": "15 juin 2026", "x_direction": "inbound", "x_outcome": "missed",
            "__count": 3, "x_talk_seconds": 0, "x_started_at": "2026-06-15 07:00:01", "__domain": [],
            "__range": {"x_started_at:day": {"from": "2026-06-14 22:00:00", "to": "2026-06-15 22:00:00"}}
        }]);
        for rows in [of_19, of_17] {
            let group = &groups(rows)[0];
            let begin = group.begin("x_started_at:day").unwrap();
            assert_eq!(begin.unwrap().to_rfc3339(), "2026-06-14T22:00:00+00:00");
            let mut figures = Figures::default();
            figures.add(group).unwrap();
            assert_eq!(
                (figures.missed, figures.inbound, figures.answered),
                (3, 3, 0)
            );
            assert!(group.text("x_extension").is_err());
        }
    }

    #[test]
    fn the_median_and_the_ninetieth_percentile_are_waits_that_happened() {
        let check = |waits: &[(u32, u64)], expected: Option<(u32, u32)>| {
            let ring = ring(&rung(waits)).unwrap();
            assert_eq!(
                ring.map(|ring| (ring.median_secs, ring.p90_secs)),
                expected,
                "{waits:?}"
            );
        };
        check(&[], None);
        check(&[(7, 1)], Some((7, 7)));
        check(&[(9, 5), (3, 5)], Some((3, 9)));
        check(&[(0, 9), (60, 1)], Some((0, 0)));
        check(&[(0, 8), (60, 2)], Some((0, 60)));
    }

    #[test]
    fn whoever_was_spoken_to_since_waits_no_more() {
        let row = |number: &str, company: i64, at: &str| {
            let company = match company {
                0 => json!(false),
                company => json!([company, "A company"]),
            };
            json!({"x_number": number, "x_company_id": company, "__count": 1, "x_talk_seconds": false, "x_started_at": at})
        };
        let in_vain = groups(json!([
            row("+1", 0, "2026-06-15 10:00:00"),
            row("+2", 0, "2026-06-15 09:00:00"),
            row("+3", 0, "2026-06-15 08:00:00"),
            row("+4", 0, "2026-06-15 07:00:00"),
            // Of two companies, one calls back; and who belongs to none, or calls for none, does so for all.
            row("+5", 1, "2026-06-15 06:00:00"),
            row("+5", 2, "2026-06-15 06:30:00"),
            row("+6", 1, "2026-06-15 05:00:00"),
            row("+7", 0, "2026-06-15 04:00:00"),
            row("+8", 1, "2026-06-15 03:00:00"),
            row("+8", 2, "2026-06-15 03:30:00"),
        ]));
        let answered = groups(json!([
            row("+1", 0, "2026-06-15 10:00:01"),
            row("+2", 0, "2026-06-15 08:59:59"),
            row("+4", 0, "2026-06-15 07:00:00"),
            row("+5", 2, "2026-06-15 12:00:00"),
            row("+6", 0, "2026-06-15 12:00:00"),
            row("+7", 2, "2026-06-15 12:00:00"),
        ]));
        let waiting = Waiting::of(&in_vain, &Spoken::of(&answered).unwrap()).unwrap();
        let found: Vec<(&str, &[Option<i64>])> = waiting
            .iter()
            .map(|one| (one.number.as_str(), one.companies.as_slice()))
            .collect();
        assert_eq!(
            found,
            [
                ("+8", [Some(1), Some(2)].as_slice()),
                ("+5", &[Some(1)]),
                ("+3", &[None]),
                ("+2", &[None]),
            ]
        );
    }
}

//! The same figures, counted call by call from what the devices know, and from the journal's rows where the devices do not say.

use std::collections::BTreeMap;
use std::fmt::Debug;

use chrono_clock::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;
use peers::ucm::{Direction, Outcome, Truth};
use serde_json::{Value, json};
use system::Site;

/// What is counted.
pub(crate) struct Count<'a> {
    /// The sites whose calls count.
    pub(crate) of: &'a [&'a Site],
    /// The sites on which somebody may have been called back.
    pub(crate) answered_at: &'a [&'a Site],
    /// The rows that the journal has of those calls.
    pub(crate) rows: &'a [Value],
    pub(crate) zone: Tz,
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    /// A direction, or nothing for all.
    pub(crate) direction: &'a str,
}

impl Count<'_> {
    /// Compares all of it with what was answered.
    pub(crate) fn compare(&self, answer: &Value) {
        let calls = self.calls();
        assert!(!calls.is_empty(), "a period without calls proves nothing");
        let rows = self.rows();
        same("figures", &figures(&calls, &rows), &answer["figures"]);
        self.compare_slices(&calls, &rows, answer);
        self.compare_waits(&rows, answer);
        self.compare_callers(&calls, answer);
        let inbound = calls.iter().filter(|call| is_inbound(call)).count();
        let answered = calls
            .iter()
            .filter(|call| is_inbound(call) && is_answered(call));
        let rate = (answered.count() * 1_000 + inbound / 2).checked_div(inbound);
        same("rate", &json!(rate), &answer["answered_per_mille"]);
    }

    fn local(&self, moment: DateTime<Utc>) -> DateTime<Tz> {
        moment.with_timezone(&self.zone)
    }

    fn is_asked(&self, start: DateTime<Utc>, direction: &str) -> bool {
        let day = self.local(start).date_naive();
        (self.from..=self.to).contains(&day)
            && (self.direction.is_empty() || self.direction == direction)
    }

    fn calls(&self) -> Vec<Truth> {
        let all = truth(self.of).into_iter();
        all.filter(|call| self.is_asked(call.start, &word(call.direction)))
            .collect()
    }

    fn rows(&self) -> Vec<&Value> {
        let asked = |row: &&Value| {
            self.is_asked(start(row), row["x_direction"].as_str().unwrap_or_default())
        };
        self.rows.iter().filter(asked).collect()
    }

    fn compare_slices(&self, calls: &[Truth], rows: &[&Value], answer: &Value) {
        let session = |row: &Value| row["x_session"].as_str().unwrap_or_default().to_owned();
        let by_session: BTreeMap<String, &Value> =
            rows.iter().map(|row| (session(row), *row)).collect();
        let check = |what: &str, key: &dyn Fn(&Truth, &Value) -> Value, with_none: bool| {
            let mut groups: BTreeMap<String, (Vec<Truth>, Vec<&Value>)> = BTreeMap::new();
            for call in calls {
                let row = by_session[&call.session];
                let group = groups.entry(key(call, row).to_string()).or_default();
                group.0.push(call.clone());
                group.1.push(row);
            }
            let slices = answer[what].as_array().unwrap();
            for slice in slices {
                let mut slice = slice.clone();
                let rest = slice.as_object_mut().unwrap();
                let key = rest.remove("key").unwrap();
                let key = match rest.remove("server") {
                    Some(server) => json!([server, key]),
                    None => key,
                };
                let expected = match groups.remove(&key.to_string()) {
                    Some((calls, rows)) => figures(&calls, &rows),
                    None if with_none => figures(&[], &[]),
                    None => panic!("{what} has {key} without calls"),
                };
                same(what, &expected, &slice);
            }
            assert!(groups.is_empty(), "{what} lacks {:?}", groups.keys());
        };
        let day = |call: &Truth, _: &Value| json!(self.local(call.start).date_naive());
        check("by_day", &day, true);
        check(
            "by_hour",
            &|call, _| json!(self.local(call.start).hour()),
            true,
        );
        let weekday =
            |call: &Truth, _: &Value| json!(self.local(call.start).weekday().number_from_monday());
        check("by_weekday", &weekday, true);
        check("by_outcome", &|call, _| json!(call.outcome), true);
        let of_server = |row: &Value, field: &str| json!([row["x_server"], row[field].as_str()]);
        let extension = |_: &Truth, row: &Value| of_server(row, "x_extension");
        check("by_extension", &extension, false);
        check("by_trunk", &|_, row| of_server(row, "x_trunk"), false);
        let days = usize::try_from((self.to - self.from).num_days() + 1).unwrap();
        let lengths =
            ["by_day", "by_hour", "by_weekday"].map(|what| answer[what].as_array().unwrap().len());
        assert_eq!(lengths, [days, 24, 7]);
    }

    /// How long it rang is in the journal only; here it is sorted, not counted.
    fn compare_waits(&self, rows: &[&Value], answer: &Value) {
        let inbound = rows.iter().filter(|row| row["x_direction"] == "inbound");
        let secs = |row: &Value| row["x_ring_seconds"].as_u64().unwrap();
        let mut waits: Vec<u64> = inbound
            .clone()
            .map(|row| secs(row))
            .filter(|secs| *secs > 0)
            .collect();
        waits.sort_unstable_by(|a, b| b.cmp(a));
        waits.truncate(10);
        let shown = answer["longest_waits"].as_array().unwrap();
        let shown: Vec<u64> = shown
            .iter()
            .map(|wait| wait["ring_secs"].as_u64().unwrap())
            .collect();
        assert_eq!(shown, waits);
        let mut rung: Vec<u64> = inbound
            .filter(|row| row["x_outcome"] == "answered")
            .map(|row| secs(row))
            .collect();
        rung.sort_unstable();
        let at = |per_cent: usize| rung[(rung.len() * per_cent).div_ceil(100) - 1];
        let expected = match rung.is_empty() {
            true => Value::Null,
            false => json!({ "median_secs": at(50), "p90_secs": at(90) }),
        };
        same("ring", &expected, &answer["ring"]);
    }

    fn compare_callers(&self, calls: &[Truth], answer: &Value) {
        let mut spoken = truth(self.answered_at);
        spoken.retain(is_answered);
        let of_all_times = truth(self.of);
        let mut waiting = Vec::new();
        for number in numbers(calls.iter().filter(|call| in_vain(call))) {
            let of_number = |call: &&Truth| call.external.as_deref() == Some(&*number);
            let last = calls
                .iter()
                .filter(of_number)
                .filter(|call| in_vain(call))
                .map(|call| call.start)
                .max();
            let since = spoken.iter().filter(of_number).map(|call| call.start).max();
            if since >= last {
                continue;
            }
            let again = of_all_times
                .iter()
                .filter(of_number)
                .filter(|call| in_vain(call));
            let again: Vec<DateTime<Utc>> = again
                .map(|call| call.start)
                .filter(|start| Some(*start) > since)
                .collect();
            waiting.push((last, number, again.len(), again.iter().max().copied()));
        }
        waiting.sort();
        same(
            "waiting",
            &json!(waiting.len()),
            &answer["not_called_back_total"],
        );
        let expected: Vec<_> = waiting
            .into_iter()
            .take(50)
            .map(|(_, number, calls, last)| (number, calls, last))
            .collect();
        assert_eq!(shown(&answer["not_called_back"]), expected);

        let mut top: Vec<_> = numbers(calls.iter().filter(|call| is_inbound(call)))
            .into_iter()
            .map(|number| {
                let of_number = calls
                    .iter()
                    .filter(|call| is_inbound(call) && call.external.as_deref() == Some(&*number));
                let starts: Vec<DateTime<Utc>> = of_number.map(|call| call.start).collect();
                (number, starts.len(), starts.iter().max().copied())
            })
            .collect();
        top.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
        top.truncate(10);
        assert_eq!(shown(&answer["top_callers"]), top);
    }
}

/// What the devices know, to the second, as they tell it.
fn truth(sites: &[&Site]) -> Vec<Truth> {
    let mut calls: Vec<Truth> = sites.iter().flat_map(|site| site.ucm.truth()).collect();
    for call in &mut calls {
        call.start = call.start.with_nanosecond(0).unwrap();
    }
    calls
}

/// Number, calls and last call of each.
pub(crate) fn shown(callers: &Value) -> Vec<(String, usize, Option<DateTime<Utc>>)> {
    let caller = |caller: &Value| {
        let calls = usize::try_from(caller["calls"].as_u64().unwrap()).unwrap();
        let last = caller["last_call_at"].as_str().unwrap().parse().unwrap();
        (
            caller["number"].as_str().unwrap().to_owned(),
            calls,
            Some(last),
        )
    };
    callers.as_array().unwrap().iter().map(caller).collect()
}

fn numbers<'a>(calls: impl Iterator<Item = &'a Truth>) -> std::collections::BTreeSet<String> {
    calls.filter_map(|call| call.external.clone()).collect()
}

fn is_inbound(call: &Truth) -> bool {
    call.direction == Direction::Inbound
}

fn is_answered(call: &Truth) -> bool {
    call.outcome == Outcome::Answered
}

fn in_vain(call: &Truth) -> bool {
    is_inbound(call) && !is_answered(call)
}

fn word(direction: Direction) -> String {
    json!(direction).as_str().unwrap_or_default().to_owned()
}

fn start(row: &Value) -> DateTime<Utc> {
    let text = row["x_started_at"].as_str().unwrap();
    format!("{}Z", text.replace(' ', "T")).parse().unwrap()
}

/// The seven figures: six of the device's own truth. Seconds are those of the rows, which other tests compare with the truth call by call: a
/// device cuts them leg by leg.
fn figures(calls: &[Truth], rows: &[&Value]) -> Value {
    assert_eq!(calls.len(), rows.len());
    let count = |holds: &dyn Fn(&Truth) -> bool| calls.iter().filter(|call| holds(call)).count();
    let talked: u64 = rows
        .iter()
        .map(|row| row["x_talk_seconds"].as_u64().unwrap())
        .sum();
    json!({
        "total": calls.len(),
        "inbound": count(&is_inbound),
        "outbound": count(&|call| call.direction == Direction::Outbound),
        "missed": count(&|call| call.outcome == Outcome::Missed),
        "answered": count(&is_answered),
        "talk_secs": talked,
        "last_call_at": calls.iter().map(|call| call.start).max(),
    })
}

fn same<T: PartialEq + Debug>(what: &str, expected: &T, answered: &T) {
    assert_eq!(answered, expected, "{what}");
}

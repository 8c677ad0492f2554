//! What calls bring about beyond the journal: to-dos, [leads](lead) and [notices](notice).
//!
//! Missed calls become to-dos: who still waits to be called back, by the calls that the journal has. What there should be follows from the
//! journal alone. Whatever came twice, late, or was interrupted half-way: deciding again gives the same.

pub mod lead;
pub mod notice;
mod past;
mod said;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

pub use past::{FROM_OUTSIDE, NOT_IN_VAIN, Past, counts_for, is_in_vain};
use said::missed;

/// A to-do that the bridge made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Database id.
    pub id: i64,
    /// Key of the call that it was made for.
    pub key: String,
    /// Number in E.164.
    pub number: String,
    /// The company that it says it is of: that of its call when it was made, which may have changed since.
    pub company: Option<i64>,
    /// Not done yet. Those that are done are archived by 19, and by 17 and 18 where their type keeps them; else they are deleted.
    pub open: bool,
    /// The user whose it is now.
    pub owner: Option<i64>,
    /// What the list of to-dos shows.
    pub summary: String,
    /// Its note, HTML as Odoo has it.
    pub note: String,
    /// The day it is due, `2026-06-15`.
    pub due: String,
}

/// What to do about the numbers of some calls. Doing it twice changes nothing more.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan<'a> {
    /// To-dos to make.
    pub open: Vec<Todo<'a>>,
    /// To-dos that are open, and what they should say now.
    pub update: Vec<(i64, Todo<'a>)>,
    /// To-dos of people who were reached.
    pub close: Vec<i64>,
}

/// Somebody who called in vain and still waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Todo<'a> {
    /// The first call in vain: its key is the to-do's.
    pub first: &'a Past,
    /// The latest: it says whose to-do this is.
    pub last: &'a Past,
    /// How many there were.
    pub calls: usize,
}

impl Plan<'_> {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty() && self.update.is_empty() && self.close.is_empty()
    }
}

/// What was tried of the plans before, whether it was done or refused.
#[derive(Debug, Clone, Default)]
pub struct Tried {
    opened: BTreeSet<Says>,
    said: BTreeSet<Says>,
    closed: BTreeSet<i64>,
}

/// What a to-do comes down to: the key of the first call, the id of the last, and how many.
type Says = (String, i64, usize);

impl Tried {
    /// The part of a plan that is to be tried still; from now on it has been.
    pub fn only_new<'a>(&mut self, mut plan: Plan<'a>) -> Plan<'a> {
        plan.close.retain(|id| self.closed.insert(*id));
        plan.update
            .retain(|(_, todo)| self.said.insert(todo.comes_down_to()));
        plan.open
            .retain(|todo| self.opened.insert(todo.comes_down_to()));
        let opened = plan.open.iter().map(Todo::comes_down_to);
        self.said.extend(opened);
        plan
    }
}

/// Decides about the numbers of the calls that are `waiting` to be followed up, by all the `calls` with them and the `activities` that there
/// are for them.
///
/// Only a call that is waiting opens or changes a to-do: one that a person has closed stays closed until the same person calls in vain again.
pub fn plan<'a>(waiting: &[Past], calls: &'a [Past], activities: &[Activity]) -> Plan<'a> {
    let fresh: BTreeSet<i64> = waiting.iter().map(|call| call.id).collect();
    let (waiting, mut calls) = (by_number(waiting), by_number(calls));
    let mut plan = Plan::default();
    for (number, waiting) in waiting {
        let mut calls = calls.remove(number).unwrap_or_default();
        // In one second, at two offices: whoever was spoken with was reached, whichever of the two was written first.
        calls.sort_by_key(|call| (call.started_at, call.was_answered(), call.id));
        let known = activities.iter().filter(|known| known.number == number);
        let known: Vec<Known<'_>> = known.map(|known| Known::of(known, &calls)).collect();
        let companies = waiting.iter().map(|call| call.company);
        let companies: BTreeSet<_> = companies
            .chain(known.iter().map(|known| known.company))
            .collect();
        for company in companies {
            let known = known.iter().filter(|known| known.company == company);
            let known: Vec<_> = known.copied().collect();
            if waiting.iter().any(|call| call.counts_for(company))
                || known.iter().any(Known::has_moved)
            {
                decide(&Since::reached(&calls, company), &fresh, &known, &mut plan);
            }
        }
    }
    plan
}

/// The calls of each number, in the order that they have.
fn by_number(calls: &[Past]) -> BTreeMap<&str, Vec<&Past>> {
    let mut by_number: BTreeMap<&str, Vec<&Past>> = BTreeMap::new();
    for call in calls {
        by_number.entry(&call.number).or_default().push(call);
    }
    by_number
}

/// The key of what there is once for a number: companies have to-dos and leads of their own.
pub fn key(company: Option<i64>, number: &str) -> String {
    match company {
        Some(company) => format!("{company}:{number}"),
        None => number.to_owned(),
    }
}

/// The numbers of calls, each once.
pub fn numbers(calls: &[Past]) -> BTreeSet<&str> {
    calls.iter().map(|call| call.number.as_str()).collect()
}

/// A to-do of a number, by the calls of that number.
#[derive(Clone, Copy)]
struct Known<'a> {
    activity: &'a Activity,
    /// The company whose it is: that of its call, or what it says itself where the call is not remembered.
    company: Option<i64>,
    /// Its call is no call in vain: so it turned out later.
    is_mistaken: bool,
}

impl<'a> Known<'a> {
    fn of(activity: &'a Activity, calls: &[&Past]) -> Self {
        let call = calls.iter().find(|call| call.key == activity.key);
        Self {
            activity,
            company: call.map_or(activity.company, |call| call.company),
            is_mistaken: call.is_some_and(|call| !call.was_missed()),
        }
    }

    /// Open, and of another company than it says: nobody else may have one in that one's name meanwhile.
    fn has_moved(&self) -> bool {
        self.activity.open && self.activity.company != self.company
    }
}

/// The calls of one number to one company since anybody who is to know of them has reached that number.
struct Since<'a> {
    was_reached: bool,
    /// Those in vain, in their order.
    in_vain: Vec<&'a Past>,
}

impl<'a> Since<'a> {
    fn reached(calls: &[&'a Past], company: Option<i64>) -> Self {
        let has_reached = |call: &&Past| call.was_answered() && call.counts_for(company);
        let reached = calls.iter().rposition(has_reached);
        let since = calls[reached.map_or(0, |last| last + 1)..].iter().copied();
        Self {
            was_reached: reached.is_some(),
            in_vain: since
                .filter(|call| call.was_missed() && call.company == company)
                .collect(),
        }
    }
}

/// Decides about one number of one company, by its calls and the to-dos that are its own.
fn decide<'a>(since: &Since<'a>, fresh: &BTreeSet<i64>, known: &[Known<'_>], plan: &mut Plan<'a>) {
    let waiting = &since.in_vain;
    let mut open: Vec<_> = known.iter().filter(|known| known.activity.open).collect();
    if waiting.is_empty() {
        // That no call in vain is remembered does not mean that anybody was reached.
        open.retain(|known| since.was_reached || known.is_mistaken);
        let closed = open.iter().map(|known| known.activity.id);
        plan.close.extend(closed);
        return;
    }
    // One that says already whose it is goes first: no other can say the same.
    open.sort_by_key(|known| known.has_moved());
    let fresh = waiting.iter().position(|call| fresh.contains(&call.id));
    match (open.first(), fresh) {
        (Some(open), fresh) if fresh.is_some() || open.has_moved() => {
            let key = &open.activity.key;
            let first = waiting.iter().position(|call| call.key == *key);
            let todo = Todo::of(&waiting[first.or(fresh).unwrap_or_default()..]);
            plan.update
                .extend(todo.map(|todo| (open.activity.id, todo)));
        }
        (None, Some(fresh)) => {
            let todo = Todo::of(&waiting[fresh..]);
            // Made for this very call by a run that did not live to say so, and closed since.
            let is_known = |todo: &Todo<'_>| {
                let mut keys = known.iter().map(|known| &known.activity.key);
                keys.any(|key| *key == todo.first.key)
            };
            plan.open.extend(todo.filter(|todo| !is_known(todo)));
        }
        _ => {}
    }
}

impl<'a> Todo<'a> {
    fn of(calls: &[&'a Past]) -> Option<Self> {
        let (first, last) = (calls.first()?, calls.last()?);
        Some(Self {
            first,
            last,
            calls: calls.len(),
        })
    }

    fn comes_down_to(&self) -> Says {
        (self.first.key.clone(), self.last.id, self.calls)
    }
}

fn local(instant: NaiveDateTime, zone: Tz) -> DateTime<Tz> {
    Utc.from_utc_datetime(&instant).with_timezone(&zone)
}

#[cfg(test)]
mod tests;

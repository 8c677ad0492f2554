//! The device's CDR table: rows appear when legs end, and get their number then.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::leg::{Leg, local};
use super::query::CdrQuery;
use super::recording::{FileDir, Recording};
use super::render::{self, Look, Shown};
use super::scenario::{Played, Truth};
use super::switches::Switches;
use super::timeline::Timeline;

/// Every so many items, a null or empty one stands between the others when that switch is on.
const NULL_EVERY: usize = 25;

/// All calls of a device: those still to end, and the rows of those that have.
#[derive(Debug)]
pub(crate) struct Store {
    zone: Tz,
    /// Legs whose row is still to be written, by that moment and then by order of arrival.
    pending: BTreeMap<(DateTime<Utc>, u64), Leg>,
    arrivals: u64,
    items: Vec<Item>,
    timeline: Timeline,
    by_session: HashMap<String, usize>,
    by_acct_id: HashMap<u64, (usize, usize)>,
    recordings: HashMap<(FileDir, String), Recording>,
    truths: Vec<Truth>,
    next_acct_id: u64,
    last_month: Option<(i32, u32)>,
}

#[derive(Debug)]
struct Item {
    legs: Vec<Leg>,
    cached: Option<(Look, Arc<str>)>,
}

/// Where a row is: item and leg.
pub(crate) type Row = (usize, usize);

/// One element of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Element {
    /// A whole session.
    Session(usize),
    /// Some rows under the summary of a session: part of it, or rows that do not belong there.
    Rows { head: usize, rows: Vec<Row> },
    /// `null`.
    Null,
    /// `{}`.
    Empty,
}

impl Store {
    pub(crate) fn new(zone: Tz, first_acct_id: u64) -> Self {
        Self {
            zone,
            pending: BTreeMap::new(),
            arrivals: 0,
            items: Vec::new(),
            timeline: Timeline::default(),
            by_session: HashMap::new(),
            by_acct_id: HashMap::new(),
            recordings: HashMap::new(),
            truths: Vec::new(),
            next_acct_id: first_acct_id,
            last_month: None,
        }
    }

    pub(crate) fn add(&mut self, played: Played) {
        self.await_rows(played.legs);
        self.truths.push(played.truth);
    }

    /// A session goes on that will leave nothing behind.
    pub(crate) fn add_traceless(&mut self, played: Played) {
        self.await_rows(played.legs.into_iter().map(|leg| Leg {
            leaves_row: false,
            ..leg
        }));
    }

    fn await_rows(&mut self, legs: impl IntoIterator<Item = Leg>) {
        for leg in legs {
            self.arrivals += 1;
            self.pending.insert((leg.written, self.arrivals), leg);
        }
    }

    /// Ends a session before its time: `cut` makes what they have come to of its legs without a row, and of its truth. Where it would have gone on in
    /// another session, that one does not take place.
    pub(crate) fn cut_short(
        &mut self,
        session: &str,
        cut: impl FnOnce(Vec<Leg>, Option<&mut Truth>) -> Vec<Leg>,
    ) {
        let goes_on = |truth: &Truth| truth.continues.as_deref() == Some(session);
        let next: Vec<String> = self
            .truths
            .iter()
            .filter(|t| goes_on(t))
            .map(|t| t.session.clone())
            .collect();
        self.truths.retain(|truth| !goes_on(truth));
        self.pending.retain(|_, leg| !next.contains(&leg.session));
        let legs = self.pending.extract_if(.., |_, leg| leg.session == session);
        let legs = legs.map(|(_, leg)| leg).collect();
        let truth = self
            .truths
            .iter_mut()
            .find(|truth| truth.session == session);
        let legs = cut(legs, truth);
        let is_traced =
            self.by_session.contains_key(session) || legs.iter().any(|leg| leg.leaves_row);
        self.truths
            .retain(|truth| truth.session != session || is_traced);
        self.await_rows(legs);
    }

    /// Writes the rows that are due at `now`, and says where they are.
    pub(crate) fn advance(&mut self, now: DateTime<Utc>, monthly_reset: bool) -> Vec<Row> {
        let mut written = Vec::new();
        while let Some(entry) = self.pending.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let leg = entry.remove();
            if leg.leaves_row {
                written.push(self.insert(leg, monthly_reset));
            }
        }
        written
    }

    fn insert(&mut self, mut leg: Leg, monthly_reset: bool) -> Row {
        let month = local(leg.written, self.zone);
        let month = (month.year(), month.month());
        if monthly_reset && self.last_month.is_some_and(|last| last != month) {
            self.next_acct_id = 1;
        }
        self.last_month = Some(month);
        let acct_id = self.next_acct_id;
        self.next_acct_id += 1;
        leg.acct_id = Some(acct_id);
        for recording in &leg.recordings {
            let key = (recording.dir, recording.name.clone());
            self.recordings.insert(key, recording.clone());
        }
        let item = match self.by_session.get(&leg.session) {
            Some(item) => *item,
            None => self.open(&leg),
        };
        let legs = &mut self.items[item].legs;
        let first = legs.first().unwrap_or(&leg);
        let stamp = local(first.start, self.zone);
        for moment in [leg.start, leg.ended()] {
            self.timeline.stretch(stamp, local(moment, self.zone));
        }
        legs.push(leg);
        let row = (item, legs.len() - 1);
        self.items[item].cached = None;
        self.by_acct_id.insert(acct_id, row);
        row
    }

    fn open(&mut self, leg: &Leg) -> usize {
        let item = self.items.len();
        self.items.push(Item {
            legs: Vec::new(),
            cached: None,
        });
        self.by_session.insert(leg.session.clone(), item);
        self.timeline.open(local(leg.start, self.zone), item);
        item
    }

    /// What really happened in the calls whose rows are all there at `now`.
    pub(crate) fn truths(&self, now: DateTime<Utc>) -> Vec<Truth> {
        let mut truths: Vec<_> = self
            .truths
            .iter()
            .filter(|truth| truth.end <= now)
            .cloned()
            .collect();
        truths.sort_by_key(|truth| truth.start);
        truths
    }

    /// The legs whose row is still to be written: their calls are not over.
    pub(crate) fn pending(&self) -> impl Iterator<Item = &Leg> {
        self.pending.values()
    }

    pub(crate) fn rows(&self) -> usize {
        self.items.iter().map(|item| item.legs.len()).sum()
    }

    /// Every leg that has a row, item by item.
    pub(crate) fn legs(&self) -> impl Iterator<Item = &Leg> {
        self.items.iter().flat_map(|item| &item.legs)
    }

    pub(crate) fn leg(&self, (item, leg): Row) -> &Leg {
        &self.items[item].legs[leg]
    }

    pub(crate) fn leg_by_acct_id(&self, acct_id: u64) -> Option<&Leg> {
        self.by_acct_id.get(&acct_id).map(|row| self.leg(*row))
    }

    pub(crate) fn legs_of(&self, session: &str) -> &[Leg] {
        match self.by_session.get(session) {
            Some(item) => &self.items[*item].legs,
            None => &[],
        }
    }

    pub(crate) fn recording(&self, dir: FileDir, name: &str) -> Option<&Recording> {
        self.recordings.get(&(dir, name.to_owned()))
    }

    /// The recordings of a directory, by name.
    pub(crate) fn recordings(&self, dir: FileDir) -> Vec<&Recording> {
        let mut list: Vec<_> = self.recordings.values().filter(|r| r.dir == dir).collect();
        list.sort_by(|a, b| (a.started, &a.name).cmp(&(b.started, &b.name)));
        list
    }

    /// The elements that `query` asks for, in the device's order, before paging.
    pub(crate) fn select(&self, query: &CdrQuery, switches: &Switches) -> Vec<Element> {
        let near = self.timeline.near(&query.stamps(self.zone));
        self.select_of(near, query, switches)
    }

    fn select_of(
        &self,
        sessions: &[(NaiveDateTime, usize)],
        query: &CdrQuery,
        switches: &Switches,
    ) -> Vec<Element> {
        let mut elements: Vec<Element> = sessions
            .iter()
            .filter_map(|&(start, item)| self.selected(item, start, query, switches.window_cut))
            .collect();
        if switches.shifted_groups {
            elements = self.shift(&elements);
        }
        if switches.null_items {
            elements = with_nulls(elements);
        }
        elements
    }

    fn selected(
        &self,
        item: usize,
        start: NaiveDateTime,
        query: &CdrQuery,
        window_cut: bool,
    ) -> Option<Element> {
        let legs = &self.items[item].legs;
        if !query.wants(legs) {
            return None;
        }
        if !window_cut {
            return query
                .holds_session(legs, start, self.zone)
                .then_some(Element::Session(item));
        }
        let rows: Vec<Row> = (0..legs.len())
            .filter(|leg| query.holds_leg(&legs[*leg], self.zone))
            .map(|leg| (item, leg))
            .collect();
        match rows.len() {
            0 => None,
            n if n == legs.len() => Some(Element::Session(item)),
            _ => Some(Element::Rows { head: item, rows }),
        }
    }

    /// The first row stands alone, and then every group lacks its own first row and has the next one's.
    fn shift(&self, elements: &[Element]) -> Vec<Element> {
        let sizes: Vec<(usize, usize)> = elements
            .iter()
            .filter_map(|element| match element {
                Element::Session(item) => Some((*item, self.items[*item].legs.len())),
                Element::Rows { head, rows } => Some((*head, rows.len())),
                Element::Null | Element::Empty => None,
            })
            .collect();
        let mut rows = elements.iter().flat_map(|element| self.rows_of(element));
        let first = rows.next().map(|row| Element::Rows {
            head: row.0,
            rows: vec![row],
        });
        let mut shifted: Vec<_> = first.into_iter().collect();
        for (head, size) in sizes {
            let rows: Vec<Row> = rows.by_ref().take(size).collect();
            if !rows.is_empty() {
                shifted.push(Element::Rows { head, rows });
            }
        }
        shifted
    }

    fn rows_of(&self, element: &Element) -> Vec<Row> {
        match element {
            Element::Session(item) => (0..self.items[*item].legs.len())
                .map(|leg| (*item, leg))
                .collect(),
            Element::Rows { rows, .. } => rows.clone(),
            Element::Null | Element::Empty => Vec::new(),
        }
    }

    /// Whether the device lists a leg's recordings at `now`.
    fn lists_recordings(leg: &Leg, switches: &Switches, now: DateTime<Utc>) -> bool {
        let late = switches.late_recordfiles_secs.unwrap_or(0);
        now >= leg.written + TimeDelta::seconds(late.into())
    }

    pub(crate) fn shown(&self, row: Row, switches: &Switches, now: DateTime<Utc>) -> Shown<'_> {
        let leg = self.leg(row);
        Shown {
            leg,
            recordfiles: Self::lists_recordings(leg, switches, now),
        }
    }

    /// The rows of `elements`, one by one, for CSV and XML.
    pub(crate) fn flatten(
        &self,
        elements: &[Element],
        switches: &Switches,
        now: DateTime<Utc>,
    ) -> Vec<Shown<'_>> {
        elements
            .iter()
            .flat_map(|element| self.rows_of(element))
            .map(|row| self.shown(row, switches, now))
            .collect()
    }

    /// One element as JSON; that of a whole session is kept for the next time.
    pub(crate) fn json(
        &mut self,
        element: &Element,
        switches: &Switches,
        now: DateTime<Utc>,
    ) -> Arc<str> {
        let look = self.look(switches);
        match element {
            Element::Null => "null".into(),
            Element::Empty => "{}".into(),
            Element::Rows { head, rows } => {
                let legs: Vec<_> = rows
                    .iter()
                    .map(|row| self.shown(*row, switches, now))
                    .collect();
                render::item_json(&self.items[*head].legs[0], &legs, look).into()
            }
            Element::Session(item) => self.session_json(*item, look, switches, now),
        }
    }

    fn session_json(
        &mut self,
        item: usize,
        look: Look,
        switches: &Switches,
        now: DateTime<Utc>,
    ) -> Arc<str> {
        let Item { legs, cached } = &mut self.items[item];
        let is_final = switches.late_recordfiles_secs.is_none();
        if let Some((made_for, json)) = cached
            && *made_for == look
            && is_final
        {
            return Arc::clone(json);
        }
        let shown: Vec<_> = legs
            .iter()
            .map(|leg| Shown {
                leg,
                recordfiles: Self::lists_recordings(leg, switches, now),
            })
            .collect();
        let json: Arc<str> = render::item_json(&legs[0], &shown, look).into();
        *cached = is_final.then(|| (look, Arc::clone(&json)));
        json
    }

    pub(crate) fn look(&self, switches: &Switches) -> Look {
        Look {
            field_set: switches.field_set,
            empty_cdr: switches.empty_cdr,
            zone: self.zone,
        }
    }
}

fn with_nulls(elements: Vec<Element>) -> Vec<Element> {
    let mut all = Vec::with_capacity(elements.len() + elements.len() / NULL_EVERY + 1);
    for (n, element) in elements.into_iter().enumerate() {
        if n % NULL_EVERY == 0 {
            let is_even = (n / NULL_EVERY).is_multiple_of(2);
            all.push(if is_even {
                Element::Null
            } else {
                Element::Empty
            });
        }
        all.push(element);
    }
    all
}

#[cfg(test)]
mod tests;

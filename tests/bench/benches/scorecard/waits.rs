//! What a request of the application spends its time on, as it shows from outside: the reason beside a figure.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use host::{Effect, EffectKind, Hooks, Stage, Verdict};

use crate::support::millis;

/// Watches an application that is asked for one thing at a time.
#[derive(Clone, Default)]
pub(crate) struct Waits(Arc<Mutex<Spent>>);

#[derive(Default)]
struct Spent {
    requests: u32,
    since: Option<Instant>,
    /// What was begun and has not come back, the oldest first. What is done beside it is hidden behind it.
    open: Vec<String>,
    by_what: BTreeMap<String, Duration>,
}

/// Until the component does the first thing that can be seen: the instance is made, and the request is read.
const START: &str = "start";
/// Nothing is waited for.
const OWN: &str = "own work";
const STORE: &str = "store";

impl Waits {
    /// A request is sent to the application.
    pub(crate) fn begin(&self) {
        let mut spent = self.spent();
        spent.requests += 1;
        spent.since = Some(Instant::now());
        spent.open = vec![START.to_owned()];
    }

    /// It has been answered.
    pub(crate) fn end(&self) {
        let mut spent = self.spent();
        if let Some(since) = spent.since {
            spent.go_on(since);
        }
        spent.since = None;
    }

    fn spent(&self) -> MutexGuard<'_, Spent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spent {
    /// What has passed belongs to what was waited for.
    fn go_on(&mut self, since: Instant) {
        let now = Instant::now();
        self.since = Some(now);
        let what = self.open.first().map_or(OWN, String::as_str);
        *self.by_what.entry(what.to_owned()).or_default() += now - since;
        self.open.retain(|what| what != START);
    }

    fn close(&mut self, what: &str) {
        if let Some(place) = self.open.iter().position(|open| open == what) {
            self.open.remove(place);
        }
    }
}

impl Hooks for Waits {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        let mut spent = self.spent();
        // What is done after the answer is nobody's.
        let Some(since) = spent.since else {
            return Verdict::Continue;
        };
        spent.go_on(since);
        match &effect.kind {
            EffectKind::Request(request) => spent.open.push(peer(&request.path)),
            EffectKind::Response { request, .. } => spent.close(&peer(&request.path)),
            EffectKind::KeyValue { stage, .. } => match stage {
                Stage::Before => spent.open.push(STORE.to_owned()),
                Stage::After => spent.close(STORE),
            },
            EffectKind::Variable { .. } => {}
        }
        Verdict::Continue
    }
}

/// Model and method of a question to Odoo 19, and how it is greeted; anything else is a UCM's.
fn peer(path: &str) -> String {
    match path.strip_prefix("/json/2/") {
        Some(question) => question.replace('/', " "),
        None if path == "/web/version" => "Odoo's version".to_owned(),
        None => "UCM".to_owned(),
    }
}

impl fmt::Display for Waits {
    /// The largest parts of a request first, in milliseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spent = self.spent();
        let mut parts: Vec<_> = spent.by_what.iter().collect();
        parts.sort_by_key(|(_, took)| std::cmp::Reverse(**took));
        let said = parts.iter().take(MOST_PARTS).map(|(what, took)| {
            let each = millis(**took / spent.requests.max(1));
            format!("{what} {each:.2}")
        });
        write!(f, "ms: {}", said.collect::<Vec<_>>().join(", "))
    }
}

/// The parts that are said.
const MOST_PARTS: usize = 8;

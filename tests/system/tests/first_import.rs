//! What a first import asks Odoo: for no call that cannot be there, and for all of them again where another writer has brought one meanwhile.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono_clock::{DateTime, Utc};
use host::{Effect, EffectKind, Hooks, Verdict};
use peers::odoo::Request;
use peers::ucm::{Call, Scenario};
use serde_json::json;
use system::{Journal, Rig, Site, compare};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

/// More than two pages of calls.
const CALLS: u64 = 2_500;
/// All on the first page.
const CALLERS: u64 = 20;

/// An office that a few customers call again and again.
async fn rig() -> Rig {
    let call = |nth: u64| {
        let start = now() - Duration::from_secs((CALLS - nth) * 600);
        let number = format!("+331426677{:02}", nth % CALLERS);
        Call::new(Scenario::Answered, start).with(&number, "Zoé")
    };
    let calls = (0..CALLS).map(call).collect();
    let site = Site::french("lyon", now(), calls).await.unwrap();
    Rig::around(Journal::simulated(19).await.unwrap(), now())
        .site(site.with(json!({ "days": 30 })))
        .variable("run_budget_secs", "600")
        .start()
        .await
        .unwrap()
}

/// How often it was asked which calls are there, until the last was written: what follows looks at them for other reasons.
fn questions(rig: &Rig) -> usize {
    let requests = rig.journal.handle().requests();
    let is = |request: &&Request, method: &str| {
        request.model == "x_ucm_call" && request.method == method
    };
    let last = requests.iter().rposition(|request| is(&request, "create"));
    let until = requests.iter().take(last.unwrap());
    until.filter(|request| is(request, "search_read")).count()
}

/// Does something before calls are created for the `nth` time.
struct Before<F> {
    nth: usize,
    seen: AtomicUsize,
    act: F,
}

impl<F: Fn() -> Verdict + Send + Sync> Before<F> {
    fn new(nth: usize, act: F) -> Self {
        let seen = AtomicUsize::new(0);
        Self { nth, seen, act }
    }
}

impl<F: Fn() -> Verdict + Send + Sync> Hooks for Before<F> {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        let is_creation = matches!(&effect.kind, EffectKind::Request(line) if line.path == "/json/2/x_ucm_call/create");
        match is_creation && self.seen.fetch_add(1, Ordering::Relaxed) + 1 == self.nth {
            true => (self.act)(),
            false => Verdict::Continue,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_import_asks_once_which_calls_are_there() {
    let rig = rig().await;
    rig.journal.handle().clear_requests();
    let report = rig.sync().await.unwrap()["servers"][0].clone();
    assert_eq!(report["status"], "complete", "{report}");
    assert!(report["pages"].as_u64() > Some(2), "{report}");
    // The first asks where the calls end that are there, to begin with those that were missed.
    assert_eq!(questions(&rig), 2, "{report}");
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_into_a_journal_with_calls_asks_for_every_one() {
    let rig = rig().await;
    rig.sync().await.unwrap();
    rig.forget_state().unwrap();
    rig.journal.handle().clear_requests();
    let report = rig.sync().await.unwrap()["servers"][0].clone();
    assert_eq!(report["status"], "complete", "{report}");
    assert_eq!(report["calls_new"], 0, "{report}");
    let counts = rig.journal.handle().count_by_method();
    assert_eq!(counts.get("x_ucm_call.create"), None, "{counts:?}");
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_goes_on_asks_once_as_well() {
    let rig = rig().await;
    let killed = Before::new(2, || Verdict::Kill);
    rig.tick_with(killed).await.unwrap();
    let brought = rig.journal.count("lyon").await.unwrap();
    assert!(brought > 0 && brought < CALLS, "{brought} calls");
    rig.advance(Duration::from_secs(60));
    rig.journal.handle().clear_requests();
    let report = rig.sync().await.unwrap()["servers"][0].clone();
    assert_eq!(report["status"], "complete", "{report}");
    assert_eq!(questions(&rig), 1, "{report}");
    assert_eq!(rig.journal.count("lyon").await.unwrap(), CALLS);
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_another_writer_brings_meanwhile_is_there_once() {
    let rig = Arc::new(rig().await);
    let other = {
        let rig = rig.clone();
        move || {
            let session = &rig.sites[0].ucm.truth()[700].session;
            let values = json!({
                "x_name": "of another writer", "x_uid": format!("lyon/{session}"), "x_server": "lyon", "x_session": session,
                "x_started_at": "2026-06-12 10:00:00",
            });
            rig.journal.handle().create("x_ucm_call", &values).unwrap();
            Verdict::Continue
        }
    };
    rig.tick_with(Before::new(2, other)).await.unwrap();
    let status = rig.request("GET", "/status").await.unwrap().1["servers"][0].clone();
    assert_eq!(status["last_run"]["status"], "complete", "{status}");
    assert_eq!(status["last_run"]["calls_new"], CALLS - 1, "{status}");
    assert_eq!(rig.journal.count("lyon").await.unwrap(), CALLS);
    assert!(rig.letters("lyon").await.unwrap().is_empty());
    compare::complete(&rig).await.unwrap();
}

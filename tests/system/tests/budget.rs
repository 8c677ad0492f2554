//! A run ends within its budget, whoever keeps it waiting, and the next one goes on: hosted platforms end a handler after 30 s.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::time::Duration;

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use host::{App, Effect, Hooks, RequestLine, Verdict};
use peers::odoo::Fault as OdooFault;
use peers::ucm::{Call, Fault, Scenario, Traffic};
use serde_json::{Value, json};
use system::{ADMIN_TOKEN, Journal, Rig, Site, compare, french_ucm};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

const SECRET: &str = "the-secret-of-paris";
/// What a run has by default.
const BUDGET: Duration = Duration::from_secs(25);
/// What a busy machine may add to it, and the answer of a store.
const TOLERANCE: Duration = Duration::from_secs(1);
/// A second of the network takes so many seconds here.
const SCALE: f64 = 0.05;

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

/// An office of `calls` calls that is polled, pushes, and makes to-dos of missed calls.
async fn rig(calls: usize) -> Rig {
    let traffic = Traffic {
        seed: 7,
        days: 6,
        calls,
    };
    let ucm = french_ucm(now()).traffic(traffic).start().await.unwrap();
    let journal = Journal::simulated(19).await.unwrap();
    let site = Site::new("paris", ucm).with(json!({
        "push_secret": SECRET, "time_zone": "Europe/Paris", "days": 7, "missed_call_todos": true, "missed_call_todo_user": journal.user(),
    }));
    Rig::around(journal, now())
        .site(site)
        .start()
        .await
        .unwrap()
}

/// A peer takes its time: each of its answers comes this much later.
struct Late {
    authority: String,
    by: Duration,
}

impl Late {
    fn new(url: &str, by: Duration) -> Self {
        let authority = url.rsplit('/').next().unwrap().to_owned();
        Self { authority, by }
    }
}

impl Hooks for Late {
    fn on_effect(&self, _effect: &Effect) -> Verdict {
        Verdict::Continue
    }

    fn answers_after(&self, request: &RequestLine) -> Duration {
        match request.authority == self.authority {
            true => self.by,
            false => Duration::ZERO,
        }
    }
}

/// The application, with an Odoo that takes so long for each call.
async fn with_late_odoo(rig: &Rig, by: Duration) -> App {
    let late = Late::new(&rig.journal.handle().url(), by);
    rig.app().hooks(late).start().await.unwrap()
}

async fn app(rig: &Rig) -> App {
    rig.app().timeout_scale(SCALE).start().await.unwrap()
}

async fn ask(app: &App, method: &str, path: &str, token: &str, body: &str) -> (u16, Value) {
    let request = http::Request::builder()
        .method(method)
        .uri(format!("http://localhost{path}"))
        .header("authorization", format!("Bearer {token}"))
        .body(Bytes::from(body.to_owned()))
        .unwrap();
    let answer = app.request(request).await.unwrap();
    let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
    (answer.status().as_u16(), body)
}

/// Everything that works against a limit, each from the tick or the request to the end of all its work: the longest of them.
async fn longest(rig: &Rig, app: &App) -> Duration {
    let requests = [
        ("GET", "/doctor"),
        ("POST", "/servers/paris/test"),
        ("POST", "/sync"),
        ("POST", "/sync?server=paris"),
        ("POST", "/replay?server=paris&from=2026-06-10&to=2026-06-15"),
        ("POST", "/replay?server=paris&letter=all"),
        (
            "POST",
            "/completeness?server=paris&from=2026-06-12&to=2026-06-14",
        ),
        ("GET", "/status"),
        ("GET", "/stats?zone=Europe/Paris&period=7d"),
    ];
    let mut longest = Duration::ZERO;
    let mut took = |what: &str, began: DateTime<Utc>| {
        let took = (rig.clock.now() - began).to_std().unwrap();
        println!("{what}: {took:?}");
        longest = longest.max(took);
        rig.advance(Duration::from_secs(61));
    };
    let records = rig.sites[0].ucm.pushed_records(false);
    for record in records.iter().take(3) {
        let began = rig.clock.now();
        let (status, _) = ask(app, "POST", "/webhook/paris", SECRET, record).await;
        assert_eq!(status, 200);
        app.settled().await;
        took("push", began);
    }
    for _ in 0..2 {
        let began = rig.clock.now();
        app.fire_cron("cdr-poll", began).await.unwrap();
        took("tick", began);
    }
    for (method, path) in requests {
        let began = rig.clock.now();
        ask(app, method, path, ADMIN_TOKEN, "").await;
        took(path, began);
    }
    longest
}

/// Nothing was lost: as soon as everybody answers again, the journal is complete.
async fn completed(rig: &mut Rig) {
    rig.journal.handle().clear_faults();
    rig.sites[0].ucm.clear_faults();
    if let Some(settings) = rig.sites[0].settings.as_object_mut() {
        settings.remove("port");
    }
    rig.advance(Duration::from_secs(120));
    rig.run_to_completion(5).await.unwrap();
    compare::complete(rig).await.unwrap();
}

async fn is_within_budget(mut rig: Rig, app: App) {
    let longest = longest(&rig, &app).await;
    app.stop().await;
    assert!(longest <= BUDGET + TOLERANCE, "a run took {longest:?}");
    assert!(
        longest >= Duration::from_secs(10),
        "nobody kept a run waiting: {longest:?}"
    );
    completed(&mut rig).await;
}

/// A UCM that has this fault.
async fn with_ucm(fault: Fault) {
    let rig = rig(60).await;
    rig.sites[0].ucm.fault(fault);
    let app = app(&rig).await;
    is_within_budget(rig, app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_in_time_with_a_ucm_that_does_not_let_in() {
    with_ucm(Fault::stall("challenge")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_in_time_with_a_ucm_that_does_not_begin_to_answer() {
    with_ucm(Fault::stall("cdrapi")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_in_time_with_a_ucm_that_falls_silent_in_its_answer() {
    with_ucm(Fault::silence("cdrapi", 1_000)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_in_time_with_a_ucm_that_drips() {
    with_ucm(Fault::drip("cdrapi", 300)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_in_time_with_a_ucm_that_asks_to_wait() {
    with_ucm(Fault::app_status("cdrapi", -45)).await;
}

/// A port that takes no connection: those that wait for it to do so are kept.
async fn deaf() -> (TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    let patience = Duration::from_millis(200);
    while let Ok(stream) = tokio::time::timeout(patience, TcpStream::connect(address)).await {
        waiting.push(stream.unwrap());
    }
    (listener, waiting)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_in_time_with_a_ucm_that_takes_no_connection() {
    let (listener, _waiting) = deaf().await;
    let mut rig = rig(60).await;
    rig.sites[0].settings["port"] = json!(listener.local_addr().unwrap().port());
    let app = app(&rig).await;
    is_within_budget(rig, app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_in_time_with_an_odoo_that_does_not_answer() {
    let rig = rig(60).await;
    rig.journal.handle().fault(OdooFault::stall());
    let app = app(&rig).await;
    is_within_budget(rig, app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_in_time_with_an_odoo_that_takes_three_seconds_a_call() {
    let rig = rig(60).await;
    let app = with_late_odoo(&rig, Duration::from_secs(3)).await;
    is_within_budget(rig, app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_in_time_where_both_are_slow() {
    let rig = rig(60).await;
    rig.sites[0].ucm.fault(Fault::drip("cdrapi", 300_000));
    let app = with_late_odoo(&rig, Duration::from_secs(5)).await;
    is_within_budget(rig, app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odoo_that_takes_three_seconds_a_call_gets_every_call_all_the_same() {
    let mut rig = rig(1_500).await;
    let app = with_late_odoo(&rig, Duration::from_secs(3)).await;
    let mut ticks = 0;
    let known = loop {
        let began = rig.clock.now();
        app.fire_cron("cdr-poll", began).await.unwrap();
        let took = (rig.clock.now() - began).to_std().unwrap();
        assert!(took <= BUDGET + TOLERANCE, "a tick took {took:?}");
        ticks += 1;
        rig.advance(Duration::from_secs(60) - took);
        let known = rig.journal.count("paris").await.unwrap();
        if known == 1_500 || ticks == 20 {
            break known;
        }
    };
    app.stop().await;
    println!("{ticks} ticks");
    assert_eq!(known, 1_500, "after {ticks} ticks");
    completed(&mut rig).await;
}

/// All its records are in Odoo then, and what follows from them is left to the next poll.
#[tokio::test(flavor = "multi_thread")]
async fn a_replay_that_has_no_time_to_follow_up_does_not_blame_the_ucm() {
    let mut left_to_the_next = 0;
    for millis in (900..1_800).step_by(100) {
        let rig = rig(5).await;
        let app = with_late_odoo(&rig, Duration::from_millis(millis)).await;
        let days = "/replay?server=paris&from=2026-06-09&to=2026-06-15";
        let (_, replayed) = ask(&app, "POST", days, ADMIN_TOKEN, "").await;
        app.stop().await;
        let is_read = replayed["go_on_from"].is_null() && replayed["calls_new"] == 5;
        if is_read && replayed["status"] == "more_to_come" {
            left_to_the_next += 1;
            let detail = replayed["detail"].as_str().unwrap();
            assert!(detail.contains("Odoo had not answered"), "{replayed}");
        }
    }
    assert!(left_to_the_next > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_gets_nowhere_says_what_would_help() {
    let mut rig = rig(60).await;
    let app = with_late_odoo(&rig, Duration::from_secs(8)).await;
    let mut said = String::new();
    for _ in 0..4 {
        let (_, report) = ask(&app, "POST", "/sync", ADMIN_TOKEN, "").await;
        let server = &report["servers"][0];
        assert_eq!(server["status"], "failed", "{report}");
        said = server["detail"].as_str().unwrap().to_owned();
        rig.advance(Duration::from_secs(60));
    }
    app.stop().await;
    assert!(said.contains("run_budget_secs"), "{said}");
    completed(&mut rig).await;
}

/// Page after page of records that are in Odoo already, or the latest first: what one run does not get through, the next one goes on with.
async fn gets_through(latest_first: bool, calls: usize, cap: usize) {
    let rig = rig(calls).await;
    let ucm = &rig.sites[0].ucm;
    ucm.switches(|switches| {
        switches.page_cap = Some(cap);
        switches.latest_first = latest_first;
    });
    if !latest_first {
        // They are in Odoo already: only what is new is missing.
        rig.run_to_completion(20).await.unwrap();
        let start = rig.clock.now();
        ucm.add_call(&Call::new(Scenario::Answered, start).with("+33142667701", "Zoé"));
        rig.advance(Duration::from_secs(20 * 60));
    }
    let slow = Late::new(&ucm.url(), Duration::from_secs(3));
    let app = rig.app().hooks(slow).start();
    let app = app.await.unwrap();
    let mut ticks = 0;
    while compare::complete(&rig).await.is_err() {
        assert!(
            ticks < 12,
            "{} calls",
            rig.journal.count("paris").await.unwrap()
        );
        ticks += 1;
        let began = rig.clock.now();
        app.fire_cron("cdr-poll", began).await.unwrap();
        let took = (rig.clock.now() - began).to_std().unwrap();
        assert!(took <= BUDGET + TOLERANCE, "a tick took {took:?}");
        rig.advance(Duration::from_secs(60).saturating_sub(took));
    }
    println!("{ticks} ticks");
    assert!(ticks > 1, "one run gets through it");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_back_that_takes_longer_than_a_run_is_read_by_several() {
    gets_through(false, 1_500, 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_import_of_a_device_that_gives_the_latest_first_is_made_by_several_runs() {
    gets_through(true, 900, 60).await;
}

//! Real time: records pushed to the webhook, through the compiled components.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use host::{App, KillAt};
use peers::odoo::Fault as OdooFault;
use peers::ucm::{Call, Country, Push, Scenario, Traffic, Ucm};
use serde_json::{Value, json};
use system::{Journal, Rig, Site, compare};

const SECRET: &str = "the-secret-of-paris";
const BEFORE: &str = "the-secret-before-it";

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

async fn office(calls: usize) -> Ucm {
    let traffic = Traffic {
        seed: 11,
        days: 20,
        calls,
    };
    Ucm::builder()
        .country(Country::Fr)
        .zone("Europe/Paris")
        .now(now())
        .traffic(traffic)
        .start()
        .await
        .unwrap()
}

/// A rig whose only server takes pushes, with `more` settings.
async fn rig(calls: usize, more: Value) -> Rig {
    let mut settings = json!({ "push_secret": SECRET });
    settings
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    Rig::around(Journal::simulated(19).await.unwrap(), now())
        .site(Site::new("paris", office(calls).await).with(settings))
        .start()
        .await
        .unwrap()
}

/// A rig that is never polled: what arrives was pushed.
async fn push_only(calls: usize) -> Rig {
    rig(calls, json!({ "poll": false })).await
}

fn basic(password: &str) -> String {
    use base64::Engine as _;
    let pair = base64::prelude::BASE64_STANDARD.encode(format!("ucm:{password}"));
    format!("Basic {pair}")
}

fn request(
    method: &str,
    path: &str,
    authorization: Option<&str>,
    body: &str,
) -> http::Request<Bytes> {
    let mut request = http::Request::builder()
        .method(method)
        .uri(format!("http://localhost{path}"));
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    request.body(Bytes::from(body.to_owned())).unwrap()
}

/// Pushes `body` with the right secret, and gives the status.
async fn push(app: &App, body: &str) -> u16 {
    let request = request("POST", "/webhook/paris", Some(&basic(SECRET)), body);
    // An instance that dies before it answers breaks the connection off.
    app.request(request)
        .await
        .map_or(500, |answer| answer.status().as_u16())
}

async fn ask(app: &App, request: http::Request<Bytes>) -> (u16, Value) {
    let answer = app.request(request).await.unwrap();
    let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
    (answer.status().as_u16(), body)
}

/// Ticks until nothing waits in the inbox.
async fn drained(rig: &Rig, most: usize) {
    for _ in 0..most {
        rig.advance(Duration::from_secs(60));
        rig.tick().await.unwrap();
        if waiting(rig).await == 0 {
            return;
        }
    }
    panic!(
        "{} parcels still wait after {most} ticks",
        waiting(rig).await
    );
}

async fn waiting(rig: &Rig) -> usize {
    let app = rig.app().start().await.unwrap();
    let keys = app.key_value("default").unwrap().keys().unwrap();
    app.stop().await;
    keys.iter().filter(|key| key.starts_with("inbox/")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shape_makes_the_same_journal() {
    for shape in 0..8 {
        let rig = push_only(25).await;
        let app = rig.app().start().await.unwrap();
        let records = rig.sites[0].ucm.pushed_records(matches!(shape, 5 | 6));
        for record in &records {
            let form = |record: &str| {
                let row: serde_json::Map<String, Value> = serde_json::from_str(record).unwrap();
                let pairs = row
                    .iter()
                    .map(|(name, value)| (name, value.as_str().unwrap()));
                url::form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(pairs)
                    .finish()
            };
            let body = match shape {
                0 | 5 => record.clone(),
                1 => format!("[{record}]"),
                2 => format!("{{\"cdr\":{record}}}"),
                3 => format!("{{\"cdr_root\":[{record}]}}"),
                4 => form(record),
                6 => format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<cdr_root>{record}</cdr_root>"
                ),
                _ => {
                    format!("{{\"cdr\":\"\",\"main_cdr\":{{\"src\":\"\"}},\"sub_cdr_1\":{record}}}")
                }
            };
            assert_eq!(push(&app, &body).await, 200, "shape {shape}: {body}");
        }
        app.settled().await;
        compare::complete(&rig)
            .await
            .unwrap_or_else(|error| panic!("shape {shape}: {error}"));
        app.stop().await;
        assert_eq!(waiting(&rig).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_button_is_answered_ready() {
    let mut rig = push_only(1).await;
    let app = rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap();
    let url: url::Url = format!("{}/webhook/paris", app.url()).parse().unwrap();
    rig.sites[0]
        .ucm
        .start_push(Push::to(url.clone()).credentials("ucm", SECRET));
    assert_eq!(rig.sites[0].ucm.push_test().await.unwrap(), (200, 200));
    rig.sites[0]
        .ucm
        .switches(|switches| switches.push.no_authorization = true);
    assert_eq!(rig.sites[0].ucm.push_test().await.unwrap(), (200, 200));
    rig.sites[0]
        .ucm
        .switches(|switches| switches.push.no_authorization = false);
    // Whoever has entered another secret must not be told that all is well.
    rig.sites[0]
        .ucm
        .start_push(Push::to(url).credentials("ucm", "another-secret-here"));
    assert_eq!(rig.sites[0].ucm.push_test().await.unwrap(), (401, 401));

    let record = rig.sites[0].ucm.pushed_records(false).remove(0);
    assert_eq!(push(&app, &record).await, 200);
    app.settled().await;
    let (status, answer) = ask(
        &app,
        request("GET", "/webhook/paris", Some(&basic(SECRET)), ""),
    )
    .await;
    assert_eq!((status, &answer["status"]), (200, &json!("ready")));
    assert!(
        answer["last_push_at"]
            .as_str()
            .unwrap()
            .starts_with("2026-06-15T14:30"),
        "{answer}"
    );
    let (_, answer) = ask(&app, request("GET", "/webhook/paris", None, "")).await;
    assert!(answer.get("last_push_at").is_none(), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_says_why_and_keeps_nothing() {
    let mut rig = push_only(1).await;
    rig.sites.push(Site::new("closed", office(1).await));
    rig.sites.push(
        Site::new("guarded", office(1).await)
            .with(json!({ "push_secret": SECRET, "push_sources": ["203.0.113.0/24"] })),
    );
    rig.sites.push(
        Site::new("open", office(1).await)
            .with(json!({ "push_secret": SECRET, "push_sources": ["127.0.0.1"] })),
    );
    let record = rig.sites[0].ucm.pushed_records(false).remove(0);
    let app = rig.app().start().await.unwrap();
    let (right, wrong) = (basic(SECRET), basic("another-secret-here"));
    let large = "x".repeat(256 * 1024 + 1);
    let keyed = format!("/webhook/paris/{SECRET}");
    let cases = [
        ("POST", "/webhook/paris", None, record.as_str(), 401),
        ("POST", "/webhook/paris", Some(wrong.as_str()), &record, 401),
        (
            "POST",
            "/webhook/paris",
            Some("Bearer another-secret-here"),
            &record,
            401,
        ),
        (
            "POST",
            "/webhook/paris",
            Some("Digest username=x"),
            &record,
            401,
        ),
        (
            "POST",
            "/webhook/paris/another-secret-here",
            None,
            &record,
            401,
        ),
        ("GET", "/webhook/paris", Some(&wrong), "", 401),
        ("POST", "/webhook/lyon", Some(&right), &record, 404),
        ("POST", "/webhook/", Some(&right), &record, 404),
        ("POST", "/webhook/closed", Some(&right), &record, 503),
        ("POST", "/webhook/guarded", Some(&right), &record, 403),
        ("DELETE", "/webhook/paris", Some(&right), "", 405),
        ("POST", "/webhook/paris", Some(&right), &large, 413),
        ("POST", "/webhook/paris", None, &large, 401),
    ];
    for (method, path, authorization, body, status) in cases {
        let (got, problem) = ask(&app, request(method, path, authorization, body)).await;
        assert_eq!(got, status, "{method} {path}: {problem}");
        assert!(
            problem["action"]
                .as_str()
                .is_some_and(|action| !action.is_empty()),
            "{problem}"
        );
        assert!(!problem.to_string().contains(SECRET));
    }
    assert!(
        !app.key_value("default")
            .unwrap()
            .keys()
            .unwrap()
            .iter()
            .any(|key| key.starts_with("inbox/"))
    );
    // A header that a client can write does not count.
    let mut forged = request("POST", "/webhook/guarded", Some(&right), &record);
    forged
        .headers_mut()
        .insert("x-forwarded-for", "203.0.113.7".parse().unwrap());
    forged
        .headers_mut()
        .insert("spin-client-addr", "203.0.113.7:1".parse().unwrap());
    assert_eq!(ask(&app, forged).await.0, 403);
    for (path, authorization) in [
        ("/webhook/paris", Some(right.clone())),
        ("/webhook/paris", Some(format!("bearer {SECRET}"))),
        (keyed.as_str(), None),
        ("/webhook/open", Some(right)),
    ] {
        let (status, receipt) = ask(
            &app,
            request("POST", path, authorization.as_deref(), &record),
        )
        .await;
        assert_eq!(
            (status, &receipt["legs"]),
            (200, &json!(1)),
            "{path}: {receipt}"
        );
    }
    app.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_secrets_hold_while_one_is_changed() {
    let rig = rig(1, json!({ "poll": false, "push_secret_previous": BEFORE })).await;
    let records = rig.sites[0].ucm.pushed_records(false).join("\n");
    let app = rig.app().start().await.unwrap();
    for secret in [SECRET, BEFORE] {
        let request = request("POST", "/webhook/paris", Some(&basic(secret)), &records);
        assert_eq!(ask(&app, request).await.0, 200, "{secret}");
    }
    app.settled().await;
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_wrong_secrets_does_not_hold_up_the_real_one() {
    let rig = push_only(1).await;
    let record = rig.sites[0].ucm.pushed_records(false).remove(0);
    let app = rig.app().start().await.unwrap();
    let mut statuses = Vec::new();
    for _ in 0..40 {
        let wrong = request(
            "POST",
            "/webhook/paris",
            Some(&basic("another-secret-here")),
            &record,
        );
        statuses.push(ask(&app, wrong).await.0);
    }
    assert_eq!(statuses[..30], [401; 30]);
    assert_eq!(statuses[30..], [429; 10]);
    assert_eq!(push(&app, &record).await, 200);
    rig.advance(Duration::from_secs(60));
    let wrong = request(
        "POST",
        "/webhook/paris",
        Some(&basic("another-secret-here")),
        &record,
    );
    assert_eq!(ask(&app, wrong).await.0, 401);
    app.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_set_aside_once_with_its_reason() {
    let rig = push_only(1).await;
    let records = rig.sites[0].ucm.pushed_records(false).join(",");
    let app = rig.app().start().await.unwrap();
    for body in [
        "hello",
        "{\"session\":",
        "<cdr><src>1</cdr>",
        "{\"session\":\"1\"}",
    ] {
        for _ in 0..3 {
            assert_eq!(push(&app, body).await, 422, "{body}");
        }
    }
    // A good record beside a bad one is taken.
    assert_eq!(
        push(&app, &format!("[{records},{{\"session\":\"2\"}}]")).await,
        200
    );
    app.settled().await;
    app.stop().await;
    drained(&rig, 2).await;
    compare::complete(&rig).await.unwrap();
    let (_, letters) = rig.request("GET", "/dead-letters/paris").await.unwrap();
    let letters = letters["letters"].as_object().unwrap();
    assert_eq!(letters.len(), 5, "{letters:?}");
    assert!(letters.values().any(|letter| letter["payload"] == "hello"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_killed_at_any_point_is_durable_or_was_not_acknowledged() {
    let mut point = 1;
    loop {
        let rig = push_only(0).await;
        let start = now() - Duration::from_secs(3_000);
        rig.sites[0]
            .ucm
            .add_call(&Call::new(Scenario::Transfer, start).with("+33142667701", "Zoé"));
        let records = rig.sites[0].ucm.pushed_records(false);
        let kill = Arc::new(KillAt::new(point));
        let app = rig.app().hooks(kill.clone()).start().await.unwrap();
        for record in &records {
            // The device sends again whatever was not acknowledged.
            while push(&app, record).await != 200 {}
        }
        app.settled().await;
        app.stop().await;
        let was_killed = kill.has_killed();
        for _ in 0..3 {
            rig.advance(Duration::from_secs(60));
            rig.tick().await.unwrap();
        }
        compare::complete(&rig)
            .await
            .unwrap_or_else(|error| panic!("killed at effect {point}: {error}"));
        assert_eq!(waiting(&rig).await, 0, "killed at effect {point}");
        if !was_killed {
            break;
        }
        point += 1;
    }
    assert!(point > 30, "only {point} points");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_killed_at_any_point_while_it_drains_loses_nothing() {
    let mut point = 1;
    loop {
        let rig = push_only(12).await;
        rig.journal.handle().go_down();
        let app = rig.app().start().await.unwrap();
        for record in rig.sites[0].ucm.pushed_records(false) {
            assert_eq!(push(&app, &record).await, 200);
        }
        app.settled().await;
        app.stop().await;
        rig.journal.handle().come_back();
        rig.advance(Duration::from_secs(60));
        let kill = Arc::new(KillAt::new(point));
        rig.tick_with(kill.clone()).await.unwrap();
        // A killed tick's lease runs out by itself.
        rig.advance(Duration::from_secs(60));
        drained(&rig, 3).await;
        compare::complete(&rig)
            .await
            .unwrap_or_else(|error| panic!("killed at effect {point}: {error}"));
        if !kill.has_killed() {
            break;
        }
        point += 3;
    }
    assert!(point > 30, "only {point} points");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_pushes_in_any_order_make_every_call_once() {
    let rig = push_only(4_200).await;
    let mut records = rig.sites[0].ucm.pushed_records(false);
    let legs = records.len();
    let mut random = fastrand::Rng::with_seed(42);
    while records.len() < 10_000 {
        records.push(records[random.usize(..legs)].clone());
    }
    random.shuffle(&mut records);
    let app = Arc::new(rig.app().start().await.unwrap());
    let records = Arc::new(records);
    let begun = std::time::Instant::now();
    for block in 0..10 {
        // Odoo fails half of the time, in every way, and comes back.
        match block % 4 {
            1 => rig.journal.handle().go_down(),
            3 => {
                for fault in [
                    OdooFault::html(503),
                    OdooFault::answer_lost(),
                    OdooFault::serialization_failure(),
                ] {
                    rig.journal
                        .handle()
                        .fault(fault.on("x_ucm_call", "create").sparing(1).times(3));
                }
            }
            _ => {}
        }
        let pushers = (0..8).map(|pusher| {
            let (app, records) = (Arc::clone(&app), Arc::clone(&records));
            tokio::spawn(async move {
                for index in
                    (block * 1_000..(block + 1) * 1_000).filter(|index| index % 8 == pusher)
                {
                    while push(&app, &records[index]).await != 200 {}
                }
            })
        });
        for pusher in pushers.collect::<Vec<_>>() {
            pusher.await.unwrap();
        }
        rig.advance(Duration::from_secs(60));
        app.fire_cron("cdr-poll", rig.clock.now()).await.unwrap();
        if block % 4 == 1 {
            rig.journal.handle().come_back();
        }
        let keys = app.key_value("default").unwrap().keys().unwrap().len();
        assert!(
            keys < 1_024,
            "{keys} keys are more than the store documents"
        );
    }
    println!("10,000 pushes of {legs} legs took {:?}", begun.elapsed());
    app.settled().await;
    drained(&rig, 5).await;
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_without_odoo_loses_nothing_and_the_backlog_arrives_in_batches() {
    let rig = push_only(600).await;
    rig.journal.handle().go_down();
    let records = rig.sites[0].ucm.pushed_records(false);
    let app = rig.app().start().await.unwrap();
    for (index, record) in records.iter().enumerate() {
        assert_eq!(push(&app, record).await, 200);
        if index % 40 == 0 {
            rig.advance(Duration::from_secs(3_600));
            app.fire_cron("cdr-poll", rig.clock.now()).await.unwrap();
        }
    }
    app.settled().await;
    app.stop().await;
    let parcels = waiting(&rig).await;
    assert!(
        parcels < 100,
        "a backlog is folded: {parcels} parcels of {} legs",
        records.len()
    );
    rig.journal.handle().come_back();
    rig.journal.handle().clear_requests();
    drained(&rig, 3).await;
    compare::complete(&rig).await.unwrap();
    let creates = rig.journal.handle().count_by_method()["x_ucm_call.create"];
    assert!(
        creates < 20,
        "{creates} requests for {} legs",
        records.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_behind_nat_that_only_pushes_has_all_its_calls() {
    let mut rig = push_only(0).await;
    let app = rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap();
    let url: url::Url = format!("{}/webhook/paris/{SECRET}", app.url())
        .parse()
        .unwrap();
    rig.sites[0].ucm.start_push(Push::to(url).as_xml());
    rig.sites[0].ucm.switches(|switches| {
        switches.push.duplicates = true;
        switches.push.out_of_order = true;
        switches.push.shifted_caller_name = true;
        switches.push.retry_ms = 10;
        switches.push.content_type = "text/plain".into();
    });
    let calls: Vec<_> = peers::ucm::catalogue(rig.sites[0].ucm.office(), now());
    let calls: Vec<_> = calls.into_iter().map(|(_, call)| call).collect();
    rig.sites[0].ucm.add_calls(&calls);
    let sent = tokio::time::timeout(Duration::from_secs(60), async {
        while rig.sites[0].ucm.push_backlog() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    sent.await.unwrap();
    // The last record may still be on its way.
    tokio::time::sleep(Duration::from_millis(300)).await;
    app.settled().await;
    drained(&rig, 2).await;
    compare::complete(&rig).await.unwrap();
    assert!(
        rig.sites[0].ucm.requests().is_empty(),
        "it cannot be reached"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_poll_confirms_completes_and_notices_what_was_never_pushed() {
    let rig = rig(0, json!({})).await;
    let app = rig.app().start().await.unwrap();
    rig.tick().await.unwrap();
    let ucm = &rig.sites[0].ucm;
    let at = |minutes: u64| now() + Duration::from_secs(60 * minutes);
    ucm.switches(|switches| switches.late_recordfiles_secs = Some(3_600));
    ucm.add_call(&Call::new(Scenario::Answered, at(1)).with("+33142667701", "Zoé"));
    rig.advance(Duration::from_secs(10 * 60));
    // Of the first call all is pushed, of the second one leg, of the third nothing.
    for record in rig.sites[0].ucm.pushed_records(false) {
        assert_eq!(push(&app, &record).await, 200);
    }
    ucm.add_call(&Call::new(Scenario::Transfer, at(11)).with("+33142667702", "Ana"));
    ucm.add_call(&Call::new(Scenario::Answered, at(12)).with("+33142667703", "Max"));
    rig.advance(Duration::from_secs(30 * 60));
    let transfer = ucm
        .truth()
        .into_iter()
        .find(|truth| truth.scenario == Scenario::Transfer)
        .unwrap();
    let leg = ucm
        .pushed_records(false)
        .into_iter()
        .find(|record| record.contains(&transfer.session))
        .unwrap();
    assert_eq!(push(&app, &leg).await, 200);
    app.settled().await;
    app.stop().await;
    assert_eq!(rig.journal.count("paris").await.unwrap(), 2);

    let report = rig.sync().await.unwrap();
    let server = &report["servers"][0];
    assert_eq!(server["status"], "complete", "{report}");
    assert_eq!(
        (&server["calls_new"], &server["calls_not_pushed"]),
        (&json!(1), &json!(1)),
        "{report}"
    );
    assert_eq!(
        server["calls_changed"], 1,
        "the transfer is completed: {report}"
    );
    rig.advance(Duration::from_secs(2 * 3_600));
    rig.run_to_completion(3).await.unwrap();
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_and_no_secret_is_logged() {
    let rig = push_only(5).await;
    let app = rig.app().start().await.unwrap();
    let keyed = format!("/webhook/paris/{SECRET}");
    for record in rig.sites[0].ucm.pushed_records(false) {
        ask(&app, request("POST", &keyed, None, &record)).await;
    }
    push(&app, "0142667701").await;
    app.settled().await;
    let log: String = app
        .logs()
        .into_iter()
        .map(|line| line.text + "\n")
        .collect();
    assert!(log.contains("pushed status"), "{log}");
    assert!(!log.contains(SECRET) && !log.contains("0142667701"));
    for truth in rig.sites[0].ucm.truth() {
        for personal in [truth.external, truth.shown, Some(truth.name)]
            .into_iter()
            .flatten()
        {
            assert!(
                personal.len() < 6 || !log.contains(&personal),
                "a log has somebody's number or name"
            );
        }
    }
}

/// The relay of the README, as it stands there but for addresses: run it with `cargo test -p system --test webhook -- --ignored`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs socat and curl"]
async fn records_over_raw_tcp_arrive_through_the_relay() {
    let mut rig = push_only(0).await;
    let app = rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("ucm-relay.conf");
    let readme = std::fs::read_to_string(system::manifest().with_file_name("README.md")).unwrap();
    let text = readme.split("# /etc/ucm-relay.conf\n").nth(1).unwrap();
    let text = text.split("```").next().unwrap();
    let text = text
        .replace(
            "https://bridge.example.com/webhook/paris",
            &format!("{}/webhook/paris", app.url()),
        )
        .replace("THE-PUSH-SECRET", SECRET);
    std::fs::write(&settings, text).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut relay = std::process::Command::new("socat")
        .args(["-u", "-T", "5"])
        .arg(format!("TCP-LISTEN:{port},reuseaddr,fork,max-children=64"))
        .arg(format!("EXEC:curl -K {}", settings.display()))
        .spawn()
        .unwrap();
    for as_xml in [false, true] {
        let url: url::Url = format!("tcp://127.0.0.1:{port}").parse().unwrap();
        let push = if as_xml {
            Push::to(url).as_xml()
        } else {
            Push::to(url)
        };
        rig.sites[0]
            .ucm
            .switches(|switches| switches.push.retry_ms = 50);
        rig.sites[0].ucm.start_push(push);
        let start = rig.clock.now() + Duration::from_secs(60);
        rig.sites[0]
            .ucm
            .add_call(&Call::new(Scenario::RingGroup, start).with("+33142667701", "Zoé"));
        rig.advance(Duration::from_secs(3_600));
        for _ in 0..200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            app.settled().await;
            if compare::complete(&rig).await.is_ok() {
                break;
            }
        }
        compare::complete(&rig).await.unwrap();
    }
    relay.kill().unwrap();
    relay.wait().unwrap();
}

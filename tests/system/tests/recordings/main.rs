//! Recordings through the compiled component: found on the simulated UCM, cut to ranges, passed on.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use host::{App, Clock, KeyValueLimits, RuntimeConfig};
use http::{Request, Response};
use peers::odoo::Fault as OdooFault;
use peers::ucm::{Call, Fault, Recording, RecordingForm, RecordingName, Recordings, Scenario, Ucm};
use serde_json::{Value, json};
use system::{ADMIN_TOKEN, Journal, RealOdoo, Rig, Site, french_ucm};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

mod finding;
mod forged;
mod forms;
mod listeners;
mod names;
mod record;
mod renewal;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

/// An office with one call of `scenario` half an hour ago, `secs` long.
async fn office(scenario: Scenario, secs: u32) -> Ucm {
    let start = now() - chrono_clock::TimeDelta::seconds(1_800 + i64::from(secs));
    french_ucm(now())
        .calls([Call::new(scenario, start).talking(secs)])
        .start()
        .await
        .unwrap()
}

/// Trust in the CA of the simulated PBX, and in nothing else.
fn trusting(ca_pem: &str) -> RuntimeConfig {
    let folder = tempfile::tempdir().unwrap().keep();
    std::fs::write(folder.join("ca.pem"), ca_pem).unwrap();
    let text = "[[client_tls]]\ncomponent_ids = [\"cdr-poll\", \"dial\", \"recordings\"]\nhosts = [\"127.0.0.1\"]\n\
                ca_use_platform_roots = false\nca_roots_file = \"ca.pem\"\n";
    RuntimeConfig::parse(text, &folder).unwrap()
}

async fn rig_with(ucm: Ucm, settings: Value, variables: &[(&str, &str)]) -> Rig {
    let journal = Journal::simulated(19).await.unwrap();
    let trust = trusting(ucm.ca_pem());
    let now = ucm.now();
    let mut rig = Rig::around(journal, now)
        .site(Site::new("paris", ucm).with(settings))
        .runtime(trust)
        .variable("public_url", "https://bridge.example.com")
        .variable("link_secret", SECRET);
    for (name, value) in variables {
        rig = rig.variable(name, value);
    }
    let rig = rig.start().await.unwrap();
    rig.run_to_completion(3).await.unwrap();
    rig
}

/// A recorded call over HTTPS, and the audio's address as the journal has it.
async fn recorded(scenario: Scenario, secs: u32) -> (Rig, String, Recording) {
    let rig = rig_with(office(scenario, secs).await, json!({ "https": true }), &[]).await;
    let link = audio(&link(&rig).await);
    let recording = rig.sites[0].ucm.recordings().remove(0);
    rig.sites[0].ucm.clear_requests();
    (rig, link, recording)
}

/// Path and query of the first link in the journal.
async fn link(rig: &Rig) -> String {
    let calls = players(rig).await;
    let url = calls[0]["x_recording_url"].as_str().unwrap();
    url.strip_prefix("https://bridge.example.com")
        .unwrap()
        .to_owned()
}

/// The links of all calls that have some.
async fn players(rig: &Rig) -> Value {
    let fields = ["x_recording_url", "x_recording_links"];
    let has_some = json!([["x_recording_url", "!=", false]]);
    rig.journal
        .call(
            "x_ucm_call",
            "search_read",
            json!([has_some, fields]),
            json!({}),
        )
        .await
        .unwrap()
}

fn audio(page: &str) -> String {
    page.replacen("/listen/", "/recordings/", 1)
}

async fn ask(app: &App, method: &str, path: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("http://localhost{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.request(request.body(Bytes::new()).unwrap())
        .await
        .unwrap()
}

async fn get(app: &App, path: &str, range: &str) -> Response<Bytes> {
    let headers = [("range", range)];
    ask(
        app,
        "GET",
        path,
        if range.is_empty() { &[] } else { &headers },
    )
    .await
}

/// The answer to `HEAD`, over a socket: it announces a body that does not come.
async fn head(app: &App, path: &str) -> String {
    let mut stream = TcpStream::connect(app.address().unwrap()).await.unwrap();
    let request = format!("HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn header<'a>(answer: &'a Response<Bytes>, name: &str) -> &'a str {
    answer
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

fn problem(answer: &Response<Bytes>) -> Value {
    assert_eq!(
        header(answer, "content-type"),
        "application/problem+json",
        "{answer:?}"
    );
    let problem: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(problem["status"], answer.status().as_u16());
    assert!(!problem["action"].as_str().unwrap().is_empty());
    problem
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_recording_comes_as_it_is_on_the_pbx() {
    let (rig, link, recording) = recorded(Scenario::Answered, 60).await;
    let app = rig.app().start().await.unwrap();
    let answer = get(&app, &link, "").await;
    assert_eq!(answer.status(), 200);
    assert!(
        answer.body() == &recording.bytes(),
        "{} bytes",
        answer.body().len()
    );
    for (name, value) in [
        ("content-type", "audio/wav"),
        (
            "content-length",
            recording.size_bytes().to_string().as_str(),
        ),
        ("accept-ranges", "bytes"),
        ("cache-control", "private, max-age=3600"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(header(&answer, name), value, "{name}");
    }
    assert!(
        header(&answer, "content-disposition").starts_with("inline; filename=\"paris-2026-06-15-")
    );
    assert!(!header(&answer, "etag").starts_with("W/") && !header(&answer, "etag").is_empty());
    let kept = get(&app, &format!("{link}&download=1"), "").await;
    assert!(header(&kept, "content-disposition").starts_with("attachment;"));
    let shown = format!("{link} {:?} {:?}", answer.headers(), app.logs());
    assert!(!shown.contains("199000042"), "a number shows: {shown}");
    app.settled().await;
    let listens = app
        .logs()
        .into_iter()
        .filter(|line| line.text.contains("\"event\":\"listen\""));
    assert_eq!(listens.count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_range_is_a_part_of_the_file() {
    let (rig, link, recording) = recorded(Scenario::Answered, 60).await;
    let app = rig.app().start().await.unwrap();
    let bytes = recording.bytes();
    let total = bytes.len();
    for (range, from, to) in [
        ("bytes=0-1", 0, 1),
        ("bytes=0-", 0, total - 1),
        ("bytes=500000-500009", 500_000, 500_009),
        ("bytes=900000-", 900_000, total - 1),
        ("bytes=-44", total - 44, total - 1),
        ("bytes=40-70000", 40, 70_000),
        ("bytes=0-99999999", 0, total - 1),
    ] {
        let answer = get(&app, &link, range).await;
        assert_eq!(answer.status(), 206, "{range}");
        assert_eq!(
            header(&answer, "content-range"),
            format!("bytes {from}-{to}/{total}")
        );
        assert_eq!(
            header(&answer, "content-length"),
            (to - from + 1).to_string()
        );
        assert!(answer.body() == &bytes[from..=to], "{range}");
    }
    for range in ["bytes=99999999-", "bytes=-0"] {
        let answer = get(&app, &link, range).await;
        assert_eq!(
            (answer.status().as_u16(), answer.body().len()),
            (416, 0),
            "{range}"
        );
        assert_eq!(header(&answer, "content-range"), format!("bytes */{total}"));
    }
    for range in ["bytes=9-1", "lines=1-2", "bytes=0-1,5-9"] {
        assert_eq!(get(&app, &link, range).await.status(), 200, "{range}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_and_head_are_honoured() {
    let (rig, link, recording) = recorded(Scenario::Answered, 60).await;
    let app = rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap();
    let head = head(&app, &link).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let length = format!("content-length: {}\r\n", recording.size_bytes());
    assert!(
        head.contains(&length) && head.ends_with("\r\n\r\n"),
        "{head}"
    );
    let whole = get(&app, &link, "").await;
    let etag = header(&whole, "etag").to_owned();
    assert!(head.contains(&etag), "{head}");
    for (condition, status) in [
        (etag.as_str(), 206),
        ("\"another\"", 200),
        ("Mon, 15 Jun 2026 14:00:00 GMT", 200),
    ] {
        let answer = ask(
            &app,
            "GET",
            &link,
            &[("range", "bytes=0-9"), ("if-range", condition)],
        )
        .await;
        assert_eq!(answer.status(), status, "{condition}");
    }
    let same = ask(&app, "GET", &link, &[("if-none-match", &etag)]).await;
    assert_eq!((same.status().as_u16(), same.body().len()), (304, 0));
    assert_eq!(ask(&app, "POST", &link, &[]).await.status(), 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_is_answered_without_the_pbx() {
    let (rig, link, recording) = recorded(Scenario::Answered, 60).await;
    let app = rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap();
    get(&app, &link, "bytes=0-").await;
    app.settled().await;
    rig.sites[0].ucm.clear_requests();
    let probe = get(&app, &link, "bytes=0-1").await;
    assert_eq!(
        (probe.status().as_u16(), &probe.body()[..]),
        (206, &b"RI"[..])
    );
    assert_eq!(
        get(&app, &link, "bytes=0-43").await.body(),
        &recording.read(0, 44)
    );
    assert!(head(&app, &link).await.starts_with("HTTP/1.1 200"));
    assert_eq!(get(&app, &link, "bytes=99999999-").await.status(), 416);
    assert!(
        rig.sites[0].ucm.requests().is_empty(),
        "{:?}",
        rig.sites[0].ucm.requests()
    );
}

/// The one who listened while the UCM wrote it, and later all of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_was_while_it_grew_is_not_taken_for_the_whole() {
    for says_length in [true, false] {
        let (rig, link, recording) = recorded(Scenario::Answered, 60).await;
        let ucm = &rig.sites[0].ucm;
        ucm.switches(|switches| {
            switches.recording_form = RecordingForm::Mpeg;
            switches.content_length = says_length;
        });
        rig.clock.set(now() - chrono_clock::TimeDelta::minutes(29));
        let app = rig.app().start().await.unwrap();
        let early = get(&app, &link, "").await;
        assert_eq!(header(&early, "cache-control"), "private, no-cache");
        assert_eq!(early.body().len() as u64, recording.size_bytes());
        app.stop().await;
        rig.clock.set(now());
        ucm.clear_requests();
        let app = rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap();
        assert!(head(&app, &link).await.starts_with("HTTP/1.1 200"));
        assert_eq!(ucm.count("recapi"), 1, "{:?}", ucm.requests());
        let late = get(&app, &link, "bytes=0-9").await;
        assert_eq!(late.status(), if says_length { 206 } else { 200 });
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_with_a_limit_gets_slices() {
    let ucm = office(Scenario::Answered, 60).await;
    let rig = rig_with(ucm, json!({}), &[("recording_slice_bytes", "100000")]).await;
    let (app, link) = (rig.app().start().await.unwrap(), audio(&link(&rig).await));
    let bytes = rig.sites[0].ucm.recordings()[0].bytes();
    let mut heard = Vec::new();
    while heard.len() < bytes.len() {
        let answer = get(&app, &link, &format!("bytes={}-", heard.len())).await;
        assert!(answer.status() == 206 && answer.body().len() <= 100_000);
        heard.extend_from_slice(answer.body());
    }
    assert!(heard == bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_has_just_ended_is_pending() {
    let (rig, link, _) = recorded(Scenario::Answered, 20).await;
    rig.sites[0]
        .ucm
        .switches(|switches| switches.recordings = Recordings::Missing);
    rig.clock.set(now() - chrono_clock::TimeDelta::minutes(29));
    let app = rig.app().start().await.unwrap();
    let answer = get(&app, &link, "").await;
    assert_eq!(
        (answer.status().as_u16(), header(&answer, "retry-after")),
        (503, "30")
    );
    assert_eq!(problem(&answer)["type"], "urn:ucm-odoo:recording-pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_the_bridge_has_not_made_open_nothing() {
    let (rig, link, _) = recorded(Scenario::Answered, 20).await;
    let app = rig.app().start().await.unwrap();
    let (path, query) = link.split_once('?').unwrap();
    let sealed = path.rsplit('/').next().unwrap();
    let changed = format!("{}A{}", &sealed[..20], &sealed[21..]);
    let other_end = query.replacen("expires=1", "expires=2", 1);
    let long = "A".repeat(5_000);
    for forged in [
        format!("/recordings/paris/{changed}?{query}"),
        format!("/recordings/lyon/{sealed}?{query}"),
        format!("{path}?{other_end}"),
        format!("{path}?{}", query.split('&').next().unwrap()),
        format!("{path}?{query}A"),
        format!("{path}?{query}&file=../../etc/passwd"),
        format!("{path}/../../etc/passwd?{query}"),
        format!("/recordings/paris/..%2f..%2fetc%2fpasswd?{query}"),
        format!("/recordings/paris/%0d%0aSet-Cookie:%20a=b?{query}"),
        format!("/recordings/paris/{long}?{query}"),
        format!("/recordings/?{query}"),
        "/recordings/auto-1-2-3.wav".to_owned(),
    ] {
        let answer = get(&app, &forged, "").await;
        assert_eq!(answer.status(), 403, "{forged}");
        assert_eq!(problem(&answer)["type"], "urn:ucm-odoo:link-refused");
    }
    app.stop().await;
    assert!(
        rig.sites[0].ucm.requests().is_empty(),
        "a refused link must ask nothing"
    );
    let closed = rig.app().variable("link_secret", "").start().await.unwrap();
    assert_eq!(get(&closed, &link, "").await.status(), 503);
    closed.stop().await;
    let rotated = rig
        .app()
        .variable("link_secret", "another-secret-of-32-characters-")
        .variable("link_secret_previous", SECRET);
    assert_eq!(
        get(&rotated.start().await.unwrap(), &link, "")
            .await
            .status(),
        200
    );
    rig.advance(Duration::from_secs(400 * 86_400));
    let late = rig.app().start().await.unwrap();
    let answer = get(&late, &link, "").await;
    assert_eq!(
        (answer.status().as_u16(), &problem(&answer)["type"]),
        (410, &json!("urn:ucm-odoo:link-expired"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_header_goes_through_in_either_direction() {
    let (rig, link, _) = recorded(Scenario::Answered, 20).await;
    let app = rig.app().start().await.unwrap();
    let given = [
        ("cookie", "session=of-the-listener"),
        ("authorization", "Bearer of-the-listener"),
        ("x-forwarded-for", "203.0.113.7"),
        ("accept-language", "de"),
        ("range", "bytes=100-200"),
    ];
    let answer = ask(&app, "GET", &link, &given).await;
    let listed = [
        "accept-ranges",
        "cache-control",
        "content-disposition",
        "content-length",
        "content-range",
        "content-type",
        "etag",
        "referrer-policy",
        "x-content-type-options",
    ];
    let mut names: Vec<&str> = answer.headers().keys().map(|name| name.as_str()).collect();
    names.retain(|name| *name != "date");
    names.sort_unstable();
    assert_eq!(names, listed);
    let requests = rig.sites[0].ucm.requests();
    let sent = requests.iter().find(|it| it.action == "recapi").unwrap();
    for name in [
        "cookie",
        "authorization",
        "x-forwarded-for",
        "accept-language",
        "range",
    ] {
        assert!(
            !sent.headers.contains(&name.to_owned()),
            "{:?}",
            sent.headers
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_get_pages_in_their_language() {
    let (rig, link, _) = recorded(Scenario::Answered, 20).await;
    let page = link.replacen("/recordings/", "/listen/", 1);
    let app = rig.app().start().await.unwrap();
    for (language, word) in [
        ("en", "Speed"),
        ("fr-CH,fr", "Vitesse"),
        ("es", "Velocidad"),
        ("de", "Tempo"),
    ] {
        let answer = ask(&app, "GET", &page, &[("accept-language", language)]).await;
        let html = String::from_utf8_lossy(answer.body()).into_owned();
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "content-type")),
            (200, "text/html; charset=utf-8")
        );
        assert!(
            html.contains(word) && html.contains("<audio") && !html.contains("199000042"),
            "{html}"
        );
        assert!(header(&answer, "content-security-policy").contains("default-src 'none'"));
    }
    assert!(
        rig.sites[0].ucm.requests().is_empty(),
        "a page that is only looked at asks nothing"
    );
    for file in ["/listen/player.js", "/listen/player.css"] {
        assert_eq!(get(&app, file, "").await.status(), 200);
    }
    let refused = ask(
        &app,
        "GET",
        &format!("{page}A"),
        &[("accept-language", "de")],
    )
    .await;
    assert_eq!(refused.status(), 403);
    assert!(String::from_utf8_lossy(refused.body()).contains("Dieser Link ist ungültig"));
    rig.sites[0]
        .ucm
        .switches(|switches| switches.recordings = Recordings::Missing);
    let gone = ask(&app, "GET", &link, &[("accept", "text/html,*/*")]).await;
    assert!(String::from_utf8_lossy(gone.body()).contains("no longer has this recording"));
}

#[tokio::test(flavor = "multi_thread")]
async fn links_in_the_journal_change_nothing_that_has_not_changed() {
    let (rig, _, _) = recorded(Scenario::Transfer, 20).await;
    let rows = players(&rig).await;
    let links = rows[0]["x_recording_links"].as_str().unwrap();
    assert_eq!(
        links.matches("<a ").count(),
        rig.sites[0].ucm.recordings().len()
    );
    rig.advance(Duration::from_secs(900));
    rig.forget_state().unwrap();
    let report = rig.sync().await.unwrap();
    assert_eq!(report["servers"][0]["calls_changed"], 0, "{report}");
    assert_eq!(players(&rig).await, rows);
}

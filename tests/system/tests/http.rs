//! The routes: who may, what they are told, and what could not be delivered.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::time::Duration;

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use host::{AppBuilder, Clock};
use peers::ucm::{Country, Fault, Traffic, Ucm};
use serde_json::{Value, json};
use system::{ADMIN_TOKEN, Journal, Rig, Site, french_ucm};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

async fn rig() -> Rig {
    let traffic = Traffic {
        seed: 5,
        days: 5,
        calls: 20,
    };
    let ucm = french_ucm(now()).traffic(traffic).start().await.unwrap();
    Rig::around(Journal::simulated(19).await.unwrap(), now())
        .site(Site::new("paris", ucm))
        .start()
        .await
        .unwrap()
}

async fn ask(
    rig: &Rig,
    method: &str,
    path: &str,
    token: Option<&str>,
    admin_token: &str,
) -> (u16, String, Value) {
    let app = rig
        .app()
        .variable("admin_token", admin_token)
        .start()
        .await
        .unwrap();
    let mut request = http::Request::builder()
        .method(method)
        .uri(format!("http://localhost{path}"));
    if let Some(token) = token {
        request = request.header("authorization", token);
    }
    let answer = app
        .request(request.body(Bytes::new()).unwrap())
        .await
        .unwrap();
    app.stop().await;
    let content_type = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    (
        answer.status().as_u16(),
        content_type,
        serde_json::from_slice(answer.body()).unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_is_a_problem_that_says_what_to_do() {
    let rig = rig().await;
    let bearer = Some("Bearer t0ken-of-17-bytes");
    for (method, path, token, admin_token, status) in [
        ("POST", "/sync", bearer, "", 503),
        ("POST", "/setup", bearer, "", 503),
        ("GET", "/dead-letters/paris", bearer, "", 503),
        ("POST", "/sync", Some("Bearer t0ken"), "t0ken", 503),
        ("POST", "/setup", Some("Bearer t0ken"), "t0ken", 503),
        ("POST", "/sync", None, "t0ken-of-17-bytes", 401),
        (
            "POST",
            "/sync",
            Some("Bearer other"),
            "t0ken-of-17-bytes",
            401,
        ),
        (
            "POST",
            "/sync",
            Some("Basic t0ken-of-17-bytes"),
            "t0ken-of-17-bytes",
            401,
        ),
        (
            "POST",
            "/setup",
            Some("Bearer t0ken-of-17-byte"),
            "t0ken-of-17-bytes",
            401,
        ),
        ("DELETE", "/setup", Some("Bearer"), "t0ken-of-17-bytes", 401),
        ("GET", "/sync", bearer, "t0ken-of-17-bytes", 405),
        ("PUT", "/setup", bearer, "t0ken-of-17-bytes", 405),
        (
            "POST",
            "/sync?server=lyon",
            bearer,
            "t0ken-of-17-bytes",
            404,
        ),
        (
            "GET",
            "/dead-letters/lyon",
            bearer,
            "t0ken-of-17-bytes",
            404,
        ),
    ] {
        let (got, content_type, problem) = ask(&rig, method, path, token, admin_token).await;
        assert_eq!(got, status, "{method} {path}: {problem}");
        assert_eq!(content_type, "application/problem+json");
        assert_eq!(problem["status"], status);
        assert!(
            problem["action"]
                .as_str()
                .is_some_and(|action| !action.is_empty()),
            "{problem}"
        );
    }
    assert!(
        rig.sites[0].ucm.requests().is_empty(),
        "a refused request must do nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn faulty_settings_are_all_reported_and_the_good_server_runs() {
    let mut rig = rig().await;
    let traffic = Traffic {
        seed: 6,
        days: 5,
        calls: 5,
    };
    let ucm = Ucm::builder()
        .country(Country::Fr)
        .now(now())
        .traffic(traffic)
        .start()
        .await
        .unwrap();
    rig.sites.push(
        Site::new("lyon", ucm)
            .with(json!({ "country": "XX", "interval_minutes": 0, "pasword": "x" })),
    );
    let (status, report) = rig.request("POST", "/sync").await.unwrap();
    assert_eq!(status, 502);
    let settings: Vec<&str> = report["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["setting"].as_str().unwrap())
        .collect();
    assert_eq!(
        settings,
        [
            "ucm_servers[1].country",
            "ucm_servers[1].interval_minutes",
            "ucm_servers[1].pasword"
        ]
    );
    assert_eq!(report["servers"][0]["status"], "complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_read_is_set_aside_once_and_the_others_arrive() {
    let rig = rig().await;
    let good = json!({
        "cdr": "1781504400123456-0142667701", "AcctId": "9", "src": "0142667701", "dst": "201", "clid": "\"Ana\" <0142667701>",
        "dcontext": "did-local", "channel": "PJSIP/trunk_1-00000001", "dstchannel": "PJSIP/201-00000002", "lastapp": "Dial", "lastdata": "",
        "start": "2026-06-15 08:20:00", "answer": "2026-06-15 08:20:05", "end": "2026-06-15 08:21:05", "duration": "65", "billsec": "60",
        "disposition": "ANSWERED", "uniqueid": "1781504400.7", "userfield": "Inbound", "channel_ext": "trunk_1", "dstchannel_ext": "201",
        "caller_name": "Ana", "recordfiles": "", "dstanswer": "201", "session": "1781504400123456-0142667701", "action_owner": "0142667701",
        "action_type": "DIAL", "src_trunk_name": "main", "dst_trunk_name": "",
    });
    let mut bad = good.clone();
    bad["session"] = json!("1781504500123456-0142667702");
    bad["start"] = json!("yesterday");
    let page = json!({ "cdr_root": [bad, good, 7] }).to_string();
    rig.sites[0].ucm.fault(Fault::json("cdrapi", &page));
    for new in [2, 0] {
        let report = rig.sync().await.unwrap();
        let server = &report["servers"][0];
        assert_eq!(server["status"], "complete", "{report}");
        assert_eq!(
            (&server["dead_letters"], &server["calls_new"]),
            (&json!(new), &json!(new / 2)),
            "{report}"
        );
        rig.advance(Duration::from_secs(60));
    }
    let letters = rig.letters("paris").await.unwrap();
    assert_eq!(letters.len(), 2);
    let of_bad = letters
        .iter()
        .find(|letter| letter["reason"].as_str().unwrap().contains("start"))
        .unwrap();
    // The list shows nobody; the record itself is kept as it came.
    assert!(
        !of_bad.to_string().contains("Ana") && !of_bad.to_string().contains("0142667701"),
        "{of_bad}"
    );
    let path = format!("/dead-letters/paris/{}", of_bad["id"].as_str().unwrap());
    let (status, letter) = rig.request("GET", &path).await.unwrap();
    assert_eq!(status, 200, "{letter}");
    assert!(letter["payload"].as_str().unwrap().contains("yesterday"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_and_no_secret_is_logged() {
    let rig = rig().await;
    let mut lines = rig.tick().await.unwrap();
    rig.sites[0].ucm.fault(Fault::garbage("cdrapi"));
    rig.advance(Duration::from_secs(16 * 60));
    lines.extend(rig.tick().await.unwrap());
    let log = lines.join("\n");
    assert!(log.contains("calls_new=20"), "{log}");
    let odoo = rig.journal.reached();
    for secret in [rig.sites[0].ucm.password(), &odoo.api_key, ADMIN_TOKEN] {
        assert!(!log.contains(secret));
    }
    for truth in rig.sites[0].ucm.truth() {
        for personal in [truth.external, truth.shown, Some(truth.name)]
            .into_iter()
            .flatten()
            .filter(|text| text.len() > 5)
        {
            assert!(
                !log.contains(&personal),
                "a log has somebody's number or name"
            );
        }
    }
}

/// The first bytes of an answer on a kept connection, as far as one read has them.
async fn first_bytes(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = vec![0; 64 * 1024];
    let read = tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            stream.readable().await.unwrap();
            if let Ok(read) = stream.try_read(&mut bytes) {
                return read;
            }
        }
    });
    let read = read.await.unwrap();
    String::from_utf8(bytes[..read].to_vec()).unwrap()
}

fn is_whole(answer: &str) -> bool {
    let Some((head, body)) = answer.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    length.is_some_and(|length| length.parse() == Ok(body.len()))
}

/// Where a body comes after its head, Nagle's algorithm keeps it back until the client acknowledges: some 40 ms.
#[tokio::test(flavor = "multi_thread")]
async fn every_short_answer_leaves_with_its_head() {
    let mut rig = rig().await;
    rig.sites[0].settings = json!({ "push_secret": ADMIN_TOKEN });
    let record = json!({ "session": "1781504400123456-1", "AcctId": "1", "start": "2026-06-15 08:20:00", "disposition": "BUSY" });
    let app = rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap();
    for (line, body) in [
        ("GET /health", String::new()),
        ("GET /status", String::new()),
        ("GET /metrics", String::new()),
        ("GET /stats", String::new()),
        ("GET /setup", String::new()),
        ("GET /completeness", String::new()),
        ("POST /sync?server=nobody", String::new()),
        ("GET /listen/nothing", String::new()),
        ("GET /listen/player.css", String::new()),
        ("GET /recordings/nothing", String::new()),
        ("GET /webhook/paris", String::new()),
        ("POST /webhook/paris", record.to_string()),
    ] {
        let mut stream = TcpStream::connect(app.address().unwrap()).await.unwrap();
        let request = format!(
            "{line} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {ADMIN_TOKEN}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        for _ in 0..10 {
            let answer = first_bytes(&mut stream, &request).await;
            assert!(is_whole(&answer), "{line}: {answer}");
        }
    }
    app.stop().await;
}

/// Where the host takes little at once, the rest follows the head.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_fit_is_sent_all_the_same() {
    let rig = rig().await;
    // A client that takes nothing for a minute is let go: on a clock that jumps, that is at once.
    let file = async |app: AppBuilder| {
        let app = app.clock(Clock::Real).start().await.unwrap();
        let request = http::Request::get("http://localhost/listen/player.js");
        let answer = app.request(request.body(Bytes::new()).unwrap());
        let answer = answer.await.unwrap();
        app.stop().await;
        answer
    };
    let whole = file(rig.app()).await;
    let piecewise = file(rig.app().body_chunk_bytes(300)).await;
    assert!(whole.body().len() > 1_000, "{}", whole.body().len());
    assert_eq!(piecewise.body(), whole.body());
    assert_eq!(
        piecewise.headers()["content-length"],
        whole.body().len().to_string()
    );
}

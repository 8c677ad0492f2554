//! The HTTP trigger.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use host::{App, LogSource};
use http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{eventually, get, kitchen, lines, send, text};

async fn listening() -> App {
    kitchen()
        .listen((Ipv4Addr::LOCALHOST, 0))
        .start()
        .await
        .unwrap()
}

/// Sends bytes as they are and reads until the host closes the connection.
async fn raw(app: &App, request: &str) -> String {
    let mut stream = TcpStream::connect(app.address().unwrap()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that breaks is an answer as well.
    _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn headers_of_the_connection_are_hidden_and_those_of_spin_are_added() {
    let app = listening().await;
    let request = "POST /named/paris/a/b?c=d HTTP/1.1\r\nHost: pbx.example:81\r\n\
         Connection: close\r\nKeep-Alive: timeout=5\r\nTransfer-Encoding: chunked\r\n\
         X-Forwarded-For: 192.0.2.1\r\nAccept: a\r\nAccept: b\r\n\r\n0\r\n\r\n";
    let answer = raw(&app, request).await;
    let seen: Vec<&str> = answer.lines().collect();
    for expected in [
        "method: POST",
        "authority: pbx.example:81",
        "path: /named/paris/a/b?c=d",
        "x-forwarded-for: 192.0.2.1",
        "accept: a",
        "accept: b",
        "spin-full-url: http://pbx.example:81/named/paris/a/b?c=d",
        "spin-path-info: /a/b",
        "spin-matched-route: /named/:server/...",
        "spin-raw-component-route: /named/:server/...",
        "spin-component-route: /named/:server",
        "spin-base-path: /",
        "spin-path-match-server: paris",
    ] {
        assert!(seen.contains(&expected), "{expected} is not in:\n{answer}");
    }
    assert!(answer.contains("spin-client-addr: 127.0.0.1:"), "{answer}");
    let (_, guest_saw) = answer.split_once("method: POST").unwrap();
    for hidden in [
        "\nhost:",
        "\nconnection:",
        "\nkeep-alive:",
        "\ntransfer-encoding:",
    ] {
        assert!(!guest_saw.contains(hidden), "{hidden} is in:\n{guest_saw}");
    }
}

#[tokio::test]
async fn a_client_that_sends_a_header_of_spin_makes_two_values_of_it() {
    let app = listening().await;
    let request = "GET /request HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
         Spin-Client-Addr: 203.0.113.7:1\r\n\r\n";
    let answer = raw(&app, request).await;
    let values: Vec<&str> = answer
        .lines()
        .filter_map(|line| line.strip_prefix("spin-client-addr: "))
        .collect();
    assert_eq!(values[0], "203.0.113.7:1", "{answer}");
    assert!(values[1].starts_with("127.0.0.1:"), "{answer}");
    assert_eq!(values.len(), 2, "{answer}");
}

#[tokio::test]
async fn a_header_that_is_no_text_is_a_500() {
    let app = listening().await;
    let mut stream = TcpStream::connect(app.address().unwrap()).await.unwrap();
    let request = b"GET /request HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Name: \xe9\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
}

/// How long a client of a kept connection waits for the body after the head has come, at most of some requests.
async fn longest_gap(app: &App, path: &str) -> Duration {
    let mut stream = TcpStream::connect(app.address().unwrap()).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut longest = Duration::ZERO;
    for _ in 0..20 {
        stream.write_all(request.as_bytes()).await.unwrap();
        let (mut answer, mut begun) = (Vec::new(), None);
        while !answer.ends_with(b"0\r\n\r\n") {
            let reading =
                tokio::time::timeout(Duration::from_secs(10), stream.read_buf(&mut answer));
            assert_ne!(reading.await.unwrap().unwrap(), 0);
            begun.get_or_insert_with(Instant::now);
        }
        longest = longest.max(begun.unwrap().elapsed());
    }
    longest
}

/// Linux waits at least 40 ms before it acknowledges what it has nothing to say to.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_after_the_head_waits_for_the_clients_acknowledgement() {
    let gap = longest_gap(&listening().await, "/head-first").await;
    assert!(gap >= Duration::from_millis(35), "{gap:?}");
}

#[tokio::test]
async fn a_panic_or_no_answer_is_a_500_without_a_body() {
    let app = kitchen().start().await.unwrap();
    for path in ["/panic", "/silent"] {
        let response = get(&app, path).await;
        assert_eq!(
            (response.status().as_u16(), response.body().len()),
            (500, 0),
            "{path}"
        );
    }
    app.settled().await;
    let logs = app.logs();
    assert!(
        logs.iter()
            .any(|it| it.source == LogSource::Stderr && it.text.contains("as asked"))
    );
    assert!(
        logs.iter()
            .any(|it| it.source == LogSource::Host && it.text.contains("trapped"))
    );
}

#[tokio::test]
async fn what_the_guest_prints_is_kept_by_line() {
    let app = kitchen().start().await.unwrap();
    text(&app, "/print").await;
    app.settled().await;
    let logs = app.logs();
    let found = |source, text: &str| {
        logs.iter()
            .any(|it| it.component == "kitchen" && it.source == source && it.text == text)
    };
    assert!(found(LogSource::Stdout, "to stdout") && found(LogSource::Stderr, "to stderr"));
}

#[tokio::test]
async fn large_bodies_stream_both_ways_without_being_held() {
    let app = kitchen().start().await.unwrap();
    let body = Bytes::from(vec![7; 20 * 1024 * 1024]);
    let request = Request::post("/upload").body(body).unwrap();
    let response = send(&app, request).await;
    let counted = String::from_utf8_lossy(response.body()).into_owned();
    assert!(counted.starts_with("20971520 bytes in "), "{counted}");
    assert_eq!(
        get(&app, "/download/20").await.body().len(),
        20 * 1024 * 1024
    );
    let peak_bytes = app.peak_memory_bytes("kitchen").unwrap();
    assert!(
        (64 * 1024..8 * 1024 * 1024).contains(&peak_bytes),
        "{peak_bytes}"
    );
}

#[tokio::test]
async fn a_slow_request_is_passed_on_chunk_by_chunk() {
    let app = listening().await;
    let mut stream = TcpStream::connect(app.address().unwrap()).await.unwrap();
    let head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    for word in ["first", "later"] {
        stream
            .write_all(format!("5\r\n{word}\r\n").as_bytes())
            .await
            .unwrap();
        let mut seen = String::new();
        // The request has not ended; what has come must have come back already.
        while !seen.contains(word) {
            let mut buffer = [0; 1024];
            let read = stream.read(&mut buffer);
            let count = tokio::time::timeout(Duration::from_secs(10), read)
                .await
                .unwrap();
            seen += &String::from_utf8_lossy(&buffer[..count.unwrap()]);
        }
    }
}

#[tokio::test]
async fn a_client_that_goes_away_is_noticed_at_the_next_write() {
    let app = listening().await;
    let mut stream = TcpStream::connect(app.address().unwrap()).await.unwrap();
    stream
        .write_all(b"GET /download/200 HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    stream.read_exact(&mut [0; 1000]).await.unwrap();
    drop(stream);
    eventually("the guest notices", || {
        lines(&app)
            .iter()
            .any(|line| line.starts_with("the client left after"))
    })
    .await;
}

#[tokio::test]
async fn work_goes_on_after_the_answer() {
    let app = kitchen().start().await.unwrap();
    assert_eq!(get(&app, "/late").await.status(), 202);
    app.settled().await;
    assert!(lines(&app).contains(&"worked after the answer".to_owned()));
}

#[tokio::test]
async fn a_body_shorter_than_promised_breaks_the_answer() {
    let app = listening().await;
    let answer = raw(
        &app,
        "GET /short HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(!answer.contains("short"), "{answer}");
}

#[tokio::test]
async fn no_route_is_a_404() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = crate::support::manifest();
    let text = std::fs::read_to_string(&manifest).unwrap();
    let guests = manifest.parent().unwrap().display();
    let text = text
        .replace("\"/...\"", "{ private = true }")
        .replace("\"kitchen/target", &format!("\"{guests}/kitchen/target"));
    let path = folder.path().join("spin.toml");
    std::fs::write(&path, text).unwrap();
    let app = App::builder(path)
        .variable("token", "t")
        .start()
        .await
        .unwrap();
    assert_eq!(get(&app, "/request").await.status(), 404);
    assert_eq!(get(&app, "/named/a").await.status(), 200);
}

#[tokio::test]
async fn a_guest_that_computes_gives_way_and_ends_with_the_application() {
    let app = kitchen().start().await.unwrap();
    let spinning = get(&app, "/spin");
    let answered = text(&app, "/greeting");
    tokio::select! {
        _ = spinning => panic!("it cannot be done so soon"),
        greeting = answered => assert_eq!(greeting, "hello"),
    }
    tokio::time::timeout(Duration::from_secs(10), app.stop())
        .await
        .expect("it must stop");
}

#[tokio::test]
async fn an_instance_gets_no_more_memory_than_the_limit() {
    let app = kitchen()
        .memory_limit_bytes(16 * 1024 * 1024)
        .start()
        .await
        .unwrap();
    assert_eq!(text(&app, "/grow/8").await, "8388608");
    assert_eq!(get(&app, "/grow/32").await.status(), 500);
    let peak_bytes = app.peak_memory_bytes("kitchen").unwrap();
    assert!((8 << 20..=16 << 20).contains(&peak_bytes), "{peak_bytes}");
}

#[tokio::test]
async fn every_request_runs_in_a_fresh_instance() {
    let app = kitchen().start().await.unwrap();
    assert_ne!(text(&app, "/random").await, text(&app, "/random").await);
}

//! Outbound HTTP.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use host::RuntimeConfig;
use http::Request;

use crate::support::{Peer, fetch, fetch_through, kitchen, kitchen_with, lines, send, text};

#[tokio::test]
async fn only_granted_destinations_are_reached() {
    let (peer, other) = (Peer::start().await, Peer::start().await);
    let app = kitchen_with(&peer).start().await.unwrap();
    let answer = fetch(&app, &peer.path("/"), &[]).await;
    assert!(answer.starts_with("200\n"), "{answer}");
    let denied = "ErrorCode::HttpRequestDenied";
    assert_eq!(fetch(&app, &other.path("/"), &[]).await, denied);
    let by_name = peer.path("/").replace("127.0.0.1", "localhost");
    assert_eq!(fetch(&app, &by_name, &[]).await, denied);
    let by_tls = peer.path("/").replace("http:", "https:");
    assert_eq!(fetch(&app, &by_tls, &[]).await, denied);
    let twin = fetch_through(&app, "/denied/proxy", &peer.path("/"), &[]).await;
    assert_eq!(twin, denied);
    assert_eq!(other.requests.load(Ordering::SeqCst), 0);
    assert_eq!(peer.requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn one_entry_that_cannot_be_read_denies_everything() {
    let peer = Peer::start().await;
    let authority = peer.url.trim_start_matches("http://").to_owned();
    let app = kitchen().variable("peer", authority).start().await.unwrap();
    let answer = fetch(&app, &peer.path("/"), &[]).await;
    assert_eq!(answer, "ErrorCode::HttpRequestDenied");
    let said = lines(&app);
    assert!(
        said[0].starts_with("Error parsing allowed outbound hosts: "),
        "{said:?}"
    );
}

#[tokio::test]
async fn the_peer_sees_its_own_host_and_what_the_guest_set() {
    let peer = Peer::start().await;
    let app = kitchen_with(&peer).start().await.unwrap();
    let answer = fetch(&app, &peer.path("/"), &[("x-authorization", "Bearer x")]).await;
    let host = peer.url.trim_start_matches("http://");
    assert!(
        answer.contains(&format!("\"host\": \"{host}\"")),
        "{answer}"
    );
    assert!(
        answer.contains("\"authorization\": \"Bearer x\""),
        "{answer}"
    );
}

#[tokio::test]
async fn redirects_are_not_followed_and_repeated_headers_pass() {
    let peer = Peer::start().await;
    let app = kitchen_with(&peer).start().await.unwrap();
    let answer = fetch(&app, &peer.path("/redirect"), &[]).await;
    assert!(
        answer.starts_with("302\n") && answer.contains("location: /elsewhere"),
        "{answer}"
    );
    let answer = fetch(&app, &peer.path("/cookies"), &[]).await;
    assert!(
        answer.contains("set-cookie: a=1\nset-cookie: b=2\n"),
        "{answer}"
    );
}

#[tokio::test]
async fn headers_of_the_connection_cannot_be_set() {
    let app = kitchen().start().await.unwrap();
    for forbidden in [
        "host",
        "connection",
        "keep-alive",
        "transfer-encoding",
        "upgrade",
        "proxy-authorization",
        "proxy-connection",
    ] {
        let outcome = text(&app, &format!("/forbidden/{forbidden}")).await;
        assert_eq!(outcome, "HeaderError::Forbidden", "{forbidden}");
    }
    for allowed in [
        "authorization",
        "range",
        "te",
        "expect",
        "accept-encoding",
        "cookie",
    ] {
        assert_eq!(
            text(&app, &format!("/forbidden/{allowed}")).await,
            "set",
            "{allowed}"
        );
    }
}

#[tokio::test]
async fn timeouts_are_those_that_the_guest_asks_for() {
    let peer = Peer::start().await;
    let app = kitchen_with(&peer).start().await.unwrap();
    let timeout = "ErrorCode::ConnectionReadTimeout";
    let first = fetch(&app, &peer.path("/stall"), &[("x-first-byte-ms", "50")]).await;
    assert_eq!(first, timeout);
    let between = fetch(&app, &peer.path("/drip"), &[("x-between-bytes-ms", "50")]).await;
    assert!(
        between.contains("drop") && between.contains("body: connection read timeout"),
        "{between}"
    );
}

#[tokio::test]
async fn scaled_timeouts_keep_a_stalling_peer_short() {
    let peer = Peer::start().await;
    let app = kitchen_with(&peer)
        .timeout_scale(0.001)
        .start()
        .await
        .unwrap();
    let started = Instant::now();
    let answer = fetch(&app, &peer.path("/stall"), &[("x-first-byte-ms", "60000")]).await;
    assert_eq!(answer, "ErrorCode::ConnectionReadTimeout");
    assert!(
        started.elapsed() >= Duration::from_millis(60),
        "{:?}",
        started.elapsed()
    );
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn nobody_at_the_port_is_a_refused_connection() {
    let peer = Peer::start().await;
    let vacant = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let app = kitchen_with(&peer).variable("peer", format!("http://{vacant}"));
    let app = app.start().await.unwrap();
    let answer = fetch(&app, &format!("http://{vacant}/"), &[]).await;
    assert_eq!(answer, "ErrorCode::ConnectionRefused");
}

#[tokio::test]
async fn bodies_stream_through_the_guest_both_ways() {
    let peer = Peer::start().await;
    let app = kitchen_with(&peer).start().await.unwrap();
    let request = Request::get("/proxy").header("x-url", peer.path("/big/20"));
    let response = send(&app, request.body(Bytes::new()).unwrap()).await;
    assert_eq!(response.body().len(), 20 * 1024 * 1024);
    let request = Request::post("/upload-through").header("x-url", peer.path("/count"));
    let body = Bytes::from(vec![1; 20 * 1024 * 1024]);
    let response = send(&app, request.body(body).unwrap()).await;
    assert_eq!(String::from_utf8_lossy(response.body()), "Ok(20971520)");
    let peak_bytes = app.peak_memory_bytes("kitchen").unwrap();
    assert!(peak_bytes < 8 * 1024 * 1024, "{peak_bytes}");
}

#[tokio::test]
async fn connections_are_kept_unless_the_configuration_says_otherwise() {
    let peer = Peer::start().await;
    let app = kitchen_with(&peer).start().await.unwrap();
    for _ in 0..3 {
        fetch(&app, &peer.path("/"), &[]).await;
        app.settled().await;
    }
    assert_eq!(peer.connections.load(Ordering::SeqCst), 1);
    let config = RuntimeConfig::parse("[outbound_http]", std::path::Path::new("")).unwrap();
    let app = kitchen_with(&peer)
        .runtime_config(config)
        .start()
        .await
        .unwrap();
    for _ in 0..3 {
        fetch(&app, &peer.path("/"), &[]).await;
    }
    assert_eq!(peer.connections.load(Ordering::SeqCst), 4);
}

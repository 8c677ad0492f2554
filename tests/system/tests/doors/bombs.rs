//! Bodies that are made to be too much: too deep, or more when they are read than when they are sent.

use std::time::{Duration, Instant};

use host::{App, LogSource};
use peers::ucm::Fault;
use system::compare;

use super::bodies::send;
use super::doors::DOORS;
use super::keys::{self, Key};
use super::{now, offices};

/// What a small platform lets an instance have.
const MEMORY_BYTES: usize = 96 * MEBIBYTE;
const MEBIBYTE: usize = 1024 * 1024;

/// Hosted platforms end a handler after so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bodies of the size that every door takes, by what they are.
fn bombs() -> Vec<(&'static str, String)> {
    let size = 60 * 1024;
    let filled = |piece: &str| piece.repeat(size / piece.len());
    let entities: String = (1..9)
        .map(|n| format!(r#"<!ENTITY e{n} "{}">"#, format!("&e{};", n - 1).repeat(10)))
        .collect();
    vec![
        ("arrays in arrays", filled("[")),
        ("objects in objects", filled(r#"{"a":"#)),
        ("records in records", filled(r#"{"cdr":[{"main_cdr":"#)),
        ("elements in elements", filled("<cdr>")),
        ("elements that end", filled("</cdr>")),
        ("a comment without an end", format!("<cdr><!--{}", filled("-"))),
        ("entities of entities", format!(r#"<!DOCTYPE cdr [<!ENTITY e0 "lol">{entities}]><cdr><session>&e8;</session></cdr>"#)),
        ("a file of the machine", r#"<!DOCTYPE cdr [<!ENTITY x SYSTEM "file:///etc/passwd">]><cdr><session>&x;</session></cdr>"#.to_owned()),
        ("parameters without a name", filled("&=")),
        ("percent signs", format!("session={}", filled("%"))),
        ("quotes", filled("\"")),
        ("lines of quotes", format!("session,src,dst,start\n{}", filled("\"\n\"\",\n"))),
        ("commas", format!("session,src,dst,start,clid,lastdata\n{}", filled(","))),
        ("a number without an end", format!(r#"{{"user":{}"#, filled("9"))),
        ("escapes", format!(r#"{{"user":"{}"}}"#, filled("\\u0000"))),
        ("a hint of arrays", format!(r#"{{"x_hint": {}"#, filled("["))),
        ("one parameter over and over", filled("session=")),
        ("the first bytes of gzip", filled("\u{1f}\u{8b}\u{8}")),
        ("zeros", filled("\0")),
    ]
}

/// What the host says of instances that have failed.
fn failures(app: &App) -> Vec<String> {
    let lines = app.logs().into_iter();
    let of_host = lines.filter(|line| line.source == LogSource::Host);
    of_host
        .map(|line| format!("{}: {}", line.component, line.text))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_body_unfolds_to_its_door_stands() {
    let rig = offices().await;
    let app = rig
        .app()
        .memory_limit_bytes(MEMORY_BYTES)
        .start()
        .await
        .unwrap();
    for door in DOORS.iter().filter(|door| door.method == "POST") {
        let keys = keys::all(now(), "AAAA").into_iter();
        // What opens this door, and nothing at all.
        let keys = keys.filter(|(name, key)| door.opens.to(name) || matches!(key, Key::Nothing));
        let keys: Vec<(String, Key)> = keys.collect();
        let tried = keys
            .iter()
            .flat_map(|key| bombs().into_iter().map(move |bomb| (key, bomb)));
        for ((key_name, key), (name, body)) in tried {
            let begun = Instant::now();
            let status = send(&app, door, key, body.into()).await;
            let took = begun.elapsed();
            let is_whole = status != 500 && took < PATIENCE;
            assert!(
                is_whole,
                "{} with {key_name}, {name}: {status} in {took:?} {:?}",
                door.path,
                failures(&app)
            );
        }
    }
    assert_eq!(failures(&app), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_ucm_answers_the_other_is_read() {
    let rig = offices().await;
    for (name, body) in bombs() {
        rig.sites[0].ucm.fault(Fault::json("cdrapi", &body));
        let app = rig
            .app()
            .memory_limit_bytes(MEMORY_BYTES)
            .start()
            .await
            .unwrap();
        app.fire_cron("cdr-poll", rig.clock.now()).await.unwrap();
        assert_eq!(failures(&app), [""; 0], "{name}");
        app.stop().await;
        rig.advance(Duration::from_secs(16 * 60));
    }
    rig.sites[0].ucm.clear_faults();
    rig.run_to_completion(5).await.unwrap();
    compare::complete(&rig).await.unwrap();
}

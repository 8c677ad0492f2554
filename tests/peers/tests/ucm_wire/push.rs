//! CDR Real-Time Output, received by a small server.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use peers::ucm::{Call, Push, Scenario, Ucm};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::support::*;

/// What a receiver got: the request's head, and its body.
#[derive(Debug, Clone)]
struct Got {
    head: String,
    body: String,
}

#[derive(Clone, Default)]
struct Receiver {
    got: Arc<Mutex<Vec<Got>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Receiver {
    /// Listens; it gives the queued answers first and then 200.
    async fn listen(self) -> std::net::SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let got = read_request(&mut stream).await;
                let answer = self
                    .answers
                    .lock()
                    .expect("unpoisoned")
                    .pop_front()
                    .unwrap_or(200);
                if answer == 200 {
                    self.got.lock().expect("unpoisoned").push(got);
                }
                let head = format!(
                    "HTTP/1.1 {answer} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                stream.write_all(head.as_bytes()).await.ok();
            }
        });
        address
    }

    /// Waits, within bounds, until so many requests have come.
    async fn wait_for(&self, count: usize) -> Vec<Got> {
        let came = async {
            loop {
                let got = self.got.lock().expect("unpoisoned").clone();
                if got.len() >= count {
                    return got;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let came = tokio::time::timeout(PATIENCE, came).await;
        came.unwrap_or_else(|_| panic!("only {:?} came", self.got.lock()))
    }
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> Got {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_lowercase().lines().find_map(|line| {
                line.strip_prefix("content-length: ")
                    .and_then(|n| n.parse::<usize>().ok())
            });
            if body.len() >= length.unwrap_or(0) {
                return Got {
                    head: head.to_owned(),
                    body: body.to_owned(),
                };
            }
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return Got {
                head: String::new(),
                body: text,
            };
        }
    }
}

async fn pushing(configure: impl FnOnce(Push) -> Push) -> (Ucm, Receiver) {
    let receiver = Receiver::default();
    let address = receiver.clone().listen().await;
    let url = format!("http://{address}/webhook/paris")
        .parse()
        .expect("a URL");
    let ucm = Ucm::builder()
        .now(noon())
        .push(configure(Push::to(url)))
        .start()
        .await;
    let ucm = ucm.expect("it starts");
    ucm.switches(|s| s.push.retry_ms = 20);
    (ucm, receiver)
}

fn sessions_and_ids(got: &[Got]) -> Vec<String> {
    got.iter()
        .map(|got| {
            let leg: Value = serde_json::from_str(&got.body).expect("JSON");
            leg["AcctId"].as_str().expect("an id").to_owned()
        })
        .collect()
}

#[tokio::test]
async fn each_leg_is_posted_when_it_ends() {
    let (ucm, receiver) = pushing(|push| push.credentials("ucm", "s3cret")).await;
    let call = Call::new(Scenario::NoAnswerVoicemail, ucm.now());
    ucm.add_call(&call);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(
        receiver.got.lock().expect("unpoisoned").is_empty(),
        "the call has not ended"
    );
    ucm.advance(Duration::from_secs(120));
    let got = receiver.wait_for(2).await;
    assert!(
        got[0].head.starts_with("POST /webhook/paris HTTP/1.1"),
        "{}",
        got[0].head
    );
    assert!(
        got[0]
            .head
            .contains("authorization: Basic dWNtOnMzY3JldA=="),
        "{}",
        got[0].head
    );
    let leg: Value = serde_json::from_str(&got[1].body).expect("JSON");
    assert_eq!(
        (&leg["action_type"], leg.get("main_cdr"), leg.get("cdr")),
        (&"VM".into(), None, None)
    );
    assert_eq!(leg["session"], ucm.truth()[0].session);
}

#[tokio::test]
async fn legs_can_come_twice_and_out_of_order() {
    let (ucm, receiver) = pushing(|push| push).await;
    ucm.switches(|s| (s.push.duplicates, s.push.out_of_order) = (true, true));
    add(&ucm, Scenario::NoAnswerVoicemail);
    let got = receiver.wait_for(4).await;
    assert_eq!(sessions_and_ids(&got), ["2", "2", "1", "1"]);
}

#[tokio::test]
async fn what_could_not_be_sent_is_sent_again() {
    let (ucm, receiver) = pushing(|push| push).await;
    receiver
        .answers
        .lock()
        .expect("unpoisoned")
        .extend([503, 500, 200, 503]);
    add(&ucm, Scenario::NoAnswerVoicemail);
    let got = receiver.wait_for(2).await;
    assert_eq!(sessions_and_ids(&got), ["1", "2"]);
    until(|| ucm.push_backlog() == 0).await;
}

#[tokio::test]
async fn ten_thousand_records_wait_for_a_server_that_is_down() {
    let (ucm, receiver) = pushing(|push| push).await;
    receiver
        .answers
        .lock()
        .expect("unpoisoned")
        .extend([503; 1_000]);
    let calls = vec![Call::new(Scenario::Busy, ucm.now()); 10_050];
    ucm.add_calls(&calls);
    ucm.advance(Duration::from_secs(1));
    assert_eq!(ucm.push_backlog(), 10_000);
}

#[tokio::test]
async fn xml_without_authorization() {
    let (ucm, receiver) = pushing(|push| push.as_xml().credentials("ucm", "s3cret")).await;
    ucm.switches(|s| (s.push.no_authorization, s.push.shifted_caller_name) = (true, true));
    add(&ucm, Scenario::Answered);
    let got = receiver.wait_for(1).await;
    assert!(!got[0].head.contains("authorization"));
    assert!(
        got[0].body.starts_with("<cdr><AcctId>1</AcctId>"),
        "{}",
        got[0].body
    );
    assert!(
        got[0].body.contains("<caller_name>2024-05/auto-"),
        "{}",
        got[0].body
    );
}

#[tokio::test]
async fn the_test_button_sends_an_empty_post_and_a_get() {
    let (ucm, receiver) = pushing(|push| push).await;
    assert_eq!(ucm.push_test().await.expect("it is reached"), (200, 200));
    let got = receiver.wait_for(2).await;
    assert!(got[0].head.starts_with("POST") && got[0].body.is_empty());
    assert!(got[1].head.starts_with("GET"));
}

#[tokio::test]
async fn over_tcp_a_record_is_a_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("tcp://{}", listener.local_addr().expect("an address"))
        .parse()
        .expect("a URL");
    let ucm = Ucm::builder()
        .now(noon())
        .push(Push::to(url))
        .start()
        .await
        .expect("it starts");
    add(&ucm, Scenario::Answered);
    let (mut stream, _) = tokio::time::timeout(PATIENCE, listener.accept())
        .await
        .expect("in time")
        .expect("a connection");
    let mut record = String::new();
    stream.read_to_string(&mut record).await.expect("a record");
    let leg: Value = serde_json::from_str(&record).expect("JSON");
    assert_eq!(leg["disposition"], "ANSWERED");
}

//! The UCM client against scripted replies: what it asks, what it waits, what it makes of the answers.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot go on should say where"
)]

mod action;
mod bodies;
mod dial;
mod faults;
mod legacy;
mod phones;
mod properties;
mod recording;
mod rest;
mod saved_state;
mod window;

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use http::{Request, Response};
use ports::HttpError;
use ports::Secret;
use serde_json::Value;
use ucm_client::{
    Account, Answer, Client, Dialect, Operation, Page, PageRequest, Saved, Step, UcmError,
};

/// A reply of the script.
pub(crate) type Reply = Result<Response<Vec<u8>>, HttpError>;

/// What came of an operation.
pub(crate) struct Outcome {
    pub(crate) result: Result<Answer, UcmError>,
    /// The requests made.
    pub(crate) requests: Vec<Request<Vec<u8>>>,
    pub(crate) waited: Duration,
    /// The time at the end.
    pub(crate) now: DateTime<Utc>,
}

impl Outcome {
    pub(crate) fn page(self) -> Page {
        match self.result {
            Ok(Answer::Page(page)) => page,
            other => panic!("no page: {other:?}"),
        }
    }

    pub(crate) fn error(self) -> UcmError {
        self.result.expect_err("an error")
    }

    /// The action of each request, or method and path where there is no action.
    pub(crate) fn actions(&self) -> Vec<String> {
        self.requests.iter().map(action_of).collect()
    }

    /// `startTime` and `endTime` of each request for records.
    pub(crate) fn windows(&self) -> Vec<Option<(String, String)>> {
        self.requests
            .iter()
            .map(|request| {
                let body = json_body(request);
                let text = |name: &str| Some(body["request"][name].as_str()?.to_owned());
                Some((text("startTime")?, text("endTime")?))
            })
            .collect()
    }
}

/// Runs `operation` from `now` against `replies`, which it must use up exactly; the clock advances by the waits.
pub(crate) fn run(
    client: &mut Client,
    mut now: DateTime<Utc>,
    operation: Operation,
    replies: Vec<Reply>,
) -> Outcome {
    let (mut replies, mut requests, mut waited) =
        (VecDeque::from(replies), Vec::new(), Duration::ZERO);
    client.begin(operation);
    let result = loop {
        match client.poll(now) {
            Step::Send(request) => {
                let reply = replies
                    .pop_front()
                    .unwrap_or_else(|| panic!("one request too many: {}", action_of(&request)));
                requests.push(request);
                client.handle(now, reply);
            }
            Step::Wait(pause) => {
                assert!(
                    pause > Duration::ZERO && waited < Duration::from_secs(600),
                    "a wait without end"
                );
                waited += pause;
                now += pause;
            }
            Step::Done(result) => break result,
        }
    };
    assert!(
        replies.is_empty(),
        "{} replies were not asked for",
        replies.len()
    );
    Outcome {
        result,
        requests,
        waited,
        now,
    }
}

/// Asks for the first page of the usual window.
pub(crate) fn ask_page(client: &mut Client, replies: Vec<Reply>) -> Outcome {
    run(client, noon(), Operation::CdrPage(window()), replies)
}

fn action_of(request: &Request<Vec<u8>>) -> String {
    match json_body(request)["request"]["action"].as_str() {
        Some(action) => action.to_owned(),
        None => format!("{} {}", request.method(), request.uri().path()),
    }
}

pub(crate) fn json_body(request: &Request<Vec<u8>>) -> Value {
    serde_json::from_slice(request.body()).unwrap_or_default()
}

/// A file of `testdata/ucm`.
pub(crate) fn data(name: &str) -> Vec<u8> {
    let path = format!("{}/testdata/captured/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A reply with the bytes of a file.
pub(crate) fn file(name: &str) -> Reply {
    body(200, &data(name))
}

pub(crate) fn body(status: u16, bytes: &[u8]) -> Reply {
    Ok(Response::builder()
        .status(status)
        .body(bytes.to_vec())
        .expect("a response"))
}

/// A reply of the UCM that consists of a status alone.
pub(crate) fn status(code: i64) -> Reply {
    body(
        200,
        format!(r#"{{"response":{{}},"status":{code}}}"#).as_bytes(),
    )
}

/// The replies to signing in.
pub(crate) fn signed_in(then: Vec<Reply>) -> Vec<Reply> {
    [vec![file("challenge.json"), file("login.json")], then].concat()
}

/// A client that has not met its server.
pub(crate) fn new_client(dialect: Dialect) -> Client {
    Client::new(account(dialect), None)
}

/// A client of a later run, with what an earlier one has kept.
pub(crate) fn next_client(dialect: Dialect, client: &Client) -> Client {
    let stored = client.saved().expect("something to keep").to_bytes();
    Client::new(
        account(dialect),
        Some(Saved::from_bytes(&stored).expect("what was stored")),
    )
}

/// An action client with a session and an established form of times, used a moment ago.
pub(crate) fn warm_client() -> Client {
    let mut client = new_client(Dialect::Action);
    ask_page(&mut client, signed_in(vec![file("flat-and-group.json")])).page();
    next_client(Dialect::Action, &client)
}

pub(crate) fn account(dialect: Dialect) -> Account {
    let port = if dialect == Dialect::Legacy {
        8443
    } else {
        8089
    };
    Account {
        base: format!("https://ucm.example.com:{port}")
            .parse()
            .expect("a URL"),
        dialect,
        username: "cdrapi".into(),
        password: Secret::new("cdrapi123"),
    }
}

/// 30 May 2024, a window that holds the records of the files.
pub(crate) fn window() -> PageRequest {
    PageRequest {
        start: Some(local("2024-05-30 00:00:00")),
        end: Some(local("2024-05-30 23:59:59")),
        offset: 0,
        limit: 1000,
        expect_rows: false,
    }
}

pub(crate) fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").expect("a time")
}

pub(crate) fn noon() -> DateTime<Utc> {
    "2024-05-30T12:00:00Z".parse().expect("a time")
}

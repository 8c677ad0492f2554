//! A guest that exercises every promise of the embedded runtime, one route each.

mod cron;
mod http;
mod outbound;
mod time;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;

use anyhow::Context as _;
use futures::SinkExt;
use spin_sdk::http::{Fields, IncomingRequest, OutgoingResponse, ResponseOutparam};
use spin_sdk::http_component;
use spin_sdk::key_value::Store;

#[http_component]
async fn handle(request: IncomingRequest, answer: ResponseOutparam) {
    let path = request.path_with_query().unwrap_or_default();
    let words: Vec<&str> = path.trim_matches('/').split('/').collect();
    match words.as_slice() {
        ["silent"] => {}
        ["panic"] => panic!("as asked"),
        ["upload"] => http::count_upload(request, answer).await,
        ["echo"] => http::echo(request, answer).await,
        ["download", mebibytes] => http::download(mebibytes, answer).await,
        ["short"] => http::break_promise(answer).await,
        ["head-first"] => http::head_first(answer).await,
        ["late"] => http::work_after_answer(answer).await,
        ["denied", "proxy"] | ["proxy"] => outbound::proxy(request, answer).await,
        ["upload-through"] => outbound::upload_through(request, answer).await,
        words => {
            let (status, text) = match plain(words, &request).await {
                Ok(text) => (200, text),
                Err(fault) => (500, format!("{fault:#}")),
            };
            respond(answer, status, text.into_bytes()).await;
        }
    }
}

/// The routes that answer with a text.
async fn plain(words: &[&str], request: &IncomingRequest) -> anyhow::Result<String> {
    Ok(match words {
        ["request"] | ["named", ..] => http::describe(request),
        ["greeting"] => std::env::var("GREETING")?,
        ["print"] => {
            println!("to stdout");
            eprintln!("to stderr");
            String::new()
        }
        ["variable", name] => match spin_sdk::variables::get(name) {
            Ok(value) => value,
            Err(fault) => format!("{fault:?}"),
        },
        ["open", label] | ["denied", "open", label] => match Store::open(label) {
            Ok(_) => "open".to_owned(),
            Err(fault) => format!("{fault:?}"),
        },
        ["set", key, value] => result(Store::open_default()?.set(key, value.as_bytes())),
        ["set-bytes", count] => result(Store::open_default()?.set("big", &vec![0; count.parse()?])),
        ["get", key] => match Store::open_default()?.get(key)? {
            Some(value) => String::from_utf8(value)?,
            None => "none".to_owned(),
        },
        ["exists", key] => Store::open_default()?.exists(key)?.to_string(),
        ["delete", key] => result(Store::open_default()?.delete(key)),
        ["keys"] => Store::open_default()?.get_keys()?.join(","),
        ["grow", mebibytes] => grow(mebibytes.parse()?),
        ["spin"] => spin(),
        ["random"] => RandomState::new().hash_one(1).to_string(),
        ["now"] => time::now(),
        ["sleep", seconds] => time::sleep_and_tell(seconds.parse()?).await,
        ["block", seconds] => time::block_and_tell(seconds.parse()?),
        ["race", seconds] => time::race(seconds.parse()?).await,
        ["fetch"] => outbound::fetch(request).await,
        ["fetch-or-sleep", seconds] => outbound::fetch_or_sleep(request, seconds.parse()?).await,
        ["forbidden", name] => outbound::set_header(name),
        ["steps"] => outbound::steps(request).await.context("steps")?,
        other => anyhow::bail!("there is no {other:?}"),
    })
}

fn result(outcome: Result<(), spin_sdk::key_value::Error>) -> String {
    match outcome {
        Ok(()) => "done".to_owned(),
        Err(fault) => format!("{fault:?}"),
    }
}

fn grow(mebibytes: usize) -> String {
    let memory = vec![1_u8; mebibytes * 1024 * 1024];
    std::hint::black_box(&memory).len().to_string()
}

/// Computes for long without ever calling the host.
fn spin() -> String {
    let mut state = 1_u32;
    // The generator never comes to zero, which the compiler cannot know.
    while state != 0 {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
    }
    "done".to_owned()
}

/// Answers with a body that is at hand.
async fn respond(answer: ResponseOutparam, status: u16, body: Vec<u8>) {
    let response = OutgoingResponse::new(Fields::new());
    response.set_status_code(status).expect("a valid status");
    let mut sink = response.take_body();
    answer.set(response);
    // A client that has gone away does not want to know.
    _ = sink.send(body).await;
}

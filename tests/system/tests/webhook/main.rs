//! Real time: records pushed to the webhook, through the compiled components.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod admission;
mod delivery;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use host::{App, KillAt};
use peers::odoo::Fault as OdooFault;
use peers::ucm::{Call, Push, Scenario, Traffic, Ucm};
use serde_json::{Value, json};
use system::{ADMIN_TOKEN, Journal, Rig, Site, compare, french_ucm};

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
    french_ucm(now()).traffic(traffic).start().await.unwrap()
}

/// A rig whose only server takes pushes, with `more` settings.
async fn rig(calls: usize, more: Value) -> Rig {
    let site = Site::new("paris", office(calls).await);
    Rig::around(Journal::simulated(19).await.unwrap(), now())
        .site(site.with(json!({ "push_secret": SECRET })).with(more))
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
    keys.iter().filter(|key| key.contains(":inbox:")).count()
}

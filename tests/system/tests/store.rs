//! The key-value store fails, or does not come back: what needs none answers all the same, and nothing is lost.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::time::Duration;

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use host::{App, Effect, EffectKind, Hooks, Verdict};
use peers::ucm::{Call, Scenario};
use serde_json::json;
use system::{ADMIN_TOKEN, Journal, Rig, Site, compare, french_ucm};

const SECRET: &str = "the-secret-of-paris";

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

/// A store of which every operation ends so.
struct Store(Verdict);

impl Hooks for Store {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        match effect.kind {
            EffectKind::KeyValue { .. } => self.0,
            _ => Verdict::Continue,
        }
    }
}

async fn rig() -> Rig {
    let calls = vec![Call::new(
        Scenario::Answered,
        now() - Duration::from_secs(600),
    )];
    let ucm = french_ucm(now()).calls(calls).start().await.unwrap();
    let site = Site::new("paris", ucm).with(json!({ "push_secret": SECRET }));
    Rig::around(Journal::simulated(19).await.unwrap(), now())
        .site(site)
        .variable("public_url", "https://bridge.example.com")
        .variable("link_secret", "a-secret-for-links-of-this-test!")
        .start()
        .await
        .unwrap()
}

async fn ask(app: &App, method: &str, path: &str, token: &str) -> Option<u16> {
    let mut request = http::Request::builder()
        .method(method)
        .uri(format!("http://localhost{path}"));
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Bytes::new()).unwrap();
    let answer = tokio::time::timeout(LIMIT, app.request(request)).await;
    Some(answer.ok()?.unwrap().status().as_u16())
}

/// Much longer than an answer takes that waits for nobody.
const LIMIT: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_no_store_is_answered_while_it_hangs() {
    let rig = rig().await;
    let app = rig.app().hooks(Store(Verdict::Hang)).start().await.unwrap();
    let link = "server=paris&expires=1&signature=none";
    for (method, path, token, status) in [
        ("POST", "/sync", "", 401),
        ("POST", "/sync", "another", 401),
        ("GET", "/sync", ADMIN_TOKEN, 405),
        ("DELETE", "/completeness", ADMIN_TOKEN, 405),
        ("POST", "/replay?server=paris&from=soon", ADMIN_TOKEN, 400),
        ("GET", "/servers/paris", ADMIN_TOKEN, 404),
        ("GET", &format!("/sync?{link}"), "", 403),
        ("GET", &format!("/status?{link}"), "", 403),
        ("GET", "/status", "", 401),
        ("GET", "/metrics", "another", 401),
        ("POST", "/health", "", 405),
        ("GET", "/stats", "", 401),
        ("POST", "/stats", ADMIN_TOKEN, 405),
        ("GET", "/listen/none", "", 403),
        ("GET", "/recordings/none", "", 403),
        ("POST", "/listen/none", "", 405),
        ("GET", "/webhook/paris", "", 200),
        ("POST", "/webhook/paris", "", 200),
        ("DELETE", "/webhook/paris", SECRET, 405),
        ("GET", "/setup", "", 401),
        ("GET", "/setup", ADMIN_TOKEN, 200),
    ] {
        let answered = ask(&app, method, path, token).await;
        assert_eq!(answered, Some(status), "{method} {path}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_needs_a_store_that_fails_is_told_to_come_again() {
    let rig = rig().await;
    let app = rig.app().hooks(Store(Verdict::Fail)).start().await.unwrap();
    for (method, path, token) in [
        ("GET", "/health", ""),
        ("POST", "/sync", ADMIN_TOKEN),
        ("GET", "/completeness", ADMIN_TOKEN),
        ("GET", "/status", ADMIN_TOKEN),
        // Whether Odoo has a server of that id, the store knows.
        ("POST", "/webhook/lyon", SECRET),
    ] {
        assert_eq!(ask(&app, method, path, token).await, Some(503), "{path}");
    }
    let record = rig.sites[0].ucm.pushed_records(false).remove(0);
    let push = http::Request::post("http://localhost/webhook/paris")
        .header("authorization", format!("Bearer {SECRET}"))
        .body(Bytes::from(record))
        .unwrap();
    let answer = app.request(push).await.unwrap();
    assert_eq!(answer.status().as_u16(), 503, "the sender must try again");
    app.stop().await;
    rig.run_to_completion(3).await.unwrap();
    compare::complete(&rig).await.unwrap();
}

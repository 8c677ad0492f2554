//! The status: for people, for monitors, and the alarm when the bridge itself is silent.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::time::Duration;

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use peers::ucm::Traffic;
use serde_json::{Value, json};
use system::{ADMIN_TOKEN, Journal, Rig, Site, french_ucm};

const STATS_TOKEN: &str = "a-token-for-those-who-read";

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

async fn rig(settings: Value) -> Rig {
    rig_at(now(), settings).await
}

async fn rig_at(now: DateTime<Utc>, settings: Value) -> Rig {
    let traffic = Traffic {
        seed: 3,
        days: 2,
        calls: 20,
    };
    let ucm = french_ucm(now);
    let ucm = ucm.traffic(traffic).start().await.unwrap();
    Rig::around(Journal::simulated(19).await.unwrap(), now)
        .site(Site::new("metz", ucm).with(settings))
        .variable("stats_token", STATS_TOKEN)
        .variable("public_url", "https://bridge.example.com")
        .variable("link_secret", "a-secret-for-links-of-this-test")
        .start()
        .await
        .unwrap()
}

/// What a caller without the administrators' token gets.
async fn ask(rig: &Rig, path: &str, token: Option<&str>, accept: &str) -> (u16, String) {
    let request = http::Request::builder()
        .uri(format!("http://localhost{path}"))
        .header("accept", accept)
        .header("accept-language", "fr");
    let request = match token {
        Some(token) => request.header("authorization", format!("Bearer {token}")),
        None => request,
    };
    let answer = rig.send(request.body(Bytes::new()).unwrap()).await.unwrap();
    let text = String::from_utf8(answer.body().to_vec()).unwrap();
    (answer.status().as_u16(), text)
}

async fn health(rig: &Rig) -> (u16, Value) {
    let (status, text) = ask(rig, "/health", None, "*/*").await;
    (status, serde_json::from_str(&text).unwrap())
}

/// A UCM that was moved to where the bridge does not reach it.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_polled_no_more_is_overdue_no_more() {
    for (settings, ended) in [
        (json!({}), "complete"),
        (json!({ "password": "another" }), "held"),
    ] {
        let mut rig = rig(settings).await;
        rig.tick().await.unwrap();
        let (_, before) = rig.request("GET", "/status").await.unwrap();
        assert_eq!(before["servers"][0]["last_run"]["status"], ended);
        let known = rig.sites[0].settings.as_object_mut().unwrap();
        known.extend([
            ("poll".to_owned(), json!(false)),
            ("push_secret".to_owned(), json!("the-secret-of-its-pushes")),
        ]);
        for _ in 0..3 {
            rig.advance(Duration::from_secs(600));
            rig.tick().await.unwrap();
            assert_eq!(health(&rig).await.0, 200, "{ended}");
        }
        let (_, status) = rig.request("GET", "/status").await.unwrap();
        let server = &status["servers"][0];
        assert_eq!(
            (&status["ok"], &server["last_run"], &server["lag_secs"]),
            (&json!(true), &Value::Null, &Value::Null),
            "{status}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_that_falls_silent_is_noticed_within_a_quarter_of_an_hour() {
    let rig = rig(json!({})).await;
    let (status, body) = health(&rig).await;
    assert_eq!((status, &body["has_run"]), (503, &json!(false)), "{body}");
    // An hour of ticks, most of which have nothing to do: all is well throughout.
    for _ in 0..60 {
        rig.tick().await.unwrap();
        assert_eq!(health(&rig).await.0, 200);
        rig.advance(Duration::from_secs(60));
    }
    rig.tick().await.unwrap();
    // The timer stops.
    rig.advance(Duration::from_secs(16 * 60));
    let (status, body) = health(&rig).await;
    assert_eq!((status, &body["alive"]), (503, &json!(false)), "{body}");
    let (_, metrics) = ask(&rig, "/metrics", Some(STATS_TOKEN), "*/*").await;
    assert!(metrics.contains("\nucm_odoo_heartbeat 0\n"), "{metrics}");
    // Nothing private, and the next tick ends the alarm.
    assert!(!body.to_string().contains("metz"), "{body}");
    rig.tick().await.unwrap();
    assert_eq!(health(&rig).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_say_what_the_last_run_left() {
    let rig = rig(json!({})).await;
    rig.tick().await.unwrap();
    rig.advance(Duration::from_secs(120));
    let (status, metrics) = ask(&rig, "/metrics", Some(ADMIN_TOKEN), "*/*").await;
    assert_eq!(status, 200, "{metrics}");
    for line in [
        "ucm_odoo_heartbeat 1",
        "ucm_odoo_odoo_up 1",
        "ucm_odoo_odoo_info{version=\"19.0\"} 1",
        "ucm_odoo_lag_seconds{server=\"metz\"} 120",
        "ucm_odoo_dead_letters{server=\"metz\"} 0",
        "ucm_odoo_inbox_records{server=\"metz\"} 0",
        "ucm_odoo_last_run_status{server=\"metz\",status=\"complete\"} 1",
        "ucm_odoo_last_run_status{server=\"metz\",status=\"held\"} 0",
        "ucm_odoo_session_state{server=\"metz\",state=\"open\"} 1",
    ] {
        assert!(
            metrics.lines().any(|known| known == line),
            "{line}\n{metrics}"
        );
    }
    // Odoo is asked once a minute at most, however often the metrics are fetched.
    rig.journal.handle().clear_requests();
    for _ in 0..5 {
        ask(&rig, "/metrics", Some(STATS_TOKEN), "*/*").await;
    }
    assert_eq!(rig.journal.handle().requests().len(), 0);
    rig.advance(Duration::from_secs(61));
    rig.journal.handle().go_down().await;
    let (status, metrics) = ask(&rig, "/metrics", Some(STATS_TOKEN), "*/*").await;
    assert_eq!(status, 200);
    assert!(metrics.contains("\nucm_odoo_odoo_up 0\n"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_refused_and_a_damaged_day_are_shown() {
    let rig = rig(json!({"password": "not-the-one"})).await;
    rig.tick().await.unwrap();
    let (status, text) = ask(&rig, "/status", Some(STATS_TOKEN), "application/json").await;
    let seen: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &seen["ok"]), (200, &json!(false)), "{seen}");
    assert_eq!(seen["servers"][0]["session"], "refused", "{seen}");
    assert_eq!(seen["servers"][0]["last_run"]["status"], "held");
    let (_, html) = ask(&rig, "/status", Some(STATS_TOKEN), "text/html").await;
    assert!(
        html.contains("compte refusé") && !html.contains("signature="),
        "{html}"
    );
    let (_, html) = ask(&rig, "/status", Some(ADMIN_TOKEN), "text/html").await;
    assert!(
        html.contains("/completeness?server=metz") && html.contains("/doctor?"),
        "{html}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_ends_soon_is_said_in_time() {
    // Odoo's own clock, which is the real one, judges whether a key still opens: this is played later than that.
    let rig = rig_at("2096-06-15T14:30:00Z".parse().unwrap(), json!({})).await;
    rig.tick().await.unwrap();
    for (end, written, ok) in [
        ("2096-08-01 10:00:00", "1er août 2096", true),
        ("2096-06-20 10:00:00", "20 juin 2096", false),
    ] {
        rig.journal.handle().set_key_expiry(Some(end));
        rig.advance(Duration::from_secs(61));
        let (_, text) = ask(&rig, "/status", Some(STATS_TOKEN), "application/json").await;
        let seen: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(seen["ok"], ok, "{seen}");
        let (day, _) = end.split_once(' ').unwrap();
        assert_eq!(seen["odoo"]["key_expires_at"], format!("{day}T10:00:00Z"));
        let (_, html) = ask(&rig, "/status", Some(STATS_TOKEN), "text/html").await;
        assert!(html.contains(&format!("expire le {written}")), "{html}");
    }
    let (_, metrics) = ask(&rig, "/metrics", Some(STATS_TOKEN), "*/*").await;
    assert!(
        metrics.contains("\nucm_odoo_api_key_end_timestamp_seconds 3991024800\n"),
        "{metrics}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_health_is_for_anyone() {
    let rig = rig(json!({})).await;
    for path in ["/status", "/metrics"] {
        assert_eq!(ask(&rig, path, None, "*/*").await.0, 401, "{path}");
        assert_eq!(
            ask(&rig, path, Some("another"), "*/*").await.0,
            401,
            "{path}"
        );
    }
    let forged = "/status?server=&expires=99999999999&signature=AAAA";
    assert_eq!(ask(&rig, forged, None, "text/html").await.0, 403);
    let closed = rig
        .with_variable("admin_token", "")
        .with_variable("stats_token", "");
    for path in ["/status", "/metrics"] {
        assert_eq!(ask(&closed, path, Some(""), "*/*").await.0, 503, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_refused_is_not_passed_over_in_silence() {
    let mut rig = rig(json!({})).await;
    let site = Site::french("brest", rig.clock.now(), Vec::new()).await;
    let without_password = json!({ "password": "" });
    rig.sites.push(site.unwrap().with(without_password));
    rig.tick().await.unwrap();
    let (_, text) = ask(&rig, "/status", Some(STATS_TOKEN), "application/json").await;
    let seen: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(seen["ok"], false, "{seen}");
    let [fault] = &seen["refused"].as_array().unwrap()[..] else {
        panic!("{seen}")
    };
    assert_eq!(fault["setting"], "ucm_servers[1].password");
    assert_eq!(
        seen["servers"].as_array().unwrap().len(),
        1,
        "the other one"
    );
    let (_, html) = ask(&rig, "/status", Some(STATS_TOKEN), "text/html").await;
    assert!(
        html.contains("R\u{e9}glages") && html.contains("ucm_servers[1].password"),
        "{html}"
    );
    let (_, metrics) = ask(&rig, "/metrics", Some(STATS_TOKEN), "*/*").await;
    assert!(
        metrics.contains("\nucm_odoo_settings_refused 1\n"),
        "{metrics}"
    );
}

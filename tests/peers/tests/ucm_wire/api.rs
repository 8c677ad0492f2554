//! Sessions, refusals and the small actions of the new API.

use std::time::Duration;

use peers::ucm::{Scenario, Traffic};
use serde_json::json;

use super::support::*;

#[tokio::test]
async fn challenge_and_cookie_look_as_on_a_device() {
    let ucm = quiet().await;
    let answer = post(
        &ucm,
        json!({"action": "challenge", "user": "cdrapi", "version": "1.0"}),
    )
    .await;
    assert_eq!(answer.status, 200);
    let challenge = answer.json()["response"]["challenge"]
        .as_str()
        .map(str::to_owned);
    let challenge = challenge.expect("a challenge");
    assert!(challenge.len() == 16 && challenge.bytes().all(|b| b.is_ascii_digit()));
    let text = answer.text();
    assert!(
        text.find("\"response\"") < text.find("\"status\""),
        "{text}"
    );
    let cookie = login(&ucm).await;
    let (digits, epoch) = cookie
        .strip_prefix("sid")
        .and_then(|c| c.split_once('-'))
        .expect("sid…-…");
    assert!(digits.parse::<u64>().is_ok());
    assert_eq!(epoch, ucm.now().timestamp().to_string());
}

#[tokio::test]
async fn wrong_passwords_are_counted_and_then_lock() {
    let ucm = quiet().await;
    for remain in [4, 3, 2, 1] {
        let answer = login_with(&ucm, "wrong").await;
        assert_eq!(
            answer,
            json!({"response": {"remain_num": remain}, "status": -37})
        );
    }
    assert_eq!(login_with(&ucm, "wrong").await["status"], -68);
    let right = ucm.password().to_owned();
    assert_eq!(login_with(&ucm, &right).await["status"], -68);
    ucm.advance(Duration::from_secs(301));
    assert_eq!(login_with(&ucm, &right).await["status"], 0);
}

#[tokio::test]
async fn a_login_without_its_own_challenge_is_wrong() {
    let ucm = quiet().await;
    let token = token("0000001496038514", ucm.password());
    let answer = post(
        &ucm,
        json!({"action": "login", "user": "cdrapi", "token": token}),
    )
    .await;
    assert_eq!(answer.json()["status"], -37);
}

#[tokio::test]
async fn an_unknown_user_gets_no_challenge() {
    let ucm = quiet().await;
    let challenge = json!({"action": "challenge", "user": "admin", "version": "1.0"});
    assert_eq!(post(&ucm, challenge.clone()).await.json()["status"], -71);
    ucm.switches(|s| s.unknown_user_status = -47);
    assert_eq!(post(&ucm, challenge).await.json()["status"], -47);
}

#[tokio::test]
async fn sessions_are_needed_and_end_after_ten_idle_minutes() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let status = |cookie: &str| {
        let (ucm, cookie) = (&ucm, cookie.to_owned());
        async move {
            act(ucm, &cookie, json!({"action": "getSystemStatus"}))
                .await
                .json()["status"]
                .clone()
        }
    };
    let none = post(&ucm, json!({"action": "getSystemStatus"})).await;
    assert_eq!(none.json(), json!({"response": {}, "status": -5}));
    assert_eq!(status("").await, -5);
    assert_eq!(status("sid1-1").await, -6);
    ucm.advance(Duration::from_secs(600));
    assert_eq!(status(&cookie).await, 0);
    ucm.advance(Duration::from_secs(600));
    assert_eq!(status(&cookie).await, 0, "each request prolongs it");
    ucm.advance(Duration::from_secs(601));
    assert_eq!(status(&cookie).await, -6);
}

#[tokio::test]
async fn logout_and_restart_end_sessions() {
    let ucm = quiet().await;
    let first = login(&ucm).await;
    assert_eq!(
        act(&ucm, &first, json!({"action": "logout"})).await.json()["status"],
        0
    );
    assert_eq!(
        act(&ucm, &first, json!({"action": "listAccount"}))
            .await
            .json()["status"],
        -6
    );
    let second = login(&ucm).await;
    ucm.reboot();
    assert_eq!(
        act(&ucm, &second, json!({"action": "listAccount"}))
            .await
            .json()["status"],
        -6
    );
}

#[tokio::test]
async fn unknown_actions_paths_and_bodies_are_invalid_parameters() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let invalid = json!({"response": {"error_msg": "Invalid parameters!"}, "status": -1});
    assert_eq!(
        act(&ucm, &cookie, json!({"action": "cdrAPI"})).await.json(),
        invalid
    );
    assert_eq!(post(&ucm, json!({"cookie": cookie})).await.json(), invalid);
    for path in ["/api/challenge", "/api/cdr", "/api"] {
        let answer = get(&ucm, path, &[]).await;
        assert_eq!(
            (answer.status, answer.json()),
            (200, invalid.clone()),
            "{path}"
        );
    }
    let page = get(&ucm, "/cdr", &[]).await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, Some("text/html"))
    );
    assert!(page.text().starts_with("<!DOCTYPE html>"));
}

#[tokio::test]
async fn access_can_be_narrowed() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let listing = json!({"action": "listAccount"});
    ucm.switches(|s| s.denied_actions = vec!["listAccount".to_owned()]);
    assert_eq!(
        act(&ucm, &cookie, listing.clone()).await.json()["status"],
        -47
    );
    assert_eq!(
        act(&ucm, &cookie, json!({"action": "listQueue"}))
            .await
            .json()["status"],
        0
    );
    ucm.switches(|s| s.permitted_ips = vec!["192.0.2.7".parse().expect("an address")]);
    assert_eq!(
        act(&ucm, &cookie, json!({"action": "listQueue"}))
            .await
            .json()["status"],
        -1
    );
    ucm.switches(|s| {
        s.permitted_ips
            .push("127.0.0.1".parse().expect("an address"))
    });
    assert_eq!(
        act(&ucm, &cookie, json!({"action": "listQueue"}))
            .await
            .json()["status"],
        0
    );
    ucm.switches(|s| s.api_enabled = false);
    assert_eq!(login_challenge_status(&ucm).await, -1);
}

async fn login_challenge_status(ucm: &peers::ucm::Ucm) -> i64 {
    let answer = post(ucm, json!({"action": "challenge", "user": ucm.username()})).await;
    answer.json()["status"].as_i64().expect("a status")
}

#[tokio::test]
async fn too_many_actions_are_throttled_for_fifteen_seconds() {
    let ucm = quiet().await;
    ucm.switches(|s| s.throttle = Some(2));
    let cookie = login(&ucm).await;
    let listing = json!({"action": "listQueue"});
    for expected in [0, 0, -45, -45] {
        assert_eq!(
            act(&ucm, &cookie, listing.clone()).await.json()["status"],
            expected
        );
    }
    ucm.advance(Duration::from_secs(15));
    assert_eq!(act(&ucm, &cookie, listing).await.json()["status"], 0);
}

#[tokio::test]
async fn a_session_can_end_in_the_middle() {
    let ucm = quiet().await;
    ucm.switches(|s| s.session_requests = Some(2));
    let cookie = login(&ucm).await;
    for expected in [0, 0, -6, -6] {
        let answer = act(&ucm, &cookie, json!({"action": "listQueue"})).await;
        assert_eq!(answer.json()["status"], expected);
    }
}

#[tokio::test]
async fn the_system_says_its_time_and_model() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let status = act(&ucm, &cookie, json!({"action": "getSystemStatus"}))
        .await
        .json();
    assert_eq!(
        status["response"]["system-time"],
        "30-05-2024 14:00:00 UTC+02:00"
    );
    ucm.switches(|s| s.clock_skew_secs = -90);
    let status = act(&ucm, &cookie, json!({"action": "getSystemStatus"}))
        .await
        .json();
    assert_eq!(
        status["response"]["system-time"],
        "30-05-2024 13:58:30 UTC+02:00"
    );
    let general = act(&ucm, &cookie, json!({"action": "getSystemGeneralStatus"}))
        .await
        .json();
    assert_eq!(general["response"]["product-model"], "UCM6302  V1.2B");
}

#[tokio::test]
async fn lists_are_cut_sorted_and_paged() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let request = json!({"action": "listAccount", "options": "extension,status,addr", "item_num": "4",
        "page": "4", "sidx": "extension", "sord": "asc"});
    let answer = act(&ucm, &cookie, request).await.json();
    let expected = json!([
        {"extension": "1013", "status": "Idle", "addr": "192.0.2.22:5060 (GXP2170)"},
        {"extension": "1014", "status": "Unavailable", "addr": "-"},
    ]);
    assert_eq!(answer["response"]["account"], expected);
    assert_eq!(answer["response"]["total_item"], 14);
    let trunks = act(
        &ucm,
        &cookie,
        json!({"action": "listVoIPTrunk", "sord": "desc"}),
    )
    .await
    .json();
    assert_eq!(trunks["response"]["voip_trunk"][0]["trunk_name"], "backup");
    let queues = act(&ucm, &cookie, json!({"action": "listQueue"}))
        .await
        .json();
    assert_eq!(queues["response"]["queue"][0]["members"], "1001,1002,1003");
}

#[tokio::test]
async fn the_queue_counts_its_calls() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    add(&ucm, Scenario::QueueAnswered);
    add(&ucm, Scenario::QueueAbandoned);
    let request = |kind: &str| {
        json!({"action": "queueapi", "format": "json", "queue": "6500", "agent": "*",
            "startTime": "2024-05-30", "endTime": "2024-05-30", "statisticsType": kind})
    };
    let details = act(&ucm, &cookie, request("calldetail")).await.json();
    let expected = json!({"callernum": "0199000042", "start_time": "2024-05-30 14:00:00", "agent": "1001",
        "extension": "6500", "wait_time": "14", "talk_time": "60", "connect": "yes"});
    assert_eq!(details["queue_statistics"][0]["agent"], expected);
    assert_eq!(details["queue_statistics"][1]["agent"]["agent"], "NONE");
    let overview = act(&ucm, &cookie, request("overview")).await.json();
    let queue = &overview["root_statistics"]["queue"];
    assert_eq!(
        (&queue["total_calls"], &queue["abandoned_calls"]),
        (&json!("2"), &json!("1"))
    );
}

#[tokio::test]
async fn the_log_knows_what_was_asked_but_no_secret() {
    let ucm = with_traffic(Traffic {
        seed: 1,
        days: 3,
        calls: 10,
    })
    .await;
    let cookie = login(&ucm).await;
    cdr(
        &ucm,
        &cookie,
        json!({"offset": "3", "startTime": "2024-05-30T00:00:00"}),
    )
    .await;
    let requests = ucm.requests();
    let actions: Vec<_> = requests.iter().map(|r| r.action.as_str()).collect();
    assert_eq!(actions, ["challenge", "login", "cdrapi"]);
    assert_eq!(requests[2].param("offset"), Some("3"));
    assert_eq!(requests[2].param("startTime"), Some("2024-05-30T00:00:00"));
    assert_eq!(requests[1].app_status, Some(0));
    let shown = format!("{requests:?}");
    assert!(!shown.contains(&cookie) && !shown.contains("token"));
}

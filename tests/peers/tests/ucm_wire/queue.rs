//! `queueapi` as it is in the field: rows that come twice, and calls that a program asked for.

use peers::ucm::{Call, Scenario, Ucm};
use serde_json::{Value, json};

use super::support::*;

async fn details(ucm: &Ucm, cookie: &str, agent: &str) -> Vec<Value> {
    let request = json!({"action": "queueapi", "format": "json", "queue": "6500", "agent": agent,
        "startTime": "2024-05-30", "endTime": "2024-05-30", "statisticsType": "calldetail"});
    let answer = act(ucm, cookie, request).await.json();
    answer["queue_statistics"].as_array().expect("rows").clone()
}

#[tokio::test]
async fn some_calls_come_twice() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let starts = (0..14).map(|n| noon() + chrono::TimeDelta::seconds(n));
    ucm.add_calls(
        &starts
            .map(|start| Call::new(Scenario::QueueAnswered, start))
            .collect::<Vec<_>>(),
    );
    pass(&ucm, 300);
    assert_eq!(details(&ucm, &cookie, "*").await.len(), 14);
    ucm.switches(|s| s.queue_duplicates = true);
    let mut rows: Vec<String> = details(&ucm, &cookie, "*")
        .await
        .iter()
        .map(Value::to_string)
        .collect();
    assert_eq!(rows.len(), 18, "22 %");
    rows.dedup();
    assert_eq!(
        rows.len(),
        14,
        "they stand beside each other, and are the same in every field"
    );
}

#[tokio::test]
async fn one_agent_can_be_asked_for() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    for agent in ["1001", "1002"] {
        ucm.add_call(&Call::new(Scenario::QueueAnswered, noon()).at(agent));
    }
    add(&ucm, Scenario::QueueAbandoned);
    for (asked, count) in [
        ("*", 3),
        ("", 3),
        ("1002", 1),
        ("1001,1002", 2),
        ("1003", 0),
    ] {
        assert_eq!(details(&ucm, &cookie, asked).await.len(), count, "{asked}");
    }
}

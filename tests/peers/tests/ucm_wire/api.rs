//! The new HTTPS API, asked by a plain HTTP client.

use peers::ucm::{Traffic, Ucm};
use serde_json::json;

use super::support::*;

async fn with_month(calls: usize) -> Ucm {
    let traffic = Traffic {
        seed: 1,
        days: 30,
        calls,
    };
    Ucm::builder()
        .now(noon())
        .traffic(traffic)
        .start()
        .await
        .expect("it starts")
}

#[tokio::test]
async fn pages_hold_every_call_once_in_order() {
    let ucm = with_month(2_300).await;
    let cookie = login(&ucm).await;
    let mut items = Vec::new();
    for offset in [0, 1_000, 2_000, 3_000] {
        let page = cdr(
            &ucm,
            &cookie,
            json!({"numRecords": "1000", "offset": offset}),
        )
        .await;
        items.extend(page);
    }
    assert_eq!(items.len(), 2_300);
    let start = |item: &serde_json::Value| {
        item["main_cdr"]["start"]
            .as_str()
            .or(item["start"].as_str())
            .map(str::to_owned)
    };
    assert!(items.iter().map(start).is_sorted());
    let mut seen: Vec<_> = items
        .iter()
        .map(|item| item["cdr"].clone().to_string())
        .collect();
    let mut truth: Vec<_> = ucm
        .truth()
        .iter()
        .map(|t| format!("\"{}\"", t.session))
        .collect();
    seen.sort();
    truth.sort();
    assert_eq!(seen, truth);
    assert_eq!(ucm.count("cdrapi"), 4);
}

//! What some devices and firmwares do.

use std::time::Duration;

use peers::ucm::{Call, Scenario, Traffic, Ucm};
use serde_json::{Value, json};

use super::support::*;

async fn busy_device() -> (Ucm, String) {
    let ucm = with_traffic(Traffic {
        seed: 5,
        days: 10,
        calls: 120,
    })
    .await;
    let cookie = login(&ucm).await;
    (ucm, cookie)
}

fn keys(legs: &[Value]) -> Vec<String> {
    let mut keys: Vec<_> = legs
        .iter()
        .map(|leg| format!("{} {} {}", leg["session"], leg["AcctId"], leg["start"]))
        .collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn shifted_groups_are_foreign_but_lose_no_leg() {
    let (ucm, cookie) = busy_device().await;
    let sound = cdr(&ucm, &cookie, json!({})).await;
    ucm.switches(|s| s.shifted_groups = true);
    let shifted = cdr(&ucm, &cookie, json!({})).await;
    assert_eq!(keys(&legs(&shifted)), keys(&legs(&sound)));
    let is_mixed = |item: &&Value| {
        let own = item["main_cdr"]["session"].clone();
        item.get("main_cdr").is_some()
            && legs(&[(*item).clone()])
                .iter()
                .any(|leg| leg["session"] != own)
    };
    assert!(shifted.iter().filter(is_mixed).count() > 10);
    assert_eq!(sound.iter().filter(is_mixed).count(), 0);
}

#[tokio::test]
async fn shifted_groups_page_without_loss() {
    let (ucm, cookie) = busy_device().await;
    ucm.switches(|s| s.shifted_groups = true);
    let mut all = Vec::new();
    for offset in (0..).step_by(25) {
        let page = cdr(&ucm, &cookie, json!({"numRecords": 25, "offset": offset})).await;
        let is_last = page.len() < 25;
        all.extend(legs(&page));
        if is_last {
            break;
        }
    }
    assert_eq!(all.len(), ucm.rows());
}

#[tokio::test]
async fn a_window_can_cut_a_session() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let call = Call::new(Scenario::NoAnswerVoicemail, noon())
        .ringing(20)
        .talking(30);
    ucm.add_call(&call);
    ucm.advance(Duration::from_secs(120));
    let head = json!({"endTime": "2024-05-30T14:00:10"});
    let tail = json!({"startTime": "2024-05-30T14:00:10"});
    assert_eq!(legs(&cdr(&ucm, &cookie, head.clone()).await).len(), 2);
    assert_eq!(legs(&cdr(&ucm, &cookie, tail.clone()).await).len(), 0);
    ucm.switches(|s| s.window_cut = true);
    let (head, tail) = (
        cdr(&ucm, &cookie, head).await,
        cdr(&ucm, &cookie, tail).await,
    );
    assert_eq!((head.len(), &head[0]["action_type"]), (1, &json!("DIAL")));
    assert_eq!((tail.len(), &tail[0]["action_type"]), (1, &json!("VM")));
    assert_eq!(head[0]["session"], tail[0]["session"]);
}

#[tokio::test]
async fn cdr_root_can_be_wrapped_and_hold_nulls() {
    let (ucm, cookie) = busy_device().await;
    ucm.switches(|s| (s.wrapped_cdr_root, s.null_items) = (true, true));
    let answer = act(&ucm, &cookie, json!({"action": "cdrapi", "format": "json"}))
        .await
        .json();
    assert_eq!(answer["status"], 0);
    let items = answer["response"]["cdr_root"].as_array().expect("items");
    assert!(items.contains(&Value::Null) && items.contains(&json!({})));
    let whole: Vec<_> = items
        .iter()
        .filter(|i| i.as_object().is_some_and(|i| !i.is_empty()))
        .collect();
    assert_eq!(whole.len(), 120);
}

#[tokio::test]
async fn the_offset_can_be_ignored() {
    let (ucm, cookie) = busy_device().await;
    let page = |offset| json!({"numRecords": 10, "offset": offset});
    let first = cdr(&ucm, &cookie, page(0)).await;
    assert_ne!(cdr(&ucm, &cookie, page(10)).await, first);
    ucm.switches(|s| s.offset_ignored = true);
    assert_eq!(cdr(&ucm, &cookie, page(10)).await, first);
}

#[tokio::test]
async fn the_session_can_be_missing_from_the_item() {
    let (ucm, cookie) = busy_device().await;
    ucm.switches(|s| s.empty_cdr = true);
    let items = cdr(&ucm, &cookie, json!({})).await;
    assert!(items.iter().all(|item| item["cdr"] == ""));
    assert!(legs(&items).iter().all(|leg| leg["session"] != ""));
}

#[tokio::test]
async fn row_numbers_begin_again_every_month() {
    for (monthly_reset, expected) in [(true, ["41", "1", "2"]), (false, ["41", "42", "43"])] {
        let start = |day: &str| format!("2024-{day}T10:00:00Z").parse().expect("a moment");
        let calls = ["04-30", "05-02", "05-03"].map(|day| Call::new(Scenario::Busy, start(day)));
        let ucm = Ucm::builder()
            .now(noon())
            .first_acct_id(41)
            .switches(|s| s.monthly_reset = monthly_reset)
            .calls(calls)
            .start()
            .await
            .expect("it starts");
        let cookie = login(&ucm).await;
        let items = cdr(&ucm, &cookie, json!({})).await;
        let ids: Vec<_> = items
            .iter()
            .filter_map(|item| item["AcctId"].as_str())
            .collect();
        assert_eq!(ids, expected);
    }
}

#[tokio::test]
async fn recordings_can_be_listed_late() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    ucm.switches(|s| s.late_recordfiles_secs = Some(400));
    add(&ucm, Scenario::Answered);
    let early = cdr(&ucm, &cookie, json!({})).await;
    assert_eq!(early[0]["recordfiles"], "");
    let id = early[0]["AcctId"].clone();
    let infos = act(
        &ucm,
        &cookie,
        json!({"action": "getRecordInfosByCall", "id": id}),
    )
    .await
    .json();
    let name = infos["response"]["recordfiles"]
        .as_str()
        .expect("names")
        .to_owned();
    ucm.advance(Duration::from_secs(120));
    let still = cdr(&ucm, &cookie, json!({})).await;
    assert_eq!(still[0]["recordfiles"], "");
    ucm.advance(Duration::from_secs(100));
    let late = cdr(&ucm, &cookie, json!({})).await;
    assert_eq!(late[0]["recordfiles"], format!("2024-05/{name}@"));
}

#[tokio::test]
async fn a_device_whose_clock_is_wrong_writes_wrong_stamps() {
    let ucm = quiet().await;
    ucm.switches(|s| s.clock_skew_secs = 7 * 60);
    add(&ucm, Scenario::Answered);
    let cookie = login(&ucm).await;
    let items = cdr(&ucm, &cookie, json!({})).await;
    assert_eq!(items[0]["start"], "2024-05-30 14:07:00");
    let epoch = noon().timestamp() + 7 * 60;
    assert!(
        items[0]["session"]
            .as_str()
            .is_some_and(|s| s.starts_with(&epoch.to_string()))
    );
    assert_eq!(ucm.truth()[0].start, noon());
}

//! What rings and what is talked on, and what the phones say meanwhile.

use peers::ucm::{Call, Scenario, Ucm};
use serde_json::{Value, json};

use super::support::*;

async fn bridged(ucm: &Ucm, cookie: &str) -> Vec<Value> {
    rows(
        ucm,
        cookie,
        json!({"action": "listBridgedChannels"}),
        "channel",
    )
    .await
}

async fn unbridged(ucm: &Ucm, cookie: &str) -> Vec<Value> {
    let request = json!({"action": "listUnBridgedChannels", "sidx": "channel"});
    rows(ucm, cookie, request, "channel").await
}

fn states(channels: &[Value]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = |channel: &Value| {
        let channel = text(&channel["channel"]);
        channel
            .rsplit_once('-')
            .map_or(String::new(), |(name, _)| name.to_owned())
    };
    channels
        .iter()
        .map(|channel| (name(channel), text(&channel["state"])))
        .collect()
}

fn is(name: &str, state: &str) -> (String, String) {
    (name.to_owned(), state.to_owned())
}

async fn phone(ucm: &Ucm, cookie: &str, extension: &str) -> String {
    let request = json!({"action": "listAccount", "options": "extension,status"});
    let accounts = rows(ucm, cookie, request, "account").await;
    let account = accounts
        .iter()
        .find(|account| account["extension"] == extension);
    account
        .and_then(|account| account["status"].as_str())
        .expect("a status")
        .to_owned()
}

#[tokio::test]
async fn an_order_rings_first_here_then_there_and_is_talked_on_until_its_record_appears() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    assert_eq!(status(&ucm, &cookie, order()).await, 0);
    assert_eq!(
        states(&unbridged(&ucm, &cookie).await),
        [is("PJSIP/1002", "Ringing")]
    );
    assert_eq!(phone(&ucm, &cookie, "1002").await, "Ringing");
    pass(&ucm, 5);
    let channels = unbridged(&ucm, &cookie).await;
    assert_eq!(
        states(&channels),
        [is("PJSIP/1002", "Up"), is("PJSIP/trunk_2", "Ringing")]
    );
    assert_eq!(channels[1]["callernum"], "0199000077");
    assert_eq!(phone(&ucm, &cookie, "1002").await, "InUse");
    assert!(bridged(&ucm, &cookie).await.is_empty());
    pass(&ucm, 6);
    let bridges = bridged(&ucm, &cookie).await;
    assert_eq!(bridges.len(), 1);
    assert!(unbridged(&ucm, &cookie).await.is_empty());
    for (name, value) in [
        ("channel1", "PJSIP/1002-00000001"),
        ("channel2", "PJSIP/trunk_2-00000002"),
        ("callerid1", "api"),
        ("callerid2", "0199000077"),
        ("bridge_time", "2024-05-30 14:00:10"),
        ("bridge_timestamp", "1717070410"),
        ("inbound_trunk_name", ""),
        ("outbound_trunk_name", "mytrunk"),
    ] {
        assert_eq!(bridges[0][name], value, "{name}");
    }
    pass(&ucm, 59);
    assert_eq!((bridged(&ucm, &cookie).await.len(), ucm.rows()), (1, 0));
    pass(&ucm, 1);
    assert_eq!((bridged(&ucm, &cookie).await.len(), ucm.rows()), (0, 1));
    assert_eq!(phone(&ucm, &cookie, "1002").await, "Idle");
}

#[tokio::test]
async fn the_devices_own_clock_is_what_it_shows() {
    let ucm = quiet().await;
    ucm.switches(|s| s.clock_skew_secs = 3_600);
    let cookie = login(&ucm).await;
    status(&ucm, &cookie, order()).await;
    pass(&ucm, 11);
    let bridges = bridged(&ucm, &cookie).await;
    assert_eq!(bridges[0]["bridge_time"], "2024-05-30 15:00:10");
}

#[tokio::test]
async fn a_ring_group_rings_everywhere_until_one_picks_up() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    ucm.add_call(&Call::new(Scenario::RingGroup, noon()).at("1002"));
    pass(&ucm, 1);
    let ringing = states(&unbridged(&ucm, &cookie).await);
    assert_eq!(ringing[3], is("PJSIP/trunk_2", "Ring"));
    let phones = ["PJSIP/1001", "PJSIP/1002", "PJSIP/1003"].map(|name| is(name, "Ringing"));
    assert_eq!(ringing[..3], phones);
    assert_eq!(phone(&ucm, &cookie, "1001").await, "Ringing");
    pass(&ucm, 6);
    let bridges = bridged(&ucm, &cookie).await;
    assert_eq!(bridges.len(), 1);
    assert_eq!(bridges[0]["callerid2"], "1002");
    assert_eq!(bridges[0]["feature_calleenum"], "6400");
    assert_eq!(phone(&ucm, &cookie, "1001").await, "Idle");
}

#[tokio::test]
async fn a_machine_is_no_conversation_and_a_queue_copies_none() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    ucm.add_call(&Call::new(Scenario::Ivr, noon()).at("1005"));
    pass(&ucm, 4);
    assert_eq!(
        states(&unbridged(&ucm, &cookie).await),
        [is("PJSIP/trunk_2", "Up")]
    );
    pass(&ucm, 300);
    let call = Call::new(Scenario::QueueAnswered, ucm.now()).at("1002");
    ucm.add_call(&call);
    pass(&ucm, 20);
    let bridges = bridged(&ucm, &cookie).await;
    assert_eq!(bridges.len(), 1);
    assert_eq!(bridges[0]["feature_calleenum"], "6500");
}

#[tokio::test]
async fn phones_are_busy_with_two_calls_or_where_they_are_told_to_be() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let call = Call::new(Scenario::Answered, noon()).at("1004");
    ucm.add_calls(&[call.clone(), call]);
    ucm.switches(|s| s.dial.busy = vec!["1005".to_owned()]);
    pass(&ucm, 10);
    for (extension, status) in [
        ("1004", "Busy"),
        ("1005", "Busy"),
        ("1006", "Idle"),
        ("1014", "Unavailable"),
    ] {
        assert_eq!(phone(&ucm, &cookie, extension).await, status, "{extension}");
    }
}

#[tokio::test]
async fn the_lists_are_paged_and_need_a_session_and_the_right() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let calls = ["1001", "1002", "1003"]
        .map(|extension| Call::new(Scenario::Answered, noon()).at(extension));
    ucm.add_calls(&calls);
    pass(&ucm, 10);
    let request = json!({"action": "listBridgedChannels", "item_num": "2", "page": "2", "sidx": "callerid2",
        "sord": "asc", "options": "callerid2"});
    let answer = act(&ucm, &cookie, request).await.json();
    let expected =
        json!({"channel": [{"callerid2": "1003"}], "total_item": 3, "total_page": 2, "page": 2});
    assert_eq!(answer["response"], expected);
    for action in ["listBridgedChannels", "listUnBridgedChannels"] {
        assert_eq!(
            post(&ucm, json!({"action": action})).await.json()["status"],
            -5
        );
        ucm.switches(|s| s.denied_actions = vec![action.to_owned()]);
        assert_eq!(status(&ucm, &cookie, json!({"action": action})).await, -47);
    }
}

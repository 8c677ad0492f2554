//! The routes of the office, in and out.

use serde_json::json;

use super::support::*;

#[tokio::test]
async fn every_trunk_has_a_route_in() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let request = json!({"action": "listInboundRoute"});
    let routes = rows(&ucm, &cookie, request, "inbound_route").await;
    let numbers: Vec<_> = ucm
        .office()
        .trunks
        .iter()
        .map(|t| json!(format!("_{}", t.did)))
        .collect();
    let patterns: Vec<_> = routes
        .iter()
        .map(|route| route["did_pattern_match"].clone())
        .collect();
    assert_eq!(patterns, numbers);
    let request = json!({"action": "listInboundRoute", "trunk_index": 3, "options": "inbound_rt_index,did_pattern_match"});
    let answer = act(&ucm, &cookie, request).await.json();
    let expected = json!([{"inbound_rt_index": "2", "did_pattern_match": numbers[1]}]);
    assert_eq!(
        (
            &answer["response"]["inbound_route"],
            &answer["response"]["total_item"]
        ),
        (&expected, &json!(1))
    );
}

#[tokio::test]
async fn the_routes_out_are_those_that_orders_take() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let request = json!({"action": "listOutboundRoute", "sidx": "sequence", "sord": "asc"});
    let patterns = async || {
        let routes = rows(&ucm, &cookie, request.clone(), "outbound_route").await;
        routes
            .iter()
            .map(|route| route["pattern"].as_str().expect("a pattern").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(patterns().await, ["_0X.", "_00X.", "_+X."]);
    ucm.switches(|s| {
        s.dial.plus_has_route = false;
        s.dial.outside_line = "9".to_owned();
    });
    assert_eq!(patterns().await, ["_90X.", "_900X."]);
}

#[tokio::test]
async fn they_need_a_session_and_the_right() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    for action in ["listInboundRoute", "listOutboundRoute"] {
        let request = json!({"action": action});
        assert_eq!(post(&ucm, request.clone()).await.json()["status"], -5);
        ucm.switches(|s| s.denied_actions = vec![action.to_owned()]);
        assert_eq!(status(&ucm, &cookie, request).await, -47);
    }
}

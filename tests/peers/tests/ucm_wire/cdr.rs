//! `cdrapi` of a well-behaved device.

use std::time::Duration;

use peers::ucm::{Call, FieldSet, Scenario, Traffic};
use serde_json::{Value, json};

use super::support::*;

#[tokio::test]
async fn pages_hold_every_call_once_in_order() {
    let ucm = with_traffic(Traffic {
        seed: 1,
        days: 30,
        calls: 2_300,
    })
    .await;
    let cookie = login(&ucm).await;
    let mut items = Vec::new();
    for (offset, expected) in [(0, 1_000), (1_000, 1_000), (2_000, 300), (3_000, 0)] {
        let page = cdr(
            &ucm,
            &cookie,
            json!({"numRecords": "1000", "offset": offset}),
        )
        .await;
        assert_eq!(page.len(), expected);
        items.extend(page);
    }
    let start = |item: &Value| {
        item["main_cdr"]["start"]
            .as_str()
            .or(item["start"].as_str())
            .map(str::to_owned)
    };
    assert!(items.iter().map(start).is_sorted());
    let mut seen: Vec<_> = items
        .iter()
        .filter_map(|item| item["cdr"].as_str())
        .collect();
    let truth = ucm.truth();
    let mut sessions: Vec<_> = truth.iter().map(|truth| truth.session.as_str()).collect();
    seen.sort();
    sessions.sort();
    assert_eq!(seen, sessions);
    assert_eq!(legs(&items).len(), ucm.rows());
    assert_eq!(ucm.count("cdrapi"), 4);
}

#[tokio::test]
async fn a_page_has_a_thousand_items_at_most_and_by_default() {
    let ucm = with_traffic(Traffic {
        seed: 1,
        days: 30,
        calls: 1_050,
    })
    .await;
    let cookie = login(&ucm).await;
    for arguments in [
        json!({}),
        json!({"numRecords": "5000"}),
        json!({"numRecords": ""}),
    ] {
        assert_eq!(cdr(&ucm, &cookie, arguments).await.len(), 1_000);
    }
    assert_eq!(cdr(&ucm, &cookie, json!({"numRecords": 7})).await.len(), 7);
    assert_eq!(
        cdr(&ucm, &cookie, json!({"numRecords": "0"})).await.len(),
        0
    );
    assert_eq!(
        cdr(&ucm, &cookie, json!({"numRecords": "ten"})).await.len(),
        0
    );
}

#[tokio::test]
async fn rows_appear_when_the_call_ends() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let call = Call::new(Scenario::Answered, ucm.now())
        .ringing(5)
        .talking(30);
    ucm.add_call(&call);
    ucm.advance(Duration::from_secs(30));
    assert_eq!(
        (cdr(&ucm, &cookie, json!({})).await.len(), ucm.truth().len()),
        (0, 0)
    );
    ucm.advance(Duration::from_secs(10));
    let items = cdr(&ucm, &cookie, json!({})).await;
    assert_eq!((items.len(), ucm.truth().len()), (1, 1));
    assert_eq!(
        items[0]["start"], "2024-05-30 14:00:00",
        "with their earlier start"
    );
}

/// The first leg of a transferred call ends before the second: a client sees the session in part.
#[tokio::test]
async fn a_transferred_call_appears_in_two_steps() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let mut call = Call::new(Scenario::Transfer, ucm.now())
        .ringing(5)
        .talking(30);
    call.second_talk_secs = 60;
    ucm.add_call(&call);
    ucm.advance(Duration::from_secs(40));
    let part = cdr(&ucm, &cookie, json!({})).await;
    assert!(part.len() == 1 && part[0].get("main_cdr").is_none());
    assert!(ucm.truth().is_empty());
    ucm.advance(Duration::from_secs(60));
    let whole = cdr(&ucm, &cookie, json!({})).await;
    assert_eq!(legs(&whole).len(), 2);
    assert_eq!(legs(&whole)[0]["AcctId"], part[0]["AcctId"]);
    assert_eq!(ucm.truth()[0].talked, ["1001", "1002"]);
}

#[tokio::test]
async fn the_summary_of_a_group_sums_and_is_otherwise_blank() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    add(&ucm, Scenario::QueueAnswered);
    let items = cdr(&ucm, &cookie, json!({})).await;
    let summary = items[0]["main_cdr"].as_object().expect("a group");
    let sum = |name: &str| -> i64 {
        let of = |leg: &Value| leg[name].as_str().and_then(|secs| secs.parse::<i64>().ok());
        legs(&items).iter().filter_map(of).sum()
    };
    let filled: Vec<(&str, &str)> = summary
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let (duration, billsec) = (sum("duration").to_string(), sum("billsec").to_string());
    let expected = [
        ("action_type", "QUEUE[6500]"),
        ("billsec", &billsec),
        ("dst", "6500"),
        ("duration", &duration),
        ("session", &ucm.truth()[0].session),
        ("src", "0199000042"),
        ("start", "2024-05-30 14:00:00"),
    ];
    assert_eq!(filled, expected);
    assert_eq!(summary.len(), 32);
}

#[tokio::test]
async fn numbers_are_given_at_insertion_not_by_start() {
    let ucm = quiet().await;
    ucm.add_call(&Call::new(Scenario::Answered, ucm.now()).talking(600));
    ucm.advance(Duration::from_secs(10));
    ucm.add_call(&Call::new(Scenario::Answered, ucm.now()).talking(5));
    ucm.advance(Duration::from_secs(700));
    let cookie = login(&ucm).await;
    let items = cdr(&ucm, &cookie, json!({})).await;
    let ids: Vec<_> = items.iter().map(|item| item["AcctId"].as_str()).collect();
    assert_eq!(
        ids,
        [Some("2"), Some("1")],
        "ascending by start, not by AcctId"
    );
}

#[tokio::test]
async fn windows_are_inclusive_and_by_start() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    add(&ucm, Scenario::Answered);
    let count = |window: Value| {
        let (ucm, cookie) = (&ucm, cookie.clone());
        async move { cdr(ucm, &cookie, window).await.len() }
    };
    for (window, expected) in [
        (
            json!({"startTime": "2024-05-30T14:00:00", "endTime": "2024-05-30T14:00:00"}),
            1,
        ),
        (json!({"startTime": "2024-05-30T14:00:01"}), 0),
        (json!({"endTime": "2024-05-30T13:59:59"}), 0),
        (
            json!({"startTime": "2024-05-30", "endTime": "2024-05-31"}),
            1,
        ),
        (
            json!({"startTime": "2024-05-30T12:00:00Z", "endTime": "2024-05-30T14:00:00+02:00"}),
            1,
        ),
        (json!({"startTime": "2024-05-30T14:00:00-03:00"}), 0),
        (
            json!({"startTime": "1717070400", "endTime": "1717070400"}),
            1,
        ),
        (json!({"startTime": "1717070401"}), 0),
        (
            json!({"startTime": "2024-05-30T14:01:00", "timeFilterType": "End"}),
            1,
        ),
        (
            json!({"endTime": "2024-05-30T14:01:00", "timeFilterType": "End"}),
            0,
        ),
        (json!({"endTime": "now"}), 1),
        (json!({"startTime": "14:00", "endTime": "15:00"}), 0),
        (json!({"startdate": "2030-01-01", "nonsense": "1"}), 1),
    ] {
        assert_eq!(count(window.clone()).await, expected, "{window}");
    }
}

#[tokio::test]
async fn a_space_instead_of_t_gives_nothing_and_no_error() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    add(&ucm, Scenario::Answered);
    let with_t = json!({"startTime": "2024-05-30T00:00:00"});
    let with_space = json!({"startTime": "2024-05-30 00:00:00"});
    assert_eq!(cdr(&ucm, &cookie, with_t.clone()).await.len(), 1);
    assert_eq!(cdr(&ucm, &cookie, with_space.clone()).await.len(), 0);
    ucm.switches(|s| s.separator = peers::ucm::TimeSeparator::OnlySpace);
    assert_eq!(cdr(&ucm, &cookie, with_t.clone()).await.len(), 0);
    assert_eq!(cdr(&ucm, &cookie, with_space.clone()).await.len(), 1);
    ucm.switches(|s| s.separator = peers::ucm::TimeSeparator::Either);
    assert_eq!(cdr(&ucm, &cookie, with_t).await.len(), 1);
    assert_eq!(cdr(&ucm, &cookie, with_space).await.len(), 1);
}

#[tokio::test]
async fn people_and_durations_filter_sessions() {
    let ucm = quiet().await;
    for scenario in [Scenario::RingGroup, Scenario::Missed, Scenario::Outbound] {
        add(&ucm, scenario);
    }
    let cookie = login(&ucm).await;
    for (filter, expected) in [
        (json!({"caller": "0199@"}), 2),
        (json!({"caller": "1000-1005"}), 1),
        (json!({"callee": "6400"}), 1),
        (json!({"callee": "_001,2222"}), 2),
        (json!({"answeredby": "1001"}), 1),
        (json!({"minDur": "1"}), 2),
        (json!({"minDur": "61"}), 1),
        (json!({"maxDur": 0}), 1),
        (json!({"caller": "0-0"}), 0),
        (json!({"caller": "", "callee": ""}), 3),
    ] {
        assert_eq!(
            cdr(&ucm, &cookie, filter.clone()).await.len(),
            expected,
            "{filter}"
        );
    }
}

#[tokio::test]
async fn csv_is_the_default_and_xml_is_there() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let mut call = Call::new(Scenario::NoAnswerVoicemail, noon());
    call.name = "A & <B>, \"C\"".to_owned();
    ucm.add_call(&call);
    ucm.advance(Duration::from_secs(300));
    let csv = act(&ucm, &cookie, json!({"action": "cdrapi"})).await.text();
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines[0], CSV_HEADER);
    assert_eq!(lines.len(), 3, "a row a leg");
    assert!(
        lines[1].contains(r#","""A & <B>, ""C"""" <0199000042>","#),
        "{}",
        lines[1]
    );
    let wrong = act(&ucm, &cookie, json!({"action": "cdrapi", "format": "yaml"}))
        .await
        .text();
    assert_eq!(wrong, csv);
    let xml = act(&ucm, &cookie, json!({"action": "cdrapi", "format": "XML"}))
        .await
        .text();
    assert!(xml.contains("<cdr_root><cdr><AcctId>1</AcctId>"), "{xml}");
    assert!(
        xml.contains("<caller_name>A &amp; &lt;B&gt;, \"C\"</caller_name>"),
        "{xml}"
    );
}

#[tokio::test]
async fn firmwares_show_their_fields_in_order() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    add(&ucm, Scenario::Answered);
    for (set, fields) in [
        (FieldSet::Classic33, 33),
        (FieldSet::Ucm63xx44, 44),
        (FieldSet::Newest46, 47), // 46 and `cdr`
    ] {
        ucm.switches(|s| s.field_set = set);
        let text = act(&ucm, &cookie, json!({"action": "cdrapi", "format": "json"}))
            .await
            .text();
        let item = &serde_json::from_str::<Value>(&text).expect("JSON")["cdr_root"][0];
        let item = item.as_object().expect("an item");
        assert_eq!(item.len(), fields, "{set:?}");
        assert!(item.values().all(Value::is_string), "every value is a text");
        let order = CSV_HEADER
            .split(',')
            .filter_map(|name| text.find(&format!("\"{name}\":")));
        assert!(order.is_sorted(), "{set:?}");
        assert!(
            text.starts_with("{\"cdr_root\":[{\"cdr\":\"1717070400"),
            "{text}"
        );
    }
}

const CSV_HEADER: &str = "AcctId,accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,disposition,amaflags,uniqueid,userfield,channel_ext,dstchannel_ext,service,caller_name,recordfiles,dstanswer,chanext,dstchanext,session,action_owner,action_type,src_trunk_name,dst_trunk_name";

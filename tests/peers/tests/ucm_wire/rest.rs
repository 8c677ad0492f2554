//! The REST face of a gateway.

use peers::ucm::{Scenario, Ucm};
use serde_json::{Value, json};

use super::support::*;

async fn gateway() -> Ucm {
    let ucm = quiet().await;
    ucm.switches(|s| s.rest_gateway = true);
    ucm
}

async fn rest_login(ucm: &Ucm, password: &str) -> Answer {
    let url = format!("{}/api/login", ucm.url());
    let body = json!({"username": ucm.username(), "password": password}).to_string();
    run(move || read(agent().post(&url).send(&body)?))
        .await
        .expect("an answer")
}

async fn cookie(ucm: &Ucm) -> String {
    let answer = rest_login(ucm, ucm.password()).await.json();
    assert_eq!(answer["response"], "success");
    answer["cookie"].as_str().expect("a cookie").to_owned()
}

async fn records(ucm: &Ucm, cookie: &str) -> Value {
    let path = "/api/cdr?start_time=2024-05-30%2000:00:00&end_time=2024-05-30%2023:59:59";
    get(ucm, path, &[("cookie", cookie)]).await.json()
}

#[tokio::test]
async fn a_call_is_one_record() {
    let ucm = gateway().await;
    let cookie = cookie(&ucm).await;
    add(&ucm, Scenario::RingGroup);
    add(&ucm, Scenario::Outbound);
    let answer = records(&ucm, &cookie).await;
    let records = answer["cdr"].as_array().expect("records");
    assert_eq!(records.len(), 2);
    let expected = json!({"uniqueid": records[0]["uniqueid"], "calldate": "2024-05-30 14:00:00",
        "src": "0199000042", "dst": "1003", "src_name": "Zoé Lefèvre", "dst_name": records[0]["dst_name"],
        "direction": "inbound", "disposition": "ANSWERED", "duration": 66, "billsec": 60, "extension": "1001",
        "trunk": "mytrunk", "recordingfile": ucm.truth()[0].recordings[0]});
    assert_eq!(records[0], expected);
    assert_eq!(records[1]["direction"], "outbound");
    let file = records[0]["recordingfile"]
        .as_str()
        .expect("a name")
        .replace('#', "%23");
    let audio = get(
        &ucm,
        &format!("/api/recording?file={file}"),
        &[("cookie", &cookie)],
    )
    .await;
    assert_eq!(
        (&audio.body[..4], audio.body.len()),
        (&b"RIFF"[..], 44 + 60 * 16_000)
    );
}

#[tokio::test]
async fn records_can_have_other_names_or_lack_their_id() {
    let ucm = gateway().await;
    let cookie = cookie(&ucm).await;
    add(&ucm, Scenario::Answered);
    ucm.switches(|s| (s.rest_bare_array, s.rest_other_names) = (true, true));
    let other = records(&ucm, &cookie).await[0].clone();
    assert_eq!(
        (&other["caller"], &other["type"]),
        (&json!("0199000042"), &json!("inbound"))
    );
    assert!(other.get("call_id").is_some() && other.get("uniqueid").is_none());
    ucm.switches(|s| s.rest_missing_ids = true);
    let lacking = records(&ucm, &cookie).await[0].clone();
    assert!(lacking.get("call_id").is_none());
}

#[tokio::test]
async fn strangers_are_refused() {
    let ucm = gateway().await;
    assert_eq!(rest_login(&ucm, "wrong").await.status, 401);
    assert_eq!(
        get(&ucm, "/api/cdr?start_time=2024-05-30%2000:00:00", &[])
            .await
            .status,
        401
    );
    let cookie = cookie(&ucm).await;
    let headers = [("cookie", cookie.as_str())];
    assert_eq!(
        get(&ucm, "/api/recording?file=gone.wav", &headers)
            .await
            .status,
        404
    );
    assert_eq!(
        get(&ucm, "/api/cdr?start_time=yesterday", &headers)
            .await
            .status,
        400
    );
    ucm.advance(std::time::Duration::from_secs(601));
    assert_eq!(
        get(&ucm, "/api/recording?file=gone.wav", &headers)
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn without_the_gateway_the_device_knows_no_such_path() {
    let ucm = quiet().await;
    assert_eq!(rest_login(&ucm, ucm.password()).await.json()["status"], -1);
}

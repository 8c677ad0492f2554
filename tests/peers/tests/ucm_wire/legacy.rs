//! The legacy API and its digest.

use std::net::Ipv4Addr;
use std::time::Duration;

use http_auth::PasswordClient;
use peers::ucm::{Recordings, Scenario, Ucm};
use serde_json::json;

use super::support::*;

/// Answers the challenge that a first request meets, and asks again.
async fn digest_get(ucm: &Ucm, path: &str) -> Answer {
    let mut client = challenged(ucm, path).await;
    authorized(ucm, &mut client, path, ucm.password()).await
}

async fn challenged(ucm: &Ucm, path: &str) -> PasswordClient {
    let refused = get(ucm, path, &[]).await;
    assert_eq!(refused.status, 401);
    let challenge = refused.header("www-authenticate").expect("a challenge");
    PasswordClient::try_from(challenge).expect("a digest challenge")
}

async fn authorized(ucm: &Ucm, client: &mut PasswordClient, path: &str, password: &str) -> Answer {
    let credentials = client
        .respond(&http_auth::PasswordParams {
            username: ucm.username(),
            password,
            uri: path,
            method: "GET",
            body: Some(&[]),
        })
        .expect("credentials");
    get(ucm, path, &[("authorization", &credentials)]).await
}

#[tokio::test]
async fn rows_come_as_csv_or_in_the_same_json() {
    let ucm = quiet().await;
    add(&ucm, Scenario::NoAnswerVoicemail);
    let csv = digest_get(&ucm, "/cdrapi?startTime=2024-05-30T00:00:00").await;
    assert_eq!((csv.status, csv.text().lines().count()), (200, 3));
    let legacy = digest_get(&ucm, "/cdrapi?format=json&numRecords=10&offset=0").await;
    let cookie = login(&ucm).await;
    let new = act(&ucm, &cookie, json!({"action": "cdrapi", "format": "json"})).await;
    assert_eq!(legacy.text(), new.text());
}

#[tokio::test]
async fn bad_arguments_give_an_empty_container() {
    let ucm = quiet().await;
    add(&ucm, Scenario::Answered);
    for query in [
        "startdate=2024-05-30",
        "caller=",
        "offset=1&offset=2",
        "numRecords=1&",
        "numRecords=ten",
        "caller=1-2-3",
        "startTime=2024-05-30%2000:00:00",
    ] {
        let json = digest_get(&ucm, &format!("/cdrapi?format=json&{query}")).await;
        assert_eq!(
            (json.status, json.text().as_str()),
            (200, "{\"cdr_root\":[]}"),
            "{query}"
        );
    }
    let csv = digest_get(&ucm, "/cdrapi?caller=").await.text();
    assert_eq!(csv.lines().count(), 1);
    let wrong_format = digest_get(&ucm, "/cdrapi?format=yaml").await.text();
    assert!(wrong_format.starts_with("AcctId,") && wrong_format.lines().count() == 2);
}

#[tokio::test]
async fn only_the_right_digest_for_this_request_is_accepted() {
    let ucm = quiet().await;
    let path = "/cdrapi?format=json";
    let mut client = challenged(&ucm, path).await;
    let wrong = authorized(&ucm, &mut client, path, "wrong").await;
    assert_eq!(wrong.status, 401);
    assert!(
        !wrong
            .header("www-authenticate")
            .expect("a challenge")
            .contains("stale")
    );
    let parameters = |uri| http_auth::PasswordParams {
        username: "cdrapi",
        password: "cdrapi123",
        uri,
        method: "GET",
        body: Some(&[]),
    };
    let for_another = client.respond(&parameters("/recapi")).expect("credentials");
    assert_eq!(
        get(&ucm, path, &[("authorization", &for_another)])
            .await
            .status,
        401
    );
    let right = client.respond(&parameters(path)).expect("credentials");
    assert_eq!(
        get(&ucm, path, &[("authorization", &right)]).await.status,
        200
    );
    let replayed = get(&ucm, path, &[("authorization", &right)]).await;
    assert_eq!(replayed.status, 401, "a count serves once");
    let basic = get(
        &ucm,
        path,
        &[("authorization", "Basic Y2RyYXBpOmNkcmFwaTEyMw==")],
    )
    .await;
    assert_eq!(basic.status, 401);
}

#[tokio::test]
async fn a_nonce_serves_again_and_grows_stale() {
    let ucm = quiet().await;
    let path = "/cdrapi?format=json";
    let mut client = challenged(&ucm, path).await;
    for _ in 0..3 {
        assert_eq!(
            authorized(&ucm, &mut client, path, ucm.password())
                .await
                .status,
            200
        );
    }
    ucm.advance(Duration::from_secs(301));
    let stale = authorized(&ucm, &mut client, path, ucm.password()).await;
    assert_eq!(stale.status, 401);
    assert!(
        stale
            .header("www-authenticate")
            .expect("a challenge")
            .contains("stale=true")
    );
}

#[tokio::test]
async fn recordings_are_wav_or_404() {
    let ucm = quiet().await;
    add(&ucm, Scenario::Answered);
    let name = ucm.truth()[0].recordings[0].clone();
    let path = format!("/recapi?filedir=monitor&filename={name}");
    assert_eq!(&digest_get(&ucm, &path).await.body[..4], b"RIFF");
    assert_eq!(
        digest_get(&ucm, "/recapi?filedir=monitor&filename=gone.wav")
            .await
            .status,
        404
    );
    ucm.switches(|s| s.recordings = Recordings::MissingMinus25);
    assert_eq!(digest_get(&ucm, &path).await.status, 404);
}

#[tokio::test]
async fn switched_off_it_is_the_web_page() {
    let ucm = quiet().await;
    ucm.switches(|s| s.legacy_enabled = false);
    let page = get(&ucm, "/recapi?filename=a.wav", &[]).await;
    assert!(page.status == 200 && page.body.starts_with(b"<!DOCTYPE html>"));
    ucm.switches(|s| s.legacy_enabled = true);
    // Unlike the new API it lets nobody in whose address was not entered.
    let elsewhere = "192.0.2.7".parse().expect("an address");
    for (permitted, status) in [
        (vec![], 403),
        (vec![elsewhere], 403),
        (vec![elsewhere, Ipv4Addr::LOCALHOST.into()], 401),
    ] {
        ucm.switches(|s| s.legacy_permitted_ips = permitted);
        assert_eq!(get(&ucm, "/cdrapi", &[]).await.status, status);
    }
}

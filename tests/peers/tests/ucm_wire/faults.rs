//! What networks and sick devices do, and certificates.

use std::pin::pin;
use std::time::{Duration, Instant};

use peers::ucm::{Fault, Scenario, Traffic, Ucm};
use serde_json::json;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::support::*;

async fn listing(ucm: &Ucm, cookie: &str) -> Result<Answer, ureq::Error> {
    let request = json!({"action": "cdrapi", "format": "json", "cookie": cookie});
    try_post(&ucm.url(), request).await
}

#[tokio::test]
async fn answers_can_be_replaced_and_come_back() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    ucm.fault(Fault::status("cdrapi", 502).times(2));
    ucm.fault(Fault::html("cdrapi").times(1));
    ucm.fault(Fault::garbage("cdrapi").times(1));
    ucm.fault(Fault::app_status("cdrapi", -9).times(1));
    for _ in 0..2 {
        assert_eq!(listing(&ucm, &cookie).await.expect("an answer").status, 502);
    }
    assert!(
        listing(&ucm, &cookie)
            .await
            .expect("an answer")
            .body
            .starts_with(b"<!DOCTYPE")
    );
    let garbage = listing(&ucm, &cookie).await.expect("an answer").body;
    assert!(serde_json::from_slice::<serde_json::Value>(&garbage).is_err());
    assert_eq!(
        listing(&ucm, &cookie).await.expect("an answer").json()["status"],
        -9
    );
    assert_eq!(
        listing(&ucm, &cookie).await.expect("an answer").json(),
        json!({"cdr_root": []})
    );
    assert_eq!(ucm.requests().iter().filter(|r| r.is_struck).count(), 5);
}

#[tokio::test]
async fn a_fault_strikes_its_action_alone_and_can_spare_the_first() {
    let ucm = quiet().await;
    ucm.fault(Fault::reset("cdrapi").sparing(1).times(1));
    let cookie = login(&ucm).await;
    assert!(listing(&ucm, &cookie).await.is_ok());
    assert!(listing(&ucm, &cookie).await.is_err());
    assert!(listing(&ucm, &cookie).await.is_ok());
}

#[tokio::test]
async fn the_work_is_done_before_or_not_at_all() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    let logout = || try_post_logout(&ucm, &cookie);
    ucm.fault(Fault::hang_up("logout").times(1));
    assert!(logout().await.is_err());
    assert!(
        listing(&ucm, &cookie)
            .await
            .expect("an answer")
            .json()
            .get("cdr_root")
            .is_some()
    );
    ucm.fault(Fault::hang_up("logout").after_work().times(1));
    assert!(logout().await.is_err());
    assert_eq!(
        listing(&ucm, &cookie).await.expect("an answer").json()["status"],
        -6
    );
}

async fn try_post_logout(ucm: &Ucm, cookie: &str) -> Result<Answer, ureq::Error> {
    try_post(&ucm.url(), json!({"action": "logout", "cookie": cookie})).await
}

#[tokio::test]
async fn a_body_can_break_off() {
    let ucm = with_traffic(Traffic {
        seed: 1,
        days: 5,
        calls: 50,
    })
    .await;
    let cookie = login(&ucm).await;
    ucm.fault(Fault::cut("cdrapi", 1_000).times(1));
    assert!(listing(&ucm, &cookie).await.is_err());
    assert!(listing(&ucm, &cookie).await.is_ok());
}

#[tokio::test]
async fn a_body_can_drip() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    add(&ucm, Scenario::Answered);
    let whole = listing(&ucm, &cookie).await.expect("an answer").body;
    ucm.fault(Fault::drip("cdrapi", whole.len() * 2).times(1));
    let began = Instant::now();
    assert_eq!(listing(&ucm, &cookie).await.expect("an answer").body, whole);
    assert!(
        began.elapsed() > Duration::from_millis(400),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn a_device_can_stall() {
    let ucm = quiet().await;
    ucm.fault(Fault::stall("*"));
    let url = ucm.url();
    let mut answer = pin!(try_post(
        &url,
        json!({"action": "challenge", "user": "cdrapi"})
    ));
    tokio::select! {
        answer = &mut answer => panic!("{answer:?}"),
        () = until(|| ucm.count("challenge") == 1) => {}
    }
    let answer = tokio::time::timeout(Duration::from_millis(300), answer).await;
    assert!(answer.is_err(), "{answer:?}");
    ucm.clear_faults();
    login(&ucm).await;
}

#[tokio::test]
async fn a_device_can_go_down_and_come_back_on_its_port() {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    ucm.down().await;
    assert!(listing(&ucm, &cookie).await.is_err());
    ucm.up().await.expect("the port is still free");
    assert!(
        listing(&ucm, &cookie).await.is_ok(),
        "and sessions are still there"
    );
}

#[tokio::test]
async fn https_is_trusted_by_its_authority_alone() {
    let ucm = quiet().await;
    let pem = ucm.ca_pem().to_owned();
    let https = |trust: Option<String>| {
        let url = ucm.https_url().replace("127.0.0.1", "localhost");
        run(move || {
            let roots =
                trust.map(|pem| Certificate::from_pem(pem.as_bytes()).expect("a certificate"));
            let roots = RootCerts::from(roots.into_iter());
            let tls = TlsConfig::builder().root_certs(roots).build();
            let agent: ureq::Agent = ureq::Agent::config_builder().tls_config(tls).build().into();
            let body = json!({"request": {"action": "challenge", "user": "cdrapi"}}).to_string();
            agent.post(format!("{url}/api")).send(&body).is_ok()
        })
    };
    assert!(https(Some(pem.clone())).await);
    assert!(!https(None).await);
    ucm.switches(|s| s.self_signed = true);
    assert!(
        !https(Some(pem)).await,
        "a self-signed certificate is nobody's"
    );
}

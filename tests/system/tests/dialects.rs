//! The three ways of speaking to a PBX, and the way there: TLS with its own CA, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use chrono_clock::{DateTime, Utc};
use host::RuntimeConfig;
use peers::ucm::{Traffic, Ucm};
use serde_json::{Value, json};
use system::{Journal, Rig, Site, compare, french_ucm};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

async fn office(calls: usize, change: impl FnOnce(&mut peers::ucm::Switches)) -> Ucm {
    let traffic = Traffic {
        seed: 11,
        days: 10,
        calls,
    };
    french_ucm(now())
        .traffic(traffic)
        .switches(change)
        .start()
        .await
        .unwrap()
}

async fn rig(ucm: Ucm, settings: Value, runtime: RuntimeConfig) -> Rig {
    let journal = Journal::simulated(19).await.unwrap();
    Rig::around(journal, now())
        .site(Site::new("paris", ucm).with(settings))
        .runtime(runtime)
        .start()
        .await
        .unwrap()
}

/// Trust in the CA of the simulated PBX, and in nothing else.
fn trusting(ca_pem: &str) -> RuntimeConfig {
    let folder = std::env::temp_dir().join(format!("ucm-odoo-ca-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("ca.pem"), ca_pem).unwrap();
    let text = "[[client_tls]]\ncomponent_ids = [\"cdr-poll\"]\nhosts = [\"127.0.0.1\"]\nca_use_platform_roots = false\nca_roots_file = \"ca.pem\"\n";
    RuntimeConfig::parse(text, &folder).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_legacy_api_gives_the_same_calls() {
    let rig = rig(
        office(1_200, |_| {}).await,
        json!({ "dialect": "legacy" }),
        RuntimeConfig::default(),
    )
    .await;
    rig.run_to_completion(5).await.unwrap();
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_face_gives_every_record_once() {
    let settings = json!({ "dialect": "rest", "time_zone": "Europe/Paris", "days": 10 });
    let rig = rig(
        office(150, |switches| switches.rest_gateway = true).await,
        settings,
        RuntimeConfig::default(),
    )
    .await;
    rig.run_to_completion(5).await.unwrap();
    let first = rig.journal.count("paris").await.unwrap();
    assert!(first >= 150, "{first} calls");
    rig.forget_state().unwrap();
    rig.run_to_completion(5).await.unwrap();
    assert_eq!(rig.journal.count("paris").await.unwrap(), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pbx_with_a_ca_of_its_own_is_reached_when_that_ca_is_trusted() {
    let ucm = office(100, |_| {}).await;
    let trust = trusting(ucm.ca_pem());
    let rig = rig(ucm, json!({ "https": true }), trust).await;
    rig.run_to_completion(5).await.unwrap();
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_trusted_is_refused_and_nothing_is_sent() {
    for self_signed in [false, true] {
        let ucm = office(10, |switches| switches.self_signed = self_signed).await;
        let rig = rig(ucm, json!({ "https": true }), RuntimeConfig::default()).await;
        let report = rig.sync().await.unwrap();
        let detail = report["servers"][0]["detail"].as_str().unwrap_or_default();
        assert_ne!(report["servers"][0]["status"], "complete");
        assert!(detail.contains("certificate"), "{detail}");
        assert!(rig.sites[0].ucm.requests().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_the_manifest_does_not_name_is_out_of_reach() {
    let journal = Journal::simulated(19).await.unwrap();
    let rig = Rig::around(journal, now())
        .site(Site::new("paris", office(10, |_| {}).await))
        .variable("ucm_hosts", "https://ucm.example.com:8089")
        .start()
        .await
        .unwrap();
    let report = rig.sync().await.unwrap();
    assert_ne!(report["servers"][0]["status"], "complete");
    assert!(
        report["servers"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("ucm_hosts"),
        "{report}"
    );
    assert!(rig.sites[0].ucm.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_switched_off_or_forbidden_is_said_in_words() {
    let off = office(10, |switches| switches.api_enabled = false).await;
    let denied = office(10, |switches| {
        switches.denied_actions = vec!["cdrapi".into()]
    })
    .await;
    for (ucm, word) in [(off, "API"), (denied, "cdrapi")] {
        let rig = rig(ucm, json!({}), RuntimeConfig::default()).await;
        let report = rig.sync().await.unwrap();
        assert_eq!(
            report["servers"][0]["status"], "needs_attention",
            "{report}"
        );
        assert!(
            report["servers"][0]["detail"]
                .as_str()
                .unwrap()
                .contains(word),
            "{report}"
        );
    }
}

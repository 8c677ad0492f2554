//! The doctor: every fault of a set-up is found at its own step, with what to change.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use peers::odoo::Fault;
use peers::ucm::{Switches, Traffic, Ucm};
use serde_json::{Value, json};
use system::{ADMIN_TOKEN, Journal, LINK_SECRET, RealOdoo, Rig, RigBuilder, Site, french_ucm};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

async fn ucm(switches: impl FnOnce(&mut Switches)) -> Ucm {
    let traffic = Traffic {
        seed: 3,
        days: 2,
        calls: 20,
    };
    let ucm = french_ucm(now());
    ucm.traffic(traffic)
        .switches(switches)
        .start()
        .await
        .unwrap()
}

async fn builder(settings: Value, switches: impl FnOnce(&mut Switches)) -> RigBuilder {
    let site = Site::new("lille", ucm(switches).await).with(settings);
    Rig::around(Journal::simulated(19).await.unwrap(), now()).site(site)
}

async fn examine(rig: &Rig) -> Value {
    let (status, found) = rig.request("GET", "/doctor").await.unwrap();
    assert_eq!(status, 200, "{found}");
    found
}

/// The states of the steps, by their names.
fn state<'a>(steps: &'a Value, what: &str) -> &'a Value {
    let steps = steps.as_array().unwrap();
    steps
        .iter()
        .find(|step| step["what"] == what)
        .unwrap_or(&Value::Null)
}

/// One fault of a UCM: the step that fails, what its advice names, and the one before and after.
async fn check(settings: Value, switches: impl FnOnce(&mut Switches), what: &str, advice: &str) {
    let rig = builder(settings, switches).await.start().await.unwrap();
    let found = examine(&rig).await;
    let steps = &found["servers"][0]["steps"];
    let failed: Vec<&Value> = steps
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step["state"] == "failed")
        .collect();
    assert_eq!(failed.len(), 1, "{what}: {steps}");
    assert_eq!(failed[0]["what"], what, "{steps}");
    assert!(
        failed[0]["advice"].as_str().unwrap().contains(advice),
        "{steps}"
    );
    assert_eq!(found["ok"], false);
    // What depends on the records was not tried.
    let is_late = ["clock", "time_zone", "recordings"].contains(&what);
    assert_eq!(
        state(steps, "records")["state"] == "not_reached",
        !is_late,
        "{steps}"
    );
    let fine = found["odoo"]
        .as_array()
        .unwrap()
        .iter()
        .all(|step| step["state"] != "failed");
    assert!(fine, "{}", found["odoo"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_that_works_has_nothing_to_change() {
    let mut journals = Vec::new();
    for series in [17, 18, 19] {
        journals.push(Journal::simulated(series).await.unwrap());
    }
    if let Some(odoo) = RealOdoo::from_environment() {
        journals.push(Journal::real(odoo).await.unwrap());
    }
    for journal in journals {
        let site = Site::new("lille", ucm(|_| {}).await).with(json!({"time_zone": "Europe/Paris"}));
        let rig = Rig::around(journal, now())
            .site(site)
            .start()
            .await
            .unwrap();
        rig.tick().await.unwrap();
        let found = examine(&rig).await;
        let steps = found["servers"][0]["steps"].as_array().unwrap();
        let odoo = found["odoo"].as_array().unwrap();
        let odd: Vec<&Value> = steps
            .iter()
            .chain(odoo)
            .filter(|step| step["state"] != "ok")
            .collect();
        // Both peers are reached over plain HTTP on loopback; a real Odoo may have companies without a country.
        assert!(odd.iter().all(|step| step["state"] == "warning"), "{odd:?}");
        assert!(
            odd.iter()
                .all(|step| step["what"] == "certificate" || step["what"] == "odoo_country"),
            "{odd:?}"
        );
        assert_eq!(
            (&found["ok"], steps.len(), odoo.len()),
            (&json!(true), 12, 10)
        );
        rig.journal.remove("lille").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_of_a_ucm_is_found_at_its_step() {
    check(
        json!({"password": "wrong"}),
        |_| {},
        "credentials",
        "API Configuration",
    )
    .await;
    let elsewhere = "192.0.2.7".parse().unwrap();
    check(
        json!({}),
        |switches| switches.permitted_ips = vec![elsewhere],
        "api",
        "Enable",
    )
    .await;
    check(
        json!({}),
        |switches| switches.api_enabled = false,
        "api",
        "Apply Changes",
    )
    .await;
    check(json!({"https": true}), |_| {}, "certificate", "HTTP Server").await;
    check(json!({"port": 9}), |_| {}, "network", "UCM Servers").await;
    check(
        json!({}),
        |switches| switches.denied_actions = vec!["cdrapi".into()],
        "permission",
        "grant",
    )
    .await;
    check(
        json!({}),
        |switches| switches.denied_actions = vec!["recapi".into()],
        "recordings",
        "grant",
    )
    .await;
    check(
        json!({}),
        |switches| switches.clock_skew_secs = 900,
        "clock",
        "NTP",
    )
    .await;
    check(
        json!({"time_zone": "America/Lima"}),
        |_| {},
        "time_zone",
        "Time Settings",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_not_allowed_is_said_to_be_so() {
    let rig = builder(json!({}), |_| {})
        .await
        .variable("ucm_hosts", "https://ucm.example.com:8089");
    let rig = rig
        .variable("ucm_hosts_legacy", "https://ucm.example.com:8443")
        .start()
        .await
        .unwrap();
    let found = examine(&rig).await;
    let step = state(&found["servers"][0]["steps"], "host_allowed");
    assert_eq!(step["state"], "failed", "{found}");
    assert!(
        step["advice"].as_str().unwrap().contains("ucm_hosts"),
        "{step}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_permitted_is_named_as_the_other_reason() {
    let rig = builder(json!({}), |switches| {
        switches.permitted_ips = vec!["192.0.2.7".parse().unwrap()]
    })
    .await;
    let rig = rig.start().await.unwrap();
    let found = examine(&rig).await;
    let step = state(&found["servers"][0]["steps"], "permitted_ip");
    assert_eq!(step["state"], "warning", "{found}");
    assert!(
        step["advice"].as_str().unwrap().contains("Permitted IP"),
        "{step}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_often_tries_a_refused_account_once() {
    let rig = builder(json!({"password": "wrong"}), |_| {})
        .await
        .start()
        .await
        .unwrap();
    for _ in 0..4 {
        let found = examine(&rig).await;
        assert_eq!(
            state(&found["servers"][0]["steps"], "credentials")["state"],
            "failed",
            "{found}"
        );
    }
    assert_eq!(rig.sites[0].ucm.count("login"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_of_odoo_is_found_at_its_step() {
    let rig = builder(json!({}), |_| {})
        .await
        .start_without_setup()
        .await
        .unwrap();
    let found = examine(&rig).await;
    let step = state(&found["odoo"], "odoo_setup");
    assert_eq!(step["state"], "failed", "{found}");
    assert!(
        step["advice"].as_str().unwrap().contains("POST /setup"),
        "{step}"
    );

    rig.journal.handle().fault(Fault::key_refused());
    let found = examine(&rig).await;
    let step = state(&found["odoo"], "odoo_key");
    assert_eq!(step["state"], "failed", "{found}");
    assert!(
        step["advice"].as_str().unwrap().contains("New API Key"),
        "{step}"
    );
    assert_eq!(
        state(&found["odoo"], "odoo_edition")["state"],
        "not_reached"
    );
    rig.journal.handle().clear_faults();

    let rig = rig.with_variable("odoo_url", "http://127.0.0.1:9");
    let found = examine(&rig).await;
    assert_eq!(
        state(&found["odoo"], "network")["state"],
        "failed",
        "{found}"
    );
    assert_eq!(
        state(&found["servers"][0]["steps"], "records")["state"],
        "ok",
        "{found}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_part_that_is_behind_and_the_extension_that_is_there_twice_are_named() {
    let rig = builder(json!({}), |_| {}).await.start().await.unwrap();
    let (status, set_up) = rig.request("POST", "/setup?campaigns=yes").await.unwrap();
    assert_eq!(status, 200, "{set_up}");
    rig.tick().await.unwrap();
    let odoo = &rig.journal;
    for extension in ["1001", "1002", "1002"] {
        let given = odoo.give_extension("lille", extension, odoo.user());
        given.await.unwrap();
    }
    // The same number elsewhere is another line.
    let elsewhere = json!({ "x_name": "1001", "x_user_id": odoo.user() });
    odoo.create("x_ucm_extension", elsewhere).await.unwrap();
    let found = examine(&rig).await;
    assert_eq!(state(&found["odoo"], "odoo_setup")["state"], "ok");
    let step = state(&found["odoo"], "odoo_extensions");
    assert_eq!(
        (&step["state"], &step["detail"]),
        (&json!("warning"), &json!("entered twice: 1002"))
    );

    // From the last part to the first: what the others need is said before them.
    for (module, name) in [
        ("ucm_odoo_campaigns", "the call campaigns in Odoo ("),
        ("ucm_odoo_crm", "the journal's part in CRM in Odoo ("),
        ("ucm_odoo", "the call journal in Odoo ("),
    ] {
        let content = json!([["key", "=", format!("{module}.content")]]);
        let content = odoo.records("ir.config_parameter", content, &["key"]).await;
        let content = content.unwrap()[0]["id"].clone();
        let older = json!({ "value": "of an older one" });
        let handle = odoo.handle();
        handle
            .write("ir.config_parameter", content.as_i64().unwrap(), &older)
            .unwrap();
        let found = examine(&rig).await;
        let step = state(&found["odoo"], "odoo_setup");
        let detail = step["detail"].as_str().unwrap();
        assert!(
            step["state"] == "warning" && detail.starts_with(name),
            "{module}: {step}"
        );
    }
    in_german(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_for_administrators_and_a_page_in_their_language() {
    let rig = builder(json!({"password": "not-the-one"}), |_| {})
        .await
        .start()
        .await
        .unwrap();
    let ask = |token: Option<&str>| {
        let request = http::Request::builder()
            .uri("http://localhost/doctor")
            .header("accept", "text/html,application/xhtml+xml")
            .header("accept-language", "fr");
        let request = match token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        rig.send(request.body(Bytes::new()).unwrap())
    };
    assert_eq!(ask(None).await.unwrap().status(), 401);
    assert_eq!(ask(Some("another")).await.unwrap().status(), 401);
    let answer = ask(Some(ADMIN_TOKEN)).await.unwrap();
    let html = String::from_utf8(answer.body().to_vec()).unwrap();
    assert!(
        html.contains("Identifiants") && html.contains("class=\"advice\""),
        "{html}"
    );
    assert!(!html.contains("not-the-one"), "the password is on the page");
}

#[tokio::test(flavor = "multi_thread")]
async fn recordings_that_nothing_vouches_for_are_told() {
    let rig = builder(json!({ "recordings": "attach" }), |_| {}).await;
    let rig = rig.variable("link_secret", "").start().await.unwrap();
    let found = examine(&rig).await;
    let recordings = state(&found["servers"][0]["steps"], "recordings");
    assert_eq!(recordings["state"], "warning", "{recordings}");
    let detail = recordings["detail"].as_str().unwrap();
    assert!(detail.contains("without `link_secret`"), "{detail}");
    in_german(&rig).await;
    let rig = rig.with_variable("link_secret", LINK_SECRET);
    let found = examine(&rig).await;
    let recordings = state(&found["servers"][0]["steps"], "recordings");
    assert_eq!(recordings["state"], "ok", "{recordings}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_says_is_in_the_readers_language_to_the_last_sentence() {
    for settings in [
        json!({}),
        json!({ "password": "not-the-one" }),
        json!({ "time_zone": "Asia/Tokyo", "recordings": "off" }),
    ] {
        let rig = builder(settings, |_| {}).await.start().await.unwrap();
        rig.sync().await.unwrap();
        in_german(&rig).await;
    }
}

/// Nothing on the page for who reads German is left in English.
async fn in_german(rig: &Rig) {
    let request = http::Request::builder()
        .uri("http://localhost/doctor")
        .header("accept", "text/html")
        .header("accept-language", "de")
        .header("authorization", format!("Bearer {ADMIN_TOKEN}"));
    let answer = rig.send(request.body(Bytes::new()).unwrap()).await.unwrap();
    let html = shown(std::str::from_utf8(answer.body()).unwrap());
    let english = examine(rig).await;
    let steps = [&english["odoo"], &english["servers"][0]["steps"]];
    for step in steps
        .into_iter()
        .flat_map(|steps| steps.as_array().unwrap())
    {
        let detail = step["detail"].as_str().unwrap_or_default();
        let is_name = detail.is_empty() || detail.starts_with("Odoo 1");
        assert!(is_name || !html.contains(detail), "{detail}: {html}");
    }
}

/// The page with every mark as a reader sees it, where HTML has to write it otherwise.
fn shown(html: &str) -> String {
    let marks = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ];
    marks
        .into_iter()
        .fold(html.to_owned(), |html, (written, mark)| {
            html.replace(written, mark)
        })
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_silent_keeps_nobody_waiting() {
    let rig = builder(json!({}), |_| {}).await.start().await.unwrap();
    let rig = rig.hurried();
    let odoo = rig.journal.handle();
    odoo.fault(Fault::stall().on_model("res.partner"));
    rig.sites[0].ucm.fault(peers::ucm::Fault::stall("cdrapi"));
    let asked = std::time::Instant::now();
    let found = examine(&rig).await;
    let took = asked.elapsed();
    assert!(took.as_secs() < 30, "{took:?}");
    assert_eq!(found["ok"], false);
    // A UCM may take half a minute for its records, which is longer than a person waits; Odoo is given less from the beginning.
    for (steps, said) in [
        (&found["servers"][0]["steps"], "no answer within 18 s"),
        (&found["odoo"], "no answer in time"),
    ] {
        let steps = steps.as_array().unwrap();
        let failed: Vec<&Value> = steps
            .iter()
            .filter(|step| step["state"] == "failed")
            .collect();
        assert_eq!(failed.len(), 1, "{steps:?}");
        let detail = failed[0]["detail"].as_str().unwrap();
        assert!(detail.contains(said), "{detail}");
    }
}

/// A device that answers every TLS hello with these bytes and hangs up, as one does that has no TLS of today.
async fn old_device(answer: Vec<u8>) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut hello = [0; 4096];
            let read = stream.read(&mut hello).await.unwrap_or_default();
            assert!(read > 5 && hello[0] == 0x16, "a TLS hello");
            _ = stream.write_all(&answer).await;
            _ = stream.shutdown().await;
        }
    });
    port
}

/// A TLS 1.0 server's hello that chooses RSA key exchange: TLS_RSA_WITH_AES_128_CBC_SHA.
fn hello_of_tls_1_0() -> Vec<u8> {
    let mut hello = vec![3, 1];
    hello.extend([7; 32]);
    hello.extend([0, 0x00, 0x2F, 0]);
    let length = u8::try_from(hello.len()).unwrap();
    let mut record = vec![0x16, 3, 1, 0, length + 4, 2, 0, 0, length];
    record.extend(hello);
    record
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tls_that_spin_cannot_speak_is_not_taken_for_a_certificate() {
    // Alerts: handshake failure (no ECDHE, no cipher), protocol version, insufficient security.
    let mut answers: Vec<Vec<u8>> = [40, 70, 71]
        .map(|alert| vec![0x15, 3, 1, 0, 2, 2, alert])
        .to_vec();
    answers.push(hello_of_tls_1_0());
    for answer in answers {
        let port = old_device(answer).await;
        let settings = json!({ "https": true, "port": port, "dialect": "legacy" });
        let rig = builder(settings, |_| {}).await.start().await.unwrap();
        let found = examine(&rig).await;
        let step = state(&found["servers"][0]["steps"], "certificate").clone();
        assert_eq!(step["state"], "failed", "{step}");
        assert!(
            step["detail"]
                .as_str()
                .unwrap()
                .contains("no TLS in common"),
            "{step}"
        );
        let advice = step["advice"].as_str().unwrap();
        for helps in [
            "openssl s_client",
            "TLS 1.2",
            "ECDHE",
            "2048",
            "firmware",
            "ca_roots_file",
        ] {
            assert!(advice.contains(helps), "{helps}: {advice}");
        }
    }
}

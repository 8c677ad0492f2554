//! What the doctor says of desk phones: whether they reach the bridge, which of them do, and what they have for a phonebook.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use host::App;
use peers::phones::{ActionUrls, Caller, Fleet};
use serde_json::{Value, json};
use system::{ADMIN_TOKEN, Journal, LINK_SECRET, Rig, Site, french_ucm};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};

use super::{NUMBER, clean, now, secret};

/// The address that phones know, in front of whatever answers there.
struct Gate {
    url: String,
    leads_to: Arc<OnceLock<Behind>>,
}

enum Behind {
    /// The bridge.
    App(SocketAddr),
    /// Something else, which says this.
    Stranger(&'static str),
}

impl Gate {
    async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let leads_to: Arc<OnceLock<Behind>> = Arc::default();
        let behind = Arc::clone(&leads_to);
        tokio::spawn(async move {
            while let Ok((mut outside, _)) = listener.accept().await {
                match behind.get() {
                    Some(Behind::App(at)) => {
                        let mut inside = TcpStream::connect(at).await.unwrap();
                        tokio::spawn(async move {
                            _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
                        });
                    }
                    Some(Behind::Stranger(answer)) => {
                        let mut request = [0; 4_096];
                        _ = tokio::io::AsyncReadExt::read(&mut outside, &mut request).await;
                        _ = outside.write_all(answer.as_bytes()).await;
                    }
                    None => {}
                }
            }
        });
        Self { url, leads_to }
    }

    fn leads_to(&self, behind: Behind) {
        assert!(self.leads_to.set(behind).is_ok());
    }
}

async fn rig(journal: Journal, public_url: &str, settings: Value) -> Rig {
    let ucm = french_ucm(now()).start().await.unwrap();
    let rig = Rig::around(journal, now())
        .site(Site::new("bordeaux", ucm).with(settings))
        .variable("public_url", public_url)
        .start()
        .await
        .unwrap();
    clean(&rig.journal).await;
    rig.tick().await.unwrap();
    rig
}

async fn listening(rig: &Rig) -> App {
    rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap()
}

async fn page(app: &App, accept: &str) -> String {
    let request = http::Request::get("http://localhost/doctor")
        .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
        .header("accept", accept)
        .header("accept-language", "de");
    let answer = app.request(request.body(Bytes::new()).unwrap()).await;
    String::from_utf8(answer.unwrap().body().to_vec()).unwrap()
}

/// The steps about phones: what was tried, the state, the finding, and the advice.
async fn examine(app: &App) -> Vec<(String, String, String, String)> {
    let found: Value = serde_json::from_str(&page(app, "application/json").await).unwrap();
    let steps = found["servers"][0]["steps"].as_array().unwrap().iter();
    let text = |step: &Value, field: &str| step[field].as_str().unwrap_or_default().to_owned();
    let read = |step: &Value| {
        let what = text(step, "what");
        (
            what,
            text(step, "state"),
            text(step, "detail"),
            text(step, "advice"),
        )
    };
    let is_ours = |what: &str| what.starts_with("phone");
    steps.map(read).filter(|(what, ..)| is_ours(what)).collect()
}

/// Asserts the state of a step, what is said, and what to do.
fn check(
    steps: &[(String, String, String, String)],
    what: &str,
    state: &str,
    detail: &str,
    advice: &str,
) {
    let step = steps.iter().find(|step| step.0 == what);
    let step = step.unwrap_or_else(|| panic!("{what}: {steps:?}"));
    assert_eq!(step.1, state, "{step:?}");
    assert!(
        step.2.contains(detail) && step.3.contains(advice),
        "{step:?}"
    );
    assert_eq!(step.3.is_empty(), advice.is_empty(), "{step:?}");
}

/// A phone at each of these extensions rings.
async fn ring(app: &App, extensions: &[&str]) {
    let at = app.address().unwrap();
    let secret = secret(LINK_SECRET, "ring", "bordeaux", 0);
    let urls = ActionUrls::of_all(&format!("{}/ring/bordeaux/{secret}", app.url()));
    let mut fleet = Fleet::new(at, urls, extensions);
    let heard = fleet.ring(extensions, &Caller::number(NUMBER)).incoming();
    fleet.send(&heard).await.unwrap();
    app.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_which_phones_call_in_and_what_they_have() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let gate = Gate::open().await;
        let rig = rig(journal, &gate.url, json!({ "phonebook": "all" })).await;
        let app = listening(&rig).await;
        gate.leads_to(Behind::App(app.address().unwrap()));
        let steps = examine(&app).await;
        check(
            &steps,
            "phone_addresses",
            "warning",
            "without encryption",
            "https://",
        );
        check(&steps, "phones_reach", "ok", "answer as they should", "");
        check(
            &steps,
            "phones_call_in",
            "warning",
            "no phone has called in yet",
            "Set Up Phones",
        );
        check(&steps, "phone_extensions", "not_reached", "", "");
        check(
            &steps,
            "phonebook",
            "ok",
            "left out because there is no room: 0",
            "",
        );
        for extension in ["1001", "1002"] {
            let record = json!([["x_key", "=", "bordeaux"]]);
            let record = rig.journal.records("x_ucm_server", record, &["id"]).await;
            let (server, user) = (record.unwrap()[0]["id"].clone(), rig.journal.user());
            let row = json!({ "x_name": extension, "x_server_id": server, "x_user_id": user });
            rig.journal.create("x_ucm_extension", row).await.unwrap();
        }
        ring(&app, &["1001", "4711"]).await;
        // Whether they are in Odoo already, or wait to be shown there.
        for _ in 0..2 {
            let steps = examine(&app).await;
            check(&steps, "phones_call_in", "ok", "phones that call in: 2", "");
            let said = "phones at extensions that no user has: 4711; users' extensions of which no phone has called in: 1002";
            check(
                &steps,
                "phone_extensions",
                "warning",
                said,
                "Configuration > Extensions",
            );
            rig.advance(Duration::from_secs(11 * 60));
            rig.tick().await.unwrap();
        }
        let shown = rig.journal.records(
            "x_ucm_phone",
            json!([["x_server_id.x_key", "=", "bordeaux"]]),
            &["id"],
        );
        assert_eq!(shown.await.unwrap().len(), 2);
        rig.advance(Duration::from_secs(8 * 86_400));
        ring(&app, &["1001"]).await;
        let steps = examine(&app).await;
        check(
            &steps,
            "phones_call_in",
            "warning",
            "phones that call in: 1; not for a week: 4711",
            "reset",
        );
        let german = page(&app, "text/html").await;
        for (_, _, detail, _) in steps {
            assert!(
                detail.is_empty() || !german.contains(&detail),
                "{detail}: {german}"
            );
        }
        app.stop().await;
        clean(&rig.journal).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_address_or_a_secret_no_phone_gets_in() {
    let settings = json!({ "phonebook": "all" });
    let journal = Journal::simulated(19).await.unwrap();
    let rig = rig(journal, "", settings).await;
    let app = rig.app().start().await.unwrap();
    let steps = examine(&app).await;
    check(
        &steps,
        "phone_addresses",
        "failed",
        "`public_url` is not set",
        "public_url",
    );
    check(&steps, "phones_reach", "not_reached", "", "");
    app.stop().await;
    let rig = rig.with_variable("public_url", "https://bridge.example.com");
    let rig = rig.with_variable("link_secret", "");
    let app = rig.app().start().await.unwrap();
    let steps = examine(&app).await;
    check(
        &steps,
        "phone_addresses",
        "failed",
        "`link_secret` is not set",
        "link_secret",
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_in_the_place_of_the_bridge_is_told_from_it() {
    let settings = json!({ "phonebook": "all" });
    let page = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nHello";
    let elsewhere = "HTTP/1.1 301 Moved Permanently\r\nLocation: https://x.example/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    for (answer, said) in [
        (page, "/ring 200, /phonebook 200"),
        (elsewhere, "/ring 301, /phonebook 301"),
    ] {
        let gate = Gate::open().await;
        let rig = rig(
            Journal::simulated(19).await.unwrap(),
            &gate.url,
            settings.clone(),
        )
        .await;
        gate.leads_to(Behind::Stranger(answer));
        let app = listening(&rig).await;
        check(
            &examine(&app).await,
            "phones_reach",
            "failed",
            said,
            "/phonebook",
        );
        app.stop().await;
    }
    // Another bridge, whose secrets are others.
    let gate = Gate::open().await;
    let here = rig(
        Journal::simulated(19).await.unwrap(),
        &gate.url,
        settings.clone(),
    )
    .await;
    let there = rig(Journal::simulated(19).await.unwrap(), &gate.url, settings).await;
    let there = there.with_variable("link_secret", "a-secret-for-links-of-another-bridge");
    let (app, other) = (listening(&here).await, listening(&there).await);
    gate.leads_to(Behind::App(other.address().unwrap()));
    check(
        &examine(&app).await,
        "phones_reach",
        "failed",
        "/ring 403, /phonebook 403",
        "public_url",
    );
    app.stop().await;
    other.stop().await;
}

/// The bridge itself is on no list of phones: it is told apart from a secret that opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_that_lets_only_phones_in_is_the_bridge() {
    let gate = Gate::open().await;
    let settings = json!({ "phonebook": "all", "phone_sources": ["203.0.113.0/24"] });
    let rig = rig(Journal::simulated(18).await.unwrap(), &gate.url, settings).await;
    let app = listening(&rig).await;
    gate.leads_to(Behind::App(app.address().unwrap()));
    check(
        &examine(&app).await,
        "phones_reach",
        "ok",
        "answer as they should",
        "",
    );
    app.stop().await;
}

/// Where the application may not ask itself, the phones have the last word.
#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_that_may_not_ask_itself_believes_its_phones() {
    let journal = Journal::simulated(19).await.unwrap();
    let rig = rig(
        journal,
        "https://bridge.example.com",
        json!({ "presence": true }),
    )
    .await;
    let app = listening(&rig).await;
    let steps = examine(&app).await;
    check(&steps, "phone_addresses", "ok", "HTTPS", "");
    check(
        &steps,
        "phones_reach",
        "warning",
        "may not ask itself",
        "public_url",
    );
    assert!(steps.iter().all(|step| step.0 != "phonebook"), "{steps:?}");
    ring(&app, &["1001"]).await;
    check(
        &examine(&app).await,
        "phones_reach",
        "ok",
        "a phone came through: ",
        "",
    );
    app.stop().await;
}

/// Nobody who has no desk phones is told of them.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_server_without_phones_nothing_is_said_until_one_rings() {
    let journal = Journal::simulated(19).await.unwrap();
    let rig = rig(journal, "https://bridge.example.com", json!({})).await;
    let app = listening(&rig).await;
    assert_eq!(examine(&app).await, []);
    ring(&app, &["1001"]).await;
    check(
        &examine(&app).await,
        "phones_call_in",
        "ok",
        "phones that call in: 1",
        "",
    );
    app.stop().await;
}

//! How far somebody can send the bridge who may write the settings of a server, or who answers it: as far as `ucm_hosts` says, and no further.

use std::sync::Arc;
use std::time::Duration;

use host::{App, AppBuilder, Recorder};
use peers::ucm::{Fault, Ucm};
use serde_json::{Value, json};
use system::{Journal, Rig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{change, clear, office, rig, shown};

/// A bridge that is watched.
struct Watched {
    app: App,
    recorder: Arc<Recorder>,
}

impl Watched {
    async fn start(builder: AppBuilder) -> Self {
        let recorder = Arc::new(Recorder::new());
        let app = builder.hooks(Arc::clone(&recorder)).start().await.unwrap();
        Self { app, recorder }
    }

    /// A tick in which every server is due, and the hosts that were asked besides Odoo.
    async fn asks(&self, rig: &Rig) -> Vec<String> {
        rig.advance(Duration::from_secs(16 * 60));
        self.recorder.clear();
        _ = self.app.fire_cron("cdr-poll", rig.clock.now()).await;
        let asked = self.recorder.requests_per_authority().into_keys();
        let odoo = host_of(&rig.journal.handle().url());
        asked.filter(|host| *host != odoo).collect()
    }
}

fn host_of(url: &str) -> String {
    url.split('/').nth(2).unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_leads_nowhere_but_to_the_hosts_that_are_allowed() {
    let (rig, record) = rig(Journal::simulated(19).await.unwrap()).await;
    let ucm = rig.sites[0].ucm.url();
    let rig = rig
        .with_variable("ucm_hosts", &ucm)
        .with_variable("ucm_hosts_legacy", &ucm);
    let own = rig.sites[0].entry()["port"].clone();
    let ssh = json!(22);
    let bridge = Watched::start(rig.app()).await;
    for (host, port, https) in [
        ("127.0.0.1", &ssh, false),
        ("127.0.0.1", &own, true),
        ("localhost", &own, false),
        ("[::1]", &own, false),
        ("[::ffff:127.0.0.1]", &own, false),
        // Ways to write the allowed address lead to it, and to no other port of it.
        ("2130706433", &ssh, false),
        ("0x7f.1", &ssh, false),
        // Where clouds give out the credentials of a machine.
        ("169.254.169.254", &own, false),
        ("[fd00:ec2::254]", &own, false),
        ("metadata.google.internal", &own, false),
    ] {
        let values = json!({ "x_host": host, "x_port": port, "x_https": https });
        change(&rig, record, values).await;
        assert_eq!(bridge.asks(&rig).await, [""; 0], "{host}:{port}");
        let said = shown(&rig, record).await;
        let detail = said["x_result_detail"].as_str().unwrap_or_default();
        assert!(detail.contains("ucm_hosts"), "{host}:{port}: {said}");
    }
    // What stood in the way was the address.
    let values = json!({ "x_host": "127.0.0.1", "x_port": own, "x_https": false });
    change(&rig, record, values).await;
    assert_eq!(bridge.asks(&rig).await, [host_of(&ucm)]);
    assert_eq!(shown(&rig, record).await["x_result"], "complete");
    clear(&rig).await;
}

/// The rig of one office, whose record names its password, and a bridge that keeps it as `kept`.
async fn named(kept: impl Fn(&Ucm) -> Value) -> (Rig, i64) {
    let (rig, record) = rig(Journal::simulated(19).await.unwrap()).await;
    let named = json!({ "x_password": false, "x_secret_name": "bordeaux" });
    change(&rig, record, named).await;
    let kept = json!({ "bordeaux": kept(&rig.sites[0].ucm) });
    let rig = rig.with_variable("ucm_passwords", &kept.to_string());
    (rig, record)
}

fn bound(ucm: &Ucm) -> Value {
    json!({ "host": ucm.url(), "password": ucm.password() })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_bound_to_a_host_goes_to_no_other() {
    let (rig, record) = named(bound).await;
    let (ucm, other) = (rig.sites[0].ucm.url(), office(12, 1).await);
    let own = rig.sites[0].entry()["port"].clone();
    let others: u16 = other.url().rsplit(':').next().unwrap().parse().unwrap();
    let bridge = Watched::start(rig.app()).await;
    let home = json!({ "x_host": "127.0.0.1", "x_port": own, "x_https": false });
    assert_eq!(bridge.asks(&rig).await, [host_of(&ucm)]);
    assert_eq!(shown(&rig, record).await["x_result"], "complete");
    for (host, port, https) in [
        ("127.0.0.1", &json!(others), false),
        ("127.0.0.1", &own, true),
        ("localhost", &own, false),
    ] {
        let values = json!({ "x_host": host, "x_port": port, "x_https": https });
        change(&rig, record, values).await;
        assert_eq!(bridge.asks(&rig).await, [""; 0], "{host}:{port}");
        let said = shown(&rig, record).await;
        assert_eq!(said["x_result"], "refused", "{said}");
        let scheme = if https { "https" } else { "http" };
        let place = format!("{scheme}://{host}:{port}");
        let detail = said["x_result_detail"].as_str().unwrap_or_default();
        assert!(
            detail.contains(&place) && detail.contains("`bordeaux`"),
            "{detail}"
        );
        for (method, path) in [("GET", "/doctor"), ("GET", "/status"), ("POST", "/sync")] {
            let (_, told) = rig.request(method, path).await.unwrap();
            let refused = &told["refused"][0];
            assert_eq!(refused["setting"], "UCM Servers/bordeaux.host", "{told}");
            assert!(!told.to_string().contains(rig.sites[0].ucm.password()));
        }
        let (status, _) = rig.request("POST", "/servers/bordeaux/test").await.unwrap();
        assert_ne!(status, 200, "{place}");
    }
    assert!(other.requests().is_empty(), "{:?}", other.requests());
    // Whoever is never asked for anything is told no password: there is nothing to refuse.
    let pushes = json!({ "x_push_only": true, "x_push_secret": "the-secret-of-its-pushes" });
    change(&rig, record, pushes).await;
    assert_eq!(bridge.asks(&rig).await, [""; 0]);
    assert_ne!(shown(&rig, record).await["x_result"], "refused");

    change(&rig, record, json!({ "x_push_only": false })).await;
    change(&rig, record, home).await;
    assert_eq!(bridge.asks(&rig).await, [host_of(&ucm)]);
    assert_eq!(shown(&rig, record).await["x_result"], "complete");
    clear(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_of_a_password_that_it_goes_wherever_a_record_leads() {
    let plain = |ucm: &Ucm| json!(ucm.password());
    let anywhere = "http://*:*";
    for (hosts, is_bound, expected) in [
        (anywhere, false, "warning"),
        ("http://0.0.0.0/0:*", false, "warning"),
        (anywhere, true, "ok"),
        ("http://127.0.0.0/8:*", false, "ok"),
    ] {
        let kept = |ucm: &Ucm| if is_bound { bound(ucm) } else { plain(ucm) };
        let (rig, _) = named(kept).await;
        let rig = rig.with_variable("ucm_hosts", hosts);
        let (_, found) = rig.request("GET", "/doctor").await.unwrap();
        let step = &found["servers"][0]["steps"][0];
        assert_eq!(
            (&step["what"], &found["ok"]),
            (&json!("host_allowed"), &json!(true))
        );
        assert_eq!(step["state"], expected, "{hosts}: {step}");
        let advice = step["advice"].as_str().unwrap_or_default();
        assert_eq!(
            advice.contains("ucm_passwords"),
            expected == "warning",
            "{step}"
        );
        clear(&rig).await;
    }
}

/// Somewhere else, which the bridge might reach.
const ELSEWHERE: &str = "http://127.0.0.1:9/api";
const MOVED: [u16; 5] = [301, 302, 303, 307, 308];

#[tokio::test(flavor = "multi_thread")]
async fn a_ucm_that_sends_it_elsewhere_is_not_followed() {
    let (rig, record) = rig(Journal::simulated(19).await.unwrap()).await;
    let ucm = &rig.sites[0].ucm;
    let bridge = Watched::start(rig.app()).await;
    // From the last question to the first, so that there is a session when each is asked.
    let steps = ["cdrapi", "cdrapi", "login", "login", "challenge"];
    for (step, code) in steps.into_iter().zip(MOVED) {
        ucm.fault(Fault::redirect(step, code, ELSEWHERE));
        let before = ucm.count(step);
        let asked = bridge.asks(&rig).await;
        assert_eq!(asked, [host_of(&ucm.url())], "{code} of {step}");
        assert!(ucm.count(step) > before, "{step} was not asked");
        let said = shown(&rig, record).await;
        let detail = said["x_result_detail"].as_str().unwrap_or_default();
        assert!(detail.contains("redirects"), "{code} of {step}: {said}");
        ucm.clear_faults();
    }
    clear(&rig).await;
}

/// Gives whoever asks this answer; its address.
async fn answering(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            _ = connection.read(&mut [0; 4096]).await;
            _ = connection.write_all(answer.as_bytes()).await;
        }
    });
    address.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odoo_that_has_moved_gets_the_api_key_nowhere_else() {
    let (rig, _) = rig(Journal::simulated(19).await.unwrap()).await;
    for code in [302, 307] {
        let moved = format!(
            "HTTP/1.1 {code} Moved\r\nlocation: {ELSEWHERE}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        let odoo = answering(moved).await;
        let app = rig.app().variable("odoo_url", format!("http://{odoo}"));
        let asked = Watched::start(app).await.asks(&rig).await;
        assert_eq!(asked, [odoo], "{code}");
    }
    clear(&rig).await;
}

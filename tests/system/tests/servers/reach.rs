//! How far somebody can send the bridge who may write the settings of a server, or who answers it: as far as `ucm_hosts` says, and no further.

use std::sync::Arc;
use std::time::Duration;

use host::{App, AppBuilder, Recorder};
use peers::ucm::Fault;
use serde_json::json;
use system::{Journal, Rig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{change, clear, rig, shown};

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

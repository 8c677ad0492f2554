//! The whole way of a click, by the real clock: Odoo sends the hint itself, and the UCM dials.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use host::{App, Clock};
use peers::odoo::Odoo;
use serde_json::json;
use system::{Journal, RealOdoo};

use super::{Desk, E164, NUMBER};

/// What comes at all comes sooner, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// Nobody waits longer for a phone to ring, where nothing else keeps the machine busy.
const GOAL: Duration = Duration::from_secs(2);

/// Odoos that send their hints themselves.
async fn journals() -> Vec<(String, Journal)> {
    let mut journals = Vec::new();
    if let Some(odoo) = RealOdoo::from_environment() {
        let journal = Journal::real(odoo).await.unwrap();
        journals.push(("a real Odoo".to_owned(), journal));
    }
    for series in [17, 18, 19] {
        let odoo = Odoo::builder().version(series).country("FR");
        let odoo = odoo.with_webhooks_awaited(PATIENCE).start().await.unwrap();
        let journal = Journal::around(odoo).await.unwrap();
        journals.push((format!("Odoo {series}"), journal));
    }
    journals
}

/// A bridge that listens, and a desk whose Odoo knows where.
async fn open(journal: Journal) -> (Desk, App) {
    let desk = Desk::open(journal).await;
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let app = desk.rig.app().clock(Clock::Real).timeout_scale(1.0);
    let app = app.listen(anywhere).start().await.unwrap();
    let rig = desk.rig.with_variable("public_url", &app.url());
    let desk = Desk { rig, ..desk };
    desk.rig.sync().await.unwrap();
    assert!(desk.link().await.starts_with(&app.url()));
    desk.set_clocks();
    (desk, app)
}

/// How long it takes from a click until the UCM has been told to dial.
async fn time(desk: &Desk, button: (i64, i64), number: &str) -> Duration {
    let (ucm, before) = (desk.ucm(), desk.ucm().dialled().len());
    let began = Instant::now();
    let dialled = async {
        while ucm.dialled().len() == before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        began.elapsed()
    };
    let dialled = tokio::time::timeout(PATIENCE, dialled);
    let (dialled, _) = tokio::join!(dialled, desk.press(button, number));
    dialled.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn odoo_sends_the_hint_and_the_ucm_dials() {
    for (_, journal) in journals().await {
        let (desk, app) = open(journal).await;
        time(&desk, desk.button().await, NUMBER).await;
        app.settled().await;
        let dialled = desk.ucm().dialled();
        assert_eq!(dialled.len(), 1, "{dialled:?}");
        assert_eq!(dialled[0].callee, "0199000077");
        let orders = desk.orders().await;
        assert_eq!(orders.len(), 1, "{orders:?}");
        let row = &orders[0];
        assert_eq!(
            (&row["x_state"], &row["x_e164"]),
            (&json!("ringing"), &json!(E164)),
            "{row}"
        );
        app.stop().await;
        desk.close().await;
    }
}

/// Prints how long a hundred clicks take, and holds that against the goal.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures, and so needs a quiet machine: it prints how long a click takes"]
async fn how_long_a_click_takes() {
    for (odoo, journal) in journals().await {
        let (desk, app) = open(journal).await;
        desk.hide_phones();
        let button = desk.button().await;
        let mut times = Vec::new();
        for nth in 0..100 {
            let number = format!("+33199{nth:06}");
            times.push(time(&desk, button, &number).await);
            app.settled().await;
        }
        assert_eq!(desk.ucm().dialled().len(), 100);
        times.sort_unstable();
        println!(
            "{odoo}: from click to dialOutbound p50 {} ms, p95 {} ms",
            times[49].as_millis(),
            times[94].as_millis()
        );
        assert!(times[94] < GOAL, "{odoo}: {times:?}");
        app.stop().await;
        desk.close().await;
    }
}

//! A real Odoo, where the environment allows it to lose its calls (`ODOO_REMOVE=1`): set up while others keep asking it, and upgraded.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use host::Clock;

use super::alone::{asking, rig_with_calls};
use super::upgrade::{RELEASED, is_upgraded};
use super::*;

/// Who asks the Odoo while it is being set up.
#[derive(Debug, Clone, Copy)]
enum Others {
    /// The bridge itself: its timer, and whoever forces a run.
    Timer,
    /// Five programs that read contacts.
    Clients,
}

fn expendable() -> Option<RealOdoo> {
    let is_allowed = std::env::var("ODOO_REMOVE").is_ok_and(|flag| flag == "1");
    let odoo = RealOdoo::from_environment().filter(|_| is_allowed);
    if odoo.is_none() {
        eprintln!("skipped: ODOO_URL and ODOO_REMOVE=1 name no Odoo whose calls may be removed");
    }
    odoo
}

/// How often each is tried: once, unless `ODOO_ROUNDS` asks for more.
fn rounds() -> u32 {
    let asked = std::env::var("ODOO_ROUNDS").ok();
    asked.and_then(|rounds| rounds.parse().ok()).unwrap_or(1)
}

#[tokio::test(flavor = "multi_thread")]
async fn is_set_up_while_the_timer_goes_on() {
    is_set_up_beside(Others::Timer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn is_set_up_while_others_read_contacts() {
    is_set_up_beside(Others::Clients).await;
}

async fn is_set_up_beside(others: Others) {
    let Some(odoo) = expendable() else { return };
    for round in 1..=rounds() {
        let rig = rig_with_calls(Journal::real(odoo.clone()).await.unwrap()).await;
        let (status, report) = delete(&rig, "?data=remove").await;
        assert_eq!(status, 200, "{report}");
        let mut clients = Vec::new();
        if let Others::Clients = others {
            for _ in 0..5 {
                clients.push(Journal::real(odoo.clone()).await.unwrap());
            }
        }
        let begun = Instant::now();
        let (status, report, asked) = set_up_beside(&rig, &clients).await;
        println!(
            "{others:?} {round}: {status} after {:.1?}, asked {asked} times meanwhile",
            begun.elapsed()
        );
        assert_eq!(status, 200, "{report}");
        rig.sync().await.unwrap();
        assert_eq!(rig.journal.count("paris").await.unwrap(), 1);
        rig.journal.remove("paris").await.unwrap();
    }
}

/// Sets up while these clients read contacts; without any, while the bridge's own runs go on.
async fn set_up_beside(rig: &Rig, clients: &[Journal]) -> (u16, String, u32) {
    // On the real clock: a pause before another try has to take its time.
    let app = rig.app().clock(Clock::Real).timeout_scale(1.0);
    let app = app.start().await.unwrap();
    let (has_ended, asked) = (AtomicBool::new(false), AtomicU32::new(0));
    let set_up = async {
        let answer = app.request(asking("/setup")).await.unwrap();
        has_ended.store(true, Ordering::SeqCst);
        answer
    };
    let timer = async || {
        while !has_ended.load(Ordering::SeqCst) {
            app.fire_cron("cdr-poll", rig.clock.now()).await.unwrap();
            app.request(asking("/sync")).await.unwrap();
            asked.fetch_add(2, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let reader = async |client: &Journal| {
        while !has_ended.load(Ordering::SeqCst) {
            // What Odoo refuses them while its models change is not looked at here.
            let read = json!({ "limit": 20 });
            let rows = client.call("res.partner", "search_read", json!([[]]), read);
            _ = rows.await;
            asked.fetch_add(1, Ordering::SeqCst);
        }
    };
    let answer = match clients {
        [a, b, c, d, e] => {
            tokio::join!(
                set_up,
                reader(a),
                reader(b),
                reader(c),
                reader(d),
                reader(e)
            )
            .0
        }
        _ => tokio::join!(set_up, timer()).0,
    };
    app.stop().await;
    let report = String::from_utf8_lossy(answer.body()).into_owned();
    (answer.status().as_u16(), report, asked.into_inner())
}

#[tokio::test(flavor = "multi_thread")]
async fn is_upgraded_from_what_was_released() {
    let Some(odoo) = expendable() else { return };
    let rig = rig(Journal::real(odoo).await.unwrap()).await;
    let (status, report) = delete(&rig, "?data=remove").await;
    assert_eq!(status, 200, "{report}");
    let base = json!([["name", "=", "base"]]);
    let about = rig
        .journal
        .records("ir.module.module", base, &["latest_version"]);
    let about = about.await.unwrap();
    let version = about[0]["latest_version"].as_str().unwrap();
    let series = SERIES
        .iter()
        .position(|series| version.starts_with(&format!("{series}.")));
    is_upgraded(&rig, RELEASED[series.unwrap()]).await;

    for (model, ours) in [
        ("x_ucm_call", json!([["x_uid", "=", "paris:1"]])),
        ("x_ucm_extension", json!([["x_name", "=", "1001"]])),
        ("x_ucm_server", json!([["x_key", "=", "paris"]])),
        ("x_ucm_number", json!([["x_name", "=", "+33142667701"]])),
        ("x_ucm_contact", json!([["x_name", "=", "+33142667701"]])),
        ("res.partner", json!([["name", "=", "Zoé"]])),
        ("res.users", json!([["login", "=like", "person-%"]])),
    ] {
        rig.journal.remove_records(model, ours).await.unwrap();
    }
}

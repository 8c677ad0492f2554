//! A year of a busy office in a real Odoo: what statistics of it cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use host::{Effect, EffectKind, Hooks, Verdict};

use super::*;

/// Counts the requests that a component sends.
#[derive(Default)]
struct Requests(AtomicUsize);

impl Hooks for Requests {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        if matches!(effect.kind, EffectKind::Request(_)) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        Verdict::Continue
    }
}

/// `STATS_CALLS` says how many calls, 200,000 unless set. They are made once and left there: a database of its own is asked for.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "fills a real Odoo for minutes"]
async fn a_year_of_a_real_odoo_is_counted_in_seconds() {
    let Some(real) = RealOdoo::from_environment() else {
        return;
    };
    let calls = std::env::var("STATS_CALLS").map_or(200_000, |calls| calls.parse().unwrap());
    let rig = quiet(Journal::real(real).await.unwrap(), [vec![], vec![]]).await;
    let contacts = fill(&rig, calls).await;
    let app = rig.app();
    let requests = Arc::new(Requests::default());
    let app = app.hooks(requests.clone()).start().await.unwrap();
    let contact = format!("/contacts/{}", contacts[0]);
    for (path, query) in [
        ("", "period=30d"),
        ("", "from=2025-11-06&to=2026-11-05"),
        ("", "from=2025-11-06&to=2026-11-05&direction=inbound"),
        (&contact, ""),
    ] {
        for _ in 0..3 {
            let begin = Instant::now();
            requests.0.store(0, Ordering::Relaxed);
            let request = http::Request::builder()
                .uri(format!(
                    "http://localhost/stats{path}?zone=Europe/Paris&server={YEAR}&{query}"
                ))
                .header("authorization", format!("Bearer {ADMIN_TOKEN}"));
            let answer = app.request(request.body(Bytes::new()).unwrap()).await;
            let answer = answer.unwrap();
            let body: Value = serde_json::from_slice(answer.body()).unwrap();
            assert_eq!(answer.status(), 200, "{body}");
            println!(
                "{path}?{query}: {} calls, {} requests, {} ms, {} bytes",
                body["figures"]["total"],
                requests.0.load(Ordering::Relaxed),
                begin.elapsed().as_millis(),
                answer.body().len()
            );
        }
    }
    app.stop().await;
}

/// Makes what is missing: a contact for every ten calls, of which a few call often.
async fn fill(rig: &Rig, calls: u64) -> Vec<i64> {
    let contacts = calls / 10;
    let mut ids = ids(rig, "res.partner", json!([["phone", "=like", "+33177%"]])).await;
    for first in (ids.len() as u64..contacts).step_by(1_000) {
        let rows = (first..contacts.min(first + 1_000)).map(|n| {
            let number = number(n);
            json!({ "name": format!("Customer {n}"), "phone": number })
        });
        ids.extend(create(rig, "res.partner", rows.collect()).await);
    }
    let known = rig.journal.count(YEAR).await.unwrap();
    let mut random = fastrand::Rng::with_seed(known);
    for first in (known..calls).step_by(1_000) {
        let rows = (first..calls.min(first + 1_000))
            .map(|n| a_call(n, &ids, &mut random))
            .collect();
        create(rig, "x_ucm_call", rows).await;
    }
    ids
}

fn number(n: u64) -> String {
    format!("+33177{n:06}")
}

/// A call of the last year, on most days within office hours, with as many bytes as one of a UCM has.
fn a_call(n: u64, contacts: &[i64], random: &mut fastrand::Rng) -> Value {
    let day = random.i64(0..365);
    let minutes = 7 * 60 + (0..3).map(|_| random.i64(0..240)).sum::<i64>();
    let begin = at("2025-11-06T00:00:00Z") + TimeDelta::days(day) + TimeDelta::minutes(minutes);
    // The smallest of three: some call often.
    let who = (0..3)
        .map(|_| random.usize(0..contacts.len()))
        .min()
        .unwrap();
    let direction = [
        "inbound", "inbound", "inbound", "outbound", "outbound", "internal",
    ][random.usize(0..6)];
    let outcome = [
        "answered",
        "answered",
        "answered",
        "answered",
        "missed",
        "voicemail",
        "busy",
    ][random.usize(0..7)];
    let outside = direction != "internal";
    let or_false = |value: Value| if outside { value } else { json!(false) };
    json!({
        "x_name": "somebody", "x_uid": format!("{YEAR}/{n}"), "x_server": YEAR, "x_session": n.to_string(),
        "x_started_at": begin.format("%Y-%m-%d %H:%M:%S").to_string(), "x_direction": direction, "x_outcome": outcome,
        "x_number": or_false(json!(number(who as u64))), "x_partner_id": or_false(json!(contacts[who])),
        "x_ring_seconds": random.u32(0..40), "x_talk_seconds": if outcome == "answered" { random.u32(5..600) } else { 0 },
        "x_extension": format!("10{:02}", random.u32(0..40)), "x_trunk": or_false(json!(format!("Trunk {}", random.u32(0..4)))),
        "x_legs": format!("[{{\"channel\":\"{}\"}}]", "PJSIP/trunk_1-0000".repeat(70)), "x_journey": "IVR 7000\nQueue 6500\n1001",
    })
}

async fn ids(rig: &Rig, model: &str, domain: Value) -> Vec<i64> {
    let options = json!({ "order": "id" });
    let found = rig.journal.call(model, "search", json!([domain]), options);
    serde_json::from_value(found.await.unwrap()).unwrap()
}

async fn create(rig: &Rig, model: &str, rows: Vec<Value>) -> Vec<i64> {
    let options = json!({ "context": { "tracking_disable": true } });
    let made = rig.journal.call(model, "create", json!([rows]), options);
    serde_json::from_value(made.await.unwrap()).unwrap()
}

/// The server that the calls are of.
const YEAR: &str = "stats-year";

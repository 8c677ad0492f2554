//! Every door with every key: what opens it, and that nothing else does.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod bodies;
mod bombs;
mod doors;
mod keys;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono_clock::{DateTime, Utc};
use doors::{DOORS, Door, Opens};
use host::{App, Effect, EffectKind, Hooks, KeyValueOperation, Manifest, Stage, Verdict};
use keys::Key;
use peers::odoo::Fault;
use peers::ucm::{Call, Scenario};
use serde_json::json;
use system::{Journal, Rig, Site};

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

/// Two offices with everything that can be opened.
async fn offices() -> Rig {
    let mut rig = Rig::around(Journal::simulated(19).await.unwrap(), now())
        .variable("public_url", "https://bridge.example.com")
        .variable("link_secret_previous", keys::LINK_SECRET_BEFORE)
        .variable("stats_token", keys::STATS_TOKEN);
    for id in ["paris", "lyon"] {
        let start = now() - chrono_clock::TimeDelta::hours(1);
        let calls = vec![Call::new(Scenario::Answered, start)];
        let settings = json!({
            "push_secret": keys::push(id), "push_secret_previous": keys::push_before(id), "phonebook": "all",
        });
        let site = Site::french(id, now(), calls).await.unwrap();
        rig = rig.site(site.with(settings));
    }
    let rig = rig.start().await.unwrap();
    let (status, report) = rig.request("POST", "/setup?campaigns=yes").await.unwrap();
    assert_eq!(status, 200, "{report}");
    let odoo = rig.journal.handle();
    let campaign = json!({
        "x_name": "Spring", "x_state": "draft", "x_mode": "power", "x_order": "added", "x_zone": "Europe/Paris",
    });
    let campaign = odoo.create("x_ucm_campaign", &campaign).unwrap();
    let member = json!({ "x_name": "Zoé", "x_campaign_id": campaign, "x_state": "ready" });
    let member = odoo.create("x_ucm_member", &member).unwrap();
    assert_eq!([campaign, member], [1, 1]);
    rig.run_to_completion(3).await.unwrap();
    rig
}

/// The doors of a record that is set aside now, and of a recording.
async fn doors_of_what_came(rig: &Rig) -> Vec<Door> {
    let odoo = rig.journal.handle();
    odoo.fault(Fault::validation_error("not this one").on("x_ucm_call", "create"));
    let start = now() - chrono_clock::TimeDelta::minutes(10);
    rig.sites[0]
        .ucm
        .add_call(&Call::new(Scenario::Answered, start));
    rig.run_to_completion(3).await.unwrap();
    odoo.clear_faults();
    let letters = rig.letters("paris").await.unwrap();
    let letter = letters[0]["id"].as_str().unwrap();
    let calls = rig.journal.calls("paris").await.unwrap();
    let recording = calls[0]["x_recording_url"].as_str().unwrap();
    let sealed = recording.split(['/', '?']).nth(5).unwrap();
    doors::of_what_came(letter, sealed)
}

/// Counts what can be seen of the bridge outside: requests to a UCM or an Odoo, and what is written to the store.
#[derive(Default)]
struct Done {
    requests: AtomicUsize,
    writes: AtomicUsize,
}

impl Hooks for Done {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        match &effect.kind {
            EffectKind::Request(_) => _ = self.requests.fetch_add(1, Ordering::SeqCst),
            EffectKind::KeyValue {
                operation: KeyValueOperation::Set | KeyValueOperation::Delete,
                stage: Stage::Before,
                ..
            } => _ = self.writes.fetch_add(1, Ordering::SeqCst),
            _ => {}
        }
        Verdict::Continue
    }
}

impl Done {
    fn so_far(&self) -> [usize; 2] {
        [&self.requests, &self.writes].map(|count| count.load(Ordering::SeqCst))
    }
}

async fn knock(app: &App, door: &Door, key: &Key) -> (u16, String) {
    let request = key.request(door);
    let answer = app.request(request).await.unwrap();
    app.settled().await;
    let body = String::from_utf8_lossy(answer.body()).into_owned();
    (answer.status().as_u16(), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_opens_to_its_own_keys_alone_and_a_refusal_does_nothing() {
    let rig = offices().await;
    let of_what_came = doors_of_what_came(&rig).await;
    let done = Arc::new(Done::default());
    let app = rig.app().hooks(Arc::clone(&done)).start().await.unwrap();
    let mut wrong = Vec::new();
    for door in of_what_came.iter().chain(DOORS) {
        let mut opened = 0;
        let keys = keys::all(now(), door.about()).into_iter();
        // What opens may change what is there: it comes last.
        let (openers, others): (Vec<_>, Vec<_>) = keys.partition(|(name, _)| door.opens.to(name));
        for (name, key) in others.into_iter().chain(openers) {
            let before = done.so_far();
            let (status, body) = knock(&app, door, &key).await;
            let has_opened = !REFUSALS.contains(&status);
            let [requests, writes] = done.so_far();
            let is_right = match door.opens.to(&name) {
                true => has_opened && status < 500,
                // Wrong secrets of UCMs are counted.
                false if door.counts_refusals => !has_opened && requests == before[0],
                false => !has_opened && [requests, writes] == before,
            };
            opened += usize::from(has_opened);
            let says_too_much = [system::LINK_SECRET, keys::STATS_TOKEN, system::ADMIN_TOKEN]
                .iter()
                .any(|secret| body.contains(secret));
            if !is_right || says_too_much {
                wrong.push(format!("{door} with {name}: {status}"));
            }
        }
        wrong.extend(open_by_other_methods(&app, door, &done).await);
        if opened == 0 && !matches!(door.opens, Opens::Nothing) {
            wrong.push(format!("no key opens {door}"));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// What opens by other methods to somebody without a key, or does something.
async fn open_by_other_methods(app: &App, door: &Door, done: &Done) -> Vec<String> {
    let may_test = |other: &Door| other.path == door.path && other.opens.to("nothing");
    let closed = [REFUSALS, &[405]].concat();
    let mut wrong = Vec::new();
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let before = done.so_far();
        let door = Door { method, ..*door };
        let (status, _) = knock(app, &door, &Key::Nothing).await;
        let is_closed = closed.contains(&status) || DOORS.iter().any(may_test);
        if !is_closed || done.so_far() != before {
            wrong.push(format!("{door} with nothing: {status}"));
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_secret_in_the_settings_no_key_opens_anything() {
    let rig = offices().await;
    let servers = rig.sites.iter().map(|site| {
        let mut entry = site.entry();
        let settings = entry.as_object_mut().unwrap();
        settings.retain(|name, _| !name.starts_with("push_secret"));
        entry
    });
    let servers = json!(servers.collect::<Vec<_>>()).to_string();
    let app = rig
        .app()
        .variable("admin_token", "")
        .variable("stats_token", "")
        .variable("link_secret", "")
        .variable("link_secret_previous", "")
        .variable("ucm_servers", servers);
    let app = app.start().await.unwrap();
    let private = DOORS
        .iter()
        .filter(|door| !matches!(door.opens, Opens::Anyone));
    for door in private {
        let keys = keys::all(now(), door.about()).into_iter();
        for (name, key) in keys.chain(keys::of_empty_secrets(now())) {
            let (status, body) = knock(&app, door, &key).await;
            let refused = [REFUSALS, &[503]].concat();
            assert!(
                refused.contains(&status),
                "{door} with {name}: {status} {body}"
            );
        }
    }
}

/// A route that is new has to say who may.
#[test]
fn no_route_is_left_out() {
    let manifest = Manifest::load(system::manifest()).unwrap();
    let routes = manifest
        .http_triggers
        .iter()
        .filter_map(|t| t.route.as_deref());
    for route in routes {
        let leads_there = |door: &&Door| match route.strip_suffix("...") {
            Some(prefix) => door.path.starts_with(prefix),
            None => door.path.split('?').next() == Some(route),
        };
        assert!(DOORS.iter().any(|door| leads_there(&door)), "{route}");
    }
}

/// What is answered to who may not.
const REFUSALS: &[u16] = &[401, 403, 404, 410, 429];

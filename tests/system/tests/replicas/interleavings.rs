//! Polls, pushes, clicks, ends of an instance and times without Odoo in any order, and at the same moment: what is in Odoo in the end is what
//! happened.

use std::sync::Arc;
use std::time::Duration;

use chrono_clock::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use host::App;
use peers::ucm::{Call, Scenario};
use serde_json::json;
use system::{Journal, KillOneIn, Rig, Site, french_ucm, seed};

use super::whole::assert_whole;
use super::{OFFICES, SECRET, in_memory, push};

/// What happens, to which replica.
#[derive(Debug, Clone)]
enum Event {
    Poll(usize),
    /// Of which office, and what.
    Push(usize, (usize, String)),
    /// Somebody asks for a call, to another number each time.
    Click(usize),
    /// So many seconds pass.
    Wait(u64),
    OdooGoes,
    OdooComes,
}

const CALLERS: [&str; 3] = ["+33142667701", "+33142667702", "+33142667703"];
const SCENARIOS: [Scenario; 7] = [
    Scenario::Answered,
    Scenario::Missed,
    Scenario::Missed,
    Scenario::Outbound,
    Scenario::RingGroup,
    Scenario::Transfer,
    Scenario::NoAnswerVoicemail,
];
/// Calls of each office.
const CALLS: usize = 8;
const CLICKS: usize = 3;

/// How long ago the offices began to work. Orders are made by Odoo's clock, which is the real one.
const AGO: TimeDelta = TimeDelta::hours(4);

/// Two offices that the bridge knows, and what has happened there since it looked.
async fn offices(random: &mut fastrand::Rng) -> Rig {
    let (now, begin) = (Utc::now(), Utc::now() - AGO);
    let journal = Journal::simulated(19).await.unwrap();
    let settings = json!({
        "push_secret": SECRET, "interval_minutes": 1, "unknown_caller_leads": true, "missed_call_todos": true,
        "missed_call_todo_user": journal.user(), "dial": true,
    });
    let mut rig = Rig::around(journal, begin).store(in_memory());
    for office in OFFICES {
        let mut ucm = french_ucm(begin).start().await.unwrap();
        ucm.hold_pushes();
        rig = rig.site(Site::new(office, ucm).with(settings.clone()));
    }
    let rig = rig.start().await.unwrap();
    rig.run_to_completion(3).await.unwrap();
    for (nth, office) in rig.sites.iter().enumerate() {
        for call in 0..CALLS {
            let minutes = 20 * (call + 1) + 7 * nth;
            let start = now - TimeDelta::minutes(i64::try_from(minutes).unwrap());
            office.ucm.add_call(&happened(start, random));
        }
    }
    let passed = Utc::now() - rig.clock.now();
    rig.advance(passed.to_std().unwrap());
    rig
}

fn happened(start: DateTime<Utc>, random: &mut fastrand::Rng) -> Call {
    let scenario = SCENARIOS[random.usize(..SCENARIOS.len())];
    Call::new(scenario, start).with(CALLERS[random.usize(..CALLERS.len())], "Zoé")
}

/// Every record is lost, or pushed up to three times; all of it in any order.
fn schedule(rig: &Rig, random: &mut fastrand::Rng) -> Vec<Event> {
    let mut events = Vec::new();
    for (site, office) in rig.sites.iter().enumerate() {
        for record in office.ucm.take_pushes() {
            for _ in 0..random.usize(..=3) {
                events.push(Event::Push(random.usize(..2), (site, record.clone())));
            }
        }
    }
    for replica in [0, 1] {
        events.extend((0..4).map(|_| Event::Poll(replica)));
    }
    events.extend((0..CLICKS).map(Event::Click));
    events.extend((0..6).map(|_| Event::Wait(random.u64(1..300))));
    events.extend([Event::OdooGoes, Event::OdooComes, Event::OdooComes]);
    random.shuffle(&mut events);
    events
}

/// Whoever asks for calls.
struct Ana {
    journal: Journal,
    button: i64,
    contact: i64,
}

impl Ana {
    async fn of(rig: &Rig) -> Self {
        let groups = ["base.group_user", "ucm_odoo.group_dial"];
        let ana = rig.journal.person(&groups, &[1]).await.unwrap();
        let extension = rig.journal.give_extension(OFFICES[0], "1001", ana.user());
        extension.await.unwrap();
        Self {
            button: rig.journal.id_of("ucm_odoo.action_dial").await.unwrap(),
            contact: ana.own_contact().await.unwrap(),
            journal: ana,
        }
    }

    /// An Odoo that is away takes no order.
    async fn click(&self, number: usize) {
        let context = json!({
            "active_model": "res.partner", "active_id": self.contact, "active_ids": [self.contact],
            "x_ucm_number": format!("01 99 00 00 1{number}"),
        });
        _ = self.journal.run(self.button, context).await;
    }
}

/// Several of them at the same moment, where they are of replicas.
async fn happen(rig: &Rig, ana: &Ana, apps: &[App; 2], events: &[Event]) -> Vec<(usize, String)> {
    let now = rig.clock.now();
    let odoo = rig.journal.handle();
    let happening = events.iter().map(async |event| match event.clone() {
        Event::Poll(replica) => {
            // Whoever is killed answers nothing.
            _ = apps[replica].fire_cron("cdr-poll", now).await;
            Vec::new()
        }
        Event::Push(replica, record) => push(&apps[replica], vec![record]).await,
        Event::Click(number) => {
            ana.click(number).await;
            Vec::new()
        }
        Event::Wait(seconds) => {
            rig.advance(Duration::from_secs(seconds));
            Vec::new()
        }
        Event::OdooGoes => {
            odoo.go_down().await;
            Vec::new()
        }
        Event::OdooComes => {
            odoo.come_back().await;
            Vec::new()
        }
    });
    join_all(happening).await.concat()
}

/// Orders are carried out once at most, and each says what came of it. Gives how many were.
async fn assert_dialled_once(rig: &Rig) -> usize {
    let orders = rig.journal.records("x_ucm_order", json!([]), &["x_state"]);
    let orders = orders.await.unwrap();
    let are = |states: &[&str]| {
        let are = orders
            .iter()
            .filter(|order| states.iter().any(|state| order["x_state"] == *state));
        are.count()
    };
    let (rang, unsure) = (are(&["ringing", "done"]), are(&["dialling", "unknown"]));
    let dialled = rig.sites[0].ucm.dialled().len();
    assert!(
        (rang..=rang + unsure).contains(&dialled),
        "dialled {dialled} times: {orders:?}"
    );
    assert_eq!(are(&["asked"]), 0, "{orders:?}");
    dialled
}

/// Gives how many instances were killed, and how many orders carried out.
async fn any_order(seed: u64) -> (u64, usize) {
    eprintln!("UCM_ODOO_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let rig = offices(&mut random).await;
    let kill = Arc::new(KillOneIn::new(120, seed));
    let launch = async || rig.app().hooks(Arc::clone(&kill)).start().await.unwrap();
    let apps = [launch().await, launch().await];
    let ana = Ana::of(&rig).await;
    let mut left = schedule(&rig, &mut random);
    while !left.is_empty() {
        let together = random.usize(1..=4).min(left.len());
        let events: Vec<Event> = left.drain(..together).collect();
        let unsent = happen(&rig, &ana, &apps, &events).await;
        // Half of what was not taken is sent again, sooner or later.
        for record in unsent {
            if random.bool() {
                left.insert(
                    random.usize(..=left.len()),
                    Event::Push(random.usize(..2), record),
                );
            }
        }
    }
    rig.journal.handle().come_back().await;
    kill.end();
    for app in apps {
        app.settled().await;
        app.stop().await;
    }
    for _ in 0..6 {
        rig.advance(Duration::from_secs(16 * 60));
        rig.tick().await.unwrap();
    }
    rig.run_to_completion(5).await.unwrap();
    assert_whole(&rig).await;
    (kill.killed(), assert_dialled_once(&rig).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn in_whichever_order_it_comes_odoo_has_what_happened() {
    let seed = seed().unwrap();
    let (mut killed, mut dialled) = (0, 0);
    for nth in 0..8 {
        let (more_killed, more_dialled) = any_order(seed.wrapping_add(nth)).await;
        (killed, dialled) = (killed + more_killed, dialled + more_dialled);
    }
    assert!(
        killed > 0 && dialled > 0,
        "{killed} killed, {dialled} dialled"
    );
}

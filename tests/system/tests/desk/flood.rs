//! More than an office has in a day, at once: what it costs is bounded, and nobody else pays.

use host::{Effect, EffectKind, KeyValueOperation};
use peers::phones::{ActionUrls, BookSettings, Caller, Event, Fetched, Fleet, Heard};
use serde_json::json;
use system::{Journal, LINK_SECRET};

use super::{NUMBER, Office, secret};

/// A phone at each of two hundred extensions, which have the addresses made of `key`.
fn two_hundred(office: &Office, key: &str) -> Fleet {
    let phones: Vec<String> = (1_001..1_201).map(|phone: u32| phone.to_string()).collect();
    let phones: Vec<&str> = phones.iter().map(String::as_str).collect();
    let secret = secret(key, "ring", "bordeaux", 0);
    let base = format!("{}/ring/bordeaux/{secret}", office.app.url());
    let urls = ActionUrls::of(&base, &[Event::IncomingCall, Event::MissedCall]);
    Fleet::new(office.app.address().unwrap(), urls, &phones)
}

/// All of them ring, each for another caller.
fn alarm(fleet: &mut Fleet) -> Vec<Heard> {
    let phones: Vec<String> = fleet
        .phones()
        .iter()
        .map(|phone| phone.extension.clone())
        .collect();
    let rings = phones.iter().enumerate().map(|(nth, phone)| {
        let caller = Caller::number(&format!("0199000{nth:03}"));
        fleet.ring(&[phone], &caller).incoming()
    });
    rings.flatten().collect()
}

/// Sends all of it at once, and gives the statuses.
async fn at_once(office: &Office, fleet: &Fleet, heard: &[Heard]) -> Vec<u16> {
    let answers = fleet.send_at_once(heard).await.unwrap();
    office.app.settled().await;
    answers.iter().map(|answer| answer.status).collect()
}

/// How often the store was written, and how many requests went out.
fn cost(office: &Office) -> (usize, usize) {
    let of = |operation| office.done.key_value_operations(operation);
    let writes = of(KeyValueOperation::Set) + of(KeyValueOperation::Delete);
    (writes, office.done.requests().len())
}

/// How many transactions Odoo has let lose against another one.
fn lost(office: &Office) -> usize {
    let is_lost = |effect: &Effect| matches!(effect.kind, EffectKind::Response { status: 500, .. });
    office.done.effects().into_iter().filter(is_lost).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_another_secret_costs_nothing_and_keeps_nobody_out() {
    let office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let mut strangers = two_hundred(&office, "another-secret-for-links");
    let heard = alarm(&mut strangers);
    let book = secret("another-secret-for-links", "phonebook", "bordeaux", 0);
    let book = BookSettings {
        server_path: format!(
            "{}/phonebook/bordeaux/{book}",
            office.app.address().unwrap()
        ),
        credentials: None,
    };
    office.done.clear();
    assert_eq!(at_once(&office, &strangers, &heard).await, [403; 200]);
    for stranger in strangers.phones_mut().iter_mut().take(20) {
        let at = office.app.address().unwrap();
        match stranger.fetch(at, &book).await.unwrap() {
            Fetched::Refused(answer) => assert_eq!(answer.status, 403),
            other => panic!("{other:?}"),
        }
    }
    office.app.settled().await;
    assert_eq!(cost(&office), (0, 0), "the store, and Odoo");
    assert_eq!(office.app.logs().len(), 0);
    assert_eq!(office.rings().await, [json!(null); 0]);
    // Whoever has the right one is let in at once.
    let mut fleet = two_hundred(&office, LINK_SECRET);
    let heard = fleet.ring(&["1001"], &Caller::number(NUMBER)).incoming();
    assert_eq!(at_once(&office, &fleet, &heard).await, [200]);
    assert_eq!(office.heard(&office.ana).await.len(), 1);
}

/// An alarm: every phone rings at once. Ana and Ben have one each, and nothing of the others is said to them.
#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_costs_a_few_requests_a_phone_and_little_of_the_store() {
    let mut office = Office::open(Journal::simulated(19).await.unwrap()).await;
    // What contacts have is asked for once an hour.
    let first = office.fleet.ring(&["1003"], &Caller::number(NUMBER));
    office.send(&first.incoming()).await;
    let mut fleet = two_hundred(&office, LINK_SECRET);
    let heard = alarm(&mut fleet);
    let kept = || office.rig.store().unwrap().keys().unwrap().len();
    let before = kept();
    office.done.clear();
    assert_eq!(at_once(&office, &fleet, &heard).await, [200; 200]);
    let (writes, requests) = cost(&office);
    // Odoo may let one of many transactions at once lose, and then it is asked once more.
    let most = 3 * heard.len() + lost(&office);
    assert!(requests <= most, "{requests} requests, not {most}");
    assert!(writes <= heard.len(), "{writes} writes");
    assert!(kept() <= before + PLACES, "{before}, then {}", kept());
    assert_eq!(office.rings().await.len(), heard.len() + 1);
    for person in [&office.ana, &office.ben] {
        assert_eq!(office.heard(person).await.len(), 1);
    }
}

/// Somebody has seen the addresses on their way, and says all of it again when it is over.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_again_shows_nothing_anew() {
    let mut office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let mut ring = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
    let heard = [ring.incoming(), ring.given_up()].concat();
    office.send(&heard).await;
    let again = vec![heard; 10].concat();
    at_once(&office, &office.fleet, &again).await;
    assert_eq!(office.rings().await.len(), 1);
    let heard = office.heard(&office.ana).await;
    let live = heard.iter().filter(|said| said["outcome"] == "ringing");
    assert_eq!(live.count(), 1, "{heard:?}");
}

/// Keys in which the phones of a server wait to be shown in Odoo.
const PLACES: usize = 32;

//! What a phone writes into the address as it is: the bytes go over a socket, as the server of HTTP meets them.

use std::collections::BTreeSet;

use peers::phones::{ActionUrls, Caller, Event, Fleet, Habits};
use system::{Journal, LINK_SECRET};

use super::{E164, NUMBER, Office, secret};

/// The fleet, with a name among its variables.
fn naming(office: &Office) -> Fleet {
    let secret = secret(LINK_SECRET, "ring", "bordeaux", 0);
    let door = format!("{}/ring/bordeaux/{secret}", office.app.url());
    let url = format!(
        "{door}?event=incoming&local=$local&remote=$remote&call=$call-id&name=$display_remote"
    );
    let urls = ActionUrls::default().set(Event::IncomingCall, url);
    Fleet::new(office.app.address().unwrap(), urls, &["1001", "1002"])
}

/// The server refuses such a request before it looks for whom it is meant: nothing of it is known here, and nothing is lost but this card.
#[tokio::test(flavor = "multi_thread")]
async fn a_space_in_the_request_line_is_refused_and_the_next_request_is_not() {
    let office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let mut fleet = naming(&office);
    let named = Caller::number(NUMBER).named("Ada Byron");
    let answers = fleet.ring(&["1001"], &named).incoming();
    let answers = fleet.send(&answers).await.unwrap();
    office.app.settled().await;
    assert_eq!(answers[0].status, 400);
    assert!(answers[0].body.is_empty(), "{answers:?}");
    assert_eq!(office.rings().await.len(), 0);
    let one_word = Caller::number(NUMBER).named("Ada");
    let heard = fleet.ring(&["1002"], &one_word).incoming();
    let answers = fleet.send(&heard).await.unwrap();
    office.app.settled().await;
    assert_eq!((answers[0].status, office.rings().await.len()), (200, 1));
}

/// A phone that escapes what it fills in may send the name.
#[tokio::test(flavor = "multi_thread")]
async fn a_space_that_is_escaped_is_read_and_so_are_letters_with_accents() {
    let office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let mut escaping = naming(&office).with(Habits {
        escapes: true,
        ..Habits::default()
    });
    let named = Caller::number(E164).named("Zoé Byron");
    let heard = escaping.ring(&["1001"], &named).incoming();
    assert_eq!(escaping.send(&heard).await.unwrap()[0].status, 200);
    // As they are, a phone's letters reach the bridge as well, if there is no space among them.
    let mut fleet = naming(&office);
    let heard = fleet
        .ring(&["1002"], &Caller::number(E164).named("Zoé"))
        .incoming();
    assert_eq!(fleet.send(&heard).await.unwrap()[0].status, 200);
    office.app.settled().await;
    let rings = office.journal().handle().records("x_ucm_ring");
    // Work goes on after the answer: either may be in Odoo first.
    let names: BTreeSet<&str> = rings
        .iter()
        .map(|ring| ring["x_caller_name"].as_str().unwrap())
        .collect();
    assert_eq!(names, BTreeSet::from(["Zoé", "Zoé Byron"]));
    assert_eq!(rings.len(), 2);
    assert!(rings.iter().all(|ring| ring["x_number"] == E164));
}

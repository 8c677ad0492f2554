//! Who is let in, and what is left alone.

use bytes::Bytes;
use peers::phones::Caller;
use serde_json::{Value, json};
use system::{Journal, LINK_SECRET};

use super::{NUMBER, Office, secret};

async fn get(office: &Office, target: &str) -> (u16, Value) {
    let request = http::Request::get(format!("http://localhost{target}"));
    let request = request.body(Bytes::new()).unwrap();
    let answer = office.app.request(request).await.unwrap();
    office.app.settled().await;
    let body = serde_json::from_slice(answer.body()).unwrap_or_default();
    (answer.status().as_u16(), body)
}

fn event(secret: &str) -> String {
    format!("/ring/bordeaux/{secret}?event=incoming&local=1001&remote={NUMBER}&call=a1")
}

fn good() -> String {
    secret(LINK_SECRET, "ring", "bordeaux", 0)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_servers_own_secret_of_this_door_opens_it() {
    let office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let others = [
        secret(LINK_SECRET, "phonebook", "bordeaux", 0),
        secret(LINK_SECRET, "ring", "lyon", 0),
        secret(LINK_SECRET, "ring", "bordeaux", 1),
        secret("another-secret-for-links", "ring", "bordeaux", 0),
        String::new(),
        good()[1..].to_owned(),
    ];
    for other in others {
        let (status, problem) = get(&office, &event(&other)).await;
        assert_eq!(status, 403, "{problem}");
        assert!(
            problem["action"].as_str().unwrap().contains("Phones"),
            "{problem}"
        );
        assert!(!problem.to_string().contains(NUMBER), "{problem}");
    }
    let (status, _) = get(&office, &event(&good()).replace("bordeaux", "lyon")).await;
    assert_eq!(status, 404);
    assert_eq!(office.rings().await.len(), 0);
    assert_eq!(get(&office, &event(&good())).await.0, 200);
    assert_eq!(office.rings().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_generation_another_place_and_no_secret_close_it() {
    let settings = json!({ "phones_generation": 3 });
    let office = Office::with(Journal::simulated(19).await.unwrap(), settings).await;
    assert_eq!(get(&office, &event(&good())).await.0, 403);
    let third = secret(LINK_SECRET, "ring", "bordeaux", 3);
    assert_eq!(get(&office, &event(&third)).await.0, 200);

    let settings = json!({ "phone_sources": ["203.0.113.0/24"] });
    let office = Office::with(Journal::simulated(19).await.unwrap(), settings).await;
    let mut fleet_only = office;
    let ring = fleet_only.fleet.ring(&["1001"], &Caller::number(NUMBER));
    let answers = fleet_only.fleet.send(&ring.incoming()).await.unwrap();
    assert_eq!(answers[0].status, 403);

    let office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let rig = office.rig.with_variable("link_secret", "");
    let app = rig.app().start().await.unwrap();
    let request = http::Request::get(format!("http://localhost{}", event(&good())));
    let answer = app
        .request(request.body(Bytes::new()).unwrap())
        .await
        .unwrap();
    assert_eq!(answer.status(), 503);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_of_no_use_is_answered_and_left_alone() {
    let office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let door = format!("/ring/bordeaux/{}", good());
    office.journal().handle().clear_requests();
    for query in [
        "",
        "?event=hold&local=1001&call=a1",
        "?event=incoming&local=$local&call=a1",
        "?event=incoming&local=1001&call=$call-id",
        "?event=incoming&local=reception&call=a1",
        "?event=outgoing&local=1001&call=a1&remote=0199000077",
        "?event=answered&local=1001&call=a1&remote=0199000077&direction=outgoing",
    ] {
        assert_eq!(
            get(&office, &format!("{door}{query}")).await.0,
            200,
            "{query}"
        );
    }
    assert_eq!(office.journal().handle().requests().len(), 0);
    let long = format!(
        "{door}?event=incoming&local=1001&call=a1&remote={}",
        "1".repeat(8_192)
    );
    assert_eq!(get(&office, &long).await.0, 414);
    assert_eq!(office.rings().await.len(), 0);
    // An extension that nobody has is noted, for the phones beside it, and shown to nobody.
    let stranger =
        format!("{door}?event=incoming&local=4711&call=a1&remote={NUMBER}&mac=C074AD000001");
    assert_eq!(get(&office, &stranger).await.0, 200);
    let rings = office.rings().await;
    assert_eq!(
        (rings.len(), &rings[0]["x_user_ids"], &rings[0]["x_mac"]),
        (1, &json!([]), &json!("c074ad000001"))
    );
    assert_eq!(office.journal().handle().records("bus.bus").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_number_is_in_a_log() {
    let mut office = Office::open(Journal::simulated(19).await.unwrap()).await;
    // Odoo refuses, so there is something to say.
    office
        .journal()
        .handle()
        .fault(peers::odoo::Fault::html(503).times(20));
    let ring = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
    office.send(&ring.incoming()).await;
    let logs: Vec<String> = office
        .app
        .logs()
        .into_iter()
        .map(|line| line.text)
        .collect();
    let all = logs.join("\n");
    assert!(all.contains("extension 1001, incoming"), "{all}");
    assert!(!all.contains("99000077") && !all.contains(&good()), "{all}");
}

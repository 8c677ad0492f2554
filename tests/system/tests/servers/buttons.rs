//! The buttons of a server in Odoo, and the pages that its links open.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use peers::odoo::Odoo;
use peers::ucm::{Call, Scenario};
use serde_json::{Value, json};
use system::{Journal, Rig, compare};

use super::{change, clear, journals, open, read_in, rig, shown};

#[tokio::test(flavor = "multi_thread")]
async fn the_buttons_ask_first_and_then_say_what_came_of_it() {
    for journal in journals().await {
        let (rig, record) = rig(journal).await;
        rig.tick().await.unwrap();
        let links = shown(&rig, record).await;
        let link = |name: &str| links[name].as_str().unwrap().to_owned();
        rig.sites[0].ucm.clear_requests();

        let (status, page) = open(&rig, "GET", &link("x_test_url"), "").await;
        assert!(
            status == 200 && page.contains("Tester la connexion"),
            "{page}"
        );
        assert!(
            rig.sites[0].ucm.requests().is_empty(),
            "looking does nothing"
        );
        let (status, page) = open(&rig, "POST", &link("x_test_url"), "").await;
        assert!(status == 200 && page.contains("Tout fonctionne"), "{page}");

        let start = rig.clock.now() - Duration::from_secs(600);
        let call = Call::new(Scenario::Answered, start).with("+33142667701", "Zoé");
        rig.sites[0].ucm.add_call(&call);
        let (_, page) = open(&rig, "POST", &link("x_sync_url"), "").await;
        assert!(page.contains("tout est dans Odoo"), "{page}");
        compare::complete(&rig).await.unwrap();

        // A call that somebody deleted comes back when its day is replayed; the others stay as they are.
        let calls = rig.journal.calls("bordeaux").await.unwrap();
        let lost = json!([[calls.last().unwrap()["id"]]]);
        rig.journal
            .call("x_ucm_call", "unlink", lost, json!({}))
            .await
            .unwrap();
        let form = "from=2026-06-15&to=2026-06-15";
        let (status, page) = open(&rig, "POST", &link("x_replay_url"), form).await;
        assert!(
            status == 200 && page.contains("<td>Nouveaux appels</td><td>1</td>"),
            "{page}"
        );
        compare::complete(&rig).await.unwrap();
        let (status, page) = open(&rig, "POST", &link("x_replay_url"), "from=hier").await;
        assert!(status == 400 && page.contains("2026-06-15"), "{page}");
        clear(&rig).await;
    }
}

/// What Odoo's webhook posts when somebody presses a button: the link is in the body.
async fn press(rig: &Rig, button: &str, link: &str, user: i64) -> u16 {
    let place = link.strip_prefix("https://bridge.example.com").unwrap();
    let path = place.split('?').next().unwrap();
    let body = json!({ "_action": "a webhook(#1)", "_id": 1, "_model": "x_ucm_access", "id": 1, button: link });
    let request = http::Request::post(format!("http://localhost{path}?user={user}"))
        .header("content-type", "application/json")
        .body(Bytes::from(body.to_string()))
        .unwrap();
    let app = rig.app().start().await.unwrap();
    let answer = app.request(request).await.unwrap();
    // What it does comes after its answer.
    app.settled().await;
    app.stop().await;
    answer.status().as_u16()
}

/// What the simulated Odoo last said in an open browser.
fn said(rig: &Rig) -> Option<Value> {
    let sent = rig.journal.handle().records("bus.bus");
    let message: Value = serde_json::from_str(sent.last()?["message"].as_str()?).unwrap();
    Some(message["payload"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_acts_at_once_and_answers_in_odoo() {
    for journal in journals().await {
        let (rig, record) = rig(journal).await;
        rig.tick().await.unwrap();
        let links = shown(&rig, record).await;
        let link = |name: &str| links[name].as_str().unwrap().to_owned();
        let user = rig.journal.user();
        rig.sites[0].ucm.clear_requests();
        let forged = link("x_test_url").replace("signature=", "signature=A");
        assert_eq!(press(&rig, "x_test_url", &forged, user).await, 403);
        assert!(rig.sites[0].ucm.requests().is_empty(), "nothing was done");

        assert_eq!(
            press(&rig, "x_test_url", &link("x_test_url"), user).await,
            202
        );
        assert!(!rig.sites[0].ucm.requests().is_empty(), "it was tested");
        let start = rig.clock.now() - Duration::from_secs(600);
        let call = Call::new(Scenario::Answered, start).with("+33142667701", "Zoé");
        rig.sites[0].ucm.add_call(&call);
        assert_eq!(
            press(&rig, "x_sync_url", &link("x_sync_url"), user).await,
            202
        );
        compare::complete(&rig).await.unwrap();
        if !rig.journal.is_real() {
            let heard = said(&rig).unwrap();
            assert_eq!(
                (&heard["type"], &heard["sticky"]),
                (&json!("success"), &json!(true))
            );
            let message = heard["message"].as_str().unwrap();
            assert!(message.contains("New calls: 1"), "{heard}");
        }
        clear(&rig).await;
    }
}

/// How long Odoo waits for the bridge's answer, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn odoo_itself_tells_the_bridge_that_a_button_was_pressed() {
    for series in [17, 18, 19] {
        let odoo = Odoo::builder().version(series).country("FR");
        let odoo = odoo.with_webhooks_awaited(PATIENCE).start().await.unwrap();
        let (rig, record) = rig(Journal::around(odoo).await.unwrap()).await;
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let app = rig.app().listen(anywhere).start().await.unwrap();
        let rig = rig.with_variable("public_url", &app.url());
        rig.tick().await.unwrap();
        rig.sites[0].ucm.clear_requests();
        let odoo = rig.journal.handle();
        let (_, button) = odoo.external_id("ucm_odoo.action_server_test").unwrap();
        let context =
            json!({ "active_model": "x_ucm_server", "active_id": record, "active_ids": [record] });
        let pressed = rig.journal.run(button, context);
        assert_eq!(pressed.await.unwrap()["params"]["type"], "info");
        app.settled().await;
        assert!(!rig.sites[0].ucm.requests().is_empty(), "it was tested");
        assert_eq!(said(&rig).unwrap()["type"], "success");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_says_what_was_refused_to_who_pressed_it_in_their_language() {
    let journal = Journal::simulated_with(18, &["fr_FR"]).await.unwrap();
    let (rig, record) = rig(journal).await;
    let user = rig.journal.user();
    let french = json!([[user], { "lang": "fr_FR" }]);
    let set = rig.journal.call("res.users", "write", french, json!({}));
    set.await.unwrap();
    rig.tick().await.unwrap();
    let link = shown(&rig, record).await["x_test_url"].clone();
    change(&rig, record, json!({ "x_password": "wrong" })).await;
    assert_eq!(
        press(&rig, "x_test_url", link.as_str().unwrap(), user).await,
        202
    );
    let heard = said(&rig).unwrap();
    assert_eq!(heard["type"], "danger");
    assert_eq!(heard["title"], "Tester la connexion · bordeaux");
    // Whoever opens the server later sees it there.
    let kept = read_in(&rig, record, "x_test_shown", "fr_FR").await;
    assert_eq!(json!(kept), heard["message"]);
    assert_eq!(
        shown(&rig, record).await["x_tested_at"],
        "2026-06-15 14:30:00"
    );
    // Who asks that Odoo does not know as a user of its own is told nothing.
    let sent = rig.journal.handle().records("bus.bus").len();
    assert_eq!(
        press(&rig, "x_test_url", link.as_str().unwrap(), 99_999).await,
        202
    );
    assert_eq!(rig.journal.handle().records("bus.bus").len(), sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_says_what_was_refused_and_what_to_change() {
    let (rig, record) = rig(Journal::simulated(17).await.unwrap()).await;
    change(&rig, record, json!({"x_password": "wrong"})).await;
    let (status, probe) = rig.request("POST", "/servers/bordeaux/test").await.unwrap();
    assert_eq!((status, &probe["ok"]), (502, &json!(false)));
    let detail = probe["checks"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("wrong user name or password"), "{detail}");
    // The right one is taken at once: a test asks Odoo for the settings as they are.
    let right = rig.sites[0].ucm.password().to_owned();
    change(&rig, record, json!({"x_password": right})).await;
    let (status, probe) = rig.request("POST", "/servers/bordeaux/test").await.unwrap();
    assert_eq!(status, 200, "{probe}");
    assert_eq!(rig.journal.count("bordeaux").await.unwrap(), 0);
    // Settings that cannot be used are told, too.
    change(&rig, record, json!({"x_time_zone": "Paris"})).await;
    let (_, probe) = rig.request("POST", "/servers/bordeaux/test").await.unwrap();
    assert_eq!(
        probe["refused"][0]["setting"],
        "UCM Servers/bordeaux.time_zone"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_what_it_was_made_for_until_it_expires() {
    let (rig, record) = rig(Journal::simulated(19).await.unwrap()).await;
    rig.tick().await.unwrap();
    let links = shown(&rig, record).await;
    let link = links["x_test_url"].as_str().unwrap();
    rig.sites[0].ucm.clear_requests();
    let forged = link.replace("signature=", "signature=A");
    let other_server = link.replace("bordeaux", "paris");
    let longer = link.replace("expires=1", "expires=2");
    let other_action = link.replace("/servers/bordeaux/test?", "/sync?server=bordeaux&");
    for refused in [&forged, &other_server, &longer, &other_action] {
        for method in ["GET", "POST"] {
            let (status, page) = open(&rig, method, refused, "").await;
            assert_eq!(status, 403, "{method} {refused}: {page}");
        }
    }
    let closed = rig.app().variable("link_secret", "").start().await.unwrap();
    let path = link.strip_prefix("https://bridge.example.com").unwrap();
    let request = http::Request::post(format!("http://localhost{path}"));
    let answer = closed
        .request(request.body(Bytes::new()).unwrap())
        .await
        .unwrap();
    assert_eq!(answer.status(), 503);
    closed.stop().await;
    // Without a signature it takes the token, and nothing else.
    let bare = http::Request::post("http://localhost/servers/bordeaux/test");
    let answer = rig.send(bare.body(Bytes::new()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 401);

    assert!(rig.sites[0].ucm.requests().is_empty(), "nothing was done");
    rig.advance(Duration::from_secs(8 * 86_400));
    let (status, page) = open(&rig, "GET", link, "").await;
    assert!(status == 410 && page.contains("expiré"), "{page}");
    rig.tick().await.unwrap();
    let renewed = shown(&rig, record).await;
    let (status, _) = open(&rig, "GET", renewed["x_test_url"].as_str().unwrap(), "").await;
    assert_eq!(status, 200);
}

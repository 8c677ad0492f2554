//! What is not dialled, and what the person who clicked is told.

use peers::ucm::Fault;
use serde_json::{Value, json};
use system::Journal;

use super::{Desk, NUMBER};

impl Desk {
    /// Gives Ana another extension.
    async fn sit_at(&self, extension: &str) {
        let found = self.journal().records(
            "x_ucm_extension",
            json!([["x_user_id", "=", self.user]]),
            &["x_name"],
        );
        let ids: Vec<Value> = found
            .await
            .unwrap()
            .iter()
            .map(|row| row["id"].clone())
            .collect();
        let moved = json!([ids, { "x_name": extension }]);
        self.journal()
            .call("x_ucm_extension", "write", moved, json!({}))
            .await
            .unwrap();
    }

    /// Clicks, hints, and expects that nothing was dialled for this reason.
    async fn expect_refused(&self, number: &str, reason: &str) {
        let order = self.order(number).await;
        assert_eq!(self.hinted(order).await, 202);
        let known = self.state(order).await;
        assert_eq!(known, ("refused".to_owned(), reason.to_owned()), "{number}");
        assert!(
            self.ucm().dialled().is_empty(),
            "{number}: nothing was dialled"
        );
        let said = self.said().unwrap();
        assert_eq!(said["type"], "danger", "{said}");
        assert!(
            said["title"].as_str().unwrap().starts_with("Not called"),
            "{said}"
        );
        assert!(!said["message"].as_str().unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_no_click_dials_are_told() {
    let desk = Desk::open(Journal::simulated(19).await.unwrap()).await;
    for (number, reason) in [
        ("112", "emergency"),
        ("15", "emergency"),
        ("0899 12 34 56", "premium"),
        ("01 99 00", "unreadable"),
        ("3631", "unreadable"),
        ("+999 1234567", "unreadable"),
    ] {
        desk.expect_refused(number, reason).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_cannot_ring_is_told_before_anything_is_dialled() {
    let desk = Desk::open(Journal::simulated(17).await.unwrap()).await;
    let office = desk.ucm().office();
    let away = office
        .extensions
        .iter()
        .find(|extension| !extension.is_registered)
        .unwrap();
    desk.sit_at(&away.number).await;
    desk.expect_refused(NUMBER, "not_registered").await;
    desk.sit_at("7777").await;
    desk.expect_refused("+33199000078", "unknown_extension")
        .await;
    desk.sit_at("1001").await;
    desk.ucm()
        .switches(|switches| switches.dial.busy = vec!["1001".to_owned()]);
    desk.expect_refused("+33199000079", "busy").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ucm_does_not_let_the_bridge_do_is_told() {
    let desk = Desk::open(Journal::simulated(18).await.unwrap()).await;
    desk.ucm()
        .switches(|switches| switches.denied_actions = vec!["dialOutbound".to_owned()]);
    desk.expect_refused(NUMBER, "no_permission").await;
    let doctor = desk.rig.request("GET", "/doctor").await.unwrap().1;
    let steps = doctor["servers"][0]["steps"].as_array().unwrap().clone();
    let step = |what: &str| {
        steps
            .iter()
            .find(|step| step["what"] == what)
            .unwrap()
            .clone()
    };
    assert_eq!(step("dial")["state"], "failed", "{steps:?}");
    let status = desk.rig.request("GET", "/status").await.unwrap().1;
    assert_eq!(status["odoo"]["orders_refused"], 1, "{status}");
    desk.ucm()
        .switches(|switches| switches.denied_actions = Vec::new());
    let doctor = desk.rig.request("GET", "/doctor").await.unwrap().1;
    let steps = doctor["servers"][0]["steps"].as_array().unwrap().clone();
    let step = steps.iter().find(|step| step["what"] == "dial").unwrap();
    assert_eq!(step["state"], "ok", "{steps:?}");
    assert!(desk.ucm().dialled().is_empty(), "the doctor dials nobody");
    desk.ucm()
        .fault(Fault::app_status("dialOutbound", -15).times(1));
    desk.expect_refused("+33199000080", "refused").await;
    let last = desk.orders().await.pop().unwrap();
    assert_eq!(last["x_code"], -15, "{last}");
    // A UCM that wants to be left alone is, and the next order is told at once that it does.
    for (nth, status) in [(81, -45), (83, -57)] {
        desk.ucm()
            .fault(Fault::app_status("dialOutbound", status).times(1));
        desk.expect_refused(&format!("+331990000{nth}"), "ucm_busy")
            .await;
        desk.ucm().clear_requests();
        desk.expect_refused(&format!("+331990000{}", nth + 1), "ucm_busy")
            .await;
        assert!(desk.ucm().requests().is_empty(), "{status}");
        desk.rig.advance(std::time::Duration::from_secs(61));
    }
}

/// Who may not see the extensions may still dial; but a short number then is nobody's.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_list_of_extensions_only_whole_numbers_are_dialled() {
    let desk = Desk::open(Journal::simulated(19).await.unwrap()).await;
    desk.hide_phones();
    desk.expect_refused("1002", "unreadable").await;
    let order = desk.order(NUMBER).await;
    desk.hinted(order).await;
    assert_eq!(desk.state(order).await.0, "ringing");
    desk.ucm()
        .switches(|switches| switches.denied_actions = Vec::new());
    desk.rig.advance(std::time::Duration::from_secs(180));
    let colleague = desk.order("1002").await;
    desk.hinted(colleague).await;
    assert_eq!(
        desk.state(colleague).await.0,
        "ringing",
        "{:?}",
        desk.state(colleague).await
    );
    let dialled = desk.ucm().dialled();
    let last = dialled.last().unwrap();
    assert_eq!((last.callee.as_str(), last.is_outside), ("1002", false));
}

/// The office dials 9 before numbers outside, and its routes take them with two zeros.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_dialled_as_the_office_dials_it_and_its_call_finds_its_order() {
    let settings = json!({ "outside_line": "9", "dial_form": "00" });
    let desk = Desk::with(Journal::simulated(19).await.unwrap(), settings).await;
    desk.ucm()
        .switches(|switches| switches.dial.outside_line = "9".to_owned());
    let order = desk.order(NUMBER).await;
    desk.hinted(order).await;
    assert_eq!(desk.ucm().dialled()[0].callee, "90033199000077");
    desk.rig.advance(std::time::Duration::from_secs(180));
    desk.rig.run_to_completion(3).await.unwrap();
    desk.rig.tick().await.unwrap();
    assert_eq!(desk.state(order).await.0, "done");
    let calls = desk.journal().calls("bordeaux").await.unwrap();
    assert_eq!(calls[0]["x_number"], super::E164);
}

/// An extension of every UCM is not of one where it is given to somebody else: the phone that rings there is theirs.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_rings_the_phone_of_another() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let desk = Desk::open(journal).await;
        let journal = desk.journal();
        let own = json!([["x_user_id", "=", desk.user]]);
        let own = journal.records("x_ucm_extension", own, &["x_name"]);
        let everywhere = json!([[own.await.unwrap()[0]["id"]], { "x_server_id": false }]);
        let write = journal.call("x_ucm_extension", "write", everywhere, json!({}));
        write.await.unwrap();
        let ben = journal.person(&["base.group_user"], &[1]).await.unwrap();
        let bens = journal.give_extension("bordeaux", "1001", ben.user());
        let bens = bens.await.unwrap();
        let shown = desk.click(NUMBER).await;
        assert_eq!(shown["params"]["type"], "warning", "{shown}");
        assert!(desk.orders().await.is_empty());
        // Where nobody else has it, it is hers.
        let gone = json!([["id", "=", bens]]);
        let removed = journal.remove_records("x_ucm_extension", gone).await;
        removed.unwrap();
        desk.order(NUMBER).await;
        journal.dismiss(&[ben.user()]).await.unwrap();
        desk.close().await;
    }
}

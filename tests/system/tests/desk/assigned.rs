//! Somebody says in a card whose number it is. What they press is a program, so it is tried where the environment names a real Odoo.

use peers::phones::Caller;
use serde_json::{Value, json};
use system::{Journal, RealOdoo};

use super::{E164, NUMBER, Office};

async fn office() -> Option<Office> {
    let odoo = RealOdoo::from_environment();
    if odoo.is_none() {
        eprintln!("skipped: no real Odoo is named (ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY)");
    }
    let journal = Journal::real(odoo?).await.unwrap();
    Some(Office::open(journal).await)
}

/// Ana's phone rings; gives its ring.
async fn rings(office: &mut Office) -> Value {
    let ring = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
    office.send(&ring.incoming()).await;
    office.rings().await.pop().unwrap()
}

/// Ana says that it is this contact's.
async fn say(office: &Office, ring: &Value, contact: i64) -> anyhow::Result<Value> {
    let action = office
        .journal()
        .id_of("ucm_odoo.action_ring_assign")
        .await?;
    let said = json!({ "ring": ring["id"], "contact": contact });
    office.ana.run(action, json!({ "x_ucm_ring": said })).await
}

/// Whose the number is.
async fn owners(office: &Office) -> Vec<Value> {
    let of_number = json!([["x_name", "=", E164]]);
    let numbers = office
        .journal()
        .records("x_ucm_number", of_number, &["x_partner_id"]);
    let numbers = numbers.await.unwrap().into_iter();
    numbers
        .map(|number| number["x_partner_id"][0].clone())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_then_on_it_is_theirs_and_so_are_its_calls_without_a_contact() {
    let Some(mut office) = office().await else {
        return;
    };
    let zoe = office.contact("Zoé", "").await;
    let ring = rings(&mut office).await;
    assert_eq!(ring["x_match"], "unknown");
    let said = say(&office, &ring, zoe).await.unwrap();
    assert_eq!(said["is_assigned"], true, "{said}");
    let ring = office.rings().await.pop().unwrap();
    assert_eq!(
        (&ring["x_match"], &ring["x_partner_id"][0]),
        (&json!("matched"), &json!(zoe))
    );
    assert_eq!(owners(&office).await, [json!(zoe)]);
    // A number is one contact's: who says another gives it to that one.
    let ada = office.contact("Ada", "").await;
    let call = json!({
        "x_uid": "bordeaux/assigned", "x_server": "bordeaux", "x_name": "a call", "x_number": E164, "x_match": "unknown", "x_direction": "inbound",
        "x_outcome": "missed", "x_started_at": "2026-01-01 10:00:00",
    });
    let call = office.journal().create("x_ucm_call", call).await.unwrap();
    say(&office, &ring, ada).await.unwrap();
    assert_eq!(owners(&office).await, [json!(ada)]);
    let of_call = json!([["id", "=", call]]);
    let call = office
        .journal()
        .records("x_ucm_call", of_call, &["x_partner_id"]);
    assert_eq!(call.await.unwrap()[0]["x_partner_id"][0], ada);
    office.close(&[zoe, ada]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_they_may_not_see_keeps_its_number_and_they_are_told() {
    let Some(mut office) = office().await else {
        return;
    };
    let company = json!({ "name": format!("Office {}", fastrand::u32(..)) });
    let company = office
        .journal()
        .create("res.company", company)
        .await
        .unwrap();
    let theirs = json!({ "name": "Theirs", "company_id": company });
    let theirs = office
        .journal()
        .create("res.partner", theirs)
        .await
        .unwrap();
    let assigned = json!({ "x_name": E164, "x_partner_id": theirs });
    office
        .journal()
        .create("x_ucm_number", assigned)
        .await
        .unwrap();
    let zoe = office.contact("Zoé", "").await;
    let ring = rings(&mut office).await;
    let refused = say(&office, &ring, zoe).await.unwrap_err().to_string();
    assert!(refused.contains("may not see"), "{refused}");
    assert_eq!(owners(&office).await, [json!(theirs)]);
    office.close(&[zoe, theirs]).await;
}

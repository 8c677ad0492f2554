//! Who claims an order, and what came of it.

use serde_json::json;
use system::Journal;

use super::{E164, NUMBER, Office};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_claimed_by_one_of_several_at_once() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let office = Office::open(journal).await;
        for _ in 0..3 {
            let order = office.order().await;
            let (first, second, third) = tokio::join!(
                office.claim("one", json!(false)),
                office.claim("two", json!(order)),
                office.claim("three", json!(false)),
            );
            let claims = [("one", first), ("two", second), ("three", third)];
            let taken = claims
                .iter()
                .filter(|(_, claim)| claim["claimed"][0]["id"] == order);
            let taken: Vec<&str> = taken.map(|(token, _)| *token).collect();
            assert_eq!(taken.len(), 1, "{claims:?}");
            let orders = office.orders().await;
            assert_eq!(orders.last().unwrap()["x_claim"], taken[0]);
            let refused = json!({ "state": "refused", "reason": "busy" });
            assert!(!office.tell(order, taken[0], refused).await);
        }
        let claim = office.claim("four", json!(999_999_999)).await;
        assert_eq!(claim["missing"], true, "{claim}");
        office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_claimed_it_says_what_came_of_it_and_a_person_has_the_last_word() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let office = Office::open(journal).await;
        let order = office.order().await;
        let claimed = office.claim("mine", json!(order)).await["claimed"][0].clone();
        assert_eq!(
            (
                &claimed["server"],
                &claimed["extension"],
                &claimed["number"],
                &claimed["user"]
            ),
            (
                &json!("orders"),
                &json!("1001"),
                &json!(NUMBER),
                &json!(office.ana.user())
            )
        );
        let rings = json!({ "state": "ringing", "title": "t", "message": "m", "type": "success" });
        assert!(office.tell(order, "another's", rings.clone()).await);
        assert!(!office.tell(order, "mine", rings.clone()).await);
        assert!(office.tell(order, "mine", rings).await, "it is told once");

        let (first, second) = (
            office.call("first", order).await,
            office.call("second", order).await,
        );
        let open = office.claim("later", json!(false)).await["open"].clone();
        assert_eq!(
            (&open[0]["id"], &open[0]["e164"]),
            (&json!(order), &json!(E164))
        );
        let may_be = office.orders().await[0]["x_candidate_ids"].clone();
        assert_eq!(may_be.as_array().unwrap().len(), 2, "{may_be}");

        assert!(!office.link(order, json!(first), json!(false)).await);
        assert!(
            office.link(order, json!(second), json!(false)).await,
            "it has one"
        );
        assert_eq!(office.order_of(first).await[0], order);
        assert!(!office.link(order, json!(false), json!(first)).await);
        assert_eq!(office.order_of(first).await, false);
        assert_eq!(office.orders().await[0]["x_state"], "ringing");

        let chosen = json!({ "active_model": "x_ucm_call", "active_id": second, "active_ids": [second], "x_ucm_order_id": order });
        office
            .run(&office.ana, "action_order_choose", chosen)
            .await
            .unwrap();
        assert_eq!(office.order_of(second).await[0], order);
        assert_eq!(office.orders().await[0]["x_state"], "done");
        assert!(
            office.link(order, json!(first), json!(second)).await,
            "a person has said it"
        );
        office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_taken_in_time_is_never_dialled() {
    for series in [17, 18, 19] {
        let office = Office::open(Journal::simulated(series).await.unwrap()).await;
        let order = office.order().await;
        let (odoo, old) = (office.journal().handle(), json!("2026-06-15 14:00:00"));
        let age = |field: &str| {
            odoo.write("x_ucm_order", order, &json!({ field: old }))
                .unwrap()
        };
        let states = async || {
            let row = office.orders().await.remove(0);
            (row["x_state"].clone(), row["x_reason"].clone())
        };
        age("x_asked_at");
        let claim = office.claim("late", json!(false)).await;
        assert_eq!(
            (&claim["claimed"], &claim["expired"][0]["id"]),
            (&json!([]), &json!(order))
        );
        assert_eq!(states().await, (json!("expired"), json!("expired")));

        let taken = json!({ "x_state": "dialling", "x_reason": false, "x_claimed_at": old });
        odoo.write("x_ucm_order", order, &taken).unwrap();
        let claim = office.claim("later", json!(order)).await;
        assert_eq!(
            (&claim["claimed"], &claim["unknown"][0]["id"]),
            (&json!([]), &json!(order))
        );
        assert_eq!(states().await, (json!("unknown"), json!("uncertain")));
    }
}

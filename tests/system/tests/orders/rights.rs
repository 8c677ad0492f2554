//! Who may see, make and change orders.

use serde_json::json;
use system::Journal;

use super::{NUMBER, Office};

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_anothers_orders_or_writes_any() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let office = Office::open(journal).await;
        let order = office.order().await;
        let dials = ["base.group_user", "ucm_odoo.group_dial"];
        let colleague = office.journal().person(&dials, &[1]).await.unwrap();
        let plain = office
            .journal()
            .person(&["base.group_user"], &[1])
            .await
            .unwrap();
        let all = json!([]);
        assert_eq!(
            colleague
                .records("x_ucm_order", all.clone(), &["x_name"])
                .await
                .unwrap()
                .len(),
            0
        );
        assert!(
            plain
                .records("x_ucm_order", all.clone(), &["x_name"])
                .await
                .is_err()
        );
        assert!(
            !office
                .bridge
                .records("x_ucm_order", all, &["x_name"])
                .await
                .unwrap()
                .is_empty()
        );

        let new = json!([{ "x_name": "1", "x_key": "forged", "x_number": "1", "x_user_id": office.ana.user() }]);
        for user in [&office.ana, &colleague, &plain, &office.bridge] {
            for (method, args) in [
                ("create", new.clone()),
                ("write", json!([[order], { "x_state": "asked" }])),
                ("unlink", json!([[order]])),
            ] {
                let tried = user.call("x_ucm_order", method, args, json!({})).await;
                assert!(
                    tried.unwrap_err().to_string().contains("AccessError"),
                    "{method}"
                );
            }
        }
        // Whose phone rings is nobody's to say, nor is claiming anything of people's.
        let forged = json!({ "x_ucm_ask": { "user": office.ana.user(), "number": NUMBER } });
        for (user, action) in [
            (&plain, "action_dial"),
            (&plain, "action_order_claim"),
            (&colleague, "action_order_ask"),
            (&colleague, "action_order_claim"),
            (&colleague, "action_order_told"),
            (&colleague, "action_order_link"),
            (&colleague, "action_order_make"),
            (&office.bridge, "action_order_ask"),
            (&office.bridge, "action_dial"),
        ] {
            let tried = office.run(user, action, forged.clone()).await;
            assert!(
                tried.unwrap_err().to_string().contains("AccessError"),
                "{action}"
            );
        }
        // The link in the hint is nobody's to read.
        let hint = office
            .ana
            .records("x_ucm_order", json!([]), &["x_hint"])
            .await
            .unwrap();
        assert_eq!(hint[0]["x_hint"], false);
        let others = [colleague.user(), plain.user()];
        office.journal().dismiss(&others).await.unwrap();
        office.close().await;
    }
}

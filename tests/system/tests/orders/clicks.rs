//! What a click makes, and what a program asks for.

use serde_json::{Value, json};
use system::Journal;

use super::{NUMBER, Office, new_server};

#[tokio::test(flavor = "multi_thread")]
async fn a_click_makes_one_order_on_ones_own_phone() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let office = Office::open(journal).await;
        let shown = office.dial("res.partner", office.contact, json!({})).await;
        let params = &shown["params"];
        assert_eq!(
            (&params["type"], &params["title"]),
            (&json!("success"), &json!(NUMBER)),
            "{shown}"
        );
        let orders = office.orders().await;
        let row = &orders[0];
        assert_eq!(row["x_state"], "asked");
        assert_eq!(row["x_extension"], "1001");
        assert_eq!(
            (&row["x_res_model"], &row["x_res_id"]),
            (&json!("res.partner"), &json!(office.contact))
        );
        assert_eq!(row["x_record_name"], "Orders of Ada");
        assert_eq!(row["x_partner_id"][0], office.contact);

        // Once more at once is the same; another number is another one, also where its record is not saved yet.
        office.dial("res.partner", office.contact, json!({})).await;
        assert_eq!(office.orders().await.len(), 1);
        let unsaved = json!({ "active_id": false, "x_ucm_number": "+33199000034" });
        office.dial("res.partner", 0, unsaved).await;
        let orders = office.orders().await;
        assert_eq!(orders.len(), 2);
        assert_eq!(
            (&orders[1]["x_number"], &orders[1]["x_res_model"]),
            (&json!("+33199000034"), &json!(false))
        );
        office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_numbers_one_is_chosen() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let office = Office::open(journal).await;
        let second = json!({ "name": "Orders of Bruno", "phone": "+33199000056" });
        let second = office
            .journal()
            .create("res.partner", second)
            .await
            .unwrap();
        let several = json!({ "x_ucm_dial_ids": [office.contact, second] });
        let shown = office.dial("res.partner", office.contact, several).await;
        assert_eq!(
            (&shown["type"], &shown["target"]),
            (&json!("ir.actions.act_window"), &json!("new"))
        );
        let offered = office.orders().await;
        assert_eq!(offered.len(), 2);
        assert!(offered.iter().all(|row| row["x_state"] == "offered"));
        assert_eq!(
            office.claim("early", json!(false)).await["claimed"],
            json!([])
        );

        let chosen = offered.iter().find(|row| row["x_res_id"] == second);
        let chosen = chosen.unwrap()["id"].as_i64().unwrap();
        let shown = office.dial("x_ucm_order", chosen, json!({})).await;
        assert_eq!(shown["params"]["type"], "success", "{shown}");
        let orders = office.orders().await;
        assert_eq!(orders.len(), 1, "{orders:?}");
        assert_eq!(
            (&orders[0]["id"], &orders[0]["x_state"]),
            (&json!(chosen), &json!("asked"))
        );

        // Once more from the order itself, though its record is gone.
        office.claim("mine", json!(chosen)).await;
        let refused = json!({ "state": "refused", "reason": "busy" });
        assert!(!office.tell(chosen, "mine", refused).await);
        let gone = json!([["id", "=", second]]);
        let remove = office.journal().remove_records("res.partner", gone);
        remove.await.unwrap();
        office.dial("x_ucm_order", chosen, json!({})).await;
        let orders = office.orders().await;
        assert_eq!(orders.len(), 2, "{orders:?}");
        assert_eq!(orders[1]["x_record_name"], "Orders of Bruno");
        office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_click_makes_nothing_and_says_what_to_do() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let office = Office::open(journal).await;
        let nobody = json!({ "name": "Orders of Nobody" });
        let nobody = office
            .journal()
            .create("res.partner", nobody)
            .await
            .unwrap();
        let shown = office.dial("res.partner", nobody, json!({})).await;
        let said = shown["params"]["message"].as_str().unwrap();
        assert!(said.starts_with("There is no phone number here."), "{said}");

        let switch = async |values: Value| {
            let written = json!([[office.server], values]);
            let write = office
                .journal()
                .call("x_ucm_server", "write", written, json!({}));
            write.await.unwrap();
        };
        for off in [
            json!({ "x_dial": false }),
            json!({ "x_dial": true, "x_paused": true }),
        ] {
            switch(off).await;
            assert!(
                office
                    .refused()
                    .await
                    .starts_with("Calls from Odoo are switched off")
            );
        }
        switch(json!({ "x_paused": false })).await;

        let own = json!([["x_user_id", "=", office.ana.user()]]);
        office
            .journal()
            .remove_records("x_ucm_extension", own)
            .await
            .unwrap();
        assert!(office.refused().await.starts_with("You have no extension."));

        new_server(office.journal(), "orders-two").await;
        office.give_extension("1001", json!(false)).await;
        assert!(
            office
                .refused()
                .await
                .starts_with("Your extension is valid on several UCMs.")
        );
        assert_eq!(office.orders().await, [] as [Value; 0]);
        // One that rings in one place for certain.
        office.give_extension("1002", json!(office.server)).await;
        office.order().await;
        assert_eq!(office.orders().await[0]["x_extension"], "1002");
        office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_asks_in_a_users_name_and_once() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let office = Office::open(journal).await;
        let ask = async |key: &str, is_named: bool| {
            let asked = office.ask_as_a_program(key, is_named, json!(false)).await;
            assert_eq!(asked["state"], "asked", "{asked}");
            asked["order"].clone()
        };
        let first = ask("program/1", true).await;
        assert_eq!(ask("program/1", true).await, first);
        // A second wish for the same number a moment later has an order of its own, or nothing would be known of it when it is asked for again.
        let second = ask("program/2", true).await;
        assert_ne!(second, first);
        assert_eq!(ask("program/2", true).await, second);
        // Whose key nobody knows cannot be asked for again: that is the same click twice.
        let unnamed = ask("program/0123456789abcdef", false).await;
        assert!([first, second].contains(&unnamed), "{unnamed}");
        let others = office
            .ask_as_a_program("program/3", true, json!("1009"))
            .await;
        assert_eq!(others, json!({ "reason": "no_extension" }));
        let asked =
            json!({ "key": "program/4", "login": office.bridge.reached().login, "number": NUMBER });
        let ran = office.run(
            &office.bridge,
            "action_order_make",
            json!({ "x_ucm_order": asked }),
        );
        assert_eq!(ran.await.unwrap(), json!({ "reason": "no_user" }));
        office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_dialled_from_a_lead_is_the_leads() {
    // What a lead has of calls, Odoo computes; the simulated one does not.
    for journal in Journal::of_every_kind().await.unwrap() {
        if !journal.is_real() {
            continue;
        }
        let office = Office::open(journal).await;
        let lead = json!({ "name": "Orders of a Lead", "phone": NUMBER });
        let lead = office.journal().create("crm.lead", lead).await.unwrap();
        let other = json!({ "x_ucm_number": "+33199000078" });
        let leads = [
            "base.group_user",
            "sales_team.group_sale_salesman_all_leads",
            "ucm_odoo.group_dial",
        ];
        let seller = office.journal().person(&leads, &[1]).await.unwrap();
        office.give_extension("1002", json!(office.server)).await;
        let mut context =
            json!({ "active_model": "crm.lead", "active_id": lead, "active_ids": [lead] });
        context
            .as_object_mut()
            .unwrap()
            .extend(other.as_object().unwrap().clone());
        let user = seller.user();
        let given = office.journal().give_extension("orders", "1002", user);
        given.await.unwrap();
        office.run(&seller, "action_dial", context).await.unwrap();
        let order = seller
            .records("x_ucm_order", json!([]), &["x_res_id", "x_asked_at"])
            .await
            .unwrap();
        assert_eq!(order[0]["x_res_id"], lead);
        let order = order[0]["id"].as_i64().unwrap();
        let call = json!({
            "x_uid": "orders/lead", "x_name": "lead", "x_server": "orders", "x_number": "+33199000078", "x_extension": "1002",
        });
        let call = office.journal().create("x_ucm_call", call).await.unwrap();
        let calls = async || {
            let lead = json!([["id", "=", lead]]);
            let rows = seller.records("crm.lead", lead, &["x_ucm_call_ids"]).await;
            rows.unwrap()[0]["x_ucm_call_ids"].clone()
        };
        assert_eq!(calls().await, json!([]));
        office.link(order, json!(call), json!(false)).await;
        assert_eq!(calls().await, json!([call]));
        let ours = json!([["name", "=", "Orders of a Lead"]]);
        office
            .journal()
            .remove_records("crm.lead", ours)
            .await
            .unwrap();
        office.journal().dismiss(&[seller.user()]).await.unwrap();
        office.close().await;
    }
}

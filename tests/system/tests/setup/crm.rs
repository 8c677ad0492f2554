//! What comes where CRM is installed, and goes with it.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn crm_brings_a_part_of_its_own_that_comes_and_goes_with_it() {
    for series in SERIES {
        let odoo = Odoo::builder().version(series).country("FR").without_crm();
        let journal = Journal::around(odoo.start().await.unwrap()).await.unwrap();
        let rig = rig(journal).await;
        let report = post(&rig, "/setup").await;
        assert!(report["found"].get("crm").is_none(), "{report}");
        let odoo = rig.journal.handle();
        let call = a_call(odoo, "paris:1", json!({}));

        odoo.install_crm().unwrap();
        let found = plan(&rig).await;
        let steps = (&found["step"], &found["crm"]["step"]);
        assert_eq!(steps, (&json!("nothing"), &json!("install")));
        post(&rig, "/setup").await;
        assert!(
            odoo.unique_indexes()
                .contains_key("crm_lead_x_ucm_key_uniq")
        );
        let found = plan(&rig).await;
        assert_eq!(found["crm"]["step"], "nothing", "{found}");
        for list in ["missing", "extra", "customised"] {
            assert_eq!(found["crm"][list], json!([]), "{series}: {list}");
        }
        assert_eq!(post(&rig, "/setup").await["changed"], false);

        // Whoever takes CRM out takes this part along, and nothing of the journal.
        odoo.uninstall_crm().unwrap();
        assert!(
            odoo.external_id("ucm_odoo_crm.view_crm_lead_form")
                .is_none()
        );
        assert_eq!(odoo.records("x_ucm_call")[0]["id"], call);
        let found = plan(&rig).await;
        assert!(found.get("crm").is_none(), "{found}");
        assert_eq!(post(&rig, "/setup").await["changed"], false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_keep_their_keys_with_the_calls_and_outlive_them() {
    for series in SERIES {
        let rig = installed(series).await;
        let odoo = rig.journal.handle();
        let lead = json!({ "name": "Call", "x_ucm_key": "+33142667701" });
        let lead = odoo.create("crm.lead", &lead).unwrap();
        assert_eq!(delete(&rig, "?data=keep").await.0, 200);
        assert!(
            odoo.external_id("ucm_odoo_crm.view_crm_lead_form")
                .is_none()
        );
        post(&rig, "/setup").await;
        let kept = odoo.records("crm.lead").remove(0);
        assert_eq!(
            (&kept["id"], &kept["x_ucm_key"]),
            (&json!(lead), &json!("+33142667701"))
        );
        assert_eq!(plan(&rig).await["crm"]["kept_data"], false);

        assert_eq!(delete(&rig, "?data=remove").await.0, 200);
        let kept = odoo.records("crm.lead").remove(0);
        assert_eq!(kept["id"], lead);
        assert!(kept.get("x_ucm_key").is_none());
        let modules = json!([["name", "like", "ucm_odoo"]]);
        assert!(odoo.records_where("ir.module.module", &modules).is_empty());
    }
}

//! What is on record of the number of a member: when it was called, by whom and on what ground.

use super::figures::{ask, made_up};
use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_record_of_a_number_is_all_that_there_is_of_it() {
    for series in [17, 18, 19] {
        let made = made_up(series, 1, 1).await;
        let odoo = made.rig.journal.handle();
        let make = |model: &str, values: Value| odoo.create(model, &values).unwrap();
        let contact = json!({
            "name": "Zoé", "x_ucm_consent_at": "2026-03-04", "x_ucm_consent_source": "A fair", "x_ucm_consent_proof": "Form 7",
        });
        let member = json!({
            "x_name": "Zoé", "x_campaign_id": made.campaign, "x_partner_id": make("res.partner", contact), "x_raw": "01 99 00 00 01",
            "x_number": "+33199000001", "x_state": "done", "x_kind": "refusal",
        });
        let member = make("x_ucm_member", member);
        let campaign = json!({ "x_most_calls": 4, "x_rest_days": 60, "x_needs_consent": true, "x_law": "fr", "x_until": "2026-12-31" });
        odoo.write("x_ucm_campaign", made.campaign, &campaign)
            .unwrap();
        let hours = json!({ "x_campaign_id": made.campaign, "x_weekday": "4", "x_from": 14, "x_until": 19.5 });
        make("x_ucm_hours", hours);
        make(
            "x_ucm_closed",
            json!({ "x_campaign_id": made.campaign, "x_day": "2026-07-14" }),
        );
        let start = made.rig.clock.now();
        let call = |number: &str, days: i64, direction: &str| {
            let call = json!({
                "x_uid": format!("r/{number}{days}"), "x_server": "a", "x_name": "a call", "x_number": number, "x_direction": direction,
                "x_outcome": "answered", "x_started_at": at(start - TimeDelta::days(days)), "x_talk_seconds": 9, "x_extension": "1001",
            });
            make("x_ucm_call", call)
        };
        call("+33199000001", 40, "outbound");
        let first = call("+33199000001", 20, "outbound");
        let second = call("+33199000001", 2, "inbound");
        call("+33199000002", 2, "outbound");
        for (number, rule) in [("+33199000001", "hours"), ("+33199000002", "blacklist")] {
            let refusal = json!({ "x_number": number, "x_campaign_id": made.campaign, "x_rule": rule, "x_at": at(start), "x_detail": "4 + 0" });
            make("x_ucm_refusal", refusal);
        }

        let path = format!("/stats/campaigns/{}/members/{member}", made.campaign);
        let told = ask(&made.rig, &path).await;
        let calls: Vec<&Value> = told["calls"]
            .as_array()
            .unwrap()
            .iter()
            .map(|call| &call["id"])
            .collect();
        assert_eq!(calls, [&json!(second), &json!(first)], "{series}: {told}");
        assert_eq!(
            (
                &told["calls"][0]["direction"],
                &told["calls"][0]["extension"]
            ),
            (&json!("inbound"), &json!("1001"))
        );
        let refusals = told["refusals"].as_array().unwrap();
        assert_eq!(refusals.len(), 1, "{told}");
        assert_eq!(
            (&refusals[0]["rule"], &refusals[0]["campaign"]),
            (&json!("hours"), &json!("Spring"))
        );
        let consent = json!({ "given_on": "2026-03-04", "source": "A fair", "proof": "Form 7" });
        assert_eq!(told["consent"], consent);
        let rules = json!({
            "law": "fr", "most_calls": 4, "most_attempts": 0, "rest_days": 60, "needs_consent": true, "from": null, "until": "2026-12-31",
            "hours": [{ "weekday": 5, "from_minute": 840, "until_minute": 1170 }], "closed": ["2026-07-14"],
        });
        assert_eq!(told["rules"], rules);
        assert_eq!(
            (&told["more_calls"], &told["more_refusals"]),
            (&json!(false), &json!(false))
        );
        // A member of another campaign is none of this one.
        let other = odoo.records_where(
            "x_ucm_member",
            &json!([["x_campaign_id", "!=", made.campaign]]),
        );
        let path = format!(
            "/stats/campaigns/{}/members/{}",
            made.campaign, other[0]["id"]
        );
        let (status, problem) = made.rig.request("GET", &path).await.unwrap();
        assert_eq!(status, 404, "{problem}");
    }
}

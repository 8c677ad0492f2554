//! Who may see statistics, and how a question that cannot be answered is refused.

use std::time::Duration;

use system::{LINK_SECRET, links};

use super::*;

/// A link as the bridge would sign it, with the limits given.
pub(crate) fn link(server: &str, contact: &str, ends: DateTime<Utc>) -> String {
    let signed = links::signed(LINK_SECRET, "stats", &[server, contact], ends);
    let limits = [("only_server", server), ("only_contact", contact)];
    let limits = limits.iter().filter(|(_, limit)| !limit.is_empty());
    let limits: String = limits
        .map(|(name, limit)| format!("&{name}={limit}"))
        .collect();
    format!("zone=UTC&{signed}{limits}")
}

pub(crate) async fn office() -> Rig {
    let paris = vec![call(Scenario::Missed, "2026-11-03T09:00:00Z", CALLER)];
    let lyon = vec![
        call(Scenario::Missed, "2026-11-03T09:00:00Z", CALLER),
        call(Scenario::Busy, "2026-11-03T10:00:00Z", CALLER),
    ];
    quiet(Journal::simulated(19).await.unwrap(), [paris, lyon]).await
}

/// Status, and how many calls are counted.
async fn calls(rig: &Rig, path: &str) -> (u16, u64) {
    let (status, body) = ask(rig, path, &[]).await;
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    (
        status,
        body["figures"]["total"].as_u64().unwrap_or_default(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_has_a_token_may_see_them() {
    let rig = office().await;
    let path = "/stats?zone=UTC";
    let bearer = |token: &str| format!("Bearer {token}");
    for (token, expected) in [
        (STATS_TOKEN, 200),
        (ADMIN_TOKEN, 200),
        ("another", 401),
        ("", 401),
    ] {
        let (status, _) = ask(&rig, path, &[("authorization", &bearer(token))]).await;
        assert_eq!(status, expected, "{token}");
    }
    assert_eq!(ask(&rig, path, &[]).await.0, 401);
    let token = bearer(STATS_TOKEN);
    let reader = [("authorization", token.as_str())];
    for path in [
        "/stats/nothing",
        "/stats/contacts/1.exe?zone=UTC",
        "/stats/contacts/1/2",
    ] {
        assert_eq!(ask(&rig, path, &reader).await.0, 404, "{path}");
    }
    let (status, body) = rig.request("POST", path).await.unwrap();
    assert_eq!(
        (status, &body["type"]),
        (405, &json!("urn:ucm-odoo:method-not-allowed"))
    );
    let rig = rig.with_variable("admin_token", "");
    let other = bearer("another");
    let other = [("authorization", other.as_str())];
    assert_eq!(ask(&rig, path, &other).await.0, 401);
    let closed = rig.with_variable("stats_token", "");
    assert_eq!(ask(&closed, path, &reader).await.0, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_what_it_was_made_for_and_any_part_of_it() {
    let rig = office().await;
    let ends = now() + TimeDelta::days(1);
    let everything = link("", "", ends);
    assert_eq!(calls(&rig, &format!("/stats?{everything}")).await, (200, 3));
    let narrowed = format!("/stats?{everything}&server=stats-paris&from=2026-11-01&to=2026-11-04");
    assert_eq!(calls(&rig, &narrowed).await, (200, 1));

    let lyon = link("stats-lyon", "", ends);
    assert_eq!(calls(&rig, &format!("/stats?{lyon}")).await, (200, 2));
    assert_eq!(
        calls(&rig, &format!("/stats?{lyon}&server=&period=7d")).await,
        (200, 2)
    );
    assert_eq!(
        calls(&rig, &format!("/stats?{lyon}&server=stats-paris"))
            .await
            .0,
        403
    );
    let contact = &rig.journal.contacts(CALLER).await.unwrap()[0]["id"];
    let one = link("", &contact.to_string(), ends);
    assert_eq!(calls(&rig, &format!("/stats?{one}")).await, (200, 3));
    let itself = format!("/stats/contacts/{contact}?{one}");
    assert_eq!(calls(&rig, &itself).await, (200, 3));
    assert_eq!(
        calls(&rig, &format!("/stats/contacts/1?{one}")).await.0,
        403
    );
    assert_eq!(calls(&rig, &format!("/stats?{one}&contact=1")).await.0, 403);
    // Campaigns count the calls of everybody: who may see some of them only sees none; here there are none at all.
    for path in [
        "/stats/campaigns",
        "/stats/campaigns/1",
        "/stats/campaigns/1/members/1",
    ] {
        assert_eq!(ask(&rig, path, &[]).await.0, 401, "{path}");
        for (link, expected) in [(&everything, 404), (&lyon, 403), (&one, 403)] {
            let link = link.replace("zone=UTC&", "");
            assert_eq!(
                ask(&rig, &format!("{path}?{link}"), &[]).await.0,
                expected,
                "{path}"
            );
        }
    }
    // Without its limit, or with another, a link is no link.
    for forged in [
        lyon.replace("&only_server=stats-lyon", ""),
        lyon.replace("only_server=stats-lyon", "only_server=stats-paris"),
        lyon.replace("only_server", "only_contact"),
        everything.replace("signature=", "signature=A"),
        everything.replace("expires=", "expires=9"),
    ] {
        assert_eq!(
            calls(&rig, &format!("/stats?{forged}")).await.0,
            403,
            "{forged}"
        );
    }
    let past = link("", "", now() - TimeDelta::seconds(1));
    assert_eq!(calls(&rig, &format!("/stats?{past}")).await.0, 410);
    let unsigned = rig.with_variable("link_secret", "");
    assert_eq!(
        calls(&unsigned, &format!("/stats?{everything}")).await.0,
        503
    );
}

/// The path of the statistics that `GET /status` leads a browser to.
async fn door(rig: &Rig) -> String {
    let bearer = format!("Bearer {ADMIN_TOKEN}");
    let (_, told) = ask(rig, "/status", &[("authorization", &bearer)]).await;
    let told: Value = serde_json::from_str(&told).unwrap();
    let address = told["pages"]["statistics"].as_str();
    let path = address.and_then(|it| it.strip_prefix("https://bridge.example.com"));
    path.unwrap_or_else(|| panic!("{told}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_leads_to_days_that_are_known_or_asked_for() {
    let rig = office().await;
    let browser = [("accept", "text/html")];
    // One office says its zone, and no other contradicts.
    let known = door(&rig).await;
    assert!(known.ends_with("&zone=Europe%2FParis"), "{known}");
    let (status, page) = ask(&rig, &known, &browser).await;
    assert!(status == 200 && page.contains("Europe/Paris"), "{page}");
    // Which of two is meant, nobody knows.
    let office = |id: &str, port: u16, zone: &str| json!({ "id": id, "host": "127.0.0.1", "port": port, "password": "p", "country": "FR", "time_zone": zone });
    let offices = json!([
        office("paris", 8089, "Europe/Paris"),
        office("york", 8090, "America/New_York")
    ]);
    let rig = rig.with_variable("ucm_servers", &offices.to_string());
    let asked_for = door(&rig).await;
    assert!(!asked_for.contains("zone"), "{asked_for}");
    let odoo = rig.journal.handle();
    let who = &odoo.records_where("res.partner", &json!([["phone", "=", CALLER]]))[0]["id"];
    let narrowed = format!("{asked_for}&from=2026-11-01&to=2026-11-04&contact={who}");
    let (status, page) = ask(&rig, &narrowed, &browser).await;
    assert_eq!(status, 400, "{page}");
    let signature = asked_for.split_once("signature=").unwrap().1;
    for part in [
        r#"<input name="zone""#,
        r#"<option value="America/New_York">"#,
        r#"<option value="Europe/Paris">"#,
        r#"name="from" value="2026-11-01""#,
        &format!(r#"name="contact" value="{who}""#),
        &format!(r#"name="signature" value="{signature}""#),
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let (status, page) = ask(&rig, &format!("{narrowed}&zone=Asia/Kolkata"), &browser).await;
    assert!(status == 200 && page.contains("Asia/Kolkata"), "{page}");
    // A program is told what it lacks.
    assert_eq!(calls(&rig, &narrowed).await.0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_cannot_be_answered_is_refused_with_what_to_do() {
    let rig = office().await;
    for query in [
        "",
        "server=stats-lyon",
        "zone=Paris",
        "zone=UTC&period=8d",
        "zone=UTC&from=2026-01-01",
        "zone=UTC&from=2025-01-01&to=2026-12-31",
        "zone=UTC&direction=up",
        "zone=UTC&contact=me",
    ] {
        let (status, body) = rig
            .request("GET", &format!("/stats?{query}"))
            .await
            .unwrap();
        assert_eq!(
            (status, &body["type"]),
            (400, &json!("urn:ucm-odoo:question")),
            "{query}: {body}"
        );
        assert!(!body["action"].as_str().unwrap().is_empty());
    }
    // A server's own zone is no guess.
    let found = statistics(&rig, "?server=stats-paris").await;
    assert_eq!(found["zone"], "Europe/Paris");
    rig.journal.handle().go_down().await;
    let (status, body) = rig.request("GET", "/stats?zone=UTC").await.unwrap();
    assert_eq!(status, 503, "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_menu_has_a_fresh_link_for_those_who_may_see_all_calls() {
    for series in [17, 18, 19] {
        let journal = Journal::simulated(series).await.unwrap();
        let rig = quiet(journal, [vec![], vec![]]).await;
        let of_statistics = json!([["x_name", "=", "statistics"]]);
        let odoo = rig.journal.handle();
        let links = || odoo.records_where("x_ucm_link", &of_statistics);
        let first = links();
        assert_eq!(first.len(), 1, "{first:?}");
        let address = first[0]["x_url"].as_str().unwrap();
        let path = address.strip_prefix("https://bridge.example.com").unwrap();
        assert_eq!(ask(&rig, &format!("{path}&zone=UTC"), &[]).await.0, 200);
        let contact = path.replace("/stats?", "/stats/contacts/1?");
        assert_eq!(ask(&rig, &format!("{contact}&zone=UTC"), &[]).await.0, 200);
        // It stays for a day, and is another one then, or as soon as something else signs.
        rig.advance(Duration::from_secs(20 * 3_600));
        rig.sync().await.unwrap();
        assert_eq!(links(), first);
        rig.advance(Duration::from_secs(5 * 3_600));
        rig.sync().await.unwrap();
        let second = links();
        assert_eq!(second.len(), 1);
        assert_ne!(second[0]["x_url"], first[0]["x_url"]);
        let rig = rig.with_variable("link_secret", "another-secret-for-links-of-this-test");
        rig.sync().await.unwrap();
        let third = rig
            .journal
            .handle()
            .records_where("x_ucm_link", &of_statistics);
        assert_ne!(third[0]["x_url"], second[0]["x_url"]);
        let (_, plan) = rig.request("GET", "/setup").await.unwrap();
        assert_eq!(plan["step"], "nothing", "{plan}");

        let odoo = rig.journal.handle();
        let user = rig.journal.as_user(odoo.user_login(), odoo.user_api_key());
        let user = user.await.unwrap();
        let look = || user.call("x_ucm_link", "search", json!([of_statistics]), json!({}));
        assert!(
            look()
                .await
                .unwrap_err()
                .to_string()
                .contains("AccessError")
        );
        join(odoo, series, "ucm_odoo.group_statistics");
        assert_eq!(look().await.unwrap().as_array().unwrap().len(), 1);
        join(odoo, series, "ucm_odoo.group_ucm_odoo_own_calls");
        assert_eq!(look().await.unwrap(), json!([]));
    }
}

/// Puts the ordinary user into a group.
fn join(odoo: &peers::odoo::Odoo, series: u16, group: &str) {
    let login = json!([["login", "=", odoo.user_login()]]);
    let user = odoo.records_where("res.users", &login)[0]["id"].as_i64();
    let (_, group) = odoo.external_id(group).unwrap();
    let groups = if series < 19 {
        "groups_id"
    } else {
        "group_ids"
    };
    let joined = json!({ groups: [[4, group, 0]] });
    odoo.write("res.users", user.unwrap(), &joined).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn in_odoo_the_menu_opens_the_link_on_the_users_clock() {
    let Some(real) = RealOdoo::from_environment() else {
        return;
    };
    let rig = quiet(Journal::real(real).await.unwrap(), [vec![], vec![]]).await;
    let run = async |action: &str, context: Value| {
        let id = format!("ucm_odoo.{action}");
        let id = rig.journal.id_of(&id).await.unwrap();
        rig.journal.run(id, context).await.unwrap()
    };
    let opened = run("action_statistics", json!({})).await;
    let address = opened["url"].as_str().unwrap();
    assert_eq!(opened["type"], "ir.actions.act_url");
    assert!(
        address.starts_with("https://bridge.example.com/stats?expires="),
        "{address}"
    );
    assert!(address.contains("&zone="), "{address}");
    let path = address.strip_prefix("https://bridge.example.com").unwrap();
    assert_eq!(ask(&rig, path, &[]).await.0, 200);
    let context = json!({ "active_model": "res.partner", "active_id": 1, "active_ids": [1] });
    let opened = run("action_statistics_partner", context).await;
    let address = opened["url"].as_str().unwrap();
    assert!(
        address.starts_with("https://bridge.example.com/stats/contacts/1?expires="),
        "{address}"
    );
    let path = address.strip_prefix("https://bridge.example.com").unwrap();
    assert_eq!(ask(&rig, path, &[]).await.0, 200);
    tidy(&rig).await;
}

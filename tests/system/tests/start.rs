//! The first start: what is missing is said, nothing is told to strangers, and nothing is done meanwhile.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use host::{App, AppBuilder};
use serde_json::{Value, json};
use system::{Journal, Rig, Site, french_ucm};

const TOKEN: &str = "the-token-of-this-test";

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

/// The application with nothing but these settings.
async fn started(settings: &[(&str, &str)]) -> App {
    tokio::task::spawn_blocking(system::build)
        .await
        .unwrap()
        .unwrap();
    let app = App::builder(system::manifest()).effort(system::effort());
    let set = |app: AppBuilder, (name, value): &(&str, &str)| app.variable(*name, *value);
    settings.iter().fold(app, set).start().await.unwrap()
}

/// What is answered to a request with these headers.
async fn ask(app: &App, method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let mut request = http::Request::builder()
        .method(method)
        .uri(format!("http://localhost{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Bytes::from_static(b"{}")).unwrap();
    let answer = app.request(request).await.unwrap();
    let text = String::from_utf8(answer.body().to_vec()).unwrap();
    (answer.status().as_u16(), text)
}

fn bearer() -> String {
    format!("Bearer {TOKEN}")
}

/// The line about one variable.
fn line<'a>(told: &'a Value, variable: &str) -> &'a Value {
    let mut lines = told["settings"].as_array().unwrap().iter();
    lines.find(|line| line["variable"] == variable).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_settings_the_application_starts_and_says_what_is_missing() {
    let app = started(&[]).await;
    let (status, text) = ask(&app, "GET", "/", &[]).await;
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &told["usable"]), (503, &json!(false)));
    for needed in ["odoo_url", "odoo_db", "odoo_login", "odoo_api_key"] {
        assert_eq!(line(&told, needed)["standing"], "missing", "{needed}");
    }
    assert_eq!(line(&told, "ucm_servers")["standing"], "unset");

    let reader = [("accept", "text/html"), ("accept-language", "de")];
    let (status, page) = ask(&app, "GET", "/", &reader).await;
    assert_eq!(status, 503);
    for said in ["lang=\"de\"", "tut noch nichts", "odoo_api_key", "fehlt"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_odoo_nothing_is_done_and_nothing_is_kept() {
    let secret = "a-secret-of-17-chars";
    let servers = json!([{ "id": "paris", "host": "127.0.0.1", "password": "x", "country": "FR", "push_secret": secret }]);
    // All but the address: the usual one is none.
    let app = started(&[
        ("odoo_db", "main"),
        ("odoo_login", "bridge"),
        ("odoo_api_key", "k"),
        ("ucm_servers", &servers.to_string()),
        ("admin_token", TOKEN),
        ("stats_token", "another-token-than-that"),
    ])
    .await;
    let admin = bearer();
    for (method, path) in [
        ("POST", "/sync"),
        ("POST", "/replay?server=paris&from=2026-06-01&to=2026-06-02"),
        ("GET", "/doctor"),
        ("GET", "/completeness"),
        ("POST", "/servers/paris/test"),
        ("GET", "/dead-letters/paris"),
        ("GET", "/listens/paris"),
        ("POST", "/dial"),
        ("GET", "/status"),
        ("GET", "/metrics"),
        ("GET", "/stats"),
        ("GET", "/stats.csv"),
        ("GET", "/setup"),
        ("POST", "/setup"),
    ] {
        let (status, text) = ask(&app, method, path, &[("authorization", &admin)]).await;
        let problem: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(status, 500, "{method} {path}: {text}");
        assert_eq!(problem["type"], "urn:ucm-odoo:settings", "{path}: {text}");
        assert_eq!(problem["faults"][0]["setting"], "odoo_url", "{text}");
    }
    let pushes = format!("Bearer {secret}");
    let (status, text) = ask(
        &app,
        "POST",
        "/webhook/paris",
        &[("authorization", &pushes)],
    )
    .await;
    assert_eq!(status, 500, "{text}");
    // The UCM's administrator reads it, who need not be the bridge's.
    assert!(!text.contains("odoo_url"), "{text}");
    let (status, _) = ask(&app, "GET", "/recordings/paris/AAAA", &[]).await;
    assert!(status >= 400);

    app.fire_cron("cdr-poll", now()).await.unwrap_err();
    app.settled().await;
    let store = app.key_value("default").unwrap();
    assert_eq!(store.keys().unwrap(), Vec::<String>::new());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_told_to_holders_of_a_token_alone() {
    let servers = r#"[{"id":"paris","host":"ucm.example.com","password":"p4ss","country":"FR","s3cret as a name":1}]"#;
    let app = started(&[
        ("odoo_url", "https://odoo.example.com"),
        ("odoo_db", "main"),
        ("odoo_login", "bridge"),
        ("odoo_api_key", "k-123"),
        ("ucm_servers", servers),
        ("ucm_hosts", "s3cret in the wrong place"),
        ("recording_listeners", "many"),
        ("stats_token", TOKEN),
    ])
    .await;
    let admin = bearer();
    for accept in ["text/html", "application/json"] {
        let stranger = [("accept", accept)];
        let (_, text) = ask(&app, "GET", "/", &stranger).await;
        for written in ["s3cret", "p4ss", "k-123", "odoo.example.com", TOKEN] {
            assert!(!text.contains(written), "{written}: {text}");
        }
        let known = [("accept", accept), ("authorization", &admin)];
        let (status, text) = ask(&app, "GET", "/", &known).await;
        assert_eq!(status, 503);
        for said in [
            "s3cret as a name",
            "s3cret in the wrong place",
            "from 1 to 64",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains("p4ss") && !text.contains("k-123"), "{text}");
    }
    // Nobody has shown anything: a signature is read by settings that there are none of.
    for (method, path) in [
        ("GET", "/health"),
        ("GET", "/status?signature=x&expires=1"),
        ("GET", "/stats?signature=x&expires=1"),
        ("GET", "/doctor?signature=x&expires=1"),
        ("GET", "/ring/paris/x?event=ring"),
        ("GET", "/phonebook/paris/x/phonebook.xml"),
        ("GET", "/recordings/paris/AAAA"),
        ("GET", "/listen/paris/AAAA"),
        ("POST", "/dial/hint"),
        ("POST", "/webhook/paris"),
        ("POST", "/sync"),
        ("POST", "/setup"),
    ] {
        for accept in ["text/html", "application/json"] {
            let (status, text) = ask(&app, method, path, &[("accept", accept)]).await;
            assert!(status >= 400, "{path}: {status}");
            for written in ["s3cret", "p4ss", "k-123", "ucm_hosts", "many"] {
                assert!(!text.contains(written), "{path}: {written}: {text}");
            }
        }
    }
    let (_, text) = ask(&app, "GET", "/", &[]).await;
    let told: Value = serde_json::from_str(&text).unwrap();
    for wrong in ["ucm_servers", "ucm_hosts", "recording_listeners"] {
        assert_eq!(
            *line(&told, wrong),
            json!({ "variable": wrong, "standing": "wrong" })
        );
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_can_be_guessed_opens_nothing_and_stops_nothing() {
    let (weak, secret) = ("fifteen-letters", "the-secret-of-its-pushes");
    let ucm = french_ucm(now()).start().await.unwrap();
    let site = Site::new("paris", ucm).with(json!({ "push_secret": secret }));
    let journal = Journal::simulated(19).await.unwrap();
    let rig = Rig::around(journal, now())
        .site(site)
        .start()
        .await
        .unwrap();
    let app = rig.app().variable("admin_token", weak);
    let app = app.variable("stats_token", weak).start().await.unwrap();
    let bearer = format!("Bearer {weak}");
    let holder = [("authorization", bearer.as_str())];
    for (method, path, variable) in [
        ("POST", "/sync", "admin_token"),
        ("POST", "/dial", "admin_token"),
        ("GET", "/doctor", "admin_token"),
        ("GET", "/dead-letters/paris", "admin_token"),
        ("POST", "/setup", "admin_token"),
        ("GET", "/status", "admin_token"),
        ("GET", "/metrics", "admin_token"),
        ("GET", "/stats", "admin_token"),
    ] {
        let (status, text) = ask(&app, method, path, &holder).await;
        assert_eq!(status, 503, "{path}: {text}");
        let problem: Value = serde_json::from_str(&text).unwrap();
        let said = |field: &str| problem[field].as_str().unwrap().to_owned();
        assert!(said("detail").contains(variable), "{path}: {text}");
        assert!(said("action").contains("openssl rand"), "{path}: {text}");
        assert!(!text.contains(weak), "{text}");
    }
    // Whoever holds it holds nothing, so what is wrong is told to anybody.
    for headers in [&holder[..], &[]] {
        let (status, text) = ask(&app, "GET", "/", headers).await;
        let told: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (status, &told["ok"], &told["usable"]),
            (200, &json!(false), &json!(true))
        );
        for variable in ["admin_token", "stats_token"] {
            let line = line(&told, variable);
            let fault = &line["faults"][0];
            assert_eq!(
                (&line["standing"], &fault["setting"]),
                (&json!("wrong"), &json!(variable))
            );
            assert!(
                fault["problem"]
                    .as_str()
                    .unwrap()
                    .starts_with("is too short")
            );
        }
        assert_eq!(line(&told, "odoo_url").get("faults"), None, "{text}");
        let page = [
            headers,
            &[("accept", "text/html"), ("accept-language", "de")],
        ]
        .concat();
        let (_, page) = ask(&app, "GET", "/", &page).await;
        assert!(
            page.contains("ist zu kurz") && !page.contains(weak),
            "{page}"
        );
    }
    // The others go on.
    app.fire_cron("cdr-poll", now()).await.unwrap();
    assert!(rig.sites[0].ucm.count("cdrapi") > 0);
    let pushes = format!("Bearer {secret}");
    let (status, text) = ask(
        &app,
        "POST",
        "/webhook/paris",
        &[("authorization", &pushes)],
    )
    .await;
    assert_ne!(
        (status, text.contains("not-configured")),
        (503, true),
        "{text}"
    );
    assert!(status < 500, "{text}");
    assert_eq!(ask(&app, "GET", "/health", &[]).await.0, 200);
    app.stop().await;

    // Beside a good one the other says what is wrong with it.
    let app = rig
        .app()
        .variable("stats_token", weak)
        .start()
        .await
        .unwrap();
    let (status, text) = ask(&app, "GET", "/metrics", &holder).await;
    assert!(status == 503 && text.contains("`stats_token`"), "{text}");
    let admin = format!("Bearer {}", system::ADMIN_TOKEN);
    let (status, _) = ask(&app, "GET", "/metrics", &[("authorization", &admin)]).await;
    assert_eq!(status, 200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_all_is_there_it_leads_on_whom_it_may() {
    let rig = Rig::around(Journal::simulated(19).await.unwrap(), now())
        .variable("public_url", "http://localhost")
        .variable("link_secret", "0123456789abcdef0123456789abcdef")
        .variable("admin_token", TOKEN)
        .variable("stats_token", "of those who read")
        .start_without_setup()
        .await
        .unwrap();
    let app = rig.app().start().await.unwrap();
    let admin = bearer();
    let (status, text) = ask(&app, "GET", "/", &[("authorization", &admin)]).await;
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &told["ok"]), (200, &json!(true)), "{text}");
    let page = told["pages"]["status"].as_str().unwrap();
    let (_, path) = page.split_once("http://localhost").unwrap();
    let (status, shown) = ask(&app, "GET", path, &[("accept", "text/html")]).await;
    assert!(status == 200 && shown.contains("<html"), "{shown}");

    let (_, text) = ask(
        &app,
        "GET",
        "/",
        &[("authorization", "Bearer of those who read")],
    )
    .await;
    assert!(!text.contains("signature"), "{text}");
    let (status, text) = ask(&app, "GET", "/", &[("accept", "text/html")]).await;
    assert!(status == 200 && !text.contains("signature"), "{text}");
    app.stop().await;
}

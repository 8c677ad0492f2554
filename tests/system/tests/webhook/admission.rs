//! Who may push, what is understood, and what is said.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn every_shape_makes_the_same_journal() {
    for shape in 0..8 {
        let rig = push_only(25).await;
        let app = rig.app().start().await.unwrap();
        let records = rig.sites[0].ucm.pushed_records(matches!(shape, 5 | 6));
        for record in &records {
            let form = |record: &str| {
                let row: serde_json::Map<String, Value> = serde_json::from_str(record).unwrap();
                let pairs = row
                    .iter()
                    .map(|(name, value)| (name, value.as_str().unwrap()));
                url::form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(pairs)
                    .finish()
            };
            let body = match shape {
                0 | 5 => record.clone(),
                1 => format!("[{record}]"),
                2 => format!("{{\"cdr\":{record}}}"),
                3 => format!("{{\"cdr_root\":[{record}]}}"),
                4 => form(record),
                6 => format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<cdr_root>{record}</cdr_root>"
                ),
                _ => {
                    format!("{{\"cdr\":\"\",\"main_cdr\":{{\"src\":\"\"}},\"sub_cdr_1\":{record}}}")
                }
            };
            assert_eq!(push(&app, &body).await, 200, "shape {shape}: {body}");
        }
        app.settled().await;
        compare::complete(&rig)
            .await
            .unwrap_or_else(|error| panic!("shape {shape}: {error}"));
        app.stop().await;
        assert_eq!(waiting(&rig).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_button_is_answered_ready() {
    let mut rig = push_only(1).await;
    let app = rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap();
    let url: url::Url = format!("{}/webhook/paris", app.url()).parse().unwrap();
    rig.sites[0]
        .ucm
        .start_push(Push::to(url.clone()).credentials("ucm", SECRET));
    assert_eq!(rig.sites[0].ucm.push_test().await.unwrap(), (200, 200));
    rig.sites[0]
        .ucm
        .switches(|switches| switches.push.no_authorization = true);
    assert_eq!(rig.sites[0].ucm.push_test().await.unwrap(), (200, 200));
    rig.sites[0]
        .ucm
        .switches(|switches| switches.push.no_authorization = false);
    // Whoever has entered another secret must not be told that all is well.
    rig.sites[0]
        .ucm
        .start_push(Push::to(url).credentials("ucm", "another-secret-here"));
    assert_eq!(rig.sites[0].ucm.push_test().await.unwrap(), (401, 401));

    let record = rig.sites[0].ucm.pushed_records(false).remove(0);
    assert_eq!(push(&app, &record).await, 200);
    app.settled().await;
    let (status, answer) = ask(
        &app,
        request("GET", "/webhook/paris", Some(&basic(SECRET)), ""),
    )
    .await;
    assert_eq!((status, &answer["status"]), (200, &json!("ready")));
    assert!(
        answer["last_push_at"]
            .as_str()
            .unwrap()
            .starts_with("2026-06-15T14:30"),
        "{answer}"
    );
    let (_, answer) = ask(&app, request("GET", "/webhook/paris", None, "")).await;
    assert!(answer.get("last_push_at").is_none(), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_says_why_and_keeps_nothing() {
    let mut rig = push_only(1).await;
    rig.sites.push(Site::new("closed", office(1).await));
    rig.sites.push(
        Site::new("guarded", office(1).await)
            .with(json!({ "push_secret": SECRET, "push_sources": ["203.0.113.0/24"] })),
    );
    rig.sites.push(
        Site::new("open", office(1).await)
            .with(json!({ "push_secret": SECRET, "push_sources": ["127.0.0.1"] })),
    );
    let record = rig.sites[0].ucm.pushed_records(false).remove(0);
    let app = rig.app().start().await.unwrap();
    let (right, wrong) = (basic(SECRET), basic("another-secret-here"));
    let large = "x".repeat(256 * 1024 + 1);
    let keyed = format!("/webhook/paris/{SECRET}");
    // As long as the servers in Odoo were never read, any id may be one of theirs.
    let early = request("POST", "/webhook/lyon", Some(&right), &record);
    let answer = app.request(early).await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "60");
    let run = request("POST", "/sync", Some(&format!("Bearer {ADMIN_TOKEN}")), "");
    assert_eq!(app.request(run).await.unwrap().status(), 200);
    let cases = [
        ("POST", "/webhook/paris", None, record.as_str(), 401),
        ("POST", "/webhook/paris", Some(wrong.as_str()), &record, 401),
        (
            "POST",
            "/webhook/paris",
            Some("Bearer another-secret-here"),
            &record,
            401,
        ),
        (
            "POST",
            "/webhook/paris",
            Some("Digest username=x"),
            &record,
            401,
        ),
        (
            "POST",
            "/webhook/paris/another-secret-here",
            None,
            &record,
            401,
        ),
        ("GET", "/webhook/paris", Some(&wrong), "", 401),
        ("POST", "/webhook/lyon", Some(&right), &record, 404),
        ("POST", "/webhook/", Some(&right), &record, 404),
        ("POST", "/webhook/closed", Some(&right), &record, 503),
        ("POST", "/webhook/guarded", Some(&right), &record, 403),
        ("DELETE", "/webhook/paris", Some(&right), "", 405),
        ("POST", "/webhook/paris", Some(&right), &large, 413),
        ("POST", "/webhook/paris", None, &large, 401),
    ];
    for (method, path, authorization, body, status) in cases {
        let (got, problem) = ask(&app, request(method, path, authorization, body)).await;
        assert_eq!(got, status, "{method} {path}: {problem}");
        assert!(
            problem["action"]
                .as_str()
                .is_some_and(|action| !action.is_empty()),
            "{problem}"
        );
        assert!(!problem.to_string().contains(SECRET));
    }
    assert!(
        !app.key_value("default")
            .unwrap()
            .keys()
            .unwrap()
            .iter()
            .any(|key| key.contains(":inbox:"))
    );
    // A header that a client can write does not count.
    let mut forged = request("POST", "/webhook/guarded", Some(&right), &record);
    forged
        .headers_mut()
        .insert("x-forwarded-for", "203.0.113.7".parse().unwrap());
    forged
        .headers_mut()
        .insert("spin-client-addr", "203.0.113.7:1".parse().unwrap());
    assert_eq!(ask(&app, forged).await.0, 403);
    for (path, authorization) in [
        ("/webhook/paris", Some(right.clone())),
        ("/webhook/paris", Some(format!("bearer {SECRET}"))),
        (keyed.as_str(), None),
        ("/webhook/open", Some(right)),
    ] {
        let (status, receipt) = ask(
            &app,
            request("POST", path, authorization.as_deref(), &record),
        )
        .await;
        assert_eq!(
            (status, &receipt["legs"]),
            (200, &json!(1)),
            "{path}: {receipt}"
        );
    }
    app.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_secrets_hold_while_one_is_changed() {
    let rig = rig(1, json!({ "poll": false, "push_secret_previous": BEFORE })).await;
    let records = rig.sites[0].ucm.pushed_records(false).join("\n");
    let app = rig.app().start().await.unwrap();
    for secret in [SECRET, BEFORE] {
        let request = request("POST", "/webhook/paris", Some(&basic(secret)), &records);
        assert_eq!(ask(&app, request).await.0, 200, "{secret}");
    }
    app.settled().await;
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_wrong_secrets_does_not_hold_up_the_real_one() {
    let rig = push_only(1).await;
    let record = rig.sites[0].ucm.pushed_records(false).remove(0);
    let app = rig.app().start().await.unwrap();
    let mut statuses = Vec::new();
    for _ in 0..40 {
        let wrong = request(
            "POST",
            "/webhook/paris",
            Some(&basic("another-secret-here")),
            &record,
        );
        statuses.push(ask(&app, wrong).await.0);
    }
    assert_eq!(statuses[..30], [401; 30]);
    assert_eq!(statuses[30..], [429; 10]);
    assert_eq!(push(&app, &record).await, 200);
    rig.advance(Duration::from_secs(60));
    let wrong = request(
        "POST",
        "/webhook/paris",
        Some(&basic("another-secret-here")),
        &record,
    );
    assert_eq!(ask(&app, wrong).await.0, 401);
    app.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_set_aside_once_with_its_reason() {
    let rig = push_only(1).await;
    let records = rig.sites[0].ucm.pushed_records(false).join(",");
    let app = rig.app().start().await.unwrap();
    for body in [
        "hello",
        "{\"session\":",
        "<cdr><src>1</cdr>",
        "{\"session\":\"1\"}",
    ] {
        for _ in 0..3 {
            assert_eq!(push(&app, body).await, 422, "{body}");
        }
    }
    // A good record beside a bad one is taken.
    assert_eq!(
        push(&app, &format!("[{records},{{\"session\":\"2\"}}]")).await,
        200
    );
    app.settled().await;
    app.stop().await;
    drained(&rig, 2).await;
    compare::complete(&rig).await.unwrap();
    let letters = rig.letters("paris").await.unwrap();
    assert_eq!(letters.len(), 5, "{letters:?}");
    let hello = |letter: &&Value| letter["payload"] == "(5 bytes of text)";
    let hello = letters.iter().find(hello).unwrap();
    let path = format!("/dead-letters/paris/{}", hello["id"].as_str().unwrap());
    let (_, letter) = rig.request("GET", &path).await.unwrap();
    assert_eq!(letter["payload"], "hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_records_as_fit_into_a_push_are_taken() {
    let rig = rig(0, json!({ "poll": false, "time_zone": "Europe/Paris" })).await;
    let app = rig.app().start().await.unwrap();
    let record = |n: usize| {
        let (minute, second) = (n / 60 % 60, n % 60);
        json!({ "session": format!("{n}.1"), "start": format!("2026-06-15 12:{minute:02}:{second:02}"), "disposition": "BUSY" })
    };
    let body = Value::from_iter((0..2_000).map(record)).to_string();
    assert_eq!(push(&app, &body).await, 200);
    // Of what is kept only in part, it is said.
    assert_eq!(push(&app, &"x".repeat(9_000)).await, 422);
    app.settled().await;
    app.stop().await;
    drained(&rig, 9).await;
    assert_eq!(rig.journal.calls("paris").await.unwrap().len(), 2_000);
    let letters = rig.letters("paris").await.unwrap();
    let reason = letters[0]["reason"].as_str().unwrap();
    let said = "(kept: the first 8192 of 9000 characters)";
    assert!(reason.ends_with(said), "{reason}");
}

/// A typing error is put right within the hour: what the UCM sends until then is not to be given up.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_settings_are_wrong_has_its_ucm_send_again() {
    let mut rig = push_only(1).await;
    let record = rig.sites[0].ucm.pushed_records(false).remove(0);
    rig.sites[0].settings["time_zone"] = json!("Europe/Pariss");
    // Which servers there are in Odoo is known: none of that name.
    rig.tick().await.unwrap();
    let app = rig.app().start().await.unwrap();
    assert_eq!(push(&app, &record).await, 503);
    app.stop().await;
    rig.sites[0].settings["time_zone"] = json!("Europe/Paris");
    let app = rig.app().start().await.unwrap();
    assert_eq!(push(&app, &record).await, 200);
    app.settled().await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_record_is_taken_and_what_was_lost_of_it_is_listed() {
    let rig = push_only(1).await;
    let records = rig.sites[0].ucm.pushed_records(false);
    let app = rig.app().start().await.unwrap();
    for record in &records {
        // Quotes that the firmware forgets to escape, and a number that is none.
        let unescaped = record.replace("\\\"", "\"");
        assert_ne!(&unescaped, record);
        let damaged = unescaped.replacen("\"amaflags\":\"", "\"answer\":\"x\",\"amaflags\":\"", 1);
        assert_eq!(push(&app, &damaged).await, 200, "{damaged}");
    }
    app.settled().await;
    app.stop().await;
    drained(&rig, 2).await;
    let listed = rig.letters("paris").await.unwrap();
    assert_eq!(listed.len(), records.len(), "{listed:?}");
    let reason = listed[0]["reason"].as_str().unwrap();
    assert!(reason.contains("damaged in `answer`"), "{reason}");
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_and_no_secret_is_logged() {
    let rig = push_only(5).await;
    let app = rig.app().start().await.unwrap();
    let keyed = format!("/webhook/paris/{SECRET}");
    for record in rig.sites[0].ucm.pushed_records(false) {
        ask(&app, request("POST", &keyed, None, &record)).await;
    }
    push(&app, "0142667701").await;
    app.settled().await;
    let log: String = app
        .logs()
        .into_iter()
        .map(|line| line.text + "\n")
        .collect();
    assert!(log.contains("pushed status"), "{log}");
    assert!(!log.contains(SECRET) && !log.contains("0142667701"));
    for truth in rig.sites[0].ucm.truth() {
        for personal in [truth.external, truth.shown, Some(truth.name)]
            .into_iter()
            .flatten()
        {
            assert!(
                personal.len() < 6 || !log.contains(&personal),
                "a log has somebody's number or name"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_may_be_called_as_the_address_begins() {
    let ucm = french_ucm(now()).start().await.unwrap();
    let site = Site::new("webhook", ucm).with(json!({ "poll": false, "push_secret": SECRET }));
    let rig = Rig::around(Journal::simulated(19).await.unwrap(), now())
        .site(site)
        .start()
        .await
        .unwrap();
    let app = rig.app().start().await.unwrap();
    for path in [
        "/webhook/webhook".to_owned(),
        format!("/webhook/webhook/{SECRET}"),
    ] {
        let (status, answer) = ask(&app, request("GET", &path, Some(&basic(SECRET)), "")).await;
        assert_eq!(
            (status, &answer["status"]),
            (200, &json!("ready")),
            "{path}"
        );
    }
    app.stop().await;
}

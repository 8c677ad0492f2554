//! What is answered 2xx arrives, once, whatever fails.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_push_killed_at_any_point_is_durable_or_was_not_acknowledged() {
    let mut point = 1;
    loop {
        let rig = push_only(0).await;
        let start = now() - Duration::from_secs(3_000);
        rig.sites[0]
            .ucm
            .add_call(&Call::new(Scenario::Transfer, start).with("+33142667701", "Zoé"));
        let records = rig.sites[0].ucm.pushed_records(false);
        let kill = Arc::new(KillAt::new(point));
        let app = rig.app().hooks(kill.clone()).start().await.unwrap();
        for record in &records {
            // The device sends again whatever was not acknowledged.
            while push(&app, record).await != 200 {}
        }
        app.settled().await;
        app.stop().await;
        let was_killed = kill.has_killed();
        for _ in 0..3 {
            rig.advance(Duration::from_secs(60));
            rig.tick().await.unwrap();
        }
        compare::complete(&rig)
            .await
            .unwrap_or_else(|error| panic!("killed at effect {point}: {error}"));
        assert_eq!(waiting(&rig).await, 0, "killed at effect {point}");
        if !was_killed {
            break;
        }
        point += 1;
    }
    assert!(point > 30, "only {point} points");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_killed_at_any_point_while_it_drains_loses_nothing() {
    let mut point = 1;
    loop {
        let rig = push_only(12).await;
        rig.journal.handle().go_down().await;
        let app = rig.app().start().await.unwrap();
        for record in rig.sites[0].ucm.pushed_records(false) {
            assert_eq!(push(&app, &record).await, 200);
        }
        app.settled().await;
        app.stop().await;
        rig.journal.handle().come_back().await;
        rig.advance(Duration::from_secs(60));
        let kill = Arc::new(KillAt::new(point));
        rig.tick_with(kill.clone()).await.unwrap();
        // A killed tick's lease runs out by itself.
        rig.advance(Duration::from_secs(60));
        drained(&rig, 3).await;
        compare::complete(&rig)
            .await
            .unwrap_or_else(|error| panic!("killed at effect {point}: {error}"));
        if !kill.has_killed() {
            break;
        }
        point += 3;
    }
    assert!(point > 30, "only {point} points");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_pushes_in_any_order_make_every_call_once() {
    let rig = push_only(4_200).await;
    let mut records = rig.sites[0].ucm.pushed_records(false);
    let legs = records.len();
    let mut random = fastrand::Rng::with_seed(42);
    while records.len() < 10_000 {
        records.push(records[random.usize(..legs)].clone());
    }
    random.shuffle(&mut records);
    let app = Arc::new(rig.app().start().await.unwrap());
    let records = Arc::new(records);
    let begun = std::time::Instant::now();
    for block in 0..10 {
        // Odoo fails half of the time, in every way, and comes back.
        match block % 4 {
            1 => rig.journal.handle().go_down().await,
            3 => {
                for fault in [
                    OdooFault::html(503),
                    OdooFault::answer_lost(),
                    OdooFault::serialization_failure(),
                ] {
                    rig.journal
                        .handle()
                        .fault(fault.on("x_ucm_call", "create").sparing(1).times(3));
                }
            }
            _ => {}
        }
        let pushers = (0..8).map(|pusher| {
            let (app, records) = (Arc::clone(&app), Arc::clone(&records));
            tokio::spawn(async move {
                for index in
                    (block * 1_000..(block + 1) * 1_000).filter(|index| index % 8 == pusher)
                {
                    while push(&app, &records[index]).await != 200 {}
                }
            })
        });
        for pusher in pushers.collect::<Vec<_>>() {
            pusher.await.unwrap();
        }
        rig.advance(Duration::from_secs(60));
        app.fire_cron("cdr-poll", rig.clock.now()).await.unwrap();
        if block % 4 == 1 {
            rig.journal.handle().come_back().await;
        }
        let keys = app.key_value("default").unwrap().keys().unwrap().len();
        assert!(
            keys < 1_024,
            "{keys} keys are more than the store documents"
        );
    }
    println!("10,000 pushes of {legs} legs took {:?}", begun.elapsed());
    app.settled().await;
    drained(&rig, 5).await;
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_without_odoo_loses_nothing_and_the_backlog_arrives_in_batches() {
    let rig = push_only(600).await;
    rig.journal.handle().go_down().await;
    let records = rig.sites[0].ucm.pushed_records(false);
    let app = rig.app().start().await.unwrap();
    for (index, record) in records.iter().enumerate() {
        assert_eq!(push(&app, record).await, 200);
        if index % 40 == 0 {
            rig.advance(Duration::from_secs(3_600));
            app.fire_cron("cdr-poll", rig.clock.now()).await.unwrap();
        }
    }
    app.settled().await;
    app.stop().await;
    let parcels = waiting(&rig).await;
    assert!(
        parcels < 100,
        "a backlog is folded: {parcels} parcels of {} legs",
        records.len()
    );
    rig.journal.handle().come_back().await;
    rig.journal.handle().clear_requests();
    drained(&rig, 3).await;
    compare::complete(&rig).await.unwrap();
    let creates = rig.journal.handle().count_by_method()["x_ucm_call.create"];
    assert!(
        creates < 20,
        "{creates} requests for {} legs",
        records.len()
    );
}

/// A rule of this Odoo has something against two callers; the third one comes in by a push of their own.
#[tokio::test(flavor = "multi_thread")]
async fn calls_that_odoo_refuses_are_set_aside_where_no_good_one_is_left_beside_them() {
    let rig = push_only(0).await;
    let refusal = OdooFault::validation_error("Zoé may not be called");
    let odoo = rig.journal.handle();
    odoo.fault(refusal.on("x_ucm_call", "create").with("Zoé"));
    let app = rig.app().start().await.unwrap();
    for (nth, name) in (1..).zip(["Zoé", "Zoé", "Ana"]) {
        let call = Call::new(Scenario::Answered, rig.clock.now());
        rig.sites[0]
            .ucm
            .add_call(&call.with(&format!("+3314266770{nth}"), name));
        rig.advance(Duration::from_secs(300));
        let record = rig.sites[0].ucm.pushed_records(false).pop().unwrap();
        assert!(record.contains(name), "{record}");
        assert_eq!(push(&app, &record).await, 200);
        app.settled().await;
    }
    app.stop().await;
    assert_eq!(rig.journal.count("paris").await.unwrap(), 1);
    drained(&rig, 2).await;
    let kept = rig.letters("paris").await.unwrap();
    assert_eq!(kept.len(), 2, "{kept:?}");
    let retried = rig.try_letters_again("paris").await.unwrap();
    assert_eq!(retried["refused"], 2, "{retried}");
    odoo.clear_faults();
    let retried = rig.try_letters_again("paris").await.unwrap();
    assert_eq!(retried["delivered"], 2, "{retried}");
    compare::complete(&rig).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_behind_nat_that_only_pushes_has_all_its_calls() {
    let mut rig = push_only(0).await;
    let app = rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap();
    let url: url::Url = format!("{}/webhook/paris/{SECRET}", app.url())
        .parse()
        .unwrap();
    rig.sites[0].ucm.start_push(Push::to(url).as_xml());
    rig.sites[0].ucm.switches(|switches| {
        switches.push.duplicates = true;
        switches.push.out_of_order = true;
        switches.push.shifted_caller_name = true;
        switches.push.retry_ms = 10;
        switches.push.content_type = "text/plain".into();
    });
    let calls: Vec<_> = peers::ucm::catalogue(rig.sites[0].ucm.office(), now());
    let calls: Vec<_> = calls.into_iter().map(|(_, call)| call).collect();
    rig.sites[0].ucm.add_calls(&calls);
    let sent = tokio::time::timeout(Duration::from_secs(600), async {
        while rig.sites[0].ucm.push_backlog() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    sent.await.unwrap();
    app.settled().await;
    drained(&rig, 2).await;
    compare::complete(&rig).await.unwrap();
    assert!(
        rig.sites[0].ucm.requests().is_empty(),
        "it cannot be reached"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_last_takes_away_no_leg_of_another() {
    let rig = rig(0, json!({})).await;
    let start = now() - Duration::from_secs(600);
    let call = Call::new(Scenario::RingGroup, start).with("+33142667701", "Zoé");
    rig.sites[0].ucm.add_call(&call);
    let mut records = rig.sites[0].ucm.pushed_records(false);
    // The leg that was answered comes with the poll.
    records.retain(|record| !record.contains("\"ANSWERED\""));
    let odoo = rig.journal.handle();
    let app = rig.app().start().await.unwrap();
    assert_eq!(push(&app, &records[0]).await, 200);
    app.settled().await;

    // The second push has read the call, and is held up just before Odoo changes it; meanwhile a poll brings all legs.
    let (late, held) = OdooFault::held();
    odoo.fault(late.on("ir.actions.server", "run").times(1));
    odoo.clear_requests();
    assert_eq!(push(&app, &records[1]).await, 200);
    held.arrived().await;
    rig.tick().await.unwrap();
    compare::complete(&rig).await.unwrap();
    drop(held);
    app.settled().await;
    let changes = odoo.count_by_method()["ir.actions.server.run"];
    assert_eq!(
        changes, 3,
        "the tick's for what waits and for what it polls, and the push's, which changes nothing"
    );
    compare::complete(&rig).await.unwrap();
}

/// A transfer whose record comes before that of the call is a call to whom it leads, and then the call of who was transferred.
#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_was_found_by_half_of_a_call_goes_when_the_rest_comes() {
    for chosen in [false, true] {
        let rig = push_only(0).await;
        let contact = async |name: &str, phone: &str| {
            let values = json!({ "name": name, "phone": phone });
            rig.journal.create("res.partner", values).await.unwrap()
        };
        let customer = contact("Zoé", "+33199000012").await;
        let mobile = contact("Ana's mobile", "+33699000034").await;
        let start = now() - Duration::from_secs(600);
        let call = Call::new(Scenario::Transfer, start).with("+33199000012", "Zoé");
        rig.sites[0].ucm.add_call(&call);
        let mut records = rig.sites[0].ucm.pushed_records(false);
        let mut transfer: Value = serde_json::from_str(&records.pop().unwrap()).unwrap();
        assert_eq!(transfer["action_type"], "TRANSFER");
        transfer["dst"] = json!("0699000034");
        transfer["dstchannel_ext"] = json!("trunk_1");
        transfer["dst_trunk_name"] = json!("mytrunk");
        transfer["userfield"] = json!("Outbound");
        let app = rig.app().start().await.unwrap();
        assert_eq!(push(&app, &transfer.to_string()).await, 200);
        app.settled().await;
        let seen = rig.journal.calls("paris").await.unwrap();
        assert_eq!(seen[0]["x_partner_id"][0], mobile, "{seen:?}");
        let expected = match chosen {
            true => contact("The right one", "+33199000099").await,
            false => customer,
        };
        if chosen {
            let write = json!([[seen[0]["id"]], { "x_partner_id": expected }]);
            let written = rig.journal.call("x_ucm_call", "write", write, json!({}));
            written.await.unwrap();
        }
        for record in &records {
            assert_eq!(push(&app, record).await, 200);
        }
        app.settled().await;
        app.stop().await;
        let whole = rig.journal.calls("paris").await.unwrap();
        assert_eq!(whole.len(), 1, "{whole:?}");
        assert_eq!(
            (&whole[0]["x_number"], &whole[0]["x_direction"]),
            (&json!("+33199000012"), &json!("inbound"))
        );
        assert_eq!(whole[0]["x_partner_id"][0], expected, "chosen: {chosen}");
    }
}

/// Pushes what is then waiting for Odoo.
async fn pushed_while_odoo_is_down(rig: &Rig) {
    rig.journal.handle().go_down().await;
    let app = rig.app().start().await.unwrap();
    for record in rig.sites[0].ucm.pushed_records(false).iter().take(5) {
        assert_eq!(push(&app, record).await, 200);
    }
    app.settled().await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_is_brought_in_although_nobody_may_push_any_more() {
    let mut rig = rig(30, json!({})).await;
    rig.tick().await.unwrap();
    pushed_while_odoo_is_down(&rig).await;
    let settings = rig.sites[0].settings.as_object_mut().unwrap();
    settings.remove("push_secret");
    // The timer has seen that nobody may push before Odoo is back.
    rig.advance(Duration::from_secs(600));
    rig.tick().await.unwrap();
    rig.journal.handle().come_back().await;
    assert_ne!(waiting(&rig).await, 0);
    drained(&rig, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_of_a_server_that_is_gone_is_shown_and_comes_in_once_it_is_back() {
    let mut rig = push_only(30).await;
    pushed_while_odoo_is_down(&rig).await;
    rig.journal.handle().come_back().await;
    let waits = waiting(&rig).await;
    for (id, stranded) in [
        (
            "lyon",
            json!({ "paris": { "inbox": waits, "dead_letters": 0 } }),
        ),
        ("paris", Value::Null),
    ] {
        id.clone_into(&mut rig.sites[0].id);
        rig.advance(Duration::from_secs(600));
        rig.tick().await.unwrap();
        let (_, status) = rig.request("GET", "/status").await.unwrap();
        assert_eq!(status["stranded"], stranded, "{status}");
        assert_eq!(status["ok"], stranded.is_null(), "{status}");
    }
    assert_eq!(waiting(&rig).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_aside_of_a_server_that_is_gone_is_shown_and_can_be_discarded() {
    let mut rig = push_only(1).await;
    let app = rig.app().start().await.unwrap();
    assert_eq!(push(&app, "hello").await, 422);
    app.settled().await;
    app.stop().await;
    drained(&rig, 2).await;
    "lyon".clone_into(&mut rig.sites[0].id);
    rig.advance(Duration::from_secs(600));
    rig.tick().await.unwrap();
    let (_, status) = rig.request("GET", "/status").await.unwrap();
    let stranded = json!({ "paris": { "inbox": 0, "dead_letters": 1 } });
    assert_eq!(
        (&status["stranded"], &status["ok"]),
        (&stranded, &json!(false)),
        "{status}"
    );
    let metrics = http::Request::get("http://localhost/metrics")
        .header("authorization", format!("Bearer {}", system::ADMIN_TOKEN))
        .body(Bytes::new());
    let metrics = rig.send(metrics.unwrap()).await.unwrap();
    let metrics = String::from_utf8_lossy(metrics.body());
    let counted = "ucm_odoo_dead_letters{server=\"paris\"} 1\n";
    assert!(metrics.contains(counted), "{metrics}");
    let (status, listed) = rig.request("GET", "/dead-letters/paris").await.unwrap();
    assert_eq!(status, 200, "{listed}");
    let id = listed["letters"][0]["id"].as_str().unwrap();
    let path = format!("/dead-letters/paris/{id}");
    let (status, letter) = rig.request("DELETE", &path).await.unwrap();
    assert_eq!((status, &letter["payload"]), (200, &json!("hello")));
    let (_, status) = rig.request("GET", "/status").await.unwrap();
    assert_eq!(status["stranded"], Value::Null, "{status}");
    let (status, _) = rig.request("GET", "/dead-letters/paris").await.unwrap();
    assert_eq!(status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_poll_confirms_completes_and_notices_what_was_never_pushed() {
    let rig = rig(0, json!({})).await;
    let app = rig.app().start().await.unwrap();
    rig.tick().await.unwrap();
    let ucm = &rig.sites[0].ucm;
    let at = |minutes: u64| now() + Duration::from_secs(60 * minutes);
    ucm.switches(|switches| switches.late_recordfiles_secs = Some(3_600));
    // Nor are they named when they are asked for.
    ucm.fault(peers::ucm::Fault::app_status("getRecordInfosByCall", -19));
    ucm.add_call(&Call::new(Scenario::Answered, at(1)).with("+33142667701", "Zoé"));
    rig.advance(Duration::from_secs(10 * 60));
    // Of the first call all is pushed, of the second one leg, of the third nothing.
    for record in rig.sites[0].ucm.pushed_records(false) {
        assert_eq!(push(&app, &record).await, 200);
    }
    // A run that the clock leaps over is out of time.
    app.settled().await;
    ucm.add_call(&Call::new(Scenario::Transfer, at(11)).with("+33142667702", "Ana"));
    ucm.add_call(&Call::new(Scenario::Answered, at(12)).with("+33142667703", "Max"));
    rig.advance(Duration::from_secs(30 * 60));
    let transfer = ucm
        .truth()
        .into_iter()
        .find(|truth| truth.scenario == Scenario::Transfer)
        .unwrap();
    let leg = ucm
        .pushed_records(false)
        .into_iter()
        .find(|record| record.contains(&transfer.session))
        .unwrap();
    assert_eq!(push(&app, &leg).await, 200);
    app.settled().await;
    app.stop().await;
    assert_eq!(rig.journal.count("paris").await.unwrap(), 2);

    let report = rig.sync().await.unwrap();
    let server = &report["servers"][0];
    assert_eq!(server["status"], "complete", "{report}");
    assert_eq!(
        (&server["calls_new"], &server["calls_not_pushed"]),
        (&json!(1), &json!(1)),
        "{report}"
    );
    assert_eq!(
        server["calls_changed"], 1,
        "the transfer is completed: {report}"
    );
    rig.advance(Duration::from_secs(2 * 3_600));
    rig.run_to_completion(3).await.unwrap();
    compare::complete(&rig).await.unwrap();
}

/// The relay of the documentation, as it stands there but for addresses: run it with `cargo test -p system --test webhook -- --ignored`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs socat and curl"]
async fn records_over_raw_tcp_arrive_through_the_relay() {
    let mut rig = push_only(0).await;
    let app = rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("ucm-relay.conf");
    let readme = std::fs::read_to_string(
        system::manifest()
            .with_file_name("docs")
            .join("real-time.md"),
    )
    .unwrap();
    let text = readme.split("# /etc/ucm-relay.conf\n").nth(1).unwrap();
    let text = text.split("```").next().unwrap();
    let text = text
        .replace(
            "https://bridge.example.com/webhook/paris",
            &format!("{}/webhook/paris", app.url()),
        )
        .replace("THE-PUSH-SECRET", SECRET);
    std::fs::write(&settings, text).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut relay = std::process::Command::new("socat")
        .args(["-u", "-T", "5"])
        .arg(format!("TCP-LISTEN:{port},reuseaddr,fork,max-children=64"))
        .arg(format!("EXEC:curl -K {}", settings.display()))
        .spawn()
        .unwrap();
    for as_xml in [false, true] {
        let url: url::Url = format!("tcp://127.0.0.1:{port}").parse().unwrap();
        let push = if as_xml {
            Push::to(url).as_xml()
        } else {
            Push::to(url)
        };
        rig.sites[0]
            .ucm
            .switches(|switches| switches.push.retry_ms = 50);
        rig.sites[0].ucm.start_push(push);
        let start = rig.clock.now() + Duration::from_secs(60);
        rig.sites[0]
            .ucm
            .add_call(&Call::new(Scenario::RingGroup, start).with("+33142667701", "Zoé"));
        rig.advance(Duration::from_secs(3_600));
        for _ in 0..200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            app.settled().await;
            if compare::complete(&rig).await.is_ok() {
                break;
            }
        }
        compare::complete(&rig).await.unwrap();
    }
    relay.kill().unwrap();
    relay.wait().unwrap();
}

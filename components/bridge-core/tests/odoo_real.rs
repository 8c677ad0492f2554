//! The calls that the bridge makes, against a real Odoo.
//!
//! Runs where `ODOO_URL`, `ODOO_DB` and `ODOO_API_KEY` say where one is; says so and does nothing otherwise. Everything it makes it takes
//! away again; the module `ucm_odoo` stays installed, unless `ODOO_REMOVE=1` asks for the test of removal.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends where something is not as expected"
)]

mod odoo_numbers;
mod odoo_world;

use std::sync::Arc;

use bridge_core::flows::install;
use bridge_core::flows::reach::Odoo;
use calls::cdr::{Call as PhoneCall, CallId, Direction, Outcome, Side};
use calls::contacts::{Contacts, KeyTaken, Match, Standing};
use chrono::DateTime;
use odoo_client::directory::Wanted;
use odoo_client::journal::bisect::Bisect;
use odoo_client::journal::change::Change;
use odoo_client::journal::{self, Entry, Existing, NewRow, Plan};
use odoo_client::made;
use odoo_client::partner::{self, NewContact};
use odoo_client::{Call, OdooError, Reaction, Version};
use ports::Secret;
use serde_json::{Value, json};

use odoo_world::{RealWorld, run, server};

#[test]
fn the_bridge_and_a_real_odoo_agree() {
    let Some(server) = server() else {
        eprintln!("skipped: ODOO_URL, ODOO_DB and ODOO_API_KEY do not say where an Odoo is");
        return;
    };
    let world = RealWorld::default();
    let odoo = Odoo::new(&world, &server);
    run(async {
        setup_twice_changes_nothing(&world, &server).await;
        calls_are_created_found_and_completed(&odoo).await;
        one_bad_row_is_isolated(&odoo).await;
        contacts_are_found_and_made_once(&odoo).await;
        contacts_count_their_calls(&odoo).await;
        calls_belong_to_the_user_of_their_extension(&odoo).await;
        odoo_numbers::people_say_whose_number_it_is(&odoo, &server).await;
        an_edited_view_outlives_an_upgrade(&Odoo::for_setup(&world, &server)).await;
        if odoo.version().await.unwrap().major >= 19 {
            // The same over the transport of 17 and 18, which 19 still offers.
            let older = RealWorld::knowing(&server, Version::new(18, 2), user(&odoo).await);
            let older = Odoo::new(&older, &server);
            calls_are_created_found_and_completed(&older).await;
            contacts_are_found_and_made_once(&older).await;
        }
        wrong_settings_are_told(&server).await;
        if std::env::var("ODOO_REMOVE").is_ok_and(|flag| flag == "1") {
            removal_and_return(&Odoo::for_setup(&world, &server)).await;
        }
    });
}

type Real<'a> = Odoo<'a, RealWorld>;

async fn setup_twice_changes_nothing(world: &RealWorld, server: &odoo_client::OdooServer) {
    let first = Odoo::for_setup(world, server);
    install::apply(
        &first,
        install::Customised::Keep,
        install::Campaigns::AsFound,
    )
    .await
    .unwrap();
    let again = Odoo::for_setup(world, server);
    let report = install::apply(
        &again,
        install::Customised::Keep,
        install::Campaigns::AsFound,
    )
    .await
    .unwrap();
    assert!(!report.changed, "{report:?}");
    assert_eq!(report.found.journal.step, install::Step::Nothing);
    assert!(
        report.requests <= 8,
        "after the greeting a second setup reads five small answers, on 17 one more: {}",
        report.requests
    );
}

async fn calls_are_created_found_and_completed(odoo: &Real<'_>) {
    let (entry, key) = (entry("1", "Ana Ruiz"), entry("1", "").key().to_owned());
    assert_eq!(existing(odoo, &key).await, None);
    let plan = journal::plan_writes(&[], vec![(entry.clone(), Standing::Unknown)]);
    odoo.call(&Plan::create_call(&plan.create)).await.unwrap();
    let twice = odoo
        .call(&Plan::create_call(&plan.create))
        .await
        .unwrap_err();
    assert_eq!(
        twice,
        OdooError::DuplicateKey {
            index: journal::UNIQUE_INDEX.into()
        }
    );

    let row = existing(odoo, &key).await.unwrap();
    assert_eq!(
        (row.fingerprint.as_str(), row.standing.as_str(), row.contact),
        (entry.fingerprint(), "unknown", None)
    );
    let same = journal::compare(vec![entry.clone()], std::slice::from_ref(&row));
    assert_eq!(same.undecided.len(), 1);

    // A person notes something and chooses a contact; then the call is seen with another name.
    let person = odoo
        .call(&Call::create(
            partner::MODEL,
            vec![json!({"name": "zz bridge test"})],
        ))
        .await
        .unwrap();
    let by_hand = json!({"x_notes": "<p>call back</p>", "x_partner_id": person[0]});
    odoo.call(&Call::write(journal::MODEL, vec![row.id], by_hand))
        .await
        .unwrap();
    let row = existing(odoo, &key).await.unwrap();
    let changed = self::entry("1", "Ana Ruiz Gil");
    let plan = journal::plan_writes(
        std::slice::from_ref(&row),
        vec![(changed.clone(), Standing::Matched(1))],
    );
    let stale = Change {
        row: Existing {
            fingerprint: "another".into(),
            ..row.clone()
        },
        ..plan.write[0].clone()
    };
    let overtaken = odoo.change(&[stale]).await.unwrap();
    assert_eq!(overtaken, [row.id], "not as it was read");
    assert_eq!(odoo.change(&plan.write).await.unwrap(), [0_i64; 0]);
    let fields = [
        "x_notes",
        "x_partner_id",
        "x_caller_name",
        "x_match",
        "x_started_at",
    ];
    let read: Vec<Value> = odoo
        .call(&Call::read(journal::MODEL, vec![row.id], &fields))
        .await
        .unwrap();
    assert_eq!(read[0]["x_notes"], "<p>call back</p>");
    assert_eq!(read[0]["x_partner_id"][0], person[0]);
    assert_eq!(
        (&read[0]["x_match"], &read[0]["x_caller_name"]),
        (&json!("manual"), &json!("Ana Ruiz Gil"))
    );
    assert_eq!(read[0]["x_started_at"], "2024-05-30 17:41:40");
    let row = existing(odoo, &key).await.unwrap();
    assert_eq!(
        journal::compare(vec![changed], std::slice::from_ref(&row)).unchanged,
        1
    );

    odoo.call(&Call::unlink(journal::MODEL, vec![row.id]))
        .await
        .unwrap();
    odoo.call(&Call::unlink(partner::MODEL, person))
        .await
        .unwrap();
}

async fn one_bad_row_is_isolated(odoo: &Real<'_>) {
    let decided = (0..20)
        .map(|n| (entry(&format!("b{n}"), "n"), Standing::Unknown))
        .collect();
    let mut rows: Vec<NewRow> = journal::plan_writes(&[], decided).create;
    // A word that the module does not know is no matter of one row: the module is older than the bridge.
    let mut unknown = rows[12].clone();
    Arc::make_mut(&mut unknown.values)["x_direction"] = json!("sideways");
    let error = odoo.call(&Plan::create_call(&[unknown])).await.unwrap_err();
    assert_eq!(error.reaction(), Reaction::Stop, "{error}");
    assert!(error.to_string().contains("`x_direction`"), "{error}");

    Arc::make_mut(&mut rows[13].values)["x_uid"] = json!(false);
    let mut bisect = Bisect::new(rows.len());
    let mut written = Vec::new();
    while let Some(batch) = bisect.next_batch() {
        match odoo.call(&Plan::create_call(&rows[batch])).await {
            Ok(ids) => {
                written.extend(ids);
                bisect.handle_accepted();
            }
            Err(error) => {
                assert_eq!(error.reaction(), Reaction::SkipRow, "{error}");
                bisect.handle_refused(error);
            }
        }
    }
    assert_eq!(written.len(), 19);
    let [refused] = bisect.refused() else {
        panic!("one row is bad")
    };
    assert_eq!(refused.row, 13);
    assert!(
        refused.error.to_string().contains("x_uid"),
        "{}",
        refused.error
    );
    odoo.call(&Call::unlink(journal::MODEL, written))
        .await
        .unwrap();
}

async fn contacts_are_found_and_made_once(odoo: &Real<'_>) {
    let person = |phone: &str| json!({"name": "zz bridge test", "phone": phone});
    let people = vec![
        person("910 55 41 23"),
        person("+34 910 55 41 24"),
        person("0034910554124"),
        person("+49 30 910554123"),
    ];
    let ids = odoo
        .call(&Call::create(partner::MODEL, people))
        .await
        .unwrap();
    assert_eq!(
        decide(odoo, "+34910554123", "910554123").await,
        Match::One(ids[0])
    );
    assert_eq!(
        decide(odoo, "+34910554124", "910554124").await,
        Match::Many(vec![ids[1], ids[2]])
    );
    let nobody = Match::None {
        key: "+34910554125".into(),
    };
    assert_eq!(decide(odoo, "+34910554125", "910554125").await, nobody);

    let new = |name: &str| NewContact {
        e164: "+34910554125".into(),
        key: "+34910554125".into(),
        name: Some(name.into()),
        server_name: "Office".into(),
        language: calls::language::Language::En,
    };
    let made = odoo
        .call(&partner::create(&[new("zz bridge test")]))
        .await
        .unwrap();
    let again = odoo
        .call(&partner::create(&[new("zz bridge test again")]))
        .await
        .unwrap_err();
    assert_eq!(
        again,
        OdooError::DuplicateKey {
            index: made::UNIQUE_INDEX.into()
        }
    );
    assert_eq!(
        decide(odoo, "+34910554125", "910554125").await,
        Match::One(made[0])
    );
    odoo.call(&Call::write(
        partner::MODEL,
        made.clone(),
        json!({"active": false}),
    ))
    .await
    .unwrap();
    let archived = Match::KeyTaken {
        id: made[0],
        reason: KeyTaken::Archived,
    };
    assert_eq!(decide(odoo, "+34910554125", "910554125").await, archived);
    odoo.call(&Call::unlink(partner::MODEL, [ids, made].concat()))
        .await
        .unwrap();
}

async fn wrong_settings_are_told(server: &odoo_client::OdooServer) {
    let read: Call<u64> = Call::search_count(journal::MODEL, json!([]));
    let unknown: Call<u64> = Call::search_count("x_ucm_nothing", json!([]));
    let world = RealWorld::default();
    let ask = async |server: &odoo_client::OdooServer, call: &Call<u64>| {
        Odoo::new(&world, server).call(call).await
    };
    let wrong_key = odoo_client::OdooServer {
        api_key: Secret::new("wrong"),
        ..server.clone()
    };
    assert_eq!(ask(&wrong_key, &read).await, Err(OdooError::KeyRefused));
    let wrong_database = odoo_client::OdooServer {
        database: "nowhere".into(),
        ..server.clone()
    };
    assert_eq!(
        ask(&wrong_database, &read).await,
        Err(OdooError::UnknownDatabase)
    );
    assert_eq!(
        ask(server, &unknown).await,
        Err(OdooError::NoModel {
            model: "x_ucm_nothing"
        })
    );
    assert!(ask(server, &read).await.is_ok());
}

async fn made(odoo: &Real<'_>, model: &'static str, values: Value) -> i64 {
    odoo.call(&Call::create(model, vec![values])).await.unwrap()[0]
}

async fn contacts_count_their_calls(odoo: &Real<'_>) {
    let company = made(
        odoo,
        "res.partner",
        json!({ "name": "Statistics", "is_company": true }),
    )
    .await;
    let person = json!({ "name": "Of Statistics", "parent_id": company });
    let person = made(odoo, "res.partner", person).await;
    let mut calls = Vec::new();
    for (n, (direction, outcome, talk, partner)) in [
        ("inbound", "answered", 3_600, person),
        ("outbound", "answered", 125, person),
        ("inbound", "missed", 0, person),
        ("inbound", "voicemail", 0, company),
    ]
    .into_iter()
    .enumerate()
    {
        let call = json!({
            "x_uid": format!("statistics:{n}"), "x_name": "call", "x_direction": direction, "x_outcome": outcome,
            "x_talk_seconds": talk, "x_partner_id": partner, "x_started_at": format!("2026-06-0{} 08:00:00", n + 1),
        });
        calls.push(made(odoo, journal::MODEL, call).await);
    }
    let fields = [
        "x_ucm_call_count",
        "x_ucm_inbound_count",
        "x_ucm_outbound_count",
        "x_ucm_missed_count",
        "x_ucm_answered_count",
        "x_ucm_talk_time",
        "x_ucm_last_call_at",
        "x_ucm_recent_call_ids",
    ];
    let read: Call<Vec<Value>> = Call::read("res.partner", vec![person, company], &fields);
    let contacts = odoo.call(&read).await.unwrap();
    let expected = [
        json!([
            3,
            2,
            1,
            1,
            2,
            "1h 02m 05s",
            "2026-06-03 08:00:00",
            [calls[2], calls[1], calls[0]]
        ]),
        json!([
            4,
            3,
            1,
            1,
            2,
            "1h 02m 05s",
            "2026-06-04 08:00:00",
            [calls[3], calls[2], calls[1], calls[0]]
        ]),
    ];
    for (contact, expected) in contacts.iter().zip(expected) {
        let figures: Value = fields.iter().map(|field| contact[field].clone()).collect();
        assert_eq!(figures, expected);
    }
    odoo.call(&Call::unlink(journal::MODEL, calls))
        .await
        .unwrap();
    odoo.call(&Call::unlink("res.partner", vec![person, company]))
        .await
        .unwrap();
}

async fn calls_belong_to_the_user_of_their_extension(odoo: &Real<'_>) {
    let me = user(odoo).await;
    let line = |server: Value, user: i64| json!({ "x_name": "98765", "x_server": server, "x_user_id": user });
    let call = |key: &str, server: &str| json!({ "x_uid": format!("extension:{key}"), "x_name": "call", "x_extension": "98765", "x_server": server });
    let before = made(odoo, journal::MODEL, call("before", "paris")).await;
    let everywhere = made(odoo, "x_ucm_extension", line(json!(false), me)).await;
    let after = made(odoo, journal::MODEL, call("after", "paris")).await;
    // OdooBot's own line at Lyon: that server's calls are not mine, and with two people on one line they are nobody's.
    let there = made(odoo, "x_ucm_extension", line(json!("lyon"), 1)).await;
    let lyon = made(odoo, journal::MODEL, call("lyon", "lyon")).await;
    let shared = made(odoo, "x_ucm_extension", line(json!("lyon"), me)).await;
    let both = made(odoo, journal::MODEL, call("both", "lyon")).await;
    let calls = vec![before, after, lyon, both];
    let read: Call<Vec<Value>> = Call::read(journal::MODEL, calls.clone(), &["x_user_id"]);
    let found = odoo.call(&read).await.unwrap();
    let users: Vec<Value> = found
        .iter()
        .map(|call| call["x_user_id"][0].clone())
        .collect();
    assert_eq!(users, [Value::Null, json!(me), json!(1), Value::Null]);
    odoo.call(&Call::unlink(journal::MODEL, calls))
        .await
        .unwrap();
    // Entered once more, a line is said to be too many.
    let twice = made(odoo, "x_ucm_extension", line(json!("lyon"), me)).await;
    let lines = vec![everywhere, there, shared, twice];
    let read: Call<Vec<Value>> = Call::read("x_ucm_extension", lines.clone(), &["x_remark"]);
    let found = odoo.call(&read).await.unwrap();
    let remarks: Vec<&Value> = found.iter().map(|line| &line["x_remark"]).collect();
    assert_eq!(
        remarks,
        [&json!(false), &json!(false), &json!(false), &json!("twice")]
    );
    odoo.call(&Call::unlink("x_ucm_extension", lines))
        .await
        .unwrap();
}

async fn an_edited_view_outlives_an_upgrade(odoo: &Real<'_>) {
    let named = json!([["name", "=", "x_ucm_call.graph"]]);
    let views: Call<Vec<Value>> = Call::search_read("ir.ui.view", named.clone(), &["arch"]);
    let original = odoo.call(&views).await.unwrap().remove(0);
    let edited = original["arch"]
        .as_str()
        .unwrap()
        .replace("\"bar\"", "\"line\"");
    let id = original["id"].as_i64().unwrap();
    odoo.call(&Call::write(
        "ir.ui.view",
        vec![id],
        json!({ "arch": edited }),
    ))
    .await
    .unwrap();
    let key = json!([["key", "=", "ucm_odoo.content"]]);
    let parameters: Call<Vec<Value>> = Call::search_read("ir.config_parameter", key, &["key"]);
    let parameter = odoo.call(&parameters).await.unwrap()[0]["id"]
        .as_i64()
        .unwrap();
    let older = Call::write(
        "ir.config_parameter",
        vec![parameter],
        json!({ "value": "older" }),
    );
    odoo.call(&older).await.unwrap();

    let kept = install::apply(odoo, install::Customised::Keep, install::Campaigns::AsFound)
        .await
        .unwrap();
    assert_eq!(kept.found.journal.customised, ["view_x_ucm_call_graph"]);
    assert_eq!(odoo.call(&views).await.unwrap()[0]["arch"], edited.as_str());
    let replaced = install::apply(
        odoo,
        install::Customised::Replace,
        install::Campaigns::AsFound,
    )
    .await
    .unwrap();
    assert!(replaced.changed);
    assert_eq!(
        odoo.call(&views).await.unwrap()[0]["arch"],
        original["arch"]
    );
    let plan = install::plan(odoo).await.unwrap();
    assert_eq!(
        (plan.journal.step, plan.journal.customised.len()),
        (install::Step::Nothing, 0)
    );
}

async fn removal_and_return(odoo: &Real<'_>) {
    let calls = Call::search_count(journal::MODEL, json!([]));
    let before = odoo.call(&calls).await.unwrap();
    let kept = install::remove(odoo, install::Data::Keep).await.unwrap();
    assert!(kept.changed);
    assert!(
        odoo.call(&calls).await.is_err(),
        "nobody has rights on the calls"
    );
    let back = install::apply(odoo, install::Customised::Keep, install::Campaigns::AsFound)
        .await
        .unwrap();
    assert!(back.found.journal.kept_data);
    assert_eq!(odoo.call(&calls).await.unwrap(), before);
    assert!(
        install::remove(odoo, install::Data::Remove)
            .await
            .unwrap()
            .changed
    );
    assert!(
        !install::remove(odoo, install::Data::Remove)
            .await
            .unwrap()
            .changed
    );
    let gone = odoo
        .call(&Call::search_count(journal::MODEL, json!([])))
        .await
        .unwrap_err();
    assert_eq!(
        gone,
        OdooError::NoModel {
            model: journal::MODEL
        }
    );
    assert_eq!(
        install::plan(odoo).await.unwrap().journal.step,
        install::Step::Install
    );
    assert!(
        install::apply(odoo, install::Customised::Keep, install::Campaigns::AsFound)
            .await
            .unwrap()
            .changed
    );
}

async fn decide(odoo: &Real<'_>, e164: &str, national: &str) -> Match {
    let wanted = [Wanted {
        e164: e164.to_owned(),
        national: vec![national.to_owned()],
        aliases: Vec::new(),
    }];
    let made = odoo.call(&made::find(&[e164], None)).await.unwrap();
    let known: Vec<i64> = made.iter().filter_map(|made| made.contact).collect();
    let directory = odoo.directory().await.unwrap();
    let read = odoo.call(&directory.find(&wanted, &known)).await.unwrap();
    let mut written = odoo.call(&directory.odd(0)).await.unwrap();
    for call in directory.by_text(&wanted, &known) {
        written.extend(odoo.call(&call).await.unwrap());
    }
    let [by_reading, by_text] = [read, written].map(|candidates| {
        let country = "ES".parse().expect("a country");
        Contacts::new(&candidates, &made, country, None).decide(e164)
    });
    assert_eq!(by_reading, by_text, "{e164}");
    by_reading
}

async fn existing(odoo: &Real<'_>, key: &str) -> Option<Existing> {
    let calls = journal::find([key]);
    odoo.call(&calls[0]).await.unwrap().into_iter().next()
}

async fn user(odoo: &Real<'_>) -> i64 {
    let context: Call<Value> = Call::method("res.users", "context_get", None, vec![]);
    odoo.call(&context).await.unwrap()["uid"].as_i64().unwrap()
}

fn entry(session: &str, caller_name: &str) -> Entry {
    let at = DateTime::from_timestamp(1_717_090_900, 0).unwrap();
    let call = PhoneCall {
        id: CallId {
            server: format!("zz-bridge-test-{}", std::process::id()),
            session: session.to_owned(),
        },
        started_at: at,
        answered_at: Some(at + chrono::TimeDelta::seconds(20)),
        ended_at: Some(at + chrono::TimeDelta::seconds(80)),
        time_doubt: None,
        utc_offset_secs: Some(0),
        direction: Direction::Inbound,
        outcome: Outcome::Answered,
        disposition: "ANSWERED".to_owned(),
        caller: Side {
            number: "0199000012".to_owned(),
            name: caller_name.to_owned(),
        },
        called: Side {
            number: "101".to_owned(),
            name: String::new(),
        },
        remote: None,
        extension: "101".to_owned(),
        trunk: "mytrunk".to_owned(),
        duration_secs: 80,
        talk_secs: 60,
        ring_secs: 20,
        recordings: vec!["2024-05/auto-1717090910.wav".to_owned()],
        journey: Default::default(),
        zone: None,
        legs: Vec::new(),
    };
    Entry::new(call, Some("+33199000012"))
}

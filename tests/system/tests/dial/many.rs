//! Many orders, two bridges at once, hints lost and doubled, instances killed: counted by the UCM.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use system::{Journal, KillOneIn};

use super::{Desk, hint_of, now};

/// Orders that a program makes in Odoo, without anybody having dialled yet.
async fn make(desk: &Desk, which: std::ops::Range<usize>) -> Vec<i64> {
    let action = desk
        .journal()
        .id_of("ucm_odoo.action_order_make")
        .await
        .unwrap();
    let mut orders = Vec::new();
    for nth in which {
        let wish = json!({
            "key": format!("many/{nth}"), "login": desk.login(), "extension": false, "server": false, "number": number(nth),
        });
        let made = desk.journal().run(action, json!({ "x_ucm_order": wish }));
        let made = made.await.unwrap();
        orders.push(made["order"].as_i64().unwrap());
    }
    // Two minutes after somebody asked nobody is dialled any more, by Odoo's clock, which goes on while so many are hinted at.
    let later = (now() + Duration::from_secs(600)).format("%Y-%m-%d %H:%M:%S");
    let odoo = desk.journal().handle();
    for order in &orders {
        let asked = json!({ "x_asked_at": later.to_string() });
        odoo.write("x_ucm_order", *order, &asked).unwrap();
    }
    orders
}

fn number(nth: usize) -> String {
    format!("+33199{nth:06}")
}

/// Whether two bridges have one store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stores {
    OneForBoth,
    OneForEach,
}

async fn many(count: usize, seed: u64, stores: Stores) {
    let desk = Desk::open(Journal::simulated(19).await.unwrap()).await;
    desk.hide_phones();
    let link = desk.link().await;
    let kill = Arc::new(KillOneIn::new(400, seed));
    let one = desk
        .rig
        .app()
        .hooks(Arc::clone(&kill))
        .start()
        .await
        .unwrap();
    let two = match stores {
        Stores::OneForBoth => desk.rig.app(),
        Stores::OneForEach => desk.rig.detached_app(),
    };
    let two = two.hooks(Arc::clone(&kill)).start().await.unwrap();
    // The other machine learns of the servers first.
    _ = two.fire_cron("cdr-poll", desk.rig.clock.now()).await;
    let mut left = count;
    while left > 0 {
        let some = left.min(200);
        let first = count - left;
        let orders = make(&desk, first..first + some).await;
        // One hint in four is lost, one in four comes at both bridges at once, and some come twice.
        let hints = orders
            .iter()
            .enumerate()
            .filter(|(nth, _)| nth % 4 != 0)
            .map(|(nth, order)| {
                let (one, two, link) = (&one, &two, link.as_str());
                async move {
                    match nth % 4 {
                        1 => drop(tokio::join!(
                            one.request(hint_of(*order, link)),
                            two.request(hint_of(*order, link))
                        )),
                        2 => drop(tokio::join!(
                            one.request(hint_of(*order, link)),
                            one.request(hint_of(*order, link))
                        )),
                        _ => drop(two.request(hint_of(*order, link)).await),
                    }
                }
            });
        for hint in hints {
            hint.await;
        }
        one.settled().await;
        two.settled().await;
        let now = desk.rig.clock.now();
        for _ in 0..4 {
            _ = tokio::join!(
                one.fire_cron("cdr-poll", now),
                two.fire_cron("cdr-poll", now)
            );
        }
        left -= some;
    }
    kill.end();
    desk.rig.advance(Duration::from_secs(60));
    for app in [&one, &two] {
        app.fire_cron("cdr-poll", desk.rig.clock.now())
            .await
            .unwrap();
    }
    one.stop().await;
    two.stop().await;
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for dialled in desk.ucm().dialled() {
        *times.entry(dialled.callee).or_default() += 1;
    }
    assert!(
        times.values().all(|times| *times == 1),
        "dialled twice: {times:?}"
    );
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for (nth, row) in desk.orders().await.iter().enumerate() {
        let state = row["x_state"].as_str().unwrap().to_owned();
        let dialled = times.contains_key(&number(nth).replace("+33", "0"));
        if matches!(state.as_str(), "ringing" | "done") {
            assert!(dialled, "{row}");
        } else {
            // Claimed by an instance that was killed: it may have been dialled or not, and is looked after when its time is over.
            assert!(
                matches!(state.as_str(), "dialling" | "unknown") || !dialled,
                "{row}"
            );
        }
        *states.entry(state).or_default() += 1;
    }
    println!(
        "{count} orders, {} instances killed, {} dialled, none twice: {states:?}",
        kill.killed(),
        times.len()
    );
    assert_eq!(states.values().sum::<usize>(), count);
    assert!(!states.contains_key("asked"), "{states:?}");
    assert!(
        times.len() * 10 > count * 8,
        "{} of {count} were dialled",
        times.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_bridges_none_dials_what_the_other_has() {
    many(120, 0, Stores::OneForEach).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_bridges_on_one_store_none_dials_what_the_other_has() {
    many(120, 1, Stores::OneForBoth).await;
}

/// Minutes long: `cargo test --workspace --test dial -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes ten minutes: the quick one above tries the same with 120"]
async fn of_ten_thousand_orders_none_is_dialled_twice() {
    for seed in 0..10 {
        many(1_000, seed, Stores::OneForEach).await;
    }
}

//! What Odoo has in the end, against what happened.

use std::collections::{BTreeMap, BTreeSet};

use peers::ucm::{Direction, Outcome};
use serde_json::{Value, json};
use system::{Rig, compare};

/// How often each value of a field is among the records that have one.
fn times(rows: &[Value], field: &str) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for value in rows.iter().filter_map(|row| row[field].as_str()) {
        *times.entry(value.to_owned()).or_default() += 1;
    }
    times
}

/// The numbers of strangers who called the offices, and of those whom nobody has reached since they called in vain.
fn truth(rig: &Rig) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut calls: Vec<_> = rig.sites.iter().flat_map(|site| site.ucm.truth()).collect();
    // Who calls in vain while somebody else there is spoken with still waits: calls are in the order in which they began. In one second, which
    // is all that Odoo keeps, whoever was spoken with was reached.
    calls.sort_by_key(|call| (call.start.timestamp(), call.outcome == Outcome::Answered));
    let (mut strangers, mut unreached) = (BTreeSet::new(), BTreeSet::new());
    for call in calls {
        let Some(number) = call.external else {
            continue;
        };
        if call.direction == Direction::Inbound {
            strangers.insert(number.clone());
        }
        match call.outcome {
            Outcome::Answered => _ = unreached.remove(&number),
            Outcome::Service => {}
            // Whatever came of it instead: nobody was reached.
            _ if call.direction == Direction::Inbound => _ = unreached.insert(number),
            _ => {}
        }
    }
    (strangers, unreached)
}

/// What Odoo has is what happened, each once.
pub(crate) async fn assert_whole(rig: &Rig) {
    compare::complete(rig).await.unwrap();
    compare::each_number_once(rig).unwrap();
    let odoo = rig.journal.handle();
    let (strangers, unreached) = truth(rig);
    let once = |what: &str, found: BTreeMap<String, usize>, expected: &BTreeSet<String>| {
        let twice: Vec<_> = found.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "{what} of one number: {twice:?}");
        let found: BTreeSet<String> = found.into_keys().collect();
        let lacking: Vec<_> = expected.difference(&found).collect();
        let idle: Vec<_> = found.difference(expected).collect();
        assert!(
            lacking.is_empty() && idle.is_empty(),
            "{what}: lacking {lacking:?}, too many {idle:?}"
        );
    };
    let contacts = times(&odoo.records("res.partner"), "phone_sanitized");
    let known: BTreeSet<String> = contacts.into_keys().collect();
    assert!(strangers.is_subset(&known));
    once(
        "leads",
        times(&odoo.records("crm.lead"), "x_ucm_key"),
        &strangers,
    );
    // Those that are done are archived.
    let open = odoo.records_where("mail.activity", &json!([["active", "=", true]]));
    let todos = times(&open, "x_ucm_number");
    for number in unreached
        .iter()
        .filter(|number| !todos.contains_key(*number))
    {
        eprintln!("{}", story(rig, number));
    }
    once("to-dos", todos, &unreached);
}

/// What happened with a number, and what Odoo has of it.
fn story(rig: &Rig, number: &str) -> String {
    let truth = rig.sites.iter().flat_map(|site| site.ucm.truth());
    let truth = truth
        .filter(|call| call.external.as_deref() == Some(number))
        .map(|call| format!("{} {:?} {:?}\n", call.start, call.direction, call.outcome));
    let odoo = rig.journal.handle();
    let known = [
        ("x_ucm_call", "x_number"),
        ("mail.activity", "x_ucm_number"),
    ];
    let rows = known.iter().flat_map(|(model, field)| {
        let rows = odoo.records(model).into_iter();
        rows.filter(|row| row[*field] == number)
            .map(|row| format!("{row}\n"))
    });
    truth.chain(rows).collect()
}

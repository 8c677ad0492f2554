//! Fast enough to measure a client with: these bounds are far from what a release build reaches, and catch a quadratic mistake.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::target::Target;

#[test]
fn bulk_creates_and_indexed_searches_are_quick() {
    let target = Target::simulated(19);
    let scratch = target.scratch();
    let start = Instant::now();
    for batch in 0..5 {
        let rows: Vec<Value> = (0..1000).map(|n| json!({"x_uid": format!("u{batch}-{n}"), "x_n": n, "x_at": "2024-01-02 03:04:05", "x_partner_id": 3})).collect();
        scratch.kw("create", json!([rows])).unwrap();
    }
    let created = start.elapsed();
    let keys: Vec<String> = (0..1000).map(|n| format!("u3-{n}")).collect();
    let start = Instant::now();
    let found = scratch
        .kw("search_read", json!([[["x_uid", "in", keys]], ["x_uid"]]))
        .unwrap();
    let searched = start.elapsed();
    assert_eq!(found.as_array().unwrap().len(), 1000);
    println!("5,000 creates {created:?}, 1,000 keys {searched:?}");
    assert!(created < Duration::from_secs(300), "{created:?}");
    assert!(searched < created, "{searched:?}");
}

#[test]
fn twenty_thousand_contacts_are_seeded_in_one_go() {
    let target = Target::with(19, |builder| builder.country("FR"));
    let start = Instant::now();
    let ids = target.odoo().seed_partners(20_000, |n| json!({"name": format!("C{n}"), "phone": format!("01 40 {:02} {:02} {:02}", n / 10_000, n / 100 % 100, n % 100)})).unwrap();
    println!("20,000 contacts {:?}", start.elapsed());
    assert_eq!(ids.len(), 20_000);
    let found = target
        .kw(
            "res.partner",
            "search",
            json!([[["phone_sanitized", "in", ["+33140012345"]]]]),
            json!({}),
        )
        .unwrap();
    assert_eq!(found, json!([ids[12_345]]));
}

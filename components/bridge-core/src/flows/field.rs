//! Calls as real devices have written them and as the field has reported them, each with what it has to be.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::config::{Config, Server};
use crate::flows::deliver::contacts::{Book, name};
use crate::flows::deliver::reading::{Reading, Seen};
use crate::flows::recordings::{Ticket, first_folder};
use calls::cdr::{Call, Row};
use calls::followup::Past;
use ucm_client::Page;

#[derive(Deserialize)]
struct Case {
    case: String,
    server: Value,
    legs: Vec<Row>,
    expected: Map<String, Value>,
}

#[test]
fn calls_of_the_field_are_what_they_were() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../testdata/field/calls.json")).unwrap();
    let wrong: Vec<String> = cases.iter().flat_map(faults).collect();
    assert!(cases.len() > 60 && wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What differs from what is expected.
fn faults(case: &Case) -> Vec<String> {
    let server = server(&case.server);
    let page = Page {
        rows: case.legs.clone(),
        ..Page::default()
    };
    let reading = Reading::of(&page, &server);
    let [Seen { call, .. }] = reading.calls.as_slice() else {
        return vec![format!("{}: {} calls", case.case, reading.calls.len())];
    };
    let shown = shown(call, &server, reading.set_aside.len());
    let differs = |(field, expected): (&String, &Value)| match field.as_str() {
        "why" => false,
        "not" => shown["number"] == *expected,
        "outcome_is_not" => shown["outcome"] == *expected,
        field => shown[field] != *expected,
    };
    let told = |(field, expected): (&String, &Value)| {
        format!("{}: {field} {expected} but {shown}", case.case)
    };
    let wrong = case.expected.iter().filter(|field| differs(*field));
    wrong.map(told).collect()
}

/// A server with these settings.
pub(crate) fn server(of: &Value) -> Server {
    let mut entry = json!({ "id": "office", "host": "h", "password": "p" });
    for (setting, value) in of.as_object().unwrap() {
        entry[setting] = value.clone();
    }
    let variable = |name: &str| match name {
        "odoo_url" => Some("https://odoo.example.com".to_owned()),
        "ucm_servers" => Some(json!([entry]).to_string()),
        "odoo_db" | "odoo_login" | "odoo_api_key" => Some("x".to_owned()),
        _ => None,
    };
    Config::read(variable).unwrap().servers.remove(0)
}

fn shown(call: &Call, server: &Server, set_aside: usize) -> Value {
    let book = Book::new(server);
    let number = book.number(call).map(|number| number.to_string());
    let past = Past {
        id: 1,
        key: String::new(),
        number: number.clone().unwrap_or_default(),
        caller_name: call.caller.name.clone(),
        started_at: call.started_at.naive_utc(),
        direction: text(json!(call.direction)),
        outcome: text(json!(call.outcome)),
        company: None,
        user: None,
        contact: None,
        standing: String::new(),
        fingerprint: String::new(),
    };
    json!({
        "direction": call.direction,
        "outcome": call.outcome,
        "talk_secs": call.talk_secs,
        "caller": call.caller.number,
        "trunk": call.trunk,
        "extension": call.extension,
        "contact_name": name(call).or(number.clone()),
        "todo": past.was_missed() && number.is_some(),
        "number": number,
        "recording_folder": Ticket::all_of(call).first().map(first_folder),
        "set_aside": set_aside,
        "utc_offset_secs": call.utc_offset_secs,
    })
}

fn text(value: Value) -> String {
    value.as_str().unwrap().to_owned()
}

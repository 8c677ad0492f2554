//! To-dos in Odoo (`mail.activity`): the bridge's own, found by the number that they are about.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Call, call};
use calls::followup::Activity;

/// Model of activities.
pub const MODEL: &str = "mail.activity";

/// An [`Activity`] as Odoo has it.
#[derive(Deserialize)]
struct Row {
    id: i64,
    #[serde(rename = "x_ucm_key", deserialize_with = "call::text")]
    key: String,
    #[serde(rename = "x_ucm_number", deserialize_with = "call::text")]
    number: String,
    #[serde(rename = "x_ucm_caller", deserialize_with = "call::text")]
    caller: String,
    #[serde(rename = "active")]
    open: bool,
    #[serde(rename = "user_id", deserialize_with = "call::many2one")]
    owner: Option<i64>,
    #[serde(deserialize_with = "call::text")]
    summary: String,
    #[serde(deserialize_with = "call::text")]
    note: String,
    #[serde(rename = "date_deadline", deserialize_with = "call::text")]
    due: String,
}

impl From<Row> for Activity {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            key: row.key,
            number: row.number,
            company: row
                .caller
                .split_once(':')
                .and_then(|(company, _)| company.parse().ok()),
            open: row.open,
            owner: row.owner,
            summary: row.summary,
            note: row.note,
            due: row.due,
        }
    }
}

/// The bridge's to-dos about `numbers`, those that are done among them where Odoo keeps them.
pub fn of_numbers(numbers: &[&str]) -> Call<Vec<Activity>> {
    let domain = json!([["x_ucm_number", "in", numbers]]);
    Call::<Vec<Row>>::search_read(MODEL, domain, &FIELDS)
        .context("active_test", false)
        .meaning()
}

/// At most `most` of the bridge's to-dos that are open.
pub fn all_open(most: usize) -> Call<Vec<Activity>> {
    let domain = json!([["x_ucm_key", "!=", false]]);
    Call::<Vec<Row>>::search_read(MODEL, domain, &FIELDS)
        .limit(most)
        .meaning()
}

/// The type "Call" of activities, where it was not removed.
pub fn call_type() -> Call<Vec<Value>> {
    Call::search_read(
        "mail.activity.type",
        json!([["category", "=", "phonecall"]]),
        &["name"],
    )
    .limit(1)
}

/// Makes to-dos on records of one model, all or none. A caller who has one already, by another writer, is
/// [`OdooError::DuplicateKey`](super::OdooError::DuplicateKey). Odoo finds the model by its name only where a default says it: an ordinary user cannot look up its id.
pub fn open(on: &'static str, rows: Vec<Map<String, Value>>) -> Call<Vec<i64>> {
    let rows = rows.into_iter().map(Value::Object).collect();
    Call::create(MODEL, rows).context("default_res_model", on)
}

/// Asks whether the key's user may make to-dos at all.
pub fn may_make() -> Call<bool> {
    let arguments = vec![
        ("operation", json!("create")),
        ("raise_exception", json!(false)),
    ];
    Call::method(MODEL, "check_access_rights", None, arguments)
}

/// Changes what a to-do says.
pub fn update(id: i64, values: Value) -> Call<bool> {
    Call::write(MODEL, vec![id], values)
}

/// Marks to-dos as done.
pub fn close(ids: Vec<i64>, feedback: &str) -> Call<Value> {
    Call::method(
        MODEL,
        "action_feedback",
        Some(ids),
        vec![("feedback", json!(feedback))],
    )
}

const FIELDS: [&str; 8] = [
    "x_ucm_key",
    "x_ucm_number",
    "x_ucm_caller",
    "active",
    "user_id",
    "summary",
    "note",
    "date_deadline",
];

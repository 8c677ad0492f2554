//! To-dos in Odoo (`mail.activity`): the bridge's own, found by the number that they are about.

use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Call, DATETIME, Version, call, journal, partner};

/// Model of activities.
pub const MODEL: &str = "mail.activity";

/// A call of the journal, as far as following it up goes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Past {
    /// Database id.
    pub id: i64,
    /// Key.
    #[serde(rename = "x_uid", deserialize_with = "call::text")]
    pub key: String,
    /// The outside party's number in E.164.
    #[serde(rename = "x_number", deserialize_with = "call::text")]
    pub number: String,
    /// Start, in UTC.
    #[serde(rename = "x_started_at", deserialize_with = "datetime")]
    pub started_at: NaiveDateTime,
    /// Value of `x_direction`.
    #[serde(rename = "x_direction", deserialize_with = "call::text")]
    pub direction: String,
    /// Value of `x_outcome`.
    #[serde(rename = "x_outcome", deserialize_with = "call::text")]
    pub outcome: String,
    /// Whom the extension belongs to.
    #[serde(rename = "x_user_id", deserialize_with = "call::many2one")]
    pub user: Option<i64>,
    /// The contact.
    #[serde(rename = "x_partner_id", deserialize_with = "call::many2one")]
    pub contact: Option<i64>,
    /// Whether what it called for has been done.
    #[serde(rename = "x_followed_up")]
    pub followed_up: bool,
}

impl Past {
    /// Whether a human spoke to a human.
    pub fn was_answered(&self) -> bool {
        self.outcome == "answered"
    }

    /// Whether somebody called in vain: also who left a message, or found everybody engaged.
    pub fn was_missed(&self) -> bool {
        self.direction == "inbound" && !self.was_answered()
    }
}

/// A to-do that the bridge made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Activity {
    /// Database id.
    pub id: i64,
    /// Key of the call that it was made for.
    #[serde(rename = "x_ucm_key", deserialize_with = "call::text")]
    pub key: String,
    /// Number in E.164.
    #[serde(rename = "x_ucm_number", deserialize_with = "call::text")]
    pub number: String,
    /// Not done yet: 19 keeps those that are done archived, 17 and 18 delete them.
    #[serde(default = "yes", rename = "active")]
    pub open: bool,
}

/// A person who may be given a to-do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Person {
    /// Database id.
    pub id: i64,
    /// Language, such as `fr_FR`.
    #[serde(default, deserialize_with = "call::text")]
    pub lang: String,
    /// Time zone, or empty.
    #[serde(default, deserialize_with = "call::text")]
    pub tz: String,
}

/// A contact and whose customer it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Customer {
    /// Database id.
    pub id: i64,
    /// Salesperson.
    #[serde(rename = "user_id", deserialize_with = "call::many2one")]
    pub salesperson: Option<i64>,
}

/// The calls of a server that have not been followed up, oldest first: those answered since `answered`, the others since `missed`.
pub fn waiting(server: &str, answered: NaiveDateTime, missed: NaiveDateTime) -> Call<Vec<Past>> {
    let domain = json!([
        ["x_server", "=", server],
        ["x_followed_up", "=", false],
        ["x_number", "!=", false],
        ["x_started_at", ">=", text(answered)],
        "|",
        ["x_outcome", "=", "answered"],
        ["x_started_at", ">=", text(missed)]
    ]);
    Call::search_read(journal::MODEL, domain, &FIELDS)
        .order("x_started_at")
        .limit(WAITING)
}

/// All calls with `numbers` that began `since`, whichever server they were made on, latest first.
pub fn history(numbers: &[&str], since: NaiveDateTime) -> Call<Vec<Past>> {
    let domain = json!([
        ["x_number", "in", numbers],
        ["x_started_at", ">=", text(since)]
    ]);
    Call::search_read(journal::MODEL, domain, &FIELDS)
        .order("x_started_at desc")
        .limit(HISTORY)
}

/// The bridge's to-dos about `numbers`, those that are done among them where Odoo keeps them.
pub fn of_numbers(version: Version, numbers: &[&str]) -> Call<Vec<Activity>> {
    let mut fields = vec!["x_ucm_key", "x_ucm_number"];
    if version.keeps_done_activities() {
        fields.push("active");
    }
    let domain = json!([["x_ucm_number", "in", numbers]]);
    Call::search_read(MODEL, domain, &fields).context("active_test", false)
}

/// Whose customers contacts are.
pub fn customers(contacts: Vec<i64>) -> Call<Vec<Customer>> {
    Call::search_read(
        partner::MODEL,
        json!([["id", "in", contacts]]),
        &["user_id"],
    )
}

/// Those of `users` who are active, with their language and time zone.
pub fn people(users: Vec<i64>) -> Call<Vec<Person>> {
    Call::search_read("res.users", json!([["id", "in", users]]), &["lang", "tz"])
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

/// Makes to-dos on records of one model. Odoo finds the model by its name only where a default says it: an ordinary user cannot look up its id.
pub fn open(on: &'static str, rows: Vec<Map<String, Value>>) -> Call<Vec<i64>> {
    let rows = rows.into_iter().map(Value::Object).collect();
    Call::create(MODEL, rows).context("default_res_model", on)
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

/// Says of calls that what they called for has been done.
pub fn followed_up(calls: Vec<i64>) -> Call<bool> {
    let values = json!({ "x_followed_up": true });
    Call::write(journal::MODEL, calls, values).context(journal::UNTRACKED, true)
}

fn text(instant: NaiveDateTime) -> String {
    instant.format(DATETIME).to_string()
}

fn datetime<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<NaiveDateTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    NaiveDateTime::parse_from_str(&text, DATETIME).map_err(serde::de::Error::custom)
}

const fn yes() -> bool {
    true
}

/// Most calls followed up at once; the rest is left to the next run.
pub const WAITING: usize = 500;

/// Most calls looked back on: the latest ten of each number, if all numbers differ.
const HISTORY: usize = 5_000;

const FIELDS: [&str; 8] = [
    "x_uid",
    "x_number",
    "x_started_at",
    "x_direction",
    "x_outcome",
    "x_user_id",
    "x_partner_id",
    "x_followed_up",
];

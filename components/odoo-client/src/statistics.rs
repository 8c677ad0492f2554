//! Counting in the journal by Odoo's own [aggregation](super::group).
//!
//! What a span of time covers is taken from its beginning in UTC, never from its label, which is in the language of the key's user.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::group::{self, COUNT, Keys, Unread};
use super::{Call, DATETIME, OdooError, Transport, Version, call, journal, partner};
use calls::followup::{FROM_OUTSIDE, NOT_IN_VAIN};
use calls::stats::Filter;

/// Which calls are counted: terms of a domain, all of which must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain(Vec<Value>);

/// A number of calls that have something in common.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Group {
    /// How many.
    #[serde(rename = "__count")]
    pub calls: u64,
    /// Seconds talked on them.
    #[serde(
        rename = "x_talk_seconds:sum",
        alias = "x_talk_seconds",
        deserialize_with = "number"
    )]
    pub talk_secs: u64,
    /// When the last of them began.
    #[serde(
        rename = "x_started_at:max",
        alias = "x_started_at",
        deserialize_with = "moment"
    )]
    pub last_at: Option<DateTime<Utc>>,
    /// What spans of time cover, on 17 and 18.
    #[serde(rename = "__range", default)]
    ranges: Map<String, Value>,
    /// What the calls have in common.
    #[serde(flatten)]
    keys: Keys,
}

/// A call that waited.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Waited {
    /// Database id.
    pub id: i64,
    /// When it began.
    #[serde(rename = "x_started_at", deserialize_with = "moment")]
    pub started_at: Option<DateTime<Utc>>,
    /// Seconds it rang.
    #[serde(rename = "x_ring_seconds")]
    pub ring_secs: u32,
    /// Value of `x_outcome`.
    #[serde(rename = "x_outcome", deserialize_with = "call::text")]
    pub outcome: String,
    /// The contact, with its name.
    #[serde(rename = "x_partner_id", deserialize_with = "call::false_as_none")]
    pub contact: Option<(i64, String)>,
    /// Number in E.164, or empty.
    #[serde(rename = "x_number", deserialize_with = "call::text")]
    pub number: String,
    /// The caller's number as the UCM wrote it, or empty.
    #[serde(rename = "x_caller_number", deserialize_with = "call::text")]
    pub caller_number: String,
    /// The extension, or empty.
    #[serde(rename = "x_extension", deserialize_with = "call::text")]
    pub extension: String,
    /// The id of its server, or empty.
    #[serde(rename = "x_server", deserialize_with = "call::text")]
    pub server: String,
}

/// A contact, as far as its statistics name it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Named {
    /// Name as Odoo shows it, with the company's for a person of one.
    #[serde(deserialize_with = "call::text")]
    pub display_name: String,
}

impl Domain {
    /// The calls that `filter` names; of a company, with those of its people, however deep.
    pub fn of(filter: &Filter) -> Self {
        let texts = [
            ("x_server", &filter.server),
            ("x_extension", &filter.extension),
            ("x_direction", &filter.direction),
        ];
        let equal = texts.into_iter().filter_map(|(field, value)| {
            let value = value.as_ref()?;
            Some(json!([field, "=", value]))
        });
        let contact = filter
            .contact
            .map(|contact| json!(["x_partner_id", "child_of", contact]));
        Self(equal.chain(contact).collect())
    }

    /// Those of them that satisfy another term as well.
    #[must_use]
    pub fn and(&self, field: &str, operator: &str, value: impl Into<Value>) -> Self {
        let mut terms = self.0.clone();
        terms.push(json!([field, operator, value.into()]));
        Self(terms)
    }

    /// Those of them that began at `from` or later, and before `until`.
    #[must_use]
    pub fn between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        self.since(from).and("x_started_at", "<", text(until))
    }

    /// Those of them that began at `from` or later.
    #[must_use]
    pub fn since(&self, from: DateTime<Utc>) -> Self {
        self.and("x_started_at", ">=", text(from))
    }

    /// Those of them that called in vain: also who left a message, or found everybody engaged.
    #[must_use]
    pub fn in_vain(&self) -> Self {
        self.and("x_direction", "in", json!(FROM_OUTSIDE)).and(
            "x_outcome",
            "not in",
            json!(NOT_IN_VAIN),
        )
    }

    /// Those of them whose number is known.
    #[must_use]
    pub fn with_number(&self) -> Self {
        self.and("x_number", "!=", false)
    }

    /// Those of them by which one of `owed` has called the company that owes them a call.
    #[must_use]
    pub fn of_owed(&self, owed: &[Owed<'_>]) -> Self {
        let alternatives = owed.iter().map(|owed| {
            let company = owed.company.map_or(Value::Bool(false), Value::from);
            let number = [
                json!("&"),
                json!([NUMBER, "=", owed.number]),
                json!([COMPANY, "=", company]),
            ];
            let since = owed.since;
            let since = since.map(|since| [json!("&"), json!(["x_started_at", ">", text(since)])]);
            since.into_iter().flatten().chain(number)
        });
        let ors = std::iter::repeat_n(json!("|"), owed.len().saturating_sub(1));
        let mut terms = self.0.clone();
        terms.extend(ors);
        terms.extend(alternatives.flatten());
        Self(terms)
    }
}

/// A number that a company owes a call.
#[derive(Debug, Clone, Copy)]
pub struct Owed<'n> {
    /// The number in E.164.
    pub number: &'n str,
    /// The company, where the calls are of one.
    pub company: Option<i64>,
    /// When it last spoke to the number.
    pub since: Option<DateTime<Utc>>,
}

/// Counts the calls of `domain` by each of `by`: fields, or spans of time such as `x_started_at:day` in the context's time zone.
pub fn count(version: Version, domain: &Domain, by: &[&str]) -> Call<Vec<Group>> {
    let domain = Value::Array(domain.0.clone());
    group::count(version, journal::MODEL, domain, by, &[TALKED, LAST])
}

/// The same for the `most` numbers with most calls.
pub fn count_busiest(version: Version, domain: &Domain, most: usize) -> Call<Vec<Group>> {
    // The number decides between equals, so that the answer is the same every time.
    let order = json!(format!("{COUNT} desc, {NUMBER}"));
    let counted = count(version, domain, &[NUMBER]).limit(most);
    match version.transport() {
        Transport::Json2 => counted.option("order", order),
        Transport::JsonRpc => counted.option("orderby", order),
    }
}

/// The calls of `domain` that waited longest.
pub fn longest_waits(domain: &Domain, most: usize) -> Call<Vec<Waited>> {
    let waited = domain.and("x_ring_seconds", ">", 0);
    let fields = [
        "x_started_at",
        "x_ring_seconds",
        "x_outcome",
        "x_partner_id",
        "x_number",
        "x_caller_number",
        "x_extension",
        "x_server",
    ];
    Call::search_read(journal::MODEL, Value::Array(waited.0), &fields)
        .order("x_ring_seconds desc, x_started_at, id")
        .limit(most)
}

/// The first call of `domain` that has a beginning.
pub fn first(domain: &Domain) -> Call<Vec<Value>> {
    let begun = domain.and("x_started_at", "!=", false);
    Call::search_read(journal::MODEL, Value::Array(begun.0), &["x_started_at"])
        .order("x_started_at")
        .limit(1)
}

/// Reads a contact's name; nothing is answered where there is no such contact. Archived ones have theirs.
pub fn contact(id: i64) -> Call<Vec<Named>> {
    Call::search_read(partner::MODEL, json!([["id", "=", id]]), &["display_name"])
        .context("active_test", false)
}

impl Group {
    /// A text that the calls have in common.
    ///
    /// # Errors
    /// [`OdooError::NotUnderstood`] when Odoo has not grouped by it.
    pub fn text(&self, by: &str) -> Result<Option<&str>, OdooError> {
        self.keys.text(by).map_err(not_understood)
    }

    /// A whole number that they have in common; parts of a date come as fractions.
    ///
    /// # Errors
    /// [`OdooError::NotUnderstood`] when Odoo has not grouped by it.
    pub fn number(&self, by: &str) -> Result<Option<u32>, OdooError> {
        self.keys.number(by).map_err(not_understood)
    }

    /// The record that they have in common, with its name.
    ///
    /// # Errors
    /// [`OdooError::NotUnderstood`] when Odoo has not grouped by it.
    pub fn record(&self, by: &str) -> Result<Option<(i64, &str)>, OdooError> {
        self.keys.record(by).map_err(not_understood)
    }

    /// Where the span of time that they have in common begins; nothing for those without a beginning.
    ///
    /// # Errors
    /// [`OdooError::NotUnderstood`] when Odoo has not grouped by it.
    pub fn begin(&self, by: &str) -> Result<Option<DateTime<Utc>>, OdooError> {
        let key = self.keys.value(by).map_err(not_understood)?;
        if *key == Value::Bool(false) {
            return Ok(None);
        }
        let begin = match self.ranges.get(by) {
            Some(range) => range["from"].as_str(),
            None => key[0].as_str(),
        };
        begin.and_then(read).map(Some).ok_or(NOT_UNDERSTOOD)
    }
}

/// When a call began, as [`first`] answers it.
///
/// # Errors
/// [`OdooError::NotUnderstood`] when it is no moment.
pub fn began(row: &Value) -> Result<DateTime<Utc>, OdooError> {
    let text = row["x_started_at"].as_str();
    text.and_then(read).ok_or(NOT_UNDERSTOOD)
}

fn text(instant: DateTime<Utc>) -> String {
    instant.format(DATETIME).to_string()
}

fn read(text: &str) -> Option<DateTime<Utc>> {
    let naive = NaiveDateTime::parse_from_str(text, DATETIME).ok()?;
    Some(naive.and_utc())
}

/// A moment in UTC; `False` for none.
fn moment<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    let Some(text) = call::false_as_none::<D, String>(deserializer)? else {
        return Ok(None);
    };
    let unread = || serde::de::Error::custom("no datetime of Odoo");
    read(&text).map(Some).ok_or_else(unread)
}

/// A sum; `False` where there was nothing to add.
fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Ok(call::false_as_none(deserializer)?.unwrap_or_default())
}

/// Field of the outside party's number.
pub const NUMBER: &str = "x_number";

/// Field of the company whose call it is.
pub const COMPANY: &str = "x_company_id";

/// What is added up of each group.
const TALKED: &str = "x_talk_seconds:sum";
const LAST: &str = "x_started_at:max";

fn not_understood(_: Unread) -> OdooError {
    NOT_UNDERSTOOD
}

const NOT_UNDERSTOOD: OdooError = OdooError::NotUnderstood {
    model: journal::MODEL,
    method: "read_group",
};

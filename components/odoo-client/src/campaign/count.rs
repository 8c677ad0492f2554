//! What is counted of campaigns, by Odoo's own [aggregation](crate::group).

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::group::{self, Keys, Unread};
use crate::{Call, DATETIME, OdooError, Version, call};

/// Model of the campaigns.
pub const MODEL: &str = "x_ucm_campaign";
/// Model of those who are in one.
pub const MEMBER: &str = "x_ucm_member";
/// Model of the calls with members' numbers.
pub const ATTEMPT: &str = "x_ucm_attempt";
/// Model of the calls that a rule has refused.
pub const REFUSAL: &str = "x_ucm_refusal";

/// Field by which everything belongs to its campaign.
pub const CAMPAIGN: &str = "x_campaign_id";

/// A campaign, as far as its figures name it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Found {
    /// Database id.
    pub id: i64,
    /// Its name.
    #[serde(rename = "x_name", deserialize_with = "call::text")]
    pub name: String,
    /// Value of `x_state`, or empty.
    #[serde(rename = "x_state", deserialize_with = "call::text")]
    pub state: String,
    /// An IANA name, or empty.
    #[serde(rename = "x_zone", deserialize_with = "call::text")]
    pub zone: String,
    /// How many successes are wanted; zero where nobody has said it.
    #[serde(rename = "x_goal")]
    pub goal: u64,
}

/// A number of records that have something in common.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Group {
    /// How many.
    #[serde(rename = "__count")]
    pub count: u64,
    /// What they have in common, and what was added up.
    #[serde(flatten)]
    keys: Keys,
}

/// Moments between which something began: the first, and the first one after the last.
pub type Bounds = (DateTime<Utc>, DateTime<Utc>);

/// The campaigns that there are, the newest first.
pub fn all(most: usize) -> Call<Vec<Found>> {
    found(json!([])).order("id desc").limit(most)
}

/// One campaign; nothing is answered where there is no such one.
pub fn one(id: i64) -> Call<Vec<Found>> {
    found(json!([["id", "=", id]]))
}

fn found(domain: Value) -> Call<Vec<Found>> {
    Call::search_read(MODEL, domain, &["x_name", "x_state", "x_zone", "x_goal"])
}

/// Members of `campaigns` by each of `by`.
pub fn members(version: Version, campaigns: &[i64], by: &[&str]) -> Call<Vec<Group>> {
    let domain = json!([[CAMPAIGN, "in", campaigns]]);
    group::count(version, MEMBER, domain, by, &[])
}

/// Members who may be called at `now`, by campaign: those whose turn it is.
pub fn callable(version: Version, campaigns: &[i64], now: DateTime<Utc>) -> Call<Vec<Group>> {
    let domain = json!([
        [CAMPAIGN, "in", campaigns],
        ["x_state", "=", "ready"],
        "|",
        ["x_next_at", "=", false],
        ["x_next_at", "<=", text(now)],
    ]);
    group::count(version, MEMBER, domain, &[CAMPAIGN], &[])
}

/// Members who were called, or reached because they called back, by campaign.
pub fn tried(version: Version, campaigns: &[i64]) -> Call<Vec<Group>> {
    let domain = json!([
        [CAMPAIGN, "in", campaigns],
        "|",
        ["x_attempts", ">", 0],
        ["x_is_reached", "=", true],
    ]);
    group::count(version, MEMBER, domain, &[CAMPAIGN], &[])
}

/// Calls of a campaign by each of `by`, with the seconds talked.
pub fn calls(
    version: Version,
    campaign: i64,
    bounds: Option<Bounds>,
    by: &[&str],
) -> Call<Vec<Group>> {
    let domain = Value::Array(within(campaign, bounds));
    group::count(version, ATTEMPT, domain, by, &["x_talk_seconds:sum"])
}

/// The hours in which each agent of a campaign had a call.
pub fn hours(version: Version, campaign: i64, bounds: Option<Bounds>) -> Call<Vec<Group>> {
    let domain = Value::Array(within(campaign, bounds));
    group::count(
        version,
        ATTEMPT,
        domain,
        &["x_user_id"],
        &["x_slot:count_distinct"],
    )
}

/// Calls to members of a campaign by the hour of the week, with how many were answered.
pub fn week(version: Version, campaign: i64, bounds: Option<Bounds>) -> Call<Vec<Group>> {
    let mut domain = within(campaign, bounds);
    domain.push(json!(["x_direction", "=", "outbound"]));
    let by = ["x_weekday", "x_hour"];
    group::count(
        version,
        ATTEMPT,
        Value::Array(domain),
        &by,
        &["x_answered:sum"],
    )
}

/// Calls of a campaign that were refused, by rule.
pub fn refusals(version: Version, campaign: i64, bounds: Option<Bounds>) -> Call<Vec<Group>> {
    let domain = Value::Array(within(campaign, bounds));
    group::count(version, REFUSAL, domain, &["x_rule"], &[])
}

fn within(campaign: i64, bounds: Option<Bounds>) -> Vec<Value> {
    let mut domain = vec![json!([CAMPAIGN, "=", campaign])];
    if let Some((from, until)) = bounds {
        domain.push(json!(["x_at", ">=", text(from)]));
        domain.push(json!(["x_at", "<", text(until)]));
    }
    domain
}

fn text(instant: DateTime<Utc>) -> String {
    instant.format(DATETIME).to_string()
}

impl Group {
    /// A text that the records have in common.
    ///
    /// # Errors
    /// [`OdooError::NotUnderstood`] when Odoo has not grouped by it.
    pub fn text(&self, by: &str) -> Result<Option<&str>, OdooError> {
        self.keys.text(by).map_err(not_understood)
    }

    /// Whether they have something, or have it not.
    ///
    /// # Errors
    /// [`OdooError::NotUnderstood`] when Odoo has not grouped by it.
    pub fn flag(&self, by: &str) -> Result<bool, OdooError> {
        self.keys.flag(by).map_err(not_understood)
    }

    /// The record that they have in common, with its name.
    ///
    /// # Errors
    /// [`OdooError::NotUnderstood`] when Odoo has not grouped by it.
    pub fn record(&self, by: &str) -> Result<Option<(i64, &str)>, OdooError> {
        self.keys.record(by).map_err(not_understood)
    }

    /// What was added up of a field by `function`, such as `sum`.
    ///
    /// # Errors
    /// [`OdooError::NotUnderstood`] when Odoo has not added it up.
    pub fn aggregate(&self, field: &str, function: &str) -> Result<u64, OdooError> {
        self.keys.aggregate(field, function).map_err(not_understood)
    }
}

fn not_understood(_: Unread) -> OdooError {
    NOT_UNDERSTOOD
}

/// The answer is not one of a count.
pub const NOT_UNDERSTOOD: OdooError = OdooError::NotUnderstood {
    model: MODEL,
    method: "read_group",
};

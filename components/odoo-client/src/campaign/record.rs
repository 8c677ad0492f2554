//! What Odoo has on record of the number of a member.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::json;

use super::count::{MEMBER, MODEL, REFUSAL};
use crate::{Call, DATETIME, call, journal, partner};

/// A member, as far as its record names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Member {
    /// Database id.
    pub id: i64,
    /// Name.
    #[serde(rename = "x_name", deserialize_with = "call::text")]
    pub name: String,
    /// In E.164, or empty.
    #[serde(rename = "x_number", deserialize_with = "call::text")]
    pub number: String,
    /// As somebody has entered it, or empty.
    #[serde(rename = "x_raw", deserialize_with = "call::text")]
    pub entered: String,
    /// When it was added.
    #[serde(rename = "create_date", deserialize_with = "moment")]
    pub added_at: DateTime<Utc>,
    /// Value of `x_state`, or empty.
    #[serde(rename = "x_state", deserialize_with = "call::text")]
    pub state: String,
    /// Value of `x_why`, or empty.
    #[serde(rename = "x_why", deserialize_with = "call::text")]
    pub why: String,
    /// Value of `x_kind`, or empty.
    #[serde(rename = "x_kind", deserialize_with = "call::text")]
    pub kind: String,
    /// Whether the number is on the blacklist.
    #[serde(rename = "x_is_blacklisted")]
    pub is_blacklisted: bool,
    /// The contact.
    #[serde(rename = "x_partner_id", deserialize_with = "call::many2one")]
    pub contact: Option<i64>,
}

/// The rules of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Rules {
    /// Value of `x_law`, or empty.
    #[serde(rename = "x_law", deserialize_with = "call::text")]
    pub law: String,
    /// Most calls to a number in thirty days.
    #[serde(rename = "x_most_calls")]
    pub most_calls: u32,
    /// Most attempts of a member.
    #[serde(rename = "x_most_attempts")]
    pub most_attempts: u32,
    /// Days of rest after a refusal.
    #[serde(rename = "x_rest_days")]
    pub rest_days: u32,
    /// Whether consent comes first.
    #[serde(rename = "x_needs_consent")]
    pub needs_consent: bool,
    /// The first day.
    #[serde(rename = "x_from", deserialize_with = "call::false_as_none")]
    pub from: Option<NaiveDate>,
    /// The last day.
    #[serde(rename = "x_until", deserialize_with = "call::false_as_none")]
    pub until: Option<NaiveDate>,
}

/// Hours of a day of the week.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Hours {
    /// `0` is Monday.
    #[serde(rename = "x_weekday", deserialize_with = "call::text")]
    pub weekday: String,
    /// Hours after midnight.
    #[serde(rename = "x_from")]
    pub from: f64,
    /// The end, likewise.
    #[serde(rename = "x_until")]
    pub until: f64,
}

/// A day on which nobody is called.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Closed {
    /// The day.
    #[serde(rename = "x_day")]
    pub day: NaiveDate,
}

/// Whether and where somebody has agreed to be called.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Consent {
    /// When; without it there is none.
    #[serde(rename = "x_ucm_consent_at", deserialize_with = "call::false_as_none")]
    pub given_on: Option<NaiveDate>,
    /// Where, or empty.
    #[serde(rename = "x_ucm_consent_source", deserialize_with = "call::text")]
    pub source: String,
    /// What shows it, or empty.
    #[serde(rename = "x_ucm_consent_proof", deserialize_with = "call::text")]
    pub proof: String,
}

/// A call in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Called {
    /// Database id.
    pub id: i64,
    /// When it began.
    #[serde(rename = "x_started_at", deserialize_with = "moment")]
    pub at: DateTime<Utc>,
    /// Value of `x_direction`, or empty.
    #[serde(rename = "x_direction", deserialize_with = "call::text")]
    pub direction: String,
    /// Value of `x_outcome`, or empty.
    #[serde(rename = "x_outcome", deserialize_with = "call::text")]
    pub outcome: String,
    /// Who the extension belongs to.
    #[serde(rename = "x_user_id", deserialize_with = "call::named")]
    pub agent: Option<(i64, String)>,
    /// The extension, or empty.
    #[serde(rename = "x_extension", deserialize_with = "call::text")]
    pub extension: String,
    /// Seconds talked.
    #[serde(rename = "x_talk_seconds")]
    pub talk_secs: u64,
}

/// A call that a rule has refused.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Refused {
    /// When.
    #[serde(rename = "x_at", deserialize_with = "moment")]
    pub at: DateTime<Utc>,
    /// Value of `x_rule`, or empty.
    #[serde(rename = "x_rule", deserialize_with = "call::text")]
    pub rule: String,
    /// The campaign.
    #[serde(rename = "x_campaign_id", deserialize_with = "call::named")]
    pub campaign: Option<(i64, String)>,
    /// For whom.
    #[serde(rename = "x_user_id", deserialize_with = "call::named")]
    pub agent: Option<(i64, String)>,
    /// What the rule has found, or empty.
    #[serde(rename = "x_detail", deserialize_with = "call::text")]
    pub detail: String,
}

/// The member `id` of a campaign; nothing is answered where it has no such one.
pub fn member(campaign: i64, id: i64) -> Call<Vec<Member>> {
    let domain = json!([["id", "=", id], ["x_campaign_id", "=", campaign]]);
    let fields = [
        "x_name",
        "x_number",
        "x_raw",
        "create_date",
        "x_state",
        "x_why",
        "x_kind",
        "x_is_blacklisted",
        "x_partner_id",
    ];
    Call::search_read(MEMBER, domain, &fields)
}

/// The rules of a campaign.
pub fn rules(campaign: i64) -> Call<Vec<Rules>> {
    let fields = [
        "x_law",
        "x_most_calls",
        "x_most_attempts",
        "x_rest_days",
        "x_needs_consent",
        "x_from",
        "x_until",
    ];
    Call::search_read(MODEL, json!([["id", "=", campaign]]), &fields)
}

/// The hours of a campaign.
pub fn hours(campaign: i64) -> Call<Vec<Hours>> {
    let domain = json!([["x_campaign_id", "=", campaign]]);
    Call::search_read("x_ucm_hours", domain, &["x_weekday", "x_from", "x_until"])
        .order("x_weekday, x_from, id")
}

/// The days on which a campaign calls nobody.
pub fn closed(campaign: i64) -> Call<Vec<Closed>> {
    let domain = json!([["x_campaign_id", "=", campaign]]);
    Call::search_read("x_ucm_closed", domain, &["x_day"]).order("x_day, id")
}

/// The consent of a contact, archived or not.
pub fn consent(contact: i64) -> Call<Vec<Consent>> {
    let fields = [
        "x_ucm_consent_at",
        "x_ucm_consent_source",
        "x_ucm_consent_proof",
    ];
    Call::search_read(partner::MODEL, json!([["id", "=", contact]]), &fields)
        .context("active_test", false)
}

/// Calls with a number since a moment, the last first.
pub fn calls(number: &str, since: DateTime<Utc>, most: usize) -> Call<Vec<Called>> {
    let since = since.format(DATETIME).to_string();
    let domain = json!([["x_number", "=", number], ["x_started_at", ">=", since]]);
    let fields = [
        "x_started_at",
        "x_direction",
        "x_outcome",
        "x_user_id",
        "x_extension",
        "x_talk_seconds",
    ];
    Call::search_read(journal::MODEL, domain, &fields)
        .order("x_started_at desc, id desc")
        .limit(most)
}

/// Calls to a number that a rule has refused, the last first.
pub fn refusals(number: &str, most: usize) -> Call<Vec<Refused>> {
    let domain = json!([["x_number", "=", number], ["x_at", "!=", false]]);
    let fields = ["x_at", "x_rule", "x_campaign_id", "x_user_id", "x_detail"];
    Call::search_read(REFUSAL, domain, &fields)
        .order("x_at desc, id desc")
        .limit(most)
}

/// A moment in UTC.
fn moment<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    Ok(call::datetime(deserializer)?.and_utc())
}

//! Call campaigns (`x_ucm_campaign`), of the data module `ucm_odoo_campaigns`: what the bridge has to do for them.
//!
//! Who is called next, and what a result does, is decided within transactions of Odoo, by actions of the module that people run.

pub mod count;
pub mod record;

use serde::Deserialize;
use serde_json::{Value, json};

use super::directory::Wanted;
use super::{Call, action, call};

/// The action that takes readings of numbers, adds the next members, and gives what is still to be read.
pub const READ: &str = "ucm_odoo_campaigns.action_campaign_read";
/// The action that sees in the journal what came of the members.
pub const SETTLE: &str = "ucm_odoo_campaigns.action_campaign_settle";

/// A member whose number is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Unread {
    /// Database id.
    pub id: i64,
    /// What somebody has entered.
    #[serde(default, deserialize_with = "call::text")]
    pub number: String,
    /// Country of the contact, such as `FR`; empty where none is known.
    #[serde(default, deserialize_with = "call::text")]
    pub country: String,
    /// Short name of the server that the campaign calls by; empty where it is that of each agent.
    #[serde(default, deserialize_with = "call::text")]
    pub server: String,
}

/// What is left to read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Reading {
    /// Whether there are more records to add.
    pub more: bool,
    /// Members whose numbers are to be read.
    pub unread: Vec<Unread>,
}

/// What was read of a member's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Database id of the member.
    pub member: i64,
    /// The number, or why the member is excluded.
    pub number: Result<Wanted, &'static str>,
}

/// Says what was read, and gets what is to be read next, in the order of the ids after `after`: `limit` at most.
pub fn read(action_id: i64, read: &[Read], after: i64, limit: usize) -> Call<Reading> {
    let read: Vec<Value> = read
        .iter()
        .map(|read| match &read.number {
            Ok(number) => {
                let forms: Vec<&str> = number.written().collect();
                json!({ "member": read.member, "number": number.e164, "forms": forms.join(" "), "why": false })
            }
            Err(why) => json!({ "member": read.member, "number": false, "why": why }),
        })
        .collect();
    let fill = json!({ "read": read, "after": after, "limit": limit });
    run(action_id).context("x_ucm_fill", fill)
}

/// What is left to do after some calls were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub struct Settled {
    /// Whether there are more of them.
    pub more: bool,
    /// Whether numbers are to be read, or members to be added.
    pub unread: bool,
}

/// How far back Odoo looks for what came of the members: with years of calls all of the journal takes seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Back {
    /// At calls that began in the last 35 days.
    Lately,
    /// At all of them.
    ToTheBegin,
}

/// Has Odoo see what came of the members, as far as the journal says it.
pub fn settle(action_id: i64, back: Back) -> Call<Settled> {
    let settle = run(action_id);
    match back {
        Back::Lately => settle.context("x_ucm_lately", true),
        Back::ToTheBegin => settle,
    }
}

fn run<T: serde::de::DeserializeOwned>(action_id: i64) -> Call<T> {
    Call::method(action::MODEL, "run", Some(vec![action_id]), vec![])
}

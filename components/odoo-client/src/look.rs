//! Several searches in one request, for somebody who waits: the data module has an action that makes them, with the rights of who asks.

use serde::Deserialize;
use serde_json::{Value, json};

use super::directory::{Directory, Wanted, is_cut};
use super::number::{self, Assigned};
use super::{Call, OdooError, action, made};
use calls::contacts::{Candidate, Made};

/// The action that answers several questions.
pub const ACTION: &str = "ucm_odoo.action_look";

/// The answers, in the order of the questions.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Answers {
    answers: Vec<Value>,
}

/// Everything that is to be known of one number before it is said whose it is.
#[derive(Debug)]
pub struct Inquiry {
    wanted: Wanted,
    assigned: Call<Vec<Assigned>>,
    made: Call<Vec<Made>>,
    found: Call<Vec<Candidate>>,
}

/// What Odoo has of the number.
#[derive(Debug)]
pub struct Looked {
    /// Whether a person has assigned it.
    pub assigned: Vec<Assigned>,
    /// What the bridge has made for it.
    pub made: Vec<Made>,
    /// The contacts that may have it; nothing where there are more than one answer holds, and they have to be searched for in another way.
    pub candidates: Option<Vec<Candidate>>,
}

impl Inquiry {
    /// What is asked about `wanted`, on behalf of `company`.
    pub fn about(wanted: Wanted, directory: &Directory<Candidate>, company: Option<i64>) -> Self {
        let numbers: Vec<&str> = wanted.in_full().collect();
        Self {
            assigned: number::find(&numbers, company),
            made: made::find(&numbers, company),
            found: directory.find(std::slice::from_ref(&wanted), &[]),
            wanted,
        }
    }

    /// The one request.
    pub fn ask(&self, action_id: i64) -> Call<Answers> {
        let questions = [
            question(&self.assigned, None),
            question(&self.made, None),
            // A contact that was made for the number is one to look at, whatever number it has now.
            question(&self.found, Some("x_partner_id")),
        ];
        Call::method(action::MODEL, "run", Some(vec![action_id]), vec![])
            .context("x_ucm_questions", questions.to_vec())
    }

    /// Reads the answers.
    ///
    /// # Errors
    /// [`OdooError::NotUnderstood`] where they are not of the shape that was asked for.
    pub fn read(&self, answers: Answers) -> Result<Looked, OdooError> {
        let mut answers = answers.answers.into_iter();
        let mut next = || answers.next().unwrap_or_default();
        let assigned = answer(&self.assigned, next())?;
        let made = answer(&self.made, next())?;
        let candidates = answer(&self.found, next())?;
        let is_cut = is_cut::<i64, _>(std::slice::from_ref(&self.wanted), &[], &candidates);
        Ok(Looked {
            assigned,
            made,
            candidates: (!is_cut).then_some(candidates),
        })
    }

    /// The number.
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }
}

/// A search as a question; `named` is the field by which the answer before names records that are looked for as well.
fn question<T>(call: &Call<T>, named: Option<&str>) -> Value {
    let given = |name: &str| call.args.iter().find(|(known, _)| *known == name);
    let value = |name: &str| given(name).and_then(|(_, arg)| arg.value().cloned());
    let argument = |name: &str| value(name).unwrap_or(json!([]));
    let option = |name: &str| call.options.get(name).cloned().unwrap_or(json!(false));
    let active_test = call.context.get("active_test").cloned();
    json!({
        "model": call.model,
        "domain": argument("domain"),
        "fields": argument("fields"),
        "order": option("order"),
        "limit": option("limit"),
        "active_test": active_test.unwrap_or(json!(true)),
        "named": named.map_or(json!(false), Value::from),
    })
}

fn answer<T>(call: &Call<T>, value: Value) -> Result<T, OdooError> {
    (call.read)(value).map_err(|_| OdooError::NotUnderstood {
        model: call.model,
        method: call.method,
    })
}

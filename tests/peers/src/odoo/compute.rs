//! Python of computed manual fields, as far as it follows a pattern that costs no writes.
//!
//! One groups the records of another model by the relation that points here (`_read_group`) and assigns one
//! figure per record; it is what a data module without Python can afford. Others choose a [text](chosen). Anything else reads as unset.

mod chosen;

use serde_json::{Value, json};

use super::env::Env;
use super::orm::search::Page;
use super::python::{Names, PythonError, evaluate};
use super::schema::{Field, Ttype};
use super::value::to_wire;

/// What a `_read_group` in the code asks for.
#[derive(Debug)]
struct Grouping {
    model: String,
    relation: String,
    domain: Value,
    aggregate: String,
}

impl Env<'_> {
    /// The value of a computed field for one record.
    pub(crate) fn python_compute(
        &mut self,
        model: &str,
        id: i64,
        field: &Field,
        code: &str,
    ) -> Value {
        let unset = match field.ttype.is_to_many() {
            true => json!([]),
            false => to_wire(field, &Value::Null),
        };
        if code.contains("= self.env.uid") {
            return json!(self.uid);
        }
        let stored = |name: &str| self.stored(model, id, name);
        if let Some(text) = chosen::chosen(code, self.context.lang.as_deref(), stored) {
            return text;
        }
        if field.name == "x_candidate_ids" && code.contains("x_asked_at") {
            return json!(self.possible_calls(id).unwrap_or_default());
        }
        if let Some(at) = self.presence(id, code) {
            return at;
        }
        if field.name == "x_hint" && code.contains("x_ucm_link") {
            return self.hint_link();
        }
        let Some(grouping) = parse_grouping(code) else {
            return unset;
        };
        let mut domain = vec![json!([grouping.relation, "=", id])];
        domain.extend(grouping.domain.as_array().cloned().unwrap_or_default());
        let page = Page::default();
        let ids = self
            .sudo(|env| env.search(&grouping.model, &Value::Array(domain), &page))
            .unwrap_or_default();
        let Some((source, function)) = grouping.aggregate.split_once(':') else {
            return json!(ids.len());
        };
        let values: Vec<Value> = ids
            .iter()
            .map(|id| self.stored(&grouping.model, *id, source))
            .collect();
        let value = super::orm::aggregate(function, &values);
        if value.is_null() || (field.ttype == Ttype::Integer && value == json!(false)) {
            unset
        } else {
            value
        }
    }
}

/// Reads `self.env['m'].sudo()._read_group([('rel','in',self.ids)] + [...], ['rel'], ['aggregate'])`.
fn parse_grouping(code: &str) -> Option<Grouping> {
    let (head, call) = code.split_once("._read_group(")?;
    let model = head
        .rsplit_once("env[")?
        .1
        .split(['\'', '"'])
        .nth(1)?
        .to_owned();
    let arguments = evaluate(&format!("({}", balanced(call)?), &mut SelfIds).ok()?;
    let arguments = arguments.as_array()?;
    let leaves = arguments.first()?.as_array()?;
    let relation = arguments.get(1)?.get(0)?.as_str()?.to_owned();
    let domain = leaves
        .iter()
        .filter(|leaf| leaf.get(2) != Some(&json!("self.ids")))
        .cloned()
        .collect();
    let aggregate = arguments.get(2)?.get(0)?.as_str()?.to_owned();
    Some(Grouping {
        model,
        relation,
        domain,
        aggregate,
    })
}

/// The text up to the parenthesis that closes the call, with it.
fn balanced(text: &str) -> Option<&str> {
    let mut depth = 1_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&text[..=at]);
        }
    }
    None
}

struct SelfIds;

impl Names for SelfIds {
    fn name(&mut self, name: &str) -> Option<Value> {
        (name == "self.ids").then(|| json!("self.ids"))
    }

    fn call(&mut self, _: &str, _: &[Value]) -> Option<Result<Value, PythonError>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_read_group_of_a_compute_is_understood() {
        let code = "data = {p.id: n for p, n in self.env['x_ucm_call'].sudo()._read_group([('x_partner_id','in',self.ids)] + \
                    [('x_direction','=','inbound')], ['x_partner_id'], ['__count'])}\nfor rec in self:\n    rec['x_n'] = data.get(rec.id) or 0";
        let grouping = parse_grouping(code).unwrap();
        assert_eq!(
            (
                grouping.model.as_str(),
                grouping.relation.as_str(),
                grouping.aggregate.as_str()
            ),
            ("x_ucm_call", "x_partner_id", "__count")
        );
        assert_eq!(grouping.domain, json!([["x_direction", "=", "inbound"]]));
    }
}

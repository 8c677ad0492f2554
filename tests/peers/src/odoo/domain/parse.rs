//! From a client's list to a tree of conditions.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::matching::phone_digits;
use super::refusal::{invalid_field, invalid_item, invalid_operator};
use super::{Leaf, Node, OPERATORS, Test};
use crate::odoo::env::{Env, ids_of};
use crate::odoo::error::{Kind, OdooError, Outcome};
use crate::odoo::schema::{Compute, Field, Model, Ttype};
use crate::odoo::store::Key;
use crate::odoo::value::{self, is_unset, repr, to_str};
use crate::odoo::version::Version;

impl Env<'_> {
    /// Parses a domain for a model.
    ///
    /// # Errors
    ///
    /// `ValueError` for unknown fields and operators, with the words of the version.
    pub(crate) fn domain(&mut self, model: &Model, domain: &Value) -> Outcome<Node> {
        let items = match domain {
            Value::Array(items) => items.as_slice(),
            Value::Null | Value::Bool(false) => &[],
            other => {
                return Err(OdooError::type_error(format!(
                    "'{}' object is not iterable",
                    value::python_type(other)
                )));
            }
        };
        let mut stack: Vec<Node> = Vec::new();
        for item in items.iter().rev() {
            let node = match item.as_str() {
                Some("&") => Node::All(pop(&mut stack, 2)?),
                Some("|") => Node::Any(pop(&mut stack, 2)?),
                Some("!") => Node::Not(Box::new(Node::All(pop(&mut stack, 1)?))),
                _ => self.leaf(model, item)?,
            };
            stack.push(node);
        }
        stack.reverse();
        Ok(Node::All(stack))
    }

    fn leaf(&mut self, model: &Model, item: &Value) -> Outcome<Node> {
        let version = self.version();
        let Some([path, op, value]) = item.as_array().map(Vec::as_slice) else {
            return Err(invalid_item(version, item));
        };
        if path.as_i64().is_some() && op == "=" {
            return Ok(Node::Always(path == value));
        }
        let (Some(path), Some(op)) = (path.as_str(), op.as_str()) else {
            return Err(invalid_item(version, item));
        };
        let op = op.to_lowercase();
        if !OPERATORS.contains(&op.as_str()) {
            return Err(invalid_operator(version, item));
        }
        let (first, rest) = path
            .split_once('.')
            .map_or((path, None), |(first, rest)| (first, Some(rest)));
        let Some(field) = model.field(first).cloned() else {
            return Err(invalid_field(version, model, item, path));
        };
        match rest {
            Some(rest) => self.dotted(model, &field, rest, &op, value, item),
            None => self.condition(model, &field, &op, value),
        }
    }

    /// `partner_id.name ilike x`: the records of the relation that match, then those that point to them.
    fn dotted(
        &mut self,
        model: &Model,
        field: &Arc<Field>,
        rest: &str,
        op: &str,
        value: &Value,
        item: &Value,
    ) -> Outcome<Node> {
        let Some(relation) = &field.relation else {
            return Err(invalid_field(self.version(), model, item, &field.name));
        };
        let negative = matches!(op, "!=" | "not in" | "not like" | "not ilike")
            && field.ttype == Ttype::Many2one;
        let target = self.model(relation)?;
        let node = self.domain(&target, &json!([[rest, op, value]]))?;
        let ids: BTreeSet<i64> = self.matching(&target, &node).into_iter().collect();
        if let Some(Compute::Related(path)) = &field.compute {
            return self.domain(
                model,
                &json!([[path, "in", ids.iter().collect::<Vec<_>>()]]),
            );
        }
        Ok(leaf(
            field,
            Test::Related {
                ids,
                empty: negative,
            },
        ))
    }

    fn condition(
        &mut self,
        model: &Model,
        field: &Arc<Field>,
        op: &str,
        value: &Value,
    ) -> Outcome<Node> {
        if let Some(node) = self.computed_condition(model, field, op, value)? {
            return Ok(node);
        }
        if op == "child_of" {
            return self.child_of(model, field, value);
        }
        let (op, value) = match (op, value) {
            ("=?", value) if is_unset(value) => return Ok(Node::Always(true)),
            ("=?", _) => ("=", value),
            ("<>", _) => ("!=", value),
            (op, value) => (op, value),
        };
        if field.ttype.is_relational() {
            return self.relational(field, op, value);
        }
        let positive = op
            .strip_prefix("not ")
            .unwrap_or(if op == "!=" { "=" } else { op });
        let test = self.scalar(field, positive, value)?;
        let node = leaf(field, test);
        Ok(if positive == op {
            node
        } else {
            Node::Not(Box::new(node))
        })
    }

    fn relational(&mut self, field: &Arc<Field>, op: &str, value: &Value) -> Outcome<Node> {
        let negative = matches!(
            op,
            "!=" | "not in" | "not like" | "not ilike" | "not =like" | "not =ilike"
        );
        let positive = op
            .strip_prefix("not ")
            .unwrap_or(if op == "!=" { "=" } else { op });
        if matches!(positive, "<" | ">" | "<=" | ">=") {
            return Ok(leaf(
                field,
                self.scalar(&Field::new("id", Ttype::Integer, "ID"), positive, value)?,
            ));
        }
        let mut ids = BTreeSet::new();
        let mut empty = false;
        let list = match value {
            Value::Array(items) => items.clone(),
            one => vec![one.clone()],
        };
        for item in &list {
            match item {
                item if is_unset(item) => empty = true,
                Value::Number(number) => ids.extend(number.as_i64()),
                Value::String(text) => ids.extend(self.by_name(field, positive, text)?),
                _ => {
                    return Err(OdooError::new(
                        Kind::Value,
                        format!("Invalid value {} in domain", repr(item)),
                    ));
                }
            }
        }
        let node = leaf(field, Test::Related { ids, empty });
        Ok(if negative {
            Node::Not(Box::new(node))
        } else {
            node
        })
    }

    /// Records of the relation by name.
    fn by_name(&mut self, field: &Arc<Field>, op: &str, text: &str) -> Outcome<Vec<i64>> {
        let op = if op == "in" { "=" } else { op };
        let target = self.model(field.relation.as_deref().unwrap_or_default())?;
        let node = self.domain(&target, &json!([["display_name", op, text]]))?;
        Ok(self.matching(&target, &node))
    }

    /// Fields without a column that can be searched all the same.
    fn computed_condition(
        &mut self,
        model: &Model,
        field: &Arc<Field>,
        op: &str,
        value: &Value,
    ) -> Outcome<Option<Node>> {
        match &field.compute {
            Some(Compute::Related(path)) if !field.store => {
                self.domain(model, &json!([[path, op, value]])).map(Some)
            }
            Some(Compute::DisplayName) => {
                let name = if model.field(&model.rec_name).is_some() {
                    model.rec_name.clone()
                } else {
                    "id".to_owned()
                };
                self.domain(model, &json!([[name, op, value]])).map(Some)
            }
            Some(Compute::PhoneMobileSearch) => self.phone_condition(field, op, value).map(Some),
            Some(Compute::Python(_)) if !field.store => self.unsearchable(model, field),
            Some(_) if !field.store => self.unsearchable(model, field),
            _ => Ok(None),
        }
    }

    /// 17 and 18 log and match everything; 19 raises.
    fn unsearchable(&self, model: &Model, field: &Field) -> Outcome<Option<Node>> {
        if self.version() < Version::V19 {
            return Ok(Some(Node::Always(true)));
        }
        Err(OdooError::value(format!(
            "Cannot convert {}.{} to SQL because it is not stored",
            model.name, field.name
        )))
    }

    fn phone_condition(&self, field: &Arc<Field>, op: &str, value: &Value) -> Outcome<Node> {
        let list = match value {
            Value::Array(_) if self.version() < Version::V19 => {
                return Err(OdooError::user(
                    "Unsupported Operation on Phone/Mobile Search.",
                ));
            }
            Value::Array(items) => items.clone(),
            one => vec![one.clone()],
        };
        let numbers: Vec<String> = list.iter().map(to_str).collect();
        if numbers.iter().any(|number| number.chars().count() < 3) {
            let text = if self.version() >= Version::V19 {
                "Please enter at least 3 characters when searching a Phone number."
            } else {
                "Please enter at least 3 characters when searching a Phone/Mobile number."
            };
            return Err(OdooError::user(text));
        }
        let exact = matches!(op, "=" | "in" | "!=" | "not in");
        let digits = numbers.iter().map(|number| phone_digits(number)).collect();
        let node = leaf(field, Test::Phone { digits, exact });
        Ok(if op.starts_with("not") || op == "!=" {
            Node::Not(Box::new(node))
        } else {
            node
        })
    }

    fn child_of(&self, model: &Model, field: &Arc<Field>, value: &Value) -> Outcome<Node> {
        let relation = if field.name == "id" {
            model.name.clone()
        } else {
            field.relation.clone().unwrap_or_default()
        };
        let mut open = match value {
            Value::Array(_) => ids_of(value),
            one => one.as_i64().into_iter().collect(),
        };
        let mut ids = BTreeSet::new();
        while let Some(id) = open.pop() {
            if ids.insert(id) {
                open.extend(self.find(&relation, "parent_id", &json!(id)));
            }
        }
        if field.name == "id" {
            let keys = ids.into_iter().map(Key::Int).collect();
            return Ok(leaf(field, Test::In { keys, null: false }));
        }
        Ok(leaf(field, Test::Related { ids, empty: false }))
    }
}

fn leaf(field: &Arc<Field>, test: Test) -> Node {
    Node::Leaf(Box::new(Leaf {
        field: Arc::clone(field),
        test,
    }))
}

fn pop(stack: &mut Vec<Node>, count: usize) -> Outcome<Vec<Node>> {
    if stack.len() < count {
        return Err(OdooError::value("Domain() missing operands"));
    }
    Ok(stack.split_off(stack.len() - count))
}

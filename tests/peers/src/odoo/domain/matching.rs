//! Rows against conditions, by index where one helps.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::narrow::candidates;
use super::{Leaf, Node, Order, Test};
use crate::odoo::env::{Env, ids_of};
use crate::odoo::schema::{Field, Model, Ttype};
use crate::odoo::store::{Key, Row};
use crate::odoo::version::Version;

impl Env<'_> {
    /// Ids of the model's rows that match, in id order, archived or not.
    pub(crate) fn matching(&self, model: &Model, node: &Node) -> Vec<i64> {
        let Some(table) = self.table(&model.name) else {
            return Vec::new();
        };
        let is_match = |id: i64, row: &Row| self.matches(model, id, row, node);
        match candidates(table, node) {
            Some(ids) => ids
                .into_iter()
                .filter(|id| table.rows.get(id).is_some_and(|row| is_match(*id, row)))
                .collect(),
            None => table
                .rows
                .iter()
                .filter(|(id, row)| is_match(**id, row))
                .map(|(id, _)| *id)
                .collect(),
        }
    }

    pub(crate) fn matches(&self, model: &Model, id: i64, row: &Row, node: &Node) -> bool {
        match node {
            Node::Always(answer) => *answer,
            Node::All(nodes) => nodes.iter().all(|node| self.matches(model, id, row, node)),
            Node::Any(nodes) => nodes.iter().any(|node| self.matches(model, id, row, node)),
            Node::Not(node) => !self.matches(model, id, row, node),
            Node::Leaf(leaf) => self.leaf_matches(model, id, row, leaf),
        }
    }

    fn leaf_matches(&self, model: &Model, id: i64, row: &Row, leaf: &Leaf) -> bool {
        let field = &leaf.field;
        match &leaf.test {
            Test::In { keys, .. } if field.name == "id" => keys.contains(&Key::Int(id)),
            Test::In { keys, null, .. } => {
                Key::of(row.get(field.slot)).map_or(*null, |key| keys.contains(&key))
            }
            Test::Like { pattern } => row
                .get(field.slot)
                .as_str()
                .map_or(pattern.is_any(), |text| pattern.matches(text)),
            Test::Compare { op, value } if field.name == "id" => op.holds(&json!(id), value),
            Test::Compare { op, value } => op.holds(
                &numeric_null(self.version(), field, row.get(field.slot)),
                value,
            ),
            Test::Related { ids, empty } => self.related_matches(field, id, row, ids, *empty),
            Test::Phone { digits, exact } => phone_matches(model, row, digits, *exact),
        }
    }

    fn related_matches(
        &self,
        field: &Field,
        id: i64,
        row: &Row,
        ids: &BTreeSet<i64>,
        empty: bool,
    ) -> bool {
        let held = match field.ttype {
            Ttype::Many2one => row.get(field.slot).as_i64().into_iter().collect(),
            Ttype::One2many => {
                let inverse = field.relation_field.as_deref().unwrap_or_default();
                self.find(
                    field.relation.as_deref().unwrap_or_default(),
                    inverse,
                    &json!(id),
                )
            }
            _ => ids_of(row.get(field.slot)),
        };
        if held.is_empty() {
            empty
        } else {
            held.iter().any(|held| ids.contains(held))
        }
    }
}

/// From 18 on an unset number counts as zero in a comparison.
fn numeric_null(version: Version, field: &Field, stored: &Value) -> Value {
    if stored.is_null() && field.ttype.is_number() && version >= Version::V18 {
        json!(0)
    } else {
        stored.clone()
    }
}

fn phone_matches(model: &Model, row: &Row, wanted: &[String], exact: bool) -> bool {
    let fields = ["phone", "mobile"]
        .iter()
        .filter_map(|name| model.field(name));
    let mut held = fields
        .filter_map(|field| row.get(field.slot).as_str())
        .map(phone_digits);
    held.any(|number| {
        wanted.iter().any(|wanted| {
            if exact {
                number == *wanted
            } else {
                number.contains(wanted.trim_start_matches('+'))
            }
        })
    })
}

/// Spaces and `-./()` are ignored, `00` counts as `+`.
pub(super) fn phone_digits(number: &str) -> String {
    let bare: String = number
        .chars()
        .filter(|c| !c.is_whitespace() && !"-./()".contains(*c))
        .collect();
    bare.strip_prefix("00")
        .map_or_else(|| bare.clone(), |rest| format!("+{rest}"))
}

impl Order {
    fn holds(self, stored: &Value, wanted: &Value) -> bool {
        let ordering = match (stored, wanted) {
            (Value::String(stored), Value::String(wanted)) => stored.cmp(wanted),
            (stored, wanted) => match (number(stored), number(wanted)) {
                (Some(stored), Some(wanted)) => stored.total_cmp(&wanted),
                _ => return false,
            },
        };
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterEqual => ordering.is_ge(),
        }
    }
}

fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_bool().map(|flag| f64::from(u8::from(flag))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_digits_ignore_separators_and_treat_00_as_plus() {
        assert_eq!(phone_digits("0034 911-22.33/44"), "+34911223344");
        assert_eq!(phone_digits("(+34) 915"), "+34915");
    }
}

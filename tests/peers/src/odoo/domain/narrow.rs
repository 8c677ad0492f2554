//! Which rows can match at all, as far as an index knows it.
//!
//! What is found here may be too much and is never too little: every candidate is held against the whole domain afterwards.

use std::ops::{Bound, RangeBounds};

use imbl::OrdSet;
use serde_json::Value;

use super::{Leaf, Node, Order, Test};
use crate::odoo::schema::Field;
use crate::odoo::store::{Key, Table};

/// How many candidates are looked for at first, and how many times more whenever there are more than that: so the index that knows few is found
/// before the one that knows many has been gone through.
const FIRST: usize = 8;
const MORE: usize = 8;

/// Ids among which all the matching ones are, each once and in order; `None` where no index knows fewer than there are rows.
pub(super) fn candidates(table: &Table, node: &Node) -> Option<Vec<i64>> {
    let limits = std::iter::successors(Some(FIRST), |limit| limit.checked_mul(MORE));
    let mut found = limits
        .take_while(|limit| *limit < table.rows.len())
        .find_map(|limit| Narrowing { table, limit }.of(node, &[]))?;
    found.sort_unstable();
    found.dedup();
    Some(found)
}

/// A search for a few candidates.
struct Narrowing<'t> {
    table: &'t Table,
    /// How many one condition may have.
    limit: usize,
}

impl Narrowing<'_> {
    /// What a condition leaves, where those `beside` it have to hold as well.
    fn of(&self, node: &Node, beside: &[Node]) -> Option<Vec<i64>> {
        match node {
            Node::Always(false) => Some(Vec::new()),
            Node::Always(true) | Node::Not(_) => None,
            Node::All(nodes) => nodes.iter().find_map(|node| self.of(node, nodes)),
            Node::Any(nodes) => {
                let each = nodes.iter().map(|node| self.of(node, &[]));
                each.collect::<Option<Vec<_>>>().map(|all| all.concat())
            }
            Node::Leaf(leaf) if leaf.field.name == "id" => self.of_ids(&leaf.test),
            Node::Leaf(leaf) => self.of_column(leaf, beside),
        }
    }

    fn of_ids(&self, test: &Test) -> Option<Vec<i64>> {
        match test {
            Test::In {
                keys, null: false, ..
            } => self.few(keys.iter().filter_map(|key| match key {
                Key::Int(id) => Some(*id),
                Key::Text(_) => None,
            })),
            Test::Compare { op, value } => {
                let ids = self.table.rows.range(op.span(value.as_i64()?));
                self.few(ids.map(|(id, _)| *id))
            }
            _ => None,
        }
    }

    fn of_column(&self, leaf: &Leaf, beside: &[Node]) -> Option<Vec<i64>> {
        let index = self.table.index(&leaf.field.name)?;
        match &leaf.test {
            Test::In {
                keys, null: false, ..
            } => self.rows(keys.iter().filter_map(|key| index.get(key))),
            Test::Related { ids, empty: false } => {
                self.rows(ids.iter().filter_map(|id| index.get(&Key::Int(*id))))
            }
            Test::Compare { .. } => {
                let ends: Vec<Span> = beside
                    .iter()
                    .filter_map(|node| node.end_of(&leaf.field))
                    .collect();
                let from = index.range(leaf.span()?);
                let until = from.take_while(|(key, _)| ends.iter().all(|end| end.contains(key)));
                self.rows(until.map(|(_, ids)| ids))
            }
            _ => None,
        }
    }

    fn rows<'i>(&self, ids: impl Iterator<Item = &'i OrdSet<i64>>) -> Option<Vec<i64>> {
        self.few(ids.flatten().copied())
    }

    fn few(&self, ids: impl Iterator<Item = i64>) -> Option<Vec<i64>> {
        let few: Vec<i64> = ids.take(self.limit + 1).collect();
        (few.len() <= self.limit).then_some(few)
    }
}

/// Keys between two borders, of which one may be missing.
type Span = (Bound<Key>, Bound<Key>);

impl Node {
    /// Where this condition lets the values of a field end.
    fn end_of(&self, field: &Field) -> Option<Span> {
        let Self::Leaf(leaf) = self else { return None };
        let span = leaf.span().filter(|(begin, _)| *begin == Bound::Unbounded);
        span.filter(|_| leaf.field.name == field.name)
    }
}

impl Leaf {
    /// The texts or dates that a comparison lets through. Of numbers nothing: an index keeps those with a fraction as texts.
    fn span(&self) -> Option<Span> {
        match &self.test {
            Test::Compare {
                op,
                value: Value::String(border),
            } => Some(op.span(Key::Text(border.as_str().into()))),
            _ => None,
        }
    }
}

impl Order {
    /// What lies on this side of a border.
    fn span<T>(self, border: T) -> (Bound<T>, Bound<T>) {
        match self {
            Self::Less => (Bound::Unbounded, Bound::Excluded(border)),
            Self::LessEqual => (Bound::Unbounded, Bound::Included(border)),
            Self::Greater => (Bound::Excluded(border), Bound::Unbounded),
            Self::GreaterEqual => (Bound::Included(border), Bound::Unbounded),
        }
    }
}

#[cfg(test)]
mod tests;
